// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/edge_keys.hpp>
#include <flowlog/aggregate/edges.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_aggregate_edges {

using namespace flowlog;

namespace {

constexpr auto heading =
    "srcaddr dstaddr srcport dstport protocol packets bytes start end action\n";
constexpr auto lines =
    "10.0.0.1 10.0.1.1 40000 443 6 10 5000 1714564925 1714564935 ACCEPT\n"
    "10.0.0.1 10.0.1.1 40001 443 6 10 2000 1714564920 1714564940 ACCEPT\n"
    "10.0.0.1 10.0.1.1 40002 22 6 1 40 1714564925 1714564935 REJECT\n"
    "10.0.1.1 10.0.0.1 443 40000 6 20 90000 1714564925 1714564935 ACCEPT\n"
    "10.0.0.2 8.8.8.8 50000 53 17 1 60 1714564990 1714564991 -\n"
    "10.0.0.1 10.0.0.1 1 2 6 1 100 1714564990 1714564991 ACCEPT\n";

auto keys_of(std::vector<std::string_view> const& words, group_tables const& tables = {})
    -> edge_keys {
    auto named = std::vector<group_key>{};
    for (auto const word : words) named.push_back(parse_group_key(word, tables));
    return edge_keys{std::move(named)};
}

/// The names of all keys, with commas between them.
auto names(edge_keys const& keys) -> std::string {
    auto result = std::string{};
    for (auto const& key : keys.all()) result += (result.empty() ? "" : ",") + key.name;
    return result;
}

auto graph(std::string const& log, edge_keys const& keys, std::size_t limit = 100,
           std::optional<edge_measure> by = {}) -> flow_graph {
    return graph_of(aggregate(text_reader{memory_source{log}}, edges_by(keys, by)), keys, limit,
                    by);
}

/// An edge in one line: `10.0.0.1 > 10.0.1.1 ACCEPT 2 20 7000`.
auto described(flow_graph const& of, graph_edge const& edge) -> std::string {
    auto result = of.nodes[edge.from].id + " > " + of.nodes[edge.to].id;
    for (auto const& cell : edge.own) result += ' ' + to_text(cell);
    result += ' ' + std::string{edge.verdict ? name(*edge.verdict) : "-"};
    for (auto const number : {edge.values.flows, edge.values.packets, edge.values.bytes})
        result += ' ' + std::to_string(number);
    return result;
}

auto described(flow_graph const& of) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& edge : of.edges) result.push_back(described(of, edge));
    return result;
}

auto message_of(std::vector<std::string_view> const& words) -> std::string {
    try {
        static_cast<void>(keys_of(words));
    } catch (error const& failure) {
        CHECK(failure.code() == errc::invalid_argument);
        return failure.message();
    }
    return "nothing is thrown";
}

using strings = std::vector<std::string>;

}  // namespace

TEST_CASE("Every field of one end has its opposite, and no other field has one", "[edges]") {
    CHECK(opposite_field(field_id::srcaddr) == field_id::dstaddr);
    CHECK(opposite_field(field_id::dstport) == field_id::srcport);
    CHECK(opposite_field(field_id::pkt_src_aws_service) == field_id::pkt_dst_aws_service);
    CHECK(opposite_field(field_id::tgw_dst_subnet_id) == field_id::tgw_src_subnet_id);
    CHECK(opposite_field(field_id::dst_as) == field_id::src_as);
    CHECK(opposite_field(field_id::protocol) == std::nullopt);
    CHECK(opposite_field(field_id::dst_tos) == std::nullopt);
    for (auto const& f : fields) {
        auto const opposite = opposite_field(f.id);
        if (opposite) CHECK(opposite_field(*opposite) == f.id);
    }
}

TEST_CASE("One key makes nodes of both ends", "[edges]") {
    auto const labels = label_table::parse("10.0.0.0/8,office\n", "map");
    auto const tables = group_tables{nullptr, &labels};
    CHECK(names(keys_of({"srcaddr"})) == "srcaddr,dstaddr,action");
    CHECK(names(keys_of({"dstaddr/16/48"})) == "srcaddr/16/48,dstaddr/16/48,action");
    CHECK(names(keys_of({"label(srcaddr)"}, tables)) == "label(srcaddr),label(dstaddr),action");
    CHECK(names(keys_of({"class(dstaddr)"})) == "class(srcaddr),class(dstaddr),action");
    CHECK(names(keys_of({"pkt-src-aws-service"})) ==
          "pkt-src-aws-service,pkt-dst-aws-service,action");
    CHECK(names(keys_of({"ip"})) == "srcaddr,dstaddr,action");
    CHECK(names(keys_of({"class(ip)"})) == "class(srcaddr),class(dstaddr),action");
    CHECK(names(keys_of({"port"})) == "srcport,dstport,action");
    auto const networks = keys_of({"ip/24"});
    CHECK(networks.alike());
    for (auto const& key : networks.all()) CHECK_FALSE(key.other.has_value());
}

