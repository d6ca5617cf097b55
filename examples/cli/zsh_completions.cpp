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

constexpr auto zsh_head = R"(#compdef flowlog
# What zsh completes for flowlog. Put this into a folder of $fpath before compinit runs:
#     flowlog completions zsh >~/.zfunc/_flowlog

# Offers words, the last of a list.
_flowlog_offer() {
    local words_before=$1
    shift
    compset -P $words_before
    compadd -S '' -- "$@"
}
_flowlog_logs() { _files }
)";

constexpr auto zsh_tail = R"(
_flowlog() {
    local curcontext=$curcontext state line command=overview i
    local -a options commands names
)";

constexpr auto zsh_end = R"(    names=(${commands%%:*})
    for ((i = 2; i < CURRENT; ++i)); do
        if (( ${names[(Ie)${words[i]}]} )); then
            command=$words[i]
            words=(flowlog "${(@)words[i+1,-1]}")
            (( CURRENT -= i - 1 ))
            break
        fi
    done
    if [[ $CURRENT == 2 && $command == overview && $words[2] != -* ]]; then
        _describe -t commands command commands
        _files
        return
    fi
    _flowlog_options $command
    _arguments -s -S : $options
}

if [[ $funcstack[1] == _flowlog ]]; then
    _flowlog "$@"
else
    compdef _flowlog flowlog
fi
)";

/// A description in brackets, where a bracket and a colon have a meaning.
auto zsh_description(option_info const& option) -> std::string {
    auto result = std::string{};
    for (auto const c : description(option)) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

auto zsh_action(option_info const& option) -> std::string {
    auto const kind = completer(option);
    if (kind.starts_with(':')) return '(' + kind.substr(1) + ')';
    if (kind == "files") return "_files";
    if (kind == "folders") return "_files -/";
    return kind.empty() ? " " : "_flowlog_" + kind;
}

/// The arguments that describe an option to zsh's `_arguments`, one for each name of the option.
auto zsh_specs(option_info const& option) -> std::vector<std::string> {
    if (option.is_argument())
        return {(option.kind == value_kind::choice || option.kind == value_kind::command ? "1:"
                                                                                         : "*:") +
                std::string{option.names} + ':' + zsh_action(option)};
    auto result = std::vector<std::string>{};
    for (auto const name : names_of(option)) {
        auto spec = '*' + std::string{name};
        if (!option.value.empty() && name.starts_with("--")) spec += '=';
        spec += '[' + zsh_description(option) + ']';
        if (!option.value.empty()) spec += ":value:" + zsh_action(option);
        result.push_back(std::move(spec));
    }
    return result;
}

}  // namespace

auto zsh_completions() -> std::string {
    auto text = std::string{zsh_head};
    for (auto const& [name, words] : word_lists()) {
        auto const before = name == "filter"                     ? "'*[ (]'"
                            : name == "zones" || name == "times" ? "''"
                                                                 : "'*[,/(]'";
        text += "_flowlog_" + std::string{name} + "() { _flowlog_offer " + before + ' ' + words +
                (name == "reports" ? "; _files }\n" : " }\n");
    }
    text += "\n# Sets the options of a command.\n_flowlog_options() {\n    case $1 in\n";
    for (auto const& command : command_table()) {
        text += "        " + std::string{command.name} + ") options=(\n";
        for (auto const* const option : options_of(command.name))
            for (auto const& spec : zsh_specs(*option))
                text += "            " + in_quotes(spec) + '\n';
        text += "        ) ;;\n";
    }
    text += "    esac\n}\n" + std::string{zsh_tail} + "    commands=(\n";
    for (auto const& command : command_table())
        text += "        " +
                in_quotes(std::string{command.name} + ':' + std::string{command.meaning}) + '\n';
    return text + "    )\n" + zsh_end;
}

}  // namespace cli
