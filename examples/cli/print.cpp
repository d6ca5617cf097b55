// SPDX-License-Identifier: BSL-1.0
// flowlog print: prints the flows of logs of any format.
#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/batch.hpp>
#include <flowlog/output/record_sorter.hpp>
#include <flowlog/output/records.hpp>

#include "choice.hpp"
#include "columns.hpp"
#include "commands.hpp"
#include "keys.hpp"
#include "languages.hpp"
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

class log_printer {
public:
    explicit log_printer(print_options const& options)
        : options_{options},
          tables_{options.reading.tables},
          columns_{parse_columns(options.fields)},
          wanted_{wanted_flows(options.reading)} {
        warn_of_all(tables_.warnings());
        if (!options.sort.empty()) sort_key_ = key_of_one_flow(options.sort, "--sort", tables_, {});
        if (columns_.empty() && options_.format() == record_format::vpc)
            columns_ = flowlog::columns_of(flowlog::layout::vpc_default());
        given_ = !columns_.empty();
    }

    /// Whether no more rows are wanted.
    [[nodiscard]] auto full() const -> bool { return options_.head && rows() >= *options_.head; }

    /// Whether no more logs are wanted. The first one determines the heading.
    [[nodiscard]] auto done() const -> bool { return full() && writer_; }

    void print_log(flowlog::input const& input) {
        auto report = flowlog::input_report{.name = input.name()};
        auto log = std::optional<flowlog::log>{};
        try {
            log.emplace(open_log(input, options_.reading,
                                 [this](auto const& line) { malformed_.say(describe(line)); }));
            log->visit([this](auto& reader) { print_reader(reader); });
        } catch (flowlog::error const& failure) {
            if (failure.code() == flowlog::errc::write_failed) throw;
            report.failure = failure;
            complain_of(failure);
        }
        if (log) done_.stats += log->stats();
        done_.inputs.push_back(std::move(report));
    }

    void add_missing(flowlog::input_list const& logs) {
        done_.add_missing(logs);
        for (auto const& missing : logs.missing) complain_of(missing);
    }

    [[nodiscard]] auto finish() -> int {
        if (!writer_ && (given_ || options_.format() == record_format::json)) begin({});
        if (sorter_) write_sorted();
        if (writer_) writer_->finish();
        flush_output();
        malformed_.finish();
        differing_.finish();
        failures_.finish();
        if (auto const warning = skipdata_warning(done_.stats)) warn(*warning);
        note_left_out();
        return done_.exit_code(options_.reading);
    }

private:
    [[nodiscard]] auto rows() const -> std::uint64_t { return writer_ ? writer_->rows() : 0; }

    void write_sorted() {
        sorter_->each([this](auto const& record) { static_cast<void>(writer_->write(record)); });
    }

    /// Says how many flows of a default number are left out.
    void note_left_out() const {
        if (!sorter_ || options_.head || options_.reading.quiet) return;
        if (auto const found = sorter_->added(); found > rows())
            print_error(number_text(rows()) + " of " + count_text(found, "flow") +
                        " are printed; -n N prints N of them\n");
    }

    void complain_of(flowlog::error const& failure) {
        if (writer_) writer_->flush();
        failures_.say(describe(failure));
    }

    template <class Reader>
    void print_reader(Reader& reader) {
        auto const present = flowlog::columns_of(reader);
        if (present.empty()) return;
        if (writer_) {
            if (!given_) compare(reader.name(), present);
        } else {
            constexpr auto archive = !requires { reader.columns(); };
            auto const table = options_.format() == record_format::table;
            if (!given_) columns_ = archive && table ? for_people(present) : present;
            begin(present);
        }
        if (full()) return;
        if (wanted_) flowlog::require_fields(wanted_->uses(), reader);
        if (sorter_) flowlog::require_fields(sorter_->uses(), reader);
        if constexpr (requires { reader.restrict(wanted_->bounds()); }) {
            if (wanted_) reader.restrict(wanted_->bounds());
        }
        if (!options_.head && !sorter_) return print_all(reader);
        for (auto const& record : reader) {
            if (wanted_ && !is_wanted(record, reader)) continue;
            auto const offending_field = sorter_ ? sorter_->add(record) : writer_->write(record);
            if (offending_field) [[unlikely]]
                reader.reject(*offending_field, flowlog::reason::bad_value);
            if (full()) [[unlikely]]
                return;
        }
    }

