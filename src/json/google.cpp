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

class payload_reader {
public:
    explicit payload_reader(job& to) : rows_{to.rows} {}

    /// Whether the payload is the decision of a firewall rule, and no flow.
    [[nodiscard]] auto is_rule() const -> bool { return rule_; }

    template <class Value>
    void member(std::string_view key, Value& v) {
        switch (key.size()) {
            case 7:
                if (is(key, "src_vpc")) return vpc(key, v, source_, source_fields);
                break;
            case 8:
                if (is(key, "end_time")) return time(field_id::end, key, v);
                if (is(key, "reporter")) return reporter(key, v);
                if (is(key, "dest_vpc")) return vpc(key, v, destination_, destination_fields);
                if (is(key, "rtt_msec")) return number(field::rtt_msec, key, v);
                break;
            case 10:
                if (is(key, "bytes_sent")) return number(field::bytes, key, v);
                if (is(key, "connection")) return connection(key, v);
                if (is(key, "start_time")) return time(field_id::start, key, v);
                break;
            case 11:
                if (is(key, "disposition")) return disposition(key, v);
                if (is(key, "drop_reason")) return text(field_id::reject_reason, key, v);
                break;
            case 12:
                if (is(key, "packets_sent")) return number(field::packets, key, v);
                if (is(key, "src_instance")) return instance(key, v, source_, source_fields);
                if (is(key, "src_location")) return location(key, v, source_fields);
                break;
            case 13:
                if (is(key, "dest_instance"))
                    return instance(key, v, destination_, destination_fields);
                if (is(key, "dest_location")) return location(key, v, destination_fields);
                if (is(key, "bytes_dropped")) return number(field::dropped_bytes, key, v);
                break;
            case 15:
                if (is(key, "src_gke_details")) return cluster(key, v, source_fields);
                if (is(key, "packets_dropped")) return number(field::dropped_packets, key, v);
                if (is(key, "network_service")) return network_service(key, v);
                break;
            case 16:
                if (is(key, "dest_gke_details")) return cluster(key, v, destination_fields);
                break;
            case 18:
                if (is(key, "src_google_service")) return service(key, v, source_fields);
                break;
            case 19:
                if (is(key, "dest_google_service")) return service(key, v, destination_fields);
                break;
            default: break;
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

    // What sets a field does so only if the field will be read.

    template <field_id Id, class Value>
    void number(field_key<Id> id, std::string_view key, Value& v) {
        if (rows_.wants(Id)) set_number(rows_, id, key, v);
    }
    template <class Value>
    void time(field_id id, std::string_view key, Value& v) {
        if (rows_.wants(id)) set_time(rows_, id, key, v);
    }
    template <class Value>
    void text(field_id id, std::string_view key, Value& v) {
        if (rows_.wants(id)) set_text(rows_, id, key, v);
    }
    /// The same for a text that another field may have, too.
    template <class Value>
    void shared_text(std::optional<std::string_view>& to, field_id id, std::string_view key,
                     Value& v) {
        to = text_of(key, v, id);
        to ? rows_.put(id, *to) : rows_.unset(id);
    }

    template <class Value>
    void connection(std::string_view key, Value& v) {
        connection_ = true;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            switch (k.size()) {
                case 6:
                    if (is(k, "src_ip")) set_address(rows_, field_id::srcaddr, k, m);
                    break;
                case 7:
                    if (is(k, "dest_ip")) set_address(rows_, field_id::dstaddr, k, m);
                    break;
                case 8:
                    if (is(k, "src_port")) number(field::srcport, k, m);
                    if (is(k, "protocol") && rows_.wants(field_id::protocol))
                        set_protocol(rows_, k, m);
                    break;
                case 9:
                    if (is(k, "dest_port")) number(field::dstport, k, m);
                    break;
                default: break;
            }
        });
    }

    template <class Value>
    void reporter(std::string_view key, Value& v) {
        reporter_ = text_of(key, v).value_or("");
        reporter_.empty() ? rows_.unset(field_id::reporter)
                          : rows_.put(field_id::reporter, reporter_);
    }

    template <class Value>
    void disposition(std::string_view key, Value& v) {
        auto const found = text_of(key, v).value_or("");
        if (found == "DROPPED") rows_.set(field::action, action::reject);
        rule_ = found == "ALLOWED" || found == "DENIED";
    }

