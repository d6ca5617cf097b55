// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOWD_FRAME_HPP
#define FLOWLOG_FORMAT_FLOWD_FRAME_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/detail/crc32.hpp>
#include <flowlog/detail/load.hpp>

namespace flowlog::detail {

/// The groups of fields that a record of flowd may have, in this order. Bit k of the record's mask
/// says that it has group k.
///
///     record of version 3   │ marker │ words │ 0 0 │ mask │ tag? │ received? │ … │ checksum?
///               offset      0        1       2     4      8
///
///     record of version 2   │ mask │ tag? │ received? │ … │ checksum?
///               offset      0      4
enum class flowd_group : std::uint8_t {
    tag,
    received,
    protocol_flags_tos,
    agent_v4,
    agent_v6,
    src_v4,
    src_v6,
    dst_v4,
    dst_v6,
    gateway_v4,
    gateway_v6,
    ports,
    packets,
    octets,
    interfaces,
    agent_info,
    times,
    as_info,
    engine_info
};

inline constexpr std::size_t flowd_group_count = 19;
inline constexpr std::uint32_t flowd_known_groups = (1U << flowd_group_count) - 1;
inline constexpr std::uint32_t flowd_checksum_bit = 1U << 30;

/// The size of each group in store versions 2 and 3 (store-v2.h and store.h of flowd 0.9.1).
inline constexpr auto flowd_sizes_v2 =
    std::to_array<std::uint8_t>({4, 4, 4, 4, 16, 4, 16, 4, 16, 4, 16, 4, 8, 8, 4, 16, 8, 8, 8});
inline constexpr auto flowd_sizes_v3 =
    std::to_array<std::uint8_t>({4, 8, 4, 4, 16, 4, 16, 4, 16, 4, 16, 4, 8, 8, 8, 16, 8, 12, 12});
static_assert(flowd_sizes_v2.size() == flowd_group_count &&
              flowd_sizes_v3.size() == flowd_group_count);

/// Which groups a record has, and their offsets in it.
struct flowd_shape {
    std::uint32_t mask = 0;
    std::uint8_t version = 3;  ///< of the store: 2 or 3
    std::uint8_t end = 0;      ///< where the last known group ends
    std::array<std::uint8_t, flowd_group_count> offsets{};

    [[nodiscard]] constexpr auto has(flowd_group group) const noexcept -> bool {
        return (mask >> static_cast<unsigned>(group) & 1U) != 0;
    }
    [[nodiscard]] constexpr auto has_checksum() const noexcept -> bool {
        return (mask & flowd_checksum_bit) != 0;
    }
    [[nodiscard]] constexpr auto has_unknown() const noexcept -> bool {
        return (mask & ~(flowd_known_groups | flowd_checksum_bit)) != 0;
    }
    /// Whether the record has an address in both families.
    [[nodiscard]] constexpr auto has_two_of_one() const noexcept -> bool {
        constexpr auto v4 = 1U << 3 | 1U << 5 | 1U << 7 | 1U << 9;
        return (mask & mask >> 1 & v4) != 0;
    }
};

/// The shape of records with this mask, whose first group is at `begin`.
[[nodiscard]] constexpr auto make_flowd_shape(std::uint32_t mask, std::uint8_t version,
                                              std::uint8_t begin) noexcept -> flowd_shape {
    auto const& sizes = version == 2 ? flowd_sizes_v2 : flowd_sizes_v3;
    auto shape = flowd_shape{.mask = mask, .version = version, .end = begin};
    for (std::size_t k = 0; k < flowd_group_count; ++k) {
        shape.offsets[k] = shape.end;
        if ((mask >> k & 1U) != 0) shape.end = static_cast<std::uint8_t>(shape.end + sizes[k]);
    }
    return shape;
}

/// Why a record is damaged.
enum class flowd_fault : std::uint8_t {
    none,
    marker,
    unknown_fields,
    length,
    two_addresses,
    checksum
};

/// A fault in words, to be read after "a record that".
[[nodiscard]] constexpr auto describe(flowd_fault fault) noexcept -> std::string_view {
    switch (fault) {
        case flowd_fault::none: break;
        case flowd_fault::marker: return "has no marker of store version 3";
        case flowd_fault::unknown_fields: return "has fields that its version does not know";
        case flowd_fault::length: return "has a length other than its fields have";
        case flowd_fault::two_addresses: return "has an address in both families";
        case flowd_fault::checksum: return "has a wrong checksum";
    }
    return "is good";
}

/// What the first bytes of a record say: where it ends, and whether it is sound.
struct flowd_frame {
    /// Longer records are damaged; flowd does not read them either.
    static constexpr std::size_t max_size = 512;
    /// Bytes of a record that determine its frame.
    static constexpr auto prefix(std::uint8_t version) noexcept -> std::size_t {
        return version == 2 ? 4 : 8;
    }

