// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOWD_RECORD_HPP
#define FLOWLOG_FORMAT_FLOWD_RECORD_HPP

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/detail/uptime.hpp>
#include <flowlog/format/flowd/frame.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

template <byte_source Source>
class flowd_reader;

/// A flow of a store of flowd. A view, valid until its reader moves on; it decodes a field each
/// time the field is read.
class flowd_record {
public:
    flowd_record() = default;

    /// A field's value; absent if flowd was not configured to store it.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        using id = field_id;
        using type = field_value_type<Id>;
        if constexpr (Id == id::srcaddr) {
            return address_of(groups::src_v4, groups::src_v6);
        } else if constexpr (Id == id::dstaddr) {
            return address_of(groups::dst_v4, groups::dst_v6);
        } else if constexpr (Id == id::next_hop) {
            return address_of(groups::gateway_v4, groups::gateway_v6);
        } else if constexpr (Id == id::exporter) {
            return address_of(groups::agent_v4, groups::agent_v6);
        } else if constexpr (Id == id::start) {
            return time(false);
        } else if constexpr (Id == id::end) {
            return time(true);
        } else if constexpr (Id == id::export_time) {
            return shape_.has(groups::agent_info) ? field_value<type>{exported()}
                                                  : field_value<type>{};
        } else if constexpr (Id == id::received_time) {
            return shape_.has(groups::received) ? field_value<type>{received_at()}
                                                : field_value<type>{};
        } else if constexpr (Id == id::engine_type || Id == id::engine_id) {
            return engine(Id == id::engine_type ? 0 : 1);
        } else {
            constexpr auto at = position_of(Id);
            if constexpr (at.width_v3 == 0) {
                return {};
            } else {
                auto const old = shape_.version == 2;
                if (!shape_.has(at.group) || (old && at.width_v2 == 0)) return {};
                auto const value = old ? number<at.width_v2>(at.group, at.offset_v2)
                                       : number<at.width_v3>(at.group, at.offset_v3);
                return static_cast<type>(value);
            }
        }
    }

    /// Whether records of flowd can have this field. Each record has what its own mask says.
    [[nodiscard]] static constexpr auto may_have(field_id id) noexcept -> bool {
        switch (id) {
            case field_id::srcaddr:
            case field_id::dstaddr:
            case field_id::next_hop:
            case field_id::exporter:
            case field_id::start:
            case field_id::end:
            case field_id::export_time:
            case field_id::received_time:
            case field_id::engine_type:
            case field_id::engine_id: return true;
            default: return position_of(id).width_v3 != 0;
        }
    }

    /// Whether the uptime of the router wrapped around between the flow and its export, and the
    /// times were corrected.
    [[nodiscard]] auto wrapped() const noexcept -> bool {
        return repair_wraps_ && has_clock() && clock().wraps_of_first() != 0;
    }

