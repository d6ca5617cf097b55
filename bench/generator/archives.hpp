// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_ARCHIVES_HPP
#define FLOWLOG_BENCH_GENERATOR_ARCHIVES_HPP

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "random.hpp"
#include "services.hpp"

namespace bench {

/// A flow as a router exports it by NetFlow v5.
struct archive_flow {
    std::uint32_t src, dst;  // IPv4
    std::uint16_t srcport, dstport;
    std::uint8_t protocol, tcp_flags;
    std::uint32_t packets, bytes;
    std::uint32_t received;     ///< Unix seconds; the milliseconds are `archive_flows::millisecond`
    std::uint32_t uptime;       ///< of the router, in milliseconds, when it exported the flow
    std::uint32_t first, last;  ///< uptime at the first and the last packet
    std::uint16_t input, output;  ///< interfaces
    std::uint16_t src_as, dst_as;

    /// Milliseconds since 1970 at some uptime.
    [[nodiscard]] auto at(std::uint32_t moment) const noexcept -> std::uint64_t;
};

/// Makes up flows at the border of a network: 4,096 hosts inside talk with some outside, the first
/// of which talk most. Half of the flows are answers.
class archive_flows {
public:
    static constexpr std::uint32_t begin = 1'435'708'800;  // 2015-07-01 00:00 UTC
    static constexpr std::uint32_t per_second = 4000;
    static constexpr std::uint32_t millisecond = 593;

