// SPDX-License-Identifier: BSL-1.0
#include <string>

#include <flowlog/output/accounting.hpp>

#include "catch.hpp"

using namespace flowlog;

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
