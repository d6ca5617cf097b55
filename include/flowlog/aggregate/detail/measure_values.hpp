// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_MEASURE_VALUES_HPP
#define FLOWLOG_AGGREGATE_DETAIL_MEASURE_VALUES_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/aggregate/detail/keyed_hash.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/value.hpp>

// The values in a row of the group table, after its key. A flow that is added has its input in the
// same words:
//
//     measures       flows | bytes | min(start)   | max(packets)        | rate(bytes)
//
//     row    | key … | 1042 | 80321 | ordered time | 17      | known: 1 | sum | first | last |
//     input  | key … | 1    | 40    | ordered time | 3       | 1        | 40  | start | end  |
//
// The value of `distinct` in a row is the number of a set, or 0; its input is a hash, or 0. An OR
// is a word whose upper half tells whether there is one.

namespace flowlog::detail {

using group_word = std::uint64_t;

/// A minimum or the start of a rate that nothing was added to.
inline constexpr auto nothing_smaller = std::numeric_limits<group_word>::max();

/// A maximum or the end of a rate that nothing was added to.
inline constexpr auto nothing_larger = group_word{0};

/// A number of at most 32 bits or a time as a word that compares like it, and is neither of the two
/// words above. The first and the last microsecond of all time are one microsecond off.
template <class T>
[[nodiscard]] constexpr auto to_ordered(T value) noexcept -> group_word {
    if constexpr (std::is_same_v<T, timestamp>) {
        auto const ticks =
            static_cast<group_word>(value.time_since_epoch().count()) ^ (group_word{1} << 63);
        return std::clamp(ticks, group_word{1}, nothing_smaller - 1);
    } else {
        return group_word{value} + 1;
    }
}

/// Reads a time back.
[[nodiscard]] constexpr auto ordered_time(group_word ordered) noexcept -> timestamp {
    auto const ticks = static_cast<std::int64_t>(ordered ^ (group_word{1} << 63));
    return timestamp{std::chrono::microseconds{ticks}};
}

/// How the values of a measure are kept, worked out once for all flows.
enum class value_way : std::uint8_t { sum, min, max, wide_min, wide_max, distinct, rate, bits };

[[nodiscard]] constexpr auto way_of(measure const& of) noexcept -> value_way {
    auto const wide = info(of.field).type == field_type::u64;
    switch (of.kind) {
        case measure_kind::min: return wide ? value_way::wide_min : value_way::min;
        case measure_kind::max: return wide ? value_way::wide_max : value_way::max;
        case measure_kind::distinct: return value_way::distinct;
        case measure_kind::rate: return value_way::rate;
        case measure_kind::bit_or: return value_way::bits;
        default: return value_way::sum;
    }
}

/// The number of words that a measure has in a row, and in the input of a flow. A minimum or
/// maximum of 64-bit numbers needs a second word, which tells whether there is one.
[[nodiscard]] constexpr auto width(value_way way) noexcept -> std::size_t {
    switch (way) {
        case value_way::rate: return 3;
        case value_way::wide_min:
        case value_way::wide_max: return 2;
        default: return 1;
    }
}
[[nodiscard]] constexpr auto width(measure const& of) noexcept -> std::size_t {
    return width(way_of(of));
}

/// A number; 0 if there is none.
template <class T>
[[nodiscard]] constexpr auto number_or_zero(field_value<T> const& value) noexcept -> group_word {
    if constexpr (std::is_unsigned_v<T>) {
        return value ? group_word{*value} : 0;
    } else {
        return 0;
    }
}

/// An ordered number or time; `nothing` if there is none.
template <class T>
[[nodiscard]] constexpr auto ordered_or(field_value<T> const& value, group_word nothing) noexcept
    -> group_word {
    if constexpr (std::is_unsigned_v<T> || std::is_same_v<T, timestamp>) {
        return value ? to_ordered(*value) : nothing;
    } else {
        return nothing;
    }
}

/// The bit of an OR that tells that there is a value.
inline constexpr auto some_bits = group_word{1} << 32;

/// A number of at most 32 bits as the input of an OR; 0 if there is none.
template <class T>
[[nodiscard]] constexpr auto bits_or_none(field_value<T> const& value) noexcept -> group_word {
    return value ? some_bits | number_or_zero(value) : 0;
}

/// Writes the input of a minimum or maximum.
template <class T>
constexpr void take_extreme(field_value<T> const& value, group_word nothing,
                            group_word* input) noexcept {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
        input[0] = value ? *value : nothing;
        input[1] = value ? 1 : 0;
    } else {
        *input = ordered_or(value, nothing);
    }
}

