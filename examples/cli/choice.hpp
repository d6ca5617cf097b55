// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_CHOICE_HPP
#define FLOWLOG_CLI_CHOICE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>

namespace cli {

/// Accepts a number in digits, without a sign, which CLI11 would wrap around.
inline auto whole_number(std::uint64_t max = 999'999'999'999'999'999) -> CLI::Validator {
    auto const expected =
        max <= 1024 ? "expected a number up to " + std::to_string(max) : "expected a whole number";
    return {[=](std::string const& given) -> std::string {
                auto const digits = given.find_first_not_of("0123456789") == given.npos;
                if (digits && !given.empty() && given.size() <= 18 && std::stoull(given) <= max)
                    return {};
                return expected + ", found '" + flowlog::escaped(given, 40) + "'";
            },
            ""};
}

/// Adds an option whose value is one of several words.
template <class Value>
void add_choice(CLI::App& app, std::string const& name, Value& value, std::string const& help,
                std::vector<std::pair<std::string, Value>> choices) {
    auto words = std::string{};
    for (auto const& [word, _] : choices) words += (words.empty() ? "" : "|") + word;
    auto const take = [&value, name, words,
                       choices = std::move(choices)](std::string const& given) {
        for (auto const& [word, meaning] : choices) {
            if (word != given) continue;
            value = meaning;
            return;
        }
        throw CLI::ValidationError{
            name, "expected " + words + ", found '" + flowlog::escaped(given, 60) + '\'' +
                      flowlog::did_you_mean(given, std::views::keys(choices))};
    };
    app.add_option_function<std::string>(name, take, help)->type_name(words);
}

/// The words of a list, which commas or blanks separate.
inline auto split(std::string_view list) -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    while (!list.empty()) {
        auto const end = std::min(list.find_first_of(", \t"), list.size());
        if (end != 0) result.push_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return result;
}

/// Words as a sentence lists them: `a, b and c`.
inline auto joined(std::vector<std::string> const& words) -> std::string {
    auto text = std::string{};
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

}  // namespace cli

#endif
