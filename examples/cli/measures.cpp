// SPDX-License-Identifier: BSL-1.0
#include "measures.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/escape.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "options.hpp"
#include "partial.hpp"

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

/// The position of a key, by its heading or another spelling of it.
auto position_of_key(std::string_view name, std::vector<flowlog::group_key> const& keys)
    -> std::optional<std::size_t> {
    auto const field = flowlog::find_field(name);
    auto const found = std::ranges::find_if(keys, [&](auto const& key) {
        return flowlog::same_name(key.name, name) ||
               (field && key.name == flowlog::info(*field).name);
    });
    if (found == keys.end()) return std::nullopt;
    return static_cast<std::size_t>(found - keys.begin());
}

/// Throws `usage_error` if a filter of groups compares a key: hardly anybody means the sum of its
/// values.
void refuse_keys(flowlog::group_filter const& wanted, std::vector<flowlog::group_key> const& keys) {
    for (auto const& [field, comparison] : wanted.bare_sums())
        if (position_of_key(field, keys))
            throw usage_error{fmt::format("--having: {0} is a key: use --where '{1}', or sum({0})",
                                          flowlog::escaped(field, 40),
                                          flowlog::escaped(comparison, 80))};
}

/// Throws `usage_error` for a measure that partial results do not have.
[[noreturn]] void fail_on_uncounted(measure const& of) {
    auto option = options_of({of}).front();
    std::ranges::replace(option, '=', ' ');
    throw usage_error{"the partial results do not have " + of.name() + ": make them again with " +
                      option};
}

}  // namespace

auto parse_measures(measure_options const& options, std::vector<flowlog::group_key> const& keys,
                    flowlog::group_filter const& wanted) -> wanted_measures {
    refuse_keys(wanted, keys);
    auto result = wanted_measures{};
    for (auto const& name : options.named) add(result.all, measure::parse(name));
    if (result.all.empty()) {
        constexpr auto bytes = flowlog::field_id::bytes;
        auto const is_key = std::ranges::any_of(keys, [](auto const& key) {
            return key.kind == flowlog::key_kind::field && key.field == bytes;
        });
        result.all = {{}, {flowlog::measure_kind::sum, bytes, !is_key}};
    }
    // the bytes, which nobody asked for, are the second: somebody asks for them or what follows
    // them
    auto const need = [&result](measure const& of) {
        auto const counted = result.all.size();
        auto const position = add(result.all, of);
        if (merging().active && position == counted) fail_on_uncounted(of);
        if (position != 0) result.all[1].optional = false;
        return position;
    };
    for (auto const& of : wanted.measures()) need(of);
    if (options.sort.empty()) return result;
    if (auto const key = position_of_key(options.sort, keys)) {
        result.by = *key;
        result.by_key = true;
    } else {
        result.by = need(measure::parse(options.sort));
    }
    return result;
}

auto parse_ranking_measures(measure_options const& options,
                            std::vector<flowlog::group_key> const& keys) -> wanted_measures {
    auto result = parse_measures(options, keys);
    if (result.by_key)
        throw usage_error{"--sort " + flowlog::escaped(options.sort, 40) +
                          ": a measure is needed here, and this is a key: sum(bytes), for example"};
    return result;
}

auto caveats(bool saturated, bool estimated, bool rounded) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    if (saturated)
        result.emplace_back(
            "a sum does not fit into 64 bits: it is printed as 2^64 - 1, and averages, ratios and "
            "rates of it are too low");
    if (estimated)
        result.emplace_back(
            "counts of distinct values above 1024 are estimates (standard error 1.6%)");
    if (rounded)
        result.emplace_back(
            "percentiles of more than 128 distinct values are rounded (by at most 0.8%)");
    return result;
}

namespace {

/// Reads `bytes:95` of --percentile.
auto percentile_name(std::string_view item) -> std::string {
    auto const colon = item.find(':');
    if (colon == item.npos)
        throw usage_error{
            "--percentile expects a field and a percentage, such as bytes:95, found '" +
            flowlog::escaped(item, 40) + '\''};
    return fmt::format("percentile({}, {})", item.substr(0, colon), item.substr(colon + 1));
}

/// Checks `bytes/packets` of --ratio.
auto ratio_name(std::string_view item) -> std::string {
    if (item.find('/') == item.npos)
        throw usage_error{"--ratio expects two sums, such as bytes/packets, found '" +
                          flowlog::escaped(item, 40) + '\''};
    return std::string{item};
}

/// Adds an option with a list of measures; `name_of` makes the name of a measure of an item.
template <class NameOf>
void add_list(CLI::App& app, measure_options& options, std::string const& name, NameOf name_of) {
    add_repeated_option(app, name, [named = &options.named, name_of](std::string const& list) {
        for (auto const item : split(list)) named->push_back(name_of(item));
    });
}

}  // namespace

/// Adds options that append to one list, so that measures keep the order of the command line.
void add_measure_options(CLI::App& app, measure_options& options) {
    for (auto const* const word : {"flows", "first", "last"})
        add_flag_function(app, std::string{"--"} + word,
                          [named = &options.named, word] { named->emplace_back(word); });
    for (auto const* const kind : {"sum", "avg", "min", "max", "rate", "or", "distinct"})
        add_list(app, options, std::string{"--"} + kind,
                 [kind](auto of) { return fmt::format("{}({})", kind, of); });
    add_list(app, options, "--percentile", percentile_name);
    add_list(app, options, "--ratio", ratio_name);
}

}  // namespace cli