/// The hash of a value for `distinct`, never 0; 0 if there is no value.
template <class T>
[[nodiscard]] auto distinct_hash(field_value<T> const& value, hash_key key) noexcept -> group_word {
    if (!value) return 0;
    auto hash = group_word{};
    if constexpr (std::is_same_v<T, std::string_view>) {
        hash = hash_text(*value, key);
    } else if constexpr (std::is_same_v<T, address>) {
        auto const found = *value;
        group_word const words[3] = {group_word{found.is_v6()}, found.high(), found.low()};
        hash = hash_words(words, 3, key);
    } else {
        group_word words[2] = {};
        if constexpr (std::is_same_v<T, timestamp>) {
            words[1] = static_cast<group_word>((*value).time_since_epoch().count());
        } else {
            words[1] = static_cast<group_word>(*value);
        }
        hash = hash_words(words, 2, key);
    }
    return std::max<group_word>(finish_hash(hash), 1);
}

/// Writes what a record adds to a measure. `read(id, use)` calls `use` with the value of a field;
/// `key` is for the hashes of `distinct`.
template <class Read>
[[gnu::always_inline]] inline void take_input(measure of, Read read, group_word* input,
                                              hash_key const& key) {
    switch (of.kind) {
        case measure_kind::flows: *input = 1; break;
        case measure_kind::sum:
            read(of.field, [&](auto const& v) { *input = number_or_zero(v); });
            break;
        case measure_kind::min:
            read(of.field, [&](auto const& v) { take_extreme(v, nothing_smaller, input); });
            break;
        case measure_kind::max:
            read(of.field, [&](auto const& v) { take_extreme(v, nothing_larger, input); });
            break;
        case measure_kind::distinct:
            read(of.field, [&](auto const& v) { *input = distinct_hash(v, key); });
            break;
        case measure_kind::rate:
            read(of.field, [&](auto const& v) { input[0] = number_or_zero(v); });
            read(field_id::start,
                 [&](auto const& v) { input[1] = ordered_or(v, nothing_smaller); });
            read(field_id::end, [&](auto const& v) { input[2] = ordered_or(v, nothing_larger); });
            break;
        case measure_kind::bit_or:
            read(of.field, [&](auto const& v) { *input = bits_or_none(v); });
            break;
    }
}

/// Reads and updates the values in rows of a group table, and keeps the sets of `distinct`.
class measure_values {
public:
    /// The values of a group without flows.
    [[nodiscard]] static auto empty(std::vector<measure> const& measures)
        -> std::vector<group_word> {
        auto result = std::vector<group_word>{};
        for (auto const& m : measures) {
            switch (way_of(m)) {
                case value_way::rate:
                    result.insert(result.end(), {0, nothing_smaller, nothing_larger});
                    break;
                case value_way::min: result.push_back(nothing_smaller); break;
                case value_way::wide_min: result.insert(result.end(), {nothing_smaller, 0}); break;
                case value_way::wide_max: result.insert(result.end(), {nothing_larger, 0}); break;
                default: result.push_back(0);
            }
        }
        return result;
    }

    /// Adds to a sum.
    [[gnu::always_inline]] void add(group_word& sum, group_word input) noexcept {
        sum = saturating_add(sum, input, saturated_);
    }

    /// Adds the input of a flow, or the sums, minima and maxima of another row.
    [[gnu::always_inline]] void update(value_way way, group_word* value, group_word const* input) {
        switch (way) {
            case value_way::sum: add(*value, *input); break;
            case value_way::wide_min: value[1] |= input[1]; [[fallthrough]];
            case value_way::min: *value = std::min(*value, *input); break;
            case value_way::wide_max: value[1] |= input[1]; [[fallthrough]];
            case value_way::max: *value = std::max(*value, *input); break;
            case value_way::bits: *value |= *input; break;
            case value_way::distinct:
                if (*input != 0) set_of(*value).add(*input);
                break;
            case value_way::rate:
                add(value[0], input[0]);
                value[1] = std::min(value[1], input[1]);
                value[2] = std::max(value[2], input[2]);
                break;
        }
    }

