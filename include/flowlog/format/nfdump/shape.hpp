// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_SHAPE_HPP
#define FLOWLOG_FORMAT_NFDUMP_SHAPE_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/format/nfdump/names.hpp>

namespace flowlog::detail {

/// The layout of an nfdump record: the offset and width of each field.
///
///     record of layout 2    │ type │ size │ elements │ engine, flags, … │ element │ element │ …
///               offset      0      2      4          6                  12
///
///     element of layout 2   │ id │ length │ data …
///               offset      0    2        4
///
///     record of layout 3    │ type │ size │ elements │ flags, engine, … │ bitmap │ offsets │ data
///     …
///               offset      0      2      4          6                  16       24
///
/// Most neighbouring records have the same shape, so that one shape serves many of them, and
/// reading a field costs two loads.
struct nfdump_shape {
    std::array<std::uint16_t, fields.size()> offsets{};  ///< 0: the records do not have the field
    std::array<std::uint8_t, fields.size()> widths{};
    /// Addresses that the records have in both families: the offset of the second one, which has
    /// the other family's width.
    std::array<std::uint16_t, fields.size()> second_offsets{};
    bool has_both_families = false;  ///< of any address
    bool swapped = false;            ///< whether the file's byte order is not this machine's
    /// Whether the record is of layout 3: elements of no fixed length begin with it, latencies are
    /// in milliseconds, and an event without a start has the time of the event.
    bool is_layout_3 = false;
    nfdump_names const* names = nullptr;  ///< what the exporter calls interfaces and the like

