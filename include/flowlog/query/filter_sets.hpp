// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_FILTER_SETS_HPP
#define FLOWLOG_QUERY_FILTER_SETS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog {

/// The values from `first` to `last`, both included; empty if `last` is less than `first`.
template <class T>
struct closed_range {
    T first;
    T last;

    friend auto operator==(closed_range const&, closed_range const&) noexcept -> bool = default;
};

using number_range = closed_range<std::uint64_t>;
using address_range = closed_range<address>;

/// The addresses of a block.
[[nodiscard]] inline auto range_of(cidr const& block) noexcept -> address_range {
    auto const first = block.network();
    unsigned const free_bits = (first.is_v6() ? 128U : 32U) - block.prefix_length();
    auto const ones = [](unsigned count) {
        return count == 0 ? 0 : ~std::uint64_t{0} >> (64 - std::min(count, 64U));
    };
    auto const low = first.low() | ones(std::min(free_bits, 64U));
    if (first.is_v4()) return {first, address::v4(static_cast<std::uint32_t>(low))};
    return {first, address::v6(first.high() | ones(free_bits < 64 ? 0 : free_bits - 64), low)};
}

/// A pattern in which `*` matches any bytes: the texts between the stars, in lower case. `a*` is
/// `{"a", ""}`. Without a star there is one text.
using text_pattern = std::vector<std::string>;

/// A byte of a pattern that stands for any single byte: the `?` of `10.?.0.1`.
inline constexpr char any_byte = '\0';

namespace detail {

/// Compares a text with one in lower case, ignoring the case of the first: negative, 0 or positive.
inline auto compare_folded(std::string_view text, std::string_view lower) noexcept -> int {
    auto const common = std::min(text.size(), lower.size());
    for (std::size_t i = 0; i < common; ++i) {
        auto const a = static_cast<unsigned char>(to_lower(text[i]));
        auto const b = static_cast<unsigned char>(lower[i]);
        if (a != b) return a < b ? -1 : 1;
    }
    return text.size() == lower.size() ? 0 : text.size() < lower.size() ? -1 : 1;
}

/// Whether a text is one of a pattern, of the same length, ignoring the case of the first.
inline auto fits(std::string_view text, std::string_view wanted) noexcept -> bool {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i] != any_byte && to_lower(text[i]) != wanted[i]) return false;
    }
    return true;
}

/// Whether a text begins with the first text of a pattern, ends with the last, and has the others
/// between them in that order.
inline auto matches(text_pattern const& pattern, std::string_view text) noexcept -> bool {
    auto const& head = pattern.front();
    auto const& tail = pattern.back();
    if (pattern.size() == 1) return text.size() == head.size() && fits(text, head);
    if (text.size() < head.size() + tail.size()) return false;
    if (!fits(text, head) || !fits(text.substr(text.size() - tail.size()), tail)) return false;
    text = text.substr(head.size(), text.size() - head.size() - tail.size());
    for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
        auto const& wanted = pattern[i];
        while (text.size() >= wanted.size() && !fits(text, wanted)) text.remove_prefix(1);
        if (text.size() < wanted.size()) return false;
        text.remove_prefix(wanted.size());
    }
    return true;
}

}  // namespace detail

/// A set of texts and patterns, all in lower case. Case does not count when a text is looked up.
struct text_set {
    std::vector<std::string> words{};      ///< sorted
    std::vector<text_pattern> patterns{};  ///< in any order

    /// Whether the text is one of the words or matches a pattern.
    template <class = void>  // a template: see `filter_tree`
    [[nodiscard]] auto contains(std::string_view text) const noexcept -> bool {
        auto const found = std::partition_point(
            words.begin(), words.end(),
            [&](std::string const& word) { return detail::compare_folded(text, word) > 0; });
        if (found != words.end() && detail::compare_folded(text, *found) == 0) return true;
        return std::any_of(patterns.begin(), patterns.end(), [&](text_pattern const& pattern) {
            return detail::matches(pattern, text);
        });
    }

    friend auto operator==(text_set const&, text_set const&) -> bool = default;
};

}  // namespace flowlog

#endif
