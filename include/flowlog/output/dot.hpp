// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DOT_HPP
#define FLOWLOG_OUTPUT_DOT_HPP

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/detail/xml_text.hpp>
#include <flowlog/output/encoder.hpp>
#include <flowlog/output/graph_text.hpp>

namespace flowlog {

/// A text as a name or a value in DOT, in quotes. The text must be escaped by `escaped`: it may
/// contain no line end, and no single backslash at its end.
[[nodiscard]] inline auto dot_quoted(std::string_view text) -> std::string {
    auto result = std::string{'"'};
    for (auto const c : text) {
        if (c == '"') result += '\\';
        result += c;
    }
    return result + '"';
}

/// The id of a node in DOT. Graphviz keeps names that begin with `%` for itself.
[[nodiscard]] inline auto dot_id(std::string_view id) -> std::string {
    return dot_quoted(id.starts_with('%') ? '\\' + std::string{id} : std::string{id});
}

/// A text as a label in DOT, without quotes: what `\` and `&` would mean there is undone.
[[nodiscard]] inline auto dot_label(std::string_view text) -> std::string {
    auto result = std::string{};
    for (auto const c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
        if (c == '&') result += "amp;";
    }
    return result;
}

/// A field as go-vpc names it in an attribute: `accountID`, `srcPort`; other fields in the same
/// way: `tcpFlags`.
[[nodiscard]] inline auto govpc_name(std::string_view field) -> std::string {
    constexpr auto names =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"account-id", "accountID"},
                                                                      {"interface-id", "eniID"},
                                                                      {"srcport", "srcPort"},
                                                                      {"dstport", "dstPort"}});
    for (auto const& [ours, theirs] : names) {
        if (ours == field) return std::string{theirs};
    }
    auto result = std::string{};
    auto upper = false;
    for (auto const c : field) {
        auto const is_digit = c >= '0' && c <= '9';
        auto const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (is_letter || is_digit)
            result += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        else if (c == '/' || c == ':')
            result += '_';
        upper = !is_letter && !is_digit;
    }
    return result;
}

namespace detail {

/// Writes a graph in DOT.
class dot_graph {
public:
    dot_graph(flow_graph const& graph, byte_sink out) : graph_{graph}, out_{std::move(out)} {}

    void write(graph_caption const& caption) {
        begin(caption);
        if (graph_.left_out != 0) write_rest_nodes();
        // Graphviz begins at the bottom: the ends of the largest edges come to the top
        for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) write(*node);
        for (auto const& edge : graph_.edges) write(edge);
        if (graph_.left_out != 0) write_rest();
        out_.text() += "}\n";
        out_.flush();
    }

private:
    /// The widths of lines, in points.
    static constexpr double min_width = 0.8;
    static constexpr double max_width = 8;

    void begin(graph_caption const& caption) {
        out_.text() +=
            "digraph flowlog {\n"
            "\tgraph [rankdir=LR nodesep=0.12 ranksep=\"1.8\" pad=0.3 labelloc=t bgcolor=white "
            "fontname=\"Helvetica,Arial,sans-serif\" fontsize=13 fontcolor=\"#24292f\" label=<" +
            heading(caption) +
            ">]\n"
            "\tnode [shape=box style=\"rounded,filled\" fillcolor=\"#eef2f6\" color=\"#8c98a4\" "
            "fontname=\"Helvetica,Arial,sans-serif\" fontsize=11 fontcolor=\"#24292f\" height=0.3 "
            "margin=\"0.12,0.05\"]\n"
            "\tedge [fontname=\"Helvetica,Arial,sans-serif\" fontsize=10 fontcolor=\"#24292f\" "
            "arrowsize=0.5 color=\"#5b6b7b\"]\n";
    }

    /// The caption and the meaning of the colours, as a label in HTML.
    [[nodiscard]] auto heading(graph_caption const& caption) const -> std::string {
        auto result =
            "<FONT POINT-SIZE=\"18\"><B>" + xml_text(title_text(graph_, caption)) + "</B></FONT>";
        for (auto const& line : summary_lines(graph_)) result += "<BR/>" + xml_text(line);
        for (auto const& note : caption.notes)
            result += "<BR/><FONT COLOR=\"#b42318\">" + xml_text(escaped(note)) + "</FONT>";
        result += "<BR/>" + legend() + "<BR/> ";
        return result;
    }

    [[nodiscard]] auto legend() const -> std::string {
        auto const has = [this](std::optional<action> verdict) {
            return std::ranges::find(graph_.edges, verdict, &graph_edge::verdict) !=
                   graph_.edges.end();
        };
        auto parts = std::vector<std::string>{};
        auto const add = [&](std::optional<action> verdict, std::string_view words) {
            if (!has(verdict)) return;
            parts.push_back("<FONT COLOR=\"" + std::string{colour_of({.verdict = verdict})} +
                            "\">" + std::string{words} + "</FONT>");
        };
        add(action::accept, "— accepted");
        add(action::reject, "- - rejected");
        add(std::nullopt, "— no action logged");
        if (std::ranges::find(graph_.nodes, address_scope::global, &graph_node::scope) !=
            graph_.nodes.end())
            parts.emplace_back("<FONT COLOR=\"#8a6d1f\">public address</FONT>");
        parts.push_back("width: " + std::string{name(graph_.by)});
        return joined_lines(parts, " &#160; ");
    }

