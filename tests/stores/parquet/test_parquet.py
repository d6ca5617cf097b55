#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""test_parquet.py FLOWLOG [NAME...]: Parquet files that pyarrow and DuckDB write are read by the command as the text log
with the same flows; files that the command writes are read by pyarrow and DuckDB with the same sums. Exits with 77 if
pyarrow or duckdb is not there."""
import itertools
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import flows

flowlog = os.path.abspath(sys.argv[1])
CODECS = ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]
LOOKUP = "dstport,protocol,tag\n443,tcp,web\n53,udp,dns\n22,*,ssh\n"


def run(*words, code=0, stdin=None):
    done = subprocess.run([flowlog, *map(str, words)], capture_output=True, input=stdin, check=False)
    assert done.returncode == code, (words, done.returncode, done.stderr.decode())
    return done


def out(*words, **how):
    return run(*words, **how).stdout.decode()


def answers(*logs):
    """What the command says of logs, apart from names, sizes and times."""
    tags = json.loads(out("tag", *logs, "--lookup", "lookup.csv", "--json"))
    kinds = ["records", "nodata", "skipdata", "malformed"]
    return (
        tags["tags"], tags["untagged"], tags["port_protocol"], [tags["total"][kind] for kind in kinds],
        out("top", *logs, "--by", "srcaddr", "--sum", "bytes,packets", "--all", "--csv", "-q"),
        out("top", *logs, "--by", "interface-id,action", "--min", "start", "--max", "end", "--csv", "-q"),
        out("print", *logs, "--csv", "--fields", flows.HEADER.replace(" ", ",")),
    )


def same(log, reference, what):
    found = answers(log)
    for i, (a, b) in enumerate(zip(found, reference)):
        assert a == b, f"{what}: answer {i} differs: {str(a)[:300]} not {str(b)[:300]}"


def test_pyarrow_files():
    some = flows.rows(3000)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = answers("a.log")
    for codec, dictionary, page, missing in itertools.product(CODECS, [True, False], ["1.0", "2.0"], [None, "-", "None"]):
        if missing and codec not in ("none", "zstd"):
            continue
        pq.write_table(flows.table(some, missing), "a.parquet", compression=codec, use_dictionary=dictionary,
                       data_page_version=page, row_group_size=1000, data_page_size=4096)
        same("a.parquet", reference, f"{codec} {dictionary} {page} {missing}")


def test_other_types():
    some = flows.rows(500)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = answers("a.log")
    dictionary = pa.dictionary(pa.int8(), pa.string())
    for what, types in {
        "wide": {name: pa.int64() for name in flows.INT32},
        "unsigned": {"dstport": pa.uint16(), "protocol": pa.uint8(), "bytes": pa.uint64(), "version": pa.uint32()},
        "texts": {name: pa.string() for name in flows.INT32 | flows.INT64},
        "dictionaries": {"action": dictionary, "log_status": dictionary, "interface_id": dictionary},
        "large texts": {"srcaddr": pa.large_string(), "account_id": pa.large_binary()},
        "timestamps": {"start": pa.timestamp("s"), "end": pa.timestamp("s", "Europe/Vienna")},
        "floats": {"dstport": pa.float64(), "packets": pa.float64()},
        "decimals": {"bytes": pa.decimal128(19, 0)},
    }.items():
        pq.write_table(flows.table(some, types=types), "a.parquet", row_group_size=200)
        same("a.parquet", reference, what)


def test_encodings():
    some = flows.rows(3000)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = answers("a.log")
    for number, text in [("DELTA_BINARY_PACKED", "DELTA_BYTE_ARRAY"), ("BYTE_STREAM_SPLIT", "DELTA_LENGTH_BYTE_ARRAY"),
                         ("PLAIN", "PLAIN")]:
        encodings = {name: number if name in flows.INT32 | flows.INT64 else text for name in flows.NAMES}
        pq.write_table(flows.table(some), "a.parquet", use_dictionary=False, column_encoding=encodings)
        same("a.parquet", reference, f"{number} {text}")


def test_duckdb_files():
    some = flows.rows(3000)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = answers("a.log")
    some_flows = flows.table(some)  # DuckDB finds it by its name
    for codec, version in itertools.product(["uncompressed", "snappy", "gzip", "zstd", "lz4_raw", "brotli"], ["v1", "v2"]):
        duckdb.sql(f"copy some_flows to 'a.parquet' (format parquet, codec '{codec}', parquet_version '{version}', "
                   "row_group_size 2048)")
        same("a.parquet", reference, f"{codec} {version}")
    assert some_flows.num_rows == 3000


def test_no_random_access():
    some = flows.rows(500)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = out("print", "a.log", "--csv", "--fields", "srcaddr,bytes")
    pq.write_table(flows.table(some), "a.parquet")
    assert out("print", "-", "--csv", "--fields", "srcaddr,bytes", stdin=pathlib.Path("a.parquet").read_bytes()) == reference
    subprocess.run(["gzip", "-kf", "a.parquet"], check=True)
    assert out("print", "a.parquet.gz", "--csv", "--fields", "srcaddr,bytes") == reference


def test_many_row_groups():
    some = flows.rows(10_000, nodata=False)
    pathlib.Path("a.log").write_text(flows.text(some))
    pq.write_table(flows.table(some), "a.parquet", row_group_size=1)
    assert pq.ParquetFile("a.parquet").num_row_groups == 10_000
    begun = time.monotonic()
    assert out("top", "a.parquet", "--by", "dstport", "--all", "--csv", "-q") == out(
        "top", "a.log", "--by", "dstport", "--all", "--csv", "-q")
    assert time.monotonic() - begun < 120
    assert "10000 row groups" in out("detect", "a.parquet")


def test_pruning():
    """Row groups that may have NODATA or SKIPDATA rows are read, because these are counted."""
    for nodata in [False, True]:
        prune(nodata)


def prune(nodata):
    some = flows.rows(10_000, nodata=nodata)
    pathlib.Path("a.log").write_text(flows.text(some))
    pq.write_table(flows.table(some), "a.parquet", row_group_size=1000, compression="zstd")
    for where in ["start >= 2020-09-14", "start < 1600007000 and dstport = 443", "bytes > 99999999", "end >= 2020-09-13T20:46:40Z and end <= 2020-09-13T21:03:20Z",
                  "packets = 5", "not start > 1600007000", "start > 1600060000 or dstport = 1"]:
        found = {}
        for log in ["a.log", "a.parquet"]:
            for threads in ["1", "3"]:
                text = out("tag", log, "--lookup", "lookup.csv", "--where", where, "--json", "--threads", threads)
                whole = json.loads(text)
                found[log, threads] = whole["tags"], whole["port_protocol"], whole["matched"], whole["total"]["skipdata"]
                assert whole["total"]["lines"] == 10_000 + (log == "a.log"), where
                unread = whole["total"].get("unread", 0)
                if where.startswith("bytes"):
                    assert unread == (10_000 if log == "a.parquet" and not nodata else 0), (log, unread)
        assert len(set(map(str, found.values()))) == 1, where
        whole = json.loads(out("tag", "a.parquet", "--lookup", "lookup.csv", "--where", where, "--json", "--strict", code=1 if nodata else 0))
        assert whole["total"].get("unread", 0) == 0, where  # --strict is about all rows
        assert out("print", "a.parquet", "--where", where, "--csv", "--fields", "start,srcaddr") == out(
            "print", "a.log", "--where", where, "--csv", "--fields", "start,srcaddr")


def test_missing_and_foreign():
    pq.write_table(pa.table({"srcaddr": ["10.0.0.1"], "zone": ["a"], "list": [[1]], "dstport": pa.array([True])}), "f.parquet")
    done = run("tag", "f.parquet", "--lookup", "lookup.csv", code=2)
    assert b"has no dstport, protocol; it has srcaddr" in done.stderr, done.stderr
    told = out("detect", "f.parquet")
    assert "zone, list" in told and "dstport" in told, told


def test_damage():
    pq.write_table(flows.table(flows.rows(2000)), "whole.parquet", compression="snappy", row_group_size=500)
    whole = pathlib.Path("whole.parquet").read_bytes()
    pick = random.Random(5)
    for i in range(60):
        damaged = bytearray(whole[: pick.randrange(4, len(whole))] if i % 3 == 0 else whole)
        if i % 3 != 0:
            for _ in range(1 + i % 4):
                damaged[pick.randrange(4, len(damaged))] ^= 1 << pick.randrange(8)
        pathlib.Path("d.parquet").write_bytes(damaged)
        done = subprocess.run([flowlog, "print", "d.parquet", "--csv"], capture_output=True, check=False)
        assert done.returncode in ((2,) if i % 3 == 0 else (0, 2)), (i, done.returncode, done.stderr)
        if done.returncode == 2:
            assert b"d.parquet" in done.stderr, done.stderr


def test_convert_round_trip():
    some = flows.rows(4000)
    pathlib.Path("a.log").write_text(flows.text(some))
    reference = answers("a.log")
    lost = [list(kinds) for kinds in (reference[3],)][0]
    for name in ["b.parquet", "b.log", "b.log.gz", "b.log.zst"]:
        run("convert", "a.log", "-o", name, "--quiet")
        found = answers(name)
        # NODATA and SKIPDATA lines are no flows, and are not written
        assert found[3] == [lost[0], 0, 0, 0], found[3]
        assert found[:3] + found[4:] == reference[:3] + reference[4:], name
    run("convert", "b.parquet", "-o", "c.csv", "--quiet")
    assert pathlib.Path("c.csv").read_text() == reference[6]
    run("convert", "b.parquet", "-o", "c.ndjson", "--quiet")
    assert pathlib.Path("c.ndjson").read_text() == out("print", "a.log", "--ndjson")
    assert run("convert", "a.log", "-o", "-", "--to", "parquet", "--quiet").stdout == pathlib.Path("b.parquet").read_bytes()


def test_convert_is_read_by_others():
    some = [row for row in flows.rows(5000) if row[13] == "OK"]
    pathlib.Path("a.log").write_text(flows.text(some))
    run("convert", "a.log", "-o", "b.parquet", "--quiet")
    expected = flows.table(some)
    found = pq.read_table("b.parquet")
    assert found.column_names == expected.column_names
    for name in expected.column_names:
        assert found[name].type == expected[name].type, (name, found[name].type)
        assert found[name].to_pylist() == expected[name].to_pylist(), name
    meta = pq.ParquetFile("b.parquet").metadata
    assert meta.created_by.startswith("flowlog version"), meta.created_by
    column = meta.row_group(0).column(expected.column_names.index("bytes"))
    assert column.compression == "ZSTD" and column.statistics.has_min_max
    sums = duckdb.sql("select count(*), sum(bytes), sum(packets), min(start), max(\"end\"), count(distinct srcaddr), "
                      "count(pkt_srcaddr) from 'b.parquet'").fetchall()[0]
    assert sums == (
        len(some), sum(int(row[9]) for row in some), sum(int(row[8]) for row in some), min(int(row[10]) for row in some),
        max(int(row[11]) for row in some), len({row[3] for row in some}), sum(row[16] != "-" for row in some)), sums


def test_convert_options():
    some = flows.rows(2000)
    pathlib.Path("a.log").write_text(flows.text(some))
    run("convert", "a.log", "-o", "b.parquet", "--fields", "dstport,bytes,account-id", "--where", "dstport = 443")
    found = pq.read_table("b.parquet")
    assert found.column_names == ["dstport", "bytes", "account_id"] and set(found["dstport"].to_pylist()) == {443}
    before = pathlib.Path("b.parquet").read_bytes()
    done = run("convert", "a.log", "-o", "b.parquet", code=2)
    assert b"exists" in done.stderr and pathlib.Path("b.parquet").read_bytes() == before
    run("convert", "a.log", "-o", "b.parquet", "--force", "--quiet")
    assert pathlib.Path("b.parquet").read_bytes() != before
    run("convert", "a.log", "-o", "a.log", "--force", code=2)
    run("convert", "a.log", "-o", "x.unknown", code=2)
    run("convert", "a.log", "-o", "x.parquet.gz", code=2)
    run("convert", "a.log", "-o", "t.parquet", "--times", "iso", "--quiet")
    assert pq.read_table("t.parquet")["start"].type == pa.timestamp("us", "UTC")
    assert out("print", "t.parquet", "--csv") == out("print", "a.log", "--csv")


def test_partitions():
    some = flows.rows(20_000)
    for i, row in enumerate(some):
        row[1] = f"{i % 3:012}"
    pathlib.Path("a.log").write_text(flows.text(some))
    run("convert", "a.log", "-o", "lake", "--partition", "account,date", "--quiet")
    folders = sorted(str(path.parent) for path in pathlib.Path("lake").rglob("*.parquet"))
    assert folders[0] == "lake/account_id=000000000000/date=2020-09-13", folders
    ok = [row for row in some if row[13] == "OK"]
    sums = duckdb.sql("select date, sum(bytes) from read_parquet('lake/**/*.parquet', hive_partitioning=true) group by 1 order by 1").fetchall()
    assert sum(s for _, s in sums) == sum(int(row[9]) for row in ok)
    assert str(sums[0][0]) == "2020-09-13"
    assert out("top", "lake", "--by", "dstport", "--all", "--csv", "-q") == out("top", "a.log", "--by", "dstport", "--all", "--csv", "-q")
    assert b"has no region" in run("convert", "a.log", "-o", "lake2", "--partition", "region", code=2).stderr
    assert not pathlib.Path("lake2").exists()


def everything():
    return sorted(str(path) for path in pathlib.Path(".").rglob("*"))


def test_nothing_is_left():
    pathlib.Path("a.log").write_text(flows.text(flows.rows(500)))
    pathlib.Path("b.log.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03broken")
    before = everything()
    for name in ["x.parquet", "x.csv", "x.log.gz", "new/x.parquet"]:
        run("convert", "a.log", "b.log.gz", "-o", name, code=2)
        run("convert", "a.log", "missing.log", "-o", name, code=2)
        assert everything() == before, name
    for words in [["-o", "new/x.parquet"], ["-o", "lake", "--partition", "account,date"]]:
        for end in [signal.SIGINT, signal.SIGTERM]:
            running = subprocess.Popen([flowlog, "convert", "-", *words], stdin=subprocess.PIPE)
            running.stdin.write(flows.text(flows.rows(30_000)).encode())
            running.stdin.flush()
            for _ in range(100):
                if everything() != before:
                    break
                time.sleep(0.05)
            running.send_signal(end)
            assert running.wait() == -end
            running.stdin.close()
            assert everything() == before, (words, everything())


def test_archives():
    data = pathlib.Path(__file__).resolve().parents[2] / "data/netflow"
    archives = [path for path in sorted(data.rglob("*")) if path.suffix in (".ft", ".nf", ".flowd") or "nfcapd" in path.name]
    read = 0
    for path in archives[:40]:
        shown = subprocess.run([flowlog, "print", path, "--csv"], capture_output=True, check=False)
        if shown.returncode != 0 or shown.stdout.count(b"\n") < 2:
            continue
        run("convert", path, "-o", "x.parquet", "--force", "--quiet")
        fields = shown.stdout.split(b"\n")[0].decode()
        assert out("print", "x.parquet", "--csv", "--fields", fields).encode() == shown.stdout, path
        read += 1
    assert read > 3, archives


def main():
    tests = {name: test for name, test in globals().items() if name.startswith("test_")}
    names = sys.argv[2:] or list(tests)
    failed = 0
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            pathlib.Path("lookup.csv").write_text(LOOKUP)
            begun = time.monotonic()
            try:
                tests[name]()
                print(f"ok      {name} ({time.monotonic() - begun:.1f} s)", flush=True)
            except Exception as wrong:  # pylint: disable=broad-exception-caught
                failed += 1
                print(f"FAILED  {name}: {wrong}", flush=True)
            os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    assert shutil.which("gzip")
    sys.exit(main())
