# SPDX-License-Identifier: BSL-1.0
"""The jobs "overview" and "report": what is in a log on one screen, and a page of all reports, beside `top --by srcaddr`."""
import json
import re

from . import case
from .case import Case, Goal, counted, threads
from .data import hash_of_lines
from .groups import rows_of, truth

SENDERS = re.compile(r"<h2>Top senders</h2>.*?<tbody>(.*?)</tbody>", re.S)
ROW = re.compile(r'<tr><td><bdi>(.*?)</bdi></td><td class="n" data-v="(\d+)"')
AT_MOST = {"overview": 1.5, "page": 3.0}  # times the time of top


def answer(folder):
    """The 20 who send most, of any of the commands."""
    try:
        if (folder / "groups.csv").exists():
            return hash_of_lines(rows_of((folder / "groups.csv").read_bytes()))
        if (folder / "overview.json").exists():
            tables = json.loads((folder / "overview.json").read_bytes())["tables"]
            senders = next(table for table in tables if table["title"] == "Top senders")
            return hash_of_lines([f"{g['srcaddr']},{g['bytes']}".encode() for g in senders["groups"]])
        rows = ROW.findall(SENDERS.search((folder / "page.html").read_text())[1])
        return hash_of_lines([f"{source},{sent}".encode() for source, sent in rows])
    except (FileNotFoundError, json.JSONDecodeError, StopIteration, TypeError):
        return "no answer"


def report(lab):
    data = lab.generator.plain(malformed=0)
    right = truth(lab, data, ["srcaddr"], False, ["bytes"])
    files = list(map(str, data.files))
    top = ["top", *files, "--by", "srcaddr", "--sum", "bytes", "-n", "20", "--csv", "--quiet"]
    overview = ["overview", *files, "-n", "20", "--json", "--quiet"]
    page = ["report", "all", *files, "-n", "20", "--html", "{out}/page.html", "--force", "--quiet"]
    entries = [
        *case.flowlog(lab, top, "report", name="top", stdout="groups.csv"),
        *case.flowlog(lab, overview, "report", name="overview", stdout="overview.json"),
        *case.flowlog(lab, page, "report", name="page"),
    ]
    goals = [Goal(f"{name}, {counted(n)}", 1 / most, f"top, {counted(n)}") for name, most in AT_MOST.items() for n in threads()]
    return Case(data, "overview; report all --html", "top, 1 thread", entries, answer, right["top"],
                facts=[f"{right['groups']:,} sources"], goals=goals)
