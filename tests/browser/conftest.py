"""A real browser and real servers for the tests of the review page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision
from pipeline.review.log.store import open_log
from tests.chromium import running_chromium

ROOT = Path(__file__).parents[2]
HOSTILE = "</script><script>alert(1)</script> \u202e\u05d0\u05d1 🌧 <img src=x onerror=alert(2)>"
PASSAGES = (
    "Rain fell and we worked on, as we do.",
    HOSTILE,
    "🌧🌧 Sun after that.",
    *(f"Answer {n} about work and the weather." for n in range(4, 13)),
)
PATIENCE_MS = 15_000


class Served:
    """The command, running for one coder; it can be killed and started again."""

    def __init__(self, corpus: Corpus, coder: str = "ana") -> None:
        self.corpus = corpus
        self.coder = coder
        self.start()

    def start(self, before: Callable[[], None] | None = None) -> None:
        """Start the server and wait for its address; ``before`` is done by the process first."""
        command = [sys.executable, "-m", "pipeline", "review", self.corpus.name]
        self.process = subprocess.Popen(
            [*command, "--coder", self.coder, "--no-browser"],
            cwd=self.corpus.root,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            preexec_fn=before,  # noqa: PLW1509  # it calls the kernel and nothing else
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        self.base = self.url.partition("?")[0]

    def end(self, number: signal.Signals = signal.SIGTERM, patience_s: float = 30) -> int:
        """Send a signal; the exit code, within ``patience_s``."""
        self.process.send_signal(number)
        code = self.process.wait(patience_s)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def close(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.end()

    def rows(self, *acts: str) -> list[Decision]:
        """Return what is in the log, of these acts."""
        with open_log(self.corpus.log) as log:
            return [row for row in log.decisions() if not acts or row.act in acts]


class Visitor:
    """A browser that was let in; it keeps what it asked for and what went wrong."""

    def __init__(self, browser: Browser, served: Served, **options: Any) -> None:
        self.served = served
        options = {"viewport": {"width": 1280, "height": 800}, **options}
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.context.on("request", lambda request: self.asked.append(request.url))
        first = self.context.new_page()
        first.goto(served.url)
        first.close()

    def page(self, path: str = "") -> Page:
        """Open a page and listen to what it complains of."""
        made = self.context.new_page()
        made.on("pageerror", lambda error: self.said.append(str(error)))
        made.on("console", lambda message: self.said.append(message.text))
        made.on("dialog", lambda dialog: self.said.append(dialog.message))
        made.goto(f"{self.served.base}{path}")
        return made

    def close(self) -> None:
        """Close it; it asked no other host for anything, and met no error and no broken rule."""
        self.context.close()
        base = self.served.base
        assert [] == [url for url in self.asked if not url.startswith(base)]
        assert [] == [text for text in self.said if "Failed to load resource" not in text]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield the system's Chromium."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]) -> Corpus:
    """Return a corpus with hostile words in it, to be copied."""
    return study(tmp_path_factory.mktemp("laid") / "project", PASSAGES)


@pytest.fixture
def served(tmp_path: Path, laid: Corpus) -> Iterator[Served]:
    """Yield a running server on a corpus of its own."""
    shutil.copytree(laid.root, tmp_path / "project")
    made = Served(Corpus(tmp_path / "project", laid.name))
    yield made
    made.close()


@pytest.fixture
def visitor(chromium: Browser, served: Served) -> Iterator[Visitor]:
    """Yield a browser that was let in."""
    made = Visitor(chromium, served)
    yield made
    made.close()


@pytest.fixture
def context(visitor: Visitor) -> BrowserContext:
    """Return the browser's context."""
    return visitor.context


@pytest.fixture
def page(visitor: Visitor) -> Page:
    """Return the interview's page."""
    return visitor.page("review?t=int-1")
