// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_SKIPDATA_HPP
#define FLOWLOG_CLI_SKIPDATA_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <flowlog/source/inputs.hpp>

#include "reading.hpp"

namespace cli {

/// The interfaces of which AWS lost records, with how many windows and when, as sentences for
/// people: those with most windows first, at most `limit`. Reads the logs that have SKIPDATA lines
/// again, because these are no flows; a log that is a pipe cannot be read again. `done` is what was
/// read of the logs.
auto skipdata_by_interface(flowlog::input_list const& logs, reading const& done,
                           reading_options const& options, std::size_t limit)
    -> std::vector<std::string>;

}  // namespace cli

#endif
