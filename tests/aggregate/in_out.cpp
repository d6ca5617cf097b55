// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/in_out.hpp>

#include "catch.hpp"

namespace test_aggregate_in_out {

namespace field = flowlog::field;
using flowlog::address;
using flowlog::flow;
using flowlog::to_text;

namespace {

struct both {
    flowlog::dynamic_grouping in;
    flowlog::dynamic_grouping out;

    both(std::string const& key, std::vector<std::string> const& measures)
        : in{made(flowlog::keys_of_destination({flowlog::parse_group_key(key)}), measures)},
          out{made(flowlog::keys_of_source({flowlog::parse_group_key(key)}), measures)} {}

    void add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
        auto one = flow{};
        one.set(field::srcaddr, address::v4(from));
        one.set(field::dstaddr, address::v4(to));
        one.set(field::bytes, bytes);
        in.add(one);
        out.add(one);
    }

private:
    static auto made(std::vector<flowlog::group_key> keys, std::vector<std::string> const& measures)
        -> flowlog::dynamic_grouping {
        auto values = std::vector<flowlog::measure>{};
        for (auto const& text : measures) values.push_back(flowlog::measure::parse(text));
        return flowlog::group_by(std::move(keys), std::move(values));
    }
};

auto text(std::vector<flowlog::group_cell> const& cells) -> std::string {
    auto result = std::string{};
    for (auto const& cell : cells) result += (result.empty() ? "" : " ") + to_text(cell);
    return result;
}

}  // namespace

TEST_CASE("What came in and went out of each address", "[in_out]") {
    auto sides = both{"ip", {"bytes", "flows"}};
    sides.add(1, 2, 100);
    sides.add(2, 1, 900);
    sides.add(1, 3, 5);
    sides.add(4, 4, 7);
    auto const found = flowlog::rank_in_out(sides.in, sides.out, 2);
    REQUIRE(found.groups.size() == 2);
    CHECK(text(found.groups[0].key) == "0.0.0.1");
    CHECK(text(found.groups[0].values) == "900 105 1 2");
    CHECK(text(found.groups[1].key) == "0.0.0.2");
    CHECK(text(found.groups[1].values) == "100 900 1 1");
    CHECK(found.left_out == 2);
    CHECK(text(found.rest) == "12 7 2 1");
    CHECK(text(found.total) == "1012 1012 4 4");
}

TEST_CASE("Groups that are on one side only, and ties in the order of keys", "[in_out]") {
    auto sides = both{"ip/24", {"flows"}};
    sides.add(0x0A000101, 0x0A000201, 1);
    sides.add(0x0A000301, 0x0A000001, 1);
    auto const found = flowlog::rank_in_out(sides.in, sides.out, 9);
    auto lines = std::string{};
    for (auto const& group : found.groups)
        lines += text(group.key) + ": " + text(group.values) + '\n';
    CHECK(lines == "10.0.0.0/24: 1 0\n10.0.1.0/24: 0 1\n10.0.2.0/24: 1 0\n10.0.3.0/24: 0 1\n");
    CHECK(found.left_out == 0);
    CHECK(text(found.rest) == "0 0");
}

TEST_CASE("Sums of both directions stop at 2^64 - 1", "[in_out]") {
    auto sides = both{"ip", {"bytes"}};
    sides.add(1, 2, std::numeric_limits<std::uint64_t>::max());
    CHECK_FALSE(flowlog::rank_in_out(sides.in, sides.out, 1).saturated);
    sides.add(2, 1, 1);
    CHECK(flowlog::rank_in_out(sides.in, sides.out, 1).saturated);
}

TEST_CASE("The rest of one side may be an estimate when nothing else is", "[in_out]") {
    auto sides = both{"ip", {"flows", "distinct(bytes)"}};
    for (std::uint32_t i = 0; i < 1200; ++i) sides.add(i % 2, 2 + i, i);
    CHECK(flowlog::rank_in_out(sides.in, sides.out, 2).estimated);
    CHECK_FALSE(flowlog::rank_in_out(sides.in, sides.out, 1202).estimated);
}

