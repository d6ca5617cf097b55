# SPDX-License-Identifier: BSL-1.0
"""The job "tag" in DuckDB's best case: the columns are given and typed, quotes are off, nothing is guessed, and
a flow is told by its port, so that the status is not read.

    tag_duckdb.py THREADS LOOKUP PROTOCOLS DIR LOG…
"""
import sys

import duckdb

threads, lookup, protocols, out, *logs = sys.argv[1:]
names = (
    "version account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log_status"
).split()
types = {"dstport": "USMALLINT", "protocol": "UTINYINT"}
columns = {name: types.get(name, "VARCHAR") for name in names}

db = duckdb.connect(config={"threads": int(threads)})
db.execute(
    f"""
    CREATE TABLE pairs AS
    SELECT dstport, protocol, count(*) AS n
    FROM read_csv({logs!r}, auto_detect=false, header=true, delim=' ', quote='', escape='', nullstr='-',
                  columns={columns!r})
    WHERE dstport IS NOT NULL
    GROUP BY ALL
    """
)
db.execute(f"CREATE TABLE names AS FROM read_csv({protocols!r}, types={{'protocol': 'UTINYINT'}})")
db.execute(
    """
    CREATE TABLE named AS
    SELECT dstport AS "Port", coalesce(name, protocol::VARCHAR) AS "Protocol", n AS "Count"
    FROM pairs LEFT JOIN names USING (protocol)
    """
)
db.execute(f"COPY named TO '{out}/port_protocol_counts.csv' (HEADER)")
db.execute(
    f"""
    COPY (SELECT coalesce(tag, 'Untagged') AS "Tag", sum("Count")::UBIGINT AS "Count"
          FROM named LEFT JOIN read_csv({lookup!r}) AS tags
          ON tags.dstport = named."Port" AND lower(tags.protocol) = named."Protocol"
          GROUP BY ALL)
    TO '{out}/tag_counts.csv' (HEADER)
    """
)
