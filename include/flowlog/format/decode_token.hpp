// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DECODE_TOKEN_HPP
#define FLOWLOG_FORMAT_DECODE_TOKEN_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/value.hpp>
#include <flowlog/format/text/decode.hpp>

namespace flowlog {

namespace detail {

/// Calls `use(first, last)` with a token, or a copy of it, that may be decoded.
template <class T, class Use>
auto with_padding(std::string_view token, Use use) noexcept -> field_value<T> {
    // the decoders read beyond the end of short tokens
    auto buffer = std::array<char, 2 * token_padding>{};
    if (std::same_as<T, std::string_view> || token.size() >= token_padding)
        return use(token.data(), token.data() + token.size());
    std::ranges::copy(token, buffer.data());
    return use(buffer.data(), buffer.data() + token.size());
}

}  // namespace detail

/// Decodes a token of a text log as a value of type `T`, with the decoders of `text_reader`: `-` is
/// absent, anything else is the value or malformed. The token must not be empty. `T` is the type of
/// some field's values; a `std::string_view` refers to the token.
template <class T>
[[nodiscard]] auto decode_token(std::string_view token) noexcept -> field_value<T> {
    return detail::with_padding<T>(
        token, [](char const* first, char const* last) { return detail::decode<T>(first, last); });
}

/// Decodes a token of a text log as the value of a field, of type `T`: as above, a protocol may be
/// a keyword, which `protocol_number` reads, and TCP flags may be letters, which `tcp_flags_number`
/// reads.
template <class T>
[[nodiscard]] auto decode_token(field_id id, std::string_view token) noexcept -> field_value<T> {
    return detail::with_padding<T>(token, [id](char const* first, char const* last) {
        return detail::decode<T>(id, first, last);
    });
}

}  // namespace flowlog

#endif
