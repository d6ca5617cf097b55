// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_TEXT_HPP
#define FLOWLOG_OUTPUT_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/escape.hpp>

namespace flowlog {

/// A table for people, with aligned columns. It keeps its rows in memory. Control characters in
/// cells are escaped.
///
///     auto table = flowlog::text_table{{{"Tag"}, {"Flows", flowlog::text_table::right}}};
///     table.row({"email", "3"});
///     std::cout << table.text();
class text_table {
public:
    /// The side to which the cells of a column are aligned.
    enum alignment : bool { left, right };

    struct column {
        std::string title;
        alignment align = left;
    };

    /// Cells are cut after `limit` bytes.
    explicit text_table(std::vector<column> columns, std::size_t limit = 60)
        : columns_{std::move(columns)}, limit_{limit} {
        for (auto const& c : columns_) widths_.push_back(width(c.title));
    }

    /// Adds a row. Missing cells are empty, and surplus ones are ignored.
    void row(std::vector<std::string> cells) {
        cells.resize(columns_.size());
        for (std::size_t i = 0; i < cells.size(); ++i) {
            cells[i] = escaped(cells[i], limit_);
            widths_[i] = std::max(widths_[i], width(cells[i]));
        }
        rows_.push_back(std::move(cells));
    }

    [[nodiscard]] auto size() const noexcept -> std::size_t { return rows_.size(); }

    /// The line of titles, with its line end.
    [[nodiscard]] auto heading() const -> std::string {
        auto titles = std::vector<std::string>{};
        for (auto const& c : columns_) titles.push_back(c.title);
        return line(titles);
    }

    /// The lines of all rows.
    [[nodiscard]] auto body() const -> std::string {
        auto result = std::string{};
        for (auto const& cells : rows_) result += line(cells);
        return result;
    }

    /// The whole table.
    [[nodiscard]] auto text() const -> std::string { return heading() + body(); }

private:
    /// The width of a text, if every character takes one column.
    static auto width(std::string_view text) noexcept -> std::size_t {
        std::size_t count = 0;
        for (auto const c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
        return count;
    }

    [[nodiscard]] auto line(std::vector<std::string> const& cells) const -> std::string {
        auto result = std::string{};
        std::size_t missing = 0;  // blanks to write before the next cell; none end a line
        for (std::size_t i = 0; i < cells.size(); ++i) {
            auto const gap = widths_[i] - width(cells[i]);
            auto const before = columns_[i].align == right ? gap : 0;
            if (!cells[i].empty()) {
                result.append(missing + before, ' ');
                result += cells[i];
                missing = gap - before;
            } else {
                missing += gap;
            }
            missing += 2;
        }
        return result + '\n';
    }

    std::vector<column> columns_;
    std::size_t limit_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace flowlog

#endif
