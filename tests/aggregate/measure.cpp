// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/measure.hpp>

#include "catch.hpp"

using flowlog::field_id;
using flowlog::measure;
using flowlog::measure_kind;

TEST_CASE("measures are written and read", "[measure]") {
    CHECK(measure::parse("flows") == measure{});
    CHECK(measure::parse("count") == measure{});
    CHECK(measure::parse("dOctets") == measure{measure_kind::sum, field_id::bytes});
    CHECK(measure::parse("sum(packets)") == measure{measure_kind::sum, field_id::packets});
    CHECK(measure::parse("min(start)") == measure::parse("first"));
    CHECK(measure::parse("max(end)") == measure::parse("last"));
    for (auto const* text : {"flows", "bytes", "min(bytes)", "max(end)", "distinct(srcaddr)",
                             "rate(packets)", "distinct(action)", "sum(flows)", "or(tcp-flags)"}) {
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
    CHECK(has(of("max(dOctet)"), "did you mean 'dOctets'"));
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
    CHECK(name("start:05m") == "start:5m");
    CHECK(name("label(src-addr)") == "label(srcaddr)");
    CHECK(name("class(pkt-dstaddr)") == "class(pkt-dstaddr)");
    CHECK(name("tag") == "tag");
    CHECK(name("IP/8") == "ip/8");
    CHECK(name("Port") == "port");
    CHECK(name("Class(ip)") == "class(ip)");
    CHECK(name("SERVICE") == "service");
    CHECK(name("pair") == "pair");
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
    CHECK(has(of("bytes:5m"), "bytes is not a time"));
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
