// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_GRAPH_RECORDS_HPP
#define FLOWLOG_CLI_GRAPH_RECORDS_HPP

#include "reading.hpp"

namespace cli {

/// Prints the flows of logs in DOT, an edge for each. Returns the exit code.
auto print_raw_graph(reading_options const& options) -> int;

}  // namespace cli

#endif
