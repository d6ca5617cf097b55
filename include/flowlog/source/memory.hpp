// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_MEMORY_HPP
#define FLOWLOG_SOURCE_MEMORY_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/source/source.hpp>

namespace flowlog {

/// A byte source over bytes in memory, handed out in blocks. Does not own the bytes: they must
/// outlive the source.
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

/// An input (source/input.hpp) whose bytes are in memory.
///
///     auto found = flowlog::run({flowlog::memory_input{text}}, counter);
class memory_input {
    struct source {
        [[nodiscard]] auto next() noexcept -> std::span<char const> { return bytes.next(); }
        [[nodiscard]] auto name() const -> std::string { return bytes.name(); }
        std::shared_ptr<std::string const> owner;
        memory_source bytes;
    };

public:
    /// Takes the bytes over.
    explicit memory_input(std::string bytes, std::string name = "memory")
        : owned_{std::make_shared<std::string const>(std::move(bytes))},
          bytes_{*owned_},
          name_{std::move(name)} {}

    /// Bytes that someone else owns: they must outlive the input and all that is made of it.
    [[nodiscard]] static auto borrowed(std::string_view bytes, std::string name = "memory")
        -> memory_input {
        auto result = memory_input{std::string{}, std::move(name)};
        result.bytes_ = bytes;
        return result;
    }

    /// The same input, whose sources hand out blocks of this many bytes.
    [[nodiscard]] auto in_blocks_of(std::size_t block_size) const -> memory_input {
        auto result = *this;
        result.block_size_ = block_size;
        return result;
    }

    [[nodiscard]] auto name() const -> std::string { return name_; }
    [[nodiscard]] auto size() const noexcept -> std::uint64_t { return bytes_.size(); }

    /// A source over all bytes; it shares the ownership of them.
    [[nodiscard]] auto open() const -> source { return open_range(0, bytes_.size()); }

    /// A source over the bytes from `begin` up to `end`.
    [[nodiscard]] auto open_range(std::uint64_t begin, std::uint64_t end) const -> source {
        auto const size = end - std::min(begin, end);
        return source{owned_, memory_source{range(begin, size), name_, block_size_}};
    }

    /// Copies the bytes from `offset` on to `buffer`; returns how many.
    [[nodiscard]] auto read_at(std::uint64_t offset, std::span<char> buffer) const -> std::size_t {
        auto const from = range(offset, buffer.size());
        std::ranges::copy(from, buffer.begin());
        return from.size();
    }

private:
    [[nodiscard]] auto range(std::uint64_t begin, std::uint64_t size) const noexcept
        -> std::string_view {
        auto const from = static_cast<std::size_t>(std::min<std::uint64_t>(begin, bytes_.size()));
        return bytes_.substr(
            from, static_cast<std::size_t>(std::min<std::uint64_t>(size, bytes_.size() - from)));
    }

    std::shared_ptr<std::string const> owned_;
    std::string_view bytes_;
    std::string name_;
    std::size_t block_size_ = memory_source::default_block_size;
};

}  // namespace flowlog

#endif
