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

/// What became of each line of a text log, or of each record of a binary one. Nothing is lost: the
/// six kinds add up to `lines()`.
struct statistics {
    std::uint64_t records = 0;  ///< flows
    std::uint64_t nodata = 0;   ///< log-status NODATA: a window without traffic
    std::uint64_t skipdata =
        0;  ///< log-status SKIPDATA: AWS lost records here, the log is incomplete
    std::uint64_t malformed = 0;  ///< lines that could not be read
    std::uint64_t headers = 0;    ///< header lines
    std::uint64_t blank = 0;      ///< lines without a token
    std::uint64_t bytes = 0;      ///< bytes read, after decompression; no kind of line

    /// All lines of the input, a last one without a line end included.
    [[nodiscard]] constexpr auto lines() const noexcept -> std::uint64_t {
        return records + nodata + skipdata + malformed + headers + blank;
    }

    constexpr auto operator+=(statistics const& other) noexcept -> statistics& {
        records += other.records;
        nodata += other.nodata;
        skipdata += other.skipdata;
        malformed += other.malformed;
        headers += other.headers;
        blank += other.blank;
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
    absent_value,  ///< a field that the job needs is `-`, or not in this log
    too_long,      ///< the line is longer than `text_options::max_line`
    no_layout      ///< the line stands before the first one that tells the layout
};

/// A line that was not read: where it is and why. `text` is valid during the call alone;
/// `explain()` of grammar/explain.hpp says in words what was expected.
struct malformed_line {
    std::string source{};      ///< name of the input
    std::uint64_t line = 0;    ///< counted from 1
    std::uint64_t offset = 0;  ///< of the line's first byte in the (decompressed) input
    std::size_t column =
        0;  ///< of the offending_field in the line, in bytes from 1; 0: the whole line
    std::optional<field_id> field{};  ///< the offending_field, where it is one field
    flowlog::reason reason{};
    std::string_view text{};  ///< the line, raw and without its end; cut where it is too long
    std::shared_ptr<layout const> columns{};  ///< the layout in force, if any
};

/// Receives malformed lines, in the order of the input.
using malformed_handler = std::function<void(malformed_line const&)>;

}  // namespace flowlog

#endif
