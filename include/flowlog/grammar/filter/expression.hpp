// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP
#define FLOWLOG_GRAMMAR_FILTER_EXPRESSION_HPP

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

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
    std::vector<waits> waiting_{};
};

}  // namespace flowlog::grammar

#endif
