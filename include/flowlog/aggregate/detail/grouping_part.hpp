// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUPING_PART_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUPING_PART_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <future>
#include <optional>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/coarsen.hpp>
#include <flowlog/aggregate/detail/group_join.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/roll_up.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog::detail {

/// A grouping of a `grouping_set`. An aggregator, which adds nothing while it has a source.
class grouping_part {
public:
    using picked_groups = filtered<filter, dynamic_grouping>;

    explicit grouping_part(picked_groups groups) : counted_{std::move(groups)} {}

    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(try_add(record));
    }
    template <flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        return source.has_value() || counted_.try_add(record);
    }
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& batch) -> std::size_t {
        return source ? batch.size() : counted_.add_batch(batch);
    }
    template <class = void>
    void merge(grouping_part&& other, unsigned threads = 1) {
        counted_.merge(std::move(other.counted_), threads);
    }
    [[nodiscard]] auto uses() const -> std::vector<field_use> { return counted_.uses(); }

    template <class = void>
    void save(state_writer& out) const {
        counted_.save(out);
    }
    template <class = void>
    void load(state_reader& in) {
        counted_.load(in);
    }

    [[nodiscard]] auto wanted() const noexcept -> filter const& { return counted_.predicate(); }
    [[nodiscard]] auto groups() const noexcept -> dynamic_grouping const& {
        return counted_.inner();
    }
    [[nodiscard]] auto groups() noexcept -> dynamic_grouping& { return counted_.inner(); }

    /// The next coarser groups; false if there are none.
    template <class = void>
    [[nodiscard]] auto coarsen() -> bool {
        if (!flowlog::coarsen(groups())) return false;
        ++steps;
        return true;
    }

    std::optional<std::size_t> source{};  ///< the number of the part of which this one is made
    std::size_t steps = 0;                ///< how often it was made coarser

private:
    picked_groups counted_;
};

/// The parts of a `grouping_set`: which are made of which, and how many groups they may have.
/// `Parts` is a std::vector of `grouping_part`; this is a template so that it is compiled only
/// where it is used.
template <class Parts>
class part_planner {
public:
    explicit part_planner(Parts& parts) noexcept : parts_{parts} {}

    /// Decides which parts are made of others. Of two that could be made of each other, the first
    /// one is filled from flows.
    void plan(bool has_tables) {
        auto const size = parts_.size();
        auto makes = std::vector(size, std::vector<bool>(size));
        for (std::size_t from = 0; from < size; ++from)
            for (std::size_t into = 0; into < size; ++into)
                makes[from][into] = can_make(from, into, has_tables);
        auto const is_made = [&](std::size_t which) {
            for (std::size_t from = 0; from < size; ++from)
                if (makes[from][which] && (!makes[which][from] || from < which)) return true;
            return false;
        };
        for (std::size_t into = 0; into < size; ++into) {
            auto& source = parts_[into].source;
            source.reset();
            if (!is_made(into)) continue;
            for (std::size_t from = 0; from < size; ++from) {
                if (!makes[from][into] || is_made(from)) continue;
                if (!source || key_count(from) < key_count(*source)) source = from;
            }
        }
    }

    /// Makes parts coarser that have more groups than they may.
    void keep_bound(std::size_t max_groups) {
        for (auto again = true; again;) {
            again = false;
            for (std::size_t i = 0; i < parts_.size(); ++i) {
                if (parts_[i].groups().size() <= max_groups) continue;
                again = give_groups(i) || again;
                while (parts_[i].groups().size() > max_groups && parts_[i].coarsen()) {
                }
            }
        }
    }

    /// Makes the parts that have a source, with several threads that take one after the other.
    void make_all(unsigned threads) {
        auto next = std::atomic<std::size_t>{0};
        auto const work = [&] {
            for (auto i = next++; i < parts_.size(); i = next++)
                if (parts_[i].source) make(i);
        };
        auto others = std::vector<std::future<void>>{};
        for (auto i = 1U; i < threads && i < parts_.size(); ++i)
            others.push_back(std::async(std::launch::async, work));
        work();
        for (auto& other : others) other.get();
        for (auto& one : parts_) one.source.reset();
    }

    /// Makes two sets of the same parts alike, so that they can be merged: in both, the same parts
    /// have a source, and each part has the same keys.
    static void make_alike(Parts& a, Parts& b) {
        for (std::size_t i = 0; i < a.size(); ++i) {
            if (a[i].source && !b[i].source) part_planner{a}.give_groups(*a[i].source);
            if (b[i].source && !a[i].source) part_planner{b}.give_groups(*b[i].source);
            auto const steps = std::max(a[i].steps, b[i].steps);
            for (auto* const one : {&a[i], &b[i]})
                while (one->steps < steps && one->coarsen()) {
                }
        }
    }

    /// Changes parts that have counted nothing: as many steps coarser, and without a source unless
    /// there is no number.
    static void change(Parts& parts, std::vector<std::optional<std::size_t>> const& steps) {
        for (std::size_t i = 0; i < std::min(parts.size(), steps.size()); ++i) {
            if (steps[i]) parts[i].source.reset();
            while (steps[i] && parts[i].steps < *steps[i] && parts[i].coarsen()) {
            }
        }
    }

private:
    [[nodiscard]] auto key_count(std::size_t which) const -> std::size_t {
        return parts_[which].groups().keys().size();
    }

    [[nodiscard]] auto can_make(std::size_t from, std::size_t into, bool has_tables) const -> bool {
        auto const needs_table = [](group_key const& key) {
            return key.kind == key_kind::label || key.kind == key_kind::tag;
        };
        auto const& groups = parts_[into].groups();
        if (from == into || !parts_[from].wanted().wants_all()) return false;
        if (!has_tables && std::ranges::any_of(groups.keys(), needs_table)) return false;
        return rolls_up(parts_[from].groups(), parts_[into].wanted(), groups);
    }

    void make(std::size_t which) {
        auto& into = parts_[which];
        roll_up(parts_[*into.source].groups(), into.wanted(), into.groups());
    }

    /// Gives the groups of a part to those that are made of it, which are filled from flows from
    /// now on. False if there are none.
    auto give_groups(std::size_t source) -> bool {
        auto any = false;
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            if (parts_[i].source != source) continue;
            make(i);
            parts_[i].source.reset();
            any = true;
        }
        return any;
    }

    Parts& parts_;
};

using grouping_parts = std::vector<grouping_part>;

#ifdef FLOWLOG_COMPILED
extern template class part_planner<grouping_parts>;
#endif

}  // namespace flowlog::detail

#endif
