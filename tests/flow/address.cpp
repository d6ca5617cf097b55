// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <boost/container_hash/hash.hpp>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/fewest_blocks.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_flow_address {

namespace {

using flowlog::address;
using flowlog::cidr;

static_assert(std::is_trivially_copyable_v<address>);
static_assert(std::is_nothrow_default_constructible_v<address>);
static_assert(std::is_trivially_copyable_v<cidr>);

// Parsing and printing work at compile time.
static_assert(address{} == address::v4(0));
static_assert(address::parse("10.0.1.201") == address::v4(0x0A0001C9));
static_assert(address::parse("2001:DB8::8:800:200c:417A") ==
              address::v6(0x20010DB800000000, 0x00080800200C417A));
static_assert(!address::parse("10.0.1.256"));

// A read outside of the token or a table would not compile.
static_assert(!address::parse("1.1.1.0001"));
static_assert(!address::parse("0001.1.1.1"));
static_assert(!address::parse("1.2.3.4.5"));
static_assert(!address::parse("1.2.3"));
static_assert(!address::parse("....."));
static_assert(!address::parse("......."));
static_assert(!address::parse("..............."));
static_assert(!address::parse("::1.2.3"));
static_assert(!address::parse(""));
static_assert(!address::parse(":"));
static_assert(!address::parse("1:2:3:4:5:6:7:8:9"));
static_assert(!address::parse("1:2:3:4:5:6:7:8::"));
static_assert(address::v4(0xFFFFFFFF) < address::v6(0, 0));
static_assert(hash_value(address::v4(1)) != hash_value(address::v6(0, 1)));
static_assert(cidr::parse("172.16/12")->contains(address::v4(0xAC1FFFFF)));
static_assert([] {
    auto text = std::array<char, address::max_text>{};
    auto const* const end = address::v6(0, 0x0000FFFFC0000201).print(text.data());
    return std::string_view{text.data(), end} == "::ffff:192.0.2.1";
}());

auto parse(std::string_view text) -> address {
    INFO(text);
    auto const value = address::parse(text);
    REQUIRE(value);
    return *value;
}

auto block(std::string_view text) -> cidr {
    INFO(text);
    auto const value = cidr::parse(text);
    REQUIRE(value);
    return *value;
}

/// The address that the system's parser reads from a text without NUL bytes.
auto system_parse(std::string const& text) -> std::optional<address> {
    auto quad = in_addr{};
    if (inet_pton(AF_INET, text.c_str(), &quad) == 1) return address::v4(ntohl(quad.s_addr));
    auto bytes = std::array<std::uint8_t, 16>{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return address::v6(bytes);
    return std::nullopt;
}

auto system_print(address const& value) -> std::string {
    auto text = std::array<char, INET6_ADDRSTRLEN>{};
    auto const bytes = value.bytes();
    auto const* const from = value.is_v6() ? bytes.data() : bytes.data() + 12;
    REQUIRE(inet_ntop(value.is_v6() ? AF_INET6 : AF_INET, from, text.data(), text.size()));
    return text.data();
}

/// Parses a copy that has no spare byte on either side, so that a sanitizer detects a stray read.
auto parse_exactly(std::string const& text) -> std::optional<address> {
    auto const copy = std::make_unique<char[]>(text.size());
    std::copy(text.begin(), text.end(), copy.get());
    return address::parse({copy.get(), text.size()});
}

struct generator {
    std::mt19937_64 engine{20260117};

    auto below(std::uint64_t bound) -> std::uint64_t { return engine() % bound; }

    auto pick(std::string_view letters) -> char { return letters[below(letters.size())]; }

    /// Any IPv4 address, octets of one, two and three digits alike.
    auto v4() -> address {
        std::uint32_t value = 0;
        for (int i = 0; i < 4; ++i) {
            constexpr auto bounds = std::array<std::uint64_t, 3>{10, 100, 256};
            value = (value << 8) | static_cast<std::uint32_t>(below(bounds[below(3)]));
        }
        return address::v4(value);
    }

    /// Any IPv6 address; sequences of zero groups and mapped addresses are frequent.
    auto v6() -> address {
        auto bytes = std::array<std::uint8_t, 16>{};
        for (std::size_t i = 0; i < 16; i += 2) {
            if (below(5) < 2) continue;
            auto const group = engine() >> (48 + 4 * below(4));
            bytes[i] = static_cast<std::uint8_t>(group >> 8);
            bytes[i + 1] = static_cast<std::uint8_t>(group);
        }
        if (below(16) == 0) return address::v6(0, 0xFFFF00000000 | (engine() >> 32));
        return address::v6(bytes);
    }

    auto any() -> address { return below(2) == 0 ? v4() : v6(); }

    /// One small change to a text.
    void mutate(std::string& text) {
        auto const letter = pick("0123456789abcdefABCDEFgGxX.:.:.:%/-+ \t\n\x80\xFF");
        auto const at = below(text.size() + 1);
        switch (below(4)) {
            case 0: text.insert(at, 1, letter); return;
            case 1:
                text.erase(std::min<std::size_t>(at, text.empty() ? 0 : text.size() - 1), 1);
                return;
            case 2:
                if (at < text.size()) text[at] = letter;
                return;
            default: {
                auto const from = below(text.size() + 1);
                text.insert(at, text.substr(from, below(6)));
            }
        }
    }
};

}  // namespace

TEST_CASE("an address knows its family and its number", "[address]") {
    auto const quad = address::v4(0xC0000201);
    CHECK(quad.is_v4());
    CHECK_FALSE(quad.is_v6());
    CHECK(quad.to_v4() == 0xC0000201);
    CHECK(quad.high() == 0);
    CHECK(quad.low() == 0xC0000201);
    CHECK(quad.bytes() ==
          std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1});

