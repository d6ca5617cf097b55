// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/source/input.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "source/drained.hpp"

namespace test_source_input {

using flowlog::errc;
using flowlog::input;
using flowlog::memory_input;

static_assert(std::copyable<input>);
static_assert(flowlog::openable<memory_input>);
static_assert(!flowlog::openable<std::string> && !flowlog::openable<flowlog::file_source>);
static_assert(std::convertible_to<std::string, input> && std::convertible_to<char const*, input> &&
              std::convertible_to<memory_input, input>);
static_assert(!std::convertible_to<int, input>);

static auto bytes_of(input const& from) -> std::string { return drained::of(from.open()).bytes; }

static auto read_at(input const& from, std::uint64_t offset, std::size_t size) -> std::string {
    auto buffer = std::string(size, '?');
    buffer.resize(from.read_at(offset, buffer));
    return buffer;
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

static void check_random_access(input const& from, std::string const& bytes) {
    CHECK(from.random_access());
    CHECK(from.size() == bytes.size());
    CHECK(bytes_of(from) == bytes);
    CHECK(bytes_of(from) == bytes);  // once more from its start
    for (std::uint64_t begin = 0; begin <= bytes.size() + 1; ++begin) {
        for (std::uint64_t end = 0; end <= bytes.size() + 2; ++end) {
            auto const from_here = bytes.substr(std::min<std::size_t>(begin, bytes.size()));
            auto const expected = end < begin ? "" : from_here.substr(0, end - begin);
            CAPTURE(begin, end);
            CHECK(drained::of(from.open_range(begin, end)).bytes == expected);
            if (end >= begin) CHECK(read_at(from, begin, end - begin) == expected);
        }
    }
}

TEST_CASE("a path is an input that is opened later", "[input]") {
    auto const here = testing::folder{};
    auto const path = here / "a.log";
    auto const from = input{path};
    CHECK(from.name() == path);
    CHECK_FALSE(from.size());
    CHECK_FALSE(from.random_access());
    CHECK(caught([&] { static_cast<void>(from.open()); })->code() == errc::cannot_open);
    CHECK(caught([&] { static_cast<void>(from.hold()); })->code() == errc::cannot_open);
    here.write("a.log", "0123456789");
    check_random_access(from, "0123456789");
    check_random_access(from.hold(), "0123456789");
    CHECK(from.open().name() == path);
    CHECK(from.open_range(1, 2).name() == path);
    auto const copy = from;
    CHECK(copy.name() == path);
    CHECK(input{std::filesystem::path{path}}.name() == path);
    CHECK(caught([&] { static_cast<void>(input{here.path()}.open()); })->code() ==
          errc::cannot_open);
}

TEST_CASE("a file that is held stays the same when it is replaced", "[input]") {
    auto const here = testing::folder{};
    auto const from = input{here.write("a.log", "old bytes")};
    auto const held = from.hold();
    std::filesystem::rename(here.write("b.log", "new"), here / "a.log");
    CHECK(bytes_of(held) == "old bytes");
    CHECK(bytes_of(held.hold()) == "old bytes");
    CHECK(held.size() == 9U);
    CHECK(read_at(held, 4, 5) == "bytes");
    CHECK(bytes_of(from) == "new");
    CHECK(from.size() == 3U);
}

TEST_CASE("a pipe is an input without a size", "[input]") {
    auto const here = testing::folder{};
    auto const from = input{here.pipe("pipe")};
    auto writer = std::jthread{[&] { std::ofstream{from.name()} << "some bytes"; }};
    CHECK_FALSE(from.size());
    CHECK_FALSE(from.random_access());
    CHECK(bytes_of(from) == "some bytes");
}

TEST_CASE("standard input can be opened once", "[input]") {
    auto const from = input{"-"};
    auto const copy = from;
    CHECK(from.name() == "-");
    CHECK_FALSE(from.size());
    CHECK_FALSE(from.random_access());
    CHECK(from.open().name() == "-");
    auto const again = caught([&] { static_cast<void>(copy.open()); });
    REQUIRE(again);
    CHECK(again->code() == errc::cannot_open);
    CHECK(again->where().source == "-");
}

TEST_CASE("bytes in memory are an input", "[input]") {
    auto const bytes = std::string{"0123456789"};
    check_random_access(memory_input{bytes}, bytes);
    check_random_access(memory_input::borrowed(bytes, "mine").in_blocks_of(3), bytes);
    CHECK(input{memory_input{bytes}}.name() == "memory");
    CHECK(input{memory_input{bytes, "mine"}}.open().name() == "mine");
    CHECK(input{memory_input::borrowed(bytes)}.open().next().data() == bytes.data());
    auto source = input{memory_input{std::string(1000, 'x')}}.open();  // shares the bytes
    CHECK(drained::of(std::move(source)).bytes == std::string(1000, 'x'));
    auto blocks = input{memory_input{bytes}.in_blocks_of(4)}.open();
    CHECK(blocks.next().size() == 4);
}

namespace {

/// What a user may write: the least that can be opened.
struct stream {
    std::string text;
    [[nodiscard]] auto name() const -> std::string { return "stream"; }
    [[nodiscard]] auto open() const -> flowlog::memory_source {
        return flowlog::memory_source{text, "stream"};
    }
};

/// The least that has random access.
struct object : stream {
    [[nodiscard]] auto size() const -> std::optional<std::uint64_t> { return text.size(); }
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        auto const from = text.substr(std::min<std::size_t>(offset, text.size()), buffer.size());
        from.copy(buffer.data(), from.size());
        return from.size();
    }
};

}  // namespace

TEST_CASE("a user makes inputs", "[input]") {
    auto const plain = input{stream{"bytes"}};
    CHECK(plain.name() == "stream");
    CHECK(bytes_of(plain) == "bytes");
    CHECK_FALSE(plain.size());
    CHECK_FALSE(plain.random_access());
    CHECK(caught([&] { static_cast<void>(plain.open_range(0, 1)); })->code() == errc::read_failed);
    CHECK(caught([&] { read_at(plain, 0, 1); })->code() == errc::read_failed);
    CHECK(bytes_of(plain.hold()) == "bytes");
    check_random_access(object{{"0123456789"}}, "0123456789");
    auto const large = std::string(700'000, 'x') + std::string(700'000, 'y');
    CHECK(drained::of(input{object{{large}}}.open_range(1, 1'300'000)).bytes ==
          large.substr(1, 1'299'999));
}

TEST_CASE("a list of inputs is made of anything that makes one", "[input]") {
    auto const count = [](std::vector<input> const& inputs) { return inputs.size(); };
    CHECK(count({"a.log", "b.log"}) == 2);
    CHECK(count({"a.log"}) == 1);
    CHECK(count({memory_input{"x"}, "a.log", std::string{"-"}}) == 3);
}

}  // namespace test_source_input
