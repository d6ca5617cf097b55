// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_REPORT_PRINTING_HPP
#define FLOWLOG_CLI_REPORT_PRINTING_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/output/report.hpp>

#include "reading.hpp"
#include "rows.hpp"

namespace cli {

/// The tables of a report, and what else it says.
struct printed_report {
    std::string name{};  ///< as it was asked for
    std::vector<flowlog::report_table> tables{};
    std::vector<std::string> notes{};     ///< sentences for people
    std::vector<std::string> warnings{};  ///< of results, which standard error has, too
};

/// Prints the tables for people, and the commands that print the same.
void print_text(printed_report const& report, reading const& done, bool quiet);

/// Prints the tables for programs: as CSV or TSV, each under its title if there are several; as one
/// JSON document; or as an object per row, which says of which table it is.
void print_rows(printed_report const& report, reading const& done, flowlog::row_format format);

/// The number of columns of a text on a terminal, if every character takes one.
auto text_width(std::string_view text) -> std::size_t;

/// How wide the terminal is to which a stream writes: by `COLUMNS`, or as the terminal says; 100 if
/// it is none.
auto terminal_width(std::FILE* stream) -> std::size_t;

/// Values as bars of blocks, one character each; the largest is the highest.
auto sparkline(std::vector<std::uint64_t> const& values) -> std::string;

/// A period by the clocks of a zone, to the minute: `2024-05-01 10:00 to 12:03 UTC`.
auto period_text(flowlog::timestamp first, flowlog::timestamp last, std::string_view zone)
    -> std::string;

/// Warns of figures in tables that are not exact, and adds the warnings to a list.
void warn_of_estimates(std::vector<flowlog::report_table> const& tables,
                       std::vector<std::string>& warnings);

}  // namespace cli

#endif
