// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arpa/inet.h>

#include <flowlog/flow/flow.hpp>
#include <flowlog/grammar/record.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_grammar_record {

using namespace std::string_view_literals;
namespace grammar = flowlog::grammar;
namespace field = flowlog::field;
using flowlog::address;
using flowlog::layout;
using grammar::line_kind;

static_assert(flowlog::flow_record<grammar::reference_record>);

static auto texts(std::string_view line) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& word : grammar::words(line)) result.emplace_back(word.text);
    return result;
}

TEST_CASE("a line is split at runs of blanks", "[record]") {
    using list = std::vector<std::string>;
    CHECK(texts("").empty());
    CHECK(texts(" \t\r ").empty());
    CHECK(texts("a") == list{"a"});
    CHECK(texts("a b c") == list{"a", "b", "c"});
    CHECK(texts("  a\t\tb \t c\r") == list{"a", "b", "c"});
    CHECK(texts("a\rb") == list{"a", "b"});
    CHECK(texts("a\0b c"sv) == list{std::string{"a\0b"sv}, "c"});
    CHECK(texts("\x80\xff \xc3\xa4") == list{"\x80\xff", "\xc3\xa4"});
    CHECK(texts("\xEF\xBB\xBF"
                "a b") == list{"a", "b"});
    CHECK(texts("a \xEF\xBB\xBF") == list{"a", "\xEF\xBB\xBF"});
}

TEST_CASE("a line of cells has a column for each cell, or is of words in a log of TABs",
          "[record]") {
    using list = std::vector<std::string>;
    auto const columns_of = [](std::string_view line, char separator) {
        auto const columns =
            layout{{"srcaddr", "dstport", "bytes"}}.written_as({.separator = separator});
        auto result = list{};
        for (auto const& word : grammar::words(line, columns)) result.emplace_back(word.text);
        return result;
    };
    CHECK(columns_of("10.0.0.1\t\t5", '\t') == list{"10.0.0.1", "-", "5"});
    CHECK(columns_of("10.0.0.1 80 5", '\t') == list{"10.0.0.1", "80", "5"});
    CHECK(columns_of("10.0.0.1 80", '\t') == list{"10.0.0.1 80"});
    CHECK(columns_of("10.0.0.1\t\t80\t5", '\t') == list{"10.0.0.1", "-", "80", "5"});
    CHECK(columns_of("10.0.0.1\t80\t\t\t", '\t') == list{"10.0.0.1", "80", "-"});
    CHECK(columns_of("10.0.0.1 80 5", ',') == list{"10.0.0.1 80 5"});
    CHECK(columns_of(" \t ", '\t').empty());
}

TEST_CASE("a word knows its column", "[record]") {
    auto const found = grammar::words("  ab\tc");
    REQUIRE(found.size() == 2);
    CHECK(found[0] == grammar::word{"ab", 3});
    CHECK(found[1] == grammar::word{"c", 6});
    CHECK(grammar::words("\xEF\xBB\xBF"
                         "a")[0]
              .column == 4);
}

template <class T>
static void check_number() {
    auto const parse = [](std::string const& text) { return grammar::parse_value<T>(text); };
    auto const largest = std::uint64_t{std::numeric_limits<T>::max()};
    CHECK(parse("-").absent());
    CHECK(parse("0") == T{0});
    CHECK(parse("000") == T{0});
    CHECK(parse("007") == T{7});
    auto padded = std::string(40, '0');
    padded += '7';
    CHECK(parse(padded) == T{7});
    CHECK(parse(std::to_string(largest)) == static_cast<T>(largest));
    CHECK(parse("0" + std::to_string(largest)) == static_cast<T>(largest));
    auto beyond = std::to_string(largest);  // no maximum ends with 9
    ++beyond.back();
    CHECK(parse(beyond).malformed());
    CHECK(parse(std::to_string(largest) + "0").malformed());
    for (auto const* bad : {"", "+1", "-1", "--", "1.0", "1e3", "0x1", "1 ", " 1", "1-", "a", "1a"})
        CHECK(parse(bad).malformed());
}

TEST_CASE("a protocol is a number or a keyword", "[record]") {
    CHECK(grammar::parse_value<std::uint8_t>(flowlog::field_id::protocol, "udp") ==
          std::uint8_t{17});
    CHECK(grammar::parse_value<std::uint8_t>(flowlog::field_id::protocol, "007") ==
          std::uint8_t{7});
    CHECK(grammar::parse_value<std::uint8_t>(flowlog::field_id::tos, "udp").malformed());
}

