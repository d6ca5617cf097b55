// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_INFLATE_STATUS_HPP
#define FLOWLOG_SOURCE_DETAIL_INFLATE_STATUS_HPP

#include <cstddef>
#include <cstdint>

namespace flowlog::detail {

/// What surrounds a stream of deflated data: RFC 1952 or RFC 1950.
enum class deflate_wrapper : std::uint8_t { gzip, zlib };

/// How a call of an inflater ended.
enum class inflate_status : std::uint8_t {
    more,    ///< the input is used up, or the output is full
    end,     ///< the stream ended
    damaged  ///< what was written is good, what follows is not
};

/// What follows the data of a gzip member (RFC 1952).
struct gzip_trailer {
    static constexpr std::size_t size = 8;

    std::uint32_t crc32 = 0;
    std::uint32_t isize = 0;  ///< modulo 2^32

    friend auto operator==(gzip_trailer const&, gzip_trailer const&) -> bool = default;
};

}  // namespace flowlog::detail

#endif
