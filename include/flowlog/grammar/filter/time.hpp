// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_TIME_HPP
#define FLOWLOG_GRAMMAR_FILTER_TIME_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/unix_time.hpp>
#include <flowlog/grammar/filter/value.hpp>
#include <flowlog/lookup/time_zone.hpp>
#include <flowlog/query/filter_sets.hpp>

namespace flowlog::grammar {

/// The first and the last microsecond of the period that a time names.
using time_range = closed_range<timestamp>;

namespace detail {

/// The period of a given length that begins at `start`.
constexpr auto range_from(timestamp start, std::chrono::microseconds length) noexcept
    -> time_range {
    return {start, start + length - std::chrono::microseconds{1}};
}

/// The period from a time that clocks show, as if it were UTC, to a later one: a day may have 23 or
/// 25 hours, and an hour that they show twice has two.
[[nodiscard]] inline auto local_range(timestamp shown, std::chrono::microseconds length,
                                      time_zone const& zone) -> time_range {
    auto const utc = [&zone](timestamp time) {
        return zone.to_utc(local_timestamp{time.time_since_epoch()});
    };
    auto const start = utc(shown);
    if (length < std::chrono::hours{1}) return range_from(start, length);
    auto const end = utc(shown + length);
    // an hour that they never show is counted from before the change
    return range_from(
        start, length == std::chrono::hours{1} ? std::max(length, end - start) : end - start);
}

/// Whether there may be flows of a year, so that a number is more likely the year than a time.
constexpr auto is_likely_year(std::uint64_t number) noexcept -> bool {
    return number >= 1990 && number <= 2100;
}

/// Whether a text is a year and no time: `2024`.
constexpr auto is_year(std::string_view text) noexcept -> bool {
    auto from = value_scanner{text};
    auto const number = from.digits(4, 4);
    return number && from.done() && is_likely_year(*number);
}

/// Reads one to nine digits as a fraction of a second, and the length of its last digit. What is
/// below a microsecond is dropped.
constexpr auto read_fraction(value_scanner& from, std::chrono::microseconds& fraction,
                             std::chrono::microseconds& length) noexcept -> bool {
    auto const digits = from.digits(1, 9);
    if (!digits) return false;
    auto number = static_cast<std::int64_t>(*digits);
    for (auto i = from.size(); i > 6; --i) number /= 10;
    length = std::chrono::seconds{1};
    for (std::size_t i = 0; i < std::min(from.size(), std::size_t{6}); ++i) length /= 10;
    fraction = length * number;
    return true;
}

/// Parser of a date, with or without a time of day and a zone.
class civil_time {
public:
    [[nodiscard]] static auto parse(std::string_view text, time_zone const* zone)
        -> std::optional<time_range> {
        auto time = civil_time{text};
        time.local_ = zone;
        if (auto const found = time.read_week_or_month()) return found;
        time = civil_time{text};
        time.local_ = zone;
        if (time.read_digits()) return time.range();
        time = civil_time{text};
        time.local_ = zone;
        if (!time.read_date()) return std::nullopt;
        if (time.from_.take("Tt ") && !(time.read_clock() && time.read_zone())) return std::nullopt;
        return time.from_.done() ? time.range() : std::nullopt;
    }

private:
    explicit constexpr civil_time(std::string_view text) noexcept : from_{text} {}

    /// Reads a number of exactly `size` digits.
    constexpr auto read(std::size_t size, unsigned& into) noexcept -> bool {
        auto const number = from_.digits(size, size);
        if (number) into = static_cast<unsigned>(*number);
        return number.has_value();
    }

    /// Reads `2024-05` or `2024-W18`.
    [[nodiscard]] auto read_week_or_month() -> std::optional<time_range> {
        using namespace std::chrono;
        if (!read(4, year_) || !from_.take("-")) return std::nullopt;
        auto const in = year{static_cast<int>(year_)};
        auto const is_week = from_.take("Ww");
        auto number = 0U;
        if (!read(2, number) || !from_.done() || number == 0) return std::nullopt;
        if (!is_week) {
            auto const first = in / month{number};
            if (!first.ok()) return std::nullopt;
            return days_from(first / 1, (first + months{1}) / 1);
        }
        // the first week has January 4th
        auto const fourth = sys_days{in / January / 4};
        auto const first = fourth - (weekday{fourth} - Monday) + weeks{number - 1};
        if (number > 53 || year_month_day{first + days{3}}.year() != in) return std::nullopt;
        return days_from(first, first + weeks{1});
    }

