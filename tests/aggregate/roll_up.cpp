// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <flowlog/aggregate/coarsen.hpp>
#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/grouping_set.hpp>
#include <flowlog/aggregate/roll_up.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_aggregate_roll_up {

using flowlog::dynamic_grouping;
using flowlog::filter;
using flowlog::where;

namespace {

using words = std::vector<std::string>;

auto grouping_of(words const& keys, words const& measures, flowlog::group_tables const& tables = {})
    -> dynamic_grouping {
    auto parts = std::vector<flowlog::group_key>{};
    for (auto const& text : keys) parts.push_back(flowlog::parse_group_key(text, tables));
    auto values = std::vector<flowlog::measure>{};
    for (auto const& text : measures) values.push_back(flowlog::measure::parse(text));
    return flowlog::group_by(std::move(parts), std::move(values));
}

/// A log of few addresses and services; some flows lack some of them.
auto made_log(unsigned lines) -> std::string {
    auto draw = std::mt19937{7};
    auto const one_of = [&draw](words const& all) { return all[draw() % all.size()]; };
    auto text = std::string{
        "interface-id srcaddr dstaddr srcport dstport protocol bytes packets start action\n"};
    for (auto i = 0U; i < lines; ++i) {
        text += one_of({"eni-1", "eni-2", "-"}) + ' ';
        text += one_of({"10.0.0.1", "10.0.0.2", "10.0.1.1", "8.8.4.1", "2a00::1", "-"}) + ' ';
        text += one_of({"10.0.0.1", "10.9.0.2", "8.8.8.8", "2a00::2", "fc00::1"}) + ' ';
        text += one_of({"40000", "53", "-"}) + ' ' + one_of({"443", "22", "53"}) + ' ';
        text += one_of({"6", "17"}) + ' ' + std::to_string(draw() % 5000) + ' ';
        text += one_of({"1", "-"}) + ' ' + std::to_string(1714557600 + draw() % 600) + ' ';
        text += one_of({"ACCEPT", "REJECT", "-"}) + '\n';
    }
    return text;
}

template <class A>
void add_log(std::string const& log, A& to) {
    flowlog::add_all(flowlog::text_reader{flowlog::memory_source{log}}, to);
}

auto const all_keys = words{"interface-id", "srcaddr",  "dstaddr", "srcport",
                            "dstport",      "protocol", "start",   "action"};

}  // namespace

TEST_CASE("coarser groups are made of finer ones as of flows", "[roll_up]") {
    struct wish {
        words keys;
        words measures;
        std::string condition;
    };
    auto const labels =
        flowlog::label_table::parse("cidr,label\n10.0.0.0/24,web\n8.0.0.0/8,out\n", "labels");
    auto const tables = flowlog::group_tables{.labels = &labels};
    auto const wishes = std::vector<wish>{
        {{"srcaddr"}, {"bytes", "packets", "flows"}, ""},
        {{"srcaddr/24", "dstaddr/16/48"}, {"flows"}, "action = REJECT"},
        {{"class(srcaddr)", "class(dstaddr)"}, {"bytes"}, "dstport > srcport"},
        {{"label(srcaddr)", "action"}, {"flows", "bytes"}, "class(dstaddr) = private"},
        {{"service"}, {"distinct(srcaddr)", "distinct(interface-id)"}, ""},
        {{"start:1m", "ip"}, {"flows"}, "not srcaddr in 10.0.0.0/24"},
        {{"interface-id"}, {"distinct(start)", "flows"}, "start is present"},
        {{}, {"flows", "bytes"}, "dstport in 22,53 and srcaddr is absent"}};
    auto const log = made_log(3000);
    auto fine = grouping_of(all_keys, {"flows", "bytes", "packets"});
    add_log(log, fine);
    CHECK(fine.size() > 1000);
    for (auto const& [keys, measures, condition] : wishes) {
        INFO(condition << ' ' << (keys.empty() ? "" : keys.front()));
        auto const wanted = condition.empty() ? filter{} : where(condition);
        auto expected = flowlog::filtered{wanted, grouping_of(keys, measures, tables)};
        add_log(log, expected);
        auto made = grouping_of(keys, measures, tables);
        REQUIRE(rolls_up(fine, wanted, made));
        roll_up(fine, wanted, made);
        CHECK(made.groups() == expected.inner().groups());
        CHECK(made.totals() == expected.inner().totals());
        CHECK_FALSE(made.size() == 0);
    }
}

