// SPDX-License-Identifier: BSL-1.0
#include "rows.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <memory>
#include <utility>
#include <variant>

#include <CLI/CLI.hpp>

#include <flowlog/escape.hpp>

#include "terminal.hpp"

namespace cli {

void add_row_formats(CLI::App& app, row_format& format, std::string const& row,
                     std::string const& help_group) {
    struct choice {
        std::string name;
        row_format format;
        std::string meaning;
    };
    auto const choices = std::to_array<choice>(
        {{"--csv", row_format::csv, "CSV with a heading, a row per " + row},
         {"--tsv", row_format::tsv, "The same with TAB"},
         {"--json", row_format::json, "One JSON document"},
         {"--ndjson", row_format::ndjson, "A JSON object per line, each a " + row}});
    auto const given = std::make_shared<std::string>();
    for (auto const& one : choices) {
        auto const take = [&format, given, name = one.name, wanted = one.format] {
            if (!given->empty() && *given != name)
                throw CLI::ValidationError{name, "does not go with " + *given};
            *given = name;
            format = wanted;
        };
        app.add_flag_callback(one.name, take, one.meaning)->trigger_on_parse()->group(help_group);
    }
}

void write(flowlog::json_writer& json, std::string_view name, flowlog::group_cell const& cell) {
    json.key(name);
    if (auto const* number = std::get_if<std::uint64_t>(&cell)) {
        json.value(*number);
    } else if (auto const* rate = std::get_if<double>(&cell)) {
        json.value(*rate);
    } else if (std::holds_alternative<std::monostate>(cell)) {
        json.null();
    } else {
        json.value(flowlog::to_text(cell));
    }
}

row_printer::row_printer(row_format format, std::vector<std::string> names)
    : format_{format},
      names_{std::move(names)},
      terminal_{is_terminal(stdout)},
      csv_{text_, format == row_format::tsv ? '\t' : ','} {
    if (format_ == row_format::ndjson) return;
    for (auto const& name : names_) csv_.cell(name);
    csv_.end_row();
}

void row_printer::row(std::span<flowlog::group_cell const> cells,
                      std::span<flowlog::group_cell const> more) {
    constexpr std::size_t block = std::size_t{1} << 16;
    if (format_ == row_format::ndjson) {
        auto json = flowlog::json_writer{text_};
        json.begin_object();
        auto name = names_.begin();
        for (auto const& value : cells) write(json, *name++, value);
        for (auto const& value : more) write(json, *name++, value);
        json.end_object();
        text_ += '\n';
    } else {
        for (auto const& value : cells) cell(value);
        for (auto const& value : more) cell(value);
        csv_.end_row();
    }
    if (text_.size() >= block) flush();
}

void row_printer::cell(flowlog::group_cell const& cell) {
    if (std::holds_alternative<std::monostate>(cell)) return csv_.cell("");
    auto const text = flowlog::to_text(cell);
    csv_.cell(terminal_ ? flowlog::escaped(text) : text);
}

void row_printer::flush() {
    print(text_);
    text_.clear();
}

}  // namespace cli
