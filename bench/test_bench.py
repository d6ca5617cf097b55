# SPDX-License-Identifier: BSL-1.0
"""Tests the generator, the reference and the plain contenders: test_bench.py GENERATE CONTENDER_TAG."""
import csv
import ipaddress
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path

from harness.data import PROTOCOLS, canonical

BENCH = Path(__file__).resolve().parent
GENERATE, CONTENDER = sys.argv[1:3]
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


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
