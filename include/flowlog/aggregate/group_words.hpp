// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_GROUP_WORDS_HPP
#define FLOWLOG_AGGREGATE_GROUP_WORDS_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <flowlog/aggregate/group_key.hpp>
#include <flowlog/detail/similar.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_names.hpp>

namespace flowlog {

/// The words that name a key and no field.
[[nodiscard]] constexpr auto group_words() noexcept -> std::array<std::string_view, 13> {
    return {"ip",   "port", "pkt-ip",  "tag",  "service", "pair",    "pkt-pair",
            "date", "hour", "weekday", "week", "month",   "duration"};
}

namespace detail {

/// Reads one key of a grouping.
class group_key_parser {
public:
    group_key_parser(std::string_view text, group_tables const& tables) noexcept
        : text_{text}, tables_{tables} {}

    [[nodiscard]] auto parse() const -> group_key {
        if (text_.empty()) fail("it is empty" + std::string{expected});
        if (auto const key = named(text_)) return *key;
        if (auto const slash = text_.find('/'); slash != text_.npos) return network(slash);
        if (auto const colon = text_.find(':'); colon != text_.npos) return bucket(colon);
        if (auto const open = text_.find('('); open != text_.npos) return function(open);
        return word();
    }

private:
    /// A field, or the fields of both ends: `ip`, `port`.
    [[nodiscard]] static auto named(std::string_view called) -> std::optional<group_key> {
        auto const both = [](field_id source, field_id destination, char const* name) {
            auto result = group_key::of(source);
            result.other = destination;
            result.name = name;
            return result;
        };
        if (same_name(called, "ip")) return both(field_id::srcaddr, field_id::dstaddr, "ip");
        if (same_name(called, "pkt-ip"))
            return both(field_id::pkt_srcaddr, field_id::pkt_dstaddr, "pkt-ip");
        if (same_name(called, "port")) return both(field_id::srcport, field_id::dstport, "port");
        auto const id = find_field(called);
        return id ? std::optional{group_key::of(*id)} : std::nullopt;
    }

    /// `tag`, `service`, `pair`, `duration`, and parts of the time `start`.
    [[nodiscard]] auto word() const -> group_key {
        auto result = group_key{};
        constexpr auto words = group_words();
        auto const* const known = std::ranges::find_if(
            words, [this](auto const& word) { return same_name(word, text_); });
        if (known == words.end()) fail_on_name(text_);
        result.name = *known;
        if (result.name == "tag") {
            if (tables_.tags == nullptr) fail("it needs a table of tags, and none is given");
            result.kind = key_kind::tag;
            result.tags = tables_.tags;
        } else if (result.name == "service") {
            result.kind = key_kind::service;
        } else if (result.name == "pair") {
            result.kind = key_kind::pair;
        } else if (result.name == "pkt-pair") {
            result.kind = key_kind::pair;
            result.field = field_id::pkt_srcaddr;
        } else if (result.name == "duration") {
            result.kind = key_kind::duration;
        } else {
            result.kind = *part_of_time(result.name);
            result.field = field_id::start;
            result.zone = tables_.zone;
        }
        return result;
    }

    [[nodiscard]] static auto part_of_time(std::string_view word) -> std::optional<key_kind> {
        struct part {
            std::string_view word;
            key_kind kind;
        };
        constexpr auto parts = std::to_array<part>({{"date", key_kind::date},
                                                    {"hour", key_kind::hour},
                                                    {"weekday", key_kind::weekday},
                                                    {"week", key_kind::week},
                                                    {"month", key_kind::month}});
        for (auto const& [called, kind] : parts)
            if (same_name(called, word)) return kind;
        return std::nullopt;
    }

    /// `srcaddr/24`, `srcaddr/24/48`.
    [[nodiscard]] auto network(std::size_t slash) const -> group_key {
        auto result = of_type(text_.substr(0, slash), field_type::address, "an address");
        result.kind = key_kind::network;
        auto const lengths = text_.substr(slash + 1);
        auto const second = lengths.find('/');
        auto const v4 = number(lengths.substr(0, second), 32);
        if (!v4) fail("expected a prefix length of IPv4, 0 to 32, after the '/'");
        result.v4_length = static_cast<std::uint8_t>(*v4);
        result.name += '/' + std::to_string(*v4);
        if (second == lengths.npos) return result;
        auto const v6 = number(lengths.substr(second + 1), 128);
        if (!v6) fail("expected a prefix length of IPv6, 0 to 128, after the second '/'");
        result.v6_length = static_cast<std::uint8_t>(*v6);
        result.name += '/' + std::to_string(*v6);
        return result;
    }

    /// `start:5m`.
    [[nodiscard]] auto bucket(std::size_t colon) const -> group_key {
        using std::chrono::seconds;
        auto result = of_type(text_.substr(0, colon), field_type::time, "a time");
        result.kind = key_kind::bucket;
        result.zone = tables_.zone;
        auto const span = text_.substr(colon + 1);
        auto const unit = span.empty() ? seconds{} : unit_of(span.back());
        auto const count =
            span.empty() ? std::nullopt : number(span.substr(0, span.size() - 1), 1'000'000);
        if (unit == seconds{} || !count || *count == 0)
            fail("expected a span after the ':', such as 30s, 5m, 1h or 7d");
        result.span = unit * static_cast<std::int64_t>(*count);
        result.name += ':' + std::to_string(*count) + span.back();
        return result;
    }

