# SPDX-License-Identifier: BSL-1.0
"""The job "digest": a short flow log out of a long one."""
import subprocess

from . import case
from .case import CONTENDERS, Case, Entry, counted, threads
from .data import REFERENCE, hash_of_lines
from .groups import CONNECTIONS, times_duckdb

TRUTH = REFERENCE / "digest.awk"


def answer(folder):
    try:
        lines = (folder / "digest.log").read_bytes().splitlines()
    except FileNotFoundError:
        return "no digest.log"
    return hash_of_lines(sorted(line for line in lines if not line.startswith(b"version")))


def truth(lab, data):
    """The lines of the digest by reference/digest.awk: how many, and their hash."""

    def compute():
        told = subprocess.run(["mawk", "-f", TRUTH, *data.files], check=True, stdout=subprocess.PIPE).stdout
        lines = sorted(told.splitlines())
        return {"lines": len(lines), "hash": hash_of_lines(lines)}

    return lab.generator.remember("digest", [*data.files, TRUTH], compute, data.stamp)


def digest(lab):
    data = lab.generator.connections(CONNECTIONS)
    right = truth(lab, data)
    files = list(map(str, data.files))
    entries = [
        Entry("wc -l", ["wc", "-l", *files], "read"),
        *case.flowlog(lab, ["digest", *files, "--quiet"], "digest", stdout="digest.log"),
    ]
    for n in threads():
        duckdb = [lab.python, str(CONTENDERS / "digest_duckdb.py"), str(n), "{out}", *files]
        entries.append(Entry(f"DuckDB, {counted(n)}", duckdb, "digest"))
    return Case(
        data,
        "digest",
        "DuckDB, 1 thread",
        entries,
        answer,
        right["hash"],
        facts=[f"{right['lines']:,} lines of digest"],
        goals=times_duckdb(4),
    )
