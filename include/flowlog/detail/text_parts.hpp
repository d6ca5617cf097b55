// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DETAIL_TEXT_PARTS_HPP
#define FLOWLOG_DETAIL_TEXT_PARTS_HPP

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/format/recognise.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/file.hpp>

namespace flowlog::detail {

/// A run of whole lines of a file.
struct text_part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// A large text log, to be read in parts.
class text_parts {
public:
    /// None where the file is not a text log of known columns, cannot be read at any offset, or
    /// would be one part; or where lines that are none of a log stand before the one that tells the
    /// columns, as a part of such lines alone would be refused.
    [[nodiscard]] static auto of(std::string const& path, std::optional<layout> const& format,
                                 std::uint64_t part_size) -> std::optional<text_parts> {
        if (!file::is_regular(path)) return std::nullopt;
        auto input = std::make_shared<file const>(path);
        if (input->size().value_or(0) <= part_size) return std::nullopt;
        auto front = std::array<char, 256>{};
        auto const size = input->read(front, 0);
        if (!foreign_format({front.data(), size}).empty()) return std::nullopt;
        auto first =
            text_reader<file_source>{file_source{input, 0, *input->size()}, {.format = format}};
        first.recognise();
        if (!first.columns() || first.stats().malformed != 0) return std::nullopt;
        return text_parts{std::move(input), format, first.columns(), part_size};
    }

    /// The next part; none at the end of the file.
    [[nodiscard]] auto next() -> std::optional<text_part> {
        auto const size = *input_->size();
        if (at_ == size) return std::nullopt;
        auto const begin =
            std::exchange(at_, part_size_ < size - at_ ? line_start(at_ + part_size_) : size);
        return text_part{begin, at_};
    }

    /// The columns that the log begins with.
    [[nodiscard]] auto columns() const noexcept -> std::shared_ptr<layout const> const& {
        return columns_;
    }

    [[nodiscard]] auto reader(text_part part, malformed_handler on_malformed,
                              std::atomic<std::uint64_t>* progress, bool check_empty) const
        -> text_reader<any_source> {
        auto source = any_source{file_source{input_, part.begin, part.end}};
        if (progress != nullptr) source = counted_source<any_source>{std::move(source), *progress};
        auto options = text_options{};
        options.offset = part.begin;
        options.on_malformed = std::move(on_malformed);
        options.check_empty = check_empty;
        if (part.begin == 0) {
            options.format = format_;
        } else {
            options.continues = columns_;
        }
        return text_reader<any_source>{std::move(source), std::move(options)};
    }

private:
    text_parts(std::shared_ptr<file const> input, std::optional<layout> format,
               std::shared_ptr<layout const> columns, std::uint64_t part_size)
        : input_{std::move(input)},
          format_{std::move(format)},
          columns_{std::move(columns)},
          part_size_{std::max<std::uint64_t>(part_size, 1)} {}

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
    std::optional<layout> format_;
    std::shared_ptr<layout const> columns_;
    std::uint64_t part_size_;
    std::uint64_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
