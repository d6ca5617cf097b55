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

/// Rows of equal size, by number. They are in chunks, each twice as large as the one before, and
/// never move.
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
          chunks_{std::move(other.chunks_)},
          origins_{other.origins_} {}
    auto operator=(row_store other) noexcept -> row_store& {
        std::swap(words_, other.words_);
        std::swap(size_, other.size_);
        chunks_.swap(other.chunks_);
        origins_.swap(other.origins_);
        return *this;
    }
    ~row_store() = default;

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// The number of words of a row.
    [[nodiscard]] auto words() const noexcept -> std::size_t { return words_; }

    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) noexcept -> word* {
        return address_of(row);
    }
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) const noexcept
        -> word const* {
        return address_of(row);
    }

    /// Adds a row of zeros.
    auto add() -> word* {
        auto const which = chunk_of(size_);
        if (chunks_[which] == nullptr) add_chunk(which);
        auto* const row = address_of(size_++);
        std::fill_n(row, words_, word{0});
        return row;
    }

    /// Adds `count` rows, which are not set to zeros.
    void extend(std::size_t count) {
        if (count == 0) return;
        for (auto which = std::size_t{0}; which <= chunk_of(size_ + count - 1); ++which) {
            if (chunks_[which] == nullptr) add_chunk(which);
        }
        size_ += count;
    }

private:
    static constexpr std::size_t first_rows = 64;  // of the first chunk
    static constexpr std::size_t max_chunks = 32;

    struct release {
        std::size_t count;
        void operator()(word* words) const noexcept {
            huge_page_allocator<word>{}.deallocate(words, count);
        }
    };

    /// The size of a row with padding, so that rows touch as few lines of the cache as possible;
    /// without padding if that would take more than a third more memory.
    [[nodiscard]] static auto padded(std::size_t words) noexcept -> std::size_t {
        constexpr std::size_t line = 64 / sizeof(word);
        auto const better = words <= line ? std::bit_ceil(std::max<std::size_t>(words, 1))
                                          : (words + line - 1) / line * line;
        return better * 3 <= words * 4 ? better : words;
    }

    /// The number of the highest bit of `row / first_rows + 1`. (g++ 12 compiles this to one
    /// instruction, but not std::bit_width.)
    [[nodiscard]] static auto chunk_of(std::size_t row) noexcept -> std::size_t {
        return 63U ^
               static_cast<std::size_t>(std::countl_zero(std::uint64_t{row / first_rows + 1}));
    }

    void add_chunk(std::size_t which) {
        auto const count = (first_rows << which) * words_;
        chunks_[which] = {huge_page_allocator<word>{}.allocate(count), release{count}};
        origins_[which] = reinterpret_cast<std::uintptr_t>(chunks_[which].get()) -
                          ((first_rows << which) - first_rows) * words_ * sizeof(word);
    }

    [[nodiscard, gnu::always_inline]] auto address_of(std::size_t row) const noexcept -> word* {
        return reinterpret_cast<word*>(origins_[chunk_of(row)] + row * words_ * sizeof(word));
    }

    std::size_t words_;
    std::size_t size_ = 0;
    std::array<std::unique_ptr<word[], release>, max_chunks> chunks_{};
    std::array<std::uintptr_t, max_chunks> origins_{};  // where row 0 of each chunk would be
};

}  // namespace flowlog::detail

#endif
