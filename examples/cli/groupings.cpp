// SPDX-License-Identifier: BSL-1.0
#include "groupings.hpp"

#include <utility>

#include <flowlog/aggregate/each_of.hpp>
#include <flowlog/aggregate/filtered.hpp>

namespace cli {

auto read_groupings(flowlog::input_list const& logs, std::vector<picked_grouping> wanted,
                    reading_options const& options, flowlog::malformed_handler on_malformed)
    -> read_result {
    using part = flowlog::filtered<flowlog::filter, flowlog::dynamic_grouping>;
    auto parts = std::vector<part>{};
    for (auto& one : wanted) parts.emplace_back(std::move(one.wanted), std::move(one.groups));
    auto counted =
        read_logs(logs, flowlog::each_of{std::move(parts), flowlog::lacking_logs::allowed}, options,
                  std::move(on_malformed));
    auto result = read_result{.done = std::move(counted.done)};
    for (auto& one : std::move(counted.value).all())
        result.groups.push_back(std::move(one).inner());
    return result;
}

}  // namespace cli
