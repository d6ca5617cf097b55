// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_table.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_aggregate_detail_group_table {

using flowlog::detail::group_table;

TEST_CASE("a group table counts like a map", "[group_table]") {
    auto random = testing::random_numbers{7};
    auto table = group_table{2, {0, 100}};
    auto expected = std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t>{};
    auto order = std::vector<std::pair<std::uint64_t, std::uint64_t>>{};
    for (auto i = 0; i < 20'000; ++i) {
        auto const key = std::array{random(100), random(2) << 63 | random(30)};
        auto const hash = table.hash(key.data());
        group_table::entrance{table}.prefetch(hash);
        auto const likely = random(2) == 0 ? table.prefetch_row(hash) : nullptr;
        auto* const values = table.values(key.data(), 2, hash, likely);
        ++values[0];
        ++values[1];
        if (++expected[{key[0], key[1]}] == 1) order.emplace_back(key[0], key[1]);
    }
    REQUIRE(table.size() == expected.size());
    auto same = true;
    for (std::size_t row = 0; row < table.size(); ++row) {
        auto const key = table.key(row);
        auto const values = table.values(row);
        auto const count = expected.at({key[0], key[1]});
        same = same && std::pair{key[0], key[1]} == order[row] && values[0] == count &&
               values[1] == 100 + count;
    }
    CHECK(same);
}

TEST_CASE("keys whose hashes are equal stay apart", "[group_table]") {
    auto table = group_table{1, {0}};
    for (std::uint64_t key = 0; key < 20; ++key) table.values(&key, 42)[0] += key;
    for (std::uint64_t key = 0; key < 20; ++key) table.values(&key, 42)[0] += key;
    REQUIRE(table.size() == 20);
    for (std::uint64_t key = 0; key < 20; ++key) CHECK(table.values(key)[0] == 2 * key);
}

TEST_CASE("rows that several threads link are found", "[group_table]") {
    constexpr std::uint64_t threads = 3;
    constexpr std::uint64_t each = 20'000;
    auto table = group_table{2, {7}};
    auto const key_of = [](std::uint64_t number) { return std::array{number % 3, number}; };
    for (std::uint64_t i = 0; i < 100; ++i)
        table.values(key_of(i).data(), table.hash(key_of(i).data()))[0] = i;
    auto const first = table.extend(threads * each);
    REQUIRE(first == 100);
    {
        auto linking = std::vector<std::jthread>{};
        for (std::uint64_t t = 0; t < threads; ++t) {
            linking.emplace_back([&, t] {
                for (auto row = first + t * each; row < first + (t + 1) * each; ++row) {
                    auto const key = key_of(row);
                    *std::copy(key.begin(), key.end(), table.row(row)) = row;
                    table.link(row, table.hash(key.data()));
                }
            });
        }
    }
    CHECK(table.size() == first + threads * each);
    auto right = true;
    for (std::uint64_t i = 0; i < table.size(); ++i) {
        auto const key = key_of(i);
        right = right && table.values(key.data(), table.hash(key.data()))[0] == i;
    }
    CHECK(right);
    CHECK(table.size() == first + threads * each);
}

TEST_CASE("the row that a hash probably means is used for its own key alone", "[group_table]") {
    auto table = group_table{1, {0}};
    auto const one = std::uint64_t{1};
    auto const two = std::uint64_t{2};
    table.values(&one, 42)[0] = 10;
    auto* const likely = table.prefetch_row(42);
    REQUIRE(likely != nullptr);
    CHECK(table.find(&two, 1, 42, likely) == nullptr);
    table.values(&two, 1, 42, likely)[0] = 20;
    REQUIRE(table.size() == 2);
    CHECK(table.values(std::size_t{0})[0] == 10);
    CHECK(table.values(std::size_t{1})[0] == 20);
    CHECK(table.find(&two, 1, 42, table.prefetch_row(42))[0] == 20);
}

}  // namespace test_aggregate_detail_group_table
