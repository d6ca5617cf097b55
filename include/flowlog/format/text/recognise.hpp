// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_RECOGNISE_HPP
#define FLOWLOG_FORMAT_TEXT_RECOGNISE_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/blank.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_names.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog::detail {

/// Whether a token looks like `2018-09-22T20:28:14.000Z`, the time that CloudWatch exports put
/// before each line.
constexpr auto is_export_time(std::string_view token) noexcept -> bool {
    constexpr auto shape = std::string_view{"0000-00-00T00:00:00"};
    if (token.size() < shape.size() || !token.ends_with('Z')) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        auto const digit = token[i] >= '0' && token[i] <= '9';
        if (shape[i] == '0' ? !digit : token[i] != shape[i]) return false;
    }
    return true;
}

/// Whether tokens are a line of AWS's default format for VPCs, whatever its version says.
constexpr auto is_vpc_default(std::span<std::string_view const> tokens) noexcept -> bool {
    auto const number = [](std::string_view token) {
        return token == "-" || token.find_first_not_of("0123456789") == token.npos;
    };
    auto const action = [](std::string_view token) {
        return token == "-" || token == "ACCEPT" || token == "REJECT";
    };
    auto const status = [](std::string_view token) {
        return token == "OK" || token == "NODATA" || token == "SKIPDATA";
    };
    return tokens.size() == 14 && number(tokens[0]) && number(tokens[5]) && number(tokens[7]) &&
           number(tokens[9]) && number(tokens[10]) && number(tokens[11]) && action(tokens[12]) &&
           status(tokens[13]);
}

/// Whether tokens are a line of AWS's default format for transit gateways.
constexpr auto is_transit_gateway_default(std::span<std::string_view const> tokens) noexcept
    -> bool {
    return tokens.size() == 36 && tokens[1].starts_with("TransitGateway");
}

/// Whether tokens end with two lines or more of one of AWS's default formats: line breaks are
/// missing, or commas, semicolons or bars are in their place.
constexpr auto has_joined_lines(std::span<std::string_view const> tokens) noexcept -> bool {
    constexpr auto between = std::string_view{",;|"};
    auto const end_as = [&](auto is_default, std::size_t size) {
        if (tokens.size() < 2 * size || !is_default(tokens.last(size))) return false;
        auto before = tokens.first(tokens.size() - size);
        if (before.back().find_first_not_of(between) == std::string_view::npos)
            before = before.first(before.size() - 1);
        if (before.size() < size) return false;
        auto line = std::array<std::string_view, 36>{};
        std::ranges::copy(before.last(size), line.begin());
        auto& last = line[size - 1];
        last = last.substr(0, last.find_last_not_of(between) + 1);
        return is_default(std::span<std::string_view const>{line}.first(size));
    };
    return end_as(is_vpc_default, 14) || end_as(is_transit_gateway_default, 36);
}

/// The columns of a log, as given by one of its lines.
struct recognised_layout {
    layout columns;
    bool header;  ///< the line is a header line, not data
};

