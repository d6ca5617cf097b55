// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <new>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <CLI/CLI.hpp>
#include <fcntl.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/result_file.hpp>
#include <flowlog/source/arrow_store.hpp>
#include <flowlog/source/scheme.hpp>

#include "commands.hpp"
#include "option_table.hpp"
#include "other_names.hpp"
#include "settings.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

constexpr auto all_commands = std::to_array<command_info>({
    {"overview", "LOG... [OPTION...]",
     "Print what is in logs, on one screen; 'flowlog LOG' does, too", set_up_overview},
    {"report", "[NAME[,NAME...]] [--html FILE] LOG... [OPTION...]",
     "Answer what many ask: talkers, rejects, ...; or make a page", set_up_report},
    {"tag", "LOG... --lookup FILE [OPTION...]", "Count flows per tag, and per port and protocol",
     set_up_tag},
    {"top", "LOG... [--by KEY,...] [OPTION...]", "Group flows, and rank the groups", set_up_top},
    {"digest", "LOG... [--by KEY,...] [--ephemeral RULE] [-o FILE] [OPTION...]",
     "Make a short flow log out of long ones", set_up_digest},
    {"connections", "LOG... [-n N | --all] [--sort MEASURE] [OPTION...]",
     "Join both directions of conversations", set_up_connections},
    {"graph", "LOG... [--by KEY,...] [--format FORMAT] [OPTION...]",
     "Draw who talks to whom, for Graphviz and others", set_up_graph},
    {"diff", "A B [--by KEY,...] [OPTION...] | LOG... --split TIME [OPTION...]",
     "Compare two logs, or two times of one: what is new, gone or changed", set_up_diff},
    {"merge", "PARTIAL... [OPTION...]", "Make one result of partial results (--partial)",
     set_up_merge},
    {"print", "LOG... [OPTION...]", "Print the flows of logs of any format", set_up_print},
    {"convert", "LOG... -o FILE [--to FORMAT] [--partition LIST] [OPTION...]",
     "Write the flows of logs to a file of another format", set_up_convert},
    {"check", "LOG... [--max N] [OPTION...]", "Validate every field of every line", set_up_check},
    {"detect", "LOG... [--count] [OPTION...]", "Print what files are", set_up_detect},
    {"ls", "LOG... [OPTION...]", "List the logs of folders and object stores", set_up_ls},
    {"fields", "[OPTION...]", "Print the table of fields", set_up_fields},
    {"completions", "SHELL", "Print what makes bash, zsh or fish complete arguments",
     set_up_completions},
    {"man", "[COMMAND]", "Print the manual page of flowlog, or of a command", set_up_man},
});

constexpr auto main_examples =
    "Examples:\n"
    "  flowlog flow_logs.txt\n"
    "  flowlog report --html report.html logs\n"
    "  flowlog tag flow_logs.txt --lookup lookup_table.csv\n"
    "  flowlog top flow_logs.txt --by srcaddr --sum bytes\n"
    "  flowlog check 'logs/*.log'\n"
    "\n"
    "`flowlog COMMAND --help` describes the options of a command, and `flowlog man COMMAND` "
    "prints\n"
    "its manual page. Defaults of options are read from ~/.config/flowlog/config.toml, or the "
    "file\n"
    "that FLOWLOG_CONFIG names.\n";

/// The commands that have an option of this name, for a message; empty if none has.
auto commands_with(std::string const& option) -> std::string {
    auto result = std::string{};
    if (!option.starts_with('-')) return result;
    for (auto const& command : all_commands) {
        auto const has_it = std::ranges::any_of(options_of(command.name), [&](auto const* other) {
            return (',' + std::string{other->names} + ',').find(',' + option + ',') !=
                   std::string::npos;
        });
        if (has_it)
            result += (result.empty() ? "; it is an option of " : ", ") + std::string{command.name};
    }
    return result;
}

/// The options and commands that an unknown argument may have meant.
auto hint(CLI::App const& app, std::string const& word) -> std::string {
    auto names = std::vector<std::string>{};
    for (auto const* command : app.get_subcommands({})) names.push_back(command->get_name());
    for (auto const* option : app.get_options()) {
        for (auto const& name : option->get_lnames()) names.push_back("--" + name);
    }
    auto const similar = flowlog::did_you_mean(word, names);
    for (auto const* option : app.get_options()) {
        for (auto const& name : option->get_snames()) names.push_back("-" + name);
    }
    auto const other = other_name_hint(word, names);
    auto const elsewhere = commands_with(word);
    return !other.empty() ? other : !elsewhere.empty() ? elsewhere : similar;
}

