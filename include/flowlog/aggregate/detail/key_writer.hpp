// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_KEY_WRITER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_KEY_WRITER_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <flowlog/aggregate/detail/text_pool.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/flow/visit_field.hpp>

// A key in a row of the group table. The first word holds two bits for each key, its state; then
// come the words of each key:
//
//     group by srcaddr, dstport
//
//     | states        | srcaddr high | srcaddr low | dstport |
//     | …0000 01 11   | 2001:0db8:…  | …0000:0001  | 443     |
//              |  `- the address is IPv6
//              `---- the port is present
//
// Two flows are in the same group exactly if all these words are equal.

namespace flowlog::detail {

/// The number of words of a field's value in a key.
[[nodiscard]] constexpr auto key_width(field_type type) noexcept -> std::size_t {
    return type == field_type::address ? 2 : 1;
}

/// The number of words of a key.
[[nodiscard]] constexpr auto key_width(group_key const& key) noexcept -> std::size_t {
    switch (key.kind) {
        case key_kind::field: return key_width(info(key.field).type);
        case key_kind::network: return 2;
        case key_kind::pair: return 4;
        default: return 1;
    }
}

/// What the words of a key hold. Keys are ordered by it first: `mixed`, a pair of an IPv4 and an
/// IPv6 address, comes between the pairs of one kind.
enum class key_state : std::uint64_t { absent, present, mixed, v6 };

/// Writes an address and returns its state.
constexpr auto put(address const& value, std::uint64_t* words) noexcept -> key_state {
    words[0] = value.high();
    words[1] = value.low();
    return value.is_v6() ? key_state::v6 : key_state::present;
}

/// Reads an address back.
[[nodiscard]] constexpr auto get_address(key_state state, std::uint64_t const* words) noexcept
    -> address {
    return state == key_state::v6 ? address::v6(words[0], words[1])
                                  : address::v4(static_cast<std::uint32_t>(words[1]));
}

/// A time as a word that compares like it.
[[nodiscard]] constexpr auto time_word(timestamp time) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ (std::uint64_t{1} << 63);
}
/// Reads a time back.
[[nodiscard]] constexpr auto time_of(std::uint64_t word) noexcept -> timestamp {
    return timestamp{
        std::chrono::microseconds{static_cast<std::int64_t>(word ^ (std::uint64_t{1} << 63))}};
}

/// Writes a field's value into a key, an absent one as zeros, and returns its state.
template <class T>
auto put_value(field_value<T> const& value, std::uint64_t* words, text_pool& texts) -> key_state {
    constexpr auto is_address = std::is_same_v<T, address>;
    if (!value) {
        std::fill_n(words, is_address ? 2 : 1, 0);
        return key_state::absent;
    }
    if constexpr (is_address) {
        return put(*value, words);
    } else if constexpr (std::is_same_v<T, std::string_view>) {
        *words = texts.number(*value);
    } else if constexpr (std::is_same_v<T, timestamp>) {
        *words = time_word(*value);
    } else {
        *words = static_cast<std::uint64_t>(*value);
    }
    return key_state::present;
}

/// A service as it is printed: `443/tcp`.
[[nodiscard]] inline auto service_name(std::uint64_t word) -> std::string {
    return std::to_string(word >> 8) + "/" + protocol_name(static_cast<std::uint8_t>(word));
}

/// Writes two addresses, the smaller first, so that both directions are one pair.
inline auto put_pair(address a, address b, std::uint64_t* words) noexcept -> key_state {
    if (b < a) std::swap(a, b);
    put(a, words);
    put(b, words + 2);
    if (a.is_v6()) return key_state::v6;  // IPv6 comes last: then b is one as well
    return b.is_v6() ? key_state::mixed : key_state::present;
}

/// A time rounded down to a multiple of a positive span, if there is one in the range of times.
[[nodiscard]] constexpr auto floor_to(timestamp time, std::chrono::microseconds span) noexcept
    -> timestamp {
    auto const rest = time.time_since_epoch() % span;
    auto const rounded = time - rest;
    auto const above = rest.count() < 0 && rounded >= timestamp::min() + span;
    return above ? rounded - span : rounded;
}

