# SPDX-License-Identifier: BSL-1.0
"""Filters, and their translations to SQL."""
import ipaddress
import random
import re
from dataclasses import dataclass

EXTRA = re.compile(r"vpc_id|tcp_flags|flow_direction|aws_service")


def block(side: str, text: str) -> str:
    """SQL for: an address is in a block."""
    net = ipaddress.ip_network(text)
    first, last = f"{int(net[0])}::UHUGEINT", f"{int(net[-1])}::UHUGEINT"
    return f"({side}_v6 = {net.version == 6} AND {side}_num BETWEEN {first} AND {last})"


def number(text: str) -> str:
    return f"{int(ipaddress.ip_address(text))}::UHUGEINT"


def per_second(count: str, test: str) -> str:
    """A test of a rate in whole units, which is 0 if the duration is 0."""
    return f'''CASE WHEN "end" > start THEN {count} // ("end" - start) {test}
        ELSE "end" = start AND {count} >= 0 AND 0 {test} END'''


# A comparison with NULL is false in both.
TESTS = [
    ("action = REJECT", "action = 'REJECT'"),
    ("action != ACCEPT", "action IS DISTINCT FROM 'ACCEPT'"),
    ("action in (accept, -)", "action = 'ACCEPT' OR action IS NULL"),
    ("dstport = 443", "dstport = 443"),
    ("dstport != 443", "dstport IS DISTINCT FROM 443"),
    ("dstport < 1024", "dstport < 1024"),
    ("dstport in 1-1023", "dstport BETWEEN 1 AND 1023"),
    ("dstport in (22, 80, 8000-8100)", "dstport IN (22, 80) OR dstport BETWEEN 8000 AND 8100"),
    ("dstport in (ssh, https)", "dstport IN (22, 443)"),
    ("dstport not in [22 443]", "NOT COALESCE(dstport IN (22, 443), false)"),
    ("dstport is absent", "dstport IS NULL"),
    ("srcport is not absent", "srcport IS NOT NULL"),
    ("srcport & 1 = 1", "srcport & 1 = 1"),
    ("protocol = tcp", "protocol = 6"),
    ("proto udp", "protocol = 17"),
    ("protocol in (tcp, udp)", "protocol IN (6, 17)"),
    ("icmp6 or icmp", "protocol IN (1, 58)"),
    ("protocol > 100", "protocol > 100"),
    ("bytes > 10M", "bytes > 10000000"),
    ("bytes >= 1Ki", "bytes >= 1024"),
    ("bytes <= 1.5k", "bytes <= 1500"),
    ("bytes = 1024", "bytes = 1024"),
    ("bytes in (0, 1k-2k)", "bytes = 0 OR bytes BETWEEN 1000 AND 2000"),
    ("packets lt 100", "packets < 100"),
    ("packets ne 10", "packets IS DISTINCT FROM 10"),
    ("packets is absent", "packets IS NULL AND NOT bad"),
    ("packets is malformed", "bad"),
    ("srcaddr in 10.0.0.0/8", block("src", "10.0.0.0/8")),
    ("srcaddr = 10.0.0.1", f"NOT src_v6 AND src_num = {number('10.0.0.1')}"),
    ("srcaddr in (10.0.0.0/9, 192.168/16)", f"{block('src', '10.0.0.0/9')} OR {block('src', '192.168.0.0/16')}"),
    ("dstaddr in (2001:db8::/32, 10.7.0.0/16)", f"{block('dst', '2001:db8::/32')} OR {block('dst', '10.7.0.0/16')}"),
    ("dstaddr in 10.0.0.0-10.0.0.255", block("dst", "10.0.0.0/24")),
    ("dstaddr in 2001:db8::10..2001:db8::1f", block("dst", "2001:db8::10/124")),
    ("dstaddr in 0.0.0.0/0", "NOT dst_v6"),
    ("dstaddr in ::/0", "dst_v6"),
    ("dstaddr = ::ffff:10.0.0.1", f"dst_v6 AND dst_num = {number('::ffff:10.0.0.1')}"),
    ("srcaddr > 192.0.0.0", f"NOT src_v6 AND src_num > {number('192.0.0.0')}"),
    ("srcaddr <= 2001:db8::50", f"src_v6 AND src_num <= {number('2001:db8::50')}"),
    ("ipv6", "src_v6"),
    ("inet", "NOT src_v6"),
    ("ip and tcp", "NOT src_v6 AND protocol = 6"),
    ("host 10.0.0.1", f"{block('src', '10.0.0.1')} OR {block('dst', '10.0.0.1')}"),
    ("src host 10.7.0.1", f"NOT src_v6 AND src_num = {number('10.7.0.1')}"),
    ("net 192.168/16", f"{block('src', '192.168.0.0/16')} OR {block('dst', '192.168.0.0/16')}"),
    ("src and dst net 10/8", f"{block('src', '10.0.0.0/8')} AND {block('dst', '10.0.0.0/8')}"),
    ("port 443", "srcport = 443 OR dstport = 443"),
    ("port in [53 80]", "srcport IN (53, 80) OR dstport IN (53, 80)"),
    ("not port in [53 80]", "NOT (COALESCE(srcport IN (53, 80), false) OR COALESCE(dstport IN (53, 80), false))"),
    ("src and dst port > 1024", "srcport > 1024 AND dstport > 1024"),
    ("tcp dst port 443", "protocol = 6 AND dstport = 443"),
    ("vpc-id = vpc-1*", "vpc_id LIKE 'vpc-1%'"),
    ("vpc-id in (VPC-1, vpc-22)", "vpc_id IN ('vpc-1', 'vpc-22')"),
    ("vpc-id = *-*2", "vpc_id LIKE '%-%2'"),
    ("vpc-id != 'vpc-*'", "vpc_id IS NULL"),
    ("vpc-id is present", "vpc_id IS NOT NULL"),
    ("interface-id in (eni-1, 'eni-4')", "interface_id IN ('eni-1', 'eni-4')"),
    ("flow-direction = ingress", "flow_direction = 'ingress'"),
    ("flow-direction != egress", "flow_direction IS DISTINCT FROM 'egress'"),
    ("pkt-dst-aws-service != S3", "pkt_dst_aws_service IS DISTINCT FROM 'S3'"),
    ("pkt-dst-aws-service in (-, ec2)", "pkt_dst_aws_service IS NULL OR pkt_dst_aws_service = 'EC2'"),
    ("tcp-flags & 18 = 2", "tcp_flags & 18 = 2"),
    ("tcp-flags & 4", "tcp_flags & 4 <> 0"),
    ("tcp-flags SA", "tcp_flags & 18 = 18"),
    ("tcp-flags = syn", "tcp_flags = 2"),
    ("flags S", "protocol = 6 AND tcp_flags & 2 = 2"),
    ("start >= 2024-05-01T12:00Z", "start >= 1714564800"),
    ("start < 2024-05-01", "start < 1714521600"),
    ("start = 2024-05-01", "start BETWEEN 1714521600 AND 1714607999"),
    ("start != 2024-05-01", "NOT COALESCE(start BETWEEN 1714521600 AND 1714607999, false)"),
    ("start in 2024-04-30..2024-05-01", "start BETWEEN 1714435200 AND 1714607999"),
    ("start in 2024-05-01T06:00..2024-05-01T07:59", "start BETWEEN 1714543200 AND 1714550399"),
    ("start > '2024-05-01 12:00:30+02:00'", "start > 1714557630"),
    ("end < 1714564800", '"end" < 1714564800'),
    ("end in 1714564800..1714570000", '"end" BETWEEN 1714564800 AND 1714570000'),
    ("duration > 30s", '"end" - start > 30'),
    ("duration in 1s-30s", '"end" - start BETWEEN 1 AND 30'),
    ("duration = 0", '"end" - start = 0'),
    ("bps > 1M", per_second("(8 * bytes)", "> 1000000")),
    ("bps = 0", per_second("(8 * bytes)", "= 0")),
    ("pps < 10", per_second("packets ", "< 10")),
    ("bpp > 500", "packets > 0 AND bytes // packets > 500"),
    ("srcport = dstport", "srcport = dstport"),
    ("srcport != dstport", "NOT COALESCE(srcport = dstport, false)"),
    ("srcport < dstport", "srcport < dstport"),
    ("start >= end", 'start >= "end"'),
    ("srcaddr = dstaddr", "src_v6 = dst_v6 AND src_num = dst_num"),
    ("bytes > packets", "bytes > packets "),
    ("srcaddr = 10.*", block("src", "10.0.0.0/8")),
    ("dstaddr = 192.168.?.*", "dstaddr LIKE '192.168._.%'"),
    ("dstaddr in (fd00:*, 10.*.1)", "dstaddr LIKE 'fd00:%' OR dstaddr LIKE '10.%.1'"),
    ("service = 443", "srcport + dstport + protocol IS NOT NULL AND least(srcport, dstport) = 443"),
    ("service = 53/udp", "srcport + dstport IS NOT NULL AND least(srcport, dstport) = 53 AND protocol = 17"),
    ("class(srcaddr) = private", " OR ".join(block("src", b) for b in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                              "::ffff:10.0.0.0/104"))),
    ("any", "true"),
]


