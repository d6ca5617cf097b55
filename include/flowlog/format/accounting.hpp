// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_ACCOUNTING_HPP
#define FLOWLOG_FORMAT_ACCOUNTING_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// What became of each line of a text log, or of each record or row of a binary one. Nothing is
/// lost: the seven kinds add up to `lines()`.
struct statistics {
    std::uint64_t records = 0;  ///< flows
    std::uint64_t nodata = 0;   ///< log-status NODATA: a window without traffic
    /// log-status SKIPDATA: AWS lost records in this window, so that the log is incomplete
    std::uint64_t skipdata = 0;
    std::uint64_t malformed = 0;  ///< lines that could not be read
    std::uint64_t headers = 0;    ///< header lines
    std::uint64_t blank = 0;      ///< lines with nothing but blanks
    /// rows of a columnar file that were passed over, because no filter can want any of them; or
    /// entries of other logs in a file of JSON
    std::uint64_t unread = 0;
    std::uint64_t bytes = 0;  ///< bytes read, after decompression; not a kind of line

    /// All lines of the input, including a last one without a line end.
    [[nodiscard]] constexpr auto lines() const noexcept -> std::uint64_t {
        return records + nodata + skipdata + malformed + headers + blank + unread;
    }

    constexpr auto operator+=(statistics const& other) noexcept -> statistics& {
        records += other.records;
        nodata += other.nodata;
        skipdata += other.skipdata;
        malformed += other.malformed;
        headers += other.headers;
        blank += other.blank;
        unread += other.unread;
        bytes += other.bytes;
        return *this;
    }

    friend constexpr auto operator==(statistics const&, statistics const&) noexcept
        -> bool = default;
};

/// Why a line is malformed.
enum class reason : std::uint8_t {
    column_count,  ///< more or fewer columns than the layout has
    bad_value,     ///< a field that does not decode
    absent_value,  ///< a field that the job needs is `-`, or is not in this log
    too_long,      ///< the line is longer than `text_options::max_line`
    no_layout      ///< the line precedes the one that gives the columns
};

/// A line that was not read: where it is, and why. `text` is valid only during the call of the
/// handler. `explain()` of grammar/explain.hpp says in words what was expected.
struct malformed_line {
    std::string source{};      ///< name of the input
    std::uint64_t line = 0;    ///< number of the line, counted from 1
    std::uint64_t offset = 0;  ///< offset of the line's first byte in the decompressed input
    /// where the offending field is in the line, in bytes counted from 1; 0: the whole line
    std::size_t column = 0;
    std::optional<field_id> field{};  ///< the offending field, if it is one field
    flowlog::reason reason{};
    std::string_view text{};  ///< the line as it is, without its end; shortened if too long
    std::shared_ptr<layout const> columns{};  ///< the columns that apply to the line, if known
};

/// Receives malformed lines, in the order of the input.
using malformed_handler = std::function<void(malformed_line const&)>;

}  // namespace flowlog

#endif
