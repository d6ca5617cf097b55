// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_PRUNE_HPP
#define FLOWLOG_FORMAT_PARQUET_PRUNE_HPP

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/unix_time.hpp>
#include <flowlog/format/parquet/columns.hpp>
#include <flowlog/format/parquet/decode.hpp>
#include <flowlog/format/parquet/file.hpp>

namespace flowlog::detail {

/// The smallest and the largest value of a column in a row group, as `field_bounds` has them.
struct value_bounds {
    std::int64_t first;
    std::int64_t last;
};

/// The bounds of times, in microseconds. None if a time may be malformed, or if the numbers are
/// Unix times of different units: then those between them may be any.
[[nodiscard]] inline auto time_bounds(stored_type type, value_bounds stored)
    -> std::optional<value_bounds> {
    auto const microseconds = [](timestamp time) { return time.time_since_epoch().count(); };
    if (type < stored_type::days) {
        if (stored.first < 0) return std::nullopt;
        auto const first = static_cast<std::uint64_t>(stored.first);
        auto const last = static_cast<std::uint64_t>(stored.last);
        if (unix_units_per_second(first) != unix_units_per_second(last)) return std::nullopt;
        return value_bounds{microseconds(from_unix_time(first)),
                            microseconds(from_unix_time(last))};
    }
    auto const first = time_of_unit(type, stored.first);
    auto const last = time_of_unit(type, stored.last);
    if (!first.has_value() || !last.has_value()) return std::nullopt;
    return value_bounds{microseconds(*first), microseconds(*last)};
}

/// The bounds that the statistics of a row group give for a column; none if they give none, or if
/// a value may be malformed.
template <class = void>
auto bounds_of(parquet_file const& from, std::int32_t group, parquet_column const& column)
    -> std::optional<value_bounds> {
    if (column.index != stored_type::none) return std::nullopt;
    if (!is_integer(column.type) && column.type < stored_type::days) return std::nullopt;
    auto const found = from.bounds(group, column.number);
    if (found.known == 0 || found.min > found.max) return std::nullopt;
    if (info(column.field).type == field_type::time)
        return time_bounds(column.type, {found.min, found.max});
    constexpr auto most = std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    auto const max = std::min(max_number(info(column.field).type), most);
    if (found.min < 0 || found.max > static_cast<std::int64_t>(max)) return std::nullopt;
    return value_bounds{found.min, found.max};
}

/// Whether a row group may have rows that are no flows, NODATA or SKIPDATA, according to the
/// statistics of the log-status.
template <class = void>
auto may_have_empty_windows(parquet_file const& from, parquet_layout const& layout,
                            std::int32_t group) -> bool {
    auto const* const status = layout.find(field_id::log_status);
    return status != nullptr && !from.has_only(group, status->number, "OK");
}

/// Says which row groups cannot have a flow that is wanted.
class parquet_pruner {
public:
    void restrict(std::span<field_bounds const> wanted) {
        wanted_.assign(wanted.begin(), wanted.end());
    }

    /// Whether no row of a group has values within all bounds. A group that has a log-status which
    /// may be NODATA or SKIPDATA is never excluded: these rows are counted whatever is wanted.
    template <class = void>
    [[nodiscard]] auto excludes(parquet_file const& from, parquet_layout const& layout,
                                std::int32_t group) const -> bool {
        auto const outside = [&](field_bounds const& wanted) {
            auto const* const column = layout.find(wanted.id);
            if (column == nullptr) return false;
            auto const found = bounds_of(from, group, *column);
            return found && (found->last < wanted.first || found->first > wanted.last);
        };
        return std::ranges::any_of(wanted_, outside) &&
               !may_have_empty_windows(from, layout, group);
    }

private:
    std::vector<field_bounds> wanted_;
};

}  // namespace flowlog::detail

#endif
