// SPDX-License-Identifier: BSL-1.0
// What holds for groups whatever the flows are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_group_by_properties {

using flowlog::dynamic_grouping;
using flowlog::group;
using flowlog::to_text;
using row = std::pair<std::vector<std::string>, std::vector<std::string>>;
using words = std::vector<std::string>;

namespace {

auto tags() -> flowlog::tag_table const& {
    static auto const table =
        flowlog::tag_table::parse("dstport,protocol,tag\n0,*,none\n1,1,ping\n2-4,*,some\n", "tags");
    return table;
}

auto labels() -> flowlog::label_table const& {
    static auto const table =
        flowlog::label_table::parse("10.0.0.0/8,all\n10.0.0.8/29,few\n2001:db8::/32,six\n", "map");
    return table;
}

// The keys that are both ports, less the one that is ephemeral.
auto const rules = std::map<std::string, flowlog::ephemeral_rule>{
    {"without larger port", flowlog::ephemeral_rule::min_port},
    {"without client's port", flowlog::ephemeral_rule::syn},
    {"without the other's port", flowlog::ephemeral_rule::direction},
    {"without unknown port", flowlog::ephemeral_rule::known}};

auto grouping_of(words const& keys, words const& measures) -> dynamic_grouping {
    auto parts = std::vector<flowlog::group_key>{};
    for (auto const& text : keys) {
        if (auto const rule = rules.find(text); rule != rules.end()) {
            parts.push_back(flowlog::group_key::port(flowlog::field_id::srcport, rule->second));
            parts.push_back(flowlog::group_key::port(flowlog::field_id::dstport, rule->second));
        } else {
            parts.push_back(flowlog::parse_group_key(text, {&tags(), &labels()}));
        }
    }
    auto values = std::vector<flowlog::measure>{};
    for (auto const& text : measures) values.push_back(flowlog::measure::parse(text));
    return flowlog::group_by(std::move(parts), std::move(values));
}

auto texts(std::vector<flowlog::group_cell> const& cells) -> words {
    auto result = words{};
    for (auto const& cell : cells) result.push_back(to_text(cell));
    return result;
}

auto rows(std::vector<group> const& groups) -> std::vector<row> {
    auto result = std::vector<row>{};
    for (auto const& g : groups) result.emplace_back(texts(g.key), texts(g.values));
    return result;
}

auto log_text(std::uint64_t seed, int lines) -> std::string {
    auto random = testing::random_numbers{seed};
    auto text = std::string{
        "srcaddr dstaddr srcport dstport protocol packets bytes start end "
        "interface-id tcp-flags\n"};
    for (auto i = 0; i < lines; ++i) {
        auto const word = [&](std::uint64_t limit) { return std::to_string(random(limit)); };
        for (auto side = 0; side < 2; ++side)
            text += (random(9) == 0 ? "2001:db8::" : "10.0.0.") + word(20) + ' ';
        text += word(5) + ' ' + (random(30) == 0 ? "-" : word(6)) + ' ' + word(3) + ' ';
        text += word(100) + ' ' + word(100'000) + ' ' + std::to_string(1000 + random(500)) + ' ';
        text += std::to_string(1500 + random(900)) + " eni-" + word(50) + ' ' +
                (random(9) == 0 ? "-" : word(32)) + '\n';
    }
    return text;
}

auto const all_keys = std::vector<words>{{"srcaddr"},
                                         {"ip"},
                                         {"port"},
                                         {"ip", "port"},
                                         {"pair"},
                                         {"interface-id"},
                                         {"tag"},
                                         {"label(dstaddr)"},
                                         {"label(ip)", "tag"},
                                         {"service"},
                                         {"ip/29/126"},
                                         {"class(ip)"},
                                         {"start:1m", "ip"},
                                         {"dstport"},
                                         {"without larger port"},
                                         {"without client's port"},
                                         {"without the other's port"},
                                         {"interface-id", "without unknown port", "srcaddr"},
                                         {"pair", "label(srcaddr)", "interface-id"},
                                         {"hour", "weekday(end)", "week", "month", "date(end)"},
                                         {}};
auto const all_measures = words{"flows",
                                "bytes",
                                "first",
                                "last",
                                "rate(bytes)",
                                "max(packets)",
                                "distinct(dstaddr)",
                                "or(tcp-flags)",
                                "avg(bytes)",
                                "bytes/packets",
                                "flows/duration",
                                "percentile(bytes, 95)",
                                "percentile(protocol, 50)",
                                "duration",
                                "avg(duration)",
                                "percentile(duration, 99.9)"};

}  // namespace

TEST_CASE("groups do not depend on how flows are shared out", "[group_by]") {
    auto const here = testing::folder{};
    auto const files =
        std::vector{here.write("a.log", log_text(1, 1500)), here.write("b.log", log_text(2, 40)),
                    here.write("c.log", log_text(3, 700))};
    for (auto const& keys : all_keys) {
        CAPTURE(keys);
        auto one = flowlog::run(files, grouping_of(keys, all_measures),
                                flowlog::run_options{.threads = 1});
        auto many = flowlog::run(files, grouping_of(keys, all_measures),
                                 flowlog::run_options{.threads = 3});
        auto merged = grouping_of(keys, all_measures);
        for (auto file = files.rbegin(); file != files.rend(); ++file)
            merged.merge(flowlog::run({*file}, grouping_of(keys, all_measures)).value);
        auto const expected = rows(one.value.groups());
        CHECK(rows(many.value.groups()) == expected);
        CHECK(rows(merged.groups()) == expected);
        auto const total = texts(one.value.totals());
        CHECK(texts(many.value.totals()) == total);
        CHECK(texts(merged.totals()) == total);
        CHECK(total[0] == std::to_string(one.stats.records));
    }
}

TEST_CASE("a finer partition adds up to a coarser one", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(7, 2000));
    auto const by = [&](words const& keys) {
        return rows(flowlog::run({file}, grouping_of(keys, {"flows", "bytes"})).value.groups());
    };
    for (auto const* coarse : {"srcaddr", "tag", "interface-id", "label(srcaddr)"}) {
        for (auto const* fine : {"dstport", "pair", "start:1m", "tag", "dstaddr/24"}) {
            CAPTURE(coarse, fine);
            auto sums = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>{};
            for (auto const& [key, values] : by({coarse, fine})) {
                sums[key[0]].first += std::stoull(values[0]);
                sums[key[0]].second += std::stoull(values[1]);
            }
            auto expected = decltype(sums){};
            for (auto const& [key, values] : by({coarse}))
                expected[key[0]] = {std::stoull(values[0]), std::stoull(values[1])};
            CHECK(sums == expected);
        }
    }
}

