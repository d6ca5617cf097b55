// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_COMMANDS_HPP
#define FLOWLOG_CLI_COMMANDS_HPP

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace cli {

/// The exit codes of the program.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int bad_lines = 1;  ///< done, but lines are malformed or missing
inline constexpr int failed = 2;     ///< wrong usage, or an input or output that cannot be used
}  // namespace exit_code

/// The arguments are wrong.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What a command does. Returns the exit code.
using action = std::function<int()>;

/// A command of the program.
struct command_info {
    std::string_view name;
    std::string_view synopsis;  ///< what follows the name
    std::string_view meaning;   ///< what it does, in a line
    auto (*set_up)(CLI::App&) -> action;
};

/// All commands, in the order in which they are listed.
auto command_table() -> std::span<command_info const>;

// Each command has one file. To add a command, declare it here, list it in main.cpp, and declare
// its options in the table of options. Only the options of the command that is called are set up.
auto set_up_overview(CLI::App& overview) -> action;
auto set_up_report(CLI::App& report) -> action;
auto set_up_tag(CLI::App& tag) -> action;
auto set_up_top(CLI::App& top) -> action;
auto set_up_digest(CLI::App& digest) -> action;
auto set_up_connections(CLI::App& connections) -> action;
auto set_up_graph(CLI::App& graph) -> action;
auto set_up_print(CLI::App& print) -> action;
auto set_up_check(CLI::App& check) -> action;
auto set_up_convert(CLI::App& convert) -> action;
auto set_up_diff(CLI::App& diff) -> action;
auto set_up_merge(CLI::App& merge) -> action;
auto set_up_detect(CLI::App& detect) -> action;
auto set_up_ls(CLI::App& ls) -> action;
auto set_up_fields(CLI::App& fields) -> action;
auto set_up_completions(CLI::App& completions) -> action;
auto set_up_man(CLI::App& man) -> action;

/// What `--version` prints.
auto version_text() -> std::string;

}  // namespace cli

#endif
