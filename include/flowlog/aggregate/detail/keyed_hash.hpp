// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_KEYED_HASH_HPP
#define FLOWLOG_AGGREGATE_DETAIL_KEYED_HASH_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <flowlog/aggregate/hash_key.hpp>
#include <flowlog/detail/mix.hpp>

namespace flowlog::detail {

/// The hash of one or more words. The first word is only multiplied: it should take few values.
[[nodiscard, gnu::always_inline]] inline auto hash_words(std::uint64_t const* words,
                                                         std::size_t count, hash_key key) noexcept
    -> std::uint64_t {
    auto result = key.first ^ *words * 0xE7037ED1A0B428DB;
    std::size_t i = 1;
    for (; i + 1 < count; i += 2) result = mix(words[i] ^ result, words[i + 1] ^ key.second);
    return i < count ? mix(words[i] ^ result, key.second) : result;
}

/// The hash of a text.
[[nodiscard]] inline auto hash_text(std::string_view text, hash_key key) noexcept -> std::uint64_t {
    auto result = key.first ^ text.size();
    for (;;) {
        std::uint64_t words[2] = {};
        auto const chunk = text.substr(0, sizeof words);
        if (!chunk.empty()) std::memcpy(words, chunk.data(), chunk.size());
        result = mix(words[0] ^ result, words[1] ^ key.second);
        if (text.size() <= sizeof words) return result;
        text.remove_prefix(sizeof words);
    }
}

/// Mixes a hash once more, so that each of its bits depends on each bit of the last words: what a
/// table does not need, but an estimate that reads single bits does.
[[nodiscard]] constexpr auto finish_hash(std::uint64_t hash) noexcept -> std::uint64_t {
    return mix(hash, 0x8EBC6AF09C88C6E3);
}

}  // namespace flowlog::detail

#endif
