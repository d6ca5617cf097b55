// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_SHAPE_HPP
#define FLOWLOG_FORMAT_NFDUMP_SHAPE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// The layout of an nfdump record: the offset and width of each field.
///
///     record of layout 2    │ type │ size │ elements │ engine, flags, … │ element │ element │ …
///               offset      0      2      4          6                  12
///
///     element of layout 2   │ id │ length │ data …
///               offset      0    2        4
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

/// A field of an element of layout 2, or of an extension of layout 1.
struct nfdump_field {
    std::uint8_t element;  ///< id of the element or extension
    field_id id;
    std::uint8_t offset;  ///< in the element's data
    std::uint8_t width;
};

/// The fields of layout 2, in the order of the elements. (Source: nfxV3.h of nfdump 1.7.)
// clang-format off
inline constexpr auto nfdump_elements = [] {
    using enum field_id;
    return std::to_array<nfdump_field>({
        {1, start, 0, 8}, {1, end, 8, 8}, {1, received_time, 16, 8}, {1, packets, 24, 8},
        {1, bytes, 32, 8},
        {1, srcport, 40, 2}, {1, dstport, 42, 2}, {1, protocol, 44, 1}, {1, tcp_flags, 45, 1},
        {1, forwarding_status, 46, 1}, {1, tos, 47, 1},
        {2, srcaddr, 0, 4}, {2, dstaddr, 4, 4},
        {3, srcaddr, 0, 16}, {3, dstaddr, 16, 16},
        {4, input, 0, 4}, {4, output, 4, 4}, {4, src_mask, 8, 1}, {4, dst_mask, 9, 1},
        {4, flow_direction, 10, 1},
        {4, dst_tos, 11, 1}, {4, biflow_direction, 12, 1}, {4, flow_end_reason, 13, 1},
        {5, flows, 0, 8}, {5, out_packets, 8, 8}, {5, out_bytes, 16, 8},
        {6, src_vlan, 0, 4}, {6, dst_vlan, 4, 4},
        {7, src_as, 0, 4}, {7, dst_as, 4, 4},
        {8, bgp_next_hop, 0, 4}, {9, bgp_next_hop, 0, 16},
        {10, next_hop, 0, 4}, {11, next_hop, 0, 16},
        {12, exporter, 0, 4}, {13, exporter, 0, 16},
        {15, src_mac, 0, 8}, {15, post_dst_mac, 8, 8}, {15, dst_mac, 16, 8},
        {15, post_src_mac, 24, 8},
        {16, next_as, 0, 4}, {16, prev_as, 4, 4},
        {19, event_time, 0, 8}, {19, flow_id, 8, 4}, {19, firewall_event, 14, 1},
        {20, post_nat_srcaddr, 0, 4}, {20, post_nat_dstaddr, 4, 4},
        {21, post_nat_srcaddr, 0, 16}, {21, post_nat_dstaddr, 16, 16},
        {22, post_napt_srcport, 0, 2}, {22, post_napt_dstport, 2, 2},
        {24, user_name, 0, 66},
        {25, event_time, 0, 8}, {25, nat_event, 12, 1},
        {36, egress_vrf, 0, 4}, {36, ingress_vrf, 4, 4},
        {39, flow_id, 0, 8},
    });
}();
// clang-format on

/// The fields of layout 1, in the order of the extensions. (Source: nffile.h of nfdump 1.6.)
// clang-format off
inline constexpr auto nfdump_extensions = [] {
    using enum field_id;
    return std::to_array<nfdump_field>({
        {4, input, 0, 2}, {4, output, 2, 2}, {5, input, 0, 4}, {5, output, 4, 4},
        {6, src_as, 0, 2}, {6, dst_as, 2, 2}, {7, src_as, 0, 4}, {7, dst_as, 4, 4},
        {8, dst_tos, 0, 1}, {8, flow_direction, 1, 1}, {8, src_mask, 2, 1}, {8, dst_mask, 3, 1},
        {9, next_hop, 0, 4}, {10, next_hop, 0, 16},
        {11, bgp_next_hop, 0, 4}, {12, bgp_next_hop, 0, 16},
        {13, src_vlan, 0, 2}, {13, dst_vlan, 2, 2},
        {14, out_packets, 0, 4}, {15, out_packets, 0, 8}, {16, out_bytes, 0, 4},
        {17, out_bytes, 0, 8},
        {18, flows, 0, 4}, {19, flows, 0, 8},
        {20, src_mac, 0, 8}, {20, post_dst_mac, 8, 8}, {21, dst_mac, 0, 8},
        {21, post_src_mac, 8, 8},
        {23, exporter, 0, 4}, {24, exporter, 0, 16},
        {25, engine_type, 2, 1}, {25, engine_id, 3, 1},
        {26, next_as, 0, 4}, {26, prev_as, 4, 4},
        {27, received_time, 0, 8},
        {37, event_time, 0, 8}, {37, flow_id, 8, 4}, {37, firewall_event, 14, 1},
        {38, post_napt_srcport, 0, 2}, {38, post_napt_dstport, 2, 2},
        {39, post_nat_srcaddr, 0, 4}, {39, post_nat_dstaddr, 4, 4},
        {40, post_nat_srcaddr, 0, 16}, {40, post_nat_dstaddr, 16, 16},
        {42, user_name, 0, 24}, {43, user_name, 0, 72},
        {46, nat_event, 0, 1}, {46, egress_vrf, 4, 4}, {46, ingress_vrf, 8, 4},
        {47, post_nat_srcaddr, 0, 4}, {47, post_nat_dstaddr, 4, 4},
    });
}();
// clang-format on

/// The bytes that each extension of layout 1 takes, by its id.
// clang-format off
inline constexpr auto nfdump_extension_sizes = std::to_array<std::uint8_t>({
    0,  0, 0, 0, 4, 8,  4, 8, 4, 4, 16, 4, 16, 4, 4, 8, 4, 8, 4,  8, 16, 16, 40, 4,  16,
    4,  8, 8, 0, 0, 0,  0, 0, 0, 0, 0,  0, 20, 4, 8, 32, 24, 24, 72, 0, 24, 12, 8, 8, 0,
});
// clang-format on

/// Adds the fields of one element to a shape. Its data begins at `at` and has `size` bytes; fields
/// that reach beyond it are left out.
template <std::size_t Size>
constexpr void place_element(nfdump_shape& shape, std::array<nfdump_field, Size> const& known,
                             std::uint16_t element, std::size_t at, std::size_t size) noexcept {
    auto field = std::ranges::lower_bound(known, element, {}, &nfdump_field::element);
    for (; field != known.end() && field->element == element; ++field) {
        if (field->offset + field->width <= size)
            shape.place(field->id, at + field->offset, field->width);
    }
}

/// The header of every record: type and size.
struct nfdump_record_header {
    static constexpr std::size_t size = 4;

    enum type : std::uint16_t {
        old_common = 1,
        extension_map = 2,
        exporter = 7,
        sampler = 9,
        common = 10,
        v3 = 11,
        new_sampler = 15,
        v4 = 16,
        ident = 0x8001,
        statistic = 0x8002
    };
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
        // 1.7.0 had another element 25, of 24 bytes
        auto const strange = element == 25 && length != 20;
        if (!strange) place_element(shape, nfdump_elements, element, at + 4, length - 4U);
        at += length;
    }
    if (at != size) return nfdump_fault::structure;
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
