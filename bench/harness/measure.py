# SPDX-License-Identifier: BSL-1.0
"""Runs commands in turn and keeps what each run cost."""
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from .data import say

MEMORY = Path("/dev/shm")
ROOM = 4 * 10**9  # for what a job prints


@dataclass
class Result:
    """The runs of one entry, in the order of the rounds."""

    entry: object
    runs: list = field(default_factory=list)  # wall, user, system (s), peak_kb, other_load (CPUs)
    answer: str = ""  # "same", "differs", "-" for floors, or what went wrong


def busy_seconds():
    """CPU time that all processors have spent in processes since the system was started; 0 where it cannot be told."""
    try:
        with open("/proc/stat") as file:
            user, nice, system = map(int, file.readline().split()[1:4])
    except OSError:
        return 0.0
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


def scratch(build):
    """A folder for results, in memory where there is room, so that no disk is measured."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return tempfile.TemporaryDirectory(prefix="flowlog-bench-", dir=MEMORY if in_memory else build)


class Runner:
    def __init__(self, measure, folder, timeout):
        self.measure, self.timeout = measure, timeout
        self.out = folder / "out"
        self.report = folder / "run.json"
        self.errors = folder / "errors.txt"

    def run(self, entry, keep):
        """Runs a command once; returns its cost, or what went wrong as text. `keep`: its standard output, too."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        self.report.unlink(missing_ok=True)
        command = self.fill_in(entry.command)
        before, begin = busy_seconds(), time.monotonic()
        target = self.out / entry.stdout if keep and entry.stdout else os.devnull
        with open(os.devnull, "rb") as null, open(target, "wb") as stdout, self.errors.open("wb") as errors:
            process = subprocess.Popen(
                [self.measure, self.report, *command],
                stdin=null,
                stdout=stdout,
                stderr=errors,
                env={**os.environ, **entry.environment},
                start_new_session=True,
            )
            try:
                code = process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
                return f"took more than {self.timeout} s"
        elapsed = max(time.monotonic() - begin, 1e-3)
        if code != 0 or not self.report.exists():
            return f"failed ({code})"
        cost = json.loads(self.report.read_text())
        own = cost["user"] + cost["system"]
        cost["other_load"] = max(0.0, (busy_seconds() - before - own) / elapsed)
        return cost

    def fill_in(self, command):
        """Puts the folder for results into a command, quoted where it is a part of a script."""
        script = 2 if command[:2] == ["sh", "-c"] else None
        out = str(self.out)
        return [part.replace("{out}", shlex.quote(out) if i == script else out) for i, part in enumerate(command)]

    def compare(self, case, entries, rounds):
        """Each entry once a round, the order reversed in every other round."""
        results = [Result(entry) for entry in entries]
        for result in results:
            if result.entry.checked_once:
                self.add(case, result, checked=True)
                result.runs.clear()
        for round_number in range(rounds):
            for result in results if round_number % 2 == 0 else results[::-1]:
                if result.answer not in ("", "same", "-"):
                    continue
                self.add(case, result, checked=not result.entry.checked_once)
                done = f"{result.runs[-1]['wall']:.3f} s" if result.runs else ""
                say(f"{case.name} {round_number + 1}/{rounds} {result.entry.name}: {done} {result.answer}")
        return results

    def add(self, case, result, checked):
        cost = self.run(result.entry, checked)
        if isinstance(cost, str):
            result.runs.clear()
            result.answer = cost
            say(self.errors.read_text(errors="replace").strip()[-600:])
            return
        result.runs.append(cost)
        if result.entry.job == "read":
            result.answer = "-"
        elif checked:
            result.answer = "same" if case.answer(self.out) == case.truth else "differs"
