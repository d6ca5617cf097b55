// SPDX-License-Identifier: BSL-1.0
// Looks for some bytes in JSON, sixteen at a time.
#ifndef FLOWLOG_SRC_JSON_BYTES_HPP
#define FLOWLOG_SRC_JSON_BYTES_HPP

#include <bit>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flowlog::detail::json {

#if defined(__SSE2__)

/// Sixteen bytes of a text, which must be readable.
class sixteen {
public:
    static constexpr std::size_t size = 16;

    explicit sixteen(char const* at) noexcept
        : bytes_{_mm_loadu_si128(reinterpret_cast<__m128i const*>(at))} {}

    /// Which of them are this byte: the lowest bit is the first byte.
    [[nodiscard]] auto are(char c) const noexcept -> std::uint32_t {
        return mask(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(c)));
    }
    /// Which of them are one of two bytes.
    [[nodiscard]] auto are(char a, char b) const noexcept -> std::uint32_t {
        return mask(_mm_or_si128(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(a)),
                                 _mm_cmpeq_epi8(bytes_, _mm_set1_epi8(b))));
    }
    /// Which of them are backslashes, control characters or no characters of ASCII.
    [[nodiscard]] auto are_odd() const noexcept -> std::uint32_t {
        // as signed numbers, all but the backslashes are less than a blank
        return mask(_mm_or_si128(_mm_cmplt_epi8(bytes_, _mm_set1_epi8(' ')),
                                 _mm_cmpeq_epi8(bytes_, _mm_set1_epi8('\\'))));
    }

private:
    [[nodiscard]] static auto mask(__m128i bytes) noexcept -> std::uint32_t {
        return static_cast<std::uint32_t>(_mm_movemask_epi8(bytes));
    }
    __m128i bytes_;
};

#else

class sixteen {
public:
    static constexpr std::size_t size = 16;

    explicit sixteen(char const* at) noexcept : at_{at} {}

    [[nodiscard]] auto are(char c) const noexcept -> std::uint32_t { return are(c, c); }
    [[nodiscard]] auto are(char a, char b) const noexcept -> std::uint32_t {
        auto result = std::uint32_t{0};
        for (std::size_t i = 0; i < size; ++i)
            result |= (at_[i] == a || at_[i] == b ? std::uint32_t{1} : 0U) << i;
        return result;
    }
    [[nodiscard]] auto are_odd() const noexcept -> std::uint32_t {
        auto result = are('\\');
        for (std::size_t i = 0; i < size; ++i)
            result |= (static_cast<signed char>(at_[i]) < ' ' ? std::uint32_t{1} : 0U) << i;
        return result;
    }

private:
    char const* at_;
};

#endif

/// The first quote or backslash from some byte on. There must be one, and 16 readable bytes after
/// it.
inline auto find_quote(char const* at) noexcept -> char const* {
    for (;; at += sixteen::size) {
        if (auto const found = sixteen{at}.are('"', '\\'); found != 0)
            return at + std::countr_zero(found);
    }
}

}  // namespace flowlog::detail::json

#endif
