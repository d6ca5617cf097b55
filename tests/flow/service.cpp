// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string_view>

#include <flowlog/flow/service.hpp>

#include "catch.hpp"

namespace test_flow_service {

using namespace flowlog;

TEST_CASE("services are known by their common names, in any case", "[service]") {
    CHECK(service_port("https") == std::uint16_t{443});
    CHECK(service_port("HTTPS") == std::uint16_t{443});
    CHECK(service_port("dns") == std::uint16_t{53});
    CHECK(service_port("domain") == std::uint16_t{53});
    CHECK(service_port("rdp") == std::uint16_t{3389});
    CHECK(service_port("ms-sql-s") == std::uint16_t{1433});
    CHECK(service_port("s7comm") == std::uint16_t{102});
    CHECK(service_port("hp-pdl-datastr") == std::uint16_t{9100});
    CHECK_FALSE(service_port("http "));
    CHECK_FALSE(service_port("htt"));
    CHECK_FALSE(service_port(""));
    CHECK_FALSE(service_port("80"));
}

TEST_CASE("a port has the first name of its service", "[service]") {
    CHECK(service_name(443) == "https");
    CHECK(service_name(53) == "domain");
    CHECK(service_name(102) == "iso-tsap");
    CHECK(service_name(5666) == "nrpe");
    CHECK(service_name(9100) == "jetdirect");
    CHECK(service_name(0).empty());
    CHECK(service_name(65535).empty());
}

TEST_CASE("the table is sorted, and every name finds its port", "[service]") {
    auto const disorder = std::ranges::adjacent_find(detail::services, std::ranges::greater_equal{},
                                                     &detail::service_entry::port);
    CHECK(disorder == detail::services.end());
    for (auto const& entry : detail::services) {
        CAPTURE(entry.port);
        CHECK(service_name(entry.port) == entry.names.substr(0, entry.names.find(' ')));
        auto names = entry.names;
        while (!names.empty()) {
            auto const end = std::min(names.find(' '), names.size());
            CHECK(service_port(names.substr(0, end)) == entry.port);
            names.remove_prefix(std::min(end + 1, names.size()));
        }
    }
}

}  // namespace test_flow_service
