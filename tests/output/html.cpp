// SPDX-License-Identifier: BSL-1.0
// Reports: charts made of groupings, drawings and pages.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/output/html.hpp>
#include <flowlog/output/report.hpp>
#include <flowlog/output/svg.hpp>

#include "catch.hpp"

namespace test_output_html {

using namespace flowlog;
using namespace std::chrono_literals;

namespace {

auto count_of(std::string_view text, std::string_view what) -> std::size_t {
    auto found = std::size_t{0};
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
    return found;
}

auto at_minute(std::int64_t minute) -> timestamp { return timestamp{std::chrono::minutes{minute}}; }

/// A grouping by minute and action, of one flow of each of these minutes.
auto minutes(std::vector<std::int64_t> const& all, std::string const& by) -> dynamic_grouping {
    auto keys = std::vector<group_key>{parse_group_key("start:1m")};
    if (!by.empty()) keys.push_back(parse_group_key(by));
    auto result = group_by(keys, {measure::parse("flows"), measure::parse("bytes")});
    for (auto const minute : all) {
        auto one = flow{};
        one.set(field::start, at_minute(minute));
        one.set(field::bytes, 100U);
        one.set(field::action, minute % 2 == 0 ? action::accept : action::reject);
        result.add(one);
    }
    return result;
}

auto small_report(std::string const& text) -> report {
    auto result = report{.title = text, .command = text};
    result.facts = {{"Flows", text}};
    result.warnings = {text};
    result.accounting = text;
    auto table = report_table{.title = text, .about = text, .command = text};
    table.headings.keys = {text};
    table.headings.measures = {"flows"};
    table.headings.kinds = {{}};
    table.found.groups = {{{text}, {std::uint64_t{1500}}}};
    table.found.left_out = 2;
    table.found.rest = {std::uint64_t{500}};
    table.found.total = {std::uint64_t{2000}};
    result.tables = {table};
    result.notes = {text};
    result.over_time = {chart_over_time(minutes({0, 1}, "action"), 0, 10)};
    result.over_time[0].layers[0].name = text;
    result.between = {{.title = text, .about = text, .links = {{text, text, 5}}}};
    return result;
}

}  // namespace

TEST_CASE("A chart over time has one value for each span", "[report]") {
    auto const chart = chart_over_time(minutes({100, 101, 103, 103}, ""), 1, 10);
    CHECK(chart.span == 1min);
    CHECK(chart.first == at_minute(100));
    CHECK(chart.earliest == at_minute(100));
    CHECK(chart.latest == at_minute(103));
    REQUIRE(chart.layers.size() == 1);
    CHECK(chart.layers[0].values == std::vector<std::uint64_t>{100, 100, 0, 200});
    CHECK(chart.peak() == 200);
}

TEST_CASE("The spans of a chart are as long as its limit demands", "[report]") {
    auto const all = std::vector<std::int64_t>{7, 12, 61, 119};
    auto const chart = chart_over_time(minutes(all, ""), 0, 10);
    CHECK(chart.span == 15min);
    CHECK(chart.first == at_minute(0));
    CHECK(chart.layers.at(0).values == std::vector<std::uint64_t>{2, 0, 0, 0, 1, 0, 0, 1});
    CHECK(chart_over_time(minutes(all, ""), 0, 1).size() == 1);
    CHECK(chart_over_time(minutes({}, ""), 0, 10).size() == 0);
    auto const far = chart_over_time(minutes({0, 60L * 24 * 365 * 300}, ""), 0, 4);
    CHECK(far.size() <= 4);
    CHECK(far.total(0) + far.total(far.size() - 1) == 2);
}

TEST_CASE("The layers of a chart are the values of the second key, the largest first", "[report]") {
    auto const chart = chart_over_time(minutes({1, 2, 3, 5}, "action"), 0, 10);
    REQUIRE(chart.layers.size() == 2);
    CHECK(chart.layers[0].name == "REJECT");
    CHECK(chart.layers[0].values == std::vector<std::uint64_t>{1, 0, 1, 0, 1});
    CHECK(chart.layers[1].name == "ACCEPT");
    CHECK(chart.total(1) == 1);
}

TEST_CASE("More than eight layers are folded", "[report]") {
    auto keys = std::vector{parse_group_key("start:1m"), parse_group_key("dstport")};
    auto groups = group_by(keys, {measure{}});
    for (unsigned port = 1; port <= 12; ++port) {
        for (unsigned i = 0; i < port; ++i) {
            auto one = flow{};
            one.set(field::start, at_minute(i));
            one.set(field::dstport, static_cast<std::uint16_t>(port));
            groups.add(one);
        }
    }
    auto const chart = chart_over_time(groups, 0, 20);
    REQUIRE(chart.layers.size() == 8);
    CHECK(chart.layers.front().name == "12");
    CHECK(chart.layers.back().name == "others");
    CHECK(chart.total(0) == 12);
    CHECK(chart.layers.back().values[0] == 5);
}

TEST_CASE("Links of small parties are folded, and nothing is lost", "[report]") {
    auto const links = std::vector<link_chart::link>{
        {"a", "x", 50}, {"a", "y", 1}, {"b", "x", 20}, {"c", "z", 2}, {"d", "z", 1}};
    auto const few = folded(links, 3);
    CHECK(few == std::vector<link_chart::link>{
                     {"a", "x", 50}, {"b", "x", 20}, {"others", "z", 3}, {"a", "y", 1}});
    CHECK(folded(links, 10).size() == links.size());
}

TEST_CASE("The parties that have most are named, and of equal ones the first by name", "[report]") {
    auto const sums = folded({{"a", "x", 1}, {"b", "x", 5}, {"c", "x", 9}}, 2);
    CHECK(sums == std::vector<link_chart::link>{{"c", "x", 9}, {"others", "x", 6}});
    auto const equal = folded({{"c", "x", 5}, {"b", "x", 5}, {"a", "x", 5}}, 2);
    CHECK(equal == std::vector<link_chart::link>{{"others", "x", 10}, {"a", "x", 5}});
}

TEST_CASE("Layers of one size are in the order of their names", "[report]") {
    auto layers = std::vector<time_chart::layer>{{"b", {2, 1}}, {"c", {9, 9}}, {"a", {1, 2}}};
    flowlog::detail::order_layers(layers);
    REQUIRE(layers.size() == 3);
    CHECK(layers[0].name == "c");
    CHECK(layers[1].name == "a");
    CHECK(layers[2].name == "b");
}

TEST_CASE("Bars have a gap between them unless they are narrow, and values", "[svg]") {
    auto chart = time_chart{.span = 1min, .layers = {{"full", {5, 5}}, {"none", {0, 0}}}};
    auto const wide = to_svg(chart, 400, 200);
    CHECK(count_of(wide, "h165V174z") == 2);
    CHECK(wide.find("class=\"layer0\"") != wide.npos);
    CHECK(wide.find("class=\"layer1\"") == wide.npos);
    chart.layers = {{"full", std::vector<std::uint64_t>(83, 5)}};
    CHECK(count_of(to_svg(chart, 400, 200), "h4V174z") == 83);
}

TEST_CASE("A sum of more than 64 bits is drawn as the largest number", "[svg]") {
    auto const most = UINT64_MAX;
    auto const chart =
        time_chart{.span = 1min, .layers = {{"a", {most}}, {"b", {most}}}, .is_bytes = true};
    CHECK(chart.total(0) == most);
    CHECK(chart.peak() == most);
    auto const svg = to_svg(chart, 400, 200);
    CHECK(svg.find(">15 EB</text>") != svg.npos);
    CHECK(svg.find(">18.4 EB</text>") != svg.npos);
    CHECK(svg.find("V-") == svg.npos);
    auto const links = to_svg(
        link_chart{.title = "t", .links = {{"a", "x", most}, {"a", "y", most}}, .is_bytes = true},
        400, 200);
    CHECK(links.find("<title>a: 18.4 EB</title>") != links.npos);
}

TEST_CASE("The links of groups are those of the measure that is named", "[report]") {
    auto groups = group_by({parse_group_key("srcaddr"), parse_group_key("dstaddr")},
                           {measure::parse("bytes"), measure::parse("flows")});
    auto one = flow{};
    one.set(field::srcaddr, *address::parse("10.0.0.1"));
    one.set(field::dstaddr, *address::parse("10.0.0.2"));
    one.set(field::bytes, 70U);
    groups.add(one);
    groups.add(one);
    CHECK(links_of(groups) == std::vector<link_chart::link>{{"10.0.0.1", "10.0.0.2", 140}});
    CHECK(links_of(groups, 1) == std::vector<link_chart::link>{{"10.0.0.1", "10.0.0.2", 2}});
}

TEST_CASE("A drawing has the values of its chart", "[svg]") {
    auto const chart = chart_over_time(minutes({60, 61}, "action"), 1, 10);
    auto const svg = to_svg(chart, 400, 200);
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.ends_with("</svg>"));
    CHECK(svg.find("<title>1970-01-01 01:00, ACCEPT 100</title>") != svg.npos);
    CHECK(svg.find("class=\"reject\"") != svg.npos);
    CHECK(count_of(svg, "class=\"hit\"") == 2);
    auto const links =
        to_svg(link_chart{.title = "t", .links = {{"a", "b", 2000}}, .is_bytes = true}, 400, 200);
    CHECK(links.find("<title>a \u2192 b: 2 kB</title>") != links.npos);
    CHECK(to_svg(link_chart{}, 400, 200).ends_with("</svg>"));
    CHECK(to_svg(time_chart{}, 400, 200).ends_with("</svg>"));
}

