// SPDX-License-Identifier: BSL-1.0
// flowlog LOG: what is in logs, on one screen.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/report.hpp>
#include <flowlog/output/text.hpp>
#include <flowlog/source/scheme.hpp>

#include "commands.hpp"
#include "groupings.hpp"
#include "inquiry.hpp"
#include "keys.hpp"
#include "options.hpp"
#include "questions.hpp"
#include "reading.hpp"
#include "report_printing.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct overview_options {
    reading_options reading{};
    std::size_t limit = 5;
    std::size_t max_groups = usual_max_groups;
    row_format format{};
};

constexpr auto options_of_overview = std::to_array<std::string_view>(
    {"--where", "-n", "--max-groups", "--csv", "--tsv", "--json", "--ndjson", "--quiet",
     "--threads", "--keep-going", "--strict", "--verbose"});

/// The table of tags that lies beside the first log, if there is one: a file that `flowlog tag`
/// would read there, and that is not named as a log.
auto table_beside(flowlog::input_list const& logs, std::vector<std::string> const& words)
    -> std::string {
    namespace fs = std::filesystem;
    if (logs.files.empty() || !flowlog::scheme_of(logs.files.front().name()).empty()) return {};
    auto const& name = logs.files.front().name();
    auto const folder = name == "-" ? fs::path{} : fs::path{name}.parent_path();
    for (auto const* const table : {"lookup_table.csv", "lookup.csv"}) {
        auto ignored = std::error_code{};
        auto const path = folder / table;
        auto const is_named = std::ranges::find(words, name) != words.end();
        if (fs::is_regular_file(path, ignored) && (path != fs::path{name} || !is_named))
            return path.string();
    }
    return {};
}

/// Loads the table beside the logs. That it cannot be read is no error: nobody asked for it.
auto load_beside(reading_options& options, flowlog::input_list const& logs) -> bool {
    auto& tables = options.tables;
    if (!tables.lookup.empty()) return false;
    tables.lookup = table_beside(logs, options.logs);
    if (tables.lookup.empty()) return false;
    try {
        static_cast<void>(tables.tags());
        return true;
    } catch (flowlog::error const& failure) {
        warn("no tags are shown: " + describe(failure));
        tables.lookup.clear();
        return false;
    }
}

/// Puts lines beside other lines.
auto beside(std::string_view left, std::string_view right, std::size_t width) -> std::string {
    auto result = std::string{};
    while (!left.empty() || !right.empty()) {
        auto const next = [](std::string_view& text) {
            auto const end = std::min(text.find('\n'), text.size());
            auto const line = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            return line;
        };
        auto const first = next(left);
        auto const second = next(right);
        result += first;
        if (!second.empty()) result.append(width - std::min(width, text_width(first)), ' ');
        result += second;
        result += '\n';
    }
    return result;
}

/// Parts with commas between them, in lines that fit the terminal; all but the first line begin
/// with `indent` blanks.
auto wrapped(std::vector<std::string> const& parts, std::size_t indent) -> std::string {
    auto const width = terminal_width(stdout);
    auto result = std::string{};
    auto used = indent;
    for (auto const& part : parts) {
        auto const fits = used + text_width(part) + 1 <= width;
        if (!result.empty()) result += fits ? ", " : ",\n" + std::string(indent, ' ');
        used = (fits && !result.empty() ? used + 2 : indent) + text_width(part);
        result += part;
    }
    return result;
}

auto max_width(std::string_view text) -> std::size_t {
    auto widest = std::size_t{0};
    for (std::size_t at = 0; at < text.size();) {
        auto const end = std::min(text.find('\n', at), text.size());
        widest = std::max(widest, text_width(text.substr(at, end - at)));
        at = end + 1;
    }
    return widest;
}

/// Asks what is in logs, and prints the answers.
class overview {
public:
    overview(overview_options const& options, flowlog::input_list logs, bool found_table,
             std::string words)
        : options_{options},
          found_table_{found_table},
          logs_{std::move(logs)},
          tables_{options.reading.tables},
          survey_{logs_, options.reading},
          words_{std::move(words)},
          inquiry_{options.reading, tables_, survey_, words_, options.max_groups} {}
    overview(overview const&) = delete;
    auto operator=(overview const&) -> overview& = delete;
    ~overview() = default;

