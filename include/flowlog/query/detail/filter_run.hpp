// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_QUERY_DETAIL_FILTER_RUN_HPP
#define FLOWLOG_QUERY_DETAIL_FILTER_RUN_HPP

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/query/detail/filter_program.hpp>
#include <flowlog/query/detail/filter_value.hpp>
#include <flowlog/query/filter_tree.hpp>

namespace flowlog::detail {

/// The answer of a filter about a flow, or of a test about a value. It is unknown if it depends on
/// a malformed value.
enum class filter_answer : std::uint8_t { no, yes, unknown };

/// `a * factor / divisor`, or the largest number if that overflows.
constexpr auto scaled(std::uint64_t a, std::uint64_t factor, std::uint64_t divisor) noexcept
    -> std::uint64_t {
    constexpr auto max = std::numeric_limits<std::uint64_t>::max();
    if (a <= max / factor) return a * factor / divisor;
    auto const quotient = a / divisor;
    return quotient <= max / factor ? quotient * factor : max;
}

/// Runs a program over one record. Reads only the fields of the tests that it reaches.
template <flow_record Record>
class filter_run {
public:
    filter_run(filter_program const& program, Record const& record) noexcept
        : program_{program}, record_{record} {}

    [[nodiscard, gnu::always_inline]] auto answer() const noexcept -> filter_answer {
        auto const* const nodes = program_.nodes.data();
        auto at = program_.first();
        while (at < filter_program::pass) {
            auto const& node = nodes[at];
            auto const found = ask(node);
            if (found == filter_answer::unknown) [[unlikely]]
                return answer_with_unknowns();
            at = node.next[(found == filter_answer::yes) != node.negated];
        }
        return yes_or_no(at == filter_program::pass);
    }

    /// The field whose malformed value makes `answer` unknown.
    [[nodiscard]] auto offending_field() const noexcept -> field_id {
        for (auto const& node : program_.nodes) {
            if (ask_again(node) == filter_answer::unknown) return malformed_field(node);
        }
        return program_.nodes.front().field;
    }

    /// The answer of one test, out of line: not for the hot loop.
    [[nodiscard, gnu::noinline]] auto ask_again(filter_node const& node) const noexcept
        -> filter_answer {
        return ask(node);
    }

    /// The answer for a number that is present.
    [[nodiscard, gnu::always_inline]] auto has(filter_node const& node,
                                               std::uint64_t value) const noexcept
        -> filter_answer {
        value &= node.mask;
        if (node.set == filter_set::range) [[likely]]
            return yes_or_no(value - node.first <= node.span);
        if (node.set == filter_set::bitmap)
            return yes_or_no(program_.bitmaps[node.table].contains(value));
        if (node.set == filter_set::ranges)
            return yes_or_no(contains(program_.ranges[node.table], value));
        return yes_or_no(node.set == filter_set::present);
    }

private:
    /// The answer when some tests are unknown. It is known if it is the same whether all of them
    /// hold or none does, because `and` and `or` are monotonic.
    [[gnu::noinline]] auto answer_with_unknowns() const noexcept -> filter_answer {
        auto const if_none = answer_if(false);
        return if_none == answer_if(true) ? if_none : filter_answer::unknown;
    }

    [[nodiscard]] auto answer_if(bool unknown) const noexcept -> filter_answer {
        auto at = program_.first();
        while (at < filter_program::pass) {
            auto const& node = program_.nodes[at];
            auto const found = ask_again(node);
            auto const holds = found == filter_answer::unknown
                                   ? unknown
                                   : (found == filter_answer::yes) != node.negated;
            at = node.next[holds];
        }
        return yes_or_no(at == filter_program::pass);
    }

