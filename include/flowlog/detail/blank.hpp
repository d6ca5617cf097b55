// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_BLANK_HPP
#define FLOWLOG_DETAIL_BLANK_HPP

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace flowlog::detail {

/// Blanks outside of ASCII, in UTF-8, that copies of mails, web pages and spreadsheets contain.
inline constexpr auto unicode_blanks = std::to_array<std::string_view>({
    "\xC2\x85",      // NEXT LINE
    "\xC2\xA0",      // NO-BREAK SPACE
    "\xE1\x9A\x80",  // OGHAM SPACE MARK
    "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84",
    "\xE2\x80\x85", "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89",
    "\xE2\x80\x8A",                  // EN QUAD to HAIR SPACE
    "\xE2\x80\x8B",                  // ZERO WIDTH SPACE
    "\xE2\x80\xA8", "\xE2\x80\xA9",  // LINE SEPARATOR, PARAGRAPH SEPARATOR
    "\xE2\x80\xAF",                  // NARROW NO-BREAK SPACE
    "\xE2\x81\x9F",                  // MEDIUM MATHEMATICAL SPACE
    "\xE2\x81\xA0",                  // WORD JOINER
    "\xE3\x80\x80",                  // IDEOGRAPHIC SPACE
    "\xEF\xBB\xBF",                  // ZERO WIDTH NO-BREAK SPACE, the byte order mark
});

[[nodiscard]] constexpr auto is_blank(char c) noexcept -> bool {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// The length of the blank with which a text begins, in bytes; 0 if it begins with none.
[[nodiscard]] constexpr auto leading_blank(std::string_view text) noexcept -> std::size_t {
    if (text.empty()) return 0;
    if (is_blank(text.front())) return 1;
    if (static_cast<unsigned char>(text.front()) < 0x80) return 0;
    for (auto const blank : unicode_blanks) {
        if (text.starts_with(blank)) return blank.size();
    }
    return 0;
}

/// The length of the blank with which a text ends, in bytes; 0 if it ends with none.
[[nodiscard]] constexpr auto trailing_blank(std::string_view text) noexcept -> std::size_t {
    if (text.empty()) return 0;
    if (is_blank(text.back())) return 1;
    if (static_cast<unsigned char>(text.back()) < 0x80) return 0;
    for (auto const blank : unicode_blanks) {
        if (text.ends_with(blank)) return blank.size();
    }
    return 0;
}

/// Replaces each byte of a Unicode blank by an ASCII blank. The rest of the text keeps its place.
[[nodiscard]] inline auto with_plain_blanks(std::string text) -> std::string {
    for (auto const blank : unicode_blanks) {
        for (auto at = text.find(blank); at != text.npos; at = text.find(blank, at))
            text.replace(at, blank.size(), blank.size(), ' ');
    }
    return text;
}

/// A text without blanks at either end, be they of ASCII or of Unicode.
[[nodiscard]] constexpr auto trimmed(std::string_view text) noexcept -> std::string_view {
    while (auto const size = leading_blank(text)) text.remove_prefix(size);
    while (auto const size = trailing_blank(text)) text.remove_suffix(size);
    return text;
}

}  // namespace flowlog::detail

#endif
