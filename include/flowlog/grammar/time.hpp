// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_TIME_HPP
#define FLOWLOG_GRAMMAR_TIME_HPP

#include <chrono>
#include <string_view>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/grammar/filter/time.hpp>
#include <flowlog/lookup/time_zone.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog {

/// Reads a time as filters do: `2024-05-01`, `2024-05-01T12:30Z`, `-2h`, `now`, Unix seconds. The
/// result is the first and the last microsecond of the period that it names: a date is a whole day.
/// Dates and times without a zone are in `zone`. Throws `errc::invalid_argument`.
[[nodiscard]] inline auto parse_time(std::string_view text, timestamp now,
                                     time_zone const& zone = {}) -> closed_range<timestamp> {
    if (auto const period = grammar::parse_filter_time(text, now, &zone)) return *period;
    throw error{errc::invalid_argument,
                {},
                "expected a time such as 2024-05-01, 2024-05-01T12:30Z, -2h or now, found '" +
                    escaped(text, 40) + "'" + grammar::time_hint(text)};
}

/// The same, with the current time as `now`.
[[nodiscard]] inline auto parse_time(std::string_view text) -> closed_range<timestamp> {
    return parse_time(text,
                      std::chrono::floor<timestamp::duration>(std::chrono::system_clock::now()));
}

}  // namespace flowlog

#endif
