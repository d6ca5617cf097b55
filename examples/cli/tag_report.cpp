// SPDX-License-Identifier: BSL-1.0
#include "tag_report.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <flowlog/output/csv.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using port_counts = std::vector<flowlog::port_protocol_count>;

auto tag_rows(tag_report const& report) -> std::string {
    auto text = std::string{};
    auto csv = flowlog::csv_writer{text};
    csv.row("Tag", "Count");
    for (auto const& [tag, count] : report.totals.tags) csv.row(tag, count);
    csv.row(report.untagged_label, report.totals.untagged);
    return text;
}

/// The number of flows of a protocol and a port, or without one.
struct any_port_count {
    std::optional<std::uint16_t> port;
    std::uint8_t protocol;
    std::uint64_t count;
};

/// Counts of ports and of flows without a port, in the order of output. Of equal counts, flows
/// without a port come first.
auto joined(port_counts const& ports, std::vector<flowlog::protocol_count> const& without_port)
    -> std::vector<any_port_count> {
    auto result = std::vector<any_port_count>{};
    result.reserve(ports.size() + without_port.size());
    auto portless = without_port.begin();
    auto const add_portless = [&](std::uint64_t least) {
        for (; portless != without_port.end() && portless->count >= least; ++portless)
            result.push_back({std::nullopt, portless->protocol, portless->count});
    };
    for (auto const& [port, protocol, count] : ports) {
        add_portless(count);
        result.push_back({port, protocol, count});
    }
    add_portless(0);
    return result;
}

auto all_ports(tag_report const& report) -> std::vector<any_port_count> {
    return joined(report.ports, report.without_port);
}
auto unmatched_ports(tag_report const& report) -> std::vector<any_port_count> {
    return joined(report.totals.unmatched, report.totals.unmatched_without_port);
}

auto port_rows(tag_report const& report, std::vector<any_port_count> const& ports) -> std::string {
    auto text = std::string{};
    text.reserve(64 + ports.size() * 24);  // growing costs as much as writing
    auto csv = flowlog::csv_writer{text};
    csv.row("Port", "Protocol", "Count");
    auto names = std::array<std::string, 256>{};
    for (auto const& [port, protocol, count] : ports) {
        auto& name = names[protocol];
        if (name.empty()) name = report.protocols.name(protocol);
        port ? csv.row(*port, name, count) : csv.row("", name, count);
    }
    return text;
}

/// How often each protocol occurs whose number has no name.
auto unnamed_protocols(tag_report const& report) -> std::map<std::uint8_t, std::uint64_t> {
    auto result = std::map<std::uint8_t, std::uint64_t>{};
    for (auto const& [port, protocol, count] : report.ports) {
        if (!report.protocols.known(protocol)) result[protocol] += count;
    }
    for (auto const& [protocol, count] : report.without_port) {
        if (!report.protocols.known(protocol)) result[protocol] += count;
    }
    return result;
}

auto unnamed_lines(tag_report const& report) -> std::string {
    auto text = std::string{"# Protocol numbers without a name\n"};
    for (auto const& [protocol, count] : unnamed_protocols(report))
        text += fmt::format("protocol {}: {}\n", protocol, count_text(count, "flow"));
    return text;
}

void write_json_ports(flowlog::json_writer& json, tag_report const& report,
                      std::vector<any_port_count> const& ports) {
    json.begin_array();
    for (auto const& [port, protocol, count] : ports) {
        json.begin_object().key("port");
        port ? json.value(*port) : json.null();
        json.member("protocol", report.protocols.name(protocol));
        json.member("protocol_number", protocol).member("count", count).end_object();
    }
    json.end_array();
}

