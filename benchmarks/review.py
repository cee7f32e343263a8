"""How quick the review page is, against its goals: keys, durable answers, many clients, big pages.

    python benchmarks/review.py [--keys N] [--seconds S] [--json FILE]

A corpus of invented words is laid out in a temporary folder; the page is served on this machine and
looked at with the system's Chromium. Nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from pipeline.core.corpus import Corpus
from pipeline.core.receipts import Receipt
from pipeline.core.records import Evidence, Segment, Suggestion, Transcript, Turn
from pipeline.core.tables import to_table, write_table
from pipeline.review.corpus_log import add_coder

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "review.json"
SIZES = {"usual": 250, "huge": 10_000}
N_CLIENTS = 20
RATE = 200  # decisions a second
CODES = "".join(f"  - {{id: c{n}, name: Code {n}, definition: Thing {n}.}}\n" for n in range(40))
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking")
WATCH = """() => {
  window.spans = { paint: [], durable: [] };
  let pressed = 0;
  addEventListener("keydown", () => {
    pressed = performance.now();
    const at = pressed;
    requestAnimationFrame(() => setTimeout(() => spans.paint.push(performance.now() - at)));
  }, { capture: true });
  const status = document.getElementById("status");
  let isOpen = false;
  new MutationObserver(() => {
    if (status.dataset.kind === "unsent") isOpen = true;
    else if (isOpen) { isOpen = false; spans.durable.push(performance.now() - pressed); }
  }).observe(status, { attributes: true, childList: true });
}"""


OPENED = """window.opened = new Promise((tell, fail) => {
  setTimeout(() => fail(new Error("no segment could be coded within two minutes")), 120_000);
  const found = new MutationObserver(() => {
    if (!document.querySelector(".segment[aria-current] .panel")) return;
    found.disconnect();
    requestAnimationFrame(() => setTimeout(() => tell(performance.now())));
  });
  found.observe(document, { subtree: true, childList: true, attributes: true });
});"""  # a page counts its time from the moment it is asked for


@dataclass(frozen=True, slots=True)
class Found:
    """One figure, its goal and its unit; ``is_kept`` says whether the goal is met."""

    what: str
    value: float
    goal: float
    unit: str
    is_kept: bool


def below(what: str, value: float, goal: float, unit: str = "ms") -> Found:
    """Return a figure that is to stay below its goal."""
    return Found(what, round(value, 1), goal, unit, value <= goal)


def lay(folder: Path) -> Corpus:
    """Return a corpus of one usual and one huge transcript, with three suggestions a segment."""
    made = Corpus(folder, "bench")
    made.build.mkdir(parents=True)
    (folder / "configs" / "codebooks").mkdir(parents=True)
    made.config.write_text('codebook = "bench"\n')
    book = f'codebook: bench\nversion: "1"\ncodes:\n{CODES}'
    (folder / "configs" / "codebooks" / "bench.yaml").write_text(book)
    tables: dict[str, list[Any]] = {"transcripts": [], "turns": [], "segments": []}
    tables["suggestions"] = []
    for name, number in SIZES.items():
        lines = [
            f"Segment {n}: we shared rooms and the rain fell on all of us." for n in range(number)
        ]
        tables["transcripts"].append(
            Transcript(name, f"{name}.txt", "", "interview", "\n".join(lines))
        )
        start = 0
        for n, line in enumerate(lines, 1):
            end = start + len(line)
            who = ("Ana", "P1", "participant", start, end)
            segment = Segment(f"{name}:{start}-{end}", name, n, *who, line)
            tables["turns"].append(Turn(name, n, *who, None, None, "exact", line))
            tables["segments"].append(segment)
            tables["suggestions"] += [
                Suggestion(
                    segment.segment_id,
                    f"c{k}",
                    0.9 - k / 10,
                    k,
                    (Evidence(start, start + 7, 1.0, "word"),),
                    "m-1",
                    "1+0",
                )
                for k in range(1, 4)
            ]
            start = end + 1
    for stage, rows in tables.items():
        write_table(
            made.table(stage), to_table(rows, type(rows[0])), Receipt(stage, model_id="m-1")
        )
    add_coder(made, "ana")
    return made


class Server:
    """The command, running."""

    def __init__(self, corpus: Corpus) -> None:
        self.begun = time.monotonic()
        words = [
            sys.executable,
            "-m",
            "pipeline",
            "review",
            corpus.name,
            "--coder",
            "ana",
            "--no-browser",
        ]
        self.process = subprocess.Popen(  # noqa: S603  # our own command
            words,
            cwd=corpus.root,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        )
        stream = self.process.stdout
        self.url = stream.readline().strip() if stream else ""
        self.host = self.url.removeprefix("http://").partition("/")[0]

    def let_in(self) -> str:
        """Exchange the token for the cookie."""
        connection = http.client.HTTPConnection(self.host)
        connection.request("GET", self.url.partition(self.host)[2])
        answer = connection.getresponse()
        return (answer.getheader("set-cookie") or "").partition(";")[0]

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)


def decision(segment: tuple[str, int, int], code: str) -> dict[str, Any]:
    """Return a decision as the page sends it."""
    transcript_id, start, end = segment
    return {
        "decision_id": str(uuid.uuid4()),
        "transcript_id": transcript_id,
        "start": start,
        "end": end,
        "act": "add",
        "code": code,
        "heads": [],
        "decided_at": "2026-01-02T03:04:05.000Z",
    }


def post(
    connection: http.client.HTTPConnection, host: str, cookie: str, table: dict[str, Any]
) -> Any:
    """Send one decision; the answer is on disk."""
    headers = {"cookie": cookie, "content-type": "application/json", "origin": f"http://{host}"}
    connection.request("POST", "/api/decisions", json.dumps({"decisions": [table]}), headers)
    found = json.loads(connection.getresponse().read())
    if not found["answers"][0]["is_taken"]:
        raise SystemExit(f"a decision was refused: {found['answers'][0]['message']}")
    return found


def many(
    server: Server, cookie: str, spots: Sequence[tuple[str, int, int]], seconds: float
) -> list[Found]:
    """Return how many decisions a second twenty clients get to disk, and how long each waits."""
    waits: list[float] = []
    end = time.monotonic() + seconds

    def work(number: int) -> None:
        connection = http.client.HTTPConnection(server.host)
        for turn in range(100_000):
            if time.monotonic() > end:
                return
            spot = spots[(number + turn * N_CLIENTS) % len(spots)]
            begun = time.monotonic()
            post(
                connection,
                server.host,
                cookie,
                decision(spot, f"c{10 + (turn * N_CLIENTS + number) // len(spots) % 30}"),
            )
            waits.append((time.monotonic() - begun) * 1000)

    clients = [threading.Thread(target=work, args=(n,)) for n in range(N_CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    rate = len(waits) / seconds
    return [
        Found(
            "decisions a second, 20 clients of one server",
            round(rate, 1),
            RATE,
            "1/s",
            rate >= RATE,
        ),
        below("20 clients: wait for a durable answer, p95", p95(waits), 150),
    ]


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def opened(page: Page, address: str) -> float:
    """Return how long until a transcript's first segment is painted and can be coded, in ms.

    The page watches itself: asking it again and again from here would be as slow as what is asked.
    """
    page.goto(address, timeout=120_000)
    return float(page.evaluate("opened"))


def in_browser(server: Server, n_keys: int, state: str = "") -> list[Found]:
    """Return what a coder at the keyboard meets; ``state`` is added to each name."""
    base = f"http://{server.host}"
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(OPENED)
        page.goto(server.url)
        usual = statistics.median(opened(page, f"{base}/review?t=usual") for _ in range(5))
        page.evaluate(WATCH)
        for number in range(n_keys):
            page.keyboard.press("jqjs"[number % 4] if number % 8 else "q")
            page.wait_for_timeout(120)
        spans = page.evaluate("spans")
        huge = opened(page, f"{base}/review?t=huge")
        browser.close()
    return [
        below(f"key to paint, p95{state}", p95(spans["paint"]), 50),
        below(f"key to durable answer, p95{state}", p95(spans["durable"]), 60),
        below(f"transcript of 250 segments open, median{state}", usual, 400),
        below(f"transcript of 10,000 segments open{state}", huge, 5000),
    ]


def measure(n_keys: int, seconds: float) -> list[Found]:
    """Return all figures.

    The clients give each segment a dozen codes, which no coder does. Keys are pressed both before
    they come and after.
    """
    with tempfile.TemporaryDirectory() as folder:
        corpus = lay(Path(folder) / "project")
        with contextlib.closing(Server(corpus)) as server:
            cookie = server.let_in()
            length = len("Segment 0: we shared rooms and the rain fell on all of us.")
            first = http.client.HTTPConnection(server.host)
            post(first, server.host, cookie, decision(("usual", 0, length), "c1"))
            taken = time.monotonic() - server.begun
        with contextlib.closing(Server(corpus)) as server:  # an address lets in once
            met = in_browser(server, n_keys)
        with contextlib.closing(Server(corpus)) as server:
            served = many(server, server.let_in(), spots_of(corpus), seconds)
        with contextlib.closing(Server(corpus)) as server:
            crowded = in_browser(server, n_keys, ", a dozen codes each")
    first_on_disk = below("command to first decision on disk", taken, 2, "s")
    return [first_on_disk, *met, *served, *crowded]


def spots_of(corpus: Corpus) -> list[tuple[str, int, int]]:
    """Return the segments of the usual transcript."""
    from pipeline.core.tables import read_rows

    rows = read_rows(corpus.table("segments"), Segment)
    return [(row.transcript_id, row.start, row.end) for row in rows if row.transcript_id == "usual"]


def main() -> None:
    """Measure, print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--json", type=Path, default=RESULTS)
    asked = parser.parse_args()
    found = measure(asked.keys, asked.seconds)
    for row in found:
        sign = "kept" if row.is_kept else "MISSED"
        print(f"{row.what:<58} {row.value:>9,.1f} {row.unit:<4} goal {row.goal:>7,g}  {sign}")
    load = [round(value, 1) for value in os.getloadavg()]
    print(f"load of the machine meanwhile: {load[0]} on {os.cpu_count()} cores")
    table = {"load": load, "cores": os.cpu_count(), "figures": [asdict(row) for row in found]}
    asked.json.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
