// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_RESOLVER_HPP
#define FLOWLOG_GRAMMAR_FILTER_RESOLVER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/similar.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/kind.hpp>
#include <flowlog/grammar/filter/operand.hpp>
#include <flowlog/grammar/filter/words.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// Turns a parsed expression into a `filter_tree`: names become fields, and words become values.
/// Throws `filter_fault` if a name or a value is unknown.
class filter_resolver {
public:
    explicit filter_resolver(timestamp now) : now_{now} {}

    [[nodiscard]] auto resolve(filter_expression const& expression) -> filter_tree {
        auto test = expression.tests.begin();
        for (auto const each : expression.steps) {
            if (each == step::leaf)
                add_test(*test++);
            else
                tree_.add(each);
        }
        return std::move(tree_);
    }

private:
    using leaf = filter_leaf;
    using step = filter_step;
    using subject = filter_subject;

    void add_test(filter_test const& test) {
        if (test.relation == filter_relation::none) return add_word(test);
        auto const what = find_target(test);
        auto const values = filter_operand{what, test, now_};
        if (what.fields.empty()) add_leaf(values, field_id{}, what.what);
        for (std::size_t i = 0; i < what.fields.size(); ++i) {
            add_leaf(values, what.fields[i], what.what);
            if (i != 0) tree_.add(what.all ? step::conjunction : step::disjunction);
        }
        imply(what.style);
        if (test.negated) tree_.add(step::negation);
    }

    void add_leaf(filter_operand const& values, field_id id, subject what) {
        auto member = values.leaf_for(id);
        auto const absent = leaf{.subject = what, .field = id, .question = filter_question::absent};
        if (member) tree_.add(*std::move(member));
        if (values.or_absent()) tree_.add(absent);
        if (member && values.or_absent()) tree_.add(step::disjunction);
    }

    /// Adds a test that is a single word.
    void add_word(filter_test const& test) {
        auto const& word = test.subject.front();
        if (test.subject.size() == 1 && is_filter_any(word.text)) return tree_.add(leaf{});
        if (test.subject.size() == 1 && is_filter_protocol(word.text)) {
            auto const family = filter_family(word.text);
            return family == 0 ? add_protocol(*protocol_number(word.text)) : add_family(family);
        }
        auto const what = find_target(test);
        throw filter_fault{test.end, "expected an operator, or " + expectation(what.kind())};
    }

    void add_protocol(std::uint8_t number) {
        tree_.add(leaf{
            .subject = subject::u8, .field = field_id::protocol, .numbers = {{number, number}}});
    }

    void add_family(int family) {
        constexpr auto max = std::numeric_limits<std::uint64_t>::max();
        auto const v4 = address_range{address::v4(0), address::v4(0xFFFF'FFFF)};
        auto const v6 = address_range{address::v6(0, 0), address::v6(max, max)};
        tree_.add(leaf{.subject = subject::address,
                       .field = field_id::srcaddr,
                       .addresses = {family == 4 ? v4 : v6}});
    }

    /// Adds what nfdump implies: flags are TCP flags, and types and codes are ICMP's.
    void imply(filter_style style) {
        using enum filter_style;
        if (style == flags) {
            add_protocol(protocol::tcp);
        } else if (style == icmp_type || style == icmp_code) {
            add_protocol(protocol::icmp);
            add_protocol(protocol::ipv6_icmp);
            tree_.add(step::disjunction);
        } else {
            return;
        }
        tree_.add(step::conjunction);
    }

    [[nodiscard]] static auto find_target(filter_test const& test) -> filter_target {
        auto const& words = test.subject;
        if (words.size() == 1) return find_single(words[0]);
        auto qualifiers = std::string{};
        auto sides = std::string{};
        auto const joined =
            words.size() >= 3 && flowlog::detail::has_alias("or and", words[1].text);
        for (std::size_t i = joined ? 3 : 0; i + 1 < words.size(); ++i)
            qualifiers += (qualifiers.empty() ? "" : " ") + std::string{words[i].text};
        auto const noun =
            joined && words.size() == 3 ? std::string_view{"host"} : words.back().text;
        if (!joined) return from_phrase(words, qualifiers, noun);
        auto result = from_phrase(words, words[0].text, noun);
        auto const other = from_phrase(words, words[2].text, noun);
        result.fields.insert(result.fields.end(), other.fields.begin(), other.fields.end());
        result.all = flowlog::detail::same_name("and", words[1].text);
        return result;
    }

    [[nodiscard]] static auto find_single(filter_word const& word) -> filter_target {
        using flowlog::detail::same_name;
        for (auto const& derived : filter_derivations) {
            if (same_name(derived.name, word.text)) return {.what = derived.subject};
        }
        if (is_filter_side(word.text)) return from(*find_filter_phrase(word.text, "host"));
        if (auto const* const phrase = find_filter_phrase("", word.text)) return from(*phrase);
        if (auto const id = find_field(word.text))
            return {.what = subject_of(*id), .fields = {*id}};
        auto lower = std::string{word.text};
        std::ranges::transform(lower, lower.begin(), flowlog::detail::to_lower);
        auto similar = flowlog::detail::similar_words{lower};
        for (auto const& f : fields) similar.consider(f.name);
        for (auto const& phrase : filter_phrases) similar.consider(phrase.noun);
        throw filter_fault{word.offset, "expected the name of a field, found '" +
                                            escaped(word.text, 40) + "'" + similar.hint()};
    }

    [[nodiscard]] static auto from(filter_phrase const& phrase) -> filter_target {
        return {.what = subject_of(phrase.fields[0]),
                .fields = {phrase.fields.begin(), phrase.fields.begin() + phrase.count},
                .style = phrase.style};
    }

    [[nodiscard]] static auto from_phrase(std::vector<filter_word> const& words,
                                          std::string_view qualifiers, std::string_view noun)
        -> filter_target {
        if (auto const* const phrase = find_filter_phrase(qualifiers, noun)) return from(*phrase);
        auto known = std::string{};
        for (auto const& phrase : filter_phrases) {
            if (!flowlog::detail::same_name(phrase.noun, noun)) continue;
            known += known.empty() ? "; known are '" : "', '";
            if (!phrase.qualifiers.empty()) known += std::string{phrase.qualifiers} + ' ';
            known += phrase.noun;
        }
        throw filter_fault{words.front().offset, "'" + escaped(qualifiers, 40) +
                                                     "' does not go with '" + escaped(noun, 40) +
                                                     "'" + known + "'"};
    }

    filter_tree tree_;
    timestamp now_;
};

}  // namespace flowlog::grammar

#endif
