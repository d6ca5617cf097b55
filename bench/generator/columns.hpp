// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_BENCH_GENERATOR_COLUMNS_HPP
#define FLOWLOG_BENCH_GENERATOR_COLUMNS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "random.hpp"

namespace bench {

/// The fields of VPC and Transit Gateway flow logs. The generator has a table of its own, so that
/// it can test the library's.
enum class column : std::uint8_t {
    // clang-format off
    version, account_id, interface_id, srcaddr, dstaddr, srcport, dstport, protocol, packets,
    bytes, start, end, action, log_status, vpc_id, subnet_id, instance_id, tcp_flags, type,
    pkt_srcaddr, pkt_dstaddr, region, az_id, sublocation_type, sublocation_id,
    pkt_src_aws_service, pkt_dst_aws_service, flow_direction, traffic_path, ecs_cluster_arn,
    ecs_cluster_name, ecs_container_instance_arn, ecs_container_instance_id, ecs_container_id,
    ecs_second_container_id, ecs_service_name, ecs_task_definition_arn, ecs_task_arn,
    ecs_task_id, reject_reason, resource_id, encryption_status, instance_tag, instance_tag_2,
    interface_tag, interface_tag_2, asg_tag, asg_tag_2, interface_type, next_hop_interface_id,
    next_hop_subnet_id, next_hop_az_id, next_hop_vpc_id, next_hop_interface_type, resource_type,
    tgw_id, tgw_attachment_id, tgw_src_vpc_account_id, tgw_dst_vpc_account_id, tgw_src_vpc_id,
    tgw_dst_vpc_id, tgw_src_subnet_id, tgw_dst_subnet_id, tgw_src_eni, tgw_dst_eni,
    tgw_src_az_id, tgw_dst_az_id, tgw_pair_attachment_id, packets_lost_no_route,
    packets_lost_blackhole, packets_lost_mtu_exceeded, packets_lost_ttl_expired,
    // clang-format on
    count
};

inline constexpr auto column_count = static_cast<std::size_t>(column::count);

struct column_info {
    std::string_view name;
    int version;
    bool of_interface;  ///< the same in all records of an interface
    bool number = false;
};

inline constexpr auto column_table = std::to_array<column_info>({
    {"version", 2, true},
    {"account-id", 2, true},
    {"interface-id", 2, true},
    {"srcaddr", 2, false},
    {"dstaddr", 2, false},
    {"srcport", 2, false, true},
    {"dstport", 2, false, true},
    {"protocol", 2, false, true},
    {"packets", 2, false, true},
    {"bytes", 2, false, true},
    {"start", 2, false, true},
    {"end", 2, false, true},
    {"action", 2, false},
    {"log-status", 2, false},
    {"vpc-id", 3, true},
    {"subnet-id", 3, true},
    {"instance-id", 3, true},
    {"tcp-flags", 3, false},
    {"type", 3, false},
    {"pkt-srcaddr", 3, false},
    {"pkt-dstaddr", 3, false},
    {"region", 4, true},
    {"az-id", 4, true},
    {"sublocation-type", 4, true},
    {"sublocation-id", 4, true},
    {"pkt-src-aws-service", 5, false},
    {"pkt-dst-aws-service", 5, false},
    {"flow-direction", 5, false},
    {"traffic-path", 5, false},
    {"ecs-cluster-arn", 7, true},
    {"ecs-cluster-name", 7, true},
    {"ecs-container-instance-arn", 7, true},
    {"ecs-container-instance-id", 7, true},
    {"ecs-container-id", 7, true},
    {"ecs-second-container-id", 7, true},
    {"ecs-service-name", 7, true},
    {"ecs-task-definition-arn", 7, true},
    {"ecs-task-arn", 7, true},
    {"ecs-task-id", 7, true},
    {"reject-reason", 8, false},
    {"resource-id", 9, true},
    {"encryption-status", 10, false},
    {"instance-tag", 11, true},
    {"instance-tag-2", 11, true},
    {"interface-tag", 11, true},
    {"interface-tag-2", 11, true},
    {"asg-tag", 11, true},
    {"asg-tag-2", 11, true},
    {"interface-type", 11, true},
    {"next-hop-interface-id", 11, false},
    {"next-hop-subnet-id", 11, false},
    {"next-hop-az-id", 11, false},
    {"next-hop-vpc-id", 11, false},
    {"next-hop-interface-type", 11, false},
    {"resource-type", 6, true},
    {"tgw-id", 6, true},
    {"tgw-attachment-id", 6, true},
    {"tgw-src-vpc-account-id", 6, false},
    {"tgw-dst-vpc-account-id", 6, false},
    {"tgw-src-vpc-id", 6, false},
    {"tgw-dst-vpc-id", 6, false},
    {"tgw-src-subnet-id", 6, false},
    {"tgw-dst-subnet-id", 6, false},
    {"tgw-src-eni", 6, false},
    {"tgw-dst-eni", 6, false},
    {"tgw-src-az-id", 6, false},
    {"tgw-dst-az-id", 6, false},
    {"tgw-pair-attachment-id", 6, false},
    {"packets-lost-no-route", 6, false},
    {"packets-lost-blackhole", 6, false},
    {"packets-lost-mtu-exceeded", 6, false},
    {"packets-lost-ttl-expired", 6, false},
});
static_assert(column_table.size() == column_count);

using layout = std::vector<column>;

inline auto info(column c) -> column_info const& {
    return column_table[static_cast<std::size_t>(c)];
}

/// Reads `${srcaddr} ${dstaddr}` or `srcaddr dstaddr`. Throws std::invalid_argument.
inline auto parse_format(std::string_view text) -> layout {
    auto result = layout{};
    while (true) {
        auto const first = text.find_first_not_of(" \t");
        if (first == text.npos) break;
        text.remove_prefix(first);
        auto word = text.substr(0, text.find_first_of(" \t"));
        text.remove_prefix(word.size());
        if (word.starts_with("${") && word.ends_with('}')) word = word.substr(2, word.size() - 3);
        auto const at = std::ranges::find(column_table, word, &column_info::name);
        if (at == column_table.end()) {
            throw std::invalid_argument("no field of a flow log: '" + std::string{word} + "'");
        }
        result.push_back(static_cast<column>(at - column_table.begin()));
    }
    if (result.empty()) throw std::invalid_argument("the format names no field");
    return result;
}

/// A layout by its name: v2, v5, shuffled (the v5 fields in an order that the seed decides),
/// alphabetical, tgw. Throws std::invalid_argument.
inline auto named_layout(std::string_view name, std::uint64_t seed) -> layout {
    auto result = layout{};
    auto const size = name == "v2" ? std::size_t{14} : std::size_t{29};
    for (std::size_t i = 0; i < size; ++i) result.push_back(static_cast<column>(i));
    if (name == "tgw") {
        return parse_format(
            "version resource-type account-id tgw-id tgw-attachment-id tgw-src-vpc-account-id "
            "tgw-dst-vpc-account-id tgw-src-vpc-id tgw-dst-vpc-id tgw-src-subnet-id "
            "tgw-dst-subnet-id tgw-src-eni "
            "tgw-dst-eni tgw-src-az-id tgw-dst-az-id tgw-pair-attachment-id srcaddr dstaddr "
            "srcport dstport protocol "
            "packets bytes start end log-status type packets-lost-no-route packets-lost-blackhole "
            "packets-lost-mtu-exceeded packets-lost-ttl-expired tcp-flags region flow-direction "
            "pkt-src-aws-service "
            "pkt-dst-aws-service");
    }
    if (name == "shuffled") {
        auto draw = random{seed ^ 0x5f1e1d};
        for (auto i = static_cast<std::uint32_t>(size); i > 1; --i) {
            std::swap(result[i - 1], result[draw.below(i)]);
        }
    } else if (name == "alphabetical") {
        std::ranges::sort(result, {}, [](column c) { return info(c).name; });
    } else if (name != "v2" && name != "v5") {
        throw std::invalid_argument("no layout: '" + std::string{name} + "'");
    }
    return result;
}

/// The value of `version` in a log of this layout.
inline auto format_version(layout const& of) -> int {
    auto version = 2;
    for (auto const c : of) version = std::max(version, info(c).version);
    return version;
}

/// The header line, without its end.
inline auto header(layout const& of) -> std::string {
    auto line = std::string{};
    for (auto const c : of) (line += line.empty() ? "" : " ") += info(c).name;
    return line;
}

}  // namespace bench

#endif
