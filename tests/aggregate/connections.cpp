// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/connections.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/flow/print.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_connections {

using flowlog::address;
using flowlog::began_by;
using flowlog::connection;
using flowlog::endpoint;
using flowlog::to_text;

namespace {

auto const header = std::string{
    "srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n"};

auto connections_of(std::string const& lines, unsigned threads = 1) -> flowlog::connection_list {
    auto const here = testing::folder{};
    auto const found =
        flowlog::run({here.write("a.log", header + lines)}, flowlog::connection_grouping(),
                     flowlog::run_options{.threads = threads});
    CHECK(found.stats.malformed == 0);
    return flowlog::find_connections(found.value);
}

auto the_one(std::string const& lines) -> connection {
    auto const found = connections_of(lines);
    REQUIRE(found.connections.size() == 1);
    CHECK(found.unjoined == 0);
    return found.connections.front();
}

auto end(std::string_view text, std::uint16_t port) -> endpoint {
    return {*address::parse(text), port};
}

auto at(std::int64_t seconds) -> flowlog::timestamp {
    return flowlog::timestamp{std::chrono::seconds{seconds}};
}

/// A connection as one line.
auto text_of(connection const& one) -> std::string {
    auto const ends = [](endpoint const& of) {
        return of.address.to_string() + ' ' + std::to_string(of.port) + ' ';
    };
    auto const side = [](flowlog::connection_side const& of) {
        return std::to_string(of.flows) + ' ' + std::to_string(of.packets) + ' ' +
               std::to_string(of.bytes) + ' ' +
               (of.tcp_flags ? std::to_string(*of.tcp_flags) : "-") + ' ' +
               (of.first ? to_text(*of.first) : "-") + ' ' + (of.last ? to_text(*of.last) : "-") +
               ' ';
    };
    return ends(one.client) + ends(one.server) + std::to_string(one.protocol) + ' ' +
           std::to_string(static_cast<int>(one.sign)) + ' ' + side(one.sent) + side(one.received) +
           (one.accepted ? "A" : "") + (one.rejected ? "R" : "");
}

}  // namespace

TEST_CASE("both directions of a conversation are one connection", "[connections]") {
    auto const one = the_one(
        "10.0.0.9 10.0.0.1 443 40000 6 7 7000 101 160 ACCEPT 18\n"
        "10.0.0.1 10.0.0.9 40000 443 6 2 200 100 130 ACCEPT 2\n"
        "10.0.0.1 10.0.0.9 40000 443 6 3 300 130 190 REJECT 1\n");
    CHECK(one.client == end("10.0.0.1", 40000));
    CHECK(one.server == end("10.0.0.9", 443));
    CHECK(one.protocol == 6);
    CHECK(one.sign == began_by::syn);
    CHECK(one.sent == flowlog::connection_side{2, 5, 500, std::uint8_t{3}, at(100), at(190)});
    CHECK(one.received == flowlog::connection_side{1, 7, 7000, std::uint8_t{18}, at(101), at(160)});
    CHECK(one.first() == at(100));
    CHECK(one.last() == at(190));
    CHECK(one.duration() == std::chrono::seconds{90});
    CHECK(one.accepted);
    CHECK(one.rejected);
    CHECK(one.answered());
    CHECK_FALSE(one.saturated);
}

TEST_CASE("the client is the side that sent SYN and never ACK", "[connections]") {
    // SYN says more than the time and the ports
    auto const one = the_one(
        "10.0.0.1 10.0.0.9 80 5000 6 1 1 500 501 ACCEPT 2\n"
        "10.0.0.9 10.0.0.1 5000 80 6 1 1 100 101 ACCEPT 18\n");
    CHECK(one.client == end("10.0.0.1", 80));
    CHECK(one.sign == began_by::syn);
    // only the answer is there: the ports decide
    auto const answer = the_one("10.0.0.9 10.0.0.1 443 5000 6 1 1 100 101 ACCEPT 18\n");
    CHECK(answer.client == end("10.0.0.1", 5000));
    CHECK(answer.sign == began_by::port);
    CHECK(answer.sent.flows == 0);
    CHECK_FALSE(answer.answered());
}

TEST_CASE("the client is the side that is earlier", "[connections]") {
    auto const one = the_one(
        "10.0.0.1 10.0.0.9 80 5000 6 1 1 100 101 ACCEPT 27\n"
        "10.0.0.9 10.0.0.1 5000 80 6 1 1 101 102 ACCEPT 27\n");
    CHECK(one.client == end("10.0.0.1", 80));
    CHECK(one.sign == began_by::time);
}

TEST_CASE("the client has the higher port, or the lower address", "[connections]") {
    for (auto const* lines : {"10.0.0.1 10.0.0.9 80 5000 6 1 1 100 101 ACCEPT -\n"
                              "10.0.0.9 10.0.0.1 5000 80 6 1 1 100 102 ACCEPT -\n",
                              "10.0.0.1 10.0.0.9 80 5000 6 1 1 - - ACCEPT -\n",
                              "10.0.0.9 10.0.0.1 5000 80 6 1 1 100 102 ACCEPT -\n"}) {
        CAPTURE(lines);
        auto const one = the_one(lines);
        CHECK(one.client == end("10.0.0.9", 5000));
        CHECK(one.sign == began_by::port);
    }
    CHECK(the_one("10.0.0.9 10.0.0.1 123 123 17 1 1 100 102 ACCEPT -\n").client ==
          end("10.0.0.1", 123));
}

