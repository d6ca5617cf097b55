// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_GROUPINGS_HPP
#define FLOWLOG_CLI_GROUPINGS_HPP

#include <set>
#include <string>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/grouping_set.hpp>
#include <flowlog/aggregate/skipdata_apart.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>

#include "partial.hpp"
#include "reading.hpp"

namespace cli {

/// A grouping, and which flows it takes.
using picked_grouping = flowlog::filtered<flowlog::filter, flowlog::dynamic_grouping>;

/// What questions are answered with: groups of flows, and of SKIPDATA lines by interface.
using counted_groupings = flowlog::skipdata_apart<flowlog::grouping_set, flowlog::dynamic_grouping>;

/// Notes the fields of logs while they are read.
class field_notes {
public:
    /// The options with which logs are to be read. The notes must outlive the reading.
    [[nodiscard]] auto noting(reading_options options) -> reading_options;

    /// Adds the fields to what was read. Merging, the partial results have them.
    void add_to(reading& done) const;

private:
    std::set<flowlog::field_id> fields_{};
    bool sure_ = true;
};

/// Whether it was noted that no log has a field.
auto lacks(reading const& done, flowlog::field_id id) -> bool;

/// Throws `usage_error` for --two-way reverse, if `what` does not look at the columns into which it
/// puts the way back.
void refuse_reverse(reading_options const& options, std::string const& what);

/// Whether the filter of the options chooses among SKIPDATA lines: it asks for nothing that they
/// lack.
auto chooses_windows(reading_options const& options) -> bool;

/// Reads logs once for any number of groupings, of which each takes the flows that its filter and
/// the options want. SKIPDATA lines are counted if they are in the range of the options; a filter
/// chooses among them if it asks for nothing that they lack. Merging, it reads partial results.
auto count_groupings(flowlog::input_list const& logs, flowlog::grouping_set const& empty,
                     reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<counted_groupings>;

}  // namespace cli

#endif
