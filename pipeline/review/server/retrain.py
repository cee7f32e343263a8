"""Retraining from the page: train, then suggest, in processes beside it; then the gate's word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.review.server.child import Child, Ended

IDLE, RUNNING, FINISHED, FAILED, CANCELLED = "idle", "running", "finished", "failed", "cancelled"
TRAIN, SUGGEST = "train", "suggest"
NEXT_ROUND = "Your round keeps its suggestions; those of the new model come with the next round."
FROM_NOW = (
    "Segments that you have not opened yet get its suggestions; what you saw stays as it was."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far retraining has come, as the page is told.

    ``state`` is idle, running, finished, failed or cancelled; ``step`` train or suggest, of which
    ``done`` of ``total`` are done (0 of 0: not known). ``verdict`` is the gate's, in words;
    ``note`` says what follows for the coder. ``is_promoted`` is None until the gate has spoken.
    """

    state: str = IDLE
    step: str = TRAIN
    done: int = 0
    total: int = 0
    is_promoted: bool | None = None
    verdict: str = ""
    note: str = ""


class Retraining:
    """At most one run at a time; ``renew`` is asked for what changes on the page afterwards."""

    def __init__(self, corpus: Corpus, renew: Callable[[], Awaitable[bool]]) -> None:
        self.corpus = corpus
        self.renew = renew
        self.progress = Progress()
        self._child: Child | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_cancelled = False

    def told(self) -> dict[str, Any]:
        """Return how far it is, for the page."""
        return asdict(self.progress)

    def start(self) -> None:
        """Begin, unless it is under way."""
        if self.progress.state != RUNNING:
            self.progress = Progress(RUNNING)
            self._is_cancelled = False
            self._task = asyncio.create_task(self._run())

    async def cancel(self) -> None:
        """Stop what is under way; what was in use before stays in use."""
        if self.progress.state != RUNNING:
            return
        self._is_cancelled = True
        if self._child is not None:
            await self._child.end()
        if self._task is not None:
            await self._task

    def kill(self) -> None:
        """End the run at once: the page ends."""
        if self._child is not None:
            self._child.kill()

    async def _run(self) -> None:
        trained = await self._step(TRAIN, "train", str(self.corpus.folder), "--json")
        if trained is None:
            return
        try:
            outcome = json.loads(trained.output)
            is_promoted, verdict = bool(outcome["is_promoted"]), str(outcome["reason"])
        except (ValueError, KeyError, TypeError):
            self._fail("it said nothing that can be understood")
            return
        self.progress = replace(self.progress, is_promoted=is_promoted, verdict=verdict)
        if is_promoted and await self._step(SUGGEST, "suggest", str(self.corpus.folder)) is None:
            return
        note = (FROM_NOW if await self.renew() else NEXT_ROUND) if is_promoted else ""
        self.progress = replace(self.progress, state=FINISHED, note=note)

    async def _step(self, name: str, *words: str) -> Ended | None:
        """Run one command; None if it failed or was cancelled, which is then said."""
        self.progress = replace(self.progress, step=name, done=0, total=0)
        try:
            self._child = await Child.start(words, self.corpus.root)
        except OSError as error:
            self._fail(f"it cannot be started ({error.strerror})")
            return None
        if self._is_cancelled:
            await self._child.end()
        ended = await self._child.wait(self._tell)
        self._child = None
        if self._is_cancelled:
            self.progress = replace(self.progress, state=CANCELLED, verdict="")
            return None
        if not ended.is_done:
            self._fail(
                ended.last_words or f"it ended with code {ended.code}", crashed=ended.code < 0
            )
            return None
        return ended

    def _tell(self, _: str, done: int, total: int) -> None:
        self.progress = replace(self.progress, done=done, total=total)

    def _fail(self, why: str, *, crashed: bool = False) -> None:
        what = "was ended from outside" if crashed else "did not work"
        words = f"Retraining {what}: {why.rstrip('.')}. The model in use is the one before."
        self.progress = replace(self.progress, state=FAILED, verdict=words)