TEST_CASE("what a ranking shows and what it leaves out are all", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(9, 1000));
    for (auto const& keys : all_keys) {
        CAPTURE(keys);
        auto found = flowlog::run({file}, grouping_of(keys, {"bytes", "flows"})).value;
        auto const all = rows(found.rank(found.size()).groups);
        auto sum = std::uint64_t{0};
        for (auto const& [key, values] : all) sum += std::stoull(values[0]);
        for (auto const limit : {std::size_t{0}, std::size_t{1}, std::size_t{7}, all.size()}) {
            auto const ranked = found.rank(limit);
            auto const shown = rows(ranked.groups);
            CHECK(shown.size() + ranked.left_out == all.size());
            CHECK(std::equal(shown.begin(), shown.end(), all.begin()));
            auto rest = std::stoull(to_text(ranked.rest[0]));
            for (auto const& [key, values] : shown) rest += std::stoull(values[0]);
            CHECK(rest == sum);
        }
    }
}

TEST_CASE("groups that are not wanted are neither shown nor left out", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(11, 1000));
    auto const found =
        flowlog::run({file}, grouping_of({"srcaddr", "dstport"}, {"flows", "bytes"})).value;
    auto const all = found.rank(1000);
    for (auto const least : {0, 2, 9, 1000}) {
        auto const busy = found.rank(
            3, {.by = 1, .wanted = flowlog::having("flows >= " + std::to_string(least))});
        auto expected = std::vector<group>{};
        for (auto const& one : all.groups)
            if (std::get<std::uint64_t>(one.values[0]) >= static_cast<std::uint64_t>(least))
                expected.push_back(one);
        CHECK(busy.groups.size() + busy.left_out == expected.size());
        CHECK(busy.excluded == all.groups.size() - expected.size());
        CHECK(busy.total == all.total);
        auto sum = std::uint64_t{0};
        for (auto const& one : busy.groups) sum += std::get<std::uint64_t>(one.values[1]);
        for (auto const& part : {busy.rest, busy.excluded_values})
            sum += std::get<std::uint64_t>(part[1]);
        CHECK(flowlog::group_cell{sum} == all.total[1]);
    }
    CHECK_THROWS(found.rank(3, {.wanted = flowlog::having("max(bytes) > 1")}));
    CHECK_THROWS(found.rank(3, {.by = 2}));
}

