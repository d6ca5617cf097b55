// SPDX-License-Identifier: BSL-1.0
#include "groupings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/query/filter_tree.hpp>

#include "columns.hpp"
#include "commands.hpp"
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

auto field_notes::noting(reading_options options) -> reading_options {
    options.on_open = [this](flowlog::log& log) {
        for (auto const& field : flowlog::fields) {
            auto const has = log.has(field.id);
            if (!has && !log.may_have(field.id)) continue;
            fields_.insert(field.id);
            sure_ = sure_ && has;
        }
    };
    options.on_read = [this](flowlog::log& log) {
        for (auto const& column : columns_further_on(log))
            if (column.field) fields_.insert(*column.field);
    };
    return options;
}

void field_notes::add_to(reading& done) const {
    if (merging().active) return;
    done.fields = fields_;
    done.fields_sure = sure_;
}

auto lacks(reading const& done, flowlog::field_id id) -> bool {
    return !done.fields.empty() && !done.fields.contains(id);
}

void refuse_reverse(reading_options const& options, std::string const& what) {
    if (options.two_way == flowlog::two_way::reverse)
        throw usage_error{
            "--two-way reverse puts the way back into reverse-packets and reverse-bytes, which " +
            what + " does not count: leave it out, and each direction is a flow"};
}

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
