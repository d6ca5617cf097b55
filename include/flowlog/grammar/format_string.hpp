// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FORMAT_STRING_HPP
#define FLOWLOG_GRAMMAR_FORMAT_STRING_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/detail/blank.hpp>
#include <flowlog/detail/similar.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

namespace detail {

/// A format string without the quotes around it, if there are some, and no others in it.
inline auto unquoted_format(std::string_view text) noexcept -> std::string_view {
    auto const inner = trimmed(text);
    if (inner.size() < 2 || (inner.front() != '"' && inner.front() != '\'')) return text;
    auto const end = inner.find(inner.front(), 1);
    auto const has_several = inner.find_first_of(" \t\r\n,") != inner.npos;
    return end == inner.size() - 1 && has_several ? inner.substr(1, end - 1) : text;
}

}  // namespace detail

namespace grammar {

namespace x3 = boost::spirit::x3;

/// A column in a format string.
struct format_column {
    std::string_view name;
    std::size_t offset;  ///< of the name in the format string
    bool wrapped;        ///< in `${…}`
};

/// A parsed format string, up to its first syntax error.
struct format_columns {
    std::vector<format_column> columns{};
    std::string_view expected{};  ///< what is missing at `fault`; empty if there is no error
    std::size_t fault = 0;        ///< offset of the error
};

/// Reads a format string, as AWS writes it or as CloudFormation (`${!version}`), Terraform
/// (`$${version}`), shells (`\${version}`, `` `${version} ``), templates of Python
/// (`${{version}}`), documentation (`<version>`), metric filters (`[version, account, …]`) and
/// tables of Athena (`version int, account_id string, …`) do.
///
///     format    = *blank (columns | "[" *blank columns *blank "]") *blank, or this in quotes
///     columns   = column *(separator column)
///     column    = ("${!" | "$${" | +"\" "${" | "`${" | "${") *blank name *blank "}"
///               | "${{" name "}}" | "<" name ">" | (quote name quote | name) [+blank type]
///     separator = *blank "," *blank | +blank
///     name      = +(byte but blank and ,${}<>]=\"'`)     ; the first is no "!"
///     quote     = '"' | "'" | "`"
///     type      = "int" | "bigint" | "string" | …, before a comma or the end
///     blank     = SP | TAB | CR | LF
[[nodiscard]] inline auto parse_format_columns(std::string_view text) -> format_columns {
    auto result = format_columns{};
    auto const offset = [&](char const* at) { return static_cast<std::size_t>(at - text.data()); };
    auto const expected = [&](std::string_view what) {
        return x3::eps[([&result, offset, what](auto& context) {
            x3::_pass(context) = false;
            if (!result.expected.empty()) return;
            result.expected = what;
            result.fault = offset(x3::_where(context).begin());
        })];
    };
    auto const add = [&](bool wrapped) {
        return [&result, offset, wrapped](auto& context) {
            auto const& found = x3::_attr(context);
            auto const size = static_cast<std::size_t>(found.end() - found.begin());
            result.columns.push_back({{found.begin(), size}, offset(found.begin()), wrapped});
        };
    };
    auto const blank = x3::char_(" \t\r\n");
    auto const name = x3::raw[!x3::lit('!') >> +(x3::char_ - x3::char_(" \t\r\n,${}<>]=\\\"'`"))];
    auto const opening = x3::lit("${!") | "$${" | +x3::lit('\\') >> "${" | "`${" | "${";
    auto const doubled = "${{" >> name[add(true)] >> "}}";
    auto const wrapped = opening >> *blank >> (name[add(true)] | expected("the name of a field")) >>
                         *blank >> ('}' | expected("'}'"));
    auto const angled =
        '<' >> (name[add(true)] | expected("the name of a field")) >> ('>' | expected("'>'"));
    auto const quoted = [&](char quote) { return quote >> name[add(false)] >> quote; };
    auto const type = x3::no_case[x3::lit("bigint") | "int" | "string" | "double" | "timestamp"] >>
                      &(*blank >> (',' | x3::eoi));
    auto const column = [&](bool opaque) {
        return (&x3::lit("${{") >> doubled) | wrapped | angled |
               ((quoted('"') | quoted('\'') | quoted('`') | name[add(opaque)]) >>
                -(+blank >> type)) |
               expected("a field such as ${srcaddr}");
    };
    auto const separator = (*blank >> ',' >> *blank) | (+blank >> !(x3::eoi | ']'));
    auto const condition =
        &x3::char_("=!<>") >>
        expected("']': the conditions of a filter pattern belong into a filter (--where)");
    auto const bracketed = '[' >> *blank >> (column(true) % separator) >> *blank >>
                           (']' | condition | expected("']'"));
    auto const inner = flowlog::detail::unquoted_format(text);
    auto const* at = inner.data();
    x3::parse(at, at + inner.size(),
              *blank >> (bracketed | (column(false) % separator)) >> *blank >>
                  (x3::eoi | expected("a blank, a comma or the end")));
    return result;
}

}  // namespace grammar

