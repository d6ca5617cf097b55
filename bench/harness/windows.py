# SPDX-License-Identifier: BSL-1.0
"""The job "diff": the groups of two logs, compared."""
import json
import subprocess

from . import case
from .case import Case, Entry, Goal, counted, threads
from .data import hash_of_lines
from .groups import COLUMNS, CONNECTIONS, TRUTH

KEYS = ["srcaddr", "dstaddr", "dstport"]
KINDS = ["added", "removed", "changed", "unchanged"]
FACTOR = 2
AT_MOST = 1.3  # times as long as the two tops


def groups(path):
    """The bytes of each group of a log, by reference/group.awk."""
    columns = ",".join(COLUMNS[key] for key in KEYS)
    told = subprocess.run(["mawk", "-v", f"keys={columns}", "-f", TRUTH, path], check=True, stdout=subprocess.PIPE)
    found = {}
    for line in told.stdout.splitlines():
        *key, _, size = line.split(b",")
        found[b",".join(key)] = int(size)
    return found


def kind_of(before, after):
    if before is None or after is None:
        return "added" if before is None else "removed"
    grew = before != after and max(before, after) >= FACTOR * min(before, after)
    return "changed" if grew else "unchanged"


def described(kinds):
    """Groups and bytes of each kind, as a hash."""
    return hash_of_lines([f"{kind} {kinds[kind]}".encode() for kind in KINDS])


def truth(lab, data):
    def compute():
        before, after = (groups(path) for path in data.files)
        kinds = {kind: [0, 0, 0] for kind in KINDS}
        for key in before.keys() | after.keys():
            sizes = before.get(key), after.get(key)
            of = kinds[kind_of(*sizes)]
            of[0] += 1
            of[1] += sizes[0] or 0
            of[2] += sizes[1] or 0
        return {"kinds": described(kinds), "groups": sum(of[0] for of in kinds.values())}

    return lab.generator.remember("windows", [*data.files, TRUTH], compute, data.stamp)


def answer(folder):
    try:
        found = json.loads((folder / "diff.json").read_bytes())
    except (FileNotFoundError, json.JSONDecodeError):
        return "no diff.json"
    return described({kind: [found[kind]["groups"], found[kind]["before"]["bytes"], found[kind]["after"]["bytes"]]
                      for kind in KINDS})


def diff(lab):
    data = lab.generator.windows(CONNECTIONS)
    right = truth(lab, data)
    files = list(map(str, data.files))
    options = ["--by", ",".join(KEYS), "--sum", "bytes", "-n", "20", "--quiet"]
    entries = []
    for n in threads() if lab.flowlog is not None else []:
        tops = [case.script(lab.flowlog, "top", path, *options, "--csv", "--threads", n) for path in files]
        entries.append(Entry(f"two tops, {counted(n)}", case.shell(" && ".join(tops), []), "read"))
    entries += case.flowlog(lab, ["diff", *files, *options, "--json"], "diff", stdout="diff.json")
    goals = [Goal(f"flowlog, {counted(n)}", 1 / AT_MOST, f"two tops, {counted(n)}") for n in threads()]
    title = f"diff A B --by {','.join(KEYS)} --sum bytes -n 20"
    return Case(data, title, "two tops, 1 thread", entries, answer, right["kinds"],
                facts=[f"{right['groups']:,} groups"], goals=goals)
