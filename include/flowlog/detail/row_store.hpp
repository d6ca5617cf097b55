// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_ROW_STORE_HPP
#define FLOWLOG_DETAIL_ROW_STORE_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <flowlog/detail/huge_pages.hpp>

namespace flowlog::detail {

/// Rows of as many words each, by their numbers, in pieces of some megabytes: one vector of a
/// million groups would be copied, and its pages be cleared, twice over while it grows.
class row_store {
public:
    using word = std::uint64_t;

    explicit row_store(std::size_t words)
        : words_{words},
          shift_{static_cast<unsigned>(
              std::bit_width(piece_bytes / sizeof(word) / std::max<std::size_t>(words, 1)) - 1)} {
        pieces_.emplace_back().reserve(smallest * words);
    }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// Of a row.
    [[nodiscard]] auto words() const noexcept -> std::size_t { return words_; }

    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) noexcept -> word* {
        return pieces_[row >> shift_].data() + within_piece(row);
    }
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) const noexcept
        -> word const* {
        return pieces_[row >> shift_].data() + within_piece(row);
    }

    /// Adds a row of zeros. What was pointed to may have moved.
    auto add() -> word* {
        auto const full = words_ << shift_;
        if (pieces_.back().size() == full) pieces_.emplace_back().reserve(full);
        auto& piece = pieces_.back();
        piece.resize(piece.size() + words_);
        return (*this)[size_++];
    }

private:
    static constexpr std::size_t piece_bytes = std::size_t{8} << 20;
    static constexpr std::size_t smallest = 64;  // rows; a power of two, so that a piece gets full

    [[nodiscard]] auto within_piece(std::size_t row) const noexcept -> std::size_t {
        return (row & ((std::size_t{1} << shift_) - 1)) * words_;
    }

    std::size_t words_;
    unsigned shift_;  // a piece has 2^shift rows
    std::size_t size_ = 0;
    std::vector<std::vector<word, huge_page_allocator<word>>> pieces_;
};

}  // namespace flowlog::detail

#endif
