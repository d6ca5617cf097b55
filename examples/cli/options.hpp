// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OPTIONS_HPP
#define FLOWLOG_CLI_OPTIONS_HPP

#include <functional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>

#include "option_table.hpp"

// Binds options of the table to variables. `app` is a command, and is called like it. Whatever the
// table does not give to this command is left out, so that commands share functions such as
// `add_reading_options`.

namespace cli {

/// Gives an option that was added the rest of what its row says.
void finish_option(CLI::App& app, CLI::Option& added, option_info const& declared);

/// Adds an option whose value is put into a variable.
template <class Value>
void add_option(CLI::App& app, std::string_view name, Value& value) {
    if (auto const* const declared = find_option(name, app.get_name()))
        finish_option(
            app, *app.add_option(std::string{declared->names}, value, std::string{declared->help}),
            *declared);
}

/// Adds a flag that sets a variable.
void add_flag(CLI::App& app, std::string_view name, bool& value);

/// What takes the value of an option.
using value_taker = std::function<void(std::string const&)>;

/// Adds an option whose value is passed to a function.
void add_option_function(CLI::App& app, std::string_view name, value_taker const& take);

/// Adds an option that may be repeated. Each value is passed to a function when it is met.
void add_repeated_option(CLI::App& app, std::string_view name, value_taker const& take);

/// Adds an option whose value is a list with commas, which may be given in several parts.
void add_list_option(CLI::App& app, std::string_view name, std::string& value);

/// Adds a flag that calls a function when it is met.
void add_flag_function(CLI::App& app, std::string_view name, std::function<void()> const& take);

/// Throws that a word is none of the choices.
[[noreturn]] void throw_no_choice(std::string_view name, std::string_view choices,
                                  std::string const& given, std::string const& hint);

/// Adds an option whose value is one of several words, which the table has in the same order.
template <class Value>
void add_choice(CLI::App& app, std::string_view name, Value& value,
                std::vector<std::pair<std::string, Value>> choices) {
    auto const* const declared = find_option(name, app.get_name());
    if (declared == nullptr) return;
    auto words = std::string{};
    for (auto const& [word, _] : choices) words += (words.empty() ? "" : "|") + word;
    if (words != declared->value)
        throw std::logic_error{std::string{name} + " has other choices in the table: " + words};
    auto const take = [&value, declared, choices = std::move(choices)](std::string const& given) {
        for (auto const& [word, meaning] : choices)
            if (word == given) return void(value = meaning);
        throw_no_choice(declared->name(), declared->value, given,
                        flowlog::did_you_mean(given, std::views::keys(choices)));
    };
    add_option_function(app, name, take);
}

}  // namespace cli

#endif
