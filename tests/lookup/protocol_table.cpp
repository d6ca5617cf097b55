// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

#include <flowlog/lookup/protocol_table.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_lookup_protocol_table {

namespace {

using flowlog::protocol_table;

auto parse(std::string_view text) -> protocol_table { return protocol_table::parse(text, "p.csv"); }

auto failure(std::string_view text) -> std::string {
    try {
        static_cast<void>(parse(text));
    } catch (flowlog::error const& e) {
        CHECK(e.code() == flowlog::errc::invalid_table);
        return e.what();
    }
    return "no error";
}

constexpr auto iana = FLOWLOG_TEST_DATA "/iana/protocol-numbers-1.csv";

auto read(char const* path) -> std::string {
    auto file = std::ifstream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// Whether the table has the same names and numbers as the embedded table.
auto like_embedded(protocol_table const& table) -> bool {
    auto const embedded = protocol_table{};
    for (auto n = 0; n < 256; ++n) {
        auto const number = static_cast<std::uint8_t>(n);
        if (table.name(number) != embedded.name(number)) return false;
        if (table.known(number) != embedded.known(number)) return false;
        if (table.number(table.name(number)) != number) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("without a table, names are those of IANA", "[protocol_table]") {
    auto const table = protocol_table{};
    CHECK(table.name(6) == "tcp");
    CHECK(table.name(58) == "ipv6-icmp");
    CHECK(table.name(61) == "61");
    CHECK(table.name(200) == "200");
    CHECK(table.known(6));
    CHECK_FALSE(table.known(61));
    CHECK_FALSE(table.known(200));
    CHECK(table.number("TCP") == 6);
    CHECK(table.number("icmpv6") == 58);
    CHECK(table.number("200") == 200);
    CHECK_FALSE(table.number("tpc"));
    CHECK_FALSE(table.number("256"));
    CHECK_FALSE(table.number(""));
}

TEST_CASE("the file of IANA loads unchanged and equals the embedded table", "[protocol_table]") {
    CHECK(like_embedded(protocol_table::load(iana)));
    auto const text = read(iana);
    REQUIRE(text.find("\r\n") != text.npos);  // between rows; within quotes the lines end with LF
    auto with_lf = text;
    std::erase(with_lf, '\r');
    CHECK(with_lf.size() < text.size());
    CHECK(like_embedded(parse(with_lf)));
    CHECK(like_embedded(parse("\xEF\xBB\xBF" + text)));
}

TEST_CASE("columns are found by name, in any order, or are the first two", "[protocol_table]") {
    for (auto const* text :
         {"6,myTCP\n", "Decimal,Keyword\n6,MYTCP\n", "Name;x;Number\nmytcp;;6\n",
          "protocol number\tprotocol\n6\tmytcp",
          "# hand-made\nKeyword,Protocol,Decimal\r\nmytcp (deprecated),Transmission,6\r\n",
          "006 , \"mytcp\" ,x\n,,\n"}) {
        CAPTURE(text);
        auto const table = parse(text);
        CHECK(table.name(6) == "mytcp");
        CHECK(table.number("MyTcp") == 6);
    }
}

TEST_CASE("the names of the table win over the embedded names", "[protocol_table]") {
    auto const table =
        parse("4,ipip\n17,tcp\n200,Two Hundred\n210-212,lab\n210,first\n61,\n255,Reserved\n");
    CHECK(table.number("ipip") == 4);
    CHECK(table.number("tcp") == 17);
    CHECK(table.number("udp") == 17);
    CHECK(table.number("two hundred") == 200);
    CHECK(table.number("TWO-HUNDRED") == 200);
    CHECK(table.number("lab") == 211);
    CHECK(table.number("first") == 210);
    CHECK(table.number("icmp") == 1);
    CHECK(table.name(17) == "tcp");
    CHECK(table.name(200) == "two-hundred");
    CHECK(table.name(212) == "lab");
    CHECK(table.name(1) == "icmp");
    CHECK(table.name(61) == "61");
    CHECK(table.known(17));
    CHECK_FALSE(table.known(1));
    CHECK_FALSE(table.known(61));
    CHECK_FALSE(table.known(255));
}

TEST_CASE("a bad protocol table is refused with the place", "[protocol_table]") {
    auto const expected =
        std::string{"expected a protocol number (0-255) or a range of them, found "};
    CHECK(failure("Decimal,Keyword\n6,tcp\n256,x\n") == "p.csv:3:1: " + expected + "'256'");
    CHECK(failure("6,tcp\n9-7,x\n") == "p.csv:2:1: " + expected + "'9-7'");
    CHECK(failure("name,number\ntcp,six\n") == "p.csv:2:5: " + expected + "'six'");
    CHECK(failure("\x1B,tcp\n") == "p.csv:1:1: " + expected + "'\\x1b'");
    CHECK(failure("x,name,number\n1,tcp\n") == "p.csv:2:3: expected a cell with a protocol number");
    CHECK(failure("name,note\ntcp,6\n") ==
          "p.csv:1:1: the headings lack a column for the number (Decimal)");
    CHECK(failure("number,note\n6,tcp\n") ==
          "p.csv:1:1: the headings lack a column for the name (Keyword)");
    CHECK(failure("number,name,Name\n") == "p.csv:1:13: a second column is headed 'Name'");
    CHECK(failure("6,17\n") == "p.csv:1:3: expected a protocol name, found the number '17'");
    CHECK(failure("6,\"a\nb\"\n") ==
          "p.csv:1:4: expected a protocol name without control characters, found 'a\\x0ab'");
    CHECK(failure("6,\"tcp\n") == "p.csv:1:3: the quote that opens here is never closed");
    CHECK(failure("\xFE\xFF") == "p.csv:1:1: the text is UTF-16; save it as UTF-8");
    CHECK(failure("") == "no error");
}

TEST_CASE("a protocol table is loaded from a file", "[protocol_table]") {
    auto const path = std::filesystem::temp_directory_path() / "flowlog_protocol_table_test.csv";
    std::ofstream{path} << "number,name\n6,six\n";
    CHECK(protocol_table::load(path).name(6) == "six");
    std::filesystem::remove(path);
    CHECK_THROWS_WITH(protocol_table::load(path),
                      path.string() + ": cannot open: No such file or directory");
}

TEST_CASE("a damaged file of IANA never crashes a table", "[protocol_table][property]") {
    auto random = std::mt19937{1};
    auto const whole = read(iana);
    auto good = 0;
    auto bad = 0;
    for (auto round = 0; round < testing::repeats(2000); ++round) {
        auto text = whole;
        for (auto n = random() % 8; n > 0; --n) {
            auto const at = random() % text.size();
            if (n % 2 == 0) text.erase(at, random() % 20);
            if (n % 2 == 1) text[at] = static_cast<char>(random());
        }
        try {
            good += parse(text).number("6") == 6;
        } catch (flowlog::error const& e) {
            bad += e.where().line != 0;
        }
    }
    CHECK(good + bad == testing::repeats(2000));
    CHECK(good > testing::repeats(100));
    CHECK(bad > testing::repeats(100));
}

}  // namespace test_lookup_protocol_table
