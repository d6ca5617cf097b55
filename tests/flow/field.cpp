// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <flowlog/flow/field.hpp>
#include <flowlog/flow/field_names.hpp>

#include "catch.hpp"

namespace test_flow_field {

using namespace std::string_view_literals;
namespace field = flowlog::field;
using flowlog::field_id;
using flowlog::field_type;
using flowlog::fields;
using flowlog::find_field;
using flowlog::info;
using flowlog::origin;

static_assert(std::is_same_v<decltype(field::dstport)::value_type, std::uint16_t>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::protocol>, std::uint8_t>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::bytes>, std::uint64_t>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::srcaddr>, flowlog::address>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::start>, flowlog::timestamp>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::account_id>, std::string_view>);
static_assert(std::is_same_v<flowlog::field_value_type<field_id::action>, flowlog::action>);
static_assert(find_field("dstport") == field_id::dstport);
static_assert(!find_field("nothing"));
static_assert(flowlog::field_list<field_id::end, field_id::start>::ids.size() == 2);
static_assert(std::is_empty_v<decltype(field::end)>);

TEST_CASE("the table is in the order of the identifiers", "[field]") {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        CHECK(static_cast<std::size_t>(fields[i].id) == i);
        CHECK(&info(fields[i].id) == &fields[i]);
    }
}

TEST_CASE("the table has all fields of AWS", "[field]") {
    auto const count = [](origin from) {
        return std::ranges::count(fields, from, &flowlog::field_info::origin);
    };
    CHECK(count(origin::vpc) == 54);
    CHECK(count(origin::transit_gateway) == 18);
    auto versions = std::map<int, int>{};
    for (auto const& f : fields) {
        if (f.origin == origin::vpc) ++versions[f.version];
    }
    CHECK(versions ==
          std::map<int, int>{
              {2, 14}, {3, 7}, {4, 4}, {5, 4}, {7, 10}, {8, 1}, {9, 1}, {10, 1}, {11, 12}});
    for (auto const& f : fields) {
        CAPTURE(f.name);
        if (f.origin == origin::transit_gateway) CHECK(f.version == 6);
        if (f.origin == origin::netflow || f.origin == origin::cloud) CHECK(f.version == 0);
        CHECK_FALSE(f.meaning.empty());
        CHECK_FALSE(f.meaning.ends_with('.'));
    }
}

TEST_CASE("a field is found by every spelling of its name", "[field]") {
    for (auto const& f : fields) {
        CAPTURE(f.name);
        CHECK(find_field(f.name) == f.id);
        CHECK(find_field("${" + std::string{f.name} + "}") == f.id);
        auto text = std::string{f.name};
        std::ranges::replace(text, '-', '_');
        CHECK(find_field(text) == f.id);
        std::ranges::transform(text, text.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        CHECK(find_field(text) == f.id);
        std::erase(text, '_');
        CHECK(find_field(text) == f.id);
    }
    CHECK(find_field("pktSrcAddr") == field_id::pkt_srcaddr);
    CHECK(find_field("logStatus") == field_id::log_status);
    CHECK(find_field("jsonPayload.connection.src_ip") == field_id::srcaddr);
    CHECK_FALSE(find_field("jsonPayload.connection"));
    CHECK_FALSE(find_field("jsonPayload."));
}

static auto aliases(flowlog::field_info const& f) -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    auto word = std::string{};
    for (auto const c : std::string{f.aliases} + ' ') {
        if (c != ' ') {
            word += c;
        } else if (!word.empty()) {
            result.push_back(std::exchange(word, {}));
        }
    }
    return result;
}

TEST_CASE("a field is found by its aliases", "[field]") {
    for (auto const& f : fields) {
        for (auto const& alias : aliases(f)) {
            CAPTURE(f.name, alias);
            CHECK(find_field(alias) == f.id);
            CHECK(alias.size() <= 64);
        }
    }
    CHECK(find_field("dOctets") == field_id::bytes);
    CHECK(find_field("DPKTS") == field_id::packets);
    CHECK(find_field("prot") == field_id::protocol);
}

TEST_CASE("the names of all fields fit the hash table that finds them", "[field]") {
    auto const names = flowlog::field_names();
    CHECK(names.size() > fields.size());
    CHECK(names.size() <= 1024);  // see detail::word_table, which would be slow and then endless
    CHECK(std::ranges::find(names, "srcaddr_raw") != names.end());
    CHECK(std::ranges::find(names, "user-name") != names.end());
    CHECK(std::ranges::find(names, "") == names.end());
}

