// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_OPERAND_HPP
#define FLOWLOG_GRAMMAR_FILTER_OPERAND_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/detail/blank.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/kind.hpp>
#include <flowlog/grammar/filter/list.hpp>
#include <flowlog/grammar/filter/words.hpp>
#include <flowlog/grammar/filter_options.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>
#include <flowlog/query/labelled_blocks.hpp>
#include <flowlog/query/text_matcher.hpp>

namespace flowlog::grammar {

/// Adds a text to a set: a word, or a pattern if it has a star that is not escaped. `\` escapes a
/// star, a quotation mark and itself; before anything else it is a byte of the text.
inline void add_text(text_set& set, std::string_view text) {
    auto texts = text_pattern(1);  // between the stars
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '*') {
            if (texts.size() < 2 || !texts.back().empty()) texts.emplace_back();
            continue;
        }
        auto const next = text.substr(i + 1, 1);
        if (text[i] == '\\' && next.find_first_of("*\\\"'") == 0) ++i;
        texts.back() += flowlog::detail::to_lower(text[i]);
    }
    if (texts.size() == 1)
        set.words.push_back(std::move(texts[0]));
    else
        set.patterns.push_back(std::move(texts));
}

/// The lists that an expression names, with their texts.
using filter_lists = std::deque<filter_list>;

/// Whether the first value of a list is its heading: a line that is the name of what is tested, or
/// of any addresses if those are tested.
[[nodiscard]] inline auto is_heading(filter_value const& value, std::string_view list,
                                     filter_test const& test, std::span<field_id const> fields)
    -> bool {
    auto const& word = value.first;
    auto const is_address = [](field_id id) { return info(id).type == field_type::address; };
    if (std::ranges::any_of(fields, is_address) && has_address_heading(list)) return true;
    auto const rest = list.substr(word.offset + word.text.size());
    auto const alone = flowlog::detail::trimmed(rest.substr(0, rest.find('\n'))).empty();
    if (value.is_range || word.quoted || !alone || test.subject.empty()) return false;
    auto const id = find_field(word.text);
    return flowlog::same_name(word.text, test.subject.back().text) ||
           (id && std::ranges::find(fields, *id) != fields.end());
}

/// The values that a test compares `fields` with, without the mask. If a value names a list
/// (`@FILE`), the values in that list are taken instead. Throws `filter_fault`, and what reading
/// the list throws.
[[nodiscard]] inline auto expanded_values(filter_test const& test, filter_options const& options,
                                          filter_lists& lists,
                                          std::span<field_id const> fields = {})
    -> std::vector<filter_value> {
    auto result = std::vector<filter_value>{};
    for (std::size_t i = test.masked ? 1 : 0; i < test.values.size(); ++i) {
        auto const& value = test.values[i];
        auto const& word = value.first;
        if (value.last.listed) throw filter_fault{value.last, "a list cannot end a range"};
        if (!word.listed) {
            result.push_back(value);
            continue;
        }
        if (value.is_range) throw filter_fault{word, "a list cannot begin a range"};
        if (test.relation != filter_relation::in)
            throw filter_fault{word, "a list goes with 'in': in @" + escaped(word.text, 40)};
        if (!options.read_list)
            throw filter_fault{word,
                               "no list can be read here; '@' begins the name of a list, unless "
                               "it is in quotes"};
        auto& list = lists.emplace_back();
        list.name = word.text;
        list.text = options.read_list(list.name);
        if (list.text.starts_with("\xEF\xBB\xBF")) list.text.erase(0, 3);
        auto values = values_of(list.text, &list);
        if (!values.empty() && is_heading(values.front(), list.text, test, fields))
            values.erase(values.begin());
        if (values.empty()) throw filter_fault{word, "the list is empty"};
        for (auto const& listed : values) {
            if (!listed.first.quoted && has_typographic_quote(listed.first.text))
                throw filter_fault{listed.first, "expected ' or \" as the quotation mark, found '" +
                                                     escaped(listed.first.text, 40) + "'"};
        }
        result.insert(result.end(), values.begin(), values.end());
    }
    return result;
}

/// The regular expression of a test with `~`.
[[nodiscard]] inline auto pattern_of(filter_test const& test)
    -> std::shared_ptr<text_matcher const> {
    auto const& value = test.values[0];
    if (test.masked) throw filter_fault{value.first, "only numbers can be masked with '&'"};
    if (value.is_range || value.first.listed)
        throw filter_fault{value.first, "expected a regular expression in quotes"};
    try {
        return compile_matcher(value.first.text);
    } catch (error const& why) {
        auto const invalid = why.code() == errc::invalid_argument;
        throw filter_fault{value.first,
                           (invalid ? "this is no regular expression: " : "") + why.message()};
    }
}

