# SPDX-License-Identifier: BSL-1.0
"""The job "graph": the largest of a million edges, beside `top` with the same key."""
import json

from . import case
from .case import Case, Goal, counted, threads
from .data import hash_of_lines
from .groups import CONNECTIONS, rows_of, truth

KEYS = ("srcaddr", "dstaddr", "dstport")
AT_MOST = 2.0  # times the time of top


def answer(folder):
    """The 20 largest groups, of either command."""
    try:
        if (folder / "groups.csv").exists():
            return hash_of_lines(rows_of((folder / "groups.csv").read_bytes()))
        edges = json.loads((folder / "graph.json").read_bytes())["edges"]
    except (FileNotFoundError, json.JSONDecodeError):
        return "no graph.json"
    return hash_of_lines([
        ",".join(map(str, (e["source"], e["target"], e["keys"]["dstport"], e["action"], e["bytes"]))).encode()
        for e in edges
    ])


def graph(lab):
    data = lab.generator.connections(CONNECTIONS)
    keys = [*KEYS, "action"]
    right = truth(lab, data, keys, False, ["bytes"])
    files = list(map(str, data.files))
    top = ["top", *files, "--by", ",".join(keys), "--sum", "bytes", "-n", "20", "--csv", "--quiet"]
    drawn = ["graph", *files, "--by", ",".join(KEYS), "-n", "20", "--format", "json", "--quiet"]
    entries = [
        *case.flowlog(lab, top, "graph", name="top", stdout="groups.csv"),
        *case.flowlog(lab, drawn, "graph", stdout="graph.json"),
    ]
    goals = [Goal(f"flowlog, {counted(n)}", 1 / AT_MOST, f"top, {counted(n)}") for n in threads()]
    return Case(data, f"graph --by {','.join(KEYS)} -n 20", "top, 1 thread", entries, answer, right["top"],
                facts=[f"{right['groups']:,} edges"], goals=goals)
