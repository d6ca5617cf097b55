// SPDX-License-Identifier: BSL-1.0
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <ranges>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/format/flowd.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/source/memory.hpp>

#include "archives.hpp"
#include "catch.hpp"
#include "repeats.hpp"

namespace test_format_flowd {

using namespace flowlog;

static_assert(flow_record<flowd_record>);
static_assert(std::ranges::input_range<flowd_reader<>>);
static_assert(!std::ranges::forward_range<flowd_reader<>>);
static_assert(require_log_reader<flowd_reader<memory_source>>());
static_assert(require_log_reader<flowd_reader<>>());

namespace {

auto const fixtures = archives::directory("flowd");

auto bytes_of(std::string const& name) -> std::string {
    return archives::read(fixtures / (name + ".flowd"));
}

/// A reader that repairs nothing, as flowd-reader and py3flowtools.
template <class Source>
auto as_stored(Source source) {
    return flowd_reader{std::move(source), {.repair_wraps = false, .repair_engine = false}};
}

/// The text of the field with this name in flowd-reader.
auto print_column(flowd_record const& record, std::string const& column) -> std::string {
    auto const id = column == "first"  ? field_id::flow_start_sys_up_time
                    : column == "last" ? field_id::flow_end_sys_up_time
                                       : find_field(column).value();
    auto const printed = with_field(id, [&](auto key) { return archives::print(record[key]); });
    if (!printed.empty()) return printed;
    return info(id).type == field_type::address ? "(null)" : "0";  // as flowd-reader has it
}

/// The values of a line of flowd-reader, `agent [::1] src [192.0.2.1]:80`, by the word before each.
auto words(std::string const& line) -> std::map<std::string, std::string> {
    auto result = std::map<std::string, std::string>{};
    auto in = std::istringstream{line};
    auto key = std::string{};
    in >> key;  // FLOW
    for (auto value = std::string{}; in >> key;) {
        if (key == "netflow") in >> key;
        in >> value;
        result[key] = value;
    }
    return result;
}

/// The microseconds of `1970-01-01T00:00:01.00002`: flowd-reader pads them to five digits only.
auto received(std::string const& text) -> std::int64_t {
    auto date = std::istringstream{text};
    auto number = [&](char& after) {
        auto value = 0;
        date >> value >> after;
        return value;
    };
    auto c = char{};
    auto const year = number(c);
    auto const month = number(c);
    auto const day = number(c);
    auto const days = std::chrono::sys_days{std::chrono::year{year} / month / day};
    auto const hours = number(c);
    auto const minutes = number(c);
    auto const seconds = number(c);
    auto micros = 0;
    date >> micros;
    auto const time = days.time_since_epoch() + std::chrono::hours{hours} +
                      std::chrono::minutes{minutes} + std::chrono::seconds{seconds};
    return std::chrono::microseconds{time}.count() + micros;
}

/// Compares a field with a word of the line. Both may be absent.
template <class Key>
void check_word(flowd_record const& record, Key key,
                std::map<std::string, std::string> const& found, std::string const& word,
                int base = 10) {
    INFO(word);
    auto const at = found.find(word);
    REQUIRE(record[key].has_value() == (at != found.end()));
    if (at == found.end()) return;
    if constexpr (std::same_as<typename Key::value_type, address>) {
        CHECK(record[key]->to_string() == at->second.substr(1, at->second.find(']') - 1));
    } else if constexpr (std::integral<typename Key::value_type>) {
        CHECK(*record[key] == std::stoull(at->second, nullptr, base));
    }
}

}  // namespace

TEST_CASE("Every field of every flow is as flowd-reader has it", "[flowd]") {
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        INFO(name);
        auto const bytes = bytes_of(name);
        auto const truth = archives::read_table(fixtures / (name + ".truth.csv"));
        auto reader = as_stored(memory_source{bytes});
        std::size_t row = 0;
        for (auto const& record : reader) {
            INFO("row " << row);
            REQUIRE(row < truth.rows.size());
            for (auto const& column : truth.columns) {
                if (column == "unix_secs" || column == "unix_nsecs") continue;
                INFO(column);
                REQUIRE(print_column(record, column) == truth.at(row, column));
            }
            auto const exported =
                truth.number(row, "unix_secs") * 1'000'000 + truth.number(row, "unix_nsecs") / 1000;
            auto const time = record[field::export_time];
            CHECK(static_cast<std::uint64_t>(time ? archives::micros(time) : 0) == exported);
            ++row;
        }
        CHECK(row == truth.rows.size());
        CHECK(reader.stats().records == row);
        CHECK(reader.stats().malformed == 0);
        CHECK(reader.stats().bytes == bytes.size());
    }
}