TEST_CASE("a connection without an answer is marked", "[connections]") {
    auto const one = the_one("10.0.0.1 10.0.0.9 40000 22 6 1 40 100 101 REJECT 2\n");
    CHECK_FALSE(one.answered());
    CHECK(one.rejected);
    CHECK_FALSE(one.accepted);
    CHECK(one.received == flowlog::connection_side{});
    // times that are missing or run backwards
    CHECK(the_one("10.0.0.1 10.0.0.9 40000 22 6 1 40 100 - REJECT 2\n").duration() == std::nullopt);
    CHECK(the_one("10.0.0.1 10.0.0.9 40000 22 6 1 40 100 99 REJECT 2\n").duration() ==
          std::chrono::seconds{0});
}

TEST_CASE("ports, protocols and addresses keep connections apart, but not ICMP's ports",
          "[connections]") {
    auto const found = connections_of(
        "10.0.0.1 10.0.0.9 40000 53 17 1 1 1 2 ACCEPT -\n"
        "10.0.0.1 10.0.0.9 40000 53 6 1 1 1 2 ACCEPT -\n"
        "10.0.0.1 10.0.0.9 40001 53 6 1 1 1 2 ACCEPT -\n"
        "2001:db8::1 2001:db8::9 40001 53 6 1 1 1 2 ACCEPT -\n"
        "10.0.0.1 10.0.0.9 0 2048 1 1 84 1 2 ACCEPT -\n"
        "10.0.0.9 10.0.0.1 - - 1 1 84 1 2 ACCEPT -\n");
    CHECK(found.connections.size() == 5);
    auto const& ping = found.connections.front();
    CHECK(ping.protocol == 1);
    CHECK(ping.answered());
    CHECK(ping.client == end("10.0.0.1", 0));
    CHECK(found.connections.back().client == end("2001:db8::1", 40001));
}

TEST_CASE("a flow to itself is one side of a connection", "[connections]") {
    auto const one = the_one(
        "10.0.0.1 10.0.0.1 80 80 6 1 1 1 2 ACCEPT -\n10.0.0.1 10.0.0.1 80 80 6 1 1 3 4 ACCEPT -\n");
    CHECK(one.sent.flows == 2);
    CHECK(one.received.flows == 0);
}

TEST_CASE("flows without address, port or protocol are counted", "[connections]") {
    auto const found = connections_of(
        "- 10.0.0.9 40000 53 17 1 1 1 2 ACCEPT -\n10.0.0.1 - 40000 53 17 1 1 1 2 ACCEPT -\n"
        "10.0.0.1 10.0.0.9 - 53 17 1 1 1 2 ACCEPT -\n10.0.0.1 10.0.0.9 1 53 - 1 1 1 2 ACCEPT -\n"
        "10.0.0.1 10.0.0.9 1 53 - 1 1 1 2 ACCEPT -\n");
    CHECK(found.connections.empty());
    CHECK(found.unjoined == 5);
}

TEST_CASE("sums that do not fit are marked", "[connections]") {
    auto const most = std::to_string(std::numeric_limits<std::uint64_t>::max());
    auto const line = "10.0.0.1 10.0.0.9 40000 53 17 1 " + most + " 1 2 ACCEPT -\n";
    CHECK_FALSE(the_one(line).saturated);
    CHECK(the_one(line + line).saturated);
    // both fit, but not together
    CHECK(the_one(line + "10.0.0.1 10.0.0.9 40000 53 17 1 1 1 2 REJECT -\n").saturated);
}

TEST_CASE("connections do not depend on threads, nor on the order of flows", "[connections]") {
    auto random = testing::random_numbers{3};
    auto lines = std::vector<std::string>{};
    for (auto i = 0; i < 4000; ++i) {
        auto const word = [&](std::uint64_t limit) { return std::to_string(random(limit)); };
        lines.push_back("10.0.0." + word(4) + " 10.0.0." + word(4) + ' ' + word(6) + ' ' + word(6) +
                        ' ' + word(3) + ' ' + word(50) + ' ' + word(5000) + ' ' +
                        std::to_string(100 + random(50)) + ' ' + std::to_string(150 + random(50)) +
                        (random(4) == 0 ? " REJECT " : " ACCEPT ") + word(32) + '\n');
    }
    auto text = std::string{};
    for (auto const& line : lines) text += line;
    auto backwards = std::string{};
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) backwards += *line;
    auto const texts = [](flowlog::connection_list const& list) {
        auto result = std::vector<std::string>{};
        for (auto const& one : list.connections) result.push_back(text_of(one));
        return result;
    };
    auto const one = connections_of(text);
    CHECK(one.connections.size() > 100);
    auto flows = std::uint64_t{0};
    for (auto const& each : one.connections) flows += each.sent.flows + each.received.flows;
    CHECK(flows == lines.size());
    CHECK(texts(connections_of(text, 3)) == texts(one));
    CHECK(texts(connections_of(backwards)) == texts(one));
}

}  // namespace test_aggregate_connections
