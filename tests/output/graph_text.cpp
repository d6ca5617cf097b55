// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <string>
#include <vector>

#include <flowlog/output/graph_text.hpp>

#include "catch.hpp"
#include "output/some_graph.hpp"

namespace test_output_graph_text {

using namespace flowlog;
using testing::some_graph;

namespace {

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("What is said above a graph", "[graph_text]") {
    auto graph = some_graph();
    CHECK(title_text(graph, {}) == "srcaddr → dstaddr, by dstport");
    CHECK(title_text(graph, {.title = "Who\x1b[31m"}) == "Who\\x1b[31m");
    CHECK(summary_lines(graph) ==
          strings{"10 MB in 7 flows, 2024-05-01 12:02:00 to 2024-05-02 12:02:05 UTC",
                  "Drawn: the 3 largest of 5 edges, 89.0% of the bytes"});
    graph.left_out = 0;
    graph.total = {.flows = 1};
    CHECK(summary_lines(graph) == strings{"1 flow"});
}

TEST_CASE("What is said beside an edge, and in detail", "[graph_text]") {
    auto const graph = some_graph();
    CHECK(edge_label(graph, graph.edges[0]) == strings{"dstport 443", "6.4 MB"});
    CHECK(edge_label(graph, graph.edges[2]) == strings{"dstport -", "0 B"});
    CHECK(edge_details(graph, graph.edges[0]) ==
          strings{"10.0.0.1 → 8.8.8.8", "dstport 443", "ACCEPT", "2 flows", "20 packets",
                  "6,400,000 bytes", "64.0% of all bytes", "2024-05-01 12:02:00 to 12:02:20 UTC"});
    CHECK(rest_label(graph) == strings{"2 more edges", "1.1 MB"});
    auto by_flows = graph;
    by_flows.by = edge_measure::flows;
    by_flows.total.bytes = 0;
    CHECK(edge_label(by_flows, by_flows.edges[0]).back() == "2 flows");
    CHECK(edge_details(by_flows, by_flows.edges[2]) ==
          strings{"8.8.8.8 → 8.8.8.8", "dstport -", "1 flow", "1 packet", "14.3% of all flows"});
}

TEST_CASE("The width of an edge is the root of its share", "[graph_text]") {
    auto const graph = some_graph();
    CHECK(std::abs(edge_width(graph, graph.edges[0].values) - 0.8) < 1e-9);
    CHECK(edge_width(graph, graph.edges[1].values) == 0.5);
    CHECK(edge_width(graph, graph.edges[2].values) == 0);
    CHECK(edge_width(graph, {.bytes = 70'000'000}) == 1);
    CHECK(edge_width({}, {.bytes = 1}) == 0);
}

}  // namespace test_output_graph_text