    [[nodiscard]] auto days_from(std::chrono::sys_days first, std::chrono::sys_days end) const
        -> time_range {
        auto const begin = timestamp{first};
        auto const length = timestamp{end} - begin;
        return local_ == nullptr ? range_from(begin, length) : local_range(begin, length, *local_);
    }

    /// Reads `20240501`, of a year in which a flow may have been.
    constexpr auto read_digits() noexcept -> bool {
        using namespace std::chrono;
        return read(4, year_) && read(2, month_) && read(2, day_) && from_.done() &&
               is_likely_year(year_) &&
               year_month_day{year{static_cast<int>(year_)}, month{month_}, day{day_}}.ok();
    }

    constexpr auto read_date() noexcept -> bool {
        return read(4, year_) && from_.take("-") && read(2, month_) && from_.take("-") &&
               read(2, day_);
    }

    constexpr auto read_clock() noexcept -> bool {
        using namespace std::chrono;
        if (!read(2, hour_)) return false;
        length_ = hours{1};
        if (!from_.take(":")) return true;
        if (!read(2, minute_)) return false;
        length_ = minutes{1};
        if (!from_.take(":")) return true;
        if (!read(2, second_)) return false;
        length_ = seconds{1};
        if (!from_.take(".")) return true;
        return read_fraction(from_, fraction_, length_);
    }

    /// Reads a zone; none means the zone that was given.
    constexpr auto read_zone() noexcept -> bool {
        if (from_.done()) return true;
        local_ = nullptr;
        if (from_.take("Zz")) return true;
        auto const east = from_.take("+");
        if (!east && !from_.take("-")) return false;
        unsigned hours = 0;
        unsigned minutes = 0;
        if (!read(2, hours)) return false;
        auto const has_minutes = from_.take(":") || !from_.done();
        if ((has_minutes && !read(2, minutes)) || hours > 23 || minutes > 59) return false;
        zone_ = (east ? 1 : -1) * (std::chrono::hours{hours} + std::chrono::minutes{minutes});
        return true;
    }

    [[nodiscard]] auto range() const -> std::optional<time_range> {
        using namespace std::chrono;
        auto const date = year_month_day{year{static_cast<int>(year_)}, month{month_}, day{day_}};
        if (!date.ok() || hour_ > 23 || minute_ > 59 || second_ > 60) return std::nullopt;
        auto const clock = hours{hour_} + minutes{minute_} + seconds{second_} + fraction_;
        auto const shown = timestamp{sys_days{date}} + clock;
        if (local_ == nullptr) return range_from(shown - zone_, length_);
        return local_range(shown, length_, *local_);
    }

