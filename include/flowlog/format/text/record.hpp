// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_RECORD_HPP
#define FLOWLOG_FORMAT_TEXT_RECORD_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/decode.hpp>

namespace flowlog {

namespace detail {

/// The position of a field that the line has, but whose delimiters are not in the index.
inline constexpr std::uint16_t far = layout::none - 1;

}  // namespace detail

/// A line of a text log. A view, valid until its reader moves on; it decodes a field each time the
/// field is read.
class text_record {
public:
    text_record() = default;

    /// `before[k]` and `after[k]` are the offsets from `text` of the delimiters around token k.
    /// Each token is readable for `detail::token_padding` bytes from its first. If `columns` is
    /// null, the record must not be read.
    text_record(char const* text, std::uint32_t const* before, std::uint32_t const* after,
                layout const* columns) noexcept
        : text_{text},
          before_{before},
          after_{after},
          columns_{columns},
          positions_{columns == nullptr ? nullptr : columns->columns_by_field().data()} {}

    /// A line of which only some delimiters are in the index. `positions` gives each field's
    /// position: the number of the delimiter before its token, `detail::far` if that is not in the
    /// index, or `layout::none`. The first delimiter is the one before the line.
    text_record(char const* text, std::uint32_t const* delimiters, layout const* columns,
                std::uint16_t const* positions) noexcept
        : text_{text},
          before_{delimiters},
          after_{delimiters + 1},
          columns_{columns},
          positions_{positions} {}

    /// A field's value; absent if it is `-` or the log has no such column.
    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field whose values have type `T`; absent if it is `-` or the log has no such
    /// column.
    template <class T>
    [[nodiscard, gnu::always_inline]] auto get(field_id id) const noexcept -> field_value<T> {
        auto const position = positions_[static_cast<std::size_t>(id)];
        if (position >= detail::far) [[unlikely]] {
            if (position == layout::none) return {};
            auto const found = far_token(begin(0), columns_->column(id));
            return detail::decode<T>(id, found.data(), found.data() + found.size());
        }
        return detail::decode<T>(id, begin(position), end(position));
    }

    /// The value of a numeric field of type `type`. One function decodes the numbers of all widths.
    [[nodiscard, gnu::always_inline]] auto number(field_id id, field_type type) const noexcept
        -> field_value<std::uint64_t> {
        auto const value = get<std::uint64_t>(id);
        if (*value > max_number(type)) [[unlikely]]
            return field_value<std::uint64_t>{presence::malformed};
        return value;
    }

    /// The text of the column with exactly this name, whether it is a known field or not; absent if
    /// it is `-`.
    [[nodiscard]] auto operator[](std::string_view name) const noexcept
        -> field_value<std::string_view> {
        auto const column = columns_->column(name);
        if (column == layout::none) return {};
        auto const found = token(column);
        return detail::decode<std::string_view>(found.data(), found.data() + found.size());
    }

    /// The text of a column, whose number is less than `columns().size()`.
    [[nodiscard]] auto token(std::size_t column) const noexcept -> std::string_view {
        if (positions_ == columns_->columns_by_field().data()) return {begin(column), end(column)};
        return far_token(begin(0), column);
    }

    /// The line from its first token to its last.
    [[nodiscard]] auto line() const noexcept -> std::string_view {
        auto const last = token(columns_->size() - 1);
        return {token(0).data(), last.data() + last.size()};
    }

    [[nodiscard]] auto columns() const noexcept -> layout const& { return *columns_; }

private:
    // the offset before the first token may be "-1": the sum wraps to 0 in 32 bits
    [[nodiscard]] auto begin(std::size_t position) const noexcept -> char const* {
        return text_ + static_cast<std::uint32_t>(before_[position] + 1);
    }
    [[nodiscard]] auto end(std::size_t position) const noexcept -> char const* {
        return text_ + after_[position];
    }

    /// Finds a token in a line with single delimiters. Static, because `this` would keep the hot
    /// loop's record in memory.
    [[nodiscard, gnu::noinline]] static auto far_token(char const* first,
                                                       std::size_t column) noexcept
        -> std::string_view {
        auto const is_delimiter = [](char c) { return c == ' ' || c == '\n'; };
        for (; column != 0; ++first) column -= is_delimiter(*first) ? 1U : 0U;
        auto const* last = first;
        while (!is_delimiter(*last)) ++last;
        return {first, last};
    }

    friend class text_batch;

    char const* text_ = nullptr;
    std::uint32_t const* before_ = nullptr;
    std::uint32_t const* after_ = nullptr;
    layout const* columns_ = nullptr;
    std::uint16_t const* positions_ = nullptr;  // by field
};

}  // namespace flowlog

#endif
