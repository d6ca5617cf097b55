// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RANKING_HPP
#define FLOWLOG_OUTPUT_RANKING_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/numbers.hpp>
#include <flowlog/output/text.hpp>

namespace flowlog {

/// The headings of a ranking, and what its measures are.
struct ranking_headings {
    std::vector<std::string> keys{};
    std::vector<std::string> measures{};
    std::vector<measure> kinds{};  ///< of the measures
    std::size_t by = 0;            ///< the measure that ranks
    bool shares = true;            ///< groups have shares of the measure that ranks, if it is a sum
    bool human = false;            ///< numbers are written to be easy to read: `1,234`, `5.6 MB`
};

/// The headings for some keys and measures: their names. A sum of a field that is also a key is
/// called `sum(…)`, and the number of flows `count` if the field `flows` is a key, so that all
/// headings are different.
[[nodiscard]] inline auto headings_of(std::vector<group_key> const& keys,
                                      std::vector<measure> const& measures, std::size_t by = 0)
    -> ranking_headings {
    auto result = ranking_headings{.kinds = measures, .by = by};
    for (auto const& key : keys) result.keys.push_back(key.name);
    for (auto const& m : measures) {
        auto name = std::string{m.name()};
        auto const taken = std::ranges::find(result.keys, name) != result.keys.end();
        if (taken) name = m.kind == measure_kind::flows ? "count" : "sum(" + name + ')';
        result.measures.push_back(std::move(name));
    }
    return result;
}

namespace detail {

/// Cells of rankings are cut after so many bytes. Two IPv6 addresses have 81, and the names of
/// AWS's tasks more.
inline constexpr std::size_t max_ranking_cell = 160;

/// Whether the values of a field are numbers of bytes.
[[nodiscard]] inline auto counts_bytes(field_id field) -> bool {
    auto const name = info(field).name;
    return name == "bytes" || name.ends_with("-bytes") || name.starts_with("bytes-");
}

/// Whether the values of a measure are numbers of bytes. Bytes divided by bytes are none.
[[nodiscard]] inline auto counts_bytes(measure const& of) -> bool {
    auto const is_value = of.kind != measure_kind::flows && of.kind != measure_kind::distinct;
    auto const of_bytes = of.of == measured::field && counts_bytes(of.field);
    auto const over_bytes =
        of.kind == measure_kind::ratio && of.over == measured::field && counts_bytes(of.divisor);
    return is_value && of_bytes && !over_bytes;
}

/// The value of a measure in a table; `human`: to be easy to read.
[[nodiscard]] inline auto measure_text(measure const& of, group_cell const& value, bool human)
    -> std::string {
    if (!human) return to_text(value);
    auto const* const number = std::get_if<std::uint64_t>(&value);
    auto const* const real = std::get_if<double>(&value);
    if (number == nullptr && real == nullptr) return to_text(value);
    auto const is_rate = of.kind == measure_kind::rate ||
                         (of.kind == measure_kind::ratio && of.over == measured::duration);
    auto const per_second = is_rate ? "/s" : "";
    if (counts_bytes(of))
        return bytes_text(real != nullptr ? *real : static_cast<double>(*number)) + per_second;
    return (number != nullptr ? number_text(*number) : to_text(value)) + per_second;
}

/// Makes the table of a ranking.
class ranking_table_maker {
public:
    ranking_table_maker(ranking const& found, ranking_headings const& headings)
        : found_{found}, headings_{headings} {}

    [[nodiscard]] auto table() const -> text_table {
        auto result = text_table{columns(), max_ranking_cell};
        for (auto const& group : found_.groups) {
            auto keys = std::vector<std::string>{};
            for (auto const& cell : group.key) keys.push_back(to_text(cell));
            result.row(row(std::move(keys), group.values));
        }
        if (headings_.keys.empty()) return result;
        if (found_.left_out != 0)
            result.row(row({'(' + number_text(found_.left_out) + " more)"}, found_.rest));
        if (found_.excluded != 0)
            result.row(
                row({'(' + number_text(found_.excluded) + " excluded)"}, found_.excluded_values));
        result.row(row({"(total)"}, found_.total));
        return result;
    }

private:
    [[nodiscard]] auto columns() const -> std::vector<text_table::column> {
        auto result = std::vector<text_table::column>{};
        for (std::size_t i = 0; i < headings_.keys.size(); ++i) {
            auto const is_number = [i](auto const& group) {
                return std::holds_alternative<std::uint64_t>(group.key[i]);
            };
            auto const right = i != 0 && std::ranges::any_of(found_.groups, is_number);
            result.push_back(
                {escaped(headings_.keys[i], 60), right ? text_table::right : text_table::left});
        }
        for (std::size_t i = 0; i < headings_.measures.size(); ++i) {
            result.push_back({headings_.measures[i], text_table::right});
            if (i == headings_.by && has_shares()) result.push_back({"share", text_table::right});
        }
        return result;
    }

    [[nodiscard]] auto row(std::vector<std::string> cells,
                           std::vector<group_cell> const& values) const
        -> std::vector<std::string> {
        cells.resize(headings_.keys.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            cells.push_back(measure_text(headings_.kinds[i], values[i], headings_.human));
            if (i != headings_.by || !has_shares()) continue;
            cells.push_back(percent_text(std::get<std::uint64_t>(values[i]),
                                         std::get<std::uint64_t>(found_.total[i])));
        }
        return cells;
    }

    /// Whether the measure that ranks is a sum, so that groups have shares of it.
    [[nodiscard]] auto has_shares() const -> bool {
        if (!headings_.shares) return false;
        auto const& by = headings_.kinds[headings_.by];
        return by.kind == measure_kind::flows ||
               (by.kind == measure_kind::sum && by.of == measured::field);
    }

    ranking const& found_;
    ranking_headings const& headings_;
};

}  // namespace detail

/// The headings of a ranking by `rank_in_out`: each measure twice, `bytes_in` and `bytes_out`.
[[nodiscard]] inline auto headings_in_out(ranking_headings const& headings) -> ranking_headings {
    auto result = ranking_headings{
        .keys = headings.keys, .by = 2 * headings.by, .shares = false, .human = headings.human};
    for (std::size_t i = 0; i < headings.measures.size(); ++i) {
        for (auto const* const side : {"_in", "_out"}) {
            result.measures.push_back(headings.measures[i] + side);
            result.kinds.push_back(headings.kinds[i]);
        }
    }
    return result;
}

/// The table of a ranking for people: its groups, with their shares of the total if the measure
/// that ranks is a sum; the groups that are left out and those that are not wanted, as one row
/// each; and the total. Without keys there is one group alone.
[[nodiscard]] inline auto ranking_table(ranking const& found, ranking_headings const& headings)
    -> text_table {
    return detail::ranking_table_maker{found, headings}.table();
}

}  // namespace flowlog

#endif
