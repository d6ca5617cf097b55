// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_EPHEMERAL_HPP
#define FLOWLOG_AGGREGATE_EPHEMERAL_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/service.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

/// Which of the two ports of a flow is taken as ephemeral, the one that a client chose at random.
/// Where a rule cannot decide, `min_port` does. If one of the ports is 0, neither is ephemeral, so
/// that a port that was dropped once stays dropped, and its service stays.
enum class ephemeral_rule : std::uint8_t {
    min_port,   ///< the larger port; of two equal ports the source port
    syn,        ///< the source port of a flow whose TCP flags have SYN and not ACK
    direction,  ///< the port of whoever is not the interface, or of the initiator if it is known
    known       ///< the port that is neither below 1024 nor a well-known service's
};

/// The end of a flow.
enum class flow_end : std::uint8_t { source, destination };

/// The fields, besides the ports, by which an `ephemeral_rule` decides.
struct ephemeral_hints {
    field_value<std::uint8_t> tcp_flags{};
    field_value<flow_direction> direction{};
    field_value<std::uint8_t> biflow_direction{};  ///< 1: the source began; 2: the destination
};

namespace detail {

/// The ports below 1024, and the ports of well-known services: one bit each.
class known_ports {
public:
    constexpr known_ports() noexcept {
        constexpr std::size_t system_ports = 1024;
        for (std::size_t port = 0; port < system_ports; ++port) add(port);
        for (auto const& service : services) add(service.port);
    }

    [[nodiscard]] constexpr auto has(std::uint16_t port) const noexcept -> bool {
        return (bits_[port / 64U] >> (port % 64U) & 1U) != 0;
    }

private:
    constexpr void add(std::size_t port) noexcept {
        bits_[port / 64] |= std::uint64_t{1} << (port % 64);
    }

    std::array<std::uint64_t, 1024> bits_{};
};

inline constexpr auto all_known_ports = known_ports{};

}  // namespace detail

/// Whether a port is below 1024, or is the port of a well-known service.
[[nodiscard]] constexpr auto is_known_port(std::uint16_t port) noexcept -> bool {
    return detail::all_known_ports.has(port);
}

/// The end of a flow whose port is ephemeral.
[[nodiscard]] constexpr auto ephemeral_end(ephemeral_rule rule, std::uint16_t source,
                                           std::uint16_t destination,
                                           ephemeral_hints const& hints = {}) noexcept -> flow_end {
    constexpr std::uint8_t syn = 2;
    constexpr std::uint8_t ack = 16;
    switch (rule) {
        case ephemeral_rule::min_port: break;
        case ephemeral_rule::syn:
            if ((*hints.tcp_flags & (syn | ack)) == syn) return flow_end::source;
            break;
        case ephemeral_rule::direction:
            if (*hints.biflow_direction == 1) return flow_end::source;
            if (*hints.biflow_direction == 2) return flow_end::destination;
            if (hints.direction)
                return *hints.direction == flow_direction::ingress ? flow_end::source
                                                                   : flow_end::destination;
            break;
        case ephemeral_rule::known:
            if (is_known_port(source) != is_known_port(destination))
                return is_known_port(source) ? flow_end::destination : flow_end::source;
            break;
    }
    return source >= destination ? flow_end::source : flow_end::destination;
}

/// The port of one end of a flow, or 0 if it is ephemeral.
[[nodiscard]] constexpr auto without_ephemeral(ephemeral_rule rule, flow_end end,
                                               std::uint16_t source, std::uint16_t destination,
                                               ephemeral_hints const& hints = {}) noexcept
    -> std::uint16_t {
    auto const port = end == flow_end::source ? source : destination;
    if (source == 0 || destination == 0) return port;
    return ephemeral_end(rule, source, destination, hints) == end ? std::uint16_t{0} : port;
}

}  // namespace flowlog

#endif
