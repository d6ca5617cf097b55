// SPDX-License-Identifier: BSL-1.0
// flowlog convert: writes the flows of logs of any format to a file of another format.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/source/scheme.hpp>

#include "columns.hpp"
#include "commands.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "partition.hpp"
#include "progress.hpp"
#include "reading.hpp"
#include "record_file.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct convert_options {
    reading_options reading{};
    std::string output{};
    std::string to{};
    std::string fields{};
    std::string partition{};
    times_option times{};
    bool force = false;
};

/// The files that records go to: one, or one for each partition.
class record_files {
public:
    record_files(convert_options const& options, partition_keys keys, columns shown)
        : options_{options},
          format_{file_format_of(options.output,
                                 options.to.empty() && !keys.empty() ? "parquet" : options.to)},
          keys_{std::move(keys)},
          shown_{std::move(shown)},
          outputs_{options.force} {
        if (keys_.empty()) single_ = &file_at(options.output);
    }

    template <class Record>
    auto write(Record const& record) -> std::optional<flowlog::field_id> {
        if (single_ != nullptr) return single_->write(record);
        if (auto const bad = keys_.path_of(record, path_)) return bad;
        if (path_ != last_path_ || last_ == nullptr) {
            last_path_ = path_;
            last_ = &partition_file();
        }
        auto const bad = last_->write(record);
        if (++written_ % check_rows == 0) bound_memory();
        return bad;
    }

    /// Writes all records of a batch; false, with none written, if they must be written one by one.
    template <class Batch>
    auto write_batch(Batch const& batch) -> bool {
        return single_ != nullptr && single_->write_batch(batch);
    }

    [[nodiscard]] auto rows() const -> std::uint64_t {
        auto sum = std::uint64_t{0};
        for (auto const& [_, file] : files_) sum += file->rows();
        return sum;
    }
    [[nodiscard]] auto count() const noexcept -> std::size_t { return files_.size(); }

    /// Completes all files, and lets them appear. `missing` is what they do not hold, if anything.
    void finish(std::string const& missing) {
        for (auto const& [_, file] : files_) file->finish(missing);
        outputs_.commit();
    }

private:
    static constexpr std::size_t max_files = 500;  // processes may often open 1024
    static constexpr std::size_t max_pending_rows = 4'000'000;
    static constexpr std::size_t check_rows = 4096;

    auto partition_file() -> record_file& {
        return file_at(options_.output + '/' + path_ + "part-0" + format_.ending);
    }

    auto file_at(std::string const& path) -> record_file& {
        auto& file = files_[path];
        if (!file) {
            if (files_.size() > max_files)
                throw flowlog::error{flowlog::errc::write_failed,
                                     {options_.output},
                                     "cannot write more than " + std::to_string(max_files) +
                                         " partitions at once; partition by fewer fields, or "
                                         "select with --where"};
            file = std::make_unique<record_file>(path, format_, shown_, options_.times,
                                                 outputs_.open(path));
        }
        return *file;
    }

    /// Writes the largest row group before its time if there are too many rows in memory.
    void bound_memory() {
        auto sum = std::size_t{0};
        auto* largest = files_.begin()->second.get();
        for (auto const& [_, file] : files_) {
            sum += file->pending_rows();
            if (file->pending_rows() > largest->pending_rows()) largest = file.get();
        }
        if (sum > max_pending_rows) largest->flush();
    }

    convert_options const& options_;
    file_format format_;
    partition_keys keys_;
    columns shown_;
    outputs outputs_;
    std::map<std::string, std::unique_ptr<record_file>> files_;  // by path
    record_file* single_ = nullptr;
    std::string path_;
    std::string last_path_;
    record_file* last_ = nullptr;
    std::size_t written_ = 0;
};

class converter {
public:
    explicit converter(convert_options const& options)
        : options_{options},
          tables_{options.reading.tables},
          keys_{partition_keys::parse(options.partition)},
          columns_{parse_columns(options.fields)},
          given_{!columns_.empty()},
          wanted_{wanted_flows(options.reading)} {}

