// SPDX-License-Identifier: BSL-1.0
// flowlog print: prints the flows of logs of any format.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/detail/similar.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/output/records.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "reading.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::record_column;
using flowlog::record_format;

constexpr std::size_t most_messages = 20;

struct print_options {
    reading_options reading{};
    bool csv = false;
    bool tsv = false;
    bool json = false;
    bool ndjson = false;
    bool vpc = false;
    bool table = false;
    std::string fields{};
    std::uint64_t head = std::numeric_limits<std::uint64_t>::max();
    flowlog::naming names = flowlog::naming::aws;
    std::optional<flowlog::time_format> times{};
    bool strict = false;

    [[nodiscard]] auto format() const -> record_format {
        if (csv) return record_format::csv;
        if (tsv) return record_format::tsv;
        if (json) return record_format::json;
        if (ndjson) return record_format::ndjson;
        if (vpc) return record_format::vpc;
        return table || is_terminal(stdout) ? record_format::table : record_format::csv;
    }
};

/// Says the first things of a kind on standard error, and in the end how many more there were.
class bounded_messages {
public:
    explicit bounded_messages(std::string noun) : noun_{std::move(noun)} {}

    void say(std::string const& message) {
        if (count_++ < most_messages) warn(message);
    }
    void finish() const {
        if (count_ > most_messages)
            warn(fmt::format("... and {}", counted(count_ - most_messages, "more " + noun_)));
    }

private:
    std::string noun_;
    std::uint64_t count_ = 0;
};

auto name_of(record_column const& column) -> std::string {
    return column.field ? std::string{flowlog::info(*column.field).name}
                        : flowlog::escaped(column.name, 60);
}

auto has(std::vector<record_column> const& columns, record_column const& wanted) -> bool {
    return std::ranges::find(columns, wanted) != columns.end();
}

/// The names of a list between commas or blanks, fields or not.
auto parse_columns(std::string_view list) -> std::vector<record_column> {
    auto result = std::vector<record_column>{};
    while (!list.empty()) {
        auto const end = std::min(list.find_first_of(", \t"), list.size());
        auto const name = list.substr(0, end);
        list.remove_prefix(std::min(end + 1, list.size()));
        if (name.empty()) continue;
        result.push_back(record_column::named(name));
    }
    return result;
}

[[noreturn]] void throw_no_such_field(record_column const& wanted,
                                      std::vector<record_column> const& there) {
    auto similar = flowlog::detail::similar_words{wanted.name};
    for (auto const& f : flowlog::fields) {
        similar.consider(f.name);
        for (auto const alias : flowlog::layout::tokens(f.aliases)) similar.consider(alias);
    }
    for (auto const& column : there) similar.consider(column.name);
    throw usage_error{"no such field: " + name_of(wanted) + similar.hint() +
                      " ('flowlog fields' prints all)"};
}

/// What a table shows of an archive, whose formats know dozens of fields.
auto for_people(std::vector<record_column> const& columns) -> std::vector<record_column> {
    using enum flowlog::field_id;
    auto result = std::vector<record_column>{};
    for (auto const id :
         {start, end, protocol, srcaddr, srcport, dstaddr, dstport, tcp_flags, packets, bytes}) {
        if (has(columns, id)) result.emplace_back(id);
    }
    return result.empty() ? columns : result;
}

class log_printer {
public:
    explicit log_printer(print_options const& options)
        : options_{options}, columns_{parse_columns(options.fields)} {
        if (columns_.empty() && !options.fields.empty()) throw usage_error{"--fields names none"};
        if (columns_.empty() && options_.format() == record_format::vpc)
            columns_ = flowlog::columns_of(flowlog::layout::vpc_default());
        given_ = !columns_.empty();
        if (!options.reading.where.empty()) wanted_ = parse_filter(options.reading.where);
    }

    /// Whether no more rows are wanted.
    [[nodiscard]] auto full() const -> bool { return rows() >= options_.head; }

