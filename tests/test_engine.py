"""The engine: the same results in the same order, whatever the number of processes or machines."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline.core.errors import ClusterError, TranscriptError
from pipeline.engine import Engine, processes_pay
from tests.cluster import Kills, running_cluster


def double(number: int) -> int:
    """Return twice ``number``; of a module, so that other processes can find it."""
    return 2 * number


def double_or_die(number: int, folder: Path) -> int:
    """Return twice ``number``; whoever is first at the tenth dies of it."""
    time.sleep(0.01)
    if number == 10 and not (folder / "died").exists():
        (folder / "died").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(number)


def double_slowly(number: int) -> int:
    """Return twice ``number`` after a while in which a worker can be killed."""
    time.sleep(0.1)
    return double(number)


def die(_: int) -> None:
    """End whoever does the work, as a machine without memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(number: int) -> int:
    """Refuse ``number`` as a reader refuses a file."""
    raise TranscriptError(f"{number}: no transcript", code="E_EMPTY")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a scheduler with two workers."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with running_cluster(tmp_path_factory.mktemp("cluster")) as address:
        yield address


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    """Processes change the time, never the result."""
    assert [2 * n for n in range(20)] == list(Engine(jobs).map(abs, [2 * n for n in range(20)]))


def test_few_items_of_numeric_work_are_shared_among_threads() -> None:
    """Processes would take longer to start; in order and of this process all the same."""
    together = threading.Barrier(2)

    def meet(number: int) -> tuple[int, int]:
        together.wait(timeout=60)  # nobody comes here alone
        return number, os.getpid()

    found = list(Engine(2).map(meet, range(4), is_numeric=True))

    assert [(number, os.getpid()) for number in range(4)] == found


@pytest.mark.parametrize(
    ("n_items", "number", "pay"),
    [(1000, 1, False), (40, 2, False), (60, 2, True), (20, 4, False), (30, 4, True)],
)
def test_processes_pay_where_work_outweighs_their_start(
    *, n_items: int, number: int, pay: bool
) -> None:
    """The more there are, the sooner."""
    assert pay == processes_pay(n_items, number)


def test_many_items_of_numeric_work_go_to_processes() -> None:
    """Threads share one lock; what is long enough is done beside it."""

    def whose(number: int) -> tuple[int, int]:
        return number, os.getpid()

    found = list(Engine(2).map(whose, range(101), is_numeric=True))

    assert [number for number, _ in found] == list(range(101))
    assert os.getpid() not in {process for _, process in found}


def test_processes_share_what_the_work_carries() -> None:
    """A model's numbers lie in memory once, however many processes read them."""
    model = {"weights": np.arange(300_000.0)}

    def is_shared(_: int) -> tuple[bool, float]:
        return isinstance(model["weights"], np.memmap), float(model["weights"][-1])

    assert {(True, 299_999.0)} == set(Engine(2).map(is_shared, range(8)))


def test_a_cluster_gives_the_same_results_in_the_same_order(cluster: str) -> None:
    """The workers of a Dask cluster are processes like any other."""
    assert [2 * n for n in range(50)] == list(Engine(scheduler=cluster).map(abs, range(0, 100, 2)))


def test_what_a_worker_refuses_is_said_as_it_was_said_there(cluster: str) -> None:
    """A refusal keeps its sentence and its code."""
    with pytest.raises(TranscriptError, match="3: no transcript") as caught:
        list(Engine(scheduler=cluster).map(refuse, [3]))

    assert "E_EMPTY" == caught.value.code


@pytest.mark.filterwarnings("ignore")  # the scheduler warns of the dead worker
def test_a_worker_that_dies_is_survived(cluster: str, tmp_path: Path) -> None:
    """What it had not finished is done again by another."""
    work = partial(double_or_die, folder=tmp_path)

    found = list(Engine(scheduler=cluster).map(work, range(60)))

    assert [2 * n for n in range(60)] == found
    assert (tmp_path / "died").exists()


@pytest.mark.filterwarnings("ignore")  # the scheduler warns of the dead workers
def test_what_only_dead_workers_had_is_sent_again(cluster: str) -> None:
    """With all workers at once goes what the work carries; those that take their place get it."""
    kills = Kills(cluster, "workers")

    found = list(Engine(scheduler=cluster, progress=kills).map(double_slowly, range(30)))

    assert [2 * n for n in range(30)] == found
    assert kills.has_killed


@pytest.mark.filterwarnings("ignore")  # the scheduler warns of the dead workers
def test_work_that_workers_die_of_is_one_sentence(cluster: str) -> None:
    """It is given up after a few, and the sentence says what mostly is the cause."""
    with pytest.raises(ClusterError, match="one worker after another died of the same work"):
        list(Engine(scheduler=cluster).map(die, range(3)))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("workers for good", "no worker is left"),
        ("scheduler", "connection to the scheduler was lost"),
    ],
)
def test_a_cluster_that_goes_away_is_one_sentence(
    part: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing waits for ever, and the library's own tracebacks are not shown."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    for name in ("distributed", "distributed.client"):
        monkeypatch.setattr(logging.getLogger(name), "handlers", [caplog.handler])
    monkeypatch.setattr("pipeline.cluster.PATIENCE_S", 1)
    with running_cluster(tmp_path) as address:
        engine = Engine(scheduler=address, progress=Kills(address, part))

        with pytest.raises(ClusterError, match=said):
            list(engine.map(double_slowly, range(60)))

    assert [] == caplog.records


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://"])
def test_a_scheduler_that_is_not_there_is_one_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the address and says how to start one."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr("pipeline.cluster.ANSWER_S", 1)

    with pytest.raises(ClusterError, match=f"{address}: no Dask scheduler answers"):
        list(Engine(scheduler=address).map(double, [1]))


def test_a_scheduler_without_workers_is_one_sentence(tmp_path: Path) -> None:
    """Nothing would ever be done; the sentence says how to start some."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    with running_cluster(tmp_path, n_workers=0) as address:
        engine = Engine(scheduler=address)

        with pytest.raises(ClusterError, match="has no worker"):
            list(engine.map(double, [1]))


def test_workers_of_another_version_are_refused(
    cluster: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same inputs must give the same bytes, whoever does the work."""
    monkeypatch.setattr("pipeline.cluster.__version__", "99")

    with pytest.raises(ClusterError, match=r"workers have glossator .*, this is 99"):
        list(Engine(scheduler=cluster).map(double, [1]))


def test_progress_runs_from_none_to_all() -> None:
    """Each item done is told, with the number in all."""
    told: list[tuple[int, int]] = []
    engine = Engine(progress=lambda done, total: told.append((done, total)))

    list(engine.map(double, [1, 2, 3]))
    list(engine.map(double, [1, 2], sizes=[20, 5]))

    assert [(0, 3), (1, 3), (2, 3), (3, 3), (0, 25), (20, 25), (25, 25)] == told


def test_nothing_to_do_is_no_work() -> None:
    """An empty list gives nothing and starts no process."""
    assert [] == list(Engine(2).map(double, []))
    assert [] == list(Engine(scheduler="tcp://127.0.0.1:9").map(double, []))
