// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_aggregate_aggregate {

using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::field_list;
using flowlog::flow;
using flowlog::reason;

/// Adds bytes up; knows the direction where it is told.
struct byte_counter {
    using fields = field_list<field_id::bytes>;
    using nullable_fields = field_list<field_id::flow_direction>;
    std::uint64_t bytes = 0;
    std::uint64_t egress = 0;

    template <flowlog::flow_record Record>
    void add(Record const& record) {
        bytes += *record[field::bytes];
        if (record[field::flow_direction] == flowlog::flow_direction::egress) ++egress;
    }
    void merge(byte_counter&& other) {
        bytes += other.bytes;
        egress += other.egress;
    }
};
static_assert(flowlog::aggregator<byte_counter>);

/// Counts records in which fields that are chosen at run time are present.
struct chosen_counter {
    std::vector<flowlog::field_use> wanted;
    std::uint64_t count = 0;

    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use> { return wanted; }
    template <flowlog::flow_record Record>
    void add(Record const&) {
        ++count;
    }
    void merge(chosen_counter&& other) { count += other.count; }
};
static_assert(flowlog::aggregator<chosen_counter>);
static_assert(!flowlog::aggregator<int>);
static_assert(flowlog::aggregator<flowlog::all_of<byte_counter, flowlog::port_protocol_counter>>);

static auto made(std::uint64_t bytes, std::uint16_t port) -> flow {
    auto result = flow{};
    result.set(field::bytes, bytes);
    result.set(field::dstport, port);
    result.set(field::protocol, 6);
    return result;
}

TEST_CASE("any range of records is aggregated", "[aggregate]") {
    auto const flows = std::vector{made(1, 80), made(2, 80), made(4, 443)};
    CHECK(flowlog::aggregate(flows, byte_counter{}).bytes == 7);
    auto some = flows | std::views::filter([](auto const& f) { return *f[field::dstport] == 80; });
    CHECK(flowlog::aggregate(some, byte_counter{}).bytes == 3);
    auto reader = flowlog::text_reader{
        flowlog::memory_source{"bytes flow-direction\n5 egress\n6 -\n7 ingress\n"}};
    auto const got = flowlog::aggregate(reader, byte_counter{});
    CHECK(got.bytes == 18);
    CHECK(got.egress == 1);
    CHECK(reader.stats().records == 3);
    CHECK(flowlog::aggregate(std::vector<flow>{}, byte_counter{}).bytes == 0);
}

TEST_CASE("what an aggregator reads is told", "[aggregate]") {
    using list = std::vector<flowlog::field_use>;
    CHECK(flowlog::uses(byte_counter{}) ==
          list{{field_id::bytes, false}, {field_id::flow_direction, true}});
    CHECK(flowlog::uses(chosen_counter{{{field_id::start}}}) == list{{field_id::start, false}});
    auto const both = flowlog::all_of{byte_counter{}, flowlog::port_protocol_counter{}};
    CHECK(flowlog::uses(both) == list{{field_id::bytes, false},
                                      {field_id::flow_direction, true},
                                      {field_id::dstport, false},
                                      {field_id::protocol, false}});
}

static auto offending_field_in(auto const& aggregator, flow const& record)
    -> std::optional<std::pair<field_id, reason>> {
    auto const found = flowlog::find_offending_field(aggregator, record);
    if (!found) return std::nullopt;
    return std::pair{found->id, found->why};
}

TEST_CASE("the field that keeps a record out is found", "[aggregate]") {
    auto reader = flowlog::text_reader{
        flowlog::memory_source{"bytes flow-direction start\n1 egress 5\n- egress 5\nx egress 5\n1 "
                               "- 5\n1 up 5\nx up 5\n1 egress -\n"}};
    auto flows = std::vector<flow>{};
    for (auto const& record : reader) flows.emplace_back(record);
    REQUIRE(flows.size() == 7);
    auto const counter = byte_counter{};
    CHECK_FALSE(offending_field_in(counter, flows[0]));
    CHECK(offending_field_in(counter, flows[1]) ==
          std::pair{field_id::bytes, reason::absent_value});
    CHECK(offending_field_in(counter, flows[2]) == std::pair{field_id::bytes, reason::bad_value});
    CHECK_FALSE(offending_field_in(counter, flows[3]));
    CHECK(offending_field_in(counter, flows[4]) ==
          std::pair{field_id::flow_direction, reason::bad_value});
    CHECK(offending_field_in(counter, flows[5]) == std::pair{field_id::bytes, reason::bad_value});
    auto const chosen = chosen_counter{{{field_id::start}, {field_id::flow_direction, true}}};
    CHECK_FALSE(offending_field_in(chosen, flows[2]));
    CHECK(offending_field_in(chosen, flows[4]) ==
          std::pair{field_id::flow_direction, reason::bad_value});
    CHECK(offending_field_in(chosen, flows[6]) == std::pair{field_id::start, reason::absent_value});
}

