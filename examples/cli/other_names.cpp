// SPDX-License-Identifier: BSL-1.0
#include "other_names.hpp"

#include <algorithm>
#include <array>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/error.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/grammar/filter_options.hpp>

#include "choice.hpp"
#include "languages.hpp"
#include "report_names.hpp"

namespace cli {
namespace {

/// Words of AWS's command, SQL, nfdump, DuckDB, Miller and others, and what is meant here: an
/// option, a command, or the end of a message. If a word is in several rows, the first row is taken
/// whose options or command exist.
struct other_name {
    std::string_view meant;
    std::array<std::string_view, 10> words;
};

constexpr auto other_names = std::to_array<other_name>({
    {"; write --csv, --tsv, --json or --ndjson, or --until for a time", {"--to"}},
    {"; write --format, or --until for a time", {"--to"}},
    {"--flows", {"--count"}},
    {"-n", {"--limit", "--top", "--head", "--max-rows", "--rows", "--max-items", "--count", "-c"}},
    {"--fields", {"--columns", "--select", "--cols", "--field", "--output-fields"}},
    {"--by", {"--columns", "--select", "--fields", "--field"}},
    {"--by",
     {"--group-by", "--groupby", "--group", "--key", "--keys", "--aggregate", "-a", "-A", "-s"}},
    {"--where", {"--filter", "--filter-pattern", "--query", "--expr", "--expression", "--match"}},
    {"--sort", {"--order-by", "--order", "--sort-by", "--orderby", "-O"}},
    {"--ascending", {"--asc", "--reverse"}},
    {"; the largest values are first without an option", {"--desc", "--descending"}},
    {"--since", {"--from", "--start", "--start-time", "--begin", "--after", "--time-from", "-t"}},
    {"--until", {"--to", "--end", "--end-time", "--stop", "--before", "--time-to"}},
    {"--tz", {"--timezone", "--time-zone"}},
    {"--lookup", {"--tags", "--tag", "--lookup-table", "--table"}},
    {"--map", {"--labels", "--label", "--networks", "--subnets"}},
    {"--threads", {"--jobs", "-j", "--workers", "--parallel", "--processes"}},
    {"--tsv", {"--delimiter", "--delim", "--separator", "--sep"}},
    {"; periods are keys: --by start:5m", {"--interval", "--bin", "--bucket", "--period"}},
    {"--out", {"--output", "--output-dir", "-o", "--output-folder", "--outdir"}},
    {"; results go to standard output: > FILE",
     {"--output", "--output-file", "--out", "--out-file", "-o", "-w"}},
    {"; write --csv, --tsv, --json or --ndjson", {"--output-format", "--out-format"}},
    {"--to", {"--output-format", "--out-format"}},
    {"--format", {"--output-format", "--out-format"}},
    {"; logs are named without an option", {"-r", "-R", "-M", "--file", "--input", "--in", "-i"}},
    {"; folders are read with all that is below them", {"--recursive"}},
    {"; set AWS_PROFILE", {"--profile"}},
    {"overview", {"stats", "summary", "summarize", "summarise", "info", "describe"}},
    {"report", {"analyze", "analyse", "reports"}},
    {"top", {"query", "group", "groupby", "aggregate", "count", "talkers", "rank", "sum"}},
    {"print", {"cat", "head", "read", "view", "show", "parse", "filter", "grep", "dump", "select"}},
    {"convert", {"export", "transform", "write"}},
    {"check", {"validate", "verify", "lint"}},
    {"ls", {"list", "find"}},
    {"fields", {"columns", "schema"}},
    {"merge", {"combine", "join", "reduce"}},
});

/// Whether all options that the end of a message names exist.
auto is_possible(std::string_view message, std::span<std::string const> names) -> bool {
    return std::ranges::all_of(split(message), [&](std::string_view word) {
        return !word.starts_with("--") || std::ranges::find(names, word) != names.end();
    });
}

/// Whether a word is the expression of a filter, or connects two parts of one.
auto is_of_filter(std::string const& word) -> bool try {
    constexpr auto connecting = std::to_array<std::string_view>(
        {"and", "or", "not", "in", "is", "=", "!=", "<", "<=", ">", ">=", "~"});
    if (std::ranges::find(connecting, word) != connecting.end()) return true;
    static_cast<void>(parse_filter(word, {}));
    return true;
} catch (flowlog::error const&) {
    return false;
}

}  // namespace

auto other_name_hint(std::string_view word, std::span<std::string const> names) -> std::string {
    for (auto const& [meant, words] : other_names) {
        if (word.empty() || std::ranges::find(words, word) == words.end()) continue;
        if (meant.starts_with(';') && is_possible(meant, names)) return std::string{meant};
        if (std::ranges::find(names, meant) != names.end())
            return "; did you mean '" + std::string{meant} + "'?";
    }
    return {};
}

auto misplaced_hint(std::string const& word) -> std::string_view {
    auto const keys = flowlog::group_words();
    if (is_of_filter(word))
        return "; a filter is one argument in quotes: --where 'tcp and port 443'";
    if (find_report(word) != nullptr)
        return "; commas separate the names of reports: talkers,rejects";
    if (flowlog::find_field(word) || std::ranges::find(keys, word) != keys.end())
        return "; commas separate names, without blanks: --by srcaddr,dstport";
    return {};
}

}  // namespace cli
