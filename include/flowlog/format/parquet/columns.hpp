// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_COLUMNS_HPP
#define FLOWLOG_FORMAT_PARQUET_COLUMNS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/format/column_batch.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/parquet/file.hpp>

namespace flowlog::detail {

/// The types of values that can be read, as Arrow has them in memory.
enum class stored_type : std::uint8_t {
    none,  ///< anything else, such as a list
    i8,
    u8,
    i16,
    u16,
    i32,
    u32,
    i64,
    u64,
    f32,
    f64,
    decimal,    ///< whole numbers of 128 bits
    text,       ///< with offsets of 32 bits
    long_text,  ///< with offsets of 64 bits
    text_view,  ///< each with its length, and its bytes or where they are
    days,
    seconds,
    milliseconds,
    microseconds,
    nanoseconds
};

/// The type that a format string of the Arrow C data interface means.
[[nodiscard]] constexpr auto stored_type_of(std::string_view format) noexcept -> stored_type {
    using enum stored_type;
    constexpr auto known = std::to_array<std::pair<std::string_view, stored_type>>({
        {"c", i8},
        {"C", u8},
        {"s", i16},
        {"S", u16},
        {"i", i32},
        {"I", u32},
        {"l", i64},
        {"L", u64},
        {"f", f32},
        {"g", f64},
        {"u", text},
        {"z", text},
        {"U", long_text},
        {"Z", long_text},
        {"vu", text_view},
        {"vz", text_view},
        {"tdD", days},
        {"tdm", milliseconds},
    });
    for (auto const& [text, type] : known) {
        if (text == format) return type;
    }
    if (format.starts_with("tss:")) return seconds;
    if (format.starts_with("tsm:")) return milliseconds;
    if (format.starts_with("tsu:")) return microseconds;
    if (format.starts_with("tsn:")) return nanoseconds;
    // d:precision,scale or d:precision,scale,bits
    auto const whole =
        format.starts_with("d:") && (format.ends_with(",0") || format.ends_with(",0,128"));
    return whole ? decimal : none;
}

[[nodiscard]] constexpr auto is_integer(stored_type type) noexcept -> bool {
    return type >= stored_type::i8 && type <= stored_type::u64;
}
[[nodiscard]] constexpr auto is_text(stored_type type) noexcept -> bool {
    return type >= stored_type::text && type <= stored_type::text_view;
}

/// Whether values of a stored type can be values of a field.
[[nodiscard]] constexpr auto can_be(stored_type type, field_type wanted) noexcept -> bool {
    if (is_text(type)) return true;
    if (is_number(wanted) || wanted == field_type::text)
        return type > stored_type::none && type <= stored_type::decimal;
    if (wanted == field_type::time)
        return is_integer(type) || type == stored_type::f64 || type >= stored_type::days;
    return false;
}

/// A column that is a field.
struct parquet_column {
    field_id field;
    std::int32_t number;  ///< among the columns of the file
    stored_type type;
    stored_type index;  ///< of a dictionary; `none`: there is no dictionary
    std::string name;
};

/// The row groups and the columns of a file: what its footer says.
struct parquet_layout {
    struct group {
        std::int64_t first_row;  ///< from 0
        std::int64_t rows;
        std::uint64_t offset;
        std::uint64_t size;
    };

    std::vector<parquet_column> columns{};  ///< in the order of the file; each field once
    std::vector<std::string> foreign{};     ///< columns that are no fields
    std::vector<parquet_column> texts{};    ///< the columns in `foreign` that can be read as text
    std::vector<std::string> mistyped{};  ///< columns whose types cannot be values of their fields
    std::vector<group> groups{};
    std::int64_t rows = 0;
    std::string created_by{};
    std::string codec{};
    bool exact = false;  ///< flowlog wrote the file: absent is null, and "-" is an ordinary text

    [[nodiscard]] auto find(field_id id) const noexcept -> parquet_column const* {
        auto const found = std::ranges::find(columns, id, &parquet_column::field);
        return found == columns.end() ? nullptr : &*found;
    }
};

/// How the values of a column are stored, in its dictionary if it has one.
[[nodiscard]] inline auto stored_type_of(ArrowSchema const& schema) -> stored_type {
    auto const* const dictionary = schema.dictionary;
    return stored_type_of(dictionary != nullptr ? dictionary->format : schema.format);
}

[[nodiscard]] inline auto name_of(ArrowSchema const& schema) -> std::string_view {
    return schema.name == nullptr ? "" : schema.name;
}

/// Whether another column of a schema counts as the field, because of its name.
[[nodiscard]] inline auto is_outranked(ArrowSchema const& schema, field_id id,
                                       std::string_view name) -> bool {
    return std::ranges::any_of(
        std::span{schema.children, static_cast<std::size_t>(schema.n_children)},
        [&](ArrowSchema const* other) {
            return find_field(name_of(*other)) == id &&
                   layout::rank(name_of(*other), id) > layout::rank(name, id) &&
                   can_be(stored_type_of(*other), info(id).type);
        });
}

/// Adds a column of a schema to a layout.
inline void add_column(parquet_layout& into, ArrowSchema const& all, std::int32_t number) {
    auto const& schema = *all.children[number];
    auto const name = std::string{name_of(schema)};
    auto const* const dictionary = schema.dictionary;
    auto const type = stored_type_of(schema);
    auto const index = dictionary != nullptr ? stored_type_of(schema.format) : stored_type::none;
    auto const readable = dictionary == nullptr || is_integer(index);
    auto const id = find_field(name);
    if (!id || into.find(*id) != nullptr || is_outranked(all, *id, name)) {
        if (readable && can_be(type, field_type::text))
            into.texts.push_back({column_batch::text_slot, number, type, index, name});
        return into.foreign.push_back(name);
    }
    if (!can_be(type, info(*id).type) || !readable) return into.mistyped.push_back(name);
    into.columns.push_back({*id, number, type, index, name});
}

/// Throws if no column is a field, because flows would have no values.
template <class = void>
void require_fields(parquet_layout const& layout, parquet_file const& file) {
    constexpr std::size_t max_names = 10;
    if (!layout.columns.empty() || layout.rows == 0) return;
    auto names = layout.foreign;
    names.insert(names.end(), layout.mistyped.begin(), layout.mistyped.end());
    auto text = std::string{};
    for (std::size_t i = 0; i < std::min(names.size(), max_names); ++i)
        text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > max_names) text += ", ...";
    file.fail(errc::unsupported,
              "is a Parquet file without a column that is read as a field of flows (columns within "
              "columns are not read); it has " +
                  text);
}

/// Reads what the footer of a file says.
template <class = void>
auto read_layout(parquet_file& from) -> std::shared_ptr<parquet_layout const> {
    auto result = std::make_shared<parquet_layout>();
    auto const schema = from.schema();
    for (std::int64_t i = 0; i < schema->n_children; ++i)
        add_column(*result, *schema, static_cast<std::int32_t>(i));
    for (std::int32_t i = 0; i < from.groups(); ++i) {
        auto const group = from.group(i);
        if (group.rows < 0) from.fail(errc::corrupt, "is a damaged Parquet file: negative size");
        if (i == 0) result->codec = group.codec;
        result->groups.push_back({result->rows, group.rows, group.offset, group.size});
        result->rows += group.rows;
    }
    require_fields(*result, from);
    result->created_by = from.created_by();
    result->exact = result->created_by.starts_with("flowlog ");
    return result;
}

}  // namespace flowlog::detail

#endif