    void write(graph_node const& node) {
        auto& text = out_.text();
        text += '\t' + dot_id(node.id) + " [label=\"" + dot_label(short_name(node)) + '"';
        if (node.scope == address_scope::global) text += " fillcolor=\"#fff3d6\" color=\"#b08c3c\"";
        if (node.scope) {
            text += " tooltip=\"" + dot_label(escaped(node.name, 200)) + ", " +
                    std::string{flowlog::name(*node.scope)} + '"';
        }
        text += "]\n";
        out_.end_line();
    }

    [[nodiscard]] static auto short_name(graph_node const& node) -> std::string {
        return escaped(node.name, 60);
    }

    void write(graph_edge const& edge) {
        auto& text = out_.text();
        text += '\t' + dot_id(graph_.nodes[edge.from].id) + " -> " +
                dot_id(graph_.nodes[edge.to].id) + " [";
        write_attributes(edge);
        text += "color=\"";
        text += colour_of(edge);
        text += '"';
        if (edge.verdict == action::reject) text += " style=dashed";
        write_look(edge.values, edge_label(graph_, edge), edge_details(graph_, edge));
        text += "]\n";
        out_.end_line();
    }

    void write_look(edge_values const& values, std::vector<std::string> label,
                    std::vector<std::string> details) {
        auto const width = min_width + (max_width - min_width) * edge_width(graph_, values);
        auto& text = out_.text();
        text += " penwidth=" + digits_text(width, std::chars_format::fixed, 2);
        if (width > max_width / 2) label.emplace_back(" ");  // lifts the text off the line
        for (auto* const lines : {&label, &details}) {
            for (auto& line : *lines) line = dot_label(line);
        }
        text += " label=\"" + joined_lines(label, "\\n") + '"';
        auto const shown = joined_lines(details, "\\n");
        text += " tooltip=\"" + shown + "\" labeltooltip=\"" + shown + '"';
    }

    void write_attributes(graph_edge const& edge) {
        for (std::size_t i = 0; i < edge.own.size(); ++i)
            write_attribute(own_name(graph_.own[i]), escaped(to_text(edge.own[i])));
        if (edge.verdict) write_attribute("action", name(*edge.verdict));
        write_values(edge.values);
    }

    void write_values(edge_values const& values) {
        write_attribute("flows", std::to_string(values.flows));
        write_attribute("packets", std::to_string(values.packets));
        write_attribute("bytes", std::to_string(values.bytes));
        write_attribute("start", unix_time(values.first));
        write_attribute("end", unix_time(values.last));
    }

    /// The name of a key's attribute, which no measure has.
    [[nodiscard]] static auto own_name(std::string_view key) -> std::string {
        constexpr auto taken = std::to_array<std::string_view>(
            {"action", "flows", "packets", "bytes", "start", "end"});
        auto result = govpc_name(key);
        if (std::ranges::find(taken, result) != taken.end()) result += "Key";
        return result;
    }

    void write_attribute(std::string_view name, std::string_view value) {
        auto& text = out_.text();
        text += "govpc_";
        text += name;
        text += '=' + dot_quoted(value) + ' ';
    }

    [[nodiscard]] static auto unix_time(group_cell const& cell) -> std::string {
        auto const* const time = std::get_if<timestamp>(&cell);
        if (time == nullptr) return "-";
        auto buffer = std::array<char, max_printed>{};
        return {buffer.data(), print_unix_time(buffer.data(), *time)};
    }

    /// The nodes of the edge of all that is left out. No other node has their ids, because
    /// `escaped` writes no such backslash.
    void write_rest_nodes() {
        auto& text = out_.text();
        for (auto const* const end : {"sources", "destinations"}) {
            text += "\t\"\\";
            text += end;
            text += "\" [label=\"other ";
            text += end;
            text += "\" style=\"rounded,dashed\" fontcolor=\"#57606a\"]\n";
        }
    }

    void write_rest() {
        auto& text = out_.text();
        text += "\t\"\\sources\" -> \"\\destinations\" [";
        write_attribute("leftOut", std::to_string(graph_.left_out));
        write_values(graph_.rest);
        text += "color=\"#8c98a4\" style=dotted";
        auto details = value_lines(graph_, graph_.rest);
        details.insert(details.begin(), count_text(graph_.left_out, "more edge"));
        write_look(graph_.rest, rest_label(graph_), std::move(details));
        text += "]\n";
    }

    flow_graph const& graph_;
    text_blocks out_;
};

}  // namespace detail

/// Writes a graph in DOT, the language of Graphviz: `dot -Tsvg graph.dot -o graph.svg` draws it.
/// Edges are green, or red and dashed if they were rejected, and as wide as their share; those that
/// are left out are one dotted edge. Their attributes are there for programs under go-vpc's names,
/// such as `govpc_bytes`.
inline void write_dot(flow_graph const& graph, graph_caption const& caption, byte_sink out) {
    detail::dot_graph{graph, std::move(out)}.write(caption);
}

}  // namespace flowlog

#endif
