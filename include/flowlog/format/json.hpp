// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_JSON_HPP
#define FLOWLOG_FORMAT_JSON_HPP

#ifndef FLOWLOG_JSON
#error "flowlog/format/json.hpp needs the component: target_link_libraries(... flowlog::json)"
#endif

#include <memory>
#include <string_view>

#include <flowlog/format/column_reader.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/open_options.hpp>

namespace flowlog {

namespace detail {

// In the library flowlog_json, so that simdjson is in no header.

[[nodiscard]] auto is_json_log(std::string_view first_bytes) -> bool;
[[nodiscard]] auto open_json(log_bytes from, open_options const& options)
    -> std::unique_ptr<column_reader>;
[[nodiscard]] auto split_json(input const& from, open_options const& options,
                              std::uint64_t chunk_size) -> std::unique_ptr<column_splitter>;

}  // namespace detail

/// Flow logs in JSON: `open`, `run` and all that is built on them read them in every program that
/// includes this header. It needs the component flowlog::json.
///
/// These logs are recognised by their first 512 bytes, or by 64 KiB if those do not tell:
///
/// - AWS: CloudWatch Logs subscriptions, answers of `filter-log-events`, `get-log-events` and
///   `get-query-results`, arrays of their messages, Data Firehose objects, events of Lambda,
///   Kinesis and Data Firehose with base64. The messages are lines of text, in AWS's default format
///   or in `open_options::format`. Answers of Athena's `get-query-results`. AWS Network Firewall
///   flow logs.
/// - Google Cloud VPC flow logs: sink files, `gcloud logging read`, Pub/Sub messages, BigQuery
///   exports. Bytes and packets are estimates from samples, and bytes do not include headers.
/// - Azure: VNet flow logs (version 4), NSG flow logs (versions 1 and 2).
/// - Oracle, IBM and Alibaba Cloud; Zeek `conn.log` (JSON and columns), Suricata EVE, OCSF 4001.
///
/// A log is divided into records that are parsed one by one, so the memory is determined by the
/// largest record (at most 64 MiB). A member that is missing, null, empty or `-` makes the field
/// absent, which is not 0. Records that cannot be read are malformed rows; entries of other logs
/// in the same file are counted in `statistics::unread`. `open_options::two_way` says what becomes
/// of records that count both directions.
///
/// A log of one record a line is divided among threads, unless the records are messages.
inline bool const json_registered = register_format({.name = "JSON",
                                                     .matches = detail::is_json_log,
                                                     .open = detail::open_json,
                                                     .split = detail::split_json});

}  // namespace flowlog

#endif
