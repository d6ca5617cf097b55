# SPDX-License-Identifier: BSL-1.0
"""What is compared: for each data set the commands that do the same job, beside floors that only read."""
import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from .data import BENCH, PROTOCOLS

CONTENDERS = BENCH / "contenders"


@dataclass
class Entry:
    """One command. `{out}` in an argument is the folder for its results."""

    name: str
    command: list
    job: str = "tag"  # or "read", for floors
    validates: bool = False  # claims to tell damaged lines from good ones
    environment: dict = field(default_factory=dict)


@dataclass
class Case:
    data: object
    title: str
    baseline: str  # the name of the entry that the others are compared with
    entries: list


@dataclass
class Tools:
    """Where the programs are; None where one is missing."""

    flowlog: Path | None
    tag_cpp: Path | None
    python: str  # with DuckDB and Polars
    lookup: Path


def shell(script, files):
    return ["sh", "-c", script, "sh", *map(str, files)]


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def flowlog(tools, files):
    if tools.flowlog is None:
        return []
    options = ["--lookup", str(tools.lookup), "--out", "{out}", "--quiet", "--threads"]
    many = processors()
    return [
        Entry(
            f"flowlog, {n} thread{'s' * (n > 1)}",
            [str(tools.flowlog), "tag", *map(str, files), *options, str(n)],
            validates=True,
        )
        for n in sorted({1, many})
    ]


def awk(tools, script):
    lookup, protocols, script = (shlex.quote(str(path)) for path in (tools.lookup, PROTOCOLS, script))
    return f"mawk -v lookup={lookup} -v protocols={protocols} -v out={{out}} -f {script}"


def engines(tools, files):
    """Programs that read plain and packed files by themselves."""
    lookup, protocols, paths = str(tools.lookup), str(PROTOCOLS), list(map(str, files))
    result = [
        Entry("Python", ["python3", str(CONTENDERS / "tag_plain.py"), lookup, protocols, "{out}", *paths]),
        Entry("Miller", ["bash", str(CONTENDERS / "tag_miller.sh"), lookup, protocols, "{out}", *paths]),
    ]
    for n in sorted({1, processors()}):
        threads = f"{n} thread{'s' * (n > 1)}"
        duckdb = [tools.python, str(CONTENDERS / "tag_duckdb.py"), str(n), lookup, protocols, "{out}", *paths]
        polars = [tools.python, str(CONTENDERS / "tag_polars.py"), lookup, protocols, "{out}", *paths]
        result.append(Entry(f"DuckDB, {threads}", duckdb))
        result.append(Entry(f"Polars, {threads}", polars, environment={"POLARS_MAX_THREADS": str(n)}))
    return result


def plain(tools, data):
    files = list(map(str, data.files))
    entries = [
        Entry("wc -l", ["wc", "-l", *files], job="read"),
        Entry("cat >/dev/null", ["cat", *files], job="read"),
        *flowlog(tools, files),
        Entry("mawk", shell(awk(tools, CONTENDERS / "tag.awk") + ' "$@"', files)),
        Entry("mawk, checking", shell(awk(tools, BENCH / "reference" / "tag.awk") + ' "$@"', files), validates=True),
        Entry("C++, getline", [str(tools.tag_cpp), str(tools.lookup), str(PROTOCOLS), "{out}", *files]),
        *engines(tools, files),
    ]
    return Case(data, "One plain file", "wc -l", entries)


def piped(tools, files, unpack):
    """Programs that read a pipe."""
    cpp = shlex.join([str(tools.tag_cpp), str(tools.lookup), str(PROTOCOLS)]) + " {out} -"
    return [
        Entry(f"{unpack} | mawk", shell(f'{unpack} "$@" | {awk(tools, CONTENDERS / "tag.awk")}', files)),
        Entry(f"{unpack} | C++, getline", shell(f'{unpack} "$@" | {cpp}', files)),
    ]


def gz(tools, data):
    files = list(map(str, data.files))
    floors = [
        Entry(name, [*name.split(), *files], job="read")
        for name in ("igzip -dc", "libdeflate-gunzip -c", "pigz -dc", "gzip -dc")
    ]
    entries = [*floors, *flowlog(tools, files), *piped(tools, files, "gzip -dc"), *engines(tools, files)]
    return Case(data, "One .gz file", "igzip -dc", entries)


def objects(tools, data):
    files = list(map(str, data.files))
    many = processors()
    baseline = f"libdeflate-gunzip -c, {many} processes"
    parallel = f'printf "%s\\0" "$@" | xargs -0 -n 10 -P {many} libdeflate-gunzip -c'
    entries = [
        Entry(baseline, shell(parallel, files), job="read"),
        Entry("libdeflate-gunzip -c", ["libdeflate-gunzip", "-c", *files], job="read"),
        Entry("gzip -dc", ["gzip", "-dc", *files], job="read"),
        *flowlog(tools, files),
        *piped(tools, files, "gzip -dc"),
        *engines(tools, files),
    ]
    return Case(data, f"{len(files)} small .gz files", baseline, entries)


def small(tools, data):
    case = plain(tools, data)
    return Case(data, "A file of 1 KB, start to end", "wc -l", case.entries)
