// SPDX-License-Identifier: BSL-1.0
// Compares filters of random expressions, over records with random, absent and malformed values,
// with a simple evaluator that knows no tokens, programs or short cuts.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "repeats.hpp"

namespace test_query_filter_properties {

using namespace flowlog;

namespace {

/// Yes, no, or unknown.
using answer = std::optional<bool>;

struct column {
    char const* name;
    std::vector<std::string> values;  ///< of records, in order; tests use them too
};

auto const columns = std::vector<column>{
    {"dstport", {"0", "22", "80", "443", "65535"}},
    {"protocol", {"1", "6", "17"}},
    {"bytes", {"0", "40", "1500", "1000000", "18446744073709551615"}},
    {"srcaddr", {"10.0.0.1", "10.0.0.2", "192.168.0.1", "::1", "2001:db8::1"}},
    {"start", {"0", "1714521600", "1714564800", "1714564801"}},
    {"action", {"ACCEPT", "REJECT"}},
    {"vpc-id", {"vpc-1", "vpc-2", "vpc-30"}},
    {"tcp-flags", {"0", "2", "16", "18"}},
};

struct random_source {
    std::mt19937 engine;

    auto below(std::size_t n) -> std::size_t { return static_cast<std::size_t>(engine() % n); }
};

/// The values of a record, as positions in `columns`; the positions after the values mean absent
/// and malformed.
using record_model = std::vector<std::size_t>;

struct expression {
    std::string text;
    std::function<answer(record_model const&)> holds;
};

auto opposite(answer a) -> answer { return a ? answer{!*a} : std::nullopt; }

/// A test whether the position of a value is one of several.
auto test_of_positions(random_source& random) -> expression {
    auto const at = random.below(columns.size());
    auto const& [name, values] = columns[at];
    auto const text_only = std::string_view{name} == "vpc-id" || std::string_view{name} == "action";
    auto const form = random.below(text_only ? 3 : 7);
    auto const pick = random.below(values.size());
    auto text = std::string{name};
    auto passes = std::function<bool(std::size_t)>{};
    if (form == 0) {
        text += " = " + values[pick];
        passes = [=](std::size_t i) { return i == pick; };
    } else if (form == 1) {
        auto const other = random.below(values.size());
        text += " in (" + values[pick] + ", " + values[other] + ")";
        passes = [=](std::size_t i) { return i == pick || i == other; };
    } else if (form == 2) {
        text += " != " + values[pick];
        passes = [=](std::size_t i) { return i != pick; };
    } else {
        // addresses are ordered within a family
        auto const low = std::string_view{name} == "srcaddr" ? (pick < 3 ? 0U : 3U) : 0U;
        auto const high =
            std::string_view{name} == "srcaddr" ? (pick < 3 ? 3U : 5U) : values.size();
        auto const* const sign = form == 3 ? "<" : form == 4 ? "<=" : form == 5 ? ">" : ">=";
        text += std::string{" "} + sign + " " + values[pick];
        passes = [=](std::size_t i) {
            auto const chosen = form == 3   ? i < pick
                                : form == 4 ? i <= pick
                                : form == 5 ? i > pick
                                            : i >= pick;
            return i >= low && i < high && chosen;
        };
    }
    auto const size = values.size();
    auto const negated = form == 2;
    return {text, [=](record_model const& record) -> answer {
                if (record[at] == size) return negated;
                if (record[at] > size) return std::nullopt;
                return passes(record[at]);
            }};
}

auto test_of_presence(random_source& random) -> expression {
    auto const at = random.below(columns.size());
    auto const size = columns[at].values.size();
    auto const form = random.below(4);
    constexpr auto states = std::to_array<char const*>(
        {" is absent", " is present", " is malformed", " is not absent"});
    return {columns[at].name + std::string{states[form]},
            [=](record_model const& record) -> answer {
                auto const value = record[at];
                if (form == 0) return value == size;
                if (form == 1) return value < size;
                if (form == 2) return value > size;
                return value != size;
            }};
}

auto random_expression(random_source& random, int depth) -> expression {
    auto const kind = random.below(depth == 0 ? 3 : 8);
    if (kind < 2) return test_of_positions(random);
    if (kind == 2) return test_of_presence(random);
    auto a = random_expression(random, depth - 1);
    if (kind == 3) {
        return {(random.below(2) == 0 ? "not (" : "!(") + a.text + ")",
                [holds = a.holds](record_model const& r) { return opposite(holds(r)); }};
    }
    auto b = random_expression(random, depth - 1);
    auto const both = kind < 6;
    auto const* const sign =
        both ? (random.below(2) == 0 ? " and " : " && ") : (random.below(2) == 0 ? " or " : " || ");
    auto const decides = !both;  // the answer of one operand that decides
    return {"(" + a.text + ")" + sign + "(" + b.text + ")",
            [=, x = a.holds, y = b.holds](record_model const& r) -> answer {
                auto const first = x(r);
                auto const second = y(r);
                if (first == decides || second == decides) return decides;
                return first && second ? answer{!decides} : std::nullopt;
            }};
}

auto random_record(random_source& random) -> record_model {
    auto result = record_model{};
    for (auto const& c : columns) {
        auto const value = random.below(c.values.size() + 3);
        auto const malformed =
            std::string_view{c.name} == "vpc-id" ? 0U : 1U;  // a text is never malformed
        result.push_back(std::min(value, c.values.size() + malformed));
    }
    return result;
}

auto line_of(record_model const& record) -> std::string {
    auto line = std::string{"OK"};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto const& values = columns[i].values;
        line += ' ' + (record[i] < values.size()    ? values[record[i]]
                       : record[i] == values.size() ? "-"
                                                    : "x?");
    }
    return line + '\n';
}

}  // namespace

TEST_CASE("random filters agree with logic on random records", "[filter][property]") {
    auto random = random_source{std::mt19937{20240501}};
    auto records = std::vector<record_model>{};
    auto text = std::string{"log-status"};
    for (auto const& c : columns) text += std::string{" "} + c.name;
    text += '\n';
    for (auto i = 0; i < 200; ++i) {
        records.push_back(random_record(random));
        text += line_of(records.back());
    }
    auto unknown = 0;
    for (auto i = 0; i < testing::repeats(600); ++i) {
        auto const wanted = random_expression(random, i % 6);
        auto const made = where(wanted.text);
        auto reader = text_reader{memory_source{text}};
        std::size_t at = 0;
        for (auto const& record : reader) {
            auto const expected = wanted.holds(records[at]);
            auto const found = made.test(record);
            auto const same = expected ? found == *expected : found.malformed();
            if (!same) FAIL(wanted.text << "\n" << line_of(records[at]));
            if (made.test(flow{record}) != found)
                FAIL("flow: " << wanted.text << "\n" << line_of(records[at]));
            if ((!made).test(record).state() != found.state()) FAIL("not: " << wanted.text);
            if (!expected) ++unknown;
            ++at;
        }
        REQUIRE(at == records.size());
    }
    CHECK(unknown > testing::repeats(1000));
}

}  // namespace test_query_filter_properties
