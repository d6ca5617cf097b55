// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_HPP
#define FLOWLOG_FORMAT_TEXT_HPP

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/empty_window.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/reader.hpp>
#include <flowlog/format/text/batch.hpp>
#include <flowlog/format/text/odd_lines.hpp>
#include <flowlog/format/text/projection.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/format/text/record.hpp>
#include <flowlog/format/text/scan.hpp>
#include <flowlog/format/text/windows.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// How a text log is read.
struct text_options {
    /// The columns of logs that have no header line.
    std::optional<layout> format{};
    /// The columns of a chunk of a log that does not hold its beginning. The reader then recognises
    /// nothing.
    std::shared_ptr<layout const> continues{};
    /// Offset of the source's first byte in the input that it is a chunk of.
    std::uint64_t offset = 0;
    /// Longer lines are malformed. Bounds the memory; 64 bytes to 1 GiB.
    std::size_t max_line = std::size_t{1} << 20;
    /// Called for every malformed line.
    malformed_handler on_malformed{};
    /// NODATA and SKIPDATA lines with a field that does not decode are malformed, too. (Fields of
    /// flows are checked by whoever reads them.)
    bool check_empty = false;
    /// NODATA and SKIPDATA lines are handed out as records, too. They are counted as what they are,
    /// and are checked by whoever reads them, like flows.
    bool all_lines = false;
};

/// Reads a text log: an input range of `text_record`, one for each flow. It counts NODATA,
/// SKIPDATA, malformed, header and blank lines in `stats()` and skips them. A `log_reader`.
///
///     for (auto const& flow : flowlog::text_reader{flowlog::memory_source{text}}) …
///
/// A header line, `text_options::format` or the look of the first lines determines the columns. A
/// header line further on, as in files that were joined, changes them. Throws
/// `errc::unknown_format` if nothing determines them, and what the source throws. Records are views
/// into the reader. Use it from one thread at a time.
///
/// The bytes become flows in two stages:
///
///     blocks of whole lines   │ line_blocks       as the source hands them out
///       windows of 16 KiB     │ line_window       text and index stay in the first-level cache
///         an index            │ scan_buffer       stage 1, SIMD: the offsets of the delimiters
///           records, batches  │ text_record, …    stage 2: decodes a field when it is read
template <byte_source Source = any_source>
class text_reader : public selectable<text_reader<Source>> {
public:
    using record_type = text_record;

    explicit text_reader(Source source, text_options options = {})
        : max_line_{std::clamp<std::size_t>(options.max_line, 64, std::size_t{1} << 30)},
          windows_{std::move(source), max_line_, options.offset},
          format_{std::move(options.format)},
          malformed_{std::move(options.on_malformed)},
          check_empty_{options.check_empty && !options.all_lines},
          all_lines_{options.all_lines} {
        if (options.continues) use(std::move(options.continues));
    }

    /// Moves to the first flow, or to the next one if the reader has begun.
    [[nodiscard]] auto begin() -> record_iterator<text_reader> { return ++record_iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the lines so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        auto result = stats_;
        result.bytes = windows_.bytes();
        return result;
    }

    /// The columns in force; null before the reader has reached the line that determines them.
    [[nodiscard]] auto columns() const noexcept -> std::shared_ptr<layout const> { return layout_; }

    /// The names of columns that header lines further on have, and the first columns lack; each
    /// once, as far as the log was read.
    [[nodiscard]] auto later_columns() const noexcept -> std::vector<std::string> const& {
        return later_names_;
    }

    /// Reads up to the line that determines the columns, so that `columns()` returns them before
    /// the first record is read.
    void recognise() {
        while (!layout_ || (has_doubtful_heading() && !unread_)) {
            if (!window_.more() && !next_window()) return;
            next_line();
            if (odd_line()) unread_ = true;
        }
    }

    /// Whether the log has a column for this field. Reads up to the line that determines the
    /// columns.
    [[nodiscard]] auto has(field_id id) -> bool {
        recognise();
        return layout_ && layout_->has(id);
    }

    /// What the log is. Reads up to the line that determines the columns.
    [[nodiscard]] auto describe() -> archive_info {
        recognise();
        return layout_ ? detail::describe(*layout_) : archive_info{.format = "text"};
    }

