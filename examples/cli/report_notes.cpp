// SPDX-License-Identifier: BSL-1.0
#include "report_notes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "rules.hpp"
#include "skipdata.hpp"
#include "terminal.hpp"

namespace cli {

auto notes_on_gaps(inquiry const& asked, std::size_t max_interfaces, std::string const& words)
    -> std::vector<std::string> {
    auto const& stats = asked.done().stats;
    auto result = std::vector<std::string>{
        fmt::format("SKIPDATA: {} without some of their records; NODATA: {} without traffic",
                    count_text(stats.skipdata, "window"), count_text(stats.nodata, "window"))};
    if (stats.skipdata == 0) return result;
    std::ranges::move(skipdata_by_interface(asked.skipdata(), max_interfaces),
                      std::back_inserter(result));
    result.push_back("  flowlog print" + words +
                     " --where 'log-status = SKIPDATA' --fields interface-id,start,end");
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
