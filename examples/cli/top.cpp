// SPDX-License-Identifier: BSL-1.0
// flowlog top: groups flows and ranks the groups.
#include "top.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/escape.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::measure;

constexpr std::size_t most_messages = 20;

struct top_options {
    reading_options reading{};
    std::string by{};
    std::vector<std::string> measures{};  // as they were named on the command line
    std::string sort{};
    std::size_t limit = 20;
    bool all = false;
    std::string map{};
    std::string lookup{};
    row_format format = row_format::people;
    bool human = false;
    bool strict = false;
};

/// A grouping that may do without a field in the logs: by default bytes are summed if there are
/// any.
class top_grouping {
public:
    top_grouping(flowlog::dynamic_grouping groups, std::optional<flowlog::field_id> optional)
        : groups_{std::move(groups)}, optional_{optional} {}

    [[nodiscard]] auto uses() const -> std::vector<flowlog::field_use> {
        auto result = groups_.uses();
        for (auto& use : result) use.optional = use.id == optional_;
        return result;
    }
    template <class Run>
    [[nodiscard]] auto add_batch(Run const& run) -> std::size_t {
        return groups_.add_batch(run);
    }
    template <flowlog::flow_record Record>
    [[nodiscard]] auto try_add(Record const& record) -> bool {
        return groups_.try_add(record);
    }
    template <flowlog::flow_record Record>
    [[nodiscard]] auto offending_field_of(Record const& record) const
        -> std::optional<flowlog::offending_field> {
        return find_offending_field(groups_, record);
    }
    template <flowlog::flow_record Record>
    void add(Record const& record) {
        groups_.add(record);
    }
    void merge(top_grouping&& other, unsigned threads = 1) {
        groups_.merge(std::move(other.groups_), threads);
    }

    [[nodiscard]] auto groups() noexcept -> flowlog::dynamic_grouping& { return groups_; }

private:
    flowlog::dynamic_grouping groups_;
    std::optional<flowlog::field_id> optional_;
};

auto split(std::string_view list) -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    while (!list.empty()) {
        auto const end = std::min(list.find_first_of(", \t"), list.size());
        if (end != 0) result.push_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return result;
}

auto parse_keys(top_options const& options, flowlog::group_tables const& tables)
    -> std::vector<flowlog::group_key> {
    auto result = std::vector<flowlog::group_key>{};
    for (auto const part : split(options.by)) {
        if (part == "tag" && options.lookup.empty())
            throw usage_error{"the key tag needs a table of tags: --lookup FILE"};
        if (part.starts_with("label(") && options.map.empty())
            throw usage_error{"the key label needs a table of labels: --map FILE"};
        auto key = flowlog::parse_group_key(part, tables);
        if (std::ranges::find(result, key.name, &flowlog::group_key::name) != result.end())
            throw usage_error{"--by names " + key.name + " twice"};
        result.push_back(std::move(key));
    }
    if (result.empty())
        throw usage_error{"no key is given: --by srcaddr,dstport ('flowlog fields' prints all)"};
    return result;
}

/// Adds a measure unless it is there; its position.
auto add(std::vector<measure>& measures, measure const& wanted) -> std::size_t {
    auto const found = std::ranges::find(measures, wanted);
    if (found != measures.end()) return static_cast<std::size_t>(found - measures.begin());
    measures.push_back(wanted);
    return measures.size() - 1;
}

/// What is measured; flows, and bytes if there are any, where nothing is named.
struct wanted_measures {
    std::vector<measure> all{};
    std::size_t by = 0;
    bool bytes_optional = false;
};

auto parse_measures(top_options const& options) -> wanted_measures {
    auto result = wanted_measures{};
    for (auto const& name : options.measures) add(result.all, measure::parse(name));
    if (result.all.empty()) {
        result.all = {{}, {flowlog::measure_kind::sum, flowlog::field_id::bytes}};
        result.bytes_optional = true;
    }
    if (options.sort.empty()) return result;
    result.by = add(result.all, measure::parse(options.sort));
    result.bytes_optional = result.bytes_optional && result.by == 0;
    return result;
}

