# SPDX-License-Identifier: BSL-1.0
"""Questions for `flowlog top`, and their answers from DuckDB."""
import datetime
import ipaddress
import random
from collections.abc import Callable
from dataclasses import dataclass

from filters import EXTRA, TESTS, Filter, in_sql, random_filter
from logs import LARGEST

CLASSES = "public private unique-local shared link-local loopback multicast broadcast documentation reserved " \
          "unspecified".split()
BLOCKS = {  # from RFC 6890 and its successors, the smallest blocks first
    "unspecified": ["0.0.0.0/32", "::/128"], "broadcast": ["255.255.255.255/32"],
    "loopback": ["::1/128", "127.0.0.0/8"],
    "documentation": ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"],
    "private": ["192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8"], "shared": ["100.64.0.0/10"],
    "link-local": ["169.254.0.0/16", "fe80::/10"], "unique-local": ["fc00::/7"],
    "multicast": ["224.0.0.0/4", "ff00::/8"], "reserved": ["192.0.0.0/24", "198.18.0.0/15", "0.0.0.0/8", "240.0.0.0/4"]}
PROTOCOLS = {6: "tcp", 17: "udp", 1: "icmp", 58: "ipv6-icmp"}


@dataclass
class Key:
    """A part of a key: the expressions that compute and order it, and how it is printed."""
    name: str
    sql: list[str]
    write: Callable[..., str] = str
    other: list[str] | None = None  # the same for the other end of a flow, if both count


def address(v6: bool, number: object) -> str:
    """An address as in RFC 5952: an IPv4-mapped one ends with the IPv4 address."""
    value = (ipaddress.IPv6Address if v6 else ipaddress.IPv4Address)(int(number))
    return f"::ffff:{value.ipv4_mapped}" if v6 and value.ipv4_mapped else str(value)


def network_key(side: str, v4: int, length: int | None = None) -> Key:
    v6 = 64 if length is None else length

    def write(is_v6: bool, number: object) -> str:
        return f"{address(is_v6, number)}/{v6 if is_v6 else v4}"

    def cut(bits: int) -> str:
        if bits == 128:
            return "0::UHUGEINT"
        return f"({side}_num // {1 << bits}::UHUGEINT) * {1 << bits}::UHUGEINT"

    return Key(f"{side}addr/{v4}" + ("" if length is None else f"/{v6}"),
               [f"{side}_v6", f"CASE WHEN {side}_v6 THEN {cut(128 - v6)} ELSE {cut(32 - v4)} END"], write)


def time(seconds: object) -> str:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def real(number: float) -> str:
    """A number as flowlog prints it: with one decimal, or as many as three significant digits need."""
    if 0 < abs(number) < 0.0001:
        return f"{number:.3g}"
    decimals, least = 1, 10.0
    while abs(number) < least and decimals < 6:
        decimals, least = decimals + 1, least / 10
    text = f"{number:.{decimals}f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def class_key(side: str) -> Key:
    def inside(block: str, v6: str, num: str) -> str:
        net = ipaddress.ip_network(block)
        return f"WHEN {v6} = {net.version == 6} AND {num} BETWEEN {int(net[0])}::UHUGEINT AND {int(net[-1])}::UHUGEINT"

    # an IPv4-mapped address has the class of the IPv4 address
    mapped = f"({side}_v6 AND {side}_num // 4294967296::UHUGEINT = 65535::UHUGEINT)"
    v6 = f"({side}_v6 AND NOT {mapped})"
    num = f"(CASE WHEN {mapped} THEN {side}_num % 4294967296::UHUGEINT ELSE {side}_num END)"
    cases = " ".join(f"{inside(b, v6, num)} THEN {CLASSES.index(name)}" for name in BLOCKS for b in BLOCKS[name])
    return Key(f"class({side}addr)", [f"CASE WHEN {side}_num IS NOT NULL THEN CASE {cases} ELSE 0 END END"],
               CLASSES.__getitem__)


