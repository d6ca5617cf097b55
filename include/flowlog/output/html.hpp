// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_HTML_HPP
#define FLOWLOG_OUTPUT_HTML_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/escape.hpp>
#include <flowlog/output/detail/html_style.hpp>
#include <flowlog/output/detail/xml_text.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/ranking.hpp>
#include <flowlog/output/report.hpp>
#include <flowlog/output/svg.hpp>

namespace flowlog {

/// How the pages of `html_page` begin.
inline constexpr auto html_heading = std::string_view{"<!DOCTYPE html>\n<!-- flowlog report -->\n"};

namespace detail {

/// A text from anywhere as text or attribute value in HTML: markup and what changes the direction
/// of writing is escaped.
[[nodiscard]] inline auto html_text(std::string_view text, std::size_t limit = 2000)
    -> std::string {
    return xml_text(escaped(text, limit));
}

/// Makes the page of a report.
template <class = void>
class html_writer {
public:
    explicit html_writer(report const& from) : report_{from} {}

    [[nodiscard]] auto page() -> std::string {
        begin();
        write_summary();
        for (auto const& chart : report_.over_time) write_chart(chart);
        for (auto const& chart : report_.between)
            if (!chart.links.empty()) write_links(chart);
        out_ += "<div class=\"tables\">\n";
        for (auto const& table : report_.tables) write_table(table);
        out_ += "</div>\n";
        end();
        return std::move(out_);
    }

private:
    void begin() {
        out_ = html_heading;
        out_ +=
            "<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n"
            "<link rel=\"icon\" href=\"data:,\">\n<title>";
        out_ += html_text(report_.title, 200) + "</title>\n<style>\n";
        out_ += html_style;
        out_ += "</style>\n</head>\n<body>\n<main>\n<header>\n<h1>" + isolated(report_.title, 200) +
                "</h1>\n</header>\n";
    }

    void end() {
        out_ += "</main>\n<footer>\n";
        if (!report_.command.empty())
            out_ += "<p>Made by</p>\n<pre><code>" + html_text(report_.command) + "</code></pre>\n";
        out_ += "</footer>\n<script>\n";
        out_ += html_script;
        out_ += "</script>\n</body>\n</html>\n";
    }

    /// A text whose direction of writing does not affect the text around it.
    [[nodiscard]] static auto isolated(std::string_view text, std::size_t limit = 2000)
        -> std::string {
        return "<bdi>" + html_text(text, limit) + "</bdi>";
    }

    void write_summary() {
        for (auto const& warning : report_.warnings)
            out_ += "<p class=\"warning\">" + isolated(warning) + "</p>\n";
        out_ += "<dl class=\"facts\">\n";
        for (auto const& [name, value] : report_.facts)
            out_ += "<div><dt>" + html_text(name) + "</dt><dd>" + isolated(value, 200) +
                    "</dd></div>\n";
        out_ += "</dl>\n";
        if (!report_.accounting.empty())
            out_ += "<p class=\"accounting\">" + html_text(report_.accounting) + "</p>\n";
        for (auto const& note : report_.notes)
            out_ += "<p class=\"accounting\">" + isolated(note) + "</p>\n";
    }

    void begin_card(std::string_view css_class, std::string_view title, std::string_view about) {
        out_ += "<section class=\"card ";
        out_ += css_class;
        out_ += "\">\n<h2>" + html_text(title, 200) + "</h2>\n";
        if (!about.empty()) out_ += "<p class=\"about\">" + html_text(about) + "</p>\n";
    }

    void end_card(std::string_view command) {
        if (!command.empty())
            out_ += "<details><summary>As a command</summary><pre><code>" + html_text(command) +
                    "</code></pre></details>\n";
        out_ += "</section>\n";
    }

    void write_chart(time_chart const& chart) {
        begin_card("wide", chart.title, "");
        out_ += "<p class=\"legend\">";
        for (std::size_t i = 0; i < chart.layers.size(); ++i) {
            if (chart.layers[i].name.empty()) continue;
            out_ += "<span><i class=\"" + layer_class(chart, i) + "\"></i>" +
                    isolated(chart.layers[i].name, 60) + "</span>";
        }
        out_ += "<span class=\"unit\">each bar: " + span_text(chart.span) + ", " +
                html_text(chart.zone, 60) + "</span></p>\n";
        out_ += "<div class=\"for-wide\">" + to_svg(chart, 1100, 190) + "</div>\n";
        out_ += "<div class=\"for-narrow\">" + to_svg(chart, 380, 190) + "</div>\n";
        end_card(chart.command);
    }

    /// The number of parties on the side that has more.
    [[nodiscard]] static auto count_parties(link_chart const& chart) -> std::size_t {
        auto senders = std::set<std::string_view>{};
        auto receivers = std::set<std::string_view>{};
        for (auto const& link : chart.links) {
            senders.insert(link.from);
            receivers.insert(link.to);
        }
        return std::max(senders.size(), receivers.size());
    }

    void write_links(link_chart const& chart) {
        begin_card("wide", chart.title, chart.about);
        auto const parties = static_cast<double>(count_parties(chart));
        auto const height = std::clamp(60 + 45 * parties, 150.0, 380.0);
        out_ += "<div class=\"for-wide\">" + to_svg(chart, 1100, height) + "</div>\n";
        out_ += "<div class=\"for-narrow\">" + to_svg(chart, 380, height * 1.2) + "</div>\n";
        end_card(chart.command);
    }

