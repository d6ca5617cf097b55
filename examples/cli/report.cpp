// SPDX-License-Identifier: BSL-1.0
// flowlog report: answers what many ask, on the screen or as a page.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/escape.hpp>
#include <flowlog/output/html.hpp>
#include <flowlog/output/result_file.hpp>

#include "commands.hpp"
#include "groupings.hpp"
#include "inquiry.hpp"
#include "keys.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "partial.hpp"
#include "prices.hpp"
#include "questions.hpp"
#include "reading.hpp"
#include "report_names.hpp"
#include "report_notes.hpp"
#include "report_page.hpp"
#include "report_printing.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct report_options {
    reading_options reading{};
    std::string html{};
    bool force = false;
    std::optional<std::size_t> limit{};
    std::string prices{};
    std::uint64_t min_ports = 20;
    std::uint64_t min_hosts = 20;
    std::string window = "10m";
    std::size_t max_groups = usual_max_groups;
    row_format format{};
};

/// Options of this command that `flowlog top` has not, or that change nothing of what is read.
constexpr auto options_of_report = std::to_array<std::string_view>(
    {"--where", "--html", "--force", "-n", "--prices", "--min-ports", "--min-hosts", "--window",
     "--max-groups", "--csv", "--tsv", "--json", "--ndjson", "--quiet", "--threads", "--keep-going",
     "--strict", "--verbose", "--partial"});

/// The reports of a page that names none.
constexpr auto usual_reports = std::string_view{"talkers,rejects"};

/// The reports that partial results were made for.
auto reports_of_job() -> report_list {
    constexpr auto before = std::string_view{"reports="};
    for (auto const& word : merging().job)
        if (word.starts_with(before)) return reports_in(word.substr(before.size()));
    return {};
}

/// Throws `usage_error` if a word is a file or folder, and so no misspelt name of a report.
void require_no_log(std::string const& word) {
    auto ignored = std::error_code{};
    if (!std::filesystem::exists(word, ignored)) return;
    auto const log = flowlog::escaped(word, 60);
    throw usage_error{"no report is named before the log: try 'flowlog report talkers " + log +
                      "', or 'flowlog " + log + "' for a screen of what is in it"};
}

/// Takes the names of the reports from what is otherwise the first log.
auto take_reports(report_options& options) -> report_list {
    if (merging().active) return reports_of_job();
    auto& words = options.reading.logs;
    auto result = words.empty() ? report_list{} : reports_in(words.front());
    if (!result.empty()) {
        words.erase(words.begin());
    } else if (options.html.empty() && !is_partial(options.reading)) {
        require_no_log(words.front());
        throw_no_report(words.front());
    } else {
        result = reports_in(std::string{usual_reports});
    }
    return result;
}

/// Whether there is a table of labels or tags, whose option is given. Merging, whether the partial
/// results were made with one.
auto has_table(std::string const& file, std::string_view option) -> bool {
    if (!merging().active) return !file.empty();
    return std::ranges::any_of(merging().job, [option](std::string const& word) {
        return word.starts_with(std::string{option} + '=');
    });
}

/// The rows that a table has by default: as many as leave all of them on a screen.
auto usual_limit(std::size_t tables) -> std::size_t {
    constexpr auto limits = std::to_array<std::size_t>({20, 20, 10, 7, 5, 5});
    return tables < limits.size() ? limits[tables] : 4;
}

/// What the commands that a report prints are called with.
struct command_words {
    std::string top{};
    std::string print{};      ///< for `flowlog print`, if the filter chooses what is printed
    std::string print_all{};  ///< the same without the file of a filter
};

/// Asks the questions of reports, and makes the reports of the answers.
class reporter {
public:
    reporter(report_options const& options, report_list wanted, command_words words)
        : options_{options},
          wanted_{std::move(wanted)},
          tables_{options.reading.tables},
          logs_{find_logs(options.reading)},
          survey_{logs_, options.reading},
          words_{std::move(words)},
          inquiry_{options.reading, tables_, survey_, words_.top, options.max_groups} {
        if (!options.prices.empty())
            prices_ =
                price_list::load(options.prices, {"nat", "internet", "cross-az", "aws-service"});
        context_ = {.has = [this](flowlog::field_id id) { return survey_.may_have(id); },
                    .labels = has_table(options.reading.tables.map, "map"),
                    .tags = has_table(options.reading.tables.lookup, "lookup"),
                    .min_ports = options.min_ports,
                    .min_hosts = options.min_hosts,
                    .window = options.window == "none" ? "" : options.window};
    }
    reporter(reporter const&) = delete;
    auto operator=(reporter const&) -> reporter& = delete;
    ~reporter() = default;