    auto run() -> int {
        warnings_ = warnings_about(logs_, tables_.warnings());
        warn_of_all(warnings_);
        auto const was_complete = survey_.complete();
        ask([this](flowlog::field_id id) { return survey_.may_have(id); });
        if (!was_complete) ask([this](flowlog::field_id id) { return survey_.has(id); });
        inquiry_.read(logs_);
        auto const& done = inquiry_.done();
        if (!was_complete) {
            survey_.learn(done);
            ask([this](flowlog::field_id id) { return survey_.may_have(id); });
        }
        if (auto warning = skipdata_warning(done.stats)) warnings_.push_back(*std::move(warning));
        auto questions = std::vector<std::size_t>{};
        for (auto const& asked : {over_time_, senders_, services_, tags_})
            if (asked) questions.push_back(*asked);
        auto bounded = inquiry_.bound_warnings(questions);
        warn_of_all(bounded);
        std::ranges::move(bounded, std::back_inserter(warnings_));
        if (!done.nothing_read() || options_.format == flowlog::row_format::json)
            options_.format ? print_rows() : print_screen();
        flush_output();
        return done.exit_code(options_.reading);
    }

private:
    using number = std::optional<std::size_t>;

    /// A question that takes less time.
    static auto without_packets(question of) -> question {
        std::erase(of.measures, "packets");
        return of;
    }

    /// Asks all questions, in the place of those that were asked before.
    void ask(std::function<bool(flowlog::field_id)> has) {
        over_time_ = inquiry_.ask(over_time_question({.has = std::move(has)}));
        senders_ = inquiry_.ask(without_packets(senders_question()));
        services_ = inquiry_.ask(without_packets(services_question()));
        totals_ = inquiry_.ask({.title = "Totals", .measures = {"bytes", "flows"}});
        actions_ = inquiry_.ask({.title = "Actions", .by = "action", .measures = {"flows"}});
        auto const& lookup = options_.reading.tables.lookup;
        if (!lookup.empty())
            tags_ = inquiry_.ask(tags_question(),
                                 found_table_ ? " --lookup " + shell_word(lookup) : "");
    }

    void print_rows() const {
        auto report = printed_report{.name = "overview", .warnings = warnings_};
        for (auto const& asked : {over_time_, senders_, services_, tags_}) {
            if (!asked) continue;
            auto const limit = asked == over_time_ ? SIZE_MAX : options_.limit;
            auto table = inquiry_.table(*asked, limit);
            if (!table) continue;
            if (asked == over_time_) table->command = inquiry_.command(*over_time_, 0);
            report.tables.push_back(*std::move(table));
        }
        cli::print_rows(report, inquiry_.done(), *options_.format);
    }

    void print_screen() const {
        auto text = style{stdout}.bold(heading()) + '\n';
        if (auto const summary = totals(); !summary.empty()) text += summary + '\n';
        print(text);
        if (inquiry_.done().flows() != 0) {
            print_over_time();
            print_tables();
            print_lines();
            print_next();
        }
        if (!options_.reading.quiet) print('\n' + inquiry_.done().accounting());
    }

    /// What the logs are.
    [[nodiscard]] auto heading() const -> std::string {
        auto const& files = logs_.files;
        auto text =
            files.size() == 1
                ? flowlog::escaped(
                      files.front().name() == "-" ? "standard input" : files.front().name(), 120)
                : count_text(files.size(), "log");
        auto formats = std::string{};
        for (auto const& format : survey_.formats())
            formats += (formats.empty() ? ": " : "; ") + format;
        return text + formats;
    }

    /// The bytes of all flows, if the logs have them.
    [[nodiscard]] auto total_bytes() const -> std::optional<std::uint64_t> {
        if (!totals_ || inquiry_.what(*totals_).measures.front() != "bytes") return std::nullopt;
        auto const totals = inquiry_.groups(*totals_).totals();
        return std::get<std::uint64_t>(totals[inquiry_.place(*totals_, 0)]);
    }

