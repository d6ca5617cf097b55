# SPDX-License-Identifier: BSL-1.0
"""flowlog over a bucket, on the executors of Spark (3.4 or later). README.md has the submit lines; as a library:

    result = flowlog_spark.top(spark, "s3a://bucket/AWSLogs/", by=["srcaddr"], measures=["--sum=bytes"])
    result.csv("top.csv"); result.dataframe().createOrReplaceTempView("talkers")

The driver lists the objects and shares them out by size. Each task runs the `flowlog` that was shipped with --files on its share and
gives a partial result, whose rows Spark shuffles by key; tasks merge what has the same keys, and the driver all that is left. A task has
no effect but its result, of which Spark takes one, however often the task ran: nothing counts twice."""
import heapq, importlib.util, json, os, subprocess, sys, tempfile, zlib
from pyspark import SparkFiles


def command(environment):
    """The flowlog that was shipped, or that of the PATH, and its environment: Arrow's libraries are found in the executor's pyarrow."""
    shipped, module = SparkFiles.get("flowlog"), SparkFiles.get("libflowlog_arrow.so")
    found = {"FLOWLOG_ARROW_MODULE": module} if os.path.exists(module) else {}
    if found and (pyarrow := importlib.util.find_spec("pyarrow")):
        found["LD_LIBRARY_PATH"] = ":".join([os.path.dirname(pyarrow.origin), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
    return shipped if os.path.exists(shipped) else "flowlog", {**os.environ, **found, **environment}


def run(environment, words, text=None, to=subprocess.PIPE, folder=None):
    program, variables = command(environment)
    done = subprocess.run([program, *words], input=text, env=variables, stdout=to, stderr=subprocess.PIPE, cwd=folder)
    if done.returncode:
        raise RuntimeError(f"flowlog {' '.join(words)}: exit code {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def listed(lines, limit=4096):
    """Objects in at most `limit` crumbs of about the same size: [bytes, packed names]. The names take some 10 bytes each."""
    crumbs, most, names, size = [], 1, [], 0

    def pack():
        if names:
            crumbs.append([size, [zlib.compress("".join(names).encode("utf-8", "surrogateescape"), 1)], len(names)])
    for line in lines:
        one = json.loads(line)
        names.append(f"{one['key']}\t{one['size']}\n")
        size += one["size"]
        if len(names) >= most:
            pack()
            names, size = [], 0
        if len(crumbs) >= limit:
            crumbs = [[a[0] + b[0], a[1] + b[1], a[2] + b[2]] for a, b in zip(crumbs[::2], crumbs[1::2])]
            most *= 2
    pack()
    return crumbs


def shares(crumbs, count):
    """Crumbs in `count` shares of about the same size: the largest first, each to the share that has least."""
    heap = [(0, 0, i, []) for i in range(max(1, min(count, len(crumbs))))]
    for size, packed, names in sorted(crumbs, key=lambda crumb: (-crumb[0], -crumb[2])):
        total, number, i, mine = heapq.heappop(heap)
        heapq.heappush(heap, (total + size, number + names, i, mine + packed))
    return [mine for _, _, _, mine in sorted(heap, key=lambda share: share[2])]


def split(partial, count):
    """The rows of a partial result in `count` of them, by their keys. Lines in braces are in each; see docs/scale.md."""
    parts = [[] for _ in range(count)]
    for line in partial.splitlines(keepends=True)[:-1]:
        for part in parts if line[:1] == b"{" else [parts[zlib.crc32(line.partition(b"],[")[0]) % count]]:
            part.append(line)
    for part in parts:
        body = b"".join(part)
        yield body + b'{"end":%d,"crc32":"%08x"}\n' % (len(part), zlib.crc32(body))


def in_file(partials):
    """A file of partial results, which is gone with the object that this returns."""
    file = tempfile.NamedTemporaryFile(prefix="flowlog-", suffix=".part")
    for partial in partials:
        file.write(partial)
    file.flush()
    return file


class Result:
    """A merged partial result, in a file of the driver: `csv`, `parquet`, `dataframe`, or what any options of the command print."""

    def __init__(self, spark, file, environment, skip):
        self.spark, self.file, self.environment, self.keep = spark, file, environment, ["--keep-going"] if skip else []

    def text(self, *options, to=subprocess.PIPE):
        return run(self.environment, ["merge", self.file.name, *self.keep, "--quiet", *options], to=to)

    def csv(self, path, *options):
        with open(path, "wb") as out:
            self.text("--csv", *options, to=out)

    def dataframe(self, *options):
        with tempfile.TemporaryFile() as out:
            self.text("--ndjson", *options, to=out)
            out.seek(0)
            return self.spark.read.json(self.spark.sparkContext.parallelize(line.decode("utf-8", "replace") for line in out))

    def parquet(self, path, *options):
        self.dataframe(*options).write.mode("overwrite").parquet(path)

    def inputs(self):
        """What became of each object: [name, counts…], and an error at the end of those that could not be read. Of very many, only those are here."""
        with open(self.file.name, "rb") as lines:
            return [json.loads(line)[1:] for line in lines if line.startswith(b'["input",')]


def count(spark, words, url, options=(), listing=(), skip=False, tasks=None, environment=None, named=1_000_000):
    """Runs a command that has --partial on the objects of a URL. `skip`: objects that cannot be read are left out and named. Of more than `named`
    objects, the result has the names of those alone, so that the driver needs no more memory than their list and the result take."""
    context, environment = spark.sparkContext, dict(environment or {})
    width = context.defaultParallelism
    context.addPyFile(os.path.abspath(__file__))
    program, variables = command(environment)
    with subprocess.Popen([program, "ls", url, "--ndjson", *listing], env=variables, stdout=subprocess.PIPE, text=True, errors="surrogateescape") as ls:
        objects = listed(ls.stdout)
    if ls.returncode:
        raise RuntimeError(f"flowlog ls {url}: exit code {ls.returncode}")
    work = shares(objects, tasks or 4 * width)
    skipping, unnamed = ["--keep-going"] * skip, ["--unnamed-inputs"] * (sum(crumb[2] for crumb in objects) > named)
    arguments = [*words, *options, "--logs-from", "-", "--partial", "-", "--quiet", "--threads", "1", *skipping, *unnamed]

    def map_share(packed):
        partial = run(environment, arguments, b"".join(map(zlib.decompress, packed)), folder=SparkFiles.getRootDirectory())
        return enumerate(split(partial, width))

    def merge_bucket(bucket):
        with in_file(bucket[1]) as file:
            return run(environment, ["merge", file.name, "--partial", "-", "--quiet", *skipping])
    buckets = context.parallelize(work, len(work)).flatMap(map_share).groupByKey(width).map(merge_bucket)
    with in_file(buckets.toLocalIterator()) as file:
        result = in_file([])
        run(environment, ["merge", file.name, "--partial", result.name, "--quiet", *skipping])
    return Result(spark, result, environment, skip)


def top(spark, url, by=(), measures=(), where=None, **more):
    words = ["top", *(["--by=" + ",".join(by)] if by else []), *measures, *(["--where=" + where] if where else [])]
    return count(spark, words, url, **more)


def digest(spark, url, **more):
    return count(spark, ["digest"], url, **more)


def tag(spark, url, **more):
    return count(spark, ["tag"], url, **more)


if __name__ == "__main__":
    from pyspark.sql import SparkSession
    if len(sys.argv) < 4:
        sys.exit("usage: flowlog_spark.py URL OUTPUT tag|top|digest|connections|diff [OPTION...]; writes OUTPUT.csv and OUTPUT.parquet")
    words, shown = sys.argv[3:], ["--all"] if sys.argv[3] in ("top", "connections", "diff") else []
    if words[0] == "tag":  # which counts ports: their tags are for the result
        shown = [word for word in words if word.startswith("--lookup=")]
        words = [word for word in words if word not in shown]
    found = count(SparkSession.builder.appName("flowlog").getOrCreate(), words, sys.argv[1])
    found.csv(sys.argv[2] + ".csv", *shown)
    found.parquet(sys.argv[2] + ".parquet", *shown)
