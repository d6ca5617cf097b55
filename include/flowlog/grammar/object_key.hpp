// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_OBJECT_KEY_HPP
#define FLOWLOG_GRAMMAR_OBJECT_KEY_HPP

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/source/log_objects.hpp>
#include <flowlog/source/object_key.hpp>
#include <flowlog/source/object_store.hpp>

namespace flowlog {

namespace grammar {

namespace x3 = boost::spirit::x3;

/// A time as object keys have it: digits that may be no date.
struct key_time {
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    std::optional<unsigned> hour{};
    unsigned minute = 0;

    /// The time; none if there is no such day, hour or minute.
    [[nodiscard]] auto value() const noexcept -> std::optional<timestamp> {
        using namespace std::chrono;
        auto const date = year_month_day{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
        if (!date.ok() || hour.value_or(0) > 23 || minute > 59) return std::nullopt;
        return timestamp{sys_days{date}} + hours{hour.value_or(0)} + minutes{minute};
    }
};

/// The parts of a key that X3 reads into; texts refer to the key.
struct key_parts {
    std::string_view account{};
    std::string_view region{};
    std::string_view flow_log_id{};
    key_time time{};
    std::string_view hash{};
    object_format format{};
    key_layout layout{};
};

namespace detail {

/// The parsers that the name and the folders of a key have in common.
struct key_rules {
    /// A number of exactly `Size` digits.
    template <int Size>
    static constexpr auto digits = x3::uint_parser<unsigned, 10, unsigned{Size}, Size>{};

    static auto word() { return x3::raw[+x3::char_("a-zA-Z0-9-")]; }

