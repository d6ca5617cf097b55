// SPDX-License-Identifier: BSL-1.0
// Google Cloud VPC flow logs: entries of Cloud Logging, or their payloads alone.
#include <array>

#include "value.hpp"

namespace flowlog::detail::json {
namespace {

/// The fields of one side of a flow.
struct side_fields {
    field_id instance, vpc, subnet, project, zone, name_space, pod, service, country, as;
};
constexpr auto source_fields = side_fields{
    field_id::src_instance, field_id::src_vpc,       field_id::src_subnet, field_id::src_project,
    field_id::src_zone,     field_id::src_namespace, field_id::src_pod,    field_id::src_service,
    field_id::src_country,  field_id::src_as};
constexpr auto destination_fields = side_fields{
    field_id::dst_instance, field_id::dst_vpc,       field_id::dst_subnet, field_id::dst_project,
    field_id::dst_zone,     field_id::dst_namespace, field_id::dst_pod,    field_id::dst_service,
    field_id::dst_country,  field_id::dst_as};

/// What is known of one side and becomes a field if that side reports.
struct side {
    std::optional<std::string_view> instance{}, zone{}, region{}, vpc{}, subnet{};
};

constexpr auto payload_members = std::to_array<member_field>({{"bytes_sent", field_id::bytes},
                                                              {"packets_sent", field_id::packets},
                                                              {"start_time", field_id::start},
                                                              {"end_time", field_id::end}});
constexpr auto rare_members =
    std::to_array<member_field>({{"rtt_msec", field_id::rtt_msec},
                                 {"drop_reason", field_id::reject_reason},
                                 {"bytes_dropped", field_id::dropped_bytes},
                                 {"packets_dropped", field_id::dropped_packets}});
constexpr auto connection_members = std::to_array<member_field>({{"src_ip", field_id::srcaddr},
                                                                 {"dest_ip", field_id::dstaddr},
                                                                 {"src_port", field_id::srcport},
                                                                 {"dest_port", field_id::dstport},
                                                                 {"protocol", field_id::protocol}});

class payload_reader {
public:
    explicit payload_reader(job& to) : rows_{to.rows} {}

    /// Whether the payload is the decision of a firewall rule, and no flow.
    [[nodiscard]] auto is_rule() const -> bool { return rule_; }

    void member(std::string_view key, od::value v) {
        if (key == "connection") {
            connection_ = true;
            each_member_of(
                key, v, [&](auto k, od::value m) { set_member(rows_, connection_members, k, m); });
        } else if (set_member(rows_, payload_members, key, v)) {
            return;
        } else if (key == "reporter") {
            reporter_ = text_of(key, v).value_or("");
            reporter_.empty() ? rows_.unset(field_id::reporter)
                              : rows_.put(field_id::reporter, reporter_);
        } else if (key.starts_with("src_")) {
            side_member(key.substr(4), v, source_, source_fields);
        } else if (key.starts_with("dest_")) {
            side_member(key.substr(5), v, destination_, destination_fields);
        } else {
            rare_member(key, v);
        }
    }

    /// Adds what needs the whole payload.
    void finish() {
        if (!connection_) throw bad_record{"the record has no connection"};
        require_addresses(rows_);
        auto const reports_source = reporter_.starts_with("SRC");
        if (!reports_source && !reporter_.starts_with("DEST")) return;
        rows_.set(field::flow_direction,
                  reports_source ? flow_direction::egress : flow_direction::ingress);
        auto const& s = reports_source ? source_ : destination_;
        put(field_id::instance_id, s.instance);
        put(field_id::az_id, s.zone);
        put(field_id::region, s.region);
        put(field_id::vpc_id, s.vpc);
        put(field_id::subnet_id, s.subnet);
    }

private:
    void put(field_id id, std::optional<std::string_view> text) {
        if (text) rows_.put(id, *text);
    }

