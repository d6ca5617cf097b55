// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_BYTE_CURSOR_HPP
#define FLOWLOG_SOURCE_BYTE_CURSOR_HPP

//      blocks of the source   |aaaaaaaaaaaa|bbbbbbbbbbbb|cccccc...
//                                    ^ahead------^           fetch(9): copied to one piece, as it
//                                    |  skip(4)  |           crosses the end of a block
//                                    offset()    block_

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

namespace flowlog {

/// Moves through a byte source and shows the bytes ahead in one piece, whatever blocks they come
/// in. Copies only pieces that cross the end of a block. Its memory is bounded by one block and the
/// largest piece asked for.
template <byte_source Source>
class byte_cursor {
public:
    /// `offset` is the offset of the source's first byte in its input.
    explicit byte_cursor(Source source, std::uint64_t offset = 0)
        : source_{std::in_place_index<0>, std::move(source)}, fetched_{offset} {}

    /// Makes `ahead` at least `size` bytes long, or as long as the rest of the input; returns
    /// whether there are `size` bytes.
    [[nodiscard]] auto fetch(std::size_t size) -> bool {
        return ahead_.size() >= size || refill(size);
    }

    /// The bytes ahead, in one piece: at least `size` of them after `fetch(size)`, fewer only at
    /// the end of the input.
    [[nodiscard]] auto ahead() const noexcept -> std::string_view { return ahead_; }

    /// Moves past `size` bytes of `ahead`. They stay readable until the next `fetch`.
    void skip(std::size_t size) noexcept { ahead_.remove_prefix(size); }

    /// The offset of the first byte ahead. After `decode_rest` it counts decoded bytes.
    [[nodiscard]] auto offset() const noexcept -> std::uint64_t {
        return fetched_ - block_.size() - ahead_.size();
    }

    /// Replaces the rest of the input by what a decoder makes of it. The decoder works on a thread
    /// of its own if `overlap`.
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
    /// Goes on in the current block, or copies together a piece that crosses the ends of blocks.
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
            auto const added = block_.substr(0, size - piece.size());
            piece.insert(piece.end(), added.begin(), added.end());
            block_.remove_prefix(added.size());
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
    std::uint64_t fetched_;    // offset of the end of the current block
    std::string_view ahead_;   // in piece_ or in a block
    std::string_view block_;   // what follows piece_
    std::vector<char> piece_;  // the bytes that crossed the end of a block
};

}  // namespace flowlog

#endif