/// Headings: a sum of what is a key as well is called `sum(…)`.
auto names_of(std::vector<measure> const& measures, std::vector<std::string> const& keys)
    -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& m : measures) {
        auto name = m.name();
        auto const taken = std::ranges::find(keys, name) != keys.end();
        result.push_back(taken ? "sum(" + name + ')' : std::move(name));
    }
    return result;
}

/// Keeps what is said of the first malformed lines.
class malformed_messages {
public:
    [[nodiscard]] auto handler() -> flowlog::malformed_handler {
        return [this](flowlog::malformed_line const& line) {
            if (count_++ < most_messages) first_.push_back(describe(line));
        };
    }
    void say() const {
        for (auto const& message : first_) warn(message);
        if (count_ > first_.size()) {
            warn(fmt::format("... and {}", counted(count_ - first_.size(), "more malformed line")));
        }
    }

private:
    std::uint64_t count_ = 0;
    std::vector<std::string> first_;
};

void take_warnings(flowlog::tag_table const& table, std::vector<std::string>& warnings) {
    for (auto const& [where, message] : table.warnings())
        warnings.push_back(describe(where, message));
    auto const more = table.warning_count() - table.warnings().size();
    if (more != 0) warnings.push_back(fmt::format("... and {} more like these", grouped(more)));
}

void say_all(std::vector<std::string> const& warnings) {
    auto const shown = std::min(warnings.size(), most_messages);
    for (std::size_t i = 0; i < shown; ++i) warn(warnings[i]);
    if (warnings.size() > shown)
        warn(fmt::format("... and {} more", grouped(warnings.size() - shown)));
}

/// Bytes that were summed though nobody asked for them show only if there are any.
void drop_last_measure_if_zero(top_report& report) {
    if (report.found.total.back() != flowlog::group_cell{std::uint64_t{0}}) return;
    for (auto& group : report.found.groups) group.values.pop_back();
    report.found.rest.pop_back();
    report.found.total.pop_back();
    report.measures.pop_back();
    report.kinds.pop_back();
}

void print_report(top_report const& report, top_options const& options) {
    if (options.format == row_format::json) return print(json_text(report));
    if (options.format != row_format::people) return print_rows(report, options.format);
    auto text = table_text(report, stdout);
    if (!options.reading.quiet) text += '\n' + accounting_text(report.done);
    print(text);
}

auto run_top(top_options const& options) -> int {
    auto const on_stdin = std::ranges::count(options.reading.logs, "-") +
                          (options.map == "-" ? 1 : 0) + (options.lookup == "-" ? 1 : 0);
    if (on_stdin > 1) throw usage_error{"only one input can be standard input"};
    if (options.human && options.format != row_format::people)
        throw usage_error{"--human is for the table alone"};
    auto const tags =
        options.lookup.empty() ? flowlog::tag_table{} : flowlog::tag_table::load(options.lookup);
    auto const labels =
        options.map.empty() ? flowlog::label_table{} : flowlog::label_table::load(options.map);
    auto const keys = parse_keys(options, {options.lookup.empty() ? nullptr : &tags,
                                           options.map.empty() ? nullptr : &labels});
    auto const measures = parse_measures(options);
    auto const logs = find_logs(options.reading);

    auto report = top_report{.kinds = measures.all, .by = measures.by, .human = options.human};
    for (auto const& key : keys) report.keys.push_back(key.name);
    report.measures = names_of(measures.all, report.keys);
    take_warnings(tags, report.warnings);
    for (auto& repeated : repeated_inputs(logs.files))
        report.warnings.push_back(std::move(repeated));
    say_all(report.warnings);

    auto const bytes_are_key = std::ranges::any_of(keys, [](auto const& key) {
        return key.kind == flowlog::key_kind::field && key.field == flowlog::field_id::bytes;
    });
    auto const bytes_optional = measures.bytes_optional && !bytes_are_key;
    auto malformed = malformed_messages{};
    auto counted = read_logs(
        logs,
        top_grouping{flowlog::group_by(keys, measures.all),
                     bytes_optional ? std::optional{flowlog::field_id::bytes} : std::nullopt},
        options.reading, malformed.handler());
    malformed.say();
    report.done = std::move(counted.done);
    report_trouble(report.done);
    auto const& stats = report.done.stats;
    if (stats.skipdata != 0) report.warnings.push_back(skipdata_warning(stats.skipdata));

    auto const limit = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
    report.found = counted.value.groups().rank(limit, report.by);
    if (bytes_optional) drop_last_measure_if_zero(report);
    for (auto const& caveat : caveats(report)) {
        warn(caveat);
        report.warnings.push_back(caveat);
    }
    if (!report.done.nothing_read() || options.format == row_format::json)
        print_report(report, options);
    flush_output();
    if (report.done.incomplete()) return exit_code::failed;
    auto const bad = stats.malformed != 0 || stats.skipdata != 0;
    return options.strict && bad ? exit_code::bad_lines : exit_code::done;
}

