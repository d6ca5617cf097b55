// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_REPORT_HPP
#define FLOWLOG_OUTPUT_REPORT_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/output/link_chart.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/ranking.hpp>

namespace flowlog {

/// A ranking as a part of a report, and the command that prints the same.
struct report_table {
    std::string title{};
    std::string about{};    ///< what the table says, as a sentence; may be empty
    std::string command{};  ///< may be empty
    ranking_headings headings{};
    ranking found{};
    /// What people call the values of the keys, such as `https` for `443/tcp`: for each group, a
    /// text for each key, which may be empty.
    std::vector<std::vector<std::string>> names{};
};

/// A quantity over time, in spans of equal length, divided into layers.
struct time_chart {
    /// What flows of one kind had in each span.
    struct layer {
        std::string name;
        std::vector<std::uint64_t> values{};
    };

    std::string title{};
    std::string command{};
    std::string zone = "UTC";          ///< whose clocks show the times of the chart
    timestamp first{};                 ///< when the first span begins
    std::chrono::microseconds span{};  ///< how long each is
    timestamp earliest{};              ///< the smallest time of a group
    timestamp latest{};                ///< the largest
    std::vector<layer> layers{};
    bool is_bytes = false;

    /// The number of spans.
    [[nodiscard]] auto size() const noexcept -> std::size_t {
        return layers.empty() ? 0 : layers.front().values.size();
    }
    /// What all layers have in a span, or the largest number if that is larger.
    [[nodiscard]] auto total(std::size_t at) const noexcept -> std::uint64_t {
        auto sum = std::uint64_t{0};
        for (auto const& one : layers) sum = detail::saturated_sum(sum, one.values[at]);
        return sum;
    }
    /// The largest total of a span.
    [[nodiscard]] auto peak() const noexcept -> std::uint64_t {
        auto largest = std::uint64_t{0};
        for (std::size_t i = 0; i < size(); ++i) largest = std::max(largest, total(i));
        return largest;
    }
};

/// Answers about logs, for people: what `html_page` makes a page of.
struct report {
    std::string title{};
    std::vector<std::pair<std::string, std::string>> facts{};  ///< a name and a value each
    std::string accounting{};
    std::vector<std::string> notes{};  ///< sentences
    std::vector<std::string> warnings{};
    std::vector<time_chart> over_time{};
    std::vector<link_chart> between{};
    std::vector<report_table> tables{};
    std::string command{};  ///< that made the report
};

namespace detail {

/// The spans that charts have.
inline constexpr auto chart_spans = std::to_array<std::chrono::minutes>({
    std::chrono::minutes{1},  std::chrono::minutes{2},  std::chrono::minutes{5},
    std::chrono::minutes{10}, std::chrono::minutes{15}, std::chrono::minutes{30},
    std::chrono::hours{1},    std::chrono::hours{2},    std::chrono::hours{3},
    std::chrono::hours{6},    std::chrono::hours{12},   std::chrono::days{1},
    std::chrono::days{2},     std::chrono::days{7},     std::chrono::days{14},
    std::chrono::days{30},    std::chrono::days{91},    std::chrono::days{365},
    std::chrono::days{3650},
});

/// The shortest of these spans of which at most `limit` cover a period, both ends included.
[[nodiscard]] inline auto chart_span(timestamp first, timestamp last, std::size_t limit)
    -> std::chrono::microseconds {
    for (std::chrono::microseconds const span : chart_spans) {
        auto const count = last.time_since_epoch() / span - first.time_since_epoch() / span;
        if (count >= 0 && static_cast<std::uint64_t>(count) < limit) return span;
    }
    return chart_spans.back();
}

/// Orders layers, the largest first, and makes one of all but the first 7 if they are more than 8.
template <class = void>
void order_layers(std::vector<time_chart::layer>& layers) {
    auto const sum_of = [](time_chart::layer const& one) {
        auto sum = 0.0;
        for (auto const value : one.values) sum += static_cast<double>(value);
        return sum;
    };
    std::ranges::sort(layers, [&](auto const& a, auto const& b) {
        auto const x = sum_of(a);
        auto const y = sum_of(b);
        return x != y ? x > y : a.name < b.name;
    });
    constexpr std::size_t max_layers = 8;
    if (layers.size() <= max_layers) return;
    auto rest = time_chart::layer{std::string{rest_name}, layers[max_layers - 1].values};
    for (auto i = max_layers; i < layers.size(); ++i) {
        for (std::size_t at = 0; at < rest.values.size(); ++at)
            rest.values[at] = saturated_sum(rest.values[at], layers[i].values[at]);
    }
    layers.resize(max_layers - 1);
    layers.push_back(std::move(rest));
}

/// A value as text in a chart.
[[nodiscard]] inline auto chart_value(std::uint64_t value, bool is_bytes) -> std::string {
    return is_bytes ? bytes_text(static_cast<double>(value)) : number_text(value);
}

}  // namespace detail

/// A length of time as people say it: `5 minutes`, `1 hour`, `7 days`.
[[nodiscard]] inline auto span_text(std::chrono::microseconds span) -> std::string {
    using namespace std::chrono;
    auto const of = [span](microseconds unit, std::string_view name) {
        return count_text(static_cast<std::uint64_t>(span / unit), name);
    };
    if (span % days{1} == microseconds{0}) return of(days{1}, "day");
    if (span % hours{1} == microseconds{0}) return of(hours{1}, "hour");
    return of(minutes{1}, "minute");
}

/// The chart of a grouping whose first key is a time, such as `start:1m`, and whose second key, if
/// it has one, names the layer. `measure` is the position of a count or sum. Has at most `limit`
/// spans, which are longer the longer the period is; groups without a time are left out. The layer
/// that has most is the first; the smallest ones are one, `others`, if there are more than 8. Times
/// are those that the clocks of the key's time zone show: an hour that they show twice is one.
template <class = void>
[[nodiscard]] auto chart_over_time(dynamic_grouping const& groups, std::size_t measure,
                                   std::size_t limit) -> time_chart {
    auto first = timestamp::max();
    auto last = timestamp::min();
    auto const* const zone = groups.keys().front().zone;
    auto const time_of = [zone](group_view const& group) {
        auto const time = group.key<timestamp>(0);
        if (!time || zone == nullptr) return time;
        return field_value<timestamp>{timestamp{zone->to_local(*time).time_since_epoch()}};
    };
    groups.visit_unordered([&](group_view const& group) {
        auto const time = time_of(group);
        if (!time) return;
        first = std::min(first, *time);
        last = std::max(last, *time);
    });
    auto result = time_chart{};
    if (zone != nullptr) result.zone = zone->name();
    if (first > last) return result;
    result.earliest = first;
    result.latest = last;
    result.span = detail::chart_span(first, last, limit);
    auto const number_of = [&](timestamp time) { return time.time_since_epoch() / result.span; };
    auto const begin = number_of(first);
    result.first = timestamp{begin * result.span};
    auto const size = std::min(static_cast<std::size_t>(number_of(last) - begin) + 1,
                               std::max<std::size_t>(limit, 1));
    auto layers = std::map<std::string, std::vector<std::uint64_t>>{};
    auto const is_layered = groups.keys().size() > 1;
    groups.visit_unordered([&](group_view const& group) {
        auto const time = time_of(group);
        if (!time) return;
        auto& values = layers[is_layered ? to_text(group.key_cell(1)) : ""];
        values.resize(size);
        auto const at = std::min(static_cast<std::size_t>(number_of(*time) - begin), size - 1);
        values[at] = detail::saturated_sum(values[at], *group.value<std::uint64_t>(measure));
    });
    for (auto& [name, values] : layers) result.layers.push_back({name, std::move(values)});
    detail::order_layers(result.layers);
    return result;
}

/// The ranking of a table, with what people call the values of keys after these.
template <class = void>
[[nodiscard]] auto named_ranking(report_table const& table) -> ranking {
    auto result = table.found;
    for (std::size_t i = 0; i < std::min(table.names.size(), result.groups.size()); ++i) {
        auto& keys = result.groups[i].key;
        for (std::size_t at = 0; at < std::min(table.names[i].size(), keys.size()); ++at) {
            if (auto const& name = table.names[i][at]; !name.empty())
                keys[at] = to_text(keys[at]) + ' ' + name;
        }
    }
    return result;
}

}  // namespace flowlog

#endif
