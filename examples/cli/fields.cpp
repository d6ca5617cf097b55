// SPDX-License-Identifier: BSL-1.0
// flowlog fields: prints the table of fields.
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct fields_options {
    row_format format = row_format::people;
};

void write(flowlog::json_writer& json, flowlog::field_info const& f) {
    json.begin_object().member("name", f.name).key("aliases").begin_array();
    for (auto const alias : flowlog::layout::tokens(f.aliases)) json.value(alias);
    json.end_array().member("type", name(f.type)).key("version");
    f.version == 0 ? json.null() : json.value(f.version);
    json.member("origin", name(f.origin)).member("meaning", f.meaning).end_object();
}

auto fields_json() -> std::string {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    json.begin_array();
    for (auto const& f : flowlog::fields) write(json, f);
    json.end_array();
    return text + '\n';
}

auto fields_ndjson() -> std::string {
    auto text = std::string{};
    for (auto const& f : flowlog::fields) {
        auto json = flowlog::json_writer{text};
        write(json, f);
        text += '\n';
    }
    return text;
}

auto version(flowlog::field_info const& f) -> std::string {
    return f.version == 0 ? "" : std::to_string(f.version);
}

auto fields_csv(char separator) -> std::string {
    auto text = std::string{};
    auto csv = flowlog::csv_writer{text, separator};
    csv.row("name", "aliases", "type", "version", "origin", "meaning");
    for (auto const& f : flowlog::fields)
        csv.row(f.name, f.aliases, name(f.type), version(f), name(f.origin), f.meaning);
    return text;
}

auto fields_table() -> std::string {
    auto table = flowlog::text_table{{{"Field"},
                                      {"Type"},
                                      {"Version", flowlog::text_table::right},
                                      {"Origin"},
                                      {"Meaning"},
                                      {"Also called"}},
                                     200};
    for (auto const& f : flowlog::fields) {
        table.row({std::string{f.name}, std::string{name(f.type)}, version(f),
                   std::string{name(f.origin)}, std::string{f.meaning}, std::string{f.aliases}});
    }
    return style{stdout}.bold(table.heading()) + table.body();
}

auto fields_text(row_format format) -> std::string {
    switch (format) {
        case row_format::csv: return fields_csv(',');
        case row_format::tsv: return fields_csv('\t');
        case row_format::json: return fields_json();
        case row_format::ndjson: return fields_ndjson();
        case row_format::people: break;
    }
    return fields_table();
}

constexpr auto examples =
    "Examples:\n"
    "  flowlog fields\n"
    "      prints the fields that flowlog knows, with their types and other names\n"
    "  flowlog fields --csv | grep ,tgw,\n"
    "      those that transit gateways log\n";

}  // namespace

auto set_up_fields(CLI::App& fields) -> action {
    auto options = std::make_shared<fields_options>();
    fields.footer(examples);
    add_row_formats(fields, options->format, "field");
    return [options] {
        print(fields_text(options->format));
        flush_output();
        return exit_code::done;
    };
}

}  // namespace cli
