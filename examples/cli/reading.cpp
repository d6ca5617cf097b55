// SPDX-License-Identifier: BSL-1.0
#include "reading.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <string_view>
#include <tuple>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include <flowlog/escape.hpp>
#include <flowlog/grammar/filter_options.hpp>
#include <flowlog/output/accounting.hpp>
#include <flowlog/source/read_text.hpp>
#include <flowlog/source/scheme.hpp>

#include "choice.hpp"
#include "clock.hpp"
#include "columns.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "settings.hpp"
#include "terminal.hpp"

namespace cli {

void add_reading_options(CLI::App& app, reading_options& options) {
    add_option(app, "LOG", options.logs);
    add_option(app, "--logs-from", options.logs_from);
    add_option(app, "--where", options.where);
    add_option(app, "--where-file", options.where_file);
    add_object_options(app, options.objects);
    add_zone_option(app);
    add_option_function(app, "--format", [&options](std::string const& given) {
        options.format = format_called(given);
    });
    add_choice(app, "--two-way", options.two_way,
               {{"split", flowlog::two_way::split}, {"reverse", flowlog::two_way::reverse}});
    add_option(app, "--threads", options.threads);
    add_flag(app, "--no-wrap-repair", options.keep_wraps);
    add_flag(app, "--keep-going", options.keep_going);
    add_flag(app, "--quiet", options.quiet);
    add_flag(app, "--strict", options.strict);
    add_store_options(app, options.stores);
}

auto reading::failures() const -> std::size_t {
    return static_cast<std::size_t>(
        std::ranges::count_if(inputs, [](auto const& input) { return input.failure.has_value(); }));
}

auto reading::nothing_read() const -> bool {
    return unnamed == 0 && std::ranges::all_of(inputs, [](auto const& input) {
               return input.failure.has_value() && input.stats.records == 0;
           });
}

void reading::add_missing(flowlog::input_list const& logs) {
    for (auto const& missing : logs.missing)
        inputs.push_back({.name = missing.where().source, .failure = missing});
}

void reading::note_matched(std::uint64_t flows, reading_options const& options) {
    if (merging().active) return;  // the partial results have it
    auto const wanted = wanted_flows(options);
    if (!wanted) return;
    matched = flows;
    wanted_by = filter_options(options);
    names_status = tests_status(*wanted);
}

auto reading::status_warning() const -> std::optional<std::string> {
    if (!names_status || matched != 0U || stats.nodata + stats.skipdata == 0) return std::nullopt;
    return "no flow has such a log-status; NODATA and SKIPDATA lines are not flows, and are not "
           "counted here: 'flowlog print --where ...' prints them";
}

auto reading::empty_warning() const -> std::optional<std::string> {
    auto names = std::vector<std::string>{};
    for (auto const& input : inputs) {
        // of a Parquet file that no filter can want, nothing is read
        if (input.stats.bytes == 0 && input.stats.lines() == 0 && !input.failure)
            names.push_back(input.name);
    }
    return warning_of_empty(names);
}

void reading::report_trouble() const {
    auto messages = limited_messages{"more error", complain};
    for (auto const& input : inputs) {
        if (input.failure) messages.say(describe(*input.failure));
    }
    messages.finish();
    if (auto const warning = empty_warning()) warn(*warning);
    if (auto const warning = skipdata_warning(stats)) warn(*warning);
    if (auto const warning = status_warning()) warn(*warning);
}

auto reading::exit_code(reading_options const& options) const -> int {
    if (failures() != 0 && (!options.keep_going || nothing_read())) return exit_code::failed;
    auto const bad = stats.malformed != 0 || stats.skipdata != 0;
    if (!options.strict || !bad) return exit_code::done;
    auto const malformed = count_text(stats.malformed, "line") + " malformed";
    auto const skipdata = count_text(stats.skipdata, "SKIPDATA line");
    complain("--strict: " + (stats.skipdata == 0    ? malformed
                             : stats.malformed == 0 ? skipdata
                                                    : malformed + ", and " + skipdata));
    return exit_code::bad_lines;
}

auto reading::accounting() const -> std::string {
    auto text = flowlog::accounting_text(stats) + '\n';
    if (matched) {
        text += fmt::format("{} of {} are wanted by {}\n", number_text(*matched),
                            count_text(stats.records, "record"), wanted_by);
    }
    auto const bytes = static_cast<double>(stats.bytes);
    text += fmt::format("{} of {} in {}", bytes_text(bytes), count_text(input_count(), "input"),
                        duration_text(seconds));
    if (seconds > 0) text += fmt::format(", {}/s", bytes_text(bytes / seconds));
    text += '\n';
    if (failures() != 0) text += "INCOMPLETE: " + missing_text() + '\n';
    return text;
}

auto reading::missing_text() const -> std::string {
    return fmt::format("{} of {} could not be read to the end", failures(),
                       count_text(input_count(), "input"));
}

void reading::write_members(flowlog::json_writer& json) const {
    if (matched) json.member("matched", *matched);
    json.member("incomplete", failures() != 0).key("total").begin_object();
    flowlog::write_members(json, stats);
    json.end_object().key("inputs").begin_array();
    for (auto const& input : inputs) {
        json.begin_object().member("name", input.name);
        flowlog::write_members(json, input.stats);
        json.key("error");
        input.failure ? json.value(input.failure->what()) : json.null();
        json.end_object();
    }
    json.end_array();
    if (unnamed != 0) json.member("unnamed_inputs", unnamed);
    json.member("seconds", seconds);
}

auto malformed_writer::handler() -> flowlog::malformed_handler {
    return [this](flowlog::malformed_line const& line) {
        if (failure_) return;
        try {
            write_(line);
        } catch (flowlog::error const& failure) {
            failure_ = failure;
        }
    };
}

void malformed_writer::finish() const {
    if (failure_) throw flowlog::error{*failure_};
}

namespace {

/// Whether a log can be read only once, and has bytes without somebody who types them.
auto is_pipe(std::string const& name) -> bool {
    struct ::stat status{};
    if (name == "-") return ::fstat(0, &status) == 0 && !S_ISCHR(status.st_mode);
    return flowlog::scheme_of(name).empty() && ::stat(name.c_str(), &status) == 0 &&
           (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/// The input; one that can be read only once is always the same.
auto kept_input(flowlog::input from, reading_options const& options) -> flowlog::input {
    auto const name = from.name();
    if (!is_pipe(name)) return from;
    auto const pipe = options.pipes->find(name);
    if (pipe != options.pipes->end()) return pipe->second;
    return options.pipes->emplace(name, flowlog::peekable_input::of(std::move(from))).first->second;
}

void require_logs(reading_options const& options) {
    if (options.logs.empty() && options.logs_from.empty()) throw usage_error{"no LOG is given"};
    require_one_stdin(options, {});
}

}  // namespace

auto find_logs(reading_options const& options) -> flowlog::input_list {
    require_logs(options);
    static_cast<void>(wanted_flows(options));  // finds the lists, which are no logs
    auto result = list_logs(options);
    if (options.objects.verbose && !merging().active) print_error(options.listed->summary + '\n');
    return result;
}

auto list_logs(reading_options const& options) -> flowlog::input_list {
    require_logs(options);
    use_store_settings(options.stores);
    if (merging().active) return find_partials(options.logs);
    auto objects = options.objects;
    objects.no_logs = {options.tables.lookup, options.tables.map, options.where_file,
                       options.logs_from};
    std::ranges::copy(options.other_files, std::back_inserter(objects.no_logs));
    std::ranges::copy(*options.lists, std::back_inserter(objects.no_logs));
    auto question = objects.no_logs;
    question.push_back(options.logs_from);
    std::ranges::copy(options.logs, std::back_inserter(question));
    auto& last = *options.listed;
    if (last.question == question) return last.logs;
    auto found = find_objects(options.logs, objects, options.logs_from);
    last = {.question = std::move(question), .logs = {}, .summary = found.summary()};
    last.logs.missing = std::move(found.missing);
    for (auto& log : found.logs)
        last.logs.files.push_back(kept_input(std::move(log.input), options));
    return last.logs;
}

void require_one_stdin(reading_options const& options,
                       std::initializer_list<std::string> other_files) {
    auto files = std::vector<std::string>{other_files};
    files.insert(files.end(), {options.where_file, options.tables.lookup, options.tables.map,
                               options.logs_from});
    auto const count = [](std::vector<std::string> const& words) {
        return std::ranges::count_if(words, is_standard_input);
    };
    if (count(options.logs) + count(files) > 1)
        throw usage_error{"only one input can be standard input"};
}

auto files_read(flowlog::input_list const& logs, reading_options const& options,
                std::initializer_list<std::string> other_files) -> std::vector<std::string> {
    auto result = std::vector<std::string>{other_files};
    for (auto const& file :
         {options.where_file, options.tables.lookup, options.tables.map, options.logs_from})
        result.push_back(file);
    static_cast<void>(wanted_flows(options));  // finds the lists
    result.insert(result.end(), options.lists->begin(), options.lists->end());
    for (auto const& input : logs.files) result.push_back(input.name());
    return result;
}

auto warnings_of(std::vector<flowlog::table_warning> const& kept, std::size_t count)
    -> std::vector<std::string> {
    auto warnings = std::vector<std::string>{};
    for (auto const& [where, message] : kept) warnings.push_back(describe(where, message));
    auto const more = count - kept.size();
    if (more != 0) warnings.push_back(fmt::format("... and {} more like these", number_text(more)));
    return warnings;
}

namespace {

/// A log, by what does not depend on the name it is given: the number of its file.
struct same_log {
    std::string file{};
    std::string name{};
    bool once = false;  ///< a pipe, which can be read only once
};

auto identified(std::string name) -> same_log {
    auto result = same_log{.file = name, .name = std::move(name)};
    struct ::stat status{};
    auto const known =
        is_standard_input(result.name)
            ? ::fstat(0, &status) == 0
            : flowlog::scheme_of(result.name).empty() && ::stat(result.name.c_str(), &status) == 0;
    if (!known || S_ISCHR(status.st_mode)) return result;
    result.file = fmt::format("/{}/{}", status.st_dev, status.st_ino);
    result.once = S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
    return result;
}

/// The warning that two names are one log.
auto same_log_warning(same_log const& a, same_log const& b) -> std::string {
    auto const names = flowlog::escaped(a.name) + " and " + flowlog::escaped(b.name);
    if (a.once)
        throw usage_error{a.name == b.name
                              ? flowlog::escaped(a.name) + " is a pipe, and can be read only once"
                              : names + " are one pipe, which can be read only once"};
    return a.name == b.name
               ? flowlog::escaped(a.name) + " is given more than once, and is counted each time"
               : names + " are the same file, which is counted each time";
}

}  // namespace

auto warnings_about(flowlog::input_list const& logs, std::vector<std::string> warnings)
    -> std::vector<std::string> {
    if (merging().active) return warnings;
    auto all = std::vector<same_log>{};
    for (auto const& log : logs.files) all.push_back(identified(log.name()));
    std::ranges::sort(all, {}, [](auto const& log) { return std::tie(log.file, log.name); });
    auto found = std::vector<std::string>{};
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].file != all[i - 1].file) continue;
        auto warning = same_log_warning(all[i - 1], all[i]);
        if (found.empty() || found.back() != warning) found.push_back(std::move(warning));
    }
    std::ranges::sort(found);
    std::ranges::move(found, std::back_inserter(warnings));
    return warnings;
}

