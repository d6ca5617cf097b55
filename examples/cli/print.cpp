// SPDX-License-Identifier: BSL-1.0
// flowlog print: prints the flows of logs of any format.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/splitter.hpp>
#include <flowlog/output/record_sorter.hpp>
#include <flowlog/output/records.hpp>

#include "columns.hpp"
#include "commands.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "reading.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::record_column;
using flowlog::record_format;

struct print_options {
    reading_options reading{};
    std::vector<record_format> formats{};  // of which one may be given
    std::string fields{};
    std::optional<std::uint64_t> head{};
    std::string sort{};
    bool ascending = false;
    bool all_lines = false;
    flowlog::naming names = flowlog::naming::aws;
    std::optional<flowlog::time_format> times{};

    [[nodiscard]] auto format() const -> record_format {
        if (!formats.empty()) return formats.front();
        if (names == flowlog::naming::ocsf) return record_format::ndjson;
        return is_terminal(stdout) ? record_format::table : record_format::csv;
    }
};

/// The columns of a table of an archive, whose format has dozens of fields.
auto for_people(columns const& all) -> columns {
    using enum flowlog::field_id;
    auto result = columns{};
    for (auto const id :
         {start, end, protocol, srcaddr, srcport, dstaddr, dstport, tcp_flags, packets, bytes}) {
        if (has(all, id)) result.emplace_back(id);
    }
    return result.empty() ? all : result;
}

auto is_archive(flowlog::log& log) -> bool {
    return log.visit([](auto& reader) { return !requires { reader.columns(); }; });
}

class log_printer {
public:
    explicit log_printer(print_options const& options)
        : options_{options},
          tables_{options.reading.tables},
          columns_{parse_columns(options.fields)},
          wanted_{wanted_flows(options.reading)} {
        warn_of_all(tables_.warnings());
        if (!options.sort.empty())
            sort_key_ = key_of_one_flow(options.sort, "--sort", tables_, {},
                                        [&] { return unknown_columns(options.reading); });
        if (columns_.empty() && options_.format() == record_format::vpc)
            columns_ = flowlog::columns_of(flowlog::layout::vpc_default());
        given_ = !columns_.empty();
    }

    /// Prints the flows of all logs. The first one determines the heading.
    void print_logs(flowlog::input_list const& logs) {
        done_.add_missing(logs);
        for (auto const& missing : logs.missing) complain_of(missing);
        auto next = logs.files.begin();
        for (; next != logs.files.end() && !done(); ++next) {
            if (printing_ && !one_by_one()) break;
            if (!print_log(*next)) break;
        }
        if (!done()) print_side_by_side({next, logs.files.end()});
    }

    [[nodiscard]] auto finish() -> int {
        if (!printing_ && (given_ || options_.format() == record_format::json)) begin({}, {});
        if (sorter_) write_sorted();
        if (printing_) writer().finish();
        flush_output();
        malformed_.finish();
        differing_.finish();
        failures_.finish();
        if (auto const warning = warning_of_empty(empty_)) warn(*warning);
        if (auto const warning = skipdata_warning(done_.stats)) warn(*warning);
        note_left_out();
        return done_.exit_code(options_.reading);
    }

private:
    [[nodiscard]] auto writer() -> flowlog::record_writer& { return printing_->inner(); }
    [[nodiscard]] auto rows() const -> std::uint64_t {
        return printing_ ? printing_->inner().rows() : 0;
    }

    /// Whether no more rows are wanted.
    [[nodiscard]] auto full() const -> bool { return options_.head && rows() >= *options_.head; }
    [[nodiscard]] auto done() const -> bool { return full() && printing_; }

    /// Whether each flow must be looked at before the next one.
    [[nodiscard]] auto one_by_one() const -> bool {
        return options_.head || !options_.sort.empty() || options_.reading.all_lines;
    }

