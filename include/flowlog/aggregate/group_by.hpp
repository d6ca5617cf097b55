// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_BY_HPP
#define FLOWLOG_AGGREGATE_GROUP_BY_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <mutex>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/group_results.hpp>
#include <flowlog/aggregate/detail/group_rows.hpp>
#include <flowlog/aggregate/detail/group_state.hpp>
#include <flowlog/aggregate/detail/grouping_merge.hpp>
#include <flowlog/aggregate/detail/row_writer.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// A group of a grouping whose keys are known at run time: the cells of its key, and the cells of
/// its measures.
struct group {
    std::vector<group_cell> key;
    std::vector<group_cell> values;

    friend auto operator==(group const&, group const&) -> bool = default;
};

/// The largest groups, and what is left out. `Group` is a group, `Values` the measures alone.
template <class Group, class Values>
struct basic_ranking {
    std::vector<Group> groups{};  ///< the largest first
    std::size_t left_out = 0;     ///< how many groups are not among them
    Values rest{};                ///< the measures over those groups, as if they were one
    Values total{};               ///< the measures over all groups
    bool saturated = false;       ///< some sum stopped at 2^64 - 1
    bool estimated = false;       ///< some count of different values is an estimate
    bool rounded = false;         ///< some percentile is not exact
    std::size_t excluded = 0;     ///< how many groups `rank_order::wanted` does not want
    Values excluded_values{};     ///< the measures over those groups; they are not in `rest`
};

/// A ranking of groups whose keys are known at run time.
using ranking = basic_ranking<group, std::vector<group_cell>>;

/// What names one of the measures of a grouping: its position, from 0, or the measure.
template <class T>
concept measure_choice = std::convertible_to<T, std::size_t> || std::convertible_to<T, measure>;

namespace detail {

class grouping_access;

/// Guards the pending rows of groupings that are read.
inline std::mutex flush_mutex;

template <>
struct group_rows<field_list<>, std::tuple<>> {
    using group_type = group;
    using values_type = std::vector<group_cell>;

    [[nodiscard]] static auto row(group_core const& core, std::size_t number) -> group {
        auto result = group{};
        auto const* at = core.table.key(number).data();
        auto states = *at++;
        for (auto const& key : core.plan.keys) {
            result.key.push_back(
                key_cell(key, static_cast<key_state>(states & 3), at, core.plan.texts));
            at += key_width(key);
            states >>= 2;
        }
        result.values = values(core, core.table.values(number).data(), core.values);
        return result;
    }

    [[nodiscard]] static auto values(group_core const& core, group_word const* at,
                                     measure_values const& sets) -> values_type {
        auto result = values_type{};
        for (auto const& m : core.plan.measures) {
            result.push_back(sets.cell(m, at));
            at += width(m);
        }
        return result;
    }
};

}  // namespace detail

/// Groups flows by a key and computes measures for each group. An aggregator, made by `group_by`.
/// Its memory is proportional to the number of groups. A flow is kept out if a field that is read
/// is malformed; an absent key is a group of its own.
///
/// `Fields` and `Measures` are the lists of keys and measures that are known at compile time; both
/// are empty if they are known at run time only. Several threads may read a grouping, or copy it,
/// at once, as long as none adds to it.
template <class Fields, class Measures>
class grouping;

template <field_id... Ids, class... Measures>
class grouping<field_list<Ids...>, std::tuple<Measures...>> {
    static constexpr bool is_static = sizeof...(Measures) != 0;
    using rows = detail::group_rows<field_list<Ids...>, std::tuple<Measures...>>;
    using writer = detail::row_writer<field_list<Ids...>, std::tuple<Measures...>>;

public:
    /// A group. At run time a `group`; at compile time a tuple of the keys and then the measures:
    /// each key is a `field_value`, with a std::string for texts; counts, sums and `distinct` are
    /// std::uint64_t; `min` and `max` are a `field_value` of the field's type and `rate` is a
    /// `field_value<double>`, which are absent if no flow of the group has the field.
    using group_type = typename rows::group_type;

    /// The measures of a group alone: cells at run time, a tuple at compile time.
    using values_type = typename rows::values_type;

