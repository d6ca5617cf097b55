// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/lookup/tag_table.hpp>

#include "catch.hpp"

namespace test_lookup_tag_table {

namespace {

using flowlog::duplicates;
using flowlog::tag_table;
using namespace std::string_literals;

constexpr std::uint8_t icmp = 1;
constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

auto parse(std::string_view text, flowlog::tag_table_options const& options = {}) -> tag_table {
    return tag_table::parse(text, "t.csv", options);
}

/// The tags of a flow, joined by blanks.
auto tags(tag_table const& table, std::uint16_t port, std::uint8_t protocol) -> std::string {
    auto text = ""s;
    for (auto const tag : table.find(port, protocol))
        text += (text.empty() ? "" : " ") + std::string{table.name(tag)};
    return text;
}

auto failure(std::string_view text, flowlog::tag_table_options const& options = {}) -> std::string {
    try {
        static_cast<void>(parse(text, options));
    } catch (flowlog::error const& e) {
        CHECK(e.code() == flowlog::errc::invalid_table);
        return e.what();
    }
    return "no error";
}

auto warnings(tag_table const& table) -> std::vector<std::string> {
    auto lines = std::vector<std::string>{};
    for (auto const& [where, message] : table.warnings())
        lines.push_back(where.source + ':' + std::to_string(where.line) + ": " + message);
    return lines;
}

using lines = std::vector<std::string>;

constexpr auto sample =
    "dstport,protocol,tag\n25,tcp,sv_P1\n68,udp,sv_P2\n23,tcp,sv_P1\n31,udp,SV_P3\n443,tcp,sv_"
    "P2\n22,tcp,sv_P4\n"
    "3389,tcp,sv_P5\n0,icmp,sv_P5\n110,tcp,email\n993,tcp,email\n143,tcp,email\n";

}  // namespace

static_assert(std::is_same_v<flowlog::tag_id, std::uint32_t>);
static_assert(std::is_nothrow_move_constructible_v<tag_table>);

TEST_CASE("the sample table tags by port and protocol", "[tag_table]") {
    auto const table = parse(sample);
    CHECK(table.size() == 11);
    CHECK(table.tag_count() == 6);
    CHECK(tags(table, 25, tcp) == "sv_P1");
    CHECK(tags(table, 68, udp) == "sv_P2");
    CHECK(tags(table, 31, udp) == "SV_P3");
    CHECK(tags(table, 0, icmp) == "sv_P5");
    CHECK(tags(table, 993, tcp) == "email");
    CHECK(tags(table, 25, udp).empty());
    CHECK(tags(table, 0, tcp).empty());
    CHECK(tags(table, 65535, 255).empty());
    CHECK(table.name(0) == "sv_P1");
    CHECK(table.name(2) == "SV_P3");
    CHECK(table.warnings().empty());
    CHECK(table.skipped() == 0);
}

TEST_CASE("a table may be empty", "[tag_table]") {
    CHECK(tag_table{}.find(80, tcp).empty());
    CHECK(tag_table{}.warnings().empty());
    for (auto const* text :
         {"", "dstport,protocol,tag\n", "# nothing\n\n", "\xEF\xBB\xBF", ",,\n"}) {
        auto const table = parse(text);
        CHECK(table.size() == 0);
        CHECK(table.find(80, tcp).empty());
        CHECK(warnings(table) == lines{"t.csv:0: the table has no rows"});
    }
}

TEST_CASE("headings are optional and may be in any order", "[tag_table]") {
    auto const* const headings =
        GENERATE("", "dstport,protocol,tag\n", "dstport,protocol,tag \r\n",
                 "DstPort,Protocol,Tag\n", "#dstport,protocol,tag\n", "dstport,name,tag\n",
                 "\xEF\xBB\xBF"
                 "Port , Proto , Label\n",
                 ",,\n\"dst_port\",PROTO,\"TAG\"\n", "dst-port,protocol,tag\n",
                 "Destination Port,protocol,tag\n");
    CAPTURE(headings);
    auto const table = parse(headings + "25,tcp,sv_P1\n"s);
    CHECK(table.size() == 1);
    CHECK(tags(table, 25, tcp) == "sv_P1");

    auto const other =
        parse("note,tag,name,Proto,dstport,more\nx,web,y,tcp,443,z\n,mail,,udp,25\n");
    CHECK(other.size() == 2);
    CHECK(tags(other, 443, tcp) == "web");
    CHECK(tags(other, 25, udp) == "mail");
}

TEST_CASE("a first row is not taken for headings because of its tag", "[tag_table]") {
    CHECK(tags(parse("25,tcp,port\n"), 25, tcp) == "port");
    CHECK(tags(parse("*,icmp,label\n"), 0, icmp) == "label");
    CHECK(parse("25,tcp,port\ndstport,tcp,x\n", {.lenient = true}).skipped() == 1);
}

TEST_CASE("line ends, blanks, separators, quotes and comments do not matter", "[tag_table]") {
    for (auto const* text :
         {"25,tcp,a b\r\n80,udp,c\r\n", "25,tcp,a b\r80,udp,c\r", " 25 ,\ttcp, a b \n80,udp,c",
          "25\ttcp\ta b\n80\tudp\tc\n", "25;tcp;a b\n80;udp;c\n",
          "\"25\",\"tcp\",\"a b\"\n80,udp,\"c\"\n", "25,tcp,\" a b \"\n80,udp,c\n",
          "# one\n25,tcp,a b\n\n  # two\n80,udp,c\n", "25,tcp,a b,\n80,udp,c,,,\n",
          "25,tcp,a b\n,,\n80,udp,c\n , , \n", "00025,006,a b\n80,17,c\n"}) {
        CAPTURE(text);
        auto const table = parse(text);
        CHECK(table.size() == 2);
        CHECK(tags(table, 25, tcp) == "a b");
        CHECK(tags(table, 80, udp) == "c");
    }
}

TEST_CASE("tags keep every byte between the blanks", "[tag_table]") {
    auto const table =
        parse("1,6,\"a,\"\"b\"\"\"\n2,6,\"two\nlines\"\n3,6,\xC3\xA9\xFF\n4,6,x\0y\n"s);
    CHECK(tags(table, 1, tcp) == "a,\"b\"");
    CHECK(tags(table, 2, tcp) == "two\nlines");
    CHECK(tags(table, 3, tcp) == "\xC3\xA9\xFF");
    CHECK(tags(table, 4, tcp) == "x\0y"s);
}

TEST_CASE("protocols are numbers or names in any case", "[tag_table]") {
    auto const table = parse(
        "1,TCP,tcp\n1,Udp,udp\n1,1,icmp\n1,ipv6-icmp,icmp6\n2,icmpv6,a\n3,ICMP6,b\n1,ospf,ospf\n1,"
        "gre,gre\n"
        "1,ipip,ipip\n1,ipencap,ipencap\n1,a/n,an\n1,255,last\n1,0,hopopt\n");
    CHECK(tags(table, 1, tcp) == "tcp");
    CHECK(tags(table, 1, udp) == "udp");
    CHECK(tags(table, 1, icmp) == "icmp");
    CHECK(tags(table, 1, 58) == "icmp6");
    CHECK(tags(table, 2, 58) == "a");
    CHECK(tags(table, 3, 58) == "b");
    CHECK(tags(table, 1, 89) == "ospf");
    CHECK(tags(table, 1, 47) == "gre");
    CHECK(tags(table, 1, 94) == "ipip");
    CHECK(tags(table, 1, 4) == "ipencap");
    CHECK(tags(table, 1, 107) == "an");
    CHECK(tags(table, 1, 255) == "last");
    CHECK(tags(table, 1, 0) == "hopopt");
}

TEST_CASE("a protocol table resolves the names of protocols", "[tag_table]") {
    auto const protocols =
        flowlog::protocol_table::parse("number,name\n200,carp\n17,tcp\n", "p.csv");
    auto const table = parse("1,CARP,a\n1,tcp,b\n1,icmp,c\n", {.protocols = &protocols});
    CHECK(tags(table, 1, 200) == "a");
    CHECK(tags(table, 1, 17) == "b");
    CHECK(tags(table, 1, 6).empty());
    CHECK(tags(table, 1, 1) == "c");
}

TEST_CASE("ports are numbers, ranges, lists or any", "[tag_table]") {
    auto const table = parse(
        "8000-8099,tcp,range\n80|443 | 9000 - "
        "9001,tcp,list\n*,udp,star\nANY,icmp,any\n0-65535,50,all\n7-7,51,one\n");
    CHECK(tags(table, 7999, tcp).empty());
    CHECK(tags(table, 8000, tcp) == "range");
    CHECK(tags(table, 8099, tcp) == "range");
    CHECK(tags(table, 8100, tcp).empty());
    for (auto const port : {80, 443, 9000, 9001})
        CHECK(tags(table, static_cast<std::uint16_t>(port), tcp) == "list");
    CHECK(tags(table, 9002, tcp).empty());
    CHECK(tags(table, 0, udp) == "star");
    CHECK(tags(table, 65535, udp) == "star");
    CHECK(tags(table, 0, icmp) == "any");
    CHECK(tags(table, 65535, 50) == "all");
    CHECK(tags(table, 7, 51) == "one");
    CHECK(tags(table, 8, 51).empty());
    CHECK(table.size() == 6);
}

TEST_CASE("the row that covers the fewest pairs wins", "[tag_table]") {
    auto const table = parse(
        "*,*,all\n*,tcp,tcp\n0-1023,*,system\n440-450,tcp,range\n443,*,port\n443,tcp,exact\n0,icmp,"
        "echo\n*,icmp,ping\n"
        "20-275,6,wide\n22,any,ssh\n");
    CHECK(table.warnings().empty());
    CHECK(tags(table, 443, tcp) == "exact");
    CHECK(tags(table, 443, udp) == "port");
    CHECK(tags(table, 444, tcp) == "range");
    CHECK(tags(table, 444, udp) == "system");
    CHECK(tags(table, 2000, udp) == "all");
    CHECK(tags(table, 2000, tcp) == "tcp");
    CHECK(tags(table, 500, tcp) == "tcp");  // 65536 pairs, against 1024 ports by 256 protocols
    CHECK(tags(table, 0, icmp) == "echo");
    CHECK(tags(table, 3, icmp) == "ping");
    CHECK(tags(table, 22, tcp) == "wide");  // as many as 22/any, but it names the protocol
    CHECK(tags(table, 22, udp) == "ssh");
}

TEST_CASE("the last of equal rows wins, with a warning", "[tag_table]") {
    auto const table = parse("443,tcp,a\n# x\n443,6,b\n443,tcp,b\n443|80,TCP,c\n80,tcp,c\n");
    CHECK(tags(table, 443, tcp) == "c");
    CHECK(tags(table, 80, tcp) == "c");
    CHECK(warnings(table) == lines{"t.csv:3: 443/tcp: tag 'b' replaces 'a' of line 1",
                                   "t.csv:5: 443/tcp: tag 'c' replaces 'b' of line 4"});
    CHECK(table.warning_count() == 2);

    auto const ranges = parse("10-20,udp,a\n15-25,udp,b\n5-15,*,x\n14-24,*,y\n");
    CHECK(tags(ranges, 14, udp) == "a");
    CHECK(tags(ranges, 15, udp) == "b");
    CHECK(tags(ranges, 20, udp) == "b");
    CHECK(tags(ranges, 14, tcp) == "y");
    CHECK(warnings(ranges) == lines{"t.csv:2: 15/udp: tag 'b' replaces 'a' of line 1",
                                    "t.csv:4: 14 (any protocol): tag 'y' replaces 'x' of line 3"});
}

TEST_CASE("the first may win instead", "[tag_table]") {
    auto const options = flowlog::tag_table_options{.duplicates = duplicates::first};
    auto const table = parse("443,tcp,a\n443,6,b\n10-20,udp,c\n15-25,udp,d\n", options);
    CHECK(tags(table, 443, tcp) == "a");
    CHECK(tags(table, 15, udp) == "c");
    CHECK(tags(table, 21, udp) == "d");
    CHECK(warnings(table) == lines{"t.csv:2: 443/tcp: tag 'b' is ignored for 'a' of line 1",
                                   "t.csv:4: 15/udp: tag 'd' is ignored for 'c' of line 3"});
}

TEST_CASE("all equal rows may give their tags", "[tag_table]") {
    auto const options = flowlog::tag_table_options{.duplicates = duplicates::all};
    auto const table = parse(
        "1,udp,z\n443,tcp,b\n443,6,a\n443,tcp,b\n443,tcp,z\n10-20,udp,a\n15-25,udp,b\n17-27,udp,"
        "a\n443,*,no\n",
        options);
    CHECK(tags(table, 443, tcp) == "z b a");
    CHECK(tags(table, 443, udp) == "no");
    CHECK(tags(table, 14, udp) == "a");
    CHECK(tags(table, 15, udp) == "b a");
    CHECK(tags(table, 25, udp) == "b a");
    CHECK(tags(table, 26, udp) == "a");
    CHECK(tags(table, 28, udp).empty());
    CHECK(table.warnings().empty());
}

TEST_CASE("equal rows with different tags may be an error", "[tag_table]") {
    auto const options = flowlog::tag_table_options{.duplicates = duplicates::error};
    CHECK(failure("1,tcp,a\n1,tcp,a\n*,tcp,b\n", options) == "no error");
    CHECK(failure("9,17,x\n1,tcp,a\n2,tcp,b\n1,6,b\n9,udp,y\n", options) ==
          "t.csv:4: 1/tcp: tag 'b' contradicts 'a' of line 2");
}

TEST_CASE("tags that differ only in case are different, with a warning, unless folded",
          "[tag_table]") {
    constexpr auto text =
        "1,tcp,Web\n2,tcp,web\n3,tcp,WEB\n4,tcp,web\n5,tcp,\xC3\x89\n6,tcp,\xC3\xA9\n";
    auto const table = parse(text);
    CHECK(table.tag_count() == 5);
    CHECK(tags(table, 2, tcp) == "web");
    CHECK(
        warnings(table) ==
        lines{"t.csv:2: 'web' differs only in case from 'Web' on line 1; they are different tags",
              "t.csv:3: 'WEB' differs only in case from 'Web' on line 1; they are different tags"});

    auto const folded = parse(text, {.fold_tags = true});
    CHECK(folded.tag_count() == 3);
    for (std::uint16_t port = 1; port <= 4; ++port) CHECK(tags(folded, port, tcp) == "Web");
    CHECK(folded.warnings().empty());
    CHECK(parse("1,6,a\n1,6,A\n", {.duplicates = duplicates::error, .fold_tags = true}).size() ==
          2);
}

TEST_CASE("ports may be written as pandas writes them", "[tag_table]") {
    auto const table = parse("port,proto,tag\n443.0,tcp,web\n8000.0-8099.00,tcp,range\n");
    CHECK(tags(table, 443, tcp) == "web");
    CHECK(tags(table, 8099, tcp) == "range");
    CHECK(tags(table, 8100, tcp).empty());
}

TEST_CASE("security groups of AWS are a table", "[tag_table]") {
    auto const table = parse(
        "FromPort,ToPort,IpProtocol,GroupName\n440,450,tcp,sg-web\n22,22,6,sg-ssh\n8,-1,icmp,sg-"
        "ping\n"
        ",,50,sg-esp\n1024.0,65535.0,udp,sg-high\n0,0,-1,sg-all\n");
    for (auto const port : {440, 445, 450})
        CHECK(tags(table, static_cast<std::uint16_t>(port), tcp) == "sg-web");
    CHECK(tags(table, 439, tcp) == "sg-all");
    CHECK(tags(table, 451, tcp) == "sg-all");
    CHECK(tags(table, 22, tcp) == "sg-ssh");
    CHECK(tags(table, 0, icmp) == "sg-ping");
    CHECK(tags(table, 7, 50) == "sg-esp");
    CHECK(tags(table, 1024, udp) == "sg-high");
    CHECK(tags(table, 53, udp) == "sg-all");
    REQUIRE(table.find_portless(icmp).size() == 1);
    CHECK(table.name(table.find_portless(icmp)[0]) == "sg-ping");

    auto const bad =
        "expected a port (0-65535), a range such as 8000-8099, several joined by |, or "
        "*, found "s;
    constexpr auto heading = "ToPort,IpProtocol,GroupName,FromPort\n";
    CHECK(failure(heading + "450,tcp,a,-1\n"s) == "t.csv:2:11: " + bad + "'-1'");
    CHECK(failure(heading + "x,tcp,a,440\n"s) == "t.csv:2:1: " + bad + "'x'");
    CHECK(failure(heading + "430,tcp,a,440\n"s) ==
          "t.csv:2:1: expected a range from the lower to the higher port, found '430'");
    CHECK(failure(heading + "430,tcp,a\n"s) ==
          "t.csv:2:1: expected 4 cells (dstport, protocol, tag, …), found 3");
    CHECK(failure("ToPort,IpProtocol,GroupName\n450,tcp,a\n") ==
          "t.csv:1:1: the headings lack a column for the dstport (they must name dstport, protocol "
          "and tag)");
    // a column of the port goes first
    CHECK(tags(parse("port,proto,tag,fromport,toport\n443,tcp,web,1,2\n"), 443, tcp) == "web");
}

TEST_CASE("each port and range of a row counts for itself", "[tag_table]") {
    auto const table = parse("440-450,tcp,narrow\n443|8000-8099,tcp,wide\n");
    CHECK(tags(table, 443, tcp) == "wide");
    CHECK(tags(table, 444, tcp) == "narrow");
}

TEST_CASE("an error names the place and what was expected", "[tag_table]") {
    auto const bad_port =
        "expected a port (0-65535), a range such as 8000-8099, several joined by |, or *, found "s;
    auto const bad_protocol = "expected a protocol (its name, its number 0-255, or *), found "s;
    CHECK(failure("dstport,protocol,tag\n25,tcp,a\n x5,tcp,a\n") ==
          "t.csv:3:2: " + bad_port + "'x5'");
    CHECK(failure("65536,tcp,a") == "t.csv:1:1: " + bad_port + "'65536'");
    CHECK(failure("-1,tcp,a") == "t.csv:1:1: " + bad_port + "'-1'");
    CHECK(failure("80|,tcp,a") == "t.csv:1:4: " + bad_port + "nothing");
    CHECK(failure("80 | 99999999999999999999,tcp,a") ==
          "t.csv:1:6: " + bad_port + "'99999999999999999999'");
    CHECK(failure("\"80|x\",tcp,a") == "t.csv:1:5: " + bad_port + "'x'");
    CHECK(failure("80-,tcp,a") == "t.csv:1:1: " + bad_port + "'80-'");
    CHECK(failure("80.5,tcp,a") == "t.csv:1:1: " + bad_port + "'80.5'");
    CHECK(failure("80.,tcp,a") == "t.csv:1:1: " + bad_port + "'80.'");
    CHECK(failure(",tcp,a") == "t.csv:1:1: " + bad_port + "nothing");
    CHECK(failure("90-80,tcp,a") ==
          "t.csv:1:1: expected a range from the lower to the higher port, found '90-80'");
    CHECK(failure("tag;port;proto\r\na;1;tcp\r\na; 2 ;256\r\n") ==
          "t.csv:3:7: " + bad_protocol + "'256'");
    CHECK(failure("80,,a") == "t.csv:1:4: " + bad_protocol + "nothing");
    CHECK(failure("80,tcp|udp,a") == "t.csv:1:4: " + bad_protocol + "'tcp|udp'");
    CHECK(failure("80,udpp,a") == "t.csv:1:4: " + bad_protocol + "'udpp'; did you mean 'udp'?");
    auto const protocols = flowlog::protocol_table::parse("number,name\n200,carp\n", "p.csv");
    CHECK(failure("80,udpp,a", {.protocols = &protocols}) ==
          "t.csv:1:4: " + bad_protocol + "'udpp'; did you mean 'udp'?");
    CHECK(failure("80,\x1B[2J,a") == "t.csv:1:4: " + bad_protocol + "'\\x1b[2J'");
    CHECK(failure("80,tcp,\n") == "t.csv:1:8: expected a tag, found nothing");
    CHECK(failure("80,tcp,\"\"") == "t.csv:1:9: expected a tag, found nothing");
    CHECK(failure("80,tcp,a\n\n81,tcp\n") ==
          "t.csv:3:1: expected 3 cells (dstport, protocol, tag), found 2");
    CHECK(failure("x,tag,proto,dstport\n1,2,3\n") ==
          "t.csv:2:1: expected 4 cells (…, tag, protocol, dstport), found 3");
    CHECK(failure("80,tcp,a\n81,tcp,\"b\n82,tcp,c\n") ==
          "t.csv:2:8: the quote that opens here is never closed");
    CHECK(failure("80,tcp,\"a\"b\n") ==
          "t.csv:1:11: expected a separator or the end of the line after the closing quote");
    CHECK(failure("\xFF\xFE"
                  "8\0"s) == "t.csv:1:1: the text is UTF-16; save it as UTF-8");
}

TEST_CASE("headings may be repeated", "[tag_table]") {
    auto const table = tag_table::parse(
        "dstport,protocol,tag\n25,tcp,sv_P1\nDstport, protocol,tag\n68,udp,sv_P2\n", "t.csv");
    CHECK(table.size() == 2);
    CHECK_THROWS_AS(tag_table::parse("25,tcp,sv_P1\ndstport,protocol,tag\n", "t.csv"),
                    flowlog::error);
}

TEST_CASE("an extra cell is an error", "[tag_table]") {
    auto const complaint = [](std::string_view text) {
        try {
            static_cast<void>(tag_table::parse(text, "t.csv"));
        } catch (flowlog::error const& failure) {
            return std::string{failure.what()};
        }
        return std::string{"none"};
    };
    CHECK(complaint("dstport,protocol,tag\n443,tcp,web, production\n") ==
          "t.csv:2:14: expected 3 cells, found another one, 'production': a text that contains a "
          "separator must be in quotes");
    CHECK(complaint("443,tcp,web,production\n") != "none");
    CHECK(complaint("443,tcp,web,,\n") == "none");
    CHECK(complaint("443,tcp,\"web, production\"\n") == "none");
    CHECK(complaint("dstport,protocol,tag,owner\n443,tcp,web,me\n444,tcp,web\n") == "none");
}

TEST_CASE("NO-BREAK SPACES around cells do not matter", "[tag_table]") {
    auto const table =
        tag_table::parse("dstport,protocol,tag\xC2\xA0\n25\xC2\xA0,tcp,sv_P1\xC2\xA0\n", "t.csv");
    REQUIRE(table.tag_count() == 1);
    CHECK(table.name(0) == "sv_P1");
}

TEST_CASE("headings must name each column once", "[tag_table]") {
    CHECK(failure("# x\nport,tag\n1,a\n") ==
          "t.csv:2:1: the headings lack a column for the protocol (they must name dstport, "
          "protocol and tag)");
    CHECK(failure("service,protocol,tag\n") ==
          "t.csv:1:1: the headings lack a column for the dstport (they must name dstport, protocol "
          "and tag)");
    CHECK(failure("port,protocol,tag,Tag\n") == "t.csv:1:19: a second column is headed 'Tag'");
    CHECK(failure("port,protocol,label,tag\n") == "no error");
    CHECK(failure("port,x,y\n", {.lenient = true}) != "no error");
}

TEST_CASE("a lenient table skips bad rows and says so", "[tag_table]") {
    auto const table = parse(
        "dstport,protocol,tag\n25,tcp,a\nx,tcp,a\n26,tcp\n28,tcp,c\n29,tcp,\"d\"e\n27,\"tcp,b\n30,"
        "tcp,f\n",
        {.lenient = true});
    CHECK(table.size() == 3);
    CHECK(table.skipped() == 4);
    CHECK(tags(table, 28, tcp) == "c");
    CHECK(tags(table, 30, tcp) == "f");
    REQUIRE(table.warnings().size() == 4);
    CHECK(table.warnings()[0].where.line == 3);
    CHECK(table.warnings()[0].where.column == 1);
    CHECK(table.warnings()[2].where.line == 6);
    CHECK(table.warnings()[2].where.column == 11);
    CHECK(table.warnings()[3].where.line == 7);
    CHECK(table.warnings()[3].where.column == 4);
    CHECK(table.warnings()[3].message ==
          "the quote that opens here is never closed; the row is skipped");
}

TEST_CASE("a bad row with escaped quotes is forgotten when the next row is bad, too",
          "[tag_table]") {
    auto const long_cell = "\"x\"\"" + std::string(200, 'y') + "\",tcp,a\n";
    auto const table = parse(long_cell + long_cell + "1,\"tcp,b", {.lenient = true});
    CHECK(table.skipped() == 3);
}

TEST_CASE("warnings are counted, but not all kept", "[tag_table]") {
    auto text = ""s;
    for (auto i = 0; i < 3000; ++i) text += "bad\n1,tcp,t" + std::to_string(i) + '\n';
    auto const table = parse(text, {.lenient = true});
    CHECK(table.skipped() == 3000);
    CHECK(table.warning_count() == 3000 + 2999);
    CHECK(table.warnings().size() == 2 * tag_table::max_warnings);
    CHECK(table.warnings()[1].where.line == 3);
}

TEST_CASE("rows may come from a program", "[tag_table]") {
    auto rows = tag_table::builder{};
    rows.insert(443, tcp, "web");
    rows.insert({8000, 8099}, std::nullopt, "development");
    rows.insert({}, icmp, "ping");
    rows.insert(443, tcp, "https");
    CHECK_THROWS_AS(rows.insert(1, tcp, ""), flowlog::error);
    CHECK_THROWS_AS(rows.insert({2, 1}, tcp, "x"), flowlog::error);
    auto const table = std::move(rows).build();
    CHECK(table.size() == 4);
    CHECK(tags(table, 443, tcp) == "https");
    CHECK(tags(table, 8050, 99) == "development");
    CHECK(tags(table, 65535, icmp) == "ping");
    CHECK(warnings(table) == lines{":0: 443/tcp: tag 'https' replaces 'web' of row 1"});
    auto const copy = tag_table{table};
    CHECK(tags(copy, 443, tcp) == "https");
}

TEST_CASE("a table is loaded from a file", "[tag_table]") {
    auto const folder = std::filesystem::temp_directory_path();
    auto const path = folder / "flowlog_tag_table_test.csv";
    std::ofstream{path} << sample;
    CHECK(tags(tag_table::load(path), 25, tcp) == "sv_P1");
    std::ofstream{path} << "25,tcp\n";
    CHECK_THROWS_WITH(tag_table::load(path),
                      path.string() + ":1:1: expected 3 cells (dstport, protocol, tag), found 2");
    std::filesystem::remove(path);
    CHECK_THROWS_WITH(tag_table::load(path),
                      path.string() + ": cannot open: No such file or directory");
    CHECK_THROWS_AS(tag_table::load(folder), flowlog::error);
}

}  // namespace test_lookup_tag_table
