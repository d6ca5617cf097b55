// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TWO_GROUPINGS_HPP
#define FLOWLOG_CLI_TWO_GROUPINGS_HPP

#include <cstdint>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "groupings.hpp"
#include "partial.hpp"
#include "reading.hpp"

namespace cli {

/// What two groupings took in one pass.
struct two_groupings {
    using fields = flowlog::field_list<>;

    flowlog::dynamic_grouping first;
    flowlog::dynamic_grouping second;
    std::uint64_t in_first = 0;   ///< flows
    std::uint64_t in_second = 0;  ///< flows
    std::uint64_t counted = 0;    ///< flows that `also` wants

    /// Takes nothing: flows are added before they are two groupings.
    template <flowlog::flow_record Record>
    void add(Record const&) {}
    void merge(two_groupings&& other, unsigned threads = 1);
    void save(flowlog::state_writer& out) const;
    void load(flowlog::state_reader& in);
};

/// Reads logs once for two groupings, and counts the flows that another filter wants. The filters
/// are all that selects flows: --where is to be among them. Merging, it reads partial results.
auto count_twice_grouped(flowlog::input_list const& logs, picked_grouping first,
                         picked_grouping second, flowlog::filter also,
                         reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<two_groupings>;

}  // namespace cli

#endif
