// SPDX-License-Identifier: BSL-1.0
// The laws hold for the aggregators of the library, and are seen to be broken by others.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/all_of.hpp>
#include <flowlog/aggregate/columns.hpp>
#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/grouping_set.hpp>
#include <flowlog/aggregate/laws.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/tags.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "reading.hpp"

namespace test_aggregate_laws {

using namespace flowlog;
using namespace flowlog::measures;

namespace {

/// Flows of which some have absent and some have malformed fields.
auto flows() -> std::vector<flow> const& {
    static auto const all = [] {
        auto random = testing::random_numbers{4};
        auto text = std::string{
            "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
            "action\n"};
        for (auto i = 0; i < 400; ++i) {
            auto const odd = [&](std::string const& word) {
                if (random(60) != 0) return word;
                return std::string{random(1) == 0 ? "-" : "x"};
            };
            auto const number = [&](std::uint64_t limit) { return std::to_string(random(limit)); };
            text += odd("eni-" + number(20)) + ' ' + odd("10.0.0." + number(30)) + ' ' +
                    odd("2001:db8::" + number(30)) + ' ' + odd(number(9)) + ' ' + odd(number(9)) +
                    ' ' + odd(number(3)) + ' ' + odd(number(99)) + ' ' + odd(number(99'999)) + ' ' +
                    odd(number(500)) + ' ' + odd(std::to_string(600 + random(99))) + ' ' +
                    odd(random(2) == 0 ? "REJECT" : "ACCEPT") + '\n';
        }
        auto result = std::vector<flow>{};
        for (auto const& record : text_reader{memory_source{text}}) result.emplace_back(record);
        return result;
    }();
    return all;
}

/// The law that an aggregator breaks; "none" if it keeps them all.
template <class Make, class Result>
auto broken_by(Make make, Result result) -> std::string {
    auto const equal = [&](auto const& a, auto const& b) { return result(a) == result(b); };
    return check_aggregator_laws(make, flows(), equal).value_or("none");
}

auto dynamic(std::vector<std::string> const& keys) -> dynamic_grouping {
    auto parts = std::vector<group_key>{};
    for (auto const& key : keys) parts.push_back(parse_group_key(key));
    auto measures = std::vector<measure>{};
    for (auto const* text :
         {"flows", "bytes", "first", "last", "max(bytes)", "min(packets)", "distinct(dstaddr)",
          "distinct(interface-id)", "rate(bytes)", "percentile(bytes, 95)", "bytes/packets",
          "avg(duration)", "or(protocol)"})
        measures.push_back(measure::parse(text));
    return group_by(std::move(parts), std::move(measures));
}

/// A user's aggregator, with a part of it that can be broken.
enum class broken {
    nothing,
    merge,
    order,
    identity,
    batch_count,
    batch_values,
    try_add,
    refused,
    copies,
    saved
};

template <broken What>
struct users {
    using fields = field_list<field_id::bytes>;
    using nullable_fields = field_list<field_id::action>;
    std::uint64_t bytes = 0;
    std::uint64_t rejected = 0;
    std::uint64_t last = 0;
    std::uint64_t records = What == broken::identity ? 1 : 0;
    std::shared_ptr<std::uint64_t> shared = std::make_shared<std::uint64_t>(0);

    template <flow_record Record>
    void add(Record const& record) {
        bytes += *record[field::bytes];
        last = *record[field::bytes];
        ++records;
        ++*shared;
        if (record[field::action] == action::reject) ++rejected;
    }
    template <flow_record Record>
    auto try_add(Record const& record) -> bool {
        if (find_offending_field(*this, record)) {
            if constexpr (What == broken::refused) ++rejected;
            return What == broken::try_add;
        }
        add(record);
        return true;
    }
    template <record_batch Batch>
    auto add_batch(Batch const& batch) -> std::size_t {
        auto const added = add_columns<field::bytes, nullable<field::action>>(
            *this, batch, [this](auto all, auto actions) {
                for (std::size_t i = 0; i < all.size(); ++i) {
                    bytes += all[i] + (What == broken::batch_values ? 1 : 0);
                    if (actions[i] == action::reject) ++rejected;
                }
                last = all.back();
                records += all.size();
            });
        return What == broken::batch_count && added > 5 ? added - 1 : added;
    }
    void merge(users&& other) {
        auto const both = records != 0 && other.records != 0;
        bytes = What == broken::merge && both ? bytes * 2 + other.bytes : bytes + other.bytes;
        rejected += other.rejected;
        records += other.records;
        if (other.records != 0) last = other.last;
    }
    void save(state_writer& out) const {
        out.head(R"({"users":"sums"})");
        out.open().number(bytes).number(rejected).number(records).number(last).close_row();
    }
    void load(state_reader& in) {
        in.head(R"({"users":"sums"})");
        while (in.at_row()) {
            auto other = users{};
            in.open();
            for (auto* const value : {&other.bytes, &other.rejected, &other.records, &other.last})
                *value = in.number();
            in.close_row();
            if (What == broken::saved) other.rejected = 0;
            merge(std::move(other));
        }
    }
};

template <broken What>
auto broken_by_users() -> std::string {
    return broken_by([] { return users<What>{}; },
                     [](auto const& a) {
                         auto const odd = What == broken::order    ? a.last
                                          : What == broken::copies ? *a.shared
                                                                   : 0;
                         return std::vector{a.bytes, a.rejected, a.records, odd};
                     });
}

auto begins(std::string const& text, std::string const& with) -> bool {
    CAPTURE(text);
    CHECK(text.starts_with(with));
    return text.starts_with(with);
}

}  // namespace

TEST_CASE("the laws hold for counters of ports and tags", "[laws]") {
    auto const counts = [](auto const& a) { return a.counts(); };
    CHECK(broken_by([] { return port_protocol_counter{}; }, counts) == "none");
    CHECK(broken_by([] { return basic_port_protocol_counter<port_key::srcport>{}; }, counts) ==
          "none");
    CHECK(broken_by([] { return basic_port_protocol_counter<port_key::service>{}; }, counts) ==
          "none");
    auto const table = tag_table::parse("dstport,protocol,tag\n1,*,one\n2-4,*,some\n", "tags");
    CHECK(broken_by([&] { return tag_counter{table}; }, [](auto const& a) { return a.totals(); }) ==
          "none");
}

TEST_CASE("the laws hold for groupings", "[laws]") {
    auto const groups = [](auto const& a) { return a.groups(); };
    CHECK(broken_by(
              [] {
                  return group_by<field::srcaddr, field::interface_id>(
                      count, sum<field::bytes>, min<field::start>, max<field::bytes>,
                      distinct<field::dstaddr>, rate<field::bytes>);
              },
              groups) == "none");
    for (auto const& keys : std::vector<std::vector<std::string>>{
             {"srcaddr"},
             {"ip", "port"},
             {"interface-id"},
             {"pair", "service", "start:5m", "action"},
             {"dstaddr/24/112", "class(srcaddr)", "duration", "month"}}) {
        CAPTURE(keys);
        CHECK(broken_by([&] { return dynamic(keys); }, groups) == "none");
        CHECK(broken_by([&] { return dynamic(keys); }, [](auto const& a) { return a.totals(); }) ==
              "none");
    }
}

TEST_CASE("the laws hold for compositions", "[laws]") {
    CHECK(broken_by(
              [] {
                  return all_of{filtered{where("action = REJECT"), dynamic({"srcaddr"})},
                                port_protocol_counter{}};
              },
              [](auto const& a) {
                  return std::pair{a.template get<0>().inner().groups(),
                                   a.template get<1>().counts()};
              }) == "none");
    CHECK(broken_by(
              [] {
                  return filtered{where("dstport < 5"),
                                  all_of{users<broken::nothing>{}, dynamic({"ip"})}};
              },
              [](auto const& a) {
                  return std::pair{a.inner().template get<0>().bytes,
                                   a.inner().template get<1>().groups()};
              }) == "none");
}

TEST_CASE("the laws hold for as many aggregators as are wanted at run time", "[laws]") {
    using part = filtered<filter, dynamic_grouping>;
    auto const make = [] {
        return each_of{std::vector<part>{{filter{}, dynamic({"srcaddr"})},
                                         {where("action = REJECT"), dynamic({"ip", "port"})},
                                         {where("dstport < 5"), dynamic({"interface-id"})}}};
    };
    CHECK(broken_by(make, [](auto const& a) {
              auto result = std::vector<group>{};
              for (auto const& one : a.all())
                  for (auto& found : one.inner().groups()) result.push_back(std::move(found));
              return result;
          }) == "none");
}

TEST_CASE("the laws hold for groupings that are made of others, and bounded",
          "[laws][grouping_set]") {
    using part = filtered<filter, dynamic_grouping>;
    auto const parts =
        std::vector<part>{{filter{}, dynamic({"srcaddr", "dstaddr"})},
                          {where("class(srcaddr) = private"), dynamic({"srcaddr"})},
                          {filter{}, dynamic({"class(dstaddr)"})},
                          {where("dstport < 5"), dynamic({"interface-id", "dstaddr", "service"})}};
    for (auto const max_groups : {SIZE_MAX, std::size_t{20}}) {
        INFO(max_groups);
        auto const make = [&] { return grouping_set{parts, {.max_groups = max_groups}}; };
        CHECK(broken_by(make, [](grouping_set const& a) {
                  auto all = a;
                  all.finish();
                  auto result = std::vector<group>{};
                  for (std::size_t i = 0; i < all.size(); ++i) {
                      result.push_back({{all.steps(i)}, {}});
                      for (auto& found : all.at(i).groups()) result.push_back(std::move(found));
                  }
                  return result;
              }) == "none");
    }
}

TEST_CASE("the laws hold for a user's aggregator, and show where one is broken", "[laws]") {
    CHECK(broken_by_users<broken::nothing>() == "none");
    CHECK(begins(broken_by_users<broken::merge>(), "merge is associative: "));
    CHECK(begins(broken_by_users<broken::order>(), "results do not depend on how records were "));
    CHECK(begins(broken_by_users<broken::identity>(), "to merge into a fresh aggregator changes "));
    CHECK(begins(broken_by_users<broken::batch_count>(), "add_batch(batch) returns the number "));
    CHECK(begins(broken_by_users<broken::batch_values>(), "add_batch(batch) does what "));
    CHECK(begins(broken_by_users<broken::try_add>(), "try_add(record) is true exactly if "));
    CHECK(begins(broken_by_users<broken::refused>(), "a record that is kept out changes nothing"));
    CHECK(begins(broken_by_users<broken::saved>(), "load(in) merges what save(out) has written"));
    CHECK(begins(broken_by_users<broken::copies>(), "what is added to a copy "));
}

}  // namespace test_aggregate_laws
