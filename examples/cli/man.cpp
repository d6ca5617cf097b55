// SPDX-License-Identifier: BSL-1.0
// flowlog man: prints manual pages, and the tables of options of docs/cli.md.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/version.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "completions.hpp"
#include "options.hpp"
#include "roff.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

/// The day on which the pages were last changed, for their footers.
constexpr auto date = std::string_view{"2026-11-29"};

struct man_options {
    std::string command{};
    std::string markdown{};
};

auto find_command(std::string_view name) -> command_info const* {
    auto const all = command_table();
    auto const found = std::ranges::find(all, name, &command_info::name);
    return found == all.end() ? nullptr : &*found;
}

// --- manual pages
// -----------------------------------------------------------------------------------

auto page_title(std::string_view page, std::string_view meaning) -> std::string {
    auto title = std::string{page};
    for (auto& c : title)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    auto text = std::string{meaning};
    text[0] = static_cast<char>(text[0] | 32);
    return fmt::format(".TH {} 1 {} \"flowlog {}\" \"User Commands\"\n.SH NAME\n{} \\-\n{}", title,
                       date, flowlog::version, roff_text(page), roff_paragraph(text));
}

/// Markdown as a sentence of its own.
auto sentence(std::string_view markdown) -> std::string {
    auto text = std::string{markdown} + '.';
    if (text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
    return text;
}

/// The names and the value of an option, in bold and italics.
auto option_heading(option_info const& option) -> std::string {
    auto result = std::string{};
    auto const is_list = option.kind == value_kind::logs || option.kind == value_kind::reports;
    if (option.is_argument()) return roff_italic(option.name()) + (is_list ? "..." : "");
    for (auto const name : names_of(option))
        result += (result.empty() ? "" : ", ") + roff_bold(name);
    if (option.value.empty()) return result;
    return result + ' ' +
           (option.kind == value_kind::choice ? roff_text(option.value)
                                              : roff_italic(option.value));
}

/// All options of a command, under their headings.
auto option_pages(std::string_view command) -> std::string {
    auto const options = options_of(command);
    auto groups = std::vector<std::string_view>{};
    for (auto const* const option : options)
        if (std::ranges::find(groups, option->group) == groups.end())
            groups.push_back(option->group);
    auto result = std::string{".SH OPTIONS\n"};
    for (auto const group : groups) {
        if (group != option_group::general) result += ".SS " + roff_text(group) + '\n';
        for (auto const* const option : options) {
            if (option->group != group) continue;
            result +=
                ".TP\n" + option_heading(*option) + '\n' + roff_paragraph(sentence(option->manual));
        }
    }
    return result;
}

/// What --help has below the options of a command.
struct help_footer {
    std::vector<std::string> about{};
    std::string examples{};
    std::string exit_codes{};
};

auto footer_of(command_info const& command) -> help_footer {
    constexpr auto examples = std::string_view{"Examples:\n"};
    constexpr auto codes = std::string_view{"Exit codes: "};
    auto app = CLI::App{"", std::string{command.name}};
    static_cast<void>(command.set_up(app));
    auto const text = app.get_footer();
    auto result = help_footer{};
    for (auto rest = std::string_view{text}; !rest.empty();) {
        auto const block = rest.substr(0, rest.find("\n\n"));
        rest.remove_prefix(std::min(block.size() + 2, rest.size()));
        if (block.starts_with(examples))
            result.examples = block.substr(examples.size());
        else if (block.starts_with(codes))
            result.exit_codes = block.substr(codes.size());
        else
            result.about.emplace_back(block);
    }
    return result;
}

/// Commands in bold, each with what it does below it.
auto example_pages(std::string_view examples) -> std::string {
    auto result = std::string{".SH EXAMPLES\n"};
    auto first = true;
    for (auto rest = examples; !rest.empty();) {
        auto const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        auto const word = line.find_first_not_of(' ');
        if (word == line.npos) continue;
        if (word > 2) {
            result += ".RS 4\n" + roff_paragraph(line.substr(word)) + ".RE\n";
            continue;
        }
        result += std::exchange(first, false) ? "" : ".PP\n";
        result += ".nf\n" + roff_bold(line.substr(word)) + "\n.fi\n";
    }
    return result;
}

auto see_also(std::string_view page) -> std::string {
    auto result = std::string{".SH SEE ALSO\n"};
    auto const add = [&](std::string const& name) {
        if (name != page)
            result += (result.ends_with('\n') ? ".BR " : " ,\n.BR ") +
                      std::string{roff_text(name)} + " (1)";
    };
    add(std::string{program});
    if (page == program)
        for (auto const& command : command_table()) add("flowlog-" + std::string{command.name});
    return result + '\n';
}

auto command_page(command_info const& command) -> std::string {
    auto const page = "flowlog-" + std::string{command.name};
    auto const footer = footer_of(command);
    auto result = page_title(page, command.meaning) + ".SH SYNOPSIS\n" +
                  roff_bold("flowlog " + std::string{command.name}) + ' ' +
                  roff_text(command.synopsis) + "\n.SH DESCRIPTION\n" +
                  roff_paragraph(sentence(command.meaning));
    for (auto const& block : footer.about) result += ".PP\n" + roff_block(block);
    result += option_pages(command.name);
    if (!footer.examples.empty()) result += example_pages(footer.examples);
    if (!footer.exit_codes.empty())
        result += ".SH EXIT STATUS\n" + roff_paragraph(footer.exit_codes);
    return result + see_also(page);
}

constexpr auto variables = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"FLOWLOG_CONFIG", "The file of settings, in place of the usual one; empty: none."},
     {"FLOWLOG_MAP, FLOWLOG_LOOKUP, FLOWLOG_FORMAT, FLOWLOG_TZ, FLOWLOG_ENDPOINT_URL, "
      "FLOWLOG_COLOR",
      "Defaults of the options with these names. They are used before those of the file."},
     {"NO_COLOR", "If it is not empty, nothing is coloured unless `--color` says so."},
     {"FLOWLOG_ARROW_MODULE", "The path of the component `arrow`."},
     {"FLOWLOG_FORCE_SCAN",
      "The instructions to use: `avx512`, `avx2`, `sse4.1`, `sse2`, `neon` or `scalar`."}});

