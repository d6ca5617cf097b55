// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_AGGREGATE_HPP
#define FLOWLOG_AGGREGATE_AGGREGATE_HPP

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/aggregate/detail/decoded_record.hpp>
#include <flowlog/aggregate/detail/hooks.hpp>
#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// The fields that an aggregator reads.
template <class A>
[[nodiscard]] auto uses(A const& a) -> std::vector<field_use> {
    using checked = required_aggregator<A>;
    if constexpr (tells_uses<checked>) {
        return a.uses();
    } else {
        auto result = std::vector<field_use>{};
        for (auto const id : A::fields::ids) result.push_back({id});
        for (auto const id : detail::nullable_fields_of<A>::type::ids) result.push_back({id, true});
        return result;
    }
}

/// The first field that keeps `record` from being added to `a`, if any.
template <aggregator A, flow_record Record>
[[nodiscard]] auto find_offending_field(A const& a, Record const& record)
    -> std::optional<offending_field> {
    static_assert(detail::checked_record_hooks<A, Record>::value);
    if constexpr (explaining_aggregator<A, Record>) {
        return a.offending_field_of(record);
    } else if constexpr (declares_fields<A>) {
        if (auto found = detail::find_offending_field(record, typename A::fields{}, false))
            [[unlikely]]
            return found;
        return detail::find_offending_field(record, typename detail::nullable_fields_of<A>::type{},
                                            true);
    } else {
        for (auto const use : a.uses()) {
            auto const why = visit_field(record, use.id, [&](auto const& value) {
                return detail::trouble(value, use.nullable);
            });
            if (why) return offending_field{use.id, *why};
        }
        return std::nullopt;
    }
}

namespace detail {

/// Words with commas between them.
inline auto listed(std::vector<std::string> const& words) -> std::string {
    auto result = std::string{};
    for (auto const& word : words) result += (result.empty() ? "" : ", ") + word;
    return result;
}

/// Adds a use to a list that has each field once: what one user needs is needed.
inline void add_use(std::vector<field_use>& list, field_use use) {
    auto const found = std::ranges::find(list, use.id, &field_use::id);
    if (found == list.end()) return list.push_back(use);
    found->nullable = found->nullable && use.nullable;
    found->optional = found->optional && use.optional;
}

/// Merges, with several threads if the aggregator can.
template <aggregator A>
void merge(A& a, A&& other, unsigned threads) {
    if constexpr (parallel_aggregator<A>) {
        a.merge(std::move(other), threads);
    } else {
        a.merge(std::move(other));
    }
}

/// Adds a record; false if a field keeps it out.
template <aggregator A, flow_record Record>
[[gnu::always_inline]] inline auto try_add(A& a, Record const& record) -> bool {
    static_assert(checked_record_hooks<A, Record>::value);
    if constexpr (trying_aggregator<A, Record>) {
        return a.try_add(record);
    } else if constexpr (explaining_aggregator<A, Record> || !declares_fields<A>) {
        if (find_offending_field(a, record)) [[unlikely]]
            return false;
        a.add(record);
        return true;
    } else {
        using nullable = typename nullable_fields_of<A>::type;
        auto const decoded = decoded_record<Record, typename A::fields, nullable>{record};
        if (!decoded.usable()) [[unlikely]]
            return false;
        a.add(decoded);
        return true;
    }
}

/// Adds the records of a batch one by one, up to the first that cannot be added; returns how many.
template <aggregator A, record_batch Batch>
[[gnu::always_inline]] inline auto add_each(A& a, Batch const& batch) -> std::size_t {
    std::size_t i = 0;
    while (i != batch.size() && try_add(a, batch[i])) ++i;
    return i;
}

/// The same in chunks of at most `capacity()` records. A chunk for which `add_chunk(records)`
/// returns false, having added none, is added record by record.
template <aggregator A, record_batch Batch, class Capacity, class AddChunk>
auto add_in_chunks(A& a, Batch const& batch, Capacity capacity, AddChunk add_chunk) -> std::size_t {
    for (std::size_t begin = 0; begin != batch.size();) {
        auto const chunk =
            batch.slice(begin, std::min<std::size_t>(batch.size() - begin, capacity()));
        auto const added = add_chunk(chunk) ? chunk.size() : add_each(a, chunk);
        begin += added;
        if (added != chunk.size()) [[unlikely]]
            return begin;
    }
    return batch.size();
}

/// The same, column by column if the aggregator can.
template <aggregator A, record_batch Batch>
[[gnu::always_inline]] inline auto add_batch(A& a, Batch const& batch) -> std::size_t {
    static_assert(checked_batch_hooks<A, Batch>::value);
    if constexpr (batch_aggregator<A, Batch>) {
        return a.add_batch(batch);
    } else {
        return add_each(a, batch);
    }
}

/// The field that kept a record out. Throws `errc::invalid_argument` if the aggregator finds none.
template <aggregator A, flow_record Record>
[[nodiscard, gnu::noinline]] auto explain_refusal(A const& a, Record const& record)
    -> offending_field {
    if (auto const found = find_offending_field(a, record)) return *found;
    throw error{errc::invalid_argument,
                {},
                "an aggregator did not add a record, but finds no field that keeps it out"};
}

}  // namespace detail

