// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_DETAIL_PRINT_NUMBER_HPP
#define FLOWLOG_FLOW_DETAIL_PRINT_NUMBER_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// Stores a word, its lowest byte first.
inline void store_word(char* out, std::uint64_t word) noexcept {
    if constexpr (std::endian::native != std::endian::little) word = swap_bytes(word);
    std::memcpy(out, &word, sizeof word);
}

/// The three digits of each number below 1000, a digit a byte, the first digit in the lowest byte.
inline constexpr auto three_digits = [] {
    auto result = std::array<std::uint32_t, 1000>{};
    for (std::uint32_t i = 0; i < 1000; ++i)
        result[i] = i / 100 | (i / 10 % 10) << 8 | (i % 10) << 16;
    return result;
}();

/// The five digits of a number below 10^5, a digit a byte, the first digit in the lowest byte.
[[gnu::always_inline]] inline auto five_digits(std::uint32_t number) noexcept -> std::uint64_t {
    return three_digits[number / 1000] >> 8 | std::uint64_t{three_digits[number % 1000]} << 16;
}

/// The eight digits of a number below 10^8.
[[gnu::always_inline]] inline auto eight_digits(std::uint32_t number) noexcept -> std::uint64_t {
    return five_digits(number / 1000) | std::uint64_t{three_digits[number % 1000]} << 40;
}

inline constexpr auto zero_digits = std::uint64_t{0x3030'3030'3030'3030};

/// Writes the last `Count` digits without leading zeros; stores eight bytes. It reads tables and
/// does not branch on the number of digits: rows of flow-tools take half the time that they take
/// with std::to_chars.
template <int Count>
[[gnu::always_inline]] inline auto print_leading(char* out, std::uint64_t digits) noexcept
    -> char* {
    auto const zeros = std::countr_zero(digits | std::uint64_t{1} << (8 * Count - 8)) / 8;
    store_word(out, (digits | zero_digits) >> 8 * zeros);
    return out + Count - zeros;
}

/// Writes a number of 10^8 or more.
inline auto print_long(char* out, std::uint64_t number) noexcept -> char* {
    constexpr auto limit = std::uint64_t{100'000'000};
    auto const high = number / limit;
    out = high < limit ? print_leading<8>(out, eight_digits(static_cast<std::uint32_t>(high)))
                       : print_long(out, high);
    store_word(out, eight_digits(static_cast<std::uint32_t>(number % limit)) | zero_digits);
    return out + 8;
}

/// Writes the last `count` digits of a number, leading zeros included.
inline auto print_digits(char* out, std::uint32_t number, std::size_t count) noexcept -> char* {
    for (auto i = count; i-- > 0; number /= 10) out[i] = static_cast<char>('0' + number % 10);
    return out + count;
}

/// Writes a fraction of a second: nothing, or a point and three or six digits. Stores nine bytes.
inline auto print_fraction(char* out, std::uint32_t microseconds) noexcept -> char* {
    if (microseconds == 0) return out;
    *out = '.';
    store_word(out + 1, (eight_digits(microseconds) | zero_digits) >> 16);
    return out + (microseconds % 1000 == 0 ? 4 : 7);
}

/// Writes any time as seconds since 1970.
inline auto print_rare_unix_time(char* out, std::int64_t microseconds) noexcept -> char* {
    auto size = static_cast<std::uint64_t>(microseconds);
    if (microseconds < 0) {
        *out++ = '-';
        size = 0 - size;
    }
    auto const seconds = size / 1'000'000;
    out = seconds >= 100'000'000
              ? print_long(out, seconds)
              : print_leading<8>(out, eight_digits(static_cast<std::uint32_t>(seconds)));
    return print_fraction(out, static_cast<std::uint32_t>(size % 1'000'000));
}

}  // namespace flowlog::detail

#endif
