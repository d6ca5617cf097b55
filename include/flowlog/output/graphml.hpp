// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_GRAPHML_HPP
#define FLOWLOG_OUTPUT_GRAPHML_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/output/detail/xml_text.hpp>
#include <flowlog/output/encoder.hpp>
#include <flowlog/output/graph_text.hpp>

namespace flowlog {

namespace detail {

/// Writes a graph as GraphML.
class graphml_graph {
public:
    graphml_graph(flow_graph const& graph, byte_sink out) : graph_{graph}, out_{std::move(out)} {}

    void write(graph_caption const& caption) {
        begin();
        auto lines = summary_lines(graph_);
        lines.insert(lines.begin(), title_text(graph_, caption));
        for (auto const& note : caption.notes) lines.push_back(escaped(note));
        data("description", xml_text(joined_lines(lines, "\n")));
        for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
            write_node(std::to_string(i), graph_.nodes[i].name, false);
        if (graph_.left_out != 0) {
            write_node("rest0", "other sources", true);
            write_node("rest1", "other destinations", true);
        }
        for (auto const& edge : graph_.edges) write(edge);
        if (graph_.left_out != 0) write_rest();
        out_.text() += "  </graph>\n</graphml>\n";
        out_.flush();
    }

private:
    void begin() {
        out_.text() +=
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
            "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
            "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
            "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n";
        declare("description", "graph", "description", "string");
        declare("label", "node", "label", "string");
        declare("rest_node", "node", "rest", "boolean");
        declare("action", "edge", "action", "string");
        declare("weight", "edge", "weight", "double");
        for (auto const* const name : {"flows", "packets", "bytes"})
            declare(name, "edge", name, "long");
        for (auto const* const name : {"first", "last", "edge_label"})
            declare(name, "edge", name == std::string_view{"edge_label"} ? "label" : name,
                    "string");
        declare("left_out", "edge", "left_out", "long");
        for (std::size_t i = 0; i < graph_.own.size(); ++i)
            declare("key" + std::to_string(i), "edge", "by " + graph_.own[i], "string");
        out_.text() += "  <graph id=\"flowlog\" edgedefault=\"directed\">\n";
    }

    void declare(std::string_view id, std::string_view of, std::string_view name,
                 std::string_view type) {
        auto& text = out_.text();
        text.append("  <key id=\"").append(id).append("\" for=\"").append(of);
        text.append("\" attr.name=\"").append(xml_text(escaped(name)));
        text.append("\" attr.type=\"").append(type).append("\"/>\n");
    }

    void data(std::string_view key, std::string_view xml) {
        auto& text = out_.text();
        text.append("      <data key=\"").append(key).append("\">").append(xml);
        text.append("</data>\n");
    }
    void data(std::string_view key, std::uint64_t number) { data(key, std::to_string(number)); }

    void write_node(std::string const& number, std::string_view name, bool rest) {
        out_.text() += "    <node id=\"n" + number + "\">\n";
        data("label", xml_text(escaped(name)));
        if (rest) data("rest_node", "true");
        out_.text() += "    </node>\n";
        out_.end_line();
    }

    void write(graph_edge const& edge) {
        out_.text() += "    <edge source=\"n" + std::to_string(edge.from) + "\" target=\"n" +
                       std::to_string(edge.to) + "\">\n";
        for (std::size_t i = 0; i < edge.own.size(); ++i) {
            if (!std::holds_alternative<std::monostate>(edge.own[i]))
                data("key" + std::to_string(i), xml_text(escaped(to_text(edge.own[i]))));
        }
        if (edge.verdict) data("action", name(*edge.verdict));
        write(edge.values, edge_label(graph_, edge));
    }

    void write_rest() {
        out_.text() += "    <edge source=\"nrest0\" target=\"nrest1\">\n";
        data("left_out", graph_.left_out);
        write(graph_.rest, rest_label(graph_));
    }

    void write(edge_values const& values, std::vector<std::string> const& label) {
        data("edge_label", xml_text(joined_lines(label, ", ")));
        data("weight", values.value(graph_.by));
        data("flows", values.flows);
        data("packets", values.packets);
        data("bytes", values.bytes);
        for (auto const& [key, time] :
             {std::pair{"first", &values.first}, std::pair{"last", &values.last}}) {
            if (!std::holds_alternative<std::monostate>(*time)) data(key, to_text(*time));
        }
        out_.text() += "    </edge>\n";
        out_.end_line();
    }

    flow_graph const& graph_;
    text_blocks out_;
};

}  // namespace detail

/// Writes a graph as GraphML, which Gephi, yEd, igraph and networkx read. `weight` is the measure
/// that ranks; the edge of all that is left out has `left_out`, the number of those edges, and the
/// nodes at its ends have `rest`. Other keys of edges are attributes `by KEY`.
inline void write_graphml(flow_graph const& graph, graph_caption const& caption, byte_sink out) {
    detail::graphml_graph{graph, std::move(out)}.write(caption);
}

}  // namespace flowlog

#endif
