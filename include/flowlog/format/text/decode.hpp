// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_TEXT_DECODE_HPP
#define FLOWLOG_FORMAT_TEXT_DECODE_HPP

#include <bit>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <flowlog/flow/action_word.hpp>
#include <flowlog/flow/address.hpp>
#include <flowlog/flow/decode_address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/flow/protocol.hpp>
#include <flowlog/flow/tcp_flags.hpp>
#include <flowlog/flow/unix_time.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/text/dotted_quad.hpp>
#include <flowlog/format/text/eight_groups.hpp>
#include <flowlog/format/text/written_time.hpp>

namespace flowlog::detail {

/// Decoders read up to this many bytes from the first of a token, which must be readable.
inline constexpr std::size_t token_padding = 48;

/// A number, and a mask that is not 0 if the text is not a number.
struct decoded_number {
    std::uint64_t value;
    std::uint64_t bad;
};

/// The number that the first `digits` bytes of `word` spell; the first byte is the lowest. 1 to 8
/// digits of 64 bits, 1 to 4 of 32 bits. A loop over the digits takes 2.5 times as long.
[[gnu::always_inline]] constexpr auto decode_word(std::uint64_t word, std::size_t digits) noexcept
    -> decoded_number {
    // the values of the digits, moved to the high end: missing digits become leading zeros
    auto const value = (word ^ 0x3030303030303030ULL) << (64 - 8 * digits);
    constexpr auto mask = 0x000000FF000000FFULL;
    auto const pairs = (value * 10) + (value >> 8);
    auto const number = (((pairs & mask) * 0x000F424000000064ULL) +
                         (((pairs >> 16) & mask) * 0x0000271000000001ULL)) >>
                        32;
    auto const more_than_nine = (value + 0x7676767676767676ULL) | value;
    return {number, more_than_nine & 0x8080808080808080ULL};
}

[[gnu::always_inline]] constexpr auto decode_word(std::uint32_t word, std::size_t digits) noexcept
    -> decoded_number {
    auto const value = (word ^ 0x30303030U) << (32 - 8 * digits);
    auto const pairs = (value * 10) + (value >> 8);
    auto const more_than_nine = (value + 0x76767676U) | value;
    return {(pairs & 0xFF) * 100 + (pairs >> 16 & 0xFF), more_than_nine & 0x80808080U};
}

/// Loads a word whose first byte is the lowest.
template <std::unsigned_integral Word>
[[gnu::always_inline]] inline auto load_word(char const* at) noexcept -> Word {
    auto word = Word{0};
    std::memcpy(&word, at, sizeof word);
    if constexpr (std::endian::native == std::endian::little) {
        return word;
    } else if constexpr (sizeof word == 4) {
        return __builtin_bswap32(word);
    } else {
        return __builtin_bswap64(word);
    }
}

/// Decodes any number of digits. Pure, so that a call on the rare path does not make the compiler
/// decode a field twice.
[[gnu::pure]] inline auto decode_long(char const* first, char const* last) noexcept
    -> decoded_number {
    std::uint64_t value = 0;
    for (; first != last; ++first) {
        auto const digit = static_cast<std::uint64_t>(static_cast<unsigned char>(*first)) - '0';
        if (digit > 9 || value > (std::numeric_limits<std::uint64_t>::max() - digit) / 10)
            return {0, 1};
        value = value * 10 + digit;
    }
    return {value, 0};
}

/// Decodes decimal digits: any number of leading zeros, no sign. The token is not empty.
template <std::unsigned_integral T>
[[gnu::always_inline]] inline auto decode_number(char const* first, char const* last) noexcept
    -> decoded_number {
    using word = std::conditional_t<sizeof(T) == 1, std::uint32_t, std::uint64_t>;
    auto const size = static_cast<std::size_t>(last - first);
    if (size <= sizeof(word)) [[likely]]
        return decode_word(load_word<word>(first), size);
    if (sizeof(T) < 4 || size > 16) return decode_long(first, last);
    // ten-digit times, large counters
    auto const high = decode_word(load_word<std::uint64_t>(first), size - 8);
    auto const low = decode_word(load_word<std::uint64_t>(last - 8), 8);
    return {high.value * 100'000'000 + low.value, high.bad | low.bad};
}

template <std::unsigned_integral T>
[[gnu::always_inline]] inline auto decode(char const* first, char const* last) noexcept
    -> field_value<T> {
    auto const number = decode_number<T>(first, last);
    auto const excess = number.value & ~std::uint64_t{std::numeric_limits<T>::max()};
    if ((number.bad | excess) == 0) [[likely]]
        return static_cast<T>(number.value);
    return field_value<T>{last - first == 1 && *first == '-' ? presence::absent
                                                             : presence::malformed};
}

/// One to eight letters in lower case as a number, the first letter lowest.
constexpr auto word_of(std::string_view letters) noexcept -> std::uint64_t {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < letters.size(); ++i)
        word |= static_cast<std::uint64_t>(static_cast<unsigned char>(letters[i])) << (8 * i);
    return word;
}

/// A token of at most eight bytes, to be compared with words in any case. A loop over the letters
/// takes four times as long.
class word_token {
public:
    [[gnu::always_inline]] word_token(char const* first, char const* last) noexcept
        : size_{static_cast<std::size_t>(last - first)} {
        auto const unused = size_ < 8 ? 64 - 8 * size_ : 0;
        word_ = (load_word<std::uint64_t>(first) | 0x2020202020202020ULL) << unused >> unused;
    }

    /// Whether the token is this word: one to eight letters in lower case.
    [[gnu::always_inline]] auto is(std::string_view letters) const noexcept -> bool {
        return word_ == word_of(letters) && size_ == letters.size();
    }

private:
    std::size_t size_;
    std::uint64_t word_;
};

