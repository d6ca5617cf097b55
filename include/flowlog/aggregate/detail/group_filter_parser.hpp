// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_FILTER_PARSER_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_FILTER_PARSER_HPP

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <flowlog/aggregate/measure.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog::detail {

enum class relation : std::uint8_t { equal, different, less, at_most, greater, at_least };

/// Of `rank_in_out`: whether a measure is of what came in, of what went out, or of both together.
enum class group_side : std::uint8_t { both, in, out };

/// What a measure is compared with: a number, a duration or a time. A time is a period, such as a
/// day; the others begin and end with the same value.
struct group_bound {
    std::uint64_t first = 0;  ///< a whole number, microseconds, or microseconds since 1970 and 2^63
    std::uint64_t last = 0;
    double real = 0;  ///< the number, or seconds
    bool whole = true;
};

/// A node of a filter of groups: a comparison, or a connection of nodes before it.
struct group_test {
    enum class type : std::uint8_t { compare, both, either, negate };

    type is = type::compare;
    std::size_t left = 0;   ///< a node, or the number of the measure that is compared
    std::size_t right = 0;  ///< a node
    relation how = relation::equal;
    group_bound bound{};
};

/// A time as a number that compares like it.
[[nodiscard]] constexpr auto bound_of(timestamp time) noexcept -> std::uint64_t {
    return static_cast<std::uint64_t>(time.time_since_epoch().count()) ^ (std::uint64_t{1} << 63);
}

/// A sum that a filter of groups calls by the name of its field alone.
struct bare_sum {
    std::string field{};       ///< as it is written: `dstport`
    std::string comparison{};  ///< `dstport = 22`
};

using group_time_reader = std::function<closed_range<timestamp>(std::string_view)>;

/// Reads a filter of groups:
///
///     either     = both *(("or" | "||") both)
///     both       = test *(("and" | "&&") test)
///     test       = ("not" | "!") test | "(" either ")" | measure [side] relation value
///     side       = "_in" | "_out"                        ; if there are sides
///     relation   = "=" | "==" | "!=" | "<>" | "<" | "<=" | ">" | ">=" | "eq" | "ne" | …
///     value      = number ["k" | "M" | "G" | "T" | "P" ["i"]] ["B"] | "0x" number
///                | duration | time
class group_filter_parser {
public:
    group_filter_parser(std::string_view text, group_time_reader const& read_time,
                        bool with_sides = false)
        : text_{text}, read_time_{read_time}, with_sides_{with_sides} {}

    void parse() {
        if (text_.size() > max_length) fail(0, "the expression is longer than 64 KiB");
        read_either(0);
        skip_blanks();
        if (at_ != text_.size()) fail_here("'and', 'or' or the end");
    }

    std::vector<group_test> tests{};  ///< the last one is the whole filter
    std::vector<measure> measures{};  ///< that are compared
    std::vector<group_side> sides{};  ///< of each of them
    std::vector<bare_sum> bare_sums{};

private:
    static constexpr std::size_t max_length = std::size_t{1} << 16;
    static constexpr std::size_t max_depth = 500;
    static constexpr auto side_hint =
        std::string_view{"; --in-out has what came in apart from what went out"};

    auto add(group_test test) -> std::size_t {
        tests.push_back(test);
        return tests.size() - 1;
    }

    auto read_either(std::size_t depth) -> std::size_t {
        auto left = read_both(depth);
        while (take_symbol("||") || take_word("or")) {
            auto const right = read_both(depth);
            left = add({group_test::type::either, left, right});
        }
        return left;
    }

    auto read_both(std::size_t depth) -> std::size_t {
        auto left = read_test(depth);
        while (take_symbol("&&") || take_word("and")) {
            auto const right = read_test(depth);
            left = add({group_test::type::both, left, right});
        }
        return left;
    }

    auto read_test(std::size_t depth) -> std::size_t {
        if (depth > max_depth) fail(at_, "the expression is nested too deeply");
        if (take_symbol("!") || take_word("not"))
            return add({group_test::type::negate, read_test(depth + 1)});
        if (!take_symbol("(")) return read_comparison();
        auto const inner = read_either(depth + 1);
        if (!take_symbol(")")) fail_here("')'");
        return inner;
    }

    auto read_comparison() -> std::size_t {
        skip_blanks();
        auto const begin = at_;
        auto const [of, side] = read_measure();
        auto const name = text_.substr(begin, at_ - begin);
        auto result = group_test{.how = read_relation()};
        result.bound = read_bound(of);
        if (of.kind == measure_kind::sum && side == group_side::both && !name.ends_with(')'))
            bare_sums.push_back({std::string{name}, std::string{text_.substr(begin, at_ - begin)}});
        while (result.left != measures.size() &&
               (measures[result.left] != of || sides[result.left] != side))
            ++result.left;
        if (result.left == measures.size()) {
            measures.push_back(of);
            sides.push_back(side);
        }
        return add(result);
    }

    struct side_of_measure {
        measure of;
        group_side side;
    };

    auto read_measure() -> side_of_measure {
        skip_blanks();
        auto const begin = at_;
        read_operand();
        if (take_symbol("/")) {
            skip_blanks();
            read_operand();
        }
        if (at_ == begin)
            fail_here("a measure: flows, bytes, max(packets), distinct(dstport), bytes/packets");
        auto name = text_.substr(begin, at_ - begin);
        auto const side = with_sides_ ? take_side(name) : group_side::both;
        try {
            auto const of = measure::parse(name);
            if (with_sides_ && side == group_side::both && of.kind != measure_kind::flows &&
                of.kind != measure_kind::sum)
                fail(begin, "what came in and went out together has no " + of.name() + "; it is " +
                                of.name() + "_in or " + of.name() + "_out");
            return {of, side};
        } catch (error const& failure) {
            if (failure.code() == errc::invalid_filter) throw;
            auto const has_side = name.ends_with("_in") || name.ends_with("_out");
            auto const hint = has_side           ? std::string{side_hint}
                              : find_field(name) ? "; --where selects flows by " + std::string{name}
                                                 : std::string{};
            fail(begin, failure.message() + hint);
        }
    }

    /// Removes `_in` or `_out` from the end of the name of a measure, or from what follows it:
    /// `max(packets)_in`.
    auto take_side(std::string_view& name) noexcept -> group_side {
        using enum group_side;
        for (auto const& [suffix, side] :
             {std::pair{std::string_view{"_in"}, in}, std::pair{std::string_view{"_out"}, out}}) {
            if (name.ends_with(suffix)) {
                name.remove_suffix(suffix.size());
                return side;
            }
            if (name.ends_with(')') && take_suffix(suffix)) return side;
        }
        return both;
    }

    auto take_suffix(std::string_view suffix) noexcept -> bool {
        auto const found = text_.substr(at_).starts_with(suffix);
        if (found) at_ += suffix.size();
        return found;
    }

    /// A name, or a word and a list in parentheses.
    void read_operand() {
        while (at_ < text_.size() && is_name_letter(text_[at_])) ++at_;
        if (at_ == text_.size() || text_[at_] != '(') return;
        auto const close = text_.find(')', at_);
        if (close == text_.npos) fail(at_, "this parenthesis is not closed");
        at_ = close + 1;
    }

    auto read_relation() -> relation {
        struct word {
            std::string_view text;
            relation is;
        };
        using enum relation;
        constexpr auto symbols = std::to_array<word>({{"==", equal},
                                                      {"=", equal},
                                                      {"!=", different},
                                                      {"<>", different},
                                                      {"<=", at_most},
                                                      {"<", less},
                                                      {">=", at_least},
                                                      {">", greater}});
        constexpr auto words = std::to_array<word>({{"eq", equal},
                                                    {"ne", different},
                                                    {"lt", less},
                                                    {"le", at_most},
                                                    {"gt", greater},
                                                    {"ge", at_least}});
        for (auto const& [text, is] : symbols)
            if (take_symbol(text)) return is;
        for (auto const& [text, is] : words)
            if (take_word(text)) return is;
        auto const rest = text_.substr(at_);
        if (rest.starts_with("_in") || rest.starts_with("_out"))
            fail(at_, std::string{side_hint.substr(2)});
        fail_here("a comparison: =, !=, <, <=, > or >=");
    }

    auto read_bound(measure const& of) -> group_bound {
        skip_blanks();
        auto const begin = at_;
        auto const text = take_value();
        if (of.is_time()) return read_time(text, begin);
        auto const found = of.is_duration() ? duration(text) : number(text);
        if (found) return *found;
        at_ = begin;
        fail_here(of.is_duration() ? "a duration such as 90s, 5m or 1h30m, or seconds"
                                   : "a number such as 50, 0.5, 10M or 64Ki");
    }

    auto read_time(std::string_view text, std::size_t begin) -> group_bound {
        if (!read_time_) fail(begin, "times cannot be compared here");
        try {
            auto const period = read_time_(text);
            return {bound_of(period.first), bound_of(period.last)};
        } catch (error const& failure) {
            fail(begin, failure.message());
        }
    }

    /// The text up to a blank or a parenthesis, or the text in quotes.
    auto take_value() -> std::string_view {
        if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
            auto const close = text_.find(text_[at_], at_ + 1);
            if (close == text_.npos) fail(at_, "this quotation mark is not closed");
            auto const begin = std::exchange(at_, close + 1) + 1;
            return text_.substr(begin, close - begin);
        }
        auto const end = std::min(text_.find_first_of(" \t\r\n()&|", at_), text_.size());
        auto const begin = std::exchange(at_, end);
        return text_.substr(begin, end - begin);
    }

    /// Reads a decimal number and removes it from a text.
    [[nodiscard]] static auto take_decimal(std::string_view& text) -> std::optional<double> {
        auto const digits = std::min(text.find_first_not_of("0123456789."), text.size());
        auto result = 0.0;
        auto const [end, failure] = std::from_chars(text.data(), text.data() + digits, result);
        if (digits == 0 || failure != std::errc{} || end != text.data() + digits)
            return std::nullopt;
        text.remove_prefix(digits);
        return result;
    }

    [[nodiscard]] static auto number(std::string_view text) -> std::optional<group_bound> {
        auto whole = std::uint64_t{0};  // all of its digits
        auto const is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
        auto const digits = text.substr(is_hexadecimal ? 2 : 0);
        auto const [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(),
                                                    whole, is_hexadecimal ? 16 : 10);
        if (failure == std::errc{} && end == digits.data() + digits.size() && !digits.empty())
            return group_bound{whole, whole, static_cast<double>(whole)};
        auto const written = text;
        auto const decimal = take_decimal(text);
        auto const unit = decimal ? size_of(text) : std::nullopt;
        if (!unit) return std::nullopt;
        auto const exact = product(written.substr(0, written.size() - text.size()), *unit);
        if (exact) return group_bound{*exact, *exact, static_cast<double>(*exact)};
        auto result = group_bound{.real = *decimal * *unit};
        result.whole = result.real == std::floor(result.real) && result.real < 0x1p63;
        if (result.whole) result.first = result.last = static_cast<std::uint64_t>(result.real);
        return result;
    }

    /// A decimal number times a unit without rounding; none if the product is not whole, or large.
    [[nodiscard]] static auto product(std::string_view decimal, double unit)
        -> std::optional<std::uint64_t> {
        auto number = std::uint64_t{0};
        auto scale = std::uint64_t{0};
        for (auto const c : decimal) {
            if (c == '.') {
                scale = 1;
                continue;
            }
            if (number > 1'000'000'000'000'000 || scale > 1'000'000'000'000'000)
                return std::nullopt;
            number = number * 10 + static_cast<std::uint64_t>(c - '0');
            scale *= 10;
        }
        if (__builtin_mul_overflow(number, static_cast<std::uint64_t>(unit), &number))
            return std::nullopt;
        scale = std::max(scale, std::uint64_t{1});
        return number % scale == 0 ? std::optional{number / scale} : std::nullopt;
    }

    /// The factor of a unit: `k`, `Mi`, `GB`.
    [[nodiscard]] static auto size_of(std::string_view unit) -> std::optional<double> {
        if (!unit.empty() && to_lower(unit.back()) == 'b') unit.remove_suffix(1);
        if (unit.empty()) return 1;
        auto const power = std::string_view{"kmgtp"}.find(to_lower(unit[0]));
        auto const binary = unit.size() == 2 && to_lower(unit[1]) == 'i';
        if (power == unit.npos || unit.size() > (binary ? 2U : 1U)) return std::nullopt;
        return std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
    }

    /// Reads `1500` (seconds, in which durations are printed), `1.5s`, `1h30m`.
    [[nodiscard]] static auto duration(std::string_view text) -> std::optional<group_bound> {
        struct unit {
            std::string_view word;
            double microseconds;
        };
        constexpr auto units = std::to_array<unit>(
            {{"ms", 1e3}, {"s", 1e6}, {"m", 6e7}, {"h", 3.6e9}, {"d", 8.64e10}, {"w", 6.048e11}});
        auto total = 0.0;
        if (text.empty()) return std::nullopt;
        for (auto first = true; !text.empty(); first = false) {
            auto const count = take_decimal(text);
            if (!count) return std::nullopt;
            auto const size = std::min(text.find_first_of("0123456789."), text.size());
            auto const word = text.substr(0, size);
            auto const* const found = std::ranges::find(units, word, &unit::word);
            auto const bare = first && text.empty();
            if (found == units.end() && !bare) return std::nullopt;
            total += *count * (bare ? 1e6 : found->microseconds);
            text.remove_prefix(size);
        }
        auto const whole = static_cast<std::uint64_t>(std::llround(std::min(total, 0x1p62)));
        return group_bound{whole, whole, total / 1e6};
    }

    [[nodiscard]] static auto is_name_letter(char c) noexcept -> bool {
        return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') || c == '-' ||
               c == '_';
    }

    void skip_blanks() noexcept {
        at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    }

    auto take_symbol(std::string_view symbol) noexcept -> bool {
        auto const before = at_;
        skip_blanks();
        if (text_.substr(at_).starts_with(symbol)) {
            at_ += symbol.size();
            return true;
        }
        at_ = before;
        return false;
    }

    /// Consumes a word that is not a part of a name.
    auto take_word(std::string_view word) noexcept -> bool {
        auto const before = at_;
        skip_blanks();
        auto const rest = text_.substr(at_);
        auto const next = rest.substr(std::min(word.size(), rest.size()));
        if (same_name(rest.substr(0, word.size()), word) &&
            (next.empty() || !is_name_letter(next[0]))) {
            at_ += word.size();
            return true;
        }
        at_ = before;
        return false;
    }

    [[noreturn]] void fail_here(std::string const& expected) {
        skip_blanks();
        auto const rest = text_.substr(at_);
        auto const word = rest.substr(0, rest.find_first_of(" \t\r\n()", 1));
        fail(at_, "expected " + expected + ", found " +
                      (word.empty() ? "the end" : "'" + escaped(word, 40) + "'"));
    }

    /// Throws the error at an offset, with the expression and a caret below it.
    [[noreturn]] void fail(std::size_t offset, std::string const& message) const {
        constexpr std::size_t reach = 60;
        auto const begin = offset > reach ? offset - reach / 2 : 0;
        auto const before = escaped(text_.substr(begin, offset - begin));
        auto const width = std::ranges::count_if(
            before, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
        throw error{errc::invalid_filter,
                    {"having", 1, offset + 1},
                    message + "\n  " + before + escaped(text_.substr(offset), reach) + "\n  " +
                        std::string(static_cast<std::size_t>(width), ' ') + '^'};
    }

    std::string_view text_;
    group_time_reader const& read_time_;
    bool with_sides_;
    std::size_t at_ = 0;
};

}  // namespace flowlog::detail

#endif
