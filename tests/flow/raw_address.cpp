// SPDX-License-Identifier: BSL-1.0
#include <concepts>
#include <cstdint>
#include <type_traits>

#include <flowlog/flow/flow.hpp>
#include <flowlog/flow/raw_address.hpp>

#include "catch.hpp"

namespace test_flow_raw_address {

namespace field = flowlog::field;
using flowlog::field_id;
using number = flowlog::field_value<std::uint32_t>;

// the names of NetFlow are keys of the same fields
static_assert(std::same_as<decltype(field::dOctets), decltype(field::bytes)>);
static_assert(std::same_as<decltype(field::dPkts), decltype(field::packets)>);
static_assert(std::same_as<decltype(field::prot), decltype(field::protocol)>);
static_assert(std::same_as<decltype(field::first), decltype(field::start)>);
static_assert(std::same_as<decltype(field::last), decltype(field::end)>);
static_assert(flowlog::find_field("dOctets") == field_id{field::dOctets});
static_assert(flowlog::find_field("dPkts") == field_id{field::dPkts});
static_assert(flowlog::find_field("prot") == field_id{field::prot});
static_assert(flowlog::find_field("first") == field_id{field::first});
static_assert(flowlog::find_field("last") == field_id{field::last});
static_assert(std::same_as<decltype(field::srcaddr_raw)::value_type, std::uint32_t>);

TEST_CASE("the raw address of IPv4 is a number", "[raw_address]") {
    auto made = flowlog::flow{};
    CHECK(made[field::srcaddr_raw].absent());
    made.set(field::srcaddr, flowlog::address::v4(0x0A000001));
    made.set(field::dstaddr, flowlog::address::v4(0xFFFFFFFF));
    CHECK(made[field::srcaddr_raw] == std::uint32_t{167772161});
    CHECK(made[field::dstaddr_raw] == std::uint32_t{4294967295});
    made.set(field::srcaddr, flowlog::address::v4(0));
    CHECK(made[field::srcaddr_raw] == std::uint32_t{0});
}

TEST_CASE("the raw address of IPv6 is absent", "[raw_address]") {
    auto made = flowlog::flow{};
    made.set(field::srcaddr, flowlog::address::v6(0, 0xFFFF0A000001));  // ::ffff:10.0.0.1
    CHECK(made[field::srcaddr_raw].absent());
}

TEST_CASE("the raw address of a malformed one is malformed", "[raw_address]") {
    using address = flowlog::field_value<flowlog::address>;
    STATIC_REQUIRE(raw_address(address{flowlog::presence::malformed}).malformed());
    STATIC_REQUIRE(raw_address(address{}).absent());
    STATIC_REQUIRE(raw_address(address{flowlog::address::v4(7)}) == number{7});
}

}  // namespace test_flow_raw_address
