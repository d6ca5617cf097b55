// SPDX-License-Identifier: BSL-1.0
// The files are written by tests/stores/parquet/make_small.py.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/parquet.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

using namespace std::string_literals;
namespace field = flowlog::field;
using flowlog::errc;
using flowlog::field_id;
using flowlog::memory_input;
using flowlog::presence;

static auto path_of(std::string const& name) -> std::string {
    return FLOWLOG_TEST_DATA "/parquet/" + name;
}

static auto bytes_of(std::string const& name) -> std::string {
    auto file = std::ifstream{path_of(name), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// All flows as CSV with the columns of a text log.
static auto printed(flowlog::input const& from, std::vector<flowlog::record_column> const& columns)
    -> std::string {
    auto result = std::string{};
    auto writer = flowlog::record_writer{columns, {}, [&](auto text) { result += text; }};
    auto log = flowlog::open(from);
    for (auto const& record : log) REQUIRE(!writer.write(record));
    writer.finish();
    return result;
}

/// A filter for numbers of a field from `first` to `last`.
static auto within(field_id id, std::uint64_t first, std::uint64_t last) -> flowlog::filter {
    auto tree = flowlog::filter_tree{};
    tree.add({.subject = flowlog::subject_of(id), .field = id, .numbers = {{first, last}}});
    return flowlog::filter{tree};
}

TEST_CASE("a Parquet file is read as the text log with the same flows", "[parquet]") {
    auto text = flowlog::open(path_of("flows.log"));
    auto const columns = flowlog::columns_of(text);
    auto const expected = printed(path_of("flows.log"), columns);
    for (auto const* name : {"aws.parquet", "dash.parquet", "none.parquet"}) {
        CAPTURE(name);
        CHECK(printed(path_of(name), columns) == expected);
        CHECK(printed(memory_input{bytes_of(name)}, columns) == expected);
        auto log = flowlog::open(path_of(name));
        for ([[maybe_unused]] auto const& record : log) {
        }
        for ([[maybe_unused]] auto const& record : text) {
        }
        auto const found = log.stats();
        CHECK(found.records == text.stats().records);
        CHECK(found.nodata == text.stats().nodata);
        CHECK(found.skipdata == text.stats().skipdata);
        CHECK(found.malformed == 0);
    }
}

TEST_CASE("aggregators read a Parquet file, however it is divided", "[parquet]") {
    auto const counter = flowlog::port_protocol_counter{};
    auto const expected = flowlog::run({path_of("flows.log")}, counter).value.counts();
    for (auto const* name : {"aws.parquet", "dash.parquet"}) {
        for (auto const chunk_size :
             {std::uint64_t{1}, std::uint64_t{7000}, std::uint64_t{1} << 30})
            for (auto const threads : {1U, 3U}) {
                CAPTURE(name, chunk_size, threads);
                auto const how = flowlog::run_options{.threads = threads, .chunk_size = chunk_size};
                auto const found = flowlog::run({path_of(name)}, counter, how);
                CHECK(found.value.counts() == expected);
                CHECK(found.stats.lines() == 300);
            }
    }
}

/// The states of a field in all rows: present, absent or malformed.
template <class Key>
static auto states_of(std::vector<flowlog::flow> const& rows, Key key) -> std::string {
    auto result = std::string{};
    for (auto const& row : rows) result += "pam"[static_cast<std::size_t>(row[key].state())];
    return result;
}

TEST_CASE("every type of column is decoded to the type of its field", "[parquet]") {
    auto log = flowlog::open(path_of("types.parquet"));
    auto rows = std::vector<flowlog::flow>{};
    for (auto const& record : log) rows.emplace_back(record);
    REQUIRE(rows.size() == 4);
    auto const states = [&](auto key) { return states_of(rows, key); };
    CHECK(states(field::srcaddr) == "pppa");
    CHECK(*rows[2][field::srcaddr] == flowlog::address::v6(0, 1));
    CHECK(states(field::dstaddr) == "pmaa");
    CHECK(states(field::srcport) == "pmpa");
    CHECK(*rows[2][field::srcport] == 65535);
    CHECK(states(field::dstport) == "pmap");
    CHECK(states(field::protocol) == "pppm");
    CHECK(*rows[1][field::protocol] == 17);
    CHECK(states(field::packets) == "ppap");
    CHECK(states(field::bytes) == "ppmp");
    CHECK(*rows[1][field::bytes] == std::uint64_t{1} << 63);
    auto const first = std::chrono::sys_seconds{std::chrono::seconds{1'600'000'000}};
    CHECK(*rows[0][field::start] == first + std::chrono::microseconds{5});
    CHECK(*rows[0][field::end] == first + std::chrono::milliseconds{7});
    CHECK(states(field::account_id) == "ppap");
    CHECK(*rows[0][field::account_id] == "123456789012");
    CHECK(*rows[3][field::account_id] == "-7");
    CHECK(states(field::tcp_flags) == "pamm");
    CHECK(*rows[2][field::export_time] == std::chrono::sys_days{std::chrono::days{18000}});
    CHECK(states(field::received_time) == "ppma");
    CHECK(*rows[0][field::received_time] == first + std::chrono::milliseconds{123});
    CHECK(*rows[1][field::received_time] == first);
    CHECK(states(field::action) == "ppma");
}

TEST_CASE("floating point numbers are numbers and times", "[parquet]") {
    auto log = flowlog::open(path_of("doubles.parquet"));
    auto rows = std::vector<flowlog::flow>{};
    for (auto const& record : log) rows.emplace_back(record);
    REQUIRE(rows.size() == 4);
    auto const states = [&](auto key) { return states_of(rows, key); };
    CHECK(states(field::dstport) == "pamm");
    CHECK(*rows[0][field::dstport] == 443);
    CHECK(states(field::bytes) == "ppam");
    CHECK(*rows[1][field::bytes] == 2);
    CHECK(states(field::start) == "paap");
    auto const first = std::chrono::sys_seconds{std::chrono::seconds{1'600'000'000}};
    CHECK(*rows[0][field::start] == first);
    CHECK(*rows[3][field::start] == first + std::chrono::milliseconds{500});
    CHECK(states(field::end) == "ppmm");
    CHECK(*rows[0][field::end] == first + std::chrono::milliseconds{123});
    CHECK(states(field::account_id) == "papp");
    CHECK(*rows[0][field::account_id] == "123456789012");
    CHECK(*rows[2][field::account_id] == "1.5");
    CHECK(*rows[3][field::account_id] == "-7");
    CHECK(states(field::instance_id) == "ppap");
    CHECK(*rows[0][field::instance_id] == "1e+300");
    CHECK(*rows[3][field::instance_id] == "1000000000000");
    auto scores = std::string{};
    for (auto const& record : flowlog::open(path_of("doubles.parquet")))
        scores += std::string{*flowlog::text_of_column(record, "score")} + ' ';
    CHECK(scores == "0.25 0 -2.2250738585072014e-308 9e+15 ");
    CHECK(log.has(field_id::start));
    CHECK(log.stats().malformed == 0);
}

TEST_CASE("a malformed value is reported with its row and column", "[parquet]") {
    auto reported = std::string{};
    auto log = flowlog::open(path_of("types.parquet"), {.on_malformed = [&](auto const& line) {
                                 reported += std::to_string(line.line) + ' ';
                                 reported += line.text;
                             }});
    auto counter = flowlog::port_protocol_counter{};
    log.visit([&](auto& reader) { flowlog::add_all(reader, counter); });
    CHECK(log.stats().records == 2);  // ICMP needs no port
    CHECK(log.stats().malformed == 2);
    CHECK(reported == "2 row 2, column dst_port: 700004 row 4, column protocol: nonsense");
}

TEST_CASE("columns that are no fields are ignored and described", "[parquet]") {
    auto log = flowlog::open(path_of("foreign.parquet"));
    CHECK(log.has(field_id::dstport));
    CHECK(!log.has(field_id::bytes));
    auto const info = log.describe();
    CHECK(info.format == "Parquet");
    CHECK(info.compression == "snappy");
    CHECK(info.records == 2);
    auto notes = std::string{};
    for (auto const& note : info.notes) notes += note + '\n';
    CHECK(notes ==
          "1 row group\ncolumns: dstport, protocol, srcaddr\ncolumns that are no fields: city, "
          "tags, place, destinationTransportPort\ncolumns whose types do not fit their fields: "
          "bytes\n");
    CHECK(info.unread_columns ==
          std::vector<std::string>{"city", "tags", "place", "destinationTransportPort", "bytes"});
    CHECK_THROWS_WITH(flowlog::run({path_of("foreign.parquet")},
                                   flowlog::filtered{within(field_id::bytes, 0, 5),
                                                     flowlog::port_protocol_counter{}}),
                      Catch::Matchers::Contains("has no bytes; it has"));
}

TEST_CASE("row groups that a filter excludes are not read", "[parquet]") {
    auto const last = std::uint64_t{1} << 62;
    auto const late = [&](std::int64_t seconds) {
        auto const time = flowlog::timestamp{std::chrono::seconds{seconds}};
        return within(field_id::start, flowlog::filter_number(time), ~std::uint64_t{0});
    };
    auto const count = [](std::string const& name, flowlog::filter const& wanted) {
        return flowlog::run({path_of(name)},
                            flowlog::filtered{wanted, flowlog::port_protocol_counter{}},
                            {.threads = 1});
    };
    auto const expected = count("flows.log", late(1'600'000'000 + 250 * 7));
    auto const found = count("aws.parquet", late(1'600'000'000 + 250 * 7));
    CHECK(expected.value.matched() > 0);
    CHECK(found.value.inner().counts() == expected.value.inner().counts());
    CHECK(found.value.matched() == expected.value.matched());
    CHECK(found.stats.unread == 100);
    CHECK(found.stats.lines() == 300);
    CHECK(found.stats.skipdata == expected.stats.skipdata);  // these row groups are read
    CHECK(count("aws.parquet", within(field_id::bytes, last, last)).stats.unread == 100);
    CHECK(count("aws.parquet", within(field_id::dstport, 443, 443)).stats.unread == 0);
    CHECK(count("types.parquet", within(field_id::srcport, 70, 80)).stats.unread == 0);
    CHECK(count("types.parquet", within(field_id::packets, 70, 80)).stats.unread == 4);
}

TEST_CASE("a Parquet file that is cut off or damaged is an error, not the end", "[parquet]") {
    auto const whole = bytes_of("aws.parquet");
    auto const read = [](std::string bytes) {
        try {
            auto log = flowlog::open(memory_input{std::move(bytes)});
            for (auto const& record : log) static_cast<void>(flowlog::flow{record});
        } catch (flowlog::error const& failure) {
            return failure.code();
        }
        return std::error_code{};
    };
    CHECK(!read(whole));
    for (auto size = std::size_t{4}; size < whole.size(); size += size < 64 ? 1 : 997) {
        CAPTURE(size);
        CHECK(read(whole.substr(0, size)) == errc::truncated);
    }
    auto failed = 0;
    for (auto place = std::size_t{4}; place < whole.size() - 4; place += 61) {
        auto bytes = whole;
        bytes[place] = static_cast<char>(bytes[place] ^ 0x55);
        failed += read(bytes) ? 1 : 0;
    }
    CHECK(failed > 100);
}

TEST_CASE("an empty Parquet file lacks nothing that it names", "[parquet]") {
    auto const found = flowlog::run({path_of("empty.parquet")}, flowlog::port_protocol_counter{});
    CHECK(found.stats.lines() == 0);
}
