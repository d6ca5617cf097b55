// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_RESOLVER_HPP
#define FLOWLOG_GRAMMAR_FILTER_RESOLVER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
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
#include <flowlog/flow/scope.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/kind.hpp>
#include <flowlog/grammar/filter/names.hpp>
#include <flowlog/grammar/filter/operand.hpp>
#include <flowlog/grammar/filter/words.hpp>
#include <flowlog/grammar/filter_options.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>
#include <flowlog/query/labelled_blocks.hpp>

namespace flowlog::grammar {

/// Turns a parsed expression into a `filter_tree`: names become fields, and words become values.
/// Throws `filter_fault` if a name or a value is unknown; the resolver must outlive the fault.
class filter_resolver {
public:
    /// Reads another expression: `@include FILE`.
    using includer = std::function<filter_tree(std::string_view text, std::string const& name)>;

    /// The options must outlive the resolver.
    filter_resolver(filter_options const& options, includer include)
        : options_{options}, include_{std::move(include)} {}

    /// Throws the first fault in the tests of an expression with a syntax error, as it is often the
    /// cause: in `host 10.0.0.1 port 443`, `port` is wrong, and the error is at 443.
    void check(filter_expression const& expression) {
        for (auto const& test : expression.tests) {
            add_test(test);
            last_ = &test;
        }
    }

    [[nodiscard]] auto resolve(filter_expression const& expression) -> filter_tree {
        auto test = expression.tests.begin();
        for (auto const each : expression.steps) {
            if (each == step::leaf) {
                add_test(*test);
                last_ = &*test++;
            } else {
                tree_.add(each);
            }
        }
        return std::move(tree_);
    }

private:
    using leaf = filter_leaf;
    using step = filter_step;
    using subject = filter_subject;

    void add_test(filter_test const& test) {
        if (test.relation == filter_relation::none) return add_word(test);
        if (test.function) return add_function(test);
        if (is_tag(test)) return add_tag(test);
        auto const what = find_target(test);
        auto const values = filter_operand{what, test, options_, lists_};
        if (what.fields.empty()) add_leaf(values, field_id{}, what);
        for (std::size_t i = 0; i < what.fields.size(); ++i) {
            add_leaf(values, what.fields[i], what);
            if (i != 0) tree_.add(what.all ? step::conjunction : step::disjunction);
        }
        imply(what.style);
        if (test.negated) tree_.add(step::negation);
    }

    void add_leaf(filter_operand const& values, field_id id, filter_target const& what) {
        auto tests = values.leaves_for(id);
        if (values.or_absent())
            tests.push_back({.subject = what.what,
                             .field = id,
                             .question = filter_question::absent,
                             .column = what.column});
        add_any_of(std::move(tests));
    }

    /// Adds tests of which at least one must hold. \pre there is one
    void add_any_of(std::vector<leaf> tests) {
        for (std::size_t i = 0; i < tests.size(); ++i) {
            tree_.add(std::move(tests[i]));
            if (i != 0) tree_.add(step::disjunction);
        }
    }

    [[nodiscard]] static auto is_tag(filter_test const& test) -> bool {
        return test.subject.size() == 1 && is_filter_tag(test.subject[0].text);
    }

    [[nodiscard]] static auto is_about_presence(filter_test const& test) noexcept -> bool {
        return test.relation == filter_relation::absent ||
               test.relation == filter_relation::present ||
               test.relation == filter_relation::malformed;
    }

    [[nodiscard]] static auto question_of(filter_test const& test) noexcept -> filter_question {
        return test.relation == filter_relation::absent    ? filter_question::absent
               : test.relation == filter_relation::present ? filter_question::present
                                                           : filter_question::malformed;
    }

