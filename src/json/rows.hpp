// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_ROWS_HPP
#define FLOWLOG_SRC_JSON_ROWS_HPP

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_use.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/column_batch.hpp>
#include <flowlog/format/open_options.hpp>

namespace flowlog::detail::json {

/// Texts that live as long as a batch.
class text_arena {
public:
    [[nodiscard]] auto keep(std::string_view text) -> std::string_view;
    void clear() noexcept {
        block_ = 0;
        used_ = 0;
        large_.clear();
    }

private:
    static constexpr std::size_t block_size = std::size_t{64} << 10;

    std::vector<std::unique_ptr<char[]>> blocks_{};
    std::vector<std::string> large_{};
    std::size_t block_ = 0;
    std::size_t used_ = 0;
};

/// A text of many rows. It is kept once per batch.
struct repeated_text {
    std::string text{};
    std::string_view kept{};
    std::uint64_t batch = 0;
};

/// The counters of the direction from the destination to the source, as far as there are any.
struct reverse_counters {
    std::optional<std::uint64_t> packets{};
    std::optional<std::uint64_t> bytes{};
    std::optional<std::uint8_t> tcp_flags{};
    bool has_tcp_flags = false;  // those of the record are of the other direction alone
};

/// Rows that become a batch: set the fields of one row, then end it.
class row_buffer {
public:
    /// Begins a new batch.
    void clear();

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
    /// Whether all rows are damage.
    [[nodiscard]] auto all_refused() const noexcept -> bool { return refused_.size() == size_; }

    /// Says which fields will be read, from the next row on. At first these are all fields.
    void want(std::span<field_use const> wanted) {
        unwanted_.set();
        for (auto const& use : wanted) unwanted_.reset(static_cast<std::size_t>(use.id));
    }
    void want_all() noexcept { unwanted_.reset(); }
    /// Whether a field will be read. Others need not be set.
    [[nodiscard]] auto wants(field_id id) const noexcept -> bool {
        return !unwanted_[static_cast<std::size_t>(id)];
    }

    template <field_id Id>
    void set(field_key<Id>, field_value_type<Id> value) {
        put(Id, value);
    }
    /// Sets a field of the row. A text is copied, unless it is part of the stable one.
    template <class T>
    void put(field_id id, T value) {
        auto& c = prepare(id, sizeof(T));
        reinterpret_cast<T*>(c.values.data())[size_] = value;
        c.states[size_] = presence::present;
    }
    void put(field_id id, std::string_view text) { put<std::string_view>(id, lasting(text)); }
    /// The text, or a copy of it if it is no part of the stable one.
    [[nodiscard]] auto lasting(std::string_view text) -> std::string_view {
        auto const is_stable = !std::less<>{}(text.data(), stable_.data()) &&
                               std::less<>{}(text.data(), stable_.data() + stable_.size());
        return is_stable ? text : texts_.keep(text);
    }
    /// Says that this text is valid until the next call of `clear`: parts of it are not copied.
    void set_stable(std::string_view text) noexcept { stable_ = text; }
    /// Sets a field to a text of this batch, which is not copied.
    void put(field_id id, repeated_text& text);
    /// The text as the rows of this batch have it.
    [[nodiscard]] auto kept(repeated_text& text) -> std::string_view;

    // For readers that write many rows at once: the rows from `size` on, which `append` ends.

    /// The values of a field, by row, with room for this many rows.
    template <class T>
    [[nodiscard]] auto values(field_id id, std::size_t rows) -> T* {
        reserve(id, sizeof(T), rows);
        return reinterpret_cast<T*>(columns_[static_cast<std::size_t>(id)].values.data());
    }
    /// The states of a field, by row. \pre `values` was called
    [[nodiscard]] auto states(field_id id) noexcept -> presence* {
        return columns_[static_cast<std::size_t>(id)].states.data();
    }
    /// Says that the values of a field were written in these rows.
    void mark_present(field_id id, std::size_t first, std::size_t last) {
        std::fill(states(id) + first, states(id) + last, presence::present);
    }
    /// Sets a field of the next rows to a text of this batch.
    void repeat(field_id id, repeated_text& text, std::size_t count) {
        std::fill_n(values<std::string_view>(id, size_ + count) + size_, count, kept(text));
        mark_present(id, size_, size_ + count);
    }
    /// Ends as many rows as these offsets, which they came from.
    void append(std::span<std::uint64_t const> offsets) {
        offsets_.insert(offsets_.end(), offsets.begin(), offsets.end());
        size_ += offsets.size();
        lines_.resize(size_, line_);
    }

