// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>

#include <flowlog/flow/unix_time.hpp>

#include "catch.hpp"

using flowlog::from_unix_time;
using flowlog::timestamp;

TEST_CASE("a Unix time is in the unit that makes it a time of these centuries", "[unix_time]") {
    using namespace std::chrono;
    CHECK(from_unix_time(0) == timestamp{});
    CHECK(from_unix_time(1418530010) == timestamp{seconds{1418530010}});
    CHECK(from_unix_time(1418530010123) == timestamp{milliseconds{1418530010123}});
    CHECK(from_unix_time(1418530010123456) == timestamp{microseconds{1418530010123456}});
    CHECK(from_unix_time(1418530010123456789) == timestamp{microseconds{1418530010123456}});
}

TEST_CASE("each unit begins where the one before it ends", "[unix_time]") {
    using namespace std::chrono;
    CHECK(from_unix_time(99'999'999'999) == timestamp{seconds{99'999'999'999}});
    CHECK(from_unix_time(100'000'000'000) == timestamp{seconds{100'000'000}});
    CHECK(from_unix_time(99'999'999'999'999) == timestamp{milliseconds{99'999'999'999'999}});
    CHECK(from_unix_time(100'000'000'000'000) == timestamp{seconds{100'000'000}});
    CHECK(from_unix_time(99'999'999'999'999'999) ==
          timestamp{microseconds{99'999'999'999'999'999}});
    CHECK(from_unix_time(100'000'000'000'000'000) == timestamp{seconds{100'000'000}});
    CHECK(from_unix_time(~std::uint64_t{0}) == timestamp{microseconds{18'446'744'073'709'551}});
}
