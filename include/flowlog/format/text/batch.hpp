// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_BATCH_HPP
#define FLOWLOG_FORMAT_TEXT_BATCH_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/format/text/decode_column.hpp>
#include <flowlog/format/text/record.hpp>

namespace flowlog {

/// Consecutive lines of a text log that are flows and have all columns. A `record_batch`, for
/// aggregators that read many values of a column at a time. A view, valid until its reader moves
/// on.
class text_batch {
public:
    using record_type = text_record;

    /// `size` lines from `first` on, each of which has `stride` delimiters in the index.
    text_batch(text_record const& first, std::size_t size, std::size_t stride) noexcept
        : text_batch{first, size, stride, stride + 1} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// The line at a position.
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t line) const noexcept
        -> text_record {
        auto record = first_;
        record.before_ += line * stride_;
        record.after_ += line * stride_;
        return record;
    }

    /// `size` lines from `begin` on.
    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const noexcept -> text_batch {
        return {(*this)[begin], size, stride_, width_};
    }

    /// The lines, among the first 64, at the set bits of `which`. Copies their delimiters to
    /// `buffer`, which must outlive the batch that is returned.
    [[nodiscard]] auto select(std::uint64_t which, selection_buffer& buffer) const -> text_batch {
        auto& into = buffer.delimiters;
        auto const count = static_cast<std::size_t>(std::popcount(which));
        if (into.size() < count * width_) into.resize(count * width_);
        auto* out = into.data();
        for (; which != 0; which &= which - 1, out += width_) {
            auto const line = static_cast<std::size_t>(std::countr_zero(which));
            std::copy_n(first_.before_ + line * stride_, width_, out);
        }
        auto first = first_;
        first.before_ = into.data();
        first.after_ = into.data() + 1;
        return {first, count, width_, width_};
    }

    /// Reads a field of type `u8` to `u64` from every line: the value of line i goes to
    /// `out[i * step]`. False, with `out` unspecified, when a value is absent or malformed, or when
    /// the field is not one of those that the job said it would read.
    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const noexcept
        -> bool {
        auto const column = tokens(id);
        return column &&
               detail::decode_numbers(*column, size_, max_number(info(id).type), out, step);
    }

    /// Reads a time from every line, in microseconds since 1970. False as `numbers` says, and when
    /// the times are in milliseconds.
    [[nodiscard]] auto times(field_id id, std::uint64_t* out, std::size_t step = 1) const noexcept
        -> bool {
        auto const column = tokens(id);
        return column && detail::decode_seconds(*column, size_, out, step);
    }

    /// Reads an address from every line: `high()` and `low()` of line i go to `out[i * step]` and
    /// the word after it, and `note(i, is_v6)` is called. False as `numbers` says.
    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step,
                                 Note note) const noexcept -> bool {
        auto const column = tokens(id);
        return column && detail::decode_addresses(*column, size_, out, step, note);
    }

    /// Reads an action from every line; `note(i, is_present)` is called, and an absent one is 0.
    /// False if one is malformed, or as `numbers` says.
    template <class Note>
    [[nodiscard]] auto words_of_actions(field_id id, std::uint64_t* out, Note note) const noexcept
        -> bool {
        auto const column = tokens(id);
        if (!column) return false;
        for (std::size_t i = 0; i != size_; ++i) {
            auto const value = detail::decode<action>(column->begin(i), column->end(i));
            if (value.malformed()) return false;
            out[i] = value.has_value() ? static_cast<std::uint64_t>(*value) : 0;
            note(i, value.has_value());
        }
        return true;
    }

private:
    text_batch(text_record const& first, std::size_t size, std::size_t stride,
               std::size_t width) noexcept
        : first_{first}, size_{size}, stride_{stride}, width_{width} {}

    /// The tokens of a field; none if the log has no such column or the index does not have it.
    [[nodiscard]] auto tokens(field_id id) const noexcept -> std::optional<detail::token_column> {
        auto const position = first_.positions_[static_cast<std::size_t>(id)];
        if (position >= detail::far) return std::nullopt;
        return detail::token_column{first_.text_, first_.before_ + position, stride_};
    }

    text_record first_;
    std::size_t size_;
    std::size_t stride_;
    std::size_t width_;  // delimiters of a line, with the one before it, which lines may share
};

}  // namespace flowlog

#endif
