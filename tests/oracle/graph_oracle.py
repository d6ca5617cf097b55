# SPDX-License-Identifier: BSL-1.0
"""graph_oracle.py FLOWLOG [SEED]: compares `flowlog graph` with DuckDB on random logs: edges, their order and numbers, what is
left out, and totals. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import json
import random
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import duckdb
except ImportError:
    print("DuckDB is not installed: nothing was compared with it")
    sys.exit(77)

from filters import random_filter
from logs import load, write_logs, write_tables
from questions import KEYS, MEASURES, Question, ask, network_key

MEMBERS = {"flows": "flows", "packets": "packets", "bytes": "bytes", "min(start)": "first", "max(end)": "last"}
BY_NAME = {key.name: key for key in [*KEYS, network_key("dst", 24), network_key("src", 8, 32)]}
ENDS = [  # what --by names, and the keys that it means
    ("", "srcaddr dstaddr"), ("ip", "srcaddr dstaddr"), ("dstaddr/8/32", "srcaddr/8/32 dstaddr/8/32"),
    ("srcaddr/24", "srcaddr/24 dstaddr/24"), ("class(srcaddr)", "class(srcaddr) class(dstaddr)"),
    ("label(dstaddr)", "label(srcaddr) label(dstaddr)"), ("tag", "srcaddr tag"), ("service", "srcaddr service"),
    ("dstport", "srcport dstport"), ("label(srcaddr),service", "label(srcaddr) service"),
    ("srcaddr,dstaddr,dstport", "srcaddr dstaddr dstport"),
    ("class(srcaddr),class(dstaddr),protocol,tag", "class(srcaddr) class(dstaddr) protocol tag"),
]


def text_of(cell: object) -> str:
    return "" if cell is None else str(cell)


def found_edges(document: dict) -> list[list[str]]:
    names = {node["id"]: node["name"] for node in document["nodes"]}
    assert len(names) == len(document["nodes"]), "two nodes have the same id"
    return [
        [names[edge["source"]], names[edge["target"]], *map(text_of, edge.get("keys", {}).values()),
         text_of(edge["action"]), *(text_of(edge[member]) for member in MEMBERS.values())]
        for edge in document["edges"]
    ]


def right_edges(groups: list[list[str]]) -> list[list[str]]:
    return [[source or "-", target or "-", *rest] for source, target, *rest in groups]


def compare(document: dict, answer) -> None:
    found, right = found_edges(document), right_edges(answer.groups)
    for number, (edge, expected) in enumerate(zip(found, right), 1):
        assert edge == expected, f"edge {number}: {edge}\n    DuckDB: {expected}"
    assert len(found) == len(right), f"{len(found)} edges; DuckDB has {len(right)}"
    assert document["left_out"] == answer.left_out, f"{document['left_out']} are left out; DuckDB: {answer.left_out}"
    for name, expected in (("rest", answer.rest), ("all", answer.total)):
        values = [text_of(document[name][member]) for member in MEMBERS.values()]
        assert values == expected, f"{name}: {values}\n    DuckDB: {expected}"
    assert document["total"]["malformed"] == answer.malformed, f"{document['total']['malformed']} malformed"


def main() -> int:
    flowlog, seed = str(Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rng = random.Random(seed)
    measures = [next(m for m in MEASURES if m.name == name) for name in MEMBERS]
    asked = differing = telling = 0
    with tempfile.TemporaryDirectory() as folder:
        logs = write_logs(Path(folder), seed)
        tags, labels = write_tables(Path(folder))
        db = duckdb.connect()
        load(db, logs)
        for round_ in range(3):
            for by, names in ENDS:
                sort = measures[2 - round_]
                question = Question(rng.choice([["plain", "other"], ["bad", "plain"], ["huge", "other"]]),
                                    [BY_NAME[name] for name in [*names.split(), "action"]], measures,
                                    random_filter(rng, 2) if round_ else None, sort, rng.choice([None, 0, 3, 50]))
                command = [flowlog, "graph", *(log + ".log" for log in question.logs), "--format", "json", "--quiet",
                           "--sort", sort.name, "--lookup", tags.name, "--map", labels.name]
                command += ["--by", by] if by else []
                command += ["--where", question.where.text] if question.where else []
                command += ["--all"] if question.limit is None else ["-n", str(question.limit)]
                asked += 1
                try:
                    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
                    assert done.returncode == 0, f"it ended with {done.returncode}:\n{done.stderr}"
                    answer = ask(db, question)
                    telling += len(answer.groups) > 1
                    compare(json.loads(done.stdout), answer)
                except AssertionError as difference:
                    differing += 1
                    print(f"{shlex.join(command)}\n    {difference}")
    print(f"{asked} graphs, of which {telling} have several edges; {differing} are not as in DuckDB")
    return differing != 0 or telling < asked // 3


if __name__ == "__main__":
    sys.exit(main())