    /// Whether groups have shares of the measure that ranks them.
    [[nodiscard]] static auto has_shares(ranking_headings const& headings) -> bool {
        auto const& by = headings.kinds[headings.by];
        return headings.shares && (by.kind == measure_kind::flows ||
                                   (by.kind == measure_kind::sum && by.of == measured::field));
    }

    /// Whether a table is too wide for half of the page, which has room for about 70 letters.
    [[nodiscard]] static auto is_wide(ranking_headings const& headings, ranking const& named)
        -> bool {
        constexpr std::size_t most = 70;
        constexpr std::size_t gap = 2;
        constexpr std::size_t longest_key = 45;  // 340 px
        constexpr std::size_t share = 12;
        auto width = has_shares(headings) ? share : std::size_t{0};
        for (std::size_t i = 0; i < headings.keys.size(); ++i) {
            auto widest = headings.keys[i].size();
            for (auto const& group : named.groups)
                widest = std::max(widest, to_text(group.key[i]).size());
            width += std::min(widest, longest_key) + gap;
        }
        for (std::size_t i = 0; i < headings.measures.size(); ++i) {
            auto const& name = headings.measures[i];
            auto widest = name.size() - std::min(name.find('(') + 1, name.size());
            for (auto const& group : named.groups)
                widest =
                    std::max(widest, measure_text(headings.kinds[i], group.values[i], true).size());
            width += widest + gap;
        }
        return width > most;
    }

    void write_table(report_table const& table) {
        auto const named = named_ranking(table);
        begin_card(is_wide(table.headings, named) ? "wide" : "", table.title, table.about);
        if (table.found.groups.empty()) {
            out_ += "<p class=\"none\">None.</p>\n";
            return end_card(table.command);
        }
        out_ += "<div class=\"scroll\"><table>\n<thead><tr>";
        for (auto const& key : table.headings.keys)
            out_ += "<th scope=\"col\">" + isolated(key, 60) + "</th>";
        for (std::size_t i = 0; i < table.headings.measures.size(); ++i) {
            auto heading = html_text(table.headings.measures[i], 60);
            if (auto const end = heading.find('('); end != heading.npos)
                heading.insert(end + 1, "<wbr>");  // it may go on in a second line
            out_ += "<th scope=\"col\" class=\"n\">" + heading + "</th>";
            if (i == table.headings.by && has_shares(table.headings))
                out_ += "<th scope=\"col\" class=\"n\">share</th>";
        }
        out_ += "</tr></thead>\n<tbody>\n";
        for (auto const& group : named.groups) write_row(table, group.key, group.values);
        out_ += "</tbody>\n<tfoot>\n";
        auto const& found = table.found;
        if (found.left_out != 0) write_sums(table, count_text(found.left_out, "other"), found.rest);
        if (found.excluded != 0)
            write_sums(table, number_text(found.excluded) + " excluded", found.excluded_values);
        if (!table.headings.keys.empty()) write_sums(table, "total", found.total);
        out_ += "</tfoot>\n</table></div>\n";
        end_card(table.command);
    }

    void write_row(report_table const& table, std::vector<group_cell> const& keys,
                   std::vector<group_cell> const& values) {
        out_ += "<tr>";
        for (auto const& key : keys) out_ += "<td>" + isolated(to_text(key), 120) + "</td>";
        write_values(table, values);
        out_ += "</tr>\n";
    }

    void write_sums(report_table const& table, std::string const& name,
                    std::vector<group_cell> const& values) {
        out_ += "<tr><th scope=\"row\" colspan=\"" + std::to_string(table.headings.keys.size()) +
                "\">" + html_text(name) + "</th>";
        write_values(table, values);
        out_ += "</tr>\n";
    }

    /// Each cell has the exact value as `data-v`.
    void write_values(report_table const& table, std::vector<group_cell> const& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            auto const exact = html_text(to_text(values[i]));
            out_ += "<td class=\"n\" data-v=\"" + exact + "\" title=\"" + exact + "\">" +
                    html_text(measure_text(table.headings.kinds[i], values[i], true)) + "</td>";
            if (i == table.headings.by && has_shares(table.headings))
                write_share(std::get<std::uint64_t>(values[i]),
                            std::get<std::uint64_t>(table.found.total[i]));
        }
    }

    void write_share(std::uint64_t part, std::uint64_t whole) {
        auto const text = percent_text(part, whole);
        out_ += "<td class=\"n share\" data-v=\"" + std::to_string(part) +
                "\"><b style=\"width:" + (whole == 0 ? "0" : text) + "\"></b><span>" + text +
                "</span></td>";
    }

    report const& report_;
    std::string out_{};
};

}  // namespace detail

/// A page of a report in HTML, complete in itself: it loads nothing, works without scripts (which
/// only sort its tables and show exact numbers), is light or dark as its reader prefers, and can be
/// printed. Texts from logs are escaped.
///
///     write(flowlog::html_page(report));
template <class = void>
[[nodiscard]] auto html_page(report const& from) -> std::string {
    return detail::html_writer<>{from}.page();
}

}  // namespace flowlog

#endif