    template <class T>
    void put(field_id id, field_value<T> value) {
        if (value.has_value()) {
            put(id, *value);
        } else {
            prepare(id, sizeof(T)).states[size_] = value.state();
        }
    }
    void unset(field_id id);

    /// The value that the row has, if it has one.
    template <field_id Id>
    [[nodiscard]] auto get(field_key<Id>) const -> std::optional<field_value_type<Id>> {
        if (!is_set(Id)) return std::nullopt;
        auto const& values = columns_[static_cast<std::size_t>(Id)].values;
        return reinterpret_cast<field_value_type<Id> const*>(values.data())[size_];
    }
    /// Whether the row has the field.
    [[nodiscard]] auto is_set(field_id id) const noexcept -> bool {
        auto const& states = columns_[static_cast<std::size_t>(id)].states;
        return size_ < states.size() && states[size_] == presence::present;
    }
    /// Whether a row of the batch has the field.
    [[nodiscard]] auto has(field_id id) const noexcept -> bool {
        return columns_[static_cast<std::size_t>(id)].used;
    }

    /// The fields that rows of the batch have.
    [[nodiscard]] auto used() const noexcept -> std::span<field_id const> { return used_; }

    /// Ends a row, which came from this offset.
    void finish(std::uint64_t offset);
    /// Ends a row that may count both directions: with `split`, the way back becomes a row of its
    /// own if it had traffic.
    void finish_two_way(std::uint64_t offset, reverse_counters const& back, two_way how);
    /// Takes the fields of the row back.
    void discard();
    /// Adds a row that is no flow, and takes back what was set.
    void refuse(std::uint64_t offset, reason why, std::optional<field_id> field, std::string text,
                std::size_t column = 0);

    /// Gives the rows to a batch. They are valid until the next call of `clear`.
    void fill(column_batch& batch);
    /// Gives a batch, which has other rows, the values of a field that these rows have, which came
    /// from the same places. Where there is no such row, the value is malformed.
    void lend(field_id id, row_buffer const& to, column_batch& batch) const;
    void locate(std::size_t row, malformed_line& line) const;

    /// Says that the next rows come from this line, counted from 1; 0: the log has no lines.
    void set_line(std::uint64_t number) noexcept { line_ = number; }
    /// The line of a row; 0 if the log has no lines.
    [[nodiscard]] auto line_of(std::size_t row) const noexcept -> std::uint64_t {
        return lines_[row];
    }

    /// Says that what follows the last row is an entry of another log.
    void note_pass() { passes_.push_back(size_); }
    /// How many such entries of the batch follow a row.
    [[nodiscard]] auto passes_after(std::size_t row) const -> std::uint64_t {
        return static_cast<std::uint64_t>(
            std::count_if(passes_.begin(), passes_.end(), [row](auto at) { return at > row; }));
    }

private:
    struct column {
        std::vector<std::uint64_t> values{};
        std::vector<presence> states{};
        bool used = false;
    };
    struct refusal {
        reason why;
        std::optional<field_id> field;
        std::string text;
        std::size_t column;
    };

    /// The column of a field, with room for the value of the row.
    auto prepare(field_id id, std::size_t value_size) -> column& {
        auto& c = columns_[static_cast<std::size_t>(id)];
        if (!c.used || size_ >= c.states.size()) [[unlikely]]
            grow(id, value_size);
        return c;
    }
    void grow(field_id id, std::size_t value_size);
    void reserve(field_id id, std::size_t value_size, std::size_t rows);
    static void resize(column& c, std::size_t value_size, std::size_t rows);
    void repeat_swapped();
    template <class T>
    void swap(field_id a, field_id b);

    std::array<column, fields.size()> columns_{};
    std::bitset<fields.size()> unwanted_{};
    std::vector<field_id> used_{};
    std::size_t size_ = 0;
    std::vector<std::uint64_t> offsets_{};
    std::vector<std::uint64_t> lines_{};  // that the rows come from
    std::uint64_t line_ = 0;              // that the next rows come from
    std::map<std::size_t, refusal> refused_{};
    std::vector<std::size_t> passes_{};  // the rows after entries of other logs
    text_arena texts_{};
    std::string_view stable_{};
    std::uint64_t batch_ = 1;
};

}  // namespace flowlog::detail::json

#endif
