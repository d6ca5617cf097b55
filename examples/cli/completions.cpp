// SPDX-License-Identifier: BSL-1.0
// flowlog completions: prints what makes shells complete arguments.
#include "completions.hpp"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "options.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

enum class shell_kind { none, bash, zsh, fish };

auto run_completions(shell_kind shell) -> int {
    switch (shell) {
        case shell_kind::bash: print(bash_completions()); break;
        case shell_kind::zsh: print(zsh_completions()); break;
        case shell_kind::fish: print(fish_completions()); break;
        case shell_kind::none: throw usage_error{"no SHELL is given: bash, zsh or fish"};
    }
    flush_output();
    return exit_code::done;
}

constexpr auto completions_examples =
    "Examples:\n"
    "  flowlog completions bash >~/.local/share/bash-completion/completions/flowlog\n"
    "  flowlog completions zsh >~/.zfunc/_flowlog\n"
    "      installs it for zsh if ~/.zfunc is in $fpath\n"
    "  flowlog completions fish >~/.config/fish/completions/flowlog.fish\n"
    "\n"
    "Exit codes: 0 done; 2 wrong usage.\n";

}  // namespace

auto set_up_completions(CLI::App& completions) -> action {
    auto shell = std::make_shared<shell_kind>();
    completions.footer(completions_examples);
    add_choice(completions, "SHELL", *shell,
               {{"bash", shell_kind::bash}, {"zsh", shell_kind::zsh}, {"fish", shell_kind::fish}});
    return [shell] { return run_completions(*shell); };
}

}  // namespace cli
