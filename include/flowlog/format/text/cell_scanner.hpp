// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_CELL_SCANNER_HPP
#define FLOWLOG_FORMAT_TEXT_CELL_SCANNER_HPP

//      lines of CSV   2,"eni-1",,"say ""OK""" ⏎ 2,eni-2,7,x ⏎
//      text           2 _ e n i - 1 _ - _ s a y   " O K " ⏎ 2 _ …     `_`: a delimiter
//      delimiters       1           7   9                 18    20 …
//
// The text has the cells without quotes, and `-` for those that are empty, so that all that reads
// words of a log reads cells as well. A cell may contain blanks: only the index says where it ends.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/scan.hpp>
#include <flowlog/source/line_blocks.hpp>

namespace flowlog::detail {

/// Rewrites lines of cells as lines of words, and indexes them. Owns both.
class cell_scanner {
public:
    /// Scans whole lines, which must end with an LF. If `columns` is null, it is not known yet
    /// which cells are numbers. Invalidates what the last call made.
    void scan(std::string_view lines, cell_style style, layout const* columns) {
        style_ = style;
        columns_ = columns;
        start(lines.size());
        regular_ = columns != nullptr;
        for (std::size_t at = 0; at != lines.size();) {
            auto const end = lines.find('\n', at);
            line_starts_.push_back(static_cast<std::uint32_t>(at));
            add_line(lines.substr(at, end - at));
            at = end + 1;
        }
        line_starts_.push_back(static_cast<std::uint32_t>(lines.size()));
        std::memset(out_, 0, line_padding);
    }

    /// The lines as words; readable for `line_padding` bytes beyond their end.
    [[nodiscard]] auto text() const noexcept -> std::string_view {
        return {text_.get(), static_cast<std::size_t>(out_ - text_.get())};
    }

    /// The offset of each line in the lines that were scanned, and then their size.
    [[nodiscard]] auto line_starts() const noexcept -> std::uint32_t const* {
        return line_starts_.data();
    }

    /// The index of `text()`. It is `regular` if every line has all columns.
    [[nodiscard]] auto index() noexcept -> scan_index {
        return {.delimiters = delimiters_.data() + 1,
                .lines = lines_.data(),
                .delimiter_count = delimiters_.size() - 1,
                .line_count = lines_.size(),
                .regular = regular_};
    }

private:
    /// Makes room for what `size` bytes become: a `-` and a delimiter for each separator at most.
    void start(std::size_t size) {
        auto const wanted = 2 * size + 2 + line_padding;
        if (capacity_ < wanted) {
            text_ = std::make_unique_for_overwrite<char[]>(wanted);
            capacity_ = wanted;
        }
        out_ = text_.get();
        line_starts_.clear();
        lines_.clear();
        delimiters_.assign(1, ~std::uint32_t{0});
    }

    void add_line(std::string_view line) {
        auto const first = delimiters_.size();
        auto const wanted = columns_ == nullptr ? 0 : columns_->size();
        if (trimmed(line).empty()) {
            end_token();
        } else if (style_.record != cell_style::every) {
            add_record(line);
        } else {
            auto* const begin = out_;
            add_cells(line);
            if (style_.separator == '\t' && wanted != 0) drop_empty(first + wanted);
            if (style_.separator == '\t' && delimiters_.size() - first < wanted &&
                words_of(line).size() == wanted) {
                // a line with blanks in a log of TABs, as people edit them
                delimiters_.resize(first);
                out_ = begin;
                add_words(line);
            }
        }
        out_[-1] = '\n';
        regular_ &= delimiters_.size() - first == wanted;
        lines_.push_back(static_cast<std::uint32_t>(delimiters_.size() - 1));
    }

    /// Takes back empty cells at the end of a line, down to `size` delimiters in all.
    void drop_empty(std::size_t size) {
        while (delimiters_.size() > size && out_[-2] == '-' &&
               delimiters_.back() - delimiters_[delimiters_.size() - 2] == 2) {
            delimiters_.pop_back();
            out_ -= 2;
        }
    }

