// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <random>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/query/labelled_blocks.hpp>
#include <flowlog/query/views.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_query_filter {

using namespace flowlog;
using namespace std::chrono_literals;

namespace {

static_assert(std::copyable<filter>);
static_assert(std::default_initializable<filter>);
static_assert(std::predicate<filter const&, flow const&>);
static_assert(std::predicate<filter const&, text_record const&>);

auto made() -> flow {
    using namespace std::chrono;
    auto result = flow{};
    result.set(field::srcaddr, address::v4(0x0A000001));
    result.set(field::dstaddr, *address::parse("2001:db8::1"));
    result.set(field::srcport, 50000);
    result.set(field::dstport, 443);
    result.set(field::protocol, 6);
    result.set(field::packets, 10);
    result.set(field::bytes, 4000);
    result.set(field::start, timestamp{sys_days{2024y / 5 / 1} + 12h});
    result.set(field::end, timestamp{sys_days{2024y / 5 / 1} + 12h + 10s});
    result.set(field::action, action::reject);
    result.set(field::tcp_flags, 18);
    result.set(field::vpc_id, "vpc-1a2b");
    result.set(field::flow_direction, flow_direction::egress);
    return result;
}

/// What is said of a filter that is refused.
auto message_of(std::string_view text, filter_options const& options) -> std::string {
    try {
        static_cast<void>(where(text, options));
    } catch (error const& failure) {
        return failure.what();
    }
    return "no error";
}

auto holds(std::string_view expression, flow const& record = made()) -> bool {
    return where(expression)(record);
}

/// The numbers, from 0, of the wanted records of a log with the columns action, dstport and bytes.
auto selected(std::string_view expression, std::string const& lines) -> std::vector<int> {
    auto const text = "action dstport bytes\n" + lines;
    auto reader = text_reader{memory_source{text}};
    auto const wanted = where(expression);
    auto result = std::vector<int>{};
    auto number = 0;
    for (auto const& record : reader) {
        CHECK(wanted(record) == wanted(flow{record}));
        if (wanted(record)) result.push_back(number);
        ++number;
    }
    return result;
}

/// The answer about the only record of a log, or the malformed field that it depends on.
auto verdict_on(std::string_view expression, std::string const& line) -> std::string {
    auto const text = "action dstport bytes\n" + line;
    auto reader = text_reader{memory_source{text}};
    auto const wanted = where(expression);
    for (auto const& record : reader) {
        auto const verdict = wanted.test(record);
        if (verdict.malformed()) return std::string{info(wanted.malformed_field(record)).name};
        return *verdict ? "yes" : "no";
    }
    return "nothing";
}

}  // namespace

TEST_CASE("a word of another language is told what to write here", "[filter]") {
    auto const hint = [](std::string_view expression) {
        auto const message = message_of(expression, {});
        auto const line = message.substr(0, message.find('\n'));
        return line.find("; write ") == line.npos ? "none: " + message
                                                  : line.substr(line.rfind("; write ") + 2);
    };
    CHECK(hint("action is not null") == "write is absent or is present");
    CHECK(hint("bytes between 1000 and 2000") == "write dstport in 1000-2000");
    CHECK(hint("interface-id LIKE 'eni-0a%'").starts_with("write interface-id = eni-0a* or"));
    CHECK(hint("interface-id =~ /eni/").starts_with("write interface-id = eni-0a* or"));
    CHECK(hint("isIpv4InSubnet(srcaddr, '10.0.0.0/8')") == "write srcaddr in 10.0.0.0/8");
    CHECK(hint("srcaddr is private") == "write class(srcaddr) = private");
    CHECK(hint("where action = REJECT").starts_with("write only the tests"));
    CHECK(hint("filter action = \"REJECT\" | stats count(*)").starts_with("write only the tests"));
    CHECK(hint("ip.addr == 10.0.0.1") == "write srcaddr, dstaddr, or ip for both");
    CHECK(hint("tcp.dstport == 443") == "write srcport, dstport, or port for both");
    CHECK(hint("greater 1000") == "write bytes > 1000");
    // no such word, or not yet; and what is recommended is understood
    CHECK(hint("action == = REJECT or x like y").starts_with("none: "));
    CHECK(hint("srcaddr = tcp").starts_with("none: "));
    for (auto const text : {"dstport in 1000-2000", "action is absent", "interface-id = eni-0a*",
                            "srcaddr in 10.0.0.0/8", "class(srcaddr) = private", "bytes > 1000"})
        CHECK(message_of(text, {}) == "no error");
}

TEST_CASE("a filter without an expression wants every flow and reads nothing", "[filter]") {
    CHECK(filter{}(made()));
    CHECK(filter{}(flow{}));
    CHECK(filter{}.uses().empty());
    CHECK_FALSE((!filter{})(made()));
}

TEST_CASE("tests of every type of field", "[filter]") {
    CHECK(holds("protocol = 6"));
    CHECK(holds("dstport = 443"));
    CHECK_FALSE(holds("dstport = 442"));
    CHECK(holds("bytes > 3999"));
    CHECK_FALSE(holds("bytes > 4000"));
    CHECK(holds("bytes >= 4000"));
    CHECK(holds("bytes < 4001"));
    CHECK_FALSE(holds("bytes < 4000"));
    CHECK(holds("bytes <= 4000"));
    CHECK(holds("bytes != 3999"));
    CHECK(holds("srcaddr = 10.0.0.1"));
    CHECK(holds("srcaddr in 10.0.0.0/8"));
    CHECK(holds("dstaddr in 2001:db8::/32"));
    CHECK_FALSE(holds("dstaddr in 0.0.0.0/0"));
    CHECK(holds("start >= 2024-05-01T12:00Z"));
    CHECK_FALSE(holds("start > 2024-05-01T12:00Z"));
    CHECK(holds("action = reject"));
    CHECK(holds("flow-direction = egress"));
    CHECK(holds("vpc-id = VPC-1A2B"));
    CHECK(holds("vpc-id = vpc-*"));
    CHECK_FALSE(holds("vpc-id = vpc"));
    CHECK(holds("tcp-flags = SA"));
}

