// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_VIEWS_HPP
#define FLOWLOG_QUERY_VIEWS_HPP

#include <ranges>
#include <utility>

namespace flowlog::views {

/// The flows of a range that a predicate wants: a `filter`, or any function of a record.
///
///     for (auto const& flow : log | flowlog::views::where(flowlog::where("dst port 443"))) …
///     auto big = [](auto const& flow) { return flow[flowlog::field::bytes].value_or(0) >
///     1'000'000; }; for (auto const& flow : log | flowlog::views::where(big)) …
template <class Predicate>
[[nodiscard]] auto where(Predicate wanted) {
    return std::views::filter(std::move(wanted));
}

}  // namespace flowlog::views

#endif
