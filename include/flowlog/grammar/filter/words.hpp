// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_WORDS_HPP
#define FLOWLOG_GRAMMAR_FILTER_WORDS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// How the values of a phrase are written, if its fields alone do not determine it.
enum class filter_style : std::uint8_t {
    plain,
    host,       ///< addresses and blocks
    net,        ///< a block, or an address and a netmask
    flags,      ///< TCP flags; the test implies TCP
    denied,     ///< why a firewall denied the flow
    period,     ///< a day, a week or a month: after it is after its end
    icmp_type,  ///< the high byte of the destination port; the test implies ICMP
    icmp_code   ///< the low byte of the destination port; the test implies ICMP
};

/// A noun of nfdump or tcpdump, with the qualifiers before it, and the fields that the two name. A
/// test of a phrase holds if it holds for at least one of the fields.
struct filter_phrase {
    std::string_view qualifiers;
    std::string_view noun;
    std::size_t count;
    std::array<field_id, 4> fields;
    filter_style style = filter_style::plain;
};

// clang-format off
inline constexpr auto filter_phrases = [] {
    using enum field_id;
    using enum filter_style;
    return std::to_array<filter_phrase>({
        {"", "ip", 2, {srcaddr, dstaddr}, host},
        {"src", "ip", 1, {srcaddr}, host},
        {"dst", "ip", 1, {dstaddr}, host},
        {"next", "ip", 1, {next_hop}, host},
        {"bgpnext", "ip", 1, {bgp_next_hop}, host},
        {"bgp next", "ip", 1, {bgp_next_hop}, host},
        {"router", "ip", 1, {exporter}, host},
        {"exporter", "ip", 1, {exporter}, host},
        {"nat", "ip", 2, {post_nat_srcaddr, post_nat_dstaddr}, host},
        {"src nat", "ip", 1, {post_nat_srcaddr}, host},
        {"dst nat", "ip", 1, {post_nat_dstaddr}, host},
        {"", "host", 2, {srcaddr, dstaddr}, host},
        {"src", "host", 1, {srcaddr}, host},
        {"dst", "host", 1, {dstaddr}, host},
        {"", "net", 2, {srcaddr, dstaddr}, net},
        {"src", "net", 1, {srcaddr}, net},
        {"dst", "net", 1, {dstaddr}, net},
        {"", "port", 2, {srcport, dstport}},
        {"src", "port", 1, {srcport}},
        {"dst", "port", 1, {dstport}},
        {"", "portrange", 2, {srcport, dstport}},
        {"src", "portrange", 1, {srcport}},
        {"dst", "portrange", 1, {dstport}},
        {"", "nip", 2, {post_nat_srcaddr, post_nat_dstaddr}, host},
        {"src", "nip", 1, {post_nat_srcaddr}, host},
        {"dst", "nip", 1, {post_nat_dstaddr}, host},
        {"", "xip", 2, {post_nat_srcaddr, post_nat_dstaddr}, host},
        {"src", "xip", 1, {post_nat_srcaddr}, host},
        {"dst", "xip", 1, {post_nat_dstaddr}, host},
        {"", "xnet", 2, {post_nat_srcaddr, post_nat_dstaddr}, net},
        {"src", "xnet", 1, {post_nat_srcaddr}, net},
        {"dst", "xnet", 1, {post_nat_dstaddr}, net},
        {"nat", "net", 2, {post_nat_srcaddr, post_nat_dstaddr}, net},
        {"src nat", "net", 1, {post_nat_srcaddr}, net},
        {"dst nat", "net", 1, {post_nat_dstaddr}, net},
        {"nat", "port", 2, {post_napt_srcport, post_napt_dstport}},
        {"src nat", "port", 1, {post_napt_srcport}},
        {"dst nat", "port", 1, {post_napt_dstport}},
        {"nat", "event", 1, {nat_event}},
        {"asa", "event", 1, {firewall_event}},
        {"asa", "xevent", 1, {firewall_extended_event}},
        {"asa", "denied", 1, {firewall_extended_event}, denied},
        {"asa", "user", 1, {user_name}},
        {"nat pblock", "start", 1, {port_range_start}},
        {"nat pblock", "end", 1, {port_range_end}},
        {"nat pblock", "step", 1, {port_range_step_size}},
        {"nat pblock", "size", 1, {port_range_num_ports}},
        {"pblock", "start", 1, {port_range_start}},
        {"pblock", "end", 1, {port_range_end}},
        {"pblock", "step", 1, {port_range_step_size}},
        {"pblock", "size", 1, {port_range_num_ports}},
        {"tun", "ip", 2, {tunnel_srcaddr, tunnel_dstaddr}, host},
        {"src tun", "ip", 1, {tunnel_srcaddr}, host},
        {"dst tun", "ip", 1, {tunnel_dstaddr}, host},
        {"tun", "net", 2, {tunnel_srcaddr, tunnel_dstaddr}, net},
        {"src tun", "net", 1, {tunnel_srcaddr}, net},
        {"dst tun", "net", 1, {tunnel_dstaddr}, net},
        {"tun", "proto", 1, {tunnel_protocol}},
        {"", "ttl", 2, {min_ttl, max_ttl}},
        {"min", "ttl", 1, {min_ttl}},
        {"max", "ttl", 1, {max_ttl}},
        {"mpls", "label1", 1, {mpls_top_label}},
        {"pf", "action", 1, {pf_action}},
        {"pf", "reason", 1, {pf_reason}},
        {"pf", "rule", 1, {pf_rule}},
        {"pf", "dir", 1, {pf_direction}},
        {"pf", "interface", 1, {pf_interface}},
        {"", "nport", 2, {post_napt_srcport, post_napt_dstport}},
        {"src", "nport", 1, {post_napt_srcport}},
        {"dst", "nport", 1, {post_napt_dstport}},
        {"", "xport", 2, {post_napt_srcport, post_napt_dstport}},
        {"src", "xport", 1, {post_napt_srcport}},
        {"dst", "xport", 1, {post_napt_dstport}},
        {"", "as", 2, {src_as, dst_as}},
        {"src", "as", 1, {src_as}},
        {"dst", "as", 1, {dst_as}},
        {"prev", "as", 1, {prev_as}},
        {"previous", "as", 1, {prev_as}},
        {"next", "as", 1, {next_as}},
        {"", "mask", 2, {src_mask, dst_mask}},
        {"src", "mask", 1, {src_mask}},
        {"dst", "mask", 1, {dst_mask}},
        {"", "vlan", 2, {src_vlan, dst_vlan}},
        {"src", "vlan", 1, {src_vlan}},
        {"dst", "vlan", 1, {dst_vlan}},
        {"", "tos", 1, {tos}},
        {"src", "tos", 1, {tos}},
        {"dst", "tos", 1, {dst_tos}},
        {"", "mac", 4, {src_mac, dst_mac, post_src_mac, post_dst_mac}},
        {"in", "mac", 2, {src_mac, dst_mac}},
        {"out", "mac", 2, {post_src_mac, post_dst_mac}},
        {"src", "mac", 2, {src_mac, post_src_mac}},
        {"dst", "mac", 2, {dst_mac, post_dst_mac}},
        {"in src", "mac", 1, {src_mac}},
        {"in dst", "mac", 1, {dst_mac}},
        {"out src", "mac", 1, {post_src_mac}},
        {"out dst", "mac", 1, {post_dst_mac}},
        {"", "if", 2, {input, output}},
        {"in", "if", 1, {input}},
        {"out", "if", 1, {output}},
        {"", "packets", 1, {packets}},
        {"in", "packets", 1, {packets}},
        {"out", "packets", 1, {out_packets}},
        {"", "bytes", 1, {bytes}},
        {"in", "bytes", 1, {bytes}},
        {"out", "bytes", 1, {out_bytes}},
        {"ingress", "vrf", 1, {ingress_vrf}},
        {"egress", "vrf", 1, {egress_vrf}},
        {"observation domain", "id", 1, {observation_domain_id}},
        {"observation point", "id", 1, {observation_point_id}},
        {"engine", "id", 1, {engine_id}},
        {"engine", "type", 1, {engine_type}},
        {"first", "seen", 1, {start}},
        {"", "date", 1, {start}, period},
        {"", "week", 1, {start}, period},
        {"", "month", 1, {start}, period},
        {"last", "seen", 1, {end}},
        {"received", "seen", 1, {received_time}},
        {"", "flags", 1, {tcp_flags}, flags},
        {"", "icmp-type", 1, {dstport}, icmp_type},
        {"", "icmp-code", 1, {dstport}, icmp_code},
        {"icmp", "type", 1, {dstport}, icmp_type},
        {"icmp", "code", 1, {dstport}, icmp_code},
        {"", "nfversion", 1, {netflow_version}},
        {"", "fwdstat", 1, {forwarding_status}},
        {"", "dir", 1, {flow_direction}},
        {"", "flowdir", 1, {flow_direction}},
    });
}();

