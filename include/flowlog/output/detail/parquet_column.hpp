// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_OUTPUT_DETAIL_PARQUET_COLUMN_HPP
#define FLOWLOG_OUTPUT_DETAIL_PARQUET_COLUMN_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/detail/arrow_module.hpp>
#include <flowlog/flow/column_text.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/load_field.hpp>
#include <flowlog/flow/raw_address.hpp>
#include <flowlog/format/layout.hpp>
#include <flowlog/output/detail/distinct_texts.hpp>
#include <flowlog/output/record_column.hpp>

namespace flowlog::detail {

/// A column of a row group in memory, as Arrow has it: 32-bit or 64-bit numbers, or the numbers of
/// distinct texts. The types of the file are AWS's.
class parquet_column_builder {
public:
    explicit parquet_column_builder(record_column const& column)
        : field_{column.field}, raw_{column.raw}, name_{name_of(column)} {
        auto const type = field_ ? info(*field_).type : field_type::text;
        kind_ = raw_                                                ? kind::wide
                : type == field_type::u8 || type == field_type::u16 ? kind::narrow
                : is_number(type)                                   ? kind::wide
                : type == field_type::time                          ? kind::time
                                                                    : kind::text;
        type_ = type;
    }

    /// Appends the value of a record. False, with nothing appended, if it is malformed, or larger
    /// than the largest number of 63 bits.
    template <class Record>
    [[nodiscard]] auto append(Record const& record) -> bool {
        switch (kind_) {
            case kind::narrow: return append_number(load_number(record, *field_, type_), narrow_);
            case kind::wide:
                return raw_ ? append_number(raw_number(record), wide_)
                            : append_number(load_number(record, *field_, type_), wide_);
            case kind::time: return append_time(load_field<timestamp>(record, *field_));
            case kind::text: return append_text(record);
        }
        return false;
    }

    /// Appends the values of all records of a batch. False if one cannot be appended; those before
    /// it are, then.
    template <class Batch>
    [[nodiscard]] auto append_all(Batch const& batch) -> bool {
        if (append_column(batch)) return true;
        if (kind_ == kind::text && field_ && type_ == field_type::text) {
            return append_each(batch, [this](auto const& record) {
                return this->append_text_value(load_field<std::string_view>(record, *field_));
            });
        }
        if (kind_ == kind::text && field_ && type_ == field_type::action) {
            return append_each(batch, [this](auto const& record) {
                return this->append_name(load_field<flowlog::action>(record, *field_));
            });
        }
        return append_each(batch, [this](auto const& record) { return this->append(record); });
    }

    /// Drops all values after the first `rows`.
    void cut(std::size_t rows) {
        if (size_ <= rows) return;
        size_ = rows;
        addresses_.cut(rows);
        if (kind_ == kind::narrow || kind_ == kind::text) narrow_.resize(rows);
        if (kind_ == kind::wide || kind_ == kind::time) wide_.resize(rows);
    }

    /// Forgets all values.
    void clear() {
        size_ = nulls_ = 0;
        narrow_.clear();
        wide_.clear();
        present_.clear();
        texts_.clear();
        addresses_.clear();
        seconds_fit_ = true;
    }

    [[nodiscard]] auto name() const noexcept -> std::string const& { return name_; }
    [[nodiscard]] auto is_time() const noexcept -> bool { return kind_ == kind::time; }
    [[nodiscard]] auto is_address() const noexcept -> bool {
        return !raw_ && type_ == field_type::address;
    }
    [[nodiscard]] auto is_text() const noexcept -> bool { return kind_ == kind::text; }

    /// Whether all times are whole seconds that flowlog reads back as such.
    [[nodiscard]] auto seconds_fit() const noexcept -> bool { return seconds_fit_; }

    /// The bytes of the distinct texts.
    [[nodiscard]] auto text_bytes() const noexcept -> std::size_t { return texts().bytes().size(); }

    /// The format of the values: as `ArrowSchema::format` has it.
    [[nodiscard]] auto format(bool timestamps) const noexcept -> char const* {
        if (kind_ == kind::time) return timestamps ? "tsu:UTC" : "l";
        return kind_ == kind::wide ? "l" : "i";
    }

    /// Describes the values to Arrow. They stay here, and must stay unchanged meanwhile. With
    /// `timestamps`, times are microseconds, otherwise seconds. `dictionary` receives the texts.
    void export_to(ArrowArray& array, ArrowArray& dictionary, bool timestamps) {
        if (kind_ == kind::time && !timestamps) to_seconds();
        if (is_address()) addresses_.number_all(narrow_);
        texts_.make_utf8();
        buffers_[0] = nulls_ == 0 ? nullptr : present_.data();
        auto const is_wide = kind_ == kind::wide || kind_ == kind::time;
        buffers_[1] = is_wide ? static_cast<void const*>(wide_.data()) : narrow_.data();
        array = plain_array(size_, buffers_, 2);
        array.null_count = static_cast<std::int64_t>(nulls_);
        if (kind_ != kind::text) return;
        dictionary_buffers_[0] = nullptr;
        dictionary_buffers_[1] = texts().offsets().data();
        dictionary_buffers_[2] = texts().bytes().data();
        dictionary = plain_array(texts().size(), dictionary_buffers_, 3);
        array.dictionary = &dictionary;
    }

private:
    enum class kind : std::uint8_t { narrow, wide, time, text };

