// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <flowlog/flow/address.hpp>
#include <flowlog/flow/field.hpp>
#include <flowlog/format/decode_token.hpp>

#include "catch.hpp"

namespace test_format_decode_token {

using namespace flowlog;
using namespace std::string_literals;

/// Decodes a copy that ends where its memory does, so that the sanitizers see who reads beyond it.
template <class T>
static auto decoded(std::string_view token) -> field_value<T> {
    auto const copy = std::make_unique_for_overwrite<char[]>(token.size());
    token.copy(copy.get(), token.size());
    return decode_token<T>({copy.get(), token.size()});
}

TEST_CASE("a token of any length is decoded without reading beyond it", "[decode_token]") {
    CHECK(decoded<std::uint16_t>("443") == std::uint16_t{443});
    CHECK(decoded<std::uint8_t>("256").malformed());
    CHECK(decoded<std::uint64_t>("18446744073709551615") == ~std::uint64_t{0});
    CHECK(decoded<address>("10.0.0.1") == *address::parse("10.0.0.1"));
    CHECK(decoded<address>("2001:db8::1") == *address::parse("2001:db8::1"));
    CHECK(decoded<action>("reject") == action::reject);
    CHECK(decoded<log_status>("NODATA") == log_status::nodata);
    CHECK(decoded<std::uint64_t>("-").absent());
    CHECK(decoded<address>("-").absent());
    for (std::size_t zeros = 0; zeros < 120; ++zeros) {
        CHECK(decoded<std::uint16_t>(std::string(zeros, '0') + "7") == std::uint16_t{7});
        CHECK(decoded<std::uint16_t>(std::string(zeros, '0') + "x").malformed());
    }
}

TEST_CASE("the token of a protocol may be a keyword", "[decode_token]") {
    CHECK(decode_token<std::uint8_t>(field_id::protocol, "TCP") == std::uint8_t{6});
    CHECK(decode_token<std::uint8_t>(field_id::protocol, "17") == std::uint8_t{17});
    CHECK(decode_token<std::uint8_t>(field_id::protocol, "-").absent());
    CHECK(decode_token<std::uint8_t>(field_id::protocol, "256").malformed());
    CHECK(decode_token<std::uint8_t>(field_id::tos, "tcp").malformed());
    CHECK(decode_token<std::uint8_t>("tcp").malformed());
}

TEST_CASE("the token of TCP flags may be letters", "[decode_token]") {
    CHECK(decode_token<std::uint8_t>(field_id::tcp_flags, "...AP.SF") == std::uint8_t{27});
    CHECK(decode_token<std::uint8_t>(field_id::tcp_flags, "18") == std::uint8_t{18});
    CHECK(decode_token<std::uint8_t>(field_id::tcp_flags, "-").absent());
    CHECK(decode_token<std::uint8_t>(field_id::tcp_flags, "256").malformed());
    CHECK(decode_token<std::uint8_t>(field_id::tcp_flags, "tcp").malformed());
    CHECK(decode_token<std::uint8_t>(field_id::protocol, "S").malformed());
}

TEST_CASE("a text refers to the token", "[decode_token]") {
    auto const token = "eni-1"s;
    auto const value = decode_token<std::string_view>(token);
    REQUIRE(value.has_value());
    CHECK((*value).data() == token.data());
    CHECK(*value == "eni-1");
    CHECK(decode_token<std::string_view>("-").absent());
}

}  // namespace test_format_decode_token
