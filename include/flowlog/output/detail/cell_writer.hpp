// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_CELL_WRITER_HPP
#define FLOWLOG_OUTPUT_DETAIL_CELL_WRITER_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <flowlog/aggregate/group_cell.hpp>
#include <flowlog/aggregate/key_reader.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/empty_window.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/detail/row_buffer.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/record_options.hpp>

namespace flowlog::detail {

/// What is known about a column before the first record: what its cells are, and the text around
/// them.
struct output_cell {
    std::optional<field_id> field{};
    std::size_t printer = 0;  ///< index into `cell_writer::printers`
    char separator = ',';
    bool separates = false;  ///< whether the separator precedes the cell
    std::string name{};      ///< the heading
    std::string before{};    ///< the text before each value, if it is more than the separator
    std::string constant{};  ///< the value, if it is always the same
    bool quoted = false;     ///< whether the value is a JSON string
    bool right = false;      ///< whether a table aligns the cell to the right
    bool last = false;
    std::size_t width = 0;            ///< in a table
    std::size_t column = 0;           ///< the column of a text log, if the cell is not a field
    std::optional<key_reader> key{};  ///< of a cell that is computed
};

/// Writes the cells of rows into a buffer. Cells are written through a pointer, `out`; the buffer
/// always has space for the rest of a row except for its texts.
class cell_writer {
public:
    static constexpr auto opaque_printer = fields.size();
    static constexpr auto constant_printer = fields.size() + 1;
    static constexpr auto raw_printer = fields.size() + 2;  ///< the number of an IPv4 address
    static constexpr auto computed_printer = fields.size() + 3;
    static constexpr auto status_printer = fields.size() + 4;  ///< the log-status of a VPC flow log
    static constexpr auto transport_printer = fields.size() + 5;  ///< the name of the protocol

    explicit cell_writer(record_options options) : options_{options} {}

    /// A writer of the same cells, with an empty buffer.
    cell_writer(cell_writer const& other) : options_{other.options_}, row_size_{other.row_size_} {}
    cell_writer(cell_writer&&) = default;
    auto operator=(cell_writer const&) -> cell_writer& = delete;
    auto operator=(cell_writer&&) -> cell_writer& = default;
    ~cell_writer() = default;

    [[nodiscard]] auto options() const noexcept -> record_options const& { return options_; }
    [[nodiscard]] auto buffer() noexcept -> row_buffer& { return buffer_; }

    [[nodiscard]] auto is_json() const noexcept -> bool {
        return options_.format == record_format::json || options_.format == record_format::ndjson;
    }
    [[nodiscard]] auto is_table() const noexcept -> bool {
        return options_.format == record_format::table;
    }

    [[nodiscard]] auto separator() const noexcept -> std::string_view {
        switch (options_.format) {
            case record_format::tsv: return "\t";
            case record_format::vpc: return " ";
            case record_format::table: return "  ";
            default: return ",";
        }
    }

    /// Adds a cell to each row.
    void count(output_cell const& cell) {
        row_size_ += cell.before.size() + 2 * max_printed + cell.width;
    }

    /// Begins a row: where its first cell is to be written.
    [[nodiscard]] auto begin_row(std::string_view text) -> char* {
        return print_text(buffer_.reserve(row_size_), text);
    }

    /// Whether there is more around a value than a separator: then cells are written by
    /// `write_dressed`, otherwise by `write_plain`. Both return null if the value is malformed.
    [[nodiscard]] auto is_dressed() const noexcept -> bool { return is_json() || is_table(); }

    template <class Record>
    [[gnu::always_inline]] auto write_plain(Record const& record, output_cell& cell, char* out)
        -> char* {
        *out = cell.separator;
        return print(record, cell, out + cell.separates);
    }
    template <class Record>
    auto write_dressed(Record const& record, output_cell& cell, char* out) -> char* {
        out = print_text(out, cell.before);
        auto const begin = static_cast<std::size_t>(out - buffer_.text().data());
        out = print(record, cell, out);
        return is_table() && out != nullptr ? pad(cell, begin, out) : out;
    }

