"""The whole run on a Dask cluster: the same bytes as here, though a worker dies in the middle."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pipeline.engine import Engine
from tests.cluster import running_cluster
from tests.small_talk import STAGES, built, lay_corpus


class KillsOne:
    """Kills one worker of a cluster once some work is done."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.n_killed = 0

    def __call__(self, done: int, total: int) -> None:
        """Hear how far the work is."""
        if self.n_killed or not 0 < done < total:
            return
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # without types
            workers = client.run(os.getpid)
        os.kill(min(workers.values()), signal.SIGKILL)
        self.n_killed += 1


@pytest.mark.filterwarnings("ignore")  # the scheduler warns of the dead worker
def test_a_cluster_that_loses_a_worker_builds_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ingest, segment and suggest by two workers, one killed: no byte differs from a run here."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    monkeypatch.setattr("pipeline.core.batches.BATCH_ROWS", 5)
    monkeypatch.setattr("pipeline.ingest.rounds.BATCH_FILES", 3)
    here, there = lay_corpus(tmp_path / "here"), lay_corpus(tmp_path / "there")
    for run in STAGES.values():
        run(here, Engine())

    with running_cluster(tmp_path) as address:
        kills = KillsOne(address)
        for run in STAGES.values():
            run(there, Engine(scheduler=address, progress=kills))

    assert 1 == kills.n_killed
    assert built(here) == built(there)