def pair_key() -> Key:
    both = "src_num IS NOT NULL AND dst_num IS NOT NULL"

    def one_of(first: bool, what: str) -> str:
        src_first = "(src_v6 < dst_v6 OR (src_v6 = dst_v6 AND src_num <= dst_num))"
        a, b = ("src", "dst") if first else ("dst", "src")
        return f"CASE WHEN {both} THEN CASE WHEN {src_first} THEN {a}_{what} ELSE {b}_{what} END END"

    def write(_: int, a6: bool, a: object, b6: bool, b: object) -> str:
        return f"{address(a6, a)} - {address(b6, b)}"

    # two IPv4 addresses before one of each family before two IPv6 addresses
    return Key("pair", [f"CASE WHEN {both} THEN src_v6::INT + dst_v6::INT END", one_of(True, "v6"), one_of(True, "num"),
                        one_of(False, "v6"), one_of(False, "num")], write)


def either(key: Key, name: str) -> Key:
    """Turns a key of the source into a key of both ends."""
    return Key(name, key.sql, key.write, [sql.replace("src", "dst") for sql in key.sql])


def text_key(name: str) -> Key:
    return Key(name, [f'"{name.replace("-", "_")}"'])


KEYS = [
    Key("srcaddr", ["src_v6", "src_num"], address), Key("dstaddr", ["dst_v6", "dst_num"], address),
    *map(text_key, "srcport dstport protocol action vpc-id interface-id pkt-dst-aws-service tcp-flags packets".split()),
    Key("flow-direction", ["CASE flow_direction WHEN 'ingress' THEN 0 WHEN 'egress' THEN 1 END"],
        ["ingress", "egress"].__getitem__),
    network_key("src", 24), network_key("dst", 8, 32), network_key("src", 0, 0), network_key("dst", 32, 128),
    network_key("src", 9, 121),
    class_key("src"), class_key("dst"), pair_key(),
    Key("service", ["CASE WHEN srcport < dstport THEN srcport ELSE dstport END + 0 * (srcport + protocol)",
                    "protocol + 0 * (srcport + dstport)"],
        lambda port, protocol: f"{port}/{PROTOCOLS.get(protocol, protocol)}"),
    # without a port, a protocol that has ports has no tag
    Key("tag", ["CASE WHEN protocol IS NULL OR (dstport IS NULL AND protocol IN (6, 17, 33, 132, 136)) THEN NULL ELSE "
                "COALESCE((SELECT tag FROM tag_of WHERE tag_of.id = log.id), 'Untagged') END"]),
    *(Key(f"label({side}addr)", [f"(SELECT label FROM label_of l WHERE l.v6 = {side}_v6 AND l.num = {side}_num)"])
      for side in ("src", "dst")),
    *(Key(f"{of}:{text}", [f'("{of}" // {span}) * {span}'], time)
      for of, text, span in (("start", "5m", 300), ("start", "1h", 3600), ("end", "7d", 604800), ("start", "45s", 45))),
    Key("duration", ['CASE WHEN "end" >= start THEN "end" - start END']),
    Key("start", ["start"], time), Key("date", ["start // 86400"], lambda day: time(int(day) * 86400)[:10]),
]
KEYS += [either(Key("srcaddr", ["src_v6", "src_num"], address), "ip"), either(text_key("srcport"), "port"),
         either(network_key("src", 16, 48), "ip/16/48"), either(class_key("src"), "class(ip)"),
         either(Key("", ["(SELECT label FROM label_of l WHERE l.v6 = src_v6 AND l.num = src_num)"]), "label(ip)")]


@dataclass
class Measure:
    """A measure: the expressions that it needs, the one that it ranks by, and its value computed from them."""
    option: list[str]
    name: str
    sql: list[str]
    rank: str
    value: Callable[..., str] = lambda x: "" if x is None else str(x)
    estimate: bool = False