    [[nodiscard]] auto totals() const -> std::string {
        auto parts = std::vector<std::string>{};
        if (over_time_ && !inquiry_.groups(*over_time_).keys().empty()) {
            auto const chart = flowlog::chart_over_time(inquiry_.groups(*over_time_), 0, 1);
            if (chart.size() != 0)
                parts.push_back(period_text(chart.earliest, chart.latest, chart.zone));
        }
        parts.push_back(count_text(inquiry_.done().flows(), "flow"));
        if (auto const bytes = total_bytes())
            parts.push_back(bytes_text(static_cast<double>(*bytes)));
        return wrapped(parts, 0);
    }

    /// One line of bars, with their peak.
    void print_bars(std::string_view name, flowlog::time_chart const& chart,
                    std::vector<std::uint64_t> const& values) const {
        auto const peak = std::ranges::max_element(values);
        if (peak == values.end() || *peak == 0) return;
        auto const amount =
            chart.is_bytes ? bytes_text(static_cast<double>(*peak)) : count_text(*peak, "flow");
        auto const when = chart.first + chart.span * (peak - values.begin());
        print(fmt::format("{:<9}{}  {} at {}\n", name, sparkline(values), amount,
                          period_text(when, when, chart.zone)));
    }

    void print_over_time() const {
        if (!over_time_) return;
        auto const& groups = inquiry_.groups(*over_time_);
        if (groups.keys().empty()) return;
        auto const& measures = inquiry_.what(*over_time_).measures;
        auto const width = terminal_width(stdout);
        auto const around = std::size_t{42};  // the name and the peak
        auto const bars = width < around + 10 ? 10 : std::min<std::size_t>(width - around, 72);
        auto chart = flowlog::chart_over_time(groups, inquiry_.place(*over_time_, 0), bars);
        if (chart.size() < 2) return;
        chart.is_bytes = measures.front() == "bytes";
        auto all = std::vector<std::uint64_t>{};
        for (std::size_t i = 0; i < chart.size(); ++i) all.push_back(chart.total(i));
        print("\nOver time, " + flowlog::span_text(chart.span) + " each\n");
        print_bars(chart.is_bytes ? "bytes" : "flows", chart, all);
        auto const last = inquiry_.place(*over_time_, measures.size() - 1);
        auto const flows = flowlog::chart_over_time(groups, last, bars);
        for (auto const& layer : flows.layers)
            if (layer.name == "REJECT") print_bars("rejected", flows, layer.values);
    }

    /// The table of one question: keys, the measure that ranks, and its share.
    [[nodiscard]] auto small_table(std::size_t asked) const -> std::string {
        auto table = inquiry_.table(asked, options_.limit);
        if (!table) return {};
        auto& headings = table->headings;
        auto const keep = [](auto& values) {
            if (values.size() > 1) values.resize(1);
        };
        keep(headings.measures);
        keep(headings.kinds);
        for (auto& group : table->found.groups) keep(group.values);
        keep(table->found.rest);
        keep(table->found.total);
        headings.human = true;
        auto const rows = flowlog::ranking_table(flowlog::named_ranking(*table), headings);
        return table->title + '\n' + rows.text();
    }

    void print_tables() const {
        auto const left = senders_ ? small_table(*senders_) : std::string{};
        auto const right = services_ ? small_table(*services_) : std::string{};
        auto const gap = max_width(left) + 4;
        if (left.empty() || right.empty() || gap + max_width(right) > terminal_width(stdout)) {
            if (!left.empty()) print('\n' + left);
            if (!right.empty()) print('\n' + right);
            return;
        }
        print('\n' + beside(left, right, gap));
    }