/// What a test is about: fields, or a derived value.
struct filter_target {
    filter_subject what;
    std::vector<field_id> fields{};  ///< empty if the value is derived
    filter_style style = filter_style::plain;
    bool all = false;      ///< the test must hold for all fields, not for one of them
    std::string column{};  ///< the name, if the text of a column that is no field is tested

    [[nodiscard]] auto kind() const -> filter_kind {
        return kind_of(what, fields.empty() ? std::nullopt : std::optional{fields[0]}, style);
    }
};

/// The right-hand side of a test: reads the values of a `filter_test` for a `filter_target`. Throws
/// `filter_fault` if they do not suit it.
class filter_operand {
public:
    filter_operand(filter_target const& target, filter_test const& test,
                   filter_options const& options, filter_lists& lists)
        : test_{test},
          kind_{target.kind()},
          style_{target.style},
          first_field_{target.fields.empty() ? std::nullopt : std::optional{target.fields[0]}},
          now_{options.now},
          values_{expanded_values(test, options, lists, target.fields)} {
        leaf_.subject = target.what;
        leaf_.zone = options.zone;
        leaf_.column = target.column;
        switch (test.relation) {
            case filter_relation::absent: leaf_.question = question::absent; break;
            case filter_relation::present: leaf_.question = question::present; break;
            case filter_relation::malformed: leaf_.question = question::malformed; break;
            default: read(); break;
        }
    }

    /// The tests of one field, of which at least one must hold. None if only the absent value
    /// passes; see `or_absent`.
    [[nodiscard]] auto leaves_for(field_id id) const -> std::vector<filter_leaf> {
        auto result = std::vector<filter_leaf>{};
        auto const no_value = leaf_.numbers.empty() && leaf_.addresses.empty() &&
                              leaf_.texts.words.empty() && leaf_.texts.patterns.empty();
        if (!no_value || !(absent_ || !printed_.patterns.empty())) result.push_back(leaf_);
        if (!printed_.patterns.empty())
            result.push_back({.subject = filter_subject::printed, .texts = printed_});
        for (auto& leaf : result) leaf.field = id;
        return result;
    }

    /// Whether the absent value passes too: it was listed as `-`.
    [[nodiscard]] auto or_absent() const noexcept -> bool { return absent_; }

private:
    using question = filter_question;

    static constexpr auto max = std::numeric_limits<std::uint64_t>::max();

    void read() {
        auto const& given = values_;
        if (test_.relation == filter_relation::matches) return read_pattern();
        if (read_other_field()) return;
        if (is_ordered() && (given.size() != 1 || given[0].is_range))
            fail(given.empty() ? test_.values[0].first : given.back().first, "expected one value");
        if (is_ordered() && kind_ == filter_kind::service)
            fail(given[0].first, "services have no order: use =, != or in");
        if (test_.masked && !takes_mask(kind_))
            fail(test_.values[0].first, "only numbers can be masked with '&'");
        auto follower = std::optional<filter_word>{};  // which only a network may have: its mask
        if (test_.relation == filter_relation::given && given.size() > 1 && !is_net()) {
            follower = given[1].first;
            values_.resize(1);
        }
        if (kind_ == filter_kind::text)
            read_texts();
        else if (kind_ == filter_kind::address)
            read_addresses();
        else
            read_numbers();
        if (follower)
            fail(*follower,
                 "expected 'and', 'or' or the end, found '" + escaped(follower->text, 40) + "'");
    }

    [[nodiscard]] auto is_net() const noexcept -> bool { return style_ == filter_style::net; }

    [[nodiscard]] auto is_ordered() const noexcept -> bool {
        using enum filter_relation;
        return test_.relation == less || test_.relation == less_equal ||
               test_.relation == greater || test_.relation == greater_equal;
    }

    [[noreturn]] static void fail(filter_word const& word, std::string message) {
        throw filter_fault{word, std::move(message)};
    }

    [[noreturn]] void fail_value(filter_word const& word) const {
        fail(word, expected_found(kind_, word.text));
    }

    /// Takes a value if it is `-`, the absent value.
    auto take_absent(filter_value const& value) -> bool {
        if (value.is_range || value.first.quoted || value.first.text != "-") return false;
        if (is_ordered()) fail_value(value.first);
        absent_ = true;
        return true;
    }

