# SPDX-License-Identifier: BSL-1.0
"""simulate_driver.py FLOWLOG [OBJECTS [TASKS [KEYS]]]: what the driver of examples/spark/flowlog_spark.py does for many objects, without a cluster:
`flowlog ls` lists a bucket, of which a small server has the names only; the objects are shared out; and 64 partial results of KEYS groups in all, as
executors give them, are merged at once and as a tree. Prints time and memory of each, and how well the shares are balanced; fails if the list is held in
memory, or if the tree gives other bytes. Needs pyspark, and Arrow for `flowlog`."""
import http.server
import json
import multiprocessing
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "examples" / "spark"))
import flowlog_spark  # noqa: E402

PAGE, PARTS = 1000, 64


def name_and_size(i):
    """Objects of 100 B to 100 MB, most of them small, 100 of them in each five minutes."""
    h = i * 2654435761 & 0xFFFFFFFF
    day, slot = i // 28800, i // 100 % 288
    date = f"{2000 + day // 336}{day // 28 % 12 + 1:02}{day % 28 + 1:02}"
    return (f"AWSLogs/123456789012/vpcflowlogs/us-east-1/{date[:4]}/{date[4:6]}/{date[6:]}/123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_"
            f"{date}T{slot // 12:02}{slot % 12 * 5:02}Z_{i % 100:02x}{h & 0xFFFFFF:06x}.log.gz"), 100 * (1 << (h >> 7) % 20) + h % 97


class Bucket(http.server.BaseHTTPRequestHandler):
    """Answers ListObjectsV2, a page of 1,000 names at a time."""
    protocol_version, count = "HTTP/1.1", 0

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        first = int(query.get("continuation-token", ["0"])[0])
        last = min(first + PAGE, self.count)
        rows = "".join("<Contents><Key>%s</Key><LastModified>2024-05-01T00:00:00.000Z</LastModified><ETag>&quot;0&quot;</ETag><Size>%d</Size>"
                       "<StorageClass>STANDARD</StorageClass></Contents>" % name_and_size(i) for i in range(first, last))
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>" if last < self.count else \
            "<IsTruncated>false</IsTruncated>"
        body = (f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name>'
                f"<Prefix></Prefix><KeyCount>{last - first}</KeyCount><MaxKeys>{PAGE}</MaxKeys>{more}{rows}</ListBucketResult>").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(count, port):
    Bucket.count = count
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    port.put(server.server_port)
    server.serve_forever()


def used(process):
    """Waits for a process: its exit code, seconds of the processor, and most memory in MB."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return round(usage.ru_utime + usage.ru_stime, 1), usage.ru_maxrss // 1024


def report(what, **figures):
    print(json.dumps({"what": what, **figures}), flush=True)


def list_and_share(flowlog, count, tasks):
    port = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(count, port), daemon=True)
    server.start()
    try:
        variables = {**os.environ, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_EC2_METADATA_DISABLED": "true",
                     "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port.get()}"}
        begin, before = time.time(), time.process_time()
        ls = subprocess.Popen([flowlog, "ls", "s3://bucket/", "--ndjson"], env=variables, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        crumbs = flowlog_spark.listed(ls.stdout)
        seconds, memory = used(ls)
    finally:
        server.terminate()
        server.join()
    report("listing", objects=count, wall_s=round(time.time() - begin, 1), ls_cpu_s=seconds, ls_MB=memory, driver_cpu_s=round(time.process_time() - before, 1))
    assert memory < 150, f"flowlog ls took {memory} MB: its memory grows with the list"
    begin = time.process_time()
    work = flowlog_spark.shares(crumbs, tasks)
    seconds = time.process_time() - begin
    names = sum(len(packed) for share in work for packed in share)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sizes, found = [], 0
    for share in work:
        rows = b"".join(map(zlib.decompress, share)).splitlines()
        found += len(rows)
        sizes.append(sum(int(row.rpartition(b"\t")[2]) for row in rows))
    assert found == count, (found, count)
    report("sharing", tasks=len(work), crumbs=len(crumbs), cpu_s=round(seconds, 3), packed_names_MB=round(names / 1e6, 1), driver_MB=peak,
           largest_share_of_mean=round(max(sizes) * len(sizes) / sum(sizes), 3))


def write_part(path, part, keys, objects):
    """A partial result with every 64th of the keys, and what was read for it: one row for all objects."""
    crc, lines = 0, 0
    with open(path, "wb") as out:
        def put(text):
            nonlocal crc, lines
            crc, lines = zlib.crc32(text, crc), lines + text.count(b"\n")
            out.write(text)
        put(b'{"flowlog":"partial","version":1,"job":["top","--by=srcaddr"]}\n{"keys":["srcaddr"],"measures":["flows","bytes"]}\n')
        for first in range(part, keys, PARTS * 1000):
            put(b"".join(b'[["10.%d.%d.%d"],[%d,%d]]\n' % (i >> 16 & 255, i >> 8 & 255, i & 255, i % 9 + 1, i % 1500)
                         for i in range(first, min(first + PARTS * 1000, keys), PARTS)))
        put(b'{"part":"inputs"}\n["inputs",%d,%d,0,0,0,0,0,0,0]\n["microseconds",1]\n' % (objects // PARTS, keys // PARTS))
        out.write(b'{"end":%d,"crc32":"%08x"}\n' % (lines, crc))


def merge(flowlog, keys, objects):
    with tempfile.TemporaryDirectory(prefix="flowlog-driver-") as folder:
        parts = [os.path.join(folder, f"{i:02}.part") for i in range(PARTS)]
        for i, path in enumerate(parts):
            write_part(path, i, keys, objects)

        def run(words):
            begin = time.time()
            seconds, memory = used(subprocess.Popen([flowlog, "merge", *words, "--quiet"], stdout=open(os.path.join(folder, "out"), "wb")))
            return time.time() - begin, seconds, memory
        wall, seconds, memory = run([*parts, "--csv", "-n", "50"])
        report("merging", keys=keys, partial_results=PARTS, wall_s=round(wall, 1), cpu_s=seconds, MB=memory)
        flat = open(os.path.join(folder, "out"), "rb").read()
        steps = [run([*parts[i:i + 8], "--partial", os.path.join(folder, f"{i}.tree")]) for i in range(0, PARTS, 8)]
        wall, seconds, memory = run([os.path.join(folder, f"{i}.tree") for i in range(0, PARTS, 8)] + ["--csv", "-n", "50"])
        assert open(os.path.join(folder, "out"), "rb").read() == flat
        report("merging as a tree", branch_cpu_s=max(s for _, s, _ in steps), branch_MB=max(m for _, _, m in steps), wall_s=round(wall, 1),
               cpu_s=seconds, MB=memory)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    given = [int(word) for word in sys.argv[2:5]]
    objects, tasks, keys = given + [10_000_000, 400, 10_000_000][len(given):]
    list_and_share(os.path.abspath(sys.argv[1]), objects, tasks)
    merge(os.path.abspath(sys.argv[1]), keys, objects)
