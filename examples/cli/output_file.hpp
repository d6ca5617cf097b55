// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_OUTPUT_FILE_HPP
#define FLOWLOG_CLI_OUTPUT_FILE_HPP

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cli {

/// A result that appears under its name whole or not at all: it is written to a temporary file in
/// the same folder, which `commit` renames and the destructor, or a signal, removes. "-" is
/// standard output, "none" nothing; pipes and character devices are written to as they stand.
class output_file {
public:
    /// An output that is not wanted.
    output_file() noexcept;

    /// `heading` is how this kind of result begins. Throws `flowlog::error` where the file cannot
    /// be made; and where one of that name stands there that is not empty and does not begin with
    /// `heading`, unless `force`.
    output_file(std::string path, std::string_view heading, bool force);
    output_file(output_file&&) noexcept;
    auto operator=(output_file&&) noexcept -> output_file&;
    ~output_file();

    /// Whether the output is wanted.
    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// Whether it goes to standard output.
    [[nodiscard]] auto is_stdout() const noexcept -> bool;

    /// As the user gave it.
    [[nodiscard]] auto path() const noexcept -> std::string const&;

    /// What is yet to be written. Rows go to its end, each followed by `row_is_done`.
    [[nodiscard]] auto text() noexcept -> std::string&;

    /// Writes where much has come together. Throws `flowlog::error` where the system would not.
    void row_is_done();

    /// Throws `flowlog::error` where the system would not write.
    void write(std::string_view text);

    /// Makes sure that all is written.
    void finish();

    /// Gives the finished file its name.
    void commit();

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// Finishes all outputs, then commits them, so that no signal comes between.
void commit_all(std::span<output_file* const> outputs);

}  // namespace cli

#endif
