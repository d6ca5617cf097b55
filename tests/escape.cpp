// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>

#include <flowlog/escape.hpp>

#include "catch.hpp"

namespace test_escape {

using namespace std::string_view_literals;
using flowlog::escaped;

TEST_CASE("plain text is left as it is", "[escape]") {
    CHECK(escaped("") == "");
    CHECK(escaped("2 123 eni-1 10.0.0.1 'x' \"y\" ~") == "2 123 eni-1 10.0.0.1 'x' \"y\" ~");
    CHECK(escaped("stra\xc3\x9f"
                  "e \xe2\x82\xac \xf0\x9f\x98\x80") ==
          "stra\xc3\x9f"
          "e \xe2\x82\xac \xf0\x9f\x98\x80");
}

TEST_CASE("the first characters of two, three and four bytes are text", "[escape]") {
    for (auto const* const first : {"\xC2\xA1", "\xE0\xA0\x80", "\xF0\x90\x80\x80"})
        CHECK(escaped(first) == first);
}

TEST_CASE("no control character is left", "[escape]") {
    CHECK(escaped("a\0b"sv) == "a\\x00b");
    CHECK(escaped("\t\r\n\x1b[31m\x7f") == "\\x09\\x0d\\x0a\\x1b[31m\\x7f");
    for (auto byte = 0; byte < 0x20; ++byte) {
        auto const text = escaped(std::string(1, static_cast<char>(byte)));
        CHECK(text.size() == 4);
        CHECK(text.starts_with("\\x"));
    }
    CHECK(escaped("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");  // CSI as one code point
    CHECK(escaped("\xe2\x80\xae"
                  "txt") == "\\xe2\\x80\\xaetxt");        // right to left override
    CHECK(escaped("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");  // line separator
    CHECK(escaped("\xe2\x81\xa6") == "\\xe2\\x81\\xa6");  // isolate
    CHECK(escaped("\xd8\x9c") == "\\xd8\\x9c");           // Arabic letter mark
    CHECK(escaped("\xef\xbb\xbf") == "\\xef\\xbb\\xbf");  // byte order mark
    CHECK(escaped("\xef\xbf\xbf") == "\\xef\\xbf\\xbf");  // U+FFFF, no character
    CHECK(escaped("\xf0\x9f\xbf\xbe").size() == 16);      // U+1FFFE, no character either
    CHECK(escaped("\xef\xbf\xbd") == "\xef\xbf\xbd");     // U+FFFD, the replacement character
}

TEST_CASE("a backslash is doubled, so that escapes cannot be confused with text", "[escape]") {
    CHECK(escaped("\\x1b") == "\\\\x1b");
    CHECK(escaped("C:\\") == "C:\\\\");
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one", "[escape]") {
    CHECK(escaped("\xff\xfe") == "\\xff\\xfe");
    CHECK(escaped("\x80") == "\\x80");
    CHECK(escaped("\xc3") == "\\xc3");                             // cut short
    CHECK(escaped("\xc3(") == "\\xc3(");                           // no continuation
    CHECK(escaped("\xc0\x80") == "\\xc0\\x80");                    // overlong
    CHECK(escaped("\xc1\xbf") == "\\xc1\\xbf");                    // overlong
    CHECK(escaped("\xe0\x80\x80") == "\\xe0\\x80\\x80");           // overlong
    CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
    CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
    CHECK(escaped("\xf8\x88\x80\x80\x80") == "\\xf8\\x88\\x80\\x80\\x80");
    CHECK(escaped("a\xe2\x82") == "a\\xe2\\x82");
    CHECK(escaped("\xf4\x8f\xbf\xbd").size() == 4);
}

TEST_CASE("long text is cut", "[escape]") {
    CHECK(escaped("abcdef", 6) == "abcdef");
    CHECK(escaped("abcdef", 5) == "abcde\xE2\x80\xA6");
    CHECK(escaped("abcdef", 0) == "\xE2\x80\xA6");
    CHECK(escaped("", 0) == "");
    CHECK(escaped("\x01\x02\x03", 2) == "\\x01\\x02\xE2\x80\xA6");
    CHECK(escaped("\xe2\x82\xac\xe2\x82\xac", 1) ==
          "\xe2\x82\xac\xE2\x80\xA6");  // never within a character
}

TEST_CASE("a token of a flow log has neither blanks nor controls", "[escape]") {
    CHECK(flowlog::percent_encoded("a b\tc\n\x7f%") == "a%20b%09c%0A%7F%");
    CHECK(flowlog::percent_encoded("stra\xc3\x9f"
                                   "e") ==
          "stra\xc3\x9f"
          "e");
    CHECK(flowlog::percent_encoded("") == "");
}

}  // namespace test_escape
