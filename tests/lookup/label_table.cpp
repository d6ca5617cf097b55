// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/lookup/label_table.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_lookup_label_table {

using flowlog::address;
using flowlog::cidr;
using flowlog::label_table;

static auto label(label_table const& table, std::string_view member) -> std::string {
    auto const found = table.find(address::parse(member).value());
    return found ? std::string{table.name(*found)} : "none";
}

static auto complaint(std::string_view text) -> std::string {
    try {
        static_cast<void>(label_table::parse(text, "map.csv"));
    } catch (flowlog::error const& failure) {
        CHECK(failure.code() == flowlog::errc::invalid_table);
        return failure.what();
    }
    return "none";
}

TEST_CASE("the longest prefix wins", "[label_table]") {
    auto const table = label_table::parse(
        "10.0.0.0/8,office\n10.1.0.0/16,lab\n10.1.2.3,printer\n2001:db8::/32,six\n::/0,rest\n",
        "map.csv");
    CHECK(table.size() == 5);
    CHECK(label(table, "10.2.0.1") == "office");
    CHECK(label(table, "10.1.0.1") == "lab");
    CHECK(label(table, "10.1.2.3") == "printer");
    CHECK(label(table, "11.0.0.0") == "none");
    CHECK(label(table, "9.255.255.255") == "none");
    CHECK(label(table, "2001:db8::1") == "six");
    CHECK(label(table, "2001:db9::1") == "rest");
    CHECK(label(label_table{}, "10.0.0.1") == "none");
}

TEST_CASE("headings name the columns of a label table", "[label_table]") {
    auto const table = label_table::parse(
        "\xEF\xBB\xBFowner,Name,Network\r\nme,\"a, b\",10/8\r\n\r\n# "
        "comment\r\nyou,c,192.168.0.0/16\r\n",
        "map.csv");
    CHECK(table.size() == 2);
    CHECK(label(table, "10.0.0.1") == "a, b");
    CHECK(label(table, "192.168.1.1") == "c");
}

TEST_CASE("the last of several rows with the same block counts", "[label_table]") {
    auto const table =
        label_table::parse("10.0.0.0/8,first\n10.9.9.9/8,second\n11.0.0.0/8,first\n", "map.csv");
    CHECK(table.size() == 2);
    CHECK(label(table, "10.0.0.1") == "second");
    CHECK(label(table, "11.0.0.1") == "first");
    REQUIRE(table.warnings().size() == 1);
    CHECK(table.warnings()[0].where.line == 2);
    CHECK(table.warnings()[0].message == "10.0.0.0/8: label 'second' replaces 'first' of line 1");
    CHECK(label_table::parse("10/8,a\n10/8,a\n", "map.csv").warning_count() == 0);
}

TEST_CASE("a label table may repeat its headings", "[label_table]") {
    auto const table = label_table::parse("cidr,label\n10/8,a\nCIDR,label\n11/8,b\n", "map.csv");
    CHECK(table.size() == 2);
    CHECK(label(table, "11.0.0.1") == "b");
    CHECK(complaint("10/8,a\ncidr,label\n").find("found 'cidr'") != std::string::npos);
}

TEST_CASE("the names that the AWS CLI uses are headings of a label table", "[label_table]") {
    auto const table =
        label_table::parse("SubnetId\tCidrBlock\tState\nsubnet-1\t10.0.0.0/24\tavailable\n", "m");
    CHECK(label(table, "10.0.0.7") == "subnet-1");
    CHECK(label(label_table::parse("PrivateIpAddress,InstanceId,Name\n10.0.0.1,i-1,web\n", "m"),
                "10.0.0.1") == "web");
}

TEST_CASE("rows without a block or a label are skipped with a warning", "[label_table]") {
    auto const table = label_table::parse(
        "PublicIp,PrivateIpAddress,InstanceId,Name\n3.3.3.3,10.0.0.1,i-1,web\n,None,i-2,db\n"
        "3.3.3.4,10.0.0.3,i-3,\n,-,i-4,x\n,10.0.0.5,null,None\n",
        "m");
    CHECK(table.size() == 2);
    CHECK(label(table, "10.0.0.1") == "web");
    CHECK(label(table, "10.0.0.3") == "i-3");  // without a name, the next column that has one
    CHECK(label(table, "10.0.0.5") == "none");
    REQUIRE(table.warnings().size() == 2);
    CHECK(table.warnings()[0].where.line == 3);
    CHECK(table.warnings()[0].message == "the row has no block and is skipped, the first of 2");
    CHECK(table.warnings()[1].where.line == 6);
    CHECK(table.warnings()[1].message == "the row has no label and is skipped");
    CHECK(table.warning_count() == 2);
    // without headings, they are what they are
    CHECK(label(label_table::parse("10.0.0.1,None\n10.0.0.2,-\n", "m"), "10.0.0.1") == "None");
    CHECK(complaint("None,a\n").find("expected a block") != std::string::npos);
}

