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
#include "terminal.hpp"

namespace cli {
namespace {

struct fields_options {
    bool json = false;
    bool csv = false;
};

auto fields_json() -> std::string {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    json.begin_array();
    for (auto const& f : flowlog::fields) {
        json.begin_object().member("name", f.name).key("aliases").begin_array();
        for (auto const alias : flowlog::layout::tokens(f.aliases)) json.value(alias);
        json.end_array().member("type", name(f.type)).key("version");
        f.version == 0 ? json.null() : json.value(f.version);
        json.member("origin", name(f.origin)).member("meaning", f.meaning).end_object();
    }
    json.end_array();
    return text + '\n';
}

auto version(flowlog::field_info const& f) -> std::string {
    return f.version == 0 ? "" : std::to_string(f.version);
}

auto fields_csv() -> std::string {
    auto text = std::string{};
    auto csv = flowlog::csv_writer{text};
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
    auto* const json = fields.add_flag("--json", options->json, "As JSON");
    fields.add_flag("--csv", options->csv, "As CSV")->excludes(json);
    return [options] {
        print(options->json ? fields_json() : options->csv ? fields_csv() : fields_table());
        flush_output();
        return exit_code::done;
    };
}

}  // namespace cli
