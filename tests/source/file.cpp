// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include <flowlog/source/file.hpp>
#include <flowlog/source/source.hpp>

#include "catch.hpp"
#include "files.hpp"

namespace test_source_file {

using flowlog::errc;
using flowlog::file;
using flowlog::file_source;

static_assert(flowlog::byte_source<file_source>);

static auto all(file_source source) -> std::string {
    auto text = std::string{};
    for (auto block = source.next(); !block.empty(); block = source.next())
        text.append(block.data(), block.size());
    CHECK(source.next().empty());
    return text;
}

template <class Function>
static auto caught(Function function) -> std::optional<flowlog::error> {
    try {
        function();
    } catch (flowlog::error const& thrown) {
        return thrown;
    }
    return std::nullopt;
}

TEST_CASE("a file is read to its end, whatever the size of blocks", "[file]") {
    auto const here = testing::folder{};
    auto text = std::string{};
    for (auto i = 0; i < 2000; ++i) text += "line " + std::to_string(i) + '\n';
    auto const path = here.write("a.log", text);
    for (std::size_t size : {0U, 1U, 7U, 4096U, 1U << 18U, 1U << 22U}) {
        if (size > 1 || text.size() < 100000) CHECK(all(file_source{path, size}) == text);
    }
    CHECK(file_source{path}.name() == path);
    CHECK(file{path}.size() == text.size());
    CHECK(all(file_source{here.write("empty", "")}).empty());
}

TEST_CASE("a range of a file is read", "[file]") {
    auto const here = testing::folder{};
    auto const input = std::make_shared<file const>(here.write("a.log", "0123456789"));
    CHECK(all(file_source{input, 2, 5}) == "234");
    CHECK(all(file_source{input, 2, 5, 1}) == "234");
    CHECK(all(file_source{input, 8, 500}) == "89");
    CHECK(all(file_source{input, 10, 500}).empty());
    CHECK(all(file_source{input, 50, 500}).empty());
    CHECK(all(file_source{input, 5, 5}).empty());
    CHECK(all(file_source{input, 5, 2}).empty());
}

TEST_CASE("a file that cannot be opened says why", "[file]") {
    auto const here = testing::folder{};
    auto const missing = caught([&] { file{here / "missing.log"}; });
    REQUIRE(missing);
    CHECK(missing->code() == errc::cannot_open);
    CHECK(missing->where().source == here / "missing.log");
    CHECK(missing->message() == std::string{"cannot open: "} + std::strerror(ENOENT));
    auto const directory = caught([&] { file{here.path()}; });
    REQUIRE(directory);
    CHECK(directory->message() == std::string{"cannot open: "} + std::strerror(EISDIR));
    CHECK(caught([] { file{""}; })->code() == errc::cannot_open);
    CHECK(caught([&] { file_source{here / "missing.log"}; })->code() == errc::cannot_open);
}

TEST_CASE("a read that fails is an error, not the end", "[file]") {
    // nothing is mapped at address 0, the beginning of this file
    auto const failed = caught([] { static_cast<void>(all(file_source{"/proc/self/mem"})); });
    REQUIRE(failed);
    CHECK(failed->code() == errc::read_failed);
    CHECK(failed->where().source == "/proc/self/mem");
    CHECK(failed->message() == std::string{"read failed: "} + std::strerror(EIO));
}

TEST_CASE("a file that shrinks while it is read is an error", "[file]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.log", std::string(1000, 'x'));
    auto source = file_source{path, 400};
    CHECK(source.next().size() == 400);
    std::filesystem::resize_file(path, 500);
    auto const thrown = caught([&] { static_cast<void>(source.next()); });
    REQUIRE(thrown);
    CHECK(thrown->code() == errc::changed);
    CHECK(thrown->where().source == path);
    CHECK(thrown->message() == "shrank while it was read: it had 1000 bytes, now 500");

    auto at_once = file_source{here.write("b.log", std::string(1000, 'x'))};
    std::filesystem::resize_file(here / "b.log", 0);
    CHECK(caught([&] { static_cast<void>(at_once.next()); })->code() == errc::changed);
}

TEST_CASE("a file that grows is read to the size it had", "[file]") {
    auto const here = testing::folder{};
    auto const path = here.write("a.log", "12345");
    auto source = file_source{path, 3};
    std::ofstream{path, std::ios::app} << "6789";
    CHECK(all(std::move(source)) == "12345");
}

TEST_CASE("a named pipe is read to its end", "[file]") {
    auto const here = testing::folder{};
    auto const path = here.pipe("pipe");
    auto text = std::string{};
    while (text.size() < 300'000) text += "some line of a log\n";
    auto writer = std::jthread{[&] { std::ofstream{path} << text; }};
    auto source = file_source{path};
    CHECK(all(std::move(source)) == text);
}

TEST_CASE("a pipe has no size", "[file]") {
    auto const here = testing::folder{};
    auto const path = here.pipe("pipe");
    auto writer = std::jthread{[&] { std::ofstream{path} << "x"; }};
    auto const input = file{path};
    CHECK_FALSE(input.size());
    auto buffer = std::array<char, 10>{};
    CHECK(input.read(buffer, 0) == 1);
    CHECK(input.read(buffer, 0) == 0);
}

TEST_CASE("standard input is read, be it a file or a pipe", "[file]") {
    auto const here = testing::folder{};
    auto const kept = ::dup(0);
    auto const read_from = [&](std::string const& path) {
        auto const opened = ::open(path.c_str(), O_RDONLY);
        ::dup2(opened, 0);
        ::close(opened);
        auto source = file_source{"-", 4};
        CHECK(source.name() == "-");
        return all(std::move(source));
    };
    CHECK(read_from(here.write("a.log", "some text")) == "some text");
    auto const path = here.pipe("pipe");
    auto writer = std::jthread{[&] { std::ofstream{path} << "more text"; }};
    CHECK(read_from(path) == "more text");
    CHECK_FALSE(file{"-"}.size());
    CHECK_FALSE(file::is_regular("-"));
    ::dup2(kept, 0);
    ::close(kept);
}

TEST_CASE("a regular file is distinguished from others", "[file]") {
    auto const here = testing::folder{};
    CHECK(file::is_regular(here.write("a.log", "")));
    CHECK_FALSE(file::is_regular(here.pipe("pipe")));
    CHECK_FALSE(file::is_regular(here.path()));
    CHECK_FALSE(file::is_regular(here / "none"));
}

TEST_CASE("a file of /proc, which says that it is empty, is read", "[file]") {
    if (!std::filesystem::exists("/proc/self/status")) return;
    CHECK(all(file_source{"/proc/self/status"}).find("Pid:") != std::string::npos);
}

}  // namespace test_source_file
