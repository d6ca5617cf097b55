// SPDX-License-Identifier: BSL-1.0
// Elements and extensions that no fixture has, and the byte order of the other kind of machine:
// archives built here.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/aggregate/aggregate.hpp>
#include <flowlog/aggregate/ports.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/memory.hpp>

#include "catch.hpp"
#include "nfdump_writer.hpp"

namespace test_format_nfdump_fields {

using namespace flowlog;
using namespace nfdump_writer;

namespace {

auto generic(bool big) -> element {
    auto data = writer{big};
    data.put(u64{1700000000123}, u64{1700000001456}, u64{1700000002000}, u64{10}, u64{1} << 40,
             u16{1234}, u16{443}, u8{6}, u8{0x12}, u8{64}, u8{8});
    return {1, data.bytes()};
}

auto ms(std::int64_t count) -> timestamp { return timestamp{std::chrono::milliseconds{count}}; }

/// The flows of an archive, all without malformed records.
auto flows_of(std::string const& archive) -> std::vector<flow> {
    auto result = std::vector<flow>{};
    auto reader = nfdump_reader{memory_source{archive, "made", 11}};
    for (auto const& record : reader) result.emplace_back(record);
    CHECK(reader.stats().malformed == 0);
    return result;
}

}  // namespace

TEST_CASE("all elements of nfdump's layout 2, in both byte orders", "[nfdump]") {
    for (auto const big : {false, true}) {
        CAPTURE(big);
        auto const data = [&](auto... values) { return writer{big}.put(values...).bytes(); };
        auto const high = u64{0x20010DB800000000};
        auto const elements = std::vector<element>{
            generic(big),
            {3, data(high, u64{1}, high, u64{2})},
            {4, data(u32{70000}, u32{70001}, u8{24}, u8{25}, u8{1}, u8{9}, u8{2}, u8{3}, u16{0})},
            {5, data(u64{5}, u64{6}, u64{7})},
            {6, data(u32{100}, u32{200})},
            {7, data(u32{65536}, u32{65537})},
            {9, data(high, u64{3})},
            {11, data(high, u64{4})},
            {13, data(high, u64{5})},
            {14, std::string(40, 'm')},
            {15, data(u64{0x000C291E35A2}, u64{0x00005E000101}, u64{0xFFFFFFFFFFFF}, u64{1})},
            {16, data(u32{64512}, u32{64513})},
            {19, data(u64{1700000003000}, u32{99}, u16{1}, u8{2}, u8{0})},
            {21, data(high, u64{6}, high, u64{7})},
            {22, data(u16{40000}, u16{8443})},
            {24, writer{big}.text("alice", 68).bytes()},
        };
        auto const flows = flows_of(layout_2(big, 1, record_v3(big, elements)));
        REQUIRE(flows.size() == 1);
        auto const& f = flows[0];
        CHECK(f[field::start] == ms(1700000000123));
        CHECK(f[field::end] == ms(1700000001456));
        CHECK(f[field::received_time] == ms(1700000002000));
        CHECK(f[field::packets] == 10);
        CHECK(f[field::bytes] == u64{1} << 40);
        CHECK(f[field::srcport] == 1234);
        CHECK(f[field::dstport] == 443);
        CHECK(f[field::protocol] == 6);
        CHECK(f[field::tcp_flags] == 0x12);
        CHECK(f[field::forwarding_status] == 64);
        CHECK(f[field::tos] == 8);
        CHECK(f[field::srcaddr] == *address::parse("2001:db8::1"));
        CHECK(f[field::dstaddr] == *address::parse("2001:db8::2"));
        CHECK(f[field::type] == "IPv6");
        CHECK(f[field::input] == 70000);
        CHECK(f[field::output] == 70001);
        CHECK(f[field::src_mask] == 24);
        CHECK(f[field::dst_mask] == 25);
        CHECK(f[field::flow_direction] == flow_direction::egress);
        CHECK(f[field::dst_tos] == 9);
        CHECK(f[field::biflow_direction] == 2);
        CHECK(f[field::flow_end_reason] == 3);
        CHECK(f[field::flows] == 5);
        CHECK(f[field::out_packets] == 6);
        CHECK(f[field::out_bytes] == 7);
        CHECK(f[field::src_vlan] == 100);
        CHECK(f[field::dst_vlan] == 200);
        CHECK(f[field::src_as] == 65536);
        CHECK(f[field::dst_as] == 65537);
        CHECK(f[field::bgp_next_hop] == *address::parse("2001:db8::3"));
        CHECK(f[field::next_hop] == *address::parse("2001:db8::4"));
        CHECK(f[field::exporter] == *address::parse("2001:db8::5"));
        CHECK(f[field::src_mac] == "00:0c:29:1e:35:a2");
        CHECK(f[field::post_dst_mac] == "00:00:5e:00:01:01");
        CHECK(f[field::dst_mac] == "ff:ff:ff:ff:ff:ff");
        CHECK(f[field::post_src_mac] == "00:00:00:00:00:01");
        CHECK(f[field::next_as] == 64512);
        CHECK(f[field::prev_as] == 64513);
        CHECK(f[field::event_time] == ms(1700000003000));
        CHECK(f[field::flow_id] == 99);
        CHECK(f[field::firewall_event] == 2);
        CHECK(f[field::post_nat_srcaddr] == *address::parse("2001:db8::6"));
        CHECK(f[field::post_nat_dstaddr] == *address::parse("2001:db8::7"));
        CHECK(f[field::post_napt_srcport] == 40000);
        CHECK(f[field::post_napt_dstport] == 8443);
        CHECK(f[field::user_name] == "alice");
        CHECK(f[field::engine_type] == 3);
        CHECK(f[field::engine_id] == 7);
        CHECK(f[field::netflow_version] == 9);
    }
}

TEST_CASE("the IPv4 elements and the rest of layout 2, in any order", "[nfdump]") {
    for (auto const big : {false, true}) {
        CAPTURE(big);
        auto const data = [&](auto... values) { return writer{big}.put(values...).bytes(); };
        auto const elements = std::vector<element>{
            {39, data(u64{1} << 33)},
            {36, data(u32{11}, u32{12})},
            {25, data(u64{1700000004000}, u32{0}, u8{4}, u8{0}, u16{0})},
            {20, data(u32{0xC6336401}, u32{0xC6336402})},
            {200, "unknown"},
            {12, data(u32{0xC0000201})},
            {10, data(u32{0xC0000202})},
            {8, data(u32{0xC0000203})},
            {24, writer{big}.text("", 68).bytes()},
            {2, data(u32{0x0A000001}, u32{0x0A000002})},
            generic(big),
            {28, ""},
        };
        auto const flows = flows_of(layout_2(big, 1, record_v3(big, elements)));
        REQUIRE(flows.size() == 1);
        auto const& f = flows[0];
        CHECK(f[field::srcaddr] == *address::parse("10.0.0.1"));
        CHECK(f[field::dstaddr] == *address::parse("10.0.0.2"));
        CHECK(f[field::type] == "IPv4");
        CHECK(f[field::bgp_next_hop] == *address::parse("192.0.2.3"));
        CHECK(f[field::next_hop] == *address::parse("192.0.2.2"));
        CHECK(f[field::exporter] == *address::parse("192.0.2.1"));
        CHECK(f[field::post_nat_srcaddr] == *address::parse("198.51.100.1"));
        CHECK(f[field::post_nat_dstaddr] == *address::parse("198.51.100.2"));
        CHECK(f[field::event_time] == ms(1700000004000));
        CHECK(f[field::nat_event] == 4);
        CHECK(f[field::egress_vrf] == 11);
        CHECK(f[field::ingress_vrf] == 12);
        CHECK(f[field::flow_id] == u64{1} << 33);
        CHECK(f[field::user_name].absent());
        CHECK(f[field::input].absent());
        CHECK(f[field::flows] == 1);
    }
}

TEST_CASE("labels, tunnels and other elements of layout 2, in both byte orders", "[nfdump]") {
    for (auto const big : {false, true}) {
        CAPTURE(big);
        auto const data = [&](auto... values) { return writer{big}.put(values...).bytes(); };
        auto labels = writer{big};
        labels.put(u32{16004U << 4 | 5U << 1}, u32{24001U << 4 | 1U});
        for (int i = 0; i < 8; ++i) labels.put(u32{0});
        auto const elements = std::vector<element>{
            generic(big),
            {14, labels.bytes()},
            {17, data(u64{12000}, u64{345000}, u64{6789000})},
            {18, data(u64{9}, u16{1}, u16{0})},
            {19, data(u64{1700000003000}, u32{99}, u16{1001}, u8{2}, u8{0})},
            {23, data(u32{1}, u32{2}, u32{3}, u32{0xAABBCCDD}, u32{5}, u32{6})},
            {25, data(u64{1700000004000}, u32{77}, u8{4}, u8{0}, u16{0})},
            {26, data(u16{1024}, u16{2047}, u16{1}, u16{1024})},
            {27, std::string{"\x0D\0\1\xC5", 4}},
            {28, "a label"},
            {29, "GET / HTTP/1.0"},
            {30, std::string(300, 'x')},
            {31, data(u32{0x0A010101}, u32{0x0A020202}, u32{47})},
            {33, data(u64{5}, u64{6})},
            {34, data(u16{1514}, u16{1})},
            {35, std::string(61, 'f')},
            {37, data(u8{1}, u8{2}, u8{1}, u8{0}, u32{99}, u32{7}, u32{1000}, u32{4711}) + "em0"},
            {38, data(u16{10}, u16{20}, u16{30}, u16{40}, u32{1000001}, u32{1000002}, u64{5000},
                      u16{0x800}, u8{4}, u8{0})},
            {40, data(u16{500}, u16{600})},
            {41, "sub1"},
            {42, data(u8{0}, u8{0x40}, u8{32}, u8{255})},
        };
        auto const names = [&](u16 type, u16 count, u16 size, std::string const& body) {
            return writer{big}.put(type, static_cast<u16>(8 + body.size()), count, size).bytes() +
                   body;
        };
        auto const apps =
            names(12, 1, 20,
                  data(u16{4}, u16{5}, u16{0}) + std::string{"\x0D\0\1\xC5http\0\0\0\0\0\0", 14});
        auto const interfaces = names(13, 2, 12,
                                      data(u32{3}) + writer{big}.text("ge-0/0/3", 8).bytes() +
                                          data(u32{4}) + std::string(8, '\0'));
        auto const vrfs = names(14, 1, 9, data(u32{11}) + std::string{"blue\0", 5});
        auto with_names = elements;
        with_names.push_back(
            {4, data(u32{3}, u32{4}, u8{0}, u8{0}, u8{0}, u8{0}, u8{0}, u8{0}, u16{0})});
        with_names.push_back({36, data(u32{11}, u32{12})});
        auto const flows =
            flows_of(layout_2(big, 4, apps + interfaces + vrfs + record_v3(big, with_names)));
        REQUIRE(flows.size() == 1);
        auto const& f = flows[0];
        CHECK(f[field::mpls_top_label] == 16004);
        CHECK(f[field::mpls_labels] == "16004-5-0/24001-0-1");
        CHECK(f[field::client_latency] == 12000);
        CHECK(f[field::server_latency] == 345000);
        CHECK(f[field::application_latency] == 6789000);
        CHECK(f[field::sampler_id] == 9);
        CHECK(f[field::firewall_extended_event] == 1001);
        CHECK(f[field::ingress_acl] == "0x1/0x2/0x3");
        CHECK(f[field::egress_acl] == "0xaabbccdd/0x5/0x6");
        CHECK(f[field::nat_pool_id] == 77);
        CHECK(f[field::nat_event] == 4);
        CHECK(f[field::port_range_start] == 1024);
        CHECK(f[field::port_range_end] == 2047);
        CHECK(f[field::port_range_step_size] == 1);
        CHECK(f[field::port_range_num_ports] == 1024);
        CHECK(f[field::application_id] == "13:453");
        CHECK(f[field::application_name] == "http");
        CHECK(f[field::record_label] == "a label");
        CHECK(f[field::in_payload_length] == 14);
        CHECK(f[field::out_payload_length] == 300);
        CHECK(f[field::tunnel_srcaddr] == *address::parse("10.1.1.1"));
        CHECK(f[field::tunnel_dstaddr] == *address::parse("10.2.2.2"));
        CHECK(f[field::tunnel_protocol] == 47);
        CHECK(f[field::observation_point_id] == 5);
        CHECK(f[field::observation_domain_id] == 6);
        CHECK(f[field::frame_size] == 1514);
        CHECK(f[field::link_type] == 1);
        CHECK(f[field::frame_length] == 61);
        CHECK(f[field::pf_action] == 1);
        CHECK(f[field::pf_reason] == 2);
        CHECK(f[field::pf_direction] == 1);
        CHECK(f[field::pf_rule] == 99);
        CHECK(f[field::pf_subrule] == 7);
        CHECK(f[field::pf_uid] == 1000);
        CHECK(f[field::pf_pid] == 4711);
        CHECK(f[field::pf_interface] == "em0");
        CHECK(f[field::dot1q_vlan] == 10);
        CHECK(f[field::post_dot1q_customer_vlan] == 40);
        CHECK(f[field::ingress_physical_interface] == 1000001);
        CHECK(f[field::vxlan] == 5000);
        CHECK(f[field::ether_type] == 0x800);
        CHECK(f[field::ip_version] == 4);
        CHECK(f[field::nat_inside_service] == 500);
        CHECK(f[field::nat_outside_service] == 600);
        CHECK(f[field::nat_sub_string] == "sub1");
        CHECK(f[field::fragment_flags] == 0x40);
        CHECK(f[field::min_ttl] == 32);
        CHECK(f[field::max_ttl] == 255);
        CHECK(f[field::input_name] == "ge-0/0/3");
        CHECK(f[field::output_name].absent());
        CHECK(f[field::egress_vrf_name] == "blue");
        CHECK(f[field::ingress_vrf_name].absent());
    }
}

TEST_CASE("names of layout 2 that do not fit are left out, and noted", "[nfdump]") {
    auto const array = writer{false}.put(u16{13}, u16{20}, u16{1000}, u16{12}, u32{3}).text("x", 8);
    auto const archive = layout_2(false, 2, array.bytes() + record_v3(false, {generic(false)}));
    auto reader = nfdump_reader{memory_source{archive}};
    for (auto const& record : reader) CHECK(record[field::dstport] == 443);
    CHECK(reader.describe().notes.back() ==
          "names of interfaces, routing tables or applications could not be read, at byte 52");
}

TEST_CASE("the version of IP says which of two addresses counts", "[nfdump]") {
    auto const data = [&](auto... values) { return writer{false}.put(values...).bytes(); };
    auto const layer_2 = [&](u8 version) {
        return element{38, data(u16{0}, u16{0}, u16{0}, u16{0}, u32{0}, u32{0}, u64{0}, u16{0},
                                version, u8{0})};
    };
    auto const v4 = element{2, data(u32{1}, u32{2})};
    auto const v6 = element{3, data(u64{1}, u64{1}, u64{1}, u64{2})};
    auto const is_v4 = [&](std::vector<element> const& elements) {
        auto const flows = flows_of(layout_2(false, 1, record_v3(false, elements)));
        return flows.at(0)[field::srcaddr]->is_v4() && flows.at(0)[field::dstaddr]->is_v4();
    };
    CHECK(is_v4({generic(false), v4, v6}));
    CHECK(is_v4({generic(false), v4, v6, layer_2(4)}));
    CHECK_FALSE(is_v4({generic(false), v4, v6, layer_2(6)}));
    CHECK(is_v4({generic(false), v6, v4, layer_2(4)}));
    CHECK(is_v4({generic(false), v4, v6, layer_2(0)}));
}

TEST_CASE("an event of layout 2 without a start has none", "[nfdump]") {
    auto event = generic(false);
    event.second.replace(0, 8, 8, '\0');
    auto const nsel =
        element{19, writer{false}.put(u64{1700000003000}, u32{99}, u16{1}, u8{2}, u8{0}).bytes()};
    auto const flows = flows_of(layout_2(false, 1, record_v3(false, {event, nsel})));
    REQUIRE(flows.size() == 1);
    CHECK(flows[0][field::start].absent());
    CHECK(flows[0][field::event_time] == ms(1700000003000));
}

TEST_CASE("times of nfdump that are unknown, or that no clock can show", "[nfdump]") {
    auto odd = generic(false);
    odd.second.replace(0, 8, 8, '\0');
    odd.second.replace(8, 8, 8, '\xFF');
    auto const flows = flows_of(layout_2(false, 1, record_v3(false, {odd})));
    REQUIRE(flows.size() == 1);
    CHECK(flows[0][field::start].absent());
    CHECK(flows[0][field::end].malformed());
    CHECK(flows[0][field::srcaddr].absent());
    CHECK(flows[0][field::type].absent());
}

TEST_CASE("records of many shapes, and of more elements than are remembered", "[nfdump]") {
    auto body = std::string{};
    auto count = u32{0};
    for (int round = 0; round < 3; ++round) {
        for (u16 padding = 0; padding < 100; ++padding, ++count) {
            auto elements = std::vector<element>(padding % 30, element{28, "x"});
            elements.push_back({29, std::string(padding, 'p')});
            elements.push_back(generic(false));
            elements.push_back({2, writer{false}.put(u32{padding}, count).bytes()});
            body += record_v3(false, elements);
        }
    }
    auto const flows = flows_of(layout_2(false, count, body));
    REQUIRE(flows.size() == count);
    for (u32 i = 0; i < count; ++i) {
        CHECK((flows[i][field::srcaddr] == address::v4(i % 100)));
        CHECK((flows[i][field::dstaddr] == address::v4(i)));
        CHECK((flows[i][field::dstport] == 443));
    }
}

TEST_CASE("records of the same size whose elements have another order", "[nfdump]") {
    auto const addresses = element{2, writer{false}.put(u32{1}, u32{2}).bytes()};
    auto const as = element{7, writer{false}.put(u32{3}, u32{4}).bytes()};
    auto const flows = flows_of(layout_2(false, 2,
                                         record_v3(false, {generic(false), addresses, as}) +
                                             record_v3(false, {generic(false), as, addresses})));
    REQUIRE(flows.size() == 2);
    CHECK(flows[0] == flows[1]);
    CHECK(flows[1][field::srcaddr] == address::v4(1));
    CHECK(flows[1][field::src_as] == 3);
}

TEST_CASE("the element 25 of nfdump 1.7.0, which was another one", "[nfdump]") {
    auto const old = writer{false}.put(u64{1700000004000}, u64{0}, u32{4}).bytes();
    auto const flows = flows_of(layout_2(false, 1, record_v3(false, {generic(false), {25, old}})));
    REQUIRE(flows.size() == 1);
    CHECK(flows[0][field::event_time].absent());
    CHECK(flows[0][field::nat_event].absent());
}

TEST_CASE("nfdump's layout 1 with wide and narrow fields, in both byte orders", "[nfdump]") {
    for (auto const big : {false, true}) {
        CAPTURE(big);
        auto const map = [&](u16 id, std::vector<u16> const& extensions) {
            auto body = writer{big};
            body.put(u16{2}, static_cast<u16>(8 + 2 * extensions.size() + 2), id, u16{0});
            for (auto const e : extensions) body.put(e);
            return body.put(u16{0}).bytes();
        };
        auto const common = [&](u16 type, u16 flags, u16 map_id, std::string const& rest) {
            auto body = writer{big};
            auto const fixed = type == 10 ? 32U : 28U;
            body.put(type, static_cast<u16>(fixed + rest.size()));
            if (type == 10) {
                body.put(flags);
            } else {
                body.put(static_cast<u8>(flags), u8{0});
            }
            body.put(map_id, u16{123}, u16{456}, u32{1700000000}, u32{1700000001}, u8{64}, u8{0x12},
                     u8{6}, u8{8}, u16{1234}, u16{443});
            if (type == 10) body.put(u16{1}, u8{2}, u8{3});
            return body.bytes() + rest;
        };
        auto const data = [&](auto... values) { return writer{big}.put(values...).bytes(); };
        auto const high = u64{0x20010DB800000000};
        auto const wide =
            data(high, u64{1}, high, u64{2}, u64{1} << 40, u64{1} << 41, u32{70000}, u32{70001},
                 u32{65536}, u32{65537}, u8{9}, u8{1}, u8{24}, u8{25}, high, u64{4}, high, u64{3},
                 u16{100}, u16{200}, u64{6}, u64{7}, u64{5}, u64{0x000C291E35A2},
                 u64{0x00005E000101}, u64{0xFFFFFFFFFFFF}, u64{1}, high, u64{5}, u32{64512},
                 u32{64513}, u64{1700000002000}, u32{16004U << 4}, u32{24001U << 4 | 1U}, u64{0},
                 u64{0}, u64{0}, u64{0}, u32{1}, u32{2}, u32{3}, u32{4}, u32{5}, u32{6}, u64{12},
                 u64{13}, u64{14}, u16{1024}, u16{2047}, u16{1}, u16{1024});
        auto const narrow =
            data(u32{0x0A000001}, u32{0x0A000002}, u32{10}, u32{1000}, u16{1}, u16{2}, u16{3},
                 u16{4}, u32{0xC0000202}, u32{0xC0000203}, u32{6}, u32{7}, u32{5}, u32{0xC0000201},
                 u64{1700000003000}, u32{99}, u16{0}, u8{2}, u8{0}, u16{1001}, u16{7}, u16{40000},
                 u16{8443}, u32{0xC6336401}, u32{0xC6336402});
        auto const old = data(u32{0x0A000003}, u32{0x0A000004}, u32{11}, u32{1001}, u8{4}, u8{0},
                              u16{0}, u32{11}, u32{12});
        auto const body =
            map(7, {5, 7, 8, 10, 12, 13, 15, 17, 19, 20, 21, 24, 26, 27, 22, 41, 45, 48}) +
            map(65535, {4, 6, 9, 11, 14, 16, 18, 23, 37, 38, 39}) + map(0, {1, 2, 3, 46}) +
            common(10, 7 | 128, 7, wide) + common(10, 0, 65535, narrow) + common(1, 0, 0, old) +
            map(7, {39, 300, 5}) +
            common(10, 0, 7,
                   data(u32{1}, u32{2}, u32{3}, u32{4}, u32{5}, u32{6}) + "whatever follows");
        auto const archive = layout_1(big, 8, body);
        auto const flows = flows_of(archive);
        REQUIRE(flows.size() == 4);
        auto const& f = flows[0];
        CHECK(f[field::start] == ms(1700000000123));
        CHECK(f[field::end] == ms(1700000001456));
        CHECK(f[field::srcaddr] == *address::parse("2001:db8::1"));
        CHECK(f[field::dstaddr] == *address::parse("2001:db8::2"));
        CHECK(f[field::packets] == u64{1} << 40);
        CHECK(f[field::bytes] == u64{1} << 41);
        CHECK(f[field::tcp_flags] == 0x12);
        CHECK(f[field::forwarding_status] == 64);
        CHECK(f[field::biflow_direction] == 2);
        CHECK(f[field::flow_end_reason] == 3);
        CHECK(f[field::input] == 70000);
        CHECK(f[field::output] == 70001);
        CHECK(f[field::src_as] == 65536);
        CHECK(f[field::dst_as] == 65537);
        CHECK(f[field::dst_tos] == 9);
        CHECK(f[field::flow_direction] == flow_direction::egress);
        CHECK(f[field::src_mask] == 24);
        CHECK(f[field::dst_mask] == 25);
        CHECK(f[field::next_hop] == *address::parse("2001:db8::4"));
        CHECK(f[field::bgp_next_hop] == *address::parse("2001:db8::3"));
        CHECK(f[field::src_vlan] == 100);
        CHECK(f[field::dst_vlan] == 200);
        CHECK(f[field::out_packets] == 6);
        CHECK(f[field::out_bytes] == 7);
        CHECK(f[field::flows] == 5);
        CHECK(f[field::src_mac] == "00:0c:29:1e:35:a2");
        CHECK(f[field::post_dst_mac] == "00:00:5e:00:01:01");
        CHECK(f[field::dst_mac] == "ff:ff:ff:ff:ff:ff");
        CHECK(f[field::post_src_mac] == "00:00:00:00:00:01");
        CHECK(f[field::exporter] == *address::parse("2001:db8::5"));
        CHECK(f[field::next_as] == 64512);
        CHECK(f[field::prev_as] == 64513);
        CHECK(f[field::received_time] == ms(1700000002000));
        CHECK(f[field::mpls_labels] == "16004-0-0/24001-0-1");
        CHECK(f[field::mpls_top_label] == 16004);
        CHECK(f[field::ingress_acl] == "0x1/0x2/0x3");
        CHECK(f[field::egress_acl] == "0x4/0x5/0x6");
        CHECK(f[field::client_latency] == 12);
        CHECK(f[field::server_latency] == 13);
        CHECK(f[field::application_latency] == 14);
        CHECK(f[field::port_range_end] == 2047);

        auto const& n = flows[1];
        CHECK(n[field::firewall_extended_event] == 1001);
        CHECK(n[field::security_group_tag] == 7);
        CHECK(n[field::srcaddr] == *address::parse("10.0.0.1"));
        CHECK(n[field::packets] == 10);
        CHECK(n[field::bytes] == 1000);
        CHECK(n[field::input] == 1);
        CHECK(n[field::output] == 2);
        CHECK(n[field::src_as] == 3);
        CHECK(n[field::dst_as] == 4);
        CHECK(n[field::next_hop] == *address::parse("192.0.2.2"));
        CHECK(n[field::bgp_next_hop] == *address::parse("192.0.2.3"));
        CHECK(n[field::out_packets] == 6);
        CHECK(n[field::out_bytes] == 7);
        CHECK(n[field::flows] == 5);
        CHECK(n[field::exporter] == *address::parse("192.0.2.1"));
        CHECK(n[field::event_time] == ms(1700000003000));
        CHECK(n[field::flow_id] == 99);
        CHECK(n[field::firewall_event] == 2);
        CHECK(n[field::post_napt_srcport] == 40000);
        CHECK(n[field::post_napt_dstport] == 8443);
        CHECK(n[field::post_nat_srcaddr] == *address::parse("198.51.100.1"));
        CHECK(n[field::post_nat_dstaddr] == *address::parse("198.51.100.2"));

        auto const& o = flows[2];
        CHECK(o[field::srcaddr] == *address::parse("10.0.0.3"));
        CHECK(o[field::bytes] == 1001);
        CHECK(o[field::biflow_direction].absent());
        CHECK(o[field::nat_event] == 4);
        CHECK(o[field::egress_vrf] == 11);
        CHECK(o[field::ingress_vrf] == 12);

        // the map was redefined, and nothing is known of what follows its unknown extension
        CHECK(flows[3][field::post_nat_dstaddr] == address::v4(6));
        CHECK(flows[3][field::input].absent());

        auto reader = nfdump_reader{memory_source{archive}};
        for ([[maybe_unused]] auto const& flow : reader) {
        }
        auto const info = reader.describe();
        CHECK(info.byte_order == (big ? "big-endian" : "little-endian"));
        CHECK(info.comment == "me");
        CHECK(info.first == ms(1000007));
        CHECK(info.last == ms(2000008));
        CHECK(info.notes == std::vector<std::string>{
                                "sequence failures: 3",
                                "announces 8 flows and holds 4 records of flows",
                                "flows were sampled; the collector multiplied their counters",
                                "addresses are anonymized"});
    }
}

TEST_CASE("a later extension map of the same number counts for the records after it", "[nfdump]") {
    auto const map = [](u16 extension) {
        return writer{false}.put(u16{2}, u16{12}, u16{9}, u16{4}, extension, u16{0}).bytes();
    };
    auto common = writer{false};
    common.put(u16{10}, u16{52}, u16{0}, u16{9}, u16{0}, u16{0}, u32{1700000000}, u32{1700000000});
    common.put(u32{0}, u16{0}, u16{0}, u32{0}, u32{1}, u32{2}, u32{3}, u32{4}, u16{5}, u16{6});
    auto const body = map(4) + common.bytes() + map(13) + common.bytes();
    auto const flows = flows_of(layout_1(false, 4, body));
    REQUIRE(flows.size() == 2);
    CHECK(flows[0][field::input] == 5);
    CHECK(flows[0][field::src_vlan].absent());
    CHECK(flows[1][field::input].absent());
    CHECK(flows[1][field::src_vlan] == 5);
}

TEST_CASE("a record may have no extensions, or one of a later version", "[nfdump]") {
    auto common = writer{false};
    common.put(u16{10}, u16{48}, u16{0}, u16{9}, u16{0}, u16{0}, u32{1700000000}, u32{1700000000});
    common.put(u32{0}, u16{0}, u16{0}, u32{0}, u32{1}, u32{2}, u32{3}, u32{4});
    auto const unknown = static_cast<u16>(detail::nfdump_extension_sizes.size());
    for (auto const extension : {u16{0}, unknown}) {
        auto map = writer{false};
        map.put(u16{2}, u16{12}, u16{9}, u16{0}, extension, u16{0});
        auto const flows = flows_of(layout_1(false, 2, map.bytes() + common.bytes()));
        REQUIRE(flows.size() == 1);
        CHECK(flows[0][field::bytes] == 4);
    }
}

TEST_CASE("an extension that reaches beyond its record makes it malformed", "[nfdump]") {
    auto map = writer{false};
    map.put(u16{2}, u16{16}, u16{9}, u16{72}, u16{43}, u16{300}, u16{0}, u16{0});
    auto common = writer{false};
    common.put(u16{10}, u16{48}, u16{0}, u16{9}, u16{0}, u16{0}, u32{1700000000}, u32{1700000000});
    common.put(u32{0}, u16{0}, u16{0}, u32{0}, u32{1}, u32{2}, u32{3}, u32{4});
    auto const archive = layout_1(false, 2, map.bytes() + common.bytes());
    auto reader = nfdump_reader{memory_source{archive}};
    CHECK(reader.begin() == reader.end());
    CHECK(reader.stats().malformed == 1);
}

TEST_CASE("a malformed record leaves the shape of those after it as it was", "[nfdump]") {
    auto const map = writer{false}.put(u16{2}, u16{12}, u16{9}, u16{4}, u16{4}, u16{0}).bytes();
    auto const common = [](u16 size) {
        auto record = writer{false};
        record.put(u16{10}, size, u16{0}, u16{9}, u16{0}, u16{0}, u32{1700000000}, u32{1700000000});
        record.put(u32{0}, u16{0}, u16{0}, u32{0}, u32{1}, u32{2}, u32{3}, u32{4});
        return record.bytes();
    };
    auto const good = common(52) + writer{false}.put(u16{5}, u16{6}).bytes();
    auto const archive = layout_1(false, 4, map + good + common(48) + good);
    auto reader = nfdump_reader{memory_source{archive}};
    auto inputs = std::vector<std::uint32_t>{};
    for (auto const& record : reader) inputs.push_back(record[field::input].value_or(0));
    CHECK(inputs == std::vector<std::uint32_t>{5, 5});
    CHECK(reader.stats().malformed == 1);
}

TEST_CASE("records that differ in one element of many have two shapes", "[nfdump]") {
    auto const data = [](auto... values) { return writer{false}.put(values...).bytes(); };
    auto const kinds = std::vector<u16>{6, 7};  // VLANs, and autonomous systems
    for (std::size_t place = 0; place < 4; ++place) {
        CAPTURE(place);
        auto body = std::string{};
        for (auto i = 0; i < 20; ++i) {
            auto elements = std::vector<element>{
                generic(false), {2, data(u32{1}, u32{2})}, {5, data(u64{5}, u64{6}, u64{7})}};
            elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(place),
                            {kinds[i == 9 ? 1 : 0], data(u32{100}, u32{200})});
            body += record_v3(false, elements);
        }
        // in one block: a record that is not whole in memory is not compared with known shapes
        auto const archive = layout_2(false, 20, body);
        auto reader = nfdump_reader{memory_source{archive}};
        for (auto const& record : reader) {
            auto const is_tenth = reader.stats().records == 10;
            CHECK(record[field::src_vlan].has_value() != is_tenth);
            CHECK(record[field::dst_as].has_value() == is_tenth);
        }
        CHECK(reader.stats().records == 20);
    }
}

