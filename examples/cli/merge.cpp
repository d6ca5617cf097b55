// SPDX-License-Identifier: BSL-1.0
// flowlog merge: makes one result of partial results.
#include <algorithm>
#include <array>
#include <cstddef>
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

#include "commands.hpp"
#include "option_table.hpp"
#include "partial.hpp"
#include "settings.hpp"
#include "stores.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

/// The commands whose partial results can be merged.
struct mergeable {
    std::string_view name;
    auto (*set_up)(CLI::App&) -> action;
};
constexpr auto mergeable_commands = std::to_array<mergeable>({{"tag", set_up_tag},
                                                              {"top", set_up_top},
                                                              {"digest", set_up_digest},
                                                              {"connections", set_up_connections},
                                                              {"graph", set_up_graph},
                                                              {"report", set_up_report},
                                                              {"diff", set_up_diff}});

/// Sets the options of object stores, which partial results may be in.
void use_store_options(std::vector<std::string> words) {
    auto settings = store_settings{};
    auto app = CLI::App{"", "tag"};  // which has them, as all have
    app.set_help_flag();
    app.allow_extras();
    add_store_options(app, settings);
    std::ranges::reverse(words);  // as CLI11 wants them
    try {
        app.parse(words);
    } catch (CLI::ParseError const& failure) {
        throw usage_error{flowlog::escaped(failure.what())};
    }
    use_store_settings(settings);
}

/// The job of a partial result: of the first that a word names.
auto job_in(std::string const& word) -> std::vector<std::string> {
    auto const found = find_partials({word});
    if (found.files.empty()) throw flowlog::error{found.missing.front()};
    auto in = flowlog::open_state(found.files.front());
    if (in.begin()) return in.job();
    throw empty_partial(in.name());
}

/// Whether a word is an option of some command, and the word after it its value.
auto takes_value(std::string const& word) -> bool {
    if (!word.starts_with("-") || word == "-") return false;
    auto const is_it = [&](option_info const* option) {
        auto const names = "," + std::string{option->names} + ",";
        return option->kind != value_kind::flag && names.find("," + word + ",") != names.npos;
    };
    return std::ranges::any_of(mergeable_commands, [&](mergeable const& one) {
        return std::ranges::any_of(options_of(one.name), is_it);
    });
}

/// The words that name partial results.
auto names_in(std::vector<std::string> const& words) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto const is_option = words[i].starts_with("-") && words[i] != "-";
        if (!is_option && (i == 0 || !takes_value(words[i - 1]))) result.push_back(words[i]);
    }
    if (result.empty())
        throw usage_error{"no partial result is given: a file that --partial has written"};
    return result;
}

/// The job of the first partial result. If there is none, prints why each word names none.
auto find_job(std::vector<std::string> const& names) -> std::optional<std::vector<std::string>> {
    auto failures = std::vector<flowlog::error>{};
    for (auto const& name : names) {
        try {
            return job_in(name);
        } catch (flowlog::error const& failure) {
            failures.push_back(failure);
        }
    }
    auto messages = limited_messages{"more error", complain};
    for (auto const& failure : failures) messages.say(describe(failure));
    messages.finish();
    return std::nullopt;
}

void refuse_counting(std::vector<std::string> const& words, std::string const& command) {
    for (auto const& word : words) {
        auto const name = std::string_view{word}.substr(0, word.find('='));
        if (decides_counting(name, command))
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
    use_store_options(words);
    auto const job = find_job(names_in(words));
    if (!job) return exit_code::failed;
    if (job->empty()) throw usage_error{"a partial result without a job cannot be merged here"};
    auto const* const known =
        std::ranges::find(mergeable_commands, std::string_view{job->front()}, &mergeable::name);
    if (known == mergeable_commands.end())
        throw usage_error{"a partial result of " + flowlog::escaped(job->front(), 40) +
                          " cannot be merged by this program"};
    refuse_counting(words, job->front());
    merging().active = true;
    merging().job = *job;

    auto command = CLI::App{"", job->front()};
    auto const act = known->set_up(command);
    add_general_options(command);
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
    apply_defaults(command);
    return act();
}

constexpr auto merge_examples =
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
    merge.footer(merge_examples);
    merge.prefix_command();
    return [&merge] { return run_merge(merge.remaining()); };
}

}  // namespace cli
