// SPDX-License-Identifier: BSL-1.0
#include "reading.hpp"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "commands.hpp"
#include "terminal.hpp"

namespace cli {

void add_reading_options(CLI::App& app, reading_options& options) {
    app.add_option("LOG", options.logs, "Files, folders, patterns such as 'logs/*.log', or -")
        ->type_name("");
    app.add_option("--where", options.where,
                   "Only these flows: 'action = REJECT and dstport < 1024'")
        ->type_name("EXPR");
    app.add_option("--format", options.format,
                   "Columns of logs without a header line: '${srcaddr} ${dstport} ...'")
        ->type_name("TEXT");
    auto const small_number = CLI::Validator{
        [](std::string const& given) -> std::string {
            auto const digits = given.find_first_not_of("0123456789") == given.npos;
            if (digits && given.size() <= 4 && std::stoul(given) <= 1024) return {};
            return "expected a number up to 1024, found '" + flowlog::escaped(given, 20) + "'";
        },
        ""};
    app.add_option("--threads", options.threads, "Threads; 0, the default: one per core")
        ->type_name("N")
        ->check(small_number);
    app.add_flag("--no-wrap-repair", options.keep_wraps,
                 "Times of archives as they are where a router's uptime wrapped around");
    app.add_flag("--quiet,-q", options.quiet, "Say nothing but warnings and errors");
}

auto reading::incomplete() const -> bool {
    return std::ranges::any_of(inputs, [](auto const& input) { return input.failure.has_value(); });
}

auto reading::nothing_read() const -> bool {
    return std::ranges::all_of(inputs, [](auto const& input) {
        return input.failure.has_value() && input.stats.records == 0;
    });
}

auto find_logs(reading_options const& options) -> flowlog::input_list {
    if (options.logs.empty()) throw usage_error{"no LOG is given"};
    return flowlog::expand_inputs(options.logs);
}

auto names_of(std::vector<flowlog::input> const& inputs) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (auto const& input : inputs) result.push_back(input.name());
    return result;
}

auto repeated_inputs(std::vector<flowlog::input> const& inputs) -> std::vector<std::string> {
    auto sorted = names_of(inputs);
    std::ranges::sort(sorted);
    auto repeated = std::vector<std::string>{};
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        if (sorted[i] != sorted[i - 1]) continue;
        if (repeated.empty() || repeated.back() != sorted[i]) repeated.push_back(sorted[i]);
    }
    for (auto& name : repeated)
        name = flowlog::escaped(name) + " is given more than once, and counted as often";
    return repeated;
}

void report_trouble(reading const& done) {
    std::uint64_t failures = 0;
    for (auto const& input : done.inputs) {
        if (input.failure && ++failures <= 20) complain(describe(*input.failure));
    }
    if (failures > 20) complain(fmt::format("... and {} more inputs failed", failures - 20));
    if (done.stats.skipdata != 0) warn(skipdata_warning(done.stats.skipdata));
}

auto skipdata_warning(std::uint64_t lines) -> std::string {
    return "the data is incomplete: AWS lost records of " + counted(lines, "window") +
           " (SKIPDATA)";
}

auto accounting_text(reading const& done) -> std::string {
    auto const& s = done.stats;
    auto text = fmt::format("{} = ", counted(s.lines(), "line"));
    text += fmt::format("{} + {} NODATA + {} SKIPDATA + {} malformed + {} + {} blank\n",
                        counted(s.records, "record"), grouped(s.nodata), grouped(s.skipdata),
                        grouped(s.malformed), counted(s.headers, "header"), grouped(s.blank));
    if (done.matched) {
        text += fmt::format("{} of {} are wanted by --where\n", grouped(*done.matched),
                            counted(s.records, "record"));
    }
    auto const bytes = static_cast<double>(s.bytes);
    text += fmt::format("{} of {} in {}", bytes_text(bytes), counted(done.inputs.size(), "input"),
                        seconds_text(done.seconds));
    if (done.seconds > 0) text += fmt::format(", {}/s", bytes_text(bytes / done.seconds));
    text += '\n';
    auto const failed = std::ranges::count_if(
        done.inputs, [](auto const& input) { return input.failure.has_value(); });
    if (failed != 0) {
        text += fmt::format("INCOMPLETE: {} of {} could not be read to the end\n", failed,
                            counted(done.inputs.size(), "input"));
    }
    return text;
}

namespace {

void write_statistics(flowlog::json_writer& json, flowlog::statistics const& s) {
    json.member("lines", s.lines()).member("records", s.records).member("nodata", s.nodata);
    json.member("skipdata", s.skipdata).member("malformed", s.malformed);
    json.member("headers", s.headers).member("blank", s.blank).member("bytes", s.bytes);
}

}  // namespace

void write_accounting(flowlog::json_writer& json, reading const& done) {
    if (done.matched) json.member("matched", *done.matched);
    json.member("incomplete", done.incomplete()).key("total").begin_object();
    write_statistics(json, done.stats);
    json.end_object().key("inputs").begin_array();
    for (auto const& input : done.inputs) {
        json.begin_object().member("name", input.name);
        write_statistics(json, input.stats);
        json.key("error");
        input.failure ? json.value(input.failure->what()) : json.null();
        json.end_object();
    }
    json.end_array().member("seconds", done.seconds);
}

}  // namespace cli