auto complain_of_usage(CLI::App const& app, std::string message) -> int {
    if (message.ends_with('\n')) message.pop_back();
    complain(message);
    print_error("Try '" + std::string{app.get_parent() ? "flowlog " : ""} + app.get_name() +
                " --help'.\n");
    return exit_code::failed;
}

/// The command that the arguments name, or the program itself if they name none.
auto parsed_app(CLI::App& app) -> CLI::App& {
    auto const chosen = app.get_subcommands();
    return chosen.empty() ? app : *chosen.front();
}

/// What CLI11 complains of, with all names of the option: `-n,--head`. It gives one of them, and
/// that may not be the one that was used.
auto with_names(CLI::App const& app, std::string const& message) -> std::string {
    auto const name = message.substr(0, message.find(':'));
    auto const* const option = app.get_option_no_throw(name);
    return option == nullptr ? message
                             : option->get_name(false, true) + message.substr(name.size());
}

/// The same in plain words: an option without its value, or given twice.
auto said_of_values(std::string_view message) -> std::string {
    auto const name = std::string{message.substr(0, message.find(':'))};
    if (message.ends_with(" missing")) {
        auto const value = message.substr(message.find(" required ") + 10);
        return name + " needs a value: " + std::string{value.substr(0, value.rfind(' '))};
    }
    if (message.find(": At Most ") != message.npos) return name + " is given more than once";
    return std::string{message};
}

auto complain_of_arguments(CLI::App& app, CLI::ParseError const& failure) -> int {
    auto& called = parsed_app(app);
    auto const message = with_names(called, failure.what());
    if (dynamic_cast<CLI::ArgumentMismatch const*>(&failure) != nullptr)
        return complain_of_usage(called, flowlog::escaped(said_of_values(message)));
    if (dynamic_cast<CLI::ExtrasError const*>(&failure) == nullptr)
        return complain_of_usage(called, flowlog::escaped(message));
    auto const extras = app.remaining(true);
    auto const word =
        extras.empty() ? std::string{} : extras.front().substr(0, extras.front().find('='));
    auto const* const what = word.starts_with('-') ? "no such option: "
                             : &called == &app     ? "no such command: "
                                                   : "unexpected argument: ";
    // a command was meant, or a log that is not there
    auto const is_path = &called == &app && word.find_first_of("./") != word.npos;
    return complain_of_usage(called, is_path
                                         ? "no such file: " + flowlog::escaped(word, 200) +
                                               ", and no command is called so"
                                         : what + flowlog::escaped(word, 60) + hint(called, word));
}

auto is_command(std::string_view word) -> bool {
    return std::ranges::find(all_commands, word, &command_info::name) != all_commands.end();
}

/// Whether a word is a log: standard input, a pattern, what is in a store, or a file that exists.
auto names_log(std::string const& word) -> bool {
    auto ignored = std::error_code{};
    return word == "-" || !flowlog::scheme_of(word).empty() ||
           word.find_first_of("*?[") != word.npos || std::filesystem::exists(word, ignored);
}

/// Whether the arguments are logs, and perhaps options, without a command.
auto wants_overview(std::span<std::string const> arguments) -> bool {
    if (arguments.empty()) return false;
    auto const& first = arguments.front();
    if (!first.starts_with('-') && !names_log(first)) return false;
    for (auto const& word : arguments) {
        if (is_command(word)) return false;
        if (!word.empty() && names_log(word)) return true;
    }
    return false;
}

/// If a file is called like the command, and nothing else is given, how to name the file.
auto file_hint(CLI::App const& called, int argc) -> std::string {
    auto ignored = std::error_code{};
    auto const& name = called.get_name();
    if (argc != 2 || !std::filesystem::exists(name, ignored)) return {};
    return "; the file of this name is ./" + name;
}

