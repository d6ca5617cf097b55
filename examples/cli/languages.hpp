// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_LANGUAGES_HPP
#define FLOWLOG_CLI_LANGUAGES_HPP

#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/query/filter.hpp>

namespace cli {

// What the grammars of the library do, in one file, as they take long to compile.

auto parse_format(std::string_view text) -> flowlog::layout;
auto parse_filter(std::string_view text) -> flowlog::filter;

/// A malformed line, its place and what is wrong with it, as one line for people, without its end.
auto describe(flowlog::malformed_line const& line) -> std::string;

/// The same as a JSON object.
void write(flowlog::json_writer& json, flowlog::malformed_line const& line);

/// The same as cells: source, line, offset, column, field, reason and text.
auto cells_of(flowlog::malformed_line const& line) -> std::vector<flowlog::group_cell>;

}  // namespace cli

#endif
