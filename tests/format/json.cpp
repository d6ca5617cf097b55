// SPDX-License-Identifier: BSL-1.0
// Every input of tests/data/cloud gives the flows of its .expected.csv and as many malformed
// records as MANIFEST.md says.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/filtered.hpp>
#include <flowlog/aggregate/group_by.hpp>
#include <flowlog/aggregate/group_words.hpp>
#include <flowlog/aggregate/measure.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/aggregate/run.hpp>
#include <flowlog/flow/print.hpp>
#include <flowlog/flow/visit_field.hpp>
#include <flowlog/format/detect.hpp>
#include <flowlog/format/json.hpp>
#include <flowlog/source/memory.hpp>
#ifdef FLOWLOG_TEST_GZIP
#include <flowlog/source/gzip.hpp>
#endif

#include "catch.hpp"
#include "reading.hpp"

using namespace std::string_literals;
using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::memory_input;
using flowlog::two_way;

static auto path_of(std::string const& name) -> std::string {
    return FLOWLOG_TEST_DATA "/cloud/" + name;
}

static auto content_of(std::string const& name) -> std::string {
    auto in = std::ifstream{path_of(name), std::ios::binary};
    REQUIRE(in);
    auto text = std::ostringstream{};
    text << in.rdbuf();
    return text.str();
}

struct listed {
    std::string name;
    std::uint64_t rows;
    std::uint64_t errors;
};

/// The inputs of MANIFEST.md.
static auto all_inputs() -> std::vector<listed> {
    auto result = std::vector<listed>{};
    auto in = std::istringstream{content_of("MANIFEST.md")};
    for (auto line = std::string{}; std::getline(in, line);) {
        auto name = std::string{};
        auto rows = std::uint64_t{};
        auto errors = std::uint64_t{};
        auto bar = '|';
        auto words = std::istringstream{line};
        if (words >> bar >> name >> bar >> rows >> bar >> errors)
            result.push_back({name, rows, errors});
    }
    return result;
}

template <class T>
static auto shown(T value) -> std::string {
    if constexpr (std::is_same_v<T, flowlog::timestamp>) {
        return std::to_string(value.time_since_epoch().count());
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(value);
    } else if constexpr (std::is_enum_v<T>) {
        return std::string{flowlog::name(value)};
    } else if constexpr (std::is_same_v<T, flowlog::address>) {
        return value.to_string();
    } else {
        return std::string{value};
    }
}

/// The flows of a log, as the files with the expected flows have them.
template <class Log>
static auto rows_of(Log& log) -> std::string {
    constexpr auto columns = std::to_array<field_id>({field_id::srcaddr,
                                                      field_id::dstaddr,
                                                      field_id::srcport,
                                                      field_id::dstport,
                                                      field_id::protocol,
                                                      field_id::packets,
                                                      field_id::bytes,
                                                      field_id::reverse_packets,
                                                      field_id::reverse_bytes,
                                                      field_id::dropped_packets,
                                                      field_id::dropped_bytes,
                                                      field_id::start,
                                                      field_id::end,
                                                      field_id::action,
                                                      field_id::flow_direction,
                                                      field_id::flow_state,
                                                      field_id::tcp_flags,
                                                      field_id::interface_id,
                                                      field_id::account_id,
                                                      field_id::region,
                                                      field_id::reject_reason,
                                                      field_id::flow_encryption});
    auto result =
        "srcaddr,dstaddr,srcport,dstport,protocol,packets,bytes,reverse_packets,reverse_bytes,"
        "dropped_packets,dropped_bytes,start_us,end_us,action,flow_direction,state,tcp_flags,"
        "interface_id,account_id,region,reject_reason,encryption\n"s;
    for (auto const& record : log) {
        for (auto const id : columns) {
            if (id != columns.front()) result += ',';
            flowlog::visit_field(record, id, [&](auto const& value) {
                if (value.has_value()) result += shown(*value);
            });
        }
        result += '\n';
    }
    return result;
}

static auto how_of(std::string const& name) -> flowlog::open_options {
    auto how = flowlog::open_options{.two_way = two_way::reverse};
    if (name.find("tgw-custom") != name.npos)
        how.format = flowlog::layout{{"version",
                                      "account-id",
                                      "tgw-id",
                                      "tgw-attachment-id",
                                      "tgw-src-vpc-id",
                                      "tgw-dst-vpc-id",
                                      "tgw-src-subnet-id",
                                      "tgw-dst-subnet-id",
                                      "tgw-src-eni",
                                      "tgw-dst-eni",
                                      "tgw-src-az-id",
                                      "tgw-dst-az-id",
                                      "tgw-pair-attachment-id",
                                      "srcaddr",
                                      "dstaddr",
                                      "srcport",
                                      "dstport",
                                      "protocol",
                                      "packets",
                                      "bytes",
                                      "start",
                                      "end",
                                      "log-status",
                                      "type",
                                      "opaque",
                                      "flow-direction",
                                      "region"}};
    return how;
}

/// Whether the input needs a component that this program lacks.
static auto needs_more(std::string const& name) -> bool {
#ifdef FLOWLOG_TEST_GZIP
    static_cast<void>(name);
    return false;
#else
    return name.ends_with(".gz") || name.find("wrapped") != name.npos;
#endif
}

TEST_CASE("every log in JSON gives the flows that are expected", "[json]") {
    auto const inputs = all_inputs();
    REQUIRE(inputs.size() > 50);
    for (auto const& input : inputs) {
        if (needs_more(input.name) || input.name == "other/hubble.ndjson") continue;
        CAPTURE(input.name);
        auto const expected = content_of(input.name + ".expected.csv");
        auto reasons = std::vector<std::string>{};
        auto how = how_of(input.name);
        how.on_malformed = [&](flowlog::malformed_line const& line) {
            reasons.emplace_back(line.text);
            CHECK(line.source == path_of(input.name));
        };
        auto log = flowlog::open(path_of(input.name), how);
        CHECK(rows_of(log) == expected);
        CAPTURE(reasons);
        auto const found = log.stats();
        CHECK(found.records == input.rows);
        CHECK(found.malformed == input.errors);
        CHECK(reasons.size() == input.errors);
        for (auto const& reason : reasons)
            CHECK((!reason.empty() || input.name == "damaged/cwl-bad-message.json"));

        // in blocks of a few bytes
        for (auto const size : {1, 7, 64}) {
            auto divided = flowlog::open(
                memory_input{content_of(input.name)}.in_blocks_of(static_cast<std::size_t>(size)),
                how_of(input.name));
            CAPTURE(size);
            CHECK(rows_of(divided) == expected);
            CHECK(divided.stats().malformed == input.errors);
        }
    }
}

TEST_CASE("both directions are one flow or two with the same totals", "[json]") {
    auto const totals = [](std::string const& name, two_way how) {
        auto log = flowlog::open(path_of(name), {.two_way = how});
        auto sum = std::pair<std::uint64_t, std::uint64_t>{};
        for (auto const& record : log) {
            sum.first += *record[field::packets] + *record[field::reverse_packets];
            sum.second += *record[field::bytes] + *record[field::reverse_bytes];
        }
        return std::pair{sum, log.stats().records};
    };
    for (auto const* name :
         {"azure/vnet-v4.json", "azure/nsg-v2.json", "other/ibm.json", "other/zeek-conn.ndjson",
          "other/suricata-flow.ndjson", "other/ecs.ndjson"}) {
        CAPTURE(name);
        auto const one = totals(name, two_way::reverse);
        auto const two = totals(name, two_way::split);
        CHECK(one.first == two.first);
        CHECK(one.second < two.second);
    }
    auto log = flowlog::open(path_of("other/suricata-flow.ndjson"));
    CHECK(rows_of(log).substr(225) ==
          "10.0.0.7,198.51.100.174,49324,443,6,23,4884,,,,,1540456842000000,1540456930500000,,,"
          "closed,27,,,,,\n"
          "198.51.100.174,10.0.0.7,443,49324,6,21,7392,,,,,1540456842000000,1540456930500000,,,"
          "closed,27,,,,,\n");
}

TEST_CASE("entries of other logs are counted and passed over", "[json]") {
    auto log = flowlog::open(path_of("gcp/mixed-logs.ndjson"));
    for ([[maybe_unused]] auto const& record : log) {
    }
    auto const found = log.stats();
    CHECK(found.records == 2);
    CHECK(found.unread == 2);
    CHECK(found.lines() == 4);
    CHECK(log.describe().format == "Google Cloud VPC flow log (JSON)");
}

TEST_CASE("aggregators read logs in JSON", "[json]") {
    auto const counter = flowlog::port_protocol_counter{};
    auto const found = flowlog::run(
        {path_of("gcp/sink.ndjson"), path_of("azure/vnet-v4.json"), path_of("aws/api/pages.json")},
        counter);
    CHECK(found.complete());
    CHECK(found.stats.records == 2 + 7 + 2 + 3);
    CHECK(found.stats.malformed == 0);
}

static auto failure_of(std::string text) -> std::string {
    try {
        auto log = flowlog::open(memory_input{std::move(text), "log"});
        for ([[maybe_unused]] auto const& record : log) {
        }
    } catch (flowlog::error const& failure) {
        return failure.what();
    }
    return "";
}

TEST_CASE("JSON of no known kind is refused with what is known", "[json]") {
    using Catch::Matchers::Contains;
    CHECK_THAT(failure_of("{\"a\": 1}\n"), Contains("is JSON of no kind that is read"));
    CHECK_THAT(failure_of("{\"b\": []}"), Contains("Azure VNet"));
    CHECK_THAT(failure_of(content_of("other/hubble.ndjson")), Contains("holds Hubble flows"));
}

static auto reasons_of(std::string const& text) -> std::vector<std::string> {
    auto reasons = std::vector<std::string>{};
    auto log =
        flowlog::open(memory_input{text},
                      {.on_malformed = [&](auto const& line) { reasons.emplace_back(line.text); }});
    for ([[maybe_unused]] auto const& record : log) {
    }
    return reasons;
}

TEST_CASE("a damaged record is reported with its place and reason", "[json]") {
    auto const entry = R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","src_port":)"s;
    CHECK(reasons_of(entry + "1}}\n" + entry + "70000}}\n") ==
          std::vector{"at byte 71: src_port: expected a number (0-65535), found 70000"s});
    CHECK(reasons_of(entry + "1}}\n{\"connection\":{\"src_ip\":\"x\"}}") ==
          std::vector{"at byte 71: src_ip: expected an IP address, found x"s});
    CHECK(
        reasons_of("{\"records\":[{\"flowLogVersion\":4,\"flowRecords\":{\"flows\":[]}},") ==
        std::vector{
            "record 2 at byte 60: the input ends inside an array: it is still growing, or was cut"s});
    CHECK(reasons_of("{\"message\":\"a b c\"}{\"message\":5}") ==
          std::vector{"a b c"s, "record 2 at byte 19: message: expected a text, found 5"s});
}

static auto first_row(std::string text) -> std::string {
    auto log = flowlog::open(memory_input{std::move(text)}, {.two_way = two_way::reverse});
    auto const rows = rows_of(log).substr(225);
    CHECK(log.stats().malformed == 0);
    return rows.substr(0, rows.find('\n'));
}

