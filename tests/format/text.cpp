// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/print.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_format_text {

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::errc;
using flowlog::field_id;
using flowlog::layout;
using flowlog::reason;
using testing::failure;
using testing::read;

using memory_reader = flowlog::text_reader<flowlog::memory_source>;
static_assert(std::ranges::input_range<memory_reader>);
static_assert(!std::ranges::forward_range<memory_reader>);
static_assert(
    std::is_same_v<std::ranges::range_reference_t<memory_reader>, flowlog::text_record const&>);
static_assert(flowlog::require_log_reader<memory_reader>());
static_assert(flowlog::require_log_reader<flowlog::text_reader<>>());
static_assert(flowlog::flow_record<flowlog::text_record>);
static_assert(std::is_nothrow_move_constructible_v<flowlog::text_record>);
static_assert(!std::is_copy_constructible_v<flowlog::text_reader<>>);

static constexpr auto good =
    "2 123456789010 eni-1 172.31.16.139 172.31.16.21 20641 22 6 20 4249 "
    "1418530010 1418530070 ACCEPT OK"sv;
static constexpr auto nodata =
    "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - NODATA"sv;
static constexpr auto skipdata =
    "2 123456789010 eni-1 - - - - - - - 1431280876 1431280934 - SKIPDATA"sv;

static auto lines(auto const&... line) -> std::string {
    auto result = ""s;
    ((result += line, result += '\n'), ...);
    return result;
}

static auto with_format(std::vector<std::string> names) -> flowlog::text_options {
    auto options = flowlog::text_options{};
    options.format = layout{std::move(names)};
    return options;
}

TEST_CASE("a line of the default layout is read", "[text]") {
    auto const got = read(lines(good));
    REQUIRE(got.flows.size() == 1);
    auto const& flow = got.flows[0];
    CHECK(flow[field::version] == std::uint8_t{2});
    CHECK(flow[field::account_id] == "123456789010"sv);
    CHECK(flow[field::interface_id] == "eni-1"sv);
    CHECK(flow[field::srcaddr] == *flowlog::address::parse("172.31.16.139"));
    CHECK(flow[field::dstaddr] == *flowlog::address::parse("172.31.16.21"));
    CHECK(flow[field::srcport] == std::uint16_t{20641});
    CHECK(flow[field::dstport] == std::uint16_t{22});
    CHECK(flow[field::protocol] == std::uint8_t{6});
    CHECK(flow[field::packets] == std::uint64_t{20});
    CHECK(flow[field::bytes] == std::uint64_t{4249});
    CHECK(flow[field::start] == flowlog::timestamp{std::chrono::seconds{1418530010}});
    CHECK(flow[field::end] == flowlog::timestamp{std::chrono::seconds{1418530070}});
    CHECK(flow[field::action] == flowlog::action::accept);
    CHECK(flow[field::log_status] == flowlog::log_status::ok);
    CHECK(flow[field::vpc_id].absent());
    CHECK(got.stats.records == 1);
    CHECK(got.stats.lines() == 1);
    CHECK(got.stats.bytes == good.size() + 1);
}

TEST_CASE("every line is of one kind, and the kinds add up", "[text]") {
    auto const text = lines(
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol "
        "packets bytes start end action log-status",
        good, nodata, "", skipdata, "2 1 eni-1", good, " \t ", good, nodata);
    auto const got = read(text);
    CHECK(got.stats.records == 3);
    CHECK(got.stats.nodata == 2);
    CHECK(got.stats.skipdata == 1);
    CHECK(got.stats.malformed == 1);
    CHECK(got.stats.headers == 1);
    CHECK(got.stats.blank == 2);
    CHECK(got.stats.lines() == 10);
    CHECK(got.stats.bytes == text.size());
    CHECK(got.flows.size() == 3);
}

TEST_CASE("a header line determines the columns, in any order and number", "[text]") {
    auto const got = read("dstport flow-direction srcaddr\n443 egress 10.0.0.1\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{443});
    CHECK(got.flows[0][field::flow_direction] == flowlog::flow_direction::egress);
    CHECK(got.flows[0][field::srcaddr] == flowlog::address::v4(0x0A000001));
    CHECK(got.flows[0][field::dstaddr].absent());
    CHECK(got.stats.headers == 1);
    auto const one = read("srcaddr\n10.0.0.1\nx\n");
    CHECK(one.flows.size() == 2);
    CHECK(one.flows[1][field::srcaddr].malformed());
}

TEST_CASE("a header line may have any spelling", "[text]") {
    for (auto const* header : {"pkt-srcaddr dst-port tcp-flags", "pkt_srcaddr dstport tcp_flags",
                               "${pkt-srcaddr} ${dstport} ${tcp-flags}",
                               "pktSrcAddr dstPort tcpFlags", "PKT-SRCADDR DSTPORT TCP-FLAGS"}) {
        CAPTURE(header);
        auto const got = read(lines(header, "10.0.0.1 80 19"));
        REQUIRE(got.flows.size() == 1);
        CHECK(got.flows[0][field::pkt_srcaddr] == flowlog::address::v4(0x0A000001));
        CHECK(got.flows[0][field::dstport] == std::uint16_t{80});
        CHECK(got.flows[0][field::tcp_flags] == std::uint8_t{19});
    }
}

TEST_CASE("unknown columns are kept as opaque text", "[text]") {
    auto reading = memory_reader{
        flowlog::memory_source{"srcaddr shiny dstport new-in-v12\n1.2.3.4 a,b 80 -\n"}};
    auto const it = reading.begin();
    CHECK((*it)["shiny"] == "a,b"sv);
    CHECK((*it)["new-in-v12"].absent());
    CHECK((*it)["srcaddr"] == "1.2.3.4"sv);
    CHECK((*it)["nothing"].absent());
    CHECK((*it)[field::dstport] == std::uint16_t{80});
    CHECK(it->token(3) == "-");
    CHECK(it->line() == "1.2.3.4 a,b 80 -");
    CHECK(reading.columns()->names()[1] == "shiny");
}

TEST_CASE("a header line repeated within the log is counted, not read", "[text]") {
    for (auto const* header : {"dstport srcaddr", "srcaddr dstport", "interface-id srcaddr",
                               "mystery interface-id", "${interface-id} ${dstport}"}) {
        CAPTURE(header);
        auto const got = read(lines(header, "80 80", header, "81 81", "80 1.2.3.4", header));
        CHECK(got.stats.headers == 3);
        CHECK(got.stats.malformed == 0);
        CHECK(got.flows.size() == 3);
    }
}

TEST_CASE("another header line within the log changes the columns", "[text]") {
    auto const got = read(
        "srcaddr dstport log-status\n10.0.0.1 80 OK\n"
        "dstport log-status srcaddr\n81 OK 10.0.0.2\n- NODATA -\n"
        "dstport vpc-id\n82 -\n"
        "interface-id vpc-id dstport\neni-1 vpc-1 83\n");
    REQUIRE(got.flows.size() == 4);
    for (std::uint16_t i = 0; i < 4; ++i)
        CHECK(got.flows[i][field::dstport] == static_cast<std::uint16_t>(80 + i));
    CHECK(got.flows[1][field::srcaddr] == flowlog::address::v4(0x0A000002));
    CHECK(got.flows[2][field::srcaddr].absent());
    CHECK(got.flows[3][field::vpc_id] == "vpc-1"sv);
    CHECK(got.stats.headers == 4);
    CHECK(got.stats.nodata == 1);
}

TEST_CASE("columns change if the old first one is text, though their number stays", "[text]") {
    auto const got = read(
        "account-id dstport srcport\n1 80 1000\n"
        "srcport account-id dstport\n1001 1 81\n"
        "vpc-id srcport dstport\nvpc-1 1002 82\n"
        "account_id dst-port src-port\n1 83 1003\n"
        "mystery dstport srcport\n? 84 1004\n"
        "end srcport dstport\n1 1005 85\n");
    REQUIRE(got.flows.size() == 6);
    for (std::uint16_t i = 0; i < 6; ++i) {
        CHECK(got.flows[i][field::dstport] == static_cast<std::uint16_t>(80 + i));
        CHECK(got.flows[i][field::srcport] == static_cast<std::uint16_t>(1000 + i));
    }
    CHECK(got.stats.headers == 6);
}

TEST_CASE("data that looks a bit like a header line stays data", "[text]") {
    auto const text = read(
        "interface-id srcaddr region\nend 10.0.0.1 bytes\nversion 1 -\n"
        "srcaddr dstaddr 5\ninterface x y\n");
    CHECK(text.flows.size() == 4);
    CHECK(text.stats.headers == 1);
}

TEST_CASE("a format is used if there is no header line", "[text]") {
    auto const got = read("443 10.0.0.1\n80 10.0.0.2\n", with_format({"dstport", "srcaddr"}));
    REQUIRE(got.flows.size() == 2);
    CHECK(got.flows[1][field::dstport] == std::uint16_t{80});
    // a header line takes precedence
    auto const headed =
        read("srcaddr dstport\n10.0.0.1 443\n", with_format({"dstport", "srcaddr"}));
    REQUIRE(headed.flows.size() == 1);
    CHECK(headed.flows[0][field::dstport] == std::uint16_t{443});
    // and AWS's defaults do not
    auto const fourteen = read(lines(good), with_format(std::vector<std::string>(14, "x")));
    REQUIRE(fourteen.flows.size() == 1);
    CHECK(fourteen.flows[0][field::dstport].absent());
}

TEST_CASE("a transit gateway's default layout is known by its second column", "[text]") {
    auto const line =
        "6 TransitGateway 123456789010 tgw-1 tgw-attach-1 1 2 vpc-1 vpc-2 subnet-1 subnet-2 eni-1 "
        "eni-2 "
        "use1-az1 use1-az2 tgw-attach-2 10.0.0.1 10.0.0.2 49152 443 6 10 5000 1700000000 "
        "1700000060 OK "
        "IPv4 0 1 2 3 19 us-east-1 egress S3 -"sv;
    auto const got = read(lines(line, line));
    REQUIRE(got.flows.size() == 2);
    CHECK(got.flows[0][field::tgw_id] == "tgw-1"sv);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{443});
    CHECK(got.flows[0][field::packets_lost_ttl_expired] == std::uint64_t{3});
    CHECK(got.flows[0][field::pkt_src_aws_service] == "S3"sv);
    CHECK(got.flows[0][field::pkt_dst_aws_service].absent());
    CHECK(got.flows[0][field::action].absent());
}

