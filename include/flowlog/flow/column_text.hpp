// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_COLUMN_TEXT_HPP
#define FLOWLOG_FLOW_COLUMN_TEXT_HPP

#include <string_view>

#include <flowlog/flow/record.hpp>
#include <flowlog/flow/value.hpp>

namespace flowlog {

/// The text in the column of a text log with exactly this name, whether it is a field or not, or in
/// such a column of a Parquet file that is no field. Absent if it is `-`, if there is no such
/// column, and in records of other formats.
template <flow_record Record>
[[nodiscard]] auto text_of_column(Record const& record, std::string_view name)
    -> field_value<std::string_view> {
    if constexpr (requires { record[name]; }) {
        return record[name];
    } else if constexpr (requires { record.visit([](auto const&) {}); }) {
        return record.visit([name](auto const& inner) { return text_of_column(inner, name); });
    } else {
        return {};
    }
}

}  // namespace flowlog

#endif
