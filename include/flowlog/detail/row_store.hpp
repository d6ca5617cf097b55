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

    explicit row_store(std::size_t words) : words_{padded(words)} {
        pieces_.emplace_back().reserve(smallest * words_);
    }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// Of a row.
    [[nodiscard]] auto words() const noexcept -> std::size_t { return words_; }

    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) noexcept -> word* {
        return pieces_[row / rows_in_piece].data() + within_piece(row);
    }
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) const noexcept
        -> word const* {
        return pieces_[row / rows_in_piece].data() + within_piece(row);
    }

    /// Adds a row of zeros. What was pointed to may have moved.
    auto add() -> word* {
        auto const full = words_ * rows_in_piece;
        if (pieces_.back().size() == full) pieces_.emplace_back().reserve(full);
        auto& piece = pieces_.back();
        piece.resize(piece.size() + words_);
        return (*this)[size_++];
    }

private:
    // powers of two: a row is found with few instructions, and the first piece, which grows, gets
    // full
    static constexpr std::size_t rows_in_piece = std::size_t{1} << 16;
    static constexpr std::size_t smallest = 64;  // rows

    /// So many words that rows lie in as few lines of the cache as can be, if that takes no more
    /// than a third of the memory more.
    [[nodiscard]] static auto padded(std::size_t words) noexcept -> std::size_t {
        constexpr std::size_t line = 64 / sizeof(word);
        auto const better = words <= line ? std::bit_ceil(std::max<std::size_t>(words, 1))
                                          : (words + line - 1) / line * line;
        return better * 3 <= words * 4 ? better : words;
    }

    [[nodiscard]] auto within_piece(std::size_t row) const noexcept -> std::size_t {
        return row % rows_in_piece * words_;
    }

    std::size_t words_;
    std::size_t size_ = 0;
    std::vector<std::vector<word, huge_page_allocator<word>>> pieces_;
};

}  // namespace flowlog::detail

#endif
