// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_PARQUET_DECODE_HPP
#define FLOWLOG_FORMAT_PARQUET_DECODE_HPP

//      column of the file                      values of the field
//
//      int64, no negative number          ->   u64: borrowed, not copied
//      int32, all of them up to 65535     ->   u16: one loop without a branch
//      the same with nulls or -1          ->   value by value, with states
//      dictionary of texts                ->   each text that occurs is decoded once
//
// null, and in files that others wrote also the texts "", "-" and "None": absent.

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/unix_time.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/column_batch.hpp>
#include <flowlog/format/decode_token.hpp>
#include <flowlog/format/parquet/arrays.hpp>
#include <flowlog/format/parquet/columns.hpp>

namespace flowlog::detail {

/// The time at a number of some unit since 1970.
[[nodiscard]] constexpr auto time_of_unit(stored_type unit, std::int64_t count) noexcept
    -> field_value<timestamp> {
    auto factor = std::int64_t{1};
    switch (unit) {
        case stored_type::days: factor = 86'400'000'000; break;
        case stored_type::seconds: factor = 1'000'000; break;
        case stored_type::milliseconds: factor = 1'000; break;
        case stored_type::nanoseconds:
            return timestamp{
                std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds{count})};
        default: break;
    }
    auto result = std::int64_t{};
    if (__builtin_mul_overflow(count, factor, &result))
        return field_value<timestamp>{presence::malformed};
    return timestamp{std::chrono::microseconds{result}};
}

/// Whether a number is not a value of the unsigned type `To`.
template <class To, class From>
[[nodiscard]] [[gnu::always_inline]] constexpr auto out_of_range(From number) noexcept -> bool {
    if constexpr (std::floating_point<From>) {
        constexpr auto end = 2 * static_cast<From>((std::numeric_limits<To>::max() >> 1) + 1);
        return !(number >= 0 && number < end) || number != std::trunc(number);
    } else if constexpr (sizeof(From) > sizeof(To)) {
        return static_cast<std::make_unsigned_t<From>>(number) > std::numeric_limits<To>::max();
    } else {
        return std::signed_integral<From> && number < 0;
    }
}

/// Decodes the columns of a Parquet file to columns of fields.
class parquet_decoder {
public:
    /// `exact`: an absent value is null, and the texts "", "-" and "None" are ordinary values.
    explicit parquet_decoder(bool exact) noexcept : exact_{exact} {}

    /// Forgets the texts of the last batch.
    void begin() { numbers_as_text_.clear(); }

    /// Makes a column of a batch out of pieces that together have as many values as the batch has
    /// rows. Values may be borrowed from the pieces.
    void decode(column_batch& into, parquet_column const& column,
                std::span<array_piece const> pieces) {
        with_type(info(column.field).type, [&]<class T>(std::type_identity<T>) {
            if (pieces.size() == 1 && borrow<T>(into, column, pieces.front())) return;
            auto out = output<T>{into, column.field, into.make<T>(column.field)};
            for (auto const& piece : pieces) {
                column.index == stored_type::none ? decode_values(out, column, piece)
                                                  : decode_dictionary(out, column, piece);
                out.row += piece.count;
            }
        });
    }

private:
    /// Where values go: the rows of a batch from `row` on.
    template <class T>
    struct output {
        column_batch& batch;
        field_id field;
        std::span<T> values;
        std::size_t row = 0;
        std::span<presence> states{};

        [[gnu::always_inline]] void set(std::size_t i, field_value<T> const& value) {
            if (value.has_value()) [[likely]] {
                values[row + i] = *value;
            } else {
                set_state(i, value.state());
            }
        }
        [[gnu::noinline]] void set_state(std::size_t i, presence state) {
            if (states.empty()) states = batch.states(field);
            states[row + i] = state;
        }
    };

    // --- numbers -------------------------------------------------------------------------------

    /// Uses the values where they are, if they have the size of the field's values and all of them
    /// are present and in range.
    template <class T>
    static auto borrow(column_batch& into, parquet_column const& column, array_piece const& piece)
        -> bool {
        if (column.index != stored_type::none || piece.may_have_nulls()) return false;
        if constexpr (std::unsigned_integral<T>) {
            if (!is_integer(column.type)) return false;
            return with_number(column.type, [&]<class From>(std::type_identity<From>) {
                if constexpr (!std::integral<From> || sizeof(From) != sizeof(T)) {
                    return false;
                } else {
                    auto const* const from = values_of<From>(piece);
                    auto bad = false;
                    for (std::size_t i = 0; i < piece.count; ++i) bad |= out_of_range<T>(from[i]);
                    if (bad) return false;
                    // the signed and the unsigned type of a size may alias
                    into.borrow<T>(column.field, {reinterpret_cast<T const*>(from), piece.count});
                    return true;
                }
            });
        } else if constexpr (std::same_as<T, timestamp>) {
            static_assert(sizeof(timestamp) == sizeof(std::int64_t));
            return false;
        } else {
            return false;
        }
    }

