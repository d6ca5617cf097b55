// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_LAYOUTS_HPP
#define FLOWLOG_FORMAT_NFDUMP_LAYOUTS_HPP

// What differs between the layouts of nfdump's archives: sizes, types of blocks, types of records,
// and the fields of their elements. The header of an archive is read in header.hpp, the header of a
// block in block.hpp, and a flow's elements are found in shape.hpp.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// Sizes of one layout, in bytes.
struct nfdump_layout {
    std::uint16_t number;     ///< as in the header of the archive
    std::size_t header_size;  ///< of the archive; of layout 1 with the counts after it
    std::size_t block_header_size;
    std::size_t max_block;  ///< nfdump reads no larger block, packed or unpacked
};

/// nfdump 1.6, 1.7 and 1.8.
inline constexpr auto nfdump_layouts = std::to_array<nfdump_layout>({
    {.number = 1, .header_size = 276, .block_header_size = 12, .max_block = std::size_t{5} << 20},
    {.number = 2, .header_size = 40, .block_header_size = 12, .max_block = std::size_t{5} << 20},
    {.number = 3, .header_size = 48, .block_header_size = 24, .max_block = std::size_t{64} << 20},
});

/// The layout of this number; null if it is not known.
[[nodiscard]] constexpr auto find_nfdump_layout(std::uint16_t number) noexcept
    -> nfdump_layout const* {
    return number == 0 || number > nfdump_layouts.size() ? nullptr : &nfdump_layouts[number - 1U];
}

/// What a block holds.
enum class nfdump_content : std::uint8_t {
    flows,
    names,      ///< of interfaces, routing tables or applications
    statistic,  ///< the collector's counts
    ident,      ///< the name of the source
    exporters,
    nothing,  ///< that a reader needs
    unknown
};

/// What blocks of this type hold. In layouts 1 and 2 names and the like are records among the
/// flows.
[[nodiscard]] constexpr auto nfdump_content_of(std::uint16_t layout, std::uint32_t type) noexcept
    -> nfdump_content {
    using enum nfdump_content;
    if (layout < 3) return type == 2 || (type == 3 && layout == 2) ? flows : unknown;
    constexpr auto contents = std::to_array<nfdump_content>(
        {unknown, flows, names, statistic, ident, nothing, nothing, exporters});
    return type < contents.size() ? contents[type] : unknown;
}

/// What a record is.
enum class nfdump_kind : std::uint8_t {
    common_flow,    ///< a flow of layout 1
    v3_flow,        ///< a flow of layout 2
    v4_flow,        ///< a flow of layout 3
    stray_flow,     ///< a flow that the layout does not have
    extension_map,  ///< of layout 1: which extensions flows have
    exporter,
    sampler,
    names,
    ident,
    statistic,
    other,  ///< known, and of no use here
    unknown
};

/// What records of this type are.
[[nodiscard]] constexpr auto nfdump_kind_of(std::uint16_t layout, std::uint16_t type) noexcept
    -> nfdump_kind {
    using enum nfdump_kind;
    if (layout == 3) {
        switch (type) {
            case 16: return v4_flow;
            case 17: return exporter;
            case 18: return other;  // Bloom filters of the flows' addresses
            default: return unknown;
        }
    }
    switch (type) {
        case 1:
        case 10: return common_flow;
        case 2: return extension_map;
        case 7: return exporter;
        case 9:
        case 15: return sampler;
        case 11: return v3_flow;
        case 12:
        case 13:
        case 14: return names;
        case 16: return stray_flow;
        case 0x8001: return ident;
        case 0x8002: return statistic;
        default: return type < 16 || type == 256 ? other : unknown;
    }
}

/// A field of an element of layouts 2 and 3, or of an extension of layout 1.
struct nfdump_field {
    std::uint8_t element;  ///< id of the element or extension
    field_id id;
    std::uint8_t offset;  ///< in the element's data
    std::uint8_t width;   ///< 0: the rest of the element
};

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
        {22, mpls_top_label, 0, 4}, {22, mpls_labels, 0, 40},
        {23, exporter, 0, 4}, {24, exporter, 0, 16},
        {25, engine_type, 2, 1}, {25, engine_id, 3, 1},
        {26, next_as, 0, 4}, {26, prev_as, 4, 4},
        {27, received_time, 0, 8},
        {37, event_time, 0, 8}, {37, flow_id, 8, 4}, {37, firewall_event, 14, 1},
        {37, firewall_extended_event, 16, 2}, {37, security_group_tag, 18, 2},
        {38, post_napt_srcport, 0, 2}, {38, post_napt_dstport, 2, 2},
        {39, post_nat_srcaddr, 0, 4}, {39, post_nat_dstaddr, 4, 4},
        {40, post_nat_srcaddr, 0, 16}, {40, post_nat_dstaddr, 16, 16},
        {41, ingress_acl, 0, 12}, {41, egress_acl, 12, 12},
        {42, user_name, 0, 24}, {43, user_name, 0, 72},
        {45, client_latency, 0, 8}, {45, server_latency, 8, 8}, {45, application_latency, 16, 8},
        {46, nat_event, 0, 1}, {46, egress_vrf, 4, 4}, {46, ingress_vrf, 8, 4},
        {47, post_nat_srcaddr, 0, 4}, {47, post_nat_dstaddr, 4, 4},
        {48, port_range_start, 0, 2}, {48, port_range_end, 2, 2}, {48, port_range_step_size, 4, 2},
        {48, port_range_num_ports, 6, 2},
    });
}();