    [[nodiscard, gnu::always_inline]] auto ask(filter_node const& node) const noexcept
        -> filter_answer {
        switch (node.subject) {
            case filter_subject::u8: return ask_number<std::uint8_t>(node);
            case filter_subject::u16: return ask_number<std::uint16_t>(node);
            case filter_subject::u32: return ask_number<std::uint32_t>(node);
            case filter_subject::u64: return ask_number<std::uint64_t>(node);
            case filter_subject::time: return ask_number<timestamp>(node);
            case filter_subject::action: return ask_number<action>(node);
            case filter_subject::log_status: return ask_number<log_status>(node);
            case filter_subject::flow_direction: return ask_number<flow_direction>(node);
            case filter_subject::address: return ask_address(node);
            case filter_subject::text: return ask_text(node);
            case filter_subject::nothing: return filter_answer::yes;
            default: return ask_derived(node);
        }
    }

    template <class T>
    [[gnu::always_inline]] auto ask_number(filter_node const& node) const noexcept
        -> filter_answer {
        auto const value = load_field<T>(record_, node.field);
        if (!value.has_value()) [[unlikely]]
            return without(node, value.state());
        return has(node, filter_number(*value));
    }

    [[nodiscard]] auto ask_address(filter_node const& node) const noexcept -> filter_answer {
        auto const value = load_field<address>(record_, node.field);
        if (!value.has_value()) [[unlikely]]
            return without(node, value.state());
        if (node.set == filter_set::range)
            return yes_or_no((*value).is_v4() && (*value).low() - node.first <= node.span);
        if (node.set == filter_set::addresses)
            return yes_or_no(program_.addresses[node.table].contains(*value));
        return yes_or_no(node.set == filter_set::present);
    }

    [[nodiscard]] auto ask_text(filter_node const& node) const noexcept -> filter_answer {
        auto const value = load_field<std::string_view>(record_, node.field);
        if (!value.has_value()) [[unlikely]]
            return without(node, value.state());
        return has_text(node, *value);
    }

    /// The answer for a text that is present.
    [[nodiscard]] auto has_text(filter_node const& node, std::string_view text) const noexcept
        -> filter_answer {
        if (node.set == filter_set::texts)
            return yes_or_no(program_.texts[node.table].contains(text));
        if (node.set == filter_set::matching)
            return yes_or_no(program_.matchers[node.table]->matches(text));
        return yes_or_no(node.set == filter_set::present);
    }

    [[nodiscard, gnu::noinline]] auto ask_derived(filter_node const& node) const noexcept
        -> filter_answer {
        if (node.subject == filter_subject::printed) return ask_printed(node);
        if (node.subject == filter_subject::tag) return ask_tag(node);
        if (node.subject == filter_subject::column) return ask_column(node);
        auto const value = derived(node);
        return value.has_value() ? has(node, *value) : without(node, value.state());
    }

    [[nodiscard]] auto ask_printed(filter_node const& node) const noexcept -> filter_answer {
        auto const value = filter_value{record_, node.field};
        if (value.state() != presence::present) return without(node, value.state());
        char buffer[max_printed];
        return has_text(node, value.text(buffer));
    }

    [[nodiscard]] auto ask_column(filter_node const& node) const noexcept -> filter_answer {
        auto const value = text_of_column(record_, program_.columns[node.extra]);
        return value.has_value() ? has_text(node, *value) : without(node, value.state());
    }

    /// A flow has no tag if its port is absent, unless its protocol has none.
    [[nodiscard]] auto ask_tag(filter_node const& node) const noexcept -> filter_answer {
        auto const port = record_[field::dstport];
        auto const protocol = record_[field::protocol];
        auto const portless = port.absent() && protocol && !has_ports(*protocol);
        if (!protocol || (!port && !portless))
            return without(node, missing(port.malformed() || protocol.malformed()).state());
        auto const& table = *program_.tags[node.extra];
        auto const tags = portless ? table.find_portless(*protocol) : table.find(*port, *protocol);
        if (tags.empty()) return has(node, 0);
        for (auto const tag : tags) {
            if (has(node, std::uint64_t{tag} + 1) == filter_answer::yes) return filter_answer::yes;
        }
        return filter_answer::no;
    }