    /// Without keys, all flows are one group. Throws `errc::invalid_argument` for more than 32
    /// keys, for no measure, and for a measure that is not possible.
    grouping(std::vector<group_key> keys, std::vector<measure> measures)
        : core_{std::move(keys), std::move(measures)} {}

    /// The same groups with keys and measures that are known at run time.
    template <class Fields, class OtherMeasures>
        requires(!is_static && !std::same_as<OtherMeasures, std::tuple<>>)
    explicit grouping(grouping<Fields, OtherMeasures> other) : core_{std::move(other.core_)} {}

    grouping(grouping const& other) : core_{other.flushed()} {}
    grouping(grouping&&) = default;
    auto operator=(grouping other) -> grouping& {
        core_ = std::move(other.core_);
        return *this;
    }
    ~grouping() = default;

    /// The fields that are read. A flow may lack any of them; a log only the fields of keys and
    /// measures that are `optional`.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return core_.plan.uses(); }

    /// Adds a record. False, and nothing is added, if a field that is read is malformed.
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        auto* const row = core_.pending.next();
        auto const count = writer{core_.plan}.put(record, row);
        if (count == 0) [[unlikely]]
            return false;
        core_.pending.push(core_.table, count);
        if (both_ends())
            core_.with_update(
                [&](auto update) { update(core_.all.data(), row + core_.plan.key_words); });
        if (core_.pending.free_rows() < 2) core_.rotate();
        return true;
    }

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// Adds the flows of a batch up to the first in which a field that is read is malformed;
    /// returns how many.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        return detail::add_in_chunks(
            *this, batch, [this] { return core_.pending.free_rows() / core_.plan.ends(); },
            [this](Batch const& flows) { return add_columns(flows); });
    }

    /// Merges another grouping with the same keys and measures; with several threads if there are
    /// many groups of numbers and addresses. Throws `errc::invalid_argument` if both have counted
    /// different values with different keys.
    void merge(grouping&& other, unsigned threads = 1) {
        detail::grouping_merge{core_, other.core_}.run(threads);
    }

    /// Writes the groups, in the order of their keys.
    void save(state_writer& out) const { detail::save_groups(flushed(), out); }

    /// Merges saved groups with the same keys and measures; detail/group_state.hpp has the format.
    /// A grouping that has counted nothing yet takes over the hash key of the saved groups.
    void load(state_reader& in) { detail::load_groups(core_, in); }

    /// The number of groups.
    [[nodiscard]] auto size() const -> std::size_t { return flushed().table.size(); }

    /// The `limit` groups with the largest values of a measure, by default the first; groups with
    /// equal values in the order of their keys, groups without a value last. The measure is named
    /// by its position or by itself:
    ///
    ///     for (auto const& [src, flows, bytes] : found.value.top(20, sum<field::bytes>)) …
    ///
    /// Throws `errc::invalid_argument` if the measure is not among those that are computed; for a
    /// measure known at compile time that is an error of compilation.
    template <measure_choice By = std::size_t>
    [[nodiscard]] auto top(std::size_t limit, By by = By{}) const -> std::vector<group_type> {
        auto const& core = flushed();
        auto const found = detail::group_results{core}.ranked(limit, {.by = position_of(by)});
        return described(core, std::span{found.rows}.first(std::min(limit, found.rows.size())));
    }

    /// The same groups, with what they leave out. If both ends of a flow count, the rest is the sum
    /// over its groups, and the total has each flow once.
    template <measure_choice By = std::size_t>
    [[nodiscard]] auto rank(std::size_t limit, By by = By{}) const
        -> basic_ranking<group_type, values_type> {
        return rank(limit, rank_order{.by = position_of(by)});
    }

    /// The same for the groups that are wanted, in any order. Groups with equal values are in the
    /// order of their keys. Throws `errc::invalid_argument` if there is no such measure or key, or
    /// if a measure that `order.wanted` compares is not computed.
    [[nodiscard]] auto rank(std::size_t limit, rank_order const& order) const
        -> basic_ranking<group_type, values_type> {
        auto const& core = flushed();
        auto const results = detail::group_results{core};
        auto const found = results.ranked(limit, order);
        auto const shown = std::span{found.rows}.first(std::min(limit, found.rows.size()));
        auto const values_of = [&core](detail::group_sums const& sums) {
            return rows::values(core, sums.words.data(), sums.sets);
        };
        auto sums = results.none();
        for (auto const row : std::span{found.rows}.subspan(shown.size())) results.add(sums, row);
        auto result =
            basic_ranking<group_type, values_type>{.groups = described(core, shown),
                                                   .left_out = found.rows.size() - shown.size(),
                                                   .rest = values_of(sums)};
        auto excluded = results.none();
        for (auto const row : found.excluded) results.add(excluded, row);
        result.excluded = found.excluded.size();
        result.excluded_values = values_of(excluded);
        for (auto const row : shown) results.add(sums, row);
        for (auto const row : found.excluded) results.add(sums, row);
        result.total =
            both_ends() ? rows::values(core, core.all.data(), core.values) : values_of(sums);
        result.saturated = core.values.saturated() || sums.sets.saturated();
        result.estimated = core.values.estimated() || sums.sets.estimated();
        result.rounded = core.values.rounded() || sums.sets.rounded();
        return result;
    }

    /// All groups in the order of their keys: absent before present, IPv4 before IPv6, texts by
    /// their bytes.
    [[nodiscard]] auto groups() const -> std::vector<group_type> {
        auto const& core = flushed();
        return described(core, detail::group_results{core}.by_key());
    }

    /// Calls `function` with a `group_view` of each group, in the order of `groups`. Copies
    /// nothing: for millions of groups.
    template <class Function>
    void visit_groups(Function function) const {
        auto const& core = flushed();
        auto const offsets = detail::group_offsets{core};
        auto const order = detail::group_results{core}.by_key();
        constexpr std::size_t ahead = 16;
        for (std::size_t i = 0; i < order.size(); ++i) {
            if (i + ahead < order.size()) core.table.prefetch(order[i + ahead]);
            function(group_view{core, offsets, order[i]});
        }
    }

    /// The same in no particular order, which is faster.
    template <class Function>
    void visit_unordered(Function function) const {
        auto const& core = flushed();
        auto const offsets = detail::group_offsets{core};
        for (std::size_t row = 0; row < core.table.size(); ++row)
            function(group_view{core, offsets, row});
    }

    /// The groups of which some sum reached 2^64 - 1, if the sum of any group stopped there: these
    /// sums are not exact. In the order of their keys.
    [[nodiscard]] auto saturated_groups() const -> std::vector<group_type> {
        auto const& core = flushed();
        if (!core.values.saturated()) return {};
        auto found = detail::group_results{core}.by_key();
        std::erase_if(found, [&](auto row) { return !detail::is_saturated(core, row); });
        return described(core, found);
    }

    /// The measures over all flows. A value that is in several groups is one `distinct` value.
    [[nodiscard]] auto totals() const -> values_type {
        auto const& core = flushed();
        if (both_ends()) return rows::values(core, core.all.data(), core.values);
        auto const results = detail::group_results{core};
        auto sums = results.none();
        for (std::size_t row = 0; row < core.table.size(); ++row) results.add(sums, row);
        return rows::values(core, sums.words.data(), sums.sets);
    }

    [[nodiscard]] auto keys() const noexcept -> std::vector<group_key> const& {
        return core_.plan.keys;
    }
    [[nodiscard]] auto measures() const noexcept -> std::vector<measure> const& {
        return core_.plan.measures;
    }

    /// Whether the sum of some group stopped at 2^64 - 1.
    [[nodiscard]] auto saturated() const -> bool { return flushed().values.saturated(); }

    /// Whether the count of different values of some group is an estimate.
    [[nodiscard]] auto estimated() const -> bool { return flushed().values.estimated(); }

    /// The key of the hashes by which `distinct` counts; by default the random key of the process.
    /// Exact counts do not depend on it, estimates do. Copies have the same key, and only groupings
    /// with the same key can be merged once they have counted.
    [[nodiscard]] auto distinct_key() const noexcept -> hash_key const& {
        return core_.plan.distinct;
    }

    /// Sets the key, for estimates that are the same in several processes. Whoever writes the logs
    /// must not know it. \pre nothing was added
    void set_distinct_key(hash_key key) noexcept { core_.plan.distinct = key; }

