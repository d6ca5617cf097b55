// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_HOOKS_HPP
#define FLOWLOG_AGGREGATE_DETAIL_HOOKS_HPP

#include <concepts>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/concepts.hpp>
#include <flowlog/flow/flow.hpp>

namespace flowlog::detail {

// Whether a class has a member of some name, whatever it is. A class that derives from it and from
// a second class with that name cannot name the member without ambiguity. Nothing derives from a
// final class: of these, templates and private members are not found.
#define FLOWLOG_DETAIL_HAS_NAME(name)              \
    struct with_##name {                           \
        int name;                                  \
    };                                             \
    template <class A>                             \
    struct joined_with_##name : A, with_##name {}; \
    template <class A>                                                                          \
    concept has_##name =                                                                        \
        std::is_class_v<A> &&                                                                   \
        ((std::is_final_v<A> && (requires { &A::name; } || requires { typename A::name; })) || \
         (!std::is_final_v<A> && !requires { &joined_with_##name<A>::name; }));

FLOWLOG_DETAIL_HAS_NAME(add_batch)
FLOWLOG_DETAIL_HAS_NAME(count_addable)
FLOWLOG_DETAIL_HAS_NAME(fields)
FLOWLOG_DETAIL_HAS_NAME(load)
FLOWLOG_DETAIL_HAS_NAME(nullable_field)
FLOWLOG_DETAIL_HAS_NAME(nullable_fields)
FLOWLOG_DETAIL_HAS_NAME(offending_field_of)
FLOWLOG_DETAIL_HAS_NAME(optional_fields)
FLOWLOG_DETAIL_HAS_NAME(save)
FLOWLOG_DETAIL_HAS_NAME(try_add)
FLOWLOG_DETAIL_HAS_NAME(uses)
#undef FLOWLOG_DETAIL_HAS_NAME

/// Says in a sentence what a class lacks to be an aggregator, or which of its members is not what
/// its name promises. To instantiate it is to check.
template <class A>
struct checked_aggregator {
    static_assert(std::movable<A>,
                  "an aggregator must be movable, because partial results move between threads");
    static_assert(
        requires(A& a, flow const& record) { a.add(record); },
        "an aggregator needs a member add that takes any record: "
        "template <flowlog::flow_record Record> void add(Record const& record)");
    static_assert(
        requires(A& a, A b) { a.merge(std::move(b)); },
        "an aggregator needs a member merge that takes another one as an rvalue: "
        "void merge(A&& other)");
    static_assert(has_fields<A> || has_uses<A>,
                  "an aggregator says which fields it reads: using fields = "
                  "flowlog::field_list<...>, or at run time uses() const");
    static_assert(!(has_fields<A> && has_uses<A>), "an aggregator has fields or uses(), not both");
    static_assert(!has_fields<A> || declares_fields<A>,
                  "the member fields of an aggregator is a type: using fields = "
                  "flowlog::field_list<...>");
    static_assert(!has_uses<A> || tells_uses<A>,
                  "the member uses of an aggregator is "
                  "auto uses() const -> std::vector<flowlog::field_use>");
    static_assert(!has_nullable_fields<A> || declares_nullable_fields<A>,
                  "the member nullable_fields of an aggregator is a type: using nullable_fields = "
                  "flowlog::field_list<...>");
    static_assert(!has_nullable_fields<A> || has_fields<A>,
                  "an aggregator with nullable_fields also has fields, which may be an empty list");
    static_assert(!has_nullable_field<A> && !has_optional_fields<A>,
                  "the list of fields that a record may lack is called nullable_fields");
    static_assert(!has_try_add<A> || trying_aggregator<A, flow>,
                  "the member try_add of an aggregator takes any record and returns bool: "
                  "template <flowlog::flow_record Record> auto try_add(Record const&) -> bool");
    static_assert(!has_offending_field_of<A> || explaining_aggregator<A, flow>,
                  "the member offending_field_of of an aggregator is "
                  "template <flowlog::flow_record Record> auto offending_field_of(Record const&) "
                  "const -> std::optional<flowlog::offending_field>");
    static_assert(
        has_save<A> == has_load<A>,
        "an aggregator that can be saved has both void save(flowlog::state_writer&) const "
        "and void load(flowlog::state_reader&)");
    using type = A;
};

/// Stops compilation with that sentence if a class is no aggregator.
template <class A>
constexpr void require_aggregator() noexcept {
    static_cast<void>(sizeof(checked_aggregator<A>));
}

/// The same for the members that take a batch.
template <class A, class Batch>
struct checked_batch_hooks {
    static_assert(!has_add_batch<A> || batch_aggregator<A, Batch>,
                  "the member add_batch of an aggregator takes any batch and returns how many "
                  "records it added: template <flowlog::record_batch Batch> "
                  "auto add_batch(Batch const&) -> std::size_t");
    static_assert(!has_count_addable<A> || counting_aggregator<A, Batch>,
                  "the member count_addable of an aggregator takes any batch and returns how many "
                  "records can be added: template <flowlog::record_batch Batch> "
                  "auto count_addable(Batch const&) -> std::size_t");
    static constexpr bool value = true;
};

/// The same for the members that take a record of one type.
template <class A, class Record>
struct checked_record_hooks {
    static_assert(!has_try_add<A> || trying_aggregator<A, Record>,
                  "the member try_add of an aggregator takes any record and returns bool: "
                  "template <flowlog::flow_record Record> auto try_add(Record const&) -> bool");
    static_assert(!has_offending_field_of<A> || explaining_aggregator<A, Record>,
                  "the member offending_field_of of an aggregator is "
                  "template <flowlog::flow_record Record> auto offending_field_of(Record const&) "
                  "const -> std::optional<flowlog::offending_field>");
    static constexpr bool value = true;
};

}  // namespace flowlog::detail

namespace flowlog {

/// `A`, which must be an aggregator: if it is none, compilation stops with a sentence that says
/// what is missing.
template <class A>
using required_aggregator = typename detail::checked_aggregator<A>::type;

}  // namespace flowlog

#endif