TEST_CASE("A key of no end is where edges from the source address end", "[edges]") {
    CHECK(names(keys_of({"service"})) == "srcaddr,service,action");
    CHECK_FALSE(keys_of({"service"}).alike());
    CHECK(names(keys_of({"start:1h"})) == "srcaddr,start:1h,action");
}

TEST_CASE("Of several keys, two are the ends and the others tell edges apart", "[edges]") {
    CHECK(names(keys_of({"srcaddr", "service"})) == "srcaddr,service,action");
    CHECK(names(keys_of({"dstaddr", "srcaddr"})) == "dstaddr,srcaddr,action");
    auto const ports = keys_of({"srcaddr", "dstaddr", "dstport"});
    CHECK(names(ports) == "srcaddr,dstaddr,dstport,action");
    CHECK(ports.own_names() == strings{"dstport"});
    CHECK(ports.alike());
    auto const named = keys_of({"srcaddr", "dstaddr", "action"});
    CHECK(names(named) == "srcaddr,dstaddr,action");
    CHECK(named.action_at() == 2);
    CHECK(keys_of({"srcaddr", "action"}).action_at() == 1);
    CHECK_FALSE(keys_of({"srcaddr", "dstaddr/24"}).alike());
    CHECK(keys_of({"srcaddr", "srcaddr"}).alike());
}

TEST_CASE("Keys that make no graph are refused with a reason", "[edges]") {
    CHECK(message_of({}) == "a graph needs a key for its nodes, such as srcaddr");
    CHECK(
        message_of({"pair"}) ==
        "key 'pair': it is both ends of a flow at once; name the key of one end, such as srcaddr");
    CHECK(message_of({"ip", "service"}) ==
          "key 'ip': it is both ends of a flow, so that it cannot be one key of several; name the "
          "keys of both ends, such as srcaddr,dstaddr");
}

TEST_CASE("Flows become edges, apart by action, the largest first", "[edges]") {
    auto const made = graph(std::string{heading} + lines, keys_of({"srcaddr"}));
    CHECK(made.by == edge_measure::bytes);
    CHECK(made.ends == strings{"srcaddr", "dstaddr"});
    CHECK(described(made) ==
          strings{"10.0.1.1 > 10.0.0.1 ACCEPT 1 20 90000", "10.0.0.1 > 10.0.1.1 ACCEPT 2 20 7000",
                  "10.0.0.1 > 10.0.0.1 ACCEPT 1 1 100", "10.0.0.2 > 8.8.8.8 - 1 1 60",
                  "10.0.0.1 > 10.0.1.1 REJECT 1 1 40"});
    CHECK(to_text(made.edges[1].values.first) == "2024-05-01T12:02:00Z");
    CHECK(to_text(made.edges[1].values.last) == "2024-05-01T12:02:20Z");
    REQUIRE(made.nodes.size() == 4);
    CHECK(made.nodes[0].scope == address_scope::private_use);
    CHECK(made.nodes[3].scope == address_scope::global);
    CHECK(made.left_out == 0);
    CHECK(made.total.bytes == 97200);
    CHECK_FALSE(made.saturated);
}

TEST_CASE("What is left out is one sum", "[edges]") {
    auto const made = graph(std::string{heading} + lines, keys_of({"srcaddr"}), 2);
    CHECK(made.edges.size() == 2);
    CHECK(made.nodes.size() == 2);
    CHECK(made.left_out == 3);
    CHECK(made.rest.bytes == 200);
    CHECK(made.rest.flows == 3);
    CHECK(to_text(made.rest.last) == "2024-05-01T12:03:11Z");
    CHECK(made.total.flows == 6);
    auto const none = graph(std::string{heading} + lines, keys_of({"srcaddr"}), 0);
    CHECK(none.nodes.empty());
    CHECK(none.left_out == 5);
}

