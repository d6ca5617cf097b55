// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/protocol.hpp>

#include "catch.hpp"

namespace test_flow_protocol {

namespace {

using flowlog::protocol_keyword;
using flowlog::protocol_name;
using flowlog::protocol_number;

static_assert(protocol_keyword(6) == "tcp");
static_assert(protocol_keyword(135) == "mobility-header");
static_assert(protocol_keyword(61).empty());
static_assert(protocol_number("TCP") == 6);
static_assert(protocol_number("17") == 17);
static_assert(!protocol_number("256"));
static_assert(!protocol_number("nothing"));
static_assert(!protocol_number("zzz"));
static_assert(!protocol_number("+"));
static_assert(!protocol_number(""));
static_assert(noexcept(protocol_number(std::string_view{})));

using row = std::vector<std::string>;

/// The rows of a CSV text with quoted cells, read by independent, simple code.
auto csv_rows(std::string_view text) -> std::vector<row> {
    auto rows = std::vector<row>{{""}};
    bool quoted = false;
    for (auto const letter : text) {
        if (letter == '"') {
            quoted = !quoted;  // a doubled quote is lost, which the first two cells do not mind
        } else if (quoted || (letter != ',' && letter != '\r' && letter != '\n')) {
            rows.back().back() += letter;
        } else if (letter == ',') {
            rows.back().emplace_back();
        } else if (letter == '\n') {
            rows.emplace_back().emplace_back();
        }
    }
    rows.pop_back();
    return rows;
}

auto lower(std::string text) -> std::string {
    std::ranges::transform(text, text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

auto upper(std::string text) -> std::string {
    std::ranges::transform(text, text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::toupper(letter));
    });
    return text;
}

auto read(std::string const& path) -> std::string {
    auto in = std::ifstream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

/// A range of numbers as IANA writes it, "6" or "148-252".
auto numbers(std::string const& cell) -> std::pair<int, int> {
    auto const dash = cell.find('-');
    auto const first = std::stoi(cell.substr(0, dash));
    return {first, dash == std::string::npos ? first : std::stoi(cell.substr(dash + 1))};
}

}  // namespace

TEST_CASE("the table equals the registry of IANA", "[protocol]") {
    auto const text = read(FLOWLOG_TEST_DATA "/iana/protocol-numbers-1.csv");
    REQUIRE(std::ranges::count(text, '\r') == 153);
    auto const rows = csv_rows(text);
    REQUIRE(rows.size() == 153);
    REQUIRE(rows[0] == row{"Decimal", "Keyword", "Protocol", "IPv6 Extension Header", "Reference"});

    auto covered = std::set<int>{};
    for (auto const& cells : std::vector<row>(rows.begin() + 1, rows.end())) {
        auto const [first, last] = numbers(cells[0]);
        for (int number = first; number <= last; ++number) {
            covered.insert(number);
            auto const key = static_cast<std::uint8_t>(number);
            auto expected = lower(cells[1]);
            if (auto const at = expected.find(" (deprecated)"); at != std::string::npos)
                expected.resize(at);
            if (expected == "reserved") expected.clear();
            std::ranges::replace(expected, ' ', '-');
            INFO(number << ' ' << cells[1]);
            CHECK(protocol_keyword(key) == expected);
            if (expected.empty()) continue;
            CHECK(protocol_number(cells[1]) == key);
            CHECK(protocol_number(upper(cells[1])) == key);
            CHECK(protocol_number(expected) == key);
        }
    }
    CHECK(covered.size() == 256);
}

TEST_CASE("every protocol has a name of one token that reads back", "[protocol]") {
    for (int i = 0; i < 256; ++i) {
        auto const number = static_cast<std::uint8_t>(i);
        auto const name = protocol_name(number);
        INFO(name);
        CHECK(protocol_number(name) == number);
        CHECK(name.find_first_of(" ,\t\"") == std::string::npos);
        CHECK(name == lower(name));
        CHECK(protocol_number(std::to_string(i)) == number);
    }
    CHECK(protocol_name(6) == "tcp");
    CHECK(protocol_name(58) == "ipv6-icmp");
    CHECK(protocol_name(61) == "61");
    CHECK(protocol_name(124) == "isis-over-ipv4");
    CHECK(protocol_name(147) == "bit-emu");
    CHECK(protocol_name(148) == "148");
    CHECK(protocol_name(253) == "253");
    CHECK(protocol_name(255) == "255");
}

TEST_CASE("protocols without a keyword", "[protocol]") {
    for (int const number : {61, 63, 68, 99, 114, 148, 200, 252, 253, 254, 255}) {
        INFO(number);
        CHECK(protocol_keyword(static_cast<std::uint8_t>(number)).empty());
    }
}

TEST_CASE("the names of Debian's /etc/protocols", "[protocol]") {
    auto const entries = std::vector<std::pair<std::string, int>>{{"ip", 0},
                                                                  {"hopopt", 0},
                                                                  {"icmp", 1},
                                                                  {"igmp", 2},
                                                                  {"ggp", 3},
                                                                  {"ipencap", 4},
                                                                  {"IP-ENCAP", 4},
                                                                  {"st", 5},
                                                                  {"tcp", 6},
                                                                  {"egp", 8},
                                                                  {"igp", 9},
                                                                  {"pup", 12},
                                                                  {"udp", 17},
                                                                  {"hmp", 20},
                                                                  {"xns-idp", 22},
                                                                  {"rdp", 27},
                                                                  {"iso-tp4", 29},
                                                                  {"dccp", 33},
                                                                  {"xtp", 36},
                                                                  {"ddp", 37},
                                                                  {"idpr-cmtp", 38},
                                                                  {"ipv6", 41},
                                                                  {"ipv6-route", 43},
                                                                  {"ipv6-frag", 44},
                                                                  {"idrp", 45},
                                                                  {"rsvp", 46},
                                                                  {"gre", 47},
                                                                  {"esp", 50},
                                                                  {"IPSEC-ESP", 50},
                                                                  {"ah", 51},
                                                                  {"IPSEC-AH", 51},
                                                                  {"skip", 57},
                                                                  {"ipv6-icmp", 58},
                                                                  {"ipv6-nonxt", 59},
                                                                  {"ipv6-opts", 60},
                                                                  {"rspf", 73},
                                                                  {"CPHB", 73},
                                                                  {"vmtp", 81},
                                                                  {"eigrp", 88},
                                                                  {"ospf", 89},
                                                                  {"OSPFIGP", 89},
                                                                  {"ax.25", 93},
                                                                  {"ipip", 94},
                                                                  {"etherip", 97},
                                                                  {"encap", 98},
                                                                  {"pim", 103},
                                                                  {"ipcomp", 108},
                                                                  {"vrrp", 112},
                                                                  {"l2tp", 115},
                                                                  {"isis", 124},
                                                                  {"sctp", 132},
                                                                  {"fc", 133},
                                                                  {"mobility-header", 135},
                                                                  {"udplite", 136},
                                                                  {"mpls-in-ip", 137},
                                                                  {"manet", 138},
                                                                  {"hip", 139},
                                                                  {"shim6", 140},
                                                                  {"wesp", 141},
                                                                  {"rohc", 142},
                                                                  {"ethernet", 143}};
    for (auto const& [name, number] : entries) {
        INFO(name);
        CHECK(protocol_number(name) == number);
        CHECK(protocol_number(upper(name)) == number);
    }
}

TEST_CASE("no name has another number in this system's /etc/protocols", "[protocol]") {
    auto lines = std::istringstream{read("/etc/protocols")};
    for (std::string line; std::getline(lines, line);) {
        auto cells = std::istringstream{line.substr(0, line.find('#'))};
        auto name = std::string{};
        int number = 0;
        if (!(cells >> name >> number)) continue;
        do {
            // not every system has Debian's names, and the kernel counts beyond 255
            auto const known = protocol_number(name);
            INFO(name);
            if (known) CHECK(*known == number);
        } while (cells >> name);
    }
}

TEST_CASE("popular names", "[protocol]") {
    CHECK(protocol_number("icmpv6") == flowlog::protocol::ipv6_icmp);
    CHECK(protocol_number("ICMP6") == 58);
    CHECK(protocol_number("OSPF") == 89);
    CHECK(protocol_number("ipip") == 94);
    CHECK(protocol_number("ipencap") == 4);
    CHECK(protocol_number("IPv4") == 4);
    CHECK(protocol_number("Mobility Header") == 135);
    CHECK(protocol_number("mobility-header") == 135);
    CHECK(protocol_number("ISIS over IPv4") == 124);
    CHECK(protocol_number("ARGUS") == 13);
    CHECK(protocol_number("ARGUS (deprecated)") == 13);
    CHECK(protocol_number("3pc") == 34);
    CHECK(protocol_number("A/N") == 107);
    CHECK(protocol_number("TP++") == 39);
    CHECK(protocol_number("mobile") == 55);
    CHECK(protocol_number("Min-IPv4") == 55);
}

TEST_CASE("numbers as text", "[protocol]") {
    CHECK(protocol_number("0") == 0);
    CHECK(protocol_number("006") == 6);
    CHECK(protocol_number("255") == 255);
    for (auto const* const text :
         {"256", "999", "0006", "1000", "-1", "+6", "6.0", "0x6", "6 ", " 6", "4294967302"}) {
        INFO(text);
        CHECK_FALSE(protocol_number(text));
    }
}

TEST_CASE("words that name no protocol", "[protocol]") {
    for (auto const* const text :
         {"", " ", "-", "*", "any", "reserved", "unassigned", "tcp ", " tcp", "tc", "tcpp", "tcp\n",
          "tcp (deprecated)", "mptcp", "\xFF", "zzz", "a", "isis  over ipv4"}) {
        INFO(text);
        CHECK_FALSE(protocol_number(text));
    }
    CHECK_FALSE(protocol_number(std::string(100'000, 'a')));
    CHECK_FALSE(protocol_number(std::string(100'000, '0')));
    CHECK_FALSE(protocol_number(std::string_view{"tcp\0", 4}));
}

TEST_CASE("constants agree with the table", "[protocol]") {
    CHECK(protocol_keyword(flowlog::protocol::icmp) == "icmp");
    CHECK(protocol_keyword(flowlog::protocol::igmp) == "igmp");
    CHECK(protocol_keyword(flowlog::protocol::tcp) == "tcp");
    CHECK(protocol_keyword(flowlog::protocol::udp) == "udp");
    CHECK(protocol_keyword(flowlog::protocol::gre) == "gre");
    CHECK(protocol_keyword(flowlog::protocol::esp) == "esp");
    CHECK(protocol_keyword(flowlog::protocol::ah) == "ah");
    CHECK(protocol_keyword(flowlog::protocol::ipv6_icmp) == "ipv6-icmp");
    CHECK(protocol_keyword(flowlog::protocol::sctp) == "sctp");
}

}  // namespace test_flow_protocol