TEST_CASE("A field is present if flowd-reader shows it, and only then", "[flowd]") {
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        INFO(name);
        auto const bytes = bytes_of(name);
        auto in = std::istringstream{archives::read(fixtures / (name + ".truth.txt"))};
        std::size_t row = 0;
        for (auto const& record : as_stored(memory_source{bytes})) {
            INFO("row " << row++);
            auto line = std::string{};
            REQUIRE(std::getline(in, line));
            auto const found = words(line);
            check_word(record, field::flowd_tag, found, "tag");
            check_word(record, field::protocol, found, "proto");
            check_word(record, field::tcp_flags, found, "tcpflags", 16);
            check_word(record, field::tos, found, "tos", 16);
            check_word(record, field::exporter, found, "agent");
            check_word(record, field::srcaddr, found, "src");
            check_word(record, field::dstaddr, found, "dst");
            check_word(record, field::next_hop, found, "gateway");
            check_word(record, field::packets, found, "packets");
            check_word(record, field::bytes, found, "octets");
            check_word(record, field::input, found, "in_if");
            check_word(record, field::output, found, "out_if");
            check_word(record, field::netflow_version, found, "ver");
            check_word(record, field::src_as, found, "src_AS");
            check_word(record, field::dst_as, found, "dst_AS");
            check_word(record, field::src_mask, found, "src_masklen");
            check_word(record, field::dst_mask, found, "dst_masklen");
            check_word(record, field::engine_type, found, "engine_type");
            check_word(record, field::engine_id, found, "engine_id");
            check_word(record, field::flow_sequence, found, "seq");
            CHECK(record[field::received_time].has_value() == found.contains("recv_time"));
            if (found.contains("recv_time")) {
                CHECK(archives::micros(record[field::received_time]) ==
                      received(found.at("recv_time")));
            }
            if (!name.starts_with("v2-"))
                check_word(record, field::observation_domain_id, found, "source");
            auto const ports =
                found.contains("src") && found.at("src").find("]:") != std::string::npos;
            CHECK(record[field::srcport].has_value() == ports);
            CHECK(record[field::dstport].has_value() == ports);
        }
        auto rest = std::string{};
        CHECK_FALSE(std::getline(in, rest));
    }
}

TEST_CASE("The times of flowd are, to the microsecond, as py3flowtools computes them", "[flowd]") {
    auto const bytes = bytes_of("v3-v5");
    auto const truth = archives::read_table(fixtures / "v3-v5.py3.csv");
    std::size_t row = 0;
    for (auto const& record : as_stored(memory_source{bytes})) {
        INFO("row " << row);
        CHECK(archives::iso(record[field::start]) == truth.at(row, "first"));
        CHECK(archives::iso(record[field::end]) == truth.at(row, "last"));
        CHECK(print_column(record, "dPkts") == truth.at(row, "dPkts"));
        CHECK(print_column(record, "dOctets") == truth.at(row, "dOctets"));
        ++row;
    }
    CHECK(row == truth.rows.size());
}

TEST_CASE("Flows without times of their own have the time of their arrival", "[flowd]") {
    auto const bytes = bytes_of("v3-ipv6-agent");
    auto without = 0;
    for (auto const& record : flowd_reader{memory_source{bytes}}) {
        if (record[field::flow_start_sys_up_time].has_value()) continue;
        ++without;
        CHECK(record[field::start] == record[field::received_time]);
        CHECK(record[field::end] == record[field::received_time]);
    }
    CHECK(without > 0);
    auto const bare = bytes_of("v3-crc-dst");
    auto reader = flowd_reader{memory_source{bare}};
    CHECK((*reader.begin())[field::start].absent());
}

