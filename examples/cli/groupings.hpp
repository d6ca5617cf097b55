// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_GROUPINGS_HPP
#define FLOWLOG_CLI_GROUPINGS_HPP

#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "reading.hpp"

namespace cli {

/// A grouping, and which flows it takes.
struct picked_grouping {
    flowlog::dynamic_grouping groups;
    flowlog::filter wanted{};
};

/// What groupings took in one pass.
struct read_result {
    std::vector<flowlog::dynamic_grouping> groups{};
    reading done{};
};

/// Reads logs once for any number of groupings, of which each takes the flows that its filter and
/// the options want. A field that a log lacks is absent.
auto read_groupings(flowlog::input_list const& logs, std::vector<picked_grouping> wanted,
                    reading_options const& options, flowlog::malformed_handler on_malformed)
    -> read_result;

}  // namespace cli

#endif