    std::size_t size = 0;  ///< of the whole record, unless the fault makes it void
    flowd_fault fault = flowd_fault::none;
    std::size_t checksum_at = 0;
};

/// Reads the frame of the record at the beginning of `bytes`, of which there are at least
/// `flowd_frame::prefix(version)`. Sets `shape` to the record's, which it mostly is already.
[[nodiscard]] inline auto read_flowd_frame(std::string_view bytes, std::uint8_t version,
                                           flowd_shape& shape) noexcept -> flowd_frame {
    auto const prefix = flowd_frame::prefix(version);
    auto const mask = load_big<std::uint32_t>(bytes.data() + prefix - 4);
    if (mask != shape.mask || version != shape.version || shape.end == 0)
        shape = make_flowd_shape(mask, version, static_cast<std::uint8_t>(prefix));

    auto const checksum = std::size_t{shape.has_checksum() ? 4U : 0U};
    auto const two = shape.has_two_of_one() ? flowd_fault::two_addresses : flowd_fault::none;
    if (version == 2) {
        return {.size = shape.end + checksum,
                .fault = shape.has_unknown() ? flowd_fault::unknown_fields : two,
                .checksum_at = shape.end};
    }
    auto const marker = static_cast<unsigned char>(bytes[0]);
    auto const size = prefix + std::size_t{4} * static_cast<unsigned char>(bytes[1]);
    auto const newer = (marker & 0x1F) != 0;
    auto frame = flowd_frame{.size = size, .fault = two, .checksum_at = size - checksum};
    if (marker >> 5 != 3) {
        frame.fault = flowd_fault::marker;
    } else if (shape.has_unknown() && !newer) {
        frame.fault = flowd_fault::unknown_fields;
    } else if (size > flowd_frame::max_size ||
               (newer ? shape.end + checksum > size : shape.end + checksum != size)) {
        frame.fault = flowd_fault::length;
    }
    return frame;
}

/// Whether a record has no checksum or a right one. The checksum does not cover what later versions
/// of flowd added to records.
[[nodiscard]] inline auto flowd_checksum_holds(std::string_view bytes, flowd_shape const& shape,
                                               flowd_frame const& frame) noexcept -> bool {
    return !shape.has_checksum() || add_to_crc32(0, bytes.substr(0, shape.end)) ==
                                        load_big<std::uint32_t>(bytes.data() + frame.checksum_at);
}

/// The first bytes of a store of version 2.
inline constexpr auto flowd_v2_magic = std::string_view{"\x01\x2C\xF0\x47", 4};

/// Whether an input that begins with these bytes is a store of flowd. Version 3 has no magic: the
/// frame of the first record must be sound. (No text begins like that: the mask of fields has bits
/// that no letter has.) The marker of a later minor version is a letter, and the mask may have any
/// bit, so there the two bytes that are always 0 must be, or the checksum must hold.
[[nodiscard]] inline auto is_flowd(std::string_view first_bytes) noexcept -> bool {
    if (first_bytes.starts_with(flowd_v2_magic)) return true;
    if (first_bytes.size() < flowd_frame::prefix(3) ||
        static_cast<unsigned char>(first_bytes[0]) >> 5 != 3)
        return false;
    auto shape = flowd_shape{};
    auto const frame = read_flowd_frame(first_bytes, 3, shape);
    if (frame.fault != flowd_fault::none) return false;
    if (first_bytes[0] == '\x60' || (first_bytes[2] == 0 && first_bytes[3] == 0)) return true;
    return shape.has_checksum() && frame.size <= first_bytes.size() &&
           flowd_checksum_holds(first_bytes, shape, frame);
}

}  // namespace flowlog::detail

#endif
