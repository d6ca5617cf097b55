// SPDX-License-Identifier: BSL-1.0
// flowlog digest: makes a short flow log out of long ones.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/digest.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/escape.hpp>

#include "choice.hpp"
#include "clock.hpp"
#include "columns.hpp"
#include "commands.hpp"
#include "groupings.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "record_file.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::ephemeral_rule;
using flowlog::record_format;

struct digest_command {
    reading_options reading{};
    std::string by{};
    ephemeral_rule ephemeral = ephemeral_rule::min_port;
    bool global_bounds = false;
    std::string output = "-";
    std::string to{};
    row_format format{};
    bool force = false;
};

auto rules() -> std::vector<std::pair<std::string, ephemeral_rule>> const& {
    static auto const all = std::vector<std::pair<std::string, ephemeral_rule>>{
        {"min-port", ephemeral_rule::min_port},
        {"syn", ephemeral_rule::syn},
        {"direction", ephemeral_rule::direction},
        {"known", ephemeral_rule::known}};
    return all;
}

auto parse_keys(std::string const& list) -> std::vector<flowlog::group_key> {
    auto result = std::vector<flowlog::group_key>{};
    for (auto const word : split(list)) {
        if (word == "tag" || word.starts_with("label("))
            throw usage_error{"--by: a flow log has no column for " + flowlog::escaped(word, 60)};
        result.push_back(
            flowlog::parse_group_key(word, {.zone = zone().name() == "UTC" ? nullptr : &zone()}));
    }
    if (result.empty() && !list.empty()) throw usage_error{"--by names no key"};
    return result;
}

/// The format of the output: as an option or the name of the output says, else a flow log.
auto format_of(digest_command const& options) -> file_format {
    auto const to_stdout = options.output == "-";
    if (options.format) {
        if (!options.to.empty() || !to_stdout)
            throw usage_error{
                "--csv, --tsv, --json and --ndjson are for standard output; a file has "
                "the format of its name, or --to"};
        switch (*options.format) {
            case flowlog::row_format::csv: return {.text = record_format::csv};
            case flowlog::row_format::tsv: return {.text = record_format::tsv};
            case flowlog::row_format::json: return {.text = record_format::json};
            case flowlog::row_format::ndjson: return {.text = record_format::ndjson};
        }
    }
    auto const is_device =
        options.output.starts_with("/dev/") || options.output.starts_with("/proc/");
    if ((to_stdout || is_device) && options.to.empty()) return {.text = record_format::vpc};
    auto format = file_format_of(options.output, options.to);
    if (to_stdout && format.is_parquet() && is_terminal(stdout))
        throw usage_error{"a binary file is not written to a terminal"};
    return format;
}

/// How many lines were written, and how many the format cannot hold.
struct written_lines {
    std::uint64_t written = 0;
    std::uint64_t refused = 0;
};

auto write_lines(flowlog::digest const& made, reading const& done, digest_command const& options,
                 file_format const& format) -> written_lines {
    auto shown = columns{};
    for (auto const id : made.columns()) shown.emplace_back(id);
    auto files = outputs{options.force};
    auto file = record_file{options.output, format, shown, {}, files.open(options.output)};
    auto refused = std::uint64_t{0};
    made.visit_lines(
        [&](flowlog::digest_line const& line) { refused += file.write(line) ? 1U : 0U; });
    file.finish(done.failures() != 0 ? done.missing_text() : "");
    files.commit();
    return {file.rows(), refused};
}

/// Names the lines whose sums do not fit; false if there are any.
auto all_fit(flowlog::digest const& made) -> bool {
    auto messages = limited_messages{"more line that is not written", complain};
    auto const groups = made.saturated_groups();
    for (auto const& group : groups) {
        auto text = std::string{};
        for (std::size_t i = 0; i < group.key.size(); ++i)
            text += ' ' + made.keys()[i].name + '=' +
                    flowlog::escaped(flowlog::to_text(group.key[i]), 80);
        messages.say(
            "a line is not written, because its packets or bytes do not fit into 64 bits:" + text);
    }
    messages.finish();
    return groups.empty();
}

