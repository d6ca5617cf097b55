// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_ROWS_HPP
#define FLOWLOG_CLI_ROWS_HPP

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/json.hpp>

namespace CLI {
class App;
}

namespace cli {

/// How a command prints its results: for people, as rows behind a heading, as one JSON document, or
/// as a JSON object per line.
enum class row_format : std::uint8_t { people, csv, tsv, json, ndjson };

/// Adds --csv, --tsv, --json and --ndjson, of which one may be given. `row` is what a row holds.
void add_row_formats(CLI::App& app, row_format& format, std::string const& row,
                     std::string const& help_group = "Output format");

/// Writes a member of an object; nothing is `null`.
void write(flowlog::json_writer& json, std::string_view name, flowlog::group_cell const& cell);

/// Prints rows of named cells to standard output, in blocks: as CSV, TSV or NDJSON. On a terminal
/// control characters are escaped.
class row_printer {
public:
    row_printer(row_format format, std::vector<std::string> names);

    /// Prints one row: some cells, and more behind them.
    void row(std::span<flowlog::group_cell const> cells,
             std::span<flowlog::group_cell const> more = {});

    /// Prints what is left.
    void flush();

private:
    void cell(flowlog::group_cell const& cell);

    row_format format_;
    std::vector<std::string> names_;
    bool terminal_;
    std::string text_{};
    flowlog::csv_writer csv_;
};

}  // namespace cli

#endif
