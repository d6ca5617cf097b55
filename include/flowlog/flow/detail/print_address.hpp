// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_DETAIL_PRINT_ADDRESS_HPP
#define FLOWLOG_FLOW_DETAIL_PRINT_ADDRESS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <type_traits>

namespace flowlog::detail {

/// Writes the 1-3 decimal digits of a number below 1000.
constexpr auto print_small(char* out, std::uint32_t value) noexcept -> char* {
    if (value >= 100) *out++ = static_cast<char>('0' + value / 100);
    if (value >= 10) *out++ = static_cast<char>('0' + value / 10 % 10);
    *out++ = static_cast<char>('0' + value % 10);
    return out;
}

/// The decimal digits of an octet, and their number.
struct octet_text {
    char digits[3];
    std::uint8_t size;
};

inline constexpr auto octet_texts = [] {
    auto result = std::array<octet_text, 256>{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto& text = result[i];
        text.size = static_cast<std::uint8_t>(print_small(text.digits, i) - text.digits);
    }
    return result;
}();

/// Writes the 1-3 decimal digits of a number below 256; stores four bytes.
[[gnu::always_inline]] constexpr auto print_octet(char* out, std::uint32_t value) noexcept
    -> char* {
    if (std::is_constant_evaluated()) return print_small(out, value);
    auto const& text = octet_texts[value];
    std::memcpy(out, &text, sizeof text);
    return out + text.size;
}

/// Writes a dotted quad of 7-15 bytes; may store one byte more.
[[gnu::always_inline]] constexpr auto print_v4(char* out, std::uint32_t value) noexcept -> char* {
    out = print_octet(out, value >> 24);
    *out++ = '.';
    out = print_octet(out, (value >> 16) & 0xFF);
    *out++ = '.';
    out = print_octet(out, (value >> 8) & 0xFF);
    *out++ = '.';
    return print_octet(out, value & 0xFF);
}

/// Writes a group in lower case, without leading zeros: 1-4 bytes.
constexpr auto print_group(char* out, std::uint32_t value) noexcept -> char* {
    constexpr auto const* digits = "0123456789abcdef";
    if (value >= 0x1000) *out++ = digits[value >> 12];
    if (value >= 0x100) *out++ = digits[(value >> 8) & 0xF];
    if (value >= 0x10) *out++ = digits[(value >> 4) & 0xF];
    *out++ = digits[value & 0xF];
    return out;
}

/// Group 0 (the leftmost) to 7 of an IPv6 address.
constexpr auto v6_group(std::uint64_t high, std::uint64_t low, std::size_t at) noexcept
    -> std::uint32_t {
    auto const word = at < 4 ? high : low;
    return static_cast<std::uint32_t>(word >> (48 - 16 * (at % 4))) & 0xFFFF;
}

/// Consecutive groups of zeros.
struct zero_groups {
    std::size_t start = 8;
    std::size_t size = 0;
};

/// The groups that `::` replaces by RFC 5952 4.2: the first longest sequence of at least two groups
/// of zeros; else none.
constexpr auto longest_zero_groups(std::uint64_t high, std::uint64_t low) noexcept -> zero_groups {
    auto best = zero_groups{8, 1};
    std::size_t size = 0;
    for (std::size_t at = 0; at < 8; ++at) {
        size = v6_group(high, low, at) == 0 ? size + 1 : 0;
        if (size > best.size) best = {at + 1 - size, size};
    }
    return best;
}

/// Writes an IPv6 address as in RFC 5952, with a dotted tail if it is IPv4-mapped: 2-39 bytes.
constexpr auto print_v6(char* out, std::uint64_t high, std::uint64_t low) noexcept -> char* {
    if (high == 0 && low >> 32 == 0xFFFF) {
        for (auto const letter : {':', ':', 'f', 'f', 'f', 'f', ':'}) *out++ = letter;
        return print_v4(out, static_cast<std::uint32_t>(low));
    }
    auto const zeros = longest_zero_groups(high, low);
    for (std::size_t at = 0; at < 8; ++at) {
        if (at == zeros.start) {
            *out++ = ':';
            at += zeros.size;
            if (at == 8) *out++ = ':';
        }
        if (at != 0 && at < 8) *out++ = ':';
        if (at < 8) out = print_group(out, v6_group(high, low, at));
    }
    return out;
}

}  // namespace flowlog::detail

#endif
