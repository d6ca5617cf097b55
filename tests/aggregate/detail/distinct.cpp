// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/aggregate/detail/value_counts.hpp>
#include <flowlog/detail/mix.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_distinct {

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

TEST_CASE("estimates are neither too large nor too small on average", "[distinct]") {
    constexpr auto counters = std::uint64_t{60};
    for (auto const many : std::vector<std::uint64_t>{1500, 5000, 10'000, 11'000, 20'000}) {
        CAPTURE(many);
        auto sum = 0.0;
        for (std::uint64_t i = 0; i < counters; ++i)
            sum += static_cast<double>(counter(i << 32, (i << 32) + many).count());
        auto const mean = sum / static_cast<double>(counters);
        CAPTURE(mean);
        CHECK(std::abs(mean / static_cast<double>(many) - 1) < 0.01);
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

TEST_CASE("an estimate depends on the values alone, not on how often they were added",
          "[distinct]") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        auto once = distinct_counter{};
        auto often = distinct_counter{};
        for (auto i = std::uint64_t{0}; i < 1025; ++i) {
            once.add(hash_of(i + seed * 10'000));
            for (auto k = 0; k < 3; ++k) often.add(hash_of(1024 - i + seed * 10'000));
        }
        CHECK(once.count() >= 1025);  // more than can be exact
        CHECK(once.count() == often.count());
    }
}

// --- percentiles ---

using flowlog::detail::value_counts;

/// The values of which percentiles are taken: some often, some from 1 to 2^64 - 1.
static auto some_values(std::size_t size, std::uint64_t range) -> std::vector<std::uint64_t> {
    auto result = std::vector<std::uint64_t>{};
    for (std::size_t i = 0; i < size; ++i)
        result.push_back(hash_of(i % range) >> hash_of(i % range + 1000) % 64);
    return result;
}

/// The smallest value that a share of 1/100,000 does not exceed.
static auto nearest_rank(std::vector<std::uint64_t> values, std::uint64_t share) -> std::uint64_t {
    std::ranges::sort(values);
    auto const rank = (values.size() * share + 99'999) / 100'000;
    return values[rank == 0 ? 0 : rank - 1];
}

TEST_CASE("percentiles are exact for few values and 0.8 % off for many", "[value_counts]") {
    for (auto const range : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{100},
                             std::uint64_t{129}, std::uint64_t{100'000}}) {
        auto const values = some_values(5000, range);
        auto counts = value_counts{};
        for (auto const value : values) counts.add(value, 1);
        auto const different = std::set<std::uint64_t>(values.begin(), values.end()).size();
        CHECK(counts.exact() == (different <= value_counts::exact_limit));
        for (std::uint32_t const share :
             {0U, 1U, 10'000U, 50'000U, 90'000U, 95'000U, 99'000U, 99'900U, 99'999U, 100'000U}) {
            CAPTURE(range, share);
            auto const expected = nearest_rank(values, share);
            auto const found = counts.percentile(share);
            auto const difference = found > expected ? found - expected : expected - found;
            CHECK(difference <= (counts.exact() || expected < 128 ? 0 : expected / 128));
        }
        CHECK(counts.percentile(0) == std::ranges::min(values));
        CHECK(counts.percentile(100'000) == std::ranges::max(values));
    }
}

TEST_CASE("how values were shared out makes no difference to percentiles", "[value_counts]") {
    for (auto const range :
         {std::uint64_t{100}, std::uint64_t{128}, std::uint64_t{129}, std::uint64_t{5000}}) {
        auto const values = some_values(3000, range);
        auto whole = value_counts{};
        for (auto const value : values) whole.add(value, 1);
        for (std::size_t const parts : {2U, 3U, 40U}) {
            auto shares = std::vector<value_counts>(parts);
            for (std::size_t i = 0; i < values.size(); ++i) shares[i * i % parts].add(values[i], 1);
            auto forwards = value_counts{};
            for (auto const& one : shares) forwards.merge(one);
            auto backwards = value_counts{};
            for (auto one = shares.rbegin(); one != shares.rend(); ++one) backwards.merge(*one);
            CHECK(forwards.exact() == whole.exact());
            for (std::uint32_t share = 0; share <= 100'000; share += 2500) {
                CHECK(forwards.percentile(share) == whole.percentile(share));
                CHECK(backwards.percentile(share) == whole.percentile(share));
            }
        }
    }
}

}  // namespace test_aggregate_detail_distinct
