// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_SETTINGS_HPP
#define FLOWLOG_CLI_SETTINGS_HPP

#include <string>

namespace CLI {
class App;
}

// Defaults of options, from the environment (FLOWLOG_MAP) or the file of settings. What is given on
// the command line is used first, then the environment, then the file.

namespace cli {

/// Adds --color and --no-config.
void add_general_options(CLI::App& app);

/// Leaves the file of settings unread, as --no-config says, which may come after options that
/// need the file.
void ignore_settings();

/// The format string that the file of settings gives this name; other words are returned as they
/// are. Throws `flowlog::error` if there is a mistake in the file.
auto format_called(std::string const& word) -> std::string;

/// The format of logs by default, for `graph`, where --format has other values, too.
auto default_format() -> std::string;

/// Sets the options of a command that were not given, and that have a default. Throws
/// `flowlog::error` if there is a mistake in a default, with its place.
void apply_defaults(CLI::App& command);

}  // namespace cli

#endif