/// Whether a word may begin a line of syslog, a container or `aws logs`: a date, a month, a Unix
/// time, these in brackets or quotes, a priority such as `<134>`, `EVENTS`.
constexpr auto begins_prefix(std::string_view word) noexcept -> bool {
    constexpr auto months = std::to_array<std::string_view>(
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
    auto const digits = [](std::string_view text) {
        return text.find_first_not_of("0123456789") == text.npos;
    };
    if (word.starts_with('<')) return digits(word.substr(1, word.find('>') - 1));
    word = word.substr(std::min(word.find_first_not_of("[(\""), word.size()));
    word = word.substr(0, word.find_last_not_of("])\"") + 1);
    if (word.size() >= 10 && (word[4] == '-' || word[4] == '/') && word[7] == word[4])
        return digits(word.substr(0, 4)) && digits(word.substr(5, 2)) && digits(word.substr(8, 2));
    auto const whole = word.substr(0, word.find('.'));
    if (digits(whole) && digits(word.substr(std::min(whole.size() + 1, word.size()))))
        return whole.size() == 10 || whole.size() == 13;
    return word == "EVENTS" || std::ranges::find(months, word) != months.end();
}

/// The format with which a line ends, after whatever `aws logs`, syslog or a container put before
/// it: `format`, or one of AWS's default formats. Every line must have as many words before it.
template <class = void>
auto recognise_prefixed(std::span<std::string_view const> tokens,
                        std::optional<layout> const& format) -> std::optional<layout> {
    auto const after_prefix = [&](layout const& columns) {
        auto prefix = std::vector<std::string>{};
        for (auto n = columns.size(); n < tokens.size(); ++n)
            prefix.push_back("prefix-" + std::to_string(prefix.size() + 1));
        return columns.after(prefix);
    };
    if (format) {
        if (tokens.size() <= format->size() || !begins_prefix(tokens[0])) return std::nullopt;
        return after_prefix(*format);
    }
    if (has_joined_lines(tokens)) return std::nullopt;
    if (tokens.size() > 14 && is_vpc_default(tokens.last(14)))
        return after_prefix(layout::vpc_default());
    if (tokens.size() > 36 && is_transit_gateway_default(tokens.last(36)))
        return after_prefix(layout::transit_gateway_default());
    return std::nullopt;
}

/// Determines the columns from the words of a line (at least one), unless it is a header line:
/// `format` gives them, or the line must look like one of AWS's two default formats. A time of
/// export may precede them, and other words.
template <class = void>
auto recognise_data(std::span<std::string_view const> tokens, std::optional<layout> const& format)
    -> std::optional<layout> {
    if (format && tokens.size() == format->size()) return *format;
    if (is_export_time(tokens[0]) && tokens.size() > 1 && !is_export_time(tokens[1])) {
        if (auto const inner = recognise_data(tokens.subspan(1), format))
            return inner->after(std::array<std::string, 1>{"timestamp"});
    }
    if (!format && tokens.size() == 14 && (tokens[0] == "2" || is_vpc_default(tokens)))
        return layout::vpc_default();
    if (!format && is_transit_gateway_default(tokens)) return layout::transit_gateway_default();
    return recognise_prefixed(tokens, format);
}

/// Whether a text may be the name of a column that holds whole records: `@message` of CloudWatch
/// Logs Insights, `message` of its console, `_raw` of Splunk.
constexpr auto is_message_name(std::string_view name) noexcept -> bool {
    if (name.starts_with('@')) name.remove_prefix(1);
    return name == "message" || name == "Message" || name == "_raw";
}

/// The cell that holds the record, if cells are the heading of an export of CloudWatch or Splunk. A
/// log of flows may have a column `message`, too; and tables of the AWS CLI have the record beside
/// the name.
template <class = void>
auto find_message(std::span<std::string_view const> cells) -> std::optional<std::uint16_t> {
    auto const at = std::ranges::find_if(cells, is_message_name);
    if (at == cells.end()) return std::nullopt;
    auto const known =
        std::ranges::count_if(cells, [](auto cell) { return find_field(cell).has_value(); });
    if (!at->starts_with('@') && *at != "_raw" && known > 1) return std::nullopt;
    if (std::ranges::any_of(cells, [](auto cell) {
            return !cell.empty() && layout::begins_as_value(cell.front());
        }))
        return std::nullopt;
    return static_cast<std::uint16_t>(at - cells.begin());
}

/// Whether cells name both addresses of a flow, so that they are a heading, even if the name of
/// another column begins as a value does.
template <class = void>
auto names_both_ends(std::span<std::string_view const> cells) -> bool {
    auto ends = 0;
    for (auto const cell : cells) {
        auto const id = find_field(cell);
        ends |= id == field_id::srcaddr ? 1 : id == field_id::dstaddr ? 2 : 0;
    }
    return ends == 3 && cells.size() <= layout::max_columns;
}

/// Whether cells name both addresses of a flow and a port, a counter or its end: a heading, however
/// many of its columns are of the program that wrote it. A list of packets, such as Wireshark's,
/// has addresses, a protocol and one time.
template <class = void>
auto names_flows(std::span<std::string_view const> cells) -> bool {
    constexpr auto of_flows = std::array{field_id::srcport, field_id::dstport, field_id::packets,
                                         field_id::bytes, field_id::end};
    return names_both_ends(cells) && std::ranges::any_of(cells, [&](auto cell) {
               return std::ranges::find(of_flows, find_field(cell)) != of_flows.end();
           });
}

/// The columns that words name after `#Fields:`, as W3C's logs have it, if they describe flows. A
/// remark after the mark of a comment may name as much.
template <class = void>
auto introduced_flows(std::span<std::string_view const> words) -> std::optional<layout> {
    auto const marks = layout::marks_before(words);
    if (marks == 0 || words[marks - 1].find_first_not_of("#/;%>*") == std::string_view::npos)
        return std::nullopt;
    auto const names = words.subspan(marks);
    if (!names_flows(names)) return std::nullopt;
    return layout{std::vector<std::string>(names.begin(), names.end())};
}

/// A name that means something of its own beside another name.
struct neighbour_name {
    std::string_view beside;
    std::string_view name;
    std::string_view meaning;
};

/// In CSV of flow-export, times of flows count from the start of the router. CSV of nfdump has
/// names that are too short to mean the same everywhere.
inline constexpr auto neighbour_names = std::to_array<neighbour_name>({
    {"sysuptime", "first", "uptime-first"},
    {"sysuptime", "last", "uptime-last"},
    {"ipkt", "in", "input"},
    {"ipkt", "out", "output"},
    {"ipkt", "ra", "exporter"},
    {"ipkt", "tr", "received-time"},
});

/// Gives the columns that are called as in `neighbour_names` the name that says what they are.
template <class = void>
void name_by_neighbours(std::span<std::string_view> cells) {
    auto const all = std::vector<std::string_view>(cells.begin(), cells.end());
    for (auto const& [beside, name, meaning] : neighbour_names) {
        auto const is_beside = [&](auto cell) { return same_name(cell, beside); };
        if (std::ranges::none_of(all, is_beside)) continue;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (same_name(all[i], name)) cells[i] = meaning;
        }
    }
}

