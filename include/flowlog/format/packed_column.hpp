// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PACKED_COLUMN_HPP
#define FLOWLOG_FORMAT_PACKED_COLUMN_HPP

#include <cstddef>
#include <cstdint>
#include <span>

#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// A field of archived records that are laid out alike: a number, or an address of 4 or 16 bytes.
struct packed_column {
    std::size_t offset;  ///< in a record
    std::size_t width;   ///< 1, 2, 4, 8 or 16
    bool swapped;        ///< whether the byte order is not this machine's
};

/// Loads the numbers of type `T` that stand `offset` behind `places`: that of record i is put to
/// `out[i * step]`.
template <class T>
void load_numbers_as(std::span<char const* const> places, std::size_t offset, bool swapped,
                     std::uint64_t* out, std::size_t step) noexcept {
    if (swapped) {
        for (auto const* place : places) *out = load<T>(place + offset, true), out += step;
    } else {
        for (auto const* place : places) *out = load<T>(place + offset, false), out += step;
    }
}

/// The same of the numbers of a column, which are at most 8 bytes wide.
template <class = void>
void load_numbers(std::span<char const* const> places, packed_column const& column,
                  std::uint64_t* out, std::size_t step) noexcept {
    auto const load = [&]<class T>(T) {
        load_numbers_as<T>(places, column.offset, column.swapped, out, step);
    };
    switch (column.width) {
        case 1: return load(std::uint8_t{});
        case 2: return load(std::uint16_t{});
        case 4: return load(std::uint32_t{});
        default: return load(std::uint64_t{});
    }
}

}  // namespace flowlog::detail

#endif
