// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_HPP
#define FLOWLOG_GRAMMAR_FILTER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/detail/blank.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/grammar/filter/list.hpp>
#include <flowlog/grammar/filter/other_words.hpp>
#include <flowlog/grammar/filter/resolver.hpp>
#include <flowlog/grammar/filter/rules.hpp>
#include <flowlog/grammar/filter_options.hpp>
#include <flowlog/query/filter.hpp>

namespace flowlog {

/// The longest expression that `where` reads, in bytes. Lists of addresses may be longer.
inline constexpr std::size_t max_filter_length = std::size_t{16} << 20;

namespace detail {

/// The width of an escaped text on a terminal, in columns: its number of code points.
inline auto shown_width(std::string_view text) noexcept -> std::size_t {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

/// A line of an expression, or its surroundings of an error, with a caret below the error.
inline auto with_caret(std::string_view line, std::size_t column) -> std::string {
    constexpr std::size_t reach = 60;
    auto begin = column > reach ? column - reach / 2 : 0;
    while (begin != 0 && (static_cast<unsigned char>(line[begin]) & 0xC0) == 0x80) --begin;
    auto const before =
        (begin == 0 ? "" : "\xE2\x80\xA6") + escaped(line.substr(begin, column - begin));
    auto const after = escaped(line.substr(column), reach);
    return "  " + before + after + "\n  " + std::string(shown_width(before), ' ') + '^';
}

/// Throws the error at an offset in an expression or a list, which errors call `source`.
[[noreturn]] inline void fail_filter(std::string_view expression, std::size_t offset,
                                     std::string const& message, std::string const& source) {
    constexpr auto blanks = std::string_view{" \t\r\n"};
    offset = std::min(expression.find_first_not_of(blanks, offset), expression.size());
    if (offset == expression.size()) offset = expression.find_last_not_of(blanks) + 1;
    auto const before = expression.substr(0, offset);
    auto const start = before.rfind('\n') + 1;
    auto const line = expression.substr(start, expression.find('\n', offset) - start);
    throw error{errc::invalid_filter,
                {source, static_cast<std::uint64_t>(std::ranges::count(before, '\n')) + 1,
                 offset - start + 1},
                message + '\n' + with_caret(line, offset - start)};
}

/// The same for an expression, which may have words of another language.
[[noreturn]] inline void fail_expression(std::string_view expression, std::size_t offset,
                                         std::string const& message, std::string const& source) {
    auto const hint = grammar::other_language_hint(expression, offset);
    fail_filter(expression, offset, message + std::string{hint}, source);
}

/// The word at an offset, as messages quote it.
inline auto found_in_filter(std::string_view expression, std::size_t offset) -> std::string {
    auto const at = expression.find_first_not_of(" \t\r\n", offset);
    if (at == expression.npos) return "the end";
    auto const rest = expression.substr(at);
    auto const stop = rest.find_first_of(" \t\r\n()[],", 1);
    return "'" + escaped(rest.substr(0, stop), 40) + "'";
}

/// What was expected where an expression has a syntax error, and what was found there.
inline auto syntax_error(std::string_view expression, grammar::filter_expression const& parsed)
    -> std::string {
    auto const message = "expected " + std::string{parsed.expected} + ", found " +
                         found_in_filter(expression, parsed.fault);
    auto more = trimmed(expression.substr(parsed.fault));
    if (!more.starts_with(',') || parsed.tests.empty()) return message;
    more = trimmed(more.substr(1));
    more = more.substr(0, more.find_first_of(" \t\r\n()[]"));
    while (more.ends_with(',')) more.remove_suffix(1);
    return message + grammar::list_hint(parsed.tests.back(), more);
}

}  // namespace detail

namespace detail {

/// How deeply files may include each other.
inline constexpr unsigned max_filter_includes = 16;

/// Reads an expression, or a list of addresses, that is included `depth` files deep.
inline auto read_filter_tree(std::string_view expression, filter_options const& options,
                             unsigned depth) -> filter_tree {
    if (expression.starts_with("\xEF\xBB\xBF")) expression.remove_prefix(3);
    auto const is_list = grammar::is_address_list(expression);
    if (!is_list && expression.size() > max_filter_length)
        throw error{errc::invalid_filter, {options.source}, "the expression is longer than 16 MiB"};
    auto const parsed =
        is_list ? grammar::read_address_list(expression) : grammar::read_filter(expression);
    auto const include = [&](std::string_view text, std::string const& name) {
        if (depth == max_filter_includes)
            throw error{errc::invalid_filter, {name}, "this file is included by itself"};
        auto inner = options;
        inner.source = name;
        return read_filter_tree(text, inner, depth + 1);
    };
    auto resolver = grammar::filter_resolver{options, include};
    try {
        if (parsed.expected.empty()) return resolver.resolve(parsed);
        resolver.check(parsed);
    } catch (grammar::filter_fault const& fault) {
        if (auto const* const list = fault.list; list != nullptr)
            fail_filter(list->text, fault.offset, fault.message, list->name);
        fail_expression(expression, fault.offset, fault.message, options.source);
    }
    fail_expression(expression, parsed.fault, syntax_error(expression, parsed), options.source);
}

}  // namespace detail

/// Makes a filter from an expression, such as
/// `action = REJECT and dstport in 1-1023 and not srcaddr in 10.0.0.0/8`, or, as nfdump writes it,
/// `proto tcp and dst port 443`. docs/filter.md describes the language.
///
/// This is the only include and the only name that filtering needs besides what reads the flows:
///
///     #include <flowlog/flowlog.hpp>
///     #include <flowlog/grammar/filter.hpp>
///
///     for (auto const& flow : flowlog::open("vpc.log.gz") | flowlog::where("dst port 443"))
///         std::cout << *flow[flowlog::field::srcaddr] << '\n';
///
/// The filter is a predicate, too, which is what `filtered` and algorithms take. The options give
/// what an expression may refer to besides fields: `tag = web`, `label(srcaddr) = office`,
/// `srcaddr in @bad.txt`, `@include more.txt`. A list of addresses alone, one a line, wants the
/// flows with one of them at either end. Throws `errc::invalid_filter` with the line and column of
/// the error, what was expected there, and the expression with a caret below the error; and
/// whatever reading a list throws. Time and memory are proportional to the length of the
/// expression, however deeply it is nested.
[[nodiscard]] inline auto where(std::string_view expression, filter_options const& options)
    -> filter {
    return filter{detail::read_filter_tree(expression, options, 0)};
}

/// The same without tables and lists. Times such as `-2h` are relative to `now`.
[[nodiscard]] inline auto where(std::string_view expression, timestamp now) -> filter {
    auto options = filter_options{};
    options.now = now;
    return where(expression, options);
}

/// The same with the current time as `now`.
[[nodiscard]] inline auto where(std::string_view expression) -> filter {
    return where(expression, filter_options{});
}

}  // namespace flowlog

#endif