/// A heading without what CSV and people put into it, if that changes it: quotes that are doubled
/// in quotes, and blanks in the name of a field, `Source IP`. The `Flow ID` of CICFlowMeter is no
/// number.
template <class = void>
auto respelled(std::string_view cell) -> std::optional<std::string> {
    auto name = std::string{cell};
    for (auto at = name.find("\"\""); at != name.npos; at = name.find("\"\"", at + 1))
        name.erase(at, 1);
    auto with_dashes = name;
    std::ranges::replace(with_dashes, ' ', '-');
    auto const id = find_field(with_dashes);
    if (with_dashes != name && id && id != field_id::flow_id) return with_dashes;
    return name == cell ? std::nullopt : std::optional{std::move(name)};
}

/// The name in the first cell of a heading, without the mark of a comment, a quotation or
/// `#Fields:`.
template <class = void>
auto unmarked(std::string_view cell) -> std::string_view {
    auto const words = words_of(cell);
    auto const marks = layout::marks_before(words);
    if (marks != 0 && marks != words.size())
        cell.remove_prefix(static_cast<std::size_t>(words[marks].data() - cell.data()));
    return cell.starts_with('#') ? trimmed(cell.substr(1)) : cell;
}

/// The columns that cells name, if they are a header line: at least half are names of fields, or
/// `few` of them are enough. Columns without a name are numbered.
template <class = void>
auto name_cells(std::vector<std::string_view> cells, bool few) -> std::optional<layout> {
    if (!cells.empty() && (same_name(cells[0], "#fields") || same_name(cells[0], "#fields:")))
        cells.erase(cells.begin());
    if (cells.size() < 2) return std::nullopt;
    auto names = std::vector<std::string>{};
    for (std::size_t i = 1; i <= cells.size(); ++i) names.push_back("column-" + std::to_string(i));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].empty()) cells[i] = names[i];
    }
    cells[0] = unmarked(cells[0]);
    for (auto& cell : cells) cell = without_sum(cell);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (auto found = respelled(cells[i])) cells[i] = names[i] = *std::move(found);
    }
    name_by_neighbours(cells);
    if (auto found = layout::from_header(cells)) return found;
    auto const known =
        std::ranges::count_if(cells, [](auto cell) { return find_field(cell).has_value(); });
    auto const is_half = 2 * static_cast<std::size_t>(known) >= cells.size();
    if (!(is_half && names_both_ends(cells)) && !(few && names_flows(cells))) return std::nullopt;
    return layout{std::vector<std::string>(cells.begin(), cells.end())};
}

