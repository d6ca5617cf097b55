# SPDX-License-Identifier: BSL-1.0
"""The job "tag": the flows of each tag, and of each port and protocol."""
import hashlib
import json
import subprocess

from . import case
from .case import CONTENDERS, Case, Entry, Goal, Limit, counted, processors, script, shell, threads
from .data import PROTOCOLS, REFERENCE

TRUTH = REFERENCE / "tag.awk"


def answer(folder):
    """A hash of the counts in tag_counts.csv and port_protocol_counts.csv that does not depend on their order."""
    digest = hashlib.sha256()
    for name in ("tag_counts.csv", "port_protocol_counts.csv"):
        try:
            lines = (folder / name).read_bytes().replace(b"\r", b"").splitlines()
        except FileNotFoundError:
            return f"no {name}"
        rows = sorted(line for line in lines[1:] if line and line != b"Untagged,0")
        digest.update(b"\n".join(rows) + b"\n\n")
    return digest.hexdigest()[:16]


def truth(lab, name, logs, stamp=None):
    """The right answer and what became of the lines, by reference/tag.awk."""

    def compute():
        out = lab.generator.folder / "truth"
        out.mkdir(exist_ok=True)
        packed = logs[0].suffix == ".gz"
        command = ["mawk", "-v", f"lookup={lab.generator.lookup}", "-v", f"protocols={PROTOCOLS}", "-v", f"out={out}"]
        unpack = subprocess.Popen([*(["gzip", "-dc"] if packed else ["cat"]), *logs], stdout=subprocess.PIPE)
        told = subprocess.run([*command, "-f", TRUTH], stdin=unpack.stdout, check=True, stdout=subprocess.PIPE)
        if unpack.wait() != 0:
            raise SystemExit("the truth could not be computed")
        accounting = {kind: int(count) for kind, count in (line.split(",") for line in told.stdout.decode().split())}
        return {"answer": answer(out), "accounting": accounting}

    return lab.generator.remember(name, [*logs, lab.generator.lookup, TRUTH, PROTOCOLS], compute, stamp)


def compare_accounting(lab, files, accounting):
    """Compares what flowlog says became of the lines with the truth."""
    if lab.flowlog is None:
        return "-"
    command = [lab.flowlog, "tag", *files, "--lookup", lab.generator.lookup, "--json", "--quiet"]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        total = json.loads(told.stdout)["total"]
        same = all(total["records" if kind == "flows" else kind] == n for kind, n in accounting.items())
    except (KeyError, ValueError):
        same = False
    return "same" if same else f"differs: {told.stdout[-300:].decode(errors='replace')}"


def flowlog(lab, files):
    options = ["--lookup", lab.generator.lookup, "--out", "{out}", "--quiet"]
    return case.flowlog(lab, ["tag", *files, *options], "tag", validates=True)


def awk(lab, program):
    lookup, protocols = f"lookup={lab.generator.lookup}", f"protocols={PROTOCOLS}"
    return f"mawk {script('-v', lookup, '-v', protocols)} -v out={{out}} {script('-f', program)}"


def cpp(lab):
    return [str(lab.programs / "flowlog_contender_tag"), str(lab.generator.lookup), str(PROTOCOLS)]


def engines(lab, files):
    """Programs that read plain and packed files by themselves."""
    tables, paths = [str(lab.generator.lookup), str(PROTOCOLS)], list(map(str, files))
    result = [
        Entry("Python", ["python3", str(CONTENDERS / "tag_plain.py"), *tables, "{out}", *paths], "tag"),
        Entry("Miller", ["bash", str(CONTENDERS / "tag_miller.sh"), *tables, "{out}", *paths], "tag"),
    ]
    for n in threads():
        duckdb = [lab.python, str(CONTENDERS / "tag_duckdb.py"), str(n), *tables, "{out}", *paths]
        polars = [lab.python, str(CONTENDERS / "tag_polars.py"), *tables, "{out}", *paths]
        result.append(Entry(f"DuckDB, {counted(n)}", duckdb, "tag"))
        result.append(Entry(f"Polars, {counted(n)}", polars, "tag", environment={"POLARS_MAX_THREADS": str(n)}))
    return result


