// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_BYTE_CURSOR_HPP
#define FLOWLOG_SOURCE_BYTE_CURSOR_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/source/decoder.hpp>
#include <flowlog/source/overlapped_source.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Moves through a source and shows the bytes ahead in one piece, whatever blocks they come in.
/// Copies only what lies across the end of a block, and holds no more than a block and the largest
/// piece asked for.
template <byte_source Source>
class byte_cursor {
public:
    /// `offset` is that of the source's first byte in its input.
    explicit byte_cursor(Source source, std::uint64_t offset = 0)
        : source_{std::in_place_index<0>, std::move(source)}, fetched_{offset} {}

    /// Whether `size` bytes lie ahead; fetches blocks until they do, or until the input ends.
    [[nodiscard]] auto fetch(std::size_t size) -> bool {
        return ahead_.size() >= size || refill(size);
    }

    /// What lies ahead in one piece: after `fetch(size)` at least `size` bytes, less only before
    /// the end of the input.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view { return ahead_; }

    /// Passes over bytes that lie ahead. They stay readable until the next `fetch`.
    void skip(std::size_t size) noexcept { ahead_.remove_prefix(size); }

    /// Offset of the first byte ahead; from `decode_rest` on it counts decoded bytes.
    [[nodiscard]] auto offset() const noexcept -> std::uint64_t {
        return fetched_ - block_.size() - ahead_.size();
    }

    /// From here on, what lies ahead is what a decoder makes of the rest of the input; on a thread
    /// of its own if it is to overlap with what is done here.
    void decode_rest(decoder const& how, bool overlap = false) {
        auto const at = offset();
        auto rest = rewound_source<Source>{std::string{ahead_} + std::string{block_},
                                           std::move(std::get<0>(source_))};
        auto decoded = how.wrap(any_source{std::move(rest)}, at);
        if (overlap) decoded = overlapped_source<any_source>{std::move(decoded)};
        source_.template emplace<1>(std::move(decoded));
        ahead_ = {};
        block_ = {};
        fetched_ = at;
    }

    [[nodiscard]] auto name() const -> std::string {
        return std::visit([](auto const& source) -> std::string { return source.name(); }, source_);
    }

private:
    /// Goes on in the current block, or puts a piece together that lies across the ends of blocks.
    auto refill(std::size_t size) -> bool {
        if (ahead_.empty()) ahead_ = std::exchange(block_, {});
        while (ahead_.empty()) {
            ahead_ = next_block();
            if (ahead_.empty()) return size == 0;
        }
        if (ahead_.size() >= size) return true;
        auto piece = std::vector<char>(ahead_.begin(), ahead_.end());
        ahead_ = {};
        while (piece.size() < size) {
            if (block_.empty()) block_ = next_block();
            if (block_.empty()) break;
            auto const part = block_.substr(0, size - piece.size());
            piece.insert(piece.end(), part.begin(), part.end());
            block_.remove_prefix(part.size());
        }
        piece_.swap(piece);
        ahead_ = {piece_.data(), piece_.size()};
        return ahead_.size() >= size;
    }

    auto next_block() -> std::string_view {
        auto const block = std::visit(
            [](auto& source) -> std::span<char const> { return source.next(); }, source_);
        fetched_ += block.size();
        return {block.data(), block.size()};
    }

    std::variant<Source, any_source> source_;
    std::uint64_t fetched_;    // offset of the end of the block at hand
    std::string_view ahead_;   // in piece_ or in a block
    std::string_view block_;   // what follows piece_
    std::vector<char> piece_;  // what lay across the ends of blocks
};

}  // namespace flowlog::detail

#endif
