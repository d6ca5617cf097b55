// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_LOG_HPP
#define FLOWLOG_FORMAT_LOG_HPP

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/select.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/formats.hpp>
#include <flowlog/format/reader.hpp>

namespace flowlog {

namespace detail {

template <class Variant>
struct records_of;
template <class... Readers>
struct records_of<std::variant<Readers...>> {
    using pointers = std::variant<typename Readers::record_type const*...>;
};

}  // namespace detail

/// The reader of any format: one of the built-in formats, or `column_log_reader`, which reads all
/// registered ones.
using any_reader = detail::built_in_formats::any_reader;

/// A record of a log of any format; each access to a field is a switch over the formats. A view:
/// valid until its log moves on.
class any_record {
public:
    any_record() = default;

    /// Refers to `record`.
    template <class Record>
    explicit any_record(Record const& record) noexcept : record_{&record} {}

    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The value of a field known only at run time. `T` must be the type of the field's values.
    template <class T>
    [[nodiscard]] auto get(field_id id) const noexcept -> field_value<T> {
        return std::visit([id](auto const* record) { return load_field<T>(*record, id); }, record_);
    }

    /// Calls `function(record)` with the record of the log's own format, for code that reads many
    /// fields.
    template <class Function>
    auto visit(Function&& function) const -> decltype(auto) {
        return std::visit([&](auto const* record) -> decltype(auto) { return function(*record); },
                          record_);
    }

private:
    typename detail::records_of<any_reader>::pointers record_;
};

/// A log of any format, or several logs one after the other: a single-pass input range of their
/// flows. `visit` gives the reader of the log's own format, for loops that a switch per field would
/// slow down; of several logs, the reader of the one that is being read.
template <class Reader = any_reader>
class basic_log : public selectable<basic_log<Reader>> {
public:
    using record_type = any_record;

    /// Takes over a reader that has not begun. `packed` names the compressions that were undone,
    /// the outermost first.
    template <class Opened>
    explicit basic_log(Opened opened, std::vector<std::string> packed = {})
        : reader_{std::make_unique<Reader>(std::move(opened))}, packed_{std::move(packed)} {}

    /// Lets the flows of more logs follow, after those that follow already. `next` gives one log
    /// after the other, which may be several logs themselves, and none at the end; it is called
    /// when the log before is at its end, and its exceptions are passed on.
    void follow_with(std::function<std::optional<basic_log>()> next) {
        next_ = one_after_the_other(std::move(next_), std::move(next));
    }

    /// Calls `function(reader)` with the reader of this log's format.
    template <class Function>
    auto visit(Function&& function) -> decltype(auto) {
        return std::visit(std::forward<Function>(function), *reader_);
    }
    template <class Function>
    auto visit(Function&& function) const -> decltype(auto) {
        return std::visit(std::forward<Function>(function), std::as_const(*reader_));
    }

    /// Moves to the first flow, or to the next one if the log has begun.
    [[nodiscard]] auto begin() -> record_iterator<basic_log> { return ++record_iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the lines, or of the records, so far; of several logs, in all.
    [[nodiscard]] auto stats() const -> statistics;

    /// The name of the input that is being read.
    [[nodiscard]] auto name() const -> std::string;

    /// Whether the flows have this field, according to the beginning of the log, which is read if
    /// that was not done yet.
    [[nodiscard]] auto has(field_id id) -> bool;

    /// Whether the flows have this field, or flows further on may have it: the records of some logs
    /// differ, such as JSON objects whose keys are names of fields. Then `has` changes as the log
    /// is read.
    [[nodiscard]] auto may_have(field_id id) -> bool;

    /// What the log says of itself at its beginning, which is read if that was not done yet.
    [[nodiscard]] auto describe() -> archive_info;

    /// The names of the compressions that were undone, the outermost first.
    [[nodiscard]] auto packed() const noexcept -> std::vector<std::string> const& {
        return packed_;
    }

    /// Counts the current record as malformed instead of as a flow.
    void reject(field_id offending_field, reason why);

    basic_log(basic_log&&) noexcept;
    auto operator=(basic_log&&) noexcept -> basic_log&;
    ~basic_log();

private:
    friend record_iterator<basic_log>;

    using source_of_logs = std::function<std::optional<basic_log>()>;

    [[nodiscard]] static auto one_after_the_other(source_of_logs first, source_of_logs second)
        -> source_of_logs;
    auto advance() -> bool;
    auto open_next() -> bool;
    [[nodiscard]] auto current() const noexcept -> record_type const& { return record_; }

    std::unique_ptr<Reader> reader_;
    record_type record_;
    std::vector<std::string> packed_;
    std::function<std::optional<basic_log>()> next_;
    statistics finished_;  // of the logs before this one
};

// These bodies are outside of the class so that flowlog::compiled can hold them.

template <class Reader>
basic_log<Reader>::basic_log(basic_log&&) noexcept = default;

template <class Reader>
auto basic_log<Reader>::operator=(basic_log&&) noexcept -> basic_log& = default;

template <class Reader>
basic_log<Reader>::~basic_log() = default;

template <class Reader>
auto basic_log<Reader>::advance() -> bool {
    auto const move_on = [this](auto& from) {
        auto const next = from.begin();
        if (next == from.end()) return false;
        record_ = record_type{*next};
        return true;
    };
    do {
        if (visit(move_on)) return true;
    } while (open_next());
    return false;
}

template <class Reader>
auto basic_log<Reader>::open_next() -> bool {
    if (!next_) return false;
    auto next = next_();
    if (!next) return false;
    finished_ = stats();
    finished_ += next->finished_;
    reader_ = std::move(next->reader_);
    packed_ = std::move(next->packed_);
    next_ = one_after_the_other(std::move(next->next_), std::move(next_));
    return true;
}

template <class Reader>
auto basic_log<Reader>::one_after_the_other(source_of_logs first, source_of_logs second)
    -> source_of_logs {
    if (!first) return second;
    if (!second) return first;
    return [first = std::move(first), second = std::move(second),
            first_ended = false]() mutable -> std::optional<basic_log> {
        if (!first_ended) {
            if (auto log = first()) return log;
            first_ended = true;
        }
        return second();
    };
}

template <class Reader>
auto basic_log<Reader>::stats() const -> statistics {
    auto result = finished_;
    result += visit([](auto const& from) { return from.stats(); });
    return result;
}

template <class Reader>
auto basic_log<Reader>::name() const -> std::string {
    return visit([](auto const& from) { return from.name(); });
}

template <class Reader>
auto basic_log<Reader>::has(field_id id) -> bool {
    return visit([id](auto& from) { return from.has(id); });
}

template <class Reader>
auto basic_log<Reader>::may_have(field_id id) -> bool {
    return visit([id](auto& from) {
        if constexpr (requires { from.may_have(id); })
            return from.may_have(id);
        else
            return from.has(id);
    });
}

template <class Reader>
auto basic_log<Reader>::describe() -> archive_info {
    auto info = visit([](auto& from) { return from.describe(); });
    for (auto const& name : packed_) info.notes.push_back("the file is compressed with " + name);
    return info;
}

template <class Reader>
void basic_log<Reader>::reject(field_id offending_field, reason why) {
    visit([&](auto& from) { from.reject(offending_field, why); });
}

/// A log of any format. (`basic_log` is a template so that members that a program does not call
/// cost no compile time.)
using log = basic_log<>;

#ifdef FLOWLOG_COMPILED
extern template class basic_log<any_reader>;
#endif

}  // namespace flowlog

#endif
