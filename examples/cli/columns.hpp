// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_COLUMNS_HPP
#define FLOWLOG_CLI_COLUMNS_HPP

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/output/record_column.hpp>

namespace cli {

using columns = std::vector<flowlog::record_column>;

/// Whether a list has a column.
auto has(columns const& all, flowlog::record_column const& wanted) -> bool;

/// The columns that a list names: fields, or columns of text logs that are no fields.
auto parse_columns(std::string_view list) -> columns;

/// Throws `usage_error` if one of the columns is no field, and no column of the first log.
void require_known(columns const& wanted, columns const& present);

/// The warning that a log has other columns than the first one, if it has. `done` is what happens
/// to the columns: "printed".
auto difference(std::string const& name, columns const& first, columns const& shown,
                columns const& present, std::string const& done) -> std::optional<std::string>;

}  // namespace cli

#endif
