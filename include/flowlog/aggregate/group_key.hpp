// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_KEY_HPP
#define FLOWLOG_AGGREGATE_GROUP_KEY_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <flowlog/aggregate/ephemeral.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/lookup/label_table.hpp>
#include <flowlog/lookup/tag_table.hpp>
#include <flowlog/lookup/time_zone.hpp>

namespace flowlog {

/// How a key is made from a flow.
enum class key_kind : std::uint8_t {
    field,     ///< a field as it is
    network,   ///< the network of an address
    bucket,    ///< a time, rounded down to a multiple of a span
    date,      ///< the day of a time
    service,   ///< the smaller port, and the protocol
    pair,      ///< both addresses, whichever way the flow went
    tag,       ///< the tag of the destination port and protocol
    label,     ///< the label of the smallest block that contains the address
    duration,  ///< the time from start to end
    scope,     ///< what kind of address it is: private, public, multicast, …
    port,      ///< a port, or 0 if it is the ephemeral one of the flow
    hour,      ///< the hour of the day of a time, 0 to 23
    weekday,   ///< the day of the week of a time, from Monday on
    week,      ///< the week of a time by ISO 8601, from Monday on: `2024-W18`
    month,     ///< the month of a time: `2024-05`
    column     ///< the text of a column of text logs that is no field; absent in other logs
};

/// One key by which flows are grouped. `parse_group_key` of aggregate/group_words.hpp reads one
/// from text.
struct group_key {
    key_kind kind = key_kind::field;
    field_id field = field_id::srcaddr;
    std::optional<field_id> other{};      ///< the field of the flow's other end, if both ends count
    std::uint8_t v4_length = 24;          ///< of networks
    std::uint8_t v6_length = 64;          ///< of networks
    std::chrono::microseconds span{};     ///< of buckets
    ephemeral_rule ephemeral{};           ///< of ports
    std::string name = "srcaddr";         ///< as headings write it
    tag_table const* tags = nullptr;      ///< must outlive the grouping
    label_table const* labels = nullptr;  ///< must outlive the grouping
    time_zone const* zone = nullptr;      ///< of times; none: UTC; must outlive the grouping
    bool optional = false;  ///< the fields may be missing from a log: then the key is absent

    /// The key that is one field.
    [[nodiscard]] static auto of(field_id id) -> group_key {
        auto result = group_key{};
        result.field = id;
        result.name = info(id).name;
        return result;
    }

    /// The key that is the column of text logs with exactly this name.
    [[nodiscard]] static auto column(std::string name) -> group_key {
        auto result = group_key{};
        result.kind = key_kind::column;
        result.name = std::move(name);
        return result;
    }

    /// The key that is the source or the destination port, or 0 if that port is ephemeral.
    [[nodiscard]] static auto port(field_id id, ephemeral_rule rule) -> group_key {
        auto result = of(id);
        result.kind = key_kind::port;
        result.ephemeral = rule;
        return result;
    }

    friend auto operator==(group_key const&, group_key const&) -> bool = default;
};

/// The tables that some keys need.
struct group_tables {
    tag_table const* tags = nullptr;
    label_table const* labels = nullptr;
    time_zone const* zone = nullptr;  ///< none: UTC
};

}  // namespace flowlog

#endif
