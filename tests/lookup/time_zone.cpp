// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/grammar/time.hpp>
#include <flowlog/lookup/time_zone.hpp>

#include "catch.hpp"
#include "files.hpp"

namespace test_lookup_time_zone {

using namespace std::chrono;
using flowlog::time_zone;
using flowlog::timestamp;
using flowlog::to_text;

namespace {

auto const berlin = time_zone::from_rule("CET-1CEST,M3.5.0,M10.5.0/3").value();

/// A time as the tests write it, in UTC.
auto at(std::string_view text) -> timestamp { return flowlog::parse_time(text).first; }

auto shown(std::string_view text, time_zone const& zone) -> std::string {
    return to_text(at(text), zone);
}

/// When the clocks of a zone show a time.
auto utc(std::string_view text, time_zone const& zone) -> std::string {
    return to_text(zone.to_utc(flowlog::local_timestamp{at(text).time_since_epoch()}));
}

auto floor_of(std::string_view text, microseconds span, time_zone const& zone) -> std::string {
    return to_text(zone.floor_to(at(text), span), zone);
}

void append_number(std::string& out, std::int64_t number, std::size_t size) {
    for (auto i = size; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

/// A zone file whose clocks are set to one hour ahead of UTC at a time, and to two at another.
auto zone_file(std::int64_t one, std::int64_t two) -> std::string {
    auto const header = [](std::int64_t times, std::int64_t types) {
        auto result = "TZif2" + std::string(15, '\0');
        for (auto const count :
             {std::int64_t{0}, std::int64_t{0}, std::int64_t{0}, times, types, std::int64_t{0}})
            append_number(result, count, 4);
        return result;
    };
    auto result = header(0, 0) + header(2, 3);
    append_number(result, one, 8);
    append_number(result, two, 8);
    result += "\1\2";
    for (auto const offset : {0, 3600, 7200}) {
        append_number(result, offset, 4);
        append_number(result, 0, 2);
    }
    return result + "\n\n";
}

}  // namespace

TEST_CASE("clocks are set forward and back", "[time_zone]") {
    CHECK(shown("2024-03-31T00:59:59Z", berlin) == "2024-03-31T01:59:59+01:00");
    CHECK(shown("2024-03-31T01:00:00Z", berlin) == "2024-03-31T03:00:00+02:00");
    CHECK(shown("2024-10-27T00:59:59Z", berlin) == "2024-10-27T02:59:59+02:00");
    CHECK(shown("2024-10-27T01:00:00Z", berlin) == "2024-10-27T02:00:00+01:00");
    CHECK(shown("2124-07-01T12:00:00Z", berlin) == "2124-07-01T14:00:00+02:00");
    auto const sydney = time_zone::from_rule("AEST-10AEDT,M10.1.0,M4.1.0/3").value();
    CHECK(shown("2024-01-01T00:00:00Z", sydney) == "2024-01-01T11:00:00+11:00");
    CHECK(shown("2024-04-06T15:59:59Z", sydney) == "2024-04-07T02:59:59+11:00");
    CHECK(shown("2024-04-06T16:00:00Z", sydney) == "2024-04-07T02:00:00+10:00");
    CHECK(shown("2024-10-05T16:00:00Z", sydney) == "2024-10-06T03:00:00+11:00");
    auto const dublin = time_zone::from_rule("IST-1GMT0,M10.5.0,M3.5.0/1").value();
    CHECK(shown("2024-07-01T12:00:00Z", dublin) == "2024-07-01T13:00:00+01:00");
    CHECK(shown("2024-01-01T12:00:00Z", dublin) == "2024-01-01T12:00:00+00:00");
}

TEST_CASE("a local time becomes a time", "[time_zone]") {
    CHECK(utc("2024-05-01T00:00:00Z", berlin) == "2024-04-30T22:00:00Z");
    CHECK(utc("2024-10-27T02:30:00Z", berlin) == "2024-10-27T00:30:00Z");  // shown twice: the first
    CHECK(utc("2024-10-27T03:00:00Z", berlin) == "2024-10-27T02:00:00Z");
    CHECK(utc("2024-03-31T02:30:00Z", berlin) == "2024-03-31T01:30:00Z");  // never shown: 3:30
    CHECK(utc("2024-03-31T03:00:00Z", berlin) == "2024-03-31T01:00:00Z");
}

TEST_CASE("spans of time are counted on the clocks of the zone", "[time_zone]") {
    CHECK(floor_of("2024-10-27T22:30:00Z", days{1}, berlin) == "2024-10-27T00:00:00+02:00");
    CHECK(floor_of("2024-10-26T22:00:00Z", days{1}, berlin) == "2024-10-27T00:00:00+02:00");
    CHECK(floor_of("2024-10-26T21:59:59Z", days{1}, berlin) == "2024-10-26T00:00:00+02:00");
    CHECK(floor_of("2024-03-31T20:00:00Z", days{1}, berlin) == "2024-03-31T00:00:00+01:00");
    CHECK(floor_of("2024-10-27T00:30:00Z", hours{1}, berlin) == "2024-10-27T02:00:00+02:00");
    CHECK(floor_of("2024-10-27T01:30:00Z", hours{1}, berlin) == "2024-10-27T02:00:00+01:00");
    CHECK(floor_of("2024-10-27T01:30:00Z", hours{6}, berlin) == "2024-10-27T00:00:00+02:00");
    CHECK(floor_of("2024-03-31T01:30:00Z", hours{6}, berlin) == "2024-03-31T00:00:00+01:00");
    auto const half = time_zone::find("+05:30");
    CHECK(floor_of("1969-12-31T18:29:59Z", days{1}, half) == "1969-12-31T00:00:00+05:30");
    CHECK(floor_of("1969-12-31T18:30:00Z", days{1}, half) == "1970-01-01T00:00:00+05:30");
}

TEST_CASE("zones are found by name and by offset", "[time_zone]") {
    CHECK(time_zone{}.name() == "UTC");
    CHECK(to_text(at("2024-05-01T12:00:00Z"), time_zone::find("UTC")) == "2024-05-01T12:00:00Z");
    for (auto const& [name, offset] : {std::pair{"+02:00", hours{2}},
                                       {"+0200", hours{2}},
                                       {"+2", hours{2}},
                                       {"-11", hours{-11}}})
        CHECK(time_zone::find(name).offset(timestamp{}) == offset);
    CHECK(shown("2024-05-01T12:00:00Z", time_zone::find("-03:30")) == "2024-05-01T08:30:00-03:30");
    for (auto const* wrong : {"", "Europe/Berlim", "/etc/passwd", "../zoneinfo/UTC", "+19", "+1:2",
                              "+02:60", "+:12", "+", "+2h", "+0x", "europe berlin"}) {
        CAPTURE(wrong);
        CHECK_THROWS(time_zone::find(wrong));
    }
    for (auto const* wrong :
         {"", "CE", "CET", "CET-1CEST,", "CET-1CEST,M13.1.0,M10.5.0", "CET-1CEST,M3.6.0,M10.5.0",
          "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST", "CET-1CEST,J0,J365", "CET-200"})
        CHECK_FALSE(time_zone::from_rule(wrong).has_value());
    CHECK(time_zone::from_rule("<+03>-3").has_value());
}

TEST_CASE("the zones of the system are as the C library has them", "[time_zone]") {
    for (auto const* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                             "Asia/Kolkata", "America/Sao_Paulo", "Africa/Casablanca",
                             "Europe/Dublin", "Pacific/Apia", "Asia/Tehran"}) {
        auto zone = time_zone{};
        try {
            zone = time_zone::find(name);
        } catch (flowlog::error const&) {
            WARN("no tzdata here: " << name << " was not tested");
            continue;
        }
        ::setenv("TZ", name, 1);
        ::tzset();
        CAPTURE(name);
        auto different = 0;
        for (auto second = std::int64_t{-3'000'000'000}; second < 7'000'000'000;
             second += 1'234'567) {
            auto const time = static_cast<std::time_t>(second);
            auto parts = std::tm{};
            ::localtime_r(&time, &parts);
            if (zone.offset(timestamp{seconds{second}}) != seconds{parts.tm_gmtoff}) ++different;
        }
        CHECK(different == 0);
        CHECK(time_zone::find("local").offset(timestamp{}) == zone.offset(timestamp{}));
    }
    ::unsetenv("TZ");
    ::tzset();
}

TEST_CASE("the local zone has the name of its file in a database", "[time_zone]") {
    auto const here = testing::folder{};
    auto const file = here.write("zoneinfo/Test/Good", zone_file(1000, 2000));
    auto const copy = here.write("copy", zone_file(1000, 2000));
    std::filesystem::create_symlink(file, here / "link");
    auto const name_of_local = [](std::string const& set) {
        ::setenv("TZ", set.c_str(), 1);
        auto const zone = time_zone::find("local");
        ::unsetenv("TZ");
        CHECK(zone.offset(timestamp{seconds{1500}}) == hours{1});
        return zone.name();
    };
    CHECK(name_of_local(file) == "Test/Good");
    CHECK(name_of_local(':' + (here / "link")) == "Test/Good");
    CHECK(name_of_local(copy) == "local");
    CHECK(name_of_local(here.write("zoneinfo/Etc/UTC", zone_file(1000, 2000))) == "UTC");
    CHECK(time_zone{}.named("local").name() == "local");
    // what TZ may have, --tz reads again
    for (auto const* rule : {"CET-1CEST,M3.5.0,M10.5.0/3", "<+03>-3"})
        CHECK(time_zone::find(rule).name() == rule);
}

TEST_CASE("a zone file is whole, and its changes are in order", "[time_zone]") {
    auto const folder = testing::folder{};
    auto const good = zone_file(1000, 2000);
    folder.write("Test/Good", good);
    folder.write("Test/Disorder", zone_file(2000, 1000));
    folder.write("Test/Cut", good.substr(0, good.size() - 1));
    folder.write("Test/Long", good + '\0');
    ::setenv("TZDIR", folder.path().c_str(), 1);
    auto offsets = std::string{};
    CHECK_NOTHROW([&] {
        auto const zone = time_zone::find("Test/Good");
        for (auto const second : {999, 1000, 1999, 2000})
            offsets += std::to_string(zone.offset(timestamp{seconds{second}}).count()) + ' ';
    }());
    CHECK(offsets == "0 3600 3600 7200 ");
    for (auto const* wrong : {"Test/Disorder", "Test/Cut", "Test/Long", "Test/None"}) {
        CAPTURE(wrong);
        CHECK_THROWS_AS(time_zone::find(wrong), flowlog::error);
    }
    ::unsetenv("TZDIR");
}

TEST_CASE("dates are read in a zone", "[time_zone]") {
    auto const day = flowlog::parse_time("2024-10-27", timestamp{}, berlin);
    CHECK(to_text(day.first) == "2024-10-26T22:00:00Z");
    CHECK(day.last - day.first == hours{25} - microseconds{1});
    auto const noon = flowlog::parse_time("2024-10-27T12:00", timestamp{}, berlin);
    CHECK(to_text(noon.first) == "2024-10-27T11:00:00Z");
    CHECK(noon.last - noon.first == minutes{1} - microseconds{1});
    CHECK(flowlog::parse_time("2024-10-27T12:00Z", timestamp{}, berlin).first ==
          at("2024-10-27T12:00:00Z"));
    CHECK(flowlog::parse_time("2024-10-27T12:00+02:00", timestamp{}, berlin).first ==
          at("2024-10-27T10:00:00Z"));
    // an hour that the clocks show twice, one that they never show, and a part of the first
    auto const twice = flowlog::parse_time("2024-10-27T02", timestamp{}, berlin);
    CHECK(to_text(twice.first) == "2024-10-27T00:00:00Z");
    CHECK(twice.last - twice.first == hours{2} - microseconds{1});
    auto const never = flowlog::parse_time("2024-03-31T02", timestamp{}, berlin);
    CHECK(to_text(never.first) == "2024-03-31T01:00:00Z");
    CHECK(never.last - never.first == hours{1} - microseconds{1});
    auto const last = flowlog::parse_time("2024-10-27T02:59", timestamp{}, berlin);
    CHECK(last.last - last.first == minutes{1} - microseconds{1});
    auto const now = at("2024-03-31T22:30:00Z");  // half past midnight in Berlin
    CHECK(to_text(flowlog::parse_time("today", now, berlin).first) == "2024-03-31T22:00:00Z");
    auto const yesterday = flowlog::parse_time("yesterday", now, berlin);
    CHECK(to_text(yesterday.first) == "2024-03-30T23:00:00Z");
    CHECK(yesterday.last - yesterday.first == hours{23} - microseconds{1});
}

}  // namespace test_lookup_time_zone
