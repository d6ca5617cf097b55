// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_MEASURE_HPP
#define FLOWLOG_AGGREGATE_MEASURE_HPP

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/detail/mix.hpp>
#include <flowlog/detail/similar.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog {

/// What is computed for each group.
enum class measure_kind : std::uint8_t {
    flows,     ///< how many flows
    sum,       ///< of a counter; sticks at 2^64 - 1
    min,       ///< the smallest value of a number or time
    max,       ///< the largest
    distinct,  ///< how many different values; an estimate where there are more than 1024
    rate       ///< the sum of a counter per second, from the group's first start to its last end
};

/// A measure: its kind, and the field that it is of (none for `flows`).
struct measure {
    measure_kind kind = measure_kind::flows;
    field_id field = field_id::bytes;

    /// As headings write it: `flows`, `bytes` (a sum), `min(start)`, `distinct(srcaddr)`,
    /// `rate(bytes)`.
    [[nodiscard]] auto name() const -> std::string {
        auto const of = std::string{info(field).name};
        switch (kind) {
            case measure_kind::flows: return "flows";
            case measure_kind::sum: return of == "flows" ? "sum(flows)" : of;
            case measure_kind::min: return "min(" + of + ")";
            case measure_kind::max: return "max(" + of + ")";
            case measure_kind::distinct: return "distinct(" + of + ")";
            case measure_kind::rate: break;
        }
        return "rate(" + of + ")";
    }

    /// Reads what `name` writes; also `sum(bytes)`, `first` and `last`, which are `min(start)` and
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
            else if (kind != "sum")
                fail(text, "no measure is called '" + escaped(kind, 40) + "'" + expected);
        }
        auto const id = find_field(of);
        if (!id) fail_on_name(text, of);
        result.field = *id;
        result.check(text);
        return result;
    }

    /// Whether the field's values can be measured so: what is summed must be a number, what is
    /// compared a number or a time.
    [[nodiscard]] constexpr auto possible() const noexcept -> bool {
        auto const type = info(field).type;
        auto const number = type <= field_type::u64;
        switch (kind) {
            case measure_kind::sum:
            case measure_kind::rate: return number;
            case measure_kind::min:
            case measure_kind::max: return number || type == field_type::time;
            default: return true;
        }
    }

    friend auto operator==(measure const&, measure const&) -> bool = default;

private:
    void check(std::string_view text) const {
        if (possible()) return;
        auto const ordered = kind == measure_kind::min || kind == measure_kind::max;
        fail(text,
             std::string{info(field).name} + (ordered ? " is no number or time" : " is no number"));
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
        "; expected flows, a field to sum, or min, max, distinct or rate of a field: max(bytes)";
};

/// Measures whose kind and field are known at compile time.
template <measure_kind Kind, field_id Field>
struct static_measure {
    static constexpr auto value = measure{Kind, Field};
    static_assert(value.possible(), "only numbers are summed, only numbers and times compared");
};

/// The measures as they are written in code: `group_by<field::srcaddr>(count, sum<field::bytes>)`.
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
}  // namespace measures

namespace detail {

using group_word = std::uint64_t;

/// Values as words that compare like them. The largest word stands for nothing in a minimum, 0 in a
/// maximum; so the two ends of the range of 64-bit counters are one off.
inline constexpr auto nothing_smaller = std::numeric_limits<group_word>::max();
inline constexpr auto nothing_larger = group_word{0};

template <class T>
[[nodiscard]] constexpr auto to_ordered(T value) noexcept -> group_word {
    if constexpr (std::is_same_v<T, timestamp>) {
        auto const ticks =
            static_cast<group_word>(value.time_since_epoch().count()) ^ (group_word{1} << 63);
        return std::clamp(ticks, group_word{1}, nothing_smaller - 1);
    } else {
        return std::min(group_word{value}, nothing_smaller - 2) + 1;
    }
}

[[nodiscard]] inline auto from_ordered(group_word ordered, field_type type) -> group_cell {
    if (ordered == nothing_smaller || ordered == nothing_larger) return {};
    if (type != field_type::time) return ordered - 1;
    auto const ticks = static_cast<std::int64_t>(ordered ^ (group_word{1} << 63));
    return timestamp{std::chrono::microseconds{ticks}};
}

/// How many words a measure has in a row, and of input for each record.
[[nodiscard]] constexpr auto width(measure_kind kind) noexcept -> std::size_t {
    if (kind == measure_kind::flows) return 1;
    return kind == measure_kind::rate ? 3 : 1;
}

/// A number of any type, or a fallback.
template <class T>
[[nodiscard]] constexpr auto number_or_zero(field_value<T> const& value) noexcept -> group_word {
    if constexpr (std::is_unsigned_v<T>) {
        return value ? group_word{*value} : 0;
    } else {
        return 0;
    }
}

template <class T>
[[nodiscard]] constexpr auto ordered_or(field_value<T> const& value, group_word nothing) noexcept
    -> group_word {
    if constexpr (std::is_unsigned_v<T> || std::is_same_v<T, timestamp>) {
        return value ? to_ordered(*value) : nothing;
    } else {
        return nothing;
    }
}

/// A hash of a value for `distinct`, never 0; 0 where there is none.
template <class T>
[[nodiscard]] auto distinct_hash(field_value<T> const& value) noexcept -> group_word {
    if (!value) return 0;
    group_word parts[3] = {};
    if constexpr (std::is_same_v<T, std::string_view>) {
        parts[0] = std::hash<std::string_view>{}(*value);
    } else if constexpr (std::is_same_v<T, address>) {
        parts[0] = (*value).high();
        parts[1] = (*value).low();
        parts[2] = (*value).is_v6() ? 1 : 0;
    } else if constexpr (std::is_same_v<T, timestamp>) {
        parts[0] = static_cast<group_word>((*value).time_since_epoch().count());
    } else {
        parts[0] = static_cast<group_word>(*value);
    }
    return std::max<group_word>(hash_words(parts, 3), 1);
}

/// Writes what a record gives to a measure. `read(field)` calls back with the value of a field.
template <class Read>
[[gnu::always_inline]] inline void take_input(measure of, Read read, group_word* input) {
    switch (of.kind) {
        case measure_kind::flows: *input = 1; break;
        case measure_kind::sum:
            read(of.field, [&](auto const& v) { *input = number_or_zero(v); });
            break;
        case measure_kind::min:
            read(of.field, [&](auto const& v) { *input = ordered_or(v, nothing_smaller); });
            break;
        case measure_kind::max:
            read(of.field, [&](auto const& v) { *input = ordered_or(v, nothing_larger); });
            break;
        case measure_kind::distinct:
            read(of.field, [&](auto const& v) { *input = distinct_hash(v); });
            break;
        case measure_kind::rate:
            read(of.field, [&](auto const& v) { input[0] = number_or_zero(v); });
            read(field_id::start,
                 [&](auto const& v) { input[1] = ordered_or(v, nothing_smaller); });
            read(field_id::end, [&](auto const& v) { input[2] = ordered_or(v, nothing_larger); });
            break;
    }
}

/// The values of measures in the rows of a group table.
class measure_values {
public:
    [[nodiscard]] static auto empty(std::vector<measure> const& measures)
        -> std::vector<group_word> {
        auto result = std::vector<group_word>{};
        for (auto const& m : measures) {
            if (m.kind == measure_kind::rate) {
                result.insert(result.end(), {0, nothing_smaller, nothing_larger});
            } else {
                result.push_back(m.kind == measure_kind::min ? nothing_smaller : 0);
            }
        }
        return result;
    }

