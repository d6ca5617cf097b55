// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_DECODE_COLUMN_HPP
#define FLOWLOG_FORMAT_TEXT_DECODE_COLUMN_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <flowlog/detail/cpu.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/format/text/decode.hpp>
#include <flowlog/format/text/dotted_quad.hpp>
#include <flowlog/format/text/eight_groups.hpp>

namespace flowlog::detail {

/// The tokens of one column of consecutive lines, given by the offsets from `text` of the
/// delimiters around them. The token of line i begins after `delimiters[i * stride]` and ends at
/// the delimiter that follows.
struct token_column {
    char const* text;
    std::uint32_t const* delimiters;
    std::size_t stride;

    /// The first byte of a line's token.
    [[nodiscard]] auto begin(std::size_t line) const noexcept -> char const* {
        return text + static_cast<std::uint32_t>(delimiters[line * stride] + 1);
    }
    [[nodiscard]] auto end(std::size_t line) const noexcept -> char const* {
        return text + delimiters[line * stride + 1];
    }
};

// Decoders of a whole column: their constants stay in registers, and numbers are decoded four at a
// time. They return false, with useless output, if a value is absent or malformed.

/// Decodes a number of any length that is at most `limit`.
[[nodiscard, gnu::always_inline]] inline auto decode_one(char const* first, char const* last,
                                                         std::uint64_t limit,
                                                         std::uint64_t& out) noexcept -> bool {
    auto const number = decode_number<std::uint64_t>(first, last);
    out = number.value;
    return number.bad == 0 && number.value <= limit;
}

/// Decodes `count` numbers: the number of line i goes to `out[i * step]`.
inline auto decode_numbers_scalar(token_column const& tokens, std::size_t count,
                                  std::uint64_t limit, std::uint64_t* out,
                                  std::size_t step) noexcept -> bool {
    auto good = true;
    for (std::size_t i = 0; i < count; ++i)
        good &= decode_one(tokens.begin(i), tokens.end(i), limit, out[i * step]);
    return good;
}

#if defined(__x86_64__)

/// Loads four words from four addresses.
[[gnu::target("avx2")]] inline auto gather_words(void const* a, void const* b, void const* c,
                                                 void const* d) noexcept -> __m256i {
    auto const load = [](void const* at) {
        return load_text<std::uint64_t>(static_cast<char const*>(at));
    };
    return _mm256_setr_epi64x(static_cast<long long>(load(a)), static_cast<long long>(load(b)),
                              static_cast<long long>(load(c)), static_cast<long long>(load(d)));
}

/// Does what `decode_numbers_scalar` does, in 0.4 of the instructions if no number has more than
/// eight digits.
[[gnu::target("avx2")]] inline auto decode_numbers_avx2(token_column const& tokens,
                                                        std::size_t count, std::uint64_t limit,
                                                        std::uint64_t* out,
                                                        std::size_t step) noexcept -> bool {
    constexpr auto largest = std::uint64_t{99'999'999};
    auto const zero = _mm256_setzero_si256();
    auto const above = _mm256_set1_epi64x(static_cast<long long>(std::min(limit, largest)));
    auto bad = zero;
    auto good = true;
    auto const stride = tokens.stride;
    auto const* const source = tokens.text;
    auto const* at = tokens.delimiters;
    std::size_t i = 0;
    for (; i + 4 <= count; i += 4, at += 4 * stride, out += 4 * step) {
        auto const* const second = at + stride;
        auto const* const third = second + stride;
        auto const* const fourth = third + stride;
        auto const around = gather_words(at, second, third, fourth);
        auto const size = _mm256_sub_epi32(_mm256_sub_epi32(_mm256_srli_epi64(around, 32), around),
                                           _mm256_set1_epi64x(1));
        auto const bits = _mm256_srli_epi64(_mm256_slli_epi64(size, 32), 29);
        if (!_mm256_testz_si256(_mm256_cmpgt_epi64(bits, _mm256_set1_epi64x(64)),
                                _mm256_set1_epi64x(-1))) [[unlikely]] {
            for (auto k = i; k < i + 4; ++k)
                good &= decode_one(tokens.begin(k), tokens.end(k), limit, out[(k - i) * step]);
            continue;
        }
        auto const begin = [source](std::uint32_t before) {
            return source + static_cast<std::uint32_t>(before + 1);
        };
        auto const text = gather_words(begin(*at), begin(*second), begin(*third), begin(*fourth));
        auto const digits = _mm256_sllv_epi64(_mm256_xor_si256(text, _mm256_set1_epi8('0')),
                                              _mm256_sub_epi64(_mm256_set1_epi64x(64), bits));
        auto const pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A));
        auto const fours = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x0001'0064));
        auto const number = _mm256_add_epi64(_mm256_mul_epu32(fours, _mm256_set1_epi64x(10000)),
                                             _mm256_srli_epi64(fours, 32));
        bad = _mm256_or_si256(bad, _mm256_or_si256(_mm256_subs_epu8(digits, _mm256_set1_epi8(9)),
                                                   _mm256_cmpgt_epi64(number, above)));
        auto numbers = std::array<std::uint64_t, 4>{};
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers.data()), number);
        out[0] = numbers[0];
        out[step] = numbers[1];
        out[2 * step] = numbers[2];
        out[3 * step] = numbers[3];
    }
    for (; i < count; ++i, out += step)
        good &= decode_one(tokens.begin(i), tokens.end(i), limit, *out);
    return good && _mm256_testz_si256(bad, bad) != 0;
}

