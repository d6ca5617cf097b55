# SPDX-License-Identifier: BSL-1.0
"""A log of the default format as Parquet, typed as AWS types it.

    write_parquet.py CODEC LOG FILE
"""
import sys

import duckdb

codec, log, file = sys.argv[1:]
types = {
    "version": "INTEGER", "account_id": "VARCHAR", "interface_id": "VARCHAR", "srcaddr": "VARCHAR", "dstaddr": "VARCHAR",
    "srcport": "INTEGER", "dstport": "INTEGER", "protocol": "INTEGER", "packets": "BIGINT", "bytes": "BIGINT",
    "start": "BIGINT", "end": "BIGINT", "action": "VARCHAR", "log_status": "VARCHAR",
}  # fmt: skip
duckdb.execute(
    f"""
    COPY (FROM read_csv({log!r}, auto_detect=false, header=true, delim=' ', quote='', escape='', nullstr='-',
                        columns={types!r}))
    TO {file!r} (FORMAT parquet, CODEC {codec!r}, ROW_GROUP_SIZE 1000000)
    """
)
