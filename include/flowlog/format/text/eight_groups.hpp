// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_EIGHT_GROUPS_HPP
#define FLOWLOG_FORMAT_TEXT_EIGHT_GROUPS_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
#include <smmintrin.h>
#endif

#include <flowlog/detail/cpu.hpp>
#include <flowlog/flow/decode_address.hpp>

namespace flowlog::detail {

#if defined(__x86_64__)

/// Decodes an IPv6 address without `::` (RFC 4291 2.2, form 1) from a token that is readable for 48
/// bytes from its first; false for all other tokens. Decodes all groups at once, in half of the
/// instructions of `decode_v6`.
[[gnu::target("sse4.1")]] inline auto decode_eight_groups_sse(char const* first, std::size_t size,
                                                              std::uint64_t& high,
                                                              std::uint64_t& low) noexcept -> bool {
    if (size > 39) return false;
    auto const load = [](char const* at) __attribute__((target("sse4.1"))) {
        return _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    };
    auto const colons_of = [&](std::size_t at) __attribute__((target("sse4.1"))) {
        auto const found = _mm_cmpeq_epi8(load(first + at), _mm_set1_epi8(':'));
        return std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << at;
    };
    auto const end = std::uint64_t{1} << size;
    auto ends = ((colons_of(0) | colons_of(16) | colons_of(32)) & (end - 1)) | end;

    // each group as four digits, with leading zeros; if there are too few groups, `end` is met
    // again, and the check after the loop finds sizes that no group has
    constexpr std::uint64_t zeros = 0x30303030;
    auto groups = std::array<std::uint32_t, 8>{};
    std::uint32_t bad_sizes = 0;
    std::uint32_t begin = 0;
    for (auto& group : groups) {
        auto const after = static_cast<std::uint32_t>(__builtin_ctzll(ends | end));
        auto const digits = after - begin;
        bad_sizes |= digits - 1;
        auto const missing = (32 - 8 * digits) & 31;
        group = static_cast<std::uint32_t>(std::uint64_t{load_text<std::uint32_t>(first + begin)}
                                               << missing |
                                           (zeros & ((std::uint64_t{1} << missing) - 1)));
        begin = after + 1;
        ends &= ends - 1;
    }
    if (bad_sizes > 3 || begin != size + 1) return false;

    auto bad = _mm_setzero_si128();
    auto const bytes_of = [&](std::uint32_t const* four) __attribute__((target("sse4.1"))) {
        auto const text = load(reinterpret_cast<char const*>(four));
        auto const digit = _mm_sub_epi8(text, _mm_set1_epi8('0'));
        auto const letter =
            _mm_sub_epi8(_mm_or_si128(text, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
        auto const is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit);
        auto const is_letter = _mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(5)), letter);
        bad = _mm_or_si128(bad,
                           _mm_cmpeq_epi8(_mm_or_si128(is_digit, is_letter), _mm_setzero_si128()));
        auto const value =
            _mm_blendv_epi8(_mm_add_epi8(letter, _mm_set1_epi8(10)), digit, is_digit);
        return _mm_maddubs_epi16(value, _mm_set1_epi16(0x0110));
    };
    auto const front = bytes_of(groups.data());
    auto const back = bytes_of(groups.data() + 4);
    auto words = std::array<std::uint64_t, 2>{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(words.data()), _mm_packus_epi16(front, back));
    high = __builtin_bswap64(words[0]);
    low = __builtin_bswap64(words[1]);
    return _mm_testz_si128(bad, bad) != 0;
}

#endif

/// Does what `decode_v6` does for a token that is readable for 48 bytes from its first.
[[nodiscard, gnu::noinline]] inline auto decode_hex_groups(char const* first, char const* last,
                                                           std::uint64_t& high,
                                                           std::uint64_t& low) noexcept -> bool {
#if defined(__x86_64__)
    if (cpu_has(cpu_level::sse41) &&
        decode_eight_groups_sse(first, static_cast<std::size_t>(last - first), high, low))
        return true;
#endif
    return decode_v6(first, last, high, low);
}

}  // namespace flowlog::detail

#endif
