// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RECORDS_HPP
#define FLOWLOG_OUTPUT_RECORDS_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/escape.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/output/csv.hpp>
#include <flowlog/output/detail/row_buffer.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/record_column.hpp>

namespace flowlog {

/// How records are written out.
enum class record_format : std::uint8_t {
    csv,     ///< RFC 4180 with LF, behind a heading; an absent value is an empty cell
    tsv,     ///< the same with TAB
    json,    ///< one array of objects, a line each; an absent value is null
    ndjson,  ///< an object per line
    vpc,     ///< a VPC flow log with its header line, which flowlog reads; an absent value is `-`
    table    ///< columns for people, which widen as the cells do; an absent value is `-`
};

/// How times are written: as seconds since 1970, or as RFC 3339 has them, in UTC; with three or
/// six digits of a fraction where there is one.
enum class time_format : std::uint8_t { unix_seconds, rfc3339 };

/// Whose names stand in a heading.
enum class naming : std::uint8_t { aws, netflow };

/// How a `record_writer` writes.
struct record_options {
    record_format format = record_format::csv;
    time_format times = time_format::unix_seconds;
    naming names = naming::aws;
    /// Makes texts safe for a terminal in CSV and TSV, too; the other formats always are.
    bool escape = false;
    /// The rows are handed on in blocks of at least this many bytes.
    std::size_t block_size = std::size_t{256} << 10;
};

/// Writes records of any format as text.
///
///     auto writer = flowlog::record_writer{flowlog::columns_of(log), {}, write_to_file};
///     for (auto const& record : log) writer.write(record);
///     writer.finish();
///
/// In `vpc`, times are whole seconds, `version` is the highest among the columns, `log-status` is
/// OK, and blanks and controls in texts are percent-encoded.
class record_writer {
public:
    /// Takes over blocks of text.
    using sink = std::function<void(std::string_view)>;

    record_writer(std::vector<record_column> columns, record_options options, sink out)
        : options_{options}, out_{std::move(out)} {
        if (options_.format == record_format::vpc) options_.times = time_format::unix_seconds;
        for (auto const& column : columns) add(column);
        if (options_.format == record_format::vpc) fix_constants();
        begin();
    }

    /// Writes a record. Where a field of the columns is malformed, nothing is written, and that
    /// field returned.
    template <flow_record Record>
    auto write(Record const& record) -> std::optional<field_id> {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& inner) { return this->write(inner); });
        } else {
            auto const begun = buffer_.size();
            auto* out = print_text(buffer_.room(fixed_), row_begin());
            auto const dressed = is_json() || is_table();
            for (auto& c : cells_) {
                if (dressed) {
                    out = write_dressed(record, c, out);
                } else {
                    *out = c.separator;
                    out = print_cell(record, c, out + c.separates);
                }
                if (out == nullptr) [[unlikely]] {
                    buffer_.cut(begun);
                    return c.field;
                }
            }
            end_row(out);
            return std::nullopt;
        }
    }

    /// How many rows were written.
    [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }

    /// Hands on what there is, before it is a block.
    void flush() {
        if (buffer_.size() != 0) out_(buffer_.text());
        buffer_.cut(0);
    }

    /// Ends the text and hands on what is left of it.
    void finish() {
        if (options_.format == record_format::json) append(rows_ == 0 ? "]\n" : "\n]\n");
        flush();
    }