TEST_CASE("TCP flags are a number or letters", "[record]") {
    using flowlog::field_id;
    CHECK(grammar::parse_value<std::uint8_t>(field_id::tcp_flags, "SA") == std::uint8_t{18});
    CHECK(grammar::parse_value<std::uint8_t>(field_id::tcp_flags, "007") == std::uint8_t{7});
    CHECK(grammar::parse_value<std::uint8_t>(field_id::tcp_flags, "-").absent());
    CHECK(grammar::parse_value<std::uint8_t>(field_id::tos, "SA").malformed());
}

TEST_CASE("a number is decimal digits up to the maximum of its type", "[record]") {
    check_number<std::uint8_t>();
    check_number<std::uint16_t>();
    check_number<std::uint32_t>();
    check_number<std::uint64_t>();
}

TEST_CASE("a time is in seconds, or in a smaller unit if it is large", "[record]") {
    using namespace std::chrono;
    auto const parse = [](std::string_view t) {
        return grammar::parse_value<flowlog::timestamp>(t);
    };
    CHECK(parse("1418530010") == flowlog::timestamp{seconds{1418530010}});
    CHECK(parse("0") == flowlog::timestamp{});
    CHECK(parse("99999999999") == flowlog::timestamp{seconds{99999999999}});
    CHECK(parse("100000000000") == flowlog::timestamp{milliseconds{100000000000}});
    CHECK(parse("99999999999999") == flowlog::timestamp{milliseconds{99999999999999}});
    CHECK(parse("100000000000000") == flowlog::timestamp{seconds{100000000}});
    CHECK(parse("99999999999999999") == flowlog::timestamp{microseconds{99999999999999999}});
    CHECK(parse("100000000000000000") == flowlog::timestamp{seconds{100000000}});
    CHECK(parse("18446744073709551615") == flowlog::timestamp{microseconds{18446744073709551}});
    CHECK(parse("18446744073709551616").malformed());
    CHECK(parse("-").absent());
    CHECK(parse("0000-00-00 00:00:00").absent());
    CHECK(parse("0000-00-00 00:00:01").malformed());
    CHECK(parse("-5").malformed());
    CHECK(parse("1418530010.5") == flowlog::timestamp{milliseconds{1418530010500}});
    CHECK(parse("1418530010.1234567") == flowlog::timestamp{microseconds{1418530010123456}});
    CHECK(parse("1418530010.").malformed());
    CHECK(parse("1418530010.1234567890").malformed());
    CHECK(parse("99999999999.5") == flowlog::timestamp{milliseconds{99999999999500}});
    CHECK(parse("100000000000.5").malformed());
    CHECK(parse(".5").malformed());
}

TEST_CASE("a time may be a date and a time of day", "[record]") {
    using namespace std::chrono;
    auto const time = flowlog::timestamp{seconds{1418530010}};
    auto const parse = [](std::string_view t) {
        return grammar::parse_value<flowlog::timestamp>(t);
    };
    for (auto const* const written :
         {"2014-12-14T04:06:50", "2014-12-14T04:06:50Z", "2014-12-14 04:06:50",
          "2014-12-14 04:06:50.000", "2014-12-14 04:06:50.000 UTC", "2014-12-14 04:06:50+00",
          "2014-12-14T05:06:50+01:00", "2014-12-13T23:36:50-0430", "2014/12/14T04:06:50.000",
          "2014/12/14 04:06:50"}) {
        CAPTURE(written);
        CHECK(parse(written) == time);
    }
    CHECK(parse("2014-12-14T04:06:50.123Z") == time + milliseconds{123});
    CHECK(parse("0001-01-01T00:00:00Z").absent());
    CHECK(parse("0001-01-02T00:00:00Z") == flowlog::timestamp{sys_days{1y / 1 / 2}});
    for (auto const* const wrong :
         {"2014-12-14", "2014-12-14T04:06", "2014-02-30T04:06:50", "2014-13-14T04:06:50",
          "2014-12-14T24:06:50", "2014-12-14T04:60:50", "2014-12-14T04:06:61",
          "2014-12-14T04:06:50.", "2014-12-14T04:06:50x", "2014-12-14T04:06:50+24:00",
          "2014-12-14T04:06:50+0060", "2014-12-14T04:06:50+1", "2014-12-14T04:06:50+01:",
          "2014-12-14T04:06:50+010", "2014-12-14T04:06:50Z ", "2014-1214T04:06:50",
          "2014/12-14T04:06:50", "2014-12/14T04:06:50", "2014:12:14T04:06:50"}) {
        CAPTURE(wrong);
        CHECK(parse(wrong).malformed());
    }
}

