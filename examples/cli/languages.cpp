// SPDX-License-Identifier: BSL-1.0
#include "languages.hpp"

#include <flowlog/grammar/explain.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/grammar/format_string.hpp>

namespace cli {

auto parse_format(std::string_view text) -> flowlog::layout { return flowlog::parse_format(text); }

auto parse_filter(std::string_view text) -> flowlog::filter { return flowlog::where(text); }

auto describe(flowlog::malformed_line const& line) -> std::string {
    return flowlog::describe(line);
}

void write(flowlog::json_writer& json, flowlog::malformed_line const& line) {
    constexpr std::size_t shown = 1000;
    auto const why = flowlog::explain(line);
    json.begin_object().member("source", line.source).member("line", line.line);
    json.member("offset", line.offset).key("column");
    why.column == 0 ? json.null() : json.value(why.column);
    json.key("field");
    why.field ? json.value(flowlog::info(*why.field).name) : json.null();
    json.member("reason", why.reason).member("text", line.text.substr(0, shown)).end_object();
}

auto cells_of(flowlog::malformed_line const& line) -> std::vector<flowlog::group_cell> {
    constexpr std::size_t shown = 1000;
    auto const why = flowlog::explain(line);
    auto const number = [](std::uint64_t n) { return flowlog::group_cell{n}; };
    auto const text = [](std::string_view t) { return flowlog::group_cell{std::string{t}}; };
    return {text(line.source),
            number(line.line),
            number(line.offset),
            why.column == 0 ? flowlog::group_cell{} : number(why.column),
            why.field ? text(flowlog::info(*why.field).name) : flowlog::group_cell{},
            text(why.reason),
            text(line.text.substr(0, shown))};
}

}  // namespace cli