    template <class Value>
    void network_service(std::string_view key, Value& v) {
        if (!rows_.wants(field_id::dscp)) return;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (is(k, "dscp")) set_number(rows_, field::dscp, k, m);
        });
    }

    /// Whether one of these fields will be read.
    template <class... Ids>
    [[nodiscard]] auto wants_any(Ids... ids) const -> bool {
        return (rows_.wants(ids) || ...);
    }

    template <class Value>
    void instance(std::string_view key, Value& v, side& s, side_fields const& to) {
        if (!wants_any(to.instance, to.zone, to.project, field_id::instance_id, field_id::az_id,
                       field_id::region))
            return;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (is(k, "vm_name")) shared_text(s.instance, to.instance, k, m);
            if (is(k, "zone")) shared_text(s.zone, to.zone, k, m);
            if (is(k, "region")) s.region = text_of(k, m);
            if (is(k, "project_id")) text(to.project, k, m);
        });
    }

    template <class Value>
    void vpc(std::string_view key, Value& v, side& s, side_fields const& to) {
        if (!wants_any(to.vpc, to.subnet, to.project, field_id::vpc_id, field_id::subnet_id))
            return;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (is(k, "vpc_name")) shared_text(s.vpc, to.vpc, k, m);
            if (is(k, "subnetwork_name")) shared_text(s.subnet, to.subnet, k, m);
            if (is(k, "project_id")) text(to.project, k, m);
        });
    }

    template <class Value>
    void location(std::string_view key, Value& v, side_fields const& to) {
        if (!wants_any(to.country, to.as)) return;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (is(k, "country")) text(to.country, k, m);
            if (!is(k, "asn")) return;
            auto const as = number_of(k, m, 0xFFFF'FFFF, to.as);
            as ? rows_.put(to.as, static_cast<std::uint32_t>(*as)) : rows_.unset(to.as);
        });
    }

    template <class Value>
    void service(std::string_view key, Value& v, side_fields const& to) {
        if (!rows_.wants(to.service)) return;
        auto named = std::optional<std::string_view>{};
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (is(k, "service_name")) shared_text(named, to.service, k, m);
            if (is(k, "type") && !named) text(to.service, k, m);
        });
    }

    template <class Value>
    void cluster(std::string_view key, Value& v, side_fields const& to) {
        if (!wants_any(to.pod, to.name_space)) return;
        each_member_of(key, v, [&](std::string_view k, auto& m) {
            if (!is(k, "pod")) return;
            each_member_of(k, m, [&](std::string_view p, auto& name) {
                if (is(p, "pod_name")) text(to.pod, p, name);
                if (is(p, "pod_namespace")) text(to.name_space, p, name);
            });
        });
    }

    row_buffer& rows_;
    side source_{};
    side destination_{};
    std::string_view reporter_{};
    bool connection_ = false;
    bool rule_ = false;  // of a firewall log
};

/// Whether an entry is a flow, and no entry of another log.
auto is_flow(payload_reader const& payload, std::string_view log_name) -> bool {
    return log_name.empty() ? !payload.is_rule() : log_name.ends_with("vpc_flows");
}

}  // namespace

void read_google(od::object entry, job& to) {
    auto payload = payload_reader{to};
    auto log_name = std::string_view{};
    auto bad = std::optional<bad_record>{};  // matters only if the entry is a flow
    auto const read_payload = [&](std::string_view key, od::value& v) {
        try {
            each_member_of(key, v, [&](auto k, auto& m) { payload.member(k, m); });
        } catch (bad_record& wrong) {
            if (!bad) bad = std::move(wrong);
        }
    };
    auto const read_alone = [&](std::string_view key, od::value& v) {
        try {
            payload.member(key, v);  // of a payload without its entry
        } catch (bad_record& wrong) {
            if (!bad) bad = std::move(wrong);
        }
    };
    each_member(entry, [&](std::string_view key, od::value v) {
        if (is(key, "jsonPayload") || is(key, "json_payload")) {
            read_payload(key, v);
        } else if (is(key, "logName") || is(key, "log_name")) {
            log_name = text_of(key, v).value_or("");
        } else {
            read_alone(key, v);
        }
    });
    if (!is_flow(payload, log_name)) return to.pass();
    if (bad) throw bad_record{*std::move(bad)};
    payload.finish();
    to.rows.finish(to.offset);
}

auto read_google(cursor entry, job& to) -> bool {
    try {
        auto payload = payload_reader{to};
        auto log_name = std::string_view{};
        entry.each_member([&](std::string_view key) {
            if (is(key, "jsonPayload")) {
                each_member_of(key, entry, [&](auto k, auto& m) { payload.member(k, m); });
            } else if (is(key, "logName") || is(key, "log_name")) {
                log_name = text_of(key, entry).value_or("");
            } else {
                payload.member(key, entry);
            }
        });
        if (!entry.is_at_end()) throw unusual{};
        if (!is_flow(payload, log_name)) {
            to.pass();
            return true;
        }
        payload.finish();
        to.rows.finish(to.offset);
        return true;
    } catch (unusual const&) {
    } catch (bad_record const&) {  // said in the other way
    }
    to.rows.discard();
    return false;
}

}  // namespace flowlog::detail::json
