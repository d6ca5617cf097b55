// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_flow_flow {

using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::flow;

static_assert(flowlog::flow_record<flow>);
static_assert(!flowlog::flow_record<int>);
static_assert(std::is_nothrow_move_constructible_v<flow>);

TEST_CASE("a flow holds the values that were set", "[flow]") {
    auto made = flow{};
    CHECK(made[field::dstport].absent());
    made.set(field::dstport, 443);
    made.set(field::account_id, "123456789010");
    made.set(field::srcaddr, flowlog::address::v4(0x0A000001));
    made.set(field::start, flowlog::timestamp{std::chrono::seconds{7}});
    made.set(field::action, flowlog::action::reject);
    CHECK(made[field::dstport] == std::uint16_t{443});
    CHECK(made[field::account_id] == "123456789010"sv);
    CHECK(made[field::srcaddr] == flowlog::address::v4(0x0A000001));
    CHECK(made[field::start] == flowlog::timestamp{std::chrono::seconds{7}});
    CHECK(made[field::action] == flowlog::action::reject);
    CHECK(made[field::srcport].absent());
    made.set(field::dstport, 80);
    CHECK(made[field::dstport] == std::uint16_t{80});
    made.reset(flowlog::field_id::dstport);
    CHECK(made[field::dstport].absent());
    CHECK(made[field::action].has_value());
    made.reset(flowlog::field_id::dstport);
}

TEST_CASE("a flow owns its text", "[flow]") {
    auto made = flow{};
    {
        auto text = std::string(100, 'x');
        made.set(field::vpc_id, text);
        text.assign(100, '#');
    }
    auto copy = made;
    made.set(field::vpc_id, "other");
    CHECK(copy[field::vpc_id] == std::string_view{std::string(100, 'x')});
    auto const moved = std::move(copy);
    CHECK(moved[field::vpc_id]->size() == 100);
}

TEST_CASE("flows are equal if all their fields are equal", "[flow]") {
    auto a = flow{};
    auto b = flow{};
    CHECK(a == b);
    a.set(field::dstport, 1);
    a.set(field::srcport, 2);
    CHECK(a != b);
    b.set(field::srcport, 2);
    b.set(field::dstport, 1);
    CHECK(a == b);
    b.set(field::dstport, 3);
    CHECK(a != b);
}

TEST_CASE("every field can be set and read", "[flow]") {
    auto made = flow{};
    for (auto const& f : flowlog::fields) {
        flowlog::with_field(f.id, [&](auto key) {
            using value = typename decltype(key)::value_type;
            CHECK(made[key].absent());
            if constexpr (std::is_same_v<value, std::string_view>) {
                made.set(key, info(key).name);
                CHECK(made[key] == info(key).name);
            } else {
                made.set(key, value{});
                CHECK(made[key] == value{});
            }
        });
    }
}

TEST_CASE("a flow copies a record with its malformed fields", "[flow]") {
    auto reader = flowlog::text_reader{flowlog::memory_source{
        "srcaddr dstport vpc-id bytes\n10.0.0.1 65536 v-1 -\n10.0.0.2 1 v-2 3\n"}};
    auto copies = std::vector<flow>{};
    for (auto const& record : reader) copies.emplace_back(record);
    REQUIRE(copies.size() == 2);
    CHECK(copies[0][field::srcaddr] == flowlog::address::v4(0x0A000001));
    CHECK(copies[0][field::dstport].malformed());
    CHECK(copies[0][field::vpc_id] == "v-1"sv);
    CHECK(copies[0][field::bytes].absent());
    CHECK(copies[0][field::end].absent());
    CHECK(copies[1][field::bytes] == std::uint64_t{3});
    CHECK(copies[0] != copies[1]);
}

TEST_CASE("a text may be set to a text of the same flow", "[flow]") {
    auto some = flow{};
    some.set(field::account_id, "123456789012");
    some.set(field::interface_id, "eni-1");
    some.set(field::vpc_id, "vpc-1");
    some.set(field::subnet_id, "subnet-9");
    some.set(field::account_id, *some[field::subnet_id]);
    CHECK(some[field::account_id] == "subnet-9"sv);
    some.set(field::subnet_id, "a subnet with a long name");
    some.set(field::subnet_id, some[field::subnet_id]->substr(2));
    CHECK(some[field::subnet_id] == "subnet with a long name"sv);
    CHECK(some[field::interface_id] == "eni-1"sv);
}

TEST_CASE("sums stick at the largest number", "[flow]") {
    auto saturated = false;
    constexpr auto most = ~std::uint64_t{0};
    CHECK(flowlog::saturating_add(1, 2, saturated) == 3);
    CHECK(flowlog::saturating_add(most - 1, 1, saturated) == most);
    CHECK(flowlog::saturating_add(most, 0, saturated) == most);
    CHECK_FALSE(saturated);
    CHECK(flowlog::saturating_add(most, 1, saturated) == most);
    CHECK(saturated);
    saturated = false;
    CHECK(flowlog::saturating_add(most / 2 + 1, most / 2 + 1, saturated) == most);
    CHECK(saturated);
    CHECK(flowlog::saturating_add(1, 1, saturated) == 2);
    CHECK(saturated);  // it is never reset
}

}  // namespace test_flow_flow
