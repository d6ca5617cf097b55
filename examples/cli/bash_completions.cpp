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

constexpr auto bash_head =
    R"bash(# What bash completes for flowlog. Put this where bash-completion finds it,
#     flowlog completions bash >~/.local/share/bash-completion/completions/flowlog
# or source it.

# _flowlog_reply WORDS BEFORE: offers the words that go on like the current one, which begins with BEFORE.
_flowlog_reply() {
    local word
    for word in $1; do
        [[ $2$word != "$cur"* ]] || COMPREPLY+=("$2$word")
    done
}

# _flowlog_files OPTION: offers files (-f) or folders (-d).
_flowlog_files() {
    local name
    while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$cur")
    compopt -o filenames -o default 2>/dev/null
}

)bash";

constexpr auto bash_tail = R"bash(
_flowlog() {
    local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=overview word kind words i
    COMPREPLY=()
    # bash has taken --by=srcaddr apart
    if [[ $cur == = ]]; then cur=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        [[ " $(_flowlog_words commands) " != *" $word "* ]] || { command=$word; break; }
    done
    kind=$(_flowlog_kind "$command" "$before")
    if [[ -z $kind && $cur == -* ]]; then
        _flowlog_reply "$(_flowlog_options "$command")" ''
        return
    fi
    [[ -n $kind ]] || kind=$(_flowlog_kind "$command" argument)
    words=$(_flowlog_words "$kind")
    case $kind in
        :*) _flowlog_reply "${kind#:}" '' ;;
        files) _flowlog_files -f ;;
        folders) _flowlog_files -d ;;
        logs)
            ((COMP_CWORD > 1)) || _flowlog_reply "$(_flowlog_words commands)" ''
            _flowlog_files -f ;;
        reports)
            _flowlog_reply "$words" "${cur%"${cur##*,}"}"
            _flowlog_files -f ;;
        fields | keys | numbers)
            compopt -o nospace 2>/dev/null
            _flowlog_reply "$words" "${cur%"${cur##*[,/(]}"}" ;;
        filter)
            compopt -o nospace 2>/dev/null
            cur=${cur#[\'\"]}
            _flowlog_reply "$words" "${cur%"${cur##*[ (]}"}" ;;
        ?*) _flowlog_reply "$words" '' ;;
    esac
}
complete -F _flowlog flowlog
)bash";

/// The patterns of a `case` over "COMMAND OPTION" that select an option.
auto bash_patterns(option_info const& option) -> std::string {
    auto result = std::string{};
    for (auto const command : commands_with(option)) {
        auto const names =
            option.is_argument() ? std::vector<std::string_view>{"argument"} : names_of(option);
        for (auto const name : names)
            result +=
                (result.empty() ? "" : " | ") + std::string{command} + "\\ " + std::string{name};
    }
    return result;
}

}  // namespace

auto bash_completions() -> std::string {
    auto text = std::string{bash_head} +
                "# _flowlog_words KIND: prints the words of which values of a kind are made.\n"
                "_flowlog_words() {\n    case $1 in\n";
    for (auto const& [name, words] : word_lists())
        text += "        " + std::string{name} + ") echo " + in_quotes(words) + " ;;\n";
    text +=
        "    esac\n}\n\n# _flowlog_options COMMAND: prints its options.\n"
        "_flowlog_options() {\n    case $1 in\n";
    for (auto const& command : command_table()) {
        auto names = std::vector<std::string_view>{};
        for (auto const* const option : options_of(command.name))
            if (!option->is_argument())
                for (auto const name : names_of(*option)) names.push_back(name);
        text += "        " + std::string{command.name} + ") echo " +
                in_quotes(joined_words(names)) + " ;;\n";
    }
    text +=
        "    esac\n}\n\n"
        "# _flowlog_kind COMMAND OPTION: prints of which kind the option's value is.\n"
        "_flowlog_kind() {\n    case \"$1 $2\" in\n";
    for (auto const& section : option_sections()) {
        for (auto const& option : section.options) {
            auto const kind = completer(option);
            auto const patterns = bash_patterns(option);
            if (option.kind == value_kind::flag || patterns.empty()) continue;
            text += "        " + patterns + ") echo " + in_quotes(kind.empty() ? "any" : kind) +
                    " ;;\n";
        }
    }
    return text + "    esac\n}\n" + bash_tail;
}

}  // namespace cli
