// SPDX-License-Identifier: BSL-1.0
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/error.hpp>
#include <flowlog/grammar/format_string.hpp>

#include "catch.hpp"

namespace test_grammar_format_string {

using flowlog::parse_format;
using names = std::vector<std::string>;

static auto failure(std::string_view text) -> std::string {
    try {
        static_cast<void>(parse_format(text));
    } catch (flowlog::error const& thrown) {
        CHECK(thrown.code() == flowlog::errc::invalid_format);
        return thrown.what();
    }
    return "no error";
}

TEST_CASE("a format string names columns as AWS does", "[format_string]") {
    auto const columns = parse_format("${version} ${vpc-id}  ${srcaddr}\t${dstport}");
    CHECK(columns.names() == names{"version", "vpc-id", "srcaddr", "dstport"});
    CHECK(columns.column(flowlog::field::dstport) == 3);
    CHECK(columns.column(flowlog::field::vpc_id) == 1);
    CHECK_FALSE(columns.has(flowlog::field::srcport));
}

TEST_CASE("a format string names columns without braces", "[format_string]") {
    auto const wanted = names{"srcaddr", "dstport", "bytes"};
    CHECK(parse_format("srcaddr dstport bytes").names() == wanted);
    CHECK(parse_format("srcaddr,dstport,bytes").names() == wanted);
    CHECK(parse_format("  srcaddr , dstport\t,\nbytes \r\n").names() == wanted);
    CHECK(parse_format("srcaddr ${dstport},bytes").names() == wanted);
    CHECK(parse_format("${ srcaddr } ${dstport } ${\tbytes}").names() == wanted);
    CHECK(parse_format("srcaddr").names() == names{"srcaddr"});
}

TEST_CASE("a format string takes every spelling of a field", "[format_string]") {
    auto const columns =
        parse_format("pkt_srcaddr srcAddr DSTPORT dOctets ${Log-Status} flowDirection");
    CHECK(columns.column(flowlog::field::pkt_srcaddr) == 0);
    CHECK(columns.column(flowlog::field::srcaddr) == 1);
    CHECK(columns.column(flowlog::field::dstport) == 2);
    CHECK(columns.column(flowlog::field::bytes) == 3);
    CHECK(columns.column(flowlog::field::log_status) == 4);
    CHECK(columns.column(flowlog::field::flow_direction) == 5);
}

TEST_CASE("every field can occur in a format string", "[format_string]") {
    auto text = std::string{};
    for (auto const& f : flowlog::fields) text += "${" + std::string{f.name} + "} ";
    auto const columns = parse_format(text);
    REQUIRE(columns.size() == flowlog::fields.size());
    for (auto const& f : flowlog::fields)
        CHECK(columns.column(f.id) == static_cast<std::size_t>(f.id));
}

TEST_CASE("an unknown name in braces is an opaque column", "[format_string]") {
    auto const columns = parse_format("${timestamp} ${srcaddr} ${brand:new} ${timestamp}");
    CHECK(columns.size() == 4);
    CHECK_FALSE(columns.field_at(0));
    CHECK(columns.column("brand:new") == 2);
    CHECK(columns.column("timestamp") == 0);
    CHECK(columns.column(flowlog::field::srcaddr) == 1);
}

TEST_CASE("AWS's own layouts have names", "[format_string]") {
    for (auto const* word : {"default", "v2", " Default ", "V2"})
        CHECK(parse_format(word) == flowlog::layout::vpc_default());
    for (auto const* word : {"tgw", "TGW", "transit-gateway", "transit_gateway"})
        CHECK(parse_format(word) == flowlog::layout::transit_gateway_default());
    CHECK(parse_format("${default}").names() == names{"default"});
    CHECK(failure("default srcaddr")
              .starts_with("format:1:1: expected the name of a field, found 'default'"));
}

TEST_CASE("an error in a format string has a location and a reason", "[format_string]") {
    CHECK(failure("") == "format:1:1: expected a field such as ${srcaddr}, found the end");
    CHECK(failure("\t") == "format:1:2: expected a field such as ${srcaddr}, found the end");
    CHECK(failure("${") == "format:1:3: expected the name of a field, found the end");
    CHECK(failure("${}") == "format:1:3: expected the name of a field, found '}'");
    CHECK(failure("srcaddr ${dstport") == "format:1:18: expected '}', found the end");
    CHECK(failure("${src addr}") == "format:1:7: expected '}', found 'addr}'");
    CHECK(failure("${a}${b}") == "format:1:5: expected a blank, a comma or the end, found '${b}'");
    CHECK(failure("bytes,,end") == "format:1:7: expected a field such as ${srcaddr}, found ',end'");
    CHECK(failure("bytes,") == "format:1:7: expected a field such as ${srcaddr}, found the end");
    CHECK(failure(",bytes") == "format:1:1: expected a field such as ${srcaddr}, found ',bytes'");
    CHECK(failure("bytes $end") == "format:1:7: expected a field such as ${srcaddr}, found '$end'");
    CHECK(failure("srcaddr\ndstprt") ==
          "format:2:1: expected the name of a field, found 'dstprt'; did you mean 'dstport'?");
}

TEST_CASE("a misspelt bare name gives a hint", "[format_string]") {
    CHECK(failure("srcaddr dstprot") ==
          "format:1:9: expected the name of a field, found 'dstprot'; did you mean 'dstport'?");
    CHECK(failure("Log-Stats").ends_with("did you mean 'log-status'?"));
    CHECK(failure("something-else") ==
          "format:1:1: expected the name of a field, found 'something-else'; the name of a "
          "column that is not a field has to be in ${something-else}");
}

TEST_CASE("if a field occurs twice in a format string, its own name and then the first counts",
          "[format_string]") {
    auto const columns = parse_format("srcaddr dstport ${srcAddr}");
    CHECK(columns.size() == 3);
    CHECK(columns.column(flowlog::field::srcaddr) == 0);
    CHECK(parse_format("bytes_sent ${bytes}").column(flowlog::field::bytes) == 1);
}

TEST_CASE("format strings of other tools are read", "[format_string]") {
    auto const wanted = names{"version", "vpc-id", "srcaddr"};
    CHECK(parse_format("${!version} ${!vpc-id} ${!srcaddr}").names() == wanted);
    CHECK(parse_format("$${version} $${vpc-id} $${srcaddr}").names() == wanted);
    CHECK(parse_format("\\${version} \\${vpc-id} \\${srcaddr}").names() == wanted);
    CHECK(parse_format("\\\\${version} \\\\${vpc-id} \\\\${srcaddr}").names() == wanted);
    CHECK(parse_format("`${version} `${vpc-id} `${srcaddr}").names() == wanted);
    CHECK(parse_format("${{version}} ${{vpc-id}} ${{srcaddr}}").names() == wanted);
    CHECK(parse_format("<version> <vpc-id> <srcaddr>").names() == wanted);
    CHECK(parse_format("[version, vpc-id, srcaddr]").names() == wanted);
    CHECK(parse_format(" [ version vpc-id srcaddr ] ").names() == wanted);
    auto const pattern = parse_format(
        "[version, account, eni, source, destination, srcport, destport, protocol, packets, "
        "bytes, windowstart, windowend, action, flowlogstatus]");
    auto const standard = flowlog::layout::vpc_default();
    for (std::size_t i = 0; i < standard.size(); ++i)
        CHECK(pattern.field_at(i) == standard.field_at(i));
    CHECK(parse_format("[srcaddr, mystery]").names() == names{"srcaddr", "mystery"});
    CHECK(parse_format("\"version\",\"vpc-id\",\"srcaddr\"").names() == wanted);
    CHECK(parse_format("'version', 'vpc-id', 'srcaddr'").names() == wanted);
    CHECK(parse_format("`version` int, `vpc-id` string, `srcaddr` STRING").names() == wanted);
    CHECK(parse_format("version bigint,\n  vpc-id string,\n  srcaddr string\n").names() == wanted);
    CHECK(failure("srcaddr string dstport int") ==
          "format:1:9: expected the name of a field, found 'string'; the name of a column that is "
          "not a field has to be in ${string}");
    CHECK(failure("\"version\" \"srcaddr").starts_with("format:1:11: expected a field"));
    CHECK(failure("${{version}").starts_with("format:1:3: expected the name of a field"));
    CHECK(parse_format("\xC2\xA0${version}\xC2\xA0${vpc-id}\xE2\x80\x83${srcaddr}").names() ==
          wanted);
    CHECK(
        failure("srcaddr\xC2\xA0nothing").starts_with("format:1:10: expected the name of a field"));
    CHECK(failure("[version, ..., srcaddr]") ==
          "format:1:11: expected the name of a column, found '...': each column has to be named");
    CHECK(failure("[srcaddr, action = \"REJECT\"]").starts_with("format:1:18: expected"));
    // `${!x}` would be another column
    CHECK(failure("[!x]").starts_with("format:1:2: expected a field"));
    CHECK(failure("${!!x}").starts_with("format:1:4: expected the name of a field"));
    CHECK(failure("[srcaddr") == "format:1:9: expected ']', found the end");
    CHECK(failure("<srcaddr") == "format:1:9: expected '>', found the end");
    CHECK(failure("${!}") == "format:1:4: expected the name of a field, found '}'");
}

TEST_CASE("quotes around a format string are passed over", "[format_string]") {
    auto const wanted = names{"version", "srcaddr"};
    CHECK(parse_format("'${version} ${srcaddr}'").names() == wanted);
    CHECK(parse_format(" \"${!version} ${!srcaddr}\"\n").names() == wanted);
    CHECK(parse_format("\"version srcaddr\"").names() == wanted);
    CHECK(parse_format("'version'").names() == names{"version"});
    CHECK(failure("'${version} ${srcaddr}").starts_with("format:1:1: expected a field"));
    CHECK(failure("'${version} ${}'") == "format:1:15: expected the name of a field, found '}''");
}

TEST_CASE("what a shell leaves of a format string in double quotes is refused", "[format_string]") {
    auto const hint =
        std::string{"; in double quotes the shell replaces ${...}: use single quotes"};
    CHECK(failure("   ") ==
          "format:1:4: expected a field such as ${srcaddr}, found the end" + hint);
    for (auto const* const left : {" id id       status", "id id status", "srcaddr  id"}) {
        CAPTURE(left);
        CHECK(failure(left).find("expected the name of a field, found 'id'") != std::string::npos);
        CHECK(failure(left).ends_with(hint));
    }
    CHECK(failure("   srcaddr flags") == "format:1:4: expected ${...}, found 'srcaddr'" + hint);
    CHECK(failure("srcaddr   dstaddr") == "format:1:1: expected ${...}, found 'srcaddr'" + hint);
    CHECK(parse_format("srcaddr flags").size() == 2);
    CHECK(parse_format("  srcaddr   bytes").size() == 2);
    CHECK(parse_format("${srcaddr}  ${flags}").size() == 2);
    CHECK(parse_format("<srcaddr>  <flags>").size() == 2);
    CHECK(failure("id nothing").find("shell") == std::string::npos);
}

TEST_CASE("text of a format string is escaped in messages", "[format_string]") {
    CHECK(failure("src\x1b[31m\xff").find("'src\\x1b[31m\\xff'") != std::string::npos);
    CHECK(failure(std::string(1000, 'x')).size() < 250);
}

TEST_CASE("a format string has no more columns than a layout can have", "[format_string]") {
    auto text = std::string{};
    for (auto i = 0; i < 1000; ++i) text += "${x} ";
    CHECK(parse_format(text).size() == 1000);
    CHECK(failure(text + "${y}").ends_with("expected at most 1000 columns, found 'y'"));
}

}  // namespace test_grammar_format_string
