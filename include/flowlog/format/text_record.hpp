// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_RECORD_HPP
#define FLOWLOG_FORMAT_TEXT_RECORD_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/detail/decode.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// A line of a text log. Decodes on access, and only what is asked. A view: valid until its reader
/// moves on.
class text_record {
public:
    text_record() = default;

    /// `before[k]` and `after[k]` are the offsets from `text` of the delimiters around token k. The
    /// tokens are readable for `detail::token_padding` bytes from their first.
    text_record(char const* text, std::uint32_t const* before, std::uint32_t const* after,
                layout const* columns) noexcept
        : text_{text}, before_{before}, after_{after}, columns_{columns} {}

    /// A field's value; absent where it is `-` or the log has no such column.
    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        auto const column = columns_->column(Id);
        if (column == layout::none) return {};
        return detail::decode<field_value_type<Id>>(begin(column), end(column));
    }

    /// The text of a column of that very name, whether it is a known field or not; absent where it
    /// is `-`.
    [[nodiscard]] auto operator[](std::string_view name) const noexcept
        -> field_value<std::string_view> {
        auto const column = columns_->column(name);
        if (column == layout::none) return {};
        return detail::decode<std::string_view>(begin(column), end(column));
    }

    /// The raw text of a column, counted from 0 and less than `columns().size()`.
    [[nodiscard]] auto token(std::size_t column) const noexcept -> std::string_view {
        return {begin(column), end(column)};
    }

    /// The line from its first token to its last.
    [[nodiscard]] auto line() const noexcept -> std::string_view {
        return {begin(0), end(columns_->size() - 1)};
    }

    [[nodiscard]] auto columns() const noexcept -> layout const& { return *columns_; }

private:
    // the offset before the first token may be "-1": the sum wraps to 0 in 32 bits
    [[nodiscard]] auto begin(std::size_t column) const noexcept -> char const* {
        return text_ + static_cast<std::uint32_t>(before_[column] + 1);
    }
    [[nodiscard]] auto end(std::size_t column) const noexcept -> char const* {
        return text_ + after_[column];
    }

    char const* text_ = nullptr;
    std::uint32_t const* before_ = nullptr;
    std::uint32_t const* after_ = nullptr;
    layout const* columns_ = nullptr;
};

}  // namespace flowlog

#endif
