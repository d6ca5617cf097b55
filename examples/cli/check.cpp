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

#include <flowlog/aggregate/aggregate.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct check_options {
    reading_options reading{};
    std::uint64_t max = 100;
    row_format format = row_format::people;
};

/// An aggregator that counts nothing, and takes no record with a field that does not decode.
class field_checker {
public:
    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use> { return {}; }

    template <flowlog::flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<flowlog::offending_field> {
        if constexpr (requires { record.columns(); }) {
            auto const& columns = record.columns();
            for (std::size_t i = 0; i < columns.size(); ++i) {
                auto const id = columns.field_at(i);
                if (id && is_malformed(record, *id))
                    return flowlog::offending_field{*id, flowlog::reason::bad_value};
            }
        } else {
            for (auto const& f : flowlog::fields) {
                if (is_malformed(record, f.id))
                    return flowlog::offending_field{f.id, flowlog::reason::bad_value};
            }
        }
        return std::nullopt;
    }

    template <flowlog::flow_record Record>
    void add(Record const&) {}
    void merge(field_checker&&) {}

private:
    template <flowlog::flow_record Record>
    static auto is_malformed(Record const& record, flowlog::field_id id) -> bool {
        return flowlog::visit_field(record, id,
                                    [](auto const& value) { return value.malformed(); });
    }
};

/// Prints the first malformed lines as they are found.
class malformed_printer {
public:
    explicit malformed_printer(check_options const& options) : options_{options} {
        if (options_.format == row_format::json)
            json_.begin_object().key("malformed").begin_array();
        else if (options_.format != row_format::people)
            rows_.emplace(options_.format,
                          std::vector<std::string>{"source", "line", "offset", "column", "field",
                                                   "reason", "text"});
    }

    [[nodiscard]] auto handler() -> flowlog::malformed_handler {
        return [this](flowlog::malformed_line const& line) {
            if (found_++ >= options_.max || failure_) return;
            if (options_.format == row_format::json) return write(json_, line);
            try {
                rows_ ? rows_->row(cells_of(line)) : print(describe(line) + '\n');
            } catch (flowlog::error const& failure) {
                failure_ = failure;
            }
        };
    }

    void finish(reading const& done) {
        if (failure_) throw flowlog::error{*failure_};
        if (rows_) {
            rows_->flush();
            auto const text = accounting_text(done);
            if (!options_.reading.quiet) std::fwrite(text.data(), 1, text.size(), stderr);
        } else if (options_.format == row_format::json) {
            json_.end_array();
            write_accounting(json_, done);
            json_.end_object();
            print(text_ + '\n');
        } else {
            if (found_ > options_.max)
                print(fmt::format("... and {} more\n", grouped(found_ - options_.max)));
            if (!options_.reading.quiet) print((found_ == 0 ? "" : "\n") + accounting_text(done));
        }
        flush_output();
    }

private:
    check_options const& options_;
    std::uint64_t found_ = 0;
    std::optional<flowlog::error> failure_;
    std::string text_;
    flowlog::json_writer json_{text_};
    std::optional<row_printer> rows_;
};

auto run_check(check_options const& options) -> int {
    auto const logs = find_logs(options.reading);
    auto printer = malformed_printer{options};
    auto const show_progress = options.format == row_format::json || !is_terminal(stdout);
    auto const checked =
        read_logs(logs, field_checker{}, options.reading, printer.handler(), show_progress);
    report_trouble(checked.done);
    printer.finish(checked.done);
    if (checked.done.incomplete()) return exit_code::failed;
    return checked.done.stats.malformed != 0 ? exit_code::bad_lines : exit_code::done;
}

constexpr auto examples =
    "Examples:\n"
    "  flowlog check flow_logs.txt\n"
    "      prints each malformed line with its place and what is wrong with it\n"
    "  flowlog check logs --max 0 --json | jq '.total.malformed'\n"
    "      counts the malformed lines of all logs in a folder\n"
    "\n"
    "Exit codes: 0 clean; 1 lines are malformed; 2 usage, or an input that could not be read.\n";

}  // namespace

auto set_up_check(CLI::App& check) -> action {
    auto options = std::make_shared<check_options>();
    options->reading.check_empty = true;
    check.footer(examples);
    add_reading_options(check, options->reading);
    check.add_option("--max", options->max, "Print so many malformed lines (default: 100)")
        ->type_name("N")
        ->check(whole_number());
    add_row_formats(check, options->format, "malformed line");
    return [options] { return run_check(*options); };
}

}  // namespace cli
