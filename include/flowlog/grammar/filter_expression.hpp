// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP
#define FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/detail/filter_tree.hpp>
#include <flowlog/detail/filter_words.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// A word of a filter expression.
struct filter_word {
    std::string_view text{};  ///< without quotes; what is escaped by `\` still is
    std::size_t offset = 0;   ///< in the expression
    bool quoted = false;
};

/// A value, or the values from `first` to `last`.
struct filter_value {
    filter_word first{};
    filter_word last{};
    bool is_range = false;
};

/// How the subject of a test and its values are related.
enum class filter_relation : std::uint8_t {
    none,   ///< the test is a subject alone, such as `tcp`
    given,  ///< a value without an operator
    equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    bits,  ///< `&` and a mask, which is the first value, alone
    absent,
    present,
    malformed
};

/// A test as it was written.
struct filter_test {
    std::vector<filter_word> subject{};  ///< qualifiers and a noun, or one word
    filter_relation relation = filter_relation::none;
    bool negated = false;
    bool masked = false;  ///< by the first value
    std::vector<filter_value> values{};
    std::size_t end = 0;  ///< offset of what follows
};

/// What an expression says, up to the first place where it says nothing.
struct filter_expression {
    std::vector<flowlog::detail::filter_step> steps{};  ///< each behind what it connects
    std::vector<filter_test> tests{};                   ///< of the steps that are leaves
    std::string_view expected{};                        ///< at `fault`; empty where all is well
    std::size_t fault = 0;
};

/// Puts connections behind what they connect. The stack of what waits is its own, so that no
/// nesting is too deep.
class filter_connector {
public:
    explicit filter_connector(std::vector<flowlog::detail::filter_step>& steps) : steps_{steps} {}

    void open() { waiting_.push_back(waits::open); }
    void negate() { waiting_.push_back(waits::negation); }

    void connect(bool conjunction) {
        auto const next = conjunction ? waits::conjunction : waits::disjunction;
        release(next);
        waiting_.push_back(next);
    }

    /// False where nothing is open.
    auto close() -> bool {
        release(waits::disjunction);
        if (waiting_.empty()) return false;
        waiting_.pop_back();
        return true;
    }

    /// False where something is open still.
    auto finish() -> bool {
        release(waits::disjunction);
        return waiting_.empty();
    }

private:
    /// What binds tighter is greater.
    enum class waits : std::uint8_t { open, disjunction, conjunction, negation };

    void release(waits next) {
        for (; !waiting_.empty() && waiting_.back() >= next; waiting_.pop_back()) {
            steps_.push_back(waiting_.back() == waits::negation
                                 ? flowlog::detail::filter_step::negation
                             : waiting_.back() == waits::conjunction
                                 ? flowlog::detail::filter_step::conjunction
                                 : flowlog::detail::filter_step::disjunction);
        }
    }

    std::vector<flowlog::detail::filter_step>& steps_;
    std::vector<waits> waiting_;
};

/// Reads a filter expression.
///
///     filter      = operand *(connective operand)
///     operand     = *("not" | "!" | "(") [protocol] test *")"   ; parentheses in pairs
///     connective  = "and" | "&&" | "or" | "||"                  ; "not" binds tightest, then "and"
///     protocol    = name of a protocol, before "port", "portrange", "src" or "dst"
///     test        = subject [relation]
///     subject     = 1*qualifier noun | side | "observation" "domain" "id" | word
///     qualifier   = side [("or" | "and") side] | "in" | "out" | "next" | "prev" | "previous"
///                 | "bgpnext" | "router" | "ingress" | "egress"
///     side        = "src" | "dst"
///     noun        = "ip" | "host" | "net" | "port" | "as" | "if" | …         ; see
///     filter_words.hpp relation    = "is" ["not"] ("absent" | "present" | "malformed")
///                 | ["not"] "in" (list | value *("," value))
///                 | "&" value [operator value]
///                 | [operator] value [value]                     ; the second is a netmask
///     list        = "(" value *([","] value) ")" | "[" value *([","] value) "]"
///     operator    = "=" | "==" | "eq" | "!=" | "<>" | "ne" | "<" | "lt" | "<=" | "le" | ">" | "gt"
///                 | ">=" | "ge"
///     value       = item [".." item]
///     item        = word | DQUOTE *(byte | "\" byte) DQUOTE | "'" *(byte | "\" byte) "'"
///     word        = 1*(byte but blank and any of ()[],;=<>!&|"'#)            ; and but ".."
///
/// Blanks, line ends and comments from `#` to the end of the line may stand between all of these.
/// Key words may be in any case. The grammar has no recursion: parentheses are paired by a stack.
class filter_reader {
public:
    [[nodiscard]] static auto read(std::string_view text) -> filter_expression {
        auto reader = filter_reader{text};
        reader.parse();
        return std::move(reader.result_);
    }

private:
    explicit filter_reader(std::string_view text) : text_{text}, connector_{result_.steps} {}