TEST_CASE("a test of an absent value is false, and not makes it true", "[filter]") {
    for (auto const* const text :
         {"src-as = 5", "src-as > 5", "src-as < 5", "src-as in (5, 6)", "src-as & 1", "region = x",
          "region = *", "next-hop = 10.0.0.1", "next-hop < 10.0.0.1", "export-time > 2020-01-01",
          "log-status = OK", "src-as is present", "src-as is malformed"}) {
        CAPTURE(text);
        CHECK_FALSE(holds(text));
        CHECK(holds("not " + std::string{text}));
    }
    CHECK(holds("src-as != 5"));
    CHECK(holds("src-as not in (5, 6)"));
    CHECK(holds("src-as is absent"));
    CHECK(holds("src-as = -"));
    CHECK_FALSE(holds("src-as != -"));
    CHECK_FALSE(holds("bytes is absent"));
    CHECK(holds("bytes is present"));
    CHECK(holds("src-as in (-, 5)"));
    CHECK(holds("bytes in (-, 4000)"));
    CHECK_FALSE(holds("bytes in (-, 4001)"));
    CHECK(holds("port = -", flow{}));
}

TEST_CASE("derived values", "[filter]") {
    CHECK(holds("duration = 10000"));
    CHECK(holds("duration = 10s"));
    CHECK(holds("bps = 3200"));
    CHECK(holds("pps = 1"));
    CHECK(holds("bpp = 400"));
    auto other = made();
    other.set(field::end, *other[field::start]);
    CHECK(holds("duration = 0 and bps = 0 and pps = 0", other));
    other.set(field::end, *other[field::start] - std::chrono::seconds{1});
    CHECK(holds("duration is absent and bps is absent and not pps >= 0", other));
    other.set(field::packets, 0);
    CHECK(holds("bpp = 0", other));
    other.reset(field_id::packets);
    CHECK(holds("bpp is absent and not bpp >= 0", other));
    other = made();
    other.set(field::bytes, ~std::uint64_t{0});
    CHECK(holds("bps > 1P and bytes = 18446744073709551615", other));
    other.set(field::end, *other[field::start] + std::chrono::milliseconds{3});
    CHECK(holds("bps = 18446744073709551615", other));  // the most that can be said
}

TEST_CASE("a field is compared with another one of its kind", "[filter]") {
    auto flow = made();
    flow.set(field::pkt_srcaddr, address::v4(0x0A000001));
    CHECK(holds("srcaddr = pkt-srcaddr", flow));
    CHECK_FALSE(holds("srcaddr != pkt-srcaddr", flow));
    CHECK(holds("srcaddr < dstaddr", flow));  // IPv4 before IPv6
    CHECK(holds("srcport > dstport", flow));
    CHECK(holds("srcport >= dstport and dstport <= srcport and dstport < srcport", flow));
    CHECK_FALSE(holds("srcport = dstport", flow));
    CHECK(holds("end > start and start <= end", flow));
    CHECK(holds("bytes > packets and packets < bytes", flow));
    CHECK(holds("host = pkt-srcaddr", flow));
    CHECK(holds("vpc-id != subnet-id", flow));
    CHECK_FALSE(holds("vpc-id = subnet-id", flow));
    CHECK_FALSE(holds("vpc-id = 'subnet-id'", flow));
    flow.set(field::subnet_id, "vpc-1a2b");
    CHECK(holds("vpc-id = subnet-id", flow));
    // as with values, a test of an absent value is false, and `!=` is its opposite
    CHECK_FALSE(holds("srcaddr = pkt-dstaddr", flow));
    CHECK(holds("srcaddr != pkt-dstaddr", flow));
    CHECK_FALSE(holds("pkt-dstaddr < srcaddr", flow));
    auto reader = text_reader{memory_source{std::string_view{"bytes packets\nx 5\n"}}};
    for (auto const& record : reader) {
        auto const wanted = where("packets < bytes");
        CHECK(wanted.test(record).malformed());
        CHECK(wanted.malformed_field(record) == field_id::bytes);
    }
    CHECK(where("srcport < dstport").uses().size() == 2);
}

