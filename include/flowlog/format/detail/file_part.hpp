// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DETAIL_FILE_PART_HPP
#define FLOWLOG_FORMAT_DETAIL_FILE_PART_HPP

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include <flowlog/source/file.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// A run of bytes of a file that holds whole units of its format: lines, blocks or records.
struct file_part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint32_t blocks_before = 0;  ///< of an archive that has blocks
    bool last = false;                ///< whether it reaches to the end of the file
};

/// The bytes of a part of a file, counted where `progress` watches.
[[nodiscard]] inline auto source_of(std::shared_ptr<file const> input, file_part const& part,
                                    std::atomic<std::uint64_t>* progress) -> any_source {
    auto source = any_source{file_source{std::move(input), part.begin, part.end}};
    if (progress != nullptr) source = counted_source<any_source>{std::move(source), *progress};
    return source;
}

}  // namespace flowlog::detail

#endif