    [[nodiscard]] static auto yes_or_no(bool yes) noexcept -> filter_answer {
        return yes ? filter_answer::yes : filter_answer::no;
    }

    /// The answer for a value that is absent or malformed.
    [[nodiscard]] static auto without(filter_node const& node, presence state) noexcept
        -> filter_answer {
        if (node.set == filter_set::absent) return yes_or_no(state == presence::absent);
        if (node.set == filter_set::malformed) return yes_or_no(state == presence::malformed);
        if (node.set == filter_set::present || state == presence::absent) return filter_answer::no;
        return filter_answer::unknown;
    }

    [[nodiscard]] auto derived(filter_node const& node) const noexcept
        -> field_value<std::uint64_t> {
        auto const what = node.subject;
        if (what == filter_subject::comparison)
            return filter_value{record_, node.field}.compare(filter_value{record_, node.other});
        if (what == filter_subject::service) return service();
        if (what == filter_subject::hour || what == filter_subject::weekday) return clock(node);
        if (what == filter_subject::bytes_per_packet) {
            auto const packets = record_[field::packets];
            auto const bytes = record_[field::bytes];
            if (!packets || !bytes) return missing(packets.malformed() || bytes.malformed());
            return *packets == 0 ? 0 : *bytes / *packets;
        }
        auto const time = duration();
        if (what == filter_subject::duration) return time;
        auto const bits = what == filter_subject::bits_per_second;
        auto const count = bits ? record_[field::bytes] : record_[field::packets];
        if (!time || !count) return missing(time.malformed() || count.malformed());
        return *time == 0 ? 0 : scaled(*count, bits ? 8000 : 1000, *time);
    }

    /// Milliseconds from start to end. Absent if the end is before the start.
    [[nodiscard]] auto duration() const noexcept -> field_value<std::uint64_t> {
        auto const start = record_[field::start];
        auto const end = record_[field::end];
        if (!start || !end) return missing(start.malformed() || end.malformed());
        if (*end < *start) return {};
        auto const us = static_cast<std::uint64_t>((*end).time_since_epoch().count()) -
                        static_cast<std::uint64_t>((*start).time_since_epoch().count());
        return us / 1000;
    }

    /// The hour or the day of the week of start.
    [[nodiscard]] auto clock(filter_node const& node) const noexcept -> field_value<std::uint64_t> {
        auto const start = record_[field::start];
        if (!start) return missing(start.malformed());
        auto const& zone = program_.zones[node.extra];
        auto const shown =
            zone == nullptr ? local_timestamp{(*start).time_since_epoch()} : zone->to_local(*start);
        auto const day = std::chrono::floor<std::chrono::days>(shown);
        if (node.subject == filter_subject::weekday)
            return std::chrono::weekday{day}.iso_encoding();
        return static_cast<std::uint64_t>((shown - day) / std::chrono::hours{1});
    }

    [[nodiscard]] auto service() const noexcept -> field_value<std::uint64_t> {
        auto const protocol = record_[field::protocol];
        auto const source = record_[field::srcport];
        auto const destination = record_[field::dstport];
        if (!protocol || !source || !destination)
            return missing(protocol.malformed() || source.malformed() || destination.malformed());
        return std::uint64_t{std::min(*source, *destination)} << 8 | *protocol;
    }

    [[nodiscard]] static auto missing(bool malformed) noexcept -> field_value<std::uint64_t> {
        return field_value<std::uint64_t>{malformed ? presence::malformed : presence::absent};
    }

    [[nodiscard]] auto malformed_field(filter_node const& node) const noexcept -> field_id {
        for (auto const id : fields_of(node.subject, node.field, node.other)) {
            if (filter_value{record_, id}.state() == presence::malformed) return id;
        }
        return node.field;
    }

    filter_program const& program_;
    Record const& record_;
};

}  // namespace flowlog::detail

#endif
