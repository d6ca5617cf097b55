// SPDX-License-Identifier: BSL-1.0
// flowlog top: groups flows and ranks the groups.
#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/ranking.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::measure;

struct top_options {
    reading_options reading{};
    std::string by{};
    std::vector<std::string> measures{};  // as they were named on the command line
    std::string sort{};
    std::size_t limit = 20;
    bool all = false;
    key_options tables{};
    row_format format{};
    bool human = false;
};

/// All that the command found out.
struct top_report {
    flowlog::ranking_headings headings{};
    flowlog::ranking found{};
    std::vector<std::string> warnings{};
    reading done{};
};

auto parse_keys(top_options const& options, key_tables const& tables)
    -> std::vector<flowlog::group_key> {
    auto result = tables.parse(options.by, "--by");
    if (result.empty())
        throw usage_error{"no key is given: --by srcaddr,dstport ('flowlog fields' prints all)"};
    return result;
}

/// Adds a measure unless it is listed already. Returns its position.
auto add(std::vector<measure>& measures, measure const& wanted) -> std::size_t {
    auto const found = std::ranges::find(measures, wanted);
    if (found != measures.end()) return static_cast<std::size_t>(found - measures.begin());
    measures.push_back(wanted);
    return measures.size() - 1;
}

/// The measures of each group. By default flows, and bytes if there are any.
struct wanted_measures {
    std::vector<measure> all{};
    std::size_t by = 0;  ///< the measure that ranks
};

auto parse_measures(top_options const& options, std::vector<flowlog::group_key> const& keys)
    -> wanted_measures {
    auto result = wanted_measures{};
    for (auto const& name : options.measures) add(result.all, measure::parse(name));
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

/// Removes the bytes, which nobody asked for, if there are none.
void drop_last_measure_if_zero(top_report& report) {
    if (report.found.total.back() != flowlog::group_cell{std::uint64_t{0}}) return;
    for (auto& group : report.found.groups) group.values.pop_back();
    report.found.rest.pop_back();
    report.found.total.pop_back();
    report.headings.measures.pop_back();
    report.headings.kinds.pop_back();
}

/// Warnings about figures that are not exact.
auto caveats(flowlog::ranking const& found) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    if (found.saturated)
        result.emplace_back("a sum does not fit into 64 bits: it is printed as 2^64 - 1");
    if (found.estimated) {
        result.emplace_back(
            "counts of distinct values above 1024 are estimates (standard error 1.6%)");
    }
    return result;
}

void print_table(top_report const& report, bool quiet) {
    auto const table = flowlog::ranking_table(report.found, report.headings);
    auto const text = style{stdout}.bold(table.heading()) + table.body();
    print(quiet ? text : text + '\n' + report.done.accounting());
    flush_output();
}

void print_rows(top_report const& report, flowlog::row_format format) {
    auto const& [keys, measures, kinds, by, human] = report.headings;
    auto const& found = report.found;
    auto names = keys;
    names.insert(names.end(), measures.begin(), measures.end());
    auto rows = row_printer{format, std::move(names)};
    auto* const json = rows.json();
    if (json) {
        json->begin_object().member("flows", report.done.flows());
        write(json->key("by"), keys);
        write(json->key("measures"), measures);
        json->member("sort", measures[by]).key("groups").begin_array();
    }
    for (auto const& group : found.groups) rows.row(group.key, group.values);
    if (json) {
        auto const write_values = [&](char const* name, auto const& values) {
            json->key(name).begin_object();
            for (std::size_t i = 0; i < values.size(); ++i)
                flowlog::write(json->key(report.headings.measures[i]), values[i]);
            json->end_object();
        };
        json->end_array().member("left_out", found.left_out);
        write_values("rest", found.rest);
        write_values("all", found.total);
        json->member("saturated", found.saturated).member("estimated", found.estimated);
        write(json->key("warnings"), report.warnings);
        report.done.write_members(*json);
        json->end_object();
    }
    rows.finish();
}

auto run_top(top_options const& options) -> int {
    require_one_stdin(options.reading, {options.tables.map, options.tables.lookup});
    if (options.human && options.format) throw usage_error{"--human is for the table alone"};
    auto const tables = key_tables{options.tables};
    auto const keys = parse_keys(options, tables);
    auto const measures = parse_measures(options, keys);
    auto const logs = find_logs(options.reading);

    auto report = top_report{.headings = flowlog::headings_of(keys, measures.all, measures.by)};
    report.headings.human = options.human;
    report.warnings = warnings_about(tables.tags(), tables.labels(), logs);
    warn_of_all(report.warnings);

    auto malformed = limited_messages{"more malformed line"};
    auto counted = read_logs(logs, flowlog::group_by(keys, measures.all), options.reading,
                             [&](auto const& line) { malformed.keep(describe(line)); });
    malformed.finish();
    report.done = std::move(counted.done);
    report.done.report_trouble();
    if (auto warning = skipdata_warning(report.done.stats))
        report.warnings.push_back(*std::move(warning));

    auto const limit = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
    report.found = counted.value.rank(limit, measures.by);
    if (measures.all.back().optional) drop_last_measure_if_zero(report);
    for (auto const& caveat : caveats(report.found)) {
        warn(caveat);
        report.warnings.push_back(caveat);
    }
    if (!report.done.nothing_read() || options.format == flowlog::row_format::json)
        options.format ? print_rows(report, *options.format)
                       : print_table(report, options.reading.quiet);
    return report.done.exit_code(options.reading);
}

constexpr auto examples =
    "Keys: any field; ip, port (of both ends); pair, service, date, tag (--lookup);\n"
    "      srcaddr/24, srcaddr/24/48; start:5m (s, m, h, d); class(srcaddr);\n"
    "      label(srcaddr) (--map)\n"
    "\n"
    "Examples:\n"
    "  flowlog top vpc.log --by srcaddr,dstaddr --sum bytes -n 20\n"
    "      prints who sends most to whom\n"
    "  flowlog top logs --by start:5m --where 'action = REJECT' --all --csv\n"
    "      prints the rejected flows over time\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

/// Adds options that append to one list, so that measures keep the order of the command line.
void add_measure_options(CLI::App& app, top_options& options) {
    constexpr auto measures = "Measures (default: flows, and bytes if there are any)";
    auto* const named = &options.measures;
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

void add_result_options(CLI::App& app, top_options& options) {
    auto* const limit = app.add_option("-n", options.limit, "Show N groups (default: 20)");
    limit->type_name("N")->check(whole_number());
    app.add_flag("--all", options.all, "Show all groups")->excludes(limit);
    app.add_option("--sort", options.sort,
                   "Measure to rank by: bytes, max(packets) (default: the first one)")
        ->type_name("MEASURE");
    add_row_formats(app, options.format, "group");
    app.add_flag("--human", options.human, "Easy-to-read numbers in the table: 1,234 and 5.6 MB");
    add_strict(app, options.reading);
}

}  // namespace

auto set_up_top(CLI::App& top) -> action {
    auto options = std::make_shared<top_options>();
    top.footer(examples);
    top.add_option("--by", options->by, "Group by these: srcaddr,dstport,...")->type_name("KEYS");
    add_key_options(top, options->tables);
    add_reading_options(top, options->reading);
    add_measure_options(top, *options);
    add_result_options(top, *options);
    return [options] { return run_top(*options); };
}

}  // namespace cli
