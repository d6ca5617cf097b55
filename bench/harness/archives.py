# SPDX-License-Identifier: BSL-1.0
"""The jobs on archives: the same flows as flow-tools, as nfdump and, for the truth, as text."""
import csv
import shlex
import subprocess

from . import case, groups, tag
from .case import Case, Entry, Goal
from .data import PROTOCOLS, REFERENCE, DataSet, hash_of_lines

ROWS = REFERENCE / "rows.awk"


def open_archive(lab, name, outside=100_000):
    """An archive, and the same as text."""
    folder, flows, stamp = lab.generator.archives(outside)
    text = folder / "v5.log"
    return (
        DataSet(f"{name}-{outside}", [folder / name], flows * 64, flows, stamp),
        DataSet("archives", [text], text.stat().st_size, stamp=stamp),
    )


def size_fact(data):
    size = data.files[0].stat().st_size
    return f"{data.flows:,} flows, {size / data.flows:.1f} bytes each"


def count_ports(lab, name, title, goal, floors=(), other=None):
    """`tag` on flow-tools: at least `goal` million flows a second, or `goal` times what another entry does."""
    data, text = open_archive(lab, name)
    right = tag.truth(lab, text.name, text.files, text.stamp)
    path = str(data.files[0])
    entries = [Entry("cat >/dev/null", ["cat", path], "read")]
    entries += [Entry(name, [*command, path], "read") for name, command in floors]
    entries += tag.flowlog(lab, data.files)
    goals = [Goal("flowlog, 1 thread", goal, other)]
    facts = [size_fact(data)]
    return Case(data, title, "cat >/dev/null", entries, tag.answer, right["answer"], facts, goals=goals)


def flow_tools(lab):
    return count_ports(lab, "v5.ft", "tag on flow-tools, NetFlow v5", 60)


def flow_tools_zlib(lab):
    """To be twice as fast as flow-stat, which spent 0.333 of 0.419 s on zlib's inflating where it was measured: 1.6 times
    as fast as that alone."""
    floor = ("inflate, zlib", [str(lab.programs / "flowlog_contender_inflate_zlib")])
    return count_ports(lab, "v5-z.ft", "tag on flow-tools, NetFlow v5, zlib", 1.6, [floor], floor[0])


def rows_answer(folder):
    """A hash of the rows, of the columns that the programs have in common."""
    canonical = ["mawk", "-v", f"protocols={PROTOCOLS}", "-f", str(ROWS), str(folder / "rows.csv")]
    told = subprocess.run(f"{shlex.join(canonical)} | md5sum", shell=True, check=True, stdout=subprocess.PIPE)
    return told.stdout.decode().split()[0]


def print_rows(lab):
    """`print` of all columns."""
    data, text = open_archive(lab, "v5.ft")
    nfdump = str(data.files[0].with_suffix(".nfdump"))

    def compute():
        script = f"tr ' ' , <{shlex.quote(str(text.files[0]))} | mawk -f {shlex.quote(str(ROWS))} | md5sum"
        return subprocess.run(script, shell=True, check=True, stdout=subprocess.PIPE).stdout.decode().split()[0]

    kept = {"job": "print", "stdout": "rows.csv", "checked_once": True}
    entries = [Entry("nfdump -o csv", ["nfdump", "-N", "-r", nfdump, "-o", "csv"], **kept)]
    if lab.flowlog:
        for name, path in {"flow-tools": str(data.files[0]), "the nfdump file": nfdump}.items():
            entries.append(Entry(f"flowlog, {name}", [str(lab.flowlog), "print", path, "--csv", "--quiet"], **kept))
    return Case(
        data,
        "print --csv of all columns",
        "nfdump -o csv",
        entries,
        rows_answer,
        lab.generator.remember("rows", [*text.files, ROWS], compute, text.stamp),
        facts=[size_fact(data)],
        goals=[Goal("flowlog, flow-tools", 10)],
    )


def ranking_answer(folder):
    """A hash of what a ranking says of addresses and bytes: of flowlog's CSV or nfdump's."""
    try:
        with (folder / "groups.csv").open(newline="") as file:
            rows = csv.DictReader(file)
            pairs = [(row.get("val") or row.get("ip"), row.get("byt") or row.get("bytes")) for row in rows]
    except FileNotFoundError:
        return "no groups.csv"
    return hash_of_lines(f"{address},{size}".encode() for address, size in pairs if address and size)


def by_address(lab, outside):
    """Each flow counts for both its addresses."""
    data, text = open_archive(lab, "v5.nfdump", outside)
    right = groups.truth(lab, text, ["ip"], False, ["bytes"])
    path = str(data.files[0])
    nfdump = ["nfdump", "-q", "-N", "-r", path, "-s", "ip/bytes", "-n", "20", "-o", "csv"]
    command = ["top", path, "--by", "ip", "--sum", "bytes", "-n", "20", "--csv", "--quiet"]
    entries = [
        Entry("nfdump -s", nfdump, "top", stdout="groups.csv"),
        *case.flowlog(lab, command, "top", stdout="groups.csv"),
    ]
    return Case(
        data,
        f"top --by ip --sum bytes -n 20 of an nfdump file with {right['groups']:,} addresses",
        "nfdump -s",
        entries,
        ranking_answer,
        right["top"],
        facts=[size_fact(data)],
        goals=[Goal(f"flowlog, {case.counted(n)}", 10, "nfdump -s") for n in case.threads()],
    )


def nfdump(lab):
    return by_address(lab, 100_000)


def nfdump_many(lab):
    return by_address(lab, 20_000_000)
