// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_CSV_HPP
#define FLOWLOG_OUTPUT_CSV_HPP

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace flowlog {

/// Appends rows of CSV to a string: RFC 4180, but with LF as the line end. The string belongs to
/// the caller, who may empty it between two rows.
///
///     auto text = std::string{};
///     auto csv = flowlog::csv_writer{text};
///     csv.row("Tag", "Count");
///     csv.row(tag, 3U);
class csv_writer {
public:
    /// `separator` is a comma or, for example, a TAB.
    explicit csv_writer(std::string& out, char separator = ',') noexcept
        : out_{&out}, separator_{separator} {}

    /// Writes a cell. It is quoted if it contains a separator, a quote or a line end, or if it
    /// begins or ends with a blank, which some readers would trim.
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
        auto digits = std::array<char, 24>{};
        auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        out_->append(digits.data(), end);
    }

    /// Ends the row.
    void end_row() {
        *out_ += '\n';
        begun_ = false;
    }

    /// Writes a row of texts and numbers. A short row without quotes is appended as a whole, which
    /// takes half the time that its cells take.
    template <class... Cells>
    void row(Cells const&... cells) {
        char line[256];
        auto* end = line;
        if (!begun_ && sizeof...(cells) != 0 && (put(end, line + sizeof line, cells) && ...)) {
            end[-1] = '\n';
            out_->append(line, end);
            return;
        }
        (cell(cells), ...);
        end_row();
    }

private:
    /// Writes a cell and a separator. False if there is no space, or if the cell has to be quoted.
    auto put(char*& at, char const* end, std::string_view text) const noexcept -> bool {
        if (text.size() >= static_cast<std::size_t>(end - at) || wants_quotes(text)) return false;
        at += text.copy(at, text.size());
        *at++ = separator_;
        return true;
    }
    template <std::integral Number>
        requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
    auto put(char*& at, char* end, Number number) const noexcept -> bool {
        auto const done = std::to_chars(at, end, number);
        if (done.ec != std::errc{} || done.ptr == end) return false;
        at = done.ptr;
        *at++ = separator_;
        return true;
    }

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
