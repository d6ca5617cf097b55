// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_AGGREGATE_DETAIL_GROUP_BATCH_HPP
#define FLOWLOG_AGGREGATE_DETAIL_GROUP_BATCH_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <flowlog/aggregate/detail/group_core.hpp>
#include <flowlog/aggregate/detail/key_writer.hpp>
#include <flowlog/aggregate/group_view.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/format/batch.hpp>

namespace flowlog::detail {

/// Which fields of flows the rows of a grouping still have: keys that are fields, and sums of
/// counters.
class group_columns {
public:
    /// Where a field is in a row; in no row if `word` is 0, where the states are.
    struct place {
        std::uint16_t word = 0;
        std::uint8_t shift = 0;  ///< of a key: where its state is
    };

    /// \pre no row is pending
    explicit group_columns(group_core const& core) : core_{core} {
        auto const offsets = group_offsets{core};
        for (std::size_t i = 0; i < core.plan.keys.size(); ++i) {
            auto const& key = core.plan.keys[i];
            if (key.kind == key_kind::field && !key.other)
                keys_[number_of(key.field)] = {static_cast<std::uint16_t>(offsets.keys[i]),
                                               static_cast<std::uint8_t>(2 * i)};
        }
        for (std::size_t i = 0; i < core.plan.measures.size(); ++i) {
            auto const& of = core.plan.measures[i];
            auto const word = static_cast<std::uint16_t>(core.plan.key_words + offsets.measures[i]);
            if (of.kind == measure_kind::flows) flows_ = word;
            if (is_plain_sum(of) && info(of.field).type == field_type::u64)
                sums_[number_of(of.field)] = word;
        }
    }

    [[nodiscard]] auto key(field_id id) const noexcept -> place { return keys_[number_of(id)]; }
    [[nodiscard]] auto has_key(field_id id) const noexcept -> bool { return key(id).word != 0; }

    /// The word of a sum; 0 if there is none. A field that is a key has none.
    [[nodiscard]] auto sum(field_id id) const noexcept -> std::uint16_t {
        return has_key(id) ? std::uint16_t{0} : sums_[number_of(id)];
    }

    /// The word of the number of flows; 0 if it is not counted.
    [[nodiscard]] auto flows() const noexcept -> std::uint16_t { return flows_; }

    [[nodiscard]] auto row(std::size_t number) const noexcept -> group_word const* {
        return core_.table.key(number).data();
    }
    [[nodiscard]] auto texts() const noexcept -> text_pool const& { return core_.plan.texts; }

private:
    [[nodiscard]] static constexpr auto number_of(field_id id) noexcept -> std::size_t {
        return static_cast<std::size_t>(id);
    }

    group_core const& core_;
    std::array<place, fields.size()> keys_{};
    std::array<std::uint16_t, fields.size()> sums_{};
    std::uint16_t flows_ = 0;
};

/// A group as a record: the fields that are its keys, and in the place of counters their sums.
class group_record {
public:
    group_record(group_columns const& columns, group_word const* row) noexcept
        : columns_{&columns}, row_{row} {}

    template <field_id Id>
    [[nodiscard]] auto operator[](field_key<Id>) const noexcept
        -> field_value<field_value_type<Id>> {
        return get<field_value_type<Id>>(Id);
    }
    template <field_id Id>
    [[nodiscard]] auto operator[](raw_address_key<Id>) const noexcept
        -> field_value<std::uint32_t> {
        return raw_address((*this)[field_key<Id>{}]);
    }

    template <class T>
    [[nodiscard]] auto get(field_id id) const noexcept -> field_value<T> {
        auto const at = columns_->key(id);
        if (at.word == 0) {
            if constexpr (std::is_same_v<T, std::uint64_t>) {
                if (auto const sum = columns_->sum(id); sum != 0) return row_[sum];
            }
            return {};
        }
        auto const state = static_cast<key_state>(row_[0] >> at.shift & 3);
        if (state == key_state::absent) return {};
        auto const* const words = row_ + at.word;
        if constexpr (std::is_same_v<T, address>) {
            return get_address(state, words);
        } else if constexpr (std::is_same_v<T, timestamp>) {
            return time_of(*words);
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            return std::string_view{columns_->texts().text(*words)};
        } else {
            return static_cast<T>(*words);
        }
    }

