// SPDX-License-Identifier: BSL-1.0
// Records of sensors and of clouds other than Azure and Google.
#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <flowlog/flow/field_names.hpp>
#include <flowlog/format/layout.hpp>

#include "value.hpp"

namespace flowlog::detail::json {

// --- EVE: Suricata and AWS Network Firewall ------------------------------------------------------

namespace {

constexpr auto event_members = std::to_array<member_field>({{"src_ip", field_id::srcaddr},
                                                            {"dest_ip", field_id::dstaddr},
                                                            {"src_port", field_id::srcport},
                                                            {"dest_port", field_id::dstport},
                                                            {"proto", field_id::protocol},
                                                            {"flow_id", field_id::flow_id},
                                                            {"in_iface", field_id::sensor}});
constexpr auto event_counters = std::to_array<member_field>({{"pkts_toserver", field_id::packets},
                                                             {"pkts", field_id::packets},
                                                             {"bytes_toserver", field_id::bytes},
                                                             {"bytes", field_id::bytes},
                                                             {"start", field_id::start},
                                                             {"end", field_id::end},
                                                             {"state", field_id::flow_state},
                                                             {"min_ttl", field_id::min_ttl},
                                                             {"max_ttl", field_id::max_ttl}});

class event_reader {
public:
    explicit event_reader(job& to) : rows_{to.rows} {}

    void member(std::string_view key, od::value v) {
        try {
            read(key, v);
        } catch (bad_record& bad) {
            if (!bad_) bad_ = std::move(bad);  // matters only if the event is a flow
        }
    }

    /// Ends the row, unless the event is of another type.
    void finish(job& to) {
        if (type_ != "flow" && type_ != "netflow") {
            to.pass();
            return;
        }
        if (bad_) throw bad_record{*std::move(bad_)};
        require_addresses(rows_);
        finish_flags();
        rows_.finish_two_way(to.offset, back_, to.how);
    }

private:
    void read(std::string_view key, od::value v) {
        if (key == "event_type") {
            type_ = text_of(key, v).value_or("");
        } else if (key == "flow" || key == "netflow") {
            each_member_of(key, v, [&](auto k, od::value m) { counters(k, m); });
        } else if (key == "tcp") {
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "tcp_flags") flags_ = flags(k, m);
                if (k == "tcp_flags_ts") to_server_ = flags(k, m);
                if (k == "tcp_flags_tc") to_client_ = flags(k, m);
            });
        } else if (key == "vlan") {
            auto first = true;
            each_element_of(key, v, [&](od::value id) {
                if (std::exchange(first, false)) set_number(rows_, field::src_vlan, key, id);
            });
        } else {
            set_member(rows_, event_members, key, v);
        }
    }

    void counters(std::string_view key, od::value v) {
        if (key == "pkts_toclient") {
            back_.packets = number_of(key, v, ~std::uint64_t{0}, field_id::reverse_packets);
        } else if (key == "bytes_toclient") {
            back_.bytes = number_of(key, v, ~std::uint64_t{0}, field_id::reverse_bytes);
        } else {
            set_member(rows_, event_counters, key, v);
        }
    }

    using tcp_flags = std::optional<std::uint8_t>;

    /// Flags as a number in base 16.
    static auto flags(std::string_view key, od::value v) -> tcp_flags {
        auto const text = text_of(key, v, field_id::tcp_flags);
        if (!text) return std::nullopt;
        auto value = std::uint8_t{};
        auto const* const end = text->data() + text->size();
        auto const read = std::from_chars(text->data(), end, value, 16);
        if (read.ec != std::errc{} || read.ptr != end)
            throw bad_record{std::string{key} + ": expected a number in base 16",
                             field_id::tcp_flags};
        return value;
    }

    /// Gives each direction its own flags, or those of both if these are not known.
    void finish_flags() {
        if (auto const forward = to_server_ ? to_server_ : flags_)
            rows_.set(field::tcp_flags, *forward);
        back_.tcp_flags = to_client_ ? to_client_ : flags_;
        back_.has_tcp_flags = true;
    }

    row_buffer& rows_;
    tcp_flags flags_{};
    tcp_flags to_server_{};
    tcp_flags to_client_{};
    std::string_view type_{};
    reverse_counters back_{};
    std::optional<bad_record> bad_{};
};

}  // namespace

