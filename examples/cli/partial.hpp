// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_PARTIAL_HPP
#define FLOWLOG_CLI_PARTIAL_HPP

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/state_writer.hpp>
#include <flowlog/error.hpp>
#include <flowlog/source/inputs.hpp>

#include "partial_merge.hpp"
#include "reading.hpp"

namespace CLI {
class App;
}

// A command that counts can write what it has counted (--partial) instead of its results, and
// `flowlog merge` runs the command again with partial results in the place of logs. To add this to
// a command: call `add_partial_options`; read with `count_logs`; and, if `is_partial`, return
// `write_partial` with the words of `job_of` and the options of the command that decide what is
// counted. Then list it in merge.cpp.

namespace cli {

/// Adds --partial, and --hash-key if the command counts different values.
void add_partial_options(CLI::App& app, reading_options& options);

/// Whether a partial result is to be written.
auto is_partial(reading_options const& options) -> bool;

/// Sets the key of hashes, if one is given or the result is partial.
void set_hash_key(flowlog::dynamic_grouping& groups, reading_options const& options);

/// Reads a file that decides what is counted: a table, a filter or a list. Of standard input and
/// pipes, which are read once, the hash is kept for `job_of`.
auto read_counting_file(std::string const& name,
                        flowlog::errc too_long = flowlog::errc::invalid_argument) -> std::string;

/// Adds such a file to a job, as the hash of its content: a word that is no option.
void add_file(std::vector<std::string>& job, std::string const& what, std::string const& file);

/// The command, and the options of reading that decide what is counted. The command adds its own,
/// as `--by=srcaddr`. Merging, it is the job that is merged.
auto job_of(std::string command, reading_options const& options) -> std::vector<std::string>;

/// Measures as options: `--sum=bytes`.
auto options_of(std::vector<flowlog::measure> const& measures) -> std::vector<std::string>;

/// What is written as one part of a partial result: what was counted, and what was read for it.
struct saved_part {
    std::function<void(flowlog::state_writer&)> save;
    reading const* done;
};

/// Writes a partial result, and returns the exit code of the command.
auto write_partial(reading_options const& options, std::vector<std::string> const& job,
                   std::vector<saved_part> const& parts) -> int;

/// The same for one aggregator.
template <flowlog::saved_aggregator A>
auto write_partial(reading_options const& options, std::vector<std::string> const& job,
                   A const& counted, reading const& done) -> int {
    return write_partial(options, job,
                         {{[&](flowlog::state_writer& out) { counted.save(out); }, &done}});
}

/// Receives malformed lines as text.
using text_handler = std::function<void(std::string)>;

/// How many malformed lines a partial result has, if only the first are printed.
inline constexpr std::size_t few_lines = 20;
inline constexpr auto all_lines = std::numeric_limits<std::size_t>::max();

/// Hands malformed lines on as text, and keeps the first of them for a partial result. They are
/// ordered by the name of the input, then by line: so the first lines of a merged result are always
/// among those that its partial results have kept.
class malformed_notes {
public:
    malformed_notes(reading_options const& options, text_handler const& write,
                    std::size_t limit = few_lines);
    [[nodiscard]] auto handler() -> flowlog::malformed_handler;
    [[nodiscard]] auto take() -> std::vector<malformed_note> { return std::move(kept_); }

private:
    /// Keeps a line if it is among the first.
    void keep(malformed_note note);

    text_handler const& write_;
    std::size_t limit_;
    std::vector<malformed_note> kept_;
};

/// Hands on the malformed lines that partial results have, and leaves as many as a further partial
/// result is to have.
void replay(reading& done, text_handler const& write, std::size_t limit = few_lines);

/// Reads partial results that have one part.
template <flowlog::saved_aggregator A>
auto merge_logs(flowlog::input_list const& partials, A const& empty, reading_options const& options,
                text_handler const& on_malformed, std::size_t limit = few_lines)
    -> counted_logs<A> {
    auto parts = parts_of<A>{empty};
    merge_partials(partials, parts, options);
    auto& [counted, read] = parts.template get<0>();
    replay(read.done, on_malformed, limit);
    return {std::move(counted), std::move(read.done)};
}

/// Adds the flows of logs that the options want to an aggregator, as `read_logs`; or, merging, what
/// partial results have. `limit` is how many malformed lines a partial result is to have.
template <flowlog::saved_aggregator A>
auto count_logs(flowlog::input_list const& logs, A const& empty, reading_options const& options,
                text_handler const& on_malformed, std::size_t limit = few_lines)
    -> counted_logs<A> {
    if (merging().active) return merge_logs(logs, empty, options, on_malformed, limit);
    auto notes = malformed_notes{options, on_malformed, limit};
    auto counted = read_logs(logs, empty, options, notes.handler());
    counted.done.bad_lines = notes.take();
    return counted;
}

}  // namespace cli

#endif
