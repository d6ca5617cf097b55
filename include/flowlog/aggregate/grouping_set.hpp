// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUPING_SET_HPP
#define FLOWLOG_AGGREGATE_GROUPING_SET_HPP

//      flows ──┬──► by srcaddr, dstaddr ──┬──► by srcaddr        in the end
//              │                          └──► by dstaddr/24
//              └──► by service

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/aggregate/detail/grouping_part.hpp>
#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

/// How a `grouping_set` counts.
struct grouping_set_options {
    /// A grouping that has more groups is made coarser, as often as it takes; at least 1.
    std::size_t max_groups = std::numeric_limits<std::size_t>::max();
    lacking_logs lacking = lacking_logs::refused;  ///< what becomes of a log that lacks a field
    /// Groups by tags and labels may be made of finer ones. False if the tables may be missing when
    /// `finish` is called, as they are when partial results are merged.
    bool has_tables = true;
};

/// Several groupings in one pass, each of the flows that a filter wants. An aggregator. A grouping
/// that can be made of a finer one, as `rolls_up` says, is not filled from flows: `finish` makes
/// it.
///
/// Memory is bounded by `max_groups` groups for each grouping and thread. A grouping that would
/// have more is made coarser, as `coarser_keys` says; those that are made of it get its groups
/// before. So the keys of a result depend on the flows and on nothing else: not on their order, nor
/// on how they were shared out.
///
///     using part = flowlog::filtered<flowlog::filter, flowlog::dynamic_grouping>;
///     auto parts = std::vector<part>{…};
///     auto const most = flowlog::grouping_set_options{.max_groups = 1'000'000};
///     auto found = flowlog::run(logs, flowlog::grouping_set{parts, most}).value;
///     found.finish();
///     found.at(0).rank(10);  // by coarser keys if found.steps(0) is not 0
class grouping_set {
public:
    /// Throws `errc::invalid_argument` if groups must be bounded and cannot be made coarser,
    /// because both ends of a flow count.
    template <class = void>
    explicit grouping_set(std::vector<filtered<filter, dynamic_grouping>> const& all,
                          grouping_set_options options = {})
        : options_{options}, empty_(all.begin(), all.end()), parts_{parts{}} {
        auto const both_ends = [](group_key const& key) { return key.other.has_value(); };
        for (auto const& one : empty_)
            if (options.max_groups != grouping_set_options{}.max_groups &&
                std::ranges::any_of(one.groups().keys(), both_ends))
                throw error{errc::invalid_argument,
                            {},
                            "groups by both ends of a flow cannot be bounded in number"};
        detail::part_planner{empty_}.plan(options.has_tables);
        parts_ = each_of{empty_, options.lacking};
    }

    /// The number of groupings.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return empty_.size(); }

    /// A grouping. After `finish`, it has all its groups.
    [[nodiscard]] auto at(std::size_t number) const& -> dynamic_grouping const& {
        return parts_.all().at(number).groups();
    }
    [[nodiscard]] auto at(std::size_t number) && -> dynamic_grouping&& {
        return std::move(parts_.all().at(number).groups());
    }

    /// How often a grouping was made coarser.
    [[nodiscard]] auto steps(std::size_t number) const -> std::size_t {
        return parts_.all().at(number).steps;
    }