TEST_CASE("what finer groups do not have cannot be made of them", "[roll_up]") {
    auto const pairs = grouping_of({"srcaddr", "dstaddr"}, {"flows", "bytes"});
    auto const can = [&](words const& keys, words const& measures, filter const& wanted = {}) {
        return rolls_up(pairs, wanted, grouping_of(keys, measures));
    };
    CHECK(can({"srcaddr/24"}, {"flows", "bytes"}));
    CHECK(can({"pair"}, {"distinct(srcaddr)"}, where("class(dstaddr) = public")));
    CHECK_FALSE(can({"dstport"}, {"flows"}));
    CHECK_FALSE(can({"service"}, {"flows"}));
    CHECK_FALSE(can({"srcaddr"}, {"packets"}));
    CHECK_FALSE(can({"srcaddr"}, {"max(bytes)"}));
    CHECK_FALSE(can({"srcaddr"}, {"percentile(bytes, 95)"}));
    CHECK_FALSE(can({"srcaddr"}, {"distinct(dstport)"}));
    CHECK_FALSE(can({"srcaddr"}, {"flows"}, where("action = REJECT")));
    CHECK_FALSE(
        rolls_up(grouping_of({"srcaddr"}, {"bytes"}), {}, grouping_of({"srcaddr"}, {"flows"})));
    CHECK_FALSE(
        rolls_up(grouping_of({"srcaddr/24"}, {"flows"}), {}, grouping_of({"srcaddr"}, {"flows"})));
    CHECK_FALSE(rolls_up(grouping_of({"ip"}, {"flows"}), {}, grouping_of({"srcaddr"}, {"flows"})));
    CHECK_FALSE(rolls_up(grouping_of({"bytes"}, {"flows", "bytes"}), {},
                         grouping_of({"bytes"}, {"bytes"})));
    auto into = grouping_of({"dstport"}, {"flows"});
    CHECK_THROWS_AS(roll_up(pairs, filter{}, into), flowlog::error);
}

TEST_CASE("a sum that stopped is known where its group went", "[roll_up]") {
    auto fine = grouping_of({"srcaddr"}, {"bytes"});
    auto record = flowlog::flow{};
    record.set(flowlog::field::srcaddr, *flowlog::address::parse("10.0.0.1"));
    record.set(flowlog::field::bytes, std::numeric_limits<std::uint64_t>::max());
    fine.add(record);
    fine.add(record);
    auto made = grouping_of({"srcaddr/24"}, {"bytes"});
    roll_up(fine, filter{}, made);
    CHECK(made.saturated());
    CHECK(made.saturated_groups().size() == 1);
}

TEST_CASE("flows that a filter wants have the columns of all flows", "[each_of]") {
    using part = flowlog::filtered<filter, dynamic_grouping>;
    auto const conditions = words{"action = REJECT",
                                  "not dstport > srcport",
                                  "class(srcaddr) in (private, unique-local)",
                                  "srcaddr in 10.0.0.0/30",
                                  "srcaddr != dstaddr and protocol = tcp",
                                  "interface-id = eni-1 and bytes > 1000"};
    auto const log = made_log(2000);
    auto parts = std::vector<part>{};
    for (auto const& condition : conditions)
        parts.emplace_back(where(condition),
                           grouping_of({"srcaddr/24", "class(dstaddr)", "dstport", "interface-id"},
                                       {"flows", "bytes", "min(start)", "max(start)"}));
    auto all = flowlog::each_of{parts};
    add_log(log, all);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        INFO(conditions[i]);
        add_log(log, parts[i]);
        CHECK(all.all()[i].matched() == parts[i].matched());
        CHECK(all.all()[i].inner().groups() == parts[i].inner().groups());
        CHECK(parts[i].matched() > 50);
    }
}

