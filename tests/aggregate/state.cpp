// SPDX-License-Identifier: BSL-1.0
// Partial results: what they look like, and that damage is noticed wherever it is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/digest.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/detail/crc32.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_aggregate_state {

using namespace flowlog;

namespace {

auto grouped(std::vector<std::string> const& keys, std::vector<std::string> const& measures,
             std::string const& log = {}) -> dynamic_grouping {
    auto parts = std::vector<group_key>{};
    for (auto const& key : keys) parts.push_back(parse_group_key(key));
    auto all = std::vector<measure>{};
    for (auto const& name : measures) all.push_back(measure::parse(name));
    auto result = group_by(std::move(parts), std::move(all));
    result.set_distinct_key(hash_key{});
    if (!log.empty()) add_all(text_reader{memory_source{log}}, result);
    return result;
}

template <class A>
auto saved(A const& counted, std::vector<std::string> const& job = {"top"}) -> std::string {
    auto text = std::string{};
    auto out = state_writer{[&](std::string_view more) { text += more; }, job};
    counted.save(out);
    out.finish();
    return text;
}

template <class A>
auto loaded(std::string const& text, A into) -> A {
    auto in = open_state(memory_input{text, "x.part"});
    while (in.begin()) {
        into.load(in);
        in.finish();
    }
    return into;
}

template <class A>
auto refusal(std::string const& text, A into) -> std::pair<errc, std::string> {
    try {
        loaded(text, std::move(into));
    } catch (error const& failure) {
        return {static_cast<errc>(failure.code().value()), failure.what()};
    }
    return {errc{}, "accepted"};
}

constexpr auto log =
    "srcaddr dstaddr dstport protocol interface-id bytes packets start end\n"
    "10.0.0.1 10.0.0.9 443 6 eni-1 100 3 1620000000 1620000060\n"
    "10.0.0.1 10.0.0.8 443 6 eni-[1] 50 2 1620000060 1620000061\n"
    "2001:db8::1 10.0.0.8 - 6 - - 2 - 1620000061\n";

}  // namespace

TEST_CASE("a partial result is lines of JSON", "[state]") {
    CHECK(saved(grouped({"srcaddr", "interface-id", "start:1h"},
                        {"flows", "bytes", "first", "max(packets)", "distinct(dstport)",
                         "percentile(packets, 50)", "bytes/packets", "rate(bytes)"},
                        log),
                {"top", "--by=srcaddr"}) ==
          R"_({"flowlog":"partial","version":1,"job":["top","--by=srcaddr"]}
{"keys":["srcaddr","interface-id","start:1h"],"measures":["flows","bytes","min(start)","max(packets)","distinct(dstport)","percentile(packets, 50)","bytes/packets","rate(bytes)"],"hash_key":"9e3779b97f4a7c15a0761d6478bd642f"}
[["10.0.0.1","eni-1",1620000000000000],[1,100,1620000000000000,3,2709660226457430095,[3,1],[100,3],[100,1620000000000000,1620000060000000]]]
[["10.0.0.1","eni-\u005b1\u005d",1620000000000000],[1,50,1620000060000000,2,2709660226457430095,[2,1],[50,2],[50,1620000060000000,1620000061000000]]]
[["2001:db8::1",null,null],[1,0,null,2,null,[2,1],[0,2],[0,null,1620000061000000]]]
{"end":5,"crc32":"7c9ee970"}
)_");
}

TEST_CASE("texts are written without loss", "[state]") {
    for (auto const& text :
         std::vector<std::string>{"", "a\"\\b\n\t\x7F", "],[", "\xC3\xA9\xF0\x9F\x98\x80",
                                  "\xFF\xC3", "\xED\xA0\x80", std::string(3, '\0')}) {
        auto written = std::string{};
        auto out = state_writer{[&](std::string_view more) { written += more; }, {text}};
        out.head("{}");
        out.open().text(text).number(-5).null().number(~std::uint64_t{0}).close_row();
        out.finish();
        auto in = open_state(memory_input{written});
        REQUIRE(in.begin());
        CHECK(in.job() == std::vector{text});
        in.head("{}");
        REQUIRE(in.at_row());
        in.open();
        CHECK(in.text() == text);
        CHECK(in.signed_number() == -5);
        CHECK(in.null());
        CHECK(in.number() == ~std::uint64_t{0});
        in.close_row();
        in.finish();
        CHECK_FALSE(in.begin());
    }
}

