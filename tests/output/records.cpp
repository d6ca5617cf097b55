// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/error.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/text.hpp>
#include <flowlog/output/records.hpp>
#include <flowlog/source/input.hpp>
#include <flowlog/source/memory.hpp>
#include <flowlog/version.hpp>

#include "catch.hpp"

namespace test_output_records {

namespace {

namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::record_column;
using flowlog::record_format;
using flowlog::record_options;
using flowlog::record_writer;

auto const columns =
    std::vector<record_column>{field_id::srcaddr, field_id::dstport, field_id::start,
                               field_id::action,  field_id::bytes,   field_id::user_name};

auto some_flow() -> flowlog::flow {
    auto result = flowlog::flow{};
    result.set(field::srcaddr, *flowlog::address::parse("2001:db8::1"));
    result.set(field::dstport, std::uint16_t{443});
    result.set(field::start, flowlog::timestamp{std::chrono::milliseconds{1620140761250}});
    result.set(field::action, flowlog::action::reject);
    result.set(field::bytes, std::numeric_limits<std::uint64_t>::max());
    result.set(field::user_name, "ACME\\a \"b\"");
    return result;
}

/// The text of some flows.
auto written(std::vector<flowlog::flow> const& flows, record_options options,
             std::vector<record_column> const& what = columns) -> std::string {
    auto text = std::string{};
    auto writer = record_writer{what, options, [&](std::string_view block) { text += block; }};
    for (auto const& flow : flows) REQUIRE_FALSE(writer.write(flow).has_value());
    CHECK(writer.rows() == flows.size());
    writer.finish();
    return text;
}

auto in_format(record_format format) -> std::string {
    return written({some_flow(), flowlog::flow{}}, {.format = format});
}

/// A text log, written with its own columns.
auto rewritten(std::string const& log, record_options options = {}) -> std::string {
    auto reader = flowlog::text_reader{flowlog::memory_source{log}};
    auto text = std::string{};
    auto writer = record_writer{flowlog::columns_of(reader), options,
                                [&](std::string_view block) { text += block; }};
    for (auto const& record : reader) {
        if (auto const offending_field = writer.write(record))
            reader.reject(*offending_field, flowlog::reason::bad_value);
    }
    writer.finish();
    CHECK(writer.rows() == reader.stats().records);
    return text;
}

/// The same, in batches where the reader has some.
auto rewritten_in_batches(std::string const& log, record_options options) -> std::string {
    auto reader = flowlog::text_reader{flowlog::memory_source{log}};
    auto text = std::string{};
    auto writer = record_writer{flowlog::columns_of(reader), options,
                                [&](std::string_view block) { text += block; }};
    auto bad = field_id{};
    auto const use = [&](auto const& record) {
        auto const offending_field = writer.write(record);
        if (offending_field) bad = *offending_field;
        return !offending_field;
    };
    auto const use_batch = [&](auto const& flows) {
        auto const some = flows.slice(0, std::min<std::size_t>(flows.size(), 64));
        return writer.write_batch(some);
    };
    auto const refused = [&](auto const&) { return std::pair{bad, flowlog::reason::bad_value}; };
    reader.each(use, use_batch, refused, {});
    writer.finish();
    CHECK(writer.rows() == reader.stats().records);
    return text;
}

auto time_in(flowlog::time_format times, std::chrono::microseconds since_1970) -> std::string {
    auto flow = flowlog::flow{};
    flow.set(field::start, flowlog::timestamp{since_1970});
    auto const text = written({flow}, {.times = times}, {field_id::start});
    return text.substr(6, text.size() - 7);
}

}  // namespace

TEST_CASE("Records are written as CSV and TSV", "[records]") {
    CHECK(in_format(record_format::csv) ==
          "srcaddr,dstport,start,action,bytes,user-name\n"
          "2001:db8::1,443,1620140761.250,REJECT,18446744073709551615,\"ACME\\a \"\"b\"\"\"\n"
          ",,,,,\n");
    CHECK(in_format(record_format::tsv) ==
          "srcaddr\tdstport\tstart\taction\tbytes\tuser-name\n"
          "2001:db8::1\t443\t1620140761.250\tREJECT\t18446744073709551615\t"
          "\"ACME\\a \"\"b\"\"\"\n"
          "\t\t\t\t\t\n");
}

TEST_CASE("Records are written as JSON", "[records]") {
    auto const object = std::string{
        R"({"srcaddr":"2001:db8::1","dstport":443,"start":1620140761.250,"action":"REJECT",)"
        R"("bytes":18446744073709551615,"user-name":"ACME\\a \"b\""})"};
    auto const nothing =
        std::string{R"({"srcaddr":null,"dstport":null,"start":null,"action":null,"bytes":null,)"
                    R"("user-name":null})"};
    CHECK(in_format(record_format::ndjson) == object + '\n' + nothing + '\n');
    CHECK(in_format(record_format::json) == "[\n" + object + ",\n" + nothing + "\n]\n");
    CHECK(written({}, {.format = record_format::json}) == "[]\n");
    CHECK(written({}, {.format = record_format::ndjson}).empty());
    auto const iso = written(
        {some_flow()}, {.format = record_format::ndjson, .times = flowlog::time_format::rfc3339});
    CHECK(iso.find(R"("start":"2021-05-04T15:06:01.250Z")") != iso.npos);
}

