// SPDX-License-Identifier: BSL-1.0
// Azure VNet flow logs (version 4) and NSG flow logs (versions 1 and 2): records whose flows are
// texts of 8 or 13 parts.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include <flowlog/format/text/decode.hpp>

#include "value.hpp"

namespace flowlog::detail::json {
namespace {

using shared_text = std::shared_ptr<repeated_text>;

auto share(std::string_view text) -> shared_text {
    return std::make_shared<repeated_text>(repeated_text{std::string{text}});
}

/// Gathers the arrays of tuples of a record, whose keys come in any order.
class record_reader {
public:
    explicit record_reader(job& to) : to_{to} {}

    void read(od::object record) {
        each_member(record, [&](std::string_view key, od::value v) { member(key, v); });
        if (is_nested_) return;
        if (!has_flows_) throw bad_record{"the record has neither flowRecords nor properties"};
        for (auto& tuples : arrays_) {
            tuples.version = version_;
            if (!tuples.mac) tuples.mac = mac_;
            tuples.resource = resource_;
            to_.tuples.push_back(std::move(tuples));
        }
    }

private:
    void member(std::string_view key, od::value v) {
        if (key == "flowLogVersion") {
            version_ = version(key, v, 4, 4);
        } else if (key == "macAddress") {
            mac_ = share(text_of(key, v).value_or(""));
        } else if (key == "targetResourceID" || key == "resourceId") {
            resource_ = share(text_of(key, v).value_or(""));
        } else if (key == "flowRecords") {
            has_flows_ = true;
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k != "flows") return;
                each_element_of(k, m, [&](od::value one) {
                    flow(one, "aclID", &tuple_array::acl, "flowGroups");
                });
            });
        } else if (key == "properties") {
            has_flows_ = true;
            if (version_ == 4) version_ = 0;
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "Version") version_ = version(k, m, 1, 2);
                if (k != "flows") return;
                each_element_of(
                    k, m, [&](od::value one) { flow(one, "rule", &tuple_array::rule, "flows"); });
            });
        } else if (key == "records") {  // as in a sample of the documentation
            is_nested_ = true;
            each_element_of(key, v, [&](od::value record) {
                if (++to_.head->depth > 4) throw bad_record{"records are nested too deep"};
                record_reader{to_}.read(od::object(record.get_object()));
                --to_.head->depth;
            });
        }
    }

    static auto version(std::string_view key, od::value v, unsigned min, unsigned max) -> unsigned {
        auto const number = number_of(key, v, 1000).value_or(min);
        if (number < min || number > max)
            throw bad_record{std::string{key} + " " + std::to_string(number) +
                             " is not known: versions 1 and 2 of NSG flow logs and version 4 of "
                             "VNet flow logs are read"};
        return static_cast<unsigned>(number);
    }

    /// A flow of a log: its groups, and the text that they have in common.
    void flow(od::value from, std::string_view common_key, shared_text tuple_array::* common,
              std::string_view groups_key) {
        auto const first = arrays_.size();
        auto text = shared_text{};
        each_member_of("flows", from, [&](std::string_view key, od::value v) {
            if (key == common_key) text = share(text_of(key, v).value_or(""));
            if (key == groups_key) each_element_of(key, v, [&](od::value g) { group(g, {}); });
        });
        for (auto i = first; i < arrays_.size(); ++i) arrays_[i].*common = text;
    }

    /// A group of a VNet flow log, or the flows of an interface in an NSG flow log.
    void group(od::value from, tuple_array tuples) {
        tuples.offset = to_.offset;
        each_member_of("flowGroups", from, [&](std::string_view key, od::value v) {
            if (key == "rule") tuples.rule = share(text_of(key, v).value_or(""));
            if (key == "mac") tuples.mac = share(text_of(key, v).value_or(""));
            if (key != "flowTuples") return;
            if (json_type(v.type()) != json_type::array) throw bad_record{"flowTuples is no array"};
            tuples.rest = od::array(v.get_array()).raw_json();
        });
        if (!tuples.rest.empty()) arrays_.push_back(std::move(tuples));
    }

    job& to_;
    std::vector<tuple_array> arrays_{};
    shared_text mac_{};
    shared_text resource_{};
    unsigned version_ = 4;
    bool has_flows_ = false;
    bool is_nested_ = false;
};

/// The parts of a tuple.
struct tuple_parts {
    std::array<std::string_view, 14> part;
    std::size_t count = 0;

