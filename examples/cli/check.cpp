// SPDX-License-Identifier: BSL-1.0
// flowlog check: validates every field of every line.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/field_checker.hpp>

#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct check_options {
    reading_options reading{};
    std::uint64_t max = 100;
    row_format format{};
};

/// Prints the first malformed lines when they are found.
class malformed_printer {
public:
    explicit malformed_printer(check_options const& options) : options_{options} {
        if (!options.format) return;
        rows_.emplace(*options.format,
                      std::vector<std::string>{"source", "line", "offset", "column", "field",
                                               "reason", "text"});
        if (auto* const json = rows_->json()) json->begin_object().key("malformed").begin_array();
    }

    void take(flowlog::malformed_line const& line) {
        if (found_++ >= options_.max) return;
        rows_ ? rows_->row(cells_of(line)) : print(describe(line) + '\n');
    }

    void finish(reading const& done) {
        auto const text = options_.reading.quiet ? std::string{} : done.accounting();
        if (!rows_) {
            if (found_ > options_.max)
                print(fmt::format("... and {} more\n", number_text(found_ - options_.max)));
            print((found_ == 0 || text.empty() ? "" : "\n") + text);
            return flush_output();
        }
        if (auto* const json = rows_->json()) {
            json->end_array();
            done.write_members(*json);
            json->end_object();
        } else {
            print_error(text);
        }
        rows_->finish();
    }

private:
    check_options const& options_;
    std::uint64_t found_ = 0;
    std::optional<row_printer> rows_;
};

auto run_check(check_options const& options) -> int {
    auto const logs = find_logs(options.reading);
    warn_of_all(warnings_about(logs));
    auto printer = malformed_printer{options};
    auto const show_progress = options.format == flowlog::row_format::json || !is_terminal(stdout);
    auto malformed = malformed_writer{[&](auto const& line) { printer.take(line); }};
    auto const [_, done] = read_logs(logs, flowlog::field_checker{}, options.reading,
                                     malformed.handler(), show_progress);
    done.report_trouble();
    malformed.finish();
    printer.finish(done);
    if (done.exit_code(options.reading) == exit_code::failed) return exit_code::failed;
    return done.stats.malformed != 0 ? exit_code::bad_lines : exit_code::done;
}

constexpr auto check_examples =
    "Examples:\n"
    "  flowlog check flow_logs.txt\n"
    "      prints each malformed line with its location and its error\n"
    "  flowlog check logs --max 0 --json | jq '.total.malformed'\n"
    "      counts the malformed lines of all logs in a folder\n"
    "\n"
    "Exit codes: 0 no line is malformed; 1 lines are malformed; 2 wrong usage, or an input that\n"
    "could not be read.\n";

}  // namespace

auto set_up_check(CLI::App& check) -> action {
    auto options = std::make_shared<check_options>();
    options->reading.check_empty = true;
    check.footer(check_examples);
    add_reading_options(check, options->reading);
    add_key_options(check, options->reading.tables);
    add_option(check, "--max", options->max);
    add_row_formats(check, options->format);
    return [options] { return run_check(*options); };
}

}  // namespace cli
