// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/column_batch.hpp>

#include "catch.hpp"

namespace test_format_column_batch {

using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::address;
using flowlog::column_batch;
using flowlog::column_record;
using flowlog::column_rows;
using flowlog::field_id;
using flowlog::presence;
using flowlog::timestamp;
using numbers = std::vector<std::uint64_t>;

static_assert(flowlog::flow_record<column_record>);
static_assert(flowlog::record_batch<column_rows>);

/// Six rows: two columns without states, one with; one borrowed.
static auto filled() -> column_batch {
    static constexpr auto counters = std::array<std::uint64_t, 7>{10, 20, 30, 40, 50, 60, 70};
    auto batch = column_batch{};
    batch.begin(6);
    auto const ports = batch.make(field::dstport);
    for (std::size_t i = 0; i < 6; ++i) ports[i] = static_cast<std::uint16_t>(65530 + i);
    std::ranges::fill(batch.make<std::uint8_t>(field_id::protocol), std::uint8_t{6});
    batch.states(field_id::protocol)[1] = presence::absent;
    batch.states(field_id::protocol)[4] = presence::malformed;
    batch.borrow(field::bytes, counters);
    auto const sources = batch.make(field::srcaddr);
    for (std::uint32_t i = 0; i < 6; ++i)
        sources[i] = i % 2 == 0 ? address::v4(i) : address::v6(i, 7);
    auto const names = batch.make(field::vpc_id);
    std::ranges::fill(names, "vpc-1"sv);
    return batch;
}

static auto numbers_of(column_rows const& rows, field_id id) -> numbers {
    auto result = numbers(rows.size() * 2, 1234567);
    if (!rows.numbers(id, result.data(), 2)) {
        CHECK(std::ranges::all_of(result, [](auto n) { return n == 1234567; }));
        return {};
    }
    auto values = numbers{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        values.push_back(result[i * 2]);
        CHECK(result[i * 2 + 1] == 1234567);
    }
    return values;
}

TEST_CASE("a record of a batch has the values of its row", "[column_batch]") {
    auto const batch = filled();
    CHECK(batch.size() == 6);
    auto const record = column_record{batch, 3};
    CHECK(record[field::dstport] == std::uint16_t{65533});
    CHECK(record[field::bytes] == 40U);
    CHECK(record[field::srcaddr] == address::v6(3, 7));
    CHECK(record[field::vpc_id] == "vpc-1"sv);
    CHECK(record[field::protocol] == std::uint8_t{6});
    CHECK(record[field::srcport].absent());
    CHECK(column_record{batch, 1}[field::protocol].absent());
    CHECK(column_record{batch, 4}[field::protocol].malformed());
    CHECK(record.get<std::uint16_t>(field_id::dstport) == std::uint16_t{65533});
    auto const copy = flowlog::flow{record};
    CHECK(copy[field::srcaddr] == address::v6(3, 7));
    CHECK(copy[field::srcport].absent());
}

TEST_CASE("a number of any width can be read as 64 bits", "[column_batch]") {
    auto const batch = filled();
    auto const record = column_record{batch, 5};
    CHECK(record.get<std::uint64_t>(field_id::dstport) == 65535U);
    CHECK(record.get<std::uint64_t>(field_id::protocol) == 6U);
    CHECK(record.get<std::uint64_t>(field_id::bytes) == 60U);
    CHECK(column_record{batch, 1}.get<std::uint64_t>(field_id::protocol).absent());
    CHECK(flowlog::load_number(record, field_id::dstport, flowlog::field_type::u16) == 65535U);
    CHECK(flowlog::load_field<address>(record, field_id::srcaddr) == address::v6(5, 7));
}

TEST_CASE("rows give whole columns", "[column_batch]") {
    auto const batch = filled();
    auto const rows = column_rows{batch, 1, 4};
    CHECK(rows.size() == 4);
    CHECK(rows[0][field::bytes] == 20U);
    CHECK(numbers_of(rows, field_id::bytes) == numbers{20, 30, 40, 50});
    CHECK(numbers_of(rows, field_id::dstport) == numbers{65531, 65532, 65533, 65534});
    CHECK(numbers_of(rows, field_id::protocol).empty());  // not all are there
    CHECK(numbers_of(rows.slice(1, 2), field_id::protocol) == numbers{6, 6});
    CHECK(numbers_of(rows, field_id::srcport).empty());
    CHECK(numbers_of(rows, field_id::vpc_id).empty());
    CHECK(numbers_of(rows.slice(3, 1), field_id::bytes) == numbers{50});
    CHECK(rows.slice(1, 3).slice(1, 1)[0][field::bytes] == 40U);
}

TEST_CASE("rows give whole columns of addresses", "[column_batch]") {
    auto const batch = filled();
    auto const rows = column_rows{batch, 2, 2};
    auto out = numbers(6, 99);
    auto v6 = std::vector<bool>{};
    CHECK(rows.addresses(field_id::srcaddr, out.data(), 3, [&](std::size_t i, bool is_v6) {
        CHECK(i == v6.size());
        v6.push_back(is_v6);
    }));
    CHECK(v6 == std::vector<bool>{false, true});
    CHECK(out == numbers{address::v4(2).high(), address::v4(2).low(), 99, 3, 7, 99});
    CHECK_FALSE(rows.addresses(field_id::dstaddr, out.data(), 3, [](std::size_t, bool) {}));
    CHECK_FALSE(rows.addresses(field_id::bytes, out.data(), 3, [](std::size_t, bool) {}));
}

TEST_CASE("rows give whole columns of times", "[column_batch]") {
    using std::chrono::microseconds;
    auto batch = column_batch{};
    batch.begin(3);
    auto const starts = batch.make(field::start);
    for (auto i = 0; i < 3; ++i) starts[static_cast<std::size_t>(i)] = timestamp{microseconds{i}};
    std::ranges::fill(batch.make(field::end), timestamp{});
    batch.states(field_id::end)[2] = presence::absent;
    auto const rows = column_rows{batch, 1, 2};
    auto out = numbers(4, 99);
    CHECK(rows.times(field_id::start, out.data(), 2));
    CHECK(out == numbers{1, 99, 2, 99});
    CHECK_FALSE(rows.times(field_id::end, out.data(), 2));
    CHECK_FALSE(rows.times(field_id::bytes, out.data(), 2));
    CHECK(rows.slice(0, 1).times(field_id::end, out.data()));
}

TEST_CASE("selected rows are rows", "[column_batch]") {
    auto const batch = filled();
    auto buffer = flowlog::selection_buffer{};
    auto const some = column_rows{batch, 1, 5}.select(0b10101, buffer);
    CHECK(some.size() == 3);
    CHECK(numbers_of(some, field_id::bytes) == numbers{20, 40, 60});
    CHECK(numbers_of(some.slice(1, 2), field_id::bytes) == numbers{40, 60});
    CHECK(some[1][field::srcaddr] == address::v6(3, 7));
    CHECK(numbers_of(some.slice(1, 2), field_id::protocol) == numbers{6, 6});
    auto other = flowlog::selection_buffer{};
    CHECK(numbers_of(some.select(0b100, other), field_id::dstport) == numbers{65535});
    CHECK(column_rows{batch, 1, 5}.select(0, buffer).size() == 0);
}

TEST_CASE("a new batch has no columns of the one before", "[column_batch]") {
    auto batch = filled();
    batch.refuse(2, flowlog::reason::bad_value, field_id::bytes);
    CHECK(batch.refused().size() == 1);
    batch.begin(2);
    CHECK(batch.refused().empty());
    CHECK(column_record{batch, 0}[field::bytes].absent());
    CHECK_FALSE(batch.has(field_id::dstport));
    CHECK(batch.make(field::protocol).size() == 2);
    CHECK(batch.make(field::protocol)[1] == 0);
    CHECK(column_record{batch, 1}[field::protocol] == std::uint8_t{0});
    batch.begin(0);
    CHECK(batch.make(field::protocol).empty());
    CHECK(batch.has(field_id::protocol));
}

TEST_CASE("a column of another type, or too short, is refused", "[column_batch]") {
    auto batch = column_batch{};
    batch.begin(2);
    CHECK_THROWS_AS(batch.make<std::uint32_t>(field_id::dstport), std::invalid_argument);
    CHECK_THROWS_AS(batch.make<std::uint64_t>(field_id::start), std::invalid_argument);
    auto const one = std::array<std::uint64_t, 1>{1};
    CHECK_THROWS_AS(batch.borrow(field::bytes, one), std::invalid_argument);
    CHECK_THROWS_AS(batch.borrow<std::uint64_t>(field_id::protocol, one), std::invalid_argument);
    CHECK_FALSE(batch.has(field_id::bytes));
}

TEST_CASE("a column that is missing is loaded once", "[column_batch]") {
    auto batch = column_batch{};
    auto loads = 0;
    batch.set_loader([&](column_batch& into, field_id id) {
        ++loads;
        if (id == field_id::bytes) into.make(field::bytes)[1] = 5;
        if (id == field_id::packets) throw std::runtime_error{"gone"};
    });
    batch.begin(2);
    CHECK(column_record{batch, 1}[field::bytes] == 5U);
    CHECK(column_record{batch, 0}[field::bytes] == 0U);
    CHECK(loads == 1);
    CHECK(column_record{batch, 1}[field::srcport].absent());
    CHECK(column_record{batch, 0}[field::srcport].absent());
    CHECK(loads == 2);
    CHECK_FALSE(batch.failure());
    CHECK(column_record{batch, 0}[field::packets].malformed());
    CHECK(batch.failure());
    CHECK(column_record{batch, 0}[field::packets].malformed());
    CHECK(loads == 3);
}

TEST_CASE("a column that is no field is loaded by its name, once for each batch",
          "[column_batch]") {
    auto calls = 0;
    auto batch = flowlog::column_batch{};
    batch.set_text_loader([&](flowlog::column_batch& into, std::string_view name) {
        ++calls;
        if (name != "x-col") return false;
        into.make<std::string_view>(flowlog::column_batch::text_slot)[0] = "a";
        into.states(flowlog::column_batch::text_slot)[1] = flowlog::presence::absent;
        return true;
    });
    for (auto round = 1; round < 3; ++round) {
        batch.begin(2);
        for (auto again = 0; again < 2; ++again) {
            CHECK(flowlog::text_of_column(flowlog::column_record{batch, 0}, "x-col") == "a");
            CHECK(flowlog::text_of_column(flowlog::column_record{batch, 1}, "x-col").absent());
            CHECK(flowlog::text_of_column(flowlog::column_record{batch, 0}, "y").absent());
        }
        CHECK(calls == 2 * round);
    }
    batch.set_text_loader([](auto&, auto) -> bool { throw std::runtime_error{"x"}; });
    batch.begin(1);
    CHECK(batch.text("x-col", 0).malformed());
    CHECK(batch.failure());
}

}  // namespace test_format_column_batch
