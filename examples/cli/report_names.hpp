// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_REPORT_NAMES_HPP
#define FLOWLOG_CLI_REPORT_NAMES_HPP

#include <string>
#include <string_view>
#include <vector>

#include "questions.hpp"

namespace cli {

/// Reports that are wanted, in this order.
using report_list = std::vector<report_kind const*>;

/// The report of this name; null if there is none.
auto find_report(std::string_view name) -> report_kind const*;

/// A line for each report, with its name and what it answers.
auto list_of_reports() -> std::string;

/// The reports that a word names, with commas between them; none if its first name is no report.
/// Throws `usage_error` if another one is none.
auto reports_in(std::string const& word) -> report_list;

/// The names of reports, with commas between them.
auto names_of(report_list const& all) -> std::string;

/// Throws `usage_error`: a word names no report.
[[noreturn]] void throw_no_report(std::string const& word);

}  // namespace cli

#endif
