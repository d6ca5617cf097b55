// SPDX-License-Identifier: BSL-1.0
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <flowlog/source/block_codec.hpp>

#ifdef FLOWLOG_TEST_LZ4
#include <flowlog/source/lz4.hpp>
#endif
#ifdef FLOWLOG_TEST_LZO
#include <flowlog/source/lzo.hpp>
#endif

#include "catch.hpp"

namespace test_source_block_codec {

using namespace flowlog;

namespace {

/// Checks that a codec decodes `block` to `plain`, and refuses it if it is cut or does not fit.
void check(codec c, std::string_view block, std::string_view plain) {
    auto const decode = find_block_codec(c);
    REQUIRE(decode != nullptr);
    auto buffer = std::string(plain.size(), '\0');
    CHECK(decode(block, buffer) == plain.size());
    CHECK(buffer == plain);
    buffer.resize(plain.size() - 1);
    CHECK_FALSE(decode(block, buffer));
    CHECK_FALSE(decode(block, std::span<char>{}));
    CHECK_FALSE(decode(block.substr(0, block.size() - 1), buffer));
    CHECK_FALSE(decode({}, buffer));
}

}  // namespace

TEST_CASE("codecs have the names of their components", "[block_codec]") {
    CHECK(name(codec::lzo) == "lzo");
    CHECK(name(codec::bzip2) == "bzip2");
    CHECK(name(codec::lz4) == "lz4");
    CHECK(name(codec::zstd) == "zstd");
}

TEST_CASE("a user's decoder replaces another", "[block_codec]") {
    auto const before = find_block_codec(codec::lzo);
    CHECK(register_block_codec(codec::lzo, [](std::span<char const>, std::span<char>) {
        return std::optional{std::size_t{3}};
    }));
    CHECK(find_block_codec(codec::lzo)({}, {}) == 3U);
    register_block_codec(codec::lzo, before);
    CHECK(find_block_codec(codec::lzo) == before);
}

#ifdef FLOWLOG_TEST_LZ4
TEST_CASE("LZ4 blocks are decoded", "[lz4]") {
    // one literal run, and a match that repeats it
    check(codec::lz4,
          std::string_view{"\x44"
                           "abcd"
                           "\x04\x00"
                           "\x50"
                           "abcde",
                           13},
          "abcdabcdabcdabcde");
}
#endif

#ifdef FLOWLOG_TEST_LZO
TEST_CASE("LZO blocks are decoded", "[lzo]") {
    check(codec::lzo,
          std::string_view{"\x16"
                           "abcde"
                           "\x11\x00\x00",
                           9},
          "abcde");
}
#endif

}  // namespace test_source_block_codec
