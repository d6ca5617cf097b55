// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_PRINT_CELL_HPP
#define FLOWLOG_DETAIL_PRINT_CELL_HPP

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// No value but a text is longer.
inline constexpr std::size_t max_cell = 64;

inline auto print_text(char* out, std::string_view text) -> char* {
    return out + text.copy(out, text.size());
}

template <std::unsigned_integral Number>
auto print_value(char* out, Number number) noexcept -> char* {
    return std::to_chars(out, out + max_cell, std::uint64_t{number}).ptr;
}

inline auto print_value(char* out, address const& value) noexcept -> char* {
    return value.print(out);
}

template <class Word>
    requires std::same_as<Word, action> || std::same_as<Word, log_status> ||
             std::same_as<Word, flow_direction>
auto print_value(char* out, Word word) -> char* {
    return print_text(out, name(word));
}

/// A number in a fixed count of digits.
inline auto print_digits(char* out, std::uint32_t number, std::size_t count) noexcept -> char* {
    for (auto i = count; i-- > 0; number /= 10) out[i] = static_cast<char>('0' + number % 10);
    return out + count;
}

/// A fraction of a second: nothing, or a point and three or six digits.
inline auto print_fraction(char* out, std::uint32_t microseconds) noexcept -> char* {
    if (microseconds == 0) return out;
    *out++ = '.';
    return microseconds % 1000 == 0 ? print_digits(out, microseconds / 1000, 3)
                                    : print_digits(out, microseconds, 6);
}

/// Seconds since 1970.
inline auto print_unix_time(char* out, timestamp time) noexcept -> char* {
    auto const count = time.time_since_epoch().count();
    auto const size =
        count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    if (count < 0) *out++ = '-';
    out = print_value(out, size / 1'000'000);
    return print_fraction(out, static_cast<std::uint32_t>(size % 1'000'000));
}

/// A time as RFC 3339 writes it, in UTC.
inline auto print_rfc3339(char* out, timestamp time) noexcept -> char* {
    auto const day = std::chrono::floor<std::chrono::days>(time);
    auto const date = std::chrono::year_month_day{day};
    auto const clock = std::chrono::hh_mm_ss{time - day};
    auto const two = [&out](char before, auto number) {
        *out++ = before;
        out = print_digits(out, static_cast<std::uint32_t>(number), 2);
    };
    auto const year = int{date.year()};
    out = year >= 0 && year <= 9999 ? print_digits(out, static_cast<std::uint32_t>(year), 4)
                                    : std::to_chars(out, out + max_cell, year).ptr;
    two('-', unsigned{date.month()});
    two('-', unsigned{date.day()});
    two('T', clock.hours().count());
    two(':', clock.minutes().count());
    two(':', clock.seconds().count());
    out = print_fraction(out, static_cast<std::uint32_t>(clock.subseconds().count()));
    *out++ = 'Z';
    return out;
}

}  // namespace flowlog::detail

#endif
