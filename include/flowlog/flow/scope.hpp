// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_SCOPE_HPP
#define FLOWLOG_FLOW_SCOPE_HPP

#include <array>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/address.hpp>

namespace flowlog {

/// What an address is for, by the IANA special-purpose registries (RFC 6890 and its updates).
enum class address_scope : std::uint8_t {
    global,         ///< none of the other scopes
    private_use,    ///< RFC 1918
    unique_local,   ///< fc00::/7, RFC 4193
    shared,         ///< 100.64.0.0/10 between a provider's NAT and its customers, RFC 6598
    link_local,     ///< RFC 3927, RFC 4291
    loopback,       ///< 127.0.0.0/8 and ::1
    multicast,      ///< 224.0.0.0/4 and ff00::/8
    broadcast,      ///< 255.255.255.255
    documentation,  ///< RFC 5737, RFC 3849, RFC 9637
    reserved,       ///< reserved otherwise: 0.0.0.0/8, 192.0.0.0/24, 198.18.0.0/15, 240.0.0.0/4
    unspecified     ///< 0.0.0.0 and ::
};

/// The name of a scope, as it is printed.
[[nodiscard]] constexpr auto name(address_scope scope) noexcept -> std::string_view {
    constexpr auto names = std::to_array<std::string_view>(
        {"public", "private", "unique-local", "shared", "link-local", "loopback", "multicast",
         "broadcast", "documentation", "reserved", "unspecified"});
    return names[static_cast<std::size_t>(scope)];
}

/// A block of addresses that have one scope.
struct scope_block {
    std::uint64_t high;  ///< of the first address; 0 for IPv4
    std::uint64_t low;
    std::uint8_t length;  ///< of the prefix
    address_scope scope;
};

/// The blocks of IPv4 addresses that are not `global`. The first block that contains an address is
/// the smallest.
inline constexpr auto scope_blocks_v4 = [] {
    using enum address_scope;
    return std::to_array<scope_block>({
        {0, 0x00000000, 32, unspecified},
        {0, 0x00000000, 8, reserved},
        {0, 0x0A000000, 8, private_use},
        {0, 0x64400000, 10, shared},
        {0, 0x7F000000, 8, loopback},
        {0, 0xA9FE0000, 16, link_local},
        {0, 0xAC100000, 12, private_use},
        {0, 0xC0000000, 24, reserved},
        {0, 0xC0000200, 24, documentation},
        {0, 0xC0A80000, 16, private_use},
        {0, 0xC6120000, 15, reserved},
        {0, 0xC6336400, 24, documentation},
        {0, 0xCB007100, 24, documentation},
        {0, 0xE0000000, 4, multicast},
        {0, 0xFFFFFFFF, 32, broadcast},
        {0, 0xF0000000, 4, reserved},
    });
}();

/// Whether a block of `scope_blocks_v4` has addresses with this first octet: most have none.
inline constexpr auto octets_with_scopes = [] {
    auto result = std::array<bool, 256>{};
    for (auto const& b : scope_blocks_v4) {
        auto const first = b.low >> 24;
        auto const last = b.length < 8 ? first | 0xFFU >> b.length : first;
        for (auto octet = first; octet <= last; ++octet) result[octet] = true;
    }
    return result;
}();

/// The blocks of IPv6 addresses, without the IPv4-mapped ones.
inline constexpr auto scope_blocks_v6 = [] {
    using enum address_scope;
    return std::to_array<scope_block>({
        {0, 0, 128, unspecified},
        {0, 1, 128, loopback},
        {0xFC00000000000000, 0, 7, unique_local},
        {0xFE80000000000000, 0, 10, link_local},
        {0xFF00000000000000, 0, 8, multicast},
        {0x20010DB800000000, 0, 32, documentation},
        {0x3FFF000000000000, 0, 20, documentation},
    });
}();

/// The scope of an address. An IPv4-mapped IPv6 address has the scope of the IPv4 address.
[[nodiscard]] constexpr auto scope_of(address const& value) noexcept -> address_scope {
    if (value.is_v6() && value.high() == 0 && value.low() >> 32 == 0xFFFF)
        return scope_of(address::v4(static_cast<std::uint32_t>(value.low())));
    if (value.is_v4()) {
        if (!octets_with_scopes[value.to_v4() >> 24]) return address_scope::global;
        for (auto const& b : scope_blocks_v4) {
            if (((value.to_v4() ^ static_cast<std::uint32_t>(b.low)) >> (32 - b.length)) == 0)
                return b.scope;
        }
        return address_scope::global;
    }
    for (auto const& b : scope_blocks_v6) {
        auto const same = b.length == 128 ? value.high() == b.high && value.low() == b.low
                                          : ((value.high() ^ b.high) >> (64 - b.length)) == 0;
        if (same) return b.scope;
    }
    return address_scope::global;
}

}  // namespace flowlog

#endif
