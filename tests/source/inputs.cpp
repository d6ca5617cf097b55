// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <flowlog/source/inputs.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "source/drained.hpp"

namespace test_source_inputs {

using flowlog::errc;
using flowlog::expand_inputs;
using list = std::vector<std::string>;

static auto names(std::vector<flowlog::input> const& inputs) -> list {
    auto result = list{};
    for (auto const& input : inputs) result.push_back(input.name());
    return result;
}

static auto expanded(std::string const& word) -> list { return names(expand_inputs({word}).files); }

TEST_CASE("names of files are inputs, in their order", "[inputs]") {
    auto const here = testing::folder{};
    auto const b = here.write("b.log", "");
    auto const a = here.write("a.log", "");
    auto const found = expand_inputs({b, a, "-", b});
    CHECK(names(found.files) == list{b, a, "-", b});
    CHECK(found.missing.empty());
    CHECK(expand_inputs({}).files.empty());
}

TEST_CASE("a name of nothing is an error that names it", "[inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("a.log", "");
    auto const found = expand_inputs({here / "missing", a, "", here / "*.nothing"});
    CHECK(names(found.files) == list{a});
    REQUIRE(found.missing.size() == 3);
    CHECK(found.missing[0].code() == flowlog::errc::cannot_open);
    CHECK(found.missing[0].where().source == here / "missing");
    CHECK(found.missing[0].message() == "cannot open: No such file or directory");
    CHECK(found.missing[1].message() == "cannot open: the name is empty");
    CHECK(found.missing[2].where().source == here / "*.nothing");
    CHECK(found.missing[2].message() == "cannot open: no file matches");
}

TEST_CASE("a folder is all files below it", "[inputs]") {
    auto const here = testing::folder{};
    auto const b = here.write("b.log", "");
    auto const a = here.write("a/2/z.log", "");
    auto const c = here.write("a/2024/x", "");
    here.write(".hidden", "");
    here.write("a/.git/config", "");
    CHECK(expanded(here.path()) == list{a, c, b});
    std::filesystem::create_directory(here / "empty");
    auto const empty = expand_inputs({here / "empty"});
    CHECK(empty.files.empty());
    REQUIRE(empty.missing.size() == 1);
    CHECK(empty.missing[0].message() == "cannot open: no file in this folder");
}

TEST_CASE("a pattern is all that matches it", "[inputs]") {
    auto const here = testing::folder{};
    auto const one = here.write("x/1.log", "");
    auto const ten = here.write("x/10.log", "");
    auto const two = here.write("y/2.log", "");
    auto const text = here.write("y/2.txt", "");
    here.write("x/.1.log", "");
    CHECK(expanded(here / "x/*.log") == list{one, ten});
    CHECK(expanded(here / "*/*.log") == list{one, ten, two});
    CHECK(expanded(here / "*/?.*") == list{one, two, text});
    CHECK(expanded(here / "[x]/1*") == list{one, ten});
    CHECK(expanded(here / "[!x]/*") == list{two, text});
    CHECK(expanded(here / "[w-y]/2.log") == list{two});
    CHECK(expanded(here / "?") == list{one, ten, two, text});
    CHECK(expand_inputs({here / "*/nothing"}).missing.size() == 1);
}

TEST_CASE("a file whose name looks like a pattern is itself", "[inputs]") {
    auto const here = testing::folder{};
    auto const odd = here.write("a[1]*.log", "");
    here.write("a1.log", "");
    CHECK(expanded(odd) == list{odd});
}

TEST_CASE("a link to nowhere is a file that cannot be opened", "[inputs]") {
    auto const here = testing::folder{};
    std::filesystem::create_symlink(here / "nowhere", here / "link");
    CHECK(expanded(here / "link") == list{here / "link"});
    CHECK(expanded(here.path()) == list{here / "link"});
}

TEST_CASE("a link to a folder above does not go round for ever", "[inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("sub/a.log", "");
    std::filesystem::create_directory_symlink(here.path(), here / "sub/up");
    auto const found = expand_inputs({here.path()});
    REQUIRE_FALSE(found.files.empty());
    CHECK(found.files[0].name() == a);
    CHECK(found.files.size() < 3);
}

TEST_CASE("two stars match any number of folders", "[inputs]") {
    auto const here = testing::folder{};
    auto const top = here.write("1.log", "");
    auto const one = here.write("x/1.log", "");
    auto const two = here.write("x/y/2.log", "");
    auto const text = here.write("x/y/2.txt", "");
    auto const deep = here.write("x/y/z/1.log", "");
    here.write(".git/1.log", "");
    here.write("x/.git/y/1.log", "");
    here.write("x/y/.1.log", "");
    std::filesystem::create_directory(here / "x/empty");
    CHECK(expanded(here / "**/*.log") == list{top, one, two, deep});
    CHECK(expanded(here / "**/1.log") == list{top, one, deep});
    CHECK(expanded(here / "x/**/y/*.log") == list{two});
    CHECK(expanded(here / "**/y/**/1.log") == list{deep});
    CHECK(expanded(here / "**/**/**/2.txt") == list{text});
    CHECK(expanded(here / "x/**") == list{one, two, text, deep});
    CHECK(expanded(here / "x/**/*") == list{one, two, text, deep});  // folders match as well
    CHECK(expanded(here / "x/y**.log").empty());                     // as one star
    auto const none = expand_inputs({here / "**/nothing", here / "1.log/**", here / "none/**"});
    CHECK(none.files.empty());
    REQUIRE(none.missing.size() == 3);
    for (auto const& missing : none.missing)
        CHECK(missing.message() == "cannot open: no file matches");
    CHECK(expand_inputs({here / "**/*.log"}).missing.empty());
}

TEST_CASE("two stars do not go round in a loop of links", "[inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("sub/a.log", "");
    std::filesystem::create_directory_symlink(here.path(), here / "sub/up");
    std::filesystem::create_directory_symlink(here / "sub", here / "sub/self");
    CHECK(expanded(here / "**/a.log") == list{a});
    auto const all = expanded(here / "**/*");
    CHECK(std::ranges::find(all, a) != all.end());
    CHECK(all.size() < 10);
}

TEST_CASE("words with a scheme are expanded by whoever registered it", "[inputs]") {
    CHECK(flowlog::scheme_of("s3://bucket/key") == "s3");
    for (auto const* const word :
         {"", "a.log", "/a/b", "://x", "a/b://c", "1a://b", "C:/x", "a:/b"})
        CHECK(flowlog::scheme_of(word).empty());

    auto const none = expand_inputs({"s3://bucket/key", "other://x"});
    CHECK(none.files.empty());
    REQUIRE(none.missing.size() == 2);
    CHECK(none.missing[0].code() == errc::unsupported);
    CHECK(none.missing[0].where().source == "s3://bucket/key");
    CHECK(none.missing[0].message().find("flowlog::arrow") != std::string::npos);
    CHECK(none.missing[1].code() == errc::cannot_open);
    CHECK(none.missing[1].message().find("other://") != std::string::npos);

    auto const here = testing::folder{};
    auto const expand = [root = here.path()](std::string const& word) {
        auto const name = word.substr(word.find("://") + 3);
        if (name == "none") throw flowlog::error{errc::cannot_open, {word}, "no such object"};
        auto result = std::vector<flowlog::input>{root + "/" + name};
        if (name == "two") result.emplace_back(root + "/2");
        return result;
    };
    CHECK(flowlog::register_scheme("test-store", expand));
    CHECK(flowlog::register_scheme("test-store", [](auto const&) {  // the first one stays
        return std::vector<flowlog::input>{};
    }));
    auto const found = expand_inputs({"test-store://two", "test-store://none", "test-store://one"});
    CHECK(names(found.files) == list{here / "two", here / "2", here / "one"});
    REQUIRE(found.missing.size() == 1);
    CHECK(found.missing[0].message() == "no such object");
    auto const unknown = expand_inputs({"other://x"});
    REQUIRE(unknown.missing.size() == 1);
    CHECK(unknown.missing[0].message().find("known: test-store") != std::string::npos);

    here.write("one", "bytes");
    auto const one = flowlog::input{"test-store://one"};
    CHECK(one.name() == "test-store://one");
    CHECK(one.size() == 5U);
    CHECK(one.random_access());
    CHECK(drained::of(one.open()).bytes == "bytes");
    CHECK(drained::of(one.hold().open_range(1, 3)).bytes == "yt");
    CHECK_THROWS_AS(flowlog::input{"test-store://two"}.open(), flowlog::error);
    CHECK_THROWS_AS(flowlog::input{"s3://bucket/key"}.open(), flowlog::error);
}

TEST_CASE("names are matched as the shell does", "[inputs]") {
    using flowlog::detail::matches;
    CHECK(matches("*", ""));
    CHECK(matches("*", "abc"));
    CHECK(matches("a*c", "abbbc"));
    CHECK(matches("a*c", "ac"));
    CHECK_FALSE(matches("a*c", "abcd"));
    CHECK(matches("*b*", "abc"));
    CHECK(matches("**a**", "a"));
    CHECK(matches("a?c", "abc"));
    CHECK_FALSE(matches("a?c", "ac"));
    CHECK_FALSE(matches("?", ""));
    CHECK(matches("", ""));
    CHECK_FALSE(matches("", "a"));
    CHECK(matches("[a-c]x", "bx"));
    CHECK_FALSE(matches("[a-c]x", "dx"));
    CHECK(matches("[!a-c]x", "dx"));
    CHECK(matches("[^a-c]x", "dx"));
    CHECK(matches("[]]x", "]x"));
    CHECK(matches("[a-]", "-"));
    CHECK(matches("[", "["));
    CHECK(matches("[a", "[a"));
    CHECK_FALSE(matches("[a", "a"));
    CHECK(matches("*.log", ".log"));
    CHECK(matches("*[0-9].log", "a7.log"));
    CHECK_FALSE(matches("*[0-9].log", "a.log"));
    CHECK_FALSE(matches(std::string(200, '*') + "b", std::string(5000, 'a')));
    auto slow = std::string{};
    for (auto i = 0; i < 30; ++i) slow += "a*";
    CHECK_FALSE(matches(slow + "b", std::string(5000, 'a')));
}

}  // namespace test_source_inputs
