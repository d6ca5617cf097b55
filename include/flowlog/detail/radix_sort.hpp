// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_RADIX_SORT_HPP
#define FLOWLOG_DETAIL_RADIX_SORT_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace flowlog::detail {

/// Sorts items by a 64-bit key, ascending and stable. Passes over the items twice for each 11 bits
/// in which keys differ, the lowest bits first.
template <class Item, class Key>
void radix_sort(std::vector<Item>& items, Key key) {
    if (items.empty()) return;
    std::uint64_t differing = 0;
    for (auto const& item : items) differing |= key(item) ^ key(items.front());
    auto sorted = std::vector<Item>(items.size());
    constexpr auto bits = 11U;
    constexpr auto digit = (std::uint64_t{1} << bits) - 1;
    for (auto shift = 0U; shift < 64; shift += bits) {
        if ((differing >> shift & digit) == 0) continue;
        auto offsets = std::array<std::size_t, digit + 2>{};
        auto const digit_of = [&](Item const& item) { return key(item) >> shift & digit; };
        for (auto const& item : items) ++offsets[digit_of(item) + 1];
        for (std::size_t i = 1; i <= digit; ++i) offsets[i] += offsets[i - 1];
        for (auto const& item : items) sorted[offsets[digit_of(item)]++] = item;
        std::swap(items, sorted);
    }
}

}  // namespace flowlog::detail

#endif
