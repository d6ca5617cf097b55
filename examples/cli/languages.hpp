// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_LANGUAGES_HPP
#define FLOWLOG_CLI_LANGUAGES_HPP

#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/rows.hpp>
#include <flowlog/query/filter.hpp>

namespace cli {

// The functions of the library that need its grammars. They are in one source file because grammars
// take long to compile.

auto parse_format(std::string_view text) -> flowlog::layout;
auto parse_filter(std::string_view text) -> flowlog::filter;

/// A malformed line, its location and its error, as one line of text without a line end.
auto describe(flowlog::malformed_line const& line) -> std::string;

/// The same as cells: source, line, offset, column, field, reason and text.
auto cells_of(flowlog::malformed_line const& line) -> std::vector<flowlog::row_cell>;

}  // namespace cli

#endif
