// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_TABLE_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_TABLE_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/huge_pages.hpp>
#include <flowlog/aggregate/detail/keyed_hash.hpp>
#include <flowlog/aggregate/detail/row_store.hpp>

namespace flowlog::detail {

/// A hash table of rows of words: a key, then values.
///
///     slots (a power of two)             rows, in the order in which they were added
///     | tag | row |                      | key words … | values … |
///     |  -  |  -  |  free           0 ─► | states 10.0.0.1 443 | 17 8092 |
///     | a51 |  1  | ───────────┐    1 ─► | states 10.0.0.7  22 |  3  180 |
///     | 9f0 |  0  |            └───────►
///
/// A look-up begins at slot `tag & mask` and goes on to the next until the tag and the key are
/// equal or the slot is free. Rows never move and are never removed; a row is named by its number.
/// How many words a key and the values have is known at run time only; that is one reason why this
/// is not a boost::unordered_flat_map. The other is that a row can be prefetched before it is
/// looked up, which makes millions of groups fast.
class group_table {
    struct slot;

public:
    using word = std::uint64_t;

    /// `empty` are the values of a new row. \pre keys have at least one word
    group_table(std::size_t key_words, std::vector<word> empty)
        : key_words_{key_words},
          rows_{key_words + empty.size()},
          empty_{std::move(empty)},
          slots_(min_slots) {}

    /// The hash of a key.
    [[nodiscard]] auto hash(word const* key) const noexcept -> word {
        return hash_words(key, key_words_, hash_key::of_process());
    }

    /// Whether two keys are equal. They have few words, for which a call of memcmp is too slow.
    [[nodiscard, gnu::always_inline]] static auto same(word const* a, word const* b,
                                                       std::size_t words) noexcept -> bool {
        while (words-- != 0) {  // keys differ in their last words more often
            if (a[words] != b[words]) return false;
        }
        return true;
    }

    /// A view of the slots, to prefetch them; valid until a row is added.
    class entrance {
    public:
        explicit entrance(group_table const& table) noexcept
            : slots_{table.slots_.data()}, mask_{table.mask_} {}

        /// Brings the first slot of a look-up into the cache.
        [[gnu::always_inline]] void prefetch(word hash) const noexcept {
            __builtin_prefetch(slots_ + (tag_of(hash) & mask_));
        }

    private:
        slot const* slots_;
        std::size_t mask_;
    };

    /// The row that a key with this hash probably has, or null; brings it into the cache. Call
    /// `entrance::prefetch` some time before, and give the result to `values`.
    [[nodiscard, gnu::always_inline]] auto prefetch_row(word hash) noexcept -> word* {
        auto const tag = tag_of(hash);
        for (auto at = home(tag);; at = (at + 1) & mask_) {
            auto const here = slots_[at];
            if (here.row == none) return nullptr;
            if (here.tag != tag) continue;
            auto* const row = rows_[here.row];
            __builtin_prefetch(row, 1);
            __builtin_prefetch(row + rows_.words() - 1, 1);
            return row;
        }
    }

    /// The values of the row with this key, which is added if there is none. `width` is the number
    /// of words of a key, `likely` what `prefetch_row` returned. Valid as long as the table.
    [[nodiscard, gnu::always_inline]] auto values(word const* key, std::size_t width, word hash,
                                                  word* likely) -> word* {
        if (likely != nullptr && same(likely, key, width)) [[likely]]
            return likely + width;
        return values(key, hash);
    }
    [[nodiscard]] auto values(word const* key, word hash) -> word* {
        auto const at = slot_of(key, hash);
        auto const row = slots_[at].row;
        return row == none ? add(at, key, tag_of(hash)) : rows_[row] + key_words_;
    }

    /// The same, but null if there is no such row.
    [[nodiscard, gnu::always_inline]] auto find(word const* key, std::size_t width, word hash,
                                                word* likely) noexcept -> word* {
        if (likely != nullptr && same(likely, key, width)) [[likely]]
            return likely + width;
        auto const row = slots_[slot_of(key, hash)].row;
        return row == none ? nullptr : rows_[row] + key_words_;
    }

