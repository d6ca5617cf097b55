// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_ARCHIVE_INFO_HPP
#define FLOWLOG_FORMAT_ARCHIVE_INFO_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// What a log says of itself. A member that is empty or absent: it does not say. Texts come from
/// the input unchanged, including control characters; escape them before printing.
struct archive_info {
    std::string format{};       ///< such as "VPC flow log", "flow-tools", "flowd" or "nfdump"
    std::string version{};      ///< version of the file layout, and of the records in it
    std::string byte_order{};   ///< "little-endian" or "big-endian"
    std::string compression{};  ///< "none", "zlib", "lzo", "bzip2", "lz4" or "zstd"
    std::string exporter{};  ///< the host that captured the flows, or the router that exported them
    std::string comment{};
    std::optional<timestamp> first{};        ///< beginning of the capture, or of its first flow
    std::optional<timestamp> last{};         ///< end of the capture, or of its last flow
    std::optional<std::uint64_t> records{};  ///< how many flows the archive announces
    std::vector<std::string> notes{};        ///< other remarks, one sentence each
    /// Columns of the log that its records lack. A column may be no field, its type may not fit the
    /// field, or another column may be the same field. In JSON, the members that are no fields.
    std::vector<std::string> unread_columns{};
};

}  // namespace flowlog

#endif
