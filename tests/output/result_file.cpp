// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <flowlog/error.hpp>
#include <flowlog/output/result_file.hpp>

#include "catch.hpp"
#include "files.hpp"

namespace test_output_result_file {

using flowlog::remove_unfinished_files;
using flowlog::result_file;

namespace {

namespace fs = std::filesystem;

auto content(fs::path const& path) -> std::string {
    auto file = std::ifstream{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void fill(fs::path const& path, std::string_view text) { std::ofstream{path} << text; }

auto count_files(fs::path const& folder) -> std::ptrdiff_t {
    return std::distance(fs::directory_iterator{folder}, {});
}

auto failure(std::string const& path, std::string_view heading = {}) -> std::string {
    try {
        auto const file = result_file{path, heading};
    } catch (flowlog::error const& e) {
        CHECK(e.code() == flowlog::errc::write_failed);
        return std::string{e.message()};
    }
    return "no error";
}

}  // namespace

TEST_CASE("Result files appear together when they are complete", "[result_file]") {
    auto const folder = testing::folder{};
    auto const path = [&](char const* name) { return folder / name; };
    {
        auto files = std::array{result_file{path("a")}, result_file{}, result_file{path("b")}};
        files[0].write("one");
        files[1].write("nowhere");
        files[2].write("w");
        files[2].write(std::string(100'000, 'x'));
        files[2].write("y");
        CHECK_FALSE(fs::exists(path("a")));
        CHECK_FALSE(fs::exists(path("b")));
        CHECK(count_files(folder.path()) == 2);
        commit_all(files);
        CHECK(count_files(folder.path()) == 2);
    }
    CHECK(content(path("a")) == "one");
    CHECK(content(path("b")) == "w" + std::string(100'000, 'x') + 'y');
}

TEST_CASE("A result file that is not committed leaves nothing behind", "[result_file]") {
    auto const folder = testing::folder{};
    auto const path = folder / "a";
    fill(path, "Tag,Count\nold");
    {
        auto file = result_file{path, "Tag,Count\n"};
        file.write("Tag,Count\nnew");
        CHECK(count_files(folder.path()) == 2);
        remove_unfinished_files();  // as a signal handler does
        CHECK(count_files(folder.path()) == 1);
    }
    CHECK(count_files(folder.path()) == 1);
    CHECK(content(path) == "Tag,Count\nold");
}

TEST_CASE("Only a result of the same kind is replaced", "[result_file]") {
    auto const folder = testing::folder{};
    auto const path = folder / "a";
    fill(path, "something else");
    CHECK(failure(path, "Tag,Count\n") ==
          "exists, but is not such a result; use another name, or force its replacement");
    fill(path, "");
    CHECK(failure(path, "Tag,Count\n") == "no error");
    fill(path, "something else");
    auto files = std::array{result_file{path, "Tag,Count\n", true}};
    files[0].write("new");
    commit_all(files);
    CHECK(content(path) == "new");
    CHECK(failure(folder.path()) == "cannot write: it is a folder");
    CHECK(failure(folder / "none/a").starts_with("cannot write: "));
}

TEST_CASE("A link is followed, and standard output is no file", "[result_file]") {
    auto const folder = testing::folder{};
    auto const link = folder / "link";
    fs::create_symlink("target", link);
    CHECK(failure(link) == "cannot write: it is a link to nothing");
    fill(folder / "target", "");
    auto files = std::array{result_file{link}};
    files[0].write("x");
    commit_all(files);
    CHECK(fs::is_symlink(link));
    CHECK(content(folder / "target") == "x");
    CHECK(result_file{"-"}.is_stdout());
    CHECK_FALSE(files[0].is_stdout());
    CHECK(files[0].path() == link);
    CHECK_FALSE(result_file{});
}

TEST_CASE("A file that is replaced is complete unless its last line says otherwise",
          "[result_file]") {
    auto const folder = testing::folder{};
    auto const replaces_complete = [&](std::string_view content) {
        auto const path = folder.write("a.csv", std::string{content});
        return result_file{path}.replaces_complete();
    };
    auto const mark = flowlog::incomplete_line("1 of 2 inputs could not be read to the end");
    CHECK(mark == "# INCOMPLETE: 1 of 2 inputs could not be read to the end\n");
    CHECK(replaces_complete("Tag,Count\nweb,1\n"));
    CHECK(replaces_complete(mark + "web,1\n"));
    CHECK_FALSE(replaces_complete("Tag,Count\nweb,1\n" + mark));
    CHECK_FALSE(replaces_complete(std::string(5000, 'x') + '\n' + mark));
    CHECK_FALSE(replaces_complete(""));
    CHECK_FALSE(result_file{folder / "new.csv"}.replaces_complete());
    CHECK_FALSE(result_file{}.replaces_complete());
}

TEST_CASE("A descriptor of the process is written as it is", "[result_file]") {
    auto const folder = testing::folder{};
    auto const path = folder.write("a", "before\n");
    auto const file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    REQUIRE(file >= 0);
    for (auto const* const place : {"/dev/fd/", "/proc/self/fd/"}) {
        auto results = std::array{result_file{place + std::to_string(file), "Tag,Count\n"}};
        CHECK_FALSE(results[0].is_stdout());
        CHECK_FALSE(results[0].replaces_complete());
        results[0].write("x\n");
        commit_all(results);
    }
    CHECK(content(path) == "before\nx\nx\n");
    ::close(file);
    CHECK(failure("/dev/fd/" + std::to_string(file)).starts_with("cannot write: "));
    CHECK(result_file{"/dev/stdout"}.is_stdout());
    CHECK(result_file{"/dev/fd/1"}.is_stdout());
    CHECK_FALSE(result_file{"/dev/stderr"}.is_stdout());
    CHECK(failure("/dev/fd/x").starts_with("cannot write: "));
}

TEST_CASE("A page that is incomplete says so at its end", "[result_file]") {
    auto const folder = testing::folder{};
    auto const mark = flowlog::incomplete_comment("1 of 2 inputs could not be read to the end");
    CHECK(mark == "<!-- INCOMPLETE: 1 of 2 inputs could not be read to the end -->\n");
    CHECK(result_file{folder.write("a", "<html>\n")}.replaces_complete());
    CHECK_FALSE(result_file{folder.write("a", "<html>\n" + mark)}.replaces_complete());
}

}  // namespace test_output_result_file
