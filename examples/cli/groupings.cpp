// SPDX-License-Identifier: BSL-1.0
#include "groupings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/query/filter_tree.hpp>

#include "objects.hpp"

namespace cli {
namespace {

/// Groups SKIPDATA lines by interface: how many there are, the first and the last time.
auto skipdata_groups() -> flowlog::dynamic_grouping {
    return flowlog::group_by({flowlog::group_key::of(flowlog::field_id::interface_id)},
                             {flowlog::measure{}, flowlog::measure::parse("min(start)"),
                              flowlog::measure::parse("max(end)")});
}

/// Which SKIPDATA lines are wanted: those in the range of time, and, if the filter asks for nothing
/// that these lines lack, those that it wants.
auto filter_of_windows(reading_options const& options) -> flowlog::filter {
    auto const chosen =
        chooses_windows(options) ? wanted_flows(options) : flows_in_range(options.objects);
    return chosen.value_or(flowlog::filter{});
}

}  // namespace

auto chooses_windows(reading_options const& options) -> bool {
    using flowlog::field_id;
    constexpr auto known =
        std::array{field_id::account_id, field_id::interface_id, field_id::start, field_id::end};
    auto const wanted = wanted_flows(options).value_or(flowlog::filter{});
    auto const is_known = [&](flowlog::field_use const& use) {
        return std::ranges::find(known, use.id) != known.end();
    };
    auto const is_column = [](flowlog::filter_leaf const& leaf) {
        return leaf.subject == flowlog::filter_subject::column;
    };
    return std::ranges::all_of(wanted.uses(), is_known) &&
           std::ranges::none_of(wanted.tree().leaves, is_column);
}

auto count_groupings(flowlog::input_list const& logs, flowlog::grouping_set const& empty,
                     reading_options const& options, text_handler const& on_malformed)
    -> counted_logs<counted_groupings> {
    if (merging().active)
        return merge_logs(logs, counted_groupings{empty, skipdata_groups()}, options, on_malformed);
    auto how = options;
    how.all_lines = true;
    auto notes = malformed_notes{options, on_malformed};
    auto picked = flowlog::filtered{wanted_flows(options).value_or(flowlog::filter{}), empty};
    auto lost = flowlog::filtered{filter_of_windows(options), skipdata_groups()};
    auto [value, done] = read_all(logs, flowlog::skipdata_apart{std::move(picked), std::move(lost)},
                                  how, notes.handler());
    done.note_matched(value.flows().matched(), options);
    done.bad_lines = notes.take();
    return {
        counted_groupings{std::move(value.flows()).inner(), std::move(value).skipdata().inner()},
        std::move(done)};
}

}  // namespace cli
