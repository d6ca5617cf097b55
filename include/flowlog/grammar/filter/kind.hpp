// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_KIND_HPP
#define FLOWLOG_GRAMMAR_FILTER_KIND_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/detail/similar.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/service.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/time.hpp>
#include <flowlog/grammar/filter/value.hpp>
#include <flowlog/grammar/filter/words.hpp>
#include <flowlog/lookup/time_zone.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// The syntax of the values of a test.
enum class filter_kind : std::uint8_t {
    u8,
    u16,
    u32,
    u64,
    forwarding,
    firewall_event,
    nat_event,
    denied,
    pf_action,
    pf_reason,
    pf_direction,
    protocol,
    port,
    flags,
    icmp,
    hour,
    weekday,
    time,
    duration,
    service,
    action,
    log_status,
    flow_direction,
    address,
    text
};

/// An expression that can be read but makes no sense. `offset` is a place in the expression, or in
/// `list` if there is one.
struct filter_fault {
    std::size_t offset;
    std::string message;
    filter_list const* list = nullptr;

    filter_fault(std::size_t at, std::string why) : offset{at}, message{std::move(why)} {}
    filter_fault(filter_word const& word, std::string why)
        : offset{word.offset}, message{std::move(why)}, list{word.list} {}
};

/// The syntax of the values of a field, or of a derived value if there is no field.
[[nodiscard]] inline auto kind_of(filter_subject what, std::optional<field_id> id,
                                  filter_style style) -> filter_kind {
    if (style == filter_style::icmp_type || style == filter_style::icmp_code)
        return filter_kind::icmp;
    if (style == filter_style::denied) return filter_kind::denied;
    switch (what) {
        case filter_subject::address: return filter_kind::address;
        case filter_subject::text: return filter_kind::text;
        case filter_subject::time: return filter_kind::time;
        case filter_subject::action: return filter_kind::action;
        case filter_subject::log_status: return filter_kind::log_status;
        case filter_subject::flow_direction: return filter_kind::flow_direction;
        case filter_subject::duration: return filter_kind::duration;
        case filter_subject::service: return filter_kind::service;
        case filter_subject::hour: return filter_kind::hour;
        case filter_subject::weekday: return filter_kind::weekday;
        case filter_subject::column: return filter_kind::text;
        default: break;
    }
    if (id == field_id::protocol || id == field_id::tunnel_protocol) return filter_kind::protocol;
    if (id == field_id::pf_action) return filter_kind::pf_action;
    if (id == field_id::pf_reason) return filter_kind::pf_reason;
    if (id == field_id::pf_direction) return filter_kind::pf_direction;
    if (id == field_id::forwarding_status) return filter_kind::forwarding;
    if (id == field_id::firewall_event) return filter_kind::firewall_event;
    if (id == field_id::nat_event) return filter_kind::nat_event;
    if (id == field_id::tcp_flags) return filter_kind::flags;
    if (what == filter_subject::u8) return filter_kind::u8;
    if (what == filter_subject::u32) return filter_kind::u32;
    if (what != filter_subject::u16) return filter_kind::u64;
    return info(*id).name.ends_with("port") ? filter_kind::port : filter_kind::u16;
}

/// Whether values of this kind may be masked with `&`.
[[nodiscard]] constexpr auto takes_mask(filter_kind kind) noexcept -> bool {
    return kind <= filter_kind::flags;
}

/// Whether `a-b` is a range of values.
[[nodiscard]] constexpr auto has_hyphen_ranges(filter_kind kind) noexcept -> bool {
    return kind <= filter_kind::weekday || kind == filter_kind::duration;
}