    void convert_all(flowlog::input_list const& logs) {
        auto bar = progress_bar{!options_.reading.quiet, logs.files};
        for (auto const& input : bar.counted(logs.files)) convert_log(input, *bar.bytes());
        done_.seconds = bar.stop();
        done_.add_missing(logs);
        if (done_.nothing_read() && done_.failures() != 0)
            throw flowlog::error{*done_.inputs.front().failure};
        if (!files_ && given_) begin({}, {});
        if (!files_)
            throw flowlog::error{flowlog::errc::missing_field,
                                 {options_.output},
                                 "is not written: the logs are empty, and without --fields, the "
                                 "first log says which columns there are"};
        files_->finish(done_.failures() != 0 ? done_.missing_text() : "");
    }

    [[nodiscard]] auto finish() -> int {
        malformed_.finish();
        differing_.finish();
        done_.note_matched(files_->rows(), options_.reading);
        done_.report_trouble();
        if (!options_.reading.quiet) {
            print_error(done_.accounting());
            print_error(count_text(files_->rows(), "flow") + " written to " +
                        flowlog::escaped(options_.output) +
                        (keys_.empty() ? "\n" : ", " + count_text(files_->count(), "file") + '\n'));
        }
        return done_.exit_code(options_.reading);
    }

private:
    void convert_log(flowlog::input const& input, std::atomic<std::uint64_t>& progress) {
        auto how = open_options_of(options_.reading, [this](flowlog::malformed_line const& line) {
            malformed_.keep(describe(line));
        });
        how.progress = &progress;
        auto report = flowlog::input_report{.name = input.name()};
        auto log = std::optional<flowlog::log>{};
        try {
            log.emplace(flowlog::open(input, std::move(how)));
            warn_of_mistyped(*log);
            auto const present =
                given_ ? flowlog::columns_of(*log) : all_columns(*log, options_.reading, columns_);
            log->visit([&](auto& reader) { convert_reader(reader, present); });
        } catch (flowlog::error const& failure) {
            if (!options_.reading.keep_going || failure.code() == flowlog::errc::write_failed)
                throw;
            report.failure = failure;
        }
        if (log) report.stats = log->stats();
        done_.stats += report.stats;
        done_.inputs.push_back(std::move(report));
    }

    template <class Reader>
    void convert_reader(Reader& reader, columns const& present) {
        if (present.empty()) return;
        if (!files_) {
            if (!given_) columns_ = present;
            begin(present, named_columns(present, reader));
        } else if (!given_) {
            if (auto message = difference(reader.name(), first_, columns_, present, "written"))
                differing_.keep(std::move(*message));
        }
        if (!given_) {
            auto const unread = unread_columns_of(reader);
            for (auto& message : warnings_of_unread(reader.name(), unread, unread_, "written"))
                differing_.keep(std::move(message));
        }
        auto uses = keys_.uses();
        if (wanted_) {
            for (auto const& use : wanted_->uses()) flowlog::detail::add_use(uses, use);
            flowlog::restrict(reader, *wanted_);
        }
        flowlog::require_fields(uses, reader);
        auto const use = [this](auto const& record) { return this->take(record); };
        auto const use_batch = [this](auto const& batch) {
            if (!wanted_ && files_->write_batch(batch)) return batch.size();
            auto i = std::size_t{0};
            while (i != batch.size() && this->take(batch[i])) ++i;
            return i;
        };
        auto const refused = [this](auto const&) {
            return flowlog::offending_field{offending_, flowlog::reason::bad_value};
        };
        reader.each(use, use_batch, refused, read_fields(std::move(uses)));
        if (given_) return;
        auto more = later_columns(reader.name(), columns_, columns_further_on(reader), "written");
        if constexpr (requires { reader.may_have(offending_); })
            more = later_columns(reader.name(), present, flowlog::columns_of(reader), "written");
        if (more) differing_.keep(std::move(*more));
    }