TEST_CASE("more forms are read", "[json]") {
    auto const line = "2 1 eni-1 10.0.0.1 10.0.0.2 5 22 6 20 4249 1418530010 1418530070 ACCEPT OK"s;
    auto const row =
        "10.0.0.1,10.0.0.2,5,22,6,20,4249,,,,,1418530010000000,1418530070000000,ACCEPT,,,,eni-1,1,,,"s;
    CHECK(first_row(R"({"logEvents":[{"id":"1","message":")" + line +
                    R"("}],"messageType":"DATA_MESSAGE"})") == row);
    CHECK(first_row(R"({"message":")" + line + R"("}\n{"message":")" + line + R"("})") == row);
    CHECK(first_row(R"({"results":[[{"field":"@message","value":")" + line + R"("}]]})") == row);
    CHECK(first_row(R"({"results":[[{"field":"srcAddr","value":"10.0.0.1"},
        {"field":"dstAddr","value":"10.0.0.2"},{"field":"logStatus","value":"OK"}]]})") ==
          "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
    CHECK(first_row(R"({"eni-id":"e","srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","direction":"out",)"
                    R"("packets":"3","log-status":"OK"})") ==
          "10.0.0.1,10.0.0.2,,,,3,,,,,,,,,egress,,,e,,,,");
    CHECK(first_row(R"({"class_uid":4001,"action_id":2,"start_time":1700000000000,)"
                    R"("src_endpoint":{"ip":"10.0.0.1","port":1},"dst_endpoint":{"ip":"::1"},)"
                    R"("traffic":{"packets":3,"bytes":4}})") ==
          "10.0.0.1,::1,1,,,3,4,,,,,1700000000000000,,REJECT,,,,,,,,");
    CHECK(first_row(R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":7})") ==
          "10.0.0.1,10.0.0.2,,,,,7,,,,,,,,,,,,,,,");
    CHECK(first_row(R"({"message":{"data":"eyJjb25uZWN0aW9uIjp7InNyY19pcCI6IjEuMS4xLjEiLCJkZXN0X2l)"
                    R"(wIjoiMi4yLjIuMiJ9fQ==","messageId":"1"}})") ==
          "1.1.1.1,2.2.2.2,,,,,,,,,,,,,,,,,,,,");
    CHECK(first_row(
              R"({"records":[{"flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[)"
              R"({"flowTuples":["1663146003599,10.0.0.6\u002c::1,1,2,6,O,B,NX,,,,"]}]}]}}]})") ==
          "10.0.0.6,::1,1,2,6,,,,,,,1663146003599000,1663146003599000,ACCEPT,egress,B,,,,,,NX");
}

TEST_CASE("a row of Logs Insights has the fields that the query asked for", "[json]") {
    auto log = flowlog::open(memory_input{
        R"({"results":[[{"field":"srcAddr","value":"10.0.0.1"},{"field":"dstAddr","value":)"
        R"("10.0.0.2"},{"field":"logStatus","value":"OK"}],[{"field":"logStatus","value":)"
        R"("NODATA"}],[{"field":"n","value":"3"}]]})"});
    for ([[maybe_unused]] auto const& record : log) {
    }
    CHECK(log.stats().records == 1);
    CHECK(log.stats().nodata == 1);
    CHECK(log.stats().malformed == 1);
    CHECK(first_row(R"row({"results":[[{"field":"srcAddr","value":"10.0.0.1"},)row"
                    R"row({"field":"sum(bytes)","value":"7"}]]})row") ==
          "10.0.0.1,,,,,,7,,,,,,,,,,,,,,,");
}

TEST_CASE("Logstash has the fields of a flow in netflow", "[json]") {
    CHECK(first_row(R"({"@timestamp":"2024-05-01T10:00:00Z","host":"192.0.2.1","netflow":)"
                    R"({"version":9,"ipv4_src_addr":"10.0.0.1","ipv4_dst_addr":"10.0.0.2",)"
                    R"("l4_src_port":5,"l4_dst_port":22,"protocol":6,"in_pkts":20,"in_bytes":4249,)"
                    R"("first_switched":"2014-12-14T04:06:50Z","last_switched":)"
                    R"("2014-12-14T04:07:50Z"}})") ==
          "10.0.0.1,10.0.0.2,5,22,6,20,4249,,,,,1418530010000000,1418530070000000,,,,,,,,,");
}

TEST_CASE("times of goflow2 are in nanoseconds", "[json]") {
    auto log = flowlog::open(memory_input{
        R"({"type":"NETFLOW_V9","time_received_ns":1714557602000000000,"sequence_num":1,)"
        R"("sampler_address":"192.0.2.1","time_flow_start_ns":1714557600123456789,)"
        R"("time_flow_end_ns":1714557601000000000,"bytes":300,"packets":5,"proto":"TCP",)"
        R"("src_addr":"10.0.0.1","dst_addr":"10.0.0.2","src_port":1234,"dst_port":443})"});
    for (auto const& record : log) {
        CHECK(record[field::start] ==
              flowlog::timestamp{std::chrono::microseconds{1714557600123456}});
        CHECK(record[field::end] == flowlog::timestamp{std::chrono::seconds{1714557601}});
        CHECK(record[field::received_time] == flowlog::timestamp{std::chrono::seconds{1714557602}});
        CHECK(record[field::exporter] == *flowlog::address::parse("192.0.2.1"));
        CHECK(record[field::protocol] == std::uint8_t{6});
    }
    CHECK(log.stats().records == 1);
}

TEST_CASE("TCP flags of JSON are a number or letters", "[json]") {
    auto const with_flags = [](std::string_view flags) {
        auto log = flowlog::open(
            memory_input{R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","tcp_flags":)" +
                         std::string{flags} + "}"});
        auto found = flowlog::field_value<std::uint8_t>{};
        for (auto const& record : log) found = record[field::tcp_flags];
        CHECK(log.stats().records + log.stats().malformed == 1);
        return found;
    };
    CHECK(with_flags("18") == std::uint8_t{18});
    CHECK(with_flags(R"("18")") == std::uint8_t{18});
    CHECK(with_flags(R"("...AP.SF")") == std::uint8_t{27});
    CHECK(with_flags(R"("-")").absent());
    CHECK(with_flags(R"("Q")").absent());
}

/// Sums bytes by source address, and says that it reads nothing else.
struct byte_sums {
    using fields = flowlog::field_list<field_id::srcaddr>;
    using nullable_fields = flowlog::field_list<field_id::bytes>;
    std::map<std::string, std::uint64_t> sums{};

    template <flowlog::flow_record Record>
    void add(Record const& record) {
        sums[record[field::srcaddr]->to_string()] += *record[field::bytes];
    }
    void merge(byte_sums&& other) {
        for (auto const& [address, bytes] : other.sums) sums[address] += bytes;
    }
};

/// Aggregates with the reader inside of a log, as `run` does. That reader leaves out the fields
/// that nobody needs; `aggregate(log, …)` reads them all.
template <class Aggregator>
static auto sums_of(flowlog::log& from, Aggregator sums) -> Aggregator {
    return from.visit([&](auto& reader) { return flowlog::aggregate(reader, std::move(sums)); });
}

TEST_CASE("a job that reads a few fields has the values that all flows have", "[json]") {
    for (auto const& input : all_inputs()) {
        if (needs_more(input.name) || input.name == "other/hubble.ndjson") continue;
        CAPTURE(input.name);
        auto how = how_of(input.name);
        how.two_way = two_way::split;
        auto expected = byte_sums{};
        auto whole = flowlog::open(path_of(input.name), how);
        for (auto const& record : whole) expected.add(record);
        auto some = flowlog::open(path_of(input.name), how);
        auto const found = sums_of(some, byte_sums{});
        // what nobody reads is not checked, so that there may be more flows
        if (input.errors == 0 || !input.name.starts_with("damaged")) {
            CHECK(found.sums == expected.sums);
            CHECK(some.stats() == whole.stats());
        }
        CHECK(some.stats().lines() >= whole.stats().lines());
    }
}

TEST_CASE("a predicate may read fields that the job did not name", "[json]") {
    auto const large = [](auto const& record) { return *record[field::packets] > 10; };
    for (auto const* name : {"gcp/sink.ndjson", "gcp/dropped.ndjson", "azure/vnet-v4.json",
                             "azure/nsg-v2.json", "azure/vnet-v4-record-lines.ndjson",
                             "aws/cwl-subscription/default.json", "aws/api/pages.json"}) {
        CAPTURE(name);
        auto expected = byte_sums{};
        auto whole = flowlog::open(path_of(name));
        for (auto const& record : whole) {
            if (large(record)) expected.add(record);
        }
        auto some = flowlog::open(path_of(name));
        auto const found = sums_of(some, flowlog::filtered{large, byte_sums{}});
        CHECK(found.inner().sums == expected.sums);
        CHECK(some.stats() == whole.stats());
    }
}

// The word of another kind is beyond the bytes that are looked at.
TEST_CASE("the kind of a log does not depend on the size of its blocks", "[json]") {
    auto const entry = content_of("gcp/sink.ndjson");
    auto const text = entry + entry + "{\"ackId\":\"1\"}\n";
    REQUIRE(text.find("ackId") > flowlog::recognisable);
    auto const read = [&](unsigned threads, std::uint64_t chunk_size) {
        auto options = flowlog::run_options{.threads = threads};
        options.chunk_size = chunk_size;
        return flowlog::run({memory_input{text}}, flowlog::port_protocol_counter{}, options);
    };
    auto const alone = read(1, std::uint64_t{1} << 30);
    CHECK(alone.stats.malformed == 1);
    CHECK(alone.stats.records > 1);
    CHECK(read(2, 100).stats == alone.stats);
    auto blocks = flowlog::open(flowlog::memory_source{text, "log", 512});
    CHECK(blocks.describe().format == flowlog::open(memory_input{text}).describe().format);
}

// Filebeat and Elastic Agent write what they know of themselves before the flow.
TEST_CASE("the names of a flow may come late in the first record", "[json]") {
    auto const before = R"({"@timestamp":"2024-05-01T10:00:00Z","agent":{"name":")" +
                        std::string(700, 'a') + R"("},"host":{"ip":["192.0.2.1"]},)";
    auto const flow = before +
                      R"("source":{"ip":"10.0.0.1","port":5},"destination":{"ip":"10.0.0.2",)"
                      R"("port":22},"network":{"iana_number":"6","bytes":7,"packets":1}})";
    auto const expected = "10.0.0.1,10.0.0.2,5,22,6,1,7,,,,,,,,,,,,,,,";
    CHECK(first_row(flow) == expected);
    CHECK(first_row(R"({"took":1,"hits":{"hits":[{"_index":"i","_source":)" + flow + "}]}}") ==
          expected);
    CHECK(first_row(before + R"("message":"2 1 eni-1 10.0.0.1 10.0.0.2 5 22 6 1 7 8 9 ACCEPT OK"})")
              .starts_with("10.0.0.1,10.0.0.2,5,22,6,1,7,"));
    auto const lines = flow + '\n' + flow + '\n' + flow + '\n';
    auto options = flowlog::run_options{.threads = 2};
    options.chunk_size = 100;
    CHECK(flowlog::run({memory_input{lines}}, flowlog::port_protocol_counter{}, options)
              .stats.records == 3);
    auto blocks = flowlog::open(flowlog::memory_source{lines, "log", 512});
    CHECK(blocks.describe().format == "flow log (JSON)");
    CHECK_THROWS_AS(flowlog::open(memory_input{before + R"("message":"hello"})"}), flowlog::error);
    CHECK_THROWS_AS(flowlog::open(memory_input{before + R"("pad":")" + std::string(65536, 'a') +
                                               "\"}\n" + flow}),
                    flowlog::error);
}