TEST_CASE("words of a set are read in any case", "[record]") {
    using flowlog::action;
    using flowlog::flow_direction;
    using flowlog::log_status;
    CHECK(grammar::parse_value<action>("ACCEPT") == action::accept);
    CHECK(grammar::parse_value<action>("reJect") == action::reject);
    CHECK(grammar::parse_value<action>("-").absent());
    CHECK(grammar::parse_value<action>("allow") == action::accept);
    CHECK(grammar::parse_value<action>("Dropped") == action::reject);
    CHECK(grammar::parse_value<action>("drops").malformed());
    CHECK(grammar::parse_value<flow_direction>("inbound") == flow_direction::ingress);
    CHECK(grammar::parse_value<flow_direction>("Outbound") == flow_direction::egress);
    CHECK(grammar::parse_value<action>("ACCEPTED").malformed());
    CHECK(grammar::parse_value<action>("ACCEP").malformed());
    CHECK(grammar::parse_value<action>("").malformed());
    CHECK(grammar::parse_value<log_status>("OK") == log_status::ok);
    CHECK(grammar::parse_value<log_status>("NoData") == log_status::nodata);
    CHECK(grammar::parse_value<log_status>("SKIPDATA") == log_status::skipdata);
    CHECK(grammar::parse_value<log_status>("NO").malformed());
    CHECK(grammar::parse_value<flow_direction>("ingress") == flow_direction::ingress);
    CHECK(grammar::parse_value<flow_direction>("EGRESS") == flow_direction::egress);
    CHECK(grammar::parse_value<flow_direction>("in").malformed());
}

TEST_CASE("text is anything but a dash", "[record]") {
    CHECK(grammar::parse_value<std::string_view>("eni-1") == "eni-1"sv);
    CHECK(grammar::parse_value<std::string_view>("--") == "--"sv);
    CHECK(grammar::parse_value<std::string_view>("-").absent());
}

/// The address that the system reads from a text. Like flowlog, glibc has no leading zeros in a
/// quad.
static auto system_address(std::string const& text) -> std::optional<address> {
    auto quad = in_addr{};
    if (inet_pton(AF_INET, text.c_str(), &quad) == 1) return address::v4(ntohl(quad.s_addr));
    auto bytes = std::array<std::uint8_t, 16>{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return address::v6(bytes);
    return std::nullopt;
}

TEST_CASE("an address is what the system reads as one", "[record]") {
    CHECK(grammar::parse_value<address>("-").absent());
    for (std::string const text : {"1.2.3.4",
                                   "0.0.0.0",
                                   "255.255.255.255",
                                   "256.1.1.1",
                                   "1.1.1.256",
                                   "1.1.1.999",
                                   "01.2.3.4",
                                   "1.2.3.04",
                                   "00.0.0.0",
                                   "1.2.3",
                                   "1.2.3.4.5",
                                   "1.2.3.",
                                   ".1.2.3",
                                   "1..2.3",
                                   "1.2.3.4 ",
                                   "1.2.3.-4",
                                   "1.2.3.a",
                                   "1.2.3.1000",
                                   "::",
                                   ":",
                                   ":::",
                                   "::1",
                                   "1::",
                                   "1::2",
                                   "1::2::3",
                                   "1:2:3:4:5:6:7:8",
                                   "1:2:3:4:5:6:7",
                                   "1:2:3:4:5:6:7:8:9",
                                   "1:2:3:4:5:6:7::",
                                   "::2:3:4:5:6:7:8",
                                   "1:2:3::4:5:6:7",
                                   "1:2:3:4::5:6:7:8",
                                   "1:2:3:4:5:6:7:8::",
                                   ":1:2::3",
                                   "1:2::3:",
                                   "12345::",
                                   "g::",
                                   "::ffff:1.2.3.4",
                                   "1:2:3:4:5:6:1.2.3.4",
                                   "::1.2.3.4",
                                   "1:2:3:4:5:6:7:1.2.3.4",
                                   "1.2.3.4::",
                                   "::1.2.3.4:5",
                                   "::1.2.3.256",
                                   "::01.2.3.4",
                                   "2001:db8:1234:a100:8d6e:3477:df66:f105",
                                   "ABCD:ef01::2345",
                                   "::1%eth0",
                                   "[::1]",
                                   ""}) {
        CAPTURE(text);
        auto const ours = grammar::parse_value<address>(text);
        auto const theirs = system_address(text);
        CHECK(ours.has_value() == theirs.has_value());
        if (ours && theirs) CHECK(*ours == *theirs);
        CHECK_FALSE(ours.absent());
    }
}

TEST_CASE("texts made of an address's letters are what the system reads them as", "[record]") {
    std::uint64_t state = 1;
    auto const random = [&state](std::uint64_t below) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return (state >> 33) % below;
    };
    auto good = 0;
    for (auto i = 0; i < testing::repeats(20000); ++i) {
        auto text = std::string{};
        auto const dotted = random(4) == 0;
        auto const pieces = dotted ? 4 : 1 + random(9);
        for (std::uint64_t k = 0; k < pieces; ++k) {
            if (k != 0) text += dotted ? "." : random(6) == 0 ? "::" : ":";
            text += dotted ? std::to_string(random(300)) : std::to_string(random(20000));
        }
        if (random(8) == 0) text += "::";
        if (random(8) == 0) text += ":1.2.3." + std::to_string(random(280));
        CAPTURE(text);
        auto const ours = grammar::parse_value<address>(text);
        auto const theirs = system_address(text);
        REQUIRE(ours.has_value() == theirs.has_value());
        if (ours) REQUIRE(*ours == *theirs);
        good += ours ? 1 : 0;
    }
    CHECK(good > testing::repeats(2000));
}

