# SPDX-License-Identifier: BSL-1.0
"""Tells what was measured, in Markdown."""
import datetime
import os
import platform
import shlex
import statistics
import subprocess
from pathlib import Path

from .case import Limit
from .data import BENCH


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    except OSError:
        return "missing"
    return (done.stdout.decode(errors="replace").splitlines() or ["?"])[0].strip()


def compiler(build):
    cache = (build / "CMakeCache.txt").read_text() if (build / "CMakeCache.txt").exists() else ""
    values = dict(line.split(":", 1) for line in cache.splitlines() if ":" in line and line[0].isalpha())
    path = values.get("CMAKE_CXX_COMPILER", "=c++").split("=", 1)[1]
    kind = values.get("CMAKE_BUILD_TYPE", "=").split("=", 1)[1]
    return f"{first_line(path, '--version')}, {kind}"


def processor():
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def machine(build, python):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    versions = first_line(
        python, "-c", "import duckdb, polars; print('DuckDB', duckdb.__version__, 'Polars', polars.__version__)"
    )
    if not versions.startswith("DuckDB"):
        versions = "no DuckDB, no Polars"
    return (
        f"Machine: {processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.release()}; {today}; {compiler(build)}; Python {platform.python_version()}, {versions}, "
        f"{first_line('mlr', '--version')}, {first_line('mawk', '-W', 'version')}"
    )


def wall(result):
    return [run["wall"] for run in result.runs]


def speed_ratio(result, other):
    """How many times the speed of `other` a result has: the median over the rounds, each of which is a pair."""
    if result is None or other is None or not result.runs or not other.runs:
        return None
    return statistics.median(o / w for w, o in zip(wall(result), wall(other)))


def times_faster(result, other):
    ratio = speed_ratio(result, other)
    if ratio is None:
        return "-"
    return f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def duration(seconds):
    return f"{seconds * 1000:.2f} ms" if seconds < 0.1 else f"{seconds:.3f} s"


def median_of(result, *keys):
    return statistics.median(sum(run[key] for key in keys) for run in result.runs)


def verdict(case, result):
    """What the answer was worth. With damaged lines, only those that claim to tell them must agree."""
    if result.answer in ("same", "-"):
        return result.answer
    if excused(case, result):
        return f"{result.answer}: does not check lines"
    return "**WRONG**" if result.answer == "differs" else f"**{result.answer}**"


def excused(case, result):
    return case.damaged and not result.entry.validates


def failed(case, result):
    return result.answer not in ("same", "-") and not excused(case, result)


def row(case, result, results):
    name = result.entry.name.replace("|", "\\|")
    if not result.runs:
        return f"| {result.entry.job} | {name} | | | | | | | | | {verdict(case, result)} | |"
    named = {r.entry.name: r for r in results}
    ours = [r for r in results if r.entry.name.startswith("flowlog")]
    times = wall(result)
    middle = statistics.median(times)
    cpu = median_of(result, "user", "system")
    spread = f"{duration(middle)} ({duration(min(times))} - {duration(max(times))})"
    cells = [
        result.entry.job,
        name,
        spread,
        f"{case.data.amount / middle:.3f}" if case.data.raw_bytes > 1e6 else "-",
        times_faster(result, named.get(case.baseline)),
        times_faster(ours[0] if ours else None, result),
        times_faster(ours[-1] if ours else None, result),
        duration(cpu),
        f"{case.data.amount / cpu:.2f}" if case.data.raw_bytes > 1e6 and cpu > 0 else "-",
        f"{median_of(result, 'peak_kb') / 1000:.0f}",
        verdict(case, result),
        f"{median_of(result, 'other_load'):.2f}" if middle > 0.1 else "-",  # told in ticks of 10 ms
    ]
    return f"| {' | '.join(cells)} |"


def table(case, results):
    ours = [r.entry.name for r in results if r.entry.name.startswith("flowlog")] or ["flowlog"]
    count = len(case.data.files)
    unpacked = [] if case.data.flows else [f"{case.data.raw_bytes:,} bytes of log"]
    facts = "; ".join([f"{count} file{'s' * (count > 1)}", *unpacked, *case.facts])
    checks = "".join(f" ({name}: {told})" for name, told in case.checks.items())
    head = [
        "job",
        "contender",
        "wall, median (min - max)",
        f"{case.data.unit}/s",
        f"speed / `{case.baseline}`",
        f"{ours[0]} / it",
        f"{ours[-1]} / it",
        "CPU",
        f"{case.data.unit} / CPU s",
        "peak MB",
        "answer",
        "other load",
    ]
    return "\n".join(
        [
            f"### `{case.name}`: {case.title}",
            "",
            f"{facts}{checks}.",
            "",
            f"| {' | '.join(head)} |",
            "|---|---|" + "---:|" * 8 + "---|---:|",
            *(row(case, result, results) for result in results),
            "",
            *goals(case, results),
        ]
    )


def goals(case, results):
    """What the case is to show, and whether it does."""
    named = {r.entry.name: r for r in results if r.runs}
    lines = []
    for goal in case.goals:
        result = named.get(goal.entry)
        if result is None:
            continue
        if isinstance(goal, Limit):
            cost = median_of(result, goal.cost)
            tell = duration if goal.cost == "wall" else (lambda kilobytes: f"{kilobytes / 1000:.0f} MB")
            reached = cost <= goal.at_most
            wanted = f"{goal.entry}, {goal.cost.split('_')[0]}: {tell(cost)}, at most {tell(goal.at_most)}"
        elif goal.other is None:
            rate = case.data.amount / median_of(result, "wall")
            reached = rate >= goal.at_least
            wanted = f"{goal.entry}, {case.data.unit}/s: {rate:.3g}, at least {goal.at_least:g}"
        else:
            ratio = speed_ratio(result, named.get(goal.other))
            if ratio is None:
                continue
            reached = ratio >= goal.at_least
            wanted = f"{goal.entry} / {goal.other}: {ratio:.3g}, at least {goal.at_least:g}"
        lines.append(f"- {wanted}: {'reached' if reached else '**missed**'}")
    return [*lines, ""] if lines else []


def commands(case, results):
    """The commands, with short names for the folders."""
    lines = [f"Commands of '{case.title}':", ""]
    files = [str(path) for path in case.data.files]
    for result in results:
        parts = list(result.entry.command)
        if len(files) > 1 and files[0] in parts:
            at = parts.index(files[0])
            parts[at : at + len(files)] = [str(Path(files[0]).parent / "*.log.gz")]
        variables = "".join(f"{key}={value} " for key, value in result.entry.environment.items())
        text = variables + shlex.join(parts).replace(str(BENCH.parent) + "/", "").replace("{out}", "OUT")
        lines.append(f"    {text}")
    return "\n".join([*lines, ""])