/// The part of a time that is a key, in a zone, as a word that compares like it. A date is the
/// beginning of the day as if the zone's clocks showed UTC.
[[nodiscard]] inline auto part_of_time(key_kind kind, timestamp time, time_zone const* zone)
    -> std::uint64_t {
    using namespace std::chrono;
    auto const shown = zone == nullptr ? time : timestamp{zone->to_local(time).time_since_epoch()};
    auto const day = floor_to(shown, days{1});
    if (kind == key_kind::date) return time_word(day);
    if (kind == key_kind::hour) return static_cast<std::uint64_t>((shown - day) / hours{1});
    auto const date = sys_days{floor<days>(day)};
    auto const of_week = weekday{date}.iso_encoding();
    if (kind == key_kind::weekday) return of_week;
    // a week belongs to the year of its Thursday
    auto const decisive =
        year_month_day{kind == key_kind::week ? date + days{4} - days{of_week} : date};
    auto const year_word = static_cast<std::uint64_t>(static_cast<int>(decisive.year()) + 32768);
    if (kind == key_kind::month) return year_word << 8 | static_cast<unsigned>(decisive.month());
    auto const new_year = sys_days{decisive.year() / 1 / 1};
    return year_word << 8 |
           static_cast<std::uint64_t>((sys_days{decisive} - new_year) / days{7} + 1);
}

/// A week or month as it is printed: `2024-W18`, `2024-05`.
[[nodiscard]] inline auto year_part_text(std::uint64_t word, std::string_view before)
    -> std::string {
    auto const year = static_cast<std::int64_t>(word >> 8) - 32768;
    auto digits = std::to_string(std::abs(year));
    digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
    return (year < 0 ? "-" : "") + digits + '-' + std::string{before} +
           std::to_string(100 + (word & 0xFF)).substr(1);
}