    /// Adds `class(srcaddr) = public` or `label(srcaddr) = nat`, as a test whether the address is
    /// one of those with such a label.
    void add_function(filter_test const& test) {
        auto const& called = test.subject[0];
        auto const what = find_single(test.subject[1]);
        if (what.what != subject::address)
            throw filter_fault{test.subject[1], "this is not an address, as " +
                                                    std::string{called.text} + "() needs"};
        auto const names =
            flowlog::same_name(called.text, "label") ? labels(called) : address_classes();
        auto const wanted = wanted_labels(test, names.known);
        auto const ranges =
            ranges_with(names.blocks, [&](std::uint32_t label) { return wanted.wanted[label]; });
        auto const all = ranges_with(names.blocks, [](std::uint32_t) { return true; });
        for (std::size_t i = 0; i < what.fields.size(); ++i) {
            auto const one = leaf{.subject = subject::address, .field = what.fields[i]};
            if (test.relation == filter_relation::malformed) {
                tree_.add(leaf{.subject = subject::address,
                               .field = what.fields[i],
                               .question = filter_question::malformed});
            } else {
                add_labelled(one, ranges, all, wanted.absent);
            }
            if (i != 0) tree_.add(step::disjunction);
        }
        if (test.negated) tree_.add(step::negation);
    }

    /// Adds the test whether an address is in these ranges, or, with `or_none`, in none of all.
    void add_labelled(leaf const& test, std::vector<address_range> const& ranges,
                      std::vector<address_range> const& all, bool or_none) {
        auto member = test;
        member.addresses = ranges;
        tree_.add(member);
        if (!or_none) return;
        member.addresses = all;
        tree_.add(member);
        tree_.add(step::negation);
        tree_.add(step::disjunction);
    }

    /// Names, and the blocks of addresses that have them.
    struct named_blocks {
        known_names known;
        std::vector<labelled_block> blocks;
    };

    [[nodiscard]] auto labels(filter_word const& called) const -> named_blocks {
        auto const* const table = options_.labels;
        if (table == nullptr)
            throw filter_fault{called, "this needs a table of labels (--map), and none is given"};
        auto result = named_blocks{{"label", {}}, blocks_of(*table)};
        for (label_id i = 0; i < table->label_count(); ++i)
            result.known.names.push_back(table->name(i));
        return result;
    }

    [[nodiscard]] static auto address_classes() -> named_blocks {
        auto result = named_blocks{{"class of addresses", {}}, scope_blocks()};
        constexpr auto last = static_cast<unsigned>(address_scope::unspecified);
        for (auto i = 0U; i <= last; ++i)
            result.known.names.push_back(name(static_cast<address_scope>(i)));
        return result;
    }

    /// The labels that a test wants; of `is present` all of them, of `is absent` none.
    [[nodiscard]] auto wanted_labels(filter_test const& test, known_names const& known)
        -> wanted_names {
        if (!is_about_presence(test))
            return name_finder{known}.find(test, expanded_values(test, options_, lists_));
        auto const present = test.relation == filter_relation::present;
        return {std::vector<bool>(known.names.size(), present),
                test.relation == filter_relation::absent};
    }

    /// Adds `tag = Untagged`.
    void add_tag(filter_test const& test) {
        auto const& called = test.subject[0];
        if (!options_.tags)
            throw filter_fault{called, "this needs a table of tags (--lookup), and none is given"};
        auto found = leaf{.subject = subject::tag, .tags = options_.tags};
        auto absent = found;
        absent.question = filter_question::absent;
        if (is_about_presence(test)) {
            found.question = question_of(test);
            tree_.add(std::move(found));
        } else {
            auto known = known_names{"tag", {"Untagged"}};
            for (tag_id i = 0; i < options_.tags->tag_count(); ++i)
                known.names.push_back(options_.tags->name(i));
            auto const wanted =
                name_finder{known}.find(test, expanded_values(test, options_, lists_));
            for (std::uint64_t i = 0; i < wanted.wanted.size(); ++i) {
                if (wanted.wanted[i]) found.numbers.push_back({i, i});
            }
            tree_.add(std::move(found));
            if (wanted.absent) tree_.add(std::move(absent));
            if (wanted.absent) tree_.add(step::disjunction);
        }
        if (test.negated) tree_.add(step::negation);
    }

    /// Adds a test that is a single word.
    void add_word(filter_test const& test) {
        auto const& word = test.subject.front();
        if (flowlog::same_name(word.text, "@include")) return include(test.values[0].first);
        if (test.subject.size() == 1 && is_filter_any(word.text)) return tree_.add(leaf{});
        if (test.subject.size() == 1 && is_filter_protocol(word.text)) {
            auto const family = filter_family(word.text);
            return family == 0 ? add_protocol(*protocol_number(word.text)) : add_family(family);
        }
        if (test.function || is_tag(test))
            throw filter_fault{test.end, "expected an operator, such as = or in"};
        auto const what = find_target(test);
        throw filter_fault{test.end, "expected an operator, or " + expectation(what.kind())};
    }

