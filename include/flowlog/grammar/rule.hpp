// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_RULE_HPP
#define FLOWLOG_GRAMMAR_RULE_HPP

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/spirit/home/x3/core/parser.hpp>
#include <boost/spirit/home/x3/core/skip_over.hpp>
#include <boost/spirit/home/x3/support/traits/move_to.hpp>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/decode_token.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// How a `T` is written. Specialise it to use a type of your own in grammars: `name` is for
/// messages, `contains(c)` says which bytes a text of the type may consist of, and `decode(text)`,
/// which is noexcept, reads a whole text, which is not empty, and returns an optional value.
template <class T>
struct syntax;

namespace detail {

/// The value of a text, by the decoders of the text reader.
template <class T>
auto decoded(std::string_view text) noexcept -> std::optional<T> {
    auto const value = decode_token<T>(text);
    return value ? std::optional{*value} : std::nullopt;
}

/// ASCII only, whatever the locale.
constexpr auto is_digit(char c) noexcept -> bool { return c >= '0' && c <= '9'; }
constexpr auto is_letter(char c) noexcept -> bool {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The `contains` of types that are written with digits.
struct digits {
    static constexpr auto contains(char c) noexcept -> bool { return is_digit(c); }
};
/// The `contains` of types that are written with letters.
struct letters {
    static constexpr auto contains(char c) noexcept -> bool { return is_letter(c); }
};

}  // namespace detail

template <std::unsigned_integral T>
struct syntax<T> : detail::digits {
    static constexpr std::string_view name = "number";
    static auto decode(std::string_view text) noexcept { return detail::decoded<T>(text); }
};

/// Unix seconds, or milliseconds.
template <>
struct syntax<timestamp> : detail::digits {
    static constexpr std::string_view name = "time";
    static auto decode(std::string_view text) noexcept { return detail::decoded<timestamp>(text); }
};

template <>
struct syntax<action> : detail::letters {
    static constexpr std::string_view name = "action";
    static auto decode(std::string_view text) noexcept { return detail::decoded<action>(text); }
};

template <>
struct syntax<log_status> : detail::letters {
    static constexpr std::string_view name = "log-status";
    static auto decode(std::string_view text) noexcept { return detail::decoded<log_status>(text); }
};

template <>
struct syntax<flow_direction> : detail::letters {
    static constexpr std::string_view name = "flow-direction";
    static auto decode(std::string_view text) noexcept {
        return detail::decoded<flow_direction>(text);
    }
};

template <>
struct syntax<address> {
    static constexpr std::string_view name = "address";
    static constexpr auto contains(char c) noexcept -> bool {
        return hex_digit(c) < 16 || c == '.' || c == ':';
    }
    static auto decode(std::string_view text) noexcept { return address::parse(text); }
};

template <>
struct syntax<cidr> {
    static constexpr std::string_view name = "block of addresses";
    static constexpr auto contains(char c) noexcept -> bool {
        return syntax<address>::contains(c) || c == '/';
    }
    static auto decode(std::string_view text) noexcept { return cidr::parse(text); }
};

/// A word up to a blank; a view of the parsed text.
template <>
struct syntax<std::string_view> {
    static constexpr std::string_view name = "word";
    static constexpr auto contains(char c) noexcept -> bool {
        return c != ' ' && c != '\t' && c != '\r' && c != '\n';
    }
    static auto decode(std::string_view text) noexcept -> std::optional<std::string_view> {
        return text == "-" ? std::nullopt : std::optional{text};
    }
};

namespace detail {

/// The value of the longest text of a `T` at the beginning of `input`; `size` is set to its size.
/// The text does not end within a number or word: `10.0.0.1:443` begins with an address,
/// `10.0.0.256` does not.
template <class T>
auto match(std::string_view input, std::size_t& size) noexcept -> std::optional<T> {
    auto const* const end = std::ranges::find_if_not(input, syntax<T>::contains);
    size = static_cast<std::size_t>(end - input.begin());
    constexpr std::size_t max_with_punctuation = 64;
    for (; size != 0; size = std::min(size - 1, max_with_punctuation)) {
        auto const within = size < input.size() && input.begin() + size != end &&
                            (is_digit(input[size]) || is_letter(input[size]));
        if (within) continue;
        if (auto const value = syntax<T>::decode(input.substr(0, size))) return value;
    }
    return std::nullopt;
}

/// The text between two iterators.
template <class Iterator>
auto rest(Iterator const& first, Iterator const& last) noexcept -> std::string_view {
    static_assert(std::contiguous_iterator<Iterator>, "parse text in memory");
    return {std::to_address(first), static_cast<std::size_t>(last - first)};
}

}  // namespace detail

/// An X3 parser of a `T` that uses flowlog's decoder; its attribute is the `T`. It takes the
/// longest text that is a `T`, and fails on `-`.
///
///     auto const endpoint = value<address> >> ':' >> value<std::uint16_t>;
template <class T>
struct rule : x3::parser<rule<T>> {
    using attribute_type = T;
    static bool const has_attribute = true;

    template <class Iterator, class Context, class RuleContext, class Attribute>
    auto parse(Iterator& first, Iterator const& last, Context const& context, RuleContext&,
               Attribute& attribute) const -> bool {
        x3::skip_over(first, last, context);
        std::size_t size = 0;
        auto value = detail::match<T>(detail::rest(first, last), size);
        if (!value) return false;
        x3::traits::move_to(*value, attribute);
        first += static_cast<std::iter_difference_t<Iterator>>(size);
        return true;
    }
};

/// A `rule` that also takes `-`. Its attribute is a `field_value<T>`, which is absent for `-`.
template <class T>
struct nullable_rule : x3::parser<nullable_rule<T>> {
    using attribute_type = field_value<T>;
    static bool const has_attribute = true;

    template <class Iterator, class Context, class RuleContext, class Attribute>
    auto parse(Iterator& first, Iterator const& last, Context const& context, RuleContext&,
               Attribute& attribute) const -> bool {
        x3::skip_over(first, last, context);
        auto const input = detail::rest(first, last);
        std::size_t size = 1;
        auto result = field_value<T>{};
        if (auto const value = detail::match<T>(input, size)) {
            result = *value;
        } else if (!input.starts_with('-')) {
            return false;
        } else {
            size = 1;
        }
        x3::traits::move_to(result, attribute);
        first += static_cast<std::iter_difference_t<Iterator>>(size);
        return true;
    }
};

/// The parser of a field's values, with `-` for an absent one.
template <field_id Id>
using field_rule = nullable_rule<field_value_type<Id>>;

/// The parser of a `T`.
template <class T>
inline constexpr auto value = rule<T>{};

/// The parser of a `T` or `-`.
template <class T>
inline constexpr auto nullable = nullable_rule<T>{};

}  // namespace flowlog::grammar

/// Names the rules in messages.
template <class T>
struct boost::spirit::x3::get_info<flowlog::grammar::rule<T>> {
    using result_type = std::string;
    auto operator()(flowlog::grammar::rule<T> const&) const -> std::string {
        return std::string{flowlog::grammar::syntax<T>::name};
    }
};

/// Names the rules in messages.
template <class T>
struct boost::spirit::x3::get_info<flowlog::grammar::nullable_rule<T>> {
    using result_type = std::string;
    auto operator()(flowlog::grammar::nullable_rule<T> const&) const -> std::string {
        return std::string{flowlog::grammar::syntax<T>::name} + " or '-'";
    }
};

#endif
