// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_BOUNDS_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_BOUNDS_HPP

//      start >= 100 and (dstport = 22 or dstport in 80,443) and not bytes > 5
//
//      start     100 … max        a conjunction has the bounds of both sides
//      dstport    22 … 443        a disjunction has those of the fields that both sides bound
//      bytes       -              a negation has none

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::detail {

/// A number of a filter as `field_bounds` has it.
[[nodiscard]] constexpr auto bound_of(filter_subject subject, std::uint64_t number) noexcept
    -> std::int64_t {
    if (subject == filter_subject::time)
        return static_cast<std::int64_t>(number ^ (std::uint64_t{1} << 63));  // see filter_number
    constexpr auto max = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return static_cast<std::int64_t>(std::min(number, max));
}

/// The bounds that a test sets to its field.
template <class = void>  // a template: see `filter_tree`
auto bounds_of(filter_leaf const& leaf) -> std::vector<field_bounds> {
    auto const bounded =
        leaf.subject <= filter_subject::u64 || leaf.subject == filter_subject::time;
    if (!bounded || leaf.question != filter_question::member || ~leaf.mask != 0) return {};
    auto found = field_bounds{leaf.field, std::numeric_limits<std::int64_t>::max(),
                              std::numeric_limits<std::int64_t>::min()};
    for (auto const& [first, last] : leaf.numbers) {
        if (last < first) continue;
        found.first = std::min(found.first, bound_of(leaf.subject, first));
        found.last = std::max(found.last, bound_of(leaf.subject, last));
    }
    return {found};
}

/// Bounds within which the fields are if both sides want a flow.
template <class = void>
auto bounds_of_both(std::vector<field_bounds> a, std::vector<field_bounds> const& b)
    -> std::vector<field_bounds> {
    for (auto const& bounds : b) {
        auto const same = std::find_if(a.begin(), a.end(),
                                       [&](auto const& other) { return other.id == bounds.id; });
        if (same == a.end()) {
            a.push_back(bounds);
        } else {
            *same = {same->id, std::max(same->first, bounds.first),
                     std::min(same->last, bounds.last)};
        }
    }
    return a;
}

/// Bounds within which the fields are if at least one side wants a flow.
template <class = void>
auto bounds_of_either(std::vector<field_bounds> const& a, std::vector<field_bounds> const& b)
    -> std::vector<field_bounds> {
    auto result = std::vector<field_bounds>{};
    for (auto const& x : a) {
        for (auto const& y : b) {
            if (x.id == y.id)
                result.push_back({x.id, std::min(x.first, y.first), std::max(x.last, y.last)});
        }
    }
    return result;
}

/// The bounds within which the fields of every flow are that a filter wants; no more than one for
/// each field.
template <class = void>
auto bounds_of(filter_tree const& tree) -> std::vector<field_bounds> {
    auto results = std::vector<std::vector<field_bounds>>{};
    auto leaf = tree.leaves.begin();
    for (auto const step : tree.steps) {
        if (step == filter_step::leaf) {
            results.push_back(bounds_of(*leaf++));
        } else if (step == filter_step::negation) {
            results.back().clear();
        } else {
            auto const right = std::move(results.back());
            results.pop_back();
            results.back() = step == filter_step::conjunction
                                 ? bounds_of_both(std::move(results.back()), right)
                                 : bounds_of_either(results.back(), right);
        }
    }
    return results.empty() ? std::vector<field_bounds>{} : std::move(results.back());
}

}  // namespace flowlog::detail

#endif
