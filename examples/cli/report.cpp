// SPDX-License-Identifier: BSL-1.0
// flowlog report: answers what many ask, on the screen or as a page.
#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/accounting.hpp>
#include <flowlog/output/html.hpp>
#include <flowlog/output/result_file.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "inquiry.hpp"
#include "keys.hpp"
#include "links.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "partial.hpp"
#include "prices.hpp"
#include "questions.hpp"
#include "reading.hpp"
#include "report_printing.hpp"
#include "rows.hpp"
#include "rules.hpp"
#include "skipdata.hpp"
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
    row_format format{};
};

/// Options of this command that `flowlog top` has not, or that change nothing of what is read.
constexpr auto own_options = std::to_array<std::string_view>(
    {"--where", "--html", "--force", "-n", "--prices", "--min-ports", "--min-hosts", "--window",
     "--csv", "--tsv", "--json", "--ndjson", "--quiet", "--threads", "--keep-going", "--strict",
     "--verbose", "--partial"});

using kinds = std::vector<report_kind const*>;

auto kind_of(std::string_view name) -> report_kind const* {
    auto const all = report_kinds();
    auto const found = std::ranges::find(all, name, &report_kind::name);
    return found == all.end() ? nullptr : &*found;
}

auto list_of_kinds() -> std::string {
    auto text = std::string{};
    for (auto const& kind : report_kinds())
        text += fmt::format("  {:<11}{}\n", kind.name, kind.meaning);
    return text + fmt::format("  {:<11}{}\n", "all", "all of these");
}

/// Throws that a word names no report.
[[noreturn]] void throw_unknown(std::string const& word) {
    auto names = std::vector<std::string>{"all"};
    for (auto const& kind : report_kinds()) names.emplace_back(kind.name);
    throw usage_error{"no such report: " + flowlog::escaped(word, 60) +
                      flowlog::did_you_mean(word, names) + " ('flowlog report' lists them)"};
}

/// The reports that a word names, with commas between them; none if it names no report. Throws if
/// it names reports and others.
auto kinds_in(std::string const& word) -> kinds {
    auto result = kinds{};
    for (auto const name : split(word)) {
        if (name == "all") {
            for (auto const& kind : report_kinds()) result.push_back(&kind);
        } else if (auto const* const kind = kind_of(name)) {
            result.push_back(kind);
        } else if (!result.empty()) {
            throw_unknown(std::string{name});
        } else {
            return {};
        }
    }
    return result;
}

/// The reports of a page that names none.
constexpr auto usual_kinds = std::string_view{"talkers,rejects"};

/// The reports that partial results were made for.
auto kinds_of_job() -> kinds {
    constexpr auto before = std::string_view{"reports="};
    for (auto const& word : merging().job)
        if (word.starts_with(before)) return kinds_in(word.substr(before.size()));
    return {};
}

/// Takes the names of the reports from what is otherwise the first log.
auto take_kinds(report_options& options) -> kinds {
    if (merging().active) return kinds_of_job();
    auto& words = options.reading.logs;
    auto result = words.empty() ? kinds{} : kinds_in(words.front());
    if (!result.empty()) {
        words.erase(words.begin());
    } else if (options.html.empty() && !is_partial(options.reading)) {
        throw_unknown(words.front());
    } else {
        result = kinds_in(std::string{usual_kinds});
    }
    return result;
}