TEST_CASE("a log of one record a line is read by several threads", "[json]") {
    auto const lines = content_of("gcp/sink.ndjson") + content_of("gcp/mixed-logs.ndjson") +
                       content_of("damaged/gcp-wrong-types.ndjson") +
                       content_of("damaged/gcp-unclosed-in-the-middle.ndjson") + "\n";
    auto text = std::string{};
    for (auto i = 0; i < 50; ++i) text += lines;
    auto const read = [&](unsigned threads, std::uint64_t chunk_size) {
        auto reports = std::string{};
        auto options = flowlog::run_options{.threads = threads};
        options.chunk_size = chunk_size;
        options.on_malformed = [&](flowlog::malformed_line const& line) {
            reports += std::to_string(line.line) + ' ' + std::string{line.text} + '\n';
        };
        auto const found =
            flowlog::run({memory_input{text}}, flowlog::port_protocol_counter{}, options);
        return std::tuple{found.value.counts(), found.stats, reports};
    };
    auto const alone = read(1, std::uint64_t{1} << 30);
    CHECK(std::get<1>(alone).malformed > 100);
    for (auto const size : {std::uint64_t{1}, std::uint64_t{5000}, std::uint64_t{100'000}}) {
        CAPTURE(size);
        CHECK(read(3, size) == alone);
    }
}

/// The values of a text field, row by row; `-` for a row without it.
static auto texts_of(memory_input const& from, field_id id) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    auto log = flowlog::open(from);
    for (auto const& record : log) {
        auto const value = record.template get<std::string_view>(id);
        result.emplace_back(value.has_value() ? *value : "-"sv);
    }
    CHECK(log.stats().malformed == 0);
    return result;
}

using text_list = std::vector<std::string>;

TEST_CASE("texts around the tuples of Azure are fields of each", "[json]") {
    auto const log = memory_input{
        R"({"records":[{"flowLogVersion":4,"macAddress":"m","targetResourceID":"r",)"
        R"("flowRecords":{"flows":[{"aclID":"acl","flowGroups":[{"rule":"one","flowTuples":[)"
        R"("1663146003599,10.0.0.6,10.0.0.7,1,2,6,O,B,NX,-,-,-,-"]},{"rule":"two","flowTuples":[)"
        R"("1663146003599,10.0.0.6,10.0.0.7,1,2,6,O,B,NX,0,0,0,0"]}]}]}}]})"};
    CHECK(texts_of(log, field_id::rule) == text_list{"one", "two"});
    CHECK(texts_of(log, field_id::acl_id) == text_list{"acl", "acl"});
    CHECK(texts_of(log, field_id::interface_id) == text_list{"m", "m"});
    CHECK(texts_of(log, field_id::resource_id) == text_list{"r", "r"});
    auto nsg = memory_input{
        R"({"records":[{"category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[{"rule":"deny","flows":[{"mac":"m",)"
        R"("flowTuples":["1487282421,10.0.0.6,10.0.0.7,1,2,T,O,A,B,,,,"]}]}]}}]})"};
    CHECK(texts_of(nsg, field_id::rule) == text_list{"deny"});
    CHECK(texts_of(nsg, field_id::interface_id) == text_list{"m"});
}

TEST_CASE("the fields of both sides of a Google flow are told apart", "[json]") {
    auto const log = memory_input{
        R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},"reporter":"SRC",)"
        R"("src_instance":{"vm_name":"vm-a","zone":"zone-a","region":"region-a","project_id":"p-a"},)"
        R"("dest_instance":{"vm_name":"vm-b","zone":"zone-b","region":"region-b","project_id":"p-b"},)"
        R"("src_vpc":{"vpc_name":"net-a","subnetwork_name":"subnet-a"},)"
        R"("dest_vpc":{"vpc_name":"net-b","subnetwork_name":"subnet-b"},)"
        R"("src_location":{"country":"aaa"},"dest_location":{"country":"bbb"},)"
        R"("src_google_service":{"service_name":"named","type":"GOOGLE_API"},)"
        R"("dest_google_service":{"type":"GOOGLE_API"},)"
        R"("src_gke_details":{"pod":{"pod_name":"pod-a","pod_namespace":"space-a"}},)"
        R"("dest_gke_details":{"pod":{"pod_name":"pod-b","pod_namespace":"space-b"}}})"};
    for (auto const& [id, text] : std::vector<std::pair<field_id, std::string>>{
             {field_id::src_instance, "vm-a"},     {field_id::dst_instance, "vm-b"},
             {field_id::src_zone, "zone-a"},       {field_id::dst_zone, "zone-b"},
             {field_id::src_project, "p-a"},       {field_id::dst_project, "p-b"},
             {field_id::src_vpc, "net-a"},         {field_id::dst_vpc, "net-b"},
             {field_id::src_subnet, "subnet-a"},   {field_id::dst_subnet, "subnet-b"},
             {field_id::src_country, "aaa"},       {field_id::dst_country, "bbb"},
             {field_id::src_service, "named"},     {field_id::dst_service, "GOOGLE_API"},
             {field_id::src_pod, "pod-a"},         {field_id::dst_pod, "pod-b"},
             {field_id::src_namespace, "space-a"}, {field_id::dst_namespace, "space-b"},
             {field_id::instance_id, "vm-a"},      {field_id::az_id, "zone-a"},
             {field_id::region, "region-a"},       {field_id::vpc_id, "net-a"},
             {field_id::subnet_id, "subnet-a"}}) {
        CAPTURE(flowlog::info(id).name);
        CHECK(texts_of(log, id) == text_list{text});
    }
}

TEST_CASE("keys may have escapes, and blanks may be tabs", "[json]") {
    auto const row = "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,"s;
    CHECK(
        first_row(
            R"({"jsonPayload":{"connection":{"\u0073rc_ip":"10.0.0.1","dest_ip":"10.0.0.2"}}})") ==
        row);
    CHECK(first_row("[\t{\"connection\"\t:\t{\"src_ip\":\t\"10.0.0.1\",\n\t\"dest_ip\": "
                    "\"10.0.0.2\"}}\t]\n") == row);
    CHECK(first_row("\xEF\xBB\xBF[{\"connection\":{\"src_ip\":\"10.0.0.1\",\n"
                    "\"dest_ip\":\"10.0.0.2\"}}]") == row);
}

TEST_CASE("directions of Alibaba are in and out", "[json]") {
    auto const start = R"({"eni-id":"e","srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","direction":)"s;
    CHECK(first_row(start + R"("in"})") == "10.0.0.1,10.0.0.2,,,,,,,,,,,,,ingress,,,e,,,,");
    CHECK(reasons_of(start + R"("up"})").size() == 1);
}

TEST_CASE("a record of OCSF needs both addresses", "[json]") {
    CHECK(reasons_of(R"({"class_uid":4001,"src_endpoint":{"ip":"10.0.0.1"}})") ==
          text_list{"at byte 0: the record has no destination address"});
    CHECK(reasons_of(R"({"class_uid":4001,"dst_endpoint":{"ip":"10.0.0.1"}})") ==
          text_list{"at byte 0: the record has no source address"});
    CHECK(reasons_of(R"({"class_uid":4002,"dst_endpoint":{"ip":"10.0.0.1"}})").empty());
}

// What follows is the base64 text of a line, of an event with a line, and of a control message
// whose event is no line.
TEST_CASE("records of Data Firehose need no request id, and control messages hold no flows",
          "[json]") {
    auto const event =
        "eyJtZXNzYWdlIjoiMiAxIGVuaS0xIDEwLjAuMC4xIDEwLjAuMC4yIDUgMjIgNiAyMCA0MjQ5IDE0MTg1MzAwMTAgMT"
        "QxODUzMDA3MCBBQ0NFUFQgT0sifQ=="s;
    auto const control =
        "eyJtZXNzYWdlVHlwZSI6IkNPTlRST0xfTUVTU0FHRSIsImxvZ0V2ZW50cyI6W3sibWVzc2FnZSI6InJlYWR5In1dfQ"
        "=="s;
    auto const row =
        "10.0.0.1,10.0.0.2,5,22,6,20,4249,,,,,1418530010000000,1418530070000000,ACCEPT,,,,eni-1,1,,,"s;
    CHECK(first_row(R"({"records":[{"data":")" + event + R"("}]})") == row);
    CHECK(first_row(R"({"records":[{"data":")" + control + R"("},{"data":")" + event + R"("}]})") ==
          row);
    CHECK(reasons_of(R"({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"ready"}]})")
              .empty());
}

TEST_CASE("lines in the messages of other logs are read", "[json]") {
    auto const line =
        R"("2 1 eni-1 10.0.0.1 10.0.0.2 5 22 6 20 4249 1418530010 1418530070 ACCEPT OK\n")"s;
    auto const row =
        "10.0.0.1,10.0.0.2,5,22,6,20,4249,,,,,1418530010000000,1418530070000000,ACCEPT,,,,eni-1,1,,,"s;
    for (auto const* const before :
         {R"({"log":)", R"({"stream":"stdout","time":"2021-05-04T15:06:01Z","log":)",
          R"({"timestamp":1,"logStreamName":"s","message":)", R"({"@timestamp":1,"@message":)",
          R"({"_raw" : )", R"({"preview":false,"result":{"_raw":)",
          R"({"time":1,"host":"h","event":)", R"({"_index":"i","_source":{"message":)",
          R"({"event":{"original":)", R"({"body":)", R"({"level":"info","msg":)"}) {
        CAPTURE(before);
        auto const end = std::string(
            static_cast<std::size_t>(std::ranges::count(std::string_view{before}, '{')), '}');
        CHECK(first_row(before + line + end) == row);
        CHECK(first_row('[' + (before + line + end) + ']') == row);
    }
    // the likeliest member, wherever it is
    CHECK(first_row(R"({"msg":"10.0.0.9 is up","log":)" + line + R"(,"text":"10.0.0.8"})") == row);
    // a record without a line
    CHECK(reasons_of(R"({"log":)" + line + R"(}{"stream":"stdout"})") ==
          text_list{"record 2 at byte 86: the record has no message"});
    // names of fields come first, and a log without an address or NODATA is none of flows
    CHECK(first_row(R"({"srcaddr":"10.0.0.7","dstaddr":"10.0.0.2","msg":)" + line + "}")
              .starts_with("10.0.0.7,"));
    CHECK_THROWS_AS(first_row(R"({"level":"info","msg":"server started"})"), flowlog::error);
    CHECK(reasons_of(R"({"log":"2 1 e - - - - - - - 1418530010 1418530070 - NODATA"})").empty());
}

TEST_CASE("an absent value of a line of a message stays absent", "[json]") {
    auto const line = "1 eni-1 10.0.0.1 10.0.0.2 5 22 6 20 4249 1418530010 1418530070 ACCEPT OK"s;
    auto text = R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":"2 )" + line + "\"}";
    for (auto i = 0; i < 5; ++i)
        text += ",{\"message\":\"2 -" + line.substr(1) + "\"},{\"message\":\"2 " + line + "\"}";
    auto const found = texts_of(memory_input{text + "]}"}, field_id::account_id);
    REQUIRE(found.size() == 11);
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == (i % 2 == 0 ? "1" : "-"));
}