    /// Takes the current record back: it counts as malformed, not as a flow, and goes to
    /// `on_malformed`. For jobs that need a field that is malformed or absent.
    void reject(field_id offending_field, reason why) {
        --(stats_.*counted_as_);
        report(why, offending_field, layout_->column(offending_field));
    }

    /// Hands out every flow that is left, as `log_reader` says, in `text_batch`es and alone. Faster
    /// than a loop over the range if the job reads no fields but `wanted`; other fields take longer
    /// to read.
    template <class Use, class UseBatch, class Refused>
    void each(Use use, UseBatch use_batch, Refused refused, std::vector<field_use> const& wanted) {
        auto some = detail::projection{};
        while (unread_ || window_.more() || next_lines()) {
            if (!window_.indexed()) index_some(some, wanted);
            if (window_.stride != 0) take_batch(use_batch, some);
            if (unread_ || window_.more()) each_odd(use, refused);
        }
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return windows_.name(); }

private:
    friend record_iterator<text_reader>;

    [[nodiscard]] auto current() const noexcept -> text_record const& { return record_; }

    /// Moves on to the next flow.
    auto advance() -> bool {
        if (unread_) {
            unread_ = false;
            if (count_flow()) return true;
        }
        while (window_.more() || next_window()) {
            if (take_line()) return true;
        }
        return false;
    }

    /// Takes and indexes the next window; false at the end of the input.
    auto next_window() -> bool {
        if (!next_lines()) return false;
        windows_.index_all(window_, column_count_);
        window_.stride = 0;  // the lines are taken one by one
        return true;
    }

    /// Handles the next line of the window. True if it is a flow, which is then in `record_`.
    auto take_line() -> bool {
        next_line();
        auto const regular =
            window_.last - window_.first == column_count_ && !window_.index.irregular &&
            !detail::may_be_header(window_.text.data(), window_.index.delimiters + window_.first,
                                   column_count_);
        return (regular || odd_line()) && count_flow();
    }

    /// Hands out the flows of a window with a stride, up to a line that needs a closer look: one
    /// that does not say OK (no header line does) or begins with a BOM, or that was not taken.
    template <class UseBatch>
    void take_batch(UseBatch& use_batch, detail::projection const& some) {
        auto const lines = plain_lines(some);
        auto const* const positions =
            window_.is_cells() ? columns_->columns_by_field().data() : some.positions();
        auto const first = text_record{
            window_.text.data(), window_.index.delimiters + window_.last - 1, columns_, positions};
        auto const taken = lines == 0 ? 0 : use_batch(text_batch{first, lines, window_.stride});
        stats_.records += taken;
        window_.pass(taken);
    }

    /// How many lines, from the next one on, are plainly flows.
    [[nodiscard]] auto plain_lines(detail::projection const& some) const noexcept -> std::size_t {
        auto const* const text = window_.text.data();
        auto const status = some.positions()[static_cast<std::size_t>(field_id::log_status)];
        auto const stride = std::ptrdiff_t{window_.stride};
        auto const* const first = window_.index.delimiters + window_.last - 1;
        auto const* const end = window_.index.delimiters + window_.index.delimiter_count - 1;
        auto const* line = first;
        for (; line != end; line += stride) {
            auto const status_start = line[status] + 1;
            if (text[static_cast<std::uint32_t>(*line + 1)] == '\xEF' ||
                !is_ok({text + status_start, line[status + 1] - status_start})) [[unlikely]]
                break;
        }
        return static_cast<std::size_t>((line - first) / stride);
    }

    /// Handles the next line, whatever it is.
    template <class Use, class Refused>
    [[gnu::noinline]] void each_odd(Use& use, Refused& refused) {
        if (window_.stride == 0 || window_.is_cells()) return each_indexed(use, refused);
        auto lines = std::exchange(window_, window_.next_alone());
        lines.pass(1);
        window_.index = line_buffer_.scan(window_.text, column_count_);
        auto const* const columns = columns_;
        each_indexed(use, refused);
        if (columns_ == columns) {
            window_ = lines;
        } else if (columns_ != nullptr) {  // the lines after it have to be indexed anew
            windows_.put_back(lines.text.substr(lines.next_start()));
        }  // else they were put back when the columns were given up
    }

