"""Map work over transcripts: in one process, in several, or on a cluster.

Results come in the items' order, and items are taken when they are due: neither the items nor the
results of a corpus are ever held whole here.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from pipeline import __version__
from pipeline.core.errors import ClusterError

A = TypeVar("A")
B = TypeVar("B")
Progress = Callable[[int, int], None]

MIN_ITEMS_PER_PROCESS = 4  # starting a process costs as much as a few transcripts
PACKAGE = "glossator"
ANSWER_S = 15  # a scheduler that has not answered by then is not there


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
        self, work: Callable[[A], B], items: Sequence[A], sizes: Sequence[int] | None = None
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

        Raises
        ------
        ClusterError
            If the scheduler does not answer, has no worker, or `distributed` is not installed.
        """
        sizes = [1] * len(items) if sizes is None else sizes
        done, total = 0, sum(sizes)
        self.progress(done, total)
        for size, result in zip(sizes, self._results(work, items), strict=True):
            done += size
            self.progress(done, total)
            yield result

    def _results(self, work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
        jobs = min(self.jobs, len(items) // MIN_ITEMS_PER_PROCESS)
        if self.scheduler and items:
            yield from on_cluster(self.scheduler, work, items)
        elif jobs > 1:
            from joblib import Parallel, delayed  # costs a tenth of a second: only when needed

            yield from Parallel(n_jobs=jobs, return_as="generator")(delayed(work)(i) for i in items)
        else:
            yield from map(work, items)


def on_cluster(address: str, work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """Yield ``work(item)`` for each item, done by the workers of a Dask cluster.

    What ``work`` carries (a model) goes to each worker once. Items of a worker that dies are done
    again by the others.
    """
    from joblib import Parallel, delayed, parallel_config

    with (
        connected(address) as client,
        parallel_config(backend="dask", client=client, scatter=[work]),
    ):
        yield from Parallel(return_as="generator")(delayed(apply)(work, item) for item in items)


def apply(work: Callable[[A], B], item: A) -> B:
    """Return ``work(item)``."""
    return work(item)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give a client of the Dask scheduler at ``address``."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        raise ClusterError(
            "a cluster needs the extra 'cluster', which is not installed. "
            "Install glossator[cluster], or leave --scheduler out."
        ) from error
    try:
        connect: Any = Client  # it has no types
        client = connect(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"{address}: no Dask scheduler answers there. Start one with 'dask scheduler' and "
            "workers with 'dask worker ADDRESS', and give an address such as tcp://host:8786."
        ) from error
    with client:
        check_workers(address, client)
        yield client


def check_workers(address: str, client: Any) -> None:
    """Raise `ClusterError` unless there are workers, all with this version of the package."""
    try:
        versions = client.run(version, PACKAGE)
    except PackageNotFoundError as error:
        raise ClusterError(
            f"{address}: its workers do not have {PACKAGE}. "
            f"Install {PACKAGE} {__version__} where they run."
        ) from error
    if not versions:
        raise ClusterError(
            f"{address}: this scheduler has no worker. "
            f"Start some with 'dask worker {address}' in the same environment."
        )
    others = sorted({found for found in versions.values() if found != __version__})
    if others:
        raise ClusterError(
            f"{address}: workers have {PACKAGE} {', '.join(others)}, this is {__version__}, "
            "so results would depend on who does the work. Install the same version everywhere."
        )
