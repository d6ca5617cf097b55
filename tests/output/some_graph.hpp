// SPDX-License-Identifier: BSL-1.0
// A graph for the tests of its writers.
#ifndef FLOWLOG_TESTS_OUTPUT_SOME_GRAPH_HPP
#define FLOWLOG_TESTS_OUTPUT_SOME_GRAPH_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/output/graph_text.hpp>

namespace testing {

inline auto at(std::int64_t second) -> flowlog::group_cell {
    return flowlog::timestamp{std::chrono::seconds{second}};
}

/// Two nodes, three edges between them, and two more that are left out.
inline auto some_graph() -> flowlog::flow_graph {
    auto result = flowlog::flow_graph{.ends = {"srcaddr", "dstaddr"}, .own = {"dstport"}};
    result.nodes = {{.id = "10.0.0.1", .name = "10.0.0.1", .scope = flowlog::address_scope{1}},
                    {.id = "8.8.8.8", .name = "8.8.8.8", .scope = flowlog::address_scope{0}}};
    auto const port = [](std::uint64_t number) { return flowlog::group_cell{number}; };
    result.edges = {{0,
                     1,
                     flowlog::action::accept,
                     {port(443)},
                     {2, 20, 6'400'000, at(1714564920), at(1714564940)}},
                    {1,
                     0,
                     flowlog::action::reject,
                     {port(22)},
                     {1, 1, 2'500'000, at(1714564925), at(1714651325)}},
                    {1, 1, std::nullopt, {{}}, {1, 1, 0, {}, {}}}};
    result.left_out = 2;
    result.rest = {3, 3, 1'100'000, at(1714564920), at(1714564940)};
    result.total = {7, 25, 10'000'000, at(1714564920), at(1714651325)};
    return result;
}

/// A graph whose only node has this name, with an edge to itself that has it as a key, too.
inline auto graph_named(std::string_view name) -> flowlog::flow_graph {
    auto result = flowlog::flow_graph{.ends = {"tag", "tag"}, .own = {"label(srcaddr)"}};
    result.nodes = {{.id = flowlog::escaped(name), .name = std::string{name}}};
    result.edges = {{0, 0, std::nullopt, {std::string{name}}, {1, 1, 1, {}, {}}}};
    result.total = result.edges[0].values;
    return result;
}

/// What a writer of graphs writes.
template <class Writer>
auto written(Writer write, flowlog::flow_graph const& graph,
             flowlog::graph_caption const& caption = {}) -> std::string {
    auto text = std::string{};
    write(graph, caption, [&](std::string_view block) { text += block; });
    return text;
}

/// Whether a text contains another.
inline auto contains(std::string_view text, std::string_view part) -> bool {
    return text.find(part) != text.npos;
}

}  // namespace testing

#endif
