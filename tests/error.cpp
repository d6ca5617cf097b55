// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <system_error>
#include <type_traits>

#include <flowlog/error.hpp>

#include "catch.hpp"

namespace test_error {

static_assert(std::is_error_code_enum_v<flowlog::errc>);
static_assert(std::is_base_of_v<std::system_error, flowlog::error>);

TEST_CASE("an error says where it happened", "[error]") {
    auto const at = [](flowlog::location where) {
        return std::string{flowlog::error{flowlog::errc::invalid_table, where, "bad"}.what()};
    };
    CHECK(at({"t.csv", 3, 7}) == "t.csv:3:7: bad");
    CHECK(at({"t.csv", 3, 0}) == "t.csv:3: bad");
    CHECK(at({"t.csv", 0, 0}) == "t.csv: bad");
    CHECK(at({"", 3, 7}) == "3:7: bad");
    CHECK(at({}) == "bad");
}

TEST_CASE("an error keeps its code, place and message separate", "[error]") {
    auto const failure = flowlog::error{flowlog::errc::truncated, {"a.log", 2, 0}, "ends early"};
    CHECK(failure.code() == flowlog::errc::truncated);
    CHECK(failure.code().category().name() == std::string{"flowlog"});
    CHECK(failure.where().source == "a.log");
    CHECK(failure.where().line == 2);
    CHECK(failure.message() == "ends early");
}

TEST_CASE("every error code has a message of its own", "[error]") {
    auto const unknown = flowlog::category().message(0);
    for (auto code = 1; code <= static_cast<int>(flowlog::errc::write_failed); ++code) {
        CHECK(flowlog::category().message(code) != unknown);
    }
    CHECK(flowlog::category().message(9999) == unknown);
}

}  // namespace test_error
