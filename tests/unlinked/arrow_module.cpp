// SPDX-License-Identifier: BSL-1.0
#include <cstdlib>

#include <flowlog/error.hpp>
#include <flowlog/source/arrow_module.hpp>

#include "catch.hpp"

namespace test_unlinked_arrow_module {

using namespace flowlog;

TEST_CASE("Where the component flowlog::arrow was looked for is said if it is not there",
          "[arrow_module]") {
    ::setenv("FLOWLOG_ARROW_MODULE", "/nowhere/arrow.so", 1);
    CHECK_FALSE(detail::has_arrow_module());
    try {
        static_cast<void>(detail::load_arrow_module("s3://bucket/a.log"));
        FAIL("it was loaded");
    } catch (error const& failure) {
        CHECK(failure.code() == errc::unsupported);
        CHECK(
            failure.message().starts_with("is read by the component flowlog::arrow, which cannot "
                                          "be loaded (no /nowhere/arrow.so). To get it: "));
    }
    ::unsetenv("FLOWLOG_ARROW_MODULE");
}

}  // namespace test_unlinked_arrow_module