/// A table for people of the first counts of a list, with their shares of all flows, and of the sum
/// of the other counts. `cells` gives the cells before a count.
template <class Counts, class Cells>
auto count_table(std::vector<flowlog::text_table::column> columns, Counts const& counts,
                 Cells const& cells, std::uint64_t flows) -> flowlog::text_table {
    constexpr std::size_t max_rows = 10;
    auto rest = std::vector<std::string>(columns.size());
    columns.push_back({"Flows", flowlog::text_table::right});
    columns.push_back({"Share", flowlog::text_table::right});
    auto table = flowlog::text_table{std::move(columns)};
    auto const row = [&](std::vector<std::string> texts, std::uint64_t count) {
        texts.push_back(number_text(count));
        texts.push_back(percent_text(count, flows));
        table.row(std::move(texts));
    };
    auto const shown = std::min(counts.size(), max_rows);
    for (std::size_t i = 0; i < shown; ++i) row(cells(counts[i]), counts[i].count);
    if (counts.size() == shown) return table;
    std::uint64_t others = 0;
    for (std::size_t i = shown; i < counts.size(); ++i) others += counts[i].count;
    rest.back() = fmt::format("({} more)", number_text(counts.size() - shown));
    row(std::move(rest), others);
    return table;
}

}  // namespace

void write_files(tag_report const& report, output_files& files) {
    if (std::ranges::none_of(files, [](auto const& file) { return static_cast<bool>(file); }))
        return;
    auto const tags = tag_rows(report);
    auto const ports = port_rows(report, all_ports(report));
    auto const unmatched = port_rows(report, unmatched_ports(report));
    auto const contents = std::array<std::vector<std::string_view>, tag_output::count>{
        {{"Tag Counts:\n", tags, "\nPort/Protocol Combination Counts:\n", ports,
          "\nUntagged Flows:\n", unmatched},
         {tags},
         {ports},
         {unmatched},
         {}}};
    auto printed = false;  // a blank line separates results on standard output
    for (std::size_t kind = 0; kind < files.size(); ++kind) {
        auto& file = files[kind];
        if (!file) continue;
        if (file.is_stdout() && std::exchange(printed, true) && kind != tag_output::malformed)
            file.write("\n");
        for (auto const text : contents[kind]) file.write(text);
        if (kind == tag_output::malformed) file.write(unnamed_lines(report));
        if (report.done.failures() != 0)
            file.write(flowlog::incomplete_line(report.done.missing_text()));
    }
}

void print_tags(tag_report const& report, flowlog::row_format format) {
    auto rows = row_printer{format, {"tag", "count"}};
    for (auto const& [tag, count] : report.totals.tags)
        rows.row({text_cell(tag), number_cell(count)});
    rows.row({text_cell(report.untagged_label), number_cell(report.totals.untagged)});
    rows.finish();
}

auto json_text(tag_report const& report) -> std::string {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    auto const& totals = report.totals;
    json.begin_object().member("flows", report.done.flows()).key("tags").begin_array();
    for (auto const& [tag, count] : totals.tags)
        json.begin_object().member("tag", tag).member("count", count).end_object();
    json.end_array().key("untagged").begin_object();
    json.member("label", report.untagged_label).member("count", totals.untagged).end_object();
    json.key("port_protocol");
    write_json_ports(json, report, all_ports(report));
    json.key("untagged_flows");
    write_json_ports(json, report, unmatched_ports(report));
    json.key("unnamed_protocols").begin_array();
    for (auto const& [protocol, count] : unnamed_protocols(report))
        json.begin_object().member("protocol_number", protocol).member("count", count).end_object();
    json.end_array();
    write(json.key("warnings"), report.warnings);
    report.done.write_members(json);
    json.end_object();
    return text + '\n';
}

auto summary_text(tag_report const& report, std::FILE* stream) -> std::string {
    auto const look = style{stream};
    auto const flows = report.done.flows();
    auto const text_of = [&](flowlog::text_table const& table) {
        return look.bold(table.heading()) + table.body() + '\n';
    };
    auto tags = count_table(
        {{"Tag"}}, report.totals.tags, [](auto const& tag) { return std::vector{tag.tag}; }, flows);
    auto const untagged = report.totals.untagged;
    tags.row({report.untagged_label, number_text(untagged), percent_text(untagged, flows)});
    auto text = text_of(tags);
    auto const ports = all_ports(report);
    if (!ports.empty()) {
        auto const cells = [&](auto const& entry) {
            return std::vector{entry.port ? std::to_string(*entry.port) : "-",
                               report.protocols.name(entry.protocol)};
        };
        text += text_of(
            count_table({{"Port", flowlog::text_table::right}, {"Protocol"}}, ports, cells, flows));
    }
    return text + report.done.accounting();
}

}  // namespace cli
