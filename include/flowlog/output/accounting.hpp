// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_ACCOUNTING_HPP
#define FLOWLOG_OUTPUT_ACCOUNTING_HPP

#include <string>

#include <flowlog/format/accounting.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/numbers.hpp>

namespace flowlog {

/// The accounting of a read, as one line without its end:
/// `25 lines = 20 records + 2 NODATA + 1 SKIPDATA + 1 malformed + 1 header + 0 blank`; then
/// ` + 40 not read`, if rows were passed over.
[[nodiscard]] inline auto accounting_text(statistics const& s) -> std::string {
    auto const unread = s.unread == 0 ? "" : " + " + number_text(s.unread) + " not read";
    return count_text(s.lines(), "line") + " = " + count_text(s.records, "record") + " + " +
           number_text(s.nodata) + " NODATA + " + number_text(s.skipdata) + " SKIPDATA + " +
           number_text(s.malformed) + " malformed + " + count_text(s.headers, "header") + " + " +
           number_text(s.blank) + " blank" + unread;
}

/// Writes the accounting as members of the JSON object that is open: `lines`, the kinds of line
/// that add up to it (`unread` only if rows were passed over), and `bytes`.
inline void write_members(json_writer& json, statistics const& s) {
    json.member("lines", s.lines()).member("records", s.records).member("nodata", s.nodata);
    json.member("skipdata", s.skipdata).member("malformed", s.malformed);
    json.member("headers", s.headers).member("blank", s.blank);
    if (s.unread != 0) json.member("unread", s.unread);
    json.member("bytes", s.bytes);
}

}  // namespace flowlog

#endif
