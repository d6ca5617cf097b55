// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <string>

#include <flowlog/aggregate/detail/text_pool.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_text_pool {

using flowlog::detail::text_pool;

TEST_CASE("texts have numbers in the order of their first look-up", "[text_pool]") {
    auto pool = text_pool{};
    CHECK(pool.number("eni-1") == 0);
    CHECK(pool.number("") == 1);
    CHECK(pool.number("eni-1") == 0);
    CHECK(pool.size() == 2);
    CHECK(pool.text(1).empty());
    CHECK(pool.find("eni-1") == 0U);
    CHECK_FALSE(pool.find("eni-2"));
}

// what is remembered of a text depends on its size, and texts with the same end share a place
TEST_CASE("texts of all sizes are told apart", "[text_pool]") {
    auto pool = text_pool{};
    auto expected = std::map<std::string, std::uint64_t>{};
    auto random = std::minstd_rand{7};
    for (int i = 0; i < 60'000; ++i) {
        auto text = std::string(random() % 40, 'x');
        for (auto changes = random() % 3; changes != 0 && !text.empty(); --changes)
            text[random() % text.size()] = static_cast<char>('a' + random() % 3);
        auto const known = expected.emplace(text, expected.size()).first->second;
        REQUIRE(pool.number(text) == known);
    }
    CHECK(pool.size() == expected.size());
    for (auto const& [text, number] : expected) CHECK(pool.text(number) == text);
}

}  // namespace test_aggregate_detail_text_pool
