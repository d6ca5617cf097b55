// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OTHER_NAMES_HPP
#define FLOWLOG_CLI_OTHER_NAMES_HPP

#include <span>
#include <string>
#include <string_view>

namespace cli {

/// What to append to a message about an option or a command that does not exist, but does in other
/// programs: `; did you mean '--where'?`. `names` are those that exist. Empty if nothing is known.
auto other_name_hint(std::string_view word, std::span<std::string const> names) -> std::string;

/// What to append to the message that there is no such log, if the word looks like a part of an
/// option before it: of a filter without quotes, or of a list without commas. Empty if it does not.
auto misplaced_hint(std::string const& word) -> std::string_view;

}  // namespace cli

#endif