    void print_log(flowlog::input const& input) {
        auto how = flowlog::open_options{};
        if (!options_.reading.format.empty()) how.format = parse_format(options_.reading.format);
        how.on_malformed = [this](auto const& line) { malformed_.say(describe(line)); };
        how.overlap = true;
        how.repair_wraps = !options_.reading.keep_wraps;
        auto log = std::optional<flowlog::log>{};
        try {
            log.emplace(flowlog::open(input, std::move(how)));
            log->visit([this](auto& reader) { print_reader(reader); });
        } catch (flowlog::error const& failure) {
            if (failure.code() == flowlog::errc::write_failed) throw;
            fail(failure);
        }
        if (log) stats_ += log->stats();
    }

    void fail(flowlog::error const& failure) {
        failed_ = true;
        if (writer_) writer_->flush();
        if (failures_++ < most_messages) complain(describe(failure));
    }

    [[nodiscard]] auto finish() -> int {
        if (!writer_ && given_) begin({});
        if (!writer_ && options_.format() == record_format::json) begin({});
        if (writer_) writer_->finish();
        flush_output();
        malformed_.finish();
        differing_.finish();
        if (failures_ > most_messages)
            complain(fmt::format("... and {} more inputs failed", failures_ - most_messages));
        if (stats_.skipdata != 0) warn(skipdata_warning(stats_.skipdata));
        if (failed_) return exit_code::failed;
        auto const bad = stats_.malformed != 0 || stats_.skipdata != 0;
        return options_.strict && bad ? exit_code::bad_lines : exit_code::done;
    }

private:
    [[nodiscard]] auto rows() const -> std::uint64_t { return writer_ ? writer_->rows() : 0; }

    template <class Reader>
    void print_reader(Reader& reader) {
        auto const there = flowlog::columns_of(reader);
        if (there.empty()) return;
        if (!writer_) {
            if (!given_) columns_ = chosen(reader, there);
            begin(there);
        } else if (!given_) {
            compare(reader.name(), there);
        }
        if (full()) return;
        if (wanted_) flowlog::require_fields(wanted_->uses(), reader);
        for (auto const& record : reader) {
            if (wanted_ && !is_wanted(record, reader)) continue;
            if (auto const offending_field = writer_->write(record)) [[unlikely]]
                reader.reject(*offending_field, flowlog::reason::bad_value);
            if (full()) [[unlikely]]
                return;
        }
    }

    template <class Record, class Reader>
    auto is_wanted(Record const& record, Reader& reader) const -> bool {
        auto const wanted = wanted_->test(record);
        if (wanted.malformed()) [[unlikely]]
            reader.reject(wanted_->malformed_field(record), flowlog::reason::bad_value);
        return wanted == true;
    }

    template <class Reader>
    auto chosen(Reader const&, std::vector<record_column> const& there) const
        -> std::vector<record_column> {
        constexpr auto archive = !requires(Reader& reader) { reader.columns(); };
        auto const some = archive && options_.format() == record_format::table;
        return some ? for_people(there) : there;
    }

    void begin(std::vector<record_column> const& there) {
        for (auto const& column : columns_) {
            if (!column.field && !has(there, column)) throw_no_such_field(column, there);
        }
        auto const terminal = is_terminal(stdout);
        auto const table = options_.format() == record_format::table;
        auto how = flowlog::record_options{
            .format = options_.format(), .names = options_.names, .escape = terminal};
        how.times = options_.times.value_or(table ? flowlog::time_format::rfc3339
                                                  : flowlog::time_format::unix_seconds);
        if (terminal) how.block_size = 1;
        writer_.emplace(columns_, how, [](std::string_view text) {
            print(text);
            flush_output();
        });
        first_ = there;
    }

