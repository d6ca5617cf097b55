// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>

#include <flowlog/aggregate/detail/row_store.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_row_store {

using flowlog::detail::row_store;

TEST_CASE("rows keep what they hold while others come", "[row_store]") {
    for (auto const words : {std::size_t{1}, std::size_t{3}, std::size_t{7}}) {
        CAPTURE(words);
        auto rows = row_store{words};
        constexpr std::size_t count = 1'500'000;  // several pieces
        auto zeros = true;
        for (std::size_t i = 0; i < count; ++i) {
            auto* const row = rows.add();
            for (std::size_t w = 0; w < words; ++w) {
                zeros = zeros && row[w] == 0;
                row[w] = i * 10 + w;
            }
        }
        CHECK(zeros);
        CHECK(rows.size() == count);
        auto const copy = rows;
        rows[count - 1][0] = 7;
        auto same = true;
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t w = 0; w < words; ++w) same = same && copy[i][w] == i * 10 + w;
        }
        CHECK(same);
    }
}

TEST_CASE("no rows can be added at once, or many", "[row_store]") {
    auto rows = row_store{3};
    rows.extend(0);
    CHECK(rows.size() == 0);
    rows.extend(1000);
    rows[999][2] = 5;
    rows.extend(0);
    CHECK(rows.size() == 1000);
    CHECK(rows[999][2] == 5);
}

}  // namespace test_aggregate_detail_row_store
