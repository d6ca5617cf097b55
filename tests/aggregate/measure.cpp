// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/measure.hpp>

#include "catch.hpp"

namespace test_aggregate_measure {

using flowlog::field_id;
using flowlog::measure;
using flowlog::measure_kind;

static auto lower(std::string text) -> std::string {
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return text;
}

TEST_CASE("measures are written and read", "[measure]") {
    CHECK(measure::parse("flows") == measure{});
    CHECK(measure::parse("count") == measure{});
    CHECK(measure::parse("dOctets") == measure{measure_kind::sum, field_id::bytes});
    CHECK(measure::parse("sum(packets)") == measure{measure_kind::sum, field_id::packets});
    CHECK(measure::parse("min(start)") == measure::parse("first"));
    CHECK(measure::parse("max(end)") == measure::parse("last"));
    for (auto const* text : {"Flows", "COUNT", "Max(Bytes)", "First", "SUM(bytes)/Flows"})
        CHECK(measure::parse(text) == measure::parse(lower(text)));
    for (auto const* text :
         {"flows", "bytes", "min(bytes)", "max(end)", "distinct(srcaddr)", "rate(packets)",
          "distinct(action)", "sum(flows)", "or(tcp-flags)", "avg(bytes)", "bytes/packets",
          "flows/sum(flows)", "duration", "avg(duration)", "bytes/duration",
          "percentile(bytes, 95)", "percentile(duration, 99.9)", "percentile(bytes, 0.001)",
          "distinct(duration)"}) {
        CHECK(measure::parse(text).name() == text);
    }
}

template <class Parse>
static auto complaint(Parse parse) -> std::string {
    try {
        static_cast<void>(parse());
    } catch (flowlog::error const& failure) {
        CHECK(failure.code() == flowlog::errc::invalid_argument);
        return failure.message();
    }
    return "none";
}

static auto has(std::string_view text, std::string_view part) -> bool {
    return text.find(part) != text.npos;
}

TEST_CASE("what is no measure is refused with what was expected", "[measure]") {
    auto const of = [](std::string_view text) {
        return complaint([&] { return measure::parse(text); });
    };
    CHECK(has(of("nonsense"), "no field is called 'nonsense'"));
    CHECK(has(of("median(bytes)"), "no measure is called 'median'"));
    CHECK(has(of("sum(srcaddr)"), "srcaddr is not a number"));
    CHECK(has(of("start"), "start is not a number"));
    CHECK(has(of("rate(start)"), "start is not a number"));
    CHECK(has(of("min(action)"), "action is neither a number nor a time"));
    CHECK(has(of("or(bytes)"), "bytes has no bits to combine"));
    CHECK(has(of("or(start)"), "start has no bits to combine"));
    CHECK(has(of(""), "expected flows"));
    CHECK(has(of("max(bytes"), "no field is called"));
    CHECK(has(of("a\x1b"), "a\\x1b"));
    CHECK(has(of("bites"), "did you mean 'bytes'"));
    CHECK(has(of("avg(action)"), "action is not a number"));
    CHECK(has(of("avg(start)"), "start is not a number"));
    CHECK(has(of("percentile(start, 95)"), "start is not a number"));
    CHECK(has(of("bytes/srcaddr"), "srcaddr is not a number"));
    CHECK(has(of("action/bytes"), "action is not a number"));
    CHECK(has(of("bytes/"), "no field is called ''"));
    CHECK(has(of("rate(duration)"), "cannot be computed for durations"));
    CHECK(has(of("or(duration)"), "cannot be computed for durations"));
    CHECK(has(of("percentile(bytes)"), "needs a percentage after its field"));
    for (auto const* text : {"101", "100.001", "-1", "95%", "", "9.", ".5", "9.1234", "1e1"})
        CHECK(has(of("percentile(bytes, " + std::string{text} + ")"), "percentage from 0 to 100"));
    CHECK(has(of("-bytes"), "no field is called '-bytes'"));
    CHECK(has(of("max(dOctet)"), "did you mean 'dOctets'"));
    CHECK(has(of("distinct(srcaddr/24)"),
              "expected one field, found 'srcaddr/24'; a network such as srcaddr/24 can only be a "
              "key"));
    CHECK(has(of("avg(bytes/packets)"), "expected one field, found 'bytes/packets'"));
}

TEST_CASE("measures of the same thing are equal", "[measure]") {
    auto const parsed = [](std::string_view text) { return measure::parse(text); };
    CHECK(parsed("sum(bytes)/sum(packets)") == parsed("bytes/packets"));
    CHECK(parsed("percentile( bytes ,95.0)") == parsed("percentile(bytes, 95)"));
    CHECK(parsed("average(bytes)") == parsed("avg(bytes)"));
    CHECK_FALSE(parsed("bytes/packets") == parsed("packets/bytes"));
    CHECK_FALSE(parsed("bytes/packets") == parsed("bytes/flows"));
    CHECK_FALSE(parsed("percentile(bytes, 95)") == parsed("percentile(bytes, 96)"));
    CHECK_FALSE(parsed("duration") == parsed("bytes"));
}

/// Whether a filter wants a group in which every measure has a value.
static auto wants(std::string_view expression, flowlog::group_cell const& cell) -> bool {
    return flowlog::having(expression).matches([&](std::size_t) { return cell; });
}

TEST_CASE("groups are filtered by their measures", "[group_filter]") {
    using number = std::uint64_t;
    CHECK(flowlog::group_filter{}.empty());
    CHECK(flowlog::group_filter{}.matches([](auto) { return flowlog::group_cell{}; }));
    CHECK(wants("flows > 50", number{51}));
    CHECK_FALSE(wants("flows > 50", number{50}));
    CHECK(wants("flows>=50 AND flows<51", number{50}));
    CHECK(wants("flows = 1.5k", number{1500}));
    CHECK(wants("bytes = 1.005k and bytes <= 1.005k", number{1005}));
    CHECK_FALSE(wants("bytes > 1.005k", number{1005}));
    CHECK(wants("or(tcp-flags) = 0x13", number{0x13}));
    CHECK(wants("Flows >= 0XfF", number{255}));
    CHECK_THROWS_AS(flowlog::having("flows > 0x"), flowlog::error);
    CHECK_THROWS_AS(flowlog::having("flows > 0xg"), flowlog::error);
    CHECK(wants("bytes == 64Ki", number{65536}));
    CHECK(wants("bytes eq 18446744073709551615", ~number{0}));
    CHECK_FALSE(wants("bytes eq 18446744073709551614", ~number{0}));
    CHECK(wants("bytes < 0.5", number{0}));
    CHECK_FALSE(wants("bytes < 0.5", number{1}));
    CHECK(wants("avg(bytes) > 2.25", 2.5));
    CHECK(wants("bytes/packets <= 2.5", 2.5));
    CHECK(wants("bytes / packets le 2.5", 2.5));
    CHECK(wants("duration > 1m30s", std::chrono::microseconds{90'000'001}));
    CHECK(wants("duration = 90", std::chrono::microseconds{90'000'000}));
    CHECK_FALSE(wants("duration > 90", std::chrono::microseconds{90'000'000}));
    CHECK(wants("duration > 1500ms and duration < 1.6", std::chrono::microseconds{1'500'001}));
    CHECK(wants("avg(duration) > 1m30s and avg(duration) < 91", 90.5));
    CHECK_FALSE(wants("avg(duration) > 90", 90.0));
    CHECK_FALSE(wants("flows > 0", {}));  // an absent value
    CHECK(wants("not flows > 0", {}));
    CHECK(wants("flows != 1 and (flows = 1 or not (flows = 3 || ! flows = 2))", number{2}));
    CHECK(wants("flows = 1 or flows = 2 and flows = 3", number{1}));
    CHECK(wants("or(tcp-flags) = 2 or or(tcp-flags) = 3", number{3}));
    auto const day = [](std::string_view) {
        return flowlog::closed_range<flowlog::timestamp>{
            flowlog::timestamp{std::chrono::days{1}},
            flowlog::timestamp{std::chrono::days{2} - std::chrono::microseconds{1}}};
    };
    auto const noon = flowlog::group_cell{flowlog::timestamp{std::chrono::hours{36}}};
    auto const wants_noon = [&](std::string_view expression) {
        return flowlog::having(expression, day).matches([&](std::size_t) { return noon; });
    };
    CHECK(wants_noon("first = 1970-01-02"));
    CHECK(wants_noon("last > '1970-01-02'"));
    CHECK_FALSE(wants_noon("last <= 1970-01-02"));
    auto const measures = flowlog::having("flows > 1 and max(bytes) > 1 or flows > 3").measures();
    CHECK(measures == std::vector{measure{}, measure::parse("max(bytes)")});
}

TEST_CASE("a filter of groups that is wrong is refused with what was expected", "[group_filter]") {
    auto const of = [](std::string_view text) -> std::string {
        try {
            static_cast<void>(flowlog::having(text));
        } catch (flowlog::error const& failure) {
            CHECK(failure.code() == flowlog::errc::invalid_filter);
            return failure.what();
        }
        return "none";
    };
    CHECK(has(of(""), "having:1:1: expected a measure"));
    CHECK(has(of("flows > 50 and nonsense > 1"), "having:1:16: measure 'nonsense'"));
    CHECK(has(of("flows > 50 and nonsense > 1"),
              "\n  flows > 50 and nonsense > 1\n                 ^"));
    CHECK(has(of("flows"), "expected a comparison: =, !=, <, <=, > or >=, found the end"));
    CHECK(has(of("flows_in > 1"), "; --in-out has what came in apart from what went out"));
    CHECK(has(of("max(bytes)_in > 1"), "having:1:11: --in-out has what came in"));
    CHECK(has(of("flows > x"), "having:1:9: expected a number such as 50"));
    CHECK(has(of("flows > -1"), "found '-1'"));
    CHECK(has(of("flows > 1x"), "found '1x'"));
    CHECK(has(of("avg(duration) > 1y"), "expected a duration"));
    CHECK(has(of("first > 2024-05-01"), "times cannot be compared here"));
    CHECK(has(of("flows > 1 bytes > 1"), "expected 'and', 'or' or the end, found 'bytes'"));
    CHECK(has(of("(flows > 1"), "expected ')', found the end"));
    CHECK(has(of("max(bytes > 1"), "this parenthesis is not closed"));
    CHECK(has(of("flows > 1 and"), "expected a measure"));
    CHECK(has(of("srcaddr = 1"), "srcaddr is not a number; --where selects flows by srcaddr"));
    CHECK(has(of(std::string(2000, '(')), "nested too deeply"));
    CHECK(has(of(std::string(2000, '!')), "nested too deeply"));
    CHECK(has(of("a\x1b > 1"), "\\x1b"));
}

TEST_CASE("keys are called what they are", "[group_words]") {
    auto const tags = flowlog::tag_table{};
    auto const labels = flowlog::label_table{};
    auto const name = [&](std::string_view text) {
        return flowlog::parse_group_key(text, {&tags, &labels}).name;
    };
    CHECK(name("SRC_ADDR") == "srcaddr");
    CHECK(name("dOctets") == "bytes");
    CHECK(name("src_addr/24") == "srcaddr/24");
    CHECK(name("srcaddr/08/048") == "srcaddr/8/48");
    CHECK(name("srcaddr/32/128") == "srcaddr/32/128");
    CHECK(name("start:05m") == "start:5m");
    CHECK(name("label(src-addr)") == "label(srcaddr)");
    CHECK(name("class(pkt-dstaddr)") == "class(pkt-dstaddr)");
    CHECK(name("tag") == "tag");
    CHECK(name("IP/8") == "ip/8");
    CHECK(name("Port") == "port");
    CHECK(name("Class(ip)") == "class(ip)");
    CHECK(name("SERVICE") == "service");
    CHECK(name("pair") == "pair");
    CHECK(name("PKT_IP") == "pkt-ip");
    CHECK(name("pkt-pair") == "pkt-pair");
    CHECK(name("pkt-ip/24") == "pkt-ip/24");
    for (auto const* word : {"date", "hour", "weekday", "week", "month"}) {
        CHECK(name(word) == word);
        CHECK(name(std::string{word} + "(start)") == word);
        CHECK(name(std::string{word} + "(last)") == std::string{word} + "(end)");
    }
}

TEST_CASE("what is no key is refused with what was expected", "[group_words]") {
    auto const of = [](std::string_view text) {
        return complaint([&] { return flowlog::parse_group_key(text); });
    };
    CHECK(has(of(""), "it is empty; expected a field"));
    CHECK(has(of("scraddr"), "no field is called 'scraddr'; did you mean 'srcaddr'"));
    CHECK(has(of("srvice"), "did you mean 'service'"));
    CHECK(has(of("tag"), "needs a table of tags"));
    CHECK(has(of("label(srcaddr)"), "needs a table of labels"));
    CHECK(has(of("label(srcaddr"), "expected ')' at its end"));
    CHECK(has(of("class(bytes)"), "bytes is not an address"));
    CHECK(has(of("size(srcaddr)"), "no function of a field is called 'size'"));
    CHECK(has(of("bytes/8"), "bytes is not an address"));
    CHECK(has(of("pair/24"), "pair is not an address"));
    CHECK(has(of("date:5m"), "date is not a time"));
    CHECK(has(of("bytes:5m"), "bytes is not a time"));
    CHECK(has(of("hour(bytes)"), "bytes is not a time"));
    CHECK(has(of("week(end"), "expected ')' at its end"));
    CHECK(has(of("-bytes"), "no field is called '-bytes'"));
    for (auto const* text :
         {"srcaddr/", "srcaddr/33", "srcaddr/x", "srcaddr/-1", "srcaddr//64", "srcaddr/4294967304"})
        CHECK(has(of(text), "prefix length of IPv4, 0 to 32"));
    for (auto const* text : {"srcaddr/24/", "srcaddr/24/129", "srcaddr/24/64/"})
        CHECK(has(of(text), "prefix length of IPv6, 0 to 128"));
    for (auto const* text : {"start:", "start:m", "start:5", "start:0m", "start:5w", "start:-5m",
                             "start:99999999999999999999d", "start:1000001d", "start:1.5h"})
        CHECK(has(of(text), "expected a span after the ':'"));
    CHECK(has(of("a\x1b"), "a\\x1b"));
}

}  // namespace test_aggregate_measure