TEST_CASE("a time of export before each line is a column of its own", "[text]") {
    auto const time = "2018-09-22T20:28:14.000Z "s;
    auto const got = read(lines(time + std::string{good}, time + std::string{nodata}));
    CHECK(got.stats.records == 1);
    CHECK(got.stats.nodata == 1);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{22});
    auto const custom = read(lines(time + "443 10.0.0.1"), with_format({"dstport", "srcaddr"}));
    CHECK(custom.flows[0][field::dstport] == std::uint16_t{443});
    auto const twice =
        read(lines(time + time + "443 10.0.0.1"), with_format({"dstport", "srcaddr"}));
    CHECK(twice.stats.records == 1);
    CHECK(twice.flows[0][field::dstport] == std::uint16_t{443});
    auto const given = read(lines(time + "443"), with_format({"when", "dstport"}));
    CHECK(given.flows[0][field::dstport] == std::uint16_t{443});
}

TEST_CASE("what tools put before each line is passed over", "[text]") {
    for (auto const* const prefix :
         {"2018-09-22T20:28:14+00:00 eni-1-all ", "EVENTS\t3786\t1\teni-1-all\t1418530070000\t",
          "2018-09-22T20:28:14.000Z eni-1-all ", "1537648094000 ", "2018-09-22 20:28:14.000 ",
          "Sep 22 20:28:14 host collector[7]: ", "pod-1 | ", "[2018-09-22T20:28:14Z] ",
          "[22/Sep/2018:20:28:14 +0000] ", "<134>1 2018-09-22T20:28:14Z host app - - - "}) {
        CAPTURE(prefix);
        auto const got = read(lines(prefix + std::string{good}, prefix + std::string{nodata}));
        CHECK(got.stats.records == 1);
        CHECK(got.stats.nodata == 1);
        CHECK(got.flows.at(0)[field::dstport] == std::uint16_t{22});
    }
    auto const given = with_format({"srcaddr", "dstport"});
    for (auto const* const prefix :
         {"[2018-09-22T20:28:14Z] ", "(1537648094) host ", "\"2018-09-22\" ",
          "<134>Sep 22 host: ", "2024-05-01T12:00:00.123456789Z stdout F ",
          "2024-05-01T12:00:00Z host app: ", "2024/05/01 12:00:00 ", "1714566600.123 "}) {
        CAPTURE(prefix);
        auto const got = read(prefix + "10.0.0.1 80\n"s + prefix + "10.0.0.2 443\n", given);
        REQUIRE(got.stats.records == 2);
        CHECK(got.flows[1][field::dstport] == std::uint16_t{443});
    }
    for (auto const* const other : {"[eni] ", "<web> ", "a b "}) {
        CAPTURE(other);
        CHECK(read(other + "10.0.0.1 80\n"s, given).stats.records == 0);
    }
}

TEST_CASE("lines in quotes are read, and joined lines are malformed", "[text]") {
    auto const given = with_format({"srcaddr", "dstport"});
    auto const quoted = "\"" + std::string{good} + "\"";
    CHECK(read(lines(quoted, quoted)).stats.records == 2);
    CHECK(read("\"10.0.0.1 80\"\n\"10.0.0.2 443\"\n", given).stats.records == 2);
    auto const joined = std::string{good} + " " + std::string{good};
    auto const got = read(lines(joined, good));
    CHECK(got.stats.records == 1);
    CHECK(got.stats.malformed == 1);
}

