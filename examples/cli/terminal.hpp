// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TERMINAL_HPP
#define FLOWLOG_CLI_TERMINAL_HPP

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include <flowlog/error.hpp>

namespace cli {

/// Whether a stream shows on a terminal.
auto is_terminal(std::FILE* stream) -> bool;

/// Puts colours around texts where the stream is a terminal that has them and the user has not
/// said NO_COLOR.
class style {
public:
    explicit style(std::FILE* stream);
    [[nodiscard]] auto bold(std::string_view text) const -> std::string;
    [[nodiscard]] auto faint(std::string_view text) const -> std::string;
    [[nodiscard]] auto red(std::string_view text) const -> std::string;
    [[nodiscard]] auto yellow(std::string_view text) const -> std::string;

private:
    [[nodiscard]] auto with(std::string_view code, std::string_view text) const -> std::string;
    bool colours_;
};

/// Writes `flowlog: warning: …` or `flowlog: error: …` to standard error. The texts must be safe
/// for a terminal.
void warn(std::string_view message);
void complain(std::string_view message);

/// What happened and where, safe for a terminal.
auto describe(flowlog::error const& failure) -> std::string;
auto describe(flowlog::location const& where, std::string_view message) -> std::string;

/// Numbers for people: `1,234,567`, `1.2 GB`, `12.5%`, `3.4 ms`.
auto grouped(std::uint64_t number) -> std::string;
auto bytes_text(double bytes) -> std::string;
auto share_text(std::uint64_t part, std::uint64_t whole) -> std::string;
auto seconds_text(double seconds) -> std::string;

/// `1 line`, `2 lines`.
auto counted(std::uint64_t number, std::string_view noun) -> std::string;

/// Writes to standard output. Throws `flowlog::error` where it cannot be written.
void print(std::string_view text);

/// Writes out what is left. Throws like `print`.
void flush_output();

}  // namespace cli

#endif
