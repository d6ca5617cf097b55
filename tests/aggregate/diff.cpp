// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/diff.hpp>
#include <flowlog/aggregate/group_words.hpp>

#include "catch.hpp"

namespace test_aggregate_diff {

namespace field = flowlog::field;
using flowlog::change_kind;
using flowlog::diff;
using flowlog::dynamic_grouping;
using flowlog::flow;
using flowlog::group_cell;
using flowlog::to_text;

namespace {

auto grouping_of(std::vector<std::string> const& keys, std::vector<std::string> const& measures)
    -> dynamic_grouping {
    auto parts = std::vector<flowlog::group_key>{};
    for (auto const& text : keys) parts.push_back(flowlog::parse_group_key(text));
    auto values = std::vector<flowlog::measure>{};
    for (auto const& text : measures) values.push_back(flowlog::measure::parse(text));
    return flowlog::group_by(std::move(parts), std::move(values));
}

auto flow_to(std::uint16_t port, std::uint64_t bytes) -> flow {
    auto result = flow{};
    result.set(field::dstport, port);
    result.set(field::bytes, bytes);
    return result;
}

/// Groups by destination port, from pairs of port and bytes.
auto ports(std::vector<std::pair<std::uint16_t, std::uint64_t>> const& flows) -> dynamic_grouping {
    auto result = grouping_of({"dstport"}, {"bytes", "flows"});
    for (auto const& [port, bytes] : flows) result.add(flow_to(port, bytes));
    return result;
}

auto lines(flowlog::grouping_diff const& found) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& change : found.changes) {
        auto text = std::string{name(change.kind)};
        for (auto const* cells : {&change.key, &change.before, &change.after})
            for (auto const& cell : *cells) text += ' ' + to_text(cell);
        result.push_back(text);
    }
    return result;
}

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Groups are added, removed, changed or unchanged", "[diff]") {
    auto const before = ports({{22, 100}, {53, 10}, {80, 1000}, {443, 1000}, {445, 7}, {993, 5}});
    auto const after =
        ports({{53, 10}, {80, 2000}, {443, 500}, {993, 9}, {25, 3}, {8080, 40}, {8080, 40}});
    auto const found = diff(before, after);
    CHECK(lines(found) == texts{"added 8080 - - 80 2", "added 25 - - 3 1", "removed 22 100 1 - -",
                                "removed 445 7 1 - -", "changed 80 1000 1 2000 1",
                                "changed 443 1000 1 500 1"});
    CHECK(found.of(change_kind::added).groups == 2);
    CHECK(found.of(change_kind::removed).groups == 2);
    CHECK(found.of(change_kind::changed).groups == 2);
    CHECK(found.of(change_kind::unchanged).groups == 2);  // 5 and 9: less than twice
    CHECK(found.of(change_kind::added).after ==
          std::vector<group_cell>{std::uint64_t{83}, std::uint64_t{3}});
    CHECK(found.of(change_kind::changed).before ==
          std::vector<group_cell>{std::uint64_t{2000}, std::uint64_t{2}});
    CHECK(found.of(change_kind::unchanged).after ==
          std::vector<group_cell>{std::uint64_t{19}, std::uint64_t{2}});
    CHECK(found.all.groups == 8);
    CHECK(found.all.before == before.totals());
    CHECK(found.all.after == after.totals());
    CHECK(found.differs());
    CHECK_FALSE(found.saturated);
}

TEST_CASE("A limit is one of each kind, and the totals have all groups", "[diff]") {
    auto const found =
        diff(ports({{1, 1}, {2, 2}, {3, 3}}), ports({{4, 4}, {5, 5}, {6, 5}}), {.limit = 2});
    CHECK(lines(found) ==
          texts{"added 5 - - 5 1", "added 6 - - 5 1", "removed 3 3 1 - -", "removed 2 2 1 - -"});
    CHECK(found.of(change_kind::added).groups == 3);
    CHECK(found.of(change_kind::removed).groups == 3);
}

TEST_CASE("Equal groupings do not differ, nor do empty ones", "[diff]") {
    auto const some = ports({{1, 1}, {2, 0}});
    CHECK_FALSE(diff(some, some, {.factor = 1}).differs());
    CHECK_FALSE(diff(ports({}), ports({})).differs());
    CHECK(diff(ports({}), some).of(change_kind::added).groups == 2);
    CHECK(diff(some, ports({})).of(change_kind::removed).groups == 2);
}

TEST_CASE("Durations are compared as numbers are", "[diff]") {
    auto const lasting = [](std::chrono::seconds time) {
        auto result = grouping_of({"dstport"}, {"max(duration)"});
        auto one = flow_to(22, 1);
        one.set(field::start, flowlog::timestamp{});
        one.set(field::end, flowlog::timestamp{time});
        result.add(one);
        return result;
    };
    using namespace std::chrono_literals;
    CHECK(diff(lasting(1s), lasting(2s)).of(change_kind::changed).groups == 1);
    CHECK_FALSE(diff(lasting(2s), lasting(2s)).differs());
}

