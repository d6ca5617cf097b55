// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PACKED_COLUMN_HPP
#define FLOWLOG_FORMAT_PACKED_COLUMN_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// A field of archived records with the same layout: a number, or an address of 4 or 16 bytes.
struct packed_column {
    std::size_t offset;  ///< in a record, in bytes
    std::size_t width;   ///< 1, 2, 4, 8 or 16 bytes
    bool swapped;        ///< whether the byte order differs from this machine's
};

/// Loads the numbers of type `T` at an offset from each of `records`: the number of record i goes
/// to `out[i * step]`.
template <class T>
void load_numbers_as(std::span<char const* const> records, std::size_t offset, bool swapped,
                     std::uint64_t* out, std::size_t step) noexcept {
    if (swapped) {
        for (auto const* record : records) *out = load<T>(record + offset, true), out += step;
    } else {
        for (auto const* record : records) *out = load<T>(record + offset, false), out += step;
    }
}

/// Loads the numbers of a column that is at most 8 bytes wide.
template <class = void>
void load_numbers(std::span<char const* const> records, packed_column const& column,
                  std::uint64_t* out, std::size_t step) noexcept {
    auto const load = [&]<class T>(T) {
        load_numbers_as<T>(records, column.offset, column.swapped, out, step);
    };
    switch (column.width) {
        case 1: return load(std::uint8_t{});
        case 2: return load(std::uint16_t{});
        case 4: return load(std::uint32_t{});
        default: return load(std::uint64_t{});
    }
}

template <bool IsV6, bool Swapped, class Note>
void load_addresses_as(std::span<char const* const> records, std::size_t offset, std::uint64_t* out,
                       std::size_t step, Note note) noexcept {
    std::size_t flow = 0;
    for (auto const* const record : records) {
        auto const* const from = record + offset;
        out[0] = IsV6 ? load<std::uint64_t>(from, Swapped) : 0;
        out[1] = IsV6 ? load<std::uint64_t>(from + 8, Swapped) : load<std::uint32_t>(from, Swapped);
        out += step;
        note(flow++, IsV6);
    }
}

/// Loads the addresses of a column: `high()` and `low()` of record i go to `out[i * step]` and to
/// the word after it, and `note(i, is_v6)` is called.
template <class Note>
void load_addresses(std::span<char const* const> records, packed_column const& column,
                    std::uint64_t* out, std::size_t step, Note note) noexcept {
    auto const load = [&]<bool IsV6>(std::bool_constant<IsV6>) {
        if (column.swapped)
            return load_addresses_as<IsV6, true>(records, column.offset, out, step, note);
        load_addresses_as<IsV6, false>(records, column.offset, out, step, note);
    };
    column.width == 16 ? load(std::true_type{}) : load(std::false_type{});
}

}  // namespace flowlog::detail

#endif
