# SPDX-License-Identifier: BSL-1.0
"""Random logs with several layouts, and the same records in DuckDB."""
import ipaddress
import random
from dataclasses import dataclass
from pathlib import Path

DEFAULT = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action " \
          "log-status".split()
MORE = "vpc-id tcp-flags flow-direction pkt-dst-aws-service".split()
NUMBERS = "version srcport dstport protocol packets bytes start end tcp-flags".split()
BASE = 1714521600  # 2024-05-01T00:00Z
LARGEST = 2**64 - 1

TAGS = [("443", "tcp", "web"), ("80", "tcp", "web"), ("443", "udp", "quic"), ("53", "*", "dns"),
        ("8000-8999", "tcp", "apps"), ("8080", "tcp", "proxy"), ("1024-65535", "udp", "high, udp"), ("*", "1", "ping"),
        ("*", "*", "any"), ("22", "6", "ssh")]
LABELS = [("10.0.0.0/8", "office"), ("10.128.0.0/9", 'annex "B"'), ("10.7.0.0/16", "lab"), ("10.7.0.1/32", "door"),
          ("192.168.0.0/16", "home"), ("192.168.1.0/24", "guests"), ("0.0.0.0/1", "low"), ("2001:db8::/32", "six"),
          ("2001:db8::40/122", "rack"), ("fd00::/8", "office")]


@dataclass
class Log:
    path: Path
    columns: list[str]
    lines: int = 0
    nodata: int = 0
    skipdata: int = 0


