// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_UNIX_TIME_HPP
#define FLOWLOG_FLOW_UNIX_TIME_HPP

#include <chrono>
#include <cstdint>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// The first number that is read as milliseconds since 1970, and not as seconds: the year 5138.
inline constexpr auto first_milliseconds = std::uint64_t{100'000'000'000};

/// How many units of a Unix time are a second, by the size of the number: it is in seconds, in
/// milliseconds from 10^11 on, in microseconds from 10^14 on, and in nanoseconds from 10^17 on.
///
/// AWS has seconds, goflow2 nanoseconds. Each unit begins in 1973, where the one before it would
/// be in the year 5138.
[[nodiscard]] constexpr auto unix_units_per_second(std::uint64_t number) noexcept -> std::uint64_t {
    if (number < first_milliseconds) return 1;
    if (number < first_milliseconds * 1'000) return 1'000;
    return number < first_milliseconds * 1'000'000 ? 1'000'000 : 1'000'000'000;
}

/// The time that a Unix time is. Nanoseconds are rounded down to microseconds.
[[nodiscard]] constexpr auto from_unix_time(std::uint64_t number) noexcept -> timestamp {
    constexpr auto microseconds = std::uint64_t{1'000'000};
    auto const units = unix_units_per_second(number);
    auto const count =
        units > microseconds ? number / (units / microseconds) : number * (microseconds / units);
    return timestamp{std::chrono::microseconds{static_cast<std::int64_t>(count)}};
}

}  // namespace flowlog

#endif
