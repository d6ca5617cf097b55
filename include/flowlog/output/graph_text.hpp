// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_GRAPH_TEXT_HPP
#define FLOWLOG_OUTPUT_GRAPH_TEXT_HPP

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/numbers.hpp>

namespace flowlog {

// The words and numbers of a graph as people read them. All texts are escaped for a terminal; the
// writers of each format add what that format needs.

/// What is written above a graph, besides the totals.
struct graph_caption {
    std::string title{};               ///< by default the names of the keys
    std::vector<std::string> notes{};  ///< what a reader must know, such as that data is missing
};

/// A measure of an edge with its unit: `5.6 MB`, `1,234 packets`, `1 flow`.
[[nodiscard]] inline auto value_text(edge_values const& values, edge_measure of) -> std::string {
    auto const number = values.value(of);
    if (of == edge_measure::bytes) return bytes_text(static_cast<double>(number));
    return count_text(number, of == edge_measure::flows ? "flow" : "packet");
}

/// A time without its fraction: `2021-05-04 16:26:01`; empty if the cell has none.
[[nodiscard]] inline auto time_text(group_cell const& cell) -> std::string {
    auto const* const time = std::get_if<timestamp>(&cell);
    if (time == nullptr) return {};
    auto text = to_text(std::chrono::floor<std::chrono::seconds>(*time) + timestamp::duration{});
    std::ranges::replace(text, 'T', ' ');
    text.pop_back();
    return text;
}

/// The period of the flows: `2021-05-04 16:26:01 to 16:28:41 UTC`; empty if they have no times.
[[nodiscard]] inline auto period_text(edge_values const& values) -> std::string {
    auto const first = time_text(values.first);
    auto last = time_text(values.last);
    if (first.empty() || last.empty()) return {};
    constexpr std::size_t date = 11;
    if (first.substr(0, date) == last.substr(0, date)) last.erase(0, date);
    return first + " to " + last + " UTC";
}

/// How much of a graph is drawn: `the 50 largest of 1,234 edges, 88.0% of the bytes`; empty if it
/// is all of it.
[[nodiscard]] inline auto coverage_text(flow_graph const& graph) -> std::string {
    if (graph.left_out == 0) return {};
    auto const all = graph.total.value(graph.by);
    auto const shown = all - std::min(all, graph.rest.value(graph.by));
    return "the " + number_text(graph.edges.size()) + " largest of " +
           count_text(graph.edges.size() + graph.left_out, "edge") + ", " +
           percent_text(shown, all) + " of the " + std::string{name(graph.by)};
}

/// The title of a graph: what the caption says, or the keys.
[[nodiscard]] inline auto title_text(flow_graph const& graph, graph_caption const& caption)
    -> std::string {
    if (!caption.title.empty()) return escaped(caption.title);
    auto result = escaped(graph.ends[0]) + " → " + escaped(graph.ends[1]);
    for (std::size_t i = 0; i < graph.own.size(); ++i)
        result += (i == 0 ? ", by " : ", ") + escaped(graph.own[i]);
    return result;
}

/// The lines below the title: the totals, the period, and what is drawn if it is not all.
[[nodiscard]] inline auto summary_lines(flow_graph const& graph) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    auto totals = count_text(graph.total.flows, "flow");
    if (graph.total.bytes != 0)
        totals = bytes_text(static_cast<double>(graph.total.bytes)) + " in " + totals;
    if (auto const period = period_text(graph.total); !period.empty()) totals += ", " + period;
    result.push_back(std::move(totals));
    if (auto covered = coverage_text(graph); !covered.empty())
        result.push_back("Drawn: " + std::move(covered));
    return result;
}

/// The other keys of an edge, a number with the name of its key: `443/tcp`, `dstport 443`.
[[nodiscard]] inline auto own_texts(flow_graph const& graph, graph_edge const& edge)
    -> std::vector<std::string> {
    constexpr std::size_t limit = 40;
    auto result = std::vector<std::string>{};
    for (std::size_t i = 0; i < edge.own.size(); ++i) {
        auto text = escaped(to_text(edge.own[i]), limit);
        auto const names_itself = std::holds_alternative<std::string>(edge.own[i]);
        result.push_back(names_itself ? std::move(text) : escaped(graph.own[i]) + ' ' + text);
    }
    return result;
}

