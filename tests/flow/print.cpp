// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/print.hpp>

#include "catch.hpp"

namespace {

using flowlog::timestamp;

template <class Value>
auto printed(Value value) -> std::string {
    auto room = std::array<char, flowlog::detail::max_cell>{};
    room.fill('?');
    return {room.data(), flowlog::detail::print_value(room.data(), value)};
}

auto unix_time(std::int64_t microseconds) -> std::string {
    auto room = std::array<char, flowlog::detail::max_cell>{};
    room.fill('?');
    auto const time = timestamp{std::chrono::microseconds{microseconds}};
    return {room.data(), flowlog::detail::print_unix_time(room.data(), time)};
}

/// Seconds, a point and the digits of a fraction, if there is one.
auto expected_time(std::int64_t seconds, std::int64_t microseconds) -> std::string {
    auto const fraction = std::to_string(1'000'000 + microseconds).substr(1);
    if (microseconds == 0) return std::to_string(seconds);
    auto const digits = std::size_t{microseconds % 1000 == 0 ? 3U : 6U};
    return std::to_string(seconds) + '.' + fraction.substr(0, digits);
}

}  // namespace

TEST_CASE("Numbers of 8 and 16 bits are printed as std::to_string does", "[print_cell]") {
    auto wrong = 0;
    for (std::uint32_t i = 0; i < 256; ++i)
        wrong += printed(static_cast<std::uint8_t>(i)) != std::to_string(i) ? 1 : 0;
    for (std::uint32_t i = 0; i < 65536; ++i)
        wrong += printed(static_cast<std::uint16_t>(i)) != std::to_string(i) ? 1 : 0;
    CHECK(wrong == 0);
}

TEST_CASE("Numbers of any count of digits are printed as std::to_string does", "[print_cell]") {
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

TEST_CASE("Every octet is printed in every place of an address", "[print_cell]") {
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto const value = flowlog::address::v4(i << 24 | (255 - i) << 16 | i << 8 | (i ^ 0x55U));
        auto const text = std::to_string(i) + '.' + std::to_string(255 - i) + '.' +
                          std::to_string(i) + '.' + std::to_string(i ^ 0x55U);
        CHECK(printed(value) == text);
        CHECK(value.to_string() == text);
    }
}

TEST_CASE("Unix times have no fraction, three digits of one, or six", "[print_cell]") {
    for (auto const seconds : {0L, 1L, 99'999'999L, 999'999'999L, 1'000'000'000L, 1'435'708'796L,
                               9'999'999'999L, 10'000'000'000L, 123'456'789'012L}) {
        for (auto const rest : {0L, 1L, 10L, 999L, 1000L, 50'000L, 437'000L, 437'001L, 999'999L})
            CHECK(unix_time(seconds * 1'000'000 + rest) == expected_time(seconds, rest));
    }
    CHECK(unix_time(-1) == "-0.000001");
    CHECK(unix_time(std::numeric_limits<std::int64_t>::min()) == "-9223372036854.775808");
    CHECK(unix_time(std::numeric_limits<std::int64_t>::max()) == "9223372036854.775807");
}
