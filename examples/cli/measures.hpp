// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_MEASURES_HPP
#define FLOWLOG_CLI_MEASURES_HPP

#include <cstddef>
#include <string>
#include <vector>

#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/measure.hpp>

namespace CLI {
class App;
}

namespace cli {

/// The options that choose measures.
struct measure_options {
    std::vector<std::string> named{};  ///< in the order of the command line
    std::string sort{};                ///< the measure or key that ranks; empty: by default
};

/// Adds --flows, --first, --last, --sum, --avg, --min, --max, --percentile, --ratio, --rate, --or
/// and --distinct.
void add_measure_options(CLI::App& app, measure_options& options);

/// The measures of each group. By default flows, and bytes if the logs have them: they are
/// optional.
struct wanted_measures {
    std::vector<flowlog::measure> all{};
    std::size_t by = 0;   ///< the position of the measure or key that ranks
    bool by_key = false;  ///< a key ranks

    /// Whether the last measure is the bytes that nobody asked for.
    [[nodiscard]] auto has_optional_bytes() const -> bool { return all.back().optional; }
};

/// Reads the measures, to which it adds those that a filter of groups compares. Throws
/// `flowlog::error`, and `usage_error` if the filter compares a key.
auto parse_measures(measure_options const& options, std::vector<flowlog::group_key> const& keys,
                    flowlog::group_filter const& wanted = {}) -> wanted_measures;

/// The same if no key can rank. Throws `usage_error` if one is to.
auto parse_ranking_measures(measure_options const& options,
                            std::vector<flowlog::group_key> const& keys) -> wanted_measures;

/// What to warn of if figures are not exact.
auto caveats(bool saturated, bool estimated, bool rounded) -> std::vector<std::string>;

}  // namespace cli

#endif
