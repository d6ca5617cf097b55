// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SOURCE_OBJECT_KEY_HPP
#define FLOWLOG_SOURCE_OBJECT_KEY_HPP

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog {

//  team/AWSLogs/123456789012/vpcflowlogs/us-west-2/2018/10/17/
//  ^^^^^                                                        prefix
//       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^  folders (key_layout::plain)
//
//  123456789012_vpcflowlogs_us-west-2_fl-0123456789abcdef_20181017T0030Z_0a1b2c3d.log.gz
//  ^^^^^^^^^^^^             ^^^^^^^^^ ^^^^^^^^^^^^^^^^^^^ ^^^^^^^^^^^^^^ ^^^^^^^^^^^^^^^
//  account                  region    flow-log id         time           hash    format

/// How AWS names the folders of a flow log.
enum class key_layout : std::uint8_t {
    none,   ///< the object is not in AWS's folders
    plain,  ///< `AWSLogs/1/vpcflowlogs/us-west-2/2018/10/17/`
    hive,   ///< `AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=us-west-2/year=…`
    hive_service  ///< the same with `service=`, as older documents have it
};

/// What the name of a log object ends with. AWS writes the first two; copies may be of any kind.
enum class object_format : std::uint8_t { gzip, parquet, text, zstd };

/// The ending of a format: `.log.gz`.
[[nodiscard]] constexpr auto ending_of(object_format format) noexcept -> std::string_view {
    constexpr auto endings =
        std::to_array<std::string_view>({".log.gz", ".log.parquet", ".log", ".log.zst"});
    return endings[static_cast<std::size_t>(format)];
}

namespace detail {

inline void append_digits(std::string& out, unsigned number, std::size_t width) {
    auto const digits = std::to_string(number);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

}  // namespace detail

/// The folders of a day's logs, or, with `hour`, of an hour's: from `AWSLogs/` to the last `/`;
/// empty if the layout is `none`.
[[nodiscard]] inline auto log_folders(key_layout layout, std::string_view account,
                                      std::string_view region, std::chrono::year_month_day day,
                                      std::optional<unsigned> hour = {}) -> std::string {
    if (layout == key_layout::none) return {};
    auto const plain = layout == key_layout::plain;
    auto result = std::string{"AWSLogs/"};
    auto const add = [&](std::string_view title, auto append) {
        if (!plain) result += title;
        append();
        result += '/';
    };
    auto const text = [&](std::string_view t) { return [&result, t] { result += t; }; };
    auto const number = [&](unsigned n, std::size_t width) {
        return [&result, n, width] { detail::append_digits(result, n, width); };
    };
    add("aws-account-id=", text(account));
    add(layout == key_layout::hive ? "aws-service=" : "service=", text("vpcflowlogs"));
    add("aws-region=", text(region));
    add("year=", number(static_cast<unsigned>(static_cast<int>(day.year())), 4));
    add("month=", number(static_cast<unsigned>(day.month()), 2));
    add("day=", number(static_cast<unsigned>(day.day()), 2));
    if (hour) add("hour=", number(*hour, 2));
    return result;
}

/// What the key of a log object says about it. AWS names the objects of VPC and of Transit Gateway
/// flow logs alike. `parse_object_key`, in grammar/object_key.hpp, reads a key; `key()` writes it.
struct object_key {
    std::string prefix{};  ///< what precedes AWS's folders, or the name; empty, or ends with `/`
    key_layout layout = key_layout::none;
    bool hourly = false;  ///< whether each hour has a folder
    std::string account{};
    std::string region{};
    std::string flow_log_id{};
    timestamp time{};  ///< of the five minutes that the log covers, in whole minutes
    std::string hash{};
    object_format format = object_format::gzip;

    /// The name without its folders: `<account>_vpcflowlogs_<region>_<id>_<time>_<hash>.log.gz`.
    [[nodiscard]] auto name() const -> std::string {
        auto const [day, clock] = day_and_clock();
        auto result = account + "_vpcflowlogs_" + region + '_' + flow_log_id + '_';
        detail::append_digits(result, static_cast<unsigned>(static_cast<int>(day.year())), 4);
        detail::append_digits(result, static_cast<unsigned>(day.month()), 2);
        detail::append_digits(result, static_cast<unsigned>(day.day()), 2);
        result += 'T';
        detail::append_digits(result, static_cast<unsigned>(clock.hours().count()), 2);
        detail::append_digits(result, static_cast<unsigned>(clock.minutes().count()), 2);
        return result.append("Z_").append(hash).append(ending_of(format));
    }

    /// AWS's folders, from `AWSLogs/` to the last `/`; empty if there are none.
    [[nodiscard]] auto folders() const -> std::string {
        auto const [day, clock] = day_and_clock();
        auto const hour = static_cast<unsigned>(clock.hours().count());
        return log_folders(layout, account, region, day,
                           hourly ? std::optional{hour} : std::nullopt);
    }

    /// The whole key.
    [[nodiscard]] auto key() const -> std::string { return prefix + folders() + name(); }

    friend auto operator==(object_key const&, object_key const&) -> bool = default;

private:
    struct civil {
        std::chrono::year_month_day day;
        std::chrono::hh_mm_ss<timestamp::duration> clock;
    };
    [[nodiscard]] auto day_and_clock() const -> civil {
        auto const day = std::chrono::floor<std::chrono::days>(time);
        return {day, std::chrono::hh_mm_ss{time - day}};
    }
};

/// Reads a key; none if it is not the key of a flow log. `parse_object_key` of
/// grammar/object_key.hpp is such a function.
using object_key_parser = std::optional<object_key> (*)(std::string_view key);

}  // namespace flowlog

#endif