auto is_standard_input(std::string_view word) -> bool {
    return word == "-" || word == "/dev/stdin" || word == "/dev/fd/0" || word == "/proc/self/fd/0";
}

auto warning_of_empty(std::vector<std::string> names) -> std::optional<std::string> {
    constexpr std::size_t max_names = 5;
    std::erase_if(names, [](std::string const& name) {
        return is_standard_input(name) || name == "/dev/null";
    });
    if (names.empty()) return std::nullopt;
    auto text = std::string{};
    for (auto const& name : names | std::views::take(max_names))
        text += (text.empty() ? "" : ", ") + flowlog::escaped(name);
    if (names.size() > max_names)
        text += fmt::format(" and {} more", number_text(names.size() - max_names));
    return count_text(names.size(), "input") +
           (names.size() == 1 ? " is empty: " : " are empty: ") + text;
}

auto skipdata_warning(flowlog::statistics const& stats) -> std::optional<std::string> {
    if (stats.skipdata == 0) return std::nullopt;
    return "the data is incomplete: AWS lost records of " + count_text(stats.skipdata, "window") +
           " (SKIPDATA)";
}

namespace {

/// The filter of an expression, which errors call `source`. Lists in it are read from files, but
/// not from standard input if a log is.
auto read_filter(std::string const& expression, std::string const& source,
                 reading_options const& options) -> flowlog::filter {
    auto const labels = options.tables.labels();
    options.tables.note_filter(expression);
    auto how = flowlog::filter_options{};
    how.now = now();
    how.source = source;
    if (zone().name() != "UTC") how.zone = std::make_shared<flowlog::time_zone const>(zone());
    how.has_column = [&](std::string_view name) {
        auto const names = unknown_columns(options);
        return std::ranges::find(names, name) != names.end();
    };
    how.tags = options.tables.tags();
    how.labels = labels.get();
    how.read_list = [&](std::string const& name) {
        require_one_stdin(options, {name});
        options.lists->push_back(name);
        auto text = read_counting_file(name);
        options.tables.note_filter(text);
        return text;
    };
    return parse_filter(expression, how);
}

}  // namespace