TEST_CASE("Records are written as lines of a VPC flow log", "[records]") {
    auto const text = written({some_flow(), flowlog::flow{}}, {.format = record_format::vpc},
                              {field_id::version, field_id::srcaddr, field_id::start,
                               field_id::user_name, field_id::log_status});
    CHECK(text ==
          "version srcaddr start user-name log-status\n"
          "2 2001:db8::1 1620140761 ACME\\a%20\"b\" OK\n"
          "2 - - - OK\n");
    auto early = flowlog::flow{};
    early.set(field::start, flowlog::timestamp{std::chrono::microseconds{-1}});
    CHECK(written({early}, {.format = record_format::vpc},
                  {field_id::version, field_id::tcp_flags, field_id::start}) ==
          "version tcp-flags start\n3 - -\n");
    early.set(field::start, flowlog::timestamp{});
    CHECK(written({early}, {.format = record_format::vpc},
                  {field_id::version, field_id::tcp_flags, field_id::start}) ==
          "version tcp-flags start\n3 - 0\n");
}

TEST_CASE("Records are written as a table that widens", "[records]") {
    auto wide = flowlog::flow{};
    wide.set(field::srcaddr, *flowlog::address::parse("2001:db8:1111:2222:3333:4444:5555:6666"));
    wide.set(field::dstport, std::uint16_t{7});
    wide.set(field::account_id, "a\x1b[31m");
    auto narrow = flowlog::flow{};
    narrow.set(field::account_id, "b");
    auto const text = written({narrow, wide, narrow}, {.format = record_format::table},
                              {field_id::srcaddr, field_id::dstport, field_id::account_id});
    CHECK(text ==
          "srcaddr          dstport  account-id\n"
          "-                      -  b\n"
          "2001:db8:1111:2222:3333:4444:5555:6666        7  a\\x1b[31m\n"
          "-                                             -  b\n");
}

TEST_CASE("Times are seconds or RFC 3339, with a fraction if there is one", "[records]") {
    using namespace std::chrono_literals;
    using enum flowlog::time_format;
    CHECK(time_in(unix_seconds, 0us) == "0");
    CHECK(time_in(unix_seconds, 1620140761s) == "1620140761");
    CHECK(time_in(unix_seconds, 5'050'000us) == "5.050");
    CHECK(time_in(unix_seconds, 5'000'005us) == "5.000005");
    CHECK(time_in(unix_seconds, -1'500'000us) == "-1.500");
    CHECK(time_in(rfc3339, 0us) == "1970-01-01T00:00:00Z");
    CHECK(time_in(rfc3339, -1us) == "1969-12-31T23:59:59.999999Z");
    CHECK(time_in(rfc3339, 951782400s) == "2000-02-29T00:00:00Z");
    CHECK(time_in(rfc3339, 253402300799s + 7ms) == "9999-12-31T23:59:59.007Z");
}

