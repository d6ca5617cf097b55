// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_DESCRIBE_HPP
#define FLOWLOG_FORMAT_PARQUET_DESCRIBE_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/parquet/arrays.hpp>
#include <flowlog/format/parquet/columns.hpp>
#include <flowlog/format/parquet/file.hpp>
#include <flowlog/format/parquet/prune.hpp>

namespace flowlog::detail {

/// A value as text; empty if it is null, or of a type that has no short text.
inline auto text_of(parquet_column const& column, array_piece piece) -> std::string {
    if (null_mask{piece}.is_null(0)) return {};
    if (column.index != stored_type::none) {
        auto const& dictionary = *piece.array->dictionary;
        auto const at = with_number(column.index, [&]<class Index>(std::type_identity<Index>) {
            return static_cast<std::size_t>(*values_of<Index>(piece));
        });
        if (at >= static_cast<std::size_t>(dictionary.length)) return {};
        auto plain = column;
        plain.index = stored_type::none;
        return text_of(plain, {&dictionary, at, 1});
    }
    if (is_text(column.type))
        return with_texts(column.type, piece, [](auto const& t) { return std::string{t[0]}; });
    if (column.type == stored_type::decimal) return {};
    return with_number(column.type, [&]<class T>(std::type_identity<T>) {
        return std::to_string(*values_of<T>(piece));
    });
}

/// Names with commas between them, after a sentence's beginning.
inline auto note_of(std::string const& what, std::vector<std::string> const& names) -> std::string {
    auto result = what;
    for (auto const& name : names) result += (&name == names.data() ? "" : ", ") + name;
    return result;
}

/// The first start and the last end according to the statistics, if all row groups have them.
template <class = void>
void describe_period(archive_info& into, parquet_file const& from, parquet_layout const& layout) {
    auto const* const start = layout.find(field_id::start);
    auto const* const end = layout.find(field_id::end);
    if (start == nullptr || end == nullptr) return;
    auto first = std::optional<std::int64_t>{};
    auto last = std::optional<std::int64_t>{};
    for (std::size_t i = 0; i < layout.groups.size(); ++i) {
        if (layout.groups[i].rows == 0) continue;
        auto const starts = bounds_of(from, static_cast<std::int32_t>(i), *start);
        auto const ends = bounds_of(from, static_cast<std::int32_t>(i), *end);
        if (!starts || !ends) return;
        first = std::min(first.value_or(starts->first), starts->first);
        last = std::max(last.value_or(ends->last), ends->last);
    }
    if (!first) return;
    into.first = timestamp{std::chrono::microseconds{*first}};
    into.last = timestamp{std::chrono::microseconds{*last}};
}

/// What a Parquet file says of itself.
template <class = void>
auto describe_parquet(parquet_file const& from, parquet_layout const& layout) -> archive_info {
    auto result = archive_info{.format = "Parquet",
                               .version = layout.created_by,
                               .compression = layout.codec,
                               .records = static_cast<std::uint64_t>(layout.rows)};
    auto names = std::vector<std::string>{};
    for (auto const& column : layout.columns) names.push_back(column.name);
    result.notes.push_back(std::to_string(layout.groups.size()) +
                           (layout.groups.size() == 1 ? " row group" : " row groups"));
    result.notes.push_back(note_of("columns: ", names));
    if (!layout.foreign.empty())
        result.notes.push_back(note_of("columns that are no fields: ", layout.foreign));
    if (!layout.mistyped.empty())
        result.notes.push_back(
            note_of("columns whose types do not fit their fields: ", layout.mistyped));
    result.unread_columns = layout.foreign;
    result.unread_columns.insert(result.unread_columns.end(), layout.mistyped.begin(),
                                 layout.mistyped.end());
    describe_period(result, from, layout);
    return result;
}

}  // namespace flowlog::detail

#endif
