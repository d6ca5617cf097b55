// SPDX-License-Identifier: BSL-1.0
// Random tables, compared with a plain restatement of the rules; and tables of sizes that people do
// not write.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/lookup/tag_table.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_lookup_tag_table_properties {

namespace {

using flowlog::duplicates;
using flowlog::tag_id;
using flowlog::tag_table;
using namespace std::string_literals;

struct rule {
    std::uint32_t first;
    std::uint32_t last;
    int protocol;  // -1: any
    std::string tag;

    [[nodiscard]] auto matches(std::uint32_t port, int number) const -> bool {
        return first <= port && port <= last && (protocol < 0 || protocol == number);
    }
    /// A smaller rank is more specific.
    [[nodiscard]] auto rank() const -> std::tuple<std::uint32_t, bool> {
        return {(last - first + 1) * (protocol < 0 ? 256 : 1), protocol < 0};
    }
    [[nodiscard]] auto row() const -> std::string {
        auto const ports = first == 0 && last == 65535 ? "*"s
                           : first == last             ? std::to_string(first)
                                           : std::to_string(first) + '-' + std::to_string(last);
        return ports + ',' + (protocol < 0 ? "*"s : std::to_string(protocol)) + ',' + tag + '\n';
    }
};

/// The documentation as code, rule by rule.
auto expected(std::vector<rule> const& rules, std::uint32_t port, int protocol, duplicates policy)
    -> std::set<std::string> {
    auto best = std::tuple{std::numeric_limits<std::uint32_t>::max(), true};
    for (auto const& r : rules) {
        if (r.matches(port, protocol)) best = std::min(best, r.rank());
    }
    auto tags = std::set<std::string>{};
    for (auto const& r : rules) {
        if (!r.matches(port, protocol) || r.rank() != best) continue;
        if (policy == duplicates::last) tags.clear();
        if (policy != duplicates::first || tags.empty()) tags.insert(r.tag);
    }
    return tags;
}

auto contradictory(std::vector<rule> const& rules) -> bool {
    for (auto const& a : rules) {
        for (auto const& b : rules) {
            auto const overlap = a.first <= b.last && b.first <= a.last && a.protocol == b.protocol;
            if (overlap && a.rank() == b.rank() && a.tag != b.tag) return true;
        }
    }
    return false;
}

auto found(tag_table const& table, std::uint32_t port, int protocol) -> std::set<std::string> {
    auto tags = std::set<std::string>{};
    for (auto const tag :
         table.find(static_cast<std::uint16_t>(port), static_cast<std::uint8_t>(protocol)))
        tags.emplace(table.name(tag));
    return tags;
}

class generator {
public:
    explicit generator(unsigned seed) : random_{seed} {}

    auto below(std::uint32_t end) -> std::uint32_t {
        return static_cast<std::uint32_t>(random_() % end);
    }

