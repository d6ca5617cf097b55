// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_GROUPINGS_HPP
#define FLOWLOG_CLI_GROUPINGS_HPP

#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "partial.hpp"
#include "reading.hpp"

namespace cli {

/// A grouping, and which flows it takes.
using picked_grouping = flowlog::filtered<flowlog::filter, flowlog::dynamic_grouping>;

/// Groupings that are filled in one pass.
using picked_groupings = flowlog::each_of<picked_grouping>;

/// Reads logs once for any number of groupings, of which each takes the flows that its filter and
/// the options want. Merging, it reads partial results.
auto count_groupings(flowlog::input_list const& logs, picked_groupings const& empty,
                     reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<picked_groupings>;

}  // namespace cli

#endif
