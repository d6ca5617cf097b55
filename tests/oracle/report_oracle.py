# SPDX-License-Identifier: BSL-1.0
"""report_oracle.py FLOWLOG [SEED]: makes a page of all reports on generated logs, reads every number back out of the HTML,
and compares it with the same question in SQL. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import datetime
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

from recipes_oracle import SUBNETS, TAGS, load, write_log


class Page(HTMLParser):
    """The parts of a page: its facts, its drawings' titles, and its tables as lists of cells."""

    def __init__(self, text: str):
        super().__init__()
        self.facts, self.titles, self.tables = {}, {}, {}
        self.card, self.text, self.name, self.row, self.exact = None, "", None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("h2", "dt", "dd", "title", "th", "td"):
            self.text, self.exact = "", given.get("data-v")
            self.shares = "share" in given.get("class", "").split()
        if tag == "tr":
            self.row = []
        if tag in ("thead", "tbody", "tfoot"):
            self.rows = []

    def handle_data(self, data):
        self.text += data

    def handle_endtag(self, tag):
        if tag == "h2":
            self.card = self.text
        elif tag == "dt":
            self.name = self.text
        elif tag == "dd":
            self.facts[self.name] = self.text
        elif tag == "title" and self.card:
            self.titles.setdefault(self.card, set()).add(self.text)
        elif tag in ("th", "td"):
            if not self.shares and not (tag == "th" and self.text == "share"):
                self.row.append(self.text if self.exact is None else self.exact)
        elif tag == "tr":
            self.rows.append(self.row)
        elif tag in ("thead", "tbody", "tfoot"):
            self.tables.setdefault(self.card, {})[tag] = self.rows


def bytes_text(number: int) -> str:
    """A number of bytes as flowlog prints it."""
    value, unit = float(number), 0
    while value >= 999.5 and unit < 5:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} B" if unit == 0 else f"{value:.3g} {('B', 'kB', 'MB', 'GB', 'TB', 'PB')[unit]}"


def day(column: str) -> str:
    return f"strftime(make_timestamp({column} * 1000000), '%Y-%m-%dT%H:%M:%SZ')"


def net(column: str) -> str:
    """The network of an address: the generated IPv6 addresses have one group, then '::'."""
    return f"""CASE WHEN {column} LIKE '2a00:%' THEN '2a00::/64' WHEN {column} LIKE '2001:%' THEN '2001:db8::/64'
        ELSE regexp_replace({column}, '[0-9]+$', '0/24') END"""


PRIVATE = "class_of({0}) IN ('private', 'unique-local')".format
NOT_PRIVATE = "NOT coalesce(class_of({0}) IN ('private', 'unique-local'), false)".format
TO_SERVER = "NOT coalesce(dstport > srcport, false)"
KEYS = {"srcaddr/24": net("srcaddr"), "dstaddr/24": net("dstaddr"), "class(srcaddr)": "class_of(srcaddr)",
        "class(dstaddr)": "class_of(dstaddr)", "service": "service_of(srcport, dstport, protocol)",
        "label(srcaddr)": "label_of(srcaddr)", "label(dstaddr)": "label_of(dstaddr)",
        "tag": "CASE WHEN protocol = 6 AND dstport = 443 THEN 'web' WHEN protocol = 6 AND dstport = 22 THEN 'ssh' ELSE 'Untagged' END",
        "start:10m": "strftime(make_timestamp(start // 600 * 600000000), '%Y-%m-%dT%H:%M:%SZ')"}
MEASURES = {"flows": "count(*)", "bytes": "coalesce(sum(bytes), 0)", "packets": "coalesce(sum(packets), 0)",
            "distinct(srcaddr)": "count(DISTINCT srcaddr)", "distinct(dstaddr)": "count(DISTINCT dstaddr)",
            "distinct(dstport)": "count(DISTINCT dstport)", "min(start)": day("min(start)"), "max(end)": day('max("end")')}
# Which flows a table has; and which of its groups.
WHERE = {
    "Top senders": "true", "Top receivers": "true", "Who sends most to whom": "true", "Top services": "true", "Tags": "true",
    "Rejected, from private addresses": "action = 'REJECT' AND " + PRIVATE("srcaddr"),
    "Rejected, from other addresses": "action = 'REJECT' AND " + NOT_PRIVATE("srcaddr"),
    "Rejected, by service": "action = 'REJECT'",
    "Scans": "action = 'REJECT' OR coalesce(tcp_flags = 2, false)",
    "Inbound rules, by interface": f"action = 'ACCEPT' AND flow_direction = 'ingress' AND {TO_SERVER}",
    "Outbound rules, by interface": f"action = 'ACCEPT' AND flow_direction = 'egress' AND {TO_SERVER}",
    "Through NAT gateways": "dstaddr <> pkt_dstaddr AND class_of(pkt_dstaddr) = 'public'",
    "To the internet": PRIVATE("srcaddr") + " AND class_of(dstaddr) = 'public'",
    "Between labels": "true", "Interfaces, the longest silent first": "true", "Protocols": "true", "IPv4 and IPv6": "true",
    "Classes of addresses": "true", "TCP flags": "protocol = 6 AND tcp_flags IS NOT NULL",
}
HAVING = {"Scans": lambda row: int(row["distinct(dstport)"]) >= 20 or int(row["distinct(dstaddr)"]) >= 20}
RANKED = {"Interfaces, the longest silent first": ("max(end)", False)}


