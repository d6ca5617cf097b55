// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <concepts>
#include <ranges>
#include <string>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/file.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "nfdump_files.hpp"
#include "repeats.hpp"

namespace test_format_nfdump {

using namespace flowlog;
using namespace nfdump_files;

namespace {

static_assert(flow_record<nfdump_record>);
static_assert(std::ranges::input_range<nfdump_reader<file_source>>);
static_assert(!std::copyable<nfdump_reader<file_source>> &&
              std::movable<nfdump_reader<file_source>>);
static_assert(require_log_reader<nfdump_reader<file_source>>());
static_assert(require_log_reader<nfdump_reader<>>());

struct fixture {
    std::string name;
    std::string truth;
    flags_as flags;
    std::string compression;
};

auto const fixtures = std::vector<fixture>{
    {"v1-1625-all", "v1-1625-all", flags_as::letters, "none"},
    {"v1-1625-bz2", "v1-1625-all", flags_as::letters, "bzip2"},
    {"v1-1625-lz4", "v1-1625-all", flags_as::letters, "lz4"},
    {"v1-1625-default", "v1-1625-default", flags_as::letters, "none"},
    {"v2-171-mixed", "v2-171-mixed", flags_as::letters, "none"},
    {"v2-171-rewrite", "v2-171-mixed", flags_as::letters, "none"},
    {"v2-171-bz2", "v2-171-mixed", flags_as::letters, "bzip2"},
    {"v2-171-lz4", "v2-171-mixed", flags_as::letters, "lz4"},
    {"v2-171-lzo", "v2-171-mixed", flags_as::letters, "lzo"},
    {"v2-171-mixed-capz", "v2-171-mixed-capz", flags_as::letters, "lzo"},
    {"v2-171-filter-v6", "v2-171-filter-v6", flags_as::letters, "none"},
    {"v2-178-mixed", "v2-178-mixed", flags_as::number, "none"},
    {"v2-178-bz2", "v2-178-mixed", flags_as::number, "bzip2"},
    {"v2-178-lz4", "v2-178-mixed", flags_as::number, "lz4"},
    {"v2-178-lzo", "v2-178-mixed", flags_as::number, "lzo"},
    {"v2-178-zstd", "v2-178-mixed", flags_as::number, "zstd"},
    {"v2-178-zstd-l19", "v2-178-mixed", flags_as::number, "zstd"},
};

auto built_with(std::string const& compression) -> bool {
    for (auto const c : {codec::lzo, codec::bzip2, codec::lz4, codec::zstd}) {
        if (name(c) == compression) return find_block_codec(c) != nullptr;
    }
    return true;
}

}  // namespace

TEST_CASE("every flow of every archive is what nfdump prints", "[nfdump]") {
    for (auto const& f : fixtures) {
        CAPTURE(f.name);
        auto const result = read(nfdump_reader{file_source{path(f.name + ".nfdump")}}, f.flags);
        if (!built_with(f.compression)) {
            CHECK(result.code == errc::unsupported);
            CHECK(result.rows.empty());
            continue;
        }
        CHECK(result.what == "");
        auto const expected = truth(f.truth + ".truth.csv");
        CHECK(result.stats.records == expected.size());
        CHECK(result.stats.malformed == 0);
        CHECK(result.stats.bytes == contents(f.name + ".nfdump").size());
        auto const differ = std::ranges::mismatch(result.rows, expected);
        if (differ.in1 != result.rows.end() && differ.in2 != expected.end())
            CHECK(*differ.in1 == *differ.in2);
        CHECK(result.rows == expected);
    }
}

#if defined(FLOWLOG_TEST_BZIP2) && defined(FLOWLOG_TEST_ZSTD)
TEST_CASE("an archive of several blocks is read whole", "[nfdump]") {
    auto result =
        read(nfdump_reader{file_source{path("v2-171-multiblock-bz2.nfdump")}}, flags_as::letters);
    CHECK(result.what == "");
    auto text = std::string{};
    auto packed = zstd_source{file_source{path("v2-171-multiblock-bz2.truth.csv.zst")}};
    for (auto block = packed.next(); !block.empty(); block = packed.next())
        text.append(block.data(), block.size());
    auto expected = lines(text);
    expected.erase(expected.begin());
    // nfdump prints the blocks as its threads get ready
    std::ranges::sort(expected);
    std::ranges::sort(result.rows);
    CHECK(result.rows.size() == 21896);
    CHECK((result.rows == expected));
}
#endif

TEST_CASE("an archive without flows is empty", "[nfdump]") {
    auto const result = read(nfdump_reader{file_source{path("v2-171-empty.nfdump")}});
    CHECK(result.rows.empty());
    CHECK(result.what == "");
    CHECK(result.stats.headers == 5);
    CHECK(result.stats.lines() == 5);
}

TEST_CASE("the size of the source's blocks makes no difference", "[nfdump]") {
    for (auto const* const name :
         {"v1-1625-all", "v2-178-mixed", "v2-171-filter-v6", "v2-178-zstd"}) {
        auto const bytes = contents(name + std::string{".nfdump"});
        auto const expected = read_bytes(bytes, bytes.size());
        for (auto const size : testing::block_sizes()) {
            CAPTURE(name, size);
            auto const result = read_bytes(bytes, size);
            CHECK(result.what == expected.what);
            CHECK(result.stats == expected.stats);
            CHECK((result.rows == expected.rows));
        }
    }
}

TEST_CASE("the fields that the truth does not show", "[nfdump]") {
    SECTION("layout 2") {
        auto reader = nfdump_reader{file_source{path("v2-178-mixed.nfdump")}};
        auto const it = reader.begin();
        auto const& flow = *it;
        using namespace std::chrono;
        CHECK(flow[field::received_time] == timestamp{milliseconds{1795246914865}});
        CHECK(flow[field::netflow_version] == 1);
        CHECK(flow[field::engine_type] == 0);
        CHECK(flow[field::type] == "IPv4");
        CHECK(flow[field::flow_direction] == flow_direction::ingress);
        CHECK(flow[field::forwarding_status] == 0);
        CHECK(flow[field::dst_tos] == 0);
        CHECK(flow[field::src_as].absent());
        CHECK(flow[field::src_mac].absent());
        CHECK(flow[field::account_id].absent());
        CHECK(flow[field::action].absent());
        CHECK(flow.bytes().size() == 112);
    }
    SECTION("layout 1") {
        auto reader = nfdump_reader{file_source{path("v1-1625-default.nfdump")}};
        auto const it = reader.begin();
        auto const& flow = *it;
        CHECK(flow[field::received_time].has_value());
        CHECK(flow[field::netflow_version].absent());
        CHECK(flow[field::engine_type] == 3);
        CHECK(flow[field::engine_id] == 7);
    }
    SECTION("IPv6") {
        auto reader = nfdump_reader{file_source{path("v2-171-filter-v6.nfdump")}};
        CHECK((*reader.begin())[field::type] == "IPv6");
    }
}

TEST_CASE("a flow copied from an nfdump record outlives it", "[nfdump]") {
    auto reader = nfdump_reader{file_source{path("v2-178-mixed.nfdump")}};
    auto copies = std::vector<flow>{};
    for (auto const& record : reader) copies.emplace_back(record);
    auto rows = std::vector<std::string>{};
    for (auto const& copy : copies) rows.push_back(row(copy, flags_as::number));
    CHECK((rows == truth("v2-178-mixed.truth.csv")));
}

TEST_CASE("begin() goes on where the reader is", "[nfdump]") {
    auto reader = nfdump_reader<any_source>{file_source{path("v2-178-mixed.nfdump")}};
    for (int i = 0; i < 10; ++i) static_cast<void>(reader.begin());
    auto rest = 0;
    for ([[maybe_unused]] auto const& flow : reader) ++rest;
    CHECK(rest == 344);
    CHECK(reader.begin() == reader.end());
    CHECK(reader.name() == path("v2-178-mixed.nfdump"));
}

TEST_CASE("a rejected flow counts as malformed", "[nfdump]") {
    auto seen = std::vector<malformed_line>{};
    auto reader =
        nfdump_reader{file_source{path("v2-178-mixed.nfdump")},
                      {.on_malformed = [&](malformed_line const& m) { seen.push_back(m); }}};
    static_cast<void>(reader.begin());
    static_cast<void>(reader.begin());
    reader.reject(field_id::dstport, reason::absent_value);
    CHECK(reader.stats().records == 1);
    CHECK(reader.stats().malformed == 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].line == 3);  // an exporter comes first
    CHECK(seen[0].offset == 40 + 12 + 32 + 112);
    CHECK(seen[0].field == field_id::dstport);
    CHECK(seen[0].reason == reason::absent_value);
}

