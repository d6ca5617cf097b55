// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_WAITING_ROWS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_WAITING_ROWS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_table.hpp>
#include <flowlog/aggregate/detail/hash_secret.hpp>

namespace flowlog::detail {

/// Calls `function(width)` with the number of words of a key; as a constant where it is that of a
/// number or an address, whose loops are unrolled then.
template <class Function>
[[gnu::always_inline]] inline void with_width(std::size_t key_words, Function function) {
    switch (key_words) {
        case 2: return function(std::integral_constant<std::size_t, 2>{});
        case 3: return function(std::integral_constant<std::size_t, 3>{});
        default: return function(key_words);
    }
}

/// Rows on their way into a group table: each a key and what is to be added to its group. They wait
/// for each other in three batches, so that what they need of the table is fetched while others
/// come: of the batch that is being filled the slots, of the one before it the rows. All calls are
/// to be given the same table; those of a copy, a copy of it.
class waiting_rows {
public:
    using word = group_table::word;

    static constexpr std::size_t batch = 64;

    explicit waiting_rows(std::size_t words) : words_{words}, rows_(words * batch * batches) {}

    /// The rows that wait forget what they know of rows in the table: a copy of it has its own.
    waiting_rows(waiting_rows const& other) : waiting_rows{other.words_} {
        rows_ = other.rows_;
        hashes_ = other.hashes_;
        size_ = other.size_;
        newest_ = other.newest_;
    }
    waiting_rows(waiting_rows&&) noexcept = default;
    auto operator=(waiting_rows const& other) -> waiting_rows& {
        return *this = waiting_rows{other};
    }
    auto operator=(waiting_rows&&) noexcept -> waiting_rows& = default;
    ~waiting_rows() = default;

    /// How many rows the batch that is being filled has room for.
    [[nodiscard]] auto room() const noexcept -> std::size_t { return batch - size_[newest_]; }

    /// Where the next row is to be put, and those after it for which there is room.
    [[nodiscard, gnu::always_inline]] auto next() noexcept -> word* {
        return row(newest_, size_[newest_]);
    }

    /// Has `count` rows wait that stand at `next()` and behind it.
    void push(group_table const& table, std::size_t count) noexcept {
        with_width(table.key_words(), [&](auto width) { push(table, width, count); });
    }

    /// Calls `take(row, width, hash, likely)` for the oldest batch, the last three of which
    /// `group_table::values` wants to know, and begins a new one.
    template <class Take>
    void turn(group_table& table, Take take) {
        auto const before = (newest_ + 2) % batches;
        auto const oldest = (newest_ + 1) % batches;
        with_width(table.key_words(), [&](auto width) { take_batch(width, oldest, take); });
        auto const* hash = hashes_[before].data();
        for (auto& likely : std::span{likely_[before]}.first(size_[before]))
            likely = table.prefetch_row(*hash++);
        newest_ = oldest;
    }

    /// Calls it for all rows.
    template <class Take>
    void settle(group_table& table, Take take) {
        for (std::size_t i = 0; i < batches; ++i) turn(table, take);
    }

private:
    static constexpr std::size_t batches = 3;

    template <class Width>
    void push(group_table const& table, Width width, std::size_t count) noexcept {
        auto const* key = next();
        auto const words = words_;
        auto const secret = hash_secret::of_process();
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

    [[nodiscard, gnu::always_inline]] auto row(std::size_t of, std::size_t number) noexcept
        -> word* {
        return rows_.data() + (of * batch + number) * words_;
    }

    std::size_t words_;  // of a row
    std::vector<word> rows_;
    std::array<std::array<word, batch>, batches> hashes_{};
    std::array<std::array<word*, batch>, batches> likely_{};
    std::array<std::size_t, batches> size_{};
    std::size_t newest_ = 0;  // the batch that is being filled
};

}  // namespace flowlog::detail

#endif