namespace detail {

/// Throws the error at an offset in a format string.
[[noreturn]] inline void fail_format(std::string_view text, std::size_t offset,
                                     std::string message) {
    auto const before = text.substr(0, offset);
    auto const line = std::ranges::count(before, '\n') + 1;
    auto const column = offset - (before.rfind('\n') + 1) + 1;
    throw error{errc::invalid_format,
                {"format", static_cast<std::uint64_t>(line), column},
                std::move(message)};
}

/// The word at an offset, as messages quote it.
inline auto found_in_format(std::string_view text, std::size_t offset) -> std::string {
    if (offset >= text.size()) return "the end";
    auto const rest = text.substr(offset);
    auto const stop = rest.find_first_of(" \t\r\n,", 1);
    return "'" + escaped(rest.substr(0, stop), 40) + "'";
}

/// A hint about a name that is not a field's.
inline auto format_hint(std::string_view name) -> std::string {
    auto lower = std::string{name};
    std::ranges::transform(lower, lower.begin(), to_lower);
    auto similar = similar_words{lower};
    for (auto const& f : fields) similar.consider(f.name);
    auto const hint = similar.hint();
    return hint.empty() ? "; the name of a column that is not a field has to be in ${" +
                              escaped(name, 40) + "}"
                        : hint;
}

/// Whether a name is what a shell leaves of a field's: it takes `${vpc-id}` for `id` if there is no
/// variable `vpc`.
inline auto is_left_by_shell(std::string_view name) -> bool {
    return std::ranges::any_of(fields, [name](field_info const& field) {
        auto const dash = field.name.find('-');
        return field.version != 0 && dash != field.name.npos && field.name.substr(dash + 1) == name;
    });
}

/// Whether a format string has blanks where a shell may have replaced `${version}` by nothing.
inline auto has_gaps(std::string_view text) noexcept -> bool {
    return text.find('$') == text.npos && (text.starts_with(' ') || text.find("  ") != text.npos);
}

/// A hint about a format string that a shell seems to have changed; else empty.
inline auto shell_hint(std::string_view text) -> std::string {
    auto const words = words_of(text);
    auto const is_left = text.find('$') == text.npos && !words.empty() &&
                         std::ranges::all_of(words, is_left_by_shell);
    if (!is_left && !has_gaps(text)) return {};
    return "; in double quotes the shell replaces ${...}: use single quotes";
}

/// A layout that has a name.
inline auto named_layout(std::string_view word) -> std::optional<layout> {
    if (same_name(word, "default") || same_name(word, "v2")) return layout::vpc_default();
    if (same_name(word, "tgw") || same_name(word, "transit-gateway"))
        return layout::transit_gateway_default();
    return std::nullopt;
}

}  // namespace detail

/// Reads a format string: AWS's `${version} ${srcaddr} …`, or bare names, separated by blanks or
/// commas; or one word, `default` (`v2`) or `transit-gateway` (`tgw`), for AWS's default formats.
///
/// A field may have any of its spellings; if it occurs twice, one of them counts, as `layout` says.
/// A name in `${…}`, `<…>` or `[…]` that is not a field's becomes an opaque column. Throws
/// `errc::invalid_format` with the line, the column and what was expected if such a name is bare,
/// if the syntax is wrong, or if nothing is left but what a shell leaves of `${…}` in double
/// quotes.
[[nodiscard]] inline auto parse_format(std::string_view text) -> layout {
    auto const plain = detail::with_plain_blanks(std::string{text});
    auto const parsed = grammar::parse_format_columns(plain);
    if (!parsed.expected.empty()) {
        auto const hint = detail::trimmed(plain).empty() ? detail::shell_hint(plain) : "";
        detail::fail_format(text, parsed.fault,
                            "expected " + std::string{parsed.expected} + ", found " +
                                detail::found_in_format(text, parsed.fault) + hint);
    }
    auto const& columns = parsed.columns;
    if (columns.size() == 1 && !columns[0].wrapped) {
        if (auto named = detail::named_layout(columns[0].name)) return *std::move(named);
    }
    auto names = std::vector<std::string>{};
    for (auto const& column : columns) {
        auto const name = "'" + escaped(column.name, 40) + "'";
        auto const id = find_field(column.name);
        if (column.name == "...") {
            detail::fail_format(text, column.offset,
                                "expected the name of a column, found '...': each column has to be "
                                "named");
        }
        if (!id && !column.wrapped) {
            detail::fail_format(text, column.offset,
                                "expected the name of a field, found " + name +
                                    detail::format_hint(column.name) + detail::shell_hint(plain));
        }
        if (names.size() == layout::max_columns) {
            detail::fail_format(text, column.offset,
                                "expected at most " + std::to_string(layout::max_columns) +
                                    " columns, found " + name);
        }
        names.emplace_back(column.name);
    }
    auto const is_left = [](grammar::format_column const& column) {
        return !column.wrapped && detail::is_left_by_shell(column.name);
    };
    if (detail::has_gaps(plain) && std::ranges::all_of(columns, is_left)) {
        detail::fail_format(text, columns[0].offset,
                            "expected ${...}, found " +
                                detail::found_in_format(text, columns[0].offset) +
                                detail::shell_hint(plain));
    }
    return layout{std::move(names)};
}

}  // namespace flowlog

#endif