    auto run(std::string const& called) -> int {
        warnings_ = warnings_about(logs_, tables_.warnings());
        warn_of_all(warnings_);
        auto page = begin_page();
        auto const was_complete = survey_.complete();
        ask_all(context_);
        if (!was_complete) ask_all(context_of_known_fields());
        inquiry_.read(logs_);
        if (is_partial(options_.reading)) return inquiry_.write(job());
        auto const& done = inquiry_.done();
        if (!was_complete) {
            survey_.learn(done);
            ask_all(context_);
        }
        if (auto warning = skipdata_warning(done.stats)) warnings_.push_back(*std::move(warning));
        if (done.nothing_read() && options_.format != flowlog::row_format::json)
            return done.exit_code(options_.reading);
        auto tables = answers();
        warn_of_estimates(tables, warnings_);
        auto bounded = inquiry_.bound_warnings(printed_questions());
        warn_of_all(bounded);
        std::ranges::move(bounded, std::back_inserter(warnings_));
        options_.html.empty() ? print_report(std::move(tables))
                              : write_page(page, std::move(tables), called);
        flush_output();
        return done.exit_code(options_.reading);
    }

private:
    /// Begins the page before the logs are read, so that it is known early whether it can be made.
    [[nodiscard]] auto begin_page() const -> flowlog::result_file {
        if (options_.html.empty()) return {};
        keep_apart(options_.html, files_read(logs_, options_.reading, {options_.prices}));
        return flowlog::result_file{options_.html, flowlog::html_heading, options_.force};
    }

    /// The same questions for logs that have the fields that are known before they are read, and no
    /// others.
    [[nodiscard]] auto context_of_known_fields() const -> question_context {
        auto result = context_;
        result.has = [this](flowlog::field_id id) { return survey_.has(id); };
        return result;
    }

    /// Asks all questions, in the place of those that were asked before.
    void ask_all(question_context const& context) {
        shown_.clear();
        drawn_ = {};
        // a partial result has all of them, so that a page can be made of it
        auto const is_counting = is_partial(options_.reading) || merging().active;
        if (!options_.html.empty() || (is_counting && !survey_.complete())) ask_for_page(context);
        for (auto const* const kind : wanted_)
            for (auto& wanted : kind->questions(context)) ask(std::move(wanted), true);
    }

    void ask(question wanted, bool is_shown) {
        auto const asked = inquiry_.ask(std::move(wanted));
        if (asked && is_shown) shown_.push_back(*asked);
    }

    /// Asks what every page answers.
    void ask_for_page(question_context const& context) {
        drawn_.over_time = inquiry_.ask(over_time_question(context));
        for (auto& wanted : links_questions(context))
            if (auto const asked = inquiry_.ask(std::move(wanted))) drawn_.links.push_back(*asked);
        auto const is_page = !options_.html.empty();
        ask(senders_question(), is_page);
        ask(services_question(), is_page);
        if (context.tags) ask(tags_question(), is_page);
    }

    /// The words of the job of a partial result.
    [[nodiscard]] auto job() const -> std::vector<std::string> {
        auto result = job_of("report", options_.reading);
        if (merging().active) return result;
        result.push_back("reports=" + names_of(wanted_));
        result.push_back("--window=" + options_.window);
        result.push_back(fmt::format("--max-groups={}", options_.max_groups));
        return result;
    }