class Writer:
    """Writes logs from one random sequence."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def maybe(self, value: object, absent: float = 0.05) -> str:
        return "-" if self.rng.random() < absent else str(value)

    def address(self) -> str:
        rng, kind = self.rng, self.rng.random()
        if kind < 0.08:
            return str(ipaddress.IPv6Address(0x20010DB8 << 96 | rng.randrange(100)))
        if kind < 0.12:
            head = rng.choice(["fe80", "fd00", "fc00:0:0:7", "ff02", "2a00:1450:4001:80b", "3fff", "2001:db8:0:8000"])
            return str(ipaddress.IPv6Address(f"{head}::{rng.randrange(1, 3):x}"))
        if kind < 0.14:
            return rng.choice(["::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::10.0.0.1", "0.0.0.0",
                               "255.255.255.255"])
        if kind < 0.40:
            return f"10.{rng.randrange(256)}.0.{rng.randrange(3)}"
        if kind < 0.60:
            return f"192.168.{rng.randrange(3)}.{rng.randrange(256)}"
        if kind < 0.70:
            return rng.choice(["10.0.0.1", "10.7.0.1"])
        if kind < 0.80:
            head = rng.choice(["127.0.0", "169.254.0", "100.64.0", "100.128.0", "172.16.0", "172.32.0", "192.0.2",
                               "192.0.0", "198.18.0", "198.51.100", "203.0.113", "224.0.0", "240.0.0", "0.1.2"])
            return f"{head}.{rng.randrange(4)}"
        return str(ipaddress.IPv4Address(rng.randrange(1 << 32)))

    def flow(self) -> dict[str, str]:
        rng = self.rng
        start = BASE + rng.randrange(-90000, 90000)
        packets = rng.choice([1, 10, rng.randrange(1, 100_000)])
        return {
            "version": "5", "account-id": "123456789010", "log-status": "OK",
            "interface-id": f"eni-{rng.randrange(5)}",
            "srcaddr": self.maybe(self.address(), 0.02), "dstaddr": self.maybe(self.address(), 0.02),
            "srcport": self.maybe(rng.choice([443, 53, rng.randrange(65536)])),
            "dstport": self.maybe(rng.choice([22, 53, 80, 443, 443, 8080, 8443, rng.randrange(65536)])),
            "protocol": self.maybe(rng.choice([6, 6, 6, 17, 1, 58, 254]), 0.02),
            "packets": self.maybe(packets),
            "bytes": self.maybe(rng.choice([0, 1024, 1500, packets * rng.randrange(40, 1500)])),
            "start": self.maybe(start), "end": self.maybe(start + rng.choice([0, 1, 30, 59])),
            "action": self.maybe(rng.choice(["ACCEPT", "ACCEPT", "REJECT"])),
            "vpc-id": self.maybe(f"vpc-{rng.randrange(30)}", 0.2), "tcp-flags": self.maybe(rng.randrange(64), 0.3),
            "flow-direction": self.maybe(rng.choice(["ingress", "egress"]), 0.1),
            "pkt-dst-aws-service": self.maybe(rng.choice(["S3", "EC2", "DYNAMODB"]), 0.5),
            "device-colour": rng.choice(["red", "blue"])}

    def no_flow(self, status: str, version: str) -> dict[str, str]:
        kept = {"version": version, "account-id": "123456789010", "interface-id": "eni-1", "start": str(BASE),
                "end": str(BASE + 60), "log-status": status}
        return {column: kept.get(column, "-") for column in [*DEFAULT, *MORE, "device-colour"]}

    def write(self, path: Path, columns: list[str], flows: int, heading: bool = True, change=lambda flow: None) -> Log:
        log = Log(path, columns, flows)
        with path.open("w") as out:
            if heading:
                out.write(" ".join(columns) + "\n")
            for _ in range(flows):
                flow, kind = self.flow(), self.rng.random()
                change(flow)
                if kind < 0.01:
                    flow, log.nodata = self.no_flow("NODATA", flow["version"]), log.nodata + 1
                elif kind < 0.02:
                    flow, log.skipdata = self.no_flow("SKIPDATA", flow["version"]), log.skipdata + 1
                out.write(" ".join(flow[column] for column in columns) + "\n")
        return log


def write_logs(folder: Path, seed: int) -> dict[str, Log]:
    """Logs by name: `plain` and `other` have all columns, in another order and with an unknown one; `default` has no
    heading; some `packets` of `bad` are malformed; some sums of `huge` do not fit into 64 bits."""
    writer = Writer(seed)
    rng = writer.rng
    shuffled = rng.sample([*DEFAULT, *MORE, "device-colour"], len(DEFAULT) + len(MORE) + 1)

    def age(flow: dict[str, str]) -> None:
        flow["version"] = "2"

    def spoil(flow: dict[str, str]) -> None:
        if rng.random() < 0.2:
            flow["packets"] = rng.choice(["x", "1e3", "-5", str(LARGEST + 1)])

    def swell(flow: dict[str, str]) -> None:
        if rng.random() < 0.002:
            flow["bytes"] = str(2**63)

    return {"plain": writer.write(folder / "plain.log", DEFAULT + MORE, 15_000),
            "other": writer.write(folder / "other.log", shuffled, 8_000),
            "default": writer.write(folder / "default.log", DEFAULT, 6_000, heading=False, change=age),
            "bad": writer.write(folder / "bad.log", DEFAULT + MORE, 2_000, change=spoil),
            "huge": writer.write(folder / "huge.log", DEFAULT + MORE, 4_000, change=swell)}


def sql_name(column: str) -> str:
    return '"' + column.replace("-", "_") + '"'


def load(db, logs: dict[str, Log]) -> None:
    """The table `log`: columns under SQL's names, NULL where a value is absent; for each address its family and number;
    whether `packets` is malformed. The tables `tags` and `labels`."""
    db.execute("SET error_on_division_by_zero = false")
    db.execute("CREATE TABLE raw (log VARCHAR, " + ", ".join(f"{sql_name(c)} VARCHAR" for c in DEFAULT + MORE) + ")")
    for name, log in logs.items():
        names = [c for c in log.columns if c in DEFAULT + MORE]
        types = ", ".join(f"'{sql_name(c)[1:-1]}': 'VARCHAR'" for c in log.columns)
        skip = 0 if name == "default" else 1
        db.execute(f"""INSERT INTO raw (log, {", ".join(map(sql_name, names))})
            SELECT '{name}', {", ".join(f"NULLIF({sql_name(c)}, '-')" for c in names)}
            FROM read_csv('{log.path}', delim=' ', header=false, skip={skip}, quote='', escape='', nullstr='',
                          auto_detect=false, columns={{{types}}})""")
    texts = [t for (t,) in db.execute("SELECT srcaddr FROM raw UNION SELECT dstaddr FROM raw").fetchall() if t]
    addresses = [(t, ":" in t, str(int(ipaddress.ip_address(t)))) for t in texts]
    db.execute("CREATE TABLE addresses (text VARCHAR, v6 BOOL, num UHUGEINT)")
    db.executemany("INSERT INTO addresses VALUES (?, ?, CAST(? AS UHUGEINT))", addresses)
    typed = ", ".join(f"TRY_CAST({sql_name(c)} AS HUGEINT) AS {sql_name(c)}" if c in NUMBERS else sql_name(c)
                      for c in DEFAULT + MORE)
    db.execute(f"""CREATE TABLE log AS SELECT row_number() OVER () AS id, log, {typed},
        s.v6 AS src_v6, s.num AS src_num, d.v6 AS dst_v6, d.num AS dst_num, packets IS NOT NULL AND
        (NOT regexp_full_match(packets, '[0-9]+') OR TRY_CAST(packets AS HUGEINT) > {LARGEST}) AS bad
        FROM raw LEFT JOIN addresses s ON s.text = srcaddr LEFT JOIN addresses d ON d.text = dstaddr
        WHERE log_status = 'OK'""")
    db.execute("UPDATE log SET packets = NULL WHERE bad")
    load_tables(db)


def load_tables(db) -> None:
    numbers = {"tcp": 6, "udp": 17}
    db.execute("CREATE TABLE tags (low INT, high INT, protocol INT, tag VARCHAR)")
    for port, protocol, tag in TAGS:
        low, _, high = ("0-65535" if port == "*" else port).partition("-")
        number = None if protocol == "*" else numbers.get(protocol) or int(protocol)
        db.execute("INSERT INTO tags VALUES (?, ?, ?, ?)", [int(low), int(high or low), number, tag])
    db.execute("CREATE TABLE labels (v6 BOOL, low UHUGEINT, high UHUGEINT, length INT, label VARCHAR)")
    for block, label in LABELS:
        net = ipaddress.ip_network(block)
        db.execute("INSERT INTO labels VALUES (?, CAST(? AS UHUGEINT), CAST(? AS UHUGEINT), ?, ?)",
                   [net.version == 6, str(int(net[0])), str(int(net[-1])), net.prefixlen, label])
    # the row of the table that covers the fewest ports and protocols, and the longest prefix
    db.execute("""CREATE TABLE tag_of AS SELECT id,
        arg_min(tag, (high - low + 1) * CASE WHEN t.protocol IS NULL THEN 256 ELSE 1 END) AS tag
        FROM log JOIN tags t ON (dstport BETWEEN low AND high OR (dstport IS NULL AND low = 0 AND high = 65535))
            AND (t.protocol IS NULL OR t.protocol = log.protocol)
        WHERE log.protocol IS NOT NULL GROUP BY id""")
    db.execute("""CREATE TABLE label_of AS SELECT a.v6, a.num, arg_max(label, length) AS label FROM addresses a
        JOIN labels l ON l.v6 = a.v6 AND num BETWEEN low AND high GROUP BY ALL""")


def write_tables(folder: Path) -> tuple[Path, Path]:
    """The table of tags and the table of labels as files."""
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set(',"') else text

    tags, labels = folder / "tags.csv", folder / "labels.csv"
    for path, heading, rows in ((tags, ("dstport", "protocol", "tag"), TAGS), (labels, ("cidr", "label"), LABELS)):
        path.write_text("".join(",".join(map(quoted, row)) + "\n" for row in (heading, *rows)))
    return tags, labels