private:
    template <class, class>
    friend class grouping;
    friend class detail::grouping_access;

    [[nodiscard]] auto both_ends() const noexcept -> bool { return core_.plan.both_ends; }

    /// Adds flows that fit into the newest pending batch: all or none.
    template <record_batch Batch>
    [[nodiscard]] auto add_columns(Batch const& flows) -> bool {
        if (!writer{core_.plan}.put_columns(flows, core_.pending.next())) return false;
        core_.pending.push(core_.table, both_ends() ? core_.join_ends(flows.size())
                                                    : core_.join_neighbours(flows.size()));
        if (core_.pending.free_rows() < 2) core_.rotate();
        return true;
    }

    /// What was counted, without pending rows. Results are read by several threads: the first one
    /// adds the pending rows to their groups.
    [[nodiscard]] auto flushed() const -> detail::group_core const& {
        auto const lock = std::scoped_lock{detail::flush_mutex};
        core_.flush();
        return core_;
    }

    /// The position of a measure.
    template <measure_choice By>
    [[nodiscard]] auto position_of(By by) const -> std::size_t {
        auto const& all = measures();
        auto position = all.size();
        if constexpr (std::convertible_to<By, std::size_t>) {
            position = static_cast<std::size_t>(by);
        } else {
            if constexpr (is_static && requires { By::value; }) {
                static_assert(((Measures::value == By::value) || ...),
                              "this grouping does not compute the measure that is to rank its "
                              "groups: name it in group_by");
            }
            auto const found = std::ranges::find(all, static_cast<measure>(by));
            position = static_cast<std::size_t>(found - all.begin());
        }
        if (position >= all.size())
            throw error{errc::invalid_argument,
                        {},
                        "the measure that is to rank the groups is not computed"};
        return position;
    }

    [[nodiscard]] static auto described(detail::group_core const& core,
                                        std::span<std::size_t const> order)
        -> std::vector<group_type> {
        auto result = std::vector<group_type>{};
        result.reserve(order.size());
        for (auto const row : order) result.push_back(rows::row(core, row));
        return result;
    }

    mutable detail::group_core core_;  // changed by const functions only as `flushed` says
};