/// Throws `errc::missing_field` if the log of a reader lacks a field that is read; the message
/// names what is missing and what the log has. An empty log lacks nothing, and nor does one whose
/// records may have the field further on.
template <class Reader>
void require_fields(std::vector<field_use> const& wanted, Reader& reader) {
    auto const is_missing = [&reader](field_id id) {
        if constexpr (requires { reader.may_have(id); })
            return !reader.may_have(id);
        else
            return !reader.has(id);
    };
    auto missing = std::vector<std::string>{};
    for (auto const use : wanted) {
        if (!use.optional && is_missing(use.id)) missing.emplace_back(info(use.id).name);
    }
    if (missing.empty()) return;
    auto there = std::vector<std::string>{};
    if constexpr (requires { reader.columns()->names(); }) {
        if (!reader.columns()) return;
        for (auto const& column : reader.columns()->names()) there.push_back(escaped(column, 80));
    } else {
        for (auto const& f : fields) {
            if (reader.has(f.id)) there.emplace_back(f.name);
        }
    }
    throw error{errc::missing_field,
                {reader.name()},
                "has no " + detail::listed(missing) + "; it has " + detail::listed(there)};
}

/// Adds every record of a range to `a`. If the range is a reader, records that cannot be added are
/// handed back to it (`reject`), to be counted and reported; if not, they are passed over. If `a`
/// has `bounds()` or `addresses()`, as `filtered` has, a reader may pass over other flows unread.
template <std::ranges::input_range Records, class A>
    requires flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Records>>>
void add_all(Records&& records, A& a) {
    detail::require_aggregator<A>();
    auto const use = [&a](auto const& record)
                         __attribute__((always_inline)) { return detail::try_add(a, record); };
    auto const refused = [&a](auto const& record) { return detail::explain_refusal(a, record); };
    auto const use_batch = [&a](auto const& batch) { return detail::add_batch(a, batch); };
    if constexpr (requires { records.restrict(a.bounds()); }) records.restrict(a.bounds());
    if constexpr (requires { records.restrict(a.addresses()); }) records.restrict(a.addresses());
    if constexpr (requires { records.each(use, use_batch, refused, uses(a)); }) {
        records.each(use, use_batch, refused, uses(a));
    } else {
        for (auto const& record : records) {
            if (use(record)) continue;
            if constexpr (requires(field_id id, reason why) { records.reject(id, why); }) {
                auto const found = refused(record);
                records.reject(found.id, found.why);
            }
        }
    }
}

/// Adds every record of a range to `a`, and returns `a`.
///
///     auto counts = flowlog::aggregate(flows, flowlog::port_protocol_counter{});
template <std::ranges::input_range Records, class A>
    requires flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Records>>>
[[nodiscard]] auto aggregate(Records&& records, A a) -> required_aggregator<A> {
    add_all(records, a);
    return a;
}

}  // namespace flowlog

#endif
