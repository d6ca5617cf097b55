// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_SERVICES_HPP
#define FLOWLOG_BENCH_GENERATOR_SERVICES_HPP

#include <array>
#include <cstddef>
#include <cstdint>

#include "random.hpp"

namespace bench {

inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t icmp6 = 58;
inline constexpr std::uint8_t sctp = 132;

struct service {
    std::uint16_t port;
    std::uint8_t protocol;
    std::uint16_t weight;  ///< of 1024 conversations
};

/// What clients ask for. The weights leave 35 of 1024 to the ports of home-made applications.
inline constexpr auto services = std::to_array<service>({
    // clang-format off
    {443, tcp, 292}, {53, udp, 120}, {80, tcp, 88}, {5432, tcp, 44}, {6379, tcp, 44},
    {443, udp, 40}, {8080, tcp, 38}, {3306, tcp, 30}, {22, tcp, 29}, {9092, tcp, 29},
    {123, udp, 20}, {445, tcp, 18}, {8443, tcp, 16}, {2049, tcp, 15}, {514, udp, 12},
    {9200, tcp, 12}, {27017, tcp, 12}, {161, udp, 10}, {1433, tcp, 10}, {6443, tcp, 10},
    {8125, udp, 8}, {10250, tcp, 8}, {389, tcp, 8}, {25, tcp, 8}, {11211, tcp, 7},
    {3389, tcp, 6}, {5672, tcp, 6}, {9300, tcp, 6}, {4789, udp, 6}, {2379, tcp, 5},
    {636, tcp, 5}, {88, tcp, 4}, {587, tcp, 4}, {993, tcp, 4}, {53, tcp, 3}, {1521, tcp, 3},
    {143, tcp, 2}, {110, tcp, 1}, {1812, udp, 2}, {500, udp, 1}, {4500, udp, 1}, {5985, tcp, 1},
    {23, tcp, 1},
    // clang-format on
});

/// Draws services by their weights.
class service_mix {
public:
    explicit service_mix(random& draw) {
        std::size_t at = 0;
        for (auto const& s : services) {
            for (auto n = s.weight; n > 0; --n) table_[at++] = s;
        }
        for (; at < table_.size(); ++at) {
            auto const port = static_cast<std::uint16_t>(3000 + draw.below(7000));
            table_[at] = {port, draw.below(8) == 0 ? udp : tcp, 0};
        }
    }

    auto operator[](std::uint64_t bits) const noexcept -> service const& {
        return table_[bits % table_.size()];
    }

private:
    std::array<service, 1024> table_{};
};

/// A client's port: 10 % of the TCP clients stand behind a NAT gateway (1024 up), 20 % of all are
/// Windows or macOS (49152 up), the rest Linux (32768 … 60999).
constexpr auto ephemeral_port(std::uint8_t protocol, std::uint64_t bits) noexcept -> std::uint16_t {
    auto const kind = bits >> 16 & 0xff;
    if (kind < 26 && protocol == tcp)
        return static_cast<std::uint16_t>(1024 + scale16(bits, 64512));
    if (kind < 77) return static_cast<std::uint16_t>(49152 + scale16(bits, 16384));
    return static_cast<std::uint16_t>(32768 + scale16(bits, 28232));
}

/// Protocols other than TCP, UDP and ICMP; most have no ports.
inline constexpr auto other_protocols = std::to_array<std::uint8_t>(
    {50, 50, 50, 47, 47, 51, 2, 4, 41, 89, 89, 103, 112, 112, sctp, sctp});

}  // namespace bench

#endif