void read_eve(od::object event, job& to, bool firewall) {
    auto reader = event_reader{to};
    each_member(event, [&](std::string_view key, od::value v) {
        if (!firewall) return reader.member(key, v);
        if (key == "firewall_name") set_text(to.rows, field_id::sensor, key, v);
        if (key == "event")
            each_member_of(key, v, [&](auto k, od::value m) { reader.member(k, m); });
    });
    reader.finish(to);
}

// --- IBM ----------------------------------------------------------------------------------------

void read_ibm(od::object record, job& to) {
    static constexpr auto members =
        std::to_array<member_field>({{"initiator_ip", field_id::srcaddr},
                                     {"target_ip", field_id::dstaddr},
                                     {"initiator_port", field_id::srcport},
                                     {"target_port", field_id::dstport},
                                     {"transport_protocol", field_id::protocol},
                                     {"packets_from_initiator", field_id::packets},
                                     {"bytes_from_initiator", field_id::bytes},
                                     {"start_time", field_id::start},
                                     {"end_time", field_id::end},
                                     {"ether_type", field_id::type}});
    auto& rows = to.rows;
    auto back = reverse_counters{};
    constexpr auto any = ~std::uint64_t{0};
    each_member(record, [&](std::string_view key, od::value v) {
        set_member(rows, members, key, v);
        if (key == "packets_from_target")
            back.packets = number_of(key, v, any, field_id::reverse_packets);
        if (key == "bytes_from_target")
            back.bytes = number_of(key, v, any, field_id::reverse_bytes);
        if (key == "direction") {
            auto const found = text_of(key, v, field_id::flow_direction).value_or("");
            auto const in = found == "I" || found == "inbound";
            if (!in && found != "O" && found != "outbound" && !found.empty())
                throw bad_record{"direction: expected I or O", field_id::flow_direction};
            if (!found.empty())
                rows.set(field::flow_direction,
                         in ? flow_direction::ingress : flow_direction::egress);
        }
        if (key == "action") {
            auto const found = text_of(key, v, field_id::action).value_or("");
            if (found != "accepted" && found != "rejected" && !found.empty())
                throw bad_record{"action: expected accepted or rejected", field_id::action};
            if (!found.empty())
                rows.set(field::action, found == "accepted" ? action::accept : action::reject);
        }
    });
    require_addresses(rows);
    rows.put(field_id::interface_id, to.head->interface);
    rows.finish_two_way(to.offset, back, to.how);
}

// --- Oracle -------------------------------------------------------------------------------------

namespace {

constexpr auto oci_members = std::to_array<member_field>({{"sourceAddress", field_id::srcaddr},
                                                          {"destinationAddress", field_id::dstaddr},
                                                          {"sourcePort", field_id::srcport},
                                                          {"destinationPort", field_id::dstport},
                                                          {"protocol", field_id::protocol},
                                                          {"packets", field_id::packets},
                                                          {"bytesOut", field_id::bytes},
                                                          {"action", field_id::action},
                                                          {"status", field_id::log_status},
                                                          {"vnicocid", field_id::interface_id},
                                                          {"vnicsubnetocid", field_id::subnet_id}});

class oci_reader {
public:
    explicit oci_reader(job& to) : rows_{to.rows} {}

