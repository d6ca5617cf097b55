// SPDX-License-Identifier: BSL-1.0
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/query/views.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_query_views {

namespace {

namespace field = flowlog::field;
namespace views = flowlog::views;
using flowlog::field_id;
using flowlog::field_value;
using flowlog::flow;
using flowlog::reason;

/// Lines 2 to 9: 3 has an absent address, 4 absent bytes, 5 malformed bytes, 7 both malformed.
constexpr auto text = std::string_view{
    "srcaddr dstport bytes log-status\n"
    "10.0.0.1 443 100 OK\n"
    "- 443 200 OK\n"
    "10.0.0.2 80 - OK\n"
    "10.0.0.3 80 x OK\n"
    "- - - NODATA\n"
    "10.0.0 22 -1 OK\n"
    "2001:db8::1 22 300 OK\n"
    "10.0.0.1 70000 400 OK\n"};

struct rejection {
    std::uint64_t line;
    field_id field;
    flowlog::reason why;

    friend auto operator==(rejection const&, rejection const&) -> bool = default;
};

/// A text log that remembers what was rejected.
class watched_log {
public:
    [[nodiscard]] auto reader() {
        auto how = flowlog::text_options{};
        how.on_malformed = [this](auto const& line) {
            rejected.push_back({line.line, line.field.value(), line.reason});
        };
        return flowlog::text_reader{flowlog::memory_source{text}, how};
    }

    std::vector<rejection> rejected{};
};

auto made_flow(std::uint16_t port, std::uint64_t bytes) -> flow {
    auto result = flow{};
    result.set(field::dstport, port);
    if (bytes != 0) result.set(field::bytes, bytes);
    return result;
}

}  // namespace

TEST_CASE("select gives the values of some fields of every flow", "[views]") {
    auto reader = flowlog::text_reader{flowlog::memory_source{text}};
    auto out = std::ostringstream{};
    for (auto [source, port, bytes] : reader.select(field::srcaddr, field::dstport, field::bytes)) {
        static_assert(std::same_as<decltype(source), field_value<flowlog::address>>);
        static_assert(std::same_as<decltype(port), field_value<std::uint16_t>>);
        static_assert(std::same_as<decltype(bytes), field_value<std::uint64_t>>);
        out << source << ' ' << port << ' ' << bytes << '\n';
    }
    CHECK(out.str() ==
          "10.0.0.1 443 100\n"
          "- 443 200\n"
          "10.0.0.2 80 -\n"
          "10.0.0.3 80 ?\n"
          "? 22 ?\n"
          "2001:db8::1 22 300\n"
          "10.0.0.1 ? 400\n");
    CHECK(reader.stats().records == 7);
    CHECK(reader.stats().malformed == 0);
}

TEST_CASE("select takes a temporary log", "[views]") {
    auto sum = std::uint64_t{0};
    for (auto [bytes] : flowlog::text_reader{flowlog::memory_source{text}}.select(field::bytes))
        sum += bytes.value_or(0);
    CHECK(sum == 1000);
    auto const path = FLOWLOG_TEST_DATA "/netflow/flow-tools/s1-v5-le.ft";
    auto flows = 0;
    for (auto [number, protocol] : flowlog::open(path).select(field::srcaddr_raw, field::prot)) {
        if (flows++ != 0) continue;
        CHECK(number == 3646664648U);  // 217.91.175.200
        CHECK(protocol == std::uint8_t{1});
    }
    CHECK(flows == 20);
}

TEST_CASE("every reader can select", "[views]") {
    auto const path = FLOWLOG_TEST_DATA "/netflow/flow-tools/s1-v5-le.ft";
    auto reader = flowlog::flow_tools_reader{flowlog::file_source{path}};
    auto first = std::uint64_t{0};
    for (auto [octets, port] : reader.select(field::dOctets, field::dstport)) {
        if (first == 0) first = *octets;
        CHECK(port.has_value());
    }
    CHECK(first == 4077622522U);
}

TEST_CASE("select is an adaptor for pipes", "[views]") {
    auto reader = flowlog::text_reader{flowlog::memory_source{text}};
    auto const is_web = [](auto const& record) { return record[field::dstport] == 443; };
    auto bytes_seen = std::vector<std::uint64_t>{};
    for (auto [bytes] : reader | views::where(is_web) | views::select(field::bytes))
        bytes_seen.push_back(*bytes);
    CHECK(bytes_seen == std::vector<std::uint64_t>{100, 200});
}

TEST_CASE("checked rejects flows with an absent or malformed field", "[views]") {
    auto log = watched_log{};
    auto reader = log.reader();
    auto sum = std::uint64_t{0};
    for (auto const& record : flowlog::checked(reader, field::srcaddr, field::bytes)) {
        CHECK(record[field::srcaddr].has_value());
        sum += *record[field::bytes];
    }
    CHECK(sum == 800);
    CHECK(log.rejected == std::vector<rejection>{{3, field_id::srcaddr, reason::absent_value},
                                                 {4, field_id::bytes, reason::absent_value},
                                                 {5, field_id::bytes, reason::bad_value},
                                                 {7, field_id::srcaddr, reason::bad_value}});
    auto const stats = reader.stats();
    CHECK(stats.records == 3);
    CHECK(stats.malformed == 4);
    CHECK(stats.nodata == 1);
    CHECK(stats.headers == 1);
    CHECK(stats.lines() == 9);
}

TEST_CASE("checked over a log of any format counts in that log", "[views]") {
    auto count = 0;
    auto how = flowlog::open_options{};
    how.on_malformed = [&](auto const&) { ++count; };
    auto log = flowlog::log{flowlog::text_reader<flowlog::any_source>{
        flowlog::any_source{flowlog::memory_source{text}}, {.on_malformed = how.on_malformed}}};
    auto flows = 0;
    for (auto const& record : flowlog::checked(log, field::dstport))
        flows += record[field::dstport] ? 1 : 0;
    CHECK(flows == 6);
    CHECK(count == 1);
    CHECK(log.stats().records == 6);
    CHECK(log.stats().malformed == 1);
}

TEST_CASE("checked counts in a log that a view below it owns", "[views]") {
    auto count = 0;
    auto log = flowlog::log{
        flowlog::text_reader<flowlog::any_source>{flowlog::any_source{flowlog::memory_source{text}},
                                                  {.on_malformed = [&](auto const&) { ++count; }}}};
    auto const is_any = [](auto const&) { return true; };
    auto flows = 0;
    for (auto const& record :
         flowlog::checked(std::move(log) | views::where(is_any), field::srcaddr, field::bytes))
        flows += record[field::bytes] ? 1 : 0;
    CHECK(flows == 3);
    CHECK(count == 4);
}

TEST_CASE("checked without fields passes every flow", "[views]") {
    auto reader = flowlog::text_reader{flowlog::memory_source{text}};
    CHECK(std::ranges::distance(flowlog::checked(reader)) == 7);
    CHECK(reader.stats().malformed == 0);
}

TEST_CASE("checked over a log without the field rejects every flow", "[views]") {
    auto log = watched_log{};
    auto reader = log.reader();
    CHECK(std::ranges::distance(flowlog::checked(reader, field::vpc_id)) == 0);
    CHECK(reader.stats().records == 0);
    CHECK(reader.stats().malformed == 7);
    REQUIRE_FALSE(log.rejected.empty());
    CHECK(log.rejected.front() == rejection{2, field_id::vpc_id, reason::absent_value});
}

TEST_CASE("checked only filters a range that cannot reject", "[views]") {
    auto const flows = std::vector{made_flow(443, 1), made_flow(80, 0), made_flow(22, 2)};
    auto ports = std::vector<std::uint16_t>{};
    for (auto const& record : flowlog::checked(flows, field::bytes))
        ports.push_back(*record[field::dstport]);
    CHECK(ports == std::vector<std::uint16_t>{443, 22});
    auto none = std::vector<flow>{};
    CHECK(std::ranges::distance(flowlog::checked(none, field::bytes)) == 0);
}

TEST_CASE("checked composes with select and where", "[views]") {
    auto log = watched_log{};
    auto reader = log.reader();
    auto const is_web = [](auto const& record) { return record[field::dstport] == 443; };
    auto seen = std::vector<std::uint64_t>{};
    for (auto [bytes] : flowlog::select(
             flowlog::checked(reader | views::where(is_web), field::srcaddr), field::bytes))
        seen.push_back(*bytes);
    CHECK(seen == std::vector<std::uint64_t>{100});
    // flows that were not wanted are not rejected
    CHECK(log.rejected == std::vector<rejection>{{3, field_id::srcaddr, reason::absent_value}});
    CHECK(reader.stats().records == 6);
    CHECK(reader.stats().malformed == 1);
    CHECK(reader.stats().lines() == 9);
}

TEST_CASE("checked rejects a flow without the number of an IPv4 address", "[views]") {
    auto log = watched_log{};
    auto reader = log.reader();
    auto sum = std::uint64_t{0};
    for (auto const& record : flowlog::checked(reader, field::srcaddr_raw))
        sum += *record[field::srcaddr_raw] - 0x0A000000U;
    CHECK(sum == 1 + 2 + 3 + 1);
    CHECK(log.rejected == std::vector<rejection>{{3, field_id::srcaddr, reason::absent_value},
                                                 {7, field_id::srcaddr, reason::bad_value},
                                                 {8, field_id::srcaddr, reason::absent_value}});
}

}  // namespace test_query_views
