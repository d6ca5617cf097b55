// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_CSV_HPP
#define FLOWLOG_OUTPUT_CSV_HPP

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace flowlog {

/// Writes rows of CSV as RFC 4180 has it, but with LF as line end, at the end of a string. The
/// string is the caller's, who may take away what is in it between two rows.
///
///     auto text = std::string{};
///     auto csv = flowlog::csv_writer{text};
///     csv.row("Tag", "Count");
///     csv.row(tag, 3U);
class csv_writer {
public:
    /// `separator` is a comma, or what stands for it, such as a TAB.
    explicit csv_writer(std::string& out, char separator = ',') noexcept
        : out_{&out}, separator_{separator} {}

    /// Writes a cell; quoted where it holds a separator, a quote or a line end, and where blanks
    /// around it would be lost on readers that trim.
    void cell(std::string_view text) {
        separate();
        if (!wants_quotes(text)) {
            *out_ += text;
            return;
        }
        *out_ += '"';
        for (auto const c : text) {
            if (c == '"') *out_ += '"';
            *out_ += c;
        }
        *out_ += '"';
    }

    /// Writes a number in decimal.
    template <std::integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    void cell(Number number) {
        separate();
        auto room = std::array<char, 24>{};
        auto const end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
        out_->append(room.data(), end);
    }

    /// Ends the row.
    void end_row() {
        *out_ += '\n';
        begun_ = false;
    }

    /// Writes a row of texts and numbers.
    template <class... Cells>
    void row(Cells const&... cells) {
        (cell(cells), ...);
        end_row();
    }

private:
    void separate() {
        if (begun_) *out_ += separator_;
        begun_ = true;
    }

    [[nodiscard]] auto wants_quotes(std::string_view text) const noexcept -> bool {
        if (text.empty()) return false;
        auto const blank = [](char c) { return c == ' ' || c == '\t'; };
        if (blank(text.front()) || blank(text.back())) return true;
        for (auto const c : text) {
            if (c == separator_ || c == '"' || c == '\n' || c == '\r') return true;
        }
        return false;
    }

    std::string* out_;
    char separator_;
    bool begun_ = false;
};

}  // namespace flowlog

#endif
