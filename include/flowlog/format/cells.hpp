// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_CELLS_HPP
#define FLOWLOG_FORMAT_CELLS_HPP

//      words                2 eni-1 10.0.0.1   443 OK
//      cells, ','           2,"eni-1",10.0.0.1,,"OK"            an empty cell is an absent value
//      a record in cell 1   2022-06-10 20:20:41.000,2 eni-1 10.0.0.1 443 OK

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/detail/blank.hpp>

namespace flowlog {

/// How the columns of a text log are written in its lines.
struct cell_style {
    /// What `record` is if every cell is a column.
    static constexpr std::uint16_t every = 0xFFFF;

    /// What separates cells: a comma, a TAB, … A blank: columns are words, which any number of
    /// blanks, TABs and CRs separate.
    char separator = ' ';
    /// The number, from 0, of the cell that holds the whole record, whose columns are words.
    std::uint16_t record = every;

    /// Whether the line has no cells.
    [[nodiscard]] constexpr auto is_words() const noexcept -> bool { return separator == ' '; }

    friend constexpr auto operator==(cell_style const&, cell_style const&) noexcept
        -> bool = default;
};

/// Takes the cells off a line of CSV, or of TSV and the like, as RFC 4180 has them: in quotes, a
/// cell may contain the separator, and a quote is doubled. Blanks around cells do not count.
class cell_splitter {
public:
    /// `line` is without its LF; a CR at its end and a BOM before it do not count.
    constexpr cell_splitter(std::string_view line, char separator) noexcept
        : rest_{line.ends_with('\r') ? line.substr(0, line.size() - 1) : line},
          separator_{separator} {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
    }

    /// Moves to the next cell; false if there is none. A line has one cell more than separators.
    constexpr auto next() noexcept -> bool {
        if (ended_) return false;
        skip_blanks();
        has_doubled_quotes_ = false;
        if (!rest_.empty() && rest_.front() == '"' && take_quoted()) return true;
        std::size_t end = 0;
        while (end != rest_.size() && rest_[end] != separator_) ++end;
        text_ = without_blanks(rest_.substr(0, end));
        end_at(end);
        return true;
    }

    /// The cell, without the quotes around it. It refers to the line.
    [[nodiscard]] constexpr auto text() const noexcept -> std::string_view { return text_; }

    /// Whether each quote in `text()` is doubled.
    [[nodiscard]] constexpr auto has_doubled_quotes() const noexcept -> bool {
        return has_doubled_quotes_;
    }

private:
    [[nodiscard]] constexpr auto is_blank(char c) const noexcept -> bool {
        return (c == ' ' || c == '\t') && c != separator_;
    }
    constexpr void skip_blanks() noexcept {
        while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    }
    [[nodiscard]] static constexpr auto without_blanks(std::string_view text) noexcept
        -> std::string_view {
        auto const plain = [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x80; };
        if (text.empty() || (plain(text.front()) && plain(text.back()))) return text;
        return detail::trimmed(text);
    }

    /// Takes a cell in quotes; false if something else follows the quotes.
    constexpr auto take_quoted() noexcept -> bool {
        auto doubled = false;
        std::size_t end = 1;
        for (; end < rest_.size(); ++end) {
            if (rest_[end] != '"') continue;
            if (end + 1 == rest_.size() || rest_[end + 1] != '"') break;
            doubled = true;
            ++end;
        }
        auto after = end + 1;
        while (after < rest_.size() && is_blank(rest_[after])) ++after;
        if (end >= rest_.size() || (after < rest_.size() && rest_[after] != separator_))
            return false;
        text_ = rest_.substr(1, end - 1);
        has_doubled_quotes_ = doubled;
        end_at(after);
        return true;
    }

    /// Ends the cell at the separator, which is at `end` of the rest.
    constexpr void end_at(std::size_t end) noexcept {
        ended_ = end >= rest_.size();
        rest_.remove_prefix(ended_ ? rest_.size() : end + 1);
    }

    std::string_view rest_;
    char separator_;
    std::string_view text_{};
    bool has_doubled_quotes_ = false;
    bool ended_ = false;
};

/// The cells of a line, without the quotes around them; they refer to the line.
[[nodiscard]] inline auto cells_of(std::string_view line, char separator)
    -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    for (auto cells = cell_splitter{line, separator}; cells.next();) result.push_back(cells.text());
    return result;
}

/// The words of a line, which any number of blanks, TABs and CRs separate; they refer to the line.
[[nodiscard]] inline auto words_of(std::string_view line) -> std::vector<std::string_view> {
    constexpr auto blanks = std::string_view{" \t\r\n"};
    auto result = std::vector<std::string_view>{};
    for (auto at = line.find_first_not_of(blanks); at != line.npos;
         at = line.find_first_not_of(blanks, at)) {
        auto const end = std::min(line.find_first_of(blanks, at), line.size());
        result.push_back(line.substr(at, end - at));
        at = end;
    }
    return result;
}

/// The texts of the columns of a line, which refer to the line. A text is empty if its cell is.
[[nodiscard]] inline auto columns_of_line(std::string_view line, cell_style style)
    -> std::vector<std::string_view> {
    if (style.is_words()) return words_of(line);
    auto cells = cells_of(line, style.separator);
    if (style.record == cell_style::every) return cells;
    return words_of(style.record < cells.size() ? cells[style.record] : line);
}

}  // namespace flowlog

#endif
