// SPDX-License-Identifier: BSL-1.0
// flowlog detect: says what each file is.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include <flowlog/escape.hpp>
#include <flowlog/format/log_description.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "options.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct detect_options {
    reading_options reading{};
    bool count = false;
    row_format format{};
};

/// What was found out about one file.
struct findings {
    std::string name;
    flowlog::log_description log{};
    std::string columns_from{};  ///< how the columns of a text log are known
    std::optional<flowlog::error> failure{};
};

/// How a text log writes its columns, if not as words.
auto written_as(flowlog::cell_style style) -> std::string {
    if (style.is_words()) return "";
    auto const* const separator = style.separator == ','    ? "commas"
                                  : style.separator == '\t' ? "TABs"
                                  : style.separator == ';'  ? "semicolons"
                                                            : "bars";
    auto const* const what =
        style.record == flowlog::cell_style::every ? "cells" : "one of the cells";
    return fmt::format("; {} between {}", what, separator);
}

auto examine(flowlog::input const& from, detect_options const& options) -> findings {
    auto found = findings{.name = from.name()};
    try {
        auto log = open_log(from, options.reading, {});
        found.log = flowlog::describe_log(log);
        if (!found.log.columns.empty()) {
            found.columns_from = found.log.header                 ? "header line"
                                 : options.reading.format.empty() ? "looks of the lines"
                                                                  : "--format";
            if (found.log.aws_default) found.columns_from += ", AWS's default";
            found.columns_from += written_as(found.log.style);
        }
        constexpr auto near_end = std::uint64_t{256} << 20;  // bytes that are soon passed over
        if (options.count)
            flowlog::count_flows(log, found.log);
        else if (from.size().value_or(0) <= near_end)
            flowlog::describe_end(log, found.log);
    } catch (flowlog::error const& failure) {
        found.failure = failure;
    }
    return found;
}

/// Where a property is shown, besides the table for people.
enum class shown : std::uint8_t { everywhere, json_only, if_counted };

/// A property of a file. One without a title is not shown to people.
struct property {
    std::string title;
    std::string name;
    flowlog::row_cell value;
    shown where = shown::everywhere;
    std::string separator = " ";  ///< of a list

    [[nodiscard]] auto is_shown(row_format format, bool counted) const -> bool {
        auto const csv = format == flowlog::row_format::csv || format == flowlog::row_format::tsv;
        return where == shown::everywhere ||
               (csv ? where != shown::json_only : where == shown::json_only || counted);
    }
};

auto properties_of(findings const& found) -> std::vector<property> {
    using flowlog::row_cell;
    auto const text = [](std::string const& t) { return t.empty() ? row_cell{} : text_cell(t); };
    auto const optional = [](auto const& v) {
        return v ? row_cell{flowlog::group_cell{*v}} : row_cell{};
    };
    auto const count = [&](std::uint64_t flowlog::statistics::* of) {
        return found.log.counted ? number_cell((*found.log.counted).*of) : row_cell{};
    };
    using enum shown;
    auto const& log = found.log;
    auto const& info = log.info;
    return {{"", "name", text(found.name)},
            {"Format", "format", text(info.format)},
            {"Version", "version", text(info.version)},
            {"Byte order", "byte_order", text(info.byte_order)},
            {"Compression", "compression", text(info.compression)},
            {"Packed with", "packed", log.packed, everywhere, ", in it "},
            {"Exporter", "exporter", text(info.exporter)},
            {"Comment", "comment", text(info.comment), json_only},
            {"Columns from", "columns_told_by", text(found.columns_from), json_only},
            {"Columns", "columns", log.columns},
            {"Not known", "unknown_columns", log.unknown_columns, json_only},
            {"First", "first", optional(info.first)},
            {"Last", "last", optional(info.last)},
            {"Flows", "records", optional(info.records)},
            {"", "counted", log.counted.has_value(), json_only},
            {"NODATA", "nodata", count(&flowlog::statistics::nodata), if_counted},
            {"SKIPDATA", "skipdata", count(&flowlog::statistics::skipdata), if_counted},
            {"Malformed", "malformed", count(&flowlog::statistics::malformed), if_counted},
            {"Note", "notes", info.notes, json_only, "\n"},
            {"", "error", text(found.failure ? found.failure->what() : "")}};
}

