// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <flowlog/lookup/detail/csv_rows.hpp>
#include <flowlog/output/csv.hpp>

#include "catch.hpp"

namespace test_output_csv {

namespace {

using flowlog::csv_writer;

template <class... Cells>
auto row(Cells const&... cells) -> std::string {
    auto text = std::string{};
    csv_writer{text}.row(cells...);
    return text;
}

}  // namespace

TEST_CASE("CSV cells are quoted only where they must be", "[csv]") {
    CHECK(row("Tag", "Count") == "Tag,Count\n");
    CHECK(row("a b", "-", "") == "a b,-,\n");
    CHECK(row("a,b") == "\"a,b\"\n");
    CHECK(row("say \"x\"") == "\"say \"\"x\"\"\"\n");
    CHECK(row("two\nlines", "cr\r") == "\"two\nlines\",\"cr\r\"\n");
    CHECK(row(" a", "b\t") == "\" a\",\"b\t\"\n");
    CHECK(row(std::string_view{"a\0b", 3}) == std::string_view{"a\0b\n", 4});
}

TEST_CASE("CSV numbers are whole", "[csv]") {
    CHECK(row(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615\n");
    CHECK(row(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808\n");
    CHECK(row(std::uint8_t{65}, std::uint16_t{443}) == "65,443\n");
}

TEST_CASE("CSV rows of any length are whole", "[csv]") {
    for (std::size_t size = 200; size < 300; ++size) {
        auto const text = std::string(size, 'x');
        CHECK(row(text, 1U, text) == text + ",1," + text + '\n');
        CHECK(row(text, 12345678U) == text + ",12345678\n");
        CHECK(row(text, "a,b") == text + ",\"a,b\"\n");
        CHECK(row(text, "") == text + ",\n");
    }
}

TEST_CASE("CSV rows follow each other, cell by cell or whole", "[csv]") {
    auto text = std::string{"before\n"};
    auto csv = csv_writer{text};
    csv.row(1, "x");
    csv.cell("y");
    csv.cell(2);
    csv.end_row();
    csv.end_row();
    csv.row(3);
    csv.cell("begun");
    csv.row(4, "z");
    CHECK(text == "before\n1,x\ny,2\n\n3\nbegun,4,z\n");
}

TEST_CASE("The separator can be chosen", "[csv]") {
    auto text = std::string{};
    csv_writer{text, '\t'}.row("a,b", "c\td", 5);
    CHECK(text == "a,b\t\"c\td\"\t5\n");
}

TEST_CASE("What is written is read back", "[csv]") {
    auto const cells = {"plain",        " blank ",  "a,b;c\td", "\"quoted\"",
                        "two\r\nlines", "#comment", ""};
    auto text = std::string{};
    auto csv = csv_writer{text};
    csv.cell("first");
    for (auto const* cell : cells) csv.cell(cell);
    csv.end_row();
    auto rows = flowlog::detail::csv_rows{text};
    REQUIRE(rows.next());
    REQUIRE(rows.cells().size() == 1 + cells.size());
    std::size_t i = 1;
    for (auto const* cell : cells) CHECK(rows.cells()[i++].text == cell);
    CHECK_FALSE(rows.next());
}

}  // namespace test_output_csv
