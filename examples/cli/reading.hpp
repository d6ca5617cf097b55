// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_READING_HPP
#define FLOWLOG_CLI_READING_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/log.hpp>
#include <flowlog/lookup/table_warning.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/query/filter.hpp>
#include <flowlog/source/inputs.hpp>
#include <flowlog/source/peekable_input.hpp>

#include "keys.hpp"
#include "objects.hpp"
#include "progress.hpp"
#include "stores.hpp"

namespace CLI {
class App;
}

namespace cli {

/// The logs that were found last, and what was asked for.
struct listed_logs {
    std::vector<std::string> question{};
    flowlog::input_list logs{};
    std::string summary{};
};

/// The options of every command that reads logs.
struct reading_options {
    std::vector<std::string> logs{};
    std::string format{};
    std::string where{};
    std::string where_file{};
    key_options tables{};  ///< of the filter, and of the keys of a command that has keys
    object_options objects{};
    unsigned threads = 0;
    bool quiet = false;
    bool strict = false;
    bool keep_wraps = false;
    flowlog::two_way two_way = flowlog::two_way::split;
    bool keep_going = false;
    store_settings stores{};
    bool all_lines = false;       ///< NODATA and SKIPDATA lines are handed out, too
    std::string partial{};        ///< where a partial result is written; empty: nowhere
    bool unnamed_inputs = false;  ///< a partial result counts its inputs and does not name them
    std::string hash_key{};       ///< of --hash-key
    std::string logs_from{};      ///< a file with the names of more logs
    bool check_empty = false;     ///< NODATA and SKIPDATA lines must be well formed, too
    std::vector<std::string> other_files{};  ///< tables of the command itself, which are no logs
    std::function<void(flowlog::log&)> on_open{};  ///< as in `flowlog::run_options`
    std::function<void(flowlog::log&)> on_read{};  ///< as in `flowlog::run_options`

    /// The filter, once it was read: a file may be standard input. Copies share it.
    std::shared_ptr<std::optional<flowlog::filter>> filter =
        std::make_shared<std::optional<flowlog::filter>>();
    /// The files that the filter names: lists, and expressions that it includes.
    std::shared_ptr<std::vector<std::string>> lists = std::make_shared<std::vector<std::string>>();
    /// What `list_logs` found last, so that a store is not asked again.
    std::shared_ptr<listed_logs> listed = std::make_shared<listed_logs>();
    /// The logs that can be opened only once, by name: their columns may be asked for before.
    std::shared_ptr<std::map<std::string, flowlog::peekable_input>> pipes =
        std::make_shared<std::map<std::string, flowlog::peekable_input>>();
};

/// Adds LOG…, --where, --threads and the others that say what is read and how, as far as the
/// command has them.
void add_reading_options(CLI::App& app, reading_options& options);

/// A malformed line as text, and where it was.
struct malformed_note {
    std::string source{};
    std::uint64_t line = 0;
    std::uint64_t offset = 0;
    std::string text{};
};

/// What a command has read.
struct reading {
    std::vector<flowlog::input_report> inputs{};  ///< including those that are missing
    std::uint64_t unnamed = 0;            ///< more inputs, of which partial results say no names
    flowlog::statistics unnamed_stats{};  ///< of those; also in `stats`
    flowlog::statistics stats{};
    std::optional<std::uint64_t> matched{};  ///< how many records the filter wanted
    std::string wanted_by{};                 ///< the options that make up the filter
    bool names_status = false;               ///< the filter tests the log-status
    double seconds = 0;
    std::vector<malformed_note> bad_lines{};  ///< for partial results, and from them
    /// The fields that any of the logs has, if the command needs to know: none if it does not, or
    /// if no log has a line.
    std::set<flowlog::field_id> fields{};
    bool fields_sure = true;  ///< else some of them are fields that records may have

    /// How many inputs there are.
    [[nodiscard]] auto input_count() const -> std::uint64_t { return inputs.size() + unnamed; }
    /// How many records were counted.
    [[nodiscard]] auto flows() const -> std::uint64_t { return matched.value_or(stats.records); }
    /// How many inputs were not read, or not to their end.
    [[nodiscard]] auto failures() const -> std::size_t;
    /// Whether all inputs failed before their first record.
    [[nodiscard]] auto nothing_read() const -> bool;

    /// Adds the arguments that name no input.
    void add_missing(flowlog::input_list const& logs);

    /// Notes how many flows the options wanted, if they are a filter.
    void note_matched(std::uint64_t flows, reading_options const& options);

    /// The warning that a filter matched no flow because it asked for lines that are none.
    [[nodiscard]] auto status_warning() const -> std::optional<std::string>;

    /// The warning that names inputs that are empty, if there are any.
    [[nodiscard]] auto empty_warning() const -> std::optional<std::string>;

    /// Names the inputs that failed and those that are empty, and warns of lost records, on
    /// standard error.
    void report_trouble() const;

    /// What the program exits with after its results are printed.
    [[nodiscard]] auto exit_code(reading_options const& options) const -> int;

    /// The accounting: how many lines of each kind, how much was read, and how long it took.
    [[nodiscard]] auto accounting() const -> std::string;

