// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/output/diff.hpp>

#include "catch.hpp"

namespace test_output_diff {

namespace field = flowlog::field;
using namespace flowlog;

namespace {

auto grouping_of(std::vector<std::pair<std::uint16_t, std::uint64_t>> const& flows)
    -> dynamic_grouping {
    auto result = group_by({group_key::of(field_id::dstport)},
                           {measure{}, measure::parse("bytes"), measure::parse("first")});
    for (auto const& [port, bytes] : flows) {
        auto one = flow{};
        one.set(field::dstport, port);
        one.set(field::bytes, bytes);
        result.add(one);
    }
    return result;
}

auto found() -> grouping_diff {
    return diff(grouping_of({{22, 900}, {80, 1000}, {443, 3}}),
                grouping_of({{53, 0}, {80, 10}, {80, 10}, {443, 3}}), {.by = 1});
}

auto headings() -> ranking_headings {
    auto const grouping = grouping_of({});
    return headings_of(grouping.keys(), grouping.measures(), 1);
}

}  // namespace

TEST_CASE("A diff as a table", "[output_diff]") {
    CHECK(
        diff_table(found(), headings()).text() ==
        "change         dstport  flows_before  flows_after  bytes_before  bytes_after  difference  "
        "ratio  min(start)_before  min(start)_after\n"
        "added               53             -            1             -            0          +0  "
        "    -                  -                 -\n"
        "removed             22             1            -           900            -        -900  "
        "    -                  -                 -\n"
        "changed             80             1            2          1000           20        -980  "
        " 0.02                  -                 -\n"
        "(1 added)                          -            1             -            0          +0  "
        "    -                  -                 -\n"
        "(1 removed)                        1            -           900            -        -900  "
        "    -                  -                 -\n"
        "(1 changed)                        1            2          1000           20        -980  "
        " 0.02                  -                 -\n"
        "(1 unchanged)                      1            1             3            3          +0  "
        " 1.00                  -                 -\n"
        "(total)                            3            4          1903           23       -1880  "
        " 0.01                  -                 -\n");
    auto for_people = headings();
    for_people.human = true;
    auto const text = diff_table(found(), for_people).text();
    CHECK(text.find("-980 B") != text.npos);
    CHECK(text.find("-1.88 kB") != text.npos);
}

TEST_CASE("A diff has texts on the left of their columns, and numbers on the right",
          "[output_diff]") {
    auto const grouping = [](std::uint64_t bytes) {
        auto result = group_by({group_key::of(field_id::dstport), group_key::of(field_id::srcaddr)},
                               {measure::parse("bytes")});
        auto one = flow{};
        one.set(field::dstport, 22);
        one.set(field::srcaddr, address::v4(0x0A000001));
        one.set(field::bytes, bytes);
        result.add(one);
        return result;
    };
    auto const before = grouping(5);
    auto const text =
        diff_table(diff(before, grouping(50), {}), headings_of(before.keys(), before.measures(), 0))
            .text();
    CHECK(text.starts_with("change       dstport  srcaddr   bytes_before  "));
    CHECK(text.find("\nchanged           22  10.0.0.1             5  ") != text.npos);
}

TEST_CASE("A group that differs as cells", "[output_diff]") {
    CHECK(diff_names(headings()) ==
          std::vector<std::string>{"change", "dstport", "flows_before", "flows_after",
                                   "bytes_before", "bytes_after", "difference", "ratio",
                                   "min(start)_before", "min(start)_after"});
    auto const differing = found();
    auto const rows = [&](row_format format) {
        auto text = std::string{};
        auto writer =
            row_writer{format, diff_names(headings()), [&](auto block) { text += block; }};
        for (auto const& change : differing.changes)
            writer.row(diff_cells(change, headings(), format));
        writer.finish();
        return text;
    };
    CHECK(rows(row_format::csv) ==
          "change,dstport,flows_before,flows_after,bytes_before,bytes_after,difference,ratio,"
          "min(start)_before,min(start)_after\n"
          "added,53,,1,,0,0,,,\nremoved,22,1,,900,,-900,,,\nchanged,80,1,2,1000,20,-980,0.02,,\n");
    CHECK(rows(row_format::ndjson)
              .find("\"change\":\"changed\",\"dstport\":80,\"flows_before\":1,"
                    "\"flows_after\":2,\"bytes_before\":1000,\"bytes_after\":20,"
                    "\"difference\":-980,\"ratio\":0.02,") != std::string::npos);
}

TEST_CASE("Ratios as text", "[output_diff]") {
    CHECK(ratio_text(std::nullopt) == "-");
    CHECK(ratio_text(0.0) == "0.00");
    CHECK(ratio_text(2.0) == "2.00");
    CHECK(ratio_text(0.001234) == "0.00123");
    CHECK(ratio_text(1e18) == "1000000000000000000.00");
}

}  // namespace test_output_diff
