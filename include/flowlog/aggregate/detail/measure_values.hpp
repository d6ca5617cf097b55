// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_MEASURE_VALUES_HPP
#define FLOWLOG_AGGREGATE_DETAIL_MEASURE_VALUES_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/distinct.hpp>
#include <flowlog/aggregate/detail/keyed_hash.hpp>
#include <flowlog/aggregate/detail/value_counts.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/flow/visit_field.hpp>

// The values in a row of the group table, after its key. A flow that is added has its input in the
// same words:
//
//     measures       flows | bytes | min(start)   | max(packets)        | rate(bytes)
//
//     row    | key … | 1042 | 80321 | ordered time | 17      | known: 1 | sum | first | last |
//     input  | key … | 1    | 40    | ordered time | 3       | 1        | 40  | start | end  |
//
// The value of `distinct` in a row is 0, or a hash, which is odd, or twice the number of a set; its
// input is a hash, or 0. A percentile has two words: 0, or twice the number of equal values plus 1,
// and the value; or twice the number of its `value_counts`. An average or a ratio is two sums. An
// OR is a word whose upper half tells whether there is one.

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
enum class value_way : std::uint8_t {
    sum,
    min,
    max,
    wide_min,
    wide_max,
    distinct,
    rate,
    bits,
    two_sums,
    percentile
};

[[nodiscard]] constexpr auto way_of(measure const& of) noexcept -> value_way {
    auto const wide = of.of == measured::field && info(of.field).type == field_type::u64;
    switch (of.kind) {
        case measure_kind::min: return wide ? value_way::wide_min : value_way::min;
        case measure_kind::max: return wide ? value_way::wide_max : value_way::max;
        case measure_kind::distinct: return value_way::distinct;
        case measure_kind::rate: return value_way::rate;
        case measure_kind::bit_or: return value_way::bits;
        case measure_kind::average:
        case measure_kind::ratio: return value_way::two_sums;
        case measure_kind::percentile: return value_way::percentile;
        default: return value_way::sum;
    }
}

/// Whether a measure is the sum of a field, which is read without a detour.
[[nodiscard]] constexpr auto is_plain_sum(measure const& of) noexcept -> bool {
    return of.kind == measure_kind::sum && of.of == measured::field;
}

/// The number of words that a measure has in a row, and in the input of a flow. A minimum or
/// maximum of 64-bit numbers needs a second word, which tells whether there is one.
[[nodiscard]] constexpr auto width(value_way way) noexcept -> std::size_t {
    switch (way) {
        case value_way::rate: return 3;
        case value_way::two_sums:
        case value_way::percentile:
        case value_way::wide_min:
        case value_way::wide_max: return 2;
        default: return 1;
    }
}
[[nodiscard]] constexpr auto width(measure const& of) noexcept -> std::size_t {
    return width(way_of(of));
}

/// The bit of an OR that tells that there is a value.
inline constexpr auto some_bits = group_word{1} << 32;

/// The hash of a value for `distinct`, an odd number; 0 if there is no value.
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
    return finish_hash(hash) | 1;
}

/// How many flows a record is: one, unless it is a group of them.
template <class Record>
[[nodiscard, gnu::always_inline]] inline auto flows_in(Record const& record) noexcept
    -> group_word {
    if constexpr (requires { record.flows_in_group(); }) {
        return record.flows_in_group();
    } else {
        return 1;
    }
}

/// The time from start to end in microseconds; absent if the end is before the start.
template <class Reader>
[[nodiscard]] auto read_duration(Reader& reader) -> field_value<std::uint64_t> {
    auto const start = reader.time(field_id::start);
    auto const end = reader.time(field_id::end);
    if (!start || !end || *end < *start) return {};
    return static_cast<std::uint64_t>((*end).time_since_epoch().count()) -
           static_cast<std::uint64_t>((*start).time_since_epoch().count());
}