    [[nodiscard]] auto offset(char const* at) const noexcept -> std::size_t {
        return static_cast<std::size_t>(at - text_.data());
    }

    static auto skipped() { return x3::char_(" \t\r\n") | ('#' >> *(x3::char_ - '\n')); }
    static auto word_byte() { return ~x3::char_(" \t\r\n()[],;=<>!&|\"'#"); }
    static auto word() { return x3::raw[x3::lexeme[+(word_byte() - "..")]]; }

    /// A key word.
    static auto key(char const* letters) {
        return x3::lexeme[x3::no_case[x3::lit(letters)] >> !word_byte()];
    }

    /// Fails, and remembers what was expected here.
    auto expected(std::string_view what) {
        return x3::eps[([this, what](auto& context) {
            x3::_pass(context) = false;
            fail(what, x3::_where(context).begin());
        })];
    }

    void fail(std::string_view what, char const* at) {
        if (!result_.expected.empty()) return;
        result_.expected = what;
        result_.fault = offset(at);
    }

    /// A word for which `is(text)` holds.
    static auto word_that(auto is) {
        return word()[(
            [is](auto& context) { x3::_pass(context) = is(text_of(x3::_attr(context))); })];
    }

    template <class Range>
    static auto text_of(Range const& range) -> std::string_view {
        return {range.begin(), static_cast<std::size_t>(range.end() - range.begin())};
    }

    template <class Range>
    [[nodiscard]] auto word_of(Range const& range, bool quoted) const -> filter_word {
        return {.text = text_of(range), .offset = offset(range.begin()), .quoted = quoted};
    }

    /// A word that is no key word.
    static auto plain_word() {
        return x3::raw[word_that(std::not_fn(flowlog::detail::is_filter_key))];
    }

    auto subject() {
        auto const clear = x3::eps[([this](auto&) { test_.subject.clear(); })];
        auto const take = [this](auto& context) {
            test_.subject.push_back(word_of(x3::_attr(context), false));
        };
        auto const side = x3::raw[key("src") | key("dst")];
        auto const both = side[take] >> x3::raw[key("or") | key("and")][take] >> side[take];
        auto const qualifier = word_that(flowlog::detail::is_filter_qualifier);
        auto const noun = word_that(flowlog::detail::is_filter_noun);
        auto const qualified = clear >> +x3::raw[qualifier][take] >> x3::raw[noun][take];
        auto const both_sides = clear >> both >> -x3::raw[noun][take];
        auto const observation = clear >> x3::raw[key("observation")][take] >>
                                 x3::raw[key("domain")][take] >> x3::raw[key("id")][take];
        return both_sides | qualified | observation | (clear >> plain_word()[take]);
    }

    auto item(filter_word filter_value::* which) {
        auto const take = [this, which](bool quoted) {
            return [this, which, quoted](auto& context) {
                value_.*which = word_of(x3::_attr(context), quoted);
            };
        };
        auto const quoted = [this, take](char quote) {
            auto const content = *(('\\' >> x3::char_) | ~x3::char_(quote));
            return x3::lexeme[quote >> x3::raw[content][take(true)] >>
                              (quote | expected("the closing quote"))];
        };
        return quoted('"') | quoted('\'') | plain_word()[take(false)];
    }

    auto value() {
        auto const begin = x3::eps[([this](auto&) { value_ = {}; })];
        auto const keep = x3::eps[([this](auto&) { test_.values.push_back(value_); })];
        return begin >> item(&filter_value::first) >>
               -(".." >> x3::eps[([this](auto&) { value_.is_range = true; })] >>
                 (item(&filter_value::last) | expected("the end of the range"))) >>
               keep;
    }

