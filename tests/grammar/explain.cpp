// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/grammar/explain.hpp>

#include "catch.hpp"

namespace test_grammar_explain {

using namespace std::string_view_literals;
using flowlog::field_id;
using flowlog::layout;
using flowlog::malformed_line;
using flowlog::reason;

static auto line(std::string_view text, reason why, std::optional<field_id> offending_field = {})
    -> malformed_line {
    auto result = malformed_line{};
    result.source = "a.log";
    result.line = 12;
    result.offset = 1000;
    result.field = offending_field;
    result.reason = why;
    result.text = text;
    result.columns = std::make_shared<layout const>(layout::vpc_default());
    return result;
}

static auto why(std::string_view text, reason r, std::optional<field_id> offending_field = {})
    -> std::string {
    return explain(line(text, r, offending_field)).reason;
}

TEST_CASE("a wrong number of columns is explained by both numbers", "[explain]") {
    auto const few = explain(line("2 1 eni-1 - - - - - - - 5 6 -", reason::column_count));
    CHECK(few.reason == "expected 14 columns, found 13");
    CHECK(few.column == 30);
    CHECK_FALSE(few.field);
    auto const many =
        explain(line("2 1 eni-1 - - - - - - - 5 6 - OK  extra x", reason::column_count));
    CHECK(many.reason == "expected 14 columns, found 16");
    CHECK(many.column == 35);
    auto one = line("a b", reason::column_count);
    one.columns = std::make_shared<layout const>(layout{{"dstport"}});
    CHECK(explain(one).reason == "expected 1 column, found 2");
}

TEST_CASE("a bad value is explained by what was expected and what was found", "[explain]") {
    auto const bad = reason::bad_value;
    auto const port = explain(
        line("2 1 eni-1 10.0.0.1 10.0.0.2 1 65536 6 3 4 5 6 ACCEPT OK", bad, field_id::dstport));
    CHECK(port.reason == "expected a port (0-65535), found '65536'");
    CHECK(port.column == 31);
    CHECK(port.field == field_id::dstport);
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 256 3 4 5 6 ACCEPT OK", bad) ==
          "expected a protocol number (0-255), found '256'");
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.300 1 2 6 3 4 5 6 ACCEPT OK", bad) ==
          "expected an IPv4 or IPv6 address, found '10.0.0.300'");
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 -3 4 5 6 ACCEPT OK", bad) ==
          "expected a number (0-18446744073709551615), found '-3'");
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 now 6 ACCEPT OK", bad) ==
          "expected a time in Unix seconds, found 'now'");
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 REFUSED OK", bad) ==
          "expected ACCEPT, REJECT or '-', found 'REFUSED'");
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT KO", bad) ==
          "expected OK, NODATA, SKIPDATA or '-', found 'KO'");
    CHECK(why("999 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 ACCEPT OK", bad) ==
          "expected a number (0-255), found '999'");
}

TEST_CASE("a value that a job lacks is explained, too", "[explain]") {
    auto const absent = reason::absent_value;
    auto const text = "2 1 eni-1 10.0.0.1 10.0.0.2 1 - 6 3 4 5 6 - OK"sv;
    CHECK(why(text, absent, field_id::dstport) ==
          "expected a port (0-65535), found '-', which is absent");
    CHECK(why(text, absent, field_id::action) ==
          "expected ACCEPT or REJECT, found '-', which is absent");
    auto const column = explain(line(text, absent, field_id::flow_direction));
    CHECK(column.reason == "expected ingress or egress, found no column flow-direction");
    CHECK(column.column == 0);
    CHECK(column.field == field_id::flow_direction);
}

TEST_CASE("other reasons are explained as they are", "[explain]") {
    CHECK(why("x", reason::too_long) == "the line is too long");
    CHECK(why("x", reason::no_layout) ==
          "the line comes before the line that determines the columns");
    auto without = line("x", reason::bad_value);
    without.columns = nullptr;
    without.column = 7;
    CHECK(explain(without).reason == "malformed");
    CHECK(explain(without).column == 7);
}

TEST_CASE("a rejected line is described in one line", "[explain]") {
    CHECK(describe(
              line("2 1 eni-1 10.0.0.1 10.0.0.2 1 65536 6 3 4 5 6 ACCEPT OK", reason::bad_value)) ==
          "a.log:12:31: dstport: expected a port (0-65535), found '65536': "
          "2 1 eni-1 10.0.0.1 10.0.0.2 1 65536 6 3 4 5 6 ACCEPT OK");
    CHECK(describe(line("2 1", reason::column_count)) ==
          "a.log:12:4: expected 14 columns, found 2: 2 1");
    CHECK(describe(line("2 1", reason::too_long)) == "a.log:12: the line is too long: 2 1");
}

TEST_CASE("no control character leaves a description", "[explain]") {
    auto evil = line("\x1b[31mred text\x1b[0m \x9b \xff\x80\xe2\x80\xae"sv, reason::column_count);
    evil.source = "a\nb\x07.log";
    auto const text = describe(evil);
    CHECK(text ==
          "a\\x0ab\\x07.log:12:26: expected 14 columns, found 4: "
          "\\x1b[31mred text\\x1b[0m \\x9b \\xff\\x80\\xe2\\x80\\xae");
    auto bad = line("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 4 5 6 \x1b[2J OK", reason::bad_value);
    CHECK(describe(bad).find('\x1b') == std::string::npos);
}

TEST_CASE("binary data is not shown in a description", "[explain]") {
    for (auto const text : {"2 1\0 2"sv, "\x1b\x80 \x9b \xff\x80\x01 a"sv})
        CHECK(describe(line(text, reason::column_count)).ends_with(": binary data"));
    auto const words = "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"sv;
    CHECK(describe(line(words, reason::column_count)).ends_with(words));
}

TEST_CASE("a description shows at most as much of a line as its limit", "[explain]") {
    auto const long_line = std::string(5000, 'x');
    CHECK(describe(line(long_line, reason::column_count))
              .ends_with("found 1: " + std::string(120, 'x') + "\xE2\x80\xA6"));
    CHECK(
        describe(line(long_line, reason::column_count), 10).ends_with(": xxxxxxxxxx\xE2\x80\xA6"));
}

TEST_CASE("a record of an archive is described by its offset", "[explain]") {
    auto record = flowlog::malformed_line{.source = "a.ft",
                                          .line = 3,
                                          .offset = 96,
                                          .field = flowlog::field_id::dstport,
                                          .reason = reason::absent_value};
    CHECK(describe(record) == "a.ft:3: dstport: the record has no value (at byte 96)");
    record.reason = reason::bad_value;
    record.field.reset();
    CHECK(describe(record) == "a.ft:3: malformed (at byte 96)");
}

TEST_CASE("a value may be right and still not fit, or have a blank that is not seen", "[explain]") {
    auto const why = [](std::string_view text) {
        return flowlog::explain(line(text, reason::bad_value)).reason;
    };
    CHECK(why("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 18446744073709551615 5 6 ACCEPT OK\xC2\xA0") ==
          "expected OK, NODATA, SKIPDATA or '-', found 'OK\xC2\xA0', which has a blank that is not "
          "ASCII");
    auto wide = line("2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 3 18446744073709551615 5 6 ACCEPT OK",
                     reason::bad_value);
    wide.field = flowlog::field_id::bytes;
    CHECK(flowlog::explain(wide).reason ==
          "expected a number of at most 63 bits, as this output has them, found "
          "'18446744073709551615'");
}

}  // namespace test_grammar_explain
