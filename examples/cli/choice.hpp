// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_CHOICE_HPP
#define FLOWLOG_CLI_CHOICE_HPP

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/detail/similar.hpp>
#include <flowlog/escape.hpp>

namespace cli {

/// Accepts the digits of a number below 10^18, and so no sign, which would wrap around.
inline auto whole_number() -> CLI::Validator {
    return {[](std::string const& given) -> std::string {
                auto const digits = given.find_first_not_of("0123456789") == given.npos;
                if (digits && !given.empty() && given.size() <= 18) return {};
                return "expected a whole number, found '" + flowlog::escaped(given, 40) + "'";
            },
            ""};
}

/// Adds an option whose value is one of some words.
template <class Value>
void add_choice(CLI::App& app, std::string const& name, Value& value, std::string const& help,
                std::vector<std::pair<std::string, Value>> choices) {
    auto words = std::string{};
    for (auto const& [word, _] : choices) words += (words.empty() ? "" : "|") + word;
    auto const take = [&value, name, words,
                       choices = std::move(choices)](std::string const& given) {
        auto similar = flowlog::detail::similar_words{given};
        for (auto const& [word, meaning] : choices) {
            similar.consider(word);
            if (word == given) {
                value = meaning;
                return;
            }
        }
        throw CLI::ValidationError{name, "expected " + words + ", found '" +
                                             flowlog::escaped(given, 60) + '\'' + similar.hint()};
    };
    app.add_option_function<std::string>(name, take, help)->type_name(words);
}

}  // namespace cli

#endif