    /// The number of the row with this key; `size()` if there is none.
    [[nodiscard]] auto number_of(word const* key, word hash) const noexcept -> std::size_t {
        auto const row = slots_[slot_of(key, hash)].row;
        return row == none ? size() : row;
    }

    /// Adds `count` rows, which the caller must fill and then link; returns the number of the
    /// first.
    [[nodiscard]] auto extend(std::size_t count) -> std::size_t {
        auto const first = rows_.size();
        if (count > none - first) throw std::bad_alloc{};
        rows_.extend(count);
        while (rows_.size() * 2 > slots_.size()) grow();
        return first;
    }

    /// The key and values of a row, for the caller to fill.
    [[nodiscard]] auto row(std::size_t number) noexcept -> word* { return rows_[number]; }

    /// Lets look-ups find a row by the hash of its key. Several threads may link rows at once. \pre
    /// no other row has the key
    void link(std::size_t number, word hash) noexcept {
        auto const linked = slot{tag_of(hash), static_cast<std::uint32_t>(number)};
        for (auto at = home(linked.tag);; at = (at + 1) & mask_) {
            auto free = slot{};
            if (std::atomic_ref{slots_[at]}.compare_exchange_strong(free, linked,
                                                                    std::memory_order_relaxed))
                return;
        }
    }

    /// Brings a row into the cache.
    void prefetch(std::size_t row) const noexcept {
        __builtin_prefetch(rows_[row]);
        __builtin_prefetch(rows_[row] + rows_.words() - 1);
    }

    [[nodiscard]] auto key_words() const noexcept -> std::size_t { return key_words_; }
    [[nodiscard]] auto size() const noexcept -> std::size_t { return rows_.size(); }
    [[nodiscard]] auto key(std::size_t row) const noexcept -> std::span<word const> {
        return {rows_[row], key_words_};
    }
    [[nodiscard]] auto values(std::size_t row) const noexcept -> std::span<word const> {
        return {rows_[row] + key_words_, empty_.size()};
    }

private:
    static constexpr std::size_t min_slots = 64;
    static constexpr auto none = std::numeric_limits<std::uint32_t>::max();  // the number of no row

    struct alignas(8) slot {
        std::uint32_t tag = 0;
        std::uint32_t row = none;
    };
    using slots = std::vector<slot, huge_page_allocator<slot>>;

    /// The bits of a hash that a slot keeps: enough to grow the table without reading keys.
    [[nodiscard]] static auto tag_of(word hash) noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(hash >> 32);
    }
    [[nodiscard]] auto home(std::uint32_t tag) const noexcept -> std::size_t { return tag & mask_; }

    /// The slot of a key, or the slot that it would get.
    [[nodiscard, gnu::noinline]] auto slot_of(word const* key, word hash) const noexcept
        -> std::size_t {
        auto const tag = tag_of(hash);
        for (auto at = home(tag);; at = (at + 1) & mask_) {
            auto const here = slots_[at];
            if (here.row == none) return at;
            if (here.tag == tag && same(rows_[here.row], key, key_words_)) return at;
        }
    }

    /// Not inlined into the loop that looks up.
    [[gnu::noinline]] auto add(std::size_t at, word const* key, std::uint32_t tag) -> word* {
        auto const number = rows_.size();
        if (number == none) throw std::bad_alloc{};
        auto* const values = std::copy_n(key, key_words_, rows_.add());
        std::ranges::copy(empty_, values);
        slots_[at] = {tag, static_cast<std::uint32_t>(number)};
        if (rows_.size() * 2 > slots_.size()) grow();
        return values;
    }

    void grow() {
        auto const before = std::exchange(slots_, slots(slots_.size() * 2));
        mask_ = slots_.size() - 1;
        for (auto const& used : before) {
            if (used.row == none) continue;
            auto at = home(used.tag);
            while (slots_[at].row != none) at = (at + 1) & mask_;
            slots_[at] = used;
        }
    }

    std::size_t key_words_;
    row_store rows_;
    std::vector<word> empty_;
    slots slots_;  // a power of two, at most half of them used
    std::size_t mask_ = min_slots - 1;
};

}  // namespace flowlog::detail

#endif