    /// Converts all numbers without a branch; false if one of them is out of range.
    template <class T, class From>
    [[nodiscard]] static auto narrow(From const* from, T* to, std::size_t count) noexcept -> bool {
        auto bad = std::conditional_t<std::integral<From>, From, int>{0};
        for (std::size_t i = 0; i < count; ++i) {
            bad |= static_cast<decltype(bad)>(out_of_range<T>(from[i]));
            to[i] = static_cast<T>(from[i]);
        }
        return bad == 0;
    }

    template <class T>
    void decode_values(output<T>& out, parquet_column const& column, array_piece const& piece) {
        if (is_text(column.type)) return decode_texts(out, column, piece);
        if constexpr (std::unsigned_integral<T> || std::same_as<T, timestamp> ||
                      std::same_as<T, std::string_view>) {
            if (column.type == stored_type::decimal) return decode_decimals(out, piece);
            with_number(column.type, [&]<class From>(std::type_identity<From>) {
                auto const* const from = values_of<From>(piece);
                auto const nulls = null_mask{piece};
                if constexpr (std::unsigned_integral<T> && std::integral<From>) {
                    if (!nulls && narrow(from, out.values.data() + out.row, piece.count)) return;
                }
                auto* space = text_space<T>(piece.count);
                constexpr auto step = std::same_as<T, std::string_view> ? max_digits : 0;
                for (std::size_t i = 0; i < piece.count; ++i, space += step) {
                    if (nulls.is_null(i)) {
                        out.set_state(i, presence::absent);
                    } else {
                        out.set(i, convert<T>(column.type, from[i], space));
                    }
                }
            });
        }
    }

    /// The value of a field that a number is; a text is printed to `text`.
    template <class T, class From>
    [[nodiscard]] static auto convert(stored_type type, From number, char* text) noexcept
        -> field_value<T> {
        if constexpr (std::floating_point<From>) {
            if (std::isnan(number)) return {};  // pandas has integers with gaps like this
        }
        if constexpr (std::unsigned_integral<T>) {
            if (out_of_range<T>(number)) return field_value<T>{presence::malformed};
            return static_cast<T>(number);
        } else if constexpr (std::same_as<T, timestamp>) {
            if (type >= stored_type::days)
                return time_of_unit(type, static_cast<std::int64_t>(number));
            if constexpr (std::floating_point<From>) {  // seconds, as Python's time.time() gives
                auto const seconds = static_cast<double>(number);
                if (seconds >= 0 && seconds < 1e11)
                    return timestamp{std::chrono::microseconds{std::llround(seconds * 1e6)}};
            }
            if (out_of_range<std::uint64_t>(number)) return field_value<T>{presence::malformed};
            return from_unix_time(static_cast<std::uint64_t>(number));
        } else {
            return std::string_view{text, print_number(number, text)};
        }
    }

    /// Prints a number; returns how many characters. A whole number below 9e15 has no exponent:
    /// pandas has account ids like this.
    template <class From>
    static auto print_number(From number, char* text) noexcept -> std::size_t {
        if constexpr (std::floating_point<From>) {
            if (std::abs(number) < 9e15 && number == std::trunc(number))
                return print_number(static_cast<std::int64_t>(number), text);
        }
        return static_cast<std::size_t>(std::to_chars(text, text + max_digits, number).ptr - text);
    }

    /// Decodes whole numbers of 128 bits. Larger ones than 64 bits hold, and negative ones, are
    /// malformed.
    template <class T>
    void decode_decimals(output<T>& out, array_piece const& piece) {
        if constexpr (!std::same_as<T, timestamp>) {
            struct decimal {
                std::uint64_t low;
                std::uint64_t high;
            };
            auto const* const from = values_of<decimal>(piece);
            auto const nulls = null_mask{piece};
            auto* space = text_space<T>(piece.count);
            constexpr auto step = std::same_as<T, std::string_view> ? max_digits : 0;
            for (std::size_t i = 0; i < piece.count; ++i, space += step) {
                if (nulls.is_null(i)) {
                    out.set_state(i, presence::absent);
                } else if (from[i].high != 0) {
                    out.set_state(i, presence::malformed);
                } else {
                    out.set(i, convert<T>(stored_type::u64, from[i].low, space));
                }
            }
        }
    }

    // --- texts ---------------------------------------------------------------------------------

    template <class T>
    void decode_texts(output<T>& out, parquet_column const& column,
                      array_piece const& piece) const {
        with_texts(column.type, piece, [&](auto const& texts) {
            auto const nulls = null_mask{piece};
            auto const safe = padded_texts(texts, piece);
            for (std::size_t i = 0; i < piece.count; ++i) {
                if (nulls.is_null(i)) {
                    out.set_state(i, presence::absent);
                } else {
                    out.set(i, decode_text<T>(column.field, texts[i], i < safe));
                }
            }
        });
    }

