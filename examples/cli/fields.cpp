// SPDX-License-Identifier: BSL-1.0
// flowlog fields: prints the table of fields.
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

void print_table() {
    constexpr auto right = flowlog::text_table::right;
    auto table = flowlog::text_table{
        {{"Field"}, {"Type"}, {"Version", right}, {"Origin"}, {"Meaning"}, {"Also called"}}, 200};
    for (auto const& f : flowlog::fields) {
        auto const text = [](std::string_view t) { return std::string{t}; };
        table.row({text(f.name), text(name(f.type)),
                   f.version == 0 ? std::string{} : std::to_string(f.version), text(name(f.origin)),
                   text(f.meaning), text(f.aliases)});
    }
    print(style{stdout}.bold(table.heading()) + table.body());
    flush_output();
}

void print_rows(flowlog::row_format format) {
    auto rows = row_printer{format, {"name", "aliases", "type", "version", "origin", "meaning"}};
    for (auto const& f : flowlog::fields) {
        auto const aliases = flowlog::layout::tokens(f.aliases);
        rows.row({text_cell(f.name), std::vector<std::string>(aliases.begin(), aliases.end()),
                  text_cell(name(f.type)),
                  f.version == 0 ? flowlog::row_cell{} : number_cell(f.version),
                  text_cell(name(f.origin)), text_cell(f.meaning)});
    }
    rows.finish();
}

constexpr auto fields_examples =
    "Examples:\n"
    "  flowlog fields\n"
    "      prints the fields that flowlog knows, with their types and other names\n"
    "  flowlog fields --csv | grep ,tgw,\n"
    "      prints the fields that transit gateways log\n";

}  // namespace

auto set_up_fields(CLI::App& fields) -> action {
    auto format = std::make_shared<row_format>();
    fields.footer(fields_examples);
    add_row_formats(fields, *format);
    return [format] {
        *format ? print_rows(**format) : print_table();
        return exit_code::done;
    };
}

}  // namespace cli
