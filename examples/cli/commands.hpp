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

/// What a command does; the result is what the program ends with.
using action = std::function<int()>;

// A command is one file; to add one, declare it here and list it in main.cpp. Its options are set
// up only where it is the one that is called.
auto set_up_tag(CLI::App& tag) -> action;
auto set_up_top(CLI::App& top) -> action;
auto set_up_print(CLI::App& print) -> action;
auto set_up_check(CLI::App& check) -> action;
auto set_up_detect(CLI::App& detect) -> action;
auto set_up_fields(CLI::App& fields) -> action;

/// What `--version` prints.
auto version_text() -> std::string;

}  // namespace cli

#endif
