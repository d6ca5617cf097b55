# SPDX-License-Identifier: BSL-1.0
"""Answers from network flow logs, as rows: runs the command ``flowlog``, which this package brings.

    import flowlog_cli

    for row in flowlog_cli.top("vpc.log", by=["srcaddr", "service"], sum="bytes", n=20):
        print(row["srcaddr"], row["bytes"])

    table = flowlog_cli.print("logs/*.gz", where="action = REJECT").to_arrow()   # needs pyarrow

There is a function for each command that has rows. The options are those of the command, with ``_`` in place of ``-``
(``flowlog top --help`` prints them): ``True`` gives an option that has no value, and a list or tuple is joined by commas.
``rows`` and ``run`` call any command by its name.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import warnings
from typing import IO, TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Optional, Sequence, Union

if TYPE_CHECKING:
    import pyarrow

__all__ = [
    "FlowlogError", "FlowlogWarning", "Row", "Rows", "check", "connections", "detect", "diff", "digest", "fields", "find_flowlog",
    "ls", "print", "report", "rows", "run", "tag", "top",
]  # fmt: skip

Log = Union[str, "os.PathLike[str]"]
Option = Union[None, bool, int, float, str, "os.PathLike[str]", Sequence[Union[int, float, str]]]
Row = Dict[str, Any]


class FlowlogError(Exception):
    """The command failed, or the answer is incomplete; the message is the command's, ``exit_code`` its exit code."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class FlowlogWarning(UserWarning):
    """What the command warns of, such as malformed lines of a log."""


