// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_HPP
#define FLOWLOG_FORMAT_TEXT_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/batch.hpp>
#include <flowlog/format/text/projection.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/format/text/record.hpp>
#include <flowlog/format/text/scan.hpp>
#include <flowlog/source/line_blocks.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

/// How a text log is read.
struct text_options {
    /// The columns of logs that have no header line.
    std::optional<layout> format{};
    /// The columns of a part of a log that does not hold its beginning: then nothing is recognised.
    std::shared_ptr<layout const> continues{};
    /// Offset of the source's first byte in the input that it is a part of.
    std::uint64_t offset = 0;
    /// Longer lines are malformed; bounds the memory. 64 bytes to 1 GiB.
    std::size_t max_line = std::size_t{1} << 20;
    /// Called for every malformed line.
    malformed_handler on_malformed{};
    /// NODATA and SKIPDATA lines with a field that does not decode are malformed, too. Flows are
    /// for those to check who read them.
    bool check_empty = false;
};

/// Reads a text log: an input range of `text_record`, one for each flow. NODATA, SKIPDATA,
/// malformed, header and blank lines are counted in `stats()` and passed over.
///
///     for (auto const& flow : flowlog::text_reader{flowlog::memory_source{text}}) …
///
/// The columns are told by a header line, by `text_options::format`, or by the looks of the first
/// lines. A header line further on, as in joined files, changes them. Throws `errc::unknown_format`
/// where nothing tells them, and what the source throws. Records are views into the reader; one
/// thread at a time.
template <byte_source Source = any_source>
class text_reader {
public:
    using record_type = text_record;

    explicit text_reader(Source source, text_options options = {})
        : options_{std::move(options)},
          blocks_{std::move(source),
                  std::clamp<std::size_t>(options_.max_line, 64, std::size_t{1} << 30),
                  options_.offset} {
        if (options_.continues) use(options_.continues);
    }

    /// Single-pass; `*it` is valid until `++it`.
    class iterator {
    public:
        using value_type = text_record;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(text_reader& reader) noexcept : reader_{&reader} {}
        auto operator*() const noexcept -> text_record const& { return reader_->record_; }
        auto operator->() const noexcept -> text_record const* { return &reader_->record_; }
        auto operator++() -> iterator& {
            done_ = !reader_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend auto operator==(iterator const& it, std::default_sentinel_t) noexcept -> bool {
            return it.done_;
        }

    private:
        text_reader* reader_;
        bool done_ = false;
    };