/// A grouping whose keys and measures are known at run time.
using dynamic_grouping = grouping<field_list<>, std::tuple<>>;

/// Groups by fields and computes measures that are known at compile time.
///
///     using namespace flowlog::measures;
///     auto const found = flowlog::run(logs, flowlog::group_by<field::srcaddr>(
///                                               count, sum<field::bytes>));
///     for (auto const& [src, flows, bytes] : found.value.top(20, sum<field::bytes>))
///         std::cout << src << ' ' << flows << ' ' << bytes << '\n';
template <auto... Keys, class... Measures>
    requires(sizeof...(Keys) != 0 && sizeof...(Measures) != 0)
[[nodiscard]] auto group_by(Measures...) {
    return grouping<field_list<Keys.id...>, std::tuple<Measures...>>{{group_key::of(Keys.id)...},
                                                                     {Measures::value...}};
}

/// Groups by keys and computes measures that are known at run time.
[[nodiscard]] inline auto group_by(std::vector<group_key> keys, std::vector<measure> measures)
    -> dynamic_grouping {
    return {std::move(keys), std::move(measures)};
}

}  // namespace flowlog

#ifdef FLOWLOG_COMPILED

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

extern template void detail::save_groups<void>(detail::group_core const&, state_writer&);
extern template void detail::load_groups<void>(detail::group_core&, state_reader&);
extern template auto run(std::vector<input> const&, dynamic_grouping const&, run_options const&)
    -> run_result<dynamic_grouping>;
extern template auto run(std::vector<input> const&, filtered<filter, dynamic_grouping> const&,
                         run_options const&) -> run_result<filtered<filter, dynamic_grouping>>;

}  // namespace flowlog

#endif

#endif