/// What a flow adds to a sum.
template <class Reader>
[[nodiscard]] auto read_summand(Reader& reader, measured of, field_id field)
    -> field_value<std::uint64_t> {
    if (of == measured::flows) return std::uint64_t{1};
    return of == measured::duration ? read_duration(reader) : reader.number(field);
}

/// Writes the input of a minimum or maximum; `nothing` is the input of no value.
template <class Reader>
void take_extreme(measure const& of, Reader& reader, group_word nothing, group_word* input) {
    if (of.is_time()) {
        auto const time = reader.time(of.field);
        *input = time ? to_ordered(*time) : nothing;
        return;
    }
    auto const value = read_summand(reader, of.of, of.field);
    if (width(of) == 2) {
        input[0] = value ? *value : nothing;
        input[1] = value ? 1 : 0;
    } else {
        *input = value ? *value + 1 : nothing;
    }
}

/// Writes what a record adds to a measure. `reader` reads the fields of the record: `number(id)`,
/// `time(id)`, and `visit(id, use)`, which calls `use` with the value of any field. `key` is for
/// the hashes of `distinct`.
template <class Reader>
[[gnu::always_inline]] inline void take_input(measure const& of, Reader& reader, group_word* input,
                                              hash_key const& key) {
    switch (of.kind) {
        case measure_kind::flows: *input = 1; break;
        case measure_kind::sum: *input = read_summand(reader, of.of, of.field).value_or(0); break;
        case measure_kind::min: take_extreme(of, reader, nothing_smaller, input); break;
        case measure_kind::max: take_extreme(of, reader, nothing_larger, input); break;
        case measure_kind::distinct:
            if (of.of == measured::duration)
                *input = distinct_hash(read_duration(reader), key);
            else
                reader.visit(of.field, [&](auto const& v) { *input = distinct_hash(v, key); });
            break;
        case measure_kind::rate: {
            auto const start = reader.time(field_id::start);
            auto const end = reader.time(field_id::end);
            input[0] = reader.number(of.field).value_or(0);
            input[1] = start ? to_ordered(*start) : nothing_smaller;
            input[2] = end ? to_ordered(*end) : nothing_larger;
            break;
        }
        case measure_kind::bit_or: {
            auto const value = reader.number(of.field);
            *input = value ? some_bits | *value : 0;
            break;
        }
        case measure_kind::average: {
            auto const value = read_summand(reader, of.of, of.field);
            input[0] = value.value_or(0);
            input[1] = value ? 1 : 0;
            break;
        }
        case measure_kind::ratio:
            input[0] = read_summand(reader, of.of, of.field).value_or(0);
            input[1] = read_summand(reader, of.over, of.divisor).value_or(0);
            break;
        case measure_kind::percentile: {
            auto const value = read_summand(reader, of.of, of.field);
            input[0] = value ? 3 : 0;  // one value
            input[1] = value.value_or(0);
            break;
        }
    }
}

/// Reads the fields of a record for `take_input`, and notes whether one is malformed. The fields
/// are known at run time.
template <class Record>
struct field_reader {
    Record const& record;
    bool& bad;

    [[nodiscard]] auto number(field_id id) const -> field_value<std::uint64_t> {
        return checked(load_number(record, id, info(id).type));
    }
    [[nodiscard]] auto time(field_id id) const -> field_value<timestamp> {
        return checked(load_field<timestamp>(record, id));
    }
    template <class Use>
    void visit(field_id id, Use use) const {
        visit_field(record, id, [&](auto const& value) { use(checked(value)); });
    }

private:
    template <class T>
    [[nodiscard]] auto checked(field_value<T> const& value) const -> field_value<T> {
        bad |= value.malformed();
        return value;
    }
};

/// The same for the fields of one measure, which is known at compile time.
template <class Record, class Measure>
struct typed_field_reader {
    Record const& record;
    bool& bad;