    /// `label(srcaddr)`, `class(srcaddr)`, `hour(end)`.
    [[nodiscard]] auto function(std::size_t open) const -> group_key {
        auto const called = text_.substr(0, open);
        auto const is_label = same_name(called, "label");
        auto const part = part_of_time(called);
        if (!is_label && !part && !same_name(called, "class"))
            fail("no function of a field is called '" + escaped(called, 40) +
                 (same_name(called, "bin")
                      ? "'; write start:5m"
                      : "'; expected label(srcaddr), class(srcaddr) or hour(end)"));
        if (!text_.ends_with(')')) fail("expected ')' at its end");
        auto const of = text_.substr(open + 1, text_.size() - open - 2);
        if (part) return time_part(*part, of);
        auto result = of_type(of, field_type::address, "an address");
        result.name = (is_label ? "label(" : "class(") + result.name + ')';
        if (!is_label) {
            result.kind = key_kind::scope;
            return result;
        }
        if (tables_.labels == nullptr) fail("it needs a table of labels, and none is given");
        result.kind = key_kind::label;
        result.labels = tables_.labels;
        return result;
    }

    /// A part of a time: `hour(end)`. Of `start`, its name is `hour`.
    [[nodiscard]] auto time_part(key_kind part, std::string_view of) const -> group_key {
        auto result = of_type(of, field_type::time, "a time");
        auto word = std::string{};
        for (auto const name : group_words())
            if (part_of_time(name) == part) word = name;
        result.kind = part;
        result.name = result.field == field_id::start ? word : word + '(' + result.name + ')';
        result.zone = tables_.zone;
        return result;
    }

    [[nodiscard]] auto of_type(std::string_view called, field_type type,
                               std::string_view what) const -> group_key {
        auto const key = named(called);
        auto const is_word =
            std::ranges::any_of(group_words(), [&](auto word) { return same_name(word, called); });
        if (!key && is_word) fail(std::string{called} + " is not " + std::string{what});
        if (!key) fail_on_name(called);
        if (info(key->field).type != type) fail(key->name + " is not " + std::string{what});
        return *key;
    }

    [[nodiscard]] static auto number(std::string_view digits, std::uint64_t max)
        -> std::optional<std::uint64_t> {
        constexpr std::size_t max_digits = 9;
        if (digits.empty() || digits.size() > max_digits) return std::nullopt;
        std::uint64_t value = 0;
        for (auto const c : digits) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return value <= max ? std::optional{value} : std::nullopt;
    }

    [[nodiscard]] static auto unit_of(char letter) noexcept -> std::chrono::seconds {
        using namespace std::chrono;
        switch (letter) {
            case 's': return seconds{1};
            case 'm': return minutes{1};
            case 'h': return hours{1};
            case 'd': return days{1};
            default: return seconds{0};
        }
    }

    [[noreturn]] void fail_on_name(std::string_view called) const {
        static constexpr auto spans = std::to_array<std::pair<std::string_view, std::string_view>>(
            {{"day", "date"}, {"minute", "start:1m"}, {"second", "start:1s"}});
        for (auto const& [word, key] : spans) {
            if (same_name(word, called))
                fail("no field is called '" + std::string{word} + "'; write " + std::string{key});
        }
        auto similar = similar_words{called};
        for (auto const word : group_words()) similar.consider(word);
        for (auto const name : field_names()) similar.consider(name);
        auto const hint = similar.hint();
        fail("no field is called '" + escaped(called, 40) + "'" +
             (hint.empty() ? std::string{expected} : hint));
    }

    [[noreturn]] void fail(std::string const& why) const {
        throw error{errc::invalid_argument, {}, "key '" + escaped(text_, 80) + "': " + why};
    }

    static constexpr auto expected = std::string_view{
        "; expected a field, ip, port, tag, service, pair, date, hour, weekday, week, month, "
        "duration, srcaddr/24, srcaddr/24/48, start:5m, label(srcaddr), class(srcaddr) or "
        "hour(end)"};

    std::string_view text_;
    group_tables const& tables_;
};

}  // namespace detail

/// Reads a key of a grouping from text:
///
/// - `srcaddr`: a field, by any of its names
/// - `ip`, `port`, `pkt-ip`: of either end of a flow, which then counts in two groups
/// - `tag`, `service`, `pair`, `pkt-pair`, `duration`: see `key_kind`
/// - `date`, `hour`, `weekday`, `week`, `month`: parts of `start`; `hour(end)` of another time
/// - `srcaddr/24`, `srcaddr/24/48`: the network of an address; IPv6 has /64 or the second length
/// - `start:5m`: a time in spans of seconds (s), minutes (m), hours (h) or days (d)
/// - `label(srcaddr)`, `class(srcaddr)`: the label or the kind of an address
///
/// The tables must outlive the key. Throws `errc::invalid_argument` with what was expected.
[[nodiscard]] inline auto parse_group_key(std::string_view text, group_tables const& tables = {})
    -> group_key {
    return detail::group_key_parser{text, tables}.parse();
}

}  // namespace flowlog

#endif
