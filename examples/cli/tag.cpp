// SPDX-License-Identifier: BSL-1.0
// flowlog tag: counts the flows of logs per tag, and per port and protocol.
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/tags.hpp>
#include <flowlog/escape.hpp>

#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "tag_report.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct tag_options {
    reading_options reading{};
    std::string protocols{};
    std::string out = ".";
    bool out_given = false;
    std::array<std::string, tag_output::count> paths{};
    flowlog::port_key key = flowlog::port_key::dstport;
    flowlog::tag_table_options table{};
    std::string untagged_label = "Untagged";
    row_format format{};
    bool force = false;
};

/// Without arguments, takes the log and the table of the current folder if they have the usual
/// names.
void use_default_names(tag_options& options) {
    constexpr auto log = "flow_logs.txt";
    constexpr auto lookup = "lookup_table.csv";
    auto ignored = std::error_code{};
    if (options.reading.logs.empty() && options.reading.tables.lookup.empty() &&
        fs::exists(log, ignored) && fs::exists(lookup, ignored)) {
        options.reading.logs = {log};
        options.reading.tables.lookup = lookup;
    }
    if (options.reading.logs.empty() && options.reading.logs_from.empty())
        throw usage_error{"no LOG is given"};
    if (options.reading.tables.lookup.empty() && !is_partial(options.reading))
        throw usage_error{"no table of tags is given: --lookup FILE"};
    require_one_stdin(options.reading, {options.protocols});
}

/// Sets the paths of the outputs for which none was given: in the output folder, or, if the counts
/// are printed and no folder was given, none.
void set_paths(tag_options& options) {
    auto const printed = options.format.has_value();
    auto const wanted = !printed || options.out_given;
    for (std::size_t i = 0; i < options.paths.size(); ++i) {
        auto& path = options.paths[i];
        if (path.empty())
            path = wanted ? (fs::path{options.out} / tag_outputs[i].file).string() : "none";
        if (path == "-" && printed)
            throw usage_error{"the output format and " + std::string{tag_outputs[i].option} +
                              " - both want standard output"};
    }
}

/// Throws if a result would replace an input or another result.
void keep_results_apart(tag_options const& options, std::vector<std::string> const& inputs) {
    auto taken = std::vector<fs::path>{};
    for (auto const& path : options.paths) {
        auto ignored = std::error_code{};
        if (path == "-" || path == "none" || fs::is_character_file(path, ignored)) continue;
        auto target = fs::weakly_canonical(fs::absolute(path), ignored);
        if (ignored) target = fs::absolute(path).lexically_normal();
        if (std::ranges::find(taken, target) != taken.end())
            throw usage_error{"two results go to " + flowlog::escaped(path)};
        taken.push_back(std::move(target));
        keep_apart(path, inputs);
    }
}

auto open_outputs(tag_options const& options) -> output_files {
    auto failed = std::error_code{};
    auto const folder = (fs::path{options.out} / "file").lexically_normal().parent_path();
    auto const in_folder = [&](std::string const& path) {
        return fs::path{path}.lexically_normal().parent_path() == folder;
    };
    if (!folder.empty() && std::ranges::any_of(options.paths, in_folder))
        fs::create_directories(folder, failed);
    if (failed) {
        throw flowlog::error{flowlog::errc::write_failed,
                             {options.out},
                             "cannot make the folder: " + failed.message()};
    }
    auto files = output_files{};
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (options.paths[i] == "none") continue;
        files[i] = flowlog::result_file{options.paths[i], tag_outputs[i].heading, options.force};
    }
    return files;
}

auto port_keys() -> std::vector<std::pair<std::string, flowlog::port_key>> const& {
    static auto const all = std::vector<std::pair<std::string, flowlog::port_key>>{
        {"dstport", flowlog::port_key::dstport},
        {"srcport", flowlog::port_key::srcport},
        {"service", flowlog::port_key::service}};
    return all;
}

