// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_TERMINAL_HPP
#define FLOWLOG_CLI_TERMINAL_HPP

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/output/numbers.hpp>

namespace cli {

using flowlog::bytes_text;
using flowlog::count_text;
using flowlog::duration_text;
using flowlog::number_text;
using flowlog::percent_text;

/// Whether a stream writes to a terminal.
auto is_terminal(std::FILE* stream) -> bool;

/// Whether the terminal knows no escape sequences.
auto is_dumb_terminal() -> bool;

/// Whether texts have colours. `automatic`: on terminals that have them, unless NO_COLOR is set.
enum class colour_mode : std::uint8_t { automatic, always, never };

/// Chooses for all texts that are printed from now on.
void choose_colours(colour_mode mode);

/// Adds colours to texts, if the stream is to have them.
class style {
public:
    explicit style(std::FILE* stream);
    [[nodiscard]] auto bold(std::string_view text) const -> std::string { return with("1", text); }
    [[nodiscard]] auto red(std::string_view text) const -> std::string { return with("31", text); }
    [[nodiscard]] auto yellow(std::string_view text) const -> std::string {
        return with("33", text);
    }

private:
    [[nodiscard]] auto with(std::string_view code, std::string_view text) const -> std::string;
    bool colours_;
};

/// Writes `flowlog: warning: …` or `flowlog: error: …` to standard error. The message must be safe
/// for a terminal.
void warn(std::string_view message);
void complain(std::string_view message);

/// The same as `warn`, but once for each message: logs are looked for more than once.
void warn_once(std::string const& message);

/// Writes the first 20 messages of a kind, and at the end how many more there were.
class limited_messages {
public:
    using writer = void (*)(std::string_view);

    /// `rest` is what the other messages are: `more malformed line`.
    explicit limited_messages(std::string rest, writer write = warn)
        : rest_{std::move(rest)}, write_{write} {}

    /// Writes a message now.
    void say(std::string const& message) {
        if (count_++ < max_messages) write_(message);
    }
    /// Keeps a message for `finish`, because a progress bar is showing.
    void keep(std::string message) {
        if (count_++ < max_messages) kept_.push_back(std::move(message));
    }
    /// Writes the kept messages, and how many more there were.
    void finish();

private:
    static constexpr std::size_t max_messages = 20;

    std::string rest_;
    writer write_;
    std::size_t count_ = 0;
    std::vector<std::string> kept_;
};

/// Writes the first 20 of these warnings, and how many more there are.
void warn_of_all(std::vector<std::string> const& warnings);

/// A message with its location, safe for a terminal.
auto describe(flowlog::error const& failure) -> std::string;
auto describe(flowlog::location const& where, std::string_view message) -> std::string;

/// Writes to standard output. Throws `flowlog::error` if that fails.
void print(std::string_view text);

/// Flushes standard output. Throws like `print`.
void flush_output();

/// Writes to standard error.
void print_error(std::string_view text);

}  // namespace cli

#endif
