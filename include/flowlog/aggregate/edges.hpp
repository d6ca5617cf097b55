// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_EDGES_HPP
#define FLOWLOG_AGGREGATE_EDGES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include <flowlog/aggregate/edge_keys.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/scope.hpp>

namespace flowlog {

/// What makes an edge large.
enum class edge_measure : std::uint8_t { flows, packets, bytes };

/// The name of a measure, as it is printed.
[[nodiscard]] constexpr auto name(edge_measure of) noexcept -> std::string_view {
    return of == edge_measure::flows ? "flows" : of == edge_measure::packets ? "packets" : "bytes";
}

/// The measures over the flows of an edge, or of many.
struct edge_values {
    std::uint64_t flows = 0;
    std::uint64_t packets = 0;  ///< 0 if the log has none
    std::uint64_t bytes = 0;    ///< 0 if the log has none
    group_cell first{};         ///< the earliest start, if there is one
    group_cell last{};          ///< the latest end, if there is one

    [[nodiscard]] auto value(edge_measure of) const noexcept -> std::uint64_t {
        return of == edge_measure::flows ? flows : of == edge_measure::packets ? packets : bytes;
    }
};

/// A node: an address, or whatever the key of an end is.
struct graph_node {
    /// Different nodes have different ids; the id of a value is the same in every graph with the
    /// same keys. Printable: it consists of the name, escaped, and of a prefix if the nodes of the
    /// two ends are of different kinds. `\-` is the node of flows without a value.
    std::string id;
    std::string name;                      ///< the value as text; `-` if it is absent
    std::optional<address_scope> scope{};  ///< of an address or a network
};

/// The flows from one node to another that have the same action and the same other keys.
struct graph_edge {
    std::size_t from = 0;           ///< the position of a node
    std::size_t to = 0;             ///< the position of a node
    std::optional<action> verdict;  ///< none if the log does not have it
    std::vector<group_cell> own{};  ///< the other keys
    edge_values values{};
};

/// The largest edges of a graph, the nodes at their ends, and the sum of what is left out.
struct flow_graph {
    std::vector<std::string> ends{};  ///< the names of the keys of the nodes: where edges begin
                                      ///< and where they end
    std::vector<std::string> own{};   ///< the names of the other keys of edges
    edge_measure by = edge_measure::bytes;  ///< the measure that ranks
    std::vector<graph_node> nodes{};        ///< in the order in which the edges name them
    std::vector<graph_edge> edges{};        ///< the largest first
    std::size_t left_out = 0;               ///< how many edges are not among them
    edge_values rest{};                     ///< over those edges
    edge_values total{};                    ///< over all edges
    bool saturated = false;                 ///< some sum stopped at 2^64 - 1
};

/// Groups flows into edges. `required` is a measure that logs must have; logs may lack packets,
/// bytes and times otherwise. Made a graph by `graph_of`.
///
///     auto const keys = flowlog::edge_keys{{flowlog::parse_group_key("srcaddr/24")}};
///     auto const found = flowlog::run(logs, flowlog::edges_by(keys));
///     auto const graph = flowlog::graph_of(found.value, keys, 50);
[[nodiscard]] inline auto edges_by(edge_keys const& keys, std::optional<edge_measure> required = {})
    -> dynamic_grouping {
    using enum measure_kind;
    return group_by(keys.all(), {{flows},
                                 {sum, field_id::packets, required != edge_measure::packets},
                                 {sum, field_id::bytes, required != edge_measure::bytes},
                                 {min, field_id::start, true},
                                 {max, field_id::end, true}});
}

namespace detail {

/// Makes a graph of ranked groups.
class graph_maker {
public:
    graph_maker(edge_keys const& keys, edge_measure by) : keys_{keys} {
        for (std::size_t i = 0; i < 2; ++i) made_.ends.push_back(keys.all()[i].name);
        made_.own = keys.own_names();
        made_.by = by;
    }

    [[nodiscard]] auto make(ranking const& found) -> flow_graph {
        made_.edges.reserve(found.groups.size());
        for (auto const& group : found.groups) add(group);
        made_.left_out = found.left_out;
        made_.rest = values_of(found.rest);
        made_.total = values_of(found.total);
        made_.saturated = found.saturated;
        return std::move(made_);
    }

private:
    void add(group const& of) {
        auto edge = graph_edge{.from = node(0, of.key[0]),
                               .to = node(1, of.key[1]),
                               .verdict = verdict_of(of.key[keys_.action_at()]),
                               .values = values_of(of.values)};
        for (std::size_t i = 0; i < made_.own.size(); ++i) edge.own.push_back(of.key[2 + i]);
        made_.edges.push_back(std::move(edge));
    }

    /// The position of the node of a value at an end.
    [[nodiscard]] auto node(std::size_t end, group_cell const& value) -> std::size_t {
        auto added = graph_node{.id = {}, .name = to_text(value)};
        auto const absent = std::holds_alternative<std::monostate>(value);
        if (!keys_.alike()) added.id = made_.ends[end] + '=';
        added.id += absent ? "\\-" : escaped(added.name);
        auto const [known, is_new] = numbers_.try_emplace(added.id, made_.nodes.size());
        if (is_new) {
            if (!absent) added.scope = scope_of_key(keys_.all()[end], added.name);
            made_.nodes.push_back(std::move(added));
        }
        return known->second;
    }

    [[nodiscard]] static auto scope_of_key(group_key const& key, std::string const& text)
        -> std::optional<address_scope> {
        auto const is_block = key.kind == key_kind::field || key.kind == key_kind::network;
        if (!is_block || info(key.field).type != field_type::address) return std::nullopt;
        auto const block = cidr::parse(text);
        return block ? std::optional{flowlog::scope_of(block->network())} : std::nullopt;
    }

    [[nodiscard]] static auto verdict_of(group_cell const& value) -> std::optional<action> {
        auto const* const text = std::get_if<std::string>(&value);
        if (text == nullptr) return std::nullopt;
        return *text == flowlog::name(action::reject) ? action::reject : action::accept;
    }

    [[nodiscard]] static auto values_of(std::vector<group_cell> const& cells) -> edge_values {
        auto const number = [&](std::size_t i) { return std::get<std::uint64_t>(cells[i]); };
        return {number(0), number(1), number(2), cells[3], cells[4]};
    }

    edge_keys const& keys_;
    flow_graph made_{};
    boost::unordered_flat_map<std::string, std::size_t> numbers_{};
};

}  // namespace detail

/// The graph of the `limit` largest edges of what `edges_by` has grouped by the same keys. Without
/// a measure, bytes rank, or packets or flows if there are no bytes.
[[nodiscard]] inline auto graph_of(dynamic_grouping const& found, edge_keys const& keys,
                                   std::size_t limit, std::optional<edge_measure> by = {})
    -> flow_graph {
    auto const make = [&](edge_measure measure) {
        return detail::graph_maker{keys, measure}.make(
            found.rank(limit, static_cast<std::size_t>(measure)));
    };
    if (by) return make(*by);
    for (auto const one : {edge_measure::bytes, edge_measure::packets}) {
        auto made = make(one);
        if (made.total.value(one) != 0) return made;
    }
    return make(edge_measure::flows);
}

}  // namespace flowlog

#endif
