// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_LZO_HPP
#define FLOWLOG_SOURCE_LZO_HPP

#include <cstddef>
#include <optional>
#include <span>

#include <lzo/lzo1x.h>

#include <flowlog/source/block_codec.hpp>

namespace flowlog {

namespace detail {

inline auto decode_lzo_block(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    auto size = static_cast<lzo_uint>(out.size());
    auto const status =
        lzo1x_decompress_safe(reinterpret_cast<unsigned char const*>(in.data()), in.size(),
                              reinterpret_cast<unsigned char*>(out.data()), &size, nullptr);
    if (status != LZO_E_OK) return std::nullopt;
    return static_cast<std::size_t>(size);
}

inline auto decode_lzo_front(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t> {
    auto size = static_cast<lzo_uint>(out.size());
    auto const status =
        lzo1x_decompress_safe(reinterpret_cast<unsigned char const*>(in.data()), in.size(),
                              reinterpret_cast<unsigned char*>(out.data()), &size, nullptr);
    if (status != LZO_E_OK && status != LZO_E_OUTPUT_OVERRUN) return std::nullopt;
    return static_cast<std::size_t>(size);
}

inline bool const lzo_registered = lzo_init() == LZO_E_OK &&
                                   register_block_codec(codec::lzo, &decode_lzo_block) &&
                                   register_block_front_codec(codec::lzo, &decode_lzo_front);

}  // namespace detail

/// A program that includes this header reads the raw LZO1X blocks of nfdump; needs `flowlog::lzo`.
inline constexpr bool with_lzo = true;

}  // namespace flowlog

#endif
