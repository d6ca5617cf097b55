// SPDX-License-Identifier: BSL-1.0
#include <initializer_list>
#include <string>
#include <string_view>

#include <flowlog/detail/similar.hpp>

#include "catch.hpp"

namespace test_detail_similar {

using flowlog::detail::edit_distance;

static_assert(edit_distance("", "") == 0);
static_assert(edit_distance("tcp", "tcp") == 0);
static_assert(edit_distance("", "tcp") == 3);
static_assert(edit_distance("tcp", "") == 3);
static_assert(edit_distance("tpc", "tcp") == 1);
static_assert(edit_distance("tcpp", "tcp") == 1);
static_assert(edit_distance("cp", "tcp") == 1);
static_assert(edit_distance("tzp", "tcp") == 1);
static_assert(edit_distance("abcd", "badc") == 2);
static_assert(edit_distance("xb", "ba") == 2);
static_assert(edit_distance("kitten", "sitting") == 3);

namespace {

auto hint(std::string_view word, std::initializer_list<std::string_view> candidates)
    -> std::string {
    auto words = flowlog::detail::similar_words{word};
    for (auto const candidate : candidates) words.consider(candidate);
    return words.hint();
}

}  // namespace

TEST_CASE("the words most like a mistyped word are named", "[similar]") {
    CHECK(hint("tpc", {"udp", "tcp", "icmp"}) == "; did you mean 'tcp'?");
    CHECK(hint("icmp-v6", {"icmpv4", "icmpv6"}) == "; did you mean 'icmpv6'?");
    CHECK(hint("ab", {"ac", "ac", "ad"}) == "; did you mean 'ac' or 'ad'?");
    CHECK(hint("ab", {"ac", "ad", "ae", "af"}) == "; did you mean 'ac', 'ad' or 'ae'?");
}

TEST_CASE("a name of which a word is a part is as like it as a single wrong letter", "[similar]") {
    CHECK(hint("direction", {"duration", "flow-direction", "biflow_direction"}) ==
          "; did you mean 'flow-direction' or 'biflow_direction'?");
    CHECK(hint("path", {"pair", "date", "traffic-path"}) == "; did you mean 'traffic-path'?");
    CHECK(hint("vpc", {"vpc-id", "cvpc-id", "vpcs"}) == "; did you mean 'vpc-id' or 'vpcs'?");
    CHECK(hint("region", {"cloud.region", "regions"}) ==
          "; did you mean 'cloud.region' or 'regions'?");
    CHECK(hint("h", {"orig_h"}).empty());
    CHECK(hint("id", {"vpc-id"}) == "; did you mean 'vpc-id'?");
    CHECK(hint("sub", {"nat-sub-string"}).empty());
    CHECK(hint("nat", {"nat-sub-string"}).empty());
    CHECK(hint("status", {"status-"}) == "; did you mean 'status-'?");
    CHECK(hint("addr", {"srcaddr", "addresses"}).empty());
}

TEST_CASE("the longest words that are compared have 32 letters", "[similar]") {
    auto const word = std::string(32, 'a');
    auto const other = std::string(31, 'a') + 'b';
    CHECK(hint(word, {other}) == "; did you mean '" + other + "'?");
    CHECK(hint(word, {word + 'a'}).empty());
    CHECK(hint(word + 'a', {word}).empty());
}

TEST_CASE("words that have little in common are not named", "[similar]") {
    CHECK(hint("abc", {"xyz", "abxyz", ""}).empty());
    CHECK(hint("a", {"b"}).empty());
    CHECK(hint("", {"b"}).empty());
    CHECK(hint(std::string(33, 'a'), {std::string_view{"aaaa"}}).empty());
    auto const big = std::string(100'000, 'a');
    CHECK(hint("aaa", {big}).empty());
}

}  // namespace test_detail_similar
