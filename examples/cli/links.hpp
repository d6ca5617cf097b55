// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_LINKS_HPP
#define FLOWLOG_CLI_LINKS_HPP

#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/output/report.hpp>

namespace cli {

/// The links that groups by source and destination make. Networks of public addresses, of
/// which there are many, are one party.
auto links_of(flowlog::dynamic_grouping const& groups) -> std::vector<flowlog::link_chart::link>;

}  // namespace cli

#endif
