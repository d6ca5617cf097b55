# SPDX-License-Identifier: BSL-1.0
"""The job "tag" in Polars' best case: a lazy scan in the streaming engine, types given, nothing guessed, and a flow is
told by its port, so that the status is not read. POLARS_MAX_THREADS sets the number of threads.

    tag_polars.py LOOKUP PROTOCOLS DIR LOG…
"""
import sys

import polars as pl

lookup, protocols, out, *logs = sys.argv[1:]

pairs = (
    pl.scan_csv(
        logs,
        separator=" ",
        quote_char=None,
        infer_schema=False,
        schema_overrides={"dstport": pl.UInt16, "protocol": pl.UInt8},
        null_values="-",
    )
    .filter(pl.col("dstport").is_not_null())
    .group_by("dstport", "protocol")
    .len("Count")
    .collect(engine="streaming")
)
named = (
    pairs.cast({"dstport": pl.String, "protocol": pl.String})
    .join(pl.read_csv(protocols, infer_schema=False), on="protocol", how="left")
    .select(Port="dstport", Protocol=pl.coalesce("name", "protocol"), Count="Count")
)
named.write_csv(out + "/port_protocol_counts.csv")

tags = pl.read_csv(lookup, infer_schema=False).select(
    Port="dstport", Protocol=pl.col("protocol").str.to_lowercase(), Tag="tag"
)
(
    named.join(tags, on=["Port", "Protocol"], how="left")
    .group_by(pl.col("Tag").fill_null("Untagged"))
    .agg(pl.col("Count").sum())
    .write_csv(out + "/tag_counts.csv")
)
