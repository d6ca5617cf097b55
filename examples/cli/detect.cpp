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

#include <flowlog/detail/escape.hpp>
#include <flowlog/detail/print_cell.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/output/json.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "reading.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct detect_options {
    reading_options reading{};
    bool count = false;
    bool json = false;
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
    auto room = std::array<char, flowlog::detail::max_cell>{};
    return {room.data(), flowlog::detail::print_rfc3339(room.data(), time)};
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

auto examine(std::string const& name, detect_options const& options) -> findings {
    auto found = findings{.name = name};
    try {
        auto how = flowlog::open_options{};
        auto const given = !options.reading.format.empty();
        if (given) how.format = parse_format(options.reading.format);
        auto log = flowlog::open(name, std::move(how));
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

auto run_detect(detect_options const& options) -> int {
    auto const logs = find_logs(options.reading);
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    if (options.json) json.begin_object().key("files").begin_array();
    auto shown = false;
    auto failed = false;
    auto const fail = [&](flowlog::error const& failure) {
        failed = true;
        complain(describe(failure));
    };
    for (auto const& name : logs.files) {
        auto const found = examine(name, options);
        if (options.json) {
            write(json, found);
        } else if (!found.info.format.empty()) {
            print((std::exchange(shown, true) ? "\n" : "") + block(found));
        }
        if (found.failure) fail(*found.failure);
    }
    for (auto const& missing : logs.missing) {
        if (options.json) write(json, {.name = missing.where().source, .failure = missing});
        fail(missing);
    }
    if (options.json) {
        json.end_array().end_object();
        print(text + '\n');
    }
    flush_output();
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
    detect.add_flag("--json", options->json, "Print one JSON document");
    return [options] { return run_detect(*options); };
}

}  // namespace cli
