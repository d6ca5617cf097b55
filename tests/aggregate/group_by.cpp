// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_group_by {

namespace field = flowlog::field;
using namespace flowlog::measures;
using namespace std::string_literals;
using flowlog::dynamic_grouping;
using flowlog::field_id;
using flowlog::flow;
using flowlog::group;
using flowlog::group_cell;
using flowlog::measure;
using flowlog::measure_kind;
using flowlog::parse_group_key;
using flowlog::timestamp;
using flowlog::to_text;

static auto grouping_of(std::vector<std::string> const& keys,
                        std::vector<std::string> const& measured,
                        flowlog::group_tables const& tables = {}) -> dynamic_grouping {
    auto parts = std::vector<flowlog::group_key>{};
    for (auto const& text : keys) parts.push_back(parse_group_key(text, tables));
    auto values = std::vector<measure>{};
    for (auto const& text : measured) values.push_back(measure::parse(text));
    return flowlog::group_by(std::move(parts), std::move(values));
}

static auto line(group const& g) -> std::string {
    auto text = ""s;
    for (auto const& cell : g.key) text += to_text(cell) + ' ';
    text += ':';
    for (auto const& cell : g.values) text += ' ' + to_text(cell);
    return text;
}

template <class Grouping>
static auto lines(Grouping const& grouping) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& g : dynamic_grouping{grouping}.groups()) result.push_back(line(g));
    return result;
}

/// The key of the one group that a flow makes.
static auto key_of(flow const& record, std::string const& key,
                   flowlog::group_tables const& tables = {}) -> std::string {
    auto grouping = grouping_of({key}, {"flows"}, tables);
    REQUIRE(grouping.try_add(record));
    auto const groups = grouping.groups();
    REQUIRE(groups.size() == 1);
    return to_text(groups[0].key[0]);
}

static auto address(std::string const& text) -> flowlog::address {
    return flowlog::address::parse(text).value();
}
static auto at(std::int64_t seconds) -> timestamp {
    return timestamp{std::chrono::seconds{seconds}};
}

static auto sample_flow() -> flow {
    auto made = flow{};
    made.set(field::srcaddr, address("10.1.2.3"));
    made.set(field::dstaddr, address("2001:db8:1:2:3::4"));
    made.set(field::srcport, 40000);
    made.set(field::dstport, 443);
    made.set(field::protocol, 6);
    made.set(field::packets, 3);
    made.set(field::bytes, 1000);
    made.set(field::start, at(1714564925));
    made.set(field::end, at(1714564935));
    made.set(field::action, flowlog::action::reject);
    made.set(field::account_id, "123456789010");
    made.set(field::flow_direction, flowlog::flow_direction::ingress);
    return made;
}

constexpr auto header =
    "srcaddr dstaddr srcport dstport protocol packets bytes start end action interface-id "
    "flow-direction\n";

static auto log_text(std::uint64_t seed, int lines) -> std::string {
    auto random = testing::random_numbers{seed};
    auto text = std::string{header};
    for (auto i = 0; i < lines; ++i) {
        auto const word = [&](std::uint64_t limit) { return std::to_string(random(limit)); };
        text += random(9) == 0 ? "2001:db8::" + word(9) : "10.0.0." + word(20);
        text += random(30) == 0 ? " -" : " 10.0.1." + word(20);
        text += ' ' + word(5) + ' ' + (random(40) == 0 ? "70000" : word(6)) + ' ' + word(3);
        text += ' ' + word(100) + ' ' + word(100000) + ' ' + std::to_string(1000 + random(500));
        text += ' ' + std::to_string(1500 + random(900));
        text += random(2) == 0 ? " ACCEPT" : " REJECT";
        text += " eni-" + word(50) + (random(3) == 0 ? " -\n" : " ingress\n");
    }
    return text;
}

