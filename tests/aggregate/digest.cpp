// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/digest.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/laws.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/output/records.hpp>

#include "catch.hpp"
#include "files.hpp"
#include "reading.hpp"

namespace test_aggregate_digest {

using flowlog::digest;
using flowlog::digest_options;
using flowlog::ephemeral_rule;
using flowlog::field_id;
using lines = std::vector<std::string>;
namespace field = flowlog::field;

namespace {

auto const header = std::string{
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start "
    "end action log-status"};

/// The digest as a flow log: a header line, then its lines.
auto log_of(digest const& made) -> std::string {
    auto columns = std::vector<flowlog::record_column>{};
    for (auto const id : made.columns()) columns.emplace_back(id);
    auto text = std::string{};
    auto writer = flowlog::record_writer{columns,
                                         {.format = flowlog::record_format::vpc},
                                         [&](std::string_view block) { text += block; }};
    made.visit_lines([&](flowlog::digest_line const& line) { CHECK_FALSE(writer.write(line)); });
    writer.finish();
    return text;
}

auto lines_of(std::string const& text) -> lines {
    auto result = lines{};
    auto in = std::istringstream{text};
    for (auto line = std::string{}; std::getline(in, line);) result.push_back(line);
    return result;
}

auto by(std::vector<std::string> const& keys) -> std::vector<flowlog::group_key> {
    auto result = std::vector<flowlog::group_key>{};
    for (auto const& key : keys) result.push_back(flowlog::parse_group_key(key));
    return result;
}

struct digested {
    std::string log;
    flowlog::statistics stats;
    std::uint64_t untimed;
};

auto digested_text(std::string const& text, digest_options const& options = {},
                   unsigned threads = 1) -> digested {
    auto const here = testing::folder{};
    auto const done = flowlog::run({here.write("a.log", text)}, digest{options},
                                   flowlog::run_options{.threads = threads});
    return {log_of(done.value), done.stats, done.value.untimed()};
}

auto content(std::filesystem::path const& path) -> std::string {
    auto in = std::ifstream{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

auto v2(std::string_view ports_to_bytes, std::string_view action = "ACCEPT",
        std::string_view start = "1418530010") -> std::string {
    return "2 123456789010 eni-abc123de 172.31.16.139 172.31.16.21 " + std::string{ports_to_bytes} +
           ' ' + std::string{start} + " 1418530070 " + std::string{action} + " OK";
}

}  // namespace

TEST_CASE("digests are go-vpc's", "[digest]") {
    // where flowlog differs, and why
    auto const differing = std::map<std::string, lines>{
        {"action-case-apart", {v2("0 443 6 40 2000")}},                // accept is ACCEPT
        {"log-status-case", {v2("0 443 6 40 2000")}},                  // ok is OK
        {"counter-overflow", {v2("0 443 6 40 9223372036854775808")}},  // 64 bits without a sign
        {"blank-line", {v2("0 443 6 40 2000")}},                       // nothing is not an error
        {"short-line", {v2("0 443 6 20 1000")}},                       // one line is malformed
        {"version-3-skipped", {v2("0 443 6 40 2000")}},  // a version of the default format is read
        // a port that was dropped before is dropped, and the service stays
        {"digest-of-a-digest",
         {"2 123456789010 eni-abc123de 172.31.16.139 172.31.16.21 0 80 6 20 1000 1418530010 "
          "1818530070 REJECT OK"}},
    };
    auto const folder = std::filesystem::path{FLOWLOG_TEST_DATA} / "govpc/digest";
    auto cases = 0;
    for (auto const& entry : std::filesystem::directory_iterator{folder}) {
        if (!entry.is_directory()) continue;
        ++cases;
        auto const name = entry.path().filename().string();
        CAPTURE(name);
        auto const found =
            flowlog::run({(entry.path() / "input.log").string()}, digest{{.global_bounds = true}});
        auto written = lines_of(log_of(found.value));
        REQUIRE(!written.empty());
        CHECK(written.front() == header);
        written.erase(written.begin());
        std::ranges::sort(written);
        auto const own = differing.find(name);
        auto const refused = name.starts_with("bad-");
        auto const expected = own != differing.end() ? own->second
                              : refused              ? lines{}
                                        : lines_of(content(entry.path() / "expected.log"));
        CHECK(written == expected);
        auto const bad = refused || name == "short-line";
        CHECK(found.stats.malformed == (bad ? 1 : 0));
    }
    CHECK(cases == 29);
}

TEST_CASE("each line of a digest has its own times", "[digest]") {
    auto const found = digested_text(v2("40000 443 6 1 10", "ACCEPT", "100") + '\n' +
                                     v2("40001 443 6 1 10", "ACCEPT", "50") + '\n' +
                                     v2("40000 443 6 1 10", "REJECT", "200") + '\n');
    CHECK(lines_of(found.log) ==
          lines{header, v2("0 443 6 2 20", "ACCEPT", "50"), v2("0 443 6 1 10", "REJECT", "200")});
}

TEST_CASE("flows without start or end count, and leave the times alone", "[digest]") {
    auto const text = header + '\n' + v2("40000 443 6 1 10", "ACCEPT", "-") + '\n' +
                      v2("40001 443 6 1 10", "ACCEPT", "50") + '\n' +
                      v2("40001 22 6 1 10", "ACCEPT", "-") + '\n';
    auto const found = digested_text(text);
    CHECK(found.untimed == 2);
    CHECK(lines_of(found.log) ==
          lines{header, v2("0 22 6 1 10", "ACCEPT", "-"), v2("0 443 6 2 20", "ACCEPT", "50")});
    auto const global = digested_text(text, {.global_bounds = true});
    CHECK(lines_of(global.log)[1] == v2("0 22 6 1 10", "ACCEPT", "50"));
}

TEST_CASE("TCP flags are OR-ed where there are any", "[digest]") {
    auto const found = digested_text(
        "srcaddr dstaddr srcport dstport protocol tcp-flags bytes vpc-id\n"
        "10.0.0.1 10.0.0.2 4000 80 6 2 10 vpc-1\n10.0.0.1 10.0.0.2 4001 80 6 17 20 vpc-2\n"
        "10.0.0.1 10.0.0.2 4001 53 17 - 30 vpc-1\n");
    CHECK(lines_of(found.log) == lines{header + " tcp-flags",
                                       "3 - - 10.0.0.1 10.0.0.2 0 53 17 - 30 - - - OK -",
                                       "3 - - 10.0.0.1 10.0.0.2 0 80 6 - 30 - - - OK 19"});
    CHECK(found.untimed == 3);
    CHECK(digested_text(found.log).log == found.log);
}

TEST_CASE("other keys make other lines, which hold the keys and what is counted", "[digest]") {
    auto const text = std::string{
        "version srcaddr dstaddr srcport dstport protocol packets bytes start end vpc-id\n"
        "3 10.0.0.1 10.0.1.2 4000 80 6 1 10 3599 3600 vpc-1\n"
        "3 10.0.0.2 10.0.1.2 4001 80 6 1 20 3600 3601 vpc-1\n"
        "3 10.0.0.3 10.0.1.2 80 4001 6 1 40 3700 3701 vpc-2\n"};
    auto const options = digest_options{.by = by({"vpc-id", "dstport", "srcaddr/24", "start:1h"})};
    auto const found = digested_text(text, options);
    CHECK(lines_of(found.log) ==
          lines{"version srcaddr dstport packets bytes start end log-status vpc-id",
                "3 10.0.0.0 80 1 10 3599 3600 OK vpc-1", "3 10.0.0.0 80 1 20 3600 3601 OK vpc-1",
                "3 10.0.0.0 0 1 40 3700 3701 OK vpc-2"});
}

TEST_CASE("keys that no flow log can have are refused", "[digest]") {
    auto const complaint = [](std::vector<std::string> const& keys, bool global_bounds = false) {
        try {
            static_cast<void>(digest{{.by = by(keys), .global_bounds = global_bounds}});
        } catch (flowlog::error const& failure) {
            CHECK(failure.code() == flowlog::errc::invalid_argument);
            return failure.message();
        }
        return std::string{"none"};
    };
    auto const has = [](std::string const& text, std::string_view part) {
        return text.find(part) != text.npos;
    };
    CHECK(has(complaint({"service"}), "'service': it is no column of a flow log"));
    CHECK(has(complaint({"ip"}), "'ip': it is no column"));
    CHECK(has(complaint({"pair"}), "is no column"));
    CHECK(has(complaint({"class(srcaddr)"}), "is no column"));
    CHECK(has(complaint({"bytes"}), "is counted in each line"));
    CHECK(has(complaint({"tcp-flags"}), "is counted in each line"));
    CHECK(has(complaint({"version"}), "is in each line anyway"));
    CHECK(has(complaint({"start"}), "such as start:1h"));
    CHECK(has(complaint({"srcaddr", "srcaddr/24"}), "a second column of srcaddr"));
    CHECK(has(complaint({"srcaddr", "start:1h"}, true), "with global bounds"));
    CHECK(complaint({"srcaddr", "start:1h", "date"}) == "none");
}

TEST_CASE("lines whose sums do not fit are left out and named", "[digest]") {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    auto made = digest{{.by = by({"dstport"})}};
    for (auto const& [port, bytes] :
         std::vector<std::pair<int, std::uint64_t>>{{80, most}, {80, 1}, {22, 5}}) {
        auto record = flowlog::flow{};
        record.set(field::dstport, static_cast<std::uint16_t>(port));
        record.set(field::bytes, bytes);
        made.add(record);
    }
    CHECK(made.size() == 2);
    auto const named = made.saturated_groups();
    REQUIRE(named.size() == 1);
    CHECK(flowlog::to_text(named[0].key[0]) == "80");
    CHECK(lines_of(log_of(made)) ==
          lines{"version dstport packets bytes start end log-status", "2 22 - 5 - - OK"});
}

namespace {

auto random_log(std::uint64_t seed, int count) -> std::string {
    auto random = testing::random_numbers{seed};
    auto text = std::string{
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
        "start end action log-status tcp-flags flow-direction\n"};
    for (auto i = 0; i < count; ++i) {
        auto const word = [&](std::uint64_t limit) { return std::to_string(random(limit)); };
        auto const often = [&](std::string value) { return random(20) == 0 ? "-" : value; };
        text += "5 " + word(2) + " eni-" + word(3) + " 10.0.0." + word(3) + " 10.0.1." + word(3);
        text += ' ' + often(word(6)) + ' ' + often(std::to_string(1021 + random(6))) + ' ' +
                word(3) + ' ' + word(100) + ' ' + word(100'000) + ' ' +
                often(std::to_string(1000 + random(500))) + ' ' + std::to_string(1500 + random(9));
        text += random(2) == 0 ? " ACCEPT OK " : " REJECT OK ";
        text += often(word(32)) + (random(2) == 0 ? " ingress\n" : " egress\n");
    }
    return text;
}

auto const all_rules = std::vector{ephemeral_rule::min_port, ephemeral_rule::syn,
                                   ephemeral_rule::direction, ephemeral_rule::known};

}  // namespace

TEST_CASE("a digest of a digest is the same digest", "[digest]") {
    auto const text = random_log(5, 3000);
    for (auto const rule : all_rules) {
        for (auto const& keys : std::vector<std::vector<std::string>>{
                 {}, {"srcport", "dstport"}, {"srcaddr/29", "start:1m", "dstport", "action"}}) {
            CAPTURE(static_cast<int>(rule), keys);
            auto const options = digest_options{.by = by(keys), .ephemeral = rule};
            auto const once = digested_text(text, options);
            CHECK(once.stats.malformed == 0);
            CHECK(lines_of(once.log).size() < 2500);
            CHECK(digested_text(once.log, options).log == once.log);
            CHECK(digested_text(text, options, 3).log == once.log);
        }
        auto const bounded = digest_options{.ephemeral = rule, .global_bounds = true};
        auto const once = digested_text(text, bounded);
        CHECK(digested_text(once.log, bounded).log == once.log);
    }
}

TEST_CASE("a digest is an aggregator", "[digest]") {
    auto records = std::vector<flowlog::flow>{};
    auto const here = testing::folder{};
    for (auto const& record : flowlog::open(here.write("a.log", random_log(9, 200))))
        records.emplace_back(record);
    auto made = flowlog::flow{};
    made.set(field::srcport, 1);
    records.push_back(made);
    for (auto const rule : all_rules) {
        auto const broken = flowlog::check_aggregator_laws(
            [&] { return digest{{.ephemeral = rule}}; }, records,
            [](digest const& a, digest const& b) {
                return a.untimed() == b.untimed() && log_of(a) == log_of(b);
            });
        CHECK(broken.value_or("none") == "none");
    }
}

}  // namespace test_aggregate_digest
