// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_LZ4_HPP
#define FLOWLOG_SOURCE_LZ4_HPP

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>

#include <lz4.h>

#include <flowlog/source/block_codec.hpp>

namespace flowlog {

namespace detail {

inline auto decode_lz4_block(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    constexpr std::size_t max_size = std::numeric_limits<int>::max();
    if (in.size() > max_size) return std::nullopt;
    auto const capacity = static_cast<int>(std::min(out.size(), max_size));
    auto const size =
        LZ4_decompress_safe(in.data(), out.data(), static_cast<int>(in.size()), capacity);
    if (size < 0) return std::nullopt;
    return static_cast<std::size_t>(size);
}

inline auto decode_lz4_front(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    constexpr std::size_t max_size = std::numeric_limits<int>::max();
    if (in.size() > max_size) return std::nullopt;
    auto const wanted = static_cast<int>(std::min(out.size(), max_size));
    auto const size = LZ4_decompress_safe_partial(in.data(), out.data(),
                                                  static_cast<int>(in.size()), wanted, wanted);
    if (size < 0) return std::nullopt;
    return static_cast<std::size_t>(size);
}

inline bool const lz4_registered = register_block_codec(codec::lz4, &decode_lz4_block) &&
                                   register_block_front_codec(codec::lz4, &decode_lz4_front);

}  // namespace detail

/// A program that includes this header reads the raw LZ4 blocks of nfdump; needs `flowlog::lz4`.
inline constexpr bool with_lz4 = true;

}  // namespace flowlog

#endif