    auto const wide = address::v6(0x20010DB800000001, 0x00000002000000FF);
    CHECK(wide.is_v6());
    CHECK(wide.bytes() ==
          std::array<std::uint8_t, 16>{0x20, 1, 0x0D, 0xB8, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0xFF});
    CHECK(address::v6(wide.bytes()) == wide);
}

TEST_CASE("addresses order by number, IPv4 first", "[address]") {
    CHECK(parse("9.255.255.255") < parse("10.0.0.0"));
    CHECK(parse("255.255.255.255") < parse("::"));
    CHECK(parse("::1") < parse("1::"));
    CHECK(parse("1::2") < parse("1::3"));
    CHECK(parse("::ffff:192.0.2.1") != parse("192.0.2.1"));
    CHECK(parse("::") != parse("0.0.0.0"));
}

TEST_CASE("dotted quads are strict", "[address]") {
    CHECK(parse("0.0.0.0") == address{});
    CHECK(parse("255.255.255.255").to_v4() == 0xFFFFFFFF);
    CHECK(parse("1.2.3.4").to_v4() == 0x01020304);
    CHECK(parse("10.20.30.40").to_v4() == 0x0A141E28);
    for (auto const* const text :
         {"",          "1",          "1.2.3",     "1.2.3.",     "1.2.3.4.",   ".1.2.3.4",
          "1..3.4",    "1.2.3.4.5",  "01.2.3.4",  "1.2.3.04",   "1.2.3.00",   "00.0.0.0",
          "256.1.1.1", "1.1.1.256",  "1.1.1.999", "1.1.1.1000", "1.1.1.0001", "+1.2.3.4",
          "1.2.3.-4",  " 1.2.3.4",   "1.2.3.4 ",  "1.2.3.4\n",  "0x1.2.3.4",  "1.2.3.a",
          "1,2,3,4",   "1.2.3.4/32", "...",       "-"}) {
        INFO(text);
        CHECK_FALSE(address::parse(text));
    }
    CHECK_FALSE(address::parse(std::string_view{"1.2.3.4\0", 8}));
    CHECK_FALSE(address::parse(std::string_view{}));
}

TEST_CASE("every octet has one spelling", "[address]") {
    for (unsigned value = 0; value < 1100; ++value) {
        for (auto const* const padding : {"", "0", "00"}) {
            auto const octet = padding + std::to_string(value);
            auto const good = value < 256 && *padding == '\0';
            INFO(octet);
            CHECK(parse_exactly(octet + ".2.33.144").has_value() == good);
            CHECK(parse_exactly("1." + octet + ".33.144").has_value() == good);
            CHECK(parse_exactly("1.22." + octet + ".4").has_value() == good);
            CHECK(parse_exactly("111.22.3." + octet).has_value() == good);
            CHECK(parse_exactly("1.2.3." + octet).has_value() == good);
            if (good) CHECK(address::parse("1.22.3." + octet)->to_v4() == (0x01160300 | value));
        }
    }
}