    /// The tables of all questions, each once.
    [[nodiscard]] auto answers() const -> std::vector<flowlog::report_table> {
        constexpr std::size_t on_page = 10;
        auto const usual = options_.html.empty() ? usual_limit(shown_.size()) : on_page;
        auto const limit = options_.limit.value_or(usual);
        auto result = std::vector<flowlog::report_table>{};
        auto priced = std::vector<priced_bytes>{};
        for (auto const asked : shown_) {
            auto table = inquiry_.table(asked, limit);
            if (!table) continue;
            auto const& price = inquiry_.what(asked).price;
            auto const* const bytes = std::get_if<std::uint64_t>(&table->found.total.front());
            if (!price.empty() && bytes != nullptr && table->headings.measures.front() == "bytes")
                priced.push_back({price, *bytes});
            if (std::ranges::find(result, table->command, &flowlog::report_table::command) ==
                result.end())
                result.push_back(*std::move(table));
        }
        if (prices_) result.push_back(cost_table(*prices_, priced, options_.format));
        return result;
    }

    /// The questions whose answers are printed, or are on the page.
    [[nodiscard]] auto printed_questions() const -> std::vector<std::size_t> {
        auto result = shown_;
        if (options_.html.empty()) return result;
        if (drawn_.over_time) result.push_back(*drawn_.over_time);
        result.insert(result.end(), drawn_.links.begin(), drawn_.links.end());
        return result;
    }

    /// Whether a report is wanted, and no other: then it may say more.
    [[nodiscard]] auto is_alone(std::string_view name) const -> bool {
        return wanted_.size() == 1 && wanted_.front() == find_report(name);
    }

    /// The notes, which are results: they are printed with --quiet, too.
    [[nodiscard]] auto notes() const -> std::vector<std::string> {
        auto const is_chosen = !merging().active && chooses_windows(options_.reading);
        auto result = std::vector<std::string>{};
        if (std::ranges::find(wanted_, find_report("gaps")) != wanted_.end())
            result = notes_on_gaps(inquiry_, is_alone("gaps") ? 10 : 3,
                                   is_chosen ? words_.print : words_.print_all,
                                   is_chosen ? options_.reading.where : std::string{});
        if (is_alone("services"))
            std::ranges::move(notes_on_rules(inquiry_, shown_), std::back_inserter(result));
        std::ranges::move(notes_on_missing(inquiry_), std::back_inserter(result));
        return result;
    }

    void print_report(std::vector<flowlog::report_table> tables) {
        auto const report = printed_report{.name = names_of(wanted_),
                                           .tables = std::move(tables),
                                           .notes = notes(),
                                           .warnings = warnings_};
        auto const& done = inquiry_.done();
        options_.format ? print_rows(report, done, *options_.format)
                        : print_text(report, done, options_.reading.quiet);
    }

    void write_page(flowlog::result_file& file, std::vector<flowlog::report_table> tables,
                    std::string const& called) {
        auto const& done = inquiry_.done();
        auto page =
            page_of(inquiry_, drawn_, std::move(tables), survey_.formats(), options_.reading.logs);
        page.command = called;
        page.warnings = warnings_;
        page.notes = notes();
        if (done.failures() != 0) page.warnings.push_back("INCOMPLETE: " + done.missing_text());
        file.write(flowlog::html_page(page));
        if (done.failures() != 0) {
            file.write(flowlog::incomplete_comment(done.missing_text()));
            if (file.replaces_complete() && !options_.force && !options_.reading.keep_going)
                return complain(flowlog::escaped(options_.html) + " is complete and stays: " +
                                done.missing_text() + "; --keep-going replaces it");
        }
        commit_all(std::span{&file, 1});
        if (!options_.reading.quiet && !file.is_stdout()) {
            print(fmt::format("{} is the report; open it in a browser\n\n",
                              flowlog::escaped(options_.html)));
            print(done.accounting());
        }
    }

    report_options const& options_;
    report_list wanted_;
    key_tables tables_;
    flowlog::input_list logs_;
    log_survey survey_;
    command_words words_;
    inquiry inquiry_;
    question_context context_{};
    std::optional<price_list> prices_{};
    std::vector<std::string> warnings_{};
    std::vector<std::size_t> shown_{};
    drawn_questions drawn_{};
};

