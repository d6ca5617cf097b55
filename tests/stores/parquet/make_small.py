#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""make_small.py FOLDER: writes the Parquet files of tests/data/parquet, with pyarrow."""
import decimal
import pathlib
import sys

import pyarrow as pa
import pyarrow.parquet as pq

import flows

out = pathlib.Path(sys.argv[1])
some = flows.rows(300)
(out / "flows.log").write_text(flows.text(some))

# as AWS writes them: gzip, null for absent values
pq.write_table(flows.table(some), out / "aws.parquet", compression="gzip", row_group_size=100, store_schema=False)
# texts for absent values, and dictionaries without pages
pq.write_table(flows.table(some, missing="-"), out / "dash.parquet", use_dictionary=False, row_group_size=70)
pq.write_table(flows.table(some, missing="None"), out / "none.parquet", compression="zstd", data_page_version="2.0")
pq.write_table(flows.table([]), out / "empty.parquet")

# every type that a number or a time may have
seconds = [1_600_000_000 + i for i in range(4)]
pq.write_table(pa.table({
    "srcaddr": pa.array(["10.0.0.1", "10.0.0.2", "::1", None]).dictionary_encode(),
    "DstAddr": pa.array([b"10.0.0.1", b"x", b"", b"-"], pa.binary()),
    "srcport": pa.array([1, -1, 65535, None], pa.int64()),
    "dst_port": pa.array(["80", "70000", "-", "443"], pa.large_string()),
    "protocol": pa.array(["tcp", "UDP", "1", "nonsense"]),
    "packets": pa.array([1, 2, None, 4], pa.uint8()),
    "bytes": pa.array([decimal.Decimal(n) for n in (1, 2**63, -1, 5)], pa.decimal128(20, 0)),
    "start": pa.array([s * 1_000_000_000 + 5_000 for s in seconds], pa.timestamp("ns", "UTC")),
    "end": pa.array([s * 1000 + 7 for s in seconds], pa.timestamp("ms")),
    "account_id": pa.array([123456789012, 1, None, -7], pa.int64()),
    "tcp_flags": pa.array([2.0, float("nan"), 2.5, 300.0]),
    "export_time": pa.array([0, 1, 18000, 19000], pa.date32()),
    "received_time": pa.array([1_600_000_000_123, 1_600_000_000, -1, None], pa.int64()),
    "action": pa.array(["ACCEPT", "reject", "maybe", None]),
    "log_status": pa.array(["OK"] * 4),
}), out / "types.parquet")

# integers and times as pandas writes them if a value is missing
pq.write_table(pa.table({
    "srcaddr": ["10.0.0.1"] * 4,
    "dstport": pa.array([443.0, None, 80.5, 70000.0]),
    "bytes": pa.array([1.0, 2.0, float("nan"), -1.0]),
    "start": pa.array([1_600_000_000.0, None, float("nan"), 1_600_000_000.5]),
    "end": pa.array([1_600_000_000_123.0, 1_600_000_000.0, -1.0, 1e300]),
    "account_id": pa.array([123456789012.0, None, 1.5, -7.0]),
    "instance_id": pa.array([1e300, 0.0, float("nan"), 1e12], pa.float64()).dictionary_encode(),
    "score": pa.array([0.25, -0.0, -2.2250738585072014e-308, 9e15], pa.float64()),
}), out / "doubles.parquet")

# columns that are no fields, nested ones, and one of a type that cannot be its field's
pq.write_table(pa.table({
    "city": ["Graz", "Linz"],
    "dstport": pa.array([80, 443], pa.int32()),
    "tags": pa.array([["a"], []], pa.list_(pa.string())),
    "bytes": pa.array([True, False]),
    "place": pa.array([{"x": 1}, {"x": 2}]),
    "protocol": pa.array([6, 17], pa.int32()),
    "srcaddr": ["10.0.0.1", "10.0.0.2"],
    "destinationTransportPort": pa.array([1, 2], pa.int32()),
}), out / "foreign.parquet")