TEST_CASE("the flags of every record count, also of those that are read many at a time",
          "[nfdump]") {
    auto const notes = [](std::size_t flagged, u8 flags) {
        auto body = std::string{};
        for (std::size_t i = 0; i < 40; ++i)
            body += record_v3(false, {generic(false)}, i == flagged ? flags : u8{0});
        auto const archive = layout_2(false, 40, body);
        auto reader = nfdump_reader{memory_source{archive}};
        auto const counted = aggregate(reader, port_protocol_counter{});
        CHECK(reader.stats().records == 40);
        return reader.describe().notes;
    };
    auto const has = [](std::vector<std::string> const& all, std::string_view note) {
        return std::ranges::find(all, note) != all.end();
    };
    for (std::size_t flagged = 0; flagged < 40; ++flagged) {
        CAPTURE(flagged);
        CHECK(has(notes(flagged, detail::nfdump_shapes::sampled),
                  "flows were sampled; the collector multiplied their counters"));
        CHECK(has(notes(flagged, detail::nfdump_shapes::anonymized), "addresses are anonymized"));
    }
    CHECK_FALSE(has(notes(40, 0), "addresses are anonymized"));
}

TEST_CASE("exporters of nfdump, as its versions store them", "[nfdump]") {
    auto const record = [](std::string const& ip, u16 family) {
        return writer{false}.put(u16{7}, u16{32}, u32{9}).bytes() + ip +
               writer{false}.put(family, u16{1}, u32{0}).bytes();
    };
    auto const number = [](u64 high, u64 low) { return writer{false}.put(high, low).bytes(); };
    auto const travels = [](u64 high, u64 low) { return writer{true}.put(high, low).bytes(); };
    auto const high = u64{0x20010DB800000000};
    auto const body = record(number(0, 0xC0000201), 2) + record(number(high, 1), 10) +
                      record(travels(0, 0xFFFFC0000202), 0) + record(travels(high, 2), 0) +
                      record(number(0, 0xC0000201), 2);
    auto const archive = layout_2(false, 5, body);
    auto reader = nfdump_reader{memory_source{archive}};
    CHECK(reader.begin() == reader.end());
    CHECK(reader.describe().exporter == "192.0.2.1, 2001:db8::1, 192.0.2.2, 2001:db8::2");

    auto many = std::string{};
    for (u32 i = 1; i <= 9; ++i) many += record(number(0, i), 2);
    auto const of_nine = layout_2(false, 9, many);
    auto another = nfdump_reader{memory_source{of_nine}};
    CHECK(another.begin() == another.end());
    CHECK(another.describe().exporter ==
          "0.0.0.1, 0.0.0.2, 0.0.0.3, 0.0.0.4, 0.0.0.5, 0.0.0.6, 0.0.0.7, 0.0.0.8");
}

