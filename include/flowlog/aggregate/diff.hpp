// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DIFF_HPP
#define FLOWLOG_AGGREGATE_DIFF_HPP

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/detail/group_differ.hpp>
#include <flowlog/aggregate/difference.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/error.hpp>

namespace flowlog {

/// What became of a group from one grouping to a later one.
enum class change_kind : std::uint8_t { added, removed, changed, unchanged };

/// The word for a change: `added`.
[[nodiscard]] constexpr auto name(change_kind kind) noexcept -> std::string_view {
    constexpr auto names =
        std::array<std::string_view, 4>{"added", "removed", "changed", "unchanged"};
    return names[static_cast<std::size_t>(kind)];
}

/// A group that differs. All cells of a side that does not have the group are absent.
struct group_change {
    change_kind kind{};
    std::vector<group_cell> key{};
    std::vector<group_cell> before{};  ///< the measures
    std::vector<group_cell> after{};

    friend auto operator==(group_change const&, group_change const&) -> bool = default;
};

/// Several groups: how many, and the measures over them as if they were one.
struct change_total {
    std::size_t groups = 0;
    std::vector<group_cell> before{};
    std::vector<group_cell> after{};
};

/// How two groupings differ.
struct grouping_diff {
    /// The groups that differ, the added ones first, then the removed and the changed ones; of
    /// each kind those with the largest difference, equal ones in the order of their keys.
    std::vector<group_change> changes{};
    std::array<change_total, 4> kinds{};  ///< all groups of each kind, by `change_kind`
    change_total all{};
    bool saturated = false;  ///< some sum stopped at 2^64 - 1
    bool estimated = false;  ///< some count of different values is an estimate
    bool rounded = false;    ///< some percentile is not exact

    [[nodiscard]] auto of(change_kind kind) const noexcept -> change_total const& {
        return kinds[static_cast<std::size_t>(kind)];
    }

    /// Whether a group was added or removed, or changed.
    [[nodiscard]] auto differs() const noexcept -> bool {
        return of(change_kind::unchanged).groups != all.groups;
    }
};

/// How two groupings are compared.
struct diff_options {
    std::size_t by = 0;      ///< the position of the measure that decides; it must be a number
    double factor = 2;       ///< a group that grew or shrank by this factor, or more, has changed
    std::size_t limit = 20;  ///< the number of groups of each kind among the changes
    unsigned threads = 1;
};

/// Compares two groupings by the same kinds of keys, which compute the same measures. Looks each
/// group up in the other grouping; memory is proportional to the number of groups.
///
///     auto const found = flowlog::diff(yesterday.value, today.value);
///     for (auto const& change : found.changes) …
///
/// Throws `errc::invalid_argument` if the keys or measures differ, if the measure that decides is
/// a time or is not computed, or if the factor is less than 1.
[[nodiscard]] inline auto diff(dynamic_grouping const& before, dynamic_grouping const& after,
                               diff_options const& options = {}) -> grouping_diff {
    auto const fail = [](char const* why) { throw error{errc::invalid_argument, {}, why}; };
    if (before.measures() != after.measures())
        fail("two groupings can be compared only if they compute the same measures");
    if (options.by >= before.measures().size())
        fail("the measure that decides what has changed is not computed");
    if (!(options.factor >= 1) || !std::isfinite(options.factor))
        fail("a factor of change must be at least 1");
    if (before.measures()[options.by].is_time())
        fail("the measure that decides what has changed must be a number, not a time");
    auto result =
        detail::group_differ<grouping_diff, change_kind>{
            detail::grouping_access::core(before), detail::grouping_access::core(after), options.by,
            options.factor, options.threads}
            .run(options.limit);
    result.all.before = before.totals();
    result.all.after = after.totals();
    for (auto const& kind : result.kinds) result.all.groups += kind.groups;
    return result;
}

}  // namespace flowlog

#endif
