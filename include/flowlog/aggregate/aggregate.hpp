// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_AGGREGATE_HPP
#define FLOWLOG_AGGREGATE_AGGREGATE_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/escape.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/layout.hpp>

namespace flowlog {

/// Makes partial results out of records, and one out of two.
///
/// `add(record)` is given records in which every field that the aggregator reads is as `field_use`
/// says, and does not fail. `merge(other)` takes over what another one of the same set-up has seen;
/// it is associative, and results do not depend on how records were shared out. What is read is
/// told by `using fields = field_list<…>` (needed in each record) and, if any, `using
/// nullable_fields = field_list<…>`; or, where it is known at run time only, by `uses()`. An
/// aggregator with `uses()` may itself say which field keeps a record out:
/// `offending_field_of(record)`; and do both at once: `try_add(record)`, which adds the record or
/// returns false where there is one. Any aggregator may take flows together: `add_batch(run)` is
/// given a `text_batch` or a `archive_batch` of an archive, and returns how many flows it added,
/// all but where a field keeps one out. `merge(other, threads)` may merge with several threads.
template <class T>
concept aggregator = std::movable<T> && requires(T a, T b, flow const& record) {
    a.add(record);
    a.merge(std::move(b));
} && (requires { typename T::fields; } || requires(T const& a) {
    { a.uses() } -> std::convertible_to<std::vector<field_use>>;
});

/// A field that keeps a record from being counted, and why.
struct offending_field {
    field_id id;
    reason why;
};

namespace detail {

template <class A>
struct nullable_fields_of {
    using type = field_list<>;
};
template <class A>
    requires requires { typename A::nullable_fields; }
struct nullable_fields_of<A> {
    using type = typename A::nullable_fields;
};

template <class... Lists>
struct joined;
template <>
struct joined<> {
    using type = field_list<>;
};
template <field_id... Ids>
struct joined<field_list<Ids...>> {
    using type = field_list<Ids...>;
};
template <field_id... First, field_id... Second, class... Rest>
struct joined<field_list<First...>, field_list<Second...>, Rest...> {
    using type = typename joined<field_list<First..., Second...>, Rest...>::type;
};

template <class Value>
constexpr auto trouble(Value const& value, bool nullable) noexcept -> std::optional<reason> {
    if (value.has_value()) [[likely]]
        return std::nullopt;
    if (value.malformed()) return reason::bad_value;
    return nullable ? std::nullopt : std::optional{reason::absent_value};
}

template <flow_record Record, field_id... Ids>
auto find_offending_field([[maybe_unused]] Record const& record, field_list<Ids...>,
                          [[maybe_unused]] bool nullable) noexcept
    -> std::optional<offending_field> {
    auto result = std::optional<offending_field>{};
    [[maybe_unused]] auto const good = [&]<field_id Id>(field_key<Id> key) {
        auto const why = trouble(record[key], nullable);
        if (why) result = offending_field{Id, *why};
        return !why;
    };
    static_cast<void>((good(field_key<Ids>{}) && ...));
    return result;
}

/// Words with commas between them.
inline auto listed(std::vector<std::string> const& words) -> std::string {
    auto result = std::string{};
    for (auto const& word : words) result += (result.empty() ? "" : ", ") + word;
    return result;
}

/// A record whose fields of a list are decoded already: for the hot loop, in which a field is
/// looked at once to see whether it can be used and once to use it.
template <class Record, class Required, class Nullable>
class decoded_record;
template <flow_record Record, field_id... Required, field_id... Nullable>
class decoded_record<Record, field_list<Required...>, field_list<Nullable...>> {
public:
    [[gnu::always_inline]] explicit decoded_record(Record const& record) noexcept
        : record_{record} {
        // looked at one by one, so that what each is need not be kept until the last is decoded
        usable_ = (take<Required>() && ...) && (take_nullable<Nullable>() && ...);
    }

