// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_VALUE_HPP
#define FLOWLOG_GRAMMAR_FILTER_VALUE_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/tcp_flags.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog::grammar {

/// A cursor that reads a text token by token. Numbers, durations and flags are not read by X3,
/// because these small grammars took 1 s to compile.
class value_scanner {
public:
    explicit constexpr value_scanner(std::string_view text) noexcept : rest_{text} {}

    [[nodiscard]] constexpr auto done() const noexcept -> bool { return rest_.empty(); }

    /// Consumes the next character if it is one of these.
    constexpr auto take(std::string_view characters) noexcept -> bool {
        if (rest_.empty() || characters.find(rest_[0]) == characters.npos) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// Consumes the next digits, at most `max`, and returns their number. None if there are fewer
    /// than `min`, or if the number overflows.
    constexpr auto digits(std::size_t min, std::size_t max) noexcept
        -> std::optional<std::uint64_t> {
        constexpr auto limit = std::numeric_limits<std::uint64_t>::max();
        auto number = std::uint64_t{0};
        std::size_t size = 0;
        for (; size < max && size < rest_.size() && is_digit(rest_[size]); ++size) {
            auto const digit = static_cast<std::uint64_t>(rest_[size] - '0');
            if (number > (limit - digit) / 10) return std::nullopt;
            number = number * 10 + digit;
        }
        if (size < min) return std::nullopt;
        last_size_ = size;
        rest_.remove_prefix(size);
        return number;
    }

    /// How many digits the last number had.
    [[nodiscard]] constexpr auto size() const noexcept -> std::size_t { return last_size_; }

    /// Consumes and returns the next letters.
    constexpr auto letters() noexcept -> std::string_view {
        std::size_t size = 0;
        while (size < rest_.size() && flowlog::detail::to_lower(rest_[size]) >= 'a' &&
               flowlog::detail::to_lower(rest_[size]) <= 'z')
            ++size;
        auto const found = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return found;
    }

private:
    static constexpr auto is_digit(char c) noexcept -> bool { return c >= '0' && c <= '9'; }

    std::string_view rest_;
    std::size_t last_size_ = 0;
};

/// A decimal number, without its unit.
struct value_decimal {
    std::uint64_t whole = 0;
    std::uint64_t fraction = 0;
    std::uint64_t scale = 1;  ///< the fraction's denominator: 10 for one digit

    /// Reads `digits ["." 1*4digit]`.
    constexpr auto read(value_scanner& from) noexcept -> bool {
        *this = {};
        auto const digits = from.digits(1, 20);
        if (!digits) return false;
        whole = *digits;
        if (!from.take(".")) return true;
        auto const more = from.digits(1, 4);
        if (!more) return false;
        fraction = *more;
        for (std::size_t i = 0; i < from.size(); ++i) scale *= 10;
        return true;
    }

