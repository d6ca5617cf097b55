// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_RAW_ADDRESS_HPP
#define FLOWLOG_FLOW_RAW_ADDRESS_HPP

#include <cstdint>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

/// The number of an IPv4 address, its first octet in the high byte: 10.0.0.1 is 167772161. Absent
/// for an IPv6 address, which has no number of 32 bits.
[[nodiscard]] constexpr auto raw_address(field_value<address> const& value) noexcept
    -> field_value<std::uint32_t> {
    if (!value) return field_value<std::uint32_t>{value.state()};
    if ((*value).is_v6()) return {};
    return (*value).to_v4();
}

/// Names the number of an IPv4 address at compile time: `record[field::srcaddr_raw]`. The number is
/// computed from a field, so it is not in the table of fields: it has no `field_id`.
template <field_id Address>
struct raw_address_key {
    /// The field that the number is computed from.
    static constexpr field_id id = Address;

    using value_type = std::uint32_t;
};

namespace field {

inline constexpr raw_address_key<field_id::srcaddr> srcaddr_raw{};  ///< `raw_address` of srcaddr
inline constexpr raw_address_key<field_id::dstaddr> dstaddr_raw{};  ///< `raw_address` of dstaddr

}  // namespace field

}  // namespace flowlog

#endif
