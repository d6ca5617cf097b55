// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_LOOKUP_HPP
#define FLOWLOG_BENCH_GENERATOR_LOOKUP_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <set>
#include <string_view>
#include <utility>

#include "random.hpp"
#include "services.hpp"

namespace bench {

/// Writes a lookup table: no (port, protocol) twice, the names of protocols in mixed case. The
/// services come first, so that most requests find a tag.
inline void write_lookup(std::ostream& out, std::uint32_t rows, std::uint32_t tags,
                         std::uint64_t seed) {
    static constexpr auto names =
        std::array<std::array<std::string_view, 4>, 3>{{{"tcp", "TCP", "Tcp", "tCP"},
                                                        {"udp", "UDP", "Udp", "uDp"},
                                                        {"icmp", "ICMP", "Icmp", "iCmP"}}};
    auto draw = random{seed ^ 0x1007};
    auto seen = std::set<std::pair<std::uint32_t, std::size_t>>{};
    auto const row = [&](std::uint32_t port, std::size_t protocol) {
        if (seen.size() == rows || !seen.emplace(port, protocol).second) return;
        out << port << ',' << names[protocol][draw.below(4)] << ",sv_P" << 1 + draw.below(tags)
            << '\n';
    };
    out << "dstport,protocol,tag\n";
    row(0, 2);
    for (auto const& s : services) row(s.port, s.protocol == tcp ? 0 : 1);
    while (seen.size() < rows) {
        auto const port = draw.below(4) == 0 ? draw.below(65536) : draw.below(16384);
        row(port, draw.below(3) == 0 ? 1 : 0);
    }
}

}  // namespace bench

#endif