auto block(findings const& found) -> std::string {
    auto table = flowlog::text_table{{{""}, {""}, {""}}, 4000};
    for (auto const& [title, name, value, where, separator] : properties_of(found)) {
        if (title.empty()) continue;
        if (auto const* texts = std::get_if<std::vector<std::string>>(&value)) {
            if (separator == "\n") {
                for (auto const& text : *texts) table.row({"", title, text});
            } else if (!texts->empty()) {
                table.row({"", title, fmt::format("{}", fmt::join(*texts, separator))});
            }
            continue;
        }
        auto const& single = std::get<flowlog::group_cell>(value);
        auto const* number = std::get_if<std::uint64_t>(&single);
        if (std::holds_alternative<std::monostate>(single)) continue;
        if (number && *number == 0 && name != "records") continue;
        table.row({"", title, number ? number_text(*number) : flowlog::to_text(single)});
    }
    if (found.failure) table.row({"", "Incomplete", "the error says where it breaks off"});
    return style{stdout}.bold(flowlog::escaped(found.name)) + '\n' + table.body();
}

/// Prints what was found out about each file.
class findings_printer {
public:
    explicit findings_printer(detect_options const& options) : options_{options} {
        if (!options.format) return;
        auto names = std::vector<std::string>{};
        for (auto const& p : properties_of({})) {
            if (p.is_shown(options.format, options.count)) names.push_back(p.name);
        }
        rows_.emplace(*options.format, std::move(names));
        if (auto* const json = rows_->json()) json->begin_object().key("files").begin_array();
    }

    void add(findings const& found) {
        if (rows_) return add_row(found);
        if (!found.log.info.format.empty())
            print((std::exchange(shown_, true) ? "\n" : "") + block(found));
    }

    void finish() {
        if (!rows_) return flush_output();
        if (auto* const json = rows_->json()) json->end_array().end_object();
        rows_->finish();
    }

private:
    void add_row(findings const& found) {
        auto cells = std::vector<flowlog::row_cell>{};
        for (auto& p : properties_of(found)) {
            if (p.is_shown(options_.format, options_.count)) cells.push_back(std::move(p.value));
        }
        rows_->row(cells);
    }

    detect_options const& options_;
    std::optional<row_printer> rows_{};
    bool shown_ = false;
};

auto run_detect(detect_options const& options) -> int {
    auto const logs = find_logs(options.reading);
    auto printer = findings_printer{options};
    auto failed = false;
    auto const add = [&](findings const& found) {
        printer.add(found);
        if (!found.failure) return;
        failed = true;
        complain(describe(*found.failure));
    };
    for (auto const& input : logs.files) add(examine(input, options));
    for (auto const& missing : logs.missing)
        add({.name = missing.where().source, .failure = missing});
    printer.finish();
    return failed && !options.reading.keep_going ? exit_code::failed : exit_code::done;
}

constexpr auto detect_examples =
    "Examples:\n"
    "  flowlog detect ft-v05.2015-07-01 vpc.log.gz\n"
    "      prints what the beginning of each file, and the end of an archive of nfdump, says of "
    "it\n"
    "  flowlog detect archive --count --json | jq '.files[] | {name, records, first, last}'\n"
    "      reads every file of a folder to find the number of flows and the period they cover\n"
    "\n"
    "Exit codes: 0 done; 2 wrong usage, or a file that has no known format or breaks off.\n";

}  // namespace

auto set_up_detect(CLI::App& detect) -> action {
    auto options = std::make_shared<detect_options>();
    detect.footer(detect_examples);
    add_reading_options(detect, options->reading);
    add_flag(detect, "--count", options->count);
    add_row_formats(detect, options->format);
    return [options] { return run_detect(*options); };
}

}  // namespace cli
