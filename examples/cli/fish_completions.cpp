// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "completions.hpp"

namespace cli {
namespace {

constexpr auto fish_head = R"(# What fish completes for flowlog:
#     flowlog completions fish >~/.config/fish/completions/flowlog.fish

# The command that is given; overview if none is.
function __flowlog_command
    for word in (commandline -opc)[2..]
        if contains -- $word (__flowlog_commands)
            echo $word
            return
        end
    end
    echo overview
end

function __flowlog_is
    contains -- (__flowlog_command) $argv
end

function __flowlog_is_first
    test (count (commandline -opc)) = 1
end

# Words, after what is complete of the current one: 'srcaddr,' of 'srcaddr,ds'.
function __flowlog_list
    set -l before (commandline -ct | string replace -r -- '^--[^=]*=' '' | string match -r -- '^.*[,/( ]')
    for word in $argv
        echo "$before$word"
    end
end

)";

/// A word in single quotes, where a backslash quotes another one.
auto fish_quoted(std::string_view text) -> std::string {
    auto result = std::string{'\''};
    for (auto const c : text) {
        if (c == '\'' || c == '\\') result += '\\';
        result += c;
    }
    return result + '\'';
}

auto fish_values(option_info const& option) -> std::string {
    auto const kind = completer(option);
    if (kind == "files") return " -r -F";
    if (kind == "folders") return " -x -a '(__fish_complete_directories)'";
    if (kind.starts_with(':')) return " -x -a " + fish_quoted(kind.substr(1));
    return kind.empty() ? " -x" : " -x -a '(__flowlog_list (__flowlog_" + kind + "))'";
}

auto fish_option(option_info const& option) -> std::string {
    auto const commands = commands_with(option);
    if (commands.empty()) return {};
    auto text = "complete -c flowlog -n " + fish_quoted("__flowlog_is " + joined_words(commands));
    if (option.is_argument()) {
        auto const kind = completer(option);
        if (kind == "logs") return {};  // files, which fish offers anyway
        if (kind == "reports") return text + " -a '(__flowlog_list (__flowlog_reports))'\n";
        return text + " -f -a " +
               (kind.starts_with(':') ? fish_quoted(kind.substr(1))
                                      : "'(__flowlog_" + kind + ")'") +
               '\n';
    }
    for (auto const name : names_of(option))
        text += name.starts_with("--") ? " -l " + std::string{name.substr(2)}
                                       : " -s " + std::string{name.substr(1)};
    if (option.kind != value_kind::flag) text += fish_values(option);
    return text + " -d " + fish_quoted(description(option)) + '\n';
}

}  // namespace

auto fish_completions() -> std::string {
    auto text = std::string{fish_head};
    for (auto const& [name, words] : word_lists())
        text += "function __flowlog_" + std::string{name} + "\n    string split ' ' -- " +
                fish_quoted(words) + "\nend\n";
    text += '\n';
    for (auto const& command : command_table())
        text += "complete -c flowlog -n __flowlog_is_first -a " + std::string{command.name} +
                " -d " + fish_quoted(command.meaning) + '\n';
    for (auto const& section : option_sections())
        for (auto const& option : section.options) text += fish_option(option);
    return text;
}

}  // namespace cli
