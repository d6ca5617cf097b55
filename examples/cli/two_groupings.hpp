// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TWO_GROUPINGS_HPP
#define FLOWLOG_CLI_TWO_GROUPINGS_HPP

#include <cstdint>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "groupings.hpp"
#include "reading.hpp"

namespace cli {

/// What two groupings took in one pass.
struct two_groupings {
    flowlog::dynamic_grouping first;
    flowlog::dynamic_grouping second;
    std::uint64_t in_first = 0;   ///< flows
    std::uint64_t in_second = 0;  ///< flows
    std::uint64_t counted = 0;    ///< flows that `also` wants
    reading done;
};

/// Reads logs once for two groupings, and counts the flows that another filter wants. The filters
/// are all that selects flows: --where is to be among them.
auto read_twice_grouped(flowlog::input_list const& logs, picked_grouping first,
                        picked_grouping second, flowlog::filter also,
                        reading_options const& options, flowlog::malformed_handler on_malformed)
    -> two_groupings;

}  // namespace cli

#endif
