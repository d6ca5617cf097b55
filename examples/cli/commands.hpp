// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_COMMANDS_HPP
#define FLOWLOG_CLI_COMMANDS_HPP

#include <functional>
#include <stdexcept>
#include <string>

namespace CLI {
class App;
}

namespace cli {

/// What the program ends with.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int bad_lines = 1;  ///< done, but asked to be strict, lines were bad or missing
inline constexpr int failed = 2;     ///< usage, or an input or output that could not be used
}  // namespace exit_code

/// The arguments make no sense.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// One command: how it is called, and what it does. A command is one file; to add one, declare it
/// here and list it in main.cpp.
struct command {
    CLI::App* app;
    std::function<int()> run;
};

auto add_tag(CLI::App& app) -> command;
auto add_top(CLI::App& app) -> command;
auto add_check(CLI::App& app) -> command;
auto add_print(CLI::App& app) -> command;
auto add_detect(CLI::App& app) -> command;
auto add_fields(CLI::App& app) -> command;

/// What `--version` prints.
auto version_text() -> std::string;

}  // namespace cli

#endif
