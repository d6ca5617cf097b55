// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_LOOKUP_TIME_ZONE_HPP
#define FLOWLOG_LOOKUP_TIME_ZONE_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <flowlog/did_you_mean.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/lookup/detail/zone_file.hpp>

namespace flowlog {

/// A time as the clocks of a time zone show it.
using local_timestamp = std::chrono::local_time<std::chrono::microseconds>;

/// A time zone: what clocks show at any time, past or future. UTC unless it was found by name.
/// Zones are read from the system's database, as IANA publishes it: std::chrono::locate_zone would
/// do the same, but GCC has it only from version 14 on. Copies are cheap.
class time_zone {
public:
    time_zone() = default;

    /// Finds a zone: `Europe/Berlin` and other names of IANA's, `UTC`, `local` for the zone of the
    /// system (TZ, otherwise /etc/localtime), an offset such as `+02:00`, or a rule as TZ may have
    /// it, with commas or in `<>`. The local zone has the name of its file in a database, `UTC`
    /// if that is Etc/UTC, or else `local`. Throws `errc::invalid_argument` if there is no such
    /// zone, or no database.
    [[nodiscard]] static auto find(std::string_view name) -> time_zone {
        if (auto const fixed = offset_of(name)) return {std::string{name}, *fixed};
        if (name == "UTC" || name == "Z") return {};
        if (name == "local") return local();
        if (is_name(name)) {
            for (auto const& folder : folders())
                if (auto found = load(folder + '/' + std::string{name}, name)) return *found;
        } else if (name.find_first_of(",<") != name.npos) {
            if (auto found = from_rule(name)) return *found;
        }
        fail(name);
    }

    /// The zone with a rule as POSIX writes it: `CET-1CEST,M3.5.0,M10.5.0/3`. None if the text is
    /// no rule.
    [[nodiscard]] static auto from_rule(std::string_view rule) -> std::optional<time_zone> {
        auto parsed = detail::zone_rule::parse(rule);
        if (!parsed) return std::nullopt;
        return time_zone{std::string{rule}, detail::zone_changes{.rule = *std::move(parsed)}};
    }

    [[nodiscard]] auto name() const noexcept -> std::string const& { return name_; }

    /// The same zone under another name.
    [[nodiscard]] auto named(std::string name) const -> time_zone {
        auto result = *this;
        result.name_ = std::move(name);
        return result;
    }

    /// How far the clocks are ahead of UTC at a time.
    [[nodiscard]] auto offset(timestamp time) const -> std::chrono::seconds {
        constexpr std::int64_t max = 400'000'000'000;  // in the year 14,645: later times have none
        auto const second =
            std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
        if (changes_ == nullptr || second > max || second < -max) return {};
        return std::chrono::seconds{changes_->offset(second)};
    }

    /// What the clocks show at a time.
    [[nodiscard]] auto to_local(timestamp time) const -> local_timestamp {
        return local_timestamp{time.time_since_epoch() + offset(time)};
    }

    /// When the clocks show a time: the first time if they show it twice, because they are set
    /// back. If they never show it, because they are set forward, the time is counted from before
    /// the change, so that 2:30 becomes 3:30.
    [[nodiscard]] auto to_utc(local_timestamp time) const -> timestamp {
        auto const utc = timestamp{time.time_since_epoch()};
        auto const before = offset(utc - std::chrono::days{1});
        if (offset(utc - before) == before) return utc - before;
        auto const after = offset(utc + std::chrono::days{1});
        return utc - (offset(utc - after) == after ? after : before);
    }

    /// The beginning of the span of time that contains a time, if spans are counted from midnight
    /// 1970-01-01 on the clocks of the zone. An hour that the clocks show twice is two spans of an
    /// hour, and one of a day.
    [[nodiscard]] auto floor_to(timestamp time, std::chrono::microseconds span) const -> timestamp {
        auto const now = offset(time);
        auto const shown = time.time_since_epoch() + now;
        auto const rest = (shown % span + span) % span;
        auto const begin = timestamp{shown - rest} - now;
        return offset(begin) == now ? begin : to_utc(local_timestamp{shown - rest});
    }

private:
    time_zone(std::string name, detail::zone_changes changes)
        : name_{std::move(name)},
          changes_{std::make_shared<detail::zone_changes const>(std::move(changes))} {}
    time_zone(std::string name, std::chrono::seconds offset)
        : time_zone{std::move(name), detail::zone_changes{.first_offset = offset.count()}} {}

    /// Reads `+02:00`, `-0330`, `+2`.
    [[nodiscard]] static auto offset_of(std::string_view text)
        -> std::optional<std::chrono::seconds> {
        if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
        auto digits = std::string{};
        for (auto const c : text.substr(1))
            if (c != ':') digits += c;
        auto const colon = text.find(':');
        auto const numbers = digits.find_first_not_of("0123456789") == digits.npos;
        auto const placed = colon == text.npos || (text.size() == colon + 3 && colon >= 2);
        if (!numbers || !placed || digits.empty() || digits.size() > 4) return std::nullopt;
        auto const has_minutes = digits.size() > 2;
        auto const number = std::stoi(digits);
        auto const hours = has_minutes ? number / 100 : number;
        auto const minutes = has_minutes ? number % 100 : 0;
        if (hours > 18 || minutes > 59) return std::nullopt;
        auto const size = std::chrono::hours{hours} + std::chrono::minutes{minutes};
        return text[0] == '-' ? -size : size;
    }

