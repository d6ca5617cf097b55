// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_SKIPDATA_HPP
#define FLOWLOG_CLI_SKIPDATA_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>

namespace cli {

/// The interfaces of which AWS lost records, with how many windows and when, as sentences for
/// people: those with most windows first, at most `limit`. `windows` are SKIPDATA lines by
/// interface, with `flows`, `min(start)` and `max(end)`.
auto skipdata_by_interface(flowlog::dynamic_grouping const& windows, std::size_t limit)
    -> std::vector<std::string>;

}  // namespace cli

#endif
