// SPDX-License-Identifier: BSL-1.0
#include "kinds.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/source/unpack.hpp>

namespace flowlog::detail::json {
namespace {

/// The text without a byte order mark and blanks.
auto without_blanks(std::string_view text) -> std::string {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    auto result = std::string{};
    std::ranges::copy_if(text, std::back_inserter(result),
                         [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
    return result;
}

/// Calls `use(name, depth)` for each key of a text without blanks, with the keys of the objects
/// around it, `source.ip`, and how many objects these are.
template <class Use>
void each_name(std::string_view text, Use use) {
    auto around = std::string{};
    auto sizes = std::vector<std::size_t>{};  // of `around` outside the objects that are open
    auto key = std::string_view{};
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '"') {
            auto const begin = at + 1;
            for (++at; at < text.size() && text[at] != '"'; ++at)
                if (text[at] == '\\') ++at;
            if (!text.substr(std::min(at + 1, text.size())).starts_with(':')) continue;
            key = text.substr(begin, at - begin);
            use(around + std::string{key}, sizes.size());
        } else if (text[at] == '{') {
            sizes.push_back(around.size());
            if (!key.empty() && !is_holder(key)) around.append(key) += '.';
            key = {};
        } else if (text[at] == '}' && !sizes.empty()) {
            around.resize(sizes.back());
            sizes.pop_back();
            key = {};
        } else if (text[at] == '[') {
            key = {};
        }
    }
}

/// Keys of arrays in which programs put records.
constexpr auto record_arrays = std::to_array<std::string_view>(
    {"hits", "records", "Records", "flows", "flowLogs", "flow_logs", "data", "items", "results",
     "entries", "events", "logs", "rows", "value"});

/// Fields of flows, which events of other logs mostly lack.
constexpr auto fields_of_flows = std::to_array<field_id>(
    {field_id::srcport, field_id::dstport, field_id::protocol, field_id::packets, field_id::bytes,
     field_id::action, field_id::log_status});

/// Fields that events of other logs have beside one address, such as those of CloudTrail.
constexpr auto fields_of_events =
    std::to_array<field_id>({field_id::version, field_id::account_id, field_id::region,
                             field_id::type, field_id::event_time});

/// The first bytes of a log, and what they tell.
class beginning {
public:
    explicit beginning(std::string_view first_bytes)
        : raw_{first_bytes}, text_{without_blanks(first_bytes)} {}

