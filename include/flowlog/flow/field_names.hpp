// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_FIELD_NAMES_HPP
#define FLOWLOG_FLOW_FIELD_NAMES_HPP

#include <algorithm>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// The field of which a query calls the total this: `bytes` for `sum(bytes)`. Other names as they
/// are.
[[nodiscard]] constexpr auto without_sum(std::string_view name) noexcept -> std::string_view {
    constexpr auto before = std::string_view{"sum("};
    if (!name.starts_with(before) || !name.ends_with(')')) return name;
    return name.substr(before.size(), name.size() - before.size() - 1);
}

/// Every name of every field, aliases included: the candidates for a hint about a mistyped name.
/// Aliases of two letters are left out, because every short word is like them.
[[nodiscard]] inline auto field_names() -> std::vector<std::string_view> {
    auto result = std::vector<std::string_view>{};
    for (auto const& f : fields) {
        result.push_back(f.name);
        for (auto rest = f.aliases; !rest.empty();) {
            auto const end = std::min(rest.find(' '), rest.size());
            if (end > 2) result.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return result;
}

}  // namespace flowlog

#endif
