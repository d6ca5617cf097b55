// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <string>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/re2.hpp>
#include <flowlog/query/text_matcher.hpp>

#include "catch.hpp"

namespace test_query_re2 {

using namespace flowlog;

namespace {

auto made() -> flow {
    auto result = flow{};
    result.set(field::instance_tag, "Web-17");
    result.set(field::srcaddr, address::v4(0x0A000001));
    result.set(field::dstport, 8080);
    result.set(field::action, action::reject);
    return result;
}

auto holds(std::string_view expression) -> bool { return where(expression)(made()); }

}  // namespace

TEST_CASE("fields match regular expressions", "[re2]") {
    CHECK(has_matcher());
    CHECK(holds("instance-tag ~ '^Web-[0-9]+$'"));
    CHECK(holds("instance-tag ~ 'eb'"));
    CHECK_FALSE(holds("instance-tag ~ '^web'"));
    CHECK(holds("instance-tag ~ '(?i)^web'"));
    CHECK(holds("instance-tag !~ '^db'"));
    CHECK(holds(R"(instance-tag ~ "\d\d")"));
    CHECK(holds("instance-tag~^Web"));
    CHECK(holds(R"(srcaddr ~ '^10\.(0\.)+1$')"));
    CHECK(holds("dstport ~ '^80'"));
    CHECK(holds("action ~ 'REJ'"));
    CHECK(holds("class(srcaddr) ~ '^pri'"));
    CHECK_FALSE(holds("subnet-id ~ '.*'"));  // absent
    CHECK(holds("subnet-id !~ '.*'"));
}

TEST_CASE("a pattern that does not compile is an error with its place", "[re2]") {
    try {
        static_cast<void>(where("instance-tag ~ 'a(b'"));
        FAIL("no error");
    } catch (error const& e) {
        CHECK(std::string{e.what()} ==
              "filter:1:17: this is no regular expression: missing ): a(b\n"
              "  instance-tag ~ 'a(b'\n"
              "                  ^");
    }
    CHECK_THROWS_AS(where("instance-tag ~ '(a{1000}){1000}'"), error);
}

TEST_CASE("hostile patterns and long texts take linear time", "[re2]") {
    auto const text = std::string(1'000'000, 'a') + '!';
    auto const begin = std::chrono::steady_clock::now();
    for (auto const* const pattern : {"(a+)+$", "(a|aa)+$", "(.*)*x$", "(a*)*b", "^(a?){500}b"})
        CHECK_FALSE(re2_matcher{pattern}.matches(text));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{20});
}

}  // namespace test_query_re2