TEST_CASE("compile time and run time give the same groups", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(1, 500));
    auto fixed = flowlog::run(
        {file}, flowlog::group_by<field::srcaddr, field::interface_id, field::start, field::action>(
                    count, sum<field::bytes>, min<field::start>, max<field::packets>,
                    distinct<field::dstaddr>, rate<field::bytes>));
    auto named = flowlog::run({file}, grouping_of({"srcaddr", "interface_id", "start", "action"},
                                                  {"flows", "bytes", "first", "max(packets)",
                                                   "distinct(dstaddr)", "rate(bytes)"}));
    CHECK(fixed.stats == named.stats);
    CHECK(fixed.value.size() > 400);
    auto const cells = dynamic_grouping{fixed.value};
    CHECK(cells.groups() == named.value.groups());
    CHECK(cells.top(7, 1) == named.value.top(7, 1));
    CHECK(cells.totals() == named.value.totals());
    CHECK(fixed.value.measures() == named.value.measures());
    CHECK(fixed.value.uses().size() == named.value.uses().size());
}

TEST_CASE("groups are those that a map makes", "[group_by]") {
    auto random = testing::random_numbers{3};
    auto grouping = grouping_of({"srcport", "dstport"}, {"flows", "bytes", "max(bytes)"});
    auto expected = std::map<std::pair<int, int>, std::vector<std::uint64_t>>{};
    for (auto i = 0; i < 5000; ++i) {
        auto const source = static_cast<std::uint16_t>(random(40));
        auto const destination = static_cast<std::uint16_t>(random(40));
        auto const bytes = random(1000);
        auto made = flow{};
        made.set(field::srcport, source);
        made.set(field::dstport, destination);
        made.set(field::bytes, bytes);
        grouping.add(made);
        auto& sums = expected.try_emplace({source, destination}, 3, 0).first->second;
        ++sums[0];
        sums[1] += bytes;
        sums[2] = std::max(sums[2], bytes);
    }
    auto const groups = grouping.groups();
    REQUIRE(groups.size() == expected.size());
    auto same = true;
    for (std::size_t i = 0; auto const& [key, sums] : expected) {
        auto const& g = groups[i++];
        same = same && g.key[0] == group_cell{static_cast<std::uint64_t>(key.first)} &&
               g.key[1] == group_cell{static_cast<std::uint64_t>(key.second)};
        for (std::size_t m = 0; m < 3; ++m) same = same && g.values[m] == group_cell{sums[m]};
    }
    CHECK(same);
}

TEST_CASE("groups add up to the total", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", log_text(2, 3000));
    for (auto const* key :
         {"srcaddr", "dstaddr", "srcaddr/24/48", "interface-id", "service", "pair",
          "class(srcaddr)", "start:1m", "date", "action", "flow-direction"}) {
        CAPTURE(key);
        auto found = flowlog::run({file}, grouping_of({key}, {"flows", "bytes"}));
        std::uint64_t flows = 0;
        std::uint64_t bytes = 0;
        for (auto const& g : found.value.groups()) {
            flows += std::get<std::uint64_t>(g.values[0]);
            bytes += std::get<std::uint64_t>(g.values[1]);
        }
        CHECK(flows == found.stats.records);
        CHECK(found.value.totals() == std::vector<group_cell>{flows, bytes});
    }
}

TEST_CASE("merging groupings is associative", "[group_by]") {
    auto const keys = std::vector<std::string>{"interface-id", "srcaddr"};
    auto const measured = std::vector<std::string>{
        "flows", "bytes", "first", "last", "distinct(dstaddr)", "rate(bytes)", "min(bytes)"};
    auto const here = testing::folder{};
    auto const counted = [&](std::uint64_t seed) {
        auto const file = here.write(std::to_string(seed), log_text(seed, 400));
        return flowlog::run({file}, grouping_of(keys, measured)).value;
    };
    auto const a = counted(1);
    auto const b = counted(2);
    auto const c = counted(3);
    auto left = a;
    left.merge(dynamic_grouping{b});
    left.merge(dynamic_grouping{c});
    auto tail = b;
    tail.merge(dynamic_grouping{c});
    auto right = a;
    right.merge(dynamic_grouping{tail});
    auto backwards = c;
    backwards.merge(dynamic_grouping{b});
    backwards.merge(dynamic_grouping{a});
    CHECK(lines(left) == lines(right));
    CHECK(lines(left) == lines(backwards));
    auto whole = flowlog::run({here / "1", here / "2", here / "3"}, grouping_of(keys, measured));
    CHECK(lines(left) == lines(whole.value));
    auto nothing = grouping_of(keys, measured);
    nothing.merge(dynamic_grouping{left});
    CHECK(lines(nothing) == lines(left));
}

