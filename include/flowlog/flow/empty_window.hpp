// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_EMPTY_WINDOW_HPP
#define FLOWLOG_FLOW_EMPTY_WINDOW_HPP

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>

namespace flowlog {

/// Whether a record without a log-status could name an address or a protocol, and names none:
/// readers take that for NODATA.
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
           record[field::protocol].absent();
}

}  // namespace flowlog

#endif
