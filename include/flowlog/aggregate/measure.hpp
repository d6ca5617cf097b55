// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_MEASURE_HPP
#define FLOWLOG_AGGREGATE_MEASURE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/detail/similar.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog {

/// What is computed for each group.
enum class measure_kind : std::uint8_t {
    flows,      ///< the number of flows
    sum,        ///< the sum of a counter or of durations; it stops at 2^64 - 1
    min,        ///< the smallest value of a number, time or duration
    max,        ///< the largest value of a number, time or duration
    distinct,   ///< the number of different values; above 1024 it is an estimate
    rate,       ///< the sum of a counter per second, from the group's first start to its last end
    bit_or,     ///< the bits that any value of a number has: of TCP flags
    average,    ///< the sum of a number or of durations, divided by how many there are
    ratio,      ///< one sum divided by another: bytes per packet
    percentile  ///< the value that a share of the values does not exceed; within 0.8 %
};

/// What a measure is computed from.
enum class measured : std::uint8_t {
    field,     ///< the values of a field
    duration,  ///< the times from start to end
    flows      ///< the number of flows: of ratios
};

/// A measure: its kind, and what it is computed from (anything for `flows`).
struct measure {
    measure_kind kind = measure_kind::flows;
    field_id field = field_id::bytes;
    bool optional = false;  ///< the field may be missing from a log: then all its values are absent
    measured of = measured::field;         ///< of what; `field` counts only if it is `field`
    measured over = measured::field;       ///< of a ratio: what the divisor is the sum of
    field_id divisor = field_id::packets;  ///< of a ratio: the field, if `over` is `field`
    /// Of a percentile: how many of 100,000 values are not above it. 95,000 are 95 %.
    std::uint32_t share = 50'000;

    /// The measure as headings write it: `flows`, `bytes` (a sum), `min(start)`,
    /// `distinct(srcaddr)`, `rate(bytes)`, `or(tcp-flags)`, `avg(bytes)`, `bytes/packets`,
    /// `percentile(bytes, 95)`.
    [[nodiscard]] auto name() const -> std::string;

    /// Reads what `name` writes, in any case, and also `sum(bytes)`, `count` for `flows`, `first`
    /// for `min(start)` and `last` for `max(end)`. Throws `errc::invalid_argument`.
    [[nodiscard]] static auto parse(std::string_view text) -> measure;

    /// Whether the measure can be computed: a sum, a rate, an average, a ratio or a percentile
    /// needs numbers, a minimum or a maximum numbers or times, and an OR numbers of at most 32
    /// bits. Durations are numbers here, but have no rate and no bits.
    [[nodiscard]] constexpr auto possible() const noexcept -> bool {
        auto const type = info(field).type;
        auto const is_field = of == measured::field;
        auto const summable = of == measured::duration || is_number(type);
        switch (kind) {
            case measure_kind::flows: return true;
            case measure_kind::sum:
            case measure_kind::average: return summable && of != measured::flows;
            case measure_kind::percentile:
                return summable && of != measured::flows && share <= 100'000;
            case measure_kind::ratio:
                return (summable || of == measured::flows) &&
                       (over != measured::field || is_number(info(divisor).type));
            case measure_kind::rate: return is_field && is_number(type);
            case measure_kind::min:
            case measure_kind::max:
                return of == measured::duration ||
                       (is_field && (is_number(type) || type == field_type::time));
            case measure_kind::distinct: return of != measured::flows;
            case measure_kind::bit_or:
                return is_field && is_number(type) && type != field_type::u64;
        }
        return false;
    }

    /// Whether the values are times.
    [[nodiscard]] constexpr auto is_time() const noexcept -> bool {
        return (kind == measure_kind::min || kind == measure_kind::max) && of == measured::field &&
               info(field).type == field_type::time;
    }

    /// Whether the values are durations.
    [[nodiscard]] constexpr auto is_duration() const noexcept -> bool {
        return of == measured::duration && kind != measure_kind::flows &&
               kind != measure_kind::distinct && kind != measure_kind::ratio;
    }

    /// Whether the values have fractions: of rates, ratios and averages. Averages of durations are
    /// in seconds.
    [[nodiscard]] constexpr auto is_real() const noexcept -> bool {
        return kind == measure_kind::rate || kind == measure_kind::ratio ||
               kind == measure_kind::average;
    }

    /// Whether both compute the same. `optional` makes no difference.
    friend constexpr auto operator==(measure const& a, measure const& b) noexcept -> bool {
        auto const same = [](measured x, field_id one, measured y, field_id other) {
            return x == y && (x != measured::field || one == other);
        };
        if (a.kind != b.kind) return false;
        if (a.kind == measure_kind::flows) return true;
        return same(a.of, a.field, b.of, b.field) &&
               (a.kind != measure_kind::percentile || a.share == b.share) &&
               (a.kind != measure_kind::ratio || same(a.over, a.divisor, b.over, b.divisor));
    }
};

