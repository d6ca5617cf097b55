// SPDX-License-Identifier: BSL-1.0
#include "questions.hpp"

#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/service.hpp>

namespace cli {

using flowlog::field_id;

auto over_time_question(question_context const& context) -> question {
    auto const has_action = context.has(field_id::action);
    return {.title = "Traffic over time",
            .by = has_action ? "start:1m,action" : "start:1m",
            .measures = {"bytes", "flows"}};
}

auto senders_question() -> question {
    return {.title = "Top senders", .by = "srcaddr", .measures = {"bytes", "packets", "flows"}};
}

auto services_question() -> question {
    return {.title = "Top services",
            .about = "The smaller of the two ports is taken for the service.",
            .by = "service",
            .measures = {"bytes", "packets", "flows"}};
}

auto tags_question() -> question {
    return {.title = "Tags",
            .about = "By destination port and protocol, as the table of tags has them.",
            .by = "tag",
            .measures = {"flows", "bytes"}};
}

auto rejected_services_question() -> question {
    return {.title = "Rejected, by service",
            .by = "service",
            .measures = {"flows", "distinct(srcaddr)"},
            .where = "action = REJECT"};
}

auto links_questions(question_context const& context) -> std::vector<question> {
    auto const measures = std::vector<std::string>{"bytes", "flows"};
    auto result = std::vector<question>{};
    if (context.labels)
        result.push_back({.title = "Who sends to whom",
                          .about = "By the labels of the addresses.",
                          .by = "label(srcaddr),label(dstaddr)",
                          .measures = measures});
    else
        result.push_back(
            {.title = "Who sends to whom",
             .about = "By networks of 256 addresses (IPv6: /64); all public ones are the internet. "
                      "--map FILE names them.",
             .by = "srcaddr/24,dstaddr/24",
             .measures = measures});
    // the measures of a table of the report protocols, so that both are counted once
    result.push_back({.title = "From where to where",
                      .about = "By what the addresses are for.",
                      .by = "class(srcaddr),class(dstaddr)",
                      .measures = {"bytes", "packets", "flows"}});
    return result;
}

namespace {

auto talkers(question_context const& /*context*/) -> std::vector<question> {
    return {senders_question(),
            {.title = "Top receivers", .by = "dstaddr", .measures = {"bytes", "packets", "flows"}},
            {.title = "Who sends most to whom",
             .by = "srcaddr,dstaddr",
             .measures = {"bytes", "packets", "flows"}}};
}

auto rejects(question_context const& context) -> std::vector<question> {
    auto const has_service = context.has(field_id::srcport) && context.has(field_id::dstport) &&
                             context.has(field_id::protocol);
    return {{.title = "Rejected, from private addresses",
             .about = "Often something of one's own that is set up wrongly.",
             .by = has_service ? "srcaddr,service" : "srcaddr",
             .measures = {"flows", "packets", "distinct(dstaddr)"},
             .where = "action = REJECT and class(srcaddr) in (private, unique-local)"},
            {.title = "Rejected, from other addresses",
             .by = "srcaddr",
             .measures = {"flows", "distinct(dstport)", "distinct(dstaddr)"},
             .where = "action = REJECT and class(srcaddr) not in (private, unique-local)"},
            rejected_services_question(),
            {.title = "Reasons of rejections",
             .about = "BPA is VPC Block Public Access, EC is VPC Encryption Controls.",
             .by = "reject-reason",
             .measures = {"flows"},
             .where = "action = REJECT and reject-reason is present"}};
}

auto scans(question_context const& context) -> std::vector<question> {
    constexpr auto full = "action = REJECT or tcp-flags = syn";
    auto const has_flags = context.has(field_id::tcp_flags);
    auto const* const where = !has_flags                      ? "action = REJECT"
                              : context.has(field_id::action) ? full
                                                              : "tcp-flags = syn";
    auto const ports = fmt::format("distinct(dstport) >= {}", context.min_ports);
    auto const hosts = fmt::format("distinct(dstaddr) >= {}", context.min_hosts);
    auto const has_ports = context.has(field_id::dstport);
    auto const has_hosts = context.has(field_id::dstaddr);
    auto const in =
        context.window.empty() ? std::string{} : " within " + context.window + " of the clock";
    return {{.title = "Scans",
             .about = fmt::format("Sources that tried {} ports or {} hosts or more{}, and were "
                                  "rejected or got no answer.",
                                  context.min_ports, context.min_hosts, in),
             .by = context.window.empty() ? "srcaddr" : "start:" + context.window + ",srcaddr",
             .measures = {"distinct(dstport)", "distinct(dstaddr)", "flows"},
             .where = where,
             .full_where = full,
             .having = has_ports == has_hosts ? ports + " or " + hosts
                       : has_ports            ? ports
                                              : hosts}};
}

/// A flow is taken for one to the server if its destination port is not the larger one.
auto services(question_context const& context) -> std::vector<question> {
    auto const* const about = "What a security group must allow for this traffic to flow on.";
    auto const measures = std::vector<std::string>{"flows", "bytes"};
    if (context.has(field_id::flow_direction))
        return {{.title = "Inbound rules, by interface",
                 .about = about,
                 .by = "interface-id,service,srcaddr/24",
                 .measures = measures,
                 .where = "action = ACCEPT and flow-direction = ingress and not dstport > srcport"},
                {.title = "Outbound rules, by interface",
                 .about = about,
                 .by = "interface-id,service,dstaddr/24",
                 .measures = measures,
                 .where = "action = ACCEPT and flow-direction = egress and not dstport > srcport"}};
    return {{.title = "Rules, by interface",
             .about = "What security groups must allow for this traffic to flow on. These logs do "
                      "not say which flows are inbound: flow-direction does.",
             .by = "interface-id,service,srcaddr/24,dstaddr/24",
             .measures = measures,
             .where = "action = ACCEPT and not dstport > srcport"}};
}

/// IPv6 addresses are public on either side: there, the path says that a flow leaves.
auto internet_question(question_context const& context, std::vector<std::string> measures)
    -> question {
    auto const knows_path =
        context.has(field_id::flow_direction) && context.has(field_id::traffic_path);
    auto const* const from_private = "class(srcaddr) in (private, unique-local)";
    auto const from = knows_path ? fmt::format(
                                       "({} or flow-direction = egress and traffic-path in "
                                       "(2, 8))",
                                       from_private)
                                 : std::string{from_private};
    auto const* const ipv6 =
        knows_path ? "" : " IPv6 is left out: flow-direction and traffic-path tell what leaves.";
    return {.title = "To the internet",
            .about =
                "What goes through a NAT gateway is there at the gateway's interface, and "
                "again at the sender's if the logs have both." +
                std::string{ipv6},
            .by = "srcaddr",
            .measures = std::move(measures),
            .where = from + " and class(dstaddr) = public",
            .price = "internet"};
}

auto egress(question_context const& context) -> std::vector<question> {
    auto const measures = std::vector<std::string>{"bytes", "packets", "flows"};
    auto result = std::vector<question>{
        {.title = "Through NAT gateways",
         .about = "Packets to the internet, at an interface on their way: a NAT gateway's.",
         .by = "pkt-srcaddr,pkt-dstaddr",
         .measures = measures,
         .where =
             "dstaddr != pkt-dstaddr and pkt-dstaddr is present and class(pkt-dstaddr) = public",
         .price = "nat"},
        internet_question(context, measures),
        {.title = "By path",
         .about = "What outgoing traffic went through.",
         .by = "traffic-path",
         .measures = measures,
         .where = "traffic-path is present"},
        {.title = "Between availability zones",
         .by = "az-id,next-hop-az-id",
         .measures = measures,
         .where = "flow-direction = egress and az-id is present and next-hop-az-id is present and "
                  "az-id != next-hop-az-id",
         .price = "cross-az"},
        {.title = "To AWS services",
         .by = "pkt-dst-aws-service",
         .measures = measures,
         .where = "pkt-dst-aws-service is present",
         .price = "aws-service"}};
    if (context.labels)
        result.push_back({.title = "Between labels",
                          .by = "label(srcaddr),label(dstaddr)",
                          .measures = measures});
    return result;
}

auto gaps(question_context const& /*context*/) -> std::vector<question> {
    return {{.title = "Interfaces, the longest silent first",
             .about = "When each interface had its first and last flow.",
             .by = "interface-id",
             .measures = {"flows", "min(start)", "max(end)"},
             .sort = "max(end)",
             .ascending = true}};
}

auto protocols(question_context const& /*context*/) -> std::vector<question> {
    auto const measures = std::vector<std::string>{"bytes", "packets", "flows"};
    return {{.title = "Protocols", .by = "protocol", .measures = measures},
            {.title = "IPv4 and IPv6", .by = "type", .measures = measures},
            {.title = "Classes of addresses",
             .about = "By what the addresses are for.",
             .by = "class(srcaddr),class(dstaddr)",
             .measures = measures},
            {.title = "TCP flags",
             .by = "tcp-flags",
             .measures = {"flows", "bytes"},
             .where = "tcp and tcp-flags is present"},
            {.title = "Encryption",
             .by = "encryption-status",
             .measures = measures,
             .where = "encryption-status is present"}};
}

constexpr auto known_kinds = std::to_array<report_kind>({
    {"talkers", "who sends and receives most, and who sends most to whom", talkers},
    {"rejects", "what was rejected: from private addresses first", rejects},
    {"scans", "sources that try many ports or hosts", scans},
    {"services", "the rules that the traffic of each interface needs", services},
    {"egress", "what leaves: NAT gateways, internet, zones, AWS services", egress},
    {"gaps", "lost records (SKIPDATA), and interfaces that went silent", gaps},
    {"protocols", "protocols, IP versions, classes of addresses, TCP flags", protocols},
});

auto number_in(std::string_view text) -> unsigned {
    auto number = 0U;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

/// The meaning of the field traffic-path, by the documentation of AWS.
auto path_name(unsigned path) -> std::string {
    constexpr auto names = std::to_array<char const*>(
        {"", "same VPC", "internet gateway or gateway endpoint", "virtual private gateway",
         "peering in the region", "peering with another region", "local gateway",
         "gateway endpoint", "internet gateway"});
    return path < names.size() ? names[path] : "";
}

auto encryption_name(unsigned status) -> std::string {
    constexpr auto names =
        std::to_array<char const*>({"none", "by Nitro", "by the application", "by both"});
    return status < names.size() ? names[status] : "";
}

}  // namespace

auto report_kinds() -> std::span<report_kind const> { return known_kinds; }

auto name_of_value(std::string_view key, std::string const& value) -> std::string {
    if (value.empty() || value[0] < '0' || value[0] > '9') return {};
    auto const number = number_in(value);
    if (key == "service" && number <= 65535)
        return std::string{flowlog::service_name(static_cast<std::uint16_t>(number))};
    if (key == "protocol" && number <= 255) {
        auto name = flowlog::protocol_name(static_cast<std::uint8_t>(number));
        return name == value ? std::string{} : name;
    }
    if (key == "traffic-path") return path_name(number);
    if (key == "encryption-status") return encryption_name(number);
    return {};
}

}  // namespace cli