    /// Adds to a sum.
    [[gnu::always_inline]] void add(group_word& sum, group_word input) noexcept {
        sum = saturating_add(sum, input, saturated_);
    }

    /// Adds a record's input, or another row's sums, minima and maxima.
    [[gnu::always_inline]] void update(measure_kind kind, group_word* value,
                                       group_word const* input) {
        switch (kind) {
            case measure_kind::flows:
            case measure_kind::sum: add(*value, *input); break;
            case measure_kind::min: *value = std::min(*value, *input); break;
            case measure_kind::max: *value = std::max(*value, *input); break;
            case measure_kind::distinct:
                if (*input != 0) set_of(*value).add(*input);
                break;
            case measure_kind::rate:
                add(value[0], input[0]);
                value[1] = std::min(value[1], input[1]);
                value[2] = std::max(value[2], input[2]);
                break;
        }
    }

    /// Adds a row of `other`, whose `distinct` values name sets of its own.
    void merge(measure_kind kind, group_word* value, group_word const* input,
               measure_values const& other) {
        if (kind != measure_kind::distinct) return update(kind, value, input);
        if (*input != 0) set_of(*value).merge(other.sets_[*input - 1]);
    }

    [[nodiscard]] auto cell(measure const& of, group_word const* value) const -> group_cell {
        switch (of.kind) {
            case measure_kind::flows:
            case measure_kind::sum: return *value;
            case measure_kind::min:
            case measure_kind::max: return from_ordered(*value, info(of.field).type);
            case measure_kind::distinct: return *value == 0 ? 0 : sets_[*value - 1].count();
            case measure_kind::rate: break;
        }
        return rate_of(value);
    }

    /// A word that ranks like the value; nothing ranks last.
    [[nodiscard]] auto rank(measure const& of, group_word const* value) const -> group_word {
        auto const shown = cell(of, value);
        if (std::holds_alternative<std::monostate>(shown)) return 0;
        if (of.kind == measure_kind::distinct) return std::get<std::uint64_t>(shown);
        if (of.kind == measure_kind::rate)
            return std::bit_cast<group_word>(std::get<double>(shown)) + 1;
        return *value;
    }

    /// Whether some sum stuck at its largest value.
    [[nodiscard]] auto saturated() const noexcept -> bool { return saturated_; }
    void note_saturated(bool also) noexcept { saturated_ = saturated_ || also; }

    /// Whether some count of different values is an estimate.
    [[nodiscard]] auto estimated() const noexcept -> bool {
        return !std::ranges::all_of(sets_, [](auto const& set) { return set.exact(); });
    }

private:
    auto set_of(group_word& value) -> distinct_counter& {
        if (value == 0) {
            sets_.emplace_back();
            value = sets_.size();
        }
        return sets_[value - 1];
    }

    [[nodiscard]] static auto rate_of(group_word const* value) -> group_cell {
        if (value[1] == nothing_smaller || value[2] == nothing_larger) return {};
        auto const microseconds = value[2] > value[1] ? value[2] - value[1] : 0;
        return static_cast<double>(value[0]) /
               std::max(static_cast<double>(microseconds) / 1e6, 1.0);
    }

    std::vector<distinct_counter> sets_;
    bool saturated_ = false;
};

}  // namespace detail

}  // namespace flowlog

#endif
