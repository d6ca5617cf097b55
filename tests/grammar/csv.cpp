// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/grammar/csv.hpp>
#include <flowlog/lookup/detail/csv_rows.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_grammar_csv {

namespace {

using flowlog::grammar::csv_problem;
using flowlog::grammar::csv_row;

auto by_grammar(std::string_view text, char separator = '\0') -> std::vector<csv_row> {
    auto reader = flowlog::grammar::csv_reader{text, separator};
    auto rows = std::vector<csv_row>{};
    for (auto row = csv_row{}; reader.next(row);) rows.push_back(row);
    return rows;
}

auto by_splitter(std::string_view text, char separator = '\0') -> std::vector<csv_row> {
    auto reader = flowlog::detail::csv_rows{text, separator};
    auto rows = std::vector<csv_row>{};
    while (reader.next()) {
        auto row = csv_row{{}, static_cast<csv_problem>(reader.fault()), reader.line(), 0};
        if (row.problem != csv_problem::none) row.column = reader.fault_column();
        for (auto const& cell : reader.cells())
            row.cells.push_back({std::string{cell.text}, cell.line, cell.column, cell.quoted});
        rows.push_back(row);
    }
    return rows;
}

/// The rows that the grammar finds, after checking that the splitter finds the same.
auto rows_of(std::string_view text, char separator = '\0') -> std::vector<csv_row> {
    auto const rows = by_grammar(text, separator);
    CHECK(by_splitter(text, separator) == rows);
    return rows;
}

auto texts(csv_row const& row) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& cell : row.cells) result.push_back(cell.text);
    return result;
}

auto all_texts(std::string_view text, char separator = '\0')
    -> std::vector<std::vector<std::string>> {
    auto result = std::vector<std::vector<std::string>>{};
    for (auto const& row : rows_of(text, separator)) result.push_back(texts(row));
    return result;
}

using table = std::vector<std::vector<std::string>>;
using namespace std::string_literals;

}  // namespace

TEST_CASE("rows end with LF, CRLF, CR or the text", "[csv]") {
    auto const expected = table{{"a", "b"}, {"c", "d"}};
    CHECK(all_texts("a,b\nc,d\n") == expected);
    CHECK(all_texts("a,b\r\nc,d\r\n") == expected);
    CHECK(all_texts("a,b\rc,d\r") == expected);
    CHECK(all_texts("a,b\r\nc,d") == expected);
    CHECK(all_texts("a,b\n\r\n\r\r\nc,d") == expected);
    CHECK(all_texts("").empty());
    CHECK(all_texts("\n").empty());
}

TEST_CASE("a byte order mark, comments and blank lines are not rows", "[csv]") {
    auto const text = "\xEF\xBB\xBF# lookup\n\n \t \n  # another\na,b # no comment\n#end";
    CHECK(all_texts(text) == table{{"a", "b # no comment"}});
    CHECK(rows_of(text)[0].line == 5);
    CHECK(rows_of("\xEF\xBB\xBF"
                  "a,b")[0]
              .cells[1]
              .column == 3);
    CHECK(all_texts("   ").empty());
    CHECK(all_texts("\xEF\xBB\xBF").empty());
}

TEST_CASE("quotes hold separators, line ends and doubled quotes", "[csv]") {
    CHECK(all_texts("\"a,b\",c") == table{{"a,b", "c"}});
    CHECK(all_texts("\"say \"\"hi\"\"\",\"\"\"\"") == table{{"say \"hi\"", "\""}});
    CHECK(all_texts("\"a\r\nb\",c\nd,e") == table{{"a\r\nb", "c"}, {"d", "e"}});
    CHECK(all_texts("\"\",x") == table{{"", "x"}});
    CHECK(all_texts("5\" disk,b\"\"c") == table{{"5\" disk", "b\"\"c"}});
}

TEST_CASE("blanks around cells are not part of them", "[csv]") {
    CHECK(all_texts("  a b\t, \" c \" ,\td") == table{{"a b", " c ", "d"}});
    CHECK(all_texts("a, ,") == table{{"a", "", ""}});
    CHECK(all_texts(",") == table{{"", ""}});
}

TEST_CASE("the separator is the one that splits the first row most", "[csv]") {
    CHECK(all_texts("a\tb\tc,d") == table{{"a", "b", "c,d"}});
    CHECK(all_texts("a;b;c\nd;e,f;g") == table{{"a", "b", "c"}, {"d", "e,f", "g"}});
    CHECK(all_texts("#;;;\n\na,b;c") == table{{"a", "b;c"}});
    CHECK(all_texts("\"x,y,z\";b") == table{{"x,y,z", "b"}});
    CHECK(all_texts("\ta\t\tb ") == table{{"", "a", "", "b"}});
    CHECK(all_texts("one") == table{{"one"}});
    CHECK(all_texts("a;b", ',') == table{{"a;b"}});
    CHECK(flowlog::detail::csv_rows{"a;b"}.separator() == ';');
    CHECK(flowlog::grammar::csv_reader{"a;b"}.separator() == ';');
}

