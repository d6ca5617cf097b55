// SPDX-License-Identifier: BSL-1.0
#include "other_names.hpp"

#include <algorithm>
#include <array>

namespace cli {
namespace {

/// Words of AWS's command, SQL, nfdump, DuckDB, Miller and others, and what is meant here: an
/// option, a command, or the end of a message. If a word is in several rows, the first row is taken
/// whose option or command exists.
struct other_name {
    std::string_view meant;
    std::array<std::string_view, 10> words;
};

constexpr auto other_names = std::to_array<other_name>({
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
     {"--output", "--output-file", "--out", "--out-file", "-w"}},
    {"; write --csv, --tsv, --json or --ndjson", {"--output-format", "--out-format", "-o"}},
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

}  // namespace

auto other_name_hint(std::string_view word, std::span<std::string const> names) -> std::string {
    for (auto const& [meant, words] : other_names) {
        if (word.empty() || std::ranges::find(words, word) == words.end()) continue;
        if (meant.starts_with(';')) return std::string{meant};
        if (std::ranges::find(names, meant) != names.end())
            return "; did you mean '" + std::string{meant} + "'?";
    }
    return {};
}

}  // namespace cli
