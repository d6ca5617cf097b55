// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_SPLITTER_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_SPLITTER_HPP

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include <flowlog/format/chunk.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/flow_tools/header.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Divides a flow-tools archive into chunks of whole records. A chunk in which another archive may
/// begin, as `cat` joins them, is read up to there.
class flow_tools_splitter {
public:
    /// None if the archive is compressed. Throws what reading it would throw.
    [[nodiscard]] static auto of(input from, std::string_view, open_options const&,
                                 std::uint64_t chunk_size) -> std::optional<flow_tools_splitter> {
        auto const size = *from.size();
        auto first = flow_tools_reader<any_source>{from.open_range(0, size)};
        first.records_.read_first_header();
        auto const& header = first.records_.header();
        if (first.records_.compressed() || header.size > size) return std::nullopt;
        return flow_tools_splitter{std::move(from), size, header, chunk_size};
    }

    /// The next chunk; none at the end of the input.
    [[nodiscard]] auto next() -> std::optional<chunk> {
        if (at_ == size_) return std::nullopt;
        auto const from = at_ == 0 ? header_.size : at_;
        auto const whole = size_ - from > chunk_size_ ? from + chunk_size_ : size_;
        auto const begin = std::exchange(at_, whole);
        return chunk{.begin = begin, .end = at_, .last = at_ == size_};
    }

    /// Opens a chunk.
    [[nodiscard]] auto open(chunk const& which, open_options options) const
        -> flow_tools_reader<any_source> {
        auto const before = which.begin == 0 ? 0 : (which.begin - header_.size) / record_size();
        return {
            open_chunk(from_, which, options.progress),
            {.repair_wraps = options.repair_wraps, .on_malformed = std::move(options.on_malformed)},
            {.header = header_, .offset = which.begin, .records = before, .last = which.last}};
    }

    /// Whether another archive may begin in a chunk; then the offset at which it does.
    [[nodiscard]] auto mismatch_after(chunk const&, flow_tools_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        if (!read.records_.stopped()) return std::nullopt;
        return read.records_.offset();
    }

private:
    flow_tools_splitter(input from, std::uint64_t size, flow_tools_header header,
                        std::uint64_t chunk_size)
        : from_{std::move(from)},
          size_{size},
          header_{std::move(header)},
          chunk_size_{std::max<std::uint64_t>(chunk_size / record_size(), 1) * record_size()} {}

    [[nodiscard]] auto record_size() const noexcept -> std::uint64_t {
        return header_.layout()->size;
    }

    input from_;
    std::uint64_t size_;
    flow_tools_header header_;
    std::uint64_t chunk_size_;
    std::uint64_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