auto duplicate_rules() -> std::vector<std::pair<std::string, flowlog::duplicates>> const& {
    static auto const all = std::vector<std::pair<std::string, flowlog::duplicates>>{
        {"last", flowlog::duplicates::last},
        {"first", flowlog::duplicates::first},
        {"all", flowlog::duplicates::all},
        {"error", flowlog::duplicates::error}};
    return all;
}

/// The job of a partial result.
auto job_of(tag_options const& options) -> std::vector<std::string> {
    auto job = job_of("tag", options.reading);
    if (merging().active) return job;
    for (auto const& [word, key] : port_keys())
        if (key == options.key) job.push_back("--key=" + word);
    if (!options.reading.tables.uses_tags()) return job;
    // how the filter's table was read, as words that are no options: the one of the results is
    // read when they are made
    for (auto const& [word, rule] : duplicate_rules())
        if (rule == options.table.duplicates && rule != flowlog::duplicates::last)
            job.push_back("duplicates=" + word);
    if (options.table.fold_tags) job.emplace_back("fold-tags");
    if (options.table.lenient) job.emplace_back("lenient");
    add_file(job, "protocols", options.protocols);
    return job;
}

template <flowlog::port_key Key>
void count(tag_options const& options, flowlog::input_list const& logs,
           flowlog::tag_table const& table, text_handler const& on_malformed, tag_report& report) {
    auto counted = count_logs(logs, flowlog::basic_port_protocol_counter<Key>{}, options.reading,
                              on_malformed, all_lines);
    if (is_partial(options.reading)) {
        counted.done.report_trouble();
        report.partial_code =
            write_partial(options.reading, job_of(options), counted.value, counted.done);
        return;
    }
    report.ports = counted.value.counts();
    report.without_port = counted.value.without_port();
    report.totals = flowlog::tag_counts(report.ports, table, report.without_port);
    report.done = std::move(counted.done);
}

auto counter_of(flowlog::port_key key) {
    using flowlog::port_key;
    return key == port_key::dstport   ? count<port_key::dstport>
           : key == port_key::srcport ? count<port_key::srcport>
                                      : count<port_key::service>;
}

void warn_of_label(flowlog::tag_table const& table, tag_report& report) {
    for (flowlog::tag_id tag = 0; tag < table.tag_count(); ++tag) {
        if (table.name(tag) != report.untagged_label) continue;
        report.warnings.push_back("the table has a tag '" +
                                  flowlog::escaped(report.untagged_label) +
                                  "', which also labels flows without a tag; see --untagged-label");
    }
}

/// Writes the results; but where inputs failed, they replace complete results only on request.
/// Returns whether they were written.
auto write_results(tag_options const& options, tag_report const& report, output_files& files)
    -> bool {
    write_files(report, files);
    auto const complete = std::ranges::find_if(files, &flowlog::result_file::replaces_complete);
    auto const may_replace = options.force || options.reading.keep_going;
    if (report.done.failures() != 0 && complete != files.end() && !may_replace) {
        complain(flowlog::escaped(complete->path()) +
                 " is complete and stays, and no result is written: " + report.done.missing_text() +
                 "; --keep-going replaces it, --out DIR writes elsewhere");
        return false;
    }
    commit_all(files);
    return true;
}

void print_summary(tag_report const& report, output_files const& files, bool written) {
    auto paths = std::string{};
    auto const printed = std::ranges::any_of(files, &flowlog::result_file::is_stdout);
    for (auto const& file : files) {
        if (file && !file.is_stdout()) paths += "  " + flowlog::escaped(file.path()) + '\n';
    }
    auto text = summary_text(report, printed ? stderr : stdout);
    if (written && !paths.empty()) text += "\nResults:\n" + paths;
    printed ? print_error(text) : print(text);
}

/// Sets how the table of tags is read. `protocols` must outlive it.
void set_table_options(tag_options& options, flowlog::protocol_table& protocols) {
    if (auto const& file = options.protocols; !file.empty())
        protocols = flowlog::protocol_table::parse(
            read_counting_file(file, flowlog::errc::invalid_table), file);
    options.table.protocols = &protocols;
    options.reading.tables.how = options.table;
}