void warn_of(flowlog::digest const& made, reading const& done) {
    if (made.untimed() != 0)
        warn(count_text(made.untimed(), "flow") +
             " without start or end: counted, but not in the times of the lines");
    if (done.failures() != 0) warn("the digest is incomplete: " + done.missing_text());
}

/// The job of a partial result.
auto job_of(digest_command const& options, flowlog::digest const& empty)
    -> std::vector<std::string> {
    auto job = job_of("digest", options.reading);
    if (merging().active) return job;
    if (!options.by.empty()) job.push_back("--by=" + names_of(empty.keys()));
    for (auto const& [word, rule] : rules())
        if (rule == options.ephemeral && rule != ephemeral_rule::min_port)
            job.push_back("--ephemeral=" + word);
    if (options.global_bounds) job.emplace_back("--global-bounds");
    return job;
}

auto run_digest(digest_command const& options) -> int {
    auto const format = format_of(options);
    refuse_reverse(options.reading, "digest");
    auto const empty = flowlog::digest{{.by = parse_keys(options.by),
                                        .ephemeral = options.ephemeral,
                                        .global_bounds = options.global_bounds}};
    auto const logs = find_logs(options.reading);
    keep_apart(options.output, files_read(logs, options.reading));
    warn_of_all(warnings_about(logs));
    auto malformed = limited_messages{"more malformed line"};
    auto const [made, done] = count_logs(
        logs, empty, options.reading, [&](std::string line) { malformed.keep(std::move(line)); });
    malformed.finish();
    done.report_trouble();
    if (is_partial(options.reading))
        return write_partial(options.reading, job_of(options, empty), made, done);
    if (auto const code = done.exit_code(options.reading); code == exit_code::failed) {
        complain(
            "nothing is written: a digest of some of the inputs would pass for one of all "
            "(--keep-going writes it)");
        return code;
    }
    warn_of(made, done);
    auto const lines = write_lines(made, done, options, format);
    if (!options.reading.quiet)
        print_error(done.accounting() + count_text(done.flows(), "flow") + " in " +
                    count_text(lines.written, "line") + '\n');
    if (lines.refused != 0)
        complain(count_text(lines.refused, "line") +
                 " not written: a number of more than 63 bits does not fit into this format");
    return all_fit(made) && lines.refused == 0 ? done.exit_code(options.reading)
                                               : exit_code::failed;
}

constexpr auto digest_examples =
    "Flows that differ only in the client's port and in time become one line: packets and bytes "
    "are\n"
    "added up, TCP flags are OR-ed, start is the first start and end the last end. The ephemeral\n"
    "port becomes 0. The result is a flow log again, and may be digested again.\n"
    "\n"
    "--ephemeral: min-port   the larger of the two ports\n"
    "             syn        the source port of flows with SYN and without ACK (tcp-flags)\n"
    "             direction  the remote port: of the source if flow-direction is ingress\n"
    "             known      the port that is not below 1024 nor a well-known service's\n"
    "Where a rule cannot decide, min-port does. Ports beside a 0 are kept.\n"
    "\n"
    "Examples:\n"
    "  flowlog digest 'logs/*.log.gz' -o day.log.gz\n"
    "      writes a day's logs as one short log\n"
    "  flowlog digest vpc.log --by srcaddr/24,dstaddr/24,dstport,action,start:1h --csv\n"
    "      prints who talked to what in each hour, by networks\n"
    "  flowlog digest nfcapd.2021 --ephemeral syn | flowlog top - --by service --sum bytes\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, an "
    "input\n"
    "or output that could not be used, or a line whose sums do not fit into 64 bits.\n";

}  // namespace

auto set_up_digest(CLI::App& digest) -> action {
    auto options = std::make_shared<digest_command>();
    digest.footer(digest_examples);
    add_reading_options(digest, options->reading);
    add_key_options(digest, options->reading.tables);
    add_list_option(digest, "--by", options->by);
    add_choice(digest, "--ephemeral", options->ephemeral, rules());
    add_partial_options(digest, options->reading);
    add_flag(digest, "--global-bounds", options->global_bounds);
    add_option(digest, "--output", options->output);
    add_option(digest, "--to", options->to);
    add_flag(digest, "--force", options->force);
    add_row_formats(digest, options->format);
    return [options] { return run_digest(*options); };
}

}  // namespace cli
