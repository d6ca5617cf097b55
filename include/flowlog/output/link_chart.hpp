// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_LINK_CHART_HPP
#define FLOWLOG_OUTPUT_LINK_CHART_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/scope.hpp>

namespace flowlog {

/// The name of what a chart leaves out.
inline constexpr auto rest_name = std::string_view{"others"};

/// How much some parties sent to others.
struct link_chart {
    struct link {
        std::string from;
        std::string to;
        std::uint64_t value = 0;

        friend auto operator==(link const&, link const&) -> bool = default;
    };

    std::string title{};
    std::string about{};
    std::string command{};
    std::vector<link> links{};
    bool is_bytes = false;
};

namespace detail {

/// The sum of two counts, which stops at the largest number.
[[nodiscard]] inline auto saturated_sum(std::uint64_t a, std::uint64_t b) noexcept
    -> std::uint64_t {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/// Gives the values of a key numbers, because to compare numbers is fast.
class party_numbers {
public:
    explicit party_numbers(group_key const& key) : is_network_{key.kind == key_kind::network} {}

    /// The number of the value of a key; all networks of public addresses have one.
    [[nodiscard]] auto number(group_view const& group, std::size_t key) -> std::uint32_t {
        auto const network = is_network_ ? group.key<address>(key) : field_value<address>{};
        if (network && scope_of(*network) == address_scope::global)
            return number_of(texts_, std::string{"internet"}, [] { return "internet"; });
        auto const text = [&] { return to_text(group.key_cell(key)); };
        return network ? number_of(networks_, *network, text) : number_of(texts_, text(), text);
    }

    [[nodiscard]] auto name(std::uint64_t number) const -> std::string const& {
        return names_[number];
    }

private:
    template <class Value, class Text>
    auto number_of(std::unordered_map<Value, std::uint32_t>& numbers, Value const& value, Text text)
        -> std::uint32_t {
        auto const next = static_cast<std::uint32_t>(names_.size());
        auto const [found, is_new] = numbers.try_emplace(value, next);
        if (is_new) names_.push_back(text());
        return found->second;
    }

    bool is_network_;
    std::unordered_map<std::string, std::uint32_t> texts_{};
    std::unordered_map<address, std::uint32_t> networks_{};
    std::vector<std::string> names_{};
};

}  // namespace detail

/// The links that groups by two keys make, a source and a destination, by a measure that is a count
/// or sum: `measure` is its position. Networks of public addresses, of which there are many, are
/// one party, `internet`. In no particular order.
template <class = void>
[[nodiscard]] auto links_of(dynamic_grouping const& groups, std::size_t measure = 0)
    -> std::vector<link_chart::link> {
    auto const& keys = groups.keys();
    auto parties = std::array{detail::party_numbers{keys.at(0)}, detail::party_numbers{keys.at(1)}};
    auto sums = std::unordered_map<std::uint64_t, std::uint64_t>{};  // by the parties' numbers
    groups.visit_unordered([&](group_view const& group) {
        auto const from = std::uint64_t{parties[0].number(group, 0)};
        auto& sum = sums[from << 32 | parties[1].number(group, 1)];
        sum = detail::saturated_sum(sum, *group.value<std::uint64_t>(measure));
    });
    auto result = std::vector<link_chart::link>{};
    for (auto const& [ends, value] : sums)
        if (value != 0)
            result.push_back(
                {parties[0].name(ends >> 32), parties[1].name(ends & UINT32_MAX), value});
    return result;
}

namespace detail {

/// The parties at one end of links: which of them a chart names.
class named_parties {
public:
    /// Names the `limit` parties that have most, or one less if there are more: equal ones in the
    /// order of their names.
    named_parties(std::vector<link_chart::link> const& links, std::string link_chart::link::* end,
                  std::size_t limit)
        : end_{end} {
        auto sums = std::unordered_map<std::string_view, std::uint64_t>{};
        for (auto const& one : links) {
            auto& sum = sums[one.*end];
            sum = saturated_sum(sum, one.value);
        }
        auto order =
            std::vector<std::pair<std::string_view, std::uint64_t>>{sums.begin(), sums.end()};
        auto const named =
            order.size() <= limit ? order.size() : std::max<std::size_t>(limit, 1) - 1;
        std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(named),
                                  [](auto const& a, auto const& b) {
                                      if (a.second != b.second) return a.second > b.second;
                                      return a.first < b.first;
                                  });
        for (std::size_t i = 0; i < named; ++i) names_.emplace_back(order[i].first);
    }

    /// The name of a link's party in the chart.
    [[nodiscard]] auto name_of(link_chart::link const& one) const -> std::string {
        auto const is_named = std::ranges::find(names_, one.*end_) != names_.end();
        return is_named ? one.*end_ : std::string{rest_name};
    }

private:
    std::string link_chart::link::* end_;
    std::vector<std::string> names_{};
};

}  // namespace detail

/// The links of a chart in which at most `limit` parties send and as many receive; those that send
/// or receive least are one party, `others`. The largest first.
template <class = void>
[[nodiscard]] auto folded(std::vector<link_chart::link> const& links, std::size_t limit)
    -> std::vector<link_chart::link> {
    auto const from = detail::named_parties{links, &link_chart::link::from, limit};
    auto const to = detail::named_parties{links, &link_chart::link::to, limit};
    auto sums = std::map<std::pair<std::string, std::string>, std::uint64_t>{};
    for (auto const& one : links) {
        auto& sum = sums[{from.name_of(one), to.name_of(one)}];
        sum = detail::saturated_sum(sum, one.value);
    }
    auto result = std::vector<link_chart::link>{};
    for (auto const& [ends, value] : sums) result.push_back({ends.first, ends.second, value});
    std::ranges::sort(result, [](auto const& a, auto const& b) {
        if (a.value != b.value) return a.value > b.value;
        return std::pair{a.from, a.to} < std::pair{b.from, b.to};
    });
    return result;
}

}  // namespace flowlog

#endif