    /// A rule near the start, a page border or the end of the ports, so that rules overlap.
    auto make_rule() -> rule {
        constexpr std::uint32_t bases[] = {0, 250, 65520};
        constexpr int protocols[] = {-1, -1, 6, 6, 17, 255};
        auto const base = bases[below(3)];
        auto first = base + below(16);
        auto last = base + below(16);
        if (first > last) std::swap(first, last);
        if (below(3) == 0) last = first;
        if (below(12) == 0) std::tie(first, last) = std::tuple{0U, 65535U};
        if (below(8) == 0) last = std::min(first + 255, 65535U);
        return {first, last, protocols[below(6)], "t" + std::to_string(below(5))};
    }

private:
    std::mt19937 random_;
};

auto seconds_to_parse(std::string const& text, flowlog::tag_table_options const& options,
                      tag_table& table) -> double {
    auto const begin = std::chrono::steady_clock::now();
    table = tag_table::parse(text, "t.csv", options);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("tables agree with a plain restatement of the rules", "[tag_table][property]") {
    auto make = generator{4711};
    for (auto round = 0; round < testing::repeats(400); ++round) {
        auto rules = std::vector<rule>{};
        auto text = std::string{};
        for (auto n = make.below(30); n > 0; --n) {
            rules.push_back(make.make_rule());
            text += rules.back().row();
        }
        auto const policy = static_cast<duplicates>(round % 3);
        auto const table = tag_table::parse(text, "t.csv", {.duplicates = policy});
        auto wrong = 0;
        for (auto const protocol : {0, 6, 17, 255}) {
            for (auto const base : {0U, 248U, 500U, 65512U}) {
                for (auto port = base; port < base + 24; ++port)
                    wrong +=
                        found(table, port, protocol) != expected(rules, port, protocol, policy);
            }
        }
        CAPTURE(text, round);
        REQUIRE(wrong == 0);
        if (policy != duplicates::all)
            REQUIRE((table.warning_count() != 0) == (contradictory(rules) || text.empty()));
    }
}

TEST_CASE("random bytes never crash a table", "[tag_table][property]") {
    auto make = generator{99};
    auto const alphabet = "0123456789,,,;\t-|*\"#\n\r tcpudpany\xFF\0"s;
    std::size_t good = 0;
    std::size_t bad = 0;
    for (auto round = 0; round < testing::repeats(2'000); ++round) {
        auto text =
            round % 2 == 0 ? "443,tcp,web\n80-90|8080,udp,\"x\"\n*,any,y\n"s : std::string{};
        if (text.empty()) {
            for (auto n = make.below(60); n > 0; --n)
                text += alphabet[make.below(static_cast<std::uint32_t>(alphabet.size()))];
        } else {
            for (auto n = make.below(4); n > 0; --n)
                text[make.below(static_cast<std::uint32_t>(text.size()))] =
                    static_cast<char>(make.below(256));
        }
        try {
            good += tag_table::parse(text, "t.csv").find(443, 6).size() < 2;
        } catch (flowlog::error const& e) {
            bad += e.code() == flowlog::errc::invalid_table && e.where().line != 0;
        }
        static_cast<void>(
            tag_table::parse("dstport,protocol,tag\n" + text, "t.csv", {.lenient = true})
                .find(443, 6));
    }
    CHECK(good + bad == testing::repeats(2'000U));
    CHECK(good > testing::repeats(250U));
    CHECK(bad > testing::repeats(250U));
}

TEST_CASE("ten thousand and a million rows load", "[tag_table]") {
    auto text = "dstport,protocol,tag\n"s;
    auto const add_rows = [&](std::uint32_t from, std::uint32_t to) {
        for (auto i = from; i < to; ++i) {
            text += std::to_string(i % 65'536) + ',' + std::to_string(i / 65'536) + ",tag " +
                    std::to_string(i % 1000) + '\n';
        }
    };
    auto const many = testing::repeats(std::uint32_t{1'000'000});
    auto table = tag_table{};
    add_rows(0, 10'000);
    CHECK(seconds_to_parse(text, {}, table) < 2);  // some 2 ms when optimised
    CHECK(table.size() == 10'000);
    add_rows(10'000, many);
    CHECK(seconds_to_parse(text, {}, table) < 60);
    CHECK(table.size() == many);
    CHECK(table.tag_count() == 1000);
    CHECK(table.warnings().empty());
    auto wrong = 0;
    for (std::uint32_t i = 0; i < many; i += 7) {
        auto const tags = table.find(static_cast<std::uint16_t>(i % 65'536),
                                     static_cast<std::uint8_t>(i / 65'536));
        wrong += tags.size() != 1 || tags[0] != i % 1000;
    }
    CHECK(wrong == 0);
    CHECK(table.find(65'535, 15).empty());
}

TEST_CASE("tables designed to be slow are fast", "[tag_table]") {
    auto make = generator{5};
    auto table = tag_table{};
    auto overlapping = std::string{};
    auto equally_wide = std::string{};
    auto cases = std::string{};
    for (std::uint32_t i = 0; i < testing::repeats(200'000U); ++i) {
        auto const [first, last] = std::minmax({make.below(65'536), make.below(65'536)});
        auto const tag = "t" + std::to_string(i) + '\n';
        overlapping +=
            std::to_string(first) + '-' + std::to_string(last) + (i % 2 == 0 ? ",6," : ",*,") + tag;
        auto const start = make.below(32'768);
        equally_wide += std::to_string(start) + '-' + std::to_string(start + 32'767) + ",6," + tag;
        auto name = "abcdefghijklmnopqr"s;
        for (std::size_t bit = 0; bit < name.size(); ++bit) {
            if ((i >> bit & 1) != 0) name[bit] = static_cast<char>(name[bit] - 'a' + 'A');
        }
        cases += std::to_string(i % testing::repeats(65'536U)) + ",6," + name + '\n';
    }
    CHECK(seconds_to_parse(overlapping, {}, table) < 60);
    CHECK(seconds_to_parse(overlapping, {.duplicates = duplicates::all}, table) < 60);
    CHECK(seconds_to_parse(equally_wide, {}, table) < 60);
    CHECK(seconds_to_parse(cases, {}, table) < 60);
    CHECK(table.warnings().size() == 2 * tag_table::max_warnings);
    CHECK_THROWS_WITH(
        seconds_to_parse(equally_wide, {.duplicates = duplicates::all}, table),
        "t.csv: rows that overlap give single ports more than 16777216 tags together");
}

}  // namespace test_lookup_tag_table_properties