private:
    template <byte_source Source>
    friend class flowd_reader;

    /// The record at `bytes`, of this shape.
    flowd_record(char const* bytes, detail::flowd_shape const& shape, bool repair_wraps,
                 bool repair_engine) noexcept
        : bytes_{bytes},
          shape_{shape},
          repair_wraps_{repair_wraps},
          repair_engine_{repair_engine} {}

    using groups = detail::flowd_group;

    /// Where a number is: its group, and its offset and width in the group, for both versions of
    /// the store.
    struct position {
        groups group{};
        std::uint8_t offset_v2 = 0;
        std::uint8_t width_v2 = 0;
        std::uint8_t offset_v3 = 0;
        std::uint8_t width_v3 = 0;
    };

    /// The position of a number that is the same in both versions.
    static constexpr auto same(groups group, std::uint8_t offset, std::uint8_t width) noexcept
        -> position {
        return {group, offset, width, offset, width};
    }

    static constexpr auto position_of(field_id id) noexcept -> position {
        switch (id) {
            case field_id::flowd_tag: return same(groups::tag, 0, 4);
            case field_id::tcp_flags: return same(groups::protocol_flags_tos, 0, 1);
            case field_id::protocol: return same(groups::protocol_flags_tos, 1, 1);
            case field_id::tos: return same(groups::protocol_flags_tos, 2, 1);
            case field_id::srcport: return same(groups::ports, 0, 2);
            case field_id::dstport: return same(groups::ports, 2, 2);
            case field_id::packets: return same(groups::packets, 0, 8);
            case field_id::bytes: return same(groups::octets, 0, 8);
            case field_id::input: return {groups::interfaces, 0, 2, 0, 4};
            case field_id::output: return {groups::interfaces, 2, 2, 4, 4};
            case field_id::sys_uptime: return same(groups::agent_info, 0, 4);
            case field_id::netflow_version: return same(groups::agent_info, 12, 2);
            case field_id::flow_start_sys_up_time: return same(groups::times, 0, 4);
            case field_id::flow_end_sys_up_time: return same(groups::times, 4, 4);
            case field_id::src_as: return {groups::as_info, 0, 2, 0, 4};
            case field_id::dst_as: return {groups::as_info, 2, 2, 4, 4};
            case field_id::src_mask: return {groups::as_info, 4, 1, 8, 1};
            case field_id::dst_mask: return {groups::as_info, 5, 1, 9, 1};
            case field_id::flow_sequence: return {groups::engine_info, 4, 4, 4, 4};
            case field_id::observation_domain_id: return {groups::engine_info, 0, 0, 8, 4};
            default: return {};
        }
    }

    [[nodiscard]] auto group(groups g) const noexcept -> char const* {
        return bytes_ + shape_.offsets[static_cast<std::size_t>(g)];
    }

    template <std::size_t Width>
    [[nodiscard]] auto number(groups g, std::size_t offset) const noexcept -> std::uint64_t {
        auto const* const at = group(g) + offset;
        if constexpr (Width == 1) return detail::load_big<std::uint8_t>(at);
        if constexpr (Width == 2) return detail::load_big<std::uint16_t>(at);
        if constexpr (Width == 4) return detail::load_big<std::uint32_t>(at);
        if constexpr (Width == 8) return detail::load_big<std::uint64_t>(at);
        return 0;
    }

    [[nodiscard]] auto word(groups g, std::size_t offset) const noexcept -> std::uint32_t {
        return detail::load_big<std::uint32_t>(group(g) + offset);
    }

    [[nodiscard]] auto address_of(groups v4, groups v6) const noexcept -> field_value<address> {
        if (shape_.has(v4)) return address::v4(word(v4, 0));
        if (!shape_.has(v6)) return {};
        return address::v6(number<8>(v6, 0), number<8>(v6, 8));
    }

    /// Version 2 stores two bytes, version 3 two words. In these words flowd on a little-endian
    /// machine leaves the value of a NetFlow v5 header in the high byte.
    [[nodiscard]] auto engine(std::size_t index) const noexcept -> field_value<std::uint16_t> {
        if (!shape_.has(groups::engine_info)) return {};
        if (shape_.version == 2)
            return detail::load_big<std::uint8_t>(group(groups::engine_info) + index);
        auto const value = detail::load_big<std::uint16_t>(group(groups::engine_info) + 2 * index);
        auto const shifted = repair_engine_ && (value & 0xFF) == 0 &&
                             shape_.has(groups::agent_info) &&
                             number<2>(groups::agent_info, 12) == 5;
        return shifted ? static_cast<std::uint16_t>(value >> 8) : value;
    }

    [[nodiscard]] auto exported() const noexcept -> timestamp {
        return detail::unix_time(word(groups::agent_info, 4), word(groups::agent_info, 8));
    }

    [[nodiscard]] auto received_at() const noexcept -> timestamp {
        auto const microseconds = shape_.version == 2 ? 0 : word(groups::received, 4);
        return detail::unix_time(word(groups::received, 0), std::uint64_t{microseconds} * 1000);
    }

    [[nodiscard]] auto has_clock() const noexcept -> bool {
        return shape_.has(groups::agent_info) && shape_.has(groups::times);
    }

    [[nodiscard]] auto clock() const noexcept -> detail::uptime_clock {
        return {exported(), word(groups::agent_info, 0), word(groups::times, 0),
                word(groups::times, 4)};
    }

    /// Flows that came by IPFIX have no times of their own. The time of their arrival is then the
    /// best there is.
    [[nodiscard]] auto time(bool last) const noexcept -> field_value<timestamp> {
        if (has_clock()) return last ? clock().end(repair_wraps_) : clock().start(repair_wraps_);
        if (shape_.has(groups::received)) return received_at();
        if (shape_.has(groups::agent_info)) return exported();
        return {};
    }

    char const* bytes_ = nullptr;
    detail::flowd_shape shape_{};
    bool repair_wraps_ = true;
    bool repair_engine_ = true;
};

}  // namespace flowlog

#endif
