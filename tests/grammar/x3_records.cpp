// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <boost/fusion/include/adapt_struct.hpp>
#include <boost/spirit/home/x3.hpp>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/grammar/explain.hpp>
#include <flowlog/grammar/rule.hpp>
#include <flowlog/grammar/x3_records.hpp>

#include "catch.hpp"
#include "reading.hpp"

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace x3 = boost::spirit::x3;
namespace grammar = flowlog::grammar;
using flowlog::field_id;
using flowlog::reason;
using grammar::value;

struct entry {
    std::string host{};
    flowlog::address from{};
    std::uint16_t port = 0;
    std::vector<std::uint8_t> flags{};

    template <field_id Id>
    auto operator[](flowlog::field_key<Id>) const
        -> flowlog::field_value<flowlog::field_value_type<Id>> {
        if constexpr (Id == field_id::srcaddr) return from;
        if constexpr (Id == field_id::dstport) return port;
        if constexpr (Id == field_id::protocol) return std::uint8_t{6};
        return {};
    }
};
BOOST_FUSION_ADAPT_STRUCT(entry, host, from, port, flags)
static_assert(flowlog::flow_record<entry>);

/// `fw1: 10.0.0.1:443 flags 1,2`
static auto entry_grammar() {
    auto const host = +x3::ascii::alnum >> ": ";
    auto const endpoint = value<flowlog::address> > ':' > value<std::uint16_t>;
    return host >> (endpoint > " flags " > (value<std::uint8_t> % ','));
}

struct result {
    std::vector<std::string> entries{};
    flowlog::statistics stats{};
    std::vector<testing::rejected> malformed{};

    friend auto operator==(result const&, result const&) -> bool = default;
};

static auto read_entries(std::string_view text, std::size_t block_size,
                         std::size_t max_line = 1U << 20) -> result {
    auto got = result{};
    auto log = grammar::x3_records<entry>(
        testing::strict_source{text, block_size}, entry_grammar(),
        {.max_line = max_line,
         .on_malformed = [&](auto const& line) { got.malformed.push_back(testing::keep(line)); }});
    static_assert(std::ranges::input_range<decltype(log)>);
    for (auto const& one : log) {
        got.entries.push_back(one.host + ' ' + one.from.to_string() + ' ' +
                              std::to_string(one.port) + ' ' + std::to_string(one.flags.size()));
    }
    got.stats = log.stats();
    return got;
}

constexpr auto sample =
    "fw1: 10.0.0.1:443 flags 1,2\r\n\n \t\nfw2: ::1 flags 1\nnothing like it\nfw3: 10.0.0.2:70000 "
    "flags 1\n"
    "fw4: 10.0.0.3:80 flags 1,2,3 \nfw5: 10.0.0.4:\nfw6: 10.0.0.5:80 flags 7"sv;

TEST_CASE("a grammar's records are read line by line", "[x3_records]") {
    auto const got = read_entries(sample, 1000);
    CHECK(got.entries == std::vector<std::string>{"fw1 10.0.0.1 443 2", "fw6 10.0.0.5 80 1"});
    CHECK(got.stats.records == 2);
    CHECK(got.stats.blank == 2);
    CHECK(got.stats.malformed == 5);
    CHECK(got.stats.lines() == 9);
    CHECK(got.stats.bytes == sample.size());
    REQUIRE(got.malformed.size() == 5);
    auto const column = [&](std::size_t i) {
        return std::pair{got.malformed[i].line, got.malformed[i].column};
    };
    using place = std::pair<std::uint64_t, std::size_t>;
    CHECK(column(0) == place{4, 9});   // no port
    CHECK(column(1) == place{5, 0});   // nothing matches
    CHECK(column(2) == place{6, 15});  // port too large
    CHECK(column(3) == place{7, 29});  // one blank too many
    CHECK(column(4) == place{8, 15});  // ends too early
    CHECK(got.malformed[0].text == "fw2: ::1 flags 1");
    CHECK(got.malformed[0].offset == 33);
    CHECK(got.malformed[0].reason == reason::bad_value);
}

TEST_CASE("records do not depend on the size of blocks", "[x3_records]") {
    auto const whole = read_entries(sample, 1000);
    for (std::size_t size = 1; size < 70; ++size) CHECK(read_entries(sample, size) == whole);
}

TEST_CASE("a line beyond the limit is reported", "[x3_records]") {
    auto const text = "fw1: 10.0.0.1:443 flags 1\nfw2: " + std::string(100, 'x') +
                      "\nfw3: 10.0.0.1:443 flags 1\n";
    for (std::size_t size : {1U, 64U, 1000U}) {
        auto const got = read_entries(text, size, 64);
        CHECK(got.entries.size() == 2);
        REQUIRE(got.malformed.size() == 1);
        CHECK(got.malformed[0].reason == reason::too_long);
        CHECK(got.malformed[0].line == 2);
        CHECK(got.malformed[0].offset == 26);
    }
    CHECK(read_entries("", 10) == result{});
}

TEST_CASE("a user's records are aggregated like all others", "[x3_records]") {
    auto log = grammar::x3_records<entry>(testing::strict_source{sample, 10}, entry_grammar());
    auto const counts = flowlog::aggregate(log, flowlog::port_protocol_counter{});
    CHECK(counts.counts() == std::vector<flowlog::port_protocol_count>{{80, 6, 1}, {443, 6, 1}});
    CHECK(log.stats().records == 2);
    CHECK(log.name() == "test");
}

TEST_CASE("a user's record can be taken back and described", "[x3_records]") {
    auto lines = std::vector<std::string>{};
    auto log = grammar::x3_records<entry>(
        testing::strict_source{"fw1: 10.0.0.1:443 flags 1\nfw2: 10.0.0.1\n", 10}, entry_grammar(),
        {.on_malformed = [&](auto const& line) { lines.push_back(flowlog::describe(line)); }});
    for (auto const& one : log) {
        if (one.port == 443) log.reject(field_id::dstport, reason::bad_value);
    }
    CHECK(log.stats().records == 0);
    CHECK(lines == std::vector<std::string>{"test:1: dstport: malformed: fw1: 10.0.0.1:443 flags 1",
                                            "test:2:14: malformed: fw2: 10.0.0.1"});
}