TEST_CASE("groups are ranked by keys and from the smallest", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(12, 1000));
    auto const found = flowlog::run({file}, grouping_of({"interface-id", "dstport"},
                                                        {"max(bytes)", "avg(packets)"}))
                           .value;
    auto const all = rows(found.groups());
    for (auto const key : {std::size_t{0}, std::size_t{1}}) {
        for (auto const ascending : {true, false}) {
            auto const ranked =
                rows(found.rank(1000, {.by = key, .by_key = true, .ascending = ascending}).groups);
            auto const before = [&](row const& a, row const& b) {
                if ((a.first[key] == "-") != (b.first[key] == "-")) return b.first[key] == "-";
                return ascending ? a.first[key] < b.first[key] : b.first[key] < a.first[key];
            };
            auto sorted = std::vector<row>{};  // of equal keys, in the order of `all`
            for (auto const& each : all)
                sorted.insert(std::ranges::upper_bound(sorted, each, before), each);
            CHECK(ranked == sorted);  // the ports have one digit
        }
    }
    auto falling = rows(found.rank(1000, {.by = 1}).groups);
    auto rising = rows(found.rank(1000, {.by = 1, .ascending = true}).groups);
    REQUIRE(falling.size() == rising.size());
    for (std::size_t i = 0; i < rising.size(); ++i)
        CHECK(rising[i].second[1] == falling[rising.size() - 1 - i].second[1]);
}

TEST_CASE("many groups are merged with several threads as with one", "[group_by]") {
    auto const part = [](std::uint64_t begin, std::uint64_t end, words const& measures) {
        auto groups = grouping_of({"srcaddr", "dstport"}, measures);
        auto record = flowlog::flow{};
        for (auto i = begin; i < end; ++i) {
            record.set(flowlog::field::srcaddr,
                       flowlog::address::v4(static_cast<std::uint32_t>(i * 7)));
            record.set(flowlog::field::dstport, static_cast<std::uint16_t>(i));
            record.set(flowlog::field::bytes, i);
            record.set(flowlog::field::packets, i % 5);
            record.set(flowlog::field::tcp_flags, static_cast<std::uint8_t>(i % 7));
            groups.add(record);
        }
        return groups;
    };
    for (auto const& measures : {words{"flows", "bytes", "max(packets)", "or(tcp-flags)"},
                                 words{"flows", "distinct(dstport)"},
                                 words{"flows", "percentile(bytes, 50)", "avg(packets)"}}) {
        CAPTURE(measures);
        auto expected = part(0, 150'000, measures);
        expected.merge(part(50'000, 200'000, measures));
        auto shared = part(0, 150'000, measures);
        shared.merge(part(50'000, 200'000, measures), 3);
        CHECK(shared.size() == 200'000);
        CHECK(shared.groups() == expected.groups());
        auto moved = grouping_of({"srcaddr", "dstport"}, measures);
        moved.merge(std::move(shared), 3);
        CHECK(moved.totals() == expected.totals());
        CHECK(moved.groups() == expected.groups());
    }
}

}  // namespace test_aggregate_group_by_properties
