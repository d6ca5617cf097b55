// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_LANGUAGES_HPP
#define FLOWLOG_CLI_LANGUAGES_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/grammar/filter_options.hpp>
#include <flowlog/output/rows.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/source/object_key.hpp>

namespace cli {

// The functions of the library that need its grammars. They are in one source file because grammars
// take long to compile.

auto parse_format(std::string_view text) -> flowlog::layout;
auto parse_filter(std::string_view text, flowlog::filter_options const& options) -> flowlog::filter;

/// The period that a time names, as filters read times: a day, a minute, an instant. A date without
/// a time zone is read in the zone of --tz. Throws `errc::invalid_argument`.
auto parse_time(std::string_view text) -> flowlog::closed_range<flowlog::timestamp>;

/// What the key of a log object says; none if it is another object's.
auto parse_object_key(std::string_view key) -> std::optional<flowlog::object_key>;

/// A malformed line, its location and its error, as one line of text without a line end.
auto describe(flowlog::malformed_line const& line) -> std::string;

/// The same as cells: source, line, offset, column, field, reason and text.
auto cells_of(flowlog::malformed_line const& line) -> std::vector<flowlog::row_cell>;

}  // namespace cli

#endif
