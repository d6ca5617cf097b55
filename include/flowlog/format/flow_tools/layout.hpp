// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_LAYOUT_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_LAYOUT_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// What follows the seconds of the export time in a record.
enum class export_rest : std::uint8_t { nanoseconds, milliseconds };

/// The layout of one kind of flow-tools record: the offset of each field.
struct flow_tools_layout {
    /// The offset of a field that the records do not have.
    static constexpr std::uint8_t none = 0xFF;

    std::uint16_t export_version;  ///< 1, 5, 6, 7, 8 or 1005
    std::uint8_t method;           ///< of the aggregation in version 8, else 0
    std::uint8_t size;             ///< of a record
    std::string_view name;         ///< of the method
    export_rest rest = export_rest::nanoseconds;
    std::array<std::uint8_t, fields.size()> offsets{};

    [[nodiscard]] constexpr auto offset(field_id id) const noexcept -> std::uint8_t {
        return offsets[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] constexpr auto has(field_id id) const noexcept -> bool {
        return offset(id) != none;
    }

    /// Whether flow-tools on a little-endian machine leaves the field little-endian when it writes
    /// big-endian files (-b big).
    [[nodiscard]] constexpr auto left_unswapped(field_id id) const noexcept -> bool {
        return (export_version == 1005 && id == field_id::exporter) ||
               (method == 12 && id == field_id::dst_as);
    }
};

/// The bytes that a field takes in every kind of record that has it; 0 if no kind has it.
constexpr auto flow_tools_width(field_id id) noexcept -> std::size_t {
    using enum field_id;
    switch (id) {
        case protocol:
        case tcp_flags:
        case tos:
        case marked_tos:
        case src_mask:
        case dst_mask:
        case engine_type:
        case engine_id:
        case in_encaps:
        case out_encaps: return 1;
        case srcport:
        case dstport:
        case input:
        case output:
        case src_as:
        case dst_as: return 2;
        case srcaddr:
        case dstaddr:
        case next_hop:
        case peer_next_hop:
        case router_sc:
        case exporter:
        case packets:
        case bytes:
        case flows:
        case extra_packets:
        case export_time:
        case sys_uptime:
        case flow_start_sys_up_time:
        case flow_end_sys_up_time:
        case src_tag:
        case dst_tag: return 4;
        default: return 0;
    }
}

/// A field and its offset in a record.
struct flow_tools_field {
    field_id id;
    std::uint8_t offset;
};

/// A layout with fields added, or moved if it has them already.
constexpr auto with(flow_tools_layout base, std::initializer_list<flow_tools_field> added) noexcept
    -> flow_tools_layout {
    for (auto const& field : added) base.offsets[static_cast<std::size_t>(field.id)] = field.offset;
    return base;
}

/// A layout with no field but the export time, with which every record begins.
constexpr auto bare_layout(std::uint16_t version, std::uint8_t method, std::uint8_t size,
                           std::string_view name = {}) noexcept -> flow_tools_layout {
    auto layout = flow_tools_layout{version, method, size, name};
    layout.offsets.fill(flow_tools_layout::none);
    return with(layout, {{field_id::export_time, 0}});
}

/// What versions 1, 5, 6, 7 and 1005 have in common.
constexpr auto flow_layout(std::uint16_t kind, std::uint8_t size) noexcept -> flow_tools_layout {
    using enum field_id;
    auto const common = with(bare_layout(kind, 0, size), {{sys_uptime, 8},
                                                          {exporter, 12},
                                                          {srcaddr, 16},
                                                          {dstaddr, 20},
                                                          {next_hop, 24},
                                                          {input, 28},
                                                          {output, 30},
                                                          {packets, 32},
                                                          {bytes, 36},
                                                          {flow_start_sys_up_time, 40},
                                                          {flow_end_sys_up_time, 44},
                                                          {srcport, 48},
                                                          {dstport, 50},
                                                          {protocol, 52},
                                                          {tos, 53},
                                                          {tcp_flags, 54}});
    if (kind == 1) return common;
    return with(common, {{engine_type, 56},
                         {engine_id, 57},
                         {src_mask, 58},
                         {dst_mask, 59},
                         {src_as, 60},
                         {dst_as, 62}});
}

/// What methods 1 to 5 and 9 to 14 of version 8 have in common. (Sources of the layouts: ftlib.h of
/// flow-tools 0.68.5, and the files that it writes.)
constexpr auto aggregate_layout(std::uint8_t method, std::uint8_t size,
                                std::string_view name) noexcept -> flow_tools_layout {
    using enum field_id;
    return with(bare_layout(8, method, size, name), {{sys_uptime, 8},
                                                     {exporter, 12},
                                                     {flows, 16},
                                                     {packets, 20},
                                                     {bytes, 24},
                                                     {flow_start_sys_up_time, 28},
                                                     {flow_end_sys_up_time, 32}});
}

/// What methods 6 to 8 of version 8 have in common.
constexpr auto catalyst_layout(std::uint8_t method, std::uint8_t size,
                               std::string_view name) noexcept -> flow_tools_layout {
    using enum field_id;
    return with(bare_layout(8, method, size, name), {{sys_uptime, 8},
                                                     {exporter, 12},
                                                     {packets, 16},
                                                     {bytes, 20},
                                                     {flow_start_sys_up_time, 24},
                                                     {flow_end_sys_up_time, 28},
                                                     {dstaddr, 32}});
}

/// In methods 3, 11 and 12 these two have changed places.
constexpr auto swapped_prefix(flow_tools_layout const& base) noexcept -> flow_tools_layout {
    return with(base, {{field_id::exporter, 8}, {field_id::sys_uptime, 12}});
}

/// Records of stream version 1.
constexpr auto old_layout(std::uint16_t kind) noexcept -> flow_tools_layout {
    using enum field_id;
    auto layout = with(bare_layout(kind, 0, 60), {{srcaddr, 8},
                                                  {dstaddr, 12},
                                                  {next_hop, 16},
                                                  {input, 20},
                                                  {output, 22},
                                                  {packets, 24},
                                                  {bytes, 28},
                                                  {flow_start_sys_up_time, 32},
                                                  {flow_end_sys_up_time, 36},
                                                  {srcport, 40},
                                                  {dstport, 42},
                                                  {protocol, 46},
                                                  {tos, 47},
                                                  {tcp_flags, 48}});
    layout.rest = export_rest::milliseconds;
    if (kind == 1) return layout;
    return with(layout, {{src_as, 52}, {dst_as, 54}, {src_mask, 56}, {dst_mask, 57}});
}

constexpr auto make_flow_tools_layouts() noexcept {
    using enum field_id;
    return std::to_array<flow_tools_layout>({
        flow_layout(1, 60),
        flow_layout(5, 64),
        with(flow_layout(6, 72), {{in_encaps, 64}, {out_encaps, 65}, {peer_next_hop, 68}}),
        with(flow_layout(7, 68), {{router_sc, 64}}),
        with(flow_layout(1005, 72), {{src_tag, 64}, {dst_tag, 68}}),
        with(aggregate_layout(1, 48, "AS"), {{src_as, 36},
                                             {dst_as, 38},
                                             {input, 40},
                                             {output, 42},
                                             {engine_type, 44},
                                             {engine_id, 45}}),
        with(aggregate_layout(2, 48, "protocol and port"),
             {{protocol, 36}, {srcport, 40}, {dstport, 42}, {engine_type, 44}, {engine_id, 45}}),
        with(swapped_prefix(aggregate_layout(3, 48, "source prefix")), {{srcaddr, 36},
                                                                        {src_mask, 40},
                                                                        {src_as, 42},
                                                                        {input, 44},
                                                                        {engine_type, 46},
                                                                        {engine_id, 47}}),
        with(aggregate_layout(4, 48, "destination prefix"), {{dstaddr, 36},
                                                             {dst_mask, 40},
                                                             {engine_type, 42},
                                                             {engine_id, 43},
                                                             {dst_as, 44},
                                                             {output, 46}}),
        with(aggregate_layout(5, 56, "prefix"), {{srcaddr, 36},
                                                 {dstaddr, 40},
                                                 {dst_mask, 44},
                                                 {src_mask, 45},
                                                 {engine_type, 46},
                                                 {engine_id, 47},
                                                 {src_as, 48},
                                                 {dst_as, 50},
                                                 {input, 52},
                                                 {output, 54}}),
        with(catalyst_layout(6, 52, "destination"), {{extra_packets, 36},
                                                     {router_sc, 40},
                                                     {output, 44},
                                                     {tos, 48},
                                                     {marked_tos, 49},
                                                     {engine_type, 50},
                                                     {engine_id, 51}}),
        with(catalyst_layout(7, 56, "source and destination"), {{srcaddr, 36},
                                                                {extra_packets, 40},
                                                                {router_sc, 44},
                                                                {output, 48},
                                                                {input, 50},
                                                                {tos, 52},
                                                                {marked_tos, 53},
                                                                {engine_type, 54},
                                                                {engine_id, 55}}),
        with(catalyst_layout(8, 64, "full flow"), {{srcaddr, 36},
                                                   {extra_packets, 40},
                                                   {router_sc, 44},
                                                   {dstport, 48},
                                                   {srcport, 50},
                                                   {output, 52},
                                                   {input, 54},
                                                   {tos, 56},
                                                   {marked_tos, 57},
                                                   {engine_type, 58},
                                                   {engine_id, 59},
                                                   {protocol, 60}}),
        with(aggregate_layout(9, 48, "ToS and AS"), {{src_as, 36},
                                                     {dst_as, 38},
                                                     {input, 40},
                                                     {output, 42},
                                                     {engine_type, 44},
                                                     {engine_id, 45},
                                                     {tos, 46}}),
        with(aggregate_layout(10, 48, "ToS, protocol and port"), {{srcport, 36},
                                                                  {dstport, 38},
                                                                  {input, 40},
                                                                  {output, 42},
                                                                  {engine_type, 44},
                                                                  {engine_id, 45},
                                                                  {protocol, 46},
                                                                  {tos, 47}}),
        with(swapped_prefix(aggregate_layout(11, 48, "ToS and source prefix")), {{srcaddr, 36},
                                                                                 {src_mask, 40},
                                                                                 {tos, 41},
                                                                                 {src_as, 42},
                                                                                 {input, 44},
                                                                                 {engine_type, 46},
                                                                                 {engine_id, 47}}),
        with(swapped_prefix(aggregate_layout(12, 48, "ToS and destination prefix")),
             {{dstaddr, 36},
              {output, 40},
              {dst_as, 42},
              {dst_mask, 44},
              {tos, 45},
              {engine_type, 46},
              {engine_id, 47}}),
        with(aggregate_layout(13, 60, "ToS and prefix"), {{srcaddr, 36},
                                                          {dstaddr, 40},
                                                          {src_as, 44},
                                                          {dst_as, 46},
                                                          {input, 48},
                                                          {output, 50},
                                                          {dst_mask, 52},
                                                          {src_mask, 53},
                                                          {engine_type, 54},
                                                          {engine_id, 55},
                                                          {tos, 56}}),
        with(aggregate_layout(14, 60, "ToS, prefix and port"), {{srcaddr, 36},
                                                                {dstaddr, 40},
                                                                {srcport, 44},
                                                                {dstport, 46},
                                                                {input, 48},
                                                                {output, 50},
                                                                {dst_mask, 52},
                                                                {src_mask, 53},
                                                                {engine_type, 54},
                                                                {engine_id, 55},
                                                                {tos, 56},
                                                                {protocol, 57}}),
    });
}

/// All kinds of record of stream version 3.
inline constexpr auto flow_tools_layouts = make_flow_tools_layouts();

/// The kinds of record of stream version 1, for export versions 1 and 5.
inline constexpr auto old_flow_tools_layouts =
    std::to_array<flow_tools_layout>({old_layout(1), old_layout(5)});

}  // namespace flowlog::detail

#endif