TEST_CASE("no spelling means two fields", "[field]") {
    auto owners = std::map<std::string, field_id>{};
    auto const plain = [](std::string_view name) {
        auto text = std::string{};
        for (auto const c : name) {
            if (c != '-' && c != '_') text += flowlog::detail::to_lower(c);
        }
        return text;
    };
    for (auto const& f : fields) {
        auto names = aliases(f);
        names.emplace_back(f.name);
        for (auto const& name : names) {
            CAPTURE(name);
            auto const [at, fresh] = owners.try_emplace(plain(name), f.id);
            CHECK(at->second == f.id);
        }
    }
}

TEST_CASE("names that other tools give to fields lead to them", "[field]") {
    CHECK(find_field("sourceaddress") == field_id::srcaddr);
    CHECK(find_field("destinationaddress") == field_id::dstaddr);
    CHECK(find_field("destination.ip") == field_id::dstaddr);
    CHECK(find_field("srcip") == field_id::srcaddr);
    CHECK(find_field("numbytes") == field_id::bytes);
    CHECK(find_field("num_packets") == field_id::packets);
    CHECK(find_field("start_time") == field_id::start);
    CHECK(find_field("endtime") == field_id::end);
    CHECK(find_field("inif") == field_id::input);
    CHECK(find_field("outif") == field_id::output);
    CHECK(find_field("insrcmac") == field_id::src_mac);
}

TEST_CASE("names of IPFIX, Cisco and Google Cloud lead to fields", "[field]") {
    CHECK(find_field("vlanId") == field_id::src_vlan);
    CHECK(find_field("postVlanId") == field_id::dst_vlan);
    CHECK(find_field("postNAPTSourceTransportPort") == field_id::post_napt_srcport);
    CHECK(find_field("postNAPTDestinationTransportPort") == field_id::post_napt_dstport);
    CHECK(find_field("fw-ext-event") == field_id::firewall_extended_event);
    CHECK(find_field("fw-xevent") == field_id::firewall_extended_event);
    CHECK(find_field("src_instance.project_id") == field_id::src_project);
    CHECK(find_field("dest_instance.project_id") == field_id::dst_project);
}

TEST_CASE("what pf says of a flow are numbers of 8 bits", "[field]") {
    for (auto const id : {field_id::pf_action, field_id::pf_reason, field_id::pf_direction})
        CHECK(flowlog::info(id).type == field_type::u8);
}

TEST_CASE("hyphens may be left out of a name, but not put in", "[field]") {
    for (auto const* name : {"-bytes", "bytes-", "by-tes", "--bytes", "src-port-", "src--port",
                             "tcp--flags", "_srcaddr", "-"}) {
        CAPTURE(name);
        CHECK_FALSE(find_field(name));
    }
    CHECK(find_field("pktsrc_awsService") == field_id::pkt_src_aws_service);
}

TEST_CASE("a word that is not a name finds no field", "[field]") {
    for (auto const name :
         {""sv, "-"sv, "_"sv, "${}"sv, "$"sv, "${"sv, "{dstport}"sv, "dstport "sv, " dstport"sv,
          "dst.port"sv, "dstports"sv, "dstpor"sv, "6"sv, "OK"sv, "dst\0port"sv, "d\xC3\xB6"sv}) {
        CAPTURE(name);
        CHECK_FALSE(find_field(name));
    }
    CHECK_FALSE(find_field(std::string(65, 'a')));
    CHECK_FALSE(find_field(std::string(1000000, '-')));
    CHECK_FALSE(find_field("dstport" + std::string(100, '-')));
    CHECK_FALSE(find_field("-dstport-a"));
}

TEST_CASE("names consist of letters, digits and hyphens", "[field]") {
    for (auto const& f : fields) {
        CAPTURE(f.name);
        CHECK(f.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == f.name.npos);
        CHECK(f.name[0] >= 'a');
    }
}

TEST_CASE("with_field gives the key of a field known at run time", "[field]") {
    for (auto const& f : fields) {
        auto const seen = flowlog::with_field(f.id, [](auto key) {
            using key_type = decltype(key);
            static_assert(key_type::id == field_id{key});
            using value = typename key_type::value_type;
            auto const type = std::is_same_v<value, std::uint8_t>         ? field_type::u8
                              : std::is_same_v<value, std::uint16_t>      ? field_type::u16
                              : std::is_same_v<value, std::uint32_t>      ? field_type::u32
                              : std::is_same_v<value, std::uint64_t>      ? field_type::u64
                              : std::is_same_v<value, flowlog::address>   ? field_type::address
                              : std::is_same_v<value, flowlog::timestamp> ? field_type::time
                              : std::is_same_v<value, std::string_view>   ? field_type::text
                              : std::is_same_v<value, flowlog::action>    ? field_type::action
                              : std::is_same_v<value, flowlog::log_status>
                                  ? field_type::log_status
                                  : field_type::flow_direction;
            return std::pair{key_type::id, type};
        });
        CHECK(seen.first == f.id);
        CHECK(seen.second == f.type);
    }
}

