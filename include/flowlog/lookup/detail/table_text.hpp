// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_TABLE_TEXT_HPP
#define FLOWLOG_LOOKUP_DETAIL_TABLE_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/detail/blank.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/lookup/detail/csv_rows.hpp>
#include <flowlog/source/read_text.hpp>

namespace flowlog::detail {

/// Reads the whole text of the table at `path`, which may be compressed; "-" is standard input.
template <class = void>
auto read_table(std::string const& path) -> std::string {
    return read_text(path, errc::invalid_table);
}

/// Throws if the text is UTF-16, which spreadsheets call "Unicode text".
inline void refuse_utf16(std::string_view text, std::string const& source) {
    if (!text.starts_with("\xFF\xFE") && !text.starts_with("\xFE\xFF")) return;
    throw error{errc::invalid_table, {source, 1, 1}, "the text is UTF-16; save it as UTF-8"};
}

/// The number that decimal digits spell, with any number of leading zeros; none if it exceeds
/// `max`.
constexpr auto to_number(std::string_view text, std::uint32_t max) noexcept
    -> std::optional<std::uint32_t> {
    if (text.empty()) return std::nullopt;
    std::uint64_t value = 0;
    for (auto const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > max) return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
}

/// A text with its ASCII letters in lower case.
inline auto folded(std::string_view text) -> std::string {
    auto result = std::string{text};
    for (auto& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

/// A heading in lower case and without blanks, `-` and `_`, which people write in different ways.
template <class = void>
auto heading(std::string_view text) -> std::string {
    auto name = std::string{};
    for (text = trimmed(text); !text.empty(); text = trimmed(text.substr(1))) {
        if (text.front() != '-' && text.front() != '_') name += text.front();
    }
    return folded(name);
}

/// The column under the first of the blank-separated names that is a heading; a preferred name
/// comes before others. Throws if two columns have that heading.
template <class = void>
auto find_column(std::span<csv_cell const> headings, std::string_view names,
                 std::string const& source) -> std::optional<std::size_t> {
    for (auto end = std::size_t{0}; end != names.npos; names.remove_prefix(end + 1)) {
        end = names.find(' ');
        auto found = std::optional<std::size_t>{};
        for (std::size_t i = 0; i < headings.size(); ++i) {
            if (heading(headings[i].text) != names.substr(0, end)) continue;
            if (found) {
                throw error{errc::invalid_table,
                            {source, headings[i].line, headings[i].column},
                            "a second column is headed '" + escaped(headings[i].text, 60) + '\''};
            }
            found = i;
        }
        if (found || end == names.npos) return found;
    }
    return std::nullopt;
}

/// Whether all cells are empty, as in a row `,,` that a spreadsheet exported.
inline auto is_empty(std::span<csv_cell const> cells) noexcept -> bool {
    for (auto const& cell : cells) {
        if (!trimmed(cell.text).empty()) return false;
    }
    return true;
}

/// The headings of a table, which tools that join tables repeat further down.
template <class = void>
class table_headings {
public:
    void keep(std::span<csv_cell const> cells) {
        for (auto const& cell : cells) texts_.push_back(heading(cell.text));
    }

    /// How many columns have headings; 0 if the table has none.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return texts_.size(); }

    /// Whether a row is these headings.
    [[nodiscard]] auto equal(std::span<csv_cell const> cells) const -> bool {
        return !texts_.empty() && std::equal(cells.begin(), cells.end(), texts_.begin(),
                                             texts_.end(), [](auto const& cell, auto const& text) {
                                                 return starts_like(cell.text, text) &&
                                                        heading(cell.text) == text;
                                             });
    }

private:
    /// Whether a text may have this heading: all rows are asked, and most have a digit here.
    [[nodiscard]] static auto starts_like(std::string_view text, std::string_view name) noexcept
        -> bool {
        auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
        return text.empty() || name.empty() || !is_digit(text[0]) || text[0] == name[0];
    }

    std::vector<std::string> texts_;
};

/// The first cell after `columns` that is not empty, as a separator within a text makes it; null if
/// there is none.
inline auto extra_cell(std::span<csv_cell const> cells, std::size_t columns) noexcept
    -> csv_cell const* {
    for (auto const& cell : cells.subspan(std::min(columns, cells.size()))) {
        if (!trimmed(cell.text).empty()) return &cell;
    }
    return nullptr;
}

/// The message about such a cell.
inline auto extra_cell_message(csv_cell const& cell, std::size_t columns) -> std::string {
    return "expected " + std::to_string(columns) + " cells, found another one, '" +
           escaped(cell.text, 60) + "': a text that contains a separator must be in quotes";
}

/// The message about a faulty row.
inline auto fault_message(csv_fault fault) -> std::string {
    return fault == csv_fault::unterminated_quote
               ? "the quote that opens here is never closed"
               : "expected a separator or the end of the line after the closing quote";
}

inline void throw_fault(csv_rows<> const& rows, std::string const& source) {
    throw error{errc::invalid_table,
                {source, rows.line(), rows.fault_column()},
                fault_message(rows.fault())};
}

}  // namespace flowlog::detail

#endif
