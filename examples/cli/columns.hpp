// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_COLUMNS_HPP
#define FLOWLOG_CLI_COLUMNS_HPP

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/output/record_column.hpp>

#include "keys.hpp"
#include "reading.hpp"

namespace cli {

using columns = std::vector<flowlog::record_column>;

/// Whether a list has a column.
auto has(columns const& all, flowlog::record_column const& wanted) -> bool;

/// The columns that a list names: fields, or columns of text logs that are no fields.
auto parse_columns(std::string_view list) -> columns;

/// The key of flows that a word of an option names; `present` are other names that it may have
/// meant, and `others` gives the names of columns that are no fields. Throws `usage_error` if it
/// names none, or a key of both ends of a flow.
auto key_of_one_flow(std::string const& word, std::string const& option, key_tables const& tables,
                     columns const& present, key_tables::column_names const& others = {})
    -> flowlog::group_key;

/// The columns that are no fields: of --format, and of the first logs. Of several pipes, only the
/// first one is looked at: others may have no writer before it is read. Throws if no log can be
/// read.
auto unknown_columns(reading_options const& options) -> std::vector<std::string>;

/// The columns of a log that was just opened. In some logs, such as JSON whose keys are names of
/// fields, each record may have other ones. Of such a log, if it is a file, this reads up to
/// 200,000 records to find them. A column of `shown` counts as present if records further on may
/// have it.
auto all_columns(flowlog::log& log, reading_options const& options, columns const& shown = {})
    -> columns;

/// The columns that options may name: the present ones, and others of the log that are printed only
/// when they are named.
template <class Reader>
auto named_columns(columns present, Reader& reader) -> columns {
    for (auto const& name : flowlog::other_columns_of(reader)) present.emplace_back(name);
    return present;
}

/// Makes keys, such as `service`, of the columns that are no fields and no columns of the first
/// log, which has those that are `present`, nor of `others`. The tables must outlive the columns.
/// Throws `usage_error` if one is no key either.
void resolve(columns& wanted, columns const& present, key_tables const& tables,
             key_tables::column_names const& others);

/// The warning that a log has other columns than the first one, if it has. `done` is what happens
/// to the columns: "printed".
auto difference(std::string const& name, columns const& first, columns const& shown,
                columns const& present, std::string const& done) -> std::optional<std::string>;

/// The columns of a log that are left out, by what becomes of them.
struct unread_columns {
    std::vector<std::string> named{};     ///< read if they are named
    std::vector<std::string> repeated{};  ///< another column is the same field
    std::vector<std::string> others{};    ///< not read: nested columns, members of JSON
    std::vector<std::string> mistyped{};  ///< fields, of types that do not fit them
};

/// The columns that a reader or log leaves out, as far as it says so.
template <class Reader>
auto unread_columns_of(Reader& reader) -> unread_columns {
    auto result = unread_columns{};
    auto const readable = flowlog::other_columns_of(reader);
    for (auto const& name : reader.describe().unread_columns) {
        auto const id = flowlog::find_field(name);
        auto const is_readable = std::ranges::find(readable, name) != readable.end();
        auto& list = !id               ? (is_readable ? result.named : result.others)
                     : reader.has(*id) ? result.repeated
                                       : result.mistyped;
        list.push_back(name);
    }
    return result;
}

/// The warnings to give about columns that are left out. Leaves out names that are in `said`, and
/// adds the new ones to it. `done` completes "are not …": "printed". `warn_of_mistyped` warns of
/// columns whose types do not fit.
auto warnings_of_unread(std::string const& name, unread_columns const& unread,
                        std::set<std::string>& said, std::string const& done)
    -> std::vector<std::string>;

/// Warns of columns that are not read because their types do not fit their fields.
void warn_of_mistyped(flowlog::log& log);

/// The same, and of columns that are not read because other columns are the same fields.
void warn_of_unread(flowlog::log& log);

/// The columns that header lines further on in a text log had, and the first one lacked.
template <class Reader>
auto columns_further_on(Reader& reader) -> columns {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        return reader.visit([](auto& inner) { return columns_further_on(inner); });
    } else if constexpr (requires { reader.later_columns(); }) {
        return flowlog::columns_of(flowlog::layout{reader.later_columns()});
    } else {
        return {};
    }
}

/// The warning that records further on had more columns than a log seemed to have, if they had.
auto later_columns(std::string const& name, columns const& before, columns const& now,
                   std::string const& done) -> std::optional<std::string>;

}  // namespace cli

#endif