    /// Handles the next line of a window that has all delimiters.
    template <class Use, class Refused>
    void each_indexed(Use& use, Refused& refused) {
        auto const flow = std::exchange(unread_, false) ? count_flow() : take_line();
        if (flow) use_or_reject(*this, std::as_const(record_), use, refused);
    }

    [[nodiscard]] static auto is_ok(std::string_view token) noexcept -> bool {
        return token.size() == 2 && std::memcmp(token.data(), "OK", 2) == 0;
    }

    void next_line() noexcept {
        window_.next();
        auto const* const delimiters = window_.index.delimiters + window_.first;
        record_ = text_record{window_.text.data(), delimiters - 1, delimiters, columns_};
    }

    /// Takes the next window, which it does not index; false at the end of the input.
    auto next_lines() -> bool {
        for (;;) {
            window_ = windows_.take();
            if (!window_.too_long) break;
            refuse_foreign(window_.text);
            report_line(reason::too_long, window_.text, std::nullopt, 0);
            if (!layout_) malformed_.refuse_endless(window_.text, max_line_, windows_);
        }
        if (!window_.text.empty()) return true;
        malformed_.require_none_waiting(windows_);
        return false;
    }

    /// Indexes the window for the wanted columns alone, if it can.
    void index_some(detail::projection& some, std::vector<field_use> const& wanted) {
        if (status_column_ == layout::none) {
            windows_.index_all(window_, column_count_);
            window_.stride = 0;
            return;
        }
        auto const is_words = windows_.style().is_words();
        if (some.columns() != columns_)
            some = detail::projection{layout_, is_words ? wanted : std::vector<field_use>{}};
        windows_.index_some(window_, some);
    }

    /// Handles a line that is not plainly a data line of this layout: one with other separators or
    /// another number of tokens, or that may be a header line. True if it is data, of which
    /// `record_` then has the tokens.
    auto odd_line() -> bool {
        tokens_.find(window_);
        if (tokens_.texts().empty()) {
            ++stats_.blank;
            return false;
        }
        if (has_doubtful_heading() && contradicts_heading()) {
            take_back_heading();
            return false;
        }
        if (!layout_ ? learn_columns() : change_columns()) return false;
        if (tokens_.texts().size() != column_count_ && !change_default()) {
            if (is_beside_records(window_.log_line())) {
                ++stats_.headers;
            } else {
                report(reason::column_count, std::nullopt, layout::none);
            }
            return false;
        }
        record_ = tokens_.record(window_, columns_);
        return true;
    }

    /// Whether a line is one that a program prints besides the records.
    [[nodiscard]] auto is_beside_records(std::string_view line) const -> bool {
        return detail::is_cli_heading(line) ||
               (columns_->column("ipkt") != layout::none && detail::is_nfdump_summary(line));
    }

    /// Tries to determine the columns by the line; true if there is nothing more to do with it.
    auto learn_columns() -> bool {
        auto const line = window_.log_line();
        auto const style = windows_.style();
        if (style.is_words()) refuse_foreign(window_.text.substr(window_.start()));
        if (detail::is_cli_heading(line)) {
            ++stats_.headers;
            return true;
        }
        auto found = recognise_current(line);
        // a single word is a header line only at the beginning, not in a text that is no log
        auto const is_first = stats_.lines() == stats_.blank;
        if (found && found->header && tokens_.texts().size() == 1 && found->columns.size() == 1 &&
            !is_first)
            found.reset();
        if (!found) {
            report_line(reason::no_layout, line, std::nullopt, 0);
            return true;
        }
        auto const is_header = found->header;
        if (is_header) ++stats_.headers;
        auto const restyled = found->columns.style() != style;
        if (found->columns.size() == 0) {
            learn_from_messages(line, found->columns.style());
        } else {
            use(std::make_shared<layout const>(std::move(found->columns)));
            malformed_.release(layout_, windows_);
            if (is_header && is_doubtful(*layout_)) {
                heading_ = line;
                heading_offset_ = window_.offset_of(line);
                heading_number_ = stats_.lines();
                heading_lines_ = stats_.lines() - stats_.blank;
            }
        }
        if (restyled) read_again(is_header ? window_.log_rest() : line);
        return is_header || restyled;
    }

