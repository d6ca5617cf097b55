# SPDX-License-Identifier: BSL-1.0
"""Tests the generators, the reference and the plain contenders: test_bench.py FOLDER-OF-OUR-PROGRAMS."""
import csv
import ipaddress
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from collections import Counter
from pathlib import Path

from harness import archives, fields
from harness.data import PROTOCOLS
from harness.tag import answer as canonical

BENCH = Path(__file__).resolve().parent
PROGRAMS = Path(sys.argv[1])
GENERATE, CONTENDER = PROGRAMS / "flowlog_generate", PROGRAMS / "flowlog_contender_tag"
AWK = shutil.which("mawk") or shutil.which("awk")
HARMLESS = ("tab", "blanks", "cr", "quote", "other")  # the job "tag" does not mind


def generate(*arguments, check=True):
    done = subprocess.run([GENERATE, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=check)
    return done.stdout


def lines(*arguments):
    return generate(*arguments).decode().splitlines()


def table(path):
    return list(csv.DictReader(path.read_text().splitlines()))


class Generator(unittest.TestCase):
    def test_same_arguments_same_bytes(self):
        once = generate("--records", 5000, "--malformed", 0.1, "--seed", 3)
        self.assertEqual(once, generate("--records", 5000, "--malformed", 0.1, "--seed", 3))
        self.assertNotEqual(once, generate("--records", 5000, "--malformed", 0.1, "--seed", 4))

    def test_more_bytes_only_go_on(self):
        self.assertTrue(generate("--bytes", "1M").startswith(generate("--bytes", "100K")))

    def test_size(self):
        for size in (200, 4096, 300_000):
            self.assertTrue(size - 140 < len(generate("--bytes", size)) <= size)
        self.assertEqual(len(lines("--records", 17)), 18)
        self.assertEqual(len(lines("--records", 17, "--no-header")), 17)

    def test_a_file_gets_the_same_as_the_standard_output(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "flow.log"
            generate("--bytes", "400K", path)
            self.assertEqual(path.read_bytes(), generate("--bytes", "400K"))

    def test_layouts(self):
        for layout, columns in (("v2", 14), ("v5", 29), ("shuffled", 29), ("alphabetical", 29), ("tgw", 36)):
            with self.subTest(layout):
                rows = [line.split(" ") for line in lines("--records", 3000, "--layout", layout)]
                self.assertEqual(len(set(rows[0])), columns)
                self.assertEqual({len(row) for row in rows}, {columns})
                self.assertTrue(all(field for row in rows for field in row))
        header = lines("--records", 1, "--layout", "alphabetical")[0].split()
        self.assertEqual(header, sorted(header))

    def test_format(self):
        rows = lines("--records", 3, "--format", "${dstport} srcaddr")
        self.assertEqual(rows[0], "dstport srcaddr")
        for format in ("dstport nonsense", " "):
            with self.assertRaises(subprocess.CalledProcessError):
                generate("--records", 1, "--format", format)

    def test_records_are_right_and_shares_are_met(self):
        rows = [line.split(" ") for line in lines("--records", 100_000, "--no-header")]
        status = Counter(row[13] for row in rows)
        self.assertAlmostEqual(status["NODATA"] / len(rows), 0.01, delta=0.002)
        self.assertAlmostEqual(status["SKIPDATA"] / len(rows), 0.0005, delta=0.0003)
        flows = [row for row in rows if row[13] == "OK"]
        for row in flows:
            for address in row[3:5]:
                self.assertEqual(str(ipaddress.ip_address(address)), address)
            self.assertTrue(all(0 <= int(port) <= 65535 for port in row[5:7]))
            self.assertTrue(0 <= int(row[7]) <= 255 and int(row[8]) > 0 and int(row[9]) >= 40)
            self.assertTrue(0 <= int(row[11]) - int(row[10]) < 60)
            self.assertIn(row[12], ("ACCEPT", "REJECT"))
        starts = [int(row[10]) for row in rows]
        self.assertEqual(starts, sorted(starts))
        self.assertAlmostEqual(sum(":" in row[3] for row in flows) / len(flows), 0.05, delta=0.01)

    def test_half_of_the_flows_answer_an_earlier_one(self):
        flows = [row for row in map(str.split, lines("--records", 100_000)) if row[13] == "OK"]
        asked, answers = set(), 0
        for row in flows:
            source, target, source_port, port, protocol = row[3:8]
            answers += source_port != port and (target, source, port, source_port, protocol) in asked
            asked.add((source, target, source_port, port, protocol))
        self.assertAlmostEqual(answers / len(flows), 0.5, delta=0.01)

    def test_connections_go_on(self):
        def keys(*arguments):
            flows = [row for row in map(str.split, lines("--records", 50_000, *arguments)) if row[13] == "OK"]
            return len({tuple(row[3:8]) for row in flows}), len(flows)

        different, flows = keys()
        self.assertGreater(different, flows * 0.95)
        different, flows = keys("--connections", 1000)
        self.assertTrue(1800 < different <= 2000)

    def test_lookup(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lookup.csv"
            self.assertEqual(generate("--lookup", path), b"")
            rows = table(path)
            self.assertEqual(len({(row["dstport"], row["protocol"].lower()) for row in rows}), 10_000)
            self.assertEqual(len({row["tag"] for row in rows}), 64)
            self.assertGreater(len({row["protocol"] for row in rows}), 6)


class Answers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = Path(self.folder.name)
        self.lookup = self.path / "lookup.csv"
        generate("--lookup", self.lookup)

    def log(self, *arguments):
        path = self.path / "flow.log"
        done = subprocess.run(
            [GENERATE, path, "--summary", *map(str, arguments)], check=True, stderr=subprocess.PIPE, text=True
        )
        return path, {kind: int(count) for kind, count in (line.split(",") for line in done.stderr.split())}

    def out(self, name):
        path = self.path / name
        path.mkdir(exist_ok=True)
        return path

    def awk(self, script, log):
        out = self.out(script.replace("/", "-"))
        variables = [f"-v{key}={value}" for key, value in dict(lookup=self.lookup, protocols=PROTOCOLS, out=out).items()]
        told = subprocess.run([AWK, *variables, "-f", BENCH / script, log], check=True, stdout=subprocess.PIPE, text=True)
        accounting = {kind: int(count) for kind, count in (line.split(",") for line in told.stdout.split())}
        return canonical(out), accounting

    def test_reference_counts(self):
        log, _ = self.log("--records", 20_000)
        answer, accounting = self.awk("reference/tag.awk", log)
        names = {row["protocol"]: row["name"] for row in table(PROTOCOLS)}
        tags = {(row["dstport"], row["protocol"].lower()): row["tag"] for row in table(self.lookup)}
        rows = [line.split() for line in log.read_text().splitlines()[1:]]
        pairs = Counter((row[6], names.get(row[7], row[7])) for row in rows if row[13] == "OK")
        by_tag = Counter()
        for pair, count in pairs.items():
            by_tag[tags.get(pair, "Untagged")] += count
        out = self.out("counted")
        heading = "Tag,Count\n"
        (out / "tag_counts.csv").write_text(heading + "".join(f"{t},{n}\n" for t, n in by_tag.items()))
        heading = "Port,Protocol,Count\n"
        text = "".join(f"{port},{protocol},{n}\n" for (port, protocol), n in pairs.items())
        (out / "port_protocol_counts.csv").write_text(heading + text)
        self.assertEqual(answer, canonical(out))
        self.assertEqual(accounting["flows"], sum(pairs.values()))
        self.assertEqual(sum(accounting.values()), 20_001)

    def test_contenders_agree_on_good_lines(self):
        log, _ = self.log("--records", 20_000)
        truth, _ = self.awk("reference/tag.awk", log)
        self.assertEqual(truth, self.awk("contenders/tag.awk", log)[0])
        for name, command in (
            ("cpp", [CONTENDER]),
            ("python", [sys.executable, BENCH / "contenders" / "tag_plain.py"]),
        ):
            subprocess.run([*command, self.lookup, PROTOCOLS, self.out(name), log], check=True)
            self.assertEqual(truth, canonical(self.out(name)), name)

    def test_fields_agree(self):
        log, _ = self.log("--records", 20_000)
        told = subprocess.run([AWK, "-f", fields.TRUTH, log], check=True, stdout=subprocess.PIPE, text=True).stdout
        sums = [0] * 14
        for row in (line.split() for line in log.read_text().splitlines()):
            if row[13] != "OK":
                continue
            for i, text in enumerate(row):
                sums[i] = (sums[i] + weight(i, text)) % 2**32
        self.assertEqual(told, "".join(f"{i},{n}\n" for i, n in enumerate(sums, 1)))
        for option in ([], ["--any"]):
            out = self.out("fields" + "".join(option))
            subprocess.run([PROGRAMS / "flowlog_contender_fields", *option, out, log], check=True)
            self.assertEqual((out / "sums.csv").read_text(), told)

    def test_reference_groups(self):
        log, _ = self.log("--records", 20_000)
        flows = [row for row in map(str.split, log.read_text().splitlines()) if row[13] == "OK"]
        for keys, services in (("4,5,7", False), ("13", True), ("4/5", False)):
            counts, sums = Counter(), Counter()
            for row in flows:
                if services and not (int(row[6]) < 1024 and row[7] == "6"):
                    continue
                parts = [part.split(",") for part in keys.split("/")]
                for key in {",".join(row[int(column) - 1] for column in part) for part in parts}:
                    counts[key] += 1
                    sums[key] += int(row[9])
            command = [AWK, f"-vkeys={keys}", f"-vservices={int(services)}"]
            command += ["-f", BENCH / "reference" / "group.awk", log]
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
            self.assertEqual(sorted(told), sorted(f"{key},{counts[key]},{sums[key]}" for key in counts))
            self.assertGreater(len(told), 1)

    def test_reference_digest(self):
        log, _ = self.log("--records", 20_000, "--connections", 500)
        lines = {}
        for row in (line.split() for line in log.read_text().splitlines()):
            if row[13] != "OK":
                continue
            source, destination = int(row[5]), int(row[6])
            if source and destination:
                source, destination = (0, destination) if source >= destination else (source, 0)
            key = (*row[1:5], source, destination, row[7], row[12])
            packets, size, start, end = map(int, row[8:12])
            line = lines.setdefault(key, [0, 0, start, end])
            line[:] = line[0] + packets, line[1] + size, min(line[2], start), max(line[3], end)
        command = [AWK, "-f", BENCH / "reference" / "digest.awk", log]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        right = (" ".join(map(str, ("2", *key[:7], *line, key[7], "OK"))) for key, line in lines.items())
        self.assertEqual(sorted(told), sorted(right))
        self.assertLess(len(told), 20_000)

    def test_reference_tells_damaged_lines(self):
        log, wrote = self.log("--records", 30_000, "--malformed", 0.2)
        answer, accounting = self.awk("reference/tag.awk", log)
        kinds = ("truncated", "extra", "non-digit", "range", "random", "status")
        self.assertTrue(all(wrote.get(kind, 0) > 100 for kind in (*kinds, *HARMLESS, "empty")), wrote)
        self.assertEqual(accounting["malformed"], sum(wrote[kind] for kind in kinds))
        self.assertEqual(accounting["blank"], wrote["empty"])
        self.assertEqual(sum(accounting.values()), 30_001)
        harmless = sum(wrote[kind] for kind in HARMLESS)
        good = accounting["flows"] + accounting["nodata"] + accounting["skipdata"]
        self.assertEqual(good, wrote["flows"] + wrote["nodata"] + wrote["skipdata"] + harmless)


def weight(field, text):
    """What a value counts for in reference/fields.awk."""
    if field in (1, 2):
        return len(text) * 256 + ord(text[-1])
    if field in (3, 4):
        number = int(ipaddress.ip_address(text))
        return sum(number >> shift & 0xFFFFFFFF for shift in (0, 32, 64, 96))
    if field in (10, 11):
        return int(text) * 1_000_000
    return {"ACCEPT": 1, "REJECT": 2, "OK": 1}.get(text) or int(text)


@unittest.skipUnless((PROGRAMS / "flowlog_generate_archives").exists(), "built without zlib")
class Archives(unittest.TestCase):
    FLOWS = 20_000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)
        program = PROGRAMS / "flowlog_generate_archives"
        subprocess.run([program, self.path, "--flows", str(self.FLOWS), "--outside", "3000"], check=True)
        self.rows = [line.split() for line in (self.path / "v5.log").read_text().splitlines()[1:]]

    def test_text_and_flow_tools_agree(self):
        plain = (self.path / "v5.ft").read_bytes()
        packed = (self.path / "v5-z.ft").read_bytes()
        self.assertEqual(zlib.decompress(packed[24:]), plain[24:])
        self.assertEqual((len(plain) - 24) / 64, self.FLOWS)
        self.assertEqual(len(self.rows), self.FLOWS)
        for row, flow in zip(self.rows, struct.iter_unpack("<16s2I4x4x2I8x2HB11x", plain[24:])):
            source, target, packets, size, *ports = flow[1:]
            told = [str(ipaddress.ip_address(source)), str(ipaddress.ip_address(target)), *map(str, ports)]
            self.assertEqual(row[3:10], [*told, str(packets), str(size)])

    @unittest.skipIf(shutil.which("nfdump") is None, "no nfdump")
    def test_text_and_nfdump_agree(self):
        out = self.path / "rows.csv"
        with out.open("wb") as file:
            command = ["nfdump", "-N", "-r", self.path / "v5.nfdump", "-o", "csv"]
            subprocess.run(command, check=True, stdout=file, stderr=subprocess.DEVNULL)
        nfdump = archives.rows_answer(self.path)
        out.write_text((self.path / "v5.log").read_text().replace(" ", ","))
        self.assertEqual(nfdump, archives.rows_answer(self.path))
        out.write_text((self.path / "v5.log").read_text().replace(" ", ",").replace(",443,", ",444,", 1))
        self.assertNotEqual(nfdump, archives.rows_answer(self.path))

    def test_hosts(self):
        hosts = {row[3] for row in self.rows} | {row[4] for row in self.rows}
        outside = [host for host in hosts if not host.startswith("10.")]
        self.assertTrue(1500 < len(outside) <= 3000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
