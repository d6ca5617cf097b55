// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_EMPTY_WINDOW_HPP
#define FLOWLOG_FLOW_EMPTY_WINDOW_HPP

#include <array>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>

namespace flowlog {

namespace detail {

/// Fields of which flows name at least one, if the log has one of them.
inline constexpr auto names_of_flows =
    std::array{field_id::srcaddr, field_id::dstaddr, field_id::protocol};

/// Fields that NODATA lines lack as well.
inline constexpr auto numbers_of_flows =
    std::array{field_id::srcport, field_id::dstport, field_id::packets, field_id::bytes};

}  // namespace detail

/// Whether a record without a log-status could name an address or a protocol, and names none, and
/// has neither ports nor counters: readers take that for NODATA.
template <flow_record Record>
[[nodiscard]] auto is_empty_window(Record const& record) -> bool {
    auto const lacks_all = [](auto const& columns) {
        return !columns.has(field_id::srcaddr) && !columns.has(field_id::dstaddr) &&
               !columns.has(field_id::protocol);
    };
    if constexpr (requires { record.columns().has(field_id::srcaddr); }) {
        if (lacks_all(record.columns())) return false;
    } else if constexpr (requires { record.batch().has(field_id::srcaddr); }) {
        if (lacks_all(record.batch())) return false;
    }
    return record[field::srcaddr].absent() && record[field::dstaddr].absent() &&
           record[field::protocol].absent() && record[field::srcport].absent() &&
           record[field::dstport].absent() && record[field::packets].absent() &&
           record[field::bytes].absent();
}

}  // namespace flowlog

#endif