/// The largest number of this kind.
[[nodiscard]] constexpr auto largest(filter_kind kind) noexcept -> std::uint64_t {
    switch (kind) {
        case filter_kind::u8:
        case filter_kind::forwarding:
        case filter_kind::firewall_event:
        case filter_kind::nat_event:
        case filter_kind::pf_action:
        case filter_kind::pf_reason:
        case filter_kind::pf_direction:
        case filter_kind::protocol:
        case filter_kind::flags:
        case filter_kind::icmp: return 0xFF;
        case filter_kind::hour: return 23;
        case filter_kind::weekday: return 7;
        case filter_kind::u16:
        case filter_kind::denied:
        case filter_kind::port: return 0xFFFF;
        case filter_kind::u32: return 0xFFFF'FFFF;
        default: return std::numeric_limits<std::uint64_t>::max();
    }
}

namespace detail {

/// The position of a name, which is the number of its enumerator.
template <std::size_t Size>
constexpr auto position(std::array<std::string_view, Size> const& names,
                        std::string_view wanted) noexcept -> std::optional<std::uint64_t> {
    for (std::size_t i = 0; i < Size; ++i) {
        if (flowlog::same_name(names[i], wanted)) return i;
    }
    return std::nullopt;
}

inline constexpr auto action_names = std::to_array<std::string_view>({"ACCEPT", "REJECT"});
inline constexpr auto status_names = std::to_array<std::string_view>({"OK", "NODATA", "SKIPDATA"});
inline constexpr auto direction_names = std::to_array<std::string_view>({"ingress", "egress"});

/// A number and the words for it, separated by blanks.
struct number_words {
    std::uint64_t number;
    std::string_view words;
};

/// The states of forwarding, in nfdump's words and by the numbers of IANA (RFC 7270).
inline constexpr auto forwarding_words = std::to_array<number_words>({
    {0, "ukwn unknown"}, {64, "forw forwarded"}, {65, "frag"},           {128, "drop dropped"},
    {129, "dacld"},      {130, "daclp"},         {131, "noroute"},       {132, "dadj"},
    {133, "dfrag"},      {134, "dbadh"},         {135, "dbadtlen"},      {136, "dbadhlen"},
    {137, "dbadttl"},    {138, "dpolicy"},       {139, "dwred"},         {140, "drpf"},
    {141, "dforus"},     {142, "dbadof"},        {192, "term consumed"}, {193, "tadj"},
    {194, "tincadj"},    {195, "tforus"},
});

/// The days of the week, by the numbers of ISO 8601.
inline constexpr auto weekday_words = std::to_array<number_words>({{1, "monday mon"},
                                                                   {2, "tuesday tue"},
                                                                   {3, "wednesday wed"},
                                                                   {4, "thursday thu"},
                                                                   {5, "friday fri"},
                                                                   {6, "saturday sat"},
                                                                   {7, "sunday sun"}});

/// The events of firewalls and of address translation, in nfdump's words.
inline constexpr auto firewall_words = std::to_array<number_words>(
    {{0, "ignore"}, {1, "create"}, {2, "delete term"}, {3, "deny"}, {4, "alert"}, {5, "update"}});
inline constexpr auto nat_words =
    std::to_array<number_words>({{0, "invalid ignore"}, {1, "add create"}, {2, "delete"}});

/// Why a Cisco ASA denied a flow, in nfdump's words.
inline constexpr auto denied_words = std::to_array<number_words>(
    {{1001, "ingress"}, {1002, "egress"}, {1003, "interface"}, {1004, "nosyn"}});

/// What the packet filter pf did, and why, in its words and by its numbers (pfvar.h).
inline constexpr auto pf_action_words = std::to_array<number_words>({{0, "pass"},
                                                                     {1, "block"},
                                                                     {2, "scrub"},
                                                                     {3, "noscrub"},
                                                                     {4, "nat"},
                                                                     {5, "nonat"},
                                                                     {6, "binat"},
                                                                     {7, "nobinat"},
                                                                     {8, "rdr"},
                                                                     {9, "nordr"},
                                                                     {10, "synblock"},
                                                                     {11, "defer"},
                                                                     {12, "match"},
                                                                     {13, "divert"},
                                                                     {14, "rt"},
                                                                     {15, "afrt"}});
inline constexpr auto pf_reason_words = std::to_array<number_words>({{0, "match"},
                                                                     {1, "bad-offset"},
                                                                     {2, "fragment"},
                                                                     {3, "short"},
                                                                     {4, "normalize"},
                                                                     {5, "memory"},
                                                                     {6, "bad-timestamp"},
                                                                     {7, "congestion"},
                                                                     {8, "ip-option"},
                                                                     {9, "proto-cksum"},
                                                                     {10, "state-mismatch"},
                                                                     {11, "state-insert"},
                                                                     {12, "state-limit"},
                                                                     {13, "src-limit"},
                                                                     {14, "synproxy"},
                                                                     {15, "translate"},
                                                                     {16, "no-route"}});
inline constexpr auto pf_direction_words =
    std::to_array<number_words>({{0, "inout"}, {1, "in"}, {2, "out"}});

template <std::size_t Size>
constexpr auto number_of(std::array<number_words, Size> const& all,
                         std::string_view wanted) noexcept -> std::optional<std::uint64_t> {
    for (auto const& [number, words] : all) {
        if (flowlog::detail::has_alias(words, wanted)) return number;
    }
    return std::nullopt;
}

}  // namespace detail

