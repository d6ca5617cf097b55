// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_CSV_ROWS_HPP
#define FLOWLOG_LOOKUP_DETAIL_CSV_ROWS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace flowlog::detail {

/// A cell of a row of separated values.
struct csv_cell {
    std::string_view text;     ///< without quotes and surrounding blanks; valid until the next row
    std::uint64_t line = 0;    ///< of the first byte of `text`, counted from 1
    std::uint64_t column = 0;  ///< in bytes, counted from 1; a byte order mark does not count
    bool quoted = false;
};

/// Why a row cannot be split.
enum class csv_fault : std::uint8_t { none, unterminated_quote, text_after_quote };

/// Splits a text into rows, one at a time, as in RFC 4180 with LF, CRLF or CR. It also accepts a
/// byte order mark, blanks around cells, blank lines and lines that begin with `#`. A quote within
/// an unquoted cell is an ordinary character.
///
/// The separator is a comma, TAB or semicolon: whichever splits the first row, up to a fault, into
/// the most cells, and the first of these if they tie. `grammar/csv.hpp` is the same in
/// Boost.Spirit, and this splitter is tested against it; it is separate because including the
/// grammar takes longer to compile than everything else together. (It is a template, as is
/// everything that reads tables, so that programs that read none do not compile it: that takes a
/// tenth of the time of `flowlog.hpp`.)
template <class = void>
class csv_rows {
public:
    /// If `separator` is 0, the first row determines it.
    explicit csv_rows(std::string_view text, char separator = '\0')
        : at_{text.data()}, end_{text.data() + text.size()}, separator_{separator} {
        if (text.starts_with("\xEF\xBB\xBF")) at_ += 3;
        line_start_ = at_;
        if (separator == '\0') separator_ = infer();
    }

    /// Reads the next row. False at the end. A faulty row has no cells; the next row begins on the
    /// line after the fault.
    auto next() -> bool {
        cells_.clear();
        unescaped_.clear();
        fault_ = csv_fault::none;
        if (!find_row()) return false;
        row_line_ = line_;
        begun_ = 1;
        while (read_cell()) ++begun_;
        return true;
    }

    [[nodiscard]] auto cells() const noexcept -> std::span<csv_cell const> { return cells_; }
    [[nodiscard]] auto fault() const noexcept -> csv_fault { return fault_; }

    /// The line on which the row begins, or the line of the fault.
    [[nodiscard]] auto line() const noexcept -> std::uint64_t { return row_line_; }

    /// The column of the fault: of the quote that is never closed, or of the text after a closing
    /// quote.
    [[nodiscard]] auto fault_column() const noexcept -> std::uint64_t { return fault_column_; }

    [[nodiscard]] auto separator() const noexcept -> char { return separator_; }

private:
    [[nodiscard]] auto infer() const -> char {
        auto best = ',';
        std::size_t most = 0;
        for (auto const candidate : {',', '\t', ';'}) {
            auto trial = *this;
            trial.separator_ = candidate;
            trial.next();
            if (trial.begun_ <= most) continue;
            most = trial.begun_;
            best = candidate;
        }
        return best;
    }

    [[nodiscard]] static auto ends_line(char c) noexcept -> bool { return c == '\n' || c == '\r'; }

    [[nodiscard]] auto blank(char c) const noexcept -> bool {
        return c == ' ' || (c == '\t' && separator_ != '\t');
    }

    [[nodiscard]] auto column() const noexcept -> std::uint64_t {
        return static_cast<std::uint64_t>(at_ - line_start_) + 1;
    }

    /// Skips the end of a line, if there is one here.
    void end_line() noexcept {
        if (at_ == end_) return;
        auto const carriage_return = *at_++ == '\r';
        if (carriage_return && at_ != end_ && *at_ == '\n') ++at_;
        ++line_;
        line_start_ = at_;
    }

    void skip_line() noexcept {
        while (at_ != end_ && !ends_line(*at_)) ++at_;
        end_line();
    }

    void skip_blanks() noexcept {
        while (at_ != end_ && blank(*at_)) ++at_;
    }

    /// Goes to the next line that is neither blank nor a comment.
    auto find_row() noexcept -> bool {
        while (at_ != end_) {
            auto const* first = at_;
            while (first != end_ && (*first == ' ' || *first == '\t')) ++first;
            if (first != end_ && *first != '#' && !ends_line(*first)) return true;
            at_ = first;
            skip_line();
        }
        return false;
    }

    /// Reads a cell. True if another cell follows in this row.
    auto read_cell() -> bool {
        skip_blanks();
        auto const good = at_ != end_ && *at_ == '"' ? read_quoted() : read_bare();
        if (!good || at_ == end_) return false;
        if (*at_ != separator_) {
            end_line();
            return false;
        }
        ++at_;
        return true;
    }

    auto read_bare() -> bool {
        auto const* const first = at_;
        auto const begins = column();
        while (at_ != end_ && *at_ != separator_ && !ends_line(*at_)) ++at_;
        auto const* last = at_;
        while (last != first && blank(last[-1])) --last;
        cells_.push_back({text(first, last), line_, begins, false});
        return true;
    }

    auto read_quoted() -> bool {
        auto const* const first = at_ + 1;
        std::string* copy = nullptr;
        auto const* from = first;
        auto const* quote = find_quote(from);
        while (quote != nullptr && quote + 1 != end_ && quote[1] == '"') {
            if (copy == nullptr) copy = &unescaped_.emplace_back();
            copy->append(from, quote + 1);
            from = quote + 2;
            quote = find_quote(from);
        }
        if (quote == nullptr) return fail(csv_fault::unterminated_quote);
        if (copy != nullptr) copy->append(from, quote);
        cells_.push_back({copy != nullptr ? *copy : text(first, quote), line_, column() + 1, true});
        step_to(quote + 1);
        skip_blanks();
        if (at_ == end_ || *at_ == separator_ || ends_line(*at_)) return true;
        return fail(csv_fault::text_after_quote);
    }

    [[nodiscard]] auto find_quote(char const* from) const noexcept -> char const* {
        if (from == end_) return nullptr;
        return static_cast<char const*>(
            std::memchr(from, '"', static_cast<std::size_t>(end_ - from)));
    }

    /// Skips the text of a quoted cell, counting lines.
    void step_to(char const* last) noexcept {
        while (at_ != last) {
            if (ends_line(*at_)) {
                end_line();
            } else {
                ++at_;
            }
        }
    }

    auto fail(csv_fault fault) -> bool {
        fault_ = fault;
        row_line_ = line_;
        fault_column_ = column();
        cells_.clear();
        skip_line();
        return false;
    }

    [[nodiscard]] static auto text(char const* first, char const* last) noexcept
        -> std::string_view {
        return {first, static_cast<std::size_t>(last - first)};
    }

    char const* at_;
    char const* end_;
    char const* line_start_ = nullptr;
    std::uint64_t line_ = 1;
    std::uint64_t row_line_ = 0;
    std::uint64_t fault_column_ = 0;
    std::size_t begun_ = 0;  // cells of the row before a fault
    char separator_;
    csv_fault fault_ = csv_fault::none;
    std::vector<csv_cell> cells_;
    std::deque<std::string> unescaped_;  // a deque, because the cells point into it
};

}  // namespace flowlog::detail

#endif
