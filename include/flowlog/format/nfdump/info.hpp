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
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/nfdump/header.hpp>
#include <flowlog/format/nfdump/shape.hpp>
#include <flowlog/format/nfdump/shapes.hpp>

namespace flowlog::detail {

/// Whether records of nfdump can have a field.
constexpr auto nfdump_has(field_id id) noexcept -> bool {
    using enum field_id;
    constexpr auto others = std::array{engine_type, engine_id, netflow_version, type};
    auto const is_it = [id](nfdump_field const& known) { return known.id == id; };
    return std::ranges::find(others, id) != others.end() ||
           std::ranges::any_of(nfdump_elements, is_it);
}

/// What a reader found in an archive besides its flows.
struct nfdump_findings {
    static constexpr std::size_t max_exporters = 8;

    std::vector<std::string> exporters{};  ///< the first ones
    std::uint64_t samplers = 0;
    std::uint64_t unknown = 0;  ///< records of unknown types
    std::uint8_t flags = 0;     ///< of all flows together
    std::uint64_t foreign_blocks = 0;
    bool appendix_unread = false;
    std::optional<std::uint64_t> flows{};  ///< how many, once all are read

    /// Takes a record that is not a flow.
    void take(std::uint16_t type, std::string_view record, bool swapped) {
        using types = nfdump_record_header;
        if (type == types::exporter) take_exporter(record, swapped);
        if (type == types::sampler || type == types::new_sampler) ++samplers;
        auto const known =
            type < 16 || type == 256 || type == types::ident || type == types::statistic;
        if (!known) ++unknown;
    }

private:
    void take_exporter(std::string_view record, bool swapped) {
        if (record.size() < 32 || exporters.size() == max_exporters) return;
        auto text = exporter_address(record, swapped).to_string();
        if (std::ranges::find(exporters, text) == exporters.end())
            exporters.push_back(std::move(text));
    }

    /// nfdump 1.7.8 stores 16 bytes in network order and no family. Earlier versions store two
    /// numbers and a family.
    [[nodiscard]] static auto exporter_address(std::string_view record, bool swapped) noexcept
        -> address {
        auto const family = load<std::uint16_t>(record.data() + 24, swapped);
        auto const high = load<std::uint64_t>(record.data() + 8, swapped);
        auto const low = load<std::uint64_t>(record.data() + 16, swapped);
        if (family != 0)
            return family == 2 ? address::v4(static_cast<std::uint32_t>(low))
                               : address::v6(high, low);
        auto const as_stored = address::v6(load_big<std::uint64_t>(record.data() + 8),
                                           load_big<std::uint64_t>(record.data() + 16));
        auto const mapped = as_stored.high() == 0 && as_stored.low() >> 32 == 0xFFFF;
        return mapped ? address::v4(static_cast<std::uint32_t>(as_stored.low())) : as_stored;
    }
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

/// Describes an archive as far as it was read.
[[nodiscard]] inline auto describe(nfdump_header const& header, nfdump_findings const& found)
    -> archive_info {
    auto const little = (std::endian::native == std::endian::little) != header.swapped;
    auto info = archive_info{
        .format = "nfdump",
        .version = "layout " + std::to_string(header.layout),
        .byte_order = little ? "little-endian" : "big-endian",
        .compression = header.compression ? std::string{name(*header.compression)} : "none",
        .comment = header.ident};
    for (auto const& exporter : found.exporters)
        info.exporter += (info.exporter.empty() ? "" : ", ") + exporter;

    auto const note = [&](std::string text) { info.notes.push_back(std::move(text)); };
    if (auto writer = describe_writer(header); !writer.empty()) note(std::move(writer));
    auto const closed = header.blocks != 0 || header.appendix_blocks != 0;
    if (!closed) note("not closed: still being written, or cut off");
    if (header.statistic && closed) {
        auto const time = [](std::uint64_t ms) {
            return timestamp{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
        };
        auto const sane = [](std::uint64_t ms) { return ms != 0 && ms < std::uint64_t{1} << 50; };
        auto const& statistic = *header.statistic;
        info.records = statistic.flows;
        if (sane(statistic.first)) info.first = time(statistic.first);
        if (sane(statistic.last)) info.last = time(statistic.last);
        if (statistic.sequence_failures != 0)
            note("sequence failures: " + std::to_string(statistic.sequence_failures));
        if (found.flows && *found.flows != statistic.flows) {
            note("announces " + std::to_string(statistic.flows) + " flows and holds " +
                 std::to_string(*found.flows) + " records of flows");
        }
    }
    if ((found.flags & nfdump_shapes::sampled) != 0)
        note("flows were sampled; the collector multiplied their counters");
    if (found.samplers != 0) note("samplers announced: " + std::to_string(found.samplers));
    if (header.anonymized || (found.flags & nfdump_shapes::anonymized) != 0)
        note("addresses are anonymized");
    if (found.unknown != 0)
        note("records of unknown types passed over: " + std::to_string(found.unknown));
    if (found.foreign_blocks != 0)
        note("blocks of other kinds passed over: " + std::to_string(found.foreign_blocks));
    if (found.appendix_unread)
        note("the appendix, which holds counts and times, could not be read");
    return info;
}

}  // namespace flowlog::detail

#endif