    /// How many flows were rejected; none if the logs do not say.
    [[nodiscard]] auto rejected() const -> std::optional<std::uint64_t> {
        if (!actions_ || inquiry_.groups(*actions_).keys().empty()) return std::nullopt;
        auto count = std::optional<std::uint64_t>{};
        inquiry_.groups(*actions_).visit_unordered([&count](flowlog::group_view const& group) {
            auto const action = flowlog::to_text(group.key_cell(0));
            if (action == "-") return;
            count = count.value_or(0) + (action == "REJECT" ? *group.value<std::uint64_t>(0) : 0);
        });
        return count;
    }

    void print_lines() const {
        auto text = std::string{};
        if (auto const count = rejected())
            text += fmt::format("Rejected  {} ({})\n", count_text(*count, "flow"),
                                percent_text(*count, inquiry_.done().flows()));
        if (tags_) {
            auto const table = inquiry_.table(*tags_, 6);
            if (table && !table->found.groups.empty())
                text += "Tags      " + wrapped(tag_counts(*table), 10) + '\n';
        }
        if (!text.empty()) print('\n' + text);
    }

    /// Each tag with the number of its flows.
    [[nodiscard]] auto tag_counts(flowlog::report_table const& table) const
        -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        for (auto const& group : table.found.groups)
            result.push_back(flowlog::escaped(flowlog::to_text(group.key.back()), 40) + ' ' +
                             number_text(std::get<std::uint64_t>(group.values.front())));
        if (table.found.left_out != 0) result.push_back(count_text(table.found.left_out, "other"));
        result.back() += " (" + flowlog::escaped(options_.reading.tables.lookup, 60) + ')';
        return result;
    }

    /// The commands that say more.
    void print_next() const {
        auto words = words_;
        if (!options_.reading.where.empty())
            words += " --where " + shell_word(options_.reading.where);
        if (text_width(words) > 60) words = " LOG...";
        print("\nGo on with\n");
        constexpr auto commands = std::to_array<std::pair<std::string_view, std::string_view>>(
            {{"report talkers", "who sends and receives most"},
             {"report rejects", "what was rejected"},
             {"report --html report.html", "a page to show to others"}});
        for (auto const& [name, meaning] : commands) {
            if (name == "report rejects" && rejected().value_or(0) == 0) continue;
            auto const command = fmt::format("flowlog {}{}", name, words);
            print(fmt::format("  {:<{}}  {}\n", command, 33 + text_width(words), meaning));
        }
    }

    overview_options const& options_;
    bool found_table_;
    flowlog::input_list logs_;
    key_tables tables_;
    log_survey survey_;
    std::string words_;
    inquiry inquiry_;
    std::vector<std::string> warnings_{};
    number over_time_{};
    number senders_{};
    number services_{};
    number totals_{};
    number actions_{};
    number tags_{};
};

auto run_overview(CLI::App const& app, overview_options options) -> int {
    if (options.max_groups == 0)
        throw usage_error{"--max-groups: a question has at least one group"};
    require_one_stdin(options.reading, {});
    refuse_reverse(options.reading, "the overview");
    auto logs = list_logs(options.reading);
    auto const words = reading_words(app, options.reading.logs, options_of_overview);
    auto const found_table = load_beside(options.reading, logs);
    logs = find_logs(options.reading);  // which leaves the table and the lists of a folder out
    return overview{options, std::move(logs), found_table, words}.run();
}

constexpr auto overview_examples =
    "'flowlog LOG...' does the same, unless LOG is called like a command: write ./top then.\n"
    "If lookup_table.csv or lookup.csv lies beside the first log, its tags are counted.\n"
    "\n"
    "Examples:\n"
    "  flowlog vpc.log\n"
    "      prints what is in a log on one screen\n"
    "  flowlog logs --since -1d --map subnets.csv\n"
    "      prints what the logs of a folder have of the last day\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

}  // namespace

auto set_up_overview(CLI::App& overview) -> action {
    auto options = std::make_shared<overview_options>();
    overview.footer(overview_examples);
    add_key_options(overview, options->reading.tables);
    add_reading_options(overview, options->reading);
    add_option(overview, "-n", options->limit);
    add_option(overview, "--max-groups", options->max_groups);
    add_row_formats(overview, options->format);
    return [options, app = &overview] { return run_overview(*app, *options); };
}

}  // namespace cli
