// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_LINE_BLOCKS_HPP
#define FLOWLOG_SOURCE_LINE_BLOCKS_HPP

//      blocks   |line\nline\nli|ne\nline\n ... line\n|line\n
//      given    [line\nline\n]  in place
//                           [line\n]  copied together, with `line_padding` bytes after it
//                                  [line\n ... ]  in place

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/source/source.hpp>

namespace flowlog {

/// Whole lines of an input.
struct line_block {
    /// Lines with their LFs, readable for `line_padding` bytes beyond the end; empty at the end of
    /// the input. If `too_long`: the beginning of one line, without LF.
    std::string_view text;
    std::uint64_t offset = 0;  ///< offset of the first byte in the input
    bool too_long = false;
};

/// How many bytes after a block of lines can be read, so that decoders may load whole words.
inline constexpr std::size_t line_padding = 64;

/// Divides the blocks of a byte source at line ends. Lines are given in place; only lines near the
/// end of a block, or across two, are copied.
template <byte_source Source>
class line_blocks {
public:
    /// Lines of more than `max_line` bytes (at least 1) are given as `too_long`. `offset` is the
    /// offset of the source's first byte in the input; a BOM at offset 0 is skipped.
    line_blocks(Source source, std::size_t max_line, std::uint64_t offset)
        : source_{std::move(source)}, max_line_{max_line}, block_offset_{offset} {}

    /// The next lines, valid until the call after it.
    [[nodiscard]] auto next() -> line_block {
        auto lines = cut();
        constexpr auto mark = std::string_view{"\xEF\xBB\xBF"};
        if (lines.offset == 0 && lines.text.starts_with(mark)) {
            lines.text.remove_prefix(mark.size());
            lines.offset += mark.size();
            if (lines.text.empty()) return next();
        }
        return lines;
    }

    [[nodiscard]] auto name() const -> std::string { return source_.name(); }

    /// Bytes taken from the source so far.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return bytes_; }

private:
    [[nodiscard]] auto cut() -> line_block {
        if (skipping_) skip_line();
        for (;;) {
            if (at_ == block_.size() && !next_block()) return rest();
            auto const text = block_.substr(at_, max_line_);
            if (carry_.empty()) {
                auto const offset = block_offset_ + at_;
                if (auto const size = whole_lines(text); size != 0) {
                    at_ += size;
                    return {text.substr(0, size), offset};
                }
                carry_offset_ = offset;
            }
            auto const end = text.find('\n');
            auto const size = std::min(end, text.size());
            if (carry_.size() + size > max_line_) return before_long_line();
            carry_.append(text.substr(0, size));
            at_ += size;
            if (end != text.npos) {
                ++at_;
                return carried();
            }
        }
    }

    [[nodiscard]] auto next_block() -> bool {
        block_offset_ += block_.size();
        auto const block = source_.next();
        block_ = {block.data(), block.size()};
        bytes_ += block_.size();
        at_ = 0;
        return !block_.empty();
    }

    /// How many bytes of `text` are whole lines that can be read in place.
    [[nodiscard]] static auto whole_lines(std::string_view text) noexcept -> std::size_t {
        if (text.size() <= line_padding) return 0;
        auto const last = text.rfind('\n', text.size() - line_padding - 1);
        return last == text.npos ? 0 : last + 1;
    }

    /// The carried line, now complete.
    [[nodiscard]] auto carried() -> line_block {
        carry_ += '\n';
        std::swap(carry_, given_);
        carry_.clear();
        auto const size = given_.size();
        given_.append(line_padding, '\0');
        return {std::string_view{given_.data(), size}, carry_offset_};
    }

    [[nodiscard]] auto rest() -> line_block {
        return carry_.empty() ? line_block{{}, block_offset_} : carried();
    }

    /// The beginning of a line that is too long, for messages. The next call skips the line.
    [[nodiscard]] auto before_long_line() -> line_block {
        auto const shown = std::min<std::size_t>(1024, max_line_);
        std::swap(carry_, given_);
        carry_.clear();
        given_.resize(std::min(given_.size(), shown));
        given_.append(block_.substr(at_, shown - given_.size()));
        given_.resize(std::min(given_.find('\n'), given_.size()));
        skipping_ = true;
        return {given_, carry_offset_, true};
    }

    void skip_line() {
        skipping_ = false;
        for (;;) {
            auto const end = block_.find('\n', at_);
            if (end != block_.npos) {
                at_ = end + 1;
                return;
            }
            at_ = block_.size();
            if (!next_block()) return;
        }
    }

    Source source_;
    std::size_t max_line_;
    std::string_view block_;
    std::size_t at_ = 0;  // in block_
    std::uint64_t block_offset_;
    std::uint64_t bytes_ = 0;
    std::string carry_;  // the beginning of a line whose end was not read yet
    std::uint64_t carry_offset_ = 0;
    std::string given_;      // what carry_ was, while the caller reads it
    bool skipping_ = false;  // whether the current line is too long
};

}  // namespace flowlog

#endif
