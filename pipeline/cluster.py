"""Map work over items on a Dask cluster, whatever becomes of its workers.

Results come in the items' order, and no more items are under way than the workers need.
"""

from __future__ import annotations

import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from typing import Any, TypeVar

from pipeline import __version__
from pipeline.core.errors import ClusterError

A = TypeVar("A")
B = TypeVar("B")

PACKAGE = "glossator"
ANSWER_S = 15  # a scheduler that has not answered by then is not there
PATIENCE_S = 60  # after which a result that is not there may mean that nobody works on it
MOST_LOSSES = 3  # of what only a dead worker held, with no result in between
AHEAD = 2  # items for each thread of a cluster, so that none waits for the next
RUN_AGAIN = "Then run again: finished batches are kept."


def on_cluster(address: str, work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """Yield ``work(item)`` for each item, done by the workers of a Dask cluster.

    Items of a worker that dies are done again by the others.

    Raises
    ------
    ClusterError
        If the scheduler or all workers are lost, or work is lost again and again.
    """
    with connected(address) as client:
        yield from results(address, client, work, items)


def results(address: str, client: Any, work: Callable[[A], B], items: Sequence[A]) -> Iterator[B]:
    """Yield ``work(item)`` for each item, as `on_cluster` does, by a client of the cluster."""
    from distributed import CancelledError, KilledWorker
    from distributed.comm.core import CommClosedError

    done = losses = 0
    while done < len(items):
        try:
            for result in dispatched(client, work, islice(items, done, None)):
                done, losses = done + 1, 0
                yield result
        except (CancelledError, CommClosedError) as error:
            if client.status != "running" or isinstance(error, CommClosedError):
                raise ClusterError(
                    f"{address}: the connection to the scheduler was lost in the middle of the "
                    f"work. See whether it still runs. {RUN_AGAIN}"
                ) from error
            # A worker died and took with it what no other had, such as the model: workers let go
            # of what they share while they have nothing to do. It is sent again.
            losses += 1
            if losses == MOST_LOSSES:
                raise killed(address) from error
        except KilledWorker as error:
            raise killed(address) from error


def killed(address: str) -> ClusterError:
    """Return what to say when it is the work that workers die of."""
    return ClusterError(
        f"{address}: one worker after another died of the same work, mostly for want of memory. "
        f"Read their logs, and give each more memory or fewer threads. {RUN_AGAIN}"
    )


def dispatched(client: Any, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """Yield ``work(item)`` for each item; what ``work`` carries (a model) goes to each worker once.

    Results that nobody has taken yet, and items at work, are never more than `AHEAD` times the
    cluster's threads.
    """
    try:  # under a key of its own: what is sent again must not be taken for what was lost
        sent = client.scatter(work, broadcast=True, hash=False, timeout=PATIENCE_S)
    except TimeoutError as error:
        raise none_left(client) from error
    at_work: deque[Any] = deque()
    for item in items:
        at_work.append(client.submit(apply, sent, item, pure=False))
        if len(at_work) >= AHEAD * sum(client.ncores().values()):
            yield result_of(at_work.popleft(), client)
    while at_work:
        yield result_of(at_work.popleft(), client)


def apply(work: Callable[[A], B], item: A) -> B:
    """Return ``work(item)``."""
    return work(item)


def result_of(future: Any, client: Any) -> Any:
    """Return the result of ``future`` once it is there.

    Raises
    ------
    ClusterError
        If there is no worker left that could do it.
    """
    from distributed import wait

    until_done: Any = wait  # it has no types
    while True:
        with contextlib.suppress(TimeoutError), client.as_current():
            until_done(future, timeout=PATIENCE_S)
            return future.result()
        if not client.ncores():
            raise none_left(client)


def none_left(client: Any) -> ClusterError:
    """Return what to say when there is nobody to do the work."""
    return ClusterError(f"{client.scheduler.address}: no worker is left. Start some. {RUN_AGAIN}")


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
    with quiet("distributed", "distributed.client"), client:  # of a lost connection we speak
        check_workers(address, client)
        yield client


@contextlib.contextmanager
def quiet(*names: str) -> Iterator[None]:
    """Let the loggers ``names`` say nothing for a while."""
    levels = {logging.getLogger(name): logging.getLogger(name).level for name in names}
    for logger in levels:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)


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
