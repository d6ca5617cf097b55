// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_ODD_LINES_HPP
#define FLOWLOG_FORMAT_TEXT_ODD_LINES_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/detail/foreign.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/format/text/recognise.hpp>
#include <flowlog/format/text/record.hpp>
#include <flowlog/format/text/windows.hpp>

// What the text reader needs for lines that are not plainly data. None of it is in the hot loop.

namespace flowlog::detail {

/// The tokens of one line, whatever separates them: any number of blanks, tabs and CRs, and a BOM
/// before the first one.
class line_tokens {
public:
    /// Finds the tokens of the window's current line. What they refer to is valid as long as the
    /// window's text.
    void find(line_window const& window) {
        texts_.clear();
        before_.clear();
        after_.clear();
        auto at = window.start();
        if (window.line_text().starts_with("\xEF\xBB\xBF")) at += 3;
        for (auto i = window.first; i != window.last; at = window.index.delimiters[i++] + 1) {
            auto const end = window.index.delimiters[i];
            if (end <= at) continue;
            texts_.push_back(window.text.substr(at, end - at));
            before_.push_back(at - 1);
            after_.push_back(end);
        }
    }

    [[nodiscard]] auto texts() const noexcept -> std::vector<std::string_view> const& {
        return texts_;
    }

    /// The line as a record with these columns, of which there are as many as tokens. Valid until
    /// the next `find`.
    [[nodiscard]] auto record(line_window const& window, layout const* columns) const noexcept
        -> text_record {
        return {window.text.data(), before_.data(), after_.data(), columns};
    }

private:
    std::vector<std::string_view> texts_;
    std::vector<std::uint32_t> before_;  // offset of the byte before each token
    std::vector<std::uint32_t> after_;   // offset of the byte after each token
};

/// Where a column is in a line of cells, in bytes from 0.
inline auto column_offset(std::string_view line, layout const& columns, std::size_t column)
    -> std::size_t {
    auto texts = columns_of_line(line, columns.style());
    if (texts.size() < columns.size()) texts = words_of(line);
    return column < texts.size() ? static_cast<std::size_t>(texts[column].data() - line.data()) : 0;
}

/// Hands malformed lines to the user's handler. Lines that come before the columns are known wait
/// until they are, so that the handler can explain them; too many of them end the reading.
class malformed_lines {
public:
    explicit malformed_lines(malformed_handler handler) : handler_{std::move(handler)} {}

    /// Reports a line, of which `text` is the text. `input` has a name.
    template <class Input>
    void report(malformed_line line, std::string_view text,
                std::shared_ptr<layout const> const& columns, Input const& input) {
        if (!columns) return keep(std::move(line), text, input);
        if (!handler_) return;
        line.source = input.name();
        line.text = text.substr(0, text.find_last_not_of('\r') + 1);
        line.columns = columns;
        handler_(line);
    }

    /// Reports the lines that waited for the columns.
    template <class Input>
    void release(std::shared_ptr<layout const> const& columns, Input const& input) {
        for (auto const& kept : std::exchange(waiting_, {}))
            report(kept.line, kept.text, columns, input);
    }

    /// Throws if lines wait for columns. For the end of the input.
    template <class Input>
    void require_none_waiting(Input const& input) const {
        if (!waiting_.empty()) throw_unrecognised(input);
    }

    /// Throws if a line of more than `max_line` bytes, which begins with `text` and waits for the
    /// columns, may have no end: it is binary, or longer than what may wait.
    template <class Input>
    void refuse_endless(std::string_view text, std::size_t max_line, Input const& input) const {
        if (max_line > max_waiting || looks_binary(text)) throw_unrecognised(input);
    }

private:
    static constexpr std::size_t max_waiting = std::size_t{64} << 10;  // bytes

