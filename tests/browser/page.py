# SPDX-License-Identifier: BSL-1.0
"""page.py FLOWLOG [FOLDER]: makes a page with 'flowlog report --html', opens it in headless Chromium in narrow and wide
windows, light and dark, and looks at what is there. Pictures of it go to FOLDER. Exits with 77 if Chromium is not
installed (Debian: chromium)."""
import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

COLUMNS = """version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status
    tcp-flags flow-direction traffic-path pkt-srcaddr pkt-dstaddr pkt-dst-aws-service""".split()
NASTY = ["</title><script>alert(1)</script>", '"><img/src=x/onerror=alert(1)>', "&lt;b&gt;", "'quoted'",
         "\u202egnp.exe\u202c", "\u05d0\u05d1\u05d2", "\u200e\u200f"]
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --hide-scrollbars --remote-debugging-pipe""".split()


def write_log(path: Path, nasty: bool) -> None:
    """A day of a small network: servers in four subnets, clients on the internet, a scanner."""
    rng = random.Random(7)
    servers = [f"10.0.{net}.{host}" for net in range(4) for host in (5, 6, 7, 21)]
    clients = [f"{rng.randrange(23, 99)}.{rng.randrange(256)}.{rng.randrange(256)}.9" for _ in range(40)]
    with path.open("w") as out:
        out.write(" ".join(COLUMNS) + "\n")
        for number in range(6000):
            hour = rng.gauss(14, 4) % 24
            start = 1714521600 + int(hour * 3600)
            server, client = rng.choice(servers), rng.choice(servers + clients)
            port, protocol = rng.choice([(443, 6)] * 6 + [(5432, 6)] * 3 + [(22, 6), (53, 17), (53, 17), (6379, 6), (0, 1)])
            outward = rng.random() < 0.4
            packets = rng.randrange(1, 900)
            action = "ACCEPT"
            if rng.random() < 0.06:
                client, port, action, outward, packets = "203.0.113.7", rng.randrange(1, 9000), "REJECT", False, 1
            elif rng.random() < 0.02:
                action, packets = "REJECT", rng.randrange(1, 5)
            ends = (server, client, port or 0, port and rng.randrange(32768, 61000)) if outward else \
                (client, server, port and rng.randrange(32768, 61000), port or 0)
            away = outward and not client.startswith("10.")
            service = rng.choice(["S3", "DYNAMODB", "-"]) if away else "-"
            interface = NASTY[number % len(NASTY)] if nasty and number < 70 else f"eni-{servers.index(server):04x}"
            out.write(" ".join(map(str, [5, 123456789012, interface.replace(" ", "/"), *ends, protocol, packets,
                                         packets * rng.randrange(60, 1400), start, start + 59, action, "OK",
                                         2 if action == "REJECT" else 19, "egress" if outward else "ingress",
                                         rng.choice([2, 8]) if away else "-", "10.0.9.9" if away else ends[0], ends[1],
                                         service])) + "\n")
        out.write("5 123456789012 eni-0001 - - - - - - - 1714521600 1714521660 - SKIPDATA - - - - - -\n")


class browser:
    """Chromium, spoken to by its DevTools protocol over pipes."""

    def __init__(self, program: str, profile: str):
        command_end, self.commands = os.pipe()
        self.answers, answer_end = os.pipe()

        def set_up() -> None:  # Chromium reads from descriptor 3 and writes to 4
            ends = os.dup(command_end), os.dup(answer_end)
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        self.process = subprocess.Popen([program, *FLAGS, f"--user-data-dir={profile}", "about:blank"], close_fds=False,
                                        preexec_fn=set_up, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_end)
        os.close(answer_end)
        self.buffer, self.number, self.events = b"", 0, []
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def read(self) -> dict:
        while b"\0" not in self.buffer:
            data = os.read(self.answers, 1 << 20)
            if not data:
                raise RuntimeError("Chromium ended")
            self.buffer += data
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method: str, **parameters) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            return answer["result"]

    def wait_for(self, event: str) -> None:
        while not any(one.get("method") == event for one in self.events):
            self.events.append(self.read())

    def evaluate(self, expression: str):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def open(self, url: str, width: int, dark: bool, scripts: bool = True) -> list[str]:
        """Opens a page. What it said in the console, and what it asked the network for."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")
        said = []
        for event in self.events:
            method, what = event.get("method"), event.get("params", {})
            if method in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening"):
                said.append(f"{method}: {json.dumps(what)[:300]}")
            if method == "Network.requestWillBeSent" and what["request"]["url"] not in (url, "data:,"):
                said.append(f"asks for {what['request']['url'][:200]}")
        return said

    def picture(self, path: Path, whole: bool = True) -> None:
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"] if whole else 900, "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self) -> None:
        self.session = None
        os.write(self.commands, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        self.process.wait(timeout=30)


# What must be true in every window.
CHECKS = {
    "nothing is wider than the window": "document.documentElement.scrollWidth <= innerWidth",
    "a heading": "document.querySelector('h1').textContent.startsWith('Flow log report')",
    "no element of a log": "document.querySelectorAll('img,iframe,object,embed,h1 *:not(bdi),td script').length === 0",
    "one script": "document.scripts.length === 1",
    "figures": "document.querySelectorAll('.facts dd').length >= 4",
    "four drawings are visible": "[...document.querySelectorAll('svg')].filter(s => s.getBoundingClientRect().width > 0).length === 4",
    "drawings are inside of their cards": """[...document.querySelectorAll('svg')].every(s => {
        const a = s.getBoundingClientRect(), b = s.closest('.card').getBoundingClientRect();
        return a.width === 0 || (a.left >= b.left && a.right <= b.right + 0.5); })""",
    "texts of drawings are inside of them": """[...document.querySelectorAll('svg')].every(s => {
        const a = s.getBoundingClientRect();
        return a.width === 0 || [...s.querySelectorAll('text')].every(t => {
            const b = t.getBoundingClientRect(); return b.left >= a.left - 2 && b.right <= a.right + 2; }); })""",
    "texts of drawings can be read": """[...document.querySelectorAll('svg')].every(s => {
        const a = s.getBoundingClientRect(); return a.width === 0 || a.width / s.viewBox.baseVal.width > 0.85; })""",
    "tables have rows": "[...document.querySelectorAll('table')].every(t => t.tBodies[0].rows.length > 0)",
    "tables are not wider than their cards": """[...document.querySelectorAll('.scroll')].every(t =>
        t.getBoundingClientRect().right <= t.closest('.card').getBoundingClientRect().right)""",
    "ink is not the colour of the paper": "getComputedStyle(document.body).color !== getComputedStyle(document.body).backgroundColor",
}
SORTS = """(() => {
    const table = document.querySelector('table'), button = table.querySelector('th.n button');
    const values = () => [...table.tBodies[0].rows].map(r => Number(r.querySelector('td.n').dataset.v));
    button.click(); const first = values(); button.click(); const second = values();
    const sorted = (v, sign) => v.every((x, i) => i === 0 || sign * (x - v[i - 1]) >= 0);
    return sorted(first, -1) && sorted(second, 1) && table.querySelector('th.n').ariaSort === 'ascending'; })()"""
WHOLE = "[...document.querySelectorAll('.scroll')].every(t => t.scrollWidth <= t.clientWidth)"
EXACT = """(() => {
    const button = document.querySelector('button.exact'), cell = document.querySelector('td[data-v]');
    button.click(); return cell.textContent === cell.dataset.v; })()"""


def main() -> int:
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not program:
        print("Chromium is not installed: the page was not opened")
        return 77
    flowlog = Path(sys.argv[1]).resolve()
    failures = []
    with tempfile.TemporaryDirectory() as room:
        folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(room)
        folder.mkdir(parents=True, exist_ok=True)
        for name, nasty in (("vpc.log", False), ("nasty\u202e<b>&.log", True)):
            write_log(Path(room) / name, nasty)
        Path(room, "lookup_table.csv").write_text("dstport,protocol,tag\n443,tcp,web\n5432,tcp,database\n53,udp,dns\n22,tcp,admin\n")
        for page, arguments in (("report", ["vpc.log", "--lookup", "lookup_table.csv"]),
                                ("all", ["all", "nasty\u202e<b>&.log", "--lookup", "lookup_table.csv"])):
            subprocess.run([flowlog, "report", *arguments, "--html", f"{page}.html", "--quiet"], cwd=room, check=True,
                           stderr=subprocess.DEVNULL)
            size = Path(room, f"{page}.html").stat().st_size
            if size > 300_000:
                failures.append(f"{page}.html has {size} bytes")
        chromium = browser(program, f"{room}/profile")
        for page in ("report", "all"):
            url = f"file://{room}/{page}.html"
            for width in (400, 1400):
                for dark in (False, True):
                    where = f"{page}, {width} px, {'dark' if dark else 'light'}"
                    failures += [f"{where}: {what}" for what in chromium.open(url, width, dark)]
                    failures += [f"{where}: not so: {name}" for name, check in CHECKS.items() if not chromium.evaluate(check)]
                    if width == 1400 and not chromium.evaluate(WHOLE):
                        failures.append(f"{where}: a table is cut off")
                    chromium.picture(folder / f"{page}-{width}-{'dark' if dark else 'light'}.png")
                    if not chromium.evaluate(SORTS):
                        failures.append(f"{where}: a click on a heading does not sort")
                    if not chromium.evaluate(EXACT):
                        failures.append(f"{where}: the button does not show exact numbers")
            failures += chromium.open(url, 1000, False, scripts=False)
            pages = base64.b64decode(chromium.call("Page.printToPDF", printBackground=False)["data"])
            (folder / f"{page}.pdf").write_bytes(pages)
            chromium.picture(folder / f"{page}-without-scripts.png", whole=False)
        chromium.close()
    for failure in failures:
        print(failure)
    print(f"{len(failures)} failures")
    return len(failures) != 0


if __name__ == "__main__":
    sys.exit(main())
