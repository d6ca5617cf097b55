# SPDX-License-Identifier: BSL-1.0
"""The job "digest" in DuckDB's best case: the columns are given and typed, quotes are off, nothing is guessed. Addresses
stay text, and the lines have no order.

    digest_duckdb.py THREADS DIR LOG…
"""
import sys

import duckdb

threads, out, *logs = sys.argv[1:]
names = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log_status"
).split()
types = {name: "USMALLINT" for name in ("srcport", "dstport")} | {name: "UBIGINT" for name in ("packets", "bytes")}
types |= {"protocol": "UTINYINT", "start": "BIGINT", "end": "BIGINT"}
columns = {name: types.get(name, "VARCHAR") for name in names}
kept = "srcport = 0 OR dstport = 0"

db = duckdb.connect(config={"threads": int(threads)})
db.execute("SET preserve_insertion_order = false")
db.execute(
    f"""
    COPY (SELECT 2, account_id, interface_id, srcaddr, dstaddr,
                 CASE WHEN {kept} OR srcport < dstport THEN srcport ELSE 0 END AS source,
                 CASE WHEN {kept} OR srcport >= dstport THEN dstport ELSE 0 END AS destination,
                 protocol, sum(packets)::UBIGINT, sum(bytes)::UBIGINT, min(start), max("end"), action, log_status
          FROM read_csv({logs!r}, auto_detect=false, header=true, delim=' ', quote='', escape='', nullstr='-',
                        columns={columns!r})
          WHERE log_status = 'OK'
          GROUP BY account_id, interface_id, srcaddr, dstaddr, source, destination, protocol, action, log_status)
    TO '{out}/digest.log' (HEADER false, DELIMITER ' ')
    """
)
