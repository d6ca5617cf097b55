// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_IN_OUT_HPP
#define FLOWLOG_AGGREGATE_IN_OUT_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/detail/group_join.hpp>
#include <flowlog/aggregate/detail/group_results.hpp>
#include <flowlog/aggregate/detail/group_rows.hpp>
#include <flowlog/aggregate/detail/key_order.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/error.hpp>

namespace flowlog {

/// The keys of one end of flows, in place of keys of both ends: `srcaddr` for `ip`, or `dstaddr`.
[[nodiscard]] inline auto keys_of_source(std::vector<group_key> keys) -> std::vector<group_key> {
    for (auto& key : keys) key.other.reset();
    return keys;
}
[[nodiscard]] inline auto keys_of_destination(std::vector<group_key> keys)
    -> std::vector<group_key> {
    for (auto& key : keys) key.field = std::exchange(key.other, std::nullopt).value_or(key.field);
    return keys;
}

namespace detail {

/// The values that a filter compares, of pairs of rows in two groupings.
class side_cells {
public:
    /// Throws `errc::invalid_argument` if a measure is not computed.
    side_cells(group_core const& in, group_core const& out, group_filter const& wanted)
        : in_{in},
          out_{out},
          none_in_{group_results{in}.none()},
          none_out_{group_results{out}.none()} {
        auto const& measures = in.plan.measures;
        for (std::size_t i = 0; i < wanted.measures().size(); ++i) {
            auto const at = std::ranges::find(measures, wanted.measures()[i]);
            if (at == measures.end())
                throw error{errc::invalid_argument,
                            {},
                            "a measure that groups are to be chosen by is not computed"};
            auto offset = std::size_t{0};
            for (auto before = measures.begin(); before != at; ++before) offset += width(*before);
            compared_.push_back({*at, offset, wanted.sides()[i]});
        }
    }

    /// The value that the filter calls `which`. A row may be `group_join::none`.
    [[nodiscard]] auto operator()(std::size_t which, std::uint32_t in, std::uint32_t out) const
        -> group_cell {
        auto const& [of, offset, side] = compared_[which];
        if (side == group_side::in) return cell(in_, none_in_, in, of, offset);
        if (side == group_side::out) return cell(out_, none_out_, out, of, offset);
        auto const number = [](group_cell const& value) {
            if (auto const* const time = std::get_if<std::chrono::microseconds>(&value))
                return static_cast<std::uint64_t>(time->count());
            auto const* const found = std::get_if<std::uint64_t>(&value);
            return found == nullptr ? std::uint64_t{0} : *found;
        };
        auto ignored = false;
        return saturating_add(number(cell(in_, none_in_, in, of, offset)),
                              number(cell(out_, none_out_, out, of, offset)), ignored);
    }

private:
    struct compared {
        measure of;
        std::size_t offset;
        group_side side;
    };

    [[nodiscard]] static auto cell(group_core const& core, group_sums const& nothing,
                                   std::uint32_t row, measure const& of, std::size_t offset)
        -> group_cell {
        if (row == group_join::none) return nothing.sets.cell(of, nothing.words.data() + offset);
        return core.values.cell(of, core.table.values(row).data() + offset);
    }

    group_core const& in_;
    group_core const& out_;
    group_sums none_in_;
    group_sums none_out_;
    std::vector<compared> compared_{};
};

/// Ranks the groups of two groupings, side by side.
class side_ranker {
public:
    side_ranker(group_core const& in, group_core const& out, std::size_t by, unsigned threads)
        : in_{in}, out_{out}, join_{in, out, threads} {
        for (std::size_t i = 0; i < by; ++i) offset_ += width(in.ways[i]);
    }

    /// The pairs that an order wants. Which measure ranks was said before.
    [[nodiscard]] auto run(std::size_t limit, rank_order const& how) -> ranking {
        find_rows();
        auto result = ranking{};
        exclude(how.wanted, result);
        auto const end = rows_.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows_.size()));
        std::ranges::partial_sort(rows_, end, [&](auto const& a, auto const& b) {
            if (a.rank == b.rank) return key_before(a, b);
            return how.ascending ? a.rank < b.rank : a.rank > b.rank;
        });
        for (auto row = rows_.begin(); row != end; ++row) result.groups.push_back(described(*row));
        result.left_out = static_cast<std::size_t>(rows_.end() - end);
        result.rest = sum({end, rows_.end()}, result);
        result.saturated |= saturated_ || in_.values.saturated() || out_.values.saturated();
        result.estimated |= in_.values.estimated() || out_.values.estimated();
        result.rounded |= in_.values.rounded() || out_.values.rounded();
        return result;
    }

    /// The values of two sides, measure by measure.
    [[nodiscard]] static auto side_by_side(std::vector<group_cell> in, std::vector<group_cell> out)
        -> std::vector<group_cell> {
        auto result = std::vector<group_cell>{};
        for (std::size_t i = 0; i < in.size(); ++i) {
            result.push_back(std::move(in[i]));
            result.push_back(std::move(out[i]));
        }
        return result;
    }

private:
    using rows = group_rows<field_list<>, std::tuple<>>;
    static constexpr auto none = group_join::none;

    struct pair_of_rows {
        group_word rank;
        std::uint32_t in;
        std::uint32_t out;
    };

