// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_PENDING_BATCHES_HPP
#define FLOWLOG_AGGREGATE_DETAIL_PENDING_BATCHES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/detail/keyed_hash.hpp>

namespace flowlog::detail {

/// Calls `function(width)` with the number of words of a key. The width is a constant for keys of
/// one number or one address, so that the compiler unrolls their loops.
template <class Function>
[[gnu::always_inline]] inline void with_width(std::size_t key_words, Function function) {
    switch (key_words) {
        case 2: return function(std::integral_constant<std::size_t, 2>{});
        case 3: return function(std::integral_constant<std::size_t, 3>{});
        default: return function(key_words);
    }
}

/// Rows on their way into a group table: each is a key and the input for the values of its group.
///
///     flows ──► [ newest ]  ──►  [ middle ]  ──►  [ oldest ]  ──► group table
///                being filled:    its slots are    its rows are
///                slots are        in the cache,    in the cache,
///                prefetched       rows are         values are
///                                 prefetched       updated
///
/// A batch has 64 rows. When the newest is full, `rotate` adds the oldest to the table and begins a
/// new one in its place; so the memory that a row needs is fetched while other rows are written.
/// All calls must be given the same table; calls on a copy need a copy of the table.
class pending_batches {
public:
    using word = group_table::word;

    static constexpr std::size_t batch_size = 64;

    /// `words` is the number of words of a row.
    explicit pending_batches(std::size_t words)
        : words_{words}, rows_(words * batch_size * batches) {}

    /// A copy does not know the rows in the table: a copy of the table has its own.
    pending_batches(pending_batches const& other) : pending_batches{other.words_} {
        rows_ = other.rows_;
        hashes_ = other.hashes_;
        size_ = other.size_;
        newest_ = other.newest_;
    }
    pending_batches(pending_batches&&) noexcept = default;
    auto operator=(pending_batches const& other) -> pending_batches& {
        return *this = pending_batches{other};
    }
    auto operator=(pending_batches&&) noexcept -> pending_batches& = default;
    ~pending_batches() = default;

    /// The number of rows that can still be put in the newest batch.
    [[nodiscard]] auto free_rows() const noexcept -> std::size_t {
        return batch_size - size_[newest_];
    }

    /// Whether no row is pending.
    [[nodiscard]] auto empty() const noexcept -> bool {
        return (size_[0] | size_[1] | size_[2]) == 0;
    }

    /// The next row to write; `free_rows()` rows follow each other.
    [[nodiscard, gnu::always_inline]] auto next() noexcept -> word* {
        return row(newest_, size_[newest_]);
    }

    /// Takes `count` rows that were written from `next()` on.
    void push(group_table const& table, std::size_t count) noexcept {
        with_width(table.key_words(), [&](auto width) { push(table, width, count); });
    }

    /// Calls `take(row, width, hash, likely)` for each row of the oldest batch, with the last three
    /// as `group_table::values` needs them, and begins a new batch.
    template <class Take>
    void rotate(group_table& table, Take take) {
        auto const middle = (newest_ + 2) % batches;
        auto const oldest = (newest_ + 1) % batches;
        with_width(table.key_words(), [&](auto width) { take_batch(width, oldest, take); });
        auto const* hash = hashes_[middle].data();
        for (auto& likely : std::span{likely_[middle]}.first(size_[middle]))
            likely = table.prefetch_row(*hash++);
        newest_ = oldest;
    }

    /// Calls `take`, as `rotate` does, for all rows.
    template <class Take>
    void flush(group_table& table, Take take) {
        for (std::size_t i = 0; i < batches; ++i) rotate(table, take);
    }

private:
    static constexpr std::size_t batches = 3;

    template <class Width>
    void push(group_table const& table, Width width, std::size_t count) noexcept {
        auto const* key = next();
        auto const words = words_;
        auto const secret = hash_key::of_process();
        auto const entrance = group_table::entrance{table};
        for (auto& hash : std::span{hashes_[newest_]}.subspan(size_[newest_], count)) {
            hash = hash_words(key, width, secret);
            entrance.prefetch(hash);
            key += words;
        }
        size_[newest_] += count;
    }

    template <class Width, class Take>
    void take_batch(Width width, std::size_t which, Take take) {
        auto const size = std::exchange(size_[which], 0);
        auto const words = words_;
        auto const* key = row(which, 0);
        auto const* hash = hashes_[which].data();
        auto* const* const likely = likely_[which].data();
        for (std::size_t i = 0; i != size; ++i, key += words) take(key, width, hash[i], likely[i]);
    }

    [[nodiscard, gnu::always_inline]] auto row(std::size_t batch, std::size_t number) noexcept
        -> word* {
        return rows_.data() + (batch * batch_size + number) * words_;
    }

    std::size_t words_;  // of a row
    std::vector<word> rows_;
    std::array<std::array<word, batch_size>, batches> hashes_{};
    std::array<std::array<word*, batch_size>, batches> likely_{};
    std::array<std::size_t, batches> size_{};
    std::size_t newest_ = 0;  // the batch that is being filled
};

}  // namespace flowlog::detail

#endif
