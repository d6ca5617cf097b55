// SPDX-License-Identifier: BSL-1.0
#include <filesystem>
#include <string>
#include <vector>

#include <flowlog/source/inputs.hpp>

#include "catch.hpp"
#include "files.hpp"

using flowlog::expand_inputs;
using list = std::vector<std::string>;

TEST_CASE("names of files stand for themselves, in their order", "[inputs]") {
    auto const here = testing::folder{};
    auto const b = here.write("b.log", "");
    auto const a = here.write("a.log", "");
    auto const found = expand_inputs({b, a, "-", b});
    CHECK(found.files == list{b, a, "-", b});
    CHECK(found.missing.empty());
    CHECK(expand_inputs({}).files.empty());
}

TEST_CASE("what is not there is named", "[inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("a.log", "");
    auto const found = expand_inputs({here / "missing", a, "", here / "*.nothing"});
    CHECK(found.files == list{a});
    REQUIRE(found.missing.size() == 3);
    CHECK(found.missing[0].code() == flowlog::errc::cannot_open);
    CHECK(found.missing[0].where().source == here / "missing");
    CHECK(found.missing[0].message() == "cannot open: No such file or directory");
    CHECK(found.missing[1].message() == "cannot open: the name is empty");
    CHECK(found.missing[2].where().source == here / "*.nothing");
    CHECK(found.missing[2].message() == "cannot open: no file matches");
}

TEST_CASE("a folder stands for all files below it", "[inputs]") {
    auto const here = testing::folder{};
    auto const b = here.write("b.log", "");
    auto const a = here.write("a/2/z.log", "");
    auto const c = here.write("a/2024/x", "");
    here.write(".hidden", "");
    here.write("a/.git/config", "");
    CHECK(expand_inputs({here.path()}).files == list{a, c, b});
    std::filesystem::create_directory(here / "empty");
    auto const empty = expand_inputs({here / "empty"});
    CHECK(empty.files.empty());
    REQUIRE(empty.missing.size() == 1);
    CHECK(empty.missing[0].message() == "cannot open: no file in this folder");
}

TEST_CASE("a pattern stands for what matches it", "[inputs]") {
    auto const here = testing::folder{};
    auto const one = here.write("x/1.log", "");
    auto const ten = here.write("x/10.log", "");
    auto const two = here.write("y/2.log", "");
    auto const text = here.write("y/2.txt", "");
    here.write("x/.1.log", "");
    CHECK(expand_inputs({here / "x/*.log"}).files == list{one, ten});
    CHECK(expand_inputs({here / "*/*.log"}).files == list{one, ten, two});
    CHECK(expand_inputs({here / "*/?.*"}).files == list{one, two, text});
    CHECK(expand_inputs({here / "[x]/1*"}).files == list{one, ten});
    CHECK(expand_inputs({here / "[!x]/*"}).files == list{two, text});
    CHECK(expand_inputs({here / "[w-y]/2.log"}).files == list{two});
    CHECK(expand_inputs({here / "?"}).files == list{one, ten, two, text});
    CHECK(expand_inputs({here / "*/nothing"}).missing.size() == 1);
}

TEST_CASE("a file whose name looks like a pattern is itself", "[inputs]") {
    auto const here = testing::folder{};
    auto const odd = here.write("a[1]*.log", "");
    here.write("a1.log", "");
    CHECK(expand_inputs({odd}).files == list{odd});
}

TEST_CASE("a link to nowhere is a file that cannot be opened", "[inputs]") {
    auto const here = testing::folder{};
    std::filesystem::create_symlink(here / "nowhere", here / "link");
    CHECK(expand_inputs({here / "link"}).files == list{here / "link"});
}

TEST_CASE("a link to a folder above does not go round for ever", "[inputs]") {
    auto const here = testing::folder{};
    auto const a = here.write("sub/a.log", "");
    std::filesystem::create_directory_symlink(here.path(), here / "sub/up");
    auto const found = expand_inputs({here.path()});
    REQUIRE_FALSE(found.files.empty());
    CHECK(found.files[0] == a);
    CHECK(found.files.size() < 3);
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
