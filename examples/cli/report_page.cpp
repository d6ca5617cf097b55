// SPDX-License-Identifier: BSL-1.0
#include "report_page.hpp"

#include <cstdint>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <flowlog/output/accounting.hpp>

#include "report_printing.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

auto title_of(inquiry const& asked, std::vector<std::string> words) -> std::string {
    if (merging().active) {
        words.clear();
        for (auto const& input : asked.done().inputs) words.push_back(input.name);
    }
    if (words.empty()) return "Flow log report";
    if (words.size() == 1) return "Flow log report: " + words.front();
    return fmt::format("Flow log report: {} and {}", words.front(),
                       count_text(words.size() - 1, "other"));
}

void add_charts_over_time(flowlog::report& page, inquiry const& asked, std::size_t number) {
    constexpr std::size_t max_spans = 96;
    auto const& groups = asked.groups(number);
    if (groups.keys().empty()) return;
    auto const& measures = asked.what(number).measures;
    for (std::size_t i = 0; i < measures.size(); ++i) {
        auto chart = flowlog::chart_over_time(groups, asked.place(number, i), max_spans);
        chart.is_bytes = measures[i] == "bytes";
        chart.title = chart.is_bytes ? "Bytes over time" : "Flows over time";
        chart.command = asked.command(number, 0);
        if (chart.size() != 0) page.over_time.push_back(std::move(chart));
    }
}

void add_chart_of_links(flowlog::report& page, inquiry const& asked, std::size_t number) {
    constexpr std::size_t max_parties = 9;
    auto const& groups = asked.groups(number);
    if (groups.keys().size() != 2) return;
    auto const& what = asked.what(number);
    auto chart = flowlog::link_chart{.title = what.title,
                                     .about = asked.steps(number) == 0 ? what.about : "",
                                     .command = asked.command(number, 0),
                                     .is_bytes = what.measures.front() == "bytes"};
    chart.links = flowlog::folded(flowlog::links_of(groups, asked.place(number, 0)), max_parties);
    page.between.push_back(std::move(chart));
}

using facts = std::vector<std::pair<std::string, std::string>>;

/// The sums of the table of senders, and how many there are.
void add_facts_of_senders(facts& to, flowlog::report_table const& table) {
    for (std::size_t i = 0; i < table.headings.measures.size(); ++i) {
        auto const* const value = std::get_if<std::uint64_t>(&table.found.total[i]);
        auto const& name = table.headings.measures[i];
        if (value == nullptr || name == "flows") continue;
        to.emplace_back(
            name == "bytes" ? "Bytes" : "Packets",
            name == "bytes" ? bytes_text(static_cast<double>(*value)) : number_text(*value));
    }
    if (table.headings.keys.front() == senders_question().by)
        to.emplace_back("Senders", number_text(table.found.groups.size() + table.found.left_out));
}

/// The figures at the top of a page that has its charts and tables.
auto facts_of(flowlog::report const& page, inquiry const& asked,
              std::vector<std::string> const& formats) -> facts {
    auto result = facts{};
    result.emplace_back("Flows", number_text(asked.done().flows()));
    for (auto const& table : page.tables)
        if (table.title == senders_question().title) add_facts_of_senders(result, table);
    if (!page.over_time.empty())
        result.emplace_back(
            "Flows began", period_text(page.over_time.front().earliest,
                                       page.over_time.front().latest, page.over_time.front().zone));
    for (auto const& format : formats) result.emplace_back("Format", format);
    return result;
}

auto accounting_of(reading const& done) -> std::string {
    auto result = flowlog::accounting_text(done.stats);
    if (done.matched)
        result += fmt::format("; {} of {} are wanted by {}", number_text(*done.matched),
                              count_text(done.stats.records, "record"), done.wanted_by);
    return result;
}

}  // namespace

auto page_of(inquiry const& asked, drawn_questions const& drawn,
             std::vector<flowlog::report_table> tables, std::vector<std::string> const& formats,
             std::vector<std::string> words) -> flowlog::report {
    auto page = flowlog::report{.title = title_of(asked, std::move(words))};
    if (drawn.over_time) add_charts_over_time(page, asked, *drawn.over_time);
    for (auto const number : drawn.links) add_chart_of_links(page, asked, number);
    page.tables = std::move(tables);
    page.facts = facts_of(page, asked, formats);
    page.accounting = accounting_of(asked.done());
    return page;
}

}  // namespace cli
