// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_PRINT_HPP
#define FLOWLOG_FLOW_PRINT_HPP

#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/detail/print_address.hpp>
#include <flowlog/flow/detail/print_number.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>

// Prints the values of fields, in two ways. For people: `out << flow[field::start]` and
// `to_text(value)`. For writers of many rows: the functions `print_…`, which write to a buffer and
// return the end of what they wrote. Those may store up to eight bytes more than that; no buffer
// needs more than `max_printed` bytes, except for a text.

namespace flowlog {

/// The buffer size that is enough for every printed value that is not a text.
inline constexpr std::size_t max_printed = 64;

/// Writes a text as it is.
inline auto print_text(char* out, std::string_view text) -> char* {
    return out + text.copy(out, text.size());
}

/// Writes a number in decimal.
template <std::unsigned_integral Number>
[[gnu::always_inline]] inline auto print_value(char* out, Number number) noexcept -> char* {
    if constexpr (sizeof number == 1) {
        return detail::print_octet(out, number);
    } else if constexpr (sizeof number == 2) {
        return detail::print_leading<5>(out, detail::five_digits(number));
    } else {
        if (number >= 100'000'000) return detail::print_long(out, number);
        return detail::print_leading<8>(out,
                                        detail::eight_digits(static_cast<std::uint32_t>(number)));
    }
}

/// Writes an address as `address::print` does.
[[gnu::always_inline]] inline auto print_value(char* out, address const& value) noexcept -> char* {
    return value.is_v4() ? detail::print_v4(out, value.to_v4()) : value.print(out);
}

/// Writes a word as logs spell it: `ACCEPT`, `NODATA`, `egress`.
template <class Word>
    requires std::same_as<Word, action> || std::same_as<Word, log_status> ||
             std::same_as<Word, flow_direction>
auto print_value(char* out, Word word) -> char* {
    return print_text(out, name(word));
}

/// Writes a time as seconds since 1970, with three or six digits of a fraction if it has one.
/// Faster from 2001 to 2286, when the seconds have ten digits.
[[gnu::always_inline]] inline auto print_unix_time(char* out, timestamp time) noexcept -> char* {
    using namespace detail;
    auto const count = time.time_since_epoch().count();
    auto const size = static_cast<std::uint64_t>(count);
    constexpr auto ten_digits = std::uint64_t{1'000'000'000} * 1'000'000;
    if (size - ten_digits >= 9 * ten_digits) [[unlikely]]
        return print_rare_unix_time(out, count);
    auto const low = eight_digits(static_cast<std::uint32_t>(size % 100'000'000));
    store_word(out, eight_digits(static_cast<std::uint32_t>(size / 100'000'000)) | zero_digits);
    store_word(out + 8, low | zero_digits);
    auto const fraction = low >> 16;
    out[10] = '.';
    store_word(out + 11, fraction | zero_digits);
    if (fraction == 0) return out + 10;
    return out + (fraction >> 24 == 0 ? 14 : 17);
}

/// Writes a time as in RFC 3339, in UTC: `2015-07-01T00:00:00Z`; with three or six digits of a
/// fraction if it has one.
inline auto print_rfc3339(char* out, timestamp time) noexcept -> char* {
    auto const day = std::chrono::floor<std::chrono::days>(time);
    auto const date = std::chrono::year_month_day{day};
    auto const rest = (time - day).count();
    auto const seconds = rest / 1'000'000;
    auto const two = [&out](char before, auto number) {
        *out++ = before;
        out = detail::print_digits(out, static_cast<std::uint32_t>(number), 2);
    };
    auto const year = int{date.year()};
    out = year >= 0 && year <= 9999 ? detail::print_digits(out, static_cast<std::uint32_t>(year), 4)
                                    : std::to_chars(out, out + max_printed, year).ptr;
    two('-', unsigned{date.month()});
    two('-', unsigned{date.day()});
    two('T', seconds / 3600);
    two(':', seconds / 60 % 60);
    two(':', seconds % 60);
    out = detail::print_fraction(out, static_cast<std::uint32_t>(rest % 1'000'000));
    *out++ = 'Z';
    return out;
}

/// The types of the values of fields.
template <class T>
concept printable =
    std::same_as<T, std::uint8_t> || std::same_as<T, std::uint16_t> ||
    std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t> || std::same_as<T, address> ||
    std::same_as<T, timestamp> || std::same_as<T, std::string_view> || std::same_as<T, action> ||
    std::same_as<T, log_status> || std::same_as<T, flow_direction>;

/// A value as `flowlog print --table --times rfc3339` prints it: a number in decimal, also if it is
/// a `std::uint8_t`; a time as in RFC 3339; a text escaped, and `-` if it is empty.
template <printable T>
[[nodiscard]] auto to_text(T const& value) -> std::string {
    if constexpr (std::same_as<T, std::string_view>) {
        return value.empty() ? "-" : escaped(value);
    } else {
        char buffer[max_printed];
        if constexpr (std::same_as<T, timestamp>) {
            return {buffer, print_rfc3339(buffer, value)};
        } else {
            return {buffer, print_value(buffer, value)};
        }
    }
}

/// A field's value as text: `-` if it is absent, and `?` if it is malformed. (`flowlog print`
/// writes no row for a record with a malformed field: it rejects the record.)
template <printable T>
[[nodiscard]] auto to_text(field_value<T> const& value) -> std::string {
    if (value) return to_text(*value);
    return value.absent() ? "-" : "?";
}

/// Writes `to_text(value)`; the width of the stream applies.
template <printable T, class Traits>
auto operator<<(std::basic_ostream<char, Traits>& out, field_value<T> const& value)
    -> std::basic_ostream<char, Traits>& {
    auto const text = to_text(value);
    return out << std::basic_string_view<char, Traits>{text.data(), text.size()};
}

/// Writes a word as logs spell it: `ACCEPT`, `NODATA`, `egress`. (The numbers and the time are
/// types of the standard library, which prints a `std::uint8_t` as a character: print the
/// `field_value`, or `to_text(*value)`.)
template <class Word, class Traits>
    requires std::same_as<Word, action> || std::same_as<Word, log_status> ||
             std::same_as<Word, flow_direction>
auto operator<<(std::basic_ostream<char, Traits>& out, Word word)
    -> std::basic_ostream<char, Traits>& {
    auto const text = name(word);
    return out << std::basic_string_view<char, Traits>{text.data(), text.size()};
}

}  // namespace flowlog

#endif