    [[nodiscard]] auto is_json() const -> bool { return begins_json(text_); }
    [[nodiscard]] auto is(std::string_view text) const -> bool { return text_ == text; }
    [[nodiscard]] auto starts_with(std::string_view start) const -> bool {
        return text_.starts_with(start);
    }
    /// Whether it has a member with this key.
    [[nodiscard]] auto has(std::string_view key) const -> bool {
        return text_.find('"' + std::string{key} + "\":") != text_.npos;
    }
    /// Whether a record, or what is around all records, has a member with this key.
    [[nodiscard]] auto has_outermost(std::string_view key) const -> bool {
        auto found = false;
        each_name(text_, [&](std::string_view name, std::size_t depth) {
            found |= depth == 1 && name == key;
        });
        return found;
    }
    /// Whether keys are names of fields: an address, and another one or a field or time of flows.
    /// Events of other logs have an address and, say, a region or a time, too.
    [[nodiscard]] auto has_names() const -> bool { return has_names(text_); }
    /// Whether keys are names of fields of flows without addresses: three, or two that are half of
    /// all keys, as in the headings of CSV. Two of them tell a flow from an access to a server.
    [[nodiscard]] auto has_names_without_address() const -> bool {
        auto found = std::bitset<fields.size()>{};
        auto keys = std::size_t{0};
        auto names = std::size_t{0};
        each_name(text_, [&](std::string_view name, std::size_t) {
            ++keys;
            auto const id = find_field(name);
            if (!id) return;
            ++names;
            found.set(static_cast<std::size_t>(*id));
        });
        auto const of_flows = std::ranges::count_if(
            fields_of_flows, [&](field_id id) { return found[static_cast<std::size_t>(id)]; });
        return of_flows > 1 && (found.count() > 2 || 2 * names >= keys);
    }
    /// Whether it is one object whose members are columns with names of fields.
    [[nodiscard]] auto has_columns() const -> bool {
        auto const end = text_.find("\":{\"0\":");
        if (!starts_with("{\"") || end == text_.npos || end != text_.find('"', 2)) return false;
        return has_names() || find_field(std::string_view{text_}.substr(2, end - 2));
    }
    /// Whether it has lines of a flow log as OpenTelemetry's logs hold them.
    [[nodiscard]] auto has_line_in_body() const -> bool {
        constexpr auto key = std::string_view{"\"stringValue\""};
        if (!has("resourceLogs")) return false;
        for (auto at = raw_.find(key); at != raw_.npos; at = raw_.find(key, at + 1)) {
            auto const text = text_after(at + key.size());
            if (text.find(' ') != text.npos && holds_flow(text)) return true;
        }
        return false;
    }
    /// Whether it is an answer of Elasticsearch without documents.
    [[nodiscard]] auto has_no_hits() const -> bool {
        return contains("\"hits\":{") && contains("\"hits\":[]");
    }
    /// The key of the array that holds the records, if they have no other wrapper of a known kind.
    [[nodiscard]] auto array_of_records() const -> std::string_view {
        if (has_no_hits()) return "hits";
        for (auto const key : record_arrays) {
            auto const at = text_.find('"' + std::string{key} + "\":[{");
            if (is_open(at, "hits") && !has_names(std::string_view{text_}.substr(0, at)))
                return key;
        }
        return {};
    }
    /// Whether the outermost object, or an object in it with the key `around`, has an array with
    /// this key.
    [[nodiscard]] auto has_array(std::string_view key, std::string_view around) const -> bool {
        return starts_with("{") && is_open(text_.find('"' + std::string{key} + "\":["), around);
    }
    [[nodiscard]] auto contains(std::string_view text) const -> bool {
        return text_.find(text) != text_.npos;
    }
    /// Whether the text of a member is a line of a flow log: it has an address, or no data.
    [[nodiscard]] auto has_line() const -> bool {
        return std::ranges::any_of(line_keys, [this](std::string_view key) {
            auto const quoted = '"' + std::string{key} + '"';
            auto const at = raw_.find(quoted);
            return at != raw_.npos && holds_flow(text_after(at + quoted.size()));
        });
    }
    /// Whether a text of an array, or of an array within it, is a line of a flow log.
    [[nodiscard]] auto has_line_alone() const -> bool {
        if (!starts_with("[\"") && !starts_with("[[")) return false;
        for (auto at = raw_.find('"'); at != raw_.npos;) {
            auto const end = raw_.find('"', at + 1);
            auto const text = raw_.substr(at + 1, end - at - 1);
            if (text.find(' ') != text.npos && holds_flow(text)) return true;
            at = end == raw_.npos ? end : raw_.find('"', end + 1);
        }
        return false;
    }

private:
    /// Whether what is at a place is a member of the outermost object, or of an object in it with
    /// the key `around`.
    [[nodiscard]] auto is_open(std::size_t at, std::string_view around) const -> bool {
        if (at == text_.npos) return false;
        auto const before = std::string_view{text_}.substr(0, at);
        auto const is_within = before.find('"' + std::string{around} + "\":{") != before.npos;
        return std::ranges::count(before, '{') - std::ranges::count(before, '}') ==
               (is_within ? 2 : 1);
    }
    [[nodiscard]] static auto has_names(std::string_view text) -> bool {
        auto ends = std::bitset<2>{};
        auto others = false;
        each_name(text, [&](std::string_view name, std::size_t) {
            auto const id = find_field(name);
            if (!id) return;
            if (id == field_id::srcaddr)
                ends.set(0);
            else if (id == field_id::dstaddr)
                ends.set(1);
            else
                others |= std::ranges::find(fields_of_events, *id) == fields_of_events.end();
        });
        return ends.all() || (ends.any() && others);
    }
    /// The text that is the value after a key, if it is one.
    [[nodiscard]] auto text_after(std::size_t at) const -> std::string_view {
        at = raw_.find_first_not_of(" \t\r\n:", at);
        if (at == raw_.npos || raw_[at] != '"') return {};
        return raw_.substr(at + 1, raw_.find('"', at + 1) - at - 1);
    }

