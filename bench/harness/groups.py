# SPDX-License-Identifier: BSL-1.0
"""The job "top": groups of flows of a text log, ranked."""
import subprocess

from . import case
from .case import CONTENDERS, Case, Entry, Goal, counted, threads
from .data import REFERENCE, hash_of_lines

TRUTH = REFERENCE / "group.awk"
COLUMNS = {"srcaddr": "4", "dstaddr": "5", "dstport": "7", "action": "13", "ip": "4/5"}
CONNECTIONS = 520_000  # make about a million different keys
SERVICES = "dstport < 1024 and protocol = tcp"


def rows_of(text):
    """The lines of a CSV file but its heading."""
    return text.replace(b"\r", b"").splitlines()[1:]


def answer(folder):
    try:
        return hash_of_lines(rows_of((folder / "groups.csv").read_bytes()))
    except FileNotFoundError:
        return "no groups.csv"


def truth(lab, data, keys, where, measures):
    """All groups by reference/group.awk: how many, their hash, and that of the 20 with the most."""

    def compute():
        command = ["mawk", "-v", f"keys={','.join(COLUMNS[key] for key in keys)}", "-v", f"services={int(where)}"]
        told = subprocess.run([*command, "-f", TRUTH, *data.files], check=True, stdout=subprocess.PIPE).stdout
        groups = []
        for line in told.splitlines():
            *key, flows, size = line.split(b",")
            of = {"flows": flows, "bytes": size}
            groups.append((int(of[measures[0]]), b",".join([*key, *(of[measure] for measure in measures)])))
        groups.sort(reverse=True)
        if len(groups) > 20 and groups[19][0] == groups[20][0]:
            raise SystemExit(f"the 20th and the 21st group by {keys} are equal: take another seed")
        lines = [line for _, line in groups]
        return {"groups": len(lines), "all": hash_of_lines(lines), "top": hash_of_lines(lines[:20])}

    name = "groups-" + "-".join([*keys, *measures])
    return lab.generator.remember(name, [*data.files, TRUTH], compute, data.stamp)


def compare_all(lab, command, right):
    """Compares all groups, not only the 20 largest."""
    if lab.flowlog is None:
        return "-"
    told = subprocess.run([lab.flowlog, *command, "--all"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return "same" if hash_of_lines(rows_of(told.stdout)) == right else "differs"


def make(lab, data, title, baseline, keys, where, goals):
    """`where`: only connections to services; then flows are counted as well."""
    measures = ["flows", "bytes"] if where else ["bytes"]
    right = truth(lab, data, keys, where, measures)
    files = list(map(str, data.files))
    command = ["top", *files, "--by", ",".join(keys), "--csv", "--quiet"]
    command += ["--where", SERVICES] if where else ["--sum", "bytes"]
    entries = [
        Entry("wc -l", ["wc", "-l", *files], "read"),
        *case.flowlog(lab, [*command, "-n", "20"], "top", stdout="groups.csv"),
    ]
    for n in threads():
        duckdb = [lab.python, str(CONTENDERS / "group_duckdb.py"), str(n), "{out}", ",".join(keys)]
        duckdb += ["services" if where else "all", *files]
        entries.append(Entry(f"DuckDB, {counted(n)}", duckdb, "top"))
    return Case(
        data,
        title,
        baseline,
        entries,
        answer,
        right["top"],
        facts=[f"{right['groups']:,} groups"],
        checks={"all groups of flowlog": compare_all(lab, command, right["all"])},
        goals=goals,
    )


def times_duckdb(at_least):
    return [Goal(f"flowlog, {counted(n)}", at_least, f"DuckDB, {counted(n)}") for n in threads()]


def action(lab):
    data = lab.generator.plain(malformed=0)
    title = f"top --where '{SERVICES}' --by action"
    return make(lab, data, title, "wc -l", ["action"], True, [Goal("flowlog, 1 thread", 0.45, "wc -l")])


def top(lab):
    data = lab.generator.plain(malformed=0)
    title = "top --by srcaddr --sum bytes -n 20"
    return make(lab, data, title, "DuckDB, 1 thread", ["srcaddr"], False, times_duckdb(8))


def keys(lab):
    data = lab.generator.connections(CONNECTIONS)
    title = "top --by srcaddr,dstaddr,dstport --sum bytes -n 20"
    names = ["srcaddr", "dstaddr", "dstport"]
    return make(lab, data, title, "DuckDB, 1 thread", names, False, times_duckdb(4))
