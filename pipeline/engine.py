"""Map work over transcripts: in one process, in several, or on a cluster.

Results come in the items' order, and items are taken when they are due: neither the items nor the
results of a corpus are ever held whole here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")
Progress = Callable[[int, int], None]

MIN_ITEMS_PER_PROCESS = 4  # starting a process costs as much as a few transcripts
THREADED = 0.8  # what threads take of the time of one; they share Python's lock, however many
IN_PROCESSES = 1.1  # what processes take together, who send each other items and results
STARTING = 12  # items' time, which it takes to start processes that load scikit-learn


def no_progress(done: int, total: int) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Engine:
    """How many processes work at once, or which cluster; and who is told how far they are.

    Parameters
    ----------
    jobs
        Processes of this machine; the number changes the time, never a result.
    scheduler
        Address of a Dask scheduler, such as ``tcp://host:8786``; its workers then do the work.
        They need the same version of this package and must see the files under the same paths.
    progress
        Called with the number done and the number in all.
    """

    jobs: int = 1
    scheduler: str | None = None
    progress: Progress = field(default=no_progress, compare=False)

    def map(
        self,
        work: Callable[[A], B],
        items: Sequence[A],
        sizes: Sequence[int] | None = None,
        *,
        is_numeric: bool = False,
    ) -> Iterator[B]:
        """Yield ``work(item)`` for each item, in order, whatever the number of processes.

        Parameters
        ----------
        work
            A function of a module, or `functools.partial` of one: it must be picklable.
        items
            What the work is done on.
        sizes
            What each item counts for who is told how far the work is; by default 1.
        is_numeric
            Whether the work is mostly numpy's, which lets threads run side by side: where items are
            too few for processes, threads share them.

        Raises
        ------
        ClusterError
            If the scheduler does not answer, has no worker, or `distributed` is not installed.
        """
        sizes = [1] * len(items) if sizes is None else sizes
        done, total = 0, sum(sizes)
        self.progress(done, total)
        for size, result in zip(
            sizes, self._results(work, items, is_numeric=is_numeric), strict=True
        ):
            done += size
            self.progress(done, total)
            yield result

    def _results(
        self, work: Callable[[A], B], items: Sequence[A], *, is_numeric: bool
    ) -> Iterator[B]:
        n_threads = min(self.jobs, len(items)) if is_numeric else 1
        n_processes = min(self.jobs, len(items) // MIN_ITEMS_PER_PROCESS)
        if is_numeric and not processes_pay(len(items), n_processes):
            n_processes = 1
        if self.scheduler and items:
            from pipeline.cluster import on_cluster  # only who has a cluster needs its library

            yield from on_cluster(self.scheduler, work, items)
        elif n_processes > 1:
            yield from side_by_side(work, items, n_processes, "processes")
        elif n_threads > 1:
            yield from side_by_side(work, items, n_threads, "threads")
        else:
            yield from map(work, items)


def processes_pay(n_items: int, number: int) -> bool:
    """Return whether a ``number`` of processes, started anew, do numeric work before threads do."""
    return number > 1 and n_items * (THREADED - IN_PROCESSES / number) > STARTING


def side_by_side(work: Callable[[A], B], items: Sequence[A], number: int, kind: str) -> Iterator[B]:
    """Yield ``work(item)`` for each item, done by a ``number`` of processes or threads."""
    from joblib import Parallel, delayed  # costs a tenth of a second: only when needed

    yield from Parallel(number, prefer=kind, return_as="generator")(
        delayed(work)(item) for item in items
    )
