// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_VALUE_HPP
#define FLOWLOG_GRAMMAR_FILTER_VALUE_HPP

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/detail/filter_sets.hpp>
#include <flowlog/flow/field.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

namespace detail {

/// Parses the whole of a text.
template <class Parser>
auto parse_whole(std::string_view text, Parser const& parser) -> bool {
    auto const* at = text.data();
    return x3::parse(at, at + text.size(), parser >> x3::eoi);
}

/// Puts a constant where a lambda would be long.
template <class T>
auto put(T& place, T value) {
    return [&place, value](auto&) { place = value; };
}

/// A decimal number up to its unit: `digits.fraction` as digits and their scale.
struct decimal {
    std::uint64_t digits = 0;
    std::uint64_t fraction = 0;
    std::uint64_t scale = 1;  ///< of the fraction: 10 for one digit

    /// `digits.fraction * unit`, where that is a whole number that fits.
    [[nodiscard]] constexpr auto times(std::uint64_t unit) const noexcept
        -> std::optional<std::uint64_t> {
        constexpr auto most = std::numeric_limits<std::uint64_t>::max();
        if (digits > most / unit || fraction > most / unit) return std::nullopt;
        auto const parts = fraction * unit;
        auto const whole = digits * unit;
        if (parts % scale != 0 || parts / scale > most - whole) return std::nullopt;
        return whole + parts / scale;
    }
};

/// A decimal number with up to four digits behind the point.
inline auto decimal_parser(decimal& into) {
    auto const fraction = x3::uint_parser<std::uint64_t, 10, 1, 4>{};
    auto const digits = [&into](auto& context) { into = {.digits = x3::_attr(context)}; };
    auto const rest = [&into](auto& context) {
        auto const& text = x3::_attr(context);
        for (auto const digit : text) {
            into.fraction = into.fraction * 10 + static_cast<std::uint64_t>(digit - '0');
            into.scale *= 10;
        }
    };
    return x3::uint_parser<std::uint64_t>{}[digits] >> -('.' >> x3::raw[fraction][rest]);
}

}  // namespace detail

/// Reads a number such as `1500`, `10M`, `1.5Gi`, `64KiB` or `0xff`.
///
///     number = "0x" hexadecimal | decimal [("k" | "m" | "g" | "t" | "p") ["i"]] ["b"]
///     decimal = digits ["." 1*4digit]
///
/// Letters may be in any case; a unit with `i` is binary, 1024 for 1000. None where the text is no
/// number, or none that is whole and below 2^64.
[[nodiscard]] inline auto parse_filter_number(std::string_view text)
    -> std::optional<std::uint64_t> {
    auto number = std::uint64_t{0};
    auto const hex = x3::uint_parser<std::uint64_t, 16>{};
    auto const keep = [&](auto& context) { number = x3::_attr(context); };
    if (detail::parse_whole(text, x3::no_case[x3::lit("0x")] >> hex[keep])) return number;

    auto value = detail::decimal{};
    auto letter = '\0';
    auto binary = false;
    auto const prefix = x3::no_case[x3::char_("kmgtp")][(
        [&](auto& context) { letter = flowlog::detail::to_lower(x3::_attr(context)); })];
    auto const unit = prefix >> -x3::no_case[x3::lit('i')][detail::put(binary, true)];
    if (!detail::parse_whole(text,
                             detail::decimal_parser(value) >> -unit >> -x3::no_case[x3::lit('b')]))
        return std::nullopt;
    std::uint64_t factor = 1;
    auto const power = letter == '\0' ? 0 : std::string_view{"kmgtp"}.find(letter) + 1;
    for (std::size_t i = 0; i < power; ++i) factor *= binary ? 1024 : 1000;
    return value.times(factor);
}