TEST_CASE("enumerators and types have names", "[field]") {
    CHECK(name(flowlog::action::accept) == "ACCEPT");
    CHECK(name(flowlog::action::reject) == "REJECT");
    CHECK(name(flowlog::log_status::ok) == "OK");
    CHECK(name(flowlog::log_status::nodata) == "NODATA");
    CHECK(name(flowlog::log_status::skipdata) == "SKIPDATA");
    CHECK(name(flowlog::flow_direction::ingress) == "ingress");
    CHECK(name(flowlog::flow_direction::egress) == "egress");
    CHECK(name(origin::transit_gateway) == "tgw");
    CHECK(name(origin::cloud) == "cloud");
    CHECK(name(field_type::u8) == "u8");
    CHECK(name(field_type::flow_direction) == "flow-direction");
    CHECK(name(field_type::time) == "time");
}

TEST_CASE("the types of plain numbers have 8 to 64 bits", "[field]") {
    for (auto const type : {field_type::u8, field_type::u16, field_type::u32, field_type::u64})
        CHECK(flowlog::is_number(type));
    for (auto const type : {field_type::address, field_type::time, field_type::text,
                            field_type::action, field_type::log_status, field_type::flow_direction})
        CHECK_FALSE(flowlog::is_number(type));
}

TEST_CASE("names are the same in any case, and with - or _", "[field]") {
    CHECK(flowlog::same_name("tcp-flags", "TCP_Flags"));
    CHECK(flowlog::same_name("", ""));
    CHECK_FALSE(flowlog::same_name("tcpflags", "tcp-flags"));
    CHECK_FALSE(flowlog::same_name("-bytes", "bytes"));
    CHECK_FALSE(flowlog::same_name("start", "star_"));
}

TEST_CASE("blanks around a name are passed over, of Unicode too", "[field]") {
    CHECK(flowlog::find_field("\xC2\xA0srcaddr\xE2\x80\x83") == field_id::srcaddr);
    CHECK(flowlog::find_field("\xEF\xBB\xBF${srcaddr} ") == field_id::srcaddr);
    CHECK_FALSE(
        flowlog::find_field("src\xC2\xA0"
                            "addr"));
    CHECK_FALSE(flowlog::find_field("${srcaddr)"));
}

TEST_CASE("names of nfdump, ECS and OpenTelemetry are aliases", "[field]") {
    CHECK(flowlog::find_field("src") == field_id::srcaddr);  // Splunk's
    CHECK(flowlog::find_field("dest") == field_id::dstaddr);
    CHECK(flowlog::find_field("transport") == field_id::protocol);
    CHECK(flowlog::find_field("source.bytes") == field_id::bytes);
    CHECK(flowlog::find_field("IPV4_SRC_ADDR") == field_id::srcaddr);  // NetFlow v9's
    CHECK(flowlog::find_field("L4_DST_PORT") == field_id::dstport);
    CHECK(flowlog::find_field("FIRST_SWITCHED") == field_id::start);
    CHECK(flowlog::find_field("sTime") == field_id::start);         // SiLK's
    CHECK(flowlog::find_field("TotBytes") == field_id::bytes);      // Argus'
    CHECK(flowlog::find_field("port_dst") == field_id::dstport);    // pmacct's
    CHECK(flowlog::find_field("SrcAddress") == field_id::srcaddr);  // go-vpc's
    CHECK(flowlog::find_field("dest_address") == field_id::dstaddr);
    CHECK(flowlog::find_field("trafficType") == field_id::type);  // Panther's
    CHECK(flowlog::find_field("sa") == field_id::srcaddr);
    CHECK(flowlog::find_field("SrcIPAddress") == field_id::srcaddr);
    CHECK(flowlog::find_field("ibyt") == field_id::bytes);
    CHECK(flowlog::find_field("event.start") == field_id::start);
    CHECK(flowlog::find_field("aws.vpcflow.log_status") == field_id::log_status);
    CHECK(flowlog::find_field("aws.vpc.flow.source.address") == field_id::pkt_srcaddr);
    CHECK(flowlog::find_field("aws.vpc.flow.bytes") == field_id::bytes);
}

}  // namespace test_flow_field
