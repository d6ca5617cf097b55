// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_COLUMN_READER_HPP
#define FLOWLOG_FORMAT_COLUMN_READER_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/empty_window.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_bounds.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/column_batch.hpp>
#include <flowlog/format/reader.hpp>

namespace flowlog {

/// What a registered format implements: hands out a log as batches of columns. One virtual call per
/// batch; nothing is called per flow. Used by one thread at a time.
class column_reader {
public:
    column_reader() = default;
    column_reader(column_reader const&) = delete;
    auto operator=(column_reader const&) -> column_reader& = delete;
    virtual ~column_reader() = default;

    /// Fills `batch` with the next rows (`batch.begin(…)`, then columns); false at the end of the
    /// log. Throws `flowlog::error` if the log is damaged or cannot be read.
    [[nodiscard]] virtual auto next(column_batch& batch) -> bool = 0;

    /// Whether the flows have this field. Reads as much of the log as that needs. If the log has no
    /// rows and does not say which fields they would have: true, as an empty log lacks nothing.
    [[nodiscard]] virtual auto has(field_id id) -> bool = 0;

    /// Whether flows that were not read yet may have a field that `has` did not find: the records
    /// of some logs differ, such as objects whose keys are names of fields.
    [[nodiscard]] virtual auto may_have(field_id id) -> bool { return has(id); }

    /// What the log says of itself. If `format` is empty, it becomes the name of the format.
    [[nodiscard]] virtual auto describe() -> archive_info = 0;

    /// The name of the input.
    [[nodiscard]] virtual auto name() const -> std::string = 0;

    /// How many bytes were read so far, after decompression.
    [[nodiscard]] virtual auto bytes() const -> std::uint64_t = 0;

    /// Says, before the first batch, which fields will be read. Columns of other fields may be left
    /// out then, provided that `load` adds them if they are read after all.
    virtual void want(std::span<field_use const>) {}

    /// Adds a column, which `want` allowed to be left out, to the last batch. At most one call per
    /// batch and field.
    virtual void load(column_batch&, field_id) {}

    /// The names of the columns that are no fields, and whose texts `load_text` can read.
    [[nodiscard]] virtual auto other_columns() -> std::vector<std::string> { return {}; }

    /// Puts the texts of a column of the last batch that is no field into the column of
    /// `column_batch::text_slot` of another batch, which has as many rows. At most one call per
    /// batch and name; returns whether there is such a column.
    virtual auto load_text(column_batch&, std::string_view) -> bool { return false; }

    /// Says, before the first batch, that only flows are wanted whose fields have values within all
    /// of these bounds. Rows may be passed over, in groups as the log has them, if the log says
    /// that none of them is such a flow and that each of these values is well-formed or absent.
    virtual void restrict(std::span<field_bounds const>) {}

    /// How many rows, or entries of other logs, before the end of the last batch were passed over.
    [[nodiscard]] virtual auto unread() const -> std::uint64_t { return 0; }

    /// How many lines of the input were read, if the log has lines and they are not its rows: some
    /// may be blank, or become two rows.
    [[nodiscard]] virtual auto lines() const -> std::optional<std::uint64_t> {
        return std::nullopt;
    }

    /// Says where a row of the last batch is in the input: sets `offset`, `column` and `text`, and
    /// `line` in place of the number of the row, as far as they are known. Called only for rows
    /// that are malformed.
    virtual void locate(std::size_t, malformed_line&) const {}
};

/// How a log of column batches is read.
struct column_options {
    /// The name of the format, for `describe`.
    std::string format{};
    /// Called for every malformed row.
    malformed_handler on_malformed{};
    /// NODATA and SKIPDATA rows with a malformed field are malformed, too.
    bool check_empty = false;
    /// NODATA and SKIPDATA rows are handed out as records, too. They are counted as what they are,
    /// and are checked by whoever reads them, like flows.
    bool all_lines = false;
};

/// Reads the log of any registered format: an input range of `column_record`. Rows whose log-status
/// is NODATA or SKIPDATA, and malformed rows, are counted in `stats()` and passed over, as the text
/// reader does. Throws what the `column_reader` throws, and again whenever it is asked for more.
class column_log_reader : public selectable<column_log_reader> {
public:
    using record_type = column_record;

    explicit column_log_reader(std::unique_ptr<column_reader> from, column_options options = {})
        : options_{std::move(options)}, state_{std::make_unique<state>(std::move(from))} {}

    /// Moves to the first flow, or to the next one if the reader has begun.
    [[nodiscard]] auto begin() -> record_iterator<column_log_reader> {
        return ++record_iterator{*this};
    }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the rows so far.
    [[nodiscard]] auto stats() const -> statistics {
        auto result = stats_;
        result.bytes = state_->reader->bytes();
        result.unread = state_->reader->unread();
        return result;
    }