TEST_CASE("an extra cell in a label table is an error", "[label_table]") {
    CHECK(complaint("cidr,label\n10.0.0.0/8,Berlin, floor 2\n") ==
          "map.csv:2:20: expected 2 cells, found another one, 'floor 2': a text that contains a "
          "separator must be in quotes");
    CHECK(complaint("10.0.0.0/8,Berlin, floor 2\n") != "none");
    CHECK(complaint("10.0.0.0/8,Berlin, ,\n") == "none");
    CHECK(complaint("cidr,label,owner\n10.0.0.0/8,Berlin,me\n") == "none");
}

TEST_CASE("blanks of Unicode around cells do not matter", "[label_table]") {
    auto const table = label_table::parse(
        "\xC2\xA0"
        "cidr,label\xC2\xA0\n\xE2\x80\x8B"
        "10.0.0.0/8\xC2\xA0,\xE3\x80\x80two "
        "words\xC2\xA0\xC2\xA0\n\xC2\xA0\n",
        "m");
    CHECK(label(table, "10.0.0.1") == "two words");
}

TEST_CASE("an error in a label table is reported with its place", "[label_table]") {
    auto const has = [](std::string const& text, std::string_view part) {
        CAPTURE(text);
        return text.find(part) != text.npos;
    };
    CHECK(has(complaint("10.0.0.0/8,a\n10.0.0.0/33,b\n"), "map.csv:2:1: expected a block"));
    CHECK(has(complaint("10.0.0.0/8,a\noffice,10.0.0.0/8\n"), "found 'office'"));
    CHECK(has(complaint("10.0.0.0/8\n"), "expected a block and a label"));
    CHECK(has(complaint("10.0.0.0/8, \n"), "expected a label, found an empty cell"));
    CHECK(has(complaint("cidr,owner\n10.0.0.0/8,a\n"), "lack a column 'label'"));
    CHECK(has(complaint("owner,label\n10.0.0.0/8,a\n"), "lack a column 'cidr'"));
    CHECK(has(complaint("10.0.0.0/8,\"a\n"), "map.csv:1"));
    CHECK(complaint("") == "none");
    CHECK(complaint("cidr,label\n") == "none");
}

TEST_CASE("a label table is read from a file", "[label_table]") {
    auto const here = testing::folder{};
    CHECK(label(label_table::load(here.write("m.csv", "10.0.0.0/8;x\n")), "10.0.0.1") == "x");
    CHECK_THROWS_AS(label_table::load(here / "missing.csv"), flowlog::error);
}

TEST_CASE("a table finds the labels that a search of all blocks finds", "[label_table]") {
    auto random = testing::random_numbers{11};
    auto blocks = std::vector<std::pair<cidr, std::string>>{};
    auto table = label_table{};
    for (auto i = 0; i < 200; ++i) {
        auto const length = static_cast<std::uint8_t>(random(33));
        auto const member = address::v4(static_cast<std::uint32_t>(random(1U << 31) << 1));
        auto const name = "l" + std::to_string(random(40));
        blocks.emplace_back(cidr{member, length}, name);
        table.insert(blocks.back().first, name);
    }
    auto same = true;
    for (auto i = 0; i < 5000; ++i) {
        auto const base = random.pick(blocks).first.network().to_v4();
        auto const noise = static_cast<std::uint32_t>(random(std::uint64_t{1} << random(32)));
        auto const member = address::v4(base ^ noise);
        auto best = std::optional<std::pair<cidr, std::string>>{};
        for (auto const& block : blocks) {
            auto const inside = cidr{member, block.first.prefix_length()} == block.first;
            if (inside && (!best || block.first.prefix_length() >= best->first.prefix_length()))
                best = block;
        }
        same = same && label(table, member.to_string()) == (best ? best->second : "none");
    }
    CHECK(same);
}

}  // namespace test_lookup_label_table
