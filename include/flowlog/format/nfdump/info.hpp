// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_INFO_HPP
#define FLOWLOG_FORMAT_NFDUMP_INFO_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/nfdump/findings.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/format/nfdump/shapes.hpp>

namespace flowlog::detail {

/// Whether records of nfdump can have a field.
constexpr auto nfdump_has(field_id id) noexcept -> bool {
    using enum field_id;
    constexpr auto others =
        std::array{engine_type,      engine_id,         netflow_version,  type,
                   input_name,       output_name,       ingress_vrf_name, egress_vrf_name,
                   application_name, security_group_tag};
    auto const is_it = [id](nfdump_field const& known) { return known.id == id; };
    return std::ranges::find(others, id) != others.end() ||
           std::ranges::any_of(nfdump_elements, is_it) ||
           std::ranges::any_of(nfdump_v4_elements, is_it);
}

/// What a reader knows of an archive besides its header and what it found in it.
struct nfdump_progress {
    std::uint8_t flags = 0;                ///< of all flows so far together
    std::optional<std::uint64_t> flows{};  ///< how many, once all are read
    bool check_checksums = true;
};

/// The program that wrote an archive; empty if it does not say.
[[nodiscard]] inline auto describe_writer(nfdump_header const& header) -> std::string {
    constexpr auto creators =
        std::to_array<std::string_view>({"", "nfcapd", "nfpcapd", "sfcapd", "nfdump", "nfanon",
                                         "nfprofile", "geolookup", "ft2nfdump", "torlookup"});
    auto const version = header.writer_version;
    if (version == 0) return {};
    auto const part = [&](unsigned shift, unsigned mask) {
        return std::to_string(version >> shift & mask);
    };
    auto const program =
        header.creator < creators.size() ? creators[header.creator] : std::string_view{};
    return "written by " + std::string{program.empty() ? "nfdump" : program} + " " + part(24, 0xF) +
           "." + part(16, 0xFF) + "." + part(8, 0xFF);
}

/// How the archive is compressed; of layout 3, how the blocks of flows are that were read.
[[nodiscard]] inline auto describe_compression(nfdump_header const& header,
                                               nfdump_findings const& found) -> std::string {
    constexpr auto codecs = std::array{codec::lzo, codec::bzip2, codec::lz4, codec::zstd};
    auto result = std::string{found.compressed[0] != 0 ? "none" : ""};
    for (auto const c : codecs) {
        if (found.compressed[1 + static_cast<std::size_t>(c)] != 0)
            result += (result.empty() ? "" : ", ") + std::string{name(c)};
    }
    if (!result.empty()) return result;
    return header.compression ? std::string{name(*header.compression)} : "none";
}

/// What the archive says of checksums; empty before its first block.
[[nodiscard]] inline auto describe_checksums(nfdump_header const& header,
                                             nfdump_findings const& found, bool check)
    -> std::string {
    if (header.layout != 3 || found.with_checksum + found.without_checksum == 0) return {};
    if (found.with_checksum == 0) return "the blocks have no checksums";
    return (found.without_checksum == 0
                ? "the blocks have checksums (XXH3)"
                : std::to_string(found.with_checksum) + " of " +
                      std::to_string(found.with_checksum + found.without_checksum) +
                      " blocks have checksums (XXH3)") +
           std::string{check ? ", which are checked" : ", which are not checked"};
}

/// Adds what the collector counted, and whether it is what the reader found.
inline void describe_counts(archive_info& info, nfdump_statistic const& statistic,
                            std::optional<std::uint64_t> flows) {
    auto const time = [](std::uint64_t ms) {
        return timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
    };
    auto const sane = [](std::uint64_t ms) { return ms != 0 && ms < std::uint64_t{1} << 50; };
    info.records = statistic.flows;
    if (sane(statistic.first)) info.first = time(statistic.first);
    if (sane(statistic.last)) info.last = time(statistic.last);
    if (statistic.sequence_failures != 0)
        info.notes.push_back("sequence failures: " + std::to_string(statistic.sequence_failures));
    if (flows && *flows != statistic.flows)
        info.notes.push_back("announces " + std::to_string(statistic.flows) + " flows and holds " +
                             std::to_string(*flows) + " records of flows");
}

/// Describes an archive as far as it was read.
[[nodiscard]] inline auto describe(nfdump_header const& header, nfdump_findings const& found,
                                   nfdump_progress const& progress) -> archive_info {
    auto const little = (std::endian::native == std::endian::little) != header.swapped;
    auto info = archive_info{.format = "nfdump",
                             .version = "layout " + std::to_string(header.layout),
                             .byte_order = little ? "little-endian" : "big-endian",
                             .compression = describe_compression(header, found),
                             .comment = header.ident};
    for (auto const& exporter : found.exporters)
        info.exporter += (info.exporter.empty() ? "" : ", ") + exporter;

    auto const note = [&](std::string text) {
        if (!text.empty()) info.notes.push_back(std::move(text));
    };
    note(describe_writer(header));
    if (header.encrypted)
        note(header.layout == 3 ? "encrypted with ChaCha20-Poly1305: its flows are not read"
                                : "encrypted: its flows are not read");
    auto const closed = header.layout == 3 ? header.directory_offset != 0
                                           : header.blocks != 0 || header.appendix_blocks != 0;
    if (!closed) note("not closed: still being written, or cut off");
    if (header.statistic && (closed || header.layout == 3))
        describe_counts(info, *header.statistic, progress.flows);
    note(describe_checksums(header, found, progress.check_checksums));
    if ((progress.flags & nfdump_shapes::sampled) != 0)
        note("flows were sampled; the collector multiplied their counters");
    if (found.samplers != 0) note("samplers announced: " + std::to_string(found.samplers));
    if (header.anonymized || (progress.flags & nfdump_shapes::anonymized) != 0)
        note("addresses are anonymized");
    if (found.unknown != 0)
        note("records of unknown types passed over: " + std::to_string(found.unknown));
    if (found.foreign_blocks != 0)
        note("blocks of other kinds passed over: " + std::to_string(found.foreign_blocks));
    if (found.damaged_names)
        note("names of interfaces, routing tables or applications could not be read, at byte " +
             std::to_string(*found.damaged_names));
    if (found.footer_damaged) note("the footer is damaged; it only repeats what the header says");
    if (found.counts_unread)
        note(header.layout == 3 ? "the counts and times of the collector could not be read"
                                : "the appendix, which holds counts and times, could not be read");
    return info;
}

}  // namespace flowlog::detail

#endif
