"""The whole run on a Dask cluster: the same bytes as here, though a worker dies in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.engine import Engine
from tests.cluster import Kills, running_cluster
from tests.small_talk import STAGES, built, lay_corpus


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
        kills = Kills(address, "a worker")
        for run in STAGES.values():
            run(there, Engine(scheduler=address, progress=kills))

    assert kills.has_killed
    assert built(here) == built(there)
