// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_READING_HPP
#define FLOWLOG_CLI_READING_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/source/inputs.hpp>

#include "languages.hpp"
#include "progress.hpp"

namespace CLI {
class App;
}

namespace cli {

/// The options of every command that reads logs.
struct reading_options {
    std::vector<std::string> logs{};
    std::string format{};
    std::string where{};
    unsigned threads = 0;
    bool quiet = false;
    bool keep_wraps = false;
    bool check_empty = false;  ///< NODATA and SKIPDATA lines must be well formed, too
};

/// Adds LOG…, --where, --format, --threads, --no-wrap-repair and --quiet.
void add_reading_options(CLI::App& app, reading_options& options);

/// What a pass over logs came to, whatever was counted.
struct reading {
    std::vector<flowlog::input_report> inputs{};  ///< what is missing, too
    flowlog::statistics stats{};
    std::optional<std::uint64_t> matched{};  ///< how many records --where wanted
    double seconds = 0;

    /// How many records were counted.
    [[nodiscard]] auto flows() const -> std::uint64_t { return matched.value_or(stats.records); }
    /// Whether an input was not read, or not to its end.
    [[nodiscard]] auto incomplete() const -> bool;
    /// Whether no input was read at all.
    [[nodiscard]] auto nothing_read() const -> bool;
};

/// The files that the names stand for. Throws `usage_error` where there is no name.
auto find_logs(reading_options const& options) -> flowlog::input_list;

/// Names every input that failed, and warns of lost records, on standard error.
void report_trouble(reading const& done);

/// What is said of `lines` SKIPDATA lines.
auto skipdata_warning(std::uint64_t lines) -> std::string;

/// The accounting: what became of the lines, how much in how long.
auto accounting_text(reading const& done) -> std::string;

/// The members `matched` (with --where), `incomplete`, `total`, `inputs` and `seconds` of a JSON
/// object.
void write_accounting(flowlog::json_writer& json, reading const& done);

/// The names of inputs.
auto names_of(std::vector<flowlog::input> const& inputs) -> std::vector<std::string>;

/// A warning for each input that is given, and so counted, more than once.
auto repeated_inputs(std::vector<flowlog::input> const& inputs) -> std::vector<std::string>;

/// What was counted, and the reading of it.
template <flowlog::aggregator A>
struct counted_logs {
    A value;
    reading done;
};

/// Gives the flows of the logs to an aggregator, with a bar that shows how far that is. What is
/// wrong with an input stands in the result.
template <flowlog::aggregator A>
auto read_logs(flowlog::input_list const& logs, A const& empty, reading_options const& options,
               flowlog::malformed_handler on_malformed, bool show_progress = true)
    -> counted_logs<A> {
    auto wanted = std::optional<flowlog::filter>{};
    if (!options.where.empty()) wanted = parse_filter(options.where);
    auto how = flowlog::run_options{};
    auto const size = total_size(logs.files);
    how.threads = options.threads;
    if (!options.format.empty()) how.format = parse_format(options.format);
    how.on_malformed = std::move(on_malformed);
    how.check_empty = options.check_empty;
    how.keep_going = true;
    how.repair_wraps = !options.keep_wraps;
    auto bar = progress_bar{show_progress && !options.quiet, size};
    how.progress = bar.bytes();
    auto const begun = std::chrono::steady_clock::now();
    auto const finish = [&](auto&& result, A&& value,
                            std::optional<std::uint64_t> matched) -> counted_logs<A> {
        auto const ended = std::chrono::steady_clock::now();
        bar.stop();
        auto done = reading{.inputs = std::move(result.inputs),
                            .stats = result.stats,
                            .matched = matched,
                            .seconds = std::chrono::duration<double>{ended - begun}.count()};
        for (auto const& missing : logs.missing)
            done.inputs.push_back({.name = missing.where().source, .failure = missing});
        return {std::move(value), std::move(done)};
    };
    if (wanted) {
        auto result = flowlog::run(logs.files, flowlog::filtered{*wanted, empty}, how);
        auto const matched = result.value.matched();
        return finish(result, std::move(result.value).inner(), matched);
    }
    auto result = flowlog::run(logs.files, empty, how);
    return finish(result, std::move(result.value), std::nullopt);
}

}  // namespace cli

#endif
