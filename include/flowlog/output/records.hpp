// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_RECORDS_HPP
#define FLOWLOG_OUTPUT_RECORDS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/output/detail/cell_writer.hpp>
#include <flowlog/output/detail/line_copier.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/ocsf.hpp>
#include <flowlog/output/record_column.hpp>
#include <flowlog/output/record_options.hpp>
#include <flowlog/output/schema.hpp>

namespace flowlog {

/// Writes records of any format as text.
///
///     auto writer = flowlog::record_writer{flowlog::columns_of(log), {}, write_to_file};
///     for (auto const& record : log) writer.write(record);
///     writer.finish();
///
/// It is also an aggregator: `run` reads logs with several threads, each with a copy of the writer,
/// and passes the text on in the order of the logs. A copy counts its rows from where the original
/// is, but leaves the text that the original has not yet passed on to the original. In `json` and
/// `table`, a row depends on the rows before it: write these with one thread.
///
///     auto found = flowlog::run(files, flowlog::filtered{wanted, std::move(writer)});
///     found.value.inner().finish();
///
/// In `vpc`, times are whole seconds, `version` is the highest version among the columns,
/// `log-status` is OK where a record has none, and blanks and control characters in texts are
/// percent-encoded.
class record_writer {
public:
    /// Takes over blocks of text.
    using sink = std::function<void(std::string_view)>;

    /// Throws `errc::invalid_argument` for a computed column of a VPC flow log, which nothing could
    /// read again; and for events of OCSF that are not in JSON, or have other columns than fields.
    record_writer(std::vector<record_column> columns, record_options options, sink out)
        : writer_{for_format(options)}, final_{std::move(out)}, out_{final_} {
        if (options.names == naming::ocsf) {
            begin_events(columns);
            return;
        }
        for (auto const& column : columns) add(column);
        if (options.format == record_format::vpc) {
            fix_constants();
            allow_copies();
        }
        begin();
    }

    record_writer(record_writer const& other)
        : writer_{other.writer_},
          final_{other.final_},
          out_{final_},
          cells_{other.cells_},
          events_{other.events_},
          copier_{other.copier_},
          copied_rows_{other.rows_},
          rows_{other.rows_} {}
    record_writer(record_writer&&) = default;
    auto operator=(record_writer const&) -> record_writer& = delete;
    auto operator=(record_writer&&) -> record_writer& = default;
    ~record_writer() = default;

    /// Writes a record. If a field among the columns is malformed, writes nothing and returns that
    /// field.
    template <flow_record Record>
    auto write(Record const& record) -> std::optional<field_id> {
        if constexpr (requires { record.visit([](auto const&) {}); }) {
            return record.visit([this](auto const& inner) { return this->write(inner); });
        } else {
            if (events_) [[unlikely]]
                return write_event(record);
            auto& buffer = writer_.buffer();
            auto const begun = buffer.size();
            auto* out = writer_.begin_row(row_begin());
            auto const dressed = writer_.is_dressed();
            for (auto& cell : cells_) {
                out = dressed ? writer_.write_dressed(record, cell, out)
                              : writer_.write_plain(record, cell, out);
                if (out == nullptr) [[unlikely]] {
                    buffer.cut(begun);
                    return cell.key ? cell.key->malformed_field(record) : cell.field;
                }
            }
            end_row(out);
            return std::nullopt;
        }
    }

    /// Writes the flows of a batch up to the first with a malformed field among the columns;
    /// returns how many. Faster than writing them one by one if a VPC flow log has the lines of a
    /// text log as they are.
    template <record_batch Batch>
    [[nodiscard]] auto write_batch(Batch const& flows) -> std::size_t {
        if constexpr (detail::line_batch<Batch>) {
            constexpr auto limit = detail::line_copier::max_lines;
            if (copier_ && flows.size() <= limit && flows.size() != 0)
                return write_lines(flows, copier_->same_lines(flows));
        }
        std::size_t done = 0;
        while (done != flows.size() && !write(flows[done])) ++done;
        return done;
    }

    /// Writes a record whose fields are well-formed, as `offending_field_of` says.
    template <flow_record Record>
    void add(Record const& record) {
        static_cast<void>(write(record));
    }
    template <flow_record Record>
    auto try_add(Record const& record) -> bool {
        return !write(record);
    }
    template <record_batch Batch>
    [[nodiscard]] auto add_batch(Batch const& flows) -> std::size_t {
        return write_batch(flows);
    }

    /// The malformed field among the columns for which `write` does not write a record, if any.
    template <flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<offending_field> {
        auto const malformed = [&](field_id id) {
            return visit_field(record, id, [](auto const& value) { return value.malformed(); });
        };
        for (auto const id : event_fields())
            if (malformed(id)) return offending_field{id, reason::bad_value};
        for (auto const& cell : cells_) {
            if (cell.printer == detail::cell_writer::constant_printer) continue;
            auto key = cell.key;  // reading needs memory for texts
            if (key && !key->read(record))
                return offending_field{key->malformed_field(record), reason::bad_value};
            if (cell.field && malformed(*cell.field))
                return offending_field{*cell.field, reason::bad_value};
        }
        return std::nullopt;
    }