def measures() -> list[Measure]:
    result = [Measure(["--flows"], "flows", ["count(*)"], "count(*)")]
    for of in ("bytes", "packets", "tcp-flags"):
        sum_of = f'LEAST(COALESCE(sum("{of.replace("-", "_")}"), 0), {LARGEST})'
        result.append(Measure(["--sum", of], of, [sum_of], sum_of))
        if of == "tcp-flags":
            continue
        first, last = 'min(start)', 'max("end")'
        rate = f"{sum_of}::DOUBLE / GREATEST({last} - {first}, 1 + 0 * ({last} - {first}))::DOUBLE"
        result.append(Measure(["--rate", of], f"rate({of})", [rate], rate, lambda x: "" if x is None else real(x)))
    for of in ("bytes", "packets", "dstport", "start", "end", "protocol"):
        for kind in ("min", "max"):
            sql = f'{kind}("{of}")'
            is_time = of in ("start", "end")
            result.append(Measure([f"--{kind}", of], f"{kind}({of})", [sql], sql,
                                  lambda x, is_time=is_time: "" if x is None else time(x) if is_time else str(x)))
    for of in ("srcaddr", "dstport", "protocol", "action", "vpc-id", "start", "bytes"):
        sql = f'count(DISTINCT "{of.replace("-", "_")}")'
        result.append(Measure(["--distinct", of], f"distinct({of})", [sql], sql, estimate=True))
    return result


MEASURES = measures()
FEW_VALUES = ("distinct(protocol)", "distinct(action)", "distinct(vpc-id)")


@dataclass
class Question:
    logs: list[str]
    keys: list[Key]
    measures: list[Measure]
    where: Filter | None = None
    sort: Measure | None = None
    limit: int | None = 20  # None: all

    def options(self) -> list[str]:
        result = ["--by", ",".join(key.name for key in self.keys)]
        for measure in self.measures:
            result += measure.option
        if self.where:
            result += ["--where", self.where.text]
        if self.sort:
            result += ["--sort", self.sort.name]
        return result + (["--all"] if self.limit is None else ["-n", str(self.limit)])

    def heading(self) -> list[str]:
        keys = [key.name for key in self.keys]
        return keys + [f"sum({m.name})" if m.name in keys else m.name for m in self.measures]

    def reads_packets(self) -> bool:
        """Whether a malformed `packets` makes a record malformed whenever it is wanted."""
        return any("packets" in " ".join(part.sql) for part in [*self.keys, *self.measures])


@dataclass
class Answer:
    groups: list[list[str]]
    left_out: int
    rest: list[str]
    total: list[str]
    malformed: int
    matched: int


def ask(db, question: Question) -> Answer:
    """The answer of DuckDB."""
    logs = ", ".join(f"'{log}'" for log in question.logs)
    where = question.where.sql if question.where else "true"
    bad = "bad" if question.reads_packets() else "false"
    parts = [sql for key in question.keys for sql in key.sql]
    others = [sql for key in question.keys for sql in key.other or key.sql]
    db.execute("CREATE OR REPLACE TEMP TABLE flows AS SELECT *, "
               f"({where}) AS wanted, {bad} AS spoilt FROM log WHERE log IN ({logs})")
    malformed, matched = db.execute("SELECT count(*) FILTER (wanted IS NULL OR (wanted AND spoilt)), "
                                    "count(*) FILTER (wanted AND NOT spoilt) FROM flows").fetchone()
    db.execute("DELETE FROM flows WHERE NOT COALESCE(wanted, false) OR spoilt")
    ends = " UNION ".join("SELECT *, " + ", ".join(f"{sql} AS k{i}" for i, sql in enumerate(one)) + " FROM flows log"
                          for one in ([parts] if others == parts else [parts, others]))
    db.execute(f"CREATE OR REPLACE TEMP TABLE rec AS {ends}")
    keys = ", ".join(f"k{i}" for i in range(len(parts)))
    values = [sql for measure in question.measures for sql in measure.sql]
    columns = ", ".join(f"{sql} AS m{i}" for i, sql in enumerate(values))
    order = f"{(question.sort or question.measures[0]).rank} DESC NULLS LAST, " \
            + ", ".join(f"k{i} ASC NULLS FIRST" for i in range(len(parts)))
    db.execute(f"CREATE OR REPLACE TEMP TABLE ranked AS SELECT {keys}, {columns}, "
               f"row_number() OVER (ORDER BY {order}) AS place FROM rec GROUP BY {keys}")
    limit = "true" if question.limit is None else f"place <= {question.limit}"
    groups = [[*keys_of(question, row), *values_of(question, row[len(parts):])]
              for row in db.execute(f"SELECT * FROM ranked WHERE {limit} ORDER BY place").fetchall()]
    same = " AND ".join(f"rec.k{i} IS NOT DISTINCT FROM ranked.k{i}" for i in range(len(parts)))
    rest = db.execute(f"SELECT {columns} FROM rec JOIN ranked ON {same} WHERE NOT ({limit})").fetchone()
    total = db.execute(f"SELECT {columns} FROM flows").fetchone()
    (count,) = db.execute("SELECT count(*) FROM ranked").fetchone()
    return Answer(groups, count - len(groups), values_of(question, rest), values_of(question, total), malformed,
                  matched)


