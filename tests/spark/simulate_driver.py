# SPDX-License-Identifier: BSL-1.0
"""simulate_driver.py [OBJECTS [TASKS]]: what the driver of examples/spark/flowlog_spark.py does for many objects, without a cluster: it reads the
listing, shares the objects out, and unpacks one share. Prints time, memory and how well the shares are balanced."""
import json
import pathlib
import resource
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "spark"))
import flowlog_spark  # noqa: E402


def listing(count):
    """Lines as `flowlog ls --ndjson` prints them: sizes of 100 B to 100 MB, most of them small."""
    for i in range(count):
        h = i * 2654435761 & 0xFFFFFFFF
        size = 100 * (1 << (h >> 7) % 20) + h % 97
        day, hour, minute = i // 20000 % 365, i // 800 % 24, i % 12 * 5
        yield ('{"time":"2024-05-01T00:00:00Z","size":%d,"account":"123456789012","region":"us-east-1","flow_log_id":"fl-0123456789abcdef0","key":'
               '"s3://bucket/AWSLogs/123456789012/vpcflowlogs/us-east-1/2024/%02d/%02d/123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_'
               '2024%04dT%02d%02dZ_%08x.log.gz","hash":"%08x","modified":null}\n' % (size, day // 31 + 1, day % 31 + 1, day, hour, minute, h, h))


def main(count, tasks):
    begin = time.process_time()
    for line in listing(count):
        pass
    making = time.process_time() - begin
    begin = time.process_time()
    crumbs = flowlog_spark.listed(listing(count))
    reading = time.process_time() - begin - making
    begin = time.process_time()
    work = flowlog_spark.shares(crumbs, tasks)
    sharing = time.process_time() - begin
    sizes = []
    found = 0
    for share in work:
        rows = b"".join(map(zlib.decompress, share)).splitlines()
        found += len(rows)
        sizes.append(sum(int(row.rpartition(b"\t")[2]) for row in rows))
    assert found == count
    packed = sum(len(names) for share in work for names in share)
    print(json.dumps({"objects": count, "tasks": len(work), "crumbs": len(crumbs), "listing_s": round(reading, 1), "sharing_s": round(sharing, 3),
                      "packed_names_MB": round(packed / 1e6, 1), "peak_MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
                      "largest_share_of_mean": round(max(sizes) * len(sizes) / sum(sizes), 3)}))


if __name__ == "__main__":
    main(int((sys.argv[1:2] or ["10000000"])[0]), int((sys.argv[2:3] or ["400"])[0]))