/// What the program is called with: `overview` comes first if no command is given. `--` is left
/// out, because CLI11 knows it only before the first log; after it, `-x.log` becomes `./-x.log`.
auto completed(std::span<char* const> given) -> std::vector<std::string> {
    auto result = std::vector<std::string>(given.begin(), given.end());
    if (auto const mark = std::ranges::find(result, "--"); mark != result.end()) {
        for (auto word = result.erase(mark); word != result.end(); ++word)
            if (word->size() > 1 && word->starts_with('-')) word->insert(0, "./");
    }
    if (wants_overview(result)) result.insert(result.begin(), "overview");
    return result;
}

/// Throws `usage_error` if a flag has an empty value: `--strict=`. Options that take a value have
/// been looked at before.
void refuse_empty_flags(std::vector<std::string> const& words) {
    for (auto const& word : words) {
        if (word.starts_with("--") && word.find('=') == word.size() - 1)
            throw usage_error{flowlog::escaped(word.substr(0, word.size() - 1), 60) +
                              ": expected no value, or true or false, found ''"};
    }
}

/// Opens each standard stream that is closed, so that reading or writing it fails. Otherwise the
/// first file that the program opens would be taken for standard output.
void open_closed_streams() {
    for (auto const descriptor : {0, 1, 2}) {
        if (::fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
        static_cast<void>(::open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY));
    }
}

/// Prints the help or the version.
auto print_wanted(CLI::App const& app, CLI::Success const& wanted) -> int {
    auto text = std::ostringstream{};
    auto const code = app.exit(wanted, text, text);
    try {
        print(text.str());
        flush_output();
        return code;
    } catch (flowlog::error const& failure) {
        complain(describe(failure));
        return exit_code::failed;
    }
}

/// Makes malloc keep freed memory for the next input instead of returning it to the system: with
/// two threads, 200 .gz files take 0.94 of the time.
void keep_memory() {
#ifdef __GLIBC__
    ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 16 << 20);
#endif
}

auto is_given(std::string_view word, int argc, char** argv) -> bool {
    auto const arguments = std::span{argv, static_cast<std::size_t>(argc)};
    return std::ranges::find(arguments, word) != arguments.end();
}

auto run(int argc, char** argv) -> int {
    open_closed_streams();
    keep_memory();
    CLI::App app{"Answers from network flow logs", std::string{program}};
    app.footer(main_examples);
    app.require_subcommand(0, 1);  // a second command is an argument: `flowlog man top`
    app.set_help_flag("--help,-h", std::string{find_option("--help", program)->help});
    app.set_version_flag("--version", version_text,
                         std::string{find_option("--version", program)->help});
    add_general_options(app);
    if (is_given("--no-config", argc, argv)) ignore_settings();
    auto actions = std::array<action, all_commands.size()>{};
    for (std::size_t i = 0; i < all_commands.size(); ++i) {
        auto* const called = app.add_subcommand(std::string{all_commands[i].name},
                                                std::string{all_commands[i].meaning});
        called->preparse_callback([&actions, called, i](std::size_t) {
            actions[i] = all_commands[i].set_up(*called);
            add_general_options(*called);
        });
    }
    try {
        auto const words = completed({argv + 1, argv + std::max(argc, 1)});
        app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // as CLI11 wants them
        refuse_empty_flags(words);
        for (auto const& act : actions) {
            if (!act) continue;
            apply_defaults(parsed_app(app));
            flowlog::remove_unfinished_files_on_signals();
            return act();
        }
        print_error(app.help());
        return exit_code::failed;
    } catch (CLI::Success const& wanted) {
        return print_wanted(app, wanted);
    } catch (CLI::ParseError const& failure) {
        return complain_of_arguments(app, failure);
    } catch (usage_error const& failure) {
        auto& called = parsed_app(app);
        return complain_of_usage(called, failure.what() + file_hint(called, argc));
    } catch (flowlog::error const& failure) {
        complain(describe(failure));
    } catch (std::bad_alloc const&) {
        complain("there is not enough memory; fewer --threads need less");
    } catch (std::exception const& failure) {
        complain(flowlog::escaped(failure.what()));
    }
    return exit_code::failed;
}

}  // namespace

auto command_table() -> std::span<command_info const> { return all_commands; }

}  // namespace cli

auto main(int argc, char** argv) -> int {
    auto const stores = flowlog::object_store_session{};
    return cli::run(argc, argv);
}