auto wanted_flows(reading_options const& options) -> std::optional<flowlog::filter> {
    auto& wanted = *options.filter;
    if (wanted || merging().active) return wanted;
    auto const add = [&](flowlog::filter const& more) { wanted = wanted ? *wanted && more : more; };
    if (!options.where.empty()) add(read_filter(options.where, "filter", options));
    if (auto const& file = options.where_file; !file.empty())
        add(read_filter(read_counting_file(file), file, options));
    if (auto const in_range = flows_in_range(options.objects)) add(*in_range);
    // --strict is about all lines
    if (wanted && options.strict) wanted = wanted->without_bounds();
    return wanted;
}

auto tests_status(flowlog::filter const& wanted) -> bool {
    auto const uses = wanted.uses();
    return std::ranges::find(uses, flowlog::field_id::log_status, &flowlog::field_use::id) !=
           uses.end();
}

auto filter_options(reading_options const& options) -> std::string {
    auto names = std::vector<std::string>{};
    if (!options.where.empty()) names.emplace_back("--where");
    if (!options.where_file.empty()) names.emplace_back("--where-file");
    if (!options.objects.since.empty()) names.emplace_back("--since");
    if (!options.objects.until.empty()) names.emplace_back("--until");
    return joined(names);
}

auto open_options_of(reading_options const& options, flowlog::malformed_handler on_malformed)
    -> flowlog::open_options {
    auto how = flowlog::open_options{.on_malformed = std::move(on_malformed),
                                     .overlap = true,
                                     .all_lines = options.all_lines,
                                     .repair_wraps = !options.keep_wraps,
                                     .two_way = options.two_way};
    if (!options.format.empty()) how.format = parse_format(options.format);
    return how;
}

auto open_log(flowlog::input const& from, reading_options const& options,
              flowlog::malformed_handler on_malformed) -> flowlog::log {
    return flowlog::open(from, open_options_of(options, std::move(on_malformed)));
}

auto run_options_of(reading_options const& options, flowlog::malformed_handler on_malformed)
    -> flowlog::run_options {
    auto how = flowlog::run_options{.threads = options.threads,
                                    .on_malformed = std::move(on_malformed),
                                    .check_empty = options.check_empty,
                                    .repair_wraps = !options.keep_wraps,
                                    .two_way = options.two_way,
                                    .keep_going = true,
                                    .all_lines = options.all_lines,
                                    .on_open =
                                        [then = options.on_open](flowlog::log& log) {
                                            warn_of_unread(log);
                                            if (then) then(log);
                                        },
                                    .on_read = options.on_read};
    if (!options.format.empty()) how.format = parse_format(options.format);
    return how;
}

}  // namespace cli
