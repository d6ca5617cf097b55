// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_ROW_BUFFER_HPP
#define FLOWLOG_OUTPUT_DETAIL_ROW_BUFFER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace flowlog::detail {

/// Whether a text is the same in every output format: not empty, and without blanks, control
/// characters, non-ASCII bytes, commas, quotes and backslashes. Looks at eight bytes at a time.
[[nodiscard]] inline auto is_plain(std::string_view text) noexcept -> bool {
    constexpr auto ones = ~std::uint64_t{0} / 255;  // 1 in each byte
    constexpr auto tops = ones * 128;
    auto const is_special = [](std::uint64_t bytes) {  // the top bit of each byte that is not plain
        auto const zero_if = [bytes](char c) {
            return bytes ^ (ones * static_cast<unsigned char>(c));
        };
        auto const has_zero = [](std::uint64_t x) { return (x - ones) & ~x; };
        auto const below = (bytes - ones * 0x21) & ~bytes;
        auto const above = bytes | (bytes + ones);  // 0x7F and above
        return (below | above | has_zero(zero_if(',')) | has_zero(zero_if('"')) |
                has_zero(zero_if('\\'))) &
               tops;
    };
    auto special = std::uint64_t{0};
    auto const* at = text.data();
    auto rest = text.size();
    for (; rest >= 8; at += 8, rest -= 8) {
        auto bytes = std::uint64_t{0};
        std::memcpy(&bytes, at, 8);
        special |= is_special(bytes);
    }
    auto bytes = ones * 'a';
    for (std::size_t i = 0; i < rest; ++i) bytes = bytes << 8 | static_cast<unsigned char>(at[i]);
    return (special | is_special(bytes)) == 0 && !text.empty();
}

/// A text that grows at its end, where the caller writes through a pointer. `std::string` would
/// fill the new memory with zeros first, row by row.
class row_buffer {
public:
    /// The end of the text, where at least `count` bytes may be written. Invalidates pointers.
    [[nodiscard]] auto reserve(std::size_t count) -> char* {
        if (capacity_ - size_ < count) [[unlikely]]
            grow(size_ + count);
        return bytes_.get() + size_;
    }

    /// The same, after the text was extended to `end`.
    [[nodiscard]] auto reserve(char* end, std::size_t count) -> char* {
        end_at(end);
        return reserve(count);
    }

    /// Extends the text to `end`.
    void end_at(char const* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }

    /// Cuts the text to its first `size` bytes.
    void cut(std::size_t size) noexcept { size_ = size; }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
    [[nodiscard]] auto text() const noexcept -> std::string_view { return {bytes_.get(), size_}; }

private:
    void grow(std::size_t min) {
        auto const capacity = std::max({min, capacity_ * 2, std::size_t{4096}});
        auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ != 0) std::memcpy(bytes.get(), bytes_.get(), size_);
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace flowlog::detail

#endif