TEST_CASE("threads and parts make no difference to groups", "[group_by]") {
    auto const here = testing::folder{};
    auto const files =
        std::vector{here.write("a.log", log_text(5, 2000)), here.write("b.log", log_text(6, 300))};
    auto const grouping =
        grouping_of({"interface-id", "action"},
                    {"flows", "bytes", "distinct(srcaddr)", "rate(packets)", "max(dstport)"});
    auto options = flowlog::run_options{.threads = 1};
    auto expected = flowlog::run(files, grouping, options);
    CHECK(expected.stats.malformed > 0);
    CHECK(expected.value.size() > 90);
    for (unsigned const threads : {1U, 2U, 5U}) {
        for (std::uint64_t const part : {777U, 5000U, 1000000U}) {
            options.threads = threads;
            options.chunk_size = part;
            auto got = flowlog::run(files, grouping, options);
            CAPTURE(threads, part);
            CHECK(got.stats == expected.stats);
            CHECK(lines(got.value) == lines(expected.value));
            CHECK(got.value.top(9, 1) == expected.value.top(9, 1));
        }
    }
}

TEST_CASE("absent values are a group of their own", "[group_by]") {
    auto grouping =
        grouping_of({"srcaddr", "account-id"}, {"flows", "bytes", "first", "rate(bytes)"});
    grouping.add(sample_flow());
    auto none = sample_flow();
    none.reset(field_id::srcaddr);
    none.reset(field_id::start);
    grouping.add(none);
    none.reset(field_id::account_id);
    none.reset(field_id::bytes);
    grouping.add(none);
    grouping.add(none);
    CHECK(lines(grouping) ==
          std::vector{"- - : 2 0 - -"s, "- 123456789010 : 1 1000 - -"s,
                      "10.1.2.3 123456789010 : 1 1000 2024-05-01T12:02:05Z 100.0"s});
    for (auto const* key : {"srcaddr", "srcaddr/8", "pair", "label(srcaddr)", "class(srcaddr)",
                            "start:1h", "date", "service", "tag", "action", "instance-id"}) {
        auto const tags = flowlog::tag_table::parse("443,tcp,web\n", "t");
        auto const labels = flowlog::label_table::parse("10.0.0.0/8,office\n", "l");
        CAPTURE(key);
        CHECK(key_of(flow{}, key, {&tags, &labels}) == "-");
    }
}

TEST_CASE("a zero is not nothing", "[group_by]") {
    auto grouping = grouping_of({"dstport"}, {"flows"});
    auto made = flow{};
    grouping.add(made);
    made.set(field::dstport, 0);
    grouping.add(made);
    CHECK(lines(grouping) == std::vector{"- : 1"s, "0 : 1"s});
}

