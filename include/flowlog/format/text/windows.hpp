// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_WINDOWS_HPP
#define FLOWLOG_FORMAT_TEXT_WINDOWS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/cell_scanner.hpp>
#include <flowlog/format/text/projection.hpp>
#include <flowlog/format/text/scan.hpp>
#include <flowlog/source/line_blocks.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog::detail {

/// Consecutive lines of a text log with their index, and a current line among them.
///
///     delimiters of    line 0      line 1      line 2      line 3
///     in the index     · · · ·     · · · ·     · · · ·     · · · ·
///                                  ^first      ^last
///                                  current     next: `line` is 2
///
/// The index of a window either has all delimiters, or, if `stride` is not 0, the delimiters of the
/// wanted columns alone: `stride` of them for each line. Such a window has no `first` and no
/// current line.
///
/// The text of a window of cells is what `cell_scanner` made of them; `cells` is what the log has.
struct line_window {
    std::string_view text{};
    std::uint64_t offset = 0;  ///< of the text in the input
    bool too_long = false;     ///< the text is the beginning of one line, without its LF
    scan_index index{};        ///< without delimiters before the text is indexed
    std::uint32_t stride = 0;  ///< delimiters of each line, if they are not all of them
    std::size_t line = 0;      ///< number of the next line
    std::uint32_t first = 0;   ///< index of the current line's first delimiter
    std::uint32_t last = 0;    ///< index of the next line's first delimiter
    std::string_view cells{};  ///< the lines as they are in the log, if they were rewritten
    std::uint32_t const* cell_lines = nullptr;  ///< where each of them begins; null: not rewritten

    [[nodiscard]] auto indexed() const noexcept -> bool { return index.delimiters != nullptr; }
    [[nodiscard]] auto more() const noexcept -> bool { return line != index.line_count; }

    /// Whether the text was made of cells.
    [[nodiscard]] auto is_cells() const noexcept -> bool { return cell_lines != nullptr; }

    /// Makes the next line the current one. For windows without a stride.
    void next() noexcept {
        first = last;
        last = index.lines[line++];
    }

    /// Passes over the next `count` lines. For windows with a stride.
    void pass(std::size_t count) noexcept {
        line += count;
        last += static_cast<std::uint32_t>(count) * stride;
    }

    /// Offset in the text of the current line's first byte.
    [[nodiscard]] auto start() const noexcept -> std::uint32_t { return after(first); }

    /// Offset in the text of the next line's first byte.
    [[nodiscard]] auto next_start() const noexcept -> std::uint32_t { return after(last); }

    /// The current line without its LF.
    [[nodiscard]] auto line_text() const noexcept -> std::string_view {
        return text.substr(start(), index.delimiters[last - 1] - start());
    }

    /// The current line as it is in the log, without its LF.
    [[nodiscard]] auto log_line() const noexcept -> std::string_view {
        if (cell_lines == nullptr) return line_text();
        auto const begin = cell_lines[line - 1];
        return cells.substr(begin, cell_lines[line] - 1 - begin);
    }

    /// The lines after the current one, as they are in the log.
    [[nodiscard]] auto log_rest() const noexcept -> std::string_view {
        return cell_lines == nullptr ? text.substr(next_start()) : cells.substr(cell_lines[line]);
    }

    /// The offset in the input of a part of the log's lines.
    [[nodiscard]] auto offset_of(std::string_view part) const noexcept -> std::uint64_t {
        auto const* const begin = cell_lines == nullptr ? text.data() : cells.data();
        return offset + static_cast<std::uint64_t>(part.data() - begin);
    }

    /// The next line as a window of its own, which is not indexed. For windows with a stride.
    [[nodiscard]] auto next_alone() const noexcept -> line_window {
        auto const end = index.delimiters[last + stride - 1] + 1;
        return {.text = text.substr(next_start(), end - next_start()),
                .offset = offset + next_start()};
    }

private:
    /// One past the delimiter before the one at `i`. In 32 bits: the delimiter before the first one
    /// has the offset 2^32 - 1.
    [[nodiscard]] auto after(std::uint32_t i) const noexcept -> std::uint32_t {
        return *(index.delimiters + i - 1) + 1;
    }
};