    /// Counts the rows of a copy. \pre its text was handed on
    void merge(record_writer&& other) { rows_ += other.rows_ - other.copied_rows_; }

    /// The fields of the columns, all of which a log may lack.
    [[nodiscard]] auto uses() const -> std::vector<field_use> {
        auto result = std::vector<field_use>{};
        for (auto const id : event_fields()) result.push_back({id, true, true});
        for (auto const& cell : cells_) {
            auto const of_key = cell.key ? cell.key->uses() : std::vector<field_use>{};
            for (auto const& use : of_key) detail::add_use(result, {use.id, true, true});
            if (cell.field) detail::add_use(result, {*cell.field, true, true});
        }
        return result;
    }

    /// Where the text of all copies goes.
    [[nodiscard]] auto output() const -> sink { return final_; }

    /// Hands on the text so far, and writes to another sink from now on; `{}` is the first one.
    void write_to(sink out) {
        flush();
        out_ = out ? std::move(out) : final_;
    }

    /// The number of rows written.
    [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }

    /// Hands on the text so far, although it may be less than a block.
    void flush() {
        auto& buffer = writer_.buffer();
        if (buffer.size() != 0) out_(buffer.text());
        buffer.cut(0);
    }

    /// Finishes the text and writes the rest of it.
    void finish() {
        if (format() == record_format::json) append(rows_ == 0 ? "]\n" : "\n]\n");
        flush();
    }

private:
    [[nodiscard]] static auto for_format(record_options options) -> record_options {
        if (options.format == record_format::vpc) options.times = time_format::unix_seconds;
        return options;
    }

    [[nodiscard]] auto format() const noexcept -> record_format { return writer_.options().format; }

    [[nodiscard]] auto row_begin() const noexcept -> std::string_view {
        if (format() == record_format::ndjson) return "{";
        if (format() == record_format::json) return rows_ == 0 ? "\n{" : ",\n{";
        return {};
    }

    [[nodiscard]] auto event_fields() const -> std::vector<field_id> {
        return events_ ? events_->ids() : std::vector<field_id>{};
    }

    void begin_events(std::vector<record_column> const& columns) {
        if (!writer_.is_json())
            throw error{
                errc::invalid_argument, {}, "events of OCSF are nested, as only JSON can be"};
        auto ids = std::vector<field_id>{};
        for (auto const& column : columns) {
            if (!column.field || column.computed)
                throw error{
                    errc::invalid_argument,
                    {},
                    escaped(column.name, 60) + " is no field, and is not in events of OCSF"};
            ids.push_back(*column.field);
        }
        events_.emplace(std::move(ids));
        if (format() == record_format::json) append("[");
    }

    template <class Record>
    [[gnu::noinline]] auto write_event(Record const& record) -> std::optional<field_id> {
        event_ = format() == record_format::ndjson ? "" : rows_ == 0 ? "\n" : ",\n";
        if (auto const bad = events_->write(record, event_)) return bad;
        if (format() == record_format::ndjson) event_ += '\n';
        append(event_);
        ++rows_;
        if (writer_.buffer().size() >= writer_.options().block_size) flush();
        return std::nullopt;
    }

    [[nodiscard]] auto title(record_column const& column) const -> std::string {
        if (!column.field) return column.name;
        if (is_raw(column)) return std::string{info(*column.field).name} + "_raw";
        return field_name(writer_.options().names, *column.field);
    }

    /// A VPC flow log has addresses as text, so that it can be read again.
    [[nodiscard]] auto is_raw(record_column const& column) const noexcept -> bool {
        return column.raw && format() != record_format::vpc;
    }

    void add(record_column const& column) {
        if (column.computed) require_computable(column);
        auto made = detail::output_cell{.field = column.field,
                                        .printer = detail::cell_writer::opaque_printer,
                                        .name = title(column)};
        auto type = field_type::text;
        if (column.field) {
            type = info(*column.field).type;
            made.printer = static_cast<std::size_t>(*column.field);
        }
        if (column.field == field_id::protocol && writer_.options().names == naming::otel) {
            type = field_type::text;  // a number is no transport
            made.printer = detail::cell_writer::transport_printer;
        }
        if (is_raw(column)) {
            type = field_type::u32;
            made.printer = detail::cell_writer::raw_printer;
        }
        if (column.computed) {
            made.key.emplace(*column.computed);
            made.printer = detail::cell_writer::computed_printer;
            type = type_of(*column.computed);
        }
        auto const json = writer_.is_json();
        auto const number = type <= field_type::u64;
        auto const numeric_time =
            type == field_type::time && writer_.options().times == time_format::unix_seconds;
        made.quoted = json && !number && type != field_type::text && !numeric_time;
        made.right = number;
        made.separator = writer_.separator().front();
        made.separates = !cells_.empty();
        if (made.separates) made.before = writer_.separator();
        if (json) {
            json_writer{made.before}.value(made.name);
            made.before += ':';
        }
        if (writer_.is_table())
            made.width = std::max(typical_width(type, made.name), made.name.size());
        writer_.count(made);
        cells_.push_back(std::move(made));
    }

