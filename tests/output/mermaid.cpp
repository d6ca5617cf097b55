// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/mermaid.hpp>

#include "catch.hpp"
#include "output/some_graph.hpp"

namespace test_output_mermaid {

using namespace flowlog;
using testing::contains;
using testing::graph_named;
using testing::some_graph;
using testing::written;

TEST_CASE("A graph as a flowchart of Mermaid", "[mermaid]") {
    auto graph = some_graph();
    graph.edges.pop_back();
    CHECK(written(write_mermaid, graph, {.title = "a \"b\"", .notes = {"lost"}}) ==
          "---\ntitle: \"a \\\"b\\\"\"\n---\n"
          "flowchart LR\n"
          "    notes[\"10 MB in 7 flows, 2024-05-01 12#58;02#58;00 to 2024-05-02 12#58;02#58;05 "
          "UTC<br/>Drawn#58; the 2 largest of 4 edges, 89.0#37; of the bytes<br/>lost\"]\n"
          "    n0[\"10.0.0.1\"]\n"
          "    n1[\"8.8.8.8\"]\n"
          "    others[\"other sources\"]\n"
          "    elsewhere[\"other destinations\"]\n"
          "    n0 -->|\"dstport 443<br/>6.4 MB\"| n1\n"
          "    n1 -.->|\"dstport 22<br/>2.5 MB\"| n0\n"
          "    others -.->|\"2 more edges<br/>1.1 MB\"| elsewhere\n"
          "    linkStyle 0 stroke:#2e8b57,stroke-width:6.6px\n"
          "    linkStyle 1 stroke:#d1242f,stroke-width:4.5px\n"
          "    linkStyle 2 stroke:#8c98a4,stroke-width:3.3px\n"
          "    style notes fill:none,stroke:none\n");
}

TEST_CASE("Names in Mermaid mean what they are", "[mermaid]") {
    CHECK(mermaid_text("2001:db8::1") == "2001:db8::1");
    CHECK(mermaid_text("style a:b#;") == "style a#58;b#35;#59;");
    CHECK(mermaid_text("%%{init}%% `x` <b> \"q\" [|]") ==
          "#37;#37;#123;init#125;#37;#37; #96;x#96; #60;b#62; #34;q#34; #91;#124;#93;");
    CHECK(mermaid_text("büro → x") == "büro → x");
    CHECK(contains(written(write_mermaid, graph_named("a\nb\"]")),
                   "    n0[\"a#92;x0ab#34;#93;\"]\n"));
}

}  // namespace test_output_mermaid
