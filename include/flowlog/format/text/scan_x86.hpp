// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_SCAN_X86_HPP
#define FLOWLOG_FORMAT_TEXT_SCAN_X86_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)

#include <immintrin.h>

#include <flowlog/format/text/scan_groups.hpp>

namespace flowlog::detail {

// The scanners for x86. A byte is a delimiter if it equals the table's entry for its low four bits.
// Among the four delimiters, only tab and CR are odd. So bit 0 of all delimiters together shows
// whether there is a tab or a CR.

inline void scan_sse2(char const* text, std::size_t size, scan_index& index) noexcept {
    auto const zero = _mm_setzero_si128();
    auto seen = zero;
    auto newlines = zero;  // 255 for each
    auto const find = [&](char const* at) {
        std::uint64_t delimiters = 0;
        for (unsigned i = 0; i < 64; i += 16) {
            auto const bytes = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at + i));
            auto const equal = [&](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
            auto const newline = equal('\n');
            auto const found = _mm_or_si128(_mm_or_si128(equal(' '), newline),
                                            _mm_or_si128(equal('\t'), equal('\r')));
            seen = _mm_or_si128(seen, _mm_and_si128(found, bytes));
            newlines = _mm_add_epi64(newlines, _mm_sad_epu8(newline, zero));
            delimiters |= std::uint64_t{static_cast<std::uint32_t>(_mm_movemask_epi8(found))} << i;
        }
        return delimiters;
    };
    scan_groups(text, size, index, find, write_bits<>{});
    auto counts = std::array<std::uint64_t, 2>{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(counts.data()), newlines);
    index.line_count = static_cast<std::size_t>((counts[0] + counts[1]) / 255);
    index.irregular = index.irregular || _mm_movemask_epi8(_mm_slli_epi16(seen, 7)) != 0;
}

// The tuning saves an instruction before each count of zeros that some old processors need.
#define FLOWLOG_DETAIL_AVX2_FEATURES "avx2,bmi,bmi2,popcnt,lzcnt,tune=znver3"
#define FLOWLOG_DETAIL_AVX2 gnu::target(FLOWLOG_DETAIL_AVX2_FEATURES)
#define FLOWLOG_DETAIL_AVX512 \
    gnu::target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt")

/// The delimiters of 64 bytes: a bit for each byte, and the bytes with NUL in place of all others.
struct found_avx2 {
    std::uint64_t bits;
    __m256i low;
    __m256i high;
};
[[FLOWLOG_DETAIL_AVX2, gnu::always_inline]] inline auto find_avx2(char const* at) noexcept
    -> found_avx2 {
    auto const table = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
    auto const low = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(at));
    auto const high = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(at + 32));
    auto const in_low = _mm256_cmpeq_epi8(low, _mm256_shuffle_epi8(table, low));
    auto const in_high = _mm256_cmpeq_epi8(high, _mm256_shuffle_epi8(table, high));
    auto const bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(in_high));
    return {std::uint64_t{bits} << 32 | static_cast<std::uint32_t>(_mm256_movemask_epi8(in_low)),
            _mm256_and_si256(in_low, low), _mm256_and_si256(in_high, high)};
}

/// Adds the delimiters found, as numbers, to four sums.
[[FLOWLOG_DETAIL_AVX2, gnu::always_inline]] inline auto add_avx2(__m256i sums,
                                                                 found_avx2 const& found) noexcept
    -> __m256i {
    return _mm256_add_epi64(
        sums, _mm256_sad_epu8(_mm256_add_epi8(found.low, found.high), _mm256_setzero_si256()));
}
[[FLOWLOG_DETAIL_AVX2]] inline auto total_avx2(__m256i sums) noexcept -> std::uint64_t {
    auto lanes = std::array<std::uint64_t, 4>{};
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes.data()), sums);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

/// Does what `write_bits` does. tzcnt of 0 is 64 and needs no special case.
template <std::size_t Usual>
[[FLOWLOG_DETAIL_AVX2, gnu::always_inline]] inline void write_avx2(std::uint64_t mask,
                                                                   std::size_t count,
                                                                   std::uint32_t base,
                                                                   std::uint32_t* out) noexcept {
#pragma GCC unroll 12
    for (std::size_t i = 0; i < Usual; ++i) {
        out[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(mask));
        mask = _blsr_u64(mask);
    }
    for (auto i = Usual; i < count; ++i) {
        out[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(mask));
        mask = _blsr_u64(mask);
    }
}

/// The difference between a blank and an LF.
inline constexpr std::uint64_t lf_below_blank = ' ' - '\n';

[[FLOWLOG_DETAIL_AVX2]] inline void scan_avx2(char const* text, std::size_t size,
                                              scan_index& index) noexcept {
    auto seen = _mm256_setzero_si256();
    auto sums = _mm256_setzero_si256();
    auto const find = [&](char const* at) __attribute__((target(FLOWLOG_DETAIL_AVX2_FEATURES))) {
        auto const found = find_avx2(at);
        seen = _mm256_or_si256(seen, _mm256_or_si256(found.low, found.high));
        sums = add_avx2(sums, found);
        return found.bits;
    };
    auto const write =
        [](std::uint64_t mask, std::size_t count, std::uint32_t base, std::uint32_t* out)
            __attribute__((target(FLOWLOG_DETAIL_AVX2_FEATURES))) {
                write_avx2<12>(mask, count, base, out);
            };
    scan_groups(text, size, index, find, write);
    index.line_count =
        static_cast<std::size_t>((index.delimiter_count * ' ' - total_avx2(sums)) / lf_below_blank);
    if (_mm256_movemask_epi8(_mm256_slli_epi16(seen, 7)) != 0) {
        index.irregular = true;
        index.line_count = static_cast<std::size_t>(std::count(text, text + size, '\n'));
    }
}

