// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/source/memory.hpp>
#include <flowlog/source/overlapped_source.hpp>
#include <flowlog/source/source.hpp>

#include "catch.hpp"

namespace test_source_overlapped_source {

using namespace flowlog;
using flowlog::overlapped_source;

namespace {

/// Makes `count` blocks of the letters a, b, c … in the buffer that it is given, then ends or
/// fails.
class letters {
public:
    explicit letters(std::size_t count, bool fails = false) : count_{count}, fails_{fails} {}

    [[nodiscard]] auto next() -> std::span<char const> { return next(own_); }
    [[nodiscard]] auto next(std::span<char> buffer) -> std::span<char const> {
        if (given_ == count_ && fails_) throw std::runtime_error{"the end is missing"};
        if (given_ == count_) return {};
        std::ranges::fill(buffer, letter(given_++));
        return buffer;
    }
    [[nodiscard]] auto name() const -> std::string { return "letters"; }

    [[nodiscard]] static auto letter(std::size_t block) -> char {
        return static_cast<char>('a' + block % 26);
    }

private:
    std::size_t count_;
    bool fails_;
    std::size_t given_ = 0;
    std::string own_ = std::string(7, '\0');
};

static_assert(block_maker<letters> && block_maker<any_source>);
static_assert(!block_maker<memory_source> && byte_source<memory_source>);

auto read_all(auto source) -> std::string {
    auto result = std::string{};
    for (auto block = source.next(); !block.empty(); block = source.next())
        result.append(block.data(), block.size());
    return result;
}

}  // namespace

TEST_CASE("blocks that a source makes come in their order and stay until the next", "[overlap]") {
    auto source = overlapped_source<any_source>{any_source{letters{100}}};
    CHECK(source.name() == "letters");
    for (std::size_t i = 0; i < 100; ++i) {
        auto const block = source.next();
        REQUIRE(block.size() == block_buffer_size);
        REQUIRE(std::ranges::all_of(block, [&](char c) { return c == letters::letter(i); }));
    }
    CHECK(source.next().empty());
    CHECK(source.next().empty());
}

TEST_CASE("blocks that a source owns are copied, whatever their size", "[overlap]") {
    auto text = std::string{};
    for (std::size_t i = 0; i < 3'000'000; ++i) text += static_cast<char>(i % 251);
    for (auto const size :
         {1'000UL, block_buffer_size - 1, block_buffer_size, 3 * block_buffer_size + 1}) {
        CAPTURE(size);
        CHECK(read_all(overlapped_source<memory_source>{memory_source{text, "text", size}}) ==
              text);
    }
}

TEST_CASE("marks come with their blocks, be they empty", "[overlap]") {
    struct numbered {
        using mark_type = std::size_t;  // 0: none

        auto next() -> std::span<char const> {
            ++number;
            if (number > 100 || number % 7 == 0) return {};
            return std::string_view{"block"};
        }
        [[nodiscard]] auto mark() const -> mark_type { return number > 100 ? 0 : number; }
        [[nodiscard]] auto name() const -> std::string { return "numbered"; }

        std::size_t number = 0;
    };
    auto source = overlapped_source<numbered>{numbered{}};
    for (std::size_t i = 1; i <= 100; ++i) {
        auto const block = source.next();
        CHECK(source.mark() == i);
        CHECK(block.empty() == (i % 7 == 0));
    }
    CHECK(source.next().empty());
    CHECK(source.mark() == 0);
}

TEST_CASE("a rewound source writes its later blocks in place", "[overlap]") {
    auto source = any_source{rewound_source<any_source>{"front", any_source{letters{1}}}};
    auto buffer = std::string(block_buffer_size, '\0');
    auto const front = next_block(source, buffer);
    CHECK(std::string_view{front.data(), front.size()} == "front");
    CHECK(next_block(source, buffer).data() == buffer.data());
    CHECK(next_block(source, buffer).empty());
}

TEST_CASE("an exception comes after the blocks before it, and again", "[overlap]") {
    auto source = overlapped_source<letters>{letters{2, true}};
    CHECK(source.next().size() == block_buffer_size);
    CHECK(source.next().size() == block_buffer_size);
    CHECK_THROWS_WITH(source.next(), "the end is missing");
    CHECK_THROWS_WITH(source.next(), "the end is missing");
}

TEST_CASE("a source that is being read can be assigned to", "[overlap]") {
    auto source = overlapped_source<letters>{letters{1'000'000}};
    CHECK(source.next().front() == 'a');
    source = overlapped_source<letters>{letters{2}};
    CHECK(read_all(std::move(source)).size() == 2 * block_buffer_size);
}

TEST_CASE("a source can be left before its end", "[overlap]") {
    auto source = overlapped_source<letters>{letters{1'000'000}};
    auto const block = source.next();
    CHECK(block.front() == 'a');
    auto moved = std::move(source);
    CHECK(moved.next().front() == 'b');
}

}  // namespace test_source_overlapped_source
