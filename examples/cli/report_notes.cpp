// SPDX-License-Identifier: BSL-1.0
#include "report_notes.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "rules.hpp"
#include "skipdata.hpp"
#include "terminal.hpp"

namespace cli {

auto notes_on_gaps(inquiry const& asked, std::size_t max_interfaces, std::string const& words,
                   std::string const& where) -> std::vector<std::string> {
    auto const& done = asked.done();
    auto const lost = std::get<std::uint64_t>(asked.skipdata().totals().front());
    auto text =
        fmt::format("SKIPDATA: {} without some of their records", count_text(lost, "window"));
    if (!done.matched)  // of NODATA lines, nothing else is known
        text +=
            fmt::format("; NODATA: {} without traffic", count_text(done.stats.nodata, "window"));
    auto result = std::vector{std::move(text)};
    if (lost == 0) return result;
    std::ranges::move(skipdata_by_interface(asked.skipdata(), max_interfaces),
                      std::back_inserter(result));
    auto const status = std::string{"log-status = SKIPDATA"};
    auto const both = where.empty() ? status : '(' + where + ") and " + status;
    result.push_back("  flowlog print" + words + " --where " + shell_word(both) +
                     " --fields interface-id,start,end");
    return result;
}

auto notes_on_rules(inquiry const& asked, std::vector<std::size_t> const& shown)
    -> std::vector<std::string> {
    constexpr std::size_t max_rules = 10;
    auto result = std::vector<std::string>{};
    for (auto const number : shown) {
        auto const& title = asked.what(number).title;
        auto const is_inbound = title.starts_with("Inbound");
        if (!is_inbound && !title.starts_with("Outbound")) continue;
        auto const* const what = is_inbound ? "inbound" : "outbound";
        auto rules = rules_of(asked.groups(number), what, max_rules);
        if (rules.empty()) continue;
        result.push_back(fmt::format("The {} rules in the fewest CIDRs:", what));
        std::ranges::move(rules, std::back_inserter(result));
    }
    return result;
}

auto notes_on_missing(inquiry const& asked) -> std::vector<std::string> {
    auto missing = std::string{};
    for (auto const& name : asked.missing()) missing += (missing.empty() ? "" : ", ") + name;
    if (missing.empty()) return {};
    return {"Not asked, because the logs lack it: " + missing};
}

}  // namespace cli
