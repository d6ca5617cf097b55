// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_SPLITTER_HPP
#define FLOWLOG_FORMAT_NFDUMP_SPLITTER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <flowlog/format/chunk.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/nfdump/block.hpp>
#include <flowlog/format/nfdump/blocks.hpp>
#include <flowlog/format/nfdump/directory.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/names.hpp>
#include <flowlog/format/nfdump/shapes.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Divides an nfdump archive into chunks of whole blocks. All that one block leaves to the next are
/// extension maps and names, which collectors write before the flows: every chunk but the first is
/// read with those that come before the first flow, or in layout 1 before the second block.
class nfdump_splitter {
public:
    /// Throws what reading the archive would throw.
    [[nodiscard]] static auto of(input from, std::string_view, open_options const&,
                                 std::uint64_t chunk_size) -> std::optional<nfdump_splitter> {
        auto const size = *from.size();
        auto first = nfdump_reader<any_source>{from.open_range(0, size)};
        auto header = first.records_.header();
        auto& blocks = first.records_.blocks();
        auto it = first.begin();
        while (header.layout == 1 && it != first.end() && blocks.begun_blocks() < 2) ++it;
        return nfdump_splitter{std::move(from),       size,
                               std::move(header),     first.shapes_.maps(),
                               *blocks.found().names, chunk_size};
    }

    /// The next chunk; none at the end of the input. A chunk ends after a whole block. The last one
    /// holds what is damaged and everything after it.
    [[nodiscard]] auto next() -> std::optional<chunk> {
        if (at_ == size_) return std::nullopt;
        auto result = chunk{.begin = at_,
                            .end = size_,
                            .blocks_before = blocks_,
                            .blocks_hash = hash_,
                            .last = true};
        auto at = at_ == 0 ? header_.size() : at_;
        while (auto const block = whole_block(at)) {
            hash_ += nfdump_entry_hash(block->type, block->size, at);
            at += block->size;
            ++blocks_;
            // the appendix comes after the announced blocks
            if (header_.layout == 2 && blocks_ == header_.blocks) break;
            if (at - result.begin < chunk_size_ || at == size_) continue;
            result.end = at;
            result.last = false;
            break;
        }
        at_ = result.end;
        return result;
    }

    /// Opens a chunk.
    [[nodiscard]] auto open(chunk const& which, open_options options) const
        -> nfdump_reader<any_source> {
        auto const first = which.begin == 0;
        return {open_chunk(from_, which, options.progress),
                {.on_malformed = std::move(options.on_malformed)},
                {.header = first ? nfdump_header{} : header_,
                 .offset = which.begin,
                 .blocks = which.blocks_before,
                 .hash = which.blocks_hash,
                 .last = which.last},
                first ? nfdump_maps{} : maps_,
                first ? nfdump_names{} : names_};
    }

    /// Whether a chunk added extension maps or names, so that later chunks were read without them;
    /// then the offset up to which the input was read right.
    [[nodiscard]] auto mismatch_after(chunk const& which,
                                      nfdump_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        auto const& names = *read.records_.blocks().found().names;
        if (read.shapes_.maps() == maps_ && names == names_) return std::nullopt;
        return which.end;
    }

private:
    nfdump_splitter(input from, std::uint64_t size, nfdump_header header, nfdump_maps maps,
                    nfdump_names names, std::uint64_t chunk_size)
        : from_{std::move(from)},
          size_{size},
          header_{std::move(header)},
          maps_{std::move(maps)},
          names_{std::move(names)},
          // compressed blocks take several times as long
          chunk_size_{header_.compression ? chunk_size / 4 : chunk_size} {}

    /// The block that begins at `at`; none if no whole block does.
    [[nodiscard]] auto whole_block(std::uint64_t at) -> std::optional<nfdump_block> {
        auto const header = header_.sizes().block_header_size;
        auto const bytes = look(at, header);
        if (bytes.size() < header) return std::nullopt;
        // the directory comes where a block's type would be
        if (header_.layout == 3 &&
            load<std::uint32_t>(bytes.data(), header_.swapped) == nfdump_directory::magic)
            return std::nullopt;
        auto block = read_nfdump_block(header_, bytes.data());
        if (!fault_of(header_, block).empty() || block.size > size_ - at) return std::nullopt;
        return block;
    }

    /// The bytes at an offset: enough for the header of a block, unless the input ends before. One
    /// read serves many small blocks.
    [[nodiscard]] auto look(std::uint64_t at, std::size_t size) -> std::string_view {
        auto const seen = [&] {
            auto const known = std::string_view{front_->data(), front_size_};
            return at < front_at_
                       ? std::string_view{}
                       : known.substr(std::min<std::uint64_t>(at - front_at_, known.size()));
        };
        if (seen().size() < size) {
            front_size_ = from_.read_at(at, *front_);
            front_at_ = at;
        }
        return seen();
    }

    input from_;
    std::uint64_t size_;
    nfdump_header header_;
    nfdump_maps maps_;
    nfdump_names names_;
    std::uint64_t chunk_size_;
    std::uint64_t at_ = 0;
    std::uint32_t blocks_ = 0;  // before `at_`
    std::uint64_t hash_ = 0;    // of these blocks

    using buffer = std::array<char, 4096>;
    std::unique_ptr<buffer> front_ = std::make_unique<buffer>();
    std::size_t front_size_ = 0;
    std::uint64_t front_at_ = 0;
};

}  // namespace flowlog::detail

#endif
