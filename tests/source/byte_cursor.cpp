// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/source/byte_cursor.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_source_byte_cursor {

using namespace flowlog;

TEST_CASE("A cursor shows pieces of any size, whatever the blocks are", "[byte_cursor]") {
    auto text = std::string{};
    for (auto i = 0; i < 500; ++i) text += static_cast<char>('a' + i % 23);
    for (std::size_t block = 1; block <= 70; ++block) {
        INFO("blocks of " << block);
        auto cursor = byte_cursor{memory_source{text, "x", block}};
        auto read = std::string{};
        // 1, 2, 3, … bytes at a time, each fetched twice, and then the bytes after them
        for (std::size_t size = 1; cursor.fetch(size); ++size) {
            CHECK(cursor.offset() == read.size());
            auto const piece = std::string{cursor.ahead().substr(0, size)};
            static_cast<void>(cursor.fetch(size + 7));
            CHECK(cursor.ahead().substr(0, size) == piece);
            CHECK(cursor.offset() == read.size());
            read += piece;
            cursor.skip(size);
        }
        CHECK(read == text.substr(0, read.size()));
        CHECK(cursor.offset() == read.size());
        CHECK(read + std::string{cursor.ahead()} == text);
        CHECK_FALSE(cursor.fetch(1000));
        cursor.skip(cursor.ahead().size());
        CHECK_FALSE(cursor.fetch(1));
        CHECK(cursor.fetch(0));
        CHECK(cursor.offset() == text.size());
        CHECK(cursor.name() == "x");
    }
}

TEST_CASE("What was passed over stays readable until the next fetch", "[byte_cursor]") {
    auto const text = std::string{"abcdefghij"};
    auto cursor = byte_cursor{memory_source{text, "x", 3}};
    CHECK(cursor.fetch(4));
    auto const piece = cursor.ahead().substr(0, 4);
    cursor.skip(4);
    CHECK(piece == "abcd");
    auto moved = std::move(cursor);
    CHECK(piece == "abcd");
    CHECK(moved.fetch(6));
    CHECK(moved.ahead() == "efghij");
}

TEST_CASE("A cursor over a range counts from the beginning of the range", "[byte_cursor]") {
    auto cursor = byte_cursor{memory_source{"abcdef", "x", 4}, 1000};
    CHECK(cursor.offset() == 1000);
    REQUIRE(cursor.fetch(5));
    cursor.skip(5);
    CHECK(cursor.offset() == 1005);
}

TEST_CASE("A cursor goes on in the decoded rest", "[byte_cursor]") {
    // "decodes" by adding two bytes before the rest, and names the offset at which it began
    auto const how = decoder{.name = "test",
                             .matches = [](std::string_view) { return false; },
                             .wrap =
                                 [](any_source packed, std::uint64_t offset) {
                                     return any_source{rewound_source<any_source>{
                                         std::to_string(offset) + "!", std::move(packed)}};
                                 }};
    for (std::size_t i = 2; i <= 25; ++i) {
        auto const overlap = i % 2 == 1;
        auto cursor = byte_cursor{memory_source{"headerREST", "x", i / 2}};
        REQUIRE(cursor.fetch(8));
        cursor.skip(6);
        cursor.decode_rest(how, overlap);
        CHECK(cursor.offset() == 6);
        REQUIRE(cursor.fetch(6));
        CHECK(cursor.ahead().substr(0, 6) == "6!REST");
        CHECK_FALSE(cursor.fetch(7));
        CHECK(cursor.name() == "x");
    }
}

}  // namespace test_source_byte_cursor
