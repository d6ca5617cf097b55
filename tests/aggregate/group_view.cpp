// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/aggregate/group_words.hpp>

#include "catch.hpp"

namespace test_aggregate_group_view {

using flowlog::field_id;
using flowlog::group_key;
using flowlog::measure;
using flowlog::to_text;
namespace field = flowlog::field;

namespace {

auto grouping_of(std::vector<std::string> const& keys, std::vector<std::string> const& measures)
    -> flowlog::dynamic_grouping {
    auto parts = std::vector<group_key>{};
    for (auto const& text : keys) parts.push_back(flowlog::parse_group_key(text));
    auto values = std::vector<measure>{};
    for (auto const& text : measures) values.push_back(measure::parse(text));
    return flowlog::group_by(std::move(parts), std::move(values));
}

auto at(std::int64_t seconds) -> flowlog::timestamp {
    return flowlog::timestamp{std::chrono::seconds{seconds}};
}

auto a_flow(char const* source, std::uint8_t flags, std::int64_t start) -> flowlog::flow {
    auto record = flowlog::flow{};
    record.set(field::srcaddr, *flowlog::address::parse(source));
    record.set(field::interface_id, "eni-1");
    record.set(field::dstport, 443);
    record.set(field::action, flowlog::action::reject);
    record.set(field::bytes, 100);
    record.set(field::tcp_flags, flags);
    record.set(field::start, at(start));
    return record;
}

}  // namespace

TEST_CASE("a group is read in place, key by key and measure by measure", "[group_view]") {
    auto groups = grouping_of(
        {"interface-id", "srcaddr/24", "dstport", "start:1h", "action", "end"},
        {"flows", "first", "or(tcp-flags)", "rate(bytes)", "max(bytes)", "or(protocol)", "last"});
    groups.add(a_flow("10.0.0.7", 2, 7300));
    groups.add(a_flow("10.0.0.9", 17, 7200));
    auto seen = 0;
    groups.visit_groups([&](flowlog::group_view const& view) {
        ++seen;
        CHECK(view.key<std::string_view>(0) == std::string_view{"eni-1"});
        CHECK(view.key<flowlog::address>(1) == *flowlog::address::parse("10.0.0.0"));
        CHECK(view.key<std::uint16_t>(2) == std::uint16_t{443});
        CHECK(view.key<flowlog::timestamp>(3) == at(7200));
        CHECK(view.key<flowlog::action>(4) == flowlog::action::reject);
        CHECK(view.key<flowlog::timestamp>(5).absent());
        CHECK(to_text(view.key_cell(1)) == "10.0.0.0/24");
        CHECK(view.value<std::uint64_t>(0) == std::uint64_t{2});
        CHECK(view.value<flowlog::timestamp>(1) == at(7200));
        CHECK(view.value<std::uint8_t>(2) == std::uint8_t{19});
        CHECK(view.value<double>(3).absent());
        CHECK(view.value<std::uint64_t>(4) == std::uint64_t{100});
        CHECK(view.value<std::uint8_t>(5).absent());
        CHECK(view.value<flowlog::timestamp>(6).absent());
        CHECK_FALSE(view.saturated());
    });
    CHECK(seen == 1);
}

TEST_CASE("groups are visited in the order of their keys", "[group_view]") {
    auto groups = grouping_of({"srcaddr", "interface-id"}, {"flows"});
    for (auto const* source : {"2001:db8::1", "10.0.0.9", "10.0.0.10", "9.9.9.9"})
        groups.add(a_flow(source, 0, 0));
    auto nameless = a_flow("10.0.0.9", 0, 0);
    nameless.reset(field_id::interface_id);
    groups.add(nameless);
    auto found = std::vector<std::vector<std::string>>{};
    groups.visit_groups([&](auto const& view) {
        found.push_back({to_text(view.key_cell(0)), to_text(view.key_cell(1))});
    });
    auto expected = decltype(found){};
    for (auto const& [key, _] : groups.groups())
        expected.push_back({to_text(key[0]), to_text(key[1])});
    CHECK(found == expected);
    REQUIRE(found.size() == 5);
    CHECK(found[1] == std::vector<std::string>{"10.0.0.9", "-"});
}

TEST_CASE("groups whose sums stopped are named", "[group_view]") {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    auto const add = [](auto& groups, std::uint16_t port, std::uint64_t bytes) {
        auto record = flowlog::flow{};
        record.set(field::dstport, port);
        record.set(field::bytes, bytes);
        groups.add(record);
    };
    using namespace flowlog::measures;
    auto groups = flowlog::group_by<field::dstport>(count, sum<field::bytes>);
    add(groups, 80, most);
    CHECK(groups.saturated_groups().empty());  // 2^64 - 1 is exact
    add(groups, 22, 7);
    auto other = flowlog::group_by<field::dstport>(count, sum<field::bytes>);
    add(other, 443, most - 1);
    add(other, 443, 1);
    CHECK(other.saturated_groups().empty());
    add(other, 443, 1);
    REQUIRE(other.saturated_groups().size() == 1);
    groups.merge(std::move(other));
    add(groups, 80, 1);
    auto const found = groups.saturated_groups();
    REQUIRE(found.size() == 2);
    CHECK(std::get<0>(found[0]) == std::uint16_t{80});
    CHECK(std::get<0>(found[1]) == std::uint16_t{443});
    auto marked = 0;
    groups.visit_groups([&](auto const& view) { marked += view.saturated() ? 1 : 0; });
    CHECK(marked == 2);
}

}  // namespace test_aggregate_group_view
