// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_COARSEN_HPP
#define FLOWLOG_AGGREGATE_COARSEN_HPP

//      by srcaddr, dstport                  by srcaddr/24, dstport
//
//      10.0.0.1  443   17   8092            10.0.0.0/24  443   20   8272
//      10.0.0.7  443    3    180    ──►     10.0.1.0/24  443    5    400
//      10.0.1.2  443    5    400

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_coarsener.hpp>
#include <flowlog/aggregate/detail/group_join.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_key.hpp>

namespace flowlog {

/// The keys of the next coarser groups. Addresses become networks, and these wider ones: /24 (IPv6:
/// /64), /16 (/48), /8 (/32). If there are no addresses or they are that wide, the last key is left
/// out. None if there is no key, or if a key is of both ends of a flow, which would then count
/// twice.
[[nodiscard]] inline auto coarser_keys(std::vector<group_key> const& keys)
    -> std::optional<std::vector<group_key>> {
    if (keys.empty()) return std::nullopt;
    auto result = std::vector<group_key>{};
    auto wider = false;
    for (auto const& key : keys) {
        if (key.other) return std::nullopt;
        auto const network = detail::wider_network(key);
        wider = wider || network.has_value();
        result.push_back(network.value_or(key));
    }
    if (!wider) result.pop_back();
    return result;
}

/// Makes the next coarser groups of groups, with the same measures: those that grouping all flows
/// by `coarser_keys` makes. False, and nothing changes, if there are none.
template <class = void>
[[nodiscard]] auto coarsen(dynamic_grouping& groups) -> bool {
    auto keys = coarser_keys(groups.keys());
    if (!keys) return false;
    auto result = group_by(*std::move(keys), groups.measures());
    detail::group_coarsener{detail::grouping_access::core(groups),
                            detail::grouping_access::changed_core(result)}
        .run();
    groups = std::move(result);
    return true;
}

#ifdef FLOWLOG_COMPILED
extern template auto coarsen<void>(dynamic_grouping&) -> bool;
#endif

}  // namespace flowlog

#endif