TEST_CASE("sets that are estimated, and rounded values, are exact sums of their parts", "[state]") {
    auto const lines = [](std::uint64_t first, std::uint64_t last) {
        auto text = std::string{"srcaddr dstaddr bytes\n"};
        for (auto i = first; i < last; ++i)
            text += "10.0.0." + std::to_string(i % 3) + " 10.1." + std::to_string(i / 250) + '.' +
                    std::to_string(i % 250) + ' ' + std::to_string(i * i) + '\n';
        return text;
    };
    auto const empty = [&] {
        return grouped({"ip"}, {"flows", "distinct(dstaddr)", "percentile(bytes, 95)"});
    };
    auto const part = [&](std::uint64_t first, std::uint64_t last) {
        auto result = empty();
        add_all(text_reader{memory_source{lines(first, last)}}, result);
        return result;
    };
    auto const whole = part(0, 9000);
    REQUIRE(whole.estimated());
    auto const few = saved(part(0, 100));
    auto const some = saved(part(90, 1500));  // not yet estimated
    auto const many = saved(part(1500, 9000));
    auto expected = part(90, 1500);
    expected.merge(part(0, 100));
    expected.merge(part(1500, 9000));
    for (auto const& text : {few + some + many, many + few + some}) {
        auto const found = loaded(text, empty());
        CHECK(found.groups() == expected.groups());
        CHECK(found.totals() == expected.totals());
        CHECK(found.estimated());
        CHECK(saved(found) == saved(expected));
        CHECK(saved(loaded(saved(found), empty())) == saved(found));
    }
    CHECK(whole.groups().size() == 3 + 9000);  // both ends
}

