// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TAG_REPORT_HPP
#define FLOWLOG_CLI_TAG_REPORT_HPP

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/tags.hpp>
#include <flowlog/lookup/protocol_table.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/output/rows.hpp>

#include "reading.hpp"

namespace cli {

/// The results that `flowlog tag` writes to files.
namespace tag_output {
enum kind : std::size_t { summary, tag_counts, port_protocol_counts, untagged_flows, malformed };
inline constexpr std::size_t count = 5;
}  // namespace tag_output

/// A kind of result: its option, the name of its file, and its first line.
struct tag_output_kind {
    char const* option;
    char const* file;
    std::string_view heading;
};

inline constexpr auto tag_outputs = std::array<tag_output_kind, tag_output::count>{{
    {"--summary", "output.csv", "Tag Counts:\n"},
    {"--tag-counts", "tag_counts.csv", "Tag,Count\n"},
    {"--port-protocol-counts", "port_protocol_counts.csv", "Port,Protocol,Count\n"},
    {"--untagged-flows", "untagged_flows.csv", "Port,Protocol,Count\n"},
    {"--malformed", "malformed.log", "# Malformed lines\n"},
}};

using output_files = std::array<flowlog::result_file, tag_output::count>;

/// All that `flowlog tag` found out.
struct tag_report {
    flowlog::tag_totals totals{};
    std::vector<flowlog::port_protocol_count> ports{};
    std::vector<flowlog::protocol_count> without_port{};
    flowlog::protocol_table protocols{};
    std::string untagged_label = "Untagged";
    std::vector<std::string> warnings{};
    reading done{};
    int partial_code = 0;  ///< the exit code, if a partial result was written
};

/// Writes the files, except for the malformed lines, which were written when they were found.
void write_files(tag_report const& report, output_files& files);

/// Prints the counts of the tags as rows. Flows without a tag are always the last row.
void print_tags(tag_report const& report, flowlog::row_format format);

/// The whole report as one JSON document.
auto json_text(tag_report const& report) -> std::string;

/// The largest counts and the accounting, for people, with the colours that the stream supports.
auto summary_text(tag_report const& report, std::FILE* stream) -> std::string;

}  // namespace cli

#endif
