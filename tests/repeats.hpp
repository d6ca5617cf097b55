// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_TESTS_REPEATS_HPP
#define FLOWLOG_TESTS_REPEATS_HPP

#include <concepts>
#include <cstddef>
#include <vector>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define FLOWLOG_TEST_SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FLOWLOG_TEST_SANITIZED 1
#endif
#endif

namespace testing {

/// Whether a sanitizer slows this build down, about twentyfold. What a test then repeats less often
/// is repeated in full by the other builds.
#ifdef FLOWLOG_TEST_SANITIZED
inline constexpr auto is_sanitized = true;
#else
inline constexpr auto is_sanitized = false;
#endif

/// How often to do what a test does `count` times: a fifth of it with a sanitizer.
template <std::integral T>
constexpr auto repeats(T count) -> T {
    return is_sanitized ? static_cast<T>((count + 4) / 5) : count;
}

/// Sizes of a source's blocks, in bytes: 1 to 64, or, with a sanitizer, some of them, which split
/// units of 2, 4, 8 and 16 bytes at every place.
inline auto block_sizes() -> std::vector<std::size_t> {
    if (is_sanitized) return {1, 2, 3, 5, 7, 8, 13, 16, 17, 31, 47, 64};
    auto result = std::vector<std::size_t>{};
    for (std::size_t size = 1; size <= 64; ++size) result.push_back(size);
    return result;
}

}  // namespace testing

#endif
