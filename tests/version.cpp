// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/version.hpp>

#include "catch.hpp"

namespace test_version {

TEST_CASE("the version string says what the macros say", "[version]") {
    auto const from_macros = std::to_string(FLOWLOG_VERSION_MAJOR) + '.' +
                             std::to_string(FLOWLOG_VERSION_MINOR) + '.' +
                             std::to_string(FLOWLOG_VERSION_PATCH);
    CHECK(flowlog::version == from_macros);
}

}  // namespace test_version
