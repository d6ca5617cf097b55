// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_READER_HPP
#define FLOWLOG_FORMAT_READER_HPP

#include <concepts>
#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>

namespace flowlog {

/// The iterator of a reader: a single-pass input iterator over its records. `*it` is valid until
/// `++it`.
///
/// It works for any class `Reader` that has, public or private with this iterator as a friend:
///
///     using record_type = …;                            // public: what `*it` refers to
///     auto advance() -> bool;                           // moves to the next record, if any
///     auto current() const -> record_type const&;       // the record that it moved to
///
/// Such a class is a range with these two members:
///
///     auto begin() -> record_iterator<Reader> { return ++record_iterator{*this}; }
///     auto end() const noexcept -> std::default_sentinel_t { return {}; }
template <class Reader>
class record_iterator {
public:
    using value_type = typename Reader::record_type;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    /// Refers to no record before its first `++`.
    explicit record_iterator(Reader& reader) noexcept : reader_{&reader} {}

    [[nodiscard]] auto operator*() const noexcept -> value_type const& {
        return reader_->current();
    }
    [[nodiscard]] auto operator->() const noexcept -> value_type const* {
        return &reader_->current();
    }
    /// Throws what the reader throws.
    auto operator++() -> record_iterator& {
        done_ = !reader_->advance();
        return *this;
    }
    void operator++(int) { ++*this; }
    /// Rejects the current record, as the reader does.
    void reject(field_id id, reason why) const { reader_->reject(id, why); }
    friend auto operator==(record_iterator const& it, std::default_sentinel_t) noexcept -> bool {
        return it.done_;
    }

private:
    Reader* reader_;
    bool done_ = false;
};

namespace detail {

// What `each` of a reader is called with, for the concept to try.

struct any_use {
    template <class Record>
    auto operator()(Record const&) const -> bool;
};
struct any_use_batch {
    template <class Batch>
    auto operator()(Batch const&) const -> std::size_t;
};
struct any_refused {
    template <class Record>
    auto operator()(Record const&) const -> std::pair<field_id, reason>;
};

// The parts of a `log_reader`, by the members that they ask for.

template <class T>
concept has_flows = requires(T& reader) {
    typename T::record_type;
    requires flow_record<typename T::record_type>;
    { reader.begin() } -> std::input_iterator;
    { reader.end() } -> std::sentinel_for<decltype(reader.begin())>;
    requires std::same_as<std::iter_value_t<decltype(reader.begin())>, typename T::record_type>;
};
template <class T>
concept has_stats = requires(T const& reader) {
    { reader.stats() } -> std::same_as<statistics>;
};
template <class T>
concept has_name = requires(T const& reader) {
    { reader.name() } -> std::convertible_to<std::string>;
};
template <class T>
concept has_field_test = requires(T& reader, field_id id) {
    { reader.has(id) } -> std::same_as<bool>;
};
template <class T>
concept has_description = requires(T& reader) {
    { reader.describe() } -> std::same_as<archive_info>;
};
template <class T>
concept has_reject = requires(T& reader, field_id id, reason why) { reader.reject(id, why); };
template <class T>
concept has_each = requires(T& reader, any_use use, any_use_batch use_batch, any_refused refused,
                            std::vector<field_use> const& wanted) {
    reader.each(use, use_batch, refused, wanted);
};

}  // namespace detail

/// The reader of a log format: what every format owes the rest of the library.
///
/// A reader is movable and is itself the range of its flows: `record_type` models `flow_record`,
/// and `begin()` returns a `record_iterator`. Besides, it has these members:
///
/// - `stats() const -> statistics`: what became of the lines or records so far.
/// - `name() const -> std::string`: the name of the input.
/// - `has(field_id) -> bool`: whether flows of this log can have the field. May read up to the
///   first flow to find out.
/// - `describe() -> archive_info`: what the log says of itself. May read up to the first flow, too.
/// - `reject(field_id, reason)`: the current record counts as malformed, not as a flow.
/// - `each(use, use_batch, refused, wanted)`: the loop of an aggregation, over all flows that are
///   left. The aggregation reads the fields `wanted` (`std::vector<field_use>`; none: any). The
///   reader hands out every flow once, in order, either alone or in a batch. `use(record)` takes a
///   flow, or returns false. `use_batch(batch)` takes flows of a `record_batch` from its first on,
///   and returns how many it took; the reader passes the next one to `use`. A flow that `use` did
///   not take is rejected for the field and the reason that `refused(record)` returns.
///   `use_or_reject` does just that.
///
/// `require_log_reader<T>()` says in a sentence what a type lacks.
template <class T>
concept log_reader = std::movable<T> && detail::has_flows<T> && detail::has_stats<T> &&
                     detail::has_name<T> && detail::has_field_test<T> &&
                     detail::has_description<T> && detail::has_reject<T> && detail::has_each<T>;

/// Stops the compilation with a sentence for each thing that `T` lacks to be a `log_reader`.
template <class T>
consteval auto require_log_reader() -> bool {
    static_assert(std::movable<T>, "a log reader must be movable");
    static_assert(detail::has_flows<T>,
                  "a log reader must be an input range of its record_type, which must be a "
                  "flow_record: give it begin(), which returns record_iterator, and end()");
    static_assert(detail::has_stats<T>,
                  "a log reader must have stats() const, which returns flowlog::statistics");
    static_assert(detail::has_name<T>,
                  "a log reader must have name() const, which returns the name of its input");
    static_assert(detail::has_field_test<T>,
                  "a log reader must have has(field_id), which returns whether its flows can have "
                  "that field");
    static_assert(detail::has_description<T>,
                  "a log reader must have describe(), which returns flowlog::archive_info");
    static_assert(detail::has_reject<T>,
                  "a log reader must have reject(field_id, reason), which counts the current "
                  "record as malformed");
    static_assert(detail::has_each<T>,
                  "a log reader must have each(use, use_batch, refused, wanted), which hands out "
                  "all flows that are left");
    return log_reader<T>;
}

/// A step of `log_reader::each`: gives the reader's current record to `use`, and rejects it when
/// `use` does not take it.
template <class Reader, class Record, class Use, class Refused>
[[gnu::always_inline]] inline void use_or_reject(Reader& reader, Record const& record, Use& use,
                                                 Refused& refused) {
    if (use(record)) return;
    auto const [offending_field, why] = refused(record);
    reader.reject(offending_field, why);
}

}  // namespace flowlog

#endif
