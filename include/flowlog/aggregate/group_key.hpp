// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_KEY_HPP
#define FLOWLOG_AGGREGATE_GROUP_KEY_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/scope.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>

namespace flowlog {

/// What a part of a group's key is made of.
enum class key_kind : std::uint8_t {
    field,    ///< a field as it is
    network,  ///< the network of an address
    bucket,   ///< the time rounded down to a multiple of a span
    date,     ///< the day of a time, in UTC
    service,  ///< the smaller port, and the protocol
    pair,     ///< both addresses, whichever way the flow went
    tag,      ///< the tag of destination port and protocol
    label,    ///< the label of the smallest block that has the address
    scope     ///< what kind of address it is: private, public, multicast, …
};

/// A part of the key by which flows are grouped; `parse_group_key` of aggregate/group_words.hpp
/// reads one.
struct group_key {
    key_kind kind = key_kind::field;
    field_id field = field_id::srcaddr;
    std::optional<field_id> other{};   ///< the field of the flow's other end, where both ends count
    std::uint8_t v4_length = 24;       ///< of networks
    std::uint8_t v6_length = 64;       ///< of networks
    std::chrono::microseconds span{};  ///< of buckets
    std::string name = "srcaddr";      ///< as headings write it
    tag_table const* tags = nullptr;   ///< must outlive the grouping
    label_table const* labels = nullptr;  ///< must outlive the grouping

    /// The key part of one field.
    [[nodiscard]] static auto of(field_id id) -> group_key {
        auto result = group_key{};
        result.field = id;
        result.name = info(id).name;
        return result;
    }
};

/// The tables that some key parts need.
struct group_tables {
    tag_table const* tags = nullptr;
    label_table const* labels = nullptr;
};

namespace detail {

/// At most so many words make a key part: two addresses.
inline constexpr std::size_t widest_key = 4;

/// How many words a field's value takes in a key.
[[nodiscard]] constexpr auto key_width(field_type type) noexcept -> std::size_t {
    return type == field_type::address ? 2 : 1;
}

[[nodiscard]] constexpr auto key_width(group_key const& part) noexcept -> std::size_t {
    switch (part.kind) {
        case key_kind::field: return key_width(info(part.field).type);
        case key_kind::network: return 2;
        case key_kind::pair: return 4;
        default: return 1;
    }
}

/// What the words of a key part hold; two bits each in the key's first word. Keys are ordered by it
/// first: a pair of an IPv4 and an IPv6 address, `mixed`, stands between those of one kind.
enum class key_state : std::uint64_t { absent, present, mixed, v6 };

/// Writes an address; its state.
constexpr auto put(address const& value, std::uint64_t* words) noexcept -> key_state {
    words[0] = value.high();
    words[1] = value.low();
    return value.is_v6() ? key_state::v6 : key_state::present;
}

[[nodiscard]] constexpr auto get_address(key_state state, std::uint64_t const* words) noexcept
    -> address {
    return state == key_state::v6 ? address::v6(words[0], words[1])
                                  : address::v4(static_cast<std::uint32_t>(words[1]));
}

/// A time as a word that compares like it.
[[nodiscard]] constexpr auto time_word(timestamp time) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ (std::uint64_t{1} << 63);
}
[[nodiscard]] constexpr auto time_of(std::uint64_t word) noexcept -> timestamp {
    return timestamp{
        std::chrono::microseconds{static_cast<std::int64_t>(word ^ (std::uint64_t{1} << 63))}};
}

/// Writes a field's value into a key, absent ones as zeros; its state.
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

[[nodiscard]] inline auto service_name(std::uint64_t word) -> std::string {
    return std::to_string(word >> 8) + "/" + protocol_name(static_cast<std::uint8_t>(word));
}

/// Orders two addresses of a pair, so that both directions are one.
inline auto put_pair(address a, address b, std::uint64_t* words) noexcept -> key_state {
    if (b < a) std::swap(a, b);
    put(a, words);
    put(b, words + 2);
    if (a.is_v6()) return key_state::v6;  // IPv6 comes last: then b is one as well
    return b.is_v6() ? key_state::mixed : key_state::present;
}

/// A time rounded down to a multiple of a span, which is positive, as far as there is one.
[[nodiscard]] constexpr auto floor_to(timestamp time, std::chrono::microseconds span) noexcept
    -> timestamp {
    auto const rest = time.time_since_epoch() % span;
    auto const rounded = time - rest;
    auto const above = rest.count() < 0 && rounded >= timestamp::min() + span;
    return above ? rounded - span : rounded;
}

/// How a key part is written, found out once.
struct key_step {
    enum class way : std::uint8_t { number, address, action, rare, derived };

    explicit key_step(group_key const& part)
        : how{way_of(part)},
          type{info(part.field).type},
          field{part.field},
          other{part.other.value_or(part.field)},
          width{static_cast<std::uint8_t>(key_width(part))} {}

