# SPDX-License-Identifier: BSL-1.0
"""duckdb_oracle.py FLOWLOG [SEED]: compares `flowlog top` with DuckDB on random logs: filters, groups, measures,
ranks, the groups left out, and totals. Exits with 77 if DuckDB (PyPI: duckdb) is not installed."""
import csv
import io
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

from logs import load, write_logs, write_tables
from questions import Answer, Question, ask, filter_questions, group_questions

ESTIMATE = 0.065  # four standard errors


class Oracle:
    """Asks flowlog and DuckDB, and reports differences."""

    def __init__(self, flowlog: str, folder: Path, seed: int) -> None:
        self.flowlog, self.folder = flowlog, folder
        self.logs = write_logs(folder, seed)
        self.tags, self.labels = write_tables(folder)
        self.db = duckdb.connect()
        load(self.db, self.logs)
        self.asked = self.differing = self.telling = 0

    def run(self, question: Question, *options: str) -> str:
        arguments = ["top", *(log + ".log" for log in question.logs), *question.options(), *options]
        if "tag" in (key.name for key in question.keys):
            arguments += ["--lookup", self.tags.name]
        if any(key.name.startswith("label") for key in question.keys):
            arguments += ["--map", self.labels.name]
        self.command = shlex.join(["flowlog", *arguments])
        done = subprocess.run([self.flowlog, *arguments], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"it ended with {done.returncode}:\n{done.stderr}")
        self.estimated = 'are estimates' in done.stderr  # which depend on a key that each run chooses
        return done.stdout

    def ask(self, question: Question, threads: bool) -> None:
        self.asked += 1
        try:
            answer = ask(self.db, question)
            self.telling += len(answer.groups) > 1
            rows = self.run(question, "--csv")
            if threads and not self.estimated:
                for count in "123":
                    if self.run(question, "--csv", "--threads", count) != rows:
                        raise AssertionError(f"{count} threads make a difference")
            compare_rows(question, answer, rows)
            compare_document(question, answer, json.loads(self.run(question, "--json")), self.logs)
        except AssertionError as difference:
            self.differing += 1
            print(f"{self.command}\n    {difference}")


def close(question: Question, expected: list[str], found: list[str]) -> bool:
    """Whether two answers are equal, except for estimates."""
    offset = len(expected) - len(question.measures)
    if len(found) != len(expected) or found[:offset] != expected[:offset]:
        return False
    for measure, a, b in zip(question.measures, expected[offset:], found[offset:]):
        estimated = measure.estimate and int(a) > 1024
        if a != b and not (estimated and abs(int(a) - int(b)) <= ESTIMATE * int(a)):
            return False
    return True


def compare_rows(question: Question, answer: Answer, text: str) -> None:
    found = list(csv.reader(io.StringIO(text)))
    assert found[0] == question.heading(), f"heading: {found[0]}, expected {question.heading()}"
    for number, (expected, row) in enumerate(zip(answer.groups, found[1:]), 1):
        assert close(question, expected, row), f"row {number}: {row}\n    DuckDB: {expected}"
    assert len(found) - 1 == len(answer.groups), f"{len(found) - 1} groups; DuckDB has {len(answer.groups)}"


def compare_document(question: Question, answer: Answer, found: dict, logs: dict) -> None:
    def values(members: dict) -> list[str]:
        pairs = zip(question.measures, members.values())
        return [x if isinstance(x, str) else measure.value(x) for measure, x in pairs]

    assert found["left_out"] == answer.left_out, f"{found['left_out']} are left out; DuckDB: {answer.left_out}"
    for name, expected in (("rest", answer.rest), ("all", answer.total)):
        assert close(question, expected, values(found[name])), f"{name}: {values(found[name])}\n    DuckDB: {expected}"
    total = found["total"]
    assert total["malformed"] == answer.malformed, f"{total['malformed']} malformed; DuckDB: {answer.malformed}"
    if question.where:
        assert found["matched"] == answer.matched, f"{found['matched']} matched; DuckDB: {answer.matched}"
    for kind in ("nodata", "skipdata"):
        expected = sum(getattr(logs[log], kind) for log in question.logs)
        assert total[kind] == expected, f"{total[kind]} {kind}, not {expected}"


def main() -> int:
    flowlog, seed = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        oracle = Oracle(str(Path(flowlog).resolve()), Path(folder), seed)
        for number, question in enumerate(filter_questions(rng, 150)):
            oracle.ask(question, threads=number % 10 == 0)
        for question in group_questions(rng, 100):
            oracle.ask(question, threads=True)
        print(f"{oracle.asked} questions, of which {oracle.telling} have several groups; "
              f"{oracle.differing} are not as in DuckDB")
        return oracle.differing != 0 or oracle.telling < oracle.asked // 2


if __name__ == "__main__":
    sys.exit(main())