    // regular expressions

    void read_pattern() {
        auto const& word = test_.values[0].first;
        auto const is_text = kind_ == filter_kind::text;
        if ((!first_field_ && !is_text) || kind_ == filter_kind::time || kind_ == filter_kind::icmp)
            fail(word, "a regular expression is for texts, addresses and numbers");
        leaf_.matcher = pattern_of(test_);
        if (kind_ != filter_kind::text) leaf_.subject = filter_subject::printed;
    }

    // other fields

    /// Reads the name of a field: `srcaddr != pkt-srcaddr`. False if it is none, but a value.
    auto read_other_field() -> bool {
        if (values_.size() != 1 || !first_field_ || !compares()) return false;
        auto const& word = values_[0].first;
        if (values_[0].is_range || word.quoted || word.list != nullptr) return false;
        if (kind_ == filter_kind::icmp || is_value(word.text)) return false;
        auto const other = find_field(word.text);
        if (!other) return false;
        require_one_kind(*other, word);
        leaf_.subject = filter_subject::comparison;
        leaf_.other = *other;
        leaf_.numbers = {wanted_orders()};
        return true;
    }

    [[nodiscard]] auto compares() const noexcept -> bool {
        return test_.relation == filter_relation::equal || is_ordered();
    }

    /// Whether a word that may name a field is a value. A text may be anything, but is rarely the
    /// very name of a field.
    [[nodiscard]] auto is_value(std::string_view text) const -> bool {
        if (text == "-") return true;
        if (kind_ == filter_kind::address) return cidr::parse(text).has_value();
        if (kind_ != filter_kind::text)
            return number_from(kind_, text, now_, leaf_.zone.get()).has_value();
        auto const id = find_field(text);
        return !id || info(*id).type != field_type::text || info(*id).name != text;
    }

    void require_one_kind(field_id other, filter_word const& word) const {
        auto const theirs = kind_of(subject_of(other), other, filter_style::plain);
        auto const is_count = [](filter_kind kind) { return kind <= filter_kind::u64; };
        if (theirs != kind_ && !(is_count(theirs) && is_count(kind_)))
            fail(word, "two fields are compared if they are of one kind; " +
                           std::string{info(*first_field_).name} + " is " +
                           std::string{noun(kind_)} + ", " + std::string{info(other).name} +
                           " is " + std::string{noun(theirs)});
        if (other == *first_field_) fail(word, "this compares a field with itself");
        if (is_ordered() && theirs == filter_kind::text)
            fail(word, "texts have no order: use =, != or in");
        if (test_.masked) fail(word, "a masked field is compared with numbers only");
    }

    [[nodiscard]] static auto noun(filter_kind kind) -> std::string_view {
        switch (kind) {
            case filter_kind::protocol: return "a protocol";
            case filter_kind::port: return "a port";
            case filter_kind::flags: return "TCP flags";
            case filter_kind::time: return "a time";
            case filter_kind::action:
            case filter_kind::log_status:
            case filter_kind::flow_direction: return "a word";
            case filter_kind::forwarding:
            case filter_kind::firewall_event:
            case filter_kind::nat_event: return "a code";
            case filter_kind::address: return "an address";
            case filter_kind::text: return "a text";
            default: return "a number";
        }
    }

    /// The results of a comparison, as `field_order`, for which the test holds.
    [[nodiscard]] auto wanted_orders() const noexcept -> number_range {
        switch (test_.relation) {
            case filter_relation::less: return {0, 0};
            case filter_relation::less_equal: return {0, 1};
            case filter_relation::greater: return {2, 2};
            case filter_relation::greater_equal: return {1, 2};
            default: return {1, 1};
        }
    }

    // texts

    void read_texts() {
        if (is_ordered()) fail(test_.values[0].first, "texts have no order: use =, != or in");
        for (auto const& value : values_) {
            if (take_absent(value)) continue;
            if (value.is_range) fail(value.first, "texts have no ranges" + comma_hint(value));
            add_text(leaf_.texts, value.first.text);
        }
        std::ranges::sort(leaf_.texts.words);
        auto const repeated = std::ranges::unique(leaf_.texts.words);
        leaf_.texts.words.erase(repeated.begin(), repeated.end());
    }

    // addresses

