// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_OCSF_HPP
#define FLOWLOG_OUTPUT_OCSF_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/version.hpp>

namespace flowlog {

/// Writes flows as events of the class Network Activity (4001) of OCSF 1.1.0, each a JSON object.
/// The objects are nested; values that a flow lacks are left out; fields that OCSF has no place for
/// are in `unmapped`. `time` is the start of the flow, or its end, or 0.
///
///     auto writer = flowlog::basic_ocsf_writer<>{{field_id::srcaddr, field_id::dstaddr}};
///     for (auto const& record : log) writer.write(record, text);
template <class = void>
class basic_ocsf_writer {
public:
    /// The fields that events have.
    explicit basic_ocsf_writer(std::vector<field_id> ids) : ids_{std::move(ids)} {}

    [[nodiscard]] auto ids() const noexcept -> std::vector<field_id> const& { return ids_; }

    /// Appends the event of a flow, without a line end. If one of the fields is malformed, appends
    /// nothing and returns that field.
    template <flow_record Record>
    auto write(Record const& record, std::string& to) -> std::optional<field_id> {
        for (auto const id : ids_) {
            auto const good = visit_field(record, id, [&](auto const& value) {
                auto& known = values_[static_cast<std::size_t>(id)];
                known = std::monostate{};
                if (value.has_value()) known = cell_of(*value);
                return !value.malformed();
            });
            if (!good) return id;
        }
        auto json = json_writer{to};
        write_event(json);
        return std::nullopt;
    }

private:
    using cell = std::variant<std::monostate, std::uint64_t, std::string>;

    template <class T>
    [[nodiscard]] static auto cell_of(T const& value) -> cell {
        if constexpr (std::unsigned_integral<T>) {
            return std::uint64_t{value};
        } else if constexpr (std::same_as<T, timestamp>) {
            auto const time = std::chrono::floor<std::chrono::milliseconds>(value);
            auto const count = time.time_since_epoch().count();  // before 1970 no time of a flow
            return count < 0 ? cell{} : cell{static_cast<std::uint64_t>(count)};
        } else if constexpr (std::same_as<T, address>) {
            return value.to_string();
        } else if constexpr (std::same_as<T, std::string_view>) {
            return std::string{value};
        } else {
            return std::string{name(value)};
        }
    }

    [[nodiscard]] auto value(field_id id) const -> cell const& {
        return values_[static_cast<std::size_t>(id)];
    }
    [[nodiscard]] auto has(field_id id) const -> bool { return value(id).index() != 0; }
    [[nodiscard]] auto number(field_id id) const -> std::uint64_t {
        auto const* const found = std::get_if<std::uint64_t>(&value(id));
        return found == nullptr ? 0 : *found;
    }
    [[nodiscard]] auto text(field_id id) const -> std::string_view {
        auto const* const found = std::get_if<std::string>(&value(id));
        return found == nullptr ? std::string_view{} : *found;
    }

    /// A member of an object of the event.
    struct member {
        std::string_view key;
        field_id id;
        bool as_text = false;  // a number that is an identifier
    };

    /// Writes the members that the flow has; they are then not written again.
    void write_members(json_writer& json, std::vector<member> const& members) {
        for (auto const& [key, id, as_text] : members) {
            if (!has(id)) continue;
            json.key(key);
            write_cell(json, std::exchange(values_[static_cast<std::size_t>(id)], {}), as_text);
        }
    }
    static void write_cell(json_writer& json, cell const& what, bool as_text) {
        if (auto const* const count = std::get_if<std::uint64_t>(&what)) {
            as_text ? json.value(std::to_string(*count)) : json.value(*count);
        } else {
            json.value(std::get<std::string>(what));
        }
    }
    /// Writes an object with these members, unless the flow has none of them.
    void write_object(json_writer& json, std::string_view key, std::vector<member> const& members) {
        auto const any = std::ranges::any_of(members, [&](auto const& m) { return has(m.id); });
        if (!any) return;
        json.key(key).begin_object();
        write_members(json, members);
        json.end_object();
    }

    [[nodiscard]] auto has_any(std::initializer_list<field_id> ids) const -> bool {
        return std::ranges::any_of(ids, [&](auto id) { return has(id); });
    }

    void write_event(json_writer& json) {
        using enum field_id;
        auto const first = has(start) ? start : field_id::end;
        auto const time = number(first);
        json.begin_object().member("class_uid", 4001).member("category_uid", 4);
        json.member("activity_id", 6).member("type_uid", 400106).member("severity_id", 1);
        json.member("time", time);
        write_metadata(json);
        write_decision(json);
        write_members(json, {{"start_time", start},
                             {"end_time", field_id::end},
                             {"status_code", field_id::log_status}});
        write_cloud(json);
        write_connection(json);
        write_endpoints(json);
        write_traffic(json);
        write_object(json, "firewall_rule", {{"name", rule}, {"uid", acl_id}});
        if (has(exporter)) {
            json.key("device").begin_object().member("type_id", 0);
            write_members(json, {{"ip", exporter}});
            json.end_object();
        }
        write_unmapped(json);
        json.end_object();
    }

