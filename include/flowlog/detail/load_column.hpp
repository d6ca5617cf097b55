// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_LOAD_COLUMN_HPP
#define FLOWLOG_DETAIL_LOAD_COLUMN_HPP

#include <cstddef>
#include <cstdint>

#include <flowlog/detail/packed_column.hpp>
#include <flowlog/flow/field.hpp>
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

template <class Record, class Note>
[[nodiscard]] auto decode_addresses(record_run<Record> const& records, field_id id,
                                    std::uint64_t* out, std::size_t step, Note note) noexcept
    -> bool {
    auto const column = records.column(id);
    if (!column) return false;
    auto const is_v6 = column->width == 16;
    auto half = *column;
    if (is_v6) {
        half.width = 8;
        load_numbers(records.places(), half, out, step);
        half.offset += 8;
    } else {
        for (std::size_t i = 0; i < records.size(); ++i) out[i * step] = 0;
    }
    load_numbers(records.places(), half, out + 1, step);
    for (std::size_t i = 0; i < records.size(); ++i) note(i, is_v6);
    return true;
}

}  // namespace flowlog::detail

#endif