TEST_CASE("an archive describes itself", "[nfdump]") {
    SECTION("layout 1 before its flows") {
        auto reader = nfdump_reader{file_source{path("v1-1625-bz2.nfdump")}};
        auto const info = reader.describe();
        CHECK(info.format == "nfdump");
        CHECK(info.version == "layout 1");
        CHECK(info.byte_order == "little-endian");
        CHECK(info.compression == "bzip2");
        CHECK(info.comment == "test-ident");
        CHECK(info.records == 354);
        REQUIRE(info.first);
        CHECK(*info.first < *info.last);
        CHECK(info.exporter == "");
    }
    SECTION("layout 2 at its end") {
        auto reader = nfdump_reader{file_source{path("v2-178-mixed.nfdump")}};
        auto info = reader.describe();
        CHECK(info.version == "layout 2");
        CHECK(info.compression == "none");
        CHECK_FALSE(info.records);
        CHECK(info.notes == std::vector<std::string>{"written by nfcapd 1.7.8"});
        static_cast<void>(reader.begin());
        CHECK(reader.describe().exporter == "127.0.0.1");
        reader.skip_to_end();
        info = reader.describe();
        CHECK(info.exporter == "127.0.0.1");
        CHECK(info.comment == "test-ident");
        CHECK(info.records == 354);
        CHECK(reader.begin() == reader.end());
        CHECK(reader.stats().bytes == 43740);
    }
    SECTION("period") {
        auto reader = nfdump_reader{file_source{path("v2-171-filter-v6.nfdump")}};
        auto earliest = timestamp::max();
        auto latest = timestamp::min();
        for (auto const& flow : reader) {
            earliest = std::min(earliest, *flow[field::start]);
            latest = std::max(latest, *flow[field::end]);
        }
        CHECK(reader.describe().first == earliest);
        CHECK(reader.describe().last == latest);
        CHECK(reader.describe().records == 48);
    }
    SECTION("compressed, without unpacking") {
        auto reader = nfdump_reader{file_source{path("v2-171-multiblock-bz2.nfdump")}};
        reader.skip_to_end();
        CHECK(reader.stats().records == 0);
        if (built_with("bzip2")) CHECK(reader.describe().records == 21896);
        CHECK(reader.describe().compression == "bzip2");
    }
}