TEST_CASE("The table of fields knows NetFlow's names", "[records]") {
    for (auto const& f : flowlog::fields) {
        auto const name = flowlog::netflow_name(f.id);
        INFO(name);
        CHECK(flowlog::find_field(name) == f.id);
    }
    auto const text = written({}, {.names = flowlog::naming::netflow},
                              {field_id::protocol, field_id::packets, field_id::bytes,
                               field_id::start, field_id::end, field_id::tcp_flags});
    CHECK(text == "prot,dPkts,dOctets,first,last,tcp_flags\n");
}

TEST_CASE("Headings have the names of other schemas", "[records]") {
    auto const fields = std::vector<record_column>{field_id::srcaddr, field_id::protocol,
                                                   field_id::bytes, field_id::tgw_id};
    auto flow = some_flow();
    flow.set(field::protocol, std::uint8_t{6});
    flow.set(field::bytes, std::uint64_t{7});
    using enum flowlog::naming;
    CHECK(written({flow}, {.names = ecs}, fields) ==
          "source.ip,network.iana_number,network.bytes,tgw_id\n2001:db8::1,6,7,\n");
    CHECK(written({flow}, {.format = record_format::ndjson, .names = otel}, fields) ==
          "{\"source.address\":\"2001:db8::1\",\"network.transport\":\"tcp\","
          "\"aws.vpc.flow.bytes\":7,\"tgw_id\":null}\n");
    // each name is that of one field
    for (auto const schema : {aws, netflow, ecs, otel}) {
        auto names = std::vector<std::string>{};
        for (auto const& f : flowlog::fields) names.push_back(flowlog::field_name(schema, f.id));
        std::ranges::sort(names);
        CHECK(std::ranges::adjacent_find(names) == names.end());
    }
}

TEST_CASE("Events of OCSF are nested, and lack what the flow lacks", "[records]") {
    auto flow = some_flow();
    flow.set(field::flow_direction, flowlog::flow_direction::egress);
    flow.set(field::protocol, std::uint8_t{6});
    flow.set(field::interface_id, "eni-1");
    flow.set(field::pkt_srcaddr, *flowlog::address::parse("10.0.0.1"));
    flow.set(field::account_id, "123");
    auto fields = columns;
    for (auto const id : {field_id::flow_direction, field_id::protocol, field_id::interface_id,
                          field_id::pkt_srcaddr, field_id::account_id, field_id::end})
        fields.emplace_back(id);
    auto const head =
        R"({"class_uid":4001,"category_uid":4,"activity_id":6,"type_uid":400106,"severity_id":1,)";
    auto const product = R"("metadata":{"version":"1.1.0","product":{"name":"flowlog",)"
                         R"("vendor_name":"flowlog","version":")" +
                         std::string{flowlog::version} + "\"},";
    auto const text =
        written({flow, flowlog::flow{}},
                {.format = record_format::ndjson, .names = flowlog::naming::ocsf}, fields);
    CHECK(text ==
          head + std::string{R"("time":1620140761250,)"} + product +
              R"("profiles":["cloud","security_control"]},"action_id":2,"disposition_id":2,)"
              R"("disposition":"Blocked","start_time":1620140761250,"cloud":{"provider":"AWS",)"
              R"("account":{"uid":"123"}},"connection_info":{"direction_id":2,)"
              R"("protocol_name":"tcp","protocol_num":6},"src_endpoint":{"ip":"10.0.0.1",)"
              R"("intermediate_ips":["2001:db8::1"],"interface_uid":"eni-1"},)"
              R"("dst_endpoint":{"port":443},"traffic":{"bytes":18446744073709551615},)"
              R"("unmapped":{"user_name":"ACME\\a \"b\""}})"
              "\n" +
              head + R"("time":0,)" + product +
              R"("profiles":[]},"connection_info":{"direction_id":0},"src_endpoint":{},)"
              R"("dst_endpoint":{}})"
              "\n");
    CHECK_THROWS_AS(written({}, {.names = flowlog::naming::ocsf}), flowlog::error);

    auto other = flowlog::flow{};
    other.set(field::flow_direction, flowlog::flow_direction::ingress);
    other.set(field::traffic_path, std::uint8_t{8});
    other.set(field::srcaddr, *flowlog::address::parse("10.0.0.1"));
    other.set(field::pkt_srcaddr, *flowlog::address::parse("10.0.0.1"));
    other.set(field::src_as, 64500U);
    other.set(field::dst_as, 64501U);
    auto const both =
        written({other}, {.format = record_format::ndjson, .names = flowlog::naming::ocsf},
                {field_id::flow_direction, field_id::traffic_path, field_id::srcaddr,
                 field_id::pkt_srcaddr, field_id::src_as, field_id::dst_as});
    CHECK(both.find(R"("connection_info":{"direction_id":1,"boundary_id":11},)"
                    R"("src_endpoint":{"ip":"10.0.0.1","autonomous_system":{"number":64500}},)"
                    R"("dst_endpoint":{"autonomous_system":{"number":64501}}})") != both.npos);

    auto const writer =
        record_writer{{field_id::srcaddr, field_id::bytes},
                      {.format = record_format::ndjson, .names = flowlog::naming::ocsf},
                      [](std::string_view) {}};
    CHECK(writer.uses() == std::vector<flowlog::field_use>{{field_id::srcaddr, true, true},
                                                           {field_id::bytes, true, true}});
}