    /// How many inputs could not be read to their end: `1 of 2 inputs could not be read to the
    /// end`.
    [[nodiscard]] auto missing_text() const -> std::string;

    /// Writes the accounting as members of a JSON object: `matched` (with a filter), `incomplete`,
    /// `total`, `inputs` and `seconds`.
    void write_members(flowlog::json_writer& json) const;
};

/// Passes malformed lines to a function that writes them. That a line cannot be written is not a
/// failure of the input being read, so the error is kept until `finish`.
class malformed_writer {
public:
    explicit malformed_writer(flowlog::malformed_handler write) : write_{std::move(write)} {}

    /// The handler to read with. The writer must outlive it.
    [[nodiscard]] auto handler() -> flowlog::malformed_handler;

    /// Throws the first error that the function threw.
    void finish() const;

private:
    flowlog::malformed_handler write_;
    std::optional<flowlog::error> failure_;
};

/// The inputs that the arguments name. Of a folder or pattern, the tables and lists that the
/// options name are none. Throws `usage_error` if there are no arguments.
auto find_logs(reading_options const& options) -> flowlog::input_list;

/// The same, but does not read the filter: for what is asked while it is read. Prints no --verbose.
auto list_logs(reading_options const& options) -> flowlog::input_list;

/// Throws `usage_error` if more than one of the logs, the tables and these other files is standard
/// input.
void require_one_stdin(reading_options const& options,
                       std::initializer_list<std::string> other_files);

/// The names of all files that a command reads, which no output may replace: the logs, the tables,
/// the lists of its filter, and these other files. `-` is standard input.
auto files_read(flowlog::input_list const& logs, reading_options const& options,
                std::initializer_list<std::string> other_files = {}) -> std::vector<std::string>;

/// The warnings of a table as text, with how many more there are.
auto warnings_of(std::vector<flowlog::table_warning> const& kept, std::size_t count)
    -> std::vector<std::string>;

/// Warnings to give before reading: what the tables warn of, and inputs that are given more than
/// once, be it under different names.
auto warnings_about(flowlog::input_list const& logs, std::vector<std::string> of_tables = {})
    -> std::vector<std::string>;

/// Whether a word means standard input: `-`, or `/dev/stdin` and the like.
auto is_standard_input(std::string_view word) -> bool;

/// The warning that these inputs are empty, if there are any besides those that may be: standard
/// input and /dev/null.
auto warning_of_empty(std::vector<std::string> names) -> std::optional<std::string>;

/// The warning that SKIPDATA lines deserve, if there are any.
auto skipdata_warning(flowlog::statistics const& stats) -> std::optional<std::string>;

/// The filter of --where, --where-file, --since and --until, if one is given. Reads it when it is
/// first called.
auto wanted_flows(reading_options const& options) -> std::optional<flowlog::filter>;

/// Whether a filter tests the log-status, and so may ask for lines that are no flows.
auto tests_status(flowlog::filter const& wanted) -> bool;

/// The options that make up this filter: `--where, --since and --until`.
auto filter_options(reading_options const& options) -> std::string;
/// How one log is opened for reading in order.
auto open_options_of(reading_options const& options, flowlog::malformed_handler on_malformed)
    -> flowlog::open_options;

/// Opens one log for reading in order. Throws as `flowlog::open` does.
auto open_log(flowlog::input const& from, reading_options const& options,
              flowlog::malformed_handler on_malformed) -> flowlog::log;

/// How `read_logs` runs.
auto run_options_of(reading_options const& options, flowlog::malformed_handler on_malformed)
    -> flowlog::run_options;

/// An aggregator with the flows that were added to it, and what was read for it.
template <flowlog::aggregator A>
struct counted_logs {
    A value;
    reading done;
};

/// Adds all flows of the logs to an aggregator, while a bar shows the progress. An input that fails
/// is named in the result.
template <flowlog::aggregator A>
auto read_all(flowlog::input_list const& logs, A const& empty, reading_options const& options,
              flowlog::malformed_handler on_malformed, bool show_progress = true)
    -> counted_logs<A> {
    auto how = run_options_of(options, std::move(on_malformed));
    auto bar = progress_bar{show_progress && !options.quiet, logs.files};
    auto const files = bar.counted(logs.files);
    how.progress = bar.bytes();
    auto result = flowlog::run(files, empty, how);
    auto done =
        reading{.inputs = std::move(result.inputs), .stats = result.stats, .seconds = bar.stop()};
    done.add_missing(logs);
    return {std::move(result.value), std::move(done)};
}

/// The same for the flows that the options want.
template <flowlog::aggregator A>
auto read_logs(flowlog::input_list const& logs, A const& empty, reading_options const& options,
               flowlog::malformed_handler on_malformed, bool show_progress = true)
    -> counted_logs<A> {
    // a filter that wants all is not skipped, so that the runner is compiled once for each
    // aggregator
    auto counted =
        read_all(logs, flowlog::filtered{wanted_flows(options).value_or(flowlog::filter{}), empty},
                 options, std::move(on_malformed), show_progress);
    counted.done.note_matched(counted.value.matched(), options);
    return {std::move(counted.value).inner(), std::move(counted.done)};
}

}  // namespace cli

#endif