    explicit archive_flows(std::uint64_t seed, std::uint32_t outside = 100'000)
        : draw_{seed}, mix_{draw_}, outside_(outside) {
        for (auto& one : outside_) {
            one = {(11 + draw_.below(116)) << 24 | draw_.below(1U << 24),
                   static_cast<std::uint16_t>(1000 + draw_.below(400))};
        }
    }

    auto operator()() noexcept -> archive_flow {
        auto const bits = draw_();
        auto const more = draw_();
        auto const& asked = mix_[bits];
        auto const ephemeral = ephemeral_port(asked.protocol, bits >> 10);
        auto const u = more & 0xFFFF;
        auto const inside = 0x0A000000U | scale16(u * u >> 16, 4096);
        auto const& outside = outside_[popular(draw_())];
        auto flow = archive_flow{};
        flow.protocol = asked.protocol;
        flow.received = begin + count_ / per_second;
        flow.uptime = 1'000'000 + count_ / per_second * 1000;
        // a flow is exported when its connection ends, or 15 s after its last packet
        flow.last = flow.uptime - scale16(more >> 32, 1000) - ((more >> 48 & 1) != 0 ? 15'000 : 0);
        measure(flow, draw_());
        if ((bits >> 63) != 0) {
            flow.src = inside, flow.dst = outside.address;
            flow.srcport = ephemeral, flow.dstport = asked.port;
            flow.input = 1, flow.output = 2, flow.dst_as = outside.as;
        } else {
            flow.src = outside.address, flow.dst = inside;
            flow.srcport = asked.port, flow.dstport = ephemeral;
            flow.input = 2, flow.output = 1, flow.src_as = outside.as;
        }
        ++count_;
        return flow;
    }

private:
    struct host {
        std::uint32_t address;
        std::uint16_t as;
    };

    /// The number of a host outside: the first are the most frequent.
    [[nodiscard]] auto popular(std::uint64_t bits) const noexcept -> std::size_t {
        auto const squared = (bits >> 32) * (bits >> 32) >> 32;
        return (squared * squared >> 32) * outside_.size() >> 32;
    }

    /// Packets and bytes: half of the flows are one packet, which is small.
    static void measure(archive_flow& flow, std::uint64_t bits) noexcept {
        static constexpr auto most = std::array<std::uint32_t, 8>{1, 1, 1, 1, 4, 16, 64, 4000};
        static constexpr auto sizes =
            std::array<std::uint32_t, 8>{40, 52, 60, 64, 120, 576, 1400, 1500};
        flow.packets = 1 + scale16(bits >> 8, most[bits & 7]);
        flow.bytes = flow.packets * sizes[bits >> 3 & (flow.packets == 1 ? 3 : 7)];
        auto const v = bits >> 32 & 0xFFFF;  // most are short
        flow.first = flow.last - (flow.packets > 1 ? scale16((v * v >> 16) * v >> 16, 60'000) : 0);
        flow.tcp_flags = flow.protocol == tcp ? (flow.packets > 2 ? 0x1B : 0x02) : 0;
    }

    random draw_;
    service_mix mix_;
    std::vector<host> outside_;
    std::uint32_t count_ = 0;
};

inline auto archive_flow::at(std::uint32_t moment) const noexcept -> std::uint64_t {
    return std::uint64_t{received} * 1000 + archive_flows::millisecond - (uptime - moment);
}

/// Appends numbers low byte first.
template <std::integral... T>
void append_numbers(std::string& out, T... values) {
    static_assert(std::endian::native == std::endian::little);
    auto bytes = std::array<char, (sizeof(T) + ...)>{};
    auto* at = bytes.data();
    ((std::memcpy(at, &values, sizeof(T)), at += sizeof(T)), ...);
    out.append(bytes.data(), bytes.size());
}

/// The head of a flow-tools archive of NetFlow v5 records.
inline auto flow_tools_header(bool compressed) -> std::string {
    auto out = std::string{"\xCF\x10\x01\x03"};
    append_numbers(out, std::uint32_t{24}, std::uint16_t{2}, std::uint16_t{2}, std::uint16_t{5},
                   std::uint16_t{8}, std::uint16_t{4}, std::uint32_t{compressed ? 2U : 0U},
                   std::uint16_t{0});
    return out;
}

/// A record of it, 64 bytes.
inline void append_flow_tools(std::string& out, archive_flow const& f) {
    append_numbers(out, f.received, archive_flows::millisecond * 1'000'000U, f.uptime,
                   std::uint32_t{0x0A0000FE}, f.src, f.dst, std::uint32_t{0xC0000201}, f.input,
                   f.output, f.packets, f.bytes, f.first, f.last, f.srcport, f.dstport, f.protocol,
                   std::uint8_t{0}, f.tcp_flags, std::uint8_t{0}, std::uint8_t{0}, std::uint8_t{0},
                   std::uint8_t{16}, std::uint8_t{16}, f.src_as, f.dst_as);
}

/// A record of nfdump, as nfcapd 1.7 writes it of NetFlow v5. One in 16 is of IPv6 where wanted.
inline void append_nfdump(std::string& out, archive_flow const& f, bool v6 = false) {
    using u8 = std::uint8_t;
    using u16 = std::uint16_t;
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    append_numbers(out, u16{11}, u16(v6 ? 148 : 124), u16{6}, u8{0}, u8{0}, u16{1}, u8{0}, u8{5});
    append_numbers(out, u16{1}, u16{52}, f.at(f.first), f.at(f.last), f.at(f.uptime),
                   u64{f.packets}, u64{f.bytes}, f.srcport, f.dstport, f.protocol, f.tcp_flags,
                   u8{0}, u8{0});
    if (v6) {
        auto const high = u64{0x20010DB800000000};
        append_numbers(out, u16{3}, u16{36}, high, u64{f.src}, high, u64{f.dst});
    } else {
        append_numbers(out, u16{2}, u16{12}, f.src, f.dst);
    }
    append_numbers(out, u16{4}, u16{20}, u32{f.input}, u32{f.output}, u8{16}, u8{16}, u16{0},
                   u32{0});
    append_numbers(out, u16{7}, u16{12}, u32{f.src_as}, u32{f.dst_as});
    append_numbers(out, u16{10}, u16{8}, u32{0xC0000201}, u16{12}, u16{8}, u32{0x0A0000FE});
}

/// The head of an nfdump file of so many blocks.
inline auto nfdump_header(std::uint8_t compression, std::uint32_t blocks) -> std::string {
    auto out = std::string{};
    append_numbers(out, std::uint16_t{0xA50C}, std::uint16_t{2}, std::uint32_t{0x01070100},
                   std::uint64_t{0}, compression, std::uint8_t{0}, std::uint16_t{0},
                   std::uint32_t{1}, std::uint64_t{0}, std::uint32_t{0}, blocks);
    return out;
}

/// The head of a block of so many records in so many bytes.
inline auto nfdump_block_header(std::uint32_t records, std::size_t bytes) -> std::string {
    auto out = std::string{};
    append_numbers(out, records, static_cast<std::uint32_t>(bytes), std::uint16_t{3},
                   std::uint16_t{0});
    return out;
}

/// A line of a VPC flow log in the default format, for the same flow.
inline void append_text(std::string& out, archive_flow const& f) {
    auto const quad = [&](std::uint32_t value) {
        for (auto shift = 24; shift >= 0; shift -= 8)
            out += std::to_string(value >> shift & 0xFF) + (shift == 0 ? ' ' : '.');
    };
    auto const number = [&](std::uint64_t value) { out += std::to_string(value) + ' '; };
    out += "2 - - ";
    quad(f.src);
    quad(f.dst);
    number(f.srcport);
    number(f.dstport);
    number(f.protocol);
    number(f.packets);
    number(f.bytes);
    number(f.at(f.first) / 1000);
    number(f.at(f.last) / 1000);
    out += "ACCEPT OK\n";
}

}  // namespace bench

#endif