    explicit tuple_parts(std::string_view text) {
        auto const* at = text.data();
        auto const* const end = at + text.size();
        while (count < part.size()) {
            auto const* const begin = at;
            while (at != end && *at != ',') ++at;
            part[count++] = {begin, static_cast<std::size_t>(at - begin)};
            if (at == end) return;
            ++at;
        }
    }
};

[[noreturn]] void throw_part(std::string_view expected, std::string_view found,
                             std::optional<field_id> id = {}) {
    throw bad_record{
        "expected " + std::string{expected} + ", found '" + std::string{found.substr(0, 60)} + "'",
        id};
}

/// Decodes a part, after which `token_padding` bytes are readable.
template <class T>
auto decoded(std::string_view part, std::string_view expected, field_id id) -> T {
    if (part.empty()) throw_part(expected, part, id);
    auto const value = decode<T>(part.data(), part.data() + part.size());
    if (!value.has_value()) throw_part(expected, part, id);
    return *value;
}

auto counter(std::string_view part, field_id id) -> std::optional<std::uint64_t> {
    if (part.empty() || part == "-") return std::nullopt;
    return decoded<std::uint64_t>(part, "a number", id);
}

/// A time in milliseconds, or in seconds as an example of the documentation has it.
auto tuple_time(std::string_view part) -> timestamp {
    auto const number = decoded<std::uint64_t>(part, "a time", field_id::start);
    if (number > 253402300799999ULL) throw_part("a time", part, field_id::start);
    auto const count = static_cast<std::int64_t>(number);
    if (number < 100'000'000'000ULL) return timestamp{std::chrono::seconds{count}};
    return timestamp{std::chrono::milliseconds{count}};
}

void set_common(tuple_parts const& t, row_buffer& rows) {
    auto const time = tuple_time(t.part[0]);
    rows.put(field_id::start, time);
    rows.put(field_id::end, time);
    rows.put(field_id::srcaddr, decoded<address>(t.part[1], "an IP address", field_id::srcaddr));
    rows.put(field_id::dstaddr, decoded<address>(t.part[2], "an IP address", field_id::dstaddr));
    rows.put(field_id::srcport,
             decoded<std::uint16_t>(t.part[3], "a port (0-65535)", field_id::srcport));
    rows.put(field_id::dstport,
             decoded<std::uint16_t>(t.part[4], "a port (0-65535)", field_id::dstport));
    auto const direction = t.part[6];
    if (direction != "I" && direction != "O")
        throw_part("the direction I or O", direction, field_id::flow_direction);
    rows.put(field_id::flow_direction,
             direction == "I" ? flow_direction::ingress : flow_direction::egress);
}

/// Sets a text of one letter, which outlives every batch.
void set_state(std::string_view state, std::string_view known, row_buffer& rows) {
    auto const at = state.size() == 1 ? known.find(state.front()) : known.npos;
    if (at == known.npos) throw_part("the state B, C, E or D", state, field_id::flow_state);
    rows.put<std::string_view>(field_id::flow_state, known.substr(at, 1));
}

void read_vnet(tuple_parts const& t, job& to, tuple_array const& from) {
    auto& rows = to.rows;
    if (t.count != 13) throw bad_record{"expected 13 parts", std::nullopt, reason::column_count};
    set_common(t, rows);
    rows.put(field_id::protocol,
             decoded<std::uint8_t>(t.part[5], "a protocol number (0-255)", field_id::protocol));
    set_state(t.part[7], "BCED", rows);
    rows.put(field_id::action, t.part[7] == "D" ? action::reject : action::accept);
    static constexpr auto plain = std::string_view{"NX"};
    if (t.part[8] == plain) {
        rows.put<std::string_view>(field_id::flow_encryption, plain);
    } else if (!t.part[8].empty()) {
        rows.put(field_id::flow_encryption, t.part[8]);
    }
    if (auto const n = counter(t.part[9], field_id::packets)) rows.put(field_id::packets, *n);
    if (auto const n = counter(t.part[10], field_id::bytes)) rows.put(field_id::bytes, *n);
    rows.finish_two_way(from.offset,
                        {counter(t.part[11], field_id::reverse_packets),
                         counter(t.part[12], field_id::reverse_bytes)},
                        to.how);
}

void read_nsg(tuple_parts const& t, job& to, tuple_array const& from) {
    auto& rows = to.rows;
    auto const is_first = from.version == 1 || (from.version == 0 && t.count == 8);
    if (t.count != (is_first ? 8U : 13U))
        throw bad_record{is_first ? "expected 8 parts" : "expected 13 parts", std::nullopt,
                         reason::column_count};
    set_common(t, rows);
    if (t.part[5] != "T" && t.part[5] != "U")
        throw_part("the protocol T or U", t.part[5], field_id::protocol);
    rows.put(field_id::protocol, t.part[5] == "T" ? protocol::tcp : protocol::udp);
    if (t.part[7] != "A" && t.part[7] != "D")
        throw_part("the decision A or D", t.part[7], field_id::action);
    rows.put(field_id::action, t.part[7] == "D" ? action::reject : action::accept);
    if (is_first) return rows.finish(from.offset);
    set_state(t.part[8], "BCE", rows);
    if (auto const n = counter(t.part[9], field_id::packets)) rows.put(field_id::packets, *n);
    if (auto const n = counter(t.part[10], field_id::bytes)) rows.put(field_id::bytes, *n);
    rows.finish_two_way(from.offset,
                        {counter(t.part[11], field_id::reverse_packets),
                         counter(t.part[12], field_id::reverse_bytes)},
                        to.how);
}

/// Takes the next element off the text of an array: the content of a string, or the text of
/// anything else; none at the end.
struct element {
    std::string_view text;
    bool is_string;
};
auto take_element(std::string_view& rest) -> std::optional<element> {
    auto const begin = rest.find_first_not_of(" \t\r\n,[");
    if (begin == rest.npos || rest[begin] == ']') {
        rest = {};
        return std::nullopt;
    }
    rest.remove_prefix(begin);
    if (rest.front() != '"') {
        auto const end = std::min(rest.find_first_of(",]"), rest.size());
        auto const text = rest.substr(0, end);
        rest.remove_prefix(end);
        return element{text, false};
    }
    auto end = rest.find('"', 1);
    if (rest.substr(0, end).find('\\') != rest.npos) {
        end = 1;
        while (end < rest.size() && rest[end] != '"')
            end += std::size_t{rest[end] == '\\' ? 2U : 1U};
    }
    if (end >= rest.size()) {
        rest = {};
        return std::nullopt;
    }
    auto const text = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
    return element{text, true};
}

/// The text of a string with escapes of ASCII letters, with `token_padding` more bytes.
auto unescaped(std::string_view text) -> std::string {
    auto result = std::string{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            result += text[i];
            continue;
        }
        auto const kind = text[++i];
        auto code = 0U;
        auto const* const digits = text.data() + i + 1;
        if (kind != 'u') {
            result += kind;
        } else if (i + 4 < text.size() &&
                   std::from_chars(digits, digits + 4, code, 16).ptr == digits + 4 && code < 128) {
            result += static_cast<char>(code);
            i += 4;
        } else {
            throw bad_record{"a letter is none of ASCII"};
        }
    }
    result.append(token_padding, ' ');
    return result;
}