/// What separates the cells of a line, in the order in which they are tried.
inline constexpr auto cell_separators = std::string_view{"\t,;|"};

/// Whether a line with TABs is a heading of words all the same: a cell of it holds several names of
/// fields, and is not the name of one, as `Source IP` is.
template <class = void>
auto is_mixture(std::span<std::string_view const> cells, std::span<std::string_view const> words)
    -> bool {
    if (words.size() <= cells.size() || !layout::is_header(words)) return false;
    return std::ranges::any_of(cells, [](std::string_view cell) {
        auto const name = unmarked(cell);
        auto const names = words_of(name);
        return names.size() > 1 && !find_field(respelled(name).value_or(std::string{name})) &&
               std::ranges::all_of(names, [](auto one) { return find_field(one).has_value(); });
    });
}

/// How nfdump heads the summary at the end of its CSV, which is no flow.
inline constexpr auto nfdump_summary_heading = std::string_view{"flows,bytes,packets,avg_bps,"};

/// The columns that a line of cells names, if it is a header line; `few`: `name_cells`. There are
/// none if one of the cells is said to hold the records: those have the columns.
template <class = void>
auto recognise_cell_header(std::string_view line, bool few = false) -> std::optional<layout> {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.starts_with(nfdump_summary_heading)) return std::nullopt;
    auto const alone = cells_of(line, '\0');
    if (is_message_name(alone[0])) return layout{}.written_as({.separator = ',', .record = 0});
    if (line.starts_with('"') && alone.size() == 1) {
        if (auto named = layout::from_header(alone)) return named->written_as({.separator = ','});
    }
    for (auto const separator : cell_separators) {
        if (line.find(separator) == line.npos) continue;
        auto cells = cells_of(line, separator);
        if (auto const message = find_message(cells))
            return layout{}.written_as({.separator = separator, .record = *message});
        if (separator == '\t') {
            while (cells.back().empty() && cells.size() > 1) cells.pop_back();
            if (is_mixture(cells, words_of(line))) continue;
        }
        if (auto named = name_cells(cells, few)) return named->written_as({.separator = separator});
    }
    return std::nullopt;
}

/// The columns that a heading names beside the message, if they describe flows: the message may be
/// no record of a format that is known.
template <class = void>
auto flows_beside_message(std::string_view heading, char separator) -> std::optional<layout> {
    auto cells = cells_of(heading, separator);
    if (!names_flows(cells)) return std::nullopt;
    auto named = name_cells(std::move(cells), true);
    return named ? named->written_as({.separator = separator}) : named;
}

/// Whether texts may be the values of columns, as far as addresses and numbers show it.
template <class = void>
auto fits(layout const& columns, std::span<std::string_view const> texts) -> bool {
    for (std::size_t i = 0; i < std::min(texts.size(), columns.size()); ++i) {
        auto const id = columns.field_at(i);
        if (!id || texts[i].empty() || texts[i] == "-") continue;
        auto const type = info(*id).type;
        if (type == field_type::address && !address::parse(texts[i])) return false;
        if (is_number(type) && id != field_id::protocol && id != field_id::tcp_flags &&
            texts[i].find_first_not_of("0123456789.") != std::string_view::npos)
            return false;
    }
    return true;
}

/// The record in one of the cells of a line.
struct record_in_cells {
    std::optional<layout> columns{};  ///< none if no cell holds a record
    bool several = false;             ///< several cells hold one
};

/// Finds the cell that holds the record. What merely has as many words as `format` has columns is
/// one only if no other cell is.
template <class = void>
auto find_record(std::string_view line, char separator, std::optional<layout> const& format)
    -> record_in_cells {
    auto result = record_in_cells{};
    auto has_fit = false;
    auto cells = cell_splitter{line, separator};
    for (std::uint16_t i = 0; i != cell_style::every && cells.next(); ++i) {
        auto const words = words_of(cells.text());
        if (words.size() < 2) continue;
        auto const found = recognise_data(words, format);
        if (!found) continue;
        auto const is_fit = fits(*found, words);
        result.several |= is_fit && has_fit;
        if (result.several) break;
        if (!result.columns || (is_fit && !has_fit))
            result.columns = found->written_as({.separator = separator, .record = i});
        has_fit |= is_fit;
    }
    return result;
}