[[nodiscard]] inline auto weekday_name(std::uint64_t number) -> std::string {
    constexpr auto names = std::to_array<std::string_view>(
        {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"});
    return std::string{names[(number - 1) % names.size()]};
}

/// The port of the other end.
[[nodiscard]] constexpr auto other_port(field_id id) noexcept -> field_id {
    return id == field_id::srcport ? field_id::dstport : field_id::srcport;
}

/// The address of the other end: `dstaddr` of `srcaddr`, `pkt-dstaddr` of `pkt-srcaddr`.
[[nodiscard]] constexpr auto other_address(field_id source) noexcept -> field_id {
    return source == field_id::pkt_srcaddr ? field_id::pkt_dstaddr : field_id::dstaddr;
}

/// Writes the network, the class or the label of an address, and returns the state of the key.
inline auto put_part_of_address(address const& value, group_key const& key, std::uint64_t* words,
                                text_pool& texts) -> key_state {
    if (key.kind == key_kind::network) {
        auto const length = value.is_v6() ? key.v6_length : key.v4_length;
        return put(cidr{value, length}.network(), words);
    }
    if (key.kind == key_kind::scope) {
        *words = static_cast<std::uint64_t>(scope_of(value));
        return key_state::present;
    }
    auto const found = key.labels->find(value);
    *words = found ? texts.number(key.labels->name(*found)) : 0;
    return found ? key_state::present : key_state::absent;
}

/// The tag of a flow, given the tags that its table finds, as a word of a key.
[[nodiscard]] inline auto tag_word(group_key const& key, std::span<tag_id const> found,
                                   text_pool& texts) -> std::uint64_t {
    return texts.number(found.empty() ? std::string_view{"Untagged"}
                                      : key.tags->name(found.front()));
}

/// How a key is written, worked out once for all flows.
struct key_step {
    enum class way : std::uint8_t { number, address, action, port, rare, derived };

    explicit key_step(group_key const& key)
        : how{way_of(key)},
          type{info(key.field).type},
          field{key.field},
          other{key.other.value_or(key.field)},
          width{static_cast<std::uint8_t>(key_width(key))} {}

    way how;
    field_type type;
    field_id field;
    field_id other;  ///< the field of the flow's other end
    std::uint8_t width;

private:
    [[nodiscard]] static auto way_of(group_key const& key) -> way {
        if (key.kind == key_kind::port) return way::port;
        if (key.kind != key_kind::field) return way::derived;
        auto const type = info(key.field).type;
        if (is_number(type)) return way::number;
        if (type == field_type::action) return way::action;
        return type == field_type::address ? way::address : way::rare;
    }
};

/// Writes the keys of records, for their first or their other end. Sets `bad` if a field that it
/// reads is malformed.
template <flow_record Record>
class key_writer {
public:
    key_writer(Record const& record, text_pool& texts, bool& bad, bool other_end) noexcept
        : record_{record}, texts_{texts}, bad_{bad}, other_end_{other_end} {}

    /// Writes one key and returns its state. Most keys are numbers and addresses: their code is
    /// inline.
    [[gnu::always_inline]] auto put(key_step step, group_key const& key, std::uint64_t* words)
        -> key_state {
        auto const id = other_end_ ? step.other : step.field;
        if (step.how == key_step::way::address) {
            auto const value = load_field<address>(record_, id);
            bad_ |= value.malformed();
            words[0] = (*value).high();
            words[1] = (*value).low();
            if (!value.has_value()) [[unlikely]]
                return key_state::absent;
            return (*value).is_v6() ? key_state::v6 : key_state::present;
        }
        if (step.how == key_step::way::number) {
            auto const value = load_number(record_, id, step.type);
            bad_ |= value.malformed();
            *words = *value;
            return value.has_value() ? key_state::present : key_state::absent;
        }
        if (step.how == key_step::way::action) return put_value(get<action>(id), words, texts_);
        if (step.how == key_step::way::rare) return put_rare(id, words);
        return put_derived(key, words);
    }

private:
    [[gnu::noinline]] auto put_rare(field_id id, std::uint64_t* words) -> key_state {
        if (info(id).type == field_type::text)
            return put_value(get<std::string_view>(id), words, texts_);
        return visit_field(record_, id, [&](auto const& value) {
            return put_value(checked(value), words, texts_);
        });
    }

    [[gnu::noinline]] auto put_derived(group_key const& key, std::uint64_t* words) -> key_state {
        switch (key.kind) {
            case key_kind::field: break;
            case key_kind::network:
            case key_kind::scope:
            case key_kind::label: return put_of_address(key, words);
            case key_kind::bucket: return put_bucket(key, words);
            case key_kind::date:
            case key_kind::hour:
            case key_kind::weekday:
            case key_kind::week:
            case key_kind::month: return put_part_of_time(key, words);
            case key_kind::service: return put_service(words);
            case key_kind::pair: return put_both(key.field, words);
            case key_kind::tag: return put_tag(key, words);
            case key_kind::port: return put_port(key, words);
            case key_kind::duration: return put_duration(words);
            case key_kind::column:
                return put_value(checked(text_of_column(record_, key.name)), words, texts_);
        }
        return key_state::absent;
    }

    [[nodiscard]] auto field_of(group_key const& key) const noexcept -> field_id {
        return other_end_ ? key.other.value_or(key.field) : key.field;
    }

    template <class T>
    auto checked(field_value<T> value) -> field_value<T> {
        bad_ = bad_ || value.malformed();
        return value;
    }
    template <class T>
    auto get(field_id id) -> field_value<T> {
        return checked(load_field<T>(record_, id));
    }
    template <field_id Id>
    auto get(field_key<Id> key) {
        return checked(record_[key]);
    }

    auto put_of_address(group_key const& key, std::uint64_t* words) -> key_state {
        auto const value = get<address>(field_of(key));
        if (value) return put_part_of_address(*value, key, words, texts_);
        std::fill_n(words, key_width(key), std::uint64_t{0});
        return key_state::absent;
    }

    auto put_bucket(group_key const& key, std::uint64_t* words) -> key_state {
        auto const value = get<timestamp>(field_of(key));
        if (!value) return put_value(value, words, texts_);
        *words = time_word(key.zone == nullptr ? floor_to(*value, key.span)
                                               : key.zone->floor_to(*value, key.span));
        return key_state::present;
    }

    auto put_part_of_time(group_key const& key, std::uint64_t* words) -> key_state {
        auto const value = get<timestamp>(field_of(key));
        if (!value) return put_value(value, words, texts_);
        *words = part_of_time(key.kind, *value, key.zone);
        return key_state::present;
    }

    auto put_service(std::uint64_t* words) -> key_state {
        auto const protocol = get(field::protocol);
        auto const source = get(field::srcport);
        auto const destination = get(field::dstport);
        *words = 0;
        if (!protocol || !source || !destination) return key_state::absent;
        *words = std::uint64_t{std::min(*source, *destination)} << 8 | *protocol;
        return key_state::present;
    }

    /// A port, or 0 if it is ephemeral. If the other port is absent, neither is.
    auto put_port(group_key const& key, std::uint64_t* words) -> key_state {
        auto const source = get(field::srcport);
        auto const destination = get(field::dstport);
        auto const end = key.field == field_id::srcport ? flow_end::source : flow_end::destination;
        auto const port = end == flow_end::source ? source : destination;
        *words = *port;
        if (!port) return key_state::absent;
        if (source && destination)
            *words = without_ephemeral(key.ephemeral, end, *source, *destination,
                                       hints_for(key.ephemeral));
        return key_state::present;
    }

    auto hints_for(ephemeral_rule rule) -> ephemeral_hints {
        if (rule == ephemeral_rule::syn) return {.tcp_flags = get(field::tcp_flags)};
        if (rule == ephemeral_rule::direction)
            return {.direction = get(field::flow_direction),
                    .biflow_direction = get(field::biflow_direction)};
        return {};
    }

    auto put_both(field_id from, std::uint64_t* words) -> key_state {
        auto const source = get<address>(from);
        auto const destination = get<address>(other_address(from));
        if (source && destination) return put_pair(*source, *destination, words);
        std::fill_n(words, 4, 0);
        return key_state::absent;
    }

    /// Absent if the port is absent, unless the protocol has none.
    auto put_tag(group_key const& key, std::uint64_t* words) -> key_state {
        auto const port = get(field::dstport);
        auto const protocol = get(field::protocol);
        *words = 0;
        if (!protocol || (!port && has_ports(*protocol))) return key_state::absent;
        *words = tag_word(
            key, port ? key.tags->find(*port, *protocol) : key.tags->find_portless(*protocol),
            texts_);
        return key_state::present;
    }

    /// Absent if the end is before the start.
    auto put_duration(std::uint64_t* words) -> key_state {
        auto const start = get(field::start);
        auto const end = get(field::end);
        *words = 0;
        if (!start || !end || *end < *start) return key_state::absent;
        *words = time_word(*end) - time_word(*start);
        return key_state::present;
    }

    Record const& record_;
    text_pool& texts_;
    bool& bad_;
    bool other_end_;
};

/// Whether the word of a key is the number of a text. A text has different numbers in different
/// threads.
[[nodiscard]] constexpr auto holds_text(group_key const& key) noexcept -> bool {
    if (key.kind == key_kind::field) return info(key.field).type == field_type::text;
    return key.kind == key_kind::tag || key.kind == key_kind::label || key.kind == key_kind::column;
}

/// A key as a cell.
[[nodiscard]] inline auto key_cell(group_key const& key, key_state state,
                                   std::uint64_t const* words, text_pool const& texts)
    -> group_cell {
    if (state == key_state::absent) return {};
    if (holds_text(key)) return texts.text(*words);
    switch (key.kind) {
        case key_kind::network:
            return cidr{get_address(state, words),
                        state == key_state::v6 ? key.v6_length : key.v4_length}
                .to_string();
        case key_kind::bucket:
            if (key.zone != nullptr) return to_text(time_of(*words), *key.zone);
            return time_of(*words);
        case key_kind::hour: return *words;
        case key_kind::weekday: return weekday_name(*words);
        case key_kind::week: return year_part_text(*words, "W");
        case key_kind::month: return year_part_text(*words, "");
        case key_kind::date: {
            auto const text = to_text(time_of(*words));
            return text.substr(0, text.find('T'));
        }
        case key_kind::service: return service_name(*words);
        case key_kind::pair: {
            auto const second = state == key_state::mixed ? key_state::v6 : state;
            auto const first = state == key_state::mixed ? key_state::present : state;
            return get_address(first, words).to_string() + " - " +
                   get_address(second, words + 2).to_string();
        }
        case key_kind::scope: return std::string{name(static_cast<address_scope>(*words))};
        case key_kind::duration:
            return std::chrono::microseconds{static_cast<std::int64_t>(*words)};
        default: break;
    }
    switch (info(key.field).type) {
        case field_type::address: return get_address(state, words).to_string();
        case field_type::time: return time_of(*words);
        case field_type::action: return std::string{name(static_cast<action>(*words))};
        case field_type::log_status: return std::string{name(static_cast<log_status>(*words))};
        case field_type::flow_direction:
            return std::string{name(static_cast<flow_direction>(*words))};
        default: break;
    }
    return *words;
}

}  // namespace flowlog::detail

#endif