/// Whether a token without a value is absent or malformed.
constexpr auto without_value(char const* first, char const* last) noexcept -> presence {
    return last - first == 1 && *first == '-' ? presence::absent : presence::malformed;
}

/// Decodes a whole token of a text log: `-` is absent, anything else is the value or malformed. The
/// token is not empty, and readable for `token_padding` bytes from its first.
template <class T>
auto decode(char const* first, char const* last) noexcept -> field_value<T>;

template <>
inline auto decode<std::string_view>(char const* first, char const* last) noexcept
    -> field_value<std::string_view> {
    if (last - first == 1 && *first == '-') return {};
    return std::string_view{first, static_cast<std::size_t>(last - first)};
}

template <>
[[gnu::always_inline]] inline auto decode<address>(char const* first, char const* last) noexcept
    -> field_value<address> {
    std::uint32_t quad = 0;
    if (decode_dotted_quad(first, last, quad)) [[likely]]
        return address::v4(quad);
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    if (decode_hex_groups(first, last, high, low)) return address::v6(high, low);
    if (last - first == 1 && *first == '-') return {};
    return field_value<address>{presence::malformed};
}

/// A time that is no whole number.
[[gnu::noinline, gnu::cold]] inline auto decode_written_time(char const* first,
                                                             char const* last) noexcept
    -> field_value<timestamp> {
    auto const text = std::string_view{first, static_cast<std::size_t>(last - first)};
    if (is_zero_date(text)) return {};
    auto const time = written_time::parse(text);
    return time ? field_value<timestamp>{*time} : field_value<timestamp>{presence::malformed};
}

/// Unix seconds, or the finer units of `from_unix_time`. Other ways to write a time take longer.
template <>
inline auto decode<timestamp>(char const* first, char const* last) noexcept
    -> field_value<timestamp> {
    auto const number = decode<std::uint64_t>(first, last);
    if (number.absent()) return {};
    if (!number) return decode_written_time(first, last);
    return from_unix_time(*number);
}

/// An action that is not called as AWS does.
[[gnu::noinline, gnu::cold, gnu::pure]] inline auto decode_action_word(char const* first,
                                                                       char const* last) noexcept
    -> field_value<action> {
    auto const found = action_of_word({first, static_cast<std::size_t>(last - first)});
    return found ? field_value<action>{*found} : field_value<action>{presence::malformed};
}

template <>
[[gnu::always_inline]] inline auto decode<action>(char const* first, char const* last) noexcept
    -> field_value<action> {
    auto const token = word_token{first, last};
    if (token.is("accept")) return action::accept;
    if (token.is("reject")) return action::reject;
    if (without_value(first, last) == presence::absent) return {};
    return decode_action_word(first, last);
}

template <>
inline auto decode<log_status>(char const* first, char const* last) noexcept
    -> field_value<log_status> {
    auto const token = word_token{first, last};
    if (token.is("ok")) return log_status::ok;
    if (token.is("nodata")) return log_status::nodata;
    if (token.is("skipdata")) return log_status::skipdata;
    return field_value<log_status>{without_value(first, last)};
}

/// The Elastic Common Schema has `inbound` and `outbound`, too.
template <>
inline auto decode<flow_direction>(char const* first, char const* last) noexcept
    -> field_value<flow_direction> {
    auto const token = word_token{first, last};
    if (token.is("ingress") || token.is("inbound")) return flow_direction::ingress;
    if (token.is("egress") || token.is("outbound")) return flow_direction::egress;
    return field_value<flow_direction>{without_value(first, last)};
}

/// A port as Argus writes the type and the code of ICMP: `0x` and up to four hexadecimal digits.
inline auto port_number(std::string_view text) noexcept -> std::optional<std::uint16_t> {
    if (!text.starts_with("0x") || text.size() == 2 || text.size() > 6) return std::nullopt;
    auto port = std::uint16_t{0};
    auto const* const end = text.data() + text.size();
    auto const [at, why] = std::from_chars(text.data() + 2, end, port, 16);
    return why == std::errc{} && at == end ? std::optional{port} : std::nullopt;
}

/// A protocol that is a keyword of IANA, as pmacct, Argus and the CSV of nfdump have it, TCP flags
/// that are letters, or a port that is hexadecimal. Pure, as `decode_long`.
template <std::unsigned_integral T>
[[gnu::noinline, gnu::cold, gnu::pure]] auto decode_named_number(field_id id, char const* first,
                                                                 char const* last) noexcept
    -> field_value<T> {
    auto const token = std::string_view{first, static_cast<std::size_t>(last - first)};
    auto const value_of = [](auto const& number) {
        return number ? field_value<T>{static_cast<T>(*number)}
                      : field_value<T>{presence::malformed};
    };
    if (id == field_id::protocol) return value_of(protocol_number(token));
    if (id == field_id::tcp_flags) return value_of(tcp_flags_number(token));
    return value_of(port_number(token));
}

/// Whether values of a field may be written in a way that other numbers are not.
constexpr auto has_named_numbers(field_id id) noexcept -> bool {
    return id == field_id::protocol || id == field_id::tcp_flags || id == field_id::srcport ||
           id == field_id::dstport;
}

/// Decodes a whole token as the value of a field: as above, a protocol may be a keyword, TCP flags
/// may be letters, and a port may be hexadecimal.
template <class T>
[[gnu::always_inline]] inline auto decode(field_id id, char const* first, char const* last) noexcept
    -> field_value<T> {
    auto const value = decode<T>(first, last);
    if constexpr (std::unsigned_integral<T>) {
        if (value.malformed() && has_named_numbers(id)) [[unlikely]]
            return decode_named_number<T>(id, first, last);
    }
    return value;
}

}  // namespace flowlog::detail

#endif