TEST_CASE("a malformed field keeps a flow out of every group", "[group_by]") {
    auto const text =
        "srcaddr dstport bytes start end\n"
        "10.0.0.1 80 5 1 2\n"
        "10.0.0.300 80 5 1 2\n"
        "10.0.0.1 80 x 1 2\n"
        "10.0.0.1 80 5 1 ?\n"
        "10.0.0.1 99999 5 1 2\n"s;
    auto const here = testing::folder{};
    auto const file = here.write("a.log", text);
    auto options = flowlog::run_options{.threads = 1};
    auto bad = std::vector<std::uint64_t>{};
    options.on_malformed = [&](auto const& malformed) { bad.push_back(malformed.line); };
    auto named =
        flowlog::run({file}, grouping_of({"srcaddr/16"}, {"rate(bytes)", "flows"}), options);
    CHECK(bad == std::vector<std::uint64_t>{3, 4, 5});
    CHECK(named.stats.records == 2);
    CHECK(lines(named.value) == std::vector{"10.0.0.0/16 : 10.0 2"s});
    bad.clear();
    auto fixed =
        flowlog::run({file}, flowlog::group_by<field::srcaddr>(rate<field::bytes>, count), options);
    CHECK(bad == std::vector<std::uint64_t>{3, 4, 5});
    CHECK(lines(fixed.value) == std::vector{"10.0.0.1 : 10.0 2"s});
}

TEST_CASE("a log without a field that is grouped by is refused", "[group_by]") {
    auto const here = testing::folder{};
    auto const file = here.write("a.log", "srcaddr dstport\n10.0.0.1 80\n");
    try {
        static_cast<void>(flowlog::run({file}, grouping_of({"service"}, {"flows"})));
        FAIL("not refused");
    } catch (flowlog::error const& failure) {
        CHECK(failure.code() == flowlog::errc::missing_field);
        CHECK(failure.message().find("no srcport, protocol") != std::string::npos);
    }
}

TEST_CASE("flows whose protocol has no ports have a tag without a port", "[group_by]") {
    auto const tags = flowlog::tag_table::parse("443,tcp,web\n*,icmp,ping\n", "t");
    auto const tables = flowlog::group_tables{.tags = &tags};
    auto text = "dstport protocol\n"s;
    for (auto i = 0; i < 100; ++i) text += "443 6\n0 1\n";  // a whole batch has ports
    text += "443 6\n- 1\n- 47\n- 6\n22 6\n";
    auto const here = testing::folder{};
    auto const file = here.write("a.log", text);
    auto const found = flowlog::run({file}, grouping_of({"tag"}, {"flows"}, tables));
    CHECK(lines(found.value) ==
          std::vector{"- : 1"s, "Untagged : 2"s, "ping : 101"s, "web : 101"s});
    CHECK(found.stats.malformed == 0);
}

TEST_CASE("numbers with a fraction have one decimal and three digits", "[group_by]") {
    auto const text = [](double number) { return to_text(group_cell{number}); };
    CHECK(text(0) == "0.0");
    CHECK(text(8000) == "8000.0");
    CHECK(text(1333.3333) == "1333.3");
    CHECK(text(12.345) == "12.3");
    CHECK(text(3.25) == "3.25");
    CHECK(text(2.5) == "2.5");
    CHECK(text(1) == "1.0");
    CHECK(text(9.999) == "10.0");
    CHECK(text(-0.5) == "-0.5");
    CHECK(text(1.0 / 60) == "0.0167");
    CHECK(text(0.00361) == "0.00361");
    CHECK(text(0.0000123456) == "1.23e-05");
    CHECK(text(18446744073709551615.0) == "18446744073709551616.0");
}

