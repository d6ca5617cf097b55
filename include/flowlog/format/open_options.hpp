// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_OPEN_OPTIONS_HPP
#define FLOWLOG_FORMAT_OPEN_OPTIONS_HPP

#include <atomic>
#include <cstdint>
#include <optional>

#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// What becomes of a record of a log in JSON that counts the traffic of both directions.
enum class two_way : std::uint8_t {
    split,   ///< two flows, one for each direction; the second one only if it had traffic
    reverse  ///< one flow, with `reverse-packets` and `reverse-bytes`
};

/// How a log of unknown format is opened.
struct open_options {
    /// The columns of text logs that have no header line.
    std::optional<layout> format{};
    /// Called for every malformed line or record.
    malformed_handler on_malformed{};
    /// Counts the bytes that are read, before decompression.
    std::atomic<std::uint64_t>* progress = nullptr;
    /// Decompresses on a thread of its own.
    bool overlap = false;
    /// Also checks the fields of NODATA and SKIPDATA lines, as in `text_options`.
    bool check_empty = false;
    /// NODATA and SKIPDATA lines are handed out as records, too, as in `text_options`.
    bool all_lines = false;
    /// Corrects the times of flows during which the uptime of the router wrapped around, as in
    /// `flow_tools_options` and `flowd_options`.
    bool repair_wraps = true;
    /// What becomes of a record that counts both directions.
    flowlog::two_way two_way = flowlog::two_way::split;
};

}  // namespace flowlog

#endif
