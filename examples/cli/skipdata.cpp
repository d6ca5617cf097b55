// SPDX-License-Identifier: BSL-1.0
#include "skipdata.hpp"

#include <cstdint>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <flowlog/aggregate/group_by.hpp>

#include "clock.hpp"
#include "report_printing.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

/// A time by the clocks of the zone.
auto shown(flowlog::timestamp time) -> flowlog::timestamp {
    return flowlog::timestamp{zone().to_local(time).time_since_epoch()};
}

}  // namespace

auto skipdata_by_interface(flowlog::dynamic_grouping const& windows, std::size_t limit)
    -> std::vector<std::string> {
    auto const found = windows.rank(limit);
    auto result = std::vector<std::string>{};
    for (auto const& [key, values] : found.groups) {
        auto const* const first = std::get_if<flowlog::timestamp>(&values[1]);
        auto const* const last = std::get_if<flowlog::timestamp>(&values[2]);
        auto text = fmt::format("  {}: {}", flowlog::to_text(key.front()),
                                count_text(std::get<std::uint64_t>(values[0]), "window"));
        if (first != nullptr && last != nullptr)
            text += ", " + period_text(shown(*first), shown(*last), zone().name());
        result.push_back(std::move(text));
    }
    if (found.left_out != 0)
        result.push_back("  and " + count_text(found.left_out, "other interface"));
    return result;
}

}  // namespace cli
