// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_ROWS_HPP
#define FLOWLOG_OUTPUT_ROWS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/aggregate/difference.hpp>
#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/json.hpp>

namespace flowlog {

/// A format for rows of named cells: CSV or TSV with a heading, a JSON array of objects, or a JSON
/// object per line.
enum class row_format : std::uint8_t { csv, tsv, json, ndjson };

/// A cell of a row: a value as groupings have it, a truth value, a list of texts, or a difference.
/// A list is an array in JSON; in CSV its texts have blanks between them. An absent value is `null`
/// or empty.
using row_cell = std::variant<group_cell, bool, std::vector<std::string>, difference>;

/// Writes a cell as a JSON value.
inline void write(json_writer& json, group_cell const& value) {
    if (auto const* number = std::get_if<std::uint64_t>(&value)) {
        json.value(*number);
    } else if (auto const* rate = std::get_if<double>(&value)) {
        json.value(*rate);
    } else if (auto const* duration = std::get_if<std::chrono::microseconds>(&value)) {
        json.value(static_cast<double>(duration->count()) / 1e6);
    } else if (std::holds_alternative<std::monostate>(value)) {
        json.null();
    } else {
        json.value(to_text(value));
    }
}
inline void write(json_writer& json, std::vector<std::string> const& texts) {
    json.begin_array();
    for (auto const& text : texts) json.value(text);
    json.end_array();
}
inline void write(json_writer& json, difference const& value) {
    if (auto const* const count = std::get_if<signed_count>(&value)) {
        json.number((count->negative ? "-" : "") + std::to_string(count->magnitude));
    } else if (auto const* const real = std::get_if<double>(&value)) {
        json.value(*real);
    } else {
        json.null();
    }
}
inline void write(json_writer& json, row_cell const& value) {
    if (auto const* truth = std::get_if<bool>(&value))
        json.value(*truth);
    else if (auto const* texts = std::get_if<std::vector<std::string>>(&value))
        write(json, *texts);
    else if (auto const* change = std::get_if<difference>(&value))
        write(json, *change);
    else
        write(json, std::get<group_cell>(value));
}

/// Writes rows of named cells.
///
///     auto rows = flowlog::row_writer{flowlog::row_format::csv, {"srcaddr", "bytes"},
///     write_to_file}; for (auto const& group : ranking.groups) rows.row(group.key, group.values);
///     rows.finish();
class row_writer {
public:
    /// Takes over blocks of text.
    using sink = std::function<void(std::string_view)>;

    /// `names` are the headings of the columns, or the keys of the objects. `escape` makes texts in
    /// CSV and TSV safe for a terminal; JSON always is.
    row_writer(row_format format, std::vector<std::string> names, sink out, bool escape = false)
        : format_{format},
          names_{std::move(names)},
          out_{std::move(out)},
          escape_{escape},
          csv_{text_, format == row_format::tsv ? '\t' : ','} {
        if (is_json()) return;
        for (auto const& name : names_) csv_.cell(name);
        csv_.end_row();
    }
    row_writer(row_writer const&) = delete;
    auto operator=(row_writer const&) -> row_writer& = delete;
    ~row_writer() = default;

    /// The writer of the JSON document that is around the rows; null in other formats. Whoever
    /// calls it opens and closes the array of the rows; otherwise the document is that array.
    [[nodiscard]] auto json() noexcept -> json_writer* {
        if (format_ != row_format::json) return nullptr;
        array_ = array::of_caller;
        return &json_;
    }

    /// Writes one row: some cells, followed by more.
    void row(std::span<group_cell const> cells, std::span<group_cell const> more = {}) {
        begin_row();
        for (auto const& cell : cells) add(cell);
        for (auto const& cell : more) add(cell);
        end_row();
    }
    void row(std::vector<row_cell> const& cells) {
        begin_row();
        for (auto const& cell : cells) add(cell);
        end_row();
    }

    /// Finishes the text and writes the rest of it.
    void finish() {
        if (format_ == row_format::json) {
            open_array();
            if (array_ == array::own) json_.end_array();
            text_ += '\n';
        }
        out_(text_);
        text_.clear();
    }

private:
    enum class array : std::uint8_t { none, own, of_caller };
    static constexpr std::size_t block_size = std::size_t{64} << 10;

    [[nodiscard]] auto is_json() const noexcept -> bool {
        return format_ == row_format::json || format_ == row_format::ndjson;
    }

    void open_array() {
        if (array_ != array::none) return;
        array_ = array::own;
        json_.begin_array();
    }

    void begin_row() {
        if (!is_json()) return;
        if (format_ == row_format::json)
            open_array();
        else
            json_ = json_writer{text_};  // no commas between lines
        json_.begin_object();
        name_ = 0;
    }

    void end_row() {
        if (is_json()) json_.end_object();
        if (!is_json()) csv_.end_row();
        if (format_ == row_format::ndjson) text_ += '\n';
        if (text_.size() < block_size) return;
        out_(text_);
        text_.clear();
    }

    template <class Cell>
    void add(Cell const& cell) {
        if (is_json())
            write(json_.key(names_[name_++]), cell);
        else
            csv_.cell(csv_text(cell));
    }

    [[nodiscard]] auto csv_text(group_cell const& cell) const -> std::string {
        if (std::holds_alternative<std::monostate>(cell)) return {};
        return escape_ ? escaped(to_text(cell)) : to_text(cell);
    }
    [[nodiscard]] static auto csv_text(difference const& cell) -> std::string {
        if (std::holds_alternative<std::monostate>(cell)) return {};
        auto text = to_text(cell);
        return text.starts_with('+') ? text.substr(1) : text;
    }
    [[nodiscard]] auto csv_text(row_cell const& cell) const -> std::string {
        if (auto const* truth = std::get_if<bool>(&cell)) return *truth ? "true" : "false";
        if (auto const* single = std::get_if<group_cell>(&cell)) return csv_text(*single);
        if (auto const* change = std::get_if<difference>(&cell)) return csv_text(*change);
        auto joined = std::string{};
        for (auto const& text : std::get<std::vector<std::string>>(cell))
            joined += (joined.empty() ? "" : " ") + text;
        return csv_text(group_cell{std::move(joined)});
    }

    row_format format_;
    std::vector<std::string> names_;
    sink out_;
    bool escape_;
    array array_ = array::none;
    std::size_t name_ = 0;
    std::string text_{};
    csv_writer csv_;
    json_writer json_{text_};
};

}  // namespace flowlog

#endif