/// The lines beside an edge: its other keys, and the measure that ranks.
[[nodiscard]] inline auto edge_label(flow_graph const& graph, graph_edge const& edge)
    -> std::vector<std::string> {
    auto result = own_texts(graph, edge);
    result.push_back(value_text(edge.values, graph.by));
    return result;
}

/// All measures of an edge, or of many, a line each.
[[nodiscard]] inline auto value_lines(flow_graph const& graph, edge_values const& values)
    -> std::vector<std::string> {
    using enum edge_measure;
    auto result = std::vector<std::string>{value_text(values, flows)};
    if (graph.total.packets != 0) result.push_back(value_text(values, packets));
    if (graph.total.bytes != 0) result.push_back(number_text(values.bytes) + " bytes");
    auto const share = percent_text(values.value(graph.by), graph.total.value(graph.by));
    result.push_back(share + " of all " + std::string{name(graph.by)});
    if (auto period = period_text(values); !period.empty()) result.push_back(std::move(period));
    return result;
}

/// The details of an edge, as a program shows them when somebody points at it.
[[nodiscard]] inline auto edge_details(flow_graph const& graph, graph_edge const& edge)
    -> std::vector<std::string> {
    constexpr std::size_t limit = 200;
    auto result = std::vector<std::string>{escaped(graph.nodes[edge.from].name, limit) + " → " +
                                           escaped(graph.nodes[edge.to].name, limit)};
    for (auto& text : own_texts(graph, edge)) result.push_back(std::move(text));
    if (edge.verdict) result.emplace_back(name(*edge.verdict));
    for (auto& line : value_lines(graph, edge.values)) result.push_back(std::move(line));
    return result;
}

/// The lines beside the edge of all that is left out.
[[nodiscard]] inline auto rest_label(flow_graph const& graph) -> std::vector<std::string> {
    return {count_text(graph.left_out, "more edge"), value_text(graph.rest, graph.by)};
}

/// How wide an edge is drawn, 0 to 1: the square root of its share, so that small edges still
/// differ.
[[nodiscard]] inline auto edge_width(flow_graph const& graph, edge_values const& values) -> double {
    auto const all = graph.total.value(graph.by);
    if (all == 0) return 0;
    auto const share = static_cast<double>(values.value(graph.by)) / static_cast<double>(all);
    return std::sqrt(std::min(share, 1.0));
}

/// The lines as one text.
[[nodiscard]] inline auto joined_lines(std::vector<std::string> const& lines,
                                       std::string_view between) -> std::string {
    auto result = std::string{};
    for (std::size_t i = 0; i < lines.size(); ++i)
        result.append(i == 0 ? "" : between).append(lines[i]);
    return result;
}

namespace detail {

/// A text that is handed on in blocks.
class text_blocks {
public:
    explicit text_blocks(std::function<void(std::string_view)> out) : out_{std::move(out)} {}

    /// The text that is not yet handed on.
    [[nodiscard]] auto text() noexcept -> std::string& { return text_; }

    /// Hands on the text if it is a block.
    void end_line() {
        constexpr auto block_size = std::size_t{64} << 10;
        if (text_.size() >= block_size) flush();
    }

    void flush() {
        if (!text_.empty()) out_(text_);
        text_.clear();
    }

private:
    std::function<void(std::string_view)> out_;
    std::string text_{};
};

/// The colour of an edge: green, red, or grey if its action is unknown.
[[nodiscard]] inline auto colour_of(graph_edge const& edge) -> std::string_view {
    if (!edge.verdict) return "#5b6b7b";
    return *edge.verdict == action::accept ? "#2e8b57" : "#d1242f";
}

}  // namespace detail

}  // namespace flowlog

#endif
