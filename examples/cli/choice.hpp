// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_CLI_CHOICE_HPP
#define FLOWLOG_CLI_CHOICE_HPP

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The words of a list, which commas or blanks separate.
inline auto split(std::string_view list) -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    while (!list.empty()) {
        auto const end = std::min(list.find_first_of(", \t"), list.size());
        if (end != 0) result.push_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return result;
}

/// Words as a sentence lists them: `a, b and c`.
inline auto joined(std::vector<std::string> const& words) -> std::string {
    auto text = std::string{};
    for (std::size_t i = 0; i < words.size(); ++i)
        text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
    return text;
}

}  // namespace cli

#endif
