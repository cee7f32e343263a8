"""Map work over transcripts, in one process or several; results come in the items' order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
Progress = Callable[[int, int], None]

MIN_ITEMS_PER_PROCESS = 4  # starting a process costs as much as a few transcripts


def no_progress(done: int, total: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Engine:
    """How many processes work at once, and who is told how far they are.

    ``progress`` is called with the number done and the number in all.
    """

    jobs: int = 1
    progress: Progress = field(default=no_progress, compare=False)

    def map(self, work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
        """Yield ``work(item)`` for each item, in order, whatever the number of processes.

        ``work`` must be picklable (a function of a module, or `functools.partial` of one).
        """
        self.progress(0, len(items))
        jobs = min(self.jobs, len(items) // MIN_ITEMS_PER_PROCESS)
        for number, result in enumerate(self._results(work, items, jobs), 1):
            self.progress(number, len(items))
            yield result

    def _results(self, work: Callable[[A], B], items: Sequence[A], jobs: int) -> Iterator[B]:
        if jobs <= 1:
            yield from map(work, items)
            return
        from joblib import Parallel, delayed  # costs a tenth of a second: only when processes start

        yield from Parallel(n_jobs=jobs, return_as="generator")(delayed(work)(i) for i in items)