    auto relation() {
        using enum filter_relation;
        auto const set = [this](filter_relation found, bool negated = false) {
            return x3::eps[([this, found, negated](auto&) {
                test_.relation = found;
                test_.negated = test_.negated != negated;
            })];
        };
        auto const negated = x3::eps[([this](auto&) { test_.negated = true; })];
        auto const wanted = value() | expected("a value");
        auto const sign = ((x3::lit("!=") | "<>" | key("ne")) >> set(equal, true)) |
                          ((x3::lit("==") | "=" | key("eq")) >> set(equal)) |
                          ((x3::lit("<=") | key("le")) >> set(less_equal)) |
                          ((x3::lit(">=") | key("ge")) >> set(greater_equal)) |
                          ((x3::lit("<") | key("lt")) >> set(less)) |
                          ((x3::lit(">") | key("gt")) >> set(greater));
        auto const state = (key("absent") >> set(absent)) | (key("present") >> set(present)) |
                           (key("malformed") >> set(malformed)) |
                           expected("'absent', 'present' or 'malformed'");
        auto const is = key("is") >> -(key("not") >> negated) >> state;
        auto const list = [&](char opening, char closing, std::string_view or_end) {
            return opening >> wanted >> *(-x3::lit(',') >> value()) >> (closing | expected(or_end));
        };
        auto const bare_list = wanted >> *(',' >> wanted);
        auto const values =
            list('(', ')', "a value or ')'") | list('[', ']', "a value or ']'") | bare_list;
        auto const not_in = -(key("not") >> negated) >> key("in") >> set(in) >> values;
        auto const masked = x3::eps[([this](auto&) { test_.masked = true; })];
        auto const mask =
            x3::lexeme['&' >> !x3::lit('&')] >> masked >> set(bits) >> wanted >> -(sign >> wanted);
        return is | not_in | mask | (sign >> wanted) | (value() >> set(given) >> -value());
    }

    auto test() {
        auto const begin = x3::eps[([this](auto&) { test_ = {}; })];
        auto const sound =
            x3::eps[([this](auto& context) { x3::_pass(context) = result_.expected.empty(); })];
        auto const keep = x3::eps[([this](auto& context) {
            test_.end = offset(x3::_where(context).begin());
            keep_test();
        })];
        return begin >> (subject() | expected("a test such as 'dstport = 443'")) >> -relation() >>
               sound >> keep;
    }

    void keep_test() {
        result_.tests.push_back(std::move(test_));
        result_.steps.push_back(flowlog::detail::filter_step::leaf);
        if (std::exchange(prefixed_, false))
            result_.steps.push_back(flowlog::detail::filter_step::conjunction);
    }

    auto operand() {
        auto const negation = (key("not") | x3::lit('!'))[([this](auto&) { connector_.negate(); })];
        auto const opening = x3::lit('(')[([this](auto&) { connector_.open(); })];
        auto const closing =
            x3::lit(')')[([this](auto& context) { x3::_pass(context) = connector_.close(); })];
        auto const follower = key("port") | key("portrange") | key("src") | key("dst");
        auto const protocol = word_that(flowlog::detail::is_filter_protocol);
        auto const prefix = (x3::raw[protocol] >> &follower)[([this](auto& context) {
            test_ = {};
            test_.subject.push_back(word_of(x3::_attr(context), false));
            keep_test();
            prefixed_ = true;
        })];
        return *(negation | opening) >> -prefix >> test() >> *closing;
    }

    void parse() {
        auto const also =
            (key("and") | x3::lit("&&"))[([this](auto&) { connector_.connect(true); })];
        auto const either =
            (key("or") | x3::lit("||"))[([this](auto&) { connector_.connect(false); })];
        auto const end = x3::eoi | expected("'and', 'or' or the end");
        auto const* at = text_.data();
        auto const* const last = at + text_.size();
        auto const all = operand() % (also | either) >> end;
        auto const good = x3::phrase_parse(at, last, all, skipped());
        if (good && !connector_.finish()) fail("')'", last);
    }

    std::string_view text_;
    filter_expression result_;
    filter_connector connector_;
    filter_test test_;
    filter_value value_;
    bool prefixed_ = false;  // by the name of a protocol: the next test is connected with it
};

}  // namespace flowlog::grammar

#endif
