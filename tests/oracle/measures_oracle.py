# SPDX-License-Identifier: BSL-1.0
"""measures_oracle.py FLOWLOG [SEED]: compares averages, ratios, percentiles, durations, --having, the order of groups and
the parts of time of `flowlog top` with DuckDB on random logs. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import csv
import datetime
import io
import random
import subprocess
import sys
import tempfile
import zoneinfo
from pathlib import Path

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

HEADING = "srcaddr dstaddr dstport protocol packets bytes start end"
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]
FIRST = 1711756800  # 2024-03-30: clocks are changed in the months from then on
DURATION = "CASE WHEN \"end\" >= start THEN \"end\" - start END"
MEASURES = {  # as flowlog and as DuckDB compute them
    "avg(bytes)": "avg(bytes)",
    "avg(packets)": "avg(packets)",
    "bytes/packets": "coalesce(sum(bytes), 0) / nullif(sum(packets), 0)",
    "packets/flows": "coalesce(sum(packets), 0) / count(*)",
    "duration": f"coalesce(sum({DURATION}), 0)",
    "avg(duration)": f"avg({DURATION})",
    "max(duration)": f"max({DURATION})",
    "bytes/duration": f"coalesce(sum(bytes), 0) / nullif(sum({DURATION}), 0)",
    "percentile(bytes, 50)": "quantile_disc(bytes, 0.5)",
    "percentile(bytes, 95)": "quantile_disc(bytes, 0.95)",
    "percentile(packets, 10)": "quantile_disc(packets, 0.1)",
    "distinct(dstport)": "count(DISTINCT dstport)",
    "max(bytes)": "max(bytes)",
    "flows": "count(*)",
}
KEYS = {"srcaddr": "srcaddr", "dstport": "dstport", "hour": "hour", "weekday": "weekday", "week": "week",
        "month": "month", "date": "date", "start:1d": "day", "start:6h": "quarter"}


def local(time: int, zone: zoneinfo.ZoneInfo) -> list[str]:
    """The parts of a time, as keys print them."""
    there = datetime.datetime.fromtimestamp(time, zone)
    iso = there.isocalendar()

    def begin(hour: int) -> str:
        clocks = there.replace(hour=hour, minute=0, second=0, fold=0)
        if clocks.utcoffset() == there.utcoffset():
            clocks = clocks.replace(fold=there.fold)
        utc = clocks.astimezone(datetime.timezone.utc).astimezone(zone)
        return utc.isoformat() if zone.key != "UTC" else utc.strftime("%Y-%m-%dT%H:%M:%SZ")

    return [str(there.hour), there.strftime("%A"), f"{iso.year}-W{iso.week:02}", there.strftime("%Y-%m"),
            there.strftime("%Y-%m-%d"), begin(0), begin(there.hour // 6 * 6)]


def write_log(path: Path, rng: random.Random, zone: zoneinfo.ZoneInfo, flows: int) -> None:
    """Writes a log in which some values are absent, and a table of the same flows with the parts of their start."""
    def maybe(value: object) -> object:
        return "-" if rng.random() < 0.05 else value

    with path.open("w") as log, path.with_suffix(".txt").open("w") as table:
        print(HEADING, file=log)
        print(HEADING, "hour weekday week month date day quarter", file=table)
        for _ in range(flows):
            start = FIRST + rng.randrange(300 * 86400)
            row = [maybe(f"10.0.0.{rng.randrange(9)}"), "10.1.0.1", maybe(rng.randrange(1, 20)), rng.choice([6, 17]),
                   maybe(rng.randrange(50)), maybe(int(10 ** rng.uniform(0, 6))), start, start + rng.randrange(-5, 90)]
            print(*row, file=log)
            print(*row, *local(start, zone), file=table)


def same(name: str, expected: object, found: str) -> bool:
    if expected is None or found == "":
        return expected is None and found == ""
    a, b = float(expected), float(found)
    if name.startswith("percentile"):
        return abs(a - b) <= (a / 128 if a >= 128 else 0)
    return abs(a - b) <= (0.0501 if name not in ("duration", "flows") else 0)


def ask(flowlog: str, db: duckdb.DuckDBPyConnection, log: Path, zone: str, rng: random.Random) -> int:
    keys = rng.sample(list(KEYS), rng.choice([0, 1, 1, 2]))
    measures = rng.sample(list(MEASURES), rng.randrange(1, 5))
    ascending, limit = rng.random() < 0.5, rng.choice([3, 10, 1000])
    least = rng.choice([None, 1, 5, 40])
    rank, by_key = (keys[0], True) if keys and rng.random() < 0.3 else (measures[0], False)
    command = [flowlog, "top", str(log), "--tz", zone, "-n", str(limit), "--csv", "--threads", str(rng.randrange(1, 4))]
    if keys:
        command += ["--by", ",".join(keys)]
    for name in measures:
        kind, _, of = name.removesuffix(")").partition("(")
        command += (["--ratio", name] if "/" in name else ["--flows"] if name == "flows" else
                    ["--sum", name] if not of else [f"--{kind}", of.replace(", ", ":")])
    command += ["--sort", rank] + (["--ascending"] if ascending else [])
    having = ""
    if least is not None:
        command += ["--having", f"flows >= {least} and not max(bytes) < {least * 100}"]
        having = f"HAVING count(*) >= {least} AND coalesce(max(bytes) >= {least * 100}, true)"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stderr}"
    rows = list(csv.reader(io.StringIO(done.stdout)))
    names = [KEYS[key] for key in keys]
    columns = [*names, *(MEASURES[name] for name in measures)]
    group = "GROUP BY ALL" if keys else ""
    expected = db.execute(f"SELECT {', '.join(columns)} FROM flows {group} {having}").fetchall()
    assert rows[0][:len(keys) + len(measures)] == keys + measures, f"{command}: heading {rows[0]}"
    found = {tuple(row[:len(keys)]): row[len(keys):] for row in rows[1:]}
    groups = {tuple("" if key is None else str(key) for key in row[:len(keys)]): row[len(keys):] for row in expected}
    assert len(found) == min(limit, len(groups)), f"{command}: {len(found)} groups; DuckDB has {len(groups)}"
    for key, values in found.items():
        assert key in groups, f"{command}: {key} is no group of DuckDB's"
        for name, value, other in zip(measures, values, groups[key]):
            assert same(name, other, value), f"{command}: {key}: {name} is {value}; DuckDB: {other}"
    if not by_key and not rank.startswith(("percentile", "avg")) and "/" not in rank and limit < len(groups):
        order = sorted((row[0] for row in groups.values() if row[0] is not None), reverse=not ascending)
        shown = [float(row[len(keys)]) for row in rows[1:] if row[len(keys)] != ""]
        assert shown == [float(value) for value in order[:limit]], f"{command}: {shown} is not {order[:limit]}"
    return len(found)


def main() -> int:
    flowlog, seed = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rng, asked, rows = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for zone in ZONES:
            log = Path(folder) / "flows.log"
            write_log(log, rng, zoneinfo.ZoneInfo(zone), rng.choice([500, 5000]))
            db = duckdb.connect()
            db.execute(f"CREATE TABLE flows AS SELECT * FROM read_csv('{log.with_suffix('.txt')}', delim=' ', nullstr='-', "
                       "header=true, auto_detect=true, types={'hour': 'VARCHAR', 'date': 'VARCHAR', 'day': 'VARCHAR', "
                       "'quarter': 'VARCHAR', 'month': 'VARCHAR', 'week': 'VARCHAR'})")
            for _ in range(40):
                rows += ask(flowlog, db, log, zone, rng)
                asked += 1
    print(f"{asked} questions, {rows} rows: all as in DuckDB")
    return rows < 1000


if __name__ == "__main__":
    sys.exit(main())
