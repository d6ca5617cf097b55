// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_CELL_HPP
#define FLOWLOG_AGGREGATE_GROUP_CELL_HPP

#include <chrono>
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

/// A cell as text; nothing is `-`, a number with a fraction has one digit of it, and a duration is
/// in seconds, with three or six digits of a fraction if it has one.
[[nodiscard]] inline auto to_text(group_cell const& cell) -> std::string {
    struct visitor {
        auto operator()(std::monostate) const -> std::string { return "-"; }
        auto operator()(std::uint64_t number) const -> std::string {
            return std::to_string(number);
        }
        auto operator()(double number) const -> std::string {
            char buffer[64];
            auto const size = std::snprintf(buffer, sizeof buffer, "%.1f", number);
            return std::string(buffer, static_cast<std::size_t>(size));
        }
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
