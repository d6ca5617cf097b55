// SPDX-License-Identifier: BSL-1.0
// flowlog connections: joins both directions of conversations.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <flowlog/aggregate/connections.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/output/text.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "languages.hpp"
#include "options.hpp"
#include "partial.hpp"
#include "reading.hpp"
#include "rows.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::connection;
using flowlog::connection_side;
using flowlog::endpoint;

enum class ranking { bytes, packets, flows, duration, first, last };

struct connections_options {
    reading_options reading{};
    std::size_t limit = 20;
    bool all = false;
    ranking sort = ranking::bytes;
    row_format format{};
};

/// Sums over connections.
struct connection_sums {
    connection_side sent{};
    connection_side received{};
    bool saturated = false;

    void add(connection const& one) {
        add(sent, one.sent);
        add(received, one.received);
        saturated = saturated || one.saturated;
    }

private:
    void add(connection_side& to, connection_side const& side) {
        to.flows = flowlog::saturating_add(to.flows, side.flows, saturated);
        to.packets = flowlog::saturating_add(to.packets, side.packets, saturated);
        to.bytes = flowlog::saturating_add(to.bytes, side.bytes, saturated);
    }
};

/// All that the command found out.
struct connections_report {
    std::vector<connection> shown{};
    std::size_t left_out = 0;
    std::size_t unanswered = 0;  ///< of all
    connection_sums rest{};
    connection_sums total{};
    std::vector<std::string> warnings{};
    reading done{};
};

auto ticks(flowlog::field_value<flowlog::timestamp> const& time) -> std::optional<std::int64_t> {
    if (!time) return std::nullopt;
    return (*time).time_since_epoch().count();
}

/// What connections are ranked by, the largest first; nothing comes last.
auto rank_of(connection const& one, ranking by) -> std::optional<double> {
    auto const number = [](auto value) { return static_cast<double>(value); };
    auto const optional = [&](auto const& value) {
        return value ? std::optional{number(*value)} : std::nullopt;
    };
    switch (by) {
        case ranking::bytes: return number(one.sent.bytes) + number(one.received.bytes);
        case ranking::packets: return number(one.sent.packets) + number(one.received.packets);
        case ranking::flows: return number(one.sent.flows) + number(one.received.flows);
        case ranking::first: {
            auto const first = ticks(one.first());
            return first ? std::optional{-number(*first)} : std::nullopt;
        }
        case ranking::last: return optional(ticks(one.last()));
        case ranking::duration: break;
    }
    auto const duration = one.duration();
    return duration ? std::optional{number(duration->count())} : std::nullopt;
}

/// Moves the largest connections to the front; equal ones stay in their order.
void rank(std::vector<connection>& all, std::size_t limit, ranking by) {
    struct entry {
        std::optional<double> value;
        std::size_t place;
    };
    auto order = std::vector<entry>{};
    order.reserve(all.size());
    for (auto const& one : all) order.push_back({rank_of(one, by), order.size()});
    auto const shown = std::min(limit, all.size());
    std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(shown),
                              [](entry const& a, entry const& b) {
                                  return a.value != b.value ? a.value > b.value : a.place < b.place;
                              });
    auto ranked = std::vector<connection>{};
    ranked.reserve(all.size());
    for (auto const& one : order) ranked.push_back(all[one.place]);
    all = std::move(ranked);
}

auto endpoint_text(endpoint const& of) -> std::string {
    auto const address = of.address.to_string();
    if (of.port == 0) return address;
    return of.address.is_v6() ? fmt::format("[{}]:{}", address, of.port)
                              : fmt::format("{}:{}", address, of.port);
}

/// TCP flags by their first letters: `SA` is SYN and ACK.
auto flags_text(flowlog::field_value<std::uint8_t> const& flags) -> std::string {
    if (!flags) return "-";
    constexpr auto letters = std::string_view{"FSRPAUEC"};
    auto text = std::string{};
    for (std::size_t bit = 0; bit < letters.size(); ++bit) {
        if ((*flags >> bit & 1) != 0) text += letters[bit];
    }
    return text.empty() ? "none" : text;
}

auto seconds_of(connection const& one) -> flowlog::group_cell {
    auto const duration = one.duration();
    if (!duration) return {};
    return static_cast<double>(duration->count()) / 1e6;
}

