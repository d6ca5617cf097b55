// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_MEMORY_HPP
#define FLOWLOG_SOURCE_MEMORY_HPP

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/source/source.hpp>

namespace flowlog {

/// Bytes that are already in memory, handed out in blocks. Does not own them: they must outlive the
/// source.
class memory_source {
public:
    static constexpr std::size_t default_block_size = std::size_t{256} << 10;

    /// `block_size` of 0 counts as 1.
    explicit memory_source(std::string_view bytes, std::string name = "memory",
                           std::size_t block_size = default_block_size)
        : rest_{bytes}, name_{std::move(name)}, block_size_{std::max<std::size_t>(block_size, 1)} {}

    [[nodiscard]] auto next() noexcept -> std::span<char const> {
        auto const block = rest_.substr(0, block_size_);
        rest_.remove_prefix(block.size());
        return block;
    }
    [[nodiscard]] auto name() const -> std::string { return name_; }

private:
    std::string_view rest_;
    std::string name_;
    std::size_t block_size_;
};

}  // namespace flowlog

#endif
