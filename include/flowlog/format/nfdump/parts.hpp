// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_PARTS_HPP
#define FLOWLOG_FORMAT_NFDUMP_PARTS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <flowlog/format/detail/file_part.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/nfdump/blocks.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/shapes.hpp>
#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// An nfdump archive in parts of whole blocks. All that one block leaves to the next are extension
/// maps, which collectors write in front of the flows: the parts behind the first are read with
/// those of the first block.
class nfdump_parts {
public:
    /// Throws what reading the archive would throw.
    [[nodiscard]] static auto of(std::shared_ptr<file const> input, std::uint64_t part_size)
        -> nfdump_parts {
        auto first = nfdump_reader<any_source>{any_source{file_source{input, 0, *input->size()}}};
        auto header = first.records_.header();
        if (header.layout == 1) {
            for (auto it = first.begin();
                 it != first.end() && first.records_.blocks().begun_blocks() < 2;) {
                ++it;
            }
        }
        return nfdump_parts{std::move(input), std::move(header), first.shapes_.maps(), part_size};
    }

    /// The next part; none at the end of the file. A part ends behind a whole block; what is
    /// damaged, and all behind it, makes up the last one.
    [[nodiscard]] auto next() -> std::optional<file_part> {
        auto const size = *input_->size();
        if (at_ == size) return std::nullopt;
        auto part = file_part{.begin = at_, .end = size, .blocks_before = blocks_, .last = true};
        auto at = at_ == 0 ? header_.size() : at_;
        while (auto const block = block_end(at)) {
            at = *block;
            ++blocks_;
            // the appendix stands behind the announced blocks
            if (header_.layout == 2 && blocks_ == header_.blocks) break;
            if (at - part.begin < part_size_ || at == size) continue;
            part.end = at;
            part.last = false;
            break;
        }
        at_ = part.end;
        return part;
    }

    [[nodiscard]] auto reader(file_part const& part, open_options options) const
        -> nfdump_reader<any_source> {
        auto const first = part.begin == 0;
        return {source_of(input_, part, options.progress),
                {.on_malformed = std::move(options.on_malformed)},
                {.header = first ? nfdump_header{} : header_,
                 .offset = part.begin,
                 .blocks = part.blocks_before,
                 .last = part.last},
                first ? nfdump_maps{} : maps_};
    }

    /// Whether a part that was read leaves to the next ones what they expect; else up to where it
    /// was read right.
    [[nodiscard]] auto break_after(file_part const& part,
                                   nfdump_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        if (read.shapes_.maps() == maps_) return std::nullopt;
        return part.end;
    }

private:
    nfdump_parts(std::shared_ptr<file const> input, nfdump_header header, nfdump_maps maps,
                 std::uint64_t part_size)
        : input_{std::move(input)},
          header_{std::move(header)},
          maps_{std::move(maps)},
          // packed blocks take several times as long
          part_size_{header_.compression ? part_size / 4 : part_size} {}

    /// The end of the block that begins at `at`; nothing where no whole block does.
    [[nodiscard]] auto block_end(std::uint64_t at) -> std::optional<std::uint64_t> {
        auto const bytes = look(at);
        if (bytes.size() < nfdump_block_header::size) return std::nullopt;
        auto const block = nfdump_block_header::read(bytes.data(), header_.swapped);
        auto const end = at + nfdump_block_header::size + block.stored;
        if (!block.has_sane_length() || end > *input_->size()) return std::nullopt;
        return end;
    }

    /// The bytes at an offset, enough for the header of a block where the file has as many. Small
    /// blocks are looked at many at a time.
    [[nodiscard]] auto look(std::uint64_t at) -> std::string_view {
        auto const seen = [&] {
            auto const known = std::string_view{front_->data(), front_size_};
            return at < front_at_
                       ? std::string_view{}
                       : known.substr(std::min<std::uint64_t>(at - front_at_, known.size()));
        };
        if (seen().size() < nfdump_block_header::size) {
            front_size_ = input_->read(*front_, at);
            front_at_ = at;
        }
        return seen();
    }

    std::shared_ptr<file const> input_;
    nfdump_header header_;
    nfdump_maps maps_;
    std::uint64_t part_size_;
    std::uint64_t at_ = 0;
    std::uint32_t blocks_ = 0;  // before `at_`

    using room = std::array<char, 4096>;
    std::unique_ptr<room> front_ = std::make_unique<room>();
    std::size_t front_size_ = 0;
    std::uint64_t front_at_ = 0;
};

}  // namespace flowlog::detail

#endif
