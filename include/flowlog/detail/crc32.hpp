// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_CRC32_HPP
#define FLOWLOG_DETAIL_CRC32_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/detail/cpu.hpp>
#include <flowlog/detail/load.hpp>

#if defined(__x86_64__)
#include <wmmintrin.h>
#endif

namespace flowlog::detail {

#if defined(__x86_64__)

/// Adds a multiple of 16 bytes, at least 64, by multiplication without carry. The algorithm and its
/// constants are from Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ"
/// (Intel, 2009), for the reflected polynomial: 64 bytes are folded into the next 64, these into
/// 16, and the rest is reduced.
[[nodiscard, gnu::target("pclmul")]] inline auto add_to_crc32_folded(
    std::uint32_t crc, std::string_view bytes) noexcept -> std::uint32_t {
    auto const* at = bytes.data();
    auto const load = [](char const* from) {
        return _mm_loadu_si128(reinterpret_cast<__m128i const*>(from));
    };
    auto const fold = [](__m128i value, __m128i by,
                         __m128i next) __attribute__((target("pclmul"))) {
        return _mm_xor_si128(_mm_xor_si128(_mm_clmulepi64_si128(value, by, 0x00),
                                           _mm_clmulepi64_si128(value, by, 0x11)),
                             next);
    };
    auto const by_64 = _mm_set_epi64x(0x1C6E41596, 0x154442BD4);
    auto const by_16 = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);
    auto const by_8 = _mm_set_epi64x(0, 0x163CD6124);
    auto const reduce = _mm_set_epi64x(0x1F7011641, 0x1DB710641);
    auto const low_halves = _mm_setr_epi32(~0, 0, ~0, 0);

    auto a = _mm_xor_si128(load(at), _mm_cvtsi32_si128(static_cast<int>(crc)));
    auto b = load(at + 16);
    auto c = load(at + 32);
    auto d = load(at + 48);
    auto const* const end = at + bytes.size();
    for (at += 64; end - at >= 64; at += 64) {
        a = fold(a, by_64, load(at));
        b = fold(b, by_64, load(at + 16));
        c = fold(c, by_64, load(at + 32));
        d = fold(d, by_64, load(at + 48));
    }
    a = fold(fold(fold(a, by_16, b), by_16, c), by_16, d);
    for (; at != end; at += 16) a = fold(a, by_16, load(at));

    a = _mm_xor_si128(_mm_srli_si128(a, 8), _mm_clmulepi64_si128(a, by_16, 0x10));
    a = _mm_xor_si128(_mm_srli_si128(a, 4),
                      _mm_clmulepi64_si128(_mm_and_si128(a, low_halves), by_8, 0x00));
    b = _mm_clmulepi64_si128(_mm_and_si128(a, low_halves), reduce, 0x10);
    b = _mm_clmulepi64_si128(_mm_and_si128(b, low_halves), reduce, 0x00);
    return static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_srli_si128(_mm_xor_si128(a, b), 4)));
}

/// Whether this processor has what `add_to_crc32_folded` needs.
[[nodiscard]] inline auto can_fold_crc32() noexcept -> bool {
    static auto const can = cpu_has(cpu_level::sse41) && __builtin_cpu_supports("pclmul") != 0;
    return can;
}

#endif

/// Tables for the reflected polynomial 0xEDB88320: `tables[k][b]` is the remainder of byte b
/// followed by k zeros.
inline auto make_crc32_tables() noexcept {
    auto tables = std::array<std::array<std::uint32_t, 256>, 8>{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        auto crc = byte;
        for (auto bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < tables.size(); ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            auto const before = tables[k - 1][byte];
            tables[k][byte] = before >> 8 ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}

/// Adds bytes to the remainder of those before them. The CRC-32 of zip begins with ~0 and is
/// inverted at the end; flowd's begins with 0 and is not.
[[nodiscard]] inline auto add_to_crc32(std::uint32_t crc, std::string_view bytes) noexcept
    -> std::uint32_t {
#if defined(__x86_64__)
    if (bytes.size() >= 64 && can_fold_crc32()) {
        auto const size = bytes.size() / 16 * 16;
        crc = add_to_crc32_folded(crc, bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
#endif
    static auto const tables =
        make_crc32_tables();     // at compile time its 40,000 steps take too long
    while (bytes.size() >= 8) {  // 8 bytes at a time are 5 times as fast as one
        auto const low = load_little<std::uint32_t>(bytes.data()) ^ crc;
        auto const high = load_little<std::uint32_t>(bytes.data() + 4);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
              tables[4][low >> 24] ^ tables[3][high & 0xFF] ^ tables[2][high >> 8 & 0xFF] ^
              tables[1][high >> 16 & 0xFF] ^ tables[0][high >> 24];
        bytes.remove_prefix(8);
    }
    for (auto const c : bytes)
        crc = crc >> 8 ^ tables[0][(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    return crc;
}

}  // namespace flowlog::detail

#endif