TEST_CASE("classes, labels, tags and services", "[filter]") {
    CHECK(holds("class(srcaddr) = private"));
    CHECK(holds("class(dstaddr) in (documentation, public)"));
    CHECK_FALSE(holds("class(srcaddr) = public"));
    CHECK(holds("class(ip) = private"));
    CHECK(holds("class(srcaddr) = priv*"));
    CHECK_FALSE(holds("class(pkt-srcaddr) is present"));
    CHECK(holds("class(pkt-srcaddr) is absent"));
    CHECK(holds("service = 443/tcp"));
    CHECK(holds("service = https"));
    CHECK(holds("service in (80, 443)"));
    CHECK_FALSE(holds("service = 443/udp"));
    CHECK_FALSE(holds("service = 50000"));
    CHECK(holds("service is absent", flow{}));
    for (auto const* const line : {"x 80 443", "6 x 443", "6 80 x"}) {
        CAPTURE(line);
        auto const text = std::string{"protocol srcport dstport\n"} + line + '\n';
        auto reader = text_reader{memory_source{text}};
        auto const wanted = where("service = http");
        for (auto const& record : reader) CHECK(wanted.test(record).malformed());
    }

    auto const labels =
        label_table::parse("10.0.0.0/8,all\n10.0.0.0/24,nat\n2001:db8::/32,all\n", "labels");
    auto options = filter_options{};
    options.labels = &labels;
    options.tags =
        std::make_shared<tag_table const>(tag_table::parse("443,tcp,web\n22,tcp,admin\n", "tags"));
    auto const labelled = [&](std::string_view text) { return where(text, options)(made()); };
    CHECK(labelled("label(srcaddr) = nat"));
    CHECK_FALSE(labelled("label(srcaddr) = all"));
    CHECK(labelled("label(ip) = all"));
    CHECK(labelled("label(srcaddr) != all"));
    CHECK(labelled("label(dstaddr) is present"));
    CHECK(labelled("label(pkt-srcaddr) is absent"));
    CHECK(labelled("label(srcaddr) in (-, nat)"));
    CHECK(labelled("tag = web"));
    CHECK(labelled("tag != admin"));
    CHECK(labelled("tag in (WEB, admin)"));
    CHECK_FALSE(labelled("tag = Untagged"));
    CHECK(labelled("tag is present"));
    auto other = made();
    other.set(field::dstport, 80);
    CHECK(where("tag = untagged", options)(other));
    CHECK(where("tag is absent", options)(flow{}));
    CHECK_FALSE(where("tag = untagged", options)(flow{}));
    // a flow of ICMP needs no port
    other.reset(field_id::dstport);
    CHECK(where("tag is absent", options)(other));
    other.set(field::protocol, 1);
    CHECK(where("tag = untagged", options)(other));
    auto with_ping = options;
    with_ping.tags =
        std::make_shared<tag_table const>(tag_table::parse("443,tcp,web\n*,icmp,ping\n", "tags"));
    CHECK(where("tag = ping", with_ping)(other));
    CHECK(where("tag != web", with_ping)(other));
    CHECK_THROWS_AS(where("tag = wob", options), error);
    CHECK_THROWS_AS(where("label(srcaddr) = nit", options), error);
    auto const message = [&](std::string_view text) { return message_of(text, options); };
    CHECK(message("tag = wob").find("web") != std::string::npos);
    CHECK(message("label(srcaddr) = nit").find("nat") != std::string::npos);
}