constexpr auto examples =
    "Keys: any field; ip, port (of either end); pair, service, date, tag (--lookup);\n"
    "      srcaddr/24, srcaddr/24/48; start:5m (s, m, h, d); class(srcaddr);\n"
    "      label(srcaddr) (--map)\n"
    "\n"
    "Examples:\n"
    "  flowlog top vpc.log --by srcaddr,dstaddr --sum bytes -n 20\n"
    "      who sends most to whom\n"
    "  flowlog top logs --by start:5m --where 'action = REJECT' --all --csv\n"
    "      rejected flows over time\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines were malformed or SKIPDATA; 2 usage, or an input\n"
    "that could not be read to its end.\n";

/// Measures rank in the order in which they are named, whatever their options.
void add_measure_options(CLI::App& app, top_options& options) {
    constexpr auto measures = "Measures (default: flows, and bytes if there are any)";
    auto* const named = &options.measures;
    constexpr auto words = std::to_array<std::pair<char const*, char const*>>(
        {{"flows", "Count flows"},
         {"first", "When the first flow began: --min start"},
         {"last", "When the last flow ended: --max end"}});
    for (auto const& [word, meaning] : words) {
        auto const take = [named, name = std::string{word}] { named->push_back(name); };
        app.add_flag_callback(fmt::format("--{}", word), take, meaning)
            ->trigger_on_parse()
            ->group(measures);
    }
    constexpr auto kinds = std::to_array<std::pair<char const*, char const*>>(
        {{"sum", "Add up"},
         {"min", "Smallest values; of times, too: --min start"},
         {"max", "Largest values"},
         {"rate", "Sums per second"},
         {"distinct", "Count different values; above 1024 an estimate"}});
    for (auto const& [kind, meaning] : kinds) {
        auto const take = [named, name = std::string{kind}](std::string const& list) {
            for (auto const of : split(list)) named->push_back(fmt::format("{}({})", name, of));
        };
        app.add_option_function<std::string>(fmt::format("--{}", kind), take, meaning)
            ->type_name("FIELDS")
            ->trigger_on_parse()
            ->group(measures);
    }
}

void add_result_options(CLI::App& app, top_options& options) {
    auto* const limit = app.add_option("-n", options.limit, "Show so many groups (default: 20)");
    limit->type_name("N")->check(whole_number());
    app.add_flag("--all", options.all, "Show all groups")->excludes(limit);
    app.add_option("--sort", options.sort,
                   "Measure that ranks: bytes, max(packets) (default: the first one)")
        ->type_name("MEASURE");
    add_row_formats(app, options.format, "group");
    app.add_flag("--human", options.human, "Numbers for people in the table: 1,234 and 5.6 MB");
    app.add_flag("--strict", options.strict, "Exit with 1 if lines are malformed or SKIPDATA");
}

}  // namespace

auto set_up_top(CLI::App& top) -> action {
    auto options = std::make_shared<top_options>();
    top.footer(examples);
    top.add_option("--by", options->by, "Group by these: srcaddr,dstport,...")->type_name("KEYS");
    top.add_option("--lookup", options->lookup, "Table of tags: dstport,protocol,tag")
        ->type_name("FILE");
    top.add_option("--map", options->map, "Table of labels of addresses: cidr,label")
        ->type_name("FILE");
    add_reading_options(top, options->reading);
    add_measure_options(top, *options);
    add_result_options(top, *options);
    return [options] { return run_top(*options); };
}

}  // namespace cli
