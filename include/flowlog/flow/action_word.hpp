// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_ACTION_WORD_HPP
#define FLOWLOG_FLOW_ACTION_WORD_HPP

#include <optional>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog {

/// What firewalls other than AWS's call an action, in any case: `allow`, `permit` and `pass` are
/// ACCEPT, `deny`, `drop` and `block` are REJECT, and so are `allowed` and the like. None if the
/// text is anything else. Never allocates.
[[nodiscard]] constexpr auto action_of_word(std::string_view text) noexcept
    -> std::optional<action> {
    for (auto const* word : {"allow", "allowed", "permit", "permitted", "pass", "passed"}) {
        if (same_name(text, word)) return action::accept;
    }
    for (auto const* word : {"deny", "denied", "drop", "dropped", "block", "blocked"}) {
        if (same_name(text, word)) return action::reject;
    }
    return std::nullopt;
}

}  // namespace flowlog

#endif
