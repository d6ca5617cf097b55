// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_NAMES_HPP
#define FLOWLOG_GRAMMAR_FILTER_NAMES_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/detail/similar.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/operand.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/text_matcher.hpp>

namespace flowlog::grammar {

/// Names that are known when a filter is read, such as the labels of a table.
struct known_names {
    std::string_view what;  ///< "label"
    std::vector<std::string_view> names;
};

/// Which of the known names a test wants.
struct wanted_names {
    std::vector<bool> wanted;  ///< for each name
    bool absent = false;       ///< no name is wanted, too: `-`

    [[nodiscard]] auto any() const -> bool {
        return std::find(wanted.begin(), wanted.end(), true) != wanted.end();
    }
};

/// Finds the names that the values of a test mean: `web`, `web*`, or those that match the pattern
/// of `~`. Throws `filter_fault` if a value means none of them, which is a mistake.
class name_finder {
public:
    explicit name_finder(known_names const& known)
        : known_{known}, result_{std::vector<bool>(known.names.size())} {}

    [[nodiscard]] auto find(filter_test const& test, std::vector<filter_value> const& values)
        -> wanted_names {
        require_no_order(test);
        if (test.relation == filter_relation::matches) {
            auto const matcher = pattern_of(test);
            mark([&](std::string_view name) { return matcher->matches(name); });
            return result_;
        }
        if (test.relation == filter_relation::given && values.size() > 1)
            throw filter_fault{values[1].first, "expected 'and', 'or' or the end"};
        for (auto const& value : values) take(value);
        return result_;
    }

private:
    template <class Wanted>
    auto mark(Wanted wanted) -> bool {
        auto found = false;
        for (std::size_t i = 0; i < known_.names.size(); ++i) {
            if (!wanted(known_.names[i])) continue;
            result_.wanted[i] = true;
            found = true;
        }
        return found;
    }

    void require_no_order(filter_test const& test) const {
        using enum filter_relation;
        if (test.relation == equal || test.relation == given || test.relation == in ||
            test.relation == matches)
            return;
        throw filter_fault{test.values[0].first,
                           std::string{known_.what} + "s have no order: use =, !=, in or ~"};
    }

    void take(filter_value const& value) {
        auto const& word = value.first;
        if (value.is_range)
            throw filter_fault{word,
                               std::string{known_.what} + "s have no ranges" + comma_hint(value)};
        if (!word.quoted && word.text == "-") {
            result_.absent = true;
            return;
        }
        auto texts = text_set{};
        add_text(texts, word.text);
        if (mark([&](std::string_view name) { return texts.contains(name); })) return;
        auto similar = flowlog::detail::similar_words{word.text};
        for (auto const name : known_.names) similar.consider(name);
        throw filter_fault{word, "no " + std::string{known_.what} + " is called '" +
                                     escaped(word.text, 40) + "'" + similar.hint()};
    }

    known_names const& known_;
    wanted_names result_;
};

}  // namespace flowlog::grammar

#endif