    /// Moves to the first flow, or to the next one where the reader has begun.
    [[nodiscard]] auto begin() -> iterator { return ++iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the lines so far.
    [[nodiscard]] auto stats() const noexcept -> statistics {
        auto result = stats_;
        result.bytes = blocks_.bytes();
        return result;
    }

    /// The columns in force; null before the line that tells them was read.
    [[nodiscard]] auto columns() const noexcept -> std::shared_ptr<layout const> { return layout_; }

    /// Reads up to the line that tells the columns, so that `columns()` answers before the first
    /// record is asked for.
    void recognise() {
        while (!layout_) {
            if (!window_.more() && !next_window()) return;
            next_line();
            auto const data = odd_line();
            if (data) unread_ = true;
        }
    }

    /// Whether the log has a column for this field; reads up to the line that tells the columns.
    [[nodiscard]] auto has(field_id id) -> bool {
        recognise();
        return layout_ && layout_->has(id);
    }

    /// What the log is; reads up to the line that tells the columns.
    [[nodiscard]] auto describe() -> archive_info {
        recognise();
        return layout_ ? detail::describe(*layout_) : archive_info{.format = "text"};
    }

    /// Takes the current record back: it counts as malformed, not as a flow, and goes to
    /// `on_malformed`. For jobs that find a field that they need malformed or absent.
    void reject(field_id offending_field, reason why) {
        --stats_.records;
        report(why, offending_field, layout_->column(offending_field));
    }

    /// Hands every flow that is left to an aggregating loop: faster than a loop over the range
    /// where it reads no fields but `wanted`; those read besides take longer. None stand for all.
    /// `use_batch(run)` is given `text_batch`s and returns how many of its lines it took, from the
    /// first on. The line that it did not take, and those that are no part of a run, go to
    /// `use(record)`; where it returns false, `refused(record)` says what to `reject`.
    template <class Use, class UseRun, class Refused>
    void each(Use use, UseRun use_batch, Refused refused, std::vector<field_use> const& wanted) {
        auto some = detail::projection{};
        while (unread_ || window_.more() || next_lines()) {
            if (window_.index.delimiters == nullptr) index_some(some, wanted);
            if (window_.stride != 0) take_batch(use_batch, some);
            if (unread_ || window_.more()) each_odd(use, refused);
        }
    }

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string { return blocks_.name(); }

private:
    static constexpr std::size_t window_size = std::size_t{16}
                                               << 10;  // text and index stay in the first cache
    static constexpr std::size_t unrecognised_limit = std::size_t{64} << 10;

    /// A run of lines, and which of them is next.
    struct window {
        std::string_view text{};
        std::uint64_t offset = 0;    ///< of the text in the input
        detail::scan_index index{};  ///< null before the text is indexed
        /// If not 0, the index has so many delimiters of each line, and no `lines`.
        std::uint32_t stride = 0;
        std::size_t line = 0;     ///< the next one
        std::uint32_t first = 0;  ///< the current line's delimiters in the index
        std::uint32_t last = 0;

        [[nodiscard]] auto more() const noexcept -> bool { return line != index.line_count; }

        /// Offset in the text of the next line's first byte; one past the delimiter before it, in
        /// 32 bits.
        [[nodiscard]] auto start() const noexcept -> std::uint32_t {
            return *(index.delimiters + last - 1) + 1;
        }

        /// Where there is a stride: passes over a line.
        void pass() noexcept {
            ++line;
            last += stride;
        }

        /// Where there is a stride: the next line as a window of its own.
        [[nodiscard]] auto next_alone() const noexcept -> window {
            auto const end = index.delimiters[last + stride - 1] + 1;
            return {.text = text.substr(start(), end - start()), .offset = offset + start()};
        }
    };

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

    /// Takes and indexes the next run of lines; false at the end of the input.
    auto next_window() -> bool {
        if (!next_lines()) return false;
        index_all(buffer_);
        return true;
    }

    /// Deals with the next line of the window. True where it is a flow, which then is in `record_`.
    auto take_line() -> bool {
        next_line();
        auto const regular =
            window_.last - window_.first == column_count_ && !window_.index.irregular &&
            !detail::may_be_header(window_.text.data(), window_.index.delimiters + window_.first,
                                   column_count_);
        return (regular || odd_line()) && count_flow();
    }

    /// The flows of a window with a stride, up to a line that wants a closer look: that does not
    /// say OK (as no header line does), begins with a BOM, or was not taken.
    template <class UseRun>
    void take_batch(UseRun& use_batch, detail::projection const& some) {
        auto const lines = plain_lines(some);
        auto const first =
            text_record{window_.text.data(), window_.index.delimiters + window_.last - 1, columns_,
                        some.places().data()};
        auto const taken = lines == 0 ? 0 : use_batch(text_batch{first, lines, window_.stride});
        stats_.records += taken;
        window_.line += taken;
        window_.last += static_cast<std::uint32_t>(taken) * window_.stride;
    }

    /// How many lines from the next one on are plainly flows.
    [[nodiscard]] auto plain_lines(detail::projection const& some) const noexcept -> std::size_t {
        auto const* const text = window_.text.data();
        auto const status = some.places()[static_cast<std::size_t>(field_id::log_status)];
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

    /// The next line, whatever it is.
    template <class Use, class Refused>
    [[gnu::noinline]] void each_odd(Use& use, Refused& refused) {
        if (window_.stride == 0) return each_indexed(use, refused);
        auto lines = std::exchange(window_, window_.next_alone());
        lines.pass();
        index_all(line_buffer_);
        auto const* const columns = columns_;
        each_indexed(use, refused);
        if (columns_ == columns) {
            window_ = lines;
        } else {  // those that follow have to be indexed anew
            put_back(lines.text.substr(lines.start()));
        }
    }

    /// The next line of a window that is indexed in full.
    template <class Use, class Refused>
    void each_indexed(Use& use, Refused& refused) {
        auto const flow = std::exchange(unread_, false) ? count_flow() : take_line();
        if (!flow || use(std::as_const(record_))) return;
        auto const [offending_field, why] = refused(std::as_const(record_));
        reject(offending_field, why);
    }

    [[nodiscard]] static auto is_ok(std::string_view token) noexcept -> bool {
        return token.size() == 2 && std::memcmp(token.data(), "OK", 2) == 0;
    }

    void next_line() noexcept {
        window_.first = window_.last;
        window_.last = window_.index.lines[window_.line++];
        auto const* const delimiters = window_.index.delimiters + window_.first;
        record_ = text_record{window_.text.data(), delimiters - 1, delimiters, columns_};
    }

    /// Offset in the window of the line's first byte; one past the delimiter before it, in 32 bits.
    [[nodiscard]] auto start() const noexcept -> std::uint32_t {
        return *(window_.index.delimiters + window_.first - 1) + 1;
    }

    /// The line without its LF.
    [[nodiscard]] auto line_text() const noexcept -> std::string_view {
        return window_.text.substr(start(), window_.index.delimiters[window_.last - 1] - start());
    }

    /// Takes the next run of lines; false at the end of the input.
    auto next_lines() -> bool {
        while (rest_.empty()) {
            auto const block = blocks_.next();
            rest_offset_ = block.offset;
            if (block.too_long) {
                window_ = {.text = block.text, .offset = block.offset};
                refuse_foreign(block.text);
                report_line(reason::too_long, block.text, std::nullopt, 0);
            } else if (block.text.empty()) {
                if (!layout_ && !unrecognised_.empty()) throw_unrecognised();
                return false;
            } else {
                rest_ = block.text;
            }
        }
        auto size = rest_.size();
        if (size > limit_) {
            auto const end = rest_.rfind('\n', limit_ - 1);
            size = (end != rest_.npos ? end : rest_.find('\n', limit_)) + 1;
        }
        window_ = {.text = rest_.substr(0, size), .offset = rest_offset_};
        rest_.remove_prefix(size);
        rest_offset_ += size;
        return true;
    }

    /// Indexes the lines that were taken.
    void index_all(detail::scan_buffer& buffer) {
        window_.index = buffer.scan(window_.text, column_count_);
    }

    /// The same of the wanted columns alone, with a stride, where all lines have all columns. Where
    /// one has not, it is closed in on by halves. (Irregular lines are rarely alone.)
    void index_some(detail::projection& some, std::vector<field_use> const& wanted) {
        if (status_column_ == layout::none) return index_all(buffer_);
        if (some.columns() != columns_) some = detail::projection{layout_, wanted};
        auto const scan = [&] {
            return window_.index = buffer_.scan_kept(window_.text, some.delimiters());
        };
        auto index = scan();
        for (; !index.regular && !index.irregular && index.line_count > 1; index = scan()) halve();
        if (index.regular || index.irregular) limit_ = std::min(limit_ * 2, window_size);
        if (!index.regular) return index_all(buffer_);
        window_.stride = static_cast<std::uint32_t>(some.delimiters().per_line());
    }

    /// Gives back what is beyond the middle of a window of several lines.
    void halve() {
        limit_ = window_.text.size() / 2;
        auto const end = window_.text.rfind('\n', limit_);
        auto const kept = (end != window_.text.npos ? end : window_.text.find('\n', limit_)) + 1;
        put_back(window_.text.substr(kept));
        window_.text = window_.text.substr(0, kept);
    }

    /// Gives back the end of the lines that were taken.
    void put_back(std::string_view lines) noexcept {
        rest_ = {lines.data(), lines.size() + rest_.size()};
        rest_offset_ -= lines.size();
    }

    /// A line that is not plainly a data line of this layout: finds its tokens whatever stands
    /// between them, and what the line is. True where it is data; `record_` then has its tokens.
    auto odd_line() -> bool {
        find_tokens();
        if (tokens_.empty()) {
            ++stats_.blank;
            return false;
        }
        if (!layout_ ? learn() : change_layout()) return false;
        if (tokens_.size() != column_count_) {
            report(reason::column_count, std::nullopt, layout::none);
            return false;
        }
        record_ = text_record{window_.text.data(), before_.data(), after_.data(), columns_};
        return true;
    }

    void find_tokens() {
        tokens_.clear();
        before_.clear();
        after_.clear();
        auto at = start();
        if (line_text().starts_with("\xEF\xBB\xBF")) at += 3;
        for (auto i = window_.first; i != window_.last; at = window_.index.delimiters[i++] + 1) {
            auto const end = window_.index.delimiters[i];
            if (end <= at) continue;
            tokens_.push_back(window_.text.substr(at, end - at));
            before_.push_back(at - 1);
            after_.push_back(end);
        }
    }

    /// Tries to tell the columns by this line; true where the line is used up.
    auto learn() -> bool {
        refuse_foreign(window_.text.substr(start()));
        if (auto found = detail::recognise_line(tokens_, options_.format)) {
            use(std::make_shared<layout const>(std::move(found->columns)));
            for (auto const& line : std::exchange(unrecognised_, {}))
                hand_on(line.place, line.text);
            if (found->header) ++stats_.headers;
            return found->header;
        }
        report_line(reason::no_layout, line_text(), std::nullopt, 0);
        return true;
    }

    /// Whether the line is a header line, which it then obeys.
    auto change_layout() -> bool {
        if (!layout::is_header(tokens_)) return false;
        auto found = layout{std::vector<std::string>(tokens_.begin(), tokens_.end())};
        if (!(found == *columns_)) use(std::make_shared<layout const>(std::move(found)));
        ++stats_.headers;
        return true;
    }

    void use(std::shared_ptr<layout const> columns) {
        layout_ = std::move(columns);
        columns_ = layout_.get();
        column_count_ = static_cast<std::uint32_t>(columns_->size());
        status_column_ = columns_->column(field::log_status);
    }

    /// Counts the data line in `record_` as what it is. True where that is a flow.
    auto count_flow() -> bool {
        auto const flow = is_flow();
        if (flow) ++stats_.records;
        return flow;
    }

    /// Whether the data line in `record_` stands for traffic; counts it where not.
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
        if (*status == log_status::nodata) ++stats_.nodata;
        if (*status == log_status::skipdata) ++stats_.skipdata;
        return *status == log_status::ok;
    }

    /// Without a log-status, a line that names neither an address nor a protocol is NODATA.
    auto is_empty_window() -> bool {
        auto told = false;
        for (auto const id : {field_id::srcaddr, field_id::dstaddr, field_id::protocol}) {
            auto const column = columns_->column(id);
            if (column == layout::none) continue;
            if (record_.token(column) != "-") return false;
            told = true;
        }
        if (told && is_bad_empty()) return true;
        if (told) ++stats_.nodata;
        return told;
    }

    /// Whether the line in `record_`, which is no flow, is to be checked and has a malformed field;
    /// reports it.
    auto is_bad_empty() -> bool {
        if (!options_.check_empty) return false;
        for (std::size_t i = 0; i < columns_->size(); ++i) {
            auto const id = columns_->field_at(i);
            if (!id || !with_field(*id, [&](auto key) { return record_[key].malformed(); }))
                continue;
            report(reason::bad_value, *id, columns_->column(*id));
            return true;
        }
        return false;
    }

    void report(reason why, std::optional<field_id> offending_field, std::uint16_t column) {
        auto const line = line_text();
        auto const at =
            column == layout::none
                ? std::size_t{0}
                : static_cast<std::size_t>(record_.token(column).data() - line.data()) + 1;
        report_line(why, line, offending_field, at);
    }

    void report_line(reason why, std::string_view text, std::optional<field_id> offending_field,
                     std::size_t column) {
        ++stats_.malformed;
        auto const within = static_cast<std::uint64_t>(text.data() - window_.text.data());
        hand_on({.line = stats_.lines(),
                 .offset = window_.offset + within,
                 .column = column,
                 .field = offending_field,
                 .reason = why},
                text);
    }

    /// Lines before the first one that tells the columns wait for it.
    void hand_on(malformed_line line, std::string_view text) {
        if (!layout_) return keep(std::move(line), text);
        if (!options_.on_malformed) return;
        line.source = name();
        line.text = text.substr(0, text.find_last_not_of('\r') + 1);
        line.columns = layout_;
        options_.on_malformed(line);
    }

    void keep(malformed_line line, std::string_view text) {
        unrecognised_.push_back({std::move(line), std::string{text}});
        unrecognised_bytes_ += text.size() + 64;
        if (unrecognised_bytes_ > unrecognised_limit) throw_unrecognised();
    }

    /// Throws where this, the first line that is not blank, says that the input is no text log.
    void refuse_foreign(std::string_view line) const {
        if (layout_ || stats_.lines() != stats_.blank) return;
        auto const what = detail::foreign_format(line);
        if (what.empty()) return;
        throw error{errc::unsupported,
                    {name()},
                    "this is " + std::string{what} + ", which is not read here"};
    }

    [[noreturn]] void throw_unrecognised() const {
        auto const& first = unrecognised_.front();
        throw error{errc::unknown_format,
                    {name(), first.place.line},
                    "cannot tell the format: no header line, and neither of AWS's default formats; "
                    "give the columns "
                    "with --format '${...} ${...}'. The line is: " +
                        escaped(first.text, 200)};
    }

    struct unrecognised_line {
        malformed_line place;
        std::string text;
    };

    text_options options_;
    line_blocks<Source> blocks_;
    std::shared_ptr<layout const> layout_;
    layout const* columns_ = nullptr;
    std::uint32_t column_count_ = 0;
    std::uint16_t status_column_ = layout::none;

    std::string_view rest_;            // lines not yet indexed
    std::size_t limit_ = window_size;  // bytes of the next window
    std::uint64_t rest_offset_ = 0;
    window window_;
    detail::scan_buffer buffer_;
    detail::scan_buffer line_buffer_;  // for a line alone
    bool unread_ = false;              // recognise() has read a data line
    text_record record_;

    std::vector<std::string_view> tokens_;  // of an odd line
    std::vector<std::uint32_t> before_;
    std::vector<std::uint32_t> after_;
    std::vector<unrecognised_line> unrecognised_;
    std::size_t unrecognised_bytes_ = 0;
    statistics stats_;
};

}  // namespace flowlog

#endif
