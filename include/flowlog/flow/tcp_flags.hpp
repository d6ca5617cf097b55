// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_TCP_FLAGS_HPP
#define FLOWLOG_FLOW_TCP_FLAGS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <flowlog/flow/decode_address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog {

namespace detail {

/// `fsrpauec`: the letters of the flags, from the lowest bit. `X` means the six of RFC 793.
constexpr auto tcp_flags_of_letters(std::string_view text) noexcept -> std::optional<std::uint8_t> {
    constexpr auto letters = std::string_view{"fsrpauec"};
    auto flags = 0U;
    for (auto const letter : text) {
        if (letter == '.' || letter == ' ') continue;
        auto const lower = to_lower(letter);
        auto const bit = letters.find(lower);
        if (bit == letters.npos && lower != 'x') return std::nullopt;
        flags |= lower == 'x' ? 63U : 1U << bit;
    }
    return static_cast<std::uint8_t>(flags);
}

/// Names of flags, of three letters each, with one sign between two of them.
constexpr auto tcp_flags_of_names(std::string_view text) noexcept -> std::optional<std::uint8_t> {
    constexpr auto names = std::string_view{"finsynrstpshackurgececwr"};
    auto flags = 0U;
    for (;;) {
        auto const end = std::min(text.find_first_of("+-|/,"), text.size());
        std::size_t bit = 0;
        while (bit < 8 && !same_name(names.substr(3 * bit, 3), text.substr(0, end))) ++bit;
        if (bit == 8) return std::nullopt;
        flags |= 1U << bit;
        if (end == text.size()) return static_cast<std::uint8_t>(flags);
        text.remove_prefix(end + 1);
    }
}

/// One or two hexadecimal digits.
constexpr auto tcp_flags_of_digits(std::string_view digits) noexcept
    -> std::optional<std::uint8_t> {
    if (digits.empty() || digits.size() > 2) return std::nullopt;
    auto flags = 0U;
    for (auto const digit : digits) {
        auto const value = hex_digit(digit);
        if (value > 15) return std::nullopt;
        flags = flags << 4 | value;
    }
    return static_cast<std::uint8_t>(flags);
}

}  // namespace detail

/// Reads TCP flags as programs print them. None if the text is anything else. Never allocates.
///
///     flags  = name *(sep name)            ; fin syn rst psh ack urg ece cwr
///            | 1*(letter | "." | " ")      ; FSRPAUEC or X, in any case and order
///            | "0x" 1*2HEXDIG
///     sep    = "+" | "-" | "|" | "/" | ","
///
/// nfdump prints `...AP.SF`, and `0xd2` in old editions; SiLK prints `FS PA`.
[[nodiscard]] constexpr auto tcp_flags_number(std::string_view text) noexcept
    -> std::optional<std::uint8_t> {
    if (text.empty()) return std::nullopt;
    if (text.starts_with("0x")) return detail::tcp_flags_of_digits(text.substr(2));
    if (auto const flags = detail::tcp_flags_of_names(text)) return flags;  // `ECE` is a name
    return detail::tcp_flags_of_letters(text);
}

}  // namespace flowlog

#endif