TEST_CASE("groups that were made coarser are those of flows by coarser keys", "[coarsen]") {
    auto const log = made_log(1500);
    auto const measures = words{"flows",       "bytes",       "distinct(dstaddr)",
                                "min(start)",  "max(start)",  "percentile(bytes, 50)",
                                "rate(bytes)", "avg(packets)"};
    for (auto const& keys :
         {words{"srcaddr", "dstport"}, words{"interface-id", "srcaddr/24", "dstaddr", "action"},
          words{"start:1m", "srcaddr/20/56"}, words{"service", "interface-id"}}) {
        auto groups = grouping_of(keys, measures);
        add_log(log, groups);
        auto steps = 0;
        while (auto const coarser = flowlog::coarser_keys(groups.keys())) {
            auto names = words{};
            for (auto const& key : *coarser) {
                names.push_back(key.name);
                CHECK(flowlog::parse_group_key(key.name) == key);
            }
            INFO(keys.front() << ", step " << ++steps);
            auto expected = grouping_of(names, measures);
            expected.set_distinct_key(groups.distinct_key());
            add_log(log, expected);
            REQUIRE(flowlog::coarsen(groups));
            CHECK(groups.keys() == expected.keys());
            CHECK(groups.groups() == expected.groups());
            CHECK(groups.totals() == expected.totals());
            auto more = groups;
            add_log(log, more);
            add_log(log, expected);
            CHECK(more.groups() == expected.groups());
        }
        CHECK(groups.keys().empty());
        CHECK_FALSE(flowlog::coarsen(groups));
    }
    CHECK_FALSE(flowlog::coarser_keys(grouping_of({"ip", "dstport"}, {"flows"}).keys()));
}

TEST_CASE("what is left out when keys are made coarser", "[coarsen]") {
    auto const steps_of = [](words const& keys) {
        auto result = words{};
        auto next = std::optional{grouping_of(keys, {"flows"}).keys()};
        while ((next = flowlog::coarser_keys(*next))) {
            auto text = std::string{};
            for (auto const& key : *next) text += (text.empty() ? "" : ",") + key.name;
            result.push_back(text);
        }
        return result;
    };
    CHECK(steps_of({"srcaddr"}) == words{"srcaddr/24", "srcaddr/16/48", "srcaddr/8/32", ""});
    CHECK(steps_of({"srcaddr/16", "service"}) ==
          words{"srcaddr/8/48,service", "srcaddr/8/32,service", "srcaddr/8/32", ""});
    CHECK(steps_of({"class(srcaddr)", "pair"}) == words{"class(srcaddr)", ""});
    CHECK(steps_of({}).empty());
}

TEST_CASE("a set makes groupings of others, and none has too many groups", "[grouping_set]") {
    using part = flowlog::filtered<filter, dynamic_grouping>;
    auto const log = made_log(3000);
    auto const parts = std::vector<part>{
        {filter{}, grouping_of({"srcaddr", "dstaddr"}, {"bytes", "flows"})},
        {filter{}, grouping_of({"srcaddr"}, {"flows"})},
        {where("class(dstaddr) = public"), grouping_of({"dstaddr/24"}, {"bytes"})},
        {where("action = REJECT"), grouping_of({"service", "srcaddr"}, {"distinct(dstaddr)"})},
        {filter{}, grouping_of({"dstaddr", "srcaddr"}, {"flows", "bytes"})}};
    auto const sources = [](flowlog::grouping_set const& set) {
        auto result = std::vector<int>{};
        for (std::size_t i = 0; i < set.size(); ++i)
            result.push_back(set.source(i) ? static_cast<int>(*set.source(i)) : -1);
        return result;
    };
    for (auto const max_groups : {SIZE_MAX, std::size_t{29}, std::size_t{12}, std::size_t{3}}) {
        INFO(max_groups);
        auto set = flowlog::grouping_set{parts, {.max_groups = max_groups}};
        CHECK(sources(set) == std::vector{-1, 0, 0, -1, 0});
        add_log(log, set);
        set.finish(2);
        for (std::size_t i = 0; i < set.size(); ++i) {
            INFO(i);
            CHECK(set.at(i).size() <= max_groups);
            CHECK((set.steps(i) == 0) == (set.at(i).keys() == parts[i].inner().keys()));
            auto expected = part{parts[i].predicate(),
                                 flowlog::group_by(set.at(i).keys(), set.at(i).measures())};
            add_log(log, expected);
            CHECK(set.at(i).groups() == expected.inner().groups());
            // no coarser than it must be
            auto finer = part{parts[i]};
            add_log(log, finer);
            for (std::size_t step = 1; step < set.steps(i); ++step)
                REQUIRE(flowlog::coarsen(finer.inner()));
            CHECK((set.steps(i) == 0 || finer.inner().size() > max_groups));
        }
    }
    CHECK_THROWS_AS(
        (flowlog::grouping_set{std::vector<part>{{filter{}, grouping_of({"ip"}, {"flows"})}},
                               {.max_groups = 5}}),
        flowlog::error);
}

}  // namespace test_aggregate_roll_up
