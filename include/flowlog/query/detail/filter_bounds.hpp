// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_BOUNDS_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_BOUNDS_HPP

//      start >= 100 and (dstport = 22 or dstport in 80,443) and not bytes > 5
//
//      start     100 … max        a conjunction has the bounds of both sides
//      dstport    22 … 443        a disjunction has those of the fields that both sides bound
//      bytes       -              a negation has none

#include <algorithm>
#include <cstddef>
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

/// More addresses than a reader would look up for a block.
inline constexpr std::size_t max_choice = 64;

/// The addresses of which a test wants one; none if it wants a range, or something else.
template <class = void>
auto choices_of(filter_leaf const& leaf) -> std::vector<address_choice> {
    if (leaf.subject != filter_subject::address || leaf.question != filter_question::member ||
        leaf.addresses.size() > max_choice)
        return {};
    auto choice = address_choice{};
    for (auto const& [first, last] : leaf.addresses) {
        if (first != last) return {};
        choice.any_of.emplace_back(leaf.field, first);
    }
    return {choice};
}

/// Choices of which a flow that both sides want has one address each.
template <class = void>
auto choices_of_both(std::vector<address_choice> a, std::vector<address_choice> const& b)
    -> std::vector<address_choice> {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// The same for a flow that at least one side wants. One choice of each side is enough.
template <class = void>
auto choices_of_either(std::vector<address_choice> const& a, std::vector<address_choice> const& b)
    -> std::vector<address_choice> {
    if (a.empty() || b.empty()) return {};
    auto choice = a.front();
    auto const& more = b.front().any_of;
    choice.any_of.insert(choice.any_of.end(), more.begin(), more.end());
    if (choice.any_of.size() > max_choice) return {};
    return {choice};
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

/// What is known of every flow that a filter wants, from what is known of the flows that each test
/// wants, by a connective at a time.
template <class Known, class OfLeaf, class OfBoth, class OfEither>
auto known_of(filter_tree const& tree, OfLeaf of_leaf, OfBoth of_both, OfEither of_either)
    -> std::vector<Known> {
    auto results = std::vector<std::vector<Known>>{};
    auto leaf = tree.leaves.begin();
    for (auto const step : tree.steps) {
        if (step == filter_step::leaf) {
            results.push_back(of_leaf(*leaf++));
        } else if (step == filter_step::negation) {
            results.back().clear();
        } else {
            auto const right = std::move(results.back());
            results.pop_back();
            results.back() = step == filter_step::conjunction
                                 ? of_both(std::move(results.back()), right)
                                 : of_either(results.back(), right);
        }
    }
    return results.empty() ? std::vector<Known>{} : std::move(results.back());
}

/// The bounds within which the fields of every flow are that a filter wants; no more than one for
/// each field.
template <class = void>
auto bounds_of(filter_tree const& tree) -> std::vector<field_bounds> {
    return known_of<field_bounds>(
        tree, [](filter_leaf const& leaf) { return bounds_of(leaf); }, bounds_of_both<>,
        bounds_of_either<>);
}

/// Choices of addresses: every flow that a filter wants has one address of each.
template <class = void>
auto choices_of(filter_tree const& tree) -> std::vector<address_choice> {
    return known_of<address_choice>(
        tree, [](filter_leaf const& leaf) { return choices_of(leaf); }, choices_of_both<>,
        choices_of_either<>);
}

}  // namespace flowlog::detail

#endif