    void member(std::string_view key, od::value v) {
        if (key == "logContent" || key == "data" || key == "oracle") {
            each_member_of(key, v, [&](auto k, od::value m) { member(k, m); });
        } else if (key == "type") {
            auto const type = text_of(key, v).value_or("");
            is_other_ = !type.empty() && type.find("vcn.flowlogs") == type.npos;
        } else if (key == "startTime") {
            set_count_of<std::chrono::seconds>(rows_, field_id::start, key, v);
        } else if (key == "endTime") {
            set_count_of<std::chrono::seconds>(rows_, field_id::end, key, v);
        } else {
            set_member(rows_, oci_members, key, v);
        }
    }

    void finish(job& to) {
        if (is_other_) {
            to.pass();
            return;
        }
        if (rows_.get(field::log_status).value_or(log_status::ok) == log_status::ok)
            require_addresses(rows_);
        rows_.finish(to.offset);
    }

private:
    row_buffer& rows_;
    bool is_other_ = false;
};

}  // namespace

void read_oci(od::object record, job& to) {
    auto reader = oci_reader{to};
    each_member(record, [&](auto key, od::value v) { reader.member(key, v); });
    reader.finish(to);
}

// --- Alibaba ------------------------------------------------------------------------------------

void read_alibaba(od::object record, job& to) {
    auto is_other = false;
    each_member(record, [&](std::string_view key, od::value v) {
        if (key == "__topic__") is_other = text_of(key, v).value_or("flow_log") != "flow_log";
        if (key.starts_with("__")) return;
        auto const text = text_of(key, v).value_or("");
        if (key == "direction") {
            set_token(to.rows, "flow-direction",
                      text == "in"    ? "ingress"
                      : text == "out" ? "egress"
                                      : text);
        } else {
            set_token(to.rows, key, text);
        }
    });
    if (is_other) {
        to.pass();
        return;
    }
    if (to.rows.get(field::log_status).value_or(log_status::ok) == log_status::ok)
        require_addresses(to.rows);
    to.rows.finish(to.offset);
}

// --- names of fields -----------------------------------------------------------------------------

namespace {

/// Adds the type or the code of ICMP to the destination port, as nfdump's archives have them.
void set_icmp(row_buffer& rows, std::string_view name, std::string_view text, unsigned shift) {
    auto const number = decode_token<std::uint8_t>(text.empty() ? "-" : text);
    if (number.malformed())
        throw bad_record{std::string{name} + ": expected a number (0-255), found " +
                             std::string{text.substr(0, 60)},
                         field_id::dstport};
    auto const before = rows.get(field::dstport).value_or(std::uint16_t{0});
    if (number)
        rows.set(field::dstport, static_cast<std::uint16_t>(before | unsigned{*number} << shift));
}

/// The counters of the way out. Where a log has those of both directions together, they are what is
/// left of these without the way back.
struct forward_counters {
    std::optional<std::uint64_t> packets{};
    std::optional<std::uint64_t> bytes{};
    bool packets_are_both = false;
    bool bytes_are_both = false;
};

template <field_id Id>
void settle_forward(row_buffer& rows, field_key<Id> key, std::optional<std::uint64_t> out,
                    std::optional<std::uint64_t> back, bool are_both) {
    if (out) return rows.set(key, *out);
    auto const both = rows.get(key);
    if (are_both && back && both && *both >= *back) rows.set(key, *both - *back);
}

void settle_forward(row_buffer& rows, forward_counters const& out, reverse_counters const& back) {
    settle_forward(rows, field::packets, out.packets, back.packets, out.packets_are_both);
    settle_forward(rows, field::bytes, out.bytes, back.bytes, out.bytes_are_both);
}

/// Reads members that are named after fields. nfdump has the type and code of ICMP in place of
/// ports. ECS has names of its own for three things:
///
/// - `network.bytes` counts both directions, `source.bytes` only one
/// - `source.address` may be the name of a host if there is a `source.ip`; of flowlog, it is the
///   original address of the packets then
/// - `destination.bytes`, or `reverse-bytes`, are those of the way back
class names_reader {
public:
    explicit names_reader(job& to) : rows_{to.rows}, names_{to.names} { names_.begin(); }

