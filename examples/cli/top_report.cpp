// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "terminal.hpp"
#include "top.hpp"

namespace cli {
namespace {

using flowlog::group_cell;
using flowlog::measure_kind;
using flowlog::to_text;

auto counts_bytes(flowlog::measure const& of) -> bool {
    auto const name = flowlog::info(of.field).name;
    auto const is_value = of.kind != measure_kind::flows && of.kind != measure_kind::distinct;
    return is_value && (name == "bytes" || name.ends_with("-bytes") || name.starts_with("bytes-"));
}

/// A measure of a table: a raw number, or one for people.
auto measure_text(top_report const& report, std::size_t at, group_cell const& cell) -> std::string {
    if (!report.human) return to_text(cell);
    auto const& of = report.kinds[at];
    auto const bytes = counts_bytes(of);
    if (auto const* number = std::get_if<std::uint64_t>(&cell))
        return bytes ? bytes_text(static_cast<double>(*number)) : grouped(*number);
    if (auto const* rate = std::get_if<double>(&cell))
        return bytes ? bytes_text(*rate) + "/s" : to_text(cell) + "/s";
    return to_text(cell);
}

/// Whether the measure that ranks adds up, so that groups have shares of it.
auto has_shares(top_report const& report) -> bool {
    auto const kind = report.kinds[report.by].kind;
    return kind == measure_kind::flows || kind == measure_kind::sum;
}

auto share_of(top_report const& report, std::vector<group_cell> const& values) -> std::string {
    return share_text(std::get<std::uint64_t>(values[report.by]),
                      std::get<std::uint64_t>(report.found.total[report.by]));
}

auto columns_of(top_report const& report) -> std::vector<flowlog::text_table::column> {
    using table = flowlog::text_table;
    auto columns = std::vector<table::column>{};
    auto const& groups = report.found.groups;
    for (std::size_t i = 0; i < report.keys.size(); ++i) {
        auto const number = [i](auto const& group) {
            return std::holds_alternative<std::uint64_t>(group.key[i]);
        };
        auto const align =
            i != 0 && std::ranges::any_of(groups, number) ? table::right : table::left;
        columns.push_back({flowlog::escaped(report.keys[i], 60), align});
    }
    for (std::size_t i = 0; i < report.measures.size(); ++i) {
        columns.push_back({report.measures[i], table::right});
        if (i == report.by && has_shares(report)) columns.push_back({"share", table::right});
    }
    return columns;
}

auto table_row(top_report const& report, std::vector<std::string> keys,
               std::vector<group_cell> const& values) -> std::vector<std::string> {
    keys.resize(report.keys.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        keys.push_back(measure_text(report, i, values[i]));
        if (i == report.by && has_shares(report)) keys.push_back(share_of(report, values));
    }
    return keys;
}

void write_values(flowlog::json_writer& json, top_report const& report,
                  std::vector<group_cell> const& values) {
    for (std::size_t i = 0; i < values.size(); ++i) write(json, report.measures[i], values[i]);
}

void write_group(flowlog::json_writer& json, top_report const& report,
                 flowlog::group const& group) {
    json.begin_object();
    for (std::size_t i = 0; i < group.key.size(); ++i) write(json, report.keys[i], group.key[i]);
    write_values(json, report, group.values);
    json.end_object();
}

void write_names(flowlog::json_writer& json, std::string_view member,
                 std::vector<std::string> const& names) {
    json.key(member).begin_array();
    for (auto const& name : names) json.value(name);
    json.end_array();
}

}  // namespace

auto caveats(top_report const& report) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    if (report.found.saturated)
        result.emplace_back("a sum is larger than 64 bits hold: it is printed as 2^64 - 1");
    if (report.found.estimated) {
        result.emplace_back(
            "counts of different values above 1024 are estimates (standard error 1.6%)");
    }
    return result;
}

auto table_text(top_report const& report, std::FILE* stream) -> std::string {
    auto rows = flowlog::text_table{columns_of(report)};
    for (auto const& group : report.found.groups) {
        auto keys = std::vector<std::string>{};
        for (auto const& cell : group.key) keys.push_back(to_text(cell));
        rows.row(table_row(report, std::move(keys), group.values));
    }
    if (report.found.left_out != 0) {
        rows.row(table_row(report, {fmt::format("({} more)", grouped(report.found.left_out))},
                           report.found.rest));
    }
    rows.row(table_row(report, {"(total)"}, report.found.total));
    return style{stream}.bold(rows.heading()) + rows.body();
}

void print_rows(top_report const& report, row_format format) {
    auto names = report.keys;
    names.insert(names.end(), report.measures.begin(), report.measures.end());
    auto rows = row_printer{format, std::move(names)};
    for (auto const& group : report.found.groups) rows.row(group.key, group.values);
    rows.flush();
}

auto json_text(top_report const& report) -> std::string {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    json.begin_object().member("flows", report.done.flows());
    write_names(json, "by", report.keys);
    write_names(json, "measures", report.measures);
    json.member("sort", report.measures[report.by]).key("groups").begin_array();
    for (auto const& group : report.found.groups) write_group(json, report, group);
    json.end_array().member("left_out", report.found.left_out).key("rest").begin_object();
    write_values(json, report, report.found.rest);
    json.end_object().key("all").begin_object();
    write_values(json, report, report.found.total);
    json.end_object().member("saturated", report.found.saturated);
    json.member("estimated", report.found.estimated);
    write_names(json, "warnings", report.warnings);
    write_accounting(json, report.done);
    json.end_object();
    return text + '\n';
}

}  // namespace cli