/// The bytes that each extension of layout 1 takes, by its id.
inline constexpr auto nfdump_extension_sizes = std::to_array<std::uint8_t>({
    0,  0, 0, 0, 4, 8,  4, 8, 4, 4, 16, 4, 16, 4, 4, 8, 4, 8, 4,  8, 16, 16, 40, 4,  16,
    4,  8, 8, 0, 0, 0,  0, 0, 0, 0, 0,  0, 20, 4, 8, 32, 24, 24, 72, 0, 24, 12, 8, 8, 0,
});

/// The fields of layout 2, in the order of the elements. (Source: nfxV3.h of nfdump 1.7.)
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
        {14, mpls_top_label, 0, 4}, {14, mpls_labels, 0, 40},
        {15, src_mac, 0, 8}, {15, post_dst_mac, 8, 8}, {15, dst_mac, 16, 8},
        {15, post_src_mac, 24, 8},
        {16, next_as, 0, 4}, {16, prev_as, 4, 4},
        {17, client_latency, 0, 8}, {17, server_latency, 8, 8}, {17, application_latency, 16, 8},
        {18, sampler_id, 0, 8},
        {19, event_time, 0, 8}, {19, flow_id, 8, 4}, {19, firewall_extended_event, 12, 2},
        {19, firewall_event, 14, 1},
        {20, post_nat_srcaddr, 0, 4}, {20, post_nat_dstaddr, 4, 4},
        {21, post_nat_srcaddr, 0, 16}, {21, post_nat_dstaddr, 16, 16},
        {22, post_napt_srcport, 0, 2}, {22, post_napt_dstport, 2, 2},
        {23, ingress_acl, 0, 12}, {23, egress_acl, 12, 12},
        {24, user_name, 0, 66},
        {25, event_time, 0, 8}, {25, nat_pool_id, 8, 4}, {25, nat_event, 12, 1},
        {26, port_range_start, 0, 2}, {26, port_range_end, 2, 2}, {26, port_range_step_size, 4, 2},
        {26, port_range_num_ports, 6, 2},
        {27, application_id, 0, 0}, {28, record_label, 0, 0},
        {31, tunnel_srcaddr, 0, 4}, {31, tunnel_dstaddr, 4, 4}, {31, tunnel_protocol, 8, 4},
        {32, tunnel_srcaddr, 0, 16}, {32, tunnel_dstaddr, 16, 16}, {32, tunnel_protocol, 32, 4},
        {33, observation_point_id, 0, 8}, {33, observation_domain_id, 8, 8},
        {34, frame_size, 0, 2}, {34, link_type, 2, 2},
        {36, egress_vrf, 0, 4}, {36, ingress_vrf, 4, 4},
        {37, pf_action, 0, 1}, {37, pf_reason, 1, 1}, {37, pf_direction, 2, 1},
        {37, pf_rewritten, 3, 1}, {37, pf_rule, 4, 4}, {37, pf_subrule, 8, 4}, {37, pf_uid, 12, 4},
        {37, pf_pid, 16, 4}, {37, pf_interface, 20, 0},
        {38, dot1q_vlan, 0, 2}, {38, dot1q_customer_vlan, 2, 2}, {38, post_dot1q_vlan, 4, 2},
        {38, post_dot1q_customer_vlan, 6, 2}, {38, ingress_physical_interface, 8, 4},
        {38, egress_physical_interface, 12, 4}, {38, vxlan, 16, 8}, {38, ether_type, 24, 2},
        {38, ip_version, 26, 1},
        {39, flow_id, 0, 8},
        {40, nat_inside_service, 0, 2}, {40, nat_outside_service, 2, 2},
        {41, nat_sub_string, 0, 0},
        {42, fragment_flags, 1, 1}, {42, min_ttl, 2, 1}, {42, max_ttl, 3, 1},
    });
}();

