# SPDX-License-Identifier: BSL-1.0
"""Object stores and Parquet. They need scripts/install-packages.sh store-tests."""
import atexit
import os
import shutil
import socket
import subprocess
import time

from . import tag
from .case import CONTENDERS, Case, Entry, Goal, counted, flowlog, processors, threads
from .data import BENCH, DataSet

SERVER = BENCH.parent / "build" / "stores" / "bin" / "versitygw"


def serve(folder):
    """Starts an S3 server, on a free port of this machine, whose buckets are the folders of a folder. Returns its URL."""
    if not SERVER.exists():
        raise SystemExit(f"no {SERVER}: scripts/install-packages.sh store-tests compiles it")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen(
        [SERVER, "--quiet", "--port", f"127.0.0.1:{port}", "posix", folder],
        env={**os.environ, "ROOT_ACCESS_KEY": "key", "ROOT_SECRET_KEY": "secret"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    atexit.register(server.terminate)
    for _ in range(300):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise SystemExit("versitygw does not start")


def s3(lab):
    """Objects of a server on this machine beside the same files on disk."""
    data = lab.generator.objects()
    bucket = lab.generator.folder / "buckets" / "objects"
    shutil.rmtree(bucket, ignore_errors=True)
    bucket.mkdir(parents=True)
    for file in data.files:
        os.link(file, bucket / file.name)
    environment = {
        "AWS_ENDPOINT_URL_S3": serve(bucket.parent),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    options = ["--lookup", lab.generator.lookup, "--out", "{out}", "--quiet"]
    files = list(map(str, data.files))
    disk = f"flowlog, {counted(processors())}"
    entries = [
        *tag.flowlog(lab, files),
        *flowlog(lab, ["tag", "s3://objects/", *options], "tag", name="s3://", environment=environment, validates=True),
    ]
    goals = [Goal(f"s3://, {counted(processors())}", 1 / 1.3, disk)]
    return tag.make(lab, data, f"{len(files)} small .gz objects of an S3 server here", disk, entries, goals)


def parquet(codec):
    def make(lab):
        plain = lab.generator.plain()
        path = plain.files[0].with_name(f"{plain.files[0].stem}-{codec}.parquet")
        write = [lab.python, str(CONTENDERS / "write_parquet.py"), codec, str(plain.files[0])]
        lab.generator.make(path, lambda p: subprocess.run([*write, str(p)], check=True))
        counting = [lab.python, str(CONTENDERS / "count_parquet.py")]
        entries = [
            Entry("import duckdb", counting, "read"),
            *(Entry(f"DuckDB counts, {counted(n)}", [*counting, str(n), str(path)], "read") for n in threads()),
            *tag.flowlog(lab, [path]),
        ]
        return Case(
            DataSet("parquet", [path], plain.raw_bytes),
            f"Parquet, {codec}: DuckDB counts its two columns, flowlog tags it",
            "DuckDB counts, 1 thread",
            entries,
            tag.answer,
            tag.truth(lab, plain.name, plain.files)["answer"],
            goals=[Goal("flowlog, 1 thread", 2, "DuckDB counts, 1 thread")],
        )

    return make


def to_parquet(lab):
    """Text to Parquet, zstd."""
    plain = lab.generator.plain()
    path = str(plain.files[0])
    write = [lab.python, str(CONTENDERS / "write_parquet.py"), "zstd", path, "{out}/log.parquet"]
    entries = [
        Entry("DuckDB, all threads", write, "read"),
        Entry("flowlog", [str(lab.flowlog), "convert", path, "--quiet", "-o", "{out}/log.parquet"], "read"),
    ]
    return Case(plain, "Text to Parquet, zstd", "DuckDB, all threads", entries, tag.answer, "")