    /// Whether the heading of these columns may be a line of a text as well: it is one word, or two
    /// or three of which at most one is the name of a field, such as `Traffic type`. Words such as
    /// `source` are no names here, unless all are.
    [[nodiscard]] static auto is_doubtful(layout const& columns) -> bool {
        if (columns.size() == 1) return true;
        if (columns.size() > 3) return false;
        auto known = std::size_t{0};
        auto named = std::size_t{0};
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto const id = columns.field_at(i);
            known += id ? 1U : 0U;
            auto const is_name = id && (!columns.style().is_words() ||
                                        same_name(columns.names()[i], info(*id).name));
            named += is_name ? 1U : 0U;
        }
        return known != columns.size() && named < 2;
    }

    /// Whether the last line that is not blank was taken for the first heading, and may be none.
    [[nodiscard]] auto has_doubtful_heading() const noexcept -> bool {
        return !heading_.empty() && stats_.lines() - stats_.blank == heading_lines_;
    }

    /// Whether the current line, the first one after a doubtful heading, shows that it was none: it
    /// has more columns or fewer, or is another heading.
    [[nodiscard]] auto contradicts_heading() const -> bool {
        if (tokens_.texts().size() != column_count_) return true;
        if (column_count_ == 1 || has_values()) return false;
        auto const line = window_.log_line();
        auto const found = detail::recognise_line(line, std::nullopt);
        return found && found->header && found->columns != *columns_;
    }

    /// The line that was taken for the heading is malformed after all, and the current line is read
    /// again.
    void take_back_heading() {
        auto const line = window_.log_line();
        give_up_columns();
        first_layout_ = nullptr;
        windows_.read_as({}, nullptr);
        --stats_.headers;
        ++stats_.malformed;
        malformed_.report(
            {.line = heading_number_, .offset = heading_offset_, .reason = reason::no_layout},
            std::exchange(heading_, {}), layout_, windows_);
        read_again(line);
    }

    /// No columns are in force any more, until a line determines them.
    void give_up_columns() {
        layout_ = nullptr;
        columns_ = nullptr;
        column_count_ = 0;
        status_column_ = layout::none;
    }

    /// The next lines hold their records in a cell, as the heading `line` says.
    void learn_from_messages(std::string_view line, cell_style style) {
        beside_message_ = detail::flows_beside_message(line, style.separator);
        windows_.read_as(style, nullptr);
    }

    /// What the current line, which is not blank, says of the columns.
    [[nodiscard]] auto recognise_current(std::string_view line) const
        -> std::optional<detail::recognised_layout> {
        if (windows_.style().is_words())
            return detail::recognise_line(line, tokens_.texts(), format_);
        // after the heading of messages
        auto const style = windows_.style();
        auto heading = detail::recognise_line(line, std::nullopt);
        if (heading && heading->header && !is_doubtful(heading->columns)) return heading;
        if (auto const columns = detail::recognise_data(tokens_.texts(), format_))
            return detail::recognised_layout{columns->written_as(style), false};
        if (beside_message_) return detail::recognised_layout{*beside_message_, false};
        if (former_layout_)
            return detail::recognised_layout{former_layout_->written_as(style), false};
        return std::nullopt;
    }

    /// Takes the lines of the window from some on again, because they are written in another way.
    void read_again(std::string_view lines) {
        windows_.put_back(lines);
        window_ = {};
    }

    /// Whether the line is of the other one of AWS's default formats, in a log of one of them, and
    /// its columns are then in force: logs of VPCs and transit gateways are joined in one file. The
    /// same words precede both, such as a time of export.
    auto change_default() -> bool {
        auto const tokens = std::span<std::string_view const>{tokens_.texts()};
        auto const ends_as = [tokens](auto is_default, std::size_t size) {
            return tokens.size() >= size && is_default(tokens.last(size));
        };
        auto const vpc = layout::vpc_default();
        auto const gateway = layout::transit_gateway_default();
        auto const is_vpc = ends_as(detail::is_vpc_default, vpc.size());
        if (!is_vpc && !ends_as(detail::is_transit_gateway_default, gateway.size())) return false;
        auto const& before = is_vpc ? gateway : vpc;
        auto const& now = is_vpc ? vpc : gateway;
        auto const prefix = tokens.size() - now.size();
        if (columns_->size() != prefix + before.size()) return false;
        auto const names = std::span{columns_->names()}.first(prefix);
        if (before.after(names).written_as(columns_->style()) != *columns_) return false;
        use(std::make_shared<layout const>(now.after(names).written_as(columns_->style())));
        return true;
    }

    /// Whether the line has as many tokens as there are columns, and one of them is a value, or its
    /// status is OK: then it is no header line, as `may_be_header` and `plain_lines` say of lines
    /// that need no closer look.
    [[nodiscard]] auto has_values() const -> bool {
        auto const& texts = tokens_.texts();
        if (texts.size() != column_count_ || texts.front().starts_with('\xEF')) return false;
        if (status_column_ != layout::none && is_ok(texts[status_column_])) return true;
        return std::ranges::any_of(texts, [](std::string_view token) {
            return !token.empty() && layout::begins_as_value(token.front());
        });
    }

    /// Whether a line is the heading again of a log whose columns are mostly no fields.
    [[nodiscard]] auto repeats_heading(std::string_view line) const -> bool {
        if (columns_->style().is_words()) return false;
        auto const found = detail::recognise_cell_header(line, true);
        return found && *found == *columns_;
    }

    /// Whether the line is a header line, whose columns are then in force.
    auto change_columns() -> bool {
        auto const line = window_.log_line();
        if (!detail::may_be_heading(line) || has_values()) return false;
        auto found = detail::recognise_cell_header(line);
        if (!found && repeats_heading(line)) found = *columns_;
        if (!found) {
            auto const words = window_.is_cells() ? words_of(line) : tokens_.texts();
            found = layout::from_header(words);
            if (!found) found = detail::introduced_flows(words);
        }
        if (!found || (found->size() == 1 && column_count_ != 1)) return false;
        if (found->size() == 2 && is_doubtful(*found) && *found != *columns_) return false;
        if (found->size() == 0 && columns_->style().record == cell_style::every) {
            ++stats_.headers;
            former_layout_ = layout_;
            give_up_columns();
            learn_from_messages(line, found->style());
            read_again(window_.log_rest());
            return true;
        }
        // the columns of records in cells stay as they are
        if (found->size() == 0) found = columns_->written_as(found->style());
        ++stats_.headers;
        if (*found == *columns_) return true;
        auto const again = window_.is_cells() || !found->style().is_words();
        use(std::make_shared<layout const>(*std::move(found)));
        if (again) read_again(window_.log_rest());
        return true;
    }

    void use(std::shared_ptr<layout const> columns) {
        layout_ = std::move(columns);
        columns_ = layout_.get();
        column_count_ = static_cast<std::uint32_t>(columns_->size());
        status_column_ = columns_->column(field::log_status);
        windows_.read_as(columns_->style(), columns_);
        beside_message_.reset();
        if (!first_layout_) first_layout_ = layout_;
        note_later_columns();
    }

    /// Keeps the names of the columns that no columns before had.
    void note_later_columns() {
        if (layout_ == first_layout_) return;
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            auto const id = columns_->field_at(i);
            auto const& name = columns_->names()[i];
            auto const had =
                id ? first_layout_->has(*id) || later_fields_[static_cast<std::size_t>(*id)]
                   : first_layout_->column(name) != layout::none ||
                         std::ranges::find(later_names_, name) != later_names_.end();
            if (had || later_names_.size() == layout::max_columns) continue;
            if (id) later_fields_.set(static_cast<std::size_t>(*id));
            later_names_.push_back(name);
        }
    }

    /// Counts the data line in `record_` as what it is. True if it is to be handed out: a flow, or
    /// another line if all are.
    auto count_flow() -> bool {
        counted_as_ = &statistics::records;
        auto const flow = is_flow();
        if (flow) ++stats_.records;
        return flow || (all_lines_ && counted_as_ != &statistics::records);
    }

    /// Counts a line that is no flow.
    void count_empty(std::uint64_t statistics::* as) {
        ++(stats_.*as);
        counted_as_ = as;
    }

    /// Whether the data line in `record_` is a flow; counts it if not.
    auto is_flow() -> bool {
        if (status_column_ == layout::none) return !is_empty_window();
        if (is_ok(record_.token(status_column_))) [[likely]]
            return true;
        auto const status = record_[field::log_status];
        if (status.absent()) return !is_empty_window();
        if (status.malformed()) {
            report(reason::bad_value, field_id::log_status, status_column_);
            return false;
        }
        if (*status != log_status::ok && is_bad_empty()) return false;
        if (*status == log_status::nodata) count_empty(&statistics::nodata);
        if (*status == log_status::skipdata) count_empty(&statistics::skipdata);
        return *status == log_status::ok;
    }

    /// Without a log-status, a line that names neither an address nor a protocol, and has neither
    /// ports nor counters, is NODATA.
    auto is_empty_window() -> bool {
        auto empty = false;
        for (auto const id : detail::names_of_flows) {
            auto const column = columns_->column(id);
            if (column == layout::none) continue;
            if (record_.token(column) != "-") return false;
            empty = true;
        }
        if (empty) {
            for (auto const id : detail::numbers_of_flows) {
                auto const column = columns_->column(id);
                if (column != layout::none && record_.token(column) != "-") return false;
            }
        }
        if (empty && is_bad_empty()) return true;
        if (empty) count_empty(&statistics::nodata);
        return empty;
    }

    /// Whether the line in `record_`, which is no flow, is to be checked and has a malformed field,
    /// which is then reported.
    auto is_bad_empty() -> bool {
        if (!check_empty_) return false;
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            auto const id = columns_->field_at(i);
            if (!id || !visit_field(record_, *id, [](auto value) { return value.malformed(); }))
                continue;
            report(reason::bad_value, *id, columns_->column(*id));
            return true;
        }
        return false;
    }

    /// Reports the current line, because of a column or, with `layout::none`, as a whole.
    void report(reason why, std::optional<field_id> offending_field, std::uint16_t column) {
        auto const line = window_.log_line();
        auto at = std::size_t{0};
        if (column != layout::none && window_.is_cells()) {
            at = detail::column_offset(line, *columns_, column) + 1;
        } else if (column != layout::none) {
            at = static_cast<std::size_t>(record_.token(column).data() - line.data()) + 1;
        }
        report_line(why, line, offending_field, at);
    }

    /// Reports a line of the window, of which `text` is a part, as it is in the log. `column` is
    /// counted in bytes from 1.
    void report_line(reason why, std::string_view text, std::optional<field_id> offending_field,
                     std::size_t column) {
        ++stats_.malformed;
        malformed_.report({.line = stats_.lines(),
                           .offset = window_.offset_of(text),
                           .column = column,
                           .field = offending_field,
                           .reason = why},
                          text, layout_, windows_);
    }

    /// Throws if this, the first line that is not blank, shows that the input is no text log.
    void refuse_foreign(std::string_view line) const {
        if (!layout_ && stats_.lines() == stats_.blank) detail::refuse_foreign(line, windows_);
    }

    std::size_t max_line_;
    detail::line_windows<Source> windows_;
    std::optional<layout> format_;
    std::shared_ptr<layout const> layout_;
    layout const* columns_ = nullptr;  // of `layout_`
    std::uint32_t column_count_ = 0;
    std::uint16_t status_column_ = layout::none;

    detail::line_window window_;
    detail::scan_buffer line_buffer_;  // for a line alone
    bool unread_ = false;              // whether `record_` was read by recognise()
    text_record record_;

    detail::line_tokens tokens_;  // of an odd line
    std::string heading_;         // see `has_doubtful_heading`
    std::uint64_t heading_offset_ = 0;
    std::uint64_t heading_number_ = 0;             // of the line
    std::uint64_t heading_lines_ = 0;              // how many lines that are not blank there were
    std::optional<layout> beside_message_;         // columns if the first message is no record
    std::shared_ptr<layout const> former_layout_;  // before the heading of messages
    std::shared_ptr<layout const> first_layout_;
    std::vector<std::string> later_names_;  // see `later_columns`
    std::bitset<fields.size()> later_fields_;
    detail::malformed_lines malformed_;
    bool check_empty_;
    bool all_lines_;
    statistics stats_;
    std::uint64_t statistics::* counted_as_ = &statistics::records;  // the line in `record_`
};

}  // namespace flowlog

#endif
