# SPDX-License-Identifier: BSL-1.0
"""Generates the data of the comparisons; what is there is used again."""
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
REFERENCE = BENCH / "reference"
PROTOCOLS = REFERENCE / "protocols.csv"
OBJECTS = 200
BYTES_PER_ARCHIVED_FLOW = 250  # 1 GB of text, or 4 million flows in archives


def say(text):
    print(text, file=sys.stderr, flush=True)


def size_of(text):
    """Bytes of "1G", "100M", "64Ki"."""
    units = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    digits = text.rstrip("KMGi")
    if not digits.isdigit() or text[len(digits) :] not in units:
        raise SystemExit(f"not a size: {text}")
    return int(digits) * units[text[len(digits) :]]


@dataclass
class DataSet:
    """Files that hold one log. Rates are told in `amount` of `unit` a second."""

    name: str
    files: list
    raw_bytes: int  # unpacked
    flows: int = 0  # of an archive, whose rates are told in flows
    stamp: str | None = None  # tells what the generator wrote; None: the generator's own

    @property
    def amount(self):
        return self.flows / 1e6 if self.flows else self.raw_bytes / 1e9

    @property
    def unit(self):
        return "M flows" if self.flows else "GB"


class Generator:
    """Makes data sets with flowlog_generate, anew when it writes other bytes than before."""

    def __init__(self, programs, folder, size, malformed, seed):
        self.programs, self.folder, self.size, self.malformed, self.seed = programs, folder, size, malformed, seed
        folder.mkdir(parents=True, exist_ok=True)
        self.lookup = folder / "lookup-10k.csv"
        self.stamp = self.stamp_of("--records", "20000", "--malformed", "0.5", "--seed", "9", "--layout", "v5")
        self.make(self.lookup, lambda path: self.run("--lookup", str(path), "--seed", str(seed)))

    def run(self, *arguments):
        program = self.programs / "flowlog_generate"
        return subprocess.run([program, *arguments], check=True, stdout=subprocess.PIPE).stdout

    def stamp_of(self, *arguments):
        """Tells what the generator writes."""
        return hashlib.sha256(self.run(*arguments)).hexdigest()

    def log(self, path, size, *more, seed=None, malformed=None):
        damaged = self.malformed if malformed is None else malformed
        seed = self.seed if seed is None else seed
        self.run(path, "--bytes", str(size), "--seed", str(seed), "--malformed", str(damaged), *more)

    def make(self, path, write, stamp=None):
        """Calls write(path) unless the file is there and has this stamp: was made by this generator."""
        stamp = stamp or self.stamp
        record = path.with_name(path.name + ".stamp")
        if path.exists() and record.exists() and record.read_text() == stamp:
            return path
        say(f"making {path}")
        record.unlink(missing_ok=True)
        write(path)
        record.write_text(stamp)
        return path

    def remember(self, name, inputs, compute, stamp=None):
        """The value of compute(), which is a right answer about the files `inputs`; kept as JSON."""
        key = hashlib.sha256()
        for path in inputs:
            content = path.read_bytes() if path.is_relative_to(BENCH) else f"{path}{path.stat().st_size}".encode()
            key.update(content)
        path = self.folder / f"truth-{name}-{key.hexdigest()[:16]}.json"
        self.make(path, lambda path: path.write_text(json.dumps(compute())), stamp)
        return json.loads(path.read_text())

    def label(self, malformed):
        return f"{self.size}-s{self.seed}" + (f"-m{malformed}" if malformed else "")

    def plain(self, malformed=None):
        damaged = self.malformed if malformed is None else malformed
        path = self.folder / f"flow-{self.label(damaged)}.log"
        self.make(path, lambda p: self.log(p, size_of(self.size), malformed=damaged))
        return DataSet("plain", [path], path.stat().st_size)

    def connections(self, count):
        """A log in which so many connections go on from beginning to end."""
        path = self.folder / f"flow-{self.size}-s{self.seed}-c{count}.log"
        option = ("--connections", str(count))
        stamp = self.stamp_of("--records", "20000", "--seed", "9", *option)
        self.make(path, lambda p: self.log(p, size_of(self.size), *option, malformed=0), stamp)
        return DataSet("connections", [path], path.stat().st_size, stamp=stamp)

    def windows(self, count):
        """The same log as two: its first and its second half."""
        whole = self.connections(count).files[0]
        paths = [whole.with_name(f"{whole.stem}-{half}.log") for half in ("first", "second")]
        middle = whole.stat().st_size // 2
        with whole.open("rb") as lines:
            lines.seek(middle)
            middle += len(lines.readline())

        def write(path, begin, end):
            with whole.open("rb") as source, path.open("wb") as target:
                source.seek(begin)
                for at in range(begin, end, 1 << 20):
                    target.write(source.read(min(1 << 20, end - at)))

        for path, begin, end in zip(paths, (0, middle), (middle, whole.stat().st_size)):
            self.make(path, lambda p, begin=begin, end=end: write(p, begin, end))
        return DataSet("windows", paths, whole.stat().st_size, stamp=str(middle))

    def small(self):
        path = self.folder / f"flow-1K-s{self.seed}.log"
        self.make(path, lambda p: self.log(p, 1000))
        return DataSet("small", [path], path.stat().st_size)

    def gz(self):
        plain = self.plain()
        path = plain.files[0].with_name(plain.files[0].name + ".gz")
        self.make(path, lambda p: compress(plain.files[0], p))
        return DataSet("gz", [path], plain.raw_bytes)

    def objects(self):
        folder = self.folder / f"s3-{self.label(self.malformed)}"
        part = max(size_of(self.size) // OBJECTS, 1000)

        def write(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            raw = folder / "raw.log"
            total = 0
            for i in range(OBJECTS):
                seconds = 1_716_163_200 + i * (part // 115_000 + 1)
                self.log(raw, part, "--start", str(seconds), seed=self.seed * 1000 + i)
                total += raw.stat().st_size
                compress(raw, folder / f"{i:03}.log.gz")
            raw.unlink()
            (folder / "raw_bytes").write_text(str(total))

        self.make(folder, write)
        return DataSet("gz200", sorted(folder.glob("*.log.gz")), int((folder / "raw_bytes").read_text()))

    def archives(self, outside=100_000):
        """The folder of the same flows as `v5.ft`, `v5-z.ft`, `v5.nfdump` and `v5.log`, how many they are, and a
        stamp."""
        flows = max(size_of(self.size) // BYTES_PER_ARCHIVED_FLOW, 1000)
        folder = self.folder / f"archives-{self.size}-s{self.seed}-o{outside}"
        program = self.programs / "flowlog_generate_archives"
        options = ["--seed", str(self.seed), "--outside", str(outside)]

        def write(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            subprocess.run([program, folder, "--flows", str(flows), *options], check=True)
            as_nfdump_writes_it(folder / "v5.nfdump")

        sample = self.folder / "archives-sample"
        sample.mkdir(exist_ok=True)
        subprocess.run([program, sample, "--flows", "5000", *options], check=True)
        digest = hashlib.sha256()
        for path in sorted(sample.iterdir()):
            digest.update(path.read_bytes())
        stamp = digest.hexdigest()
        self.make(folder, write, stamp)
        return folder, flows, stamp


def as_nfdump_writes_it(path):
    """Has nfdump write an archive anew, if it is there."""
    if shutil.which("nfdump") is None:
        return
    made = path.with_suffix(".made")
    path.rename(made)
    subprocess.run(["nfdump", "-q", "-r", made, "-w", path], check=True)
    made.unlink()


def compress(source, target):
    with target.open("wb") as out:
        subprocess.run(["gzip", "-6", "-n", "-c", source], check=True, stdout=out)


def hash_of_lines(lines):
    """A hash of lines that does not depend on their order."""
    return hashlib.sha256(b"\n".join(sorted(lines)) + b"\n\n").hexdigest()[:16]
