// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_COMPLETIONS_HPP
#define FLOWLOG_CLI_COMPLETIONS_HPP

#include <string>
#include <string_view>
#include <vector>

#include "option_table.hpp"

// What shells complete comes from the table of options: one file for each shell.

namespace cli {

auto bash_completions() -> std::string;
auto zsh_completions() -> std::string;
auto fish_completions() -> std::string;

/// A list of words that values are made of. Each becomes a function of this name in the shells.
struct word_list {
    std::string_view name;
    std::string words;
};

/// All lists.
auto word_lists() -> std::vector<word_list>;

/// What completes a value: the name of a list; `files`, `folders` or `logs`; the words of a choice,
/// after a colon; or nothing.
auto completer(option_info const& option) -> std::string;

/// The commands that have an option.
auto commands_with(option_info const& option) -> std::vector<std::string_view>;

/// The names of an option: `--output`, `-o`.
auto names_of(option_info const& option) -> std::vector<std::string_view>;

/// The first line of a help text, as a description of a few words.
auto description(option_info const& option) -> std::string;

/// Words with blanks between them.
auto joined_words(std::vector<std::string_view> const& words) -> std::string;

/// A word in single quotes, as bash and zsh read it.
auto in_quotes(std::string_view text) -> std::string;

}  // namespace cli

#endif