    /// The number of the finer grouping that one will be made of; none if it is filled from flows.
    [[nodiscard]] auto source(std::size_t number) const -> std::optional<std::size_t> {
        return parts_.all().at(number).source;
    }

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }

    /// Adds a record. False, and it is added to no grouping, if a field keeps it out.
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        auto const added = parts_.try_add(record);
        keep_bound();
        return added;
    }

    /// The first field that keeps a record out.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        return parts_.offending_field_of(record);
    }

    /// Adds the records of a batch up to the first that a field keeps out; returns how many.
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        auto const added = parts_.add_batch(batch);
        keep_bound();
        return added;
    }

    /// The number of records of a batch, from the first on, that can be added.
    template <record_batch Batch>
    [[nodiscard]] auto count_addable(Batch const& batch) -> std::size_t {
        return parts_.count_addable(batch);
    }

    /// Throws `errc::invalid_argument` if the other one has not as many groupings.
    template <class = void>
    void merge(grouping_set&& other, unsigned threads = 1) {
        if (other.size() == size())
            detail::part_planner<parts>::make_alike(parts_.all(), other.parts_.all());
        parts_.merge(std::move(other.parts_), threads);
        detail::part_planner{parts_.all()}.keep_bound(options_.max_groups);
    }

    /// Makes the groupings that are made of finer ones, with several threads. \pre all flows were
    /// added
    template <class = void>
    void finish(unsigned threads = 1) {
        auto planner = detail::part_planner{parts_.all()};
        planner.make_all(threads);
        planner.keep_bound(options_.max_groups);
    }

    /// Writes the groups of all groupings that are filled from flows.
    template <class = void>
    void save(state_writer& out) const {
        out.head(head_of(parts_.all()));
        for (auto const& one : parts_.all())
            if (!one.source) one.save(out);
    }

    /// Merges what a set of the same groupings saved.
    template <class = void>
    void load(state_reader& in) {
        auto const head = std::string{in.head()};
        if (head == head_of(parts_.all())) {
            load_parts(parts_.all(), in);
            return detail::part_planner{parts_.all()}.keep_bound(options_.max_groups);
        }
        auto other = grouping_set{*this};
        other.parts_ = each_of{empty_, options_.lacking};
        detail::part_planner<parts>::change(other.parts_.all(), steps_in(head));
        in.require_head(head, head_of(other.parts_.all()));
        load_parts(other.parts_.all(), in);
        merge(std::move(other));
    }

    /// The fields that any of the groupings and filters reads.
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return parts_.uses(); }

private:
    using parts = detail::grouping_parts;

    /// Makes groupings coarser that have too many groups. Looks only at groups that were found, and
    /// so takes no time; pending flows are looked at in the end.
    void keep_bound() {
        for (auto const& one : parts_.all())
            if (detail::grouping_access::found(one.groups()) > options_.max_groups) [[unlikely]]
                return detail::part_planner{parts_.all()}.keep_bound(options_.max_groups);
    }

    static void load_parts(parts& all, state_reader& in) {
        for (auto& one : all)
            if (!one.source) one.load(in);
    }

    /// The line that begins the saved state: how often each grouping was made coarser, and `null`
    /// for those that will be made of others.
    [[nodiscard]] static auto head_of(parts const& all) -> std::string {
        auto result = std::string{head_begin};
        for (auto const& one : all) {
            if (result.size() != head_begin.size()) result += ',';
            result += one.source ? "null" : std::to_string(one.steps);
        }
        return result + "]}";
    }

    /// Reads such a line as far as it is one.
    [[nodiscard]] static auto steps_in(std::string_view head)
        -> std::vector<std::optional<std::size_t>> {
        auto result = std::vector<std::optional<std::size_t>>{};
        if (!head.starts_with(head_begin)) return result;
        head.remove_prefix(head_begin.size());
        while (!head.empty() && head != "]}") {
            auto const word = head.substr(0, head.find_first_of(",]"));
            if (word.empty()) break;
            auto number = std::size_t{0};
            auto const [end, failure] =
                std::from_chars(word.data(), word.data() + word.size(), number);
            result.push_back(failure == std::errc{} ? std::optional{number} : std::nullopt);
            head.remove_prefix(word.size());
            if (head.starts_with(',')) head.remove_prefix(1);
        }
        return result;
    }

    static constexpr auto head_begin = std::string_view{R"({"part":"groupings","steps":[)"};

    grouping_set_options options_;
    parts empty_;  // the groupings as they were given
    each_of<detail::grouping_part> parts_;
};

}  // namespace flowlog

#endif
