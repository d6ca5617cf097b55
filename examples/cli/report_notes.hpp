// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_REPORT_NOTES_HPP
#define FLOWLOG_CLI_REPORT_NOTES_HPP

#include <cstddef>
#include <string>
#include <vector>

#include "inquiry.hpp"

namespace cli {

// What reports say in sentences, besides their tables.

/// Lost records (SKIPDATA), at most `max_interfaces` interfaces that lost them, and, if nothing
/// chooses among flows, windows without traffic (NODATA). `words` are what `reading_words` made for
/// `flowlog print`, and `where` is the --where that chose among the windows, if one did.
auto notes_on_gaps(inquiry const& asked, std::size_t max_interfaces, std::string const& words,
                   std::string const& where) -> std::vector<std::string>;

/// The rules in the fewest CIDRs that the traffic needs, by direction; none if the logs do not say
/// which flows are inbound. `shown` are the questions that are shown.
auto notes_on_rules(inquiry const& asked, std::vector<std::size_t> const& shown)
    -> std::vector<std::string>;

/// The questions that were left out because the logs lack fields.
auto notes_on_missing(inquiry const& asked) -> std::vector<std::string>;

}  // namespace cli

#endif