    /// Adds a row whose sets are in `other`.
    void merge(value_way way, group_word* value, group_word const* input,
               measure_values const& other) {
        if (way != value_way::distinct) return update(way, value, input);
        if (*input != 0) set_of(*value).merge(other.sets_[*input - 1]);
    }

    /// The value of a sum or a count of different values.
    [[nodiscard]] auto count(measure const& of, group_word const* value) const -> std::uint64_t {
        if (of.kind != measure_kind::distinct) return *value;
        return *value == 0 ? 0 : sets_[*value - 1].count();
    }

    /// The value of a minimum or maximum of numbers, if there is one.
    [[nodiscard]] static auto number(measure const& of, group_word const* value) noexcept
        -> std::optional<std::uint64_t> {
        if (width(of) == 2) return value[1] == 0 ? std::nullopt : std::optional{*value};
        if (!is_known(*value)) return std::nullopt;
        return *value - 1;
    }

    /// The value of a minimum or maximum of times, if there is one.
    [[nodiscard]] static auto time(group_word const* value) noexcept -> std::optional<timestamp> {
        return is_known(*value) ? std::optional{ordered_time(*value)} : std::nullopt;
    }

    /// The value of an OR, if there is one.
    [[nodiscard]] static auto bits(group_word const* value) noexcept
        -> std::optional<std::uint64_t> {
        return *value == 0 ? std::nullopt : std::optional{*value & (some_bits - 1)};
    }

    /// A rate per second, if there is one. Less than a second counts as one.
    [[nodiscard]] static auto rate(group_word const* value) noexcept -> std::optional<double> {
        if (value[1] == nothing_smaller || value[2] == nothing_larger) return std::nullopt;
        auto const microseconds = value[2] > value[1] ? value[2] - value[1] : 0;
        return static_cast<double>(value[0]) /
               std::max(static_cast<double>(microseconds) / 1e6, 1.0);
    }

    /// The value of any measure.
    [[nodiscard]] auto cell(measure const& of, group_word const* value) const -> group_cell {
        auto const cell_of = [](auto const& found) {
            return found ? group_cell{*found} : group_cell{};
        };
        switch (of.kind) {
            case measure_kind::min:
            case measure_kind::max:
                return info(of.field).type == field_type::time ? cell_of(time(value))
                                                               : cell_of(number(of, value));
            case measure_kind::rate: return cell_of(rate(value));
            case measure_kind::bit_or: return cell_of(bits(value));
            default: return count(of, value);
        }
    }

    /// Whether some sum stopped at its largest value.
    [[nodiscard]] auto saturated() const noexcept -> bool { return saturated_; }
    /// Whether a row has a sum that stopped at its largest value, or reached it.
    [[nodiscard]] auto saturated(measure const& of, group_word const* value) const noexcept
        -> bool {
        auto const way = way_of(of);
        return saturated_ && (way == value_way::sum || way == value_way::rate) &&
               *value == std::numeric_limits<group_word>::max();
    }
    void note_saturated(bool also) noexcept { saturated_ = saturated_ || also; }

    /// Whether some count of different values is an estimate.
    [[nodiscard]] auto estimated() const noexcept -> bool {
        return !std::ranges::all_of(sets_, [](auto const& set) { return set.exact(); });
    }

    /// Whether there are sets, whose hashes depend on a key.
    [[nodiscard]] auto has_sets() const noexcept -> bool { return !sets_.empty(); }

private:
    [[nodiscard]] static auto is_known(group_word ordered) noexcept -> bool {
        return ordered != nothing_smaller && ordered != nothing_larger;
    }

    auto set_of(group_word& value) -> distinct_counter& {
        if (value == 0) {
            sets_.emplace_back();
            value = sets_.size();
        }
        return sets_[value - 1];
    }

    std::vector<distinct_counter> sets_;
    bool saturated_ = false;
};

}  // namespace flowlog::detail

#endif