TEST_CASE("malformed messages are reported in their order", "[json]") {
    auto const good =
        R"({"message":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 4249 1418530010 1418530070 ACCEPT OK"})"s;
    auto const nodata = R"({"message":"2 1 e - - - - - - - 1418530010 1418530070 - NODATA"})"s;
    auto lines = std::vector<std::uint64_t>{};
    auto log =
        flowlog::open(memory_input{"{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[" + good +
                                   ",{\"message\":5}," + nodata + ",{\"message\":\"a b\"}," + good +
                                   ",{\"message\":5}]}"},
                      {.on_malformed = [&](auto const& line) { lines.push_back(line.line); }});
    for ([[maybe_unused]] auto const& record : log) {
    }
    CHECK(lines == std::vector<std::uint64_t>{2, 4, 6});
    CHECK(log.stats().records == 2);
    CHECK(log.stats().nodata == 1);
}

/// A predicate that counts flows whose packets are malformed.
struct malformed_packets {
    int* count;

    template <flowlog::flow_record Record>
    auto operator()(Record const& record) const -> bool {
        *count += record[field::packets].malformed() ? 1 : 0;
        return true;
    }
};

TEST_CASE("what a job does not read is not checked, and what it reads later is", "[json]") {
    auto const start =
        R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},"bytes_sent":7,)"s;
    for (auto const* rest : {R"("drop_reason":5})", R"("network_service":{"dscp":"high"}})",
                             R"("rtt_msec":"slow"})"}) {
        CAPTURE(rest);
        CHECK(reasons_of(start + rest).size() == 1);
        auto some = flowlog::open(memory_input{start + rest});
        CHECK(sums_of(some, byte_sums{}).sums["10.0.0.1"] == 7);
        CHECK(some.stats().malformed == 0);
    }
    auto malformed = 0;
    auto log = flowlog::open(memory_input{start + "\"packets_sent\":\"x\"}\n" + start +
                                          "\"packets_sent\":\"1\"}\n" + start + "\"a\":1}\n"});
    static_cast<void>(sums_of(log, flowlog::filtered{malformed_packets{&malformed}, byte_sums{}}));
    CHECK(malformed == 1);
}

TEST_CASE("the way back of an Azure flow counts if it has packets alone", "[json]") {
    auto log = flowlog::open(memory_input{
        R"({"records":[{"flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[{"flowTuples":[)"
        R"("1663146003599,10.0.0.6,10.0.0.7,1,2,6,O,B,NX,1,50,3,0"]}]}]}}]})"});
    auto const found = sums_of(log, byte_sums{});
    CHECK(found.sums.size() == 2);
    CHECK(log.stats().records == 2);
}

TEST_CASE("the kind of a log in chunks is found by all the bytes that are looked at", "[json]") {
    auto const text = R"({"labels":{"a":")" + std::string(300, 'x') +
                      R"("},"jsonPayload":{"connection":{"src_ip":"10.0.0.1",)" +
                      R"("dest_ip":"10.0.0.2"}}})" + "\n";
    CHECK(flowlog::log_splitter::of(memory_input{text}, {}, 100).has_value());
}

TEST_CASE("records of an array with a usual name are read", "[json]") {
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","protocol":"TCP","bytes":7})"s;
    for (auto const& text :
         {R"({"flows":[)" + flow + "]}",
          R"({"count":2,"items":[)" + flow + "," + flow + R"(],"a":1})",
          R"({"hits":{"total":1,"hits":[{"_source":)" + flow + "}]},\"took\":1}"}) {
        CAPTURE(text);
        auto log = flowlog::open(memory_input{text});
        auto rows = 0;
        for (auto const& record : log) {
            CHECK(record[field::protocol] == flowlog::protocol::tcp);
            CHECK(record[field::bytes] == 7U);
            ++rows;
        }
        CHECK(rows == (text.find("count") == text.npos ? 1 : 2));
        CHECK(log.stats().malformed == 0);
    }
    auto const line =
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 42 1418530010 1418530070 ACCEPT OK"s;
    auto lines = flowlog::open(
        memory_input{R"({"took":1,"hits":{"total":1,"hits":[{"_id":"1","_source":{"message":")" +
                     line + "\"}}]}}"});
    CHECK(std::ranges::distance(lines) == 1);
    CHECK(lines.stats().malformed == 0);
    CHECK(reasons_of(R"({"srcaddr":"10.0.0.1","bytes":1})"
                     "\n"
                     R"({"a":{"b":1}})") ==
          text_list{"at byte 33: no member has the name of a field"});
}

TEST_CASE("lines may be texts in an array", "[json]") {
    auto const line =
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 42 1418530010 1418530070 ACCEPT OK"s;
    auto const short_line = "2 1 eni-1 - - - - - - - 1418530010 1418530070 - NODATA"s;
    for (auto const& text :
         {"[\"" + line + "\", \"" + short_line + "\"]", "[\n    \"" + line + "\"\n]\n",
          R"([[1418530010000,"eni-1-all",")" + line + R"("],[1418530010001,"eni-1-all",")" +
              short_line + "\"]]",
          R"([[{"field":"@timestamp","value":"x"},{"field":"@message","value":")" + line +
              "\"}]]"}) {
        CAPTURE(text);
        auto log = flowlog::open(memory_input{text});
        for (auto const& record : log) CHECK(record[field::dstport] == std::uint16_t{22});
        CHECK(log.stats().records == 1);
        CHECK(log.stats().malformed == 0);
    }
    CHECK(reasons_of("[\"" + line + "\",5,[6],{\"a\":1}]") ==
          text_list{"record 2 at byte 87: expected an object",
                    "record 3 at byte 89: the message is empty",
                    "record 4 at byte 93: the record has no message"});
}

TEST_CASE("answers of Athena are rows under a heading", "[json]") {
    auto const cell = [](auto const& text) { return R"({"VarCharValue":")"s + text + "\"}"; };
    auto const row = [&](auto const& a, auto const& b) {
        return R"({"Data":[)" + cell(a) + "," + cell(b) + ",{}]}";
    };
    auto const text = R"({"UpdateCount":0,"ResultSet":{"Rows":[)" + row("srcaddr", "bytes") + "," +
                      row("10.0.0.1", "7") + "," + row("10.0.0.2", "-") + "," + row("x", "1") +
                      R"(,{"Data":[]}],"ResultSetMetadata":{}}})";
    auto const found = reasons_of(text);
    CHECK(found == text_list{"record 4 at byte 230: srcaddr: found x",
                             "record 5 at byte 286: expected 3 columns, found 0"});
    auto log = flowlog::open(memory_input{text});
    auto bytes = std::vector<std::uint64_t>{};
    for (auto const& record : log) bytes.push_back(record[field::bytes].value_or(0));
    CHECK(bytes == std::vector<std::uint64_t>{7, 0});
    CHECK(reasons_of(R"({"ResultSet":{"Rows":[)" + row("10.0.0.1", "7") + "]}}") ==
          text_list{"record 1 at byte 22: no column has the name of a field"});
}

TEST_CASE("a field may come up further on", "[json]") {
    auto text = std::string{};
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1)"s;
    for (auto i = 0; i < 5000; ++i)
        text += flow + (i == 4000 ? R"(,"action":"REJECT"})" : "}") + "\n";
    auto log = flowlog::open(memory_input{text});
    CHECK_FALSE(log.has(field_id::action));
    CHECK(log.may_have(field_id::action));
    CHECK(std::ranges::distance(log) == 5000);
    CHECK(log.has(field_id::action));
    CHECK_FALSE(log.may_have(field_id::region));
    auto const by_action =
        flowlog::group_by({flowlog::parse_group_key("action")}, {flowlog::measure::parse("flows")});
    for (auto const threads : {1U, 2U}) {
        auto options = flowlog::run_options{.threads = threads};
        options.chunk_size = 10'000;
        auto const found = flowlog::run({memory_input{text}}, by_action, options);
        CHECK(found.value.groups().size() == 2);
        CHECK(found.stats.malformed == 0);
    }
    auto other = flowlog::open(memory_input{flow + "}\n"});
    CHECK_FALSE(other.may_have(field_id::action));
}

TEST_CASE("a chunk with nothing but damage lacks no field", "[json]") {
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1})"s;
    auto const text = R"({"dstaddr":"10.0.0.2","bytes":1,"a":{"srcaddr"})"s + "\n" + flow + "\n";
    auto const by_source =
        flowlog::group_by({flowlog::parse_group_key("srcaddr")},
                          {flowlog::measure::parse("flows"), flowlog::measure::parse("bytes")});
    auto const read = [&](unsigned threads) {
        auto reasons = text_list{};
        auto options = flowlog::run_options{.threads = threads};
        options.chunk_size = threads == 1 ? text.size() : 16;
        options.on_malformed = [&](auto const& line) { reasons.emplace_back(line.text); };
        auto const found = flowlog::run({memory_input{text}}, by_source, options);
        CHECK(found.stats.malformed == 1);
        CHECK(found.value.groups().size() == 1);
        return reasons;
    };
    CHECK(read(1).size() == 1);
    CHECK(read(2) == read(1));
}

TEST_CASE("neither does a last chunk of one record, nor a log that is damaged as a whole",
          "[json]") {
    auto const by_source = flowlog::group_by({flowlog::parse_group_key("srcaddr")},
                                             {flowlog::measure::parse("flows")});
    auto const run = [&](std::string const& text, unsigned threads) {
        auto const options = flowlog::run_options{.threads = threads, .chunk_size = 64};
        return flowlog::run({memory_input{text}}, by_source, options).stats;
    };
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1,"packets":1})"s;
    auto const other = R"({"dstaddr":"10.0.0.2","bytes":1,"packets":1})"s;
    CHECK(run(flow + "\n" + other, 2).records == 2);
    CHECK(run(flow + "\n" + other, 2) == run(flow + "\n" + other, 1));
    auto const damage = R"({"dstaddr":"10.0.0.2","bytes":x,"packets":1})"s;
    for (auto const& text : {damage + "\n" + damage + "\n", damage + "\n" + damage}) {
        CHECK(run(text, 1).malformed == 2);
        CHECK(run(text, 2) == run(text, 1));
    }
}

TEST_CASE("JSON that holds a line of text is JSON, whatever its threads", "[json]") {
    auto const line =
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 42 1418530010 1418530070 ACCEPT OK"s;
    auto const entry =
        R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","src_port":1,"dest_port":2,"protocol":6}})"s;
    auto const text = R"({"a":")" + line + "\t" + line + "\n" + entry + "\n" + entry + "\n";
    REQUIRE(flowlog::detail::recognise_line(text.substr(0, text.find('\n')), std::nullopt));
    auto const read = [&](unsigned threads) {
        auto const options = flowlog::run_options{.threads = threads, .chunk_size = 16};
        return flowlog::run({memory_input{text}}, flowlog::port_protocol_counter{}, options).stats;
    };
    CHECK(read(1).malformed == 1);
    CHECK(read(1).records == 2);
    CHECK(read(2) == read(1));
    using Catch::Matchers::Contains;
    CHECK_THAT(failure_of("{\"a\":1} " + line + "\n"), Contains("is JSON of no kind that is read"));
}

