// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_MIX_HPP
#define FLOWLOG_DETAIL_MIX_HPP

#include <cstddef>
#include <cstdint>

namespace flowlog::detail {

/// `mix` for compilers without a 128-bit integer: long multiplication of the halves.
constexpr auto mix_halves(std::uint64_t left, std::uint64_t right) noexcept -> std::uint64_t {
    constexpr std::uint64_t half = 0xFFFFFFFF;
    auto const low = (left & half) * (right & half);
    auto const cross = (left >> 32) * (right & half) + (low >> 32);
    auto const other = (left & half) * (right >> 32) + (cross & half);
    auto const high = (left >> 32) * (right >> 32) + (cross >> 32) + (other >> 32);
    return ((other << 32) | (low & half)) ^ high;
}

/// The 128-bit product of two words, folded to 64 bits. If the right word is a dense odd constant,
/// after two rounds every bit of the result depends on every bit of the left word.
constexpr auto mix(std::uint64_t left, std::uint64_t right) noexcept -> std::uint64_t {
#ifdef __SIZEOF_INT128__
    __extension__ using wide = unsigned __int128;
    // the low half by itself: gcc 12 passes a product of both halves through memory
    return (left * right) ^ static_cast<std::uint64_t>(static_cast<wide>(left) * right >> 64);
#else
    return mix_halves(left, right);
#endif
}

/// A hash of words; all its bits are well mixed. The same in every process.
constexpr auto hash_words(std::uint64_t const* words, std::size_t count) noexcept -> std::uint64_t {
    auto result = std::uint64_t{0x9E3779B97F4A7C15};
    for (std::size_t i = 0; i < count; ++i) result = mix(result ^ words[i], 0xA0761D6478BD642F);
    return mix(result, 0xE7037ED1A0B428DB);
}

}  // namespace flowlog::detail

#endif
