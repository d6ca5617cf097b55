// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OBJECT_FILTER_HPP
#define FLOWLOG_SOURCE_OBJECT_FILTER_HPP

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/source/object_key.hpp>

namespace flowlog {

/// How far the flows of a log object may lie from the time in its key: the five minutes that it
/// covers, and ten for the longest aggregation interval.
inline constexpr auto log_object_reach = std::chrono::minutes{15};

/// Names of accounts, regions or flow logs.
using name_set = std::set<std::string, std::less<>>;

/// Which log objects are wanted, by what their keys say. What is not set does not matter; an empty
/// set wants nothing.
struct object_filter {
    std::optional<timestamp> since{};  ///< the first time, inclusive
    std::optional<timestamp> until{};  ///< the last time, inclusive
    std::optional<name_set> accounts{};
    std::optional<name_set> regions{};
    std::optional<name_set> flow_log_ids{};

    /// Whether anything is set.
    [[nodiscard]] auto is_set() const noexcept -> bool { return has_times() || has_names(); }
    [[nodiscard]] auto has_times() const noexcept -> bool { return since || until; }
    [[nodiscard]] auto has_names() const noexcept -> bool {
        return accounts || regions || flow_log_ids;
    }

    [[nodiscard]] auto wants_account(std::string_view name) const -> bool {
        return !accounts || accounts->contains(name);
    }
    [[nodiscard]] auto wants_region(std::string_view name) const -> bool {
        return !regions || regions->contains(name);
    }

    /// Whether the account, the region and the flow log of an object are wanted.
    [[nodiscard]] auto wants_names(object_key const& key) const -> bool {
        return wants_account(key.account) && wants_region(key.region) &&
               (!flow_log_ids || flow_log_ids->contains(key.flow_log_id));
    }
    /// Whether the time of an object is in the range.
    [[nodiscard]] auto wants_time(timestamp time) const noexcept -> bool {
        return (!since || *since <= time) && (!until || time <= *until);
    }
    /// Whether an object is wanted.
    [[nodiscard]] auto operator()(object_key const& key) const -> bool {
        return wants_time(key.time) && wants_names(key);
    }

    /// The filter of the objects that can have flows of the time range: `log_object_reach` wider on
    /// both sides.
    [[nodiscard]] auto widened() const -> object_filter {
        auto result = *this;
        if (since) result.since = *since - log_object_reach;
        if (until) result.until = *until + log_object_reach;
        return result;
    }
};

}  // namespace flowlog

#endif