    /// How many texts, from the first on, may be read for `token_padding` bytes from their begin.
    template <class Texts>
    [[nodiscard]] static auto padded_texts(Texts const& texts, array_piece const& piece) noexcept
        -> std::size_t {
        if constexpr (std::same_as<Texts, view_texts>) {
            return 0;
        } else {
            // what follows a text in the buffer are the texts after it
            auto safe = piece.count;
            auto rest = std::size_t{0};
            while (safe != 0 && rest < token_padding) rest += texts[--safe].size();
            return safe;
        }
    }

    /// The value that a text is. `padded`: its first `token_padding` bytes are readable.
    template <class T>
    [[nodiscard]] [[gnu::always_inline]] auto decode_text(field_id field, std::string_view text,
                                                          bool padded) const noexcept
        -> field_value<T> {
        if (text.empty() || text == "-" || text == "None") [[unlikely]] {
            if (!exact_) return {};
            if (std::same_as<T, std::string_view>) return field_value<T>{as_text<T>(text)};
            if (text.empty()) return {};
        }
        if constexpr (std::same_as<T, std::string_view>) {
            return text;
        } else {
            return padded && text.size() < token_padding
                       ? detail::decode<T>(field, text.data(), text.data() + text.size())
                       : decode_token<T>(field, text);
        }
    }

    template <class T>
    [[nodiscard]] static auto as_text(std::string_view text) noexcept -> T {
        if constexpr (std::same_as<T, std::string_view>) {
            return text;
        } else {
            return {};
        }
    }

    // --- dictionaries --------------------------------------------------------------------------

    template <class T>
    void decode_dictionary(output<T>& out, parquet_column const& column, array_piece const& piece) {
        auto const& dictionary = *piece.array->dictionary;
        auto const size = static_cast<std::size_t>(dictionary.length);
        auto values = std::vector<field_value<T>>(size);
        auto known = std::vector<bool>(size);
        auto plain = column;
        plain.index = stored_type::none;
        if (size == 1 && !piece.may_have_nulls()) {  // such as a log-status that is always OK
            auto const value = entry<T>(plain, {&dictionary, 0, 1});
            if (value.has_value()) {
                std::ranges::fill(out.values.subspan(out.row, piece.count), *value);
                return;
            }
        }
        with_number(column.index, [&]<class Index>(std::type_identity<Index>) {
            if constexpr (std::integral<Index>) {
                auto const* const indices = values_of<Index>(piece);
                auto const nulls = null_mask{piece};
                for (std::size_t i = 0; i < piece.count; ++i) {
                    if (nulls.is_null(i)) {
                        out.set_state(i, presence::absent);
                        continue;
                    }
                    auto const at = static_cast<std::size_t>(indices[i]);
                    if (at >= size) {
                        out.set_state(i, presence::malformed);
                        continue;
                    }
                    if (!known[at]) {
                        values[at] = entry<T>(plain, {&dictionary, at, 1});
                        known[at] = true;
                    }
                    out.set(i, values[at]);
                }
            }
        });
    }

    /// An entry of a dictionary.
    template <class T>
    [[nodiscard]] auto entry(parquet_column const& column, array_piece const& piece)
        -> field_value<T> {
        if (null_mask{piece}.is_null(0)) return {};
        if (is_text(column.type)) {
            return with_texts(column.type, piece, [&](auto const& texts) {
                return decode_text<T>(column.field, texts[0], false);
            });
        }
        if constexpr (std::unsigned_integral<T> || std::same_as<T, timestamp> ||
                      std::same_as<T, std::string_view>) {
            if (column.type != stored_type::decimal) {
                return with_number(column.type, [&]<class From>(std::type_identity<From>) {
                    return convert<T>(column.type, *values_of<From>(piece), text_space<T>(1));
                });
            }
        }
        return field_value<T>{presence::malformed};
    }

    /// Space for numbers that are printed as texts; valid until the next batch.
    template <class T>
    [[nodiscard]] auto text_space(std::size_t count) -> char* {
        if constexpr (!std::same_as<T, std::string_view>) {
            static_cast<void>(count);
            return no_text_;
        } else {
            auto& space = numbers_as_text_.emplace_back(
                std::make_unique_for_overwrite<char[]>(count * max_digits));
            return space.get();
        }
    }

    static constexpr std::size_t max_digits =
        24;  // of a number of 64 bits, with its sign and exponent

    bool exact_;
    char no_text_[1]{};
    std::vector<std::unique_ptr<char[]>> numbers_as_text_;
};

}  // namespace flowlog::detail

#endif
