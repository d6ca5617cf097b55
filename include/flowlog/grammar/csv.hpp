// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_CSV_HPP
#define FLOWLOG_GRAMMAR_CSV_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/spirit/home/x3.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// One cell of a row of separated values.
struct csv_cell {
    std::string text;          ///< without quotes and surrounding blanks
    std::uint64_t line = 0;    ///< where the text begins, from 1
    std::uint64_t column = 0;  ///< in bytes, from 1; a byte order mark does not count
    bool quoted = false;

    [[nodiscard]] friend auto operator==(csv_cell const&, csv_cell const&) -> bool = default;
};

/// Why a row cannot be read.
enum class csv_problem : std::uint8_t { none, unterminated_quote, text_after_quote };

/// A row, or a problem and its location.
struct csv_row {
    std::vector<csv_cell> cells;  ///< empty if there is a problem
    csv_problem problem = csv_problem::none;
    std::uint64_t line = 0;  ///< where the row begins, or where the problem is
    /// The column of the quote that is never closed, or of the text after a closing quote;
    /// otherwise 0.
    std::uint64_t column = 0;

    [[nodiscard]] friend auto operator==(csv_row const&, csv_row const&) -> bool = default;
};

namespace detail {

struct csv_content_id;

/// The end of a line.
inline auto csv_eol() { return x3::lit("\r\n") | '\n' | '\r'; }

/// A blank line or a comment. The last one may have no line end, but is not empty then.
inline auto csv_nothing() {
    auto const gap = x3::char_(" \t");
    auto const comment = '#' >> *(x3::char_ - csv_eol());
    return (*gap >> ((-comment >> csv_eol()) | (comment >> x3::eoi))) | (+gap >> x3::eoi);
}

}  // namespace detail

/// The grammar of lookup and protocol tables: RFC 4180, and what people also write. flowlog's own
/// tables are read by a splitter that is tested against this grammar. The text must outlive the
/// reader.
///
///     text    = [BOM] *(nothing | row)
///     nothing = *(SP | TAB) ["#" *byte] eol               ; blank lines and comments
///     row     = cell *(separator cell) (eol | end)
///     cell    = *blank (quoted | bare) *blank
///     quoted  = DQUOTE *(byte but DQUOTE | 2DQUOTE) DQUOTE
///     bare    = *(byte but separator and eol)             ; a quote within it stands for itself
///     blank   = SP | TAB, but not the separator
///     eol     = CRLF | LF | CR
///
/// The separator is a comma, a TAB or a semicolon: the first of these that splits the first row, up
/// to a problem, into the most cells.
class csv_reader {
public:
    /// If `separator` is 0, it is inferred from the first row.
    explicit csv_reader(std::string_view text, char separator = '\0')
        : at_{text.data()}, end_{text.data() + text.size()}, separator_{separator} {
        x3::parse(at_, end_, -x3::lit("\xEF\xBB\xBF"));
        counted_ = line_start_ = at_;
        if (separator == '\0') separator_ = infer();
    }

    /// Reads the next row. False at the end. After a problem, the next row begins on the line after
    /// it.
    [[nodiscard]] auto next(csv_row& row) -> bool {
        row = {};
        x3::parse(at_, end_, *detail::csv_nothing());
        if (at_ == end_) return false;
        count_lines(at_);
        row.line = line_;
        parse_row(row);
        return true;
    }

    [[nodiscard]] auto separator() const noexcept -> char { return separator_; }

private:
    [[nodiscard]] auto infer() const -> char {
        auto best = ',';
        std::size_t max_cells = 0;
        for (auto const candidate : {',', '\t', ';'}) {
            auto trial = *this;
            trial.separator_ = candidate;
            auto row = csv_row{};
            static_cast<void>(trial.next(row));
            if (trial.begun_ <= max_cells) continue;
            max_cells = trial.begun_;
            best = candidate;
        }
        return best;
    }

    void parse_row(csv_row& row) {
        auto starts = std::vector<char const*>{};
        auto fault = end_;

        auto const begin = [&](bool quoted) {
            return [&, quoted](auto& context) {
                starts.push_back(x3::_where(context).begin());
                row.cells.push_back({{}, 0, 0, quoted});
            };
        };
        auto const take = [&](auto& context) {
            auto const& text = x3::_attr(context);
            row.cells.back().text.assign(text.begin(), text.end());
        };
        auto const unterminated = [&](auto&) {
            row.problem = csv_problem::unterminated_quote;
            fault = starts.back() - 1;
        };
        auto const text_after = [&](auto& context) {
            row.problem = csv_problem::text_after_quote;
            fault = x3::_where(context).begin();
        };

        auto const separator = x3::lit(separator_);
        auto const blank = x3::char_(" \t") - separator;
        auto const byte = x3::char_ - (separator | blank | detail::csv_eol());
        auto const content = x3::rule<detail::csv_content_id, std::string>{} =
            *(~x3::char_('"') | (x3::lit("\"\"") >> x3::attr('"')));
        auto const closing = '"' | x3::eoi[unterminated];
        auto const after = &(separator | detail::csv_eol() | x3::eoi) | x3::eps[text_after];
        auto const quoted =
            '"' >> x3::eps[begin(true)] >> content[take] >> closing >> *blank >> after;
        auto const bare =
            x3::eps[begin(false)] >> x3::raw[*(byte | (+blank >> &byte))][take] >> *blank;
        auto const cell = *blank >> (quoted | bare);
        x3::parse(at_, end_, cell % separator >> (detail::csv_eol() | x3::eoi));

        begun_ = starts.size();
        if (row.problem == csv_problem::none) return place_cells(row, starts);
        row.cells.clear();
        count_lines(fault);
        row.line = line_;
        row.column = column();
        at_ = fault;
        x3::parse(at_, end_, *(x3::char_ - detail::csv_eol()) >> -detail::csv_eol());
    }

    void place_cells(csv_row& row, std::vector<char const*> const& starts) {
        for (std::size_t i = 0; i < starts.size(); ++i) {
            count_lines(starts[i]);
            row.cells[i].line = line_;
            row.cells[i].column = column();
        }
    }

    void count_lines(char const* last) {
        while (counted_ != last) {
            if (!x3::parse(counted_, last, detail::csv_eol())) {
                ++counted_;
                continue;
            }
            ++line_;
            line_start_ = counted_;
        }
    }

    [[nodiscard]] auto column() const noexcept -> std::uint64_t {
        return static_cast<std::uint64_t>(counted_ - line_start_) + 1;
    }

    char const* at_;
    char const* end_;
    char const* counted_ = nullptr;  // the position of `line_` and `line_start_`
    char const* line_start_ = nullptr;
    std::uint64_t line_ = 1;
    std::size_t begun_ = 0;  // number of cells in the row, up to a problem
    char separator_;
};

}  // namespace flowlog::grammar

#endif
