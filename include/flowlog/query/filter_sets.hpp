// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_SETS_HPP
#define FLOWLOG_QUERY_FILTER_SETS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// The values from `first` to `last`, both included.
template <class T>
struct closed_range {
    T first;
    T last;

    friend auto operator==(closed_range const&, closed_range const&) noexcept -> bool = default;
};

using number_range = closed_range<std::uint64_t>;
using address_range = closed_range<address>;

/// The addresses of a block.
inline auto range_of(cidr const& block) noexcept -> address_range {
    auto const first = block.network();
    unsigned const free_bits = (first.is_v6() ? 128U : 32U) - block.prefix_length();
    auto const ones = [](unsigned count) {
        return count == 0 ? 0 : ~std::uint64_t{0} >> (64 - std::min(count, 64U));
    };
    auto const low = first.low() | ones(std::min(free_bits, 64U));
    if (first.is_v4()) return {first, address::v4(static_cast<std::uint32_t>(low))};
    return {first, address::v6(first.high() | ones(free_bits < 64 ? 0 : free_bits - 64), low)};
}

/// The same values as ordered ranges that do not overlap.
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

/// Whether one of ordered ranges has a value.
template <class T>
auto contains(std::vector<closed_range<T>> const& ranges, T const& value) noexcept -> bool {
    auto const after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                        [](T const& v, auto const& r) { return v < r.first; });
    return after != ranges.begin() && !(std::prev(after)->last < value);
}

/// Less than, equal to (0) or greater than a text that is in lower case already.
inline auto compare_folded(std::string_view text, std::string_view lower) noexcept -> int {
    auto const common = std::min(text.size(), lower.size());
    for (std::size_t i = 0; i < common; ++i) {
        auto const a = static_cast<unsigned char>(to_lower(text[i]));
        auto const b = static_cast<unsigned char>(lower[i]);
        if (a != b) return a < b ? -1 : 1;
    }
    return text.size() == lower.size() ? 0 : text.size() < lower.size() ? -1 : 1;
}

/// A pattern with `*` for any run of bytes, as the texts between the stars, in lower case. There is
/// at least one star.
using glob = std::vector<std::string>;

/// Whether a text begins with the first piece and ends with the last, and has the others between
/// them in that order.
inline auto matches(glob const& pattern, std::string_view text) noexcept -> bool {
    auto const same = [](std::string_view part, std::string const& piece) {
        return compare_folded(part, piece) == 0;
    };
    auto const& head = pattern.front();
    auto const& tail = pattern.back();
    if (text.size() < head.size() + tail.size()) return false;
    if (!same(text.substr(0, head.size()), head)) return false;
    if (!same(text.substr(text.size() - tail.size()), tail)) return false;
    text = text.substr(head.size(), text.size() - head.size() - tail.size());
    for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
        auto const& piece = pattern[i];
        while (text.size() >= piece.size() && !same(text.substr(0, piece.size()), piece))
            text.remove_prefix(1);
        if (text.size() < piece.size()) return false;
        text.remove_prefix(piece.size());
    }
    return true;
}

/// Texts and patterns, in lower case; what is looked up may be in any.
struct text_set {
    std::vector<std::string> words{};  ///< ordered
    std::vector<glob> globs{};

    template <class = void>
    [[nodiscard]] auto contains(std::string_view text) const noexcept -> bool {
        auto const found = std::partition_point(
            words.begin(), words.end(),
            [&](std::string const& word) { return compare_folded(text, word) > 0; });
        if (found != words.end() && compare_folded(text, *found) == 0) return true;
        return std::any_of(globs.begin(), globs.end(),
                           [&](glob const& one) { return matches(one, text); });
    }

    friend auto operator==(text_set const&, text_set const&) -> bool = default;
};

/// Addresses of both families.
struct address_set {
    std::vector<number_range> v4{};
    std::vector<address_range> v6{};

    template <class = void>
    [[nodiscard]] auto contains(address const& value) const noexcept -> bool {
        return value.is_v4() ? detail::contains(v4, std::uint64_t{value.to_v4()})
                             : detail::contains(v6, value);
    }
};

/// Numbers up to 65535 by one bit each.
class number_bitmap {
public:
    template <class = void>
    explicit number_bitmap(std::vector<number_range> const& ranges) : bits_(1024) {
        for (auto const& range : ranges) {
            for (auto i = range.first; i <= std::min<std::uint64_t>(range.last, 0xFFFF); ++i)
                bits_[i / 64] |= std::uint64_t{1} << (i % 64);
        }
    }

    /// \pre `value` is no more than 65535
    [[nodiscard]] auto contains(std::uint64_t value) const noexcept -> bool {
        return (bits_[value / 64] >> (value % 64) & 1) != 0;
    }

private:
    std::vector<std::uint64_t> bits_;
};

}  // namespace flowlog::detail

#endif
