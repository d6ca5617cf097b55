// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_PRINT_HPP
#define FLOWLOG_FLOW_PRINT_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/detail/print_address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// No value but a text is longer.
inline constexpr std::size_t max_cell = 64;

inline auto print_text(char* out, std::string_view text) -> char* {
    return out + text.copy(out, text.size());
}

/// Stores a word, its lowest byte first.
inline void store_word(char* out, std::uint64_t word) noexcept {
    if constexpr (std::endian::native != std::endian::little) word = swap_bytes(word);
    std::memcpy(out, &word, sizeof word);
}

/// The three digits of numbers below 1000 as values of a word's bytes, the first digit lowest.
inline constexpr auto three_digits = [] {
    auto result = std::array<std::uint32_t, 1000>{};
    for (std::uint32_t i = 0; i < 1000; ++i)
        result[i] = i / 100 | (i / 10 % 10) << 8 | (i % 10) << 16;
    return result;
}();

/// The same of the five digits of a number below 10^5, and the eight of one below 10^8.
[[gnu::always_inline]] inline auto five_digits(std::uint32_t number) noexcept -> std::uint64_t {
    return three_digits[number / 1000] >> 8 | std::uint64_t{three_digits[number % 1000]} << 16;
}
[[gnu::always_inline]] inline auto eight_digits(std::uint32_t number) noexcept -> std::uint64_t {
    return five_digits(number / 1000) | std::uint64_t{three_digits[number % 1000]} << 40;
}

inline constexpr auto zero_digits = std::uint64_t{0x3030'3030'3030'3030};

/// The last `Count` digits but for leading zeros; stores eight bytes. Tables and no branch on the
/// count of digits: rows of flow-tools take half the time that they take with std::to_chars.
template <int Count>
[[gnu::always_inline]] inline auto print_leading(char* out, std::uint64_t digits) noexcept
    -> char* {
    auto const zeros = std::countr_zero(digits | std::uint64_t{1} << (8 * Count - 8)) / 8;
    store_word(out, (digits | zero_digits) >> 8 * zeros);
    return out + Count - zeros;
}

/// A number of 10^8 or more.
inline auto print_long(char* out, std::uint64_t number) noexcept -> char* {
    constexpr auto limit = std::uint64_t{100'000'000};
    auto const high = number / limit;
    out = high < limit ? print_leading<8>(out, eight_digits(static_cast<std::uint32_t>(high)))
                       : print_long(out, high);
    store_word(out, eight_digits(static_cast<std::uint32_t>(number % limit)) | zero_digits);
    return out + 8;
}

/// A number in decimal; may store eight bytes more than it takes.
template <std::unsigned_integral Number>
[[gnu::always_inline]] inline auto print_value(char* out, Number number) noexcept -> char* {
    if constexpr (sizeof number == 1) {
        return print_octet(out, number);
    } else if constexpr (sizeof number == 2) {
        return print_leading<5>(out, five_digits(number));
    } else {
        if (number >= 100'000'000) return print_long(out, number);
        return print_leading<8>(out, eight_digits(static_cast<std::uint32_t>(number)));
    }
}

[[gnu::always_inline]] inline auto print_value(char* out, address const& value) noexcept -> char* {
    return value.is_v4() ? print_v4(out, value.to_v4()) : value.print(out);
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
    *out = '.';
    store_word(out + 1, (eight_digits(microseconds) | zero_digits) >> 16);
    return out + (microseconds % 1000 == 0 ? 4 : 7);
}

/// Seconds since 1970, of any year.
inline auto print_rare_unix_time(char* out, std::int64_t microseconds) noexcept -> char* {
    auto size = static_cast<std::uint64_t>(microseconds);
    if (microseconds < 0) {
        *out++ = '-';
        size = 0 - size;
    }
    out = print_value(out, size / 1'000'000);
    return print_fraction(out, static_cast<std::uint32_t>(size % 1'000'000));
}

/// Seconds since 1970; sooner from 2001 to 2286, when they have ten digits.
[[gnu::always_inline]] inline auto print_unix_time(char* out, timestamp time) noexcept -> char* {
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

/// A time as RFC 3339 writes it, in UTC.
inline auto print_rfc3339(char* out, timestamp time) noexcept -> char* {
    auto const day = std::chrono::floor<std::chrono::days>(time);
    auto const date = std::chrono::year_month_day{day};
    auto const rest = (time - day).count();
    auto const seconds = rest / 1'000'000;
    auto const two = [&out](char before, auto number) {
        *out++ = before;
        out = print_digits(out, static_cast<std::uint32_t>(number), 2);
    };
    auto const year = int{date.year()};
    out = year >= 0 && year <= 9999 ? print_digits(out, static_cast<std::uint32_t>(year), 4)
                                    : std::to_chars(out, out + max_cell, year).ptr;
    two('-', unsigned{date.month()});
    two('-', unsigned{date.day()});
    two('T', seconds / 3600);
    two(':', seconds / 60 % 60);
    two(':', seconds % 60);
    out = print_fraction(out, static_cast<std::uint32_t>(rest % 1'000'000));
    *out++ = 'Z';
    return out;
}

/// Whether a text means the same in every format.
[[nodiscard]] inline auto is_plain(std::string_view text) noexcept -> bool {
    for (auto const c : text) {
        if (c <= ' ' || c >= 0x7F || c == ',' || c == '"' || c == '\\') return false;
    }
    return !text.empty();
}

/// A text as a token of a VPC flow log: blanks and controls as %20.
[[nodiscard]] inline auto percent_encoded(std::string_view text) -> std::string {
    constexpr auto digits = std::string_view{"0123456789ABCDEF"};
    auto result = std::string{};
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte != 0x7F) {
            result += c;
            continue;
        }
        result += '%';
        result += digits[byte >> 4];
        result += digits[byte & 15];
    }
    return result;
}

}  // namespace flowlog::detail

#endif
