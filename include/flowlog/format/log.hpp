// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_LOG_HPP
#define FLOWLOG_FORMAT_LOG_HPP

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/archive_info.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/format/flowd.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/source.hpp>

namespace flowlog {

namespace detail {

template <class Variant>
struct records_of;
template <class... Readers>
struct records_of<std::variant<Readers...>> {
    using pointers = std::variant<typename Readers::record_type const*...>;
};

}  // namespace detail

/// The reader of any format that flowlog knows.
using any_reader = std::variant<text_reader<any_source>, flow_tools_reader<any_source>,
                                flowd_reader<any_source>, nfdump_reader<any_source>>;

/// A record of a log of any format; a switch per field. A view: valid until its log moves on.
class any_record {
public:
    any_record() = default;

    /// Refers to `record`.
    template <class Record>
    explicit any_record(Record const& record) noexcept : record_{&record} {}

    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id> key) const noexcept
        -> field_value<field_value_type<Id>> {
        return std::visit([key](auto const* record) { return (*record)[key]; }, record_);
    }

    /// Calls `function(record)` with the record of the format itself, for what reads many fields.
    template <class Function>
    auto visit(Function&& function) const -> decltype(auto) {
        return std::visit([&](auto const* record) -> decltype(auto) { return function(*record); },
                          record_);
    }

private:
    typename detail::records_of<any_reader>::pointers record_;
};

/// A log of any format: a single-pass input range of its flows. `visit` gives the reader of the
/// format itself, for loops that a switch per field would slow down.
template <class Reader = any_reader>
class basic_log {
public:
    using record_type = any_record;

    /// Takes over a reader that has not begun. `packed` names the compressions that were undone on
    /// the way to it, the outermost first.
    template <class Opened>
    explicit basic_log(Opened opened, std::vector<std::string> packed = {})
        : reader_{std::make_unique<Reader>(std::move(opened))}, packed_{std::move(packed)} {}

    /// Calls `function(reader)` with the reader of this log's format.
    template <class Function>
    auto visit(Function&& function) -> decltype(auto) {
        return std::visit(std::forward<Function>(function), *reader_);
    }
    template <class Function>
    auto visit(Function&& function) const -> decltype(auto) {
        return std::visit(std::forward<Function>(function), std::as_const(*reader_));
    }

    /// Single-pass; `*it` is valid until `++it`.
    class iterator {
    public:
        using value_type = record_type;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        explicit iterator(basic_log& owner) : owner_{&owner} { ++*this; }
        auto operator*() const noexcept -> record_type const& { return record_; }
        auto operator->() const noexcept -> record_type const* { return &record_; }
        auto operator++() -> iterator& {
            done_ = !owner_->advance(record_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend auto operator==(iterator const& it, std::default_sentinel_t) noexcept -> bool {
            return it.done_;
        }

    private:
        basic_log* owner_;
        record_type record_;
        bool done_ = false;
    };

    [[nodiscard]] auto begin() -> iterator { return iterator{*this}; }
    [[nodiscard]] auto end() const noexcept -> std::default_sentinel_t { return {}; }

    /// What became of the lines, or records, so far.
    [[nodiscard]] auto stats() const -> statistics;

    /// The name of the input.
    [[nodiscard]] auto name() const -> std::string;

    /// Whether the flows have this field, as far as the beginning of the log tells; reads up to
    /// there.
    [[nodiscard]] auto has(field_id id) -> bool;

    /// What the beginning of the log says of it; reads up to there.
    [[nodiscard]] auto describe() -> archive_info;

    /// The compressions that were undone on the way to the log, the outermost first.
    [[nodiscard]] auto packed() const noexcept -> std::vector<std::string> const& {
        return packed_;
    }

    /// Counts the current record as malformed instead of as a flow.
    void reject(field_id offending_field, reason why);

    basic_log(basic_log&&) noexcept;
    auto operator=(basic_log&&) noexcept -> basic_log&;
    ~basic_log();

private:
    /// Makes `record` refer to the next flow; false at the end of the log.
    auto advance(record_type& record) -> bool;

    std::unique_ptr<Reader> reader_;
    std::vector<std::string> packed_;
};

// These bodies are outside of the class so that flowlog::compiled can hold them.

template <class Reader>
basic_log<Reader>::basic_log(basic_log&&) noexcept = default;

template <class Reader>
auto basic_log<Reader>::operator=(basic_log&&) noexcept -> basic_log& = default;

template <class Reader>
basic_log<Reader>::~basic_log() = default;

template <class Reader>
auto basic_log<Reader>::advance(record_type& record) -> bool {
    return visit([&record](auto& from) {
        auto const next = from.begin();
        if (next == from.end()) return false;
        record = record_type{*next};
        return true;
    });
}

template <class Reader>
auto basic_log<Reader>::stats() const -> statistics {
    return visit([](auto const& from) { return from.stats(); });
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
auto basic_log<Reader>::describe() -> archive_info {
    auto info = visit([](auto& from) { return from.describe(); });
    for (auto const& name : packed_) info.notes.push_back("the file is compressed with " + name);
    return info;
}

template <class Reader>
void basic_log<Reader>::reject(field_id offending_field, reason why) {
    visit([&](auto& from) { from.reject(offending_field, why); });
}

/// A log of any format. (A template, so that what a program does not call of it costs no compile
/// time.)
using log = basic_log<>;

#ifdef FLOWLOG_COMPILED
extern template class basic_log<any_reader>;
#endif

}  // namespace flowlog

#endif
