// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdint>
#include <vector>

#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/detail/mix.hpp>

#include "catch.hpp"

using flowlog::detail::distinct_counter;

static auto counter(std::uint64_t first, std::uint64_t last) -> distinct_counter {
    auto result = distinct_counter{};
    for (auto i = first; i < last; ++i) {
        result.add(flowlog::detail::hash_words(&i, 1));
        if (i % 3 == 0) result.add(flowlog::detail::hash_words(&i, 1));
    }
    return result;
}

TEST_CASE("few different values are counted exactly", "[distinct]") {
    for (auto const many : std::vector<std::uint64_t>{0, 1, 2, 100, 1023, 1024}) {
        CHECK(counter(0, many).exact());
        CHECK(counter(0, many).count() == many);
    }
    CHECK_FALSE(counter(0, 1025).exact());
}

TEST_CASE("many different values are estimated within 5 %", "[distinct]") {
    for (auto const many : std::vector<std::uint64_t>{1025, 2000, 5000, 9000, 10'000, 11'000,
                                                      20'000, 50'000, 100'000, 1'000'000}) {
        CAPTURE(many);
        auto const estimate = static_cast<double>(counter(7, many + 7).count());
        auto const error = std::abs(estimate / static_cast<double>(many) - 1);
        CAPTURE(estimate);
        CHECK(error < 0.05);
    }
}

TEST_CASE("how values were shared out makes no difference to their count", "[distinct]") {
    for (auto const many : std::vector<std::uint64_t>{800, 1024, 1025, 3000, 60'000}) {
        CAPTURE(many);
        auto const whole = counter(0, many);
        for (auto const cut : {many / 100, many / 2, many - 5}) {
            auto first = counter(0, cut + 3);  // some are in both
            auto const second = counter(cut, many);
            auto other = second;
            other.merge(first);
            first.merge(second);
            CHECK(first.count() == whole.count());
            CHECK(other.count() == whole.count());
            CHECK(first.exact() == whole.exact());
        }
    }
}
