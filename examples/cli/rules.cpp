// SPDX-License-Identifier: BSL-1.0
#include "rules.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <flowlog/flow/fewest_blocks.hpp>
#include <flowlog/output/numbers.hpp>

#include "questions.hpp"

namespace cli {
namespace {

/// What one interface needs of one service.
struct rule {
    std::uint64_t flows = 0;
    std::vector<flowlog::cidr> networks{};
};

using rules = std::map<std::pair<std::string, std::string>, rule>;

auto find_rules(flowlog::dynamic_grouping const& groups) -> rules {
    auto result = rules{};
    if (groups.keys().size() < 3) return result;  // they were made coarser
    auto const& key = groups.keys()[2];
    groups.visit_unordered([&](flowlog::group_view const& group) {
        auto const network = group.key<flowlog::address>(2);
        if (!network) return;
        auto& one =
            result[{flowlog::to_text(group.key_cell(0)), flowlog::to_text(group.key_cell(1))}];
        one.flows += *group.value<std::uint64_t>(0);
        auto const length = (*network).is_v6() ? key.v6_length : key.v4_length;
        one.networks.push_back(flowlog::cidr{*network, length});
    });
    return result;
}

/// CIDRs with commas between them, of which a line has room.
auto text_of(std::vector<flowlog::cidr> const& blocks) -> std::string {
    constexpr std::size_t room = 8;
    auto result = std::string{};
    for (std::size_t i = 0; i < std::min(room, blocks.size()); ++i)
        result += (result.empty() ? "" : ", ") + blocks[i].to_string();
    if (blocks.size() <= room) return result;
    return result + " and " + flowlog::count_text(blocks.size() - room, "other");
}

}  // namespace

auto rules_of(flowlog::dynamic_grouping const& groups, std::string_view what, std::size_t limit)
    -> std::vector<std::string> {
    auto found = find_rules(groups);
    auto order = std::vector<rules::value_type*>{};
    for (auto& one : found) order.push_back(&one);
    std::ranges::sort(order, [](auto const* a, auto const* b) {
        if (a->second.flows != b->second.flows) return a->second.flows > b->second.flows;
        return a->first < b->first;
    });
    auto result = std::vector<std::string>{};
    for (auto* const one : order) {
        if (result.size() == limit) break;
        auto const& [interface, service] = one->first;
        auto const name = name_of_value("service", service);
        result.push_back(fmt::format(
            "  {} {} {}{}: {}", interface, what, service, name.empty() ? "" : ' ' + name,
            text_of(flowlog::fewest_blocks(std::move(one->second.networks)))));
    }
    if (order.size() > result.size())
        result.push_back(fmt::format(
            "  and {} {}", flowlog::count_text(order.size() - result.size(), "other rule"), what));
    return result;
}

}  // namespace cli
