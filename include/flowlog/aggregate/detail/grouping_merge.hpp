// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUPING_MERGE_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUPING_MERGE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <ranges>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/error.hpp>

namespace flowlog::detail {

/// Merges one grouping into another. Rows of the one are looked up in the other as flows are, in
/// pending batches; many rows are merged by several threads, unless they have sets of values.
class grouping_merge {
public:
    grouping_merge(group_core& into, group_core& from) noexcept : into_{into}, from_{from} {}

    /// Throws `errc::invalid_argument` if both count different values with different keys.
    void run(unsigned threads) {
        into_.flush();
        from_.flush();
        if (from_.table.size() == 0) return;
        if (into_.table.size() == 0) {
            into_ = std::move(from_);
            return;
        }
        if (into_.plan.distinct != from_.plan.distinct && has(value_way::distinct))
            throw error{errc::invalid_argument,
                        {},
                        "groupings that count different values with different keys cannot be "
                        "merged"};
        for (std::size_t i = 0; i < from_.plan.texts.size(); ++i)
            numbers_.push_back(into_.plan.texts.number(from_.plan.texts.text(i)));
        auto const size = from_.table.size();
        if (threads > 1 && size >= worth_sharing && rows_are_all()) {
            merge_shared(threads);
        } else {
            merge_rows(std::views::iota(std::size_t{0}, size));
        }
        into_.merge_values(into_.all.data(), into_.values, from_.all.data(), from_.values);
        into_.values.note_saturated(from_.values.saturated());
    }

private:
    static constexpr std::size_t worth_sharing = std::size_t{1} << 16;  // groups

    /// Whether the rows hold all values: there are no sets.
    [[nodiscard]] auto rows_are_all() const noexcept -> bool {
        return !has(value_way::distinct) && !has(value_way::percentile);
    }

    [[nodiscard]] auto has(value_way way) const noexcept -> bool {
        return std::ranges::find(into_.ways, way) != into_.ways.end();
    }

    /// Makes rows pending, given their numbers, and calls `take` for each as
    /// `pending_batches::rotate` does. The number of a row is the word after its key. No row is
    /// pending before or after.
    template <class Numbers, class Take>
    void take_rows(pending_batches& pending, Numbers const& numbers, Take take) {
        for (auto const number : numbers) {
            auto* const key = pending.next();
            *std::ranges::copy(from_.table.key(number), key).out = number;
            renumber_texts(key);
            pending.push(into_.table, 1);
            if (pending.free_rows() == 0) pending.rotate(into_.table, take);
        }
        pending.flush(into_.table, take);
    }

    /// Merges rows, given their numbers.
    template <class Numbers>
    void merge_rows(Numbers const& numbers) {
        take_rows(into_.pending, numbers,
                  [&](group_word const* key, auto width, group_word hash, group_word* likely) {
                      merge_values(into_.table.values(key, width, hash, likely), into_.values, key);
                  });
    }

    /// The rows that one thread merges.
    struct share {
        std::size_t begin;
        std::size_t end;
        pending_batches pending;
        measure_values sums{};
        std::vector<std::size_t> missing{};  // rows whose group is not there yet
        std::size_t row = 0;                 // the first row that they get
    };

    /// Merges all rows with several threads: first those whose group is there, then the rest. Each
    /// group is in one row only.
    void merge_shared(unsigned threads) {
        auto shares = std::vector<share>{};
        auto const size = from_.table.size();
        for (std::size_t i = 0; i < threads; ++i) {
            shares.push_back({size * i / threads, size * (i + 1) / threads, into_.pending});
            shares.back().missing.reserve(shares.back().end - shares.back().begin);
        }
        in_parallel(shares, [&](share& mine) { merge_known(mine); });
        for (auto& one : shares) one.row = into_.table.extend(one.missing.size());
        in_parallel(shares, [&](share const& mine) { copy_missing(mine); });
        for (auto const& one : shares) into_.values.note_saturated(one.sums.saturated());
    }

    /// Calls `work` for each share, in a thread of its own.
    template <class Work>
    static void in_parallel(std::vector<share>& shares, Work work) {
        auto others = std::vector<std::jthread>{};
        for (std::size_t i = 1; i < shares.size(); ++i)
            others.emplace_back([&, i] { work(shares[i]); });
        work(shares.front());
    }

    /// Merges the rows of a share whose group is there, and notes the others.
    void merge_known(share& mine) {
        take_rows(mine.pending, std::views::iota(mine.begin, mine.end),
                  [&](group_word const* key, auto width, group_word hash, group_word* likely) {
                      if (auto* const value = into_.table.find(key, width, hash, likely)) {
                          merge_values(value, mine.sums, key);
                      } else {
                          mine.missing.push_back(key[into_.plan.key_words]);
                      }
                  });
    }

    /// Copies the rows of a share whose group is not there, and links them. It cannot use
    /// `take_rows`, which reads slots that other threads link.
    void copy_missing(share const& mine) {
        constexpr std::size_t batch = pending_batches::batch_size;
        auto const entrance = group_table::entrance{into_.table};
        auto hashes = std::array<group_word, batch>{};
        auto row = mine.row;
        for (auto left = std::span{mine.missing}; !left.empty();) {
            auto const some = left.first(std::min(batch, left.size()));
            for (std::size_t i = 0; i < some.size(); ++i) {
                auto* const key = into_.table.row(row + i);
                auto* const values = std::ranges::copy(from_.table.key(some[i]), key).out;
                std::ranges::copy(from_.table.values(some[i]), values);
                renumber_texts(key);
                hashes[i] = into_.table.hash(key);
                entrance.prefetch(hashes[i]);
            }
            for (std::size_t i = 0; i < some.size(); ++i, ++row) into_.table.link(row, hashes[i]);
            left = left.subspan(some.size());
        }
    }

    /// Merges the values of a row, whose number is the word after its key.
    void merge_values(group_word* value, measure_values& sets, group_word const* key) const {
        auto const number = key[into_.plan.key_words];
        into_.merge_values(value, sets, from_.table.values(number).data(), from_.values);
    }

    /// Replaces the numbers of texts in a key by the numbers that `into_` gives them.
    void renumber_texts(group_word* key) const {
        auto states = *key;
        auto* at = key + 1;
        for (auto const& part : into_.plan.keys) {
            if ((states & 3) != 0 && holds_text(part)) *at = numbers_[*at];
            at += key_width(part);
            states >>= 2;
        }
    }

    group_core& into_;
    group_core& from_;
    std::vector<group_word> numbers_{};  // of the texts of from_ in into_
};

}  // namespace flowlog::detail

#endif