/// Writes the delimiters that are kept, of which most groups have at most `Usual`. (`scan_groups`
/// with one more step takes 64 instead of 61 instructions for 64 bytes, and keeps the sums in
/// memory.)
template <std::size_t Usual>
[[FLOWLOG_DETAIL_AVX2]] inline void scan_kept_avx2_groups(char const* text, std::size_t size,
                                                          kept_delimiters const& kept,
                                                          scan_index& index) noexcept {
    auto const* const patterns = kept.patterns();
    auto const* const next = kept.next();
    auto* out = index.delimiters;
    auto sums = _mm256_setzero_si256();
    std::size_t number = 0;  // of the next delimiter in its line
    std::uint64_t after_delimiter = 1;
    std::uint64_t irregular = 0;
    auto const take = [&](char const* group, std::size_t at) __attribute__((
                          target(FLOWLOG_DETAIL_AVX2_FEATURES), always_inline)) {
        auto const found = find_avx2(group);
        sums = add_avx2(sums, found);
        irregular |= found.bits & ((found.bits << 1) | after_delimiter);
        after_delimiter = found.bits >> 63;
        auto const here = static_cast<std::size_t>(__builtin_popcountll(found.bits));
        auto const bits = _pdep_u64(patterns[number], found.bits);
        number = next[number + here];
        auto const count = static_cast<std::size_t>(__builtin_popcountll(bits));
        write_avx2<Usual>(bits, count, static_cast<std::uint32_t>(at), out);
        out += count;
    };
    auto const whole = size / 64 * 64;
    for (std::size_t at = 0; at != whole; at += 64) {
        __builtin_prefetch(text + at + 8192, 0, 2);
        take(text + at, at);
    }
    if (whole != size) {
        auto last = std::array<char, 64>{};
        std::memcpy(last.data(), text + whole, size - whole);
        take(last.data(), whole);
    }
    index.delimiter_count = static_cast<std::size_t>(out - index.delimiters);
    index.irregular = irregular != 0;
    // if every line ends with an LF, all other delimiters are blanks: no others have this sum
    index.line_count = index.delimiter_count / kept.per_line();
    index.regular = number == 0 &&
                    total_avx2(sums) == index.line_count * (kept.columns() * ' ' - lf_below_blank);
}

inline void scan_kept_avx2(char const* text, std::size_t size, kept_delimiters const& kept,
                           scan_index& index) noexcept {
    // a group with more than the usual number costs a misprediction
    if (kept.per_line() < 8) return scan_kept_avx2_groups<5>(text, size, kept, index);
    scan_kept_avx2_groups<8>(text, size, kept, index);
}

[[FLOWLOG_DETAIL_AVX512]] inline void scan_avx512(char const* text, std::size_t size,
                                                  scan_index& index) noexcept {
    auto const newline = _mm512_set1_epi8('\n');
    auto const table = _mm512_maskz_broadcast_i32x4(
        0xFFFF, _mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', '\n', 0, 0, '\r', 0, 0));
    auto seen = _mm512_setzero_si512();
    std::size_t newlines = 0;
    auto const find =
        [&](char const* at) __attribute__((target(
            "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt"))) {
            auto const bytes = _mm512_loadu_si512(at);
            auto const found = _mm512_cmpeq_epi8_mask(bytes, _mm512_shuffle_epi8(table, bytes));
            seen = _mm512_or_si512(seen, _mm512_maskz_mov_epi8(found, bytes));
            newlines += static_cast<std::size_t>(
                std::popcount(std::uint64_t{_mm512_cmpeq_epi8_mask(bytes, newline)}));
            return std::uint64_t{found};
        };
    auto const write =
        [](std::uint64_t mask, std::size_t count, std::uint32_t base, std::uint32_t* out)
            __attribute__((target(
                "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt,lzcnt"))) {
                auto const ascending =
                    _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48,
                                    47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32,
                                    31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                                    15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
                auto const origin = _mm512_set1_epi32(static_cast<int>(base));
                auto const offsets = _mm512_maskz_compress_epi8(mask, ascending);
                auto const sixteen = [&](__m128i bytes, std::uint32_t* to) __attribute__((
                                         target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,"
                                                "avx2,bmi,bmi2,popcnt,lzcnt"))) {
                    _mm512_storeu_si512(
                        to, _mm512_add_epi32(_mm512_maskz_cvtepu8_epi32(0xFFFF, bytes), origin));
                };
                sixteen(_mm512_maskz_extracti32x4_epi32(0xF, offsets, 0), out);
                if (count > 16) [[unlikely]] {
                    sixteen(_mm512_maskz_extracti32x4_epi32(0xF, offsets, 1), out + 16);
                    sixteen(_mm512_maskz_extracti32x4_epi32(0xF, offsets, 2), out + 32);
                    sixteen(_mm512_maskz_extracti32x4_epi32(0xF, offsets, 3), out + 48);
                }
            };
    scan_groups(text, size, index, find, write);
    index.line_count = newlines;
    index.irregular = index.irregular || _mm512_test_epi8_mask(seen, _mm512_set1_epi8(1)) != 0;
}

#undef FLOWLOG_DETAIL_AVX2
#undef FLOWLOG_DETAIL_AVX2_FEATURES
#undef FLOWLOG_DETAIL_AVX512

}  // namespace flowlog::detail

#endif

#endif
