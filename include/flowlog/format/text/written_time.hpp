// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_WRITTEN_TIME_HPP
#define FLOWLOG_FORMAT_TEXT_WRITTEN_TIME_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog::detail {

/// Whether a text is the date of no time, as pmacct and MySQL write it, `0000-00-00 00:00:00`, or
/// as Go does, `0001-01-01T00:00:00Z`.
constexpr auto is_zero_date(std::string_view text) noexcept -> bool {
    return (text.starts_with("0000-00-00") || text.starts_with("0001-01-01")) &&
           text.find_first_not_of("0-:. TZ", 10) == text.npos;
}

/// Reads a time as flowlog and databases write it: Unix seconds with a fraction,
/// `1418530010.123`, or a date and a time of day, `2014-12-14T04:06:50.123Z`, with a blank in place
/// of the `T`, with an offset (`+01:00`, `+0100`, `+01`) or ` UTC` in place of the `Z`, or without
/// any, which means UTC too. SiLK writes the date as `2014/12/14`.
class written_time {
public:
    [[nodiscard]] static constexpr auto parse(std::string_view text) noexcept
        -> std::optional<timestamp> {
        auto reader = written_time{text};
        auto const has_date = text.size() > 4 && (text[4] == '-' || text[4] == '/');
        if (!(has_date ? reader.read_civil() : reader.read_seconds()) || !reader.rest_.empty())
            return std::nullopt;
        return reader.time_;
    }

private:
    explicit constexpr written_time(std::string_view text) noexcept : rest_{text} {}

    constexpr auto take(std::string_view text) noexcept -> bool {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }

    /// Reads `min` to `max` digits; how many, or 0.
    constexpr auto digits(std::size_t min, std::size_t max, std::uint64_t& into) noexcept
        -> std::size_t {
        std::size_t size = 0;
        into = 0;
        for (; size != rest_.size() && rest_[size] >= '0' && rest_[size] <= '9'; ++size) {
            if (size == max) return 0;
            into = into * 10 + static_cast<std::uint64_t>(rest_[size] - '0');
        }
        if (size < min) return 0;
        rest_.remove_prefix(size);
        return size;
    }

    constexpr auto two(std::uint64_t max, std::uint64_t& into) noexcept -> bool {
        return digits(2, 2, into) != 0 && into <= max;
    }

    constexpr auto read_fraction() noexcept -> bool {
        auto fraction = std::uint64_t{0};
        auto const size = digits(1, 9, fraction);
        for (auto i = size; i < 9; ++i) fraction *= 10;
        time_ += std::chrono::microseconds{static_cast<std::int64_t>(fraction / 1000)};
        return size != 0;
    }

    constexpr auto read_seconds() noexcept -> bool {
        auto seconds = std::uint64_t{0};
        if (digits(1, 11, seconds) == 0 || !take(".")) return false;
        time_ = timestamp{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
        return read_fraction();
    }

    constexpr auto read_civil() noexcept -> bool {
        using namespace std::chrono;
        std::uint64_t part[6] = {};
        auto const between = rest_.substr(4, 1);
        if (digits(4, 4, part[0]) == 0 || !take(between) || !two(12, part[1]) || !take(between) ||
            !two(31, part[2]) || !(take("T") || take(" ")) || !two(23, part[3]) || !take(":") ||
            !two(59, part[4]) || !take(":") || !two(60, part[5]))
            return false;
        auto const date =
            year_month_day{year{static_cast<int>(part[0])}, month{static_cast<unsigned>(part[1])},
                           day{static_cast<unsigned>(part[2])}};
        time_ = timestamp{sys_days{date}} + hours{static_cast<int>(part[3])} +
                minutes{static_cast<int>(part[4])} + seconds{static_cast<int>(part[5])};
        return date.ok() && (!take(".") || read_fraction()) && read_zone();
    }

    constexpr auto read_zone() noexcept -> bool {
        if (rest_.empty() || take("Z") || take(" UTC")) return true;
        auto const east = take("+");
        if (!east && !take("-")) return false;
        auto hours = std::uint64_t{0};
        auto minutes = std::uint64_t{0};
        if (rest_.size() == 4) {
            if (digits(4, 4, minutes) == 0) return false;
            hours = minutes / 100;
            minutes %= 100;
        } else if (digits(2, 2, hours) == 0 || (take(":") && digits(2, 2, minutes) == 0)) {
            return false;
        }
        if (hours > 23 || minutes > 59) return false;
        auto const offset = std::chrono::minutes{static_cast<int>(hours * 60 + minutes)};
        time_ += east ? -offset : offset;
        return true;
    }

    std::string_view rest_;
    timestamp time_{};
};

}  // namespace flowlog::detail

#endif
