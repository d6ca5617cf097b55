// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_DIFFER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_DIFFER_HPP

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/group_join.hpp>
#include <flowlog/aggregate/detail/group_results.hpp>
#include <flowlog/aggregate/detail/group_rows.hpp>
#include <flowlog/aggregate/detail/key_order.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_cell.hpp>

namespace flowlog::detail {

using dynamic_rows = group_rows<field_list<>, std::tuple<>>;

/// A value of a measure that is a number, if there is one.
struct number_seen {
    enum class type : std::uint8_t { nothing, whole, real };

    type is = type::nothing;
    group_word whole = 0;
    double real = 0;
};

/// The values of one measure of all rows. The measure is no time.
class measure_column {
public:
    measure_column(group_core const& core, std::size_t position)
        : core_{core}, of_{core.plan.measures[position]}, is_sum_{way_of(of_) == value_way::sum} {
        for (std::size_t i = 0; i < position; ++i) offset_ += width(core.ways[i]);
    }

    /// A cell takes longer to make than to look a group up, so that sums are read without one.
    [[nodiscard, gnu::always_inline]] auto operator[](std::size_t row) const -> number_seen {
        auto const* const value = core_.table.values(row).data() + offset_;
        return is_sum_ ? number_seen{number_seen::type::whole, *value} : from_cell(value);
    }

private:
    [[nodiscard]] auto from_cell(group_word const* value) const -> number_seen {
        auto const cell = core_.values.cell(of_, value);
        if (auto const* const whole = std::get_if<std::uint64_t>(&cell))
            return {number_seen::type::whole, *whole};
        if (auto const* const real = std::get_if<double>(&cell))
            return {number_seen::type::real, 0, *real};
        if (auto const* const duration = std::get_if<std::chrono::microseconds>(&cell))
            return {number_seen::type::whole, static_cast<group_word>(duration->count())};
        return {};
    }

    group_core const& core_;
    measure of_;
    bool is_sum_;
    std::size_t offset_ = 0;
};

/// Compares the groups of two groupings. `Diff` and `Kind` are `grouping_diff` and `change_kind`,
/// which are declared later.
template <class Diff, class Kind>
class group_differ {
public:
    group_differ(group_core const& before, group_core const& after, std::size_t by, double factor,
                 unsigned threads)
        : before_{before},
          after_{after},
          join_{before, after, threads},
          before_value_{before, by},
          after_value_{after, by},
          factor_{factor} {}

    [[nodiscard]] auto run(std::size_t limit) -> Diff {
        sort_out();
        auto result = Diff{};
        for (auto const kind : {Kind::added, Kind::removed, Kind::changed, Kind::unchanged}) {
            auto& some = part_of(kind);
            auto& total = result.kinds[static_cast<std::size_t>(kind)];
            total.groups = some.count;
            total.before =
                dynamic_rows::values(before_, some.before.words.data(), some.before.sets);
            total.after = dynamic_rows::values(after_, some.after.words.data(), some.after.sets);
            for (auto const& row : largest(kind, limit))
                result.changes.push_back(described(kind, row));
            result.saturated |= some.before.sets.saturated() || some.after.sets.saturated();
            result.estimated |= some.before.sets.estimated() || some.after.sets.estimated();
            result.rounded |= some.before.sets.rounded() || some.after.sets.rounded();
        }
        result.saturated |= before_.values.saturated() || after_.values.saturated();
        result.estimated |= before_.values.estimated() || after_.values.estimated();
        result.rounded |= before_.values.rounded() || after_.values.rounded();
        return result;
    }

private:
    static constexpr auto none = group_join::none;

    /// A group that differs, by its rows in both groupings.
    struct differing_row {
        group_word rank;  // compares like the difference
        std::uint32_t before;
        std::uint32_t after;
    };

    /// The groups of one kind.
    struct part {
        std::size_t count = 0;
        group_sums before;
        group_sums after;
        std::vector<differing_row> rows{};  // not of unchanged groups
    };

