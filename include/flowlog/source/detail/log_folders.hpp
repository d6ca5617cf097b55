// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_DETAIL_LOG_FOLDERS_HPP
#define FLOWLOG_SOURCE_DETAIL_LOG_FOLDERS_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/source/object_filter.hpp>
#include <flowlog/source/object_key.hpp>

namespace flowlog::detail {

//  bucket/team/ AWSLogs/ 123456789012/ vpcflowlogs/ us-west-2/ 2018/  10/  17/   00/
//  outside      accounts aws_services  regions      years      months days hours objects
//
// A level is named after what is below its folder.

/// Where a folder is among those of AWS's layouts.
enum class folder_level : std::uint8_t {
    outside,  ///< of the layouts; there may be anything below, also AWS's folders
    accounts,
    aws_services,
    regions,
    years,
    months,
    days,
    hours,     ///< or the objects of a day
    objects,   ///< the objects of an hour
    unwanted,  ///< nothing below is wanted
    foreign    ///< logs of another service of AWS
};

/// A folder of a store, and what its path says about the objects below it.
struct log_folder {
    std::string path{};  ///< empty, or ends with `/`
    folder_level level = folder_level::outside;
    bool hive = false;
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
};

/// Reads a number of exactly `size` digits.
constexpr auto folder_number(std::string_view text, std::size_t size) noexcept
    -> std::optional<unsigned> {
    if (text.size() != size) return std::nullopt;
    auto number = 0U;
    for (auto const c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number;
}

/// Whether a name looks like that of a region: `us-west-2`.
constexpr auto is_region_name(std::string_view name) noexcept -> bool {
    auto const good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && std::ranges::all_of(name, good) && std::ranges::count(name, '-') >= 2 &&
           name.back() >= '0' && name.back() <= '9';
}

/// The period that a folder's path limits its objects to: the first moments of it and of the next;
/// none if the path names no period.
inline auto period_of(log_folder const& folder) -> std::optional<std::pair<timestamp, timestamp>> {
    namespace chrono = std::chrono;
    auto const date = chrono::year{static_cast<int>(folder.year)} /
                      chrono::month{std::max(folder.month, 1U)} /
                      chrono::day{std::max(folder.day, 1U)};
    auto const from = [&](timestamp first, chrono::year_month_day next) {
        return std::pair{first, timestamp{chrono::sys_days{next}}};
    };
    auto const first = timestamp{chrono::sys_days{date}};
    switch (folder.level) {
        case folder_level::months: return from(first, date + chrono::years{1});
        case folder_level::days: return from(first, date + chrono::months{1});
        case folder_level::hours: return std::pair{first, first + chrono::days{1}};
        case folder_level::objects: {
            auto const hour = first + chrono::hours{folder.hour};
            return std::pair{hour, hour + chrono::hours{1}};
        }
        default: return std::nullopt;
    }
}

/// Finds out what folders are, and which of them can have wanted objects.
class folder_rules {
public:
    explicit folder_rules(object_filter wanted) : wanted_{std::move(wanted)} {}

    /// The folder at a path, by the names of the folders above it. In a store with buckets, the
    /// first name is a bucket's and means nothing.
    [[nodiscard]] static auto at(std::string_view path, bool has_buckets) -> log_folder {
        auto const any = folder_rules{{}};
        auto folder = log_folder{};
        for (auto first = has_buckets; !path.empty(); first = false) {
            auto const end = std::min(path.find('/'), path.size());
            auto const name = path.substr(0, end);
            path.remove_prefix(std::min(end + 1, path.size()));
            auto inner =
                first ? child(folder, name, folder_level::outside) : any.below(folder, name);
            if (inner.level == folder_level::foreign) inner = begin_layout(folder, name);
            folder = std::move(inner);
        }
        return folder;
    }

    /// A folder below another one.
    [[nodiscard]] auto below(log_folder const& folder, std::string_view name) const -> log_folder {
        using enum folder_level;
        switch (folder.level) {
            case accounts: return account(folder, name);
            case aws_services: return service(folder, name);
            case regions: return region(folder, name);
            case years: return dated(folder, name, "year=", 4, months, &log_folder::year);
            case months: return dated(folder, name, "month=", 2, days, &log_folder::month);
            case days: return dated(folder, name, "day=", 2, hours, &log_folder::day);
            case hours: return dated(folder, name, "hour=", 2, objects, &log_folder::hour);
            default: return begin_layout(folder, name);
        }
    }

    /// Whether everything below the folder is wanted as far as folders can say, or can only be
    /// found by listing it all.
    [[nodiscard]] auto is_whole(log_folder const& folder) const -> bool {
        using enum folder_level;
        if (!wanted_.is_set()) return true;
        switch (folder.level) {
            case outside:
            case accounts: return !wanted_.has_times() && !wanted_.accounts && !wanted_.regions;
            case aws_services:
            case regions: return !wanted_.has_times() && !wanted_.regions;
            case years: return !wanted_.has_times();
            case objects: return true;
            default: {
                auto const [begin, end] = *period_of(folder);
                return (!wanted_.since || *wanted_.since <= begin) &&
                       (!wanted_.until || end - timestamp::duration{1} <= *wanted_.until);
            }
        }
    }

    /// The folders to look into below this one, if they are known without listing it. `now` ends a
    /// range that has no end.
    [[nodiscard]] auto known(log_folder const& folder, timestamp now) const
        -> std::optional<std::vector<log_folder>> {
        using enum folder_level;
        if (folder.level == aws_services && !folder.hive)
            return std::vector{below(folder, "vpcflowlogs")};
        if (folder.level == years || folder.level == months || folder.level == days)
            return known_days(folder, now);
        return std::nullopt;
    }

private:
    /// A range of so many days is walked without asking which days there are.
    static constexpr std::size_t max_known_days = 31;

    [[nodiscard]] static auto child(log_folder const& folder, std::string_view name,
                                    folder_level level) -> log_folder {
        auto result = folder;
        result.path.append(name).append("/");
        result.level = level;
        return result;
    }

    /// The value of `title=value`; none if the name is not of this kind.
    [[nodiscard]] static auto value_of(std::string_view name, std::string_view title)
        -> std::optional<std::string_view> {
        if (!name.starts_with(title)) return std::nullopt;
        return name.substr(title.size());
    }

    /// A folder that begins a layout, or one that is part of none.
    [[nodiscard]] static auto begin_layout(log_folder const& folder, std::string_view name)
        -> log_folder {
        using enum folder_level;
        auto fresh = log_folder{.path = folder.path};
        if (name == "AWSLogs") return child(fresh, name, accounts);
        if (name == "vpcflowlogs") return child(fresh, name, regions);
        fresh.hive = true;
        if (value_of(name, "aws-account-id=")) return child(fresh, name, aws_services);
        if (is_hive_service(name)) return child(fresh, name, regions);
        if (value_of(name, "aws-region=")) return child(fresh, name, years);
        fresh.hive = false;
        return child(fresh, name, folder_level::outside);
    }

    [[nodiscard]] static auto is_hive_service(std::string_view name) -> bool {
        return name == "aws-service=vpcflowlogs" || name == "service=vpcflowlogs";
    }

    [[nodiscard]] auto account(log_folder const& folder, std::string_view name) const
        -> log_folder {
        auto const hive = value_of(name, "aws-account-id=");
        auto const digits = std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
        if (!hive && !digits) return begin_layout(folder, name);
        auto result = child(folder, name, folder_level::aws_services);
        result.hive = hive.has_value();
        if (!wanted_.wants_account(hive.value_or(name))) result.level = folder_level::unwanted;
        return result;
    }

    [[nodiscard]] static auto service(log_folder const& folder, std::string_view name)
        -> log_folder {
        auto const known = folder.hive ? is_hive_service(name) : name == "vpcflowlogs";
        return child(folder, name, known ? folder_level::regions : folder_level::foreign);
    }

    [[nodiscard]] auto region(log_folder const& folder, std::string_view name) const -> log_folder {
        auto const hive = value_of(name, "aws-region=");
        if (!hive && !is_region_name(name)) return begin_layout(folder, name);
        auto result = child(folder, name, folder_level::years);
        result.hive = hive.has_value();
        if (!wanted_.wants_region(hive.value_or(name))) result.level = folder_level::unwanted;
        return result;
    }

    [[nodiscard]] auto dated(log_folder const& folder, std::string_view name,
                             std::string_view title, std::size_t digits, folder_level level,
                             unsigned log_folder::* part) const -> log_folder {
        auto const number =
            folder_number(folder.hive ? value_of(name, title).value_or("") : name, digits);
        if (!number) return begin_layout(folder, name);
        auto result = child(folder, name, level);
        result.*part = *number;
        if (!is_date(result)) return begin_layout(folder, name);
        auto const [begin, end] = *period_of(result);
        if ((wanted_.until && *wanted_.until < begin) || (wanted_.since && end <= *wanted_.since))
            result.level = folder_level::unwanted;
        return result;
    }

    [[nodiscard]] static auto is_date(log_folder const& folder) -> bool {
        auto const has_month = folder.level != folder_level::months;
        auto const has_day = has_month && folder.level != folder_level::days;
        auto const date = std::chrono::year{static_cast<int>(folder.year)} /
                          std::chrono::month{has_month ? folder.month : 1} /
                          std::chrono::day{has_day ? folder.day : 1};
        return folder.year != 0 && date.ok() && folder.hour < 24;
    }

    /// The folders of the days of the range, unless these are many or the range has no beginning.
    [[nodiscard]] auto known_days(log_folder const& folder, timestamp now) const
        -> std::optional<std::vector<log_folder>> {
        auto const period = period_of(folder);
        if (!period && !wanted_.since) return std::nullopt;
        auto begin = wanted_.since.value_or(timestamp::min());
        auto last = wanted_.until.value_or(std::max(begin, now + std::chrono::hours{1}));
        if (period) {
            begin = std::max(begin, period->first);
            last = std::min(last, period->second - timestamp::duration{1});
        }
        auto const first_day = std::chrono::floor<std::chrono::days>(begin);
        auto const last_day = std::chrono::floor<std::chrono::days>(last);
        if (last_day - first_day >= std::chrono::days{max_known_days}) return std::nullopt;
        auto result = std::vector<log_folder>{};
        for (auto day = first_day; day <= last_day; day += std::chrono::days{1})
            result.push_back(day_folder(folder, day));
        return result;
    }

    [[nodiscard]] static auto day_folder(log_folder const& folder, std::chrono::sys_days day)
        -> log_folder {
        using enum folder_level;
        auto const date = std::chrono::year_month_day{day};
        auto result = folder;
        result.year = static_cast<unsigned>(static_cast<int>(date.year()));
        result.month = static_cast<unsigned>(date.month());
        result.day = static_cast<unsigned>(date.day());
        result.level = hours;
        auto const add = [&](std::string_view title, unsigned number, std::size_t width) {
            if (folder.hive) result.path += title;
            append_digits(result.path, number, width);
            result.path += '/';
        };
        if (folder.level == years) add("year=", result.year, 4);
        if (folder.level != days) add("month=", result.month, 2);
        add("day=", result.day, 2);
        return result;
    }

    object_filter wanted_;
};

}  // namespace flowlog::detail

#endif