    template <field_id Id>
    [[nodiscard, gnu::always_inline]] auto operator[](field_key<Id> key) const noexcept
        -> field_value<field_value_type<Id>> {
        if constexpr (((Id == Required) || ...)) {
            return std::get<position<Id, Required...>()>(required_);
        } else if constexpr (((Id == Nullable) || ...)) {
            return std::get<position<Id, Nullable...>()>(nullable_);
        } else {
            return record_[key];
        }
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// Whether nothing keeps the record from being added.
    [[nodiscard, gnu::always_inline]] auto usable() const noexcept -> bool { return usable_; }

private:
    template <field_id Id>
    [[gnu::always_inline]] auto take() noexcept -> bool {
        auto const value = record_[field_key<Id>{}];
        if (!value.has_value()) [[unlikely]]
            return false;
        std::get<position<Id, Required...>()>(required_) = *value;
        return true;
    }

    template <field_id Id>
    [[gnu::always_inline]] auto take_nullable() noexcept -> bool {
        auto const value = record_[field_key<Id>{}];
        std::get<position<Id, Nullable...>()>(nullable_) = value;
        return !value.malformed();
    }

    template <field_id Id, field_id... Ids>
    static constexpr auto position() -> std::size_t {
        constexpr auto ids = std::array{Ids...};
        return static_cast<std::size_t>(std::ranges::find(ids, Id) - ids.begin());
    }

    Record const& record_;
    std::tuple<field_value_type<Required>...> required_{};
    std::tuple<field_value<field_value_type<Nullable>>...> nullable_{};
    bool usable_;
};

}  // namespace detail

/// What an aggregator reads.
template <aggregator A>
[[nodiscard]] auto uses(A const& a) -> std::vector<field_use> {
    if constexpr (requires { a.uses(); }) {
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
    if constexpr (requires { a.offending_field_of(record); }) {
        return a.offending_field_of(record);
    } else if constexpr (requires { typename A::fields; }) {
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

/// Merges, with several threads where the aggregator can.
template <aggregator A>
void merge(A& a, A&& other, unsigned threads) {
    if constexpr (requires { a.merge(std::move(other), threads); }) {
        a.merge(std::move(other), threads);
    } else {
        a.merge(std::move(other));
    }
}

/// Adds a record; false where a field keeps it out.
template <aggregator A, flow_record Record>
[[gnu::always_inline]] inline auto try_add(A& a, Record const& record) -> bool {
    if constexpr (requires { a.try_add(record); }) {
        return a.try_add(record);
    } else if constexpr (requires { typename A::fields; }) {
        using nullable = typename nullable_fields_of<A>::type;
        auto const decoded = decoded_record<Record, typename A::fields, nullable>{record};
        if (!decoded.usable()) [[unlikely]]
            return false;
        a.add(decoded);
        return true;
    } else {
        if (find_offending_field(a, record)) [[unlikely]]
            return false;
        a.add(record);
        return true;
    }
}

/// Adds lines one by one, up to one that a field keeps out; how many were added.
template <aggregator A, class Run>
[[gnu::always_inline]] inline auto add_each(A& a, Run const& lines) -> std::size_t {
    std::size_t line = 0;
    while (line != lines.size() && try_add(a, lines[line])) ++line;
    return line;
}

/// The same in parts of at most `room()` lines: those that `add_part(lines)` does not take, for
/// which it returns false, one by one.
template <aggregator A, class Run, class Room, class AddPart>
auto add_in_parts(A& a, Run const& run, Room room, AddPart add_part) -> std::size_t {
    for (std::size_t line = 0; line != run.size();) {
        auto const lines = run.slice(line, std::min<std::size_t>(run.size() - line, room()));
        auto const added = add_part(lines) ? lines.size() : add_each(a, lines);
        line += added;
        if (added != lines.size()) [[unlikely]]
            return line;
    }
    return run.size();
}

/// Adds the lines of a run, at once where the aggregator can; the rest is as above.
template <aggregator A, class Run>
[[gnu::always_inline]] inline auto add_batch(A& a, Run const& run) -> std::size_t {
    if constexpr (requires { a.add_batch(run); }) {
        return a.add_batch(run);
    } else {
        return add_each(a, run);
    }
}

}  // namespace detail

/// Throws `errc::missing_field`, with the names of what is missing and of what is there, where the
/// log of a reader lacks a field that is read. An empty log lacks nothing.
template <class Reader>
void require_fields(std::vector<field_use> const& wanted, Reader& reader) {
    auto missing = std::vector<std::string>{};
    for (auto const use : wanted) {
        if (!use.optional && !reader.has(use.id)) missing.emplace_back(info(use.id).name);
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

/// Adds every record of a range to `a`. Records with a field that cannot be used are taken back
/// (`reject`) where the range is a reader, which counts and reports them, and are passed over where
/// it is not.
template <std::ranges::input_range Records, aggregator A>
    requires flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Records>>>
void add_all(Records&& records, A& a) {
    auto const use = [&a](auto const& record)
                         __attribute__((always_inline)) { return detail::try_add(a, record); };
    auto const refused = [&a](auto const& record) { return *find_offending_field(a, record); };
    auto const use_batch = [&a](auto const& run) { return detail::add_batch(a, run); };
    if constexpr (requires { records.each(use, use_batch, refused, uses(a)); }) {
        records.each(use, use_batch, refused, uses(a));
    } else {
        for (auto const& record : records) {
            if (use(record)) continue;
            auto const found = refused(record);
            if constexpr (requires { records.reject(found.id, found.why); })
                records.reject(found.id, found.why);
        }
    }
}

/// Gives the records of a range to `a`, and `a` back.
///
///     auto counts = flowlog::aggregate(flows, flowlog::port_protocol_counter{});
template <std::ranges::input_range Records, aggregator A>
    requires flow_record<std::remove_cvref_t<std::ranges::range_reference_t<Records>>>
[[nodiscard]] auto aggregate(Records&& records, A a) -> A {
    add_all(records, a);
    return a;
}

/// Several aggregators in one pass. A record is added to all of them or to none.
template <aggregator... A>
class all_of {
public:
    using fields = typename detail::joined<typename A::fields...>::type;
    using nullable_fields =
        typename detail::joined<typename detail::nullable_fields_of<A>::type...>::type;

    explicit all_of(A... parts) : parts_{std::move(parts)...} {}

    template <flow_record Record>
    void add(Record const& record) {
        std::apply([&](auto&... part) { (part.add(record), ...); }, parts_);
    }

    void merge(all_of&& other) { merge(std::move(other), std::index_sequence_for<A...>{}); }

    /// The aggregator at a position, as it was given.
    template <std::size_t I>
    [[nodiscard]] auto get() const noexcept -> auto const& {
        return std::get<I>(parts_);
    }

private:
    template <std::size_t... I>
    void merge(all_of&& other, std::index_sequence<I...>) {
        (std::get<I>(parts_).merge(std::move(std::get<I>(other.parts_))), ...);
    }

    std::tuple<A...> parts_;
};

}  // namespace flowlog

#endif
