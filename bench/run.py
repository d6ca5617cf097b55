#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs flowlog and its contenders side by side and prints tables in Markdown.

Builds what is missing, generates the data, checks every answer against the truth that reference/ computes, and measures
in rounds: each command once a round, the order reversed in every other one. Everything is kept in build/bench.
"""
import argparse
import datetime
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from harness import report
from harness.case import Lab
from harness.cases import MAKERS, usual
from harness.data import Generator, say
from harness.measure import Runner, scratch

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("mawk", "mlr", "igzip", "libdeflate-gunzip", "pigz", "gzip", "nfdump")
OURS = ("generate", "generate_archives", "measure", "contender_tag", "contender_fields", "contender_inflate_zlib")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="1G", help="size of the log: 100M, 1G, 1Gi (default: 1G)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], metavar="NAME",
                        help=f"a case ({', '.join(MAKERS)}), or a part of the name of a contender, which then runs "
                        "beside the baseline and flowlog; may be repeated")
    parser.add_argument("--malformed", type=float, default=0, metavar="SHARE", help="share of damaged lines")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "bench", metavar="DIR")
    parser.add_argument("--no-build", action="store_true", help="use the programs that are there")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the logs are (default: data in the build folder)")
    parser.add_argument("--flowlog", type=Path, metavar="PROGRAM", help="the command to measure (default: it is built)")
    parser.add_argument("--timeout", type=float, default=900, metavar="S", help="for one run")
    parser.add_argument("--commands", action="store_true", help="print the commands as well")
    return parser.parse_args()


def done(*command):
    """Runs a command and says whether it succeeded; its output is shown if it did not."""
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if result.returncode != 0:
        say(result.stdout[-2000:])
    return result.returncode == 0


def cmake(build):
    """Builds the generator and the contenders, and the command flowlog if it builds."""
    options = ["-DCMAKE_BUILD_TYPE=Release", "-DFLOWLOG_BUILD_BENCH=ON", "-DFLOWLOG_BUILD_TESTS=OFF",
               "-DFLOWLOG_LINK=quick"]
    ours = [f"flowlog_{name}" for name in OURS]
    make = ("cmake", "--build", build, "--parallel", str(os.cpu_count() or 1), "--target")
    if not (done("cmake", "-S", ROOT, "-B", build, *options) and done(*make, *ours)):
        raise SystemExit("the benchmarks do not build")
    if not done(*make, "flowlog_cli"):
        say("flowlog does not build: going on with what is there")


def find_flowlog(given, build):
    path = given or build / "examples" / "flowlog"
    if not path.is_file():
        say("no command flowlog: going on without it")
        return None
    return path.resolve()


def python_with_packages(build):
    """A Python that has DuckDB and Polars, in an environment of its own."""
    python = build / "venv" / "bin" / "python"
    test = [python, "-c", "import duckdb, polars"]
    if python.exists() and subprocess.run(test, stderr=subprocess.DEVNULL).returncode == 0:
        return str(python)
    say("fetching DuckDB and Polars from PyPI")
    try:
        subprocess.run([sys.executable, "-m", "venv", build / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "duckdb", "polars"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"no DuckDB and Polars: {error}")
    return str(python)


def chosen(case, names):
    always = (case.baseline, "flowlog")
    return [
        entry
        for entry in case.entries
        if not names
        or entry.name.startswith(always)
        or any(name.lower() in entry.name.lower() for name in names)
    ]


def warm(data):
    """Brings the files into the page cache."""
    for path in data.files:
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def keep(build, text, everything):
    folder = build / "results"
    folder.mkdir(exist_ok=True)
    path = folder / datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H%M%SZ.json")
    runs = [
        {"case": case.name, "contender": r.entry.name, "answer": r.answer, "runs": r.runs}
        for case, results in everything
        for r in results
    ]
    path.write_text(json.dumps({"machine": text, "results": runs}, indent=1))
    say(f"all runs: {path}")


def main():
    given = arguments()
    missing = [tool for tool in NEEDED if shutil.which(tool) is None]
    if missing:
        say(f"missing, so their rows will fail: {', '.join(missing)}; scripts/install-packages.sh bench installs them")
    build = given.build.resolve()
    if not given.no_build:
        cmake(build)
    programs = build / "bench"
    folder = (given.data or build / "data").resolve()
    generator = Generator(programs, folder, given.size, given.malformed, given.seed)
    lab = Lab(generator, find_flowlog(given.flowlog, build), programs, python_with_packages(build))
    names = [name for name in given.only if name not in MAKERS]
    everything = []
    with scratch(build) as out:
        runner = Runner(programs / "flowlog_measure", Path(out), given.timeout)
        for name in [name for name in MAKERS if name in given.only] or usual():
            case = MAKERS[name](lab)
            case.name = name
            warm(case.data)
            everything.append((case, runner.compare(case, chosen(case, names), given.rounds)))

    machine = report.machine(build, lab.python)
    command = shlex.join(["bench/run.py", *sys.argv[1:]])
    print(machine + f"; medians of {given.rounds} rounds; `{command}`.\n")
    for case, results in everything:
        print(report.table(case, results))
    if given.commands:
        for case, results in everything:
            print(report.commands(case, results))
    keep(build, machine, everything)
    right = all(told in ("same", "-") for case, _ in everything for told in case.checks.values())
    return not right or any(report.failed(case, r) for case, results in everything for r in results)


if __name__ == "__main__":
    sys.exit(main())
