// SPDX-License-Identifier: BSL-1.0
#include "terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

#include <flowlog/escape.hpp>

namespace cli {
namespace {

auto environment(char const* name) -> std::string_view {
    auto const* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : value;
}

auto chosen_colours() -> colour_mode& {
    static auto mode = colour_mode::automatic;
    return mode;
}

void say(std::string_view kind, std::string_view message) {
    std::fflush(stdout);
    print_error(fmt::format("flowlog: {}{}\n", kind, message));
}

[[noreturn]] void fail_to_print() {
    throw flowlog::error{flowlog::errc::write_failed,
                         {"standard output"},
                         "cannot write: " + std::generic_category().message(errno)};
}

}  // namespace

auto is_terminal(std::FILE* stream) -> bool { return ::isatty(::fileno(stream)) == 1; }

auto is_dumb_terminal() -> bool { return environment("TERM") == "dumb"; }

void choose_colours(colour_mode mode) { chosen_colours() = mode; }

style::style(std::FILE* stream)
    : colours_{chosen_colours() == colour_mode::automatic
                   ? is_terminal(stream) && environment("NO_COLOR").empty() && !is_dumb_terminal()
                   : chosen_colours() == colour_mode::always} {}

auto style::with(std::string_view code, std::string_view text) const -> std::string {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

void warn(std::string_view message) { say(style{stderr}.yellow("warning: "), message); }
void warn_once(std::string const& message) {
    static auto given = std::set<std::string>{};
    if (given.insert(message).second) warn(message);
}
void complain(std::string_view message) { say(style{stderr}.red("error: "), message); }

void limited_messages::finish() {
    for (auto const& message : kept_) write_(message);
    if (count_ > max_messages) write_("... and " + count_text(count_ - max_messages, rest_));
}

void warn_of_all(std::vector<std::string> const& warnings) {
    auto messages = limited_messages{"more warning"};
    for (auto const& warning : warnings) messages.say(warning);
    messages.finish();
}

auto describe(flowlog::location const& where, std::string_view message) -> std::string {
    return flowlog::error{flowlog::errc::cannot_open,
                          {flowlog::escaped(where.source), where.line, where.column},
                          std::string{message}}
        .what();
}

auto describe(flowlog::error const& failure) -> std::string {
    return describe(failure.where(), failure.message());
}

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_print();
}

void flush_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail_to_print();
}

void print_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace cli