    /// Writes a text as a cell, with quotes and escapes as the format requires.
    auto put_text(std::string_view text, char* out) -> char* {
        if (is_plain(text)) {
            out = buffer_.reserve(out, text.size() + row_size_);
            if (is_json()) *out++ = '"';
            out = print_text(out, text);
            if (is_json()) *out++ = '"';
            return out;
        }
        scratch_.clear();
        encode(text);
        return print_text(buffer_.reserve(out, scratch_.size() + row_size_), scratch_);
    }

    /// Fills a cell of a table, which begins at an offset in the buffer, up to its width.
    auto pad(output_cell& cell, std::size_t begin, char* end) -> char* {
        buffer_.end_at(end);
        auto const size = buffer_.size() - begin;
        cell.width = std::max(cell.width, size);
        auto const gap = cell.width - size;
        end = buffer_.reserve(gap + row_size_);
        if (cell.right) {
            auto* const first = end - size;
            std::memmove(first + gap, first, size);
            std::memset(first, ' ', gap);
        } else if (cell.last) {
            return end;
        } else {
            std::memset(end, ' ', gap);
        }
        return end + gap;
    }

private:
    template <class Record>
    using printer = char* (*)(cell_writer&, Record const&, output_cell&, char*);

    template <class Record>
    [[gnu::always_inline]] auto print(Record const& record, output_cell& cell, char* out) -> char* {
        return printers<Record>[cell.printer](*this, record, cell, out);
    }

    template <class Record, field_id Id>
    static auto print_field(cell_writer& writer, Record const& record, output_cell& cell, char* out)
        -> char* {
        return writer.put(cell, record[field_key<Id>{}], out);
    }

    /// Prints any field of a type.
    template <class Record, class T>
    static auto print_typed(cell_writer& writer, Record const& record, output_cell& cell, char* out)
        -> char* {
        return writer.put(cell, load_field<T>(record, *cell.field), out);
    }

    template <class Record>
    static auto print_opaque(cell_writer& writer, Record const& record, output_cell& cell,
                             char* out) -> char* {
        return writer.put(cell, opaque(record, cell), out);
    }

    template <class Record>
    static auto print_raw(cell_writer& writer, Record const& record, output_cell& cell, char* out)
        -> char* {
        return writer.put(cell, raw_address(load_field<address>(record, *cell.field)), out);
    }

    template <class Record>
    static auto print_constant(cell_writer&, Record const&, output_cell& cell, char* out) -> char* {
        return print_text(out, cell.constant);
    }

    template <class Record>
    static auto print_computed(cell_writer& writer, Record const& record, output_cell& cell,
                               char* out) -> char* {
        auto const value = cell.key->read(record);
        return value ? writer.put(cell.key->cell(*value), out) : nullptr;
    }

    template <class Record>
    static auto print_status(cell_writer& writer, Record const& record, output_cell&, char* out)
        -> char* {
        auto const status = record[field::log_status];
        if (status.malformed()) return nullptr;
        if (status) return print_value(out, *status);
        auto const empty = writer.options_.all_lines && is_empty_window(record);
        return print_value(out, empty ? log_status::nodata : log_status::ok);
    }

    template <class Record>
    static auto print_transport(cell_writer& writer, Record const& record, output_cell& cell,
                                char* out) -> char* {
        auto const number = record[field::protocol];
        if (!number.has_value()) return writer.put(cell, number, out);
        return writer.put_text(protocol_name(*number), out);
    }

    /// Fields of one type share a function in text records, and in all records if archives hardly
    /// have fields of the type. Archives store other fields in different ways: a function for each
    /// takes three quarters of the time of one that branches.
    template <class Record, field_id Id>
    static constexpr auto printer_of() -> printer<Record> {
        using value = field_value_type<Id>;
        constexpr auto is_text = requires(Record const& record) { record.columns(); };
        constexpr auto is_stored = std::unsigned_integral<value> || std::same_as<value, address> ||
                                   std::same_as<value, timestamp>;
        if constexpr (typed_record<Record> && (is_text || !is_stored)) {
            return &print_typed<Record, value>;
        } else {
            return &print_field<Record, Id>;
        }
    }

