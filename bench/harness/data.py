# SPDX-License-Identifier: BSL-1.0
"""Generates the data of the comparisons and the truth about them; what is there is used again."""
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
PROTOCOLS = BENCH / "reference" / "protocols.csv"
OBJECTS = 200


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
    """Files that hold one log, and what a right answer looks like."""

    name: str
    files: list
    raw_bytes: int
    answer: str = ""
    accounting: dict = field(default_factory=dict)  # what became of the lines, by reference/tag.awk
    told: str = ""  # how flowlog's accounting compares


class Generator:
    """Makes data sets with flowlog_generate, anew when it writes other bytes than before."""

    def __init__(self, program, folder, size, malformed, seed):
        self.program, self.folder, self.size, self.malformed, self.seed = program, folder, size, malformed, seed
        folder.mkdir(parents=True, exist_ok=True)
        self.lookup = folder / "lookup-10k.csv"
        sample = self.run("--records", "20000", "--malformed", "0.5", "--seed", "9", "--layout", "v5")
        self.stamp = hashlib.sha256(sample).hexdigest()
        self.make(self.lookup, lambda path: self.run("--lookup", str(path), "--seed", str(seed)))

    def run(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, stdout=subprocess.PIPE).stdout

    def log(self, path, size, seed, *more):
        self.run(path, "--bytes", str(size), "--seed", str(seed), "--malformed", str(self.malformed), *more)

    def make(self, path, write):
        """Calls write(path) unless the file is there and was made by this generator."""
        stamp = path.with_name(path.name + ".stamp")
        if path.exists() and stamp.exists() and stamp.read_text() == self.stamp:
            return path
        say(f"making {path}")
        stamp.unlink(missing_ok=True)
        write(path)
        stamp.write_text(self.stamp)
        return path

    def label(self):
        return f"{self.size}-s{self.seed}" + (f"-m{self.malformed}" if self.malformed else "")

    def plain(self):
        path = self.folder / f"flow-{self.label()}.log"
        self.make(path, lambda p: self.log(p, size_of(self.size), self.seed))
        return DataSet("plain", [path], path.stat().st_size)

    def small(self):
        path = self.folder / f"flow-1K-s{self.seed}.log"
        self.make(path, lambda p: self.log(p, 1000, self.seed))
        return DataSet("small", [path], path.stat().st_size)

    def gz(self):
        plain = self.plain()
        path = plain.files[0].with_name(plain.files[0].name + ".gz")
        self.make(path, lambda p: compress(plain.files[0], p))
        return DataSet("gz", [path], plain.raw_bytes)

    def objects(self):
        folder = self.folder / f"s3-{self.label()}"
        part = max(size_of(self.size) // OBJECTS, 1000)

        def write(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            raw = folder / "raw.log"
            total = 0
            for i in range(OBJECTS):
                seconds = 1_716_163_200 + i * (part // 115_000 + 1)
                self.log(raw, part, self.seed * 1000 + i, "--start", str(seconds))
                total += raw.stat().st_size
                compress(raw, folder / f"{i:03}.log.gz")
            raw.unlink()
            (folder / "raw_bytes").write_text(str(total))

        self.make(folder, write)
        return DataSet("gz200", sorted(folder.glob("*.log.gz")), int((folder / "raw_bytes").read_text()))

    def tell_truth(self, data):
        """Adds the right answer and the accounting, computed by reference/tag.awk."""
        key = "".join(f"{path}{path.stat().st_size}" for path in data.files) + str(self.lookup.stat().st_size)
        script = (BENCH / "reference" / "tag.awk").read_bytes()
        key = hashlib.sha256(key.encode() + script + PROTOCOLS.read_bytes()).hexdigest()[:16]
        stored = self.folder / f"truth-{data.name}-{key}.json"

        def write(path):
            out = self.folder / "truth"
            out.mkdir(exist_ok=True)
            packed = data.files[0].suffix == ".gz"
            command = ["mawk", "-v", f"lookup={self.lookup}", "-v", f"protocols={PROTOCOLS}", "-v", f"out={out}"]
            command += ["-f", BENCH / "reference" / "tag.awk"]
            unpack = subprocess.Popen(
                [*(["gzip", "-dc"] if packed else ["cat"]), *data.files], stdout=subprocess.PIPE
            )
            lines = subprocess.run(command, stdin=unpack.stdout, check=True, stdout=subprocess.PIPE, text=True).stdout
            if unpack.wait() != 0:
                raise SystemExit("the truth could not be computed")
            accounting = {kind: int(count) for kind, count in (line.split(",") for line in lines.split())}
            path.write_text(json.dumps({"answer": canonical(out), "accounting": accounting}))

        truth = json.loads(self.make(stored, write).read_text())
        data.answer, data.accounting = truth["answer"], truth["accounting"]
        return data


def compress(source, target):
    with target.open("wb") as out:
        subprocess.run(["gzip", "-6", "-n", "-c", source], check=True, stdout=out)


def canonical(folder):
    """A hash of the counts in tag_counts.csv and port_protocol_counts.csv that does not depend on their order."""
    digest = hashlib.sha256()
    for name in ("tag_counts.csv", "port_protocol_counts.csv"):
        try:
            lines = (folder / name).read_bytes().replace(b"\r", b"").splitlines()
        except FileNotFoundError:
            return f"no {name}"
        rows = sorted(line for line in lines[1:] if line and line != b"Untagged,0")
        digest.update(b"\n".join(rows) + b"\n\n")
    return digest.hexdigest()[:16]