void read_tuple(element const& tuple, job& to, tuple_array& from) {
    auto const set = [&](field_id id, std::shared_ptr<repeated_text> const& text) {
        if (text) to.rows.put(id, *text);
    };
    try {
        if (!tuple.is_string) throw bad_record{"expected a text"};
        auto plain = std::string{};
        auto text = tuple.text;
        if (text.find('\\') != text.npos) {
            plain = unescaped(text);
            text = std::string_view{plain}.substr(0, plain.size() - token_padding);
        }
        set(field_id::rule, from.rule);
        set(field_id::acl_id, from.acl);
        set(field_id::interface_id, from.mac);
        set(field_id::resource_id, from.resource);
        auto const parts = tuple_parts{text};
        from.version == 4 ? read_vnet(parts, to, from) : read_nsg(parts, to, from);
    } catch (bad_record const& bad) {
        auto const shown = std::string{tuple.text.substr(0, 200)};
        to.rows.refuse(from.offset, bad.what, bad.field,
                       "in the record at byte " + std::to_string(from.offset) + ": tuple " + shown +
                           ": " + bad.why);
    }
}

}  // namespace

void read_azure(od::object record, job& to) {
    to.head->depth = 0;
    record_reader{to}.read(record);
}

void take_tuples(job& to, std::size_t max_rows) {
    while (!to.tuples.empty() && to.rows.size() < max_rows) {
        auto& array = to.tuples.front();
        if (auto const tuple = take_element(array.rest)) {
            read_tuple(*tuple, to, array);
        } else {
            to.tuples.pop_front();
        }
    }
}

}  // namespace flowlog::detail::json
