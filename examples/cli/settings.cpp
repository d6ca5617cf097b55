// SPDX-License-Identifier: BSL-1.0
#include "settings.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/source/read_text.hpp>
#include <flowlog/source/scheme.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

/// A line of the file.
struct setting {
    std::string name{};
    std::string value{};
    flowlog::location where{};
};

struct settings {
    std::vector<setting> options{};
    std::vector<setting> formats{};
};

auto environment(std::string const& name) -> std::string {
    auto const* const value = std::getenv(name.c_str());
    return value == nullptr ? std::string{} : value;
}

/// The path of the file; empty if there is none to read.
auto settings_path() -> std::string {
    if (auto const* const chosen = std::getenv("FLOWLOG_CONFIG")) return chosen;
    auto folder = environment("XDG_CONFIG_HOME");
    if (folder.empty() && !environment("HOME").empty()) folder = environment("HOME") + "/.config";
    if (folder.empty()) return {};
    auto path = folder + "/flowlog/config.toml";
    auto ignored = std::error_code{};
    return fs::exists(path, ignored) ? path : std::string{};
}

/// The options that may have a default, each once.
auto names_with_default() -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    for (auto const& section : option_sections())
        for (auto const& option : section.options)
            if (option.traits.has_default &&
                std::ranges::find(result, option.name()) == result.end())
                result.push_back(option.name());
    return result;
}

/// Reads the lines of the file.
class settings_parser {
public:
    explicit settings_parser(std::string path) : path_{std::move(path)} {}

    void take(std::string const& line) {
        ++line_;
        auto const first = line.find_first_not_of(" \t\r");
        if (first == line.npos || line[first] == '#') return;
        if (line[first] == '[') return take_section(line.substr(first));
        auto found = read(line);
        auto& list = in_formats_ ? found_.formats : found_.options;
        in_formats_ ? check_format(found) : check_option(found);
        if (std::ranges::find(list, found.name, &setting::name) != list.end())
            fail("'" + flowlog::escaped(found.name, 60) + "' is set twice");
        list.push_back(std::move(found));
    }

    [[nodiscard]] auto result() && -> settings { return std::move(found_); }

private:
    void take_section(std::string const& line) {
        auto const name = line.substr(0, line.find_first_of(" \t\r#"));
        if (name != "[formats]")
            fail("expected the section [formats], found '" + flowlog::escaped(name, 60) + '\'');
        in_formats_ = true;
    }

    /// Reads `name = "value"`; CLI11 knows quotes and comments.
    [[nodiscard]] auto read(std::string const& line) const -> setting {
        auto const equals = line.find('=');
        if (equals == line.npos) fail("expected NAME = \"VALUE\", found '" + shown(line) + '\'');
        check_hash(line, equals);
        auto text = std::istringstream{line};
        auto const items = CLI::ConfigTOML{}.from_config(text);
        if (items.size() != 1 || !items[0].parents.empty() || items[0].inputs.size() != 1)
            fail(
                "expected one value, in quotes if it has blanks or commas: NAME = \"VALUE\", found "
                "'" +
                shown(line) + '\'');
        if (items[0].inputs[0].empty()) fail("'" + shown(items[0].name) + "' has no value");
        return {items[0].name, items[0].inputs[0], {path_, line_}};
    }

    /// CLI11 takes a `#` for the beginning of a comment even within quotes.
    void check_hash(std::string const& line, std::size_t equals) const {
        auto const open = line.find_first_not_of(" \t", equals + 1);
        if (open == line.npos || (line[open] != '"' && line[open] != '\'')) return;
        auto const close = line.find(line[open], open + 1);
        if (close == line.npos) fail("the quote is not closed: " + shown(line));
        if (line.find('#', open) < close) fail("a value cannot have a '#': " + shown(line));
    }

    void check_option(setting const& found) const {
        auto names = names_with_default();
        for (auto& name : names) name.remove_prefix(2);
        if (std::ranges::find(names, found.name) != names.end()) return;
        auto all = std::vector<std::string>{names.begin(), names.end()};
        fail("no setting is called '" + shown(found.name) + '\'' +
             flowlog::did_you_mean(found.name, names) + "; there are " + joined(all) +
             ", and the section [formats]");
    }

    void check_format(setting const& found) const {
        if (flowlog::find_field(found.name) || found.name == "tgw")
            fail("a format cannot be called '" + shown(found.name) +
                 "', which means something else already");
    }

    [[nodiscard]] static auto shown(std::string const& text) -> std::string {
        return flowlog::escaped(text.substr(0, text.find('\r')), 60);
    }

    [[noreturn]] void fail(std::string const& why) const {
        throw flowlog::error{flowlog::errc::invalid_argument, {path_, line_}, why};
    }

    std::string path_;
    std::uint64_t line_ = 0;
    bool in_formats_ = false;
    settings found_{};
};

