// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_GROUP_TABLE_HPP
#define FLOWLOG_DETAIL_GROUP_TABLE_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <flowlog/detail/huge_pages.hpp>
#include <flowlog/detail/mix.hpp>

namespace flowlog::detail {

/// A hash table of rows of words, whose number is known at run time: first a key, then values. Rows
/// stand in the order in which they came and are never taken out; a row is named by its number.
/// boost::unordered_flat_map wants its types at compile time, and its rows cannot be fetched ahead
/// of a look-up, which is what makes millions of groups fast.
class group_table {
public:
    using word = std::uint64_t;

    /// New rows begin with the values `empty`.
    group_table(std::size_t key_words, std::vector<word> empty)
        : key_words_{key_words},
          stride_{key_words + empty.size()},
          empty_{std::move(empty)},
          slots_(smallest) {}

    /// A good hash of a key.
    [[nodiscard, gnu::always_inline]] static auto hash(word const* key, std::size_t words) noexcept
        -> word {
        auto result = word{0x9E3779B97F4A7C15ULL};
        std::size_t i = 0;
        for (; i + 1 < words; i += 2)
            result = mix(key[i] ^ 0xA0761D6478BD642FULL, key[i + 1] ^ result);
        return i == words ? result : mix(key[i] ^ 0xE7037ED1A0B428DBULL, result);
    }
    [[nodiscard]] auto hash(word const* key) const noexcept -> word {
        return hash(key, key_words_);
    }

    /// Whether two keys are the same. They are a few words: memcmp takes longer to be called.
    [[nodiscard, gnu::always_inline]] static auto same(word const* a, word const* b,
                                                       std::size_t words) noexcept -> bool {
        while (words-- != 0) {  // keys differ in their last words more often
            if (a[words] != b[words]) return false;
        }
        return true;
    }

    /// Brings what a look-up of this hash reads first into the cache.
    void prefetch_slot(word hash) const noexcept { __builtin_prefetch(&slots_[home(hash)]); }

    /// Brings the row that a key with this hash probably has into the cache; after
    /// `prefetch_slot`. Its number, for `values`; `none` where there is none.
    [[nodiscard, gnu::always_inline]] auto prefetch_row(word hash) const noexcept -> std::uint32_t {
        auto const tag = static_cast<std::uint32_t>(hash);
        for (auto at = home(hash);; at = (at + 1) & mask_) {
            auto const here = slots_[at];
            if (here.tag == tag) [[likely]] {  // may be that of no row, which does no harm
                auto const* const row = rows_.data() + here.row * stride_;
                __builtin_prefetch(row, 1);
                __builtin_prefetch(row + stride_ - 1, 1);
                return here.row;
            }
            if (here.row == none) return none;
        }
    }

    /// As below, of a key of `words` words, as many as keys have, that `prefetch_row` knows as that
    /// of row `likely`.
    [[nodiscard, gnu::always_inline]] auto values(word const* key, std::size_t words, word hash,
                                                  std::uint32_t likely) -> word* {
        if (likely != none) [[likely]] {
            auto* const row = rows_.data() + likely * stride_;
            if (same(row, key, words)) [[likely]]
                return row + words;
        }
        return values(key, hash);
    }

    /// The values of the row with this key, which is made if there is none. Valid until the next
    /// call.
    [[nodiscard]] auto values(word const* key, word hash) -> word* {
        auto const tag = static_cast<std::uint32_t>(hash);
        for (auto at = home(hash);; at = (at + 1) & mask_) {
            auto const here = slots_[at];
            if (here.row == none) return add(at, key, hash);
            if (here.tag != tag) continue;
            auto* const row = rows_.data() + here.row * stride_;
            if (same(row, key, key_words_)) return row + key_words_;
        }
    }

    [[nodiscard]] auto key_words() const noexcept -> std::size_t { return key_words_; }
    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
    [[nodiscard]] auto key(std::size_t row) const noexcept -> std::span<word const> {
        return {rows_.data() + row * stride_, key_words_};
    }
    [[nodiscard]] auto values(std::size_t row) const noexcept -> std::span<word const> {
        return {rows_.data() + row * stride_ + key_words_, empty_.size()};
    }

    /// The number of no row.
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();

private:
    static constexpr std::size_t smallest = 64;

    struct slot {
        std::uint32_t tag = 0;
        std::uint32_t row = none;
    };
    using slots = std::vector<slot, huge_page_allocator<slot>>;

    [[nodiscard]] auto home(word hash) const noexcept -> std::size_t {
        return static_cast<std::size_t>(hash >> 32) & mask_;
    }

    /// Kept out of the loop that looks up.
    [[gnu::noinline]] auto add(std::size_t at, word const* key, word hash) -> word* {
        if (size_ == none) throw std::bad_alloc{};
        slots_[at] = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(size_)};
        rows_.insert(rows_.end(), key, key + key_words_);
        rows_.insert(rows_.end(), empty_.begin(), empty_.end());
        ++size_;
        if (size_ * 2 > slots_.size()) grow();
        return rows_.data() + rows_.size() - empty_.size();
    }

    void grow() {
        slots_ = slots(slots_.size() * 2);
        mask_ = slots_.size() - 1;
        for (std::size_t row = 0; row < size_; ++row) {
            auto const hash = this->hash(rows_.data() + row * stride_);
            auto at = home(hash);
            while (slots_[at].row != none) at = (at + 1) & mask_;
            slots_[at] = {static_cast<std::uint32_t>(hash), static_cast<std::uint32_t>(row)};
        }
    }

    std::size_t key_words_;
    std::size_t stride_;  // words of a row
    std::vector<word> empty_;
    slots slots_;  // a power of two, at most half of them taken
    std::size_t mask_ = smallest - 1;
    std::vector<word, huge_page_allocator<word>> rows_;
    std::size_t size_ = 0;
};

}  // namespace flowlog::detail

#endif
