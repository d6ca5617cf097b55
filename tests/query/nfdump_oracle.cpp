// SPDX-License-Identifier: BSL-1.0
// Compares filters with the installed nfdump: both must select the same flows of an archive.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <flowlog/flow/flow.hpp>
#include <flowlog/format/nfdump.hpp>
#include <flowlog/grammar/filter.hpp>
#include <flowlog/query/views.hpp>
#include <flowlog/source/file.hpp>

#include "catch.hpp"

namespace test_query_nfdump_oracle {

using namespace flowlog;

namespace {

namespace fs = std::filesystem;

constexpr auto filters = std::to_array<char const*>({
    "any",
    "not any",
    "inet",
    "inet6",
    "ipv4 and not ipv6",
    "proto tcp",
    "proto udp",
    "proto icmp",
    "proto icmp6",
    "proto ICMP6",
    "proto 58",
    "proto gre",
    "proto esp",
    "PROTO TCP AND PORT 80",
    "proto tcp or proto udp",
    "not (proto tcp or proto udp)",
    "! proto tcp",
    "proto tcp && port 443 || proto udp && port 53",
    "proto tcp or proto udp and port 53",
    "(proto tcp or proto udp) and port 53",
    "not proto tcp and not proto udp",
    "not proto tcp or port 80",
    "not (not proto tcp)",
    "port 80",
    "port = 80",
    "port == 80",
    "port EQ 80",
    "port > 1024",
    "port >= 1024",
    "port LT 100",
    "port < 100",
    "port <= 53",
    "src port 443",
    "dst port 443",
    "src port > 1024",
    "dst port > 1024 and src port > 1024",
    "src or dst port 443",
    "dst or src port 443",
    "src and dst port > 1024",
    "port in [80 443]",
    "port in [ 80, 443, 53 ]",
    "src port in [80 443]",
    "dst port in [2048 2816 32768]",
    "not port in [80 443]",
    "host 58.127.161.187",
    "ip 58.127.161.187",
    "src ip 58.127.161.187",
    "dst ip 58.127.161.187",
    "not host 58.127.161.187",
    "dst host 143.223.207.192",
    "src or dst ip 143.223.207.192",
    "ip in [58.127.161.187 192.60.120.246]",
    "src ip in [58.0.0.0/8]",
    "dst ip in [100.0.0.0/6, 192.60.120.246]",
    "ip in [2001:db8::/32]",
    "ip in [2001:db8::/32 58.0.0.0/8]",
    "net 58.0.0.0/8",
    "net 128.0.0.0/1",
    "src net 128.0.0.0/1",
    "dst net 128.0.0.0/2 and not src net 128.0.0.0/1",
    "src and dst net 128.0.0.0/1",
    "inet and net 58.0.0.0 255.0.0.0",  // without `inet`, nfdump also finds IPv6 addresses with
                                        // these low bits
    "src net 58.127.0.0 255.255.0.0",
    "net 2001:db8::/32",
    "src net 2001:db8::/33",
    "dst net 2001:db8::/65",
    "flags S",
    "flags SA",
    "flags AS",
    "flags F",
    "flags R",
    "flags PU",
    "flags X",
    "not flags S",
    "not flags SA",
    "flags S and not flags A",
    "flags S and not flags AFRPU",
    "not (flags SA or proto udp)",
    "flags 2",
    "flags = 18",
    "flags 0x12",
    "flags = 0x12",
    "flags > 16",
    "flags < 16",
    "flags 0",
    "packets > 1k",
    "packets > 500k",
    "packets < 100000",
    "in packets > 500k",
    "packets = 894518",
    "bytes > 1g",
    "bytes > 1000000000",
    "bytes < 500M",
    "bytes >= 218402334 and bytes <= 218402334",
    "in bytes < 500m",
    "out bytes > 0",
    "out packets > 0",
    "bps > 1m",
    "bps > 100M",
    "bps < 50m",
    "pps > 1000",
    "pps < 5k",
    "bpp > 1000",
    "bpp < 500",
    "bpp = 244",
    "duration > 60000",
    "duration < 1000",
    "duration = 69652",
    "duration >= 69652",
    "tos 0",
    "tos > 100",
    "src tos 160",
    "dst tos > 0",
    "if 13880",
    "in if 13880",
    "out if 13113",
    "if 13880 or if 5775",
    "src mask 24",
    "dst mask 9",
    "mask 8",
    "src vlan 100",
    "icmp-type 8",
    "icmp-type 128",
    "icmp-code 0",
    "icmp-type 3 and icmp-code 1",
    "not icmp-type 8",
    "next ip 192.0.2.1",
    "next ip in [192.0.2.1]",
    "router ip 127.0.0.1",
    "nfversion 9",
    "nfversion = 5",
    "nfversion > 5",
    "engine-id > 0",
    "engine-id 77",
    "mac 00:0c:29:1e:35:a2",
    "dir 1",
    "flowdir egress",
    "proto tcp and flags S and not flags A and bytes > 100M",
    "(src net 128.0.0.0/1 or dst port 80) and (packets > 500k or duration < 60000)",
    "proto tcp # the rest is a comment",
    "flows > 1",
    "proto ah",
    "net 10.0.0.0/8 and not src net 10.0.0.0 255.255.0.0",
    "bgpnext ip 192.0.2.1",
    "ingress vrf 5",
    "egress vrf > 0",
    "engine-type 1",
    "fwdstat 64",
    "nip 192.0.2.50",
    "src nip 192.0.2.50",
    "dst xip 192.0.2.50",
    "xnet 192.0.2.0/24",
    "nport > 1024",
    "src xport 61000",
    "asa event create",
    "asa event = 2",
    "asa event deny",
    "nat event add",
    "nat event delete",
    "nat event > 1",
    "in src mac 00:0c:29:1e:35:a2",
    "out dst mac 00:0c:29:1e:35:a2",
});

/// A temporary folder, removed at the end of the test.
class scratch {
public:
    scratch() {
        auto name = (fs::temp_directory_path() / "flowlog-filter-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        path_ = name;
    }
    scratch(scratch const&) = delete;
    auto operator=(scratch const&) -> scratch& = delete;
    ~scratch() {
        auto ignored = std::error_code{};
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] auto operator/(std::string const& name) const -> std::string {
        return (path_ / name).string();
    }

private:
    fs::path path_;
};

auto flows_of(std::string const& archive, filter const& wanted) -> std::vector<flow> {
    auto result = std::vector<flow>{};
    auto reader = nfdump_reader{file_source{archive}};
    for (auto const& record : reader | views::where(wanted)) result.emplace_back(record);
    return result;
}

auto has_nfdump() -> bool { return std::system("nfdump -V >/dev/null 2>&1") == 0; }

/// Words for what only the archive of a firewall and address translator has.
constexpr auto event_filters = std::to_array<char const*>({
    "nip 192.0.2.50",
    "src nip 192.0.2.50",
    "dst nip 192.0.2.50",
    "src xip 192.0.2.50",
    "xnet 192.0.2.0/24",
    "nport > 1024",
    "src nport 61000",
    "xport 61000",
    "nat event add",
    "nat event delete",
    "nat event = 1",
    "nat event > 1",
    "ingress vrf 10",
    "egress vrf 20",
});

void compare_with_nfdump(std::string const& archive, std::span<char const* const> words,
                         std::size_t min_telling) {
    if (!has_nfdump()) {
        WARN("nfdump is not installed: filters were not compared with it");
        return;
    }
    auto const folder = scratch{};
    std::size_t telling = 0;
    for (auto const* const text : words) {
        CAPTURE(text);
        auto const out = folder / "out";
        auto const command =
            "nfdump -q -r '" + archive + "' -w '" + out + "' '" + text + "' >/dev/null 2>&1";
        REQUIRE(std::system(command.c_str()) == 0);
        auto const expected = flows_of(out, filter{});
        auto const found = flows_of(archive, where(text));
        CHECK(found.size() == expected.size());
        CHECK(found == expected);
        if (!found.empty() && found.size() < 354) ++telling;
        fs::remove(out);
    }
    CHECK(telling >= min_telling);
}

}  // namespace

TEST_CASE("filters select what nfdump selects", "[filter][nfdump]") {
    compare_with_nfdump(FLOWLOG_TEST_DATA "/netflow/nfdump/v2-171-mixed.nfdump", filters, 60);
}

TEST_CASE("filters select what nfdump selects from an archive of a later version",
          "[filter][nfdump]") {
    compare_with_nfdump(FLOWLOG_TEST_DATA "/netflow/nfdump/v2-178-mixed.nfdump", filters, 60);
}

TEST_CASE("filters select the events that nfdump selects", "[filter][nfdump]") {
    compare_with_nfdump(FLOWLOG_TEST_DATA "/reports/51/in.nfdump", event_filters, 10);
}

}  // namespace test_query_nfdump_oracle