private:
    struct cell {
        std::optional<field_id> field;
        std::size_t printer = opaque_printer;
        char separator = ',';
        bool separates = false;
        std::string name;      // of what is no field
        std::string before{};  // what stands before each value
        std::string constant{};
        bool quoted = false;  // a JSON string
        bool right = false;   // numbers in tables
        bool last = false;
        std::size_t width = 0;   // in tables
        std::size_t column = 0;  // where a text log had the opaque column
    };

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

    [[nodiscard]] auto missing() const noexcept -> std::string_view {
        if (is_json()) return "null";
        return options_.format == record_format::csv || options_.format == record_format::tsv ? ""
                                                                                              : "-";
    }

    [[nodiscard]] auto row_begin() const noexcept -> std::string_view {
        if (options_.format == record_format::ndjson) return "{";
        if (options_.format == record_format::json) return rows_ == 0 ? "\n{" : ",\n{";
        return {};
    }

    [[nodiscard]] auto title(record_column const& column) const -> std::string {
        if (!column.field) return column.name;
        if (is_raw(column)) return std::string{info(*column.field).name} + "_raw";
        return options_.names == naming::netflow ? netflow_name(*column.field)
                                                 : std::string{info(*column.field).name};
    }

    /// A VPC flow log has addresses as text, so that it can be read again.
    [[nodiscard]] auto is_raw(record_column const& column) const noexcept -> bool {
        return column.raw && options_.format != record_format::vpc;
    }

    void add(record_column const& column) {
        auto made = cell{.field = column.field, .name = title(column)};
        auto type = field_type::text;
        if (column.field) {
            type = info(*column.field).type;
            made.printer = static_cast<std::size_t>(*column.field);
        }
        if (is_raw(column)) {
            type = field_type::u32;
            made.printer = raw_printer;
        }
        auto const number = type <= field_type::u64;
        made.quoted = is_json() && !number && type != field_type::text &&
                      !(type == field_type::time && options_.times == time_format::unix_seconds);
        made.right = number;
        made.separator = separator().front();
        made.separates = !cells_.empty();
        if (made.separates) made.before = separator();
        if (is_json()) {
            json_writer{made.before}.value(made.name);
            made.before += ':';
        }
        if (is_table()) made.width = std::max(typical_width(type, made.name), made.name.size());
        fixed_ += made.before.size() + 2 * max_printed + made.width;
        cells_.push_back(std::move(made));
    }

    /// In tables, so that the first rows stand under the heading.
    [[nodiscard]] auto typical_width(field_type type, std::string_view name) const noexcept
        -> std::size_t {
        switch (type) {
            case field_type::u8: return 3;
            case field_type::u16: return 5;
            case field_type::u32: return 6;
            case field_type::u64: return 10;
            case field_type::address: return 15;
            case field_type::time: return options_.times == time_format::rfc3339 ? 24 : 10;
            case field_type::text: return name.ends_with("-id") ? 21 : 12;
            default: return 6;
        }
    }

    void fix_constants() {
        auto newest = 2;
        for (auto const& c : cells_) {
            if (c.field) newest = std::max(newest, int{info(*c.field).version});
        }
        for (auto& c : cells_) {
            if (c.field == field_id::version) c.constant = std::to_string(newest);
            if (c.field == field_id::log_status) c.constant = "OK";
            if (!c.constant.empty()) c.printer = constant_printer;
        }
    }

    void begin() {
        if (!cells_.empty()) cells_.back().last = true;
        if (options_.format == record_format::json) append("[");
        if (is_json()) return;
        for (auto& c : cells_) {
            append(c.before);
            auto const begin = buffer_.size();
            auto* const end = put_text(c.name, buffer_.room(0));
            buffer_.end_at(is_table() ? pad(c, begin, end) : end);
        }
        append("\n");
    }

    void append(std::string_view text) {
        buffer_.end_at(print_text(buffer_.room(text.size()), text));
    }

    void end_row(char* out) {
        if (is_json()) *out++ = '}';
        if (options_.format != record_format::json) *out++ = '\n';
        buffer_.end_at(out);
        ++rows_;
        if (buffer_.size() >= options_.block_size) [[unlikely]]
            flush();
    }

    /// Null where the value is malformed.
    template <class Record>
    [[gnu::always_inline]] auto print_cell(Record const& record, cell& c, char* out) -> char* {
        return printers<Record>[c.printer](*this, record, c, out);
    }

    /// A cell of JSON, behind its name, or of a table.
    template <class Record>
    auto write_dressed(Record const& record, cell& c, char* out) -> char* {
        out = print_text(out, c.before);
        auto const begin = static_cast<std::size_t>(out - buffer_.text().data());
        out = print_cell(record, c, out);
        return is_table() && out != nullptr ? pad(c, begin, out) : out;
    }

    template <class Record>
    using printer = char* (*)(record_writer&, Record const&, cell&, char*);

    template <class Record, field_id Id>
    static auto print_field(record_writer& writer, Record const& record, cell& c, char* out)
        -> char* {
        return writer.put(c, record[field_key<Id>{}], out);
    }

    /// Prints any field of a type.
    template <class Record, class T>
    static auto print_typed(record_writer& writer, Record const& record, cell& c, char* out)
        -> char* {
        return writer.put(c, load_field<T>(record, *c.field), out);
    }

    template <class Record>
    static auto print_opaque(record_writer& writer, Record const& record, cell& c, char* out)
        -> char* {
        return writer.put(c, opaque(record, c), out);
    }

    template <class Record>
    static auto print_raw(record_writer& writer, Record const& record, cell& c, char* out)
        -> char* {
        return writer.put(c, raw_address(load_field<address>(record, *c.field)), out);
    }

    template <class Record>
    static auto print_constant(record_writer&, Record const&, cell& c, char* out) -> char* {
        return print_text(out, c.constant);
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

    static constexpr auto opaque_printer = fields.size();
    static constexpr auto constant_printer = fields.size() + 1;
    static constexpr auto raw_printer = fields.size() + 2;

    /// Functions that load a value of a kind of records and print it, by the number of the field. A
    /// switch over types, which calls a function that loads, takes a sixth longer.
    template <class Record>
    static constexpr auto printers = []<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<printer<Record>, fields.size() + 3>{
            printer_of<Record, static_cast<field_id>(I)>()..., &print_opaque<Record>,
            &print_constant<Record>, &print_raw<Record>};
    }(std::make_index_sequence<fields.size()>{});

    template <class Record>
    static auto opaque(Record const& record, cell& c) -> field_value<std::string_view> {
        if constexpr (requires { record.columns(); }) {
            auto const& columns = record.columns();
            if (c.column >= columns.size() || columns.names()[c.column] != c.name)
                c.column = columns.column(c.name);
            if (c.column == layout::none || record.token(c.column) == "-") return {};
            return record.token(c.column);
        } else {
            return {};
        }
    }

    template <class T>
    [[gnu::always_inline]] auto put(cell const& c, field_value<T> const& value, char* out)
        -> char* {
        if (!value.has_value()) [[unlikely]]
            return put_nothing(value.state(), out);
        if constexpr (std::same_as<T, std::string_view>) {
            return put_text(*value, out);
        } else if constexpr (std::unsigned_integral<T>) {
            return print_value(out, *value);
        } else {
            if (c.quoted) *out++ = '"';
            if constexpr (std::same_as<T, timestamp>) {
                out = put_time(*value, out);
            } else {
                out = print_value(out, *value);
            }
            if (c.quoted) *out++ = '"';
            return out;
        }
    }

    [[gnu::noinline]] auto put_nothing(presence state, char* out) const -> char* {
        return state == presence::malformed ? nullptr : print_text(out, missing());
    }

    [[gnu::always_inline]] auto put_time(timestamp time, char* out) const noexcept -> char* {
        if (options_.times == time_format::rfc3339) return print_rfc3339(out, time);
        if (options_.format != record_format::vpc) return print_unix_time(out, time);
        auto const whole = std::chrono::floor<std::chrono::seconds>(time);
        if (whole.time_since_epoch().count() < 0) return print_text(out, missing());
        return print_unix_time(out, whole);
    }

    auto put_text(std::string_view text, char* out) -> char* {
        if (detail::is_plain(text)) {
            out = buffer_.room(out, text.size() + fixed_);
            if (is_json()) *out++ = '"';
            out = print_text(out, text);
            if (is_json()) *out++ = '"';
            return out;
        }
        scratch_.clear();
        rewrite(text);
        return print_text(buffer_.room(out, scratch_.size() + fixed_), scratch_);
    }

    void rewrite(std::string_view text) {
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

    /// Fills a table's cell, which begins at an offset in the buffer, up to its width.
    auto pad(cell& c, std::size_t begin, char* end) -> char* {
        buffer_.end_at(end);
        auto const size = buffer_.size() - begin;
        c.width = std::max(c.width, size);
        auto const gap = c.width - size;
        end = buffer_.room(gap + fixed_);
        if (c.right) {
            auto* const first = end - size;
            std::memmove(first + gap, first, size);
            std::memset(first, ' ', gap);
        } else if (c.last) {
            return end;
        } else {
            std::memset(end, ' ', gap);
        }
        return end + gap;
    }

    record_options options_;
    sink out_;
    std::vector<cell> cells_;
    std::size_t fixed_ = 8;  // room for a row but for its texts
    detail::row_buffer buffer_;
    std::string scratch_;
    std::uint64_t rows_ = 0;
};

}  // namespace flowlog

#endif
