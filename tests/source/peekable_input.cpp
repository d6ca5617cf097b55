// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/output/record_column.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/peekable_input.hpp>

#include "catch.hpp"
#include "source/drained.hpp"

namespace test_source_peekable_input {

using flowlog::any_source;
using flowlog::errc;
using flowlog::peekable_input;

/// Like a pipe: the bytes of a text are gone once they are read, and the end may be a failure.
class pipe_like {
public:
    pipe_like(std::string text, std::size_t block_size, bool fails = false)
        : state_{std::make_shared<state>(state{std::move(text), block_size, fails})} {}

    [[nodiscard]] auto name() const -> std::string { return "pipe"; }
    [[nodiscard]] auto open() const -> any_source { return source{state_}; }
    [[nodiscard]] auto taken() const -> std::size_t { return state_->at; }
    void append(std::string const& more) const { state_->text += more; }

private:
    struct state {
        std::string text;
        std::size_t block_size;
        bool fails;
        std::size_t at = 0;
    };

    struct source {
        [[nodiscard]] auto next() -> std::span<char const> {
            auto const block =
                std::string_view{from->text}.substr(from->at).substr(0, from->block_size);
            if (block.empty() && from->fails)
                throw flowlog::error{errc::read_failed, {"pipe"}, "broke"};
            from->at += block.size();
            return block;
        }
        [[nodiscard]] auto name() const -> std::string { return "pipe"; }
        std::shared_ptr<state> from;
    };

    std::shared_ptr<state> state_;
};

static auto bytes_of(flowlog::input const& from) -> std::string {
    return drained::of(from.open()).bytes;
}

static auto code_of_opening(peekable_input const& from) -> std::error_code {
    try {
        static_cast<void>(from.open());
    } catch (flowlog::error const& failure) {
        return failure.code();
    }
    FAIL("it was opened");
    return {};
}

TEST_CASE("what was looked at of an input is read again", "[peekable_input]") {
    for (auto const size : {std::size_t{1}, std::size_t{3}, std::size_t{100}}) {
        auto const pipe = pipe_like{"abcdefgh", size};
        auto const all = peekable_input::of(pipe);
        CHECK(all.name() == "pipe");
        CHECK(pipe.taken() == 0);
        auto first = all.beginning().open();
        CHECK(first.next().front() == 'a');
        CHECK(pipe.taken() == std::min<std::size_t>(size, 8));
        CHECK(all.beginning().open().next().front() == 'a');
        CHECK(pipe.taken() == std::min<std::size_t>(size, 8));
        auto const block = first.next();
        auto const text = std::string{block.begin(), block.end()};
        CHECK(bytes_of(all) == "abcdefgh");
        CHECK(std::string{block.begin(), block.end()} == text);  // valid until the next call
        CHECK_THROWS_WITH(first.next(), Catch::Matchers::Contains("was opened"));
    }
}

TEST_CASE("an input may be looked at to its end, or not at all", "[peekable_input]") {
    auto const looked_at = peekable_input::of(pipe_like{"abc", 2});
    CHECK(bytes_of(looked_at.beginning()) == "abc");
    CHECK(bytes_of(looked_at.beginning()) == "abc");
    CHECK(bytes_of(looked_at) == "abc");
    CHECK(bytes_of(peekable_input::of(pipe_like{"abc", 2})) == "abc");
    CHECK(bytes_of(peekable_input::of(pipe_like{"", 2})).empty());
}

TEST_CASE("a peekable input is opened once, by whatever copy", "[peekable_input]") {
    auto const one = peekable_input::of(pipe_like{"abc", 2});
    auto const other = one;
    CHECK(bytes_of(one) == "abc");
    CHECK(code_of_opening(other) == errc::cannot_open);
}

TEST_CASE("an input that could not be opened may be opened later", "[peekable_input]") {
    struct busy {
        [[nodiscard]] auto name() const -> std::string { return "busy"; }
        [[nodiscard]] auto open() const -> any_source {
            if (--*times >= 0) throw flowlog::error{errc::cannot_open, {"busy"}, "is busy"};
            return pipe_like{"abc", 2}.open();
        }
        std::shared_ptr<int> times = std::make_shared<int>(2);
    };
    auto const all = peekable_input::of(busy{});
    CHECK_THROWS_WITH(all.beginning().open().next(), Catch::Matchers::Contains("busy"));
    CHECK_THROWS_WITH(all.open(), Catch::Matchers::Contains("busy"));
    CHECK(bytes_of(all) == "abc");
}

TEST_CASE("an end that was seen is the end", "[peekable_input]") {
    auto const pipe = pipe_like{"abcd", 2};
    auto const all = peekable_input::of(pipe);
    CHECK(bytes_of(all.beginning()) == "abcd");
    pipe.append("efgh");  // of a second writer
    CHECK(bytes_of(all.beginning()) == "abcd");
    CHECK(bytes_of(all) == "abcd");
}

TEST_CASE("several threads look at an input", "[peekable_input]") {
    auto const text = std::string(10'000, 'x') + "y";
    auto const all = peekable_input::of(pipe_like{text, 7});
    auto found = std::vector<std::string>(4);
    {
        auto threads = std::vector<std::jthread>{};
        for (auto& bytes : found)
            threads.emplace_back([&bytes, &all] { bytes = bytes_of(all.beginning()); });
    }
    for (auto const& bytes : found) CHECK(bytes == text);
    CHECK(bytes_of(all) == text);
}

TEST_CASE("a failure while looking at an input comes again where it was", "[peekable_input]") {
    auto const broken = peekable_input::of(pipe_like{"abc", 2, true});
    for ([[maybe_unused]] auto const time : {1, 2}) {
        auto const found = drained::of(broken.beginning().open());
        CHECK(found.bytes == "abc");
        CHECK(found.code == errc::read_failed);
    }
    auto const found = drained::of(broken.open());
    CHECK(found.bytes == "abc");
    CHECK(found.code == errc::read_failed);
}

TEST_CASE("the columns of a pipe are known before its flows are read", "[peekable_input]") {
    auto const text = std::string{"srcaddr dstaddr team\n10.0.0.1 10.0.0.2 red\n"};
    auto const pipe = peekable_input::of(pipe_like{text, 5});
    auto log = flowlog::open(pipe.beginning());
    auto const columns = flowlog::columns_of(log);
    REQUIRE(columns.size() == 3);
    CHECK(columns[2].name == "team");
    auto again = flowlog::open(pipe);
    auto records = 0;
    for ([[maybe_unused]] auto const& record : again) ++records;
    CHECK(records == 1);
}

}  // namespace test_source_peekable_input