    std::string_view raw_;
    std::string text_;
};

auto is_azure(beginning const& log) -> bool {
    if (log.starts_with("{\"records\":[]") || log.is("{\"records\":[")) return true;
    if (log.starts_with("{\"records\":["))
        return log.has("flowLogVersion") || log.contains("FlowLogFlowEvent") ||
               log.contains("NetworkSecurityGroupFlowEvent") || log.has("systemId");
    return log.has("flowLogVersion") || log.has("flowRecords") ||
           (log.has("systemId") && log.contains("NetworkSecurityGroupFlowEvent"));
}

auto is_wrapped(beginning const& log) -> bool {
    return log.has("awslogs") || (log.has("Records") && log.has("kinesis")) ||
           (log.has("records") && (log.has("requestId") || log.has("data")));
}

auto is_insights(beginning const& log) -> bool {
    if (log.contains("\"results\":[]") && log.has("statistics")) return true;
    return log.has("field") && (log.has("results") || log.starts_with("[[{"));
}

auto is_oci(beginning const& log) -> bool {
    return log.has("logContent") || (log.has("data") && log.has("destinationAddress")) ||
           log.contains("vcn.flowlogs");
}

auto kind_of(std::string_view first_bytes) -> log_kind {
    auto const log = beginning{first_bytes};
    if (log.starts_with("#separator")) return log_kind::zeek_tsv;
    if (log.starts_with("H4sI")) return log_kind::base64;
    if (!log.is_json()) return log_kind::none;
    if (is_azure(log)) return log_kind::azure;
    if (log.has("messageType") || log.has("logEvents") || log.has("subscriptionFilters"))
        return log_kind::subscription;
    if (log.starts_with("{\"events\":[]") ||
        (log.starts_with("{\"events\":") && log.has("ingestionTime")))
        return log_kind::events;
    if (is_insights(log)) return log_kind::insights;
    if (log.has("VarCharValue") || (log.has("ResultSet") && log.contains("\"Rows\":[]")))
        return log_kind::athena;
    if (log.starts_with("{\"message\":\"")) return log_kind::firehose;
    if (is_wrapped(log)) return log_kind::wrapped;
    if (log.has("firewall_name")) return log_kind::network_firewall;
    if (log.has("ackId") || log.contains("\"message\":{\"data\":\"") ||
        (log.has("message") && log.has("subscription")))
        return log_kind::pubsub;
    if (log.has("jsonPayload") || log.has("json_payload") || log.has("insertId") ||
        log.has("logName") || log.has("log_name"))
        return log_kind::google;
    if (log.has("connection") && log.has("src_ip")) return log_kind::google;
    if (log.has("collector_crn") || log.has("flow_logs")) return log_kind::ibm;
    if (is_oci(log)) return log_kind::oci;
    if (log.has("eni-id") || log.has("vswitch-id") ||
        (log.has("__topic__") && log.contains("flow_log")))
        return log_kind::alibaba;
    if (log.has("id.orig_h")) return log_kind::zeek;
    if (log.has("class_uid") || log.has("category_uid") || log.has("src_endpoint"))
        return log_kind::ocsf;
    if (log.has_outermost("event_type") && (log.has("flow_id") || log.has("proto")))
        return log_kind::suricata;
    if (log.starts_with("{\"flow\":{") || (log.has("verdict") && log.has("IP")))
        return log_kind::hubble;
    if (log.is("[]")) return log_kind::google;  // an answer without entries
    if (log.has_columns()) return log_kind::by_column;
    if (log.has_line_in_body()) return log_kind::otlp;
    if (log.has_names() || log.has_no_hits()) return log_kind::names;
    return log.has_line() || log.has_line_alone() ? log_kind::lines : log_kind::none;
}

/// The kind of a log whose first bytes tell less of it than `kind_of` needs.
auto likely_kind_of(std::string_view first_bytes) -> log_kind {
    auto const log = beginning{first_bytes};
    if (!log.is_json()) return log_kind::none;
    // other events, before the first flow
    constexpr auto events = std::to_array<std::string_view>(
        {"stats", "alert", "dns", "http", "tls", "fileinfo", "flow", "netflow", "anomaly", "ssh",
         "smtp", "dhcp", "smb", "quic", "drop"});
    auto const is_event = [&](std::string_view type) {
        return log.contains("\"event_type\":\"" + std::string{type} + '"');
    };
    if (log.has_outermost("event_type") && log.has_outermost("timestamp") &&
        std::ranges::any_of(events, is_event))
        return log_kind::suricata;
    return log.has_names_without_address() ? log_kind::names : log_kind::none;
}

/// The first bytes of a log that tell its kind: no more of them, so that it does not depend on how
/// many came in one block.
auto telling(std::string_view first_bytes) -> std::string_view {
    return first_bytes.substr(0, tells_kind(first_bytes) ? recognisable : most_recognisable);
}

/// The first line that is not blank, from its first byte that is not.
auto first_line(std::string_view first_bytes) -> std::string_view {
    if (first_bytes.starts_with(byte_order_mark)) first_bytes.remove_prefix(byte_order_mark.size());
    auto const begin = first_bytes.find_first_not_of(" \t\r\n");
    first_bytes.remove_prefix(std::min(begin, first_bytes.size()));
    return first_bytes.substr(0, first_bytes.find('\n'));
}

/// Whether another object follows the first one in its line, as Data Firehose writes them.
auto has_another(std::string_view line) -> bool {
    auto const end = end_of_value(line);
    if (end == line.npos) return false;
    line.remove_prefix(end);
    for (;;) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t\r,"), line.size()));
        auto const between = std::array<std::string_view, 3>{"\\n", "null", byte_order_mark};
        auto const found = std::ranges::find_if(
            between, [&](std::string_view text) { return line.starts_with(text); });
        if (found == between.end()) return line.starts_with('{');
        line.remove_prefix(found->size());
    }
}

}  // namespace

