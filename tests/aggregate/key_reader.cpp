// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/key_reader.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_aggregate_key_reader {

namespace field = flowlog::field;
using flowlog::address;
using flowlog::flow;
using flowlog::key_reader;
using flowlog::parse_group_key;
using flowlog::to_text;
using namespace std::chrono_literals;

namespace {

auto sample() -> flow {
    auto result = flow{};
    result.set(field::srcaddr, *address::parse("10.1.2.3"));
    result.set(field::dstaddr, *address::parse("10.0.0.9"));
    result.set(field::srcport, 40000);
    result.set(field::dstport, 443);
    result.set(field::protocol, 6);
    result.set(field::start, flowlog::timestamp{1'714'564'925'500ms});
    result.set(field::end, flowlog::timestamp{1'714'564'987'750ms});
    result.set(field::account_id, "123456789012");
    return result;
}

}  // namespace

TEST_CASE("A reader of keys computes what groupings group by", "[key_reader]") {
    auto const tags = flowlog::tag_table::parse("dstport,protocol,tag\n443,tcp,web\n", "t");
    auto const labels = flowlog::label_table::parse("10.0.0.0/8,office\n", "l");
    auto const tables = flowlog::group_tables{&tags, &labels};
    for (auto const* const word :
         {"srcaddr", "dstport", "account-id", "srcaddr/24", "start:5m", "date", "service", "pair",
          "tag", "label(srcaddr)", "class(srcaddr)", "duration", "action"}) {
        auto reader = key_reader{parse_group_key(word, tables)};
        auto grouping = flowlog::group_by({parse_group_key(word, tables)}, {flowlog::measure{}});
        for (auto const& record : {sample(), flow{}}) {
            auto one = grouping;
            one.add(record);
            auto const value = reader.read(record);
            REQUIRE(value);
            CHECK(reader.cell(*value) == one.groups().front().key.front());
        }
    }
}

TEST_CASE("A duration is in seconds, and absent if the end is before the start", "[key_reader]") {
    auto reader = key_reader{parse_group_key("duration")};
    auto record = sample();
    CHECK(to_text(reader.cell(*reader.read(record))) == "62.250");
    record.set(field::end, flowlog::timestamp{1'714'564'925'500ms});
    CHECK(to_text(reader.cell(*reader.read(record))) == "0");
    record.set(field::end, flowlog::timestamp{1'714'564'925'499ms});
    CHECK(reader.read(record)->absent());
    record.reset(flowlog::field_id::end);
    CHECK(reader.read(record)->absent());
    CHECK(reader.uses().size() == 2);
}

TEST_CASE("Values of a key have the order of groups", "[key_reader]") {
    auto addresses = key_reader{parse_group_key("srcaddr")};
    auto const of = [&](char const* text) {
        auto record = flow{};
        if (*text != 0) record.set(field::srcaddr, *address::parse(text));
        return *addresses.read(record);
    };
    CHECK(of("") < of("10.0.0.9"));
    CHECK(of("10.0.0.9") < of("10.0.0.10"));
    CHECK(of("255.0.0.1") < of("::1"));
    CHECK(of("::1") == of("0:0::1"));
    auto texts = key_reader{parse_group_key("account-id")};
    auto const named = [&](std::string const& text) {
        auto record = flow{};
        record.set(field::account_id, text);
        return *texts.read(record);
    };
    CHECK(named("b") > named("a"));
    for (auto i = 0; i < 3000; ++i) static_cast<void>(named(std::to_string(i)));  // forgets texts
    CHECK(named("b") > named("a"));
    CHECK(to_text(texts.cell(named("a"))) == "a");
}

TEST_CASE("A key of both ends is refused, and a malformed field is named", "[key_reader]") {
    CHECK_THROWS_AS(key_reader{parse_group_key("ip")}, flowlog::error);
    CHECK_THROWS_AS(key_reader{parse_group_key("label(ip)", {nullptr, nullptr})}, flowlog::error);
    auto log = flowlog::text_reader{
        flowlog::memory_source{"srcaddr srcport dstport protocol\n10.0.0.1 1 x 6\n"}};
    auto reader = key_reader{parse_group_key("service")};
    auto seen = 0;
    for (auto const& record : log) {
        ++seen;
        CHECK_FALSE(reader.read(record));
        CHECK(reader.malformed_field(record) == flowlog::field_id::dstport);
    }
    CHECK(seen == 1);
}

}  // namespace test_aggregate_key_reader
