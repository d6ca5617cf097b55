// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_PROTOCOL_HPP
#define FLOWLOG_FLOW_PROTOCOL_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <flowlog/flow/detail/protocol_names.hpp>

namespace flowlog {

/// The protocol numbers that programs use most.
namespace protocol {

inline constexpr std::uint8_t icmp = 1;        ///< Internet Control Message
inline constexpr std::uint8_t igmp = 2;        ///< Internet Group Management
inline constexpr std::uint8_t tcp = 6;         ///< Transmission Control
inline constexpr std::uint8_t udp = 17;        ///< User Datagram
inline constexpr std::uint8_t gre = 47;        ///< Generic Routing Encapsulation
inline constexpr std::uint8_t esp = 50;        ///< Encapsulating Security Payload
inline constexpr std::uint8_t ah = 51;         ///< Authentication Header
inline constexpr std::uint8_t ipv6_icmp = 58;  ///< ICMP for IPv6
inline constexpr std::uint8_t sctp = 132;      ///< Stream Control Transmission

}  // namespace protocol

/// Whether the packets of a protocol have ports: TCP, UDP, DCCP, SCTP and UDP-Lite.
[[nodiscard]] constexpr auto has_ports(std::uint8_t number) noexcept -> bool {
    return number == protocol::tcp || number == protocol::udp || number == 33 ||
           number == protocol::sctp || number == 136;
}

/// The IANA keyword of a protocol in lower case, as in `tcp` and `ipv6-icmp`; empty if it has none.
///
/// It is always one token: a blank in IANA's keyword is `-` here (`mobility-header`), and
/// " (deprecated)" is left out. The numbers 61, 63, 68, 99, 114 and 253-255 and the unassigned
/// numbers have no keyword.
[[nodiscard]] constexpr auto protocol_keyword(std::uint8_t number) noexcept -> std::string_view {
    if (number >= detail::protocol_keywords.size()) return {};
    return detail::protocol_keywords[number];
}

/// The name to print for a protocol: its keyword, or the number itself if it has none.
///
/// `protocol_number` reads each of these names back.
[[nodiscard]] inline auto protocol_name(std::uint8_t number) -> std::string {
    auto const keyword = protocol_keyword(number);
    return keyword.empty() ? std::to_string(number) : std::string{keyword};
}

/// The number of a protocol, given by a name in any case, or by a number 0-255 of at most three
/// digits.
///
/// The names are IANA's keywords, the names in /etc/protocols (`ospf`, `ipencap`, `isis`), and
/// `icmpv6`, `icmp6` and `udp-lite`; a blank and `-` are the same letter. If the C library and IANA
/// differ, IANA wins: `ipip` is 94, not the 4 of `IPPROTO_IPIP`. Blanks around the text are not
/// skipped. Never allocates.
[[nodiscard]] constexpr auto protocol_number(std::string_view name) noexcept
    -> std::optional<std::uint8_t> {
    if (name.empty() || name.size() > detail::max_protocol_name) return std::nullopt;

    auto digits = true;
    for (auto const letter : name) digits = digits && letter >= '0' && letter <= '9';
    if (digits) {
        if (name.size() > 3) return std::nullopt;
        unsigned number = 0;
        for (auto const letter : name) number = number * 10 + static_cast<unsigned>(letter - '0');
        if (number > 255) return std::nullopt;
        return static_cast<std::uint8_t>(number);
    }

    auto folded = std::array<char, detail::max_protocol_name>{};
    for (std::size_t i = 0; i < name.size(); ++i) folded[i] = detail::fold_protocol_letter(name[i]);
    auto const key = std::string_view{folded.data(), name.size()};
    if (std::is_constant_evaluated()) {
        for (std::size_t i = 0; i < detail::protocol_name_count; ++i) {
            auto const known = detail::protocol_name_at(i);
            if (known.name == key) return known.number;
        }
        return std::nullopt;
    }
    auto const found = detail::find_protocol_name(key);
    if (found < 0) return std::nullopt;
    return detail::protocol_name_at(static_cast<std::size_t>(found)).number;
}

}  // namespace flowlog

#endif
