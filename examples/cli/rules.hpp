// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_RULES_HPP
#define FLOWLOG_CLI_RULES_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>

namespace cli {

/// The firewall rules that the traffic needs, as sentences: for each interface and service, the
/// fewest CIDRs that cover the networks that were seen, and nothing else. `groups` is by interface,
/// service and network. The rules with the most flows come first, and there are at most `limit`.
/// `what` is the direction, such as `inbound`.
auto rules_of(flowlog::dynamic_grouping const& groups, std::string_view what, std::size_t limit)
    -> std::vector<std::string>;

}  // namespace cli

#endif
