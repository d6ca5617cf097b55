// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_RULES_HPP
#define FLOWLOG_CLI_RULES_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>

namespace cli {

/// The rules that groups by interface, service and network ask for, as sentences for people: for
/// each interface and service, the fewest CIDRs that have the networks that were seen and no
/// others. Those of most flows first, at most `limit`. `what` is the direction: `inbound`.
auto rules_of(flowlog::dynamic_grouping const& groups, std::string_view what, std::size_t limit)
    -> std::vector<std::string>;

}  // namespace cli

#endif