    /// Prints a log; false if it is better read by several threads, and nothing of it was printed.
    auto print_log(flowlog::input const& input) -> bool {
        auto report = flowlog::input_report{.name = input.name()};
        auto log = std::optional<flowlog::log>{};
        try {
            if (!one_by_one() && can_share(input)) {
                auto peeked = open_log(input, options_.reading, {});
                if (use_columns(peeked)) return false;
            }
            log.emplace(open_log(input, options_.reading, malformed_handler()));
            if (!use_columns(*log) && log->stats().bytes == 0) empty_.push_back(input.name());
            if (!full()) log->visit([this](auto& reader) { print_reader(reader); });
            note_later_columns(*log);
        } catch (flowlog::error const& failure) {
            if (failure.code() == flowlog::errc::write_failed) throw;
            report.failure = failure;
            complain_of(failure);
        }
        if (log) done_.stats += log->stats();
        done_.inputs.push_back(std::move(report));
        return true;
    }

    /// What a thread reads at a time. What it prints before its turn is kept, up to 8 MiB, and may
    /// be several times as long.
    static constexpr std::uint64_t chunk_size = std::uint64_t{2} << 20;

    /// Whether several threads can read a log at once.
    [[nodiscard]] auto can_share(flowlog::input const& input) const -> bool {
        auto const how = open_options_of(options_.reading, {});
        return flowlog::log_splitter::of(input, how, chunk_size).has_value();
    }

    /// Prints the flows of logs in their order, while several threads read them.
    void print_side_by_side(std::vector<flowlog::input> const& inputs) {
        if (inputs.empty()) return;
        auto how = run_options_of(options_.reading, malformed_handler());
        how.keep_going = true;
        how.chunk_size = chunk_size;
        how.on_open = [this](flowlog::log& log) { use_columns(log); };
        how.on_read = [this](flowlog::log& log) {
            if (!is_archive(log)) note_later_columns(log);
        };
        // in these, a row depends on the rows before it
        auto const format = options_.format();
        auto const is_chain = format == record_format::json || format == record_format::table;
        if (is_chain || is_terminal(stdout)) how.threads = 1;
        writer().flush();
        auto found = flowlog::run(inputs, *printing_, how);
        printing_.emplace(std::move(found.value));
        done_.stats += found.stats;
        for (auto& report : found.inputs) {
            if (report.failure) complain_of(*report.failure);
            auto const& stats = report.stats;
            if (!report.failure && stats.bytes == 0 && stats.lines() == 0)
                empty_.push_back(report.name);
            done_.inputs.push_back(std::move(report));
        }
    }

    [[nodiscard]] auto malformed_handler() -> flowlog::malformed_handler {
        return [this](auto const& line) { malformed_.say(describe(line)); };
    }

    void write_sorted() {
        sorter_->each([this](auto const& record) { static_cast<void>(writer().write(record)); });
    }

    /// Says how many flows of a default number are left out.
    void note_left_out() const {
        if (!sorter_ || options_.head || options_.reading.quiet) return;
        if (auto const found = sorter_->added(); found > rows())
            print_error(number_text(rows()) + " of " + count_text(found, "flow") +
                        " are printed; -n N prints N of them\n");
    }

    void complain_of(flowlog::error const& failure) {
        if (printing_) writer().flush();
        failures_.say(describe(failure));
    }

    /// Begins the output with the columns of the first log, and warns if a later one has others.
    /// False if the log has none, because it is empty.
    auto use_columns(flowlog::log& log) -> bool {
        warn_of_mistyped(log);
        if (given_) {
            present_ = flowlog::columns_of(log);
        } else if (log.name() != present_of_) {
            present_ = all_columns(log, options_.reading, columns_);
            present_of_ = log.name();
        }
        auto const& present = present_;
        if (present.empty()) return false;
        if (!printing_) {
            auto const for_table = options_.format() == record_format::table && is_archive(log);
            if (!given_) columns_ = for_table ? for_people(present) : present;
            begin(present, named_columns(present, log));
        } else if (!given_) {
            auto const message = difference(log.name(), first_, columns_, present, "printed");
            if (message) differing_.say(*message);
        }
        if (given_) return true;
        auto const unread = unread_columns_of(log);
        for (auto const& message : warnings_of_unread(log.name(), unread, unread_, "printed"))
            differing_.say(message);
        return true;
    }

