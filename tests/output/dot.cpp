// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <flowlog/output/dot.hpp>

#include "catch.hpp"
#include "output/some_graph.hpp"

namespace test_output_dot {

using namespace flowlog;
using testing::contains;
using testing::graph_named;
using testing::some_graph;
using testing::written;

TEST_CASE("A graph in DOT", "[dot]") {
    auto const text = written(write_dot, some_graph(), {.notes = {"2 lines < 3 are lost"}});
    CHECK(text.starts_with("digraph flowlog {\n"));
    CHECK(text.ends_with("}\n"));
    CHECK(contains(text, "<B>srcaddr → dstaddr, by dstport</B>"));
    CHECK(contains(text, "Drawn: the 3 largest of 5 edges, 89.0% of the bytes"));
    CHECK(contains(text, "2 lines &lt; 3 are lost"));
    CHECK(contains(text, "— accepted"));
    CHECK(contains(text, "- - rejected"));
    CHECK(contains(text, "— no action logged"));
    CHECK(contains(text, "\t\"10.0.0.1\" [label=\"10.0.0.1\" tooltip=\"10.0.0.1, private\"]\n"));
    CHECK(contains(text,
                   "\t\"10.0.0.1\" -> \"8.8.8.8\" [govpc_dstPort=\"443\" govpc_action=\"ACCEPT\" "
                   "govpc_flows=\"2\" govpc_packets=\"20\" govpc_bytes=\"6400000\" "
                   "govpc_start=\"1714564920\" govpc_end=\"1714564940\" color=\"#2e8b57\" "
                   "penwidth=6.56 label=\"dstport 443\\n6.4 MB\\n \" "
                   "tooltip=\"10.0.0.1 → 8.8.8.8\\ndstport 443\\nACCEPT\\n2 flows"));
    CHECK(contains(text, "color=\"#d1242f\" style=dashed penwidth=4.40"));
    CHECK(contains(text,
                   "govpc_dstPort=\"-\" govpc_flows=\"1\" govpc_packets=\"1\" "
                   "govpc_bytes=\"0\" govpc_start=\"-\" govpc_end=\"-\" color=\"#5b6b7b\""));
    CHECK(contains(text, "\t\"\\sources\" -> \"\\destinations\" [govpc_leftOut=\"2\" "));
    CHECK(contains(text, "label=\"2 more edges\\n1.1 MB\""));
    CHECK(contains(text, " tooltip=\"2 more edges\\n"));
}

TEST_CASE("A graph in DOT is handed on in blocks", "[dot]") {
    auto const largest_of = [](flow_graph const& graph) {
        auto largest = std::size_t{0};
        write_dot(graph, {}, [&largest](std::string_view block) {
            largest = std::max(largest, block.size());
        });
        return largest;
    };
    auto many_nodes = some_graph();
    auto many_edges = many_nodes;
    for (auto i = 0; i < 3000; ++i) {
        auto const name = "host-" + std::to_string(i);
        many_nodes.nodes.push_back({.id = name, .name = name});
        many_edges.edges.push_back(many_edges.edges.front());
    }
    CHECK(largest_of(many_nodes) < 70'000);
    CHECK(largest_of(many_edges) < 70'000);
}

TEST_CASE("All of a graph in DOT has no edge of the rest", "[dot]") {
    auto graph = some_graph();
    graph.left_out = 0;
    CHECK_FALSE(contains(written(write_dot, graph), "sources"));
    graph.edges.clear();
    graph.nodes.clear();
    CHECK_FALSE(contains(written(write_dot, graph), "accepted"));
}

TEST_CASE("Names in DOT mean what they are", "[dot]") {
    auto const text = written(write_dot, graph_named("a\"\\N &lt;\n"));
    CHECK(contains(text, R"(	"a\"\\N &lt;\x0a" [label="a\"\\\\N &amp;lt;\\x0a"])"));
    CHECK(contains(text, R"(govpc_labelSrcaddr="a\"\\N &lt;\x0a" )"));
    CHECK(contains(written(write_dot, graph_named("%3")), R"(	"\%3" [label="%3"])"));
    CHECK(contains(written(write_dot, graph_named("a\\")), R"(	"a\\" [label="a\\\\"])"));
}

TEST_CASE("Fields are named in DOT as go-vpc names them", "[dot]") {
    CHECK(govpc_name("account-id") == "accountID");
    CHECK(govpc_name("interface-id") == "eniID");
    CHECK(govpc_name("srcport") == "srcPort");
    CHECK(govpc_name("packets") == "packets");
    CHECK(govpc_name("tcp-flags") == "tcpFlags");
    CHECK(govpc_name("label(srcaddr)") == "labelSrcaddr");
    CHECK(govpc_name("srcaddr/24/48") == "srcaddr_24_48");
    CHECK(govpc_name("start:5m") == "start_5m");
    auto graph = some_graph();
    graph.own = {"bytes"};
    CHECK(contains(written(write_dot, graph), "govpc_bytesKey=\"443\" "));
}

}  // namespace test_output_dot
