// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>

#include <flowlog/flow/scope.hpp>

#include "catch.hpp"

namespace test_flow_scope {

static auto scope(std::string_view text) -> std::string {
    return std::string{name(flowlog::scope_of(flowlog::address::parse(text).value()))};
}

static_assert(flowlog::scope_of(flowlog::address::v4(0x0A000001)) ==
              flowlog::address_scope::private_use);

TEST_CASE("scopes of IPv4 addresses", "[scope]") {
    CHECK(scope("8.8.8.8") == "public");
    CHECK(scope("0.0.0.0") == "unspecified");
    CHECK(scope("0.0.0.1") == "reserved");
    CHECK(scope("1.0.0.0") == "public");
    CHECK(scope("9.255.255.255") == "public");
    CHECK(scope("10.0.0.0") == "private");
    CHECK(scope("10.255.255.255") == "private");
    CHECK(scope("11.0.0.0") == "public");
    CHECK(scope("100.63.255.255") == "public");
    CHECK(scope("100.64.0.0") == "shared");
    CHECK(scope("100.127.255.255") == "shared");
    CHECK(scope("100.128.0.0") == "public");
    CHECK(scope("127.0.0.1") == "loopback");
    CHECK(scope("128.0.0.0") == "public");
    CHECK(scope("169.253.255.255") == "public");
    CHECK(scope("169.254.169.254") == "link-local");
    CHECK(scope("172.15.255.255") == "public");
    CHECK(scope("172.16.0.0") == "private");
    CHECK(scope("172.31.255.255") == "private");
    CHECK(scope("172.32.0.0") == "public");
    CHECK(scope("192.0.0.1") == "reserved");
    CHECK(scope("192.0.2.1") == "documentation");
    CHECK(scope("192.0.1.1") == "public");
    CHECK(scope("192.168.255.255") == "private");
    CHECK(scope("192.169.0.0") == "public");
    CHECK(scope("198.18.0.0") == "reserved");
    CHECK(scope("198.19.255.255") == "reserved");
    CHECK(scope("198.20.0.0") == "public");
    CHECK(scope("198.51.100.7") == "documentation");
    CHECK(scope("203.0.113.7") == "documentation");
    CHECK(scope("223.255.255.255") == "public");
    CHECK(scope("224.0.0.0") == "multicast");
    CHECK(scope("239.255.255.255") == "multicast");
    CHECK(scope("240.0.0.0") == "reserved");
    CHECK(scope("255.255.255.254") == "reserved");
    CHECK(scope("255.255.255.255") == "broadcast");
}

TEST_CASE("scopes of IPv6 addresses", "[scope]") {
    CHECK(scope("::") == "unspecified");
    CHECK(scope("::1") == "loopback");
    CHECK(scope("::2") == "public");
    CHECK(scope("2600::1") == "public");
    CHECK(scope("fbff::1") == "public");
    CHECK(scope("fc00::") == "unique-local");
    CHECK(scope("fdff::1") == "unique-local");
    CHECK(scope("fe7f::1") == "public");
    CHECK(scope("fe80::1") == "link-local");
    CHECK(scope("febf::1") == "link-local");
    CHECK(scope("fec0::1") == "public");
    CHECK(scope("ff02::1") == "multicast");
    CHECK(scope("2001:db8::1") == "documentation");
    CHECK(scope("2001:db9::1") == "public");
    CHECK(scope("3fff:fff::1") == "documentation");
    CHECK(scope("3fff:1000::1") == "public");
    CHECK(scope("::ffff:10.0.0.1") == "private");
    CHECK(scope("::ffff:8.8.8.8") == "public");
}

}  // namespace test_flow_scope
