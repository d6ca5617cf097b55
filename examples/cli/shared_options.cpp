// SPDX-License-Identifier: BSL-1.0
// The options that several commands have.
#include "option_table.hpp"

namespace cli {
namespace {

using enum value_kind;
namespace group = option_group;

// Commands that read logs, and those among them that have a kind of options.
constexpr auto readers =
    "overview report tag top digest connections graph diff print convert check detect";
constexpr auto listers =
    "overview report tag top digest connections graph diff print convert check detect ls";
constexpr auto filtering =
    "overview report tag top digest connections graph diff print convert check";
constexpr auto with_tables =
    "overview report top digest connections graph diff print convert check";
constexpr auto with_threads = "overview report tag top digest connections graph diff print check";
constexpr auto strict = "overview report tag top digest connections graph diff print convert";
constexpr auto counters = "tag top digest connections graph report diff";
constexpr auto grouping = "top diff";
constexpr auto estimating = "report top diff";
constexpr auto with_rows = "overview report top digest connections diff check detect ls fields";
constexpr auto other_readers =
    "overview tag top digest connections graph diff print convert check detect";
constexpr auto with_log_columns =
    "overview report tag top digest connections diff print convert check detect";
constexpr auto everywhere =
    "flowlog overview report tag top digest connections graph diff merge print convert check "
    "detect ls fields completions man";

constexpr auto counting = option_traits{.decides_counting = true};
constexpr auto counting_by_default = option_traits{.has_default = true, .decides_counting = true};
constexpr auto by_default = option_traits{.has_default = true};

constexpr auto all = std::to_array<option_info>({
    {"LOG", "", logs, other_readers, group::general,
     "Files, folders, patterns ('logs/*.log'), s3://BUCKET/PREFIX, or -",
     "a file, a folder (every file below it except hidden ones), a pattern in quotes "
     "(`'logs/*.log'`, or `'logs/**/*.log'` for the folders below as well), objects of a store, "
     "or `-`, standard input"},
    {"--lookup", "FILE", file, with_tables, group::general, "Table of tags: dstport,protocol,tag",
     "the table of tags, as for `tag`, which the key and column `tag` and tests such as "
     "`tag = Untagged` need",
     counting_by_default},
    {"--map", "FILE", file, with_tables, group::general, "Table of labels of addresses: cidr,label",
     "a table `cidr,label` in CSV, with or without a heading, which `label(srcaddr)` needs; the "
     "longest prefix wins. The names that `aws ec2 describe-*` uses are headings, too: "
     "`CidrBlock`, `PrivateIpAddress`; `SubnetId`, `InstanceId`, `Name`. Without a `Name`, the "
     "label is the id. A row that replaces another label, or has no address or label, is a "
     "warning",
     counting_by_default},
    {"--logs-from", "FILE", file, readers, group::general,
     "Read names of more LOGs from a file, one a line, each with its size\n"
     "after a tab if that is known; - is standard input",
     "reads the names of more logs from a file, one a line; `-` is standard input. After a TAB a "
     "line may have the size in bytes: then no request is spent on asking an object store for it",
     counting},
    {"--where", "EXPR", filter, filtering, group::general,
     "Only these flows: 'action = REJECT and dstport < 1024'",
     "only the flows that match an [expression](filter.md): "
     "`'action = REJECT and dstport in 1-1023'`",
     counting},
    {"--where-file", "FILE", file, filtering, group::general,
     "Only these flows: a file with an expression or a list of addresses",
     "only the flows that match the expression in a file, or that have an address of the "
     "[list](filter.md#files) in it at either end; `-` is standard input. With `--where`, both",
     counting},
    {"--tz", "ZONE", zone, readers, group::general,
     "Time zone of dates and hours: Europe/Berlin, local (default: UTC)",
     "the time zone of the keys that are parts of time (`date`, `hour`, `weekday`, `week`, "
     "`month`, `start:1d`), of `hour` and `weekday` in filters, and of dates and times without a "
     "zone in options: a name of IANA's such as `Europe/Berlin`, `local`, or an offset such as "
     "`+02:00`; UTC by default. Names need the system's `tzdata`. Days have 23 or 25 hours if "
     "clocks are changed; an hour that clocks show twice is two spans of `start:1h`",
     counting_by_default},
    {"--format", "TEXT", log_columns, with_log_columns, group::general,
     "Columns of logs without a header line: '${srcaddr} ${dstport} ...'",
     "the columns of text logs without a header line: `'${version} ${srcaddr} …'` as AWS writes "
     "it, bare names, `tgw` for the default of transit gateways, or a name that the "
     "[settings](#settings) give a format",
     counting_by_default},
    {"--two-way", "split|reverse", choice, readers, group::general,
     "A record in JSON that counts both directions: two flows (default), or\n"
     "one with reverse-packets and reverse-bytes",
     "what becomes of a record in [JSON](#logs-in-json) that counts both directions: two flows "
     "(the default; the second one if it had traffic), or one with `reverse-packets` and "
     "`reverse-bytes`, which are counted only if they are named: `--sum bytes,reverse-bytes`. "
     "`digest`, `graph`, `connections`, `report`, the overview and `top --in-out` refuse `reverse`",
     counting},
    {"--threads",
     "N",
     number,
     with_threads,
     group::general,
     "Number of threads (default: 0, one per core)",
     "the number of threads; 0, the default, is one per core. The results do not depend on it. "
     "With many files, one thread reads each. A large file is read by all threads if it is a text "
     "log, an nfdump archive (whatever the compression of its blocks), an uncompressed flow-tools "
     "archive, or a Parquet file with several row groups. Other compressed files are decompressed "
     "by one thread and read by another",
     {.max = 1024}},
    {"--no-wrap-repair", "", flag, readers, group::general,
     "Do not correct times of archives after a router's uptime overflowed",
     "leaves the times of flow-tools and flowd archives as they are after the 32-bit uptime of a "
     "router overflowed: 49.7 days in the future. By default they are corrected, and `detect` "
     "says so",
     counting},
    {"--keep-going", "", flag, readers, group::general,
     "Exit with 0 if inputs cannot be read; the result is marked incomplete",
     "the exit code is 0 though inputs are missing or break off, unless nothing could be read. "
     "They are named, and the result is marked as incomplete, in any case"},
    {"--strict", "", flag, strict, group::general, "Exit with 1 if a line is malformed or SKIPDATA",
     "exits with 1, and says why, if a line is malformed or SKIPDATA"},
    {"--quiet,-q", "", flag, filtering, group::general, "Print only results, warnings and errors",
     "prints only results, warnings and errors"},
    {"--partial", "FILE", file, counters, group::partial,
     "Write what was counted, for 'flowlog merge', instead of results",
     "writes what was counted, for [`merge`](#flowlog-merge), instead of results: to a file, an "
     "object (`s3://bucket/a.part`), or `-`. An older partial result of this name is replaced, no "
     "other file; one that is complete is replaced by one from which inputs are missing only with "
     "`--keep-going`"},
    {"--unnamed-inputs", "", flag, counters, group::partial,
     "Write how many inputs were read, not which: for millions of\n"
     "them. That one is in two partial results is then not noticed",
     "with `--partial`: writes how many inputs were read, not which, for "
     "[millions of them](#flowlog-merge)"},
    {"--hash-key", "WORD", text, estimating, group::partial,
     "A word that whoever writes the logs does not know, for estimates of\n"
     "--distinct that are the same in every run (default: random)",
     "the key of the hashes by which `--distinct` estimates more than 1,024 values: runs with one "
     "key give the same estimates. By default it is random in each run, and `partial` with "
     "`--partial`",
     counting},
    {"--csv", "", flag, with_rows, group::formats, "CSV with a heading, one row per result",
     "RFC 4180 with LF, after a heading; an absent value is an empty cell"},
    {"--tsv", "", flag, with_rows, group::formats, "The same, separated by TAB",
     "the same with TAB"},
    {"--json", "", flag, with_rows, group::formats, "One JSON document",
     "one JSON document; an absent value is `null`"},
    {"--ndjson", "", flag, with_rows, group::formats, "One JSON object per result, on a line each",
     "one JSON object per line"},
    {"--color", "auto|always|never", choice, everywhere, group::general,
     "Colours: on terminals (default), always, or never",
     "headings in bold, and warnings and errors in colours: `auto`, the default, on terminals "
     "unless the environment has `NO_COLOR`; `always`; or `never`",
     by_default},
    {"--no-config", "", flag, everywhere, group::general, "Do not read the file of settings",
     "takes no defaults from the file of [settings](#settings)"},
    {"--help,-h", "", flag, everywhere, group::general, "Print this help and exit",
     "prints the options of the program, or of a command, and examples; `flowlog man` says more"},
});

constexpr auto objects = std::to_array<option_info>({
    {"--since", "TIME", time, listers, group::objects,
     "Only flows from this time on: 2024-05-01, 2024-05-01T12:30Z, -2h",
     "the flows from this time on, which is included", counting},
    {"--until", "TIME", time, listers, group::objects, "Only flows up to this time, inclusive",
     "the flows up to this time, which is included", counting},
    {"--account", "NAME", text, listers, group::objects, "Only logs of this account; repeatable",
     "the logs of this account; may be repeated, or list several", counting},
    {"--region", "NAME", text, listers, group::objects, "Only logs of this region; repeatable",
     "the logs of this region; may be repeated, or list several: `--region us-east-1,us-west-2`",
     counting},
    {"--flow-log-id", "NAME", text, listers, group::objects, "Only logs with this id; repeatable",
     "the logs of the flow log with this id; may be repeated, or list several", counting},
    {"--verbose", "", flag, readers, group::objects,
     "Print how many objects were listed and skipped",
     "prints how many objects were listed, in how many requests, and how many were skipped for "
     "which reason; `ls` always does"},
});

constexpr auto stores = std::to_array<option_info>({
    {"--endpoint-url", "URL", url, listers, group::stores,
     "Server to ask in place of the store's own",
     "the server to ask (S3, Google Cloud Storage, Azure), in place of the store's own. With "
     "`http://`, nothing is encrypted",
     by_default},
    {"--no-sign-request", "", flag, listers, group::stores,
     "Send no credentials: for buckets that are public",
     "sends no credentials: for public buckets"},
    {"--fetches",
     "N",
     number,
     readers,
     group::stores,
     "Requests that run at once (default: 16)",
     "how many requests run at once, 16 by default",
     {.max = 1024}},
    {"--buffer", "SIZE", size, readers, group::stores,
     "Bytes to hold that are fetched ahead (default: 256M)",
     "how many bytes may be held of what is fetched ahead of its readers, `256M` by default"},
    {"--timeout",
     "SECONDS",
     real,
     listers,
     group::stores,
     "Seconds to wait for an answer (default: 30)",
     "a request fails if nothing has arrived for so long, 30 s by default. (A connection that "
     "stalls in the middle is given up some seconds later)",
     {.min = 0.1, .max = 86'400}},
});

constexpr auto measures = std::to_array<option_info>({
    {"--flows", "", flag, grouping, group::measures, "Count flows", "the number of flows",
     counting},
    {"--first", "", flag, grouping, group::measures, "When the first flow began: --min start",
     "when the first flow of the group began: `--min start`", counting},
    {"--last", "", flag, grouping, group::measures, "When the last flow ended: --max end",
     "when the last flow of the group ended: `--max end`", counting},
    {"--sum", "FIELDS", numbers, grouping, group::measures, "Add up", "the sums of counters",
     counting},
    {"--avg", "FIELDS", numbers, grouping, group::measures, "Averages: --avg duration",
     "the averages of numbers", counting},
    {"--min", "FIELDS", numbers, grouping, group::measures,
     "Smallest values, also of times: --min start",
     "the smallest values of numbers and times: `--min start`", counting},
    {"--max", "FIELDS", numbers, grouping, group::measures, "Largest values",
     "the largest values of numbers and times", counting},
    {"--rate", "FIELDS", numbers, grouping, group::measures, "Sums per second",
     "the sums per second, from the group's first start to its last end (at least one second)",
     counting},
    {"--or", "FIELDS", numbers, grouping, group::measures,
     "Bits that any of the values has: --or tcp-flags",
     "the bits that any of the values has: `--or tcp-flags`", counting},
    {"--distinct", "FIELDS", fields, grouping, group::measures,
     "Count distinct values; an estimate above 1024",
     "the number of distinct values: exact up to 1024, then an estimate with a standard error of "
     "1.6 %",
     counting},
    {"--percentile", "FIELD:P,...", numbers, grouping, group::measures,
     "Values that P % of the flows do not exceed: --percentile bytes:95",
     "the smallest value that P % of the values do not exceed: "
     "`--percentile bytes:50,bytes:99.9`. Exact for up to 128 distinct values of a group; of "
     "more, numbers from 128 on are rounded, by at most 0.8 %",
     counting},
    {"--ratio", "A/B,...", numbers, grouping, group::measures,
     "Sums divided by sums: --ratio bytes/packets",
     "a sum divided by another one; `flows` is the number of flows: "
     "`--ratio bytes/packets,bytes/flows`",
     counting},
});

}  // namespace

auto shared_option_sections() -> std::array<option_section, 4> {
    return {{{"all", all}, {"objects", objects}, {"stores", stores}, {"measures", measures}}};
}

}  // namespace cli
