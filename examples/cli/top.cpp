// SPDX-License-Identifier: BSL-1.0
// flowlog top: groups flows and ranks the groups.
#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_filter.hpp>
#include <flowlog/aggregate/in_out.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/ranking.hpp>

#include "columns.hpp"
#include "commands.hpp"
#include "groupings.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "measures.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct top_options {
    reading_options reading{};
    std::string by{};
    measure_options measures{};
    std::string having{};
    bool ascending = false;
    bool in_out = false;
    std::size_t limit = 20;
    bool all = false;
    row_format format{};
    bool human = false;
};

/// All that the command found out.
struct top_report {
    flowlog::ranking_headings headings{};
    std::string ranked_by{};  // the name of a measure or key
    flowlog::ranking found{};
    std::vector<std::string> warnings{};
    reading done{};
    int partial_code = 0;  // the exit code, if a partial result was written
};

/// Which groups are wanted.
auto parse_having(top_options const& options) -> flowlog::group_filter {
    if (options.having.empty()) return {};
    return options.in_out ? flowlog::having_in_out(options.having, parse_time)
                          : flowlog::having(options.having, parse_time);
}

/// Removes the last measure.
void drop_last_measure(top_report& report) {
    for (auto& group : report.found.groups) group.values.pop_back();
    for (auto* const values :
         {&report.found.rest, &report.found.total, &report.found.excluded_values})
        if (!values->empty()) values->pop_back();
    report.headings.measures.pop_back();
    report.headings.kinds.pop_back();
}

void print_table(top_report const& report, bool quiet) {
    auto const table = flowlog::ranking_table(report.found, report.headings);
    auto const text = style{stdout}.bold(table.heading()) + table.body();
    print(quiet ? text : text + '\n' + report.done.accounting());
    flush_output();
}

void print_rows(top_report const& report, flowlog::row_format format) {
    auto const& keys = report.headings.keys;
    auto const& measures = report.headings.measures;
    auto const& found = report.found;
    auto names = keys;
    names.insert(names.end(), measures.begin(), measures.end());
    auto rows = row_printer{format, std::move(names)};
    auto* const json = rows.json();
    if (json) {
        json->begin_object().member("flows", report.done.flows());
        write(json->key("by"), keys);
        write(json->key("measures"), measures);
        json->member("sort", report.ranked_by).key("groups").begin_array();
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
        json->member("excluded", found.excluded);
        if (found.excluded != 0) write_values("excluded_values", found.excluded_values);
        write_values("all", found.total);
        json->member("saturated", found.saturated).member("estimated", found.estimated);
        write(json->key("warnings"), report.warnings);
        report.done.write_members(*json);
        json->end_object();
    }
    rows.finish();
}

auto limit_of(top_options const& options) -> std::size_t {
    return options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
}

/// Tells of what was read, after the malformed lines.
void report_reading(top_report& report, limited_messages& malformed, reading done) {
    malformed.finish();
    report.done = std::move(done);
    report.done.report_trouble();
    if (auto warning = skipdata_warning(report.done.stats))
        report.warnings.push_back(*std::move(warning));
}

/// Whether the last measure is the bytes, which nobody asked for and no log has.
auto lacks_optional_bytes(wanted_measures const& measures, reading const& done) -> bool {
    return measures.has_optional_bytes() && lacks(done, flowlog::field_id::bytes);
}

/// The job of a partial result.
auto job_of(top_options const& options, std::vector<flowlog::group_key> const& keys,
            wanted_measures const& measures) -> std::vector<std::string> {
    auto job = job_of("top", options.reading);
    if (merging().active) return job;
    if (!keys.empty()) job.push_back("--by=" + names_of(keys));
    auto const by_default = options.measures.named.empty() && measures.all.size() == 2;
    for (auto& option : by_default ? std::vector<std::string>{} : options_of(measures.all))
        job.push_back(std::move(option));
    if (options.in_out) job.emplace_back("--in-out");
    return job;
}

/// Reads the logs, and ranks their groups.
void rank(top_report& report, std::vector<flowlog::group_key> const& keys,
          wanted_measures const& measures, flowlog::rank_order const& order,
          flowlog::input_list const& logs, top_options const& options) {
    auto malformed = limited_messages{"more malformed line"};
    auto empty = flowlog::group_by(keys, measures.all);
    set_hash_key(empty, options.reading);
    auto notes = field_notes{};
    auto counted = count_logs(logs, empty, notes.noting(options.reading),
                              [&](std::string line) { malformed.keep(std::move(line)); });
    notes.add_to(counted.done);
    report_reading(report, malformed, std::move(counted.done));
    if (is_partial(options.reading))
        return void(report.partial_code =
                        write_partial(options.reading, job_of(options, keys, measures),
                                      counted.value, report.done));
    report.found = counted.value.rank(limit_of(options), order);
    // without keys there is one row, even of no flow
    if (keys.empty() && report.found.groups.empty() && order.wanted.empty())
        report.found.groups.push_back({{}, report.found.total});
    if (lacks_optional_bytes(measures, report.done)) drop_last_measure(report);
}

