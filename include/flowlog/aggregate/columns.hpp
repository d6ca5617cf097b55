// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_COLUMNS_HPP
#define FLOWLOG_AGGREGATE_COLUMNS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// `add_columns` reads at most this many flows at once.
inline constexpr std::size_t column_size = 128;

/// A value of a field in a column. Numbers of all widths are std::uint64_t.
template <field_id Id>
using column_value =
    std::conditional_t<is_number(info(Id).type), std::uint64_t, field_value_type<Id>>;

/// A field that a record may lack, as the key of a column: `nullable<field::action>`.
template <field_id Id>
struct nullable_key {
    static constexpr field_id id = Id;
};
template <auto Key>
inline constexpr auto nullable = nullable_key<Key.id>{};

namespace detail {

template <record_batch Batch>
[[nodiscard]] auto read_addresses(Batch const& batch, field_id id, std::span<address> out) -> bool {
    std::array<std::uint64_t, 2 * column_size> words;  // written before it is read, as is v6
    std::array<bool, column_size> v6;
    for (std::size_t begin = 0; begin != batch.size();) {
        auto const flows = batch.slice(begin, std::min(batch.size() - begin, column_size));
        auto const note = [&v6](std::size_t i, bool is_v6) { v6[i] = is_v6; };
        if (!flows.addresses(id, words.data(), 2, note)) return false;
        for (std::size_t i = 0; i != flows.size(); ++i)
            out[begin + i] = v6[i] ? address::v6(words[2 * i], words[2 * i + 1])
                                   : address::v4(static_cast<std::uint32_t>(words[2 * i + 1]));
        begin += flows.size();
    }
    return true;
}

}  // namespace detail

/// Reads a field from every flow of a batch; flow i goes to `out[i]`. False, with `out`
/// unspecified, if a value is absent or malformed. Text views are valid until the reader moves on.
/// \pre `out` is as large as the batch
template <record_batch Batch, field_id Id>
[[nodiscard]] auto read_column(Batch const& batch, field_key<Id> key,
                               std::span<column_value<Id>> out) -> bool {
    if constexpr (is_number(info(Id).type)) {
        if (batch.numbers(Id, out.data(), 1)) [[likely]]
            return true;
    } else if constexpr (std::is_same_v<field_value_type<Id>, address>) {
        if (detail::read_addresses(batch, Id, out)) return true;
    }
    for (std::size_t i = 0; i != batch.size(); ++i) {
        auto const record = batch[i];
        auto const value = record[key];
        if (!value.has_value()) [[unlikely]]
            return false;
        out[i] = *value;
    }
    return true;
}

/// Reads a field that a flow may lack. False, with `out` unspecified, if a value is malformed.
template <record_batch Batch, field_id Id>
[[nodiscard]] auto read_column(Batch const& batch, nullable_key<Id>,
                               std::span<field_value<field_value_type<Id>>> out) -> bool {
    for (std::size_t i = 0; i != batch.size(); ++i) {
        auto const record = batch[i];
        out[i] = record[field_key<Id>{}];
        if (out[i].malformed()) [[unlikely]]
            return false;
    }
    return true;
}

namespace detail {

template <class Key>
struct column_of;
template <field_id Id>
struct column_of<field_key<Id>> {
    using type = column_value<Id>;
};
template <field_id Id>
struct column_of<nullable_key<Id>> {
    using type = field_value<field_value_type<Id>>;
};

/// Memory for a column. Numbers are not set to zeros: they are written before they are read.
template <class Key>
class column {
public:
    column() noexcept {}

    template <record_batch Batch>
    [[nodiscard]] auto read(Batch const& flows) -> bool {
        return read_column(flows, Key{}, std::span{values_}.first(flows.size()));
    }
    [[nodiscard]] auto values(std::size_t size) const noexcept {
        return std::span{values_}.first(size);
    }

private:
    std::array<typename column_of<Key>::type, column_size> values_;
};

}  // namespace detail

/// The body of an `add_batch`: reads the columns of a batch and calls `use(columns…)` with a span
/// for each key, all of the same size, at most `column_size`. If a value in such a chunk is absent
/// or malformed, its flows are added one by one, as `add` does.
///
///     template <flowlog::record_batch Batch>
///     auto add_batch(Batch const& batch) -> std::size_t {
///         return flowlog::add_columns<field::dstport, field::bytes>(
///             *this, batch, [this](auto ports, auto bytes) {
///                 for (std::size_t i = 0; i < ports.size(); ++i) sums[ports[i]] += bytes[i];
///             });
///     }
///
/// The keys must be all the fields that the aggregator declares; a nullable field is written
/// `flowlog::nullable<field::action>`, and its span is of `field_value`s.
template <auto... Keys, aggregator A, record_batch Batch, class Use>
[[nodiscard]] auto add_columns(A& a, Batch const& batch, Use use) -> std::size_t {
    auto columns = std::tuple<detail::column<std::remove_const_t<decltype(Keys)>>...>{};
    return detail::add_in_chunks(
        a, batch, [] { return column_size; },
        [&](Batch const& flows) {
            return std::apply(
                [&](auto&... column) {
                    if (!(column.read(flows) && ...)) return false;
                    use(column.values(flows.size())...);
                    return true;
                },
                columns);
        });
}

}  // namespace flowlog

#endif