# After `not`, letters mean none of these flags, as in nfdump.
NEGATED = {"tcp-flags SA": "COALESCE(tcp_flags & 18 = 0, true)"}


@dataclass(frozen=True)
class Filter:
    """A filter, and SQL for it and for its negation: true, false, or NULL if it depends on a malformed value.
    SQL's logic does the rest."""
    text: str
    sql: str
    opposite: str


def in_sql(test: tuple[str, str]) -> Filter:
    text, sql = test
    reads_bad = re.search(r"\bpackets (?!IS NULL AND NOT bad)", sql)
    sql = f"COALESCE(({sql}), false)"
    if reads_bad:
        sql = f"(CASE WHEN bad THEN NULL ELSE {sql} END)"
    return Filter(text, sql, NEGATED.get(text) or f"(NOT {sql})")


def random_filter(rng: random.Random, depth: int, default: bool = False) -> Filter:
    """A random combination of tests; with `default`, only of columns of the default format."""
    if depth == 0 or rng.random() < 0.2:
        return in_sql(rng.choice([t for t in TESTS if not default or not EXTRA.search(t[1])]))
    a = random_filter(rng, depth - 1, default)
    if rng.random() < 0.2:
        return Filter(rng.choice(["not ({})", "!({})"]).format(a.text), a.opposite, a.sql)
    b = random_filter(rng, depth - 1, default)
    word, sign, sql, opposite = rng.choice([("and", "&&", "AND", "OR"), ("or", "||", "OR", "AND")])
    return Filter(f"({a.text}) {rng.choice([word, sign, word.upper()])} ({b.text})", f"({a.sql} {sql} {b.sql})",
                  f"({a.opposite} {opposite} {b.opposite})")
