// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RECORD_COLUMN_HPP
#define FLOWLOG_OUTPUT_RECORD_COLUMN_HPP

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// A column of records that are written out: a field, the number of an address, what a text log has
/// in a column with an unknown name, or a key that is computed from the record.
struct record_column {
    std::optional<field_id> field{};
    std::string name{};  ///< of a column that is not a field
    bool raw = false;  ///< the number of an IPv4 address, see `raw_address`; `field` is the address
    std::optional<group_key> computed{};

    record_column(field_id id) : field{id} {}
    template <field_id Id>
    record_column(raw_address_key<Id>) : field{Id}, raw{true} {}
    explicit record_column(std::string_view opaque) : name{opaque} {}
    /// A key such as `service` or `srcaddr/24`. Its tables must outlive the column.
    explicit record_column(group_key key) : name{key.name}, computed{std::move(key)} {}

    /// The column with a name that a person writes: any spelling of a field, `srcaddr_raw` or
    /// `dstaddr_raw`; else the column of a text log with exactly this name.
    [[nodiscard]] static auto named(std::string_view name) -> record_column {
        auto const found = find_field(name);
        if (!found) return record_column{name};
        auto result = record_column{*found};
        result.raw = detail::has_alias("srcaddr-raw dstaddr-raw", name);
        return result;
    }

    friend auto operator==(record_column const&, record_column const&) -> bool = default;
};

/// The columns of a text log, each field once.
[[nodiscard]] inline auto columns_of(layout const& columns) -> std::vector<record_column> {
    auto result = std::vector<record_column>{};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto const id = columns.field_at(i);
        auto column = id ? record_column{*id} : record_column{columns.names()[i]};
        if (std::find(result.begin(), result.end(), column) == result.end())
            result.push_back(std::move(column));
    }
    return result;
}

/// The columns of the records of a reader or a `log`: the columns of a text log in their order, or
/// the fields of an archive's format in the order of the table of fields. Reads the beginning of
/// the log. There are none if a text log is empty.
template <class Reader>
[[nodiscard]] auto columns_of(Reader& reader) -> std::vector<record_column> {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        return reader.visit([](auto& inner) { return columns_of(inner); });
    } else if constexpr (requires { reader.columns()->names(); }) {
        reader.recognise();
        return reader.columns() ? columns_of(*reader.columns()) : std::vector<record_column>{};
    } else {
        auto result = std::vector<record_column>{};
        for (auto const& f : fields) {
            if (reader.has(f.id)) result.emplace_back(f.id);
        }
        return result;
    }
}

/// The names of columns that are no fields and not among `columns_of`, but can be read by name: of
/// a Parquet file.
template <class Reader>
[[nodiscard]] auto other_columns_of(Reader& reader) -> std::vector<std::string> {
    if constexpr (requires { reader.visit([](auto&) {}); }) {
        return reader.visit([](auto& inner) { return other_columns_of(inner); });
    } else if constexpr (requires { reader.other_columns(); }) {
        return reader.other_columns();
    } else {
        return {};
    }
}

}  // namespace flowlog

#endif
