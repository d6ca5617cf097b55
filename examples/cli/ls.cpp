// SPDX-License-Identifier: BSL-1.0
// flowlog ls: lists the log objects of folders and object stores.
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/flow/print.hpp>
#include <flowlog/output/text.hpp>

#include "commands.hpp"
#include "objects.hpp"
#include "options.hpp"
#include "rows.hpp"
#include "stores.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

struct ls_options {
    std::vector<std::string> words{};
    object_options objects{};
    store_settings stores{};
    row_format format{};
};

/// Counts the logs of a listing.
struct log_totals {
    std::uint64_t logs = 0;
    std::set<std::string> accounts{};
    std::set<std::string> regions{};

    void add(listed_log const& log) {
        ++logs;
        if (!log.key) return;
        accounts.insert(log.key->account);
        regions.insert(log.key->region);
    }

    /// How many logs of how many accounts and regions, and what was skipped.
    [[nodiscard]] auto text(found_logs const& found) const -> std::string {
        return fmt::format("{}, {}, of {} and {}\n{}\n", count_text(logs, "log"),
                           bytes_text(static_cast<double>(found.counts.chosen_bytes)),
                           count_text(accounts.size(), "account"),
                           count_text(regions.size(), "region"), found.summary());
    }
};

using log_user = std::function<void(listed_log const&)>;

auto find(ls_options const& options, log_user const& use) -> found_logs {
    return list_objects(options.words, options.objects, use);
}

/// Prints a table, for which all logs must be known.
auto print_table(ls_options const& options, log_totals& totals) -> found_logs {
    constexpr auto right = flowlog::text_table::right;
    auto table = flowlog::text_table{
        {{"Time"}, {"Size", right}, {"Account"}, {"Region"}, {"Flow log"}, {"Key"}}, 4000};
    auto found = find(options, [&](listed_log const& log) {
        totals.add(log);
        auto const size = log.size ? number_text(*log.size) : "-";
        log.key ? table.row({flowlog::to_text(log.key->time), size, log.key->account,
                             log.key->region, log.key->flow_log_id, log.name})
                : table.row({"-", size, "-", "-", "-", log.name});
    });
    if (table.size() != 0) print(style{stdout}.bold(table.heading()) + table.body());
    flush_output();
    return found;
}

auto cells_of(listed_log const& log) -> std::vector<flowlog::row_cell> {
    using flowlog::group_cell;
    using flowlog::row_cell;
    auto const time = [](auto const& t) { return t ? row_cell{group_cell{*t}} : row_cell{}; };
    auto const text = [&](std::string flowlog::object_key::* of) {
        return log.key ? text_cell((*log.key).*of) : row_cell{};
    };
    return {log.key ? row_cell{group_cell{log.key->time}} : row_cell{},
            log.size ? number_cell(*log.size) : row_cell{},
            text(&flowlog::object_key::account),
            text(&flowlog::object_key::region),
            text(&flowlog::object_key::flow_log_id),
            text_cell(log.name),
            text(&flowlog::object_key::hash),
            time(log.modified)};
}

void write_counts(flowlog::json_writer& json, found_logs const& found) {
    auto const& counts = found.counts;
    json.key("listing").begin_object();
    json.member("requests", counts.requests).member("listed", counts.listed);
    json.member("chosen", counts.chosen).member("bytes", counts.chosen_bytes);
    json.member("not_wanted", counts.not_wanted).member("other_names", counts.foreign);
    json.member("empty", counts.empty).member("folder_markers", counts.folder_markers);
    json.member("write_tests", counts.write_tests).member("other_services", counts.other_services);
    json.end_object().member("incomplete", !found.missing.empty()).key("errors").begin_array();
    for (auto const& missing : found.missing) json.value(missing.what());
    json.end_array();
}

/// Prints each log when it is found: a listing may be longer than memory is large.
auto print_rows(ls_options const& options, log_totals& totals) -> found_logs {
    auto rows = row_printer{
        *options.format,
        {"time", "size", "account", "region", "flow_log_id", "key", "hash", "modified"}};
    auto* const json = rows.json();
    if (json) json->begin_object().key("objects").begin_array();
    auto found = find(options, [&](listed_log const& log) {
        totals.add(log);
        rows.row(cells_of(log));
    });
    if (json) {
        json->end_array();
        write_counts(*json, found);
        json->end_object();
    }
    rows.finish();
    return found;
}

auto run_ls(ls_options const& options) -> int {
    if (options.words.empty()) throw usage_error{"no LOG is given"};
    use_store_settings(options.stores);
    auto totals = log_totals{};
    auto const found = options.format ? print_rows(options, totals) : print_table(options, totals);
    auto failures = limited_messages{"more error", complain};
    for (auto const& missing : found.missing) failures.say(describe(missing));
    failures.finish();
    print_error(totals.text(found));
    return found.missing.empty() ? exit_code::done : exit_code::failed;
}

constexpr auto ls_examples =
    "Examples:\n"
    "  flowlog ls s3://bucket --since -2h --account 123456789012\n"
    "      lists the logs of an account that can have flows of the last two hours\n"
    "  flowlog ls copy --region us-east-1 --csv | cut -d, -f 6\n"
    "      prints the paths of the logs of a region in a copy of a bucket\n"
    "\n"
    "Exit codes: 0 done; 2 wrong usage, or a LOG that names none or cannot be listed.\n";

}  // namespace

auto set_up_ls(CLI::App& ls) -> action {
    auto options = std::make_shared<ls_options>();
    ls.footer(ls_examples);
    add_option(ls, "LOG", options->words);
    add_object_options(ls, options->objects);
    add_store_options(ls, options->stores);
    add_row_formats(ls, options->format);
    return [options] { return run_ls(*options); };
}

}  // namespace cli
