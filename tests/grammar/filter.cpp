// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/grammar/filter.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_grammar_filter {

using namespace flowlog;
using namespace std::chrono;

namespace {

auto const now = timestamp{sys_days{2024y / 5 / 10} + 8h + 30min};

/// A flow with one field.
template <field_id Id>
auto with(field_key<Id> key, std::type_identity_t<field_value_type<Id>> value) -> flow {
    auto result = flow{};
    result.set(key, value);
    return result;
}

auto at(timestamp time) -> flow { return with(field::start, time); }

auto holds(std::string_view expression, flow const& record) -> bool {
    return where(expression, now)(record);
}

/// Whether `bytes = value` holds for `number`, and not for its neighbours.
auto is_number(std::string_view value, std::uint64_t number) -> bool {
    auto const text = "bytes = " + std::string{value};
    return holds(text, with(field::bytes, number)) &&
           !holds(text, with(field::bytes, number + 1)) &&
           !holds(text, with(field::bytes, number - 1));
}

auto failure(std::string_view expression) -> error {
    try {
        static_cast<void>(where(expression, now));
    } catch (error const& e) {
        return e;
    }
    return {errc::unsupported, {}, "no error"};
}

auto message(std::string_view expression) -> std::string { return failure(expression).what(); }

}  // namespace

