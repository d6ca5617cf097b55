// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_INFLATE_STATUS_HPP
#define FLOWLOG_DETAIL_INFLATE_STATUS_HPP

#include <cstdint>

namespace flowlog::detail {

/// What surrounds a stream of deflated data: RFC 1952 or RFC 1950.
enum class deflate_wrapper : std::uint8_t { gzip, zlib };

/// How far an inflater came.
enum class inflate_status : std::uint8_t {
    more,    ///< all input is used up, or all room is filled
    end,     ///< the stream ended, and its checksum was right
    damaged  ///< what was written is good, what follows is not
};

}  // namespace flowlog::detail

#endif
