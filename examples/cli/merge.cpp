// SPDX-License-Identifier: BSL-1.0
// flowlog merge: makes one result of partial results.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/aggregate/state_reader.hpp>
#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "partial.hpp"

namespace cli {
namespace {

/// The commands whose partial results can be merged.
struct mergeable {
    std::string_view name;
    auto (*set_up)(CLI::App&) -> action;
};
constexpr auto commands = std::to_array<mergeable>({{"tag", set_up_tag},
                                                    {"top", set_up_top},
                                                    {"digest", set_up_digest},
                                                    {"connections", set_up_connections},
                                                    {"graph", set_up_graph},
                                                    {"report", set_up_report},
                                                    {"diff", set_up_diff}});

/// Options that say what is counted, or of what: partial results have counted already.
constexpr auto counting = std::to_array<std::string_view>(
    {"--by",        "--where",     "--where-file",  "--since",         "--until",
     "--account",   "--region",    "--flow-log-id", "--two-way",       "--no-wrap-repair",
     "--tz",        "--flows",     "--first",       "--last",          "--sum",
     "--avg",       "--min",       "--max",         "--rate",          "--or",
     "--distinct",  "--ratio",     "--percentile",  "--in-out",        "--split",
     "--ephemeral", "--key",       "--hash-key",    "--global-bounds", "--map",
     "--raw",       "--logs-from", "--window"});

/// The job of the first partial result among words; none if there is no partial result.
auto find_job(std::vector<std::string> const& words) -> std::optional<std::vector<std::string>> {
    for (auto const& word : words) {
        if (word.starts_with("-") && word != "-") continue;
        auto const files = find_partials({word}).files;
        if (files.empty()) continue;
        try {
            auto in = flowlog::open_state(files.front());
            if (in.begin()) return in.job();
        } catch (flowlog::error const& failure) {
            if (failure.code() != flowlog::errc::unknown_format) throw;
        }
    }
    return std::nullopt;
}

void refuse_counting(std::vector<std::string> const& words, std::string const& command) {
    for (auto const& word : words) {
        auto const name = std::string_view{word}.substr(0, word.find('='));
        auto const format = name == "--format" && command != "graph";
        if (format || std::ranges::find(counting, name) != counting.end())
            throw usage_error{std::string{name} +
                              " decides what is counted: give it to the command that writes the "
                              "partial results"};
    }
}

/// Throws `usage_error` for words that the command does not know.
[[noreturn]] void fail_on_extras(CLI::App const& command) {
    auto const extras = command.remaining();
    auto const word =
        extras.empty() ? std::string{} : extras.front().substr(0, extras.front().find('='));
    auto names = std::vector<std::string>{};
    for (auto const* option : command.get_options())
        for (auto const& name : option->get_lnames()) names.push_back("--" + name);
    throw usage_error{"the results of " + command.get_name() + " have no such option: " +
                      flowlog::escaped(word, 60) + flowlog::did_you_mean(word, names)};
}

auto run_merge(std::vector<std::string> words) -> int {
    auto const same = std::ranges::remove(words, "--same-names");
    merging().same_names = !same.empty();
    words.erase(same.begin(), same.end());
    auto const job = find_job(words);
    if (!job || job->empty())
        throw usage_error{"no partial result is given: a file that --partial has written"};
    auto const* const known =
        std::ranges::find(commands, std::string_view{job->front()}, &mergeable::name);
    if (known == commands.end())
        throw usage_error{"a partial result of " + flowlog::escaped(job->front(), 40) +
                          " cannot be merged by this program"};
    refuse_counting(words, job->front());
    merging().active = true;
    merging().job = *job;

    auto command = CLI::App{"", job->front()};
    auto const act = known->set_up(command);
    refuse_empty_values(command);
    auto arguments = std::vector<std::string>{};
    for (auto const& word : *job)
        if (word.starts_with("--")) arguments.push_back(word);
    arguments.insert(arguments.end(), words.begin(), words.end());
    std::ranges::reverse(arguments);  // as CLI11 wants them
    try {
        command.parse(arguments);
    } catch (CLI::ExtrasError const&) {
        fail_on_extras(command);
    } catch (CLI::Success const&) {
        throw;
    } catch (CLI::ParseError const& failure) {
        throw usage_error{flowlog::escaped(failure.what())};
    }
    return act();
}

constexpr auto examples =
    "Options are those of the command that wrote the partial results, as far as they concern its\n"
    "results: -n, --sort, --csv, --json, --output, --lookup (of tag), --keep-going, --threads, …\n"
    "With --partial FILE, several partial results become one.\n"
    "\n"
    "The order of partial results makes no difference. The result is what one run over all inputs\n"
    "gives; the inputs are in the order of their names. An input that is in two partial results "
    "is\n"
    "an error, unless --same-names says that they are different files with one name.\n"
    "\n"
    "Examples:\n"
    "  flowlog top 'logs/a*' --by srcaddr --sum bytes --partial a.part\n"
    "  flowlog top 'logs/b*' --by srcaddr --sum bytes --partial b.part\n"
    "  flowlog merge a.part b.part --csv -n 50\n"
    "      prints the 50 sources that sent most, of all logs\n"
    "  flowlog merge 's3://bucket/parts/*' --partial all.part\n"
    "\n"
    "Exit codes: those of the command; 2 also if a partial result is damaged, or of another job.\n";

}  // namespace

auto set_up_merge(CLI::App& merge) -> action {
    merge.footer(examples);
    merge.prefix_command();
    return [&merge] { return run_merge(merge.remaining()); };
}

}  // namespace cli
