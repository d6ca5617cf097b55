// SPDX-License-Identifier: BSL-1.0
#include "languages.hpp"

#include <flowlog/grammar/explain.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/grammar/format_string.hpp>
#include <flowlog/grammar/object_key.hpp>
#include <flowlog/grammar/time.hpp>

#include "clock.hpp"
#include "rows.hpp"

namespace cli {

auto parse_format(std::string_view text) -> flowlog::layout { return flowlog::parse_format(text); }

auto parse_filter(std::string_view text, flowlog::filter_options const& options)
    -> flowlog::filter {
    return flowlog::where(text, options);
}

auto parse_time(std::string_view text) -> flowlog::closed_range<flowlog::timestamp> {
    return flowlog::parse_time(text, now(), zone());
}

auto parse_object_key(std::string_view key) -> std::optional<flowlog::object_key> {
    return flowlog::parse_object_key(key);
}

auto describe(flowlog::malformed_line const& line) -> std::string {
    return flowlog::describe(line);
}

auto cells_of(flowlog::malformed_line const& line) -> std::vector<flowlog::row_cell> {
    constexpr std::size_t max_text = 1000;
    auto const why = flowlog::explain(line);
    return {text_cell(line.source),
            number_cell(line.line),
            number_cell(line.offset),
            why.column == 0 ? flowlog::row_cell{} : number_cell(why.column),
            why.field ? text_cell(flowlog::info(*why.field).name) : flowlog::row_cell{},
            text_cell(why.reason),
            text_cell(line.text.substr(0, max_text))};
}

}  // namespace cli
