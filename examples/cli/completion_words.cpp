// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/flow/field.hpp>

#include "choice.hpp"
#include "commands.hpp"
#include "completions.hpp"
#include "questions.hpp"

namespace cli {
namespace {

auto command_words() -> std::string {
    auto words = std::vector<std::string_view>{};
    for (auto const& command : command_table()) words.push_back(command.name);
    return joined_words(words);
}

}  // namespace

auto joined_words(std::vector<std::string_view> const& words) -> std::string {
    auto result = std::string{};
    for (auto const word : words) result.append(result.empty() ? "" : " ").append(word);
    return result;
}

auto word_lists() -> std::vector<word_list> {
    auto fields = std::vector<std::string_view>{};
    auto numbers = std::vector<std::string_view>{"flows", "duration"};
    for (auto const& field : flowlog::fields) {
        fields.push_back(field.name);
        auto const is_number =
            field.type <= flowlog::field_type::u64 || field.type == flowlog::field_type::time;
        if (is_number && field.name != "flows") numbers.push_back(field.name);
    }
    auto keys = fields;
    constexpr auto words = flowlog::group_words();
    keys.insert(keys.end(), words.begin(), words.end());
    auto reports = std::vector<std::string_view>{"all"};
    for (auto const& kind : report_kinds()) reports.push_back(kind.name);
    return {{"fields", joined_words(keys)},  // any key is a column, too
            {"keys", joined_words(keys)},
            {"numbers", joined_words(numbers)},
            {"filter", joined_words(fields) + " and or not in is present absent"},
            {"reports", joined_words(reports)},
            {"commands", command_words()},
            {"zones", "UTC local"},
            {"times", "today yesterday now -1h -1d"}};
}

auto completer(option_info const& option) -> std::string {
    if (option.value.find('|') != option.value.npos) {
        auto words = ':' + std::string{option.value};
        std::ranges::replace(words, '|', ' ');
        return words;
    }
    switch (option.kind) {
        case value_kind::file: return "files";
        case value_kind::folder: return "folders";
        case value_kind::logs: return "logs";
        case value_kind::reports: return "reports";
        case value_kind::command: return "commands";
        case value_kind::filter: return "filter";
        case value_kind::fields: return "fields";
        case value_kind::keys: return "keys";
        case value_kind::numbers:
        case value_kind::measure:
        case value_kind::having: return "numbers";
        case value_kind::zone: return "zones";
        case value_kind::time: return "times";
        default: return "";
    }
}

auto names_of(option_info const& option) -> std::vector<std::string_view> {
    return split(option.names);
}

auto commands_with(option_info const& option) -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    for (auto const& command : command_table()) {
        auto const all = options_of(command.name);
        if (std::ranges::find(all, &option) != all.end()) result.push_back(command.name);
    }
    return result;
}

auto description(option_info const& option) -> std::string {
    auto text = std::string{option.help.substr(0, option.help.find('\n'))};
    return text.substr(0, text.find(": '"));
}

auto in_quotes(std::string_view text) -> std::string {
    auto result = std::string{'\''};
    for (auto const c : text) result += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return result + '\'';
}

}  // namespace cli
