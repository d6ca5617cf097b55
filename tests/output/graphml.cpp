// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/graphml.hpp>

#include "catch.hpp"
#include "output/some_graph.hpp"

namespace test_output_graphml {

using namespace flowlog;
using testing::contains;
using testing::graph_named;
using testing::some_graph;
using testing::written;

TEST_CASE("A graph as GraphML", "[graphml]") {
    auto const text = written(write_graphml, some_graph(), {.notes = {"a & b"}});
    CHECK(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml "));
    CHECK(contains(text, "UTC\nDrawn: the 3 largest of 5 edges, 89.0% of the bytes\na &amp; b</"));
    CHECK(contains(text, "<key id=\"key0\" for=\"edge\" attr.name=\"by dstport\""));
    CHECK(contains(text,
                   "<edge source=\"n0\" target=\"n1\">\n"
                   "      <data key=\"key0\">443</data>\n"
                   "      <data key=\"action\">ACCEPT</data>\n"
                   "      <data key=\"edge_label\">dstport 443, 6.4 MB</data>\n"
                   "      <data key=\"weight\">6400000</data>\n"
                   "      <data key=\"flows\">2</data>\n"
                   "      <data key=\"packets\">20</data>\n"
                   "      <data key=\"bytes\">6400000</data>\n"
                   "      <data key=\"first\">2024-05-01T12:02:00Z</data>\n"
                   "      <data key=\"last\">2024-05-01T12:02:20Z</data>\n"
                   "    </edge>\n"));
    CHECK(contains(text,
                   "<edge source=\"n1\" target=\"n1\">\n"
                   "      <data key=\"edge_label\">dstport -, 0 B</data>\n"));
    CHECK(contains(text,
                   "<edge source=\"nrest0\" target=\"nrest1\">\n"
                   "      <data key=\"left_out\">2</data>\n"));
    auto all = some_graph();
    all.left_out = 0;
    CHECK_FALSE(contains(written(write_graphml, all), "nrest"));
}

TEST_CASE("Names in GraphML are well-formed XML", "[graphml]") {
    auto const text = written(write_graphml, graph_named("<a&\"'>\x01\xff\xEF\xBF\xBF]]>"));
    CHECK(contains(text,
                   "<data key=\"label\">&lt;a&amp;&quot;&#39;&gt;\\x01\\xff"
                   "\\xef\\xbf\\xbf]]&gt;</data>"));
}

}  // namespace test_output_graphml
