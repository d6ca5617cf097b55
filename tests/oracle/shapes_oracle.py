# SPDX-License-Identifier: BSL-1.0
"""shapes_oracle.py FLOWLOG [SEED]: compares `flowlog digest` and `flowlog connections` with DuckDB on random logs, line by
line. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import csv
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

from logs import LARGEST, load, write_logs
from questions import address, time

SERVICES = Path(__file__).resolve().parents[2] / "include/flowlog/flow/service.hpp"
KNOWN = sorted(set(range(1024)) | {int(port) for port in re.findall(r"^    \{(\d+), \"", SERVICES.read_text(), re.M)})

# whether the source port is ephemeral
LARGER = "srcport >= dstport"
RULES = {
    "min-port": LARGER,
    "syn": f"CASE WHEN tcp_flags IS NOT NULL AND (tcp_flags::INT & 18) = 2 THEN true ELSE {LARGER} END",
    "direction": f"CASE flow_direction WHEN 'ingress' THEN true WHEN 'egress' THEN false ELSE {LARGER} END",
    "known": f"CASE WHEN (srcport IN {tuple(KNOWN)}) = (dstport IN {tuple(KNOWN)}) THEN {LARGER} "
             f"ELSE dstport IN {tuple(KNOWN)} END",
}
NO_PORTS = "srcport IS NULL OR dstport IS NULL OR srcport = 0 OR dstport = 0"
SUMS = "coalesce(sum(packets), 0), coalesce(sum(bytes), 0), min(start), max(\"end\"), bit_or(tcp_flags::INT)"


def ports(rule: str) -> tuple[str, str]:
    drop = RULES[rule]
    return (f"CASE WHEN {NO_PORTS} THEN srcport WHEN {drop} THEN 0 ELSE srcport END",
            f"CASE WHEN {NO_PORTS} THEN dstport WHEN {drop} THEN dstport ELSE 0 END")


def text(value: object) -> str:
    return "" if value is None else str(value)


def ip(v6: object, number: object) -> str:
    return "" if number is None else address(bool(v6), number)


class Oracle:
    def __init__(self, flowlog: str, folder: Path, seed: int) -> None:
        self.flowlog, self.folder = flowlog, folder
        self.logs = write_logs(folder, seed)
        self.db = duckdb.connect()
        load(self.db, self.logs)
        self.asked = self.differing = 0

    def run(self, *arguments: str) -> tuple[int, list[list[str]], str]:
        done = subprocess.run([self.flowlog, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        return done.returncode, list(csv.reader(io.StringIO(done.stdout)))[1:], done.stderr

    def compare(self, what: str, found: list[list[str]], expected: list[list[str]]) -> None:
        self.asked += 1
        if sorted(found) == sorted(expected):
            return
        self.differing += 1
        more = sorted(set(map(tuple, found)) - set(map(tuple, expected)))
        less = sorted(set(map(tuple, expected)) - set(map(tuple, found)))
        print(f"{what}: {len(found)} rows, DuckDB has {len(expected)}\n    flowlog: {more[:2]}\n    DuckDB:  {less[:2]}")

    def digest(self, logs: list[str], rule: str, global_bounds: bool) -> None:
        source, destination = ports(rule)
        of = ", ".join(f"'{log}'" for log in logs)
        bounds = self.db.execute(f"SELECT min(start), max(\"end\") FROM log WHERE log IN ({of}) AND NOT bad").fetchone()
        rows = self.db.execute(f"""SELECT account_id, interface_id, src_v6, src_num, dst_v6, dst_num, {source} AS s,
            {destination} AS d, protocol, action, {SUMS} FROM log WHERE log IN ({of}) AND NOT bad GROUP BY ALL""").fetchall()
        expected, too_large = [], 0
        has_flags = any(row[14] is not None for row in rows)
        for account, eni, s6, s, d6, d, sport, dport, protocol, action, packets, size, start, end, flags in rows:
            if max(packets, size) > LARGEST:
                too_large += 1
                continue
            start, end = bounds if global_bounds else (start, end)
            line = [text(x) for x in (account, eni, ip(s6, s), ip(d6, d), sport, dport, protocol, packets, size, start,
                                      end, action)]
            expected.append(["3" if has_flags else "2", *line, "OK"] + ([text(flags)] if has_flags else []))
        options = ["--global-bounds"] if global_bounds else []
        arguments = ["digest", *(f"{log}.log" for log in logs), "--ephemeral", rule, "--csv", *options]
        code, found, errors = self.run(*arguments)
        what = " ".join(arguments)
        assert code == (2 if too_large else 0), f"{what}: it ended with {code}:\n{errors}"
        assert not too_large or "do not fit into 64 bits" in errors, errors
        self.compare(what, found, expected)
        for threads in "123":
            if self.run(*arguments, "--threads", threads)[1] != found:
                self.differing += 1
                print(f"{what}: {threads} threads make a difference")

    def connections(self, logs: list[str]) -> None:
        of = ", ".join(f"'{log}'" for log in logs)
        known = "src_num IS NOT NULL AND dst_num IS NOT NULL AND protocol IS NOT NULL AND " \
                "(protocol IN (1, 58) OR (srcport IS NOT NULL AND dstport IS NOT NULL))"
        source = "CASE WHEN protocol IN (1, 58) THEN 0 ELSE srcport END"
        destination = "CASE WHEN protocol IN (1, 58) THEN 0 ELSE dstport END"
        sides: dict[tuple, dict[bool, tuple]] = {}
        for s6, s, d6, d, sport, dport, protocol, *values in self.db.execute(f"""
                SELECT src_v6, src_num, dst_v6, dst_num, {source} AS s, {destination} AS d, protocol, count(*), {SUMS},
                    bool_or(coalesce(action = 'ACCEPT', false)), bool_or(coalesce(action = 'REJECT', false))
                FROM log WHERE log IN ({of}) AND NOT bad AND {known} GROUP BY ALL""").fetchall():
            a, b = (s6, int(s), sport), (d6, int(d), dport)
            sides.setdefault((min(a, b), max(a, b), protocol), {})[a <= b] = tuple(values)
        expected = [self.connection(*ends, of_ends) for ends, of_ends in sides.items()]
        arguments = ["connections", *(f"{log}.log" for log in logs), "--all", "--csv"]
        code, found, errors = self.run(*arguments)
        what = " ".join(arguments)
        assert code == 0, f"{what}: it ended with {code}:\n{errors}"
        lost = self.db.execute(f"SELECT count(*) FROM log WHERE log IN ({of}) AND NOT bad AND NOT ({known})").fetchone()[0]
        assert f"{lost:,} flow" in errors, f"{what}: {lost} flows of no connection; {errors}"
        self.compare(what, found, expected)

    @staticmethod
    def connection(low: tuple, high: tuple, protocol: int, sides: dict[bool, tuple]) -> list[str]:
        nothing = (0, 0, 0, None, None, None, False, False)
        up, down = sides.get(True, nothing), sides.get(False, nothing)
        syn = [side[5] is not None and side[5] & 18 == 2 for side in (up, down)]
        sign, low_began = "port", low[2] >= high[2]
        if syn[0] != syn[1]:
            sign, low_began = "syn", syn[0]
        elif None not in (up[3], down[3]) and up[3] != down[3]:
            sign, low_began = "time", up[3] < down[3]
        if not low_began:
            low, high, up, down = high, low, down, up
        first = min((x for x in (up[3], down[3]) if x is not None), default=None)
        last = max((x for x in (up[4], down[4]) if x is not None), default=None)
        seconds = "" if None in (first, last) else f"{max(int(last) - int(first), 0):.1f}"
        counts = [text(min(side[i], LARGEST)) for i in range(3) for side in (up, down)]
        actions = " ".join(name for name, i in (("ACCEPT", 6), ("REJECT", 7)) if up[i] or down[i])
        return [address(low[0], low[1]), text(low[2]), address(high[0], high[1]), text(high[2]), text(protocol), sign,
                *counts, text(up[5]), text(down[5]), when(first), when(last), seconds, actions,
                "true" if up[0] and down[0] else "false"]


def when(seconds: object) -> str:
    return "" if seconds is None else time(seconds)


def main() -> int:
    flowlog, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(str(Path(flowlog).resolve()), Path(folder), seed)
        for logs in (["plain"], ["default"], ["plain", "other", "default", "bad"], ["huge"]):
            for rule in RULES:
                for global_bounds in (False, True):
                    oracle.digest(logs, rule, global_bounds)
            oracle.connections(logs)
        print(f"{oracle.asked} digests and lists of connections; {oracle.differing} are not as in DuckDB")
        return oracle.differing != 0


if __name__ == "__main__":
    sys.exit(main())
