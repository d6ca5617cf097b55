// SPDX-License-Identifier: BSL-1.0
// flowlog diff: compares two logs, or two times of one.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/diff.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/diff.hpp>
#include <flowlog/query/filter_tree.hpp>

#include "choice.hpp"
#include "columns.hpp"
#include "commands.hpp"
#include "groupings.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "measures.hpp"
#include "objects.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::change_kind;
using flowlog::field_id;

struct compare_options {
    reading_options reading{};
    std::string by = "srcaddr,dstaddr,dstport,protocol";
    std::string split{};
    measure_options measures{};
    double factor = 2;
    std::size_t limit = 20;
    bool all = false;
    bool exit_code = false;
    bool human = false;
    row_format format{};
};

/// Both sides, and what was read for them: once with --split, else each on its own.
struct sides {
    flowlog::dynamic_grouping before;
    flowlog::dynamic_grouping after;
    std::vector<reading> done{};
    std::optional<counted_groupings>
        split{};  // with --split and --partial: both, as they are saved
};

/// All that the command found out.
struct diff_report {
    flowlog::ranking_headings headings{};
    flowlog::grouping_diff found{};
    double factor = 2;
    std::vector<std::string> warnings{};
    std::vector<reading> done{};
};

void say(diff_report& report, std::string warning) {
    warn(warning);
    report.warnings.push_back(std::move(warning));
}

/// The flows that begin in a period.
auto starting_in(flowlog::timestamp first, flowlog::timestamp last) -> flowlog::filter {
    auto tree = flowlog::filter_tree{};
    tree.add(flowlog::filter_leaf{
        .subject = flowlog::filter_subject::time,
        .field = field_id::start,
        .numbers = {{flowlog::filter_number(first), flowlog::filter_number(last)}}});
    return flowlog::filter{std::move(tree)};
}

auto without_start() -> flowlog::filter {
    auto tree = flowlog::filter_tree{};
    tree.add(flowlog::filter_leaf{.subject = flowlog::filter_subject::time,
                                  .field = field_id::start,
                                  .question = flowlog::filter_question::absent});
    return flowlog::filter{std::move(tree)};
}

/// The options for one of the two logs.
auto options_for(compare_options const& options, std::size_t side) -> reading_options {
    auto result = options.reading;
    result.logs = {options.reading.logs[side]};
    return result;
}

/// Merges both sides of partial results.
auto merge_two(compare_options const& options, flowlog::dynamic_grouping const& empty,
               text_handler const& on_malformed) -> sides {
    auto parts = parts_of<flowlog::dynamic_grouping, flowlog::dynamic_grouping>{empty, empty};
    merge_partials(find_logs(options.reading), parts, options.reading);
    auto& before = parts.get<0>();
    auto& after = parts.get<1>();
    auto result = sides{std::move(before.first), std::move(after.first)};
    for (auto* const read : {&before.second, &after.second}) {
        replay(read->done, on_malformed);
        result.done.push_back(std::move(read->done));
    }
    return result;
}

/// Reads the log of each side.
auto read_two(compare_options const& options, flowlog::dynamic_grouping const& empty,
              limited_messages& malformed, diff_report& report) -> sides {
    auto const keep = [&](std::string line) { malformed.keep(std::move(line)); };
    if (merging().active) return merge_two(options, empty, keep);
    static_cast<void>(wanted_flows(options.reading));  // may name columns of either log
    auto const read = [&](std::size_t side) {
        auto const of_side = options_for(options, side);
        auto const logs = find_logs(of_side);
        for (auto& warning : warnings_about(logs)) say(report, std::move(warning));
        auto notes = field_notes{};
        auto counted = count_logs(logs, empty, notes.noting(of_side), keep);
        notes.add_to(counted.done);
        return counted;
    };
    auto before = read(0);
    auto after = read(1);
    auto result = sides{std::move(before.value), std::move(after.value)};
    result.done.push_back(std::move(before.done));
    result.done.push_back(std::move(after.done));
    return result;
}

