# SPDX-License-Identifier: BSL-1.0
"""The job "top" over flow logs in JSON: the flows of the plain log as three clouds write them."""
import itertools
import json
from collections import Counter

from . import case
from .case import CONTENDERS, Case, Entry, Goal, counted, threads
from .data import DataSet, hash_of_lines, size_of

VERSION = "1"  # of what is written here
EVENTS = 500  # of an envelope of CloudWatch Logs
TUPLES = 10_000  # of a record of Azure, in groups of 200
GROUP = 200


def google(line, number):
    """An entry of Cloud Logging, with the metadata of both ends."""
    _, _, _, source, target, from_port, to_port, protocol, packets, size, *_ = line
    second = f"2025-11-07T21:{number // 60 % 60:02}:{number % 60:02}"
    side = {"project_id": "example-project", "region": "us-central1"}
    payload = {
        "bytes_sent": size,
        "connection": {"dest_ip": target, "dest_port": int(to_port), "protocol": int(protocol), "src_ip": source,
                       "src_port": int(from_port)},
        "dest_instance": {**side, "vm_name": "vm-b", "zone": "us-central1-c"},
        "dest_vpc": {"project_id": "example-project", "subnetwork_name": "subnet-a",
                     "subnetwork_region": "us-central1", "vpc_name": "net-a"},
        "end_time": second + ".883105401Z",
        "packets_sent": packets,
        "reporter": "DEST",
        "src_location": {"asn": 64496, "city": "Exampleville", "continent": "Europe", "country": "xxx"},
        "start_time": second + ".862783471Z",
    }
    labels = {"location": "us-central1", "project_id": "example-project", "subnetwork_id": "3489268495624148348",
              "subnetwork_name": "subnet-a"}
    entry = {
        "insertId": f"{number:x}",
        "jsonPayload": payload,
        "logName": "projects/example-project/logs/compute.googleapis.com%2Fvpc_flows",
        "receiveTimestamp": "2025-11-07T21:23:01.376765230Z",
        "resource": {"labels": labels, "type": "gce_subnetwork"},
        "timestamp": "2025-11-07T21:23:01.376765230Z",
    }
    return json.dumps(entry, separators=(",", ":")) + "\n"


def write_google(lines, out):
    for number, line in enumerate(lines):
        out.write(google(line, number))
        yield [(line[3], int(line[9]))]


def write_azure(lines, out):
    """One document: a record a minute, whose tuples count both directions."""
    head = ('{"time":"2022-09-14T09:00:52.5625085Z","flowLogVersion":4,"flowLogGUID":"66aa66aa","macAddress":'
            '"00224871C205","category":"FlowLogFlowEvent","flowLogResourceID":"/SUBSCRIPTIONS/X","targetResourceID":'
            '"/subscriptions/x/virtualNetworks/myVNet","operationName":"FlowLogFlowEvent","flowRecords":{"flows":'
            '[{"aclID":"00aa00aa","flowGroups":[')
    out.write('{"records":[')
    number = 0
    for number, line in enumerate(lines):
        _, _, _, source, target, from_port, to_port, protocol, packets, size, *_ = line
        if number % TUPLES == 0:
            out.write(("]}]}]}}," if number else "") + head)
        if number % GROUP == 0:
            out.write("]}," if number % TUPLES else "")
            out.write('{"rule":"DefaultRule_AllowInternetOutBound","flowTuples":[')
        else:
            out.write(",")
        back = int(size) // 3 + 1
        out.write(f'"{1663146003599 + number},{source},{target},{from_port},{to_port},{protocol},O,E,NX,{packets},'
                  f'{size},{int(packets) // 2 + 1},{back}"')
        yield [(source, int(size)), (target, back)]
    out.write("]}]}]}}]}")


def write_cloudwatch(lines, out):
    """Envelopes one after another, without line ends."""
    head = ('{"messageType":"DATA_MESSAGE","owner":"123456789012","logGroup":"/aws/vpc/flowlogs","logStream":'
            '"eni-1235b8ca123456789-all","subscriptionFilters":["f"],"logEvents":[')
    number = -1
    for number, line in enumerate(lines):
        if number % EVENTS == 0:
            out.write(("]}" if number else "") + head)
        else:
            out.write(",")
        out.write(f'{{"id":"{35601234567890123456789012345678901234567890123400000000 + number}","timestamp":'
                  f'{line[10]}000,"message":"{" ".join(line)}"}}')
        yield [(line[3], int(line[9]))]
    if number >= 0:
        out.write("]}")


# how it is written, the ending of its name, and about how many bytes a flow takes
FORMS = {
    "google": (write_google, "ndjson", 1050),
    "azure": (write_azure, "json", 85),
    "cloudwatch": (write_cloudwatch, "json", 215),
}


def flows_of(path):
    with path.open() as lines:
        for line in lines:
            values = line.split()
            if len(values) == 14 and values[13] == "OK" and values[3] != "-" and values[0] != "version":
                yield values


def data_of(lab, form):
    """A log of a form, as large as the plain one, and the 20 largest groups by source address."""
    make = lab.generator
    plain = make.plain(malformed=0).files[0]
    write, ending, size = FORMS[form]
    path = make.folder / f"{form}-{make.label(0)}.{ending}"
    right = path.with_name(path.name + ".truth.json")

    def create(path):
        sums = Counter()
        with path.open("w") as out:
            for flows in write(itertools.islice(flows_of(plain), size_of(make.size) // size), out):
                for address, count in flows:
                    sums[address] += count
        ranked = sorted(sums.items(), key=lambda group: -group[1])[:20]
        right.write_text(json.dumps([f"{address},{count}" for address, count in ranked]))

    make.make(path, create, make.stamp + VERSION)
    return DataSet(form, [path], path.stat().st_size), json.loads(right.read_text())


def answer(folder):
    try:
        return hash_of_lines((folder / "groups.csv").read_bytes().replace(b"\r", b"").splitlines()[1:])
    except FileNotFoundError:
        return "no groups.csv"


def top(form, at_least):
    """The case of a form, with one thread at least so many GB a second and six times DuckDB."""

    def make(lab):
        data, right = data_of(lab, form)
        path = str(data.files[0])
        command = ["top", path, "--by", "srcaddr", "--sum", "bytes", "-n", "20", "--csv", "--quiet"]
        entries = [Entry("wc -l", ["wc", "-l", path], "read"), *case.flowlog(lab, command, "top", stdout="groups.csv")]
        for n in threads():
            duckdb = [lab.python, str(CONTENDERS / "clouds_duckdb.py"), str(n), "{out}", form, path]
            entries.append(Entry(f"DuckDB, {counted(n)}", duckdb, "top"))
        goals = [Goal("flowlog, 1 thread", at_least), Goal("flowlog, 1 thread", 6, "DuckDB, 1 thread")]
        title = f"top --by srcaddr --sum bytes, {form} (JSON)"
        truth = hash_of_lines([line.encode() for line in right])
        return Case(data, title, "DuckDB, 1 thread", entries, answer, truth, goals=goals)

    return make