    void member(std::string_view key, od::value v) {
        auto const size = around_.size();
        auto const name = [&] { return size == 0 ? key : std::string_view{around_.append(key)}; };
        switch (json_type(v.type())) {
            case json_type::string: {
                auto const text = text_of(key, v).value_or("");
                any_ |= read_text(names_.find(name()), text);
                break;
            }
            case json_type::number: any_ |= read_number(names_.find(name()), v); break;
            case json_type::object:
                if (!is_holder(key)) around_.append(key) += '.';
                each_member_of(key, v, [&](auto k, od::value m) { member(k, m); });
                break;
            case json_type::array: {
                auto const& found = names_.find(name());
                around_.resize(size);
                read_array(found, key, v);
                break;
            }
            case json_type::boolean: {
                auto const& found = names_.find(name());
                if (is_measure(found))
                    throw bad_record{found.text + ": found " + shown(v), found.id};
                break;
            }
            default: break;
        }
        around_.resize(size);
    }

    void finish(job& to) {
        if (!any_ && is_marker_) {
            to.pass();
            return;
        }
        if (!any_) throw bad_record{"no member has the name of a field"};
        finish_address("source.address", source_, field::pkt_srcaddr, field_id::srcaddr);
        finish_address("destination.address", destination_, field::pkt_dstaddr, field_id::dstaddr);
        for (auto const& [name, text] : weak_) {
            if (text.empty()) continue;
            auto const id = *find_field(name);
            if (!(id == field_id::srcaddr ? rows_.get(field::srcaddr) : rows_.get(field::dstaddr)))
                set_token(rows_, id, name, text);
        }
        settle_forward(rows_, forward_, back_);
        rows_.finish_two_way(to.offset, back_, to.how);
    }

private:
    /// An address or the name of a host, and whether the address is known without it.
    struct side {
        std::string_view address{};
        bool has_ip = false;
    };

    /// Whether a member is an address, a port, the protocol, a counter or a time of a flow.
    [[nodiscard]] static auto is_measure(member_name const& name) -> bool {
        constexpr auto measures =
            std::to_array<field_id>({field_id::srcaddr, field_id::dstaddr, field_id::srcport,
                                     field_id::dstport, field_id::protocol, field_id::packets,
                                     field_id::bytes, field_id::start, field_id::end});
        if (name.role != member_role::field && name.role != member_role::forward_count)
            return false;
        return std::ranges::find(measures, name.id) != measures.end();
    }

    /// Reads the element of an array, if it is the only one: Elasticsearch puts the values of
    /// `fields` into arrays. Only members of ECS, whose names have dots, may have several.
    void read_array(member_name const& name, std::string_view key, od::value v) {
        if (name.role == member_role::none) return;
        auto elements = od::array(v.get_array());
        auto const count = std::size_t(elements.count_elements());
        if (count > 1 && is_measure(name) && name.text.find('.') == name.text.npos)
            throw bad_record{name.text + ": expected one value, found " + std::to_string(count),
                             name.id};
        if (count != 1) return;
        for (auto element : elements) member(key, od::value(element.value()));
    }

    /// Reads a text. Whether it is named after a field.
    auto read_text(member_name const& name, std::string_view text) -> bool {
        switch (name.role) {
            case member_role::none: return false;
            case member_role::source_address: source_.address = text; break;
            case member_role::destination_address: destination_.address = text; break;
            case member_role::weak_address: weak_text(name.text) = text; break;
            case member_role::forward_count:
                count_forward(name.id) = count_of(name.id, name.text, text);
                break;
            case member_role::icmp_type: set_icmp(rows_, name.text, text, 8); break;
            case member_role::icmp_code: set_icmp(rows_, name.text, text, 0); break;
            case member_role::event_type:
                is_marker_ = text.starts_with("purge_");  // of pmacct
                return false;
            case member_role::field: read_field(name, text); break;
        }
        return true;
    }