    /// Prints all flows of a log that are wanted, in batches.
    template <class Reader>
    void print_all(Reader& reader) {
        auto buffer = flowlog::selection_buffer{};
        auto offending_field = flowlog::field_id{};
        auto const use = [&](auto const& record) {
            auto const wanted = wanted_ ? wanted_->test(record) : flowlog::field_value<bool>{true};
            if (wanted.malformed()) [[unlikely]]
                offending_field = wanted_->malformed_field(record);
            if (wanted.malformed() || wanted != true) return !wanted.malformed();
            auto const bad = writer_->write(record);
            if (bad) offending_field = *bad;
            return !bad;
        };
        auto const use_batch = [&](auto const& flows) { return print_batch(flows, buffer); };
        auto const refused = [&](auto const&) {
            return std::pair{offending_field, flowlog::reason::bad_value};
        };
        reader.each(use, use_batch, refused, fields_read());
    }

    /// The fields of the columns and of the filter; none, which is any, if there are other columns.
    [[nodiscard]] auto fields_read() const -> std::vector<flowlog::field_use> {
        if (options_.reading.all_lines) return {};
        auto result = wanted_ ? wanted_->uses() : std::vector<flowlog::field_use>{};
        for (auto const& column : columns_) {
            if (!column.field) return {};
            auto const use = flowlog::field_use{.id = *column.field, .nullable = true};
            if (std::ranges::find(result, use) == result.end()) result.push_back(use);
        }
        return result;
    }

    /// Prints the wanted flows of a batch up to the first that has to be looked at alone; returns
    /// how many flows it dealt with.
    template <class Batch>
    [[nodiscard]] auto print_batch(Batch const& flows, flowlog::selection_buffer& buffer)
        -> std::size_t {
        constexpr std::size_t chunk_size = 64;
        for (std::size_t begin = 0; begin != flows.size();) {
            auto const chunk = flows.slice(begin, std::min(chunk_size, flows.size() - begin));
            auto wanted = ~std::uint64_t{0} >> (chunk_size - chunk.size());
            if (wanted_) {
                auto const found = wanted_->test_batch(chunk);
                if (!found) {
                    auto const done = print_each(chunk);
                    begin += done;
                    if (done != chunk.size()) return begin;
                    continue;
                }
                wanted = *found;
            }
            if (wanted != 0) {
                auto const picked = chunk.select(wanted, buffer);
                auto const written = writer_->write_batch(picked);
                for (std::size_t i = 0; i < written; ++i) wanted &= wanted - 1;
                if (written != picked.size())
                    return begin + static_cast<std::size_t>(std::countr_zero(wanted));
            }
            begin += chunk.size();
        }
        return flows.size();
    }

    /// Prints the wanted flows of a batch, of which some have malformed values, one by one; returns
    /// how many came before the first that cannot be printed.
    template <class Batch>
    [[nodiscard]] auto print_each(Batch const& flows) -> std::size_t {
        for (std::size_t i = 0; i != flows.size(); ++i) {
            auto const record = flows[i];
            auto const wanted = wanted_->test(record);
            if (wanted.malformed() || (wanted == true && writer_->write(record))) return i;
        }
        return flows.size();
    }

    template <class Record, class Reader>
    auto is_wanted(Record const& record, Reader& reader) const -> bool {
        auto const wanted = wanted_->test(record);
        if (wanted.malformed()) [[unlikely]]
            reader.reject(wanted_->malformed_field(record), flowlog::reason::bad_value);
        return wanted == true;
    }