TEST_CASE("the reason of damage is the right one, with its offset", "[json]") {
    auto const entry = R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"}})"s;
    CHECK(reasons_of("[" + entry + ", 12") ==
          text_list{
              "record 2 at byte 60: the input ends inside a record: it is still growing, or was "
              "cut"});
    CHECK(reasons_of("  {\"messageType\":5,\"logEvents\":[]}") ==
          text_list{"record 0 at byte 2: messageType: expected a text, found 5"});
    auto brackets = std::string{};
    for (auto i = 0; i < 70; ++i) brackets += "[],";
    auto const unclosed = reasons_of(entry + "\n{\"a\":[" + brackets + "\"" + "\n");
    REQUIRE(unclosed.size() == 1);
    CHECK(unclosed[0].find("nested") == std::string::npos);
}

// The first bytes come in one block, since the kind of the log is found in them.
TEST_CASE("escaped quotes are part of a text, whatever the blocks", "[json]") {
    auto const start =
        R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},"drop_reason":")"s;
    auto const log = memory_input{"[" + start + std::string(600, 'x') + "\"}," + start +
                                  R"(a\"]}\\"},)" + start + R"(\"]"})" + "]"};
    for (auto const size : {1, 2, 3, 100}) {
        CAPTURE(size);
        auto const found =
            texts_of(log.in_blocks_of(static_cast<std::size_t>(size)), field_id::reject_reason);
        CHECK(found == text_list{std::string(600, 'x'), "a\"]}\\", "\"]"});
    }
}

TEST_CASE("what is nested too deep or too long is refused", "[json]") {
    auto const brackets = std::string(70, '[') + std::string(70, ']');
    auto const entry = R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},"a":)"s;
    auto const reason = "is nested deeper than 64 levels"s;
    CHECK(reasons_of("[" + entry + brackets + "}," + entry + "1}]") ==
          text_list{"record 1 at byte 1: " + reason});
    CHECK(reasons_of(entry + brackets + "}\n" + entry + "1}\n") ==
          text_list{"at byte 0: " + reason});
    auto long_one = "[" + entry + "[1";
    long_one.resize(std::size_t{65} << 20, '1');
    long_one += "]}]";
    auto reasons = text_list{};
    auto log =
        flowlog::open(memory_input{std::move(long_one)}.in_blocks_of(std::size_t{1} << 20),
                      {.on_malformed = [&](auto const& line) { reasons.emplace_back(line.text); }});
    CHECK(log.begin() == log.end());
    CHECK(reasons == text_list{"record 1 at byte 1: a piece is longer than the limit"});
}

TEST_CASE("values of Zeek and of OCSF that say nothing are absent", "[json]") {
    CHECK(first_row(R"({"id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.2","orig_pkts":null,)"
                    R"("local_orig":true,"proto":"-","conn_state":""})") ==
          "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
    CHECK(first_row(R"({"class_uid":null,"src_endpoint":{"ip":"10.0.0.1"},)"
                    R"("dst_endpoint":{"ip":"10.0.0.2"}})") ==
          "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
}

TEST_CASE("a log has the fields of its kind", "[json]") {
    auto const has = [](char const* name, field_id id) {
        return flowlog::open(path_of(name)).has(id);
    };
    CHECK(has("other/oci.ndjson", field_id::subnet_id));
    CHECK_FALSE(has("other/oci.ndjson", field_id::reverse_packets));
    CHECK(has("other/ibm.json", field_id::reverse_packets));
    CHECK_FALSE(has("other/ibm.json", field_id::subnet_id));
    CHECK(has("other/zeek-conn.ndjson", field_id::flow_state));
    CHECK_FALSE(has("other/zeek-conn.ndjson", field_id::action));
    CHECK(has("other/suricata-flow.ndjson", field_id::flow_id));
    CHECK_FALSE(has("other/suricata-flow.ndjson", field_id::action));
    CHECK(has("gcp/sink.ndjson", field_id::reporter));
    CHECK_FALSE(has("gcp/sink.ndjson", field_id::flow_state));
    CHECK(has("azure/vnet-v4.json", field_id::acl_id));
    CHECK_FALSE(has("azure/vnet-v4.json", field_id::vpc_id));
}

TEST_CASE("texts of a batch outlive the buffers that they were read from", "[json]") {
    auto text = "["s;
    auto expected = text_list{};
    for (auto i = 0; i < 2000; ++i) {
        expected.push_back(std::to_string(i) + std::string(400, 'x'));
        text += R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},"drop_reason":")" +
                expected.back() + "\"},\n";
    }
    text.back() = ']';
    CHECK(texts_of(memory_input{text}.in_blocks_of(5000), field_id::reject_reason) == expected);
}

/// Counts flows, whatever they have.
struct flow_counter {
    using fields = flowlog::field_list<>;
    std::uint64_t flows = 0;

    template <flowlog::flow_record Record>
    void add(Record const&) {
        ++flows;
    }
    void merge(flow_counter&& other) { flows += other.flows; }
};

/// How many flows, malformed records and entries of other logs a log has.
using counts = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>;

static auto counts_of(flowlog::log from) -> counts {
    for ([[maybe_unused]] auto const& record : from) {
    }
    auto const found = from.stats();
    return {found.records, found.malformed, found.unread};
}

/// The same of the bytes as one block, in small blocks, and with several threads.
static auto counts_of(std::string const& text) -> counts {
    auto const whole = counts_of(flowlog::open(memory_input{text}));
    for (auto const size : {1, 7, 600}) {
        CAPTURE(size);
        auto const blocks = memory_input{text}.in_blocks_of(static_cast<std::size_t>(size));
        CHECK(counts_of(flowlog::open(blocks)) == whole);
    }
    auto const options = flowlog::run_options{.threads = 2, .chunk_size = 64};
    auto const found = flowlog::run({memory_input{text}}, flow_counter{}, options).stats;
    CHECK(counts{found.records, found.malformed, found.unread} == whole);
    return whole;
}

TEST_CASE("objects need no line ends between them", "[json]") {
    auto const object =
        R"({"message":"2 1 eni-1 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT OK"})"s;
    auto const number = R"({"message":5})"s;
    CHECK(counts_of(object + object + object) == counts{3, 0, 0});
    CHECK(counts_of(object + object + number + object) == counts{3, 1, 0});
    CHECK(counts_of(object + "{\"message\":\"\xE9\"}" + object) == counts{2, 1, 0});
    CHECK(counts_of(object + " " + object + R"(\n)" + object + R"(\n)") == counts{3, 0, 0});
    CHECK(counts_of(object + ", " + object) == counts{2, 0, 0});
    CHECK(counts_of(object + object + "\n" + object + "\n") == counts{3, 0, 0});
    CHECK(counts_of(object + "\n" + object + object + "\n" + object) == counts{4, 0, 0});
    // an object that the first 512 bytes do not hold
    auto entries = content_of("gcp/sink.ndjson");
    std::erase(entries, '\n');
    REQUIRE(entries.find("}{") > flowlog::recognisable);
    CHECK(counts_of(entries + entries) == counts{4, 0, 0});
}

TEST_CASE("a byte order mark and null may come between objects", "[json]") {
    auto const object = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1})"s;
    auto const mark = "\xEF\xBB\xBF"s;
    CHECK(counts_of(mark + object + mark + object) == counts{2, 0, 0});
    CHECK(counts_of(mark + object + "\n" + mark + object + "\n") == counts{2, 0, 0});
    CHECK(counts_of("[" + object + "]\n" + mark + "[" + object + "]\n") == counts{2, 0, 0});
    CHECK(counts_of(object + "null" + object) == counts{2, 1, 0});
    CHECK(counts_of(object + "\nnull\n" + object) == counts{2, 1, 0});
    CHECK(counts_of("[" + object + "]null[" + object + "]") == counts{2, 1, 0});
    CHECK(counts_of("[" + object + "]nul[" + object + "]") == counts{1, 1, 0});
}

TEST_CASE("lines of an array of objects are read", "[json]") {
    auto const object = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1})"s;
    CHECK(counts_of("  " + object + ",\n  " + object + ", \r\n  " + object + "\n") ==
          counts{3, 0, 0});
}

TEST_CASE("a line that is too long is one malformed record", "[json]") {
    auto const entry = R"({"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"}})"s;
    auto text = entry + "\n";
    text.resize(std::size_t{65} << 20, 'x');
    text += "\n" + entry + "\n";
    auto reasons = text_list{};
    auto lines = std::vector<std::uint64_t>{};
    auto log = flowlog::open(memory_input{std::move(text)}.in_blocks_of(std::size_t{1} << 20),
                             {.on_malformed = [&](auto const& line) {
                                 reasons.emplace_back(line.text);
                                 lines.push_back(line.line);
                             }});
    CHECK(std::ranges::distance(log) == 2);
    CHECK(reasons == text_list{"at byte 58: a line is longer than the limit"});
    CHECK(lines == std::vector<std::uint64_t>{2});
}

TEST_CASE("a predicate may read a field of more tuples than a batch has", "[json]") {
    auto const large = [](auto const& record) { return *record[field::packets] > 10; };
    for (auto const count : {300, 3000}) {
        CAPTURE(count);
        auto tuples = std::string{};
        for (auto i = 0; i < count; ++i)
            tuples += (i == 0 ? "\"" : ",\"") + "1663146003599,10.0.0.6,10.0.0.7,1,2,6,O,E,NX,"s +
                      std::to_string(i % 20) + ",50," + std::to_string(i % 17) + ",60\"";
        auto const record = R"({"flowLogVersion":4,"flowRecords":{"flows":[{"flowGroups":[)"s +
                            R"({"flowTuples":[)" + tuples + "]}]}]}}";
        auto const text = R"({"records":[)" + record + "," + record + "," + record + "]}";
        auto expected = byte_sums{};
        auto whole = flowlog::open(memory_input{text});
        for (auto const& flow : whole) {
            if (large(flow)) expected.add(flow);
        }
        REQUIRE(expected.sums.size() == 2);
        auto some = flowlog::open(memory_input{text});
        auto const found = sums_of(some, flowlog::filtered{large, byte_sums{}});
        CHECK(found.inner().sums == expected.sums);
        CHECK(some.stats() == whole.stats());
    }
}

