// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_RULES_HPP
#define FLOWLOG_GRAMMAR_FILTER_RULES_HPP

#include <cstddef>
#include <functional>
#include <string_view>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/detail/blank.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/reader.hpp>
#include <flowlog/grammar/filter/words.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// The parsers and rules of the filter grammar. It uses few parser types and is divided into rules
/// because one expression of lambdas and directives takes 4 s to compile.
namespace filter_rules {

/// Finds the `filter_reader` in the context.
struct reader_tag;

template <class Context>
auto reader_of(Context const& context) -> filter_reader& {
    return x3::get<reader_tag>(context).get();
}

constexpr auto ends_word(char byte) noexcept -> bool {
    return std::string_view{" \t\r\n()[],;=<>!&|~\"'#"}.find(byte) != std::string_view::npos;
}

/// Matches a whole word: one that a predicate accepts, or a given one in any case. `..` ends a
/// word, unless it is the path of a file.
struct word : x3::parser<word> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    using predicate = bool (*)(std::string_view) noexcept;
    using receiver = void (filter_reader::*)(std::string_view);

    constexpr explicit word(std::string_view letters) : letters_{letters} {}
    constexpr word(predicate is, receiver take) : is_{is}, take_{take} {}

    /// The same parser, which also passes the word to the reader.
    [[nodiscard]] constexpr auto to(receiver take) const -> word {
        auto result = *this;
        result.take_ = take;
        return result;
    }

    /// The same parser of a path, which may have `..`. A word that begins with `@` has one anyway.
    [[nodiscard]] constexpr auto as_path() const -> word {
        auto result = *this;
        result.is_path_ = true;
        return result;
    }

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const* last, Context const& context, RContext&,
               Attribute&) const -> bool {
        x3::skip_over(first, last, context);
        auto const text = std::string_view{first, static_cast<std::size_t>(last - first)};
        auto const may_have_dots = is_path_ || text.starts_with('@');
        std::size_t size = 0;
        while (size != text.size() && !ends_word(text[size]) &&
               (may_have_dots || !text.substr(size).starts_with("..")) &&
               flowlog::detail::leading_blank(text.substr(size)) == 0)
            ++size;
        auto const found = text.substr(0, size);
        if (size == 0 || !(is_ ? is_(found) : flowlog::same_name(found, letters_))) return false;
        if (take_ != nullptr) (reader_of(context).*take_)(found);
        first += size;
        return true;
    }

private:
    std::string_view letters_{};
    predicate is_ = nullptr;
    receiver take_ = nullptr;
    bool is_path_ = false;
};

/// Matches a text in quotes, in which `\` escapes the next character.
struct quoted_text : x3::parser<quoted_text> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const* last, Context const& context, RContext&,
               Attribute&) const -> bool {
        x3::skip_over(first, last, context);
        if (first == last || (*first != '"' && *first != '\'')) return false;
        auto const* at = first + 1;
        while (at != last && *at != *first) at += *at == '\\' && last - at > 1 ? 2 : 1;
        if (at == last) {
            reader_of(context).fail("the closing quote", last);
            return false;
        }
        reader_of(context).quoted_item({first + 1, static_cast<std::size_t>(at - first - 1)});
        first = at + 1;
        return true;
    }
};

/// Matches nothing, but sends an event to the reader. Fails if the reader returns false.
struct tell : x3::parser<tell> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;
    using receiver = bool (filter_reader::*)();

    constexpr explicit tell(receiver take) : take_{take} {}

    template <class Context, class RContext, class Attribute>
    auto parse(char const*&, char const*, Context const& context, RContext&, Attribute&) const
        -> bool {
        return (reader_of(context).*take_)();
    }

private:
    receiver take_;
};

/// Never matches: records in the reader what was expected here.
struct expected : x3::parser<expected> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;

    constexpr explicit expected(std::string_view what) : what_{what} {}

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const* last, Context const& context, RContext&,
               Attribute&) const -> bool {
        x3::skip_over(first, last, context);
        reader_of(context).fail(what_, first);
        return false;
    }

private:
    std::string_view what_;
};

/// Matches nothing: records in the reader where the subject of a test ends.
struct subject_end : x3::parser<subject_end> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const*, Context const& context, RContext&, Attribute&) const
        -> bool {
        reader_of(context).end_subject(first);
        return true;
    }
};

/// Matches nothing. Fails, and records in the reader what was expected, if a word begins with a
/// typographic quotation mark.
struct plain_quotes : x3::parser<plain_quotes> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const* last, Context const& context, RContext&,
               Attribute&) const -> bool {
        x3::skip_over(first, last, context);
        if (!has_typographic_quote({first, static_cast<std::size_t>(last - first)})) return true;
        reader_of(context).fail("' or \" as the quotation mark", first);
        return false;
    }
};