#endif

/// Decodes `count` numbers, each of which is at most `limit`: the number of line i goes to
/// `out[i * step]`.
[[nodiscard]] inline auto decode_numbers(token_column const& tokens, std::size_t count,
                                         std::uint64_t limit, std::uint64_t* out,
                                         std::size_t step) noexcept -> bool {
#if defined(__x86_64__)
    if (cpu_has(cpu_level::avx2)) return decode_numbers_avx2(tokens, count, limit, out, step);
#endif
    return decode_numbers_scalar(tokens, count, limit, out, step);
}

/// Decodes `count` times that are in seconds: the microseconds of line i go to `out[i * step]`.
[[nodiscard]] inline auto decode_seconds(token_column const& tokens, std::size_t count,
                                         std::uint64_t* out, std::size_t step) noexcept -> bool {
    constexpr auto microseconds = std::uint64_t{1'000'000};
    if (!decode_numbers(tokens, count, first_milliseconds - 1, out, step)) return false;
    for (std::size_t i = 0; i < count; ++i) out[i * step] *= microseconds;
    return true;
}

/// Decodes `count` addresses: `high()` and `low()` of line i go to `out[i * step]` and the word
/// after it. Calls `note(i, is_v6)` for each.
template <class Note>
[[nodiscard]] auto decode_addresses_scalar(token_column const& tokens, std::size_t count,
                                           std::uint64_t* out, std::size_t step, Note note) noexcept
    -> bool {
    auto good = true;
    for (std::size_t i = 0; i < count; ++i) {
        auto* const words = out + i * step;
        std::uint32_t quad = 0;
        auto const v4 = decode_v4(tokens.begin(i), tokens.end(i), quad);
        words[0] = 0;
        words[1] = quad;
        if (!v4) good &= decode_hex_groups(tokens.begin(i), tokens.end(i), words[0], words[1]);
        note(i, !v4);
    }
    return good;
}

#if defined(__x86_64__)
/// Does what `decode_addresses_scalar` does, with SSE 4.1.
template <class Note>
[[nodiscard, gnu::target("sse4.1")]] auto decode_addresses_sse(token_column const& tokens,
                                                               std::size_t count,
                                                               std::uint64_t* out, std::size_t step,
                                                               Note note) noexcept -> bool {
    auto good = true;
    for (std::size_t i = 0; i < count; ++i) {
        auto const* const first = tokens.begin(i);
        auto const* const last = tokens.end(i);
        auto* const words = out + i * step;
        std::uint32_t quad = 0;
        auto const v4 = decode_quad_sse(first, static_cast<std::size_t>(last - first), quad);
        words[0] = 0;
        words[1] = quad;
        if (!v4) [[unlikely]]
            good &= decode_hex_groups(first, last, words[0], words[1]);
        note(i, !v4);
    }
    return good;
}
#endif

/// Decodes `count` addresses as `decode_addresses_scalar` does.
template <class Note>
[[nodiscard]] auto decode_addresses(token_column const& tokens, std::size_t count,
                                    std::uint64_t* out, std::size_t step, Note note) noexcept
    -> bool {
#if defined(__x86_64__)
    if (cpu_has(cpu_level::sse41)) return decode_addresses_sse(tokens, count, out, step, note);
#endif
    return decode_addresses_scalar(tokens, count, out, step, note);
}

}  // namespace flowlog::detail

#endif
