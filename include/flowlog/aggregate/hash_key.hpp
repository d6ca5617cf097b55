// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_HASH_KEY_HPP
#define FLOWLOG_AGGREGATE_HASH_KEY_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <unistd.h>

#ifdef __APPLE__
#include <sys/random.h>
#endif

#include <flowlog/detail/mix.hpp>

namespace flowlog {

/// The secret that hashes depend on. Whoever writes a log does not know it, and so cannot choose
/// values whose hashes collide: 100,000 addresses chosen for one slot of a table with a known hash
/// took 9 seconds instead of 0.03.
struct hash_key {
    std::uint64_t first = 0x9E3779B97F4A7C15;
    std::uint64_t second = 0xA0761D6478BD642F;  ///< an odd number

    /// The key of this process, drawn at random when it is first asked for. If the system has no
    /// randomness to give, it is the default key, which everybody can read.
    [[nodiscard]] static auto of_process() noexcept -> hash_key const& {
        static auto const key = [] {
            auto result = hash_key{};
            auto random = hash_key{};
            if (::getentropy(&random, sizeof random) == 0) result = random;
            result.second |= 1;
            return result;
        }();
        return key;
    }

    /// The key that a word makes, the same in every process.
    [[nodiscard]] static auto of_word(std::string_view word) noexcept -> hash_key {
        auto result = hash_key{};
        for (auto const c : word) {
            result.first =
                detail::mix(result.first ^ static_cast<unsigned char>(c), 0xE7037ED1A0B428DB);
            result.second = detail::mix(result.second ^ result.first, 0x8EBC6AF09C88C6E3);
        }
        result.second |= 1;
        return result;
    }

    /// Both words as 32 hexadecimal digits.
    [[nodiscard]] auto to_text() const -> std::string {
        auto text = std::string(32, '0');
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto const word = i < 16 ? first : second;
            text[i] = "0123456789abcdef"[word >> (60 - 4 * (i % 16)) & 15];
        }
        return text;
    }

    /// Reads what `to_text` writes.
    [[nodiscard]] static auto from_text(std::string_view text) noexcept -> std::optional<hash_key> {
        auto result = hash_key{};
        for (auto* const word : {&result.first, &result.second}) {
            auto const digits = text.substr(0, 16);
            auto const* const end = digits.data() + digits.size();
            if (digits.size() != 16 || std::from_chars(digits.data(), end, *word, 16).ptr != end)
                return std::nullopt;
            text.remove_prefix(16);
        }
        return result;
    }

    friend auto operator==(hash_key const&, hash_key const&) -> bool = default;
};

}  // namespace flowlog

#endif