/// The names of reports, with commas between them.
auto names_of(kinds const& all) -> std::string {
    auto result = std::string{};
    for (auto const* const kind : all)
        result += (result.empty() ? "" : ",") + std::string{kind->name};
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

/// Asks the questions of reports, and makes the reports of the answers.
class reporter {
public:
    reporter(report_options const& options, kinds wanted, std::string words)
        : options_{options},
          wanted_{std::move(wanted)},
          tables_{options.reading.tables},
          logs_{find_logs(options.reading)},
          survey_{logs_, options.reading},
          words_{std::move(words)},
          inquiry_{options.reading, tables_, survey_, words_} {
        if (!options.prices.empty())
            prices_ =
                price_list::load(options.prices, {"nat", "internet", "cross-az", "aws-service"});
        context_ = {.has = [this](flowlog::field_id id) { return survey_.has(id); },
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
        // a partial result has all of them, so that a page can be made of it
        if (!options_.html.empty() || is_partial(options_.reading) || merging().active)
            ask_for_page();
        for (auto const* const kind : wanted_) {
            for (auto& wanted : kind->questions(context_)) ask(std::move(wanted), true);
        }
        inquiry_.read(logs_);
        if (is_partial(options_.reading)) return inquiry_.write(job());
        auto const& done = inquiry_.done();
        if (auto warning = skipdata_warning(done.stats)) warnings_.push_back(*std::move(warning));
        if (done.nothing_read() && options_.format != flowlog::row_format::json)
            return done.exit_code(options_.reading);
        auto tables = answers();
        warn_of_estimates(tables, warnings_);
        options_.html.empty() ? print_report(std::move(tables))
                              : write_page(page, std::move(tables), called);
        flush_output();
        return done.exit_code(options_.reading);
    }

private:
    using number = std::optional<std::size_t>;

    /// Begins the page before the logs are read, so that it is known early whether it can be made.
    [[nodiscard]] auto begin_page() const -> flowlog::result_file {
        if (options_.html.empty()) return {};
        auto page = flowlog::result_file{options_.html, flowlog::html_heading, options_.force};
        if (page.is_stdout()) return page;
        keep_apart(options_.html, files_read(logs_, options_.reading, {options_.prices}));
        return page;
    }

    void ask(question wanted, bool is_shown) {
        auto const asked = inquiry_.ask(std::move(wanted));
        if (asked && is_shown) shown_.push_back(*asked);
    }

    /// Asks what every page answers.
    void ask_for_page() {
        over_time_ = inquiry_.ask(over_time_question(context_));
        for (auto& wanted : links_questions(context_))
            if (auto const asked = inquiry_.ask(std::move(wanted))) links_.push_back(*asked);
        auto const is_page = !options_.html.empty();
        ask(senders_question(), is_page);
        ask(services_question(), is_page);
        if (context_.tags) ask(tags_question(), is_page);
    }

    /// The words of the job of a partial result.
    [[nodiscard]] auto job() const -> std::vector<std::string> {
        auto result = job_of("report", options_.reading);
        if (merging().active) return result;
        result.push_back("reports=" + names_of(wanted_));
        result.push_back("--window=" + options_.window);
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
        if (prices_) result.push_back(cost_table(*prices_, priced));
        return result;
    }

    /// Whether a report is wanted, and no other: then it may take longer.
    [[nodiscard]] auto is_alone(std::string_view name) const -> bool {
        return wanted_.size() == 1 && wanted_.front() == kind_of(name);
    }

    /// What is to be said of windows without records.
    void note_gaps(std::vector<std::string>& notes) const {
        constexpr std::size_t max_interfaces = 10;
        auto const& stats = inquiry_.done().stats;
        notes.push_back(
            fmt::format("SKIPDATA: {} without some of their records; NODATA: {} without traffic",
                        count_text(stats.skipdata, "window"), count_text(stats.nodata, "window")));
        if (stats.skipdata == 0) return;
        if (is_alone("gaps"))
            for (auto& text :
                 skipdata_by_interface(logs_, inquiry_.done(), options_.reading, max_interfaces))
                notes.push_back(std::move(text));
        notes.push_back("  flowlog print" + words_ +
                        " --where 'log-status = SKIPDATA' --fields interface-id,start,end");
    }

    /// The rules of each direction, if the logs say which it is.
    void note_rules(std::vector<std::string>& notes) const {
        constexpr std::size_t max_rules = 10;
        for (auto const asked : shown_) {
            auto const& title = inquiry_.what(asked).title;
            auto const is_inbound = title.starts_with("Inbound");
            if (!is_inbound && !title.starts_with("Outbound")) continue;
            auto const* const what = is_inbound ? "inbound" : "outbound";
            auto rules = rules_of(inquiry_.groups(asked), what, max_rules);
            if (rules.empty()) continue;
            notes.push_back(fmt::format("The {} rules in the fewest CIDRs:", what));
            std::ranges::move(rules, std::back_inserter(notes));
        }
    }

    [[nodiscard]] auto notes() const -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        if (std::ranges::find(wanted_, kind_of("gaps")) != wanted_.end()) note_gaps(result);
        if (is_alone("services")) note_rules(result);
        auto missing = std::string{};
        for (auto const& name : inquiry_.missing()) missing += (missing.empty() ? "" : ", ") + name;
        if (!missing.empty()) result.push_back("Not asked, because the logs lack it: " + missing);
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
        auto page = flowlog::report{.title = title(), .warnings = warnings_, .command = called};
        auto const& done = inquiry_.done();
        add_charts(page);
        page.facts = facts(page, tables);
        page.accounting = flowlog::accounting_text(done.stats);
        page.notes = notes();
        if (done.matched)
            page.accounting +=
                fmt::format("; {} of {} are wanted by {}", number_text(*done.matched),
                            count_text(done.stats.records, "record"), done.wanted_by);
        if (done.failures() != 0) page.warnings.push_back("INCOMPLETE: " + done.missing_text());
        page.tables = std::move(tables);
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

    [[nodiscard]] auto title() const -> std::string {
        auto words = options_.reading.logs;
        if (merging().active) {
            words.clear();
            for (auto const& input : inquiry_.done().inputs) words.push_back(input.name);
        }
        if (words.empty()) return "Flow log report";
        if (words.size() == 1) return "Flow log report: " + words.front();
        return fmt::format("Flow log report: {} and {}", words.front(),
                           count_text(words.size() - 1, "other"));
    }

    void add_charts(flowlog::report& page) const {
        constexpr std::size_t max_spans = 96;
        constexpr std::size_t max_parties = 9;
        auto const no_measures = std::vector<std::string>{};
        auto const& over_time = over_time_ ? inquiry_.what(*over_time_).measures : no_measures;
        for (std::size_t i = 0; i < over_time.size(); ++i) {
            auto chart = flowlog::chart_over_time(inquiry_.groups(*over_time_), i, max_spans);
            chart.is_bytes = over_time[i] == "bytes";
            chart.title = chart.is_bytes ? "Bytes over time" : "Flows over time";
            chart.command = inquiry_.command(*over_time_, 0);
            if (chart.size() != 0) page.over_time.push_back(std::move(chart));
        }
        for (auto const asked : links_) {
            auto const& what = inquiry_.what(asked);
            auto chart = flowlog::link_chart{.title = what.title,
                                             .about = what.about,
                                             .command = inquiry_.command(asked, 0),
                                             .is_bytes = what.measures.front() == "bytes"};
            chart.links = flowlog::folded(links_of(inquiry_.groups(asked)), max_parties);
            page.between.push_back(std::move(chart));
        }
    }

    /// The figures at the top of a page.
    [[nodiscard]] auto facts(flowlog::report const& page,
                             std::vector<flowlog::report_table> const& tables) const
        -> std::vector<std::pair<std::string, std::string>> {
        auto result = std::vector<std::pair<std::string, std::string>>{};
        result.emplace_back("Flows", number_text(inquiry_.done().flows()));
        for (auto const& table : tables) {
            if (table.title != senders_question().title) continue;
            for (std::size_t i = 0; i < table.headings.measures.size(); ++i) {
                auto const* const value = std::get_if<std::uint64_t>(&table.found.total[i]);
                auto const& name = table.headings.measures[i];
                if (value == nullptr || name == "flows") continue;
                result.emplace_back(name == "bytes" ? "Bytes" : "Packets",
                                    name == "bytes" ? bytes_text(static_cast<double>(*value))
                                                    : number_text(*value));
            }
            result.emplace_back("Senders",
                                number_text(table.found.groups.size() + table.found.left_out));
        }
        if (!page.over_time.empty())
            result.emplace_back("Flows began", period_text(page.over_time.front().earliest,
                                                           page.over_time.front().latest,
                                                           page.over_time.front().zone));
        for (auto const& format : survey_.formats()) result.emplace_back("Format", format);
        return result;
    }

    report_options const& options_;
    kinds wanted_;
    key_tables tables_;
    flowlog::input_list logs_;
    log_survey survey_;
    std::string words_;
    inquiry inquiry_;
    question_context context_{};
    std::optional<price_list> prices_{};
    std::vector<std::string> warnings_{};
    std::vector<std::size_t> shown_{};
    number over_time_{};
    std::vector<std::size_t> links_{};
};

/// The command as it was called.
auto called_as(CLI::App const& app, std::vector<std::string> const& words) -> std::string {
    constexpr auto of_job = std::to_array<std::string_view>(
        {"--where", "--since", "--until", "--tz", "--two-way", "--no-wrap-repair", "--window"});
    return merging().active ? "flowlog merge" + reading_words(app, words, of_job)
                            : "flowlog report" + reading_words(app, words, {});
}

/// Throws `usage_error` for options that do not go together.
void require_possible(report_options const& options, kinds const& wanted) {
    auto const is_page = !options.html.empty();
    if (is_page && options.format)
        throw usage_error{
            "--html makes a page: it does not go with --csv, --tsv, --json or --ndjson"};
    if (is_page && is_partial(options.reading))
        throw usage_error{
            "--partial writes no page: 'flowlog merge PARTIAL... --html FILE' makes one"};
    if (!options.prices.empty() && !is_page &&
        std::ranges::find(wanted, kind_of("egress")) == wanted.end())
        throw usage_error{"--prices is for the report egress"};
    if (options.limit && *options.limit == 0) throw usage_error{"-n: a table has at least one row"};
    if (options.limit && *options.limit > 100 && is_page)
        throw usage_error{"a page has at most 100 rows in each table; 'flowlog top' prints more"};
}

auto run_report(CLI::App const& app, report_options options) -> int {
    auto const is_page = !options.html.empty();
    if (options.reading.logs.empty() && !is_page && !is_partial(options.reading)) {
        print("Reports:\n" + list_of_kinds() +
              "\n  flowlog report NAME LOG...            prints one\n"
              "  flowlog report --html FILE LOG...     makes a page of the most important ones\n");
        flush_output();
        return exit_code::done;
    }
    auto const called = called_as(app, options.reading.logs);
    auto wanted = take_kinds(options);
    require_possible(options, wanted);
    require_one_stdin(options.reading, {options.prices});
    // partial results have no words by which logs could be read again
    auto const logs = merging().active ? std::vector<std::string>{"LOG..."} : options.reading.logs;
    auto words = reading_words(app, logs, own_options);
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
    report.footer("Reports:\n" + list_of_kinds() + '\n' + report_examples);
    add_key_options(report, options->reading.tables);
    add_reading_options(report, options->reading);
    add_option(report, "--html", options->html);
    add_flag(report, "--force", options->force);
    add_option(report, "-n", options->limit);
    add_option(report, "--prices", options->prices);
    add_option(report, "--min-ports", options->min_ports);
    add_option(report, "--min-hosts", options->min_hosts);
    add_option(report, "--window", options->window);
    add_partial_options(report, options->reading);
    add_row_formats(report, options->format);
    return [options, app = &report] { return run_report(*app, *options); };
}

}  // namespace cli
