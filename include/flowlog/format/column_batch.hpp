// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_COLUMN_BATCH_HPP
#define FLOWLOG_FORMAT_COLUMN_BATCH_HPP

//      column_batch of 5 rows              column_record: row 2         column_rows: rows 1 to 3
//
//      field      values           states
//      srcaddr    a  b  c  d  e    -                [c]                      b  c  d
//      dstport    80 0  53 53 22   p a p p p        [53]                     absent 53 53
//      bytes      1  2  3  4  0    p p p p m        [3]                      2  3  4
//      others     -                                 absent                   absent
//
//      states: p present, a absent, m malformed; none: every value is present

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/accounting.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog {

/// Rows of a log, column by column: what a reader of a registered format fills, and what records
/// and aggregators read. Any set of fields may have a column; a field without one is absent from
/// every row.
///
///     batch.begin(rows);
///     std::ranges::copy(decoded_ports, batch.make(field::dstport).begin());
///     batch.borrow(field::bytes, counters);      // values that stay where they are
///     batch.states(field_id::bytes)[3] = presence::absent;
class column_batch {
public:
    /// A row that is no flow because it could not be decoded.
    struct refused_row {
        std::size_t row;
        reason why;
        std::optional<field_id> offending_field;
    };

    /// Called for a field that has no column, at most once per batch and field: may add the column
    /// to this batch, if the log has it.
    using column_loader = std::function<void(column_batch&, field_id)>;

    /// Called for a column that is no field, by its name, at most once per batch: may make the
    /// column of `text_slot`, whose values are then its texts, in the batch that is passed. Returns
    /// whether the log has such a column.
    using text_loader = std::function<bool(column_batch&, std::string_view)>;

    /// The field in whose place a `text_loader` puts texts.
    static constexpr auto text_slot = field_id::interface_id;

    /// Begins a new batch of `rows` rows, without columns. Memory is reused.
    void begin(std::size_t rows) {
        for (auto& c : columns_) c.forget();
        for (auto& named : named_) named.asked_for = false;
        refused_.clear();
        size_ = rows;
    }

    /// How many rows there are.
    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    // --- for readers of formats ----------------------------------------------------------------

    /// Makes a column in memory of the batch and returns its values, one for each row, to be set.
    template <field_id Id>
    auto make(field_key<Id>) -> std::span<field_value_type<Id>> {
        return make<field_value_type<Id>>(Id);
    }

    /// Makes a column for a field that is known at run time. Throws `std::invalid_argument` if `T`
    /// is not the type of its values.
    template <class T>
    auto make(field_id id) -> std::span<T> {
        check_type<T>(id);
        auto& c = columns_[index(id)];
        c.storage.resize((size_ * sizeof(T) + sizeof(word) - 1) / sizeof(word));
        auto* const values = reinterpret_cast<T*>(c.storage.data());
        std::uninitialized_value_construct_n(values, size_);
        c.set(values, sizeof(T));
        return {values, size_};
    }

    /// Makes a column of values that someone else owns, one for each row; they must stay unchanged
    /// until the next batch.
    template <field_id Id>
    void borrow(field_key<Id>, std::span<field_value_type<Id> const> values) {
        borrow<field_value_type<Id>>(Id, values);
    }

    /// The same for a field that is known at run time. Throws `std::invalid_argument` if `T` is not
    /// the type of its values, or if there are fewer values than rows.
    template <class T>
    void borrow(field_id id, std::span<T const> values) {
        check_type<T>(id);
        if (values.size() < size_)
            throw std::invalid_argument{"a column has fewer values than the batch has rows"};
        columns_[index(id)].set(values.data(), sizeof(T));
    }

    /// The state of each value of a column; all are `present` at first. A value that is not present
    /// is not read. \pre the field has a column
    auto states(field_id id) -> std::span<presence> {
        auto& c = columns_[index(id)];
        if (!c.has_states) c.states.assign(size_, presence::present);
        c.has_states = true;
        return c.states;
    }

    /// Says that a row could not be decoded and is no flow. Rows must be refused in order.
    void refuse(std::size_t row, reason why, std::optional<field_id> offending_field = {}) {
        refused_.push_back({row, why, offending_field});
    }

    /// Sets who is asked for columns that are missing; kept for all later batches.
    void set_loader(column_loader load) { load_ = std::move(load); }

    /// Sets who is asked for columns that are no fields; kept for all later batches.
    void set_text_loader(text_loader load) { load_text_ = std::move(load); }

    // --- for records and aggregators -----------------------------------------------------------

    /// Whether a field has a column here.
    [[nodiscard]] auto has(field_id id) const noexcept -> bool {
        return columns_[index(id)].values != nullptr || load(id);
    }

    /// The value of a field in a row. `T` is the type of the field's values, or `std::uint64_t` for
    /// a field of any type from `u8` to `u64`.
    template <class T>
    [[nodiscard]] auto get(field_id id, std::size_t row) const noexcept -> field_value<T> {
        auto const& c = columns_[index(id)];
        if (c.values == nullptr && !load(id)) [[unlikely]]
            return field_value<T>{failure_ ? presence::malformed : presence::absent};
        if (c.has_states && c.states[row] != presence::present) [[unlikely]]
            return field_value<T>{c.states[row]};
        if constexpr (std::same_as<T, std::uint64_t>) {
            switch (c.width) {
                case 1: return std::uint64_t{c.template at<std::uint8_t>(row)};
                case 2: return std::uint64_t{c.template at<std::uint16_t>(row)};
                case 4: return std::uint64_t{c.template at<std::uint32_t>(row)};
                default: break;
            }
        }
        return c.template at<T>(row);
    }

    /// The text in a row of the column with exactly this name, which is no field. Absent if the log
    /// has no such column.
    [[nodiscard]] auto text(std::string_view name, std::size_t row) const
        -> field_value<std::string_view> {
        auto found = std::ranges::find(named_, name, &named_column::name);
        if (found == named_.end()) {
            named_.push_back({std::string{name}, std::make_shared<column_batch>()});
            found = std::prev(named_.end());
        }
        if (!std::exchange(found->asked_for, true)) load(*found);
        if (failure_) return field_value<std::string_view>{presence::malformed};
        return found->texts->get<std::string_view>(text_slot, row);
    }

    /// Whether a field's value is there in a row.
    [[nodiscard]] auto state(field_id id, std::size_t row) const noexcept -> presence {
        if (!has(id)) return failure_ ? presence::malformed : presence::absent;
        auto const& c = columns_[index(id)];
        return c.has_states ? c.states[row] : presence::present;
    }

    /// The values of a column, one for each row; empty if the field has none. A value that is not
    /// present is unspecified. \pre `T` is the type of the field's values
    template <class T>
    [[nodiscard]] auto values(field_id id) const noexcept -> std::span<T const> {
        if (!has(id)) return {};
        return {static_cast<T const*>(columns_[index(id)].values), size_};
    }

    /// The states of a column, one for each row; empty if every value is present or there is no
    /// column.
    [[nodiscard]] auto states(field_id id) const noexcept -> std::span<presence const> {
        auto const& c = columns_[index(id)];
        return has(id) && c.has_states ? std::span<presence const>{c.states}
                                       : std::span<presence const>{};
    }

    /// The rows that could not be decoded, in order.
    [[nodiscard]] auto refused() const noexcept -> std::vector<refused_row> const& {
        return refused_;
    }

    /// What the loader of a column threw, if it did. The values that it did not load are malformed.
    [[nodiscard]] auto failure() const noexcept -> std::exception_ptr const& { return failure_; }

private:
    struct alignas(16) word {
        std::byte bytes[16];
    };

    struct column {
        void const* values = nullptr;  // in `storage` or elsewhere
        std::uint8_t width = 0;        // of a value, in bytes
        bool has_states = false;
        bool asked_for = false;  // the loader was called
        std::vector<word> storage{};
        std::vector<presence> states{};

        void set(void const* from, std::size_t size) noexcept {
            static constexpr auto nothing = word{};
            values = from == nullptr ? &nothing : from;  // a batch without rows
            width = static_cast<std::uint8_t>(size);
        }
        void forget() noexcept {
            values = nullptr;
            has_states = asked_for = false;
        }
        template <class T>
        [[nodiscard]] auto at(std::size_t row) const noexcept -> T const& {
            return static_cast<T const*>(values)[row];
        }
    };

    /// A column that is no field.
    struct named_column {
        std::string name;
        std::shared_ptr<column_batch> texts;  // in the place of `text_slot`
        bool asked_for = false;               // the loader was called
    };

    [[nodiscard]] static constexpr auto index(field_id id) noexcept -> std::size_t {
        return static_cast<std::size_t>(id);
    }

    template <class T>
    static void check_type(field_id id) {
        static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= alignof(word));
        auto const same = with_type(
            info(id).type, []<class U>(std::type_identity<U>) { return std::same_as<T, U>; });
        if (!same)
            throw std::invalid_argument{"a column of " + std::string{info(id).name} +
                                        " has values of another type"};
    }

    /// Asks the loader for a column; whether it is there now.
    [[gnu::noinline]] auto load(field_id id) const noexcept -> bool {
        auto& c = columns_[index(id)];
        if (!load_ || std::exchange(c.asked_for, true) || failure_) return c.values != nullptr;
        try {
            load_(const_cast<column_batch&>(*this), id);
        } catch (...) {
            failure_ = std::current_exception();
        }
        return c.values != nullptr;
    }

    /// Asks the loader for a column that is no field.
    [[gnu::noinline]] void load(named_column& named) const {
        named.texts->begin(size_);
        if (!load_text_ || failure_) return;
        try {
            load_text_(*named.texts, named.name);
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    std::size_t size_ = 0;
    mutable std::array<column, fields.size()> columns_{};  // by field
    std::vector<refused_row> refused_;
    column_loader load_;
    text_loader load_text_;
    mutable std::vector<named_column> named_;
    mutable std::exception_ptr failure_;
};

/// A row of a `column_batch`. A view: valid until its reader moves on.
class column_record {
public:
    column_record() = default;

    /// Row `row` of `batch`.
    column_record(column_batch const& batch, std::size_t row) noexcept
        : batch_{&batch}, row_{row} {}

    /// A field's value; absent if the batch has no such column.
    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return batch_->get<field_value_type<Id>>(Id, row_);
    }

    /// The number of an IPv4 address: `record[field::srcaddr_raw]`.
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    /// The text in the column with exactly this name, which is no field.
    [[nodiscard]] auto operator[](std::string_view name) const -> field_value<std::string_view> {
        return batch_->text(name, row_);
    }

    /// The value of a field that is known at run time. `T` is the type of its values, or
    /// `std::uint64_t` for a field of any type from `u8` to `u64`.
    template <class T>
    [[nodiscard]] auto get(field_id id) const noexcept -> field_value<T> {
        return batch_->get<T>(id, row_);
    }

    /// The value of a numeric field of any type.
    [[nodiscard]] auto number(field_id id, field_type) const noexcept
        -> field_value<std::uint64_t> {
        return get<std::uint64_t>(id);
    }

    [[nodiscard]] auto batch() const noexcept -> column_batch const& { return *batch_; }
    [[nodiscard]] auto row() const noexcept -> std::size_t { return row_; }

private:
    column_batch const* batch_ = nullptr;
    std::size_t row_ = 0;
};

/// Some rows of a `column_batch`, all of them flows: consecutive ones, or selected ones. A
/// `record_batch`, for aggregators that read many values of a field at once. A view: valid until
/// its reader moves on.
class column_rows {
public:
    using record_type = column_record;

    /// `size` rows of `batch` from row `begin` on.
    column_rows(column_batch const& batch, std::size_t begin, std::size_t size) noexcept
        : batch_{&batch}, begin_{begin}, size_{size} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

    /// The flow at a position.
    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> column_record {
        return {*batch_, row(i)};
    }

    /// `size` flows from `begin` on.
    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const noexcept -> column_rows {
        auto result = *this;
        result.begin_ += begin;
        result.size_ = size;
        return result;
    }

    /// The flows, among the first 64, at the set bits of `which`; their row numbers go to `buffer`,
    /// which must outlive the result.
    [[nodiscard]] auto select(std::uint64_t which, selection_buffer& buffer) const -> column_rows {
        auto& into = buffer.delimiters;
        auto const count = static_cast<std::size_t>(std::popcount(which));
        if (into.size() < count) into.resize(count);
        auto* out = into.data();
        for (; which != 0; which &= which - 1)
            *out++ =
                static_cast<std::uint32_t>(row(static_cast<std::size_t>(std::countr_zero(which))));
        auto result = column_rows{*batch_, 0, count};
        result.selected_ = into.data();
        return result;
    }

    /// Reads a field of type `u8` to `u64` from every flow: the value of flow i goes to
    /// `out[i * step]`. False, with `out` untouched, if a value is absent or malformed.
    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const noexcept
        -> bool {
        if (!all_present(id)) return false;
        switch (info(id).type) {
            case field_type::u8: return copy_numbers<std::uint8_t>(id, out, step);
            case field_type::u16: return copy_numbers<std::uint16_t>(id, out, step);
            case field_type::u32: return copy_numbers<std::uint32_t>(id, out, step);
            case field_type::u64: return copy_numbers<std::uint64_t>(id, out, step);
            default: return false;
        }
    }

    /// Reads a time from every flow, in microseconds since 1970. False, with `out` untouched, if a
    /// value is absent or malformed.
    [[nodiscard]] auto times(field_id id, std::uint64_t* out, std::size_t step = 1) const noexcept
        -> bool {
        if (info(id).type != field_type::time || !all_present(id)) return false;
        auto const values = batch_->values<timestamp>(id);
        for (std::size_t i = 0; i < size_; ++i)
            out[i * step] = static_cast<std::uint64_t>(values[row(i)].time_since_epoch().count());
        return true;
    }

    /// Reads an address from every flow: `high()` and `low()` of flow i go to `out[i * step]` and
    /// the word after it, and `note(i, is_v6)` is called. False, with `out` untouched, if a value
    /// is absent or malformed.
    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step,
                                 Note note) const noexcept -> bool {
        if (info(id).type != field_type::address || !all_present(id)) return false;
        auto const values = batch_->values<address>(id);
        for (std::size_t i = 0; i < size_; ++i, out += step) {
            auto const value = values[row(i)];
            out[0] = value.high();
            out[1] = value.low();
            note(i, value.is_v6());
        }
        return true;
    }

private:
    [[nodiscard]] auto row(std::size_t i) const noexcept -> std::size_t {
        return selected_ == nullptr ? begin_ + i : selected_[begin_ + i];
    }

    [[nodiscard]] auto all_present(field_id id) const noexcept -> bool {
        if (!batch_->has(id)) return false;
        auto const states = batch_->states(id);
        if (states.empty()) return true;
        for (std::size_t i = 0; i < size_; ++i) {
            if (states[row(i)] != presence::present) return false;
        }
        return true;
    }

    template <class T>
    [[nodiscard]] auto copy_numbers(field_id id, std::uint64_t* out,
                                    std::size_t step) const noexcept -> bool {
        auto const values = batch_->values<T>(id);
        if (selected_ == nullptr) {
            for (auto const value : values.subspan(begin_, size_)) *out = value, out += step;
        } else {
            for (std::size_t i = 0; i < size_; ++i) out[i * step] = values[row(i)];
        }
        return true;
    }

    column_batch const* batch_;
    std::size_t begin_;  // first row, or first place in `selected_`
    std::size_t size_;
    std::uint32_t const* selected_ = nullptr;  // row numbers; null: consecutive rows
};

}  // namespace flowlog

#endif