TEST_CASE("classes have the addresses that scope_of gives them", "[filter]") {
    auto random = std::mt19937_64{5};
    auto const blocks = scope_blocks();
    for (auto i = 0U; i <= static_cast<unsigned>(address_scope::unspecified); ++i) {
        auto const scope = static_cast<address_scope>(i);
        auto const wanted = where("class(srcaddr) = " + std::string{name(scope)});
        auto const check = [&](address const& a) {
            auto record = flow{};
            record.set(field::srcaddr, a);
            CHECK(wanted(record) == (scope_of(a) == scope));
        };
        for (auto const& [block, label] : blocks) {
            auto const range = range_of(block);
            check(range.first);
            check(range.last);
            if (range.first.low() != 0) check(previous_address(range.first));
            if (range.last.is_v4() ? range.last.to_v4() != 0xFFFF'FFFF : ~range.last.high() != 0)
                check(next_address(range.last));
        }
        for (auto n = 0; n < 100; ++n) check(address::v4(static_cast<std::uint32_t>(random())));
    }
}

TEST_CASE("addresses with wildcards", "[filter]") {
    CHECK(holds("srcaddr = 10.0.*"));
    CHECK(holds("srcaddr = 10.*"));
    CHECK(holds("srcaddr = 10.*.*.*"));
    CHECK(holds("srcaddr = 10.?.0.1"));
    CHECK(holds("srcaddr = *.1"));
    CHECK(holds("srcaddr = ??.0.0.1"));
    CHECK(holds("srcaddr in (192.168.*, 10.0.?.1)"));
    CHECK(holds("ip in [192.168.*, 2001:DB8:*]"));
    CHECK(holds("dstaddr = *"));
    CHECK(holds("dstaddr = 2001:db8::?"));
    CHECK_FALSE(holds("srcaddr = 10.1.*"));
    CHECK_FALSE(holds("srcaddr = 1.*"));
    CHECK_FALSE(holds("srcaddr = 10.0.0.?.*"));
    CHECK_FALSE(holds("srcaddr = ?.0.0.1"));
    CHECK_FALSE(holds("srcaddr = 10.0.0.1.*"));
    CHECK_FALSE(holds("dstaddr = 10.*"));
    CHECK_FALSE(holds("srcaddr = 10.0.*", flow{}));
    CHECK(where("srcaddr = 10.0.*").tree() == where("srcaddr = 10.0.0.0/16").tree());
}

TEST_CASE("a list of a hundred thousand addresses", "[filter]") {
    auto random = std::mt19937{11};
    auto text = std::string{"# bad\n"};
    auto listed = std::vector<address>{};
    for (auto i = 0; i < 100'000; ++i) {
        // half of them in few blocks of 65536 addresses, where ranges are many and merge
        auto const any = static_cast<std::uint32_t>(random());
        listed.push_back(address::v4(i % 2 == 0 ? any : (any & 0x1FFFF) | 0xC0A80000));
        text += listed.back().to_string() + (i % 3 == 0 ? "  # why\n" : "\r\n");
    }
    text += "172.16.0.0/12, 2001:db8::/48\n";
    auto const wanted = where(text);
    auto const is_wanted = [&](address const& a) {
        auto record = flow{};
        record.set(field::dstaddr, a);
        return wanted(record);
    };
    std::sort(listed.begin(), listed.end());
    for (auto i = 0; i < 20'000; ++i) {
        CHECK(is_wanted(listed[static_cast<std::size_t>(i) * 5]));
        auto const any = static_cast<std::uint32_t>(random());
        for (auto const number : {any, (any & 0x1FFFF) | 0xC0A80000}) {
            auto const a = address::v4(number);
            auto const inside =
                number >> 20 == 0xAC1 || std::binary_search(listed.begin(), listed.end(), a);
            if (is_wanted(a) != inside) FAIL(a.to_string());
        }
    }
    CHECK(is_wanted(*address::parse("2001:db8::5")));
    CHECK_FALSE(is_wanted(*address::parse("2001:db8:1::")));
    CHECK(is_wanted(address::v4(0xAC1FFFFF)));
    CHECK_FALSE(is_wanted(flow{}[field::srcaddr].value_or(address::v6(1, 1))));
}

TEST_CASE("lists and other expressions are read by name", "[filter]") {
    auto options = filter_options{};
    options.read_list = [](std::string const& name) -> std::string {
        if (name == "ports.txt") return "\xEF\xBB\xBF# ours\n22, 443\n8000..8099\n";
        if (name == "more.txt") return "dstport = 443 # https\n  or dstport = 22\n";
        if (name == "bad.txt") return "1.2.3.4\n\n 1.2.3.x # oops\n";
        if (name == "loop.txt") return "not @include loop.txt";
        if (name == "my ids.txt") return "vpc-1a2b 'other one'";
        if (name == "drop.txt") return "; 2 blocks\n1.2.3.0/24 ; SBL1\n ; 9\n10.0.0.0/8 ;";
        if (name == "range.txt") return "fe80::1-fe80::9\n10.0.0.1\n";
        if (name == "pattern.txt") return "*.0.0.1\n";
        if (name == "either.txt") return "1.2.3.4 ; 10.1.2.3\n";
        if (name == "mail.txt")
            return "1.2.3.4\xC2\xA0"
                   "10.0.0.1\xE2\x80\x83\n";
        if (name == "quoted.txt") return "\"10.0.0.1\"\r\n";
        if (name == "block.txt") return "10.1.2.0/33\n";
        if (name == "spaced.txt") return "10.0.0.0 - 10.0.0.9  # ours\n192.0.2.1\n";
        if (name == "gaps.txt") return "22\n-\n80, -, 443 -\n8080\n";
        if (name == "pair.txt") return "vpc-1 - vpc-2\n";
        if (name == "chain.txt") return "10.0.0.0 - 10.0.0.9 - 10.0.0.19\n";
        if (name == "heading.txt") return "# theirs\nsrc_addr\r\n10.0.0.1\n";
        if (name == "any.txt") return "ip\n10.0.0.1\n";
        if (name == "other.txt") return "\"dstaddr\"\n10.0.0.1\n";
        if (name == "ids.txt") return "vpc-id\nvpc-1a2b\n";
        if (name == "curly.txt") return "a\n\xE2\x80\x9Cvpc-1a2b\xE2\x80\x9D\n";
        if (name == "user.txt") return "CORP\\alice\n\"CORP\\bob\"\n";
        return {};
    };
    auto const has = [&](std::string_view text) { return where(text, options)(made()); };
    CHECK(has("dstport in @ports.txt"));
    CHECK_FALSE(has("srcport in @ports.txt"));
    CHECK(has("srcport not in (5, @ports.txt)"));
    CHECK(has("vpc-id in @'my ids.txt'"));
    CHECK(has("@include more.txt and tcp"));
    for (auto const* const name :
         {"drop.txt", "mail.txt", "quoted.txt", "range.txt", "pattern.txt", "spaced.txt"}) {
        CHECK(has("@include " + std::string{name}));
        CHECK(has("srcaddr in @" + std::string{name}));
        CHECK_FALSE(has("dstaddr in @" + std::string{name}));
    }
    for (auto const* const expression :
         {"@include heading.txt", "srcaddr in @heading.txt", "ip in @heading.txt"})
        CHECK(has(expression));
    // addresses of any field, or in quotes
    for (auto const* const name : {"any.txt", "other.txt"}) {
        CAPTURE(name);
        CHECK(has("srcaddr in @" + std::string{name}));
        CHECK_FALSE(has("dstaddr in @" + std::string{name}));
    }
    CHECK(has("vpc-id in @ids.txt"));
    CHECK_FALSE(has("srcport in @gaps.txt"));
    CHECK(where("srcport in @gaps.txt", options)(flow{}));
    CHECK(has("dstport in @gaps.txt"));
    CHECK(where("ip\n10.0.0.1\n10.0.0.2\n")(made()));
    CHECK(where("dstaddr\n10.0.0.1\n10.0.0.2\n")(made()));  // at either end
    CHECK(where("dstaddr = 2001:db8::1\n")(made()));
    auto user = flow{};
    for (auto const* const called : {"corp\\alice", "CORP\\bob"}) {
        CAPTURE(called);
        user.set(field::vpc_id, called);
        CHECK(where("vpc-id in @user.txt", options)(user));
    }
    CHECK_FALSE(has("not @include more.txt"));
    CHECK_FALSE(has("udp and @include more.txt"));
    auto const message = [&](std::string_view text) { return message_of(text, options); };
    CHECK(message("srcaddr in @bad.txt") ==
          "bad.txt:3:2: expected an address, or a block such as 10.0.0.0/8, found '1.2.3.x'\n"
          "   1.2.3.x # oops\n"
          "   ^");
    CHECK(message("srcaddr in @either.txt").starts_with("either.txt:1:9: expected an address"));
    CHECK(message("vpc-id in @pair.txt")
              .starts_with("pair.txt:1:1: texts have no ranges; put commas around '-'"));
    CHECK(message("srcaddr in @chain.txt").starts_with("chain.txt:1:21: expected an address"));
    CHECK(message("srcaddr in @ids.txt").starts_with("ids.txt:1:1: expected an address"));
    CHECK(message("vpc-id in @curly.txt")
              .starts_with("curly.txt:2:1: expected ' or \" as the quotation mark, found '"));
    CHECK(message("service = 70000/tcp").find("expected a service") != std::string::npos);
    CHECK(message("net 2001:db8::1 255.0.0.0").find("expected an IPv4 address") !=
          std::string::npos);
    CHECK(message("@include block.txt").starts_with("block.txt:1:1: expected an address"));
    CHECK(message("@include loop.txt").find("included by itself") != std::string::npos);
    CHECK(message("srcaddr in @empty.txt").find("the list is empty") != std::string::npos);
    CHECK(message("srcaddr = @bad.txt").find("a list goes with 'in'") != std::string::npos);
    CHECK_THROWS_AS(where("srcaddr in @ports.txt"), error);
    CHECK(where("vpc-id = '@x'").tree().leaves.size() == 1);
    options.source = "filter.txt";
    CHECK(message("udp and\nx = 5").starts_with("filter.txt:2:1: expected the name of a field"));
}

TEST_CASE("bits", "[filter]") {
    CHECK(holds("tcp-flags & 2"));
    CHECK(holds("tcp-flags & 3"));
    CHECK_FALSE(holds("tcp-flags & 4"));
    CHECK(holds("tcp-flags & 18 = 18"));
    CHECK_FALSE(holds("tcp-flags & 18 = 2"));
    CHECK(holds("tcp-flags & SF = S"));
    CHECK(holds("flags S"));
    CHECK(holds("flags SA"));
    CHECK_FALSE(holds("flags SF"));
    CHECK(holds("not flags F"));
    CHECK_FALSE(holds("not flags SF"));  // as in nfdump: none of these
    CHECK(holds("flags S and not flags FRPU"));
    CHECK(holds("not not flags SA"));
    auto udp = made();
    udp.set(field::protocol, 17);
    CHECK_FALSE(holds("flags S", udp));
    CHECK(holds("tcp-flags S", udp));
    CHECK(holds("bytes & 0xfa0 = 4000"));
}

TEST_CASE("sets", "[filter]") {
    CHECK(holds("dstport in (80, 443)"));
    CHECK(holds("dstport in 80,443"));
    CHECK(holds("dstport in [80 443]"));
    CHECK(holds("dstport in 1-1023"));
    CHECK_FALSE(holds("dstport in (80, 8080-8090)"));
    CHECK(holds("bytes in (1-10, 3k..5k, 90)"));
    CHECK_FALSE(holds("bytes in (1-10, 5k..6k, 90)"));
    CHECK(holds("dstaddr in (10.0.0.0/8, 2001:db8::/126, fe80::1)"));
    CHECK_FALSE(holds("dstaddr in (10.0.0.0/8, 2001:db8::8/126, fe80::1)"));
    CHECK(holds("srcaddr in 10.0.0.0-10.0.0.9"));
    CHECK(holds("srcaddr in (10.0.0.9..10.0.0.99, 9.0.0.0/8, 10.0.0.0/29)"));
    CHECK(holds("vpc-id in (a, b, vpc-1a2b, c)"));
    CHECK(holds("vpc-id in (a, b, *2b)"));
    CHECK_FALSE(holds("vpc-id in (a, b)"));
    CHECK_FALSE(holds("vpc-id = vpc-1*1a2b"));  // no byte counts for both
    CHECK(holds("vpc-id = vpc-1*a2b"));
    CHECK(holds("start in (2024-05-01, 2024-07-01)"));
    CHECK(holds("protocol in (tcp, udp)"));
}

TEST_CASE("logic", "[filter]") {
    for (auto a = 0; a < 2; ++a) {
        for (auto b = 0; b < 2; ++b) {
            for (auto c = 0; c < 2; ++c) {
                auto record = flow{};
                record.set(field::srcport, static_cast<std::uint16_t>(a));
                record.set(field::dstport, static_cast<std::uint16_t>(b));
                record.set(field::protocol, static_cast<std::uint8_t>(c));
                auto const x = "srcport = 1";
                auto const y = "dstport = 1";
                auto const z = "protocol = 1";
                auto const says = [&](std::string_view form) {
                    auto text = std::string{};
                    for (auto const letter : form)
                        text += letter == 'x'   ? x
                                : letter == 'y' ? y
                                : letter == 'z' ? z
                                                : std::string{letter};
                    return holds(text, record);
                };
                CAPTURE(a, b, c);
                CHECK(says("x && y || z") == ((a && b) || c));
                CHECK(says("x || y && z") == (a || (b && c)));
                CHECK(says("!x && y || z") == ((!a && b) || c));
                CHECK(says("!(x && y) || z") == (!(a && b) || c));
                CHECK(says("!(x || y && !z)") == !(a || (b && !c)));
                CHECK(says("(x || y) && z") == ((a || b) && c));
                CHECK(says("!(!(x && !(y || z)))") == (a && !(b || c)));
                CHECK(says("! ! x && ((y))") == (a && b));
                CHECK((where(x) && where(y) || where(z))(record) == ((a && b) || c));
                CHECK((!(where(x) || !where(y)))(record) == !(a || !b));
            }
        }
    }
}

TEST_CASE("filters can be combined with the one that wants every flow", "[filter]") {
    auto const some = where("dstport = 1");
    CHECK_FALSE((filter{} && some)(made()));
    CHECK_FALSE((some && filter{})(made()));
    CHECK((filter{} || some)(made()));
    CHECK((some || filter{})(made()));
    CHECK_FALSE((!(some || filter{}))(made()));
}

TEST_CASE("records of a text log", "[filter]") {
    auto const lines = "REJECT 22 100\nACCEPT 22 200\nREJECT 443 300\nREJECT - 400\n- 22 500\n";
    CHECK(selected("action = REJECT", lines) == std::vector{0, 2, 3});
    CHECK(selected("action = REJECT and dstport = 22", lines) == std::vector{0});
    CHECK(selected("action = REJECT and not dstport = 22", lines) == std::vector{2, 3});
    CHECK(selected("action != REJECT", lines) == std::vector{1, 4});
    CHECK(selected("dstport is absent", lines) == std::vector{3});
    CHECK(selected("bytes in 200-400 or action is absent", lines) == std::vector{1, 2, 3, 4});
    CHECK(selected("srcport = 5 or bytes = 100", lines) == std::vector{0});
}

TEST_CASE("hours and weekdays of a time zone", "[filter]") {
    CHECK(holds("hour = 12 and hour in 9-17 and not hour in (0-11, 13-23)"));
    CHECK(holds("weekday = Wed and weekday = wednesday and weekday = 3 and weekday in Mon-Fri"));
    CHECK_FALSE(holds("weekday in (Sat, Sunday)"));
    CHECK(holds("date = 2024-05-01 and month = 2024-05 and week = 2024-W18"));
    CHECK_FALSE(holds("month = 2024-04 or week = 2024-W17 or date = 2024-05-02"));
    CHECK(holds("start in 2024-04..2024-05 and start < 2024-06 and start >= 2024-W18"));
    CHECK_FALSE(holds("hour = 12", flow{}));
    CHECK(holds("hour is absent", flow{}));
    for (auto const* wrong : {"hour = 24", "weekday = 0", "weekday = 8", "weekday = Mo",
                              "month = 2024-13", "week = 2024-W54", "week = 2023-W53"})
        CHECK_THROWS(where(wrong));
    CHECK(holds("week = 2020-W01..2020-W53 or hour >= 12"));
    auto sunday = made();
    sunday.set(field::start, *sunday[field::start] + 4 * 24h);
    CHECK(holds("weekday = Sun and weekday = 7 and weekday in (Sat, Sunday)", sunday));
    auto how = filter_options{};
    how.zone = std::make_shared<time_zone const>(time_zone::find("+12:30"));
    CHECK(where("hour = 0 and weekday = Thu and date = 2024-05-02", how)(made()));
    CHECK(where("start = 2024-05-02T00:30 and start = 2024-05-01T12:00Z", how)(made()));
    CHECK_FALSE(where("date = 2024-05-01", how)(made()));
    CHECK(where("hour = 0").uses() == std::vector{field_use{field_id::start, true}});
}

TEST_CASE("columns that are no fields", "[filter]") {
    auto how = filter_options{};
    CHECK_THROWS(where("x-col = abc", how));
    how.has_column = [](std::string_view name) { return name == "x-col"; };
    CHECK_THROWS(where("x-cold = abc", how));
    auto const count = [&how](std::string_view expression) {
        auto const text = std::string{"dstport x-col bytes\n1 abc 1\n2 ABC 1\n3 - 1\n4 abd 1\n"};
        auto reader = text_reader{memory_source{text}};
        auto const wanted = where(expression, how);
        CHECK(wanted.uses().empty());
        return std::ranges::count_if(reader, [&](auto const& record) { return wanted(record); });
    };
    CHECK(count("x-col = abc") == 2);
    CHECK(count("x-col = ab*") == 3);
    CHECK(count("x-col in (abd, -)") == 2);
    CHECK(count("x-col is absent") == 1);
    CHECK(count("not x-col = abc") == 2);
    CHECK_FALSE(where("x-col = abc", how)(made()));
    CHECK(where("x-col is absent", how)(made()));
    CHECK_THROWS(where("x-col < abc", how));
}

TEST_CASE("a malformed value counts if the answer depends on it", "[filter]") {
    CHECK(verdict_on("dstport = 22", "REJECT x 1") == "dstport");
    CHECK(verdict_on("not dstport = 22", "REJECT x 1") == "dstport");
    CHECK(verdict_on("dstport != 22", "REJECT 65536 1") == "dstport");
    CHECK(verdict_on("action = REJECT and dstport = 22", "REJECT x 1") == "dstport");
    CHECK(verdict_on("dstport = 22 and action = REJECT", "REJECT x 1") == "dstport");
    CHECK(verdict_on("action = REJECT and dstport = 22", "ACCEPT x 1") == "no");
    CHECK(verdict_on("dstport = 22 and action = REJECT", "ACCEPT x 1") == "no");
    CHECK(verdict_on("action = REJECT or dstport = 22", "REJECT x 1") == "yes");
    CHECK(verdict_on("dstport = 22 or action = REJECT", "REJECT x 1") == "yes");
    CHECK(verdict_on("dstport = 22 or action = REJECT", "ACCEPT x 1") == "dstport");
    CHECK(verdict_on("not (dstport = 22 or action = REJECT)", "REJECT x 1") == "no");
    CHECK(verdict_on("not (dstport = 22 and action = REJECT)", "ACCEPT x 1") == "yes");
    CHECK(verdict_on("action = reject and bytes > 5", "what x y") == "action");
    CHECK(verdict_on("dstport is malformed", "REJECT x 1") == "yes");
    CHECK(verdict_on("dstport is malformed", "REJECT 5 1") == "no");
    CHECK(verdict_on("dstport is malformed", "REJECT - 1") == "no");
    CHECK(verdict_on("dstport is present", "REJECT x 1") == "no");
    CHECK(verdict_on("dstport is absent", "REJECT x 1") == "no");
    CHECK(verdict_on("bpp > 5", "REJECT 1 x") == "bytes");
    CHECK(verdict_on("any", "REJECT x x") == "yes");
    auto const wanted = where("dstport = 22");
    auto reader = text_reader{memory_source{"action dstport bytes\nREJECT x 1\n"}};
    for (auto const& record : reader) CHECK_FALSE(wanted(record));
}

TEST_CASE("a filter lists the fields that it names, once each", "[filter]") {
    auto const ids = [](std::string_view expression) {
        auto result = std::vector<field_id>{};
        for (auto const& use : where(expression).uses()) {
            CHECK(use.nullable);
            result.push_back(use.id);
        }
        return result;
    };
    using enum field_id;
    CHECK(ids("dstport = 1 or (dstport = 2 and not srcport = 3)") == std::vector{dstport, srcport});
    CHECK(ids("host 10.0.0.1 and srcaddr != 10.0.0.2") == std::vector{srcaddr, dstaddr});
    CHECK(ids("bps > 1") == std::vector{bytes, start, end});
    CHECK(ids("pps > 1") == std::vector{packets, start, end});
    CHECK(ids("duration > 1") == std::vector{start, end});
    CHECK(ids("any").empty());
    CHECK(ids("any or bytes = 1") == std::vector{bytes});
    CHECK(ids("bytes < 0") == std::vector{bytes});
}

TEST_CASE("a view of a range", "[filter]") {
    auto flows = std::vector<flow>(3, made());
    flows[1].set(field::dstport, 22);
    auto count = 0;
    for (auto const& record : flows | views::where(where("dstport = 443"))) {
        CHECK(record[field::dstport] == std::uint16_t{443});
        ++count;
    }
    CHECK(count == 2);
    auto const ssh = [](auto const& record) { return record[field::dstport] == std::uint16_t{22}; };
    CHECK(std::ranges::distance(flows | views::where(ssh)) == 1);

    auto reader = text_reader{memory_source{"dstport\n1\n22\n3\n22\n"}};
    CHECK(std::ranges::distance(reader | views::where(where("dstport = 22"))) == 2);
    CHECK(std::ranges::distance(text_reader{memory_source{"dstport\n1\n22\n"}} |
                                views::where(ssh)) == 1);

    auto opened =
        flowlog::log{text_reader<any_source>{any_source{memory_source{"dstport\n1\n22\nx\n22\n"}}}};
    count = 0;
    for (auto const& record : opened | views::where(where("dstport = 22"))) {
        CHECK(record[field::dstport] == std::uint16_t{22});
        ++count;
    }
    CHECK(count == 2);
}

TEST_CASE("a filter is a view of a range by itself", "[filter]") {
    auto flows = std::vector<flow>(3, made());
    flows[1].set(field::dstport, 22);
    auto count = 0;
    for (auto const& record : flows | where("dstport = 443")) {
        CHECK(record[field::dstport] == std::uint16_t{443});
        ++count;
    }
    CHECK(count == 2);
    auto const ssh = where("dstport = 22");
    CHECK(std::ranges::distance(flows | ssh) == 1);
    CHECK(std::ranges::distance(flows | ssh | std::views::take(0)) == 0);
    CHECK(std::ranges::distance(flows | std::views::drop(1) | (ssh || where("bytes = 0"))) == 1);
    CHECK(std::ranges::distance(flows | filter{}) == 3);
    CHECK(std::ranges::distance(text_reader{memory_source{"dstport\n1\n22\nx\n22\n"}} | ssh) == 2);
}

TEST_CASE("a filter can be made from a tree, and gives it back", "[filter]") {
    auto tree = filter_tree{};
    tree.add(filter_leaf{.subject = subject_of(field_id::dstport),
                         .field = field_id::dstport,
                         .numbers = {{400, 442}, {440, 450}, {9, 8}}});
    CHECK(filter{tree}(made()));
    CHECK(filter{tree}.tree() == tree);
    tree.add(filter_step::negation);
    CHECK_FALSE(filter{tree}(made()));
    CHECK(filter{where("not dstport in 400-450").tree()}.uses() == filter{tree}.uses());
    auto in_order = filter_tree{};
    in_order.add(filter_leaf{
        .subject = filter_subject::comparison,
        .field = field_id::vpc_id,
        .other = field_id::subnet_id,
        .numbers = {{filter_number(field_order::less), filter_number(field_order::less)}}});
    auto two = flow{};
    two.set(field::vpc_id, "a");
    two.set(field::subnet_id, "b");
    CHECK(filter{in_order}(two));
    two.set(field::vpc_id, "c");
    CHECK_FALSE(filter{in_order}(two));
    auto both = filter_tree{};
    both.add(filter_leaf{.subject = subject_of(field_id::srcaddr),
                         .field = field_id::srcaddr,
                         .addresses = {{address::v4(0x0A000000), *address::parse("2001:db8::")}}});
    auto one = flow{};
    for (auto const* const in : {"10.0.0.0", "255.255.255.255", "::", "2001:db8::"}) {
        CAPTURE(in);
        one.set(field::srcaddr, *address::parse(in));
        CHECK(filter{both}(one));
    }
    for (auto const* const out : {"9.255.255.255", "2001:db8::1"}) {
        CAPTURE(out);
        one.set(field::srcaddr, *address::parse(out));
        CHECK_FALSE(filter{both}(one));
    }
    CHECK(range_of(*cidr::parse("10.1.0.0/16")) ==
          address_range{address::v4(0x0A010000), address::v4(0x0A01FFFF)});
    CHECK(filter_number(timestamp{-1us}) < filter_number(timestamp{0us}));
    auto const set = text_set{.words = {"eni-1", "eni-2"}, .patterns = {{"vpc-", "", "9"}}};
    CHECK(set.contains("ENI-2"));
    CHECK(set.contains("VPC-1239"));
    CHECK_FALSE(set.contains("vpc-1"));
    CHECK_FALSE(set.contains("eni-3"));
}

TEST_CASE("many tests and values", "[filter]") {
    auto text = std::string{"dstport in ("};
    for (auto i = 1; i < 60000; i += 2) text += std::to_string(i) + ' ';
    CHECK(holds(text + ')'));
    text = "dstport = 0";
    text = "dstport = 0";
    for (auto i = 1; i < 5000; ++i) text += " or dstport = " + std::to_string(i);
    CHECK(holds(text));
    auto set = std::string{"srcaddr in ["};
    for (auto i = 0; i < 5000; ++i)
        set += "10." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + ".1 ";
    CHECK(holds(set + ']'));
    auto words = std::string{"vpc-id in ["};
    for (auto i = 0; i < 5000; ++i) words += "vpc-" + std::to_string(i) + " ";
    CHECK(holds(words + "vpc-1a2b]"));
    CHECK_FALSE(holds(words + "]"));
}

TEST_CASE("a block whose end belongs to a smaller block has no range behind it", "[filter]") {
    auto const table = flowlog::label_table::parse("10.0.0.0/8,all\n10.128.0.0/9,nat\n", "labels");
    auto const ranges =
        flowlog::ranges_with(flowlog::blocks_of(table),
                             [&](flowlog::label_id label) { return table.name(label) == "all"; });
    REQUIRE(ranges.size() == 1);
    CHECK(ranges[0].first == flowlog::address::v4(0x0A000000));
    CHECK(ranges[0].last == flowlog::address::v4(0x0A7FFFFF));
}

TEST_CASE("a text is found among those that begin like it", "[filter]") {
    auto const wanted = where("vpc-id in (we, web, web-a, webx)");
    auto one = flow{};
    for (auto const* const text : {"we", "WEB", "web-a", "webx"}) {
        CAPTURE(text);
        one.set(field::vpc_id, text);
        CHECK(wanted(one));
    }
    for (auto const* const text : {"w", "web-", "webxy", "web-b"}) {
        CAPTURE(text);
        one.set(field::vpc_id, text);
        CHECK_FALSE(wanted(one));
    }
}

TEST_CASE("a malformed value leaves the answer for its batch open", "[filter]") {
    auto text = std::string{"dstport log-status\n"};
    for (auto i = 0; i < 60; ++i) text += i == 50 ? "x OK\n" : i % 2 == 0 ? "80 OK\n" : "81 OK\n";
    for (auto const* const expression : {"dstport = 80", "dstport in (80, 8000-8100)"}) {
        CAPTURE(expression);
        auto reader = flowlog::text_reader{flowlog::memory_source{text}};
        auto const wanted = where(expression);
        auto open = 0;
        auto const use_batch = [&](auto const& batch) {
            auto const all =
                wanted.test_batch(batch.slice(0, std::min<std::size_t>(batch.size(), 60)));
            if (!all) ++open;
            return batch.size();
        };
        reader.each([](auto const&) { return true; }, use_batch,
                    [](auto const&) {
                        return flowlog::offending_field{flowlog::field_id::dstport,
                                                        flowlog::reason::bad_value};
                    },
                    wanted.uses());
        CHECK(open == 1);
    }
}

TEST_CASE("a batch is tested at once by a filter of up to sixteen tests", "[filter]") {
    auto text = std::string{"dstport log-status\n"};
    for (auto i = 0; i < 600; ++i) text += std::to_string(i % 60) + " OK\n";
    auto const count = [&text](filter const& wanted) {
        auto result = std::optional{0};
        auto const use = [&](auto const& record) {
            if (result && wanted(record)) ++*result;
            return true;
        };
        auto const use_batch = [&](auto const& batch) {
            auto const some = batch.slice(0, std::min<std::size_t>(batch.size(), 64));
            auto const found = wanted.test_batch(some);
            result =
                found && result ? std::optional{*result + std::popcount(*found)} : std::nullopt;
            return some.size();
        };
        auto reader = text_reader{memory_source{text}};
        reader.each(
            use, use_batch,
            [](auto const&) { return offending_field{field_id::dstport, reason::bad_value}; },
            wanted.uses());
        return result;
    };
    auto const one_of = [](int tests) {
        auto expression = std::string{"dstport = 0"};
        for (auto i = 1; i < tests; ++i) expression += " or dstport = " + std::to_string(i);
        return where(expression);
    };
    CHECK(count(one_of(16)) == 160);
    CHECK_FALSE(count(one_of(17)));
    CHECK(count(filter{}) == 600);
}

TEST_CASE("filters that share the columns of a log find what each of them finds", "[filter]") {
    auto text = std::string{"srcaddr action bytes packets log-status\n"};
    for (auto i = 0; i < 3000; ++i) {
        text += i % 7 == 0 ? "::10.0.0.1" : "10.0.0." + std::to_string(i % 5);
        text += i % 3 == 0 ? " ACCEPT " : i % 3 == 1 ? " REJECT " : " - ";
        text += std::to_string(i % 100) + ' ' + (i % 11 == 0 ? "-" : std::to_string(i * 7 % 90)) +
                " OK\n";
    }
    using part = filtered<filter, dynamic_grouping>;
    auto parts = std::vector<part>{};
    auto expected = std::vector<std::uint64_t>{};
    for (auto const* const expression :
         {"srcaddr = 10.0.0.1", "srcaddr in (10.0.0.1, ::10.0.0.1)", "action = ACCEPT",
          "action = REJECT", "bytes > packets", "packets > bytes", "packets = bytes"}) {
        parts.emplace_back(where(expression),
                           group_by({group_key::of(field_id::bytes)}, {measure{}}));
        auto reader = text_reader{memory_source{text}};
        expected.push_back(static_cast<std::uint64_t>(std::ranges::count_if(
            reader, [&](auto const& record) { return parts.back().predicate()(record); })));
    }
    auto const all = aggregate(text_reader{memory_source{text}}, each_of{parts});
    auto found = std::vector<std::uint64_t>{};
    for (auto const& one : all.all()) found.push_back(one.matched());
    CHECK(found == expected);
}

}  // namespace test_query_filter
