// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_VIEW_HPP
#define FLOWLOG_AGGREGATE_GROUP_VIEW_HPP

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

template <class Fields, class Measures>
class grouping;

namespace detail {

/// Where the words of each key and of each measure are in a row.
struct group_offsets {
    explicit group_offsets(group_core const& core) {
        auto at = std::size_t{1};
        for (auto const& key : core.plan.keys) {
            keys.push_back(at);
            at += key_width(key);
        }
        at = 0;
        for (auto const way : core.ways) {
            measures.push_back(at);
            at += width(way);
        }
    }

    std::vector<std::size_t> keys{};
    std::vector<std::size_t> measures{};
};

/// Whether a sum of a row reached its largest value, if any sum of the groups stopped there.
[[nodiscard]] inline auto is_saturated(group_core const& core, std::size_t row) noexcept -> bool {
    auto const* at = core.table.values(row).data();
    for (auto const& m : core.plan.measures) {
        if (core.values.saturated(m, at)) return true;
        at += width(m);
    }
    return false;
}

}  // namespace detail

/// A group, read where its grouping keeps it. Valid until the grouping changes.
class group_view {
public:
    /// The value of a key that is a field, a port, a network, a part of time, a tag or a label,
    /// given its position. `T` is the type of the field's values; tags and labels are
    /// std::string_view. A network is its first address, a part of time its beginning.
    template <class T>
    [[nodiscard]] auto key(std::size_t which) const noexcept -> field_value<T> {
        auto const* const words = row_ + offsets_->keys[which];
        auto const state = state_of(which);
        if (state == detail::key_state::absent) return {};
        if constexpr (std::is_same_v<T, address>) {
            return detail::get_address(state, words);
        } else if constexpr (std::is_same_v<T, timestamp>) {
            return detail::time_of(*words);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            return std::string_view{core_->plan.texts.text(*words)};
        } else {
            return static_cast<T>(*words);
        }
    }

    /// Any key as a cell.
    [[nodiscard]] auto key_cell(std::size_t which) const -> group_cell {
        return detail::key_cell(core_->plan.keys[which], state_of(which),
                                row_ + offsets_->keys[which], core_->plan.texts);
    }

    /// The value of a measure, given its position. `T` is std::uint64_t for counts, sums and
    /// `distinct`, double for rates, averages and ratios, and the type of the field's values for
    /// the others. Durations are in microseconds, and in seconds in averages and ratios.
    template <class T>
    [[nodiscard]] auto value(std::size_t which) const -> field_value<T> {
        auto const& of = core_->plan.measures[which];
        auto const* const words = values() + offsets_->measures[which];
        auto const wrapped = [](auto const& found) {
            return found ? field_value<T>{static_cast<T>(*found)} : field_value<T>{};
        };
        if constexpr (std::is_same_v<T, timestamp>) {
            return wrapped(detail::measure_values::time(words));
        } else if constexpr (std::is_same_v<T, double>) {
            return wrapped(detail::measure_values::real(of, words));
        } else {
            switch (of.kind) {
                case measure_kind::min:
                case measure_kind::max:
                case measure_kind::percentile:
                case measure_kind::bit_or: return wrapped(core_->values.whole(of, words));
                default: return static_cast<T>(core_->values.count(of, words));
            }
        }
    }

    /// Whether some sum reached 2^64 - 1, if the sum of any group stopped there.
    [[nodiscard]] auto saturated() const noexcept -> bool {
        return detail::is_saturated(*core_, number_);
    }

private:
    template <class, class>
    friend class grouping;

    group_view(detail::group_core const& core, detail::group_offsets const& offsets,
               std::size_t row) noexcept
        : core_{&core}, offsets_{&offsets}, number_{row}, row_{core.table.key(row).data()} {}

    [[nodiscard]] auto state_of(std::size_t which) const noexcept -> detail::key_state {
        return static_cast<detail::key_state>(*row_ >> (2 * which) & 3);
    }
    [[nodiscard]] auto values() const noexcept -> detail::group_word const* {
        return row_ + core_->plan.key_words;
    }

    detail::group_core const* core_;
    detail::group_offsets const* offsets_;
    std::size_t number_;
    detail::group_word const* row_;
};

}  // namespace flowlog

#endif