    /// Warns if the records of a log had columns that its first ones lacked.
    void note_later_columns(flowlog::log& log) {
        auto const for_table = options_.format() == record_format::table;
        if (given_ || !printing_ || (for_table && is_archive(log))) return;
        auto const message =
            is_archive(log)
                ? later_columns(log.name(), present_, flowlog::columns_of(log), "printed")
                : later_columns(log.name(), columns_, columns_further_on(log), "printed");
        if (message) differing_.say(*message);
    }

    template <class Reader>
    void print_reader(Reader& reader) {
        if (!printing_) return;  // the log is empty
        if (wanted_) flowlog::require_fields(wanted_->uses(), reader);
        if (sorter_) flowlog::require_fields(sorter_->uses(), reader);
        if (!one_by_one()) return flowlog::add_all(reader, *printing_);
        if (wanted_) flowlog::restrict(reader, *wanted_);
        for (auto const& record : reader) {
            if (sorter_)
                sort(record, reader);
            else if (!printing_->try_add(record)) [[unlikely]]
                reader.reject(printing_->offending_field_of(record)->id,
                              flowlog::reason::bad_value);
            if (full()) [[unlikely]]
                return;
        }
    }

    template <class Record, class Reader>
    void sort(Record const& record, Reader& reader) {
        auto const wanted = wanted_ ? wanted_->test(record) : flowlog::field_value<bool>{true};
        auto bad = std::optional<flowlog::field_id>{};
        if (wanted.malformed()) [[unlikely]]
            bad = wanted_->malformed_field(record);
        else if (wanted == true)
            bad = sorter_->add(record);
        if (bad) [[unlikely]]
            reader.reject(*bad, flowlog::reason::bad_value);
    }

    /// Begins the output. `present` are the columns of the first log, and `named` those that may be
    /// named.
    void begin(columns const& present, columns const& named) {
        resolve(columns_, named, tables_, [this] { return unknown_columns(options_.reading); });
        require_printable();
        if (sort_key_)
            sorter_.emplace(
                *sort_key_, columns_,
                flowlog::record_sorter::options{.limit = options_.head.value_or(default_sorted),
                                                .ascending = options_.ascending});
        auto const terminal = is_terminal(stdout);
        auto how = flowlog::record_options{.format = options_.format(),
                                           .names = options_.names,
                                           .escape = terminal,
                                           .all_lines = options_.reading.all_lines};
        // Elasticsearch takes numbers for milliseconds
        how.times = options_.times.value_or(how.format == record_format::table ||
                                                    how.names == flowlog::naming::ecs
                                                ? flowlog::time_format::rfc3339
                                                : flowlog::time_format::unix_seconds);
        if (terminal) how.block_size = 1;
        auto writer = flowlog::record_writer{columns_, how, [](std::string_view text) {
                                                 print(text);
                                                 flush_output();
                                             }};
        printing_.emplace(wanted_.value_or(flowlog::filter{}), std::move(writer));
        first_ = present;
    }

    /// A VPC flow log and an event of OCSF have fields alone.
    void require_printable() const {
        for (auto const& column : columns_) {
            if (options_.names == flowlog::naming::ocsf && (!column.field || column.computed))
                throw usage_error{"--schema ocsf: " + flowlog::escaped(column.name, 60) +
                                  " is no field, and has no place in an event: --fields LIST"};
        }
        if (options_.format() != record_format::vpc) return;
        for (auto const& column : columns_) {
            if (column.computed)
                throw usage_error{"--vpc: " + flowlog::escaped(column.name, 60) +
                                  " is computed, and is no field of a VPC flow log"};
        }
    }

    static constexpr std::size_t default_sorted = 20;

    print_options const& options_;
    key_tables tables_;
    columns columns_;
    bool given_ = false;            // the columns do not depend on the logs
    columns first_;                 // of the first log
    std::set<std::string> unread_;  // columns that were said to be left out
    columns present_;               // of the log that was opened last
    std::string present_of_;        // the name of that log
    std::optional<flowlog::filter> wanted_;
    std::optional<flowlog::filtered<flowlog::filter, flowlog::record_writer>> printing_;
    std::optional<flowlog::group_key> sort_key_;
    std::optional<flowlog::record_sorter> sorter_;
    limited_messages malformed_{"more malformed line"};
    limited_messages differing_{"more log with other column"};
    limited_messages failures_{"more error", complain};
    std::vector<std::string> empty_;  // the names of inputs that are
    reading done_;
};