    /// AWS's name of a column in Parquet files: with `_` for `-`.
    [[nodiscard]] static auto name_of(record_column const& column) -> std::string {
        if (!column.field) return as_utf8(column.name);
        auto result = std::string{info(*column.field).name} + (column.raw ? "_raw" : "");
        for (auto& c : result) {
            if (c == '-') c = '_';
        }
        return result;
    }

    [[nodiscard]] static auto plain_array(std::size_t length, void const** buffers,
                                          std::int64_t count) noexcept -> ArrowArray {
        return {.length = static_cast<std::int64_t>(length),
                .null_count = 0,
                .offset = 0,
                .n_buffers = count,
                .n_children = 0,
                .buffers = buffers,
                .children = nullptr,
                .dictionary = nullptr,
                .release = [](ArrowArray* self) { self->release = nullptr; },
                .private_data = nullptr};
    }

    template <class Record>
    [[nodiscard]] auto raw_number(Record const& record) const -> field_value<std::uint64_t> {
        auto const found = raw_address(load_field<address>(record, *field_));
        if (!found) return field_value<std::uint64_t>{found.state()};
        return std::uint64_t{*found};
    }

    template <class T>
    [[nodiscard, gnu::always_inline]] auto append_number(field_value<std::uint64_t> const& value,
                                                         std::vector<T>& to) -> bool {
        if (!value.has_value()) [[unlikely]]
            return append_missing(value.state(), to);
        if (*value > std::uint64_t{std::numeric_limits<T>::max()}) return false;
        to.push_back(static_cast<T>(*value));
        count_present();
        return true;
    }

    /// Appends the values of a batch if they can be read at once; else appends nothing.
    template <class Batch>
    [[nodiscard]] auto append_column(Batch const& batch) -> bool {
        if (!field_ || raw_ || nulls_ != 0) return false;
        switch (kind_) {
            case kind::narrow: return append_numbers(batch, narrow_);
            case kind::wide: return append_numbers(batch, wide_);
            case kind::time: return append_times(batch);
            case kind::text: return is_address() && append_addresses(batch);
        }
        return false;
    }

    template <class Batch, class Append>
    [[nodiscard]] static auto append_each(Batch const& batch, Append append_one) -> bool {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (!append_one(batch[i])) [[unlikely]]
                return false;
        }
        return true;
    }

    template <class Batch>
    [[nodiscard]] auto append_times(Batch const& batch) -> bool {
        auto const count = batch.size();
        numbers_.resize(count);
        if (!batch.times(*field_, numbers_.data())) return false;
        auto const begin = wide_.size();
        wide_.resize(begin + count);
        for (std::size_t i = 0; i < count; ++i) {
            auto const time = static_cast<std::int64_t>(numbers_[i]);
            seconds_fit_ &= fits_seconds(time);
            wide_[begin + i] = time;
        }
        size_ += count;
        return true;
    }

    template <class Batch>
    [[nodiscard]] auto append_addresses(Batch const& batch) -> bool {
        auto const count = batch.size();
        numbers_.resize(2 * count);
        is_v6_.resize(count);
        auto const note = [this](std::size_t i, bool is_v6) { is_v6_[i] = is_v6 ? 1 : 0; };
        if (!batch.addresses(*field_, numbers_.data(), 2, note)) return false;
        for (std::size_t i = 0; i < count; ++i) {
            auto const high = numbers_[2 * i];
            auto const low = numbers_[2 * i + 1];
            addresses_.add(size_ + i, is_v6_[i] != 0
                                          ? address::v6(high, low)
                                          : address::v4(static_cast<std::uint32_t>(low)));
        }
        narrow_.resize(narrow_.size() + count);
        size_ += count;
        return true;
    }

    /// Appends the numbers of a batch if they can be read at once; else appends nothing.
    template <class Batch, class T>
    [[nodiscard]] auto append_numbers(Batch const& batch, std::vector<T>& to) -> bool {
        auto const count = batch.size();
        numbers_.resize(count);
        if (!batch.numbers(*field_, numbers_.data())) return false;
        auto const begin = to.size();
        auto all = std::uint64_t{0};
        to.resize(begin + count);
        for (std::size_t i = 0; i < count; ++i) {
            all |= numbers_[i];
            to[begin + i] = static_cast<T>(numbers_[i]);
        }
        if (all > std::uint64_t{std::numeric_limits<T>::max()}) {
            to.resize(begin);
            return false;
        }
        size_ += count;
        return true;
    }