    void read_field(member_name const& name, std::string_view text) {
        if (text.empty()) return;
        if (name.is_ip) note_ip(name.id);
        if (is_known_sum(name) || gives_way(name, is_nil(name.id, text))) return;
        if (auto* const count = count_back(name.id)) {
            *count = count_of(name.id, name.text, text);
        } else {
            set_token(rows_, name.id, name.text, text);
            note_both(name);
        }
    }

    auto read_number(member_name const& name, od::value v) -> bool {
        if (name.role != member_role::field || !is_number(info(name.id).type))
            return read_text(name, raw_text(v));
        if (is_known_sum(name) || gives_way(name, false)) return true;
        note_both(name);
        auto const type = info(name.id).type;
        auto const value = number_of(name.text, v, max_number(type), name.id);
        if (auto* const count = count_back(name.id)) {
            *count = value;
        } else if (value) {
            with_type(type, [&]<class T>(std::type_identity<T>) {
                if constexpr (std::unsigned_integral<T>) rows_.put(name.id, static_cast<T>(*value));
            });
        }
        return true;
    }

    /// Whether the row has the counter of one direction in place of this one.
    [[nodiscard]] auto is_known_sum(member_name const& name) const -> bool {
        return name.is_both && (name.id == field_id::bytes ? rows_.get(field::bytes).has_value()
                                                           : rows_.get(field::packets).has_value());
    }

    void note_both(member_name const& name) {
        if (name.id == field_id::bytes) forward_.bytes_are_both = name.is_both;
        if (name.id == field_id::packets) forward_.packets_are_both = name.is_both;
    }
    [[nodiscard]] auto count_forward(field_id id) -> std::optional<std::uint64_t>& {
        return id == field_id::packets ? forward_.packets : forward_.bytes;
    }

    /// Whether the row has the value of a member with the field's own name, which counts more than
    /// that of another, unless it is zeros.
    [[nodiscard]] auto gives_way(member_name const& name, bool is_zeros) -> bool {
        auto const bit = static_cast<std::size_t>(name.id);
        if (!name.own && own_[bit]) return true;
        own_[bit] = own_[bit] || (name.own && !is_zeros);
        return false;
    }

    /// The text of a name that counts only if no other member is the address.
    [[nodiscard]] auto weak_text(std::string_view name) -> std::string_view& {
        return std::ranges::find(weak_, name, &std::pair<std::string_view, std::string_view>::first)
            ->second;
    }

    void note_ip(field_id id) { (id == field_id::srcaddr ? source_ : destination_).has_ip = true; }

    [[nodiscard]] auto count_back(field_id id) -> std::optional<std::uint64_t>* {
        if (id == field_id::reverse_packets) return &back_.packets;
        return id == field_id::reverse_bytes ? &back_.bytes : nullptr;
    }
    static auto count_of(field_id id, std::string_view name, std::string_view text)
        -> std::optional<std::uint64_t> {
        if (text.empty()) return std::nullopt;
        auto const count = decode_token<std::uint64_t>(without_zero_fraction(id, text));
        if (!count.has_value())
            throw bad_record{std::string{name} + ": found " + std::string{text.substr(0, 60)}, id};
        return *count;
    }

    template <field_id Original>
    void finish_address(std::string_view name, side const& from, field_key<Original> original,
                        field_id usual) {
        if (from.address.empty()) return;
        if (!from.has_ip) return set_token(rows_, usual, name, from.address);
        auto const decoded = decode_token<address>(from.address);
        if (decoded.has_value() && !rows_.get(original)) rows_.set(original, *decoded);
    }