    /// OCSF's `packets` and `bytes` count both directions together.
    void write_traffic(json_writer& json) {
        using enum field_id;
        if (!has_any({packets, bytes, reverse_packets, reverse_bytes})) return;
        json.key("traffic").begin_object();
        write_counters(json, "packets", packets, reverse_packets);
        write_counters(json, "bytes", bytes, reverse_bytes);
        json.end_object();
    }
    void write_counters(json_writer& json, std::string const& key, field_id out, field_id in) {
        if (has(in)) {
            auto const both = number(out) + number(in);
            json.member(key, both < number(in) ? ~std::uint64_t{0} : both);
            if (has(out)) json.member(key + "_out", number(out));
            json.member(key + "_in", number(in));
        } else if (has(out)) {
            json.member(key, number(out));
        }
        forget(out);
        forget(in);
    }

    void write_metadata(json_writer& json) const {
        json.key("metadata").begin_object().member("version", "1.1.0");
        json.key("product").begin_object().member("name", "flowlog");
        json.member("vendor_name", "flowlog").member("version", flowlog::version).end_object();
        json.key("profiles").begin_array();
        if (has_cloud()) json.value("cloud");
        if (has(field_id::action)) json.value("security_control");
        json.end_array().end_object();
    }

    void write_decision(json_writer& json) {
        if (!has(field_id::action)) return;
        auto const accepted = text(field_id::action) == "ACCEPT";
        json.member("action_id", accepted ? 1 : 2).member("disposition_id", accepted ? 1 : 2);
        json.member("disposition", accepted ? "Allowed" : "Blocked");
        forget(field_id::action);
    }

    [[nodiscard]] auto has_cloud() const -> bool {
        using enum field_id;
        return has_any({account_id, region, az_id}) || is_azure();
    }
    /// Azure's resources have paths, with letters of either case.
    [[nodiscard]] auto is_azure() const -> bool {
        auto const resource = text(field_id::resource_id);
        return has(field_id::acl_id) || resource.starts_with("/subscriptions/") ||
               resource.starts_with("/SUBSCRIPTIONS/");
    }
    void write_cloud(json_writer& json) {
        using enum field_id;
        if (!has_cloud()) return;
        json.key("cloud").begin_object().member("provider", has(reporter) ? "GCP"
                                                            : is_azure()  ? "Azure"
                                                                          : "AWS");
        write_object(json, "account", {{"uid", account_id}});
        write_members(json, {{"region", region}, {"zone", az_id}});
        json.end_object();
    }

    void write_connection(json_writer& json) {
        using enum field_id;
        auto const direction = text(field_id::flow_direction);
        json.key("connection_info").begin_object();
        json.member("direction_id", direction == "ingress" ? 1 : direction == "egress" ? 2 : 0);
        if (has(field_id::protocol)) {
            auto const keyword =
                protocol_keyword(static_cast<std::uint8_t>(number(field_id::protocol)));
            if (!keyword.empty()) json.member("protocol_name", keyword);
        }
        // OCSF has numbers of its own for AWS's paths, in the same order
        if (has(traffic_path)) json.member("boundary_id", number(traffic_path) + 3);
        write_members(json, {{"protocol_num", field_id::protocol},
                             {"protocol_ver", type},
                             {"tcp_flags", tcp_flags},
                             {"uid", flow_id, true}});
        json.end_object();
        forget(traffic_path);
    }

    /// Writes both ends. What the interface belongs to is at the source of egress traffic, and at
    /// the destination of ingress traffic.
    void write_endpoints(json_writer& json) {
        using enum field_id;
        auto const direction = std::string{text(field_id::flow_direction)};
        forget(field_id::flow_direction);
        json.key("src_endpoint").begin_object();
        write_address(json, srcaddr, pkt_srcaddr);
        write_members(json, {{"port", srcport},
                             {"mac", src_mac},
                             {"svc_name", pkt_src_aws_service},
                             {"svc_name", src_service}});
        if (direction == "egress") write_interface(json);
        write_object(json, "autonomous_system", {{"number", src_as}});
        write_object(json, "location", {{"country", src_country}});
        json.end_object().key("dst_endpoint").begin_object();
        write_address(json, dstaddr, pkt_dstaddr);
        write_members(json, {{"port", dstport},
                             {"mac", dst_mac},
                             {"svc_name", pkt_dst_aws_service},
                             {"svc_name", dst_service}});
        if (direction == "ingress") write_interface(json);
        write_object(json, "autonomous_system", {{"number", dst_as}});
        write_object(json, "location", {{"country", dst_country}});
        json.end_object();
    }

    void write_address(json_writer& json, field_id at, field_id original) {
        if (has(original) && text(original) != text(at)) {
            write_members(json, {{"ip", original}});
            if (has(at)) json.key("intermediate_ips").begin_array().value(text(at)).end_array();
        } else {
            write_members(json, {{"ip", at}});
            forget(original);
        }
        forget(at);
    }

    void write_interface(json_writer& json) {
        using enum field_id;
        write_members(json, {{"interface_uid", interface_id},
                             {"vpc_uid", vpc_id},
                             {"subnet_uid", subnet_id},
                             {"instance_uid", instance_id}});
    }

    /// Writes what is left.
    void write_unmapped(json_writer& json) {
        auto members = std::vector<member>{};
        auto names = std::vector<std::string>{};
        names.reserve(ids_.size());
        for (auto const id : ids_) {
            if (!has(id)) continue;
            auto& key = names.emplace_back(info(id).name);
            std::ranges::replace(key, '-', '_');
            members.push_back({key, id});
        }
        write_object(json, "unmapped", members);
    }

    void forget(field_id id) { values_[static_cast<std::size_t>(id)] = std::monostate{}; }

    std::vector<field_id> ids_;
    std::array<cell, fields.size()> values_{};
};

using ocsf_writer = basic_ocsf_writer<>;

}  // namespace flowlog

#endif
