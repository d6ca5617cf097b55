// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RECORD_OPTIONS_HPP
#define FLOWLOG_OUTPUT_RECORD_OPTIONS_HPP

#include <cstddef>
#include <cstdint>

#include <flowlog/output/schema.hpp>

namespace flowlog {

/// The format in which records are written.
enum class record_format : std::uint8_t {
    csv,     ///< RFC 4180 with LF, after a heading; an absent value is an empty cell
    tsv,     ///< the same, separated by TAB
    json,    ///< one array of objects, each on a line; an absent value is null
    ndjson,  ///< an object per line
    vpc,     ///< a VPC flow log with a header line, which flowlog can read; an absent value is `-`
    table    ///< a table for people, whose columns widen when a cell does; an absent value is `-`
};

/// How times are written: as seconds since 1970, or as RFC 3339 in UTC; with a fraction of three or
/// six digits if there is one.
enum class time_format : std::uint8_t { unix_seconds, rfc3339 };

/// How a `record_writer` writes.
struct record_options {
    record_format format = record_format::csv;
    time_format times = time_format::unix_seconds;
    naming names = naming::aws;
    /// Makes texts safe for a terminal in CSV and TSV, too; in the other formats they always are.
    bool escape = false;
    /// The records may be NODATA lines, as `open_options::all_lines` hands them out. In a VPC flow
    /// log, a record without a log-status is then NODATA if it names neither an address nor a
    /// protocol; otherwise it is OK.
    bool all_lines = false;
    /// The text is handed on in blocks of at least this many bytes.
    std::size_t block_size = std::size_t{256} << 10;
};

}  // namespace flowlog

#endif
