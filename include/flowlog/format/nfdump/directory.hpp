// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_DIRECTORY_HPP
#define FLOWLOG_FORMAT_NFDUMP_DIRECTORY_HPP

//      directory   │ magic │ blocks │ type │ size │ offset │ type │ size │ offset │ …
//        offset    0       4        8      12     16       24
//
//      footer      │ magic │ size of the directory │ its offset │ its checksum │ of encrypted
//      archives
//        offset    0       4                       8            16             24 56

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/detail/load.hpp>
#include <flowlog/detail/mix.hpp>
#include <flowlog/format/nfdump/header.hpp>

namespace flowlog::detail {

/// A number of a block that the directory of layout 3 lists. The numbers of all blocks add up to
/// the same whatever their order.
[[nodiscard]] constexpr auto nfdump_entry_hash(std::uint32_t type, std::uint64_t size,
                                               std::uint64_t offset) noexcept -> std::uint64_t {
    return mix(offset ^ 0x9E37'79B9'7F4A'7C15, mix(size << 32 | type, 0xA076'1D64'78BD'642F) | 1);
}

/// The directory of layout 3, and the footer after it.
struct nfdump_directory {
    static constexpr std::uint32_t magic = 0xB10C'B10C;
    static constexpr std::size_t head_size = 8;
    static constexpr std::size_t entry_size = 16;
    static constexpr std::size_t max_size = std::size_t{64} << 20;

    static constexpr std::uint32_t footer_magic = 0xA50F;
    static constexpr std::size_t footer_size = 56;
    /// Without room for the authentication of encrypted archives, before May 2026.
    static constexpr std::size_t old_footer_size = 24;

    std::uint64_t offset = 0;
    std::size_t size = 0;
    std::uint64_t checksum = 0;

    [[nodiscard]] static constexpr auto size_of(std::uint32_t entries) noexcept -> std::size_t {
        return head_size + entry_size * std::size_t{entries};
    }
};

/// What is wrong with a directory or footer, and where; an empty text: nothing.
struct nfdump_directory_fault {
    std::uint64_t offset = 0;
    std::string what{};
};

/// Compares the head of the directory at byte `at`, which lists `count` blocks, with the header of
/// the archive and with the number of blocks before it.
[[nodiscard]] inline auto fault_of_directory_head(nfdump_header const& archive, std::uint64_t at,
                                                  std::uint32_t count, std::uint32_t blocks)
    -> nfdump_directory_fault {
    auto const size = nfdump_directory::size_of(count);
    auto const announced = archive.directory_offset != 0;
    if (announced && archive.directory_offset != at)
        return {at, "the directory is not at byte " + std::to_string(archive.directory_offset) +
                        ", where the header puts it"};
    if (count != blocks || size > nfdump_directory::max_size)
        return {at, "the directory lists " + std::to_string(count) + " blocks after " +
                        std::to_string(blocks)};
    if (announced && archive.directory_size != size)
        return {at, "the directory has " + std::to_string(size) + " bytes and the header says " +
                        std::to_string(archive.directory_size)};
    return {};
}

/// Compares the entries of the directory at byte `at` with the blocks before it, whose hashes add
/// up to `hash`.
[[nodiscard]] inline auto fault_of_entries(nfdump_header const& archive, std::uint64_t at,
                                           std::string_view directory, std::uint64_t hash)
    -> nfdump_directory_fault {
    for (auto i = nfdump_directory::head_size; i < directory.size();
         i += nfdump_directory::entry_size) {
        auto const* const entry = directory.data() + i;
        auto const size = load<std::uint32_t>(entry + 4, archive.swapped);
        auto const offset = load<std::uint64_t>(entry + 8, archive.swapped);
        if (offset < archive.size() || offset > at || size > at - offset)
            return {at + i, "the directory lists a block of " + std::to_string(size) +
                                " bytes at byte " + std::to_string(offset) + ", where none can be"};
        hash -= nfdump_entry_hash(load<std::uint32_t>(entry, archive.swapped), size, offset);
    }
    if (hash != 0) return {at, "the directory lists other blocks than there are"};
    return {};
}

/// Compares the footer at byte `at` with the directory before it.
[[nodiscard]] inline auto fault_of_footer(nfdump_header const& archive, std::uint64_t at,
                                          std::string_view footer,
                                          nfdump_directory const& directory, bool check_checksum)
    -> nfdump_directory_fault {
    auto const size = load<std::uint32_t>(footer.data() + 4, archive.swapped);
    auto const offset = load<std::uint64_t>(footer.data() + 8, archive.swapped);
    if (size != directory.size || offset != directory.offset)
        return {at, "the footer says that the directory is elsewhere"};
    auto const checksum = load<std::uint64_t>(footer.data() + 16, archive.swapped);
    if (checksum != 0 && check_checksum && checksum != directory.checksum)
        return {directory.offset, "the directory does not have its checksum (XXH3)"};
    return {};
}

}  // namespace flowlog::detail

#endif