/// Whether several cells of a line hold a record of one of AWS's default formats.
template <class = void>
auto has_several_records(std::string_view line) -> bool {
    return std::ranges::any_of(cell_separators, [line](char separator) {
        return find_record(line, separator, std::nullopt).several;
    });
}

/// The columns of a line of cells that is data: each cell is a column of `format` or of one of
/// AWS's default formats, or one of them holds a whole record. None if several do: only one would
/// be read.
template <class = void>
auto recognise_cell_data(std::string_view line, std::optional<layout> const& format)
    -> std::optional<layout> {
    for (auto const separator : cell_separators) {
        if (line.find(separator) == line.npos) continue;
        auto cells = cells_of(line, separator);
        for (auto& cell : cells) cell = cell.empty() ? "-" : cell;
        auto const style = cell_style{.separator = separator};
        auto const is_event = line.starts_with("EVENTS\t") && separator == '\t';
        auto const found = find_record(line, separator, format);
        if (format && cells.size() == format->size() && !is_event &&
            (!found.columns || fits(*format, cells)))
            return format->written_as(style);
        if (!format && is_vpc_default(cells)) return layout::vpc_default().written_as(style);
        if (!format && is_transit_gateway_default(cells))
            return layout::transit_gateway_default().written_as(style);
        if (found.several) return std::nullopt;
        if (found.columns) return found.columns;
    }
    return std::nullopt;
}

/// The columns of a line of which the cells are values of `format`, such as times with a blank.
template <class = void>
auto recognise_fitting_cells(std::string_view line, layout const& format) -> std::optional<layout> {
    for (auto const separator : cell_separators) {
        auto const cells = cells_of(line, separator);
        if (cells.size() == format.size() && fits(format, cells))
            return format.written_as({.separator = separator});
    }
    return std::nullopt;
}

/// The columns of a line that is in quotes as a whole, as jq prints messages.
template <class = void>
auto recognise_quoted(std::string_view line, std::optional<layout> const& format)
    -> std::optional<layout> {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (!line.starts_with('"') || line.find('"', 1) + 1 != line.size()) return std::nullopt;
    auto const words = words_of(line.substr(1, line.size() - 2));
    if (words.size() < 2) return std::nullopt;
    auto columns = recognise_data(words, format);
    return columns ? columns->written_as({.separator = ',', .record = 0}) : columns;
}

/// Whether a line may be a header line, by its first byte.
constexpr auto may_be_heading(std::string_view line) noexcept -> bool {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    if (line.starts_with('"')) line.remove_prefix(1);
    return !line.empty() && !layout::begins_as_value(line.front());
}

/// Whether a line is one that `aws logs … --output text` prints besides the events, and besides
/// messages and fields of `get-query-results`; the type that PowerShell's Export-Csv writes before
/// the heading; or what W3C's logs say before `#Fields:`.
constexpr auto is_cli_heading(std::string_view line) noexcept -> bool {
    if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.starts_with("#TYPE ")) return trimmed(line).find(' ', 6) == line.npos;
    if (line.starts_with("#Version:") || line.starts_with("#Software:") ||
        line.starts_with("#Date:") || line.starts_with("#Time Format:"))
        return true;
    if (line.starts_with("RESULTS\t@")) return !line.starts_with("RESULTS\t@message\t");
    return line.starts_with("SEARCHEDLOGSTREAMS\t") || line.starts_with("NEXTTOKEN\t") ||
           line.starts_with("STATISTICS\t") ||
           ((line.starts_with("b/") || line.starts_with("f/")) &&
            line.find_first_not_of("bf/0123456789s\t\r") == line.npos);
}