/// The TCP flags that a text names by letters or words; none if the text is a number.
[[nodiscard]] inline auto letters_from(std::string_view text) -> std::optional<std::uint64_t> {
    return parse_filter_flags(text);
}

/// The number of a name that values of a kind may have.
[[nodiscard]] inline auto named_number(filter_kind kind, std::string_view text)
    -> std::optional<std::uint64_t> {
    switch (kind) {
        case filter_kind::forwarding: return detail::number_of(detail::forwarding_words, text);
        case filter_kind::firewall_event: return detail::number_of(detail::firewall_words, text);
        case filter_kind::nat_event: return detail::number_of(detail::nat_words, text);
        case filter_kind::denied: return detail::number_of(detail::denied_words, text);
        case filter_kind::pf_action: return detail::number_of(detail::pf_action_words, text);
        case filter_kind::pf_reason: return detail::number_of(detail::pf_reason_words, text);
        case filter_kind::pf_direction: return detail::number_of(detail::pf_direction_words, text);
        case filter_kind::weekday: return detail::number_of(detail::weekday_words, text);
        case filter_kind::protocol: return protocol_number(text);
        case filter_kind::port: return service_port(text);
        case filter_kind::flags: return letters_from(text);
        case filter_kind::action: return detail::position(detail::action_names, text);
        case filter_kind::log_status: return detail::position(detail::status_names, text);
        case filter_kind::flow_direction: {
            auto const number = std::to_array<std::string_view>({"0", "1"});
            auto const found = detail::position(detail::direction_names, text);
            return found ? found : detail::position(number, text);
        }
        default: return std::nullopt;
    }
}

/// The services that a text means, with any protocol if it names none: `443/tcp`, `https`.
[[nodiscard]] inline auto services_from(std::string_view text) -> std::optional<number_range> {
    auto const slash = text.find('/');
    auto const name = text.substr(0, slash);
    auto const named = service_port(name);
    auto const port = named ? std::optional<std::uint64_t>{*named} : parse_filter_number(name);
    if (!port || *port > 0xFFFF) return std::nullopt;
    if (slash == text.npos) return number_range{*port << 8, *port << 8 | 0xFF};
    auto const after = text.substr(slash + 1);
    auto const known = protocol_number(after);
    auto const protocol = known ? std::optional<std::uint64_t>{*known} : parse_filter_number(after);
    if (!protocol || *protocol > 0xFF) return std::nullopt;
    return number_range{*port << 8 | *protocol, *port << 8 | *protocol};
}