def cell(value: object) -> str:
    return "-" if value is None else str(value)


class Comparison:
    def __init__(self, db, page: Page):
        self.db, self.page, self.wrong, self.numbers = db, page, [], 0

    def check(self, what: str, found: object, expected: object) -> None:
        self.numbers += 1
        if found != expected:
            self.wrong.append(f"{what}: {found!r}, and not {expected!r}")

    def sums(self, measures: list[str], where: str) -> list[str]:
        return [cell(x) for x in self.db.execute(
            f"SELECT {', '.join(MEASURES[m] for m in measures)} FROM flows WHERE {where}").fetchone()]

    def table(self, title: str, table: dict) -> None:
        headings = table["thead"][0]
        keys = [h for h in headings if h not in MEASURES]
        measures = headings[len(keys):]
        sql = [KEYS.get(k, f'"{k.replace("-", "_")}"') for k in keys]
        where = WHERE[title]
        rows = self.db.execute(f"SELECT {', '.join(sql)}, {', '.join(MEASURES[m] for m in measures)} FROM flows WHERE {where} "
                               "GROUP BY ALL").fetchall()
        rows = [[cell(x) for x in row] for row in rows]
        wanted = [r for r in rows if title not in HAVING or HAVING[title](dict(zip(headings, r)))]
        # a service and the like is followed by its name
        shown = [[re.sub(" .*", "", k) for k in r[:len(keys)]] + r[len(keys):]
                 for r in table["tbody"]]
        for row in shown:
            self.numbers += len(measures)
            if row not in wanted:
                self.wrong.append(f"{title}: SQL has no row {row}")
        if len(set(map(tuple, shown))) != len(shown):
            self.wrong.append(f"{title}: a row is there twice")
        by, down = RANKED.get(title, (measures[0], True))
        at = headings.index(by)
        value = (lambda text: text) if by.endswith("(end)") else int
        ranked = sorted((value(r[at]) for r in wanted), reverse=down)[:len(shown)]
        self.check(f"{title}: ranks", [value(r[at]) for r in shown], ranked)
        self.check(f"{title}: rows", len(shown), min(len(wanted), 10))
        self.feet(title, table["tfoot"], measures, rows, wanted, shown, len(keys))

    def feet(self, title, feet, measures, rows, wanted, shown, width) -> None:
        feet = {re.sub("^[0-9,]+ ", "", r[0]).rstrip("s"): r for r in feet}
        additive = [n for n, m in enumerate(measures) if m in ("flows", "bytes", "packets")]

        def added(some) -> list[str]:
            return [str(sum(int(r[width + n]) for r in some)) for n in additive]

        left = list((Counter(map(tuple, wanted)) - Counter(map(tuple, shown))).elements())
        for name, some in (("other", left), ("excluded", [r for r in rows if r not in wanted])):
            if name not in feet:
                self.check(f"{title}: {name}", 0, len(some))
                continue
            self.check(f"{title}: number of {name}", int(feet[name][0].split()[0].replace(",", "")), len(some))
            self.check(f"{title}: {name}", [feet[name][1 + n] for n in additive], added(some))
        self.check(f"{title}: total", feet["total"][1:], self.sums(measures, WHERE[title]))

    def period(self, offset: int, zone: str) -> None:
        """When flows began, by the clocks of a zone."""
        first, last = (datetime.datetime.fromtimestamp((t + offset) // 60 * 60, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")
                       for t in self.db.execute("SELECT min(start), max(start) FROM flows").fetchone())
        self.check("Period", self.page.facts["Flows began"], f"{first} to {last} {zone}")

    def facts(self) -> None:
        flows, total, packets = self.db.execute("SELECT count(*), sum(bytes), sum(packets) FROM flows").fetchone()
        self.check("Flows", self.page.facts["Flows"], f"{flows:,}")
        self.check("Bytes", self.page.facts["Bytes"], bytes_text(total))
        self.check("Packets", self.page.facts["Packets"], f"{packets:,}")
        senders = self.db.execute("SELECT count(DISTINCT srcaddr) FROM flows").fetchone()[0]
        self.check("Senders", self.page.facts["Senders"], f"{senders:,}")

    def over_time(self, title: str, sql: str, text, offset: int = 0) -> None:
        """Each bar says when it begins by the clocks of a zone, and what each action had."""
        titles = sorted(t for t in self.page.titles[title] if re.match(r"[0-9-]{10} ", t))
        times = [datetime.datetime.strptime(t[:16] + "+0000", "%Y-%m-%d %H:%M%z") for t in titles]
        span = int(min(b - a for a, b in zip(times, times[1:])).total_seconds())
        found = Counter()
        for time, bar in zip(times, titles):
            for part in re.split(", (?=[A-Z])", bar)[1:]:
                action, amount = part.split(" ", 1)
                found[int(time.timestamp()), action] = amount
        expected = {(time, action): text(total) for time, action, total in self.db.execute(
            f"SELECT (start + {offset}) // {span} * {span}, action, {sql} FROM flows GROUP BY ALL HAVING {sql} > 0").fetchall()}
        self.check(title, dict(found), expected)

    def links(self, title: str, ends: list[str]) -> None:
        """Every band, and every party with what it sends or receives."""
        rows = self.db.execute(f"SELECT {ends[0]}, {ends[1]}, sum(bytes) FROM flows GROUP BY ALL").fetchall()

        def largest(end: int) -> set[str]:
            sums = Counter()
            for row in rows:
                sums[row[end]] += row[2]
            order = sorted(sums, key=lambda name: (-sums[name], name))
            return set(order if len(order) <= 9 else order[:8])

        senders, receivers, bands = largest(0), largest(1), Counter()
        for source, target, total in rows:
            bands[source if source in senders else "others", target if target in receivers else "others"] += total
        sent, received = Counter(), Counter()
        for (source, target), total in bands.items():
            sent[source] += total
            received[target] += total
        expected = {f"{a} → {b}: {bytes_text(n)}" for (a, b), n in bands.items() if n}
        expected |= {f"{a}: {bytes_text(n)}" for some in (sent, received) for a, n in some.items() if n}
        self.check(title, self.page.titles[title], expected)


def main() -> int:
    flowlog, seed = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("subnets.csv", SUBNETS), ("lookup_table.csv", TAGS)):
            Path(folder, name).write_text(text)
        write_log(Path(folder) / "vpc.log", random.Random(seed), 6000)
        db = duckdb.connect()
        load(db, Path(folder) / "vpc.log")
        for labels in (False, True):
            done = subprocess.run([flowlog, "report", "all", "vpc.log", "--html", "page.html", "--lookup", "lookup_table.csv",
                                   *(["--map", "subnets.csv"] if labels else [])], cwd=folder, check=False,
                                  capture_output=True, text=True)
            if done.returncode != 0:
                print(done.stderr)
                return 1
            page = Page(Path(folder, "page.html").read_text())
            comparison = Comparison(db, page)
            comparison.facts()
            comparison.period(0, "UTC")
            comparison.over_time("Bytes over time", "sum(bytes)", bytes_text)
            comparison.over_time("Flows over time", "count(*)", "{:,}".format)
            by = "coalesce(label_of({0}), '-')" if labels else "CASE WHEN class_of({0}) = 'public' THEN 'internet' ELSE {1} END"
            comparison.links("Who sends to whom", [by.format(end, net(end)) for end in ("srcaddr", "dstaddr")])
            comparison.links("From where to where", ["class_of(srcaddr)", "class_of(dstaddr)"])
            for title in sorted(page.tables.keys() - WHERE.keys()):
                comparison.wrong.append(f"{title}: there is no such question in SQL")
            for title in page.tables.keys() & WHERE.keys():
                comparison.table(title, page.tables[title])
            for difference in comparison.wrong:
                print(difference)
            wrong += len(comparison.wrong)
            print(f"{comparison.numbers} numbers of {len(page.tables)} tables and four drawings, of which "
                  f"{len(comparison.wrong)} differ from SQL")
        subprocess.run([flowlog, "report", "vpc.log", "--tz", "Asia/Kolkata", "--html", "page.html", "-q"], cwd=folder, check=True,
                       stderr=subprocess.DEVNULL)
        comparison = Comparison(db, Page(Path(folder, "page.html").read_text()))
        comparison.period(19800, "Asia/Kolkata")
        comparison.over_time("Bytes over time", "sum(bytes)", bytes_text, 19800)
        print(*comparison.wrong, f"{comparison.numbers} numbers by the clocks of India, of which {len(comparison.wrong)} differ", sep="\n")
        wrong += len(comparison.wrong)
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
