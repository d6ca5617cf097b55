// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_RECORD_HPP
#define FLOWLOG_GRAMMAR_RECORD_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/spirit/home/x3.hpp>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/tcp_flags.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/cells.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog::grammar {

namespace x3 = boost::spirit::x3;

/// A word of a line and where it is in the line.
struct word {
    std::string_view text;
    std::size_t column;  ///< in bytes, counted from 1

    friend auto operator==(word const&, word const&) -> bool = default;
};

/// What a line of a log is.
enum class line_kind : std::uint8_t { record, nodata, skipdata, malformed, header, blank };

namespace detail {

struct number_id;
struct action_id;
struct log_status_id;
struct flow_direction_id;
struct quad_id;
struct group_id;
struct groups_id;

template <std::unsigned_integral T>
auto value_syntax(std::type_identity<T>) {
    return x3::uint_parser<T>{};
}

inline auto value_syntax(std::type_identity<action>) {
    return x3::rule<action_id, action>{"action"} =
               x3::no_case[x3::lit("accept") | "allowed" | "allow" | "permitted" | "permit" |
                           "passed" | "pass"] >>
                   x3::attr(action::accept) |
               x3::no_case[x3::lit("reject") | "denied" | "deny" | "dropped" | "drop" | "blocked" |
                           "block"] >>
                   x3::attr(action::reject);
}

inline auto value_syntax(std::type_identity<log_status>) {
    return x3::rule<log_status_id, log_status>{"log-status"} =
               x3::no_case["ok"] >> x3::attr(log_status::ok) |
               x3::no_case["nodata"] >> x3::attr(log_status::nodata) |
               x3::no_case["skipdata"] >> x3::attr(log_status::skipdata);
}

inline auto value_syntax(std::type_identity<flow_direction>) {
    return x3::rule<flow_direction_id, flow_direction>{"flow-direction"} =
               x3::no_case[x3::lit("ingress") | "inbound"] >> x3::attr(flow_direction::ingress) |
               x3::no_case[x3::lit("egress") | "outbound"] >> x3::attr(flow_direction::egress);
}

/// Four decimal octets without leading zeros.
inline auto quad_syntax() {
    auto const clear = [](auto& context) { x3::_val(context) = 0; };
    auto const shift = [](auto& context) {
        x3::_val(context) = x3::_val(context) << 8 | x3::_attr(context);
    };
    auto const padded = x3::lit('0') >> x3::char_('0', '9');
    auto const octet = !padded >> x3::uint_parser<std::uint8_t, 10, 1, 3>{}[shift];
    return x3::rule<quad_id, std::uint32_t>{"dotted quad"} =
               x3::eps[clear] >> octet >> '.' >> octet >> '.' >> octet >> '.' >> octet;
}

using v6_groups = std::vector<std::uint16_t>;

/// Groups of hexadecimal digits up to the end; the last two may be a dotted quad.
inline auto groups_syntax() {
    auto const push = [](auto& context) { x3::_val(context).push_back(x3::_attr(context)); };
    auto const push_quad = [](auto& context) {
        x3::_val(context).push_back(static_cast<std::uint16_t>(x3::_attr(context) >> 16));
        x3::_val(context).push_back(static_cast<std::uint16_t>(x3::_attr(context)));
    };
    auto const group = x3::uint_parser<std::uint16_t, 16, 1, 4>{};
    auto const followed = x3::rule<group_id, std::uint16_t>{"group"} = group >> ':';
    return x3::rule<groups_id, v6_groups>{"groups"} =
               *followed[push] >> (quad_syntax()[push_quad] | group[push]);
}

/// The address of groups before and after a `::`, or of eight groups.
inline auto make_v6(v6_groups groups, v6_groups const& after_gap) -> address {
    groups.resize(8 - after_gap.size());
    groups.insert(groups.end(), after_gap.begin(), after_gap.end());
    std::uint64_t words[] = {0, 0};
    for (std::size_t i = 0; i < 8; ++i) words[i / 4] = words[i / 4] << 16 | groups[i];
    return address::v6(words[0], words[1]);
}

inline auto parse_v6(std::string_view text) -> std::optional<address> {
    auto const* const end = text.data() + text.size();
    auto groups = v6_groups{};
    auto const* at = text.data();
    if (x3::parse(at, end, groups_syntax() >> x3::eoi, groups) && groups.size() == 8)
        return make_v6(std::move(groups), {});
    groups.clear();
    auto after_gap = v6_groups{};
    auto const push = [&](auto& context) { groups.push_back(x3::_attr(context)); };
    auto const take = [&](auto& context) { after_gap = x3::_attr(context); };
    auto const group = x3::uint_parser<std::uint16_t, 16, 1, 4>{}[push];
    at = text.data();
    if (!x3::parse(at, end, -(group % ':') >> "::" >> -groups_syntax()[take] >> x3::eoi) ||
        groups.size() + after_gap.size() > 7)
        return std::nullopt;
    return make_v6(std::move(groups), after_gap);
}

/// A whole number: seconds or, by its size, a part of them.
inline auto parse_whole_time(std::string_view text) -> std::optional<timestamp> {
    using namespace std::chrono;
    auto number = std::uint64_t{0};
    auto const* at = text.data();
    if (!x3::parse(at, at + text.size(), x3::uint_parser<std::uint64_t>{} >> x3::eoi, number))
        return std::nullopt;
    if (number >= 100'000'000'000'000'000)
        return timestamp{microseconds{static_cast<std::int64_t>(number / 1000)}};
    auto const count = static_cast<std::int64_t>(number);
    if (number >= 100'000'000'000'000) return timestamp{microseconds{count}};
    return number < 100'000'000'000 ? timestamp{seconds{count}} : timestamp{milliseconds{count}};
}

/// One to nine digits as the part of a second.
inline auto fraction_of(std::string digits) -> std::chrono::microseconds {
    digits.resize(9, '0');
    return std::chrono::microseconds{std::stol(digits) / 1000};
}

/// Unix seconds with a fraction, or a date and a time of day.
inline auto parse_written_time(std::string_view text) -> std::optional<timestamp> {
    using namespace std::chrono;
    constexpr auto two = x3::uint_parser<unsigned, 10, 2, 2>{};
    auto const fraction = '.' >> x3::repeat(1, 9)[x3::digit];
    auto const* at = text.data();
    auto const* const end = at + text.size();
    auto digits = std::string{};
    auto const take_digits = [&](auto& context) { digits = x3::_attr(context); };
    auto whole = std::uint64_t{0};
    auto const take_whole = [&](auto& context) { whole = x3::_attr(context); };
    if (x3::parse(at, end,
                  x3::uint_parser<std::uint64_t, 10, 1, 11>{}[take_whole] >>
                      fraction[take_digits] >> x3::eoi))
        return timestamp{seconds{static_cast<std::int64_t>(whole)}} + fraction_of(digits);
    at = text.data();
    digits.clear();
    auto parts = std::vector<unsigned>{};
    auto const part = [&](auto& context) { parts.push_back(x3::_attr(context)); };
    auto east = 0;
    auto zone = std::vector<unsigned>{};
    auto const side = [&](auto& context) { east = x3::_attr(context) == '+' ? 1 : -1; };
    auto const take_zone = [&](auto& context) { zone.push_back(x3::_attr(context)); };
    auto const offset =
        x3::char_("+-")[side] >> two[take_zone] >> (x3::eoi | -x3::lit(':') >> two[take_zone]);
    auto const between = x3::lit(text.find('/') == 4 ? '/' : '-');
    auto const civil = x3::uint_parser<unsigned, 10, 4, 4>{}[part] >> between >> two[part] >>
                       between >> two[part] >> x3::char_("T ") >> two[part] >> ':' >> two[part] >>
                       ':' >> two[part] >> -fraction[take_digits];
    if (!x3::parse(at, end, civil >> (x3::eoi | "Z" | " UTC" | offset) >> x3::eoi))
        return std::nullopt;
    auto const date =
        year_month_day{year{static_cast<int>(parts[0])}, month{parts[1]}, day{parts[2]}};
    zone.resize(2);
    if (!date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60 || zone[0] > 23 ||
        zone[1] > 59)
        return std::nullopt;
    return timestamp{sys_days{date}} + hours{parts[3]} + minutes{parts[4]} + seconds{parts[5]} +
           fraction_of(digits) - east * (hours{zone[0]} + minutes{zone[1]});
}

}  // namespace detail

/// Splits a line without its LF into words.
///
///     line  = [BOM] *blank [word *(+blank word)] *blank
///     word  = +(byte but blank)
///     blank = SP | TAB | CR
[[nodiscard]] inline auto words(std::string_view line) -> std::vector<word> {
    auto result = std::vector<word>{};
    auto const add = [&](auto& context) {
        auto const& found = x3::_attr(context);
        auto const size = static_cast<std::size_t>(found.end() - found.begin());
        result.push_back(
            {{found.begin(), size}, static_cast<std::size_t>(found.begin() - line.data()) + 1});
    };
    auto const blank = x3::char_(" \t\r");
    auto const one = x3::raw[+(x3::char_ - blank)][add];
    auto const* at = line.data();
    x3::parse(at, at + line.size(),
              -x3::lit("\xEF\xBB\xBF") >> *blank >> -(one % +blank) >> *blank >> x3::eoi);
    return result;
}

/// The columns of a line without its LF: its words or its cells, whichever the log is written in.
/// An empty cell means `-`. If cells are separated by TABs, empty ones at the end of a line that
/// has too many are left out.
[[nodiscard]] inline auto words(std::string_view line, layout const& columns) -> std::vector<word> {
    if (columns.style().is_words()) return words(line);
    auto result = std::vector<word>{};
    for (auto const text : columns_of_line(line, columns.style())) {
        auto const column = static_cast<std::size_t>(text.data() - line.data()) + 1;
        result.push_back({text.empty() ? "-" : text, column});
    }
    if (flowlog::detail::trimmed(line).empty()) result.clear();
    if (columns.style().separator != '\t') return result;
    while (result.size() > columns.size() && result.back().text == "-") result.pop_back();
    if (result.size() >= columns.size()) return result;
    // a line with blanks in a log of TABs
    auto as_words = words(line);
    return as_words.size() == columns.size() ? as_words : result;
}

/// Reads a whole word as the value of a field.
///
///     absent         = "-"
///     number         = +DIGIT               ; at most its type's maximum; leading zeros allowed
///     time           = number               ; Unix seconds; milliseconds from 10^11 on,
///                                          ; microseconds from 10^14, nanoseconds from 10^17
///                    | +DIGIT "." +DIGIT    ; Unix seconds
///                    | ("0000-00-00" | "0001-01-01") *("0" | ":" | "." | " " | "T" | "Z" | "-")
///                                          ; absent
///                    | date ("T" | " ") 2DIGIT ":" 2DIGIT ":" 2DIGIT ["." +DIGIT] [zone]
///     date           = 4DIGIT "-" 2DIGIT "-" 2DIGIT
///                    | 4DIGIT "/" 2DIGIT "/" 2DIGIT
///     zone           = "Z" | ("+" | "-") 2DIGIT [[":"] 2DIGIT]
///     action         = "ACCEPT" | "allow" | "allowed" | "permit" | "permitted" | "pass" | "passed"
///                    | "REJECT" | "deny" | "denied" | "drop" | "dropped" | "block" | "blocked"
///                                          ; words in any case
///     log-status     = "OK" | "NODATA" | "SKIPDATA"
///     flow-direction = "ingress" | "inbound" | "egress" | "outbound"
///     text           = +byte
template <class T>
[[nodiscard]] auto parse_value(std::string_view text) -> field_value<T> {
    auto value = T{};
    auto const* at = text.data();
    auto const* const end = at + text.size();
    if (x3::parse(at, end, '-' >> x3::eoi)) return {};
    at = text.data();
    if (x3::parse(at, end, detail::value_syntax(std::type_identity<T>{}) >> x3::eoi, value))
        return value;
    return field_value<T>{presence::malformed};
}

/// Reads a whole word as an address.
///
///     address = quad | v6
///     quad    = octet 3("." octet)                 ; octet: 0-255, no leading zeros
///     v6      = group 7(":" group)                 ; group: 1-4 HEXDIG
///             | [groups] "::" [groups]             ; at most 7 groups
///                                                  ; the last two groups may be a quad
template <>
[[nodiscard]] inline auto parse_value<address>(std::string_view text) -> field_value<address> {
    if (text == "-") return {};
    std::uint32_t quad = 0;
    auto const* at = text.data();
    if (x3::parse(at, at + text.size(), detail::quad_syntax() >> x3::eoi, quad))
        return address::v4(quad);
    if (auto const v6 = detail::parse_v6(text)) return *v6;
    return field_value<address>{presence::malformed};
}

template <>
[[nodiscard]] inline auto parse_value<timestamp>(std::string_view text) -> field_value<timestamp> {
    if (text == "-") return {};
    auto const* at = text.data();
    auto const* const end = at + text.size();
    auto const zero_date = x3::lit("0000-00-00") | "0001-01-01";
    if (x3::parse(at, end, zero_date >> *x3::char_("0:. TZ-") >> x3::eoi)) return {};
    if (auto const time = detail::parse_whole_time(text)) return *time;
    if (auto const time = detail::parse_written_time(text)) return *time;
    return field_value<timestamp>{presence::malformed};
}

template <>
[[nodiscard]] inline auto parse_value<std::string_view>(std::string_view text)
    -> field_value<std::string_view> {
    if (text == "-") return {};
    return text;
}

/// Reads a whole word as the value of a field: as above, a protocol may be a keyword, TCP flags may
/// be letters, and a port may be hexadecimal.
///
///     protocol  = number | keyword          ; of IANA, in any case: "tcp"
///     tcp-flags = number | flags            ; of `tcp_flags_number`: "SA"
///     port      = number | "0x" 1*4HEXDIG   ; srcport and dstport
template <class T>
[[nodiscard]] auto parse_value(field_id id, std::string_view text) -> field_value<T> {
    if constexpr (std::unsigned_integral<T>) {
        if (auto const number = protocol_number(text); id == field_id::protocol && number)
            return static_cast<T>(*number);
        auto const number = parse_value<T>(text);
        if (auto const flags = tcp_flags_number(text);
            id == field_id::tcp_flags && number.malformed() && flags)
            return static_cast<T>(*flags);
        auto port = std::uint16_t{0};
        auto const* at = text.data();
        auto const hexadecimal = "0x" >> x3::uint_parser<std::uint16_t, 16, 1, 4>{} >> x3::eoi;
        if ((id == field_id::srcport || id == field_id::dstport) &&
            x3::parse(at, at + text.size(), hexadecimal, port))
            return static_cast<T>(port);
        return number;
    }
    return parse_value<T>(text);
}

/// A line as the reference grammar reads it: the executable specification of `text_reader`. A
/// `flow_record`. The text and the columns must outlive it.
class reference_record {
public:
    /// Takes a line without its LF, and the columns in force.
    reference_record(std::string_view line, layout const& columns)
        : words_{grammar::words(line, columns)}, columns_{&columns} {}

