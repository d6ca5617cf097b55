// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_LOG_DESCRIPTION_HPP
#define FLOWLOG_FORMAT_LOG_DESCRIPTION_HPP

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// What a log is, as `flowlog detect` prints it. Texts come from the log: escape them before they
/// are printed.
struct log_description {
    archive_info info{};
    std::vector<std::string> packed{};           ///< compressions of the file, the outermost first
    std::vector<std::string> columns{};          ///< of a text log
    std::vector<std::string> unknown_columns{};  ///< those that are no fields
    cell_style style{};                          ///< how a text log writes its columns
    bool header = false;                         ///< the columns come from a header line
    bool aws_default = false;                    ///< the columns are a default format of AWS
    std::optional<statistics> counted{};         ///< what `count_flows` counted
};

namespace detail {

/// Whether two layouts have the same fields, however they are spelled.
inline auto same_fields(layout const& a, layout const& b) -> bool {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!a.field_at(i) || a.field_at(i) != b.field_at(i)) return false;
    }
    return true;
}

}  // namespace detail

/// Describes the log of a reader, or a `log`, from its beginning. Throws as reading does.
template <class Reader>
[[nodiscard]] auto describe_log(Reader& reader) -> log_description {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        auto result = reader.visit([](auto& inner) { return describe_log(inner); });
        result.packed = reader.packed();
        return result;
    } else {
        auto result = log_description{.info = reader.describe()};
        if constexpr (requires { reader.columns()->names(); }) {
            auto const columns = reader.columns();
            if (!columns) {
                result.info.format = "empty";
                return result;
            }
            result.columns = columns->names();
            result.style = columns->style();
            for (std::size_t i = 0; i < columns->size(); ++i) {
                if (!columns->field_at(i)) result.unknown_columns.push_back(columns->names()[i]);
            }
            // of records in cells, the heading names the cells and not the columns
            result.header = reader.stats().headers != 0 && result.style.record == cell_style::every;
            result.aws_default = detail::same_fields(*columns, layout::vpc_default()) ||
                                 detail::same_fields(*columns, layout::transit_gateway_default());
            result.info.notes.clear();  // they list the columns
        }
        return result;
    }
}

/// Reads all flows, and sets the exact number of flows, the period that they cover and `counted` in
/// a description. If reading throws, these are set for what was read before.
template <class Reader>
void count_flows(Reader& reader, log_description& into) {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        reader.visit([&](auto& inner) { count_flows(inner, into); });
    } else {
        auto first = std::optional<timestamp>{};
        auto last = std::optional<timestamp>{};
        auto const take = [&](field_value<timestamp> const& time) {
            if (!time) return;
            first = std::min(first.value_or(*time), *time);
            last = std::max(last.value_or(*time), *time);
        };
        auto const conclude = [&] {
            into.counted = reader.stats();
            into.info.records = into.counted->records;
            if (first) into.info.first = first;
            if (last) into.info.last = last;
        };
        try {
            for (auto const& record : reader) {
                take(record[field::start]);
                take(record[field::end]);
            }
        } catch (error const&) {
            conclude();
            throw;
        }
        if constexpr (!requires { reader.columns(); }) into.info = reader.describe();
        conclude();
    }
}

/// Passes over the flows of an archive that says more of itself after them, without unpacking them,
/// and describes it again. Leaves other logs, and their readers, alone. If it throws, what was
/// found before is described.
template <class Reader>
void describe_end(Reader& reader, log_description& into) {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        reader.visit([&](auto& inner) { describe_end(inner, into); });
    } else if constexpr (requires { reader.skip_to_end(); }) {
        try {
            reader.skip_to_end();
        } catch (error const&) {
            into.info = reader.describe();
            throw;
        }
        into.info = reader.describe();
    }
}

}  // namespace flowlog

#endif
