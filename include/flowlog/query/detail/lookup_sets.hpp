// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_LOOKUP_SETS_HPP
#define FLOWLOG_QUERY_DETAIL_LOOKUP_SETS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
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

/// A set of addresses: normalised ranges of each family.
struct address_set {
    std::vector<number_range> v4{};
    std::vector<address_range> v6{};

    template <class = void>  // a template: see `filter_tree`
    [[nodiscard]] auto contains(address const& value) const noexcept -> bool {
        return value.is_v4() ? detail::contains(v4, std::uint64_t{value.to_v4()})
                             : detail::contains(v6, value);
    }
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
