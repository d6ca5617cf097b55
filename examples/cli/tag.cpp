// SPDX-License-Identifier: BSL-1.0
// flowlog tag: counts the flows of logs per tag, and per port and protocol.
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include <flowlog/aggregate/tags.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "output_file.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "tag_report.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

struct tag_options {
    reading_options reading{};
    std::string lookup{};
    std::string protocols{};
    std::string out = ".";
    bool out_given = false;
    std::array<std::string, tag_output::count> paths{};
    flowlog::port_key key = flowlog::port_key::dstport;
    flowlog::tag_table_options table{};
    std::string untagged_label = "Untagged";
    bool strict = false;
    row_format format = row_format::people;
    bool force = false;
};

using output_files = std::array<output_file, tag_output::count>;

/// Without arguments: the names that the folder's own log and table have by custom.
void use_default_names(tag_options& options) {
    constexpr auto log = "flow_logs.txt";
    constexpr auto lookup = "lookup_table.csv";
    auto ignored = std::error_code{};
    if (options.reading.logs.empty() && options.lookup.empty() && fs::exists(log, ignored) &&
        fs::exists(lookup, ignored)) {
        options.reading.logs = {log};
        options.lookup = lookup;
    }
    if (options.reading.logs.empty()) throw usage_error{"no LOG is given"};
    if (options.lookup.empty()) throw usage_error{"no table of tags is given: --lookup FILE"};
    auto const on_stdin = std::ranges::count(options.reading.logs, "-") +
                          (options.lookup == "-" ? 1 : 0) + (options.protocols == "-" ? 1 : 0);
    if (on_stdin > 1) throw usage_error{"only one input can be standard input"};
}

