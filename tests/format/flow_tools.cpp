// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ranges>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/memory.hpp>

#ifdef FLOWLOG_TEST_GZIP
#include <flowlog/source/gzip.hpp>
#endif

#include "archives.hpp"
#include "catch.hpp"
#include "repeats.hpp"

namespace test_format_flow_tools {

using namespace flowlog;

static_assert(flow_record<flow_tools_record>);
static_assert(std::ranges::input_range<flow_tools_reader<>>);
static_assert(!std::ranges::forward_range<flow_tools_reader<>>);
static_assert(require_log_reader<flow_tools_reader<memory_source>>());
static_assert(require_log_reader<flow_tools_reader<>>());

namespace {

auto const fixtures = archives::directory("flow-tools");

auto bytes_of(std::string const& name) -> std::string {
    return archives::read(fixtures / (name + ".ft"));
}

/// The fixtures that this build can read.
auto readable() -> std::vector<std::string> {
    auto names = archives::names(fixtures, ".ft");
#ifndef FLOWLOG_TEST_GZIP
    std::erase_if(names, [](std::string const& name) { return name.ends_with("-z"); });
#endif
    return names;
}

/// The truth file of an archive: its own, or the truth file of the little-endian archive with the
/// same flows.
auto truth_of(std::string const& name, std::string const& kind) -> std::filesystem::path {
    auto own = fixtures / (name + kind);
    if (std::filesystem::exists(own)) return own;
    for (auto const* const suffix : {"-be-z", "-le-z", "-be"}) {
        if (name.ends_with(suffix))
            return fixtures /
                   (name.substr(0, name.size() - std::string{suffix}.size()) + "-le" + kind);
    }
    return own;
}

/// The big-endian fixtures in which flow-tools on a little-endian machine left the bytes of some
/// fields in the wrong order.
auto is_disordered(std::string const& name) -> bool {
    return name == "v1005-gen-be-z" || name == "v1005-tag-be-z" || name == "v8.12-be-z";
}

template <class Source>
auto make_reader(Source source, std::string const& name, bool repair = false) {
    return flow_tools_reader{
        std::move(source),
        {.repair_wraps = repair, .written_by_little_endian = is_disordered(name)}};
}

/// The text of the field with this name in flow-export.
auto print_column(flow_tools_record const& record, std::string const& column) -> std::string {
    if (column == "first") return archives::print(record[field::flow_start_sys_up_time]);
    if (column == "last") return archives::print(record[field::flow_end_sys_up_time]);
    auto const id = find_field(column);
    if (!id) return "no such field";
    return with_field(*id, [&](auto key) { return archives::print(record[key]); });
}

void check_row(flow_tools_record const& record, archives::table const& truth, std::size_t row,
               bool old) {
    auto const exported =
        truth.number(row, "unix_secs") * 1'000'000 + truth.number(row, "unix_nsecs") / 1000;
    REQUIRE(archives::micros(record[field::export_time]) == static_cast<std::int64_t>(exported));
    for (auto const& column : truth.columns) {
        if (column == "unix_secs" || column == "unix_nsecs") continue;
        auto printed = print_column(record, column);
        // flow-tools prints zeros for fields that stream version 1 does not have
        if (old && printed.empty()) printed = column == "exaddr" ? "0.0.0.0" : "0";
        INFO(column);
        REQUIRE(printed == truth.at(row, column));
    }
}

/// A time in seconds and milliseconds by the arithmetic of flow-tools: 64 bits without sign, of
/// whose seconds the low 32 bits remain.
void check_time(field_value<timestamp> const& time, archives::table const& truth, std::size_t row,
                std::string const& which) {
    auto const count = archives::micros(time);
    auto const floored = count / 1000 - (count % 1000 < 0 ? 1 : 0);
    auto const milliseconds = static_cast<std::uint64_t>(floored);
    REQUIRE(static_cast<std::uint32_t>(milliseconds / 1000) == truth.number(row, which + "_secs"));
    REQUIRE(milliseconds % 1000 == truth.number(row, which + "_msecs"));
}

}  // namespace

TEST_CASE("Every field of every flow is as flow-export has it", "[flow_tools]") {
    for (auto const& name : readable()) {
        INFO(name);
        auto const bytes = bytes_of(name);
        auto const truth = archives::read_table(truth_of(name, ".truth.csv"));
        auto reader = make_reader(memory_source{bytes}, name);
        std::size_t row = 0;
        for (auto const& record : reader) {
            INFO("row " << row);
            REQUIRE(row < truth.rows.size());
            check_row(record, truth, row++, name.starts_with("s1-"));
        }
        CHECK(row == truth.rows.size());
        CHECK(reader.stats().records == truth.rows.size());
        CHECK(reader.stats().malformed == 0);
        CHECK(reader.stats().lines() == truth.rows.size());
    }
}

TEST_CASE("Every time is as flow-tools computes it", "[flow_tools]") {
    for (auto const& name : readable()) {
        INFO(name);
        auto const bytes = bytes_of(name);
        auto const truth = archives::read_table(truth_of(name, ".times.csv"));
        std::size_t row = 0;
        for (auto const& record : make_reader(memory_source{bytes}, name)) {
            INFO("row " << row);
            check_time(record[field::start], truth, row, "first");
            check_time(record[field::end], truth, row, "last");
            CHECK_FALSE(record.wrapped());
            ++row;
        }
        CHECK(row == truth.rows.size());
    }
}

TEST_CASE("Every time is, to the microsecond, as py3flowtools computes it", "[flow_tools]") {
    std::size_t files = 0;
    for (auto const& name : readable()) {
        auto const path = fixtures / (name + ".py3.csv");
        if (!std::filesystem::exists(path)) continue;
        ++files;
        INFO(name);
        auto const bytes = bytes_of(name);
        auto const truth = archives::read_table(path);
        std::size_t row = 0;
        for (auto const& record : make_reader(memory_source{bytes}, name)) {
            INFO("row " << row);
            CHECK(archives::iso(record[field::start]) == truth.at(row, "first"));
            CHECK(archives::iso(record[field::end]) == truth.at(row, "last"));
            for (auto const* const column : {"srcaddr", "dstaddr", "srcport", "dstport", "prot",
                                             "tcp_flags", "dPkts", "dOctets"}) {
                CHECK(print_column(record, column) == truth.at(row, column));
            }
            ++row;
        }
        CHECK(row == truth.rows.size());
    }
    CHECK(files == 5);
}

TEST_CASE("Wrapped uptimes are repaired unless that is switched off", "[flow_tools]") {
    auto const bytes = bytes_of("v5-le");
    auto const wrapped = [&](bool repair) {
        auto rows = std::vector<std::pair<std::int64_t, std::int64_t>>{};
        auto count = 0;
        for (auto const& record : make_reader(memory_source{bytes}, "v5-le", repair)) {
            rows.emplace_back(archives::micros(record[field::start]),
                              archives::micros(record[field::end]));
            count += record.wrapped() ? 1 : 0;
        }
        return std::pair{rows, count};
    };
    auto const [raw, none] = wrapped(false);
    auto const [repaired, one] = wrapped(true);
    CHECK(none == 0);
    CHECK(one == 1);
    REQUIRE(raw.size() == repaired.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (i != 3) CHECK(raw[i] == repaired[i]);
    }
    // exported at 1417737600.5 with an uptime of 5 s; the first packet 7.296 s before the wrap, the
    // last 1 s after it
    CHECK(raw[3].first == 1'422'032'555'500'000);
    CHECK(repaired[3].first == 1'417'737'588'204'000);
    CHECK(repaired[3].second == raw[3].second);
}

TEST_CASE("The uptime clock follows the rule of nfdump's collector", "[flow_tools]") {
    using clock = detail::uptime_clock;
    auto const epoch = timestamp{std::chrono::seconds{1'000'000'000}};
    auto const ms = [&](timestamp t) { return (t - epoch).count() / 1000; };
    constexpr std::int64_t wrap = std::int64_t{1} << 32;

    auto const plain = clock{epoch, 10'000, 1'000, 9'000};
    CHECK(ms(plain.start(true)) == -9'000);
    CHECK(ms(plain.end(true)) == -1'000);
    CHECK(plain.wraps_of_first() == 0);

    auto const between =
        clock{epoch, 10'000, 4'294'960'000, 9'000};  // wrapped between first and last packet
    CHECK(ms(between.start(true)) == 4'294'950'000 - wrap);
    CHECK(ms(between.start(false)) == 4'294'950'000);
    CHECK(ms(between.end(true)) == -1'000);

    auto const behind = clock{epoch, 10'000, 4'294'950'000,
                              4'294'960'000};  // wrapped between last packet and export
    CHECK(ms(behind.start(true)) == 4'294'940'000 - wrap);
    CHECK(ms(behind.end(true)) == 4'294'950'000 - wrap);
    CHECK(ms(behind.end(false)) == 4'294'950'000);

    auto const late =
        clock{epoch, 10'000, 1'000, 110'000};  // up to 100 s in the future are accepted
    CHECK(ms(late.end(true)) == 100'000);
    auto const later = clock{epoch, 10'000, 1'000, 110'001};
    CHECK(ms(later.end(true)) == 100'001 - wrap);

    auto const relative = clock{epoch, 0, 1'000, 4'000'000};  // no uptime: counted from the export
    CHECK(ms(relative.start(true)) == 1'000);
    CHECK(ms(relative.end(true)) == 4'000'000);
    auto const backwards = clock{epoch, 0, 2'000, 1'000};
    CHECK(ms(backwards.start(true)) == 2'000);
}

#ifdef FLOWLOG_TEST_GZIP
TEST_CASE("A big-endian archive decodes as it is unless its writer is said to be little-endian",
          "[flow_tools]") {
    auto const bytes = bytes_of("v1005-tag-be-z");
    auto straight = flow_tools_reader{memory_source{bytes}};
    auto it = straight.begin();
    ++it;
    ++it;
    CHECK(archives::print((*it)[field::exporter]) == "254.0.0.10");
    CHECK(archives::print((*it)[field::srcaddr]) == "249.125.179.181");
    auto as_written = flow_tools_reader{memory_source{bytes}, {.written_by_little_endian = true}};
    auto same = as_written.begin();
    CHECK((*same)[field::src_tag] == 1U);
    ++same;
    ++same;
    CHECK(archives::print((*same)[field::exporter]) == "10.0.0.254");
}
#endif

TEST_CASE("Blocks of any size give the same flows", "[flow_tools]") {
    for (auto const& name : readable()) {
        auto const bytes = bytes_of(name);
        if (bytes.size() > 20'000) continue;
        INFO(name);
        auto const read = [&](auto source) { return make_reader(std::move(source), name); };
        auto const whole = archives::run(bytes, read);
        CHECK_FALSE(whole.failure);
        for (auto const size : testing::block_sizes()) {
            INFO("blocks of " << size);
            auto const blocks = archives::run(bytes, read, size);
            CHECK_FALSE(blocks.failure);
            REQUIRE(blocks.flows == whole.flows);
            REQUIRE(blocks.stats == whole.stats);
        }
    }
}

TEST_CASE("A reader is read once, and goes on where a loop was left", "[flow_tools]") {
    auto const bytes = bytes_of("v5-le");
    auto reader = flow_tools_reader{memory_source{bytes}};
    auto first = std::size_t{0};
    for (auto const& record : reader) {
        static_cast<void>(record);
        if (++first == 10) break;
    }
    auto moved = std::move(reader);
    auto rest = std::size_t{0};
    for (auto const& record : moved) {
        static_cast<void>(record);
        ++rest;
    }
    CHECK(rest == 54);
    CHECK(moved.begin() == moved.end());
    CHECK(moved.stats().records == 64);
    CHECK(moved.stats().bytes == bytes.size());
}

TEST_CASE("A rejected flow counts as malformed and is reported", "[flow_tools]") {
    auto const bytes = bytes_of("v5-le");
    auto reported = std::vector<malformed_line>{};
    auto reader = flow_tools_reader{
        memory_source{bytes, "x.ft"},
        {.on_malformed = [&](malformed_line const& line) { reported.push_back(line); }}};
    auto it = reader.begin();
    ++it;
    reader.reject(field_id::dstport, reason::absent_value);
    while (it != reader.end()) ++it;
    CHECK(reader.stats().records == 63);
    CHECK(reader.stats().malformed == 1);
    REQUIRE(reported.size() == 1);
    CHECK(reported[0].source == "x.ft");
    CHECK(reported[0].line == 2);
    CHECK(reported[0].offset == 56 + 64);
    CHECK(reported[0].field == field_id::dstport);
    CHECK(reported[0].reason == reason::absent_value);
}

TEST_CASE("Fields that a version does not have are absent", "[flow_tools]") {
    auto const bytes = bytes_of("v8.1-le");
    auto reader = flow_tools_reader{memory_source{bytes}};
    CHECK(reader.has(field_id::src_as));
    CHECK(reader.has(field_id::start));
    CHECK_FALSE(reader.has(field_id::dstport));
    CHECK_FALSE(reader.has(field_id::account_id));
    auto const record = *reader.begin();
    CHECK(record[field::dstport].absent());
    CHECK(record[field::srcaddr].absent());
    CHECK(record[field::account_id].absent());
    CHECK(record[field::log_status].absent());
    CHECK(record[field::netflow_version] == std::uint16_t{8});
}

TEST_CASE("The description says what flow-header says", "[flow_tools]") {
    for (auto const& name : readable()) {
        auto const header = fixtures / (name + ".header.txt");
        if (!std::filesystem::exists(header)) continue;
        INFO(name);
        auto const bytes = bytes_of(name);
        auto reader = flow_tools_reader{memory_source{bytes}};
        auto const info = reader.describe();
        auto streaming = false;
        CHECK(info.format == "flow-tools");
        auto in = std::istringstream{archives::read(header)};
        for (auto line = std::string{}; std::getline(in, line);) {
            auto const colon = line.find(':');
            if (colon == line.npos) continue;
            auto const key = line.substr(2, colon - 2);
            auto const value =
                line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
            INFO(key);
            if (key == "mode") streaming = value == "streaming";
            if (key == "compress") CHECK(info.compression == (value == "on" ? "zlib" : "none"));
            if (key == "byte order") CHECK(info.byte_order == value + "-endian");
            if (key == "stream version")
                CHECK(info.version.starts_with("stream version " + value + ","));
            if (key == "export version")
                CHECK(info.version.find("export version " + value) != std::string::npos);
            if (key == "export agg_method")
                CHECK(info.version.find("8." + value.substr(0, value.find(' ')) + " (") !=
                      std::string::npos);
            if (key == "capture hostname") CHECK(info.exporter == value);
            if (key == "comments") CHECK(info.comment == value);
            if (key == "capture flows") CHECK(info.records == std::stoull(value));
            if (key == "capture start") CHECK(info.first.has_value());
        }
        if (streaming) CHECK_FALSE(info.records.has_value());
    }
}

TEST_CASE("The description has the period and the number of flows found", "[flow_tools]") {
    auto const bytes = bytes_of("v8.5-capture-be");
    auto reader = flow_tools_reader{memory_source{bytes}};
    auto const info = reader.describe();
    CHECK(info.version == "stream version 3, export version 8.5 (prefix)");
    CHECK(info.exporter == "vm");
    CHECK(info.records == 200U);
    REQUIRE(info.first.has_value());
    REQUIRE(info.last.has_value());
    CHECK((*info.last - *info.first) == std::chrono::seconds{2});
    CHECK(reader.begin() != reader.end());

    auto const open = bytes_of("v5-capture-le-tmp");
    auto const notes = flow_tools_reader{memory_source{open}}.describe().notes;
    CHECK(std::ranges::find(notes, "not closed: still being written, or cut off") != notes.end());
}

TEST_CASE("The description says what flow-capture missed", "[flow_tools]") {
    auto bytes = std::string{"\xCF\x10\x01\x03\0\0\0\0", 8};
    bytes += std::string{"\x02\0\x02\0\x05\0", 6};  // NetFlow 5
    for (auto const type : {'\x0B', '\x0C', '\x0D', '\x0E'}) {
        bytes += type;
        bytes += std::string{"\0\x04\0", 3};
        bytes += static_cast<char>(type - '\x0A');
        bytes += std::string(3, '\0');
    }
    bytes[4] = static_cast<char>(bytes.size());
    auto const notes = flow_tools_reader{memory_source{bytes}}.describe().notes;
    for (auto const* const note :
         {"1 lost flow", "2 misordered flows", "3 corrupt packets", "4 sequence resets"})
        CHECK(std::ranges::find(notes, note) != notes.end());
}

TEST_CASE("flow-tools archives are recognised by their first bytes", "[flow_tools]") {
    for (auto const& name : archives::names(fixtures, ".ft"))
        CHECK(detail::is_flow_tools(bytes_of(name)));
    CHECK_FALSE(detail::is_flow_tools(""));
    CHECK_FALSE(detail::is_flow_tools("\xCF\x10\x01"));
    CHECK_FALSE(detail::is_flow_tools("\xCF\x10\x03\x03"));
    CHECK_FALSE(detail::is_flow_tools("\xCF\x10\x01\x02"));
    CHECK_FALSE(detail::is_flow_tools("2 123456789010 eni-abc123de"));
}

}  // namespace test_format_flow_tools