auto run_print(print_options options) -> int {
    if (options.formats.size() > 1)
        throw usage_error{"--csv, --tsv, --json, --ndjson, --vpc and --table exclude each other"};
    auto const format = options.format();
    if (options.names == flowlog::naming::ocsf && format != record_format::json &&
        format != record_format::ndjson)
        throw usage_error{"--schema ocsf: events are nested, as only --ndjson and --json can be"};
    if (format == record_format::vpc && options.names != flowlog::naming::aws)
        throw usage_error{"--vpc: a VPC flow log has AWS's names, and --schema asks for others"};
    if (options.ascending && options.sort.empty()) throw usage_error{"--ascending is for --sort"};
    auto const wanted = wanted_flows(options.reading);
    options.reading.all_lines = options.all_lines || (wanted && tests_status(*wanted));
    require_one_stdin(options.reading, {});
    auto const logs = find_logs(options.reading);
    warn_of_all(warnings_about(logs));
    auto printer = log_printer{options};
    printer.print_logs(logs);
    return printer.finish();
}

constexpr auto print_examples =
    "Fields: any field ('flowlog fields' prints all), a column of a text log, or a key that is\n"
    "        computed, as for top: service, duration (seconds), pair, date, tag (--lookup),\n"
    "        srcaddr/24, start:5m, class(srcaddr), label(srcaddr) (--map)\n"
    "\n"
    "Examples:\n"
    "  flowlog print ft-v05.2015-07-01 --fields srcaddr,dstaddr,dstport,bytes --head 10\n"
    "      prints the first ten flows of a flow-tools archive as CSV\n"
    "  flowlog print nfcapd.202107010000 --vpc | flowlog tag - --lookup tags.csv\n"
    "      prints an nfdump archive as a VPC flow log\n"
    "  flowlog print PT1H.json --two-way reverse --fields srcaddr,dstaddr,bytes,reverse-bytes\n"
    "      prints an Azure flow log, both directions of a record in one line\n"
    "  flowlog print logs --schema ocsf >events.ndjson\n"
    "      prints events of OCSF Network Activity, nested, one per line\n"
    "  flowlog print logs --sort bytes -n 5 --fields srcaddr,dstaddr,service,bytes,duration\n"
    "      prints the five largest flows\n"
    "  flowlog print logs --where 'log-status = SKIPDATA'\n"
    "      prints the times for which AWS lost records\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

void add_format_options(CLI::App& app, print_options& options) {
    constexpr auto choices =
        std::to_array<std::pair<char const*, record_format>>({{"--csv", record_format::csv},
                                                              {"--tsv", record_format::tsv},
                                                              {"--json", record_format::json},
                                                              {"--ndjson", record_format::ndjson},
                                                              {"--vpc", record_format::vpc},
                                                              {"--table", record_format::table}});
    for (auto const& [name, wanted] : choices) {
        add_flag_function(app, name, [&formats = options.formats, wanted] {
            if (std::ranges::find(formats, wanted) == formats.end()) formats.push_back(wanted);
        });
    }
}

}  // namespace

auto set_up_print(CLI::App& print) -> action {
    auto options = std::make_shared<print_options>();
    print.footer(print_examples);
    add_reading_options(print, options->reading);
    add_format_options(print, *options);
    add_list_option(print, "--fields", options->fields);
    add_key_options(print, options->reading.tables);
    add_option(print, "--head", options->head);
    add_option(print, "--sort", options->sort);
    add_flag(print, "--ascending", options->ascending);
    add_flag(print, "--all-lines", options->all_lines);
    add_choice(print, "--schema", options->names,
               {{"aws", flowlog::naming::aws},
                {"netflow", flowlog::naming::netflow},
                {"ecs", flowlog::naming::ecs},
                {"otel", flowlog::naming::otel},
                {"ocsf", flowlog::naming::ocsf}});
    add_choice<std::optional<flowlog::time_format>>(
        print, "--times", options->times,
        {{"unix", flowlog::time_format::unix_seconds}, {"iso", flowlog::time_format::rfc3339}});
    return [options] { return run_print(*options); };
}

}  // namespace cli