/// Reads a duration in milliseconds: `1500`, `1.5s`, `90s`, `5m`, `1h30m`, `2d`, `1w`.
///
///     duration = number | 1*(decimal ("ms" | "s" | "m" | "min" | "h" | "d" | "w")) | decimal "k"
[[nodiscard]] inline auto parse_filter_duration(std::string_view text)
    -> std::optional<std::uint64_t> {
    auto value = detail::decimal{};
    auto unit = std::uint64_t{1};
    auto total = std::optional{std::uint64_t{0}};
    auto const add = x3::eps[([&](auto&) {
        auto const part = value.times(unit);
        if (total && part && *part <= std::numeric_limits<std::uint64_t>::max() - *total)
            *total += *part;
        else
            total.reset();
    })];
    auto const is = [&](std::uint64_t size) { return detail::put(unit, size); };
    auto const units =
        x3::no_case[x3::lit("ms")][is(1)] | x3::no_case[x3::lit("min")][is(60'000)] |
        x3::no_case[x3::lit('s')][is(1000)] | x3::no_case[x3::lit('m')][is(60'000)] |
        x3::no_case[x3::lit('h')][is(3'600'000)] | x3::no_case[x3::lit('d')][is(86'400'000)] |
        x3::no_case[x3::lit('w')][is(604'800'000)] | x3::no_case[x3::lit('k')][is(1000)];
    auto const milliseconds = detail::decimal_parser(value) >> add;
    if (detail::parse_whole(text, milliseconds)) return total;
    total = 0;
    if (detail::parse_whole(text, +(detail::decimal_parser(value) >> units >> add))) return total;
    return std::nullopt;
}

/// Reads the flags of TCP: letters as nfdump prints them, `SA`, or names, `syn+ack`. `X` is all six
/// of old.
[[nodiscard]] inline auto parse_filter_flags(std::string_view text)
    -> std::optional<std::uint64_t> {
    constexpr auto letters = std::string_view{"fsrpauec"};
    auto flags = std::uint64_t{0};
    auto const letter = x3::no_case[x3::char_("fsrpauec")][([&](auto& context) {
        flags |= 1U << letters.find(flowlog::detail::to_lower(x3::_attr(context)));
    })];
    auto const all = x3::no_case[x3::lit('x')][([&](auto&) { flags |= 63; })];
    if (detail::parse_whole(text, +(letter | all))) return flags;

    flags = 0;
    auto const bit = [&](char const* name, unsigned value) {
        return x3::no_case[x3::lit(name)][([&flags, value](auto&) { flags |= value; })];
    };
    auto const name = bit("fin", 1) | bit("syn", 2) | bit("rst", 4) | bit("psh", 8) |
                      bit("ack", 16) | bit("urg", 32) | bit("ece", 64) | bit("cwr", 128);
    if (detail::parse_whole(text, name % x3::char_("+-|/"))) return flags;
    return std::nullopt;
}

/// Reads a time as the first and the last microsecond that it names: a date is a whole day, a time
/// of day without seconds a minute.
///
///     time     = date [("T" | " ") clock [zone]] | unix | "now" | "today" | "yesterday" | relative
///     date     = 4digit "-" 2digit "-" 2digit
///     clock    = 2digit ":" 2digit [":" 2digit ["." 1*6digit]]
///     zone     = "Z" | ("+" | "-") 2digit [":"] 2digit           ; none: UTC
///     unix     = seconds, or, from 100000000000 on, milliseconds
///     relative = ["now"] ("-" | "+") duration                    ; `-2h` is two hours before `now`
[[nodiscard]] inline auto parse_filter_time(std::string_view text, timestamp now)
    -> std::optional<flowlog::detail::closed_range<timestamp>>;

namespace detail {

using time_range = flowlog::detail::closed_range<timestamp>;

/// The time from `start` on for as long as `length`.
constexpr auto range_from(timestamp start, std::chrono::microseconds length) -> time_range {
    return {start, start + length - std::chrono::microseconds{1}};
}

/// A date, a time of day and a zone, as they are written.
struct civil_time {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    decimal fraction{};
    std::chrono::microseconds length = std::chrono::hours{24};
    int sign = 0;  ///< of the zone
    unsigned zone_hour = 0;
    unsigned zone_minute = 0;

    [[nodiscard]] auto range() const -> std::optional<time_range> {
        using namespace std::chrono;
        auto const date = year_month_day{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
        if (!date.ok() || hour > 23 || minute > 59 || second > 60 || zone_hour > 23 ||
            zone_minute > 59)
            return std::nullopt;
        auto const zone = sign * (hours{zone_hour} + minutes{zone_minute});
        auto const part =
            microseconds{static_cast<std::int64_t>(fraction.fraction * 1'000'000 / fraction.scale)};
        auto const start = sys_days{date} + hours{hour} + minutes{minute} + seconds{second} - zone;
        return range_from(timestamp{start} + part, length);
    }
};

inline auto parse_civil_time(std::string_view text) -> std::optional<time_range> {
    using namespace std::chrono;
    auto time = civil_time{};
    auto const two = x3::uint_parser<unsigned, 10, 2, 2>{};
    auto const into = [](auto& place) {
        return [&place](auto& context) {
            place = static_cast<std::remove_reference_t<decltype(place)>>(x3::_attr(context));
        };
    };
    auto const lasts = [&time](microseconds length) { return put(time.length, length); };
    auto const fraction = x3::raw[x3::repeat(1, 6)[x3::char_('0', '9')]][([&](auto& context) {
        time.length = seconds{1};
        for (auto const digit : x3::_attr(context)) {
            time.fraction.fraction =
                time.fraction.fraction * 10 + static_cast<std::uint64_t>(digit - '0');
            time.fraction.scale *= 10;
            time.length /= 10;
        }
    })];
    auto const year = x3::uint_parser<unsigned, 10, 4, 4>{};
    auto const date =
        year[into(time.year)] >> '-' >> two[into(time.month)] >> '-' >> two[into(time.day)];
    auto const second =
        ':' >> two[into(time.second)] >> x3::eps[lasts(seconds{1})] >> -('.' >> fraction);
    auto const clock = two[into(time.hour)] >> ':' >> two[into(time.minute)] >>
                       x3::eps[lasts(minutes{1})] >> -second;
    auto const sign = x3::lit('+')[put(time.sign, 1)] | x3::lit('-')[put(time.sign, -1)];
    auto const zone = x3::no_case[x3::lit('z')] | (sign >> two[into(time.zone_hour)] >>
                                                   -x3::lit(':') >> two[into(time.zone_minute)]);
    if (!parse_whole(text, date >> -(x3::char_("Tt ") >> clock >> -zone))) return std::nullopt;
    return time.range();
}

inline auto parse_unix_time(std::string_view text) -> std::optional<time_range> {
    using namespace std::chrono;
    constexpr auto first_milliseconds = std::uint64_t{100'000'000'000};
    constexpr auto limit = std::uint64_t{9'000'000'000'000'000};
    auto number = std::uint64_t{0};
    auto const keep = [&](auto& context) { number = x3::_attr(context); };
    if (!parse_whole(text, x3::uint_parser<std::uint64_t>{}[keep]) || number > limit)
        return std::nullopt;
    auto const count = static_cast<std::int64_t>(number);
    if (number < first_milliseconds) return range_from(timestamp{seconds{count}}, seconds{1});
    return range_from(timestamp{milliseconds{count}}, milliseconds{1});
}

inline auto parse_relative_time(std::string_view text, timestamp now) -> std::optional<time_range> {
    using namespace std::chrono;
    using flowlog::detail::same_name;
    if (same_name(text, "now")) return time_range{now, now};
    auto const today = timestamp{floor<days>(now)};
    if (same_name(text, "today")) return range_from(today, days{1});
    if (same_name(text, "yesterday")) return range_from(today - days{1}, days{1});
    if (text.size() > 3 && same_name(text.substr(0, 3), "now")) text.remove_prefix(3);
    if (text.empty() || (text[0] != '-' && text[0] != '+')) return std::nullopt;
    auto const distance = parse_filter_duration(text.substr(1));
    constexpr auto most = std::uint64_t{1'000} * 366 * 86'400'000;  // a thousand years
    auto const has_unit = text.back() < '0' || text.back() > '9';
    if (!distance || *distance > most || !has_unit) return std::nullopt;
    auto const way = milliseconds{static_cast<std::int64_t>(*distance)};
    auto const then = text[0] == '-' ? now - way : now + way;
    return time_range{then, then};
}

}  // namespace detail

inline auto parse_filter_time(std::string_view text, timestamp now)
    -> std::optional<flowlog::detail::closed_range<timestamp>> {
    if (auto const found = detail::parse_civil_time(text)) return found;
    if (auto const found = detail::parse_unix_time(text)) return found;
    return detail::parse_relative_time(text, now);
}

}  // namespace flowlog::grammar

#endif