    /// How many flows the group has.
    [[nodiscard]] auto flows_in_group() const noexcept -> group_word {
        return columns_->flows() == 0 ? 0 : row_[columns_->flows()];
    }

private:
    group_columns const* columns_;
    group_word const* row_;
};

/// Groups as a `record_batch`, so that they are grouped again column by column.
class group_batch {
public:
    using record_type = group_record;

    group_batch(group_columns const& columns, std::size_t first, std::size_t size) noexcept
        : columns_{&columns}, first_{first}, size_{size} {}

    [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
    [[nodiscard]] auto operator[](std::size_t i) const noexcept -> group_record {
        return {*columns_, row(i)};
    }
    [[nodiscard]] auto slice(std::size_t begin, std::size_t size) const noexcept -> group_batch {
        auto result = *this;
        result.size_ = size;
        (picked_ == nullptr ? result.first_ : result.skipped_) += begin;
        return result;
    }
    [[nodiscard]] auto select(std::uint64_t which, selection_buffer& buffer) const -> group_batch {
        buffer.delimiters.clear();
        for (std::size_t i = 0; which != 0; ++i, which >>= 1)
            if ((which & 1) != 0)
                buffer.delimiters.push_back(static_cast<std::uint32_t>(number(i)));
        auto result = group_batch{*columns_, 0, buffer.delimiters.size()};
        result.picked_ = buffer.delimiters.data();
        return result;
    }

    [[nodiscard]] auto numbers(field_id id, std::uint64_t* out, std::size_t step = 1) const
        -> bool {
        auto const sum = columns_->sum(id);
        if (sum == 0) return words(id, 1, out, step, [](std::size_t, bool) {});
        for (std::size_t i = 0; i != size_; ++i) out[i * step] = row(i)[sum];
        return true;
    }
    [[nodiscard]] auto times(field_id id, std::uint64_t* out, std::size_t step = 1) const -> bool {
        if (!words(id, 1, out, step, [](std::size_t, bool) {})) return false;
        for (std::size_t i = 0; i != size_; ++i) out[i * step] ^= std::uint64_t{1} << 63;
        return true;
    }
    template <class Note>
    [[nodiscard]] auto addresses(field_id id, std::uint64_t* out, std::size_t step, Note note) const
        -> bool {
        return words(id, 2, out, step, note);
    }

private:
    [[nodiscard]] auto number(std::size_t i) const noexcept -> std::size_t {
        return picked_ == nullptr ? first_ + i : picked_[skipped_ + i];
    }
    [[nodiscard]] auto row(std::size_t i) const noexcept -> group_word const* {
        return columns_->row(number(i));
    }

    /// Copies the words of a key; false if it is absent in some group.
    template <class Note>
    [[nodiscard]] auto words(field_id id, std::size_t width, std::uint64_t* out, std::size_t step,
                             Note note) const -> bool {
        auto const at = columns_->key(id);
        if (at.word == 0) return false;
        for (std::size_t i = 0; i != size_; ++i, out += step) {
            auto const* const from = row(i);
            auto const state = static_cast<key_state>(from[0] >> at.shift & 3);
            if (state == key_state::absent) return false;
            for (std::size_t word = 0; word != width; ++word) out[word] = from[at.word + word];
            note(i, state == key_state::v6);
        }
        return true;
    }

    group_columns const* columns_;
    std::size_t first_;
    std::size_t size_;
    std::uint32_t const* picked_ = nullptr;  // the numbers of rows; null: they follow each other
    std::size_t skipped_ = 0;                // of these
};

}  // namespace flowlog::detail

#endif
