// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/source/decoder.hpp>
#include <flowlog/source/gzip.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

using namespace flowlog;

static_assert(byte_source<gzip_source<>>);
static_assert(byte_source<gzip_source<memory_source>>);
static_assert(byte_source<zlib_source<>>);

namespace {

auto packed(std::string const& name) -> std::string {
    auto file = std::ifstream{FLOWLOG_TEST_DATA "/gzip/" + name, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot open " + name};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// What the fixtures hold.
auto lines(std::size_t size = std::string::npos) -> std::string {
    auto result = std::string{};
    for (auto i = 1; i <= 10'000; ++i)
        result +=
            "line " + std::to_string(i % 97) + " of the log, " + std::to_string(i % 13) + "\n";
    return result.substr(0, size);
}

struct outcome {
    std::string bytes{};
    std::optional<error> failure{};
};

template <class Source>
auto drain(Source source) -> outcome {
    auto result = outcome{};
    try {
        for (;;) {
            auto const block = source.next();
            if (block.empty()) break;
            REQUIRE(block.size() <= std::size_t{256} << 10);
            result.bytes.append(block.data(), block.size());
        }
        CHECK(source.next().empty());
    } catch (error const& failure) {
        result.failure = failure;
        CHECK_THROWS_AS(source.next(), error);  // and never passes for the end
    }
    return result;
}

auto gunzip(std::string_view bytes, std::size_t block_size = std::size_t{64} << 10) -> outcome {
    return drain(gzip_source{memory_source{bytes, "input", block_size}});
}

/// The same, inflated by a thread of its own.
auto gunzip_ahead(std::string_view bytes, std::size_t block_size = std::size_t{64} << 10)
    -> outcome {
    auto source = any_source{memory_source{bytes, "input", block_size}};
    return drain(find_decoder_named("gzip")->wrap_overlapped(std::move(source), 0));
}

auto inflate(std::string_view bytes, std::size_t block_size = std::size_t{64} << 10) -> outcome {
    return drain(zlib_source{memory_source{bytes, "input", block_size}});
}

void check_failure(outcome const& found, errc code, std::string const& expected) {
    REQUIRE(found.failure.has_value());
    INFO(found.failure->what());
    CHECK(found.failure->code() == code);
    CHECK(found.failure->where().source == "input");
    CHECK(found.failure->message().find(expected) != std::string::npos);
}

}  // namespace

TEST_CASE("Whatever real compressors write is read", "[gzip]") {
    auto const whole = {"gzip-1.gz",  "gzip-9-name.gz", "pigz.gz",   "pigz-independent.gz",
                        "pigz-11.gz", "igzip.gz",       "flushed.gz"};
    for (auto const* const name : whole) {
        INFO(name);
        auto const found = gunzip(packed(name));
        CHECK_FALSE(found.failure);
        CHECK((found.bytes == lines()));
    }
    CHECK((gunzip(packed("stored.gz")).bytes == lines(3000)));
    CHECK((gunzip(packed("header.gz")).bytes == lines(3000)));
    CHECK((inflate(packed("pigz.zz")).bytes == lines()));
    auto const empty = gunzip(packed("empty.gz"));
    CHECK_FALSE(empty.failure);
    CHECK(empty.bytes.empty());
}

TEST_CASE("Blocks of any size give the same bytes", "[gzip]") {
    for (auto const* const name : {"header.gz", "stored.gz", "gzip-9-name.gz", "empty.gz"}) {
        INFO(name);
        auto const bytes = packed(name);
        auto const expected = gunzip(bytes).bytes;
        for (std::size_t size = 1; size <= 64; ++size) {
            auto const found = gunzip(bytes, size);
            CHECK_FALSE(found.failure);
            CHECK((found.bytes == expected));
        }
    }
    auto const zlib = packed("pigz.zz");
    for (std::size_t size = 1; size <= 64; ++size) CHECK((inflate(zlib, size).bytes == lines()));
}

TEST_CASE("Many members are one input", "[gzip]") {
    auto const bytes = packed("header.gz") + packed("empty.gz") + packed("empty.gz") +
                       packed("stored.gz") + packed("gzip-1.gz") + packed("empty.gz");
    for (auto const size : {1, 2, 3, 5, 8, 13, 64, 1'000, 1'000'000}) {
        auto const found = gunzip(bytes, static_cast<std::size_t>(size));
        CHECK_FALSE(found.failure);
        CHECK((found.bytes == lines(3000) + lines(3000) + lines()));
    }
}

TEST_CASE("Zeros after the last member are skipped, all else is an error", "[gzip]") {
    auto const bytes = packed("header.gz");
    auto const end = std::to_string(bytes.size());
    for (auto const size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
        auto const padded = gunzip(bytes + std::string(1000, '\0'), size);
        CHECK_FALSE(padded.failure);
        CHECK((padded.bytes == lines(3000)));
        for (auto const* const garbage : {"x", "xx", "xxx", "xxxxxxxxxxxxxxxxxxxx", "\n"}) {
            auto const found = gunzip(bytes + garbage, size);
            check_failure(found, errc::corrupt, "after the end of its gzip data, at byte " + end);
            CHECK((found.bytes == lines(3000)));
        }
        auto const behind = gunzip(bytes + std::string(10, '\0') + bytes, size);
        check_failure(behind, errc::corrupt, "at byte " + std::to_string(bytes.size() + 10));
        CHECK((behind.bytes == lines(3000)));
        check_failure(gunzip(bytes + "\x1F", size), errc::truncated,
                      "at byte " + std::to_string(bytes.size() + 1));
        check_failure(gunzip(bytes + "\x1Fxyz, and so on", size), errc::corrupt,
                      "damaged gzip data");
    }
    auto const zlib = packed("pigz.zz");
    for (auto const* const garbage : {"x", "xx", "xxx", "xxxxxxxxxxxxxxxxxxxx"}) {
        auto const found = inflate(zlib + garbage);
        check_failure(found, errc::corrupt,
                      "after the end of its zlib data, at byte " + std::to_string(zlib.size()));
        CHECK((found.bytes == lines()));
        for (std::size_t size = 1; size <= 16; ++size) {
            check_failure(inflate(zlib + garbage, size), errc::corrupt,
                          "after the end of its zlib data, at byte " + std::to_string(zlib.size()));
        }
    }
    CHECK(inflate(zlib + std::string(1, '\0')).failure.has_value());
}

TEST_CASE("An input cut at any byte gives its beginning, then an error", "[gzip]") {
    auto const expected = lines();
    for (auto const* const name : {"header.gz", "stored.gz", "gzip-9-name.gz", "empty.gz"}) {
        INFO(name);
        auto const bytes = packed(name);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            auto const found =
                gunzip(std::string_view{bytes}.substr(0, cut), cut % 3 == 0 ? 100 : 100'000);
            REQUIRE(found.failure.has_value());
            REQUIRE(found.failure->code() == errc::truncated);
            REQUIRE(found.failure->message() ==
                    "ends inside a gzip stream, at byte " + std::to_string(cut));
            REQUIRE((found.bytes == std::string_view{expected}.substr(0, found.bytes.size())));
        }
    }
    auto const zlib = packed("pigz.zz");
    for (std::size_t cut = 0; cut < zlib.size(); cut += 11) {
        auto const found = inflate(std::string_view{zlib}.substr(0, cut));
        REQUIRE(found.failure.has_value());
        REQUIRE(found.failure->code() == errc::truncated);
    }
}

TEST_CASE("A changed byte never gives other data without an error", "[gzip]") {
    for (auto const* const name : {"header.gz", "stored.gz", "pigz-11.gz"}) {
        INFO(name);
        auto const bytes = packed(name);
        auto const expected = gunzip(bytes).bytes;
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            auto changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ 1 << at % 8);
            auto const found = gunzip(changed);
            if (!found.failure) REQUIRE((found.bytes == expected));  // a name or a time, say
        }
    }
}

TEST_CASE("Checksum and length are checked at the end", "[gzip]") {
    auto const bytes = packed("header.gz");
    for (std::size_t back = 1; back <= 8; ++back) {
        auto changed = bytes;
        auto& byte = changed[changed.size() - back];
        byte = static_cast<char>(byte ^ 0x10);
        auto const found = gunzip(changed);
        check_failure(found, errc::corrupt, "damaged gzip data");
        CHECK((found.bytes == lines(3000)));  // all of it was handed out before
    }
}

TEST_CASE("A thread of its own inflates and checks the same", "[gzip]") {
    auto const compare = [](std::string_view bytes, std::size_t block_size) {
        auto const expected = gunzip(bytes, block_size);
        auto const found = gunzip_ahead(bytes, block_size);
        REQUIRE((found.bytes == expected.bytes));
        REQUIRE(found.failure.has_value() == expected.failure.has_value());
        if (found.failure) REQUIRE(found.failure->message() == expected.failure->message());
    };
    auto const one = packed("header.gz");
    auto const bytes = one + packed("empty.gz") + packed("empty.gz") + packed("gzip-1.gz") + one;
    for (auto const size : {1, 2, 3, 8, 64, 1'000, 1'000'000})
        compare(bytes, static_cast<std::size_t>(size));
    for (auto const size : {one.size(), bytes.size()}) {
        for (std::size_t back = 1; back <= 9; ++back) {
            auto changed = bytes;
            changed[size - back] = static_cast<char>(changed[size - back] ^ 0x10);
            compare(changed, 100'000);
            compare(std::string_view{bytes}.substr(0, size - back), 100'000);
        }
    }
    compare(bytes + "garbage", 100'000);
    compare(packed("bomb.gz"), 100'000);
}

TEST_CASE("A bomb is handed out in bounded blocks", "[gzip]") {
    auto const found = gunzip(packed("bomb.gz"));
    CHECK_FALSE(found.failure);
    CHECK(found.bytes.size() == 10'000'000);
    CHECK(found.bytes.find_first_not_of('\0') == std::string::npos);
}

TEST_CASE("Streams may end exactly at the end of the buffer", "[gzip]") {
    auto const streams = gunzip(packed("edges.gz")).bytes;
    auto const number = [&](std::size_t at, std::size_t width) {
        std::size_t value = 0;
        for (std::size_t i = width; i-- != 0;)
            value = value << 8 | static_cast<unsigned char>(streams.at(at + i));
        return value;
    };
    auto count = 0;
    for (std::size_t at = 0; at < streams.size(); ++count) {
        auto const size = number(at, 2);
        auto const content = number(at + 2, 4);
        auto const stream = std::string_view{streams}.substr(at + 6, size);
        INFO("stream " << count << " of " << content << " bytes");
        auto const found = stream[0] == '\x1F' ? gunzip(stream) : inflate(stream);
        REQUIRE_FALSE(found.failure);
        REQUIRE(found.bytes.size() == content);
        if (stream[0] == '\x1F') REQUIRE((gunzip_ahead(stream).bytes == found.bytes));
        auto const more = std::string{stream} + "x";
        auto const behind = stream[0] == '\x1F' ? gunzip(more) : inflate(more);
        REQUIRE(behind.failure.has_value());
        REQUIRE(behind.failure->message().ends_with(" data, at byte " + std::to_string(size)));
        REQUIRE(behind.bytes.size() == content);
        at += 6 + size;
    }
    CHECK(count == 1060);
}

TEST_CASE("What is no gzip is refused", "[gzip]") {
    check_failure(gunzip(""), errc::truncated, "at byte 0");
    check_failure(gunzip("2 123456789010 eni-abc123de"), errc::corrupt, "damaged gzip data");
    auto const found = gunzip("\x1F\x8B\x09 and more bytes");
    check_failure(found, errc::corrupt, "damaged gzip data");
    CHECK_FALSE(found.failure->message().ends_with(": "));  // but with what is wrong
    check_failure(inflate("2 123456789010 eni-abc123de"), errc::corrupt, "damaged zlib data");
    // zlib data that need a dictionary
    check_failure(inflate(std::string_view{"\x78\xBB\x01\x02\x03\x04\x63\x00\x00", 9}),
                  errc::corrupt, "damaged zlib data");
}

TEST_CASE("Offsets count from the beginning of the data", "[gzip]") {
    auto const bytes = packed("header.gz") + "garbage";
    auto source = gzip_source{memory_source{bytes, "input"}, 1'000};
    check_failure(drain(std::move(source)), errc::corrupt,
                  "at byte " + std::to_string(1'000 + bytes.size() - 7));
}

TEST_CASE("The component registers its decoders", "[gzip]") {
    auto const found = find_decoder("\x1F\x8B\x08\x00");
    REQUIRE(found.has_value());
    CHECK(found->name == "gzip");
    auto const bytes = packed("header.gz");
    CHECK((drain(found->wrap(any_source{memory_source{bytes, "input"}}, 0)).bytes == lines(3000)));

    auto const zlib = find_decoder_named("zlib");
    REQUIRE(zlib.has_value());
    auto const stream = packed("pigz.zz");
    CHECK((drain(zlib->wrap(any_source{memory_source{stream, "input"}}, 0)).bytes == lines()));
    CHECK_FALSE(find_decoder("").has_value());
    CHECK_FALSE(find_decoder("\x1F\x8C").has_value());
    CHECK_FALSE(find_decoder("2 123456789010").has_value());
    CHECK_FALSE(find_decoder_named("rot13").has_value());
}