    [[nodiscard]] auto append_time(field_value<timestamp> const& value) -> bool {
        if (!value.has_value()) return append_missing(value.state(), wide_);
        auto const time = (*value).time_since_epoch().count();
        seconds_fit_ &= fits_seconds(time);
        wide_.push_back(time);
        count_present();
        return true;
    }

    /// Whether a time, in microseconds, is a whole second that flowlog reads back as such.
    [[nodiscard]] static constexpr auto fits_seconds(std::int64_t time) noexcept -> bool {
        constexpr auto per_second = std::int64_t{1'000'000};
        constexpr auto end = 100'000'000'000 * per_second;  // later ones are read as milliseconds
        return time >= 0 && time < end && time % per_second == 0;
    }

    template <class Record>
    [[nodiscard]] auto append_text(Record const& record) -> bool {
        if (!field_) return append_text_value(opaque(record));
        switch (type_) {
            case field_type::address: {
                auto const value = load_field<address>(record, *field_);
                if (!value.has_value()) return append_missing(value.state(), narrow_);
                addresses_.add(size_, *value);
                return append_index(0);
            }
            case field_type::action:
                return append_name(load_field<flowlog::action>(record, *field_));
            case field_type::log_status:
                return append_name(load_field<flowlog::log_status>(record, *field_));
            case field_type::flow_direction:
                return append_name(load_field<flowlog::flow_direction>(record, *field_));
            default: return append_text_value(load_field<std::string_view>(record, *field_));
        }
    }

    template <class Enum>
    [[nodiscard]] auto append_name(field_value<Enum> const& value) -> bool {
        if (!value.has_value()) return append_missing(value.state(), narrow_);
        return append_index(texts_.number(flowlog::name(*value)));
    }

    [[nodiscard]] auto append_text_value(field_value<std::string_view> const& value) -> bool {
        if (!value.has_value()) return append_missing(value.state(), narrow_);
        return append_index(texts_.number(*value));
    }

    [[nodiscard]] auto append_index(std::uint32_t index) -> bool {
        narrow_.push_back(static_cast<std::int32_t>(index));
        count_present();
        return true;
    }

    /// The value of a column that is not a field.
    template <class Record>
    [[nodiscard]] auto opaque(Record const& record) -> field_value<std::string_view> {
        if constexpr (requires { record.columns(); }) {
            auto const& columns = record.columns();
            if (place_ >= columns.size() || columns.names()[place_] != name_)
                place_ = columns.column(name_);
            if (place_ == layout::none || record.token(place_) == "-") return {};
            return record.token(place_);
        } else {
            return text_of_column(record, name_);
        }
    }

    [[gnu::always_inline]] void count_present() {
        if (nulls_ != 0) [[unlikely]]
            mark(true);
        ++size_;
    }

    template <class T>
    [[nodiscard]] auto append_missing(presence state, std::vector<T>& to) -> bool {
        if (state == presence::malformed) return false;
        if (nulls_++ == 0) present_.assign(size_ / 8 + 1, 0xFF);
        mark(false);
        to.push_back(0);
        ++size_;
        return true;
    }

    /// Sets the bit of the value that is being appended.
    void mark(bool is_present) {
        if (size_ / 8 >= present_.size()) present_.push_back(0);
        auto const bit = static_cast<std::uint8_t>(1U << (size_ % 8));
        auto& bits = present_[size_ / 8];
        bits = static_cast<std::uint8_t>(is_present ? bits | bit : bits & ~bit);
    }

    void to_seconds() {
        for (auto& time : wide_) time /= 1'000'000;
    }

    [[nodiscard]] auto texts() const noexcept -> distinct_texts const& {
        return is_address() ? addresses_.texts() : texts_;
    }

    std::optional<field_id> field_;
    bool raw_;
    std::string name_;
    kind kind_{};
    field_type type_{};
    std::size_t size_ = 0;
    std::size_t nulls_ = 0;
    std::vector<std::int32_t> narrow_;    // numbers, or the numbers of texts
    std::vector<std::int64_t> wide_;      // numbers, or microseconds
    std::vector<std::uint8_t> present_;   // a bit for each value, if one is null
    std::vector<std::uint64_t> numbers_;  // of a batch, as are the next ones
    std::vector<char> is_v6_;
    distinct_texts texts_;
    distinct_addresses addresses_;
    bool seconds_fit_ = true;
    std::size_t place_ = layout::none;  // of an opaque column in the last log
    void const* buffers_[2]{};
    void const* dictionary_buffers_[3]{};
};

}  // namespace flowlog::detail

#endif