TEST_CASE("every field is found by every one of its names", "[filter]") {
    for (auto const& f : fields) {
        auto names =
            std::vector<std::string>{std::string{f.name}, "${" + std::string{f.name} + "}"};
        for (auto rest = f.aliases; !rest.empty();) {
            auto const end = std::min(rest.find(' '), rest.size());
            names.emplace_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        for (auto const& name : names) {
            CAPTURE(name);
            auto const uses = where(name + " is present").uses();
            REQUIRE_FALSE(uses.empty());
            CHECK(uses[0].id == f.id);
        }
    }
    CHECK(where("SRC_ADDR is absent").uses()[0].id == field_id::srcaddr);
    CHECK(where("srcAddr is absent").uses()[0].id == field_id::srcaddr);
}

// this file includes only grammar/filter.hpp, and what makes flows
TEST_CASE("one include and one name filter a range", "[filter]") {
    auto const flows = std::vector{with(field::dstport, 22), with(field::dstport, 443), flow{}};
    auto found = std::vector<std::uint16_t>{};
    for (auto const& record : flows | where("dstport in 22,443"))
        found.push_back(*record[field::dstport]);
    CHECK(found == std::vector<std::uint16_t>{22, 443});
    CHECK(std::ranges::count_if(flows, where("dstport is absent")) == 1);
}

TEST_CASE("operators have several spellings", "[filter]") {
    auto const five = with(field::dstport, 5);
    for (auto const* const text : {"dstport = 5",
                                   "dstport == 5",
                                   "dstport eq 5",
                                   "dstport EQ 5",
                                   "dstport 5",
                                   "dstport=5",
                                   "dstport != 6",
                                   "dstport <> 6",
                                   "dstport ne 6",
                                   "dstport < 6",
                                   "dstport lt 6",
                                   "dstport <= 5",
                                   "dstport le 5",
                                   "dstport > 4",
                                   "dstport gt 4",
                                   "dstport >= 5",
                                   "dstport ge 5",
                                   "dstport in 5",
                                   "dstport in 5,6",
                                   "dstport in 5 , 6",
                                   "dstport in (5)",
                                   "dstport in (5,6)",
                                   "dstport in (5 6)",
                                   "dstport in [5, 6]",
                                   "dstport in [5 6]",
                                   "dstport in 4-6",
                                   "dstport in 4..6",
                                   "dstport in 4 .. 6",
                                   "dstport 4-6",
                                   "dstport = 4..6",
                                   "dstport not in 6",
                                   "not dstport in 6",
                                   "dstport is present",
                                   "dstport is not absent",
                                   "DSTPORT IS NOT ABSENT",
                                   "!dstport=6",
                                   "not(dstport=6)",
                                   "(dstport=5)and(dstport=5)",
                                   "dstport=6||dstport=5",
                                   "dstport=5&&dstport=5",
                                   "dstport = 5 # and more",
                                   "# first\ndstport = 5\n# last",
                                   "dstport\t=\r\n5",
                                   "dstport = '5'",
                                   "dstport = \"5\"",
                                   "dstport in ('5', \"6\")",
                                   "dstport & 4",
                                   "dstport &4 = 4",
                                   "port in 1-9 or any"}) {
        CAPTURE(text);
        CHECK(holds(text, five));
    }
}

TEST_CASE("a hyphen between blanks is a range, and one beside a comma is the absent value",
          "[filter]") {
    auto const ssh = with(field::dstport, 22);
    for (auto const* const text :
         {"dstport in (1 - 1023)", "dstport = 1 - 1023", "dstport in [5, 20 - 30 443]",
          "dstport not in (23 - 99)", "dstport in ftp - smtp", "dstport in (1 -\n 1023)"}) {
        CAPTURE(text);
        CHECK(holds(text, ssh));
        CHECK(holds(text, flow{}) == (std::string_view{text}.find("not") != std::string::npos));
    }
    CHECK_FALSE(holds("dstport in (1 - 21, 23 - 1023)", ssh));
    CHECK(holds("srcaddr in (10.0.0.1 - 10.0.0.9)",
                with(field::srcaddr, *address::parse("10.0.0.5"))));
    CHECK(holds("hour in (8 - 9) and start in (2024-05-09 - 2024-05-11)", at(now)));
    CHECK_FALSE(holds("hour in (7 - 9) and hour in (9 - 17)", at(now)));
    for (auto const* const text :
         {"dstport in (1, -, 22)", "dstport in (22 -, 443)", "dstport in (1, - 22)",
          "dstport in (- 22)", "dstport in (22 -)", "dstport in (1 '-' 22)"}) {
        CAPTURE(text);
        auto const quoted = std::string_view{text}.find('\'') != std::string::npos;
        CHECK((failure(text).code() == errc::invalid_filter) == quoted);
        if (quoted) continue;
        CHECK(holds(text, ssh));
        CHECK(holds(text, flow{}));
        CHECK_FALSE(holds(text, with(field::dstport, 5)));
    }
    CHECK(message("dstport in (1 - 2 - 3)").find("expected ',', found '-'") != std::string::npos);
    CHECK(message("vpc-id in (a - b)")
              .find("texts have no ranges; put commas around '-' for the absent value") !=
          std::string::npos);
    CHECK(message("vpc-id in (a..b)").find("texts have no ranges\n") != std::string::npos);
    CHECK(failure("class(srcaddr) in (private - public)").code() == errc::invalid_filter);
    CHECK(failure("dstport in (1023 - 1)").code() == errc::invalid_filter);
    CHECK(failure("dstport > 1 - 5").code() == errc::invalid_filter);
}

TEST_CASE("a typographic quotation mark is an error that says what to write", "[filter]") {
    for (auto const* const text :
         {"vpc-id = \xE2\x80\x9Cweb 1\xE2\x80\x9D", "vpc-id in (a, \xE2\x80\x98web\xE2\x80\x99)",
          "vpc-id \xE2\x80\x9Dweb", "vpc-id ~ \xE2\x80\x99web"}) {
        CAPTURE(text);
        CHECK(message(text).find("expected ' or \" as the quotation mark, found '") !=
              std::string::npos);
    }
    CHECK(holds("vpc-id = it\xE2\x80\x99s", with(field::vpc_id, "it\xE2\x80\x99s")));
}

TEST_CASE("numbers have units", "[filter]") {
    CHECK(is_number("1500", 1500));
    CHECK(is_number("10k", 10'000));
    CHECK(is_number("10K", 10'000));
    CHECK(is_number("10M", 10'000'000));
    CHECK(is_number("10m", 10'000'000));
    CHECK(is_number("2G", 2'000'000'000));
    CHECK(is_number("3T", 3'000'000'000'000));
    CHECK(is_number("1P", 1'000'000'000'000'000));
    CHECK(is_number("1Ki", 1024));
    CHECK(is_number("1.5Ki", 1536));
    CHECK(is_number("64KiB", 65536));
    CHECK(is_number("2Gi", 2'147'483'648));
    CHECK(is_number("10MB", 10'000'000));
    CHECK(is_number("1.5k", 1500));
    CHECK(is_number("0.25M", 250'000));
    CHECK(is_number("0xff", 255));
    CHECK(is_number("0XFF", 255));
    CHECK(is_number("007", 7));
    CHECK(holds("bytes = 18446744073709551615", with(field::bytes, ~std::uint64_t{0})));
    for (auto const* const text : {"18446744073709551616", "20000000T", "1.2345k", "1.5", "k", "-5",
                                   "+5", "1e5", "1kk", "0x", "0xg", "1 000", ".5", "5.", "1,5k"}) {
        CAPTURE(text);
        CHECK(failure("bytes = " + std::string{text}).code() == errc::invalid_filter);
    }
}

TEST_CASE("a comparison beyond all numbers does not overflow", "[filter]") {
    auto const most = with(field::bytes, ~std::uint64_t{0});
    auto const none = with(field::bytes, 0);
    CHECK_FALSE(holds("bytes > 18446744073709551615", most));
    CHECK(holds("bytes >= 18446744073709551615", most));
    CHECK_FALSE(holds("bytes < 0", none));
    CHECK(holds("bytes <= 0", none));
    CHECK_FALSE(holds("srcaddr < 0.0.0.0", with(field::srcaddr, address::v4(0))));
    CHECK_FALSE(holds("srcaddr > 255.255.255.255", with(field::srcaddr, address::v4(0xFFFFFFFF))));
    CHECK(failure("dstport = 65536").code() == errc::invalid_filter);
    CHECK(failure("protocol = 256").code() == errc::invalid_filter);
    CHECK(failure("src-as = 4294967296").code() == errc::invalid_filter);
}

TEST_CASE("protocols and ports have names", "[filter]") {
    CHECK(holds("protocol = tcp", with(field::protocol, 6)));
    CHECK(holds("protocol in (udp, TCP)", with(field::protocol, 6)));
    CHECK(holds("proto ipv6-icmp", with(field::protocol, 58)));
    CHECK(holds("tcp", with(field::protocol, 6)));
    CHECK(holds("not udp", with(field::protocol, 6)));
    CHECK(holds("icmp6 or gre", with(field::protocol, 47)));
    CHECK(holds("dstport = https", with(field::dstport, 443)));
    CHECK(holds("dstport in (ssh, RDP)", with(field::dstport, 3389)));
    CHECK(holds("dstport = ms-sql-s", with(field::dstport, 1433)));
    CHECK(holds("dstport in ftp..smtp", with(field::dstport, 22)));
    CHECK(holds("dstport in ftp-smtp", with(field::dstport, 22)));
    CHECK_FALSE(holds("dstport in ftp-smtp", with(field::dstport, 26)));
    CHECK(holds("protocol in 1-6", with(field::protocol, 6)));
}

TEST_CASE("addresses", "[filter]") {
    auto const host = with(field::srcaddr, *address::parse("10.1.2.3"));
    auto const v6 = with(field::srcaddr, *address::parse("2001:db8::5"));
    for (auto const* const text : {"srcaddr = 10.1.2.3",
                                   "srcaddr = 10.0.0.0/8",
                                   "srcaddr in 10/8",
                                   "srcaddr in 10.1/16",
                                   "srcaddr = 10.1.2.0-10.1.2.9",
                                   "srcaddr in 10.1.2.0..10.1.2.9",
                                   "srcaddr < 10.1.2.4",
                                   "srcaddr <= 10.1.2.3",
                                   "srcaddr > 10.1.2.2",
                                   "srcaddr >= 10.1.2.3",
                                   "srcaddr != ::1",
                                   "ipv4",
                                   "inet",
                                   "ip",
                                   "IP4 and any",
                                   "srcaddr in (::/0, 10.1.2.3)",
                                   "src host 10.1.2.3",
                                   "src 10.1.2.3",
                                   "src net 10/8",
                                   "src net 10.1.0.0 255.255.0.0",
                                   "host 10.1.2.3",
                                   "src or dst 10.1.2.3",
                                   "ip in [10.1.2.3 10.1.2.4]",
                                   "net 10.0.0.0/8",
                                   "src or dst net 10.0.0.0/8"}) {
        CAPTURE(text);
        CHECK(holds(text, host));
        CHECK_FALSE(holds(text, v6) != (std::string_view{text} == "srcaddr != ::1" ||
                                        std::string_view{text} == "srcaddr in (::/0, 10.1.2.3)"));
    }
    CHECK(holds("ipv6 and srcaddr in 2001:db8::/32", v6));
    CHECK(holds("srcaddr < 2001:db8::6 and srcaddr > 2001:db8::4", v6));
    CHECK(holds("srcaddr = '2001:DB8::5'", v6));
    CHECK(holds("srcaddr >= 2001:db8::", v6));
    CHECK_FALSE(holds("srcaddr > 255.0.0.0", v6));
    CHECK_FALSE(holds("srcaddr < ::", host));
    for (auto const* const text :
         {"srcaddr = 10.1.2", "srcaddr = 10.0.0.0/33", "srcaddr = 256.0.0.0", "srcaddr in 10",
          "srcaddr = web", "srcaddr = 10.0.0.9-10.0.0.1", "srcaddr in 10.0.0.1..::1",
          "srcaddr > 10.0.0.1..10.0.0.2", "net 10.0.0.0 255.0.255.0", "host 10.0.0.1 10.0.0.2",
          "srcaddr & 255.0.0.0"}) {
        CAPTURE(text);
        CHECK(failure(text).code() == errc::invalid_filter);
    }
}

TEST_CASE("texts have patterns and quotes, and ignore case", "[filter]") {
    auto const named = [](std::string_view name) { return with(field::instance_tag, name); };
    CHECK(holds("instance-tag = web", named("Web")));
    CHECK_FALSE(holds("instance-tag = web", named("web1")));
    CHECK(holds("instance-tag = web*", named("WEB-1")));
    CHECK(holds("instance-tag = *web", named("my-web")));
    CHECK(holds("instance-tag = *b*", named("abc")));
    CHECK(holds("instance-tag = a*b*c", named("a--b--c")));
    CHECK(holds("instance-tag = a*b*c", named("abc")));
    CHECK_FALSE(holds("instance-tag = a*b*c", named("acb")));
    CHECK_FALSE(holds("instance-tag = ab*ba", named("aba")));
    CHECK(holds("instance-tag = ab*ba", named("abba")));
    CHECK(holds("instance-tag = *", named("x")));
    CHECK(holds("instance-tag = **", named("")));
    CHECK(holds("instance-tag = 'two words'", named("Two Words")));
    CHECK(holds(R"(instance-tag = "say \"hi\"")", named("say \"hi\"")));
    CHECK(holds(R"(instance-tag = "it's")", named("it's")));
    CHECK(holds(R"(instance-tag = 'it\'s')", named("it's")));
    CHECK(holds(R"(instance-tag = 2\*3)", named("2*3")));
    CHECK_FALSE(holds(R"(instance-tag = 2\*3)", named("2x3")));
    CHECK(holds(R"(instance-tag = a\\b)", named("a\\b")));
    CHECK(holds(R"(instance-tag = "CORP\alice")", named("corp\\alice")));
    CHECK(holds(R"(instance-tag = CORP\*)", named("CORP*")));
    CHECK(holds(R"(instance-tag = CORP\a*)", named("CORP\\alice")));
    CHECK_FALSE(holds(R"(instance-tag = CORP\alice)", named("CORPalice")));
    CHECK(holds("instance-tag = 'and'", named("and")));
    CHECK(holds("instance-tag = '-'", named("-")));
    CHECK(holds("instance-tag in (a, 'b c', d*)", named("B C")));
    CHECK(holds("instance-tag = caf\xC3\xA9", named("CAF\xC3\xA9")));
    CHECK(holds("instance-tag = ''", named("")));
    CHECK(failure("instance-tag < web").code() == errc::invalid_filter);
    CHECK(failure("instance-tag in a..b").code() == errc::invalid_filter);
    CHECK(failure("instance-tag & 5").code() == errc::invalid_filter);
}

TEST_CASE("a value or none is wanted", "[filter]") {
    auto const named = [](std::string_view name) { return with(field::instance_tag, name); };
    for (auto const* const text : {"instance-tag in (-, a*)", "instance-tag in (-, ab)",
                                   "not instance-tag not in (-, a*)"}) {
        CAPTURE(text);
        CHECK(holds(text, named("ab")));
        CHECK(holds(text, flow{}));
        CHECK_FALSE(holds(text, named("b")));
    }
    auto const from = [](std::uint32_t source) {
        return with(field::srcaddr, address::v4(source));
    };
    for (auto const* const text : {"srcaddr in (-, 10.0.*)", "srcaddr in (-, 10.0.?.1)"}) {
        CAPTURE(text);
        CHECK(holds(text, from(0x0A00'0001)));
        CHECK(holds(text, from(0x0A00'C801)) == std::string_view{text}.ends_with("10.0.*)"));
        CHECK(holds(text, flow{}));
        CHECK_FALSE(holds(text, from(0x0A01'0001)));
    }
}

TEST_CASE("and binds more tightly than or, and not more than both", "[filter]") {
    auto const five = with(field::dstport, 5);
    CHECK(holds("dstport = 5 or dstport = 5 and dstport = 6", five));
    CHECK(holds("dstport = 6 and dstport = 6 or dstport = 5", five));
    CHECK(holds("not dstport = 6 or dstport = 6", five));
    CHECK_FALSE(holds("not dstport = 5 and dstport = 6", five));
    CHECK_FALSE(holds("(dstport = 5 or dstport = 5) and dstport = 6", five));
}

TEST_CASE("fields of one kind are compared, and counts of all widths are", "[filter]") {
    auto both = with(field::bytes, 300);
    both.set(field::src_as, 299);
    both.set(field::packets, 300);
    CHECK(holds("bytes > src-as", both));
    CHECK(holds("src-as < bytes", both));
    CHECK(holds("bytes = packets", both));
    CHECK_FALSE(holds("bytes <= src-as", both));
    CHECK(message("bytes = srcaddr").find("bytes is a number, srcaddr is an address") !=
          std::string::npos);
}

TEST_CASE("a mask is one number, and a regular expression is for what is printed", "[filter]") {
    CHECK(message("bytes & 1..2 = 1").find("expected a mask such as 0x12") != std::string::npos);
    CHECK(message("srcaddr & 1 = 1").find("only numbers can be masked") != std::string::npos);
    for (auto const* const text : {"icmp-type ~ '3'", "start ~ '2024'"}) {
        CAPTURE(text);
        CHECK(message(text).find("a regular expression is for texts, addresses and numbers") !=
              std::string::npos);
    }
}

TEST_CASE("nfdump 1.7's words", "[filter]") {
    auto const inside = with(field::post_nat_srcaddr, *address::parse("192.0.2.50"));
    CHECK(holds("nat ip 192.0.2.50", inside));
    CHECK(holds("src nat ip 192.0.2.50", inside));
    CHECK_FALSE(holds("dst nat ip 192.0.2.50", inside));
    CHECK(holds("nat net 192.0.2.0/24", inside));
    CHECK(holds("src nat port 61000", with(field::post_napt_srcport, std::uint16_t{61000})));
    CHECK_FALSE(holds("dst nat port 61000", with(field::post_napt_srcport, std::uint16_t{61000})));
    CHECK(holds("engine id 7", with(field::engine_id, std::uint16_t{7})));
    CHECK(holds("engine type = 7", with(field::engine_type, std::uint16_t{7})));
    CHECK(holds("exporter ip 10.0.0.9", with(field::exporter, *address::parse("10.0.0.9"))));
    CHECK(holds("bgp next ip 10.0.0.9", with(field::bgp_next_hop, *address::parse("10.0.0.9"))));
    CHECK(holds("nat event 1", with(field::nat_event, std::uint8_t{1})));
}

TEST_CASE("events and states of forwarding have nfdump's words", "[filter]") {
    CHECK(holds("asa event deny", with(field::firewall_event, 3)));
    CHECK(holds("asa event term", with(field::firewall_event, 2)));
    CHECK(holds("firewall-event in (create, update)", with(field::firewall_event, 5)));
    CHECK(holds("nat event add", with(field::nat_event, 1)));
    CHECK(holds("nat event > 1", with(field::nat_event, 2)));
    CHECK(holds("fwdstat Forw", with(field::forwarding_status, 64)));
    CHECK(holds("fwdstat = noroute", with(field::forwarding_status, 131)));
    CHECK_FALSE(holds("fwdstat drop", with(field::forwarding_status, 64)));
}

TEST_CASE("times", "[filter]") {
    auto const noon = sys_days{2024y / 5 / 1} + 12h;
    CHECK(holds("start = 2024-05-01", at(noon)));
    CHECK(holds("start in 2024-05-01", at(noon + 11h + 59min + 59s + 999999us)));
    CHECK_FALSE(holds("start = 2024-05-01", at(noon + 12h)));
    CHECK(holds("start = 2024-05-01T12:00", at(noon + 59s)));
    CHECK_FALSE(holds("start = 2024-05-01T12:00", at(noon + 60s)));
    CHECK(holds("start = 2024-05-01T12", at(noon + 59min)));
    CHECK_FALSE(holds("start = 2024-05-01T12", at(noon + 60min)));
    CHECK(holds("first seen >= 2024-05-01T12", at(noon)));
    CHECK_FALSE(holds("first seen < 2024-05-01T12", at(noon)));
    CHECK(holds("start = 2024-05-01T12:00:05Z", at(noon + 5s + 999999us)));
    CHECK_FALSE(holds("start = 2024-05-01T12:00:05Z", at(noon + 6s)));
    CHECK(holds("start = 2024-05-01T12:00:05.25Z", at(noon + 5250ms)));
    CHECK_FALSE(holds("start = 2024-05-01T12:00:05.25Z", at(noon + 5260ms)));
    CHECK(holds("start = '2024-05-01 12:00'", at(noon)));
    CHECK(holds("start = 2024-05-01T14:00+02:00", at(noon)));
    CHECK(holds("start = 2024-05-01T14:00+0200", at(noon)));
    CHECK(holds("start = 2024-05-01t07:00-05:00", at(noon)));
    CHECK(holds("start >= 2024-05-01T12:00z", at(noon)));
    CHECK(holds("start > 2024-05-01", at(noon)));
    CHECK_FALSE(holds("start > 2024-05-01T12:00", at(noon)));
    CHECK(holds("start > 2024-05-01T12:00", at(noon + 1us)));
    CHECK(holds("start <= 2024-05-01T12:00", at(noon)));
    CHECK_FALSE(holds("start <= 2024-05-01", at(noon)));
    CHECK(holds("start in 2024-04-30..2024-05-01", at(noon)));
    CHECK(holds("start in 2024-05-01T11:00..2024-05-01T13:00", at(noon)));
    CHECK(holds("start = 1714564800", at(noon)));
    CHECK(holds("start = 1714564800000", at(noon)));
    CHECK(holds("start >= 1714564800 and start < 1714564801", at(noon)));
    CHECK(holds("start < 1970-01-01", at(timestamp{-1s})));
    CHECK(holds("start >= 1969-12-31T23:59:59", at(timestamp{-1s})));
    CHECK(holds("start = 1714564800.5", at(noon + 599ms)));
    CHECK_FALSE(holds("start = 1714564800.500", at(noon + 501ms)));
    CHECK(holds("start = 2024-05-01T12:00:05.123456789Z", at(noon + 5s + 123456us)));
    CHECK_FALSE(holds("start = 2024-05-01T12:00:05.123456789Z", at(noon + 5s + 123457us)));
    CHECK(holds("start = 2024-05-01T14:00+02", at(noon)));
    CHECK(holds("start = 20240501", at(noon)));
    CHECK_FALSE(holds("start = 20240501", at(noon + 12h)));
    CHECK(holds("start = 20241301", at(timestamp{20241301s})));
    CHECK(holds("start = 1989", at(timestamp{1989s})));
    CHECK(holds("start = 2024-02-29", at(sys_days{2024y / 2 / 29} + 1h)));
    CHECK(holds("first > 2024-05-01", at(noon)));
    for (auto const* const text : {"2024-02-30",
                                   "2023-02-29",
                                   "2024-13-01",
                                   "2024-5-1",
                                   "2024-05-01T24:00",
                                   "2024-05-01T12:60",
                                   "2024-05-01T12:00:61",
                                   "12:00",
                                   "24-05-01",
                                   "2024-05-01T12:00+25:00",
                                   "yesterdays",
                                   "2h",
                                   "-",
                                   "18446744073709551616",
                                   "-9999999w",
                                   "now-",
                                   "now-5",
                                   "noon",
                                   "1990",
                                   "2100",
                                   "2024.5",
                                   "1714564800.",
                                   "1714564800000.5",
                                   "1714564800.1234567890"}) {
        CAPTURE(text);
        CHECK(failure("start > " + std::string{text}).code() == errc::invalid_filter);
    }
    CHECK(message("start > 2024").find("found '2024'; write 2024-01-01\n") != std::string::npos);
    for (auto const* const text : {"start > now-1M", "start > -1M"}) {
        CAPTURE(text);
        CHECK(message(text).find("; write 5m for minutes, or 30d for a month\n") !=
              std::string::npos);
    }
}

TEST_CASE("a day, a week or a month has no part after itself", "[filter]") {
    auto const noon = sys_days{2024y / 5 / 1} + 12h;
    for (auto const* const text :
         {"date <= 2024-05-01", "date >= 2024-05-01", "month <= 2024-05", "week <= 2024-W18",
          "not date > 2024-05-01", "not month > 2024-05", "not date < 2024-05-01",
          "date > 2024-04-30", "date < 2024-05-02", "date = 1714564800"}) {
        CAPTURE(text);
        CHECK(holds(text, at(noon)));
    }
    CHECK(holds("date > 2024-05-01", at(noon + 12h)));
    CHECK_FALSE(holds("date <= 2024-05-01", at(noon + 12h)));
    for (auto const* const text :
         {"date = 20240501", "date >= 20240501", "date <= 20240501", "date < 20240502",
          "date in (20240501, 20240502)", "date in 20240430..20240501"})
        CHECK(holds(text, at(noon)));
    CHECK_FALSE(holds("date = 20240501", at(noon + 12h)));
    CHECK_FALSE(holds("date > 20240501", at(noon)));
    for (auto const* const text : {"month = 5", "month = 05", "week = 18", "date = 2024",
                                   "date = 20241301", "month in (4..5)", "month > 2024.5"}) {
        CAPTURE(text);
        CHECK(message(text).find("; a month is 2024-05, a week 2024-W18 and a day 2024-05-01") !=
              std::string::npos);
    }
}

TEST_CASE("times are relative to now", "[filter]") {
    CHECK(holds("start >= -2h", at(now - 2h)));
    CHECK_FALSE(holds("start >= -2h", at(now - 2h - 1us)));
    CHECK(holds("start > -1d and start < -30m", at(now - 1h)));
    CHECK(holds("start in -1h..now", at(now - 1min)));
    CHECK(holds("start >= now-90s", at(now - 90s)));
    CHECK(holds("start >= -1h30m", at(now - 90min)));
    CHECK(holds("start >= -1.5h", at(now - 90min)));
    CHECK(holds("start < now+1w", at(now + 6 * 24h)));
    CHECK(holds("start = today", at(now)));
    CHECK(holds("start = today", at(floor<days>(now))));
    CHECK_FALSE(holds("start = today", at(floor<days>(now) - 1us)));
    CHECK(holds("start = yesterday", at(floor<days>(now) - 1us)));
    CHECK(where("start <= now and start > -1m")(at(floor<microseconds>(system_clock::now()) - 1s)));
}

TEST_CASE("durations", "[filter]") {
    auto const lasting = [](microseconds length) {
        auto result = at(now);
        result.set(field::end, now + length);
        return result;
    };
    CHECK(holds("duration = 1500", lasting(1500ms)));
    CHECK(holds("duration = 1500ms", lasting(1500ms)));
    CHECK(holds("duration = 1.5s", lasting(1500ms)));
    CHECK(holds("duration >= 5m", lasting(5min)));
    CHECK(holds("duration = 5min", lasting(5min)));
    CHECK(holds("duration = 1h30m", lasting(90min)));
    CHECK(holds("duration > 60k", lasting(61s)));
    CHECK(holds("duration in 1s-5s", lasting(2s)));
    CHECK(holds("duration = 0", lasting(999us)));
    CHECK(failure("duration > 5x").code() == errc::invalid_filter);
    CHECK(failure("duration > -5").code() == errc::invalid_filter);
}

TEST_CASE("flags of TCP", "[filter]") {
    auto const with_flags = [](std::uint8_t flags) { return with(field::tcp_flags, flags); };
    CHECK(holds("tcp-flags = SA", with_flags(18)));
    CHECK(holds("tcp-flags = as", with_flags(18)));
    CHECK(holds("tcp-flags = syn+ack", with_flags(18)));
    CHECK(holds("tcp-flags = SYN-ACK", with_flags(18)));
    CHECK(holds("tcp-flags = fin", with_flags(1)));
    CHECK_FALSE(holds("tcp-flags = S", with_flags(18)));
    CHECK(holds("tcp-flags S", with_flags(18)));
    CHECK(holds("tcp-flags 0x12", with_flags(18)));
    CHECK_FALSE(holds("tcp-flags 0x12", with_flags(26)));  // a number, as in nfdump
    CHECK(holds("tcp-flags = 0X12", with_flags(18)));
    CHECK(holds("tcp-flags = ECE", with_flags(64)));
    CHECK(holds("tcp-flags = EC", with_flags(192)));
    CHECK(holds("tcp-flags & syn", with_flags(18)));
    CHECK(holds("tcp-flags & 0x12 = 0x12", with_flags(26)));
    CHECK(holds("tcp-flags in (S, SA)", with_flags(18)));
    CHECK(holds("tcp-flags = FSRPAUEC", with_flags(255)));
    CHECK(holds("tcp-flags X", with_flags(63)));
    CHECK(failure("tcp-flags = Z").code() == errc::invalid_filter);
    CHECK(failure("tcp-flags = S.A").code() == errc::invalid_filter);
    CHECK(failure("flags 256").code() == errc::invalid_filter);
}

TEST_CASE("nfdump's and tcpdump's phrases name fields", "[filter]") {
    auto const ids = [](std::string_view expression) {
        auto result = std::vector<field_id>{};
        for (auto const& use : where(expression, now).uses()) result.push_back(use.id);
        return result;
    };
    using enum field_id;
    CHECK(ids("port 80") == std::vector{srcport, dstport});
    CHECK(ids("tcp port 80") == std::vector{protocol, srcport, dstport});
    CHECK(ids("udp dst portrange 1-5") == std::vector{protocol, dstport});
    CHECK(ids("src as 5 or next as 6 or previous as 7") == std::vector{src_as, next_as, prev_as});
    CHECK(ids("as in [1 2]") == std::vector{src_as, dst_as});
    CHECK(ids("in if 5 and out if > 6") == std::vector{input, output});
    CHECK(ids("mask 8 and vlan 9") == std::vector{src_mask, dst_mask, src_vlan, dst_vlan});
    CHECK(ids("mac 00:00:00:00:00:01").size() == 4);
    CHECK(ids("in src mac 00:00:00:00:00:01") == std::vector{src_mac});
    CHECK(ids("out dst mac 00:00:00:00:00:01") == std::vector{post_dst_mac});
    CHECK(ids("next ip 10.0.0.1 and bgpnext ip 10.0.0.2") == std::vector{next_hop, bgp_next_hop});
    CHECK(ids("router ip 10.0.0.1") == std::vector{exporter});
    CHECK(ids("router = 10.0.0.1") == std::vector{exporter});
    CHECK(ids("src tos 5 or dst tos 6") == std::vector{tos, dst_tos});
    CHECK(ids("in bytes > 5 and out bytes > 5") == std::vector{bytes, out_bytes});
    CHECK(ids("ingress vrf 5 and egress vrf 6") == std::vector{ingress_vrf, egress_vrf});
    CHECK(ids("observation domain id 5") == std::vector{observation_domain_id});
    CHECK(ids("nfversion 9 and fwdstat 64 and dir ingress") ==
          std::vector{netflow_version, forwarding_status, field_id::flow_direction});
    CHECK(ids("xip 10.0.0.1 and src nport 5") ==
          std::vector{post_nat_srcaddr, post_nat_dstaddr, post_napt_srcport});
    CHECK(ids("icmp-type 8") == std::vector{dstport, protocol});
    CHECK(ids("flags S") == std::vector{tcp_flags, protocol});
    CHECK(ids("not tcp port 80 or udp").size() == 3);

    auto ping = with(field::dstport, 8 * 256 + 3);
    ping.set(field::protocol, 1);
    CHECK(holds("icmp-type 8 and icmp-code 3", ping));
    CHECK(holds("icmp-type > 7 and icmp-type < 9", ping));
    CHECK(holds("icmp-type in 3-8", ping));
    CHECK_FALSE(holds("icmp-type 3", ping));
    ping.set(field::protocol, 6);
    CHECK_FALSE(holds("icmp-type 8", ping));
    CHECK(holds("not tcp port 80", ping));
    CHECK(holds("tcp dst port 2051", ping));
    CHECK_FALSE(holds("udp dst port 2051", ping));
}

TEST_CASE("an error shows its location and what was expected there", "[filter]") {
    CHECK(message("srcadr = 1") ==
          "filter:1:1: expected the name of a field, found 'srcadr'; did you mean 'srcaddr'?\n"
          "  srcadr = 1\n"
          "  ^");
    CHECK(message("dstport = 443 and action = REJCT") ==
          "filter:1:28: expected ACCEPT or REJECT, found 'REJCT'\n"
          "  dstport = 443 and action = REJCT\n"
          "                             ^");
    CHECK(
        message("dstport = htps") ==
        "filter:1:11: expected a port: a number (0-65535) or the name of a service, found 'htps'; "
        "did you mean 'https' or 'ftps'?\n"
        "  dstport = htps\n"
        "            ^");
    CHECK(message("(dstport = 1 or dstport = 2") ==
          "filter:1:28: expected ')', found the end\n"
          "  (dstport = 1 or dstport = 2\n"
          "                             ^");
    CHECK(message("dstport = 1)") ==
          "filter:1:12: expected 'and', 'or' or the end, found ')'\n"
          "  dstport = 1)\n"
          "             ^");
    CHECK(message("dstport = 1 and\n  srcport = 5 or or udp\n") ==
          "filter:2:18: expected a test such as 'dstport = 443', found 'or'\n"
          "    srcport = 5 or or udp\n"
          "                   ^");
    CHECK(
        message("dstport") ==
        "filter:1:8: expected an operator, or a port: a number (0-65535) or the name of a service\n"
        "  dstport\n"
        "         ^");
    CHECK(message("  ") ==
          "filter:1:1: expected a test such as 'dstport = 443', found the end\n"
          "    \n"
          "  ^");
    CHECK(message("vpc-id = \"a") ==
          "filter:1:12: expected the closing quote, found the end\n"
          "  vpc-id = \"a\n"
          "             ^");
    auto const e = failure("a\xC3\xA9 = 1");
    CHECK(e.code() == errc::invalid_filter);
    CHECK(e.where().source == "filter");
    CHECK(e.where().line == 1);
    CHECK(e.where().column == 1);
}

TEST_CASE("an error says how to write what was meant", "[filter]") {
    auto const says = [](std::string_view expression, std::string_view what) {
        CAPTURE(expression);
        CHECK(message(expression).starts_with("filter:1:" + std::string{what}));
    };
    auto const unknown = [](std::string_view word) {
        return "expected the name of a field, found '" + std::string{word} + "'";
    };
    // several values
    says("dstport = 443 or 80", "18: " + unknown("80") + "; write dstport in (443, 80)\n");
    says("tcp and dst port 443 or 80", "25: " + unknown("80") + "; write dst port in (443, 80)\n");
    says("host 10.0.1.4 or 10.0.1.5 or udp",
         "18: " + unknown("10.0.1.5") + "; write host in (10.0.1.4, 10.0.1.5)\n");
    says("action != ACCEPT or REJECT",
         "21: " + unknown("REJECT") + "; write action not in (ACCEPT, REJECT)\n");
    says("dstport = 443 or 80000", "18: " + unknown("80000") + "\n");
    says("interface-id = eni-1 or srcadr",
         "25: " + unknown("srcadr") + "; did you mean 'srcaddr'?");
    says("vpc-id = a or vpcs = 5", "15: " + unknown("vpcs"));
    CHECK(message("vpc-id = a or vpcs = 5").find("write vpc-id") == std::string::npos);
    CHECK(message("dstport > 443 or 80").find("write") == std::string::npos);
    CHECK(message("class(srcaddr) = public or private").find("write srcaddr") == std::string::npos);
    auto const connective = std::string{"expected 'and', 'or' or the end"};
    says("dstport=22,80", "11: " + connective + ", found ',80'; write dstport in (22, 80)\n");
    says("dstport 22, 80, 443", "11: " + connective + ", found ','; write dstport in (22, 80)\n");
    says("dstport = 22-25,80 and tcp",
         "16: " + connective + ", found ',80'; write dstport in (22-25, 80)\n");
    says("dstport in (22, 80),", "20: " + connective + ", found ','\n");
    // what follows a whole test, or a value
    says("tcp udp", "5: " + connective + " after 'tcp'\n");
    says("tcp 443", "5: " + connective + " after 'tcp'\n");
    says("any tcp", "5: " + connective + " after 'any'\n");
    says("tcp = 6", "5: " + connective + " after 'tcp'\n");
    says("class(tcp) = public", "7: " + unknown("tcp"));
    says("host 10.0.1.4 port 443", "15: " + connective + ", found 'port'\n");
    says("dst prot 443", "5: expected an address, or a block such as 10.0.0.0/8, found 'prot'");
    says("dstport = 443 or 80 )", "18: " + unknown("80") + "; write dstport in (443, 80)\n");
    says("srcadr 10.0.1.4 and)", "1: " + unknown("srcadr"));
    // ranges
    says("hour in 20-5", "9: the range is empty; write in (20-23, 0-5)\n");
    says("weekday in Fri-Mon", "12: the range is empty; write in (Fri-Sun, Mon-Mon)\n");
    says("dstport in 80-22", "12: the range is empty\n");
    auto const time = std::string{
        "10: expected a time such as 2024-05-01T12:00Z, 2024-05-01 or "
        "-2h, found '"};
    says("start in 1714521600-1714525200",
         time + "1714521600-1714525200'; write 1714521600..1714525200\n");
    says("start in 2024-05-01-2024-05-03",
         time + "2024-05-01-2024-05-03'; write 2024-05-01..2024-05-03\n");
    CHECK(holds("hour in (20-23, 0-5) or weekday in (Fri-Sun, Mon-Mon)", at(now - 8h)));
}

TEST_CASE("the names of lists and files may have dots", "[filter]") {
    auto names = std::vector<std::string>{};
    auto options = filter_options{};
    options.read_list = [&](std::string const& name) {
        names.push_back(name);
        return std::string{name == "../tests" ? "tcp" : "10.0.0.0/8"};
    };
    auto const wanted =
        where("srcaddr in (@../list, @./x/../list) and @include ../tests and ip in @..", options);
    CHECK(names == std::vector<std::string>{"../list", "./x/../list", "../tests", ".."});
    auto record = with(field::srcaddr, *address::parse("10.1.2.3"));
    record.set(field::protocol, 6);
    CHECK(wanted(record));
    CHECK(message("srcaddr in @a .. @b").find("a list cannot") != std::string::npos);
    CHECK(message("@include").find("expected the name of a file, found the end") !=
          std::string::npos);
}

TEST_CASE("the caret is right after escaped text and characters of several bytes", "[filter]") {
    auto const text = message("vpc-id = '\xC3\xA9\x1B' and x");
    auto const caret = text.substr(text.rfind('\n') + 1);
    CHECK(caret ==
          "  " + std::string(std::string_view{"vpc-id = 'e\\x1b' and "}.size(), ' ') + '^');
    CHECK(text.find('\x1B') == text.npos);
}

TEST_CASE("an error in a long expression shows only its surroundings", "[filter]") {
    auto text = std::string{};
    for (auto i = 0; i < 1000; ++i) text += "dstport = 1 or ";
    auto const shown = message(text + "x = 5 or " + text + "udp");
    CHECK(shown.size() < 400);
    auto const lines = shown.substr(shown.find('\n') + 1);
    auto const line = lines.substr(0, lines.find('\n'));
    auto const caret = lines.substr(lines.find('\n') + 1);
    CHECK(line.find("x = 5") - 2 == caret.find('^'));  // an ellipsis of three bytes
}

TEST_CASE("what is shown of a long expression begins with a whole character", "[filter]") {
    for (auto blanks = 50U; blanks != 54; ++blanks) {
        auto text = std::string{"vpc-id = '"};
        for (auto i = 0; i < 20; ++i) text += "\xE2\x82\xAC";  // of three bytes
        auto const shown = message(text + '\'' + std::string(blanks - 30, ' ') + "x");
        auto const line = shown.substr(shown.find('\n') + 3);
        CAPTURE(line);
        REQUIRE(line.starts_with("\xE2\x80\xA6"));  // an ellipsis
        CHECK(line.find("\\x") == std::string::npos);
    }
}

TEST_CASE("more errors", "[filter]") {
    for (auto const* const text : {"",
                                   "(",
                                   ")",
                                   "()",
                                   "not",
                                   "and",
                                   "or dstport = 1",
                                   "dstport = ",
                                   "dstport = and",
                                   "dstport in",
                                   "dstport in (",
                                   "dstport in ()",
                                   "dstport in (1",
                                   "dstport in (1]",
                                   "dstport in (1,)",
                                   "dstport in [1",
                                   "dstport in 1,",
                                   "dstport is",
                                   "dstport is not",
                                   "dstport is here",
                                   "dstport = 1 2",
                                   "dstport = 1 dstport = 2",
                                   "dstport & = 5",
                                   "dstport & 2 &",
                                   "dstport > 1..2",
                                   "dstport > (1)",
                                   "dstport in 5..",
                                   "dstport in 5..x",
                                   "dstport = 9..1",
                                   "dstport = = 5",
                                   "dstport not 5",
                                   "src",
                                   "src port",
                                   "src or",
                                   "src or dst",
                                   "src or dst port",
                                   "src or src or dst port 5",
                                   "in",
                                   "in if",
                                   "in port 5",
                                   "src packets > 5",
                                   "router port 5",
                                   "next 5",
                                   "observation domain 5",
                                   "tcp 5",
                                   "any 5",
                                   "any = 5",
                                   "host",
                                   "net",
                                   "net 10.0.0.0 255.0.0.0 5",
                                   "flags",
                                   "flags Q",
                                   "proto",
                                   "proto 5 6",
                                   "dstport = '1",
                                   "dstport = \"1",
                                   "dstport = 1 && ",
                                   "dstport = 1 & & dstport = 2",
                                   "dstport = 1 andnot udp",
                                   "duration",
                                   "bps",
                                   "duration = x",
                                   "action < REJECT..ACCEPT",
                                   "action = 5",
                                   "start & 3",
                                   "log-status = NO",
                                   "flow-direction = 2",
                                   "tcp port",
                                   "1 = 1",
                                   "= 5",
                                   "\"dstport\" = 5",
                                   "dstport = 5;",
                                   "tcp and",
                                   "not not",
                                   "((((",
                                   "a b c",
                                   "srcaddr = srcaddr",
                                   "srcaddr = dstport",
                                   "srcport = bytes",
                                   "vpc-id < subnet-id",
                                   "tcp-flags & 2 = tos",
                                   "srcaddr < 10.0.*",
                                   "srcaddr = 10.0.*..10.1.*",
                                   "srcaddr = web*",
                                   "class(dstport) = public",
                                   "class(srcaddr) = publix",
                                   "class(srcaddr) < public",
                                   "class(srcaddr)",
                                   "class(srcaddr",
                                   "class() = public",
                                   "class = public",
                                   "label(srcaddr) = x",
                                   "tag = web",
                                   "tag",
                                   "service = tcp",
                                   "service < 443",
                                   "service = 443/x",
                                   "start ~ '2024'",
                                   "duration ~ '5'",
                                   "dstport ~",
                                   "dstport ~ 5..6",
                                   "dstport & 3 ~ 5",
                                   "@include",
                                   "@include x",
                                   "10.0.0.1 and tcp",
                                   "10.0.0.1 10.0.0.2 x",
                                   "version > x"}) {
        CAPTURE(text);
        CHECK(failure(text).code() == errc::invalid_filter);
    }
}

TEST_CASE("no nesting is too deep, and a long expression is refused quickly", "[filter]") {
    CHECK(failure(std::string(1 << 20, '(')).code() == errc::invalid_filter);
    CHECK(failure(std::string(1 << 20, ')')).code() == errc::invalid_filter);
    CHECK(failure(std::string(max_filter_length + 1, ' ')).code() == errc::invalid_filter);
    auto const depth = testing::repeats(std::size_t{400'000});
    auto text = std::string(depth, '(') + "dstport = 5" + std::string(depth, ')');
    CHECK(holds(text, with(field::dstport, 5)));
    text = std::string(depth + 1, '!') + "dstport = 5";
    CHECK_FALSE(holds(text, with(field::dstport, 5)));
    text = "udp";
    for (std::size_t i = 0; i < depth / 8; ++i) text += i % 2 == 0 ? " or (udp" : " and (udp";
    text += std::string(depth / 8, ')');
    CHECK(holds(text, with(field::protocol, 17)));
    CHECK_FALSE(holds(text, with(field::protocol, 16)));
}

TEST_CASE("random bytes and random words make a filter or an error", "[filter]") {
    auto random = std::mt19937{7};
    auto const below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    auto const words = std::vector<std::string>{
        "dstport", "srcaddr", "action",  "start",      "bytes",      "vpc-id",     "tcp-flags",
        "=",       "!=",      "<",       ">=",         "in",         "not",        "and",
        "or",      "(",       ")",       "[",          "]",          ",",          "..",
        "-",       "1",       "443",     "10.0.0.0/8", "REJECT",     "2024-05-01", "-2h",
        "10M",     "src",     "dst",     "port",       "host",       "net",        "tcp",
        "any",     "is",      "absent",  "&",          "&&",         "||",         "!",
        "'x'",     "\"y",     "*",       "flags",      "SA",         "duration",   "5m",
        "#",       "\n",      "::1",     "class(",     "~",          "!~",         "10.*",
        "public",  "@x",      "service", "tag",        "pkt-srcaddr"};
    auto good = 0;
    for (auto i = 0; i < testing::repeats(20'000); ++i) {
        auto text = std::string{};
        if (i % 2 == 0) {
            for (auto n = below(30); n != 0; --n) text += static_cast<char>(below(256));
        } else {
            for (auto n = below(9) + 1; n != 0; --n)
                text += words[below(words.size())] + (below(4) ? " " : "");
        }
        try {
            auto const made = where(text, now);
            static_cast<void>(made(with(field::dstport, 443)));
            ++good;
        } catch (error const& e) {
            if (e.code() != errc::invalid_filter) FAIL(text);
            if (std::string_view{e.what()}.find('^') == std::string_view::npos) FAIL(text);
        }
    }
    CHECK(good > testing::repeats(50));
}

}  // namespace test_grammar_filter