    value_scanner from_;
    unsigned year_ = 0;
    unsigned month_ = 0;
    unsigned day_ = 0;
    unsigned hour_ = 0;
    unsigned minute_ = 0;
    unsigned second_ = 0;
    std::chrono::microseconds fraction_{0};
    std::chrono::microseconds length_ = std::chrono::hours{24};  ///< of the period
    std::chrono::minutes zone_{0};
    time_zone const* local_ = nullptr;  ///< of a time without a zone; null: `zone_`
};

/// Reads a Unix time, as `from_unix_time` does, or seconds with a fraction: the range is one of its
/// units, or a microsecond. A number that is more likely a year is none.
constexpr auto parse_unix_time(std::string_view text) noexcept -> std::optional<time_range> {
    using namespace std::chrono;
    auto from = value_scanner{text};
    auto const number = from.digits(1, 20);
    if (!number || is_year(text.substr(0, from.size()))) return std::nullopt;
    if (from.take(".")) {
        auto fraction = microseconds{};
        auto length = microseconds{};
        if (*number >= first_milliseconds || !read_fraction(from, fraction, length) || !from.done())
            return std::nullopt;
        return range_from(from_unix_time(*number) + fraction, length);
    }
    if (!from.done()) return std::nullopt;
    auto const units = static_cast<std::int64_t>(unix_units_per_second(*number));
    auto const length = std::max(std::int64_t{1'000'000} / units, std::int64_t{1});
    return range_from(from_unix_time(*number), microseconds{length});
}

/// The part of a relative time from its sign on; empty if there is no sign.
constexpr auto distance_of(std::string_view text) noexcept -> std::string_view {
    if (text.size() > 3 && flowlog::same_name(text.substr(0, 3), "now")) text.remove_prefix(3);
    return text.starts_with('-') || text.starts_with('+') ? text : std::string_view{};
}

/// Reads a time relative to `now`. `M` might mean months, and is refused.
inline auto parse_relative_time(std::string_view text, timestamp now, time_zone const* zone)
    -> std::optional<time_range> {
    using namespace std::chrono;
    using flowlog::same_name;
    if (same_name(text, "now")) return time_range{now, now};
    static auto const utc = time_zone{};
    auto const& clocks = zone == nullptr ? utc : *zone;
    auto const today = timestamp{floor<days>(clocks.to_local(now)).time_since_epoch()};
    if (same_name(text, "today")) return local_range(today, days{1}, clocks);
    if (same_name(text, "yesterday")) return local_range(today - days{1}, days{1}, clocks);
    text = distance_of(text);
    if (text.size() < 2 || text.find('M') != text.npos) return std::nullopt;
    auto const distance = parse_filter_duration(text.substr(1));
    constexpr auto max = std::uint64_t{1'000} * 366 * 86'400'000;  // a thousand years
    auto const has_unit = text.back() < '0' || text.back() > '9';
    if (!distance || *distance > max || !has_unit) return std::nullopt;
    auto const way = milliseconds{static_cast<std::int64_t>(*distance)};
    auto const then = text[0] == '-' ? now - way : now + way;
    return time_range{then, then};
}

}  // namespace detail

/// Reads a time as the period that it names: a date names a whole day, a time without minutes an
/// hour, and one without seconds a minute.
///
///     time     = date [("T" | " ") clock [zone]] | period | digits | unix | "now" | "today"
///              | "yesterday" | relative
///     date     = 4digit "-" 2digit "-" 2digit
///     period   = 4digit "-" 2digit | 4digit "-W" 2digit           ; a month, a week of ISO 8601
///     digits   = 8digit                                          ; 20240501, from 1990 to 2100
///     clock    = 2digit [":" 2digit [":" 2digit ["." 1*9digit]]]
///     zone     = "Z" | ("+" | "-") 2digit [[":"] 2digit]         ; none: `zone`, by default UTC
///     unix     = seconds ["." 1*9digit], or, from 100000000000 on, milliseconds; not 1990 to 2100
///     relative = ["now"] ("-" | "+") duration                    ; `-2h` is two hours before `now`
[[nodiscard]] inline auto parse_filter_time(std::string_view text, timestamp now,
                                            time_zone const* zone = nullptr)
    -> std::optional<time_range> {
    if (auto const found = detail::civil_time::parse(text, zone)) return found;
    if (auto const found = detail::parse_unix_time(text)) return found;
    return detail::parse_relative_time(text, now, zone);
}

/// What to write instead of a text that is no time, as the end of a message; empty if that is not
/// known.
[[nodiscard]] inline auto time_hint(std::string_view text) -> std::string {
    if (detail::is_year(text)) return "; write " + std::string{text} + "-01-01";
    if (detail::distance_of(text).find('M') != text.npos)
        return "; write 5m for minutes, or 30d for a month";
    return {};
}

/// What to write instead of two times with a hyphen between them; empty if the text is none.
[[nodiscard]] inline auto time_range_hint(std::string_view text) -> std::string {
    auto const is_time = [](std::string_view part) {
        return parse_filter_time(part, timestamp{}).has_value();
    };
    for (auto at = text.find('-'); at != text.npos; at = text.find('-', at + 1)) {
        auto const first = text.substr(0, at);
        auto const last = text.substr(at + 1);
        if (is_time(first) && is_time(last))
            return "; write " + std::string{first} + ".." + std::string{last};
    }
    return {};
}

}  // namespace flowlog::grammar

#endif