TEST_CASE("every byte but a digit spoils a dotted quad", "[address]") {
    auto const quads = {"1.2.3.4", "10.20.30.40", "192.168.100.200"};
    for (std::string const quad : quads) {
        for (std::size_t at = 0; at < quad.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                auto text = quad;
                text[at] = static_cast<char>(byte);
                auto const digit = byte >= '0' && byte <= '9';
                INFO(text);
                if (quad[at] == '.' ? byte != '.' : !digit) CHECK_FALSE(parse_exactly(text));
            }
        }
    }
}

TEST_CASE("IPv6 text of RFC 4291 2.2", "[address]") {
    CHECK(parse("ABCD:EF01:2345:6789:ABCD:EF01:2345:6789") ==
          address::v6(0xABCDEF0123456789, 0xABCDEF0123456789));
    CHECK(parse("2001:DB8:0:0:8:800:200C:417A") ==
          address::v6(0x20010DB800000000, 0x00080800200C417A));
    CHECK(parse("2001:DB8::8:800:200C:417A") == parse("2001:DB8:0:0:8:800:200C:417A"));
    CHECK(parse("FF01::101") == parse("FF01:0:0:0:0:0:0:101"));
    CHECK(parse("::1") == parse("0:0:0:0:0:0:0:1"));
    CHECK(parse("::") == parse("0:0:0:0:0:0:0:0"));
    CHECK(parse("::13.1.68.3") == parse("0:0:0:0:0:0:13.1.68.3"));
    CHECK(parse("::FFFF:129.144.52.38") == parse("0:0:0:0:0:FFFF:129.144.52.38"));
    CHECK(parse("::FFFF:129.144.52.38") == address::v6(0, 0xFFFF81903426));
}

TEST_CASE("a double colon replaces one group or more", "[address]") {
    CHECK(parse("1:2:3:4:5:6:7::") == parse("1:2:3:4:5:6:7:0"));
    CHECK(parse("::2:3:4:5:6:7:8") == parse("0:2:3:4:5:6:7:8"));
    CHECK(parse("1:2:3::5:6:7:8") == parse("1:2:3:0:5:6:7:8"));
    CHECK(parse("1::") == address::v6(0x0001000000000000, 0));
    CHECK(parse("1:2:3:4:5::1.2.3.4") == parse("1:2:3:4:5:0:1.2.3.4"));
    for (auto const* const text : {":",
                                   ":::",
                                   "1:2:3:4:5:6:7:8::",
                                   "::1:2:3:4:5:6:7:8",
                                   "1:2:3:4::5:6:7:8",
                                   "1::2::3",
                                   "::1::",
                                   "1:::2",
                                   ":1::2",
                                   "1::2:",
                                   "1:2:3:4:5:6:7",
                                   "1:2:3:4:5:6:7:8:9",
                                   "1:2:3:4:5:6:7:",
                                   ":2:3:4:5:6:7:8",
                                   "12345::",
                                   "::12345",
                                   "00001::",
                                   "::g",
                                   "::1 ",
                                   " ::1",
                                   "fe80::1%eth0",
                                   "fe80::1%1",
                                   "[::1]",
                                   "::1/128",
                                   "::1.2.3",
                                   "::1.2.3.4.5",
                                   "::1.2.3.256",
                                   "::01.2.3.4",
                                   "::1.2.3.4:5",
                                   "1.2.3.4::",
                                   "1:2:3:4:5:6:7:1.2.3.4",
                                   "1:2:3:4:5:6::1.2.3.4",
                                   "1:2:3:4:5:1.2.3.4",
                                   "::a.2.3.4",
                                   "::.1.2.3",
                                   "::-1",
                                   "0x1::"}) {
        INFO(text);
        CHECK_FALSE(address::parse(text));
        CHECK_FALSE(system_parse(text));
    }
}

