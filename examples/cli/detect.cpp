// SPDX-License-Identifier: BSL-1.0
// flowlog detect: says what each file is.
#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include <flowlog/escape.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct detect_options {
    reading_options reading{};
    bool count = false;
    row_format format = row_format::people;
};

/// What was found out about one file.
struct findings {
    std::string name;
    flowlog::archive_info info{};
    std::vector<std::string> packed{};
    std::string told_by{};  ///< how the columns of a text log became known
    std::vector<std::string> columns{};
    std::vector<std::string> unknown{};
    std::optional<flowlog::statistics> counted{};
    std::optional<flowlog::error> failure{};
};

auto time_text(flowlog::timestamp time) -> std::string {
    auto room = std::array<char, flowlog::max_printed>{};
    return {room.data(), flowlog::print_rfc3339(room.data(), time)};
}

/// Whether the columns are those of another layout, however they are spelled.
auto same_fields(flowlog::layout const& a, flowlog::layout const& b) -> bool {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!a.field_at(i) || a.field_at(i) != b.field_at(i)) return false;
    }
    return true;
}

void describe_columns(findings& found, flowlog::layout const& columns, bool header, bool given) {
    found.columns = columns.names();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!columns.field_at(i)) found.unknown.push_back(columns.names()[i]);
    }
    auto const aws = same_fields(columns, flowlog::layout::vpc_default()) ||
                     same_fields(columns, flowlog::layout::transit_gateway_default());
    found.told_by = header ? "header line" : given ? "--format" : "looks of the lines";
    if (aws) found.told_by += ", AWS's default";
    found.info.notes.clear();  // they list the columns
}

/// What the beginning of the log says.
template <class Reader>
void describe_log(findings& found, Reader& reader, bool given) {
    found.info = reader.describe();
    if constexpr (requires { reader.columns()->names(); }) {
        if (auto const columns = reader.columns()) {
            describe_columns(found, *columns, reader.stats().headers != 0, given);
        } else {
            found.info.format = "empty";
        }
    }
}

/// Reads all flows for their number and the period that they cover.
template <class Reader>
void count_flows(findings& found, Reader& reader) {
    auto first = std::optional<flowlog::timestamp>{};
    auto last = first;
    auto const take = [&](flowlog::field_value<flowlog::timestamp> const& time) {
        if (!time) return;
        first = std::min(first.value_or(*time), *time);
        last = std::max(last.value_or(*time), *time);
    };
    auto const conclude = [&] {
        found.counted = reader.stats();
        found.info.records = found.counted->records;
        if (first) found.info.first = first;
        if (last) found.info.last = last;
    };
    try {
        for (auto const& record : reader) {
            take(record[flowlog::field::start]);
            take(record[flowlog::field::end]);
        }
    } catch (flowlog::error const&) {
        conclude();
        throw;
    }
    if constexpr (!requires { reader.columns(); }) found.info.notes = reader.describe().notes;
    conclude();
}

auto examine(flowlog::input const& input, detect_options const& options) -> findings {
    auto found = findings{.name = input.name()};
    try {
        auto how = flowlog::open_options{.repair_wraps = !options.reading.keep_wraps};
        auto const given = !options.reading.format.empty();
        if (given) how.format = parse_format(options.reading.format);
        auto log = flowlog::open(input, std::move(how));
        found.packed = log.packed();
        log.visit([&](auto& reader) {
            describe_log(found, reader, given);
            if (options.count) count_flows(found, reader);
        });
    } catch (flowlog::error const& failure) {
        found.failure = failure;
    }
    return found;
}

auto joined(std::span<std::string const> words, std::string_view between) -> std::string {
    auto result = std::string{};
    for (auto const& word : words) {
        if (!result.empty()) result += between;
        result += word;
    }
    return result;
}

auto block(findings const& found) -> std::string {
    auto const& info = found.info;
    auto table = flowlog::text_table{{{""}, {""}, {""}}, 4000};
    auto const row = [&](char const* name, std::string value) {
        if (!value.empty()) table.row({"", name, std::move(value)});
    };
    auto const time = [](auto const& t) { return t ? time_text(*t) : std::string{}; };
    auto const number = [](std::uint64_t n) { return n == 0 ? std::string{} : grouped(n); };
    row("Format", info.format);
    row("Version", info.version);
    row("Byte order", info.byte_order);
    row("Compression", info.compression);
    row("Packed with", joined(found.packed, ", in it "));
    row("Exporter", info.exporter);
    row("Comment", info.comment);
    row("Columns told by", found.told_by);
    row("Columns", joined(found.columns, " "));
    row("Not known", joined(found.unknown, " "));
    row("First", time(info.first));
    row("Last", time(info.last));
    if (info.records) row("Flows", grouped(*info.records));
    if (found.counted) {
        row("NODATA", number(found.counted->nodata));
        row("SKIPDATA", number(found.counted->skipdata));
        row("Malformed", number(found.counted->malformed));
    }
    for (auto const& note : info.notes) row("Note", note);
    if (found.failure) row("Incomplete", "the error says where it breaks off");
    return style{stdout}.bold(flowlog::escaped(found.name)) + '\n' + table.body();
}

void write_texts(flowlog::json_writer& json, std::string_view key,
                 std::vector<std::string> const& texts) {
    json.key(key).begin_array();
    for (auto const& text : texts) json.value(text);
    json.end_array();
}

