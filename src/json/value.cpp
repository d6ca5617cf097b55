// SPDX-License-Identifier: BSL-1.0
#include "value.hpp"

#include <algorithm>
#include <concepts>
#include <type_traits>

#include <flowlog/flow/field_names.hpp>
#include <flowlog/flow/visit_field.hpp>

namespace flowlog::detail::json {

/// Whether a word is a direction of the Elastic Common Schema that is neither in nor out.
static auto is_other_direction(std::string_view word) -> bool {
    return word == "internal" || word == "external" || word == "unknown";
}

auto without_zero_fraction(field_id id, std::string_view token) -> std::string_view {
    auto const type = info(id).type;
    auto const is_count = is_number(type) || type == field_type::time;
    if (is_count && token.size() > 2 && token.ends_with(".0")) token.remove_suffix(2);
    return token;
}

void set_token(row_buffer& rows, field_id id, std::string_view name, std::string_view token) {
    if (token.empty() || token == "-") return;
    if (id == field_id::flow_direction && is_other_direction(token)) return;
    if (rows.is_set(id) && is_nil(id, token)) return;
    token = without_zero_fraction(id, token);
    with_type(info(id).type, [&]<class T>(std::type_identity<T>) {
        auto const value = decode_token<T>(id, token);
        if (value.malformed())
            throw bad_record{std::string{name} + ": found " + std::string{token.substr(0, 60)}, id};
        rows.put(id, value);
    });
}

auto set_token(row_buffer& rows, std::string_view name, std::string_view token) -> bool {
    auto const id = find_field(without_sum(name));
    if (id) set_token(rows, *id, name, token);
    return id.has_value();
}

void set_field(row_buffer& rows, field_id id, std::string_view name, od::value v) {
    if (id == field_id::protocol) return set_protocol(rows, name, v);
    if (id == field_id::tcp_flags && is_text(v)) {
        set_token(rows, info(id).name, content_of(v));
        return;
    }
    auto const type = info(id).type;
    with_type(type, [&]<class T>(std::type_identity<T>) {
        if constexpr (std::unsigned_integral<T>) {
            auto const number = number_of(name, v, max_number(type), id);
            number ? rows.put(id, static_cast<T>(*number)) : rows.unset(id);
        } else if constexpr (std::same_as<T, address>) {
            set_address(rows, id, name, v);
        } else if constexpr (std::same_as<T, timestamp>) {
            set_time(rows, id, name, v);
        } else if constexpr (std::same_as<T, std::string_view>) {
            set_text(rows, id, name, v);
        } else {
            set_token(rows, info(id).name, text_of(name, v, id).value_or(""));
        }
    });
}

auto field_of(std::span<member_field const> known, std::string_view key)
    -> std::optional<field_id> {
    auto const found = std::ranges::find(known, key, &member_field::key);
    return found == known.end() ? std::nullopt : std::optional{found->id};
}

}  // namespace flowlog::detail::json
