// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_LABELLED_BLOCKS_HPP
#define FLOWLOG_QUERY_LABELLED_BLOCKS_HPP

//      10.0.0.0/8    a     ├───────────── a ─────────────┤
//      10.1.0.0/16   b     .      ├───── b ─────┤        .
//      10.1.2.0/24   a     .      .   ├─ a ─┤   .        .
//
//      ranges of a         ├─────┤    ├─────┤    ├───────┤

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog {

/// A block of addresses, and the number of what it is called.
struct labelled_block {
    cidr block;
    std::uint32_t label;

    friend auto operator<=>(labelled_block const&, labelled_block const&) noexcept = default;
    friend auto operator==(labelled_block const&, labelled_block const&) noexcept -> bool = default;
};

/// The blocks of a table of labels, in any order.
template <class = void>
[[nodiscard]] auto blocks_of(label_table const& table) -> std::vector<labelled_block> {
    auto result = std::vector<labelled_block>{};
    table.each([&](cidr const& block, label_id label) { result.push_back({block, label}); });
    return result;
}

/// Blocks that give each address its `address_scope`, as `scope_of` does.
template <class = void>
[[nodiscard]] auto scope_blocks() -> std::vector<labelled_block> {
    constexpr auto mapped = std::uint64_t{0xFFFF} << 32;
    auto const number = [](address_scope scope) { return static_cast<std::uint32_t>(scope); };
    auto const all = number(address_scope::global);
    auto result = std::vector<labelled_block>{{cidr{address::v4(0), 0}, all},
                                              {cidr{address::v6(0, 0), 0}, all},
                                              {cidr{address::v6(0, mapped), 96}, all}};
    for (auto const& known : scope_blocks_v4) {
        auto const first = address::v4(static_cast<std::uint32_t>(known.low));
        auto const length = static_cast<std::uint8_t>(96 + known.length);
        result.push_back({cidr{first, known.length}, number(known.scope)});
        result.push_back({cidr{address::v6(0, mapped | known.low), length}, number(known.scope)});
    }
    for (auto const& known : scope_blocks_v6) {
        auto const first = address::v6(known.high, known.low);
        result.push_back({cidr{first, known.length}, number(known.scope)});
    }
    return result;
}

/// The address after another one. \pre it is not the last of its family
[[nodiscard]] constexpr auto next_address(address const& a) noexcept -> address {
    if (a.is_v4()) return address::v4(a.to_v4() + 1);
    return address::v6(a.high() + (a.low() == ~std::uint64_t{0} ? 1 : 0), a.low() + 1);
}

/// The address before another one. \pre it is not the first of its family
[[nodiscard]] constexpr auto previous_address(address const& a) noexcept -> address {
    if (a.is_v4()) return address::v4(a.to_v4() - 1);
    return address::v6(a.high() - (a.low() == 0 ? 1 : 0), a.low() - 1);
}

/// The addresses whose smallest block has a wanted label, as ranges that do not overlap.
/// `wanted(label)` says which are wanted. Takes the time of sorting the blocks.
template <class Wanted>
[[nodiscard]] auto ranges_with(std::vector<labelled_block> blocks, Wanted wanted)
    -> std::vector<address_range> {
    std::sort(blocks.begin(), blocks.end());
    struct open_block {
        address next;  // the first address that no smaller block before here has
        address last;
        std::uint32_t label;
        bool done;  // a smaller block has its last address
    };
    auto open = std::vector<open_block>{};
    auto result = std::vector<address_range>{};
    auto const emit = [&](open_block const& from, address const& last) {
        if (!from.done && !(last < from.next) && wanted(from.label))
            result.push_back({from.next, last});
    };
    auto const close = [&] {
        auto const closed = open.back();
        open.pop_back();
        emit(closed, closed.last);
        if (open.empty()) return;
        open.back().done = open.back().last == closed.last;
        if (!open.back().done) open.back().next = next_address(closed.last);
    };
    for (auto const& [block, label] : blocks) {
        auto const range = range_of(block);
        while (!open.empty() && open.back().last < range.first) close();
        if (!open.empty() && open.back().next < range.first)
            emit(open.back(), previous_address(range.first));
        open.push_back({range.first, range.last, label, false});
    }
    while (!open.empty()) close();
    return result;
}

}  // namespace flowlog

#endif
