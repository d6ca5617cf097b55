// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_ARRAYS_HPP
#define FLOWLOG_FORMAT_PARQUET_ARRAYS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/format/parquet/columns.hpp>

namespace flowlog::detail {

/// A range of the values of an array. A view.
struct array_piece {
    ArrowArray const* array;
    std::size_t first;  ///< counted from the array's own offset
    std::size_t count;

    /// The position of the first value in the buffers.
    [[nodiscard]] auto begin() const noexcept -> std::size_t {
        return first + static_cast<std::size_t>(array->offset);
    }
    [[nodiscard]] auto may_have_nulls() const noexcept -> bool {
        return array->null_count != 0 && array->n_buffers > 0 && array->buffers[0] != nullptr;
    }
};

/// Which values of an array are null.
class null_mask {
public:
    explicit null_mask(array_piece const& of) noexcept
        : bits_{of.may_have_nulls() ? static_cast<std::uint8_t const*>(of.array->buffers[0])
                                    : nullptr},
          begin_{of.begin()} {}

    [[nodiscard]] explicit operator bool() const noexcept { return bits_ != nullptr; }
    [[nodiscard]] auto is_null(std::size_t i) const noexcept -> bool {
        auto const at = begin_ + i;
        return bits_ != nullptr && (bits_[at / 8] >> (at % 8) & 1) == 0;
    }

private:
    std::uint8_t const* bits_;  // null: no value is null
    std::size_t begin_;
};

/// Values of fixed size.
template <class T>
[[nodiscard]] auto values_of(array_piece const& of) noexcept -> T const* {
    return static_cast<T const*>(of.array->buffers[1]) + of.begin();
}

/// Texts with offsets of type `Offset`.
template <class Offset>
class offset_texts {
public:
    explicit offset_texts(array_piece const& of) noexcept
        : offsets_{values_of<Offset>(of)}, bytes_{static_cast<char const*>(of.array->buffers[2])} {}
    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> std::string_view {
        return {bytes_ + offsets_[i], static_cast<std::size_t>(offsets_[i + 1] - offsets_[i])};
    }

private:
    Offset const* offsets_;
    char const* bytes_;
};

/// Texts of at most 12 bytes with their lengths, and references to others.
class view_texts {
public:
    explicit view_texts(array_piece const& of) noexcept
        : views_{values_of<view>(of)}, buffers_{of.array->buffers} {}
    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> std::string_view {
        auto const& found = views_[i];
        auto const size = static_cast<std::size_t>(found.size);
        if (size <= sizeof found.bytes) return {found.bytes, size};
        auto place = std::int32_t{};
        auto offset = std::int32_t{};
        std::memcpy(&place, found.bytes + 4, 4);
        std::memcpy(&offset, found.bytes + 8, 4);
        return {static_cast<char const*>(buffers_[2 + place]) + offset, size};
    }

private:
    struct view {
        std::int32_t size;
        char bytes[12];
    };
    view const* views_;
    void const* const* buffers_;
};

/// Calls `function(std::type_identity<T>{})` with the C++ type of integers or floating point
/// numbers, and returns what it returns.
template <class Function>
auto with_number(stored_type type, Function&& function) -> decltype(auto) {
    switch (type) {
        case stored_type::i8: return function(std::type_identity<std::int8_t>{});
        case stored_type::u8: return function(std::type_identity<std::uint8_t>{});
        case stored_type::i16: return function(std::type_identity<std::int16_t>{});
        case stored_type::u16: return function(std::type_identity<std::uint16_t>{});
        case stored_type::i32:
        case stored_type::days: return function(std::type_identity<std::int32_t>{});
        case stored_type::u32: return function(std::type_identity<std::uint32_t>{});
        case stored_type::u64: return function(std::type_identity<std::uint64_t>{});
        case stored_type::f32: return function(std::type_identity<float>{});
        case stored_type::f64: return function(std::type_identity<double>{});
        default: return function(std::type_identity<std::int64_t>{});
    }
}

/// Calls `function(texts)` with the texts of an array.
template <class Function>
auto with_texts(stored_type type, array_piece const& of, Function&& function) -> decltype(auto) {
    switch (type) {
        case stored_type::long_text: return function(offset_texts<std::int64_t>{of});
        case stored_type::text_view: return function(view_texts{of});
        default: return function(offset_texts<std::int32_t>{of});
    }
}

}  // namespace flowlog::detail

#endif