    /// For each field, a function that loads it from a record and prints it. A switch over types
    /// that calls a function to load the value takes a sixth longer.
    template <class Record>
    static constexpr auto printers = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<printer<Record>, fields.size() + 6>{
            printer_of<Record, static_cast<field_id>(I)>()...,
            &print_opaque<Record>,
            &print_constant<Record>,
            &print_raw<Record>,
            &print_computed<Record>,
            &print_status<Record>,
            &print_transport<Record>};
    }(std::make_index_sequence<fields.size()>{});

    /// The value of a column that is not a field.
    template <class Record>
    static auto opaque(Record const& record, output_cell& cell) -> field_value<std::string_view> {
        if constexpr (requires { record.columns(); }) {
            auto const& columns = record.columns();
            if (cell.column >= columns.size() || columns.names()[cell.column] != cell.name)
                cell.column = columns.column(cell.name);
            if (cell.column == layout::none || record.token(cell.column) == "-") return {};
            return record.token(cell.column);
        } else {
            return text_of_column(record, cell.name);
        }
    }

    template <class T>
    [[gnu::always_inline]] auto put(output_cell const& cell, field_value<T> const& value, char* out)
        -> char* {
        if (!value.has_value()) [[unlikely]]
            return put_missing(value.state(), out);
        if constexpr (std::same_as<T, std::string_view>) {
            return put_text(*value, out);
        } else if constexpr (std::unsigned_integral<T>) {
            return print_value(out, *value);
        } else {
            if (cell.quoted) *out++ = '"';
            if constexpr (std::same_as<T, timestamp>) {
                out = put_time(*value, out);
            } else {
                out = print_value(out, *value);
            }
            if (cell.quoted) *out++ = '"';
            return out;
        }
    }

    /// Writes a computed value: a time as the format has times, a number as it is, a text quoted.
    auto put(group_cell const& value, char* out) -> char* {
        if (std::holds_alternative<std::monostate>(value)) return print_text(out, missing());
        if (auto const* number = std::get_if<std::uint64_t>(&value))
            return print_value(out, *number);
        if (auto const* time = std::get_if<timestamp>(&value)) {
            auto const quoted = is_json() && options_.times == time_format::rfc3339;
            if (quoted) *out++ = '"';
            out = put_time(*time, out);
            if (quoted) *out++ = '"';
            return out;
        }
        if (auto const* text = std::get_if<std::string>(&value)) return put_text(*text, out);
        return print_text(out, to_text(value));
    }

    /// The text of an absent value.
    [[nodiscard]] auto missing() const noexcept -> std::string_view {
        if (is_json()) return "null";
        return options_.format == record_format::csv || options_.format == record_format::tsv ? ""
                                                                                              : "-";
    }

    [[gnu::noinline]] auto put_missing(presence state, char* out) const -> char* {
        return state == presence::malformed ? nullptr : print_text(out, missing());
    }

    [[gnu::always_inline]] auto put_time(timestamp time, char* out) const noexcept -> char* {
        if (options_.times == time_format::rfc3339) return print_rfc3339(out, time);
        if (options_.format != record_format::vpc) return print_unix_time(out, time);
        auto const whole = std::chrono::floor<std::chrono::seconds>(time);
        if (whole.time_since_epoch().count() < 0) return print_text(out, missing());
        return print_unix_time(out, whole);
    }

    /// Appends a text to the scratch buffer as the format writes it.
    void encode(std::string_view text) {
        switch (options_.format) {
            case record_format::csv:
            case record_format::tsv: {
                auto const safe = options_.escape ? escaped(text) : std::string{};
                csv_writer{scratch_, separator()[0]}.cell(options_.escape ? safe : text);
                break;
            }
            case record_format::json:
            case record_format::ndjson: json_writer{scratch_}.value(text); break;
            case record_format::vpc:
                scratch_ = text.empty() ? missing() : percent_encoded(text);
                break;
            case record_format::table: scratch_ = text.empty() ? missing() : escaped(text); break;
        }
    }

    record_options options_;
    std::size_t row_size_ = 8;  // an upper bound for a row without its texts
    row_buffer buffer_;
    std::string scratch_;
};

}  // namespace flowlog::detail

#endif