/// Counts for a partial result, which needs a table of tags for its filter alone.
auto count_part(tag_options options) -> int {
    auto protocols = flowlog::protocol_table{};
    set_table_options(options, protocols);
    auto const logs = find_logs(options.reading);
    warn_of_all(warnings_about(logs));
    auto warnings = limited_messages{"more malformed line"};
    auto report = tag_report{};
    counter_of(options.key)(
        options, logs, {}, [&](std::string line) { warnings.keep(std::move(line)); }, report);
    warnings.finish();
    return report.partial_code;
}

auto run_tag(tag_options options) -> int {
    use_default_names(options);
    options.reading.other_files = {options.protocols};
    if (is_partial(options.reading)) return count_part(std::move(options));
    set_paths(options);
    auto report = tag_report{};
    report.untagged_label = options.untagged_label;
    set_table_options(options, report.protocols);
    auto const& table = *options.reading.tables.tags();
    auto const logs = find_logs(options.reading);
    report.warnings = warnings_about(logs, warnings_of(table.warnings(), table.warning_count()));
    warn_of_label(table, report);
    warn_of_all(report.warnings);

    keep_results_apart(options, files_read(logs, options.reading, {options.protocols}));
    auto files = logs.files.empty() ? output_files{} : open_outputs(options);
    auto& malformed_file = files[tag_output::malformed];
    malformed_file.write(tag_outputs[tag_output::malformed].heading);
    auto warnings = limited_messages{"more malformed line"};
    auto failed = std::optional<flowlog::error>{};  // to write, which is no failure of an input
    auto const take_malformed = [&](std::string line) {
        if (!malformed_file) return warnings.keep(std::move(line));
        try {
            if (!failed) malformed_file.write(line + '\n');
        } catch (flowlog::error const& failure) {
            failed = failure;
        }
    };
    counter_of(options.key)(options, logs, table, take_malformed, report);
    report.done.report_trouble();
    warnings.finish();
    if (failed) throw flowlog::error{*failed};
    if (auto warning = skipdata_warning(report.done.stats))
        report.warnings.push_back(*std::move(warning));

    if (!report.done.nothing_read()) {
        auto const written = write_results(options, report, files);
        if (!options.format && !options.reading.quiet) print_summary(report, files, written);
    }
    if (options.format == flowlog::row_format::json)
        print(json_text(report));
    else if (options.format && !report.done.nothing_read())
        print_tags(report, *options.format);
    flush_output();
    return report.done.exit_code(options.reading);
}

constexpr auto tag_examples =
    "Examples:\n"
    "  flowlog tag flow_logs.txt --lookup lookup_table.csv\n"
    "      counts the flows of a log per tag; writes the results to the current folder\n"
    "  zcat *.log.gz | flowlog tag - --lookup tags.csv --json | jq '.tags'\n"
    "      reads standard input and prints one JSON document\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input or output that could not be used.\n";

}  // namespace

auto set_up_tag(CLI::App& tag) -> action {
    auto options = std::make_shared<tag_options>();
    tag.footer(tag_examples);
    add_key_options(tag, options->reading.tables);
    add_option(tag, "--protocols", options->protocols);
    add_choice(tag, "--key", options->key, port_keys());
    add_partial_options(tag, options->reading);
    add_choice(tag, "--duplicates", options->table.duplicates, duplicate_rules());
    add_flag(tag, "--fold-tags", options->table.fold_tags);
    add_flag(tag, "--lenient", options->table.lenient);
    add_option(tag, "--untagged-label", options->untagged_label);
    add_reading_options(tag, options->reading);
    add_option_function(tag, "--out", [options = options.get()](std::string const& folder) {
        options->out = folder;
        options->out_given = true;
    });
    for (std::size_t i = 0; i < tag_outputs.size(); ++i)
        add_option(tag, tag_outputs[i].option, options->paths[i]);
    add_flag(tag, "--force", options->force);
    add_row_formats(tag, options->format);
    return [options] { return run_tag(*options); };
}

}  // namespace cli
