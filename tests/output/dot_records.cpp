// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/text.hpp>
#include <flowlog/output/dot_records.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_output_dot_records {

using namespace flowlog;

namespace {

using strings = std::vector<std::string>;

auto case_file(std::string const& path) -> std::string {
    auto in = std::ifstream{FLOWLOG_TEST_DATA "/govpc/dot/" + path, std::ios::binary};
    REQUIRE(in);
    auto text = std::ostringstream{};
    text << in.rdbuf();
    return text.str();
}

/// The lines of a text, sorted.
auto sorted_lines(std::string const& text) -> strings {
    auto result = strings{};
    auto in = std::istringstream{text};
    for (auto line = std::string{}; std::getline(in, line);) result.push_back(line);
    std::ranges::sort(result);
    return result;
}

auto drawn(std::string const& log, std::size_t malformed = 0) -> strings {
    auto text = std::string{};
    auto writer = dot_record_writer{[&](std::string_view block) { text += block; }};
    auto reader = text_reader{memory_source{log}};
    for (auto const& record : reader) {
        if (auto const bad = writer.write(record)) reader.reject(*bad, reason::bad_value);
    }
    writer.finish();
    CHECK(reader.stats().malformed == malformed);
    return sorted_lines(text);
}

/// What go-vpc draws, with addresses for its names of nodes, which are `n` and the address without
/// its dots and colons.
auto expected(std::string const& name) -> strings {
    auto text = case_file(name + "/expected.dot");
    auto const ids = std::map<std::string, std::string>{
        {"n1723116139", "172.31.16.139"}, {"n172311621", "172.31.16.21"},
        {"n10001", "10.0.0.1"},           {"n11111", "11.1.1.1"},
        {"n2001db81", "2001:db8::1"},     {"n2001db82", "2001:db8::2"}};
    for (auto const& [id, address] : ids) {
        for (auto at = text.find(id + ' '); at != text.npos; at = text.find(id + ' ', at + 1))
            text.replace(at, id.size(), '"' + address + '"');
    }
    return sorted_lines(text);
}

}  // namespace

TEST_CASE("Logs and digests are drawn as go-vpc draws them", "[dot_records]") {
    for (auto const* const name : {"undigested_input", "digested_input", "no_data", "nodata",
                                   "ipv6", "self-edge", "action-lower-case"}) {
        INFO(name);
        CHECK(drawn(case_file(name + std::string{"/input.log"})) == expected(name));
    }
}

TEST_CASE("Addresses of the same digits are two nodes, and not one as in go-vpc", "[dot_records]") {
    auto right = expected("node-id-collision");
    REQUIRE(right.size() == 6);
    auto const of = [&](std::string const& begin) {
        auto const found = std::ranges::find_if(
            right, [&](auto const& line) { return line.starts_with("\t\"" + begin); });
        REQUIRE(found != right.end());
        return found;
    };
    auto& edge = *of("11.1.1.1\" ->");
    edge.replace(edge.find("11.1.1.1"), 8, "1.11.1.1");
    right.emplace_back("\t\"1.11.1.1\" [label=\"1.11.1.1\"]");
    std::ranges::sort(right);
    CHECK(drawn(case_file("node-id-collision/input.log")) == right);
}

TEST_CASE("A line with a malformed port is not drawn, as go-vpc does, but reported",
          "[dot_records]") {
    CHECK(drawn(case_file("bad-port/input.log"), 1) == strings{"digraph {", "}"});
}

TEST_CASE("What a log lacks is drawn as a hyphen", "[dot_records]") {
    CHECK(drawn("srcaddr dstaddr interface-id start\n10.0.0.1 - e\"\\\x01 1714564920\n") ==
          strings{
              "\t\"10.0.0.1\" -> \"\\-\" [govpc_accountID=\"-\" govpc_eniID=\"e\\\"\\\\\\x01\" "
              "govpc_srcPort=\"-\" govpc_dstPort=\"-\" govpc_protocol=\"-\" govpc_packets=\"-\" "
              "govpc_bytes=\"-\" govpc_start=\"1714564920\" govpc_end=\"-\" color=green "
              "label=\"accountID=-\\neniID=e\\\"\\\\\\\\\\\\x01\\nsrcPort=-\\ndstPort=-\\n"
              "protocol=-\\npackets=-\\nbytes=-\\nstart=1714564920\\nend=-\"]",
              "\t\"10.0.0.1\" [label=\"10.0.0.1\"]", "\t\"\\-\" [label=\"-\"]", "digraph {", "}"});
}

}  // namespace test_output_dot_records