constexpr auto settings_example = std::string_view{
    "  map = \"subnets.csv\"      # in the folder of this file\n"
    "  lookup = \"~/tags.csv\"\n"
    "  tz = \"Europe/Berlin\"\n"
    "  format = \"edge\"\n"
    "\n"
    "  [formats]\n"
    "  edge = \"${srcaddr} ${dstaddr} ${dstport} ${bytes}\"\n"};

auto program_page() -> std::string {
    auto result = page_title(program, "answers from network flow logs") + ".SH SYNOPSIS\n" +
                  roff_bold("flowlog") + " LOG...\n.br\n" + roff_bold("flowlog") +
                  " COMMAND [OPTION...] [LOG...]\n.SH DESCRIPTION\n" +
                  roff_paragraph(
                      "Reads network flow logs of any format, and says what is in them. Each "
                      "command has a page of its own: `flowlog man COMMAND`.") +
                  ".SH COMMANDS\n";
    for (auto const& command : command_table())
        result +=
            ".TP\n" + roff_bold(command.name) + '\n' + roff_paragraph(sentence(command.meaning));
    result += option_pages(program) + ".SH ENVIRONMENT\n";
    for (auto const& [names, meaning] : variables)
        result += ".TP\n" + roff_bold(names) + '\n' + roff_paragraph(meaning);
    return result + ".SH FILES\n.TP\n" + roff_italic("~/.config/flowlog/config.toml") + '\n' +
           roff_paragraph(
               "Settings: defaults of `--map`, `--lookup`, `--format`, `--tz`, `--endpoint-url` "
               "and "
               "`--color`, and names of formats. It is in `XDG_CONFIG_HOME` if that is set.") +
           ".PP\n" + roff_block(settings_example) + ".SH EXIT STATUS\n" +
           roff_paragraph(
               "0 done; 1 done, but lines are malformed (`check`, and others with "
               "`--strict`); 2 wrong usage, or an input or output that cannot be used.") +
           see_also(program);
}

// --- tables in Markdown
// -----------------------------------------------------------------------------

/// Text in a cell of a table, where a bar would end it.
auto cell(std::string_view text) -> std::string {
    auto result = std::string{};
    for (auto const c : text) result += c == '|' ? std::string{"\\|"} : std::string{c};
    return result;
}

/// The commands that have a shared option, if not all that read logs have it.
auto commands_note(option_info const& option) -> std::string {
    auto with = std::vector<std::string>{};
    auto without = std::vector<std::string>{};
    for (auto const& command : command_table()) {
        if (find_option("--logs-from", command.name) == nullptr) continue;
        auto const has = find_option(option.name(), command.name) != nullptr;
        (has ? with : without).push_back('`' + std::string{command.name} + '`');
    }
    if (without.empty()) return {};
    return without.size() < with.size() ? " (all but " + joined(without) + ')'
                                        : " (" + joined(with) + ')';
}

auto markdown_row(option_info const& option, bool shared) -> std::string {
    auto names = std::string{};
    for (auto const name : names_of(option)) {
        names += names.empty() ? "`" : ", `";
        names += cell(name);
        if (!option.value.empty()) names += ' ' + cell(option.value);
        names += '`';
    }
    return "| " + names + " | " + cell(option.manual) + (shared ? commands_note(option) : "") +
           " |\n";
}

auto markdown_table(std::string_view wanted) -> std::string {
    auto rows = std::string{};
    for (auto const& [name, options] : option_sections()) {
        auto const shared = name != "commands";
        for (auto const& option : options)
            if (!option.is_argument() && (shared ? name == wanted : option.is_of(wanted)))
                rows += markdown_row(option, shared);
    }
    if (rows.empty())
        throw usage_error{"there is no table of options of " + flowlog::escaped(wanted, 40)};
    return "| option | meaning |\n|---|---|\n" + rows;
}

auto run_man(man_options const& options) -> int {
    if (!options.markdown.empty()) {
        print(markdown_table(options.markdown));
    } else if (options.command.empty() || options.command == program) {
        print(program_page());
    } else {
        auto const* const command = find_command(options.command);
        if (command == nullptr) {
            auto names = std::vector<std::string_view>{};
            for (auto const& one : command_table()) names.push_back(one.name);
            throw usage_error{"no such command: " + flowlog::escaped(options.command, 60) +
                              flowlog::did_you_mean(options.command, names)};
        }
        print(command_page(*command));
    }
    flush_output();
    return exit_code::done;
}

constexpr auto man_examples =
    "Examples:\n"
    "  flowlog man top | man -l -\n"
    "      shows the manual page of a command\n"
    "  flowlog man >~/.local/share/man/man1/flowlog.1\n"
    "      installs the page of flowlog itself\n"
    "\n"
    "Exit codes: 0 done; 2 wrong usage.\n";

}  // namespace

auto set_up_man(CLI::App& man) -> action {
    auto options = std::make_shared<man_options>();
    man.footer(man_examples);
    add_option(man, "COMMAND", options->command);
    add_option(man, "--markdown", options->markdown);
    return [options] { return run_man(*options); };
}

}  // namespace cli
