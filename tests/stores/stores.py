# SPDX-License-Identifier: BSL-1.0
"""stores.py FLOWLOG VERSITYGW [CASE…]: reads objects of a real S3 server with the command, in new folders. Needs pyarrow,
which puts objects. Runs all cases, or those named."""
import gzip
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pyarrow.fs
from proxy import SLOW_DOWN, Proxy

flowlog, versitygw = (os.path.abspath(p) for p in sys.argv[1:3])
HEADER = b"version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"


def lines(count, seed):
    """A log of some flows."""
    rows = [HEADER]
    for i in range(count):
        h = int.from_bytes(hashlib.blake2b(f"{seed} {i}".encode(), digest_size=8).digest(), "little")
        rows.append(
            b"2 123456789012 eni-%04x 10.0.%d.%d 10.1.%d.%d %d %d 6 %d %d 1620140761 1620140821 ACCEPT OK\n"
            % (h & 0xFFF, h >> 8 & 255, h >> 16 & 255, h >> 24 & 255, h >> 32 & 255, h >> 40 & 0xFFFF, h >> 20 & 1023, h & 15, h & 0xFFFF)
        )
    return b"".join(rows)


class Bed:
    """The server, a proxy before it, and the folder of its buckets."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.buckets = self.root / "buckets"
        self.buckets.mkdir()
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        environment = dict(os.environ, ROOT_ACCESS_KEY="key", ROOT_SECRET_KEY="secret")
        self.server = subprocess.Popen(
            [versitygw, "--quiet", "--port", f"127.0.0.1:{port}", "posix", str(self.buckets)],
            env=environment, stdout=open(self.root / "server.log", "wb"), stderr=subprocess.STDOUT)
        for _ in range(300):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise SystemExit("versitygw did not start: " + (self.root / "server.log").read_text())
        self.url = f"http://127.0.0.1:{port}"
        self.proxy = Proxy(port)
        self.s3 = pyarrow.fs.S3FileSystem(
            access_key="key", secret_key="secret", region="us-east-1", scheme="http",
            endpoint_override=f"127.0.0.1:{port}", allow_bucket_creation=True, allow_delayed_open=True)

    def close(self):
        self.proxy.close()
        self.server.terminate()
        self.server.wait()

    def bucket(self, name):
        self.s3.create_dir(name)
        self.proxy.reset()
        return name

    def put(self, path, body):
        with self.s3.open_output_stream(path, compression=None) as out:
            out.write(body)

    def run(self, *arguments, rc=0, **environment):
        """Runs the command; returns what it prints on standard output, and on standard error."""
        base = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        base.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_ENDPOINT_URL_S3=self.proxy.url,
                    AWS_EC2_METADATA_DISABLED="true", HOME=str(self.root))
        base.update(environment)
        done = subprocess.run([flowlog, *arguments], env={k: v for k, v in base.items() if v is not None},
                              capture_output=True, text=True, timeout=120, cwd=self.root)
        what = f"{arguments}: exit code {done.returncode}\n{done.stdout[-200:]}\n{done.stderr[-2000:]}"
        assert done.returncode == rc, what
        assert "FinalizeS3" not in done.stderr, what
        return done.stdout, done.stderr

    def top(self, *logs, **more):
        return self.run("top", *logs, "--by", "dstport,srcaddr", "--sum", "bytes", "--csv", "--all", "--quiet", **more)

    def fails(self, *arguments, says, rc=2, **environment):
        _, err = self.run(*arguments, rc=rc, **environment)
        for words in [says] if isinstance(says, str) else says:
            assert words in err, f"{arguments}: not in the message: {words}\n{err}"
        return err


def small_logs(bed, bucket, count=60, rows=50):
    """Puts gzipped logs, and writes the same to a folder."""
    local = bed.root / "local"
    shutil.rmtree(local, ignore_errors=True)
    local.mkdir()
    for i in range(count):
        body = gzip.compress(lines(rows + i, i), 6)
        (local / f"{i:04}.log.gz").write_bytes(body)
        bed.put(f"{bucket}/logs/{i:04}.log.gz", body)
    bed.proxy.reset()
    return str(local)


def case_like_local_files(bed):
    bucket = bed.bucket("like-local")
    expected = bed.top(small_logs(bed, bucket))
    for options in ([], ["--threads", "1"], ["--threads", "4"], ["--fetches", "1"], ["--fetches", "100"], ["--buffer", "2K"], ["--buffer", "20K"]):
        bed.proxy.reset()
        assert bed.top(f"s3://{bucket}/logs/", *options) == expected, options
        assert bed.proxy.count("GET", r"\.gz$") == 60 or options[:2] == ["--buffer", "2K"], options
        assert bed.proxy.count("GET", "list-type") == 1 and bed.proxy.count("HEAD", "logs/?$") == 0
    assert bed.top(f"s3://{bucket}/logs/*.gz") == expected
    assert bed.top(f"s3://{bucket}/**/*.log.gz") == expected
    assert bed.top(f"s3a://{bucket}") == expected
    # the order of the records is the order of the listing
    local, _ = bed.run("print", "local", "--csv", "--quiet")
    for fetches in "1", "16":
        assert bed.run("print", f"s3://{bucket}/logs", "--csv", "--quiet", "--fetches", fetches)[0] == local


def case_names(bed):
    bucket = bed.bucket("odd-names")
    keys = ["aws-account-id=1/aws-region=eu-west-1/day=01/x.log", "a b/c d.log", "a+b.log", "a%2Bb.log", "100%.log", "ü/日本.log",
            "semi;colon,!'()&$@:.log", "question?.log", "hash#.log", "star*.log", "[x].log"]
    for i, key in enumerate(keys):
        bed.put(f"{bucket}/{key}", lines(i + 1, key))
    for i, key in enumerate(keys):
        out, _ = bed.run("print", f"s3://{bucket}/{key}", "--csv")
        assert out.count("\n") == i + 2, key
    out, _ = bed.run("print", f"s3://{bucket}", "--csv", "--quiet")
    assert out.count("\n") == 1 + sum(range(1, len(keys) + 1))
    assert bed.run("print", f"s3://{bucket}/a%2Bb.log", "--csv")[0] != bed.run("print", f"s3://{bucket}/a+b.log", "--csv")[0]


def case_pages(bed):
    bucket = bed.bucket("many")
    folder = bed.buckets / bucket / "d"
    folder.mkdir()
    for i in range(1500):
        (folder / f"{i:04}.log").write_bytes(lines(1, i))
    assert bed.top(f"s3://{bucket}/d") == bed.top(str(folder))
    lists, reads = bed.proxy.count("GET", "list-type"), bed.proxy.count("GET", r"\.log$")
    assert (lists, reads) == (2, 1500), (lists, reads)


def case_requests(bed):
    """Only the folders of the days that may hold wanted flows are listed, and the command says how many requests it made."""
    bucket = bed.bucket("days")
    for account in "111111111111", "222222222222":
        for region in "eu-west-1", "us-east-1":
            for day in range(1, 31):
                folder = bed.buckets / bucket / "AWSLogs" / account / "vpcflowlogs" / region / "2024" / "05" / f"{day:02}"
                folder.mkdir(parents=True)
                name = f"{account}_vpcflowlogs_{region}_fl-0123456789abcdef0_202405{day:02}T1200Z_0a1b2c3d.log"
                (folder / name).write_bytes(lines(1, f"{account}{region}{day}"))
    period = ["--since", "2024-05-10T06:00", "--until", "2024-05-11T18:00"]
    one = ["--account", "222222222222", "--region", "eu-west-1"]
    for options, chosen, most in (period, 8, 24), ([*period, *one], 2, 6), ([], 120, 1):
        bed.proxy.reset()
        out, err = bed.run("ls", f"s3://{bucket}", "--csv", *options)
        made = len(bed.proxy.requests)
        assert out.count("\n") == 1 + chosen, out
        assert made == bed.proxy.count("GET", "list-type") <= most, bed.proxy.requests
        assert re.search(rf"in {made} requests?\b", err), (made, err)


def case_converted(bed):
    bucket = bed.bucket("converted")
    direct = {"AWS_ENDPOINT_URL_S3": bed.url}  # the proxy passes on what reads
    bed.put(f"{bucket}/a.log", lines(300, 7))
    for name in "b.parquet", "c.csv.gz":
        made = f"s3://{bucket}/out/{name}"
        bed.run("convert", f"s3://{bucket}/a.log", "-o", made, **direct)
        bed.fails("convert", f"s3://{bucket}/a.log", "-o", made, says="there is such an object; --force replaces it", **direct)
        bed.run("convert", f"s3://{bucket}/a.log", "-o", made, "--force", **direct)
    counts = [bed.run("top", f"s3://{bucket}/{log}", "--by", "srcaddr", "--csv")[0] for log in ("a.log", "out/b.parquet")]
    assert counts[0] == counts[1] and "10.0." in counts[0], counts
    bed.run("convert", f"s3://{bucket}/a.log", "-o", f"s3://{bucket}/parts", "--to", "parquet", "--partition", "account,date", **direct)
    assert bed.run("top", f"s3://{bucket}/parts/", "--by", "srcaddr", "--csv")[0] == counts[0]
    bed.fails("convert", f"s3://{bucket}/a.log", "-o", "s3://no-such-bucket/x.parquet", says="NO_SUCH_BUCKET", **direct)


def case_empty_objects(bed):
    bucket = bed.bucket("empty")
    bed.put(f"{bucket}/d/1.log", lines(3, 1))
    bed.put(f"{bucket}/d/aws-log-write-test", b"")
    out, err = bed.run("top", f"s3://{bucket}/d", "--by", "action", "--csv")
    assert "ACCEPT,3" in out and not err, (out, err)
    assert bed.proxy.count("GET", "write-test") == 0
    bed.put(f"{bucket}/only/empty", b"")
    bed.fails("print", f"s3://{bucket}/only", says=["cannot open: no flow log is here", "1 empty"])


def case_refused(bed):
    bucket = bed.bucket("refused")
    bed.put(f"{bucket}/d/1.log", lines(3, 1))
    object, folder = f"s3://{bucket}/d/1.log", f"s3://{bucket}/d/"
    for log in object, folder:
        bed.fails("print", log, says="SIGNATURE_DOES_NOT_MATCH", AWS_SECRET_ACCESS_KEY="wrong")
        bed.fails("print", log, says="XAdminUserNotFound", AWS_ACCESS_KEY_ID="nobody")
        bed.fails("print", "--no-sign-request", log, says="ACCESS_DENIED")
        bed.fails("print", log, says=["NETWORK_CONNECTION", "127.0.0.1:1"], AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")
    bed.fails("print", "s3://no-such-bucket/x", says=["s3://no-such-bucket/x", "NO_SUCH_BUCKET"])
    bed.fails("print", "s3://no-such-bucket", says="NO_SUCH_BUCKET")
    bed.fails("print", f"s3://{bucket}/d/2.log", says="cannot open: no object has this name, and none is below it")
    bed.fails("print", f"s3://{bucket}/*.gz", says="no object matches")
    bed.fails("print", "s3:///x", says="the name of a bucket is missing")
    bed.fails("print", "--endpoint-url", "localhost", object, says="expected a URL")
    bed.fails("print", object, says=["flowlog::arrow", "install-packages.sh stores"], FLOWLOG_ARROW_MODULE="/nowhere.so")
    out, err = bed.run("top", folder, f"s3://{bucket}/nix", "--by", "action", rc=2)
    assert "INCOMPLETE: 1 of 2 inputs" in out + err and "3" in out
    bed.run("top", folder, f"s3://{bucket}/nix", "--by", "action", "--keep-going")
    bed.run("top", f"s3://{bucket}/nix", "--by", "action", "--keep-going", rc=2)


def case_configuration(bed):
    bucket = bed.bucket("configured")
    bed.put(f"{bucket}/1.log", lines(3, 1))
    bare = dict(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    log = f"s3://{bucket}/1.log"
    expected, _ = bed.run("print", log)
    bed.run("print", log, "--endpoint-url", bed.proxy.url, AWS_ENDPOINT_URL_S3="http://127.0.0.1:1")
    bed.run("print", log, AWS_ENDPOINT_URL_S3=None, AWS_ENDPOINT_URL=bed.proxy.url)
    aws = bed.root / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text("[default]\naws_access_key_id = nobody\naws_secret_access_key = x\n"
                                     "[work]\naws_access_key_id = key\naws_secret_access_key = secret\n")
    (aws / "config").write_text(f"[default]\nregion = eu-central-1\n\n[profile work]\nregion=us-east-1\nendpoint_url = {bed.proxy.url}\n")
    bed.fails("print", log, says="XAdminUserNotFound", **bare)
    assert bed.run("print", log, AWS_PROFILE="work", AWS_ENDPOINT_URL_S3=None, **bare)[0] == expected
    shutil.rmtree(aws)
    # a wrong region is followed: one request more for the first object, or for the listing
    bed.proxy.reset()
    assert bed.run("print", log, AWS_REGION="eu-west-3")[0] == expected
    assert bed.run("print", f"s3://{bucket}/", AWS_DEFAULT_REGION="eu-west-3")[0] == expected
    assert bed.proxy.count("GET", "list-type") == 2


class Metadata(http.server.BaseHTTPRequestHandler):
    """Gives the key of a role as the metadata services of containers and of instances do."""

    def answer(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        self.answer("token")

    def do_GET(self):
        key = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "key", "SecretAccessKey": "secret", "Expiration": "2099-01-01T00:00:00Z"}
        is_list = self.path.rstrip("/").endswith("security-credentials")
        self.server.asked.append(self.path)
        self.answer("reader" if is_list else json.dumps(key))

    def log_message(self, *_):
        pass


def case_roles(bed):
    bucket = bed.bucket("roles")
    bed.put(f"{bucket}/1.log", lines(3, 1))
    expected, _ = bed.run("print", f"s3://{bucket}/1.log")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    bare = dict(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    try:
        for role in dict(AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{url}/container"), dict(AWS_EC2_METADATA_DISABLED=None, AWS_EC2_METADATA_SERVICE_ENDPOINT=url):
            server.asked.clear()
            assert bed.run("print", f"s3://{bucket}/1.log", AWS_REGION="us-east-1", **bare, **role)[0] == expected
            assert server.asked, role
    finally:
        server.shutdown()


def case_deleted_after_listing(bed):
    bucket = bed.bucket("deleted")
    local = pathlib.Path(small_logs(bed, bucket))
    key = "0030.log.gz"

    def delete(method, path, number):
        if method == "GET" and path.endswith(key):
            (bed.buckets / bucket / "logs" / key).unlink(missing_ok=True)

    bed.proxy.reset(delete)
    (local / key).unlink()
    expected, _ = bed.top(str(local))
    out, err = bed.top(f"s3://{bucket}/logs", rc=2)
    assert out == expected
    assert f"s3://{bucket}/logs/{key}: cannot open: NO_SUCH_KEY" in err, err
    assert bed.proxy.count("GET", key) == 1  # what is gone is not asked for again


def case_large(bed):
    bucket = bed.bucket("large")
    plain, packed = bed.root / "large.log", bed.root / "large.log.gz"
    some = lines(60_000, "large")
    plain.write_bytes(some * 4)
    packed.write_bytes(gzip.compress(some * 9, 1))
    assert packed.stat().st_size > 9 << 20 and plain.stat().st_size > 20 << 20
    for path in plain, packed:
        bed.put(f"{bucket}/{path.name}", path.read_bytes())
        expected = bed.top(str(path))
        for options in ([], ["--threads", "1"], ["--buffer", "1M", "--fetches", "3"]):
            assert bed.top(f"s3://{bucket}/{path.name}", *options) == expected, options
    # what breaks goes on where it broke
    packed_ranges = lambda: [r for _, path, r in bed.proxy.requests if r and path.endswith(".gz")]
    bed.proxy.reset(lambda method, path, number: ("drop", 3_000_000) if method == "GET" and number % 3 == 2 else None)
    assert bed.top(f"s3://{bucket}/{packed.name}") == expected
    sizes = [int(b) - int(a) + 1 for a, b in (r.removeprefix("bytes=").split("-") for r in packed_ranges())]
    assert len(sizes) > 4 and min(sizes) < 8 << 20, sizes
    # an object that is replaced
    replaced = []

    def replace(method, path, number):
        if method == "GET" and path.endswith(".gz") and number == 2 and not replaced:
            replaced.append(1)
            bed.put(f"{bucket}/{packed.name}", packed.read_bytes()[:-1] + b"x")

    bed.proxy.reset(replace)
    _, err = bed.top(f"s3://{bucket}/{packed.name}", rc=2)
    assert "the object has been replaced" in err, err


def case_spoiled(bed):
    bucket = bed.bucket("spoiled")
    expected = bed.top(small_logs(bed, bucket, 20))
    one = lambda action, numbers: lambda method, path, number: action if method == "GET" and "0007" in path and number in numbers else None
    for action in ("drop", 700), ("cut", 700), ("stall", 100, 12), ("answer", 503, SLOW_DOWN), ("answer", 500, b""):
        bed.proxy.reset(one(action, [1] if action[0] in ("stall", "cut") else [1, 2]))
        assert bed.top(f"s3://{bucket}/logs", "--timeout", "1") == expected, action
    for action, says in (("drop", 700), "curlCode: 18"), (("answer", 503, SLOW_DOWN), "SLOW_DOWN"), (("cut", 700), "checksums mismatch"):
        bed.proxy.reset(one(action, range(100)))
        out, err = bed.top(f"s3://{bucket}/logs", rc=2)
        assert f"s3://{bucket}/logs/0007.log.gz: " in err and says in err, err
        assert out != expected[0]
        bed.proxy.reset(one(action, range(100)))
        out, err = bed.run("top", f"s3://{bucket}/logs", "--by", "action", "--json", "--keep-going")
        assert '"incomplete": true' in out or '"incomplete":true' in out, out
    # a listing that fails for a while
    bed.proxy.reset(lambda method, path, number: ("answer", 503, SLOW_DOWN) if "list-type" in path and number < 3 else None)
    assert bed.top(f"s3://{bucket}/logs/") == expected
    bed.proxy.reset(lambda method, path, number: ("answer", 503, SLOW_DOWN))
    bed.fails("print", f"s3://{bucket}/logs/", says="SLOW_DOWN")


def main():
    wanted = sys.argv[3:] or [name.removeprefix("case_") for name in globals() if name.startswith("case_")]
    failed = []
    for name in wanted:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as root:
            bed = Bed(root)
            try:
                globals()["case_" + name](bed)
                print(f"ok      {name} ({time.monotonic() - begun:.1f} s)")
            except (AssertionError, subprocess.TimeoutExpired) as failure:
                failed.append(name)
                print(f"FAILED  {name} (line {failure.__traceback__.tb_next.tb_lineno if failure.__traceback__.tb_next else 0}): {failure}")
            finally:
                bed.close()
    print(f"{len(wanted) - len(failed)} of {len(wanted)} cases passed")
    sys.exit(1 if failed else 0)


main()