/// Reads logs once, and divides their flows at a time.
auto read_split(compare_options const& options, flowlog::dynamic_grouping const& empty,
                limited_messages& malformed, diff_report& report) -> sides {
    using time = flowlog::timestamp;
    auto const at = first_moment("--split", options.split);
    if (at == time::min()) throw usage_error{"--split: nothing is before this time"};
    auto const logs = find_logs(options.reading);
    for (auto& warning : warnings_about(logs)) say(report, std::move(warning));
    auto const unknown = flowlog::group_by({}, {flowlog::measure{}});
    auto sides_of_time = std::vector<picked_grouping>{};
    sides_of_time.emplace_back(starting_in(time::min(), at - time::duration{1}), empty);
    sides_of_time.emplace_back(starting_in(at, time::max()), empty);
    sides_of_time.emplace_back(without_start(), unknown);
    auto notes = field_notes{};
    auto counted =
        count_groupings(logs, flowlog::grouping_set{sides_of_time}, notes.noting(options.reading),
                        [&](std::string line) { malformed.keep(std::move(line)); });
    notes.add_to(counted.done);
    auto& parts = counted.value.flows();
    if (auto const flows = std::get<std::uint64_t>(parts.at(2).totals().front()); flows != 0)
        say(report, count_text(flows, "flow") +
                        " without a start time: neither before nor after the time of --split");
    for (auto const& [part, side] : {std::pair{0U, "before"}, {1U, "after"}}) {
        auto const none = parts.at(part).size() == 0 && !counted.done.nothing_read();
        if (none && !is_partial(options.reading))
            say(report, fmt::format("no flow begins {} {}", side, flowlog::to_text(at)));
    }
    auto result = sides{empty, empty};
    result.done.push_back(std::move(counted.done));
    if (is_partial(options.reading)) {
        result.split = std::move(counted.value);
        return result;
    }
    parts.finish();
    result.before = std::move(parts).at(0);
    result.after = std::move(parts).at(1);
    return result;
}

/// Writes both sides as a partial result.
auto write_sides(compare_options const& options, sides const& both,
                 std::vector<flowlog::group_key> const& keys, wanted_measures const& measures)
    -> int {
    auto job = job_of("diff", options.reading);
    if (!merging().active) {
        job.push_back("--by=" + names_of(keys));
        if (!options.measures.named.empty() || measures.all.size() != 2)
            for (auto& option : options_of(measures.all)) job.push_back(std::move(option));
        if (!options.split.empty())
            job.push_back("--split=" + flowlog::to_text(first_moment("--split", options.split)));
    }
    if (both.split) return write_partial(options.reading, job, *both.split, both.done.front());
    auto const saved = [](auto const& groups) {
        return [&groups](flowlog::state_writer& out) { groups.save(out); };
    };
    return write_partial(options.reading, job,
                         {{saved(both.before), &both.done[0]}, {saved(both.after), &both.done[1]}});
}

void require_two_sides(compare_options const& options) {
    auto const& logs = options.reading.logs;
    auto const& list = options.reading.logs_from;
    if (logs.empty() && list.empty()) throw usage_error{"no LOG is given"};
    if (!options.split.empty() || merging().active) return;
    if (!list.empty())
        throw usage_error{
            "--logs-from does not say which of the two sides its logs are of: it goes with --split "
            "TIME"};
    if (logs.size() == 1)
        throw usage_error{
            "one LOG is given: give two to compare, or --split TIME to compare what "
            "is before a time with what is after it"};
    if (logs.size() > 2)
        throw usage_error{fmt::format(
            "{} LOGs are given, and two are compared: give a folder, or a pattern in quotes, for "
            "several files",
            logs.size())};
}

auto default_limit(compare_options const& options) -> std::size_t {
    return options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
}

auto is_zero(flowlog::group_cell const& cell) -> bool {
    return cell == flowlog::group_cell{std::uint64_t{0}};
}

/// Whether a side has flows, and no bytes that could be compared.
auto has_no_bytes(flowlog::dynamic_grouping const& side) -> bool {
    auto const totals = side.totals();
    return is_zero(totals.back()) && !is_zero(totals.front());
}

/// Removes the last measure.
void drop_last_measure(diff_report& report) {
    auto& found = report.found;
    for (auto& change : found.changes) {
        change.before.pop_back();
        change.after.pop_back();
    }
    for (auto* const total :
         {&found.kinds[0], &found.kinds[1], &found.kinds[2], &found.kinds[3], &found.all}) {
        total->before.pop_back();
        total->after.pop_back();
    }
    report.headings.measures.pop_back();
    report.headings.kinds.pop_back();
}

