// SPDX-License-Identifier: BSL-1.0
// flowlog graph: draws who talks to whom, for Graphviz, Gephi, Mermaid and programs.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/edges.hpp>
#include <flowlog/did_you_mean.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/output/dot.hpp>
#include <flowlog/output/graph_json.hpp>
#include <flowlog/output/graph_text.hpp>
#include <flowlog/output/graphml.hpp>
#include <flowlog/output/mermaid.hpp>

#include "columns.hpp"
#include "commands.hpp"
#include "graph_records.hpp"
#include "groupings.hpp"
#include "keys.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "settings.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::edge_measure;

enum class graph_format : std::uint8_t { dot, graphml, mermaid, json };

struct graph_options {
    reading_options reading{};
    std::optional<graph_format> format{};
    std::string by{};
    std::optional<edge_measure> sort{};
    std::size_t limit = 50;
    bool all = false;
    bool raw = false;
    std::string title{};
};

/// All that the command found out.
struct graph_report {
    flowlog::flow_graph graph{};
    std::vector<std::string> warnings{};
    reading done{};
};

auto parse_edge_keys(graph_options const& options, key_tables const& tables) -> flowlog::edge_keys {
    auto named =
        tables.parse(options.by, "--by", [&options] { return unknown_columns(options.reading); });
    if (named.empty()) {
        if (!options.by.empty()) throw usage_error{"--by names no key"};
        named.push_back(flowlog::group_key::of(flowlog::field_id::srcaddr));
    }
    return flowlog::edge_keys{std::move(named)};
}

/// What somebody who sees only the picture must know about it.
auto notes_of(graph_report const& report) -> std::vector<std::string> {
    auto notes = std::vector<std::string>{};
    if (auto const bad = report.done.stats.malformed; bad != 0)
        notes.push_back(count_text(bad, "malformed line") + (bad == 1 ? " is" : " are") +
                        " not counted");
    if (report.done.failures() != 0) notes.push_back("INCOMPLETE: " + report.done.missing_text());
    if (auto warning = skipdata_warning(report.done.stats)) notes.push_back(*std::move(warning));
    if (report.graph.saturated)
        notes.emplace_back("a sum does not fit into 64 bits: it is printed as 2^64 - 1");
    return notes;
}

void print_json(graph_report const& report) {
    auto text = std::string{};
    auto json = flowlog::json_writer{text};
    json.begin_object().member("flows", report.done.flows());
    write_members(json, report.graph);
    write(json.key("warnings"), report.warnings);
    report.done.write_members(json);
    json.end_object();
    print(text + '\n');
}

void print_graph(graph_report const& report, graph_options const& options) {
    auto const caption = flowlog::graph_caption{.title = options.title, .notes = notes_of(report)};
    switch (options.format.value_or(graph_format::dot)) {
        case graph_format::dot: write_dot(report.graph, caption, print); break;
        case graph_format::graphml: write_graphml(report.graph, caption, print); break;
        case graph_format::mermaid: write_mermaid(report.graph, caption, print); break;
        case graph_format::json: print_json(report); break;
    }
    flush_output();
}

/// What makes the picture show more: larger nodes, if edges between addresses are all small.
auto how_to_draw_more(flowlog::flow_graph const& graph, graph_options const& options)
    -> std::string {
    auto const all = graph.total.value(graph.by);
    auto const few = graph.rest.value(graph.by) > all - all / 10;
    return options.by.empty() && few ? "--by srcaddr/24 or 'label(srcaddr)' draws larger edges"
                                     : "-n N or --all draws more";
}

/// Says on standard error what the picture says, too.
void report_of(graph_report const& report, graph_options const& options) {
    auto const edges = report.graph.edges.size() + (report.graph.left_out != 0 ? 1 : 0);
    if (options.format == graph_format::mermaid && edges > flowlog::max_mermaid_edges) {
        warn(fmt::format("Mermaid draws at most {} edges unless its maxEdges is set; these are {}",
                         flowlog::max_mermaid_edges, number_text(edges)));
    }
    if (options.reading.quiet) return;
    if (auto const covered = coverage_text(report.graph); !covered.empty())
        print_error("Drawn: " + covered + "; " + how_to_draw_more(report.graph, options) + '\n');
    print_error(report.done.accounting());
}