/// Reads the logs, and ranks their groups by what came in and went out.
void rank_in_out(top_report& report, std::vector<flowlog::group_key> const& keys,
                 wanted_measures const& measures, flowlog::rank_order const& order,
                 flowlog::input_list const& logs, top_options const& options) {
    auto malformed = limited_messages{"more malformed line"};
    auto sides = std::vector<picked_grouping>{};
    for (auto const& ends : {flowlog::keys_of_destination(keys), flowlog::keys_of_source(keys)}) {
        auto groups = flowlog::group_by(ends, measures.all);
        set_hash_key(groups, options.reading);
        sides.emplace_back(flowlog::filter{}, std::move(groups));
    }
    auto notes = field_notes{};
    auto counted =
        count_groupings(logs, flowlog::grouping_set{sides}, notes.noting(options.reading),
                        [&](std::string line) { malformed.keep(std::move(line)); });
    notes.add_to(counted.done);
    report_reading(report, malformed, std::move(counted.done));
    if (is_partial(options.reading))
        return void(report.partial_code =
                        write_partial(options.reading, job_of(options, keys, measures),
                                      counted.value, report.done));
    report.headings = flowlog::headings_in_out(report.headings);
    auto& both = counted.value.flows();
    both.finish();
    report.found = flowlog::rank_in_out(both.at(0), both.at(1), limit_of(options), order,
                                        std::thread::hardware_concurrency());
    if (!lacks_optional_bytes(measures, report.done)) return;
    drop_last_measure(report);
    drop_last_measure(report);
}

/// Throws `usage_error` if flows have no two ends, or what ranks cannot be added up.
void require_in_out(std::vector<flowlog::group_key> const& keys, wanted_measures const& measures) {
    if (measures.by_key)
        throw usage_error{"--in-out ranks by a measure: it does not go with a key in --sort"};
    if (std::ranges::none_of(keys, [](auto const& key) { return key.other.has_value(); }))
        throw usage_error{
            "--in-out needs a key of both ends: ip, port, ip/24, label(ip) or "
            "class(ip)"};
    auto const& by = measures.all[measures.by];
    if (by.kind != flowlog::measure_kind::flows && by.kind != flowlog::measure_kind::sum)
        throw usage_error{"--in-out ranks by what came in and went out together, which " +
                          by.name() + " is not the sum of; --sort bytes chooses another measure"};
}

auto run_top(top_options const& options) -> int {
    require_one_stdin(options.reading, {});
    if (options.human && options.format) throw usage_error{"--human is for the table alone"};
    if (options.in_out) refuse_reverse(options.reading, "--in-out");
    auto const tables = key_tables{options.reading.tables};
    auto const keys =
        tables.parse(options.by, "--by", [&options] { return unknown_columns(options.reading); });
    auto order =
        flowlog::rank_order{.ascending = options.ascending, .wanted = parse_having(options)};
    auto const measures = parse_measures(options.measures, keys, order.wanted);
    order.by = measures.by;
    order.by_key = measures.by_key;
    if (options.in_out) require_in_out(keys, measures);
    auto const logs = find_logs(options.reading);

    auto report = top_report{
        .headings = flowlog::headings_of(keys, measures.all, order.by_key ? 0 : order.by)};
    report.headings.human = options.human;
    report.headings.shares = !keys.empty();
    report.ranked_by = (order.by_key ? report.headings.keys : report.headings.measures)[order.by];
    report.warnings = warnings_about(logs, tables.warnings());
    warn_of_all(report.warnings);
    options.in_out ? rank_in_out(report, keys, measures, order, logs, options)
                   : rank(report, keys, measures, order, logs, options);
    if (is_partial(options.reading)) return report.partial_code;
    auto const& found = report.found;
    for (auto const& caveat : caveats(found.saturated, found.estimated, found.rounded)) {
        warn(caveat);
        report.warnings.push_back(caveat);
    }
    if (!report.done.nothing_read() || options.format == flowlog::row_format::json)
        options.format ? print_rows(report, *options.format)
                       : print_table(report, options.reading.quiet);
    return report.done.exit_code(options.reading);
}

constexpr auto top_examples =
    "Keys: any field; ip, port (of both ends); pair, service, date, duration, tag (--lookup);\n"
    "      srcaddr/24, srcaddr/24/48; start:5m (s, m, h, d); class(srcaddr);\n"
    "      label(srcaddr) (--map)\n"
    "\n"
    "Examples:\n"
    "  flowlog top vpc.log --by srcaddr,dstaddr --sum bytes -n 20\n"
    "      prints who sends most to whom\n"
    "  flowlog top logs --by start:5m --where 'action = REJECT' --all --csv\n"
    "      prints the rejected flows over time\n"
    "  flowlog top vpc.log --by ip --in-out --sum bytes\n"
    "      prints what came in and went out of each address\n"
    "  flowlog top vpc.log --by srcaddr --distinct dstport --having 'distinct(dstport) > 100'\n"
    "      prints who tries many ports\n"
    "  flowlog top vpc.log --flows --avg duration --percentile bytes:50,bytes:95\n"
    "      prints one row of figures of all flows\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

void add_result_options(CLI::App& app, top_options& options) {
    add_option(app, "-n", options.limit);
    add_flag(app, "--all", options.all);
    add_option(app, "--sort", options.measures.sort);
    add_flag(app, "--ascending", options.ascending);
    add_option(app, "--having", options.having);
    add_flag(app, "--in-out", options.in_out);
    add_row_formats(app, options.format);
    add_flag(app, "--human", options.human);
}

}  // namespace

auto set_up_top(CLI::App& top) -> action {
    auto options = std::make_shared<top_options>();
    top.footer(top_examples);
    add_list_option(top, "--by", options->by);
    add_key_options(top, options->reading.tables);
    add_reading_options(top, options->reading);
    add_measure_options(top, options->measures);
    add_partial_options(top, options->reading);
    add_result_options(top, *options);
    return [options] { return run_top(*options); };
}

}  // namespace cli
