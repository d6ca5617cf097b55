# SPDX-License-Identifier: BSL-1.0
"""The job "fields": every field of every flow, decoded by the library in a range-for and added up."""
import subprocess

from .case import Case, Entry, Goal
from .data import REFERENCE, hash_of_lines

TRUTH = REFERENCE / "fields.awk"


def answer(folder):
    try:
        return hash_of_lines((folder / "sums.csv").read_bytes().splitlines())
    except FileNotFoundError:
        return "no sums.csv"


def fields(lab):
    data = lab.generator.plain(malformed=0)
    files = list(map(str, data.files))

    def compute():
        told = subprocess.run(["mawk", "-f", TRUTH, *files], check=True, stdout=subprocess.PIPE)
        return hash_of_lines(told.stdout.splitlines())

    program = str(lab.programs / "flowlog_contender_fields")
    entries = [
        Entry("wc -l", ["wc", "-l", *files], "read"),
        Entry("flowlog, range-for", [program, "{out}", *files], "fields"),
        Entry("flowlog, range-for over any format", [program, "--any", "{out}", *files], "fields"),
    ]
    return Case(
        data,
        "All 14 fields of one plain file, decoded through range-for by one thread",
        "wc -l",
        entries,
        answer,
        lab.generator.remember("fields", [*data.files, TRUTH], compute),
        goals=[Goal("flowlog, range-for", 0.25, "wc -l")],
    )