    /// The words of the line.
    [[nodiscard]] auto words() const noexcept -> std::vector<word> const& { return words_; }

    /// A field's value; absent if it is `-` or the log has no such column.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard]] auto get(field_id id) const -> field_value<T> {
        auto const column = columns_->column(id);
        if (column == layout::none || column >= words_.size()) return {};
        return parse_value<T>(id, words_[column].text);
    }

    /// What the line is, in a log with these columns.
    ///
    /// No word of a header line begins with a digit or `-`, and at least half of the words are
    /// names of fields; before them may be the mark of a comment. After `#Fields:`, the names of
    /// both addresses and a port, a counter or the end are enough. A single word is a header line
    /// only in a log of one column, and spelled as AWS does; two words, if both are names of
    /// fields, or if they name the columns in force. A line without a log-status is NODATA if its
    /// addresses and its protocol, as far as the log has columns for them, are all `-`.
    [[nodiscard]] auto kind() const -> line_kind {
        if (words_.empty()) return line_kind::blank;
        if (is_header()) return line_kind::header;
        if (words_.size() != columns_->size()) return line_kind::malformed;
        auto const status = (*this)[field::log_status];
        if (status.malformed()) return line_kind::malformed;
        if (status.absent()) return is_empty_window() ? line_kind::nodata : line_kind::record;
        return *status == log_status::ok       ? line_kind::record
               : *status == log_status::nodata ? line_kind::nodata
                                               : line_kind::skipdata;
    }