def make(lab, data, title, baseline, entries, goals=()):
    found = truth(lab, data.name, data.files)
    accounting = found["accounting"]
    lines = ", ".join(f"{number:,} {kind}" for kind, number in accounting.items() if number)
    return Case(
        data,
        title,
        baseline,
        entries,
        answer,
        found["answer"],
        facts=[lines],
        checks={"flowlog's accounting": compare_accounting(lab, data.files, accounting)},
        goals=list(goals),
        damaged=accounting["malformed"] > 0,
    )


def read_plain(lab, files):
    awks = {"mawk": CONTENDERS / "tag.awk", "mawk, checking": TRUTH}
    return [
        Entry("wc -l", ["wc", "-l", *map(str, files)], "read"),
        Entry("cat >/dev/null", ["cat", *map(str, files)], "read"),
        *flowlog(lab, files),
        *(
            Entry(name, shell(awk(lab, path) + ' "$@"', files), "tag", validates=path == TRUTH)
            for name, path in awks.items()
        ),
        Entry("C++, getline", [*cpp(lab), "{out}", *map(str, files)], "tag"),
        *engines(lab, files),
    ]


def plain(lab):
    data = lab.generator.plain()
    many = f"flowlog, {counted(processors())}"
    goals = [
        Goal("flowlog, 1 thread", 0.65, "wc -l"),
        Goal("flowlog, 1 thread", 22, "mawk"),
        Goal("flowlog, 1 thread", 12, "DuckDB, 1 thread"),
        Limit("flowlog, 1 thread", "peak_kb", 32_000),
    ]
    if processors() > 1:
        goals += [Goal(many, 1.7, "flowlog, 1 thread"), Goal(many, 12, f"DuckDB, {counted(processors())}")]
    return make(lab, data, "One plain file", "wc -l", read_plain(lab, data.files), goals)


def small(lab):
    data = lab.generator.small()
    goals = [Limit("flowlog, 1 thread", "wall", 0.005)]
    return make(lab, data, "A file of 1 KB, start to end", "wc -l", read_plain(lab, data.files), goals)


def piped(lab, files, unpack):
    """Programs that read a pipe."""
    return [
        Entry(f"{unpack} | mawk", shell(f'{unpack} "$@" | {awk(lab, CONTENDERS / "tag.awk")}', files), "tag"),
        Entry(f"{unpack} | C++, getline", shell(f'{unpack} "$@" | {script(*cpp(lab))} {{out}} -', files), "tag"),
    ]


def gz(lab):
    data = lab.generator.gz()
    files = list(map(str, data.files))
    names = ("igzip -dc", "libdeflate-gunzip -c", "pigz -dc", "gzip -dc")
    floors = [Entry(name, [*name.split(), *files], "read") for name in names]
    entries = [*floors, *flowlog(lab, files), *piped(lab, files, "gzip -dc"), *engines(lab, files)]
    goals = [Goal(f"flowlog, {counted(processors())}", 1.1, "igzip -dc")]
    return make(lab, data, "One .gz file", "igzip -dc", entries, goals)


def objects(lab):
    data = lab.generator.objects()
    files = list(map(str, data.files))
    many = processors()
    baseline = f"libdeflate-gunzip -c, {many} processes"
    parallel = f'printf "%s\\0" "$@" | xargs -0 -n 10 -P {many} libdeflate-gunzip -c'
    entries = [
        Entry(baseline, shell(parallel, files), "read"),
        Entry("libdeflate-gunzip -c", ["libdeflate-gunzip", "-c", *files], "read"),
        Entry("gzip -dc", ["gzip", "-dc", *files], "read"),
        *flowlog(lab, files),
        *piped(lab, files, "gzip -dc"),
        *engines(lab, files),
    ]
    goals = [Goal(f"flowlog, {counted(many)}", 1.15, baseline)]
    return make(lab, data, f"{len(files)} small .gz files", baseline, entries, goals)
