// SPDX-License-Identifier: BSL-1.0
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <flowlog/output/json.hpp>

#include "catch.hpp"

namespace test_output_json {

namespace {

using flowlog::json_writer;
using namespace std::string_view_literals;

template <class Value>
auto written(Value const& value) -> std::string {
    auto text = std::string{};
    json_writer{text}.value(value);
    return text;
}

}  // namespace

TEST_CASE("JSON objects and arrays nest", "[json]") {
    auto text = std::string{};
    auto json = json_writer{text};
    json.begin_object().member("a", 1).key("b").begin_array();
    json.value(1).value("x").begin_array().end_array().begin_object().end_object();
    json.end_array().key("c").begin_object().member("d", true).end_object();
    json.key("e").null().member("f", "g").end_object();
    CHECK(text == R"({"a":1,"b":[1,"x",[],{}],"c":{"d":true},"e":null,"f":"g"})");
}

TEST_CASE("JSON values may follow each other without a bracket", "[json]") {
    auto text = std::string{};
    auto json = json_writer{text};
    json.begin_object().end_object();
    text += '\n';
    json.begin_array().value(false).end_array();
    CHECK(text == "{}\n[false]");
}

TEST_CASE("The string may be emptied while JSON is written", "[json]") {
    auto text = std::string{};
    auto all = std::string{};
    auto json = json_writer{text};
    json.begin_array();
    for (auto i = 0; i < 3; ++i) {
        json.value(i);
        all += text;
        text.clear();
    }
    json.end_array();
    CHECK(all + text == "[0,1,2]");
}

TEST_CASE("JSON numbers", "[json]") {
    CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
    CHECK(written(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
    CHECK(written(std::uint8_t{65}) == "65");
    CHECK(written(0.25) == "0.25");
    CHECK(written(-1e300) == "-1e+300");
    CHECK(written(std::numeric_limits<double>::infinity()) == "null");
    CHECK(written(std::nan("")) == "null");
}

TEST_CASE("JSON strings are escaped", "[json]") {
    CHECK(written("plain") == R"("plain")");
    CHECK(written(R"(a"b\c/d)") == R"("a\"b\\c/d")");
    CHECK(written("\b\f\n\r\t"sv) == R"("\b\f\n\r\t")");
    CHECK(written("\0\x1b\x1f\x7f"sv) == R"("\u0000\u001b\u001f\u007f")");
    CHECK(written("é € 😀"sv) == "\"é € 😀\"");
}

TEST_CASE("Names of JSON members are escaped", "[json]") {
    auto text = std::string{};
    json_writer{text}.begin_object().member("a\"b\xFF", 1).end_object();
    CHECK(text == "{\"a\\\"b\xEF\xBF\xBD\":1}");
}

TEST_CASE("Bytes that are not UTF-8 are replaced in JSON, one by one", "[json]") {
    constexpr auto replaced = "\xEF\xBF\xBD";
    auto const bad = [&](std::string_view text, int times) {
        auto expected = std::string{"\"<"};
        for (auto i = 0; i < times; ++i) expected += replaced;
        CHECK(written("<" + std::string{text} + ">") == expected + ">\"");
    };
    bad("\x80", 1);              // continuation without a beginning
    bad("\xC3", 1);              // cut short
    bad("\xE2\x82", 2);          // cut short
    bad("\xC0\xAF", 2);          // overlong
    bad("\xED\xA0\x80", 3);      // surrogate
    bad("\xF4\x90\x80\x80", 4);  // beyond U+10FFFF
    bad("\xFF\xFE", 2);
}

}  // namespace test_output_json
