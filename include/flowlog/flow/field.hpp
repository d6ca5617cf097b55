// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FIELD_HPP
#define FLOWLOG_FLOW_FIELD_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <flowlog/detail/blank.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/detail/word_table.hpp>

namespace flowlog {

/// A point in time, in UTC. AWS's text logs have whole seconds, nfdump archives milliseconds, and
/// flow-tools archives finer fractions.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// What the security groups and network ACLs did with the traffic.
enum class action : std::uint8_t { accept, reject };

/// Whether a line of a log is a flow: only `ok` lines are.
enum class log_status : std::uint8_t { ok, nodata, skipdata };

/// The direction of a flow as seen from the interface that logged it.
enum class flow_direction : std::uint8_t { ingress, egress };

/// Which family of logs defined a field.
enum class origin : std::uint8_t { vpc, transit_gateway, netflow, cloud };

/// The C++ type that a field decodes to.
enum class field_type : std::uint8_t {
    u8,
    u16,
    u32,
    u64,
    address,
    time,
    text,
    action,
    log_status,
    flow_direction
};

/// Whether the values of a type are plain numbers.
[[nodiscard]] constexpr auto is_number(field_type type) noexcept -> bool {
    return type <= field_type::u64;
}

/// The largest number of a type; 0 if the values are not numbers.
[[nodiscard]] constexpr auto max_number(field_type type) noexcept -> std::uint64_t {
    constexpr auto limits = std::array{std::uint64_t{0xFF}, std::uint64_t{0xFFFF},
                                       std::uint64_t{0xFFFF'FFFF}, ~std::uint64_t{0}};
    return is_number(type) ? limits[static_cast<std::size_t>(type)] : 0;
}

// The one table of fields: identifier, name, aliases (separated by blanks), type, version of the
// AWS format that introduced the field (0: none), origin, meaning. Everything that names a field
// reads this table: header lines, format strings, filters, headings, the documentation. A new field
// is one line here. Sources: AWS VPC user guide "Flow log records", AWS Transit Gateway guide "Flow
// log records", IANA IPFIX information elements (for the NetFlow fields), and the formats of the
// clouds (docs/cli.md).
// clang-format off
#define FLOWLOG_DETAIL_FIELDS(X) \
    X(version, "version", "aws.vpcflow.version aws.vpc.flow.log.version", u8, 2, vpc, "Highest version among the selected fields") \
    X(account_id, "account-id", "owner account aws-account-id cloud.account.id cloud.account.uid", text, 2, vpc, "AWS account that owns the interface; may be 'unknown'") \
    X(interface_id, "interface-id", "eni eni-id macAddress network_interface_id vnicocid aws.vpcflow.interface_id network.interface.name", text, 2, vpc, "Network interface that logged the flow") \
    X(srcaddr, "srcaddr", "srcaddr_raw src-addr source-address src-ip source-ip source source.ip source.address sourceIPv4Address sourceIPv6Address connection.src_ip initiator_ip id.orig_h src_endpoint.ip src4_addr src6_addr src-ip-address source-ip-address saddr sip sa src ipv4-src-addr ipv6-src-addr ip-src src-address", address, 2, vpc, "Source address; outgoing: the primary address of the interface") \
    X(dstaddr, "dstaddr", "dstaddr_raw dst-addr destination-address dst-ip dest-ip destination-ip destination destination.ip destination.address destinationIPv4Address destinationIPv6Address connection.dest_ip target_ip id.resp_h dst_endpoint.ip dst4_addr dst6_addr dst-ip-address dest-ip-address destination-ip-address daddr dip da dst dest ipv4-dst-addr ipv6-dst-addr ip-dst dst-address dest-address", address, 2, vpc, "Destination address; incoming: the primary address of the interface") \
    X(srcport, "srcport", "src-port source-port source.port sourceTransportPort connection.src_port initiator_port id.orig_p src_endpoint.port sport sp l4-src-port port-src", u16, 2, vpc, "Source port; 0 for protocols without ports") \
    X(dstport, "dstport", "dst-port destination-port dest-port destination.port destinationTransportPort connection.dest_port target_port id.resp_p dst_endpoint.port dport dp l4-dst-port port-dst", u16, 2, vpc, "Destination port; 0 for protocols without ports") \
    X(protocol, "protocol", "prot proto protocol-number network.iana_number protocolIdentifier connection.protocol transport_protocol connection_info.protocol_num pr protocol-code transport network.transport network.protocol.name ip-proto pro", u8, 2, vpc, "IANA protocol number") \
    X(packets, "packets", "dPkts num-packets pkts network.packets packetDeltaCount packets_sent packets_from_initiator netflow.pkts flow.pkts_toserver orig_pkts traffic.packets in-packets ipkt aws.vpc.flow.packets in-pkts tot-pkts source.packets total-packets bidirectional-packets", u64, 2, vpc, "Packets in the window") \
    X(bytes, "bytes", "dOctets num-bytes octets network.bytes octetDeltaCount bytes_sent bytesOut bytes_from_initiator netflow.bytes flow.bytes_toserver orig_ip_bytes traffic.bytes in-bytes ibyt aws.vpc.flow.bytes tot-bytes source.bytes total-bytes bytes-transferred bidirectional-bytes", u64, 2, vpc, "Bytes in the window") \
    X(start, "start", "first start-time window-start flowStartSeconds flowStartMilliseconds netflow.start flow.start first-seen flow-start ts event.start aws.vpc.flow.start stime first-switched timestamp-start bidirectional-first-seen-ms time-flow-start time-flow-start-ns flowStartMicroseconds flowStartNanoseconds", time, 2, vpc, "First packet of the window") \
    X(end, "end", "last end-time window-end flowEndSeconds flowEndMilliseconds netflow.end flow.end last-seen flow-end te event.end aws.vpc.flow.end etime last-time last-switched timestamp-end bidirectional-last-seen-ms time-flow-end time-flow-end-ns flowEndMicroseconds flowEndNanoseconds", time, 2, vpc, "Last packet of the window") \
    X(action, "action", "aws.vpcflow.action aws.vpc.flow.action", action, 2, vpc, "ACCEPT or REJECT") \
    X(log_status, "log-status", "flow-log-status aws.vpcflow.log_status aws.vpc.flow.status", log_status, 2, vpc, "OK, NODATA (no traffic) or SKIPDATA (records were lost)") \
    X(vpc_id, "vpc-id", "aws.vpcflow.vpc_id aws.vpc.id", text, 3, vpc, "VPC of the interface") \
    X(subnet_id, "subnet-id", "vswitch-id vnicsubnetocid aws.vpcflow.subnet_id aws.subnet.id aws.vpc.subnet.id", text, 3, vpc, "Subnet of the interface") \
    X(instance_id, "instance-id", "vm-id aws.vpcflow.instance_id cloud.instance.id host.id", text, 3, vpc, "Instance of the interface; absent for requester-managed ones") \
    X(tcp_flags, "tcp-flags", "flags flg tcpControlBits aws.vpcflow.tcp_flags network.tcp.flags", u8, 3, vpc, "TCP flags of the window, OR-ed: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32") \
    X(type, "type", "aws.vpcflow.type network.type traffic-type", text, 3, vpc, "Type of traffic: IPv4, IPv6 or EFA") \
    X(pkt_srcaddr, "pkt-srcaddr", "pkt-src-addr aws.vpcflow.pkt_srcaddr aws.vpc.flow.source.address", address, 3, vpc, "Original source address of the packets") \
    X(pkt_dstaddr, "pkt-dstaddr", "pkt-dst-addr aws.vpcflow.pkt_dstaddr aws.vpc.flow.destination.address", address, 3, vpc, "Original destination address of the packets") \
    X(region, "region", "aws-region cloud.region", text, 4, vpc, "Region of the interface") \
    X(az_id, "az-id", "cloud.availability_zone aws.az.id", text, 4, vpc, "Availability Zone id of the interface") \
    X(sublocation_type, "sublocation-type", "aws.vpcflow.sublocation.type aws.sublocation.type", text, 4, vpc, "wavelength, outpost or localzone") \
    X(sublocation_id, "sublocation-id", "aws.vpcflow.sublocation.id aws.sublocation.id", text, 4, vpc, "Id of the sublocation") \
    X(pkt_src_aws_service, "pkt-src-aws-service", "aws.vpcflow.pkt_src_service aws.vpc.flow.source.service", text, 5, vpc, "AWS service of pkt-srcaddr, as in ip-ranges.json") \
    X(pkt_dst_aws_service, "pkt-dst-aws-service", "aws.vpcflow.pkt_dst_service aws.vpc.flow.destination.service", text, 5, vpc, "AWS service of pkt-dstaddr, as in ip-ranges.json") \
    X(flow_direction, "flow-direction", "network.direction network.io.direction", flow_direction, 5, vpc, "ingress or egress, relative to the interface") \
    X(traffic_path, "traffic-path", "aws.vpcflow.traffic_path aws.vpc.flow.traffic_path", u8, 5, vpc, "Path of egress traffic, 1 (same VPC) to 8 (internet gateway)") \
    X(ecs_cluster_arn, "ecs-cluster-arn", "", text, 7, vpc, "ARN of the ECS cluster") \
    X(ecs_cluster_name, "ecs-cluster-name", "", text, 7, vpc, "Name of the ECS cluster") \
    X(ecs_container_instance_arn, "ecs-container-instance-arn", "", text, 7, vpc, "ARN of the ECS container instance") \
    X(ecs_container_instance_id, "ecs-container-instance-id", "", text, 7, vpc, "Id of the ECS container instance") \
    X(ecs_container_id, "ecs-container-id", "", text, 7, vpc, "Runtime id of the first container") \
    X(ecs_second_container_id, "ecs-second-container-id", "", text, 7, vpc, "Runtime id of the second container") \
    X(ecs_service_name, "ecs-service-name", "", text, 7, vpc, "Name of the ECS service") \
    X(ecs_task_definition_arn, "ecs-task-definition-arn", "", text, 7, vpc, "ARN of the ECS task definition") \
    X(ecs_task_arn, "ecs-task-arn", "", text, 7, vpc, "ARN of the ECS task") \
    X(ecs_task_id, "ecs-task-id", "", text, 7, vpc, "Id of the ECS task") \
    X(reject_reason, "reject-reason", "drop_reason aws.vpcflow.reject_reason aws.vpc.flow.reject_reason", text, 8, vpc, "Why traffic was rejected: BPA (block public access), EC (encryption controls)") \
    X(resource_id, "resource-id", "targetResourceID", text, 9, vpc, "Id of the regional NAT gateway") \
    X(encryption_status, "encryption-status", "", u8, 10, vpc, "0 clear, 1 Nitro, 2 application, 3 both") \
    X(instance_tag, "instance-tag", "", text, 11, vpc, "Value of the first chosen tag of the instance, percent-encoded") \
    X(instance_tag_2, "instance-tag-2", "", text, 11, vpc, "Value of the second chosen tag of the instance") \
    X(interface_tag, "interface-tag", "", text, 11, vpc, "Value of the first chosen tag of the interface") \
    X(interface_tag_2, "interface-tag-2", "", text, 11, vpc, "Value of the second chosen tag of the interface") \
    X(asg_tag, "asg-tag", "", text, 11, vpc, "Value of the first chosen tag of the Auto Scaling group") \
    X(asg_tag_2, "asg-tag-2", "", text, 11, vpc, "Value of the second chosen tag of the Auto Scaling group") \
    X(interface_type, "interface-type", "", text, 11, vpc, "Type of the interface, such as nat_gateway") \
    X(next_hop_interface_id, "next-hop-interface-id", "", text, 11, vpc, "Interface on the other side") \
    X(next_hop_subnet_id, "next-hop-subnet-id", "", text, 11, vpc, "Subnet on the other side") \
    X(next_hop_az_id, "next-hop-az-id", "", text, 11, vpc, "Availability Zone id on the other side") \
    X(next_hop_vpc_id, "next-hop-vpc-id", "", text, 11, vpc, "VPC on the other side") \
    X(next_hop_interface_type, "next-hop-interface-type", "", text, 11, vpc, "Type of the interface on the other side") \
    X(resource_type, "resource-type", "", text, 6, transit_gateway, "TransitGateway or TransitGatewayAttachment") \
    X(tgw_id, "tgw-id", "", text, 6, transit_gateway, "Transit gateway that logged the flow") \
    X(tgw_attachment_id, "tgw-attachment-id", "", text, 6, transit_gateway, "Attachment that logged the flow") \
    X(tgw_src_vpc_account_id, "tgw-src-vpc-account-id", "", text, 6, transit_gateway, "Account of the source VPC") \
    X(tgw_dst_vpc_account_id, "tgw-dst-vpc-account-id", "", text, 6, transit_gateway, "Account of the destination VPC") \
    X(tgw_src_vpc_id, "tgw-src-vpc-id", "", text, 6, transit_gateway, "Source VPC") \
    X(tgw_dst_vpc_id, "tgw-dst-vpc-id", "", text, 6, transit_gateway, "Destination VPC") \
    X(tgw_src_subnet_id, "tgw-src-subnet-id", "", text, 6, transit_gateway, "Source subnet") \
    X(tgw_dst_subnet_id, "tgw-dst-subnet-id", "", text, 6, transit_gateway, "Destination subnet") \
    X(tgw_src_eni, "tgw-src-eni", "", text, 6, transit_gateway, "Interface of the source attachment") \
    X(tgw_dst_eni, "tgw-dst-eni", "", text, 6, transit_gateway, "Interface of the destination attachment") \
    X(tgw_src_az_id, "tgw-src-az-id", "", text, 6, transit_gateway, "Availability Zone id of the source") \
    X(tgw_dst_az_id, "tgw-dst-az-id", "", text, 6, transit_gateway, "Availability Zone id of the destination") \
    X(tgw_pair_attachment_id, "tgw-pair-attachment-id", "", text, 6, transit_gateway, "Attachment on the other side") \
    X(packets_lost_no_route, "packets-lost-no-route", "", u64, 6, transit_gateway, "Packets dropped because there was no route") \
    X(packets_lost_blackhole, "packets-lost-blackhole", "", u64, 6, transit_gateway, "Packets dropped by a blackhole route") \
    X(packets_lost_mtu_exceeded, "packets-lost-mtu-exceeded", "", u64, 6, transit_gateway, "Packets dropped because they exceeded the MTU") \
    X(packets_lost_ttl_expired, "packets-lost-ttl-expired", "", u64, 6, transit_gateway, "Packets dropped because their TTL expired") \
    X(tos, "tos", "src-tos ipClassOfService stos ip-tos", u8, 0, netflow, "Type of service byte (DSCP and ECN) of the flow") \
    X(src_as, "src-as", "bgpSourceAsNumber source.as.number gcp.vpc.flow.source.asn as-src src-asn sas", u32, 0, netflow, "Source autonomous system") \
    X(dst_as, "dst-as", "bgpDestinationAsNumber destination.as.number gcp.vpc.flow.destination.asn as-dst dst-asn das", u32, 0, netflow, "Destination autonomous system") \
    X(src_mask, "src-mask", "sourceIPv4PrefixLength smk", u8, 0, netflow, "Prefix length of the source route") \
    X(dst_mask, "dst-mask", "destinationIPv4PrefixLength dmk", u8, 0, netflow, "Prefix length of the destination route") \
    X(next_hop, "next-hop", "nexthop ipNextHopIPv4Address ipNextHopIPv6Address ipv4-next-hop ipv6-next-hop ip4-next-hop ip6-next-hop nh", address, 0, netflow, "Next hop router") \
    X(input, "input", "in-if ingressInterface input-snmp", u32, 0, netflow, "SNMP index of the incoming interface") \
    X(output, "output", "out-if egressInterface output-snmp", u32, 0, netflow, "SNMP index of the outgoing interface") \
    X(exporter, "exporter", "exaddr router exporterIPv4Address exporterIPv6Address observer.ip sampler-address ip4-router ip6-router", address, 0, netflow, "Router that exported the flow") \
    X(flows, "flows", "dflows deltaFlowCount", u64, 0, netflow, "Flows that an aggregated record represents") \
    X(engine_type, "engine-type", "", u16, 0, netflow, "Type of the flow switching engine") \
    X(engine_id, "engine-id", "", u16, 0, netflow, "Number of the flow switching engine") \
    X(export_time, "export-time", "unix-secs", time, 0, netflow, "When the router exported the flow") \
    X(received_time, "received-time", "received recv-time collectionTimeMilliseconds time-received time-received-ns", time, 0, netflow, "When the collector received the flow") \
    X(sys_uptime, "sys-uptime", "", u32, 0, netflow, "Milliseconds from the start of the router to the export") \
    X(flow_start_sys_up_time, "flow-start-sys-up-time", "", u32, 0, netflow, "Milliseconds from the start of the router to the first packet, modulo 2^32") \
    X(flow_end_sys_up_time, "flow-end-sys-up-time", "", u32, 0, netflow, "Milliseconds from the start of the router to the last packet, modulo 2^32") \
    X(netflow_version, "netflow-version", "exportProtocolVersion", u16, 0, netflow, "Version of the export protocol: 1, 5, 6, 7, 8, 9; 10 is IPFIX; in archives of nfdump 65 is nfpcapd, and 133 is sFlow 5") \
    X(flow_sequence, "flow-sequence", "seq", u32, 0, netflow, "Sequence number of the export") \
    X(observation_domain_id, "observation-domain-id", "source-id", u64, 0, netflow, "Part of the exporter that observed the flow") \
    X(peer_next_hop, "peer-next-hop", "peer-nexthop", address, 0, netflow, "Next hop within the peer (NetFlow v6)") \
    X(in_encaps, "in-encaps", "", u8, 0, netflow, "Bytes of the incoming encapsulation (NetFlow v6)") \
    X(out_encaps, "out-encaps", "", u8, 0, netflow, "Bytes of the outgoing encapsulation (NetFlow v6)") \
    X(router_sc, "router-sc", "", address, 0, netflow, "Router that the switch bypasses (NetFlow v7, v8)") \
    X(marked_tos, "marked-tos", "", u8, 0, netflow, "Type of service byte of the packets above the agreed rate (NetFlow v8)") \
    X(extra_packets, "extra-packets", "extra-pkts", u64, 0, netflow, "Packets above the agreed rate (NetFlow v8)") \
    X(src_tag, "src-tag", "", u32, 0, netflow, "Tag of the source, set by flow-tools") \
    X(dst_tag, "dst-tag", "", u32, 0, netflow, "Tag of the destination, set by flow-tools") \
    X(flowd_tag, "flowd-tag", "", u32, 0, netflow, "Tag set by the filter of flowd") \
    X(out_packets, "out-packets", "postPacketDeltaCount opkt out-pkts", u64, 0, netflow, "Packets that left the exporter") \
    X(out_bytes, "out-bytes", "postOctetDeltaCount obyt", u64, 0, netflow, "Bytes that left the exporter") \
    X(dst_tos, "dst-tos", "post-tos postIpClassOfService dtos", u8, 0, netflow, "Type of service byte of the outgoing packets") \
    X(forwarding_status, "forwarding-status", "fwd-status", u8, 0, netflow, "64-127: forwarded, 128-191: dropped, 192-255: consumed") \
    X(flow_end_reason, "flow-end-reason", "", u8, 0, netflow, "1 idle, 2 active timeout, 3 end seen, 4 forced, 5 lack of resources") \
    X(biflow_direction, "biflow-direction", "", u8, 0, netflow, "How a two-way flow got its direction: 1 initiator, 2 reverse initiator, 3 perimeter") \
    X(bgp_next_hop, "bgp-next-hop", "bgpNextHopIPv4Address bgpNextHopIPv6Address nhb", address, 0, netflow, "Next hop of the BGP route") \
    X(next_as, "next-as", "bgpNextAdjacentAsNumber", u32, 0, netflow, "Neighbouring autonomous system towards the destination") \
    X(prev_as, "prev-as", "bgpPrevAdjacentAsNumber", u32, 0, netflow, "Neighbouring autonomous system towards the source") \
    X(src_vlan, "src-vlan", "vlan vlan-id vlanId svln", u32, 0, netflow, "VLAN of the incoming packets") \
    X(dst_vlan, "dst-vlan", "postVlanId dvln", u32, 0, netflow, "VLAN of the outgoing packets") \
    X(src_mac, "src-mac", "in-src-mac sourceMacAddress source.mac ismc mac-src", text, 0, netflow, "Source MAC address of the incoming packets") \
    X(dst_mac, "dst-mac", "in-dst-mac destinationMacAddress destination.mac idmc mac-dst", text, 0, netflow, "Destination MAC address of the incoming packets") \
    X(post_src_mac, "post-src-mac", "out-src-mac postSourceMacAddress osmc", text, 0, netflow, "Source MAC address of the outgoing packets") \
    X(post_dst_mac, "post-dst-mac", "out-dst-mac postDestinationMacAddress odmc", text, 0, netflow, "Destination MAC address of the outgoing packets") \
    X(ingress_vrf, "ingress-vrf", "ingressVRFID", u32, 0, netflow, "Routing table of the incoming interface") \
    X(egress_vrf, "egress-vrf", "egressVRFID", u32, 0, netflow, "Routing table of the outgoing interface") \
    X(post_nat_srcaddr, "post-nat-srcaddr", "xlate-srcaddr postNATSourceIPv4Address postNATSourceIPv6Address", address, 0, netflow, "Source address after translation") \
    X(post_nat_dstaddr, "post-nat-dstaddr", "xlate-dstaddr postNATDestinationIPv4Address postNATDestinationIPv6Address", address, 0, netflow, "Destination address after translation") \
    X(post_napt_srcport, "post-napt-srcport", "xlate-srcport postNAPTSourceTransportPort", u16, 0, netflow, "Source port after translation") \
    X(post_napt_dstport, "post-napt-dstport", "xlate-dstport postNAPTDestinationTransportPort", u16, 0, netflow, "Destination port after translation") \
    X(nat_event, "nat-event", "", u16, 0, netflow, "Event of address translation, by its number in the IANA registry: 1 created, 2 deleted") \
    X(firewall_event, "firewall-event", "fw-event", u8, 0, netflow, "Event of a firewall: 1 flow created, 2 deleted, 3 denied, 4 alert, 5 update") \
    X(event_time, "event-time", "observationTimeMilliseconds", time, 0, netflow, "When a firewall or address translator observed the event") \
    X(flow_id, "flow-id", "conn-id", u64, 0, netflow, "Number of the flow or connection, assigned by the exporter") \
    X(user_name, "user-name", "", text, 0, netflow, "User of the flow, as known to a firewall") \
    X(reverse_packets, "reverse-packets", "reversePacketDeltaCount packets_in flow.pkts_toclient resp_pkts packets_from_target destination.packets", u64, 0, cloud, "Packets from dstaddr to srcaddr in the same record (Azure, IBM, Zeek, Suricata)") \
    X(reverse_bytes, "reverse-bytes", "reverseOctetDeltaCount bytes_in flow.bytes_toclient resp_ip_bytes bytes_from_target destination.bytes", u64, 0, cloud, "Bytes from dstaddr to srcaddr in the same record") \
    X(dropped_packets, "dropped-packets", "droppedPacketDeltaCount packets_dropped", u64, 0, cloud, "Packets that were dropped (Google Cloud)") \
    X(dropped_bytes, "dropped-bytes", "droppedOctetDeltaCount bytes_dropped", u64, 0, cloud, "Bytes that were dropped (Google Cloud)") \
    X(flow_state, "flow-state", "conn-state flow.state", text, 0, cloud, "State of the flow: B, C, E, D (Azure), S0 to OTH (Zeek), new to closed (Suricata)") \
    X(flow_encryption, "flow-encryption", "", text, 0, cloud, "Encryption of the flow: X, NX or why it is not encrypted (Azure)") \
    X(rule, "rule", "firewall_rule.name rule.name", text, 0, cloud, "Rule that allowed or denied the flow (Azure)") \
    X(acl_id, "acl-id", "firewall_rule.uid rule.id", text, 0, cloud, "Network security group of the rule (Azure)") \
    X(reporter, "reporter", "gcp.vpc.flow.reporter gcp.vpcflow.reporter", text, 0, cloud, "Side that logged the flow: SRC, DEST, SRC_GATEWAY or DEST_GATEWAY (Google Cloud)") \
    X(rtt_msec, "rtt-msec", "gcp.vpcflow.rtt.ms gcp.vpc.flow.network.rtt_ms", u32, 0, cloud, "Round-trip time in milliseconds (Google Cloud)") \
    X(dscp, "dscp", "ipDiffServCodePoint network_service.dscp gcp.vpc.flow.network_service.dscp", u8, 0, cloud, "DSCP of the flow (Google Cloud)") \
    X(src_instance, "src-instance", "src_instance.vm_name", text, 0, cloud, "Virtual machine at the source") \
    X(dst_instance, "dst-instance", "dest-instance dest_instance.vm_name", text, 0, cloud, "Virtual machine at the destination") \
    X(src_vpc, "src-vpc", "src_vpc.vpc_name", text, 0, cloud, "VPC network of the source") \
    X(dst_vpc, "dst-vpc", "dest-vpc dest_vpc.vpc_name", text, 0, cloud, "VPC network of the destination") \
    X(src_subnet, "src-subnet", "src_vpc.subnetwork_name", text, 0, cloud, "Subnet of the source") \
    X(dst_subnet, "dst-subnet", "dest-subnet dest_vpc.subnetwork_name", text, 0, cloud, "Subnet of the destination") \
    X(src_project, "src-project", "src_instance.project_id", text, 0, cloud, "Project of the source") \
    X(dst_project, "dst-project", "dest-project dest_instance.project_id", text, 0, cloud, "Project of the destination") \
    X(src_zone, "src-zone", "src_instance.zone", text, 0, cloud, "Zone of the source") \
    X(dst_zone, "dst-zone", "dest-zone dest_instance.zone", text, 0, cloud, "Zone of the destination") \
    X(src_namespace, "src-namespace", "src_gke_details.pod.pod_namespace", text, 0, cloud, "Kubernetes namespace of the source") \
    X(dst_namespace, "dst-namespace", "dest-namespace dest_gke_details.pod.pod_namespace", text, 0, cloud, "Kubernetes namespace of the destination") \
    X(src_pod, "src-pod", "src_gke_details.pod.pod_name", text, 0, cloud, "Kubernetes pod of the source") \
    X(dst_pod, "dst-pod", "dest-pod dest_gke_details.pod.pod_name", text, 0, cloud, "Kubernetes pod of the destination") \
    X(src_service, "src-service", "src_google_service.service_name", text, 0, cloud, "Service at the source") \
    X(dst_service, "dst-service", "dest-service dest_google_service.service_name", text, 0, cloud, "Service at the destination") \
    X(src_country, "src-country", "src_location.country source.geo.country_iso_code gcp.vpc.flow.source.geo.country.iso_code.alpha3", text, 0, cloud, "Country of the source, of three letters in logs of Google Cloud") \
    X(dst_country, "dst-country", "dest-country dest_location.country destination.geo.country_iso_code gcp.vpc.flow.destination.geo.country.iso_code.alpha3", text, 0, cloud, "Country of the destination, of three letters in logs of Google Cloud") \
    X(sensor, "sensor", "firewall_name node_name in_iface sen", text, 0, cloud, "Firewall, node or interface that saw the flow") \
    X(min_ttl, "min-ttl", "minimumTTL netflow.min_ttl", u8, 0, cloud, "Smallest time to live of the packets") \
    X(max_ttl, "max-ttl", "maximumTTL netflow.max_ttl", u8, 0, cloud, "Largest time to live of the packets") \
    X(mpls_top_label, "mpls-top-label", "", u32, 0, netflow, "Label on top of the MPLS stack") \
    X(in_payload_length, "in-payload-length", "", u32, 0, netflow, "Stored bytes of the payload from srcaddr to dstaddr") \
    X(out_payload_length, "out-payload-length", "", u32, 0, netflow, "Stored bytes of the payload from dstaddr to srcaddr") \
    X(frame_length, "frame-length", "", u32, 0, netflow, "Stored bytes of the sampled frame") \
    X(mpls_labels, "mpls-labels", "", text, 0, netflow, "MPLS labels from the top of the stack, each as label-exp-bottom: 16004-0-0/24001-5-1") \
    X(ingress_acl, "ingress-acl", "ingress-acl-id", text, 0, netflow, "Access list, its entry and the hash of the entry, of a Cisco ASA, on the way in: 0x1/0x2/0x3") \
    X(egress_acl, "egress-acl", "egress-acl-id", text, 0, netflow, "The same on the way out") \
    X(application_id, "application-id", "", text, 0, netflow, "Application, as its classification engine and number: 13:453") \
    X(application_name, "application-name", "", text, 0, netflow, "Name of the application, as the exporter calls it") \
    X(input_name, "input-name", "in-if-name ingressInterfaceName", text, 0, netflow, "Name of the incoming interface, as the exporter calls it") \
    X(output_name, "output-name", "out-if-name egressInterfaceName", text, 0, netflow, "Name of the outgoing interface, as the exporter calls it") \
    X(ingress_vrf_name, "ingress-vrf-name", "", text, 0, netflow, "Name of the routing table of the incoming interface") \
    X(egress_vrf_name, "egress-vrf-name", "", text, 0, netflow, "Name of the routing table of the outgoing interface") \
    X(record_label, "record-label", "", text, 0, netflow, "Label that nfdump was told to give the flow") \
    X(pf_interface, "pf-interface", "", text, 0, netflow, "Interface on which the packet filter pf saw the flow") \
    X(nat_sub_string, "nat-sub-string", "", text, 0, netflow, "Subscriber of an address translation, as a Nokia router names it") \
    X(firewall_extended_event, "firewall-extended-event", "fw-ext-event fw-xevent", u16, 0, netflow, "Extended event of a Cisco ASA, such as 1001: denied by the access list on the way in") \
    X(security_group_tag, "security-group-tag", "sgt", u16, 0, netflow, "Security group of the source, as a Cisco ASA knows it") \
    X(nat_pool_id, "nat-pool-id", "", u32, 0, netflow, "Pool that the address of a translation is from") \
    X(client_latency, "client-latency", "client-nw-delay", u64, 0, netflow, "Microseconds from the probe to the client and back") \
    X(server_latency, "server-latency", "server-nw-delay", u64, 0, netflow, "Microseconds from the probe to the server and back") \
    X(application_latency, "application-latency", "appl-latency", u64, 0, netflow, "Microseconds that the application took to answer") \
    X(port_range_start, "port-range-start", "port-block-start", u16, 0, netflow, "First port of the block that an address translator assigned") \
    X(port_range_end, "port-range-end", "port-block-end", u16, 0, netflow, "Last port of the block") \
    X(port_range_step_size, "port-range-step-size", "port-block-step", u16, 0, netflow, "Distance of the ports of the block") \
    X(port_range_num_ports, "port-range-num-ports", "port-block-size", u16, 0, netflow, "Number of ports of the block") \
    X(tunnel_srcaddr, "tunnel-srcaddr", "tun-srcaddr", address, 0, netflow, "Source address of the tunnel that carried the flow") \
    X(tunnel_dstaddr, "tunnel-dstaddr", "tun-dstaddr", address, 0, netflow, "Destination address of the tunnel") \
    X(tunnel_protocol, "tunnel-protocol", "tun-proto", u32, 0, netflow, "IANA protocol number of the tunnel") \
    X(observation_point_id, "observation-point-id", "", u64, 0, netflow, "Place where the exporter observed the flow") \
    X(frame_size, "frame-size", "dataLinkFrameSize", u16, 0, netflow, "Bytes that the sampled frame had on the wire") \
    X(link_type, "link-type", "", u16, 0, netflow, "Type of the link of the sampled frame: 1 is Ethernet") \
    X(pf_action, "pf-action", "", u8, 0, netflow, "What pf did: 0 pass, 1 block, and others as in pf.conf") \
    X(pf_reason, "pf-reason", "", u8, 0, netflow, "Why pf did it: 0 match, 2 fragment, 3 short, and others") \
    X(pf_direction, "pf-direction", "", u8, 0, netflow, "Direction as pf stores it: 0 in and out, 1 in, 2 out") \
    X(pf_rewritten, "pf-rewritten", "", u8, 0, netflow, "Whether pf rewrote the packet") \
    X(pf_rule, "pf-rule", "", u32, 0, netflow, "Number of pf's rule") \
    X(pf_subrule, "pf-subrule", "", u32, 0, netflow, "Number of pf's rule within its anchor") \
    X(pf_uid, "pf-uid", "", u32, 0, netflow, "User id of the socket that pf found") \
    X(pf_pid, "pf-pid", "", u32, 0, netflow, "Process id of the socket that pf found") \
    X(dot1q_vlan, "dot1q-vlan", "dot1qVlanId", u16, 0, netflow, "VLAN in the tag of the frame") \
    X(dot1q_customer_vlan, "dot1q-customer-vlan", "dot1qCustomerVlanId", u16, 0, netflow, "VLAN in the inner tag of the frame") \
    X(post_dot1q_vlan, "post-dot1q-vlan", "postDot1qVlanId", u16, 0, netflow, "VLAN in the tag of the frame that left") \
    X(post_dot1q_customer_vlan, "post-dot1q-customer-vlan", "postDot1qCustomerVlanId", u16, 0, netflow, "VLAN in the inner tag of the frame that left") \
    X(ingress_physical_interface, "ingress-physical-interface", "", u32, 0, netflow, "Index of the physical interface that the flow came in by") \
    X(egress_physical_interface, "egress-physical-interface", "", u32, 0, netflow, "Index of the physical interface that the flow left by") \
    X(vxlan, "vxlan", "layer2SegmentId vni", u64, 0, netflow, "Segment of the virtual network, such as VXLAN's") \
    X(ether_type, "ether-type", "ethernetType", u16, 0, netflow, "EtherType of the frame") \
    X(ip_version, "ip-version", "", u8, 0, netflow, "IP version of the packets: 4 or 6") \
    X(nat_inside_service, "nat-inside-service", "natInsideSvcid", u16, 0, netflow, "Service on the inside of an address translation (Nokia)") \
    X(nat_outside_service, "nat-outside-service", "natOutsideSvcid", u16, 0, netflow, "Service on the outside of an address translation (Nokia)") \
    X(fragment_flags, "fragment-flags", "", u8, 0, netflow, "Flags of fragmentation: 0x40 do not fragment, 0x20 more fragments") \
    X(sampler_id, "sampler-id", "selectorId", u64, 0, netflow, "Sampler that selected the packets, as the exporter numbers it")
// clang-format on

/// The number of a field: the position of its line in the table.
enum class field_id : std::uint8_t {
#define FLOWLOG_DETAIL_ID(id, name, aliases, type, version, from, meaning) id,
    FLOWLOG_DETAIL_FIELDS(FLOWLOG_DETAIL_ID)
#undef FLOWLOG_DETAIL_ID
};

namespace detail {

/// A literal as a view. It spares the compiler to count the letters one by one.
template <std::size_t Size>
consteval auto literal(char const (&text)[Size]) noexcept -> std::string_view {
    return {text, Size - 1};
}

}  // namespace detail

/// A line of the table of fields.
struct field_info {
    field_id id;
    std::string_view name;     ///< as AWS spells it in header lines, or hyphenated for other fields
    std::string_view aliases;  ///< other accepted names, separated by blanks
    field_type type;
    std::uint8_t version;  ///< of the AWS format that introduced it; 0 for other fields
    flowlog::origin origin;
    std::string_view meaning;
};

/// The table of fields, in the order of `field_id`.
inline constexpr auto fields = std::to_array<field_info>({
#define FLOWLOG_DETAIL_INFO(id, name, aliases, type, version, from, meaning)          \
    {field_id::id, detail::literal(name), detail::literal(aliases), field_type::type, \
     version,      origin::from,          detail::literal(meaning)},
    FLOWLOG_DETAIL_FIELDS(FLOWLOG_DETAIL_INFO)
#undef FLOWLOG_DETAIL_INFO
});

/// The line of the table for a field.
[[nodiscard]] constexpr auto info(field_id id) noexcept -> field_info const& {
    return fields[static_cast<std::size_t>(id)];
}

namespace detail {

template <field_type Type>
struct value_type_of;
template <>
struct value_type_of<field_type::u8> : std::type_identity<std::uint8_t> {};
template <>
struct value_type_of<field_type::u16> : std::type_identity<std::uint16_t> {};
template <>
struct value_type_of<field_type::u32> : std::type_identity<std::uint32_t> {};
template <>
struct value_type_of<field_type::u64> : std::type_identity<std::uint64_t> {};
template <>
struct value_type_of<field_type::address> : std::type_identity<address> {};
template <>
struct value_type_of<field_type::time> : std::type_identity<timestamp> {};
template <>
struct value_type_of<field_type::text> : std::type_identity<std::string_view> {};
template <>
struct value_type_of<field_type::action> : std::type_identity<action> {};
template <>
struct value_type_of<field_type::log_status> : std::type_identity<log_status> {};
template <>
struct value_type_of<field_type::flow_direction> : std::type_identity<flow_direction> {};

}  // namespace detail

/// Names a field at compile time, as in `record[field::dstport]`.
template <field_id Id>
struct field_key {
    static constexpr field_id id = Id;

    /// The type of the field's values. Text values point into the record.
    using value_type =
        typename detail::value_type_of<fields[static_cast<std::size_t>(Id)].type>::type;

    constexpr operator field_id() const noexcept { return Id; }
};

/// The type of a field's values.
template <field_id Id>
using field_value_type = typename field_key<Id>::value_type;

/// The keys of all fields, under their AWS names with `_` for `-`.
namespace field {
#define FLOWLOG_DETAIL_KEY(id, name, aliases, type, version, from, meaning) \
    inline constexpr field_key<field_id::id> id{};
FLOWLOG_DETAIL_FIELDS(FLOWLOG_DETAIL_KEY)
#undef FLOWLOG_DETAIL_KEY

// The names of NetFlow, as flow-tools and its users write them, for the same fields. The numbers
// of addresses, `srcaddr_raw` and `dstaddr_raw`, are in flow/raw_address.hpp.
inline constexpr auto dOctets = bytes;
inline constexpr auto dPkts = packets;
inline constexpr auto prot = protocol;
inline constexpr auto first = start;
inline constexpr auto last = end;
}  // namespace field

#undef FLOWLOG_DETAIL_FIELDS

/// A compile-time list of fields, such as the fields that an aggregator reads.
template <field_id... Ids>
struct field_list {
    static constexpr auto ids = std::array<field_id, sizeof...(Ids)>{Ids...};
};

/// Calls `function(std::type_identity<T>{})` with the C++ type of a field's values, and returns
/// what it returns. The function is instantiated ten times, once for each type.
template <class Function>
[[gnu::always_inline]] constexpr auto with_type(field_type type, Function&& function)
    -> decltype(auto) {
    switch (type) {
        case field_type::u8: return function(std::type_identity<std::uint8_t>{});
        case field_type::u16: return function(std::type_identity<std::uint16_t>{});
        case field_type::u32: return function(std::type_identity<std::uint32_t>{});
        case field_type::u64: return function(std::type_identity<std::uint64_t>{});
        case field_type::address: return function(std::type_identity<address>{});
        case field_type::time: return function(std::type_identity<timestamp>{});
        case field_type::action: return function(std::type_identity<action>{});
        case field_type::log_status: return function(std::type_identity<log_status>{});
        case field_type::flow_direction: return function(std::type_identity<flow_direction>{});
        case field_type::text: break;
    }
    return function(std::type_identity<std::string_view>{});
}

/// Calls `function(field_key<id>{})` for a field known only at run time. The function is
/// instantiated once for each of the more than 150 fields: when its type is enough, `visit_field`
/// and `with_type` compile ten times as fast.
template <class Function>
constexpr auto with_field(field_id id, Function&& function) -> decltype(auto) {
    using result = decltype(function(field::version));
    using entry = result (*)(Function&);
    constexpr auto table = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<entry, sizeof...(I)>{
            [](Function& f) -> result { return f(field_key<static_cast<field_id>(I)>{}); }...};
    }(std::make_index_sequence<fields.size()>{});
    return table[static_cast<std::size_t>(id)](function);
}

namespace detail {

constexpr auto to_lower(char c) noexcept -> char {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Whether a text spells a name: in any case, and with `-`, `_` or nothing for each `-` or `_` of
/// the name.
constexpr auto spells(std::string_view text, std::string_view name) noexcept -> bool {
    auto const hyphen = [](char c) { return c == '-' || c == '_'; };
    for (auto const c : name) {
        auto const matches = !text.empty() && (hyphen(c) ? hyphen(text.front())
                                                         : to_lower(text.front()) == to_lower(c));
        if (matches)
            text.remove_prefix(1);
        else if (!hyphen(c))
            return false;
    }
    return text.empty();
}

}  // namespace detail

/// Whether two names are equal, without regard to case and to `-` or `_`.
[[nodiscard]] constexpr auto same_name(std::string_view a, std::string_view b) noexcept -> bool {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto const x = a[i] == '_' ? '-' : detail::to_lower(a[i]);
        auto const y = b[i] == '_' ? '-' : detail::to_lower(b[i]);
        if (x != y) return false;
    }
    return true;
}

namespace detail {

/// The length of the longest name or alias, or more.
inline constexpr std::size_t max_spelling = 64;

/// Whether `name` spells one of the words of a list, which blanks separate.
constexpr auto has_alias(std::string_view words, std::string_view name) noexcept -> bool {
    while (!words.empty()) {
        auto const end = words.find(' ');
        if (spells(name, words.substr(0, end))) return true;
        words.remove_prefix(end == words.npos ? words.size() : end + 1);
    }
    return false;
}

/// Whether `name` is an accepted spelling of the field.
constexpr auto answers_to(field_info const& field, std::string_view name) noexcept -> bool {
    return spells(name, field.name) || has_alias(field.aliases, name);
}

/// A hash that is the same for all spellings of a name.
constexpr auto spelling_hash(std::string_view name) noexcept -> std::uint32_t {
    auto hash = word_hash_start;
    for (auto const c : name) {
        if (c != '-' && c != '_') hash = word_hash(hash, to_lower(c));
    }
    return hash;
}

/// A hash table of the names and aliases of all fields. Most words that are looked up are not
/// names: this is how header lines are distinguished from data lines.
inline auto make_spellings() noexcept -> word_table {
    auto result = word_table{};
    for (auto const& f : fields) {
        auto const number = static_cast<std::uint8_t>(f.id);
        result.insert(spelling_hash(f.name), number);
        for (auto rest = f.aliases; !rest.empty();) {
            auto const end = rest.find(' ');
            result.insert(spelling_hash(rest.substr(0, end)), number);
            rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
        }
    }
    return result;
}

/// The number of the field with the spelling `name`; -1 if there is none.
inline auto field_of_spelling(std::string_view name) noexcept -> int {
    static auto const spellings = make_spellings();
    return spellings.find(spelling_hash(name),
                          [name](std::uint8_t number) { return answers_to(fields[number], name); });
}

}  // namespace detail

/// Finds a field by any accepted spelling: its name in any case, with dashes, underscores or
/// neither, such as `srcAddr` of CloudWatch Logs Insights; the name in braces after a dollar sign,
/// as in formats of AWS, or after jsonPayload and a dot, as in tables of Google; or an alias.
/// Blanks of Unicode around it, which copies of mails and web pages have, are passed over.
[[nodiscard]] constexpr auto find_field(std::string_view name) noexcept -> std::optional<field_id> {
    if (detail::leading_blank(name) > 1 || detail::trailing_blank(name) > 1)
        name = detail::trimmed(name);  // blanks that are not seen, and are not of ASCII
    if (name.starts_with("${") && name.ends_with('}')) name = name.substr(2, name.size() - 3);
    if (constexpr auto prefix = std::string_view{"jsonPayload."}; name.starts_with(prefix))
        name.remove_prefix(prefix.size());
    if (name.size() > detail::max_spelling) return std::nullopt;
    if (std::is_constant_evaluated()) {
        for (auto const& f : fields) {
            if (detail::answers_to(f, name)) return f.id;
        }
        return std::nullopt;
    }
    auto const found = detail::field_of_spelling(name);
    return found < 0 ? std::nullopt : std::optional{static_cast<field_id>(found)};
}

/// The name of a type, as the documentation prints it.
[[nodiscard]] constexpr auto name(field_type type) noexcept -> std::string_view {
    constexpr auto names =
        std::to_array<std::string_view>({"u8", "u16", "u32", "u64", "address", "time", "text",
                                         "action", "log-status", "flow-direction"});
    return names[static_cast<std::size_t>(type)];
}

/// The spelling of an action in a log.
[[nodiscard]] constexpr auto name(action a) noexcept -> std::string_view {
    return a == action::accept ? "ACCEPT" : "REJECT";
}

/// The spelling of a log-status in a log.
[[nodiscard]] constexpr auto name(log_status s) noexcept -> std::string_view {
    return s == log_status::ok ? "OK" : s == log_status::nodata ? "NODATA" : "SKIPDATA";
}

/// The spelling of a flow-direction in a log.
[[nodiscard]] constexpr auto name(flow_direction d) noexcept -> std::string_view {
    return d == flow_direction::ingress ? "ingress" : "egress";
}

/// The name of a family of logs.
[[nodiscard]] constexpr auto name(origin o) noexcept -> std::string_view {
    switch (o) {
        case origin::vpc: return "vpc";
        case origin::transit_gateway: return "tgw";
        case origin::netflow: return "netflow";
        case origin::cloud: break;
    }
    return "cloud";
}

}  // namespace flowlog

#endif