    /// The first field, in the order of the columns, that is malformed.
    [[nodiscard]] auto malformed_field() const -> std::optional<field_id> {
        for (std::size_t i = 0; i < std::min(words_.size(), columns_->size()); ++i) {
            auto const id = columns_->field_at(i);
            if (!id || columns_->column(*id) != i) continue;
            if (visit_field(*this, *id, [](auto const& value) { return value.malformed(); }))
                return id;
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] auto is_header() const -> bool {
        auto const is_value = [](word const& one) {
            auto const* at = one.text.data();
            return x3::parse(at, at + one.text.size(), x3::char_("0-9") | '-');
        };
        auto const is_field = [](word const& one) {
            auto const marked = one.text.starts_with('#');
            return find_field(one.text.substr(marked ? 1 : 0)).has_value();
        };
        auto const words = std::span{words_}.subspan(marks_before());
        if (is_introduced(words)) return true;
        if (std::ranges::any_of(words, is_value)) return false;
        auto const known = static_cast<std::size_t>(std::ranges::count_if(words, is_field));
        if (words.size() == 1) {
            return columns_->size() == 1 && known == 1 &&
                   info(*find_field(words[0].text)).name == words[0].text;
        }
        if (words.empty() || words.size() > layout::max_columns) return false;
        auto const is_again = !columns_->style().is_words() &&
                              std::ranges::equal(words, columns_->names(), {}, &word::text);
        if (words.size() == 2 && !names_columns(words)) return is_again;
        return is_again || known * 2 >= words.size();
    }

    /// Whether two words are both names of fields, or name the columns in force.
    [[nodiscard]] auto names_columns(std::span<word const> two) const -> bool {
        auto const marked = two[0].text.starts_with('#');
        auto const names = {two[0].text.substr(marked ? 1 : 0), two[1].text};
        return std::ranges::all_of(names, [](auto name) { return find_field(name).has_value(); }) ||
               std::ranges::equal(names, columns_->names());
    }

    /// Whether words after `#Fields:` name both addresses and a port, a counter or the end.
    [[nodiscard]] auto is_introduced(std::span<word const> words) const -> bool {
        auto const names = [words](field_id id) {
            return std::ranges::any_of(
                words, [id](word const& one) { return find_field(one.text) == id; });
        };
        if (words.size() == words_.size() || words.size() > layout::max_columns) return false;
        auto const mark = words_[words_.size() - words.size() - 1].text;
        auto const* at = mark.data();
        if (x3::parse(at, at + mark.size(), +x3::char_("#/;%>*") >> x3::eoi)) return false;
        return names(field_id::srcaddr) && names(field_id::dstaddr) &&
               (names(field_id::srcport) || names(field_id::dstport) || names(field_id::packets) ||
                names(field_id::bytes) || names(field_id::end));
    }

    [[nodiscard]] auto marks_before() const -> std::size_t {
        auto const is_mark = [](word const& one) {
            auto const* at = one.text.data();
            auto const* const end = at + one.text.size();
            auto const introduction = x3::no_case[x3::lit("#fields") >> -x3::lit(':') | "fields:"];
            return x3::parse(at, end,
                             (introduction >> x3::eoi) | (+x3::char_("#/;%>*") >> x3::eoi));
        };
        auto const count = std::ranges::find_if_not(words_, is_mark) - words_.begin();
        return std::min<std::size_t>(static_cast<std::size_t>(count), 2);
    }

    [[nodiscard]] auto is_empty_window() const -> bool {
        auto empty = false;
        for (auto const id : {field_id::srcaddr, field_id::dstaddr, field_id::protocol}) {
            auto const column = columns_->column(id);
            if (column == layout::none) continue;
            if (words_[column].text != "-") return false;
            empty = true;
        }
        for (auto const id :
             {field_id::srcport, field_id::dstport, field_id::packets, field_id::bytes}) {
            auto const column = columns_->column(id);
            if (column != layout::none && words_[column].text != "-") return false;
        }
        return empty;
    }

    std::vector<word> words_;
    layout const* columns_;
};

}  // namespace flowlog::grammar

#endif
