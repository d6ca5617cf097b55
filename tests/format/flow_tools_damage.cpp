// SPDX-License-Identifier: BSL-1.0
// Archives that are cut off, damaged or made to do harm: whole flows are delivered, then an error
// names the byte.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/format/flow_tools.hpp>
#include <flowlog/source/memory.hpp>

#ifdef FLOWLOG_TEST_GZIP
#include <flowlog/source/gzip.hpp>
#endif

#include "archives.hpp"
#include "catch.hpp"
#include "cuts.hpp"

namespace test_format_flow_tools_damage {

using namespace flowlog;

namespace {

auto const fixtures = archives::directory("flow-tools");

auto make(memory_source source) -> flow_tools_reader<memory_source> {
    return flow_tools_reader{std::move(source)};
}

auto make_overlapped(memory_source source) -> flow_tools_reader<memory_source> {
    return flow_tools_reader{std::move(source), {.overlap = true}};
}

auto good(std::string const& name) -> std::string {
    return archives::read(fixtures / (name + ".ft"));
}

auto damaged(std::string const& name) -> std::string {
    return archives::read(fixtures / "malformed" / (name + ".ft"));
}

/// An archive with a change, and what must become of it.
struct expectation {
    std::string name;
    std::size_t records;
    std::optional<errc> failure;
    std::string message{};  ///< a part of it
};

void check(std::string_view bytes, expectation const& expected) {
    INFO(expected.name);
    for (auto const block_size : {std::size_t{1} << 18, std::size_t{7}}) {
        auto const outcome = archives::run(bytes, make, block_size, false);
        CHECK(outcome.stats.records == expected.records);
        CHECK(outcome.failure.has_value() == expected.failure.has_value());
        auto const overlapped = archives::run(bytes, make_overlapped, block_size, false);
        CHECK(overlapped.stats == outcome.stats);
        CHECK(overlapped.failure.has_value() == outcome.failure.has_value());
        if (!outcome.failure) continue;
        if (overlapped.failure)
            CHECK(std::string{overlapped.failure->what()} == outcome.failure->what());
        INFO(outcome.failure->what());
        if (expected.failure) CHECK(outcome.failure->code() == *expected.failure);
        CHECK(outcome.failure->where().source == "input");
        CHECK(outcome.failure->message().find(expected.message) != std::string::npos);
    }
}

/// The bytes with one replaced.
auto with_byte(std::string bytes, std::size_t at, char value) -> std::string {
    bytes.at(at) = value;
    return bytes;
}

/// A little-endian archive with a header of these entries.
auto archive(std::string const& entries, std::string const& records) -> std::string {
    auto const size = 8 + entries.size();
    auto result = std::string{"\xCF\x10\x01\x03", 4};
    for (std::size_t i = 0; i < 4; ++i) result += static_cast<char>(size >> (8 * i) & 0xFF);
    return result + entries + records;
}

using namespace std::string_literals;
auto const version_5 = "\x02\x00\x02\x00\x05\x00"s;

}  // namespace

TEST_CASE("Damaged archives give whole flows, then an error with its offset", "[flow_tools]") {
    auto const expected = std::vector<expectation>{
        {"bad-magic", 0, errc::unknown_format, R"(begins with '\xcf\x11\x01\x03', at byte 0)"},
        {"byteorder0", 0, errc::corrupt, "byte order 0, which is neither 1 nor 2, at byte 2"},
        {"cat-two-files", 128,
         std::nullopt},  // joined archives are read; flow-tools decodes the second header
        {"dversion9", 0, errc::unsupported, "export version 9"},
        {"flowcount-wrong", 64, std::nullopt},  // not closed: its count says nothing
        {"hdr-cut", 0, errc::truncated, "header of a flow-tools archive, at byte 20"},
        {"no-flags", 64, std::nullopt},
        {"off-huge", 0, errc::corrupt, "header length of 4294967280, at byte 4"},
        {"off-past-eof", 0, errc::truncated, "at byte 4152"},
        {"off0", 0, errc::corrupt, "header length of 0"},
        {"off8", 0, errc::corrupt, "without an export version"},
        {"plain-flag-z-data", 57, errc::truncated, "40 of its 64 bytes are there, at byte 3672"},
        {"rec-cut", 63, errc::truncated, "10 of its 64 bytes are there, at byte 4088"},
        {"s1-hdr-cut", 0, errc::truncated, "at byte 200"},
        {"s1-v7", 0, errc::unsupported, "export version 7 in the stream version 1"},
        {"short-magic", 0, errc::truncated, "at byte 3"},
        {"sversion4", 0, errc::unsupported, "stream version 4"},
        {"tlv-dup-version", 60, errc::truncated,
         "16 of its 68 bytes"},  // the last version counts: 7
        {"tlv-len-overflow", 64, std::nullopt},
        {"tlv-short-value", 0, errc::corrupt,
         "entry of type 2 with 1 bytes in place of 2, at byte 8"},
        {"tlv-str-zero-len", 64, std::nullopt},
        {"tlv-unknown-type", 64, std::nullopt},
        {"v8-aggver1", 0, errc::unsupported, "aggregation version 1 and method 1"},
        {"v8-no-agg", 0, errc::unsupported, "aggregation version 0"},
        {"z-empty", 0,
         std::nullopt},  // the file of a collector that has not filled its first buffer
    };
    for (auto const& one : expected) check(damaged(one.name), one);
}

TEST_CASE("Damage made here", "[flow_tools]") {
    auto const v5 = good("v5-le");
    auto const old = good("s1-v5-le");
    auto const records = v5.substr(56);
    check("", {"empty", 0, errc::truncated, "at byte 0"});
    check("\n", {"a line", 0, errc::unknown_format, R"('\x0a')"});
    check(with_byte(v5, 2, 3), {"byteorder3", 0, errc::corrupt, "byte order 3"});
    check(with_byte(v5, 3, 2), {"sversion2", 0, errc::unsupported, "stream version 2"});
    check(with_byte(v5, 4, 4), {"off4", 0, errc::corrupt, "header length of 4"});
    check(with_byte(v5, 4, 57),
          {"off-odd", 63, errc::truncated, "63 of its 64 bytes are there, at byte 4089"});
    for (auto const version : {2, 4, 7}) {
        check(with_byte(old, 4, static_cast<char>(version)),
              {"s1-v" + std::to_string(version), 0, errc::unsupported,
               "export version " + std::to_string(version) + " in the stream version 1"});
    }
    check(v5.substr(0, 56 + 10),
          {"rec-cut-first", 0, errc::truncated, "10 of its 64 bytes are there, at byte 56"});
    check(archive("\x08\x00\x04\x00\x00\x00\x00\x00"s, records),
          {"no-exver", 0, errc::corrupt, "without an export version"});
    check(archive(version_5 + "\x10\x00\x03\x00"
                              "abc"s,
                  records),
          {"tlv-str-no-nul", 64, std::nullopt});
    check(archive(version_5 + "\x12\x00\x08\x00\x7F\x00\x00\x01\xFF\xFF"
                              "ab"s,
                  records),
          {"tlv-ifalias-entries", 64, std::nullopt});
    check(archive("\x02\x00\x02\x00\x08\x00\x03\x00\x01\x00\x02\x04\x00\x01\x00\x0F"s, records),
          {"v8-aggmethod15", 0, errc::unsupported, "method 15"});

    auto no_nul = old;
    for (std::size_t i = 36; i < 360; ++i) no_nul[i] = 'x';
    check(no_nul, {"s1-no-nul", 20, std::nullopt});
    auto reader = flow_tools_reader{memory_source{no_nul}};
    CHECK(reader.describe().exporter == std::string(68, 'x'));
    CHECK(reader.describe().comment == std::string(256, 'x'));
}

TEST_CASE("An archive that was closed has all flows that it announces", "[flow_tools]") {
    auto const bytes = good("v5-capture-le");
    check(bytes, {"whole", 200, std::nullopt});
    check(std::string_view{bytes}.substr(0, bytes.size() - 64),
          {"one less", 199, errc::truncated, "ends after 199 of 200 flows, at byte 12840"});
    // joined: each is counted on its own
    check(bytes + bytes, {"twice", 400, std::nullopt});
    check(bytes + bytes.substr(0, bytes.size() - 64),
          {"whole and cut", 399, errc::truncated, "ends after 199 of 200 flows"});
    check(bytes.substr(0, bytes.size() - 64) + bytes,
          {"cut and whole", 199, errc::truncated, "199 of 200"});
}

TEST_CASE("Joined archives may be of different kinds", "[flow_tools]") {
    auto const bytes =
        good("v5-le") + good("v7-be") + good("s1-v1-le") + good("v5-empty-le") + good("v8.6-le");
    check(bytes, {"five", 64 + 64 + 20 + 0 + 64, std::nullopt});
    auto reader = flow_tools_reader{memory_source{bytes}};
    auto last = flow{};
    for (auto const& record : reader) last = flow{record};
    CHECK(last[field::netflow_version] == std::uint16_t{8});
    auto const notes = reader.describe().notes;
    CHECK(std::ranges::find(notes, "4 more archives joined to it") != notes.end());
#ifdef FLOWLOG_TEST_GZIP
    check(good("v5-le") + good("v5-be-z"), {"compressed last", 128, std::nullopt});
    check(good("v5-be-z") + good("v5-le"),
          {"compressed first", 64, errc::corrupt, "after the end of its zlib data, at byte 3714"});
#endif
}

TEST_CASE("A flow that begins like an archive is a flow", "[flow_tools]") {
    auto bytes = good("v5-le");
    bytes.replace(56 + 64, 4, "\xCF\x10\x01\x03", 4);  // the seconds of the second flow
    check(bytes, {"a time in 1971", 64, std::nullopt});
    bytes.replace(56 + 63 * 64, 4, "\xCF\x10\x01\x03", 4);
    check(bytes, {"at the end", 64, std::nullopt});
}

TEST_CASE("Plain archives cut at any byte give the flows before", "[flow_tools]") {
    for (auto const& name : archives::names(fixtures, ".ft")) {
        if (name.ends_with("-z") || name == "v5-gen1500-le" || name.ends_with("-tmp")) continue;
        INFO(name);
        auto const bytes = good(name);
        auto const whole = archives::run(bytes, make);
        auto reader = flow_tools_reader{memory_source{bytes}};
        auto const closed = reader.describe().records.has_value();
        auto const flows = whole.flows.size();
        auto const swap = static_cast<unsigned char>(bytes[2]) == 2;
        auto const header =
            bytes[3] == 1 ? std::size_t{360} : detail::load<std::uint32_t>(bytes.data() + 4, swap);
        auto const size = flows == 0 ? std::size_t{1} : (bytes.size() - header) / flows;
        for (auto const cut : cuts(bytes.size())) {
            auto const outcome =
                archives::run(std::string_view{bytes}.substr(0, cut), make, 4096, false);
            auto const there = cut < header ? 0 : (cut - header) / size;
            REQUIRE(outcome.stats.records == there);
            auto const clean = cut >= header && (cut - header) % size == 0 && !closed;
            REQUIRE(outcome.failure.has_value() == !clean);
            if (!clean) REQUIRE(outcome.failure->code() == errc::truncated);
        }
    }
}

#ifdef FLOWLOG_TEST_GZIP

TEST_CASE("Damaged compressed archives give whole flows, then an error with its offset",
          "[flow_tools]") {
    auto const expected = std::vector<expectation>{
        {"z-flag-plain-data", 0, errc::corrupt, "damaged zlib data before byte"},
        {"z-cut", 32, errc::truncated, "ends inside a zlib stream, at byte 1868"},
        {"z-gzip", 0, errc::corrupt, "damaged zlib data before byte"},
        {"z-partial-record", 2, errc::truncated,
         "32 of its 64 bytes are there, at byte 152 of the inflated archive"},
        {"z-two-streams", 64, errc::corrupt, "bytes after the end of its zlib data, at byte 3712"},
        {"z-bomb", 312'500, std::nullopt},
    };
    for (auto const& one : expected) {
        if (one.name != "z-flag-plain-data") check(damaged(one.name), one);
    }
    auto plain = good("v5-le").substr(56);
    check(archive(version_5 + "\x08\x00\x04\x00\x02\x00\x00\x00"s, plain), expected[0]);

    auto const packed = good("v5-le-z");
    auto const end = packed.size();
    check(packed.substr(0, end - 4), {"z-cut-adler", 64, errc::truncated, "at byte 3708"});
    check(with_byte(packed, end - 1, packed[end - 1] ^ 1),
          {"z-bad-adler", 64, errc::corrupt, "wrong checksum"});
    check(packed + std::string(16, 'x'),
          {"z-trailing", 64, errc::corrupt, "after the end of its zlib data, at byte 3712"});
    check(packed + std::string(16, '\0'), {"z-trailing-zeros", 64, errc::corrupt, "at byte 3712"});
}

TEST_CASE("A flipped bit in a compressed archive never passes", "[flow_tools]") {
    auto const bytes = damaged("z-bitflip");
    auto const outcome = archives::run(bytes, make);
    REQUIRE(outcome.failure.has_value());
    CHECK(outcome.failure->code() == errc::corrupt);
    CHECK(outcome.flows.size() >= 63);  // flow-tools gets as many
}

TEST_CASE("Compressed archives cut at any byte give some of the flows, in order", "[flow_tools]") {
    for (auto const& name : archives::names(fixtures, ".ft")) {
        if (!name.ends_with("-z") || name == "v5-gen1500-be-z") continue;
        INFO(name);
        auto const bytes = good(name);
        auto const whole = archives::run(bytes, make);
        auto const header = detail::load<std::uint32_t>(bytes.data() + 4, bytes[2] == 2);
        for (auto const cut : cuts(bytes.size())) {
            auto const outcome =
                archives::run(std::string_view{bytes}.substr(0, cut), make, 4096, cut % 16 == 0);
            REQUIRE(outcome.stats.records <= whole.flows.size());
            for (std::size_t i = 0; i < outcome.flows.size(); ++i)
                REQUIRE(outcome.flows[i] == whole.flows[i]);
            REQUIRE(outcome.failure.has_value() == (cut != header));
            if (outcome.failure) REQUIRE(outcome.failure->code() == errc::truncated);
        }
    }
}

#endif

TEST_CASE("Changed bytes give flows or an error, nothing else", "[flow_tools]") {
    auto random = archives::random_numbers{1};
    for (auto const& name : archives::names(fixtures, ".ft")) {
        auto const bytes = good(name);
        if (bytes.size() > 20'000) continue;
        for (auto round = 0; round < 60; ++round) {
            auto changed = bytes;
            // mostly in the header, where lengths and versions are
            auto const within =
                round % 3 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 120);
            for (std::size_t i = 0; i <= random(4); ++i)
                changed[random(within)] = static_cast<char>(random(256));
            auto const outcome = archives::run(changed, make, 1 + random(300), false);
            CHECK(outcome.stats.records <= bytes.size());
        }
    }
}

}  // namespace test_format_flow_tools_damage
