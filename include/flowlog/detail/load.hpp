// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_LOAD_HPP
#define FLOWLOG_DETAIL_LOAD_HPP

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace flowlog::detail {

/// The number with its bytes in reverse order. (g++ 12 compiles this to one instruction, which it
/// does not do for a loop.)
template <std::unsigned_integral T>
[[nodiscard]] constexpr auto swap_bytes(T value) noexcept -> T {
    auto const x = std::uint64_t{value};
    if constexpr (sizeof(T) == 1) {
        return value;
    } else if constexpr (sizeof(T) == 2) {
        return static_cast<T>(x << 8 | x >> 8);
    } else if constexpr (sizeof(T) == 4) {
        return static_cast<T>(x << 24 | (x & 0xFF00) << 8 | (x >> 8 & 0xFF00) | x >> 24);
    } else {
        auto const high = swap_bytes(static_cast<std::uint32_t>(x));
        return T{high} << 32 | swap_bytes(static_cast<std::uint32_t>(x >> 32));
    }
}

/// The number whose bytes are at `from`, aligned or not, in this machine's byte order or, if
/// `swapped`, in the other.
template <std::unsigned_integral T>
[[nodiscard]] auto load(char const* from, bool swapped) noexcept -> T {
    auto value = T{};
    std::memcpy(&value, from, sizeof(T));
    return swapped ? swap_bytes(value) : value;
}

/// The number at `from`, stored with the low byte first.
template <std::unsigned_integral T>
[[nodiscard]] auto load_little(char const* from) noexcept -> T {
    return load<T>(from, std::endian::native != std::endian::little);
}

/// The number at `from`, stored with the high byte first.
template <std::unsigned_integral T>
[[nodiscard]] auto load_big(char const* from) noexcept -> T {
    return load<T>(from, std::endian::native != std::endian::big);
}

/// As `load_little`, and usable at compile time. The name says that the bytes are text.
template <std::unsigned_integral Word>
constexpr auto load_text(char const* at) noexcept -> Word {
    Word word = 0;
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little) {
        std::memcpy(&word, at, sizeof word);
        return word;
    }
    for (std::size_t i = 0; i < sizeof word; ++i) {
        word |= static_cast<Word>(static_cast<Word>(static_cast<unsigned char>(at[i])) << (8 * i));
    }
    return word;
}

}  // namespace flowlog::detail

#endif
