// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/parquet.hpp>
#include <flowlog/output/parquet.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::memory_input;

constexpr auto text = std::string_view{
    "version account-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status pkt-srcaddr tcp-flags my-tag\n"
    "5 000123456789 10.0.0.1 2001:db8::1 1 443 6 1 40 1600000000 1600000060 ACCEPT OK - 2 None\n"
    "5 000123456789 10.0.0.2 2001:db8::1 2 80 17 - 9223372036854775807 1600000001 - REJECT OK "
    "10.0.0.1 - a,b\n"
    "5 unknown ::1 10.0.0.1 65535 0 255 3 0 1600000002 1600000060 - OK 10.0.0.9 255 -\n"};

static auto as_csv(flowlog::input const& from, std::vector<flowlog::record_column> const& columns)
    -> std::string {
    auto result = std::string{};
    auto writer = flowlog::record_writer{columns, {}, [&](auto bytes) { result += bytes; }};
    auto log = flowlog::open(from);
    for (auto const& record : log) REQUIRE(!writer.write(record));
    writer.finish();
    return result;
}

static auto written(flowlog::input const& from, flowlog::parquet_options const& options = {})
    -> std::string {
    auto result = std::string{};
    auto log = flowlog::open(from);
    auto writer = flowlog::parquet_writer{flowlog::columns_of(log), options,
                                          [&](auto bytes) { result += bytes; }};
    for (auto const& record : log) REQUIRE(!writer.write(record));
    writer.finish();
    return result;
}

TEST_CASE("what is written as Parquet is read back unchanged", "[parquet_writer]") {
    auto const from = memory_input::borrowed(text);
    auto log = flowlog::open(from);
    auto columns = flowlog::columns_of(log);
    std::erase_if(columns, [](auto const& column) { return !column.field; });
    for (auto const* codec : {"zstd", "snappy", "gzip", "lz4", "none"}) {
        CAPTURE(codec);
        auto const file = written(from, {.codec = codec, .level = -1});
        CHECK(as_csv(memory_input{file}, columns) == as_csv(from, columns));
    }
    auto read = flowlog::open(memory_input{written(from)});
    auto const info = read.describe();
    CHECK(info.version.starts_with("flowlog version "));
    CHECK(info.records == 3);
    CHECK(info.notes.back() == "columns that are no fields: my-tag");
}

TEST_CASE("row groups have the size that is asked for", "[parquet_writer]") {
    auto all = std::string{text.substr(0, text.find('\n') + 1)};
    auto const line = text.substr(all.size(), text.find('\n', all.size()) + 1 - all.size());
    for (auto i = 0; i < 5000; ++i) all += line;
    auto log = flowlog::open(memory_input{written(memory_input{all}, {.group_rows = 2000})});
    CHECK(log.describe().notes.front() == "3 row groups");
    auto count = 0;
    for (auto const& record : log) count += *record[field::dstport] == 443 ? 1 : 0;
    CHECK(count == 5000);
}

TEST_CASE("batches are written as their records are", "[parquet_writer]") {
    auto all = std::string{text};
    for (auto i = 0; i < 3000; ++i)
        all += "2 1 10.0.0.1 10.0.0.2 " + std::to_string(i) + " 443 6 1 " +
               (i % 100 == 7 ? "18446744073709551615" : std::to_string(i)) +
               " 1600000000 1600000060 ACCEPT OK - " + (i % 50 == 3 ? "-" : "2") + " -\n";
    auto log = flowlog::open(memory_input::borrowed(all));
    auto columns = flowlog::columns_of(log);
    auto file = std::string{};
    auto writer = flowlog::parquet_writer{columns, {}, [&](auto bytes) { file += bytes; }};
    auto batches = 0;
    auto const one = [&](auto const& record) { return !writer.write(record); };
    auto const many = [&](auto const& batch) -> std::size_t {
        if (writer.write_batch(batch)) return ++batches, batch.size();
        auto i = std::size_t{0};
        while (i != batch.size() && one(batch[i])) ++i;
        return i;
    };
    auto const refused = [](auto const&) {
        return flowlog::offending_field{field_id::bytes, flowlog::reason::bad_value};
    };
    log.visit([&](auto& reader) { reader.each(one, many, refused, {}); });
    writer.finish();
    CHECK(log.stats().malformed == 30);
    CHECK(writer.rows() == 2973);
    std::erase_if(columns, [](auto const& column) { return !column.field; });
    auto expected = std::string{};
    auto csv = flowlog::record_writer{columns, {}, [&](auto bytes) { expected += bytes; }};
    auto again = flowlog::open(memory_input::borrowed(all));
    for (auto const& record : again) {
        if (*record[field::bytes] <= ~std::uint64_t{0} >> 1) REQUIRE(!csv.write(record));
    }
    csv.finish();
    CHECK(as_csv(memory_input{file}, columns) == expected);
}