def find_flowlog() -> str:
    """The path of the command: the one that was installed with this package, or else the one on the PATH."""
    name = "flowlog"
    # pip install --target puts it into bin/ beside the package
    folders = [os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")]
    folders.append(sysconfig.get_path("scripts"))
    if hasattr(sysconfig, "get_preferred_scheme"):
        folders.append(sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user")))
    folders += os.environ.get("PATH", os.defpath).split(os.pathsep)
    for folder in folders:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise FileNotFoundError("the command flowlog is not there: pip install --force-reinstall flowlog-cli")


class Rows(Iterator[Row]):
    """The rows of an answer, one dict each. Each row can be read once, as it is printed: numbers are ``int`` or ``float``,
    an absent value is ``None``.

    At the end, warnings of the command become warnings of Python (``FlowlogWarning``), and an error is raised as
    ``FlowlogError``. ``close`` stops the command if the rest of the rows is not wanted; so does leaving a ``with`` block.
    """

    def __init__(self, command: str, logs: Sequence[Log], options: Dict[str, Option], stdin: Optional[IO[Any]]) -> None:
        self._strict = bool(options.get("strict"))
        self._messages = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            _words(command, logs, {**options, "ndjson": True}),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self._messages,
        )

    def __next__(self) -> Row:
        output = self._process.stdout
        line = b"" if output is None or output.closed else output.readline()
        if line:
            row: Row = json.loads(line)
            return row
        self._finish()
        raise StopIteration

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_process"):
            self.close()

    def close(self) -> None:
        """Stops the command, if it still runs."""
        if self._process.poll() is None:
            self._process.terminate()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()
        self._messages.close()

    def to_arrow(self) -> pyarrow.Table:
        """The rows that are left, as a table of Apache Arrow. Needs the package pyarrow."""
        import pyarrow

        def column(values: List[Any]) -> pyarrow.Array:
            try:
                return pyarrow.array(values)
            except OverflowError:  # counters from 2**63 on
                return pyarrow.array(values, pyarrow.uint64())

        parts = []
        while batch := list(itertools.islice(self, 65536)):
            names = dict.fromkeys(name for row in batch for name in row)
            parts.append(pyarrow.table({name: column([row.get(name) for row in batch]) for name in names}))
        return pyarrow.concat_tables(parts, promote_options="permissive") if parts else pyarrow.table({})

    def _finish(self) -> None:
        if self._messages.closed:
            return
        exit_code = self._process.wait()
        self._messages.seek(0)
        said = self._messages.read().decode(errors="replace").strip()
        self.close()
        _judge(exit_code, said, self._strict, stacklevel=4)


def rows(command: str, *logs: Log, stdin: Optional[IO[Any]] = None, **options: Option) -> Rows:
    """Runs a command whose answer is rows: ``rows("top", "vpc.log", by="srcaddr")``. The log ``"-"`` is ``stdin``, an open
    file."""
    return Rows(command, logs, options, stdin)


def run(command: str, *logs: Log, stdin: Optional[IO[Any]] = None, **options: Option) -> str:
    """Runs any command and returns what it prints: ``run("convert", "vpc.log", output="vpc.csv.gz")``,
    ``run("graph", "vpc.log", by="srcaddr/24")``."""
    done = subprocess.run(
        _words(command, logs, options),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        check=False,
    )
    _judge(done.returncode, done.stderr.decode(errors="replace").strip(), bool(options.get("strict")), stacklevel=3)
    return done.stdout.decode(errors="replace")


def top(*logs: Log, by: Option = None, **options: Option) -> Rows:
    """Groups flows and ranks the groups: ``top("vpc.log", by=["srcaddr", "service"], sum="bytes", n=20)``."""
    return rows("top", *logs, by=by, **options)


def tag(*logs: Log, lookup: Option = None, **options: Option) -> Rows:
    """Counts flows per tag: ``tag("vpc.log", lookup="tags.csv")`` has rows with ``tag`` and ``count``."""
    return rows("tag", *logs, lookup=lookup, **options)


def print(*logs: Log, where: Option = None, **options: Option) -> Rows:  # the name of the command
    """The flows, one by one: ``print("vpc.log", where="action = REJECT", fields=["srcaddr", "dstport"])``."""
    return rows("print", *logs, where=where, **options)


def digest(*logs: Log, **options: Option) -> Rows:
    """Adds equal flows up, without the ports of clients: ``digest("vpc.log")``."""
    return rows("digest", *logs, **options)


def connections(*logs: Log, **options: Option) -> Rows:
    """Conversations, with both directions joined: ``connections("vpc.log", n=100)``."""
    return rows("connections", *logs, **options)


def diff(*logs: Log, **options: Option) -> Rows:
    """What is new, gone or changed: ``diff("monday.log", "tuesday.log", by="srcaddr")``."""
    return rows("diff", *logs, **options)


def report(name: str, *logs: Log, **options: Option) -> Rows:
    """The rows of a report, such as ``talkers`` or ``rejects``: ``report("scans", "vpc.log")``."""
    return rows("report", name, *logs, **options)


def check(*logs: Log, **options: Option) -> Rows:
    """The malformed lines of logs, with what was expected."""
    return rows("check", *logs, **options)


def detect(*logs: Log, **options: Option) -> Rows:
    """What files are: format, version, compression, period."""
    return rows("detect", *logs, **options)


def ls(*logs: Log, **options: Option) -> Rows:
    """The logs of folders: ``ls("AWSLogs", since="2026-05-01")``."""
    return rows("ls", *logs, **options)


def fields() -> Rows:
    """Every field: name, aliases, type, meaning."""
    return rows("fields")


_not_quiet = {"completions", "detect", "fields", "ls", "man"}  # commands that have no --quiet


def _words(command: str, logs: Iterable[Log], options: Dict[str, Option]) -> List[str]:
    words = [find_flowlog(), command]
    if command not in _not_quiet:
        words.append("--quiet")
    for name, value in options.items():
        words += _option(name.rstrip("_").replace("_", "-"), value)
    return [*words, "--", *map(os.fspath, logs)]


def _option(name: str, value: Option) -> List[str]:
    if value is None or value is False:
        return []
    flag = f"--{name}" if len(name) > 1 else f"-{name}"
    if value is True:
        return [flag]
    if isinstance(value, (list, tuple)):
        text = ",".join(map(str, value))
    else:
        text = str(os.fspath(value)) if isinstance(value, os.PathLike) else str(value)
    return [f"{flag}={text}"] if len(name) > 1 else [flag, text]


def _judge(exit_code: int, said: str, strict: bool, stacklevel: int) -> None:
    """Exit code 1 means that lines are malformed, which is an error only if `strict` was asked for."""
    if exit_code not in (0, 1) or (exit_code == 1 and strict):
        raise FlowlogError(said or f"flowlog ended with exit code {exit_code}", exit_code)
    if said:
        warnings.warn(said, FlowlogWarning, stacklevel=stacklevel)