TEST_CASE("every kind of key", "[group_by]") {
    auto const tags = flowlog::tag_table::parse("443,tcp,web\n", "t");
    auto const labels = flowlog::label_table::parse("10.0.0.0/8,office\n10.1.0.0/16,lab\n", "l");
    auto const tables = flowlog::group_tables{&tags, &labels};
    auto made = sample_flow();
    CHECK(key_of(made, "srcaddr") == "10.1.2.3");
    CHECK(key_of(made, "dstaddr") == "2001:db8:1:2:3::4");
    CHECK(key_of(made, "dstport") == "443");
    CHECK(key_of(made, "prot") == "6");
    CHECK(key_of(made, "account_id") == "123456789010");
    CHECK(key_of(made, "action") == "REJECT");
    CHECK(key_of(made, "${flow-direction}") == "ingress");
    CHECK(key_of(made, "start") == "2024-05-01T12:02:05Z");
    CHECK(key_of(made, "srcaddr/24") == "10.1.2.0/24");
    CHECK(key_of(made, "dstaddr/24") == "2001:db8:1:2::/64");
    CHECK(key_of(made, "dstaddr/24/48") == "2001:db8:1::/48");
    CHECK(key_of(made, "srcaddr/0") == "0.0.0.0/0");
    CHECK(key_of(made, "start:5m") == "2024-05-01T12:00:00Z");
    CHECK(key_of(made, "end:10s") == "2024-05-01T12:02:10Z");
    CHECK(key_of(made, "start:1d") == "2024-05-01T00:00:00Z");
    CHECK(key_of(made, "date") == "2024-05-01");
    CHECK(key_of(made, "service") == "443/tcp");
    CHECK(key_of(made, "tag", tables) == "web");
    CHECK(key_of(made, "label(srcaddr)", tables) == "lab");
    CHECK(key_of(made, "label(dstaddr)", tables) == "-");
    CHECK(key_of(made, "class(srcaddr)") == "private");
    CHECK(key_of(made, "class(dstaddr)") == "documentation");
    made.set(field::dstport, 444);
    CHECK(key_of(made, "tag", tables) == "Untagged");
    made.reset(field_id::dstport);
    CHECK(key_of(made, "tag", tables) == "-");
    made.set(field::srcaddr, address("10.9.9.9"));
    CHECK(key_of(made, "label(srcaddr)", tables) == "office");
}

TEST_CASE("times before 1970 fall into spans like others, and come first", "[group_by]") {
    auto grouping = grouping_of({"start:1h"}, {"flows", "first", "last"});
    for (auto const seconds : {-1, 1, -3600, -3601}) {
        auto made = flow{};
        made.set(field::start, at(seconds));
        made.set(field::end, at(seconds + 2));
        grouping.add(made);
    }
    CHECK(lines(grouping) ==
          std::vector{"1969-12-31T22:00:00Z : 1 1969-12-31T22:59:59Z 1969-12-31T23:00:01Z"s,
                      "1969-12-31T23:00:00Z : 2 1969-12-31T23:00:00Z 1970-01-01T00:00:01Z"s,
                      "1970-01-01T00:00:00Z : 1 1970-01-01T00:00:01Z 1970-01-01T00:00:03Z"s});
}

TEST_CASE("a pair is the same in both directions", "[group_by]") {
    auto grouping = grouping_of({"pair"}, {"flows"});
    auto const add = [&](auto const& a, auto const& b) {
        auto made = flow{};
        made.set(field::srcaddr, address(a));
        made.set(field::dstaddr, address(b));
        grouping.add(made);
    };
    add("10.0.0.1", "10.0.0.2");
    add("10.0.0.2", "10.0.0.1");
    add("::1", "10.0.0.2");
    add("10.0.0.2", "::1");
    add("::2", "::1");
    add("10.0.0.1", "10.0.0.1");
    CHECK(lines(grouping) == std::vector{"10.0.0.1 - 10.0.0.1 : 1"s, "10.0.0.1 - 10.0.0.2 : 2"s,
                                         "10.0.0.2 - ::1 : 2"s, "::1 - ::2 : 1"s});
}