auto sign_text(flowlog::began_by sign) -> std::string {
    switch (sign) {
        case flowlog::began_by::syn: return "syn";
        case flowlog::began_by::time: return "time";
        case flowlog::began_by::port: break;
    }
    return "port";
}

auto actions_of(connection const& one) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    if (one.accepted) result.emplace_back("ACCEPT");
    if (one.rejected) result.emplace_back("REJECT");
    return result;
}

auto time_cell(flowlog::field_value<flowlog::timestamp> const& time) -> flowlog::group_cell {
    return time ? flowlog::group_cell{*time} : flowlog::group_cell{};
}

void add_sums(flowlog::text_table& table, std::string title, connection_sums const& sums) {
    auto const number = [](std::uint64_t value) { return std::to_string(value); };
    table.row({std::move(title), "", "", number(sums.sent.packets), number(sums.received.packets),
               number(sums.sent.bytes), number(sums.received.bytes)});
}

auto table_of(connections_report const& report) -> flowlog::text_table {
    constexpr auto right = flowlog::text_table::right;
    auto table = flowlog::text_table{{{"client"},
                                      {"server"},
                                      {"protocol"},
                                      {"packets", right},
                                      {"back", right},
                                      {"bytes", right},
                                      {"back", right},
                                      {"flags"},
                                      {"back"},
                                      {"first"},
                                      {"seconds", right},
                                      {"action"},
                                      {""}}};
    for (auto const& one : report.shown) {
        auto const actions = joined(actions_of(one));
        table.row({endpoint_text(one.client), endpoint_text(one.server),
                   flowlog::protocol_name(one.protocol), std::to_string(one.sent.packets),
                   std::to_string(one.received.packets), std::to_string(one.sent.bytes),
                   std::to_string(one.received.bytes), flags_text(one.sent.tcp_flags),
                   flags_text(one.received.tcp_flags), flowlog::to_text(time_cell(one.first())),
                   flowlog::to_text(seconds_of(one)), actions.empty() ? "-" : actions,
                   one.answered() ? "" : "unanswered"});
    }
    if (report.left_out != 0)
        add_sums(table, '(' + number_text(report.left_out) + " more)", report.rest);
    add_sums(table, "(total)", report.total);
    return table;
}

void print_table(connections_report const& report, bool quiet) {
    auto const table = table_of(report);
    auto text = style{stdout}.bold(table.heading()) + table.body();
    if (!quiet) {
        auto const count = report.shown.size() + report.left_out;
        text += '\n' + count_text(count, "connection") + ", " + number_text(report.unanswered) +
                " of them unanswered\n" + report.done.accounting();
    }
    print(text);
    flush_output();
}

constexpr auto heading = std::to_array<char const*>(
    {"client", "client_port", "server", "server_port", "protocol", "began_by", "flows",
     "flows_back", "packets", "packets_back", "bytes", "bytes_back", "tcp_flags", "tcp_flags_back",
     "first", "last", "seconds", "actions", "answered"});

auto cells_of(connection const& one) -> std::vector<flowlog::row_cell> {
    auto const flags = [](connection_side const& side) {
        return side.tcp_flags ? number_cell(*side.tcp_flags) : flowlog::group_cell{};
    };
    return {text_cell(one.client.address.to_string()),
            number_cell(one.client.port),
            text_cell(one.server.address.to_string()),
            number_cell(one.server.port),
            number_cell(one.protocol),
            text_cell(sign_text(one.sign)),
            number_cell(one.sent.flows),
            number_cell(one.received.flows),
            number_cell(one.sent.packets),
            number_cell(one.received.packets),
            number_cell(one.sent.bytes),
            number_cell(one.received.bytes),
            flags(one.sent),
            flags(one.received),
            time_cell(one.first()),
            time_cell(one.last()),
            seconds_of(one),
            actions_of(one),
            one.answered()};
}

void write_sums(flowlog::json_writer& json, char const* name, connection_sums const& sums) {
    json.key(name).begin_object();
    json.member("flows", sums.sent.flows).member("flows_back", sums.received.flows);
    json.member("packets", sums.sent.packets).member("packets_back", sums.received.packets);
    json.member("bytes", sums.sent.bytes).member("bytes_back", sums.received.bytes);
    json.end_object();
}