/// Whether a line of the CSV of nfdump, which has the column `ipkt`, is one of the summary at its
/// end: `Summary`, a heading, and six numbers; or says that there are no flows.
constexpr auto is_nfdump_summary(std::string_view line) noexcept -> bool {
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line == "Summary" || line == "No matching flows" ||
        line.starts_with(nfdump_summary_heading))
        return true;
    return line.find_first_not_of("0123456789,") == line.npos && std::ranges::count(line, ',') == 5;
}

/// Determines a log's columns, and how they are written, from a line that is not blank: a header
/// line gives them; else `format` does; else the line must look like one of AWS's two default
/// formats. `tokens` are its words.
template <class = void>
auto recognise_line(std::string_view line, std::span<std::string_view const> tokens,
                    std::optional<layout> const& format) -> std::optional<recognised_layout> {
    if (may_be_heading(line)) {
        if (auto named = recognise_cell_header(line, true))
            return recognised_layout{*std::move(named), true};
        if (auto named = layout::from_header(tokens))
            return recognised_layout{*std::move(named), true};
        if (auto named = introduced_flows(tokens))
            return recognised_layout{*std::move(named), true};
    }
    if (auto columns = recognise_quoted(line, format))
        return recognised_layout{*std::move(columns), false};
    if (format && tokens.size() != format->size()) {
        if (auto columns = recognise_cell_data(line, format))
            return recognised_layout{*std::move(columns), false};
    } else if (format && !fits(*format, tokens)) {
        if (auto columns = recognise_fitting_cells(line, *format))
            return recognised_layout{*std::move(columns), false};
    }
    if (auto columns = recognise_data(tokens, format)) {
        auto const only_tabs =
            line.find('\t') != line.npos && cells_of(line, '\t').size() == tokens.size();
        if (only_tabs && line.find(' ') == line.npos)
            columns = columns->written_as({.separator = '\t'});
        return recognised_layout{*std::move(columns), false};
    }
    if (auto columns = recognise_cell_data(line, format))
        return recognised_layout{*std::move(columns), false};
    if (format) return recognised_layout{*format, false};
    return std::nullopt;
}
template <class = void>
auto recognise_line(std::string_view line, std::optional<layout> const& format)
    -> std::optional<recognised_layout> {
    auto const tokens = words_of(line);
    return tokens.empty() ? std::nullopt : recognise_line(line, tokens, format);
}

/// Whether a line of `count` tokens, given by the delimiters around them, needs a closer look: it
/// may be a header line, or begins with a BOM.
inline auto may_be_header(char const* text, std::uint32_t const* delimiters,
                          std::size_t count) noexcept -> bool {
    auto const first_byte = [&](std::size_t token) {
        return text[static_cast<std::uint32_t>(*(delimiters + token - 1) + 1)];
    };
    if (layout::begins_as_value(first_byte(0))) [[likely]]
        return false;
    if (first_byte(0) == '\xEF') return true;
    for (std::size_t token = 1; token < count; ++token) {
        if (layout::begins_as_value(first_byte(token))) return false;
    }
    return true;
}

/// Whether a field is one that flow logs of all kinds have.
constexpr auto is_common(field_id id) noexcept -> bool {
    using enum field_id;
    constexpr auto common =
        std::array{srcaddr, dstaddr, srcport, dstport, protocol,  packets,
                   bytes,   start,   end,     action,  tcp_flags, flow_direction};
    return std::ranges::find(common, id) != common.end();
}

/// Describes a text log with these columns. A table without a field that only AWS has is a flow
/// log of some program.
inline auto describe(layout const& columns) -> archive_info {
    auto version = 0;
    auto transit_gateway = false;
    auto is_aws = columns.style().is_words();
    auto names = std::string{};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        names += " " + columns.names()[i];
        auto const id = columns.field_at(i);
        if (!id) continue;
        version = std::max(version, int{info(*id).version});
        transit_gateway |= info(*id).origin == origin::transit_gateway;
        is_aws |= !is_common(*id) && info(*id).version != 0;
    }
    return {.format = transit_gateway ? "transit gateway flow log"
                      : is_aws        ? "VPC flow log"
                                      : "flow log",
            .version = !is_aws || version == 0 ? "" : std::to_string(version),
            .notes = {std::to_string(columns.size()) + " columns:" + names},
            .unread_columns = columns.repeated()};
}

}  // namespace flowlog::detail

#endif