TEST_CASE("only the columns that are read are fetched", "[parquet_writer]") {
    auto all = std::string{"srcaddr dstport protocol log-status bytes\n"};
    for (auto i = 0ULL; i < 50'000; ++i)
        all += "10.0." + std::to_string(i / 256 % 256) + '.' + std::to_string(i * 7 % 256) +
               " 443 6 OK " + std::to_string(i * 7919 * 7919 % 1'000'003) + '\n';
    auto const from = memory_input{written(memory_input{all})};
    auto const counted = flowlog::run({from}, flowlog::port_protocol_counter{});
    CHECK(counted.stats.records == 50'000);
    auto whole = flowlog::open(from);
    for (auto const& record : whole) static_cast<void>(flowlog::flow{record});
    CHECK(whole.stats().bytes > from.size() * 9 / 10);
    CHECK(counted.stats.bytes < whole.stats().bytes / 2);
}

TEST_CASE("times with fractions become timestamps", "[parquet_writer]") {
    auto columns = std::vector<flowlog::record_column>{field_id::start, field_id::dstport};
    auto const time = flowlog::timestamp{std::chrono::microseconds{1'600'000'000'123'456}};
    auto const write = [&](flowlog::parquet_options options,
                           std::vector<flowlog::timestamp> times) {
        auto result = std::string{};
        auto writer = flowlog::parquet_writer{columns, std::move(options),
                                              [&](auto bytes) { result += bytes; }};
        for (auto const start : times) {
            auto record = flowlog::flow{};
            record.set(field::start, start);
            CHECK(!writer.write(record));
        }
        writer.finish();
        return result;
    };
    auto log = flowlog::open(memory_input{write({}, {time})});
    for (auto const& record : log) {
        CHECK(*record[field::start] == time);
        CHECK(record[field::dstport].absent());
    }
    auto const whole = flowlog::timestamp{std::chrono::seconds{1'600'000'000}};
    auto many = std::vector<flowlog::timestamp>(1000, whole);
    many.push_back(time);
    CHECK_THROWS_WITH(write({.group_rows = 1000}, many),
                      Catch::Matchers::Contains("no whole number of seconds"));
    CHECK(!write({.group_rows = 1000, .timestamps = true}, many).empty());
}

TEST_CASE("a record that Parquet cannot hold is refused", "[parquet_writer]") {
    auto const columns = std::vector<flowlog::record_column>{field_id::dstport, field_id::bytes};
    auto file = std::string{};
    auto writer = flowlog::parquet_writer{columns, {}, [&](auto bytes) { file += bytes; }};
    auto record = flowlog::flow{};
    record.set(field::dstport, std::uint16_t{80});
    record.set(field::bytes, ~std::uint64_t{0});
    CHECK(writer.write(record) == field_id::bytes);
    record.set(field::bytes, std::uint64_t{1});
    CHECK(!writer.write(record));
    CHECK(writer.rows() == 1);
    writer.finish();
    CHECK(as_csv(memory_input{file}, columns) == "dstport,bytes\n80,1\n");
}

TEST_CASE("what the sink throws comes out, and nothing is written afterwards", "[parquet_writer]") {
    auto const columns = std::vector<flowlog::record_column>{field_id::dstport};
    auto calls = 0;
    {
        auto writer = flowlog::parquet_writer{columns, {}, [&](auto) {
                                                  ++calls;
                                                  throw std::runtime_error{"full"};
                                              }};
        CHECK_THROWS_WITH(writer.finish(), "full");
    }
    CHECK(calls == 1);
}
