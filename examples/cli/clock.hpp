// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_CLOCK_HPP
#define FLOWLOG_CLI_CLOCK_HPP

#include <flowlog/flow/field.hpp>
#include <flowlog/lookup/time_zone.hpp>

namespace CLI {
class App;
}

namespace cli {

/// Adds --tz, which sets `zone`.
void add_zone_option(CLI::App& app);

/// The time zone of the whole run: UTC without --tz.
auto zone() -> flowlog::time_zone const&;

/// The time to which `-2h` is relative: the same in the whole run.
auto now() -> flowlog::timestamp;

}  // namespace cli

#endif