    void add_cells(std::string_view line) {
        if (line.find('"') == line.npos) return add_plain_cells(line);
        std::size_t column = 0;
        for (auto cells = cell_splitter{line, style_.separator}; cells.next(); ++column) {
            auto const text = cells.text();
            if (text.empty()) {
                *out_++ = '-';
            } else if (cells.has_doubled_quotes()) [[unlikely]] {
                add_unquoted(text);
            } else {
                add(without_zero(text, column));
            }
            end_token();
        }
    }

    /// Adds the cells of a line without quotes, in a third of the time.
    void add_plain_cells(std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        auto const separator = style_.separator;
        auto* cell = out_;
        auto* out = out_;  // not the member, which the characters written might overlap
        std::size_t column = 0;
        for (auto const c : line) {
            if (c != separator) {
                *out++ = c;
                continue;
            }
            end_cell(cell, out, column++);
            cell = out = out_;
        }
        end_cell(cell, out, column);
    }

    /// Ends the cell that was written from `cell` to `end`.
    [[gnu::always_inline]] void end_cell(char* cell, char* end, std::size_t column) {
        auto const plain = [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x80; };
        out_ = end;
        if (cell == end || !plain(*cell) || !plain(end[-1]) ||
            (end[-1] == '0' && end - cell > 2 && end[-2] == '.')) [[unlikely]]
            end_odd_cell(cell, column);
        end_token();
    }

    /// Cleans up an unusual cell: removes blanks around it, and `.0` from the end of a number; an
    /// empty cell becomes `-`.
    [[gnu::noinline]] void end_odd_cell(char* cell, std::size_t column) {
        auto const text =
            without_zero(trimmed({cell, static_cast<std::size_t>(out_ - cell)}), column);
        std::memmove(cell, text.data(), text.size());
        out_ = cell + text.size();
        if (text.empty()) *out_++ = '-';
    }

    /// Adds the words of the cell that holds the record. If the line has no such cell, adds the
    /// words of the whole line.
    void add_record(std::string_view line) {
        auto cells = cell_splitter{line, style_.separator};
        for (std::size_t i = 0; cells.next(); ++i) {
            if (i != style_.record) continue;
            auto* const begin = out_;
            add_unquoted(cells.text());
            return end_words(begin);
        }
        add_words(line);
    }

    void add_words(std::string_view line) {
        auto* const begin = out_;
        add(line);
        end_words(begin);
    }

    /// Makes tokens of the words from `begin` on, which are moved together.
    void end_words(char* begin) {
        auto const words = words_of({begin, static_cast<std::size_t>(out_ - begin)});
        out_ = begin;
        if (words.empty()) *out_++ = '-';
        for (auto const word : words) {
            if (out_ != begin) end_token();
            std::memmove(out_, word.data(), word.size());
            out_ += word.size();
        }
        end_token();
    }

    void add(std::string_view text) {
        std::memcpy(out_, text.data(), text.size());
        out_ += text.size();
    }

    void add_unquoted(std::string_view text) {
        for (std::size_t i = 0; i < text.size(); ++i) {
            *out_++ = text[i];
            if (text.substr(i).starts_with("\"\"")) ++i;
        }
    }

    void end_token() {
        delimiters_.push_back(static_cast<std::uint32_t>(out_ - text_.get()));
        *out_++ = ' ';
    }

    /// A number without `.0`, which programs such as pandas write after the numbers of a column if
    /// one of them is absent.
    [[nodiscard]] auto without_zero(std::string_view text, std::size_t column) const
        -> std::string_view {
        if (text.size() > 2 && text.ends_with(".0") && is_number_column(column))
            text.remove_suffix(2);
        return text;
    }

    /// Whether a column has numbers or times.
    [[nodiscard]] auto is_number_column(std::size_t column) const -> bool {
        if (columns_ == nullptr || column >= columns_->size()) return false;
        auto const id = columns_->field_at(column);
        return id && (is_number(info(*id).type) || info(*id).type == field_type::time);
    }

    cell_style style_;
    layout const* columns_ = nullptr;
    std::unique_ptr<char[]> text_;
    std::size_t capacity_ = 0;
    char* out_ = nullptr;  // where the text ends
    bool regular_ = false;
    std::vector<std::uint32_t> line_starts_;
    std::vector<std::uint32_t> delimiters_;  // the first one is the one before the text
    std::vector<std::uint32_t> lines_;
};

}  // namespace flowlog::detail

#endif
