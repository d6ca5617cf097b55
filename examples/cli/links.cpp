// SPDX-License-Identifier: BSL-1.0
#include "links.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include <flowlog/flow/scope.hpp>

namespace cli {
namespace {

/// Gives the values of a key numbers, because to compare numbers is fast.
class party_list {
public:
    explicit party_list(flowlog::group_key const& key)
        : is_network_{key.kind == flowlog::key_kind::network} {}

    /// The number of the value of a key; all networks of public addresses have one.
    [[nodiscard]] auto number(flowlog::group_view const& group, std::size_t key) -> std::uint32_t {
        auto const network = is_network_ ? group.key<flowlog::address>(key)
                                         : flowlog::field_value<flowlog::address>{};
        if (network && scope_of(*network) == flowlog::address_scope::global)
            return number_of(texts_, std::string{"internet"}, [] { return "internet"; });
        auto const text = [&] { return flowlog::to_text(group.key_cell(key)); };
        return network ? number_of(networks_, *network, text) : number_of(texts_, text(), text);
    }

    [[nodiscard]] auto name(std::uint64_t number) const -> std::string const& {
        return names_[number];
    }

private:
    template <class Value, class Text>
    auto number_of(std::unordered_map<Value, std::uint32_t>& numbers, Value const& value, Text text)
        -> std::uint32_t {
        auto const next = static_cast<std::uint32_t>(names_.size());
        auto const [found, is_new] = numbers.try_emplace(value, next);
        if (is_new) names_.push_back(text());
        return found->second;
    }

    bool is_network_;
    std::unordered_map<std::string, std::uint32_t> texts_{};
    std::unordered_map<flowlog::address, std::uint32_t> networks_{};
    std::vector<std::string> names_{};
};

}  // namespace

auto links_of(flowlog::dynamic_grouping const& groups) -> std::vector<flowlog::link_chart::link> {
    auto parties = std::array{party_list{groups.keys()[0]}, party_list{groups.keys()[1]}};
    auto sums = std::unordered_map<std::uint64_t, std::uint64_t>{};  // by the parties' numbers
    groups.visit_unordered([&](flowlog::group_view const& group) {
        auto const from = std::uint64_t{parties[0].number(group, 0)};
        auto& sum = sums[from << 32 | parties[1].number(group, 1)];
        auto const value = *group.value<std::uint64_t>(0);
        sum = value > UINT64_MAX - sum ? UINT64_MAX : sum + value;
    });
    auto result = std::vector<flowlog::link_chart::link>{};
    for (auto const& [ends, value] : sums)
        if (value != 0)
            result.push_back(
                {parties[0].name(ends >> 32), parties[1].name(ends & UINT32_MAX), value});
    return result;
}

}  // namespace cli