namespace detail {

/// The words for kinds, as in `max(bytes)`.
struct measure_word {
    std::string_view word;
    measure_kind kind;
};
inline constexpr auto measure_words =
    std::to_array<measure_word>({{"sum", measure_kind::sum},
                                 {"min", measure_kind::min},
                                 {"max", measure_kind::max},
                                 {"avg", measure_kind::average},
                                 {"average", measure_kind::average},
                                 {"distinct", measure_kind::distinct},
                                 {"rate", measure_kind::rate},
                                 {"or", measure_kind::bit_or},
                                 {"percentile", measure_kind::percentile}});

/// A share of 100,000 as a percentage: `95`, `99.9`.
[[nodiscard]] inline auto percentage(std::uint32_t share) -> std::string {
    auto text = std::to_string(share / 1000);
    if (share % 1000 == 0) return text;
    auto digits = std::to_string(1000 + share % 1000);
    digits.erase(digits.find_last_not_of('0') + 1);
    return text + '.' + digits.substr(1);
}

/// Reads the name of a measure.
class measure_parser {
public:
    explicit measure_parser(std::string_view text) noexcept : text_{trimmed(text)} {}

    [[nodiscard]] auto parse() const -> measure {
        if (counts_flows(text_)) return {};
        if (same_name(text_, "first")) return {measure_kind::min, field_id::start};
        if (same_name(text_, "last")) return {measure_kind::max, field_id::end};
        auto result = measure{measure_kind::sum};
        if (auto const slash = slash_of_ratio(); slash != text_.npos) {
            result.kind = measure_kind::ratio;
            take_operand(text_.substr(0, slash), result.of, result.field);
            take_operand(text_.substr(slash + 1), result.over, result.divisor);
        } else {
            auto of = text_;
            auto const open = text_.find('(');
            if (open != text_.npos && text_.ends_with(')')) {
                result.kind = kind_of(text_.substr(0, open));
                of = text_.substr(open + 1, text_.size() - open - 2);
            }
            if (result.kind == measure_kind::percentile) of = take_share(of, result.share);
            take_value(trimmed(of), result.of, result.field);
        }
        check(result);
        return result;
    }

private:
    [[nodiscard]] static auto trimmed(std::string_view text) noexcept -> std::string_view {
        while (text.starts_with(' ')) text.remove_prefix(1);
        while (text.ends_with(' ')) text.remove_suffix(1);
        return text;
    }

    [[nodiscard]] static auto counts_flows(std::string_view text) noexcept -> bool {
        return same_name(text, "flows") || same_name(text, "count");
    }

    /// The position of the slash of a ratio, which is in no parentheses.
    [[nodiscard]] auto slash_of_ratio() const noexcept -> std::size_t {
        auto depth = 0;
        for (std::size_t i = 0; i < text_.size(); ++i) {
            if (text_[i] == '/' && depth == 0) return i;
            depth += text_[i] == '(' ? 1 : text_[i] == ')' ? -1 : 0;
        }
        return text_.npos;
    }

    [[nodiscard]] auto kind_of(std::string_view word) const -> measure_kind {
        for (auto const& [known, kind] : measure_words)
            if (same_name(known, word)) return kind;
        fail("no measure is called '" + escaped(word, 40) + "'" + expected);
    }

    /// Reads a field or `duration`.
    void take_value(std::string_view called, measured& of, field_id& field) const {
        if (same_name(called, "duration")) {
            of = measured::duration;
        } else if (auto const id = find_field(called)) {
            field = *id;
        } else if (called.find('/') != called.npos) {
            fail("expected one field, found '" + escaped(called, 40) +
                 "'; a network such as srcaddr/24 can only be a key");
        } else {
            fail_on_name(called);
        }
    }

    /// Reads a side of a ratio: `flows`, a field, `duration`, or `sum(…)` of the latter two.
    void take_operand(std::string_view called, measured& of, field_id& field) const {
        called = trimmed(called);
        if (counts_flows(called)) {
            of = measured::flows;
            return;
        }
        if (called.ends_with(')') && same_name(called.substr(0, 4), "sum("))
            called = trimmed(called.substr(4, called.size() - 5));
        take_value(called, of, field);
    }

