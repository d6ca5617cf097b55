// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_DETAIL_ZONE_RULE_HPP
#define FLOWLOG_LOOKUP_DETAIL_ZONE_RULE_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

//     CET-1CEST,M3.5.0,M10.5.0/3      Central Europe: UTC+1; in summer, from the last Sunday of
//     `-- `---  `-----  `-------      March, 2:00, to the last Sunday of October, 3:00, UTC+2
//     offset    begins  ends

namespace flowlog::detail {

/// The rule of a time zone, as POSIX writes it in the variable TZ: its offset, and when summer time
/// begins and ends each year. Zone files end with such a rule, which is for all later times.
class zone_rule {
public:
    /// None if the text is no rule.
    [[nodiscard]] static auto parse(std::string_view text) -> std::optional<zone_rule> {
        auto result = zone_rule{};
        auto scan = scanner{text};
        auto offset = std::int64_t{0};
        if (!scan.name() || !scan.time(offset)) return std::nullopt;
        result.standard_ = -offset;  // POSIX counts to the west
        if (scan.rest.empty()) return result;
        result.summer_ = result.standard_ + 3600;
        if (!scan.name()) return std::nullopt;
        if (!scan.rest.empty() && scan.rest[0] != ',') {
            if (!scan.time(offset)) return std::nullopt;
            result.summer_ = -offset;
        }
        if (!scan.change(result.begin_) || !scan.change(result.end_) || !scan.rest.empty())
            return std::nullopt;
        result.has_summer_ = true;
        return result;
    }

    /// The seconds that local time is ahead of UTC, at a time in seconds since 1970.
    [[nodiscard]] auto offset(std::int64_t time) const -> std::int64_t {
        using namespace std::chrono;
        if (!has_summer_) return standard_;
        auto const date = year_month_day{floor<days>(sys_seconds{seconds{time + standard_}})};
        auto const begin = begin_.in(date.year()) - standard_;
        auto const end = end_.in(date.year()) - summer_;
        auto const is_summer =
            begin < end ? begin <= time && time < end : !(end <= time && time < begin);
        return is_summer ? summer_ : standard_;
    }

private:
    /// When an offset changes each year.
    struct change {
        enum class type : std::uint8_t { weekday, day_without_leap_day, day };

        type is = type::day;
        unsigned month = 1;
        unsigned week = 1;         // 5 is the last one
        unsigned day = 0;          // of the week, 0 is Sunday; or of the year
        std::int64_t time = 7200;  // of the day, in seconds

        /// In seconds since 1970, as if local time were UTC.
        [[nodiscard]] auto in(std::chrono::year year) const -> std::int64_t {
            using namespace std::chrono;
            auto date = sys_days{year / 1 / 1};
            if (is == type::weekday) {
                auto const of = std::chrono::month{month};
                auto const on = std::chrono::weekday{day};
                date = week == 5 ? sys_days{year / of / on[last]} : sys_days{year / of / on[week]};
            } else {
                // day 60 is always the first of March if leap days do not count
                auto const later = is == type::day_without_leap_day && year.is_leap() && day >= 60;
                auto const from_0 = is == type::day ? day : day - 1;
                date += days{from_0 + (later ? 1U : 0U)};
            }
            return seconds{date.time_since_epoch()}.count() + time;
        }
    };

    struct scanner {
        std::string_view rest;

        auto take(char c) noexcept -> bool {
            if (rest.empty() || rest[0] != c) return false;
            rest.remove_prefix(1);
            return true;
        }

        auto number(unsigned max, unsigned& into) noexcept -> bool {
            auto value = 0U;
            auto size = std::size_t{0};
            for (; size < rest.size() && rest[size] >= '0' && rest[size] <= '9'; ++size) {
                value = value * 10 + static_cast<unsigned>(rest[size] - '0');
                if (value > max) return false;
            }
            rest.remove_prefix(size);
            into = value;
            return size != 0;
        }

        /// `CET`, `<+03>`
        auto name() noexcept -> bool {
            auto size = std::size_t{0};
            if (rest.starts_with('<')) {
                size = rest.find('>');
                if (size == rest.npos) return false;
                ++size;
            } else {
                auto const is_letter = [](char c) {
                    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                };
                while (size < rest.size() && is_letter(rest[size])) ++size;
            }
            rest.remove_prefix(size);
            return size >= 3;
        }

        /// `[+|-]hh[:mm[:ss]]`, up to a week
        auto time(std::int64_t& into) noexcept -> bool {
            auto const negative = take('-');
            if (!negative) take('+');
            unsigned parts[3] = {};
            if (!number(167, parts[0])) return false;
            if (take(':') && !number(59, parts[1])) return false;
            if (take(':') && !number(59, parts[2])) return false;
            into = std::int64_t{parts[0]} * 3600 + parts[1] * 60 + parts[2];
            if (negative) into = -into;
            return true;
        }

        /// `,M3.5.0/2`, `,J60`, `,59`
        auto change(zone_rule::change& into) noexcept -> bool {
            using type = zone_rule::change::type;
            if (!take(',')) return false;
            if (take('M')) {
                into.is = type::weekday;
                if (!number(12, into.month) || !take('.') || !number(5, into.week) || !take('.') ||
                    !number(6, into.day) || into.month == 0 || into.week == 0)
                    return false;
            } else if (take('J')) {
                into.is = type::day_without_leap_day;
                if (!number(365, into.day) || into.day == 0) return false;
            } else if (!number(365, into.day)) {
                return false;
            }
            return !take('/') || time(into.time);
        }
    };

    std::int64_t standard_ = 0;  // ahead of UTC
    std::int64_t summer_ = 0;
    bool has_summer_ = false;
    change begin_{};  // of summer time, in standard time
    change end_{};    // in summer time
};

}  // namespace flowlog::detail

#endif