/// Matches blanks, line ends and comments: the skipper.
struct skipped : x3::parser<skipped> {
    using attribute_type = x3::unused_type;
    static constexpr bool has_attribute = false;

    template <class Context, class RContext, class Attribute>
    auto parse(char const*& first, char const* last, Context const&, RContext&, Attribute&) const
        -> bool {
        auto const* const begin = first;
        for (auto comment = false; first != last;) {
            comment = *first != '\n' && (comment || *first == '#');
            auto const blank = flowlog::detail::leading_blank(
                std::string_view{first, static_cast<std::size_t>(last - first)});
            if (!comment && blank == 0) break;
            first += blank == 0 ? 1 : blank;
        }
        return first != begin;
    }
};

constexpr auto is_plain(std::string_view text) noexcept -> bool { return !is_filter_key(text); }
constexpr auto is_hyphen(std::string_view text) noexcept -> bool { return text == "-"; }
constexpr auto is_joint(std::string_view text) noexcept -> bool {
    return flowlog::detail::has_alias("or and", text);
}

using reader = filter_reader;
using relation_of = filter_relation;

inline constexpr auto side = word{is_filter_side, &reader::subject};
inline constexpr auto joint = word{is_joint, &reader::subject};
inline constexpr auto qualifier = word{is_filter_qualifier, &reader::subject};
inline constexpr auto noun = word{is_filter_noun, &reader::subject};
inline constexpr auto subject_word = word{is_plain, &reader::subject};
inline constexpr auto item_word = word{is_plain, &reader::item};
inline constexpr auto path_word = item_word.as_path();
inline constexpr auto hyphen = word{is_hyphen, nullptr};
inline constexpr auto protocol = word{is_filter_protocol, &reader::subject};
inline constexpr auto begin_subject = tell{&reader::begin_subject};

inline constexpr x3::rule<struct value_id> value{"value"};
inline constexpr x3::rule<struct wanted_id> wanted{"wanted"};
inline constexpr x3::rule<struct subject_id> subject{"subject"};
inline constexpr x3::rule<struct sign_id> sign{"operator"};
inline constexpr x3::rule<struct values_id> values{"values"};
inline constexpr x3::rule<struct relation_id> relation{"relation"};
inline constexpr x3::rule<struct operand_id> operand{"operand"};
inline constexpr x3::rule<struct expression_id> expression{"expression"};

inline constexpr auto item =
    quoted_text{} | ("@" >> quoted_text{} >> tell{&reader::listed}) | (plain_quotes{} >> item_word);

inline constexpr auto range_end =
    (".." >> tell{&reader::begin_last} >> (item | expected{"the end of the range"})) |
    (hyphen >> tell{&reader::begin_spaced_last} >> item);

inline constexpr auto path =
    tell{&reader::begin_value} >>
    (quoted_text{} | path_word | expected{"the name of a file"}) >> tell{&reader::end_value};

inline constexpr auto value_def = tell{&reader::begin_value} >> item >>
                                  ((range_end >> ((!hyphen) | expected{"','"})) |
                                   tell{&reader::no_last}) >>
                                  tell{&reader::end_value};

inline constexpr auto wanted_def = value | expected{"a value"};

inline constexpr auto subject_def =
    (begin_subject >> word{is_filter_function, &reader::subject} >> "(" >>
     (subject_word | expected{"the name of a field"}) >> (")" | expected{"')'"}) >>
     tell{&reader::function}) |
    (begin_subject >> word{"@include"}.to(&reader::subject) >> path) |
    (begin_subject >> side >> joint >> side >> -noun) | (begin_subject >> +qualifier >> noun) |
    (begin_subject >> word{"observation"}.to(&reader::subject) >>
     (word{"domain"}.to(&reader::subject) | word{"point"}.to(&reader::subject)) >>
     word{"id"}.to(&reader::subject)) |
    (begin_subject >> subject_word);

inline constexpr auto sign_def =
    ("!~" >> tell{&reader::relation<relation_of::matches>} >> tell{&reader::negated}) |
    ("~" >> tell{&reader::relation<relation_of::matches>}) |
    ((x3::lit("!=") | "<>" | word{"ne"}) >> tell{&reader::relation<relation_of::equal>} >>
     tell{&reader::negated}) |
    ((x3::lit("==") | "=" | word{"eq"}) >> tell{&reader::relation<relation_of::equal>}) |
    ((x3::lit("<=") | word{"le"}) >> tell{&reader::relation<relation_of::less_equal>}) |
    ((x3::lit(">=") | word{"ge"}) >> tell{&reader::relation<relation_of::greater_equal>}) |
    ((x3::lit("<") | word{"lt"}) >> tell{&reader::relation<relation_of::less>}) |
    ((x3::lit(">") | word{"gt"}) >> tell{&reader::relation<relation_of::greater>});

