// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DIFFERENCE_HPP
#define FLOWLOG_AGGREGATE_DIFFERENCE_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <flowlog/aggregate/group_cell.hpp>

namespace flowlog {

/// A difference of two counts, with its sign.
struct signed_count {
    bool negative = false;
    std::uint64_t magnitude = 0;

    friend auto operator==(signed_count const&, signed_count const&) -> bool = default;
};

/// The difference of two values: a signed count, or a number with a fraction (for durations, in
/// seconds). Empty if the values cannot be subtracted.
using difference = std::variant<std::monostate, signed_count, double>;

/// `after` minus `before`, where an absent one is 0. Nothing if one is no number.
[[nodiscard]] inline auto difference_of(group_cell const& before, group_cell const& after)
    -> difference {
    auto const holds_any = [](auto const& cell, auto of) {
        return std::holds_alternative<decltype(of)>(cell) ||
               std::holds_alternative<std::monostate>(cell);
    };
    auto const value = [](auto const& cell, auto zero) {
        auto const* const found = std::get_if<decltype(zero)>(&cell);
        return found == nullptr ? zero : *found;
    };
    if (holds_any(before, std::uint64_t{}) && holds_any(after, std::uint64_t{})) {
        auto const from = value(before, std::uint64_t{});
        auto const to = value(after, std::uint64_t{});
        return to < from ? signed_count{true, from - to} : signed_count{false, to - from};
    }
    if (holds_any(before, 0.0) && holds_any(after, 0.0))
        return value(after, 0.0) - value(before, 0.0);
    using std::chrono::microseconds;
    if (holds_any(before, microseconds{}) && holds_any(after, microseconds{})) {
        auto const change = value(after, microseconds{}) - value(before, microseconds{});
        return static_cast<double>(change.count()) / 1e6;
    }
    return {};
}

/// `after` divided by `before`. None if one of them is absent or no number, or if `before` is 0.
[[nodiscard]] inline auto ratio_of(group_cell const& before, group_cell const& after)
    -> std::optional<double> {
    auto const number = [](group_cell const& cell) -> std::optional<double> {
        if (auto const* count = std::get_if<std::uint64_t>(&cell))
            return static_cast<double>(*count);
        if (auto const* real = std::get_if<double>(&cell)) return *real;
        if (auto const* duration = std::get_if<std::chrono::microseconds>(&cell))
            return static_cast<double>(duration->count()) / 1e6;
        return std::nullopt;
    };
    auto const from = number(before);
    auto const to = number(after);
    if (!from || !to || *from == 0) return std::nullopt;
    return *to / *from;
}

/// A difference as text, with its sign: `+40`, `-1.5`, and `-` if there is none.
[[nodiscard]] inline auto to_text(difference const& value) -> std::string {
    if (auto const* count = std::get_if<signed_count>(&value))
        return (count->negative ? '-' : '+') + std::to_string(count->magnitude);
    if (auto const* real = std::get_if<double>(&value))
        return (*real < 0 ? "" : "+") + to_text(group_cell{*real});
    return "-";
}

}  // namespace flowlog

#endif
