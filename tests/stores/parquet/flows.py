# SPDX-License-Identifier: BSL-1.0
"""Random flows, as rows of a VPC flow log and as columns of Arrow."""
import random

import pyarrow as pa

HEADER = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end "
    "action log-status vpc-id tcp-flags pkt-srcaddr flow-direction traffic-path"
)
NAMES = [name.replace("-", "_") for name in HEADER.split()]
INT32 = {"version", "srcport", "dstport", "protocol", "tcp_flags", "traffic_path"}
INT64 = {"packets", "bytes", "start", "end"}


def rows(count, seed=1, nodata=True):
    """Rows of texts; `-` is absent. Times rise, so that row groups can be passed over."""
    pick = random.Random(seed)
    result = []
    for i in range(count):
        time = 1_600_000_000 + i * 7
        if nodata and pick.random() < 0.02:
            status = pick.choice(["NODATA", "SKIPDATA"])
            result.append(["5", "000123456789", "eni-1", *["-"] * 7, str(time), str(time + 60), "-", status,
                           "vpc-1", *["-"] * 4])
            continue
        v6 = pick.random() < 0.1
        host = (lambda: f"2001:db8::{pick.randrange(1, 500):x}") if v6 else (
            lambda: f"10.{pick.randrange(4)}.{pick.randrange(256)}.{pick.randrange(256)}")
        result.append([
            "5", "000123456789", f"eni-{pick.randrange(20)}", host(), host(), str(pick.randrange(1024, 65536)),
            str(pick.choice([22, 53, 80, 443, 443, 443, 8080, pick.randrange(65536)])), pick.choice(["6", "6", "17", "1"]),
            str(pick.randrange(1, 1000)), str(pick.randrange(40, 10_000_000)), str(time), str(time + pick.randrange(60)),
            pick.choice(["ACCEPT", "ACCEPT", "REJECT"]), "OK", "vpc-1", pick.choice(["2", "18", "3", "-"]),
            host() if pick.random() < 0.5 else "-", pick.choice(["ingress", "egress"]), pick.choice(["1", "8", "-"]),
        ])
    return result


def text(flows):
    return "\n".join([HEADER, *(" ".join(row) for row in flows)]) + "\n"


def table(flows, missing=None, types=None):
    """Columns of AWS's types; `missing` stands for an absent text, None for null."""
    columns, fields = [], []
    for i, name in enumerate(NAMES):
        values = [row[i] for row in flows]
        if name in INT32 or name in INT64:
            array = pa.array([None if v == "-" else int(v) for v in values], pa.int32() if name in INT32 else pa.int64())
        else:
            array = pa.array([missing if v == "-" else v for v in values], pa.string())
        if types and name in types:
            array = array.cast(types[name])
        columns.append(array)
        fields.append(pa.field(name, array.type))
    return pa.table(columns, schema=pa.schema(fields))
