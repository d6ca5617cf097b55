# SPDX-License-Identifier: BSL-1.0
"""spark.py FLOWLOG VERSITYGW: a stand-alone Spark of a master and two workers reads 2,000 objects of a real S3 server with
examples/spark/flowlog_spark.py. Its results must have the bytes of one process. Needs pyspark and Java 17."""
import gzip
import hashlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "examples" / "spark"))
import pyspark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402
import flowlog_spark  # noqa: E402

flowlog, versitygw = (os.path.abspath(p) for p in sys.argv[1:3])
OBJECTS = int(os.environ.get("OBJECTS", "2000"))
HEADER = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
LOOKUP = "dstport,protocol,tag\n443,tcp,web\n80,tcp,web\n22,tcp,ssh\n0-1023,udp,low\n"


def lines(count, seed):
    rows = [HEADER]
    for i in range(count):
        h = int.from_bytes(hashlib.blake2b(f"{seed} {i}".encode(), digest_size=8).digest(), "little")
        rows.append(b"2 123456789012 eni-%03x 10.0.%d.%d 10.1.%d.%d %d %d %d %d %d %d %d ACCEPT OK\n" % (
            h & 0xFF, h >> 8 & 3, h >> 16 & 15, h >> 24 & 255, h >> 32 & 255, 32768 + (h >> 40 & 0xFFF), (443, 80, 22, h >> 20 & 1023)[h & 3],
            (6, 6, 17)[h % 3], h & 15, h & 0xFFFF, 1620140761 + seed, 1620140821 + seed))
    return b"".join(rows)


def module():
    """The library for object stores, where a build or an installation has it."""
    bin = pathlib.Path(flowlog).parent
    return [str(one) for one in (bin.parent / "lib" / "flowlog" / "libflowlog_arrow.so", bin / "libflowlog_arrow.so") if one.exists()][:1]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(port, what):
    for _ in range(900):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit(f"{what} did not start")