    row_buffer& rows_;
    member_names& names_;
    std::string around_{};  // the keys of the objects around a member: `source.`
    bool any_ = false;
    bool is_marker_ = false;  // of the begin or the end of records
    side source_{};
    side destination_{};
    std::array<std::pair<std::string_view, std::string_view>, 5> weak_{
        {{"source", {}}, {"destination", {}}, {"src", {}}, {"dst", {}}, {"dest", {}}}};
    std::bitset<fields.size()> own_{};  // fields whose value is that of a member with their name
    forward_counters forward_{};
    reverse_counters back_{};
};

}  // namespace

void read_names(od::object record, job& to) {
    auto reader = names_reader{to};
    each_member(record, [&](auto key, od::value v) { reader.member(key, v); });
    reader.finish(to);
}

// --- Zeek ---------------------------------------------------------------------------------------

namespace {

/// Columns that logs of connections have, and Zeek's other logs have not.
constexpr auto connection_columns =
    std::to_array<std::string_view>({"conn_state", "orig_pkts", "orig_bytes", "orig_ip_bytes",
                                     "resp_pkts", "resp_bytes", "resp_ip_bytes", "duration"});

constexpr auto zeek_members = std::to_array<member_field>({{"id.orig_h", field_id::srcaddr},
                                                           {"id.resp_h", field_id::dstaddr},
                                                           {"id.orig_p", field_id::srcport},
                                                           {"id.resp_p", field_id::dstport},
                                                           {"orig_pkts", field_id::packets},
                                                           {"orig_ip_bytes", field_id::bytes},
                                                           {"vlan", field_id::src_vlan}});

class zeek_reader {
public:
    explicit zeek_reader(job& to) : rows_{to.rows} {}

    void member(std::string_view name, std::string_view text) {
        is_connection_ |= std::ranges::find(connection_columns, name) != connection_columns.end();
        is_file_ |= name == "fuid";  // files have a duration, too
        if (text.empty() || text == "-") return;
        if (name == "_path") {
            path_ = text;
        } else if (name == "ts") {
            start_ = time(text);
            rows_.set(field::start, start_);
        } else if (name == "duration") {
            duration_ = micros(name, text);
        } else if (name == "proto") {
            auto const number = protocol_number(text);
            if (number) rows_.set(field::protocol, *number);
        } else if (name == "conn_state") {
            rows_.put(field_id::flow_state, text);
        } else if (name == "resp_pkts") {
            back_.packets = count(name, text);
        } else if (name == "resp_ip_bytes") {
            back_.bytes = count(name, text);
        } else if (auto const id = field_of(zeek_members, name)) {
            set_token(rows_, info(*id).name, text);
        }
    }

    void finish(job& to) {
        if (path_.empty() ? !is_connection_ || is_file_ : path_ != "conn") {
            to.pass();
            return;
        }
        require_addresses(rows_);
        if (rows_.get(field::start))
            rows_.set(field::end, start_ + std::chrono::microseconds{duration_});
        auto const is_icmp = rows_.get(field::protocol) == protocol::icmp;
        if (is_icmp && !rows_.get(field::srcaddr)->is_v4())
            rows_.set(field::protocol, protocol::ipv6_icmp);
        rows_.finish_two_way(to.offset, back_, to.how);
    }

private:
    static auto number(std::string_view name, std::string_view text) -> double {
        auto value = 0.0;
        auto const* const end = text.data() + text.size();
        auto const read = std::from_chars(text.data(), end, value);
        if (read.ec != std::errc{} || read.ptr != end || !(value >= 0 && value < 2.6e14))
            throw bad_record{std::string{name} + ": expected a number, found " +
                             std::string{text.substr(0, 60)}};
        return value;
    }
    static auto micros(std::string_view name, std::string_view text) -> std::int64_t {
        return std::llround(number(name, text) * 1e6);
    }
    static auto count(std::string_view name, std::string_view text) -> std::uint64_t {
        auto const value = decode_token<std::uint64_t>(text);
        if (!value.has_value())
            throw bad_record{std::string{name} + ": expected a number, found " +
                             std::string{text.substr(0, 60)}};
        return *value;
    }
    /// Seconds with a fraction, milliseconds, or RFC 3339.
    static auto time(std::string_view text) -> timestamp {
        if (auto const found = parse_time(text)) return *found;
        auto const seconds = number("ts", text);
        return timestamp{std::chrono::microseconds{
            std::llround(seconds < 1e11 ? seconds * 1e6 : seconds * 1e3)}};
    }

