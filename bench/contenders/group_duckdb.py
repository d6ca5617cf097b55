# SPDX-License-Identifier: BSL-1.0
"""The job "top" in DuckDB's best case: the columns are given and typed, quotes are off, nothing is guessed, and only the
columns of the question are read. Addresses stay text.

    group_duckdb.py THREADS DIR KEYS all|services LOG…      bytes, or flows and bytes, of the 20 largest groups
"""
import sys

import duckdb

threads, out, keys, which, *logs = sys.argv[1:]
names = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log_status"
).split()
types = {"dstport": "USMALLINT", "protocol": "UTINYINT", "bytes": "UBIGINT"}
columns = {name: types.get(name, "VARCHAR") for name in names}
services = which == "services"
measures = "count(*) AS flows, sum(bytes)::UBIGINT AS bytes" if services else "sum(bytes)::UBIGINT AS bytes"
where = "dstport < 1024 AND protocol = 6" if services else "srcaddr IS NOT NULL"

db = duckdb.connect(config={"threads": int(threads)})
db.execute(
    f"""
    COPY (SELECT {keys}, {measures}
          FROM read_csv({logs!r}, auto_detect=false, header=true, delim=' ', quote='', escape='', nullstr='-',
                        columns={columns!r})
          WHERE {where} GROUP BY {keys} ORDER BY {"flows" if services else "bytes"} DESC LIMIT 20)
    TO '{out}/groups.csv' (HEADER)
    """
)
