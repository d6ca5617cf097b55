# SPDX-License-Identifier: BSL-1.0
"""The job "top" over flow logs in JSON in DuckDB's best case: the form and the types are given, and only the members of
the question are read.

    clouds_duckdb.py THREADS DIR google|azure|cloudwatch LOG      bytes of the 20 largest source addresses
"""
import os
import sys

import duckdb

threads, out, form, log = sys.argv[1:]
QUERIES = {
    "google": """
        SELECT jsonPayload.connection.src_ip AS srcaddr, jsonPayload.bytes_sent::UBIGINT AS bytes
        FROM read_json('{log}', format='newline_delimited',
                       columns={{jsonPayload: 'STRUCT(bytes_sent VARCHAR, connection STRUCT(src_ip VARCHAR))'}})
    """,
    "azure": """
        SELECT flow.srcaddr, flow.bytes FROM (
            SELECT unnest([{{srcaddr: part[2], bytes: part[11]::UBIGINT}}, {{srcaddr: part[3], bytes: part[13]::UBIGINT}}])
                AS flow
            FROM (SELECT string_split(unnest(flowTuples), ',') AS part
                  FROM (SELECT unnest(flowGroups, recursive := true)
                        FROM (SELECT unnest(record.flowRecords.flows, recursive := true)
                              FROM (SELECT unnest(records) AS record
                                    FROM read_json('{log}', maximum_object_size={limit},
                                                   columns={{records: '{records}'}}))))))
    """,
    "cloudwatch": """
        SELECT part[4] AS srcaddr, part[10]::UBIGINT AS bytes
        FROM (SELECT string_split(event.message, ' ') AS part
              FROM (SELECT unnest(logEvents) AS event
                    FROM read_json('{log}', format='unstructured',
                                   columns={{logEvents: 'STRUCT(message VARCHAR)[]'}})))
    """,
}
RECORDS = "STRUCT(flowRecords STRUCT(flows STRUCT(flowGroups STRUCT(flowTuples VARCHAR[])[])[]))[]"
query = QUERIES[form].format(log=log, records=RECORDS, limit=os.path.getsize(log) + 1)
db = duckdb.connect(config={"threads": int(threads)})
db.execute(
    f"""
    COPY (SELECT srcaddr, sum(bytes)::UBIGINT AS bytes FROM ({query})
          GROUP BY srcaddr ORDER BY bytes DESC LIMIT 20)
    TO '{out}/groups.csv' (HEADER)
    """
)