TEST_CASE("IPv6 prints as RFC 5952 4 has it", "[address]") {
    auto const cases = std::vector<std::pair<std::string, std::string>>{
        {"2001:0db8::0001", "2001:db8::1"},                // 4.1 no leading zeros
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},         // 4.2.1 as short as possible
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // 4.2.2 never for one group
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // 4.2.3 the longest sequence
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // 4.2.3 the first of equals
        {"2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:1",
         "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},           // 4.3 lower case
        {"0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1"},  // 5
        {"::ffff:0:0", "::ffff:0.0.0.0"},
        {"::fffe:c000:201", "::fffe:c000:201"},
        {"::192.0.2.1", "::c000:201"},  // deprecated IPv4-compatible
        {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
        {"2001:db8::ffff:192.0.2.1", "2001:db8::ffff:c000:201"},
        {"0:0:0:0:0:0:0:0", "::"},
        {"0:0:0:0:0:0:0:1", "::1"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"1:0:0:0:0:0:0:1", "1::1"},
        {"0:0:1:1:1:1:0:0", "::1:1:1:1:0:0"},
        {"1:1:0:0:1:1:0:0", "1:1::1:1:0:0"},
        {"1:1:1:1:1:1:0:0", "1:1:1:1:1:1::"},
        {"0:1:1:1:1:1:1:0", "0:1:1:1:1:1:1:0"},
        {"fFfF:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };
    for (auto const& [given, expected] : cases) {
        CHECK(parse(given).to_string() == expected);
        CHECK(parse(expected) == parse(given));
    }
}

TEST_CASE("the width of a stream counts for addresses", "[address]") {
    auto out = std::ostringstream{};
    out << parse("192.0.2.1") << '|' << parse("2001:DB8::1") << '|' << block("10/8") << '|';
    out.width(12);
    out << parse("10.0.0.1");
    CHECK(out.str() == "192.0.2.1|2001:db8::1|10.0.0.0/8|    10.0.0.1");
}

TEST_CASE("what is printed parses back, and prints as the system prints it", "[address]") {
    auto random = generator{};
    for (int i = 0; i < testing::repeats(200'000); ++i) {
        auto const value = random.any();
        auto const text = value.to_string();
        INFO(text);
        REQUIRE(text.size() <= address::max_text);
        REQUIRE(parse_exactly(text) == value);
        REQUIRE(system_parse(text) == value);
        // inet_ntop writes ::/96 with a dotted tail too
        auto const compatible = value.is_v6() && value.high() == 0 && value.low() >> 32 == 0;
        if (!compatible) REQUIRE(text == system_print(value));
    }
}

TEST_CASE("mutated text parses as the system parses it", "[address]") {
    auto random = generator{};
    int good = 0;
    constexpr int rounds = 400'000;
    for (int i = 0; i < rounds; ++i) {
        auto text = random.below(4) == 0 ? system_print(random.any()) : random.any().to_string();
        for (auto changes = 1 + random.below(3); changes > 0; --changes) random.mutate(text);
        auto const value = parse_exactly(text);
        INFO(text);
        REQUIRE(value == system_parse(text));
        good += value ? 1 : 0;
    }
    // if all were good or all bad, this would test little
    CHECK(good > rounds / 20);
    CHECK(good < rounds / 2);
}

TEST_CASE("random letters parse as the system parses them", "[address]") {
    auto random = generator{};
    for (int i = 0; i < testing::repeats(400'000); ++i) {
        auto const alphabet = random.below(2) == 0 ? "0125.:" : "01af::::.";
        auto text = std::string(random.below(20), ' ');
        for (auto& letter : text) letter = random.pick(alphabet);
        INFO(text);
        REQUIRE(parse_exactly(text) == system_parse(text));
    }
}

TEST_CASE("hashes spread and agree", "[address]") {
    auto seen = std::unordered_set<std::size_t>{};
    auto low_bits = std::set<std::size_t>{};
    constexpr std::uint32_t count = 100'000;
    for (std::uint32_t i = 0; i < count; ++i) {
        auto const quad = address::v4(0x0A000000 + (i << 8));
        seen.insert(hash_value(quad));
        seen.insert(hash_value(address::v6(0, quad.low())));
        seen.insert(hash_value(address::v6(quad.low(), 0)));
        if (i < 4096) low_bits.insert(hash_value(quad) & 4095);
    }
    CHECK(seen.size() == std::size_t{3} * count);
    CHECK(low_bits.size() > 2400);  // 4096 (1 - 1/e) = 2589 when thrown at random
    auto const value = parse("2001:db8::1");
    CHECK(std::hash<address>{}(value) == hash_value(value));
    CHECK(boost::hash<address>{}(value) == hash_value(value));
}

TEST_CASE("each changed bit changes half of the hash", "[address]") {
    auto random = generator{};
    constexpr unsigned rounds = 500;
    constexpr double bits = 8.0 * sizeof(std::size_t);
    for (unsigned bit = 0; bit < 128; ++bit) {
        auto const high = bit < 64 ? std::uint64_t{1} << bit : 0;
        auto const low = bit < 64 ? 0 : std::uint64_t{1} << (bit - 64);
        int flipped = 0;
        for (unsigned i = 0; i < rounds; ++i) {
            auto const before = address::v6(random.engine(), random.engine());
            auto const after = address::v6(before.high() ^ high, before.low() ^ low);
            flipped += std::popcount(hash_value(before) ^ hash_value(after));
        }
        auto const share = flipped / (rounds * bits);
        INFO("bit " << bit);
        CHECK(share > 0.48);
        CHECK(share < 0.52);
    }
}

TEST_CASE("the product is the same with and without a 128-bit integer", "[address]") {
    using flowlog::detail::mix;
    using flowlog::detail::mix_halves;
    constexpr auto most = ~std::uint64_t{0};
    CHECK(mix(most, most) == (0xFFFFFFFFFFFFFFFE ^ 1));
    CHECK(mix_halves(most, most) == (0xFFFFFFFFFFFFFFFE ^ 1));
    CHECK(mix(0x123456789ABCDEF0, 0xFEDCBA9876543210) == (0x121FA00AD77D7422 ^ 0x236D88FE5618CF00));
    auto random = generator{};
    for (int i = 0; i < 1000; ++i) {
        auto const left = random.engine();
        auto const right = random.engine();
        REQUIRE(mix(left, right) == mix_halves(left, right));
    }
}

TEST_CASE("blocks of addresses", "[address][cidr]") {
    CHECK(cidr{}.to_string() == "0.0.0.0/0");
    CHECK(block("10.0.0.0/8") == cidr{parse("10.0.0.0"), 8});
    CHECK(block("10.0.0.0/8").network() == parse("10.0.0.0"));
    CHECK(block("10.0.0.0/8").prefix_length() == 8);
    CHECK(block("2001:db8::/32").to_string() == "2001:db8::/32");
    CHECK(block("192.0.2.1").to_string() == "192.0.2.1/32");
    CHECK(block("::1").to_string() == "::1/128");
    CHECK(block("::ffff:10.0.0.0/104").to_string() == "::ffff:10.0.0.0/104");
    CHECK(cidr{parse("1.2.3.4"), 200} == block("1.2.3.4/32"));
}

TEST_CASE("blocks drop the bits beyond their length", "[address][cidr]") {
    CHECK(block("10.1.2.3/8") == block("10/8"));
    CHECK(block("255.255.255.255/0") == block("0.0.0.0/0"));
    CHECK(block("255.255.255.255/1").to_string() == "128.0.0.0/1");
    CHECK(block("2001:db8::1/32") == block("2001:db8::/32"));
    CHECK(block("ffff:ffff:ffff:ffff:ffff::/64").to_string() == "ffff:ffff:ffff:ffff::/64");
    CHECK(block("ffff:ffff:ffff:ffff:ffff::/65").to_string() == "ffff:ffff:ffff:ffff:8000::/65");
    CHECK(block("ffff::/0").to_string() == "::/0");
}

TEST_CASE("IPv4 blocks may leave out octets", "[address][cidr]") {
    CHECK(block("10/8").to_string() == "10.0.0.0/8");
    CHECK(block("172.16/12").to_string() == "172.16.0.0/12");
    CHECK(block("192.168.1/24").to_string() == "192.168.1.0/24");
    CHECK(block("0/0") == cidr{});
    CHECK(block("255.255.255/24").to_string() == "255.255.255.0/24");
    for (auto const* const text :
         {"10", "172.16", "10./8", ".10/8", "10..1/8", "256/8", "010/8", "/8", "10.0.0.0.0/8",
          "a/8", "1:2:3:4:5:6/8", "1234567890123/8", "-1/8", " 10/8"}) {
        INFO(text);
        CHECK_FALSE(cidr::parse(text));
    }
}

TEST_CASE("blocks refuse what is not a length", "[address][cidr]") {
    for (auto const* const text :
         {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/00", "10.0.0.0/+8",
          "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0.0/8/8", "10.0.0.0/0x8", "10.0.0.0/4294967304",
          "10.0.0.0/255.0.0.0", "::/129", "::/1000", "::/", "fe80::1%eth0/64", "10.0.0.0 /8"}) {
        INFO(text);
        CHECK_FALSE(cidr::parse(text));
    }
    for (auto const* const text : {"10.0.0.0/264", "::/256"}) CHECK_FALSE(cidr::parse(text));
}

TEST_CASE("blocks contain addresses of their family", "[address][cidr]") {
    auto const ten = block("10/8");
    CHECK(ten.contains(parse("10.0.0.0")));
    CHECK(ten.contains(parse("10.255.255.255")));
    CHECK_FALSE(ten.contains(parse("9.255.255.255")));
    CHECK_FALSE(ten.contains(parse("11.0.0.0")));
    CHECK_FALSE(ten.contains(parse("::ffff:10.0.0.1")));
    CHECK_FALSE(ten.contains(parse("::a00:1")));
    CHECK(block("0/0").contains(parse("255.255.255.255")));
    CHECK_FALSE(block("0/0").contains(parse("::")));
    CHECK(block("::/0").contains(parse("ffff::1")));
    CHECK_FALSE(block("::/0").contains(parse("0.0.0.0")));
    CHECK(block("::ffff:0:0/96").contains(parse("::ffff:10.0.0.1")));
}

TEST_CASE("a block holds an address exactly when their first bits agree", "[address][cidr]") {
    auto random = generator{};
    for (int i = 0; i < 20'000; ++i) {
        auto const base = random.any();
        auto const width = base.is_v6() ? 128U : 32U;
        auto const length = static_cast<unsigned>(random.below(width + 1));
        auto const of = cidr{base, static_cast<std::uint8_t>(length)};
        INFO(of.to_string());
        REQUIRE(of.contains(base));
        REQUIRE(of.contains(of.network()));
        REQUIRE(cidr::parse(of.to_string()) == of);
        REQUIRE(cidr::parse(base.to_string() + '/' + std::to_string(length)) == of);
        auto const bit = static_cast<unsigned>(random.below(width));
        auto bytes = base.bytes();
        auto const at = bit + 128 - width;
        bytes[at / 8] = static_cast<std::uint8_t>(bytes[at / 8] ^ (0x80U >> (at % 8)));
        auto other = address::v6(bytes);
        if (base.is_v4()) other = address::v4(static_cast<std::uint32_t>(other.low()));
        REQUIRE(of.contains(other) == (bit >= length));
    }
}

TEST_CASE("blocks order by network, the wide before the narrow", "[address][cidr]") {
    auto blocks = std::vector{block("::/0"), block("10.1/16"), block("10/16"), block("10/8"),
                              block("9.9.9.9")};
    std::sort(blocks.begin(), blocks.end());
    auto text = std::string{};
    for (auto const& each : blocks) text += each.to_string() + ' ';
    CHECK(text == "9.9.9.9/32 10.0.0.0/8 10.0.0.0/16 10.1.0.0/16 ::/0 ");
}

TEST_CASE("Blocks are joined to the fewest that have the same addresses", "[fewest_blocks]") {
    auto const joined = [](std::vector<char const*> const& blocks) {
        auto all = std::vector<flowlog::cidr>{};
        for (auto const* const text : blocks) all.push_back(*flowlog::cidr::parse(text));
        auto result = std::string{};
        for (auto const& block : flowlog::fewest_blocks(all))
            result += (result.empty() ? "" : " ") + block.to_string();
        return result;
    };
    CHECK(joined({}).empty());
    CHECK(joined({"10.0.1.0/24", "10.0.0.0/24"}) == "10.0.0.0/23");
    CHECK(joined({"10.0.1.0/24", "10.0.2.0/24"}) == "10.0.1.0/24 10.0.2.0/24");
    CHECK(joined({"10.0.3.7", "10.0.2.0/23", "10.0.1.0/24", "10.0.0.0/24", "10.0.0.0/24"}) ==
          "10.0.0.0/22");
    CHECK(joined({"0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"}) == "0.0.0.0/0 ::/0");
    CHECK(joined({"2001:db8:0:1::/64", "2001:db8::/64", "2001:db8:0:3::/64"}) ==
          "2001:db8::/63 2001:db8:0:3::/64");
    CHECK(joined({"255.255.255.255", "255.255.255.254"}) == "255.255.255.254/31");
}

TEST_CASE("the longest addresses are read, and lengths of prefixes are digits", "[address]") {
    auto const mapped = std::string{"0000:0000:0000:0000:0000:ffff:192.168.100.200"};
    REQUIRE(mapped.size() == 45);
    REQUIRE(address::parse(mapped));
    CHECK(address::parse(mapped)->low() == 0xFFFF'C0A8'64C8);
    CHECK_FALSE(address::parse("0" + mapped));
    for (auto const* const text : {"10.0.0.0/1:", "10.0.0.0/:", "2001:db8::/1;", "10.0.0.0/1/"})
        CHECK_FALSE(cidr::parse(text));
}

}  // namespace test_flow_address