    /// Says where a log has other columns than the first one, whose columns are printed.
    void compare(std::string const& name, std::vector<record_column> const& there) {
        auto missing = std::string{};
        auto more = std::string{};
        for (auto const& column : columns_) {
            if (!has(there, column)) missing += (missing.empty() ? "" : ", ") + name_of(column);
        }
        for (auto const& column : there) {
            if (!has(first_, column)) more += (more.empty() ? "" : ", ") + name_of(column);
        }
        if (missing.empty() && more.empty()) return;
        auto message = flowlog::escaped(name) + ": other columns than those of the first log: ";
        if (!missing.empty()) message += "no " + missing + " (printed as absent)";
        if (!missing.empty() && !more.empty()) message += "; ";
        if (!more.empty()) message += "also " + more + " (not printed)";
        differing_.say(message + "; --fields chooses");
    }

    print_options const& options_;
    std::vector<record_column> columns_;
    bool given_ = false;  // the columns do not depend on the logs
    std::vector<record_column> first_;
    std::optional<flowlog::filter> wanted_;
    std::optional<flowlog::record_writer> writer_;
    bounded_messages malformed_{"malformed line"};
    bounded_messages differing_{"log with other column"};
    std::size_t failures_ = 0;
    bool failed_ = false;
    flowlog::statistics stats_;
};

auto run_print(print_options const& options) -> int {
    auto const& o = options;
    if (o.csv + o.tsv + o.json + o.ndjson + o.vpc + o.table > 1)
        throw usage_error{"--csv, --tsv, --json, --ndjson, --vpc and --table exclude each other"};
    auto const logs = find_logs(options.reading);
    auto printer = log_printer{options};
    for (auto const& missing : logs.missing) printer.fail(missing);
    for (auto const& input : logs.files) {
        if (printer.full()) break;
        printer.print_log(input);
    }
    return printer.finish();
}

constexpr auto examples =
    "Examples:\n"
    "  flowlog print ft-v05.2015-07-01 --fields srcaddr,dstaddr,dstport,bytes --head 10\n"
    "      the first ten flows of a flow-tools archive, as CSV\n"
    "  flowlog print nfcapd.202107010000 --vpc | flowlog tag - --lookup tags.csv\n"
    "      an nfdump archive as a VPC flow log\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines were malformed or SKIPDATA; 2 usage, or an input\n"
    "that could not be read to its end.\n";

void add_format_options(CLI::App& app, print_options& options) {
    app.add_flag("--csv", options.csv, "CSV with a heading; the default unless to a terminal");
    app.add_flag("--tsv", options.tsv, "The same with TAB");
    app.add_flag("--json", options.json, "One JSON array of objects");
    app.add_flag("--ndjson", options.ndjson, "A JSON object per line");
    app.add_flag("--vpc", options.vpc, "A VPC flow log, with AWS's default fields");
    app.add_flag("--table", options.table, "Columns for people; the default to a terminal");
}

}  // namespace

auto set_up_print(CLI::App& print) -> action {
    auto options = std::make_shared<print_options>();
    print.footer(examples);
    add_reading_options(print, options->reading);
    print.remove_option(print.get_option("--threads"));  // rows come in the order of the logs
    add_format_options(print, *options);
    print.add_option("--fields", options->fields, "Print these fields: srcaddr,dstport,...")
        ->type_name("LIST");
    print.add_option("--head", options->head, "Print so many flows at most")
        ->type_name("N")
        ->check(whole_number());
    add_choice(print, "--names", options->names, "Whose names stand in headings (default: aws)",
               {{"aws", flowlog::naming::aws}, {"netflow", flowlog::naming::netflow}});
    add_choice<std::optional<flowlog::time_format>>(
        print, "--times", options->times, "Seconds since 1970, or RFC 3339 in UTC",
        {{"unix", flowlog::time_format::unix_seconds}, {"iso", flowlog::time_format::rfc3339}});
    print.add_flag("--strict", options->strict, "Exit with 1 if a line is malformed or SKIPDATA");
    return [options] { return run_print(*options); };
}

}  // namespace cli