inline constexpr auto values_def =
    ("(" >> wanted >> *(-x3::lit(",") >> value) >> (")" | expected{"a value or ')'"})) |
    ("[" >> wanted >> *(-x3::lit(",") >> value) >> ("]" | expected{"a value or ']'"})) |
    (wanted >> *("," >> wanted));

inline constexpr auto state =
    (word{"absent"} >> tell{&reader::relation<relation_of::absent>}) |
    (word{"present"} >> tell{&reader::relation<relation_of::present>}) |
    (word{"malformed"} >> tell{&reader::relation<relation_of::malformed>}) |
    expected{"'absent', 'present' or 'malformed'"};

inline constexpr auto negated = word{"not"} >> tell{&reader::negated};

inline constexpr auto relation_def =
    (word{"is"} >> -negated >> state) |
    (-negated >> word{"in"} >> tell{&reader::relation<relation_of::in>} >> values) |
    (!x3::lit("&&") >> "&" >> tell{&reader::mask} >> wanted >> -(sign >> wanted)) |
    (sign >> wanted) | (value >> tell{&reader::relation<relation_of::given>} >> -value);

inline constexpr auto follower = word{"port"} | word{"portrange"} | word{"src"} | word{"dst"} |
                                 word{"host"} | word{"net"} | word{"proto"};

inline constexpr auto operand_def =
    *(((word{"not"} | "!") >> tell{&reader::negation}) | ("(" >> tell{&reader::opening})) >>
    tell{&reader::begin_test} >>
    -(begin_subject >> protocol >> &follower >> tell{&reader::protocol_before_test}) >>
    (subject | expected{"a test such as 'dstport = 443'"}) >> subject_end{} >> -relation
    >> tell{&reader::end_test} >> *(")" >> tell{&reader::closing});

inline constexpr auto expression_def = operand %
                                           (((word{"and"} | "&&") >> tell{&reader::conjunction}) |
                                            ((word{"or"} | "||") >> tell{&reader::disjunction})) >>
                                       (x3::eoi | expected{"'and', 'or' or the end"}) >>
                                       (tell{&reader::end} | expected{"')'"});

BOOST_SPIRIT_DEFINE(value, wanted, subject, sign, values, relation, operand, expression)

}  // namespace filter_rules

/// Reads a filter expression.
///
///     filter      = operand *(connective operand)
///     operand     = *("not" | "!" | "(") [protocol] test *")"   ; parentheses in pairs
///     connective  = "and" | "&&" | "or" | "||"                  ; "not" binds tightest, then "and"
///     protocol    = name of a protocol, before "port", "portrange", "src", "dst", "host", "net" or
///                   "proto"
///     test        = subject [relation]
///     subject     = side ("or" | "and") side [noun] | 1*qualifier noun
///                 | "observation" ("domain" | "point") "id" | "@include" path | ("class" |
///                 "label") "(" word
///                 ")" | word
///     side        = "src" | "dst"
///     qualifier   = side | "in" | "out" | "next" | "prev" | "previous" | "bgp" | "bgpnext"
///                 | "asa" | "router" | "exporter" | "ingress" | "egress" | "nat" | "engine" |
///                 "icmp" | "first" | "last" | "received"
///     noun        = "ip" | "host" | "net" | "port" | … ; see grammar/filter/words.hpp
///     relation    = "is" ["not"] ("absent" | "present" | "malformed")
///                 | ["not"] "in" (list | value *("," value))
///                 | "&" value [operator value]
///                 | operator value
///                 | ("~" | "!~") value                      ; a regular expression
///                 | value [value]                           ; the second is the mask of a network
///     list        = "(" value *([","] value) ")" | "[" value *([","] value) "]"
///     operator    = "=" | "==" | "eq" | "!=" | "<>" | "ne" | "<" | "lt" | "<=" | "le" | ">" | "gt"
///                 | ">=" | "ge"
///     value       = item [(".." | "-") item]                    ; "-" between blanks
///     item        = word | quoted | "@" (path | quoted)         ; @: the name of a list
///     path        = quoted | a word that may have ".."
///     quoted      = DQUOTE *(byte | "\" byte) DQUOTE | "'" *(byte | "\" byte) "'"
///     word        = 1*(byte but blank and any of ()[],;=<>!&|~"'#)    ; and but ".."
///
/// Blanks, line ends and comments from `#` to the end of the line may be between any two tokens.
/// Key words may be in any case. The grammar is not recursive: a stack pairs the parentheses.
[[nodiscard]] inline auto read_filter(std::string_view text) -> filter_expression {
    auto reader = filter_reader{text};
    auto const* at = text.data();
    auto const grammar =
        x3::with<filter_rules::reader_tag>(std::ref(reader))[filter_rules::expression];
    x3::phrase_parse(at, at + text.size(), grammar, filter_rules::skipped{});
    return reader.take();
}

}  // namespace flowlog::grammar

#endif
