// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_CONCEPTS_HPP
#define FLOWLOG_AGGREGATE_CONCEPTS_HPP

#include <concepts>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

class state_reader;
class state_writer;

/// A field that keeps a record from being added, and why.
struct offending_field {
    field_id id;
    reason why;

    friend auto operator==(offending_field const&, offending_field const&) -> bool = default;
};

namespace detail {

template <class T>
inline constexpr bool is_field_list = false;
template <field_id... Ids>
inline constexpr bool is_field_list<field_list<Ids...>> = true;

}  // namespace detail

/// An aggregator whose fields are known at compile time: `using fields = field_list<…>` names the
/// fields that each record must have. Its `add` may read no other fields.
template <class A>
concept declares_fields =
    requires { typename A::fields; } && detail::is_field_list<typename A::fields>;

/// An aggregator that names fields that a record may lack: `using nullable_fields = field_list<…>`.
/// If a record has them, they must be well formed.
template <class A>
concept declares_nullable_fields =
    requires { typename A::nullable_fields; } && detail::is_field_list<typename A::nullable_fields>;

/// An aggregator whose fields are known at run time: `uses()` names them. They are the same
/// throughout its life.
template <class A>
concept tells_uses = requires(A const& a) {
    { a.uses() } -> std::convertible_to<std::vector<field_use>>;
};

/// Makes partial results out of records, and one result out of two.
///
///     struct byte_counter {
///         using fields = flowlog::field_list<flowlog::field_id::bytes>;
///         std::uint64_t bytes = 0;
///
///         void add(flowlog::flow_record auto const& record) { bytes += *record[field::bytes]; }
///         void merge(byte_counter&& other) { bytes += other.bytes; }
///     };
///
/// `add(record)` is given records whose fields are as declared, and does not fail. `merge(other)`
/// takes over what another aggregator of the same set-up has seen. The laws are checked by
/// `check_aggregator_laws` of aggregate/laws.hpp: `merge` is associative, a fresh aggregator is its
/// identity, and results do not depend on how records were shared out.
///
/// An aggregator may have more members, its hooks, each a concept below. A member with the name of
/// a hook that cannot be called as the hook is called is an error of compilation.
template <class T>
concept aggregator = std::movable<T> && requires(T& a, T b, flow const& record) {
    a.add(record);
    a.merge(std::move(b));
} && (declares_fields<T> || tells_uses<T>);

/// Hook: `add_batch(batch)` adds the records of a batch up to the first that cannot be added, and
/// returns how many that are: as `add` one by one does, but column by column.
/// aggregate/columns.hpp has functions to write one with.
template <class A, class Batch>
concept batch_aggregator = record_batch<Batch> && requires(A& a, Batch const& batch) {
    { a.add_batch(batch) } -> std::same_as<std::size_t>;
};

/// Hook: `try_add(record)` adds a record, or returns false and adds nothing if a field keeps the
/// record out: what `find_offending_field` and `add` do in two steps.
template <class A, class Record>
concept trying_aggregator = requires(A& a, Record const& record) {
    { a.try_add(record) } -> std::same_as<bool>;
};

/// Hook: `offending_field_of(record)` finds the first field that keeps a record out. Without it,
/// these are the declared fields that are malformed, or absent and not nullable.
template <class A, class Record>
concept explaining_aggregator = requires(A const& a, Record const& record) {
    { a.offending_field_of(record) } -> std::same_as<std::optional<offending_field>>;
};

/// Hook: `count_addable(batch)` returns how many records of a batch, from the first on, can be
/// added; it adds none. `all_of` asks it of aggregators with an `offending_field_of` of their own,
/// which are otherwise asked record by record.
template <class A, class Batch>
concept counting_aggregator = record_batch<Batch> && requires(A& a, Batch const& batch) {
    { a.count_addable(batch) } -> std::same_as<std::size_t>;
};

/// Hook: an aggregator that writes text. `run` calls `write_to(sink)` before the records of an
/// input, or of a chunk of one, and `write_to({})` after them; each call first hands the text that
/// is left to the sink before. `run` brings the text of all threads into the order of the inputs
/// and gives it to the `output()` of the aggregator that it was called with.
template <class A>
concept writing_aggregator = requires(A& a, A const& b, std::function<void(std::string_view)> f) {
    { b.output() } -> std::same_as<std::function<void(std::string_view)>>;
    a.write_to(std::move(f));
};

/// Hook: `merge(other, threads)` merges with several threads.
template <class A>
concept parallel_aggregator =
    requires(A& a, A b, unsigned threads) { a.merge(std::move(b), threads); };

/// Hook: `save(out)` writes what was counted, and `load(in)` reads what another aggregator of the
/// same set-up has saved, and merges it: so that several processes or machines are one run. A state
/// begins with a head, which says what is counted. `load` throws if it is of another set-up.
template <class A>
concept saved_aggregator = requires(A& a, A const& saved, state_writer& out, state_reader& in) {
    saved.save(out);
    a.load(in);
};

}  // namespace flowlog

#endif
