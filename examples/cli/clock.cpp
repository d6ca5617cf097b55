// SPDX-License-Identifier: BSL-1.0
#include "clock.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <flowlog/error.hpp>

#include "commands.hpp"
#include "options.hpp"
#include "partial_merge.hpp"

namespace cli {
namespace {

auto chosen_zone() -> flowlog::time_zone& {
    static auto zone = flowlog::time_zone{};
    return zone;
}

}  // namespace

void add_zone_option(CLI::App& app) {
    auto const take = [](std::string const& name) {
        try {
            auto found = flowlog::time_zone::find(name);
            // a zone without a name is called `local` in partial results, and must be here
            if (merging().active && name == "local") found = found.named(name);
            chosen_zone() = std::move(found);
        } catch (flowlog::error const& failure) {
            throw usage_error{"--tz: " + failure.message()};
        }
    };
    add_option_function(app, "--tz", take);
}

auto zone() -> flowlog::time_zone const& { return chosen_zone(); }

auto now() -> flowlog::timestamp {
    static auto const start =
        std::chrono::floor<flowlog::timestamp::duration>(std::chrono::system_clock::now());
    return start;
}

}  // namespace cli
