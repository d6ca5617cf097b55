// SPDX-License-Identifier: BSL-1.0
#include <concepts>
#include <string>
#include <string_view>

#include <bzlib.h>

#include <flowlog/error.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/bzip2.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "drained.hpp"

namespace test_source_bzip2 {

using namespace flowlog;

namespace {

static_assert(byte_source<bzip2_source<>> && byte_source<bzip2_source<memory_source>>);
static_assert(!std::copyable<bzip2_source<memory_source>>);

auto text(std::size_t size) -> std::string {
    auto result = std::string{};
    for (auto i = 0; result.size() < size; ++i)
        result += "line " + std::to_string(i * 7919 % 1000) + '\n';
    return result.substr(0, size);
}

auto packed(std::string plain, int level = 1) -> std::string {
    auto size = static_cast<unsigned>(plain.size() + plain.size() / 100 + 600);
    auto result = std::string(size, '\0');
    REQUIRE(BZ2_bzBuffToBuffCompress(result.data(), &size, plain.data(),
                                     static_cast<unsigned>(plain.size()), level, 0, 0) == BZ_OK);
    result.resize(size);
    return result;
}

auto drain(std::string_view bytes, std::size_t block_size = 1 << 16) -> drained {
    return drained::of(bzip2_source{memory_source{bytes, "x.bz2", block_size}});
}

}  // namespace

TEST_CASE("bzip2 streams are decoded, however they come", "[bzip2]") {
    auto const plain = text(400'000);
    auto const streams =
        packed(plain.substr(0, 250'000)) + packed("") + packed(plain.substr(250'000), 9);
    for (auto const block_size :
         {std::size_t{1}, std::size_t{64}, std::size_t{4096}, streams.size()}) {
        CAPTURE(block_size);
        auto const result = drain(streams, block_size);
        CHECK(result.what == "");
        CHECK((result.bytes == plain));
    }
    CHECK(drain("").what == "");
    CHECK(drain(packed("")).bytes == "");
}

TEST_CASE("bzip2 data that expand without end stay in bounds", "[bzip2]") {
    auto const zeros = packed(std::string(20'000'000, '\0'), 9);
    CHECK(zeros.size() < 1000);
    auto source = bzip2_source{memory_source{zeros}};
    auto size = std::size_t{0};
    for (auto block = source.next(); !block.empty(); block = source.next()) size += block.size();
    CHECK(size == 20'000'000);
}

TEST_CASE("a bzip2 file cut off anywhere is truncated, after its good bytes", "[bzip2]") {
    auto const plain = text(250'000);
    auto const stream = packed(plain);
    auto before = std::size_t{0};
    for (std::size_t size = 1; size < stream.size();
         size +=
         size % 499 < 30 || size > stream.size() - 500 ? std::size_t{1} : std::size_t{469}) {
        auto const result =
            drain(std::string_view{stream}.substr(0, size), size % 2 == 0 ? 17 : 70'000);
        CAPTURE(size);
        CHECK(result.code == errc::truncated);
        CHECK(result.bytes.size() >= before);
        before = result.bytes.size();
    }
    CHECK(before == plain.size());
    CHECK(drain(stream.substr(0, 9)).what == "x.bz2: ends inside a bzip2 stream, at byte 9");
}

TEST_CASE("damaged bzip2 data are corrupt, after their good bytes", "[bzip2]") {
    auto const plain = text(250'000);
    auto const stream = packed(plain);
    SECTION("the last checksum") {
        auto damaged = stream;
        damaged[damaged.size() - 3] = static_cast<char>(damaged[damaged.size() - 3] ^ 1);
        auto const result = drain(damaged);
        CHECK(result.code == errc::corrupt);
        CHECK((result.bytes == plain));
    }
    SECTION("a stream of garbage") {
        auto const result = drain(stream + "garbage");
        CHECK(result.code == errc::corrupt);
        CHECK((result.bytes == plain));
    }
    SECTION("the last block") {
        auto damaged = stream;
        auto const at = damaged.size() - 1000;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        auto const result = drain(damaged);
        CHECK(result.code == errc::corrupt);
        // the library checks a block when it has handed it out
        CHECK(result.bytes.size() > 150'000);
        CHECK((plain.substr(0, 150'000) == result.bytes.substr(0, 150'000)));
    }
    SECTION("the error is thrown again") {
        auto source = bzip2_source{memory_source{"BZh9 and nothing more than that"}};
        CHECK_THROWS_AS(source.next(), error);
        CHECK_THROWS_AS(source.next(), error);
    }
}

TEST_CASE("bzip2 is found by its first bytes", "[bzip2]") {
    auto const stream = packed("hello");
    auto const found = find_decoder(stream);
    REQUIRE(found);
    CHECK(found->name == "bzip2");
    CHECK(drained::of(found->wrap(memory_source{stream}, 0)).bytes == "hello");
    CHECK(find_decoder(packed(""))->name == "bzip2");
    CHECK(find_decoder("BZh91")->name == "bzip2");
    CHECK_FALSE(find_decoder("BZh9"));
    CHECK_FALSE(find_decoder("BZh9 is no flow"));
    CHECK_FALSE(find_decoder("BZh0\x31\x41\x59\x26\x53\x59"));
}

TEST_CASE("bzip2 blocks are decoded into a buffer of their size", "[bzip2]") {
    auto const decode = find_block_codec(codec::bzip2);
    REQUIRE(decode != nullptr);
    auto const block = packed("some bytes");
    auto buffer = std::string(10, '\0');
    CHECK(decode(block, buffer) == 10U);
    CHECK(buffer == "some bytes");
    buffer.resize(9);
    CHECK_FALSE(decode(block, buffer));
    CHECK_FALSE(decode(std::string_view{block}.substr(0, block.size() - 1), buffer));
}

}  // namespace test_source_bzip2
