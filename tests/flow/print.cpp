// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/print.hpp>

#include "catch.hpp"

namespace test_flow_print {

namespace {

using flowlog::timestamp;

template <class Value>
auto printed(Value value) -> std::string {
    auto buffer = std::array<char, flowlog::max_printed>{};
    buffer.fill('?');
    return {buffer.data(), flowlog::print_value(buffer.data(), value)};
}

auto unix_time(std::int64_t microseconds) -> std::string {
    auto buffer = std::array<char, flowlog::max_printed>{};
    buffer.fill('?');
    auto const time = timestamp{std::chrono::microseconds{microseconds}};
    return {buffer.data(), flowlog::print_unix_time(buffer.data(), time)};
}

template <class Value>
auto streamed(Value const& value) -> std::string {
    auto out = std::ostringstream{};
    out << value;
    return out.str();
}

/// Seconds, a point and the digits of a fraction, if there is one.
auto expected_time(std::int64_t seconds, std::int64_t microseconds) -> std::string {
    auto const fraction = std::to_string(1'000'000 + microseconds).substr(1);
    if (microseconds == 0) return std::to_string(seconds);
    auto const digits = std::size_t{microseconds % 1000 == 0 ? 3U : 6U};
    return std::to_string(seconds) + '.' + fraction.substr(0, digits);
}

}  // namespace

TEST_CASE("Numbers of 8 and 16 bits are printed as std::to_string does", "[print]") {
    auto wrong = 0;
    for (std::uint32_t i = 0; i < 256; ++i)
        wrong += printed(static_cast<std::uint8_t>(i)) != std::to_string(i) ? 1 : 0;
    for (std::uint32_t i = 0; i < 65536; ++i)
        wrong += printed(static_cast<std::uint16_t>(i)) != std::to_string(i) ? 1 : 0;
    CHECK(wrong == 0);
}

TEST_CASE("Numbers of any count of digits are printed as std::to_string does", "[print]") {
    auto check = [](std::uint64_t number) {
        CHECK(printed(number) == std::to_string(number));
        auto const low = static_cast<std::uint32_t>(number);
        CHECK(printed(low) == std::to_string(low));
    };
    auto power = std::uint64_t{1};
    for (auto digits = 1; digits <= 20; ++digits, power *= 10) {
        for (auto const number : {power - 1, power, power + 1, power * 9 / 7}) check(number);
    }
    check(std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("Every octet is printed at every position in an address", "[print]") {
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto const value = flowlog::address::v4(i << 24 | (255 - i) << 16 | i << 8 | (i ^ 0x55U));
        auto const text = std::to_string(i) + '.' + std::to_string(255 - i) + '.' +
                          std::to_string(i) + '.' + std::to_string(i ^ 0x55U);
        CHECK(printed(value) == text);
        CHECK(value.to_string() == text);
    }
}

TEST_CASE("Unix times have no fraction, three digits of one, or six", "[print]") {
    for (auto const seconds : {0L, 1L, 99'999'999L, 999'999'999L, 1'000'000'000L, 1'435'708'796L,
                               9'999'999'999L, 10'000'000'000L, 123'456'789'012L}) {
        for (auto const rest : {0L, 1L, 10L, 999L, 1000L, 50'000L, 437'000L, 437'001L, 999'999L})
            CHECK(unix_time(seconds * 1'000'000 + rest) == expected_time(seconds, rest));
    }
    CHECK(unix_time(-1) == "-0.000001");
    CHECK(unix_time(std::numeric_limits<std::int64_t>::min()) == "-9223372036854.775808");
    CHECK(unix_time(std::numeric_limits<std::int64_t>::max()) == "9223372036854.775807");
}

TEST_CASE("A field's value is written to a stream as the command prints it", "[print]") {
    using flowlog::field_value;
    using namespace std::chrono_literals;
    using namespace std::string_view_literals;
    CHECK(streamed(field_value{std::uint8_t{6}}) == "6");
    CHECK(streamed(field_value{std::uint8_t{65}}) == "65");  // not 'A'
    CHECK(streamed(field_value{std::uint16_t{443}}) == "443");
    CHECK(streamed(field_value{std::uint32_t{4294967295}}) == "4294967295");
    CHECK(streamed(field_value{std::uint64_t{0}}) == "0");
    CHECK(streamed(field_value{flowlog::address::v4(0x0A000001)}) == "10.0.0.1");
    CHECK(streamed(field_value{flowlog::address::v6(0x20010DB8ULL << 32, 1)}) == "2001:db8::1");
    CHECK(streamed(field_value{timestamp{1435708800s}}) == "2015-07-01T00:00:00Z");
    CHECK(streamed(field_value{timestamp{1435708800s + 50ms}}) == "2015-07-01T00:00:00.050Z");
    CHECK(streamed(field_value{flowlog::action::reject}) == "REJECT");
    CHECK(streamed(field_value{flowlog::log_status::nodata}) == "NODATA");
    CHECK(streamed(field_value{flowlog::flow_direction::egress}) == "egress");
    CHECK(streamed(field_value{"eni-1"sv}) == "eni-1");
    CHECK(streamed(field_value{"a\x1b[31m\n"sv}) == "a\\x1b[31m\\x0a");
    CHECK(streamed(field_value{""sv}) == "-");
}

TEST_CASE("A value that is missing is written as a mark", "[print]") {
    using flowlog::field_value;
    CHECK(streamed(field_value<std::uint8_t>{}) == "-");
    CHECK(streamed(field_value<flowlog::address>{}) == "-");
    CHECK(streamed(field_value<timestamp>{flowlog::presence::malformed}) == "?");
    CHECK(streamed(field_value<std::string_view>{flowlog::presence::malformed}) == "?");
}

TEST_CASE("The words of a log are written without a field_value around them", "[print]") {
    CHECK(streamed(flowlog::action::accept) == "ACCEPT");
    CHECK(streamed(flowlog::log_status::skipdata) == "SKIPDATA");
    CHECK(streamed(flowlog::flow_direction::ingress) == "ingress");
    CHECK(flowlog::to_text(std::uint8_t{17}) == "17");
    CHECK(flowlog::to_text(timestamp{}) == "1970-01-01T00:00:00Z");
    CHECK(flowlog::to_text(timestamp{std::chrono::seconds{-62167219200}}) ==
          "0000-01-01T00:00:00Z");
}

TEST_CASE("The width of a stream applies to values of fields", "[print]") {
    auto out = std::ostringstream{};
    out << std::setw(5) << flowlog::field_value{std::uint8_t{6}} << std::left << std::setw(7)
        << flowlog::action::accept << '|' << std::setw(3) << flowlog::field_value<timestamp>{}
        << '|';
    CHECK(out.str() == "    6ACCEPT |-  |");
}

}  // namespace test_flow_print
