// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_EXPLAIN_HPP
#define FLOWLOG_GRAMMAR_EXPLAIN_HPP

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <flowlog/detail/blank.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/grammar/record.hpp>

namespace flowlog {

/// Why a line was rejected, in words.
struct explanation {
    std::size_t column = 0;  ///< of the offending field, in bytes from 1; 0 for the whole line
    std::optional<field_id> field{};  ///< the offending field, if it is one field
    std::string reason{};  ///< what was expected and what was found, escaped for a terminal
};

namespace detail {

/// What the value of a field looks like, to be read after "expected".
inline auto expectation(field_id id, bool or_absent) -> std::string {
    using namespace std::string_literals;
    switch (info(id).type) {
        case field_type::u8:
            return id == field_id::protocol    ? "a protocol number (0-255)"
                   : id == field_id::tcp_flags ? "TCP flags (0-255, or letters)"
                                               : "a number (0-255)";
        case field_type::u16:
            return info(id).name.ends_with("port") ? "a port (0-65535)" : "a number (0-65535)";
        case field_type::u32: return "a number (0-4294967295)";
        case field_type::u64: return "a number (0-18446744073709551615)";
        case field_type::address: return "an IPv4 or IPv6 address";
        case field_type::time: return "a time in Unix seconds";
        case field_type::action: return or_absent ? "ACCEPT, REJECT or '-'" : "ACCEPT or REJECT";
        case field_type::log_status:
            return "OK, NODATA"s + (or_absent ? ", SKIPDATA or '-'" : " or SKIPDATA");
        case field_type::flow_direction:
            return or_absent ? "ingress, egress or '-'" : "ingress or egress";
        case field_type::text: break;
    }
    return "text";
}

/// A text in quotes, escaped and at most 80 bytes long.
inline auto quoted(std::string_view text) -> std::string { return "'" + escaped(text, 80) + "'"; }

inline auto columns_in_words(std::size_t count) -> std::string {
    return std::to_string(count) + (count == 1 ? " column" : " columns");
}

inline auto explain_count(malformed_line const& line) -> explanation {
    auto const words = grammar::words(line.text, *line.columns);
    auto const wanted = line.columns->size();
    auto const missing = words.empty() ? 1 : words.back().column + words.back().text.size();
    return {.column = words.size() > wanted ? words[wanted].column : missing,
            .reason =
                "expected " + columns_in_words(wanted) + ", found " + std::to_string(words.size())};
}

/// Whether a text is a number of at most 64 bits.
inline auto is_whole_number(std::string_view text) -> bool {
    auto value = std::uint64_t{};
    auto const* const end = text.data() + text.size();
    auto const [at, why] = std::from_chars(text.data(), end, value);
    return why == std::errc{} && at == end;
}

inline auto explain_value(malformed_line const& line) -> explanation {
    auto const record = grammar::reference_record{line.text, *line.columns};
    auto const id = line.field ? line.field : record.malformed_field();
    if (!id) return {.column = line.column, .reason = "malformed"};
    auto const& words = record.words();
    auto const column = line.columns->column(*id);
    auto const by_type = expectation(*id, line.reason == reason::bad_value);
    if (column >= words.size())
        return {
            .field = id,
            .reason = "expected " + by_type + ", found no column " + std::string{info(*id).name}};
    auto const text = words[column].text;
    auto const wide = line.reason == reason::bad_value && info(*id).type == field_type::u64 &&
                      is_whole_number(text);
    auto const expected =
        "expected " + (wide ? "a number of at most 63 bits, as this output has them" : by_type) +
        ", found ";
    auto const* const note = line.reason == reason::absent_value ? ", which is absent"
                             : std::max(leading_blank(text), trailing_blank(text)) > 1
                                 ? ", which has a blank that is not ASCII"
                                 : "";
    return {words[column].column, id, expected + quoted(text) + note};
}

}  // namespace detail

/// Explains in words why a line was rejected, by the reference grammar.
[[nodiscard]] inline auto explain(malformed_line const& line) -> explanation {
    switch (line.reason) {
        case reason::too_long: return {.reason = "the line is too long"};
        case reason::no_layout:
            return {.reason = "the line comes before the line that determines the columns"};
        case reason::column_count:
            if (line.columns) return detail::explain_count(line);
            break;
        case reason::bad_value:
        case reason::absent_value:
            if (line.columns) return detail::explain_value(line);
            break;
    }
    auto const absent = line.reason == reason::absent_value;
    return {.column = line.column,
            .field = line.field,
            .reason = absent ? "the record has no value" : "malformed"};
}

/// Describes a rejected line in one line of text, `source:line:column: field: reason: text`,
/// without what does not apply. Escaped for a terminal, with at most `limit` bytes of the rejected
/// line, or "binary data" in its place. Records of archives have no text; their offset in the file
/// takes its place.
[[nodiscard]] inline auto describe(malformed_line const& line, std::size_t limit = 120)
    -> std::string {
    auto const why = explain(line);
    auto result = escaped(line.source) + ':' + std::to_string(line.line) + ':';
    if (why.column != 0) result += std::to_string(why.column) + ':';
    if (why.field) result += ' ' + std::string{info(*why.field).name} + ':';
    result += ' ' + why.reason;
    if (line.text.empty()) return result + " (at byte " + std::to_string(line.offset) + ')';
    return result + ": " +
           (detail::looks_binary(line.text) ? "binary data" : escaped(line.text, limit));
}

}  // namespace flowlog

#endif
