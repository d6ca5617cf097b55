// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OPTION_TABLE_HPP
#define FLOWLOG_CLI_OPTION_TABLE_HPP

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

// Every option of every command is declared once: in shared_options.cpp or command_options.cpp.
// From there it goes into the parser and --help (options.hpp), into completions
// (completions.cpp), and into the manual pages and the tables of docs/cli.md (man.cpp). To add an
// option, add a row there, and bind it to a variable where the command is set up.

namespace cli {

/// What the value of an option is. Decides what is accepted, and what a shell completes.
enum class value_kind : std::uint8_t {
    flag,         ///< none
    text,         ///< any word
    number,       ///< a whole number up to the `max` of the option
    real,         ///< a number from its `min` to its `max`
    size,         ///< a number of bytes: 256M
    span,         ///< 10m, 1h, none
    time,         ///< 2024-05-01, -2h
    zone,         ///< Europe/Berlin
    url,          ///< https://localhost:9000
    choice,       ///< one of the words in `value`, with bars between them
    file,         ///< a file
    folder,       ///< a folder
    logs,         ///< logs: files, folders, patterns, words of stores
    reports,      ///< names of reports, then logs
    command,      ///< a command
    filter,       ///< an expression of --where
    having,       ///< an expression of --having
    fields,       ///< a list of fields, columns and computed columns
    keys,         ///< a list of keys
    numbers,      ///< a list of fields that measures are made of
    measure,      ///< a measure or a key
    log_columns,  ///< the format string of a log
};

/// An option that is less plain than others.
struct option_traits {
    double min = 0;                 ///< of a `real`
    double max = 1e18;              ///< of a `real`, or of a `number`
    std::string_view excludes{};    ///< options that it does not go with
    bool has_default = false;       ///< the environment and the file of settings may have it
    bool decides_counting = false;  ///< says what is counted: `merge` refuses it
};

/// An option of one or more commands.
struct option_info {
    std::string_view names;     ///< "--output,-o"; an argument has no dashes: "LOG"
    std::string_view value;     ///< what follows it: "FILE", "unix|iso"; empty for a flag
    value_kind kind;            ///< what the value is
    std::string_view commands;  ///< which have it, with blanks between them
    std::string_view group;     ///< its heading in --help
    std::string_view help;      ///< what it does, on a line or two
    std::string_view manual;    ///< the same with all details, in Markdown
    option_traits traits{};

    /// The first name: "--output".
    [[nodiscard]] constexpr auto name() const noexcept -> std::string_view {
        return names.substr(0, names.find(','));
    }
    [[nodiscard]] constexpr auto is_argument() const noexcept -> bool {
        return !names.starts_with('-');
    }
    [[nodiscard]] auto is_of(std::string_view command) const noexcept -> bool;
};

/// Options that are listed together in docs/cli.md.
struct option_section {
    std::string_view name;  ///< "all", "objects", "stores", "measures" or "commands"
    std::span<option_info const> options;
};

/// The headings of --help and of manual pages.
namespace option_group {
inline constexpr std::string_view general = "Options";
inline constexpr std::string_view objects = "Logs of folders and object stores";
inline constexpr std::string_view stores = "Object stores (s3://, gs://, abfs://, hdfs://)";
inline constexpr std::string_view measures =
    "Measures (default: flows, and bytes if there are any)";
inline constexpr std::string_view partial = "Partial results";
inline constexpr std::string_view formats = "Output format";
inline constexpr std::string_view results =
    "Results (each FILE may be - for standard output, or none)";
inline constexpr std::string_view instead =
    "Print instead (writes files only if --out or FILE is given)";
}  // namespace option_group

/// The program itself, in the list of commands of an option.
inline constexpr std::string_view program = "flowlog";

/// All options.
auto option_sections() -> std::span<option_section const>;

/// The options of one command, in the order of the table. `merge` has the options that change how
/// the results of the other commands are printed, but not those that change what is counted.
auto options_of(std::string_view command) -> std::vector<option_info const*>;

/// The option of a command that has this first name; null if the command has no such option.
/// Throws `std::logic_error` if no command has one.
auto find_option(std::string_view name, std::string_view command) -> option_info const*;

/// Whether an option decides what is counted, so that it cannot be given to `merge`. `command` is
/// the command that has written the partial results.
auto decides_counting(std::string_view name, std::string_view command) -> bool;

// The two files of the table.

auto shared_option_sections() -> std::array<option_section, 4>;
auto command_options() -> std::span<option_info const>;

}  // namespace cli

#endif
