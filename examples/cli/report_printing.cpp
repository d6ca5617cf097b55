// SPDX-License-Identifier: BSL-1.0
#include "report_printing.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

#include <flowlog/escape.hpp>
#include <flowlog/output/ranking.hpp>

#include "measures.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::report_table;

auto table_text(report_table const& table, style const& how) -> std::string {
    auto text = how.bold(flowlog::escaped(table.title)) + '\n';
    if (table.found.groups.empty() && table.found.left_out == 0) return text + "none\n";
    auto headings = table.headings;
    headings.human = true;
    auto const rows = flowlog::ranking_table(flowlog::named_ranking(table), headings);
    return text + rows.heading() + rows.body();
}

auto names_of_columns(report_table const& table) -> std::vector<std::string> {
    auto names = table.headings.keys;
    names.insert(names.end(), table.headings.measures.begin(), table.headings.measures.end());
    return names;
}

void write_members(flowlog::json_writer& json, std::vector<std::string> const& names,
                   std::vector<flowlog::group_cell> const& keys,
                   std::vector<flowlog::group_cell> const& values) {
    auto name = names.begin();
    for (auto const* const cells : {&keys, &values})
        for (auto const& cell : *cells) flowlog::write(json.key(*name++), cell);
}

void write_table(flowlog::json_writer& json, report_table const& table) {
    json.begin_object().member("title", table.title).member("command", table.command);
    flowlog::write(json.key("by"), table.headings.keys);
    flowlog::write(json.key("measures"), table.headings.measures);
    json.key("groups").begin_array();
    auto const names = names_of_columns(table);
    for (auto const& group : table.found.groups) {
        json.begin_object();
        write_members(json, names, group.key, group.values);
        json.end_object();
    }
    auto const write_values = [&](char const* name, auto const& values) {
        json.key(name).begin_object();
        for (std::size_t i = 0; i < values.size(); ++i)
            flowlog::write(json.key(table.headings.measures[i]), values[i]);
        json.end_object();
    };
    json.end_array().member("left_out", table.found.left_out);
    write_values("rest", table.found.rest);
    json.member("excluded", table.found.excluded);
    if (table.found.excluded != 0) write_values("excluded_values", table.found.excluded_values);
    write_values("all", table.found.total);
    json.end_object();
}

void print_json(printed_report const& report, reading const& done) {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    json.begin_object().member("report", report.name).member("flows", done.flows());
    json.key("tables").begin_array();
    for (auto const& table : report.tables) write_table(json, table);
    json.end_array();
    flowlog::write(json.key("notes"), report.notes);
    flowlog::write(json.key("warnings"), report.warnings);
    done.write_members(json);
    json.end_object();
    print(text + '\n');
}

void print_ndjson(printed_report const& report) {
    for (auto const& table : report.tables) {
        auto const names = names_of_columns(table);
        for (auto const& group : table.found.groups) {
            auto text = std::string{};
            auto json = flowlog::json_writer{text};
            json.begin_object().member("table", table.title);
            write_members(json, names, group.key, group.values);
            json.end_object();
            print(text + '\n');
        }
    }
}

auto environment_number(char const* name) -> std::size_t {
    auto const* const text = std::getenv(name);
    return text == nullptr ? 0 : std::strtoul(text, nullptr, 10);
}

/// Whether characters beyond ASCII can be printed.
auto prints_utf8() -> bool {
    if (!is_terminal(stdout)) return true;
    if (is_dumb_terminal()) return false;
    for (auto const* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        auto const* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') continue;
        auto const locale = std::string_view{value};
        return locale.find("UTF-8") != locale.npos || locale.find("utf8") != locale.npos;
    }
    return false;
}

}  // namespace

void print_text(printed_report const& report, reading const& done, bool quiet) {
    auto const how = style{stdout};
    auto text = std::string{};
    for (auto const& table : report.tables) text += table_text(table, how) + '\n';
    for (auto const& note : report.notes) text += flowlog::escaped(note) + '\n';
    if (!report.notes.empty()) text += '\n';
    if (quiet) return print(text.substr(0, text.size() - (text.empty() ? 0 : 1)));
    auto commands = std::string{};
    for (auto const& table : report.tables)
        if (!table.command.empty()) commands += "  " + table.command + '\n';
    if (!commands.empty()) text += "The same, and more of it:\n" + commands + '\n';
    print(text + done.accounting());
}

void print_rows(printed_report const& report, reading const& done, flowlog::row_format format) {
    if (format == flowlog::row_format::json) return print_json(report, done);
    if (format == flowlog::row_format::ndjson) return print_ndjson(report);
    auto const several = report.tables.size() > 1;
    for (auto const& table : report.tables) {
        if (several) print((&table == report.tables.data() ? "" : "\n") + table.title + ":\n");
        auto rows = row_printer{format, names_of_columns(table)};
        for (auto const& group : table.found.groups) rows.row(group.key, group.values);
        rows.finish();
    }
}

auto text_width(std::string_view text) -> std::size_t {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

auto terminal_width(std::FILE* stream) -> std::size_t {
    constexpr std::size_t usual = 100;
    if (auto const columns = environment_number("COLUMNS"); columns != 0) return columns;
    auto size = ::winsize{};
    if (!is_terminal(stream) || ::ioctl(::fileno(stream), TIOCGWINSZ, &size) != 0) return usual;
    return size.ws_col == 0 ? usual : size.ws_col;
}

auto sparkline(std::vector<std::uint64_t> const& values) -> std::string {
    constexpr auto blocks = std::to_array<std::string_view>(
        {" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"});
    constexpr auto letters =
        std::to_array<std::string_view>({" ", ".", ".", ":", "-", "=", "+", "*", "#"});
    auto const& marks = prints_utf8() ? blocks : letters;
    auto const peak = values.empty() ? 0 : std::ranges::max(values);
    auto result = std::string{};
    for (auto const value : values) {
        auto const share = static_cast<double>(value) / static_cast<double>(peak == 0 ? 1 : peak);
        auto const height = static_cast<std::size_t>(share * 7.999);
        result += value == 0 ? marks[0] : marks[1 + height];
    }
    return result;
}

auto period_text(flowlog::timestamp first, flowlog::timestamp last, std::string_view zone)
    -> std::string {
    auto const of_zone = ' ' + flowlog::escaped(zone, 60);
    auto const minute = [](flowlog::timestamp time) {
        auto text = flowlog::to_text(time);
        if (text.size() < 16) return text;
        text.resize(16);
        text[10] = ' ';
        return text;
    };
    auto const from = minute(first);
    auto const to = minute(last);
    if (from == to) return from + of_zone;
    auto const same_day = from.substr(0, 10) == to.substr(0, 10);
    return from + " to " + (same_day && to.size() == 16 ? to.substr(11) : to) + of_zone;
}

void warn_of_estimates(std::vector<report_table> const& tables,
                       std::vector<std::string>& warnings) {
    auto const any = [&](auto flag) {
        return std::ranges::any_of(tables, [&](auto const& table) { return table.found.*flag; });
    };
    for (auto& caveat :
         caveats(any(&flowlog::ranking::saturated), any(&flowlog::ranking::estimated),
                 any(&flowlog::ranking::rounded))) {
        warn(caveat);
        warnings.push_back(std::move(caveat));
    }
}

}  // namespace cli
