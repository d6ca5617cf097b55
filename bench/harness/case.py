# SPDX-License-Identifier: BSL-1.0
"""How a comparison is described: a case has entries, which are commands that do the same job beside floors that only
read."""
import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from .data import BENCH, Generator

CONTENDERS = BENCH / "contenders"


@dataclass
class Entry:
    """One command. `{out}` in an argument is the folder for its results; a file named by `stdout` there gets its
    standard output."""

    name: str
    command: list
    job: str  # "read" for floors, which have no answer
    validates: bool = False  # claims to tell damaged lines from good ones
    environment: dict = field(default_factory=dict)
    stdout: str | None = None
    checked_once: bool = False  # the standard output is kept and checked in a run before the others, which drop it


@dataclass
class Goal:
    """An entry must be so many times as fast as another, or do so many units a second."""

    entry: str
    at_least: float
    other: str | None = None


@dataclass
class Limit:
    """What a run of an entry costs at most: `wall` in seconds, or `peak_kb`."""

    entry: str
    cost: str
    at_most: float


@dataclass
class Case:
    data: object  # a DataSet
    title: str
    baseline: str  # the name of the entry that the others are compared with
    entries: list
    answer: Callable[[Path], str]  # what an entry left in its folder, in a form that does not depend on the order
    truth: str  # the right answer
    facts: list = field(default_factory=list)  # of the data, for the reader
    checks: dict = field(default_factory=dict)  # what else was compared: "same", "-" or what differs
    goals: list = field(default_factory=list)  # Goals and Limits
    damaged: bool = False  # whether the log has malformed lines
    name: str = ""


@dataclass
class Lab:
    """What cases are made with; None where a program is missing."""

    generator: Generator
    flowlog: Path | None
    programs: Path  # the folder of our contenders
    python: str  # with DuckDB and Polars


def shell(script, files):
    return ["sh", "-c", script, "sh", *map(str, files)]


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def threads():
    """One thread, and all processors."""
    return sorted({1, processors()})


def counted(number):
    return f"{number} thread{'s' * (number > 1)}"


def flowlog(lab, arguments, job, name="flowlog", **more):
    """The command flowlog with one thread, and with all processors."""
    if lab.flowlog is None:
        return []
    return [
        Entry(f"{name}, {counted(n)}", [str(lab.flowlog), *map(str, arguments), "--threads", str(n)], job, **more)
        for n in threads()
    ]


def script(*parts):
    """A part of a shell script."""
    return shlex.join(str(part) for part in parts)
