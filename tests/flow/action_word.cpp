// SPDX-License-Identifier: BSL-1.0
#include <flowlog/flow/action_word.hpp>

#include "catch.hpp"

using flowlog::action;
using flowlog::action_of_word;

TEST_CASE("words of firewalls are actions", "[action_word]") {
    for (auto const* word : {"allow", "Allowed", "PERMIT", "permitted", "pass", "passed"})
        CHECK(action_of_word(word) == action::accept);
    for (auto const* word : {"deny", "Denied", "DROP", "dropped", "block", "blocked"})
        CHECK(action_of_word(word) == action::reject);
    for (auto const* word : {"", "-", "all", "allows", "denyd", "accepted", "reset"})
        CHECK_FALSE(action_of_word(word));
}