auto read_settings() -> settings {
    auto const path = settings_path();
    if (path.empty()) return {};
    auto parser = settings_parser{path};
    auto text = flowlog::read_text(path);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    auto lines = std::istringstream{std::move(text)};
    for (auto line = std::string{}; std::getline(lines, line);) parser.take(line);
    return std::move(parser).result();
}

auto are_ignored() -> bool& {
    static auto ignored = false;
    return ignored;
}

auto all_settings() -> settings const& {
    static auto const read = are_ignored() ? settings{} : read_settings();
    return read;
}

/// The name of the variable of an option: FLOWLOG_ENDPOINT_URL of --endpoint-url.
auto variable_of(std::string_view option) -> std::string {
    auto name = "FLOWLOG_" + std::string{option.substr(2)};
    for (auto& c : name) c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return name;
}

/// The default of an option by the environment. Programs of others have variables for some.
auto from_environment(std::string_view option) -> std::optional<setting> {
    auto const variable = variable_of(option);
    if (auto value = environment(variable); !value.empty())
        return setting{std::string{option.substr(2)}, std::move(value), {variable}};
    return std::nullopt;
}

/// Whether a variable that other programs know, too, decides what the option would.
auto is_decided_elsewhere(std::string_view option) -> bool {
    if (option == "--color") return !environment("NO_COLOR").empty();
    if (option == "--endpoint-url")
        return !environment("AWS_ENDPOINT_URL").empty() ||
               !environment("AWS_ENDPOINT_URL_S3").empty();
    return false;
}

/// The path of a file of a setting: names are relative to the folder of the file of settings.
auto resolved(setting const& from) -> std::string {
    auto const& name = from.value;
    if (!flowlog::scheme_of(name).empty()) return name;
    auto path = name.starts_with("~/") ? fs::path{environment("HOME")} / name.substr(2)
                                       : fs::path{from.where.source}.parent_path() / name;
    auto ignored = std::error_code{};
    if (!fs::exists(path, ignored))
        throw flowlog::error{flowlog::errc::cannot_open, from.where,
                             "there is no file " + flowlog::escaped(path.string(), 200)};
    return path.string();
}

/// The default of an option by the file of settings.
auto from_file(option_info const& option) -> std::optional<setting> {
    if (is_decided_elsewhere(option.name())) return std::nullopt;
    auto const& all = all_settings().options;
    auto const found = std::ranges::find(all, option.name().substr(2), &setting::name);
    if (found == all.end()) return std::nullopt;
    auto result = *found;
    if (option.kind == value_kind::file) result.value = resolved(*found);
    return result;
}

/// Gives an option a value, as if it were on the command line.
void give(CLI::Option& option, setting const& value) {
    auto const fail = [&](std::string const& why) {
        throw flowlog::error{flowlog::errc::invalid_argument, value.where, why};
    };
    try {
        option.add_result(value.value);
        option.run_callback();
        if (value.name == "format") static_cast<void>(parse_format(format_called(value.value)));
    } catch (CLI::ParseError const& failure) {
        fail(flowlog::escaped(failure.what()));
    } catch (usage_error const& failure) {
        fail(failure.what());
    } catch (flowlog::error const& failure) {
        fail(failure.message());
    }
}

/// The default of an option, if it has one here.
auto default_of(option_info const& option) -> std::optional<setting> {
    if (merging().active && option.traits.decides_counting) return std::nullopt;
    auto const given = from_environment(option.name());
    return given ? given : from_file(option);
}

/// Whether --color was given, in the place of either program or command.
auto colour_is_given() -> bool& {
    static auto given = false;
    return given;
}

}  // namespace

void add_general_options(CLI::App& app) {
    add_repeated_option(app, "--color", [](std::string const& given) {
        using enum colour_mode;
        if (given != "auto" && given != "always" && given != "never")
            throw_no_choice("--color", "auto|always|never", given, "");
        choose_colours(given == "auto" ? automatic : given == "always" ? always : never);
        colour_is_given() = true;
    });
    add_flag_function(app, "--no-config", [] {});  // main looks for it before all else
}

void ignore_settings() { are_ignored() = true; }

auto format_called(std::string const& word) -> std::string {
    auto const& formats = all_settings().formats;
    auto const found = std::ranges::find(formats, word, &setting::name);
    return found == formats.end() ? word : found->value;
}

void apply_defaults(CLI::App& command) {
    for (auto const name : names_with_default()) {
        auto const* const declared = find_option(name, command.get_name());
        if (declared == nullptr || !declared->traits.has_default) continue;
        auto* const option = command.get_option(std::string{name});
        if (option->count() != 0 || (name == "--color" && colour_is_given())) continue;
        if (auto const value = default_of(*declared)) give(*option, *value);
    }
}

auto default_format() -> std::string {
    auto const value = default_of(*find_option("--format", "top"));
    if (!value) return {};
    auto parser = CLI::App{};
    auto format = std::string{};
    give(*parser.add_option("--format", format), *value);
    return format_called(format);
}

}  // namespace cli