/// The name of a value that is derived from several fields.
struct filter_derived {
    std::string_view name;
    filter_subject subject;
};
inline constexpr auto filter_derivations = std::to_array<filter_derived>({
    {"duration", filter_subject::duration},
    {"bps", filter_subject::bits_per_second},
    {"pps", filter_subject::packets_per_second},
    {"bpp", filter_subject::bytes_per_packet},
    {"service", filter_subject::service},
    {"hour", filter_subject::hour},
    {"weekday", filter_subject::weekday},
});
// clang-format on

/// The phrase that these words form, in any case; null if there is none. As in nfdump, `host` is
/// another word for `ip`, and `xlate` for `nat`.
constexpr auto find_filter_phrase(std::string_view qualifiers, std::string_view noun) noexcept
    -> filter_phrase const* {
    if (!qualifiers.empty() && flowlog::same_name(noun, "host")) noun = "ip";
    if (flowlog::same_name(qualifiers, "xlate")) qualifiers = "nat";
    if (flowlog::same_name(qualifiers, "src xlate")) qualifiers = "src nat";
    if (flowlog::same_name(qualifiers, "dst xlate")) qualifiers = "dst nat";
    for (auto const& phrase : filter_phrases) {
        if (flowlog::same_name(phrase.noun, noun) &&
            flowlog::same_name(phrase.qualifiers, qualifiers))
            return &phrase;
    }
    return nullptr;
}

