// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FORMAT_DECODE_TOKEN_HPP
#define FLOWLOG_FORMAT_DECODE_TOKEN_HPP

#include <algorithm>
#include <array>
#include <concepts>
#include <string_view>

#include <flowlog/flow/value.hpp>
#include <flowlog/format/text/decode.hpp>

namespace flowlog {

/// Decodes a token of a text log as a value of type `T`, with the decoders of `text_reader`: `-` is
/// absent, anything else is the value or malformed. The token must not be empty. `T` is the type of
/// some field's values; a `std::string_view` refers to the token.
template <class T>
[[nodiscard]] auto decode_token(std::string_view token) noexcept -> field_value<T> {
    // the decoders read beyond the end of short tokens
    auto buffer = std::array<char, 2 * detail::token_padding>{};
    if (std::same_as<T, std::string_view> || token.size() >= detail::token_padding)
        return detail::decode<T>(token.data(), token.data() + token.size());
    std::ranges::copy(token, buffer.data());
    return detail::decode<T>(buffer.data(), buffer.data() + token.size());
}

}  // namespace flowlog

#endif