TEST_CASE("The factor of a change", "[diff]") {
    auto const changes = [](std::uint64_t from, std::uint64_t to, double factor) {
        return diff(ports({{1, from}}), ports({{1, to}}), {.factor = factor}).differs();
    };
    CHECK(changes(10, 11, 1));
    CHECK_FALSE(changes(10, 10, 1));
    CHECK(changes(10, 15, 1.5));
    CHECK_FALSE(changes(10, 14, 1.5));
    CHECK(changes(15, 10, 1.5));
    CHECK(changes(0, 1, 1e15));
    CHECK_FALSE(changes(0, 0, 1));
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    CHECK(changes(most - 1, most, 1));
    CHECK(changes(most / 2, most, 2));
    CHECK_FALSE(changes(most / 2 + 1, most, 2));
}

TEST_CASE("Texts are compared, whatever numbers the groupings gave them", "[diff]") {
    auto const of = [](std::vector<std::string> const& accounts) {
        auto result = grouping_of({"account-id", "dstport"}, {"flows"});
        for (auto const& account : accounts) {
            auto one = flow_to(1, 1);
            if (!account.empty()) one.set(field::account_id, account);
            result.add(one);
        }
        return result;
    };
    auto const found = diff(of({"a", "b", "c", ""}), of({"d", "c", "", "b", "e"}));
    CHECK(lines(found) == texts{"added d 1 - 1", "added e 1 - 1", "removed a 1 1 -"});
    CHECK(found.of(change_kind::unchanged).groups == 3);
}

TEST_CASE("Another measure decides", "[diff]") {
    auto const before = ports({{1, 100}, {2, 100}});
    auto const after = ports({{1, 50}, {1, 50}, {2, 900}});
    CHECK(lines(diff(before, after, {.by = 1})) == texts{"changed 1 100 1 100 2"});
    auto const rates = [](std::uint64_t bytes) {
        auto result = grouping_of({"dstport"}, {"rate(bytes)", "max(bytes)"});
        result.add(flow_to(1, bytes));
        return result;
    };
    CHECK(lines(diff(rates(5), rates(10), {.by = 1})) == texts{"changed 1 - 5 - 10"});
    CHECK_FALSE(diff(rates(5), rates(10)).differs());  // no rate without times
}

TEST_CASE("What cannot be compared", "[diff]") {
    auto const of_port = ports({});
    CHECK_THROWS_AS(diff(of_port, grouping_of({"dstport"}, {"bytes"})), flowlog::error);
    CHECK_THROWS_AS(diff(of_port, grouping_of({"srcaddr"}, {"bytes", "flows"})), flowlog::error);
    CHECK_THROWS_AS(diff(of_port, grouping_of({"service"}, {"bytes", "flows"})), flowlog::error);
    CHECK_THROWS_AS(diff(of_port, of_port, {.by = 2}), flowlog::error);
    CHECK_THROWS_AS(diff(of_port, of_port, {.factor = 0.5}), flowlog::error);
    CHECK_THROWS_AS(diff(of_port, of_port, {.factor = std::numeric_limits<double>::quiet_NaN()}),
                    flowlog::error);
    auto const times = grouping_of({"dstport"}, {"min(start)"});
    CHECK_THROWS_AS(diff(times, times), flowlog::error);
}

TEST_CASE("Many groups, with several threads, as a map finds them", "[diff]") {
    constexpr auto flows = 150'000;
    auto random = std::mt19937{7};
    auto expected = std::map<std::uint32_t, std::pair<std::uint64_t, std::uint64_t>>{};
    auto sides =
        std::pair{grouping_of({"srcaddr"}, {"bytes"}), grouping_of({"srcaddr"}, {"bytes"})};
    for (auto i = 0; i < flows; ++i) {
        auto const source = static_cast<std::uint32_t>(random() % 200'000);
        auto const bytes = random() % 100 + 1;
        auto one = flow{};
        one.set(field::srcaddr, flowlog::address::v4(source));
        one.set(field::bytes, bytes);
        auto& [before, after] = expected[source];
        (i % 2 == 0 ? before : after) += bytes;
        (i % 2 == 0 ? sides.first : sides.second).add(one);
    }
    auto count = std::map<change_kind, std::size_t>{};
    for (auto const& [_, bytes] : expected) {
        auto const [before, after] = bytes;
        auto const kind =
            before == 0  ? change_kind::added
            : after == 0 ? change_kind::removed
            : before != after && std::max(before, after) >= 2 * std::min(before, after)
                ? change_kind::changed
                : change_kind::unchanged;
        ++count[kind];
    }
    for (auto const threads : {1U, 2U}) {
        auto const found = diff(sides.first, sides.second, {.limit = 3, .threads = threads});
        for (auto const& [kind, groups] : count) CHECK(found.of(kind).groups == groups);
        CHECK(found.all.groups == expected.size());
        CHECK(found.changes.size() == 9);
    }
    CHECK(lines(diff(sides.first, sides.second)) ==
          lines(diff(sides.first, sides.second, {.threads = 2})));
}

}  // namespace test_aggregate_diff
