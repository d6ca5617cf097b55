// SPDX-License-Identifier: BSL-1.0
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/format/layout.hpp>

#include "catch.hpp"

namespace test_format_layout {

using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::layout;

TEST_CASE("a layout knows the column of each field", "[layout]") {
    auto const columns = layout{{"srcaddr", "mystery", "dst_port", "${bytes}"}};
    CHECK(columns.size() == 4);
    CHECK(columns.column(field::srcaddr) == 0);
    CHECK(columns.column(field::dstport) == 2);
    CHECK(columns.column(field::bytes) == 3);
    CHECK(columns.column(field::srcport) == layout::none);
    CHECK(columns.has(field::bytes));
    CHECK_FALSE(columns.has(field::packets));
    CHECK(columns.column("mystery") == 1);
    CHECK(columns.column("dst_port") == 2);
    CHECK(columns.column("dstport"sv) == layout::none);
    CHECK(columns.field_at(0) == field_id::srcaddr);
    CHECK_FALSE(columns.field_at(1));
    CHECK(layout{}.size() == 0);
    CHECK_FALSE(layout{}.has(field::srcaddr));
}

TEST_CASE("of two columns with one field, the first counts", "[layout]") {
    auto const columns = layout{{"x", "dstport", "dst-port", "x"}};
    CHECK(columns.column(field::dstport) == 1);
    CHECK(columns.field_at(2) == field_id::dstport);
    CHECK(columns.column("x") == 0);
}

TEST_CASE("the column that is called as the field counts before its other names", "[layout]") {
    CHECK(layout{{"bytes_sent", "bytes"}}.column(field::bytes) == 1);
    CHECK(layout{{"Bytes", "bytes_sent", "bytes"}}.column(field::bytes) == 0);
    CHECK(layout{{"src_ip", "source_address"}}.column(field::srcaddr) == 0);
    // of Splunk, the file from which an event is
    CHECK(layout{{"source", "src_ip"}}.column(field::srcaddr) == 1);
    CHECK(layout{{"dest", "destination", "dest_ip"}}.column(field::dstaddr) == 2);
    CHECK(layout{{"source", "destination"}}.column(field::dstaddr) == 1);
}

TEST_CASE("AWS's default layouts are as documented", "[layout]") {
    auto const vpc = layout::vpc_default();
    REQUIRE(vpc.size() == 14);
    for (std::size_t i = 0; i < 14; ++i) CHECK(vpc.field_at(i) == static_cast<field_id>(i));
    auto const gateway = layout::transit_gateway_default();
    REQUIRE(gateway.size() == 36);
    for (std::size_t i = 0; i < 36; ++i) {
        REQUIRE(gateway.field_at(i));
        CHECK(gateway.column(*gateway.field_at(i)) == i);
    }
    CHECK(gateway.column(field::resource_type) == 1);
    CHECK(gateway.column(field::tgw_pair_attachment_id) == 15);
    CHECK(gateway.column(field::log_status) == 25);
    CHECK(gateway.column(field::pkt_dst_aws_service) == 35);
    CHECK_FALSE(gateway.has(field::action));
    // all fields of transit gateways are in it
    for (auto const& f : flowlog::fields) {
        if (f.origin == flowlog::origin::transit_gateway) CHECK(gateway.has(f.id));
    }
}

static auto is_header(std::string_view line) -> bool {
    return layout::is_header(layout::tokens(line));
}

TEST_CASE("a header line is recognised by its words", "[layout]") {
    CHECK(is_header("# version account-id"));
    CHECK(is_header("#version account-id"));
    CHECK(is_header("#Fields: srcaddr dstaddr"));
    CHECK(is_header("srcaddr"));
    CHECK_FALSE(is_header("Version"));
    CHECK_FALSE(is_header("dOctets"));
    CHECK_FALSE(is_header("# Version"));
    CHECK_FALSE(is_header("#"));
    CHECK(is_header("version account-id interface-id"));
    CHECK(is_header("${version} ${vpc-id}"));
    CHECK(is_header("SrcAddr dst_port PKT-SRCADDR"));
    CHECK(is_header("srcaddr mystery"));
    CHECK(is_header("mystery srcaddr"));
    CHECK(is_header("\tsrcaddr  dstport\r"));
    CHECK_FALSE(is_header("srcaddr mystery other"));
    CHECK_FALSE(is_header("mystery"));
    CHECK_FALSE(is_header("srcaddr -"));
    CHECK_FALSE(is_header("srcaddr 80"));
    CHECK_FALSE(is_header("srcaddr 10.0.0.1"));
    CHECK_FALSE(is_header("srcaddr 5tuple"));
    CHECK_FALSE(is_header(""));
    CHECK_FALSE(is_header("2 123456789010 eni-1 - - - - - - - 1 2 - NODATA"));
    auto const nothing = std::array{""sv};
    CHECK_FALSE(layout::is_header(nothing));
}

TEST_CASE("a layout has a bounded number of columns", "[layout]") {
    auto names = std::vector<std::string>(1000, "dstport");
    CHECK(layout{names}.size() == 1000);
    auto line = std::string{};
    for (auto const& name : names) line += name + ' ';
    CHECK(is_header(line));
    CHECK_FALSE(is_header(line + "dstport"));
    names.resize(100000, "bytes");
    auto const columns = layout{names};
    CHECK(columns.size() == 1000);
    CHECK_FALSE(columns.has(field::bytes));
}

TEST_CASE("a layout can follow other columns", "[layout]") {
    auto const times = std::array<std::string, 1>{"timestamp"};
    auto const columns = layout::vpc_default().after(times);
    CHECK(columns.size() == 15);
    CHECK(columns.column(field::version) == 1);
    CHECK(columns.column("timestamp") == 0);
}

TEST_CASE("layouts are equal if their names are", "[layout]") {
    CHECK(layout{{"a", "b"}} == layout{{"a", "b"}});
    CHECK_FALSE(layout{{"a", "b"}} == layout{{"b", "a"}});
    CHECK_FALSE(layout{{"a"}} == layout{{"a", "b"}});
}

TEST_CASE("a line is split into tokens", "[layout]") {
    using list = std::vector<std::string_view>;
    CHECK(layout::tokens("").empty());
    CHECK(layout::tokens(" \t\r\n").empty());
    CHECK(layout::tokens(" a \t b\r\n") == list{"a", "b"});
}

TEST_CASE("the mark of a comment before a header line is passed over", "[layout]") {
    for (auto const* const mark : {"# ", "## ", "// ", "; ", "% ", "> ", "* ",
                                   "#Fields: ", "#fields ", "# Fields: ", "Fields: ", "#"}) {
        auto const line = mark + std::string{"srcaddr bytes"};
        auto const found = layout::from_header(layout::tokens(line));
        REQUIRE(found);
        CHECK(found->names() == std::vector<std::string>{"srcaddr", "bytes"});
    }
    CHECK(layout::from_header(layout::tokens("x# srcaddr bytes"))->size() == 3);
    CHECK(layout::from_header(layout::tokens("Fields srcaddr bytes"))->size() == 3);
    CHECK(layout::from_header(layout::tokens("# ; # srcaddr bytes"))->size() == 3);
}

}  // namespace test_format_layout
