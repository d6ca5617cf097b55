// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_BLOCK_CODEC_HPP
#define FLOWLOG_SOURCE_BLOCK_CODEC_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace flowlog {

/// A compression of whole blocks, as nfdump archives use it.
enum class codec : std::uint8_t { lzo, bzip2, lz4, zstd };

/// The name of a codec. The component has the same name: `flowlog::lzo`, `flowlog/source/lzo.hpp`.
[[nodiscard]] constexpr auto name(codec c) noexcept -> std::string_view {
    constexpr auto names = std::array<std::string_view, 4>{"lzo", "bzip2", "lz4", "zstd"};
    return names[static_cast<std::size_t>(c)];
}

/// Decompresses one block and returns how many bytes of `out` it filled; none if the block is
/// damaged or does not fit. Never writes outside of `out` and never reads outside of `in`. May be
/// called by several threads at once.
using block_decoder = auto (*)(std::span<char const> in, std::span<char> out)
    -> std::optional<std::size_t>;

namespace detail {

/// Filled by the headers of components before `main`, or by `register_block_codec`.
inline constinit std::array<std::atomic<block_decoder>, 4> block_decoders{};
inline constinit std::array<std::atomic<block_decoder>, 4> block_front_decoders{};

}  // namespace detail

/// Makes a decoder known to the whole program, in place of an earlier one. Always returns true, so
/// that it can initialise an inline variable.
inline auto register_block_codec(codec c, block_decoder decoder) noexcept -> bool {
    detail::block_decoders[static_cast<std::size_t>(c)].store(decoder, std::memory_order_release);
    return true;
}

/// The decoder of a codec; null if the program was built without its component.
[[nodiscard]] inline auto find_block_codec(codec c) noexcept -> block_decoder {
    return detail::block_decoders[static_cast<std::size_t>(c)].load(std::memory_order_acquire);
}

/// Makes a decoder known that decompresses only as much of a block as `out` has room for, or a
/// little less, and returns how much that was. Not every codec can do that.
inline auto register_block_front_codec(codec c, block_decoder decoder) noexcept -> bool {
    detail::block_front_decoders[static_cast<std::size_t>(c)].store(decoder,
                                                                    std::memory_order_release);
    return true;
}

/// The decoder of the first bytes of blocks; null if there is none.
[[nodiscard]] inline auto find_block_front_codec(codec c) noexcept -> block_decoder {
    return detail::block_front_decoders[static_cast<std::size_t>(c)].load(
        std::memory_order_acquire);
}

}  // namespace flowlog

#endif
