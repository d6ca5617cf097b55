// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include <flowlog/aggregate/difference.hpp>

#include "catch.hpp"

namespace test_aggregate_difference {

using namespace flowlog;

static auto count(std::uint64_t value) -> group_cell { return value; }

TEST_CASE("Differences have a sign", "[difference]") {
    CHECK(difference_of(count(5), count(7)) == difference{signed_count{false, 2}});
    CHECK(difference_of(count(7), count(5)) == difference{signed_count{true, 2}});
    CHECK(difference_of({}, count(5)) == difference{signed_count{false, 5}});
    CHECK(difference_of(count(5), {}) == difference{signed_count{true, 5}});
    CHECK(difference_of(1.5, 1.0) == difference{-0.5});
    CHECK(difference_of({}, 1.0) == difference{1.0});
    auto const time = group_cell{timestamp{std::chrono::seconds{1}}};
    CHECK(difference_of(time, time) == difference{});
    CHECK(difference_of(count(1), std::string{"a"}) == difference{});
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    CHECK(to_text(difference_of(count(most), count(0))) == "-18446744073709551615");
    CHECK(to_text(difference_of(count(0), count(most))) == "+18446744073709551615");
    CHECK(to_text(difference_of(count(1), count(1))) == "+0");
    CHECK(to_text(difference{-0.5}) == "-0.5");
    CHECK(to_text(difference{0.5}) == "+0.5");
    CHECK(to_text(difference{}) == "-");
}

TEST_CASE("Ratios", "[difference]") {
    CHECK(ratio_of(count(4), count(6)) == 1.5);
    CHECK(ratio_of(4.0, 1.0) == 0.25);
    CHECK(ratio_of(count(4), count(0)) == 0.0);
    CHECK(ratio_of(count(0), count(4)) == std::nullopt);
    CHECK(ratio_of({}, count(4)) == std::nullopt);
    CHECK(ratio_of(count(4), {}) == std::nullopt);
}

}  // namespace test_aggregate_difference
