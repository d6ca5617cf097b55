# SPDX-License-Identifier: BSL-1.0
"""The flows of each destination port and protocol of a Parquet file; nothing is written. Without arguments: what it takes
to start Python and to load DuckDB.

    count_parquet.py [THREADS FILE]
"""
import sys

import duckdb

if len(sys.argv) > 1:
    threads, file = sys.argv[1:]
    db = duckdb.connect(config={"threads": int(threads)})
    print(db.execute(f"SELECT count(*), sum(n) FROM (SELECT count(*) AS n FROM {file!r} GROUP BY dstport, protocol)").fetchone())
