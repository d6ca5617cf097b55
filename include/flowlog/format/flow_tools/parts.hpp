// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_FLOW_TOOLS_PARTS_HPP
#define FLOWLOG_FORMAT_FLOW_TOOLS_PARTS_HPP

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <flowlog/format/detail/file_part.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/flow_tools/header.hpp>
#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// A flow-tools archive in parts of whole records. A part in which another archive may begin, as
/// `cat` joins them, is read up to there.
class flow_tools_parts {
public:
    /// None where the archive is compressed. Throws what reading it would throw.
    [[nodiscard]] static auto of(std::shared_ptr<file const> input, std::uint64_t part_size)
        -> std::optional<flow_tools_parts> {
        auto first =
            flow_tools_reader<any_source>{any_source{file_source{input, 0, *input->size()}}};
        first.records_.read_first_header();
        auto const& header = first.records_.header();
        if (first.records_.compressed() || header.size > *input->size()) return std::nullopt;
        return flow_tools_parts{std::move(input), header, part_size};
    }

    /// The next part; none at the end of the file.
    [[nodiscard]] auto next() -> std::optional<file_part> {
        auto const size = *input_->size();
        if (at_ == size) return std::nullopt;
        auto const from = at_ == 0 ? header_.size : at_;
        auto const whole = size - from > part_size_ ? from + part_size_ : size;
        auto const begin = std::exchange(at_, whole);
        return file_part{.begin = begin, .end = at_, .last = at_ == size};
    }

    [[nodiscard]] auto reader(file_part const& part, open_options options) const
        -> flow_tools_reader<any_source> {
        auto const before = part.begin == 0 ? 0 : (part.begin - header_.size) / record_size();
        return {
            source_of(input_, part, options.progress),
            {.repair_wraps = options.repair_wraps, .on_malformed = std::move(options.on_malformed)},
            {.header = header_, .offset = part.begin, .records = before, .last = part.last}};
    }

    /// Whether a part that was read leaves to the next ones what they expect; else up to where it
    /// was read right.
    [[nodiscard]] auto break_after(file_part const&,
                                   flow_tools_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        if (!read.records_.stopped()) return std::nullopt;
        return read.records_.offset();
    }

private:
    flow_tools_parts(std::shared_ptr<file const> input, flow_tools_header header,
                     std::uint64_t part_size)
        : input_{std::move(input)},
          header_{std::move(header)},
          part_size_{std::max<std::uint64_t>(part_size / record_size(), 1) * record_size()} {}

    [[nodiscard]] auto record_size() const noexcept -> std::uint64_t {
        return header_.layout()->size;
    }

    std::shared_ptr<file const> input_;
    flow_tools_header header_;
    std::uint64_t part_size_;
    std::uint64_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
