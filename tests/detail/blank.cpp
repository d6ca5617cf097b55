// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/detail/blank.hpp>

#include "catch.hpp"

namespace test_detail_blank {

using flowlog::detail::is_blank;
using flowlog::detail::trimmed;
using flowlog::detail::unicode_blanks;
using flowlog::detail::with_plain_blanks;

TEST_CASE("the blanks of ASCII are six", "[blank]") {
    auto found = std::string{};
    for (auto c = 0; c < 128; ++c) {
        if (is_blank(static_cast<char>(c))) found += static_cast<char>(c);
    }
    CHECK(found == "\t\n\v\f\r ");
}

TEST_CASE("a text is trimmed of blanks of ASCII and Unicode", "[blank]") {
    CHECK(trimmed("").empty());
    CHECK(trimmed(" \t").empty());
    CHECK(trimmed("\r\n a b\t") == "a b");
    for (auto const blank : unicode_blanks) {
        auto const some = std::string{blank};
        CHECK(trimmed(some + ' ' + some + "a" + some + "b\n" + some) == "a" + some + "b");
    }
    CHECK(trimmed("\xC3\xA9") == "\xC3\xA9");
    CHECK(trimmed("\x80 \x80") == "\x80 \x80");
}

TEST_CASE("a blank of Unicode becomes as many plain ones as it has bytes", "[blank]") {
    CHECK(with_plain_blanks("a\xE2\x80\x83\xC2\xA0"
                            "b") == "a     b");
    CHECK(with_plain_blanks("\xE3\x80\x80").size() == 3);
    CHECK(with_plain_blanks("\xC3\xA9 \t") == "\xC3\xA9 \t");
}

}  // namespace test_detail_blank
