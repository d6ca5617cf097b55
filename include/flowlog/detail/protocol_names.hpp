// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_PROTOCOL_NAMES_HPP
#define FLOWLOG_DETAIL_PROTOCOL_NAMES_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flowlog::detail {

/// The keywords of IANA's "Assigned Internet Protocol Numbers" (the edition that assigns 147), by
/// number, in lower case, blanks as `-`, without " (deprecated)"; empty where IANA gives none.
// clang-format off
inline constexpr auto protocol_keywords = std::to_array<std::string_view>({
    /*   0 */ "hopopt", "icmp", "igmp", "ggp", "ipv4", "st", "tcp", "cbt",
    /*   8 */ "egp", "igp", "bbn-rcc-mon", "nvp-ii", "pup", "argus", "emcon", "xnet",
    /*  16 */ "chaos", "udp", "mux", "dcn-meas", "hmp", "prm", "xns-idp", "trunk-1",
    /*  24 */ "trunk-2", "leaf-1", "leaf-2", "rdp", "irtp", "iso-tp4", "netblt", "mfe-nsp",
    /*  32 */ "merit-inp", "dccp", "3pc", "idpr", "xtp", "ddp", "idpr-cmtp", "tp++",
    /*  40 */ "il", "ipv6", "sdrp", "ipv6-route", "ipv6-frag", "idrp", "rsvp", "gre",
    /*  48 */ "dsr", "bna", "esp", "ah", "i-nlsp", "swipe", "narp", "min-ipv4",
    /*  56 */ "tlsp", "skip", "ipv6-icmp", "ipv6-nonxt", "ipv6-opts", "", "cftp", "",
    /*  64 */ "sat-expak", "kryptolan", "rvd", "ippc", "", "sat-mon", "visa", "ipcv",
    /*  72 */ "cpnx", "cphb", "wsn", "pvp", "br-sat-mon", "sun-nd", "wb-mon", "wb-expak",
    /*  80 */ "iso-ip", "vmtp", "secure-vmtp", "vines", "iptm", "nsfnet-igp", "dgp", "tcf",
    /*  88 */ "eigrp", "ospfigp", "sprite-rpc", "larp", "mtp", "ax.25", "ipip", "micp",
    /*  96 */ "scc-sp", "etherip", "encap", "", "gmtp", "ifmp", "pnni", "pim",
    /* 104 */ "aris", "scps", "qnx", "a/n", "ipcomp", "snp", "compaq-peer", "ipx-in-ip",
    /* 112 */ "vrrp", "pgm", "", "l2tp", "ddx", "iatp", "stp", "srp",
    /* 120 */ "uti", "smp", "sm", "ptp", "isis-over-ipv4", "fire", "crtp", "crudp",
    /* 128 */ "sscopmce", "iplt", "sps", "pipe", "sctp", "fc", "rsvp-e2e-ignore", "mobility-header",
    /* 136 */ "udplite", "mpls-in-ip", "manet", "hip", "shim6", "wesp", "rohc", "ethernet",
    /* 144 */ "aggfrag", "nsh", "homa", "bit-emu"});
// clang-format on

/// A name that stands for a protocol number, in the letters of `fold_protocol_letter`.
struct protocol_alias {
    std::string_view name;
    std::uint8_t number = 0;
};

/// Names beside IANA's keywords. None is a keyword of another number.
inline constexpr auto protocol_aliases = std::to_array<protocol_alias>({
    // /etc/protocols of Debian's netbase
    {"ip", 0},
    {"ipencap", 4},
    {"ip-encap", 4},
    {"ipsec-esp", 50},
    {"ipsec-ah", 51},
    {"rspf", 73},
    {"ospf", 89},
    {"isis", 124},
    // in wide use
    {"icmpv6", 58},
    {"icmp6", 58},
    {"udp-lite", 136},
    // what IANA wrote before, and how it writes what it deprecates
    {"mobile", 55},
    {"ttp", 84},
    {"argus-(deprecated)", 13},
    {"swipe-(deprecated)", 53},
    {"micp-(deprecated)", 95},
    {"sm-(deprecated)", 122},
});

/// The letter by which names compare: lower case, a blank as `-`.
constexpr auto fold_protocol_letter(char letter) noexcept -> char {
    if (letter >= 'A' && letter <= 'Z') return static_cast<char>(letter - 'A' + 'a');
    return letter == ' ' ? '-' : letter;
}

constexpr auto count_protocol_names() noexcept -> std::size_t {
    auto const unnamed = std::ranges::count(protocol_keywords, std::string_view{});
    return protocol_keywords.size() - static_cast<std::size_t>(unnamed) + protocol_aliases.size();
}

/// Every keyword and alias, sorted by name.
inline constexpr auto protocol_names = [] {
    auto names = std::array<protocol_alias, count_protocol_names()>{};
    auto out = names.begin();
    for (std::size_t number = 0; number < protocol_keywords.size(); ++number) {
        if (protocol_keywords[number].empty()) continue;
        *out++ = {protocol_keywords[number], static_cast<std::uint8_t>(number)};
    }
    std::ranges::copy(protocol_aliases, out);
    std::ranges::sort(names, {}, &protocol_alias::name);
    return names;
}();

static_assert(std::ranges::adjacent_find(protocol_names, {}, &protocol_alias::name) ==
                  protocol_names.end(),
              "a name stands for one number");

inline constexpr auto longest_protocol_name =
    std::ranges::max(protocol_names, {}, [](auto const& entry) {
        return entry.name.size();
    }).name.size();

}  // namespace flowlog::detail

#endif