class Bed:
    """The S3 server, and Spark; ends what it started."""

    def __init__(self, root):
        self.root, self.started = pathlib.Path(root), []
        self.bucket = self.root / "buckets" / "logs"
        self.bucket.mkdir(parents=True)
        port = free_port()
        self.variables = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        self.variables.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}",
                              AWS_EC2_METADATA_DISABLED="true", SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
        os.environ.update(self.variables)
        self.start([versitygw, "--quiet", "--port", f"127.0.0.1:{port}", "posix", str(self.root / "buckets")], "server",
                   ROOT_ACCESS_KEY="key", ROOT_SECRET_KEY="secret")
        wait_for(port, "versitygw")
        self.home = os.path.dirname(pyspark.__file__)
        self.master = f"spark://127.0.0.1:{(master := free_port())}"
        spark_class = os.path.join(self.home, "bin", "spark-class")
        self.start([spark_class, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(master), "--webui-port", str(free_port())], "master")
        wait_for(master, "Spark's master")
        self.workers = [
            self.start([spark_class, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1",
                        "--memory", "1g", "--work-dir", str(self.root / f"work{i}"), self.master], f"worker{i}") for i in range(2)]

    def start(self, words, name, **more):
        process = subprocess.Popen(words, env={**self.variables, **more}, stdout=open(self.root / f"{name}.log", "wb"), stderr=subprocess.STDOUT,
                                   start_new_session=True)
        self.started.append(process)
        return process

    def kill(self, process):
        """Ends a process and its children at once: an executor is a child of its worker."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()

    def close(self):
        for process in reversed(self.started):
            self.kill(process)

    def session(self, program):
        files = [str(program), *module()]
        return (SparkSession.builder.master(self.master).appName("flowlog").config("spark.files", ",".join(files))
                .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").config("spark.executor.memory", "512m")
                .config("spark.ui.enabled", "false").config("spark.executor.cores", "1").getOrCreate())

    def one_process(self, *words, rc=0):
        done = subprocess.run([flowlog, *words], env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        assert done.returncode == rc, done.stderr.decode()
        return done.stdout


def main(bed):
    for i in range(OBJECTS):
        folder = bed.bucket / f"{i % 10}"
        folder.mkdir(exist_ok=True)
        (folder / f"{i:05}.log.gz").write_bytes(gzip.compress(lines(20 + i % 200, i), 1, mtime=0))
    # each task takes a while, so that a worker can be killed in the middle
    program = bed.root / "flowlog"
    program.write_text(f'#!/bin/sh\ncase "$*" in *--partial*) sleep 0.2 ;; esac\nexec {flowlog} "$@"\n')
    program.chmod(0o755)
    lookup = bed.root / "lookup.csv"
    lookup.write_text(LOOKUP)
    before = time.time()
    spark = bed.session(program)
    spark.sparkContext.setLogLevel("ERROR")
    while spark.sparkContext.defaultParallelism < 2:
        time.sleep(0.5)
    print(f"two workers are ready after {time.time() - before:.1f} s")
    url, measures = "s3://logs/", ["--flows", "--distinct=dstaddr", "--percentile=bytes:95", "--sum=bytes"]

    def check(name, found, expected):
        assert found == expected, f"{name}: {len(found)} bytes differ from {len(expected)} of one process\n{found[:300]!r}\n{expected[:300]!r}"
        print(f"ok    {name}: {len(found)} bytes as of one process")

    def top(**more):
        return flowlog_spark.top(spark, url, by=["srcaddr"], measures=measures, **more)
    expected = bed.one_process("top", url, "--by", "srcaddr", *measures, "--hash-key", "partial", "--all", "--csv", "--quiet")
    before = time.time()
    found = top()
    print(f"top over {OBJECTS} objects: {time.time() - before:.1f} s")
    check("top", found.text("--csv", "--all"), expected)
    assert expected.count(b"\n") == 65 and len(found.inputs()) == OBJECTS
    assert OBJECTS < 1000 or max(int(row.split(b",")[2]) for row in expected.splitlines()[1:]) > 1024  # an estimate
    frame = found.dataframe("--all")
    frame.createOrReplaceTempView("talkers")
    flows = spark.sql("select sum(flows) from talkers").collect()[0][0]
    assert flows == sum(20 + i % 200 for i in range(OBJECTS)), flows
    found.csv(str(bed.root / "top.csv"), "--all")
    assert (bed.root / "top.csv").read_bytes() == expected
    found.parquet(str(bed.root / "top.parquet"), "--all")
    assert spark.read.parquet(str(bed.root / "top.parquet")).count() == frame.count()
    print("ok    CSV, SQL and Parquet")
    tags = flowlog_spark.tag(spark, url, named=OBJECTS - 1)  # too many to be named
    assert tags.inputs() == []
    check("tag", tags.text("--csv", "--lookup", str(lookup)), bed.one_process("tag", url, "--lookup", str(lookup), "--csv", "--quiet"))

    tracker, killed = spark.sparkContext.statusTracker(), []

    def kill_one():
        for _ in range(600):
            for stage in tracker.getActiveStageIds():
                info = tracker.getStageInfo(stage)
                if info and 5 <= info.numCompletedTasks < info.numTasks - 5 and not killed:
                    killed.append((info.numCompletedTasks, info.numTasks))
                    bed.kill(bed.workers[0])
                    return
            time.sleep(0.05)
    thread = threading.Thread(target=kill_one)
    thread.start()
    found = top(tasks=40)
    thread.join()
    assert killed, "no worker was killed"
    check(f"top, one worker killed after {killed[0][0]} of {killed[0][1]} tasks", found.text("--csv", "--all"), expected)

    bad = bed.bucket / "5" / "00005.log.gz"
    whole = bad.read_bytes()
    bad.write_bytes(whole[:-12] + b"\0" * 12)
    try:
        top()
        raise SystemExit("a corrupt object was not noticed")
    except Exception as failure:
        assert "logs/5/00005.log.gz" in str(failure), str(failure)[:2000]
    print("ok    a corrupt object ends the job, and is named")
    found = top(skip=True)
    errors = [one for one in found.inputs() if isinstance(one[-1], list)]
    assert len(errors) == 1 and "5/00005.log.gz" in errors[0][0], errors
    check("top, the corrupt object left out", found.text("--csv", "--all"),
          bed.one_process("top", url, "--by", "srcaddr", *measures, "--hash-key", "partial", "--all", "--csv", "--quiet", "--keep-going"))
    bad.write_bytes(whole)
    check("digest", flowlog_spark.digest(spark, url, options=["--by=srcaddr/24,dstport,protocol,action"]).text(),
          bed.one_process("digest", url, "--by", "srcaddr/24,dstport,protocol,action", "--quiet"))
    spark.stop()
    submit = [os.path.join(bed.home, "bin", "spark-submit"), "--master", bed.master, "--files", ",".join([flowlog, *module()]),
              "--conf", "spark.driver.host=127.0.0.1", "--conf", "spark.driver.bindAddress=127.0.0.1", "--conf", "spark.executor.memory=512m",
              flowlog_spark.__file__, url, str(bed.root / "tags"), "tag", f"--lookup={lookup}"]
    done = subprocess.run(submit, env=bed.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-3000:]
    check("spark-submit tag", (bed.root / "tags.csv").read_bytes(), bed.one_process("tag", url, "--lookup", str(lookup), "--csv", "--quiet"))


if __name__ == "__main__":
    folder = tempfile.mkdtemp(prefix="flowlog-spark-")
    bed = Bed(folder)
    try:
        main(bed)
    finally:
        bed.close()
        shutil.rmtree(folder, ignore_errors=True)
