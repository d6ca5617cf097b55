# SPDX-License-Identifier: BSL-1.0
"""recipes_oracle.py FLOWLOG [SEED]: runs every command of docs/recipes.md on generated logs, and compares what it
prints with the same question in SQL. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import csv
import io
import random
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from questions import real

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

COLUMNS = """version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action
    log-status vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region flow-direction""".split()
ADDRESSES = {"private": ["10.0.1.5", "10.0.1.6", "10.0.2.1", "10.0.2.2", "10.9.9.9", "172.20.0.1"],
             "public": ["8.8.4.1", "8.8.4.2", "8.8.4.7", "1.1.1.2", "1.1.1.3", "2a00::1"],
             "documentation": ["192.0.2.1", "2001:db8::1", "2001:db8::2"]}
BAD = "8.8.4.0/30\n1.1.1.2\n"
SUBNETS = "cidr,label\n10.0.1.0/24,web\n10.0.2.0/24,data\n10.0.2.2/32,backup\n"
TAGS = "dstport,protocol,tag\n443,tcp,web\n22,tcp,ssh\n"
BASE = 1714557600  # 2024-05-01T10:00Z


def write_log(path: Path, rng: random.Random, lines: int) -> None:
    all_addresses = sum(ADDRESSES.values(), [])
    with path.open("w") as out:
        out.write(" ".join(COLUMNS) + "\n")
        for number in range(lines):
            burst = number < 400  # in one minute
            start = BASE + rng.randrange(60 if burst else 3 * 86400)
            if rng.random() < 0.02:
                status = rng.choice(["NODATA", "SKIPDATA"])
                kept = {"version": 5, "account-id": 1, "interface-id": "eni-1", "start": start, "end": start + 60,
                        "log-status": status}
                out.write(" ".join(str(kept.get(c, "-")) for c in COLUMNS) + "\n")
                continue
            source, target = "8.8.4.7" if burst else rng.choice(all_addresses), rng.choice(all_addresses)
            packets = rng.choice([1, 10, rng.randrange(1, 5000)])
            row = [5, 1, f"eni-{rng.randrange(4)}", source, target, rng.choice([22, 443, rng.randrange(65536)]),
                   rng.choice([22, 53, 80, 443, 3389, 8080, rng.randrange(65536)]), rng.choice([6, 6, 17, 1]), packets,
                   rng.choice([packets * 40, rng.randrange(100_000), 600_000_000 + rng.randrange(9999)]), start,
                   start + rng.randrange(60), rng.choice(["ACCEPT", "ACCEPT", "REJECT"]), "OK", "vpc-1",
                   rng.choice(["-", "subnet-1", "subnet-2"]), rng.choice(["-", "i-1", "i-2", "i-3"]),
                   rng.choice(["-", 2, 18, 19]), "IPv6" if ":" in source else "IPv4",
                   rng.choice(["-", source, source, rng.choice(all_addresses)]), rng.choice(["-", target, target, rng.choice(all_addresses)]), "eu-west-1",
                   rng.choice(["ingress", "egress"])]
            out.write(" ".join(map(str, row)) + "\n")


def load(db, path: Path) -> None:
    types = ", ".join(f"'{c.replace('-', '_')}': 'VARCHAR'" for c in COLUMNS)
    numbers = "srcport dstport protocol packets bytes start end tcp_flags".split()
    typed = ", ".join(f'NULLIF("{c}", \'-\')::BIGINT AS "{c}"' if c in numbers else f'NULLIF("{c}", \'-\') AS "{c}"'
                      for c in (c.replace("-", "_") for c in COLUMNS))
    db.execute(f"""CREATE TABLE lines AS SELECT row_number() OVER () AS id, {typed} FROM read_csv('{path}', delim=' ',
        header=false, skip=1, auto_detect=false, columns={{{types}}})""")
    db.execute("CREATE VIEW flows AS SELECT * FROM lines WHERE log_status = 'OK'")
    db.execute("CREATE TABLE classes (address VARCHAR, class VARCHAR)")
    db.executemany("INSERT INTO classes VALUES (?, ?)", [(a, c) for c, some in ADDRESSES.items() for a in some])
    db.execute("""CREATE MACRO class_of(a) AS (SELECT class FROM classes WHERE address = a)""")
    db.execute("""CREATE MACRO label_of(a) AS CASE WHEN a = '10.0.2.2' THEN 'backup' WHEN a LIKE '10.0.1.%' THEN 'web'
        WHEN a LIKE '10.0.2.%' THEN 'data' END""")
    db.execute("""CREATE MACRO is_bad(a) AS a IN ('8.8.4.1', '8.8.4.2', '1.1.1.2')""")
    db.execute("""CREATE MACRO protocol_of(p) AS CASE p WHEN 6 THEN 'tcp' WHEN 17 THEN 'udp' ELSE 'icmp' END""")
    db.execute("""CREATE MACRO service_of(s, d, p) AS least(s, d) || '/' || protocol_of(p)""")


ALL = ", ".join(f'"{c.replace("-", "_")}"' for c in COLUMNS)
LAST = 'srcport, dstport, protocol'


def printed(where: str) -> str:
    return f"SELECT {ALL} FROM flows WHERE {where} ORDER BY id"


def grouped(keys: str, measures: str, where: str = "true") -> str:
    return f"SELECT {keys}, {measures} FROM flows WHERE {where} GROUP BY ALL"


PORTS = "srcport IN ({0}) OR dstport IN ({0})".format
ENDS = """(SELECT DISTINCT id, bytes, unnest([srcaddr, dstaddr]) AS ip FROM flows)"""
MINUTE = "strftime(make_timestamp(start // 60 * 60000000), '%Y-%m-%dT%H:%M:%SZ')"
LOCAL = "make_timestamp((start + 7200) * 1000000)"  # summer time in Berlin
DAY = "strftime(make_timestamp(start * 1000000), '%Y-%m-%d')"
ROUTE = "srcaddr, dstaddr, srcport, dstport, protocol"
LATEST = "strftime(make_timestamp(max(\"end\") * 1000000), '%Y-%m-%dT%H:%M:%SZ')"

# The question in SQL, by the name of the recipe; and by which column its rows are ranked, if they are.
QUESTIONS = {
    "VpcFlowLogsAcceptedTraffic": (printed("action = 'ACCEPT' AND protocol = 6"), None),
    "VpcFlowLogsAdminPortTraffic": (grouped("srcaddr", "sum(bytes)", PORTS("3306, 3389, 5432, 8080, 8443, 9090")), 1),
    "VpcFlowLogsIPv4Traffic": ("SELECT sum(bytes) FROM flows WHERE srcaddr NOT LIKE '%:%'", 0),
    "VpcFlowLogsIPv6Traffic": ("SELECT sum(bytes) FROM flows WHERE srcaddr LIKE '%:%'", 0),
    "VpcFlowLogsRejectedTCPTraffic": (printed("action = 'REJECT' AND protocol = 6"), None),
    "VpcFlowLogsRejectedTraffic": (printed("action = 'REJECT'"), None),
    "VpcFlowLogsSshRdpTraffic": (printed(PORTS("22, 3389")), None),
    "VpcFlowLogsTopTalkers": (f"SELECT ip, sum(bytes) FROM {ENDS} GROUP BY ALL", 1),
    "VpcFlowLogsTopTalkersPacketLevel": (f"SELECT ip, sum(bytes) FROM {ENDS.replace('srcaddr', 'pkt_srcaddr').replace('dstaddr', 'pkt_dstaddr')} GROUP BY ALL", 1),
    "VpcFlowLogsTopTalkingInstances": (grouped("instance_id", "sum(bytes)", "instance_id IS NOT NULL"), 1),
    "VpcFlowLogsTopTalkingSubnets": (grouped("subnet_id", "sum(bytes)", "subnet_id IS NOT NULL"), 1),
    "VpcFlowLogsTopTCPTraffic": (
        grouped("dstaddr, dstport", "sum(packets), sum(bytes)", "protocol = 6 AND srcaddr = '10.0.1.5'"), 2),
    "VpcFlowLogsTotalBytesTransferred": (grouped("srcaddr, dstaddr", "sum(bytes)"), 2),
    "VpcFlowLogsTotalBytesTransferredPacketLevel": (grouped("pkt_srcaddr, pkt_dstaddr", "sum(bytes)"), 2),
    "VpcFlowLogsTrafficFrmSrcAddr": (printed("srcaddr = '10.0.1.5'"), None),
    "VpcFlowLogsTrafficToDstAddr": (printed("dstaddr = '10.0.1.5'"), None),
    "Insights, average, smallest and largest transfers": (
        grouped("srcaddr, dstaddr", "avg(bytes), min(bytes), max(bytes)"), 4),
    "Insights, addresses that use UDP": (grouped("srcaddr", "count(*)", "protocol = 17"), 1),
    "Insights, top 10 byte transfers": (grouped("srcaddr, dstaddr", "sum(bytes)"), 2),
    "Insights, top 20 sources of rejected requests": (grouped("srcaddr", "count(*)", "action = 'REJECT'"), 1),
    "Insights, top 15 packet transfers across hosts": (grouped("srcaddr, dstaddr", "sum(packets)"), 2),
    "Insights, top 15 byte transfers for hosts on a subnet": (
        grouped("dstaddr", "sum(bytes)", "srcaddr LIKE '10.0.1.%'"), 1),
    "Insights, a single record for each connection": (
        grouped(ROUTE, f"count(*), {LATEST}", "interface_id = 'eni-1'"), 5),
    "Insights, skipped records": (
        'SELECT interface_id, start, "end" FROM lines WHERE log_status = \'SKIPDATA\' ORDER BY id', None),
    "Insights, traffic through a NAT gateway": (
        grouped("pkt_srcaddr, pkt_dstaddr", "sum(bytes)",
                "dstaddr <> pkt_dstaddr AND class_of(pkt_dstaddr) = 'public'"), 2),
    "Tailpipe, daily traffic trends": (grouped(DAY, "count(*)") + " ORDER BY 1", None),
    "Tailpipe, top 10 source addresses": (grouped("srcaddr", "count(*)"), 1),
    "Tailpipe, traffic of a suspicious address": (
        f"SELECT start, {ROUTE}, action FROM flows WHERE srcaddr = '10.0.1.5' OR dstaddr = '10.0.1.5'", 0),
    "Tailpipe, suspicious traffic from external addresses": (
        """SELECT start, srcaddr, dstaddr, action, protocol, region, vpc_id FROM flows
           WHERE flow_direction = 'ingress' AND class_of(srcaddr) = 'public'""", 0),
    "Tailpipe, unauthorised access attempts": (
        f"SELECT start, {ROUTE}, vpc_id, action FROM flows WHERE action = 'REJECT' AND dstport NOT IN (22, 80, 443)", 0),
    "Tailpipe, traffic of a subnet": (
        f"SELECT start, {ROUTE}, subnet_id, action FROM flows WHERE subnet_id = 'subnet-1'", 0),
    "Tailpipe, many packets of few bytes": (
        """SELECT start, srcaddr, dstaddr, packets, bytes, protocol, vpc_id FROM flows
           WHERE packets > 1000 AND bytes < 5000""", 0),
    "Tailpipe, unusually large transfers": (
        """SELECT start, srcaddr, dstaddr, bytes, packets, protocol, vpc_id FROM flows WHERE bytes > 500000000""", 3),
    "Tailpipe, high-volume traffic": (grouped(f"{MINUTE}, srcaddr", "count(*)") + " HAVING count(*) > 100", 2),
    "Tailpipe, high-volume rejected traffic": (
        grouped(f"{MINUTE}, srcaddr", "count(*)", "action = 'REJECT'") + " HAVING count(*) > 50", 2),
    "Tailpipe, traffic outside business hours": (
        f"SELECT start, {ROUTE}, vpc_id FROM flows WHERE start // 3600 % 24 >= 20 OR start // 3600 % 24 < 6", 0),
    "Tailpipe, traffic of an instance": (
        f"SELECT start, {ROUTE}, instance_id, action FROM flows WHERE instance_id = 'i-1'", 0),
    "Tailpipe, rejected traffic": (
        "SELECT start, srcaddr, dstaddr, protocol, action FROM flows WHERE action = 'REJECT'", 0),
    "Tailpipe, traffic of interfaces by the minute": (
        grouped(f"interface_id, {MINUTE}", "count(*), sum(bytes)", "bytes IS NOT NULL"), 3),
    "Port scans": (grouped("srcaddr", "count(DISTINCT dstport), count(DISTINCT dstaddr)",
                           "action = 'REJECT' OR tcp_flags = 2") + " HAVING count(DISTINCT dstport) >= 20", 1),
    "When there is most traffic": (grouped(f"dayname({LOCAL}), hour({LOCAL})", "sum(bytes)"), 2),
    "Bad addresses": (grouped("srcaddr, dstaddr", "sum(bytes)", "is_bad(srcaddr) OR is_bad(dstaddr)"), 2),
    "Where the traffic goes": (grouped("label_of(srcaddr), label_of(dstaddr)", "sum(bytes)"), 2),
    "Internet traffic of a subnet": (
        grouped("srcaddr, service_of(srcport, dstport, protocol)", "sum(bytes)",
                "label_of(srcaddr) = 'web' AND class_of(dstaddr) = 'public'"), 2),
    "Flows without a known service": (
        grouped("service_of(srcport, dstport, protocol)", "count(*)",
                "NOT (dstport IN (443, 22) AND protocol = 6)"), 1),
}


def recipes(page: Path) -> dict[str, list[str]]:
    """The arguments of the command of each recipe."""
    found = re.findall(r"^\*\*(.+?)\*\*.*\n\n    flowlog (.*)$", page.read_text(), re.MULTILINE)
    return {name: shlex.split(command) for name, command in found}


def limit_of(arguments: list[str]) -> int | None:
    for option in ("-n", "--head"):
        if option in arguments:
            return int(arguments[arguments.index(option) + 1])
    return None if arguments[0] == "print" or "--all" in arguments else 20


def cell(value: object) -> str:
    """A value as text; numbers alike, whether they are whole or not. The command prints one decimal, or three digits."""
    text = "" if value is None else str(value)
    if not re.fullmatch(r"-?[0-9]+\.[0-9]+(e[+-]?[0-9]+)?", text):
        return text
    return real(float(text)).removesuffix(".0")


def compare(name: str, arguments: list[str], found: list[list[str]], expected: list[list[str]]) -> str | None:
    """What differs, if anything does. Of equally large rows, any may be among the first."""
    by, limit = QUESTIONS[name][1], limit_of(arguments)
    if not expected:
        return "the question has no answer in these logs"
    if by is None:
        return None if found == expected[:limit] else "other rows"
    if Counter(map(tuple, found)) - Counter(map(tuple, expected)):
        return f"rows that SQL has not: {list((Counter(map(tuple, found)) - Counter(map(tuple, expected))))[:3]}"
    largest = sorted((int(row[by] or -1) for row in expected), reverse=True)[:limit]
    if [int(row[by] or -1) for row in found] != largest:
        return f"other ranks: {[row[by] for row in found][:5]}, not {largest[:5]}"
    return None


def main() -> int:
    flowlog, rng = Path(sys.argv[1]).resolve(), random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 5)
    commands = recipes(Path(__file__).resolve().parents[2] / "docs/recipes.md")
    differing = 0
    for name in sorted(commands.keys() ^ QUESTIONS.keys()):
        differing += 1
        print(f"{name}: there is no {'question in SQL' if name in commands else 'such recipe'}")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "logs").mkdir()
        for name, text in (("bad.txt", BAD), ("subnets.csv", SUBNETS), ("lookup_table.csv", TAGS)):
            (Path(folder) / name).write_text(text)
        write_log(Path(folder) / "logs/vpc.log", rng, 6000)
        db = duckdb.connect()
        load(db, Path(folder) / "logs/vpc.log")
        for name in commands.keys() & QUESTIONS.keys():
            expected = [[cell(x) for x in row] for row in db.execute(QUESTIONS[name][0]).fetchall()]
            done = subprocess.run([flowlog, *commands[name], "--csv"], cwd=folder, capture_output=True, text=True,
                                  check=False)
            found = [list(map(cell, row)) for row in list(csv.reader(io.StringIO(done.stdout)))[1:]]
            difference = done.stderr if done.returncode else compare(name, commands[name], found, expected)
            if difference:
                differing += 1
                print(f"{name}: {shlex.join(['flowlog', *commands[name]])}\n    {difference}")
    print(f"{len(commands)} recipes, of which {differing} differ from SQL")
    return differing != 0


if __name__ == "__main__":
    sys.exit(main())
