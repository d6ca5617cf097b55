// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_ROLL_UP_HPP
#define FLOWLOG_AGGREGATE_ROLL_UP_HPP

//      by srcaddr, dstaddr                     by srcaddr/24
//
//      10.0.0.1  10.9.0.1   17   8092          10.0.0.0/24   20   8272
//      10.0.0.7  10.9.0.1    3    180    ──►   10.0.1.0/24    5    400
//      10.0.1.2  10.9.0.1    5    400

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/group_batch.hpp>
#include <flowlog/aggregate/detail/group_join.hpp>
#include <flowlog/aggregate/detail/row_plan.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

/// Whether the groups of a finer grouping are enough to make the groups of a coarser one, of those
/// flows that a filter wants: if all that the filter and the keys of the coarser one read are keys
/// of the finer one that are fields, and if both have the same counts and sums. A `distinct` of
/// such a field can be made, too.
[[nodiscard]] inline auto rolls_up(dynamic_grouping const& from, filter const& wanted,
                                   dynamic_grouping const& into) -> bool {
    auto const columns = detail::group_columns{detail::grouping_access::core(from)};
    auto const has_key = [&](field_use use) { return columns.has_key(use.id); };
    auto const both_ends = [](group_key const& key) { return key.other.has_value(); };
    auto const reads_column = [](group_key const& key) { return key.kind == key_kind::column; };
    auto const is_there = [&](measure const& of) {
        if (of.kind == measure_kind::flows) return columns.flows() != 0;
        if (of.of != measured::field) return false;
        return of.kind == measure_kind::sum
                   ? columns.sum(of.field) != 0
                   : of.kind == measure_kind::distinct && columns.has_key(of.field);
    };
    auto const uses = detail::row_plan{into.keys(), {measure{}}}.uses();  // of the keys alone
    return std::ranges::none_of(from.keys(), both_ends) &&
           std::ranges::none_of(into.keys(), reads_column) && std::ranges::all_of(uses, has_key) &&
           std::ranges::all_of(wanted.uses(), has_key) &&
           std::ranges::all_of(into.measures(), is_there);
}

/// Adds the groups of a finer grouping to a coarser one, as if their flows were added that a filter
/// wants. That takes less time than to add the flows, because groups are fewer and decoded.
/// Throws `errc::invalid_argument` unless `rolls_up(from, wanted, into)`.
template <class = void>
void roll_up(dynamic_grouping const& from, filter const& wanted, dynamic_grouping& into) {
    if (!rolls_up(from, wanted, into))
        throw error{errc::invalid_argument, {}, "these groups do not have what others are made of"};
    constexpr std::size_t at_once = 64;
    auto const& core = detail::grouping_access::core(from);
    auto const columns = detail::group_columns{core};
    auto part = filtered{wanted, std::move(into)};
    for (std::size_t begin = 0; begin < core.table.size(); begin += at_once) {
        auto const size = std::min(at_once, core.table.size() - begin);
        static_cast<void>(part.add_batch(detail::group_batch{columns, begin, size}));
    }
    into = std::move(part).inner();
    if (core.values.saturated()) detail::grouping_access::note_saturated(into);
}

#ifdef FLOWLOG_COMPILED
extern template void roll_up<void>(dynamic_grouping const&, filter const&, dynamic_grouping&);
#endif

}  // namespace flowlog

#endif
