// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_DID_YOU_MEAN_HPP
#define FLOWLOG_DID_YOU_MEAN_HPP

#include <concepts>
#include <ranges>
#include <string>
#include <string_view>

#include <flowlog/detail/similar.hpp>

namespace flowlog {

/// A hint to append to a message about an unknown word: `; did you mean 'tcp' or 'tp++'?`. It names
/// the candidates that are most like the word, at most three of them, or is empty if none is like
/// it. Case counts.
///
///     throw error{…, "no such field: " + word + flowlog::did_you_mean(word, field_names)};
template <std::ranges::input_range Candidates>
    requires std::convertible_to<std::ranges::range_reference_t<Candidates>, std::string_view>
[[nodiscard]] auto did_you_mean(std::string_view word, Candidates&& candidates) -> std::string {
    auto similar = detail::similar_words{word};
    for (auto&& candidate : candidates) similar.consider(candidate);
    return similar.hint();
}

}  // namespace flowlog

#endif
