// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_ESCAPE_HPP
#define FLOWLOG_ESCAPE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flowlog {

namespace detail {

/// The length of the UTF-8 sequence that begins `text`, whose code point goes to `point`; 0 if the
/// sequence is not valid.
constexpr auto utf8_at(std::string_view text, std::uint32_t& point) noexcept -> std::size_t {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const first = byte(0);
    auto const size = first < 0x80       ? 1U
                      : first >> 5 == 6  ? 2U
                      : first >> 4 == 14 ? 3U
                      : first >> 3 == 30 ? 4U
                                         : 0U;
    if (size == 0 || text.size() < size) return 0;
    point = size == 1 ? first : first & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if (byte(i) >> 6 != 2) return 0;
        point = point << 6 | (byte(i) & 0x3FU);
    }
    constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    auto const surrogate = point >= 0xD800 && point < 0xE000;
    return point < smallest[size] || point > 0x10FFFF || surrogate ? 0 : size;
}

/// The text with U+FFFD in place of each byte that is not UTF-8.
inline auto as_utf8(std::string_view text) -> std::string {
    auto result = std::string{};
    while (!text.empty()) {
        std::uint32_t point = 0;
        auto const size = utf8_at(text, point);
        result += size == 0 ? std::string_view{"\xEF\xBF\xBD"} : text.substr(0, size);
        text.remove_prefix(std::max(size, std::size_t{1}));
    }
    return result;
}

/// Whether a terminal may obey the code point instead of showing it: C0 and C1 controls, line
/// separators, zero-width characters, the marks that change the direction of writing, and what is
/// no character at all, such as U+FFFF.
constexpr auto is_control(std::uint32_t point) noexcept -> bool {
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x200B && point < 0x2010) ||
           (point >= 0x2028 && point < 0x202F) || (point >= 0x2060 && point < 0x2070) ||
           point == 0x061C || point == 0xFEFF || (point & 0xFFFE) == 0xFFFE;
}

/// Whether a text has bytes that no text has: zeros, or many control characters and bytes that are
/// not UTF-8.
constexpr auto looks_binary(std::string_view text) noexcept -> bool {
    text = text.substr(0, 512);
    if (text.find('\0') != text.npos) return true;
    std::size_t strange = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t point = 0;
        auto const size = utf8_at(text.substr(at), point);
        auto const blank = text[at] >= '\t' && text[at] <= '\r';
        if (size == 0 || (is_control(point) && !blank)) ++strange;
        at += std::max(size, std::size_t{1});
    }
    return strange * 4 > text.size();
}

/// Appends a byte as two digits.
inline void append_hex(std::string& out, char byte, std::string_view digits) {
    auto const code = static_cast<unsigned char>(byte);
    out += digits[code >> 4];
    out += digits[code & 15];
}

}  // namespace detail

/// A text made safe for a terminal or a log: controls and bytes that are not UTF-8 become `\xNN`,
/// and a backslash becomes `\\`. What follows the first `limit` bytes becomes `…`; no character
/// is cut in two.
[[nodiscard]] inline auto escaped(std::string_view text, std::size_t limit = std::string_view::npos)
    -> std::string {
    auto result = std::string{};
    for (std::size_t at = 0; at < text.size();) {
        if (at >= limit) return result + "\xE2\x80\xA6";
        std::uint32_t point = 0;
        auto const size = detail::utf8_at(text.substr(at), point);
        if (size != 0 && !detail::is_control(point)) {
            if (point == '\\') result += '\\';
            result += text.substr(at, size);
            at += size;
            continue;
        }
        for (auto const end = at + (size == 0 ? 1 : size); at < end; ++at) {
            result += "\\x";
            detail::append_hex(result, text[at], "0123456789abcdef");
        }
    }
    return result;
}

/// A text as a token of a VPC flow log: blanks and controls become `%NN`, as in `%20`.
[[nodiscard]] inline auto percent_encoded(std::string_view text) -> std::string {
    auto result = std::string{};
    for (auto const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte > ' ' && byte != 0x7F) {
            result += c;
        } else {
            result += '%';
            detail::append_hex(result, c, "0123456789ABCDEF");
        }
    }
    return result;
}

}  // namespace flowlog

#endif