    /// Throws that the columns cannot be determined. \pre a line waits for them
    template <class Input>
    [[noreturn]] void throw_unrecognised(Input const& input) const {
        auto const& first = waiting_.front();
        throw error{errc::unknown_format, location{input.name(), first.line.line},
                    "cannot tell the format: " + why_unrecognised(first)};
    }

    struct waiting_line {
        malformed_line line;
        std::string text;
    };

    template <class Input>
    void keep(malformed_line line, std::string_view text, Input const& input) {
        waiting_.push_back({std::move(line), std::string{text}});
        waiting_bytes_ += text.size() + 64;
        if (waiting_bytes_ > max_waiting) throw_unrecognised(input);
    }

    [[nodiscard]] auto why_unrecognised(waiting_line const& first) const -> std::string {
        if (looks_binary(first.text)) return "this is binary data of no format that is known here";
        if (waiting_.size() == 1 && first.text.find('\r') < first.text.find_last_not_of('\r'))
            return "its lines end with CR alone: tr '\\r' '\\n' <LOG | flowlog ... -";
        auto const columns = words_of(first.text).size();
        if (columns > layout::max_columns) {
            return "the line has " + std::to_string(columns) + " columns, and more than " +
                   std::to_string(layout::max_columns) + " are not read";
        }
        auto const why = first.line.reason == reason::too_long
                             ? std::string{"the line is too long"}
                             : "no header line, and neither of AWS's default formats; " +
                                   std::string{what_to_do(first.text)};
        return why + ". The line is: " + escaped(first.text, 120);
    }

    [[nodiscard]] static auto what_to_do(std::string_view text) -> std::string_view {
        if (text.find("\xC2\xA0") != text.npos)
            return "it has NO-BREAK SPACEs (U+00A0) in place of blanks: sed 's/\\xC2\\xA0/ /g' LOG";
        if (has_unicode_blank(text))
            return "it has blanks that are not ASCII, such as U+2003: "
                   "perl -CSD -pe 's/\\h/ /g; s/[\\x{200B}\\x{2060}\\x{FEFF}]//g' LOG";
        if (has_joined_lines(words_of(text)) || has_several_records(text))
            return "it holds several records, without line breaks between them";
        auto const of_grep = text.substr(0, text.find(' ')).rfind(':');
        if (of_grep != text.npos && recognise_line(text.substr(of_grep + 1), std::nullopt))
            return "it begins with what grep puts before a line: grep -h, without -n, does not";
        if (looks_like_base64(text)) return "it looks like base64: base64 -d LOG | flowlog ... -";
        return "give the columns with --format '${...} ${...}'";
    }

    /// Whether a text has a blank that is not ASCII, and no zeros.
    [[nodiscard]] static auto has_unicode_blank(std::string_view text) noexcept -> bool {
        return text.find('\0') == text.npos &&
               std::ranges::any_of(unicode_blanks, [text](std::string_view blank) {
                   return text.find(blank, 1) != text.npos;  // a BOM may be the first
               });
    }

    /// Whether a line is one long word of the letters of base64.
    [[nodiscard]] static auto looks_like_base64(std::string_view line) noexcept -> bool {
        constexpr std::size_t short_line = 60;
        auto const letter = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '+' || c == '/' || c == '=';
        };
        while (line.ends_with('\r')) line.remove_suffix(1);
        return line.size() >= short_line && std::ranges::all_of(line, letter);
    }

    malformed_handler handler_;
    std::vector<waiting_line> waiting_;
    std::size_t waiting_bytes_ = 0;
};

/// Throws `errc::unsupported` if an input that begins with `text` is of a format that is not read
/// as text.
inline void refuse_foreign(std::string_view text, auto const& input) {
    auto const [name, advice] = foreign_format(text);
    if (name.empty()) return;
    throw error{errc::unsupported,
                {input.name()},
                "this is " + std::string{name} + ", which is not read here" +
                    (advice.empty() ? "" : ": ") + std::string{advice}};
}

}  // namespace flowlog::detail

#endif
