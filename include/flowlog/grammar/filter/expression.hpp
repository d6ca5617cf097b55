// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP
#define FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/escape.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// A list of values outside of an expression: `in @FILE`.
struct filter_list {
    std::string name{};
    std::string text{};
};

/// A word of a filter expression.
struct filter_word {
    std::string_view text{};  ///< without quotes, but with the `\` of escapes
    std::size_t offset = 0;   ///< in the expression, or in the list
    bool quoted = false;
    bool listed = false;                ///< the text is the name of a list
    filter_list const* list = nullptr;  ///< the list that has the word; null: the expression
};

/// A value, or a range of values from `first` to `last`.
struct filter_value {
    filter_word first{};
    filter_word last{};
    bool is_range = false;
    bool spaced = false;  ///< the range is written as `a - b`
};

/// What to write instead of `a - b` if `-` is meant to be the absent value, as the end of a
/// message.
[[nodiscard]] inline auto comma_hint(filter_value const& value) -> std::string {
    return value.spaced ? "; put commas around '-' for the absent value" : "";
}

/// A value as it was written.
[[nodiscard]] inline auto written(filter_value const& value) -> std::string {
    auto const text_of = [](filter_word const& word) {
        auto const quote = std::string(word.quoted ? 1 : 0, '\'');
        return quote + escaped(word.text, 40) + quote;
    };
    return text_of(value.first) + (value.is_range ? ".." + text_of(value.last) : "");
}

/// The relation between the subject of a test and its values.
enum class filter_relation : std::uint8_t {
    none,   ///< the test is a subject alone, such as `tcp`
    given,  ///< a value follows without an operator
    equal,
    less,
    less_equal,
    greater,
    greater_equal,
    in,
    bits,     ///< `&` and a mask, which is the only value
    matches,  ///< `~` and a regular expression
    absent,
    present,
    malformed
};

/// A test as it was written.
struct filter_test {
    std::vector<filter_word> subject{};  ///< qualifiers and a noun, or one word
    filter_relation relation = filter_relation::none;
    bool negated = false;
    bool function = false;  ///< the subject is a function, and the field that it is of
    bool masked = false;    ///< the first value is a mask
    std::vector<filter_value> values{};
    std::size_t end = 0;  ///< offset of the end of the subject
};

/// What to write if `more` is meant to be another value of a test that has one, as the end of a
/// message: `; write dstport in (443, 80)`. Empty if the test has several values, or none.
[[nodiscard]] inline auto list_hint(filter_test const& test, std::string_view more) -> std::string {
    auto const is_equal =
        test.relation == filter_relation::given || test.relation == filter_relation::equal;
    if (!is_equal || test.masked || test.values.size() != 1 || more.empty()) return {};
    auto subject = std::string{};
    for (auto const& word : test.subject)
        subject += (subject.empty() ? "" : " ") + escaped(word.text, 40);
    return "; write " + subject + (test.negated ? " not" : "") + " in (" +
           written(test.values.front()) + ", " + escaped(more, 40) + ")";
}

/// A parsed expression, up to its first syntax error.
struct filter_expression {
    std::vector<filter_step> steps{};  ///< in postfix order
    std::vector<filter_test> tests{};  ///< one for each step that is a leaf
    std::string_view expected{};       ///< what is missing at `fault`; empty if there is no error
    std::size_t fault = 0;             ///< offset of the error
};

/// Converts infix connectives to postfix order (Dijkstra's shunting yard). Its stack is on the
/// heap, so that no nesting is too deep.
class filter_connector {
public:
    explicit filter_connector(std::vector<filter_step>& steps) : steps_{steps} {}

    void open() { pending_.push_back(operation::open); }
    void negate() { pending_.push_back(operation::negation); }

    void connect(bool conjunction) {
        auto const next = conjunction ? operation::conjunction : operation::disjunction;
        release(next);
        pending_.push_back(next);
    }

    /// Closes a parenthesis. False if none is open.
    auto close() -> bool {
        release(operation::disjunction);
        if (pending_.empty()) return false;
        pending_.pop_back();
        return true;
    }

    /// Ends the expression. False if a parenthesis is still open.
    auto finish() -> bool {
        release(operation::disjunction);
        return pending_.empty();
    }

private:
    /// In order of precedence, the lowest first.
    enum class operation : std::uint8_t { open, disjunction, conjunction, negation };

    void release(operation next) {
        for (; !pending_.empty() && pending_.back() >= next; pending_.pop_back()) {
            steps_.push_back(pending_.back() == operation::negation ? filter_step::negation
                             : pending_.back() == operation::conjunction
                                 ? filter_step::conjunction
                                 : filter_step::disjunction);
        }
    }

    std::vector<filter_step>& steps_;
    std::vector<operation> pending_{};
};

}  // namespace flowlog::grammar

#endif
