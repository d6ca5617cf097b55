// SPDX-License-Identifier: BSL-1.0
#include "measures.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "choice.hpp"

namespace cli {

using flowlog::measure;

namespace {

/// Adds a measure unless it is listed already. Returns its position.
auto add(std::vector<measure>& measures, measure const& wanted) -> std::size_t {
    auto const found = std::ranges::find(measures, wanted);
    if (found != measures.end()) return static_cast<std::size_t>(found - measures.begin());
    measures.push_back(wanted);
    return measures.size() - 1;
}

}  // namespace

auto parse_measures(measure_options const& options, std::vector<flowlog::group_key> const& keys)
    -> wanted_measures {
    auto result = wanted_measures{};
    for (auto const& name : options.named) add(result.all, measure::parse(name));
    if (result.all.empty()) {
        constexpr auto bytes = flowlog::field_id::bytes;
        auto const is_key = std::ranges::any_of(keys, [](auto const& key) {
            return key.kind == flowlog::key_kind::field && key.field == bytes;
        });
        result.all = {{}, {flowlog::measure_kind::sum, bytes, !is_key}};
    }
    if (options.sort.empty()) return result;
    result.by = add(result.all, measure::parse(options.sort));
    if (result.by != 0) result.all[1].optional = false;
    return result;
}

/// Adds options that append to one list, so that measures keep the order of the command line.
void add_measure_options(CLI::App& app, measure_options& options) {
    constexpr auto measures = "Measures (default: flows, and bytes if there are any)";
    auto* const named = &options.named;
    constexpr auto words = std::to_array<std::pair<char const*, char const*>>(
        {{"flows", "Count flows"},
         {"first", "When the first flow began: --min start"},
         {"last", "When the last flow ended: --max end"}});
    for (auto const& [word, meaning] : words) {
        auto const take = [named, name = std::string{word}] { named->push_back(name); };
        app.add_flag_callback(fmt::format("--{}", word), take, meaning)
            ->trigger_on_parse()
            ->group(measures);
    }
    constexpr auto kinds = std::to_array<std::pair<char const*, char const*>>(
        {{"sum", "Add up"},
         {"min", "Smallest values, also of times: --min start"},
         {"max", "Largest values"},
         {"rate", "Sums per second"},
         {"or", "Bits that any of the values has: --or tcp-flags"},
         {"distinct", "Count distinct values; an estimate above 1024"}});
    for (auto const& [kind, meaning] : kinds) {
        auto const take = [named, name = std::string{kind}](std::string const& list) {
            for (auto const of : split(list)) named->push_back(fmt::format("{}({})", name, of));
        };
        app.add_option_function<std::string>(fmt::format("--{}", kind), take, meaning)
            ->type_name("FIELDS")
            ->trigger_on_parse()
            ->group(measures);
    }
}

}  // namespace cli
