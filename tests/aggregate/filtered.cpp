// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "repeats.hpp"

namespace test_aggregate_filtered {

using namespace flowlog;

namespace {

struct byte_sum {
    using fields = field_list<field_id::bytes>;
    std::uint64_t sum = 0;
    std::uint64_t records = 0;

    template <flow_record Record>
    void add(Record const& record) {
        sum += *record[field::bytes];
        ++records;
    }
    void merge(byte_sum&& other) {
        sum += other.sum;
        records += other.records;
    }
};

static_assert(aggregator<filtered<filter, byte_sum>>);
static_assert(aggregator<filtered<filter, filtered<filter, byte_sum>>>);

auto const text = std::string{
    "action dstport bytes\n"
    "REJECT 22 1\n"
    "ACCEPT 22 2\n"
    "REJECT 443 4\n"
    "REJECT - 8\n"
    "REJECT x 16\n"    // the port is needed
    "ACCEPT x 32\n"    // it is not
    "REJECT 22 y\n"    // bytes are needed
    "ACCEPT 22 -\n"    // they are not
    "REJECT 22 -\n"};  // they are

/// What was added of `text`, and the offending fields: line, column and reason.
template <class Aggregator>
struct result {
    Aggregator value;
    statistics stats;
    std::vector<std::string> offending;
};

template <class Aggregator>
auto added(Aggregator empty, std::string const& of = text) -> result<Aggregator> {
    auto offending = std::vector<std::string>{};
    auto reader = text_reader{
        memory_source{of}, {.on_malformed = [&](malformed_line const& line) {
            offending.push_back(std::to_string(line.line) + ' ' +
                                std::string{info(*line.field).name} +
                                (line.reason == reason::bad_value ? " bad" : " absent"));
        }}};
    auto value = aggregate(reader, std::move(empty));
    return {std::move(value), reader.stats(), std::move(offending)};
}

}  // namespace

TEST_CASE("an aggregator is given the records that a filter wants", "[filtered]") {
    auto const got = added(filtered{where("action = REJECT and dstport = 22"), byte_sum{}});
    CHECK(got.value.inner().sum == 1);
    CHECK(got.value.inner().records == 1);
    CHECK(got.value.matched() == 1);
    CHECK(got.offending ==
          std::vector<std::string>{"6 dstport bad", "8 bytes bad", "10 bytes absent"});
    CHECK(got.stats.records == 6);
    CHECK(got.stats.malformed == 3);
    CHECK(got.stats.lines() == 10);
}

TEST_CASE("a function will do for a filter", "[filtered]") {
    auto const rejected = [](auto const& flow) { return flow[field::action] == action::reject; };
    auto const got = added(filtered{rejected, byte_sum{}});
    CHECK(got.value.inner().sum == 1 + 4 + 8 + 16);
    CHECK(got.value.matched() == 4);
    CHECK(got.offending == std::vector<std::string>{"8 bytes bad", "10 bytes absent"});
    CHECK(got.value.uses() == std::vector<field_use>{{field_id::bytes}});
}

TEST_CASE("filters within filters, and several aggregators within one", "[filtered]") {
    auto const inner = filtered{where("dstport = 22"), all_of{byte_sum{}, byte_sum{}}};
    auto const got = added(filtered{where("action = REJECT"), inner});
    CHECK(got.value.inner().inner().get<0>().sum == 1);
    CHECK(got.value.inner().inner().get<1>().sum == 1);
    CHECK(got.value.inner().matched() == 1);
    CHECK(got.offending ==
          std::vector<std::string>{"6 dstport bad", "8 bytes bad", "10 bytes absent"});
}

TEST_CASE("an aggregator that tells its fields at run time can be filtered", "[filtered]") {
    struct dynamic {
        std::uint64_t sum = 0;
        [[nodiscard]] static auto uses() -> std::vector<field_use> { return {{field_id::bytes}}; }
        void add(flow const& record) { sum += *record[field::bytes]; }
        void add(text_record const& record) { sum += *record[field::bytes]; }
        void merge(dynamic&& other) { sum += other.sum; }
    };
    auto const got = added(filtered{where("action = REJECT and dstport = 22"), dynamic{}});
    CHECK(got.value.inner().sum == 1);
    CHECK(got.offending ==
          std::vector<std::string>{"6 dstport bad", "8 bytes bad", "10 bytes absent"});
}

TEST_CASE("the fields of a filter may be absent in a record, those of the aggregator may not",
          "[filtered]") {
    auto const uses = filtered{where("bytes > 5 and srcport = 3"), byte_sum{}}.uses();
    CHECK(uses == std::vector<field_use>{{field_id::bytes}, {field_id::srcport, true}});
}

TEST_CASE("flows in memory can be filtered and added", "[filtered]") {
    auto flows = std::vector<flow>(3);
    flows[0].set(field::bytes, 1);
    flows[1].set(field::bytes, 20);
    auto const got = aggregate(flows, filtered{where("bytes > 5"), byte_sum{}});
    CHECK(got.inner().sum == 20);
}

TEST_CASE("a log that lacks a field that the filter names is refused", "[filtered]") {
    auto const folder = testing::folder{};
    auto const file = folder.write("a.log", "dstport bytes\n22 5\n");
    try {
        static_cast<void>(
            run({file}, filtered{where("action = REJECT or srcport = 5"), byte_sum{}}));
        FAIL("not refused");
    } catch (error const& e) {
        CHECK(e.code() == errc::missing_field);
        CHECK(e.message() == "has no action, srcport; it has dstport, bytes");
    }
}

TEST_CASE("how many records were wanted is saved and loaded", "[filtered]") {
    auto const wanted = filtered{where("action = REJECT"), port_protocol_counter{}};
    auto const log =
        std::string{"action dstport protocol\nREJECT 22 6\nACCEPT 22 6\nREJECT 443 6\n"};
    auto saved = std::string{};
    auto out = state_writer{[&saved](std::string_view bytes) { saved += bytes; }, {"job"}};
    aggregate(text_reader{memory_source{log}}, wanted).save(out);
    out.finish();
    auto in = open_state(memory_input{saved + saved});
    auto loaded = wanted;
    while (in.begin()) {
        loaded.load(in);
        in.finish();
    }
    CHECK(loaded.matched() == 4);
    CHECK(loaded.inner().counts() == std::vector<port_protocol_count>{{22, 6, 2}, {443, 6, 2}});
}

TEST_CASE("a filtered run gives the same with any number of threads", "[filtered]") {
    auto const folder = testing::folder{};
    auto lines = std::string{"action dstport bytes log-status\n"};
    for (auto i = 0; i < 20'000; ++i) {
        lines += i % 3 == 0 ? "REJECT " : "ACCEPT ";
        lines += (i % 97 == 0 ? "x" : std::to_string(i % 100)) + ' ' + std::to_string(i) + " OK\n";
    }
    auto const file = folder.write("a.log", lines);
    auto const wanted = filtered{where("action = REJECT and dstport < 50"), byte_sum{}};
    auto const one = run({file, file}, wanted, {.threads = 1});
    auto const many = run({file, file}, wanted, {.threads = 4, .chunk_size = 10'000});
    CHECK(one.value.inner().records > 5000);
    CHECK(many.value.inner().records == one.value.inner().records);
    CHECK(many.value.inner().sum == one.value.inner().sum);
    CHECK(many.value.matched() == one.value.matched());
    CHECK(many.stats == one.stats);
    CHECK(one.stats.malformed == 2 * 69);
}

TEST_CASE("filters ask many lines at once what they ask each", "[filtered][property]") {
    auto const filters = std::vector<std::string>{
        "dstport < 1024 and protocol = tcp",
        "not (dstport in 22,443,1000-2000 or bytes > 500)",
        "action = REJECT or not srcaddr in 10.0.0.0/8 and packets != 3",
        "dstport is absent or protocol = 17 and not bytes < 100",
        "protocol in 6,17 and action = ACCEPT and (dstport = 53 or bytes in 1-999)",
        "bytes > 10 and account-id = '1*'",
        "start >= 1000 and dstport != 443"};
    auto seed = std::uint64_t{77};
    auto const random = [&seed](std::uint64_t below) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        return (seed >> 33) % below;
    };
    for (auto file = 0; file < testing::repeats(120); ++file) {
        auto const oddity =
            file % 3 == 0 ? 1000000U : 40U + 40U * (static_cast<unsigned>(file) % 9);
        auto log = std::string{
            "account-id srcaddr dstport protocol packets bytes start action log-status\n"};
        for (auto i = 0; i < 200; ++i) {
            auto const odd = [&](std::string const& word) {
                if (random(oddity) != 0) return word;
                return std::string{random(2) == 0 ? "-" : "x"};
            };
            auto const ports = std::vector<std::string>{"22", "53", "443", "1500", "50000"};
            auto const protocols = std::vector<std::string>{"1", "6", "6", "17"};
            log += odd(std::to_string(random(200))) + ' ' +
                   odd(random(2) == 0 ? "10.1.2.3" : "192.0.2.1") + ' ' + odd(ports[random(5)]) +
                   ' ' + odd(protocols[random(4)]) + ' ' + odd(std::to_string(random(5))) + ' ' +
                   odd(std::to_string(random(1200))) + ' ' + odd(std::to_string(random(2000))) +
                   ' ' + odd(random(3) == 0 ? "REJECT" : "ACCEPT") + ' ' +
                   (random(50) == 0 ? "NODATA" : "OK") + '\n';
        }
        for (auto const& expression : filters) {
            auto const wanted = where(expression);
            auto fast = text_reader{memory_source{log}};
            auto got = filtered{wanted, byte_sum{}};
            add_all(fast, got);
            auto slow = text_reader{memory_source{log}};
            auto expected = filtered{wanted, byte_sum{}};
            for (auto const& record : slow) {
                if (expected.try_add(record)) continue;
                auto const offending_field = *expected.offending_field_of(record);
                slow.reject(offending_field.id, offending_field.why);
            }
            CAPTURE(file, expression);
            REQUIRE(got.matched() == expected.matched());
            REQUIRE(got.inner().sum == expected.inner().sum);
            REQUIRE(got.inner().records == expected.inner().records);
            REQUIRE(fast.stats() == slow.stats());
        }
    }
}

}  // namespace test_aggregate_filtered
