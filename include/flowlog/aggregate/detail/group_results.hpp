// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_RESULTS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_RESULTS_HPP

#include <algorithm>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/key_order.hpp>
#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/error.hpp>

namespace flowlog::detail {

/// The values of measures over several groups, with the sets of `distinct`.
struct group_sums {
    std::vector<group_word> words;
    measure_values sets{};
};

/// The rows of a ranking, by their numbers.
struct ranked_rows {
    std::vector<std::size_t> rows{};      ///< of which as many as are asked for are in order
    std::vector<std::size_t> excluded{};  ///< rows that are not wanted
};

/// Orders and sums the groups of a `group_core`, which has no pending rows.
class group_results {
public:
    explicit group_results(group_core const& core) noexcept : core_{core} {}

    /// The rows that an order wants, of which the first `limit` are in order. Groups without a
    /// value come last, equal groups in the order of their keys. Throws `errc::invalid_argument` if
    /// a measure or key is missing.
    [[nodiscard]] auto ranked(std::size_t limit, rank_order const& how) const -> ranked_rows {
        auto const places = how.by_key ? core_.plan.keys.size() : core_.plan.measures.size();
        if (how.by >= places)
            fail("what is to rank the groups is not among their keys or measures");
        auto result = ranked_rows{};
        auto ranks = ranks_of(how, result.excluded);
        auto const end = ranks.begin() + static_cast<std::ptrdiff_t>(std::min(limit, ranks.size()));
        auto const keys = key_order{core_};
        auto const order = [&](rank const& a, rank const& b) -> std::strong_ordering {
            return how.by_key ? keys.compare(how.by, a.row, b.row) : a.value <=> b.value;
        };
        std::ranges::partial_sort(ranks, end, [&](rank const& a, rank const& b) {
            if (a.known != b.known) return a.known;
            auto const between = order(a, b);
            if (between == 0) return keys.before(a.row, b.row);
            return how.ascending ? between < 0 : between > 0;
        });
        result.rows.reserve(ranks.size());
        for (auto const& r : ranks) result.rows.push_back(r.row);
        return result;
    }

    /// The numbers of all rows in the order of their keys.
    [[nodiscard]] auto by_key() const -> std::vector<std::size_t> {
        return key_order{core_}.sorted();
    }

    /// The values of no group.
    [[nodiscard]] auto none() const -> group_sums {
        return {measure_values::empty(core_.plan.measures)};
    }

    /// Adds the values of a row.
    void add(group_sums& sums, std::size_t row) const {
        core_.merge_values(sums.words.data(), sums.sets, core_.table.values(row).data(),
                           core_.values);
    }

private:
    struct rank {
        group_word value = 0;  // compares like the value of the measure
        std::uint32_t row = 0;
        bool known = true;  // there is a value
    };

    [[noreturn]] static void fail(char const* why) { throw error{errc::invalid_argument, {}, why}; }

    /// Where a measure is in the values of a row.
    [[nodiscard]] auto offset_of(std::size_t position) const -> std::size_t {
        auto result = std::size_t{0};
        for (std::size_t i = 0; i < position; ++i) result += width(core_.ways[i]);
        return result;
    }

    /// A predicate of rows.
    [[nodiscard]] auto wanted_by(group_filter const& filter) const {
        struct compared {
            measure of;
            std::size_t offset;
        };
        auto measures = std::vector<compared>{};
        for (auto const& of : filter.measures()) {
            auto const at = std::ranges::find(core_.plan.measures, of);
            if (at == core_.plan.measures.end())
                fail("a measure that groups are to be chosen by is not computed");
            measures.push_back(
                {of, offset_of(static_cast<std::size_t>(at - core_.plan.measures.begin()))});
        }
        return [this, &filter, measures](std::size_t row) {
            auto const* const values = core_.table.values(row).data();
            return filter.matches([&](std::size_t which) {
                return core_.values.cell(measures[which].of, values + measures[which].offset);
            });
        };
    }

    [[nodiscard]] auto rank_of(std::size_t by, group_word const* value, std::size_t row) const
        -> rank {
        auto const& of = core_.plan.measures[by];
        auto result = rank{.value = *value, .row = static_cast<std::uint32_t>(row)};
        auto const take = [&result](auto const& found) {
            result.known = found.has_value();
            result.value = found ? std::bit_cast<group_word>(*found) : 0;
        };
        switch (core_.ways[by]) {
            case value_way::sum: break;
            case value_way::min:
            case value_way::max: result.known = measure_values::time(value).has_value(); break;
            case value_way::wide_min:
            case value_way::wide_max: result.known = value[1] != 0; break;
            case value_way::bits: result.known = *value != 0; break;
            case value_way::distinct: result.value = core_.values.count(of, value); break;
            case value_way::rate:
            case value_way::two_sums: take(measure_values::real(of, value)); break;
            case value_way::percentile: take(core_.values.percentile(of, value)); break;
        }
        return result;
    }

    /// The ranks of the rows that are wanted; the others are excluded.
    [[nodiscard]] auto ranks_of(rank_order const& how, std::vector<std::size_t>& excluded) const
        -> std::vector<rank> {
        auto const size = core_.table.size();
        auto const offset = how.by_key ? 0 : offset_of(how.by);
        auto const wanted = wanted_by(how.wanted);
        auto result = std::vector<rank>{};
        result.reserve(size);
        for (std::size_t row = 0; row < size; ++row) {
            if (!how.wanted.empty() && !wanted(row)) {
                excluded.push_back(row);
            } else if (how.by_key) {
                auto const state = core_.table.key(row)[0] >> (2 * how.by) & 3;
                result.push_back({.row = static_cast<std::uint32_t>(row), .known = state != 0});
            } else {
                result.push_back(rank_of(how.by, core_.table.values(row).data() + offset, row));
            }
        }
        return result;
    }

    group_core const& core_;
};

}  // namespace flowlog::detail

#endif
