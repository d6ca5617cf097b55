// SPDX-License-Identifier: BSL-1.0
#include "groupings.hpp"

#include <utility>

#include <flowlog/aggregate/measure.hpp>

namespace cli {
namespace {

/// Groups SKIPDATA lines by interface: how many there are, the first and the last time.
auto skipdata_groups() -> flowlog::dynamic_grouping {
    return flowlog::group_by({flowlog::group_key::of(flowlog::field_id::interface_id)},
                             {flowlog::measure{}, flowlog::measure::parse("min(start)"),
                              flowlog::measure::parse("max(end)")});
}

}  // namespace

auto count_groupings(flowlog::input_list const& logs, flowlog::grouping_set const& empty,
                     reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<counted_groupings> {
    if (merging().active)
        return merge_logs(logs, counted_groupings{empty, skipdata_groups()}, options, on_malformed);
    auto how = options;
    how.all_lines = true;
    auto notes = malformed_notes{options, on_malformed};
    auto picked = flowlog::filtered{wanted_flows(options).value_or(flowlog::filter{}), empty};
    auto [value, done] = read_all(
        logs, flowlog::skipdata_apart{std::move(picked), skipdata_groups()}, how, notes.handler());
    done.note_matched(value.flows().matched(), options);
    done.bad_lines = notes.take();
    return {counted_groupings{std::move(value.flows()).inner(), std::move(value).skipdata()},
            std::move(done)};
}

}  // namespace cli