    /// Adds the expression of another file, as if it was in parentheses.
    void include(filter_word const& name) {
        if (!options_.read_list) throw filter_fault{name, "no file can be included here"};
        auto tree = include_(options_.read_list(std::string{name.text}), std::string{name.text});
        tree_.add(tree.steps.empty() ? filter_tree{{step::leaf}, {leaf{}}} : tree);
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

    [[nodiscard]] auto find_target(filter_test const& test) const -> filter_target {
        auto const& words = test.subject;
        if (words.size() == 1) return find_single(words[0], &test);
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
        result.all = flowlog::same_name("and", words[1].text);
        return result;
    }

    /// What a word names. `test` is the test that it is the subject of, if it is one.
    [[nodiscard]] auto find_single(filter_word const& word, filter_test const* test = nullptr) const
        -> filter_target {
        using flowlog::same_name;
        for (auto const& derived : filter_derivations) {
            if (same_name(derived.name, word.text)) return {.what = derived.subject};
        }
        if (is_filter_side(word.text)) return from(*find_filter_phrase(word.text, "host"));
        if (auto const* const phrase = find_filter_phrase("", word.text)) return from(*phrase);
        if (auto const id = find_field(word.text))
            return {.what = subject_of(*id), .fields = {*id}};
        if (options_.has_column && options_.has_column(word.text))
            return {.what = subject::column, .column = std::string{word.text}};
        if (is_filter_function(word.text))
            throw filter_fault{
                word, "expected a field after this: " + std::string{word.text} + "(srcaddr)"};
        auto const is_alone = test != nullptr && test->relation == filter_relation::none;
        if (test != nullptr && !is_alone &&
            (is_filter_protocol(word.text) || is_filter_any(word.text)))
            throw filter_fault{
                word.offset + word.text.size(),
                "expected 'and', 'or' or the end after '" + escaped(word.text, 40) + "'"};
        auto lower = std::string{word.text};
        std::ranges::transform(lower, lower.begin(), flowlog::detail::to_lower);
        auto similar = flowlog::detail::similar_words{lower};
        for (auto const& f : fields) similar.consider(f.name);
        for (auto const& phrase : filter_phrases)
            if (phrase.qualifiers.empty()) similar.consider(phrase.noun);
        auto const name = similar.hint();
        auto const hint = is_alone ? values_hint(word, !name.empty()) : std::string{};
        throw filter_fault{word.offset, "expected the name of a field, found '" +
                                            escaped(word.text, 40) + "'" +
                                            (hint.empty() ? name : hint)};
    }

    /// What to write if a word names nothing, but is another value of the test before it:
    /// `dstport = 443 or 80`. Any word may be a text: what is similar to a name is none.
    [[nodiscard]] auto values_hint(filter_word const& word, bool is_like_name) const
        -> std::string {
        if (last_ == nullptr || last_->function || is_tag(*last_)) return {};
        auto test = *last_;
        auto const hint = list_hint(test, word.text);
        if (hint.empty()) return {};
        test.values = {{.first = word}};
        auto none = filter_lists{};
        try {
            auto const target = find_target(test);
            auto const is_text =
                target.what == filter_subject::text || target.what == filter_subject::column;
            if (is_text && is_like_name) return {};
            static_cast<void>(filter_operand{target, test, options_, none});
        } catch (filter_fault const&) {
            return {};
        }
        return hint;
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
            if (!flowlog::same_name(phrase.noun, noun)) continue;
            known += known.empty() ? "; known are '" : "', '";
            if (!phrase.qualifiers.empty()) known += std::string{phrase.qualifiers} + ' ';
            known += phrase.noun;
        }
        throw filter_fault{words.front().offset, "'" + escaped(qualifiers, 40) +
                                                     "' does not go with '" + escaped(noun, 40) +
                                                     "'" + known + "'"};
    }

    filter_tree tree_;
    filter_options const& options_;
    includer include_;
    filter_lists lists_;
    filter_test const* last_ = nullptr;  // the test before the one that is added
};

}  // namespace flowlog::grammar

#endif