    /// The number times a unit. None if the product is not whole or not below 2^64.
    [[nodiscard]] constexpr auto times(std::uint64_t unit) const noexcept
        -> std::optional<std::uint64_t> {
        constexpr auto max = std::numeric_limits<std::uint64_t>::max();
        if (whole > max / unit || fraction > max / unit) return std::nullopt;
        auto const scaled = fraction * unit;
        if (scaled % scale != 0 || scaled / scale > max - whole * unit) return std::nullopt;
        return whole * unit + scaled / scale;
    }
};

namespace detail {

/// Reads 1 to 16 hexadecimal digits.
constexpr auto hexadecimal(std::string_view digits) noexcept -> std::optional<std::uint64_t> {
    if (digits.empty() || digits.size() > 16) return std::nullopt;
    auto number = std::uint64_t{0};
    for (auto const letter : digits) {
        auto const digit = hex_digit(letter);
        if (digit > 15) return std::nullopt;
        number = number << 4 | digit;
    }
    return number;
}

/// The factor of a unit such as `k`, `Mi` or `GB`; 1 for no unit.
constexpr auto size_of_unit(std::string_view unit) noexcept -> std::optional<std::uint64_t> {
    using flowlog::detail::to_lower;
    if (!unit.empty() && to_lower(unit.back()) == 'b') unit.remove_suffix(1);
    if (unit.empty()) return 1;
    auto const power = std::string_view{"kmgtp"}.find(to_lower(unit[0]));
    auto const binary = unit.size() == 2 && to_lower(unit[1]) == 'i';
    if (power == std::string_view::npos || unit.size() > (binary ? 2U : 1U)) return std::nullopt;
    std::uint64_t size = 1;
    for (std::size_t i = 0; i <= power; ++i) size *= binary ? 1024 : 1000;
    return size;
}

/// The milliseconds in a unit of time. `k`, a thousand milliseconds, is nfdump's.
constexpr auto milliseconds_of_unit(std::string_view unit) noexcept
    -> std::optional<std::uint64_t> {
    using flowlog::detail::has_alias;
    if (unit.empty()) return std::nullopt;
    if (has_alias("ms", unit)) return 1;
    if (has_alias("s sec k", unit)) return 1000;
    if (has_alias("m min", unit)) return 60'000;
    if (has_alias("h", unit)) return 3'600'000;
    if (has_alias("d", unit)) return 86'400'000;
    if (has_alias("w", unit)) return 604'800'000;
    return std::nullopt;
}

}  // namespace detail

/// Reads a number such as `1500`, `10M`, `1.5Gi`, `64KiB` or `0xff`.
///
///     number  = "0x" 1*16hexdigit | decimal [("k" | "m" | "g" | "t" | "p") ["i"]] ["b"]
///     decimal = digits ["." 1*4digit]
///
/// Letters may be in any case. A unit with `i` is binary: 1024 instead of 1000. None if the text is
/// not a number, or not a whole number below 2^64.
[[nodiscard]] constexpr auto parse_filter_number(std::string_view text) noexcept
    -> std::optional<std::uint64_t> {
    if (text.starts_with("0x") || text.starts_with("0X"))
        return detail::hexadecimal(text.substr(2));
    auto from = value_scanner{text};
    auto value = value_decimal{};
    if (!value.read(from)) return std::nullopt;
    auto const unit = detail::size_of_unit(from.letters());
    return unit && from.done() ? value.times(*unit) : std::nullopt;
}

/// Reads a duration in milliseconds: `1500`, `1.5s`, `90s`, `5m`, `1h30m`, `2d`, `1w`.
///
///     duration = digits | 1*(decimal ("ms" | "s" | "sec" | "m" | "min" | "h" | "d" | "w" | "k"))
[[nodiscard]] constexpr auto parse_filter_duration(std::string_view text) noexcept
    -> std::optional<std::uint64_t> {
    auto from = value_scanner{text};
    if (auto const bare = from.digits(1, 20); bare && from.done()) return bare;
    from = value_scanner{text};
    auto total = std::uint64_t{0};
    do {
        auto value = value_decimal{};
        if (!value.read(from)) return std::nullopt;
        auto const unit = detail::milliseconds_of_unit(from.letters());
        auto const time = unit ? value.times(*unit) : std::nullopt;
        if (!time || *time > std::numeric_limits<std::uint64_t>::max() - total) return std::nullopt;
        total += *time;
    } while (!from.done());
    return total;
}

/// Reads TCP flags as `tcp_flags_number` does, but without dots, blanks and hexadecimal digits:
/// letters, `SA`, or names, `syn+ack`.
[[nodiscard]] constexpr auto parse_filter_flags(std::string_view text) noexcept
    -> std::optional<std::uint64_t> {
    if (text.find_first_of(". ") != text.npos) return std::nullopt;
    if (text.starts_with("0x") || text.starts_with("0X")) return std::nullopt;
    return tcp_flags_number(text);
}

}  // namespace flowlog::grammar

#endif
