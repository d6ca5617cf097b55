// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <utility>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/file.hpp>

#include "catch.hpp"

namespace test_unlinked_nfdump {

using namespace flowlog;

namespace {

auto reader_of(std::string const& name) -> nfdump_reader<file_source> {
    return nfdump_reader{file_source{FLOWLOG_TEST_DATA "/netflow/nfdump/" + name}};
}

}  // namespace

TEST_CASE("A compressed nfdump archive names the component that it needs", "[nfdump]") {
    for (auto const& [archive, codec] :
         std::vector<std::pair<std::string, std::string>>{{"v2-178-lzo.nfdump", "lzo"},
                                                          {"v1-1625-bz2.nfdump", "bzip2"},
                                                          {"v2-171-lz4.nfdump", "lz4"},
                                                          {"v2-178-zstd.nfdump", "zstd"}}) {
        auto reader = reader_of(archive);
        CHECK(reader.describe().compression == codec);
        try {
            static_cast<void>(reader.begin());
            FAIL("it was read");
        } catch (error const& failure) {
            CHECK(failure.code() == errc::unsupported);
            CHECK(failure.message().find("built without flowlog::" + codec) != std::string::npos);
        }
    }
}

TEST_CASE("A plain nfdump archive needs no component", "[nfdump]") {
    auto reader = reader_of("v2-178-mixed.nfdump");
    for (auto const& record : reader) static_cast<void>(record);
    CHECK(reader.stats().records == 354);
}

TEST_CASE("Without the component the end of a compressed nfdump archive stays unread", "[nfdump]") {
    auto reader = reader_of("v2-178-zstd.nfdump");
    reader.skip_to_end();
    CHECK_FALSE(reader.describe().records);
    CHECK(reader.describe().notes.back() ==
          "the appendix, which holds counts and times, could not be read");
}

}  // namespace test_unlinked_nfdump