/// The command as it was called.
auto called_as(CLI::App const& app, std::vector<std::string> const& words) -> std::string {
    constexpr auto of_job = std::to_array<std::string_view>(
        {"--where", "--since", "--until", "--tz", "--no-wrap-repair", "--window", "--max-groups"});
    return merging().active ? "flowlog merge" + reading_words(app, words, of_job)
                            : "flowlog report" + reading_words(app, words, {});
}

/// Throws `usage_error` for options that do not go together.
void require_possible(report_options const& options, report_list const& wanted) {
    auto const is_page = !options.html.empty();
    if (is_page && options.format)
        throw usage_error{
            "--html makes a page: it does not go with --csv, --tsv, --json or --ndjson"};
    if (is_page && is_partial(options.reading))
        throw usage_error{
            "--partial writes no page: 'flowlog merge PARTIAL... --html FILE' makes one"};
    if (!options.prices.empty() && !is_page &&
        std::ranges::find(wanted, find_report("egress")) == wanted.end())
        throw usage_error{"--prices is for the report egress"};
    if (options.max_groups == 0)
        throw usage_error{"--max-groups: a question has at least one group"};
    if (options.limit && *options.limit == 0) throw usage_error{"-n: a table has at least one row"};
    if (options.limit && *options.limit > 100 && is_page)
        throw usage_error{"a page has at most 100 rows in each table; 'flowlog top' prints more"};
}

auto run_report(CLI::App const& app, report_options options) -> int {
    auto const is_page = !options.html.empty();
    if (options.reading.logs.empty() && !is_page && !is_partial(options.reading)) {
        print("Reports:\n" + list_of_reports() +
              "\n  flowlog report NAME LOG...            prints one\n"
              "  flowlog report --html FILE LOG...     makes a page of the most important ones\n");
        flush_output();
        return exit_code::done;
    }
    if (is_page && options.reading.logs.empty() && options.reading.logs_from.empty())
        throw usage_error{"no LOG is given: --html takes " + flowlog::escaped(options.html, 60) +
                          " as the page that it makes"};
    auto const called = called_as(app, options.reading.logs);
    auto wanted = take_reports(options);
    require_possible(options, wanted);
    refuse_reverse(options.reading, "report");
    require_one_stdin(options.reading, {options.prices});
    options.reading.other_files = {options.prices};
    // partial results have no words by which logs could be read again
    auto const logs = merging().active ? std::vector<std::string>{"LOG..."} : options.reading.logs;
    auto words = command_words{.top = reading_words(app, logs, options_of_report)};
    auto own = std::vector<std::string_view>{options_of_report.begin(), options_of_report.end()};
    own.emplace_back("--hash-key");
    words.print = reading_words(app, logs, own);
    own.emplace_back("--where-file");
    words.print_all = reading_words(app, logs, own);
    return reporter{options, std::move(wanted), std::move(words)}.run(called);
}

constexpr auto report_examples =
    "Examples:\n"
    "  flowlog report talkers vpc.log\n"
    "      prints who sends and receives most, and the commands that print more of it\n"
    "  flowlog report --html report.html logs --since -1d --map subnets.csv\n"
    "      makes one page to show to others, which loads nothing: open it in a browser\n"
    "  flowlog report scans logs --min-ports 50 --window 1h --json\n"
    "      prints who tried 50 ports or 20 hosts within an hour\n"
    "\n"
    "A log that is called like a report is written ./talkers.\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

}  // namespace

auto set_up_report(CLI::App& report) -> action {
    auto options = std::make_shared<report_options>();
    report.footer("Reports:\n" + list_of_reports() + '\n' + report_examples);
    add_key_options(report, options->reading.tables);
    add_reading_options(report, options->reading);
    add_option(report, "--html", options->html);
    add_flag(report, "--force", options->force);
    add_option(report, "-n", options->limit);
    add_option(report, "--prices", options->prices);
    add_option(report, "--min-ports", options->min_ports);
    add_option(report, "--min-hosts", options->min_hosts);
    add_option(report, "--window", options->window);
    add_option(report, "--max-groups", options->max_groups);
    add_partial_options(report, options->reading);
    add_row_formats(report, options->format);
    return [options, app = &report] { return run_report(*app, *options); };
}

}  // namespace cli
