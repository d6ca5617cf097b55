// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_INFO_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_INFO_HPP

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <flowlog/flow/address.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/flow_tools/header.hpp>

namespace flowlog::detail {

/// `count things`, with the plural of the thing.
[[nodiscard]] inline auto counted(std::uint64_t count, std::string const& thing) -> std::string {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

/// The versions of an archive, in words.
[[nodiscard]] inline auto describe_version(flow_tools_header const& header) -> std::string {
    auto result = "stream version " + std::to_string(header.stream_version) + ", export version " +
                  std::to_string(header.export_version);
    if (header.export_version != 8) return result;
    return result + "." + std::to_string(header.aggregation_method) + " (" +
           std::string{header.layout()->name} + ")";
}

/// Describes an archive by its header, whose versions are known.
[[nodiscard]] inline auto describe(flow_tools_header const& header) -> archive_info {
    auto info = archive_info{
        .format = "flow-tools",
        .version = describe_version(header),
        .byte_order = header.order == std::endian::little ? "little-endian" : "big-endian",
        .compression = header.has(flow_tools_header::compressed) ? "zlib" : "none",
        .exporter = header.hostname,
        .comment = header.comment};
    auto const done =
        header.has(flow_tools_header::done) || header.has(flow_tools_header::preloaded);
    auto const time = [](std::optional<std::uint32_t> seconds) {
        return seconds ? std::optional{timestamp{std::chrono::seconds{*seconds}}} : std::nullopt;
    };
    info.first = time(header.capture_start);
    if (done) info.last = time(header.capture_end);
    if (done && header.flow_count) info.records = *header.flow_count;

    auto const note = [&](std::string text) { info.notes.push_back(std::move(text)); };
    if (header.exporter) note("exporter " + address::v4(*header.exporter).to_string());
    if (header.has(flow_tools_header::streaming)) {
        note("written to a pipe: gives neither capture times nor a count");
    } else if (!done) {
        note("not closed: still being written, or cut off");
    }
    if (header.lost != 0) note(counted(header.lost, "lost flow"));
    if (header.misordered != 0) note(counted(header.misordered, "misordered flow"));
    if (header.corrupt != 0) note(counted(header.corrupt, "corrupt packet"));
    if (header.sequence_resets != 0) note(counted(header.sequence_resets, "sequence reset"));
    if (header.overrun) note("an entry of the header is longer than the header");
    return info;
}

/// What a reader knows besides the header.
struct flow_tools_reading {
    bool repairs_wraps;
    std::size_t joined;                    ///< archives after the first
    std::optional<std::uint64_t> records;  ///< how many, once all of a single archive is read
};

/// Adds what a reader knows to a description.
inline void describe_reading(archive_info& info, flow_tools_reading const& reading) {
    info.notes.emplace_back(reading.repairs_wraps
                                ? "times are corrected if the uptime of the router wrapped around"
                                : "times are as flow-tools has them if the uptime wrapped around");
    if (reading.joined != 0)
        info.notes.push_back(counted(reading.joined, "more archive") + " joined to it");
    if (reading.records && info.records && *reading.records != *info.records) {
        info.notes.push_back("announces " + counted(*info.records, "flow") + " and has " +
                             std::to_string(*reading.records));
    }
}

}  // namespace flowlog::detail

#endif
