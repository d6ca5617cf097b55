// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_LOOKUP_SETS_HPP
#define FLOWLOG_QUERY_DETAIL_LOOKUP_SETS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog::detail {

/// Sorts ranges, and merges those that overlap. Empty ranges are removed.
template <class T>
void normalise(std::vector<closed_range<T>>& ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](auto const& a, auto const& b) { return a.first < b.first; });
    std::size_t size = 0;
    for (auto const& range : ranges) {
        if (range.last < range.first) continue;
        if (size != 0 && range.first <= ranges[size - 1].last)
            ranges[size - 1].last = std::max(ranges[size - 1].last, range.last);
        else
            ranges[size++] = range;
    }
    ranges.erase(ranges.begin() + static_cast<std::ptrdiff_t>(size), ranges.end());
}

/// Whether one of the normalised ranges contains a value. Takes logarithmic time.
template <class T>
auto contains(std::vector<closed_range<T>> const& ranges, T const& value) noexcept -> bool {
    auto const after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                        [](T const& v, auto const& r) { return v < r.first; });
    return after != ranges.begin() && !(std::prev(after)->last < value);
}

/// Numbers below 2^32 in normalised ranges. Many ranges are looked up in two steps: the upper 16
/// bits give the few ranges that can have the number, so a list of a hundred thousand addresses is
/// nearly as fast as a single block.
class u32_ranges {
public:
    u32_ranges() = default;

    template <class = void>
    explicit u32_ranges(std::vector<number_range> const& ranges) {
        for (auto const& [first, last] : ranges)
            ranges_.push_back(
                {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last)});
        if (ranges_.size() >= few) make_index();
    }

    [[nodiscard]] auto contains(std::uint32_t value) const noexcept -> bool {
        if (begins_.empty()) return detail::contains(ranges_, value);
        auto const block = value >> 16;
        auto const* at = ranges_.data() + begins_[block];
        auto const* const end = ranges_.data() + begins_[block + 1];
        if (end - at > 8)
            at = std::partition_point(at, end, [&](auto const& r) { return r.last < value; });
        while (at != end && at->last < value) ++at;
        return at != ranges_.data() + ranges_.size() && at->first <= value && value <= at->last;
    }

private:
    using range = closed_range<std::uint32_t>;
    static constexpr std::size_t few = 16;

    /// For each block of 65536 numbers, the first range that ends in it or later.
    template <class = void>
    void make_index() {
        begins_.reserve(65'537);
        std::uint32_t at = 0;
        for (std::uint64_t block = 0; block <= 65'536; ++block) {
            while (at != ranges_.size() && ranges_[at].last < block << 16) ++at;
            begins_.push_back(at);
        }
    }

    std::vector<range> ranges_;
    std::vector<std::uint32_t> begins_;
};

/// A set of addresses: normalised ranges of each family.
class address_set {
public:
    template <class = void>  // a template: see `filter_tree`
    address_set(std::vector<number_range> const& v4, std::vector<address_range> v6)
        : v4_{v4}, v6_{std::move(v6)} {}

    template <class = void>
    [[nodiscard]] auto contains(address const& value) const noexcept -> bool {
        return value.is_v4() ? v4_.contains(value.to_v4()) : detail::contains(v6_, value);
    }

private:
    u32_ranges v4_;
    std::vector<address_range> v6_;
};

/// A set of numbers up to 65535, with one bit for each: 8 KiB.
class number_bitmap {
public:
    template <class = void>
    explicit number_bitmap(std::vector<number_range> const& ranges) : bits_(1024) {
        for (auto const& range : ranges) {
            for (auto i = range.first; i <= std::min<std::uint64_t>(range.last, 0xFFFF); ++i)
                bits_[i / 64] |= std::uint64_t{1} << (i % 64);
        }
    }

    /// \pre `value` is at most 65535
    [[nodiscard]] auto contains(std::uint64_t value) const noexcept -> bool {
        return (bits_[value / 64] >> (value % 64) & 1) != 0;
    }

private:
    std::vector<std::uint64_t> bits_;
};

}  // namespace flowlog::detail

#endif