TEST_CASE("Wrapped uptimes in flowd are repaired unless that is switched off", "[flowd]") {
    auto bytes = bytes_of("v3-v5").substr(0, 116);
    auto const shape =
        detail::make_flowd_shape(detail::load_big<std::uint32_t>(bytes.data() + 4), 3, 8);
    auto const at = [&](detail::flowd_group group) {
        return shape.offsets[static_cast<std::size_t>(group)];
    };
    bytes.replace(at(detail::flowd_group::agent_info), 12,
                  std::string{"\x00\x00\x13\x88\x54\x80\xF6\x00\x1D\xCD\x65\x00", 12});
    bytes.replace(at(detail::flowd_group::times), 8,
                  std::string{"\xFF\xFF\xE3\x80\x00\x00\x03\xE8", 8});
    for (auto const repair : {true, false}) {
        auto reader =
            flowd_reader{memory_source{bytes}, {.repair_wraps = repair, .check_checksums = false}};
        auto const record = *reader.begin();
        CHECK(record.wrapped() == repair);
        // exported at 1417737728.5 with an uptime of 5 s; the first packet 7.296 s before the wrap,
        // the last 1 s after it
        CHECK(archives::micros(record[field::start]) ==
              (repair ? 1'417'737'716'204'000 : 1'422'032'683'500'000));
        CHECK(archives::micros(record[field::end]) == 1'417'737'724'500'000);
    }
}

TEST_CASE("The shifted engine of NetFlow v5 is corrected unless that is switched off", "[flowd]") {
    auto const bytes = bytes_of("v3-v5");
    auto stored = as_stored(memory_source{bytes});
    auto const raw = stored.begin();
    CHECK((*raw)[field::engine_type] == std::uint16_t{768});
    CHECK((*raw)[field::engine_id] == std::uint16_t{1792});
    auto reader = flowd_reader{memory_source{bytes}};
    auto const repaired = reader.begin();
    CHECK((*repaired)[field::engine_type] == std::uint16_t{3});
    CHECK((*repaired)[field::engine_id] == std::uint16_t{7});
}

TEST_CASE("An engine that was not shifted stays as it is", "[flowd]") {
    auto bytes = bytes_of("v3-v5").substr(0, 116);
    auto const shape =
        detail::make_flowd_shape(detail::load_big<std::uint32_t>(bytes.data() + 4), 3, 8);
    auto const at = shape.offsets[static_cast<std::size_t>(detail::flowd_group::engine_info)];
    bytes.replace(at, 4, std::string{"\x01\x03\x00\x07", 4});
    auto reader = flowd_reader{memory_source{bytes}, {.check_checksums = false}};
    auto const it = reader.begin();
    CHECK((*it)[field::engine_type] == std::uint16_t{0x0103});
    CHECK((*it)[field::engine_id] == std::uint16_t{7});
}

TEST_CASE("Version 2 has no observation domain", "[flowd]") {
    auto const bytes = bytes_of("v2-v5");
    auto reader = flowd_reader{memory_source{bytes}};
    auto const it = reader.begin();
    CHECK((*it)[field::flow_sequence].has_value());
    CHECK((*it)[field::observation_domain_id].absent());
}

TEST_CASE("Blocks of any size give the same flows of flowd", "[flowd]") {
    auto const make = [](memory_source source) { return flowd_reader{std::move(source)}; };
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        INFO(name);
        auto const bytes = bytes_of(name);
        auto const whole = archives::run(bytes, make);
        CHECK_FALSE(whole.failure);
        for (auto const size : testing::block_sizes()) {
            auto const blocks = archives::run(bytes, make, size);
            CHECK_FALSE(blocks.failure);
            REQUIRE(blocks.flows == whole.flows);
            REQUIRE(blocks.stats == whole.stats);
        }
    }
}

TEST_CASE("A store is read once, and goes on where a loop was left", "[flowd]") {
    auto const bytes = bytes_of("v2-v5");
    auto reader = flowd_reader{memory_source{bytes}};
    auto it = reader.begin();
    reader.reject(field_id::dstport, reason::absent_value);
    ++it;
    auto moved = std::move(reader);
    for (auto const& record : moved) static_cast<void>(record);
    CHECK(moved.begin() == moved.end());
    CHECK(moved.stats().records == 119);
    CHECK(moved.stats().malformed == 1);
}

TEST_CASE("A store of flowd describes itself", "[flowd]") {
    auto const old = bytes_of("v2-mixed");
    auto const info = flowd_reader{memory_source{old}}.describe();
    CHECK(info.format == "flowd");
    CHECK(info.version == "store version 2");
    CHECK(info.byte_order == "big-endian");
    CHECK(info.compression == "none");
    CHECK(info.first.has_value());
    CHECK(flowd_reader{memory_source{""}}.describe().version == "store version 3");
}

TEST_CASE("Stores of flowd are recognised by their first bytes", "[flowd]") {
    for (auto const& name : archives::names(fixtures, ".flowd")) {
        INFO(name);
        CHECK(detail::is_flowd(bytes_of(name)) == (name != "v3-empty"));
        CHECK(detail::is_flowd(bytes_of(name).substr(0, 64)) == (name != "v3-empty"));
    }
    CHECK_FALSE(detail::is_flowd(bytes_of("v3-v5").substr(0, 7)));
    CHECK_FALSE(detail::is_flowd(archives::read(fixtures / "malformed" / "text.flowd")));
    // texts that begin with the marker
    auto random = archives::random_numbers{7};
    for (auto round = 0; round < testing::repeats(100'000); ++round) {
        auto text = std::string{"`"};
        for (auto i = 0; i < 20; ++i) text += static_cast<char>(' ' + random(95));
        REQUIRE_FALSE(detail::is_flowd(text));
    }
}

}  // namespace test_format_flowd