TEST_CASE("both ends of a flow count", "[group_by]") {
    auto const between = [](char const* source, char const* destination, std::uint64_t bytes) {
        auto made = flow{};
        made.set(field::srcaddr, address(source));
        made.set(field::dstaddr, address(destination));
        made.set(field::srcport, 443);
        made.set(field::dstport, 40000);
        made.set(field::bytes, bytes);
        return made;
    };
    auto const flows =
        std::vector{between("10.0.0.1", "10.0.0.2", 1), between("10.0.0.2", "10.0.0.1", 10),
                    between("10.0.0.2", "10.0.0.2", 100), between("10.0.0.2", "10.9.0.1", 1000)};
    auto const found = [&](std::vector<std::string> const& keys) {
        auto grouping = grouping_of(keys, {"bytes", "flows", "distinct(dstaddr)"});
        for (auto const& f : flows) REQUIRE(grouping.try_add(f));
        return grouping;
    };
    SECTION("once if they are the same") {
        auto ips = found({"ip"});
        CHECK(lines(ips) ==
              std::vector{"10.0.0.1 : 11 2 2"s, "10.0.0.2 : 1111 4 3"s, "10.9.0.1 : 1000 1 1"s});
    }
    SECTION("once in a group that both are in") {
        auto networks = found({"ip/24"});
        CHECK(lines(networks) == std::vector{"10.0.0.0/24 : 1111 4 3"s, "10.9.0.0/24 : 1000 1 1"s});
    }
    SECTION("address and port are of the same end") {
        auto endpoints = found({"ip", "port"});
        CHECK(lines(endpoints) == std::vector{"10.0.0.1 443 : 1 1 1"s, "10.0.0.1 40000 : 10 1 1"s,
                                              "10.0.0.2 443 : 1110 3 3"s,
                                              "10.0.0.2 40000 : 101 2 1"s,
                                              "10.9.0.1 40000 : 1000 1 1"s});
    }
    SECTION("other keys are the same for both") {
        auto keys = found({"ip", "dstaddr"});
        CHECK(keys.size() == 6);
    }
    SECTION("the total has a flow once") {
        auto ips = found({"ip"});
        auto const all =
            std::vector<group_cell>{std::uint64_t{1111}, std::uint64_t{4}, std::uint64_t{3}};
        CHECK(ips.totals() == all);
        auto const ranked = ips.rank(1);
        CHECK(ranked.total == all);
        CHECK(ranked.rest ==
              std::vector<group_cell>{std::uint64_t{1011}, std::uint64_t{3}, std::uint64_t{3}});
        ips.merge(found({"ip"}));
        CHECK(to_text(ips.totals()[0]) == "2222");
        CHECK(line(ips.top(1)[0]) == "10.0.0.2 : 2222 8 3");
    }
    SECTION("a flow with a malformed end is in no group") {
        auto const here = testing::folder{};
        auto const file =
            here.write("a.log", "srcaddr dstaddr\n10.0.0.1 x\nx 10.0.0.1\n10.0.0.1 10.0.0.2\n");
        auto ips = flowlog::run({file}, grouping_of({"ip"}, {"flows"}));
        CHECK(ips.stats.malformed == 2);
        CHECK(lines(ips.value) == std::vector{"10.0.0.1 : 1"s, "10.0.0.2 : 1"s});
        CHECK(to_text(ips.value.totals()[0]) == "1");
    }
}

TEST_CASE("IPv4 and the IPv6 of the same bits are different", "[group_by]") {
    auto grouping = grouping_of({"srcaddr"}, {"flows", "distinct(dstaddr)"});
    for (auto const* text : {"0.0.0.1", "::1"}) {
        auto made = flow{};
        made.set(field::srcaddr, address(text));
        made.set(field::dstaddr, address("::2"));
        grouping.add(made);
        made.set(field::dstaddr, address("0.0.0.2"));
        grouping.add(made);
    }
    CHECK(lines(grouping) == std::vector{"0.0.0.1 : 2 2"s, "::1 : 2 2"s});
}