/// The range of numbers, by `filter_number`, that a text means: usually a single number.
[[nodiscard]] inline auto number_from(filter_kind kind, std::string_view text, timestamp now,
                                      time_zone const* zone) -> std::optional<number_range> {
    if (auto const named = named_number(kind, text)) return number_range{*named, *named};
    if (kind == filter_kind::time) {
        auto const found = parse_filter_time(text, now, zone);
        if (!found) return std::nullopt;
        return number_range{filter_number(found->first), filter_number(found->last)};
    }
    if (kind == filter_kind::service) return services_from(text);
    if (kind > filter_kind::duration) return std::nullopt;
    auto const number =
        kind == filter_kind::duration ? parse_filter_duration(text) : parse_filter_number(text);
    if (!number || *number > largest(kind) || (kind == filter_kind::weekday && *number == 0))
        return std::nullopt;
    return number_range{*number, *number};
}

/// The bits of a mask; none if the text is not a mask.
[[nodiscard]] inline auto mask_from(filter_kind kind, std::string_view text)
    -> std::optional<std::uint64_t> {
    if (kind == filter_kind::flags) {
        if (auto const flags = letters_from(text)) return flags;
    }
    return parse_filter_number(text);
}

/// What a value looks like: the text after "expected" in a message.
[[nodiscard]] inline auto expectation(filter_kind kind) -> std::string {
    switch (kind) {
        case filter_kind::forwarding: return "a number (0-255), or a word such as forw or drop";
        case filter_kind::firewall_event:
            return "a number (0-255), or ignore, create, delete, deny, alert or update";
        case filter_kind::nat_event: return "a number (0-255), or add or delete";
        case filter_kind::denied:
            return "a number (0-65535), or ingress, egress, interface or nosyn";
        case filter_kind::pf_action: return "a number (0-255), or a word such as pass or block";
        case filter_kind::pf_reason: return "a number (0-255), or a word such as match or short";
        case filter_kind::pf_direction: return "a number (0-255), or in or out";
        case filter_kind::protocol: return "a protocol: a number (0-255) or a name";
        case filter_kind::port: return "a port: a number (0-65535) or the name of a service";
        case filter_kind::flags: return "TCP flags: a number (0-255) or letters such as SA";
        case filter_kind::time: return "a time such as 2024-05-01T12:00Z, 2024-05-01 or -2h";
        case filter_kind::duration: return "a duration such as 1500 (milliseconds), 30s or 5m";
        case filter_kind::hour: return "an hour of the day (0-23)";
        case filter_kind::weekday: return "a day of the week: Monday or Mon, or 1 for Monday to 7";
        case filter_kind::service: return "a service such as 443/tcp or https";
        case filter_kind::action: return "ACCEPT or REJECT";
        case filter_kind::log_status: return "OK, NODATA or SKIPDATA";
        case filter_kind::flow_direction: return "ingress or egress";
        case filter_kind::address: return "an address, or a block such as 10.0.0.0/8";
        case filter_kind::text: return "a text";
        case filter_kind::u64: return "a number such as 1500 or 10M";
        default: return "a number (0-" + std::to_string(largest(kind)) + ")";
    }
}

/// A message that says what was expected, what was found, and which word may have been meant.
[[nodiscard]] inline auto expected_found(filter_kind kind, std::string_view found) -> std::string {
    auto lower = std::string{found};
    std::ranges::transform(lower, lower.begin(), flowlog::detail::to_lower);
    auto similar = flowlog::detail::similar_words{lower};
    if (kind == filter_kind::protocol) {
        for (unsigned i = 0; i < 256; ++i)
            similar.consider(protocol_keyword(static_cast<std::uint8_t>(i)));
    } else if (kind == filter_kind::address) {
        for (auto const& known : fields) {
            if (known.type == field_type::address) similar.consider(known.name);
        }
    } else if (kind == filter_kind::port) {
        for (auto const& entry : flowlog::detail::services)
            similar.consider(entry.names.substr(0, entry.names.find(' ')));
    }
    return "expected " + expectation(kind) + ", found '" + escaped(found, 40) + "'" +
           (kind == filter_kind::time ? time_hint(found) + time_range_hint(found) : similar.hint());
}

}  // namespace flowlog::grammar

#endif
