// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/columns.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/text.hpp>

#include "catch.hpp"
#include "format/archives.hpp"
#include "reading.hpp"

namespace test_aggregate_columns {

using namespace flowlog;

namespace {

/// Reads columns of every type.
struct reads_all {
    using fields =
        field_list<field_id::bytes, field_id::dstport, field_id::srcaddr, field_id::start>;
    using nullable_fields = field_list<field_id::tcp_flags, field_id::interface_id>;

    std::uint64_t mixed = 7;
    std::size_t in_columns = 0;
    std::size_t largest = 0;

    void mix(std::uint64_t word) { mixed = (mixed ^ word) * 0x9E3779B97F4A7C15 + (mixed >> 31); }
    void mix_one(std::uint64_t bytes, std::uint64_t port, address source, timestamp start,
                 field_value<std::uint8_t> flags, field_value<std::string_view> interface) {
        for (auto const word : {bytes, port, source.high(), source.low(),
                                static_cast<std::uint64_t>(start.time_since_epoch().count()),
                                flags ? *flags + std::uint64_t{1} : 0})
            mix(word);
        mix(interface ? (*interface).size() : 99);
    }

    template <flow_record Record>
    void add(Record const& record) {
        mix_one(*record[field::bytes], *record[field::dstport], *record[field::srcaddr],
                *record[field::start], record[field::tcp_flags], record[field::interface_id]);
    }
    template <record_batch Batch>
    auto add_batch(Batch const& batch) -> std::size_t {
        return add_columns<field::bytes, field::dstport, field::srcaddr, field::start,
                           nullable<field::tcp_flags>, nullable<field::interface_id>>(
            *this, batch,
            [this](std::span<std::uint64_t const> bytes, std::span<std::uint64_t const> ports,
                   std::span<address const> sources, std::span<timestamp const> starts,
                   std::span<field_value<std::uint8_t> const> flags,
                   std::span<field_value<std::string_view> const> interfaces) {
                in_columns += bytes.size();
                largest = std::max(largest, bytes.size());
                for (std::size_t i = 0; i < bytes.size(); ++i)
                    mix_one(bytes[i], ports[i], sources[i], starts[i], flags[i], interfaces[i]);
            });
    }
    void merge(reads_all&& other) { mix(other.mixed); }
};

/// The same record by record.
struct reads_singly {
    using fields = reads_all::fields;
    using nullable_fields = reads_all::nullable_fields;
    reads_all all{};

    template <flow_record Record>
    void add(Record const& record) {
        all.add(record);
    }
    void merge(reads_singly&& other) { all.mix(other.all.mixed); }
};

auto log_text(unsigned oddity) -> std::string {
    auto random = testing::random_numbers{5};
    auto text = std::string{"bytes dstport srcaddr start tcp-flags interface-id log-status\n"};
    for (auto i = 0; i < 1000; ++i) {
        auto const odd = [&](std::string const& word) {
            if (random(oddity) != 0) return word;
            return std::string{random(1) == 0 ? "-" : "70000000000000000000000"};
        };
        text += odd(std::to_string(random(99999))) + ' ' + odd(std::to_string(random(65535))) +
                ' ' +
                odd(random(3) == 0 ? "2001:db8::7" : "10.2.3." + std::to_string(random(255))) +
                ' ' + odd(std::to_string(random(1'700'000'000))) + ' ' +
                odd(std::to_string(random(255))) + ' ' + (random(9) == 0 ? "- OK\n" : "eni-1 OK\n");
    }
    return text;
}

}  // namespace

static_assert(std::is_same_v<column_value<field_id::protocol>, std::uint64_t>);
static_assert(std::is_same_v<column_value<field_id::srcaddr>, address>);

TEST_CASE("columns hold what the records hold", "[columns]") {
    for (auto const oddity : {30U, 300U, 1'000'000U}) {
        CAPTURE(oddity);
        auto const text = log_text(oddity);
        auto fast = text_reader{testing::strict_source{text, 5000}};
        auto slow = text_reader{testing::strict_source{text, 5000}};
        auto const together = aggregate(fast, reads_all{});
        auto const singly = aggregate(slow, reads_singly{});
        CHECK(together.mixed == singly.all.mixed);
        CHECK(fast.stats() == slow.stats());
        CHECK(together.largest <= column_size);
        if (oddity > 30) CHECK(together.in_columns > 200);
        // the first block, whose header line determines the columns, is read line by line
        if (oddity > 300) CHECK(together.in_columns > 850);
    }
}

TEST_CASE("columns of archives hold what the records hold", "[columns]") {
    for (auto const* name : {"v2-171-mixed", "v2-178-mixed"}) {
        CAPTURE(name);
        auto const bytes =
            archives::read(archives::directory("nfdump") / (std::string{name} + ".nfdump"));
        auto fast = nfdump_reader{testing::strict_source{bytes, 5000}};
        auto slow = nfdump_reader{testing::strict_source{bytes, 5000}};
        auto const together = aggregate(fast, reads_all{});
        auto const singly = aggregate(slow, reads_singly{});
        CHECK(together.mixed == singly.all.mixed);
        CHECK(together.in_columns > 0);
        CHECK(fast.stats() == slow.stats());
    }
}

}  // namespace test_aggregate_columns
