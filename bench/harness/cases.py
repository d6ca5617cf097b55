# SPDX-License-Identifier: BSL-1.0
"""All comparisons by name; each is made by calling it with a `Lab`."""
from . import archives, clouds, digests, fields, graphs, groups, reports, stores, tag, windows

MAKERS = {
    "plain": tag.plain,
    "gz": tag.gz,
    "gz200": tag.objects,
    "small": tag.small,
    "fields": fields.fields,
    "action": groups.action,
    "top": groups.top,
    "keys": groups.keys,
    "digest": digests.digest,
    "graph": graphs.graph,
    "diff": windows.diff,
    "report": reports.report,
    "flowtools": archives.flow_tools,
    "flowtools-z": archives.flow_tools_zlib,
    "print": archives.print_rows,
    "nfdump": archives.nfdump,
    "nfdump-many": archives.nfdump_many,
    "google": clouds.top("google", 1.5),
    "azure": clouds.top("azure", 0.6),
    "cloudwatch": clouds.top("cloudwatch", 1.2),
    "s3": stores.s3,
    "parquet-snappy": stores.parquet("snappy"),
    "parquet-gzip": stores.parquet("gzip"),
    "to-parquet": stores.to_parquet,
}

# These need scripts/install-packages.sh store-tests; without it they run only if they are asked for.
STORES = ("s3", "parquet-snappy", "parquet-gzip", "to-parquet")


def usual():
    return [name for name in MAKERS if name not in STORES or stores.SERVER.exists()]
