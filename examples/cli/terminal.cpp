// SPDX-License-Identifier: BSL-1.0
#include "terminal.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
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

void say(std::string_view kind, std::string_view message) {
    std::fflush(stdout);
    auto const line = fmt::format("flowlog: {}{}\n", kind, message);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

[[noreturn]] void fail_to_print() {
    throw flowlog::error{flowlog::errc::write_failed,
                         {"standard output"},
                         "cannot write: " + std::generic_category().message(errno)};
}

}  // namespace

auto is_terminal(std::FILE* stream) -> bool { return ::isatty(::fileno(stream)) == 1; }

style::style(std::FILE* stream)
    : colours_{is_terminal(stream) && environment("NO_COLOR").empty() &&
               environment("TERM") != "dumb"} {}

auto style::with(std::string_view code, std::string_view text) const -> std::string {
    return colours_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}
auto style::bold(std::string_view text) const -> std::string { return with("1", text); }
auto style::faint(std::string_view text) const -> std::string { return with("2", text); }
auto style::red(std::string_view text) const -> std::string { return with("31", text); }
auto style::yellow(std::string_view text) const -> std::string { return with("33", text); }

void warn(std::string_view message) { say(style{stderr}.yellow("warning: "), message); }
void complain(std::string_view message) { say(style{stderr}.red("error: "), message); }

auto describe(flowlog::location const& where, std::string_view message) -> std::string {
    return flowlog::error{flowlog::errc::cannot_open,
                          {flowlog::escaped(where.source), where.line, where.column},
                          std::string{message}}
        .what();
}

auto describe(flowlog::error const& failure) -> std::string {
    return describe(failure.where(), failure.message());
}

auto grouped(std::uint64_t number) -> std::string {
    auto text = std::to_string(number);
    for (auto at = text.size(); at > 3;) {
        at -= 3;
        text.insert(at, 1, ',');
    }
    return text;
}

auto bytes_text(double bytes) -> std::string {
    constexpr auto units = std::to_array<char const*>({"B", "kB", "MB", "GB", "TB", "PB"});
    std::size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < units.size(); ++unit) bytes /= 1000;
    return unit == 0 ? fmt::format("{:.0f} B", bytes)
                     : fmt::format("{:.3g} {}", bytes, units[unit]);
}

auto share_text(std::uint64_t part, std::uint64_t whole) -> std::string {
    if (whole == 0) return "-";
    return fmt::format("{:.1f}%", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

auto seconds_text(double seconds) -> std::string {
    if (seconds < 0.9995) return fmt::format("{:.3g} ms", seconds * 1000);
    if (seconds < 60) return fmt::format("{:.2f} s", seconds);
    auto const whole = static_cast<std::uint64_t>(seconds);
    if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
    return fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

auto counted(std::uint64_t number, std::string_view noun) -> std::string {
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) fail_to_print();
}

void flush_output() {
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) fail_to_print();
}

}  // namespace cli