    /// How many lines were read so far, as `malformed_line::line` counts them.
    [[nodiscard]] auto lines() const -> std::uint64_t {
        return state_->reader->lines().value_or(stats().lines());
    }

    /// Whether the flows have this field.
    [[nodiscard]] auto has(field_id id) -> bool { return state_->reader->has(id); }

    /// Whether the flows have this field, or flows that were not read yet may have it.
    [[nodiscard]] auto may_have(field_id id) -> bool { return state_->reader->may_have(id); }

    /// The names of the columns that are no fields, and whose texts can be read by name.
    [[nodiscard]] auto other_columns() -> std::vector<std::string> {
        return state_->reader->other_columns();
    }

    /// What the log says of itself.
    [[nodiscard]] auto describe() -> archive_info {
        auto info = state_->reader->describe();
        if (info.format.empty()) info.format = options_.format;
        return info;
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return state_->reader->name(); }

    /// Says that only flows within these bounds are wanted, so that others need not be read: those
    /// that are not are counted in `stats().unread`. Has no effect after the first flow.
    void restrict(std::vector<field_bounds> const& wanted) {
        if (!begun_ && !wanted.empty()) state_->reader->restrict(wanted);
    }

    /// Counts the current record as malformed instead of as a flow.
    void reject(field_id offending_field, reason why) {
        --(stats_.*counted_as_);
        report(record_.row(), why, offending_field);
    }

    /// Hands every flow that is left to an aggregating loop: faster than a loop over the range.
    /// `wanted` names the fields that will be read; if it is empty, all may be. `use_batch(rows)`
    /// is given `column_rows` and returns how many of its flows it took, from the first on. The
    /// flow that it did not take goes to `use(record)`; if that returns false, `refused(record)`
    /// says what to `reject`.
    template <class Use, class UseBatch, class Refused>
    void each(Use use, UseBatch use_batch, Refused refused, std::vector<field_use> const& wanted) {
        if (!begun_ && !wanted.empty()) want(wanted);
        while (find_flows()) {
            auto const flows = options_.all_lines ? next_window() - row_ : flows_end_ - row_;
            auto const taken = flows == 0 ? 0 : use_batch(column_rows{state_->batch, row_, flows});
            row_ += taken;
            stats_.records += taken;
            if (row_ == flows_end_) continue;
            static_cast<void>(advance());
            use_or_reject(*this, std::as_const(record_), use, refused);
        }
    }

private:
    friend record_iterator<column_log_reader>;

    struct state {
        explicit state(std::unique_ptr<column_reader> from) : reader{std::move(from)} {
            batch.set_loader(
                [r = reader.get()](column_batch& into, field_id id) { r->load(into, id); });
            batch.set_text_loader([r = reader.get()](column_batch& into, std::string_view name) {
                return r->load_text(into, name);
            });
        }
        std::unique_ptr<column_reader> reader;
        column_batch batch;
    };

    /// A row that is no flow.
    struct odd_row {
        std::size_t row;
        log_status status;  // `ok`: malformed
        reason why{};
        std::optional<field_id> offending_field{};
    };

    auto advance() -> bool {
        if (!find_flows()) return false;
        record_ = column_record{state_->batch, row_++};
        counted_as_ = options_.all_lines ? kind_of(record_.row()) : &statistics::records;
        ++(stats_.*counted_as_);
        return true;
    }

    /// What a row that is not malformed counts as.
    [[nodiscard]] auto kind_of(std::size_t row) const -> std::uint64_t statistics::* {
        auto const status = status_of(row);
        if (status == log_status::nodata) return &statistics::nodata;
        return status == log_status::skipdata ? &statistics::skipdata : &statistics::records;
    }

    /// The next row, up to `flows_end_`, that is a NODATA or SKIPDATA row.
    [[nodiscard]] auto next_window() const -> std::size_t {
        auto row = row_;
        while (row != flows_end_ && kind_of(row) == &statistics::records) ++row;
        return row;
    }

    /// The status of a row; none if it is malformed. If the row has none, it is OK or NODATA.
    [[nodiscard]] auto status_of(std::size_t row) const -> std::optional<log_status> {
        auto const& batch = state_->batch;
        auto const status = batch.values<log_status>(field_id::log_status);
        auto const told =
            status.empty() ? presence::absent : batch.state(field_id::log_status, row);
        if (told == presence::malformed) return std::nullopt;
        if (told == presence::present) return status[row];
        return is_empty_window(row) ? log_status::nodata : log_status::ok;
    }

    [[nodiscard]] auto current() const noexcept -> column_record const& { return record_; }

    /// Makes the next row be a flow; false at the end of the log.
    auto find_flows() -> bool {
        while (row_ == flows_end_) {
            if (odd_ != odd_rows_.size()) {
                pass_odd_row();
            } else if (!next_batch()) {
                return false;
            }
        }
        return true;
    }

