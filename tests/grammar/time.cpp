// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <string>

#include <flowlog/grammar/time.hpp>
#include <flowlog/lookup/time_zone.hpp>

#include "catch.hpp"

namespace test_grammar_time {

using flowlog::parse_time;
using flowlog::timestamp;
using namespace std::chrono_literals;

static constexpr auto day = timestamp{std::chrono::sys_days{std::chrono::year{2024} / 5 / 1}};

TEST_CASE("a time is the period that it names", "[time]") {
    auto const now = day + 12h;
    CHECK(parse_time("2024-05-01", now) == flowlog::closed_range{day, day + 24h - 1us});
    CHECK(parse_time("2024-05-01T10:00Z", now) ==
          flowlog::closed_range{day + 10h, day + 10h + 1min - 1us});
    CHECK(parse_time("2024-05-01 10:00:30", now).first == day + 10h + 30s);
    CHECK(parse_time("2024-05-01T10:00+02:00", now).first == day + 8h);
    CHECK(parse_time("-2h", now) == flowlog::closed_range{day + 10h, day + 10h});
    CHECK(parse_time("-1d", now).first == day - 12h);
    CHECK(parse_time("now", now).last == now);
    CHECK(parse_time("20240501", now) == flowlog::closed_range{day, day + 24h - 1us});
    CHECK(parse_time("1714557600.500", now) ==
          flowlog::closed_range{day + 10h + 500ms, day + 10h + 501ms - 1us});
    CHECK(parse_time("today", now).first == day);
}

TEST_CASE("a fraction has up to nine digits, and a zone two or four", "[time]") {
    auto const now = day + 12h;
    CHECK(parse_time("2024-05-01T10:00:30.123456Z", now) ==
          flowlog::closed_range{day + 10h + 30s + 123456us, day + 10h + 30s + 123456us});
    CHECK(parse_time("2024-05-01T10:00:30.5Z", now) ==
          flowlog::closed_range{day + 10h + 30s + 500ms, day + 10h + 30s + 600ms - 1us});
    CHECK(parse_time("2024-05-01T10:00:30.123456789Z", now) ==
          flowlog::closed_range{day + 10h + 30s + 123456us, day + 10h + 30s + 123456us});
    CHECK(parse_time("2024-05-01T10:00+02", now).first == day + 8h);
    for (auto const* text :
         {"2024-05-01T10:00:30.1234567890Z", "2024-05-01T10:00:30.Z", "2024-05-01T10:00+:30",
          "2024-05-01T10:00+02:", "2024-05-01T10:00+02:0", "2024-05-01T10:00+24:00",
          "2024-05-01T10:00+02:60"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_time(text, now), flowlog::error);
    }
    CHECK(parse_time("2024-05-01T10:00+23:59", now).first == day - 13h - 59min);
}

TEST_CASE("today and yesterday are days of the zone", "[time]") {
    auto const zone = flowlog::time_zone::find("+12:30");
    CHECK(parse_time("today", day + 11h, zone).first == day - 12h - 30min);
    CHECK(parse_time("today", day + 12h, zone).first == day + 11h + 30min);
    CHECK(parse_time("yesterday", day + 12h, zone) ==
          flowlog::closed_range{day - 12h - 30min, day + 11h + 30min - 1us});
}

TEST_CASE("what is no time is an error that quotes it", "[time]") {
    for (auto const* text : {"", "2024-13-01", "2024-02-30", "tomorrow", "-2", "2h",
                             "2024-05-01T25:00", "2024", "now-1M"})
        CHECK_THROWS_AS(parse_time(text), flowlog::error);
    CHECK_THROWS_WITH(parse_time("2024"),
                      Catch::Matchers::Contains("found '2024'; write 2024-01-01"));
    try {
        static_cast<void>(parse_time("soon\x1b"));
    } catch (flowlog::error const& failure) {
        CHECK(failure.code() == flowlog::errc::invalid_argument);
        CHECK(
            std::string{failure.what()} ==
            "expected a time such as 2024-05-01, 2024-05-01T12:30Z, -2h or now, found 'soon\\x1b'");
        return;
    }
    FAIL("no error");
}

}  // namespace test_grammar_time
