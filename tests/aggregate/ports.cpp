// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/tags.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_aggregate_ports {

namespace field = flowlog::field;
using flowlog::port_key;
using flowlog::port_protocol_count;
using flowlog::port_protocol_counter;
using counts = std::vector<port_protocol_count>;

static_assert(flowlog::aggregator<port_protocol_counter>);
static_assert(std::is_copy_constructible_v<port_protocol_counter>);

static auto connection(std::uint16_t source, std::uint16_t destination) -> flowlog::flow {
    auto result = flowlog::flow{};
    result.set(field::srcport, source);
    result.set(field::dstport, destination);
    result.set(field::protocol, 6);
    return result;
}

TEST_CASE("flows are counted per port and protocol", "[ports]") {
    auto counter = port_protocol_counter{};
    CHECK(counter.counts().empty());
    CHECK(counter.total() == 0);
    for (auto i = 0; i < 3; ++i) counter.add(443, 6);
    counter.add(443, 17);
    counter.add(0, 1);
    counter.add(65535, 255);
    for (auto i = 0; i < 3; ++i) counter.add(80, 6);
    CHECK(counter.counts() ==
          counts{{80, 6, 3}, {443, 6, 3}, {0, 1, 1}, {443, 17, 1}, {65535, 255, 1}});
    CHECK(counter.total() == 9);
}

TEST_CASE("the counted port can be chosen", "[ports]") {
    auto const flows =
        std::vector{connection(50000, 443), connection(443, 50000), connection(53, 53)};
    CHECK(flowlog::aggregate(flows, port_protocol_counter{}).counts() ==
          counts{{53, 6, 1}, {443, 6, 1}, {50000, 6, 1}});
    CHECK(flowlog::aggregate(flows, flowlog::basic_port_protocol_counter<port_key::srcport>{})
              .counts() == counts{{53, 6, 1}, {443, 6, 1}, {50000, 6, 1}});
    CHECK(flowlog::aggregate(flows, flowlog::basic_port_protocol_counter<port_key::service>{})
              .counts() == counts{{443, 6, 2}, {53, 6, 1}});
    using flowlog::field_id;
    CHECK(flowlog::uses(flowlog::basic_port_protocol_counter<port_key::service>{}) ==
          std::vector<flowlog::field_use>{
              {field_id::srcport}, {field_id::dstport}, {field_id::protocol}});
    CHECK(flowlog::uses(flowlog::basic_port_protocol_counter<port_key::srcport>{}) ==
          std::vector<flowlog::field_use>{{field_id::srcport}, {field_id::protocol}});
}

TEST_CASE("flows of protocols without ports need none", "[ports]") {
    auto const of = [](std::uint8_t protocol) {
        auto result = flowlog::flow{};
        result.set(field::protocol, protocol);
        return result;
    };
    auto const flows =
        std::vector{of(1), connection(1, 443), of(58), of(1), of(6), flowlog::flow{}};
    using portless = std::vector<flowlog::protocol_count>;
    auto counter = flowlog::aggregate(flows, port_protocol_counter{});
    CHECK(counter.counts() == counts{{443, 6, 1}});
    CHECK(counter.without_port() == portless{{1, 2}, {58, 1}});
    CHECK(counter.total() == 4);
    CHECK(flowlog::find_offending_field(counter, of(6)) ==
          flowlog::offending_field{flowlog::field_id::dstport, flowlog::reason::absent_value});
    CHECK_FALSE(flowlog::find_offending_field(counter, of(1)));
    counter.merge(port_protocol_counter{counter});
    CHECK(counter.without_port() == portless{{1, 4}, {58, 2}});
    CHECK(flowlog::aggregate(flows, flowlog::basic_port_protocol_counter<port_key::service>{})
              .without_port() == portless{{1, 2}, {58, 1}});

    // in a text log, of which an ICMP flow has no port
    auto log = flowlog::text_reader{flowlog::memory_source{
        "dstport protocol log-status\n443 6 OK\n- 1 OK\n- 6 OK\n53 17 OK\n"}};
    auto const both =
        flowlog::aggregate(log, flowlog::all_of{port_protocol_counter{}, port_protocol_counter{}});
    CHECK(both.get<1>().without_port() == portless{{1, 1}});
    CHECK(both.get<1>().total() == 3);
    CHECK(log.stats().malformed == 1);

    auto rows = flowlog::tag_table::builder{};
    rows.insert({0, 65535}, 1, "ping");
    rows.insert(443, std::nullopt, "web");
    auto const table = std::move(rows).build();
    auto const totals = flowlog::tag_counts(counter.counts(), table, counter.without_port());
    CHECK(totals.tags == std::vector<flowlog::tag_count>{{"ping", 4}, {"web", 2}});
    CHECK(totals.untagged == 2);
    CHECK(totals.unmatched_without_port == portless{{58, 2}});
}