static auto kind(std::string_view line, layout const& columns = layout::vpc_default())
    -> line_kind {
    return grammar::reference_record{line, columns}.kind();
}

TEST_CASE("a line of the default layout is one of six kinds", "[record]") {
    CHECK(kind("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT OK") == line_kind::record);
    CHECK(kind("2 1 eni-1 - - - - - - - 5 6 - NODATA") == line_kind::nodata);
    CHECK(kind("2 1 eni-1 - - - - - - - 5 6 - SKIPDATA") == line_kind::skipdata);
    CHECK(kind("2 1 eni-1 - - - - - - - 5 6 - -") == line_kind::nodata);
    CHECK(kind("2 1 eni-1 10.0.0.1 - - - - - - 5 6 - -") == line_kind::record);
    CHECK(kind("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT KO") == line_kind::malformed);
    CHECK(kind("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT") == line_kind::malformed);
    CHECK(kind("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT OK OK") == line_kind::malformed);
    CHECK(kind("") == line_kind::blank);
    CHECK(kind(" \t") == line_kind::blank);
    CHECK(kind("version account-id srcaddr") == line_kind::header);
    CHECK(kind("srcaddr unknown") == line_kind::malformed);
    CHECK(kind("srcaddr bytes") == line_kind::header);
    CHECK(kind("srcaddr unknown", layout{{"srcaddr", "unknown"}}) == line_kind::header);
    CHECK(kind("# srcaddr unknown", layout{{"srcaddr", "unknown"}}) == line_kind::header);
    CHECK(kind("srcaddr unknown", layout{{"unknown", "srcaddr"}}) == line_kind::record);
    CHECK(kind("#Fields: a b c d e srcaddr dstaddr bytes") == line_kind::header);
    CHECK(kind("#Fields: a b c d e f srcaddr dstaddr") == line_kind::malformed);
    CHECK(kind("# a b c d e srcaddr dstaddr bytes") == line_kind::malformed);
    CHECK(kind("srcaddr unknown other") == line_kind::malformed);
    CHECK(kind("unknown srcaddr dstaddr") == line_kind::header);
    CHECK(kind("srcaddr -") == line_kind::malformed);
    CHECK(kind("srcaddr dstaddr 7") == line_kind::malformed);
}

TEST_CASE("without a log-status, an empty window has no address, protocol or number", "[record]") {
    auto const columns = layout{{"interface-id", "srcaddr", "dstaddr", "dstport"}};
    CHECK(kind("eni-1 - - -", columns) == line_kind::nodata);
    CHECK(kind("eni-1 - - 80", columns) == line_kind::record);
    CHECK(kind("eni-1 1.2.3.4 - -", columns) == line_kind::record);
    CHECK(kind("eni-1 - junk -", columns) == line_kind::record);
    auto const none = layout{{"interface-id", "dstport"}};
    CHECK(kind("eni-1 -", none) == line_kind::record);
}

TEST_CASE("a reference record decodes its fields", "[record]") {
    auto const columns = layout{{"dstport", "srcaddr", "new-one", "action", "dstport"}};
    auto const record = grammar::reference_record{"443 10.0.0.1 x REJECT 80", columns};
    CHECK(record[field::dstport] == std::uint16_t{443});
    CHECK(record[field::srcaddr] == address::v4(0x0A000001));
    CHECK(record[field::action] == flowlog::action::reject);
    CHECK(record[field::srcport].absent());
    CHECK_FALSE(record.malformed_field());
    auto const bad = grammar::reference_record{"443 10.0.0.256 x REJECT 80000", columns};
    CHECK(bad[field::srcaddr].malformed());
    CHECK(bad.malformed_field() == flowlog::field_id::srcaddr);
    auto const second = grammar::reference_record{"443 10.0.0.2 x REJECT 80000", columns};
    CHECK_FALSE(second.malformed_field());
    auto const few = grammar::reference_record{"443", columns};
    CHECK(few[field::srcaddr].absent());
}

}  // namespace test_grammar_record
