// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <string>
#include <vector>

#include <flowlog/aggregate/ephemeral.hpp>
#include <flowlog/aggregate/group_by.hpp>

#include "catch.hpp"

namespace test_aggregate_ephemeral {

using flowlog::ephemeral_end;
using flowlog::ephemeral_hints;
using flowlog::ephemeral_rule;
using flowlog::flow_direction;
using flowlog::flow_end;
using flowlog::to_text;
using flowlog::without_ephemeral;

TEST_CASE("the larger port is ephemeral, of equal ones the source port", "[ephemeral]") {
    using enum ephemeral_rule;
    CHECK(ephemeral_end(min_port, 40000, 443) == flow_end::source);
    CHECK(ephemeral_end(min_port, 443, 40000) == flow_end::destination);
    CHECK(ephemeral_end(min_port, 443, 443) == flow_end::source);
    CHECK(without_ephemeral(min_port, flow_end::source, 40000, 443) == 0);
    CHECK(without_ephemeral(min_port, flow_end::destination, 40000, 443) == 443);
}

TEST_CASE("whoever sends SYN without ACK has the ephemeral port", "[ephemeral]") {
    auto const end = [](std::uint8_t flags, std::uint16_t source, std::uint16_t destination) {
        return ephemeral_end(ephemeral_rule::syn, source, destination, {.tcp_flags = flags});
    };
    CHECK(end(2, 80, 5000) == flow_end::source);
    CHECK(end(3, 80, 5000) == flow_end::source);
    CHECK(end(18, 80, 5000) == flow_end::destination);  // SYN and ACK: the larger port
    CHECK(end(18, 5000, 80) == flow_end::source);
    CHECK(end(0, 80, 5000) == flow_end::destination);
    CHECK(ephemeral_end(ephemeral_rule::syn, 80, 5000) == flow_end::destination);
}

TEST_CASE("the port of the other side of the interface is ephemeral", "[ephemeral]") {
    auto const end = [](ephemeral_hints const& hints) {
        return ephemeral_end(ephemeral_rule::direction, 80, 5000, hints);
    };
    CHECK(end({.direction = flow_direction::ingress}) == flow_end::source);
    CHECK(end({.direction = flow_direction::egress}) == flow_end::destination);
    CHECK(end({.direction = flow_direction::egress, .biflow_direction = std::uint8_t{1}}) ==
          flow_end::source);
    CHECK(end({.direction = flow_direction::ingress, .biflow_direction = std::uint8_t{2}}) ==
          flow_end::destination);
    CHECK(end({.biflow_direction = std::uint8_t{3}}) == flow_end::destination);
    CHECK(end({}) == flow_end::destination);
}

TEST_CASE("a port that is not known is ephemeral", "[ephemeral]") {
    auto const end = [](std::uint16_t source, std::uint16_t destination) {
        return ephemeral_end(ephemeral_rule::known, source, destination);
    };
    CHECK(flowlog::is_known_port(1023));
    CHECK_FALSE(flowlog::is_known_port(1024));
    CHECK(flowlog::is_known_port(27017));
    CHECK_FALSE(flowlog::is_known_port(65535));
    CHECK(end(2345, 27017) == flow_end::source);  // a MongoDB server with the larger port
    CHECK(end(27017, 2345) == flow_end::destination);
    CHECK(end(3306, 8080) == flow_end::destination);  // both are known
    CHECK(end(50001, 50000) == flow_end::source);     // neither is
}

TEST_CASE("if a port is 0, the other one stays", "[ephemeral]") {
    for (auto const rule : {ephemeral_rule::min_port, ephemeral_rule::syn,
                            ephemeral_rule::direction, ephemeral_rule::known}) {
        auto const hints =
            ephemeral_hints{.tcp_flags = std::uint8_t{2}, .direction = flow_direction::egress};
        CHECK(without_ephemeral(rule, flow_end::source, 80, 0, hints) == 80);
        CHECK(without_ephemeral(rule, flow_end::destination, 0, 80, hints) == 80);
        CHECK(without_ephemeral(rule, flow_end::source, 0, 0, hints) == 0);
    }
}

TEST_CASE("a grouping drops ephemeral ports, and keeps ports that are alone", "[ephemeral]") {
    using flowlog::field_id;
    using flowlog::group_key;
    namespace field = flowlog::field;
    auto groups = flowlog::group_by({group_key::port(field_id::srcport, ephemeral_rule::syn),
                                     group_key::port(field_id::dstport, ephemeral_rule::syn)},
                                    {flowlog::measure{}});
    auto record = flowlog::flow{};
    record.set(field::srcport, 80);
    groups.add(record);
    record.set(field::dstport, 5000);
    groups.add(record);
    record.set(field::tcp_flags, 2);
    groups.add(record);
    auto found = std::vector<std::string>{};
    for (auto const& [key, _] : groups.groups())
        found.push_back(to_text(key[0]) + ' ' + to_text(key[1]));
    CHECK(found == std::vector<std::string>{"0 5000", "80 -", "80 0"});
    CHECK(groups.uses() == std::vector<flowlog::field_use>{{field_id::srcport, true, false},
                                                           {field_id::dstport, true, false},
                                                           {field_id::tcp_flags, true, true}});
}

}  // namespace test_aggregate_ephemeral
