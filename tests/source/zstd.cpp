// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <zstd.h>

#include <flowlog/error.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/source/zstd.hpp>

#include "catch.hpp"
#include "drained.hpp"

namespace test_source_zstd {

using namespace flowlog;

namespace {

static_assert(byte_source<zstd_source<>> && byte_source<zstd_source<memory_source>>);
static_assert(!std::copyable<zstd_source<memory_source>>);

auto text(std::size_t size) -> std::string {
    auto result = std::string{};
    for (auto i = 0; result.size() < size; ++i)
        result += "line " + std::to_string(i * 7919 % 1000) + '\n';
    return result.substr(0, size);
}

auto packed(std::string_view bytes, int window_log = 0, bool checksum = true) -> std::string {
    auto* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0);
    if (window_log != 0) {
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    }
    auto result = std::string(ZSTD_compressBound(bytes.size()), '\0');
    auto in = ZSTD_inBuffer{bytes.data(), bytes.size(), 0};
    auto out = ZSTD_outBuffer{result.data(), result.size(), 0};
    // in two steps, so that the frame does not know its size
    if (window_log != 0) ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
    REQUIRE(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) == 0);
    ZSTD_freeCCtx(context);
    result.resize(out.pos);
    return result;
}

auto skippable(std::string_view bytes) -> std::string {
    auto const size = static_cast<char>(bytes.size());
    return std::string{"\x5A\x2A\x4D\x18"} + std::string{size, '\0', '\0', '\0'} +
           std::string{bytes};
}

auto drain(std::string_view bytes, std::size_t block_size = 1 << 16) -> drained {
    return drained::of(zstd_source{memory_source{bytes, "x.zst", block_size}});
}

}  // namespace

TEST_CASE("zstd frames are decoded, however they come", "[zstd]") {
    auto const plain = text(700'000);
    auto const half = plain.size() / 2;
    auto const frames = packed(std::string_view{plain}.substr(0, half)) + skippable("meta") +
                        packed("") + packed(std::string_view{plain}.substr(half)) + skippable("");
    for (auto const block_size :
         {std::size_t{1}, std::size_t{3}, std::size_t{64}, std::size_t{4096}, frames.size()}) {
        CAPTURE(block_size);
        auto const result = drain(frames, block_size);
        CHECK(result.what == "");
        CHECK((result.bytes == plain));
    }
    CHECK(drain("").what == "");
    CHECK(drain(packed("")).bytes == "");
    CHECK(drain(packed("")).what == "");
}

TEST_CASE("zstd data that expand without end stay in bounds", "[zstd]") {
    auto const zeros = packed(std::string(50'000'000, '\0'));
    CHECK(zeros.size() < 10'000);
    auto source = zstd_source{memory_source{zeros}};
    auto size = std::size_t{0};
    for (auto block = source.next(); !block.empty(); block = source.next()) {
        if (block.size() > block_buffer_size) FAIL("block too large");
        size += block.size();
    }
    CHECK(size == 50'000'000);
}

TEST_CASE("a zstd file cut off anywhere is truncated, after its good bytes", "[zstd]") {
    auto const plain = text(300'000);
    auto const frame = packed(plain);
    auto const two = frame + frame;
    auto before = std::size_t{0};
    for (std::size_t size = 1; size < two.size();
         size += size < 100 || size > two.size() - 200 ? std::size_t{1} : std::size_t{97}) {
        if (size == frame.size()) continue;
        auto const result =
            drain(std::string_view{two}.substr(0, size), size % 2 == 0 ? 17 : 70'000);
        CAPTURE(size);
        CHECK(result.code == errc::truncated);
        CHECK(result.bytes.size() >= before);
        before = result.bytes.size();
    }
    CHECK(before == 2 * plain.size());  // but for the checksum
    auto const cut = drain(std::string_view{frame}.substr(0, frame.size() - 3));
    CHECK(cut.what ==
          "x.zst: ends inside a zstd frame, at byte " + std::to_string(frame.size() - 3));
}

TEST_CASE("damaged zstd data are corrupt, after their good bytes", "[zstd]") {
    auto const plain = text(600'000);
    auto frame = packed(plain);
    SECTION("checksum") {
        frame.back() = static_cast<char>(frame.back() ^ 1);
        auto const result = drain(frame);
        CHECK(result.code == errc::corrupt);
        CHECK(result.bytes.size() > plain.size() - (1 << 18));
        CHECK(plain.starts_with(result.bytes));
    }
    SECTION("a frame of garbage") {
        auto const result = drain(frame + "garbage");
        CHECK(result.code == errc::corrupt);
        CHECK((result.bytes == plain));
        CHECK(result.what.find("near byte " + std::to_string(frame.size())) != std::string::npos);
    }
    SECTION("any byte") {
        for (std::size_t at = 0; at < frame.size(); at += 211) {
            auto damaged = frame;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
            auto const result = drain(damaged);
            CAPTURE(at);
            CHECK((result.code == errc::corrupt || result.code == errc::truncated));
        }
    }
    SECTION("the error is thrown again") {
        auto source = zstd_source{memory_source{"\x28\xB5\x2F\xFD garbage and more of it"}};
        CHECK_THROWS_AS(source.next(), error);
        CHECK_THROWS_AS(source.next(), error);
    }
}

TEST_CASE("a zstd frame that asks for more than 128 MiB is refused", "[zstd]") {
    auto const plain = text(100'000);
    CHECK((drain(packed(plain, 27)).bytes == plain));
    auto const result = drain(packed(plain, 28));
    CHECK(result.code == errc::unsupported);
    CHECK(result.what.find("a window of more than 128 MiB") != std::string::npos);
}

TEST_CASE("zstd is found by its first bytes", "[zstd]") {
    auto const frame = packed("hello");
    auto const found = find_decoder(frame);
    REQUIRE(found);
    CHECK(found->name == "zstd");
    auto const result = drained::of(found->wrap(memory_source{frame.substr(0, 6), "x"}, 1000));
    CHECK(result.what == "x: ends inside a zstd frame, at byte 1006");
    CHECK(drained::of(found->wrap(memory_source{frame}, 0)).bytes == "hello");
    CHECK(find_decoder(skippable("x") + frame)->name == "zstd");
    CHECK_FALSE(find_decoder("(\xB5/"));
    CHECK_FALSE(find_decoder("P*M\x17"));
}

TEST_CASE("zstd blocks are decoded into a buffer of their size", "[zstd]") {
    auto const decode = find_block_codec(codec::zstd);
    REQUIRE(decode != nullptr);
    auto const block = packed("some bytes");
    auto buffer = std::string(10, '\0');
    CHECK(decode(block, buffer) == 10U);
    CHECK(buffer == "some bytes");
    buffer.resize(9);
    CHECK_FALSE(decode(block, buffer));
    CHECK_FALSE(decode(std::string_view{block}.substr(1), buffer));
    CHECK_FALSE(decode(std::string_view{block}.substr(0, block.size() - 1), buffer));
}

}  // namespace test_source_zstd