    /// Reads the share of a percentile after its field, and returns the field.
    [[nodiscard]] auto take_share(std::string_view of, std::uint32_t& share) const
        -> std::string_view {
        auto const comma = of.find(',');
        if (comma == of.npos)
            fail("a percentile needs a percentage after its field: percentile(bytes, 95)");
        auto const digits = trimmed(of.substr(comma + 1));
        auto const point = std::min(digits.find('.'), digits.size());
        auto const fraction = digits.substr(std::min(point + 1, digits.size()));
        auto value = std::uint32_t{0};
        auto valid = point != 0 && point <= 3 && fraction.size() <= 3 &&
                     (point == digits.size() || !fraction.empty());
        for (auto const c : digits.substr(0, point)) add_digit(value, c, valid);
        for (std::size_t i = 0; i < 3; ++i)
            add_digit(value, i < fraction.size() ? fraction[i] : '0', valid);
        if (!valid || value > 100'000)
            fail("expected a percentage from 0 to 100, with up to three decimals, found '" +
                 escaped(digits, 40) + "'");
        share = value;
        return of.substr(0, comma);
    }

    static void add_digit(std::uint32_t& value, char digit, bool& valid) noexcept {
        valid = valid && digit >= '0' && digit <= '9';
        if (valid) value = value * 10 + static_cast<std::uint32_t>(digit - '0');
    }

    void check(measure const& found) const {
        if (found.possible()) return;
        auto const kind = found.kind;
        if (found.of != measured::field && kind != measure_kind::ratio)
            fail("it cannot be computed for durations");
        auto const is_dividend = kind != measure_kind::ratio || found.of != measured::field ||
                                 is_number(info(found.field).type);
        auto const wrong = kind == measure_kind::ratio && is_dividend ? found.divisor : found.field;
        auto const ordered = kind == measure_kind::min || kind == measure_kind::max;
        auto const* const why = ordered                        ? " is neither a number nor a time"
                                : kind == measure_kind::bit_or ? " has no bits to combine"
                                                               : " is not a number";
        fail(std::string{info(wrong).name} + why);
    }

    [[noreturn]] void fail_on_name(std::string_view called) const {
        auto similar = similar_words{called};
        similar.consider("flows");
        similar.consider("duration");
        for (auto const name : field_names()) similar.consider(name);
        auto const hint = similar.hint();
        fail("no field is called '" + escaped(called, 40) + "'" + (hint.empty() ? expected : hint));
    }

    [[noreturn]] void fail(std::string const& why) const {
        throw error{errc::invalid_argument, {}, "measure '" + escaped(text_, 80) + "': " + why};
    }

    static constexpr auto expected =
        "; expected flows, a field or duration to sum, min, max, avg, distinct, rate or or of a "
        "field: max(bytes), a percentile: percentile(bytes, 95), or a ratio: bytes/packets";

    std::string_view text_;
};

}  // namespace detail

inline auto measure::name() const -> std::string {
    auto const named = [](measured what, field_id id) -> std::string {
        if (what == measured::flows) return "flows";
        if (what == measured::duration) return "duration";
        auto const called = std::string{info(id).name};
        return called == "flows" ? "sum(flows)" : called;
    };
    auto const value = of == measured::duration ? "duration" : std::string{info(field).name};
    switch (kind) {
        case measure_kind::flows: return "flows";
        case measure_kind::sum: return named(of, field);
        case measure_kind::ratio: return named(of, field) + '/' + named(over, divisor);
        case measure_kind::percentile:
            return "percentile(" + value + ", " + detail::percentage(share) + ')';
        default: break;
    }
    auto result = std::string{};
    for (auto const& [word, of_kind] : detail::measure_words)
        if (of_kind == kind && result.empty()) result = word;
    return result + '(' + value + ')';
}

inline auto measure::parse(std::string_view text) -> measure {
    return detail::measure_parser{text}.parse();
}

/// A measure that is known at compile time. It converts to `measure`.
template <measure Value>
struct static_measure {
    static constexpr auto value = Value;
    static_assert(
        value.possible(),
        "sum, rate, average, ratio and percentile need numbers, min and max need a number "
        "or a time, and bit_or needs a number of at most 32 bits");

    constexpr operator measure() const noexcept { return value; }
};

/// The measures as code writes them: `group_by<field::srcaddr>(count, sum<field::bytes>)`.
namespace measures {
inline constexpr auto count = static_measure<measure{}>{};
template <auto Field>
inline constexpr auto sum = static_measure<measure{measure_kind::sum, Field.id}>{};
template <auto Field>
inline constexpr auto min = static_measure<measure{measure_kind::min, Field.id}>{};
template <auto Field>
inline constexpr auto max = static_measure<measure{measure_kind::max, Field.id}>{};
template <auto Field>
inline constexpr auto distinct = static_measure<measure{measure_kind::distinct, Field.id}>{};
template <auto Field>
inline constexpr auto rate = static_measure<measure{measure_kind::rate, Field.id}>{};
template <auto Field>
inline constexpr auto bit_or = static_measure<measure{measure_kind::bit_or, Field.id}>{};
template <auto Field>
inline constexpr auto average = static_measure<measure{measure_kind::average, Field.id}>{};
/// The sum of one field divided by the sum of another: `ratio<field::bytes, field::packets>`.
template <auto Field, auto Divisor>
inline constexpr auto ratio = static_measure<measure{
    .kind = measure_kind::ratio, .field = Field.id, .divisor = Divisor.id}>{};
/// `percentile<field::bytes, 95>` is the number of bytes that 95 % of the flows do not exceed.
template <auto Field, unsigned Percent>
inline constexpr auto percentile = static_measure<measure{
    .kind = measure_kind::percentile, .field = Field.id, .share = Percent * 1000}>{};
}  // namespace measures

}  // namespace flowlog

#endif
