// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_MEASURE_HPP
#define FLOWLOG_AGGREGATE_MEASURE_HPP

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
    flows,     ///< the number of flows
    sum,       ///< the sum of a counter; it stops at 2^64 - 1
    min,       ///< the smallest value of a number or time
    max,       ///< the largest value of a number or time
    distinct,  ///< the number of different values; above 1024 it is an estimate
    rate,      ///< the sum of a counter per second, from the group's first start to its last end
    bit_or     ///< the bits that any value of a number has: of TCP flags
};

/// A measure: its kind, and the field that it is computed from (any field for `flows`).
struct measure {
    measure_kind kind = measure_kind::flows;
    field_id field = field_id::bytes;
    bool optional = false;  ///< the field may be missing from a log: then all its values are absent

    /// The measure as headings write it: `flows`, `bytes` (a sum), `min(start)`,
    /// `distinct(srcaddr)`, `rate(bytes)`, `or(tcp-flags)`.
    [[nodiscard]] auto name() const -> std::string {
        auto const of = std::string{info(field).name};
        switch (kind) {
            case measure_kind::flows: return "flows";
            case measure_kind::sum: return of == "flows" ? "sum(flows)" : of;
            case measure_kind::min: return "min(" + of + ")";
            case measure_kind::max: return "max(" + of + ")";
            case measure_kind::distinct: return "distinct(" + of + ")";
            case measure_kind::rate: return "rate(" + of + ")";
            case measure_kind::bit_or: break;
        }
        return "or(" + of + ")";
    }

    /// Reads what `name` writes, and also `sum(bytes)`, `first` for `min(start)` and `last` for
    /// `max(end)`. Throws `errc::invalid_argument`.
    [[nodiscard]] static auto parse(std::string_view text) -> measure {
        if (text == "flows" || text == "count") return {};
        if (text == "first") return {measure_kind::min, field_id::start};
        if (text == "last") return {measure_kind::max, field_id::end};
        auto result = measure{measure_kind::sum};
        auto of = text;
        if (auto const open = text.find('('); open != text.npos && text.ends_with(')')) {
            auto const kind = text.substr(0, open);
            of = text.substr(open + 1, text.size() - open - 2);
            if (kind == "min")
                result.kind = measure_kind::min;
            else if (kind == "max")
                result.kind = measure_kind::max;
            else if (kind == "distinct")
                result.kind = measure_kind::distinct;
            else if (kind == "rate")
                result.kind = measure_kind::rate;
            else if (kind == "or")
                result.kind = measure_kind::bit_or;
            else if (kind != "sum")
                fail(text, "no measure is called '" + escaped(kind, 40) + "'" + expected);
        }
        auto const id = find_field(of);
        if (!id) fail_on_name(text, of);
        result.field = *id;
        result.check(text);
        return result;
    }

    /// Whether the measure can be computed from the field: a sum or a rate needs numbers, a minimum
    /// or a maximum numbers or times, and an OR numbers of at most 32 bits.
    [[nodiscard]] constexpr auto possible() const noexcept -> bool {
        auto const type = info(field).type;
        switch (kind) {
            case measure_kind::sum:
            case measure_kind::rate: return is_number(type);
            case measure_kind::min:
            case measure_kind::max: return is_number(type) || type == field_type::time;
            case measure_kind::bit_or: return is_number(type) && type != field_type::u64;
            default: return true;
        }
    }

    /// Whether both compute the same. `optional` makes no difference.
    friend constexpr auto operator==(measure const& a, measure const& b) noexcept -> bool {
        return a.kind == b.kind && (a.kind == measure_kind::flows || a.field == b.field);
    }

private:
    void check(std::string_view text) const {
        if (possible()) return;
        auto const ordered = kind == measure_kind::min || kind == measure_kind::max;
        auto const* const why = ordered                        ? " is neither a number nor a time"
                                : kind == measure_kind::bit_or ? " has no bits to combine"
                                                               : " is not a number";
        fail(text, std::string{info(field).name} + why);
    }

    [[noreturn]] static void fail_on_name(std::string_view text, std::string_view called) {
        auto similar = detail::similar_words{called};
        similar.consider("flows");
        for (auto const name : field_names()) similar.consider(name);
        auto const hint = similar.hint();
        fail(text,
             "no field is called '" + escaped(called, 40) + "'" + (hint.empty() ? expected : hint));
    }

    [[noreturn]] static void fail(std::string_view text, std::string const& why) {
        throw error{errc::invalid_argument, {}, "measure '" + escaped(text, 80) + "': " + why};
    }

    static constexpr auto expected =
        "; expected flows, a field to sum, or min, max, distinct, rate or or of a field: "
        "max(bytes)";
};

/// A measure whose kind and field are known at compile time. It converts to `measure`.
template <measure_kind Kind, field_id Field>
struct static_measure {
    static constexpr auto value = measure{Kind, Field};
    static_assert(value.possible(),
                  "sum and rate need a number, min and max need a number or a time, and bit_or "
                  "needs a number of at most 32 bits");

    constexpr operator measure() const noexcept { return value; }
};

/// The measures as code writes them: `group_by<field::srcaddr>(count, sum<field::bytes>)`.
namespace measures {
inline constexpr auto count = static_measure<measure_kind::flows, field_id::bytes>{};
template <auto Field>
inline constexpr auto sum = static_measure<measure_kind::sum, Field.id>{};
template <auto Field>
inline constexpr auto min = static_measure<measure_kind::min, Field.id>{};
template <auto Field>
inline constexpr auto max = static_measure<measure_kind::max, Field.id>{};
template <auto Field>
inline constexpr auto distinct = static_measure<measure_kind::distinct, Field.id>{};
template <auto Field>
inline constexpr auto rate = static_measure<measure_kind::rate, Field.id>{};
template <auto Field>
inline constexpr auto bit_or = static_measure<measure_kind::bit_or, Field.id>{};
}  // namespace measures

}  // namespace flowlog

#endif