    row_buffer& rows_;
    std::string_view path_{};  // what the log is a log of
    bool is_connection_ = false;
    bool is_file_ = false;
    timestamp start_{};
    std::int64_t duration_ = 0;
    reverse_counters back_{};
};

}  // namespace

void read_zeek(od::object record, job& to) {
    auto reader = zeek_reader{to};
    each_member(record, [&](std::string_view key, od::value v) {
        switch (json_type(v.type())) {
            case json_type::string: return reader.member(key, text_of(key, v).value_or(""));
            case json_type::number: return reader.member(key, raw_text(v));
            default: return reader.member(key, "");
        }
    });
    reader.finish(to);
}

void read_zeek_line(std::string_view line, std::vector<std::string> const& columns,
                    std::string_view path, job& to) {
    if (!path.empty() && path != "conn") {
        to.pass();
        return;
    }
    auto reader = zeek_reader{to};
    reader.member("_path", path);
    std::size_t column = 0;
    for (;; ++column) {
        auto const end = line.find('\t');
        if (column < columns.size()) reader.member(columns[column], line.substr(0, end));
        if (end == line.npos) break;
        line.remove_prefix(end + 1);
    }
    if (column + 1 != columns.size())
        throw bad_record{"expected " + std::to_string(columns.size()) + " columns, found " +
                             std::to_string(column + 1),
                         std::nullopt, reason::column_count};
    reader.finish(to);
}

// --- OCSF ---------------------------------------------------------------------------------------

namespace {

class ocsf_reader {
public:
    explicit ocsf_reader(job& to) : rows_{to.rows} {}

    void member(std::string_view key, od::value v) {
        auto const members = [&](auto use) { each_member_of(key, v, use); };
        if (key == "class_uid") {
            is_other_ = number_of(key, v, ~std::uint64_t{0}).value_or(4001) != 4001;
        } else if (key == "src_endpoint") {
            auto hop = std::optional<address>{};
            members([&](std::string_view k, od::value m) {
                if (k == "ip") set_address(rows_, field_id::srcaddr, k, m);
                if (k == "port") set_number(rows_, field::srcport, k, m);
                if (k == "intermediate_ips") hop = first_address(k, m);
                endpoint(k, m);
            });
            if (hop) exchange(field::srcaddr, *hop, field_id::pkt_srcaddr);
        } else if (key == "dst_endpoint") {
            auto hop = std::optional<address>{};
            members([&](std::string_view k, od::value m) {
                if (k == "ip") set_address(rows_, field_id::dstaddr, k, m);
                if (k == "port") set_number(rows_, field::dstport, k, m);
                if (k == "intermediate_ips") hop = first_address(k, m);
                endpoint(k, m);
            });
            if (hop) exchange(field::dstaddr, *hop, field_id::pkt_dstaddr);
        } else if (key == "connection_info") {
            members([&](std::string_view k, od::value m) { connection(k, m); });
        } else if (key == "traffic") {
            members([&](std::string_view k, od::value m) {
                if (k == "packets") set_number(rows_, field::packets, k, m);
                if (k == "bytes") set_number(rows_, field::bytes, k, m);
                constexpr auto any = ~std::uint64_t{0};
                if (k == "packets_out") forward_.packets = number_of(k, m, any, field_id::packets);
                if (k == "bytes_out") forward_.bytes = number_of(k, m, any, field_id::bytes);
                if (k == "packets_in")
                    back_.packets = number_of(k, m, any, field_id::reverse_packets);
                if (k == "bytes_in") back_.bytes = number_of(k, m, any, field_id::reverse_bytes);
            });
        } else if (key == "cloud") {
            members([&](std::string_view k, od::value m) { cloud(k, m); });
        } else if (key == "start_time") {
            set_count_of<std::chrono::milliseconds>(rows_, field_id::start, key, v);
        } else if (key == "end_time") {
            set_count_of<std::chrono::milliseconds>(rows_, field_id::end, key, v);
        } else if (key == "status_code") {
            status(key, v);
        } else if (key == "action_id") {
            auto const id = number_of(key, v, 1000, field_id::action);
            if (id == 1U) rows_.set(field::action, action::accept);
            if (id == 2U) rows_.set(field::action, action::reject);
        }
    }