TEST_CASE("A page has the exact and the rounded values of its tables", "[html]") {
    auto const page = html_page(small_report("x"));
    CHECK(page.starts_with(html_heading));
    CHECK(page.find("data-v=\"1500\" title=\"1500\">1,500</td>") != page.npos);
    CHECK(page.find("<b style=\"width:75.0%\"></b><span>75.0%</span>") != page.npos);
    CHECK(page.find(">2 others</th>") != page.npos);
    CHECK(page.find("data-v=\"2000\"") != page.npos);
    CHECK(count_of(page, "<svg ") == 4);
    CHECK(count_of(page, "<script>") == 1);
}

TEST_CASE("No text of a report is markup, or changes the direction of writing", "[html]") {
    auto const plain = html_page(small_report("x"));
    auto const nasty = std::string{"<b>\"'&\u202Egnp\u200F</script>]]><!--\x01"};
    auto const page = html_page(small_report(nasty));
    for (auto const* const mark : {"\u202E", "\u200F", "\x01"}) CHECK(page.find(mark) == page.npos);
    for (auto const* const mark : {"<b>", "</script>", "<!--", "]]>", "<b "}) {
        CAPTURE(mark);
        CHECK(count_of(page, mark) == count_of(plain, mark));
    }
    CHECK(count_of(page, "\"") == count_of(plain, "\""));
    CHECK(page.find("&lt;b&gt;&quot;&#39;&amp;\\xe2\\x80\\xaegnp") != page.npos);
}

