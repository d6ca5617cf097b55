// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_MIX_HPP
#define FLOWLOG_DETAIL_MIX_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <unistd.h>

#ifdef __APPLE__
#include <sys/random.h>
#endif

namespace flowlog::detail {

/// `mix` for compilers without a 128-bit integer: the product of halves, as by hand.
constexpr auto mix_halves(std::uint64_t left, std::uint64_t right) noexcept -> std::uint64_t {
    constexpr std::uint64_t half = 0xFFFFFFFF;
    auto const low = (left & half) * (right & half);
    auto const cross = (left >> 32) * (right & half) + (low >> 32);
    auto const other = (left & half) * (right >> 32) + (cross & half);
    auto const high = (left >> 32) * (right >> 32) + (cross >> 32) + (other >> 32);
    return ((other << 32) | (low & half)) ^ high;
}

/// The 128-bit product of two words, folded to 64 bits. With a dense odd constant on the right, two
/// rounds let every bit on the left reach every bit of the result.
constexpr auto mix(std::uint64_t left, std::uint64_t right) noexcept -> std::uint64_t {
#ifdef __SIZEOF_INT128__
    __extension__ using wide = unsigned __int128;
    // the low half on its own: gcc 12 takes one product of both through memory
    return (left * right) ^ static_cast<std::uint64_t>(static_cast<wide>(left) * right >> 64);
#else
    return mix_halves(left, right);
#endif
}

/// What hashes of tables depend on and who writes a log cannot know: 100,000 addresses that were
/// chosen to fall on one slot took 9 seconds instead of 0.03. No result may depend on it.
struct hash_secret {
    std::uint64_t first = 0x9E3779B97F4A7C15;
    std::uint64_t second = 0xA0761D6478BD642F;

    /// That of this process; the words above where the system has no randomness to give.
    [[nodiscard]] static auto of_process() noexcept -> hash_secret const& {
        static auto const secret = [] {
            auto result = hash_secret{};
            auto random = hash_secret{};
            if (::getentropy(&random, sizeof random) == 0) result = random;
            result.second |= 1;
            return result;
        }();
        return secret;
    }
};

/// A hash of at least one word. That of the first is multiplied alone: it is to have few values.
[[nodiscard, gnu::always_inline]] inline auto hash_words(std::uint64_t const* words,
                                                         std::size_t count,
                                                         hash_secret secret) noexcept
    -> std::uint64_t {
    auto result = secret.first ^ *words * 0xE7037ED1A0B428DB;
    std::size_t i = 1;
    for (; i + 1 < count; i += 2) result = mix(words[i] ^ result, words[i + 1] ^ secret.second);
    return i < count ? mix(words[i] ^ result, secret.second) : result;
}

/// A hash of a text.
[[nodiscard]] inline auto hash_text(std::string_view text, hash_secret secret) noexcept
    -> std::uint64_t {
    auto result = secret.first ^ text.size();
    for (;;) {
        std::uint64_t words[2] = {};
        auto const part = text.substr(0, sizeof words);
        if (!part.empty()) std::memcpy(words, part.data(), part.size());
        result = mix(words[0] ^ result, words[1] ^ secret.second);
        if (text.size() <= sizeof words) return result;
        text.remove_prefix(sizeof words);
    }
}

/// A hash of words, all bits of which are good; everywhere the same.
constexpr auto hash_words(std::uint64_t const* words, std::size_t count) noexcept -> std::uint64_t {
    auto result = std::uint64_t{0x9E3779B97F4A7C15};
    for (std::size_t i = 0; i < count; ++i) result = mix(result ^ words[i], 0xA0761D6478BD642F);
    return mix(result, 0xE7037ED1A0B428DB);
}

}  // namespace flowlog::detail

#endif