TEST_CASE("a predicate may read a field after many entries of other logs", "[json]") {
    auto const large = [](auto const& record) { return *record[field::packets] > 10; };
    auto const other = R"({"logName":"projects/p/logs/compute.googleapis.com%2Ffirewall",)"
                       R"("jsonPayload":{"disposition":"DENIED","connection":{"src_ip":)"
                       R"("10.0.0.9","dest_ip":"10.0.0.8"}}},)"
                       "\n"s;
    auto const flow = R"({"jsonPayload":{"connection":{"src_ip":"10.0.0.1","dest_ip":"10.0.0.2"},)"
                      R"("bytes_sent":7,"packets_sent":11}})"s;
    auto text = "[" + flow + ",\n";
    for (auto i = 0; i < 10'000; ++i) text += other;
    text += flow + "]";
    for (auto const& log : {text, text.substr(1, text.size() - 2)}) {
        auto some = flowlog::open(testing::strict_source{log, 5000});
        auto const found = sums_of(some, flowlog::filtered{large, byte_sums{}});
        CHECK(found.inner().sums == std::map<std::string, std::uint64_t>{{"10.0.0.1", 14}});
        CHECK(some.stats().records == 2);
        CHECK(some.stats().unread == 10'000);
        CHECK(some.stats().malformed == 0);
    }
}

TEST_CASE("only connections of Zeek are flows", "[json]") {
    auto const ends = R"("id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.2")"s;
    auto const line = [&](std::string const& members) { return "{" + members + ends + "}\n"; };
    CHECK(counts_of(line("\"_path\":\"conn\",") + line("\"_path\":\"dns\",\"duration\":1,") +
                    line("\"query\":\"a\",\"rtt\":1,") + line("\"fuid\":\"F1\",\"duration\":1,") +
                    line("\"conn_state\":\"S0\",") + line("\"resp_bytes\":null,") +
                    line("\"resp_fuids\":[],")) == counts{3, 0, 4});
    auto const heading = [](std::string const& path) {
        return "#separator \\x09\n#path\t" + path + "\n#fields\tts\tid.orig_h\tid.resp_h\tquery\n";
    };
    auto const row = "1591367999.3\t10.0.0.1\t10.0.0.2\ta\n"s;
    CHECK(counts_of(flowlog::open(memory_input{heading("dns") + row + row})) == counts{0, 0, 2});
    CHECK(counts_of(flowlog::open(memory_input{heading("conn") + row})) == counts{1, 0, 0});
    CHECK(counts_of(flowlog::open(memory_input{heading("dns") + row + heading("conn") + row + row +
                                               heading("ssl") + row})) == counts{2, 0, 2});
}

TEST_CASE("objects may be indented by tabs", "[json]") {
    auto const text =
        "{\n\t\"source\": {\n\t\t\"ip\": \"10.0.0.1\",\n\t\t\"port\": 5\n\t},\n\t\"destination\": "
        "{\n\t\t\"ip\": \"10.0.0.2\",\n\t\t\"port\": 22\n\t},\n\t\"event\": {\n\t\t\"start\": "
        "1418530010\n\t}\n}\n"s;
    CHECK(first_row(text) == "10.0.0.1,10.0.0.2,5,22,,,,,,,,1418530010000000,,,,,,,,,,");
    CHECK(counts_of(text + text) == counts{2, 0, 0});
}

TEST_CASE("whole numbers may have a fraction of zero", "[json]") {
    auto const start = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2",)"s;
    CHECK(first_row(start + R"("srcport":443.0,"dstport":"53.0","protocol":6.0,"packets":1e3,)"
                            R"("bytes":"7.0","start":1418530010.0,"end":"1418530070.0"})") ==
          "10.0.0.1,10.0.0.2,443,53,6,1000,7,,,,,1418530010000000,1418530070000000,,,,,,,,,");
    CHECK(reasons_of(start + R"("srcport":443.5})") ==
          text_list{"at byte 0: srcport: expected a number (0-65535), found 443.5"});
    CHECK(reasons_of(start + R"("srcport":"443.5"})").size() == 1);
    CHECK(reasons_of(start + R"("srcport":"1e3"})").size() == 1);
    CHECK(reasons_of(start + R"("srcport":65536.0})").size() == 1);
    CHECK(reasons_of(start + R"("bytes":-1})").size() == 1);
}

TEST_CASE("an address beside an IP address is the original one, or the name of a host", "[json]") {
    for (auto const* text : {R"({"source.ip":"10.0.0.1","source.address":"host.example",)"
                             R"("destination":{"address":"10.0.0.9","ip":"10.0.0.2"}})",
                             R"({"source":{"address":"host.example","ip":"10.0.0.1"},)"
                             R"("destination.ip":"10.0.0.2","destination.address":"10.0.0.9"})"}) {
        CAPTURE(text);
        CHECK(first_row(text) == "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
        auto log = flowlog::open(memory_input{text});
        for (auto const& record : log) {
            CHECK(record[field::pkt_dstaddr] == *flowlog::address::parse("10.0.0.9"));
            CHECK(record[field::pkt_srcaddr].absent());
        }
    }
    // OpenTelemetry has no other name
    CHECK(first_row(R"({"source.address":"10.0.0.1","destination.address":"10.0.0.2"})") ==
          "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
    CHECK(reasons_of(R"({"source.address":"host.example","destination.ip":"10.0.0.2"})") ==
          text_list{"at byte 0: source.address: found host.example"});
}

TEST_CASE("a direction that is neither in nor out is absent", "[json]") {
    auto const row = [](std::string const& direction) {
        return first_row(R"({"source":{"ip":"10.0.0.1"},"destination":{"ip":"10.0.0.2"},)"
                         R"("network":{"direction":")" +
                         direction + "\"}}");
    };
    for (auto const* direction : {"internal", "external", "unknown"})
        CHECK(row(direction) == "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
    CHECK(row("inbound") == "10.0.0.1,10.0.0.2,,,,,,,,,,,,,ingress,,,,,,,");
}

TEST_CASE("records of named fields with both directions are two flows", "[json]") {
    auto const rows = [](std::string text, two_way how) {
        auto log = flowlog::open(memory_input{std::move(text)}, {.two_way = how});
        return rows_of(log).substr(225);
    };
    auto const ecs =
        R"({"source":{"ip":"10.0.0.1","port":5,"bytes":100,"packets":2,"as":{"number":7}},)"
        R"("destination":{"ip":"10.0.0.2","port":53,"bytes":300,"packets":3},)"
        R"("network":{"bytes":400,"packets":5,"direction":"outbound"}})"s;
    CHECK(rows(ecs, two_way::reverse) ==
          "10.0.0.1,10.0.0.2,5,53,,2,100,3,300,,,,,,egress,,,,,,,\n");
    CHECK(rows(ecs, two_way::split) ==
          "10.0.0.1,10.0.0.2,5,53,,2,100,,,,,,,,egress,,,,,,,\n"
          "10.0.0.2,10.0.0.1,53,5,,3,300,,,,,,,,ingress,,,,,,,\n");
    auto const flat = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1,)"
                      R"("reverse-bytes":"7","reverse_packets":null})"s;
    CHECK(rows(flat, two_way::split) ==
          "10.0.0.1,10.0.0.2,,,,,1,,,,,,,,,,,,,,,\n"
          "10.0.0.2,10.0.0.1,,,,,7,,,,,,,,,,,,,,,\n");
    CHECK(rows(flat, two_way::reverse) == "10.0.0.1,10.0.0.2,,,,,1,,7,,,,,,,,,,,,,\n");
    auto log = flowlog::open(memory_input{ecs});
    CHECK_FALSE(log.has(field_id::reverse_bytes));
    auto as = std::vector<std::pair<bool, bool>>{};
    for (auto const& record : log)
        as.emplace_back(record[field::src_as] == 7U, record[field::dst_as] == 7U);
    CHECK(as == std::vector<std::pair<bool, bool>>{{true, false}, {false, true}});
}

TEST_CASE("what is written as OCSF is read back", "[json]") {
    CHECK(first_row(R"({"class_uid":4001,"status_code":"OK","src_endpoint":{"intermediate_ips":)"
                    R"(["10.0.0.1"],"ip":"10.0.0.9"},"dst_endpoint":{"ip":"10.0.0.2"},"traffic":)"
                    R"({"packets":4,"bytes":6,"packets_in":3,"bytes_in":4}})") ==
          "10.0.0.1,10.0.0.2,,,,1,2,3,4,,,,,,,,,,,,,");
    auto log = flowlog::open(memory_input{
        R"({"class_uid":4001,"status_code":"OK","src_endpoint":{"ip":"10.0.0.1"},"dst_endpoint":)"
        R"({"ip":"10.0.0.8","intermediate_ips":["10.0.0.2"]},"traffic":{"bytes_in":4}}
{"class_uid":4001,"status_code":"NODATA","src_endpoint":{},"dst_endpoint":{}}
{"class_uid":4001,"status_code":"SKIPDATA","dst_endpoint":{}}
{"class_uid":4001,"status_code":"200","src_endpoint":{"ip":"10.0.0.1"},"dst_endpoint":{}}
)"});
    auto ends = std::vector<std::pair<std::string, std::string>>{};
    for (auto const& record : log)
        ends.emplace_back(record[field::dstaddr]->to_string(),
                          record[field::pkt_dstaddr]->to_string());
    REQUIRE(ends.size() == 2);
    CHECK(ends[0] == std::pair{"10.0.0.2"s, "10.0.0.8"s});
    CHECK(ends[1].first == "10.0.0.1");  // the way back
    CHECK(log.stats().nodata == 1);
    CHECK(log.stats().skipdata == 1);
    CHECK(log.stats().malformed == 1);
}

/// The numbers of the lines that are malformed, as one thread and as two find them.
static auto malformed_lines_of(std::string const& text) -> std::vector<std::uint64_t> {
    auto const read = [&](unsigned threads) {
        auto lines = std::vector<std::uint64_t>{};
        auto options = flowlog::run_options{.threads = threads, .chunk_size = 100};
        options.on_malformed = [&](auto const& line) { lines.push_back(line.line); };
        static_cast<void>(flowlog::run({memory_input{text}}, flow_counter{}, options));
        return lines;
    };
    auto const alone = read(1);
    CHECK(read(3) == alone);
    return alone;
}

TEST_CASE("malformed records are reported by the numbers of their lines", "[json]") {
    using numbers = std::vector<std::uint64_t>;
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","dstport":1,"protocol":6,)"
                      R"("bytes":1,"reverse-bytes":2})"s;
    auto const bad = R"({"srcaddr":"10.0.0.1","dstaddr":"x"})"s;
    auto text = std::string{};
    auto expected = numbers{};
    for (std::uint64_t i = 0; i < 20; ++i) {
        text += flow + "\n\n" + bad + "\n";
        expected.push_back(3 * i + 3);
    }
    CHECK(malformed_lines_of(text) == expected);
    CHECK(malformed_lines_of("\n \r\n" + flow + "\n" + bad) == numbers{4});
    auto const zeek = content_of("other/zeek-conn.log");
    auto const rows = static_cast<std::uint64_t>(std::ranges::count(zeek, '\n'));
    CHECK(malformed_lines_of(zeek + "1\t2\n") == numbers{rows + 1});
    auto const message =
        R"({"message":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT OK"})"s;
    CHECK(malformed_lines_of(message + "\n\n{\"message\":5}\n\n{\"message\":\"a b\"}\n" + message +
                             "\n") == numbers{3, 5});
}

TEST_CASE("Suricata's type of an event is a member of the event", "[json]") {
    CHECK(first_row(R"({"@timestamp":"2024-05-01T00:00:00Z","source":{"ip":"10.0.0.1","port":5},)"
                    R"("destination":{"ip":"10.0.0.2","port":53},"network":{"transport":"udp"},)"
                    R"("suricata":{"eve":{"event_type":"flow","flow_id":1,"proto":"UDP"}}})") ==
          "10.0.0.1,10.0.0.2,5,53,17,,,,,,,,,,,,,,,,,");
    auto text = std::string{};
    while (text.size() < 70'000)
        text += R"({"timestamp":"2018-10-25T08:42:11.309870+0000","event_type":"stats",)"
                R"("stats":{"uptime":1}})"
                "\n";
    auto const events = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    CHECK(counts_of(text + content_of("other/suricata-flow.ndjson")) == counts{2, 0, events + 1});
}

TEST_CASE("TCP flags of Suricata are those of each direction", "[json]") {
    auto const flags_of = [](std::string const& tcp, two_way how) {
        auto log = flowlog::open(
            memory_input{R"({"event_type":"flow","flow_id":1,"src_ip":"10.0.0.1",)"
                         R"("dest_ip":"10.0.0.2","flow":{"pkts_toserver":1,"pkts_toclient":1},)"
                         R"("tcp":)" +
                         tcp + "}"},
            {.two_way = how});
        auto result = std::vector<int>{};
        for (auto const& record : log) {
            auto const flags = record[field::tcp_flags];
            result.push_back(flags.absent() ? -1 : int{*flags});
        }
        CHECK(log.stats().malformed == 0);
        return result;
    };
    using numbers = std::vector<int>;
    auto const both = R"({"tcp_flags":"1b","tcp_flags_ts":"02","tcp_flags_tc":"12"})"s;
    CHECK(flags_of(both, two_way::split) == numbers{2, 18});
    CHECK(flags_of(both, two_way::reverse) == numbers{2});
    CHECK(flags_of(R"({"tcp_flags":"1b"})", two_way::split) == numbers{27, 27});
    CHECK(flags_of(R"({"tcp_flags_ts":"02"})", two_way::split) == numbers{2, -1});
    for (auto const* none : {"null", "\"\"", "\"-\""})
        CHECK(flags_of("{\"tcp_flags\":"s + none + "}", two_way::split) == numbers{-1, -1});
}

TEST_CASE("names of fields need no address", "[json]") {
    CHECK(first_row(R"({"dstport":443,"protocol":6,"bytes":7})") == ",,,443,6,,7,,,,,,,,,,,,,,,");
    CHECK(first_row(R"({"dstport":443,"bytes":7})") == ",,,443,,,7,,,,,,,,,,,,,,,");
    for (auto const* text : {R"({"type":"x","version":1,"region":"y"})", R"({"bytes":7})",
                             R"({"bytes":7,"protocol":"HTTP","status":200,"path":"/","host":"h"})"})
        CHECK_THROWS_AS(first_row(text), flowlog::error);
    // an address may come later than 512 bytes, or a message
    auto const start = R"({"network":{"bytes":7,"packets":1,"transport":"tcp"},"pad":")" +
                       std::string(600, 'a') + "\",";
    CHECK(first_row(start + R"("source":{"ip":"10.0.0.1"},"destination":{"ip":"10.0.0.2"}})")
              .starts_with("10.0.0.1,10.0.0.2,,,6,1,7,"));
    CHECK(first_row(start + R"("class_uid":4001,"src_endpoint":{"ip":"10.0.0.1"},)"
                            R"("dst_endpoint":{"ip":"10.0.0.2"}})")
              .starts_with("10.0.0.1,10.0.0.2,,,,,,"));
}

TEST_CASE("records of answers of Google Cloud and Oracle are read", "[json]") {
    auto entry = content_of("gcp/sink.ndjson");
    entry.resize(entry.find('\n'));
    CHECK(counts_of(R"({"entries":[)" + entry + "," + entry + R"(],"nextPageToken":"a"})") ==
          counts{2, 0, 0});
    CHECK(counts_of(R"({"nextPageToken":"a","entries":[)" + entry + "]}") == counts{1, 0, 0});
    auto flow = content_of("other/oci.ndjson");
    flow.resize(flow.find('\n'));
    auto const result = R"({"data":)" + flow + "}";
    CHECK(counts_of(R"({"results":[)" + result + "," + result + R"(],"summary":{}})") ==
          counts{2, 0, 0});
    CHECK(counts_of(R"({"data":{"fields":[{"fieldName":"a"}],"results":[)" + result +
                    R"(],"summary":{"count":1}},"opc-next-page":"a"})") == counts{1, 0, 0});
}

TEST_CASE("events may be objects of named fields with empty arrays", "[json]") {
    CHECK(first_row(R"({"events":[{"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","tags":[]}]})") ==
          "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
}

TEST_CASE("an answer without flows has none", "[json]") {
    for (auto const* text :
         {R"({"results":[],"statistics":{"recordsMatched":0.0},"status":"Complete"})",
          R"({"queryLanguage":"CWLI","results":[],"statistics":{"recordsMatched":0.0}})",
          R"({"ResultSet":{"Rows":[],"ResultSetMetadata":{"ColumnInfo":[]}},"UpdateCount":0})",
          R"({"took":1,"hits":{"total":{"value":0,"relation":"eq"},"max_score":null,"hits":[]}})",
          R"({"events":[],"searchedLogStreams":[]})", "[\nNo matching flows\n]\n", "[]"}) {
        CAPTURE(text);
        CHECK(counts_of(std::string{text}) == counts{0, 0, 0});
    }
}

TEST_CASE("fields of Elasticsearch are arrays of one value", "[json]") {
    CHECK(first_row(R"({"took":1,"hits":{"hits":[{"_id":"1","fields":{"source.ip":["10.0.0.1"],)"
                    R"("destination.ip":["10.0.0.2"],"source.port":[5],"network.transport":)"
                    R"(["tcp"],"network.bytes":[1,2],"host.ip":["192.0.2.1","192.0.2.2"]}}]}})") ==
          "10.0.0.1,10.0.0.2,5,,6,,,,,,,,,,,,,,,,,");
}

namespace {

/// Hands out a text, and then fails.
class broken_source {
public:
    explicit broken_source(std::string text) : text_{std::move(text)} {}

    [[nodiscard]] auto next() -> std::span<char const> {
        if (std::exchange(given_, true))
            throw flowlog::error{flowlog::errc::corrupt, {"broken"}, "is damaged"};
        return text_;
    }
    [[nodiscard]] auto name() const -> std::string { return "broken"; }

private:
    std::string text_;
    bool given_ = false;
};

}  // namespace

TEST_CASE("flows before damage are kept", "[json]") {
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":5})"s;
    auto const event = R"({"message":"2 1 eni-1 10.0.0.1 10.0.0.2 1 22 6 20 42 1 2 ACCEPT OK"})"s;
    for (auto const& text : {"[" + flow + ",\n" + flow + ",\n" + flow.substr(0, 20),
                             flow + "\n" + flow + "\n" + flow.substr(0, 20), event + event}) {
        CAPTURE(text);
        auto log = flowlog::open(flowlog::any_source{broken_source{text}});
        auto flows = 0;
        auto const read_all = [&] {
            for ([[maybe_unused]] auto const& record : log) ++flows;
        };
        CHECK_THROWS_AS(read_all(), flowlog::error);
        CHECK(flows == 2);
    }
}

TEST_CASE("counters of both directions together are divided", "[json]") {
    auto const ends = R"("src_endpoint":{"ip":"10.0.0.1"},"dst_endpoint":{"ip":"10.0.0.2"})"s;
    auto const ocsf = [&](std::string const& traffic) {
        return first_row(R"({"class_uid":4001,)" + ends + R"(,"traffic":)" + traffic + "}");
    };
    CHECK(ocsf(R"({"bytes":100,"bytes_out":60,"bytes_in":40})") ==
          "10.0.0.1,10.0.0.2,,,,,60,,40,,,,,,,,,,,,,");
    CHECK(ocsf(R"({"bytes_out":60,"bytes_in":40})") == "10.0.0.1,10.0.0.2,,,,,60,,40,,,,,,,,,,,,,");
    CHECK(ocsf(R"({"bytes":100})") == "10.0.0.1,10.0.0.2,,,,,100,,,,,,,,,,,,,,,");
    CHECK(first_row(R"({"src_ip":"10.0.0.1","dest_ip":"10.0.0.2","bytes":100,"bytes_in":40,)"
                    R"("bytes_out":60})") == "10.0.0.1,10.0.0.2,,,,,60,,40,,,,,,,,,,,,,");
    CHECK(first_row(R"({"network":{"bytes":150},"source":{"ip":"10.0.0.1"},)"
                    R"("destination":{"ip":"10.0.0.2","bytes":50}})") ==
          "10.0.0.1,10.0.0.2,,,,,100,,50,,,,,,,,,,,,,");
}

TEST_CASE("the way back repeats no counter, and exchanges interfaces", "[json]") {
    auto log = flowlog::open(memory_input{
        R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":9,"reverse-bytes":5,"flows":3,)"
        R"("dropped-bytes":7,"input":1,"output":2})"s});
    auto flows = std::vector<flowlog::flow>{};
    for (auto const& record : log) flows.emplace_back(record);
    REQUIRE(flows.size() == 2);
    CHECK(flows[0][field::dropped_bytes] == 7U);
    CHECK(flows[1][field::dropped_bytes].absent());
    CHECK(flows[1][field::flows].absent());
    CHECK(flows[1][field::input] == 2U);
    CHECK(flows[1][field::output] == 1U);
}

TEST_CASE("accesses to servers and events of others are no flows", "[json]") {
    for (auto const* text : {R"({"type":"http","bytes":123,"region":"us","status":200})",
                             R"({"event_type":"login","timestamp":"2024-05-01T10:00:00Z"})"})
        CHECK_THROWS_AS(first_row(text), flowlog::error);
}

TEST_CASE("of several members of one field, its own name counts", "[json]") {
    for (auto const* others :
         {R"("source_ip":"9.9.9.9")", R"("source":"/var/log/x")", R"("src":"9.9.9.9")"}) {
        auto const own = R"("srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1)"s;
        CHECK(first_row("{" + own + "," + others + "}").starts_with("10.0.0.1,10.0.0.2,"));
        CHECK(first_row("{"s + others + "," + own + "}").starts_with("10.0.0.1,10.0.0.2,"));
    }
    CHECK(first_row(R"({"source":"10.0.0.1","destination":"10.0.0.2","bytes":1})")
              .starts_with("10.0.0.1,10.0.0.2,"));
}

TEST_CASE("members may come in any order, among any others", "[json]") {
    auto random = std::minstd_rand{7};
    auto text = std::string{};
    auto expected = std::string{};
    for (auto i = 0; i < 300; ++i) {
        auto members =
            std::vector<std::string>{R"("srcaddr":"10.0.0.1")", R"("dstaddr":"10.0.0.2")",
                                     R"("dst_port":443)",       R"("source.ip":"10.9.9.9")",
                                     R"("packets":"2")",        R"("bytes":)" + std::to_string(i)};
        for (auto more = random() % 4; more != 0;
             --more)  // up to 400 names, more than are remembered
            members.push_back("\"x" + std::to_string(random() % 400) + "\":1");
        std::ranges::shuffle(members, random);
        auto record = "{" + members.front();
        for (std::size_t at = 1; at < members.size(); ++at) record += "," + members[at];
        record += "}\n";
        expected += first_row(record) + '\n';
        text += record;
    }
    auto log = flowlog::open(memory_input{text});
    auto const rows = rows_of(log);
    CHECK(rows.substr(rows.find('\n') + 1) == expected);
}

TEST_CASE("what is wrong with one object of a line costs no other", "[json]") {
    auto const good = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":1})"s;
    for (auto const* bad : {R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":xx})",
                            "{\"srcaddr\":\"10.0.0.1\",\"dstaddr\":\"\xff\"}"}) {
        CAPTURE(bad);
        for (auto const& first : {std::string{}, good + "\n"}) {
            auto const before = first.empty() ? 0U : 1U;
            CHECK(counts_of(first + good + bad + good + "\n") == counts{before + 2, 1, 0});
            CHECK(counts_of(first + bad + good + good + "\n") == counts{before + 2, 1, 0});
        }
    }
    CHECK(counts_of(good + "\n" + good + ", " + good + "\n") == counts{3, 0, 0});
}

TEST_CASE("what says nothing gives way to another member of the field", "[json]") {
    for (auto const* text :
         {R"({"ipv4_src_addr":"10.0.0.1","ipv6_src_addr":"::","dst_ip":"10.0.0.2","bytes":1})",
          R"({"ipv6_src_addr":"::","ipv4_src_addr":"10.0.0.1","dst_ip":"10.0.0.2","bytes":1})",
          R"({"srcaddr":"0.0.0.0","src_ip":"10.0.0.1","dst_ip":"10.0.0.2","bytes":1})",
          R"({"src_ip":"10.0.0.1","srcaddr":"0.0.0.0","dst_ip":"10.0.0.2","bytes":1})",
          R"({"src_ip":"10.0.0.1","srcaddr":"","dst_ip":"10.0.0.2","bytes":"1","octets":"-"})",
          R"({"srcaddr":"","src_ip":"10.0.0.1","dst_ip":"10.0.0.2","bytes":1})"}) {
        CAPTURE(text);
        CHECK(first_row(text) == "10.0.0.1,10.0.0.2,,,,,1,,,,,,,,,,,,,,,");
    }
    // alone, they are what they are
    CHECK(first_row(R"({"srcaddr":"0.0.0.0","dstaddr":"::","start":0})") ==
          "0.0.0.0,::,,,,,,,,,,0,,,,,,,,,,");
    CHECK(first_row(R"({"srcaddr":"::1","dstaddr":"::2","direction":"ingress",)"
                    R"("flow_direction":"ingress","network":{"direction":"internal"}})") ==
          "::1,::2,,,,,,,,,,,,,ingress,,,,,,,");
}

TEST_CASE("a value of a wrong type is malformed", "[json]") {
    auto const start = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2",)"s;
    CHECK(reasons_of(start + R"("dstport":443,"bytes":true})") ==
          text_list{"at byte 0: bytes: found true"});
    CHECK(reasons_of(start + R"("start":false})") == text_list{"at byte 0: start: found false"});
    CHECK(reasons_of(R"({"srcaddr":["10.0.0.1","10.0.0.2"],"dstaddr":"10.0.0.3","bytes":1})") ==
          text_list{"at byte 0: srcaddr: expected one value, found 2"});
    CHECK(reasons_of(start + R"("source":{"port":true}})") ==
          text_list{"at byte 0: source.port: found true"});
    for (auto const* others :
         {R"("bytes":[])", R"("bytes":null)", R"("tcp_flags":["S","A"])", R"("type":["a","b"])",
          R"("action":true)", R"("other":true)", R"("vlan":[10,20])",
          R"("observer":{"ip":["10.0.0.8","10.0.0.9"]})",
          R"("event":{"type":["connection","allowed"],"end":[]})", R"("packets":{"a":1})"}) {
        CAPTURE(others);
        CHECK(first_row(start + others + "}") == "10.0.0.1,10.0.0.2,,,,,,,,,,,,,,,,,,,,");
    }
}

TEST_CASE("events with one address are no flows", "[json]") {
    CHECK_THROWS_AS(
        first_row(R"({"Records":[{"eventTime":"2024-05-01T12:00:00Z","awsRegion":"us-east-1",)"
                  R"("sourceIPAddress":"203.0.113.9","recipientAccountId":"1"}]})"),
        flowlog::error);
    CHECK(first_row(R"({"srcaddr":"10.0.0.1","dstport":443})").starts_with("10.0.0.1,,,443,"));
    CHECK(first_row(R"({"srcaddr":"10.0.0.1","interface_id":"eni-1"})").starts_with("10.0.0.1,,"));
    CHECK(first_row(R"({"srcaddr":"10.0.0.1","end":5})").starts_with("10.0.0.1,,"));
    CHECK(first_row(R"({"dstaddr":"10.0.0.1","srcaddr":"::"})").starts_with("::,10.0.0.1,"));
}

TEST_CASE("messages in an unknown format say so", "[json]") {
    using Catch::Matchers::Contains;
    auto const custom =
        R"({"message":"5 1 vpc-1 10.0.0.1 10.0.0.2 5 22 6 20 100 1418530010 1418530070"})"s;
    auto const good =
        R"({"message":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT OK"})"s;
    for (auto const& text : {custom, custom + "\n" + custom + "\n",
                             R"({"messageType":"DATA_MESSAGE","logEvents":[)" + custom + "]}"})
        CHECK_THAT(failure_of(text), Contains("give the columns with --format '${...} ${...}'. "
                                              "A message is: 5 1 vpc-1 "));
    CHECK_THAT(failure_of(R"({"message":"{\"srcaddr\":\"10.0.0.1\"}"})"),
               Contains("jq -r .message FILE"));
    CHECK(failure_of(custom + "\n" + good + "\n").empty());
    CHECK(failure_of(good + "\n" + custom + "\n").empty());
    CHECK(counts_of(good + "\n" + custom + "\n") == counts{1, 1, 0});
    CHECK(failure_of(R"({"message":"ready to go"})").empty());
    // but not of a default format, damaged or after a heading
    for (auto const* text :
         {R"({"message":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT"})",
          R"({"message":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT XX"})",
          "{\"message\":\"version srcaddr bytes\"}\n{\"message\":\"2 10.0.0.1\"}",
          "{\"message\":\"{\\\"a\\\":1}\"}\n{\"message\":\"START 10.0.0.1\"}"}) {
        CAPTURE(text);
        CHECK(failure_of(text).empty());
    }
    // whatever the blocks, and if the format is given
    for (auto const size : {1, 7, 64}) {
        auto log = flowlog::open(
            memory_input{custom + "\n" + custom}.in_blocks_of(static_cast<std::size_t>(size)));
        CHECK_THROWS_AS(std::ranges::distance(log), flowlog::error);
    }
    auto given = flowlog::open(memory_input{custom}, {.format = flowlog::layout{{"srcaddr"}}});
    CHECK(std::ranges::distance(given) == 0);
    CHECK(given.stats().malformed == 1);
}

