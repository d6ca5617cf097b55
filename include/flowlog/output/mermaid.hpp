// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_MERMAID_HPP
#define FLOWLOG_OUTPUT_MERMAID_HPP

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/encoder.hpp>
#include <flowlog/output/graph_text.hpp>
#include <flowlog/output/json.hpp>

namespace flowlog {

/// The largest number of edges that Mermaid draws, unless its `maxEdges` is set.
inline constexpr std::size_t max_mermaid_edges = 500;

/// A text as Mermaid has it in quotes. All but letters, digits and a few signs are written as
/// entities (`#34;`), because Mermaid searches its text for directives, comments and styles before
/// it parses it. The text must be escaped by `escaped`.
[[nodiscard]] inline auto mermaid_text(std::string_view text) -> std::string {
    // a colon may begin a style; but not in an address
    auto const is_address = text.find_first_not_of("0123456789abcdef.:/") == text.npos;
    auto const plain = [is_address](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               static_cast<unsigned char>(c) >= 0x80 || (c == ':' && is_address) ||
               std::string_view{" .,/-_()=+"}.find(c) != std::string_view::npos;
    };
    auto result = std::string{};
    for (auto const c : text) {
        if (plain(c))
            result += c;
        else
            result += '#' + std::to_string(int{c}) + ';';
    }
    return result;
}

namespace detail {

/// Writes a graph as a flowchart of Mermaid.
class mermaid_graph {
public:
    mermaid_graph(flow_graph const& graph, byte_sink out) : graph_{graph}, out_{std::move(out)} {}

    void write(graph_caption const& caption) {
        begin(title_text(graph_, caption));
        auto lines = summary_lines(graph_);
        for (auto const& note : caption.notes) lines.push_back(escaped(note));
        write_notes(std::move(lines));
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            write_node("n" + std::to_string(i), escaped(graph_.nodes[i].name, 60));
        if (graph_.left_out != 0) {
            write_node("others", "other sources");
            write_node("elsewhere", "other destinations");
        }
        for (auto const& edge : graph_.edges) write(edge);
        if (graph_.left_out != 0) write_rest();
        write_styles();
        out_.flush();
    }

private:
    static constexpr double min_width = 1;
    static constexpr double max_width = 8;

    /// The title is a text of YAML, which may be written as in JSON.
    void begin(std::string const& title) {
        auto& text = out_.text();
        text += "---\ntitle: ";
        json_writer{text}.value(title);
        text += "\n---\nflowchart LR\n";
    }

    void write_notes(std::vector<std::string> lines) {
        for (auto& line : lines) line = mermaid_text(line);
        out_.text() += "    notes[\"" + joined_lines(lines, "<br/>") + "\"]\n";
    }

    void write_node(std::string const& id, std::string_view name) {
        out_.text() += "    " + id + "[\"" + mermaid_text(name) + "\"]\n";
        out_.end_line();
    }

    void write(graph_edge const& edge) {
        auto const* const arrow = edge.verdict == action::reject ? " -.->" : " -->";
        write_edge("n" + std::to_string(edge.from), arrow, edge_label(graph_, edge),
                   "n" + std::to_string(edge.to));
    }

    void write_rest() { write_edge("others", " -.->", rest_label(graph_), "elsewhere"); }

    void write_edge(std::string const& from, std::string_view arrow, std::vector<std::string> label,
                    std::string const& to) {
        for (auto& line : label) line = mermaid_text(line);
        auto& text = out_.text();
        text.append("    ").append(from).append(arrow).append("|\"");
        text.append(joined_lines(label, "<br/>")).append("\"| ").append(to).append("\n");
        out_.end_line();
    }

    /// The styles name edges by their positions.
    void write_styles() {
        std::size_t number = 0;
        for (auto const& edge : graph_.edges)
            write_style(number++, colour_of(edge), edge_width(graph_, edge.values));
        if (graph_.left_out != 0) write_style(number, "#8c98a4", edge_width(graph_, graph_.rest));
        out_.text() += "    style notes fill:none,stroke:none\n";
    }

    void write_style(std::size_t number, std::string_view colour, double width) {
        auto const points = min_width + (max_width - min_width) * width;
        auto& text = out_.text();
        text.append("    linkStyle ").append(std::to_string(number)).append(" stroke:");
        text.append(colour).append(",stroke-width:");
        text.append(digits_text(points, std::chars_format::fixed, 1)).append("px\n");
        out_.end_line();
    }

    flow_graph const& graph_;
    text_blocks out_;
};

}  // namespace detail

/// Writes a graph as a flowchart of Mermaid, which GitHub and GitLab draw in Markdown. Edges are
/// green, or red and dotted if they were rejected; those that are left out are one edge.
inline void write_mermaid(flow_graph const& graph, graph_caption const& caption, byte_sink out) {
    detail::mermaid_graph{graph, std::move(out)}.write(caption);
}

}  // namespace flowlog

#endif