    /// Begins the output. `present` are the columns of the first log.
    void begin(columns const& present) {
        resolve(columns_, present, tables_);
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
        writer_.emplace(columns_, how, [](std::string_view text) {
            print(text);
            flush_output();
        });
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

    /// Warns if a log has other columns than the first one, whose columns are printed.
    void compare(std::string const& name, columns const& present) {
        if (auto const message = difference(name, first_, columns_, present, "printed"))
            differing_.say(*message);
    }

    static constexpr std::size_t default_sorted = 20;

    print_options const& options_;
    key_tables tables_;
    columns columns_;
    bool given_ = false;  // the columns do not depend on the logs
    columns first_;       // of the first log
    std::optional<flowlog::filter> wanted_;
    std::optional<flowlog::record_writer> writer_;
    std::optional<flowlog::group_key> sort_key_;
    std::optional<flowlog::record_sorter> sorter_;
    limited_messages malformed_{"more malformed line"};
    limited_messages differing_{"more log with other column"};
    limited_messages failures_{"more error", complain};
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
    auto printer = log_printer{options};
    printer.add_missing(logs);
    for (auto const& input : logs.files) {
        if (printer.done()) break;
        printer.print_log(input);
    }
    return printer.finish();
}

constexpr auto examples =
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
    struct choice {
        char const* option;
        record_format format;
        char const* meaning;
    };
    constexpr auto choices = std::to_array<choice>(
        {{"--csv", record_format::csv, "CSV with a heading; the default, except on a terminal"},
         {"--tsv", record_format::tsv, "The same, separated by TAB"},
         {"--json", record_format::json, "One JSON array of objects"},
         {"--ndjson", record_format::ndjson, "One JSON object per line"},
         {"--vpc", record_format::vpc, "A VPC flow log with the fields of AWS's default format"},
         {"--table", record_format::table, "A table for people; the default on a terminal"}});
    for (auto const& one : choices) {
        auto const take = [&formats = options.formats, wanted = one.format] {
            if (std::ranges::find(formats, wanted) == formats.end()) formats.push_back(wanted);
        };
        app.add_flag_callback(one.option, take, one.meaning);
    }
}

}  // namespace

auto set_up_print(CLI::App& print) -> action {
    auto options = std::make_shared<print_options>();
    print.footer(examples);
    add_reading_options(print, options->reading);
    print.remove_option(print.get_option("--threads"));  // flows are printed in the logs' order
    add_format_options(print, *options);
    print.add_option("--fields", options->fields, "Print these fields: srcaddr,dstport,...")
        ->type_name("LIST");
    add_key_options(print, options->reading.tables);
    print.add_option("--head,-n", options->head, "Print at most N flows")
        ->type_name("N")
        ->check(whole_number());
    print
        .add_option("--sort", options->sort,
                    "Print the flows with the largest values first: bytes (20, or as many as -n\n"
                    "says)")
        ->type_name("FIELD");
    print.add_flag("--ascending", options->ascending, "With --sort, the smallest values first");
    print.add_flag("--all-lines", options->all_lines,
                   "Print NODATA and SKIPDATA lines, too; with a test of log-status in --where,\n"
                   "this is on");
    add_choice(print, "--schema,--names", options->names,
               "Names of the fields in headings (default: aws)",
               {{"aws", flowlog::naming::aws},
                {"netflow", flowlog::naming::netflow},
                {"ecs", flowlog::naming::ecs},
                {"otel", flowlog::naming::otel},
                {"ocsf", flowlog::naming::ocsf}});
    add_choice<std::optional<flowlog::time_format>>(
        print, "--times", options->times, "Times as seconds since 1970, or as RFC 3339 in UTC",
        {{"unix", flowlog::time_format::unix_seconds}, {"iso", flowlog::time_format::rfc3339}});
    add_strict(print, options->reading);
    return [options] { return run_print(*options); };
}

}  // namespace cli
