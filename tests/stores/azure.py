# SPDX-License-Identifier: BSL-1.0
"""azure.py FLOWLOG AZURITE_BLOB: reads abfs:// objects of Azurite, which behaves like Azure Blob Storage."""
import os
import socket
import subprocess
import sys
import tempfile
import time

import pyarrow.fs

flowlog, server = (os.path.abspath(p) for p in sys.argv[1:3])
LINE = b"2 123456789012 eni-1 10.0.0.1 10.0.0.2 1234 %d 6 1 40 1620140761 1620140821 ACCEPT OK\n"
ACCOUNT = "devstoreaccount1"  # Azurite's documentation names it and its key
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
folder = tempfile.TemporaryDirectory()
running = subprocess.Popen(
    [server, "--silent", "--disableTelemetry", "--skipApiVersionCheck", "--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", folder.name],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    for _ in range(300):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    azure = pyarrow.fs.AzureFileSystem(
        ACCOUNT, account_key=KEY, blob_storage_authority=f"127.0.0.1:{port}", blob_storage_scheme="http",
        dfs_storage_authority=f"127.0.0.1:{port}", dfs_storage_scheme="http")
    azure.create_dir("logs")
    for i in range(5):
        with azure.open_output_stream(f"logs/2024/{i}.log", compression=None) as out:
            out.write(LINE % i * (i + 1))

    def run(*arguments, rc=0, key=KEY):
        done = subprocess.run([flowlog, *arguments, "--endpoint-url", f"http://127.0.0.1:{port}"],
                              env=dict(os.environ, AZURE_STORAGE_KEY=key), capture_output=True, text=True, timeout=120)
        assert done.returncode == rc, (arguments, done)
        return done.stdout + done.stderr

    container = f"abfs://logs@{ACCOUNT}.dfs.core.windows.net"
    for log in "/2024", "/2024/*.log", "/", "":
        assert "ACCEPT,15" in run("top", container + log, "--by", "action", "--csv"), log
    assert run("print", f"{container}/2024/2.log", "--csv").count("\n") == 4
    run("convert", f"{container}/2024", "-o", f"{container}/all.parquet")
    assert "ACCEPT,15" in run("top", f"{container}/all.parquet", "--by", "action", "--csv")
    assert "no object has this name" in run("print", f"{container}/nix", rc=2)
    assert "CONTAINER" in run("print", f"abfs://no-container@{ACCOUNT}.dfs.core.windows.net/x", rc=2).upper()
    wrong = run("print", f"{container}/2024/2.log", rc=2, key="d3Jvbmc=")
    assert "d3Jvbmc" not in wrong and "403" in wrong, wrong
    print("ok      abfs://")
finally:
    running.terminate()
    running.wait()
    folder.cleanup()
