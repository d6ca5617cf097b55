// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_SCHEMA_HPP
#define FLOWLOG_OUTPUT_SCHEMA_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// Whose names of the fields are used in headings.
enum class naming : std::uint8_t {
    aws,      ///< AWS's names, and flowlog's for other fields
    netflow,  ///< the names of flow-tools
    ecs,      ///< Elastic Common Schema, with the fields of Elastic's integrations
    otel,     ///< attributes of OpenTelemetry, as the collector's extensions have them
    ocsf      ///< OCSF Network Activity (4001), whose events are nested: see `ocsf_writer`
};

namespace detail {

struct schema_names {
    field_id id;
    std::string_view netflow, ecs, otel;  // empty: the schema has no name for the field
};

/// The names of fields in schemas. NetFlow: as flow-export of flow-tools spells them. ECS: the
/// integrations aws.vpcflow and gcp.vpcflow. OpenTelemetry: semantic conventions, and
/// awslogsencodingextension and googlecloudlogentryencodingextension of the collector.
inline constexpr auto schema_table = [] {
    using enum field_id;
    return std::to_array<schema_names>({
        {version, "", "aws.vpcflow.version", "aws.vpc.flow.log.version"},
        {account_id, "", "cloud.account.id", "cloud.account.id"},
        {interface_id, "", "aws.vpcflow.interface_id", "network.interface.name"},
        {srcaddr, "", "source.ip", "source.address"},
        {dstaddr, "", "destination.ip", "destination.address"},
        {srcport, "", "source.port", "source.port"},
        {dstport, "", "destination.port", "destination.port"},
        {protocol, "prot", "network.iana_number", "network.transport"},
        {packets, "dPkts", "network.packets", "aws.vpc.flow.packets"},
        {bytes, "dOctets", "network.bytes", "aws.vpc.flow.bytes"},
        {reverse_packets, "", "destination.packets", ""},
        {reverse_bytes, "", "destination.bytes", ""},
        {start, "first", "event.start", "aws.vpc.flow.start"},
        {field_id::end, "last", "event.end", "aws.vpc.flow.end"},
        {field_id::action, "", "aws.vpcflow.action", "aws.vpc.flow.action"},
        {field_id::log_status, "", "aws.vpcflow.log_status", "aws.vpc.flow.status"},
        {field_id::flow_direction, "", "network.direction", "network.io.direction"},
        {vpc_id, "", "aws.vpcflow.vpc_id", "aws.vpc.id"},
        {subnet_id, "", "aws.vpcflow.subnet_id", "aws.vpc.subnet.id"},
        {instance_id, "", "cloud.instance.id", "host.id"},
        {tcp_flags, "", "aws.vpcflow.tcp_flags", "network.tcp.flags"},
        {type, "", "network.type", "network.type"},
        {pkt_srcaddr, "", "source.address", "aws.vpc.flow.source.address"},
        {pkt_dstaddr, "", "destination.address", "aws.vpc.flow.destination.address"},
        {region, "", "cloud.region", "cloud.region"},
        {az_id, "", "cloud.availability_zone", "aws.az.id"},
        {sublocation_type, "", "aws.vpcflow.sublocation.type", "aws.sublocation.type"},
        {sublocation_id, "", "aws.vpcflow.sublocation.id", "aws.sublocation.id"},
        {pkt_src_aws_service, "", "aws.vpcflow.pkt_src_service", "aws.vpc.flow.source.service"},
        {pkt_dst_aws_service, "", "aws.vpcflow.pkt_dst_service",
         "aws.vpc.flow.destination.service"},
        {traffic_path, "", "aws.vpcflow.traffic_path", "aws.vpc.flow.traffic_path"},
        {reject_reason, "", "aws.vpcflow.reject_reason", "aws.vpc.flow.reject_reason"},
        {src_as, "", "source.as.number", "gcp.vpc.flow.source.asn"},
        {dst_as, "", "destination.as.number", "gcp.vpc.flow.destination.asn"},
        {src_country, "", "source.geo.country_iso_code",
         "gcp.vpc.flow.source.geo.country.iso_code.alpha3"},
        {dst_country, "", "destination.geo.country_iso_code",
         "gcp.vpc.flow.destination.geo.country.iso_code.alpha3"},
        {src_mac, "", "source.mac", ""},
        {dst_mac, "", "destination.mac", ""},
        {reporter, "", "gcp.vpcflow.reporter", "gcp.vpc.flow.reporter"},
        {rtt_msec, "", "gcp.vpcflow.rtt.ms", "gcp.vpc.flow.network.rtt_ms"},
        {dscp, "", "", "gcp.vpc.flow.network_service.dscp"},
        {rule, "", "rule.name", ""},
        {acl_id, "", "rule.id", ""},
        {exporter, "exaddr", "observer.ip", ""},
        {next_hop, "nexthop", "", ""},
        {flows, "dFlows", "", ""},
        {export_time, "unix_secs", "", ""},
        {extra_packets, "extra_pkts", "", ""},
    });
}();

}  // namespace detail

/// The name of a field in a schema. If the schema has none: the field's own name, with `_` for `-`.
[[nodiscard]] inline auto field_name(naming schema, field_id id) -> std::string {
    auto result = std::string{info(id).name};
    if (schema == naming::aws) return result;
    std::ranges::replace(result, '-', '_');
    auto const known = std::ranges::find(detail::schema_table, id, &detail::schema_names::id);
    if (known == detail::schema_table.end()) return result;
    auto const name = schema == naming::netflow ? known->netflow
                      : schema == naming::ecs   ? known->ecs
                      : schema == naming::otel  ? known->otel
                                                : std::string_view{};
    return name.empty() ? result : std::string{name};
}

/// The name of a field in NetFlow tools, as flow-export of flow-tools spells it: `prot`, `dPkts`,
/// `dOctets`, `first`, `last`, `nexthop`, `exaddr`, `tcp_flags`. `find_field` finds all of them.
[[nodiscard]] inline auto netflow_name(field_id id) -> std::string {
    return field_name(naming::netflow, id);
}

}  // namespace flowlog

#endif
