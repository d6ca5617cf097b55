// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_format_log {

namespace field = flowlog::field;
using flowlog::any_source;
using flowlog::field_id;
using flowlog::memory_source;
using flowlog::text_reader;

static_assert(std::ranges::input_range<flowlog::log>);
static_assert(!std::ranges::forward_range<flowlog::log>);
static_assert(flowlog::flow_record<flowlog::any_record>);
static_assert(!std::is_copy_constructible_v<flowlog::log>);
static_assert(std::is_nothrow_move_constructible_v<flowlog::log>);

static auto text_log(std::string_view text, flowlog::malformed_handler on_malformed = {})
    -> flowlog::log {
    return flowlog::log{text_reader<any_source>{any_source{memory_source{text, "a.log", 5}},
                                                {.on_malformed = std::move(on_malformed)}}};
}

constexpr auto text = "dstport protocol vpc-id\n1 6 v-1\nbad\n2 17 v-2\n3 x v-3\n";

TEST_CASE("a log is a range of its records", "[log]") {
    auto opened = text_log(text);
    auto ports = std::vector<std::uint16_t>{};
    auto names = std::string{};
    for (auto const& record : opened) {
        ports.push_back(*record[field::dstport]);
        names += *record[field::vpc_id];
        CHECK(record[field::srcaddr].absent());
    }
    CHECK(ports == std::vector<std::uint16_t>{1, 2, 3});
    CHECK(names == "v-1v-2v-3");
    CHECK(opened.stats().records == 3);
    CHECK(opened.stats().malformed == 1);
    CHECK(opened.stats().lines() == 5);
    CHECK(opened.name() == "a.log");
    CHECK(opened.begin() == opened.end());
}

TEST_CASE("a record of a log can be copied into a flow", "[log]") {
    auto opened = text_log(text);
    auto flows = std::vector<flowlog::flow>{};
    for (auto const& record : opened) flows.emplace_back(record);
    REQUIRE(flows.size() == 3);
    CHECK(flows[0][field::dstport] == std::uint16_t{1});
    CHECK(flows[2][field::protocol].malformed());
    auto again = text_log(text);
    auto direct = std::vector<flowlog::flow>{};
    again.visit([&](auto& reader) {
        for (auto const& record : reader) direct.emplace_back(record);
    });
    CHECK(direct == flows);
}

TEST_CASE("a log that was moved goes on", "[log]") {
    auto opened = text_log(text);
    auto it = opened.begin();
    CHECK((*it)[field::dstport] == std::uint16_t{1});
    auto moved = std::move(opened);
    CHECK(std::ranges::distance(moved.begin(), moved.end()) == 2);
}

TEST_CASE("a record of a log can be rejected", "[log]") {
    auto rejected = std::vector<testing::rejected>{};
    auto opened =
        text_log(text, [&](auto const& line) { rejected.push_back(testing::keep(line)); });
    for (auto const& record : opened) {
        if (!record[field::protocol]) opened.reject(field_id::protocol, flowlog::reason::bad_value);
    }
    CHECK(opened.stats().records == 2);
    CHECK(opened.stats().malformed == 2);
    REQUIRE(rejected.size() == 2);
    CHECK(rejected[0].text == "bad");
    CHECK(rejected[1].text == "3 x v-3");
    CHECK(rejected[1].line == 5);
    CHECK(rejected[1].column == 3);
}

TEST_CASE("a log is aggregated, as a range and by its reader", "[log]") {
    auto opened = text_log(text);
    auto const as_range = flowlog::aggregate(opened, flowlog::port_protocol_counter{});
    CHECK(as_range.total() == 2);
    CHECK(opened.stats().malformed == 2);
    auto again = text_log(text);
    auto by_reader = flowlog::port_protocol_counter{};
    again.visit([&](auto& reader) { flowlog::add_all(reader, by_reader); });
    CHECK(by_reader.counts() == as_range.counts());
    CHECK(again.stats() == opened.stats());
}

TEST_CASE("a log says what it has before its records are read", "[log]") {
    auto opened = text_log(text);
    CHECK(opened.has(field_id::dstport));
    CHECK_FALSE(opened.has(field_id::srcaddr));
    CHECK(opened.describe().format == "VPC flow log");
    CHECK(std::ranges::distance(opened.begin(), opened.end()) == 3);
    auto empty = text_log("");
    CHECK_FALSE(empty.has(field_id::dstport));
    CHECK(empty.begin() == empty.end());
}

static auto one_flow(std::string const& port) -> flowlog::log {
    return flowlog::log{text_reader<any_source>{
        any_source{flowlog::memory_input{"dstport protocol\n" + port + " 6\n"}.open()}}};
}

/// Gives these logs, one after the other.
static auto giving(std::vector<flowlog::log> logs) {
    auto all = std::make_shared<std::vector<flowlog::log>>(std::move(logs));
    return [all, at = std::size_t{0}]() mutable -> std::optional<flowlog::log> {
        if (at == all->size()) return std::nullopt;
        return std::move((*all)[at++]);
    };
}

template <class... Logs>
static auto list_of(Logs... logs) -> std::vector<flowlog::log> {
    auto result = std::vector<flowlog::log>{};
    (result.push_back(std::move(logs)), ...);
    return result;
}

TEST_CASE("logs may be followed by logs that are several", "[log]") {
    auto several = one_flow("2");
    several.follow_with(giving(list_of(one_flow("3"), one_flow("4"))));
    auto all = one_flow("1");
    all.follow_with(giving(list_of(std::move(several), one_flow("5"))));
    all.follow_with(giving(list_of(one_flow("6"))));
    auto ports = std::vector<int>{};
    for (auto const& flow : all) ports.push_back(*flow[field::dstport]);
    CHECK(ports == std::vector{1, 2, 3, 4, 5, 6});
    CHECK(all.stats().records == 6);
    CHECK(all.stats().headers == 6);
}

}  // namespace test_format_log
