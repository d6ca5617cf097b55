// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_GRAPH_JSON_HPP
#define FLOWLOG_OUTPUT_GRAPH_JSON_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/rows.hpp>

namespace flowlog {

namespace detail {

inline void write_values(json_writer& json, edge_values const& values) {
    json.member("flows", values.flows).member("packets", values.packets);
    json.member("bytes", values.bytes);
    flowlog::write(json.key("first"), values.first);
    flowlog::write(json.key("last"), values.last);
}

}  // namespace detail

/// Writes a node as an object: `id` and `name`.
inline void write(json_writer& json, graph_node const& node) {
    json.begin_object().member("id", node.id).member("name", node.name).end_object();
}

/// Writes an edge as an object: `source` and `target`, the ids of its nodes; `keys`, its other
/// keys, if the graph has any; `action`, and the measures.
inline void write(json_writer& json, flow_graph const& graph, graph_edge const& edge) {
    json.begin_object().member("source", graph.nodes[edge.from].id);
    json.member("target", graph.nodes[edge.to].id);
    if (!edge.own.empty()) {
        json.key("keys").begin_object();
        for (std::size_t i = 0; i < edge.own.size(); ++i)
            write(json.key(graph.own[i]), edge.own[i]);
        json.end_object();
    }
    json.key("action");
    edge.verdict ? json.value(name(*edge.verdict)) : json.null();
    detail::write_values(json, edge.values);
    json.end_object();
}

/// Writes a graph as members of the JSON object that is open: `by`, `sort`, `nodes`, `edges`, and,
/// as for a ranking, `left_out`, `rest`, `all` and `saturated`.
inline void write_members(json_writer& json, flow_graph const& graph) {
    auto by = graph.ends;
    by.insert(by.end(), graph.own.begin(), graph.own.end());
    write(json.key("by"), by);
    json.member("sort", name(graph.by)).key("nodes").begin_array();
    for (auto const& node : graph.nodes) write(json, node);
    json.end_array().key("edges").begin_array();
    for (auto const& edge : graph.edges) write(json, graph, edge);
    json.end_array().member("left_out", graph.left_out).key("rest").begin_object();
    detail::write_values(json, graph.rest);
    json.end_object().key("all").begin_object();
    detail::write_values(json, graph.total);
    json.end_object().member("saturated", graph.saturated);
}

}  // namespace flowlog

#endif
