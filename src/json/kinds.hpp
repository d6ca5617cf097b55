// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_KINDS_HPP
#define FLOWLOG_SRC_JSON_KINDS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <flowlog/flow/field.hpp>

#include "splitter.hpp"

namespace flowlog::detail::json {

/// The logs that are read, by what a record of them looks like.
enum class log_kind : std::uint8_t {
    none,
    azure,         ///< VNet flow logs, NSG flow logs
    subscription,  ///< CloudWatch Logs subscriptions
    events,        ///< answers of filter-log-events and get-log-events
    insights,      ///< answers of get-query-results of CloudWatch Logs
    athena,        ///< answers of get-query-results of Athena
    firehose,      ///< objects with a message
    lines,    ///< lines in messages of other logs (of containers, Elasticsearch, Splunk), or alone
    text,     ///< lines of text, within another log
    otlp,     ///< lines in logs of OpenTelemetry
    wrapped,  ///< base64 within events of Lambda, Kinesis and Firehose
    network_firewall,  ///< AWS Network Firewall
    pubsub,            ///< base64 within messages of Google Pub/Sub
    google,            ///< Google Cloud VPC flow logs
    ibm,
    oci,
    alibaba,
    names,  ///< objects whose keys are names of fields, as converters write them; ECS
    zeek,
    zeek_tsv,
    suricata,
    ocsf,
    hubble,
    by_column,  ///< an object whose members are columns, as pandas writes it
    base64      ///< base64 text of a compressed log
};

/// Where other logs keep a line of a flow log: the keys that CloudWatch, Docker, Splunk,
/// Elasticsearch, OpenTelemetry and other programs use. If a record has several, the first in this
/// list is read.
inline constexpr auto line_keys = std::to_array<std::string_view>(
    {"message", "@message", "log", "_raw", "original", "event", "body", "msg", "line", "text"});

/// Whether an object with this key holds the record, so that it is no part of the names of its
/// members: in Elasticsearch, Splunk, OpenTelemetry, Logstash.
constexpr auto is_holder(std::string_view key) noexcept -> bool {
    return key == "_source" || key == "hits" || key == "result" || key == "fields" ||
           key == "attributes" || key == "netflow";
}

/// How many bytes tell the kind of a log if the first 512 do not: Elastic's programs put what they
/// know of themselves before the flow.
inline constexpr std::size_t most_recognisable = 65536;

/// The kind of a log that begins with these bytes: 512 of them, or `most_recognisable` if the first
/// 512 tell none; fewer only if it is shorter.
[[nodiscard]] auto find_kind(std::string_view first_bytes) -> log_kind;

/// Whether the first 512 of these bytes tell the kind of a log.
[[nodiscard]] auto tells_kind(std::string_view first_bytes) -> bool;

/// Whether a text has a word of a line of a flow log: an address, or that there is no data.
[[nodiscard]] auto holds_flow(std::string_view text) -> bool;

/// Whether a kind is read. Others are known only to say so.
[[nodiscard]] constexpr auto is_read(log_kind kind) noexcept -> bool {
    return kind != log_kind::none && kind != log_kind::hubble && kind != log_kind::by_column &&
           kind != log_kind::base64;
}

/// Whether a log that begins with these bytes is JSON, or one of the other texts that are read.
[[nodiscard]] auto looks_like_json(std::string_view first_bytes) -> bool;

/// Whether these are all bytes of what `nfdump -o json` prints if no flow matches.
[[nodiscard]] auto says_no_flows(std::string_view bytes) -> bool;

/// Whether the first line that is not blank ends in these bytes.
[[nodiscard]] auto has_whole_line(std::string_view first_bytes) -> bool;

/// How a log of a kind that begins with these bytes is divided. They must have a whole line, or be
/// `most_recognisable`, unless the log is shorter.
[[nodiscard]] auto division_of(log_kind kind, std::string_view first_bytes) -> division;

/// What a kind of log is called.
[[nodiscard]] auto name(log_kind kind) -> std::string_view;

/// Whether the records are lines of text, as AWS writes them.
[[nodiscard]] auto has_messages(log_kind kind) noexcept -> bool;

/// The fields that flows of a kind can have; none: they depend on the log.
[[nodiscard]] auto fields_of(log_kind kind) -> std::span<field_id const>;

}  // namespace flowlog::detail::json

#endif
