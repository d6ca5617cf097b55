// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/accounting.hpp>

#include "catch.hpp"

namespace test_output_accounting {

using namespace flowlog;

TEST_CASE("The accounting names rows that were not read, if there are any", "[accounting]") {
    auto const s = statistics{.records = 2, .unread = 1000};
    CHECK(accounting_text(s) ==
          "1,002 lines = 2 records + 0 NODATA + 0 SKIPDATA + 0 malformed + 0 headers + 0 blank + "
          "1,000 not read");
    auto text = std::string{};
    auto json = json_writer{text};
    json.begin_object();
    write_members(json, s);
    json.end_object();
    CHECK(text.find(R"("blank":0,"unread":1000,"bytes":0)") != text.npos);
}

TEST_CASE("The accounting names the six kinds of line, which add up", "[accounting]") {
    auto const s = statistics{.records = 2000,
                              .nodata = 2,
                              .skipdata = 3,
                              .malformed = 4,
                              .headers = 1,
                              .blank = 6,
                              .bytes = 7};
    CHECK(accounting_text(s) ==
          "2,016 lines = 2,000 records + 2 NODATA + 3 SKIPDATA + 4 malformed + 1 header + 6 blank");
    auto text = std::string{};
    auto json = json_writer{text};
    json.begin_object();
    write_members(json, s);
    json.end_object();
    CHECK(text ==
          R"({"lines":2016,"records":2000,"nodata":2,"skipdata":3,"malformed":4,"headers":1,)"
          R"("blank":6,"bytes":7})");
}

}  // namespace test_output_accounting