/// Whether the word is the noun of a phrase.
constexpr auto is_filter_noun(std::string_view word) noexcept -> bool {
    return std::ranges::any_of(filter_phrases, [&](filter_phrase const& phrase) {
        return flowlog::same_name(phrase.noun, word);
    });
}

/// Whether the word names one end of a flow.
constexpr auto is_filter_side(std::string_view word) noexcept -> bool {
    return flowlog::detail::has_alias("src dst", word);
}

/// Whether the word may come before a noun.
constexpr auto is_filter_qualifier(std::string_view word) noexcept -> bool {
    return flowlog::detail::has_alias(
        "src dst in out next prev previous asa bgp bgpnext router exporter ingress egress nat "
        "engine icmp first last received tun min max mpls pf pblock xlate",
        word);
}

/// Whether the word is a function of an address: `class(srcaddr)`.
constexpr auto is_filter_function(std::string_view word) noexcept -> bool {
    return flowlog::detail::has_alias("class label", word);
}

/// Whether the word alone names the tag of a flow.
constexpr auto is_filter_tag(std::string_view word) noexcept -> bool {
    return flowlog::same_name("tag", word);
}

/// Whether a word belongs to the syntax, so that it is a subject or a value only in quotes.
constexpr auto is_filter_key(std::string_view word) noexcept -> bool {
    return flowlog::detail::has_alias("and or not is in", word);
}

/// Whether a word begins with a typographic quotation mark: U+2018, U+2019, U+201C or U+201D.
constexpr auto has_typographic_quote(std::string_view word) noexcept -> bool {
    return word.starts_with("\xE2\x80") && word.size() > 2 &&
           std::string_view{"\x98\x99\x9C\x9D"}.find(word[2]) != word.npos;
}

/// Whether the word alone is a test that every flow passes.
constexpr auto is_filter_any(std::string_view word) noexcept -> bool {
    return flowlog::same_name("any", word);
}

/// 4 or 6 if the word names an address family, otherwise 0.
constexpr auto filter_family(std::string_view word) noexcept -> int {
    return flowlog::detail::has_alias("ipv4 inet ip4 ip", word) ? 4
           : flowlog::detail::has_alias("ipv6 inet6 ip6", word) ? 6
                                                                : 0;
}

/// Whether the word alone is a test: of the protocol, or of the address family.
constexpr auto is_filter_protocol(std::string_view word) noexcept -> bool {
    auto const digit = !word.empty() && word[0] >= '0' && word[0] <= '9';
    return !digit && (filter_family(word) != 0 || protocol_number(word).has_value());
}

}  // namespace flowlog::grammar

#endif
