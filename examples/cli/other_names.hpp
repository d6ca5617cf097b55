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

}  // namespace cli

#endif
