// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_ROW_BUFFER_HPP
#define FLOWLOG_OUTPUT_DETAIL_ROW_BUFFER_HPP

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace flowlog::detail {

/// Whether a text reads the same in every output format: not empty, and without blanks, controls,
/// non-ASCII bytes, commas, quotes and backslashes.
[[nodiscard]] inline auto is_plain(std::string_view text) noexcept -> bool {
    for (auto const c : text) {
        if (c <= ' ' || c >= 0x7F || c == ',' || c == '"' || c == '\\') return false;
    }
    return !text.empty();
}

/// Text that grows at its end, by whoever writes to a pointer there: `std::string` would fill what
/// it makes room for with zeros, row by row.
class row_buffer {
public:
    /// The end of the text, with room for `count` bytes behind it.
    [[nodiscard]] auto room(std::size_t count) -> char* {
        if (capacity_ - size_ < count) [[unlikely]]
            grow(size_ + count);
        return bytes_.get() + size_;
    }

    /// The same where the text now ends at `end`.
    [[nodiscard]] auto room(char* end, std::size_t count) -> char* {
        end_at(end);
        return room(count);
    }

    /// Ends the text there.
    void end_at(char const* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }

    /// Cuts the text to its first bytes.
    void cut(std::size_t size) noexcept { size_ = size; }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
    [[nodiscard]] auto text() const noexcept -> std::string_view { return {bytes_.get(), size_}; }

private:
    void grow(std::size_t least) {
        auto const capacity = std::max({least, capacity_ * 2, std::size_t{4096}});
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