/// Cuts an input into windows of whole lines, and indexes them. A window is valid until the next
/// one is taken or indexed.
template <byte_source Source>
class line_windows {
public:
    line_windows(Source source, std::size_t max_line, std::uint64_t offset)
        : blocks_{std::move(source), max_line, offset} {}

    /// The next window, which is not indexed; its text is empty at the end of the input.
    [[nodiscard]] auto take() -> line_window {
        if (rest_.empty()) {
            auto const block = blocks_.next();
            rest_offset_ = block.offset;
            if (block.too_long || block.text.empty())
                return {.text = block.text, .offset = block.offset, .too_long = block.too_long};
            rest_ = block.text;
        }
        auto size = rest_.size();
        if (size > limit_) {
            auto const end = rest_.rfind('\n', limit_ - 1);
            size = (end != rest_.npos ? end : rest_.find('\n', limit_)) + 1;
        }
        auto const window = line_window{.text = rest_.substr(0, size), .offset = rest_offset_};
        rest_.remove_prefix(size);
        rest_offset_ += size;
        return window;
    }

    /// Sets how lines are read from the next window on. `columns` are the columns of the log, or
    /// null if they are not known yet; they must not change while lines are read with them.
    void read_as(cell_style style, layout const* columns) noexcept {
        style_ = style;
        columns_ = columns;
    }

    /// How lines are read.
    [[nodiscard]] auto style() const noexcept -> cell_style { return style_; }

    /// Indexes a window. `columns` is how many tokens its lines are likely to have.
    void index_all(line_window& window, std::size_t columns) {
        if (!style_.is_words()) return index_cells(window);
        window.index = buffer_.scan(window.text, columns);
    }

    /// Indexes a window for the columns of a projection alone, with a stride, if all its lines have
    /// all columns. If a line has not, halves the window until that line is alone, and indexes that
    /// in full. (Irregular lines are rarely alone.)
    void index_some(line_window& window, projection const& some) {
        if (!style_.is_words()) return index_cells(window);
        auto const scan = [&] {
            return window.index = buffer_.scan_kept(window.text, some.delimiters());
        };
        auto index = scan();
        for (; !index.regular && !index.irregular && index.line_count > 1; index = scan())
            halve(window);
        if (index.regular || index.irregular) limit_ = std::min(limit_ * 2, max_size);
        if (!index.regular) return index_all(window, some.columns()->size());
        window.stride = static_cast<std::uint32_t>(some.delimiters().per_line());
    }

    /// Gives back the last lines of the window that was taken last, from the first of `lines` on.
    void put_back(std::string_view lines) noexcept {
        auto const size = static_cast<std::size_t>(rest_.data() - lines.data());
        rest_ = {lines.data(), size + rest_.size()};
        rest_offset_ -= size;
    }

    [[nodiscard]] auto name() const -> std::string { return blocks_.name(); }

    /// Bytes taken from the source so far.
    [[nodiscard]] auto bytes() const noexcept -> std::uint64_t { return blocks_.bytes(); }

private:
    static constexpr std::size_t max_size = std::size_t{16}
                                            << 10;  // text and index stay in the first cache

    /// Gives back the lines beyond the middle of a window of several lines.
    void halve(line_window& window) {
        limit_ = window.text.size() / 2;
        auto const end = window.text.rfind('\n', limit_);
        auto const kept = (end != window.text.npos ? end : window.text.find('\n', limit_)) + 1;
        put_back(window.text.substr(kept));
        window.text = window.text.substr(0, kept);
    }

    /// Rewrites and indexes a window of cells. It has a stride if all lines have all columns.
    void index_cells(line_window& window) {
        cells_.scan(window.text, style_, columns_);
        window.cells = window.text;
        window.cell_lines = cells_.line_starts();
        window.text = cells_.text();
        window.index = cells_.index();
        if (window.index.regular) window.stride = static_cast<std::uint32_t>(columns_->size());
    }

    line_blocks<Source> blocks_;
    std::string_view rest_;  // of the block, after the last window
    std::uint64_t rest_offset_ = 0;
    std::size_t limit_ = max_size;  // bytes of the next window
    scan_buffer buffer_;
    cell_style style_;
    layout const* columns_ = nullptr;  // of lines of cells
    cell_scanner cells_;
};

}  // namespace flowlog::detail

#endif
