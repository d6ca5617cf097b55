// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_CHUNK_HPP
#define FLOWLOG_FORMAT_CHUNK_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <utility>

#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// A range of an input's bytes that holds whole units of its format: lines, blocks or records. The
/// chunks of an input are in order, and each begins where the one before it ends.
struct chunk {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint32_t blocks_before = 0;  ///< blocks before the first one, if the format has blocks
    std::uint64_t blocks_hash = 0;    ///< of these blocks, if the format lists its blocks
    bool last = false;                ///< whether it reaches to the end of the input
};

/// The bytes of a chunk, added to `progress` as they are read unless that is null.
[[nodiscard]] inline auto open_chunk(input const& from, chunk const& which,
                                     std::atomic<std::uint64_t>* progress) -> any_source {
    auto source = from.open_range(which.begin, which.end);
    if (progress != nullptr) source = counted_source<any_source>{std::move(source), *progress};
    return source;
}

/// The first start of a line of an input at or after `offset`, which is not 0; `size`, the size of
/// the input, if there is none.
[[nodiscard]] inline auto line_start(input const& from, std::uint64_t offset, std::uint64_t size)
    -> std::uint64_t {
    auto block = std::array<char, 4096>{};
    for (auto at = offset - 1; at < size; at += block.size()) {
        auto const got = from.read_at(at, block);
        auto const end = std::string_view{block.data(), got}.find('\n');
        if (end != std::string_view::npos) return std::min(at + end + 1, size);
        if (got == 0) break;
    }
    return size;
}

}  // namespace flowlog

#endif