auto find_kind(std::string_view first_bytes) -> log_kind {
    auto const bytes = telling(first_bytes);
    auto const kind = kind_of(bytes);
    return kind != log_kind::none ? kind : likely_kind_of(bytes);
}

auto tells_kind(std::string_view first_bytes) -> bool {
    return kind_of(first_bytes.substr(0, recognisable)) != log_kind::none;
}

auto holds_flow(std::string_view text) -> bool {
    while (!text.empty()) {
        auto const word = text.substr(0, text.find_first_of(" \t,\\\n\r"));
        if (word == "NODATA" || word == "SKIPDATA" || address::parse(word)) return true;
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return false;
}

auto looks_like_json(std::string_view first_bytes) -> bool {
    auto const log = beginning{first_bytes};
    return log.is_json() || log.starts_with("#separator") || log.starts_with("H4sI") ||
           says_no_flows(first_bytes);
}

auto says_no_flows(std::string_view bytes) -> bool {
    return beginning{bytes}.is("[Nomatchingflows]");
}

auto has_whole_line(std::string_view first_bytes) -> bool {
    auto const line = first_line(first_bytes);
    return line.data() + line.size() != first_bytes.data() + first_bytes.size();
}

auto division_of(log_kind kind, std::string_view first_bytes) -> division {
    switch (kind) {
        case log_kind::azure:
            if (beginning{first_bytes}.starts_with("{\"records\"")) return {.arrays = {"records"}};
            break;
        case log_kind::subscription: return {.arrays = {"logEvents"}};
        case log_kind::events: return {.arrays = {"events"}};
        case log_kind::insights: return {.arrays = {"results"}};
        case log_kind::athena: return {.arrays = {"Rows"}, .around = "ResultSet"};
        case log_kind::wrapped: return {.arrays = {"records", "Records"}};
        case log_kind::ibm: return {.arrays = {"flow_logs"}};
        case log_kind::google:
            if (beginning{telling(first_bytes)}.has_array("entries", ""))
                return {.arrays = {"entries"}};
            break;
        case log_kind::oci:
            if (beginning{telling(first_bytes)}.has_array("results", "data"))
                return {.arrays = {"results"}, .around = "data"};
            break;
        case log_kind::names:
        case log_kind::lines: {
            auto const array = beginning{telling(first_bytes)}.array_of_records();
            if (!array.empty()) return {.arrays = {array}, .around = "hits"};
            break;
        }
        case log_kind::text: return {.lines = true};
        default: break;
    }
    // one object a line, unless the first line is only the beginning of one
    auto const line = first_line(first_bytes.substr(0, most_recognisable));
    auto const is_whole = line.find_first_not_of("{ \t\r") != line.npos;
    return {.lines = !line.starts_with('[') && is_whole && !has_another(line)};
}

auto name(log_kind kind) -> std::string_view {
    switch (kind) {
        case log_kind::azure: return "Azure flow log (JSON)";
        case log_kind::subscription: return "CloudWatch Logs subscription (JSON)";
        case log_kind::events: return "CloudWatch Logs events (JSON)";
        case log_kind::insights: return "CloudWatch Logs Insights results (JSON)";
        case log_kind::athena: return "Athena results (JSON)";
        case log_kind::firehose: return "Data Firehose messages (JSON)";
        case log_kind::text:
        case log_kind::lines: return "flow log in the messages of another log (JSON)";
        case log_kind::otlp: return "flow log in the logs of OpenTelemetry (JSON)";
        case log_kind::wrapped: return "Lambda, Kinesis or Data Firehose event (JSON)";
        case log_kind::network_firewall: return "AWS Network Firewall flow log (JSON)";
        case log_kind::pubsub: return "Google Pub/Sub messages (JSON)";
        case log_kind::google: return "Google Cloud VPC flow log (JSON)";
        case log_kind::ibm: return "IBM Cloud VPC flow log (JSON)";
        case log_kind::oci: return "Oracle Cloud VCN flow log (JSON)";
        case log_kind::alibaba: return "Alibaba Cloud VPC flow log (JSON)";
        case log_kind::names: return "flow log (JSON)";
        case log_kind::zeek: return "Zeek conn log (JSON)";
        case log_kind::zeek_tsv: return "Zeek conn log";
        case log_kind::suricata: return "Suricata EVE log (JSON)";
        case log_kind::ocsf: return "OCSF Network Activity (JSON)";
        case log_kind::hubble: return "Hubble flows (JSON)";
        case log_kind::base64: return "base64 text";
        case log_kind::by_column:
        case log_kind::none: break;
    }
    return "JSON";
}

auto has_messages(log_kind kind) noexcept -> bool {
    return kind == log_kind::subscription || kind == log_kind::events ||
           kind == log_kind::insights || kind == log_kind::firehose || kind == log_kind::lines ||
           kind == log_kind::text || kind == log_kind::otlp || kind == log_kind::wrapped ||
           kind == log_kind::base64;
}

auto fields_of(log_kind kind) -> std::span<field_id const> {
    using enum field_id;
    static constexpr auto azure = std::to_array<field_id>(
        {srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, reverse_packets,
         reverse_bytes, start, field_id::end, field_id::action, field_id::flow_direction,
         flow_state, flow_encryption, rule, acl_id, interface_id, resource_id});
    static constexpr auto google = std::to_array<field_id>({srcaddr,
                                                            dstaddr,
                                                            srcport,
                                                            dstport,
                                                            protocol,
                                                            packets,
                                                            bytes,
                                                            dropped_packets,
                                                            dropped_bytes,
                                                            start,
                                                            field_id::end,
                                                            field_id::action,
                                                            field_id::flow_direction,
                                                            reject_reason,
                                                            reporter,
                                                            rtt_msec,
                                                            dscp,
                                                            src_instance,
                                                            dst_instance,
                                                            src_vpc,
                                                            dst_vpc,
                                                            src_subnet,
                                                            dst_subnet,
                                                            src_project,
                                                            dst_project,
                                                            src_zone,
                                                            dst_zone,
                                                            src_namespace,
                                                            dst_namespace,
                                                            src_pod,
                                                            dst_pod,
                                                            src_service,
                                                            dst_service,
                                                            src_country,
                                                            dst_country,
                                                            src_as,
                                                            dst_as,
                                                            region,
                                                            az_id,
                                                            instance_id,
                                                            vpc_id,
                                                            subnet_id});
    static constexpr auto eve =
        std::to_array<field_id>({srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes,
                                 reverse_packets, reverse_bytes, start, field_id::end, flow_state,
                                 tcp_flags, flow_id, sensor, min_ttl, max_ttl, src_vlan});
    static constexpr auto ibm =
        std::to_array<field_id>({srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes,
                                 reverse_packets, reverse_bytes, start, field_id::end,
                                 field_id::action, field_id::flow_direction, type, interface_id});
    static constexpr auto oci = std::to_array<field_id>(
        {srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, start, field_id::end,
         field_id::action, field_id::log_status, interface_id, subnet_id});
    static constexpr auto zeek = std::to_array<field_id>(
        {srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, reverse_packets,
         reverse_bytes, start, field_id::end, flow_state, src_vlan});
    static constexpr auto ocsf = std::to_array<field_id>({srcaddr,
                                                          dstaddr,
                                                          srcport,
                                                          dstport,
                                                          protocol,
                                                          packets,
                                                          bytes,
                                                          reverse_packets,
                                                          reverse_bytes,
                                                          start,
                                                          field_id::end,
                                                          field_id::action,
                                                          field_id::log_status,
                                                          field_id::flow_direction,
                                                          tcp_flags,
                                                          account_id,
                                                          region,
                                                          az_id,
                                                          interface_id,
                                                          instance_id,
                                                          vpc_id,
                                                          subnet_id,
                                                          pkt_srcaddr,
                                                          pkt_dstaddr});
    switch (kind) {
        case log_kind::azure: return azure;
        case log_kind::pubsub:
        case log_kind::google: return google;
        case log_kind::network_firewall:
        case log_kind::suricata: return eve;
        case log_kind::ibm: return ibm;
        case log_kind::oci: return oci;
        case log_kind::zeek:
        case log_kind::zeek_tsv: return zeek;
        case log_kind::ocsf: return ocsf;
        default: return {};
    }
}

}  // namespace flowlog::detail::json