    void finish(job& to) {
        if (is_other_) {
            to.pass();
            return;
        }
        if (rows_.get(field::log_status).value_or(log_status::ok) == log_status::ok)
            require_addresses(rows_);
        settle_forward(rows_, forward_, back_);
        rows_.finish_two_way(to.offset, back_, to.how);
    }

private:
    /// The log-status, if it is one: producers have codes of their own.
    void status(std::string_view key, od::value v) {
        if (!is_text(v)) return;
        auto const text = text_of(key, v).value_or("-");
        auto const decoded = decode_token<log_status>(text);
        decoded.has_value() ? rows_.set(field::log_status, *decoded)
                            : rows_.unset(field_id::log_status);
    }

    /// The first of several addresses.
    static auto first_address(std::string_view key, od::value v) -> std::optional<address> {
        auto result = std::optional<address>{};
        auto is_first = true;
        each_element_of(key, v, [&](od::value one) {
            if (!std::exchange(is_first, false) || !is_text(one)) return;
            auto const decoded = decode_token<address>(text_of(key, one).value_or("-"));
            if (decoded.has_value()) result = *decoded;
        });
        return result;
    }

    /// Makes the address of an end the original one, and gives the end the one on the way to it.
    template <field_id At>
    void exchange(field_key<At> at, address hop, field_id original) {
        if (auto const ip = rows_.get(at)) rows_.put(original, *ip);
        rows_.set(at, hop);
    }

    void endpoint(std::string_view key, od::value v) {
        auto const set = [&](field_id id) {
            if (auto const text = text_of(key, v, id)) rows_.put(id, *text);
        };
        if (key == "interface_uid") set(field_id::interface_id);
        if (key == "vpc_uid") set(field_id::vpc_id);
        if (key == "subnet_uid") set(field_id::subnet_id);
        if (key == "instance_uid") set(field_id::instance_id);
    }

    void connection(std::string_view key, od::value v) {
        if (key == "protocol_num") set_number(rows_, field::protocol, key, v);
        if (key == "tcp_flags") set_number(rows_, field::tcp_flags, key, v);
        if (key != "direction_id") return;
        auto const id = number_of(key, v, 1000, field_id::flow_direction);
        if (id == 1U) rows_.set(field::flow_direction, flow_direction::ingress);
        if (id == 2U) rows_.set(field::flow_direction, flow_direction::egress);
    }

    void cloud(std::string_view key, od::value v) {
        if (key == "region") set_text(rows_, field_id::region, key, v);
        if (key == "zone") set_text(rows_, field_id::az_id, key, v);
        if (key == "account")
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "uid") set_text(rows_, field_id::account_id, k, m);
            });
    }

    row_buffer& rows_;
    forward_counters forward_{.packets_are_both = true, .bytes_are_both = true};
    reverse_counters back_{};
    bool is_other_ = false;
};

}  // namespace

void read_ocsf(od::object record, job& to) {
    auto reader = ocsf_reader{to};
    each_member(record, [&](auto key, od::value v) { reader.member(key, v); });
    reader.finish(to);
}

}  // namespace flowlog::detail::json