TEST_CASE("The columns of a text log come from its header line, known or not", "[records]") {
    CHECK(rewritten("dstport foo srcaddr dstport\n1 a,b 10.0.0.1 2\n3 - ::1 4\n") ==
          "dstport,foo,srcaddr\n1,\"a,b\",10.0.0.1\n3,,::1\n");
    CHECK(rewritten("dstport foo srcaddr\n1 x 10.0.0.1\nfoo bar dstport srcaddr\ny z 2 ::2\n") ==
          "dstport,foo,srcaddr\n1,x,10.0.0.1\n2,y,::2\n");
}

TEST_CASE("A record with a malformed field is not written", "[records]") {
    auto const log = std::string{"srcaddr dstport\n10.0.0.1 1\n10.0.0.2 65536\n10.0.0 2\n::3 -\n"};
    CHECK(rewritten(log) == "srcaddr,dstport\n10.0.0.1,1\n::3,\n");
    CHECK(rewritten(log, {.format = record_format::ndjson}) ==
          "{\"srcaddr\":\"10.0.0.1\",\"dstport\":1}\n{\"srcaddr\":\"::3\",\"dstport\":null}\n");
}

TEST_CASE("Texts of any size and content are written in full", "[records]") {
    auto const value = std::string(300'000, '"');
    auto flow = flowlog::flow{};
    flow.set(field::account_id, value);
    flow.set(field::bytes, std::uint64_t{1});
    auto const what = std::vector<record_column>{field_id::account_id, field_id::bytes};
    auto const text = written({flow, flow}, {.block_size = 1}, what);
    auto const row = '"' + std::string(600'000, '"') + "\",1\n";
    CHECK((text == "account-id,bytes\n" + row + row));
    flow.set(field::account_id, "a\x1b");
    CHECK(written({flow}, {}, what) == "account-id,bytes\na\x1b,1\n");
    CHECK(written({flow}, {.escape = true}, what) == "account-id,bytes\na\\x1b,1\n");
    flow.set(field::account_id, "a\x7f");
    CHECK(written({flow}, {.escape = true}, what) == "account-id,bytes\na\\x7f,1\n");
    flow.set(field::account_id, "");
    CHECK(written({flow}, {.format = record_format::vpc},
                  {field_id::version, field_id::account_id}) == "version account-id\n2 -\n");
}

TEST_CASE("Records of a log of any format are written", "[records]") {
    auto log =
        flowlog::open(flowlog::any_source{flowlog::memory_source{"srcaddr x\n10.0.0.1 y\n"}});
    auto text = std::string{};
    auto writer =
        record_writer{flowlog::columns_of(log), {}, [&](std::string_view block) { text += block; }};
    for (auto const& record : log) writer.write(record);
    writer.finish();
    CHECK(text == "srcaddr,x\n10.0.0.1,y\n");
}

TEST_CASE("What is written as a VPC flow log is read as one", "[records]") {
    auto const text = written({some_flow()}, {.format = record_format::vpc},
                              flowlog::columns_of(flowlog::layout::vpc_default()));
    auto reader = flowlog::text_reader{flowlog::memory_source{text}};
    auto count = 0;
    for (auto const& record : reader) {
        ++count;
        CHECK(record[field::version] == std::uint8_t{2});
        CHECK(record[field::dstport] == std::uint16_t{443});
        CHECK(record[field::packets].absent());
        CHECK(record[field::action] == flowlog::action::reject);
    }
    CHECK(count == 1);
}

TEST_CASE("Batches are written like their records one by one", "[records]") {
    auto const odd = std::vector<std::string>{
        "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661 1620140721 ACCEPT OK",
        "2 123456789012 eni-1 10.0.0.1 10.0.0.2 01000 443 6 10 1000 1620140661 1620140721 ACCEPT "
        "OK",
        "2 123456789012 eni-1 2001:DB8::1 10.0.0.2 1 443 6 10 1000 1620140661 1620140721 REJECT OK",
        "2 123456789012 eni-1 2001:db8::1 ::ffff:10.0.0.2 1 443 6 10 1000 1620140661 1620140721 "
        "ACCEPT OK",
        "2 1 eni-1 2001:db8::1 2001:db8:0::2 1 443 6 10 1000 1620140661 1620140721 ACCEPT OK",
        "2 123456789012 eni-1 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661 1620140721 accept OK",
        "3 123456789012 eni-1 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661 1620140721 ACCEPT OK",
        "2 - - 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661 1620140721 ACCEPT OK",
        "2 1 eni-1 10.0.0.1 - 1000 443 6 10 - 1620140661 1620140721 ACCEPT OK",
        "2 1 eni-1 10.0.0.1 10.0.0.2 1000 443 6 10 1000 1620140661500 1620140721 ACCEPT OK",
        "2 1 eni-1 10.0.0.1 10.0.0.2 70000 443 6 10 1000 1620140661 1620140721 ACCEPT OK",
        "2 1 \x7F\xC3\xA9,\"\\ 10.0.0.1 10.0.0.2 7 443 6 10 1000 1620140661 1620140721 REJECT OK",
        "2 1 eni-1 10.0.0.1 10.0.0.2 1000 443 0 0 00 1620140661 1620140721 ACCEPT OK",
        "2 1 eni-1 - - - - - - - 1620140661 1620140721 - NODATA"};
    auto const heading = std::string{
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
        "start end action log-status\n"};
    for (auto const format : {record_format::vpc, record_format::csv}) {
        for (auto const& line : odd) {
            for (auto const at : {0, 1, 63, 64, 99}) {
                auto log = heading;
                for (auto i = 0; i < 100; ++i) log += (i == at ? line : odd[0]) + '\n';
                auto const options = record_options{.format = format};
                CHECK(rewritten_in_batches(log, options) == rewritten(log, options));
            }
        }
    }
    auto const reordered = std::string{"dstport srcaddr log-status\n443 10.0.0.1 OK\n"};
    CHECK(rewritten_in_batches(reordered, {.format = record_format::vpc}) == reordered);
}

TEST_CASE("the number of an address is a column", "[records]") {
    auto ipv4 = flowlog::flow{};
    ipv4.set(field::srcaddr, *flowlog::address::parse("10.0.0.1"));
    ipv4.set(field::dstport, std::uint16_t{443});
    auto const what = std::vector<record_column>{field::srcaddr_raw, field_id::dstport,
                                                 field::dstaddr_raw, field_id::srcaddr};
    auto const in = [&](record_format format) {
        return written({ipv4, some_flow()}, {.format = format}, what);
    };
    CHECK(in(record_format::csv) ==
          "srcaddr_raw,dstport,dstaddr_raw,srcaddr\n"
          "167772161,443,,10.0.0.1\n"
          ",443,,2001:db8::1\n");
    CHECK(in(record_format::tsv).starts_with("srcaddr_raw\tdstport\t"));
    CHECK(in(record_format::ndjson) ==
          R"({"srcaddr_raw":167772161,"dstport":443,"dstaddr_raw":null,"srcaddr":"10.0.0.1"}
{"srcaddr_raw":null,"dstport":443,"dstaddr_raw":null,"srcaddr":"2001:db8::1"}
)");
    CHECK(in(record_format::table) ==
          "srcaddr_raw  dstport  dstaddr_raw  srcaddr\n"
          "  167772161      443            -  10.0.0.1\n"
          "          -      443            -  2001:db8::1\n");
    // a log that flowlog reads again has the address as text
    CHECK(in(record_format::vpc) ==
          "srcaddr dstport dstaddr srcaddr\n"
          "10.0.0.1 443 - 10.0.0.1\n"
          "2001:db8::1 443 - 2001:db8::1\n");
}

TEST_CASE("a column is found by the name that a person writes", "[records]") {
    CHECK(record_column::named("dst_port") == record_column{field_id::dstport});
    CHECK(record_column::named("srcaddr") == record_column{field_id::srcaddr});
    CHECK(record_column::named("srcaddr_raw") == record_column{field::srcaddr_raw});
    CHECK(record_column::named("DSTADDR-RAW") == record_column{field::dstaddr_raw});
    CHECK_FALSE(record_column::named("srcaddr_raw") == record_column{field_id::srcaddr});
    CHECK(record_column::named("x") == record_column{std::string_view{"x"}});
}

TEST_CASE("Computed columns in every format", "[records]") {
    auto flow = some_flow();
    flow.set(field::srcport, std::uint16_t{50000});
    flow.set(field::protocol, std::uint8_t{6});
    flow.set(field::end, flowlog::timestamp{std::chrono::milliseconds{1620140763500}});
    auto some = std::vector<record_column>{};
    for (auto const* const word : {"service", "duration", "srcaddr/24/32", "start:1h", "date"})
        some.emplace_back(flowlog::parse_group_key(word));
    auto const in = [&](record_format format, flowlog::time_format times) {
        return written({flow, flowlog::flow{}}, {.format = format, .times = times}, some);
    };
    using enum flowlog::time_format;
    CHECK(in(record_format::csv, unix_seconds) ==
          "service,duration,srcaddr/24/32,start:1h,date\n"
          "443/tcp,2.250,2001:db8::/32,1620140400,2021-05-04\n,,,,\n");
    CHECK(in(record_format::tsv, rfc3339) ==
          "service\tduration\tsrcaddr/24/32\tstart:1h\tdate\n"
          "443/tcp\t2.250\t2001:db8::/32\t2021-05-04T15:00:00Z\t2021-05-04\n\t\t\t\t\n");
    CHECK(in(record_format::ndjson, unix_seconds) ==
          R"({"service":"443/tcp","duration":2.250,"srcaddr/24/32":"2001:db8::/32",)"
          R"("start:1h":1620140400,"date":"2021-05-04"})"
          "\n"
          R"({"service":null,"duration":null,"srcaddr/24/32":null,"start:1h":null,"date":null})"
          "\n");
    CHECK(in(record_format::json, rfc3339).find("\"start:1h\":\"2021-05-04T15:00:00Z\"") !=
          std::string::npos);
    CHECK(in(record_format::table, rfc3339) ==
          "service       duration  srcaddr/24/32  start:1h                  date\n"
          "443/tcp          2.250  2001:db8::/32  2021-05-04T15:00:00Z      2021-05-04\n"
          "-                    -  -              -                         -\n");
    CHECK_THROWS_AS(in(record_format::vpc, unix_seconds), flowlog::error);
}

TEST_CASE("A malformed field of a computed column", "[records]") {
    auto reader = flowlog::text_reader{
        flowlog::memory_source{"srcport dstport protocol\n1 2 6\n1 x 6\n3 4 y\n"}};
    auto text = std::string{};
    auto writer = record_writer{{record_column{flowlog::parse_group_key("service")}},
                                {},
                                [&](std::string_view block) { text += block; }};
    auto bad = std::vector<field_id>{};
    for (auto const& record : reader)
        if (auto const field = writer.write(record)) bad.push_back(*field);
    writer.finish();
    CHECK(text == "service\n1/tcp\n");
    CHECK(bad == std::vector<field_id>{field_id::dstport, field_id::protocol});
}

TEST_CASE("A VPC flow log has the log-status of its records", "[records]") {
    auto const some = std::vector<record_column>{field_id::srcaddr, field_id::log_status};
    auto of_status = [&](auto... status) {
        auto flow = flowlog::flow{};
        (flow.set(field::log_status, status), ...);
        return flow;
    };
    CHECK(written({of_status()}, {.format = record_format::vpc}, some) ==
          "srcaddr log-status\n- OK\n");
    CHECK(written({some_flow(), of_status(), of_status(flowlog::log_status::nodata),
                   of_status(flowlog::log_status::skipdata), of_status(flowlog::log_status::ok)},
                  {.format = record_format::vpc, .all_lines = true}, some) ==
          "srcaddr log-status\n2001:db8::1 OK\n- NODATA\n- NODATA\n- SKIPDATA\n- OK\n");
}

/// A log whose columns change half-way, with a malformed value here and there.
auto changing_log() -> std::string {
    auto text = std::string{"srcaddr dstport bytes action\n"};
    for (int i = 0; i < 400; ++i)
        text += "10.0.0." + std::to_string(i % 256) + ' ' + (i % 90 == 7 ? "x" : "443") + ' ' +
                std::to_string(i) + " ACCEPT\n";
    text += "bytes action srcaddr dstport\n";
    for (int i = 0; i < 400; ++i)
        text += std::to_string(i) + " REJECT 10.0.1." + std::to_string(i % 256) + " 80\n";
    return text;
}

struct printed {
    std::string text;
    std::uint64_t rows = 0;
    std::uint64_t malformed = 0;
};

auto printed_by(unsigned threads, std::uint64_t chunk_size, record_format format) -> printed {
    auto const log = changing_log();
    auto const half = std::string_view{log}.substr(0, log.find("\nbytes") + 1);
    auto result = printed{};
    auto const writer = record_writer{
        {field_id::srcaddr, field_id::dstport, field_id::bytes, record_column{"unknown"}},
        {.format = format, .block_size = 100},
        [&](std::string_view block) { result.text += block; }};
    auto const inputs = std::vector<flowlog::input>{flowlog::memory_input{log, "a"},
                                                    flowlog::memory_input{std::string{half}, "b"},
                                                    flowlog::memory_input{log, "c"}};
    auto found = flowlog::run(inputs, writer, {.threads = threads, .chunk_size = chunk_size});
    found.value.finish();
    result.rows = found.value.rows();
    result.malformed = found.stats.malformed;
    return result;
}

TEST_CASE("Several threads write records in the order of the logs", "[records]") {
    auto const expected = printed_by(1, 1 << 20, record_format::ndjson);
    CHECK(expected.rows == 2000 - 15);
    CHECK(expected.malformed == 15);
    CHECK(std::ranges::count(expected.text, '\n') == 2000 - 15);
    for (auto const threads : {1U, 2U, 4U}) {
        for (auto const chunk_size : {50U, 700U, 9000U, 1U << 20}) {
            auto const found = printed_by(threads, chunk_size, record_format::ndjson);
            CHECK(found.text == expected.text);
            CHECK(found.rows == expected.rows);
            CHECK(found.malformed == expected.malformed);
        }
    }
}

TEST_CASE("One thread writes a JSON array of several logs", "[records]") {
    auto const text = printed_by(1, 50, record_format::json).text;
    CHECK(text.find("}\n{") == text.npos);
    CHECK(std::ranges::count(text, '\n') == 2000 - 15 + 2);
}

}  // namespace test_output_records