TEST_CASE("sums that stopped stay stopped, and many flows of a port are counted", "[state]") {
    auto const huge = std::string{"srcaddr bytes\n10.0.0.1 18446744073709551615\n"};
    auto one = grouped({"srcaddr"}, {"bytes"}, huge);
    auto const half = saved(one);
    CHECK_FALSE(one.saturated());
    auto const two = loaded(half + half, grouped({"srcaddr"}, {"bytes"}));
    CHECK(two.saturated());
    CHECK(loaded(saved(two), grouped({"srcaddr"}, {"bytes"})).saturated());

    auto ports = port_protocol_counter{};
    for (auto i = 0; i < 70'000; ++i) ports.add(443, 6);
    ports.add(0, 0);
    auto const text = saved(ports);
    CHECK(text.find("[[443,6],[70000]]\n") != text.npos);
    auto const twice = loaded(text + text, port_protocol_counter{}).counts();
    CHECK(twice == std::vector<port_protocol_count>{{443, 6, 140'000}, {0, 0, 2}});
}

TEST_CASE("the checksum is the CRC-32 of zip, however many bytes are added at once", "[state]") {
    CHECK(~flowlog::detail::add_to_crc32(~std::uint32_t{0}, "123456789") == 0xCBF43926);
    auto text = std::string{};
    for (auto i = 0U; i < 400; ++i) text += static_cast<char>(i * i >> 3);
    auto one_by_one = ~std::uint32_t{0};
    for (std::size_t size = 0; size <= text.size(); ++size) {
        CAPTURE(size);
        auto const whole = std::string_view{text}.substr(0, size);
        CHECK(flowlog::detail::add_to_crc32(~std::uint32_t{0}, whole) == one_by_one);
        one_by_one = flowlog::detail::add_to_crc32(one_by_one, text.substr(size).substr(0, 1));
    }
}

TEST_CASE("a partial result that was cut or changed anywhere is refused", "[state]") {
    auto const empty = grouped({"srcaddr", "dstport"}, {"flows", "distinct(dstaddr)"});
    auto const text = saved(grouped({"srcaddr", "dstport"}, {"flows", "distinct(dstaddr)"}, log));
    REQUIRE(refusal(text, empty).second == "accepted");
    for (std::size_t size = 1; size + 1 < text.size(); ++size) {
        CAPTURE(size);
        CHECK(refusal(text.substr(0, size), empty).second != "accepted");
    }
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (auto const bit : {1, 2, 16, 64}) {
            auto changed = text;
            changed[at] = static_cast<char>(changed[at] ^ bit);
            CAPTURE(at, bit);
            CHECK(refusal(changed, empty).second != "accepted");
        }
    }
    auto const end = text.rfind("{\"end\"");
    CHECK(refusal(text.substr(0, end), empty) ==
          std::pair{errc::truncated,
                    std::string{"x.part: ends before its last line: the partial result is "
                                "incomplete; make it again"}});
    for (auto const size : {std::size_t{5}, text.find("\"job\"") + 3, text.find("\"keys\"") + 8})
        CHECK(refusal(text.substr(0, size), empty).first == errc::truncated);
    auto const digits = text.rfind("\"}");
    CHECK(
        refusal(text.substr(0, digits - 1) + "\"}\n", empty).second.find("expected eight digits") !=
        std::string::npos);
    auto const line = text.find("[[");
    auto const without = text.substr(0, line) + text.substr(text.find('\n', line) + 1);
    CHECK(refusal(without, empty).second == "x.part: has 3 lines and should have 4: make it again");
}

TEST_CASE("a partial result of another job, version or format is refused", "[state]") {
    auto const text = saved(grouped({"srcaddr"}, {"flows"}, log));
    CHECK(refusal(text, grouped({"dstaddr"}, {"flows"})).second ==
          R"(x.part:2: is of another job: it has "keys":["srcaddr"], and not "keys":["dstaddr"])");
    CHECK(refusal(text, grouped({"srcaddr"}, {"flows", "bytes"})).second ==
          R"(x.part:2: is of another job: it has "measures":["flows"], and not )"
          R"("measures":["flows","bytes"])");
    auto keyed = grouped({"srcaddr"}, {"distinct(dstaddr)"}, log);
    CHECK(refusal(saved(keyed), grouped({"srcaddr"}, {"distinct(dstaddr)"})).second == "accepted");
    auto other = grouped({"srcaddr"}, {"distinct(dstaddr)"});
    other.set_distinct_key(hash_key::of_word("other"));
    add_all(text_reader{memory_source{log}}, other);
    CHECK(refusal(saved(keyed), other).second.find("\"hash_key\":\"9e37") != std::string::npos);
    CHECK(refusal(saved(digest{}), digest{{.ephemeral = ephemeral_rule::syn}})
              .second.find("without ephemeral: rule 0") != std::string::npos);
    auto newer = text;
    newer.replace(newer.find("version\":1"), 10, "version\":2");
    CHECK(refusal(newer, grouped({"srcaddr"}, {"flows"})).second ==
          "x.part:1: is a partial result of version 2; this program reads version 1");
    CHECK(refusal("srcaddr\n", grouped({"srcaddr"}, {"flows"})) ==
          std::pair{errc::unknown_format,
                    std::string{"x.part:1: is not a partial result of flowlog"}});
    CHECK(refusal("{\n  \"srcaddr\": \"10.0.0.1\"\n}\n", grouped({"srcaddr"}, {"flows"})) ==
          std::pair{errc::unknown_format,
                    std::string{"x.part:1: is not a partial result of flowlog"}});
}

TEST_CASE("a partial result whose lines end otherwise is whole, and no sound one", "[state]") {
    auto const text = saved(grouped({"srcaddr"}, {"flows"}, log));
    for (auto const first : {true, false}) {
        auto changed = std::string{};
        auto lines = 0;
        for (auto const c : text) {
            if (c == '\n' && (lines++ != 0 || first)) changed += '\r';
            changed += c;
        }
        CAPTURE(first);
        auto const [code, message] = refusal(changed, grouped({"srcaddr"}, {"flows"}));
        CHECK(code == errc::corrupt);
        CHECK(message.find("expected the end of the line, found") != std::string::npos);
    }
}

}  // namespace test_aggregate_state