TEST_CASE("a message may have several lines", "[json]") {
    auto const line = "2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT OK"s;
    auto const text =
        R"({"message":")" + line + R"(\r\n\n)" + line + R"(\na b\n)" + line + "\\n\"}\n";
    CHECK(counts_of(text + text) == counts{6, 2, 0});
    CHECK(reasons_of(text) == text_list{"a b"});
    // a field that is read again belongs to its line; the first batch has all fields
    auto malformed = 0;
    auto many = std::string{};
    for (auto i = 0; i < 2000; ++i) many += text;
    auto log = flowlog::open(memory_input{many});
    auto const found = sums_of(log, flowlog::filtered{malformed_packets{&malformed}, byte_sums{}});
    CHECK(found.inner().sums == std::map<std::string, std::uint64_t>{{"10.0.0.1", 2000 * 126}});
    CHECK(malformed == 0);
}

TEST_CASE("what is no log of OpenTelemetry costs no other", "[json]") {
    auto const body =
        R"({"body":{"stringValue":"2 1 e 10.0.0.1 10.0.0.2 5 22 6 20 42 1418530010 1418530070 ACCEPT OK"}})"s;
    auto const good = R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[)" + body + "]}]}]}\n";
    CHECK(counts_of(good + R"({"resourceLogs":[{"instrumentationLibraryLogs":[{"logRecords":[)" +
                    body + "]}]}]}\n") == counts{2, 0, 0});
    CHECK(counts_of(good + R"({"message":"x"})" + "\n" + good) == counts{2, 1, 0});
    CHECK(counts_of(R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[)" + body + ",5," + body +
                    "]}]}]}\n") == counts{2, 1, 0});
}

