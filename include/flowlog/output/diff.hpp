// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DIFF_HPP
#define FLOWLOG_OUTPUT_DIFF_HPP

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/diff.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/ranking.hpp>
#include <flowlog/output/rows.hpp>
#include <flowlog/output/text.hpp>

namespace flowlog {

/// A ratio with two digits of a fraction, or three significant digits if it is small; `-` if there
/// is none.
[[nodiscard]] inline auto ratio_text(std::optional<double> ratio) -> std::string {
    if (!ratio) return "-";
    char buffer[400];
    auto const* const format = *ratio == 0 || *ratio >= 0.01 ? "%.2f" : "%.3g";
    auto const size = std::snprintf(buffer, sizeof buffer, format, *ratio);
    return {buffer, static_cast<std::size_t>(size)};
}

/// The names of the columns of a diff: `change`, the keys, and `bytes_before` and `bytes_after` for
/// each measure, of which the one that decides has `difference` and `ratio` after it.
[[nodiscard]] inline auto diff_names(ranking_headings const& headings) -> std::vector<std::string> {
    auto result = std::vector<std::string>{"change"};
    result.insert(result.end(), headings.keys.begin(), headings.keys.end());
    for (std::size_t i = 0; i < headings.measures.size(); ++i) {
        result.push_back(headings.measures[i] + "_before");
        result.push_back(headings.measures[i] + "_after");
        if (i != headings.by) continue;
        result.emplace_back("difference");
        result.emplace_back("ratio");
    }
    return result;
}

/// The cells of a group that differs, in the order of `diff_names`. A ratio is a number in JSON,
/// and a text of six significant digits in CSV.
[[nodiscard]] inline auto diff_cells(group_change const& change, ranking_headings const& headings,
                                     row_format format) -> std::vector<row_cell> {
    auto const is_json = format == row_format::json || format == row_format::ndjson;
    auto const ratio_cell = [is_json](std::optional<double> ratio) -> group_cell {
        if (!ratio) return {};
        if (is_json) return *ratio;
        char buffer[32];
        auto const size = std::snprintf(buffer, sizeof buffer, "%.6g", *ratio);
        return std::string(buffer, static_cast<std::size_t>(size));
    };
    auto result = std::vector<row_cell>{group_cell{std::string{name(change.kind)}}};
    for (auto const& cell : change.key) result.emplace_back(cell);
    for (std::size_t i = 0; i < change.before.size(); ++i) {
        auto const& before = change.before[i];
        auto const& after = change.after[i];
        result.emplace_back(before);
        result.emplace_back(after);
        if (i != headings.by) continue;
        result.emplace_back(difference_of(before, after));
        result.emplace_back(ratio_cell(ratio_of(before, after)));
    }
    return result;
}

namespace detail {

/// Makes the table of a diff.
class diff_table_maker {
public:
    diff_table_maker(grouping_diff const& found, ranking_headings const& headings)
        : found_{found}, headings_{headings} {}

    [[nodiscard]] auto table() const -> text_table {
        auto result = text_table{columns(), max_ranking_cell};
        for (auto const& change : found_.changes) {
            auto cells = std::vector<std::string>{std::string{name(change.kind)}};
            for (auto const& cell : change.key) cells.push_back(to_text(cell));
            result.row(row(std::move(cells), change.before, change.after));
        }
        for (auto const kind : {change_kind::added, change_kind::removed, change_kind::changed,
                                change_kind::unchanged}) {
            auto const& total = found_.of(kind);
            if (total.groups == 0) continue;
            auto const title =
                '(' + number_text(total.groups) + ' ' + std::string{name(kind)} + ')';
            auto const has_before = kind != change_kind::added;
            auto const has_after = kind != change_kind::removed;
            result.row(row({title}, has_before ? total.before : nothing(),
                           has_after ? total.after : nothing()));
        }
        result.row(row({"(total)"}, found_.all.before, found_.all.after));
        return result;
    }

private:
    [[nodiscard]] auto nothing() const -> std::vector<group_cell> {
        return std::vector<group_cell>(headings_.measures.size());
    }

    [[nodiscard]] auto columns() const -> std::vector<text_table::column> {
        auto result = std::vector<text_table::column>{};
        auto const names = diff_names(headings_);
        for (std::size_t i = 0; i < names.size(); ++i) {
            auto const is_key = i != 0 && i <= headings_.keys.size();
            auto const is_number = [key = i - 1](auto const& change) {
                return std::holds_alternative<std::uint64_t>(change.key[key]);
            };
            auto const right = is_key ? std::ranges::any_of(found_.changes, is_number) : i != 0;
            result.push_back({escaped(names[i], 60), right ? text_table::right : text_table::left});
        }
        return result;
    }

    [[nodiscard]] auto row(std::vector<std::string> cells, std::vector<group_cell> const& before,
                           std::vector<group_cell> const& after) const -> std::vector<std::string> {
        cells.resize(1 + headings_.keys.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
            auto const& of = headings_.kinds[i];
            cells.push_back(measure_text(of, before[i], headings_.human));
            cells.push_back(measure_text(of, after[i], headings_.human));
            if (i != headings_.by) continue;
            cells.push_back(difference_text(of, difference_of(before[i], after[i])));
            cells.push_back(ratio_text(ratio_of(before[i], after[i])));
        }
        return cells;
    }

    [[nodiscard]] auto difference_text(measure const& of, difference const& value) const
        -> std::string {
        auto const* const count = std::get_if<signed_count>(&value);
        auto const* const real = std::get_if<double>(&value);
        if (!headings_.human || (count == nullptr && real == nullptr)) return to_text(value);
        auto const negative = count != nullptr ? count->negative : *real < 0;
        auto const size =
            count != nullptr ? group_cell{count->magnitude} : group_cell{std::abs(*real)};
        return (negative ? '-' : '+') + measure_text(of, size, true);
    }

    grouping_diff const& found_;
    ranking_headings const& headings_;
};

}  // namespace detail

/// The table of a diff for people: the groups that differ, the sums over all groups of each kind,
/// and the total.
[[nodiscard]] inline auto diff_table(grouping_diff const& found, ranking_headings const& headings)
    -> text_table {
    return detail::diff_table_maker{found, headings}.table();
}

}  // namespace flowlog

#endif
