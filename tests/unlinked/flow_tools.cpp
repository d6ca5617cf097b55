// SPDX-License-Identifier: BSL-1.0
// A program without components: logs that need one are refused by its name, all others are read.
#include <fstream>
#include <iterator>
#include <string>

#include <flowlog/error.hpp>
#include <flowlog/format/flow_tools.hpp>
#include <flowlog/source/file.hpp>

#include "catch.hpp"

namespace test_unlinked_flow_tools {

using namespace flowlog;

namespace {

auto reader_of(std::string const& name) -> flow_tools_reader<file_source> {
    return flow_tools_reader{file_source{FLOWLOG_TEST_DATA "/netflow/flow-tools/" + name}};
}

}  // namespace

TEST_CASE("A compressed flow-tools archive names the component that it needs", "[flow_tools]") {
    auto reader = reader_of("v5-le-z.ft");
    CHECK(reader.describe().compression == "zlib");
    try {
        static_cast<void>(reader.begin());
        FAIL("it was read");
    } catch (error const& failure) {
        CHECK(failure.code() == errc::unsupported);
        CHECK(failure.message().find("built without flowlog::gzip") != std::string::npos);
    }
}

TEST_CASE("A compressed flow-tools archive that holds nothing yet needs no component",
          "[flow_tools]") {
    auto reader = reader_of("v1-capture-le-z-tmp.ft");
    CHECK(reader.begin() == reader.end());
}

TEST_CASE("A plain flow-tools archive needs no component", "[flow_tools]") {
    auto reader = reader_of("v5-le.ft");
    for (auto const& record : reader) static_cast<void>(record);
    CHECK(reader.stats().records == 64);
}

}  // namespace test_unlinked_flow_tools