/// Gives the outputs that were not named their places: in the folder, or, where the counts are
/// printed, nowhere unless a folder was named.
void place_outputs(tag_options& options) {
    auto const printed = options.format != row_format::people;
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

/// What tells whether two names are of the same file.
auto identity(std::string const& path) -> std::optional<std::pair<::dev_t, ::ino_t>> {
    struct ::stat status{};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return std::pair{status.st_dev, status.st_ino};
}

/// Where a file is or will be.
auto place(std::string const& path) -> fs::path {
    auto ignored = std::error_code{};
    return fs::weakly_canonical(fs::absolute(path), ignored);
}

/// Throws where a result would replace an input, or another result.
void keep_apart(tag_options const& options, std::vector<std::string> inputs) {
    inputs.push_back(options.lookup);
    inputs.push_back(options.protocols);
    auto places = std::vector<fs::path>{};
    for (auto const& path : options.paths) {
        auto ignored = std::error_code{};
        if (path == "-" || path == "none" || fs::is_character_file(path, ignored)) continue;
        auto here = place(path);
        if (std::ranges::find(places, here) != places.end())
            throw usage_error{"two results go to " + flowlog::escaped(path)};
        places.push_back(std::move(here));
        auto const output = identity(path);
        if (!output) continue;
        for (auto const& input : inputs) {
            if (identity(input) != output) continue;
            throw usage_error{"the result " + flowlog::escaped(path) + " would replace the input " +
                              flowlog::escaped(input)};
        }
    }
}

auto open_outputs(tag_options const& options) -> output_files {
    auto failed = std::error_code{};
    auto const in_folder = [&](std::string const& path) {
        return fs::path{path}.parent_path() == fs::path{options.out};
    };
    if (std::ranges::any_of(options.paths, in_folder)) fs::create_directories(options.out, failed);
    if (failed) {
        throw flowlog::error{flowlog::errc::write_failed,
                             {options.out},
                             "cannot make the folder: " + failed.message()};
    }
    auto files = output_files{};
    for (std::size_t i = 0; i < files.size(); ++i)
        files[i] = output_file{options.paths[i], tag_outputs[i].heading, options.force};
    return files;
}

/// Writes malformed lines as they are found. That its file cannot be written is no failure of the
/// input that is being read: it is kept, and thrown by `finish`.
class malformed_log {
public:
    explicit malformed_log(output_file& file) : file_{&file} {
        if (file) file.write(tag_outputs[tag_output::malformed].heading);
    }

    [[nodiscard]] auto handler() -> flowlog::malformed_handler {
        if (!*file_) return {};
        return [this](flowlog::malformed_line const& line) { add(line); };
    }

    void finish() const {
        if (failure_) throw flowlog::error{*failure_};
    }

private:
    void add(flowlog::malformed_line const& line) {
        if (failure_) return;
        try {
            file_->write(describe(line) + '\n');
        } catch (flowlog::error const& failure) {
            failure_ = failure;
        }
    }

    output_file* file_;
    std::optional<flowlog::error> failure_;
};

template <flowlog::port_key Key>
void count(tag_options const& options, flowlog::input_list const& logs,
           flowlog::tag_table const& table, flowlog::malformed_handler on_malformed,
           tag_report& report) {
    auto counted = read_logs(logs, flowlog::basic_port_protocol_counter<Key>{}, options.reading,
                             std::move(on_malformed));
    report.ports = counted.value.counts();
    report.totals = flowlog::tag_counts(report.ports, table);
    report.done = std::move(counted.done);
}

void count(tag_options const& options, flowlog::input_list const& logs,
           flowlog::tag_table const& table, flowlog::malformed_handler on_malformed,
           tag_report& report) {
    using flowlog::port_key;
    switch (options.key) {
        case port_key::dstport:
            return count<port_key::dstport>(options, logs, table, std::move(on_malformed), report);
        case port_key::srcport:
            return count<port_key::srcport>(options, logs, table, std::move(on_malformed), report);
        case port_key::service:
            return count<port_key::service>(options, logs, table, std::move(on_malformed), report);
    }
}

void take_warnings(flowlog::tag_table const& table, tag_report& report) {
    for (auto const& [where, message] : table.warnings())
        report.warnings.push_back(describe(where, message));
    auto const more = table.warning_count() - table.warnings().size();
    if (more != 0)
        report.warnings.push_back(fmt::format("... and {} more like these", grouped(more)));
    for (flowlog::tag_id tag = 0; tag < table.tag_count(); ++tag) {
        if (table.name(tag) != report.untagged_label) continue;
        report.warnings.push_back("the table has a tag '" +
                                  flowlog::escaped(report.untagged_label) +
                                  "', as flows without a tag are called; see --untagged-label");
    }
}

void print_warnings(std::vector<std::string> const& warnings) {
    constexpr std::size_t shown = 20;
    for (std::size_t i = 0; i < std::min(warnings.size(), shown); ++i) warn(warnings[i]);
    if (warnings.size() > shown)
        warn(fmt::format("... and {} more", grouped(warnings.size() - shown)));
}

void print_summary(tag_report const& report, output_files const& files) {
    auto places = std::string{};
    auto printed = false;
    for (auto const& file : files) {
        if (!file) continue;
        if (file.is_stdout()) {
            printed = true;
        } else {
            places += "  " + flowlog::escaped(file.path()) + '\n';
        }
    }
    auto* const stream = printed ? stderr : stdout;
    auto text = summary_text(report, stream);
    if (!places.empty()) text += "\nResults:\n" + places;
    if (printed) {
        std::fwrite(text.data(), 1, text.size(), stderr);
    } else {
        print(text);
    }
}

auto run_tag(tag_options options) -> int {
    use_default_names(options);
    place_outputs(options);
    auto report = tag_report{};
    report.untagged_label = options.untagged_label;
    if (!options.protocols.empty())
        report.protocols = flowlog::protocol_table::load(options.protocols);
    options.table.protocols = &report.protocols;
    auto const table = flowlog::tag_table::load(options.lookup, options.table);
    auto const logs = find_logs(options.reading);
    take_warnings(table, report);
    for (auto& repeated : repeated_inputs(logs.files))
        report.warnings.push_back(std::move(repeated));
    print_warnings(report.warnings);

    keep_apart(options, names_of(logs.files));
    auto files = logs.files.empty() ? output_files{} : open_outputs(options);
    auto malformed = malformed_log{files[tag_output::malformed]};
    count(options, logs, table, malformed.handler(), report);
    report_trouble(report.done);
    malformed.finish();
    auto const& stats = report.done.stats;
    if (stats.skipdata != 0) report.warnings.push_back(skipdata_warning(stats.skipdata));

    if (!report.done.nothing_read()) {
        write_files(report, files);
        auto pointers = std::array<output_file*, tag_output::count>{};
        for (std::size_t i = 0; i < files.size(); ++i) pointers[i] = &files[i];
        commit_all(pointers);
        if (options.format == row_format::people) {
            if (!options.reading.quiet) print_summary(report, files);
        } else if (options.format != row_format::json) {
            print_tags(report, options.format);
        }
    }
    if (options.format == row_format::json) print(json_text(report));
    flush_output();
    if (report.done.incomplete()) return exit_code::failed;
    auto const bad = stats.malformed != 0 || stats.skipdata != 0;
    return options.strict && bad ? exit_code::bad_lines : exit_code::done;
}

constexpr auto examples =
    "Examples:\n"
    "  flowlog tag flow_logs.txt --lookup lookup_table.csv\n"
    "      counts the flows of one log per tag; the results are in the current folder\n"
    "  zcat *.log.gz | flowlog tag - --lookup tags.csv --json | jq '.tags'\n"
    "      reads standard input and prints one JSON document\n"
    "\n"
    "Exit codes: 0 done; 1 done, but --strict and lines were malformed or lost;\n"
    "            2 usage, or an input or output that could not be used.\n";

}  // namespace

