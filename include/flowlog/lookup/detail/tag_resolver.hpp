// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_TAG_RESOLVER_HPP
#define FLOWLOG_LOOKUP_DETAIL_TAG_RESOLVER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include <flowlog/detail/radix_sort.hpp>
#include <flowlog/lookup/detail/tag_index.hpp>

namespace flowlog::detail {

/// Turns rules into an index. Of the rules that match a port and protocol, the rule that covers the
/// fewest (port, protocol) pairs ranks highest; any protocol counts as 256. Of two rules that cover
/// equally many, the rule that names its protocol ranks higher.
///
/// N rules take O(N log N), however they overlap: the narrowest rules paint their ports first, and
/// painted ports are skipped.
template <class = void>
class tag_resolver {
public:
    /// The largest number of tags in all lists of several tags together, which take 64 MB.
    static constexpr std::size_t max_listed = std::size_t{1} << 24;

    /// `rules` must be in the order of their rows.
    tag_resolver(std::vector<tag_rule> rules, std::uint32_t tags, tag_tie tie)
        : rules_{std::move(rules)}, sets_{tags}, tie_{tie} {
        radix_sort(rules_, [](tag_rule const& rule) { return rule.order(); });
    }

    /// The index. Call once.
    [[nodiscard]] auto resolve() -> tag_index {
        auto index = tag_index{};
        index.reserve(max_pages());
        auto any = port_canvas{};
        paint_protocol(any, rules_of(any_protocol));
        index.set_any(any);
        auto own = port_canvas{};
        for (std::size_t at = 0; at < rules_.size() && rules_[at].protocol != any_protocol;) {
            auto const rules = rules_of(rules_[at].protocol);
            own.clear();
            paint_protocol(own, rules);
            index.set_protocol(static_cast<std::uint8_t>(rules_[at].protocol), own, any);
            at += rules.size();
        }
        index.set_lists(std::move(sets_));
        return index;
    }

    /// The ties between different tags, ordered by the later row; each pair of rows once. Empty for
    /// `tag_tie::all`.
    [[nodiscard]] auto conflicts() -> std::vector<tag_conflict> const& {
        std::sort(conflicts_.begin(), conflicts_.end());
        auto const same = [](auto const& a, auto const& b) {
            return a.later == b.later && a.earlier == b.earlier;
        };
        conflicts_.erase(std::unique(conflicts_.begin(), conflicts_.end(), same), conflicts_.end());
        return conflicts_;
    }

    /// Whether the lists grew past `max_listed`. If so, the index lacks some of them.
    [[nodiscard]] auto overflowed() const noexcept -> bool { return overflowed_; }

private:
    using rule_span = std::span<tag_rule>;

    /// An upper bound for the number of pages in the index.
    [[nodiscard]] auto max_pages() const noexcept -> std::size_t {
        std::size_t painted = 0;
        std::size_t whole = 0;  // pages if each protocol painted all of its pages
        auto protocol = std::uint16_t{any_protocol + 1};
        for (auto const& rule : rules_) {
            painted += rule.last / ports_per_page - rule.first / ports_per_page + 1;
            if (std::exchange(protocol, rule.protocol) != rule.protocol)
                whole += port_count / ports_per_page;
        }
        return std::min(painted, whole);
    }

    /// The sorted rules of one protocol.
    [[nodiscard]] auto rules_of(std::uint16_t protocol) -> rule_span {
        auto const before = [](tag_rule const& rule, std::uint32_t wanted) {
            return rule.protocol < wanted;
        };
        return {std::lower_bound(rules_.begin(), rules_.end(), protocol, before),
                std::lower_bound(rules_.begin(), rules_.end(), protocol + 1U, before)};
    }

    void paint_protocol(port_canvas& canvas, rule_span rules) {
        while (!rules.empty()) {
            auto const width = rules.front().width();
            auto const end = std::find_if(rules.begin(), rules.end(), [&](tag_rule const& rule) {
                return rule.width() != width;
            });
            auto const group = rules.first(static_cast<std::size_t>(end - rules.begin()));
            if (tie_ == tag_tie::all) {
                paint_together(canvas, group);
            } else {
                paint_one_by_one(canvas, group);
            }
            rules = rules.subspan(group.size());
        }
    }

    /// Paints rules of one width, the winner of each tie first.
    void paint_one_by_one(port_canvas& canvas, rule_span group) {
        if (find_conflicts(group)) {
            std::sort(group.begin(), group.end(), [&](tag_rule const& a, tag_rule const& b) {
                return tie_ == tag_tie::first ? a.row < b.row : a.row > b.row;
            });
        }
        for (auto const& rule : group)
            canvas.paint(rule.first, rule.last, rule.tag + 1, rule.width());
    }

    /// Finds overlapping rules of one width with different tags. Sorted by first port, overlapping
    /// rules of one width form unbroken chains, so it is enough to compare neighbours.
    auto find_conflicts(rule_span group) -> bool {
        auto const before = conflicts_.size();
        for (std::size_t i = 1; i < group.size(); ++i) {
            auto const& a = group[i - 1];
            auto const& b = group[i];
            if (a.tag == b.tag || a.last < b.first) continue;
            conflicts_.push_back(
                {std::min(a.row, b.row), std::max(a.row, b.row), b.first, b.protocol});
        }
        return conflicts_.size() != before;
    }

    /// Paints rules of one width; ports that several rules match get the list of all their tags.
    /// Rules of one width end in the order in which they begin.
    void paint_together(port_canvas& canvas, rule_span group) {
        auto in_force = std::map<std::uint32_t, std::size_t>{};  // how many rules, by tag
        std::size_t entered = 0;
        std::size_t left = 0;
        std::uint32_t port = 0;
        while (left < group.size()) {
            if (in_force.empty()) port = group[entered].first;
            for (; entered < group.size() && group[entered].first == port; ++entered)
                ++in_force[group[entered].tag];
            auto end = group[left].last + 1U;
            if (entered < group.size()) end = std::min<std::uint32_t>(end, group[entered].first);
            if (canvas.next_free(port) < end)
                canvas.paint(port, end - 1, list(in_force), group.front().width());
            port = end;
            for (; left < entered && group[left].last + 1U == port; ++left) {
                auto const tag = in_force.find(group[left].tag);
                if (--tag->second == 0) in_force.erase(tag);
            }
        }
    }

    /// The number of a list of tags, in the order in which the table first names them.
    auto list(std::map<std::uint32_t, std::size_t> const& tags) -> std::uint32_t {
        if (tags.size() == 1) return tags.begin()->first + 1;
        if (sets_.appended() + tags.size() > max_listed) {
            overflowed_ = true;
            return 0;
        }
        return sets_.append(tags);
    }

    std::vector<tag_rule> rules_;
    tag_sets sets_;
    std::vector<tag_conflict> conflicts_;
    tag_tie tie_;
    bool overflowed_ = false;
};

}  // namespace flowlog::detail

#endif
