// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_ACCOUNTING_HPP
#define FLOWLOG_OUTPUT_ACCOUNTING_HPP

#include <string>

#include <flowlog/format/accounting.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/numbers.hpp>

namespace flowlog {

/// The accounting of a read, as one line without its end:
/// `25 lines = 20 records + 2 NODATA + 1 SKIPDATA + 1 malformed + 1 header + 0 blank`.
[[nodiscard]] inline auto accounting_text(statistics const& s) -> std::string {
    return count_text(s.lines(), "line") + " = " + count_text(s.records, "record") + " + " +
           number_text(s.nodata) + " NODATA + " + number_text(s.skipdata) + " SKIPDATA + " +
           number_text(s.malformed) + " malformed + " + count_text(s.headers, "header") + " + " +
           number_text(s.blank) + " blank";
}

/// Writes the accounting as members of the JSON object that is open: `lines`, the six kinds of line
/// that add up to it, and `bytes`.
inline void write_members(json_writer& json, statistics const& s) {
    json.member("lines", s.lines()).member("records", s.records).member("nodata", s.nodata);
    json.member("skipdata", s.skipdata).member("malformed", s.malformed);
    json.member("headers", s.headers).member("blank", s.blank).member("bytes", s.bytes);
}

}  // namespace flowlog

#endif