TEST_CASE("The measure that ranks is bytes, or what there is, or what is asked for", "[edges]") {
    auto const keys = keys_of({"srcaddr"});
    CHECK(graph("srcaddr dstaddr\n10.0.0.1 10.0.0.2\n", keys).by == edge_measure::flows);
    auto const packets = graph("srcaddr dstaddr packets\n10.0.0.1 10.0.0.2 7\n", keys);
    CHECK(packets.by == edge_measure::packets);
    CHECK(described(packets) == strings{"10.0.0.1 > 10.0.0.2 - 1 7 0"});
    CHECK(std::holds_alternative<std::monostate>(packets.edges[0].values.first));
    auto const flows = graph(std::string{heading} + lines, keys, 1, edge_measure::flows);
    CHECK(described(flows) == strings{"10.0.0.1 > 10.0.1.1 ACCEPT 2 20 7000"});
    auto const needs = [&](std::optional<edge_measure> required) {
        auto const uses = edges_by(keys, required).uses();
        return !std::ranges::find(uses, field_id::bytes, &field_use::id)->optional;
    };
    CHECK(needs(edge_measure::bytes));
    CHECK_FALSE(needs(edge_measure::flows));
    CHECK_FALSE(needs(std::nullopt));
}

TEST_CASE("Different nodes never have the same id", "[edges]") {
    SECTION("addresses of the same digits") {
        auto const made = graph("srcaddr dstaddr\n1.11.1.1 11.1.1.1\n10.1.11.1 10.11.1.1\n",
                                keys_of({"srcaddr"}));
        CHECK(made.nodes.size() == 4);
        CHECK(made.nodes[0].id == "1.11.1.1");
    }
    SECTION("a value that looks like another that is escaped") {
        auto const made = graph("interface-id instance-id\n\x01 \\x01\n\\\\x01 \\\n",
                                keys_of({"interface-id", "instance-id"}));
        auto ids = strings{};
        for (auto const& node : made.nodes) ids.push_back(node.id);
        std::ranges::sort(ids);
        CHECK(ids == strings{"instance-id=\\\\", "instance-id=\\\\x01", "interface-id=\\\\\\\\x01",
                             "interface-id=\\x01"});
    }
    SECTION("an absent value and a label that is a hyphen") {
        auto const labels = label_table::parse("10.0.0.0/8,-\n", "map");
        auto const made = graph("srcaddr dstaddr\n10.0.0.1 11.0.0.1\n",
                                keys_of({"label(srcaddr)"}, {nullptr, &labels}));
        REQUIRE(made.nodes.size() == 2);
        CHECK(made.nodes[0].id == "-");
        CHECK(made.nodes[1].id == "\\-");
        CHECK(made.nodes[1].name == "-");
    }
    SECTION("nodes of two kinds with the same text") {
        auto const tags = tag_table::parse("443,tcp,10.0.0.1\n", "tags");
        auto const made = graph(std::string{heading} + lines, keys_of({"srcaddr", "tag"}, {&tags}));
        CHECK(described(made).front() == "srcaddr=10.0.1.1 > tag=Untagged ACCEPT 1 20 90000");
        CHECK(described(made)[1] == "srcaddr=10.0.0.1 > tag=10.0.0.1 ACCEPT 2 20 7000");
        CHECK(made.nodes[2].name == made.nodes[3].name);
    }
}

TEST_CASE("Other keys make edges of their own", "[edges]") {
    auto const made =
        graph(std::string{heading} + lines, keys_of({"srcaddr", "dstaddr", "dstport"}), 3);
    CHECK(made.own == strings{"dstport"});
    CHECK(described(made) == strings{"10.0.1.1 > 10.0.0.1 40000 ACCEPT 1 20 90000",
                                     "10.0.0.1 > 10.0.1.1 443 ACCEPT 2 20 7000",
                                     "10.0.0.1 > 10.0.0.1 2 ACCEPT 1 1 100"});
}

TEST_CASE("Sums of edges stop at the largest number, and say so", "[edges]") {
    auto const made = graph(
        "srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 18446744073709551615\n10.0.0.1 10.0.0.2 1\n",
        keys_of({"srcaddr"}));
    CHECK(made.edges[0].values.bytes == ~std::uint64_t{0});
    CHECK(made.saturated);
}

}  // namespace test_aggregate_edges