auto run_edges(graph_options const& options) -> int {
    require_one_stdin(options.reading, {});
    auto const tables = key_tables{options.reading.tables};
    auto const keys = parse_edge_keys(options, tables);
    auto const logs = find_logs(options.reading);

    auto report = graph_report{};
    report.warnings = warnings_about(logs, tables.warnings());
    warn_of_all(report.warnings);

    auto malformed = limited_messages{"more malformed line"};
    auto counted = count_logs(logs, flowlog::edges_by(keys, options.sort), options.reading,
                              [&](std::string line) { malformed.keep(std::move(line)); });
    malformed.finish();
    report.done = std::move(counted.done);
    report.done.report_trouble();
    if (is_partial(options.reading)) {
        auto job = job_of("graph", options.reading);
        if (!merging().active && !options.by.empty())
            job.push_back("--by=" + names_of(tables.parse(options.by, "--by", [&options] {
                              return unknown_columns(options.reading);
                          })));
        return write_partial(options.reading, job, counted.value, report.done);
    }
    if (auto warning = skipdata_warning(report.done.stats))
        report.warnings.push_back(*std::move(warning));

    auto const limit = options.all ? std::numeric_limits<std::size_t>::max() : options.limit;
    report.graph = flowlog::graph_of(counted.value, keys, limit, options.sort);
    if (report.graph.saturated) {
        report.warnings.emplace_back("a sum does not fit into 64 bits: it is printed as 2^64 - 1");
        warn(report.warnings.back());
    }
    if (!report.done.nothing_read() || options.format == graph_format::json)
        print_graph(report, options);
    report_of(report, options);
    return report.done.exit_code(options.reading);
}

auto run_graph(graph_options const& options) -> int {
    refuse_reverse(options.reading, "graph");
    if (!options.raw) return run_edges(options);
    if (options.format.value_or(graph_format::dot) != graph_format::dot)
        throw usage_error{
            "--raw is for --format dot alone; 'flowlog print' prints every flow as "
            "JSON"};
    auto const& reading = options.reading;
    auto const filtered = !reading.where.empty() || !reading.where_file.empty();
    auto const tables = !reading.tables.lookup.empty() || !reading.tables.map.empty();
    if (is_partial(options.reading))
        throw usage_error{"--raw draws every flow: --partial does not go with it"};
    if (!options.by.empty() || options.sort || !options.title.empty() || (tables && !filtered))
        throw usage_error{
            "--raw draws every flow between its addresses: --by, --lookup, --map, "
            "--sort and --title do not go with it"};
    return print_raw_graph(options.reading);
}

constexpr auto graph_examples =
    "Keys: as for top. One key (srcaddr/24, label(srcaddr), class(srcaddr)) makes nodes of both\n"
    "      ends. With two, edges go from the first to the second: srcaddr,service. Further ones\n"
    "      make edges of their own: srcaddr,dstaddr,dstport.\n"
    "\n"
    "Examples:\n"
    "  flowlog graph vpc.log | dot -Tsvg -o who.svg\n"
    "      draws the 50 edges with the most bytes between addresses\n"
    "  flowlog graph logs --by 'label(srcaddr)' --map subnets.csv | dot -Tpng -o subnets.png\n"
    "      draws what the subnets send each other\n"
    "  flowlog graph vpc.log --by srcaddr,tag --lookup tags.csv --format mermaid\n"
    "      draws who uses which service, for Markdown\n"
    "\n"
    "Edges are wider the larger their share is. Green is ACCEPT, red and dashed is REJECT.\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

/// Adds --format, which takes the format of the graph, and, as in other commands, the columns of
/// logs.
void add_format(CLI::App& app, graph_options& options) {
    using enum graph_format;
    static auto const words = std::vector<std::pair<std::string, graph_format>>{
        {"dot", dot}, {"graphml", graphml}, {"mermaid", mermaid}, {"json", json}};
    app.remove_option(app.get_option("--format"));
    auto const take = [&options](std::string const& given) {
        for (auto const& [word, format] : words) {
            if (word == given) return void(options.format = format);
        }
        auto const format = format_called(given);
        if (format.find_first_of("$ ") != format.npos || format == "tgw")
            return void(options.reading.format = format);
        throw CLI::ValidationError{
            "--format",
            "expected dot|graphml|mermaid|json, or the columns of logs without a "
            "header line ('${srcaddr} ${dstaddr} ...'), found '" +
                flowlog::escaped(given, 60) + '\'' +
                flowlog::did_you_mean(given, std::views::keys(words))};
    };
    add_repeated_option(app, "--format", take);
}

}  // namespace

auto set_up_graph(CLI::App& graph) -> action {
    auto options = std::make_shared<graph_options>();
    graph.footer(graph_examples);
    add_list_option(graph, "--by", options->by);
    add_key_options(graph, options->reading.tables);
    add_reading_options(graph, options->reading);
    add_format(graph, *options);
    add_option(graph, "-n", options->limit);
    add_flag(graph, "--all", options->all);
    add_choice<std::optional<edge_measure>>(graph, "--sort", options->sort,
                                            {{"bytes", edge_measure::bytes},
                                             {"packets", edge_measure::packets},
                                             {"flows", edge_measure::flows}});
    add_option(graph, "--title", options->title);
    add_flag(graph, "--raw", options->raw);
    add_partial_options(graph, options->reading);
    return [options] {
        if (options->reading.format.empty()) options->reading.format = default_format();
        return run_graph(*options);
    };
}

}  // namespace cli