TEST_CASE("counters merge", "[ports]") {
    auto random = testing::random_numbers{1};
    auto expected = std::map<std::pair<std::uint8_t, std::uint16_t>, std::uint64_t>{};
    auto parts = std::vector<port_protocol_counter>(5);
    for (auto i = 0; i < 50000; ++i) {
        auto const port = static_cast<std::uint16_t>(random(300) * random(200));
        auto const protocol = static_cast<std::uint8_t>(random(20) == 0 ? random(12) * 20 : 6);
        ++expected[{protocol, port}];
        parts[static_cast<std::size_t>(random(4))].add(port, protocol);  // the fifth stays empty
    }
    auto const check = [&](port_protocol_counter const& counter) {
        auto got = std::map<std::pair<std::uint8_t, std::uint16_t>, std::uint64_t>{};
        auto order = std::vector<std::pair<std::uint16_t, std::uint8_t>>{};
        counter.for_each([&](auto port, auto protocol, auto count) {
            got[{protocol, port}] = count;
            order.emplace_back(port, protocol);
        });
        CHECK(got == expected);
        CHECK(std::ranges::is_sorted(order));
        CHECK(counter.total() == 50000);
    };
    auto forwards = port_protocol_counter{};
    for (auto copy : parts) forwards.merge(std::move(copy));
    check(forwards);
    auto backwards = port_protocol_counter{};
    for (auto i = parts.size(); i-- > 0;) backwards.merge(port_protocol_counter{parts[i]});
    check(backwards);
    CHECK(forwards.counts() == backwards.counts());
}

TEST_CASE("a copy counts on its own", "[ports]") {
    auto a = port_protocol_counter{};
    a.add(80, 6);
    auto b = a;
    b.add(80, 6);
    b.add(1, 17);
    CHECK(a.counts() == counts{{80, 6, 1}});
    CHECK(b.counts() == counts{{80, 6, 2}, {1, 17, 1}});
    a = b;
    a.add(80, 6);
    CHECK(b.total() == 3);
    CHECK(a.total() == 4);
}

TEST_CASE("counts pass 32 bits", "[ports]") {
    // doubling a counter by merging it with its copy reaches 2^33 without adding as often
    auto counter = port_protocol_counter{};
    counter.add(443, 6);
    counter.add(80, 6);
    for (auto i = 0; i < 33; ++i) counter.merge(port_protocol_counter{counter});
    CHECK(counter.counts() == counts{{80, 6, 1ULL << 33}, {443, 6, 1ULL << 33}});
    counter.add(443, 6);
    CHECK(counter.counts() == counts{{443, 6, (1ULL << 33) + 1}, {80, 6, 1ULL << 33}});
    CHECK(counter.total() == (1ULL << 34) + 1);
    auto near = port_protocol_counter{};
    near.add(7, 17);
    for (auto i = 0; i < 31; ++i) near.merge(port_protocol_counter{near});
    auto ones = port_protocol_counter{};  // 2^31 - 1
    for (auto i = 0; i < 31; ++i) {
        ones.merge(port_protocol_counter{ones});
        ones.add(7, 17);
    }
    near.merge(std::move(ones));
    CHECK(near.counts() == counts{{7, 17, 0xFFFFFFFF}});
    near.add(7, 17);
    CHECK(near.counts() == counts{{7, 17, 1ULL << 32}});
    near.add(7, 17);
    CHECK(near.counts() == counts{{7, 17, (1ULL << 32) + 1}});
}

TEST_CASE("counts that are multiples of 2^16 are seen", "[ports]") {
    auto counter = port_protocol_counter{};
    auto const ports = {std::uint16_t{0}, std::uint16_t{63}, std::uint16_t{64},
                        std::uint16_t{40'000}, std::uint16_t{65'535}};
    for (auto const port : ports) {
        for (auto i = 0; i < 65'536; ++i) counter.add(port, 17);
    }
    counter.add(5, 6);
    counter.add(5, 255);
    auto expected = std::vector<port_protocol_count>{};
    for (auto const port : ports) expected.push_back({port, 17, 65'536});
    expected.push_back({5, 6, 1});
    expected.push_back({5, 255, 1});
    CHECK(counter.counts() == expected);
    CHECK(counter.total() == 5 * 65'536 + 2);
}

TEST_CASE("the order of output is total", "[ports]") {
    CHECK(flowlog::output_before({1, 6, 5}, {1, 6, 4}));
    CHECK_FALSE(flowlog::output_before({1, 6, 4}, {1, 6, 5}));
    CHECK(flowlog::output_before({1, 17, 5}, {2, 6, 5}));
    CHECK(flowlog::output_before({1, 6, 5}, {1, 17, 5}));
    CHECK_FALSE(flowlog::output_before({1, 6, 5}, {1, 6, 5}));
}

}  // namespace test_aggregate_ports
