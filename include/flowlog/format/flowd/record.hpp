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
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/detail/uptime.hpp>
#include <flowlog/format/flowd/frame.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

/// Where a number is: its group, and its offset and width in the group, for both versions of the
/// store.
struct flowd_position {
    flowd_group group{};
    std::uint8_t offset_v2 = 0;
    std::uint8_t width_v2 = 0;
    std::uint8_t offset_v3 = 0;
    std::uint8_t width_v3 = 0;
};

/// The positions of all fields. The width is 0 for a field that is not a plain number or is not
/// stored.
inline constexpr auto flowd_positions = [] {
    using enum field_id;
    using groups = flowd_group;
    auto result = std::array<flowd_position, fields.size()>{};
    auto const put = [&](field_id id, flowd_position position) {
        result[static_cast<std::size_t>(id)] = position;
    };
    auto const same = [&](field_id id, groups group, std::uint8_t offset, std::uint8_t width) {
        put(id, {group, offset, width, offset, width});
    };
    same(flowd_tag, groups::tag, 0, 4);
    same(tcp_flags, groups::protocol_flags_tos, 0, 1);
    same(protocol, groups::protocol_flags_tos, 1, 1);
    same(tos, groups::protocol_flags_tos, 2, 1);
    same(srcport, groups::ports, 0, 2);
    same(dstport, groups::ports, 2, 2);
    same(packets, groups::packets, 0, 8);
    same(bytes, groups::octets, 0, 8);
    same(sys_uptime, groups::agent_info, 0, 4);
    same(netflow_version, groups::agent_info, 12, 2);
    same(flow_start_sys_up_time, groups::times, 0, 4);
    same(flow_end_sys_up_time, groups::times, 4, 4);
    same(flow_sequence, groups::engine_info, 4, 4);
    put(input, {groups::interfaces, 0, 2, 0, 4});
    put(output, {groups::interfaces, 2, 2, 4, 4});
    put(src_as, {groups::as_info, 0, 2, 0, 4});
    put(dst_as, {groups::as_info, 2, 2, 4, 4});
    put(src_mask, {groups::as_info, 4, 1, 8, 1});
    put(dst_mask, {groups::as_info, 5, 1, 9, 1});
    put(observation_domain_id, {groups::engine_info, 0, 0, 8, 4});
    return result;
}();

}  // namespace detail

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
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard, gnu::always_inline]] auto get(field_id id) const noexcept -> field_value<T> {
        if constexpr (std::same_as<T, address>) {
            return ip(id);
        } else if constexpr (std::same_as<T, timestamp>) {
            return time(id);
        } else if constexpr (std::unsigned_integral<T>) {
            auto const value = number(id, field_type{});
            return value ? field_value<T>{static_cast<T>(*value)} : field_value<T>{};
        } else {
            return {};
        }
    }

    /// The value of a numeric field of any type.
    [[nodiscard, gnu::always_inline]] auto number(field_id id, field_type) const noexcept
        -> field_value<std::uint64_t> {
        if (id == field_id::engine_type) return engine(0);
        if (id == field_id::engine_id) return engine(1);
        auto const& at = detail::flowd_positions[static_cast<std::size_t>(id)];
        auto const old = shape_.version == 2;
        auto const width = old ? at.width_v2 : at.width_v3;
        if (width == 0 || !shape_.has(at.group)) [[unlikely]]
            return {};
        return stored(group(at.group) + (old ? at.offset_v2 : at.offset_v3), width);
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
            default: return detail::flowd_positions[static_cast<std::size_t>(id)].width_v3 != 0;
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

    [[nodiscard]] auto group(groups g) const noexcept -> char const* {
        return bytes_ + shape_.offsets[static_cast<std::size_t>(g)];
    }

    /// The number of 1, 2, 4 or 8 bytes at `from`.
    [[nodiscard, gnu::always_inline]] static auto stored(char const* from,
                                                         std::size_t width) noexcept
        -> std::uint64_t {
        switch (width) {
            case 1: return detail::load_big<std::uint8_t>(from);
            case 2: return detail::load_big<std::uint16_t>(from);
            case 4: return detail::load_big<std::uint32_t>(from);
            default: return detail::load_big<std::uint64_t>(from);
        }
    }

    [[nodiscard]] auto word(groups g, std::size_t offset) const noexcept -> std::uint32_t {
        return detail::load_big<std::uint32_t>(group(g) + offset);
    }

    [[nodiscard]] auto address_of(groups v4, groups v6) const noexcept -> field_value<address> {
        if (shape_.has(v4)) return address::v4(word(v4, 0));
        if (!shape_.has(v6)) return {};
        return address::v6(stored(group(v6), 8), stored(group(v6) + 8, 8));
    }

    [[nodiscard]] auto ip(field_id id) const noexcept -> field_value<address> {
        switch (id) {
            case field_id::srcaddr: return address_of(groups::src_v4, groups::src_v6);
            case field_id::dstaddr: return address_of(groups::dst_v4, groups::dst_v6);
            case field_id::next_hop: return address_of(groups::gateway_v4, groups::gateway_v6);
            case field_id::exporter: return address_of(groups::agent_v4, groups::agent_v6);
            default: return {};
        }
    }

    /// Version 2 stores two bytes, version 3 two words. In these words flowd on a little-endian
    /// machine leaves the value of a NetFlow v5 header in the high byte.
    [[nodiscard]] auto engine(std::size_t index) const noexcept -> field_value<std::uint64_t> {
        if (!shape_.has(groups::engine_info)) return {};
        if (shape_.version == 2)
            return detail::load_big<std::uint8_t>(group(groups::engine_info) + index);
        auto const value = detail::load_big<std::uint16_t>(group(groups::engine_info) + 2 * index);
        auto const shifted = repair_engine_ && (value & 0xFF) == 0 &&
                             shape_.has(groups::agent_info) &&
                             stored(group(groups::agent_info) + 12, 2) == 5;
        return std::uint64_t{value} >> (shifted ? 8 : 0);
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

    [[nodiscard]] auto time(field_id id) const noexcept -> field_value<timestamp> {
        switch (id) {
            case field_id::start: return bound(false);
            case field_id::end: return bound(true);
            case field_id::export_time:
                if (shape_.has(groups::agent_info)) return exported();
                return {};
            case field_id::received_time:
                if (shape_.has(groups::received)) return received_at();
                return {};
            default: return {};
        }
    }

    /// The start or the end of the flow. Flows that came by IPFIX have no times of their own. The
    /// time of their arrival is then the best there is.
    [[nodiscard]] auto bound(bool last) const noexcept -> field_value<timestamp> {
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
