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

namespace flowlog::detail {

/// The values of measures over several groups, with the sets of `distinct`.
struct group_sums {
    std::vector<group_word> words;
    measure_values sets{};
};

/// Orders and sums the groups of a `group_core`, which has no pending rows.
class group_results {
public:
    explicit group_results(group_core const& core) noexcept : core_{core} {}

    /// The numbers of all rows, of which the first `limit` are the largest by a measure (by
    /// position), in order. Groups without a value come last, equal groups in the order of their
    /// keys.
    [[nodiscard]] auto ranked(std::size_t limit, std::size_t by) const -> std::vector<std::size_t> {
        auto offset = std::size_t{0};
        for (std::size_t i = 0; i < by; ++i) offset += width(core_.ways[i]);
        auto ranks = std::vector<rank>(core_.table.size());
        for (std::size_t row = 0; row < ranks.size(); ++row)
            ranks[row] = rank_of(by, core_.table.values(row).data() + offset, row);
        auto const order = key_order{core_};
        auto const before = [&order](rank const& a, rank const& b) {
            if (a.known != b.known) return a.known;
            return a.value != b.value ? a.value > b.value : order.before(a.row, b.row);
        };
        auto const end = ranks.begin() + static_cast<std::ptrdiff_t>(std::min(limit, ranks.size()));
        std::ranges::partial_sort(ranks, end, before);
        auto result = std::vector<std::size_t>{};
        result.reserve(ranks.size());
        for (auto const& r : ranks) result.push_back(r.row);
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

    [[nodiscard]] auto rank_of(std::size_t by, group_word const* value, std::size_t row) const
        -> rank {
        auto result = rank{.value = *value, .row = static_cast<std::uint32_t>(row)};
        switch (core_.ways[by]) {
            case value_way::sum: break;
            case value_way::min:
            case value_way::max: result.known = measure_values::time(value).has_value(); break;
            case value_way::wide_min:
            case value_way::wide_max: result.known = value[1] != 0; break;
            case value_way::bits: result.known = *value != 0; break;
            case value_way::distinct:
                result.value = core_.values.count(core_.plan.measures[by], value);
                break;
            case value_way::rate: {
                auto const rate = measure_values::rate(value);
                result.known = rate.has_value();
                result.value = std::bit_cast<group_word>(rate.value_or(0));
            }
        }
        return result;
    }

    group_core const& core_;
};

}  // namespace flowlog::detail

#endif
