// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_GRAMMAR_FILTER_OPERAND_HPP
#define FLOWLOG_GRAMMAR_FILTER_OPERAND_HPP

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/grammar/filter/expression.hpp>
#include <flowlog/grammar/filter/kind.hpp>
#include <flowlog/grammar/filter/words.hpp>
#include <flowlog/query/filter_sets.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::grammar {

/// What a test is about: fields, or a derived value.
struct filter_target {
    filter_subject what;
    std::vector<field_id> fields{};  ///< empty if the value is derived
    filter_style style = filter_style::plain;
    bool all = false;  ///< the test must hold for all fields, not for one of them

    [[nodiscard]] auto kind() const -> filter_kind {
        return kind_of(what, fields.empty() ? std::nullopt : std::optional{fields[0]}, style);
    }
};

/// The right-hand side of a test: reads the values of a `filter_test` for a `filter_target`. Throws
/// `filter_fault` if they do not suit it.
class filter_operand {
public:
    filter_operand(filter_target const& target, filter_test const& test, timestamp now)
        : test_{test}, kind_{target.kind()}, style_{target.style}, now_{now} {
        leaf_.subject = target.what;
        switch (test.relation) {
            case filter_relation::absent: leaf_.question = question::absent; break;
            case filter_relation::present: leaf_.question = question::present; break;
            case filter_relation::malformed: leaf_.question = question::malformed; break;
            default: read(); break;
        }
    }

    /// The test of one field. None if only the absent value passes; see `or_absent`.
    [[nodiscard]] auto leaf_for(field_id id) const -> std::optional<filter_leaf> {
        if (absent_ && leaf_.numbers.empty() && leaf_.addresses.empty() &&
            leaf_.texts.words.empty() && leaf_.texts.patterns.empty())
            return std::nullopt;
        auto result = leaf_;
        result.field = id;
        return result;
    }

    /// Whether the absent value passes too: it was listed as `-`.
    [[nodiscard]] auto or_absent() const noexcept -> bool { return absent_; }

private:
    using question = filter_question;

    static constexpr auto max = std::numeric_limits<std::uint64_t>::max();

    void read() {
        auto const given = values();
        if (is_ordered() && (given.size() != 1 || given[0].is_range))
            fail(given.back().first, "expected one value");
        if (test_.masked && !takes_mask(kind_))
            fail(test_.values[0].first, "only numbers can be masked with '&'");
        if (kind_ == filter_kind::text)
            read_texts();
        else if (kind_ == filter_kind::address)
            read_addresses();
        else
            read_numbers();
        if (test_.relation == filter_relation::given && given.size() > 1 && !is_net())
            fail(given[1].first, "expected 'and', 'or' or the end, found '" +
                                     escaped(given[1].first.text, 40) + "'");
    }

    [[nodiscard]] auto is_net() const noexcept -> bool { return style_ == filter_style::net; }

    [[nodiscard]] auto is_ordered() const noexcept -> bool {
        using enum filter_relation;
        return test_.relation == less || test_.relation == less_equal ||
               test_.relation == greater || test_.relation == greater_equal;
    }

    /// The values after the mask.
    [[nodiscard]] auto values() const -> std::vector<filter_value> {
        return {test_.values.begin() + (test_.masked ? 1 : 0), test_.values.end()};
    }

    [[noreturn]] static void fail(filter_word const& word, std::string message) {
        throw filter_fault{word.offset, std::move(message)};
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

    // texts

    void read_texts() {
        if (is_ordered()) fail(test_.values[0].first, "texts have no order: use =, != or in");
        for (auto const& value : values()) {
            if (take_absent(value)) continue;
            if (value.is_range) fail(value.first, "texts have no ranges");
            add_text(value.first.text);
        }
        std::ranges::sort(leaf_.texts.words);
        auto const repeated = std::ranges::unique(leaf_.texts.words);
        leaf_.texts.words.erase(repeated.begin(), repeated.end());
    }

    void add_text(std::string_view text) {
        auto texts = text_pattern(1);  // between the stars
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '*') {
                if (texts.size() < 2 || !texts.back().empty()) texts.emplace_back();
                continue;
            }
            if (text[i] == '\\' && i + 1 < text.size()) ++i;
            texts.back() += flowlog::detail::to_lower(text[i]);
        }
        if (texts.size() == 1)
            leaf_.texts.words.push_back(std::move(texts[0]));
        else
            leaf_.texts.patterns.push_back(std::move(texts));
    }

    // addresses

    void read_addresses() {
        auto given = values();
        if (is_net() && test_.relation == filter_relation::given && given.size() == 2)
            return add_masked(given[0].first, given[1].first);
        for (auto const& value : given) {
            if (!take_absent(value)) add_addresses(value);
        }
    }

    void add_addresses(filter_value const& value) {
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
            case less: range = {lowest, before(first)}; return first != lowest;
            case less_equal: range = {lowest, last}; return true;
            case greater: range = {after(last), highest}; return last != highest;
            default: range = {first, highest}; return true;
        }
    }

    static auto before(address const& a) -> address {
        if (a.is_v4()) return address::v4(a.to_v4() - 1);
        return address::v6(a.high() - (a.low() == 0 ? 1 : 0), a.low() - 1);
    }
    static auto after(address const& a) -> address {
        if (a.is_v4()) return address::v4(a.to_v4() + 1);
        return address::v6(a.high() + (a.low() == max ? 1 : 0), a.low() + 1);
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
        auto const given = values();
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
        if (range.last < range.first) fail(value.first, "the range is empty");
        using enum filter_relation;
        auto const first = range.first;
        switch (test_.relation) {
            case less:
                if (first != 0) leaf_.numbers.push_back({0, first - 1});
                break;
            case less_equal: leaf_.numbers.push_back({0, first}); break;
            case greater:
                if (first != max) leaf_.numbers.push_back({first + 1, max});
                break;
            case greater_equal: leaf_.numbers.push_back({first, max}); break;
            default: leaf_.numbers.push_back(range); break;
        }
    }

    [[nodiscard]] auto numbers_of(filter_word const& word) const -> number_range {
        if (auto const found = number_from(kind_, word.text, now_)) return *found;
        if (!has_hyphen_ranges(kind_)) fail_value(word);
        for (auto at = word.text.find('-'); at != word.text.npos;
             at = word.text.find('-', at + 1)) {
            auto const first = number_from(kind_, word.text.substr(0, at), now_);
            auto const last = number_from(kind_, word.text.substr(at + 1), now_);
            if (first && last) return {first->first, last->last};
        }
        fail_value(word);
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
    timestamp now_;
    filter_leaf leaf_{};
    bool absent_ = false;
};

}  // namespace flowlog::grammar

#endif