TEST_CASE("of addresses in both families, those of zeros give way", "[nfdump]") {
    auto const high = u64{0x20010DB800000000};
    for (auto const big : {false, true}) {
        auto const data = [big](auto... values) { return writer{big}.put(values...).bytes(); };
        auto const flows_with = [&](u32 v4, u64 v6) {
            auto const elements = std::vector<element>{
                generic(big),
                {2, data(v4, v4 == 0 ? u32{0} : v4 + 1)},
                {3, data(v6, u64{1}, v6, v6 == 0 ? u64{0} : u64{2})},
                {20, data(u32{0}, v4)},
                {21, data(v6, u64{3}, v6, u64{4})},
            };
            auto body = std::string{};
            for (auto i = 0; i < 9; ++i) body += record_v3(big, elements);
            return flows_of(layout_2(big, 9, body));
        };
        auto const v6 = flows_with(0, high);
        REQUIRE(v6.size() == 9);
        for (auto const& f : v6) {
            CHECK(f[field::srcaddr] == *address::parse("2001:db8::1"));
            CHECK(f[field::dstaddr] == *address::parse("2001:db8::2"));
            CHECK(f[field::type] == "IPv6");
            CHECK(f[field::post_nat_srcaddr] == *address::parse("2001:db8::3"));
        }
        auto const v4 = flows_with(0x0A000001, high);
        CHECK(v4.at(0)[field::srcaddr] == *address::parse("10.0.0.1"));
        CHECK(v4.at(0)[field::dstaddr] == *address::parse("10.0.0.2"));
        CHECK(v4.at(0)[field::type] == "IPv4");
        // 0.0.0.0 is an address if the other end has one
        CHECK(v4.at(0)[field::post_nat_srcaddr] == *address::parse("0.0.0.0"));
    }
}

}  // namespace test_format_nfdump_fields
