// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_ARCHIVE_BATCH_HPP
#define FLOWLOG_FORMAT_ARCHIVE_BATCH_HPP

//      like_       a record: which field is at which offset, in which byte order
//      pointers_   [ p0 | p1 | p2 | p3 ]
//                    |    |    |    |
//      archive     ..|flow|flow|flow|flow|..
//
//      column of a field:  *(p0 + offset), *(p1 + offset), *(p2 + offset), *(p3 + offset)

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/format/packed_column.hpp>

namespace flowlog {

/// Consecutive flows of an archive with the same layout. A `record_batch`, for aggregators that
/// read many values of a field at once. A view: valid until its reader moves on.
template <class Record>
class archive_batch {
public:
    using record_type = Record;

    /// The largest number of flows in a batch.
    static constexpr std::size_t max_size = 128;

    /// `like` is any flow with the layout of these flows; `pointers` point to their bytes.
    archive_batch(Record const& like, std::span<char const* const> pointers) noexcept
        : like_{like}, pointers_{pointers} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return pointers_.size(); }

    /// The flow at a position.
    [[nodiscard]] auto operator[](std::size_t flow) const noexcept -> Record {
        auto record = like_;
        record.move_to(pointers_[flow]);
        return record;
    }

    /// `size` flows from `begin` on.
    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const noexcept -> archive_batch {
        return {like_, pointers_.subspan(begin, size)};
    }

    /// The flows, among the first 64, at the set bits of `which`; pointers to them go to
    /// `buffer`, which must outlive the result.
    [[nodiscard]] auto select(std::uint64_t which, selection_buffer& buffer) const
        -> archive_batch {
        auto& into = buffer.records;
        into.clear();
        for (; which != 0; which &= which - 1)
            into.push_back(pointers_[static_cast<std::size_t>(std::countr_zero(which))]);
        return {like_, into};
    }

    /// Reads a field of type `u8` to `u64` from every flow: the value of flow i goes to
    /// `out[i * step]`. False, with `out` untouched, if the records do not hold the field as a
    /// plain number. No value is malformed here.
    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const noexcept
        -> bool {
        auto const column = like_.column(id);
        if (!column) return false;
        detail::load_numbers(pointers_, *column, out, step);
        return true;
    }

    /// Times of archives are read flow by flow: they are put together from several fields.
    [[nodiscard]] auto times(field_id, std::uint64_t*, std::size_t = 1) const noexcept -> bool {
        return false;
    }

    /// Reads an address from every flow: `high()` and `low()` of flow i go to `out[i * step]` and
    /// the word after it, and `note(i, is_v6)` is called. False if the records do not hold the
    /// field as a plain address.
    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step,
                                 Note note) const noexcept -> bool {
        auto const column = like_.column(id);
        if (!column) return false;
        detail::load_addresses(pointers_, *column, out, step, note);
        return true;
    }

private:
    Record like_;
    std::span<char const* const> pointers_;
};

}  // namespace flowlog

#endif
