// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_DETAIL_PROTOCOL_NAMES_HPP
#define FLOWLOG_FLOW_DETAIL_PROTOCOL_NAMES_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/detail/word_table.hpp>

namespace flowlog::detail {

/// The keywords of IANA's "Assigned Internet Protocol Numbers" (the edition that assigns 147) by
/// number: in lower case, with `-` for blanks, without " (deprecated)"; empty if IANA gives none.
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

/// A name of a protocol number, in the letters of `fold_protocol_letter`.
struct protocol_alias {
    std::string_view name;
    std::uint8_t number = 0;
};

/// Names other than IANA's keywords. None of them is the keyword of another number.
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
    // earlier keywords of IANA, and how IANA writes deprecated keywords
    {"mobile", 55},
    {"ttp", 84},
    {"argus-(deprecated)", 13},
    {"swipe-(deprecated)", 53},
    {"micp-(deprecated)", 95},
    {"sm-(deprecated)", 122},
});

/// Folds a letter for the comparison of names: to lower case, and a blank to `-`.
constexpr auto fold_protocol_letter(char letter) noexcept -> char {
    if (letter >= 'A' && letter <= 'Z') return static_cast<char>(letter - 'A' + 'a');
    return letter == ' ' ? '-' : letter;
}

/// The length of the longest keyword or alias.
inline constexpr std::size_t max_protocol_name = 18;

/// The name at an index: IANA's keywords by number, then the aliases.
constexpr auto protocol_name_at(std::size_t index) noexcept -> protocol_alias {
    if (index >= protocol_keywords.size())
        return protocol_aliases[index - protocol_keywords.size()];
    return {protocol_keywords[index], static_cast<std::uint8_t>(index)};
}

inline constexpr auto protocol_name_count = protocol_keywords.size() + protocol_aliases.size();

constexpr auto protocol_name_hash(std::string_view name) noexcept -> std::uint32_t {
    auto hash = word_hash_start;
    for (auto const letter : name) hash = word_hash(hash, letter);
    return hash;
}

inline auto make_protocol_names() noexcept -> word_table {
    auto result = word_table{};
    for (std::size_t i = 0; i < protocol_name_count; ++i)
        result.insert(protocol_name_hash(protocol_name_at(i).name), static_cast<std::uint8_t>(i));
    return result;
}

/// The index of a name in folded letters, which is not empty; -1 if it is not a known name.
inline auto find_protocol_name(std::string_view name) noexcept -> int {
    static auto const names = make_protocol_names();
    return names.find(protocol_name_hash(name),
                      [name](std::size_t index) { return protocol_name_at(index).name == name; });
}

}  // namespace flowlog::detail

#endif
