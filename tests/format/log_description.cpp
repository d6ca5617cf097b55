// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <string>
#include <vector>

#include <flowlog/format/detect.hpp>
#include <flowlog/format/log_description.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"

namespace test_format_log_description {

using namespace flowlog;

TEST_CASE("A text log is described by its columns", "[log_description]") {
    auto reader =
        text_reader{memory_source{"dstport what start end\n1 x 1714564925 1714564935\n2 y - x\n"}};
    auto found = describe_log(reader);
    CHECK(found.columns == std::vector<std::string>{"dstport", "what", "start", "end"});
    CHECK(found.unknown_columns == std::vector<std::string>{"what"});
    CHECK(found.header);
    CHECK_FALSE(found.aws_default);
    CHECK_FALSE(found.counted.has_value());
    count_flows(reader, found);
    REQUIRE(found.counted.has_value());
    CHECK(found.counted->records == 2);
    CHECK(found.info.records == 2U);
    CHECK(found.info.first == timestamp{std::chrono::seconds{1714564925}});
    CHECK(found.info.last == timestamp{std::chrono::seconds{1714564935}});
}

TEST_CASE("An archive is described as it describes itself", "[log_description]") {
    auto const file = std::string{FLOWLOG_TEST_DATA "/netflow/flow-tools/s1-v5-le.ft"};
    auto log = open(file);
    auto found = describe_log(log);
    CHECK(found.info.format == "flow-tools");
    CHECK(found.columns.empty());
    count_flows(log, found);
    CHECK(found.info.records == found.counted->records);
}

TEST_CASE("AWS's default columns are recognised, and an empty log", "[log_description]") {
    auto reader = text_reader{memory_source{
        "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1 443 6 1 40 1620140761 1620140821 ACCEPT OK\n"}};
    auto const found = describe_log(reader);
    CHECK(found.aws_default);
    CHECK_FALSE(found.header);
    auto empty = text_reader{memory_source{""}};
    CHECK(describe_log(empty).info.format == "empty");
}

TEST_CASE("Columns that AWS does not have are of no version", "[log_description]") {
    auto reader = text_reader{memory_source{"src-as dst-as\n1 2\n"}};
    CHECK(describe_log(reader).info.version.empty());
    auto some = text_reader{memory_source{"src-as vpc-id\n1 2\n"}};
    CHECK(describe_log(some).info.version == "3");
}

}  // namespace test_format_log_description
