// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "cuts.hpp"
#include "nfdump_files.hpp"
#include "repeats.hpp"

namespace test_format_nfdump_damage {

using namespace flowlog;
using namespace nfdump_files;

namespace {

constexpr auto none = errc{};

struct damaged {
    std::string name;
    std::uint64_t flows;
    std::uint64_t malformed;
    errc code;
    std::optional<codec> needs{};
};

// The archives of tests/data/netflow/nfdump/malformed: their damage, and what becomes of it. All
// were made of v2-178-mixed or, if their name begins with v1, of v1-1625-all; both have 354 flows.
auto const archives = std::vector<damaged>{
    {"hdr-cut", 0, 0, errc::truncated},           // cut inside the header
    {"bad-magic", 0, 0, errc::unknown_format},    // the magic is A50D
    {"version3", 0, 0, errc::unsupported},        // layout 2 that says it is layout 3
    {"compression9", 0, 0, errc::unsupported},    // compression 9
    {"encryption1", 0, 0, errc::unsupported},     // encrypted
    {"numblocks0", 354, 0, none},                 // the header counts no blocks
    {"appendix-many", 354, 0, errc::truncated},   // 65535 blocks of appendix
    {"appendix-off-neg", 354, 0, errc::corrupt},  // the appendix is at -5
    {"no-appendix", 354, 0, none},                // no appendix, and none announced
    {"block-cut", 178, 0, errc::truncated},       // cut in the middle of the block
    {"block-hdr-cut", 0, 0, errc::truncated},     // cut inside the header of the block
    {"block-size0", 0, 0, errc::corrupt},         // block length 0
    {"block-size-6M", 0, 0, errc::corrupt},       // block length 6 MB, more than nfdump allows
    {"block-numrec0", 0, 0, errc::corrupt},       // the block announces no records
    {"block-type2", 354, 0, none},       // a block of layout 1's type, but with records of layout 2
    {"rec-size0", 0, 0, errc::corrupt},  // a record of length 0
    {"rec-type16", 353, 1, none},        // a record of type 16, a flow of a later nfdump
    {"rec-numelem", 353, 1, none},       // a record announces 500 elements
    {"elem-len0", 353, 1, none},         // an element of length 0
    {"elem-len-past", 353, 1, none},     // an element longer than its record
    {"elem-type200", 353, 1,
     none},  // an unknown element in place of the one with times and counters
    {"lzo-flip", 354, 0, none, codec::lzo},    // a changed byte that LZO cannot notice
    {"zstd-flip", 354, 0, none, codec::zstd},  // the same for zstd
    {"bz2-bomb", 0, 0, errc::corrupt,
     codec::bzip2},  // a block that unpacks to 60 MB, more than 5 MiB
    {"bz2-5MB-zero", 0, 0, errc::corrupt, codec::bzip2},  // a block of 5 MB of zeros
    {"v1-hdr-cut", 0, 0, errc::truncated},                // cut inside the header
    {"v1-stat-cut", 0, 0, errc::truncated},               // cut inside the counts after the header
    {"v1-ident-no-nul", 354, 0, none},                    // an ident without its end
    {"v1-block-size-huge", 0, 0, errc::corrupt},          // block length 2^32 - 1
    {"v1-block-cut", 195, 0, errc::truncated},            // cut in the middle of the block
    {"v1-map-missing", 353, 1, none},       // a flow refers to an extension map that is not there
    {"v1-map-before-def", 0, 354, none},    // no extension maps at all
    {"v1-map-unknown-ext", 354, 0, none},   // a map begins with an unknown extension
    {"v1-map-size4", 0, 1, errc::corrupt},  // a map of 4 bytes, and then its rest
    {"v1-rec-size-past", 0, 0, errc::corrupt},  // a record longer than its block
    {"v1-rec-flags-v6", 353, 1, none},          // an IPv4 flow that says it is IPv6
    {"v1-rec-type1", 353, 1, none},             // a flow that says it is of the older, shorter type
};

struct patch {
    std::string what;
    std::string base;
    std::size_t offset;
    std::string bytes;
    std::uint64_t flows;
    std::uint64_t malformed;
    errc code;
    std::optional<codec> needs{};
};

auto operator""_b(char const* text, std::size_t size) -> std::string { return {text, size}; }

// Offsets in v2-178-mixed: block header 40, exporter record 52, first flow 84, its first element
// 96; in v1-1625-all: block header 276, first extension map 288, first flow 340.
auto const patches = std::vector<patch>{
    {"layout version 4", "v2-178-mixed", 2, "\x04"_b, 0, 0, errc::unsupported},
    {"magic of the other byte order", "v2-178-mixed", 0, "\xA5\x0C"_b, 0, 0, errc::unsupported},
    {"1000 blocks", "v2-178-mixed", 36, "\xE8\x03"_b, 354, 0, errc::truncated},
    {"2 blocks", "v2-178-mixed", 36, "\x02"_b, 354, 0, errc::corrupt},
    {"appendix past the end", "v2-178-mixed", 26, "\x10"_b, 354, 0, errc::corrupt},
    {"appendix at the blocks", "v2-178-mixed", 24, "\x28\x00"_b, 354, 0, errc::corrupt},
    {"appendix not announced", "v2-178-mixed", 18, "\x00"_b, 354, 0, errc::corrupt},
    {"appendix of garbage", "v2-178-mixed", 43564 + 12 + 2, "\xFF\xFF"_b, 354, 0, none},
    {"1000000 records", "v2-178-mixed", 40, "\x40\x42\x0F"_b, 354, 0, errc::corrupt},
    {"359 records", "v2-178-mixed", 40, "\x67"_b, 354, 0, errc::corrupt},
    {"block of the unknown type 9", "v2-178-mixed", 48, "\x09"_b, 0, 0, none},
    {"record longer than the block", "v2-178-mixed", 86, "\xFF\xFF"_b, 0, 0, errc::corrupt},
    {"record of length 3", "v2-178-mixed", 86, "\x03\x00"_b, 0, 0, errc::corrupt},
    {"record of the unknown type 99", "v2-178-mixed", 84, "\x63"_b, 353, 0, none},
    {"too short first element", "v2-178-mixed", 98, "\x08"_b, 353, 1, none},
    {"too few elements", "v2-178-mixed", 88, "\x04"_b, 353, 1, none},
    {"no elements", "v2-178-mixed", 88, "\x00"_b, 353, 1, none},
    {"LZ4 block with a bad offset", "v2-178-lz4", 61, "\xFF\xFF\xFF\xFF\xFF\xFF"_b, 0, 0,
     errc::corrupt, codec::lz4},
    {"bzip2 block with a changed byte", "v2-178-bz2", 9000, "\x00"_b, 0, 0, errc::corrupt,
     codec::bzip2},
    {"zstd block without its magic", "v2-178-zstd", 52, "\x00"_b, 0, 0, errc::corrupt, codec::zstd},
    {"layout 1 with two compressions", "v1-1625-bz2", 4, "\x09"_b, 0, 0, errc::corrupt, codec::lzo},
    {"layout 1 plain but said to be LZO", "v1-1625-all", 4, "\x01"_b, 0, 0, errc::corrupt,
     codec::lzo},
    {"layout 1 without a count of blocks", "v1-1625-all", 8, "\x00"_b, 354, 0, none},
    {"layout 1 with 3 blocks", "v1-1625-all", 8, "\x03"_b, 354, 0, errc::truncated},
    {"layout 1 map without end", "v1-1625-all", 296, "\4\0\4\0\4\0\4\0\4\0\4\0"_b, 314, 40, none},
    {"layout 1 record of length 0", "v1-1625-all", 342, "\x00\x00"_b, 0, 0, errc::corrupt},
    {"layout 1 block of layout 2", "v1-1625-all", 284, "\x03"_b, 0, 0, none},
};

auto can_read(std::optional<codec> const& needs) -> bool {
    return !needs || find_block_codec(*needs) != nullptr;
}

void check(outcome const& result, std::uint64_t flows, std::uint64_t malformed, errc code) {
    CAPTURE(result.what);
    CHECK(result.stats.records == flows);
    CHECK(result.rows.size() == flows);
    CHECK(result.stats.malformed == malformed);
    CHECK(static_cast<int>(result.code) == static_cast<int>(code));
    if (code != none) CHECK(result.what.find(", at byte ") != std::string::npos);
}

/// Reads all fields that decode in different ways, without the cost of printing them.
struct touched {
    std::uint64_t flows = 0;
    std::uint64_t sum = 0;
    errc code{};
    statistics stats;
};

auto touch(std::string_view bytes, std::size_t block_size = 1 << 16) -> touched {
    auto result = touched{};
    auto reader = nfdump_reader{memory_source{bytes, "archive", block_size}};
    try {
        for (auto const& flow : reader) {
            ++result.flows;
            result.sum += *flow[field::bytes] + (*flow[field::srcaddr]).low() +
                          *flow[field::srcport] + *flow[field::src_as] +
                          (*flow[field::next_hop]).high() + *flow[field::input];
            result.sum +=
                static_cast<std::uint64_t>((*flow[field::start]).time_since_epoch().count());
        }
    } catch (error const& e) {
        result.code = static_cast<errc>(e.code().value());
    }
    result.stats = reader.stats();
    return result;
}

}  // namespace

TEST_CASE("damaged nfdump archives: whole records are delivered, then an error names the byte",
          "[nfdump]") {
    for (auto const& archive : archives) {
        if (!can_read(archive.needs)) continue;
        CAPTURE(archive.name);
        auto const bytes = contents("malformed/" + archive.name + ".nfdump");
        auto const whole = read_bytes(bytes, 1 << 20);
        check(whole, archive.flows, archive.malformed, archive.code);
        for (auto const size : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
            auto const same = read_bytes(bytes, size);
            CHECK((same.rows == whole.rows));
            CHECK(same.what == whole.what);
        }
    }
}

TEST_CASE("nfdump archives with a few bytes changed", "[nfdump]") {
    for (auto const& p : patches) {
        if (!can_read(p.needs)) continue;
        CAPTURE(p.what);
        auto bytes = contents(p.base + ".nfdump");
        bytes.replace(p.offset, p.bytes.size(), p.bytes);
        check(read_bytes(bytes), p.flows, p.malformed, p.code);
    }
}

TEST_CASE("an nfdump archive with bytes after its end is corrupt", "[nfdump]") {
    auto const bytes = contents("v2-178-mixed.nfdump");
    check(read_bytes(bytes + bytes), 354, 0, errc::corrupt);
    check(read_bytes(""), 0, 0, errc::truncated);
    check(read_bytes("srcaddr dstaddr"), 0, 0, errc::unknown_format);
}

TEST_CASE("an nfdump archive that was not closed is read to its end, and says so", "[nfdump]") {
    auto bytes = contents("v2-178-mixed.nfdump").substr(0, 43564);
    for (auto const at : {18U, 36U}) bytes[at] = '\0';  // neither appendix nor blocks
    auto reader = nfdump_reader{memory_source{bytes}};
    auto const result = read(reader);
    check(result, 354, 0, none);
    auto const notes = reader.describe().notes;
    CHECK(std::ranges::count(notes, "not closed: still being written, or cut off") == 1);
    CHECK_FALSE(reader.describe().records);
    check(read_bytes(std::string_view{bytes}.substr(0, 43563)), 354, 0, errc::truncated);
    check(read_bytes(std::string_view{bytes}.substr(0, 40)), 0, 0, none);
}

TEST_CASE("malformed records of nfdump go to the handler", "[nfdump]") {
    auto seen = std::vector<malformed_line>{};
    auto const look = [&](std::string const& name) {
        seen.clear();
        auto reader =
            nfdump_reader{file_source{path("malformed/" + name + ".nfdump")},
                          {.on_malformed = [&](malformed_line const& m) { seen.push_back(m); }}};
        for ([[maybe_unused]] auto const& flow : reader) {
        }
        REQUIRE(seen.size() == 1);
        CHECK(seen[0].source == reader.name());
        return seen[0];
    };
    auto const structure = look("elem-len0");
    CHECK(structure.reason == reason::bad_value);
    CHECK(structure.line == 2);
    CHECK(structure.offset == 84);
    CHECK_FALSE(structure.field);
    CHECK(look("elem-type200").reason == reason::absent_value);
    CHECK(look("rec-type16").reason == reason::bad_value);
    auto const map = look("v1-map-missing");
    CHECK(map.reason == reason::no_layout);
    CHECK(map.offset == 340);
}

TEST_CASE("an error of nfdump is not forgotten", "[nfdump]") {
    auto reader = nfdump_reader{file_source{path("malformed/block-cut.nfdump")}};
    auto const first = read(reader);
    CHECK(first.rows.size() == 178);
    auto const second = read(reader);
    CHECK(second.rows.empty());
    CHECK(second.code == errc::truncated);
    CHECK(second.what == first.what);
    CHECK_THROWS_AS(reader.skip_to_end(), error);
    CHECK(reader.describe().exporter == "127.0.0.1");
    auto headless = nfdump_reader{file_source{path("malformed/hdr-cut.nfdump")}};
    CHECK_THROWS_AS(headless.describe(), error);
    CHECK_THROWS_AS(headless.begin(), error);
}

TEST_CASE("nfdump archives cut off anywhere are truncated", "[nfdump]") {
    struct cut {
        std::string name;
        std::size_t step;
        std::size_t last = 64;
    };
    for (auto const& c : std::vector<cut>{{"v1-1625-all", 17},
                                          {"v1-1625-default", 11},
                                          {"v1-1625-bz2", 11},
                                          {"v1-1625-lz4", 11},
                                          {"v2-171-empty", 11},
                                          {"v2-171-filter-v6", 11},
                                          {"v2-171-lzo", 11},
                                          {"v2-171-multiblock-bz2", 15101, 4},
                                          {"v2-178-mixed", 23},
                                          {"v2-178-bz2", 11},
                                          {"v2-178-lz4", 11},
                                          {"v2-178-zstd", 11}}) {
        auto const bytes = contents(c.name + ".nfdump");
        auto const whole = touch(bytes);
        if (whole.code == errc::unsupported) continue;
        REQUIRE(whole.code == none);
        auto before = touched{};
        auto wrong = std::size_t{0};
        for (auto const size : cuts(bytes.size(), c.step, c.last)) {
            auto const result = touch(std::string_view{bytes}.substr(0, size));
            if (result.code != errc::truncated || result.flows < before.flows ||
                result.flows > whole.flows)
                ++wrong;
            before = result;
        }
        CAPTURE(c.name);
        CHECK(wrong == 0);
    }
}

TEST_CASE("nfdump archives with flipped bits never do worse than an error", "[nfdump]") {
    auto state = std::uint64_t{88172645463325252};
    auto const random = [&](std::size_t below) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return static_cast<std::size_t>(state % below);
    };
    for (auto const* const name : {"v1-1625-all", "v1-1625-lz4", "v2-178-mixed", "v2-178-lzo",
                                   "v2-178-lz4", "v2-178-zstd"}) {
        auto const bytes = contents(name + std::string{".nfdump"});
        for (int i = 0; i < testing::repeats(300); ++i) {
            auto damaged = bytes;
            for (auto flips = random(8) + 1; flips != 0; --flips) {
                // half of them among the headers
                auto const at = random(random(2) == 0 ? 400 : damaged.size());
                damaged[at] = static_cast<char>(damaged[at] ^ (1 << random(8)));
            }
            auto const result = touch(damaged, random(2) == 0 ? 37 : 1 << 16);
            if (result.stats.records != result.flows) FAIL(name);
        }
    }
}

}  // namespace test_format_nfdump_damage