    void read_addresses() {
        auto const& given = values_;
        if (is_net() && test_.relation == filter_relation::given && given.size() == 2)
            return add_masked(given[0].first, given[1].first);
        for (auto const& value : given) {
            if (!take_absent(value)) add_addresses(value);
        }
    }

    void add_addresses(filter_value const& value) {
        if (value.first.text.find_first_of("*?") != std::string_view::npos)
            return add_wildcard(value);
        auto range = addresses_of(value.first);
        if (value.is_range) range.last = addresses_of(value.last).last;
        if (range.first.is_v6() != range.last.is_v6() || range.last < range.first)
            fail(value.first, "the range is empty");
        leaf_.addresses.push_back(range);
        if (is_ordered() && !keep_ordered(leaf_.addresses.back())) leaf_.addresses.pop_back();
    }

    /// Replaces a single address by the addresses of its family that are less or greater. False if
    /// there are none.
    auto keep_ordered(address_range& range) const -> bool {
        using enum filter_relation;
        auto const v6 = range.first.is_v6();
        auto const lowest = v6 ? address::v6(0, 0) : address::v4(0);
        auto const highest = v6 ? address::v6(max, max) : address::v4(0xFFFF'FFFF);
        auto const [first, last] = range;
        switch (test_.relation) {
            case less: range = {lowest, previous_address(first)}; return first != lowest;
            case less_equal: range = {lowest, last}; return true;
            case greater: range = {next_address(last), highest}; return last != highest;
            default: range = {first, highest}; return true;
        }
    }

    /// Adds the addresses that are printed as a pattern says: `10.0.*`, `10.?.0.1`.
    void add_wildcard(filter_value const& value) {
        auto const& text = value.first.text;
        if (value.is_range || is_ordered())
            fail(value.first, "addresses with '*' or '?' have no order: use =, != or in");
        if (text.find_first_not_of("0123456789abcdefABCDEF.:*?") != text.npos)
            fail_value(value.first);
        if (auto const block = cidr::parse(block_of(text)))
            return leaf_.addresses.push_back(range_of(*block));
        auto set = text_set{};
        add_text(set, text);
        for (auto& word : set.words) set.patterns.push_back({std::move(word)});
        for (auto& pattern : set.patterns) {
            for (auto& between : pattern) std::ranges::replace(between, '?', any_byte);
            printed_.patterns.push_back(std::move(pattern));
        }
    }

    /// The block that a pattern of whole octets before stars means, `10.0/16` for `10.0.*`; nothing
    /// for other patterns.
    [[nodiscard]] static auto block_of(std::string_view text) -> std::string {
        auto octets = 0U;
        if (std::ranges::count(text, '.') > 3) return {};
        while (text.ends_with(".*") && text.find('*') < text.size() - 2) text.remove_suffix(2);
        if (!text.ends_with(".*")) return {};
        text.remove_suffix(2);
        auto const kept = std::string{text};
        for (auto rest = text; !rest.empty(); ++octets) {
            auto const dot = std::min(rest.find('.'), rest.size());
            if (dot > 1 && rest[0] == '0') return {};
            rest.remove_prefix(std::min(dot + 1, rest.size()));
        }
        return kept + '/' + std::to_string(8 * octets);
    }

    [[nodiscard]] auto addresses_of(filter_word const& word) const -> address_range {
        if (auto const block = cidr::parse(word.text)) return range_of(*block);
        auto const hyphen = word.text.find('-');
        if (hyphen == word.text.npos) fail_value(word);
        auto const first = address::parse(word.text.substr(0, hyphen));
        auto const last = address::parse(word.text.substr(hyphen + 1));
        if (!first || !last) fail_value(word);
        return {*first, *last};
    }

    /// Adds a network with its mask: `net 10.0.0.0 255.0.0.0`.
    void add_masked(filter_word const& network, filter_word const& mask) {
        auto const base = address::parse(network.text);
        auto const bits = address::parse(mask.text);
        if (!base || !base->is_v4()) fail(network, "expected an IPv4 address");
        auto const hosts = bits && bits->is_v4() ? ~bits->to_v4() : 5U;
        if ((hosts & (hosts + 1)) != 0) fail(mask, "expected a netmask such as 255.255.0.0");
        auto const first = base->to_v4() & ~hosts;
        leaf_.addresses.push_back({address::v4(first), address::v4(first | hosts)});
    }

    // numbers

    void read_numbers() {
        auto const& given = values_;
        if (test_.masked) leaf_.mask = mask_of(test_.values[0]);
        if (test_.relation == filter_relation::bits) {
            leaf_.numbers = {{1, max}};
            return;
        }
        if (test_.relation == filter_relation::given && kind_ == filter_kind::flags &&
            !given[0].is_range && read_letters(given[0].first))
            return;
        for (auto const& value : given) {
            if (!take_absent(value)) add_numbers(value);
        }
        shift();
    }

    [[nodiscard]] auto mask_of(filter_value const& value) const -> std::uint64_t {
        auto const found = value.is_range ? std::nullopt : mask_from(kind_, value.first.text);
        if (!found) fail(value.first, "expected a mask such as 0x12");
        return *found;
    }

    /// Reads `flags SA`: these flags are set, and the others do not matter.
    auto read_letters(filter_word const& word) -> bool {
        auto const flags = letters_from(word.text);
        if (!flags) return false;
        leaf_.mask = *flags;
        leaf_.numbers = {{*flags, *flags}};
        leaf_.letters = true;
        return true;
    }

    void add_numbers(filter_value const& value) {
        auto range = numbers_of(value.first);
        if (value.is_range) range.last = numbers_of(value.last).last;
        if (range.last < range.first) fail(value.first, "the range is empty" + around_hint(range));
        using enum filter_relation;
        auto const first = range.first;
        // after a day is after its end, but after a time is after its first moment
        auto const end = style_ == filter_style::period ? range.last : first;
        switch (test_.relation) {
            case less:
                if (first != 0) leaf_.numbers.push_back({0, first - 1});
                break;
            case less_equal: leaf_.numbers.push_back({0, end}); break;
            case greater:
                if (end != max) leaf_.numbers.push_back({end + 1, max});
                break;
            case greater_equal: leaf_.numbers.push_back({first, max}); break;
            default: leaf_.numbers.push_back(range); break;
        }
    }

    /// How to write a range of hours past midnight, or of days past Sunday, as the end of a
    /// message.
    [[nodiscard]] auto around_hint(number_range range) const -> std::string {
        constexpr auto days =
            std::to_array<std::string_view>({"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"});
        auto const is_hour = kind_ == filter_kind::hour;
        if (!is_hour && kind_ != filter_kind::weekday) return {};
        auto const name = [&](std::uint64_t number) {
            return is_hour ? std::to_string(number) : std::string{days[number - 1]};
        };
        return "; write in (" + name(range.first) + '-' + name(largest(kind_)) + ", " +
               name(is_hour ? 0 : 1) + '-' + name(range.last) + ')';
    }

    [[nodiscard]] auto numbers_of(filter_word const& word) const -> number_range {
        if (style_ == filter_style::period && is_small_number(word.text) &&
            !detail::civil_time::parse(word.text, leaf_.zone.get()))
            fail(word, "expected " + expectation(kind_) + ", found '" + escaped(word.text, 40) +
                           "'; a month is 2024-05, a week 2024-W18 and a day 2024-05-01");
        if (auto const found = number_from(kind_, word.text, now_, leaf_.zone.get())) return *found;
        if (!has_hyphen_ranges(kind_)) fail_value(word);
        for (auto at = word.text.find('-'); at != word.text.npos;
             at = word.text.find('-', at + 1)) {
            auto const first = number_from(kind_, word.text.substr(0, at), now_, leaf_.zone.get());
            auto const last = number_from(kind_, word.text.substr(at + 1), now_, leaf_.zone.get());
            if (first && last) return {first->first, last->last};
        }
        fail_value(word);
    }

    /// Whether a text is a number that is more likely a date, or a part of one, than Unix seconds.
    [[nodiscard]] static auto is_small_number(std::string_view text) -> bool {
        auto const number = parse_filter_number(text.substr(0, text.find('.')));
        return number && *number < 100'000'000;
    }

    /// Moves an ICMP type or code to its byte of the destination port.
    void shift() {
        using enum filter_style;
        if (style_ != icmp_type && style_ != icmp_code) return;
        auto const by = style_ == icmp_type ? 8U : 0U;
        leaf_.mask = std::uint64_t{0xFF} << by;
        for (auto& range : leaf_.numbers) {
            range.first <<= by;
            range.last = range.last == max ? max : range.last << by;
        }
    }

    filter_test const& test_;
    filter_kind kind_;
    filter_style style_;
    std::optional<field_id> first_field_;
    timestamp now_;
    std::vector<filter_value> values_;
    filter_leaf leaf_{};
    text_set printed_{};  // patterns of addresses
    bool absent_ = false;
};

}  // namespace flowlog::grammar

#endif