    [[nodiscard]] auto number(field_id id) const -> field_value<std::uint64_t> {
        constexpr auto of = Measure::value;
        if (id == of.field) return widened(record[field_key<of.field>{}]);
        return widened(record[field_key<of.divisor>{}]);
    }
    [[nodiscard]] auto time(field_id id) const -> field_value<timestamp> {
        constexpr auto of = Measure::value;
        if (id == field_id::start) return checked(record[field::start]);
        if (id == field_id::end) return checked(record[field::end]);
        if constexpr (info(of.field).type == field_type::time)
            return checked(record[field_key<of.field>{}]);
        return {};
    }
    template <class Use>
    void visit(field_id, Use use) const {
        use(checked(record[field_key<Measure::value.field>{}]));
    }

private:
    template <class T>
    [[nodiscard]] auto checked(field_value<T> const& value) const -> field_value<T> {
        bad |= value.malformed();
        return value;
    }
    template <class T>
    [[nodiscard]] auto widened(field_value<T> const& value) const -> field_value<std::uint64_t> {
        if constexpr (std::is_unsigned_v<T>) {
            bad |= value.malformed();
            return value ? field_value<std::uint64_t>{*value} : field_value<std::uint64_t>{};
        } else {
            return {};
        }
    }
};

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
                case value_way::two_sums:
                case value_way::percentile: result.insert(result.end(), {0, 0}); break;
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
                if (*input != 0) add_hash(*value, *input);
                break;
            case value_way::two_sums:
                add(value[0], input[0]);
                add(value[1], input[1]);
                break;
            case value_way::percentile:
                if (*input != 0) add_values(value, input[1], *input >> 1);
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
        auto const is_number = *input != 0 && *input % 2 == 0;
        if (is_number && way == value_way::distinct)
            set_of(*value).merge(other.sets_[*input / 2 - 1]);
        else if (is_number && way == value_way::percentile)
            counts_of(value).merge(other.counts_[*input / 2 - 1]);
        else
            update(way, value, input);
    }

    /// The set of `distinct` that a value is the number of, or null.
    [[nodiscard]] auto set(group_word value) const noexcept -> distinct_counter const* {
        return value == 0 || value % 2 == 1 ? nullptr : &sets_[value / 2 - 1];
    }
    /// The counts of a percentile that a value is the number of, or null.
    [[nodiscard]] auto counts(group_word value) const noexcept -> value_counts const* {
        return value == 0 || value % 2 == 1 ? nullptr : &counts_[value / 2 - 1];
    }
    /// Keeps a set or counts; returns the value that is its number.
    auto keep(distinct_counter set) -> group_word {
        sets_.push_back(std::move(set));
        return sets_.size() * 2;
    }
    auto keep(value_counts counts) -> group_word {
        counts_.push_back(std::move(counts));
        return counts_.size() * 2;
    }
    /// How many sets and counts there are.
    [[nodiscard]] auto kept() const noexcept -> std::size_t {
        return sets_.size() + counts_.size();
    }

    /// The value of a sum or a count of different values.
    [[nodiscard]] auto count(measure const& of, group_word const* value) const -> std::uint64_t {
        if (of.kind != measure_kind::distinct) return *value;
        if (*value % 2 == 1) return 1;
        return *value == 0 ? 0 : sets_[*value / 2 - 1].count();
    }

    /// The value of a percentile, if there is one.
    [[nodiscard]] auto percentile(measure const& of, group_word const* value) const noexcept
        -> std::optional<std::uint64_t> {
        if (*value == 0) return std::nullopt;
        return *value % 2 == 1 ? value[1] : counts_[*value / 2 - 1].percentile(of.share);
    }

    /// The value of an average or a ratio, if there is one. Durations are in seconds.
    [[nodiscard]] static auto quotient(measure const& of, group_word const* value) noexcept
        -> std::optional<double> {
        if (value[1] == 0) return std::nullopt;
        auto result = static_cast<double>(value[0]) / static_cast<double>(value[1]);
        if (of.of == measured::duration) result /= 1e6;
        if (of.kind == measure_kind::ratio && of.over == measured::duration) result *= 1e6;
        return result;
    }

    /// The value of a rate, a ratio or an average, if there is one.
    [[nodiscard]] static auto real(measure const& of, group_word const* value) noexcept
        -> std::optional<double> {
        return of.kind == measure_kind::rate ? rate(value) : quotient(of, value);
    }

    /// The value of a minimum, maximum, percentile or OR, if there is one.
    [[nodiscard]] auto whole(measure const& of, group_word const* value) const noexcept
        -> std::optional<std::uint64_t> {
        switch (of.kind) {
            case measure_kind::bit_or: return bits(value);
            case measure_kind::percentile: return percentile(of, value);
            default: return number(of, value);
        }
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
        if (of.is_time()) {
            auto const found = time(value);
            return found ? group_cell{*found} : group_cell{};
        }
        if (of.is_real()) {
            auto const found = real(of, value);
            return found ? group_cell{*found} : group_cell{};
        }
        auto const is_count = way_of(of) == value_way::sum || way_of(of) == value_way::distinct;
        auto const found = is_count ? std::optional{count(of, value)} : whole(of, value);
        if (!found) return {};
        if (!of.is_duration()) return *found;
        return std::chrono::microseconds{static_cast<std::int64_t>(
            std::min(*found, group_word{std::numeric_limits<std::int64_t>::max()}))};
    }

    /// Whether some sum stopped at its largest value.
    [[nodiscard]] auto saturated() const noexcept -> bool { return saturated_; }
    /// Whether a row has a sum that stopped at its largest value, or reached it.
    [[nodiscard]] auto saturated(measure const& of, group_word const* value) const noexcept
        -> bool {
        constexpr auto max = std::numeric_limits<group_word>::max();
        auto const way = way_of(of);
        if (way == value_way::two_sums) return saturated_ && (value[0] == max || value[1] == max);
        return saturated_ && (way == value_way::sum || way == value_way::rate) && *value == max;
    }
    void note_saturated(bool also) noexcept { saturated_ = saturated_ || also; }

    /// Whether some count of different values is an estimate.
    [[nodiscard]] auto estimated() const noexcept -> bool {
        return !std::ranges::all_of(sets_, [](auto const& set) { return set.exact(); });
    }

    /// Whether some percentile was found among values that were rounded.
    [[nodiscard]] auto rounded() const noexcept -> bool {
        return !std::ranges::all_of(counts_, [](auto const& counts) { return counts.exact(); });
    }

