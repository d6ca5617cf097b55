# SPDX-License-Identifier: BSL-1.0
"""gcs.py FLOWLOG FAKE_GCS_SERVER: reads gs:// objects of a server that behaves like Google Cloud Storage."""
import os
import socket
import subprocess
import sys
import time

import pyarrow.fs

flowlog, server = (os.path.abspath(p) for p in sys.argv[1:3])
LINE = b"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 %d 6 1 40 1620140761 1620140821 ACCEPT OK\n"

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
running = subprocess.Popen(
    [server, "-scheme", "http", "-host", "127.0.0.1", "-port", str(port), "-backend", "memory", "-public-host", f"127.0.0.1:{port}"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    gcs = pyarrow.fs.GcsFileSystem(anonymous=True, scheme="http", endpoint_override=f"127.0.0.1:{port}", project_id="p")
    gcs.create_dir("bucket")
    for i in range(5):
        with gcs.open_output_stream(f"bucket/logs/{i}.log", compression=None) as out:
            out.write(LINE % i * (i + 1))

    def run(*arguments, rc=0):
        done = subprocess.run([flowlog, *arguments, "--endpoint-url", f"http://127.0.0.1:{port}", "--no-sign-request"],
                              capture_output=True, text=True, timeout=120)
        assert done.returncode == rc, (arguments, done)
        return done.stdout + done.stderr

    for log in "gs://bucket/logs", "gs://bucket/logs/*.log", "gcs://bucket/":
        assert "ACCEPT,15" in run("top", log, "--by", "action", "--csv"), log
    assert run("print", "gs://bucket/logs/2.log", "--csv").count("\n") == 4
    assert "no object has this name" in run("print", "gs://bucket/nix", rc=2)
    assert "NOT_FOUND" in run("print", "gs://no-bucket/x", rc=2)
    print("ok      gs://")
finally:
    running.terminate()
    running.wait()
