// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_VALUE_COUNTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_VALUE_COUNTS_HPP

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace flowlog::detail {

/// How often each value of a group occurs, for percentiles. Up to 128 different values are kept as
/// they are. More of them are rounded to seven significant bits, as HdrHistogram does: numbers
/// below 128 are still exact, and others are at most 1/128 off (0.8 %). At most 3,776 pairs of a
/// value and its count are kept, 60 kB. What was counted does not depend on the order of the values
/// or of the merges.
class value_counts {
public:
    struct counted {
        std::uint64_t value;
        std::uint64_t count;
    };

    /// The largest number of different values that are all exact.
    static constexpr std::size_t exact_limit = 128;

    void add(std::uint64_t value, std::uint64_t count) {
        smallest_ = std::min(smallest_, value);
        largest_ = std::max(largest_, value);
        total_ += count;
        insert(value, count);
    }

    void merge(value_counts const& other) {
        if (!other.exact_) round_from_now();
        for (auto const& one : other.counts_) insert(one.value, one.count);
        smallest_ = std::min(smallest_, other.smallest_);
        largest_ = std::max(largest_, other.largest_);
        total_ += other.total_;
    }

    /// Whether no value was rounded.
    [[nodiscard]] auto exact() const noexcept -> bool { return exact_; }

    /// The smallest value that a share of the values, in 1/100,000, does not exceed. \pre some
    /// value was added
    [[nodiscard]] auto percentile(std::uint32_t share) const noexcept -> std::uint64_t {
        constexpr std::uint64_t all = 100'000;
        auto const rank = total_ / all * share + (total_ % all * share + all - 1) / all;
        if (rank <= 1) return smallest_;
        if (rank >= total_) return largest_;
        auto below = std::uint64_t{0};
        for (auto const& one : counts_) {
            below += one.count;
            if (below >= rank)
                return std::clamp(exact_ ? one.value : middle(one.value), smallest_, largest_);
        }
        return largest_;
    }

    /// The values, rounded if not `exact()`, with how often each occurred; by ascending value.
    [[nodiscard]] auto all() const noexcept -> std::vector<counted> const& { return counts_; }
    [[nodiscard]] auto smallest() const noexcept -> std::uint64_t { return smallest_; }
    [[nodiscard]] auto largest() const noexcept -> std::uint64_t { return largest_; }

    /// Adds values that were rounded, but for the smallest and the largest of them.
    void add_rounded(std::uint64_t smallest, std::uint64_t largest,
                     std::vector<counted> const& counts) {
        round_from_now();
        for (auto const& one : counts) {
            insert(one.value, one.count);
            total_ += one.count;
        }
        smallest_ = std::min(smallest_, smallest);
        largest_ = std::max(largest_, largest);
    }

private:
    static constexpr int kept_bits = 7;

    /// How many low bits of a value are dropped.
    [[nodiscard]] static constexpr auto dropped_bits(std::uint64_t value) noexcept -> int {
        return std::max(static_cast<int>(std::bit_width(value)) - kept_bits, 0);
    }
    [[nodiscard]] static constexpr auto rounded(std::uint64_t value) noexcept -> std::uint64_t {
        auto const bits = dropped_bits(value);
        return value >> bits << bits;
    }
    /// The middle of the values that are rounded to a value.
    [[nodiscard]] static constexpr auto middle(std::uint64_t value) noexcept -> std::uint64_t {
        return value | (std::uint64_t{1} << dropped_bits(value)) >> 1;
    }

    void insert(std::uint64_t value, std::uint64_t count) {
        if (!exact_) value = rounded(value);
        auto const at = std::ranges::lower_bound(counts_, value, {}, &counted::value);
        if (at != counts_.end() && at->value == value) {
            at->count += count;
            return;
        }
        counts_.insert(at, {value, count});
        if (exact_ && counts_.size() > exact_limit) round_from_now();
    }

    void round_from_now() {
        if (!exact_) return;
        exact_ = false;
        auto kept = std::size_t{0};
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            auto const value = rounded(counts_[i].value);
            if (kept != 0 && counts_[kept - 1].value == value)
                counts_[kept - 1].count += counts_[i].count;
            else
                counts_[kept++] = {value, counts_[i].count};
        }
        counts_.resize(kept);
    }

    std::vector<counted> counts_{};  // by ascending value
    std::uint64_t total_ = 0;
    std::uint64_t smallest_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t largest_ = 0;
    bool exact_ = true;
};

}  // namespace flowlog::detail

#endif
