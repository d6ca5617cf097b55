// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_TESTS_FORMAT_CUTS_HPP
#define FLOWLOG_TESTS_FORMAT_CUTS_HPP

#include <algorithm>
#include <cstddef>
#include <vector>

#include "repeats.hpp"

/// The lengths to which a test cuts a file of `size` bytes, in ascending order: each of the first
/// 512, where headers are, then every `step`-th, and each of the `last` ones; a fifth of the first
/// and an eleventh of the others with a sanitizer. All are less than `size`.
///
/// 11 is prime to the record sizes of flow-tools and flowd, so a long file is cut at every offset
/// within a record. 13 is not: a record of flow-tools version 8.6 has 52 bytes.
inline auto cuts(std::size_t size, std::size_t step = 11, std::size_t last = 64)
    -> std::vector<std::size_t> {
    auto const tail = size < last ? 0 : size - last;
    auto const head = testing::repeats(std::size_t{512});
    if (testing::is_sanitized) step *= 11;
    auto result = std::vector<std::size_t>{};
    for (std::size_t cut = 0; cut < size;) {
        result.push_back(cut);
        auto const dense = cut < head || cut >= tail;
        cut = dense ? cut + 1 : std::min(cut + step, tail);
    }
    return result;
}

#endif
