// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_SPLITTER_HPP
#define FLOWLOG_FORMAT_TEXT_SPLITTER_HPP

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <flowlog/format/chunk.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/open_options.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/format/text/tab_lines.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Divides a text log into chunks of whole lines. Every chunk but the first is read with the
/// columns that the beginning of the log gives.
class text_splitter {
public:
    /// None if the input is of another format, if its columns cannot be determined, or if malformed
    /// lines precede the one that gives them: a chunk of nothing but such lines would be refused.
    [[nodiscard]] static auto of(input from, std::string_view first_bytes,
                                 open_options const& options, std::uint64_t chunk_size)
        -> std::optional<text_splitter> {
        if (!foreign_format(first_bytes).name.empty()) return std::nullopt;
        if (has_records_between_tabs(first_bytes, options.format)) return std::nullopt;
        auto const size = *from.size();
        auto first = text_reader<any_source>{from.open_range(0, size), {.format = options.format}};
        first.recognise();
        if (!first.columns() || first.stats().malformed != 0) return std::nullopt;
        return text_splitter{std::move(from), size, first.columns(), chunk_size};
    }

    /// The next chunk; none at the end of the input.
    [[nodiscard]] auto next() -> std::optional<chunk> {
        if (at_ == size_) return std::nullopt;
        auto const begin = std::exchange(
            at_, chunk_size_ < size_ - at_ ? line_start(from_, at_ + chunk_size_, size_) : size_);
        return chunk{.begin = begin, .end = at_, .last = at_ == size_};
    }

    /// Opens a chunk.
    [[nodiscard]] auto open(chunk const& which, open_options options) const
        -> text_reader<any_source> {
        auto how = text_options{.offset = which.begin,
                                .on_malformed = std::move(options.on_malformed),
                                .check_empty = options.check_empty,
                                .all_lines = options.all_lines};
        if (which.begin == 0) {
            how.format = std::move(options.format);
        } else {
            how.continues = columns_;
        }
        return text_reader<any_source>{open_chunk(from_, which, options.progress), std::move(how)};
    }

    /// Whether a header line within a chunk changed the columns, so that later chunks were read
    /// with the wrong ones; then the offset up to which the input was read right.
    [[nodiscard]] auto mismatch_after(chunk const& which, text_reader<any_source> const& read) const
        -> std::optional<std::uint64_t> {
        // a heading of messages leaves the columns open
        auto const is_same =
            read.columns() ? *read.columns() == *columns_ : read.stats().headers == 0;
        return is_same ? std::nullopt : std::optional{which.end};
    }

private:
    text_splitter(input from, std::uint64_t size, std::shared_ptr<layout const> columns,
                  std::uint64_t chunk_size)
        : from_{std::move(from)},
          size_{size},
          columns_{std::move(columns)},
          chunk_size_{chunk_size} {}

    input from_;
    std::uint64_t size_;
    std::shared_ptr<layout const> columns_;
    std::uint64_t chunk_size_;
    std::uint64_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
