"""A server of the review page without a network, asked as a browser asks; and what pages send."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
from starlette.testclient import TestClient

from pipeline.core.corpus import Corpus
from pipeline.core.draw import AUDIT
from pipeline.core.records import Decision
from pipeline.review.log.store import open_log
from pipeline.review.seating import Choice
from pipeline.review.server.app import Pages
from pipeline.review.server.bench import Bench
from pipeline.review.server.door import Door, Pass
from pipeline.review.server.opening import open_bench

PORT = 4321
TOKEN, SECRET = "ab" * 32, "cd" * 32
SAFE = {"sec-fetch-site": "same-origin"}
PASSAGES = [f"Rain fell on day {n} and we worked." for n in range(24)]


Place = tuple[str, int, int]


class Site:
    """A server with a bench behind it, asked as a browser asks."""

    def __init__(self, corpus: Corpus, mode: str = "assisted", coder: str = "ana") -> None:
        self.thread = ThreadPoolExecutor(1)
        self.bench: Bench = self.thread.submit(open_bench, corpus, coder, Choice(mode)).result()
        app = Door(Pages(self.bench, self.thread).app(), Pass(PORT, SECRET), TOKEN)
        self.client = TestClient(app, base_url=f"http://127.0.0.1:{PORT}", follow_redirects=False)
        self.client.cookies.set(f"glossator-{PORT}", SECRET)

    def close(self) -> None:
        """Close the log."""
        self.thread.submit(self.bench.log.close).result()
        self.thread.shutdown()

    def places(self, *, audit: bool) -> list[Place]:
        """Return segments of the interview that are, or are not, in the audit sample."""
        found = [item for item in self.bench.work.seat.assignments if item.transcript_id == "int-1"]
        return [
            (item.transcript_id, item.start, item.end)
            for item in sorted(found, key=lambda item: item.start)
            if (item.lane == AUDIT) == audit
        ]

    def post(self, path: str, table: object, **headers: str) -> httpx2.Response:
        """Send JSON as our own page does."""
        found: Any = self.client.post(path, json=table, headers={**SAFE, **headers})
        return found  # type: ignore[no-any-return]  # the client's own type is looser

    def decide(self, *tables: dict[str, Any]) -> Any:
        """Send decisions; the answers."""
        return self.post("/api/decisions", {"decisions": list(tables)}).json()["answers"]


def said(place: Place, act: str, **cells: object) -> dict[str, Any]:
    """Return a decision as the page sends it."""
    transcript_id, start, end = place
    seen: dict[str, Any] = {"seen": {"yes": [], "undecided": []}} if act == "done" else {}
    return {
        "decision_id": str(uuid.uuid4()),
        "transcript_id": transcript_id,
        "start": start,
        "end": end,
        "act": act,
        "heads": [],
        "decided_at": "2026-01-02T03:04:05.000Z",
        "active_ms": 1200,
        **seen,
        **cells,
    }


def asked(place: Place) -> dict[str, Any]:
    """Return a place as the page sends it."""
    return dict(zip(("transcript_id", "start", "end"), place, strict=True))


def rows_of(corpus: Corpus) -> list[Decision]:
    """Return all that is in the log."""
    with open_log(corpus.log) as log:
        return log.decisions()