    /// Removes the pairs that a filter does not want, and adds them up.
    void exclude(group_filter const& wanted, ranking& into) {
        if (wanted.empty()) return;
        auto const cells = side_cells{in_, out_, wanted};
        auto const unwanted = std::ranges::partition(rows_, [&](auto const& pair) {
            return wanted.matches(
                [&](std::size_t which) { return cells(which, pair.in, pair.out); });
        });
        into.excluded = unwanted.size();
        into.excluded_values = sum({unwanted.begin(), unwanted.end()}, into);
        rows_.erase(unwanted.begin(), unwanted.end());
    }

    /// The measures over some pairs, as if they were one.
    [[nodiscard]] auto sum(std::span<pair_of_rows const> pairs, ranking& caveats) const
        -> std::vector<group_cell> {
        auto const keys_in = group_results{in_};
        auto const keys_out = group_results{out_};
        auto sum_in = keys_in.none();
        auto sum_out = keys_out.none();
        for (auto const& pair : pairs) {
            if (pair.in != none) keys_in.add(sum_in, pair.in);
            if (pair.out != none) keys_out.add(sum_out, pair.out);
        }
        for (auto const* const sums : {&sum_in, &sum_out}) {
            caveats.saturated |= sums->sets.saturated();
            caveats.estimated |= sums->sets.estimated();
            caveats.rounded |= sums->sets.rounded();
        }
        return side_by_side(values(in_, sum_in), values(out_, sum_out));
    }

    void find_rows() {
        auto const& partners = join_.partners();
        for (std::size_t row = 0; row < partners.size(); ++row)
            add(static_cast<std::uint32_t>(row), partners[row]);
        for (auto const row : join_.rows_without_partner())
            add(none, static_cast<std::uint32_t>(row));
    }

    void add(std::uint32_t in, std::uint32_t out) {
        auto const value = [this](group_core const& core, std::uint32_t row) {
            return row == none ? 0 : core.table.values(row)[offset_];
        };
        rows_.push_back({saturating_add(value(in_, in), value(out_, out), saturated_), in, out});
    }

    /// The order of the keys of two pairs, which may be in different groupings.
    [[nodiscard]] auto key_before(pair_of_rows const& a, pair_of_rows const& b) const -> bool {
        auto const& of_a = a.in != none ? in_ : out_;
        auto const& of_b = b.in != none ? in_ : out_;
        return key_order::before(of_a, a.in != none ? a.in : a.out, of_b,
                                 b.in != none ? b.in : b.out);
    }

    [[nodiscard]] auto described(pair_of_rows const& pair) const -> group {
        auto in = pair.in != none ? rows::row(in_, pair.in) : group{};
        auto out = pair.out != none ? rows::row(out_, pair.out) : group{};
        if (pair.in == none) in.values = values(in_, group_results{in_}.none());
        if (pair.out == none) out.values = values(out_, group_results{out_}.none());
        return {pair.in != none ? std::move(in.key) : std::move(out.key),
                side_by_side(std::move(in.values), std::move(out.values))};
    }

    [[nodiscard]] static auto values(group_core const& core, group_sums const& sums)
        -> std::vector<group_cell> {
        return rows::values(core, sums.words.data(), sums.sets);
    }

    group_core const& in_;
    group_core const& out_;
    group_join join_;
    std::size_t offset_ = 0;
    std::vector<pair_of_rows> rows_{};
    bool saturated_ = false;
};

}  // namespace detail

/// Ranks groups by what came in and what went out, together: `in` grouped flows by their
/// destination and `out` by their source, and both compute the same measures. The values of a group
/// come measure by measure, first in and then out. `how.by` is the position of the measure that
/// ranks, and `how.wanted` is made by `having_in_out`.
///
/// Throws `errc::invalid_argument` if the keys or measures differ, if the measure that ranks is
/// neither a sum nor the number of flows, or if a measure that `how.wanted` compares is not
/// computed.
[[nodiscard]] inline auto rank_in_out(dynamic_grouping const& in, dynamic_grouping const& out,
                                      std::size_t limit, rank_order const& how,
                                      unsigned threads = 1) -> ranking {
    auto const by = how.by;
    auto const fail = [](char const* why) { throw error{errc::invalid_argument, {}, why}; };
    if (in.measures() != out.measures())
        fail("two groupings can be ranked together only if they compute the same measures");
    if (by >= in.measures().size()) fail("the measure that is to rank the groups is not computed");
    auto const& ranks = in.measures()[by];
    if (ranks.kind != measure_kind::flows && ranks.kind != measure_kind::sum)
        fail("only a sum or the number of flows can rank what came in and went out together");
    auto result = detail::side_ranker{detail::grouping_access::core(in),
                                      detail::grouping_access::core(out), by, threads}
                      .run(limit, how);
    result.total = detail::side_ranker::side_by_side(in.totals(), out.totals());
    return result;
}
[[nodiscard]] inline auto rank_in_out(dynamic_grouping const& in, dynamic_grouping const& out,
                                      std::size_t limit, std::size_t by = 0, unsigned threads = 1)
    -> ranking {
    return rank_in_out(in, out, limit, rank_order{.by = by}, threads);
}

}  // namespace flowlog

#endif