    auto next_batch() -> bool {
        if (failure_) std::rethrow_exception(failure_);
        try {
            begun_ = true;
            row_ = flows_end_ = odd_ = 0;
            odd_rows_.clear();
            if (state_->batch.failure()) std::rethrow_exception(state_->batch.failure());
            if (ended_ || !state_->reader->next(state_->batch)) {
                ended_ = true;
                return false;
            }
            find_odd_rows();
            flows_end_ = odd_rows_.empty() ? state_->batch.size() : odd_rows_.front().row;
            return true;
        } catch (...) {
            failure_ = std::current_exception();
            throw;
        }
    }

    /// Counts the next row, which is no flow.
    void pass_odd_row() {
        auto const odd = odd_rows_[odd_++];
        row_ = odd.row + 1;
        flows_end_ = odd_ == odd_rows_.size() ? state_->batch.size() : odd_rows_[odd_].row;
        if (odd.status == log_status::ok) return report(odd.row, odd.why, odd.offending_field);
        if (options_.check_empty) {
            for (auto const& f : fields) {
                if (state_->batch.state(f.id, odd.row) == presence::malformed)
                    return report(odd.row, reason::bad_value, f.id);
            }
        }
        ++(odd.status == log_status::nodata ? stats_.nodata : stats_.skipdata);
    }

    /// Lists the rows of the batch that are no flows, in order.
    void find_odd_rows() {
        auto const& batch = state_->batch;
        auto refused = batch.refused().begin();
        auto const status = batch.values<log_status>(field_id::log_status);
        auto const status_states = batch.states(field_id::log_status);
        auto const all_ok =
            !status.empty() && status_states.empty() &&
            std::ranges::all_of(status, [](log_status s) { return s == log_status::ok; });
        auto const may_be_empty = status.empty() ? may_have_empty_windows() : !all_ok;
        if (refused == batch.refused().end() && !may_be_empty) return;
        for (std::size_t row = 0; row < batch.size(); ++row) {
            if (refused != batch.refused().end() && refused->row == row) {
                odd_rows_.push_back({row, log_status::ok, refused->why, refused->offending_field});
                while (refused != batch.refused().end() && refused->row == row) ++refused;
                continue;
            }
            if (!may_be_empty) continue;
            auto const found = status_of(row);
            if (!found) {
                odd_rows_.push_back({row, log_status::ok, reason::bad_value, field_id::log_status});
            } else if (*found != log_status::ok && !options_.all_lines) {
                odd_rows_.push_back({row, *found});
            }
        }
    }

    /// Whether `is_empty_window` may be true of a row of the batch.
    [[nodiscard]] auto may_have_empty_windows() const -> bool {
        auto const& batch = state_->batch;
        auto any = false;
        for (auto const id : detail::names_of_flows) {
            if (!batch.has(id)) continue;
            if (batch.states(id).empty()) return false;
            any = true;
        }
        return any;
    }

    /// Without a log-status, a row that names neither an address nor a protocol, and has neither
    /// ports nor counters, is NODATA.
    [[nodiscard]] auto is_empty_window(std::size_t row) const -> bool {
        auto const& batch = state_->batch;
        auto any = false;
        for (auto const id : detail::names_of_flows) {
            if (!batch.has(id)) continue;
            if (batch.state(id, row) != presence::absent) return false;
            any = true;
        }
        return any && std::ranges::all_of(detail::numbers_of_flows, [&](field_id id) {
                   return !batch.has(id) || batch.state(id, row) == presence::absent;
               });
    }

    /// Passes on which fields will be read, together with the fields that distinguish flows from
    /// other rows. If there is a log-status, it alone does, except in rows that lack it.
    void want(std::vector<field_use> wanted) {
        auto const add = [&](field_id id) {
            auto const known = std::ranges::find(wanted, id, &field_use::id) != wanted.end();
            if (!known && has(id)) wanted.push_back({id, true});
        };
        add(field_id::log_status);
        if (!has(field_id::log_status))
            for (auto const id : detail::names_of_flows) add(id);
        state_->reader->want(wanted);
    }

    void report(std::size_t row, reason why, std::optional<field_id> offending_field) {
        ++stats_.malformed;
        if (!options_.on_malformed) return;
        auto line = malformed_line{
            .source = name(), .line = stats().lines(), .field = offending_field, .reason = why};
        state_->reader->locate(row, line);
        options_.on_malformed(line);
    }

    column_options options_;
    std::unique_ptr<state> state_;  // records refer to it
    column_record record_;
    statistics stats_;
    std::size_t row_ = 0;        // the next one
    std::size_t flows_end_ = 0;  // up to here, rows are flows
    std::vector<odd_row> odd_rows_;
    std::size_t odd_ = 0;                                            // the next one in `odd_rows_`
    std::uint64_t statistics::* counted_as_ = &statistics::records;  // the current record
    bool begun_ = false;
    bool ended_ = false;
    std::exception_ptr failure_;
};

}  // namespace flowlog

#endif