/// Compares the two sides.
void compare(diff_report& report, sides const& both, wanted_measures measures,
             compare_options const& options) {
    auto const threads = options.reading.threads != 0 ? options.reading.threads
                                                      : std::thread::hardware_concurrency();
    auto const drop =
        measures.has_optional_bytes() && std::ranges::any_of(report.done, [](auto const& done) {
            return lacks(done, field_id::bytes);
        });
    if (measures.has_optional_bytes() && options.measures.sort.empty())
        measures.by = drop || has_no_bytes(both.before) || has_no_bytes(both.after) ? 0 : 1;
    report.headings = flowlog::headings_of(both.before.keys(), measures.all, measures.by);
    report.headings.human = options.human;
    report.found = flowlog::diff(both.before, both.after,
                                 {.by = measures.by,
                                  .factor = options.factor,
                                  .limit = default_limit(options),
                                  .threads = threads});
    if (drop) drop_last_measure(report);
    auto const& found = report.found;
    for (auto& caveat : caveats(found.saturated, found.estimated, found.rounded))
        say(report, std::move(caveat));
}

/// Warns of what is lost, and of what that means for the comparison.
void report_trouble(diff_report& report) {
    constexpr auto sides = std::array{"the first log", "the second log"};
    for (std::size_t i = 0; i < report.done.size(); ++i) {
        auto const& done = report.done[i];
        done.report_trouble();
        if (auto warning = skipdata_warning(done.stats))
            report.warnings.push_back(*std::move(warning));
        if (done.failures() == 0) continue;
        say(report, std::string{report.done.size() == 1 ? "the log" : sides[i]} +
                        " is incomplete: what it lacks may look removed, added or changed");
    }
}

auto is_incomplete(diff_report const& report) -> bool {
    return std::ranges::any_of(report.done, [](auto const& done) { return done.failures() != 0; });
}

auto accounting(diff_report const& report) -> std::string {
    if (report.done.size() == 1) return report.done.front().accounting();
    return "before: " + report.done[0].accounting() + "after:  " + report.done[1].accounting();
}

/// How many groups of a kind are not listed.
auto left_out(flowlog::grouping_diff const& found, change_kind kind) -> std::size_t {
    auto const listed = std::ranges::count(found.changes, kind, &flowlog::group_change::kind);
    return found.of(kind).groups - static_cast<std::size_t>(listed);
}

void print_table(diff_report const& report, bool quiet) {
    auto const table = flowlog::diff_table(report.found, report.headings);
    auto text = style{stdout}.bold(table.heading()) + table.body();
    auto more = std::vector<std::string>{};
    for (auto const kind : {change_kind::added, change_kind::removed, change_kind::changed})
        if (auto const count = left_out(report.found, kind); count != 0)
            more.push_back(number_text(count) + ' ' + std::string{name(kind)});
    if (!more.empty()) text += "not listed: " + joined(more) + "; --all lists all\n";
    if (is_incomplete(report)) text += "INCOMPLETE: not all inputs could be read\n";
    print(quiet ? text : text + '\n' + accounting(report));
    flush_output();
}

void write_total(flowlog::json_writer& json, flowlog::ranking_headings const& headings,
                 flowlog::change_total const& total) {
    auto const write_values = [&](char const* side, auto const& values) {
        json.key(side).begin_object();
        for (std::size_t i = 0; i < values.size(); ++i)
            flowlog::write(json.key(headings.measures[i]), values[i]);
        json.end_object();
    };
    json.begin_object().member("groups", total.groups);
    write_values("before", total.before);
    write_values("after", total.after);
    json.end_object();
}

void write_reading(flowlog::json_writer& json, diff_report const& report) {
    if (report.done.size() == 1) return report.done.front().write_members(json);
    json.member("incomplete", is_incomplete(report));
    for (std::size_t i = 0; i < report.done.size(); ++i) {
        json.key(i == 0 ? "before" : "after").begin_object();
        report.done[i].write_members(json);
        json.end_object();
    }
}