void write(flowlog::json_writer& json, findings const& found) {
    auto const& info = found.info;
    auto const text = [&](std::string_view key, std::string const& value) {
        json.key(key);
        value.empty() ? json.null() : json.value(value);
    };
    auto const time = [&](std::string_view key, auto const& value) {
        text(key, value ? time_text(*value) : std::string{});
    };
    json.begin_object().member("name", found.name);
    text("format", info.format);
    text("version", info.version);
    text("byte_order", info.byte_order);
    text("compression", info.compression);
    write_texts(json, "packed", found.packed);
    text("exporter", info.exporter);
    text("comment", info.comment);
    text("columns_told_by", found.told_by);
    write_texts(json, "columns", found.columns);
    write_texts(json, "unknown_columns", found.unknown);
    time("first", info.first);
    time("last", info.last);
    json.key("records");
    info.records ? json.value(*info.records) : json.null();
    json.member("counted", found.counted.has_value());
    if (found.counted) {
        json.member("nodata", found.counted->nodata).member("skipdata", found.counted->skipdata);
        json.member("malformed", found.counted->malformed);
    }
    write_texts(json, "notes", info.notes);
    text("error", found.failure ? found.failure->what() : std::string{});
    json.end_object();
}

auto names_of_cells() -> std::vector<std::string> {
    return {"name",    "format",   "version",  "byte_order", "compression",
            "packed",  "exporter", "columns",  "first",      "last",
            "records", "nodata",   "skipdata", "malformed",  "error"};
}

auto cells_of(findings const& found) -> std::vector<flowlog::group_cell> {
    using cell = flowlog::group_cell;
    auto const text = [](std::string const& t) { return t.empty() ? cell{} : cell{t}; };
    auto const time = [&](auto const& t) { return t ? cell{time_text(*t)} : cell{}; };
    auto const count = [&](std::uint64_t flowlog::statistics::* of) {
        return found.counted ? cell{(*found.counted).*of} : cell{};
    };
    auto const& info = found.info;
    return {text(found.name),
            text(info.format),
            text(info.version),
            text(info.byte_order),
            text(info.compression),
            text(joined(found.packed, " ")),
            text(info.exporter),
            text(joined(found.columns, " ")),
            time(info.first),
            time(info.last),
            info.records ? cell{*info.records} : cell{},
            count(&flowlog::statistics::nodata),
            count(&flowlog::statistics::skipdata),
            count(&flowlog::statistics::malformed),
            text(found.failure ? found.failure->what() : std::string{})};
}

/// Prints what was found of each file, in the format that is wanted.
class findings_printer {
public:
    explicit findings_printer(row_format format) : format_{format} {
        if (format_ == row_format::csv || format_ == row_format::tsv)
            rows_.emplace(format_, names_of_cells());
        if (format_ == row_format::json) json_.begin_object().key("files").begin_array();
    }

    void add(findings const& found) {
        if (rows_) {
            rows_->row(cells_of(found));
        } else if (format_ == row_format::ndjson) {
            auto line = std::string{};
            auto json = flowlog::json_writer{line};
            write(json, found);
            print(line + '\n');
        } else if (format_ == row_format::json) {
            write(json_, found);
        } else if (!found.info.format.empty()) {
            print((std::exchange(shown_, true) ? "\n" : "") + block(found));
        }
    }

    void finish() {
        if (rows_) rows_->flush();
        if (format_ == row_format::json) {
            json_.end_array().end_object();
            print(text_ + '\n');
        }
        flush_output();
    }

private:
    row_format format_;
    std::optional<row_printer> rows_{};
    std::string text_{};
    flowlog::json_writer json_{text_};
    bool shown_ = false;
};

auto run_detect(detect_options const& options) -> int {
    auto const logs = find_logs(options.reading);
    auto printer = findings_printer{options.format};
    auto failed = false;
    auto const fail = [&](flowlog::error const& failure) {
        failed = true;
        complain(describe(failure));
    };
    for (auto const& input : logs.files) {
        auto const found = examine(input, options);
        printer.add(found);
        if (found.failure) fail(*found.failure);
    }
    for (auto const& missing : logs.missing) {
        printer.add({.name = missing.where().source, .failure = missing});
        fail(missing);
    }
    printer.finish();
    return failed ? exit_code::failed : exit_code::done;
}

constexpr auto examples =
    "Examples:\n"
    "  flowlog detect ft-v05.2015-07-01 vpc.log.gz\n"
    "      what the beginning of each file says of it\n"
    "  flowlog detect archive --count --json | jq '.files[] | {name, records, first, last}'\n"
    "      reads every file of a folder for its number of flows and the period they cover\n"
    "\n"
    "Exit codes: 0 done; 2 usage, or a file that is none of the formats or breaks off.\n";

}  // namespace

auto set_up_detect(CLI::App& detect) -> action {
    auto options = std::make_shared<detect_options>();
    detect.footer(examples);
    add_reading_options(detect, options->reading);
    for (auto const* name : {"--threads", "--quiet", "--where"})
        detect.remove_option(detect.get_option(name));
    detect.add_flag("--count", options->count,
                    "Read it all for the exact number of flows and their period");
    add_row_formats(detect, options->format, "file");
    return [options] { return run_detect(*options); };
}

}  // namespace cli