TEST_CASE("a missing codec is named, and no part passes for the whole", "[nfdump]") {
    auto const decode = find_block_codec(codec::lz4);
    register_block_codec(codec::lz4, nullptr);
    auto reader = nfdump_reader{file_source{path("v2-178-lz4.nfdump")}};
    CHECK(reader.describe().compression == "lz4");
    for (int i = 0; i < 2; ++i) {
        auto const result = read(reader);
        CHECK(result.code == errc::unsupported);
        CHECK(result.what.find("flowlog::lz4") != std::string::npos);
        CHECK(result.rows.empty());
    }
    register_block_codec(codec::lz4, decode);
}

TEST_CASE("which fields nfdump can have", "[nfdump]") {
    using reader = nfdump_reader<file_source>;
    for (auto const id :
         {field_id::srcaddr, field_id::bytes, field_id::start, field_id::post_nat_srcaddr,
          field_id::engine_id, field_id::type, field_id::user_name, field_id::src_mac})
        CHECK(reader::has(id));
    for (auto const id :
         {field_id::account_id, field_id::action, field_id::log_status, field_id::src_tag})
        CHECK_FALSE(reader::has(id));
}

TEST_CASE("nfdump archives are recognised by their first bytes", "[nfdump]") {
    for (auto const& f : fixtures) CHECK(detail::is_nfdump(contents(f.name + ".nfdump")));
    CHECK(detail::is_nfdump(std::string_view{"\xA5\x0C\x00\x02", 4}));
    CHECK(detail::is_nfdump(std::string_view{"\x0C\xA5\x03\x00", 4}));
    CHECK(detail::is_nfdump(std::string_view{"\x0C\xA5\x04\x00", 4}));
    CHECK_FALSE(detail::is_nfdump(std::string_view{"\x0C\xA5\x00\x00", 4}));
    CHECK_FALSE(detail::is_nfdump(std::string_view{"\x0C\xA5\x03\x03", 4}));
    CHECK_FALSE(detail::is_nfdump(std::string_view{"\x0C\xA5\x02", 3}));
    CHECK_FALSE(detail::is_nfdump(""));
    CHECK_FALSE(detail::is_nfdump("2 123456789010 eni-1235b8ca"));
}

}  // namespace test_format_nfdump
