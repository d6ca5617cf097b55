// SPDX-License-Identifier: BSL-1.0
// What a value of a record is. Errors are thrown as `bad_record`, or by simdjson.
#ifndef FLOWLOG_SRC_JSON_VALUE_HPP
#define FLOWLOG_SRC_JSON_VALUE_HPP

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include <flowlog/flow/protocol.hpp>
#include <flowlog/format/decode_token.hpp>
#include <flowlog/format/text/decode.hpp>

#include "bytes.hpp"
#include "cursor.hpp"
#include "job.hpp"

namespace flowlog::detail::json {

namespace od = simdjson::ondemand;
using json_type = od::json_type;

/// The key of a member, without a copy unless it has escapes.
inline auto key_of(simdjson::simdjson_result<od::field>& member) -> std::string_view {
    auto const* const begin = od::raw_json_string(member.key()).raw();
    auto const* const end = find_quote(begin);
    if (*end == '"') return {begin, static_cast<std::size_t>(end - begin)};
    return member.unescaped_key();
}

/// Whether a key is this word. The compiler makes one or two comparisons of it.
template <std::size_t Size>
auto is(std::string_view key, char const (&word)[Size]) noexcept -> bool {
    return key.size() == Size - 1 && std::memcmp(key.data(), word, Size - 1) == 0;
}

/// Calls `use(key, value)` for every member of an object.
template <class Use>
void each_member(od::object object, Use use) {
    for (auto member : object) {
        auto const key = key_of(member);
        auto v = od::value(member.value());
        use(key, v);
    }
}

/// Whether a value is null.
inline auto is_null(od::value& v) -> bool { return json_type(v.type()) == json_type::null; }

/// Calls `use(key, value)` for every member of a value that must be an object, or null.
template <class Use>
void each_member_of(std::string_view name, od::value v, Use use) {
    auto const type = json_type(v.type());
    if (type == json_type::null) return;
    if (type != json_type::object) throw bad_record{std::string{name} + " is no object"};
    each_member(od::object(v.get_object()), std::move(use));
}

/// Calls `use(value)` for every element of a value that must be an array, or null.
template <class Use>
void each_element_of(std::string_view name, od::value v, Use use) {
    auto const type = json_type(v.type());
    if (type == json_type::null) return;
    if (type != json_type::array) throw bad_record{std::string{name} + " is no array"};
    for (auto element : od::array(v.get_array())) use(od::value(element.value()));
}

/// The JSON text of a value; of an object or an array, its bracket.
inline auto raw_text(od::value& v) -> std::string_view {
    auto const text = std::string_view(v.raw_json_token());
    auto const end = text.find_last_not_of(" \t\r\n");
    return text.substr(0, end == text.npos ? 0 : end + 1);
}

/// The same for messages.
inline auto shown(od::value& v) -> std::string { return std::string{raw_text(v).substr(0, 60)}; }

/// The content of a string, without a copy unless it has escapes.
inline auto content_of(od::value& v) -> std::string_view {
    auto const* const begin = od::raw_json_string(v.get_raw_json_string()).raw();
    auto const* const end = find_quote(begin);
    if (*end == '"') return {begin, static_cast<std::size_t>(end - begin)};
    return v.get_string();
}

/// Decodes a text that is not empty, as text logs have it. Pieces and simdjson's copies of texts
/// are followed by as many readable bytes as the decoders need.
template <class T>
auto decode_text(std::string_view text) -> field_value<T> {
    return decode<T>(text.data(), text.data() + text.size());
}

/// A text; none for null, an empty text and `-`.
inline auto text_of(std::string_view name, od::value v, std::optional<field_id> id = {})
    -> std::optional<std::string_view> {
    auto const type = json_type(v.type());
    if (type == json_type::null) return std::nullopt;
    if (type != json_type::string)
        throw bad_record{std::string{name} + ": expected a text, found " + shown(v), id};
    auto const text = content_of(v);
    if (text.empty() || text == "-") return std::nullopt;
    return text;
}

/// A whole number as JSON writes it, or as a text; none for null.
inline auto number_of(std::string_view name, od::value v, std::uint64_t max,
                      std::optional<field_id> id = {}) -> std::optional<std::uint64_t> {
    auto const wrong = [&]() -> bad_record {
        return {std::string{name} + ": expected a number (0-" + std::to_string(max) + "), found " +
                    shown(v),
                id};
    };
    auto number = std::uint64_t{};
    switch (json_type(v.type())) {
        case json_type::null: return std::nullopt;
        case json_type::string: {
            auto const text = text_of(name, v, id);
            if (!text) return std::nullopt;
            auto const decoded = decode_text<std::uint64_t>(*text);
            if (!decoded.has_value()) throw wrong();
            number = *decoded;
            break;
        }
        case json_type::number: {
            if (v.get_uint64().get(number) == simdjson::SUCCESS) break;
            auto read = od::number{};
            if (v.get_number().get(read) != simdjson::SUCCESS) throw wrong();
            if (read.is_double()) {
                auto const real = read.get_double();
                if (!(real >= 0 && real < 18446744073709551616.0) || std::floor(real) != real)
                    throw wrong();
                number = static_cast<std::uint64_t>(real);
            } else if (read.is_uint64()) {
                number = read.get_uint64();
            } else {
                if (read.get_int64() < 0) throw wrong();
                number = static_cast<std::uint64_t>(read.get_int64());
            }
            break;
        }
        default: throw wrong();
    }
    if (number > max) throw wrong();
    return number;
}

// These set a field of the row; a value that says nothing takes it back, as the last of several
// members with the same key counts.

// A value is one of simdjson, or a cursor at one.

inline auto is_text(od::value& v) -> bool { return json_type(v.type()) == json_type::string; }

template <field_id Id, class Value>
void set_number(row_buffer& rows, field_key<Id> key, std::string_view name, Value& v) {
    using value_type = field_value_type<Id>;
    auto const number = number_of(name, v, max_number(info(Id).type), Id);
    number ? rows.set(key, static_cast<value_type>(*number)) : rows.unset(Id);
}

template <class Value>
void set_text(row_buffer& rows, field_id id, std::string_view name, Value& v) {
    auto const text = text_of(name, v, id);
    text ? rows.put(id, *text) : rows.unset(id);
}

template <class Value>
void set_address(row_buffer& rows, field_id id, std::string_view name, Value& v) {
    auto const text = text_of(name, v, id);
    if (!text) return rows.unset(id);
    auto const decoded = decode_text<address>(*text);
    if (!decoded.has_value())
        throw bad_record{std::string{name} + ": expected an IP address, found " +
                             std::string{text->substr(0, 60)},
                         id};
    rows.put(id, *decoded);
}

/// A time as a text, or as a number of seconds, of which there may be a fraction.
inline auto time_of(std::string_view name, od::value v, std::optional<field_id> id)
    -> std::optional<timestamp> {
    auto const type = json_type(v.type());
    if (type == json_type::number) {
        auto const seconds = double(v.get_double());
        if (!(seconds >= 0 && seconds < 1e11))
            throw bad_record{std::string{name} + ": the time is out of range", id};
        return timestamp{std::chrono::microseconds{std::llround(seconds * 1e6)}};
    }
    auto const text = text_of(name, v, id);
    if (!text) return std::nullopt;
    auto const time = parse_time(*text);
    if (!time)
        throw bad_record{std::string{name} + ": expected a time (RFC 3339), found " +
                             std::string{text->substr(0, 60)},
                         id};
    return time;
}

template <class Value>
void set_time(row_buffer& rows, field_id id, std::string_view name, Value& v) {
    auto const time = time_of(name, v, id);
    time ? rows.put(id, *time) : rows.unset(id);
}

/// A time as a number of units since 1970.
template <class Unit>
void set_count_of(row_buffer& rows, field_id id, std::string_view name, od::value v) {
    auto const count = number_of(name, v, 253402300799ULL * Unit::period::den, id);
    if (!count) return rows.unset(id);
    rows.put(id, timestamp{Unit{static_cast<std::int64_t>(*count)}});
}

template <class Value>
void set_protocol(row_buffer& rows, std::string_view name, Value& v) {
    if (!is_text(v)) return set_number(rows, field::protocol, name, v);
    auto const text = text_of(name, v, field_id::protocol);
    if (!text) return rows.unset(field_id::protocol);
    auto number = protocol_number(*text);
    if (!number)
        throw bad_record{
            std::string{name} + ": expected a protocol, found " + std::string{text->substr(0, 60)},
            field_id::protocol};
    rows.set(field::protocol, *number);
}

/// Sets a field as its type has it: a number, an address, a time, a text, or a word of a set.
void set_field(row_buffer& rows, field_id id, std::string_view name, od::value v);

/// A key of records, and the field that its value sets.
struct member_field {
    std::string_view key;
    field_id id;
};

/// The field of a key, if it is a known one.
[[nodiscard]] auto field_of(std::span<member_field const> known, std::string_view key)
    -> std::optional<field_id>;

/// Sets the field of a key. False if the key is not a known one.
inline auto set_member(row_buffer& rows, std::span<member_field const> known, std::string_view key,
                       od::value v) -> bool {
    auto const id = field_of(known, key);
    if (id) set_field(rows, *id, key, v);
    return id.has_value();
}

/// Throws unless the row has both addresses.
inline void require_addresses(row_buffer const& rows) {
    if (!rows.get(field::srcaddr))
        throw bad_record{"the record has no source address", field_id::srcaddr,
                         reason::absent_value};
    if (!rows.get(field::dstaddr))
        throw bad_record{"the record has no destination address", field_id::dstaddr,
                         reason::absent_value};
}

/// A number without the `.0` that programs write after whole ones; other texts as they are.
[[nodiscard]] auto without_zero_fraction(field_id id, std::string_view token) -> std::string_view;

/// Whether a token is what programs write for an address or a time that there is not: zeros.
inline auto is_nil(field_id id, std::string_view token) -> bool {
    auto const type = info(id).type;
    return (type == field_type::address || type == field_type::time) &&
           token.find_first_not_of("0.:") == token.npos;
}

/// Sets a field from a token as text logs have it. A token that says nothing, or is zeros, does not
/// replace a value.
void set_token(row_buffer& rows, field_id id, std::string_view name, std::string_view token);

/// Sets the field with this name, if there is one. Whether there is one.
auto set_token(row_buffer& rows, std::string_view name, std::string_view token) -> bool;

// One function for each kind of record. They throw if a record is bad.

void read_google(od::object entry, job& to);
/// Reads an entry the faster way; false, and nothing is done, if it is unusual.
auto read_google(cursor entry, job& to) -> bool;
void read_azure(od::object record, job& to);
void read_eve(od::object event, job& to, bool firewall);
void read_ibm(od::object record, job& to);
void read_oci(od::object record, job& to);
void read_alibaba(od::object record, job& to);
void read_names(od::object record, job& to);
void read_zeek(od::object record, job& to);
/// `path` says what the log is a log of, such as `conn`.
void read_zeek_line(std::string_view line, std::vector<std::string> const& columns,
                    std::string_view path, job& to);
void read_ocsf(od::object record, job& to);

}  // namespace flowlog::detail::json

#endif
