// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/output/ranking.hpp>

#include "catch.hpp"

namespace test_output_ranking {

using namespace flowlog;

namespace {

auto number(std::uint64_t value) -> group_cell { return value; }

auto found() -> ranking {
    return {.groups = {{{std::string{"10.0.0.1"}, number(443)}, {number(3), number(1500)}},
                       {{std::string{"10.0.0.2"}, {}}, {number(1), number(20)}}},
            .left_out = 2,
            .rest = {number(4), number(0)},
            .total = {number(8), number(1520)}};
}

auto headings(std::size_t by) -> ranking_headings {
    return headings_of({group_key::of(field_id::srcaddr), group_key::of(field_id::dstport)},
                       {{}, {measure_kind::sum, field_id::bytes}}, by);
}

}  // namespace

TEST_CASE("A ranking as a table, with shares of the measure that ranks", "[ranking]") {
    CHECK(ranking_table(found(), headings(0)).text() ==
          "srcaddr   dstport  flows   share  bytes\n"
          "10.0.0.1      443      3   37.5%   1500\n"
          "10.0.0.2        -      1   12.5%     20\n"
          "(2 more)               4   50.0%      0\n"
          "(total)                8  100.0%   1520\n");
    auto by_bytes = headings(1);
    by_bytes.human = true;
    auto few = found();
    few.left_out = 0;
    CHECK(ranking_table(few, by_bytes).text() ==
          "srcaddr   dstport  flows    bytes   share\n"
          "10.0.0.1      443      3   1.5 kB   98.7%\n"
          "10.0.0.2        -      1     20 B    1.3%\n"
          "(total)                8  1.52 kB  100.0%\n");
}

TEST_CASE("Groups that are not wanted are one row", "[ranking]") {
    auto some = found();
    some.excluded = 1000;
    some.excluded_values = {number(2), number(60)};
    CHECK(ranking_table(some, headings(0)).text() ==
          "srcaddr           dstport  flows   share  bytes\n"
          "10.0.0.1              443      3   37.5%   1500\n"
          "10.0.0.2                -      1   12.5%     20\n"
          "(2 more)                       4   50.0%      0\n"
          "(1,000 excluded)               2   25.0%     60\n"
          "(total)                        8  100.0%   1520\n");
}

TEST_CASE("A ranking of both directions has each measure twice", "[ranking]") {
    auto const both = headings_in_out(headings(1));
    CHECK(both.measures ==
          std::vector<std::string>{"flows_in", "flows_out", "bytes_in", "bytes_out"});
    CHECK(both.by == 2);
    CHECK_FALSE(both.shares);
}

TEST_CASE("The number of flows has a name of its own beside the field flows", "[ranking]") {
    auto const made =
        headings_of({group_key::of(field_id::flows)}, {{}, {measure_kind::sum, field_id::flows}});
    CHECK(made.measures == std::vector<std::string>{"count", "sum(flows)"});
}

TEST_CASE("Long keys are told apart", "[ranking]") {
    auto const pair = std::string{
        "2001:db8:1111:2222:3333:4444:5555:6666 - 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ff01"};
    auto const made =
        ranking{.groups = {{{pair}, {number(1)}}, {{std::string(200, 'x')}, {number(1)}}},
                .rest = {},
                .total = {number(2)}};
    auto const text =
        ranking_table(made, headings_of({group_key::of(field_id::srcaddr)}, {measure{}})).text();
    CHECK(text.find(pair + ' ') != std::string::npos);
    CHECK(text.find(std::string(160, 'x') + "…") != std::string::npos);
}

TEST_CASE("Bytes divided by bytes have no unit", "[ranking]") {
    auto const text = [](char const* of) {
        return detail::measure_text(measure::parse(of), group_cell{1234.0}, true);
    };
    CHECK(text("bytes/packets") == "1.23 kB");
    CHECK(text("bytes/duration") == "1.23 kB/s");
    CHECK(text("bytes/reverse-bytes") == "1234.0");
    CHECK(text("packets/bytes") == "1234.0");
}

TEST_CASE("A measure that is no sum has no shares", "[ranking]") {
    auto const keys = std::vector{group_key::of(field_id::bytes)};
    auto const measures = std::vector<measure>{{measure_kind::max, field_id::packets},
                                               {measure_kind::sum, field_id::bytes}};
    auto const made = headings_of(keys, measures);
    CHECK(made.measures == std::vector<std::string>{"max(packets)", "sum(bytes)"});
    auto const one = ranking{.groups = {{{number(40)}, {number(1), number(80)}}},
                             .rest = {},
                             .total = {number(1), number(80)}};
    CHECK(ranking_table(one, made).text() ==
          "bytes    max(packets)  sum(bytes)\n"
          "40                  1          80\n"
          "(total)             1          80\n");
}

}  // namespace test_output_ranking