private:
    [[nodiscard]] static auto is_known(group_word ordered) noexcept -> bool {
        return ordered != nothing_smaller && ordered != nothing_larger;
    }

    void add_hash(group_word& value, group_word hash) {
        if (value == 0)
            value = hash;
        else if (value != hash)
            set_of(value).add(hash);
    }

    /// The set of a row. A row whose values are all the same has none until now.
    auto set_of(group_word& value) -> distinct_counter& {
        if (value == 0 || value % 2 == 1) {
            auto& set = sets_.emplace_back();
            if (value != 0) set.add(value);
            value = sets_.size() * 2;
        }
        return sets_[value / 2 - 1];
    }

    void add_values(group_word* value, group_word added, group_word count) {
        if (value[0] == 0) {
            value[0] = count << 1 | 1;
            value[1] = added;
        } else if (value[0] % 2 == 1 && value[1] == added) {
            value[0] += count << 1;
        } else {
            counts_of(value).add(added, count);
        }
    }

    /// The counts of a row, as `set_of`.
    auto counts_of(group_word* value) -> value_counts& {
        if (value[0] == 0 || value[0] % 2 == 1) {
            auto& counts = counts_.emplace_back();
            if (value[0] != 0) counts.add(value[1], value[0] >> 1);
            value[0] = counts_.size() * 2;
        }
        return counts_[value[0] / 2 - 1];
    }

    std::deque<distinct_counter> sets_;
    std::deque<value_counts> counts_;
    bool saturated_ = false;
};

}  // namespace flowlog::detail

#endif