/// The fields of layout 3, in the order of the elements. (Source: nfxV4.h of nfdump 1.8.)
inline constexpr auto nfdump_v4_elements = [] {
    using enum field_id;
    return std::to_array<nfdump_field>({
        {1, start, 0, 8}, {1, end, 8, 8}, {1, received_time, 16, 8}, {1, packets, 24, 8},
        {1, bytes, 32, 8},
        {1, srcport, 40, 2}, {1, dstport, 42, 2}, {1, protocol, 44, 1}, {1, tcp_flags, 45, 1},
        {1, forwarding_status, 46, 1}, {1, tos, 47, 1},
        {2, srcaddr, 0, 4}, {2, dstaddr, 4, 4},
        {3, srcaddr, 0, 16}, {3, dstaddr, 16, 16},
        {4, input, 0, 4}, {4, output, 4, 4},
        {5, src_mask, 0, 1}, {5, dst_mask, 1, 1}, {5, flow_direction, 2, 1},
        {5, biflow_direction, 3, 1}, {5, dst_tos, 4, 1}, {5, flow_end_reason, 5, 1},
        {6, flows, 0, 8}, {6, out_packets, 8, 8}, {6, out_bytes, 16, 8},
        {7, src_vlan, 0, 4}, {7, dst_vlan, 4, 4},
        {8, src_as, 0, 4}, {8, dst_as, 4, 4},
        {9, next_hop, 0, 4}, {9, bgp_next_hop, 4, 4},
        {10, next_hop, 0, 16}, {10, bgp_next_hop, 16, 16},
        {11, exporter, 0, 4}, {12, exporter, 0, 16},
        {13, mpls_top_label, 0, 4}, {13, mpls_labels, 0, 40},
        {14, src_mac, 0, 8}, {14, post_dst_mac, 8, 8},
        {15, dst_mac, 0, 8}, {15, post_src_mac, 8, 8},
        {16, next_as, 0, 4}, {16, prev_as, 4, 4},
        {17, client_latency, 0, 8}, {17, server_latency, 8, 8}, {17, application_latency, 16, 8},
        {18, post_nat_srcaddr, 0, 4}, {18, post_nat_dstaddr, 4, 4},
        {19, post_nat_srcaddr, 0, 16}, {19, post_nat_dstaddr, 16, 16},
        {20, post_napt_srcport, 0, 2}, {20, post_napt_dstport, 2, 2},
        {21, event_time, 0, 8}, {21, flow_id, 8, 4}, {21, firewall_extended_event, 12, 2},
        {21, firewall_event, 14, 1}, {21, nat_event, 18, 2}, {21, nat_pool_id, 20, 4},
        {22, ingress_acl, 0, 12}, {22, egress_acl, 12, 12},
        {23, user_name, 0, 72},
        {24, port_range_start, 0, 2}, {24, port_range_end, 2, 2}, {24, port_range_step_size, 4, 2},
        {24, port_range_num_ports, 6, 2},
        {25, application_id, 0, 4}, {26, in_payload_length, 0, 4}, {27, out_payload_length, 0, 4},
        {28, tunnel_srcaddr, 0, 4}, {28, tunnel_dstaddr, 4, 4}, {28, tunnel_protocol, 8, 4},
        {29, tunnel_srcaddr, 0, 16}, {29, tunnel_dstaddr, 16, 16}, {29, tunnel_protocol, 32, 4},
        {30, observation_point_id, 0, 8}, {30, observation_domain_id, 8, 8},
        {31, frame_size, 0, 2}, {31, link_type, 2, 2},
        {32, frame_length, 0, 4},
        {33, egress_vrf, 0, 4}, {33, ingress_vrf, 4, 4},
        {34, pf_action, 0, 1}, {34, pf_reason, 1, 1}, {34, pf_direction, 2, 1},
        {34, pf_rewritten, 3, 1}, {34, pf_rule, 4, 4}, {34, pf_subrule, 8, 4}, {34, pf_uid, 12, 4},
        {34, pf_pid, 16, 4}, {34, pf_interface, 20, 4},
        {35, dot1q_vlan, 0, 2}, {35, dot1q_customer_vlan, 2, 2}, {35, post_dot1q_vlan, 4, 2},
        {35, post_dot1q_customer_vlan, 6, 2}, {35, ingress_physical_interface, 8, 4},
        {35, egress_physical_interface, 12, 4}, {35, vxlan, 16, 8}, {35, ether_type, 24, 2},
        {35, ip_version, 26, 1},
        {36, flow_id, 0, 8},
        {37, nat_inside_service, 0, 2}, {37, nat_outside_service, 2, 2},
        {38, nat_sub_string, 0, 4},
        {39, fragment_flags, 0, 1}, {39, min_ttl, 1, 1}, {39, max_ttl, 2, 1},
    });
}();

/// The bytes of each element of layout 3, by its id; 0: unused, or of the length that its first
/// four bytes give.
inline constexpr auto nfdump_v4_sizes = std::to_array<std::uint8_t>({
    0,  48, 8, 32, 8,  8, 24, 8,  8, 8, 32, 8, 16, 40, 16, 16, 8, 24, 8, 32,
    8, 24, 24, 72, 8, 0, 0, 0, 16, 40, 16, 8, 0, 8, 24, 32, 8, 8, 4, 8,
});
static_assert(nfdump_v4_sizes.size() == 40);
// clang-format on

/// Whether an element of layout 3 begins with its length.
[[nodiscard]] constexpr auto nfdump_v4_is_variable(std::size_t element) noexcept -> bool {
    return (element >= 25 && element <= 27) || element == 32;
}

/// Whether a number is not stored as it is read: see `nfdump_record::derived`.
[[nodiscard]] constexpr auto nfdump_is_derived(field_id id) noexcept -> bool {
    using enum field_id;
    return id == mpls_top_label || id == in_payload_length || id == out_payload_length ||
           id == frame_length || id == client_latency || id == server_latency ||
           id == application_latency;
}

}  // namespace flowlog::detail

#endif
