// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_FILTER_HPP
#define FLOWLOG_AGGREGATE_GROUP_FILTER_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/detail/group_filter_parser.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/detail/blank.hpp>

namespace flowlog {

class group_filter;

/// Reads a time for `having`, which throws as this function does. `parse_time` of grammar/time.hpp
/// is one.
using group_time_reader = detail::group_time_reader;

/// Makes a filter of groups from an expression: comparisons of measures with numbers, connected by
/// `and`, `or`, `not` and parentheses.
///
///     auto const busy = flowlog::having("flows > 50 and distinct(dstport) >= 10");
///     auto const found = groups.rank(20, {.wanted = busy});
///
/// Measures have the names that headings have: `flows`, `bytes` or `sum(bytes)`, `max(packets)`,
/// `avg(bytes)`, `percentile(bytes, 95)`, `bytes/packets`. Numbers and durations are written as in
/// filters of flows: `10M`, `64Ki`, `90s`. Times need `read_time`. A comparison with an absent
/// value fails. Throws `errc::invalid_filter` with the column of the error, what was expected
/// there, and the expression with a caret below the error.
[[nodiscard]] auto having(std::string_view expression, group_time_reader const& read_time = {})
    -> group_filter;

/// The same for `rank_in_out`: measures may end with `_in` or `_out`, as the headings do
/// (`bytes_in`, `max(packets)_out`). A sum, and `flows`, without it is of both together.
[[nodiscard]] auto having_in_out(std::string_view expression,
                                 group_time_reader const& read_time = {}) -> group_filter;

/// Which groups are wanted, given their measures: all of them unless it was made by `having`.
class group_filter {
public:
    group_filter() = default;

    /// Whether all groups are wanted.
    [[nodiscard]] auto empty() const noexcept -> bool { return tests_.empty(); }

    /// The measures that are compared.
    [[nodiscard]] auto measures() const noexcept -> std::vector<measure> const& {
        return measures_;
    }

    /// Of `having_in_out`: the side of each of the measures.
    [[nodiscard]] auto sides() const noexcept -> std::vector<detail::group_side> const& {
        return sides_;
    }

    /// The sums that the expression calls by the name of their field alone, which a key may have,
    /// too.
    [[nodiscard]] auto bare_sums() const noexcept -> std::vector<detail::bare_sum> const& {
        return bare_sums_;
    }

    /// Whether a group is wanted. `cell_of(i)` is the value of measure `i` of `measures()`.
    template <class CellOf>
    [[nodiscard]] auto matches(CellOf cell_of) const -> bool {
        return tests_.empty() || holds(tests_.size() - 1, cell_of);
    }

private:
    friend auto having(std::string_view, group_time_reader const&) -> group_filter;
    friend auto having_in_out(std::string_view, group_time_reader const&) -> group_filter;

    explicit group_filter(detail::group_filter_parser parser) {
        parser.parse();
        tests_ = std::move(parser.tests);
        measures_ = std::move(parser.measures);
        sides_ = std::move(parser.sides);
        bare_sums_ = std::move(parser.bare_sums);
    }

    using test = detail::group_test;
    using relation = detail::relation;

    template <class CellOf>
    [[nodiscard]] auto holds(std::size_t which, CellOf const& cell_of) const -> bool {
        auto const& node = tests_[which];
        switch (node.is) {
            case test::type::both: return holds(node.left, cell_of) && holds(node.right, cell_of);
            case test::type::either: return holds(node.left, cell_of) || holds(node.right, cell_of);
            case test::type::negate: return !holds(node.left, cell_of);
            case test::type::compare: break;
        }
        return compare(node, cell_of(node.left));
    }

    [[nodiscard]] static auto compare(test const& node, group_cell const& cell) -> bool {
        auto const& bound = node.bound;
        if (auto const* const number = std::get_if<std::uint64_t>(&cell)) {
            if (bound.whole) return holds(node.how, *number, bound.first, bound.last);
            return holds(node.how, static_cast<double>(*number), bound.real, bound.real);
        }
        if (auto const* const real = std::get_if<double>(&cell))
            return holds(node.how, *real, bound.real, bound.real);
        if (auto const* const time = std::get_if<timestamp>(&cell))
            return holds(node.how, detail::bound_of(*time), bound.first, bound.last);
        if (auto const* const duration = std::get_if<std::chrono::microseconds>(&cell))
            return holds(node.how, static_cast<std::uint64_t>(duration->count()), bound.first,
                         bound.last);
        return false;
    }

    /// Whether a value has a relation to a range; to its beginning, if it is an order.
    template <class T>
    [[nodiscard]] static auto holds(relation how, T value, T first, T last) noexcept -> bool {
        switch (how) {
            case relation::equal: return first <= value && value <= last;
            case relation::different: return value < first || last < value;
            case relation::less: return value < first;
            case relation::at_most: return value <= first;
            case relation::greater: return first < value;
            case relation::at_least: break;
        }
        return first <= value;
    }

    std::vector<test> tests_{};
    std::vector<measure> measures_{};
    std::vector<detail::group_side> sides_{};
    std::vector<detail::bare_sum> bare_sums_{};
};

inline auto having(std::string_view expression, group_time_reader const& read_time)
    -> group_filter {
    auto const plain = detail::with_plain_blanks(std::string{expression});
    return group_filter{detail::group_filter_parser{plain, read_time}};
}

inline auto having_in_out(std::string_view expression, group_time_reader const& read_time)
    -> group_filter {
    auto const plain = detail::with_plain_blanks(std::string{expression});
    return group_filter{detail::group_filter_parser{plain, read_time, true}};
}

/// Which groups a ranking has, and in which order.
struct rank_order {
    std::size_t by = 0;      ///< the position of the measure that ranks, or of the key
    bool by_key = false;     ///< a key ranks
    bool ascending = false;  ///< the smallest first; groups without a value still come last
    group_filter wanted{};   ///< all groups by default
};

}  // namespace flowlog

#endif
