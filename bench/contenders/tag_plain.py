# SPDX-License-Identifier: BSL-1.0
"""The job "tag" as one would write it in Python: no checks but the number of fields and the status.

    tag_plain.py LOOKUP PROTOCOLS DIR LOG…
"""
import csv
import gzip
import sys
from collections import defaultdict

lookup, protocols, out, *logs = sys.argv[1:]

with open(protocols) as file:
    names = {row["protocol"]: row["name"] for row in csv.DictReader(file)}
with open(lookup) as file:
    tags = {(row["dstport"], row["protocol"].lower()): row["tag"] for row in csv.DictReader(file)}

pairs = defaultdict(int)
for path in logs:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", errors="replace") as log:
        for line in log:
            fields = line.split()
            if len(fields) == 14 and fields[13] == "OK":
                pairs[fields[6], fields[7]] += 1

by_tag = defaultdict(int)
with open(out + "/port_protocol_counts.csv", "w") as file:
    print("Port,Protocol,Count", file=file)
    for (port, protocol), count in pairs.items():
        name = names.get(protocol, protocol)
        by_tag[tags.get((port, name), "Untagged")] += count
        print(port, name, count, sep=",", file=file)
with open(out + "/tag_counts.csv", "w") as file:
    print("Tag,Count", file=file)
    for tag, count in by_tag.items():
        print(tag, count, sep=",", file=file)
