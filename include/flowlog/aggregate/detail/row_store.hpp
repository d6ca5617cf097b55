// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_ROW_STORE_HPP
#define FLOWLOG_AGGREGATE_DETAIL_ROW_STORE_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <flowlog/aggregate/detail/huge_pages.hpp>

namespace flowlog::detail {

/// Rows of as many words each, by their numbers. They stand in pieces, each twice as large as the
/// one before it, and never move.
class row_store {
public:
    using word = std::uint64_t;

    explicit row_store(std::size_t words) noexcept : words_{padded(words)} {}
    row_store(row_store const& other) : words_{other.words_} {
        for (std::size_t row = 0; row < other.size_; ++row) std::copy_n(other[row], words_, add());
    }
    row_store(row_store&& other) noexcept
        : words_{other.words_},
          size_{std::exchange(other.size_, 0)},
          pieces_{std::move(other.pieces_)},
          origins_{other.origins_} {}
    auto operator=(row_store other) noexcept -> row_store& {
        std::swap(words_, other.words_);
        std::swap(size_, other.size_);
        pieces_.swap(other.pieces_);
        origins_.swap(other.origins_);
        return *this;
    }
    ~row_store() = default;

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// Of a row.
    [[nodiscard]] auto words() const noexcept -> std::size_t { return words_; }

    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) noexcept -> word* {
        return place(row);
    }
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) const noexcept
        -> word const* {
        return place(row);
    }

    /// Adds a row of zeros.
    auto add() -> word* {
        auto const which = piece_of(size_);
        if (pieces_[which] == nullptr) add_piece(which);
        auto* const row = place(size_++);
        std::fill_n(row, words_, word{0});
        return row;
    }

    /// Adds so many rows, whatever stands in them.
    void extend(std::size_t count) {
        if (count == 0) return;
        for (auto which = std::size_t{0}; which <= piece_of(size_ + count - 1); ++which) {
            if (pieces_[which] == nullptr) add_piece(which);
        }
        size_ += count;
    }

private:
    static constexpr std::size_t smallest = 64;  // rows of the first piece
    static constexpr std::size_t most = 32;      // pieces

    struct release {
        std::size_t count;
        void operator()(word* words) const noexcept {
            huge_page_allocator<word>{}.deallocate(words, count);
        }
    };

    /// So many words that rows lie in as few lines of the cache as can be, if that takes no more
    /// than a third of the memory more.
    [[nodiscard]] static auto padded(std::size_t words) noexcept -> std::size_t {
        constexpr std::size_t line = 64 / sizeof(word);
        auto const better = words <= line ? std::bit_ceil(std::max<std::size_t>(words, 1))
                                          : (words + line - 1) / line * line;
        return better * 3 <= words * 4 ? better : words;
    }

    /// The number of the highest bit of `row / smallest + 1`. (g++ 12 makes one instruction of
    /// this, of std::bit_width it does not.)
    [[nodiscard]] static auto piece_of(std::size_t row) noexcept -> std::size_t {
        return 63U ^ static_cast<std::size_t>(std::countl_zero(std::uint64_t{row / smallest + 1}));
    }

    void add_piece(std::size_t which) {
        auto const count = (smallest << which) * words_;
        pieces_[which] = {huge_page_allocator<word>{}.allocate(count), release{count}};
        origins_[which] = reinterpret_cast<std::uintptr_t>(pieces_[which].get()) -
                          ((smallest << which) - smallest) * words_ * sizeof(word);
    }

    [[nodiscard, gnu::always_inline]] auto place(std::size_t row) const noexcept -> word* {
        return reinterpret_cast<word*>(origins_[piece_of(row)] + row * words_ * sizeof(word));
    }

    std::size_t words_;
    std::size_t size_ = 0;
    std::array<std::unique_ptr<word[], release>, most> pieces_{};
    std::array<std::uintptr_t, most> origins_{};  // where row 0 of each piece would stand
};

}  // namespace flowlog::detail

#endif
