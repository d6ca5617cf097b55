// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_NUMBERS_HPP
#define FLOWLOG_OUTPUT_NUMBERS_HPP

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flowlog {

// Numbers as people read them.

/// A number with commas between groups of three digits: `1,234,567`.
[[nodiscard]] inline auto number_text(std::uint64_t number) -> std::string {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

/// A number with its noun, which takes an `s` unless the number is 1: `1 line`, `2,000 lines`.
[[nodiscard]] inline auto count_text(std::uint64_t number, std::string_view noun) -> std::string {
    return number_text(number).append(" ").append(noun).append(number == 1 ? "" : "s");
}

namespace detail {

inline auto digits_text(double number, std::chars_format format, int precision) -> std::string {
    auto buffer = std::array<char, 400>{};
    auto* const end = buffer.data() + buffer.size();
    return {buffer.data(), std::to_chars(buffer.data(), end, number, format, precision).ptr};
}

}  // namespace detail

/// A number of bytes with three significant digits and a decimal unit: `40 B`, `1.23 GB`.
[[nodiscard]] inline auto bytes_text(double bytes) -> std::string {
    constexpr auto units =
        std::to_array<std::string_view>({" B", " kB", " MB", " GB", " TB", " PB", " EB"});
    std::size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < units.size(); ++unit) bytes /= 1000;
    auto const text = unit == 0 ? detail::digits_text(bytes, std::chars_format::fixed, 0)
                                : detail::digits_text(bytes, std::chars_format::general, 3);
    return text + std::string{units[unit]};
}

/// A share with one decimal: `12.5%`; `-` if the whole is 0.
[[nodiscard]] inline auto percent_text(std::uint64_t share, std::uint64_t whole) -> std::string {
    if (whole == 0) return "-";
    auto const percent = 100 * static_cast<double>(share) / static_cast<double>(whole);
    return detail::digits_text(percent, std::chars_format::fixed, 1) + '%';
}

/// A duration: `3.4 ms`, `1.25 s`, `2:05 min` or `1:02:05 h`.
[[nodiscard]] inline auto duration_text(double seconds) -> std::string {
    if (seconds < 0.9995)
        return detail::digits_text(seconds * 1000, std::chars_format::general, 3) + " ms";
    if (seconds < 60) return detail::digits_text(seconds, std::chars_format::fixed, 2) + " s";
    auto const whole = static_cast<std::uint64_t>(seconds);
    auto const two_digits = [](std::uint64_t n) {
        return (n < 10 ? ":0" : ":") + std::to_string(n);
    };
    if (whole < 3600) return std::to_string(whole / 60) + two_digits(whole % 60) + " min";
    return std::to_string(whole / 3600) + two_digits(whole / 60 % 60) + two_digits(whole % 60) +
           " h";
}

}  // namespace flowlog

#endif
