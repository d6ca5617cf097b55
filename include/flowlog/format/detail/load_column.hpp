// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETAIL_LOAD_COLUMN_HPP
#define FLOWLOG_FORMAT_DETAIL_LOAD_COLUMN_HPP

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/packed_column.hpp>
#include <flowlog/format/record_run.hpp>

namespace flowlog::detail {

// What decode_column.hpp does for lines, for records of archives. No value is malformed here, nor
// larger than its field's type allows. False where the field does not stand there as it is.

template <class Record>
[[nodiscard]] auto decode_numbers(record_run<Record> const& records, field_id id, std::uint64_t,
                                  std::uint64_t* out, std::size_t step = 1) noexcept -> bool {
    auto const column = records.column(id);
    if (!column) return false;
    load_numbers(records.places(), *column, out, step);
    return true;
}

template <bool IsV6, bool Swapped, class Note>
void load_addresses(std::span<char const* const> places, std::size_t offset, std::uint64_t* out,
                    std::size_t step, Note note) noexcept {
    std::size_t flow = 0;
    for (auto const* const place : places) {
        auto const* const from = place + offset;
        out[0] = IsV6 ? load<std::uint64_t>(from, Swapped) : 0;
        out[1] = IsV6 ? load<std::uint64_t>(from + 8, Swapped) : load<std::uint32_t>(from, Swapped);
        out += step;
        note(flow++, IsV6);
    }
}

template <class Record, class Note>
[[nodiscard]] auto decode_addresses(record_run<Record> const& records, field_id id,
                                    std::uint64_t* out, std::size_t step, Note note) noexcept
    -> bool {
    auto const column = records.column(id);
    if (!column) return false;
    auto const load = [&]<bool IsV6>(std::bool_constant<IsV6>) {
        auto const places = records.places();
        if (column->swapped)
            return load_addresses<IsV6, true>(places, column->offset, out, step, note);
        load_addresses<IsV6, false>(places, column->offset, out, step, note);
    };
    column->width == 16 ? load(std::true_type{}) : load(std::false_type{});
    return true;
}

}  // namespace flowlog::detail

#endif
