// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/graph_json.hpp>

#include "catch.hpp"
#include "output/some_graph.hpp"

namespace test_output_graph_json {

using namespace flowlog;
using testing::some_graph;

TEST_CASE("A graph as members of a JSON object", "[graph_json]") {
    auto text = std::string{};
    auto json = json_writer{text};
    auto graph = some_graph();
    graph.edges.erase(graph.edges.begin() + 1);
    json.begin_object();
    write_members(json, graph);
    json.end_object();
    CHECK(text ==
          R"({"by":["srcaddr","dstaddr","dstport"],"sort":"bytes",)"
          R"("nodes":[{"id":"10.0.0.1","name":"10.0.0.1"},{"id":"8.8.8.8","name":"8.8.8.8"}],)"
          R"("edges":[{"source":"10.0.0.1","target":"8.8.8.8","keys":{"dstport":443},)"
          R"("action":"ACCEPT","flows":2,"packets":20,"bytes":6400000,)"
          R"("first":"2024-05-01T12:02:00Z","last":"2024-05-01T12:02:20Z"},)"
          R"({"source":"8.8.8.8","target":"8.8.8.8","keys":{"dstport":null},"action":null,)"
          R"("flows":1,"packets":1,"bytes":0,"first":null,"last":null}],"left_out":2,)"
          R"("rest":{"flows":3,"packets":3,"bytes":1100000,"first":"2024-05-01T12:02:00Z",)"
          R"("last":"2024-05-01T12:02:20Z"},"all":{"flows":7,"packets":25,"bytes":10000000,)"
          R"("first":"2024-05-01T12:02:00Z","last":"2024-05-02T12:02:05Z"},"saturated":false})");
}

}  // namespace test_output_graph_json