    void rare_member(std::string_view key, od::value v) {
        if (key == "disposition") {
            auto const found = text_of(key, v).value_or("");
            if (found == "DROPPED") rows_.set(field::action, action::reject);
            rule_ = found == "ALLOWED" || found == "DENIED";
        } else if (key == "network_service") {
            each_member_of(key, v, [&](std::string_view k, od::value m) {
                if (k == "dscp") set_number(rows_, field::dscp, k, m);
            });
        } else {
            set_member(rows_, rare_members, key, v);
        }
    }

    void side_member(std::string_view what, od::value v, side& s, side_fields const& to) {
        auto const text = [&](std::string_view k, od::value m, field_id id) {
            auto const found = text_of(k, m, id);
            found ? rows_.put(id, *found) : rows_.unset(id);
            return found;
        };
        auto const members = [&](auto use) { each_member_of(what, v, use); };
        if (what == "instance") {
            members([&](std::string_view k, od::value m) {
                if (k == "vm_name") s.instance = text(k, m, to.instance);
                if (k == "zone") s.zone = text(k, m, to.zone);
                if (k == "region") s.region = text_of(k, m);
                if (k == "project_id") static_cast<void>(text(k, m, to.project));
            });
        } else if (what == "vpc") {
            members([&](std::string_view k, od::value m) {
                if (k == "vpc_name") s.vpc = text(k, m, to.vpc);
                if (k == "subnetwork_name") s.subnet = text(k, m, to.subnet);
                if (k == "project_id") static_cast<void>(text(k, m, to.project));
            });
        } else if (what == "location") {
            members([&](std::string_view k, od::value m) {
                if (k == "country") static_cast<void>(text(k, m, to.country));
                if (k != "asn") return;
                auto const as = number_of(k, m, 0xFFFF'FFFF, to.as);
                as ? rows_.put(to.as, static_cast<std::uint32_t>(*as)) : rows_.unset(to.as);
            });
        } else if (what == "google_service") {
            auto named = false;
            members([&](std::string_view k, od::value m) {
                if (k == "service_name") named = text(k, m, to.service).has_value();
                if (k == "type" && !named) static_cast<void>(text(k, m, to.service));
            });
        } else if (what == "gke_details") {
            members([&](std::string_view k, od::value m) {
                if (k != "pod") return;
                each_member_of(k, m, [&](std::string_view p, od::value name) {
                    if (p == "pod_name") static_cast<void>(text(p, name, to.pod));
                    if (p == "pod_namespace") static_cast<void>(text(p, name, to.name_space));
                });
            });
        }
    }

    row_buffer& rows_;
    side source_{};
    side destination_{};
    std::string_view reporter_{};
    bool connection_ = false;
    bool rule_ = false;  // of a firewall log
};

/// Keeps what is wrong with the payload until it is known whether the entry is a flow.
template <class Read>
auto try_to(Read read) -> std::optional<bad_record> {
    try {
        read();
    } catch (bad_record& bad) {
        return std::move(bad);
    }
    return std::nullopt;
}

}  // namespace

void read_google(od::object entry, job& to) {
    auto payload = payload_reader{to};
    auto log_name = std::string_view{};
    auto bad = std::optional<bad_record>{};
    each_member(entry, [&](std::string_view key, od::value v) {
        if (key == "logName" || key == "log_name") {
            log_name = text_of(key, v).value_or("");
            return;
        }
        auto failure = try_to([&] {
            if (key == "jsonPayload" || key == "json_payload") {
                each_member_of(key, v, [&](auto k, od::value m) { payload.member(k, m); });
            } else {
                payload.member(key, v);  // of a payload without its entry
            }
        });
        if (failure && !bad) bad = std::move(failure);
    });
    if (log_name.empty() ? payload.is_rule() : !log_name.ends_with("vpc_flows")) {
        to.rows.discard();
        ++to.passed;
        return;
    }
    if (bad) throw bad_record{*std::move(bad)};
    payload.finish();
    to.rows.finish(to.offset);
}

}  // namespace flowlog::detail::json
