# SPDX-License-Identifier: BSL-1.0
"""diff_oracle.py FLOWLOG [SEED]: compares `flowlog diff`, `flowlog diff --split` and `flowlog top --in-out` with DuckDB
on random logs. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import csv
import io
import random
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

HEADING = "srcaddr dstaddr srcport dstport protocol packets bytes start end action"
SPLIT = 1714564800  # 2024-05-01T12:00:00Z
KEYS = ["srcaddr,dstaddr,dstport,protocol", "srcaddr", "dstport,protocol", "action", "srcaddr,action", "srcport"]


def write_log(path: Path, rng: random.Random, hosts: int, flows: int) -> None:
    """Writes a log in which some values are absent, and some flows much larger than others."""
    def maybe(value: object) -> object:
        return "-" if rng.random() < 0.03 else value

    with path.open("w") as out:
        print(HEADING, file=out)
        for _ in range(flows):
            start = SPLIT + rng.randint(-3600, 3600)
            print(maybe(f"10.0.{rng.randrange(3)}.{rng.randrange(hosts)}"), f"10.1.0.{rng.randrange(hosts)}",
                  maybe(rng.randrange(1024, 1030)), maybe(rng.choice([22, 53, 443])), rng.choice([6, 17]),
                  rng.randrange(9), maybe(int(10 ** rng.uniform(0, 6))), start, start + rng.randrange(60),
                  rng.choice(["ACCEPT", "REJECT"]), file=out)


def run(flowlog: str, *arguments: str) -> list[list[str]]:
    done = subprocess.run([flowlog, *arguments, "--csv"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"it ended with {done.returncode}:\n{done.stderr}")
    return list(csv.reader(io.StringIO(done.stdout)))


def side(table: str, keys: list[str], where: str) -> str:
    return (f"(SELECT {', '.join(keys)}, count(*) AS flows, coalesce(sum(bytes), 0) AS bytes FROM {table} "
            f"WHERE {where} GROUP BY ALL)")


def diff_in_sql(db: duckdb.DuckDBPyConnection, before: str, after: str, keys: list[str], factor: float) -> list[list[str]]:
    on = " AND ".join(f"a.{key} IS NOT DISTINCT FROM b.{key}" for key in keys)
    names = ", ".join(f"coalesce(a.{key}, b.{key})" for key in keys)
    rows = db.execute(f"""
        SELECT CASE WHEN a.flows IS NULL THEN 'added' WHEN b.flows IS NULL THEN 'removed' ELSE 'changed' END, {names},
               a.flows, b.flows, a.bytes, b.bytes, coalesce(b.bytes, 0) - coalesce(a.bytes, 0)
        FROM {before} a FULL OUTER JOIN {after} b ON {on}
        WHERE a.flows IS NULL OR b.flows IS NULL
           OR (a.bytes <> b.bytes AND greatest(a.bytes, b.bytes) >= {factor} * least(a.bytes, b.bytes))""").fetchall()
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def check_diff(found: list[list[str]], expected: list[list[str]]) -> None:
    rows = [row[:-1] for row in found[1:]]  # without the ratio
    assert sorted(rows) == sorted(expected), f"{len(rows)} rows; DuckDB has {len(expected)}"
    order = [(["added", "removed", "changed"].index(row[0]), -abs(int(row[-1]))) for row in rows]
    assert order == sorted(order), "the rows are not in order"
    for *_, before, after, _difference, ratio in found[1:]:
        expected_ratio = int(after) / int(before) if before not in ("", "0") and after else None
        assert (ratio == "") == (expected_ratio is None), f"ratio {ratio} of {before} and {after}"
        assert expected_ratio is None or abs(float(ratio) - expected_ratio) <= 1e-5 * expected_ratio


def check_in_out(flowlog: str, db: duckdb.DuckDBPyConnection, log: Path) -> int:
    rows = db.execute("""
        SELECT ip, sum(fi), sum(fo), sum(bi), sum(bo) FROM (
            SELECT dstaddr AS ip, 1 AS fi, 0 AS fo, coalesce(bytes, 0) AS bi, 0 AS bo FROM a
            UNION ALL SELECT srcaddr, 0, 1, 0, coalesce(bytes, 0) FROM a) GROUP BY ip""").fetchall()
    expected = [["" if cell is None else str(cell) for cell in row] for row in rows]
    found = run(flowlog, "top", str(log), "--by", "ip", "--in-out", "--flows", "--sum", "bytes", "--all")
    assert sorted(found[1:]) == sorted(expected), "top --in-out is not as in DuckDB"
    return len(expected)


def main() -> int:
    flowlog, seed = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rng, asked, rows = random.Random(seed), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(6):
            db = duckdb.connect()
            logs = {}
            for name in "ab":
                logs[name] = Path(folder) / f"{name}.log"
                write_log(logs[name], rng, rng.choice([3, 40]), rng.choice([200, 3000]))
                db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{logs[name]}', delim=' ', nullstr='-', "
                           "header=true, auto_detect=true)")
            for by in KEYS:
                keys, factor = by.split(","), rng.choice([1, 1.5, 2, 10])
                options = ["--by", by, "--all", "--factor", str(factor), "--threads", str(rng.randrange(1, 4))]
                found = run(flowlog, "diff", str(logs["a"]), str(logs["b"]), *options)
                check_diff(found, diff_in_sql(db, side("a", keys, "true"), side("b", keys, "true"), keys, factor))
                rows += len(found)
                found = run(flowlog, "diff", str(logs["a"]), "--split", str(SPLIT), *options)
                check_diff(found, diff_in_sql(db, side("a", keys, f"start < {SPLIT}"),
                                              side("a", keys, f"start >= {SPLIT}"), keys, factor))
                rows += len(found)
                asked += 2
            rows += check_in_out(flowlog, db, logs["a"])
            asked += 1
    print(f"{asked} questions, {rows} rows: all as in DuckDB")
    return rows < 1000


if __name__ == "__main__":
    sys.exit(main())
