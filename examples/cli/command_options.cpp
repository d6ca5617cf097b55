// SPDX-License-Identifier: BSL-1.0
// The options that one command has, or that mean something of its own there.
#include "option_table.hpp"

namespace cli {
namespace {

using enum value_kind;
namespace group = option_group;

constexpr auto counting = option_traits{.decides_counting = true};
constexpr auto counting_by_default = option_traits{.has_default = true, .decides_counting = true};
constexpr auto by_default = option_traits{.has_default = true};
constexpr auto not_with_limit = option_traits{.excludes = "-n"};

constexpr auto own = std::to_array<option_info>({
    {"--version", "", flag, "flowlog", group::general, "Print version and components, and exit",
     "prints the version, the components that are built in, and those that are not"},

    // overview
    {"-n", "N", number, "overview", group::general, "Show N senders and N services (default: 5)",
     "the number of rows of each table: 5 by default"},

    // report
    {"LOG", "", reports, "report", group::general,
     "The name of a report, or several (talkers,rejects); then logs: files,\n"
     "folders, patterns ('logs/*.log'), s3://BUCKET/PREFIX, or -",
     "the name of a report, or several: `talkers,rejects`; then logs, as for all commands"},
    {"--html", "FILE", file, "report", group::general, "Make one page in HTML of it",
     "makes a page in HTML, `-` is standard output; without the name of a report, of the top "
     "senders, receivers, services, tags and rejects. A page from which inputs are missing says "
     "so, and replaces a complete one only with `--keep-going` or `--force`"},
    {"--force", "", flag, "report", group::general, "Replace an existing file that is no report",
     "replaces an existing file that is no report"},
    {"-n", "N", number, "report", group::general, "Show N rows of each table (default: a screen)",
     "N rows of each table; by default as many as leave the report on a screen, and 10 on a page"},
    {"--prices", "FILE", file, "report", group::general,
     "egress: prices of 10^9 bytes, as a table: egress,USD",
     "prices of 10^9 bytes, as a table: a heading `egress,USD`, which names the currency, then "
     "rows such as `internet,0.09`. The names are `nat`, `internet`, `cross-az` and "
     "`aws-service`"},
    {"--min-ports", "N", number, "report", group::general, "scans: at least N ports (default: 20)",
     "a source that tried at least so many ports is a scan; 20 by default"},
    {"--min-hosts", "N", number, "report", group::general, "scans: or N hosts (default: 20)",
     "a source that tried at least so many hosts is a scan; 20 by default"},
    {"--window", "SPAN", span, "report", group::general,
     "scans: within SPAN (default: 10m), or none",
     "the span of the clock within which a scan tries them: `10m` by default, as from 10:00 to "
     "10:10; `none` is the whole log",
     counting},

    {"--max-groups", "N", number, "overview report", group::general,
     "At most N groups for each question, and coarser ones if there are\n"
     "more (default: 4000000)",
     "the groups of a question, which bound the memory: at most 4,000,000 by default. If there are "
     "more, they are made coarser, and a warning says so: addresses become networks (`/24`, for "
     "IPv6 `/64`; then `/16` and `/48`, then `/8` and `/32`); after that, the last key is left "
     "out. Sums are exact either way, and depend neither on the order of flows nor on the number "
     "of threads",
     counting},

    // tag
    {"--lookup", "FILE", file, "tag", group::general, "Table of tags: dstport,protocol,tag",
     "the table of tags (below)", by_default},
    {"--map", "FILE", file, "tag", group::general,
     "Table of labels of addresses for --where: cidr,label",
     "a table `cidr,label`, as for `top`, which tests of labels in `--where` need",
     counting_by_default},
    {"--protocols", "FILE", file, "tag", group::general,
     "Protocol names, as IANA's protocol-numbers-1.csv",
     "names of protocol numbers, as IANA's `protocol-numbers-1.csv`; by default a built-in copy "
     "of IANA's names"},
    {"--key", "dstport|srcport|service", choice, "tag", group::general,
     "Port to look up and to count (default: dstport)",
     "the port to look up and to count; `service` is the smaller of the two", counting},
    {"--duplicates", "last|first|all|error", choice, "tag", group::general,
     "Row that wins if several match equally well (default: last)",
     "which row wins if several match a flow equally well; with `all` the flow has all their "
     "tags"},
    {"--fold-tags", "", flag, "tag", group::general, "Treat tags that differ only in case as one",
     "treats tags that differ only in case as one"},
    {"--lenient", "", flag, "tag", group::general, "Skip bad rows of the table with a warning",
     "skips bad rows of the table with a warning; by default they are an error"},
    {"--untagged-label", "TEXT", text, "tag", group::general,
     "Label of flows without a tag (default: Untagged)",
     "the label of flows without a tag: `Untagged`"},
    {"--out", "DIR", folder, "tag", group::results,
     "Folder for the results (default: the current one)",
     "the folder for the results, created if it does not exist; by default the current one"},
    {"--summary", "FILE", file, "tag", group::results, "All counts under titles (DIR/output.csv)",
     "the next three results under titles: `Tag Counts:`, `Port/Protocol Combination Counts:`, "
     "`Untagged Flows:`; by default `output.csv` in the folder, as the other results have theirs"},
    {"--tag-counts", "FILE", file, "tag", group::results, "Flows per tag (DIR/tag_counts.csv)",
     "`tag_counts.csv`: `Tag,Count`; `Untagged` is always the last row"},
    {"--port-protocol-counts", "FILE", file, "tag", group::results,
     "Flows per port and protocol (DIR/port_protocol_counts.csv)",
     "`port_protocol_counts.csv`: `Port,Protocol,Count`"},
    {"--untagged-flows", "FILE", file, "tag", group::results,
     "Flows without a tag (DIR/untagged_flows.csv)",
     "`untagged_flows.csv`: `Port,Protocol,Count` of the flows without a tag"},
    {"--malformed", "FILE", file, "tag", group::results,
     "Malformed lines, and protocols without a name (DIR/malformed.log)",
     "`malformed.log`: each malformed line as `source:line:column: field: reason: text`; then the "
     "protocol numbers without a name, and their counts"},
    {"--force", "", flag, "tag", group::results, "Replace existing files, whatever they contain",
     "replaces existing files, whatever they contain"},
    {"--csv", "", flag, "tag", group::instead, "CSV with a heading, one row per tag",
     "prints the counts of the tags (`tag`, `count`), with `Untagged` last; files are written "
     "only if `--out` or their own option is given"},
    {"--tsv", "", flag, "tag", group::instead, "The same, separated by TAB", "the same with TAB"},
    {"--json", "", flag, "tag", group::instead, "One JSON document",
     "the same, with everything as one JSON document"},
    {"--ndjson", "", flag, "tag", group::instead, "One JSON object per tag, on a line each",
     "one JSON object per tag"},

    // top
    {"--by", "KEYS", keys, "top", group::general,
     "Group by these: srcaddr,dstport,... (default: one row for all flows)",
     "the keys of the groups, with commas between them; by default all flows are one group",
     counting},
    {"-n", "N", number, "top", group::general, "Show N groups (default: 20)",
     "prints the N largest groups; 20 by default"},
    {"--all", "", flag, "top", group::general, "Show all groups", "prints all groups",
     not_with_limit},
    {"--sort", "NAME", measure, "top", group::general,
     "Measure or key to rank by: bytes, max(packets), dstport\n(default: the first measure)",
     "the measure or key to rank by: `flows`, `bytes`, `max(packets)`, `dstport`; by default the "
     "first measure that is named"},
    {"--ascending", "", flag, "top", group::general, "The smallest values first",
     "prints the groups with the smallest values"},
    {"--having", "EXPR", having, "top", group::general,
     "Only groups like this: 'flows > 50 and distinct(dstport) >= 10'",
     "only the groups like this: `'flows > 50 and distinct(dstport) >= 10'` "
     "([below](#groups-that-are-wanted))"},
    {"--in-out", "", flag, "top", group::general,
     "Measures of what came in and went out of each ip or port, apart",
     "with `ip` or `port`: each measure twice, `bytes_in` of the flows to the address and "
     "`bytes_out` of the flows from it. Ranks by the sum of the two",
     counting},
    {"--human", "", flag, "top diff", group::general,
     "Easy-to-read numbers in the table: 1,234 and 5.6 MB",
     "makes the numbers of the table easy to read: `1,234`, `5.6 MB`"},

    // digest
    {"--by", "KEYS", keys, "digest", group::general,
     "Keys of a line: fields, srcaddr/24, start:1h (default: account-id,\n"
     "interface-id,srcaddr,dstaddr,srcport,dstport,protocol,action)",
     "the keys of a line: fields, networks (`srcaddr/24`, written as their first address) and "
     "parts of time (`start:1h`, which keep the hours apart). By default "
     "`account-id,interface-id,srcaddr,dstaddr,srcport,dstport,protocol,action`, as far as the "
     "logs have them",
     counting},
    {"--ephemeral", "min-port|syn|direction|known", choice, "digest", group::general,
     "Which of the ports becomes 0 (default: min-port)",
     "which of the two ports becomes 0, see below", counting},
    {"--global-bounds", "", flag, "digest", group::general,
     "Give each line the first start and the last end of all, as go-vpc does",
     "every line has the first start and the last end of the whole digest, as go-vpc writes them",
     counting},
    {"--output,-o", "FILE", file, "digest", group::general,
     "The file to write (default: standard output, a flow log); its ending\n"
     "is its format: .log, .csv, .tsv, .json, .ndjson, .parquet; with .gz\n"
     "or .zst",
     "the output, as for `convert`; by default a flow log on standard output"},
    {"--to", "log|csv|tsv|json|ndjson|parquet", text, "digest", group::general,
     "The format, whatever the ending says; log is a flow log",
     "the format of the output, whatever its ending says; `log` is a flow log"},
    {"--force", "", flag, "digest", group::general,
     "Replace an existing file or object, whatever it contains",
     "replaces an existing file or object, whatever it contains"},

    // connections
    {"-n", "N", number, "connections", group::general, "Show N connections (default: 20)",
     "prints N connections; 20 by default"},
    {"--all", "", flag, "connections", group::general, "Show all connections",
     "prints all connections", not_with_limit},
    {"--sort", "bytes|packets|flows|duration|first|last", choice, "connections", group::general,
     "What to rank by, the largest first, but the earliest 'first'\n"
     "(default: bytes)",
     "`bytes` (the default), `packets` or `flows` of both directions, `duration`, `last`, or "
     "`first`, which ranks the earliest first"},

    // graph
    {"--by", "KEYS", keys, "graph", group::general,
     "Nodes and edges (default: srcaddr, of both ends)",
     "what nodes and edges are, see above; by default the addresses of both ends", counting},
    {"--format", "dot|graphml|mermaid|json", choice, "graph", group::general,
     "The format of the graph (default: dot). Also, as in other commands,\n"
     "the columns of logs without a header line: '${srcaddr} ${dstport}'",
     "`dot`: [Graphviz](https://graphviz.org), the default. `graphml`: GraphML, for Gephi, yEd, "
     "igraph and networkx. `mermaid`: a flowchart of [Mermaid](https://mermaid.js.org), which "
     "GitHub and GitLab draw in Markdown; it draws at most 500 edges, and a warning says if there "
     "are more. `json`: a JSON document for programs. Anything else is, as in other commands, the "
     "columns of logs without a header line"},
    {"-n", "N", number, "graph", group::general,
     "Draw the N largest edges, and the rest as one (default: 50)",
     "draws the N largest edges (50), and the rest as one edge between other nodes"},
    {"--all", "", flag, "graph", group::general, "Draw all edges", "draws all edges",
     not_with_limit},
    {"--sort", "bytes|packets|flows", choice, "graph", group::general,
     "What makes an edge large (default: bytes, if any)",
     "what makes an edge large and wide; by default bytes, or packets or flows if there are no "
     "bytes"},
    {"--title", "TEXT", text, "graph", group::general, "The title of the picture",
     "the title; by default the keys"},
    {"--raw",
     "",
     flag,
     "graph",
     group::general,
     "Draw an edge per flow, with the attributes of go-vpc, in DOT",
     "draws an edge for each flow, in DOT, as go-vpc does (below)",
     {.excludes = "-n,--all", .decides_counting = true}},

    // diff
    {"--by", "KEYS", keys, "diff", group::general,
     "Compare these groups (default: srcaddr,dstaddr,dstport,protocol)",
     "the [keys](#flowlog-top) of the groups; by default `srcaddr,dstaddr,dstport,protocol`",
     counting},
    {"--split", "TIME", time, "diff", group::general,
     "Compare the flows before this time with the others",
     "compares the flows of the logs before a time with the others. `2024-05-01` is the first "
     "moment of that day",
     counting},
    {"--factor",
     "F",
     real,
     "diff",
     group::general,
     "A group has changed if it grew or shrank F times (default: 2)",
     "a group has changed if it grew or shrank F times or more; by default 2, and with 1, any "
     "difference is a change",
     {.min = 1, .max = 1e15}},
    {"--sort", "MEASURE", measure, "diff", group::general,
     "Measure that decides: flows, max(packets) (default: bytes, or the\n"
     "first one)",
     "the measure that decides whether a group has changed, and that orders them; by default "
     "bytes if there are any, or the first measure that is named"},
    {"-n", "N", number, "diff", group::general, "List N groups of each kind (default: 20)",
     "lists N groups of each kind; 20 by default"},
    {"--all", "", flag, "diff", group::general, "List all groups that differ",
     "lists all groups that differ", not_with_limit},
    {"--exit-code", "", flag, "diff", group::general, "Exit with 1 if the sides differ",
     "exits with 1 if there is a group that was added or removed, or has changed"},

    // merge
    {"PARTIAL", "", logs, "merge", group::general,
     "Partial results: files, folders, patterns, or -",
     "a file, a folder, a pattern, `-` (standard input, up to 1 GiB), or an object of a store; it "
     "may be compressed, and several partial results may follow each other in it"},
    {"--same-names", "", flag, "merge", group::general,
     "Inputs of one name in several partial results are different files",
     "inputs of one name in several partial results are different files; by default they are an "
     "error, because they would count twice"},

    // print
    {"--csv", "", flag, "print", group::general,
     "CSV with a heading; the default, except on a terminal",
     "RFC 4180 with LF, after a heading; an absent value is an empty cell. The default, except on "
     "a terminal"},
    {"--tsv", "", flag, "print", group::general, "The same, separated by TAB", "the same with TAB"},
    {"--json", "", flag, "print", group::general, "One JSON array of objects",
     "one array of objects; an absent value is `null`"},
    {"--ndjson", "", flag, "print", group::general, "One JSON object per line",
     "one object per line"},
    {"--vpc", "", flag, "print", group::general,
     "A VPC flow log with the fields of AWS's default format",
     "a VPC flow log with a header line and the fields of AWS's default format, which flowlog can "
     "read; an absent value is `-`"},
    {"--table", "", flag, "print", group::general, "A table for people; the default on a terminal",
     "a table for people; the default on a terminal"},
    {"--fields", "LIST", fields, "print", group::general, "Print these fields: srcaddr,dstport,...",
     "the fields to print, each once, under any of their names, and columns of text logs and "
     "Parquet files that are no fields: `srcaddr,dstport,dOctets`. `srcaddr_raw` and `dstaddr_raw` "
     "are the numbers of IPv4 "
     "addresses. Other columns are computed, as the [keys](#flowlog-top) of `top`: `service`, "
     "`duration`, `pair`, `date`, `srcaddr/24`, `start:5m`, `class(srcaddr)`, `tag`, "
     "`label(srcaddr)`"},
    {"--head,-n", "N", number, "print", group::general, "Print at most N flows",
     "prints at most N flows; 0 prints the heading alone"},
    {"--sort", "FIELD", measure, "print", group::general,
     "Print the flows with the largest values first: bytes (20, or as many\n"
     "as -n says)",
     "prints the flows with the largest values of a field, a computed column or another column "
     "first: 20 of them, or as many as `-n` says, which are all that is kept in memory. Flows "
     "without a value come "
     "last, equal ones in the order of the logs; other columns are compared as texts"},
    {"--ascending", "", flag, "print", group::general, "With --sort, the smallest values first",
     "with `--sort`, the smallest values first"},
    {"--all-lines", "", flag, "print", group::general,
     "Print NODATA and SKIPDATA lines, too; with a test of log-status in\n"
     "--where, this is on",
     "prints NODATA and SKIPDATA lines, too. This is on if `--where` tests `log-status`: "
     "`--where 'log-status = SKIPDATA'`"},
    {"--schema,--names", "aws|netflow|ecs|otel|ocsf", choice, "print", group::general,
     "Names of the fields in headings (default: aws)",
     "the [names](#names-of-other-schemas) in headings and JSON: `srcaddr`, `bytes`; those of "
     "flow-tools (`dOctets`); of the Elastic Common Schema (`source.ip`); attributes of "
     "OpenTelemetry (`source.address`); or nested events of OCSF, in JSON alone"},
    {"--times", "unix|iso", choice, "print", group::general,
     "Times as seconds since 1970, or as RFC 3339 in UTC",
     "seconds since 1970, the default except in tables, or RFC 3339 in UTC; with a fraction of "
     "three or six digits if there is one"},

    // convert
    {"--output,-o", "FILE", file, "convert", group::general,
     "The file to write; its ending is its format: .parquet, .csv, .tsv,\n"
     ".json, .ndjson, .log; with .gz or .zst. '-' is standard output",
     "the output; its ending is its format: `.parquet`, `.csv`, `.tsv`, `.json`, `.ndjson` "
     "(`.jsonl`), `.log` (`.txt`: a VPC flow log with a header line); followed by `.gz` or `.zst` "
     "except after `.parquet`. `-` is standard output, with `--to`"},
    {"--to", "parquet|csv|tsv|json|ndjson|log", text, "convert", group::general,
     "The format, whatever the ending says; log is a VPC flow log",
     "the format of the output, whatever its ending says; `log` is a VPC flow log"},
    {"--fields", "LIST", fields, "convert", group::general,
     "Write these fields: srcaddr,dstport,...",
     "the fields to write, as for `print`; by default all columns of the first log. Computed "
     "columns are for CSV, TSV and JSON"},
    {"--partition", "LIST", fields, "convert", group::general,
     "Write a folder with a file for each value of these:\n"
     "account,region,date",
     "the output is a folder with a file for each value: `account`, `region`, `date` (the day of "
     "`start` in UTC) and any other field. Parquet unless `--to` is given"},
    {"--times", "unix|iso", choice, "convert", group::general,
     "Times as seconds since 1970, or as RFC 3339 in UTC; in Parquet, as\n"
     "timestamps",
     "as for `print`; in Parquet, seconds in 64 bits or timestamps in microseconds"},
    {"--force", "", flag, "convert", group::general,
     "Replace existing files or objects, whatever they contain",
     "replaces existing files or objects, whatever they contain"},

    // check, detect, ls
    {"--max", "N", number, "check", group::general,
     "Print at most N malformed lines (default: 100)",
     "prints at most N malformed lines; 100 by default"},
    {"--count", "", flag, "detect", group::general,
     "Read everything to find the exact number of flows and their period",
     "reads everything to find the exact number of flows, and their first and last time"},
    {"LOG", "", logs, "ls", group::general, "Folders, s3://bucket/prefix, files, or patterns",
     "folders, prefixes of stores, files, or patterns"},

    // completions, man
    {"SHELL", "bash|zsh|fish", choice, "completions", group::general, "bash, zsh or fish",
     "the shell: `bash`, `zsh` or `fish`"},
    {"COMMAND", "", command, "man", group::general, "The command (default: flowlog itself)",
     "the command whose page is printed; by default the page of flowlog itself"},
    {"--markdown", "WHAT", text, "man", group::general,
     "Print a table of docs/cli.md instead: all, objects, stores, measures,\n"
     "or of a command",
     "prints a table of options in Markdown, as it is in `docs/cli.md`: `all`, `objects`, "
     "`stores` or `measures`, which several commands have, or the options of a command alone"},
});

}  // namespace

auto command_options() -> std::span<option_info const> { return own; }

}  // namespace cli
