// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_SRC_JSON_ROWS_HPP
#define FLOWLOG_SRC_JSON_ROWS_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/flow/field.hpp>
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
};

/// Rows that become a batch: set the fields of one row, then end it.
class row_buffer {
public:
    /// Begins a new batch.
    void clear();

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

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
    void put(field_id id, std::string_view text) {
        auto const is_stable = !std::less<>{}(text.data(), stable_.data()) &&
                               std::less<>{}(text.data(), stable_.data() + stable_.size());
        put<std::string_view>(id, is_stable ? text : texts_.keep(text));
    }
    /// Says that this text is valid until the next call of `clear`: parts of it are not copied.
    void set_stable(std::string_view text) noexcept { stable_ = text; }
    /// Sets a field to a text of this batch, which is not copied.
    void put(field_id id, repeated_text& text);
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
        auto const& c = columns_[static_cast<std::size_t>(Id)];
        if (c.states.size() <= size_ || c.states[size_] != presence::present) return std::nullopt;
        return reinterpret_cast<field_value_type<Id> const*>(c.values.data())[size_];
    }
    /// Whether a row of the batch has the field.
    [[nodiscard]] auto has(field_id id) const noexcept -> bool {
        return columns_[static_cast<std::size_t>(id)].used;
    }

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
    void locate(std::size_t row, malformed_line& line) const;

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
    void repeat_swapped();
    template <class T>
    void swap(field_id a, field_id b);

    std::array<column, fields.size()> columns_{};
    std::vector<field_id> used_{};
    std::size_t size_ = 0;
    std::vector<std::uint64_t> offsets_{};
    std::map<std::size_t, refusal> refused_{};
    text_arena texts_{};
    std::string_view stable_{};
    std::uint64_t batch_ = 1;
};

}  // namespace flowlog::detail::json

#endif