    [[nodiscard]] static auto local() -> time_zone {
        auto const* const set = std::getenv("TZ");
        auto name = std::string_view{set == nullptr ? "" : set};
        if (name.starts_with(':')) name.remove_prefix(1);
        if (name.starts_with('/')) {
            auto const path = std::string{name};
            if (auto found = load(path, name_of_file(path))) return *found;
        } else if (!name.empty() && name != "local") {
            if (auto found = from_rule(name)) return *found;
            return find(name);
        }
        constexpr auto path = "/etc/localtime";
        return load(path, name_of_file(path)).value_or(time_zone{});
    }

    /// The name of the zone of a file in a database, or of a link to one; otherwise `local`.
    [[nodiscard]] static auto name_of_file(std::string const& path) -> std::string {
        constexpr auto folder = std::string_view{"/zoneinfo/"};
        auto target = std::array<char, 1024>{};
        auto const size = ::readlink(path.c_str(), target.data(), target.size());
        auto const linked =
            std::string_view{target.data(), size < 0 ? 0 : static_cast<std::size_t>(size)};
        for (auto const file : {std::string_view{path}, linked}) {
            auto const at = file.rfind(folder);
            if (at == file.npos) continue;
            auto const name = file.substr(at + folder.size());
            if (name == "Etc/UTC") return "UTC";
            if (is_name(name)) return std::string{name};
        }
        return "local";
    }

    [[nodiscard]] static auto folders() -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        if (auto const* const set = std::getenv("TZDIR")) result.emplace_back(set);
        for (auto const* const usual :
             {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"})
            result.emplace_back(usual);
        return result;
    }

    /// Whether a text can be the name of a zone; never a path that leads out of the database.
    [[nodiscard]] static auto is_name(std::string_view name) noexcept -> bool {
        constexpr auto letters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
        return !name.empty() && name[0] != '/' && name.find_first_not_of(letters) == name.npos;
    }

    [[nodiscard]] static auto content_of(std::string const& path) -> std::string {
        constexpr std::size_t max_size = 1 << 20;
        auto file = std::ifstream{path, std::ios::binary};
        auto result = std::string(max_size, '\0');
        file.read(result.data(), static_cast<std::streamsize>(result.size()));
        result.resize(static_cast<std::size_t>(file.gcount()));
        return result;
    }

    [[nodiscard]] static auto load(std::string const& path, std::string_view name)
        -> std::optional<time_zone> {
        auto changes = detail::zone_file::parse(content_of(path));
        if (!changes) return std::nullopt;
        return time_zone{std::string{name}, *std::move(changes)};
    }

    /// The names of the database's table of places.
    [[nodiscard]] static auto known_names() -> std::vector<std::string> {
        auto result = std::vector<std::string>{};
        for (auto const& folder : folders()) {
            auto file = std::ifstream{folder + "/tzdata.zi"};
            for (auto line = std::string{}; std::getline(file, line);) {
                auto const is_zone = line.starts_with("Z ");
                if (!is_zone && !line.starts_with("L ")) continue;
                auto const begin = is_zone ? 2 : line.find(' ', 2) + 1;
                result.push_back(line.substr(begin, line.find(' ', begin) - begin));
            }
            if (!result.empty()) break;
        }
        return result;
    }

    [[noreturn]] static void fail(std::string_view name) {
        auto const names = known_names();
        auto message = "no time zone '" + escaped(name, 60) + "'";
        if (auto const hint = did_you_mean(name, names); !hint.empty())
            message += hint;
        else
            message +=
                "; expected a name such as Europe/Berlin, UTC, local, or an offset such as "
                "+02:00";
        if (names.empty() && is_name(name))
            message += " (the system's database of time zones, tzdata, was not found)";
        throw error{errc::invalid_argument, {}, message};
    }

    std::string name_ = "UTC";
    std::shared_ptr<detail::zone_changes const> changes_{};  // none: UTC
};

/// A time with the offset of a zone: `2024-05-01T14:30:00+02:00`, `…Z` in UTC.
[[nodiscard]] inline auto to_text(timestamp time, time_zone const& zone) -> std::string {
    auto const offset = zone.offset(time);
    if (zone.name() == "UTC") return to_text(time);
    auto text = to_text(timestamp{zone.to_local(time).time_since_epoch()});
    text.pop_back();  // the Z
    auto const minutes = std::chrono::abs(std::chrono::floor<std::chrono::minutes>(offset)).count();
    auto const two = [](auto number) { return std::to_string(100 + number).substr(1); };
    return text + (offset.count() < 0 ? '-' : '+') + two(minutes / 60) + ':' + two(minutes % 60);
}

}  // namespace flowlog

#endif
