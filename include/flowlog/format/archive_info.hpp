// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_ARCHIVE_INFO_HPP
#define FLOWLOG_FORMAT_ARCHIVE_INFO_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// What a log says of itself. Empty or absent: it does not say. Texts come from the input as
/// they stand, control characters included; escape them before printing.
struct archive_info {
    std::string format{};       ///< such as "VPC flow log", "flow-tools", "flowd" or "nfdump"
    std::string version{};      ///< of the file layout and of the records in it
    std::string byte_order{};   ///< "little-endian" or "big-endian"
    std::string compression{};  ///< "none", "zlib", "lzo", "bzip2", "lz4" or "zstd"
    std::string exporter{};     ///< host that captured or router that exported
    std::string comment{};
    std::optional<timestamp> first{};        ///< begin of the capture, or of its first flow
    std::optional<timestamp> last{};         ///< end of the capture, or of its last flow
    std::optional<std::uint64_t> records{};  ///< how many flows the archive announces
    std::vector<std::string> notes{};        ///< what else is worth telling, one sentence each
};

}  // namespace flowlog

#endif