    [[nodiscard]] auto part_of(Kind kind) -> part& {
        return parts_[static_cast<std::size_t>(kind)];
    }

    /// Finds out the kind of each group.
    void sort_out() {
        auto const of_before = group_results{before_};
        auto const of_after = group_results{after_};
        for (auto i = 0; i < 4; ++i) parts_.push_back({0, of_before.none(), of_after.none()});
        auto const& partners = join_.partners();
        for (std::size_t row = 0; row < partners.size(); ++row) {
            auto const old = before_value_[row];
            auto const partner = partners[row];
            auto const now = partner == none ? number_seen{} : after_value_[partner];
            auto const kind = partner == none         ? Kind::removed
                              : has_changed(old, now) ? Kind::changed
                                                      : Kind::unchanged;
            auto& some = part_of(kind);
            ++some.count;
            of_before.add(some.before, row);
            if (partner != none) of_after.add(some.after, partner);
            if (kind != Kind::unchanged)
                some.rows.push_back({distance(old, now), static_cast<std::uint32_t>(row), partner});
        }
        auto& added = part_of(Kind::added);
        for (auto const row : join_.rows_without_partner()) {
            ++added.count;
            of_after.add(added.after, row);
            added.rows.push_back(
                {distance({}, after_value_[row]), none, static_cast<std::uint32_t>(row)});
        }
    }

    /// Whether two values differ by the factor. A value differs from an absent one.
    [[nodiscard]] auto has_changed(number_seen const& a, number_seen const& b) const -> bool {
        if (a.is != b.is) return true;
        auto const differ = [factor = static_cast<long double>(factor_)](auto x, auto y) {
            auto const high = static_cast<long double>(std::max(x, y));
            return x != y && high >= factor * static_cast<long double>(std::min(x, y));
        };
        return a.is == number_seen::type::real ? differ(a.real, b.real) : differ(a.whole, b.whole);
    }

    /// How far two numbers are apart, as a word that compares like it. An absent one is 0.
    [[nodiscard]] static auto distance(number_seen const& a, number_seen const& b) -> group_word {
        if (a.is == number_seen::type::real || b.is == number_seen::type::real)
            return std::bit_cast<group_word>(std::abs(a.real - b.real));
        return a.whole < b.whole ? b.whole - a.whole : a.whole - b.whole;
    }

    /// The rows of a kind with the largest differences, in order.
    [[nodiscard]] auto largest(Kind kind, std::size_t limit) -> std::vector<differing_row>& {
        auto& rows = part_of(kind).rows;
        auto const keys = key_order{kind == Kind::added ? after_ : before_};
        auto const row_of = [kind](differing_row const& row) {
            return kind == Kind::added ? row.after : row.before;
        };
        auto const end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows.size()));
        std::ranges::partial_sort(rows, end, [&](auto const& a, auto const& b) {
            return a.rank != b.rank ? a.rank > b.rank : keys.before(row_of(a), row_of(b));
        });
        rows.erase(end, rows.end());
        return rows;
    }

    [[nodiscard]] auto described(Kind kind, differing_row const& row) const {
        using change = typename decltype(Diff::changes)::value_type;
        auto const measures = before_.plan.measures.size();
        auto result = change{.kind = kind};
        result.before.resize(measures);
        result.after.resize(measures);
        if (row.before != none) {
            auto found = dynamic_rows::row(before_, row.before);
            result.key = std::move(found.key);
            result.before = std::move(found.values);
        }
        if (row.after != none) {
            auto found = dynamic_rows::row(after_, row.after);
            result.key = std::move(found.key);
            result.after = std::move(found.values);
        }
        return result;
    }

    group_core const& before_;
    group_core const& after_;
    group_join join_;
    measure_column before_value_;
    measure_column after_value_;
    double factor_;
    std::vector<part> parts_{};  // by kind
};

}  // namespace flowlog::detail

#endif
