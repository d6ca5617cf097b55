// SPDX-License-Identifier: BSL-1.0
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <flowlog/flow/value.hpp>

#include "catch.hpp"

namespace test_flow_value {

using flowlog::field_value;
using flowlog::presence;
using port = field_value<std::uint16_t>;

static_assert(std::is_trivially_copyable_v<port>);
static_assert(std::is_trivially_copyable_v<field_value<std::string_view>>);
static_assert(std::is_convertible_v<std::uint16_t, port>);
static_assert(!std::is_convertible_v<presence, port>);
static_assert(!std::is_convertible_v<port, bool>);
static_assert(std::is_constructible_v<bool, port>);
// a reference would dangle when the value is a temporary, as in `*flow[field::dstport]`
static_assert(std::is_same_v<decltype(*std::declval<port const&>()), std::uint16_t>);
static_assert(std::is_same_v<decltype(*std::declval<port>()), std::uint16_t>);

TEST_CASE("a value is present, absent or malformed", "[value]") {
    constexpr auto present = port{443};
    constexpr auto absent = port{};
    constexpr auto malformed = port{presence::malformed};
    STATIC_REQUIRE(present.has_value());
    STATIC_REQUIRE(absent.absent());
    STATIC_REQUIRE(malformed.malformed());
    CHECK(present.state() == presence::present);
    CHECK(static_cast<bool>(present));
    CHECK_FALSE(static_cast<bool>(absent));
    CHECK_FALSE(static_cast<bool>(malformed));
    CHECK_FALSE(absent.malformed());
    CHECK_FALSE(malformed.absent());
    CHECK(*present == 443);
    CHECK(*absent == 0);
    CHECK(port{presence::absent} == absent);
}

TEST_CASE("a reference to the value of a temporary keeps the value", "[value]") {
    auto const port_of = [](std::uint16_t number) { return port{number}; };
    constexpr auto survives = [] {
        auto const& kept = *port{443};  // a dangling reference is no constant expression
        return kept;
    };
    STATIC_REQUIRE(survives() == 443);
    auto const& first = *port_of(443);
    auto const& second = *port_of(80);
    CHECK(first == 443);
    CHECK(second == 80);
}

TEST_CASE("a missing value is replaced by a fallback", "[value]") {
    CHECK(port{443}.value_or(80) == 443);
    CHECK(port{0}.value_or(80) == 0);
    CHECK(port{}.value_or(80) == 80);
    CHECK(port{presence::malformed}.value_or(80) == 80);
}

TEST_CASE("values are equal in state and value", "[value]") {
    CHECK(port{443} == port{443});
    CHECK(port{443} != port{80});
    CHECK(port{} == port{});
    CHECK(port{} != port{0});
    CHECK(port{} != port{presence::malformed});
    CHECK(port{443} == std::uint16_t{443});
    CHECK(port{} != std::uint16_t{0});
    CHECK(port{presence::malformed} != std::uint16_t{0});
}

TEST_CASE("operator-> reaches the members of a value", "[value]") {
    auto const text = field_value<std::string_view>{std::string_view{"eni-1"}};
    CHECK(text->size() == 5);
    CHECK(*text == "eni-1");
    CHECK(field_value<std::string_view> {} -> empty());
}

}  // namespace test_flow_value