auto set_up_tag(CLI::App& tag) -> action {
    auto options = std::make_shared<tag_options>();
    tag.footer(examples);
    tag.add_option("--lookup", options->lookup, "Table of tags: dstport,protocol,tag")
        ->type_name("FILE");
    tag.add_option("--protocols", options->protocols,
                   "Names of protocols, as IANA's protocol-numbers-1.csv")
        ->type_name("FILE");
    add_choice(tag, "--key", options->key, "Port that is looked up (default: dstport)",
               {{"dstport", flowlog::port_key::dstport},
                {"srcport", flowlog::port_key::srcport},
                {"service", flowlog::port_key::service}});
    add_choice(tag, "--duplicates", options->table.duplicates,
               "Which of several equal rows counts (default: last)",
               {{"last", flowlog::duplicates::last},
                {"first", flowlog::duplicates::first},
                {"all", flowlog::duplicates::all},
                {"error", flowlog::duplicates::error}});
    tag.add_flag("--fold-tags", options->table.fold_tags, "Tags that differ only in case are one");
    tag.add_flag("--lenient", options->table.lenient, "Skip bad rows of the table, with a warning");
    tag.add_option("--untagged-label", options->untagged_label,
                   "What flows without a tag are called (default: Untagged)")
        ->type_name("TEXT");
    tag.add_flag("--strict", options->strict, "Exit with 1 if lines are malformed or SKIPDATA");
    add_reading_options(tag, options->reading);
    constexpr auto results = "Results (each FILE may be - for standard output, or none)";
    tag.add_option("--out", options->out, "Folder of the results (default: the current one)")
        ->type_name("DIR")
        ->group(results)
        ->each([given = &options->out_given](std::string const&) { *given = true; });
    for (std::size_t i = 0; i < tag_outputs.size(); ++i) {
        auto const& kind = tag_outputs[i];
        tag.add_option(kind.option, options->paths[i],
                       fmt::format("{} (DIR/{})", kind.meaning, kind.file))
            ->type_name("FILE")
            ->group(results);
    }
    tag.add_flag("--force", options->force, "Replace existing files, whatever they hold")
        ->group(results);
    add_row_formats(tag, options->format, "tag",
                    "Printed instead (files only if --out or FILE is given)");
    return [options] { return run_tag(*options); };
}

}  // namespace cli
