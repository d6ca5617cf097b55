// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TOP_HPP
#define FLOWLOG_CLI_TOP_HPP

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>

#include "reading.hpp"
#include "rows.hpp"

namespace cli {

/// All that `flowlog top` found out.
struct top_report {
    std::vector<std::string> keys{};      ///< as headings write them
    std::vector<std::string> measures{};  ///< as headings write them; no two headings are the same
    std::vector<flowlog::measure> kinds{};
    std::size_t by = 0;  ///< the measure that ranks
    bool human = false;
    flowlog::ranking found{};
    std::vector<std::string> warnings{};
    reading done{};
};

/// What is to be said of figures that are not what they seem.
auto caveats(top_report const& report) -> std::vector<std::string>;

/// The table for people: the groups with their shares, what is left out, and the total.
auto table_text(top_report const& report, std::FILE* stream) -> std::string;

/// Prints the groups as rows.
void print_rows(top_report const& report, row_format format);

/// The whole report as one JSON document.
auto json_text(top_report const& report) -> std::string;

}  // namespace cli

#endif