TEST_CASE("times of flow-export that count from the start of the router are no times", "[text]") {
    auto const got = read(
        "#:unix_secs,sysuptime,dpkts,doctets,first,last,srcaddr,dstaddr\n"
        "1418530010,1000,3,500,900,990,10.0.0.1,10.0.0.2\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::bytes] == std::uint64_t{500});
    CHECK(got.flows[0][field::start].absent());
    CHECK(got.flows[0][field::end].absent());
}

TEST_CASE("a heading names both addresses and what flows have among columns of any number",
          "[text]") {
    auto const got = read(
        "Domain,Serial #,Rule,Src IP,Dst IP,Source Port,Category,Device,Session,Vsys\n"
        "1,2,allow all,10.0.0.1,10.0.0.2,443,any,fw,77,1\n"
        "1,2,allow all,10.0.0.3,10.0.0.4,80,any,fw,78,1\n");
    REQUIRE(got.flows.size() == 2);
    CHECK(got.flows[1][field::srcaddr] == flowlog::address::v4(0x0A000003));
    CHECK(got.flows[1][field::srcport] == std::uint16_t{80});
    auto const again = read(
        "Rule,Zone,Src IP,Dst IP,Source Port,Category,Device,Session,Vsys\n"
        "all,z,10.0.0.1,10.0.0.2,443,any,fw,77,1\n"
        "Rule,Zone,Src IP,Dst IP,Source Port,Category,Device,Session,Vsys\n"
        "all,z,10.0.0.3,10.0.0.4,80,any,fw,78,1\n");
    CHECK(again.flows.size() == 2);
    CHECK(again.stats.headers == 2);
    CHECK_THROWS_AS(read("a,b,c,d,e,source,destination\n1,2,3,4,5,10.0.0.1,10.0.0.2\n"),
                    flowlog::error);
    // a list of packets, as Wireshark exports it
    CHECK_THROWS_AS(
        read("\"No.\",\"Time\",\"Source\",\"Destination\",\"Protocol\",\"Length\",\"Info\"\n"
             "\"1\",\"0.000000\",\"10.0.0.1\",\"10.0.0.2\",\"TCP\",\"74\",\"[SYN]\"\n"),
        flowlog::error);
    CHECK_THROWS_AS(read("a,b,c,d,e,f,srcaddr,srcport,bytes\n1,2,3,4,5,6,10.0.0.1,1,2\n"),
                    flowlog::error);
}

TEST_CASE("the summary at the end of nfdump's CSV is no flow", "[text]") {
    auto const heading = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out\n"s;
    auto const flow =
        "2014-12-04 23:58:50,2014-12-05 00:00:00,69.652,10.0.0.1,10.0.0.2,55869,443,TCP,...AP.SF,0,"
        "203,8,218,0,0,13880,13113\n"s;
    auto const summary = "Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n"s;
    auto const got = read(heading + flow + summary + "1,218,8,31,0,27\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::tcp_flags] == std::uint8_t{27});
    CHECK(got.flows[0][field::input] == 13880U);
    CHECK(got.stats.malformed == 0);
    CHECK(got.stats.headers == 4);
    CHECK(read(heading + flow + summary + "1,218,8,31,0\n").stats.malformed == 1);
    auto const none = read(heading + "No matching flows\n" + summary + "0,0,0,0,0,0\n");
    CHECK(none.stats.headers == 5);
    CHECK(none.stats.malformed == 0);
    CHECK(read("sa,da,ipkt\n10.0.0.1,10.0.0.2,1\n1,2,3,4,5,6\n").stats.headers == 2);
    CHECK(read("sa,da,dpkts\n10.0.0.1,10.0.0.2,1\n1,2,3,4,5,6\n").stats.malformed == 1);
}

TEST_CASE("totals of queries are values of the field", "[text]") {
    auto const got = read("srcAddr,sum(bytes),sum(packets)\n10.0.0.1,500,3\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::bytes] == std::uint64_t{500});
    CHECK(got.flows[0][field::packets] == std::uint64_t{3});
    auto const named = read("srcAddr,bytesTransferred\n10.0.0.1,500\n");
    CHECK(named.flows.at(0)[field::bytes] == std::uint64_t{500});
}

TEST_CASE("Splunk's _raw holds the record", "[text]") {
    auto const got = read("\"_raw\",\"_time\",host\n\"" + std::string{good} + "\",x,h\n");
    CHECK(got.stats.headers == 1);
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{22});
}

TEST_CASE("a line of data is no heading, whatever is near it", "[text]") {
    auto const begin = "zone end action  name\ndport,tag 2 0 x\n"s;
    CHECK(read(begin).stats.headers == 1);
    auto const got = read(begin + "3 ACCEPT  " + std::string(80, '7') + " vpc\n");
    CHECK(got.stats.headers == 1);
    CHECK(got.stats.records == 2);
    CHECK(read("zone end action log-status\ndstport, tag x OK\n").stats.headers == 1);
}

TEST_CASE("a record beside the name of a message is no heading", "[text]") {
    auto const row = "||  message  |  " + std::string{good} + "  ||";
    auto const got = read(lines("|+---+---+|", row, "||  eventId  |  1  ||", row));
    CHECK(got.stats.records == 2);
    CHECK(got.stats.malformed == 2);
    CHECK(got.stats.headers == 0);
}

TEST_CASE("lines of both default formats may be mixed", "[text]") {
    auto const gateway = std::string{
        "6 TransitGateway 123456789010 tgw-1 tgw-attach-1 1 2 vpc-1 vpc-2 subnet-1 subnet-2 eni-1 "
        "eni-2 use1-az1 use1-az2 tgw-attach-2 10.0.0.1 10.0.0.2 1000 443 6 10 500 1418530010 "
        "1418530070 OK IPv4 0 1 2 3 16 us-east-1 ingress - S3"};
    auto const got = read(lines(good, gateway, good, good, gateway, nodata));
    CHECK(got.stats.records == 5);
    CHECK(got.stats.nodata == 1);
    CHECK(got.stats.malformed == 0);
    CHECK(got.flows.at(1)[field::bytes] == std::uint64_t{500});
    CHECK(got.flows.at(3)[field::dstport] == std::uint16_t{22});
    CHECK(read(lines(gateway, good)).stats.records == 2);
}

TEST_CASE("a single word is a header line at the beginning of a log, or in a log of one column",
          "[text]") {
    CHECK(read("dstport\n80\ndstport\n81\n").stats.headers == 2);
    auto const readme = read("srcaddr dstport\n10.0.0.1 80\nversion\n");
    CHECK(readme.stats.headers == 1);
    CHECK(readme.stats.malformed == 1);
    CHECK_THROWS_AS(read("Downloaded logs\n\nversion\n1.2\n"), flowlog::error);
    CHECK_THROWS_AS(read("Version\n1.2\n"), flowlog::error);
}

TEST_CASE("a single word before lines of several is no header line", "[text]") {
    auto const got = read("\nend\n\n" + lines(good, nodata, good));
    CHECK(got.stats.records == 2);
    CHECK(got.stats.nodata == 1);
    CHECK(got.stats.headers == 0);
    CHECK(got.stats.blank == 2);
    REQUIRE(got.malformed.size() == 1);
    CHECK(got.malformed[0].text == "end");
    CHECK(got.malformed[0].line == 2);
    CHECK(got.malformed[0].offset == 1);
    CHECK(read("start\nsrcaddr dstport\n10.0.0.1 80\n").stats.headers == 1);
    CHECK_THROWS_AS(read("version\nHow to read these logs\n"), flowlog::error);
    CHECK(read("start\n5\n6\n7 8\n").stats.records == 2);
    CHECK(read("start\n\n").stats.headers == 1);
    auto const text = "end\n" + lines(good);
    auto reader = memory_reader{flowlog::memory_source{text}};
    CHECK(reader.has(flowlog::field_id::dstport));
    auto chunk = flowlog::text_options{};
    chunk.continues = std::make_shared<layout const>(layout{{"dstport"}});
    auto rest = memory_reader{flowlog::memory_source{"dstport\n1 2\n80\n"}, chunk};
    for (auto const& flow : rest) CHECK(flow[field::dstport] == std::uint16_t{80});
    CHECK(rest.stats().headers == 1);
    CHECK(rest.stats().malformed == 1);
    auto column = memory_reader{flowlog::memory_source{"dstport\n\n80\n"}};
    CHECK(column.has(flowlog::field_id::dstport));
    for (auto const& flow : column) CHECK(flow[field::dstport] == std::uint16_t{80});
    CHECK(column.stats().records == 1);
}

TEST_CASE("a first line of two or three words is no heading if the next line shows it", "[text]") {
    for (auto const* const first :
         {"Traffic type", "Source and destination", "Start here", "Report,VPC flows"}) {
        CAPTURE(first);
        auto const got = read(lines(first, "", good, nodata));
        CHECK(got.stats.records == 1);
        CHECK(got.stats.nodata == 1);
        CHECK(got.stats.headers == 0);
        REQUIRE(got.malformed.size() == 1);
        CHECK(got.malformed[0] == testing::rejected{"test", 1, 0, 0, {}, reason::no_layout, first});
        auto const table = read(lines(first, "version,srcaddr,bytes,x", "2,10.0.0.1,5,y"));
        CHECK(table.stats.headers == 1);
        REQUIRE(table.flows.size() == 1);
        CHECK(table.flows[0][field::bytes] == std::uint64_t{5});
        CHECK_THROWS_AS(read(lines(first, "is what this text is about")), flowlog::error);
    }
    auto const other = read("Traffic type\nsrcaddr bytes\n10.0.0.1 5\n");
    CHECK(other.stats.malformed == 1);
    CHECK(other.flows.at(0)[field::bytes] == std::uint64_t{5});
    auto const late = read(lines("some words before it", "Traffic type", good));
    CHECK(late.stats.records == 1);
    CHECK(late.stats.malformed == 2);
    // such a heading counts if the lines after it are as it says
    CHECK(read("srcaddr own\n10.0.0.1 x\n").stats.records == 1);
    CHECK(read("srcaddr own\nsrcaddr own\n10.0.0.1 x\n").stats.headers == 2);
    CHECK(read("srcaddr,own\n\n10.0.0.1,x\n").stats.records == 1);
    CHECK(read("srcaddr own\n").stats.headers == 1);
    auto const text = "Traffic type\n" + lines(good);
    auto reader = memory_reader{flowlog::memory_source{text}};
    CHECK(reader.has(flowlog::field_id::dstport));
    CHECK(reader.later_columns().empty());
}

TEST_CASE("a heading with two names stays one, whatever the next line is", "[text]") {
    for (auto const* const text : {"srcaddr,bytes,label\n10.0.0.2,5,b,c\n10.0.0.1,100,a\n",
                                   "srcaddr bytes label\n10.0.0.2 5 b c\n10.0.0.1 100 a\n"}) {
        auto const got = read(text);
        CHECK(got.stats.headers == 1);
        CHECK(got.stats.malformed == 1);
        CHECK(got.stats.records == 1);
    }
}

TEST_CASE("two words within a log are a heading if both are names, or if it is the heading again",
          "[text]") {
    auto const got = read(
        "srcaddr dstport bytes\n10.0.0.1 80 1\nTraffic type\nReport,flows\n10.0.0.2 81 2\n"
        "srcaddr own\nsrcaddr bytes\n10.0.0.3 3\n");
    CHECK(got.stats.malformed == 3);
    CHECK(got.stats.headers == 2);
    REQUIRE(got.flows.size() == 3);
    CHECK(got.flows[1][field::bytes] == std::uint64_t{2});
    CHECK(got.flows[2][field::bytes] == std::uint64_t{3});
    CHECK(read("srcaddr own\n10.0.0.1 x\nsrcaddr own\n10.0.0.1 x\n").stats.headers == 2);
    CHECK(read("srcaddr,own\n10.0.0.1,x\nsrcaddr,own\n10.0.0.1,x\n").stats.headers == 2);
}

TEST_CASE("files of PowerShell's Export-Csv are read, and joined ones", "[text]") {
    for (auto const& mark : {""s, "\xEF\xBB\xBF"s}) {
        for (auto const* const type :
             {"", "#TYPE System.Management.Automation.PSCustomObject\r\n"}) {
            CAPTURE(mark, type);
            auto const file =
                mark + type + "\"version\",\"srcaddr\",\"bytes\"\r\n\"2\",\"10.0.0.1\",\"5\"\r\n";
            auto const got = read(file + file);
            CHECK(got.stats.malformed == 0);
            CHECK(got.stats.headers == (*type == '#' ? 4U : 2U));
            REQUIRE(got.flows.size() == 2);
            CHECK(got.flows[1][field::version] == std::uint8_t{2});
            CHECK(got.flows[1][field::bytes] == std::uint64_t{5});
        }
    }
}

TEST_CASE("the reader knows which columns came later", "[text]") {
    auto reader = memory_reader{
        flowlog::memory_source{"srcaddr bytes\n10.0.0.1 1\nsrcaddr tcp-flags own\n10.0.0.1 2 x\n"
                               "tcp_flags own bytes\n1 x 2\nsrcaddr bytes\n10.0.0.1 2\n"}};
    reader.recognise();
    CHECK(reader.later_columns().empty());
    CHECK(std::ranges::distance(reader.begin(), reader.end()) == 4);
    CHECK(reader.later_columns() == std::vector{"tcp-flags"s, "own"s});
}

TEST_CASE("a line of several records is refused, not read in part", "[text]") {
    auto const one = std::string{good};
    for (auto const& text :
         {one + "," + one, one + ";" + one, one + "|" + one, one + ", " + one, one + " | " + one,
          "\"" + one + "\",\"" + one + "\"", one + "\t" + one}) {
        CAPTURE(text);
        auto const thrown = failure(text + "\n");
        REQUIRE(thrown);
        CHECK(thrown->message().find("it holds several records") != std::string::npos);
    }
    auto const given = with_format({"srcaddr", "dstport"});
    auto const dated = read("2022-06-10 20:20:41.000,10.0.0.1 80\n", given);
    REQUIRE(dated.flows.size() == 1);
    CHECK(dated.flows[0][field::dstport] == std::uint16_t{80});
    CHECK(read("10.0.0.1 80,10.0.0.2 81\n", given).stats.malformed == 1);
}

TEST_CASE("names in a heading of TABs may have blanks", "[text]") {
    auto reader =
        memory_reader{flowlog::memory_source{"srcaddr\tApp Name\tbytes\n10.0.0.1\tmy app\t5\n"}};
    auto count = 0;
    for (auto const& record : reader) {
        CHECK(record["App Name"] == "my app"sv);
        CHECK(record[field::bytes] == std::uint64_t{5});
        ++count;
    }
    CHECK(count == 1);
    auto const got = read("Source IP\tDestination IP\tBytes\n10.0.0.1\t10.0.0.2\t7\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::dstaddr] == flowlog::address::v4(0x0A000002));
    CHECK(got.flows[0][field::bytes] == std::uint64_t{7});
    // words, of which some have TABs between them
    for (auto const* const heading : {"srcaddr dstaddr\tbytes\n", "# srcaddr dstaddr\tbytes\n"}) {
        auto const mixed = read(heading + "10.0.0.1 10.0.0.2\t5\n"s);
        REQUIRE(mixed.flows.size() == 1);
        CHECK(mixed.flows[0][field::bytes] == std::uint64_t{5});
    }
}

TEST_CASE("a line with too many TABs is malformed, unless nothing is after them", "[text]") {
    auto const got = read(
        "srcaddr\tdstaddr\tbytes\tpackets\n10.0.0.1\t10.0.0.2\t\t5\t7\n"
        "10.0.0.1\t10.0.0.2\t6\t\n10.0.0.1\t10.0.0.2\t6\t7\t\n10.0.0.1 10.0.0.2 6 9\n");
    REQUIRE(got.malformed.size() == 1);
    CHECK(got.malformed[0].line == 2);
    CHECK(got.malformed[0].reason == reason::column_count);
    REQUIRE(got.flows.size() == 3);
    CHECK(got.flows[0][field::packets].absent());
    CHECK(got.flows[1][field::packets] == std::uint64_t{7});
    CHECK(got.flows[2][field::packets] == std::uint64_t{9});
    CHECK(read("srcaddr\tbytes\t\n10.0.0.1\t5\t\n10.0.0.1\t5\n").stats.records == 2);
}

TEST_CASE("_raw of Splunk is the record beside fields of the add-on", "[text]") {
    auto const got =
        read("\"_raw\",\"_time\",host,source,sourcetype,\"src_ip\",\"dest_ip\",\"bytes\"\n\"" +
             std::string{good} + "\",x,h,f,aws,10.9.9.9,10.8.8.8,1\n");
    REQUIRE(got.flows.size() == 1);
    CHECK(got.flows[0][field::srcaddr] == *flowlog::address::parse("172.31.16.139"));
}

TEST_CASE("cells are read if the message beside them is no record that is known", "[text]") {
    auto const heading = "@timestamp,@message,srcaddr,dstaddr,bytes\n"s;
    auto const cells = read(heading + heading +
                            "2022-06-10 20:20:41.000,10.0.0.1 10.0.0.2 5,10.0.0.1,10.0.0.2,5\n");
    REQUIRE(cells.flows.size() == 1);
    CHECK(cells.flows[0][field::bytes] == std::uint64_t{5});
    CHECK(cells.stats.headers == 2);
    auto const message = read(heading + "x," + std::string{good} + ",10.0.0.1,10.0.0.2,5\n");
    REQUIRE(message.flows.size() == 1);
    CHECK(message.flows[0][field::bytes] == std::uint64_t{4249});
    CHECK(failure("@timestamp,@message,bytes\nx,10.0.0.1 5,5\n"));
}

TEST_CASE("after other columns, the columns of messages are learnt from them", "[text]") {
    auto const swapped =
        "version account-id interface-id dstaddr srcaddr dstport srcport protocol packets bytes "
        "start end action log-status\n"
        "2 1 eni-1 10.0.0.2 10.0.0.1 443 1000 6 1 40 5 6 ACCEPT OK\n"s;
    auto const got = read(swapped + "timestamp,message\n1418530070000," + std::string{good} + "\n");
    REQUIRE(got.flows.size() == 2);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{443});
    CHECK(got.flows[1][field::dstport] == std::uint16_t{22});
    // if they say nothing, the columns before hold
    auto const kept = read("srcaddr dstport\n10.0.0.1 80\ntimestamp,message\n1,10.0.0.2 81\n");
    REQUIRE(kept.flows.size() == 2);
    CHECK(kept.flows[1][field::dstport] == std::uint16_t{81});
    auto const heading =
        read("srcaddr dstport\n10.0.0.1 80\ntimestamp,message\nsrcaddr bytes\n10.0.0.2 5\n");
    REQUIRE(heading.flows.size() == 2);
    CHECK(heading.flows[1][field::bytes] == std::uint64_t{5});
    CHECK(heading.stats.headers == 3);
}

TEST_CASE("a log of the Windows firewall is read", "[text]") {
    auto const log =
        "#Version: 1.5\n#Software: Microsoft Windows Firewall\n#Time Format: Local\n"
        "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn "
        "tcpack tcpwin icmptype icmpcode info path\n\n"
        "2010-07-10 12:00:00 DROP UDP 10.0.0.1 10.0.0.2 137 138 78 - - - - - - - RECEIVE\n"
        "2010-07-10 12:00:01 ALLOW ICMP 10.0.0.1 10.0.0.2 - - 60 - - - - 8 0 - SEND\n"
        "2010-07-10 12:00:01 ALLOW TCP 10.0.0.1 10.0.0.2 5000 443 60 SA 1 2 3 - - - SEND\n"s;
    auto const got = read(log + log);
    CHECK(got.stats.headers == 8);
    CHECK(got.stats.malformed == 0);
    CHECK(got.stats.blank == 2);
    REQUIRE(got.flows.size() == 6);
    CHECK(got.flows[0][field::action] == flowlog::action::reject);
    CHECK(got.flows[0][field::protocol] == std::uint8_t{17});
    CHECK(got.flows[0][field::dstport] == std::uint16_t{138});
    CHECK(got.flows[1][field::dstport].absent());
    CHECK(got.flows[5][field::tcp_flags] == std::uint8_t{18});
    // a remark names no columns
    CHECK_THROWS_AS(read("# the source and the destination of each of these packets and bytes\n"
                         "1 2 3 4 5 6 7 8 9 10 11 12\n"),
                    flowlog::error);
}

TEST_CASE("the Flow ID of CICFlowMeter is text", "[text]") {
    auto reader = memory_reader{flowlog::memory_source{
        "Flow ID,Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration\n"
        "10.0.0.1-10.0.0.2-54865-443-6,10.0.0.2,443,10.0.0.1,54865,6,x,3\n"}};
    auto count = 0;
    for (auto const& record : reader) {
        CHECK(record[field::flow_id].absent());
        CHECK(record["Flow ID"] == "10.0.0.1-10.0.0.2-54865-443-6"sv);
        CHECK(record[field::srcport] == std::uint16_t{443});
        ++count;
    }
    CHECK(count == 1);
}

TEST_CASE("a mark before a heading of cells is passed over", "[text]") {
    for (auto const* const mark : {"#", "# ", "## ", "// ", "> ", "#Fields: ", "# Fields: "}) {
        CAPTURE(mark);
        auto const got = read(mark + "srcaddr,bytes,own\n10.0.0.1,5,x\n"s);
        REQUIRE(got.flows.size() == 1);
        CHECK(got.flows[0][field::srcaddr] == flowlog::address::v4(0x0A000001));
        CHECK(got.flows[0][field::bytes] == std::uint64_t{5});
    }
}

TEST_CASE("a name in a heading of cells may begin with a digit", "[text]") {
    auto reader = memory_reader{
        flowlog::memory_source{"srcaddr,dstaddr,95th_pct,own\n10.0.0.1,10.0.0.2,7,x\n"}};
    auto count = 0;
    for (auto const& record : reader) {
        CHECK(record["95th_pct"] == "7"sv);
        CHECK(record[field::dstaddr] == flowlog::address::v4(0x0A000002));
        ++count;
    }
    CHECK(count == 1);
}

TEST_CASE("with a format, cells and records in cells are told apart", "[text]") {
    auto const times = read("10.0.0.1,2024-05-01 12:00:00,2024-05-01 12:01:00\n",
                            with_format({"srcaddr", "start", "end"}));
    REQUIRE(times.flows.size() == 1);
    CHECK(times.flows[0][field::srcaddr] == flowlog::address::v4(0x0A000001));
    CHECK(times.flows[0][field::end].has_value());
    auto const four = read("EVENTS\t3786\t10.0.0.1 10.0.0.2 80 5\t1418530070000\n",
                           with_format({"srcaddr", "dstaddr", "dstport", "bytes"}));
    REQUIRE(four.flows.size() == 1);
    CHECK(four.flows[0][field::bytes] == std::uint64_t{5});
    auto const six =
        read("EVENTS\t3786\t1418530070000\t10.0.0.1 10.0.0.2 80 5 6 x\teni-1\t1418530070000\n",
             with_format({"srcaddr", "dstaddr", "dstport", "bytes", "packets", "own"}));
    REQUIRE(six.flows.size() == 1);
    CHECK(six.flows[0][field::packets] == std::uint64_t{6});
    // a first line that is malformed says nothing
    auto const junk = read("x,y z\n10.0.0.1 80\n", with_format({"srcaddr", "dstport"}));
    REQUIRE(junk.flows.size() == 2);
    CHECK(junk.flows[1][field::dstport] == std::uint16_t{80});
}

TEST_CASE("a cell that is .0 is no number", "[text]") {
    auto const got =
        read("srcaddr,dstport\n10.0.0.1,\".0\"\n10.0.0.2, .0\n10.0.0.3,\"443.0\"\n10.0.0.4,80.0\n");
    REQUIRE(got.flows.size() == 4);
    CHECK(got.flows[0][field::dstport].malformed());
    CHECK(got.flows[1][field::dstport].malformed());
    CHECK(got.flows[2][field::dstport] == std::uint16_t{443});
    CHECK(got.flows[3][field::dstport] == std::uint16_t{80});
}

TEST_CASE("the version of the first line does not decide over the others", "[text]") {
    auto three = std::string{good};
    three[0] = '3';
    CHECK(read(lines(three, good)).stats.records == 2);
    CHECK(read(lines(good, three)).stats.records == 2);
}

TEST_CASE("blanks of every kind are skipped", "[text]") {
    auto const plain = read(lines(good, good));
    auto doubled = std::string{good};
    for (auto i = doubled.size(); i-- > 0;) {
        if (doubled[i] == ' ') doubled.insert(i, i % 2 == 0 ? " " : "\t");
    }
    for (auto const& line :
         {"  " + std::string{good}, std::string{good} + "  ", "\t" + std::string{good} + "\t",
          std::string{good} + "\r", doubled, " " + doubled + " \t\r"}) {
        CAPTURE(line);
        CHECK(read(lines(line, line)).flows == plain.flows);
        CHECK(read(lines(good, line)).flows == plain.flows);
        CHECK(read(lines(line, good)).flows == plain.flows);
    }
}

TEST_CASE("CRLF ends a line", "[text]") {
    auto const got = read("srcaddr dstport\r\n10.0.0.1 80\r\n\r\n10.0.0.2 x\r\nbad\r\n");
    CHECK(got.stats.records == 2);
    CHECK(got.stats.blank == 1);
    CHECK(got.stats.headers == 1);
    REQUIRE(got.malformed.size() == 1);
    CHECK(got.malformed[0].text == "bad");
    CHECK(got.malformed[0].line == 5);
    CHECK(got.malformed[0].offset == 44);
}

TEST_CASE("a byte order mark is no text", "[text]") {
    auto const mark = "\xEF\xBB\xBF"s;
    CHECK(read(mark + lines(good)).flows == read(lines(good)).flows);
    CHECK(read(mark + "srcaddr dstport\n1.2.3.4 80\n").flows.size() == 1);
    auto const joined = read("srcaddr dstport\n1.2.3.4 80\n" + mark +
                             "srcaddr dstport\n1.2.3.4 81\n" + mark + "1.2.3.4 82\n");
    CHECK(joined.stats.headers == 2);
    REQUIRE(joined.flows.size() == 3);
    CHECK(joined.flows[2][field::srcaddr].has_value());
    CHECK(joined.flows[2][field::dstport] == std::uint16_t{82});
    auto const text_first =
        read("vpc-id dstport\nv 80\n" + mark + "vpc-id dstport\n" + mark + "v 81\n");
    CHECK(text_first.stats.headers == 2);
    REQUIRE(text_first.flows.size() == 2);
    CHECK(text_first.flows[1][field::vpc_id] == "v"sv);
}

TEST_CASE("the last line needs no end", "[text]") {
    auto text = lines(good, good);
    auto const whole = read(text);
    text.pop_back();
    auto const cut = read(text);
    CHECK(cut.flows == whole.flows);
    CHECK(cut.stats.lines() == 2);
    CHECK(cut.stats.bytes == text.size());
    CHECK(read("srcaddr").stats.headers == 1);
}

TEST_CASE("a log may be empty, or a header line alone", "[text]") {
    CHECK(read("") == testing::reading{});
    auto const header = read("srcaddr dstport\n");
    CHECK(header.flows.empty());
    CHECK(header.stats.headers == 1);
    auto const blank = read("\n \n\t\r\n");
    CHECK(blank.stats.blank == 3);
    CHECK(blank.stats.lines() == 3);
    auto empty = memory_reader{flowlog::memory_source{""}};
    CHECK(empty.begin() == empty.end());
    CHECK(empty.columns() == nullptr);
}

TEST_CASE("NUL and other bytes are text", "[text]") {
    auto const got =
        read("srcaddr vpc-id dstport\n\0 \x80\xFF 80\n1.2.3.4\0 v\0v 8\0\n\x1b[2J \xc3\xa4 81\n"sv);
    REQUIRE(got.flows.size() == 3);
    CHECK(got.flows[0][field::srcaddr].malformed());
    CHECK(got.flows[0][field::vpc_id] == "\x80\xFF"sv);
    CHECK(got.flows[0][field::dstport] == std::uint16_t{80});
    CHECK(got.flows[1][field::srcaddr].malformed());
    CHECK(got.flows[1][field::vpc_id] == "v\0v"sv);
    CHECK(got.flows[1][field::dstport].malformed());
    CHECK(got.flows[2][field::vpc_id] == "\xc3\xa4"sv);
}

TEST_CASE("an absent value is not a malformed one", "[text]") {
    auto const got = read(
        "srcaddr dstport protocol bytes start action\n- - - - 1 -\n1.2.3.4.5 65536 256 "
        "18446744073709551616 x MAYBE\n1.2.3.4 +1 -1 1e3 1.5x accept\n");
    REQUIRE(got.flows.size() == 2);  // the first is an empty window
    CHECK(got.stats.nodata == 1);
    auto const& bad = got.flows[0];
    CHECK(bad[field::srcaddr].malformed());
    CHECK(bad[field::dstport].malformed());
    CHECK(bad[field::protocol].malformed());
    CHECK(bad[field::bytes].malformed());
    CHECK(bad[field::start].malformed());
    CHECK(bad[field::action].malformed());
    auto const& worse = got.flows[1];
    CHECK(worse[field::dstport].malformed());
    CHECK(worse[field::protocol].malformed());
    CHECK(worse[field::bytes].malformed());
    CHECK(worse[field::start].malformed());
    CHECK(worse[field::action] == flowlog::action::accept);
}

TEST_CASE("numbers are read up to their limits", "[text]") {
    auto const got = read(
        "dstport protocol bytes\n65535 255 18446744073709551615\n"
        "0065535 00000000000000000000000255 000000018446744073709551615\n0 0 0\n");
    REQUIRE(got.flows.size() == 3);
    for (auto i : {0, 1}) {
        auto const& flow = got.flows[static_cast<std::size_t>(i)];
        CHECK(flow[field::dstport] == std::uint16_t{65535});
        CHECK(flow[field::protocol] == std::uint8_t{255});
        CHECK(flow[field::bytes] == ~std::uint64_t{0});
    }
    CHECK(got.flows[2][field::bytes] == std::uint64_t{0});
}

TEST_CASE("TCP flags may be letters, as nfdump and rwcut print them", "[text]") {
    auto const got = read(
        "srcaddr tcp-flags bytes\n10.0.0.1 ...AP.SF 1\n10.0.0.1 syn,ack 2\n10.0.0.1 18 3\n"
        "10.0.0.1 SQ 4\n10.0.0.1 2 S\n");
    REQUIRE(got.flows.size() == 5);
    CHECK(got.flows[0][field::tcp_flags] == std::uint8_t{27});
    CHECK(got.flows[1][field::tcp_flags] == std::uint8_t{18});
    CHECK(got.flows[2][field::tcp_flags] == std::uint8_t{18});
    CHECK(got.flows[3][field::tcp_flags].malformed());
    CHECK(got.flows[4][field::bytes].malformed());
    auto const cut = read(
        "       sIP|       dIP|sPort|pro|   bytes|   flags|                  sTime|\n"
        "  10.0.0.1|  10.0.0.2| 1234|  6|     500| S  A   |2024/05/01T10:00:00.000|\n"
        "  10.0.0.1|  10.0.0.2| 1234| 17|     500|        |2024/05/01T10:00:00.000|\n");
    REQUIRE(cut.flows.size() == 2);
    CHECK(cut.flows[0][field::tcp_flags] == std::uint8_t{18});
    CHECK(cut.flows[1][field::tcp_flags].absent());
}

TEST_CASE("an action may be a word of another firewall", "[text]") {
    auto const got =
        read("srcaddr action bytes\n10.0.0.1 allow 1\n10.0.0.1 Denied 2\n10.0.0.1 x 3\n");
    REQUIRE(got.flows.size() == 3);
    CHECK(got.flows[0][field::action] == flowlog::action::accept);
    CHECK(got.flows[1][field::action] == flowlog::action::reject);
    CHECK(got.flows[2][field::action].malformed());
}

TEST_CASE("a table without a field that only AWS has is not called a VPC flow log", "[text]") {
    auto const format_of = [](std::string_view text) {
        auto reader = flowlog::text_reader{flowlog::memory_source{text, "test"}};
        for ([[maybe_unused]] auto const& record : reader) {
        }
        return reader.describe().format + reader.describe().version;
    };
    CHECK(format_of("sa,da,pr\n10.0.0.1,10.0.0.2,6\n") == "flow log");
    CHECK(format_of("srcaddr,dstaddr,vpc-id\n10.0.0.1,10.0.0.2,v\n") == "VPC flow log3");
    CHECK(format_of("srcaddr dstaddr bytes\n10.0.0.1 10.0.0.2 3\n") == "VPC flow log2");
}

TEST_CASE("a protocol may be a keyword, and no other number", "[text]") {
    auto const got = read(
        "srcaddr protocol dstport\n10.0.0.1 tcp 1\n10.0.0.1 IPv6-ICMP 2\n10.0.0.1 17 3\n"
        "10.0.0.1 tcpx 4\n10.0.0.1 6 tcp\n");
    REQUIRE(got.flows.size() == 5);
    CHECK(got.flows[0][field::protocol] == std::uint8_t{6});
    CHECK(got.flows[1][field::protocol] == std::uint8_t{58});
    CHECK(got.flows[2][field::protocol] == std::uint8_t{17});
    CHECK(got.flows[3][field::protocol].malformed());
    CHECK(got.flows[4][field::dstport].malformed());
}

TEST_CASE("windows without data are not flows", "[text]") {
    auto const custom = read(
        "account-id action az-id bytes dstaddr dstport end flow-direction log-status\n"
        "3 - apne1-az1 - - - 1700185000 - SKIPDATA\n3 - apne1-az1 - - - - - NODATA\n"
        "3 - apne1-az1 - - - - - -\n3 - apne1-az1 - 1.2.3.4 - - - -\n"
        "3 - apne1-az1 - 1.2.3.4 - - - ok\n3 - a - - - - - nodata\n3 - a - - - - - WHAT\n");
    CHECK(custom.stats.skipdata == 1);
    CHECK(custom.stats.nodata == 3);
    CHECK(custom.stats.records == 2);
    REQUIRE(custom.malformed.size() == 1);
    CHECK(custom.malformed[0].field == field_id::log_status);
    CHECK(custom.malformed[0].reason == reason::bad_value);
    CHECK(custom.malformed[0].column == 17);
    CHECK(custom.malformed[0].line == 8);

    auto const without = read(
        "interface-id srcaddr dstaddr protocol dstport\ne - - - -\ne - - - 80\n"
        "e 1.2.3.4 - - -\ne - - 6 -\n");
    CHECK(without.stats.nodata == 1);
    CHECK(without.stats.records == 3);
    auto const neither = read("interface-id dstport\ne -\n- -\n");
    CHECK(neither.stats.records == 2);
}

TEST_CASE("windows without data are handed out if the options say so", "[text]") {
    auto options = flowlog::text_options{};
    options.all_lines = true;
    auto const text =
        "srcaddr dstport log-status\n1.2.3.4 80 OK\n- - NODATA\n- 5 SKIPDATA\n- - -\n- - WHAT\n"sv;
    for (std::size_t const size : {1U, 7U, 1000U}) {
        auto const all = read(text, options, size);
        REQUIRE(all.flows.size() == 4);
        CHECK(all.flows[1][field::log_status] == flowlog::log_status::nodata);
        CHECK(all.flows[2][field::log_status] == flowlog::log_status::skipdata);
        CHECK(all.flows[2][field::dstport] == std::uint16_t{5});
        CHECK(all.flows[3][field::log_status].absent());
        CHECK(all.stats.records == 1);
        CHECK(all.stats.nodata == 2);
        CHECK(all.stats.skipdata == 1);
        CHECK(all.stats.malformed == 1);
        CHECK(all.stats.lines() == 6);
    }
    auto reader = flowlog::text_reader{flowlog::memory_source{text}, options};
    for (auto const& record : reader)
        if (record[field::dstport] == std::uint16_t{5})
            reader.reject(field_id::dstport, reason::bad_value);
    CHECK(reader.stats().records == 1);
    CHECK(reader.stats().skipdata == 0);
    CHECK(reader.stats().malformed == 2);
}

TEST_CASE("windows without data are checked if the options say so", "[text]") {
    constexpr auto text =
        "srcaddr dstport start log-status\n- - 5 NODATA\n- x 5 NODATA\n- - y SKIPDATA\n- - - -\n"sv;
    auto const plain = read(text);
    CHECK(plain.stats.nodata == 3);
    CHECK(plain.stats.skipdata == 1);
    auto options = flowlog::text_options{};
    options.check_empty = true;
    auto const checked = read(text, options);
    CHECK(checked.stats.nodata == 2);
    CHECK(checked.stats.skipdata == 0);
    CHECK(checked.stats.lines() == 5);
    REQUIRE(checked.malformed.size() == 2);
    CHECK(checked.malformed[0] == testing::rejected{"test", 3, 46, 3, field_id::dstport,
                                                    reason::bad_value, "- x 5 NODATA"});
    CHECK(checked.malformed[1].field == field_id::start);
}

TEST_CASE("a malformed line is reported with its position", "[text]") {
    auto const text =
        lines("srcaddr dstport", "1.2.3.4 80", "1.2.3.4", "", " 1.2.3.4 80 6", "1.2.3.4 81");
    auto const got = read(text);
    CHECK(got.stats.records == 2);
    REQUIRE(got.malformed.size() == 2);
    CHECK(got.malformed[0] ==
          testing::rejected{"test", 3, 27, 0, {}, reason::column_count, "1.2.3.4"});
    CHECK(got.malformed[1] ==
          testing::rejected{"test", 5, 36, 0, {}, reason::column_count, " 1.2.3.4 80 6"});
}

TEST_CASE("a malformed line comes with the columns in force", "[text]") {
    auto names = std::vector<std::size_t>{};
    auto options = flowlog::text_options{};
    options.on_malformed = [&](auto const& line) {
        names.push_back(line.columns ? line.columns->size() : 0);
    };
    auto reading = flowlog::text_reader{
        flowlog::memory_source{"what is this\nsrcaddr dstport\nx\ndstport action bytes\nx y\n"},
        options};
    for (auto const& record : reading) static_cast<void>(record);
    CHECK(names == std::vector<std::size_t>{2, 2, 3});
}

TEST_CASE("a record can be taken back", "[text]") {
    auto got = std::vector<testing::rejected>{};
    auto options = flowlog::text_options{};
    options.on_malformed = [&](auto const& line) { got.push_back(testing::keep(line)); };
    auto reading = flowlog::text_reader{
        flowlog::memory_source{"srcaddr dstport\n1.2.3.4  x\n1.2.3.4 80\nx 81\n"}, options};
    for (auto const& record : reading) {
        if (!record[field::dstport]) reading.reject(field_id::dstport, reason::bad_value);
        if (record[field::dstport] == std::uint16_t{81})
            reading.reject(field_id::action, reason::absent_value);
    }
    CHECK(reading.stats().records == 1);
    CHECK(reading.stats().malformed == 2);
    REQUIRE(got.size() == 2);
    CHECK(got[0] == testing::rejected{"memory", 2, 16, 10, field_id::dstport, reason::bad_value,
                                      "1.2.3.4  x"});
    CHECK(got[1] ==
          testing::rejected{"memory", 4, 38, 0, field_id::action, reason::absent_value, "x 81"});
}

TEST_CASE("the columns are known before the first record is read", "[text]") {
    auto reading = memory_reader{flowlog::memory_source{"\n\nsrcaddr dstport\n1.2.3.4 80\n"}};
    CHECK(reading.columns() == nullptr);
    reading.recognise();
    REQUIRE(reading.columns());
    CHECK(reading.columns()->size() == 2);
    reading.recognise();
    CHECK(std::ranges::distance(reading.begin(), reading.end()) == 1);

    auto const text = lines(good, good);
    auto data = memory_reader{flowlog::memory_source{text}};
    data.recognise();
    CHECK(data.columns()->size() == 14);
    CHECK(data.stats().lines() == 0);
    CHECK(std::ranges::distance(data.begin(), data.end()) == 2);
    CHECK(data.stats().records == 2);
}

TEST_CASE("a reader goes on where a loop left it", "[text]") {
    auto reading = memory_reader{flowlog::memory_source{"dstport\n1\n2\n3\n4\n"}};
    auto seen = std::vector<std::uint16_t>{};
    for (auto const& record : reading) {
        seen.push_back(*record[field::dstport]);
        if (seen.size() == 2) break;
    }
    auto moved = std::move(reading);
    for (auto const& record : moved) seen.push_back(*record[field::dstport]);
    CHECK(seen == std::vector<std::uint16_t>{1, 2, 3, 4});
    CHECK(moved.begin() == moved.end());
}

TEST_CASE("lines that are not flows are checked if the options say so", "[text]") {
    auto const text = lines(nodata, "2 x eni-1 - - - - - - - start 1431280934 - NODATA", skipdata,
                            "2 x eni-1 1.2.3 - - - - - - 1 2 - SKIPDATA", good);
    auto options = flowlog::text_options{};
    auto const lenient = read(text, options);
    CHECK(lenient.stats.nodata == 2);
    CHECK(lenient.stats.skipdata == 2);
    options.check_empty = true;
    auto const strict = read(text, options);
    CHECK(strict.stats.records == 1);
    CHECK(strict.stats.nodata == 1);
    CHECK(strict.stats.skipdata == 1);
    REQUIRE(strict.malformed.size() == 2);
    CHECK(strict.malformed[0].line == 2);
    CHECK(strict.malformed[0].field == field_id::start);
    CHECK(strict.malformed[1].field == field_id::srcaddr);
    auto const bare = read("srcaddr dstaddr start\n- - x\n- - 1\n", options);
    CHECK(bare.stats.nodata == 1);
    REQUIRE(bare.malformed.size() == 1);
    CHECK(bare.malformed[0].field == field_id::start);
}

TEST_CASE("blanks before the quotes of a cell are passed over", "[text]") {
    auto reader = flowlog::text_reader{
        flowlog::memory_source{"srcaddr, \"dstport\", x\n10.0.0.1, \"80\", \"a, b\"\n"}};
    auto count = 0;
    for (auto const& record : reader) {
        CHECK(record[flowlog::field::dstport] == std::uint16_t{80});
        CHECK(record["x"] == "a, b");
        ++count;
    }
    CHECK(count == 1);
}

TEST_CASE("AWS's default formats change within a log, with what precedes them", "[text]") {
    auto const vpc = "2 1 eni-1 10.0.0.1 10.0.0.2 1 443 6 1 40 5 6 ACCEPT OK\n"s;
    auto const gateway =
        "6 TransitGateway 1 t a 1 2 v v s s e e z z p 10.9.9.9 10.8.8.8 1 2 6 1 500 5 6 OK IPv4 0 "
        "0 "
        "0 0 0 us egress - -\n"s;
    for (auto const& prefix : {""s, "2018-09-22T20:28:14.000Z "s}) {
        auto const longer = prefix + std::string(60, 'x') + ' ';
        auto many = prefix;
        for (auto i = 0; i < 20; ++i) many += "1 ";
        auto const text =
            prefix + vpc + many + gateway + prefix + gateway + longer + vpc + prefix + vpc;
        auto reader = flowlog::text_reader{flowlog::memory_source{text}};
        auto found = std::vector<std::string>{};
        for (auto const& record : reader)
            found.push_back(to_text(*record[flowlog::field::srcaddr]));
        CHECK(found == std::vector<std::string>{"10.0.0.1", "10.9.9.9", "10.0.0.1"});
        CHECK(reader.stats().malformed == 2);
    }
}

}  // namespace test_format_text