TEST_CASE("equal ranks are in the order of their keys", "[group_by]") {
    auto grouping = grouping_of({"account-id"}, {"flows", "min(bytes)"});
    for (auto const* name : {"d", "b", "a", "c", "e", "c"}) {
        auto made = flow{};
        made.set(field::account_id, name);
        if (name != "b"s) made.set(field::bytes, 7);
        grouping.add(made);
    }
    auto const shown = [](auto const& groups) {
        auto text = ""s;
        for (auto const& g : groups) text += to_text(g.key[0]);
        return text;
    };
    CHECK(shown(grouping.top(3)) == "cab");
    CHECK(shown(grouping.top(100)) == "cabde");
    CHECK(shown(grouping.top(100, 1)) == "acdeb");  // nothing ranks last
    CHECK(grouping.top(0).empty());
    auto const message = "the measure that is to rank the groups is not computed"s;
    CHECK_THROWS_WITH(grouping.top(1, 2), message);
    CHECK_THROWS_WITH(grouping.top(1, measure::parse("max(bytes)")), message);
}

TEST_CASE("no rate ranks behind a rate of zero", "[group_by]") {
    auto grouping = grouping_of({"dstport"}, {"rate(bytes)"});
    auto idle = flow{};
    idle.set(field::dstport, 22);
    grouping.add(idle);
    idle.set(field::dstport, 80);
    idle.set(field::start, timestamp{std::chrono::seconds{7}});
    idle.set(field::end, timestamp{std::chrono::seconds{8}});
    grouping.add(idle);
    auto const top = grouping.top(2);
    CHECK(to_text(top[0].key[0]) == "80");
    CHECK(to_text(top[0].values[0]) == "0.0");
    CHECK(to_text(top[1].values[0]) == "-");
}

TEST_CASE("groups without a rate are in the order of their keys, whatever they sum", "[group_by]") {
    auto grouping = grouping_of({"dstport"}, {"rate(bytes)"});
    for (auto const port : {std::uint16_t{443}, std::uint16_t{22}, std::uint16_t{80}}) {
        auto timeless = flow{};
        timeless.set(field::dstport, port);
        timeless.set(field::bytes, std::uint64_t{port});
        grouping.add(timeless);
    }
    auto shown = std::string{};
    for (auto const& one : grouping.top(3)) shown += to_text(one.key[0]) + ' ';
    CHECK(shown == "22 80 443 ");
}

TEST_CASE("a ranking says what it leaves out", "[group_by]") {
    auto grouping = grouping_of({"dstport"}, {"bytes", "distinct(srcport)", "max(bytes)"});
    for (std::uint16_t i = 0; i < 10; ++i) {
        auto made = flow{};
        made.set(field::dstport, i);
        made.set(field::srcport, static_cast<std::uint16_t>(i / 2));
        made.set(field::bytes, std::uint64_t{i} * 10);
        grouping.add(made);
    }
    auto const found = grouping.rank(3);
    CHECK(found.groups == grouping.top(3));
    CHECK(found.left_out == 7);
    CHECK(found.rest == std::vector<group_cell>{210U, 4U, 60U});
    CHECK(found.total == std::vector<group_cell>{450U, 5U, 90U});
    CHECK(found.total == grouping.totals());
    auto const all = grouping.rank(100);
    CHECK(all.left_out == 0);
    CHECK(all.rest == std::vector<group_cell>{std::uint64_t{0}, std::uint64_t{0}, {}});
    CHECK_FALSE(all.saturated);
    CHECK_FALSE(all.estimated);
}

TEST_CASE("sums stick at their largest value, and say so", "[group_by]") {
    constexpr auto half = std::uint64_t{1} << 63;
    constexpr auto most = ~std::uint64_t{0};
    auto grouping = grouping_of({"dstport"}, {"bytes", "max(bytes)", "min(bytes)"});
    auto made = flow{};
    made.set(field::bytes, half);
    made.set(field::dstport, 1);
    grouping.add(made);
    made.set(field::dstport, 2);
    grouping.add(made);
    CHECK(grouping.top(1)[0].values[0] == group_cell{half});
    CHECK_FALSE(grouping.saturated());
    CHECK(grouping.rank(9).saturated);  // the total
    CHECK(grouping.rank(9).total[0] == group_cell{most});
    auto other = grouping;
    other.merge(dynamic_grouping{grouping});
    CHECK(other.saturated());
    CHECK(other.top(1)[0].values[0] == group_cell{most});
    CHECK(other.top(1)[0].values[2] == group_cell{half});

    auto plain = grouping_of({"dstport"}, {"bytes"});
    made.set(field::bytes, 1);
    plain.add(made);
    CHECK_FALSE(plain.saturated());
    auto stuck = grouping_of({"dstport"}, {"bytes"});
    made.set(field::bytes, most);
    stuck.add(made);
    stuck.add(made);
    made.set(field::dstport, 3);
    plain.merge(std::move(stuck));  // groups of its own
    CHECK(plain.saturated());
}

