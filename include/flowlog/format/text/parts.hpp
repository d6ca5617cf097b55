// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_PARTS_HPP
#define FLOWLOG_FORMAT_TEXT_PARTS_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <flowlog/format/detail/file_part.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// A text log in parts of whole lines. The parts behind the first are read with the columns that
/// the log begins with.
class text_parts {
public:
    /// None where nothing tells the columns; or where lines that are none of a log stand before the
    /// one that does, as a part of such lines alone would be refused.
    [[nodiscard]] static auto of(std::shared_ptr<file const> input,
                                 std::optional<layout> const& format, std::uint64_t part_size)
        -> std::optional<text_parts> {
        auto first =
            text_reader<file_source>{file_source{input, 0, *input->size()}, {.format = format}};
        first.recognise();
        if (!first.columns() || first.stats().malformed != 0) return std::nullopt;
        return text_parts{std::move(input), first.columns(), part_size};
    }

    /// The next part; none at the end of the file.
    [[nodiscard]] auto next() -> std::optional<file_part> {
        auto const size = *input_->size();
        if (at_ == size) return std::nullopt;
        auto const begin =
            std::exchange(at_, part_size_ < size - at_ ? line_start(at_ + part_size_) : size);
        return file_part{.begin = begin, .end = at_, .last = at_ == size};
    }

    [[nodiscard]] auto reader(file_part const& part, open_options options) const
        -> text_reader<any_source> {
        auto how = text_options{.offset = part.begin,
                                .on_malformed = std::move(options.on_malformed),
                                .check_empty = options.check_empty};
        if (part.begin == 0) {
            how.format = std::move(options.format);
        } else {
            how.continues = columns_;
        }
        return text_reader<any_source>{source_of(input_, part, options.progress), std::move(how)};
    }

    /// Whether a part that was read leaves to the next ones what they expect; else up to where it
    /// was read right.
    [[nodiscard]] auto break_after(file_part const& part, text_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        if (!read.columns() || *read.columns() == *columns_) return std::nullopt;
        return part.end;
    }

private:
    text_parts(std::shared_ptr<file const> input, std::shared_ptr<layout const> columns,
               std::uint64_t part_size)
        : input_{std::move(input)}, columns_{std::move(columns)}, part_size_{part_size} {}

    /// The first start of a line at or after `offset`, or the end of the file.
    [[nodiscard]] auto line_start(std::uint64_t offset) const -> std::uint64_t {
        auto const size = *input_->size();
        auto block = std::array<char, 4096>{};
        for (auto at = offset - 1; at < size; at += block.size()) {
            auto const got = input_->read(block, at);
            auto const end = std::string_view{block.data(), got}.find('\n');
            if (end != std::string_view::npos) return std::min(at + end + 1, size);
            if (got == 0) break;
        }
        return size;
    }

    std::shared_ptr<file const> input_;
    std::shared_ptr<layout const> columns_;
    std::uint64_t part_size_;
    std::uint64_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