void print_rows(connections_report const& report, flowlog::row_format format) {
    auto rows = row_printer{format, {heading.begin(), heading.end()}};
    auto* const json = rows.json();
    if (json) {
        json->begin_object().member("flows", report.done.flows());
        json->member("unanswered", report.unanswered).key("connections").begin_array();
    }
    for (auto const& one : report.shown) rows.row(cells_of(one));
    if (json) {
        json->end_array().member("left_out", report.left_out);
        write_sums(*json, "rest", report.rest);
        write_sums(*json, "all", report.total);
        json->member("saturated", report.total.saturated);
        write(json->key("warnings"), report.warnings);
        report.done.write_members(*json);
        json->end_object();
    }
    rows.finish();
}

void add_warning(connections_report& report, std::string warning) {
    cli::warn(warning);
    report.warnings.push_back(std::move(warning));
}

/// Ranks the connections and adds them up.
void fill(connections_report& report, flowlog::connection_list found,
          connections_options const& options) {
    if (found.unjoined != 0)
        add_warning(report, count_text(found.unjoined, "flow") +
                                " without address, port or protocol: of no connection");
    auto& all = found.connections;
    auto const shown = options.all ? all.size() : std::min(options.limit, all.size());
    rank(all, shown, options.sort);
    for (std::size_t i = 0; i < all.size(); ++i) {
        report.total.add(all[i]);
        if (i >= shown) report.rest.add(all[i]);
        if (!all[i].answered()) ++report.unanswered;
    }
    report.left_out = all.size() - shown;
    all.resize(shown);
    report.shown = std::move(all);
    if (report.total.saturated)
        add_warning(report, "a sum does not fit into 64 bits: it is printed as 2^64 - 1");
}

auto run_connections(connections_options const& options) -> int {
    if (options.reading.two_way == flowlog::two_way::reverse)
        throw usage_error{
            "--two-way reverse puts both directions into one flow, and connections are made of "
            "flows in one direction: leave it out"};
    require_one_stdin(options.reading, {});
    auto const logs = find_logs(options.reading);
    auto report = connections_report{.warnings = warnings_about(logs)};
    warn_of_all(report.warnings);
    auto malformed = limited_messages{"more malformed line"};
    auto counted = count_logs(logs, flowlog::connection_grouping(), options.reading,
                              [&](std::string line) { malformed.keep(std::move(line)); });
    malformed.finish();
    report.done = std::move(counted.done);
    report.done.report_trouble();
    if (is_partial(options.reading))
        return write_partial(options.reading, job_of("connections", options.reading), counted.value,
                             report.done);
    if (auto warning = skipdata_warning(report.done.stats))
        report.warnings.push_back(*std::move(warning));
    fill(report, flowlog::find_connections(counted.value), options);
    if (!report.done.nothing_read() || options.format == flowlog::row_format::json)
        options.format ? print_rows(report, *options.format)
                       : print_table(report, options.reading.quiet);
    return report.done.exit_code(options.reading);
}

constexpr auto connections_examples =
    "The client is the side that sent SYN and never ACK (tcp-flags); else the side whose flows "
    "start\n"
    "earlier; else the side with the higher port. 'back' is what the server sent. A connection "
    "with\n"
    "flows in one direction only is marked unanswered. Flags: F(IN) S(YN) R(ST) P(SH) A(CK) "
    "U(RG).\n"
    "\n"
    "Examples:\n"
    "  flowlog connections vpc.log\n"
    "      prints the 20 connections that carried most\n"
    "  flowlog connections logs --where 'srcport = 22 or dstport = 22' --all "
    "--csv\n"
    "      prints all SSH sessions, with both directions in one row\n"
    "  flowlog connections nfcapd.2021 --sort duration -n 5\n"
    "\n"
    "Exit codes: 0 done; 1 with --strict, lines are malformed or SKIPDATA; 2 wrong usage, or an\n"
    "input that could not be read to its end.\n";

}  // namespace

auto set_up_connections(CLI::App& connections) -> action {
    auto options = std::make_shared<connections_options>();
    connections.footer(connections_examples);
    add_reading_options(connections, options->reading);
    add_key_options(connections, options->reading.tables);
    add_option(connections, "-n", options->limit);
    add_flag(connections, "--all", options->all);
    add_choice(connections, "--sort", options->sort,
               {{"bytes", ranking::bytes},
                {"packets", ranking::packets},
                {"flows", ranking::flows},
                {"duration", ranking::duration},
                {"first", ranking::first},
                {"last", ranking::last}});
    add_partial_options(connections, options->reading);
    add_row_formats(connections, options->format);
    return [options] { return run_connections(*options); };
}

}  // namespace cli
