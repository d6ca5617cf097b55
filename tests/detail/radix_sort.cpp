// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include <flowlog/detail/radix_sort.hpp>

#include "catch.hpp"

namespace test_detail_radix_sort {

using flowlog::detail::radix_sort;

namespace {

struct entry {
    std::uint64_t key;
    std::uint32_t place;  // in the order before

    friend auto operator==(entry const&, entry const&) -> bool = default;
};

auto by_key(entry const& item) -> std::uint64_t { return item.key; }

void check_as_stable_sort(std::vector<std::uint64_t> const& keys) {
    auto items = std::vector<entry>{};
    for (auto const key : keys) items.push_back({key, static_cast<std::uint32_t>(items.size())});
    auto expected = items;
    std::ranges::sort(expected, [](entry const& a, entry const& b) {
        return a.key != b.key ? a.key < b.key : a.place < b.place;
    });
    radix_sort(items, by_key);
    CHECK(items == expected);
}

}  // namespace

TEST_CASE("Radix sort sorts as a stable sort does", "[radix_sort]") {
    check_as_stable_sort({});
    check_as_stable_sort({7});
    check_as_stable_sort({5, 5, 5});
    check_as_stable_sort({~0ULL, 0, 1ULL << 63, 1, ~0ULL, 0});
    check_as_stable_sort({0x0100, 0x0001, 0x0101, 0x0000, 0xFF00, 0x00FF});
}

TEST_CASE("Radix sort looks at every byte of a key", "[radix_sort]") {
    auto random = std::mt19937_64{1};
    for (auto bits = 1U; bits <= 64; ++bits) {
        auto keys = std::vector<std::uint64_t>(300);
        for (auto& key : keys) key = random() >> (64 - bits) << (random() % 3 * 8 % bits);
        check_as_stable_sort(keys);
        check_as_stable_sort({std::uint64_t{1} << (bits - 1), 0});
    }
}

}  // namespace test_detail_radix_sort