    /// The fields that are read; empty if there are columns that are no fields.
    [[nodiscard]] auto read_fields(std::vector<flowlog::field_use> uses) const
        -> std::vector<flowlog::field_use> {
        for (auto const& column : columns_) {
            if (!column.field) return {};
            flowlog::detail::add_use(uses, {*column.field, true, true});
        }
        return uses;
    }

    /// Writes a flow if it is wanted; false if a malformed value keeps it out.
    template <class Record>
    auto take(Record const& record) -> bool {
        if (wanted_) {
            auto const wanted = wanted_->test(record);
            if (wanted.malformed()) [[unlikely]] {
                offending_ = wanted_->malformed_field(record);
                return false;
            }
            if (!*wanted) return true;
        }
        auto const bad = files_->write(record);
        if (bad) [[unlikely]]
            offending_ = *bad;
        return !bad;
    }

    /// Begins the output. `present` are the columns of the first log, and `named` those that may be
    /// named.
    void begin(columns const& present, columns const& named) {
        resolve(columns_, named, tables_, [this] { return unknown_columns(options_.reading); });
        files_ = std::make_unique<record_files>(options_, keys_, columns_);
        first_ = present;
    }

    convert_options const& options_;
    key_tables tables_;
    partition_keys keys_;
    columns columns_;
    bool given_;                    // the columns do not depend on the logs
    columns first_;                 // of the first log
    std::set<std::string> unread_;  // columns that were said to be left out
    std::optional<flowlog::filter> wanted_;
    std::unique_ptr<record_files> files_;
    flowlog::field_id offending_{};
    limited_messages malformed_{"more malformed line"};
    limited_messages differing_{"more log with other column"};
    reading done_;
};

void check(convert_options const& options) {
    if (options.output.empty()) throw usage_error{"no output is given: -o FILE"};
    auto const to_stdout = options.output == "-";
    if (to_stdout && !options.partition.empty())
        throw usage_error{"partitions are folders, and cannot go to standard output"};
    auto const partitioned = options.partition.empty() ? options.to
                             : options.to.empty()      ? "parquet"
                                                       : options.to;
    auto const format = file_format_of(options.output, partitioned);
    if (to_stdout && is_terminal(stdout) && (format.is_parquet() || !format.compression.empty()))
        throw usage_error{"a binary file is not written to a terminal"};
}

auto run_convert(convert_options const& options) -> int {
    check(options);
    auto const logs = find_logs(options.reading);
    if (!logs.missing.empty() && !options.reading.keep_going)
        throw flowlog::error{logs.missing.front()};
    keep_apart(options.output, files_read(logs, options.reading));
    warn_of_all(warnings_about(logs));
    auto convert = converter{options};
    convert.convert_all(logs);
    return convert.finish();
}

constexpr auto convert_examples =
    "Examples:\n"
    "  flowlog convert 'logs/*.log.gz' -o flows.parquet\n"
    "      writes all flows to one Parquet file, with the columns of the first log\n"
    "  flowlog convert logs -o lake --partition account,region,date\n"
    "      writes lake/account_id=.../region=.../date=.../part-0.parquet\n"
    "  flowlog convert nfcapd.2021 -o rejected.log.gz --where 'action = REJECT'\n"
    "      writes a VPC flow log\n"
    "\n"
    "The output appears when it is complete; if there is an error, nothing is written.\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input or output that could not be used.\n";

}  // namespace

auto set_up_convert(CLI::App& convert) -> action {
    auto options = std::make_shared<convert_options>();
    convert.footer(convert_examples);
    add_reading_options(convert, options->reading);
    add_option(convert, "--output", options->output);
    add_option(convert, "--to", options->to);
    add_list_option(convert, "--fields", options->fields);
    add_key_options(convert, options->reading.tables);
    add_option(convert, "--partition", options->partition);
    add_choice<times_option>(
        convert, "--times", options->times,
        {{"unix", flowlog::time_format::unix_seconds}, {"iso", flowlog::time_format::rfc3339}});
    add_flag(convert, "--force", options->force);
    return [options] { return run_convert(*options); };
}

}  // namespace cli