TEST_CASE("attributes of OpenTelemetry are no lines", "[json]") {
    CHECK_THROWS_AS(
        first_row(R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":)"
                  R"([{"key":"source.address","value":{"stringValue":"10.0.0.1"}}]}]}]}]})"),
        flowlog::error);
}

TEST_CASE("answers of OData and PowerShell are read, and tables by column are told", "[json]") {
    using Catch::Matchers::Contains;
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","bytes":7})"s;
    CHECK(counts_of(R"({"value":[)" + flow + "," + flow + R"(],"Count":2})") == counts{2, 0, 0});
    CHECK(counts_of(R"({"@odata.context":"a","value":[)" + flow + "]}") == counts{1, 0, 0});
    for (auto const* text :
         {R"({"srcaddr":{"0":"10.0.0.1","1":"10.0.0.1"},"bytes":{"0":7,"1":8}})",
          R"({"date": {"0": 1}, "srcaddr": {"0": "10.0.0.1"}, "dstaddr": {"0": "10.0.0.2"}})",
          R"({"srcaddr":{"0":"10.0.0.1"}})"}) {
        CAPTURE(text);
        CHECK_THAT(failure_of(text), Contains(R"(orient="records", lines=True)"));
        CHECK_FALSE(flowlog::log_splitter::of(memory_input{text}, {}, 10).has_value());
    }
}

TEST_CASE("the names of a record are not those of the one before it", "[json]") {
    CHECK(counts_of("{\"event_type\":\"purge_init\",\"writer_id\":\"a\"}\n"
                    "{\"event_type\":\"purge\",\"ip_src\":\"10.0.0.1\",\"bytes\":1}\n"
                    "{\"event_type\":\"purge_close\",\"writer_id\":\"a\"}\n"
                    "{\"writer_id\":\"a\"}\n") == counts{1, 1, 2});
}

TEST_CASE("members that are no fields are told", "[json]") {
    auto const flow = R"({"srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","x-team":"a","bytes":7,)"
                      R"("labels":{"env":"b","on":true},"many":[1,2],"empty":null})"s;
    auto log = flowlog::open(memory_input{flow + "\n" + flow + "\n"});
    auto const expected = text_list{"x-team", "labels.env", "labels.on", "many"};
    CHECK(log.describe().unread_columns == expected);
    CHECK(std::ranges::distance(log) == 2);
    CHECK(log.describe().unread_columns == expected);
    auto none = flowlog::open(memory_input{R"({"srcaddr":"10.0.0.1","bytes":7})"});
    CHECK(none.describe().unread_columns.empty());
}
