// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/text.hpp>

#include "catch.hpp"

namespace test_output_text {

using flowlog::text_table;

TEST_CASE("Columns of a table are aligned", "[text]") {
    auto table = text_table{{{"Tag"}, {"Flows", text_table::right}, {"Note"}}};
    CHECK(table.text() == "Tag  Flows  Note\n");
    table.row({"email", "3", "x"});
    table.row({"sv_P1", "1,234,567", ""});
    CHECK(table.size() == 2);
    CHECK(table.heading() == "Tag        Flows  Note\n");
    CHECK(table.body() ==
          "email          3  x\n"
          "sv_P1  1,234,567\n");
    CHECK(table.text() == table.heading() + table.body());
}

TEST_CASE("A row of a table may be too short or too long", "[text]") {
    auto table = text_table{{{"A"}, {"B"}}};
    table.row({});
    table.row({"1"});
    table.row({"1", "2", "3"});
    CHECK(table.body() == "\n1\n1  2\n");
}

TEST_CASE("An empty cell leaves its column empty", "[text]") {
    auto table = text_table{{{"Port", text_table::right}, {"Protocol"}, {"N", text_table::right}}};
    table.row({"", "(4 more)", "12"});
    table.row({"443", "", "3"});
    CHECK(table.text() ==
          "Port  Protocol   N\n"
          "      (4 more)  12\n"
          " 443             3\n");
}

TEST_CASE("Letters beyond ASCII are one cell wide", "[text]") {
    auto table = text_table{{{"Tag"}, {"N"}}};
    table.row({"größe", "1"});
    table.row({"gross", "2"});
    CHECK(table.body() == "größe  1\ngross  2\n");
}

TEST_CASE("Cells are escaped, and long ones are cut", "[text]") {
    auto table = text_table{{{"Tag"}}, 5};
    table.row({"\x1b[31m"});
    table.row({"\xFFtwo\nlines"});
    table.row({"abcdefgh"});
    CHECK(table.body() == "\\x1b[31m\n\\xfftwo\\x0a…\nabcde…\n");
}

}  // namespace test_output_text
