// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdint>
#include <vector>

#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/detail/mix.hpp>

#include "catch.hpp"

using flowlog::detail::distinct_counter;

static auto hash_of(std::uint64_t number) -> std::uint64_t {
    return flowlog::detail::hash_words(&number, 1);
}

static auto counter(std::uint64_t first, std::uint64_t last) -> distinct_counter {
    auto result = distinct_counter{};
    for (auto i = first; i < last; ++i) {
        result.add(hash_of(i));
        if (i % 3 == 0) result.add(hash_of(i));
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

TEST_CASE("an estimate lies between what can be", "[distinct]") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        auto once = distinct_counter{};
        for (auto i = std::uint64_t{0}; i < 1025; ++i) once.add(hash_of(i + seed * 10'000));
        CHECK(once.count() == 1025);  // more than can be exact, and no more than were added
        auto often = distinct_counter{};
        for (auto i = std::uint64_t{0}; i < 1100; ++i) often.add(hash_of(i + seed * 10'000));
        CHECK(often.count() >= 1025);
        CHECK(often.count() <= 1100);
        often.merge(once);
        CHECK(often.count() <= 2125);
    }
}
