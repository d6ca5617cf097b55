// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_MEASURES_HPP
#define FLOWLOG_CLI_MEASURES_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/measure.hpp>

namespace CLI {
class App;
}

namespace cli {

/// The options that choose measures.
struct measure_options {
    std::vector<std::string> named{};  ///< in the order of the command line
    std::string sort{};                ///< the measure that ranks; empty: by default
};

/// Adds --flows, --first, --last, --sum, --min, --max, --rate and --distinct.
void add_measure_options(CLI::App& app, measure_options& options);

/// The measures of each group. By default flows, and bytes if there are any: they are optional.
struct wanted_measures {
    std::vector<flowlog::measure> all{};
    std::size_t by = 0;  ///< the measure that ranks

    /// Whether the last measure is the bytes that nobody asked for.
    [[nodiscard]] auto has_optional_bytes() const -> bool { return all.back().optional; }
};

/// Reads the measures. Throws `flowlog::error`.
auto parse_measures(measure_options const& options, std::vector<flowlog::group_key> const& keys)
    -> wanted_measures;

}  // namespace cli

#endif