TEST_CASE("A table that is too wide for half of a page has the whole width", "[html]") {
    auto wide = small_report("x");
    auto const cards = count_of(html_page(wide), "\"card wide\"");
    auto const address = std::string{"2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"};
    wide.tables[0].headings.keys = {"srcaddr", "dstaddr"};
    wide.tables[0].found.groups[0].key = {address, address};
    CHECK(count_of(html_page(wide), "\"card wide\"") == cards + 1);
    wide.tables[0].found.groups[0].key = {std::string{"::1"}, address};
    CHECK(count_of(html_page(wide), "\"card wide\"") == cards);
}

TEST_CASE("The heading of a measure may go on in a second line", "[html]") {
    auto counted = small_report("x");
    counted.tables[0].headings.measures = {"distinct(dstaddr)"};
    CHECK(html_page(counted).find(">distinct(<wbr>dstaddr)</th>") != std::string::npos);
}

TEST_CASE("Only the measure by which groups are ranked has a share", "[html]") {
    auto ranked = small_report("x");
    auto& table = ranked.tables[0];
    table.headings.measures = {"flows", "bytes"};
    table.headings.kinds = {{}, {}};
    table.headings.by = 1;
    for (auto* const values :
         {&table.found.groups[0].values, &table.found.rest, &table.found.total})
        values->push_back(values->front());
    auto const page = html_page(ranked);
    CHECK(count_of(page, ">share</th>") == 1);
    CHECK(page.find(">bytes</th><th scope=\"col\" class=\"n\">share</th>") != page.npos);
}

TEST_CASE("A table without groups says so", "[html]") {
    auto empty = small_report("x");
    empty.tables[0].found = {};
    CHECK(html_page(empty).find("<p class=\"none\">None.</p>") != std::string::npos);
}

}  // namespace test_output_html
