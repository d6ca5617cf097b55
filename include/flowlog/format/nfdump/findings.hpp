// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_NFDUMP_FINDINGS_HPP
#define FLOWLOG_FORMAT_NFDUMP_FINDINGS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/format/nfdump/layouts.hpp>
#include <flowlog/format/nfdump/names.hpp>
#include <flowlog/format/nfdump/shape.hpp>

namespace flowlog::detail {

/// What a reader found in an archive besides its flows.
struct nfdump_findings {
    static constexpr std::size_t max_exporters = 8;

    std::vector<std::string> exporters{};  ///< the first ones
    /// Records have pointers to them.
    std::unique_ptr<nfdump_names> names = std::make_unique<nfdump_names>();
    std::uint64_t samplers = 0;
    std::uint64_t unknown = 0;                  ///< records of unknown types
    std::uint64_t foreign_blocks = 0;           ///< blocks of unknown types
    std::array<std::uint64_t, 5> compressed{};  ///< blocks of flows not compressed, and by codec
    std::uint64_t with_checksum = 0;            ///< blocks that have one
    std::uint64_t without_checksum = 0;
    std::optional<std::uint64_t> damaged_names{};  ///< where they are
    bool counts_unread = false;                    ///< the collector's counts could not be read
    bool footer_damaged = false;

    /// Takes a record that is not a flow.
    void take(nfdump_kind kind, std::string_view record, bool swapped, std::uint64_t offset) {
        if (kind == nfdump_kind::exporter) take_exporter(record, swapped);
        if (kind == nfdump_kind::sampler) ++samplers;
        if (kind == nfdump_kind::unknown) ++unknown;
        if (kind == nfdump_kind::names) take_names(record, swapped, offset);
    }

    /// Takes an exporter of layout 2, of which 1.7.8 and earlier versions store the address in two
    /// ways, or of layout 3.
    void take_exporter(std::string_view record, bool swapped) {
        auto const type = load<std::uint16_t>(record.data(), swapped);
        if (type == nfdump_record_header::exporter) {
            if (record.size() < 56) return;
            samplers += load<std::uint16_t>(record.data() + 54, swapped);
            add_exporter(as_stored(record.data() + 4));
        } else if (record.size() >= 32) {
            add_exporter(exporter_address(record, swapped));
        }
    }

    /// Takes the body of a block of exporters of layout 3. nfcapd announces more records than it
    /// writes: what is no record ends the block.
    void take_exporters(std::string_view body, bool swapped) {
        constexpr std::size_t head = 8;
        body.remove_prefix(std::min(head, body.size()));
        while (body.size() >= nfdump_record_header::size) {
            auto const type = load<std::uint16_t>(body.data(), swapped);
            auto const size = load<std::uint16_t>(body.data() + 2, swapped);
            if (type != nfdump_record_header::exporter || size < 56 || size > body.size()) return;
            take_exporter(body.substr(0, size), swapped);
            body.remove_prefix(size);
        }
    }

    /// Takes the body of a block of names of layout 3.
    void take_names_block(std::string_view body, bool swapped, std::uint64_t offset) {
        constexpr std::size_t head = 8;
        auto const good = body.size() >= head &&
                          names->add({.which = load<std::uint16_t>(body.data() + 6, swapped),
                                      .count = load<std::uint32_t>(body.data(), swapped),
                                      .size = load<std::uint16_t>(body.data() + 4, swapped),
                                      .elements = body.substr(head),
                                      .wide_lengths = false,
                                      .swapped = swapped});
        if (!good && !damaged_names) damaged_names = offset;
    }

private:
    /// Takes names of layout 2: a record with the number of elements and their size.
    void take_names(std::string_view record, bool swapped, std::uint64_t offset) {
        constexpr std::size_t head = 8;
        auto const good = record.size() >= head &&
                          names->add({.which = load<std::uint16_t>(record.data(), swapped),
                                      .count = load<std::uint16_t>(record.data() + 4, swapped),
                                      .size = load<std::uint16_t>(record.data() + 6, swapped),
                                      .elements = record.substr(head),
                                      .wide_lengths = true,
                                      .swapped = swapped});
        if (!good && !damaged_names) damaged_names = offset;
    }

    void add_exporter(address const& found) {
        if (exporters.size() == max_exporters) return;
        auto text = found.to_string();
        if (std::ranges::find(exporters, text) == exporters.end())
            exporters.push_back(std::move(text));
    }

    /// An address of 16 bytes in network order, or a mapped IPv4 address.
    [[nodiscard]] static auto as_stored(char const* from) noexcept -> address {
        auto const stored =
            address::v6(load_big<std::uint64_t>(from), load_big<std::uint64_t>(from + 8));
        auto const mapped = stored.high() == 0 && stored.low() >> 32 == 0xFFFF;
        return mapped ? address::v4(static_cast<std::uint32_t>(stored.low())) : stored;
    }

    /// nfdump 1.7.8 stores 16 bytes in network order and no family. Earlier versions store two
    /// numbers and a family.
    [[nodiscard]] static auto exporter_address(std::string_view record, bool swapped) noexcept
        -> address {
        auto const family = load<std::uint16_t>(record.data() + 24, swapped);
        auto const high = load<std::uint64_t>(record.data() + 8, swapped);
        auto const low = load<std::uint64_t>(record.data() + 16, swapped);
        if (family == 0) return as_stored(record.data() + 8);
        return family == 2 ? address::v4(static_cast<std::uint32_t>(low)) : address::v6(high, low);
    }
};

}  // namespace flowlog::detail

#endif