template <class A>
static auto rejected_by(A aggregator, std::string_view text)
    -> std::pair<flowlog::statistics, std::vector<testing::rejected>> {
    auto lines = std::vector<testing::rejected>{};
    auto options = flowlog::text_options{};
    options.on_malformed = [&](auto const& line) { lines.push_back(testing::keep(line)); };
    auto reader = flowlog::text_reader{flowlog::memory_source{text, "test", 7}, options};
    static_cast<void>(flowlog::aggregate(reader, std::move(aggregator)));
    return {reader.stats(), lines};
}

TEST_CASE("a reader takes back what cannot be counted, and says where and why", "[aggregate]") {
    constexpr auto text =
        "bytes vpc-id flow-direction\n1 v egress\n- v egress\n12 v up\nx v egress\ny\n9 v -\n"sv;
    auto const check = [&](auto const& result) {
        auto const& [stats, lines] = result;
        CHECK(stats.records == 2);
        CHECK(stats.malformed == 4);
        CHECK(stats.headers == 1);
        REQUIRE(lines.size() == 4);
        CHECK(lines[0] == testing::rejected{"test", 3, 39, 1, field_id::bytes, reason::absent_value,
                                            "- v egress"});
        CHECK(lines[1] == testing::rejected{"test", 4, 50, 6, field_id::flow_direction,
                                            reason::bad_value, "12 v up"});
        CHECK(lines[2] == testing::rejected{"test", 5, 58, 1, field_id::bytes, reason::bad_value,
                                            "x v egress"});
        CHECK(lines[3] == testing::rejected{"test", 6, 69, 0, {}, reason::column_count, "y"});
    };
    check(rejected_by(byte_counter{}, text));
    check(rejected_by(chosen_counter{{{field_id::bytes}, {field_id::flow_direction, true}}}, text));
    check(rejected_by(flowlog::all_of{byte_counter{}, byte_counter{}}, text));
}

TEST_CASE("records of a plain range that cannot be counted are passed over", "[aggregate]") {
    auto const flows = std::vector{made(1, 80), flow{}, made(4, 443)};
    CHECK(flowlog::aggregate(flows, byte_counter{}).bytes == 5);
    CHECK(flowlog::aggregate(flows, flowlog::port_protocol_counter{}).total() == 2);
}

TEST_CASE("several aggregators go over the records in one pass", "[aggregate]") {
    auto const flows = std::vector{made(1, 80), made(2, 80), made(4, 443)};
    auto const both = flowlog::aggregate(
        flows, flowlog::all_of{byte_counter{}, flowlog::port_protocol_counter{}});
    CHECK(both.get<0>().bytes == 7);
    CHECK(both.get<1>().counts().size() == 2);
    auto first = flowlog::aggregate(
        flows, flowlog::all_of{byte_counter{}, flowlog::port_protocol_counter{}});
    first.merge(flowlog::aggregate(
        flows, flowlog::all_of{byte_counter{}, flowlog::port_protocol_counter{}}));
    CHECK(first.get<0>().bytes == 14);
    CHECK(first.get<1>().total() == 6);
}

TEST_CASE("a log that lacks a column is refused", "[aggregate]") {
    auto const refuse = [](std::string_view text,
                           std::vector<flowlog::field_use> const& wanted) -> std::string {
        auto reader = flowlog::text_reader{flowlog::memory_source{text, "a.log"}};
        try {
            flowlog::require_fields(wanted, reader);
        } catch (flowlog::error const& thrown) {
            CHECK(thrown.code() == flowlog::errc::missing_field);
            return thrown.what();
        }
        return "";
    };
    auto const wanted =
        std::vector<flowlog::field_use>{{field_id::dstport}, {field_id::bytes}, {field_id::action}};
    auto const message = refuse(
        "srcaddr bytes odd\x1b"
        "column\n1.2.3.4 5 6\n",
        wanted);
    CHECK(message.starts_with("a.log: "));
    CHECK(message.find("dstport, action") != std::string::npos);
    CHECK(message.find("srcaddr, bytes, odd\\x1bcolumn") != std::string::npos);
    CHECK(refuse("dstport bytes action\n", wanted).empty());
    CHECK(refuse("", wanted).empty());
    CHECK(refuse("\n\n", wanted).empty());
}

}  // namespace test_aggregate_aggregate
