// SPDX-License-Identifier: BSL-1.0
// Every input of tests/data/cloud gives the flows of its .expected.csv and as many malformed
// records as MANIFEST.md says.
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/filtered.hpp>
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
    for (auto const* name : {"azure/vnet-v4.json", "azure/nsg-v2.json", "other/ibm.json",
                             "other/zeek-conn.ndjson", "other/suricata-flow.ndjson"}) {
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

TEST_CASE("a flow of Logs Insights needs addresses, and a window without flows does not",
          "[json]") {
    auto log = flowlog::open(memory_input{
        R"({"results":[[{"field":"srcAddr","value":"10.0.0.1"},{"field":"dstAddr","value":)"
        R"("10.0.0.2"},{"field":"logStatus","value":"OK"}],[{"field":"logStatus","value":)"
        R"("NODATA"}],[{"field":"logStatus","value":"OK"}]]})"});
    for ([[maybe_unused]] auto const& record : log) {
    }
    CHECK(log.stats().records == 1);
    CHECK(log.stats().nodata == 1);
    CHECK(log.stats().malformed == 1);
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
        auto const found = flowlog::aggregate(some, byte_sums{});
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
        auto const found = flowlog::aggregate(some, flowlog::filtered{large, byte_sums{}});
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