    static auto put(std::string_view& into) {
        return [&into](auto& context) {
            auto const& found = x3::_attr(context);
            into = {found.begin(), static_cast<std::size_t>(found.end() - found.begin())};
        };
    }
    static auto put(unsigned& into) {
        return [&into](auto& context) { into = x3::_attr(context); };
    }
    static auto put(std::optional<unsigned>& into) {
        return [&into](auto& context) { into = x3::_attr(context); };
    }
    template <class T>
    static auto set(T& into, T value) {
        return x3::eps[([&into, value](auto&) { into = value; })];
    }
};

}  // namespace detail

/// Reads the name of a log object.
///
///     name   = word "_vpcflowlogs_" word "_" word "_" time "_" hash ending
///     word   = +(letter | digit | "-")              ; account, region, flow-log id
///     time   = 4digit 2digit 2digit "T" 2digit 2digit "Z"
///     hash   = +(letter | digit | "-")
///     ending = ".log.gz" | ".log.parquet" | ".log.zst" | ".log"
[[nodiscard]] inline auto parse_key_name(std::string_view name, key_parts& into) -> bool {
    using rules = detail::key_rules;
    auto const word = rules::word();
    auto const format = [&](object_format f) {
        return x3::lit(std::string{ending_of(f)}) >> x3::eoi >> rules::set(into.format, f);
    };
    auto const time = rules::digits<4>[rules::put(into.time.year)] >>
                      rules::digits<2>[rules::put(into.time.month)] >>
                      rules::digits<2>[rules::put(into.time.day)] >> 'T' >>
                      rules::digits<2>[rules::put(into.time.hour)] >>
                      rules::digits<2>[rules::put(into.time.minute)] >> 'Z';
    using enum object_format;
    auto const ending = format(gzip) | format(parquet) | format(zstd) | format(text);
    return x3::parse(name.data(), name.data() + name.size(),
                     word[rules::put(into.account)] >> "_vpcflowlogs_" >>
                         word[rules::put(into.region)] >> '_' >>
                         word[rules::put(into.flow_log_id)] >> '_' >> time >> '_' >>
                         word[rules::put(into.hash)] >> ending);
}

/// Reads AWS's folders, from `AWSLogs/` to the last `/`.
///
///     folders = "AWSLogs/" (plain | hive)
///     plain   = word "/vpcflowlogs/" word "/" 4digit "/" 2digit "/" 2digit "/" [2digit "/"]
///     hive    = "aws-account-id=" word "/" ["aws-"] "service=vpcflowlogs/aws-region=" word
///               "/year=" 4digit "/month=" 2digit "/day=" 2digit "/" ["hour=" 2digit "/"]
[[nodiscard]] inline auto parse_key_folders(std::string_view folders, key_parts& into) -> bool {
    using rules = detail::key_rules;
    auto const account = rules::word()[rules::put(into.account)];
    auto const region = rules::word()[rules::put(into.region)];
    auto const year = rules::digits<4>[rules::put(into.time.year)];
    auto const month = rules::digits<2>[rules::put(into.time.month)];
    auto const day = rules::digits<2>[rules::put(into.time.day)];
    auto const hour = rules::digits<2>[rules::put(into.time.hour)];
    auto const layout = [&](key_layout l) { return rules::set(into.layout, l); };
    auto const plain = account >> "/vpcflowlogs/" >> region >> '/' >> year >> '/' >> month >> '/' >>
                       day >> '/' >> -(hour >> '/') >> layout(key_layout::plain);
    auto const service = ("aws-service=" >> layout(key_layout::hive)) |
                         ("service=" >> layout(key_layout::hive_service));
    auto const hive = "aws-account-id=" >> account >> '/' >> service >> "vpcflowlogs/aws-region=" >>
                      region >> "/year=" >> year >> "/month=" >> month >> "/day=" >> day >> '/' >>
                      -("hour=" >> hour >> '/');
    return x3::parse(folders.data(), folders.data() + folders.size(),
                     "AWSLogs/" >> (hive | plain) >> x3::eoi);
}

namespace detail {

/// Where AWS's folders begin: at the last folder that is called `AWSLogs`; `npos` if there is none.
inline auto find_aws_folders(std::string_view folders) noexcept -> std::size_t {
    constexpr auto name = std::string_view{"AWSLogs/"};
    auto at = folders.rfind(name);
    while (at != folders.npos && at != 0 && folders[at - 1] != '/')
        at = folders.rfind(name, at - 1);
    return at;
}

/// Whether the folders of a key and the name of its object give the same account, region and day,
/// and the same hour if there is a folder for it.
inline auto agree(key_parts const& folders, key_parts const& name) noexcept -> bool {
    auto const& a = folders.time;
    auto const& b = name.time;
    return folders.account == name.account && folders.region == name.region && a.year == b.year &&
           a.month == b.month && a.day == b.day && (!a.hour || a.hour == b.hour);
}

}  // namespace detail

}  // namespace grammar

/// Reads the key of a log object: the name alone, or with any folders before it. All that is known
/// of the object is in its name; the folders only say how it is stored. If they are not the ones in
/// which AWS would put an object of this name, they are the `prefix` as a whole, so that
/// `parse_object_key(text)->key() == text` for every key that is read. None if the name is not that
/// of a flow log or its time does not exist.
[[nodiscard]] inline auto parse_object_key(std::string_view key) -> std::optional<object_key> {
    auto const end = key.rfind('/') + 1;  // 0 if there is no folder
    auto const folders = key.substr(0, end);
    auto parts = grammar::key_parts{};
    if (!grammar::parse_key_name(key.substr(end), parts)) return std::nullopt;
    auto const time = parts.time.value();
    if (!time) return std::nullopt;
    auto result = object_key{.prefix = std::string{folders},
                             .account = std::string{parts.account},
                             .region = std::string{parts.region},
                             .flow_log_id = std::string{parts.flow_log_id},
                             .time = *time,
                             .hash = std::string{parts.hash},
                             .format = parts.format};
    auto const begin = grammar::detail::find_aws_folders(folders);
    auto place = grammar::key_parts{};
    if (begin != folders.npos && grammar::parse_key_folders(folders.substr(begin), place) &&
        grammar::detail::agree(place, parts)) {
        result.prefix.resize(begin);
        result.layout = place.layout;
        result.hourly = place.time.hour.has_value();
    }
    return result;
}

/// The log objects below a path of a store, as `log_objects` of source/log_objects.hpp with this
/// parser of keys.
///
///     for (auto const& object : flowlog::log_objects(store, "bucket/AWSLogs", {.since = since}))
///         std::cout << object.path << ' ' << object.key.region << '\n';
template <class = void>
[[nodiscard]] auto log_objects(std::shared_ptr<object_store> store, std::string path,
                               object_filter wanted = {}, listing_options options = {})
    -> log_object_range<> {
    return {std::move(store), std::move(path), &parse_object_key, std::move(wanted),
            std::move(options)};
}

}  // namespace flowlog

#endif
