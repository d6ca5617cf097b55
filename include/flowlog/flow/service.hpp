// SPDX-License-Identifier: BSL-1.0
#ifndef FLOWLOG_FLOW_SERVICE_HPP
#define FLOWLOG_FLOW_SERVICE_HPP

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include <flowlog/flow/field.hpp>

namespace flowlog {

namespace detail {

struct service_entry {
    std::uint16_t port;
    std::string_view names;  ///< separated by blanks; the first one is printed
};

// Well-known services, ordered by port: IANA's names, and more common names. If TCP and UDP have
// different services on a port, the service in use today.
// clang-format off
inline constexpr auto services = std::to_array<service_entry>({
    {7, "echo"},
    {9, "discard"},
    {13, "daytime"},
    {17, "qotd"},
    {19, "chargen"},
    {20, "ftp-data"},
    {21, "ftp"},
    {22, "ssh"},
    {23, "telnet"},
    {25, "smtp mail"},
    {37, "time"},
    {43, "whois nicname"},
    {49, "tacacs"},
    {53, "domain dns"},
    {67, "bootps dhcp dhcps"},
    {68, "bootpc dhcpc"},
    {69, "tftp"},
    {70, "gopher"},
    {79, "finger"},
    {80, "http www"},
    {88, "kerberos"},
    {102, "iso-tsap s7comm"},
    {110, "pop3"},
    {111, "sunrpc portmapper rpcbind"},
    {113, "ident auth"},
    {119, "nntp"},
    {123, "ntp"},
    {135, "epmap msrpc loc-srv"},
    {137, "netbios-ns"},
    {138, "netbios-dgm"},
    {139, "netbios-ssn"},
    {143, "imap imap2"},
    {161, "snmp"},
    {162, "snmptrap snmp-trap"},
    {177, "xdmcp"},
    {179, "bgp"},
    {194, "irc"},
    {319, "ptp-event"},
    {320, "ptp-general"},
    {389, "ldap"},
    {427, "svrloc slp"},
    {443, "https"},
    {445, "microsoft-ds smb cifs"},
    {464, "kpasswd"},
    {465, "submissions smtps urd"},
    {500, "isakmp ike"},
    {502, "modbus mbap"},
    {512, "exec rexec"},
    {513, "login rlogin"},
    {514, "syslog shell"},
    {515, "printer lpd"},
    {520, "rip router"},
    {521, "ripng"},
    {546, "dhcpv6-client"},
    {547, "dhcpv6-server"},
    {548, "afpovertcp afp"},
    {554, "rtsp"},
    {563, "nntps"},
    {587, "submission"},
    {593, "http-rpc-epmap"},
    {623, "asf-rmcp ipmi"},
    {631, "ipp cups"},
    {636, "ldaps"},
    {639, "msdp"},
    {646, "ldp"},
    {749, "kerberos-adm"},
    {853, "domain-s dns-over-tls dot"},
    {860, "iscsi"},
    {873, "rsync"},
    {902, "ideafarm-door vmware-auth"},
    {989, "ftps-data"},
    {990, "ftps"},
    {992, "telnets"},
    {993, "imaps"},
    {995, "pop3s"},
    {1080, "socks"},
    {1194, "openvpn"},
    {1433, "ms-sql-s mssql"},
    {1434, "ms-sql-m"},
    {1521, "ncube-lm oracle"},
    {1701, "l2tp"},
    {1723, "pptp"},
    {1812, "radius"},
    {1813, "radius-acct"},
    {1883, "mqtt"},
    {1900, "ssdp"},
    {1985, "hsrp"},
    {2000, "cisco-sccp sccp"},
    {2049, "nfs"},
    {2055, "netflow"},
    {2083, "radsec"},
    {2181, "zookeeper"},
    {2375, "docker"},
    {2376, "docker-s"},
    {2377, "swarm"},
    {2379, "etcd-client etcd"},
    {2380, "etcd-server"},
    {2404, "iec-104"},
    {2483, "oracle-tcp"},
    {2484, "oracle-tcps"},
    {3128, "squid"},
    {3260, "iscsi-target"},
    {3268, "msft-gc"},
    {3269, "msft-gc-ssl"},
    {3306, "mysql mariadb"},
    {3389, "ms-wbt-server rdp"},
    {3478, "stun turn"},
    {3632, "distcc"},
    {3690, "svn"},
    {4222, "nats"},
    {4369, "epmd"},
    {4500, "ipsec-nat-t"},
    {4739, "ipfix"},
    {4789, "vxlan"},
    {5044, "beats"},
    {5060, "sip"},
    {5061, "sips sip-tls"},
    {5201, "iperf3"},
    {5222, "xmpp-client"},
    {5269, "xmpp-server"},
    {5349, "stuns turns"},
    {5353, "mdns"},
    {5355, "llmnr"},
    {5432, "postgresql postgres"},
    {5439, "redshift"},
    {5601, "kibana"},
    {5666, "nrpe"},
    {5671, "amqps"},
    {5672, "amqp"},
    {5683, "coap"},
    {5684, "coaps"},
    {5900, "rfb vnc"},
    {5938, "teamviewer"},
    {5985, "wsman winrm"},
    {5986, "wsmans winrms"},
    {6000, "x11"},
    {6081, "geneve"},
    {6343, "sflow"},
    {6379, "redis"},
    {6443, "kube-apiserver"},
    {6514, "syslog-tls"},
    {6653, "openflow"},
    {6667, "ircd"},
    {6881, "bittorrent"},
    {7077, "spark"},
    {7687, "bolt"},
    {8009, "ajp13"},
    {8080, "http-alt http-proxy"},
    {8086, "influxdb"},
    {8125, "statsd"},
    {8140, "puppet"},
    {8301, "serf"},
    {8443, "https-alt pcsync-https"},
    {8500, "consul"},
    {8529, "arangodb"},
    {8883, "secure-mqtt mqtts"},
    {9042, "cassandra cql"},
    {9090, "prometheus"},
    {9092, "kafka"},
    {9093, "alertmanager"},
    {9100, "jetdirect hp-pdl-datastr"},
    {9200, "elasticsearch wap-wsp"},
    {9418, "git"},
    {9993, "zerotier"},
    {10050, "zabbix-agent"},
    {10051, "zabbix-trapper"},
    {10250, "kubelet"},
    {11211, "memcache memcached"},
    {15672, "rabbitmq"},
    {20000, "dnp"},
    {26257, "cockroachdb"},
    {27017, "mongodb mongo"},
    {44818, "ethernet-ip"},
    {47808, "bacnet"},
    {51820, "wireguard"},
});
// clang-format on

}  // namespace detail

/// The port of a well-known service, by a name in any case: `https`, `dns`, `rdp`. Knows only
/// common names, and does not ask the system.
[[nodiscard]] constexpr auto service_port(std::string_view name) noexcept
    -> std::optional<std::uint16_t> {
    for (auto const& entry : detail::services) {
        if (detail::has_alias(entry.names, name)) return entry.port;
    }
    return std::nullopt;
}

/// The name of the well-known service on a port; empty if there is none.
[[nodiscard]] constexpr auto service_name(std::uint16_t port) noexcept -> std::string_view {
    auto const* const found =
        std::lower_bound(detail::services.begin(), detail::services.end(), port,
                         [](auto const& entry, auto wanted) { return entry.port < wanted; });
    if (found == detail::services.end() || found->port != port) return {};
    return found->names.substr(0, found->names.find(' '));
}

}  // namespace flowlog

#endif