    [[nodiscard]] constexpr auto offset(field_id id) const noexcept -> std::size_t {
        return offsets[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] constexpr auto width(field_id id) const noexcept -> std::size_t {
        return widths[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] constexpr auto second_offset(field_id id) const noexcept -> std::size_t {
        return second_offsets[static_cast<std::size_t>(id)];
    }

    /// Sets where a field is. If a record has a field several times, the first counts; of an
    /// address, both families do.
    constexpr void place(field_id id, std::size_t offset, std::size_t width) noexcept {
        auto& known = offsets[static_cast<std::size_t>(id)];
        if (known != 0) return place_second(id, offset, width);
        known = static_cast<std::uint16_t>(offset);
        widths[static_cast<std::size_t>(id)] = static_cast<std::uint8_t>(width);
    }

    /// Sets where a field is, whatever was known of it.
    constexpr void move(field_id id, std::size_t offset, std::size_t width) noexcept {
        offsets[static_cast<std::size_t>(id)] = static_cast<std::uint16_t>(offset);
        widths[static_cast<std::size_t>(id)] = static_cast<std::uint8_t>(width);
    }

private:
    constexpr void place_second(field_id id, std::size_t offset, std::size_t width) noexcept {
        auto& known = second_offsets[static_cast<std::size_t>(id)];
        if (known != 0 || this->width(id) == width || info(id).type != field_type::address) return;
        known = static_cast<std::uint16_t>(offset);
        has_both_families = true;
    }
};

/// Why a record has no shape.
enum class nfdump_fault : std::uint8_t {
    none,
    structure,  ///< its elements do not fit its size
    no_flow,    ///< it lacks the element that makes it a flow
    no_map      ///< it refers to an extension map that did not come before it
};

/// Adds the fields of one element to a shape. Its data begins at `at` and has `size` bytes; fields
/// that reach beyond it are left out.
template <std::size_t Size>
constexpr void place_element(nfdump_shape& shape, std::array<nfdump_field, Size> const& known,
                             std::uint16_t element, std::size_t at, std::size_t size) noexcept {
    auto field = std::ranges::lower_bound(known, element, {}, &nfdump_field::element);
    for (; field != known.end() && field->element == element; ++field) {
        if (field->offset + field->width > size) continue;
        auto const rest = std::min<std::size_t>(size - field->offset, 0xFF);
        shape.place(field->id, at + field->offset, field->width != 0 ? field->width : rest);
    }
}

/// The header of every record: type and size.
struct nfdump_record_header {
    static constexpr std::size_t size = 4;

    /// The types that are written in more than one way, or decoded here.
    enum type : std::uint16_t { old_common = 1, common = 10, exporter = 17 };
};

/// Bytes of a record of layout 2 before its elements.
inline constexpr std::size_t nfdump_v3_header = 12;

/// Works out the shape of the record of type 11 at `record`, whose `size` bytes lie in the block.
inline auto shape_v3(nfdump_shape& shape, char const* record, std::size_t size) noexcept
    -> nfdump_fault {
    constexpr auto needed = std::to_array<std::size_t>({0, 48, 8, 32});
    if (size < nfdump_v3_header) return nfdump_fault::structure;
    auto const count = load<std::uint16_t>(record + 4, shape.swapped);
    shape.place(field_id::engine_type, 6, 1);
    shape.place(field_id::engine_id, 7, 1);
    shape.place(field_id::netflow_version, 11, 1);
    auto at = nfdump_v3_header;
    for (auto i = std::size_t{0}; i < count; ++i) {
        if (size - at < 4) return nfdump_fault::structure;
        auto const element = load<std::uint16_t>(record + at, shape.swapped);
        auto const length = load<std::uint16_t>(record + at + 2, shape.swapped);
        if (length < 4 || length > size - at) return nfdump_fault::structure;
        if (element < needed.size() && length - 4U < needed[element])
            return nfdump_fault::structure;
        // 1.7.0 had another element 25, of 24 bytes, and names in the elements 34 and 35
        auto const strange = (element == 25 && length != 20) || (element == 34 && length != 8) ||
                             (element == 35 && shape.offset(field_id::frame_size) == 0);
        if (!strange) place_element(shape, nfdump_elements, element, at + 4, length - 4U);
        if (element == 29) shape.place(field_id::in_payload_length, at + 2, 2);
        if (element == 30) shape.place(field_id::out_payload_length, at + 2, 2);
        if (element == 35 && !strange) shape.place(field_id::frame_length, at + 2, 2);
        at += length;
    }
    if (at != size) return nfdump_fault::structure;
    return shape.offset(field_id::start) == 0 ? nfdump_fault::no_flow : nfdump_fault::none;
}

/// Bytes of a record of layout 3 before the offsets of its elements.
inline constexpr std::size_t nfdump_v4_header = 24;

/// Whether an element of a record of layout 3 that begins with its length ends in the record.
[[nodiscard]] inline auto nfdump_v4_fits(char const* record, std::size_t size, std::size_t at,
                                         bool swapped) noexcept -> bool {
    return at + 4 <= size && load<std::uint32_t>(record + at, swapped) <= size - at - 4;
}

/// Works out the shape of the record of type 16 at `record`, whose `size` bytes lie in the block.
/// The elements may lie in any order, and unaligned.
inline auto shape_v4(nfdump_shape& shape, char const* record, std::size_t size) noexcept
    -> nfdump_fault {
    if (size < nfdump_v4_header) return nfdump_fault::structure;
    auto const bitmap = load<std::uint64_t>(record + 16, shape.swapped);
    auto const count = load<std::uint16_t>(record + 4, shape.swapped);
    auto const begin = nfdump_v4_header + 2U * count;
    if (count != std::popcount(bitmap) || begin > size) return nfdump_fault::structure;
    shape.is_layout_3 = true;
    shape.place(field_id::engine_type, 12, 1);
    shape.place(field_id::engine_id, 13, 1);
    shape.place(field_id::netflow_version, 14, 1);
    auto flow_id = std::size_t{0};
    for (auto rest = bitmap, i = std::uint64_t{0}; rest != 0; rest &= rest - 1, ++i) {
        auto const element = static_cast<std::size_t>(std::countr_zero(rest));
        if (element == 0 || element >= nfdump_v4_sizes.size()) continue;  // of a later version
        auto const at = load<std::uint16_t>(record + nfdump_v4_header + 2 * i, shape.swapped);
        auto const variable = nfdump_v4_is_variable(element);
        if (at < begin || at + std::size_t{nfdump_v4_sizes[element]} > size ||
            (variable && !nfdump_v4_fits(record, size, at, shape.swapped)))
            return nfdump_fault::structure;
        if (element == 36) flow_id = at;
        place_element(shape, nfdump_v4_elements, static_cast<std::uint16_t>(element), at,
                      variable ? std::size_t{4} : std::size_t{nfdump_v4_sizes[element]});
    }
    // element 36 is the flow's number; element 21 holds one only for NetFlow v9, and is 0 otherwise
    if (flow_id != 0) shape.move(field_id::flow_id, flow_id, 8);
    return shape.offset(field_id::start) == 0 ? nfdump_fault::no_flow : nfdump_fault::none;
}

/// Sizes, offsets and flags of a common record of layout 1.
struct nfdump_common {
    static constexpr std::size_t size = 32;
    static constexpr std::size_t old_size = 28;
    static constexpr std::size_t msec_first = 8;
    static constexpr std::size_t msec_last = 10;

    enum flag : std::uint16_t { ipv6 = 1, wide_packets = 2, wide_bytes = 4, sampled = 128 };
};

/// Works out the shape of records of type 10 or 1 that have these flags, these extensions and
/// `size` bytes.
inline auto shape_common(nfdump_shape& shape, std::uint16_t kind, std::uint16_t flags,
                         std::span<std::uint8_t const> extensions, std::size_t size) noexcept
    -> nfdump_fault {
    using enum field_id;
    constexpr auto fixed = std::to_array<nfdump_field>({{0, start, 12, 4},
                                                        {0, end, 16, 4},
                                                        {0, forwarding_status, 20, 1},
                                                        {0, tcp_flags, 21, 1},
                                                        {0, protocol, 22, 1},
                                                        {0, tos, 23, 1},
                                                        {0, srcport, 24, 2},
                                                        {0, dstport, 26, 2}});
    for (auto const& f : fixed) shape.place(f.id, f.offset, f.width);
    auto at = nfdump_common::old_size;
    if (kind == nfdump_record_header::common) {
        shape.place(biflow_direction, 30, 1);
        shape.place(flow_end_reason, 31, 1);
        at = nfdump_common::size;
    }
    auto const append = [&](field_id id, std::size_t width) {
        shape.place(id, at, width);
        at += width;
    };
    auto const address_width = (flags & nfdump_common::ipv6) != 0 ? 16U : 4U;
    append(srcaddr, address_width);
    append(dstaddr, address_width);
    append(packets, (flags & nfdump_common::wide_packets) != 0 ? 8 : 4);
    append(bytes, (flags & nfdump_common::wide_bytes) != 0 ? 8 : 4);
    if (at > size) return nfdump_fault::structure;
    for (auto const extension : extensions) {
        if (extension >= nfdump_extension_sizes.size())
            return nfdump_fault::none;  // nothing is known of what follows
        auto const width = nfdump_extension_sizes[extension];
        if (width > size - at) return nfdump_fault::structure;
        place_element(shape, nfdump_extensions, extension, at, width);
        at += width;
    }
    return at == size ? nfdump_fault::none : nfdump_fault::structure;
}

}  // namespace flowlog::detail

#endif