TEST_CASE("different values are counted exactly, then estimated", "[group_by]") {
    auto counted = [](std::uint32_t many, std::uint16_t groups) {
        auto grouping = grouping_of({"dstport"}, {"distinct(srcaddr)"});
        for (std::uint32_t i = 0; i < 2 * many; ++i) {
            auto made = flow{};
            made.set(field::dstport, static_cast<std::uint16_t>(i % groups));
            made.set(field::srcaddr, flowlog::address::v4(i % many));
            grouping.add(made);
        }
        return grouping.rank(1);
    };
    CHECK(counted(1024, 1).total[0] == group_cell{std::uint64_t{1024}});
    CHECK_FALSE(counted(1024, 1).estimated);
    CHECK(counted(1025, 1).estimated);
    CHECK(counted(2000, 2).groups[0].values[0] == group_cell{std::uint64_t{1000}});
    CHECK(counted(2000, 2).estimated);  // the total
    auto const about = counted(100'000, 1);
    CHECK(about.estimated);
    auto const estimate = static_cast<double>(std::get<std::uint64_t>(about.total[0]));
    CHECK(std::abs(estimate - 100'000) < 5'000);
}

TEST_CASE("a grouping that makes no sense is refused", "[group_by]") {
    auto const key = flowlog::group_key::of(field_id::srcaddr);
    auto const one = measure{};
    auto const refused = [](std::vector<flowlog::group_key> keys, std::vector<measure> measured) {
        try {
            static_cast<void>(flowlog::group_by(std::move(keys), std::move(measured)));
        } catch (flowlog::error const& failure) {
            return failure.code() == flowlog::errc::invalid_argument;
        }
        return false;
    };
    CHECK_FALSE(refused({}, {one}));  // all flows are one group
    CHECK(refused({key}, {}));
    CHECK(refused(std::vector(33, key), {one}));
    CHECK_FALSE(refused(std::vector(32, key), {one}));
    CHECK(refused({key}, {{measure_kind::sum, field_id::srcaddr}}));
    CHECK(refused({key}, {{measure_kind::max, field_id::action}}));
}

TEST_CASE("what waits to be added counts when caveats are asked for", "[group_by]") {
    auto const found = [](std::string const& text, std::string const& measure) {
        return flowlog::run({flowlog::memory_input{text}}, grouping_of({"dstport"}, {measure}))
            .value;
    };
    CHECK(found("dstport bytes\n1 18446744073709551615\n1 1\n", "bytes").saturated());
    CHECK_FALSE(found("dstport bytes\n1 18446744073709551614\n1 1\n", "bytes").saturated());
    auto text = std::string{"dstport srcaddr\n"};
    for (auto i = 0; i < 1025; ++i)
        text += "1 10.0." + std::to_string(i / 256) + '.' + std::to_string(i % 256) + '\n';
    CHECK(found(text, "distinct(srcaddr)").estimated());
}

TEST_CASE("a ratio of durations reads when flows begin and end", "[group_by]") {
    auto const uses = grouping_of({"dstport"}, {"bytes/duration"}).uses();
    for (auto const id : {field_id::dstport, field_id::bytes, field_id::start, field_id::end})
        CHECK(std::ranges::find(uses, id, &flowlog::field_use::id) != uses.end());
}

}  // namespace test_aggregate_group_by
