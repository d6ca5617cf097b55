// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_ROWS_HPP
#define FLOWLOG_CLI_ROWS_HPP

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/output/rows.hpp>

#include "terminal.hpp"

namespace CLI {
class App;
}

namespace cli {

/// The format of a command's results; none is a table for people.
using row_format = std::optional<flowlog::row_format>;

/// Adds --csv, --tsv, --json and --ndjson, which exclude each other.
void add_row_formats(CLI::App& app, row_format& format);

/// A row writer to standard output.
class row_printer : public flowlog::row_writer {
public:
    row_printer(flowlog::row_format format, std::vector<std::string> names)
        : row_writer{format, std::move(names), print, is_terminal(stdout)} {}

    void finish() {
        row_writer::finish();
        flush_output();
    }
};

inline auto text_cell(std::string_view text) -> flowlog::row_cell {
    return flowlog::group_cell{std::string{text}};
}
inline auto number_cell(std::uint64_t number) -> flowlog::row_cell {
    return flowlog::group_cell{number};
}

}  // namespace cli

#endif