TEST_CASE("cells have locations", "[csv]") {
    auto const rows = rows_of("a,  b\n\"x\ny\" , z,\"w\"\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].cells[1].line == 1);
    CHECK(rows[0].cells[1].column == 5);
    CHECK(rows[1].line == 2);
    CHECK(rows[1].cells[0].column == 2);
    CHECK(rows[1].cells[1].line == 3);
    CHECK(rows[1].cells[1].column == 6);
    CHECK(rows[1].cells[2].column == 9);
    CHECK(rows[1].cells[2].quoted);
}

TEST_CASE("a problem has a location, and reading goes on after its line", "[csv]") {
    auto const open = rows_of("a,b\n c, \"d\ne,f\n", ',');
    REQUIRE(open.size() == 3);
    CHECK(open[1].problem == csv_problem::unterminated_quote);
    CHECK(open[1].line == 2);
    CHECK(open[1].column == 5);
    CHECK(open[1].cells.empty());
    CHECK(texts(open[2]) == std::vector<std::string>{"e", "f"});

    auto const after = rows_of("\"a\nb\" x,c\nd", ',');
    REQUIRE(after.size() == 2);
    CHECK(after[0].problem == csv_problem::text_after_quote);
    CHECK(after[0].line == 2);
    CHECK(after[0].column == 4);
    CHECK(texts(after[1]) == std::vector<std::string>{"d"});
}

TEST_CASE("NUL and other bytes are text", "[csv]") {
    CHECK(all_texts("a\0b,\xFF\xC3\xA9\n\"\0\""s) == table{{"a\0b"s, "\xFF\xC3\xA9"}, {"\0"s}});
}

TEST_CASE("cells and lines of megabytes are read", "[csv]") {
    auto const size = testing::repeats(std::size_t{1'000'000});
    auto const big = std::string(3 * size, 'x');
    CHECK(all_texts(big + "," + big) == table{{big, big}});
    CHECK(all_texts("\"" + std::string(size, '\n') + "\",b") ==
          table{{std::string(size, '\n'), "b"}});
    CHECK(all_texts("a" + std::string(size, ' ') + ",b") == table{{"a", "b"}});
    CHECK(all_texts(std::string(size, ','))[0].size() == size + 1);
    CHECK(by_splitter("\"" + big)[0].problem == csv_problem::unterminated_quote);
}

TEST_CASE("open quotes on every line do not make reading quadratic", "[csv]") {
    auto text = std::string{};
    for (auto i = 0; i < 200'000; ++i) text += i % 2 == 0 ? "\"a\"\"\n" : "\"\"\"\"b\n";
    CHECK(by_splitter(text).size() <= 200'000);
    text.assign(400'000, '"');
    text += "\n" + std::string(400'001, '"');
    CHECK(by_splitter(text).size() <= 2);
}

TEST_CASE("splitter and grammar agree on any text", "[csv][property]") {
    auto random = std::mt19937{20240501};
    auto const alphabet = "\"\"\",,;\t  \n\r#ab1\0\xEF\xBB\xBF"s;
    auto pick = std::uniform_int_distribution<std::size_t>{0, alphabet.size() - 1};
    auto length = std::uniform_int_distribution<std::size_t>{0, 40};
    for (auto round = 0; round < testing::repeats(60'000); ++round) {
        auto text = std::string{};
        for (auto n = length(random); n > 0; --n) text += alphabet[pick(random)];
        auto const separator = ",;\t\0"[round % 4];
        if (by_splitter(text, separator) == by_grammar(text, separator)) continue;
        CAPTURE(text, separator);
        REQUIRE(by_splitter(text, separator) == by_grammar(text, separator));
    }
}

TEST_CASE("splitter and grammar agree on mutated tables", "[csv][property]") {
    auto random = std::mt19937{7};
    auto const base =
        "\xEF\xBB\xBF# ports\r\ndstport,protocol,tag\r\n25,tcp,sv_P1\r\n\"8000-8099\",udp,\"a "
        "\"\"b\"\"\"\r\n"
        "\r\n443 , 6 ,\"two\nlines\",extra\r\n*,icmp,ping\r\n"s;
    auto position = std::uniform_int_distribution<std::size_t>{0, base.size() - 1};
    auto byte = std::uniform_int_distribution<int>{0, 255};
    for (auto round = 0; round < testing::repeats(20'000); ++round) {
        auto text = base;
        for (auto n = round % 6; n >= 0; --n) {
            auto const at = position(random) % text.size();
            if (n % 3 == 0) text[at] = static_cast<char>(byte(random));
            if (n % 3 == 1) text.erase(at, 1 + at % 5);
            if (n % 3 == 2) text.insert(at, 1, "\",\n\r;"[byte(random) % 5]);
        }
        if (by_splitter(text) == by_grammar(text)) continue;
        CAPTURE(text);
        REQUIRE(by_splitter(text) == by_grammar(text));
    }
}

}  // namespace test_grammar_csv