void print_rows(diff_report const& report, flowlog::row_format format) {
    auto const& [headings, found, factor, warnings, done] = report;
    auto rows = row_printer{format, flowlog::diff_names(headings)};
    auto* const json = rows.json();
    if (json) {
        json->begin_object().member("differs", found.differs());
        write(json->key("by"), headings.keys);
        write(json->key("measures"), headings.measures);
        json->member("sort", headings.measures[headings.by]).member("factor", factor);
        json->key("changes").begin_array();
    }
    for (auto const& change : found.changes)
        rows.row(flowlog::diff_cells(change, headings, format));
    if (json) {
        json->end_array();
        for (auto const kind : {change_kind::added, change_kind::removed, change_kind::changed,
                                change_kind::unchanged})
            write_total(json->key(name(kind)), headings, found.of(kind));
        write_total(json->key("all"), headings, found.all);
        json->member("saturated", found.saturated).member("estimated", found.estimated);
        write(json->key("warnings"), warnings);
        write_reading(*json, report);
        json->end_object();
    }
    rows.finish();
}

auto exit_code_of(diff_report const& report, compare_options const& options) -> int {
    auto result = exit_code::done;
    for (auto const& done : report.done) result = std::max(result, done.exit_code(options.reading));
    if (result == exit_code::done && options.exit_code && report.found.differs())
        return exit_code::bad_lines;
    return result;
}

auto run_diff(compare_options const& options) -> int {
    require_two_sides(options);
    require_one_stdin(options.reading, {});
    if (options.human && options.format) throw usage_error{"--human is for the table alone"};
    auto const tables = key_tables{options.reading.tables};
    auto const keys =
        tables.parse(options.by, "--by", [&options] { return unknown_columns(options.reading); });
    if (keys.empty()) throw usage_error{"--by names no key"};
    auto const measures = parse_ranking_measures(options.measures, keys);
    auto empty = flowlog::group_by(keys, measures.all);
    set_hash_key(empty, options.reading);

    auto report = diff_report{.factor = options.factor};
    report.warnings = tables.warnings();
    warn_of_all(report.warnings);
    auto malformed = limited_messages{"more malformed line"};
    auto both = options.split.empty() ? read_two(options, empty, malformed, report)
                                      : read_split(options, empty, malformed, report);
    malformed.finish();
    report.done = both.done;
    report_trouble(report);
    if (is_partial(options.reading)) return write_sides(options, both, keys, measures);
    auto const nothing = std::ranges::any_of(report.done, &reading::nothing_read);
    if (!nothing || options.format == flowlog::row_format::json) {
        compare(report, both, measures, options);
        options.format ? print_rows(report, *options.format)
                       : print_table(report, options.reading.quiet);
    }
    return nothing ? exit_code::failed : exit_code_of(report, options);
}

constexpr auto diff_examples =
    "A and B are two LOGs: each a file, a folder, a pattern in quotes or a prefix of a store. "
    "With\n"
    "--split, the flows of all LOGs that begin before TIME are compared with the later ones.\n"
    "A group is added or removed if only one side has it, and has changed if its bytes (or "
    "--sort)\n"
    "grew or shrank by the --factor.\n"
    "\n"
    "Examples:\n"
    "  flowlog diff monday.log tuesday.log\n"
    "      prints who talks to whom now and did not before, and who has stopped\n"
    "  flowlog diff logs --split 2024-05-01T12:00Z --by srcaddr,service --factor 10\n"
    "      compares the flows before noon with those after it\n"
    "  flowlog diff baseline 's3://bucket/AWSLogs/**' --exit-code --ndjson --all\n"
    "      exits with 1 if something is new, gone or changed\n"
    "\n"
    "Exit codes: 0 done; 1 with --exit-code, the sides differ, or with --strict, lines are "
    "malformed\n"
    "or SKIPDATA; 2 wrong usage, or an input that could not be read to its end.\n";

void add_result_options(CLI::App& app, compare_options& options) {
    add_option(app, "--factor", options.factor);
    add_option(app, "--sort", options.measures.sort);
    add_option(app, "-n", options.limit);
    add_flag(app, "--all", options.all);
    add_flag(app, "--exit-code", options.exit_code);
    add_row_formats(app, options.format);
    add_flag(app, "--human", options.human);
}

}  // namespace

auto set_up_diff(CLI::App& diff) -> action {
    auto options = std::make_shared<compare_options>();
    diff.footer(diff_examples);
    add_list_option(diff, "--by", options->by);
    add_option(diff, "--split", options->split);
    add_key_options(diff, options->reading.tables);
    add_reading_options(diff, options->reading);
    add_measure_options(diff, options->measures);
    add_partial_options(diff, options->reading);
    add_result_options(diff, *options);
    return [options] { return run_diff(*options); };
}

}  // namespace cli
