// SPDX-License-Identifier: BSL-1.0
#include "option_table.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace cli {
namespace {

/// The commands whose partial results `merge` merges.
constexpr auto merged_commands =
    std::to_array<std::string_view>({"tag", "top", "digest", "connections", "graph", "diff"});

/// Whether an option can be given to `merge`.
auto is_of_merge(option_info const& option) -> bool {
    if (option.is_of("merge")) return true;
    if (option.is_argument() || option.traits.decides_counting) return false;
    return std::ranges::any_of(merged_commands,
                               [&](auto command) { return option.is_of(command); });
}

}  // namespace

auto option_info::is_of(std::string_view command) const noexcept -> bool {
    for (auto rest = commands; !rest.empty();) {
        auto const word = rest.substr(0, rest.find(' '));
        if (word == command) return true;
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    return false;
}

auto option_sections() -> std::span<option_section const> {
    static auto const all = [] {
        auto const shared = shared_option_sections();
        auto result = std::array<option_section, 5>{};
        std::ranges::copy(shared, result.begin());
        result.back() = {"commands", command_options()};
        return result;
    }();
    return all;
}

auto options_of(std::string_view command) -> std::vector<option_info const*> {
    auto result = std::vector<option_info const*>{};
    auto const is_known = [&](option_info const& option) {
        return std::ranges::any_of(
            result, [&](auto const* known) { return known->name() == option.name(); });
    };
    auto const take = [&](std::span<option_info const> options) {
        for (auto const& option : options)
            if (command == "merge" ? is_of_merge(option) && !is_known(option)
                                   : option.is_of(command))
                result.push_back(&option);
    };
    take(command_options());  // what is special comes first
    for (auto const& section : shared_option_sections()) take(section.options);
    return result;
}

auto find_option(std::string_view name, std::string_view command) -> option_info const* {
    auto is_known = false;
    for (auto const& section : option_sections()) {
        for (auto const& option : section.options) {
            if (option.name() != name) continue;
            if (option.is_of(command)) return &option;
            is_known = true;
        }
    }
    if (!is_known) throw std::logic_error{"no option is called " + std::string{name}};
    return nullptr;
}

auto decides_counting(std::string_view name, std::string_view command) -> bool {
    auto result = false;
    for (auto const& section : option_sections()) {
        for (auto const& option : section.options) {
            if (option.name() != name) continue;
            if (option.is_of(command)) return option.traits.decides_counting;
            result = result || option.traits.decides_counting;
        }
    }
    return result;
}

}  // namespace cli
