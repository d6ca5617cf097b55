// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FEWEST_BLOCKS_HPP
#define FLOWLOG_FLOW_FEWEST_BLOCKS_HPP

//      10.0.0.0/24 ┐
//      10.0.1.0/24 ┴─► 10.0.0.0/23 ┐
//      10.0.2.0/23 ────────────────┴─► 10.0.0.0/22
//      10.0.3.7/32     is in 10.0.2.0/23

#include <algorithm>
#include <cstdint>
#include <vector>

#include <flowlog/flow/address.hpp>

namespace flowlog {

/// The fewest blocks that have the addresses of some blocks, and no others; in their order. A block
/// that is in another one is left out, and two halves of a block are that block.
template <class = void>
[[nodiscard]] auto fewest_blocks(std::vector<cidr> blocks) -> std::vector<cidr> {
    std::ranges::sort(blocks);
    auto result = std::vector<cidr>{};
    auto const parent = [](cidr const& block) {
        return cidr{block.network(), static_cast<std::uint8_t>(block.prefix_length() - 1)};
    };
    auto const are_halves = [&](cidr const& a, cidr const& b) {
        return a.prefix_length() == b.prefix_length() && a.prefix_length() != 0 &&
               parent(a) == parent(b);
    };
    for (auto const& block : blocks) {
        if (!result.empty() && result.back().contains(block.network())) continue;
        result.push_back(block);
        while (result.size() > 1 && are_halves(result[result.size() - 2], result.back())) {
            auto const whole = parent(result.back());
            result.pop_back();
            result.back() = whole;
        }
    }
    return result;
}

}  // namespace flowlog

#endif
