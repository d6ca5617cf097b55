// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_HASH_SECRET_HPP
#define FLOWLOG_AGGREGATE_DETAIL_HASH_SECRET_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <unistd.h>

#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <flowlog/detail/mix.hpp>

namespace flowlog::detail {

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

}  // namespace flowlog::detail

#endif