    void require_computable(record_column const& column) const {
        if (format() == record_format::vpc)
            throw error{
                errc::invalid_argument,
                {},
                escaped(column.name, 60) + " is computed, and is no field of a VPC flow log"};
    }

    /// The type of a field that looks most like a computed column.
    [[nodiscard]] static auto type_of(group_key const& key) noexcept -> field_type {
        switch (key.kind) {
            case key_kind::duration: return field_type::u32;
            case key_kind::bucket: return key.zone == nullptr ? field_type::time : field_type::text;
            case key_kind::field: return info(key.field).type;
            default: return field_type::text;
        }
    }

    /// The width of a column of a table before its first row, so that most rows fit below the
    /// heading.
    [[nodiscard]] auto typical_width(field_type type, std::string_view name) const noexcept
        -> std::size_t {
        switch (type) {
            case field_type::u8: return 3;
            case field_type::u16: return 5;
            case field_type::u32: return 6;
            case field_type::u64: return 10;
            case field_type::address: return 15;
            case field_type::time: return writer_.options().times == time_format::rfc3339 ? 24 : 10;
            case field_type::text: return name.ends_with("-id") ? 21 : 12;
            default: return 6;
        }
    }

    /// The highest version among the columns.
    [[nodiscard]] auto newest_version() const -> std::uint64_t {
        auto newest = std::uint64_t{2};
        for (auto const& c : cells_) {
            if (c.field) newest = std::max(newest, std::uint64_t{info(*c.field).version});
        }
        return newest;
    }

    void fix_constants() {
        auto const newest = newest_version();
        for (auto& c : cells_) {
            if (c.field == field_id::version) c.constant = std::to_string(newest);
            if (c.field == field_id::log_status) c.printer = detail::cell_writer::status_printer;
            if (!c.constant.empty()) c.printer = detail::cell_writer::constant_printer;
        }
    }

    /// Lets lines of text logs be copied if all columns are fields.
    void allow_copies() {
        auto ids = std::vector<field_id>{};
        for (auto const& c : cells_) {
            if (!c.field) return;
            ids.push_back(*c.field);
        }
        copier_.emplace(std::move(ids), newest_version());
    }

    /// Writes lines of a text log as `write_batch` does; those of `same` are copied.
    template <class Batch>
    auto write_lines(Batch const& lines, detail::line_copier::line_set same) -> std::size_t {
        auto& buffer = writer_.buffer();
        for (std::size_t i = 0; i < lines.size(); ++i, same >>= 1) {
            if ((same & 1) == 0) {
                if (write(lines[i])) return i;
                continue;
            }
            auto const text = lines[i].line();
            auto* const end = print_text(buffer.reserve(text.size() + 1), text);
            *end = '\n';
            buffer.end_at(end + 1);
            ++rows_;
        }
        if (buffer.size() >= writer_.options().block_size) flush();
        return lines.size();
    }

    void begin() {
        if (!cells_.empty()) cells_.back().last = true;
        if (format() == record_format::json) append("[");
        if (writer_.is_json()) return;
        auto& buffer = writer_.buffer();
        for (auto& c : cells_) {
            append(c.before);
            auto const begin = buffer.size();
            auto* const end = writer_.put_text(c.name, buffer.reserve(0));
            buffer.end_at(writer_.is_table() ? writer_.pad(c, begin, end) : end);
        }
        append("\n");
    }

    void append(std::string_view text) {
        auto& buffer = writer_.buffer();
        buffer.end_at(print_text(buffer.reserve(text.size()), text));
    }

    void end_row(char* out) {
        if (writer_.is_json()) *out++ = '}';
        if (format() != record_format::json) *out++ = '\n';
        writer_.buffer().end_at(out);
        ++rows_;
        if (writer_.buffer().size() >= writer_.options().block_size) [[unlikely]]
            flush();
    }

    detail::cell_writer writer_;
    sink final_;
    sink out_;
    std::vector<detail::output_cell> cells_;
    std::optional<ocsf_writer> events_;
    std::string event_;
    std::optional<detail::line_copier> copier_;
    std::uint64_t copied_rows_ = 0;  // of the original, when this copy was made
    std::uint64_t rows_ = 0;
};

}  // namespace flowlog

#endif