def keys_of(question: Question, row: tuple) -> list[str]:
    result, at = [], 0
    for key in question.keys:
        words = row[at:at + len(key.sql)]
        result.append("" if None in words else key.write(*words))
        at += len(key.sql)
    return result


def values_of(question: Question, row: tuple) -> list[str]:
    return [measure.value(x) for measure, x in zip(question.measures, row)]


def filter_questions(rng: random.Random, random_ones: int) -> list[Question]:
    """Every test, and random combinations of them: the flows wanted in all, and by action."""
    flows, size = MEASURES[0], MEASURES[1]
    action = next(key for key in KEYS if key.name == "action")
    wheres = [in_sql(test) for test in TESTS] + [random_filter(rng, 1 + i % 5) for i in range(random_ones)]
    result = [Question(["plain", "other", "bad"], [action], [flows, size], where) for where in wheres]
    result += [Question(["default", "plain"], [action], [flows, size], random_filter(rng, 2, default=True))
               for _ in range(random_ones // 5)]
    return result


def group_questions(rng: random.Random, random_ones: int) -> list[Question]:
    """Every key and every measure, and random combinations of them."""
    result = [Question(["plain", "other"], [key], [MEASURES[0], MEASURES[1]], limit=None) for key in KEYS]
    result += [Question(["plain", "bad"], [KEYS[3]], [MEASURES[0], measure] if measure.estimate else [measure],
                        limit=rng.choice([None, 3])) for measure in MEASURES]
    result += [Question(["huge"], [KEYS[3], KEYS[4]], MEASURES[:4], sort=MEASURES[1], limit=n) for n in (None, 5)]
    while len(result) < len(KEYS) + len(MEASURES) + random_ones:
        keys = rng.sample(KEYS, rng.choice([1, 2, 2, 3]))
        measures = rng.sample(MEASURES, rng.choice([1, 2, 3, 5]))
        default = not any(EXTRA.search(" ".join(p.sql)) for p in [*keys, *measures]) and rng.random() < 0.5
        logs = ["plain", "default"] if default else rng.choice(
            [["plain", "other"], ["other"], ["bad", "plain"], ["huge", "other"]])
        where = random_filter(rng, rng.randrange(3), default) if rng.random() < 0.5 else None
        ranking = [m for m in measures if not m.estimate or m.name in FEW_VALUES] + [MEASURES[0]]
        sort = rng.choice(ranking) if measures[0] not in ranking or rng.random() < 0.4 else None
        if sort and sort not in measures:
            measures.append(sort)
        if len({m.name for m in measures} & {k.name for k in keys}) == 0 or sort is None:
            result.append(Question(logs, keys, measures, where, sort, rng.choice([None, 0, 1, 7, 20, 20, 1000])))
    return result
