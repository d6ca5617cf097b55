// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_BLOCK_HPP
#define FLOWLOG_FORMAT_NFDUMP_BLOCK_HPP

//      layouts 1, 2   │ records │ bytes stored │ type │ flags │                          the body
//           offset    0         4              8      10      12
//
//      layout 3       │ type │ size │ size unpacked │ codec │ encryption │ checksum │    the body
//           offset    0      4      8               12      14           16         24
//
//      body of flows of layout 3, unpacked:   │ records │ 0 │ elements │ first │ last │  records …
//                                   offset    0         4   8          16      24     32

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <flowlog/detail/load.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/source/block_codec.hpp>

namespace flowlog::detail {

/// What the header of a block says, of any layout.
struct nfdump_block {
    nfdump_content content = nfdump_content::unknown;
    std::uint32_t type = 0;
    std::uint32_t records = 0;  ///< announced; in layout 3 the body says it
    std::uint64_t size = 0;     ///< in the archive, its header included
    std::uint64_t stored = 0;   ///< in the archive after its header
    /// After unpacking; only in layout 3.
    std::optional<std::uint32_t> unpacked{};
    std::optional<codec> compression{};
    std::uint16_t unknown_compression = 0;  ///< how it is compressed instead, if it is not known
    std::uint16_t encryption = 0;
    std::uint64_t checksum = 0;  ///< of the stored bytes; 0: none
};

/// Reads the header of a block, of which all bytes are at `at`.
[[nodiscard]] inline auto read_nfdump_block(nfdump_header const& archive, char const* at) noexcept
    -> nfdump_block {
    auto const swapped = archive.swapped;
    auto block = nfdump_block{};
    if (archive.layout < 3) {
        block.records = load<std::uint32_t>(at, swapped);
        block.stored = load<std::uint32_t>(at + 4, swapped);
        block.type = load<std::uint16_t>(at + 8, swapped);
        block.size = block.stored + archive.sizes().block_header_size;
        block.compression = archive.compression;
    } else {
        auto const header = archive.sizes().block_header_size;
        block.type = load<std::uint32_t>(at, swapped);
        block.size = load<std::uint32_t>(at + 4, swapped);
        block.stored = block.size < header ? 0 : block.size - header;
        block.unpacked = load<std::uint32_t>(at + 8, swapped);
        auto const code = load<std::uint16_t>(at + 12, swapped);
        if (code > 1) block.compression = nfdump_codec(code - 1U);
        if (code > 1 && !block.compression) block.unknown_compression = code;
        block.encryption = load<std::uint16_t>(at + 14, swapped);
        block.checksum = load<std::uint64_t>(at + 16, swapped);
    }
    block.content = nfdump_content_of(archive.layout, block.type);
    return block;
}

/// What is wrong with the header of a block, to be read after "a block"; empty: nothing.
[[nodiscard]] inline auto fault_of(nfdump_header const& archive, nfdump_block const& block)
    -> std::string {
    auto const header = archive.sizes().block_header_size;
    if (archive.layout < 3) {
        if (block.stored == 0 || block.size > archive.sizes().max_block)
            return "has the length " + std::to_string(block.stored);
        return block.records == 0 ? "announces no records" : "";
    }
    if (block.size < header)
        return "has the length " + std::to_string(block.size) + ", less than its header has";
    if (block.content == nfdump_content::unknown) return "";
    // a tag of 16 bytes follows an encrypted block
    auto const max = std::uint64_t{archive.max_block} + 16;
    if (block.size > max)
        return "has the length " + std::to_string(block.size) + " where the archive allows " +
               std::to_string(max);
    if (*block.unpacked < header || *block.unpacked > archive.max_block)
        return "announces " + std::to_string(*block.unpacked) + " bytes after unpacking, not " +
               std::to_string(header) + " to " + std::to_string(archive.max_block);
    auto const is_plain =
        !block.compression && block.unknown_compression == 0 && block.encryption == 0;
    if (is_plain && *block.unpacked != block.size)
        return "is not compressed, and announces " + std::to_string(*block.unpacked) +
               " bytes for " + std::to_string(block.size);
    return "";
}

/// What a body of flows of layout 3 begins with.
struct nfdump_flows_head {
    static constexpr std::size_t size = 32;

    std::uint32_t records = 0;
    std::uint64_t first = 0;  ///< milliseconds of the Unix clock; 0: not known
    std::uint64_t last = 0;

    [[nodiscard]] static auto read(char const* at, bool swapped) noexcept -> nfdump_flows_head {
        return {.records = load<std::uint32_t>(at, swapped),
                .first = load<std::uint64_t>(at + 16, swapped),
                .last = load<std::uint64_t>(at + 24, swapped)};
    }

    [[nodiscard]] auto has_times() const noexcept -> bool { return first != 0 && first <= last; }
};

}  // namespace flowlog::detail

#endif
