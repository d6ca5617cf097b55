// SPDX-License-Identifier: BSL-1.0
// Stores that are cut off, damaged or made to do harm: whole flows are delivered, then an error
// names the byte.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/format/flowd.hpp>
#include <flowlog/source/memory.hpp>

#include "archives.hpp"
#include "catch.hpp"
#include "cuts.hpp"
#include "repeats.hpp"

namespace test_format_flowd_damage {

using namespace flowlog;

namespace {

auto const fixtures = archives::directory("flowd");

auto make(memory_source source) -> flowd_reader<memory_source> {
    return flowd_reader{std::move(source)};
}

auto good(std::string const& name) -> std::string {
    return archives::read(fixtures / (name + ".flowd"));
}

/// A store with a change, and what must become of it.
struct expectation {
    std::string name;
    std::size_t records;
    std::size_t malformed;
    std::optional<errc> failure;
    std::string message{};  ///< a part of it
};

void check(std::string_view bytes, expectation const& expected) {
    INFO(expected.name);
    for (auto const block_size : {std::size_t{1} << 18, std::size_t{7}}) {
        auto const outcome = archives::run(bytes, make, block_size, false);
        CHECK(outcome.stats.records == expected.records);
        CHECK(outcome.stats.malformed == expected.malformed);
        CHECK(outcome.failure.has_value() == expected.failure.has_value());
        if (!outcome.failure) continue;
        INFO(outcome.failure->what());
        if (expected.failure) CHECK(outcome.failure->code() == *expected.failure);
        CHECK(outcome.failure->message().find(expected.message) != std::string::npos);
    }
}

/// The bytes with a bit of one flipped.
auto flipped(std::string bytes, std::size_t at) -> std::string {
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
    return bytes;
}

using namespace std::string_literals;
/// Records of one field, without a checksum: the mask has the source address alone.
auto const bare = "\x60\x01\x00\x00\x00\x00\x00\x20\xC0\x00\x02\x01"s;

}  // namespace

TEST_CASE("Damaged stores give whole flows, then an error with its offset", "[flowd]") {
    auto const expected = std::vector<expectation>{
        {"text", 0, 0, errc::unknown_format,
         "is no flowd store: it begins with '# this i', at byte 0"},
        {"v2-bad-crc", 119, 1, std::nullopt},
        {"v2-bad-magic", 0, 0, errc::unknown_format, "is no flowd store"},
        {"v2-cut-body", 3, 0, errc::truncated, "ends within a flow, at byte 344"},
        {"v2-cut-filehdr", 0, 0, errc::truncated, "within the header of a flowd store, at byte 10"},
        {"v2-flags", 120, 0, std::nullopt},
        {"v2-unknown-bit", 3, 0, errc::corrupt,
         "fields that its version does not know, at byte 304"},
        {"v3-bad-major", 3, 0, errc::corrupt, "no marker of store version 3, at byte 348"},
        {"v3-bit31", 0, 0, errc::corrupt, "fields that its version does not know, at byte 0"},
        {"v3-cut-header", 3, 0, errc::truncated, "at byte 353"},
        {"v3-len-long", 0, 0, errc::corrupt, "a length other than its fields have"},
        {"v3-len0", 3, 0, errc::corrupt, "a length other than its fields have, at byte 348"},
        {"v3-len126", 0, 0, errc::corrupt, "a length other than its fields have"},
        {"v3-mid-garbage", 3, 0, errc::corrupt, "at byte 348"},
        {"v3-minor1-nocrc", 2, 0, std::nullopt},
        {"v3-reserved-nonzero", 1, 0, std::nullopt},
        {"v3-src4-and-src6", 0, 0, errc::corrupt, "an address in both families"},
        {"v3-version0", 3, 0, errc::corrupt, "no marker of store version 3"},
    };
    for (auto const& one : expected)
        check(archives::read(fixtures / "malformed" / (one.name + ".flowd")), one);
}

TEST_CASE("Damage made to stores here", "[flowd]") {
    auto const v3 = good("v3-v5");
    auto const v2 = good("v2-v5");
    check("", {"empty", 0, 0, std::nullopt});
    check(v3.substr(0, 5), {"cut in the first header", 0, 0, errc::truncated, "at byte 5"});
    check(v3.substr(0, 50), {"cut in the first body", 0, 0, errc::truncated, "at byte 50"});
    check(v3.substr(0, 400), {"v3-cut-body", 3, 0, errc::truncated, "at byte 400"});
    check("plain text\n", {"a text", 0, 0, errc::unknown_format, "'plain te'"});
    check("p", {"one letter", 0, 0, errc::unknown_format, "'p'"});
    check("`", {"one marker", 0, 0, errc::truncated, "at byte 1"});
    check(flipped(v3, 3 * 116 + 40), {"v3-bad-crc", 119, 1, std::nullopt});
    check(flipped(v3, 40), {"the first record", 119, 1, std::nullopt});
    check(flipped(v3, v3.size() - 10), {"the last record", 119, 1, std::nullopt});
    check(flipped(flipped(v3, 40), 116 + 40),
          {"the first two", 0, 0, errc::corrupt, "a wrong checksum, at byte 0"});
    check(flipped(v3.substr(0, 116), 40),
          {"the only one", 0, 0, errc::corrupt, "a wrong checksum, at byte 0"});
    check(flipped(v3.substr(0, 400), 2 * 116 + 40),
          {"before a cut one", 2, 0, errc::corrupt, "at byte 232"});
    check(flipped(v2, 7),
          {"v2-bad-version", 0, 0, errc::unsupported, "flowd store of the version 3"});
    check(v2.substr(0, 16) + "\0\0\0\0"s + v2.substr(16), {"v2-fields0", 121, 0, std::nullopt});
    check("\x60\x00\x00\x00\x00\x00\x00\x00"s + v3, {"v3-nofields", 121, 0, std::nullopt});

    check(bare + bare, {"two bare ones", 2, 0, std::nullopt});
    auto const two =
        "\x60\x01\x00\x00\x00\x00\x00\xA0\xC0\x00\x02\x01"s;  // source and destination, space for
                                                              // one
    check(two + bare, {"v3-len-short", 1, 1, std::nullopt});
    check(bare + two + bare, {"v3-len-short within", 2, 1, std::nullopt});
    check(bare + two, {"v3-len-short at the end", 1, 1, std::nullopt});
    check("\x60\xFF\x00\x00\x00\x00\x00\x20"s + std::string(1020, 'x'),
          {"v3-len255", 0, 0, errc::corrupt, "a length"});
    check("\x60\x01\x00\x00\x00\x08\x00\x20\xC0\x00\x02\x01"s,
          {"v3-unknown-bit19", 0, 0, errc::corrupt, "does not know"});
    check("\x61\x02\x00\x00\x00\x08\x00\x20\xC0\x00\x02\x01wxyz"s + bare,
          {"minor 1 with more", 2, 0, std::nullopt});
    check("\x61\x00\x00\x00\x00\x08\x00\x20\xC0\x00\x02\x01"s,
          {"minor 1 with less", 0, 0, errc::corrupt, "a length other than its fields have"});
    check("\x61\x7E\x00\x00\x00\x08\x00\x20"s + std::string(504, 'x') + bare,
          {"minor 1 of 512 bytes, the most", 2, 0, std::nullopt});
    check(bare + "\x61\xFF\x00\x00\x00\x08\x00\x20"s + std::string(1020, 'x') + bare,
          {"minor 1, too long", 1, 0, errc::corrupt,
           "a length other than its fields have, at byte 12"});
}

TEST_CASE("Checksums need not be checked", "[flowd]") {
    auto const bytes = flipped(good("v3-v5"), 3 * 116 + 40);
    auto reader = flowd_reader{memory_source{bytes}, {.check_checksums = false}};
    for (auto const& record : reader) static_cast<void>(record);
    CHECK(reader.stats().records == 120);
    CHECK(reader.stats().malformed == 0);
}

TEST_CASE("Malformed records are reported with their offset", "[flowd]") {
    auto const bytes = flipped(good("v3-v5"), 3 * 116 + 40);
    auto reported = std::vector<malformed_line>{};
    auto reader = flowd_reader{
        memory_source{bytes, "x"},
        {.on_malformed = [&](malformed_line const& line) { reported.push_back(line); }}};
    for (auto const& record : reader) static_cast<void>(record);
    REQUIRE(reported.size() == 1);
    CHECK(reported[0].source == "x");
    CHECK(reported[0].line == 4);
    CHECK(reported[0].offset == 348);
    CHECK(reported[0].reason == reason::bad_value);
}

TEST_CASE("Stores cut at any byte give the flows before", "[flowd]") {
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        if (name == "v3-concat" || name == "v3-empty") continue;
        INFO(name);
        auto const bytes = good(name);
        auto const layout = static_cast<std::uint8_t>(name[1] - '0');
        auto const header = layout == 2 ? std::size_t{16} : std::size_t{0};
        auto ends = std::vector<std::size_t>{};
        for (auto at = header; at < bytes.size();) {
            auto shape = detail::flowd_shape{};
            at += detail::read_flowd_frame(std::string_view{bytes}.substr(at), layout, shape).size;
            ends.push_back(at);
        }
        std::size_t there = 0;
        for (auto const cut : cuts(bytes.size())) {
            while (there < ends.size() && ends[there] <= cut) ++there;
            auto const outcome =
                archives::run(std::string_view{bytes}.substr(0, cut), make, 4096, false);
            REQUIRE(outcome.stats.records == there);
            auto const clean = cut == header || cut == 0 || (there != 0 && ends[there - 1] == cut);
            REQUIRE(outcome.failure.has_value() == !clean);
            if (clean) continue;
            // too little of the magic to determine the version
            auto const told = layout == 3 || cut >= 4;
            REQUIRE(outcome.failure->code() == (told ? errc::truncated : errc::unknown_format));
        }
    }
}

TEST_CASE("Changed bytes give flows of flowd or an error, nothing else", "[flowd]") {
    auto random = archives::random_numbers{2};
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        auto const bytes = good(name);
        if (bytes.empty()) continue;
        for (auto round = 0; round < testing::repeats(200); ++round) {
            auto changed = bytes;
            auto const within =
                round % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 400);
            for (std::size_t i = 0; i <= random(4); ++i)
                changed[random(within)] = static_cast<char>(random(256));
            auto const outcome = archives::run(changed, make, 1 + random(300), false);
            CHECK(outcome.stats.lines() <= bytes.size() / 4);
        }
    }
}

}  // namespace test_format_flowd_damage
