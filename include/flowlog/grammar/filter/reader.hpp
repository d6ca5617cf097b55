// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_READER_HPP
#define FLOWLOG_GRAMMAR_FILTER_READER_HPP

#include <cstddef>
#include <string_view>
#include <utility>

#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// Builds a `filter_expression` from the events of the filter grammar. The grammar calls the
/// function that is named after what it has just read. If a function returns false, the grammar
/// backtracks.
class filter_reader {
public:
    explicit filter_reader(std::string_view text) : text_{text}, connector_{result_.steps} {}
    filter_reader(filter_reader const&) = delete;
    auto operator=(filter_reader const&) -> filter_reader& = delete;
    ~filter_reader() = default;

    [[nodiscard]] auto text() const noexcept -> std::string_view { return text_; }

    /// The expression that was read.
    [[nodiscard]] auto take() -> filter_expression { return std::move(result_); }

    /// Records that something is missing at `at`. Only the first call counts.
    void fail(std::string_view expected, char const* at) {
        if (!result_.expected.empty()) return;
        result_.expected = expected;
        result_.fault = offset(at);
    }

    auto negation() -> bool {
        connector_.negate();
        return true;
    }
    auto opening() -> bool {
        connector_.open();
        return true;
    }
    auto closing() -> bool { return connector_.close(); }
    auto conjunction() -> bool {
        connector_.connect(true);
        return true;
    }
    auto disjunction() -> bool {
        connector_.connect(false);
        return true;
    }
    /// False if a parenthesis is still open.
    auto end() -> bool { return connector_.finish(); }

    auto begin_test() -> bool {
        test_ = {};
        return true;
    }
    auto begin_subject() -> bool {
        test_.subject.clear();
        test_.function = false;
        return true;
    }
    auto function() -> bool {
        test_.function = true;
        return true;
    }
    void subject(std::string_view word) {
        test_.subject.push_back({.text = word, .offset = offset(word.data())});
    }
    /// The subject was the protocol before a test of ports: `tcp port 80`. The two are one operand.
    auto protocol_before_test() -> bool {
        keep(std::exchange(test_, {}));
        prefixed_ = true;
        return true;
    }
    /// False if something is missing in the test.
    auto end_test() -> bool {
        if (!result_.expected.empty()) return false;
        keep(std::move(test_));
        if (std::exchange(prefixed_, false)) result_.steps.push_back(filter_step::conjunction);
        return true;
    }

    template <filter_relation Relation>
    auto relation() -> bool {
        test_.relation = Relation;
        return true;
    }
    auto negated() -> bool {
        test_.negated = true;
        return true;
    }
    auto mask() -> bool {
        test_.masked = true;
        return relation<filter_relation::bits>();
    }

    auto begin_value() -> bool {
        value_ = {};
        return true;
    }
    auto begin_last() -> bool {
        value_.is_range = true;
        return true;
    }
    /// The same after a hyphen between blanks: `1 - 1023`.
    auto begin_spaced_last() -> bool {
        value_.spaced = true;
        return begin_last();
    }
    /// Nothing follows that hyphen: it is the next value, `-`.
    auto no_last() -> bool {
        value_.is_range = value_.spaced = false;
        return true;
    }
    void item(std::string_view word) {
        auto const listed = word.size() > 1 && word[0] == '@';
        put({.text = word.substr(listed ? 1 : 0), .offset = offset(word.data()), .listed = listed});
    }
    void quoted_item(std::string_view word) {
        put({.text = word, .offset = offset(word.data()), .quoted = true});
    }
    /// The item is the name of a list: `@'my list'`.
    auto listed() -> bool {
        auto& word = value_.is_range ? value_.last : value_.first;
        word.listed = true;
        return true;
    }
    auto end_value() -> bool {
        test_.values.push_back(value_);
        return true;
    }
    /// Records where the subject ends, for the error if nothing follows it.
    void end_subject(char const* at) { test_.end = offset(at); }

private:
    [[nodiscard]] auto offset(char const* at) const noexcept -> std::size_t {
        return static_cast<std::size_t>(at - text_.data());
    }

    void put(filter_word word) { (value_.is_range ? value_.last : value_.first) = word; }

    void keep(filter_test test) {
        result_.tests.push_back(std::move(test));
        result_.steps.push_back(filter_step::leaf);
    }

    std::string_view text_;
    filter_expression result_;
    filter_connector connector_;
    filter_test test_;
    filter_value value_;
    bool prefixed_ = false;  // the next test forms one operand with the previous one
};

}  // namespace flowlog::grammar

#endif