TEST_CASE("What cannot be ranked", "[in_out]") {
    auto const sides = both{"ip", {"max(bytes)", "bytes"}};
    CHECK_THROWS_AS(flowlog::rank_in_out(sides.in, sides.out, 1), flowlog::error);
    CHECK_THROWS_AS(flowlog::rank_in_out(sides.in, sides.out, 1, 2), flowlog::error);
    CHECK_NOTHROW(flowlog::rank_in_out(sides.in, sides.out, 1, 1));
    CHECK_THROWS_AS(flowlog::rank_in_out(sides.in, both{"ip", {"bytes"}}.out, 1), flowlog::error);
    CHECK_THROWS_AS(flowlog::rank_in_out(sides.in, both{"port", {"max(bytes)", "bytes"}}.out, 1, 1),
                    flowlog::error);
}

TEST_CASE("Equal groups with texts are ranked by their texts, on whichever side they are",
          "[in_out]") {
    auto const keys =
        std::vector{flowlog::parse_group_key("vpc-id"), flowlog::parse_group_key("ip")};
    auto const measures = std::vector{flowlog::measure{}};
    auto in = flowlog::group_by(flowlog::keys_of_destination(keys), measures);
    auto out = flowlog::group_by(flowlog::keys_of_source(keys), measures);
    auto const add = [](auto& to, char const* vpc) {
        auto one = flow{};
        one.set(field::vpc_id, vpc);
        one.set(field::srcaddr, address::v4(1));
        one.set(field::dstaddr, address::v4(1));
        to.add(one);
    };
    add(in, "vpc-c");
    for (auto const* vpc : {"vpc-d", "vpc-b", "vpc-a"}) add(out, vpc);
    auto const found = flowlog::rank_in_out(in, out, 10);
    auto order = std::string{};
    for (auto const& group : found.groups) order += to_text(group.key[0]) + ' ';
    CHECK(order == "vpc-a vpc-b vpc-c vpc-d ");
}

TEST_CASE("Groups may be chosen by what came in, what went out, or both", "[in_out]") {
    auto sides = both{"ip", {"bytes", "flows", "max(bytes)"}};
    sides.add(1, 2, 100);
    sides.add(2, 1, 900);
    sides.add(1, 3, 5);
    auto const found = [&](std::string const& expression, bool ascending = false) {
        auto const ranking = flowlog::rank_in_out(
            sides.in, sides.out, 2,
            {.ascending = ascending, .wanted = flowlog::having_in_out(expression)});
        auto result = std::string{};
        for (auto const& group : ranking.groups) result += text(group.key) + ' ';
        return result + std::to_string(ranking.left_out) + ' ' + std::to_string(ranking.excluded) +
               (ranking.excluded == 0 ? "" : ": " + text(ranking.excluded_values));
    };
    CHECK(found("bytes > 0") == "0.0.0.1 0.0.0.2 1 0");
    CHECK(found("bytes > 0", true) == "0.0.0.3 0.0.0.2 1 0");
    CHECK(found("bytes_in >= 100") == "0.0.0.1 0.0.0.2 0 1: 5 0 1 0 5 -");
    CHECK(found("sum(bytes)_out = 0") == "0.0.0.3 0 2: 1000 1005 2 3 900 900");
    CHECK(found("flows = 2 and not flows_out = 2") == "0.0.0.2 0 2: 905 105 2 2 900 100");
    CHECK(found("max(bytes)_out < 200") == "0.0.0.1 0 2: 105 900 2 1 100 900");
    auto const refused = [&](std::string const& expression) -> std::string {
        try {
            return found(expression);
        } catch (flowlog::error const& failure) {
            return failure.message().substr(0, failure.message().find('\n'));
        }
    };
    CHECK(refused("max(bytes) > 1") ==
          "what came in and went out together has no max(bytes); it is max(bytes)_in or "
          "max(bytes)_out");
    CHECK(refused("packets_in > 1") == "a measure that groups are to be chosen by is not computed");
    CHECK_THROWS(flowlog::having("max(bytes)_in > 1"));
}

}  // namespace test_aggregate_in_out
