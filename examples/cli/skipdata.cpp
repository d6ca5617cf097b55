// SPDX-License-Identifier: BSL-1.0
#include "skipdata.hpp"

#include <cstdint>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/error.hpp>

#include "clock.hpp"
#include "inquiry.hpp"
#include "partial.hpp"
#include "report_printing.hpp"
#include "terminal.hpp"

namespace cli {
namespace {

using flowlog::measure;

/// A time by the clocks of the zone.
auto shown(flowlog::timestamp time) -> flowlog::timestamp {
    return flowlog::timestamp{zone().to_local(time).time_since_epoch()};
}

/// Adds the windows that a log has lost records of.
void add_skipdata(flowlog::dynamic_grouping& to, flowlog::input const& from,
                  reading_options options) {
    options.all_lines = true;
    try {
        auto log = open_log(from, options, {});
        for (auto const& line : log)
            if (line[flowlog::field::log_status] == flowlog::log_status::skipdata) to.add(line);
    } catch (flowlog::error const&) {
        return;  // that it cannot be read was said when it was read for the first time
    }
}

}  // namespace

auto skipdata_by_interface(flowlog::input_list const& logs, reading const& done,
                           reading_options const& options, std::size_t limit)
    -> std::vector<std::string> {
    if (merging().active) return {};  // there are no logs
    auto windows =
        flowlog::group_by({flowlog::group_key::of(flowlog::field_id::interface_id)},
                          {measure{}, measure::parse("min(start)"), measure::parse("max(end)")});
    for (std::size_t i = 0; i < logs.files.size() && i < done.inputs.size(); ++i)
        if (done.inputs[i].stats.skipdata != 0 && opens_twice(logs.files[i]))
            add_skipdata(windows, logs.files[i], options);
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
