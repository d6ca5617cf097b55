// SPDX-License-Identifier: BSL-1.0
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <flowlog/aggregate/detail/ordered_reports.hpp>

#include "catch.hpp"

namespace test_aggregate_detail_ordered_reports {

using flowlog::malformed_line;
using flowlog::detail::ordered_reports;

using preceding = ordered_reports::preceding;
using report = std::pair<std::uint64_t, std::string>;

static auto line(std::uint64_t number, std::string_view text) -> malformed_line {
    auto result = malformed_line{};
    result.line = number;
    result.text = text;
    return result;
}

TEST_CASE("reports come in the order of tasks", "[ordered_reports]") {
    auto got = std::vector<report>{};
    auto reports = ordered_reports{[&](auto const& l) { got.emplace_back(l.line, l.text); }};
    auto third = reports.begin(2);
    auto first = reports.begin(0);
    auto second = reports.begin(1);
    third.handler()(line(1, "e"));
    second.handler()(line(1, "c"));
    CHECK(got.empty());
    first.handler()(line(1, "a"));
    CHECK(got.size() == 1);
    third.handler()(line(2, "f"));
    third.finish();
    first.handler()(line(2, "b"));
    first.finish();
    CHECK(got.size() == 2);  // the second may have more to say
    second.handler()(line(2, "d"));
    CHECK(got.size() == 4);
    second.finish();
    CHECK(got == std::vector<report>{{1, "a"}, {2, "b"}, {1, "c"}, {2, "d"}, {1, "e"}, {2, "f"}});
}

TEST_CASE("the text of a pending report is kept", "[ordered_reports]") {
    auto got = std::vector<report>{};
    auto reports = ordered_reports{[&](auto const& l) { got.emplace_back(l.line, l.text); }};
    auto first = reports.begin(0);
    auto second = reports.begin(1);
    {
        auto text = std::string{"a text that is longer than what a string holds in place"};
        second.handler()(line(7, text));
        text.assign(text.size(), '#');
    }
    second.finish();
    first.finish();
    CHECK(got ==
          std::vector<report>{{7, "a text that is longer than what a string holds in place"}});
}

TEST_CASE("line numbers count in the input, not in the chunk", "[ordered_reports]") {
    auto got = std::vector<report>{};
    auto reports = ordered_reports{[&](auto const& l) { got.emplace_back(l.line, l.text); }};
    std::uint64_t lines = 0;
    auto const before = [&] { return std::optional{preceding{.lines = lines}}; };
    auto first = reports.begin(0, before);
    auto second = reports.begin(1, before);
    auto void_one = reports.begin(2, [] { return std::optional<preceding>{}; });
    second.handler()(line(3, "b"));
    void_one.handler()(line(1, "never"));
    second.finish([&] { lines += 20; });
    void_one.finish();
    first.handler()(line(5, "a"));
    first.finish([&] { lines += 10; });
    CHECK(got == std::vector<report>{{5, "a"}, {13, "b"}});
    CHECK(lines == 30);
}

TEST_CASE("nobody listens", "[ordered_reports]") {
    auto reports = ordered_reports{{}};
    auto first = reports.begin(0);
    CHECK_FALSE(first.handler());
    auto done = false;
    first.finish([&] { done = true; });
    CHECK(done);
}

TEST_CASE("in an abandoned run, nobody waits", "[ordered_reports]") {
    auto got = 0;
    auto reports = ordered_reports{[&](auto const&) { ++got; }};
    auto second = reports.begin(1);
    auto const big = std::string(1 << 20, 'x');
    auto blocked = std::jthread{[&] {
        for (auto i = 0; i < 20; ++i) second.handler()(line(1, big));
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    reports.abandon();
    blocked.join();
    second.finish();
    CHECK(got == 0);
}

TEST_CASE("if too many lines are pending, the finder waits", "[ordered_reports]") {
    auto got = std::vector<std::uint64_t>{};
    auto reports = ordered_reports{[&](auto const& l) { got.push_back(l.line); }};
    auto first = reports.begin(0);
    auto second = reports.begin(1);
    auto const big = std::string(1 << 20, 'x');
    auto found = std::atomic<std::uint64_t>{0};
    auto finder = std::jthread{[&] {
        for (std::uint64_t i = 1; i <= 50; ++i) {
            second.handler()(line(100 + i, big));
            found = i;
        }
        second.finish();
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    CHECK(found < 20);
    first.handler()(line(1, "x"));
    first.finish();
    finder.join();
    REQUIRE(got.size() == 51);
    CHECK(std::ranges::is_sorted(got));
}

TEST_CASE("text comes in the order of tasks, once", "[ordered_reports]") {
    auto got = std::string{};
    auto reports = ordered_reports{{}, [&](std::string_view text) { got += text; }};
    auto first = reports.begin(0);
    auto second = reports.begin(1);
    auto void_one = reports.begin(2, [] { return std::optional<preceding>{}; });
    auto again = reports.begin(3, [&] { return preceding{.text = reports.text_size()}; });
    again.sink()("first, se");
    again.sink()("cond, third");
    void_one.sink()("never");
    second.sink()("second");
    CHECK(got.empty());
    first.sink()("first, ");
    CHECK(got == "first, ");
    first.finish();
    void_one.finish();
    again.finish();
    CHECK(got == "first, ");
    second.finish();
    CHECK(got == "first, second, third");
    CHECK(reports.text_size() == got.size());
}

TEST_CASE("many threads report in order", "[ordered_reports]") {
    constexpr std::uint64_t tasks = 400;
    auto got = std::vector<std::uint64_t>{};
    auto reports = ordered_reports{[&](auto const& l) { got.push_back(l.line); }};
    std::uint64_t lines = 0;
    auto next = std::atomic<std::uint64_t>{0};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (auto turn = next++; turn < tasks; turn = next++) {
                    auto mine = reports.begin(
                        turn, [&] { return std::optional{preceding{.lines = lines}}; });
                    auto const count = turn % 7;
                    for (std::uint64_t k = 1; k <= count; ++k) mine.handler()(line(k, "text"));
                    if (turn % 13 == 0) std::this_thread::yield();
                    mine.finish([&lines, count] { lines += count; });
                }
            });
        }
    }
    auto expected = std::uint64_t{0};
    for (std::uint64_t turn = 0; turn < tasks; ++turn) expected += turn % 7;
    REQUIRE(got.size() == expected);
    for (std::size_t i = 0; i < got.size(); ++i) REQUIRE(got[i] == i + 1);
}

}  // namespace test_aggregate_detail_ordered_reports
