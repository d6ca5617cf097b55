// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_CELL_HPP
#define FLOWLOG_AGGREGATE_GROUP_CELL_HPP

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <variant>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/print.hpp>

namespace flowlog {

/// A cell of the table that a grouping makes: nothing, a number, a time, a text or a duration.
using group_cell = std::variant<std::monostate, std::uint64_t, double, timestamp, std::string,
                                std::chrono::microseconds>;

namespace detail {

/// A number with one decimal, or as many as three significant digits need: `8000.0`, `12.3`,
/// `3.25`, `0.0167`. Zeros after the first decimal are left out, and numbers below 0.0001 are
/// written as `1.23e-05`.
[[nodiscard]] inline auto real_text(double number) -> std::string {
    auto const size = std::abs(number);
    char buffer[400];
    auto const print = [&](char const* format, int precision) {
        auto const written = std::snprintf(buffer, sizeof buffer, format, precision, number);
        return std::string(buffer, static_cast<std::size_t>(written));
    };
    if (size != 0 && size < 0.0001) return print("%.*g", 3);
    auto decimals = 1;
    for (auto least = 10.0; size < least && decimals < 6; least /= 10) ++decimals;
    auto text = print("%.*f", decimals);
    while (text.ends_with('0') && text[text.size() - 2] != '.') text.pop_back();
    return text;
}

}  // namespace detail

/// A cell as text; nothing is `-`, a number with a fraction has one decimal and at least three
/// significant digits, unless the others are 0, and a duration is in seconds, with three or six
/// digits of a fraction if it has one.
[[nodiscard]] inline auto to_text(group_cell const& cell) -> std::string {
    struct visitor {
        auto operator()(std::monostate) const -> std::string { return "-"; }
        auto operator()(std::uint64_t number) const -> std::string {
            return std::to_string(number);
        }
        auto operator()(double number) const -> std::string { return detail::real_text(number); }
        auto operator()(timestamp time) const -> std::string { return to_text(time); }
        auto operator()(std::string const& text) const -> std::string { return text; }
        auto operator()(std::chrono::microseconds duration) const -> std::string {
            char buffer[max_printed];
            return {buffer, print_unix_time(buffer, timestamp{duration})};
        }
    };
    return std::visit(visitor{}, cell);
}

}  // namespace flowlog

#endif
