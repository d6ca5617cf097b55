// SPDX-License-Identifier: BSL-1.0
#include "tag_report.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include <flowlog/output/csv.hpp>
#include <flowlog/output/detail/row_buffer.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "terminal.hpp"

namespace cli {
namespace {

constexpr std::size_t shown_rows = 10;
constexpr auto port_heading = std::string_view{"Port,Protocol,Count\n"};

class csv_file {
public:
    explicit csv_file(output_file& file) : file_{&file}, csv_{file.text()} {}

    template <class... Cells>
    void row(Cells const&... cells) {
        csv_.row(cells...);
        file_->row_is_done();
    }

private:
    output_file* file_;
    flowlog::csv_writer csv_;
};

void write_tags(tag_report const& report, output_file& file) {
    auto csv = csv_file{file};
    csv.row("Tag", "Count");
    for (auto const& [tag, count] : report.totals.tags) csv.row(tag, count);
    csv.row(report.untagged_label, report.totals.untagged);
}

/// The name of a protocol as a cell of CSV, between separators.
auto protocol_cell(tag_report const& report, std::uint8_t protocol) -> std::string {
    auto text = std::string{};
    auto csv = flowlog::csv_writer{text};
    csv.cell("");
    csv.cell(report.protocols.name(protocol));
    csv.cell("");
    return text;
}

/// The rows of counts, with their heading. Of all that follows the last line of a log, these take
/// longest: with cells and rows of `csv_writer`, 16 ns a row, like this 6.
auto port_rows(tag_report const& report, std::vector<flowlog::port_protocol_count> const& ports)
    -> flowlog::detail::row_buffer {
    auto protocols = std::array<std::string, 256>{};
    auto rows = flowlog::detail::row_buffer{};
    auto const about = port_heading.size() + ports.size() * 24;  // growing costs as much again
    rows.end_at(std::ranges::copy(port_heading, rows.room(about)).out);
    for (auto const& [port, protocol, count] : ports) {
        auto& name = protocols[protocol];
        if (name.empty()) name = protocol_cell(report, protocol);
        auto* end = rows.room(name.size() + 32);
        end = std::to_chars(end, end + 5, port).ptr;
        end = std::copy(name.begin(), name.end(), end);
        end = std::to_chars(end, end + 20, count).ptr;
        *end++ = '\n';
        rows.end_at(end);
    }
    return rows;
}

void write_summary(tag_report const& report, std::string_view ports, std::string_view unmatched,
                   output_file& file) {
    file.write("Tag Counts:\n");
    write_tags(report, file);
    file.write("\nPort/Protocol Combination Counts:\n");
    file.write(ports);
    file.write("\nUntagged Flows:\n");
    file.write(unmatched);
}

void write_unnamed(tag_report const& report, output_file& file) {
    file.write("# Protocol numbers without a name\n");
    for (auto const& [protocol, count] : unnamed_protocols(report))
        file.write(fmt::format("protocol {}: {}\n", protocol, counted(count, "flow")));
}

void write_json_ports(flowlog::json_writer& json, tag_report const& report,
                      std::vector<flowlog::port_protocol_count> const& ports) {
    json.begin_array();
    for (auto const& [port, protocol, count] : ports) {
        json.begin_object()
            .member("port", port)
            .member("protocol", report.protocols.name(protocol));
        json.member("protocol_number", protocol).member("count", count).end_object();
    }
    json.end_array();
}

auto tag_table_text(tag_report const& report, style const& look) -> std::string {
    using table = flowlog::text_table;
    auto const& totals = report.totals;
    auto const flows = report.done.flows();
    auto rows = table{{{"Tag"}, {"Flows", table::right}, {"Share", table::right}}};
    std::uint64_t others = 0;
    for (std::size_t i = 0; i < totals.tags.size(); ++i) {
        auto const& [tag, count] = totals.tags[i];
        if (i < shown_rows) rows.row({tag, grouped(count), share_text(count, flows)});
        if (i >= shown_rows) others += count;
    }
    if (totals.tags.size() > shown_rows) {
        rows.row({fmt::format("({} more)", grouped(totals.tags.size() - shown_rows)),
                  grouped(others), share_text(others, flows)});
    }
    rows.row({report.untagged_label, grouped(totals.untagged), share_text(totals.untagged, flows)});
    return look.bold(rows.heading()) + rows.body();
}

auto port_table_text(tag_report const& report, style const& look) -> std::string {
    using table = flowlog::text_table;
    auto const flows = report.done.flows();
    auto rows = table{
        {{"Port", table::right}, {"Protocol"}, {"Flows", table::right}, {"Share", table::right}}};
    std::uint64_t others = 0;
    for (std::size_t i = 0; i < report.ports.size(); ++i) {
        auto const& [port, protocol, count] = report.ports[i];
        if (i >= shown_rows) {
            others += count;
            continue;
        }
        rows.row({std::to_string(port), report.protocols.name(protocol), grouped(count),
                  share_text(count, flows)});
    }
    if (report.ports.size() > shown_rows) {
        rows.row({"", fmt::format("({} more)", grouped(report.ports.size() - shown_rows)),
                  grouped(others), share_text(others, flows)});
    }
    return look.bold(rows.heading()) + rows.body();
}

}  // namespace

auto unnamed_protocols(tag_report const& report) -> std::vector<protocol_count> {
    auto counts = std::array<std::uint64_t, 256>{};
    for (auto const& [port, protocol, count] : report.ports) counts[protocol] += count;
    auto result = std::vector<protocol_count>{};
    for (std::size_t i = 0; i < counts.size(); ++i) {
        auto const number = static_cast<std::uint8_t>(i);
        if (counts[i] != 0 && !report.protocols.known(number))
            result.push_back({number, counts[i]});
    }
    return result;
}

void write_files(tag_report const& report, std::array<output_file, tag_output::count>& files) {
    if (std::ranges::none_of(files, [](auto const& file) { return static_cast<bool>(file); }))
        return;
    auto const ports = port_rows(report, report.ports);
    auto const unmatched = port_rows(report, report.totals.unmatched);
    auto printed = false;  // results that follow each other on standard output stand apart
    for (std::size_t kind = 0; kind < files.size(); ++kind) {
        auto& file = files[kind];
        if (!file) continue;
        if (file.is_stdout() && std::exchange(printed, true) && kind != tag_output::malformed)
            file.write("\n");
        switch (kind) {
            case tag_output::summary:
                write_summary(report, ports.text(), unmatched.text(), file);
                break;
            case tag_output::tag_counts: write_tags(report, file); break;
            case tag_output::port_protocol_counts: file.write(ports.text()); break;
            case tag_output::untagged_flows: file.write(unmatched.text()); break;
            case tag_output::malformed: write_unnamed(report, file); break;
            default: break;
        }
    }
}

void print_tags(tag_report const& report, row_format format) {
    auto rows = row_printer{format, {"tag", "count"}};
    auto const row = [&rows](std::string const& tag, std::uint64_t count) {
        rows.row(std::array<flowlog::group_cell, 2>{tag, count});
    };
    for (auto const& [tag, count] : report.totals.tags) row(tag, count);
    row(report.untagged_label, report.totals.untagged);
    rows.flush();
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
    write_json_ports(json, report, report.ports);
    json.key("untagged_flows");
    write_json_ports(json, report, totals.unmatched);
    json.key("unnamed_protocols").begin_array();
    for (auto const& [protocol, count] : unnamed_protocols(report))
        json.begin_object().member("protocol_number", protocol).member("count", count).end_object();
    json.end_array().key("warnings").begin_array();
    for (auto const& warning : report.warnings) json.value(warning);
    json.end_array();
    write_accounting(json, report.done);
    json.end_object();
    return text + '\n';
}

auto summary_text(tag_report const& report, std::FILE* stream) -> std::string {
    auto const look = style{stream};
    auto text = tag_table_text(report, look) + '\n';
    if (!report.ports.empty()) text += port_table_text(report, look) + '\n';
    return text + accounting_text(report.done);
}

}  // namespace cli
