// SPDX-License-Identifier: BSL-1.0
// Layout 3, that of nfdump 1.8: the archives of tests/data/netflow/nfdump/v3, what nfdump 1.8
// prints of them, and damaged ones.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <flowlog/detail/load.hpp>
#include <flowlog/detail/xxh3.hpp>
#include <flowlog/flow/flow.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/source/block_codec.hpp>
#include <flowlog/source/memory.hpp>

#include "archives.hpp"
#include "catch.hpp"
#include "cuts.hpp"
#include "nfdump_files.hpp"
#include "nfdump_writer.hpp"

namespace test_format_nfdump_v3 {

using namespace flowlog;
using nfdump_files::contents;
using nfdump_files::outcome;
using nfdump_files::read_bytes;

namespace {

auto bytes_of(std::string const& name) -> std::string { return contents("v3/" + name + ".nfdump"); }

auto can_read(std::string const& name) -> bool {
    auto const needs = [&](std::string_view word, codec c) {
        return name.find(word) == name.npos || find_block_codec(c) != nullptr;
    };
    return needs("lzo", codec::lzo) && needs("bz2", codec::bzip2) && needs("lz4", codec::lz4) &&
           needs("zstd", codec::zstd) && needs("bigrecord", codec::zstd) &&
           needs("bitflip", codec::zstd) && needs("raw-less", codec::zstd);
}

/// The rows of what nfdump prints, by the names of the columns.
auto truth(std::string const& name) -> archives::table {
    return archives::read_table(nfdump_files::path("v3/" + name + ".truth.csv"));
}

auto text_of(field_value<std::string_view> const& value, std::string_view absent) -> std::string {
    return std::string{value.value_or(absent)};
}

auto hex(std::uint64_t number) -> std::string {
    auto digits = std::string{};
    for (; number != 0; number /= 16) digits.insert(0, 1, "0123456789abcdef"[number % 16]);
    return "0x" + (digits.empty() ? "00" : digits);
}

auto address_of(field_value<address> const& value) -> std::string {
    auto const text = value ? value->to_string() : "0.0.0.0";
    return text == "::" ? "0.0.0.0" : text;
}

/// Label `i` of ten, as nfdump prints it.
auto label(std::string const& labels, std::size_t i) -> std::string {
    auto rest = std::string_view{labels};
    for (; i != 0 && !rest.empty(); --i)
        rest.remove_prefix(std::min(rest.size(), std::min(rest.find('/'), rest.size()) + 1));
    return std::string{rest.empty() ? "0-0-0" : rest.substr(0, rest.find('/'))};
}

/// The columns that are compared; in place of the numbers of connection and flow the one that
/// flowlog shows.
using row = std::map<std::string, std::string>;

template <flow_record Record>
auto row_of(Record const& flow) -> row {
    auto const number = [](auto const& value) { return std::to_string(*value); };
    auto const time = [](field_value<timestamp> const& t) { return nfdump_files::seconds(t); };
    auto const icmp = flow[field::protocol] == 1 || flow[field::protocol] == 58;
    auto const port = *flow[field::dstport];
    auto const labels = text_of(flow[field::mpls_labels], "");
    auto const mac = [](field_value<std::string_view> const& value) {
        return text_of(value, "00:00:00:00:00:00");
    };
    auto application = text_of(flow[field::application_id], "0..0..0");
    if (auto const colon = application.find(':'); colon != application.npos)
        application.replace(colon, 1, "..");
    auto const fragment = *flow[field::fragment_flags];
    auto const version = *flow[field::netflow_version];
    return {{"version", version == 0    ? ""
                        : version == 65 ? "1"
                                        : number(flow[field::netflow_version])},
            {"engine", number(flow[field::engine_type]) + "/" + number(flow[field::engine_id])},
            {"firstSeen", time(flow[field::start])},
            {"lastSeen", time(flow[field::end])},
            {"received", time(flow[field::received_time])},
            {"proto", number(flow[field::protocol])},
            {"srcAddr", address_of(flow[field::srcaddr])},
            {"srcPort", number(flow[field::srcport])},
            {"dstAddr", address_of(flow[field::dstaddr])},
            {"dstPort", icmp ? std::to_string(port >> 8) + "." + std::to_string(port & 255)
                             : std::to_string(port)},
            {"flags", nfdump_files::tcp_flags(flow, nfdump_files::flags_as::letters)},
            {"fwdStatus", number(flow[field::forwarding_status])},
            {"srcTos", number(flow[field::tos])},
            {"inPackets", number(flow[field::packets])},
            {"inBytes", number(flow[field::bytes])},
            {"input", number(flow[field::input])},
            {"output", number(flow[field::output])},
            {"srcMask", number(flow[field::src_mask])},
            {"dstMask", number(flow[field::dst_mask])},
            {"direction", flow[field::flow_direction] == flow_direction::egress ? "E" : "I"},
            {"dstTos", number(flow[field::dst_tos])},
            {"biDirection", number(flow[field::biflow_direction])},
            {"endReason", number(flow[field::flow_end_reason])},
            {"outPackets", number(flow[field::out_packets])},
            {"outBytes", number(flow[field::out_bytes])},
            {"flows", number(flow[field::flows])},
            {"srcVlan", number(flow[field::src_vlan])},
            {"dstVlan", number(flow[field::dst_vlan])},
            {"srcAS", number(flow[field::src_as])},
            {"dstAS", number(flow[field::dst_as])},
            {"bgpNextIP", address_of(flow[field::bgp_next_hop])},
            {"nextIP", address_of(flow[field::next_hop])},
            {"routerIP", address_of(flow[field::exporter])},
            {"mplsLabel1", label(labels, 0)},
            {"mplsLabel10", label(labels, 9)},
            {"inSrcMac", mac(flow[field::src_mac])},
            {"outDstMac", mac(flow[field::post_dst_mac])},
            {"inDstMac", mac(flow[field::dst_mac])},
            {"outSrcMac", mac(flow[field::post_src_mac])},
            {"nextAS", number(flow[field::next_as])},
            {"prevAS", number(flow[field::prev_as])},
            {"flowID", number(flow[field::flow_id])},
            {"eventTime", flow[field::event_time]
                              ? std::to_string(archives::micros(flow[field::event_time]) / 1000)
                              : "0"},
            {"srcXPort", number(flow[field::post_napt_srcport])},
            {"dstXPort", number(flow[field::post_napt_dstport])},
            {"nselUser", text_of(flow[field::user_name], "<empty>")},
            {"pbStart", number(flow[field::port_range_start])},
            {"pbEnd", number(flow[field::port_range_end])},
            {"pbStep", number(flow[field::port_range_step_size])},
            {"pbSize", number(flow[field::port_range_num_ports])},
            {"nbarID", application},
            {"obsDomainID", hex(*flow[field::observation_domain_id])},
            {"obsPointID", hex(*flow[field::observation_point_id])},
            {"ingressVrfID", number(flow[field::ingress_vrf])},
            {"egressVrfID", number(flow[field::egress_vrf])},
            {"pfRule", number(flow[field::pf_rule])},
            {"pfDirection", flow[field::pf_direction] == 1   ? "in"
                            : flow[field::pf_direction] == 2 ? "out"
                                                             : "nopfinfo"},
            {"inSrvID", number(flow[field::nat_inside_service])},
            {"outSrvID", number(flow[field::nat_outside_service])},
            {"natString", text_of(flow[field::nat_sub_string], "<unknown>")},
            {"minTTL", number(flow[field::min_ttl])},
            {"maxTTL", number(flow[field::max_ttl])},
            {"Frag", std::string{(fragment & 0x40) != 0 ? "DF" : "--"} +
                         ((fragment & 0x20) != 0 ? "MF" : "--")}};
}

/// A row that nfdump printed, as `row_of` has it.
auto row_of(archives::table const& from, std::size_t i) -> row {
    auto result = row{};
    for (auto const& column : from.columns) {
        auto cell = from.at(i, column);
        std::erase(cell, ' ');
        result[column] = cell == "::" ? "0.0.0.0" : cell;
    }
    auto& version = result["version"];
    auto const sflow = version.starts_with("sflow");
    version.erase(0, std::min(version.size(), version.find_first_of("0123456789")));
    if (sflow) version = std::to_string(128 + std::stoi(version));
    // nfdump prints the digits of a decimal number after "0x"
    auto const flow_id = result["flowID"].substr(2);
    result["flowID"] = flow_id == "0" ? result["connectionID"] : flow_id;
    result.erase("connectionID");
    result.erase("exporterID");  // nfdump's own numbers
    return result;
}

/// What is in `a` and not in `b`, each row as often as it is there once more.
auto difference(std::multiset<row> const& a, std::multiset<row> const& b) -> std::vector<row> {
    auto result = std::vector<row>{};
    std::ranges::set_difference(a, b, std::back_inserter(result));
    return result;
}

struct fixture {
    std::string name;
    std::string truth;
    std::uint64_t flows;
    std::uint64_t malformed = 0;  // without the element that makes them flows
};

auto const fixtures = std::vector<fixture>{
    {"v3-aggregated", "v3-aggregated", 354},
    {"v3-bloom-zstd", "v3-bloom-zstd", 210},
    {"v3-capd", "v3-capd", 210},
    {"v3-capd-lz4", "v3-capd-lz4", 198},
    {"v3-footer-only", "v3-capd", 210},
    {"v3-from171", "v3-from171", 354},
    {"v3-from171-nexthop", "v3-from171-nexthop", 12},
    {"v3-from171-payload", "v3-from171-payload", 12},
    {"v3-from171-zstd-sum", "v3-from171", 354},
    {"v3-from178-bz2", "v3-from178-lzo", 354},
    {"v3-from178-lz4-sum", "v3-from178-lzo", 354},
    {"v3-from178-lzo", "v3-from178-lzo", 354},
    {"v3-from178-zstd-l19", "v3-from178-lzo", 354},
    {"v3-hand-all", "v3-hand-all", 47, 2},
    {"v3-hand-bigrecord", "v3-hand-bigrecord", 2},
    {"v3-nfgen", "v3-nfgen", 40, 2},
    {"v3-nfgen-bz2", "v3-nfgen", 40, 2},
    {"v3-nfgen-lzo", "v3-nfgen", 40, 2},
    {"v3-nfgen-sum", "v3-nfgen", 40, 2},
    {"v3-nfgen-zstd", "v3-nfgen", 40, 2},
    {"v3-unclosed", "v3-capd", 210},
};

}  // namespace

TEST_CASE("every value of layout 3 is what nfdump 1.8 prints", "[nfdump]") {
    for (auto const& f : fixtures) {
        if (!can_read(f.name)) continue;
        CAPTURE(f.name);
        auto rows = std::multiset<row>{};
        auto tunnels = std::uint64_t{0};
        auto const bytes = bytes_of(f.name);
        auto reader = nfdump_reader{memory_source{bytes, f.name, 4096}};
        for (auto const& flow : reader) {
            rows.insert(row_of(flow));
            if (flow[field::tunnel_srcaddr]) ++tunnels;
        }
        CHECK(reader.stats().records == f.flows);
        CHECK(reader.stats().malformed == f.malformed);
        CHECK(reader.stats().bytes == bytes.size());
        auto const table = truth(f.truth);
        auto expected = std::multiset<row>{};
        for (std::size_t i = 0; i < table.rows.size(); ++i) expected.insert(row_of(table, i));
        auto const wrong = difference(rows, expected);
        CHECK(wrong.size() == 0);
        // nfdump prints another row for each tunnel, and rows of zeros for what is no flow
        auto const missing = difference(expected, rows);
        CHECK(missing.size() == tunnels + f.malformed);
        if (wrong.empty() || missing.empty()) continue;
        for (auto const& [column, cell] : wrong.front()) {
            auto const& other = missing.front().at(column);
            if (other != cell) FAIL_CHECK(column + ": " + cell + " is " + other);
        }
    }
}

#if defined(FLOWLOG_TEST_BZIP2) && defined(FLOWLOG_TEST_ZSTD)
TEST_CASE("three large blocks of layout 3 hold the flows of layout 2 three times", "[nfdump]") {
    auto const flows_of = [](std::string const& archive) {
        auto rows = nfdump_files::read(nfdump_reader{memory_source{archive}}).rows;
        std::ranges::sort(rows);
        return rows;
    };
    auto expected = std::vector<std::string>{};
    for (auto const& line : flows_of(contents("v2-171-multiblock-bz2.nfdump")))
        expected.insert(expected.end(), 3, line);
    CHECK((flows_of(bytes_of("v3-multiblock-zstd")) == expected));
}
#endif

TEST_CASE("elements of layout 3 that no other truth shows", "[nfdump]") {
    auto const bytes = bytes_of("v3-hand-all");
    auto all = std::optional<flow>{};
    auto payload = std::optional<flow>{};
    for (auto const& record : nfdump_reader{memory_source{bytes}}) {
        // one record has all elements that go together
        if (record[field::mpls_labels] && record[field::application_id]) all.emplace(record);
        if (record[field::in_payload_length]) payload.emplace(record);
    }
    REQUIRE(all);
    auto const& f = *all;
    CHECK(
        f[field::mpls_labels] ==
        "16-0-0/1016-1-0/2016-2-0/3016-3-0/4016-4-0/5016-5-0/6016-6-0/7016-7-0/8016-0-0/9016-1-1");
    CHECK(f[field::mpls_top_label] == 16);
    CHECK(f[field::client_latency] == 12'000);
    CHECK(f[field::server_latency] == 345'000);
    CHECK(f[field::application_latency] == 6'789'000);
    CHECK(f[field::firewall_event] == 2);
    CHECK(f[field::firewall_extended_event] == 1001);
    CHECK(f[field::ingress_acl] == "0x1/0x2/0x3");
    CHECK(f[field::egress_acl] == "0xaabbccdd/0x5/0x6");
    CHECK(f[field::application_id] == "13:1");
    CHECK(f[field::application_name] == "http2");
    CHECK(f[field::output_name] == "uplink");
    CHECK(f[field::input_name].absent());
    CHECK(f[field::ingress_vrf_name] == "red");
    CHECK(f[field::egress_vrf_name] == "blue");
    CHECK(f[field::frame_size] == 1514);
    CHECK(f[field::link_type] == 1);
    CHECK(f[field::frame_length] == 61);
    CHECK(f[field::pf_interface] == "em0");
    CHECK(f[field::pf_action] == 1);
    CHECK(f[field::pf_reason] == 2);
    CHECK(f[field::dot1q_vlan] == 10);
    CHECK(f[field::dot1q_customer_vlan] == 20);
    CHECK(f[field::post_dot1q_vlan] == 30);
    CHECK(f[field::post_dot1q_customer_vlan] == 40);
    CHECK(f[field::ingress_physical_interface] == 1000001);
    CHECK(f[field::egress_physical_interface] == 1000002);
    CHECK(f[field::ether_type] == 0x800);
    CHECK(f[field::ip_version] == 4);
    CHECK(f[field::flow_id] == 0xDEADBEEFCAFE);
    CHECK(f[field::in_payload_length] == 18);
    CHECK(f[field::out_payload_length] == 64);
    CHECK(f[field::tunnel_protocol]);
}

TEST_CASE("names of interfaces, routing tables and applications", "[nfdump]") {
    auto names = std::set<std::string>{};
    auto const bytes = bytes_of("v3-capd");
    for (auto const& record : nfdump_reader{memory_source{bytes}}) {
        for (auto const& name : {record[field::input_name], record[field::ingress_vrf_name],
                                 record[field::application_name]})
            names.insert(std::string{name.value_or("")});
    }
    for (auto const* const name : {"GigabitEthernet0/3", "mgmt", "kunde-ü", "http", "dns", "tls"})
        CHECK(names.contains(name));
}

TEST_CASE("encrypted archives are refused by name", "[nfdump]") {
    auto const bytes = bytes_of("v3-encrypted");
    auto reader = nfdump_reader{memory_source{bytes}};
    auto const notes = reader.describe().notes;
    CHECK(std::ranges::count(notes, "encrypted with ChaCha20-Poly1305: its flows are not read") ==
          1);
    auto const result = nfdump_files::read(reader);
    CHECK(result.code == errc::unsupported);
    CHECK(result.what.find("is encrypted (ChaCha20-Poly1305, nfdump -K)") != std::string::npos);
}

TEST_CASE("archives of layout 3 without flows", "[nfdump]") {
    for (auto const* const name : {"v3-empty", "v3-capd-empty", "v3-empty-exporters"}) {
        CAPTURE(name);
        auto const result = read_bytes(bytes_of(name));
        CHECK(result.what == "");
        CHECK(result.rows.empty());
        CHECK(result.stats.lines() == 0);
    }
}

TEST_CASE("an archive of layout 3 describes itself", "[nfdump]") {
    auto const described = [](std::string const& name) {
        auto const bytes = bytes_of(name);
        auto reader = nfdump_reader{memory_source{bytes}};
        for ([[maybe_unused]] auto const& flow : reader) {
        }
        return reader.describe();
    };
    auto const has_note = [](archive_info const& info, std::string_view note) {
        return std::ranges::count(info.notes, note) == 1;
    };
    auto const capd = described("v3-capd");
    CHECK(capd.version == "layout 3");
    CHECK(capd.compression == "none");
    CHECK(capd.exporter == "127.0.0.1");
    CHECK(capd.records == 210);
    CHECK(has_note(capd, "written by nfcapd 1.8.0"));
    CHECK(has_note(capd, "the blocks have no checksums"));
    CHECK(has_note(described("v3-unclosed"), "not closed: still being written, or cut off"));
    auto const sums = described("v3-nfgen-sum");
    CHECK(has_note(sums, "the blocks have checksums (XXH3), which are checked"));
    if (can_read("zstd")) CHECK(described("v3-nfgen-zstd").compression == "zstd");

    auto const bytes = bytes_of("v3-capd");
    auto reader = nfdump_reader{memory_source{bytes}};
    reader.skip_to_end();
    CHECK(reader.describe().records == 210);
    CHECK(reader.describe().exporter == "127.0.0.1");
    CHECK(reader.stats().lines() == 0);
}

TEST_CASE("a wrong checksum is an error, unless checksums are not checked", "[nfdump]") {
    auto const name = std::string{"v3-nfgen-sum"};
    auto bytes = bytes_of(name);
    bytes[200] = static_cast<char>(bytes[200] ^ 1);
    auto const result = read_bytes(bytes);
    CHECK(result.code == errc::corrupt);
    CHECK(result.what.find("a block does not have its checksum (XXH3), at byte 48") !=
          std::string::npos);
    CHECK(result.rows.empty());
    auto reader = nfdump_reader{memory_source{bytes}, {.check_checksums = false}};
    CHECK(nfdump_files::read(reader).stats.records == 40);
}

TEST_CASE("checksums are counted by block", "[nfdump]") {
    auto bytes = bytes_of("v3-capd");
    bytes[48 + 16] = 1;  // the checksum of the first block, which has none
    auto reader = nfdump_reader{memory_source{bytes}, {.check_checksums = false}};
    CHECK(nfdump_files::read(reader).code == errc{});
    auto const notes = reader.describe().notes;
    CHECK(std::ranges::any_of(notes, [](std::string const& note) {
        return note.starts_with("1 of ") &&
               note.ends_with(" blocks have checksums (XXH3), which are not checked");
    }));
}

TEST_CASE("a block that is not compressed has the size that it announces", "[nfdump]") {
    auto bytes = bytes_of("v3-capd");
    auto const size = flowlog::detail::load_little<std::uint32_t>(bytes.data() + 48 + 4);
    bytes[48 + 8] = static_cast<char>(bytes[48 + 8] ^ 1);
    auto const result = read_bytes(bytes);
    CHECK(result.code == errc::corrupt);
    CHECK(result.what.find("a block is not compressed, and announces " + std::to_string(size ^ 1U) +
                           " bytes for " + std::to_string(size) + ", at byte 48") !=
          std::string::npos);
}

TEST_CASE("a block may hold no names", "[nfdump]") {
    auto const note = [](std::uint32_t body_size) {
        auto block = nfdump_writer::writer{false};
        block.put(std::uint32_t{2}, 24 + body_size, 24 + body_size, std::uint32_t{0},
                  std::uint64_t{0});
        block.put(std::uint32_t{0}, std::uint16_t{8}, std::uint16_t{13});
        auto const bytes = bytes_of("v3-unclosed") + block.bytes().substr(0, 24 + body_size);
        auto reader = nfdump_reader{memory_source{bytes}};
        CHECK(nfdump_files::read(reader).code == errc{});
        auto const notes = reader.describe().notes;
        return std::ranges::any_of(notes, [](std::string const& text) {
            return text.starts_with("names of interfaces, routing tables or applications");
        });
    };
    CHECK_FALSE(note(8));
    CHECK(note(7));
}

TEST_CASE("XXH3 of every length", "[xxh3]") {
    // the hashes of the first bytes of a sequence, from xxHash 0.8.2
    auto bytes = std::string{};
    for (unsigned i = 0; i < 5000; ++i) bytes += static_cast<char>(i * 131 + (i >> 8));
    auto sum = std::uint64_t{0};
    for (std::size_t size = 0; size <= bytes.size(); ++size)
        sum = sum * 31 + detail::xxh3::hash(std::string_view{bytes}.substr(0, size));
    CHECK(detail::xxh3::hash("") == 0x2D06800538D394C2);
    CHECK(sum == 0x61E565E8517AC319);
}

namespace {

struct damaged {
    std::string name;
    std::uint64_t flows;
    std::uint64_t malformed;
    std::string error;  // the end of the message
};

// The archives of tests/data/netflow/nfdump/v3/malformed, and what becomes of them. Each has 20
// good flows, or 21 if one of them is changed.
auto const archives_damaged = std::vector<damaged>{
    {"f1-v1-ident-no-nul", 192, 0, ""},
    {"f1-v3-ident-no-nul", 20, 0, ""},
    {"f1-v3-ident-raw3", 20, 0,
     "a block announces 3 bytes after unpacking, not 24 to 4194304, at byte 1864"},
    {"f2-v2-appendix-ident-no-nul", 20, 0, ""},
    {"f2-v2-appendix-loop", 20, 0, ""},
    {"f2-v2-appendix-recsize2", 20, 0, ""},
    {"f2-v2-array-size0", 20, 0, ""},
    {"f2-v3-exporter-size0", 20, 0, ""},
    {"f2-v3-exporters-4g", 20, 0, ""},
    {"f3-v2-nbar-count", 20, 0, ""},
    {"f3-v2-nbar-lengths", 20, 0, ""},
    {"f3-v2-vrf-no-nul", 20, 0, ""},
    {"f3-v3-if-short", 20, 0, ""},
    {"f3-v3-nbar-lengths", 20, 0, ""},
    {"f3-v3-nbar-size0", 20, 0, ""},
    {"f4-v1-map-after", 0, 5, ""},
    {"f4-v1-map-id65535", 0, 3, ""},
    {"g-big-endian", 0, 0, "is compressed in the unknown way 256, at byte 18"},
    {"g-bitflip-lz4", 20, 0, ""},
    {"g-bitflip-zstd", 20, 0, ""},
    {"g-blocksize-huge", 0, 0,
     "has blocks of up to 4294967295 bytes; nfdump allows 1 to 67108864, at byte 24"},
    {"g-blocksize0", 0, 0, "has blocks of up to 0 bytes; nfdump allows 1 to 67108864, at byte 24"},
    {"g-bz2-bomb", 0, 0, "a block does not decompress (bzip2), at byte 48"},
    {"g-compression99", 0, 0, "a block is compressed in the unknown way 99, at byte 48"},
    {"g-count-huge", 20, 0, "a block holds 20 records and announces 4294967295, at byte 48"},
    {"g-count-more", 20, 0, "a block holds 20 records and announces 1000, at byte 48"},
    {"g-count0", 20, 0, "a block holds 20 records and announces 0, at byte 48"},
    {"g-dir-count", 20, 0, "the directory lists 4294967295 blocks after 1, at byte 1864"},
    {"g-dir-count-big", 20, 0, "the directory lists 268435457 blocks after 1, at byte 1864"},
    {"g-dir-magic", 20, 0, "no directory is where the header puts it, at byte 1864"},
    {"g-dir-middle", 20, 0, "the directory lists other blocks than there are, at byte 2016"},
    {"g-dir-off-wrap", 20, 0,
     "the directory is not at byte 18446744073709551608, where the header puts it, at byte 1864"},
    {"g-dir-past", 20, 0,
     "the directory lists a block of 1816 bytes at byte 1099511627776, where none can be, at byte "
     "1872"},
    {"g-dir-size-small", 20, 0, "the directory has 24 bytes and the header says 4, at byte 1864"},
    {"g-dir-type", 20, 0, "the directory lists other blocks than there are, at byte 2016"},
    {"g-dirsum-wrong", 20, 0, "the directory does not have its checksum (XXH3), at byte 1864"},
    {"g-disc-past", 0, 0,
     "a block has the length 2147483647 where the archive allows 4194320, at byte 48"},
    {"g-disc23", 0, 0, "a block has the length 23, less than its header has, at byte 48"},
    {"g-empty", 0, 0, "is empty, at byte 0"},
    {"g-encrypted-flag", 0, 0,
     "is encrypted (ChaCha20-Poly1305, nfdump -K); only nfdump reads it, at byte 20"},
    {"g-encryption2", 0, 0, "a block is encrypted in the unknown way 2, at byte 48"},
    {"g-ext-null", 20, 1, ""},
    {"g-ext-num64", 20, 1, ""},
    {"g-ext-off-odd", 21, 0, ""},
    {"g-ext-off-past", 20, 1, ""},
    {"g-ext-off0", 20, 1, ""},
    {"g-ext-overlap", 21, 0, ""},
    {"g-flow-short", 0, 0, "a block of flows has 4 bytes, less than its header, at byte 48"},
    {"g-footer-bad", 20, 0, ""},
    {"g-header-only", 0, 0, ""},
    {"g-ident-long", 20, 0, ""},
    {"g-lz4-empty", 0, 0, "a block does not decompress (lz4), at byte 48"},
    {"g-meta-end", 0, 0, ""},
    {"g-meta-short", 20, 0, ""},
    {"g-nbar-len0", 21, 0, ""},
    {"g-raw-huge", 0, 0,
     "a block announces 4294967295 bytes after unpacking, not 24 to 4194304, at byte 48"},
    {"g-raw-less", 0, 0, "a block does not decompress (zstd), at byte 48"},
    {"g-raw0", 0, 0, "a block announces 0 bytes after unpacking, not 24 to 4194304, at byte 48"},
    {"g-rec-size-odd", 3, 1, "a record has the length 4299 where 1499 bytes are left, at byte 453"},
    {"g-rec-size0", 3, 0, "a record has the length 0 where 1584 bytes are left, at byte 368"},
    {"g-rec-size8", 3, 1, "a record has the length 0 where 1576 bytes are left, at byte 376"},
    {"g-rec-type99", 20, 0, ""},
    {"g-stats-short", 20, 0, ""},
    {"g-trailing", 20, 0, "bytes follow the footer, at byte 2112"},
    {"g-two-files", 20, 0, "bytes follow the footer, at byte 2112"},
    {"g-type99", 20, 0, ""},
    {"g-user-no-nul", 21, 0, ""},
    {"g-var-past", 20, 1, ""},
    {"g-zstd-bomb", 0, 0, "a block does not decompress (zstd), at byte 48"},
};

}  // namespace

TEST_CASE("hostile archives: whole records are delivered, then an error names the byte",
          "[nfdump]") {
    auto seen = std::size_t{0};
    for (auto const& archive : archives_damaged) {
        ++seen;
        if (!can_read(archive.name)) continue;
        CAPTURE(archive.name);
        auto const bytes = contents("v3/malformed/" + archive.name + ".nfdump");
        auto const whole = read_bytes(bytes, 1 << 20);
        CHECK(whole.stats.records == archive.flows);
        CHECK(whole.stats.malformed == archive.malformed);
        CHECK(whole.what == archive.error);
        for (auto const size : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
            auto const same = read_bytes(bytes, size);
            CHECK((same.rows == whole.rows));
            CHECK(same.what == whole.what);
        }
    }
    CHECK(seen == archives::names(nfdump_files::path("v3/malformed"), ".nfdump").size());
}

TEST_CASE("archives of layout 3 cut off anywhere", "[nfdump]") {
    for (auto const* const name :
         {"v3-capd", "v3-nfgen-sum", "v3-from178-lzo", "v3-from171-zstd-sum"}) {
        if (!can_read(name)) continue;
        CAPTURE(name);
        auto const bytes = bytes_of(name);
        auto const whole = read_bytes(bytes);
        auto flows = std::uint64_t{0};
        auto wrong = std::size_t{0};
        for (auto const size : cuts(bytes.size(), 97, 300)) {
            auto const result = read_bytes(std::string_view{bytes}.substr(0, size));
            // without the 32 bytes that encrypted archives need, the footer is an old one
            auto const old = size + 32 == bytes.size();
            if (result.code != (old ? errc{} : errc::truncated) || result.stats.records < flows ||
                result.stats.records > whole.stats.records)
                ++wrong;
            flows = result.stats.records;
        }
        CHECK(wrong == 0);
    }
}

}  // namespace test_format_nfdump_v3
