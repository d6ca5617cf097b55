// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_LIST_HPP
#define FLOWLOG_GRAMMAR_FILTER_LIST_HPP

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <flowlog/detail/blank.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/grammar/filter/expression.hpp>

namespace flowlog::grammar {

/// Divides a list of values into words: values are separated by blanks, line ends and commas, and
/// may be in quotes. `#` begins a comment, and so does `;` after a blank, unless a digit follows
/// it, because something else may be meant.
class list_words {
public:
    explicit list_words(std::string_view text) noexcept : text_{text} {}

    /// Reads the next word. False at the end of the list.
    [[nodiscard]] auto next(filter_word& word) noexcept -> bool {
        only_blanks_ = true;
        skip();
        if (at_ == text_.size()) return false;
        auto const quote = text_[at_] == '"' || text_[at_] == '\'';
        auto const begin = quote ? at_ + 1 : at_;
        auto const stop =
            quote ? std::min(text_.find(text_[at_], begin), text_.size()) : end_of_word(begin);
        word = {.text = text_.substr(begin, stop - begin), .offset = begin, .quoted = quote};
        at_ = quote ? std::min(stop + 1, text_.size()) : stop;
        return true;
    }

    /// Whether there are only blanks between the last word and the one before it.
    [[nodiscard]] auto only_blanks() const noexcept -> bool { return only_blanks_; }

private:
    static constexpr auto separators = std::string_view{" \t\r\n,#"};

    [[nodiscard]] auto end_of_word(std::size_t at) const noexcept -> std::size_t {
        while (at != text_.size() && separators.find(text_[at]) == separators.npos &&
               flowlog::detail::leading_blank(text_.substr(at)) == 0)
            ++at;
        return at;
    }

    void skip() noexcept {
        while (at_ != text_.size()) {
            only_blanks_ = only_blanks_ && text_[at_] != ',' && text_[at_] != '\n';
            if (text_[at_] == '#' || (text_[at_] == ';' && is_comment()))
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (separators.find(text_[at_]) != separators.npos)
                ++at_;
            else if (auto const blank = flowlog::detail::leading_blank(text_.substr(at_)))
                at_ += blank;
            else
                return;
        }
    }

    /// Whether the `;` at the current place begins a comment.
    [[nodiscard]] auto is_comment() const noexcept -> bool {
        auto const before = text_.substr(0, at_).find_last_not_of(" \t\r");
        if (before == text_.npos || text_[before] == '\n') return true;
        auto const after = text_.find_first_not_of("; \t", at_);
        return after == text_.npos || text_[after] < '0' || text_[after] > '9';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool only_blanks_ = true;
};

/// Whether a word is an address, a block, or a range or a pattern of addresses.
[[nodiscard]] inline auto is_address_word(std::string_view word) noexcept -> bool {
    if (cidr::parse(word)) return true;
    if (word.find_first_of(".:") == word.npos || word.find_first_of("*?-") == word.npos)
        return false;
    auto const hyphen = word.find('-');
    if (hyphen != word.npos) return address::parse(word.substr(0, hyphen)).has_value();
    return word.find_first_not_of("0123456789abcdefABCDEF.:*?") == word.npos;
}

/// Whether a list of addresses has a heading: a line that is `ip`, or the name of a field, before a
/// line that begins with an address.
[[nodiscard]] inline auto has_address_heading(std::string_view text) noexcept -> bool {
    auto words = list_words{text};
    auto heading = filter_word{};
    auto second = filter_word{};
    if (!words.next(heading) || !words.next(second) || words.only_blanks()) return false;
    auto const id = find_field(heading.text);
    auto const is_address = id && info(*id).type == field_type::address;
    return (is_address || flowlog::same_name(heading.text, "ip")) && is_address_word(second.text);
}

/// Whether a text is a list of addresses and no expression: whether its first word is an address,
/// or begins with a digit, as no expression does, or is a heading.
[[nodiscard]] inline auto is_address_list(std::string_view text) noexcept -> bool {
    auto first = filter_word{};
    return list_words{text}.next(first) && !first.text.empty() &&
           (is_address_word(first.text) || (first.text[0] >= '0' && first.text[0] <= '9') ||
            has_address_heading(text));
}

/// The value that a word of a list means: `a..b` is a range.
[[nodiscard]] inline auto value_of(filter_word const& word) -> filter_value {
    auto const dots = word.quoted ? word.text.npos : word.text.find("..");
    if (dots == word.text.npos || dots == 0) return {.first = word};
    auto value = filter_value{.first = word, .last = word, .is_range = true};
    value.first.text = word.text.substr(0, dots);
    value.last.text = word.text.substr(dots + 2);
    value.last.offset += dots + 2;
    return value;
}

/// The values of a list. `a - b` on a line is a range.
[[nodiscard]] inline auto values_of(std::string_view text, filter_list const* list)
    -> std::vector<filter_value> {
    auto result = std::vector<filter_value>{};
    auto words = list_words{text};
    auto after_hyphen = false;  // the last value is a `-` that only blanks separate from the others
    for (auto word = filter_word{}; words.next(word);) {
        word.list = list;
        auto const joined = !result.empty() && words.only_blanks();
        if (after_hyphen && joined) {
            auto const sign = result.back();
            result.pop_back();
            auto& value = result.back();
            // the end of a range does not begin another one
            if (value.is_range) value.first = sign.first;
            value.last = word;
            value.is_range = value.spaced = true;
            after_hyphen = false;
            continue;
        }
        after_hyphen = joined && !word.quoted && word.text == "-";
        result.push_back(value_of(word));
    }
    return result;
}

/// Reads a list of addresses as the expression `ip in […]`: flows with one of them at either end.
[[nodiscard]] inline auto read_address_list(std::string_view text) -> filter_expression {
    auto result = filter_expression{};
    result.steps.push_back(filter_step::leaf);
    result.tests.push_back({.subject = {{.text = "ip"}},
                            .relation = filter_relation::in,
                            .values = values_of(text, nullptr)});
    auto& values = result.tests.back().values;
    if (has_address_heading(text)) values.erase(values.begin());
    return result;
}

}  // namespace flowlog::grammar

#endif