    way how;
    field_type type;
    field_id field;
    field_id other;  ///< the field of the flow's other end
    std::uint8_t width;

private:
    [[nodiscard]] static auto way_of(group_key const& part) -> way {
        if (part.kind != key_kind::field) return way::derived;
        auto const type = info(part.field).type;
        if (is_number(type)) return way::number;
        if (type == field_type::action) return way::action;
        return type == field_type::address ? way::address : way::rare;
    }
};

/// Writes the key parts of records, as their first or their other end has them. `bad` says that a
/// field on the way was malformed.
template <flow_record Record>
class key_writer {
public:
    key_writer(Record const& record, text_pool& texts, bool& bad, bool other_end) noexcept
        : record_{record}, texts_{texts}, bad_{bad}, other_end_{other_end} {}

    /// Numbers and addresses, which keys are mostly made of, are put in place.
    [[gnu::always_inline]] auto put(key_step step, group_key const& part, std::uint64_t* words)
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
        return put_derived(part, words);
    }

private:
    [[gnu::noinline]] auto put_rare(field_id id, std::uint64_t* words) -> key_state {
        return visit_field(record_, id, [&](auto const& value) {
            return put_value(checked(value), words, texts_);
        });
    }

    [[gnu::noinline]] auto put_derived(group_key const& part, std::uint64_t* words) -> key_state {
        switch (part.kind) {
            case key_kind::field: break;
            case key_kind::network: return put_network(part, words);
            case key_kind::bucket: return put_bucket(field_of(part), part.span, words);
            case key_kind::date: return put_bucket(field_of(part), std::chrono::days{1}, words);
            case key_kind::service: return put_service(words);
            case key_kind::pair: return put_both(words);
            case key_kind::tag: return put_tag(part, words);
            case key_kind::label: return put_label(part, words);
            case key_kind::scope: break;
        }
        auto const value = get<address>(field_of(part));
        *words = value ? static_cast<std::uint64_t>(scope_of(*value)) : 0;
        return value ? key_state::present : key_state::absent;
    }

    [[nodiscard]] auto field_of(group_key const& part) const noexcept -> field_id {
        return other_end_ ? part.other.value_or(part.field) : part.field;
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

    auto put_network(group_key const& part, std::uint64_t* words) -> key_state {
        auto const value = get<address>(field_of(part));
        if (!value) return put_value(value, words, texts_);
        auto const length = (*value).is_v6() ? part.v6_length : part.v4_length;
        return detail::put(cidr{*value, length}.network(), words);
    }

    auto put_bucket(field_id id, std::chrono::microseconds span, std::uint64_t* words)
        -> key_state {
        auto const value = get<timestamp>(id);
        return put_value(value ? field_value{floor_to(*value, span)} : value, words, texts_);
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

    auto put_both(std::uint64_t* words) -> key_state {
        auto const source = get(field::srcaddr);
        auto const destination = get(field::dstaddr);
        if (source && destination) return put_pair(*source, *destination, words);
        std::fill_n(words, 4, 0);
        return key_state::absent;
    }

    auto put_tag(group_key const& part, std::uint64_t* words) -> key_state {
        auto const port = get(field::dstport);
        auto const protocol = get(field::protocol);
        *words = 0;
        if (!port || !protocol) return key_state::absent;
        auto const found = part.tags->find(*port, *protocol);
        *words = texts_.number(found.empty() ? std::string_view{"Untagged"}
                                             : part.tags->name(found.front()));
        return key_state::present;
    }

    auto put_label(group_key const& part, std::uint64_t* words) -> key_state {
        auto const value = get<address>(field_of(part));
        auto const found = value ? part.labels->find(*value) : std::nullopt;
        *words = found ? texts_.number(part.labels->name(*found)) : 0;
        return found ? key_state::present : key_state::absent;
    }

    Record const& record_;
    text_pool& texts_;
    bool& bad_;
    bool other_end_;
};

/// Whether a key part's words are numbers of texts, which differ from thread to thread.
[[nodiscard]] constexpr auto holds_text(group_key const& part) noexcept -> bool {
    if (part.kind == key_kind::field) return info(part.field).type == field_type::text;
    return part.kind == key_kind::tag || part.kind == key_kind::label;
}

/// A key part as a cell.
[[nodiscard]] inline auto get_part(group_key const& part, key_state state,
                                   std::uint64_t const* words, text_pool const& texts)
    -> group_cell {
    if (state == key_state::absent) return {};
    if (holds_text(part)) return texts.text(*words);
    switch (part.kind) {
        case key_kind::network:
            return cidr{get_address(state, words),
                        state == key_state::v6 ? part.v6_length : part.v4_length}
                .to_string();
        case key_kind::bucket: return time_of(*words);
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
        default: break;
    }
    switch (info(part.field).type) {
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

}  // namespace detail

}  // namespace flowlog

#endif
